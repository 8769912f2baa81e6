"""Groups of claims as the arrays that the estimate of truth works on, and the way back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from landbridge.record.differences_values import relate
from landbridge.record.model import Claim, Source
from landbridge.record.reconcile_items import Group, compared_value
from landbridge.record.rules import FAMILIES, PRIOR_ACCURACY
from landbridge.record.truth import FALSE_VALUES, Evidence, build_evidence

#: Values of one field that are compared for one lying within another.
_MOST_VALUES: Final = 40

Split = Callable[[Claim], str]


@dataclass(frozen=True)
class Framed:
    """Evidence with the names of its rows: sources, and values by group, part of the group, and text."""

    evidence: Evidence
    sources: tuple[str, ...]
    values: Mapping[tuple[int, str, str], int]
    claims: tuple[tuple[Claim, ...], ...]


def frame(
    groups: Sequence[Group],
    sources: Iterable[Source],
    split: Split,
    known: Iterable[tuple[str, str, float]] = (),
) -> Framed:
    """Turn groups into evidence.

    Parameters
    ----------
    split
        Names the part of its group that a claim belongs to: values of different scope, and plans and facts,
        do not compete.
    known
        Pairs of sources that are dependent, with the probability.
    """
    reliability = {s.id: s.reliability for s in sources}
    number: dict[str, int] = {}
    values: dict[tuple[int, str, str], int] = {}
    claimed: list[list[Claim]] = []
    item: list[int] = []
    choices: list[float] = []
    within: list[tuple[int, int]] = []
    source_of: list[int] = []
    value_of: list[int] = []
    sign: list[int] = []
    for g, group in enumerate(groups):
        parts: dict[str, dict[str, list[Claim]]] = {}
        for claim in group.claims:
            parts.setdefault(split(claim), {}).setdefault(compared_value(claim), []).append(claim)
        for part, by_value in parts.items():
            # What competes: any other value; the others of a family; or only whether it is so.
            several = float(max(len(FAMILIES.get(group.field, {}).get(group.family, ())) - 1, 1))
            choices.append(float(FALSE_VALUES) if not group.family else several)
            for text, rows in by_value.items():
                values[g, part, text] = len(item)
                for claim in rows:
                    source_of.append(number.setdefault(claim.mention.source, len(number)))
                    value_of.append(len(item))
                    sign.append(-1 if claim.stance == "denies" else 1)
                item.append(len(choices) - 1)
                claimed.append(rows)
            if not group.family and 1 < len(by_value) <= _MOST_VALUES:
                within += _within(group.field, g, part, by_value, values)
    names = tuple(number)
    pairs = [(number[a], number[b], p) for a, b, p in known if a in number and b in number]
    evidence = build_evidence(
        source_of,
        value_of,
        item,
        n_sources=len(names),
        sign=sign,
        false_values=choices,
        prior=[PRIOR_ACCURACY[reliability.get(name, "unknown")] for name in names],
        within=within,
        known=[(a, b) for a, b, _ in pairs],
        known_copy=[p for _, _, p in pairs],
    )
    return Framed(evidence, names, values, tuple(tuple(rows) for rows in claimed))


def _within(
    field: str, g: int, part: str, by_value: Mapping[str, object], values: Mapping[tuple[int, str, str], int]
) -> list[tuple[int, int]]:
    """Pairs (fine, coarse) of one field's values."""
    found = []
    for a, b in combinations(by_value, 2):
        relation = relate(field, a, b)
        if relation == "coarser":
            found.append((values[g, part, b], values[g, part, a]))
        elif relation == "finer":
            found.append((values[g, part, a], values[g, part, b]))
    return found
