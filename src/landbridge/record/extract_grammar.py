"""Which actors of a sentence can be its subject: those that hang on no preposition."""

import re
from collections.abc import Sequence

from landbridge.record import patterns
from landbridge.record.lexicon import Entity, Entry

_JOINED = re.compile(r"(?:['\u2019]s)?\s*(?:,|and|&|,\s*and|as well as|nor|or)\s*(?:the\s)?")
_TITLES = re.compile(rf"(?:(?:(?:[A-Z]\w+\s)?{patterns.OFFICES}|leader|foreign|former)\s+)+$", re.IGNORECASE)


def free_groups(text: str, entities: Sequence[Entity]) -> list[tuple[int, int, tuple[Entry, ...]]]:
    """Groups of actors that hang on no preposition, so that each can be the subject of a verb after it."""
    groups: list[tuple[int, int, list[Entry], bool]] = []
    for entity in entities:
        if entity.entry.kind == "place" and not entity.entry.capital_of:
            continue
        if entity.entry.adjective and not official_after(text, entity.end):
            continue
        between = text[groups[-1][1] : entity.start] if groups else ""
        if groups and (
            _JOINED.fullmatch(between)
            or (entity.entry.kind == "person" and _JOINED.fullmatch(_TITLES.sub("", between) or "-"))
        ):
            start, _, members, free = groups.pop()
            groups.append((start, entity.end, [*members, entity.entry], free))
            continue
        if (
            groups
            and re.fullmatch(
                rf"(?:['\u2019]s)?\s*(?:{patterns.OFFICES})?\s*", text[groups[-1][1] : entity.start]
            )
            and entity.entry.kind == "person"
        ):
            # "Angola's President Ana Sousa": one actor, told twice.
            start, _, members, free = groups.pop()
            groups.append((start, entity.end, [*members[:-1], entity.entry], free))
            continue
        lead = _TITLES.sub("", text[max(0, entity.start - 90) : entity.start])
        if (
            groups
            and entity.entry.kind == "state"
            and re.fullmatch(r"\s*,?\s*of\s+(?:the\s+)?", text[groups[-1][1] : entity.start])
        ):
            continue
        groups.append((entity.start, entity.end, [entity.entry], not preposed(lead)))
    return [
        (start, end, tuple(m for m in members))
        for start, end, members, free in groups
        if free and (members[0].kind != "place" or _SPEAKS.match(text, end))
    ]


#: A capital with one of these after it stands for its state: "Luanda signed", "Kigali has denied".
_SPEAKS = re.compile(
    r"\s+(?:has|had|have|will|would|signed|said|says|agreed|denied|denies|hosted|rejected|accepted|welcomed|insists?|"
    r"wants|named|refused|offered|mediated|brokered|ratified|suspended|closed|shut|reopened|opened)\b"
)
_PREPOSED = re.compile(
    r"(?:\b(?:of|in|with|between|within|by|to|for|on|at|from|against|near|through|via|into"
    r"|toward|towards|including|than|as|under|after|"
    r"before|until|among|over|across|along|around|despite|about|regarding|concerning|outside"
    r"|inside)\b)\s+(?:\w+ly\s+)?(?:the\s+|its\s+|an?\s+|both\s+|official\s+|former\s+|"
    r"neighbouring\s+|neighboring\s+|the\s+republic\s+of\s+)?$",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"(?:['\u2019]s)?(?:,?\s(?:and\s)?[A-Z]\w+){0,3}\s+(?:\w+\s+){0,2}?(?:government|officials?"
    r"|authorities|authority|ministry|ministers?|president|leaders?|side|delegation|diplomats?"
    r"|diplomacy|"
    r"parliament|mediators?|mediation|envoys?|administration|company|operator|consortium"
    r"|railways?|customs|forces|army|cabinet|spokes\w+)\b",
    re.IGNORECASE,
)


def preposed(lead: str) -> bool:
    """Tell whether what follows hangs on a preposition and so cannot be the subject."""
    return _PREPOSED.search(lead[-48:]) is not None


def official_after(text: str, end: int) -> bool:
    """Tell whether an adjective speaks for its state: "Angolan officials", "the Qatari government"."""
    return _OFFICIAL.match(text, end) is not None
