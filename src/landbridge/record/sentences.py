"""Sentences of a paragraph, with their places: a full stop after "Mr." or "U.S." does not end one."""

import re

from landbridge.record.lexicon import word_set

_ABBREVIATIONS = word_set(
    "mr mrs ms messrs dr prof gen col lt maj capt sgt adm brig hon rev sen rep gov pres amb st jr sr "
    "inc ltd llc co corp bros no nos vs v cf e.g i.e viz approx ca est art arts sec para paras fig figs "
    "vol ch pp p ed eds al dept univ assn intl govt min max tel jan feb mar apr jun jul aug sep sept "
    "oct nov dec mt ft km bn mln"
)
#: These end with a stop of their own and may also end a sentence; what follows must look like a beginning.
_ACRONYM = re.compile(r"(?:[A-Za-z]\.){2,}$|(?:^|[\s(])(?:etc|a\.m|p\.m)\.$")
_INITIAL = re.compile(r"(?:^|[\s(\u201c\"'-])[A-Z]\.$")
_STARTERS = word_set(
    "the a an this these that those it its he she they we i his her their our in on at by for from with "
    "under after before since during while when if as although though however but and yet so "
    "nevertheless meanwhile moreover furthermore according there both all some no not now"
)
#: Only the first of a row of stops begins a match, or a line of dots would take time with its square.
_END = re.compile(
    r"(?<![.!?\u2026])[.!?\u2026]+[\"'\u201d\u2019)\]]*"
    r"(?=\s+[\"'\u201c\u2018(\[]?[A-Z0-9\u00c0-\u024f\u0400-\u042f])"
)
_WORD = re.compile(r"\s*[\"'\u201c\u2018(\[]*(\S+)")


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    mark = end.group(0)
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    before = text[max(0, end.start() - 24) : end.start() + 1]
    following = _WORD.match(text, end.end())
    after = following[1] if following else ""
    if _ACRONYM.search(before):
        return after.strip(",;:").lower() in _STARTERS
    if _INITIAL.search(before):
        # "Silva, I. (2025)" and "George W. Bush"; a lone I or A after a space rarely ends a sentence.
        return False
    word = re.split(r"[\s(\u201c\"']", before[:-1])[-1].lower()
    if word == "no":
        return not after[:1].isdigit()
    return word not in _ABBREVIATIONS


def split_sentences(text: str) -> tuple[tuple[int, str], ...]:
    """Split a paragraph into sentences, each with its offset in the paragraph.

    Examples
    --------
    >>> [s for _, s in split_sentences("Mr. A. Silva met U.S. officials. They agreed.")]
    ['Mr. A. Silva met U.S. officials.', 'They agreed.']
    """
    sentences = []
    start = 0
    for end in _END.finditer(text):
        if _ends_sentence(text, end):
            sentences.append((start, text[start : end.end()]))
            start = end.end()
    sentences.append((start, text[start:]))
    trimmed = []
    for offset, sentence in sentences:
        lead = len(sentence) - len(sentence.lstrip())
        if sentence.strip():
            trimmed.append((offset + lead, sentence.strip()))
    return tuple(trimmed)
