"""Scenario discovery: which few conditions and causes separate the futures in which something succeeds.

A classification tree (Breiman, Friedman, Olshen and Stone 1984) divides the futures; its leaves in which
success prevails are boxes, as the patient rule induction method would give them (Friedman and Fisher 1999),
and each is told as a scenario (Lempert, Bryant and Bankes 2008 compare the two): a rule with

- coverage, the share of all successes that lie in it,
- density, the share of its futures that succeed,
- mass, the share of all futures that lie in it,
- and for each of its conditions a quasi-p-value (Bryant and Lempert 2010): how probable so many successes
  would be by luck alone had the box without that condition the same density. Near 1 the condition does
  nothing.

The size of the tree is chosen by cross-validation, the smallest tree within one standard error of the best;
then conditions that a rule does not need are taken out of it, so that rules may overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from landbridge.process.inputs import DEGRADED, Input, read_levels
from landbridge.process.sampling import Futures

MOST_FUTURES, MOST_TRIED = 1 << 15, 1 << 13
LEAST_SHARE = 0.005
MOST_LEAVES = 32
NEEDLESS = 0.05
LEAST_GAIN = 0.02
FOLDS = 5
MOST_SIZES = 10

Kind = Literal["gate", "share"]


@dataclass(frozen=True)
class Feature:
    """What a rule may speak of: the state of a gate at the end of a year (0 shut, 1 degraded, 2 open), or the
    place of a cause among its draws (0-1, high is favourable). ``values`` of shape (n,)."""

    id: str
    title: str
    kind: Kind
    values: NDArray[np.float32]
    year: int | None = None


@dataclass(frozen=True)
class Condition:
    """One side of a box: a feature above, or not above, a limit. ``quasi_p`` as the module says."""

    feature: str
    title: str
    kind: Kind
    year: int | None
    is_above: bool
    limit: float
    quasi_p: float = float("nan")

    @property
    def words(self) -> str:
        """The condition in plain words."""
        if self.kind == "share":
            part = f"{1.0 - self.limit:.0%} best" if self.is_above else f"{self.limit:.0%} worst"
            return f"{self.title}: among the {part} draws"
        if self.limit >= DEGRADED:
            state = "open" if self.is_above else "not open"
        else:
            state = "usable, if only in part" if self.is_above else "shut"
        when = "" if self.year is None else f" at the end of {self.year}"
        return f"{self.title}: {state}{when}"


@dataclass(frozen=True)
class Rule:
    """A box of futures: all its conditions hold. ``gain`` is the share of all successes that lie in it and
    in no rule before it."""

    conditions: tuple[Condition, ...]
    coverage: float
    density: float
    mass: float
    gain: float

    @property
    def words(self) -> str:
        """The rule in plain words."""
        return "; and ".join(item.words for item in self.conditions)


@dataclass(frozen=True)
class Discovery:
    """What separates success: rules, greatest coverage first, of which one is enough.

    ``coverage`` and ``density`` are those of all rules together, ``success`` is the share of futures that
    succeed, ``leaves`` the size of the tree. Without rules nothing separates, or all futures end alike.
    """

    rules: tuple[Rule, ...]
    success: float
    coverage: float
    density: float
    n: int
    leaves: int


def list_features(
    futures: Futures, year: int, *, causes: Sequence[Input] = (), gates: Sequence[str] | None = None
) -> tuple[Feature, ...]:
    """Gates by their state at the end of a year, those left out that stand alike in all futures; and causes.

    ``gates`` limits the gates, for example to those that open links; what they rest on would else be told as
    well, and often in their place.
    """
    levels = read_levels(futures, year)
    found = [
        Feature(gate.id, gate.title, "gate", levels[:, place].astype(np.float32), year)
        for place, gate in enumerate(futures.graph.gates)
        if (gates is None or gate.id in gates) and levels[:, place].min() < levels[:, place].max()
    ]
    return (*found, *(Feature(c.id, c.title, "share", c.values.astype(np.float32)) for c in causes))


def find_rules(
    features: Sequence[Feature],
    success: NDArray[np.bool_],
    *,
    most_rules: int = 4,
    least_density: float = 0.5,
    seed: int = 1,
) -> Discovery:
    """Find the rules that tell the futures that succeed from the others.

    Parameters
    ----------
    success
        Whether each future succeeds, shape (n,). A future in which the indicator has no value must be
        counted to one side by the caller.
    most_rules
        Rules at most; a rule that adds less than 2 % of the successes is left out.
    least_density
        Share of futures that must succeed in a leaf to make it a rule.
    seed
        Chooses the futures on which the tree grows if there are more than 32 768, and the folds. Coverage,
        density and mass are always of all futures.

    Raises
    ------
    ValueError
        If a feature and the success are not of one length.
    """
    n = len(success)
    wrong = [item.id for item in features if len(item.values) != n]
    if wrong:
        raise ValueError(f"not as long as the success of futures: {', '.join(wrong)}")
    share = float(success.mean()) if n else 0.0
    if not features or share in (0.0, 1.0):
        return Discovery((), share, 0.0, 0.0, n, 1)
    table = np.column_stack([item.values for item in features]).astype(np.float32)
    random = np.random.default_rng(seed)
    few = np.sort(random.choice(n, MOST_FUTURES, replace=False)) if n > MOST_FUTURES else np.arange(n)
    tree = _grow(table[few], success[few], random)
    boxes = [_simplify(box, features, table, success) for box in _list_leaves(tree, least_density)]
    rules: list[Rule] = []
    inside = np.zeros(n, np.bool_)
    waiting = {box: _hold(box, table) for box in boxes if box}
    while waiting and len(rules) < most_rules:
        gains = {
            box: float((held & success & ~inside).sum() / success.sum()) for box, held in waiting.items()
        }
        best = max(gains, key=lambda box: (gains[box], -len(box), box))
        if gains[best] < LEAST_GAIN:
            break
        held = waiting.pop(best)
        inside |= held
        rules.append(_tell(best, features, table, success, held, gains[best]))
    coverage = float((inside & success).sum() / success.sum())
    density = float(success[inside].mean()) if inside.any() else 0.0
    return Discovery(tuple(rules), share, coverage, density, n, int(tree.tree_.n_leaves))


Side = tuple[int, bool, float]
"""Column, whether above, limit."""


def _grow(table: NDArray[np.float32], success: NDArray[np.bool_], random: np.random.Generator) -> Any:
    """The tree of the size that cross-validation with the rule of one standard error chooses."""
    from sklearn.tree import DecisionTreeClassifier

    n = len(success)

    def tree(pruning: float) -> Any:
        return DecisionTreeClassifier(
            min_samples_leaf=LEAST_SHARE, max_leaf_nodes=MOST_LEAVES, ccp_alpha=pruning, random_state=0
        )

    some = random.permutation(n)[:MOST_TRIED]
    tried, came = table[some], success[some]
    path = tree(0.0).cost_complexity_pruning_path(tried, came).ccp_alphas
    # Geometric middles stand for the ranges of pruning in which the tree stays the same.
    prunings = np.sqrt(np.maximum(path[:-1], 0.0) * np.maximum(path[1:], 0.0)) if len(path) > 1 else path
    prunings = np.unique(np.append(prunings, path[-1]))
    few = np.unique(np.linspace(0, len(prunings) - 1, min(MOST_SIZES, len(prunings))).round().astype(int))
    prunings = prunings[few]
    fold = np.arange(len(some)) % FOLDS
    errors = np.empty((len(prunings), FOLDS))
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        for row, pruning in enumerate(prunings):
            grown = tree(float(pruning)).fit(tried[train], came[train])
            errors[row, k] = np.mean(grown.predict(tried[test]) != came[test])
    mean = errors.mean(axis=1)
    best = int(np.argmin(mean))
    limit = mean[best] + errors[best].std(ddof=1) / np.sqrt(FOLDS)
    chosen = max(row for row in range(len(prunings)) if mean[row] <= limit)
    return tree(float(prunings[chosen])).fit(table, success)


def _list_leaves(tree: Any, least_density: float) -> list[tuple[Side, ...]]:
    """Boxes of the leaves in which success has the density, several limits on one side taken together."""
    nodes = tree.tree_
    found: list[tuple[Side, ...]] = []
    waiting: list[tuple[int, dict[tuple[int, bool], float]]] = [(0, {})]
    while waiting:
        node, box = waiting.pop()
        if nodes.children_left[node] < 0:
            if float(nodes.value[node][0][1] / nodes.value[node][0].sum()) >= least_density:
                found.append(tuple(sorted((c, above, limit) for (c, above), limit in box.items())))
            continue
        column, limit = int(nodes.feature[node]), float(nodes.threshold[node])
        for child, above in ((nodes.children_left[node], False), (nodes.children_right[node], True)):
            waiting.append((int(child), {**box, (column, above): limit}))
    return found


def _hold(box: Sequence[Side], table: NDArray[np.float32]) -> NDArray[np.bool_]:
    """In which futures all sides of a box hold."""
    held = np.ones(len(table), np.bool_)
    for column, above, limit in box:
        held &= (table[:, column] > limit) == above
    return held


def _quasi_p(
    box: Sequence[Side], side: Side, table: NDArray[np.float32], success: NDArray[np.bool_]
) -> float:
    """Probability of at least as many successes in the box if the side made no difference."""
    from scipy.stats import binom

    held, wider = _hold(box, table), _hold([item for item in box if item != side], table)
    return float(binom.sf(success[held].sum() - 1, held.sum(), success[wider].mean()))


def _simplify(
    box: tuple[Side, ...],
    features: Sequence[Feature],
    table: NDArray[np.float32],
    success: NDArray[np.bool_],
) -> tuple[Side, ...]:
    """Take out the sides that do nothing, the most needless first."""
    while box:
        doubts = {side: _quasi_p(box, side, table, success) for side in box}
        worst = max(doubts, key=lambda side: (doubts[side], features[side[0]].id))
        if doubts[worst] <= NEEDLESS:
            break
        box = tuple(side for side in box if side != worst)
    return box


def _tell(
    box: Sequence[Side],
    features: Sequence[Feature],
    table: NDArray[np.float32],
    success: NDArray[np.bool_],
    held: NDArray[np.bool_],
    gain: float,
) -> Rule:
    conditions = []
    for side in box:
        item = features[side[0]]
        plain = Condition(item.id, item.title, item.kind, item.year, side[1], side[2])
        conditions.append(replace(plain, quasi_p=_quasi_p(box, side, table, success)))
    return Rule(
        conditions=tuple(conditions),
        coverage=float((held & success).sum() / success.sum()),
        density=float(success[held].mean()),
        mass=float(held.mean()),
        gain=gain,
    )
