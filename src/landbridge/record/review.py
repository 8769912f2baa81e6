"""Review: proposed claims as a table that a person accepts or refuses, and what becomes of them."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from landbridge.errors import LandbridgeError, UnknownId
from landbridge.ids import is_id
from landbridge.record.check import DATE_FIELDS, ROLES
from landbridge.record.check_judged import known_as
from landbridge.record.differences_values import read_quantity, slip
from landbridge.record.model import Claim, Document
from landbridge.record.rules import NUMBERED, STATUS_WORDS, SYNONYMS, plain
from landbridge.record.tables import Record, claim_row
from landbridge.record.tables_dates import DATE_MEND, is_date
from landbridge.tables import load_attributes, write_whole
from landbridge.units import find_unit_fault

#: Columns of the review table. A person fills ``decision`` and may correct any other but ``id``.
COLUMNS = (
    "id", "decision", "event", "field", "subject", "value", "unit", "scope", "valid_time", "stance",
    "modality", "source", "locator", "sentence", "known", "coder", "note",
)  # fmt: skip
ACCEPT, REFUSE = "accept", "refuse"
_WORDS = {
    "": "", "accept": ACCEPT, "a": ACCEPT, "yes": ACCEPT, "y": ACCEPT, "1": ACCEPT,
    "refuse": REFUSE, "r": REFUSE, "no": REFUSE, "n": REFUSE, "0": REFUSE,
}  # fmt: skip

#: A spreadsheet takes a cell that begins so for a formula; a document must not be able to write one.
_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d-])")

Row = dict[str, str]


class ReviewInvalid(LandbridgeError, ValueError):
    """A review table cannot be used: not CSV, no such columns, or a decision that is none."""

    code = "LB-C029"


class NothingRead(LandbridgeError, ValueError):
    """None of the files that were named could be read."""

    code = "LB-C031"


class StudyNotYours(LandbridgeError, PermissionError):
    """Claims cannot be written into a study that comes with Landbridge."""

    code = "LB-C032"


class ClaimRefused(LandbridgeError, ValueError):
    """An accepted claim does not fit the study: its event, source, role or date is not known there."""

    code = "LB-C030"


@dataclass(frozen=True)
class Accepted:
    """What goes into the study: rows of claims, and of what they need that it does not have."""

    claims: tuple[Row, ...]
    sources: tuple[Row, ...] = ()
    events: tuple[Row, ...] = ()
    actors: tuple[Row, ...] = ()
    processes: tuple[Row, ...] = ()


def review_rows(
    documents: Sequence[Document], claims: Iterable[Claim], record: Record | None = None
) -> list[Row]:
    """Rows of a review table for proposed claims, in the order of documents and sentences.

    ``known`` says whether the study has the event, and whether it holds the same claim already.
    """
    known = record or Record()
    texts = {
        (known_as(known, document).id, str(sentence.address)): sentence.text
        for document in documents
        for sentence in document.sentences
    }
    held = {(*claim.key, claim.value, claim.stance, claim.mention.source) for claim in known.standing}
    rows = []
    for claim in claims:
        row = claim_row(claim)
        sentence = claim.mention.text or texts.get((claim.mention.source, claim.mention.locator), "")
        same = (*claim.key, claim.value, claim.stance, claim.mention.source) in held
        state = "held already" if same else "known" if is_known(known, claim.event) else "new"
        rows.append(
            {column: row.get(column, "") for column in COLUMNS}
            | {"id": claim.id, "decision": "", "sentence": sentence, "known": state}
        )
    return rows


def is_known(record: Record, event: str) -> bool:
    """Whether a study has what a claim is about."""
    kind, colon, name = event.rpartition(":")
    if not colon:
        return event in record.events
    own: Collection[str] = {
        "gate": record.gates, "process": record.processes, "document": record.sources,
        "place": [place.id for place in record.gazetteer.places],
    }.get(kind, ())  # fmt: skip
    return name in own


def write_review(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write a review table as CSV, whole or not at all; what would be a formula is written as text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({key: _as_text(cell) for key, cell in row.items()} for row in rows)
    write_whole(path, text.getvalue())


def _as_text(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def read_review(path: Path) -> list[Row]:
    """Read a review table that a person may have edited in a spreadsheet.

    Raises
    ------
    ReviewInvalid
        If it is no such table, or a decision is neither accept nor refuse.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except FileNotFoundError:
        raise ReviewInvalid(
            "there is no such file.", where=str(path), mend="landbridge record read writes one."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        mend = "save it as CSV UTF-8 with commas, as landbridge record read wrote it."
        raise ReviewInvalid(f"the file is no review table: {error}.", where=str(path), mend=mend) from error
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing or not rows:
        what = f'column "{missing[0]}" is missing.' if missing else "the table has no rows."
        raise ReviewInvalid(what, where=str(path), mend=f"its columns are {', '.join(COLUMNS)}.")
    kept = []
    for line, row in enumerate(rows, start=2):
        word = (row["decision"] or "").strip().casefold()
        if word not in _WORDS:
            what = f'the decision "{row["decision"]}" is neither accept nor refuse.'
            raise ReviewInvalid(
                what, where=f"{path} line {line}", mend="write accept, refuse, or leave it blank."
            )
        kept.append({c: _as_written((row[c] or "").strip()) for c in COLUMNS} | {"decision": _WORDS[word]})
    return kept


def decide(rows: Sequence[Row], accept: Collection[str] = (), refuse: Collection[str] = ()) -> list[Row]:
    """Rows with these decisions; ``all`` stands for every row that has none.

    Raises
    ------
    UnknownId
        If a row of this id is not in the table.
    ReviewInvalid
        If one row is both accepted and refused.
    """
    known = [row["id"] for row in rows]
    for name in (*accept, *refuse):
        if name not in known and name != "all":
            raise UnknownId(name, known, kind="proposed claim", where="the review table")
    both = sorted({*accept} & {*refuse})
    if both:
        raise ReviewInvalid(f"{both[0]} is both accepted and refused.", mend="choose one.")
    decided = []
    for row in rows:
        decision = row["decision"]
        if row["id"] in accept or ("all" in accept and not decision and row["id"] not in refuse):
            decision = ACCEPT
        elif row["id"] in refuse or ("all" in refuse and not decision):
            decision = REFUSE
        decided.append({**row, "decision": decision})
    return decided


def accepted_rows(rows: Sequence[Row], record: Record, states: Mapping[str, str] | None = None) -> Accepted:
    """What the accepted rows add to a study's tables.

    A claim gets the next free id. A document that is no source of the study becomes one, of unknown
    reliability. An event that the study does not have becomes one if its date is among the accepted claims;
    a process or a state that it does not have gets a row. The person may fill in the rest of these rows.

    Parameters
    ----------
    states
        Names of states by ISO 3166 alpha-3 code.

    Raises
    ------
    ClaimRefused
        If an accepted row is about something that the study does not have, or breaks a rule of the table.
    """
    accepted = [row for row in rows if row["decision"] == ACCEPT]
    number = max((int(c.id[1:]) for c in record.claims if re.fullmatch(r"C\d+", c.id)), default=0)
    held: set[tuple[str, ...]] = {
        (*claim.key, claim.value, claim.stance, claim.mention.source) for claim in record.claims
    }
    claims: list[Row] = []
    sources: dict[str, Row] = {}
    events: dict[str, Row] = {}
    actors: dict[str, Row] = {}
    processes: dict[str, Row] = {}
    faults: list[tuple[str, str, str]] = []
    for row in accepted:
        source = _source_id(row["source"], record)
        row = _settled(row, source)
        if source not in record.sources:
            name = row["source"]
            sources.setdefault(source, {"id": source, "title": name, "file": name, "reliability": "unknown"})
        if not is_known(record, row["event"]) and row["event"] not in events and ":" not in row["event"]:
            made = _new_event(row["event"], accepted, source)
            if made:
                events[row["event"]] = made
        kind, _, name = row["event"].partition(":")
        if kind == "process" and name not in record.processes and is_id(name):
            processes.setdefault(name, {"id": name, "title": name.replace("-", " ")})
            events[row["event"]] = processes[name]
        if row["event"] == f"document:{source}":
            events[row["event"]] = {}
        actor = row["subject"]
        if row["field"] == "role" and actor not in record.actors and actor in (states or {}):
            name = (states or {})[actor]
            actors.setdefault(actor, {"id": actor, "name": name, "kind": "state", "country": actor})
        fault = _fault(row, record, events, actors)
        if fault:
            faults.append((row["id"], *fault))
            continue
        key = (row["event"], row["field"], row["subject"], row["value"], row["stance"], source)
        if key in held:
            continue
        held.add(key)
        number += 1
        own = {column: row.get(column, "") for column in load_attributes("claims")}
        claims.append(own | {"id": f"C{number:04d}", "source": source, "withdrawn": ""})
    if faults:
        raise _refused(faults)
    return Accepted(
        tuple(claims),
        tuple(sources.values()),
        tuple(event for name, event in events.items() if ":" not in name),
        tuple(actors.values()),
        tuple(processes.values()),
    )


def _refused(faults: Sequence[tuple[str, str, str]]) -> ClaimRefused:
    """One error for all rows that do not fit, so that they can be mended together."""
    names = ", ".join(name for name, *_ in faults)
    if len(faults) == 1:
        return ClaimRefused(faults[0][1], where=f"row {names} of the review table", mend=faults[0][2])
    told = "".join(f"\n  {name}: {what}" for name, what, _ in faults)
    what = f"{len(faults)} accepted claims do not fit the study; nothing was written.{told}"
    mends: dict[str, list[str]] = {}
    for name, _, mend in faults:
        mends.setdefault(mend, []).append(name)
    listed = "".join(f"\n  {', '.join(own)}: {mend}" for mend, own in mends.items())
    return ClaimRefused(
        what, where=f"rows {names}", mend=f"{listed}\n  Or --refuse {names.replace(' ', '')}."
    )


def _settled(row: Row, source: str) -> Row:
    """A row as the study writes it: the document by its source, units with a stroke for "a year"."""
    about = f"document:{source}" if row["event"] == f"document:{row['source']}" else row["event"]
    return row | {"event": about, "unit": re.sub(r" (?:a|per) (?=\w+$)", "/", row["unit"])}


def _new_event(name: str, accepted: Sequence[Row], source: str) -> Row | None:
    """Row of an event that only the accepted claims tell of; None if none of them says when."""
    own = [row for row in accepted if row["event"] == name]
    days = [
        r
        for r in own
        if r["field"] == "date" and not r["subject"] and r["stance"] == "asserts" and is_date(r["value"])
    ]
    if not days or not is_id(name):
        return None
    place = next((r["value"] for r in own if r["field"] == "place" and not r["subject"]), "")
    return {
        "id": name,
        "date": days[0]["value"],
        "place": place,
        "kind": "other",
        "title": re.sub(r"^\d{4}(-\d\d)*-", "", name).replace("-", " "),
        "status": "occurred" if days[0]["modality"] == "fact" else "expected",
        "source": source,
        "note": "made from accepted claims",
    }


def _source_id(name: str, record: Record) -> str:
    """The source that a document is, or an id made of its file's name."""
    for known in (name, name.rpartition("/")[2]):
        if known in record.files:
            return record.files[known]
    if name in record.sources:
        return name
    words = re.sub(r"[^A-Za-z0-9_.\-]+", "-", name).strip("-._")
    if words == name.replace("/", "-") and is_id(words):
        return words
    # Letters were lost: two names must not become one.
    return f"{words or 'document'}-{sha256(name.encode()).hexdigest()[:8]}"


def _fault(
    row: Row, record: Record, events: Collection[str], actors: Collection[str]
) -> tuple[str, str] | None:
    """What keeps a row out of the table of claims, and how to mend it."""
    if not is_known(record, row["event"]) and row["event"] not in events:
        mend = "accept its date too, add its row to events.csv, or write the id of the event that it is."
        return f'the study has no "{row["event"]}".', mend
    if row["field"] == "role" and row["value"] not in ROLES:
        return f'"{row["value"]}" is no role.', f"choose from {', '.join(ROLES)}."
    if row["field"] == "role" and row["subject"] not in record.actors and row["subject"] not in actors:
        return (
            f'the study has no actor "{row["subject"]}".',
            "add its row to actors.csv, or write the actor's id.",
        )
    if row["field"] in DATE_FIELDS and not is_date(row["value"]):
        return (
            f'"{row["value"]}" is not a date in EDTF.',
            DATE_MEND,
        )
    if row["valid_time"] and not is_date(row["valid_time"]):
        return f'valid_time "{row["valid_time"]}" is not a date in EDTF.', DATE_MEND
    if row["field"] in NUMBERED and re.search(r"\d", row["value"]) and read_quantity(row["value"]) is None:
        mend = "write 3.2, 1200, 20-32 or 40+, with a point before decimals, and the unit in its own column."
        return f'{row["field"]} cannot be "{row["value"]}": this is no number.', mend
    if row["field"] == "status":
        word = plain("status", row["value"])
        words = {*STATUS_WORDS, *SYNONYMS["status"]}
        if word not in words and any(slip("name", word, known) for known in words):
            return f'status cannot be "{row["value"]}".', f"choose from {', '.join(STATUS_WORDS)}."
    for column in ("stance", "modality"):
        choices = load_attributes("claims")[column].choices
        if row[column] not in choices:
            return f'{column} cannot be "{row[column]}".', f"choose from {', '.join(choices)}."
    unit = find_unit_fault(row["unit"])
    if unit is not None:
        return f'"{unit}" is no known unit.', "write it with known words, such as km, Mt/year, million USD."
    if not row["value"]:
        return "the claim has no value.", "fill it, or refuse the row."
    return None
