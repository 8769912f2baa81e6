"""What of the documents is not read for claims: texts in another language than English, endless sentences."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from landbridge.record.extract_mentions import LONGEST_SENTENCE
from landbridge.record.lexicon import word_set
from landbridge.record.model import Document, Sentence
from landbridge.record.reading import Skipped
from landbridge.record.shingles import STOP

#: Of English prose 20 to 40 in a hundred words are function words that no other language writes the same.
_LEAST_ENGLISH: Final = 0.08
_ENGLISH: Final = STOP - word_set(
    "a all am an as at be by die do had he her if in is me no of on or over so to was we"
)
#: Letters from which on the language of a text can be told.
_LEAST_LETTERS: Final = 120
#: Sentences with two such words that make a text English, whatever else is in it.
_ENOUGH: Final = 3
_WORD = re.compile(r"[^\W\d_]+")
_NAMED: Final = 3


def is_foreign(document: Document) -> bool:
    """Whether a text is in another language than English, as far as its function words tell.

    >>> from landbridge.record.reading import read_text
    >>> is_foreign(read_text("Le traité a été signé à Genève par les deux présidents. " * 5))
    True
    >>> is_foreign(read_text("The treaty was signed in Geneva by the two presidents. " * 5))
    False
    """
    told = [
        [word.lower() for word in _WORD.findall(s.text)]
        for s in document.sentences
        if _is_told(s) and len(s.text) <= LONGEST_SENTENCE
    ]
    if sum(len(word) for words in told for word in words) < _LEAST_LETTERS:
        return False
    english = [sum(word in _ENGLISH for word in words) for words in told]
    # Of a text that is tables and lists for the most part, a few sentences show the language.
    return sum(english) < _LEAST_ENGLISH * sum(map(len, told)) and sum(n > 1 for n in english) < _ENOUGH


def list_unread(documents: Iterable[Document]) -> Iterator[Skipped]:
    """Say which documents, and which sentences of them, are not read for claims, why, and what would help."""
    for document in documents:
        name = document.file or document.id
        if is_foreign(document):
            reason = "it gives no claims: it is in another language than English, as far as its words tell"
            yield Skipped(name, reason, "read a translation; copies of the text are found all the same")
            continue
        endless = [s for s in document.sentences if _is_told(s) and len(s.text) > LONGEST_SENTENCE]
        if endless:
            where = ", ".join(str(s.address) for s in endless[:_NAMED])
            more = f" and {len(endless) - _NAMED} more" if len(endless) > _NAMED else ""
            verb = "gives no claims: it has" if len(endless) == 1 else "give no claims: each has"
            reason = f"{where}{more} {verb} more than {LONGEST_SENTENCE} characters without an end"
            yield Skipped(name, reason, "if it is no table, end its sentences with full stops")


def _is_told(sentence: Sentence) -> bool:
    return sentence.part in ("headline", "body")
