"""Events of several documents that are one event: found by kind, parties, place and matter, not by date.

A reader gives each new event an id made of its words, document by document. Two documents rarely choose the
same words, and two that do may still speak of different things. Dates are left out on purpose: that they
differ is what the record is to find.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from landbridge.ids import is_id
from landbridge.record.model import Claim

_STAGE = re.compile(r"-(text-agreed|initialled|signed|ratified|in-force)$")
_CODE = re.compile(r"[A-Z]{3}")
_PARTY = frozenset({"signatory", "participant"})
#: Words for one kind of text.
_ALIKE = dict.fromkeys(("treaty", "accord", "deal", "pact", "agreement"), "agreement") | dict.fromkeys(
    ("meeting", "summit", "talks"), "meeting"
)
#: Of two events with no party, place or matter in common nothing says that they are one.
_LEAST = 2
#: Beyond this many events with one word the word says nothing.
_MOST = 400


@dataclass(frozen=True)
class _Told:
    """An event as a document tells it.

    ``parties`` are its states, or those of the whole document where the event names none (then ``states`` is
    empty).
    """

    event: str
    kind: str
    stage: str
    matter: frozenset[str]
    states: frozenset[str]
    parties: frozenset[str]
    places: frozenset[str]


def link_events(
    claims: Sequence[Claim], known: Collection[str] = (), states: Collection[str] = ()
) -> tuple[Claim, ...]:
    """Give claims of several documents about one event one id, and those about different ones different ids.

    Parameters
    ----------
    known
        Ids of events that a study has; they stay as they are.
    states
        Codes of states (ISO 3166 alpha-3), by which parties in an id are known.
    """
    told = _list_told(claims, known, {state.lower() for state in states})
    if len({document for documents in told.values() for document in documents}) < 2:
        return tuple(claims)
    counts = Counter(claim.event for claim in claims)
    names: dict[tuple[str, str], str] = {}
    taken = set(known)
    for own in sorted(_cluster(told), key=lambda events: (-len(events), events[0].event)):
        documents = sorted(document for event in own for document in told[event])
        name = _name(own, documents[0], counts, taken)
        taken.add(name)
        names.update({(document, event.event): name for event in own for document in told[event]})
    return tuple(
        c if (name := names.get((c.mention.source, c.event), c.event)) == c.event else replace(c, event=name)
        for c in claims
    )


def _list_told(
    claims: Iterable[Claim], known: Collection[str], codes: Collection[str]
) -> dict[_Told, set[str]]:
    """Events and the documents that tell them in the same way."""
    rows: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    around: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if _is_party(claim):
            around[claim.mention.source].add(claim.subject.lower())
        if ":" not in claim.event and claim.event not in known:
            rows[claim.mention.source, claim.event].append(claim)
    told: dict[_Told, set[str]] = defaultdict(set)
    for (document, event), own in rows.items():
        stage = _STAGE.search(event)
        words = _STAGE.sub("", event).split("-")
        named = {word for word in words[1:] if word in codes}
        named |= {c.subject.lower() for c in own if _is_party(c)}
        places = {c.value.casefold() for c in own if c.field == "place" and not c.subject}
        matter = frozenset(word for word in words[1:] if word not in codes)
        states, parties = frozenset(named), frozenset(named or around[document])
        kind = _ALIKE.get(words[0], words[0])
        key = _Told(event, kind, stage[1] if stage else "", matter, states, parties, frozenset(places))
        told[key].add(document)
    return told


def _is_party(claim: Claim) -> bool:
    """Whether a claim names a state as a party; hosts, mediators and witnesses are others."""
    is_state = claim.field == "role" and _CODE.fullmatch(claim.subject) is not None
    return is_state and claim.stance == "asserts" and claim.value in _PARTY


def _cluster(told: Mapping[_Told, set[str]]) -> list[list[_Told]]:
    """Events in groups: the likest pairs first, and no two of one document together."""
    events = sorted(told, key=lambda event: (event.event, sorted(event.parties), sorted(event.places)))
    scores = []
    for a, b in _pairs(events):
        score = _likeness(events[a], events[b])
        if score >= _LEAST and told[events[a]].isdisjoint(told[events[b]]):
            scores.append((-score, a, b))
    group = list(range(len(events)))
    members = {number: [event] for number, event in enumerate(events)}
    documents = {number: set(told[event]) for number, event in enumerate(events)}
    for _, a, b in sorted(scores):
        one, two = group[a], group[b]
        if one == two or not documents[one].isdisjoint(documents[two]):
            continue
        if any(_likeness(own, other) < 0 for own in members[one] for other in members[two]):
            continue
        group = [one if number == two else number for number in group]
        members[one] += members.pop(two)
        documents[one] |= documents.pop(two)
    return list(members.values())


def _pairs(events: Sequence[_Told]) -> set[tuple[int, int]]:
    """Pairs of one kind and stage with a word, party or place in common."""
    meeting: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, event in enumerate(events):
        for word in (*event.matter, *event.parties, *event.places, f"={event.event}"):
            meeting[event.kind, event.stage, word].append(number)
    return {
        pair for numbers in meeting.values() if len(numbers) <= _MOST for pair in combinations(numbers, 2)
    }


def _likeness(one: _Told, two: _Told) -> int:
    """How much two tellings share; below 0 if they cannot be one event."""
    if (one.kind, one.stage) != (two.kind, two.stage):
        return -1
    if one.states and two.states and not _nested(one.states, two.states):
        return -1
    if one.matter and two.matter and not _nested(one.matter, two.matter):
        return -1
    if not one.parties & two.parties and one.parties and two.parties:
        return -1
    shared_places = one.places & two.places
    if one.places and two.places and not shared_places and not one.matter & two.matter:
        return -1
    score = 2 * bool(shared_places) + 2 * bool(one.matter & two.matter) + len(one.parties & two.parties)
    return score + (one.event == two.event)


def _nested(one: frozenset[str], two: frozenset[str]) -> bool:
    return one <= two or two <= one


def _name(events: Sequence[_Told], document: str, counts: Mapping[str, int], taken: Collection[str]) -> str:
    """The most exact id in a group; with its parties or document if that id is another group's already."""
    ranked = sorted({event.event for event in events}, key=lambda name: (-len(name), -counts[name], name))
    parties = sorted(set[str]().union(*(event.parties for event in events)))
    stem = re.sub(r"[^A-Za-z0-9]+", "-", document.rpartition("/")[2]).strip("-")
    tries = [*ranked, "-".join((ranked[0], *parties)), f"{ranked[0]}-{stem}"]
    tries += [f"{ranked[0]}-{stem}-{number}" for number in range(2, len(taken) + 3)]
    return next(name for name in tries if name not in taken and is_id(name))
