"""Structural gravity in changes against closed forms (methods 18)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.demand.hat_algebra import close_trade, solve_hats

DOMESTIC = 1 / (1 + 1.5**-4)
TWO = np.array([[DOMESTIC, 1 - DOMESTIC], [1 - DOMESTIC, DOMESTIC]])


def world(seed=0, n=5):
    random = np.random.default_rng(seed)
    trade = random.lognormal(0.0, 1.0, (n, n))
    return trade + np.diag(10.0 * trade.sum(axis=1))


def test_nothing_changes_when_costs_do_not():
    found = solve_hats(world(), np.ones((5, 5)), 4.0)
    for values in (found.wage, found.price, found.welfare, found.trade):
        np.testing.assert_allclose(values, 1.0, rtol=1e-11)


@given(st.floats(0.5, 2.0), st.floats(1.0, 8.0))
@settings(max_examples=20, deadline=None)
def test_all_costs_times_k_divide_welfare_by_k(k, elasticity):
    found = solve_hats(world(1), np.full((5, 5), k), elasticity)
    np.testing.assert_allclose(found.welfare, 1.0 / k, rtol=1e-9)
    np.testing.assert_allclose(found.trade, 1.0, rtol=1e-9)


def test_two_like_countries():
    """Domestic share 0.835052; foreign costs times 0.9: share x 0.920421, welfare x 1.020947."""
    assert pytest.approx(0.835052, abs=5e-7) == DOMESTIC
    found = solve_hats(TWO, np.array([[1, 0.9], [0.9, 1]]), 4.0)
    assert found.shares[0, 0] / DOMESTIC == pytest.approx(0.920421, abs=5e-7)
    np.testing.assert_allclose(found.welfare, 1.020947, atol=5e-7)


def test_autarky_costs_what_the_domestic_share_says():
    """Welfare -4.4065 percent: the domestic share to the power of 1 / 4."""
    found = solve_hats(TWO, np.array([[1, 1e6], [1e6, 1]]), 4.0)
    np.testing.assert_allclose(found.welfare - 1.0, -0.044065, atol=5e-7)
    np.testing.assert_allclose(found.welfare, DOMESTIC**0.25, rtol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_welfare_follows_the_domestic_share_where_trade_balances(seed):
    """Arkolakis, Costinot and Rodriguez-Clare (2012), in a world of many unlike countries."""
    trade = world(seed)
    trade = 0.5 * (trade + trade.T)  # symmetric: nobody has a deficit
    change = np.random.default_rng(seed + 9).uniform(0.7, 1.3, trade.shape)
    found = solve_hats(trade, change, 4.0)
    share = np.diag(found.shares) / (np.diag(trade) / trade.sum(axis=0))
    np.testing.assert_allclose(found.welfare, share**-0.25 / np.diag(change), rtol=1e-9)


def test_unit_of_money_and_order_do_not_matter():
    trade, change = world(3), np.random.default_rng(4).uniform(0.8, 1.2, (5, 5))
    plain, scaled = solve_hats(trade, change, 4.0), solve_hats(1000.0 * trade, change, 4.0)
    np.testing.assert_allclose(plain.welfare, scaled.welfare, rtol=1e-10)
    order = np.array([3, 1, 4, 0, 2])
    turned = solve_hats(trade[np.ix_(order, order)], change[np.ix_(order, order)], 4.0)
    np.testing.assert_allclose(turned.welfare, plain.welfare[order], rtol=1e-9)


def test_incomes_balance_with_deficits():
    trade, change = world(5), np.random.default_rng(6).uniform(0.8, 1.2, (5, 5))
    found = solve_hats(trade, change, 4.0)
    after = trade * found.trade
    income, deficit = trade.sum(axis=1), trade.sum(axis=0) - trade.sum(axis=1)
    np.testing.assert_allclose(after.sum(axis=1), found.wage * income, rtol=1e-9)
    np.testing.assert_allclose(after.sum(axis=0), found.wage * income + deficit, rtol=1e-9)
    assert after.sum() == pytest.approx(trade.sum())


def test_what_cannot_be_solved_is_refused():
    with pytest.raises(ValueError, match="sell and buy"):
        solve_hats(np.array([[1.0, 0.0], [0.0, 0.0]]), np.ones((2, 2)), 4.0)
    with pytest.raises(ValueError, match="above 0"):
        solve_hats(TWO, np.zeros((2, 2)), 4.0)


def test_domestic_purchases_close_the_books():
    values = np.array([[5.0, 10.0], [80.0, 0.0]])
    closed, raised = close_trade(values, np.array([100.0, 100.0]))
    assert closed.tolist() == [[90.0, 10.0], [80.0, 50.0]]
    assert raised.tolist() == [False, True]
