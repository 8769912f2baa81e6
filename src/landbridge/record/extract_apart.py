"""What a sentence tells apart: the day of telling from the day of what is told, one work from another."""

import re

from landbridge.record.extract_mentions import Parsed
from landbridge.record.extract_story import Story

_FLAGS = re.IGNORECASE
_SPEECH = (
    r"(?:said|says|told|reported|stated|wrote|confirmed|added|warned|announced|promised|claimed|insisted"
    r"|predicted)"
)
_SAID_BEFORE = re.compile(
    rf"(?<!\bwas )(?<!\bwere )(?<!\bbeen )\b{_SPEECH}(?:\s+(?:reporters|journalists|parliament"
    rf"|lawmakers))?\s+(?:on|in|back in|late in|early in)?\s*$",
    _FLAGS,
)
_SAID_AFTER = re.compile(rf"^,?\s+(?P<who>[^,;.]{{2,60}}?)\s+(?:had\s+|has\s+)?{_SPEECH}\b", _FLAGS)
_ACTED = re.compile(r"\b(?:\w{3,}ed|met|held|took|began|opened|built|cut|shut|left|won)\b")
#: Works of which a text that speaks of another kind has not spoken: "the bridge" is no port named before.
_APART = frozenset(
    ["bridge", "port", "tunnel", "canal", "crossing", "pipeline", "dam", "airport", "terminal", "strait"]
)


def is_told_on(text: str, start: int, end: int) -> bool:
    """Tell whether a date is the day on which something was said, not the day of what was said."""
    if _SAID_BEFORE.search(text[max(0, start - 40) : start]):
        return True
    lead = re.fullmatch(r"\W*(?:(?:In|On|Back in|Late in|Early in)\s+)?(?:the\s+)?", text[:start], _FLAGS)
    after = _SAID_AFTER.match(text[end : end + 90]) if lead else None
    return after is not None and not _ACTED.search(after["who"])


def speaks_of_another_work(story: Story, parsed: Parsed) -> bool:
    """Tell whether a sentence is about a nameless work ("the bridge") of another kind than the last."""
    last = story.last_named_work(parsed)
    families = {r.family for r in story.works() if r.id == last}
    return any(
        t.cls == "work"
        and t.referent is None
        and t.definite
        and t.family in _APART
        and t.family not in families
        for t in parsed.things
    )
