"""Times by simulation: closed forms of methods.md 13, laws of chains, and common random numbers."""

import time

import numpy as np
import pytest

from landbridge.assignment.routes import RouteSet
from landbridge.indicators.reliability import Clock, lognormal, simulate, summarise

N = 400_000


def make_clock(mean, cv=0.0, wait=0.0, queue=0.0, *, place=-1, rho=0.0, storm=None, closed=(0.0,)):
    """A clock of len(mean) arcs; ``storm`` is (mean hold, its coefficient of variation) on all arcs."""
    n = len(mean)
    mu, sigma = lognormal(np.array(mean, float), (np.array(mean, float) * cv) ** 2)
    hold, spread = storm or (1.0, 0.0)
    storm_mu, storm_sigma = lognormal(np.array([hold]), np.array([(hold * spread) ** 2]))
    same = np.full(n, 1.0)
    return Clock(
        np.arange(n, dtype=np.int64), np.full(n, place, np.int64), rho, mu, sigma, wait * same, queue * same,
        np.full(n, -1 if storm is None else 0, np.int64), np.array([closed]), storm_mu, storm_sigma,
    )  # fmt: skip


def make_routes(*arcs):
    """Routes of one group along given arcs."""
    one = np.zeros(1, np.int64)
    start = np.concatenate(([0], np.cumsum([len(a) for a in arcs])))
    flat = np.array([k for a in arcs for k in a], np.int32)
    n = len(arcs)
    return RouteSet(
        one,
        one,
        one + 1,
        np.array([0, n]),
        start,
        flat,
        np.zeros(n, np.int64),
        np.zeros(n),
        np.full(1, np.nan),
    )


def draw(clock, *arcs, n=N, seed=1):
    routes = make_routes(*(arcs or [list(range(len(clock.arcs)))]))
    return simulate(clock, routes, np.arange(routes.n_routes), n, seed)


def test_1_a_log_normal_arc_has_the_published_percentiles():
    """m = 10, CV = 0.5: median 8.9443, P95 19.4532, buffer index 0.94532."""
    found = summarise(draw(make_clock([10.0], cv=0.5)), np.ones(1), 12.0)
    assert found.mean_h == pytest.approx(10.0, rel=3e-3)
    assert found.std_h == pytest.approx(5.0, rel=1e-2)
    assert found.p50_h == pytest.approx(8.9443, rel=3e-3)
    assert found.p95_h == pytest.approx(19.4532, rel=5e-3)
    assert found.buffer_index == pytest.approx(0.94532, rel=1e-2)


def test_2_an_exponential_queue_has_p95_of_three_means():
    """P95 = 2.99573 m."""
    found = summarise(draw(make_clock([0.0], queue=8.0)), np.ones(1), 8.0)
    assert found.p95_h == pytest.approx(8.0 * 2.99573, rel=5e-3)
    assert found.on_time == pytest.approx(1.0 - np.exp(-1.0), abs=3e-3)
    assert found.late_h == pytest.approx(8.0, rel=1e-2)  # no memory


def test_3_without_spread_all_percentiles_are_the_mean():
    """CV = 0 gives P95 = mean, and everything within the mean is in time."""
    found = summarise(draw(make_clock([10.0, 5.0]), n=100), np.ones(1), 15.0 + 1e-9)
    assert (found.p50_h, found.p95_h) == pytest.approx((15.0, 15.0), rel=1e-12)
    assert found.std_h == pytest.approx(0.0, abs=1e-6)
    assert (found.on_time, found.late_h) == pytest.approx((1.0, 0.0), abs=1e-12)


def test_4_independent_parts_add_means_and_variances():
    """A chain of a log-normal, a uniform wait and an exponential queue."""
    hours = draw(make_clock([10.0, 20.0], cv=0.4, wait=12.0, queue=3.0))
    assert hours.mean() == pytest.approx(30.0 + 2 * 6.0 + 2 * 3.0, rel=2e-3)
    expected = 16.0 + 64.0 + 2 * 12.0**2 / 12 + 2 * 9.0
    assert hours.var() == pytest.approx(expected, rel=2e-2)


def test_5_routes_share_the_arcs_that_they_share():
    """Two routes over the same arc take the same time; a third over another is independent of them."""
    hours = draw(make_clock([10.0, 10.0], cv=0.5), [0], [0], [1])
    assert (hours[0] == hours[1]).all()
    assert abs(np.corrcoef(hours[0], hours[2])[0, 1]) < 0.01


def test_6_operations_at_one_place_have_the_correlation_that_is_asked_for():
    """The correlation of log times is rho."""
    for rho in (0.0, 0.5, 1.0):
        hours = draw(make_clock([10.0, 30.0], cv=0.5, place=7, rho=rho), [0], [1])
        assert np.corrcoef(np.log(hours))[0, 1] == pytest.approx(rho, abs=0.01)


def test_7_a_storm_is_a_fluid_queue_over_an_alternating_renewal():
    """Mean wait = closed share / (1 - load) x E[L^2] / (2 E[L]); with no spread the wait is uniform over L."""
    closed, load, hold, cv = 0.1, 0.6, 48.0, 1.0
    hours = draw(make_clock([0.0], storm=(hold, cv), closed=(closed / (1 - load),)))[0]
    assert hours.mean() == pytest.approx(closed / (1 - load) * hold * (1 + cv**2) / 2, rel=0.03)
    fixed = draw(make_clock([0.0], storm=(hold, 0.0), closed=(1.0,)))[0]
    assert (fixed.mean(), fixed.max()) == pytest.approx((hold / 2, hold), rel=5e-3)
    assert fixed.var() == pytest.approx(hold**2 / 12, rel=1e-2)


def test_8_the_fluid_queue_agrees_with_arrivals_counted_one_by_one():
    """A plain twin: ships served at unit rate, shut for L in every cycle of U + L, arrivals at rate 0.6."""
    up, down, load, step = 90.0, 10.0, 0.6, 0.01
    waits, backlog = [], 0.0
    for k in range(int(20 * (up + down) / step)):
        is_shut = (k * step) % (up + down) >= up
        left = (up + down) - (k * step) % (up + down) if is_shut else 0.0
        waits.append(left + backlog)
        backlog = max(0.0, backlog + step * (load - (0.0 if is_shut else 1.0)))
    met = down / (up + down) / (1 - load)
    hours = draw(make_clock([0.0], storm=(down, 0.0), closed=(met,)))[0]
    assert hours.mean() == pytest.approx(np.mean(waits), rel=0.02)
    assert np.quantile(hours, 0.9) == pytest.approx(np.quantile(waits, 0.9), abs=0.1)


def test_9_equal_scenarios_differ_by_nothing_and_blocks_do_not_matter(monkeypatch):
    """Common random numbers: the same bytes again, whatever the size of a block or the other arcs drawn."""
    clock = make_clock([10.0, 20.0], cv=0.5, wait=3.0, storm=(40.0, 1.0), closed=(0.2, 0.0))
    first = draw(clock, [0], n=5000)
    monkeypatch.setattr("landbridge.indicators.reliability.BLOCK", 333)
    assert (draw(clock, [0], [0, 1], n=5000)[0] == first[0]).all()
    assert (draw(clock, [0], n=5000, seed=2) != first).any()


def test_10_the_error_of_p95_falls_with_the_root_of_the_draws():
    """Sixteen times the draws, about a quarter of the error."""
    clock = make_clock([10.0], cv=0.5)

    def error(n):
        return np.std([summarise(draw(clock, n=n, seed=s), np.ones(1), 1.0).p95_h for s in range(200)])

    assert error(500) / error(8000) == pytest.approx(4.0, rel=0.25)


def test_11_a_mixture_of_routes_has_the_shares_of_its_cargo():
    """Half of the cargo takes 10 h, half 20 h: P50 = 10, P80 = 20."""
    found = summarise(np.array([[10.0] * 4, [20.0] * 4]), np.array([1.0, 1.0]), 15.0)
    assert (found.mean_h, found.p50_h, found.p80_h, found.on_time) == pytest.approx((15.0, 10.0, 20.0, 0.5))


def test_12_a_million_door_to_door_draws_a_second():
    """A chain of twenty uncertain arcs on one core; half the bar is asked for, as others may be at work."""
    clock = make_clock([10.0] * 20, cv=0.5)
    draw(clock, n=1000)
    fastest = np.inf
    for seed in range(5):
        start = time.perf_counter()
        draw(clock, n=200_000, seed=seed)
        fastest = min(fastest, time.perf_counter() - start)
    assert 200_000 / fastest > 0.5e6
