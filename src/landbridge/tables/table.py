"""The table object: named columns of NumPy arrays with an index of ids."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from landbridge.errors import Fault, Severity, UnknownColumn, UnknownId
from landbridge.tables.files import write_whole


@dataclass(frozen=True)
class Table:
    """Columns of arrays, all of one length, that cannot be changed.

    Text, date and year columns are object arrays of ``str`` ("" where blank), lists are object arrays of
    tuples of ``str``, numbers and integers are float64 (NaN where blank), booleans are bool. Row ``i`` is
    line ``i + 2`` of the file it came from.
    """

    name: str
    columns: Mapping[str, np.ndarray]
    path: Path | None = None

    def __post_init__(self) -> None:
        for column in self.columns.values():
            column.flags.writeable = False

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __getitem__(self, column: str) -> np.ndarray:
        try:
            return self.columns[column]
        except KeyError:
            raise UnknownColumn(column, self.columns, where=f"table {self.name}") from None

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The key column, in the order of the rows."""
        return tuple(self["id"])

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Row of each id."""
        return {key: row for row, key in enumerate(self.ids)}

    def row(self, key: str | int) -> dict[str, Any]:
        """Give one row, by id or by position, as plain values.

        Raises
        ------
        UnknownId
            If no row has this id; the message offers the nearest ids.
        """
        if isinstance(key, str):
            if key not in self.index:
                raise UnknownId(key, self.ids, where=f"table {self.name}")
            key = self.index[key]
        return {name: _plain(column[key]) for name, column in self.columns.items()}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows one by one as plain values."""
        names = tuple(self.columns)
        for values in zip(*(column.tolist() for column in self.columns.values()), strict=True):
            yield dict(zip(names, values, strict=True))

    def fault(
        self, row: int | None, column: str, code: str, what: str, mend: str, severity: Severity = "error"
    ) -> Fault:
        """Make a fault of one cell, or of the table as a whole if ``row`` is ``None``."""
        value = "" if row is None or column not in self else _cell(_plain(self[column][row]))
        line = 0 if row is None else row + 2
        return Fault(code, what, f"tables/{self.name}.csv", line, column, value, mend, severity)


def write_table(table: Table, path: Path) -> None:
    """Write a table as CSV, whole or not at all; what is read back is equal."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row.values()] for row in table.rows())
    write_whole(path, text.getvalue())


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
