"""Differences that no single field shows: a signature with a condition left, a text before its talks.

Each rule joins claims of different fields or events and says in words why they cannot all hold.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol

from landbridge.record.differences_stages import find_disorder
from landbridge.record.differences_values import days_of, relate
from landbridge.record.model import Claim, ClaimedValue, Difference, DifferenceKind, Event
from landbridge.record.rules import VERDICTS, plain, stage

Count = Callable[[Iterable[Claim]], int]

_SIGNING = re.compile(r"\bsign(?:ed|ing|ature)?\b", re.IGNORECASE)
_NEGOTIATION = re.compile(
    r"\b(?:negotiat\w*|talks|drafting|text development|development of the text|bargaining)\b", re.IGNORECASE
)
_TEXT: Final = r"(?:text|agreement|treaty|accord|draft|deal|pact)"
_DONE: Final = r"(?:conclu\w+|finali[sz]\w+|agreed|settled|completed)"
_CONCLUDED = re.compile(
    rf"\b{_TEXT}\b.{{0,60}}\b{_DONE}\b|\b{_DONE}\b.{{0,40}}\b{_TEXT}\b",
    re.IGNORECASE,
)
_AUSPICES = re.compile(
    r"\b(?:auspices|(?:primarily|mainly|largely|chiefly|notably|entirely) "
    r"(?:driven|led|brokered|conducted|occurred|held|mediated|under)"
    r"|occurred primarily|under the (?:mediation|leadership))\b",
    re.IGNORECASE,
)
_ORDER = re.compile(r"^(?P<way>before|after)\b\s*(?P<what>.*)$", re.IGNORECASE)
_ID_DATE = re.compile(r"^\d{4}(?:-\d\d(?:-\d\d)?)?(?=-[a-z])")
_GENERIC_WORDS = "gate process signed signing initialled agreed ratified text final the and with for between"
_GENERIC: Final = frozenset(_GENERIC_WORDS.split())
_ALIKE: Final = {"treaty": "agreement", "accord": "agreement", "deal": "agreement", "pact": "agreement"}


class Place(Protocol):
    """A place that is known apart from the claims."""

    @property
    def name(self) -> str:
        """Name."""

    @property
    def country(self) -> str:
        """Code of its state."""

    @property
    def capital(self) -> bool | None:
        """Whether it is its state's capital; None if that is not known."""


class Gazetteer(Protocol):
    """Places by name, and the capital of each state."""

    @property
    def capitals(self) -> Mapping[str, str]:
        """Name of the capital of each state."""

    def find(self, name: str) -> Place | None:
        """Find a place by id or name."""


def find_cross_differences(
    claims: Sequence[Claim],
    events: Mapping[str, Event],
    gazetteer: Gazetteer | None,
    known: Iterable[Difference],
    count: Count,
) -> list[Difference]:
    """Differences between claims of different fields and events.

    ``known`` are differences that are told already; a status that is contradicted there is not told again.
    """
    rows = [claim for claim in claims if not claim.withdrawn]
    told = {(d.event, d.field, d.subject) for d in known if d.kind in ("contradiction", "dispute")}
    found = list(_signed_with_condition_left(rows, told, count))
    found += _concluded_before_talks(rows, events, gazetteer, count)
    found += _order_against_dates(rows, count)
    found += _stages_in_disorder(rows, count)
    if gazetteer is not None:
        found += _capitals(rows, gazetteer, count)
    return found


def _difference(
    claim: Claim,
    kind: DifferenceKind,
    sides: Sequence[tuple[str, Sequence[Claim]]],
    reason: str,
    count: Count,
    gravity: float = 0.0,
) -> Difference:
    values = tuple(ClaimedValue(value, rows[0].stance, tuple(rows), count(rows)) for value, rows in sides)
    who = {row.mention.source for _, rows in sides for row in rows}
    within = next(iter(who)) if len(who) == 1 and sum(len(rows) for _, rows in sides) > 1 else ""
    return Difference(
        claim.event, claim.field, claim.subject, kind, values, VERDICTS[kind], reason, gravity, within
    )


@lru_cache(maxsize=4096)
def _words(event: str, subject: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{3,}", f"{event} {subject}".lower())
    return frozenset(_ALIKE.get(word, word) for word in words) - _GENERIC


def _same_text(signed: Claim, other: Claim) -> bool:
    """Whether two claims name one instrument: they share a word of its name, or one names none."""
    one, two = _words(signed.event, signed.subject), _words(other.event, other.subject)
    return bool(one & two) or not one or not two


def _signed_with_condition_left(
    rows: Sequence[Claim], told: set[tuple[str, str, str]], count: Count
) -> Iterator[Difference]:
    """A text that is called signed, and a condition for signing it that is said to be left."""
    signed = [
        c
        for c in rows
        if c.field == "status" and c.stance == "asserts" and stage(plain("status", c.value)) >= 2
    ]  # fmt: skip
    left: dict[str, list[tuple[int, Claim]]] = {}
    for place, c in enumerate(rows):
        if (
            c.field == "condition"
            and c.stance == "asserts"
            and (_SIGNING.search(c.event.replace("-", " ")) or _SIGNING.search(f"{c.subject} {c.value}"))
        ):
            left.setdefault(c.mention.source, []).append((place, c))
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in signed:
        if claim.key not in told and claim.modality == "fact":
            groups.setdefault((claim.event, claim.subject), []).append(claim)
    for group in groups.values():
        sources = {claim.mention.source for claim in group}
        near = sorted(row for source in sources for row in left.get(source, ()))
        same = [c for _, c in near if _same_text(group[0], c)]
        if same:
            sides = [(group[0].value, group), (f"condition left: {same[0].subject or same[0].value}", same)]
            reason = "it is called signed, and a condition for signing it is said to be left"
            yield _difference(group[0], "contradiction", sides, reason, count)


def _is_concluding(claim: Claim, events: Mapping[str, Event]) -> bool:
    """Whether a claim dates or places the conclusion of a text."""
    if claim.field not in ("date", "place") or claim.stance != "asserts":
        return False
    event = events.get(claim.event)
    texts = (
        claim.event.replace("-", " "),
        f"{event.title} {event.outcome}" if event else "",
        claim.mention.text,
    )
    return any(_CONCLUDED.search(text) for text in texts[:1]) or (
        not _ID_DATE.match(claim.event) and any(map(_CONCLUDED.search, texts))
    )


def _concluded_before_talks(
    rows: Sequence[Claim], events: Mapping[str, Event], gazetteer: Gazetteer | None, count: Count
) -> Iterator[Difference]:
    """One document has a text concluded at a place and day, and its talks held later or elsewhere."""
    by_source: dict[str, list[Claim]] = {}
    for claim in rows:
        by_source.setdefault(claim.mention.source, []).append(claim)
    for own in by_source.values():
        concluded = [claim for claim in own if _is_concluding(claim, events)]
        if not concluded:
            continue
        later = [claim for claim in own if _talks_after(claim, concluded, events)]
        elsewhere = [claim for claim in own if _under_auspices(claim, concluded, gazetteer)]
        against = [*later, *elsewhere]
        if not against:
            continue
        reasons = []
        if later:
            reasons.append("the talks on the text are put after an event that is later than its conclusion")
        if elsewhere:
            who = ", ".join(sorted({claim.subject for claim in elsewhere}))
            reasons.append(
                f"the talks are said to have been held chiefly under the auspices of {who}, "
                "to whom the place does not belong"
            )
        sides = [(_place_and_day(concluded), concluded), (against[0].value, against)]
        yield _difference(
            concluded[0],
            "contradiction",
            sides,
            "a text is concluded, and yet " + "; and ".join(reasons),
            count,
            -0.5,
        )


def _place_and_day(claims: Sequence[Claim]) -> str:
    return ", ".join(dict.fromkeys(claim.value for claim in claims))


def _date_of(event: str, events: Mapping[str, Event]) -> str:
    known = events.get(event)
    if known and known.date:
        return known.date
    found = _ID_DATE.match(event)
    return found.group(0) if found else ""


def _talks_after(claim: Claim, concluded: Sequence[Claim], events: Mapping[str, Event]) -> bool:
    """Whether a claim of order puts negotiations after an event that is later than the conclusion."""
    found = _ORDER.match(claim.value)
    if (
        claim.field != "order"
        or claim.stance != "asserts"
        or found is None
        or found["way"].lower() != "after"
    ):
        return False
    if not _NEGOTIATION.search(f"{claim.subject} {claim.mention.text}"):
        return False
    when = days_of(_date_of(found["what"].strip(), events))
    spoken = [days for c in concluded if c.field == "date" and (days := days_of(c.value))]
    return when is not None and bool(spoken) and all(days[1] < when[0] for days in spoken)


def _under_auspices(claim: Claim, concluded: Sequence[Claim], gazetteer: Gazetteer | None) -> bool:
    """Whether a claim puts the talks under an actor to whom the place of the conclusion does not belong."""
    if (
        claim.field != "role"
        or claim.stance != "asserts"
        or plain("role", claim.value) not in ("mediator", "host")
    ):
        return False
    text = f"{claim.note} {claim.mention.text}"
    if not (_AUSPICES.search(text) and (_NEGOTIATION.search(text) or re.search(r"\btext\b", text))):
        return False
    places = [c for c in concluded if c.field == "place" and c.subject != "country"]
    if not places or claim.event == concluded[0].event:
        return False
    for place in places:
        known = gazetteer.find(place.value) if gazetteer else None
        if known is not None and known.country == claim.subject:
            return False
    return True


def _order_against_dates(rows: Sequence[Claim], count: Count) -> Iterator[Difference]:
    """What is said to come before another thing, with dates of one document that say it came after."""
    dated: dict[tuple[str, str], list[Claim]] = {}
    for claim in rows:
        if claim.field == "date" and not claim.subject and claim.stance == "asserts":
            dated.setdefault((claim.mention.source, claim.event), []).append(claim)
    for claim in rows:
        if claim.field != "order" or claim.stance != "asserts":
            continue
        found = _ORDER.match(claim.value)
        if found is None:
            continue
        other = found["what"].strip() or claim.subject
        mine = dated.get((claim.mention.source, claim.event), [])
        theirs = dated.get((claim.mention.source, other), [])
        wrong = found["way"].lower() == "before"
        clash = [
            (one, two)
            for one in mine
            for two in theirs
            if relate("date", one.value, two.value) == "different"
            and _is_before(two.value if wrong else one.value, one.value if wrong else two.value)
        ]
        # Other dates of the document may keep the order; then its dates are what contradicts, not the order.
        if clash and len(clash) == len(mine) * len(theirs):
            sides = [
                (f"{found['way']} {other}", [claim]),
                (f"{mine[0].value} and {theirs[0].value}", [*mine, *theirs]),
            ]
            yield _difference(
                claim,
                "contradiction",
                sides,
                f"it is put {found['way']} {other}, and the dates say otherwise",
                count,
            )


def _stages_in_disorder(rows: Sequence[Claim], count: Count) -> Iterator[Difference]:
    """A stage that is dated before the one that it needs."""
    for early, late, why in find_disorder(rows):
        sides = [(early.value, [early]), (late.value, [late])]
        yield _difference(early, "contradiction", sides, f"an impossible order: {why}", count)


def _is_before(one: str, other: str) -> bool:
    first, second = days_of(one), days_of(other)
    return first is not None and second is not None and first[1] < second[0]


def _capitals(rows: Sequence[Claim], gazetteer: Gazetteer, count: Count) -> Iterator[Difference]:
    """Places that are called a capital and are none."""
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in rows:
        if (
            claim.field == "classification"
            and claim.stance == "asserts"
            and plain("classification", claim.value) in ("capital", "capital city")
            # The gazetteer knows the present; what is said of a past time it cannot judge.
            and (not claim.valid_time or claim.valid_time.endswith(".."))
        ):
            groups.setdefault((claim.event, claim.subject or claim.event.rpartition(":")[2]), []).append(
                claim
            )
    names = {name.casefold(): state for state, name in gazetteer.capitals.items()}
    for (event, subject), group in groups.items():
        place = gazetteer.find(subject)
        if place is None and event.startswith("place:") and not subject:
            place = gazetteer.find(event.removeprefix("place:"))
        if place is None or place.name.casefold() in names or subject.casefold() in names:
            continue
        capital = gazetteer.capitals.get(place.country, "")
        if place.capital is False or (place.capital is None and capital):
            is_ = (
                f"the capital of {place.country} is {capital}"
                if capital
                else f"it is no capital of {place.country}"
            )
            reason = f"{place.name} is called a capital; {is_}"
            yield _difference(group[0], "against_gazetteer", [(group[0].value, group)], reason, count)
