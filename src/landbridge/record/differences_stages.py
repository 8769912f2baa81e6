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
    groups: dict[tuple[str, str], list[tuple[Claim, Days]]] = defaultdict(list)
    for claim in rows:
        if claim.field != "status" or claim.stance != "asserts" or claim.modality != "fact":
            continue
        value = plain("status", claim.value)
        if (stage(value) >= 0 or value in _WORKS) and (told := days.find(claim)) is not None:
            groups[claim.event, claim.subject].append((claim, told))
    for own in groups.values():
        yield from _disorder_of(own)


def _disorder_of(own: list[tuple[Claim, Days]]) -> Iterator[tuple[Claim, Claim, str]]:
    pairs: dict[tuple[str, str], list[tuple[tuple[Claim, Days], tuple[Claim, Days]]]] = defaultdict(list)
    for one, other in combinations(own, 2):
        way = course(plain("status", one[0].value), plain("status", other[0].value))
        if way:
            early, late = (one, other) if way > 0 else (other, one)
            names = plain("status", early[0].value), plain("status", late[0].value)
            pairs[names].append((early, late))
    for (early_name, late_name), told in pairs.items():
        wrong = [(early, late) for early, late in told if late[1][1] < early[1][0]]
        inside = [(e, t) for e, t in wrong if e[0].mention.source == t[0].mention.source]
        for early, late in inside or (wrong[:1] if len(wrong) == len(told) else ()):
            what = f"{late_name} {_say(late[1])}, and {early_name} only {_say(early[1])}"
            yield early[0], late[0], what


def _say(days: Days) -> str:
    first, last = days
    if first == last:
        return f"on {first}"
    return f"until {last}" if first == date.min else f"from {first} to {last}"
