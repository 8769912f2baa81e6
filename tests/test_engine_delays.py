"""Delay functions: values, slopes against differences, integrals against quadrature, and a plain twin."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from landbridge.assignment.link_delays import Delays
from landbridge.kernels.delays import congestion

KINDS = {
    "bpr power 4": Delays.bpr(2.0, 100.0, 0.15, 4.0),
    "bpr power 1": Delays.bpr(2.0, 100.0, 0.15, 1.0),
    "bpr power 2.7": Delays.bpr(2.0, 100.0, 0.5, 2.7),
    "bpr power 0": Delays.bpr(2.0, 100.0, 0.5, 0.0),
    "no capacity": Delays.bpr(2.0, 0.0, 0.5, 4.0),
    "no free-flow time": Delays.bpr(0.0, 10.0, 0.5, 4.0),
    "conical": Delays.conical(3.0, 80.0, 4.0),
    "queue": Delays.queue(1.0, 90.0, 0.5, 1.5),
    "single track": Delays.rail(5.0, 60.0, 1.2, 3.0),
    "hinge": Delays.hinge(70.0, 1.1, 0.1),
    "log": Delays.log(1.0, 2.0, 250.0),
    "loss of elasticity 0.4": Delays.loss(3.0, 0.4, 250.0),
    "loss of elasticity 1": Delays.loss(3.0, 1.0, 250.0),
    "loss with its tangent": Delays.loss(3.0, 0.02, 250.0),
}


def plain(kind: int, x: float, a: float, b: float, g: float, h: float) -> float:
    """The formulae once more, slowly and apart."""
    x = max(x, 0.0)
    if kind == 1:
        return a * x**4
    if kind == 2:
        return a * x**b
    if kind == 3:
        return a * (1 + math.hypot(b * (1 - g * x), h) - b * (1 - g * x) - h)
    if kind == 4:
        r = g * x
        return a * r / (1 - r) if r <= h else a * (h / (1 - h) + (r - h) / (1 - h) ** 2)
    if kind == 5:
        return max(0.0, b + a * (x - g))
    if kind == 6:
        r = g * x
        return -a * math.log(1 - r) if r <= h else a * ((r - h) / (1 - h) - math.log(1 - h))
    if kind == 7:
        r = g * x
        level = (1 - h) ** -b
        return a * ((1 - r) ** -b - 1) if r <= h else a * (level - 1 + (r - h) * b * level / (1 - h))
    return 0.0


@pytest.mark.parametrize("name", KINDS)
def test_1_value_agrees_with_plain_twin(name: str) -> None:
    """A kernel and its twin agree to 1e-12."""
    d = KINDS[name]
    for x in (-1.0, 0.0, 1e-9, 10.0, 79.0, 85.0, 100.0, 240.0, 400.0):
        row = [float(getattr(d, n)[0]) for n in ("a", "b", "g", "h")]
        got = congestion(float(d.kind[0]), x, *row)[0]
        assert plain(int(d.kind[0]), x, *row) == pytest.approx(got, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("x", [3.0, 50.0, 77.0, 120.0, 300.0])
def test_2_slope_and_integral_agree_with_numerics(name: str, x: float) -> None:
    """Slopes are derivatives and integrals are integrals."""
    d = KINDS[name]
    step = 1e-4
    slope = (d.cost([x + step])[0] - d.cost([x - step])[0]) / (2 * step)
    assert slope == pytest.approx(d.slope([x])[0], rel=1e-6, abs=1e-9)
    area = quad(
        lambda v: d.cost([v])[0], 0.0, x, epsabs=1e-12, epsrel=1e-12, limit=500, points=[59, 70, 85.5]
    )[0]
    assert area == pytest.approx(d.integral([x])[0], rel=1e-9)


def test_3_published_values() -> None:
    """BPR at capacity 1.15, conical at capacity 2, single track at capacity 1 + alpha times the free-flow
    time."""
    assert Delays.bpr(1.0, 7.0, 0.15, 4.0).cost([7.0])[0] == pytest.approx(1.15)
    assert Delays.conical(1.0, 7.0, 4.0).cost([7.0])[0] == pytest.approx(2.0)
    assert Delays.conical(1.0, 7.0, 4.0).cost([0.0])[0] == pytest.approx(1.0)
    assert Delays.rail(1.0, 7.0, 1.2, 3.0).cost([7.0])[0] == pytest.approx(2.2)


def test_4_a_mix_keeps_each_link_its_own() -> None:
    """Rows are chosen link by link."""
    mix = Delays.bpr([1.0, 1.0], 1.0, 1.0, 4.0).where([True, False], Delays.queue([1.0, 1.0], 2.0, 1.0, 1.0))
    assert mix.cost([1.0, 1.0]).tolist() == [2.0, 2.0]


def test_5_what_cannot_be_is_refused() -> None:
    """Falling or unbounded delays are refused."""
    with pytest.raises(ValueError, match="power"):
        Delays.bpr(1.0, 1.0, 1.0, -1.0)
    with pytest.raises(ValueError, match="alpha"):
        Delays.conical(1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="load"):
        Delays.queue(1.0, 1.0, 1.0, 1.0, most=1.0)
    with pytest.raises(ValueError, match="negative"):
        Delays.bpr(1.0, 1.0, -0.5, 1.0)


def test_6_power_below_one_has_a_finite_slope_at_zero() -> None:
    """The slope is capped near zero flow, so a Newton step exists."""
    d = Delays.bpr(1.0, 100.0, 0.5, 0.5)
    assert np.isfinite(d.slope([0.0])[0])
    assert d.cost([100.0])[0] == pytest.approx(1.5)
