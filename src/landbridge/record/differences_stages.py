"""Stages that follow each other on days of their own: no contradiction, unless their order is impossible."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Final

from landbridge.record.differences_values import days_of
from landbridge.record.model import Claim
from landbridge.record.rules import course, plain, stage

Days = tuple[date, date]
_Dated = tuple[Claim, Days]

#: Statuses of works each of which stays true when the next is reached.
_WORKS: Final = frozenset({"works started", "completed", "open"})
#: Words that tell a state and not a beginning: what is being built is not yet open.
_STILL = re.compile(r"\b(?:under construction|being built|still building|is building)\b", re.IGNORECASE)


class StageDays:
    """The days that sources give for the stages of what they speak of."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        dated: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        self._stages: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for claim in claims:
            if claim.withdrawn or claim.stance == "denies":
                continue
            if claim.field == "date":
                dated[claim.mention.source, claim.event].append(claim)
            elif claim.field == "status":
                self._stages[self._place(claim)].add(plain("status", claim.value))
        self._dated = dict(dated)

    @staticmethod
    def _place(claim: Claim) -> tuple[str, str, str]:
        return claim.mention.source, claim.mention.locator, claim.event

    def find(self, claim: Claim) -> Days | None:
        """Days on which a claim puts its stage: its own time, the date of its stage, or of its sentence.

        None where nothing is said, or more than one day.
        """
        if claim.valid_time:
            return days_of(claim.valid_time)
        source, locator, event = self._place(claim)
        name = plain("status", claim.value)
        own = self._dated.get((source, f"{event}-{name.replace(' ', '-')}"), [])
        if not own and locator and len(self._stages[source, locator, event]) <= 1:
            own = [c for c in self._dated.get((source, event), ()) if c.mention.locator == locator]
        found = {days for c in own if (days := days_of(c.value)) is not None}
        return found.pop() if len(found) == 1 else None

    def are_ordered(self, early: Iterable[Claim], late: Iterable[Claim]) -> bool:
        """Whether every day of the early stage that is told lies apart from every day of the late one."""
        ones = [days for claim in early if (days := self.find(claim)) is not None]
        others = [days for claim in late if (days := self.find(claim)) is not None]
        pairs = [(one, other) for one in ones for other in others]
        return bool(pairs) and all(one[1] < other[0] or other[1] < one[0] for one, other in pairs)


def follow_on(early: Iterable[Claim], late: Iterable[Claim]) -> bool:
    """Whether one stage of works may simply have followed the other: what is open had to be begun.

    What is told as a state ("under construction") is over when the next stage is reached.
    """
    rows, later = tuple(early), tuple(late)
    values = {plain("status", claim.value) for claim in (*rows, *later)}
    still = any(_STILL.search(f"{claim.value} {claim.note} {claim.mention.text}") for claim in rows)
    return values <= _WORKS and not still


def find_disorder(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim, str]]:
    """Two claims of a stage that comes too early, and why: ratified on a day before it was signed.

    Of two documents only where no telling keeps the order; then the dates contradict, and not the order.
    """
    rows = tuple(claims)
    days = StageDays(rows)
    groups: dict[tuple[str, str], list[_Dated]] = defaultdict(list)
    for claim in rows:
        if claim.field != "status" or claim.stance != "asserts" or claim.modality != "fact":
            continue
        value = plain("status", claim.value)
        if (stage(value) >= 0 or value in _WORKS) and (told := days.find(claim)) is not None:
            groups[claim.event, claim.subject].append((claim, told))
    for own in groups.values():
        yield from _disorder_of(own)


def _disorder_of(own: list[_Dated]) -> Iterator[tuple[Claim, Claim, str]]:
    """Disorder in what is told of one thing; claims are compared with those of their own document only."""
    by_name: dict[str, list[_Dated]] = defaultdict(list)
    for told in own:
        by_name[plain("status", told[0].value)].append(told)
    for one_name, other_name in combinations(by_name, 2):
        way = course(one_name, other_name)
        if not way:
            continue
        early_name, late_name = (one_name, other_name) if way > 0 else (other_name, one_name)
        early, late = by_name[early_name], by_name[late_name]
        wrong = list(_wrong_within(early, late))
        if not wrong and max(days[1] for _, days in late) < min(days[0] for _, days in early):
            wrong = [(early[0], late[0])]
        for (first, start), (second, end) in wrong:
            yield first, second, f"{late_name} {_say(end)}, and {early_name} only {_say(start)}"


def _wrong_within(early: list[_Dated], late: list[_Dated]) -> Iterator[tuple[_Dated, _Dated]]:
    """Pairs of one document whose late stage ends before its early one begins."""
    by_source: dict[str, list[_Dated]] = defaultdict(list)
    for told in late:
        by_source[told[0].mention.source].append(told)
    for one in early:
        for other in by_source.get(one[0].mention.source, ()):
            if other[1][1] < one[1][0]:
                yield one, other


def _say(days: Days) -> str:
    first, last = days
    if first == last:
        return f"on {first}"
    return f"until {last}" if first == date.min else f"from {first} to {last}"
