"""What an indicator does in futures: mean, quantiles, spread, and in how many futures it has no value.

Futures share few network states, so an indicator is known by its value in each state and the weight of the
state in each year. A quantile is the lowest value whose futures, with all lower ones, make up its share
(inverse of the distribution function, definition 1 of Hyndman and Fan 1996): always a value that occurs.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from landbridge.indicators.flows import Columns

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


def summarise_futures(
    state_of: NDArray[np.int64],
    values: NDArray[np.float64],
    indicators: Sequence[str],
    years: Sequence[int],
    *,
    weights: NDArray[np.float64] | None = None,
    replicate_sizes: Sequence[int] = (),
) -> Columns:
    """Sum up each indicator in each year over all futures.

    Parameters
    ----------
    state_of
        Row of ``values`` that holds in a future and year, shape (n_futures, n_years).
    values
        Indicators of each network state, shape (n_states, n_indicators); NaN where there is no value.
    weights
        Of the futures, shape (n_futures,); alike if left out.
    replicate_sizes
        Futures of one replicate stand together; two or more give the standard error of the mean.

    Returns
    -------
    Columns
        One row for each indicator and year: ``indicator``, ``year``, ``mean``, ``mean_error`` (standard error
        from the replicates, NaN without), ``sd``, ``least``, ``q05`` ... ``q95``, ``most``, all over the
        futures that have a value and in the unit of the indicator, and ``without_value``, the share of
        futures that have none. All but the share are NaN where no future has a value.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a state is none of the rows.
    """
    n_futures, n_years = state_of.shape
    n_states = len(values)
    if values.shape[1] != len(indicators) or n_years != len(years):
        raise ValueError("values need a column for each indicator, and states one for each year")
    if state_of.min(initial=0) < 0 or state_of.max(initial=0) >= n_states:
        raise ValueError("a future is in a state that has no values")
    if replicate_sizes and sum(replicate_sizes) != n_futures:
        raise ValueError("the replicates do not add up to the futures")
    weight = np.full(n_futures, 1.0 / n_futures) if weights is None else weights / weights.sum()
    bounds = np.cumsum([0, *(replicate_sizes or [n_futures])])
    rows: list[dict[str, object]] = []
    of_years: list[NDArray[np.float64]] = [
        np.stack(
            [
                np.bincount(state_of[first:last, y], weight[first:last], n_states).astype(np.float64)
                for first, last in pairwise(bounds)
            ]
        )
        for y in range(n_years)
    ]
    for column, indicator in enumerate(indicators):
        for year, by_replicate in zip(years, of_years, strict=True):
            rows.append({"indicator": indicator, "year": year, **_sum_up(values[:, column], by_replicate)})
    return {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else {}


def _sum_up(values: NDArray[np.float64], by_replicate: NDArray[np.float64]) -> dict[str, float]:
    """One indicator in one year: values of the states, and their weights in each replicate (replicates,
    states)."""
    weight = by_replicate.sum(axis=0)
    has = np.isfinite(values) & (weight > 0.0)
    known = weight[has].sum()
    names = [f"q{round(100 * q):02d}" for q in QUANTILES]
    blank = dict.fromkeys(("mean", "mean_error", "sd", "least", *names, "most"), np.nan)
    if known == 0.0:
        return {**blank, "without_value": 1.0}
    order = np.argsort(values[has], kind="stable")
    found, share = values[has][order], weight[has][order] / known
    mean = float(found @ share)
    below = np.cumsum(share)
    # 1e-12 forgives the rounding of a sum of weights that should just reach the share.
    places = np.minimum(np.searchsorted(below, np.array(QUANTILES) - 1e-12), len(found) - 1)
    return {
        "mean": mean,
        "mean_error": _mean_error(values, has, by_replicate),
        "sd": float(np.sqrt(share @ (found - mean) ** 2)),
        "least": float(found[0]),
        **dict(zip(names, found[places].tolist(), strict=True)),
        "most": float(found[-1]),
        "without_value": float(weight[~np.isfinite(values)].sum() / weight.sum()),
    }


def _mean_error(
    values: NDArray[np.float64], has: NDArray[np.bool_], by_replicate: NDArray[np.float64]
) -> float:
    known = by_replicate[:, has].sum(axis=1)
    if len(known) < 2 or (known == 0.0).any():
        return float("nan")
    means = by_replicate[:, has] @ values[has] / known
    return float(means.std(ddof=1) / np.sqrt(len(means)))
