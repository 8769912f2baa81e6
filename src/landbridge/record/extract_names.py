"""Names that a document itself defines: acronyms in brackets, companies, people by their offices."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.record import patterns
from landbridge.record.extract_mentions import (
    CAP,
    HEAD,
    LONGEST_SENTENCE,
    NAME,
    NAMED_WORK,
    NO_PLACE,
    NOT_FIRST,
)
from landbridge.record.lexicon import Entry, Lexicon, slug
from landbridge.record.model import Document, Sentence

_DEFINED = re.compile(
    rf"(?P<long>{NAME}(?:\s(?:for|of|and|on|the)\s{NAME})*)[\"\u201d]?\s*\((?P<short>[A-Z]"
    rf"[A-Za-z&-]{{1,9}}[A-Z])\)"
)
_OFFICE = re.compile(
    rf"\b(?P<office>{patterns.OFFICES})\s+(?P<name>{CAP}(?:[\s-](?:(?:al|bin|de|da|dos|van|von"
    rf"|el)[\s-])?{CAP}){{1,3}})"
)
_OFFICE_AFTER = re.compile(
    rf"(?P<name>{CAP}(?:[\s-]{CAP}){{1,3}}),\s+(?:the\s+"
    rf"|its\s+)?(?:[\w-]+\s){{0,2}}(?P<office>(?i:{patterns.OFFICES}))\b"
)


@dataclass(frozen=True)
class Office:
    """A person with an office, as a document names them."""

    person: str
    office: str
    state: str
    sentence: Sentence


def learn_names(document: Document, lexicon: Lexicon) -> tuple[list[tuple[str, Entry]], list[Office]]:
    """Names that the document itself defines: acronyms in brackets, and people by their offices.

    Examples
    --------
    >>> from landbridge.record.reading import read_text
    >>> names, offices = learn_names(read_text("News\\nPrime Minister Ana Sousa came."), Lexicon())
    >>> names[0][0], names[0][1].id, offices[0].office
    ('Ana Sousa', 'ana-sousa', 'prime minister')
    """
    names: list[tuple[str, Entry]] = []
    offices: list[Office] = []
    for sentence in document.sentences:
        if sentence.part not in ("headline", "body") or len(sentence.text) > LONGEST_SENTENCE:
            continue
        text = sentence.text
        if "(" in text:
            names.extend(_acronyms(text, lexicon))
        names.extend(_bodies(text, lexicon))
        for pattern in (_OFFICE, _OFFICE_AFTER):
            for found in pattern.finditer(text):
                person = _person(found, text, sentence, lexicon)
                if person is not None:
                    # A later "President X of Y" tells the state that an earlier "President X" left out.
                    told = {entry.id for _, entry in person[0] if entry.state}
                    names = [(n, e) for n, e in names if e.id not in told]
                    names.extend(person[0])
                    offices.append(person[1])
    return names, offices


_BODY = re.compile(
    rf"(?P<name>(?:{CAP}\s)(?:(?:of\s|for\s)?{CAP}\s){{0,5}}(?:Union|Commission|Bank"
    rf"|Organi[sz]ation|Community|Council|Agency|Association|Authority|Group|"
    r"Corporation|Company|Holdings?|Holding|Consortium|Fund|Secretariat|League|Ports|Nations|Railways"
    r"|Shipping|Logistics|Terminals|Parliament|Rail|Lines|Corp|Ltd)(?:\sfor\s[A-Z]\w+"
    r"|\sof\s[A-Z]\w+)?)\b"
    rf"|(?P<plain>(?:{CAP}\s){{1,4}})(?=(?:\([A-Z]{{2,8}}\)\s)?(?:consortium|company|group"
    rf"|joint venture|conglomerate)\b)"
    rf"|\b(?:consortium|company|operator|joint venture|firm|contractor|trader"
    rf"|giant),?\s(?P<after>{CAP}(?:\s{CAP}){{0,3}})"
)


def _bodies(text: str, lexicon: Lexicon) -> Iterable[tuple[str, Entry]]:
    """Organisations and companies, told by the last word of the name or the word beside it."""
    for found in _BODY.finditer(text):
        name = (found["name"] or found["plain"] or found["after"]).strip()
        tokens = name.split()
        while tokens and tokens[0] in (*NOT_FIRST, *NO_PLACE):
            tokens.pop(0)
        if not tokens or (len(tokens) == 1 and found["name"]):
            continue
        name = re.sub(r"['\u2019]s?$", "", " ".join(tokens))
        known = lexicon.find(name)
        if known and known[0].end - known[0].start >= len(name) - 1:
            continue
        if found["after"] and known and known[0].start == 0 and known[0].entry.kind == "state":
            continue
        yield name, Entry(slug(name), "organisation", name)


def _acronyms(text: str, lexicon: Lexicon) -> Iterable[tuple[str, Entry]]:
    for found in _DEFINED.finditer(text):
        long, short = found["long"], found["short"]
        known = [e for e in lexicon.find(long) if e.end - e.start > len(long) * 0.6]
        if known:
            yield short, known[0].entry
        elif not NAMED_WORK.search(long) and not HEAD.search(long) and initials_fit(long, short):
            entry = Entry(slug(short), "organisation", long)
            yield long, entry
            yield short, entry


def initials_fit(long: str, short: str) -> bool:
    """Tell whether an acronym is made of the first letters of a name's words."""
    letters = [w[0].lower() for w in re.split(r"[\s-]+", long) if w and w[0].isalpha()]
    wanted = iter(letters)
    return all(any(letter == other for other in wanted) for letter in short.lower() if letter.isalpha())


def _person(
    found: re.Match[str], text: str, sentence: Sentence, lexicon: Lexicon
) -> tuple[list[tuple[str, Entry]], Office] | None:
    name, office = found["name"].rstrip("."), found["office"].lower()
    name = re.sub(r"['\u2019]s?$", "", name)
    inside = lexicon.find(name)
    known = next((e.entry for e in inside if e.entry.kind == "person"), None)
    if known is None and any(e.entry.kind != "place" for e in inside):
        return None
    if name.split()[0] in NO_PLACE or HEAD.fullmatch(name.split()[-1]):
        return None
    near = text[max(0, found.start() - 32) : found.start()]
    before = [
        e
        for e in lexicon.find(near)
        if e.entry.kind == "state"
        and re.fullmatch(r"(?:['\u2019]s)?\s*(?:former\s|deputy\s)?", near[e.end :])
    ]
    after = re.match(r"\s*,?\s*of\s+(?:the\s+)?", text[found.end() :])
    state = before[-1].entry.id if before else ""
    explicit = bool(state)
    if not state and after:
        group = lexicon.find(text[found.end() + after.end() : found.end() + after.end() + 50])
        if group and group[0].start == 0 and group[0].entry.kind == "state":
            state, explicit = group[0].entry.id, True
    entry = known or Entry(slug(name), "person", name, state, office=office)
    if state and not entry.state:
        entry = Entry(entry.id, "person", entry.name, state, office=office)
    names = [] if known else [(name, entry)]
    surname = name.split()[-1]
    if not known and len(surname) > 3 and not lexicon.find(surname):
        names.append((surname, entry))
    return names, Office(
        entry.id, office if office != "pm" else "prime minister", state if explicit else "", sentence
    )


def office_claims(offices: list[Office]) -> list[Office]:
    """Offices whose state the text names, each person once."""
    seen: dict[str, Office] = {}
    for office in offices:
        if office.state and office.person not in seen:
            seen[office.person] = office
    return list(seen.values())
