"""What one sentence mentions: actors, places, dates, and things (instruments, gatherings, processes,
works)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from landbridge.record import patterns
from landbridge.record.dates import DateMention, Duration, find_dates, find_durations
from landbridge.record.extract_mood import blank_set_aside
from landbridge.record.lexicon import Entity, Entry, Lexicon, fold, word_set
from landbridge.record.model import Sentence

if TYPE_CHECKING:
    from landbridge.record.extract_story import Referent

#: Longer runs of text are tables or noise, and no sentence; they are not read for claims.
LONGEST_SENTENCE = 2000
ThingClass = Literal["instrument", "gathering", "process", "work"]

CAP = r"[A-Z\u00c0-\u00de][\w\u00c0-\u024f'\u2019.]*"
NAME = rf"{CAP}(?:[\s-](?:(?:of|and|for|the|de|da|do|del|la|al|bin|van)\s)*{CAP}){{0,9}}"


@dataclass
class Thing:
    """A noun phrase that names an instrument, a gathering, a process or a work."""

    start: int
    end: int
    cls: ThingClass
    family: str
    head: str
    words: frozenset[str] = frozenset()
    parties: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    place: str = ""
    name: str = ""
    acronym: str = ""
    definite: bool = False
    plural: bool = False
    further: bool = False
    offered: bool = False
    referent: "Referent | None" = field(default=None, repr=False)


@dataclass
class Parsed:
    """A sentence with all it mentions, and its clauses as spans of characters."""

    sentence: Sentence
    text: str
    entities: tuple[Entity, ...]
    dates: tuple[DateMention, ...]
    durations: tuple[Duration, ...]
    things: list[Thing]
    clauses: tuple[tuple[int, int], ...]
    places: tuple[tuple[int, int, str], ...]
    subject: tuple[Entry, ...] = ()
    before: tuple[Entry, ...] = ()

    def clause_at(self, position: int) -> tuple[int, int]:
        """Give the clause that a position lies in."""
        return next((c for c in self.clauses if c[0] <= position < c[1]), (0, len(self.text)))


_HEADS: dict[str, tuple[ThingClass, str]] = {}
for _head, _family in patterns.WORKS.items():
    _HEADS[_head] = ("work", _family)
for _head, _family in patterns.PROCESSES.items():
    _HEADS[_head] = ("process", _family)
for _head, _family in patterns.GATHERINGS.items():
    if _head not in ("negotiations",):
        _HEADS[_head] = ("gathering", _family)
for _head, _family in patterns.INSTRUMENTS.items():
    _HEADS[_head] = ("instrument", _family)
_PLURALS = {
    "summits": "summit",
    "meetings": "meeting",
    "visits": "visit",
    "agreements": "agreement",
    "treaties": "treaty",
    "railways": "railway",
    "bridges": "bridge",
    "ports": "port",
    "roads": "road",
    "routes": "route",
    "corridors": "corridor",
    "declarations": "declaration",
    "memoranda": "memorandum",
    "protocols": "protocol",
    "crossings": "crossing",
    "terminals": "terminal",
    "contracts": "contract",
    "discussions": "talks",
    "discussion": "talks",
    "rounds of talks": "round of talks",
    "borders": "border",
    "projects": "project",
}
HEAD = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(sorted((re.escape(h) for h in (*_HEADS, *_PLURALS)), key=len, reverse=True))
    + r")(?![\w-]|\s(?:minister|ministry|leaders?)\b)",
    re.IGNORECASE,
)
_LEFT_WORD = re.compile(r"([^\s,;:()\"\u201c\u201d]+)[\"\u201d]?\s+[\"\u201c]?$")
_STOP = word_set(
    "of in on at for to from with by as and or but nor than into over under after before between during "
    "through via that which who is are was were be been has have had will would can could may might "
    "must do does did not also only include includes including following since until about against "
    "among around behind beyond near toward towards without within held hold host hosted hosts hosting "
    "sign signed signs reach reached attend attended called known said says where when while if"
)
_DETERMINERS = word_set(
    "the this that these those a an its their his her our both any some no every each such all another"
)
_DEFINITE = word_set("the this that these those its their his her our both such")
_DULL = word_set(
    "final new historic comprehensive formal landmark so-called proposed draft first second third next "
    "last recent latest strategic important key major significant official planned long-standing "
    "longstanding broader wider overall subsequent further fresh direct high-level three-day two-day "
    "one-day annual regular special main bilateral trilateral multilateral future possible eventual "
    "initial preliminary interim binding nonbinding non-binding signed unsigned bigger big large small "
    "whole entire same old existing current proper full partial provisional tentative binational two "
    "three four several other controversial"
)
_ING_KEPT = frozenset(
    ["signing", "opening", "closing", "working", "shipping", "building", "operating", "funding", "financing"]
)
_BETWEEN = re.compile(
    r"\b(?:between|among|amongst|involving|of (?:the )?(?:\w+\s){0,2}(?:presidents|leaders"
    r"|ministers|governments|heads of state|envoys|delegations|railways|parliaments) of)\s",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"^(?:\s|,|and|&|the|of|'s|\u2019s|both|as well as|together with|governments?|republics?"
    r"|presidents?|leaders?|state|or|/|-|\u2013)*$",
    re.IGNORECASE,
)


_OFFICE_NEXT = re.compile(rf"\s+(?:former\s+)?(?:{patterns.OFFICES})\s+[A-Z]")
_OFFICE_WORDS = re.compile(
    rf"\b(?:{patterns.OFFICES}|[A-Z]\w+(?:n|i|ese|sh|ch)(?=\s+(?:{patterns.OFFICES})\b)|leader"
    rf"|counterpart)\b"
)
_VERB_NEXT = re.compile(r"\s+(?:\w+ed|has|is|was|will|were|have|had|did|does|may|would|hosts?|says?|said)\b")


def group_after(entities: Sequence[Entity], text: str, position: int, reach: int = 45) -> list[Entity]:
    """Actors named one after another from a position on: "A, B and the C"."""
    group: list[Entity] = []
    last = position
    for entity in entities:
        if entity.start < position:
            continue
        between = _OFFICE_WORDS.sub("", text[last : entity.start])
        if entity.entry.adjective and _OFFICE_NEXT.match(text, entity.end):
            # "by Chadian President A": the person, whose state the adjective tells.
            continue
        if not group:
            if entity.start - position > reach or re.search(r"[;:.]|,\s(?!and\b)", between):
                break
        elif not _GAP.match(between) or ("," in between and _VERB_NEXT.match(text, entity.end)):
            break
        if entity.entry.kind in ("state", "organisation", "person") or (
            entity.entry.capital_of and not group
        ):
            group.append(entity)
        last = entity.end
    return group


_DATELINE = re.compile(
    r"^[A-Z\u00c0-\u00de][A-Z\u00c0-\u00de .'/-]{2,40}(?:,\s[^.\u2013\u2014]{3,40}?)"
    r"?\s*(?:\([A-Za-z/ ]{2,30}\)\s*)?\s[-\u2013\u2014]{1,2}\s"
)


def parse(sentence: Sentence, lexicon: Lexicon, published: str) -> Parsed:
    """Find all that a sentence mentions."""
    text = blank_set_aside(sentence.text)
    entities = lexicon.find(text)
    dates = find_dates(text, published)
    dateline = _DATELINE.match(text)
    if dateline:
        # Day and town of the dispatch, not of what it tells.
        dates = tuple(d for d in dates if d.start >= dateline.end())
        entities = tuple(e for e in entities if e.start >= dateline.end())
    durations = find_durations(text) if re.search(r"year|decade|month|week|day|hour|centur", text) else ()
    things = _things(text, entities)
    taken = [(t.start, t.end) for t in things if t.cls == "work" and t.name]
    # A person or a state inside the name of a route is not an actor of the sentence.
    actors = tuple(
        e
        for e in entities
        if not any(
            s <= e.start and e.end <= f and text[s:f][:1].isupper() and e.entry.kind == "person"
            for s, f in taken
        )
    )
    return Parsed(
        sentence, text, actors, dates, durations, things, _clauses(text), _places(text, actors, dates)
    )


_RESUMED = re.compile(r"[^,;]{3,140},\s(?:was|is|were|are|has|have|had|will|would|took|remains?)\b")


def _clauses(text: str) -> tuple[tuple[int, int], ...]:
    cuts = [0]
    for found in patterns.CLAUSE.finditer(text):
        cut = found.end() if not found.group(0).strip(" ,").isalpha() else found.start()
        relative = re.match(r",?\s*(?:which|where|who|whose)\b", text[found.start() :])
        if relative and _RESUMED.match(text, found.end()):
            # "The protocol, which aims at X, was signed": one statement goes on after the clause.
            continue
        if cut - cuts[-1] > 3:
            cuts.append(cut)
    if patterns.OPENING.match(text):
        # "While A has not ..., B has": the first comma that a new subject or verb follows ends the
        # opening clause.
        comma = re.search(r",\s", text[12:])
        if comma and not any(12 < c <= 12 + comma.end() for c in cuts):
            later = [c for c in cuts if c > 12 + comma.end()]
            if not later:
                cuts.append(12 + comma.end())
    cuts = sorted(set(cuts))
    return tuple(zip(cuts, [*cuts[1:], len(text)], strict=True))


_PLACE = re.compile(
    rf"(?<![\w-])(?:in|at|near|outside|off|across)\s+(?:the\s+)?(?:(?:capital|city|town|port"
    rf"|border town|port city|border post|village|resort)\s+(?:city\s+)?(?:of\s+)?"
    rf"|{CAP}['\u2019]s\s+(?:capital|port city|port|main port),?\s+)?"
    rf"(?P<name>(?:(?:Port|Strait|Gulf|City|Bay|Lake|Mount|Cape|Fort|Isle"
    rf"|Straits)\s+of\s+)?{CAP}(?:[\s-](?:(?:da|de|do|del|la|al|es|el|of"
    rf"|the)\s)?{CAP}){{0,3}})"
)
NO_PLACE = word_set(
    "January February March April May June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday Prime President Minister Foreign Joint Agreement "
    "Treaty Article Phase Section The This These It He She They His Her Q1 Q2 Q3 Q4 H1 H2 English "
    "Spring Summer Autumn Winter"
)


def _places(
    text: str, entities: Sequence[Entity], dates: Sequence[DateMention]
) -> tuple[tuple[int, int, str], ...]:
    """Places that something happens in, with "in" or "at" before them; states are given by their entities."""
    found: list[tuple[int, int, str]] = []
    for match in _PLACE.finditer(text):
        name = re.sub(r"['\u2019]s?$", "", match["name"]).rstrip(".")
        first = name.split()[0]
        if first in NO_PLACE or any(d.start <= match.start("name") < d.end for d in dates):
            continue
        start = match.start("name")
        finish = start + len(name)
        entity = next((e for e in entities if e.start <= start < e.end), None)
        if entity is not None and entity.entry.kind != "place":
            # "at the US State Department": the seat, not the state before it.
            entity = next(
                (e for e in entities if start < e.start < finish and e.entry.kind == "place"), entity
            )
        if entity is not None and entity.entry.kind != "place":
            continue
        if entity is not None and (entity.start > start or entity.end - start >= len(name) or "," in name):
            name, start = text[entity.start : entity.end], entity.start
        found.append((start, start + len(name), name))
    return tuple(found)


def _things(text: str, entities: Sequence[Entity]) -> list[Thing]:
    things: list[Thing] = []
    for found in HEAD.finditer(text):
        head = found.group(0).lower()
        plural = head in _PLURALS
        head = _PLURALS.get(head, head)
        cls, family = _HEADS[head]
        thing = _thing(text, found.start(), found.end(), head, cls, family, entities)
        thing.plural = plural
        if things and thing.start < things[-1].end:
            # "Northern Route Corridor" or "peace agreement negotiations": the later head carries the phrase.
            if things[-1].cls == "work" and things[-1].name and thing.end <= things[-1].end:
                continue
            if thing.cls == "work" and not thing.name:
                continue
            if not (things[-1].cls == "instrument" and thing.cls in ("process", "gathering")):
                things.pop()
        things.append(thing)
    things.extend(_named_works(text, things, entities))
    if not any(t.cls == "gathering" for t in things):
        things.extend(_encounters(text, entities))
    things.sort(key=lambda t: t.start)
    return things


_MET = re.compile(
    r"\b(?:(?:re)?convened?|(?:(?:will|to|would)\s+)?meet(?!ing)s?|met)\b(?!\s+(?:the|its|their"
    r"|all|with (?:resistance|criticism|opposition)|demand|condition|deadline|target|need))",
    re.IGNORECASE,
)


def _encounters(text: str, entities: Sequence[Entity]) -> list[Thing]:
    """A meeting told by its verb: "the ministers of A and B met in C"."""
    found = _MET.search(text)
    if found is None:
        return []
    near = [
        e
        for e in entities
        if e.end <= found.start() and e.entry.kind in ("state", "person") and found.start() - e.end < 110
    ]
    with_ = re.match(r"\s+(?:\w+\s+){0,3}?with\s+(?:his|her|its|their|the)?\s*", text[found.end() :])
    after = group_after(entities, text, found.end() + with_.end()) if with_ else []
    parties = tuple(dict.fromkeys(e.entry.state for e in (*near, *after) if e.entry.state))
    if not parties:
        return []
    people = tuple(dict.fromkeys(e.entry.id for e in (*near, *after) if e.entry.kind == "person"))
    return [Thing(found.start(), found.end(), "gathering", "meeting", "met", parties=parties, people=people)]


#: "US-brokered": the state before the hyphen is no party.
_HELPED = re.compile(
    r"-(?:brokered|mediated|backed|led|hosted|sponsored|based|funded|financed|built|run|owned)\b"
)


def _thing(
    text: str, start: int, end: int, head: str, cls: ThingClass, family: str, entities: Sequence[Entity]
) -> Thing:
    """Read the phrase around a head noun: words before it, parties before and after, a place before it."""
    left, definite, further = start, False, False
    modifiers: list[str] = []
    while len(modifiers) < 9:
        word = _LEFT_WORD.search(text, max(0, left - 40), left)
        if word is None:
            break
        plain = fold(word[1])
        if re.search(r"['\u2019]s?$", word[1]):
            definite = True
        if plain in _DETERMINERS:
            definite = plain in _DEFINITE
            further = plain == "another"
            break
        if plain in _STOP or (
            plain.endswith(("ed", "ing"))
            and "-" not in plain
            and plain not in _ING_KEPT
            and plain not in _DULL
            and word[1][:1].islower()
        ):
            break
        if plain in ("further", "new", "next", "fresh", "more", "future", "upcoming"):
            further = True
        modifiers.append(word[1])
        left = word.start(1)
    inside = [e for e in entities if left <= e.start and e.end <= start and not _HELPED.match(text, e.end)]
    parties = tuple(dict.fromkeys(e.entry.id for e in inside if e.entry.kind == "state"))
    place = next((text[e.start : e.end] for e in inside if e.entry.kind == "place"), "")
    if not place and modifiers and cls in ("gathering", "instrument"):
        cap = re.sub(r"-(?:brokered|mediated|hosted|led|based|backed|sponsored)$", "", modifiers[0])
        begins = left == 0 or not text[:left].strip()
        if (
            cap[:1].isupper()
            and not any(e.start <= start - len(cap) - 1 < e.end for e in inside)
            and not (begins and len(modifiers) == 1)
        ):
            place = (
                cap
                if fold(cap) not in _DULL
                and cap not in NO_PLACE
                and not cap.isupper()
                and text[start : start + 1].islower()
                else ""
            )
    people: tuple[str, ...] = ()
    for relation in _BETWEEN.finditer(text, end, min(len(text), end + 110)):
        if re.search(
            r"[;:]|, (?!and)|\b(?:was|were|is|are|has|have|will|would)\b", text[end : relation.start()]
        ):
            break
        after = group_after(entities, text, relation.end())
        parties += tuple(
            e.entry.state for e in after if e.entry.kind == "state" and e.entry.state not in parties
        )
        people = tuple(e.entry.id for e in after if e.entry.kind == "person")
        parties += tuple(
            e.entry.state
            for e in after
            if e.entry.kind == "person" and e.entry.state and e.entry.state not in parties
        )
        if not after and cls == "gathering":
            continue
        break
    entity_words = {w for e in inside for w in fold(text[e.start : e.end]).replace("-", " ").split()}
    topics = []
    for modifier in modifiers:
        for topic in fold(modifier).replace("\u2013", "-").split("-") if fold(modifier) not in _DULL else ():
            if (
                len(topic) > 2
                and topic not in entity_words
                and topic not in _DULL
                and not topic.endswith(("s'", "brokered", "mediated", "backed", "led"))
            ):
                topics.append(topic)
    if cls == "work" and family == "border" and len(parties) > 1:
        states = "-".join(sorted(p.lower() for p in parties))
        return Thing(
            left if modifiers else start,
            end,
            cls,
            family,
            head,
            parties=parties,
            name=f"{states} border",
            definite=True,
        )
    capitalised = text[start].isupper()
    name = ""
    if capitalised and cls == "instrument" and start > 0:
        tail = re.match(
            r"\s+(?:on|for|of)\s+(?:the\s+)?(?:[A-Z][\w-]+(?:\s+(?:of|and|for|the|on|in)\s+(?:the\s+)?"
            r"|\s+)?){1,14}",
            text[end:],
        )
        if tail:
            name = text[start : end + tail.end()].strip()
            name = re.sub(r"(?:\s+(?:of|and|for|the|on|in|between))+$", "", name)
            topics += [w for w in fold(name).split()[1:] if w not in _STOP and len(w) > 3]
            end = start + len(name)
        elif modifiers and modifiers[0][:1].isupper():
            name = text[left:end]
    return Thing(
        left if modifiers else start,
        end,
        cls,
        family,
        head,
        frozenset(topics),
        parties,
        people,
        place,
        name,
        definite=definite,
        further=further,
    )


NAMED_WORK = re.compile(
    rf"(?:{CAP}(?:[\s\u2013-]+(?:(?:of|and|for|the|de|da|do|del|to)\s+)*{CAP}){{0,6}}[\s\u2013-]+)"
    r"(?:[Rr]ail(?:way|road)?\s+(?:[Ll]ine|[Ll]ink)|[Rr]ailway|[Rr]ailroad|[Cc]orridor|[Rr]oute"
    r"|[Hh]ighway|[Mm]otorway|[Ee]xpressway|[Bb]ridge|[Tt]unnel|"
    r"[Ss]eaport|[Mm]egaport|[Pp]ort|[Tt]erminal|[Cc]anal|[Ss]trait|[Pp]ipeline|[Cc]rossing"
    r"|[Dd]ry [Pp]ort|[Ll]ine|[Rr]oad|[Ll]ink|[Bb]order [Pp]ost|[Hh]ub)(?![\w-])"
    rf"(?:\s+(?:for|of)\s+{CAP}(?:\s+(?:and\s+)?{CAP}){{0,6}})?"
    rf"|\b(?:[Pp]ort|[Ss]traits?|Bridge|Canal)\s+of\s+{CAP}(?:[\s-](?:(?:al|el|de|da)\s)?{CAP}){{0,2}}"
    rf"|\bRail\s+{CAP}"
)
_FAMILY_OF = {
    "railway": "rail",
    "railroad": "rail",
    "rail": "rail",
    "line": "rail",
    "link": "rail",
    "corridor": "corridor",
    "route": "corridor",
    "highway": "road",
    "motorway": "road",
    "expressway": "road",
    "road": "road",
    "bridge": "bridge",
    "tunnel": "tunnel",
    "seaport": "port",
    "megaport": "port",
    "port": "port",
    "terminal": "terminal",
    "canal": "canal",
    "strait": "strait",
    "straits": "strait",
    "pipeline": "pipeline",
    "crossing": "crossing",
    "post": "crossing",
    "hub": "hub",
}
NOT_FIRST = word_set(
    "The A An This That These In On At By For From With And But As Its Their After Before Under While "
    "When If However New"
)


def _work_names(text: str) -> Iterable[re.Match[str]]:
    """Names of works; "The Port of X" is tried once more behind "The", which makes no name with "Port"."""
    position = 0
    while found := NAMED_WORK.search(text, position):
        tokens = found.group(0).split()
        if len(tokens) == 2 and tokens[0] in NOT_FIRST and not found.group(0).startswith("New"):
            position = found.start() + len(tokens[0]) + 1
            continue
        yield found
        position = found.end()


def _named_works(text: str, things: list[Thing], entities: Sequence[Entity]) -> Iterable[Thing]:
    """Works with a proper name: "Lobito Corridor", "Port of Chancay", "Nacala-Lilongwe railway"; plain ones
    give way."""
    named: list[Thing] = []
    for found in _work_names(text):
        name, start = found.group(0), found.start()
        while name.split(" ", 1)[0] in NOT_FIRST and " " in name:
            cut = len(name.split(" ", 1)[0]) + 1
            name, start = name[cut:].lstrip(), start + cut
        tokens = re.split(r"[\s\u2013-]+", name)
        family = next(
            (_FAMILY_OF[fold(t)] for t in (*reversed(tokens), *tokens) if fold(t) in _FAMILY_OF), ""
        )
        if not family or len(tokens) < 2:
            continue
        if all(fold(t) in _FAMILY_OF or fold(t) in _DULL for t in tokens):
            continue
        first = next((e for e in entities if e.start == start and e.entry.kind == "state"), None)
        owner = first and re.match(
            r"['\u2019]s\s+" if not first.entry.adjective else r"\s+", text[first.end :]
        )
        lead = re.match(rf"(?:{CAP}['\u2019]s\s+(?:and\s+)?)+", name)
        if lead and (first is None or first.start == start):
            name, start = name[lead.end() :], start + lead.end()
            tokens = re.split(r"[\s\u2013-]+", name)
            if len(tokens) < 2:
                continue
        elif first is not None and owner:
            # "Peru's Chancay megaport" is the Chancay megaport.
            name, start = text[first.end + owner.end() : found.end()], first.end + owner.end()
            tokens = re.split(r"[\s\u2013-]+", name)
            if len(tokens) < 2:
                continue
        if any(
            e.start <= start and e.end >= start + len(name) - 1 and e.entry.kind == "organisation"
            for e in entities
        ):
            continue
        end = start + len(name)
        acronym = re.match(r"[\"\u201d]?\s*\((?P<a>[A-Z][A-Za-z&-]{1,9}[A-Z])\)", text[end:])
        for thing in [t for t in things if t.start < end and start < t.end and t.cls == "work"]:
            things.remove(thing)
        if any(t.start < end and start < t.end for t in (*named, *(t for t in things if t.cls != "process"))):
            continue
        parties = tuple(
            dict.fromkeys(
                e.entry.id for e in entities if start <= e.start and e.end <= end and e.entry.kind == "state"
            )
        )
        named.append(
            Thing(
                start,
                end,
                "work",
                family,
                fold(tokens[-1]),
                frozenset(fold(t) for t in tokens),
                parties,
                name=name,
                acronym=acronym["a"] if acronym else "",
                definite=True,
            )
        )
    return named
