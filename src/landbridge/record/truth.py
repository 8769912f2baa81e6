"""What is probably true, who is how reliable, and who copies: estimated together from conflicting claims.

The model of Dong, Berti-Equille and Srivastava, "Integrating conflicting data: the role of source
dependence", VLDB 2009. A source of accuracy A votes with weight ln(n A / (1 - A)), where n is the number of
false values that a field could be given; a value's probability is its share of the exponentiated votes of
its field. Two independent sources seldom share a false value, so that shared false values speak for
copying, and what one source copied from another does not vote twice. Accuracies, probabilities and copying
are found by turns until they no longer change.

Beyond the paper: accuracies start from a prior and a source with few claims stays near it; a coarser value
(2025) supports the finer ones within it (8 August 2025); a denial is a vote against; dependence that is
known otherwise comes in as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Chance that a copier takes a given value from its parent, and that two sources that meet are dependent.
COPY_RATE: Final = 0.8
DEPENDENT: Final = 0.2
#: Sources that a source is dependent on, as expected beforehand; in a large crowd two are seldom dependent.
DEPENDENTS: Final = 4.0
#: False values that a field could be given, besides the true one, where nothing better is known.
FALSE_VALUES: Final = 10
#: Claims' worth of trust in the prior accuracy of a source.
PRIOR_CLAIMS: Final = 4.0
#: Pairs of claims that are looked at for copying; fields told by the most sources are left out first.
MOST_PAIRS: Final = 2_000_000
_ROUNDS: Final = 30
#: Pairs of claims that are worked on at once.
_BLOCK: Final = 1 << 15
#: Rounds in which sources keep their prior accuracy, so that copying is found before a majority is believed.
_SETTLING: Final = 8
_CHANGE: Final = 1e-4


@dataclass(frozen=True)
class Evidence:
    """Claims as arrays, one entry each: ``source`` says (``sign`` 1) or denies (-1) ``value``.

    ``item`` is the field that each value belongs to, of shape (values,), in ascending order;
    ``false_values`` has a number for each item; ``prior`` an accuracy for each source. A value
    ``coarse[k]`` contains the value ``fine[k]``. ``known`` holds rows of two sources with ``known_copy``,
    the probability that they are dependent.
    """

    source: NDArray[np.int64]
    value: NDArray[np.int64]
    item: NDArray[np.int64]
    sign: NDArray[np.int64]
    false_values: NDArray[np.float64]
    prior: NDArray[np.float64]
    fine: NDArray[np.int64]
    coarse: NDArray[np.int64]
    known: NDArray[np.int64]
    known_copy: NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """The estimate: a probability of each value, an accuracy of each source, a dependence of pairs.

    ``probability`` of a coarse value includes that of the finer ones within it; ``own`` does not. ``pairs``
    are rows of two sources, the smaller number first.
    """

    probability: NDArray[np.float64]
    own: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    pairs: NDArray[np.int64]
    copying: NDArray[np.float64]
    rounds: int
    converged: bool


def build_evidence(
    source: ArrayLike,
    value: ArrayLike,
    item: ArrayLike,
    *,
    n_sources: int,
    sign: ArrayLike | None = None,
    false_values: ArrayLike | None = None,
    prior: ArrayLike | None = None,
    within: ArrayLike = (),
    known: ArrayLike = (),
    known_copy: ArrayLike = (),
) -> Evidence:
    """Check and complete the arrays of `Evidence`; a claim that a source makes twice counts once.

    ``within`` has rows (fine value, coarse value). Raises ValueError if ``item`` does not ascend.
    """
    item_ = np.asarray(item, dtype=np.int64)
    if len(item_) and (np.diff(item_) < 0).any():
        raise ValueError("items of values must ascend")
    source_, value_ = np.asarray(source, dtype=np.int64), np.asarray(value, dtype=np.int64)
    sign_ = np.ones(len(source_), dtype=np.int64) if sign is None else np.asarray(sign, dtype=np.int64)
    n_items = int(item_[-1]) + 1 if len(item_) else 0
    rows = np.unique(np.column_stack((value_, source_, sign_)), axis=0)
    finer = np.asarray(within, dtype=np.int64).reshape(-1, 2)
    given = (
        np.full(n_items, float(FALSE_VALUES))
        if false_values is None
        else np.asarray(false_values, dtype=np.float64)
    )
    counted = np.bincount(item_, minlength=n_items) - 1.0
    return Evidence(
        rows[:, 1],
        rows[:, 0],
        item_,
        rows[:, 2],
        np.maximum(given, np.maximum(counted, 1.0)),
        np.full(n_sources, 0.8) if prior is None else np.asarray(prior, dtype=np.float64),
        finer[:, 0],
        finer[:, 1],
        np.asarray(known, dtype=np.int64).reshape(-1, 2),
        np.asarray(known_copy, dtype=np.float64),
    )


@dataclass(frozen=True)
class _Pairs:
    """Pairs of equal claims of different sources, and the pairs of sources that they belong to.

    ``differing`` counts, for each pair of sources, the items on which they say different things.
    """

    one: NDArray[np.int32]
    other: NDArray[np.int32]
    pair: NDArray[np.int32]
    sources: NDArray[np.int64]
    differing: NDArray[np.float64]

    def blocks(self) -> Iterator[slice]:
        """Slices of the rows, small enough that what is worked out of one stays in the processor's cache."""
        return (slice(begin, begin + _BLOCK) for begin in range(0, len(self.one), _BLOCK))


def _pair_claims(evidence: Evidence) -> _Pairs:
    """All pairs of claims on one item, items told by few sources first, up to `MOST_PAIRS`."""
    at = evidence.item[evidence.value]
    order = np.argsort(at, kind="stable")
    sizes = np.bincount(at, minlength=int(at.max()) + 1 if len(at) else 0)
    by_size = np.argsort(sizes, kind="stable")
    allowed = np.zeros(len(sizes), dtype=bool)
    work = np.cumsum(sizes[by_size] * (sizes[by_size] - 1) // 2)
    allowed[by_size[work <= MOST_PAIRS]] = True
    order = order[allowed[at[order]]]
    sorted_at = at[order]
    ones, others = [], []
    gap = 1
    while gap < len(order):
        meets = np.flatnonzero(sorted_at[gap:] == sorted_at[:-gap])
        if not len(meets):
            break
        ones.append(order[meets].astype(np.int32))
        others.append(order[meets + gap].astype(np.int32))
        gap += 1
    empty = np.zeros(0, dtype=np.int32)
    one, other = (np.concatenate(ones), np.concatenate(others)) if ones else (empty, empty)
    different = evidence.source[one] != evidence.source[other]
    one, other = one[different], other[different]
    low = np.minimum(evidence.source[one], evidence.source[other])
    high = np.maximum(evidence.source[one], evidence.source[other])
    codes, inverse = np.unique(low << 32 | high, return_inverse=True)
    pair = inverse.astype(np.int32)
    same = (evidence.value[one] == evidence.value[other]) & (evidence.sign[one] == evidence.sign[other])
    differing = np.bincount(pair[~same], minlength=len(codes)).astype(np.float64)
    sources = np.column_stack((codes >> 32, codes & 0xFFFFFFFF))
    return _Pairs(one[same], other[same], pair[same], sources, differing)


def estimate_truth(evidence: Evidence, *, copying: bool = True, dependent: float = DEPENDENT) -> Truth:
    """Estimate values, accuracies and copying together.

    Parameters
    ----------
    copying
        Whether to look for copies; without it this is the model ACCU of the paper, with it DEPEN with ACCU.
    dependent
        Prior probability that two sources which tell of a common field are dependent; less among many
        sources, of which each can have taken from few only (`DEPENDENTS`).

    Examples
    --------
    >>> evidence = build_evidence([0, 1, 2], [0, 0, 1], [0, 0], n_sources=3)
    >>> estimate_truth(evidence).probability.round(1).tolist()
    [1.0, 0.0]
    """
    n_values = len(evidence.item)
    if not n_values:
        nothing = np.zeros(0)
        return Truth(nothing, nothing, evidence.prior.copy(), np.zeros((0, 2), np.int64), nothing, 0, True)
    pairs = _pair_claims(evidence) if copying or len(evidence.known) else None
    known = _known_of_pairs(evidence, pairs) if pairs is not None else np.zeros(0)
    accuracy = evidence.prior.copy()
    n_in_item = np.bincount(evidence.item)
    # At first no value is better than another: if the majority were believed here, copiers would be too.
    right = 1.0 / np.maximum(n_in_item, 2)[evidence.item]
    own = right
    copied = np.zeros(0 if pairs is None else len(pairs.sources))
    dependent = min(dependent, DEPENDENTS / max(len(accuracy), 1))
    converged, rounds = False, 0
    for rounds in range(1, _ROUNDS + 1):
        if pairs is not None and copying:
            found = _find_copying(evidence, pairs, right, accuracy, dependent, rounds > _SETTLING)
            copied = found if rounds == 1 else 0.5 * (found + copied)
        independent = _independence(evidence, pairs, np.maximum(COPY_RATE * copied, known), accuracy)
        own, now = _weigh(evidence, independent, accuracy)
        change = float(np.abs(now - right).max())
        right = now
        if rounds > _SETTLING:
            accuracy = _accuracy(evidence, right)
        if change < _CHANGE and rounds > _SETTLING + 1:
            converged = True
            break
    sources = np.zeros((0, 2), np.int64) if pairs is None else pairs.sources
    return Truth(
        right, own, accuracy, sources, np.maximum(copied, known) if len(copied) else copied, rounds, converged
    )


def _known_of_pairs(evidence: Evidence, pairs: _Pairs) -> NDArray[np.float64]:
    known = np.zeros(len(pairs.sources))
    if not len(evidence.known) or not len(known):
        return known
    codes = pairs.sources[:, 0] << 32 | pairs.sources[:, 1]
    wanted = evidence.known.min(axis=1) << 32 | evidence.known.max(axis=1)
    at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    hit = codes[at] == wanted
    np.maximum.at(known, at[hit], evidence.known_copy[hit])
    return known


def _find_copying(
    evidence: Evidence,
    pairs: _Pairs,
    right: NDArray[np.float64],
    accuracy: NDArray[np.float64],
    dependent: float,
    settled: bool,
) -> NDArray[np.float64]:
    """Probability of dependence of each pair of sources, from what they share and where they differ."""
    total = np.zeros(len(pairs.sources))
    for block in pairs.blocks():
        shared = _log_ratio(evidence, pairs.one[block], pairs.other[block], right, accuracy, settled)
        np.add.at(total, pairs.pair[block], shared)
    total = total + pairs.differing * np.log(1.0 - COPY_RATE)
    odds = np.clip(total + np.log(dependent / (1.0 - dependent)), -50, 50)
    found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
    return found


def _log_ratio(
    evidence: Evidence,
    ones: NDArray[np.int32],
    others: NDArray[np.int32],
    right: NDArray[np.float64],
    accuracy: NDArray[np.float64],
    settled: bool,
) -> NDArray[np.float64]:
    """How much likelier two equal claims are if one source took from the other, as logarithms."""
    value, sign = evidence.value[ones], evidence.sign[ones]
    believed = np.where(sign > 0, right[value], 1.0 - right[value])
    one, other = accuracy[evidence.source[ones]], accuracy[evidence.source[others]]
    choices = np.where(sign > 0, evidence.false_values[evidence.item[value]], 1.0)
    both_right, both_wrong = one * other, (1.0 - one) * (1.0 - other) / choices
    mean = 0.5 * (one + other)
    copied_right = COPY_RATE * mean + (1.0 - COPY_RATE) * both_right
    copied_wrong = COPY_RATE * (1.0 - mean) + (1.0 - COPY_RATE) * both_wrong
    shared: NDArray[np.float64]
    if settled:
        shared = np.log(
            (believed * copied_right + (1.0 - believed) * copied_wrong)
            / (believed * both_right + (1.0 - believed) * both_wrong)
        )
    else:
        # While nothing is known of the values, the expected evidence: it stands a doubt about the majority.
        shared = believed * np.log(copied_right / both_right) + (1.0 - believed) * np.log(
            copied_wrong / both_wrong
        )
    return shared


def _independence(
    evidence: Evidence, pairs: _Pairs | None, copied: NDArray[np.float64], accuracy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Part of each claim that its source did not take from a better one with the same claim."""
    if pairs is None or not len(copied):
        return np.ones(len(evidence.source))
    discount = np.log1p(-np.minimum(copied, 1.0 - 1e-9))
    total = np.zeros(len(evidence.source))
    for block in pairs.blocks():
        one, other = pairs.one[block], pairs.other[block]
        source_one, source_other = evidence.source[one], evidence.source[other]
        better, worse = accuracy[source_one], accuracy[source_other]
        later = np.where((better > worse) | ((better == worse) & (source_one < source_other)), other, one)
        np.add.at(total, later, discount[pairs.pair[block]])
    result: NDArray[np.float64] = np.exp(total)
    return result


def _weigh(
    evidence: Evidence, independent: NDArray[np.float64], accuracy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of values: on their own, and with what lies within them."""
    n_values, item = len(evidence.item), evidence.item
    trust = accuracy[evidence.source]
    choices = evidence.false_values[item[evidence.value]]
    votes = evidence.sign * np.log(choices * trust / (1.0 - trust)) * independent
    score = np.bincount(evidence.value, weights=votes, minlength=n_values)
    if len(evidence.fine):
        score = score + np.bincount(evidence.fine, weights=score[evidence.coarse], minlength=n_values)
    begins = np.flatnonzero(np.r_[True, item[1:] != item[:-1]])
    place = np.repeat(np.arange(len(begins)), np.diff(np.r_[begins, n_values]))
    top = np.maximum(np.maximum.reduceat(score, begins), 0.0)
    raised = np.exp(score - top[place])
    counted = np.diff(np.r_[begins, n_values])
    # Values that nobody gave have no votes, but may be true.
    unsaid = np.maximum(evidence.false_values[item[begins]] + 1.0 - counted, 0.0) * np.exp(-top)
    own = raised / (np.add.reduceat(raised, begins) + unsaid)[place]
    whole = own
    if len(evidence.fine):
        whole = np.minimum(
            own + np.bincount(evidence.coarse, weights=own[evidence.fine], minlength=n_values), 1.0
        )
    return own, whole


def _accuracy(evidence: Evidence, right: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each source is right, drawn towards its prior by `PRIOR_CLAIMS` claims.

    What one source alone tells says nothing of its accuracy: it would be believed for being believed.
    """
    truth = np.where(evidence.sign > 0, right[evidence.value], 1.0 - right[evidence.value])
    n, at = len(evidence.prior), evidence.item[evidence.value]
    speakers = np.unique(at << 32 | evidence.source) >> 32
    shared = (np.bincount(speakers, minlength=int(evidence.item[-1]) + 1) > 1)[at].astype(np.float64)
    said = np.bincount(evidence.source, weights=shared, minlength=n)
    sum_right = np.bincount(evidence.source, weights=truth * shared, minlength=n)
    result: NDArray[np.float64] = np.clip(
        (sum_right + PRIOR_CLAIMS * evidence.prior) / (said + PRIOR_CLAIMS), 0.05, 0.99
    )
    return result
