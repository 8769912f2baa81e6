"""Gates as the record has them: met by which event and when, how probably, and what is contested."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.errors import Fault
from landbridge.record.check_judged import GRAVE, Judged, judge_record
from landbridge.record.model import STAGES, Claim, Difference, Event, Instrument, Reliability
from landbridge.record.rules import AHEAD, PLAN_SUBJECT, PRIOR_ACCURACY
from landbridge.record.tables import Gate, Record, Tables, read_record
from landbridge.record.tables_dates import DateInvalid, Span, read_span
from landbridge.tables import Table

_OCCURRED = "occurred"
#: Fields whose differences make a gate uncertain.
_BEARING = frozenset({"date", "status", "condition", "outcome"})
#: Odds nearer to never or always than these are taken for never or always.
UNSURE = (0.05, 0.95)
#: From this probability on a gate counts as met; at the even odds of a dispute its event decides.
EVEN = 0.5
#: Sources of which one is enough, if nobody denies what it says.
_SOUND: frozenset[Reliability] = frozenset({"primary", "party", "reputable"})
#: Statuses that say that a stage is not reached, and the first stage that they deny.
_NOT_REACHED = {"unsigned": "signed", "not signed": "signed", "unratified": "ratified", "pending": "ratified"}
#: Statuses of an event, and of a gate, that say that it has not come about.
_NOT_DONE = AHEAD | {"cancelled", "shut", "not met", "works started"}


@dataclass(frozen=True)
class GateView:
    """A gate in the record.

    Attributes
    ----------
    probability
        That it is met on the last day of the record; 1 or 0 where nothing is doubted.
    resolved
        Day from which it holds by the record (EDTF); empty if the record names none.
    told
        Where sources date it otherwise: ISO days from which it is said to hold, with shares that add up to 1.
    by
        Event that meets it; if none has happened, the one that is to.
    fact
        What a doubt hangs on: a gate, an event or an agreement; empty if nothing is doubted.
    doubt
        What makes it improbable or less than sure, in a few words; empty if nothing does.
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
    told: tuple[tuple[str, float], ...]
    by: str
    fact: str
    doubt: str
    meeting: tuple[str, ...]
    events: tuple[str, ...]
    contested: tuple[str, ...]
    unresolved: tuple[str, ...]
    disagrees: str

    @property
    def state(self) -> str:
        """How it stands: by its events, if any meet it, else by its row of the study."""
        if not self.meeting:
            return self.gate.state
        if self.resolved and self.probability >= EVEN:
            return "met"
        return "partial" if self.gate.state == "partial" else "not_met"

    @property
    def met_on(self) -> str:
        """Day from which it is met, as exact as it is known; empty if it is not."""
        if self.state != "met":
            return ""
        return self.resolved if self.meeting else self.gate.met_on

    @property
    def is_uncertain(self) -> bool:
        """Whether a reader must be told that this gate may stand otherwise."""
        return bool(self.disagrees or self.unresolved) or 0.0 < self.probability < 1.0

    @property
    def why(self) -> str:
        """What makes it uncertain, in one sentence."""
        told = [self.disagrees, *self.unresolved, *self.contested, self.doubt]
        return next((words for words in told if words), "")


def gate_probability(record: Record, gate: str, judged: Judged | None = None, *, at: str = "") -> float:
    """Probability that a gate is met on a day, from what the record takes for its events.

    A gate is sure where an event that meets it has happened by the word of one sound source or of enough weak
    ones, and nobody denies it; what makes it less is a status that sources dispute, or weak witnesses alone.
    Odds below 5 percent are never, above 95 always.

    Parameters
    ----------
    judged
        What `judge_record` gave; it is worked out if left out.
    at
        ISO day; the last day of the record if left out, that is, all that is told has happened.
    """
    judged = judged or judge_record(record)
    probability = _weigh(record, gate, judged)[0]
    if not at or not probability:
        return probability
    told = _days_told(record, judged, gate)
    return round(probability * sum(share for day, share in told if day <= at), 4)


def view_gate(record: Record, gate: str, judged: Judged) -> GateView:
    """All that the record says of the state of one gate."""
    known = record.gates[gate]
    meeting = tuple(event.id for event in record.list_meeting(gate))
    bearing = tuple(e.id for e in record.events.values() if gate in e.affects and e.id not in meeting)
    probability, fact = _weigh(record, gate, judged)
    resolved = _resolved_day(record, judged, gate) if probability else ""
    told = _days_told(record, judged, gate) if probability else ()
    contested = list_contested(record, gate, judged)
    is_sure = probability in (0.0, 1.0)
    return GateView(
        known,
        probability,
        resolved,
        told if len(told) > 1 else (),
        _met_by(record, judged, gate),
        "" if is_sure else fact,
        "" if is_sure else _doubt(contested),
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


def _weigh(record: Record, gate: str, judged: Judged) -> tuple[float, str]:
    """Probability that a gate is met on the last day of the record, and the fact on which a doubt hangs."""
    met = _list_met(record, gate)
    known = record.gates.get(gate)
    named = [event.source for event in met] or [known.source if known is not None else ()]
    own = _undenied(record, judged, f"gate:{gate}", {source for sources in named for source in sources})
    found = _stage_of(record, gate)
    staged = None if found is None else _stage_probability(*found, judged)
    probability, fact = 0.0, gate
    if met:
        probability, fact = max((_happened(record, judged, event), event.id) for event in met)
    elif staged is not None or _stands_by_row(record, gate):
        probability = 1.0
    if staged is not None and found is not None:
        probability *= staged
        fact = found[0].id if staged < 1.0 else fact
    probability *= own
    fact = gate if own < 1.0 else fact
    probability = round(probability, 4)
    low, high = UNSURE
    return 0.0 if probability <= low else 1.0 if probability >= high else probability, fact


def _stands_by_row(record: Record, gate: str) -> bool:
    """Whether no event meets a gate, and its row of the study has it as met."""
    known = record.gates.get(gate)
    return known is not None and known.state == "met" and not record.list_meeting(gate)


def _list_met(record: Record, gate: str) -> list[Event]:
    """Events that meet a gate and have happened."""
    return [event for event in record.list_meeting(gate) if event.status == _OCCURRED]


def _happened(record: Record, judged: Judged, event: Event) -> float:
    """Probability that an event of the record did happen and met what it is said to meet."""
    return _told(record, judged, event) * _undenied(record, judged, event.id, event.source)


def _undenied(record: Record, judged: Judged, about: str, sources: Iterable[str]) -> float:
    """Probability that a gate or event came about where its status is contested, else 1.

    Independent witnesses vote for and against, each with the odds of its prior accuracy; ``sources`` say that
    it came about. A dispute of the parties counts as even: the record does not choose between them.
    """
    for difference in judged.differences_of.get(about, ()):
        if difference.field != "status" or difference.subject or difference.kind not in GRAVE:
            continue
        sides: tuple[set[str], set[str]] = ({*sources}, set())
        for value in difference.values:
            is_against = (value.stance == "denies") != (value.value in _NOT_DONE)
            sides[is_against].update(claim.mention.source for claim in value.claims)
        if sides[1]:
            if difference.kind == "dispute":
                return 0.5
            both = sides[0] & sides[1]
            odds = [math.prod(_odds(kind) for kind in _witnesses(record, judged, s - both)) for s in sides]
            return odds[0] / (odds[0] + odds[1])
    return 1.0


def _odds(reliability: Reliability) -> float:
    accuracy = PRIOR_ACCURACY[reliability]
    return accuracy / (1.0 - accuracy)


def _witnesses(record: Record, judged: Judged, sources: Iterable[str]) -> list[Reliability]:
    """Reliability of each independent witness among sources: those that repeat one text count once."""
    parents = {edge.a: edge.b for edge in judged.edges if edge.probability >= EVEN}
    roots: set[str] = set()
    for name in sources:
        seen = {name}
        while True:
            known = record.sources.get(name)
            told = (*(known.derived_from if known else ()), *filter(None, [parents.get(name)]))
            parent = next((p for p in told if p in record.sources and p not in seen), None)
            if parent is None:
                break
            seen.add(name := parent)
        if name in record.sources:
            roots.add(name)
    return [record.sources[name].reliability for name in sorted(roots)]


def _days_told(record: Record, judged: Judged, gate: str) -> tuple[tuple[str, float], ...]:
    """ISO days from which a gate is said to hold, each with its share of what is said.

    A day told less or more exactly is the same day. Where nobody really differs there is one.
    """
    resolved = _resolved_day(record, judged, gate)
    taken = last_day(resolved)
    weights = {taken: 0.0} if taken else {}
    for about in (f"gate:{gate}", *(event.id for event in _list_met(record, gate))):
        for difference in judged.differences_of.get(about, ()):
            if difference.field == "date" and not difference.subject and difference.kind in GRAVE:
                for value in difference.values:
                    day = taken if _is_within(resolved, value.value) else last_day(value.value)
                    if day and value.stance == "asserts":
                        weights[day] = max(weights.get(day, 0.0), value.probability)
    total = sum(weights.values())
    if not total:
        return ((taken, 1.0),) if taken else ()
    kept = {day: weight for day, weight in weights.items() if day == taken or weight > UNSURE[0] * total}
    total = sum(kept.values())
    return tuple((day, round(weight / total, 4)) for day, weight in sorted(kept.items()))


def last_day(text: str) -> str:
    """ISO day from which something is sure to hold that is dated so (EDTF); empty if it names no day."""
    first, last = _span(text)
    day = last or first
    return day.isoformat() if day is not None else ""


def _told(record: Record, judged: Judged, event: Event) -> float:
    """Chance that an event did happen: 1 by the word of a sound source, else that a weak one is right."""
    about = (event.id, *(f"gate:{gate}" for gate in event.meets))
    # Who says that it came about, or dates that as a fact, is a witness of it, whatever the day.
    ids = {*event.source}
    for key in about:
        for claim in record.claims_of.get(key, ()):
            if claim.stance == "asserts" and claim.modality == "fact" and (key == event.id or _dates(claim)):
                ids.add(claim.mention.source)
    witnesses = _witnesses(record, judged, ids)
    if not witnesses:
        return 0.5
    if _SOUND.intersection(witnesses):
        return 1.0
    return 1.0 - math.prod(1.0 - PRIOR_ACCURACY[reliability] for reliability in witnesses)


def _dates(claim: Claim) -> bool:
    return claim.field == "date" and not PLAN_SUBJECT.search(claim.subject)


def _met_by(record: Record, judged: Judged, gate: str) -> str:
    """Event that meets a gate: the last that happened, else the stage taken for it, else one planned."""
    met = _list_met(record, gate)
    if met:
        return max(met, key=lambda event: _event_day(event, judged)).id
    meeting = record.list_meeting(gate)
    reached = _reached(record, judged, gate)
    return reached.id if reached is not None else meeting[0].id if meeting else ""


def _reached(record: Record, judged: Judged, gate: str) -> Event | None:
    """The event of an earlier stage that sources take for the one that meets a gate."""
    found = _stage_of(record, gate)
    if found is None or not _stage_probability(*found, judged):
        return None
    events = [record.events[stage.event] for stage in found[0].stages if stage.event in record.events]
    return next((event for event in reversed(events) if event.status == _OCCURRED), None)


def _resolved_day(record: Record, judged: Judged, gate: str) -> str:
    """The day that the record takes for a gate: claimed of the gate itself, or of the event that meets it."""
    own = judged.resolution_of.get((f"gate:{gate}", "date", ""))
    met = _list_met(record, gate)
    if own is not None and own.value and not own.value.startswith("not "):
        facts = {c.id for c in record.claims_of.get(f"gate:{gate}", ()) if c.modality == "fact"}
        if facts.intersection(own.claims):
            return own.value
    days = [_event_day(event, judged) for event in met]
    if not days and (reached := _reached(record, judged, gate)) is not None:
        return _event_day(reached, judged)
    return max(days, default="")


def _event_day(event: Event, judged: Judged) -> str:
    found = judged.resolution_of.get((event.id, "date", ""))
    taken = found.value if found is not None else ""
    return taken if taken and not taken.startswith("not ") else event.date


def _doubt(contested: Iterable[Difference]) -> str:
    """What makes a gate less than sure, in a few words."""
    for difference in contested:
        if difference.field == "status":
            values = " or ".join(
                dict.fromkeys(f"{'not ' if v.stance == 'denies' else ''}{v.value}" for v in difference.values)
            )
            return f"{values} is told of {difference.event.removeprefix('gate:')}"
    return "it rests on one witness, or on weak ones"


def _disagreement(record: Record, gate: Gate, resolved: str, probability: float) -> str:
    met = [event for event in record.list_meeting(gate.id) if event.status == _OCCURRED]
    if gate.state == "met" and gate.met_on and resolved and not _is_within(gate.met_on, resolved):
        return f"met_on is {gate.met_on}, the record has {resolved}"
    if gate.state not in ("met", "") and met and probability >= EVEN:
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
        if view.is_uncertain:
            what = f"by the record the gate is met with probability {view.probability:.2f}: {view.why}."
            mend = f"landbridge record show {view.gate.id} tells who says what."
            row = gates.index[view.gate.id]
            column = "met_on" if view.disagrees else "state_today"
            yield gates.fault(row, column, "LB-C033", what, mend, "warning")
