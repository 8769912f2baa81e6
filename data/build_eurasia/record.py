"""The record: who claims what, what happened, who took part, and which agreements reached which stage."""

import re

from build_eurasia.rows import Inputs, Row, copy_columns, join_ids

CLAIMS = [
    "id",
    "event",
    "field",
    "subject",
    "value",
    "unit",
    "scope",
    "valid_time",
    "stance",
    "modality",
    "source",
    "locator",
    "coder",
    "note",
    "withdrawn",
]
EVENTS = [
    "id",
    "date",
    "place",
    "kind",
    "title",
    "actors",
    "roles",
    "outcome",
    "affects",
    "meets",
    "process",
    "status",
    "source",
    "note",
]
PROCESSES = ["id", "title", "note"]
ACTORS = ["id", "name", "kind", "country", "note"]
INSTRUMENTS = [
    "id",
    "instrument",
    "name",
    "stage",
    "date",
    "event",
    "parties",
    "witnesses",
    "binding",
    "process",
    "source",
    "note",
]


def build_claims(inputs: Inputs) -> list[Row]:
    """All claims, in the order in which they were coded."""
    return [copy_columns(row, CLAIMS) for row in inputs.facts("claims")]


def build_events(inputs: Inputs) -> list[Row]:
    """All events, the past ones first."""
    return [copy_columns(row, EVENTS) for row in inputs.facts("events")]


def build_processes(inputs: Inputs) -> list[Row]:
    """Courses of events, in the order in which people ask for them."""
    return [copy_columns(row, PROCESSES) for row in inputs.model("processes")]


def build_actors(inputs: Inputs) -> list[Row]:
    """All actors that events name."""
    return [copy_columns(row, ACTORS) for row in inputs.facts("actors")]


def build_instruments(inputs: Inputs) -> list[Row]:
    """A row for each stage of each agreement."""
    return [copy_columns(row, INSTRUMENTS) for row in inputs.model("instruments")]


def read_lineage(note: str) -> Row:
    """What the note of a source says of its file, of what it repeats and of whose line it takes.

    >>> read_lineage("file a.txt; derived_from=R001;R002; dated by its links")
    {'file': 'a.txt', 'derived_from': 'R001;R002', 'alignment': ''}
    >>> read_lineage("alignment=RUS; preview")["alignment"]
    'RUS'
    """
    file = re.search(r"\bfile (\S+\.\w+)", note)
    parents = re.search(r"\bderived_from=([A-Z]\d+(?:;[A-Z]\d+)*)", note)
    side = re.search(r"\balignment=([\w-]+)", note)
    return {
        "file": file[1] if file else "",
        "derived_from": join_ids(parents[1]) if parents else "",
        "alignment": side[1] if side else "",
    }
