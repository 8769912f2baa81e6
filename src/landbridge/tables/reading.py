"""Reading a table from CSV: every cell is checked against its attribute, every fault is collected."""

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from landbridge.errors import Fault, TableInvalid, suggest
from landbridge.ids import is_id
from landbridge.tables.attributes import Attribute, Attributes, load_attributes
from landbridge.tables.table import Table

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_TRUE = frozenset({"yes", "true", "1"})
_FALSE = frozenset({"no", "false", "0"})


def read_table(path: Path, attributes: Attributes | None = None) -> tuple[Table, list[Fault]]:
    """Read one CSV file of a study and say everything that is wrong with it.

    Parameters
    ----------
    path
        The file; UTF-8 with or without a byte order mark, commas, any line ends.
    attributes
        What may stand in it; those of the table that the file is named after if left out.

    Returns
    -------
    tuple[Table, list[Fault]]
        The table holds every row, with blanks where a cell could not be read, so that row ``i`` is line ``i
        + 2``. Columns that the file leaves out hold their default or blanks. The table may be used if no
        fault is an error.
    """
    attributes = attributes or load_attributes(path.stem)
    reader = _Reader(attributes, f"{path.parent.name}/{path.name}" if path.parent.name else path.name)
    return reader.table(reader.cells(path), path), reader.faults


def table_from_rows(name: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Make a table from rows of plain values, under the same checks as a file.

    Raises
    ------
    TableInvalid
        With all faults, if a row breaks an attribute of the table.

    Examples
    --------
    >>> table_from_rows("sources", [{"id": "N001", "title": "Timetable"}]).ids
    ('N001',)
    """
    kept = [dict(row) for row in rows]
    heading = list(dict.fromkeys(column for row in kept for column in row))
    reader = _Reader(load_attributes(name), name)
    lines = [[_text(row.get(column, "")) for column in heading] for row in kept]
    table = reader.table((heading or list(reader.attributes), lines), None)
    if reader.faults:
        raise TableInvalid(f"table {name} has {len(reader.faults)} faults.", reader.faults)
    return table


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, tuple | list):
        return ";".join(map(str, value))
    return str(value)


class _Reader:
    """One pass over one file; ``faults`` grows as it goes."""

    def __init__(self, attributes: Attributes, file: str) -> None:
        self.attributes = attributes
        self.file = file
        self.faults: list[Fault] = []
        self.blank: frozenset[int] = frozenset()

    def fault(
        self, code: str, what: str, mend: str, line: int = 0, column: str = "", value: str = ""
    ) -> None:
        self.faults.append(Fault(code, what, self.file, line, column, value, mend))

    def cells(self, path: Path) -> tuple[list[str], list[list[str]]]:
        """Split the file into heading and lines; an unreadable file gives no lines and a fault."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            self.fault("LB-T001", "the file is missing.", f"put the table {self.attributes.table} here.")
            return [], []
        except UnicodeDecodeError as error:
            self.fault(
                "LB-T002",
                f"byte {error.start + 1} is not UTF-8 text.",
                'save the file as "CSV UTF-8" in the spreadsheet program.',
            )
            return [], []
        try:
            lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            self.fault(
                "LB-T002", f"the file is not CSV: {error}.", "close every quotation mark that is opened."
            )
            return [], []
        while lines and not any(cell.strip() for cell in lines[-1]):
            lines.pop()
        if not lines:
            self.fault("LB-T003", "the file is empty.", f"begin it with {','.join(self.attributes)}.")
            return [], []
        return [cell.strip() for cell in lines[0]], lines[1:]

    def heading(self, heading: list[str]) -> dict[str, int]:
        """Place of each known column; says which columns are unknown, doubled or missing."""
        if not heading:
            return {}
        if len(heading) == 1 and (";" in heading[0] or "\t" in heading[0]):
            self.fault(
                "LB-T003",
                "the columns are not separated by commas.",
                "save the file with commas between columns.",
                1,
            )
            return {}
        places: dict[str, int] = {}
        for place, name in enumerate(heading):
            if name not in self.attributes:
                what = f'there is no column "{name}".' if name else f"column {place + 1} has no name."
                self.fault("LB-T005", what, suggest(name, self.attributes, limit=60), 1, name)
            elif name in places:
                self.fault("LB-T005", f'column "{name}" stands twice.', "keep one of them.", 1, name)
            else:
                places[name] = place
        for attribute in self.attributes.values():
            if attribute.required and attribute.name not in places:
                mend = f"add it: {attribute.description}."
                self.fault("LB-T004", f'column "{attribute.name}" is missing.', mend, 1, attribute.name)
        return places

    def lines(self, lines: list[list[str]], width: int) -> list[list[str]]:
        """Bring every line to the width of the heading and say which were not."""
        blank = set()
        for row, line in enumerate(lines):
            number = row + 2
            if not any(cell.strip() for cell in line):
                blank.add(row)
                self.fault("LB-T006", "the line is empty.", "delete it.", number)
            elif len(line) != width:
                mend = "put quotation marks round a cell that contains a comma, or add the missing commas."
                self.fault("LB-T006", f"the line has {len(line)} cells, the heading {width}.", mend, number)
            if any("\n" in cell or "\r" in cell for cell in line):
                self.fault("LB-T006", "a cell holds a line break.", "write it in one line.", number)
        self.blank = frozenset(blank)
        return [line[:width] + [""] * (width - len(line)) for line in lines]

    def table(self, cells: tuple[list[str], list[list[str]]], path: Path | None) -> Table:
        """Turn heading and lines into columns of arrays."""
        heading, lines = cells
        places = self.heading(heading)
        lines = self.lines(lines, len(heading)) if places else []
        columns: dict[str, np.ndarray] = {}
        for attribute in self.attributes.values():
            place = places.get(attribute.name)
            raw = [""] * len(lines) if place is None else [line[place].strip() for line in lines]
            if attribute.default in self.attributes:
                raw = [a or b for a, b in zip(raw, columns[attribute.default], strict=True)]
            columns[attribute.name] = self.column(attribute, raw, given=place is not None)
        self.within_row(columns)
        self.faults.sort(key=lambda fault: fault.row)
        return Table(self.attributes.table, columns, path)

    def column(self, attribute: Attribute, raw: list[str], *, given: bool) -> np.ndarray:
        """Read one column; a cell that cannot be read becomes blank and a fault."""
        read = _READERS[attribute.type]
        values: list[Any] = []
        seen: dict[str, int] = {}
        for row, cell in enumerate(raw):
            text = cell or attribute.default
            value, problem = read(text)
            if problem:
                self.cell_fault(problem[0], problem[1], problem[2], row, attribute, cell)
            elif text:
                self.check(attribute, value, text, row)
            elif attribute.required and given and row not in self.blank:
                self.blank_fault(attribute, row)
            if attribute.type == "id" and text:
                if text in seen:
                    what = f'id "{text}" already stands in line {seen[text] + 2}.'
                    self.cell_fault("LB-T012", what, "give every row an id of its own.", row, attribute, text)
                seen.setdefault(text, row)
            values.append(value)
        return _array(attribute, values)

    def check(self, attribute: Attribute, value: Any, text: str, row: int) -> None:
        """Check a cell that could be read against limits, choices and pattern."""
        if attribute.is_numeric:
            least, most = attribute.least_number, attribute.most_number
            unit = attribute.unit if attribute.unit not in ("1", "") else ""
            if least is not None and value < least:
                what = f"{attribute.name} is {text}, less than {least:g}."
                self.cell_fault(
                    "LB-T010", what, f"least is {least:g} {unit}".strip() + ".", row, attribute, text
                )
            if most is not None and value > most:
                what = f"{attribute.name} is {text}, more than {most:g}."
                mend = f"most is {most:g} {unit}".strip() + "; is it in another unit?"
                self.cell_fault("LB-T010", what, mend, row, attribute, text)
            return
        if attribute.type == "year" and not _within(float(text), attribute):
            what = f"year {text} is outside {attribute.least_number:g} to {attribute.most_number:g}."
            self.cell_fault("LB-T010", what, "correct the year.", row, attribute, text)
        for word in value if isinstance(value, tuple) else (value,):
            if attribute.choices and word not in attribute.choices:
                what = f'{attribute.name} cannot be "{word}".'
                self.cell_fault(
                    "LB-T011", what, f"choose from {', '.join(attribute.choices)}.", row, attribute, text
                )
            elif attribute.pattern and not re.fullmatch(attribute.pattern, word):
                what = f'{attribute.name} "{word}" has the wrong form.'
                self.cell_fault("LB-T011", what, f"{attribute.description}.", row, attribute, text)

    def within_row(self, columns: Mapping[str, np.ndarray]) -> None:
        """Check limits that are other columns of the row: low end, value, high end."""
        for attribute in self.attributes.values():
            for words, sign in ((attribute.least, 1), (attribute.most, -1)):
                for name in (word for word in words if word in columns):
                    value, limit = columns[attribute.name], columns[name]
                    for row in np.flatnonzero(sign * value < sign * limit):
                        side = "less" if sign > 0 else "more"
                        what = f"{attribute.name} is {value[row]:g}, {side} than {name}, {limit[row]:g}."
                        mend = "order the range: low, value, high."
                        self.cell_fault("LB-T018", what, mend, int(row), attribute, f"{value[row]:g}")

    def blank_fault(self, attribute: Attribute, row: int) -> None:
        if attribute.name == "source":
            what, mend = "the row states a fact without a source.", "name its sources by id, joined by ';'."
            self.cell_fault("LB-T015", what, mend, row, attribute, "")
        elif attribute.name == "unit":
            what, mend = "the number has no unit.", "write its unit, or 1 for a pure number."
            self.cell_fault("LB-T017", what, mend, row, attribute, "")
        else:
            what = f"{attribute.name} is blank."
            self.cell_fault("LB-T009", what, f"fill it: {attribute.description}.", row, attribute, "")

    def cell_fault(self, code: str, what: str, mend: str, row: int, attribute: Attribute, value: str) -> None:
        self.fault(code, what, mend, row + 2, attribute.name, value)


def _within(value: float, attribute: Attribute) -> bool:
    least, most = attribute.least_number, attribute.most_number
    return (least is None or value >= least) and (most is None or value <= most)


_Problem = tuple[str, str, str] | None


def _read_number(cell: str) -> tuple[float, _Problem]:
    if not cell:
        return np.nan, None
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        if np.isfinite(value):
            return value, None
    if re.fullmatch(r"[+-]?\d+,\d+", cell):
        mend = f"write {cell.replace(',', '.')}: a full stop before decimals, nothing between thousands."
    elif cell.lower() in ("nan", "na", "n/a", "null", "none", "-", "?"):
        mend = "leave the cell blank where the number is not known."
    elif cell.lower().strip("+-") in ("inf", "infinity"):
        mend = "leave the cell blank where there is no limit; shut things by a gate, not by a number."
    else:
        mend = "write digits with a full stop before decimals; the unit stands in the heading."
    return np.nan, ("LB-T007", f'"{cell}" is not a number.', mend)


def _read_integer(cell: str) -> tuple[float, _Problem]:
    value, problem = _read_number(cell)
    if problem is None and cell and not value.is_integer():
        return np.nan, ("LB-T007", f'"{cell}" is not a whole number.', "write it without decimals.")
    return value, problem


def _read_boolean(cell: str) -> tuple[bool, _Problem]:
    word = cell.lower()
    if word in _TRUE or word in _FALSE or not word:
        return word in _TRUE, None
    return False, ("LB-T008", f'"{cell}" is neither yes nor no.', "write yes or no.")


def _read_text(cell: str) -> tuple[str, _Problem]:
    return cell, None


def _read_list(cell: str) -> tuple[tuple[str, ...], _Problem]:
    return tuple(word.strip() for word in cell.split(";") if word.strip()), None


def _read_id(cell: str) -> tuple[str, _Problem]:
    if not cell or is_id(cell):
        return cell, None
    mend = "use letters, digits, hyphens, underscores and full stops, beginning with a letter or digit."
    return cell, ("LB-T008", f'"{cell}" cannot be an id.', mend)


def _read_date(cell: str) -> tuple[str, _Problem]:
    if not cell:
        return cell, None
    if _DATE.fullmatch(cell):
        try:
            datetime.date.fromisoformat((cell + "-01-01")[: max(10, len(cell))] if len(cell) < 10 else cell)
            return cell, None
        except ValueError:
            pass
    return "", ("LB-T008", f'"{cell}" is not a date.', "write YYYY-MM-DD, or YYYY-MM, or YYYY.")


def _read_year(cell: str) -> tuple[str, _Problem]:
    if not cell or re.fullmatch(r"\d{4}", cell):
        return cell, None
    return "", ("LB-T008", f'"{cell}" is not a year.', "write four digits.")


_READERS: Mapping[str, Callable[[str], tuple[Any, _Problem]]] = {
    "id": _read_id,
    "text": _read_text,
    "list": _read_list,
    "number": _read_number,
    "integer": _read_integer,
    "boolean": _read_boolean,
    "date": _read_date,
    "year": _read_year,
}


def _array(attribute: Attribute, values: Sequence[Any]) -> np.ndarray:
    if attribute.is_numeric:
        return np.array(values, dtype=np.float64)
    if attribute.type == "boolean":
        return np.array(values, dtype=np.bool_)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
