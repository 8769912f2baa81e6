"""At what stage an instrument is: agreed, initialled, signed, ratified, in force, or not yet."""

import re

from landbridge.record import patterns
from landbridge.record.extract_apart import is_told_on
from landbridge.record.extract_grammar import free_groups
from landbridge.record.extract_meaning import stance_at
from landbridge.record.extract_mentions import Parsed, Thing, group_after
from landbridge.record.extract_roles import Proposals, event_of
from landbridge.record.extract_story import Referent, Story

_FLAGS = re.IGNORECASE
_STAGE_SUFFIX = {
    "text agreed": "text-agreed",
    "initialled": "initialled",
    "ratified": "ratified",
    "in force": "in-force",
    "suspended": "suspended",
    "terminated": "terminated",
}


def stage_event(referent: Referent, stage: str, story: Story) -> str:
    """Id of the event at which an instrument reached a stage: the record's own, or the instrument's
    with the stage."""
    if stage == "signed" or stage not in _STAGE_SUFFIX:
        return referent.id
    wanted = set(_STAGE_SUFFIX[stage].split("-"))
    if referent.known is not None:
        if stage in referent.known.kind or stage in referent.known.title:
            return referent.id
        actors = set(referent.parties or story.main_parties)
        for event in story.lexicon.events:
            kinds = event.kind in ("announcement", "signing", "initialling", "law", "declaration")
            text = event.id + " " + event.title.lower()
            if (
                kinds
                and actors
                and actors <= set(event.actors)
                and all(w in text for w in wanted)
                and _shares_topic(referent, text)
            ):
                return event.id
    return f"{referent.id}-{_STAGE_SUFFIX[stage]}"


def _shares_topic(referent: Referent, text: str) -> bool:
    return any(
        w in text
        for w in (referent.words & {"peace", "trade", "transit", "border"})
        | {"treaty" if referent.family == "agreement" else referent.family}
    )


def stage_in(thing: Thing, parsed: Parsed) -> tuple[str, int] | None:
    """Give the first stage that a clause says an instrument reached, and where it says so."""
    stages = stages_in(thing, parsed)
    return stages[0] if stages else None


def stages_in(thing: Thing, parsed: Parsed) -> list[tuple[str, int]]:
    """All stages that a clause gives to an instrument, and where."""
    stages: list[tuple[str, int]] = []
    start, end = parsed.clause_at(thing.start)
    text = parsed.text
    for stage, pattern in patterns.STAGES:
        for found in pattern.finditer(text, start, end):
            nearest = min(
                (t for t in parsed.things if t.cls == "instrument"),
                key=lambda t: (
                    0
                    if t.start <= found.start() < t.end
                    else min(abs(t.start - found.end()), abs(found.start() - t.end))
                ),
            )
            if nearest is thing or nearest.referent is thing.referent:
                stages.append((stage, found.start()))
                break
    return stages


#: "has not yet been ratified": the denial is of the stage itself, not of somebody's part in it.
_NOT_NEAR = re.compile(
    r"(?:\b(?:not|never|neither|nor|yet to|without|failed to|refused to|denied that (?:it|the "
    r"\w+) (?:had|was|has))|n['\u2019]t)\s+(?:(?:yet|been|be|fully|formally|being|having)\s+)*$",
    _FLAGS,
)


def _of_one_only(parsed: Parsed, start: int, unsigned: re.Match[str]) -> bool:
    """Tell whether "not signed" is said of one state's part ("A did not sign it"), not of the instrument."""
    if not re.fullmatch(r"(?:not (?:yet )?|never )sign(?:ed)?", unsigned.group(0), _FLAGS):
        return False
    groups = [
        g for g in free_groups(parsed.text, parsed.entities) if start <= g[0] and g[1] <= unsigned.start()
    ]
    return bool(groups) and len({m.state for m in groups[-1][2] if m.state}) == 1


def propose_stages(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Propose the stages that instruments are said to have reached, or not."""
    text = parsed.text
    for thing in parsed.things:
        if thing.cls != "instrument" or thing.referent is None:
            continue
        event, label = event_of(thing.referent, parsed), thing.referent.label
        start, end = parsed.clause_at(thing.start)
        unsigned = patterns.UNSIGNED.search(text, start, end)
        if unsigned and _of_one_only(parsed, start, unsigned):
            continue  # one state stays away from what others may have signed
        if unsigned and not re.match(r"never|without|before|prior|ahead", unsigned.group(0), _FLAGS):
            out.add(
                parsed, event, "status", label, "unsigned", note="a condition or step for signing is left"
            )
            continue
        stages = stages_in(thing, parsed)
        for name, position in stages:
            if name == "signed" and patterns.FUTURE_SIGNING.search(text, max(start, position - 30), end):
                out.add(
                    parsed,
                    event,
                    "status",
                    label,
                    "unsigned",
                    modality="plan",
                    note="signing is still to come",
                )
                continue
            if name == "signed" and re.search(
                r"\bsign(?:s|ed)? (?:of|that)\b|\bno sign\b|\bsigns of\b|\broad sign",
                text[position - 3 : position + 14],
            ):
                continue
            when = [
                d
                for d in parsed.dates
                if start <= d.start < end and d.value[:1].isdigit() and not is_told_on(text, d.start, d.end)
            ]
            day = min(when, key=lambda d: abs(d.start - position)).value if when else ""
            by = (
                _ratifiers(parsed, start, end, position)
                if name == "ratified" or stance_at(parsed, position) == "denies"
                else ""
            )
            later = patterns.PLAN.search(text, max(start, position - 30), position + 2)
            stance = stance_at(parsed, position) if name != "not binding" else "asserts"
            if stance == "denies" and not _NOT_NEAR.search(text, max(start, position - 40), position):
                continue
            out.add(
                parsed,
                event,
                "status",
                label,
                name,
                stance=stance,
                modality="plan" if later else "fact",
                scope=by,
                valid_time="" if stance == "denies" else day,
            )
        if not stages and re.search(
            r"\b(?:will|is to|are to|to) be (?:prepared|drafted|worked out|drawn up|negotiated"
            r"|elaborated)\b|\bbeing (?:drafted|prepared|negotiated)\b",
            text[start:end],
            _FLAGS,
        ):
            out.add(parsed, event, "status", label, "to be prepared", modality="plan")
    ceremony = next(
        (
            t
            for t in parsed.things
            if t.cls == "gathering" and t.family == "ceremony" and "signing" in t.words and t.referent
        ),
        None,
    )
    if ceremony is not None and not patterns.PLAN.search(text, max(0, ceremony.start - 30), ceremony.start):
        for referent in story.referents:
            if (
                referent.cls == "instrument"
                and referent.held_by is ceremony.referent
                and referent.family == "agreement"
            ):
                out.add(parsed, referent.id, "status", referent.label, "signed", note="signing ceremony")


def _ratifiers(parsed: Parsed, start: int, end: int, position: int) -> str:
    """States whose ratification a clause speaks of: each ratifies for itself."""
    by = re.match(r"\w+\s+by\s+", parsed.text[position:end])
    if by:
        states = [e.entry.state for e in group_after(parsed.entities, parsed.text, position + by.end())]
    else:
        groups = [g for g in free_groups(parsed.text, parsed.entities) if start <= g[0] and g[1] <= position]
        states = [member.state for member in groups[-1][2]] if groups else []
    return "-".join(dict.fromkeys(s for s in states if s))
