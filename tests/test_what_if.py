"""What-ifs as the study solves them: like scenarios where they are alike, with ways round where ways are lost."""

from pathlib import Path

import numpy as np
import pytest

from landbridge.assignment.routes import RouteSet
from landbridge.indicators.solution import Solution
from landbridge.study.folder import open_study
from landbridge.study.prepare import Prepared, prepare
from landbridge.study.run import solve_scenario
from landbridge.study.settings import Change, WhatIf
from landbridge.study.what_if import (
    UNNAMED,
    Variant,
    add_what_if,
    find_trial,
    keep_shipping,
    list_final,
    list_network_faults,
    make_id,
    solve_what_if,
)
from studies import write_small_study

YEAR = 2035


def make(*changes: tuple[str, str, str], base: str = "today", share: float | None = None) -> WhatIf:
    return WhatIf(
        title="What if",
        base=base,
        changes=tuple(Change(kind=k, id=i, to=to, share=share) for k, i, to in changes),  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return keep_shipping(prepare(open_study(write_small_study(tmp_path_factory.mktemp("what-if")))))


@pytest.fixture(scope="module")
def today(prepared: Prepared) -> Solution:
    return solve_scenario(prepared, "today", YEAR)


def flows(solution: Solution) -> np.ndarray:
    return solution.arc_load.sum(axis=0)


@pytest.mark.parametrize("layer", ["fixed", "elastic", "gravity"])
def test_1_it_is_the_scenario_that_it_is_like(tmp_path: Path, layer: str) -> None:
    """Whatever demand answers to: the state shut by hand is the scenario in which it is shut."""
    change = ("study", "allow_reentry: false", f"allow_reentry: false, demand_layer: {layer}")
    p = keep_shipping(prepare(open_study(write_small_study(tmp_path, change))))
    base = solve_scenario(p, "today", YEAR)
    _, found = solve_what_if(p, make(("state", "STH", "shut")), base)
    expected = solve_scenario(p, "south-closed", YEAR)
    np.testing.assert_allclose(flows(found), flows(expected), rtol=1e-6, atol=1e-6 * flows(expected).max())
    np.testing.assert_allclose(found.demand, expected.demand, rtol=1e-6)


def test_2_demand_is_conserved_and_the_certificate_holds(prepared: Prepared, today: Solution) -> None:
    """Served and unserved are the demand, and the equilibrium is one, whatever is shut."""
    for what_if in (
        make(("link", "west--south-road", "shut"), ("gate", "gap-open", "open")),
        make(("port", "mid-port", "shut")),
        make(("border", "far-rail", "partial"), share=0.3),
        make(("state", "MID", "shut"), ("state", "STH", "shut")),
    ):
        _, found = solve_what_if(prepared, what_if, today)
        assert found.equilibrium.residual <= 1e-9
        assert found.measure_imbalance() < 1e-12
        np.testing.assert_allclose(found.demand, today.demand)


def count_ways(routes: RouteSet) -> np.ndarray:
    return np.diff(routes.group_first)


def test_3_who_loses_a_way_gets_the_best_that_is_left(tmp_path: Path) -> None:
    """A road that no scenario needs takes over when the ways of all scenarios are shut by hand.

    Without ways round the isle would be cut off; the new route is one that the study's set does not have, and
    the routes of everybody else are as they were.
    """
    detour = "".join(
        f"west--{name}-road,west,{name},road,{km},,operating,,,60,,0.5,,,,,1.1,0.8,80,0.2,,,N1,observed,\n"
        f"{name}--isle-road,{name},isle,road,{km},,operating,,,60,,0.5,,,,,1.1,0.8,80,0.2,,,N1,observed,\n"
        for name, km in (("yonder", 480), ("farther", 4000))
    )
    places = "".join(
        f"{name},{name.title()},WST,,{lat},{lon},city,,N1,observed,\n"
        for name, lat, lon in (("yonder", 37.0, 45.0), ("farther", 10.0, 46.0))
    )
    study = write_small_study(
        tmp_path,
        ("nodes", "strait,Strait", f"{places}strait,Strait"),
        ("classes", "0.8,300,", "0.8,9000,"),  # cargo that bears the long way
        ("classes", "0.3,120,", "0.3,9000,"),
        ("links", "east--east-port-rail,", detour + "east--east-port-rail,"),
    )
    p = keep_shipping(prepare(open_study(study)))
    base = solve_scenario(p, "today", YEAR)
    what_if = make(("link", "west--south-road", "shut"), ("link", "west--yonder-road", "shut"))
    variant, found = solve_what_if(p, what_if, base)
    zones = p.network.zones
    o, d = zones.index("west-zone"), zones.index("isle-zone")
    assert found.served[:, o, d].sum() == pytest.approx(base.served[:, o, d].sum(), rel=0.01)
    assert (variant.old < 0).any()
    check_variant(p, variant)


def check_variant(p: Prepared, variant: Variant) -> None:
    """The old routes are all there, in their groups and order; new ones are the only difference."""
    kept = variant.old >= 0
    np.testing.assert_array_equal(np.sort(variant.old[kept]), np.arange(p.routes.n_routes))
    for route in np.flatnonzero(kept)[:200]:
        np.testing.assert_array_equal(
            variant.prepared.routes.get_arcs(int(route)), p.routes.get_arcs(int(variant.old[route]))
        )
    assert (count_ways(variant.prepared.routes) >= count_ways(p.routes)).all()
    assert variant.prepared.routes.group_first[-1] == variant.prepared.routes.n_routes


def test_4_shutting_what_carries_nothing_changes_nothing(prepared: Prepared, today: Solution) -> None:
    """A planned line shut by hand, and a state opened that is open."""
    for what_if in (make(("link", "gap--isle-rail", "shut")), make(("state", "STH", "open"))):
        _, found = solve_what_if(prepared, what_if, today)
        np.testing.assert_allclose(flows(found), flows(today), rtol=1e-6, atol=1.0)


def test_5_what_a_scenario_closes_can_be_opened(prepared: Prepared, today: Solution) -> None:
    """From the scenario that shuts STH, opening it leads back to today."""
    base = solve_scenario(prepared, "south-closed", YEAR)
    _, found = solve_what_if(prepared, make(("state", "STH", "open"), base="south-closed"), base)
    np.testing.assert_allclose(flows(found), flows(today), rtol=1e-6, atol=1e-6 * flows(today).max())


def test_5a_what_is_shut_can_be_opened_to_a_share(prepared: Prepared, today: Solution) -> None:
    """Half open, a gate or a link that is shut serves less cargo than open, with all that it requires."""
    rows = [prepared.tables["links"].index[name] for name in ("west--gap-rail", "gap--isle-rail")]
    on_gap = np.isin(prepared.network.link_row, rows)
    for kind, name in (("gate", "gap-open"), ("link", "gap--isle-rail")):
        _, half = solve_what_if(prepared, make((kind, name, "partial"), share=0.5), today)
        _, full = solve_what_if(prepared, make((kind, name, "open")), today)
        assert 0.0 == flows(today)[on_gap].sum() < flows(half)[on_gap].sum() < flows(full)[on_gap].sum()


def test_5b_the_own_trade_of_a_state_is_shut_and_opened(tmp_path: Path) -> None:
    """Shut by hand it is the scenario that shuts it, and opening it leads back to today."""
    shut = "  far-shut: {title: No trade of FAR, extends: today, close_trade: [FAR]}\n"
    change = ("study", "  south-closed:", f"{shut}  south-closed:")
    p = keep_shipping(prepare(open_study(write_small_study(tmp_path, change))))
    base, expected = (solve_scenario(p, name, YEAR) for name in ("today", "far-shut"))
    _, found = solve_what_if(p, make(("trade", "FAR", "shut")), base)
    most = flows(base).max()
    np.testing.assert_allclose(flows(found), flows(expected), rtol=1e-6, atol=1e-6 * most)
    far = p.network.zones.index("far-zone")
    assert base.served[:, far, :].sum() > 0.0
    assert found.served[:, far, :].sum() == found.served[:, :, far].sum() == 0.0
    _, back = solve_what_if(p, make(("trade", "FAR", "open"), base="far-shut"), expected)
    np.testing.assert_allclose(flows(back), flows(base), rtol=1e-6, atol=1e-6 * most)
    faults = list_network_faults(p, make(("trade", "FAR", "partial"), share=0.5).changes)
    assert [fault.column for fault in faults] == ["changes.0.to"]


def test_6_a_what_if_stands_among_the_scenarios(prepared: Prepared) -> None:
    """It has gates, rules and a state of its own; the scenarios beside it are what they were."""
    own = add_what_if(prepared, UNNAMED, make(("link", "west--far-rail", "shut"), ("state", "STH", "shut")))
    state, before = own.build_state(UNNAMED, YEAR), prepared.build_state("today", YEAR)
    gone = {
        str(own.tables["links"]["id"][own.network.link_row[a]])
        for a in np.flatnonzero(before.is_open & ~state.is_open)
    }
    assert gone == {"west--far-rail"}
    assert "closed-STH" in {rule.id for rule in state.rules}
    after = own.build_state("today", YEAR)
    np.testing.assert_array_equal(after.is_open, before.is_open)
    assert after.rules == before.rules


def test_7_its_id_is_its_content() -> None:
    """Order does not matter, the last word on a thing counts, and the base and shares do."""
    a, b = ("gate", "gap-open", "open"), ("state", "STH", "shut")
    assert make_id(make(a, b)) == make_id(make(b, a)) == make_id(make(("state", "STH", "open"), a, b))
    assert make_id(make(a, b)) != make_id(make(a, b, base="base-2024"))
    weak = [make_id(make(("gate", "south-usable", "partial"), share=s)) for s in (0.2, 0.3)]
    assert weak[0] != weak[1]
    assert [c.to for c in list_final(make(b, a).changes)] == ["open", "shut"]


def test_8_what_nothing_would_open_is_said(prepared: Prepared) -> None:
    """A border that nothing crosses, a node that is no port."""
    faults = list_network_faults(
        prepared, make(("port", "far", "shut"), ("link", "gap--isle-rail", "open")).changes
    )
    assert [fault.value for fault in faults] == ["far"]


def test_9_a_trial_takes_all_that_a_what_if_may_take(prepared: Prepared, today: Solution) -> None:
    """It shuts a link on which somebody's cargo goes, and not the busiest."""
    change = find_trial(prepared, today)
    assert change is not None
    _, found = solve_what_if(prepared, make((change.kind, change.id, change.to)), today)
    row = prepared.tables["links"].index[change.id]
    on_link = prepared.network.link_row == row
    assert 0.0 == flows(found)[on_link].sum() < flows(today)[on_link].sum() < 0.5 * flows(today).max()
