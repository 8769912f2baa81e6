"""Emissions and access: closed forms of methods.md 14 and 17, and identities of the tables of a run."""

from dataclasses import replace

import numpy as np
import pytest

from landbridge.indicators.access import hansen, list_costs, market_potential
from landbridge.indicators.emissions import (
    MODES,
    PARTS,
    build_factors,
    diesel_share,
    electric_intensity,
    load_intensity,
    measure_routes,
    tabulate_emissions,
)
from landbridge.network import Arc
from landbridge.study.folder import open_study
from landbridge.study.indicator_tables import IndicatorTables
from landbridge.study.prepare import prepare
from landbridge.study.run import solve_scenario
from studies import write_small_study

PARAMETERS = """\
M-direct-share-road,emission,Share at the vehicle,0.8,,,1,2025,N1,observed,
M-direct-share-diesel,emission,Share at the vehicle,0.8,,,1,2025,N1,observed,
M-direct-share-ship,emission,Share at the vehicle,0.8,,,1,2025,N1,observed,
M-diesel-rail-g-t-km,emission,Diesel trains,35,,,g/(t km),2025,N1,observed,
M-electric-rail-other,emission,Electric trains,15,,,g/(t km),2025,N1,observed,
M-electric-rail-EST,emission,Electric trains,25,,,g/(t km),2025,N1,observed,
M-hub-seaport-kg-t,emission,A port,0.6,,,kg/t,2025,N1,observed,
M-hub-inland-kg-t,emission,A yard,0.4,,,kg/t,2025,N1,observed,
M-trade-elasticity,access,Fall of trade,4,3,5,1,2004,N1,observed,
M-place-correlation,reliability,Of two operations,0.5,,,1,2025,N1,observed,
M-promise-factor,reliability,Promise,1.2,,,1,2025,N1,observed,
M-storm-hold-h,reliability,One stop,60,,,h,2025,N1,observed,
M-storm-hold-cv,reliability,Its spread,1,,,1,2025,N1,observed,
M-storm-load,reliability,Ships in use,0.7,,,1,2025,N1,observed,
"""


def test_1_the_textbook_chain():
    """1 t over 1000 km at 95.02 g is 95.02 kg; 20.9 Wh at 821.4 g/kWh is 17.2 g; a clean grid emits nothing."""
    assert pytest.approx(95.02) == 1.0 * 1000.0 * 95.02 / 1000.0
    assert electric_intensity(20.9, 821.4) == pytest.approx(17.2, abs=0.05)
    assert electric_intensity(20.9, 0.0, 1.12) == 0.0
    assert electric_intensity(20.9, 821.4, 1.12) == pytest.approx(1.12 * electric_intensity(20.9, 821.4))


def test_2_half_the_load_doubles_the_intensity():
    """A vehicle that burns the same carries half, so that each tonne stands for twice as much."""
    full = load_intensity(900.0, 20.0, 1.0, 0.2)
    assert load_intensity(900.0, 20.0, 0.5, 0.2) == pytest.approx(2.0 * full, rel=1e-12)
    assert load_intensity(900.0, 20.0, 1.0, 0.0) == pytest.approx(full / 1.2, rel=1e-12)


def test_3_traction_of_a_mixed_line():
    """A line at the mean of both tractions is half diesel; one at or above diesel is all diesel."""
    found = diesel_share(np.array([35.0, 25.0, 15.0, 40.0]), np.array([15.0, 15.0, 15.0, 15.0]), 35.0)
    np.testing.assert_allclose(found, [1.0, 0.5, 0.0, 1.0], atol=1e-12)


def test_4_access_of_one_market():
    """One market at no cost gives its size; beta 0 gives the total; dearer is less; no way is nothing."""
    markets = np.array([3.0, 4.0])
    cost = np.array([[0.0, np.nan], [10.0, 20.0], [12.0, 20.0]])
    found = hansen(markets, cost, 0.1)
    assert found[0] == 3.0
    assert found[1] > found[2]
    assert hansen(markets, cost, 0.0).tolist() == [3.0, 7.0, 7.0]
    potential = market_potential(markets, cost, 1000.0, 4.0)
    assert potential[0] == 3.0
    assert potential[1] == pytest.approx(3.0 * 1.01**-4 + 4.0 * 1.02**-4, rel=1e-12)
    assert market_potential(markets, cost, 1000.0, 0.0).tolist() == [3.0, 7.0, 7.0]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = write_small_study(tmp_path_factory.mktemp("study"))
    table = folder / "tables" / "parameters.csv"
    table.write_text(table.read_text(encoding="utf-8").rstrip("\n") + "\n" + PARAMETERS, encoding="utf-8")
    return prepare(open_study(folder))


@pytest.fixture(scope="module")
def solution(prepared):
    return solve_scenario(prepared, "gap-open", 2035)


@pytest.fixture(scope="module")
def factors(prepared, solution):
    return build_factors(prepared.network, solution.state, prepared.tables)


def test_5_parts_add_up_to_what_moving_emits_and_hubs_stand_beside(prepared, solution, factors):
    """Direct and upstream of an arc are its whole intensity times its length; a chain is the sum of its
    elements.
    """
    whole = solution.state.attributes.co2_kg_t
    np.testing.assert_allclose(factors.kg_t[:2].sum(axis=0), whole, rtol=1e-12)
    by_route = measure_routes(prepared.routes, factors, len(prepared.classes.ids))
    for r in range(prepared.routes.n_routes):
        chain = factors.kg_t[:, prepared.routes.get_arcs(r)].sum(axis=1)
        np.testing.assert_allclose(by_route[r], chain, rtol=1e-12)


def test_6_the_world_is_the_sum_of_modes_of_states_and_of_pairs(solution, factors):
    """Identities to 1e-9, part by part."""
    everything = np.ones(solution.routes.n_routes, bool)
    tables = tabulate_emissions(solution, factors, [("all", everything)])
    rows = tables["emissions"]
    kind = np.array(rows["kind"])
    for part in (*PARTS, "total"):
        values = rows[f"{part}_t_year"]
        world = values[kind == "world"][0]
        assert world > 0.0
        for other in ("mode", "state", "corridor"):
            assert values[kind == other].sum() == pytest.approx(world, rel=1e-9)
    for part in PARTS:
        whole = rows[f"{part}_t_year"][0]
        assert tables["pair_emissions"][f"{part}_t_year"].sum() == pytest.approx(whole, rel=1e-9)
    assert sum(name == "mode" for name in rows["kind"]) == len(MODES)


def test_7_traction_and_country_decide_what_is_upstream(prepared, factors):
    """Lines of EST at 25 g run on its current and emit nothing there; elsewhere 25 g is half diesel."""
    network = prepared.network
    rail = (network.kind == Arc.MOVE) & (factors.mode == MODES.index("rail"))
    direct, upstream = factors.kg_t[0], factors.kg_t[1]
    here = rail & (factors.state == "EST")
    there = rail & (factors.state == "WST")
    assert here.any()
    assert direct[here].max() == 0.0
    np.testing.assert_allclose(direct[there] / (direct + upstream)[there], 0.5 * 0.8, rtol=1e-12)


def test_8_a_detour_raises_intensity_and_not_activity(solution, factors):
    """All cargo moved to the longest way of its pair: the same tonne-km, more grams."""
    everything = np.ones(solution.routes.n_routes, bool)
    before = tabulate_emissions(solution, factors, [("all", everything)])["emissions"]
    routes, usable = solution.routes, solution.route_state.availability.usable > 0.0
    kg = measure_routes(routes, factors, len(solution.classes.ids)).sum(axis=1)
    flow = np.zeros(routes.n_routes)
    for g, tonnes in enumerate(solution.group_flow):
        own = np.arange(routes.group_first[g], routes.group_first[g + 1])
        if tonnes > 0.0:
            own = own[usable[own]]
            flow[own[np.argmax(kg[own])]] = tonnes
    worst = replace(solution, equilibrium=replace(solution.equilibrium, flow=flow))
    after = tabulate_emissions(worst, factors, [("all", everything)])["emissions"]
    assert after["activity_t_km_year"][0] == pytest.approx(before["activity_t_km_year"][0], rel=1e-9)
    assert after["intensity_g_t_km"][0] > before["intensity_g_t_km"][0]


def test_9_opening_a_line_brings_no_zone_further_away(prepared, solution):
    """At fixed costs of the other arcs, access in gap-open is no less than in today; times to the sea too."""
    today = solve_scenario(prepared, "today", 2035)
    tables = IndicatorTables(prepared, [], [])
    a, b = tables.tabulate(today)["access"], tables.tabulate(solution)["access"]
    z = list(a["zone"]).index("isle-zone")
    assert b["market_potential_busd"][z] > a["market_potential_busd"][z]
    assert (np.nan_to_num(b["sea_h"], nan=1e9) <= np.nan_to_num(a["sea_h"], nan=1e9) + 1e-9).all()
    assert np.isnan(np.diag(list_costs(today, 0))).all()


def test_10_all_tables_of_a_state_are_there(prepared, solution):
    """Every indicator has its table, and telling pairs their spread."""
    found = IndicatorTables(prepared, [], []).tabulate(solution)
    names = {"exposure", "concentration", "emissions", "pair_emissions", "reliability", "access"}
    assert set(found) == names
    spread = found["reliability"]
    assert (spread["p50_h"] <= spread["p80_h"]).all()
    assert (spread["p80_h"] <= spread["p95_h"]).all()
