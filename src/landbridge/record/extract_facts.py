"""When, where, at what stage, on what condition: facts of events, instruments, processes and works in a
sentence."""

import re

from landbridge.record import patterns
from landbridge.record.extract_apart import is_told_on, speaks_of_another_work
from landbridge.record.extract_meaning import modality_at, stance_at
from landbridge.record.extract_mentions import Parsed, Thing
from landbridge.record.extract_roles import Proposals, event_of
from landbridge.record.extract_signers import is_offered
from landbridge.record.extract_stages import propose_stages, stage_event, stage_in
from landbridge.record.extract_story import Referent, Story
from landbridge.record.lexicon import slug
from landbridge.record.model import Modality

_FLAGS = re.IGNORECASE
_AMOUNT_NEAR = re.compile(
    r"\b(?:tonnes?|tons?|TEU|million|billion|percent|per cent|%|volume|cargo|traffic|throughput"
    r"|containers|trucks|wagons|trains|passages)\b",
    _FLAGS,
)
_ACT = (
    (
        "opening",
        re.compile(
            r"\b(?:re)?open(?:ed|s|ing)?\b|\binaugurat\w+|\bcommission(?:ed|ing)\b|\blaunch(?:ed|es)?\b"
            r"|\bentered (?:service|operation)\b|\bbegan operat\w+|\bstarted operat\w+",
            _FLAGS,
        ),
    ),
    ("closure", re.compile(r"\bclos(?:ed|es|ure)\b|\bshut(?:s|down)?\b|\bblockade\b|\bsealed\b", _FLAGS)),
    (
        "works started",
        re.compile(
            r"\bbroke ground\b|\bground\s?-?breaking\b|\b(?:construction|works?) (?:\w+ )?(?:began"
            r"|started|begins|starts|commenced)|\bfoundation stone\b",
            _FLAGS,
        ),
    ),
    ("completion", re.compile(r"\bcomplet(?:ed|ion)\b|\bfinished\b", _FLAGS)),
    ("founding", re.compile(r"\bfounded\b|\bestablished\b|\bset up\b|\bcreated\b", _FLAGS)),
)
#: What else may befall an instrument on a day that is not the day of its signing.
_OTHER_ACT = re.compile(
    r"\b(extended|renewed|expired|amended|prolonged|unveiled|submitted|criticised|criticized)\b", _FLAGS
)
_PUT_OFF = re.compile(
    r"\b(?:delayed|postponed|pushed back|put off|put back|deferred|slipped)(?:\s+\w+)?\s+(?:until|till|to)\s+"
    r"(?:the\s+)?$",
    _FLAGS,
)
_TO_OPEN = re.compile(r"\bto\s+$", _FLAGS)


def propose_facts(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Propose dates, places, stages and states of what a sentence names."""
    propose_stages(story, parsed, out)
    _dates_and_places(story, parsed, out)
    _works(parsed, out)
    _gatherings(story, parsed, out)


def _dates_and_places(story: Story, parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    for date in parsed.dates:
        start, end = parsed.clause_at(date.start)
        target = _target(story, parsed, date.start, date.end)
        modality: Modality = modality_at(text, start, end)
        if is_told_on(text, date.start, date.end):
            continue
        if date.value.startswith("../"):
            if _PUT_OFF.search(text[max(start, date.start - 40) : date.start]):
                _put_off(story, parsed, target, date.value.removeprefix("../"), out)
            continue
        if target is None:
            _date_of_act(story, parsed, date.start, date.value, date.qualifier, out)
            continue
        event, subject, thing = target
        if thing.cls == "process":
            if date.value.endswith("/..") and thing.family == "partnership":
                out.add(parsed, event, "date", "start", date.value[:-3])
            elif date.value.endswith("/.."):
                continue
            continue
        value = date.value.removesuffix("/..")
        if thing.cls == "work":
            _date_of_act(story, parsed, date.start, date.value, date.qualifier, out)
            continue
        if date.qualifier in ("after", "by") and modality == "plan":
            out.add(parsed, event, "date", "expected", value, modality="plan")
            continue
        other = (
            _OTHER_ACT.search(text, start, end)
            if thing.cls == "instrument" and stage_in(thing, parsed) is None
            else None
        )
        if other:
            subject = other[1].lower()
        denied = stance_at(parsed, date.start)
        out.add(parsed, event, "date", subject, value, modality=modality, stance=denied)
        here = [
            t.referent
            for t in parsed.things
            if t.cls == "instrument" and t.referent and (stage_in(t, parsed) or ("",))[0] == "signed"
        ]
        for extra in _also_dated(thing, event, here):
            out.add(parsed, extra, "date", subject, value, modality=modality, stance=denied)
        _same_event_elsewhere(story, parsed, thing, event, value, out)
    for thing in parsed.things:
        if thing.referent is None or thing.cls not in ("gathering", "instrument"):
            continue
        place = story.place_near(thing, parsed)
        premodifier = place and thing.place
        start, end = parsed.clause_at(thing.start)
        if thing.cls == "instrument":
            stage = stage_in(thing, parsed)
            if (
                not place
                or premodifier
                or stage is None
                or any(t.cls == "gathering" and t.referent for t in parsed.things)
            ):
                continue
            if patterns.UNSIGNED.search(text, start, end) or patterns.FUTURE_SIGNING.search(text, start, end):
                continue
            event = stage_event(thing.referent, stage[0], story)
            out.add(parsed, event, "place", "", place, stance=stance_at(parsed, stage[1]))
            _country(parsed, thing, place, out, event)
            continue
        if place:
            offered = is_offered(text, thing.start)
            shown = _full_place(story, place)
            # A summit's name says its place once; saying the name again claims nothing new.
            again = premodifier and thing.referent.id in story.placed
            if premodifier and parsed.sentence.part != "headline":
                story.placed.add(thing.referent.id)
            if parsed.sentence.part != "headline" and not again:
                out.add(
                    parsed,
                    thing.referent.id,
                    "place",
                    "",
                    shown,
                    modality="offer" if offered else modality_at(text, start, end),
                )
            _country(parsed, thing, place, out)


def _full_place(story: Story, place: str) -> str:
    """A seat of government with its city: the palace, then the capital."""
    city = story.city(place)
    return (
        f"{place}, {city.title()}"
        if city != slug(place).replace("-", " ") and city != place.lower()
        else place
    )


def _country(parsed: Parsed, thing: Thing, place: str, out: Proposals, event: str = "") -> None:
    """Give the state named right after a place: "in Kigali, Rwanda"."""
    at = parsed.text.find(place, thing.start if thing.place else 0)
    following = re.match(r",\s+(?:the\s+)?", parsed.text[at + len(place) :]) if at >= 0 else None
    if following and thing.referent is not None:
        position = at + len(place) + following.end()
        for entity in parsed.entities:
            if entity.start == position and entity.entry.kind == "state" and not entity.entry.adjective:
                out.add(parsed, event or thing.referent.id, "place", "country", entity.entry.id)


def _also_dated(thing: Thing, event: str, signed_here: list[Referent]) -> list[str]:
    """Ids that the same date holds for: the summit at which an instrument is signed, and the reverse."""
    referent = thing.referent
    if referent is not None and thing.cls == "gathering":
        return [r.id for r in signed_here if r.held_by is referent]
    if referent is None or thing.cls != "instrument" or event != referent.id:
        return []
    return [referent.held_by.id] if referent.held_by is not None else []


def _same_event_elsewhere(
    story: Story, parsed: Parsed, thing: Thing, event: str, value: str, out: Proposals
) -> None:
    """A day and place that the record knows as another event speak of that one too."""
    from landbridge.record.dates import compatible

    place = story.place_near(thing, parsed)
    if not place or thing.cls != "instrument" or (not value.startswith("--") and len(value) < 10):
        return
    for known in story.lexicon.events:
        if (
            known.id != event
            and known.kind in ("meeting", "summit")
            and story.same_place(place, known.place.split(" (")[0])
            and compatible(value, known.date)
        ):
            out.add(parsed, known.id, "date", "", value)
            out.add(parsed, known.id, "place", "", place)


def _target(story: Story, parsed: Parsed, position: int, end_of_date: int) -> tuple[str, str, Thing] | None:
    """Give the event that a date belongs to: in its clause, the nearest gathering, instrument at a
    stage, or work."""
    start, end = parsed.clause_at(position)
    best: tuple[float, str, str, Thing] | None = None
    for thing in parsed.things:
        if (
            thing.referent is None
            or thing.plural
            or (thing.cls == "process" and thing.family != "partnership")
        ):
            continue
        inside = start <= thing.start < end
        distance = float(min(abs(thing.start - end_of_date), abs(position - thing.end)))
        if thing.start <= position <= thing.end:
            distance = 0
        if not inside:
            distance += 80
        if distance > 160:
            continue
        event, subject = thing.referent.id, ""
        if thing.cls == "instrument":
            stage = stage_in(thing, parsed)
            gathered = any(
                t.cls == "gathering" and t.referent and start <= t.start < end for t in parsed.things
            )
            if patterns.UNSIGNED.search(parsed.text, start, end):
                continue
            if stage is None and thing.start > position and position - start > 3:
                distance += 60
            event = (
                stage_event(thing.referent, stage[0], story) if stage else event_of(thing.referent, parsed)
            )
            distance += 30 if gathered else 0
        if thing.cls == "work":
            distance += (
                60 if any(t.cls == "instrument" and stage_in(t, parsed) for t in parsed.things) else 25
            )
        if best is None or distance < best[0]:
            best = (distance, event, subject, thing)
    return best[1:] if best else None


def _put_off(
    story: Story,
    parsed: Parsed,
    target: tuple[str, str, Thing] | None,
    value: str,
    out: Proposals,
) -> None:
    """The new day of what was delayed until then."""
    if target is not None and target[2].cls == "gathering":
        out.add(parsed, target[0], "date", "expected", value, modality="plan")
        return
    works = [t.referent for t in parsed.things if t.cls == "work" and t.referent is not None]
    if works and works[0] is not None:
        event = works[0].id
    else:
        event = "" if speaks_of_another_work(story, parsed) else story.last_work(parsed)
    out.add(parsed, event, "completion_planned", "", value, modality="plan")


def _date_of_act(
    story: Story, parsed: Parsed, position: int, value: str, qualifier: str, out: Proposals
) -> None:
    """Date of an opening, closure or completion of a work that the sentence names or speaks on about."""
    text = parsed.text
    start, end = parsed.clause_at(position)
    works = [t for t in parsed.things if t.cls == "work" and t.referent is not None]
    event = ""
    if works:
        event = min(works, key=lambda t: abs(t.start - position)).referent.id  # type: ignore[union-attr]
    elif (
        not speaks_of_another_work(story, parsed)
        and story.works()
        and re.search(
            r"\b(?:it|project|works?|construction|rehabilitation|reconstruction|upgrade|modernisation"
            r"|facility|phase|stage|opening|completion)\b",
            text,
            _FLAGS,
        )
    ):
        event = story.last_work(parsed)
    if not event:
        return
    if re.search(
        r"\bpushed back from|\bdelayed from|\bpostponed (?:from|to)|\bslipped (?:from|to)"
        r"|\bmoved from|\bput back from",
        text[start:position],
    ):
        # "From 2025 to 2027" is here an old and a new day, and no time between them.
        for day in value.removesuffix("/..").split("/"):
            out.add(parsed, event, "completion_planned", "", day, modality="plan")
        return
    if _AMOUNT_NEAR.search(text[max(start, position - 45) : position]) and not patterns.COMPLETION.search(
        text[max(start, position - 24) : position]
    ):
        return
    done = list(patterns.COMPLETION.finditer(text, start, end))
    nearest = min(done, key=lambda m: abs(m.start() - position), default=None)
    acts = [
        (abs(m.start() - position), name)
        for name, pattern in _ACT
        for m in pattern.finditer(text, start, end)
    ]
    planned = False
    if nearest is not None:
        window = text[max(start, nearest.start() - 34) : position]
        planned = (
            bool(patterns.PLAN.search(window))
            or qualifier == "by"
            or _TO_OPEN.search(text[: nearest.start()]) is not None
        )
        if planned and (not acts or abs(nearest.start() - position) <= min(acts)[0] + 2):
            out.add(parsed, event, "completion_planned", "", value.removesuffix("/.."), modality="plan")
            return
    if acts and re.search(
        r"\b(?:before|after|since|until)\s+(?:the\s+)?$",
        text[max(start, min(acts)[0] and position - 30) : position],
    ):
        acts = [a for a in acts if a[0] < 40]
    if acts and not _AMOUNT_NEAR.search(text[max(start, position - 45) : position + 25]):
        name = min(acts)[1]
        out.add(
            parsed,
            event,
            "date",
            name,
            value.removesuffix("/.."),
            modality="plan" if planned else "fact",
            stance=stance_at(parsed, position),
        )


def _works(parsed: Parsed, out: Proposals) -> None:
    """State of a work: open, shut, under construction, suspended."""
    text = parsed.text
    works = [t for t in parsed.things if t.cls == "work" and t.referent is not None]
    if not works:
        return
    for state, pattern in patterns.CONDITIONS_OF_WORKS:
        for found in pattern.finditer(text):
            start, end = parsed.clause_at(found.start())
            inside = [t for t in works if start <= t.start < end] or [
                t for t in works if t.end <= start and t.name
            ][-1:]
            if not inside:
                continue
            if state == "built" and re.search(
                r"\b(?:transfer|handover|talks|purchase|study|survey|sale|acquisition|review"
                r"|negotiations)\b",
                text[start : found.start()],
                _FLAGS,
            ):
                continue
            others = [
                t
                for t in parsed.things
                if t.cls == "instrument" and start <= t.start < end and t.end <= found.start()
            ]
            thing = min(inside, key=lambda t: min(abs(t.end - found.start()), abs(t.start - found.end())))
            if others and others[-1].start > thing.end and thing.end < found.start():
                continue
            if thing.referent is None:
                continue
            planned = patterns.PLAN.search(text, max(start, found.start() - 30), found.end())
            if planned and state in ("open", "built", "works started"):
                continue
            out.add(
                parsed,
                thing.referent.id,
                "status",
                thing.referent.family,
                state,
                stance=stance_at(parsed, found.end() - 1),
            )


_SCHEDULED = re.compile(
    r"\b(?:scheduled|planned|slated|due|set to|upcoming|forthcoming|is preparing|are preparing"
    r"|will (?:be held|host|take place|meet|visit|travel|receive)|to be held|expected to)\b",
    _FLAGS,
)


def _gatherings(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Plans of visits and meetings, who visits whom, and at what level."""
    text = parsed.text
    for thing in parsed.things:
        if thing.cls != "gathering" or thing.referent is None:
            continue
        start, end = parsed.clause_at(thing.start)
        event = thing.referent.id
        planned = _SCHEDULED.search(text, start, end) or (
            thing.family == "visit" and patterns.PLAN.search(text, start, thing.start)
        )
        if planned and not is_offered(text, thing.start):
            out.add(parsed, event, "status", "", "planned", modality="plan")
        for word, value in (
            ("postponed", "postponed"),
            ("cancelled", "cancelled"),
            ("canceled", "cancelled"),
            ("called off", "cancelled"),
        ):
            if word in text[start:end].lower():
                out.add(
                    parsed,
                    event,
                    "status",
                    "",
                    value,
                    stance=stance_at(parsed, text.lower().index(word, start)),
                )
        if thing.family == "visit":
            _visit(story, parsed, thing, event, bool(planned), out)
        level = re.search(
            r"\b(?:between|among|of|by)\s+(?:the\s+)?(leaders|presidents|prime ministers|foreign "
            r"ministers|heads of state|transport ministers|ministers)\b",
            text[thing.start : thing.end + 60],
            _FLAGS,
        )
        if level and (thing.referent.offered or planned):
            what = "talks offered" if thing.referent.offered else thing.head
            out.add(
                parsed,
                event,
                "level",
                what,
                level[1].lower(),
                modality="offer" if thing.referent.offered else "plan",
            )


def _visit(story: Story, parsed: Parsed, thing: Thing, event: str, planned: bool, out: Proposals) -> None:
    text = parsed.text
    kind: Modality = "plan" if planned else "fact"
    level = re.search(
        r"\b(official|state|working|private|historic)\s+(?:visit|trip)\b",
        text[thing.start : thing.end],
        _FLAGS,
    )
    if level:
        out.add(parsed, event, "level", "visit", level[1].lower(), modality=kind)
    host = re.search(r"\b(?:host|receive|welcome)(?:s|d|ed)?\b", text[: thing.start])
    people = [e for e in parsed.entities if e.entry.kind == "person"]
    if host and parsed.subject:
        visitors = [e for e in people if e.start > host.end()]
        for entry in parsed.subject[:1]:
            if entry.state:
                out.add(parsed, event, "place", "country", entry.state, modality=kind)
                out.add(parsed, event, "role", entry.state, "host", modality=kind)
    else:
        goal = re.search(
            r"\b(?:visit|trip)\s+to\s+(?:the\s+)?|\bvisited\s+|\btravel(?:l?ed)?\s+to\s+", text[thing.start :]
        )
        visitors = [e for e in people if e.end <= thing.start]
        if goal:
            for entity in parsed.entities:
                if entity.start == thing.start + goal.end() and entity.entry.state:
                    out.add(parsed, event, "place", "country", entity.entry.state, modality=kind)
                    if entity.entry.kind == "place":
                        out.add(parsed, event, "place", "", entity.entry.name, modality=kind)
    for visitor in visitors[:2]:
        out.add(parsed, event, "actor", visitor.entry.id, "visitor", modality=kind)
        for office in story.offices:
            if office.person == visitor.entry.id and office.sentence is parsed.sentence and office.state:
                out.add(
                    parsed,
                    event,
                    "office",
                    office.person,
                    f"{office.office} of {office.state}",
                    modality=kind,
                )
