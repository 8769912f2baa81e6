"""Delay and scarcity functions: published values, derivatives against differences, increasing and finite."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.assignment.delays import Scarcity, measure_delay, measure_price

LINE = (10.0, 0.15, 4.0)


def delay(rho, law, is_queue, is_firm=False):
    flow = np.atleast_1d(np.asarray(rho, float)) * 50.0
    n = len(flow)
    return measure_delay(
        flow, np.full(n, 50.0), np.tile(law, (n, 1)), np.full(n, is_queue), np.full(n, is_firm)
    )


def test_power_law_at_capacity():
    """BPR: time at capacity is 1.15 t0, so the delay is 0.15 t0; nothing at no flow."""
    hours, _ = delay([0.0, 1.0], LINE, False)
    np.testing.assert_allclose(hours, [0.0, 1.5])


@pytest.mark.parametrize(("scv", "expected"), [(0.0, 2.0), (1.0, 4.0), (4.0, 10.0)])
def test_queue_is_pollaczek_khinchine(scv, expected):
    """lambda 0.8, mu 1: W_q = 2, 4, 10 for squared variation 0, 1, 4 (methods 4)."""
    hours, _ = delay([0.8], (1.0, 1.0 + scv, 0.95), True)
    assert hours[0] == pytest.approx(expected)


def test_queue_stays_finite_beyond_its_limit():
    """Above the limit the wait follows its tangent, and beyond one and a half times capacity it stays."""
    hours, _ = delay([0.95, 1.0, 1.5, 9.0], (1.0, 2.0, 0.95), True)
    np.testing.assert_allclose(hours, [19.0, 39.0, 239.0, 239.0])


def test_scarcity_is_not_paid_twice():
    """Where the capacity is firm the wait stops at full use: from there a slot has its price."""
    hours, slope = delay([1.0, 1.3], (1.0, 2.0, 0.95), True, is_firm=True)
    np.testing.assert_allclose(hours, [39.0, 39.0])
    assert slope.tolist() == [0.0, 0.0]


@given(st.floats(0.01, 1.4), st.booleans())
def test_slopes_are_derivatives(rho, is_queue):
    """Slopes equal central differences and are positive."""
    law = (5.0, 1.0, 0.95) if is_queue else (5.0, 0.6, 3.0)
    below, above = (delay(rho * (1 + e), law, is_queue)[0][0] for e in (-1e-6, 1e-6))
    slope = delay(rho, law, is_queue)[1][0]
    assert slope > 0.0
    assert (above - below) / (rho * 50.0 * 2e-6) == pytest.approx(slope, rel=2e-3)


@given(st.floats(0.0, 3.0))
def test_slot_price_is_a_smooth_ramp(rho):
    """Free when empty, close to the slope beyond the start, derivative right, never falling."""
    scarcity = Scarcity(200.0, 0.95)
    at = lambda r: measure_price(np.array([r * 8.0]), np.array([8.0]), scarcity, np.array([True]))  # noqa: E731
    assert at(0.0)[0][0] == pytest.approx(0.0, abs=1e-12)
    assert at(1.95)[0][0] == pytest.approx(200.0, rel=1e-3)
    slope = (at(rho + 1e-6)[0][0] - at(rho - 1e-6)[0][0]) / (8.0 * 2e-6)
    assert at(rho)[1][0] == pytest.approx(slope, rel=1e-4, abs=1e-6)
    assert at(rho)[1][0] >= 0.0


def test_slots_of_an_assumed_capacity_cost_later():
    """Where the capacity is not firm slots are all but free up to 1.4 of it and cost the excess over 1.5."""
    scarcity = Scarcity(200.0, 0.95)
    price, slope = measure_price(np.array([11.2, 20.0]), np.full(2, 8.0), scarcity, np.full(2, False))
    assert 0.0 <= price[0] < 0.25
    assert price[1] == pytest.approx(200.0, rel=1e-3)
    assert slope[1] == pytest.approx(200.0 / 8.0, rel=1e-3)
