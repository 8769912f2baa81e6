"""Where claims differ, and how: coarser, of another scope, a slip, a dispute, or a real contradiction.

Claims are compared within a group (event, field, subject, family of values that exclude each other), so that
two outcomes or two roles are no contradiction, and two dates may be. The kinds are tried in this order, and
the first that fits is taken: a coarser or finer telling; another scope or time; a plan and a later fact; a
lost unit; a time zone; a slip of the pen; a dispute of the parties; and what is left is a contradiction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from landbridge.record.differences_cross import Gazetteer, find_cross_differences
from landbridge.record.differences_parties import Voices
from landbridge.record.differences_stages import StageDays, follow_on
from landbridge.record.differences_values import days_apart, days_of, lost_unit, read_quantity, relate, slip
from landbridge.record.lineage import Dependence
from landbridge.record.model import (
    Address,
    Claim,
    ClaimedValue,
    Difference,
    DifferenceKind,
    Event,
    LineageEdge,
    Source,
)
from landbridge.record.reconcile_items import Group, group_claims, shown, shown_with_unit
from landbridge.record.rules import (
    DATED,
    FIELD_GRAVITY,
    GRAVITY,
    INTERPRETED,
    MANY,
    NIL,
    PLANNED,
    TIME_ZONE_HINT,
    VERDICTS,
    course,
    goes_together,
    is_plan,
    scope_of,
    stage,
)

#: Values of one group that are compared each with each; beyond, each with the best supported.
_MOST_VALUES: Final = 40
_TOP_VALUES: Final = 8
#: Kinds of difference in which a slip of the pen takes no part.
_BLURRED: Final[tuple[DifferenceKind, ...]] = ("contradiction", "dispute", "plan_against_fact", "scope")
#: Document, address, stance and value of a claim.
_Told = tuple[str, Address | None, str, str]
#: Numbers that differ by less speak for each other against a slip of the pen.
_CLOSE: Final = 0.02


@dataclass(frozen=True)
class Side:
    """One value of a group, as it is compared, with its claims."""

    value: str
    stance: str
    claims: tuple[Claim, ...]

    @property
    def unit(self) -> str:
        """Unit that the claims state, apart from the value."""
        return next((claim.unit for claim in self.claims if claim.unit), "")


class Judge:
    """Compares claims with all that is known of their sources, events and actors."""

    def __init__(self, dependence: Dependence, voices: Voices, events: Mapping[str, Event]) -> None:
        self.dependence = dependence
        self.voices = voices
        self.events = events
        self.stage_days = StageDays()

    def witnesses(self, claims: Iterable[Claim]) -> int:
        """Independent sources among the claims' own."""
        return self.dependence.count(claim.mention.source for claim in claims).count

    def is_plan(self, claim: Claim) -> bool:
        """Whether a claim speaks of what was to come: it says so, or its source is older than its date."""
        said = days_of(claim.value) if claim.field in DATED else None
        event = self.events.get(claim.event)
        when = said or (days_of(event.date) if event and event.date else None)
        return is_plan(claim, self.voices.published(claim), when[0].isoformat() if when else "")

    def compare(self, group: Group, one: Side, other: Side) -> tuple[DifferenceKind, str] | None:
        """Say how two sides of a group differ, and why it is taken so; None if they do not."""
        if one.stance == other.stance == "denies":
            return None
        if one.stance != other.stance:
            if relate(group.field, one.value, other.value, one.unit, other.unit) != "same":
                return None
            return self._scope(one, other) or self._opposed(group, one, other)
        relation = relate(group.field, one.value, other.value, one.unit, other.unit)
        if relation != "different":
            dated = days_of(one.value) is not None or days_of(other.value) is not None
            if relation == "same" or not (group.field in DATED and dated):
                return None
            coarse, fine = (one, other) if relation == "coarser" else (other, one)
            return "coarser_date", f"{shown(fine.claims)} lies within {shown(coarse.claims)}"
        if group.field == "status" and (goes_together(one.value, other.value) or self._in_turn(one, other)):
            return None
        return (
            self._scope(one, other)
            or self._statuses(group, one, other)
            or self._plans(group, one, other, said_so=True)
            or self._slips(group, one, other)
            or self._plans(group, one, other, said_so=False)
            or self._opposed(group, one, other)
        )

    def _scope(self, one: Side, other: Side) -> tuple[DifferenceKind, str] | None:
        """Values that cover different things or times: said of both or of one of them."""
        first = {scope_of(claim) for claim in one.claims}
        second = {scope_of(claim) for claim in other.claims}
        if first.isdisjoint(second):
            words = sorted(filter(None, first | second))
            return "scope", f"they cover different things: {'; '.join(words)}"
        times = [{claim.valid_time for claim in side.claims} for side in (one, other)]
        if "" not in times[0] | times[1] and times[0].isdisjoint(times[1]):
            spans = sorted(times[0] | times[1])
            if all(relate("date", a, b) == "different" for a in times[0] for b in times[1]):
                return "scope", f"they hold at different times: {'; '.join(spans)}"
        return None

    @staticmethod
    def _in_turn(one: Side, other: Side) -> bool:
        """Whether two statuses on one course are told of days that follow each other."""
        way = course(one.value, other.value)
        early, late = (one, other) if way > 0 else (other, one)
        times = [
            [days for claim in side.claims if (days := days_of(claim.valid_time))] for side in (early, late)
        ]
        if not way or not times[0] or not times[1]:
            return False
        return max(day for _, day in times[0]) < min(day for day, _ in times[1])

    def _statuses(self, group: Group, one: Side, other: Side) -> tuple[DifferenceKind, str] | None:
        """Statuses that follow each other on one course, told in that order."""
        if (
            group.field != "status"
            or not course(one.value, other.value)
            or goes_together(one.value, other.value)
        ):
            return None
        early, late = (one, other) if course(one.value, other.value) > 0 else (other, one)
        ahead = all(self.is_plan(claim) for claim in early.claims) and stage(early.value) < 0
        is_lasting = group.event not in self.events and not group.event[:4].isdigit()
        told = [[self.voices.published(claim) for claim in side.claims] for side in (early, late)]
        in_order = all(told[0]) and all(told[1]) and max(told[0]) < min(told[1])
        if ahead or (is_lasting and in_order):
            return "plan_against_fact", f"first {shown(early.claims)}, later {shown(late.claims)}"
        return None

    def _followed(self, group: Group, one: Side, other: Side) -> bool:
        """Whether a thing passed through both statuses one after the other.

        What is signed was perhaps never initialled: stages that do not hold together follow each other only
        on days of their own. The act of one day has one of them.
        """
        way = course(one.value, other.value)
        if not way:
            return False
        early, late = (one, other) if way > 0 else (other, one)
        if follow_on(early.claims, late.claims):
            return True
        is_lasting = group.event not in self.events and not group.event[:4].isdigit()
        return is_lasting and self.stage_days.are_ordered(early.claims, late.claims)

    def _plans(
        self, group: Group, one: Side, other: Side, *, said_so: bool
    ) -> tuple[DifferenceKind, str] | None:
        """A plan and a fact, or a plan that moved."""
        if said_so:
            plans = [all(is_plan(claim) for claim in side.claims) for side in (one, other)]
        else:
            plans = [all(self.is_plan(claim) for claim in side.claims) for side in (one, other)]
        if plans[0] != plans[1]:
            plan, fact = (one, other) if plans[0] else (other, one)
            return (
                "plan_against_fact",
                f"{shown(plan.claims)} was said ahead, {shown(fact.claims)} is what came",
            )
        if plans[0] and (group.field in PLANNED or group.field in DATED):
            return "plan_against_fact", "a plan that moved, or two plans"
        return None

    def _slips(self, group: Group, one: Side, other: Side) -> tuple[DifferenceKind, str] | None:
        lost = lost_unit(one.value, other.value, one.unit, other.unit)
        if lost:
            return "lost_unit", lost
        if group.field in DATED and days_apart(one.value, other.value) == 1:
            hints = [
                found.group(0)
                for claim in (*one.claims, *other.claims)
                for text in (claim.note, claim.mention.text)
                if (found := TIME_ZONE_HINT.search(text))
            ]
            if hints:
                return "time_zone", f"one day apart, and the sources speak of {hints[0].lower()}"
        what = slip(group.field, one.value, other.value)
        if what:
            counts = self.near(group, one), self.near(group, other)
            if min(counts) == 1 and max(counts) > 1:
                wrong, agreed = (one, other) if counts[0] == 1 else (other, one)
                if any(self.voices.reliability(claim) == "primary" for claim in wrong.claims):
                    return None  # an official text may be alone and right
                who = f"{max(counts)} for {shown(agreed.claims)} or close to it"
                return "typing_error", f"one witness for {shown(wrong.claims)}, {who}: {what}"
        return None

    def near(self, group: Group, side: Side) -> int:
        """Independent witnesses for a value, or for a number that is hardly another."""
        mine = read_quantity(side.value, side.unit)
        claims = list(side.claims)
        if mine is not None and group.field not in DATED:
            for value, rows in group.asserted.items():
                theirs = read_quantity(value)
                if (
                    value != side.value
                    and theirs
                    and abs(theirs.middle - mine.middle) <= _CLOSE * abs(mine.middle)
                ):
                    claims += rows
        return self.witnesses(claims)

    def _opposed(self, group: Group, one: Side, other: Side) -> tuple[DifferenceKind, str] | None:
        """What is left: a dispute if the parties stand behind the sides, else a contradiction."""
        if (
            group.field == "status"
            and one.stance == other.stance
            and (goes_together(one.value, other.value) or self._followed(group, one, other))
        ):
            return None
        voices = [{self.voices.voice(claim) for claim in side.claims} - {""} for side in (one, other)]
        is_denial = one.stance != other.stance
        if is_denial and group.field == "condition":
            denier = voices[0] if one.stance == "denies" else voices[1]
            if any(self.voices.is_party(voice, group.event) for voice in denier):
                return (
                    "dispute",
                    f"{_names(denier)} denies a condition; a party's denial of a condition stays open",
                )
        if voices[0] and voices[1] and voices[0].isdisjoint(voices[1]):
            is_party = any(self.voices.is_party(voice, group.event) for voice in voices[0] | voices[1])
            is_stage = stage(one.value) >= 0 and stage(other.value) >= 0
            interpreted = (group.field in INTERPRETED or is_denial) and not is_stage
            if is_party and (interpreted or not self._has_observer((*one.claims, *other.claims))):
                return "dispute", f"{_names(voices[0])} says one thing, {_names(voices[1])} the other"
        if is_denial:
            yes, no = self._who(_asserting(one, other)), self._who(_denying(one, other))
            return "contradiction", f"asserted by {yes}, denied by {no}"
        return "contradiction", f"{shown(one.claims)} and {shown(other.claims)} cannot both be right"

    def _has_observer(self, claims: Iterable[Claim]) -> bool:
        """Whether anybody who speaks for nobody, and is worth hearing, takes a side."""
        return any(
            not self.voices.voice(claim) and self.voices.reliability(claim) in ("primary", "reputable")
            for claim in claims
        )

    @staticmethod
    def _who(claims: Iterable[Claim]) -> str:
        return ", ".join(sorted({_at(claim) for claim in claims}))


def _asserting(one: Side, other: Side) -> tuple[Claim, ...]:
    return one.claims if one.stance == "asserts" else other.claims


def _denying(one: Side, other: Side) -> tuple[Claim, ...]:
    return one.claims if one.stance == "denies" else other.claims


def _at(claim: Claim) -> str:
    return f"{claim.mention.source} {claim.mention.locator}".strip()


def _names(voices: Iterable[str]) -> str:
    return " and ".join(sorted(voices))


def find_differences(
    claims: Iterable[Claim],
    sources: Iterable[Source] = (),
    edges: Iterable[LineageEdge] = (),
    events: Iterable[Event] = (),
    *,
    gazetteer: Gazetteer | None = None,
    actors: Iterable[Mapping[str, str]] = (),
) -> tuple[Difference, ...]:
    """Find where claims differ, gravest first.

    Parameters
    ----------
    edges
        Who repeats whom: copies of one parent are one witness.
    events, actors
        Who the parties of an event are, and whose officials are quoted; without them, only what the
        sources' own alignment says.
    gazetteer
        Places that are known apart from the claims.

    Returns
    -------
    tuple of Difference
        A document that contradicts itself is named in ``within``; its claims hold the addresses. Values that
        only its own claims make are listed once more, with those of others, if others take part.
    """
    rows, sources, events = tuple(claims), tuple(sources), tuple(events)
    judge = Judge(Dependence(edges, sources), Voices(sources, events, actors), {e.id: e for e in events})
    found = list(differences_of(group_claims(rows), judge))
    found += find_cross_differences(rows, judge.events, gazetteer, found, judge.witnesses)
    return rank_differences(found)


def rank_differences(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Sort differences by gravity; of two that are equally grave, the one with more witnesses first.

    What says nothing that another one does not say is left out.
    """
    graded = [
        replace(
            d,
            gravity=round(
                GRAVITY[d.kind] + FIELD_GRAVITY.get(d.field, 0.2) + (0.1 if d.within else 0.0) + d.gravity, 3
            ),
        )
        for d in found
    ]
    weight = {id(d): sum(value.witnesses for value in d.values) for d in graded}
    graded.sort(key=lambda d: (-d.gravity, -weight[id(d)], d.event, d.field, d.subject, d.within))
    return tuple(_without_repeats(graded))


def _without_repeats(graded: Sequence[Difference]) -> Iterator[Difference]:
    """Leave out what repeats a graver difference.

    That is: the same two values in the same places; or a general telling in which no document and no value is
    new beside those of documents that contradict themselves.
    """
    kept: dict[tuple[str, str, str], set[frozenset[_Told]]] = {}
    within: dict[
        tuple[str, str, str, DifferenceKind], tuple[set[_Told], set[frozenset[tuple[str, str]]]]
    ] = {}
    for found in graded:
        about = found.event, found.field, found.subject
        others = kept.setdefault(about, set())
        told = _places(found)
        if len(found.values) == 2 and told in others:
            continue
        # What documents that contradict themselves tell together, and which values each of them holds.
        inside, together = within.setdefault((*about, found.kind), (set(), set()))
        values = frozenset(place[2:] for place in told)
        if told <= inside and any(values <= own for own in together):
            continue
        others.add(told)
        if found.within:
            inside |= told
            together.add(values)
        yield found


def _places(found: Difference) -> frozenset[_Told]:
    return frozenset(
        (claim.mention.source, claim.mention.address, value.stance, value.value)
        for value in found.values
        for claim in value.claims
    )


def differences_of(groups: Iterable[Group], judge: Judge) -> Iterator[Difference]:
    """Differences within each group, and between "nothing" and something of fields with many values."""
    groups = tuple(groups)
    # Only all claims together tell on which days a thing reached its stages.
    judge.stage_days = StageDays(claim for group in groups for claim in group.claims)
    nil: dict[tuple[str, str, str], list[Group]] = {}
    for group in groups:
        if group.field in MANY and group.asserted:
            nil.setdefault((group.event, group.field, group.subject), []).append(group)
        if not group.is_one_voiced:
            yield from _of_group(group, judge)
    for together in nil.values():
        if len(together) > 1 and any(NIL.match(value) for group in together for value in group.asserted):
            yield from _nothing_against_something(together, judge)


def sides_of(group: Group) -> list[Side]:
    """Sides of a group, the best supported first."""
    sides = [Side(value, "asserts", claims) for value, claims in group.asserted.items()]
    sides += [Side(value, "denies", claims) for value, claims in group.denied.items()]
    return sorted(sides, key=lambda side: -len(side.claims))


def _of_group(group: Group, judge: Judge) -> Iterator[Difference]:
    sides = sides_of(group)
    if len(sides) <= _MOST_VALUES:
        tried: Iterable[tuple[int, int]] = combinations(range(len(sides)), 2)
    else:
        tried = ((i, j) for i in range(_TOP_VALUES) for j in range(i + 1, len(sides)))
    kinds: dict[DifferenceKind, list[tuple[int, int, str]]] = {}
    for i, j in tried:
        answer = judge.compare(group, sides[i], sides[j])
        if answer:
            kinds.setdefault(answer[0], []).append((i, j, answer[1]))
    # A value that a slip explains takes no part in what else is between the values.
    slips = {
        min((i, j), key=lambda side: judge.near(group, sides[side]))
        for i, j, _ in kinds.get("typing_error", ())
    }
    for blurred in _BLURRED if slips else ():
        if blurred in kinds:
            kinds[blurred] = [p for p in kinds[blurred] if p[0] not in slips and p[1] not in slips]
    agree = list(dict.fromkeys(why for _, _, why in kinds.get("coarser_date", ())))[:2]
    told: set[int] = set()
    for kind in sorted(kinds, key=lambda name: -GRAVITY[name]):
        pairs = kinds[kind]
        places = sorted(
            {place for i, j, _ in pairs for place in (i, j)}, key=lambda place: (place in slips, place)
        )
        if not pairs or (kind == "coarser_date" and told.issuperset(places)):
            continue
        told.update(places)
        between = [(sides[i], sides[j], why) for i, j, why in pairs]
        more = f" ({'; '.join(agree)}: no contradiction there)" if agree and kind == "contradiction" else ""
        yield from _told(group, kind, [sides[place] for place in places], between, judge, more)


def _told(
    group: Group,
    kind: DifferenceKind,
    sides: Sequence[Side],
    pairs: Sequence[tuple[Side, Side, str]],
    judge: Judge,
    remark: str = "",
) -> Iterator[Difference]:
    """One difference between all sides, and one more for each document on two of them in its own words.

    A document that tells a thing and quotes a denial of it reports, and does not contradict itself.
    """
    who = {claim.mention.source for side in sides for claim in side.claims}
    torn: set[str] = set()
    if kind == "contradiction":
        for one, other, _ in pairs:
            torn |= {claim.mention.source for claim in one.claims if judge.voices.own_word(claim)} & {
                claim.mention.source for claim in other.claims if judge.voices.own_word(claim)
            }
    said: dict[str, list[list[Claim]]] = {source: [[] for _ in sides] for source in torn}
    for place, side in enumerate(sides):
        for claim in side.claims:
            if claim.mention.source in torn:
                said[claim.mention.source][place].append(claim)
    for source in sorted(torn):
        own = [
            Side(side.value, side.stance, tuple(claims))
            for side, claims in zip(sides, said[source], strict=True)
            if claims
        ]
        where = "; ".join(_said(side) for side in own)
        yield build_difference(
            group, kind, own, judge, f"{source} contradicts itself: {where}{remark}", within=source
        )
    if who != torn or len(torn) > 1:
        reasons = list(dict.fromkeys(why for _, _, why in pairs))
        more = f"; and {len(reasons) - 4} more pairs" if len(reasons) > 4 else ""
        yield build_difference(group, kind, sides, judge, "; ".join(reasons[:4]) + more + remark)


def _said(side: Side) -> str:
    no = "not " if side.stance == "denies" else ""
    return f"{no}{shown(side.claims)} ({', '.join(_at(claim) for claim in side.claims)})"


def build_difference(
    group: Group, kind: DifferenceKind, sides: Sequence[Side], judge: Judge, reason: str, *, within: str = ""
) -> Difference:
    """Make a difference of sides, with the witnesses of each."""
    units = {side.unit for side in sides}
    values = tuple(
        ClaimedValue(
            shown(side.claims) if len(units) == 1 else shown_with_unit(side.claims),
            "denies" if side.stance == "denies" else "asserts",
            side.claims,
            judge.witnesses(side.claims),
        )
        for side in sides
    )
    return Difference(
        group.event, group.field, group.subject, kind, values, VERDICTS[kind], reason, within=within
    )


def _nothing_against_something(together: Sequence[Group], judge: Judge) -> Iterator[Difference]:
    """Some say that nothing came of it, others that something did."""
    sides = [side for group in together for side in sides_of(group) if side.stance == "asserts"]
    nothing = [side for side in sides if NIL.match(side.value)]
    something = [side for side in sides if not NIL.match(side.value)]
    if not nothing or not something:
        return
    pairs = []
    kind: DifferenceKind = "contradiction"
    for one in nothing:
        for other in something:
            answer = judge.compare(together[0], one, other)
            if answer and answer[0] in ("contradiction", "dispute"):
                pairs.append((one, other, answer[1]))
                kind = answer[0]
    if pairs:
        yield from _told(together[0], kind, [*nothing, *something], pairs, judge)
