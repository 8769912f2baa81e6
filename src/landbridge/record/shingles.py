"""Texts as arrays of words: what each word weighs as evidence, hashes of word runs, MinHash and its bands.

A run of words that two texts share says that one was copied only in so far as the words are prose: function
words, names, numbers and quotations are shared by independent accounts of one event. Words are therefore
weighed once, when a corpus is built, and all that follows is arithmetic on arrays.
"""

import hashlib
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from landbridge.record.model import Document

#: Words of a run that is looked up; shorter common runs are the stock of the language.
RUN: Final = 5
#: Words of a passage that may make two documents of a large corpus worth comparing.
PASSAGE: Final = 8
#: Hash functions of a MinHash signature and rows of a band: two texts with Jaccard 0.2 meet with
#: probability 0.93.
PERMUTATIONS: Final = 128
BAND_ROWS: Final = 2
#: Least part of two signatures that agrees, for a pair without a common passage to be compared.
ALIKE: Final = 0.06
#: Partners with which a document is compared, at most, of its own choice.
NEAREST: Final = 20

_WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_QUOTED = re.compile('["\u201c\u00ab][^"\u201d\u00bb]{2,400}["\u201d\u00bb]')
#: A sentence of the site and not of the story: every page carries it, so it links nothing.
BOILERPLATE = re.compile(
    r"all rights reserved|\bcookies?\b|subscribe|newsletter|follow us|read (?:also|more)|click here"
    r"|copyright|\u00a9"
    r"|sign up|terms of use|privacy policy|share this|advertisement|support our work"
    r"|(?:views|opinions)[\w ,]{0,40} expressed|does? not necessarily (?:reflect|represent)"
    r"|(?:originally|first) (?:published|appeared)|republished|reprinted"
    r"|this (?:article|story) (?:was|is|has been)",
    re.IGNORECASE,
)
#: Parts of words without which no sentence is boilerplate; looking for them is much faster.
_TELLTALES: Final = (
    "reserved", "cookie", "subscri", "newsletter", "follow us", "read ", "click", "copyright", "\u00a9",
    "sign up", "terms of use", "privacy", "share this", "advert", "support our", "expressed", "necessarily",
    "originally", "first ", "republished", "reprinted", "article", "story",
)  # fmt: skip
_STOP_WORDS = """
    a about above after again against all also although am among an and any are as at away be became
    because been before being below between both but by came can cannot could did do does doing done
    down during each either else ever every few for from further get had has have having he her here
    hers herself him himself his how however i if in indeed instead into is it its itself just last
    least less like made make many may me might more moreover most much must my myself near neither
    never nevertheless next no nor not now of off often on once one only onto or other others otherwise
    our ours out over own part per rather s same several she should since so some still such t than that
    the their theirs them themselves then there thereby therefore these they this those though through
    thus to together too toward towards two under until up upon us very via was we well were what when
    where whereas whether which while who whole whom whose why will with within without would yet you
    your yours
"""
STOP: Final = frozenset(_STOP_WORDS.split())
#: Words that news of agreements and freight cannot do without; half the weight of others.
_STOCK_WORDS = """
    according added agreed agreement agreements announced area areas border borders called capital cargo
    central city conference cooperation corridor council countries country day deal development
    discussed economic expected foreign freight full government group held high host important including
    international issue issues joint key leader leaders long major meeting meetings member million
    minister ministers month months national nation nations new news noted number official officials
    open opening parties peace people place plan planned point political port president previous prime
    process progress project projects public railway reached region regional relations report reported
    role route said says second security share side sides sign signed signing significant source sources
    stability state stated statement states strategic sum summit support talks told took trade transit
    transport treaty united use used visit war week year years
"""
_STOCK: Final = frozenset(_STOCK_WORDS.split())
NAME_WEIGHT: Final = 0.2
QUOTED_WEIGHT: Final = 0.2
STOCK_WEIGHT: Final = 0.5


@dataclass(frozen=True)
class Corpus:
    """All words of some documents, one after another.

    ``word`` is an index of the vocabulary, ``weight`` what the word is worth as evidence, ``stem`` an index
    of stems (-1 where the word is no prose), ``sentence`` counts sentences through the whole corpus;
    document ``d`` has the words ``start[d]:start[d + 1]``. ``run`` hashes the `RUN` words from each
    position on; 0 where the document ends before that. ``stem_key`` hashes each stem by its letters, so
    that a signature does not depend on what else is in the corpus.
    """

    ids: tuple[str, ...]
    start: NDArray[np.int64]
    word: NDArray[np.int32]
    weight: NDArray[np.float32]
    stem: NDArray[np.int32]
    sentence: NDArray[np.int32]
    run: NDArray[np.uint64]
    stem_key: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.ids)


def stem_of(word: str) -> str:
    """Cut a word to what its forms share; crude, and the same for every language.

    >>> stem_of("negotiations"), stem_of("negotiated"), stem_of("ports")
    ('negoti', 'negoti', 'port')
    """
    word = word.removesuffix("'s")
    if len(word) > 6:
        return word[:6]
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def is_stock_phrase(text: str) -> bool:
    """Whether a sentence is the site's own and not the story's.

    >>> is_stock_phrase("All rights reserved."), is_stock_phrase("The border opens on Monday.")
    (True, False)
    """
    small = text.lower()
    return any(part in small for part in _TELLTALES) and BOILERPLATE.search(text) is not None


def words_of(document: Document) -> list[str]:
    """Words of a document as `build_corpus` counts them."""
    return [
        found.group()
        for sentence in document.sentences
        if sentence.part in ("headline", "body") and not is_stock_phrase(sentence.text)
        for found in _WORD.finditer(sentence.text)
    ]


def build_corpus(documents: Sequence[Document]) -> Corpus:
    """Turn documents into one array of weighed words; headline and body only, boilerplate left out."""
    vocabulary: dict[str, int] = {}
    worth: list[float] = []
    stems: dict[str, int] = {}
    stem_by_word: list[int] = []
    words, sentence_of, weights, prose = array("i"), array("i"), array("f"), array("b")
    start = [0]
    count = 0
    for document in documents:
        for sentence in document.sentences:
            if sentence.part not in ("headline", "body") or is_stock_phrase(sentence.text):
                continue
            text = sentence.text
            quotes = (
                [found.span() for found in _QUOTED.finditer(text)]
                if ('"' in text or "\u201c" in text)
                else []
            )
            first = True
            for found in _WORD.finditer(text):
                token = found.group()
                lower = token.lower()
                number = vocabulary.get(lower)
                if number is None:
                    number = len(vocabulary)
                    vocabulary[lower] = number
                    worth.append(0.0 if lower in STOP else STOCK_WEIGHT if lower in _STOCK else 1.0)
                    stem_by_word.append(stems.setdefault(stem_of(lower), len(stems)))
                value = worth[number]
                is_prose = value > 0
                if value and (not token.islower()) and not (first and token[1:].islower()):
                    value *= NAME_WEIGHT
                    is_prose = False
                if quotes and any(low <= found.start() < high for low, high in quotes):
                    value *= QUOTED_WEIGHT
                    is_prose = False
                words.append(number)
                weights.append(value)
                prose.append(is_prose)
                sentence_of.append(count)
                first = False
            count += 1
        start.append(len(words))
    word = np.asarray(words, dtype=np.int32)
    stem = np.asarray(stem_by_word, dtype=np.int32)[word] if len(word) else np.zeros(0, dtype=np.int32)
    stem[np.asarray(prose) == 0] = -1
    offsets = np.asarray(start, dtype=np.int64)
    return Corpus(
        tuple(d.id for d in documents),
        offsets,
        word,
        np.asarray(weights, dtype=np.float32),
        stem,
        np.asarray(sentence_of, dtype=np.int32),
        run_hashes(word, offsets, RUN),
        np.asarray([_key(text) for text in stems], dtype=np.uint64),
    )


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread whole numbers over 64 bits, always in the same way."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def run_hashes(word: NDArray[np.int32], start: NDArray[np.int64], length: int) -> NDArray[np.uint64]:
    """Hash the ``length`` words from each position on; 0 where the document ends before that."""
    hashes = np.zeros(len(word), dtype=np.uint64)
    if len(word) < length:
        return hashes
    random = scramble(word.astype(np.uint64))
    n = len(word) - length + 1
    total = np.zeros(n, dtype=np.uint64)
    base = np.uint64(0x100000001B3)
    for k in range(length):
        total = total * base + random[k : k + n]
    hashes[:n] = np.maximum(total, np.uint64(1))
    for end in start[1:]:
        hashes[max(0, int(end) - length + 1) : int(end)] = 0
    return hashes


def signatures(corpus: Corpus) -> NDArray[np.uint32]:
    """MinHash signatures, shape (documents, `PERMUTATIONS`), over pairs of neighbouring prose stems.

    Leaving out function words and names makes the shingles of a text and of its rewriting alike; a document
    without prose gets a signature of its own.
    """
    n = len(corpus)
    result = np.empty((n, PERMUTATIONS), dtype=np.uint32)
    seeds = scramble(np.arange(1, PERMUTATIONS + 1, dtype=np.uint64)) | np.uint64(1)
    for d in range(n):
        stem = corpus.stem[corpus.start[d] : corpus.start[d + 1]]
        key = corpus.stem_key[stem[stem >= 0]]
        if len(key) < 2:
            result[d] = (
                scramble(np.arange(PERMUTATIONS, dtype=np.uint64) + np.uint64(d << 20)) >> np.uint64(32)
            ).astype(np.uint32)
            continue
        # A pair in either order is one shingle: rewriting turns phrases round.
        pair = scramble(key[1:] + key[:-1])
        hashed = (np.unique(pair)[:, None] * seeds[None, :]) >> np.uint64(32)
        result[d] = hashed.min(axis=0).astype(np.uint32)
    return result


def meeting_pairs(keys: NDArray[np.uint64], members: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Pairs of members that share a key, as rows (smaller, larger), each once.

    A key with more than ``most`` members joins only neighbours: the group stays linked without a square of
    pairs.
    """
    order = np.lexsort((members, keys))
    keys, members = keys[order], members[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (members[1:] != members[:-1])
    keys, members = keys[fresh], members[fresh]
    if not len(keys):
        return np.zeros((0, 2), dtype=np.int64)
    begins = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[begins, len(keys)])
    size_at = np.repeat(sizes, sizes)
    found: list[NDArray[np.int64]] = []
    for gap in range(1, int(min(most, sizes.max()))):
        same = keys[gap:] == keys[:-gap]
        if gap > 1:
            same &= size_at[gap:] <= most
        if not same.any():
            break
        low, high = members[:-gap][same], members[gap:][same]
        found.append(np.unique(low << np.int64(32) | high))
    if not found:
        return np.zeros((0, 2), dtype=np.int64)
    codes = np.unique(np.concatenate(found))
    return np.column_stack((codes >> np.int64(32), codes & np.int64(0xFFFFFFFF)))


def candidates(corpus: Corpus, *, most: int = 30) -> NDArray[np.int64]:
    """Pairs of documents worth comparing: all of a few, else those that share a passage or a band.

    A passage counts if it holds prose; function words and names alone do not make one.
    """
    n = len(corpus)
    if n <= 40:
        one, two = np.triu_indices(n, 1)
        return np.column_stack((one, two)).astype(np.int64)
    passage = run_hashes(corpus.word, corpus.start, PASSAGE)
    prose = np.r_[0.0, np.cumsum(corpus.weight, dtype=np.float64)]
    ends = np.minimum(np.arange(len(passage)) + PASSAGE, len(passage))
    owner = np.repeat(np.arange(n, dtype=np.int64), np.diff(corpus.start))
    telling = (passage != 0) & (prose[ends] - prose[: len(passage)] >= 2.5)
    pairs = [meeting_pairs(passage[telling], owner[telling], most)]
    del passage, telling, prose
    marks = signatures(corpus)
    met = []
    for first in range(0, PERMUTATIONS, BAND_ROWS):
        key = marks[:, first].astype(np.uint64)
        for row in range(first + 1, first + BAND_ROWS):
            key = scramble(key) ^ marks[:, row]
        met.append(meeting_pairs(key, np.arange(n, dtype=np.int64), most))
    banded = np.unique(np.concatenate(met), axis=0)
    # Two rows agree by chance now and then; the whole signature says how much is really alike.
    pairs.append(banded[_likeness(marks, banded) >= ALIKE])
    found = np.unique(np.concatenate(pairs), axis=0)
    return _nearest(found, _likeness(marks, found), NEAREST)


def _likeness(marks: NDArray[np.uint32], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of their signatures in which the documents of each pair agree."""
    alike = np.zeros(len(pairs))
    for begin in range(0, len(pairs), 65536):
        some = pairs[begin : begin + 65536]
        alike[begin : begin + 65536] = (marks[some[:, 0]] == marks[some[:, 1]]).mean(axis=1)
    return alike


def _nearest(pairs: NDArray[np.int64], alike: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Pairs that are among the ``most`` likest of either document: a crowd of rewritings of one text makes
    no square of pairs.
    """
    kept = np.zeros(len(pairs), bool)
    if not len(pairs):
        return pairs
    document, partner = np.r_[pairs[:, 0], pairs[:, 1]], np.r_[pairs[:, 1], pairs[:, 0]]
    order = np.lexsort((partner, -np.r_[alike, alike], document))
    begins = np.flatnonzero(np.r_[True, np.diff(document[order]) != 0])
    place = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    kept[order[place < most] % len(pairs)] = True
    return pairs[kept]
