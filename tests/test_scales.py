"""Scales of choice: how they fall with what the cheapest way of a pair costs."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.assignment.costs import build_classes, list_usable_arcs
from landbridge.assignment.routes import SCALE_REACH, RouteSet
from landbridge.network import Arc, build_network
from landbridge.study.folder import open_study
from landbridge.study.prepare import prepare
from studies import write_small_study


def make_groups(*costs: float) -> RouteSet:
    """A route of one class for each anchor."""
    n = len(costs)
    whole = np.arange(n + 1)
    return RouteSet(
        np.zeros(n, np.int64), np.zeros(n, np.int64), whole[1:], whole, whole, whole[:-1].astype(np.int32),
        np.zeros(n, np.int64), np.zeros(n), np.array(costs),
    )  # fmt: skip


def make_class(elasticity: float, cost: float = 100.0) -> SimpleNamespace:
    return SimpleNamespace(
        route_scale=np.array([0.06]),
        mode_scale=np.array([0.02]),
        scale_cost=np.array([cost]),
        scale_elasticity=np.array([elasticity]),
    )


@pytest.mark.parametrize(
    ("elasticity", "expected"),
    [(0.0, [1.0, 1.0, 1.0, 1.0]), (1.0, [2.0, 1.0, 0.5, 1.0]), (0.5, [2**0.5, 1.0, 0.5**0.5, 1.0])],
)
def test_scales_follow_the_cheapest_way(elasticity, expected):
    """(C / c) ^ e with C = 100; a pair without an anchor has the scales of its class."""
    theta, mu = make_groups(50.0, 100.0, 200.0, np.nan).measure_scales(make_class(elasticity))
    np.testing.assert_allclose(theta, 0.06 * np.array(expected), rtol=1e-12)
    np.testing.assert_allclose(mu, 0.02 * np.array(expected), rtol=1e-12)


@given(st.floats(26.0, 390.0), st.floats(0.0, 0.5))
def test_with_elasticity_one_only_ratios_of_cost_matter(cheapest, dearer):
    """The odds of a way that is dearer by a given part do not depend on how long the journey is."""
    mu = make_groups(cheapest).measure_scales(make_class(1.0))[1][0]
    odds = np.exp(-mu * dearer * cheapest)
    np.testing.assert_allclose(odds, np.exp(-0.02 * dearer * 100.0), rtol=1e-9)


def test_scales_stay_within_reach():
    theta, _ = make_groups(0.0, 1e6).measure_scales(make_class(1.0))
    np.testing.assert_allclose(theta / 0.06, [SCALE_REACH, 1.0 / SCALE_REACH], rtol=1e-12)


def test_a_pair_is_anchored_by_what_is_open():
    """The dearer way anchors while the cheap one is shut; where nothing is open, the cheapest of all."""
    routes = RouteSet(
        np.zeros(2, np.int64), np.zeros(2, np.int64), np.array([1, 2]), np.array([0, 2, 4]), np.arange(5),
        np.arange(4, dtype=np.int32), np.zeros(4, np.int64), np.zeros(4), np.full(2, np.nan),
    )  # fmt: skip
    anchored = routes.anchor(np.array([10.0, 30.0, 20.0, 40.0]), np.array([0.0, 0.5, 0.0, 0.0]))
    assert anchored.group_cost.tolist() == [30.0, 20.0]


def test_the_elasticity_of_a_study_is_used(tmp_path):
    """Dear pairs of the small study choose more loosely with an elasticity, and cheap pairs more sharply."""
    study = open_study(write_small_study(tmp_path / "plain"))
    plain = prepare(study)
    folder = write_small_study(tmp_path / "scaled")
    path = folder / "tables" / "classes.csv"
    lines = path.read_text().splitlines()
    lines = [
        line.replace(",reliability_ratio", ",scale_cost_usd_t,scale_elasticity,reliability_ratio", 1)
        if number == 0
        else line.replace(",0.8,300,", ",150,1,0.8,300,").replace(",0.3,120,", ",60,0,0.3,120,")
        for number, line in enumerate(lines)
    ]
    path.write_text("\n".join(lines) + "\n")
    scaled = prepare(open_study(folder))
    mu, was = scaled.routes.measure_scales(scaled.classes)[1], plain.routes.measure_scales(plain.classes)[1]
    boxes, cost = scaled.routes.group_class == 0, scaled.routes.group_cost
    assert np.isfinite(cost).all()
    assert (mu[boxes & (cost < 140)] > was[boxes & (cost < 140)]).all()
    assert (mu[boxes & (cost > 160)] < was[boxes & (cost > 160)]).all()
    np.testing.assert_array_equal(mu[~boxes], was[~boxes])


def test_a_service_takes_only_its_classes(tmp_path):
    """A line of tankers, as it were: the feeder of the small study takes grain and no general goods."""
    folder = write_small_study(tmp_path)
    path = folder / "tables" / "services.csv"
    text = path.read_text().replace("id,name,links,carries,", "id,name,links,carries,classes,", 1)
    text = text.replace(",wagon;truck,", ",wagon;truck,,").replace(",box;bulk,,3,", ",box;bulk,grain,,3,")
    path.write_text(text.replace(",box;bulk,,7,", ",box;bulk,,,7,"))
    study = open_study(folder)
    network, classes = build_network(study.tables), build_classes(study.tables["classes"])
    ids = study.tables["services"].ids
    usable = list_usable_arcs(network, classes)
    sails = network.kind == Arc.SAIL
    for name, expected in (("feeder", [False, True]), ("ocean", [True, True])):
        arcs = sails & (network.service_row == ids.index(name))
        assert [usable[k, arcs].any() for k in range(2)] == expected
