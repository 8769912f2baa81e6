"""Events of several documents that are one event: found by kind, parties, place and matter, not by date.

A reader gives each new event an id made of its words, document by document. Two documents rarely choose the
same words, and two that do may still speak of different things. Dates are left out on purpose: that they
differ is what the record is to find.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
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
    """An event as one document tells it; ``around`` are the states of the whole document."""

    document: str
    event: str
    kind: str
    stage: str
    matter: frozenset[str]
    states: frozenset[str]
    places: frozenset[str]
    around: frozenset[str]

    @property
    def parties(self) -> frozenset[str]:
        """States of the event, or of its document where the event names none."""
        return self.states or self.around


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
    if len({event.document for event in told}) < 2:
        return tuple(claims)
    group = _cluster(told)
    members: dict[int, list[_Told]] = defaultdict(list)
    for event, number in zip(told, group, strict=True):
        members[number].append(event)
    counts = Counter((claim.mention.source, claim.event) for claim in claims)
    names: dict[tuple[str, str], str] = {}
    taken = set(known)
    for own in sorted(members.values(), key=lambda events: (-len(events), events[0].event)):
        name = _name(own, counts, taken)
        taken.add(name)
        names.update({(event.document, event.event): name for event in own})
    return tuple(replace(c, event=names.get((c.mention.source, c.event), c.event)) for c in claims)


def _list_told(claims: Iterable[Claim], known: Collection[str], codes: Collection[str]) -> list[_Told]:
    rows: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    around: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if _is_party(claim):
            around[claim.mention.source].add(claim.subject.lower())
        if ":" not in claim.event and claim.event not in known:
            rows[claim.mention.source, claim.event].append(claim)
    told = []
    for (document, event), own in rows.items():
        stage = _STAGE.search(event)
        words = _STAGE.sub("", event).split("-")
        named = {word for word in words[1:] if word in codes}
        named |= {c.subject.lower() for c in own if _is_party(c)}
        places = {c.value.casefold() for c in own if c.field == "place" and not c.subject}
        told.append(
            _Told(
                document,
                event,
                _ALIKE.get(words[0], words[0]),
                stage[1] if stage else "",
                frozenset(word for word in words[1:] if word not in codes),
                frozenset(named),
                frozenset(places),
                frozenset(around[document]),
            )
        )
    return told


def _is_party(claim: Claim) -> bool:
    """Whether a claim names a state as a party; hosts, mediators and witnesses are others."""
    is_state = claim.field == "role" and _CODE.fullmatch(claim.subject) is not None
    return is_state and claim.stance == "asserts" and claim.value in _PARTY


def _cluster(told: Sequence[_Told]) -> list[int]:
    """Number of the group of each event: the likest pairs first, and no two of one document together."""
    scores = []
    for a, b in _pairs(told):
        score = _likeness(told[a], told[b])
        if score >= _LEAST:
            scores.append((-score, a, b))
    group = list(range(len(told)))
    members = {number: [number] for number in group}
    for _, a, b in sorted(scores):
        one, two = group[a], group[b]
        if one == two:
            continue
        documents = Counter(told[i].document for i in (*members[one], *members[two]))
        if max(documents.values()) > 1 or any(
            _likeness(told[i], told[j]) < 0 for i in members[one] for j in members[two]
        ):
            continue
        for i in members[two]:
            group[i] = one
        members[one] += members.pop(two)
    return group


def _pairs(told: Sequence[_Told]) -> set[tuple[int, int]]:
    """Pairs of different documents, of one kind and stage, with a word, party or place in common."""
    meeting: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, event in enumerate(told):
        for word in (*event.matter, *event.parties, *event.places, f"={event.event}"):
            meeting[event.kind, event.stage, word].append(number)
    return {
        pair
        for numbers in meeting.values()
        if len(numbers) <= _MOST
        for pair in combinations(numbers, 2)
        if told[pair[0]].document != told[pair[1]].document
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


def _name(events: Sequence[_Told], counts: Counter[tuple[str, str]], taken: Collection[str]) -> str:
    """The most exact id in a group; with its parties or document if that id is another group's already."""
    votes: Counter[str] = Counter()
    for event in events:
        votes[event.event] += counts[event.document, event.event]
    ranked = sorted(votes, key=lambda name: (-len(name), -votes[name], name))
    parties = sorted(set[str]().union(*(event.parties for event in events)))
    document = re.sub(r"[^A-Za-z0-9]+", "-", events[0].document.rpartition("/")[2]).strip("-")
    tries = [*ranked, "-".join((ranked[0], *parties)), f"{ranked[0]}-{document}"]
    tries += [f"{ranked[0]}-{document}-{number}" for number in range(2, len(taken) + 3)]
    return next(name for name in tries if name not in taken and is_id(name))
