"""Rows of plain tables: reading, writing, and the small tools for ids and numbers that all tables share."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Row = dict[str, str]

BASES = ("observed", "official", "derived", "forecast", "assumption")
"""How a value is known, best first."""


@dataclass(frozen=True)
class Inputs:
    """Where the plain tables lie; each is read once."""

    root: Path

    def facts(self, name: str) -> list[Row]:
        """Rows of ``facts/<name>.csv``."""
        return read_rows(self.root / "facts" / f"{name}.csv")

    def model(self, name: str) -> list[Row]:
        """Rows of ``model/<name>.csv``."""
        return read_rows(self.root / "model" / f"{name}.csv")

    @cached_property
    def defaults(self) -> dict[str, Row]:
        """Values that no source gives, by their Z id."""
        return {row["id"]: row for row in self.facts("defaults")}

    @cached_property
    def territory(self) -> dict[str, str]:
        """Territory of each node: its state, or the part of it that is cut off."""
        result = {row["id"]: row["country"] for row in self.facts("nodes")}
        result.update({row["node"]: row["territory"] for row in self.model("territories")})
        return result


def read_rows(path: Path) -> list[Row]:
    """Rows of a CSV file as text; blanks are empty strings."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def format_rows(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV text with exactly ``columns``; a row with another column is an error."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def join_ids(*parts: str) -> str:
    """Ids of all parts, each once and in order, joined by ``;``.

    >>> join_ids("N001;Z002", "", "N001;K0003")
    'N001;Z002;K0003'
    """
    found: dict[str, None] = {}
    for part in parts:
        for item in part.split(";"):
            if item.strip():
                found[item.strip()] = None
    return ";".join(found)


def join_notes(*parts: str) -> str:
    """Sentences of a note, separated by ``; ``; empty parts are left out."""
    return "; ".join(part.strip().rstrip(".;") for part in parts if part.strip())


def weakest(*bases: str) -> str:
    """The weakest of several bases."""
    return max((b for b in bases if b), key=BASES.index)


def say_number(value: float) -> str:
    """A number in its shortest form, to six significant digits.

    >>> say_number(0.30000000000000004), say_number(45.0)
    ('0.3', '45')
    """
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.10g}"


def say_range(low: str, high: str) -> str:
    """Two ends of a range as text."""
    return f"{low}-{high}"


def base_of(note: str, source: str, fallback: str = "observed") -> str:
    """Basis of a row of facts from what its note and sources admit."""
    if re.search(r"\bassumption\b|placeholder|\bassumed\b", note) or source in ("EST", "GK"):
        return "assumption"
    if re.search(r"\bderived\b|annualised", note):
        return "derived"
    return fallback


def copy_columns(row: Row, columns: Sequence[str]) -> Row:
    """Only ``columns`` of a row, blanks where it has none."""
    return {column: row.get(column, "") for column in columns}
