"""Hold proposed claims against claims coded by hand: precision, recall and F1, under three readings of
"the same".

- ``place``: the same document, address and field. It asks: does the reader see that something of this kind is
  said here?
- ``lenient``: also the same stance, and a value that agrees: dates that can be the same date; words of
a closed list
  (roles, stages, stances) and codes equal; free wording that shares half of its words with the other's,
  told over subject and value together. A subject that both give must agree, in words or as a code.
- ``strict``: also the same event, and subject and value equal after trimming; dates equal as EDTF.

Every claim is matched at most once, the best agreement first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from landbridge.record.dates import compatible, precision
from landbridge.record.lexicon import title_words, word_set
from landbridge.record.model import Claim

Reading = Literal["place", "lenient", "strict"]
READINGS: tuple[Reading, ...] = ("place", "lenient", "strict")
#: Fields whose values come from a closed list or are codes; near is not enough there.
_CLOSED = word_set("role order level magnitude length volume capacity cost count share duration progress")
_STATUS_WORDS = word_set(
    "signed unsigned initialled ratified planned open shut occurred agreed built suspended cancelled"
)
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Tally:
    """Counts under one reading, and the rates that follow."""

    hits: int
    proposed: int
    coded: int

    @property
    def precision(self) -> float:
        """Share of the proposed claims that were coded."""
        return self.hits / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """Share of the coded claims that were proposed."""
        return self.hits / self.coded if self.coded else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Score:
    """Result of a comparison.

    ``pairs`` are the claims taken as the same under the lenient reading, ``missed`` the coded ones that no
    proposal met, ``spurious`` the proposed ones that meet no coded one; ``by_field`` has the lenient tallies.
    """

    tallies: Mapping[Reading, Tally]
    pairs: tuple[tuple[Claim, Claim], ...]
    missed: tuple[Claim, ...]
    spurious: tuple[Claim, ...]
    by_field: Mapping[str, Tally]

    def __str__(self) -> str:
        lines = [
            f"{'reading':<9}{'precision':>10}{'recall':>8}{'F1':>7}{'hits':>6}{'proposed':>10}{'coded':>7}"
        ]
        for name, t in self.tallies.items():
            lines.append(
                f"{name:<9}{t.precision:>10.2f}{t.recall:>8.2f}{t.f1:>7.2f}{t.hits:>6}{t.proposed:>10}{t.coded:>7}"
            )
        return "\n".join(lines)


def score(
    proposed: Iterable[Claim], coded: Iterable[Claim], *, names: Mapping[str, str] | None = None
) -> Score:
    """Compare proposed claims with coded ones.

    Parameters
    ----------
    names
        Document names of the coded claims by those of the proposed ones, where they differ (file name:
        source id).

    Examples
    --------
    >>> from landbridge.record.model import Address, Mention
    >>> said = Claim("1", "e", "date", "", "2025-08", Mention("d", Address(2, 1)))
    >>> coded = Claim("2", "e", "date", "", "2025-08-08", Mention("d", Address(2, 1)))
    >>> {name: tally.f1 for name, tally in score([said], [coded]).tallies.items()}
    {'place': 1.0, 'lenient': 1.0, 'strict': 0.0}
    """
    mine, theirs = list(proposed), list(coded)
    aliases = dict(names or {})
    tallies: dict[Reading, Tally] = {}
    kept: list[tuple[int, int]] = []
    for reading in READINGS:
        matched = _match(mine, theirs, reading, aliases)
        tallies[reading] = Tally(len(matched), len(mine), len(theirs))
        if reading == "lenient":
            kept = matched
    met, found = {b for _, b in kept}, {a for a, _ in kept}
    missed = tuple(c for i, c in enumerate(theirs) if i not in met)
    spurious = tuple(c for i, c in enumerate(mine) if i not in found)
    hits = Counter(theirs[b].field for _, b in kept)
    all_mine, all_theirs = Counter(c.field for c in mine), Counter(c.field for c in theirs)
    fields = sorted(all_theirs | all_mine, key=lambda f: (-all_theirs[f], f))
    return Score(
        tallies,
        tuple((mine[a], theirs[b]) for a, b in kept),
        missed,
        spurious,
        {f: Tally(hits[f], all_mine[f], all_theirs[f]) for f in fields},
    )


def _match(
    mine: Sequence[Claim], theirs: Sequence[Claim], reading: Reading, names: Mapping[str, str]
) -> list[tuple[int, int]]:
    """Pairs of claims, the best agreement first, each claim once."""
    by_place: dict[tuple[str, str, str], list[int]] = {}
    for i, claim in enumerate(theirs):
        by_place.setdefault((claim.mention.source, claim.mention.locator, claim.field), []).append(i)
    candidates = []
    for a, claim in enumerate(mine):
        source = names.get(claim.mention.source, claim.mention.source)
        for b in by_place.get((source, claim.mention.locator, claim.field), ()):
            agreement = _agreement(claim, theirs[b], reading, names)
            if agreement > 0:
                candidates.append((-agreement, a, b))
    used_a: set[int] = set()
    used_b: set[int] = set()
    pairs = []
    for _, a, b in sorted(candidates):
        if a not in used_a and b not in used_b:
            used_a.add(a)
            used_b.add(b)
            pairs.append((a, b))
    return sorted(pairs)


def _agreement(mine: Claim, coded: Claim, reading: Reading, names: Mapping[str, str]) -> float:
    """How well two claims at one place agree; 0 if they are not the same under this reading."""
    event = mine.event
    if event.startswith("document:"):
        event = "document:" + names.get(event.removeprefix("document:"), event.removeprefix("document:"))
    same_event = event == coded.event
    same_subject = _plain(mine.subject) == _plain(coded.subject)
    same_value = _plain(mine.value) == _plain(coded.value)
    exact = 1.0 * same_event + same_subject + same_value + (mine.stance == coded.stance)
    if reading == "strict":
        return exact if exact == 4 else 0.0
    if reading == "place":
        return 1 + exact
    if mine.stance != coded.stance or not _values_agree(mine, coded) or not _subjects_agree(mine, coded):
        return 0.0
    return 1 + exact


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _values_agree(mine: Claim, coded: Claim) -> bool:
    one, two = mine.value, coded.value
    if _plain(one) == _plain(two):
        return True
    if precision(one) != "none" and precision(two) != "none":
        return compatible(one, two)
    if mine.field in _CLOSED:
        return False
    if mine.field == "status" and (_plain(one) in _STATUS_WORDS or _plain(two) in _STATUS_WORDS):
        return False
    return _near(f"{mine.subject} {one}", f"{coded.subject} {two}")


def _subjects_agree(mine: Claim, coded: Claim) -> bool:
    one, two = mine.subject, coded.subject
    if not one or not two or _plain(one) == _plain(two):
        return True
    if _CODE.fullmatch(one) or _CODE.fullmatch(two):
        return False
    if mine.field in ("date", "place") and precision(mine.value) != "none":
        return True
    return _near(one, two) or _near(f"{one} {mine.value}", f"{two} {coded.value}")


def _near(one: str, two: str) -> bool:
    """Half of the words of the shorter text, at least one, stand in the other."""
    a, b = _stems(one), _stems(two)
    if not a or not b:
        return False
    shared = len(a & b)
    return shared >= 1 and shared >= 0.5 * min(len(a), len(b))


def _stems(text: str) -> frozenset[str]:
    return frozenset(re.sub(r"(?:ing|ed|s|ion|ions)$", "", w) for w in title_words(text.replace("-", " ")))
