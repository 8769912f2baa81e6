"""Who speaks in a claim: the parties of an event, their officials, ministries and media, found by name."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from landbridge.record.dates import latest
from landbridge.record.lexicon import Lexicon
from landbridge.record.model import Claim, Event, Source

_SPEAKING: Final = (
    r"(?:said|says|stated|states|told|denied|denies|rejected|rejects|claimed|claims|insisted|insists"
    r"|announced|noted|argued|argues|called|calls|looking back|stressed|confirmed|declared|voiced"
    r"|dismissed|maintains|maintained)"
)
_OFFICE: Final = (
    r"(?:foreign |defen[cs]e |transport |prime |interior |deputy |vice )*"
    r"(?:ministry|minister|president|premier|government|parliament|spokesm[ae]n|spokesperson|spokeswoman"
    r"|side|mfa|mp"
    r"|embassy|official|officials|leader|authorities|delegation|presidency)"
)
_NAME: Final = r"[A-Z][\w'\u2019-]+(?: (?:al-|bin |de |van )?[A-Z][\w'\u2019-]+){0,3}"
#: In a sentence of a document, only a verb of speaking makes a name a speaker.
_SAID = (
    re.compile(rf"\b[Aa]ccording to (?:the )?(?P<who>{_NAME})"),
    re.compile(
        rf"\b(?P<who>[A-Z][\w'\u2019-]+) (?i:{_OFFICE}) (?:{_NAME} )?(?:has |had |have )?{_SPEAKING}\b"
    ),
    re.compile(rf"\b(?P<who>{_NAME})(?:,[^,]{{3,60}},)? (?:has |had |have )?{_SPEAKING}\b"),
)
#: A note may be as short as the name.
_ATTRIBUTED = (
    re.compile(rf"^(?P<who>{_NAME})(?:$|[:,])"),
    re.compile(rf"(?:position|view|word|statement|account) of (?P<who>{_NAME})"),
    re.compile(rf"\b(?P<who>[A-Z][\w'\u2019-]+) (?i:{_OFFICE})\b"),
    *_SAID,
)
_ORGAN = re.compile(
    r"\b(?:ministry|government|president|presidency|prime minister|parliament|embassy|state (?:news )?agency"
    r"|(?:public|state|national) (?:radio|television|tv|broadcaster|news agency))\b",
    re.IGNORECASE,
)
_SHORT: Final = 5


def _speaker(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        found = pattern.search(text) if text else None
        if found:
            return str(found["who"])
    return ""


@lru_cache(maxsize=262144)
def _quoted(note: str, text: str) -> str:
    return _speaker(note, _ATTRIBUTED) or _speaker(text, _SAID)


@lru_cache(maxsize=1024)
def _state_of(word: str) -> str:
    """Code of the state that a name or adjective of the world's states stands for; empty if it is none."""
    return _world().state_of(word)


@lru_cache(maxsize=1)
def _world() -> Lexicon:
    return Lexicon.build()


class Voices:
    """Tells for which party a claim speaks.

    ``actors`` are rows with ``id``, ``name``, ``kind`` and ``country``, as in the study's table; a person
    or a body speaks for its country, and an adjective of a country's name ("the Ruritanian ministry") for
    it too.
    """

    def __init__(
        self,
        sources: Iterable[Source] = (),
        events: Iterable[Event] = (),
        actors: Iterable[Mapping[str, str]] = (),
    ) -> None:
        self._sources = {s.id: s for s in sources}
        self._events = {e.id: e for e in events}
        self._voice: dict[tuple[str, str, str], str] = {}
        self._home: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._states: dict[str, str] = {}
        for row in actors:
            home: str = row.get("country") or row["id"]
            self._home[row["id"]] = home
            words = re.findall(r"[^\W\d_]+", row["name"].lower())
            if not words:
                continue
            self._names[" ".join(words)] = home
            if row.get("kind") == "person":
                self._names.setdefault(words[-1], home)
            elif row.get("kind") == "state":
                self._states[" ".join(words)] = home

    def party_of(self, name: str) -> str:
        """Party that a name stands for; the last word of the name itself if no actor has it."""
        words: list[str] = re.findall(r"[^\W\d_]+", name.lower())
        if not words:
            return ""
        for text in (" ".join(words), words[-1], words[0]):
            if text in self._names:
                return self._names[text]
        for state, home in self._states.items():
            # Adjectives share their beginning with the name of the state; those that do not stand in a table.
            common = min(len(words[0]), len(state)) - (1 if len(words[0]) > _SHORT + 1 else 0)
            if common >= _SHORT and words[0][:common] == state[:common]:
                return home
        return _state_of(words[0]) or words[-1].title()

    def _home_of(self, actor: str) -> str:
        return self._home.get(actor, actor)

    def parties(self, event: str) -> frozenset[str]:
        """Parties of an event: its actors by country; none if the event is not known."""
        found = self._events.get(event)
        return frozenset(self._home_of(actor) for actor in found.actors) if found else frozenset()

    def quoted(self, claim: Claim) -> str:
        """Who is quoted in a claim: a name, as the note or the sentence has it; or empty."""
        return _quoted(claim.note, claim.mention.text)

    def own_word(self, claim: Claim) -> bool:
        """Whether a source says a thing itself, and quotes nobody for it."""
        return not self.quoted(claim)

    def voice(self, claim: Claim) -> str:
        """Party for which a claim speaks: who is quoted, else whose medium or text it is; or empty."""
        key = (claim.note, claim.mention.text, claim.mention.source)
        known = self._voice.get(key)
        if known is None:
            known = self._voice[key] = self._voice_of(claim)
        return known

    def _voice_of(self, claim: Claim) -> str:
        who = self.quoted(claim)
        if who:
            return self.party_of(who)
        source = self._sources.get(claim.mention.source)
        if source is None:
            return ""
        if source.alignment:
            return self._home_of(source.alignment)
        return self._of_publisher(source)

    def _of_publisher(self, source: Source) -> str:
        """Party whose organ a publisher is by its name: a ministry, a state's radio, a party's own site."""
        if source.reliability == "party" and source.publisher:
            return self.party_of(source.publisher)
        if _ORGAN.search(source.publisher):
            for word in re.findall(r"[^\W\d_]{4,}", source.publisher):
                home = self.party_of(word) if word[0].isupper() else ""
                if home in self._states.values():
                    return home
        return ""

    def is_party(self, voice: str, event: str) -> bool:
        """Whether a voice is a party of an event; of one that is not known, any voice of a known actor is."""
        known = self.parties(event)
        return voice in known if known else voice in self._home.values()

    def published(self, claim: Claim) -> str:
        """Last day on which the source of a claim can have appeared, ISO; empty if it is not known."""
        source = self._sources.get(claim.mention.source)
        day = latest(source.published) if source and source.published else None
        return day.isoformat() if day else ""

    def reliability(self, claim: Claim) -> str:
        """Reliability of the source of a claim."""
        source = self._sources.get(claim.mention.source)
        return source.reliability if source else "unknown"
