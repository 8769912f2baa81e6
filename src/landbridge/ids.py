"""Ids: short words that a person can read and that are kept for ever, and the search for near ones."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.\-]*"
_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Say whether a text may serve as an id: letters, digits, hyphen, underscore, full stop; no blanks.

    >>> is_id("aktau-alat"), is_id("K0393"), is_id("aktau alat")
    (True, True, False)
    """
    return _ID.fullmatch(text) is not None


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """Give the known names that look most like ``name``, best first; none if nothing is close.

    >>> nearest("aktua", ["aktau", "baku", "poti"])
    ('aktau',)
    """
    spelled: dict[str, str] = {}
    for candidate in known:
        spelled.setdefault(candidate.lower(), candidate)
    found = get_close_matches(name.lower(), spelled, n=count, cutoff=0.7)
    if not found:
        found = [
            text for text in spelled if name and (text.startswith(name.lower()) or name.lower() in text)
        ][:count]
    return tuple(spelled[text] for text in found)
