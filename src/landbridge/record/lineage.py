"""Which documents repeat one another, with a probability; and how many independent witnesses there are.

Three kinds of evidence: passages that two texts share word for word or sentence by sentence in other words,
a parent that both name (a left-over disclaimer, a citation), and rare values, above all errors, that two
sources share against the others. What a source says of its own descent is taken as certain.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from landbridge.record.lineage_text import SharedText, TextComparer, log_odds, named_parents, publisher_key
from landbridge.record.lineage_values import find_shared_errors
from landbridge.record.model import Claim, Document, LineageEdge, Source
from landbridge.record.shingles import build_corpus, candidates, words_of

#: Edges less probable than this are not told.
LEAST: Final = 0.3
#: From here on two sources are counted as one witness when they are counted in whole numbers.
ONE_WITNESS: Final = 0.5
#: Children of one parent that are tied to each other, each to so many more.
_CHILDREN: Final = 200
#: Words of a passage that may stand in many documents: beyond, it is a site's, unless much else is shared.
_MOSTLY: Final = 0.6


@dataclass(frozen=True)
class Witnesses:
    """Independent witnesses: in whole numbers, copies of one parent once; and weighed by probability."""

    count: int
    weighted: float


def find_lineage(
    documents: Sequence[Document], claims: Iterable[Claim] = (), sources: Iterable[Source] = ()
) -> tuple[LineageEdge, ...]:
    """Find documents that are copies or rewritings of one another or of one parent.

    Parameters
    ----------
    documents
        Texts; two are enough, and ten thousand are compared by their passages and MinHash bands.
    claims
        Statements of any sources; those that share rare values against the others become edges too.
    sources
        What is known of the sources; ``derived_from`` becomes edges of probability 1, and a publisher that a
        text disclaims for is found among them.

    Returns
    -------
    tuple of LineageEdge
        Sorted from the most probable; each with its reason in words.

    Examples
    --------
    >>> find_lineage(())
    ()
    """
    sources = tuple(sources)
    edges = {(e.a, e.b): e for e in _stated(sources)}
    for edge in _by_text(documents, sources):
        _join(edges, edge)
    for edge in find_shared_errors(claims, sources):
        _join(edges, edge)
    kept = (e for e in edges.values() if e.probability >= LEAST)
    return tuple(sorted(kept, key=lambda e: (-e.probability, e.a, e.b)))


def _stated(sources: Iterable[Source]) -> list[LineageEdge]:
    return [
        LineageEdge(source.id, parent, "derived_from", 1.0, "the record says so")
        for source in sources
        for parent in source.derived_from
    ]


def _join(edges: dict[tuple[str, str], LineageEdge], edge: LineageEdge) -> None:
    """Add an edge; two kinds of evidence for one pair strengthen each other, a certain one needs no more."""
    key = (edge.a, edge.b)
    if (edge.b, edge.a) in edges:
        key = (edge.b, edge.a)
    known = edges.get(key)
    if known is None:
        edges[key] = edge
    elif known.probability < 1.0:
        both = 1.0 - (1.0 - known.probability) * (1.0 - edge.probability)
        edges[key] = LineageEdge(
            known.a, known.b, known.relation, round(both, 4), f"{known.reason}; {edge.reason}"
        )


def _by_text(documents: Sequence[Document], sources: Sequence[Source]) -> list[LineageEdge]:
    if len(documents) < 2:
        return []
    corpus = build_corpus(documents)
    comparer = TextComparer(corpus)
    parents = [named_parents(d) for d in documents]
    publisher = {s.id: publisher_key(s.publisher) for s in sources if s.publisher}
    start = corpus.start.tolist()
    words_at = lru_cache(maxsize=1)(
        lambda place: words_of(documents[place])
    )  # pairs come sorted by the first
    found = []
    for a, b in candidates(corpus).tolist():
        shared = comparer.compare(a, b)
        one, other = documents[a], documents[b]
        name, parent = _same_parent(
            parents[a], parents[b], publisher.get(one.id, ""), publisher.get(other.id, "")
        )
        odds = log_odds(shared, parent if shared.passages or shared.rewritten else parent / 2)
        probability = 1.0 / (1.0 + math.exp(-odds))
        if probability < LEAST:
            continue
        child, elder, relation = _relation(one, other, shared, parents, publisher, (a, b))
        reason = _reason(shared, words_at(a) if shared.longest[1] else (), start[a], name)
        found.append(LineageEdge(child.id, elder.id, relation, round(probability, 4), reason))
    return found


def _same_parent(
    one: Mapping[str, float], other: Mapping[str, float], own_one: str, own_other: str
) -> tuple[str, float]:
    """Publisher that both texts point to, as itself or as a parent, and how strongly."""
    best, weight = "", 0.0
    for name in one.keys() | other.keys():
        if name == own_one == own_other:
            continue
        strength = 0.5 * (
            (1.0 if name == own_one else one.get(name, 0.0))
            + (1.0 if name == own_other else other.get(name, 0.0))
        )
        if (name in one or name == own_one) and (name in other or name == own_other) and strength > weight:
            best, weight = name, strength
    return best, weight


def _relation(
    one: Document,
    other: Document,
    shared: SharedText,
    parents: Sequence[Mapping[str, float]],
    publisher: Mapping[str, str],
    at: tuple[int, int],
) -> tuple[Document, Document, Literal["derived_from", "copy", "common_parent"]]:
    """Tell who is the child: the one that disclaims for the other's paper, or a copy, or two children."""
    if publisher.get(other.id) and parents[at[0]].get(publisher[other.id]) == 1.0:
        return one, other, "derived_from"
    if publisher.get(one.id) and parents[at[1]].get(publisher[one.id]) == 1.0:
        return other, one, "derived_from"
    if min(shared.share_a, shared.share_b) >= _MOSTLY:
        return one, other, "copy"
    return one, other, "common_parent"


def _reason(shared: SharedText, words: Sequence[str], start: int, parent: str) -> str:
    """What two texts share, in words; ``words`` are those of the first, from ``start`` on in the corpus."""
    parts = []
    begin, length = shared.longest
    if length:
        told = _passage(words[begin - start : begin - start + length])
        parts.append(f"{length} words running are the same: “{told}”")
    if shared.n_rewritten:
        plural = "sentence says" if shared.n_rewritten == 1 else "sentences say"
        parts.append(f"{shared.n_rewritten} more {plural} the same in other words")
    if parent:
        parts.append(f"both point to {parent.title()}")
    parts.append(f"{round(100 * shared.share)} percent of the text is common")
    return "; ".join(parts)


def _passage(words: Sequence[str], limit: int = 14) -> str:
    return " ".join(words[:limit]) + (" ..." if len(words) > limit else "")


class _Circles:
    """Copies of copies: all of one circle are one text."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def _first(self, name: str) -> str:
        while (up := self._up.get(name, name)) != name:
            self._up[name] = name = self._up.get(up, up)  # halves the way for those who ask next
        return name

    def join(self, one: str, other: str) -> None:
        """Put two names into one circle."""
        first, second = sorted((self._first(one), self._first(other)))
        self._up.setdefault(first, first)
        self._up[second] = first

    def members(self) -> dict[str, str]:
        """Each name with the first of its circle."""
        return {name: self._first(name) for name in self._up}


class Dependence:
    """Who depends on whom, looked up by pairs: the edges with all that follows from stated descent."""

    def __init__(self, edges: Iterable[LineageEdge], sources: Iterable[Source] = ()) -> None:
        self._probability: dict[tuple[str, str], float] = {}
        parents: dict[str, set[str]] = {}
        likely: dict[tuple[str, str], bool] = {}
        for edge in (*edges, *_stated(sources)):
            key = self._key(edge.a, edge.b)
            self._probability[key] = max(edge.probability, self._probability.get(key, 0.0))
            if edge.probability < ONE_WITNESS:
                continue
            if edge.relation == "derived_from":
                parents.setdefault(edge.a, set()).add(edge.b)
            else:
                likely[key] = edge.relation == "copy"
        self._children: dict[str, list[str]] = {}
        for child in sorted(parents):
            for parent in parents[child]:
                self._children.setdefault(parent, []).append(child)
        # Sets of names as the bits of whole numbers: a line of thousands of copies is no square of sets.
        self._named = sorted({*parents, *self._children})
        self._bit = {name: 1 << place for place, name in enumerate(self._named)}
        self._line = self._lines(parents)
        self._joined: dict[str, set[str]] = {}
        circle = _Circles()
        for (one, other), is_copy in likely.items():
            if is_copy:
                circle.join(one, other)
            else:
                # Two children of a parent that is not at hand: the pair itself stands for it.
                self._joined.setdefault(one, set()).add(f"{one}\n{other}")
                self._joined.setdefault(other, set()).add(f"{one}\n{other}")
        for name, first in circle.members().items():
            self._joined.setdefault(name, set()).add(f"copies of {first}")
        self._joined_line = sum(self._bit[name] for name in self._joined if name in self._bit)
        self._near: dict[str, dict[str, float]] = {}
        for (one, other), probability in self._probability.items():
            self._near.setdefault(one, {})[other] = probability
            self._near.setdefault(other, {})[one] = probability
        self._known = frozenset(self._near)

    @staticmethod
    def _key(one: str, other: str) -> tuple[str, str]:
        return (one, other) if one <= other else (other, one)

    def _lines(self, parents: Mapping[str, Collection[str]]) -> dict[str, int]:
        """Each source with all that it descends from, as bits; elders come before those who repeat them."""
        order: list[str] = []
        seen: set[str] = set()
        for first in self._named:
            reach = [(first, False)]
            while reach:
                name, is_left = reach.pop()
                if is_left:
                    order.append(name)
                elif name not in seen:
                    seen.add(name)
                    reach.append((name, True))
                    reach.extend((parent, False) for parent in parents.get(name, ()))
        line = dict(self._bit)
        changed = True
        while changed:  # once more only where descent goes in a circle
            changed = False
            for name in order:
                found = line[name]
                for parent in parents.get(name, ()):
                    found |= line[parent]
                changed |= found != line[name]
                line[name] = found
        return line

    def _shared(self, source: str) -> set[str]:
        """Parents that are not at hand, shared with others by a source or by one that it descends from."""
        shared = set(self._joined.get(source, ()))
        elders = self._line.get(source, 0) & self._joined_line
        while elders:
            lowest = elders & -elders
            shared |= self._joined[self._named[lowest.bit_length() - 1]]
            elders ^= lowest
        return shared

    def probability(self, one: str, other: str) -> float:
        """Probability that two sources are not independent; 1 within stated descent."""
        if one == other:
            return 1.0
        if self._line.get(one, 0) & self._line.get(other, 0):
            return 1.0
        return self._probability.get(self._key(one, other), 0.0)

    def pairs(self) -> list[tuple[str, str, float]]:
        """All pairs of dependent sources, with the probability; children of one parent among them."""
        found = dict(self._probability)
        for members in self._families():
            for place, one in enumerate(members):
                # In a very large family a child is tied to its parent and the next ones: no square.
                for other in members[place + 1 : len(members) if place == 0 else place + _CHILDREN]:
                    found[self._key(one, other)] = 1.0
        return [(one, other, p) for (one, other), p in found.items()]

    def _families(self) -> Iterator[list[str]]:
        """The first elder of each line of descent, and all who descend from it, child after parent.

        Who descends from one who is in a family is in it too, so that elders within one make no family more.
        """
        covered: set[str] = set()
        for elder in sorted(self._children, key=lambda name: (self._line[name].bit_count(), name)):
            if elder in covered:
                continue
            members: dict[str, None] = {}
            reach = [elder]
            while reach:
                name = reach.pop()
                if name not in members:
                    members[name] = None
                    reach.extend(reversed(self._children.get(name, ())))
            covered.update(members)
            yield list(members)

    def count(self, sources: Iterable[str]) -> Witnesses:
        """Count independent witnesses among sources."""
        names = sorted(set(sources))
        if len(names) < 2 or not self._known.intersection(names):
            return Witnesses(len(names), float(len(names)))
        line = {name: self._line.get(name, 0) for name in names}
        shared = {name: self._shared(name) for name in names}
        # Elders first: a child of two parents adds nothing to them, but alone it is one witness.
        names.sort(key=lambda name: (max(line[name].bit_count(), 1) + len(shared[name]), name))
        descent = 0
        used: set[str] = set()
        before: set[str] = set()
        count, weighted = 0, 0.0
        for name in names:
            stated = line[name] & descent
            if not stated and used.isdisjoint(shared[name]):
                count += 1
            independent = 0.0 if stated else 1.0
            for other, probability in self._near.get(name, {}).items():
                if other in before:
                    independent *= 1.0 - probability
            weighted += independent
            descent |= line[name]
            used |= shared[name]
            before.add(name)
        return Witnesses(max(count, 1), weighted)


def count_witnesses(sources: Iterable[str | Source], edges: Iterable[LineageEdge] = ()) -> Witnesses:
    """Count the independent witnesses among sources, given who repeats whom.

    In whole numbers, copies of one parent count once, and so does a parent with its copies; stated descent
    (``derived_from``) is certain. Weighed, each source counts with the probability that it is independent of
    those before it (Dong, Berti-Equille and Srivastava 2009).

    Examples
    --------
    >>> copies = [LineageEdge("a", "p", "derived_from", 1.0), LineageEdge("b", "p", "derived_from", 1.0)]
    >>> count_witnesses(["a", "b"], copies).count, count_witnesses(["a", "b", "c"], copies).count
    (1, 2)
    """
    given = tuple(sources)
    known = [s for s in given if isinstance(s, Source)]
    return Dependence(edges, known).count(s.id if isinstance(s, Source) else s for s in given)
