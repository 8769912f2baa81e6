"""How a stretch of text is meant: as fact, plan, offer or opinion, and whether it is denied."""

import re

from landbridge.record import patterns
from landbridge.record.extract_mentions import Parsed
from landbridge.record.model import Modality, Stance

_FLAGS = re.IGNORECASE


def modality_at(text: str, start: int, end: int) -> Modality:
    """How a stretch of text is meant: offer, plan, opinion, estimate or fact."""
    stretch = text[start:end]
    if patterns.OFFER.search(stretch):
        return "offer"
    if patterns.PLAN.search(stretch):
        return "plan"
    if patterns.OPINION.search(stretch):
        return "opinion"
    return "fact"


def stance_at(parsed: Parsed, position: int) -> Stance:
    """Tell whether what stands at a position is denied by a word before it in its own clause."""
    start, _ = parsed.clause_at(position)
    last = None
    for found in patterns.NEGATION.finditer(parsed.text, start, position + 12):
        if found.start() <= position:
            last = found
    if last is None:
        return "asserts"
    between = parsed.text[last.end() : position]
    if re.match(r"den|reject|refut|refus", last.group(0), _FLAGS) and re.search(
        r"\b(?:not|never)\s+(?:\w+\s)?$|n['\u2019]t\s+(?:\w+\s)?$", parsed.text[start : last.start()]
    ):
        return "asserts"  # "has never denied hosting"
    # "did not sign the text but hosted" and "without mediators, A and B met" end the reach of the word.
    if re.search(r"\b(?:but|instead|rather|however|only)\b", between) or (
        last.group(0).lower() == "without" and "," in between
    ):
        return "asserts"
    return "denies"
