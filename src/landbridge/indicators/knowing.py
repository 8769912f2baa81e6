"""What it would be worth to know a condition or a cause before one chooses.

Of several projects, one of which may be to do nothing, the best on average is chosen. Who knew X would
choose the best given X; what he gains on average is the expected value of partial perfect information,

    EVPPI(X) = E[ max over j of E[B_j | X] ] - max over j of E[B_j]

with the net benefit B_j of project j (Raiffa and Schlaifer 1961). Known all, it is the expected value of
perfect information. It is zero where no X would change the choice.

For the state of a gate the conditional means are means of classes. For a cause, a number, they are a
regression of the benefits on it (Strong, Oakley and Brennan 2014), here a cubic spline with few knots:
with more, luck in the sample would be taken for knowledge.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from landbridge.indicators.flows import Columns
from landbridge.process.inputs import Input, read_levels
from landbridge.process.sampling import Futures

KNOTS = 4
LEAST_FUTURES = 32


def value_perfect_information(benefits: NDArray[np.float64]) -> float:
    """Gain of who knows the future: mean of the best less the best of the means, in the benefit's unit.

    ``benefits`` of shape (n_futures, n_projects), high is good; every future has a benefit of each project.

    Raises
    ------
    ValueError
        If a benefit is missing.
    """
    _check(benefits)
    return float(benefits.max(axis=1).mean() - benefits.mean(axis=0).max())


def value_knowing_classes(benefits: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """Gain of who knows to which class a future belongs, shape (n_futures,): exact in the sample."""
    _check(benefits)
    _, of, counts = np.unique(classes, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(of, column) for column in benefits.T], axis=1)
    return _gain(sums / counts[:, None], counts / len(benefits), benefits)


def value_knowing_number(benefits: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Gain of who knows a number of each future, shape (n_futures,), by regression of the benefits on it;
    0 with fewer than 32 futures, from which no curve can be told. Few values, as of a doubt, are classes."""
    _check(benefits)
    found, of = np.unique(values, return_inverse=True)
    if len(found) <= KNOTS and len(values) >= LEAST_FUTURES:
        return value_knowing_classes(benefits, of)
    return _gain(_regress(benefits, values), np.full(len(values), 1.0 / len(values)), benefits)


def list_values_of_knowing(
    benefits: NDArray[np.float64],
    projects: Sequence[str],
    futures: Futures,
    year: int,
    *,
    causes: Iterable[Input] = (),
    gates: Sequence[str] | None = None,
) -> Columns:
    """Value of knowing each gate at the end of a year, and each cause, before choosing among projects.

    Returns
    -------
    Columns
        ``known`` (id), ``title``, ``kind`` (``gate``, ``cause``, ``everything``), ``value`` and
        ``value_error`` (standard error from the replicates, NaN with one), both in the benefit's unit,
        ``share_of_perfect`` (of the value of knowing everything; 0 where that is 0), ``without`` (the
        project chosen without knowing). The first row is ``everything``, then the greatest values; gates
        that stand alike in all futures have none and are left out. Values do not add up.
    """
    _check(benefits)
    if benefits.shape != (futures.n, len(projects)):
        raise ValueError("benefits need a row for each future and a column for each project")
    levels = read_levels(futures, year)
    bounds = np.cumsum([0, *futures.replicate_sizes])
    parts = [slice(int(a), int(b)) for a, b in pairwise(bounds)]

    def error(values: Sequence[float]) -> float:
        return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")

    rows: list[tuple[str, str, str, float, float]] = []
    for place, gate in enumerate(futures.graph.gates):
        state = levels[:, place].astype(np.int64)
        if (gates is not None and gate.id not in gates) or state.min() == state.max():
            continue
        each = [value_knowing_classes(benefits[p], state[p]) for p in parts]
        rows.append((gate.id, gate.title, "gate", value_knowing_classes(benefits, state), error(each)))
    for cause in causes:
        each = [value_knowing_number(benefits[p], cause.values[p]) for p in parts]
        value = value_knowing_number(benefits, cause.values)
        rows.append((cause.id, cause.title, cause.kind, value, error(each)))
    perfect = value_perfect_information(benefits)
    each = [value_perfect_information(benefits[p]) for p in parts]
    rows.sort(key=lambda row: (-row[3], row[0]))
    rows.insert(0, ("everything", "how the future comes", "everything", perfect, error(each)))
    worth = np.array([row[3] for row in rows])
    return {
        "known": [row[0] for row in rows],
        "title": [row[1] for row in rows],
        "kind": [row[2] for row in rows],
        "value": worth,
        "value_error": np.array([row[4] for row in rows]),
        "share_of_perfect": worth / perfect if perfect > 0.0 else np.zeros(len(rows)),
        "without": [projects[int(benefits.mean(axis=0).argmax())]] * len(rows),
    }


def _check(benefits: NDArray[np.float64]) -> None:
    if benefits.ndim != 2 or not benefits.size or not np.isfinite(benefits).all():
        raise ValueError("every future needs a benefit of each project")


def _gain(means: NDArray[np.float64], weight: NDArray[np.float64], benefits: NDArray[np.float64]) -> float:
    """Weighted mean of the best conditional mean, less the best mean; exactly 0 if one project is best
    always."""
    usual = int(benefits.mean(axis=0).argmax())
    return float(np.maximum(means - means[:, [usual]], 0.0).max(axis=1) @ weight)


def _regress(benefits: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Benefits expected given a number: least squares on a cubic spline over its normal scores, which
    keeps means."""
    from scipy.interpolate import BSpline
    from scipy.special import ndtri

    if len(values) < LEAST_FUTURES:  # too few to tell a curve from luck
        return np.broadcast_to(benefits.mean(axis=0), benefits.shape)
    order = np.argsort(values, kind="stable")
    place = np.empty(len(values))
    place[order] = ndtri((np.arange(len(values)) + 0.5) / len(values))
    inner = ndtri(np.arange(1, KNOTS + 1) / (KNOTS + 1))
    knots = np.concatenate([[place.min()] * 4, inner, [place.max()] * 4])
    basis = BSpline.design_matrix(place, knots, 3).toarray()
    fitted: NDArray[np.float64] = basis @ np.linalg.lstsq(basis, benefits, rcond=None)[0]
    return fitted
