"""Routes, costs and equilibria on the small study: conservation, sums of parts, monotonicity, invariance."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

import studies
from landbridge.assignment.costs import ARC_PARTS, MEASURES
from landbridge.assignment.loading import evaluate_routes
from landbridge.assignment.routes import NESTS
from landbridge.study.folder import open_study
from landbridge.study.prepare import prepare
from landbridge.study.run import solve_scenario
from studies import write_small_study

SCENARIOS = ("base-2024", "today", "gap-open", "south-closed", "ferry-doubled", "south-weak")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(open_study(write_small_study(tmp_path_factory.mktemp("study"))))


def shares(solution, origin, destination, class_id="general"):
    """Share of the pair's flow by the nodes that each route passes."""
    routes, zones = solution.routes, solution.network.zones
    group = routes.find_group(solution.classes.index[class_id], zones.index(origin), zones.index(destination))
    span = range(routes.group_first[group], routes.group_first[group + 1])
    total = solution.group_flow[group]
    return {
        r: float(solution.equilibrium.flow[r] / total) for r in span if solution.equilibrium.flow[r] > 0.0
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_served_and_unserved_are_demand(prepared, scenario):
    """For each pair and class to 1e-9 of the total, and every equilibrium is at its fixed point."""
    for year in (2024, 2035):
        solution = solve_scenario(prepared, scenario, year)
        assert solution.measure_imbalance() < 1e-9
        assert solution.equilibrium.residual < 1e-9
        assert (solution.unserved >= -1e-6).all()


def test_cost_parts_sum_to_the_generalised_cost(prepared):
    """Eleven parts of each route sum to its cost to 1e-9; time and money are parts of it."""
    solution = solve_scenario(prepared, "gap-open", 2035)
    total = sum(solution.parts.values())
    np.testing.assert_allclose(total, solution.equilibrium.cost, rtol=1e-9)
    assert (solution.money <= total + 1e-9).all()


def test_doubling_the_value_of_time_doubles_only_the_time_parts(prepared, tmp_path):
    """Money parts stay as they are; hours valued at value of time double."""
    twice = prepare(open_study(write_small_study(tmp_path, ("classes", "3000,0.12", "3000,0.24"))))
    tables = [p.build_arc_table(p.build_state("today", 2024))[0] for p in (prepared, twice)]
    for part in ARC_PARTS:
        ratio = 2.0 if part in ("running", "waiting", "dwell", "border") else 1.0
        column = MEASURES.index(part)
        np.testing.assert_allclose(tables[1][:, column], ratio * tables[0][:, column])


def test_constants_of_the_railway_are_paid_where_trains_are_met_and_frontiers_crossed(prepared):
    """5 USD/t at either end of a train and 3 at each frontier on rails; a way by truck costs what it did."""
    k = prepared.classes.index["general"]
    only = np.arange(len(prepared.classes.ids)) == k
    classes = replace(prepared.classes, train_handover=5.0 * only, rail_frontier=3.0 * only)
    state = prepared.build_state("gap-open", 2024)
    before, after = (replace(prepared, classes=c).build_arc_table(state) for c in (prepared.classes, classes))
    extra = (after - before)[:, :, : len(ARC_PARTS)].sum(axis=2)
    assert not extra[~only].any()
    routes, network = prepared.routes, prepared.network
    handed, crossed = network.list_train_handovers(), network.list_rail_frontiers()
    paid = {"rail": [], "road": [], "sea": []}
    for r in np.flatnonzero(routes.route_class == k):
        arcs = routes.get_arcs(r)
        paid[NESTS[routes.nest[r]]].append(float(extra[k][arcs].sum()))
        assert paid[NESTS[routes.nest[r]]][-1] == 5.0 * handed[arcs].sum() + 3.0 * crossed[arcs].sum()
    assert min(paid["rail"]) >= 10.0
    assert max(paid["rail"]) > 10.0
    assert min(paid["road"]) == 0.0


def test_opening_the_gap_takes_freight_from_the_south(prepared):
    """West to isle goes by south today; with the line open the larger part goes through the gap, cheaper."""
    before, after = (solve_scenario(prepared, s, 2024) for s in ("today", "gap-open"))
    by_south = shares(before, "west-zone", "isle-zone")
    assert all("south" in prepared.words.describe_one(before.routes.get_arcs(r))["nodes"] for r in by_south)
    best = max(shares(after, "west-zone", "isle-zone").items(), key=lambda item: item[1])
    assert "gap" in prepared.words.describe_one(after.routes.get_arcs(best[0]))["nodes"]
    assert after.equilibrium.cost[best[0]] < min(before.equilibrium.cost[r] for r in by_south)


def test_shut_means_shut(prepared):
    """With transit through STH closed isle cannot be reached: all its demand is unserved, none of it carried."""
    solution = solve_scenario(prepared, "south-closed", 2024)
    isle = solution.network.zones.index("isle-zone")
    assert solution.demand[:, :, isle].sum() > 0.0
    assert solution.served[:, :, isle].sum() == 0.0
    np.testing.assert_allclose(solution.unserved[:, :, isle], solution.demand[:, :, isle])


def test_opening_a_link_never_lowers_a_pairs_accessibility(prepared):
    """At fixed costs the frozen set and weights make the logsum cost fall or stay, for every pair and class."""
    demand = np.ones_like(prepared.demand.t_year)
    before, after = (
        prepared.build_problem(prepared.build_state(s, 2024), demand).measure_free()
        for s in ("today", "gap-open")
    )
    reachable = ~np.isnan(before)
    assert (after[reachable] <= before[reachable] + 1e-9).all()
    assert not np.isnan(after[reachable]).any()


def test_routes_are_valid(prepared):
    """No route returns into a territory that it left, passes a place twice, or has a mode its class may not
    use.
    """
    nodes = prepared.tables["nodes"]
    for r in range(prepared.routes.n_routes):
        found = prepared.words.describe_one(prepared.routes.get_arcs(r))
        assert len(set(found["nodes"])) == len(found["nodes"])
        territories = [nodes.row(n)["territory"] for n in found["nodes"] if nodes.row(n)["kind"] != "strait"]
        visits = [t for i, t in enumerate(territories) if i == 0 or territories[i - 1] != t]
        if "sea" not in found["modes"]:
            assert len(set(visits)) == len(visits)


def test_captive_cargo_stays_with_its_mode(prepared):
    """At least 80 percent of east to far goes by sea, however good the ferry."""
    solution = solve_scenario(prepared, "ferry-doubled", 2035)
    by_sea = sum(
        share
        for r, share in shares(solution, "east-zone", "far-zone").items()
        if solution.routes.nest[r] == NESTS.index("sea")
    )
    assert by_sea >= 0.8


def shuffle(text, rng):
    """Rows of a CSV table in another order."""
    rows = list(csv.reader(io.StringIO(text)))
    order = rng.permutation(len(rows) - 1) + 1
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([rows[0], *(rows[i] for i in order)])
    return out.getvalue()


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_changes_nothing(prepared, tmp_path, monkeypatch, seed):
    """Nodes, links, services, borders, terminals, connectors and zones in another order give the same pairs."""
    rng = np.random.default_rng(seed)
    names = ("nodes", "links", "services", "borders", "terminals", "connectors")
    monkeypatch.setattr(
        studies, "TABLES", {**studies.TABLES, **{n: shuffle(studies.TABLES[n], rng) for n in names}}
    )
    other = prepare(open_study(write_small_study(tmp_path)))
    a, b = (solve_scenario(p, "gap-open", 2035) for p in (prepared, other))
    np.testing.assert_allclose(b.served, a.served, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(np.nansum(b.equilibrium.logsum), np.nansum(a.equilibrium.logsum), rtol=1e-7)


def test_names_of_places_change_nothing(prepared, tmp_path, monkeypatch):
    """Another id for one place gives the same result."""
    renamed = {name: text.replace("yard", "y-place") for name, text in studies.TABLES.items()}
    monkeypatch.setattr(studies, "TABLES", renamed)
    other = prepare(open_study(write_small_study(tmp_path)))
    a, b = (solve_scenario(p, "today", 2024) for p in (prepared, other))
    np.testing.assert_allclose(b.served, a.served, rtol=1e-6, atol=1e-3)


def test_a_ban_is_the_same_as_a_missing_state(prepared):
    """Evaluated under south-closed, no open route of a pair without an end in STH touches STH."""
    state = prepared.build_state("south-closed", 2024)
    table = prepared.build_arc_table(state)
    found = evaluate_routes(prepared.network, state, prepared.routes, prepared.classes, table)
    for r in np.flatnonzero(found.availability.usable > 0.0):
        assert "STH" not in prepared.words.describe_one(prepared.routes.get_arcs(r))["countries"]
