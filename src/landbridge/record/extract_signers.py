"""Who signs or shares what a sentence names, where it was signed, and whether it is only offered."""

import re

from landbridge.record import patterns
from landbridge.record.extract_grammar import free_groups
from landbridge.record.extract_mentions import Parsed, Thing

_THERE = re.compile(r"\b(?:where|at which|during which)\b")
_AT_IT = re.compile(
    r"\b(?:at|during|on the margins of|on the sidelines of|in)\s+(?:an?\s|the\s|its\s"
    r"|their\s)?(?:[\w-]+\s){0,4}$"
)


def signed_there(sentence: Parsed) -> bool:
    """Tell whether what a sentence says is signed was signed at the gathering that it names."""
    for thing in sentence.things:
        if thing.cls != "gathering":
            continue
        if thing.family == "ceremony" or _AT_IT.search(sentence.text[: thing.start]):
            return True
        if _THERE.search(sentence.text, thing.end):
            return True
    return False


_MAY_OFFER = re.compile(r"ffer|ropos|nvit|olunteer|eady to|illing|prepared to|eadiness")
_OFFERED = re.compile(patterns.OFFER.pattern + r"[^.;:]{0,70}$", re.IGNORECASE)


def is_offered(text: str, position: int) -> bool:
    """Tell whether what stands at a position is only offered or proposed: "offered to host further talks"."""
    stretch = text[max(0, position - 100) : position]
    return _MAY_OFFER.search(stretch) is not None and _OFFERED.search(stretch) is not None


_SIGN = re.compile(r"\b(?:signs?|signed|initial(?:l)?ed|inked?|conclude[sd]?|agreed)\b", re.IGNORECASE)


def sharers(sentence: Parsed, thing: Thing) -> tuple[str, ...]:
    """States whose "shared border" it is: the subject of the sentence."""
    if not re.search(
        r"\b(?:their|shared|common|mutual|joint)\s+(?:\w+\s+){0,3}$",
        sentence.text[: thing.end - len(thing.head)],
    ):
        return ()
    groups = [g for g in free_groups(sentence.text, sentence.entities) if g[1] <= thing.start]
    return tuple(dict.fromkeys(m.state for m in groups[0][2] if m.state)) if groups else ()


def signers(sentence: Parsed, thing: Thing) -> tuple[str, ...]:
    """States that stand as subject before "signed" and the instrument after it."""
    start, _ = sentence.clause_at(thing.start)
    for found in _SIGN.finditer(sentence.text, start, thing.start):
        groups = [
            g
            for g in free_groups(sentence.text, sentence.entities)
            if start <= g[0] and g[1] <= found.start()
        ]
        if groups and found.start() - groups[-1][1] < 24 and thing.start - found.end() < 60:
            return tuple(dict.fromkeys(m.state for m in groups[-1][2] if m.state and m.kind != "place"))
    return ()
