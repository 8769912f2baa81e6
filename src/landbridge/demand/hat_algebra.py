"""Structural gravity in changes: trade, incomes and welfare after a change of trade costs (hat algebra).

With shares pi_ij = X_ij / E_j of what zone j buys from i, changes of trade costs tau_ij and of wages w_i,

    pi'_ij = pi_ij (tau_ij w_i)^-e / sum_l pi_lj (tau_lj w_l)^-e,      w_i Y_i = sum_j pi'_ij E'_j

(Dekle, Eaton and Kortum 2008; Anderson and van Wincoop 2003; methods 18). What a zone spends beyond its
income stays as it was, in units of the income of the world. Real spending of j changes by its spending over
the change of its prices; without deficits that is pi_jj^(-1/e) / tau_jj in changes (Arkolakis, Costinot and
Rodriguez-Clare 2012).
"""

from dataclasses import dataclass

import numpy as np

MOST_STEPS = 20_000
DAMPING = 0.5


@dataclass(frozen=True)
class Hats:
    """Changes as factors: ``wage``, ``price`` and ``welfare`` (n_zones), ``trade`` (n_zones, n_zones) of the
    value from zone to zone; ``shares`` after the change; ``residual``: largest |income - w Y| / w Y.
    """

    wage: np.ndarray
    price: np.ndarray
    welfare: np.ndarray
    trade: np.ndarray
    shares: np.ndarray
    residual: float


def solve_hats(
    trade: np.ndarray, cost_change: np.ndarray, elasticity: float, *, tolerance: float = 1e-12
) -> Hats:
    """Changes that follow from changes of trade costs.

    Parameters
    ----------
    trade
        Value from zone to zone (n_zones, n_zones), what each buys from itself on the diagonal.
    cost_change
        Factor on the trade cost of each pair, tau after over before.
    elasticity
        Elasticity of trade to its cost, above 0: sigma - 1, about 4.

    Raises
    ------
    ValueError
        If a zone sells or buys nothing, a factor is not above 0, or no solution is found.

    Examples
    --------
    >>> domestic = 1 / (1 + 1.5**-4)
    >>> base = np.array([[domestic, 1 - domestic], [1 - domestic, domestic]])
    >>> found = solve_hats(base, np.array([[1, 0.9], [0.9, 1]]), 4.0)
    >>> found.welfare.round(6).tolist(), (found.shares[0, 0] / domestic).round(6).item()
    ([1.020947, 1.020947], 0.920421)
    """
    income, spending = trade.sum(axis=1), trade.sum(axis=0)
    if not (income > 0.0).all() or not (spending > 0.0).all():
        raise ValueError("every zone must sell and buy something, if only from itself")
    if not (cost_change > 0.0).all() or not elasticity > 0.0:
        raise ValueError("factors on trade costs and the elasticity must be above 0")
    before = trade / spending
    deficit = spending - income
    wage = np.ones(len(income))
    step = DAMPING / (1.0 + elasticity)
    residual = np.inf
    for _ in range(MOST_STEPS):
        weight = before * (cost_change * wage[:, None]) ** -elasticity
        total = weight.sum(axis=0)
        shares = weight / total
        spent = wage * income + deficit
        earned = shares @ spent
        gap = earned / (wage * income) - 1.0
        residual = float(np.abs(gap).max())
        if residual <= tolerance:
            break
        wage = wage * (1.0 + step * np.clip(gap, -0.9, 9.0))
        wage *= income.sum() / (wage * income).sum()
    if residual > max(tolerance, 1e-9):
        raise ValueError(f"incomes do not balance: {residual:.1e} is left")
    price = total ** (-1.0 / elasticity)
    sold = shares * spent
    return Hats(
        wage,
        price,
        spent / spending / price,
        np.divide(sold, trade, out=np.ones_like(sold), where=trade > 0.0),
        shares,
        residual,
    )


def close_trade(values: np.ndarray, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trade with what each zone buys from itself on the diagonal: its output less what it sells to others.

    ``values`` (n_zones, n_zones) of trade between zones and ``output`` (n_zones) in one unit of money a year.
    Where a zone sells more than half of its output, by the crude values of tonnes, its own purchases are
    taken as half of its output; the second array marks such zones.
    """
    between = values.copy()
    np.fill_diagonal(between, 0.0)
    own = output - between.sum(axis=1)
    is_raised = own < 0.5 * output
    result = between + np.diag(np.where(is_raised, 0.5 * output, own))
    return result, is_raised
