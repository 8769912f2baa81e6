"""Appraisal against closed forms: present values, return, switching values, Shapley shares, waiting."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.indicators.appraisal import (
    Cashflow,
    appraise,
    discount,
    find_return,
    interpolate,
    lay_out,
    list_switching_values,
    share_by_shapley,
    value_waiting,
)


def annuity_project(scale=1.0):
    """Cost 100 now, 12 a year for 25 years from the next."""
    years = np.arange(26)
    benefits = np.where(years > 0, 12.0 * scale, 0.0)
    return Cashflow(years, benefits, np.where(years == 0, 100.0 * scale, 0.0), np.zeros(26))


def test_an_annuity_is_worth_its_closed_form():
    """methods 20: annuity 9.822580, NPV 17.8710, BCR 1.17871 at 9 percent."""
    assert discount(np.ones(25), np.arange(1, 26), 0.09, 0) == pytest.approx(9.822580, abs=5e-7)
    value = appraise(annuity_project(), 0.09, 0)
    assert value.npv == pytest.approx(17.8710, abs=5e-5)
    assert value.bcr == pytest.approx(1.17871, abs=5e-6)


def test_at_its_return_a_project_is_worth_nothing():
    rate = find_return(annuity_project())
    assert appraise(annuity_project(), rate, 0).npv == pytest.approx(0.0, abs=1e-8)
    assert 0.09 < rate < 0.12
    one = Cashflow(np.array([0, 1]), np.array([0.0, 110.0]), np.array([100.0, 0.0]), np.zeros(2))
    assert find_return(one) == pytest.approx(0.10)
    never = Cashflow(np.array([0, 1]), np.zeros(2), np.array([100.0, 0.0]), np.zeros(2))
    assert np.isnan(find_return(never))


@given(st.floats(0.01, 100))
def test_worth_is_linear_in_scale(scale):
    one, many = (appraise(annuity_project(s), 0.05, 0) for s in (1.0, scale))
    assert many.npv == pytest.approx(scale * one.npv)
    assert many.bcr == pytest.approx(one.bcr)


def test_switching_values_switch():
    """Benefits or costs times their switching value leave nothing."""
    flow = annuity_project()
    factors = list_switching_values(flow, 0.09, 0)
    less = Cashflow(flow.years, flow.benefits * factors["benefits"], flow.capital, flow.upkeep)
    dearer = Cashflow(flow.years, flow.benefits, flow.capital * factors["costs"], flow.upkeep)
    assert appraise(less, 0.09, 0).npv == pytest.approx(0.0, abs=1e-9)
    assert appraise(dearer, 0.09, 0).npv == pytest.approx(0.0, abs=1e-9)


def test_benefits_lie_on_lines_between_the_years_that_are_solved():
    years = np.arange(2028, 2045)
    found = interpolate([2030, 2040], [10.0, 30.0], years)
    assert found[years == 2035] == pytest.approx(20.0)
    assert found[0] == 10.0
    assert found[-1] == 30.0


def test_capital_is_spent_before_use_and_benefits_come_after():
    flow = lay_out(
        [2030, 2040],
        [8.0, 8.0],
        capital=100.0,
        opens=2030,
        build_years=4,
        life_years=25,
        upkeep=0.01,
        now=2026,
    )
    assert flow.years[[0, -1]].tolist() == [2026, 2054]
    assert flow.capital.sum() == pytest.approx(100.0)
    assert flow.capital[:4].tolist() == [25.0] * 4
    assert flow.benefits.sum() == pytest.approx(25 * 8.0)
    assert flow.upkeep.sum() == pytest.approx(25.0)
    assert (flow.benefits[flow.years < 2030] == 0.0).all()
    late = lay_out(
        [2030], [8.0], capital=100.0, opens=2027, build_years=4, life_years=5, upkeep=0.0, now=2026
    )
    assert late.capital.tolist() == [100.0, 0, 0, 0, 0, 0]  # what is left of the time is one year
    done = lay_out(
        [2030], [8.0], capital=100.0, opens=2026, build_years=4, life_years=5, upkeep=0.0, now=2026
    )
    assert done.capital.sum() == 100.0


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8))
def test_shapley_shares_sum_to_the_whole(values):
    """Shares add up to what all are worth together, and like projects share alike."""
    names = "abc"
    subsets = [frozenset(c) for n in range(4) for c in combinations(names, n)]
    worth = dict(zip(subsets, values))
    shares = share_by_shapley(worth)
    assert sum(shares.values()) == pytest.approx(worth[frozenset(names)] - worth[frozenset()], abs=1e-9)
    even = {s: float(len(s) ** 2) for s in subsets}
    assert list(share_by_shapley(even).values()) == pytest.approx([3.0, 3.0, 3.0])


def test_a_line_without_its_neighbour_shares_what_both_are_worth():
    worth = {frozenset(): 0.0, frozenset("a"): 0.0, frozenset("b"): 0.0, frozenset("ab"): 8.0}
    assert share_by_shapley(worth) == {"a": 4.0, "b": 4.0}
    worth |= {s | {"c"}: v for s, v in list(worth.items())}
    assert share_by_shapley(worth)["c"] == 0.0


def test_waiting_is_worth_the_classic_figure():
    """1600 now for 200, then 300 or 100 for ever at 10 percent: 600 now, 772.727 later, 172.727 for waiting."""
    rate, yearly = 0.10, np.array([300.0, 100.0])
    got = value_waiting(-1600 + 200 + yearly / rate, (-1600 + yearly + yearly / rate) / (1 + rate), yearly)
    assert got.now == pytest.approx(600.0)
    assert got.later == pytest.approx(772.727, abs=5e-4)
    assert got.option == pytest.approx(172.727, abs=5e-4)


def test_without_variance_waiting_is_worth_the_gain_of_delay_only():
    same = np.full(50, 40.0)
    assert value_waiting(same, 0.9 * same, same).option == 0.0
    assert value_waiting(same, 1.1 * same, same).option == pytest.approx(4.0)
    assert value_waiting(-same, -0.9 * same, same).option == 0.0


def test_waiting_with_a_number_known_regresses():
    """Worth is a curve of what is known: he who waits takes the part above zero."""
    known = np.linspace(-1.0, 1.0, 401)
    later = 10.0 * known
    got = value_waiting(later, later, known)
    assert got.now == pytest.approx(0.0, abs=1e-9)
    assert got.later == pytest.approx(np.maximum(later, 0.0).mean(), rel=1e-6)
