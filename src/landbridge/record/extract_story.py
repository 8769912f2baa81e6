"""What one document speaks of: mentions of the same thing made one, linked to the record or given a
readable id.

Two mentions are the same thing when kind, parties, subject matter and place agree; never by date, for
the date is
what accounts contradict each other in. The id of a new thing is made of the same pieces, so that two
documents about one summit arrive at the same id without knowing of each other.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from landbridge.record import patterns
from landbridge.record.dates import compatible
from landbridge.record.extract_grammar import free_groups
from landbridge.record.extract_links import WORK_WORDS, gate_of_work, known_event, words_of_place
from landbridge.record.extract_mentions import (
    LONGEST_SENTENCE,
    Parsed,
    Thing,
    ThingClass,
    group_after,
    parse,
)
from landbridge.record.extract_names import initials_fit, learn_names
from landbridge.record.extract_signers import is_offered, sharers, signed_there, signers
from landbridge.record.lexicon import Entry, Lexicon, fold, slug, word_set, words
from landbridge.record.model import Document, Event

#: Matter that tells one instrument from another; other words before a head noun are opinion or style.
TOPICS = word_set(
    "peace trade transit border boundary customs transport rail railway port lease concession "
    "investment security defence defense water energy power gas oil grain fisheries maritime tariff "
    "financing loan construction delimitation demarcation ceasefire cooperation partnership visa "
    "migration mining minerals shipping aviation road bridge joint tripartite trilateral free-trade "
    "normalisation normalization sharing interim economic interstate relations tax tolls toll operating "
    "operation management shareholder implementation"
)


@dataclass
class Referent:
    """One thing that a document speaks of, with what all its mentions say together."""

    cls: ThingClass
    family: str
    head: str
    words: set[str] = field(default_factory=set)
    parties: list[str] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    places: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    acronym: str = ""
    dates: list[str] = field(default_factory=list)
    stages: set[str] = field(default_factory=set)
    id: str = ""
    known: Event | None = None
    held_by: "Referent | None" = field(default=None, repr=False)
    offered: bool = False
    first: int = 0
    mentions: int = 0

    @property
    def label(self) -> str:
        """Short name of what it is, for the subject of a claim: "peace agreement", "declaration"."""
        if self.cls == "work":
            return self.acronym or (self.names[0] if self.names else self.family)
        topic = next(
            (t for t in ("peace", "trade", "transit", "border", "concession") if t in self.words), ""
        )
        if self.cls == "instrument" and topic and self.family in ("agreement", "contract"):
            return f"{topic} {self.family}"
        return self.family or self.head


class Story:
    """The reading of one document: sentences with their mentions, and the things these belong to."""

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self.document = document
        names, self.offices = learn_names(document, lexicon)
        self.lexicon = lexicon.with_names(names) if names else lexicon
        self.people = {entry.id: entry for _, entry in names if entry.kind == "person"}
        self.parsed = [
            parse(s, self.lexicon, document.published)
            for s in document.sentences
            if s.part in ("headline", "body") and len(s.text) <= LONGEST_SENTENCE
        ]
        self._index = {id(p): place for place, p in enumerate(self.parsed)}
        self._last_works: list[str] | None = None
        self._main_work: str | None = None
        self.referents: list[Referent] = []
        self._cities: dict[str, str] = {}
        self.placed: set[str] = set()
        self.main_parties = self._main_parties()
        self._subjects()
        for index, sentence in enumerate(self.parsed):
            for thing in sentence.things:
                thing.referent = self._refer(thing, sentence, index)
            self._pronoun(sentence, index)
        self._merge_ceremonies()
        self._name_all()

    # -- the parties that the whole text is about
    # ---------------------------------------------------------------

    def _main_parties(self) -> tuple[str, ...]:
        counts: Counter[frozenset[str]] = Counter()
        for sentence in self.parsed:
            for thing in sentence.things:
                if len(thing.parties) >= 2 and thing.cls != "work":
                    counts[frozenset(thing.parties)] += 1
        if not counts:
            return ()
        best = max(counts.items(), key=lambda item: (item[1], -len(item[0]), sorted(item[0])))[0]
        return tuple(sorted(best))

    def _subjects(self) -> None:
        """Give each sentence its grammatical subject, and the one before it for "it" and "the country"."""
        before: tuple[Entry, ...] = ()
        for sentence in self.parsed:
            sentence.before = before
            groups = free_groups(sentence.text, sentence.entities)
            sentence.subject = groups[0][2] if groups else ()
            if groups:
                before = groups[0][2]

    # -- one thing or two
    # ---------------------------------------------------------------------------------------

    def _refer(self, thing: Thing, sentence: Parsed, index: int) -> Referent | None:
        if thing.cls == "work" and not thing.name:
            shared = sharers(sentence, thing) if thing.family == "border" else ()
            if len(shared) > 1:
                thing.parties, thing.name = shared, "-".join(sorted(s.lower() for s in shared)) + " border"
            elif thing.plural:
                return None
            else:
                known = self._anaphor(thing) if thing.definite else None
                return known or self._nameless(thing, sentence, index)
        self._complete(thing, sentence)
        if thing.plural and not thing.parties and thing.cls in ("instrument", "gathering"):
            return None
        best, score = None, 0.0
        for referent in self.referents:
            value = self._same(thing, referent, sentence)
            if value > score or (value == score and value > 0):
                best, score = referent, value
        if best is None:
            best = Referent(thing.cls, thing.family, thing.head, first=index)
            self.referents.append(best)
        self._absorb(best, thing, sentence)
        return best

    def _nameless(self, thing: Thing, sentence: Parsed, index: int) -> Referent | None:
        """Take a line or bridge without a name for a thing of its own, told by the states in its sentence."""
        if thing.family in ("project", "corridor", "border", "hub", "terminal") or any(
            r.cls == "work" and r.family in (thing.family, "corridor") for r in self.referents
        ):
            return None
        states = tuple(dict.fromkeys(e.entry.state for e in sentence.entities if e.entry.kind == "state"))
        if not 1 <= len(states) <= 3 or re.search(
            r"\b(?:no|any|other|every|each)\s+$", sentence.text[: thing.start]
        ):
            return None
        made = Referent("work", thing.family, thing.head, parties=list(states), first=index)
        self.referents.append(made)
        return made

    def _pronoun(self, sentence: Parsed, index: int) -> None:
        """Let "It has not been ratified" speak of the instrument before it."""
        found = _IT.match(sentence.text)
        clause = sentence.clause_at(0)
        if found is None or any(t.cls == "instrument" and t.start < clause[1] for t in sentence.things):
            return
        if not any(
            p.search(sentence.text, *clause) for _, p in patterns.STAGES
        ) and not patterns.UNSIGNED.search(sentence.text):
            return
        for earlier in reversed(self.parsed[max(0, index - 2) : index]):
            for thing in reversed(earlier.things):
                if thing.cls == "instrument" and thing.referent is not None:
                    start, end = found.span()
                    one = Thing(start, end, "instrument", thing.family, thing.head, definite=True)
                    one.referent = thing.referent
                    for stage, pattern in patterns.STAGES:
                        if pattern.search(sentence.text, *clause):
                            thing.referent.stages.add(stage)
                    sentence.things.insert(0, one)
                    return

    def _complete(self, thing: Thing, sentence: Parsed) -> None:
        """Read the parties of a visit or partnership, and what is only offered, from the sentence
        around it."""
        if thing.family == "visit":
            thing.people = tuple(e.entry.id for e in sentence.entities if e.entry.kind == "person")
            thing.parties = tuple(
                dict.fromkeys(
                    e.entry.state for e in sentence.entities if e.entry.state and e.entry.kind != "place"
                )
            )
        elif thing.cls == "instrument" and not thing.parties:
            thing.parties = signers(sentence, thing)
        elif thing.family == "partnership":
            after = group_after(sentence.entities, sentence.text, thing.end, 14)
            own = re.search(r"\b(?:its|their|his|her)\s+(?:\w+\s+)?$", sentence.text[: thing.start])
            one = (sentence.before or sentence.subject) if own else ()
            states = [e.state for e in one if e.state] + [e.entry.state for e in after if e.entry.state]
            thing.parties = tuple(dict.fromkeys([*states, *thing.parties]))
        if is_offered(sentence.text, thing.start):
            thing.offered = True
            if thing.cls == "process" and thing.head.endswith(("talks", "negotiations")):
                thing.cls, thing.family = "gathering", "meeting"

    def _anaphor(self, thing: Thing) -> Referent | None:
        works = [r for r in self.referents if r.cls == "work" and (r.names or r.parties)]
        same = [r for r in works if r.family == thing.family]
        if same:
            return same[-1]
        # "The railway" of a text about a corridor is the corridor's; "the project" is what the text is about.
        main = max(works, key=lambda r: r.mentions, default=None)
        if main is not None and (
            thing.family == "project" or (main.family == "corridor" and thing.family in ("rail", "road"))
        ):
            return main
        return None

    def _same(self, thing: Thing, referent: Referent, sentence: Parsed) -> float:
        """How well a mention fits a thing already spoken of; 0 if it cannot be it."""
        if thing.cls != referent.cls:
            return 0
        if thing.cls == "work":
            return _same_work(thing, referent)
        if thing.cls == "process":
            return (
                1.0
                if _process_topic(thing.family) == _process_topic(referent.family)
                and _within(thing.parties, referent.parties)
                else 0
            )
        if thing.cls == "instrument" and thing.family != referent.family:
            return 0
        if (thing.family == "visit") != (referent.family == "visit"):
            return 0
        if not _within(thing.parties, referent.parties):
            return 0
        topics, others = thing.words & TOPICS, referent.words & TOPICS
        if topics and others and not topics & others and thing.cls == "instrument":
            return 0
        place = thing.place or self.place_near(thing, sentence)
        if thing.cls == "gathering":
            if place and referent.places:
                if not any(self.same_place(place, p) for p in referent.places):
                    return 0
            elif not thing.definite and referent.places and thing.family != "ceremony" and not thing.offered:
                return 0
            if referent.offered != thing.offered or (thing.further and not thing.offered):
                return 0
            if thing.family == "summit" and referent.family == "meeting" and not place:
                return 0
            if not thing.definite and not self._same_time(sentence, thing, referent):
                return 0
        shared = len(topics & others) + len(set(thing.parties) & set(referent.parties))
        return 1 + shared + (1 if place and referent.places else 0) + 0.001 * referent.first

    def _same_time(self, sentence: Parsed, thing: Thing, referent: Referent) -> bool:
        """Tell whether "A and B met" can be a meeting spoken of: no date of the one speaks against the
        other."""
        start, end = sentence.clause_at(thing.start)
        said = [d.value for d in sentence.dates if start <= d.start < end]
        return not said or not referent.dates or any(compatible(a, b) for a in said for b in referent.dates)

    def _absorb(self, referent: Referent, thing: Thing, sentence: Parsed) -> None:
        referent.words |= thing.words
        # A name in the headline weighs more: it is what the text is about.
        referent.mentions += 3 if sentence.sentence.part == "headline" else 1
        referent.parties += [p for p in thing.parties if p not in referent.parties]
        referent.people |= set(thing.people)
        if thing.name and thing.name not in referent.names:
            referent.names.append(thing.name)
        referent.acronym = referent.acronym or thing.acronym
        if thing.place and referent.cls == "instrument":
            referent.places.append(thing.place)
        if referent.cls == "gathering":
            place = thing.place or self.place_near(thing, sentence)
            if place and not any(self.same_place(place, p) for p in referent.places):
                referent.places.append(place)
            if thing.family == "summit":
                referent.family = "summit"
            referent.offered = thing.offered
        clause = sentence.clause_at(thing.start)
        for date in sentence.dates:
            if clause[0] <= date.start < clause[1]:
                referent.dates.append(date.value)
        if referent.cls == "instrument":
            for stage, pattern in patterns.STAGES:
                if pattern.search(sentence.text, *clause):
                    referent.stages.add(stage)

    def place_near(self, thing: Thing, sentence: Parsed) -> str:
        """Place named after a thing, or before it in its clause, with "in" or "at"."""
        if thing.place:
            return thing.place
        clause = sentence.clause_at(thing.start)
        after = [
            p
            for p in sentence.places
            if thing.end <= p[0] < max(clause[1], thing.end + 1) and p[0] - thing.end < 90
        ]
        if after:
            return after[0][2]
        before = [p for p in sentence.places if clause[0] <= p[0] < thing.start and thing.start - p[1] < 50]
        return before[-1][2] if before else ""

    def city(self, place: str) -> str:
        """Give the city that a seat of government stands in, or the place itself, folded."""
        if place not in self._cities:
            self._cities[place] = self._city(place)
        return self._cities[place]

    def _city(self, place: str) -> str:
        for entity in self.lexicon.find(place):
            if entity.entry.city:
                return fold(entity.entry.city)
        return fold(place)

    def same_place(self, one: str, two: str) -> bool:
        """Tell whether two names are one place, or one is inside the other by name."""
        a, b = words_of_place(self.city(one)), words_of_place(self.city(two))
        return bool(a and b) and (a <= b or b <= a)

    def _merge_ceremonies(self) -> None:
        """Tie an instrument to the gathering it was signed at, and a nameless ceremony to the summit
        there."""
        for sentence in self.parsed:
            signed = re.search(r"\bsign(?:ed|ing)\b|\binitial(?:l?ed|l?ing)\b", sentence.text)
            gatherings = [
                t.referent
                for t in sentence.things
                if t.referent and t.cls == "gathering" and t.family != "visit" and not t.referent.offered
            ]
            if (
                signed
                and gatherings
                and signed_there(sentence)
                and not patterns.UNSIGNED.search(sentence.text)
            ):
                for thing in sentence.things:
                    if thing.referent and thing.cls == "instrument" and thing.referent.held_by is None:
                        thing.referent.held_by = gatherings[0]
        ceremonies = [
            r for r in self.referents if r.cls == "gathering" and "signing" in r.words and r.held_by is None
        ]
        for ceremony in ceremonies:
            held = [
                r
                for r in self.referents
                if r.cls == "instrument" and "signed" in r.stages and r.held_by is None
            ]
            if len({r.family for r in held}) == 1 or len(held) == 1:
                for instrument in held:
                    instrument.held_by = ceremony

    def about(self, parsed: Parsed, role: str) -> str:
        """Id of what a sentence is about when it names nothing itself: the last thing spoken of, or the
        peace process."""
        index = self._index[id(parsed)]
        kinds = {
            "signatory": ("instrument",),
            "operator": ("work",),
            "builder": ("work",),
            "financier": ("work",),
        }.get(role, ("gathering", "process", "instrument"))
        for earlier in reversed(self.parsed[max(0, index - 2) : index]):
            for thing in earlier.things:
                if thing.referent is not None and thing.cls in kinds:
                    return thing.referent.id
        processes = [r.id for r in self.referents if r.cls == "process"]
        return processes[0] if processes and "process" in kinds else ""

    def works(self) -> list[Referent]:
        """Works that the text names, in order."""
        return [r for r in self.referents if r.cls == "work"]

    def last_work(self, parsed: Parsed) -> str:
        """Id of the work that the sentence before speaks of, or of the one that the text names most."""
        index = self._index[id(parsed)]
        before = (
            self.parsed[index - 1].things
            if index
            and self.parsed[index - 1].sentence.address.paragraph == parsed.sentence.address.paragraph
            else []
        )
        for thing in before:
            if thing.cls == "work" and thing.referent is not None:
                return thing.referent.id
        if self._main_work is None:
            works = self.works()
            self._main_work = max(works, key=lambda r: r.mentions).id if works else ""
        return self._main_work

    def last_named_work(self, parsed: Parsed) -> str:
        """Id of the work named last before a sentence, however far back, or the first one at all."""
        if self._last_works is None:
            # Once for all sentences: a long text asks for it at each amount and each date.
            works, last = self.works(), ""
            self._last_works = []
            for sentence in self.parsed:
                self._last_works.append(last or (works[0].id if works else ""))
                named = [t.referent.id for t in sentence.things if t.cls == "work" and t.referent is not None]
                last = named[-1] if named else last
        return self._last_works[self._index[id(parsed)]]

    def about_owner(self, parsed: Parsed) -> str:
        """Id of the partnership or process that a commitment or aim of an actor belongs to."""
        owner = parsed.subject or parsed.before
        if owner and owner[0].state:
            for referent in self.referents:
                if referent.cls == "process" and owner[0].state in referent.parties:
                    return referent.id
        return self.about(parsed, "aim")

    def reaction(self, person: Entry) -> str:
        """Id of what a person said of an event: the record's announcement by that person, or a new one."""
        wanted = {"reaction", "calls", "reacts", "welcomes", "hails", "praises"}
        for event in self.lexicon.events:
            if (
                event.kind == "announcement"
                and person.id in event.actors
                and wanted & set(re.split(r"\W+", f"{event.id} {event.title}".lower()))
            ):
                return event.id
        gatherings = [r for r in self.referents if r.cls == "gathering" and not r.offered] or self.referents
        return f"reaction-{person.id}" if gatherings else ""

    # -- ids
    # ----------------------------------------------------------------------------------------------------

    def _name_all(self) -> None:
        taken: set[str] = set()
        for referent in self.referents:
            if (
                referent.cls == "instrument"
                and not referent.parties
                and self.main_parties
                and referent.family == "agreement"
            ):
                referent.parties = list(self.main_parties) if "peace" in referent.words else referent.parties
            known = known_event(referent, self)
            if known is not None:
                referent.known, referent.id = known, known.id
            else:
                referent.id = self._new_id(referent, taken)
            taken.add(referent.id)
        self._talks_without_place()

    def _talks_without_place(self) -> None:
        """Count "the talks", said without place or parties, to the instrument or process that they were
        about."""
        for referent in self.referents:
            if (
                referent.cls == "gathering"
                and referent.known is None
                and not (referent.places or referent.parties or referent.offered)
            ):
                about = [
                    r
                    for r in self.referents
                    if r.first <= referent.first and r.cls in ("instrument", "process") and r.id
                ]
                if about:
                    referent.id = about[-1].id

    def _new_id(self, referent: Referent, taken: set[str]) -> str:
        if referent.cls == "process":
            return self.process_id(referent.family, referent.parties)
        if referent.cls == "work":
            return self.work_id(referent)
        states = "-".join(s.lower() for s in sorted(referent.parties))
        if referent.cls == "instrument":
            topic = next(
                (t for t in sorted(referent.words & TOPICS) if t not in ("relations", "interstate")), ""
            )
            topic = "peace" if "peace" in referent.words else topic
            return "-".join(p for p in (referent.family, topic, states) if p)
        kind = "offer" if referent.offered else "visit" if referent.family == "visit" else "meeting"
        place = slug(self.city(referent.places[0])) if referent.places else ""
        base = "-".join(p for p in (kind, place or states) if p)
        dates = sorted(d.partition("/")[0].strip("-") for d in referent.dates)
        return f"{base}-{dates[0][:7]}" if base in taken and dates else base

    def process_id(self, family: str, parties: list[str] | tuple[str, ...]) -> str:
        """Id of a process between states: one that the record has, or ``process:aaa-bbb-peace``."""
        states = sorted(parties) or sorted(self.main_parties)
        topic = _process_topic(family)
        for known in self.lexicon.processes:
            parts = set(known.removeprefix("process:").split("-"))
            if (
                topic in parts
                and states
                and {s.lower() for s in states} == {p for p in parts if p.upper() in self.lexicon.states}
            ):
                return known
        return "process:" + "-".join([*(s.lower() for s in states), topic or "process"])

    def work_id(self, referent: Referent) -> str:
        """Id of a corridor, line, port: a gate or process of the record, or its acronym or name as
        ``process:``."""
        for name in (referent.acronym, *referent.names):
            for known in self.lexicon.processes:
                short = known.removeprefix("process:")
                if short.isalpha() and (short == fold(name) or (len(short) > 2 and _initials(name) == short)):
                    return known
        gate = gate_of_work(referent, self.lexicon)
        if gate:
            return f"gate:{gate}"
        if not referent.names:
            return "process:" + "-".join([*sorted(p.lower() for p in referent.parties), referent.family])
        name = min(referent.names, key=len)
        # "Port of X", "X Port" and "X megaport" are one; "railway", "rail line" too.
        if referent.family == "border" and referent.parties:
            return "process:" + "-".join([*sorted(p.lower() for p in referent.parties), "border"])
        kept = [
            w
            for w in words(name)
            if w not in ("of", "the", "for", "and", "s", "new", "deepwater", "dry") and w not in WORK_WORDS
        ]
        return "process:" + "-".join([*kept, referent.family])


_IT = re.compile(r"\W*(?:It|This|The (?:text|document|paper))\b")


def _initials(name: str) -> str:
    return "".join(w[0].lower() for w in re.split(r"\s+", name) if w[:1].isupper())


def _process_topic(family: str) -> str:
    return {"conflict": "peace", "": "peace"}.get(family, family)


def _within(one: tuple[str, ...] | list[str], two: tuple[str, ...] | list[str]) -> bool:
    return not one or not two or set(one) <= set(two) or set(two) <= set(one)


def _same_work(thing: Thing, referent: Referent) -> float:
    if thing.family != referent.family and "project" not in (thing.family, referent.family):
        return 0
    for name in referent.names:
        one = set(words(thing.name)) - WORK_WORDS
        two = set(words(name)) - WORK_WORDS
        if one and (one == two or (len(one & two) >= 2 and (one <= two or two <= one))):
            return 2
        if referent.acronym and fold(referent.acronym) in one:
            return 2
        if thing.acronym and fold(thing.acronym) in two:
            return 2
        if (
            one
            and initials_fit(name, "".join(one))
            and len("".join(one)) > 2
            and "".join(one).upper() in thing.name
        ):
            return 1
    return 0
