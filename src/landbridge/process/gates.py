"""The state of every gate at a date, and what opening one implies.

A gate is a condition that opens links. Its state is the share of normal use that it allows: 1 open, 0 shut,
and in between a standing condition that degrades what it governs. A gate whose works or legal steps are
merely under way ("partial" without a history) is shut: half a bridge carries nothing.

What says how a gate stands, the first that there is:

1. its history: intervals with a share, the only thing that tells of closures and of use in part;
2. the record: events that meet it, each with its day, and how probable that is;
3. its row in the table of gates: ``state_today`` and ``met_on``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from landbridge.errors import UnknownId
from landbridge.tables import Table

#: A gate that the record holds with at least this probability is open in a scenario. At 0.5 exactly, as in a
#: dispute of the parties about what an event meant, the event decides: it did happen.
EVEN = 0.5


@dataclass(frozen=True)
class RecordedState:
    """What a record of who said what holds of one gate.

    Attributes
    ----------
    day
        ISO day from which the gate is met by what the record takes; empty if nothing says that it is.
    probability
        That it is met on the last day of the record; 1 or 0 where nothing is doubted.
    told
        ISO days from which it is said to be met, each with its share of what is said; adds up to 1.
    by
        Id of the event that meets it, or that is to meet it.
    fact
        What its doubt hangs on: gates with the same fact stand or fall together.
    why
        What makes it uncertain, in a few words; empty if nothing does.
    is_dated
        Whether events meet the gate; without one its row says how it stands, and the record how surely.
    """

    gate: str
    day: str
    probability: float
    told: tuple[tuple[str, float], ...] = ()
    by: str = ""
    fact: str = ""
    why: str = ""
    source: tuple[str, ...] = ()
    is_dated: bool = True

    def is_met(self, date: str) -> bool:
        """Whether the gate is taken to be met on an ISO day."""
        return bool(self.day) and self.day <= date and self.probability >= EVEN

    def on(self, date: str) -> float:
        """Probability that the gate is met on an ISO day."""
        if not self.told:
            return self.probability if self.day <= date else 0.0
        return self.probability * min(1.0, round(sum(share for day, share in self.told if day <= date), 6))


@dataclass(frozen=True)
class GateState:
    """How far one gate is open.

    ``share`` is the share of normal use, 0 to 1; ``reason`` says in words why; ``source`` holds source ids.
    ``probability`` is that it stands so, 1 where nothing is doubted; a doubt hangs on ``fact``, and gates
    with the same one stand or fall together.
    """

    gate: str
    title: str
    share: float
    reason: str
    source: tuple[str, ...]
    probability: float = 1.0
    fact: str = ""

    @property
    def is_uncertain(self) -> bool:
        """Whether it may stand otherwise."""
        return self.probability < 1.0

    @property
    def met_probability(self) -> float:
        """Probability that it is met, in full or in part."""
        return self.probability if self.share > 0.0 else 1.0 - self.probability


def list_gate_states(
    gates: Table, history: Table, date: str, recorded: Mapping[str, RecordedState] | None = None
) -> dict[str, GateState]:
    """State of every gate on ``date`` (ISO, ``YYYY-MM-DD``).

    A gate with a history takes the interval that holds the date; before its first interval it is shut. The
    history wins because an event or ``met_on`` gives only the *latest* opening. A gate without one is open
    from the day on that ``recorded`` has for it, if that holds with a probability of at least 0.5. A gate
    that has neither is open from ``met_on`` on.
    """
    intervals: dict[str, list[dict[str, Any]]] = {}
    for row in history.rows():
        intervals.setdefault(str(row["gate"]), []).append(row)
    states: dict[str, GateState] = {}
    for row in gates.rows():
        gate = str(row["id"])
        known = (recorded or {}).get(gate)
        if gate in intervals:
            state = _by_history(row, intervals[gate], date)
        elif known is not None and known.is_dated:
            state = _by_record(row, known, date)
        else:
            state = _by_row(row, date)
        states[gate] = state if known is None else _doubted(state, known, date, gate in intervals)
    return states


def _by_history(row: Mapping[str, Any], intervals: Iterable[Mapping[str, Any]], date: str) -> GateState:
    share, reason = 0.0, f"shut before {min(str(i['from_date']) for i in intervals)}"
    source = tuple(row["source"])
    for interval in intervals:
        start, end = str(interval["from_date"]), str(interval["to_date"])
        if start <= date and (not end or date < end):
            share, source = float(interval["share_usable"]), tuple(interval["source"])
            reason = _say(share, start)
    return GateState(str(row["id"]), str(row["title"]), share, reason, source)


def _by_record(row: Mapping[str, Any], known: RecordedState, date: str) -> GateState:
    share, source = 0.0, known.source or tuple(row["source"])
    if known.is_met(date):
        share, reason = 1.0, f"met on {known.day} by {known.by}"
    elif known.day > date and known.probability >= EVEN:
        reason = f"met only on {known.day} by {known.by}"
    elif row["state_today"] == "partial":
        reason = "works or steps under way, not yet met"
    elif row["state_today"] == "met":
        reason = f"not met by the record: {known.by} has not happened"
    else:
        reason = "not met"
    return GateState(str(row["id"]), str(row["title"]), share, reason, source)


def _by_row(row: Mapping[str, Any], date: str) -> GateState:
    share, reason = 0.0, "not met"
    if row["state_today"] == "met" and str(row["met_on"]) <= date:
        share, reason = 1.0, f"met on {row['met_on']}"
    elif row["state_today"] == "met":
        reason = f"met only on {row['met_on']}"
    elif row["state_today"] == "partial":
        reason = "works or steps under way, not yet met"
    return GateState(str(row["id"]), str(row["title"]), share, reason, tuple(row["source"]))


def _doubted(state: GateState, known: RecordedState, date: str, has_history: bool) -> GateState:
    """A state with what the record adds: the event beside a history, and how surely it holds."""
    words = state.reason
    if has_history and state.share > 0.0 and known.is_met(date):
        words = f"{words}; by the record met on {known.day} by {known.by}"
    met = known.on(date)
    # Where a history says shut, no doubt about an opening is left.
    if not 0.0 < met < 1.0 or (has_history and state.share <= 0.0):
        return replace(state, reason=words)
    sure = met if state.share > 0.0 else 1.0 - met
    words = f"{words}; uncertain, met with probability {met:.2f}: {known.why or 'sources differ on the day'}"
    return replace(state, reason=words, probability=sure, fact=known.fact or state.gate)


def _say(share: float, since: str) -> str:
    if share >= 1.0:
        return f"open since {since}"
    if share <= 0.0:
        return f"shut since {since}"
    return f"usable at {share:.0%} of normal since {since}"


def list_requirements(gates: Table, gate: str) -> tuple[str, ...]:
    """All gates that ``gate`` needs, directly or through others (``requires`` only), in id order."""
    found: set[str] = set()
    waiting = [gate]
    while waiting:
        row = gates.row(waiting.pop())
        for needed in row["requires"]:
            if needed not in found:
                found.add(needed)
                waiting.append(needed)
    return tuple(sorted(found))


def open_gates(states: Mapping[str, GateState], gates: Table, names: Iterable[str]) -> dict[str, GateState]:
    """States with ``names`` open, and everything that they require open too.

    Opening a railway means that its treaty, its works and its neighbours are done: a scenario that opens the
    last gate opens the chain before it.

    Raises
    ------
    UnknownId
        If a name is no gate of the study.
    """
    result = dict(states)
    for name in names:
        if name not in result:
            raise UnknownId(name, kind="gate", known=tuple(result), where="study.yaml, scenarios")
        for needed in list_requirements(gates, name):
            if result[needed].share < 1.0:
                result[needed] = fix_gate(result[needed], 1.0, f"opened with {name}")
            elif result[needed].is_uncertain:
                result[needed] = fix_gate(
                    result[needed], 1.0, f"{result[needed].reason}; taken for granted with {name}"
                )
        result[name] = fix_gate(result[name], 1.0, "opened by the scenario")
    return result


def fix_gate(state: GateState, share: float, reason: str) -> GateState:
    """A gate that a scenario sets by hand: nothing about it is doubted."""
    return replace(state, share=share, reason=reason, probability=1.0, fact="")
