"""From what a document speaks of to the record: its own events and gates, found by kind, place, parties
and words."""

from functools import lru_cache
from typing import TYPE_CHECKING

from landbridge.record import patterns
from landbridge.record.dates import compatible, earliest, latest
from landbridge.record.lexicon import Lexicon, fold, title_words, words
from landbridge.record.model import Event

if TYPE_CHECKING:
    from landbridge.record.extract_story import Referent, Story

#: Words that say what kind of work it is, and no more.
WORK_WORDS = frozenset(w for head in patterns.WORKS for w in head.split()) - {"border"}

_KINDS = {
    "summit": {"summit", "meeting"},
    "meeting": {"meeting", "summit", "delimitation"},
    "ceremony": {"signing", "summit", "opening", "initialling"},
    "visit": {"visit"},
}
_DOCUMENT_KINDS = frozenset(["signing", "initialling", "declaration", "law", "announcement"])
_FAMILY_WORDS = frozenset(patterns.INSTRUMENTS.values())
_GATHERING_KINDS = frozenset(
    ["summit", "meeting", "delimitation", "signing", "opening", "initialling", "visit", "announcement"]
)
_ENOUGH = 4.5


@lru_cache(maxsize=4096)
def _words_of_title(title: str) -> frozenset[str]:
    return title_words(title)


@lru_cache(maxsize=8192)
def words_of_place(place: str) -> frozenset[str]:
    """Folded words of a place's name."""
    return frozenset(words(place))


def known_event(referent: "Referent", story: "Story") -> Event | None:
    """Give the record's event that a thing is, by kind, place, parties, date and words of the title;
    None if unsure."""
    if referent.cls not in ("instrument", "gathering") or not story.lexicon.events:
        return None
    best, score = None, 0.0
    for event in story.lexicon.events:
        value = _fit(referent, event, story)
        if value > score:
            best, score = event, value
    return best if score >= _ENOUGH else None


def _fit(referent: "Referent", event: Event, story: "Story") -> float:
    if referent.cls == "gathering" and event.kind not in _GATHERING_KINDS:
        return 0
    if referent.cls == "instrument" and event.kind not in _DOCUMENT_KINDS:
        return 0
    places = words_of_place(event.place)
    at_place = any(
        words_of_place(story.city(p)) <= places or words_of_place(p) <= places for p in referent.places
    )
    score = 0.0
    if referent.cls == "gathering":
        kinds = {"announcement"} if referent.offered else _KINDS.get(referent.family, {"meeting", "summit"})
        if event.kind not in kinds:
            return 0
        score += 1.5 if event.kind == referent.family else 1
        if not at_place and referent.places and not referent.offered:
            return 0
        score += 2.5 if at_place else 0
    else:
        if event.kind not in _DOCUMENT_KINDS:
            return 0
        shared = _words_of_title(event.title) & _words_of_title(
            " ".join([*referent.names, *sorted(referent.words), referent.family])
        )
        if not shared:
            return 0
        score += min(4.5, sum(0.75 if w in _FAMILY_WORDS else 1.5 for w in shared))
        score += 1.5 if at_place else 0
        if referent.held_by is not None and any(
            words_of_place(story.city(p)) <= places for p in referent.held_by.places
        ):
            score += 1
    parties = set(referent.parties) | {story.people[p].state for p in referent.people if p in story.people}
    actors = set(event.actors)
    if parties and actors and not parties & actors:
        return 0
    if not parties:
        score += 0.5 * len(set(story.main_parties) & actors)
    score += min(3, len(parties & actors)) - 0.5 * len(parties - actors) + len(referent.people & actors)
    if referent.offered:
        score += len(
            _words_of_title(event.title) & {"offers", "offer", "talks", "peace", "venue", "platform"}
        )
    dates = [
        d for d in (*referent.dates, *(referent.held_by.dates if referent.held_by else ())) if event.date
    ]
    if any(compatible(d, event.date) for d in dates):
        score += 2
    elif dates:
        score -= min(2.0, 0.5 + _years_between(dates, event.date))
    if event.status in ("planned", "expected"):
        score -= 0.5
    return score


def _years_between(dates: list[str], other: str) -> float:
    gaps = []
    for date in dates:
        a, b, c, d = earliest(date), latest(date), earliest(other), latest(other)
        if a and b and c and d:
            gaps.append(max((c - b).days, (a - d).days, 0) / 365)
    return min(gaps, default=0.0)


def gate_of_work(referent: "Referent", lexicon: Lexicon) -> str:
    """Give the gate about a work: all proper words of its name stand in the gate's title, and the kind
    is the same."""
    best, score = "", 0.0
    for name in referent.names:
        proper = {
            w for w in words(name) if w not in WORK_WORDS and w not in ("of", "the", "and", "for", "new")
        }
        if len(proper) < 1:
            continue
        for gate in lexicon.gates:
            if proper <= gate.words and referent.family in gate.words:
                value = len(proper) / (1 + len(gate.words)) + (0.2 if "built" in gate.words else 0)
                if value > score:
                    best, score = gate.id, value
    return best


def gate_for(text: str, parties: tuple[str, ...], lexicon: Lexicon, *, among: tuple[str, ...] = ()) -> str:
    """Give the gate that a phrase is about ("signing the peace agreement"), or empty if none is near enough.

    ``among`` prefers gates that another one requires.
    """
    wanted = title_words(text)
    names = {fold(lexicon.states.get(p, p)) for p in parties}
    best, score = "", 0.0
    for gate in lexicon.gates:
        shared = wanted & gate.words
        if len(shared) < (1 if gate.id in among else 2):
            continue
        value = (
            len(shared)
            + 0.5 * len(names & gate.words)
            - 0.15 * len(gate.words - wanted)
            + (1.5 if gate.id in among else 0)
        )
        if value > score:
            best, score = gate.id, value
    return best if score >= 1 else ""
