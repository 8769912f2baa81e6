"""The state of every gate at a date, and what opening one implies.

A gate is a condition that opens links. Its state is the share of normal use that it allows: 1 open, 0 shut,
and in between a standing condition that degrades what it governs. A gate whose works or legal steps are
merely under way ("partial" without a history) is shut: half a bridge carries nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from landbridge.errors import UnknownId
from landbridge.tables import Table


@dataclass(frozen=True)
class GateState:
    """How far one gate is open.

    ``share`` is the share of normal use, 0 to 1; ``reason`` says in words why; ``source`` holds source ids.
    """

    gate: str
    title: str
    share: float
    reason: str
    source: tuple[str, ...]


def list_gate_states(gates: Table, history: Table, date: str) -> dict[str, GateState]:
    """State of every gate on ``date`` (ISO, ``YYYY-MM-DD``).

    A gate with a history takes the interval that holds the date; before its first interval it is shut. A gate
    without one is open from ``met_on`` on. The history wins over ``met_on`` because the latter is the
    *latest* opening.
    """
    intervals: dict[str, list[dict[str, object]]] = {}
    for row in history.rows():
        intervals.setdefault(str(row["gate"]), []).append(row)
    states: dict[str, GateState] = {}
    for row in gates.rows():
        gate = str(row["id"])
        share, reason, source = 0.0, "", tuple(row["source"])
        if gate in intervals:
            reason = f"shut before {min(str(i['from_date']) for i in intervals[gate])}"
            for interval in intervals[gate]:
                start, end = str(interval["from_date"]), str(interval["to_date"])
                if start <= date and (not end or date < end):
                    share = float(str(interval["share_usable"]))
                    reason = _say(share, start)
                    source = tuple(interval["source"])  # type: ignore[arg-type]
        elif row["state_today"] == "met" and str(row["met_on"]) <= date:
            share, reason = 1.0, f"met on {row['met_on']}"
        elif row["state_today"] == "met":
            reason = f"met only on {row['met_on']}"
        elif row["state_today"] == "partial":
            reason = "works or steps under way, not yet met"
        else:
            reason = "not met"
        states[gate] = GateState(gate, str(row["title"]), share, reason, source)
    return states


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
                result[needed] = replace(result[needed], share=1.0, reason=f"opened with {name}")
        result[name] = replace(result[name], share=1.0, reason="opened by the scenario")
    return result
