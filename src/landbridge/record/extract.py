"""From a document to proposed claims: rules about diplomacy, freight and law, sentence by sentence.

What the rules propose is a draft for a person to accept or refuse. They are deterministic and know no
country, person or place by themselves: names come from the lexicon and from the document.
"""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Protocol

from landbridge.record.extract_amounts import propose_amounts
from landbridge.record.extract_facts import propose_facts
from landbridge.record.extract_matter import propose_matter
from landbridge.record.extract_mentions import Parsed, parse
from landbridge.record.extract_mood import without_spill
from landbridge.record.extract_names import office_claims
from landbridge.record.extract_roles import Proposals, propose_roles
from landbridge.record.extract_story import Story
from landbridge.record.extract_terms import propose_terms
from landbridge.record.lexicon import Lexicon
from landbridge.record.model import Address, Claim, Document, Sentence
from landbridge.record.unread import is_foreign


class Extractor(Protocol):
    """What proposes claims: the rules of this module, or another reader with the same shape."""

    def __call__(self, document: Document, lexicon: Lexicon) -> tuple[Claim, ...]:
        """Propose the claims of one document."""
        ...


def propose_claims(document: Document, lexicon: Lexicon) -> tuple[Claim, ...]:
    """Propose the claims that a document makes, in the order of their sentences; see `unread` too.

    Examples
    --------
    >>> from landbridge.record.reading import read_text
    >>> document = read_text("News\\nPeru has not mediated the talks between Chad and Libya in Luanda.")
    >>> claims = propose_claims(document, Lexicon.build())
    >>> [(str(c.mention.address), c.field, c.subject, c.value, c.stance) for c in claims][:1]
    [('p2 s1', 'role', 'PER', 'mediator', 'denies')]
    """
    if is_foreign(document):
        return ()
    story = Story(document, lexicon)
    out = Proposals(story)
    for parsed in story.parsed:
        propose_roles(story, parsed, out)
        propose_facts(story, parsed, out)
        propose_matter(story, parsed, out)
        propose_terms(story, parsed, out)
        propose_amounts(story, parsed, out)
    _offices(story, out)
    for sentence in document.sentences:
        if sentence.part == "citation":
            _citation(story, sentence, out)
        elif sentence.part == "boilerplate":
            _boilerplate(story, sentence, out)
    return tuple(sorted(without_spill(out.claims), key=lambda c: c.mention.address or Address(0, 0)))


def propose_all(
    documents: Sequence[Document], lexicon: Lexicon, *, processes: int = 1
) -> tuple[tuple[Claim, ...], ...]:
    """Propose the claims of many documents, in their order, with as many processes as asked for."""
    if processes > 1 and len(documents) > 1:
        with ProcessPoolExecutor(processes, initializer=_share, initargs=(lexicon,)) as pool:
            return tuple(
                pool.map(
                    _propose_shared,
                    documents,
                    chunksize=max(1, min(200, len(documents) // (processes * 4) or 1)),
                )
            )
    return tuple(map(partial(propose_claims, lexicon=lexicon), documents))


_shared: list[Lexicon] = []


def _share(lexicon: Lexicon) -> None:
    """Keep the lexicon in a worker, so that it is not sent with every document."""
    _shared[:] = [lexicon]


def _propose_shared(document: Document) -> tuple[Claim, ...]:
    return propose_claims(document, _shared[0])


def _offices(story: Story, out: Proposals) -> None:
    """Offices that a sentence states together with the state: "President X of Y"."""
    by_sentence = {id(p.sentence): p for p in story.parsed}
    for office in office_claims(story.offices):
        parsed = by_sentence.get(id(office.sentence))
        if parsed is None or any(c.field == "office" and c.subject == office.person for c in out.claims):
            continue
        things = [
            t.referent
            for t in parsed.things
            if t.referent is not None and t.cls in ("gathering", "instrument")
        ]
        if things and things[0].family == "visit":
            out.add(parsed, things[0].id, "office", office.person, f"{office.office} of {office.state}")


_REFERENCE = re.compile(r"^\W*(?P<who>[^()]{2,90}?)\.?\s*\((?P<when>n\.d\.|\d{4})[^)]*\)\.\s*(?P<rest>.+)$")
_BY_OFFICES = re.compile(
    r"\bby the (?P<office>Presidents|Prime Ministers|Foreign Ministers|Leaders) of\s+", re.IGNORECASE
)


def _bare(story: Story, sentence: Sentence) -> Parsed:
    """Parse a line outside the body and tie its things to nothing."""
    return parse(sentence, story.lexicon, story.document.published)


def _citation(story: Story, sentence: Sentence, out: Proposals) -> None:
    """What a reference says of itself, and offices that its title gives to signers."""
    found = _REFERENCE.match(sentence.text)
    if found is None:
        return
    pieces = [p.strip() for p in re.split(r"\.\s+(?=[A-Z])", found["rest"].rstrip(". ")) if p.strip()]
    who = found["who"].strip(" -*\u2022")
    personal = re.search(r",\s+(?:[A-Z]\.\s?)+$|,\s+[A-Z]\.?$", who)
    publisher = (
        pieces[-1]
        if personal and len(pieces) > 1
        else re.sub(r"\.(?:gov|com|org|net|int|info|[a-z]{2})$", "", who)
        if not personal
        else who
    )
    title = ". ".join(pieces[:-1]) if personal and len(pieces) > 1 else ". ".join(pieces)
    parsed = _bare(story, sentence)
    out.add(
        parsed,
        f"document:{story.document.id}",
        "citation",
        f"{publisher} {found['when']}",
        f"{who.split(',')[0]}: {title}" if personal else title,
    )
    offices = _BY_OFFICES.search(sentence.text)
    if offices:
        states = [
            e.entry.id for e in story.lexicon.find(sentence.text[offices.end() :]) if e.entry.kind == "state"
        ]
        candidates = [r for r in story.referents if r.cls == "instrument" and r.family == "declaration"]
        named = [t for t in parsed.things if t.cls == "instrument" and t.family == "declaration"]
        if candidates and named:
            for state in states:
                out.add(parsed, candidates[0].id, "office", state, offices["office"].lower().rstrip("s"))


_POSITION_OF = re.compile(
    r"\b(?:position|views?|opinions?|policy) of (?P<who>(?:The\s+)?[A-Z][\w.'-]+(?:\s[A-Z][\w.'-]+){0,4})"
)
_FIRST_IN = re.compile(
    r"\b(?:first|originally) (?:published|appeared) (?:in|by|on|at) (?P<who>(?:The\s+"
    r"|the\s+)?[A-Z][\w.'-]+(?:\s[A-Z][\w.'-]+){0,4})"
)
_LINK_HEADING = re.compile(
    r"^\W*(?:read|see|related|more|also|recommended|most|latest|trending|you)\b[^.]{0,30}:?\s*$",
    re.IGNORECASE,
)


def _boilerplate(story: Story, sentence: Sentence, out: Proposals) -> None:
    """What the margins tell of a text's origin; a link to another story is no part of the record."""
    text = sentence.text
    parent = _POSITION_OF.search(text) or _FIRST_IN.search(text)
    parsed = _bare(story, sentence)
    document = f"document:{story.document.id}"
    if parent and not re.search(r"\b(?:author|writer)s?\b", parent["who"], re.IGNORECASE):
        kind = "opinion piece" if re.search(r"\b(?:views|opinions)\b", text) else "first published there"
        out.add(parsed, document, "derived_from", parent["who"].strip(". "), kind)
        return
    if _LINK_HEADING.match(text) or not re.match(r"^\s*(?:[-*\u2022]|\w+ (?:also|more)\s*:)", text):
        return
    known = _known_story(story, parsed)
    if known:
        for place in dict.fromkeys(known[1]):
            out.add(parsed, known[0], "place", "", place)
        kind = next((e.kind for e in story.lexicon.events if e.id == known[0]), "")
        for actor in dict.fromkeys(known[2]) if kind != "incident" else ():
            out.add(parsed, known[0], "role", actor, "participant")
        propose_amounts_of(parsed, known[0], out)
        return
    gist = re.sub(r"^\W+", "", text).rstrip(". ")
    out.add(parsed, document, "unrelated", "read-also link", gist)


def propose_amounts_of(parsed: Parsed, event: str, out: Proposals) -> None:
    """Magnitude of a disaster that a link names."""
    found = re.search(r"\b(\d\.\d)(?:-magnitude)?\s+(?:magnitude\s+)?(?:earthquake|quake)", parsed.text)
    if found:
        out.add(parsed, event, "magnitude", "", found[1])


def _known_story(story: Story, parsed: Parsed) -> tuple[str, list[str], list[str]] | None:
    """Give the record's event that a link to another story is about, with the places and actors it shares."""
    entities = parsed.entities
    ids = {e.entry.id for e in entities} | {e.entry.state for e in entities if e.entry.kind == "person"}
    capitals = set(re.findall(r"[A-Z][a-z]{3,}", parsed.text))
    best: tuple[float, str, list[str], list[str]] | None = None
    for event in story.lexicon.events:
        places = [w for w in capitals if w in event.place]
        if not places:
            continue
        actors = [a for a in event.actors if a in ids and len(a) == 3]
        if not actors:
            continue
        words = set(re.findall(r"[a-z]{5,}", event.title.lower())) & set(
            re.findall(r"[a-z]{5,}", parsed.text.lower())
        )
        score = len(places) * 2 + len(actors) + len(words) + sum(1 for a in event.actors if a in ids)
        if best is None or score > best[0]:
            best = (score, event.id, places, actors)
    if best is None or best[0] < 5:
        return None
    return best[1], best[2], best[3]


def claims_of(documents: Iterable[Document], lexicon: Lexicon) -> tuple[Claim, ...]:
    """All claims of several documents, one after another."""
    return tuple(claim for document in documents for claim in propose_claims(document, lexicon))
