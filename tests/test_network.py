"""The supernetwork and its link states, on the small study."""

import numpy as np
import pytest

from landbridge.network import Arc, TransitRule, build_network, evaluate
from landbridge.study.folder import open_study
from landbridge.study.scenarios import build_scenario_state, place_gauge_breaks, resolve_scenario
from studies import write_small_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return open_study(write_small_study(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def tables(study):
    return place_gauge_breaks(study.tables, study.settings.gauge_breaks)


@pytest.fixture(scope="module")
def network(tables):
    return build_network(tables)


def state_of(study, network, tables, scenario, year=2024):
    return build_scenario_state(study, network, tables, resolve_scenario(study, scenario), year)


def arcs_of(network, kind, element):
    return [a for a in range(network.n_arcs) if network.kind[a] == kind and network.element[a] == element]


def test_a_place_is_split_by_mode_gauge_and_side(network):
    """yard has rail of two gauges and road, each with an arriving and a departing side."""
    sides = {n.removeprefix("yard|") for n in network.nodes if n.startswith("yard|")}
    assert sides == {
        f"{layer}|{side}" for layer in ("rail-1435", "rail-1520", "road") for side in ("in", "out")
    }


def test_two_transfers_in_a_row_are_impossible(network):
    """After a transfer only a movement, a boarding or the end can follow: no head of a transfer is the tail
    of another.
    """
    transfers = np.isin(network.kind, (Arc.TRANSFER, Arc.GAUGE, Arc.LOAD, Arc.UNLOAD))
    assert not set(network.head[transfers].tolist()) & set(network.tail[transfers].tolist())


def test_cargo_is_handed_to_a_train_where_it_leaves_another_carrier(network):
    """Shipper, truck and quay hand over; a change of gauge, a frontier and a wagon ferry do not."""
    handed = network.list_train_handovers()
    layer = [name.split("|")[1:] for name in network.nodes]
    for arc in range(network.n_arcs):
        ends = [layer[node] for node in (network.tail[arc], network.head[arc])]
        if "frontier" in (ends[0][-1], ends[1][-1]):
            assert not handed[arc]
        else:
            by_train = [end[0].startswith("rail-") for end in ends]
            assert handed[arc] == (by_train[0] != by_train[1]), network.element[arc]
    kinds = {Arc(k).name for k in network.kind[handed]}
    assert {"ACCESS", "EGRESS", "TRANSFER"} <= kinds
    assert not kinds & {"MOVE", "GAUGE", "BORDER", "FERRY"}


def test_a_border_is_an_arc_of_its_own(network, tables):
    """west - far crosses a frontier: movement, then the border row, in both directions."""
    assert len(arcs_of(network, Arc.BORDER, "far-rail")) == 2
    attributes = evaluate(network, tables, 2024)
    for arc in arcs_of(network, Arc.BORDER, "far-rail"):
        assert attributes.time_h[3, :, arc].tolist() == [12.0, 40.0]


def test_directions_of_a_border_may_differ(network, tables):
    """Into STH 18 h, out of it 24 h."""
    attributes = evaluate(network, tables, 2024)
    hours = [
        attributes.time_h[3, 0, a]
        for e in ("south-road-in", "south-road-out")
        for a in arcs_of(network, 4, e)
    ]
    assert sorted(hours) == [18.0, 18.0, 24.0, 24.0]


def test_planned_links_are_in_the_network_and_shut(study, network, tables):
    """The line through the gap exists in every state; only gap-open opens it, without a new network."""
    gap = arcs_of(network, Arc.MOVE, "west--gap-rail")
    assert len(gap) == 2
    assert not state_of(study, network, tables, "today").is_open[gap].any()
    assert state_of(study, network, tables, "gap-open").is_open[gap].all()


def test_the_place_of_the_gauge_break_is_a_parameter(study):
    """At gap the western part is 1435; moved to isle the whole chain is 1520 and a yard stands at isle."""
    moved = tuple(b.model_copy(update={"place": "isle"}) for b in study.settings.gauge_breaks)
    for breaks, gauge, yard in ((study.settings.gauge_breaks, 1435.0, "gap"), (moved, 1520.0, "isle")):
        tables = place_gauge_breaks(study.tables, breaks)
        assert tables["links"].row("gap--isle-rail")["gauge_mm"] == gauge
        assert tables["terminals"].row("gap-break-gauge-break")["node"] == yard


def test_partial_gates_scale_capacity_and_keep_links_open(study, network, tables):
    """South at a tenth: its road is open, its border post has a tenth of its capacity, routes know the gate."""
    full, weak = (state_of(study, network, tables, s) for s in ("base-2024", "south-weak"))
    road = arcs_of(network, Arc.MOVE, "west--south-road")
    assert weak.is_open[road].all()
    assert all(weak.arc_gates[a] == ("south-usable",) for a in road)
    post = [i for i, name in enumerate(full.facilities.ids) if name.startswith("south-road-in")]
    np.testing.assert_allclose(weak.capacity_t_year[post], 0.1 * full.capacity_t_year[post])


def test_measures_hold_from_their_year(study, network, tables):
    """ferry-double starts in 2028: capacity as before in 2024, twice in 2035."""
    ferry = state_of(study, network, tables, "today").facilities.ids.index("ferry")
    capacity = [
        state_of(study, network, tables, "ferry-doubled", y).capacity_t_year[ferry] for y in (2024, 2035)
    ]
    assert capacity[1] == pytest.approx(2.0 * capacity[0])


def test_sea_price_follows_the_year(study, network, tables):
    """0.6 of the base rate in 2023, 1 in 2024 and after; the fixed part of other services does not move."""
    sail = arcs_of(network, Arc.SAIL, "ocean")[0]
    rate = [evaluate(network, tables, year).money[0, 0, sail] for year in (2023, 2024, 2040)]
    assert rate[0] == pytest.approx(0.6 * rate[1])
    assert rate[2] == rate[1]


def test_backhaul_is_cheaper(network, tables):
    """The ocean's return direction costs 0.4 of the outward one."""
    attributes = evaluate(network, tables, 2024)
    out, back = (
        next(
            a
            for a in arcs_of(network, Arc.SAIL, "ocean")
            if network.forward[a] == way and network.link_row[a] == row
        )
        for row in [tables["links"].index["east-port--strait-sea"]]
        for way in (True, False)
    )
    assert attributes.money[0, 0, back] == pytest.approx(0.4 * attributes.money[0, 0, out])


def test_waiting_is_half_the_headway_times_its_factor(network, tables):
    """The feeder sails three times a week: 168 / 3 / 2 = 28 h; the ferry seven times with factor 1.5: 18 h."""
    attributes = evaluate(network, tables, 2024)
    waits = {
        e: {attributes.time_h[1, 0, a] for a in arcs_of(network, k, e)}
        for k, e in ((10, "feeder"), (13, "ferry"))
    }
    assert waits == {"feeder": {28.0}, "ferry": {18.0}}


def test_gauge_change_inside_a_border_row_costs_no_second_time(study, tables):
    """inside_border: handling is paid, dwell is not counted twice."""
    terminals = tables["terminals"]
    inside = terminals["inside_border"].copy()
    inside[terminals.index["yard-gauge"]] = True
    changed = {
        **tables,
        "terminals": type(terminals)("terminals", {**terminals.columns, "inside_border": inside}),
    }
    network = build_network(changed)
    arc = arcs_of(network, Arc.GAUGE, "yard-gauge")[0]
    attributes = evaluate(network, changed, 2024)
    assert attributes.time_h[:, :, arc].sum() == 0.0
    assert attributes.money[1, 0, arc] == 60.0


@pytest.mark.parametrize(
    ("pair_states", "except_pairs", "ends", "expected"),
    [
        ((), (), ("WST", "FAR"), True),
        ((), (), ("STH", "FAR"), False),
        (("FAR",), (), ("WST", "FAR"), True),
        (("FAR",), (), ("WST", "EST"), False),
        (("WST+FAR",), (), ("FAR", "WST"), True),
        (("WST+FAR",), (), ("WST", "WST"), False),
        ((), ("WST+WST",), ("WST", "WST"), False),
        ((), ("WST+WST",), ("WST", "FAR"), True),
    ],
)
def test_rules_know_their_pairs(pair_states, except_pairs, ends, expected):
    """A state's own trade is no transit; one name means any pair with it, two the pairs between; exceptions are spared."""
    rule = TransitRule("r", "STH", pair_states, 0.0, 0.0, (), "", except_pairs)
    assert rule.concerns((ends[0],), (ends[1],)) is expected


def test_nobody_boards_a_ship_only_to_get_off(network):
    """A ship at a place has an arriving and a leaving side: no arc leads from boarding to alighting without a sail."""
    boarded = set(network.head[network.kind == Arc.BOARD].tolist())
    assert boarded
    assert not boarded & set(network.tail[network.kind == Arc.ALIGHT].tolist())


def test_two_rows_for_one_crossing_do_not_depend_on_order(tables):
    """Of two border rows that fit alike the first by id is taken, in both directions and any order of rows."""
    from landbridge.network.supernetwork import find_border

    borders = tables["borders"]
    row = borders.index["far-rail"]
    both = {name: np.concatenate((column, column[[row]])) for name, column in borders.columns.items()}
    both["id"][-1], both["node"][-1] = "a-far-rail", "west"
    doubled = type(borders)("borders", both)
    for ends in (("west", "far", "WST", "FAR"), ("far", "west", "FAR", "WST")):
        assert doubled["id"][find_border(doubled, *ends, "rail")] == "a-far-rail"
