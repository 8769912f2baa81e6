"""The milestone graph: gates in the order of what they need, each with its prior, ready to be sampled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NoReturn

import numpy as np

from landbridge.errors import Fault, FuturesRefused, UnknownId
from landbridge.process.distributions import Pert
from landbridge.process.gates import GateState
from landbridge.tables import Table

Start = Literal["shut", "degraded", "open"]
Law = Literal["none", "pert", "exponential"]
Range = tuple[float, float]

NO_DELAY = Pert(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Milestone:
    """One gate with all that is believed about its future.

    ``delay`` counts from the day on which its requirements first hold together; ranges are (low, high) and
    are sampled. ``is_held`` marks a gate without a prior: it stays as it is. ``probability`` is that it
    stands at the start as ``start`` says, 1 where nothing is doubted; a doubt hangs on ``fact``, and gates
    with the same one stand or fall together.
    """

    id: str
    title: str
    kind: str
    start: Start
    probability: float = 1.0
    fact: str = ""
    requires: tuple[str, ...] = ()
    requires_any: tuple[str, ...] = ()
    is_two_state: bool = False
    is_held: bool = False
    law: Law = "none"
    delay: Pert = NO_DELAY
    never: Range = (0.0, 0.0)
    close_rate: Range = (0.0, 0.0)
    reopen_rate: Range = (0.0, 0.0)
    quiet_halving_years: float = 0.0
    cause: str = ""
    share: Range = (0.0, 0.0)
    closes_to: Literal["shut", "degraded"] = "shut"
    fast_half_after: str = ""
    optimism_left: Range = (0.0, 0.0)
    basis: str = ""
    source: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_doubted(self) -> bool:
        """Whether it may stand otherwise at the start."""
        return 0.0 < self.probability < 1.0

    @property
    def met_probability(self) -> float:
        """Probability that it is met at the start, in full or in part."""
        return 1.0 - self.probability if self.start == "shut" else self.probability


@dataclass(frozen=True)
class Cause:
    """A shared cause; ``loading`` (low, high) is the correlation of its gates with it, on the normal
    scale."""

    id: str
    title: str
    loading: Range
    basis: str = "assumption"
    source: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class MilestoneGraph:
    """Gates, every one after those that it needs, and the causes on which they hang.

    ``named`` are the gates, and ``doubts`` the doubted facts, that have a dimension of their own in the
    sample; a part of a graph keeps those of the whole, so that its draws stay the same. Left out, they are
    those of the graph.
    """

    gates: tuple[Milestone, ...]
    causes: tuple[Cause, ...] = ()
    named: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    _index: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not self.named:
            object.__setattr__(self, "named", tuple(gate.id for gate in self.gates if not gate.is_held))
        if not self.doubts:
            facts = dict.fromkeys(gate.fact or gate.id for gate in self.gates if gate.is_doubted)
            object.__setattr__(self, "doubts", tuple(facts))
        self._index.update({gate.id: place for place, gate in enumerate(self.gates)})

    def __contains__(self, gate: object) -> bool:
        return gate in self._index

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the gates, in order."""
        return tuple(gate.id for gate in self.gates)

    def place(self, gate: str) -> int:
        """Place of a gate in the order; raises :class:`UnknownId` with the nearest names."""
        if gate not in self._index:
            raise UnknownId(gate, self.ids, kind="gate", where="the milestone graph")
        return self._index[gate]

    def get_gate(self, gate: str) -> Milestone:
        """One gate by its id; raises :class:`UnknownId`."""
        return self.gates[self.place(gate)]

    def list_ancestors(self, gate: str, *, any_too: bool = True) -> tuple[str, ...]:
        """All gates that a gate needs, directly or through others, in the order of the graph."""
        found: set[str] = set()
        waiting = [self.get_gate(gate)]
        while waiting:
            item = waiting.pop()
            for need in (*item.requires, *(item.requires_any if any_too else ())):
                if need not in found:
                    found.add(need)
                    waiting.append(self.get_gate(need))
        return tuple(name for name in self.ids if name in found)

    def restricted(self, gate: str) -> "MilestoneGraph":
        """Only a gate and what it needs; draws are named, so its histories stay the same."""
        kept = {gate, *self.list_ancestors(gate)}
        gates = tuple(item for item in self.gates if item.id in kept)
        return MilestoneGraph(gates, self.causes, self.named, self.doubts)


def build_milestone_graph(
    gates: Table,
    priors: Table,
    causes: Table,
    *,
    overrides: Mapping[str, Mapping[str, float]] | None = None,
    loadings: Mapping[str, Range] | None = None,
    states: Mapping[str, GateState] | None = None,
) -> MilestoneGraph:
    """Make the graph of a study.

    Parameters
    ----------
    gates, priors, causes
        Tables ``gates``, ``gate_priors`` and ``gate_causes``. A gate without a prior stays as it is.
    overrides
        For a gate, columns of its prior with other numbers.
    loadings
        For a cause, another range of its loading.
    states
        Gates whose state at the start is known otherwise than by ``state_today``, as from a record.

    Raises
    ------
    UnknownId
        If an override names no gate with a prior, or no cause.
    """
    found = {str(row["id"]): row for row in priors.rows()}
    for name, values in (overrides or {}).items():
        if name not in found:
            raise UnknownId(name, tuple(found), kind="gate with a prior", where="study.yaml, futures.priors")
        found[name] = {**found[name], **values}
        _check_ranges(name, found[name])
    known = states or {}
    items = {
        str(row["id"]): _milestone(row, found.get(str(row["id"])), known.get(str(row["id"])))
        for row in gates.rows()
    }
    shared = {str(row["id"]): _cause(row) for row in causes.rows()}
    for name, loading in (loadings or {}).items():
        if name not in shared:
            raise UnknownId(name, tuple(shared), kind="shared cause", where="study.yaml, futures.loadings")
        shared[name] = replace(shared[name], loading=loading)
    return MilestoneGraph(tuple(_sorted(items)), tuple(shared.values()))


def _milestone(row: Mapping[str, Any], prior: Mapping[str, Any] | None, state: GateState | None) -> Milestone:
    is_partial = row["state_today"] == "partial"
    is_open = row["state_today"] == "met"
    if state is not None:
        is_partial = 0.0 < state.share < 1.0 or (is_partial and state.share <= 0.0)
        is_open = state.share >= 1.0
    gate = Milestone(
        id=str(row["id"]),
        title=str(row["title"]),
        kind=str(row["kind"]),
        start="open" if is_open else "shut",
        probability=1.0 if state is None else state.probability,
        fact="" if state is None else state.fact,
        requires=tuple(row["requires"]),
        requires_any=tuple(row["requires_any"]),
        is_held=prior is None,
    )
    if prior is None:
        return gate
    is_degraded = is_partial and prior["partial"] == "degraded" and prior["kind"] == "two_state"
    if state is not None and state.share > 0.0 and not (is_open or is_degraded):
        gate = replace(gate, probability=1.0, fact="")  # in part is shut here, whatever is doubted of it
    low, mode, high = (float(prior[name]) for name in ("low_delay_years", "delay_years", "high_delay_years"))
    law: Law = "none" if np.isnan(mode) else "exponential" if prior["law"] == "exponential" else "pert"
    delay = Pert(mode if np.isnan(low) else low, mode, mode if np.isnan(high) else high)
    quiet = float(prior["quiet_halving_years"])
    return replace(
        gate,
        start="degraded" if is_degraded else gate.start,
        is_two_state=prior["kind"] == "two_state",
        law=law,
        delay=NO_DELAY if law == "none" else delay,
        # Without a delay nothing says when it would come: it does not.
        never=_range(prior, "never") if is_open or is_degraded or law != "none" else (1.0, 1.0),
        close_rate=_range(prior, "close_rate"),
        reopen_rate=_range(prior, "reopen_rate"),
        quiet_halving_years=0.0 if np.isnan(quiet) else quiet,
        cause=str(prior["cause"]),
        share=_range(prior, "share"),
        closes_to="degraded" if prior["closes_to"] == "degraded" else "shut",
        fast_half_after=str(prior["fast_half_after"]),
        optimism_left=_range(prior, "optimism_left"),
        basis=str(prior["basis"]),
        source=tuple(prior["source"]),
        note=str(prior["note"]),
    )


def _check_ranges(gate: str, row: Mapping[str, Any]) -> None:
    """An override must leave every range of a prior in rising order."""
    for word in ("never", "close_rate", "reopen_rate", "share", "optimism_left"):
        if float(row[f"low_{word}"]) > float(row[f"high_{word}"]):
            _refuse_range(gate, word)
    delay = [float(row[name]) for name in ("low_delay_years", "delay_years", "high_delay_years")]
    if delay[0] > delay[1] or delay[1] > delay[2]:
        _refuse_range(gate, "delay_years")


def _refuse_range(gate: str, word: str) -> NoReturn:
    mend = "state low and high, in rising order."
    raise FuturesRefused(f"{word} of {gate} does not rise.", where="study.yaml, futures.priors", mend=mend)


def _range(row: Mapping[str, Any], name: str) -> Range:
    low, high = float(row[f"low_{name}"]), float(row[f"high_{name}"])
    low = 0.0 if np.isnan(low) else low
    return low, low if np.isnan(high) else high


def _cause(row: Mapping[str, Any]) -> Cause:
    return Cause(
        str(row["id"]),
        str(row["title"]),
        (float(row["low_loading"]), float(row["high_loading"])),
        str(row["basis"]),
        tuple(row["source"]),
        str(row["note"]),
    )


def _sorted(items: Mapping[str, Milestone]) -> Iterator[Milestone]:
    """Gates after those that they need, otherwise as they stand in the table."""
    done: set[str] = set()
    waiting = dict(items)
    while waiting:
        free = [
            gate
            for gate in waiting.values()
            if all(need in done or need not in items for need in (*gate.requires, *gate.requires_any))
        ]
        if not free:
            raise ValueError(f"gates require each other in a circle: {', '.join(waiting)}")
        for gate in free:
            yield gate
            done.add(gate.id)
            del waiting[gate.id]


def list_met(tables: Mapping[str, Table]) -> frozenset[str]:
    """Gates that stand open at the last of what the tables tell: of gates that events meet, or that state
    nothing themselves, by history and then by events; of others by ``state_today``.
    """
    met: dict[str, bool] = {}
    for row in tables["events"].rows():
        for gate in row["meets"]:
            met[gate] = met.get(gate, False) or row["status"] == "occurred"
    gates = tables["gates"]
    stated = dict(zip(gates["id"], gates["state_today"], strict=True))
    for row in tables["gate_history"].rows():
        if row["gate"] in met or not stated.get(row["gate"]):
            met[row["gate"]] = not row["to_date"] and row["share_usable"] >= 1.0
    return frozenset(gate for gate in stated if met.get(gate, stated[gate] == "met"))


def check_priors(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Priors that cannot be sampled: no delay for a gate that is not open, an order that does not rise."""
    gates, priors = tables["gates"], tables["gate_priors"]
    met = list_met(tables)
    for row, gate in enumerate(priors["id"]):
        if gate not in gates.index:
            continue
        if gate not in met and np.isnan(priors["delay_years"][row]):
            what = f'gate "{gate}" is not open, and its prior does not say how long it takes.'
            mend = "fill low_delay_years, delay_years and high_delay_years."
            yield priors.fault(row, "delay_years", "LB-P001", what, mend)
        if priors["law"][row] == "pert" and not np.isnan(priors["delay_years"][row]):
            for column in ("low_delay_years", "high_delay_years"):
                if np.isnan(priors[column][row]):
                    mend = "fill it, or write exponential as the law."
                    yield priors.fault(
                        row, column, "LB-P001", f"a delay of three points lacks {column}.", mend
                    )
        after = priors["fast_half_after"][row]
        if after and after not in gates["requires_any"][gates.index[gate]]:
            what = f'"{after}" is none of the conditions of which "{gate}" needs one.'
            mend = f'name one of requires_any of "{gate}", or leave the cell blank.'
            yield priors.fault(row, "fast_half_after", "LB-P002", what, mend)
