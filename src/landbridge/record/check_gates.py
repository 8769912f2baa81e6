"""Gates as the record has them: how probably each is met, whether its day agrees, what is contested."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.errors import Fault
from landbridge.record.check_judged import GRAVE, Judged, judge_record
from landbridge.record.model import STAGES, Difference, Event, Instrument, Reliability
from landbridge.record.tables import Gate, Record, Tables, read_record
from landbridge.record.tables_dates import DateInvalid, Span, read_span
from landbridge.tables import Table

_OCCURRED = "occurred"
#: Fields whose differences make a gate uncertain.
_BEARING = frozenset({"date", "status", "condition", "outcome"})
#: A gate with a probability between these two is called uncertain.
UNSURE = (0.05, 0.95)
#: Statuses that say that a stage is not reached, and the first stage that they deny.
_NOT_REACHED = {"unsigned": "signed", "not signed": "signed", "unratified": "ratified", "pending": "ratified"}


@dataclass(frozen=True)
class GateView:
    """A gate in the record.

    Attributes
    ----------
    probability
        That it is met on the last day of the record.
    resolved
        Day from which it holds by the record (EDTF); empty if the record names none.
    events
        Events that meet it, then those that bear on it.
    contested
        What sources disagree on that bears on it, a sentence each.
    unresolved
        Those of them for which the record takes no value, such as a dispute of the parties.
    disagrees
        How the gate's row of the study differs from the record; empty if it does not.
    """

    gate: Gate
    probability: float
    resolved: str
    meeting: tuple[str, ...]
    events: tuple[str, ...]
    contested: tuple[str, ...]
    unresolved: tuple[str, ...]
    disagrees: str

    @property
    def is_uncertain(self) -> bool:
        """Whether a reader must be told that this gate may stand otherwise."""
        unsure = UNSURE[0] < self.probability < UNSURE[1]
        return bool(self.disagrees or self.unresolved) or unsure

    @property
    def why(self) -> str:
        """What makes it uncertain, in one sentence."""
        told = [self.disagrees, *self.unresolved, *self.contested]
        return next((words for words in told if words), "it rests on one witness, or on weak ones")


def gate_probability(record: Record, gate: str, judged: Judged | None = None, *, at: str = "") -> float:
    """Probability that a gate is met on a day, from what the record takes for its events.

    Parameters
    ----------
    judged
        What `judge_record` gave; it is worked out if left out.
    at
        ISO day; the last day of the record if left out, that is, all that is told has happened.
    """
    judged = judged or judge_record(record)
    known = record.gates.get(gate)
    found = _stage_of(record, gate)
    if found is not None:
        staged = _stage_probability(*found, judged)
        if staged is not None:
            return round(staged * _by(record, judged, gate, at), 4)
    met = [event for event in record.list_meeting(gate) if event.status == _OCCURRED]
    certain = _undenied(judged, gate) * _by(record, judged, gate, at)
    if met:
        return round(max(_told(record, event.source, event.id) for event in met) * certain, 4)
    if known is not None and known.state == "met":
        return round(_told(record, known.source, f"gate:{gate}") * certain, 4)
    return 0.0


def view_gate(record: Record, gate: str, judged: Judged) -> GateView:
    """All that the record says of the state of one gate."""
    known = record.gates[gate]
    meeting = tuple(event.id for event in record.list_meeting(gate))
    bearing = tuple(e.id for e in record.events.values() if gate in e.affects and e.id not in meeting)
    resolved = _resolved_day(record, judged, gate)
    probability = gate_probability(record, gate, judged)
    contested = list_contested(record, gate, judged)
    return GateView(
        known,
        probability,
        resolved,
        meeting,
        (*meeting, *bearing),
        tuple(say_difference(difference) for difference in contested),
        tuple(say_difference(d) for d in contested if d.kind == "dispute" or not _is_taken(d, judged)),
        _disagreement(record, known, resolved, probability),
    )


def list_gate_views(record: Record, judged: Judged) -> tuple[GateView, ...]:
    """Views of all gates on which the record says anything, in the order of their table."""
    about = {claim.event for claim in record.standing}
    named = {gate for event in record.events.values() for gate in (*event.affects, *event.meets)}
    return tuple(
        view_gate(record, gate, judged) for gate in record.gates if gate in named or f"gate:{gate}" in about
    )


def list_contested(record: Record, gate: str, judged: Judged) -> tuple[Difference, ...]:
    """Differences in which sources really disagree and that bear on a gate, the gravest first."""
    about = [f"gate:{gate}", *(event.id for event in record.list_meeting(gate))]
    found = _stage_of(record, gate)
    own = [d for key in about for d in judged.differences_of.get(key, ()) if d.field in _BEARING]
    if found is not None:
        for stage in found[0].stages:
            if stage.event not in about:
                own += [d for d in judged.differences_of.get(stage.event, ()) if d.field == "status"]
    return tuple(sorted((d for d in own if d.kind in GRAVE), key=lambda d: -d.gravity))


def _is_taken(difference: Difference, judged: Judged) -> bool:
    taken = judged.taken_for(difference)
    return taken is not None and bool(taken.value)


def say_difference(difference: Difference) -> str:
    """One sentence: what is said of what, by how many, and the verdict."""
    subject = f" of {difference.subject}" if difference.subject else ""
    values = " or ".join(
        f"{'not ' if value.stance == 'denies' else ''}{value.value} ({_count(value.witnesses)})"
        for value in difference.values
    )
    return f"{difference.event}, {difference.field}{subject}: {values}; {difference.verdict}"


def _count(witnesses: int) -> str:
    return f"{witnesses} witness{'' if witnesses == 1 else 'es'}"


def _stage_of(record: Record, gate: str) -> tuple[Instrument, str] | None:
    """The agreement and the stage that meet a gate, if it is met by one."""
    meeting = {event.id for event in record.list_meeting(gate)}
    for instrument in record.instruments.values():
        for stage in instrument.stages:
            if stage.event in meeting:
                return instrument, stage.name
    return None


def _stage_probability(instrument: Instrument, stage: str, judged: Judged) -> float | None:
    """How much of what is said of an agreement's status puts it at this stage or later; None if nothing."""
    need = STAGES.index(stage)
    least = most = 0.0
    for reached in instrument.stages:
        told: dict[str, float] = {}
        for difference in judged.differences_of.get(reached.event, ()):
            if difference.field == "status":
                for value in difference.values:
                    if value.stance == "asserts":
                        told[value.value] = max(told.get(value.value, 0.0), value.probability)
        for resolution in judged.resolutions_of.get(reached.event, ()):
            if resolution.field == "status" and resolution.value:
                told[resolution.value] = max(told.get(resolution.value, 0.0), resolution.probability)
        for status, probability in told.items():
            if status in STAGES:
                most += probability
                least += probability if STAGES.index(status) >= need else 0.0
            elif status in _NOT_REACHED and STAGES.index(_NOT_REACHED[status]) <= need:
                most += probability
    return least / most if most > 0 else None


def _undenied(judged: Judged, gate: str) -> float:
    """How much of what is said of a gate's own status asserts it, where somebody denies it.

    A dispute of the parties counts as even: the record does not choose between them.
    """
    for difference in judged.differences_of.get(f"gate:{gate}", ()):
        if difference.field == "status" and not difference.subject:
            denied = max((v.probability for v in difference.values if v.stance == "denies"), default=0.0)
            said = max((v.probability for v in difference.values if v.stance == "asserts"), default=0.0)
            if denied > 0:
                return 0.5 if difference.kind == "dispute" else said / (said + denied)
    return 1.0


def _by(record: Record, judged: Judged, gate: str, at: str) -> float:
    """Share of what is said of the day of a gate that lies on or before ``at``."""
    if not at:
        return 1.0
    day = datetime.date.fromisoformat(at)
    about = [f"gate:{gate}", *(e.id for e in record.list_meeting(gate) if e.status == _OCCURRED)]
    weights: dict[str, float] = {}
    for key in about:
        for difference in judged.differences_of.get(key, ()):
            if difference.field == "date" and not difference.subject:
                for value in difference.values:
                    weights[value.value] = max(weights.get(value.value, 0.0), value.probability)
    if not weights or not sum(weights.values()):
        resolved = _resolved_day(record, judged, gate)
        weights = {resolved: 1.0} if resolved else {}
    dated = {text: weight for text, weight in weights.items() if _span(text)[0] is not None}
    total = sum(dated.values())
    if not total:
        return 0.0
    before = sum(weight for text, weight in dated.items() if (_span(text)[1] or datetime.date.max) <= day)
    return before / total


def _told(record: Record, sources: Iterable[str], about: str) -> float:
    """Chance that at least one of the independent sources of a fact is right."""
    from landbridge.record.rules import PRIOR_ACCURACY

    ids = {*sources, *(c.mention.source for c in record.claims_of.get(about, ()) if c.stance == "asserts")}
    roots: dict[str, Reliability] = {}
    for name in ids:
        source = record.sources.get(name)
        if source is not None:
            parent = next((p for p in source.derived_from if p in record.sources), name)
            roots[parent] = record.sources[parent].reliability
    wrong = 1.0
    for reliability in roots.values():
        wrong *= 1.0 - PRIOR_ACCURACY[reliability]
    return 1.0 - wrong if roots else 0.5


def _resolved_day(record: Record, judged: Judged, gate: str) -> str:
    """The day that the record takes for a gate: claimed of the gate itself, or of the event that meets it."""
    own = judged.resolution_of.get((f"gate:{gate}", "date", ""))
    if own is not None and own.value:
        return own.value
    days = [_event_day(event, judged) for event in record.list_meeting(gate) if event.status == _OCCURRED]
    return max(days, default="")


def _event_day(event: Event, judged: Judged) -> str:
    found = judged.resolution_of.get((event.id, "date", ""))
    return found.value if found is not None and found.value else event.date


def _disagreement(record: Record, gate: Gate, resolved: str, probability: float) -> str:
    met = [event for event in record.list_meeting(gate.id) if event.status == _OCCURRED]
    if gate.state == "met" and gate.met_on and resolved and not _is_within(gate.met_on, resolved):
        return f"met_on is {gate.met_on}, the record has {resolved}"
    if gate.state != "met" and met:
        return f"state_today is {gate.state}, and {met[0].id} meets it by the record"
    if gate.state == "met" and not met and record.list_meeting(gate.id):
        return f"it is met, and the record has {record.list_meeting(gate.id)[0].id} only as planned"
    if gate.state == "met" and probability < UNSURE[0]:
        return "it is met, and nothing in the record says so"
    return ""


def _is_within(day: str, resolved: str) -> bool:
    """Whether a day, month or year of the table may be what the record has."""
    (first, last), (low, high) = _span(day), _span(resolved)
    if first is None or last is None:
        return False
    return (low is None or low <= last) and (high is None or first <= high)


def _span(text: str) -> Span:
    try:
        return read_span(text)
    except DateInvalid:
        return None, None


def check_gates_against_record(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Warn of gates on which the study and its record disagree, or that disputed facts make uncertain."""
    record = read_record(Tables(tables))
    if not record.events and not record.claims:
        return
    judged = judge_record(record)
    gates = tables["gates"]
    for view in list_gate_views(record, judged):
        if view.is_uncertain and (view.disagrees or view.contested):
            what = f"by the record the gate is met with probability {view.probability:.2f}: {view.why}."
            mend = f"landbridge record show {view.gate.id} tells who says what."
            row = gates.index[view.gate.id]
            column = "met_on" if view.disagrees else "state_today"
            yield gates.fault(row, column, "LB-C033", what, mend, "warning")
