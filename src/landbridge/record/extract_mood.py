"""Whether a sentence tells what is so: refuted rumours, what would have been, and what hangs on an if.

These moods hold for a sentence as a whole. What a sentence denies in one clause only is told by
`extract_roles.stance_at`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

from landbridge.record.model import Claim, Modality, Stance

Mood = Literal["told", "refuted", "unreal", "conditional"]

_TALE = r"(?:rumou?rs?|reports?|claims?|allegations?|suggestions?|assertions?|speculation|stories|news)"
_FALSE = (
    r"(?:false|untrue|wrong|baseless|unfounded|groundless|fabricated|fake|incorrect|inaccurate|not true"
    r"|denied|refuted|rejected|dismissed)"
)
_REFUTED: Final = re.compile(
    rf"\b{_TALE}\b[^.;]*?\b(?:is|are|was|were|been|be|proved|proven|as)\s+(?:\w+ly\s+)?{_FALSE}\b"
    rf"|\b(?:it\s+(?:is|was)|it['\u2019]s)\s+(?:not\s+true|untrue|false|wrong|incorrect)\s+that\b"
    rf"|\b(?:den(?:y|ies|ied)|dismiss(?:es|ed)|reject(?:s|ed)|refut(?:es|ed))\s+(?:\w+\s+){{0,3}}?{_TALE}\b",
    re.IGNORECASE,
)
_UNREAL: Final = re.compile(
    r"^\W*(?:[Hh]ad\s+(?:the\s+)?[A-Z]|[Ww]ere\s+(?:the\s+)?[A-Z][\w'\u2019-]+(?:\s+and\s+[A-Z][\w'\u2019-]+)?\s+to\b)"
    r"|^\W*[Ii]f\b[^,]{0,200}\bhad\s+(?:\w+ly\s+)?\w+(?:ed|en|t|ne)\b"
)
_CONDITIONAL: Final = re.compile(r"^\W*(?:If|Unless|Provided that|In case|Should\s+(?:the\s+)?[A-Z])\b")
_NOT_YET: Final = re.compile(
    r"\b(?:enters?|comes?|takes?|goes|go)\s+(?:into\s+)?(?:force|effect)\s+(?:only\s+)?"
    r"(?:once|when|after|upon|as\s+soon\s+as|if|provided)\b"
    r"|\b(?:may|might|could)\s+(?:\w+ly\s+)?(?:sign|initial|ratify|host|mediate|open|close|meet|visit|join|begin"
    r"|start|be\s+\w+(?:ed|en|t))\b",
    re.IGNORECASE,
)
_YET_TO: Final = re.compile(r"\byet\s+to\s+(?:be\s+)?sign", re.IGNORECASE)
_TAKES_PART: Final = re.compile(r"\b(?:tak\w*|took)\s+part\b|\battend|\bparticipat", re.IGNORECASE)
#: "Rwanda, not Burundi, mediated": the name that is set aside, with its "not".
_SET_ASIDE: Final = re.compile(
    r"(?:,|\s+and)\s+not\s+(?:(?:in|at|by|on|from|with)\s+)?(?:the\s+)?"
    r"[A-Z][\w'\u2019-]*(?:\s+[A-Z][\w'\u2019-]*)*(?=\s*[,.;]|\s*$)"
)
#: What a refuted rumour or an unreal case cannot tell; a text's own origin and its conditions it can.
_OF_EVENTS: Final = frozenset(
    {"role", "status", "date", "place", "outcome", "level", "actor", "name", "count"}
)


@lru_cache(maxsize=64)
def mood_of(text: str) -> Mood:
    """Tell the mood of a sentence.

    >>> mood_of("Rumours that both signed are false."), mood_of("Had Peru mediated, all would be well.")
    ('refuted', 'unreal')
    >>> mood_of("If both sign in May, trade will grow."), mood_of("Both signed in May.")
    ('conditional', 'told')
    """
    if _UNREAL.search(text):
        return "unreal"
    if _CONDITIONAL.match(text):
        return "conditional"
    return "refuted" if _REFUTED.search(text) else "told"


def meant(
    text: str, field: str, value: str, stance: Stance, modality: Modality
) -> tuple[Stance, Modality] | None:
    """Stance and modality of a statement in its sentence's mood; None where the sentence does not make it."""
    mood = mood_of(text)
    if value in ("signatory", "signed") and stance == "asserts" and _YET_TO.search(text):
        return stance, "plan"
    if mood == "told" or field not in _OF_EVENTS:
        if modality == "fact" and field in ("role", "status", "date", "place") and _NOT_YET.search(text):
            return stance, "plan"
        return stance, modality
    if mood == "unreal" or (mood == "conditional" and modality == "fact"):
        return None
    if mood == "refuted":
        # What is told of a rumour's day and place is no news of the event; its deed is denied.
        return ("denies", modality) if field in ("role", "status") else None
    return stance, modality


def blank_set_aside(text: str) -> str:
    """Blank out names that a sentence sets aside, each character by a space, so that places stay the same.

    >>> blank_set_aside("Rwanda, not Burundi, mediated.")
    'Rwanda             , mediated.'
    """
    if " not " not in text:
        return text
    return _SET_ASIDE.sub(lambda found: " " * len(found.group(0)), text)


def without_spill(claims: Iterable[Claim]) -> list[Claim]:
    """Drop what a denied role denies beside it: that the others took part, and the day.

    "Togo denied that it had mediated the talks of A and B on 5 May" denies neither A's and B's part nor the
    date.
    """
    rows = list(claims)
    denied = {
        claim.mention.locator
        for claim in rows
        if claim.stance == "denies" and claim.field == "role" and claim.value != "participant"
    }
    roles = {c.mention.locator for c in rows if c.stance == "denies" and c.field == "role"}

    def spills(claim: Claim) -> bool:
        if claim.stance != "denies":
            return False
        at = claim.mention.locator
        if claim.field == "date":
            return at in roles or _TAKES_PART.search(claim.mention.text) is not None
        return claim.field == "role" and claim.value == "participant" and at in denied

    return [claim for claim in rows if not spills(claim)]
