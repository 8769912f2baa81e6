"""What the built-in study must show: the exclave, the rivals of the Middle Corridor, closures that cut off."""

import numpy as np
import pytest

from landbridge.assignment.routes import NESTS
from landbridge.indicators.corridors import list_corridor_flows, list_members, list_shipped
from landbridge.indicators.unserved import explain
from landbridge.study.folder import open_study
from landbridge.study.pair_view import view_pair
from landbridge.study.prepare import prepare
from landbridge.study.queries import describe_alternative
from landbridge.study.run import list_corridors, solve_scenario

pytestmark = pytest.mark.slow  # routes of eleven scenarios take half a minute before the first solve


@pytest.fixture(scope="module")
def prepared():
    return prepare(open_study("eurasia"))


@pytest.fixture(scope="module")
def solved(prepared):
    """Solutions by scenario and year, each solved once."""
    found = {}

    def get(scenario, year=2024):
        if (scenario, year) not in found:
            found[scenario, year] = solve_scenario(prepared, scenario, year)
        return found[scenario, year]

    return get


def ways(prepared, solution, origin, destination, class_id="general"):
    """Alternatives of a pair by falling share."""
    view = view_pair(prepared, solution, origin, destination, class_id)
    order = [r for r in np.argsort(-view.shares) if view.shares[r] > 1e-4]
    return [describe_alternative(view, int(r)) for r in order]


def carry(prepared, solution, corridor):
    """Tonnes a year and TEU of a counted corridor."""
    rule = next(c for c in list_corridors(prepared) if c.id == corridor)
    members = list_members(prepared.network, prepared.tables, prepared.routes, rule)
    shipped = list_shipped(prepared.network, prepared.tables, prepared.routes, rule)
    found = list_corridor_flows(solution, [rule], [members], [shipped])
    return float(found["flow_t_year"][0]), float(found["teu_year"][0])


def test_nakhchivan_was_supplied_across_iran(prepared, solved):
    """base-2024: no alternative passes Armenia, Iran carries most."""
    found = ways(prepared, solved("base-2024"), "azerbaijan", "nakhchivan")
    assert all("ARM" not in way["countries"] for way in found)
    assert sum(way["share"] for way in found if "IRN" in way["countries"]) > 0.5


def test_tripp_is_faster_and_cheaper(prepared, solved):
    """tripp-open 2035: the largest alternative passes Meghri, in less time and at less cost than the best of 2024."""
    before = ways(prepared, solved("base-2024"), "azerbaijan", "nakhchivan")
    best = ways(prepared, solved("tripp-open", 2035), "azerbaijan", "nakhchivan")[0]
    assert "meghri" in best["nodes"]
    assert best["time_h"] < min(way["time_h"] for way in before)
    assert best["cost_usd_per_t"] < before[0]["cost_usd_per_t"]
    assert best["generalised_cost_usd_per_t"] < min(way["generalised_cost_usd_per_t"] for way in before)


def test_without_iran_the_exclave_is_reached_through_georgia_and_turkiye(prepared, solved):
    """iran-closed: every alternative crosses both, none Iran, and it is dearer than today and than 2024."""
    closed = ways(prepared, solved("iran-closed"), "azerbaijan", "nakhchivan")
    assert sum(way["share"] for way in closed if {"GEO", "TUR"} <= set(way["countries"])) > 0.99
    assert all("IRN" not in way["countries"] for way in closed)

    def mean(found):
        return sum(w["share"] * w["generalised_cost_usd_per_t"] for w in found) / sum(
            w["share"] for w in found
        )

    for other in ("base-2024", "today"):
        assert mean(closed) > mean(ways(prepared, solved(other), "azerbaijan", "nakhchivan"))


def test_two_closures_cut_the_exclave_off(prepared, solved):
    """Iran and Turkiye closed: only they reach Nakhchivan; all else is unserved, and the cause is named."""
    solution = solved("iran-turkiye-closed")
    zone = solution.network.zones.index("nakhchivan")
    neighbours = np.array([bool({"IRN", "TUR"} & set(states)) for states in solution.network.zone_countries])
    assert solution.demand[:, ~neighbours, zone].sum() > 1e5
    assert solution.served[:, ~neighbours, zone].sum() == 0.0
    np.testing.assert_allclose(solution.unserved[:, ~neighbours, zone], solution.demand[:, ~neighbours, zone])
    gates = prepared.network.get_arc_gates(prepared.tables)
    origin = solution.network.zones.index("azerbaijan")
    cause, remedy = explain(solution, prepared.tables, gates, prepared.classes.index["general"], origin, zone)
    assert "IRN is closed" in cause
    assert "TUR is closed" in cause
    # The cheapest way that is shut, by rail or by road.
    assert "gate tripp-rail-open" in remedy or "gate tripp-road-open" in remedy


def test_containers_between_china_and_europe(prepared, solved):
    """2024: deep sea carries nearly all of them, the Northern rail route more than the Middle Corridor."""
    solution = solved("base-2024")
    groups = {row["id"]: row["zones"] for row in prepared.tables["zone_groups"].rows()}
    origin, end = (np.isin(solution.network.zones, groups[g]) for g in ("china", "eu27"))
    routes = prepared.routes
    boxes = routes.route_class == prepared.classes.index["containers"]
    pairs = (origin[routes.group_origin] & end[routes.group_destination])[routes.route_group] & boxes
    flow = solution.equilibrium.flow
    assert flow[pairs & (routes.nest == NESTS.index("sea"))].sum() > 0.95 * flow[pairs].sum()
    assert carry(prepared, solution, "northern")[1] > carry(prepared, solution, "middle")[1]


def test_russia_closed_moves_freight_to_sea_and_to_the_middle_corridor(prepared, solved):
    """The Northern Corridor falls to nothing; the Middle Corridor gains and its ships and ports fill up."""
    before, after = solved("today", 2035), solved("russia-closed", 2035)
    assert carry(prepared, after, "northern") == (0.0, 0.0)
    for corridor in ("middle", "deep-sea"):
        assert carry(prepared, after, corridor)[0] > carry(prepared, before, corridor)[0]
    names = after.state.facilities.ids
    for facility in ("aktau-seaport|boxes", "alat-seaport|boxes"):
        i = names.index(facility)
        assert after.equilibrium.delay_h[i] >= before.equilibrium.delay_h[i] > 0
        assert after.equilibrium.price_usd_t[i] > before.equilibrium.price_usd_t[i]
        assert after.equilibrium.load[i] > 0.95 * after.state.capacity_t_year[i]


def stays(solution):
    """Cargo that has an open way and stays, t/year."""
    s, at = solution.segments, solution.equilibrium
    return float((s.demand_t_year * (1.0 - at.shipped))[~np.isnan(at.logsum)].sum())


def test_trade_that_was_counted_moves(solved):
    """base-2024: trade statistics hold what did move, so next to nothing that has a way may stay."""
    solution = solved("base-2024")
    assert stays(solution) < 1e-4 * solution.demand.sum()


@pytest.mark.parametrize("scenario", ["titr-upgraded", "region-open", "red-sea-open"])
def test_better_ways_strand_nobody(solved, scenario):
    """2035: what opens or improves a way leaves no more cargo behind than today."""
    today = solved("today", 2035)
    assert stays(solved(scenario, 2035)) <= stays(today) * 1.05 + 1e-4 * today.demand.sum()


@pytest.mark.parametrize("scenario", ["base-2024", "tripp-open", "iran-closed"])
def test_conservation_and_certificates(solved, scenario):
    """Served + unserved = demand for each pair and class to 1e-9; residual below 1e-6; nothing negative."""
    solution = solved(scenario)
    assert solution.measure_imbalance() < 1e-9
    assert solution.equilibrium.residual < 1e-6
    assert solution.equilibrium.flow.min() >= 0.0


def test_opening_the_region_never_lowers_accessibility(prepared):
    """At fixed costs each pair's logsum cost with all borders open is at most that of TRIPP alone."""
    demand = np.ones_like(prepared.demand.t_year)
    tripp, region = (
        prepared.build_problem(prepared.build_state(s, 2024), demand) for s in ("tripp-open", "region-open")
    )

    def by_group(problem):
        s = problem.segments
        return dict(zip(zip(s.group, s.captive, s.need, strict=True), problem.measure_free(), strict=True))

    before, after = by_group(tripp), by_group(region)
    shared = [key for key in before if key in after and np.isfinite(before[key])]
    assert len(shared) > 10_000
    assert max(after[key] - before[key] for key in shared) < 1e-6
