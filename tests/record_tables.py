"""The study's own claims, events, actors and sources, as the judging of the record takes them."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from landbridge.record.model import Address, Claim, Document, Event, Mention, PartKind, Sentence, Source

FACTS = Path(__file__).parents[1] / "data" / "eurasia" / "facts"


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _note(text: str, key: str) -> str:
    """Give what a note says after ``key=``, for tables that keep it there."""
    parts = (part.strip() for part in text.split(";"))
    return next((part.partition("=")[2].split()[0] for part in parts if part.startswith(f"{key}=")), "")


def sources() -> tuple[Source, ...]:
    found = []
    for row in rows("sources/record.csv"):
        parent = row.get("derived_from") or _note(row["note"], "derived_from")
        alignment = row.get("alignment") or _note(row["note"], "alignment")
        found.append(
            Source(
                row["id"],
                row["title"],
                row["publisher"],
                row["published"],
                row["url"],
                row["reliability"],
                tuple(parent.split(";")) if parent else (),
                alignment,
            )
        )
    return tuple(found)


def claims(*only: str) -> tuple[Claim, ...]:
    """Claims of the table, or of some sources."""
    found = []
    for row in rows("claims.csv"):
        source = row.get("source") or row["source_id"]
        if only and source not in only:
            continue
        where = " ".join(word for word in row["locator"].split() if word[0] in "ps" and word[1:].isdigit())
        found.append(
            Claim(
                row["id"],
                row.get("event") or row["event_id"],
                row["field"],
                row["subject"],
                row["value"],
                Mention(source, Address.parse(where) if where else None),
                row["stance"],
                row.get("modality") or "fact",
                row.get("unit") or "",
                row.get("scope") or "",
                note=row["note"],
                withdrawn=row.get("withdrawn") or "",
            )
        )
    return tuple(found)


def events() -> tuple[Event, ...]:
    return tuple(
        Event(
            row["id"],
            row["date"],
            row["kind"],
            row["title"],
            row["place"],
            tuple(row["actors"].split(";")),
            outcome=row["outcome"],
            affects=tuple(row["affects"].split(";")),
            status=row["status"],
        )
        for row in rows("events.csv")
    )


def document(name: str, text: str) -> Document:
    """Split a text by lines and full stops; the first line is the headline, what follows "References" is not the story."""
    sentences: list[Sentence] = []
    part: PartKind = "headline"
    for line, paragraph in enumerate(text.splitlines(), 1):
        if paragraph.startswith("References"):
            part = "citation"
        elif paragraph.startswith("Read also"):
            part = "boilerplate"
        pieces = [paragraph] if part != "body" else paragraph.replace(". ", ".\n").split("\n")
        sentences += [
            Sentence(Address(line, n), part, piece) for n, piece in enumerate(pieces, 1) if piece.strip()
        ]
        part = "body" if part == "headline" else part
    return Document(name, tuple(sentences))


@dataclass(frozen=True)
class Place:
    """A place of the gazetteer."""

    name: str
    country: str
    capital: bool | None = None


class Places:
    """A gazetteer of a few places."""

    capitals: ClassVar = {"KAZ": "Astana", "RUR": "Strelsau"}
    _known: ClassVar = {
        "almaty": Place("Almaty", "KAZ", capital=False),
        "abu dhabi": Place("Abu Dhabi", "ARE", capital=True),
        "zenda": Place("Zenda", "RUR", capital=False),
        "strelsau": Place("Strelsau", "RUR", capital=True),
    }

    def find(self, name: str) -> Place | None:
        return self._known.get(name.lower())
