"""What indicators say of the built-in study: whose hold loosens, and how long China to Poti takes."""

import numpy as np
import pytest

from landbridge.indicators.elements import find_passages
from landbridge.indicators.exposure import measure_exposure
from landbridge.study.closures import build_elements
from landbridge.study.folder import open_study
from landbridge.study.pair_view import view_pair
from landbridge.study.prepare import prepare
from landbridge.study.reliability import draw_pair
from landbridge.study.run import solve_scenario

pytestmark = pytest.mark.slow  # finds the routes of the built-in study and solves five of its states


@pytest.fixture(scope="module")
def prepared():
    return prepare(open_study("eurasia"))


@pytest.fixture(scope="module")
def exposures(prepared):
    elements = build_elements(prepared)
    passages = find_passages(prepared.network, prepared.routes, elements)
    value = prepared.study.tables["classes"]["unit_value_usd_t"].astype(float)
    found = {}
    for name in ("today", "tripp-open", "region-open", "titr-upgraded"):
        flow = solve_scenario(prepared, name, 2035).equilibrium.flow
        found[name] = measure_exposure(prepared.routes, passages, flow, value, len(prepared.network.zones))
    return elements, found


@pytest.mark.parametrize(
    ("scenario", "zone", "state"),
    [
        ("tripp-open", "nakhchivan", "IRN"),
        ("region-open", "armenia", "GEO"),
        ("titr-upgraded", "kaz_west", "RUS"),
        ("titr-upgraded", "kaz_south", "RUS"),
        ("titr-upgraded", "kaz_north", "RUS"),
    ],
)
def test_1_a_way_that_opens_loosens_the_hold_of_those_who_held(prepared, exposures, scenario, zone, state):
    """The share through the state falls, by weight and by value."""
    elements, found = exposures
    z, e = prepared.network.zones.index(zone), elements.find("state", state)
    for share in ("share_tonnes", "share_value"):
        assert getattr(found[scenario], share)[z, e] < getattr(found["today"], share)[z, e]


def test_2_china_to_poti_takes_what_was_published(prepared):
    """By the Caspian at the end of 2024: P50 near the routine 19-23 days of 2023, P95 above them and below the
    53 days of the jam of 2022 (observation titr-2023, titr-2022).
    """
    solution = solve_scenario(prepared, "base-2024", 2024)
    view = view_pair(prepared, solution, "xian", "poti-port", "containers")
    routes, _ = draw_pair(prepared, view)
    names = prepared.network.place_ids
    network = view.solution.network
    best = None
    for route, spread in sorted(routes, key=lambda row: -view.shares[row[0]]):
        places = network.place[network.head[view.solution.routes.get_arcs(route)]]
        met = {names[p] for p in places[places >= 0]}
        if {"aktau-port", "alat-port"} <= met:
            best = spread
            break
    assert best is not None
    assert 17.0 < best.p50_h / 24.0 < 25.0
    assert 23.0 < best.p95_h / 24.0 < 53.0
    assert np.isfinite(best.buffer_index)
