"""The process along time: events by course, stages of agreements, plans and how far they slipped."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from landbridge.record.model import STAGES, Claim, Event, Instrument
from landbridge.record.tables import Record
from landbridge.record.tables_dates import DateInvalid, Span, read_span

#: Fields in which a plan says when something is to be done.
PLANNED_FIELDS = frozenset({"completion_planned", "opening_planned", "date"})
#: Statuses of events that have not happened.
AHEAD = frozenset({"planned", "expected"})
#: Subjects of a plan that mean the thing itself; any other is a part of it with plans of its own.
_WHOLE = frozenset({"", "expected", "planned", "promised", "target"})


@dataclass(frozen=True)
class Moment:
    """An event on the line of time.

    ``first`` and ``last`` are the days between which it fell (ISO, empty where open); ``roles`` maps a role
    to the names of those who had it; ``contested`` says what sources dispute about it, or is empty.
    """

    id: str
    date: str
    first: str
    last: str
    title: str
    kind: str
    place: str
    status: str
    process: str
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcome: str = ""
    affects: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    contested: str = ""

    @property
    def has_place(self) -> bool:
        """Whether its date has a place on an axis; a date without a year has none."""
        return bool(self.first or self.last)


@dataclass(frozen=True)
class ReachedStage:
    """A stage of an agreement; ``reached`` is false for one that is only planned or expected."""

    name: str
    date: str
    first: str
    last: str
    reached: bool
    event: str = ""
    source: tuple[str, ...] = ()
    contested: str = ""


@dataclass(frozen=True)
class AgreementLine:
    """An agreement with its stages in order; parties and witnesses are names."""

    id: str
    name: str
    process: str
    parties: tuple[str, ...]
    witnesses: tuple[str, ...]
    binding: bool | None
    stages: tuple[ReachedStage, ...]


@dataclass(frozen=True)
class Promise:
    """What a source said, and when (EDTF, or empty), of the day on which a thing was to be done."""

    said: str
    date: str
    last: str
    claim: str
    source: str


@dataclass(frozen=True)
class Slip:
    """A plan and what became of it.

    Attributes
    ----------
    about
        ``gate:`` or an event, as claims name it.
    promises
        In the order in which they were made.
    actual
        Day on which it was done (EDTF), or empty. ``actual_last`` is the last day that this may mean.
    years
        From the end of the first promise to the day on which it was done; while it is not, to the end of the
        last promise, or to the last day of the record if that too has passed.
    missed
        How many of the promised days have passed without it, or passed before it was done.
    """

    about: str
    title: str
    promises: tuple[Promise, ...]
    actual: str
    actual_last: str
    years: float
    missed: int


@dataclass(frozen=True)
class Timeline:
    """All of it, up to the last day of the record (``as_of``, ISO)."""

    as_of: str
    processes: Mapping[str, str]
    moments: tuple[Moment, ...]
    agreements: tuple[AgreementLine, ...]
    slips: tuple[Slip, ...]


def build_timeline(
    record: Record,
    *,
    as_of: str,
    contested: Mapping[str, str] | None = None,
    processes: Collection[str] = (),
    gates: Collection[str] = (),
) -> Timeline:
    """Lay out what a record knows along time.

    Parameters
    ----------
    as_of
        Last day of the record: promises before it that nothing fulfilled were missed.
    contested
        What is disputed, by event (or ``gate:`` and an id).
    processes, gates
        Only what belongs to one of these processes, or bears on one of these gates.
    """
    disputed = contested or {}
    chosen = [event for event in record.events.values() if _is_wanted(event, processes, gates)]
    moments = [_moment(record, event, disputed) for event in chosen]
    names = {moment.id for moment in moments}
    wanted = {*gates, *(gate for event in chosen if event.process in processes for gate in event.meets)}
    agreements = [
        _agreement(record, instrument, disputed)
        for instrument in record.instruments.values()
        if not (processes or gates)
        or instrument.process in processes
        or any(stage.event in names for stage in instrument.stages)
    ]
    return Timeline(
        as_of,
        {key: record.processes.get(key, key) for key in _order(record, chosen)},
        tuple(sorted(moments, key=lambda m: (not m.has_place, m.first or m.last, m.last, m.id))),
        tuple(sorted(agreements, key=lambda a: (not a.stages[0].first, a.stages[0].first, a.id))),
        tuple(_slips(record, as_of, names, wanted if processes or gates else None)),
    )


def _is_wanted(event: Event, processes: Collection[str], gates: Collection[str]) -> bool:
    if not processes and not gates:
        return True
    return event.process in processes or any(gate in gates for gate in (*event.affects, *event.meets))


def _order(record: Record, events: list[Event]) -> list[str]:
    """Processes of these events, in the order of their table; events of none come last."""
    used = {event.process for event in events}
    rest = sorted(used - set(record.processes) - {""})
    return [*(key for key in record.processes if key in used), *rest, *([""] if "" in used else [])]


def _moment(record: Record, event: Event, contested: Mapping[str, str]) -> Moment:
    roles: dict[str, list[str]] = defaultdict(list)
    for actor, own in event.roles.items():
        for role in own:
            roles[role].append(actor)
    first, last = _days(event.date)
    return Moment(
        event.id, event.date, first, last, event.title, event.kind, event.place, event.status, event.process,
        {role: _names(record, actors) for role, actors in roles.items()},
        event.outcome, event.affects, event.meets, event.source, contested.get(event.id, ""),
    )  # fmt: skip


def _agreement(record: Record, instrument: Instrument, contested: Mapping[str, str]) -> AgreementLine:
    stages = []
    for stage in instrument.stages:
        event = record.events.get(stage.event)
        first, last = _days(stage.date)
        reached = event is None or event.status == "occurred"
        said = contested.get(stage.event, "")
        stages.append(
            ReachedStage(stage.name, stage.date, first, last, reached, stage.event, stage.source, said)
        )
    return AgreementLine(
        instrument.id,
        instrument.name,
        instrument.process,
        tuple(_name(record, actor) for actor in instrument.parties),
        tuple(_name(record, actor) for actor in instrument.witnesses),
        instrument.binding,
        tuple(sorted(stages, key=lambda stage: STAGES.index(stage.name))),
    )


def _names(record: Record, actors: list[str]) -> tuple[str, ...]:
    """Names of those who had a role; persons only where no state or organisation had it."""
    bodies = [a for a in actors if a not in record.actors or record.actors[a].kind != "person"]
    return tuple(_name(record, actor) for actor in bodies or actors)


def _name(record: Record, actor: str) -> str:
    return record.actors[actor].name if actor in record.actors else actor


def _days(text: str) -> tuple[str, str]:
    first, last = _span(text)
    return "" if first is None else first.isoformat(), "" if last is None else last.isoformat()


def _span(text: str) -> Span:
    try:
        return read_span(text)
    except DateInvalid:
        return None, None


def _slips(record: Record, as_of: str, events: Collection[str], gates: Collection[str] | None) -> list[Slip]:
    """Plans with a promised day, those that slipped most first; ``gates`` None takes all."""
    groups: dict[tuple[str, str], list[Promise]] = defaultdict(list)
    for claim in record.standing:
        promise = _promise(record, claim)
        kind, _, name = claim.event.rpartition(":")
        about = claim.event
        if not kind and about in record.events:
            own = record.events[about]
            if own.status in AHEAD and len(own.meets) == 1:
                kind, name = "gate", own.meets[0]
                about = f"gate:{name}"
        wanted = gates is None or (kind == "gate" and name in gates) or about in events
        if promise is not None and wanted:
            part = "" if claim.subject in _WHOLE else claim.subject
            groups[about, claim.scope or part].append(promise)
    for event in record.events.values() if gates is None or events else ():
        if event.status in AHEAD and event.id in events:
            for gate in event.meets[:1]:
                _, last = _days(event.date)
                said = [s.published for i in event.source if (s := record.sources.get(i)) and s.published]
                if last and (f"gate:{gate}", "") not in groups:
                    source = event.source[0] if event.source else ""
                    groups[f"gate:{gate}", ""].append(
                        Promise(min(said, default=""), event.date, last, "", source)
                    )
    slips = [_slip(record, about, scope, promises, as_of) for (about, scope), promises in groups.items()]
    return sorted(slips, key=lambda slip: (-slip.years, slip.about))


def _promise(record: Record, claim: Claim) -> Promise | None:
    """A claim that promises a day; not one that denies it, or that leaves it open."""
    if claim.modality != "plan" or claim.field not in PLANNED_FIELDS or claim.stance == "denies":
        return None
    _, last = _days(claim.value)
    source = record.sources.get(claim.mention.source)
    said = source.published if source else ""
    return Promise(said, claim.value, last, claim.id, claim.mention.source) if last else None


def _slip(record: Record, about: str, scope: str, promises: list[Promise], as_of: str) -> Slip:
    promises = sorted(
        promises, key=lambda promise: (promise.said or promise.last, promise.last, promise.claim)
    )
    actual = "" if scope else _actual(record, about)
    done = _days(actual)[1] if actual else ""
    end = done or max(as_of if promises[-1].last < as_of else "", *(promise.last for promise in promises))
    # A day told less or more exactly is the same promise: half of a year and the year, say.
    begin = (
        promises[0].last if done else max(p.last for p in promises if _is_nested(p.date, promises[0].date))
    )
    years = (datetime.date.fromisoformat(end) - datetime.date.fromisoformat(begin)).days / 365.25
    missed = sum(promise.last < (done or as_of) for promise in promises)
    title = _title(record, about) + (f" ({scope})" if scope else "")
    return Slip(about, title, tuple(promises), actual, done, round(years, 2), missed)


def _is_nested(one: str, other: str) -> bool:
    """Whether one of two dates lies within the other."""
    (first, last), (begin, end) = _days(one), _days(other)
    return (first <= begin and end <= last) or (begin <= first and last <= end)


def _actual(record: Record, about: str) -> str:
    """Day on which a gate was met or an event happened; empty if it has not."""
    if about in record.events:
        event = record.events[about]
        return event.date if event.status == "occurred" else ""
    gate = about.removeprefix("gate:")
    days = [event.date for event in record.list_meeting(gate) if event.status == "occurred"]
    if days:
        return max(days)
    known = record.gates.get(gate)
    return known.met_on if known is not None and known.state == "met" else ""


def _title(record: Record, about: str) -> str:
    if about in record.events:
        return record.events[about].title
    gate = record.gates.get(about.removeprefix("gate:"))
    return gate.title if gate is not None else about
