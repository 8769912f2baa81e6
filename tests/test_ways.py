"""Which ways are sought, whose mode they are, and which of them a rule of transit concerns."""

import numpy as np
import pytest

from landbridge.assignment.availability import list_concerned
from landbridge.assignment.candidates import find_candidates
from landbridge.assignment.costs import MEASURES, build_arc_table, sum_parts
from landbridge.assignment.routes import NESTS
from landbridge.network import Arc, TransitRule
from landbridge.network.supernetwork import CARRIAGES
from landbridge.study.folder import open_study
from landbridge.study.prepare import prepare
from studies import write_small_study

LINK = "yard--west-road,yard,west,road,2500,,operating,,,65,,0.5,,,,,1.2,0.7,80,0.2,,,N1,observed,\n"
POST = "west-road,west,MID,WST,road,both,10,,4,30,0.5,,80,no,,800,2023,GK,assumption,\n"
ROUND = (
    ("links", "east--east-port-rail,", f"{LINK}east--east-port-rail,"),
    ("borders", "south-road-in,", f"{POST}south-road-in,"),
)
"""A road round the water between the middle and the west, far longer than the ferry."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(open_study(write_small_study(tmp_path_factory.mktemp("ways"), *ROUND)))


def has(prepared, routes, marked) -> np.ndarray:
    """Whether each route takes an arc that is marked."""
    return np.logical_or.reduceat(marked[routes.arcs], routes.start[:-1])


def test_who_can_go_round_the_water_is_shown_the_way(prepared):
    """By its cost the road round the water is in no view that keeps the ferry; it is sought on land alone."""
    p, network = prepared, prepared.network
    zones = list(network.zones)
    state = p.build_state("base-2024", 2024)
    table = build_arc_table(state, p.classes, p.tables, 0.0)
    n = len(zones)
    wanted = np.zeros((len(p.classes.ids), n, n), bool)
    wanted[list(p.classes.ids).index("general"), zones.index("east-zone"), zones.index("west-zone")] = True
    hours = table[:, :, MEASURES.index("time_h")]
    found = find_candidates(network, [state], [sum_parts(table)], [hours], p.classes, wanted, (), None)
    afloat = np.isin(network.kind, (Arc.SAIL, Arc.FERRY))
    wet = np.logical_or.reduceat(afloat[found.arcs], found.starts[:-1])
    assert wet.any()
    assert (~wet).any()


def test_what_is_loaded_into_a_ship_is_no_trucks_cargo(prepared):
    """A way by road has no ship but a ferry; where a ship and trucks share a way it is one by sea."""
    p, network, routes = prepared, prepared.network, prepared.routes
    sails = has(p, routes, network.kind == Arc.SAIL)
    moves = network.kind == Arc.MOVE
    rails = has(p, routes, moves & (network.carriage == CARRIAGES.index("rail")))
    roads = has(p, routes, moves & (network.carriage == CARRIAGES.index("road")))
    by_road = routes.nest == NESTS.index("road")
    assert not (by_road & sails).any()
    mixed = sails & roads & ~rails
    assert mixed.any()
    assert (routes.nest[mixed] == NESTS.index("sea")).all()


@pytest.mark.parametrize("mode", ["", "rail", "road"])
def test_a_penalty_of_a_mode_spares_the_others(prepared, mode):
    """Transit through WST by a mode is charged to the routes that this mode carries there, and to no other."""
    p, network, routes = prepared, prepared.network, prepared.routes
    rule = TransitRule("r", "WST", (), 1.0, 10.0, (), "", (), mode)
    found = list_concerned(network, [rule], p.classes.ids, routes.paths)[0]
    inside = network.list_nodes_in(["WST"])
    ashore = (network.kind == Arc.MOVE) & inside[network.tail] & inside[network.head]
    if mode:
        ashore &= network.carriage == CARRIAGES.index(mode)
    foreign = np.array(["WST" not in states for states in network.zone_countries])
    transit = foreign[routes.group_origin] & foreign[routes.group_destination]
    expected = has(p, routes, ashore) & transit[routes.route_group]
    if mode:
        np.testing.assert_array_equal(found, expected)
        assert 0 < found.sum() < transit[routes.route_group].sum()
    else:
        assert (found >= expected).all()


def test_a_penalty_of_a_mode_is_read_from_the_table(tmp_path):
    change = ("state_penalties", "id,state,class,cost", "id,state,class,mode,cost")
    row = ("state_penalties", "south-penalty,STH,,8", "south-penalty,STH,,rail,8")
    found = prepare(open_study(write_small_study(tmp_path, change, row))).scenarios["today"].rules
    assert [rule.mode for rule in found if rule.id == "south-penalty"] == ["rail"]
