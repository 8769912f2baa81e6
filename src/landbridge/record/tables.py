"""The record as tables of a study: claims, events, actors, instruments, sources, read into what they mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast, get_args

from landbridge.errors import UnknownId
from landbridge.record.gazetteer import Gazetteer, read_gazetteer
from landbridge.record.model import (
    STAGES,
    Address,
    Claim,
    Event,
    Instrument,
    Mention,
    Reliability,
    Source,
    Stage,
)
from landbridge.tables import Table, load_attributes

if TYPE_CHECKING:
    from landbridge.record.lexicon import Lexicon

#: Tables of the record; a study may do without any of them.
RECORD_TABLES = ("claims", "events", "instruments", "processes", "actors")

_EVENT_COLUMNS = (
    "id", "date", "kind", "title", "place", "actors", "outcome", "affects", "meets", "process", "status",
    "source",
)  # fmt: skip
_CLAIM_COLUMNS = (
    "id", "event", "field", "subject", "value", "unit", "scope", "valid_time", "stance", "modality", "coder",
    "note", "withdrawn",
)  # fmt: skip


class Study(Protocol):
    """The part of a study that the record reads."""

    @property
    def tables(self) -> Mapping[str, Table]:
        """Tables by name."""


@dataclass(frozen=True)
class Tables:
    """Tables that stand for a study where there is no study yet."""

    tables: Mapping[str, Table]


@dataclass(frozen=True)
class Actor:
    """A state, person, organisation or company."""

    id: str
    name: str
    kind: str
    country: str = ""


@dataclass(frozen=True)
class Gate:
    """A condition as the study's table has it: its state on the record's last day, and since when."""

    id: str
    title: str
    state: str
    met_on: str = ""
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """All that a study holds on who said what.

    Attributes
    ----------
    claims
        In the order of the table, those that were withdrawn among them; `standing` leaves these out.
    processes
        Title of each course of events.
    files
        Source of each file name that ``sources.csv`` names, so that a document that is read is known.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    actors: Mapping[str, Actor] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, Gate] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    gazetteer: Gazetteer = field(default_factory=Gazetteer)

    @cached_property
    def standing(self) -> tuple[Claim, ...]:
        """Claims that count."""
        return tuple(claim for claim in self.claims if not claim.withdrawn)

    @cached_property
    def claims_of(self) -> Mapping[str, tuple[Claim, ...]]:
        """Claims that count, by what they are about."""
        found: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.standing:
            found[claim.event].append(claim)
        return {key: tuple(claims) for key, claims in found.items()}

    def get_claim(self, name: str) -> Claim:
        """Give a claim by id; raises :class:`UnknownId` with the nearest."""
        for claim in self.claims:
            if claim.id == name:
                return claim
        raise UnknownId(name, (claim.id for claim in self.claims), kind="claim", where="the record")

    def list_meeting(self, gate: str) -> tuple[Event, ...]:
        """Events from which on a gate holds, in the order of the table."""
        return tuple(event for event in self.events.values() if gate in event.meets)

    def with_claims(self, claims: Iterable[Claim], sources: Iterable[Source] = ()) -> "Record":
        """Give a record that holds more claims, and the sources that make them."""
        known = {**{source.id: source for source in sources}, **self.sources}
        return replace(self, claims=(*self.claims, *claims), sources=known)


def read_record(study: Study) -> Record:
    """Read the record of a study; a study without its tables has an empty one."""
    tables = study.tables
    return Record(
        sources={row["id"]: _source(row) for row in _rows(tables, "sources")},
        events={row["id"]: _event(row) for row in _rows(tables, "events")},
        instruments=_instruments(tables),
        claims=tuple(read_claim(row) for row in _rows(tables, "claims")),
        actors={
            row["id"]: Actor(row["id"], row["name"], row["kind"], row["country"])
            for row in _rows(tables, "actors")
        },
        processes={row["id"]: row["title"] for row in _rows(tables, "processes")},
        gates={
            row["id"]: Gate(row["id"], row["title"], row["state_today"], row["met_on"], row["source"])
            for row in _rows(tables, "gates")
        },
        files={row["file"]: row["id"] for row in _rows(tables, "sources") if row["file"]},
        gazetteer=read_gazetteer(tables),
    )


def has_record(study: Study) -> bool:
    """Whether a study holds any claim or event."""
    return any(len(table) for name in ("claims", "events") if (table := study.tables.get(name)) is not None)


def build_lexicon(tables: Mapping[str, Table]) -> "Lexicon":
    """Names that a text may use: states of the world, and the actors, places, events and gates of a study."""
    from landbridge.record.lexicon import Lexicon

    def texts(name: str) -> list[dict[str, str]]:
        return [
            {key: ";".join(value) if isinstance(value, tuple) else str(value) for key, value in row.items()}
            for row in _rows(tables, name)
        ]

    return Lexicon.build(
        actors=texts("actors"),
        nodes=texts("nodes"),
        events=texts("events"),
        gates=texts("gates"),
        claims=texts("claims"),
    )


def _rows(tables: Mapping[str, Table], name: str) -> Iterable[dict[str, Any]]:
    table = tables.get(name)
    return table.rows() if table is not None and len(table) else ()


def _source(row: Mapping[str, Any]) -> Source:
    known = row["reliability"] in get_args(Reliability)
    return Source(
        row["id"],
        row["title"],
        row["publisher"],
        row["published"],
        row["url"],
        cast(Reliability, row["reliability"]) if known else "unknown",
        row["derived_from"],
        row["alignment"],
    )


def _event(row: Mapping[str, Any]) -> Event:
    roles: dict[str, tuple[str, ...]] = {}
    for word in row["roles"]:
        actor, _, role = word.partition(":")
        roles[actor] = (*roles.get(actor, ()), role)
    same = {key: row[key] for key in _EVENT_COLUMNS}
    return Event(**same, roles=roles)


def _instruments(tables: Mapping[str, Table]) -> dict[str, Instrument]:
    """An instrument from its rows, with its stages in their order, whatever the order of the rows."""
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _rows(tables, "instruments"):
        rows[row["instrument"]].append(row)
    found = {}
    for name, own in rows.items():
        binding = {row["binding"] for row in own if row["binding"]}
        stages = sorted(own, key=lambda row: STAGES.index(row["stage"]) if row["stage"] in STAGES else -1)
        found[name] = Instrument(
            name,
            own[0]["name"],
            parties=_together(own, "parties"),
            witnesses=_together(own, "witnesses"),
            stages=tuple(Stage(row["stage"], row["date"], row["event"], row["source"]) for row in stages),
            binding=binding == {"yes"} if len(binding) == 1 else None,
            process=next((row["process"] for row in own if row["process"]), ""),
        )
    return found


def _together(rows: list[Mapping[str, Any]], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for row in rows for word in row[column]))


def read_claim(row: Mapping[str, Any]) -> Claim:
    """Make a claim from a row of the table of claims."""
    source = row["source"]
    address = Address.parse(row["locator"]) if row["locator"] else None
    mention = Mention(source[0] if source else "", address)
    same = {key: row[key] for key in _CLAIM_COLUMNS}
    return Claim(**same, mention=mention)


def claim_row(claim: Claim) -> dict[str, str]:
    """Give a claim as a row of the table of claims, in the order of its columns."""
    row = {name: str(getattr(claim, name, "")) for name in load_attributes("claims")}
    return row | {"source": claim.mention.source, "locator": claim.mention.locator}
