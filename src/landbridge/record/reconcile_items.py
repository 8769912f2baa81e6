"""Claims grouped by what they speak of: event, field, subject, and family of values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from landbridge.record.model import Claim
from landbridge.record.rules import family_of, plain

#: Fields that say something of the document and nothing of the world.
ABOUT_DOCUMENTS = frozenset({"citation", "unrelated", "derived_from"})
_ABOUT = re.compile(
    r"^(about|over|under|nearly|almost|approximately|some|more than|less than|around|roughly)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Group:
    """Claims that can be compared: one event, field and subject, and one family of values.

    ``asserted`` and ``denied`` map a value, as it is compared, to the claims that make it.
    """

    event: str
    field: str
    subject: str
    family: str
    claims: tuple[Claim, ...]

    @cached_property
    def asserted(self) -> Mapping[str, tuple[Claim, ...]]:
        """Values that somebody asserts."""
        return self._by_value("asserts")

    @cached_property
    def denied(self) -> Mapping[str, tuple[Claim, ...]]:
        """Values that somebody denies."""
        return self._by_value("denies")

    def _by_value(self, stance: str) -> dict[str, tuple[Claim, ...]]:
        found: dict[str, list[Claim]] = {}
        for claim in self.claims:
            if claim.stance == stance:
                found.setdefault(compared_value(claim), []).append(claim)
        return {value: tuple(claims) for value, claims in found.items()}

    @property
    def is_one_voiced(self) -> bool:
        """Whether there is nothing to compare: one value at most, and nobody denies it."""
        return len(self.asserted) + len(self.denied) <= 1


def compared_value(claim: Claim) -> str:
    """Value as it is compared: a number with its unit, and with a tilde if its note calls it rough.

    >>> from landbridge.record.model import Mention
    >>> compared_value(Claim("c", "e", "length", "", "200", Mention("s"), unit="km", note="about"))
    '~200 km'
    """
    value = plain(claim.field, claim.value)
    if not value[:1].isdigit():
        return value
    if claim.unit[:1].isalpha() or claim.unit[:1] in ("%", "$"):
        value = f"{value} {claim.unit}"
    return f"~{value}" if _ABOUT.match(claim.note) else value


def group_claims(claims: Iterable[Claim]) -> tuple[Group, ...]:
    """Group claims, in the order in which the groups are first spoken of; withdrawn ones are left out."""
    found: dict[tuple[str, str, str, str], list[Claim]] = {}
    for claim in claims:
        if claim.withdrawn or claim.field in ABOUT_DOCUMENTS:
            continue
        key = (claim.event, claim.field, claim.subject, family_of(claim))
        found.setdefault(key, []).append(claim)
    return tuple(Group(*key, tuple(rows)) for key, rows in found.items())


def shown_with_unit(claims: Iterable[Claim]) -> str:
    """Give the value as `shown` does, with the unit that its claims state."""
    rows = tuple(claims)
    unit = next((claim.unit for claim in rows if claim.unit), "")
    return f"{shown(rows)} {unit}".strip()


def shown(claims: Iterable[Claim]) -> str:
    """Give the value as most of the claims write it; the first of those that are written equally often."""
    counts: dict[str, int] = {}
    for claim in claims:
        counts[claim.value] = counts.get(claim.value, 0) + 1
    return max(counts, key=counts.__getitem__) if counts else ""
