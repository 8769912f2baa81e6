"""What two texts share: passages, sentences that say the same in other words, parents that they name."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from landbridge.record.model import Document
from landbridge.record.shingles import RUN, Corpus

#: Prose words that a common passage may have by chance or by the custom of the trade; only more is evidence.
CHANCE: Final = 3.0
#: A sentence has another's content if it shares this much of the prose words of the shorter one.
ALIGNED: Final = 0.5
#: Prose words of two sentences in other words that may be alike because they tell of one event.
ALIGNED_CHANCE: Final = 4.0

_PARENT = re.compile(
    r"(?:necessarily (?:reflect|represent)s? the (?:\w+ ){0,4}"
    r"(?:position|views?|opinions?|policy|policies|stance)"
    r"(?: or (?:\w+ )?(?:position|views?|opinions?|policy|policies))? of"
    r"|(?:originally|first) (?:published|appeared|posted|printed)(?: (?:in|on|by|at|with|under)){1,2}"
    r"|(?:republished|reprinted|reproduced|adapted|translated)(?: with (?:the )?permission)? (?:from|of|by)"
    r"|courtesy of|according to a report (?:by|of|in)|as (?:first )?reported by|source\s*:|copyright"
    r"|\u00a9(?: \d{4})?)\s+(?:the\s+)?"
    r"(?P<name>(?:The )?[A-Z][\w.&'\u2019-]*(?:[ -](?:of|for|and|the|[A-Z&][\w.&'\u2019-]*)){0,6})",
)
_CITED = re.compile(
    r"(?:^|[.\u201d\"] )"
    r"(?P<name>(?:The )?[A-Z][\w&'\u2019-]*(?:[ .](?:of|for|and|the|[A-Z][\w&'\u2019-]*)){0,5})\.?\s*$"
)


@dataclass(frozen=True)
class SharedText:
    """What two texts share.

    Attributes
    ----------
    passages
        Weight of prose words in common passages, beyond what chance gives each.
    longest
        The longest common passage: its first position in the corpus and its number of words.
    rewritten
        Weight of prose words that aligned sentences share outside the common passages, beyond chance.
    n_rewritten
        Number of such sentences.
    share
        Part of the shorter text that the passages and aligned sentences cover.
    share_a, share_b
        The same for either text.
    """

    passages: float
    longest: tuple[int, int]
    rewritten: float
    n_rewritten: int
    share_a: float
    share_b: float

    @property
    def share(self) -> float:
        """Part of the more dependent of the two texts that is common."""
        return max(self.share_a, self.share_b)


class TextComparer:
    """Compares documents of one corpus; keeps the sorted runs of each that was asked for."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._runs = lru_cache(maxsize=None)(self._sorted_runs)
        self._stems = lru_cache(maxsize=None)(self._sorted_stems)

    def _bounds(self, document: int) -> tuple[int, int]:
        return int(self._corpus.start[document]), int(self._corpus.start[document + 1])

    def _sorted_runs(self, document: int) -> NDArray[np.uint64]:
        low, high = self._bounds(document)
        return np.unique(self._corpus.run[low:high])

    def _sorted_stems(self, document: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        """Stems with the sentences that they stand in, by stem; and the number of stems of each sentence."""
        low, high = self._bounds(document)
        stem, sentence = self._corpus.stem[low:high], self._corpus.sentence[low:high]
        if not len(sentence):
            return stem, sentence, np.zeros(0, dtype=np.int64)
        sentence = sentence - sentence[0]
        kept = stem >= 0
        code = np.unique(stem[kept].astype(np.int64) << 20 | sentence[kept])
        stem, sentence = (code >> 20).astype(np.int32), (code & 0xFFFFF).astype(np.int32)
        return stem, sentence, np.bincount(sentence, minlength=1)

    def _covered(self, a: int, b: int) -> NDArray[np.bool_]:
        """Which words of ``a`` stand in a run that ``b`` has too."""
        low, high = self._bounds(a)
        run = self._corpus.run[low:high]
        other = self._runs(b)
        covered = np.zeros(len(run) + RUN, dtype=bool)
        if not len(other) or not len(run):
            return covered[: len(run)]
        at = np.minimum(np.searchsorted(other, run), len(other) - 1)
        hits = np.flatnonzero((other[at] == run) & (run != 0))
        for place in range(RUN):
            covered[hits + place] = True
        return covered[: len(run)]

    def compare(self, a: int, b: int) -> SharedText:
        """Compare two documents by their places in the corpus."""
        covered_a, covered_b = self._covered(a, b), self._covered(b, a)
        # Sentences that follow each other in one text and not in the other are one passage there, two here.
        passages, longest = self._passages(covered_a, int(self._corpus.start[a]))
        passages = min(passages, self._passages(covered_b, int(self._corpus.start[b]))[0])
        rewritten, n_rewritten, said_a, said_b = self._aligned(a, b, covered_a, covered_b)
        return SharedText(
            passages,
            longest,
            rewritten,
            n_rewritten,
            self._share(a, covered_a, said_a),
            self._share(b, covered_b, said_b),
        )

    def _passages(self, covered: NDArray[np.bool_], low: int) -> tuple[float, tuple[int, int]]:
        """Evidence of the maximal covered stretches, and the weightiest of them."""
        edges = np.flatnonzero(np.diff(np.r_[0, covered.view(np.int8), 0]))
        total, best, longest = 0.0, 0.0, (low, 0)
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            weight = float(self._corpus.weight[low + begin : low + end].sum())
            total += max(0.0, weight - CHANCE)
            if weight > best:
                best, longest = weight, (low + int(begin), int(end - begin))
        return total, longest

    def _aligned(
        self, a: int, b: int, covered_a: NDArray[np.bool_], covered_b: NDArray[np.bool_]
    ) -> tuple[float, int, set[int], set[int]]:
        """Sentences that share most of their prose, outside the passages that are the same anyway."""
        stem_a, sentence_a, size_a = self._stems(a)
        stem_b, sentence_b, size_b = self._stems(b)
        nothing: tuple[float, int, set[int], set[int]] = (0.0, 0, set(), set())
        if not len(stem_a) or not len(stem_b):
            return nothing
        first, last = np.searchsorted(stem_b, stem_a, "left"), np.searchsorted(stem_b, stem_a, "right")
        times = last - first
        # A stem in very many sentences joins everything with everything and tells nothing.
        times[times > 8] = 0
        if not times.any():
            return nothing
        left = np.repeat(sentence_a, times)
        ends = np.cumsum(times)
        right = sentence_b[
            np.arange(int(ends[-1])) - np.repeat(ends - times, times) + np.repeat(first, times)
        ]
        shared = np.zeros((len(size_a), len(size_b)))
        np.add.at(shared, (left, right), 1.0)
        smaller = np.minimum(size_a[:, None], size_b[None, :])
        larger = np.maximum(size_a[:, None], size_b[None, :])
        likeness = np.where(shared > ALIGNED_CHANCE, shared / np.maximum(0.5 * (smaller + larger), 1.0), 0.0)
        same_a = self._sentence_covered(a, covered_a, len(size_a))
        same_b = self._sentence_covered(b, covered_b, len(size_b))
        said_a: set[int] = set()
        said_b: set[int] = set()
        total = 0.0
        while True:
            best = int(likeness.argmax())
            i, j = divmod(best, len(size_b))
            if likeness[i, j] < ALIGNED:
                break
            if not (same_a[i] or same_b[j]):
                total += float(shared[i, j]) - ALIGNED_CHANCE
                said_a.add(i)
                said_b.add(j)
            likeness[i, :] = 0.0
            likeness[:, j] = 0.0
        return total, len(said_a), said_a, said_b

    def _sentence_covered(self, document: int, covered: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
        """Which sentences are for the most part common word for word."""
        low, high = self._bounds(document)
        sentence = self._corpus.sentence[low:high]
        place = sentence - sentence[0]
        part = np.bincount(place, weights=covered, minlength=count) / np.maximum(
            np.bincount(place, minlength=count), 1
        )
        return part[:count] > 0.5

    def _share(self, document: int, covered: NDArray[np.bool_], said: set[int]) -> float:
        """Part of a text's weight that is common."""
        low, high = self._bounds(document)
        weight = self._corpus.weight[low:high]
        total = float(weight.sum())
        if not total:
            return 0.0
        common = covered.copy()
        if said:
            sentence = self._corpus.sentence[low:high]
            common |= np.isin(sentence - sentence[0], list(said))
        return float(weight[common].sum()) / total


def named_parents(document: Document) -> dict[str, float]:
    """Publishers that a text names as its origin, with a weight: 1 for a disclaimer, less for a citation.

    A disclaimer that speaks for another paper than the one it stands in is a trace of the text it was made
    from.
    """
    found: dict[str, float] = {}
    for sentence in document.sentences:
        for match in _PARENT.finditer(sentence.text):
            found[publisher_key(match["name"])] = 1.0
        if sentence.part == "citation" and (cited := _CITED.search(sentence.text.rstrip())):
            found.setdefault(publisher_key(cited["name"]), 0.4)
    found.pop("", None)
    return found


def publisher_key(name: str) -> str:
    """Name of a publisher as it is compared.

    >>> publisher_key("The Astana Times."), publisher_key("the Gulf Daily")
    ('astana times', 'gulf daily')
    """
    words = re.sub(r"[^\w& ]+", " ", name.lower()).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


#: Log-odds that two texts are dependent: constant, and what a unit of each kind of evidence adds. Set so
#: that one shared sentence of eight words of prose is a little more likely copied than not, three are
#: almost surely, and a shared half sentence is chance; ``benchmarks/record.py`` prints the precision and
#: recall that follow.
WEIGHTS: Final = {"constant": -4.3, "passages": 2.5, "rewritten": 1.5, "share": 3.0, "parent": 2.0}


def log_odds(shared: SharedText, parent: float) -> float:
    """Log-odds that two texts are not independent, from what they share and the parent they both name."""
    return (
        WEIGHTS["constant"]
        + WEIGHTS["passages"] * math.log1p(shared.passages)
        + WEIGHTS["rewritten"] * math.log1p(shared.rewritten)
        + WEIGHTS["share"] * shared.share
        + WEIGHTS["parent"] * parent
    )
