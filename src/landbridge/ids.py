"""Ids: short words that a person can read and that are kept for ever, and the search for near ones."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.\-]*"
_ID = re.compile(ID_PATTERN)
_WORD = re.compile(r"[^\W_]+")


def is_id(text: str) -> bool:
    """Say whether a text may serve as an id: letters, digits, hyphen, underscore, full stop; no blanks.

    >>> is_id("aktau-alat"), is_id("K0393"), is_id("aktau alat")
    (True, True, False)
    """
    return _ID.fullmatch(text) is not None


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """Give the known names that look most like ``name``, best first; none if nothing is close.

    Names are compared whole, then for the one within the other, then word by word.

    >>> nearest("aktua", ["aktau", "baku", "poti"])
    ('aktau',)
    >>> nearest("summit-washingtn", ["2025-08-08-washington-summit", "tripp-opens"])
    ('2025-08-08-washington-summit',)
    """
    spelled: dict[str, str] = {}
    for candidate in known:
        spelled.setdefault(candidate.lower(), candidate)
    found = get_close_matches(name.lower(), spelled, n=count, cutoff=0.7)
    if not found:
        found = [
            text for text in spelled if name and (text.startswith(name.lower()) or name.lower() in text)
        ][:count]
    return tuple(spelled[text] for text in found or _nearest_by_words(name.lower(), spelled, count))


def _nearest_by_words(name: str, known: Iterable[str], count: int) -> list[str]:
    """Names that share the most words with a name, slips of the pen allowed; short words do not count."""
    words = [word for word in _WORD.findall(name) if len(word) > 3]
    shared = {
        text: sum(bool(get_close_matches(word, own, n=1, cutoff=0.8)) for word in words)
        for text in known
        if (own := _WORD.findall(text))
    }
    most = max(shared.values(), default=0)
    # One word of many is chance: at least every second has to be there.
    return [text for text, number in shared.items() if most and number == most >= len(words) / 2][:count]
