"""Which cause, and which gate's own luck, makes an outcome differ from future to future.

The first-order Sobol index of an input X is the share of the variance of an outcome Y that vanishes on
average once X is known: S = Var(E[Y|X]) / Var(Y) (Sobol 1993). Independent inputs of which one is known
at a time leave a rest that only combinations explain, so that indices and rest add up to one.

The indices are estimated from the sample itself: the futures are cut into cells of equal number along X, and
the variance between the cells is compared with the whole (Plischke, Borgonovo and Smith 2013; Li and
Mahadevan 2016). Between n futures in m cells, luck alone makes means differ; the estimate takes off what it
makes on average (epsilon squared, Kelley 1935):

    S = 1 - (SSW / (n - m)) / (SST / (n - 1))

with the sums of squares within cells and in total. An estimate may therefore lie a little below zero. The
own luck of a permission is a whole history; its cells are the leaves of a regression tree over what the
history comes to in several trials, grown on the other half of the futures. What the trials miss stands in the
rest, so that the share of a permission is a lower bound.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from landbridge.indicators.flows import Columns
from landbridge.process.draws import BLOCK, Draws
from landbridge.process.inputs import Input, read_levels
from landbridge.process.sampling import Futures

COVER = 0.9
REST = "together"
REST_TITLE = "only in combination, with small draws"
LEAST_FUTURES = 32
_MOST_CELLS = 48


def count_cells(n: int) -> int:
    """Cells for n futures, as Plischke, Borgonovo and Smith (2013) choose them: n^(2/7) ... n^(1/3), at most
    48."""
    power = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    return int(max(2, min(np.ceil(n**power), _MOST_CELLS)))


def cut_cells(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cell of each future: of equal number along ``values``, equal values together; where there are few
    values, as of a doubt, each is a cell."""
    n_cells = count_cells(len(values)) if len(values) > LEAST_FUTURES else 1
    order = np.argsort(values, kind="stable")
    cells = np.arange(len(values)) * n_cells // max(1, len(values))
    # Equal values take the cell of the first of them.
    _, first, which = np.unique(values[order], return_index=True, return_inverse=True)
    result = np.empty(len(values), np.int64)
    result[order] = which if len(first) <= n_cells else cells[first][which]
    return result


def grow_cells(
    outcome: NDArray[np.float64], table: NDArray[np.float32], *, half: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Cell of each future for inputs that are several numbers: leaves of a regression tree.

    A tree grown on one half of the futures cuts the other half, and the other way round, so that no outcome
    takes part in choosing its own cell. ``half`` says to which half a future belongs; the halves have no cell
    in common.
    """
    from sklearn.tree import DecisionTreeRegressor

    result = np.zeros(len(outcome), np.int64)
    for side in (False, True):
        here = half == side
        if here.sum() < LEAST_FUTURES or (~here).sum() < LEAST_FUTURES:
            result[here] = int(side)
            continue
        tree = DecisionTreeRegressor(
            min_samples_leaf=LEAST_FUTURES, max_leaf_nodes=2 * _MOST_CELLS, random_state=0
        )
        leaves = tree.fit(table[~here], outcome[~here]).apply(table[here])
        result[here] = 2 * leaves + side
    return np.unique(result, return_inverse=True)[1]


def correlation_ratio(outcome: NDArray[np.float64], cells: NDArray[np.int64]) -> float:
    """Share of the variance of an outcome that lies between cells, without what luck makes (epsilon squared).

    NaN where the outcome does not vary, or every future is a cell of its own.
    """
    n, counts = len(outcome), np.bincount(cells)
    counts = counts[counts > 0]
    centred = outcome - outcome.mean()
    total = float(centred @ centred)
    if n <= len(counts) or total <= 1e-24 * max(1.0, float(outcome @ outcome)):
        return float("nan")
    sums = np.bincount(cells, centred)
    sums = sums[np.bincount(cells) > 0]
    within = total - float((sums**2 / counts).sum())
    return 1.0 - (within / (n - len(counts))) / (total / (n - 1))


def split_variance(
    outcome: NDArray[np.float64], inputs: Iterable[Input], *, replicate_sizes: Sequence[int] = ()
) -> Columns:
    """Share of the variance of an outcome that each independent input explains by itself, and the rest.

    Parameters
    ----------
    outcome
        One number for each future, shape (n,). Futures in which it is NaN are left out of the shares and
        counted in ``without_value``; whether it has a value is an outcome of its own, to be split apart. With
        some left out the inputs of the others are no more quite independent.
    inputs
        Of :func:`landbridge.process.inputs.list_inputs`.
    replicate_sizes
        Futures of one replicate stand together; two or more give an interval.

    Returns
    -------
    Columns
        ``input``, ``title``, ``kind``, ``first_order``, ``low`` and ``high`` (interval of 90 %, from the
        spread of the replicates by Student's t; NaN without), ``without_value``. Greatest share first; the
        last row, ``together``, is what is left, so that ``first_order`` adds up to one. Where the outcome
        does not vary all shares are NaN.

    Raises
    ------
    ValueError
        If the outcome and an input are not of one length.
    """
    has = np.isfinite(outcome)
    parts = _find_parts(has, replicate_sizes)
    found = outcome[has]
    half = _halve(len(found), parts)
    names: list[tuple[str, str, str]] = []
    shares, by_part = [], []
    for item in inputs:
        if len(item.values) != len(outcome):
            raise ValueError(f"{item.id} has {len(item.values)} futures, the outcome {len(outcome)}")
        names.append((item.id, item.title, item.kind))
        values = item.values[has]
        if item.history.shape[1]:
            table = np.column_stack([values, item.history[has]]).astype(np.float32)
            cells = grow_cells(found, table, half=half)
            shares.append(0.5 * sum(correlation_ratio(found[h], cells[h]) for h in (half, ~half)))
            by_part.append([correlation_ratio(found[p], cells[p]) for p in parts])
        else:
            shares.append(correlation_ratio(found, cut_cells(values)))
            by_part.append([correlation_ratio(found[p], cut_cells(values[p])) for p in parts])
    order = sorted(range(len(names)), key=lambda row: (-np.nan_to_num(shares[row], nan=-1.0), names[row]))
    names = [*(names[row] for row in order), (REST, REST_TITLE, "rest")]
    first = np.array([*(shares[row] for row in order), 1.0 - sum(shares)])
    spread = np.array([by_part[row] for row in order]).reshape(len(order), len(parts))
    error = _interval(np.vstack([spread, 1.0 - spread.sum(axis=0)]))
    return {
        "input": [name for name, _, _ in names],
        "title": [title for _, title, _ in names],
        "kind": [kind for _, _, kind in names],
        "first_order": first,
        "low": first - error,
        "high": first + error,
        "without_value": np.full(len(names), 1.0 - has.mean()),
    }


def explain_by_gates(outcome: NDArray[np.float64], futures: Futures, year: int) -> Columns:
    """What knowing how one gate stands at the end of a year would explain of an outcome.

    States of gates hang on each other, by shared causes and by what they require. A gate is told here all
    that hangs together with it, and the shares of several gates are told twice: **they need not add up to
    one, and must not be added**. For shares that do, see :func:`split_variance`.

    Returns
    -------
    Columns
        ``gate``, ``title``, ``open_share`` (of the futures), ``explained_if_known_alone`` (correlation ratio
        of the outcome over shut, degraded and open), ``low`` and ``high`` (interval of 90 %),
        ``without_value``. Greatest first; gates that stand alike in all futures are left out, as knowing
        them tells nothing.
    """
    levels = read_levels(futures, year)
    has = np.isfinite(outcome)
    parts = _find_parts(has, futures.replicate_sizes)
    found = outcome[has]
    rows = []
    for place, gate in enumerate(futures.graph.gates):
        if levels[:, place].min() == levels[:, place].max():
            continue
        cells = levels[has, place].astype(np.int64)
        ratio = correlation_ratio(found, cells)
        spread = np.array([[correlation_ratio(found[p], cells[p]) for p in parts]])
        rows.append((ratio, gate, float((levels[:, place] == levels.max()).mean()), _interval(spread)[0]))
    rows.sort(key=lambda row: (-np.nan_to_num(row[0], nan=-1.0), row[1].id))
    ratios, errors = np.array([row[0] for row in rows]), np.array([row[3] for row in rows])
    return {
        "gate": [row[1].id for row in rows],
        "title": [row[1].title for row in rows],
        "open_share": np.array([row[2] for row in rows]),
        "explained_if_known_alone": ratios,
        "low": ratios - errors,
        "high": ratios + errors,
        "without_value": np.full(len(rows), 1.0 - has.mean()),
    }


def estimate_sobol(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], n_inputs: int, *, n: int, seed: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First-order and total Sobol indices of a function of independent inputs, by pick and freeze.

    The total index adds to an input's own share all combinations in which it takes part. Two samples A and B
    and, for each input, A with the column of B: first order by Saltelli et al. (2010), total by Jansen
    (1999). ``function`` takes points of shape (m, n_inputs) within 0 and 1 and is asked for n (n_inputs + 2)
    of them; take a power of two for ``n``.
    """
    names = tuple(f"{part}/{column}" for part in "ab" for column in range(n_inputs))
    draws = Draws(names, seed=seed, replicate=0, size=n)
    both = np.hstack([draws.block(block) for block in range(-(-n // BLOCK))])[:, :n].T
    a, b = both[:, :n_inputs], both[:, n_inputs:]
    of_a, of_b = function(a), function(b)
    centre = 0.5 * (of_a.mean() + of_b.mean())
    of_a, of_b = of_a - centre, of_b - centre
    variance = 0.5 * float((of_a**2).mean() + (of_b**2).mean())
    first, total = np.empty(n_inputs), np.empty(n_inputs)
    for column in range(n_inputs):
        mixed = a.copy()
        mixed[:, column] = b[:, column]
        of_mixed = function(mixed) - centre
        first[column] = float((of_b * (of_mixed - of_a)).mean()) / variance
        total[column] = 0.5 * float(((of_a - of_mixed) ** 2).mean()) / variance
    return first, total


def _find_parts(has: NDArray[np.bool_], replicate_sizes: Sequence[int]) -> list[slice]:
    """Where the futures with a value of each replicate stand among all that have one."""
    if not replicate_sizes:
        return []
    if sum(replicate_sizes) != len(has):
        raise ValueError("the replicates do not add up to the futures")
    bounds = np.concatenate([[0], np.cumsum(has)])[np.cumsum([0, *replicate_sizes])]
    return [slice(int(a), int(b)) for a, b in pairwise(bounds)]


def _halve(n: int, parts: Sequence[slice]) -> NDArray[np.bool_]:
    """Divide the futures by every other replicate, or in the middle if there is but one."""
    if len(parts) < 2:
        return np.arange(n) >= n // 2
    half = np.zeros(n, np.bool_)
    for part in parts[1::2]:
        half[part] = True
    return half


def _interval(by_part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half of the interval of the mean of independent estimates, shape (rows, parts) to (rows,)."""
    from scipy.stats import t

    count = by_part.shape[1]
    if count < 2:
        return np.full(len(by_part), np.nan)
    half = float(t.ppf(0.5 * (1.0 + COVER), count - 1))
    return np.asarray(half * by_part.std(axis=1, ddof=1) / np.sqrt(count))
