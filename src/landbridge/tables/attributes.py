"""Attribute tables: what each column of each table is called, holds, and may hold. They are data, beside
this file.

``least`` and ``most`` hold a number, the name of another column of the row, or both joined by ``;``.
``choices`` holds the allowed words joined by ``;``, or one regular expression between slashes.
``default`` holds what a blank cell means, or the name of another column of the row that holds it.
``references`` holds ``table.column`` targets joined by ``;``; a bare word or ``*`` among them is allowed as
it stands.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Literal, cast, get_args

from landbridge.errors import UnknownColumn, UnknownTable

ColumnType = Literal["id", "text", "list", "number", "integer", "boolean", "date", "year"]
COLUMN_TYPES: tuple[str, ...] = get_args(ColumnType)


@dataclass(frozen=True)
class Attribute:
    """One column of a table: type, unit, limits and meaning."""

    name: str
    type: ColumnType
    unit: str
    required: bool
    default: str
    least: tuple[str, ...]
    most: tuple[str, ...]
    choices: tuple[str, ...]
    pattern: str
    references: tuple[str, ...]
    description: str

    @property
    def is_numeric(self) -> bool:
        """Whether the column is an array of float64."""
        return self.type in ("number", "integer")

    @cached_property
    def least_number(self) -> float | None:
        """Smallest number allowed, if one is stated."""
        return _number_among(self.least)

    @cached_property
    def most_number(self) -> float | None:
        """Largest number allowed, if one is stated."""
        return _number_among(self.most)

    @cached_property
    def range_columns(self) -> tuple[str, ...]:
        """Columns of the row that hold the low and high end of this one."""
        return tuple(word for word in (*self.least, *self.most) if not _is_number(word))

    @cached_property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """Pairs (table, column) in one of which a value must be found; empty if any value may stand."""
        return tuple((t, c) for t, dot, c in (word.partition(".") for word in self.references) if dot)

    @cached_property
    def literals(self) -> frozenset[str]:
        """Words that are allowed although they are found in no target."""
        return frozenset(word for word in self.references if "." not in word)


@dataclass(frozen=True)
class Attributes(Mapping[str, Attribute]):
    """The attributes of one table, in the order of its columns."""

    table: str
    columns: tuple[Attribute, ...]

    @cached_property
    def _by_name(self) -> dict[str, Attribute]:
        return {attribute.name: attribute for attribute in self.columns}

    def __getitem__(self, name: str) -> Attribute:
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownColumn(name, self._by_name, where=f"table {self.table}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self.columns)


#: Tables that a study folder may hold, in the order in which a reader meets them.
_TABLES = (
    "nodes", "links", "services", "borders", "terminals",
    "gates", "gate_history", "gate_priors", "gate_causes", "gate_promises",
    "gate_effects", "rules", "measures", "state_penalties",
    "zones", "zone_groups", "connectors",
    "classes", "commodities", "vehicles", "captive", "class_mix", "growth", "flows",
    "value_densities", "flow_rulings", "zone_shares", "gravity_limits",
    "parameters", "sea_rates", "observations", "corridors", "adjustments", "demand_factors",
    "claims", "events", "instruments", "processes", "actors", "sources",
)  # fmt: skip

#: Tables without which there is no study.
REQUIRED_TABLES = ("nodes", "links", "zones", "connectors", "classes", "parameters", "sources")


def list_tables() -> tuple[str, ...]:
    """Give the names of all tables that a study may hold."""
    return _TABLES


@cache
def load_attributes(table: str) -> Attributes:
    """Load the attribute table of ``table``; raises :class:`UnknownTable` if a study has no such table."""
    if table not in _TABLES:
        raise UnknownTable(table, _TABLES)
    text = (resources.files(__package__) / "attributes" / f"{table}.csv").read_text(encoding="utf-8")
    return Attributes(table, tuple(_attribute(row) for row in csv.DictReader(text.splitlines())))


def _attribute(row: dict[str, str]) -> Attribute:
    choices = row["choices"]
    pattern = choices[1:-1] if choices.startswith("/") else ""
    return Attribute(
        name=row["attribute"],
        type=cast(ColumnType, row["type"]),
        unit=row["unit"],
        required=row["required"] == "yes",
        default=row["default"],
        least=_words(row["least"]),
        most=_words(row["most"]),
        choices=() if pattern else _words(choices),
        pattern=pattern,
        references=_words(row["references"]),
        description=row["description"],
    )


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split(";") if word.strip())


def _is_number(word: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", word) is not None


def _number_among(words: tuple[str, ...]) -> float | None:
    return next((float(word) for word in words if _is_number(word)), None)
