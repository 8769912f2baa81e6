"""What the report reads: a finished run, its study's tables, and how the scenarios stand to one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb

from landbridge.errors import UnknownId
from landbridge.report.numbers import NONE
from landbridge.tables import Table

Row = dict[str, Any]

PARTS = {
    "tariff": ("tariffs", "#1b3a5c"),
    "handling": ("handling", "#3f7cac"),
    "fees": ("fees", "#8dbbdc"),
    "penalty": ("charges of transit states", "#6a4c93"),
    "carbon": ("carbon", "#8c8c8c"),
    "running": ("time moving", "#7a3b00"),
    "waiting": ("time waiting for a departure", "#c46a12"),
    "dwell": ("time in ports and yards", "#efa94a"),
    "border": ("time at borders", "#b39b00"),
    "queue": ("queues and scarce room", "#f2d94e"),
    "reliability": ("uncertainty of time", "#c9beb0"),
}
"""Parts of the generalised cost in the order drawn: money in blues and violets, time in browns and
yellows."""


class Study(Protocol):
    """The part of a study that the report uses."""

    @property
    def tables(self) -> Mapping[str, Table]:
        """Tables by name."""


class Run(Protocol):
    """The part of a finished run that the report uses (`landbridge.open_run` gives one)."""

    @property
    def path(self) -> Path:
        """Its folder."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was run: version, inputs, settings, solves."""

    def study(self) -> Study:
        """The study it was made from."""


@dataclass(frozen=True)
class Question:
    """A question that the brief answers: scenarios set against the reference."""

    id: str
    title: str
    text: str
    scenarios: tuple[str, ...]


ALL_MOVES = "all demand can move"


def quoted(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def listed(values: tuple[str, ...] | list[str]) -> str:
    """Texts as an SQL list for ``IN``; an empty list matches nothing."""
    return "(" + ", ".join(quoted(value) for value in values) + ")" if values else "(NULL)"


class Reader:
    """A run, with what every section asks: which scenarios, which years, which names."""

    def __init__(self, run: Run, *, compare: tuple[str, str] | None = None) -> None:
        self.run = run
        self.settings: Mapping[str, Any] = run.manifest.get("settings", {})
        self._pair = compare
        self._answers: dict[str, list[Row]] = {}
        # One thread, so that sums have the same last digits every time.
        self._database = duckdb.connect(
            ":memory:", config={"threads": 1, "autoinstall_known_extensions": False}
        )
        for path in sorted(run.path.glob("*.parquet")):
            place = quoted(str(path))
            self._database.execute(f'CREATE VIEW "{path.stem}" AS SELECT * FROM read_parquet({place})')
        for name in compare or ():
            if name not in self.scenarios:
                raise UnknownId(name, self.scenarios, kind="scenario", where=f"run {run.path}")

    def rows(self, sql: str) -> list[Row]:
        """The rows of a query as plain values."""
        if sql not in self._answers:
            self._answers[sql] = self._database.sql(sql).to_arrow_table().to_pylist()
        return self._answers[sql]

    def columns(self, name: str) -> frozenset[str]:
        """Column names of a result table; empty if the run has no such table."""
        found = self.rows(f"SELECT column_name FROM duckdb_columns() WHERE table_name = {quoted(name)}")
        return frozenset(row["column_name"] for row in found)

    @cached_property
    def study(self) -> Study:
        """The study of the run, opened once."""
        return self.run.study()

    def table(self, name: str) -> Table:
        """A table of the study; empty if it has none of that name."""
        return self.study.tables.get(name, Table(name, {}))

    @cached_property
    def solved(self) -> frozenset[tuple[str, int]]:
        """Scenario and year of each solution in the run."""
        return frozenset(
            (r["scenario"], r["year"]) for r in self.rows("SELECT DISTINCT scenario, year FROM pairs")
        )

    @cached_property
    def scenarios(self) -> dict[str, str]:
        """Title of each solved scenario, in the study's order."""
        names = {scenario for scenario, _ in self.solved}
        found = self.rows('SELECT scenario, title FROM scenarios ORDER BY "order", scenario')
        return {row["scenario"]: row["title"] for row in found if row["scenario"] in names}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years solved."""
        return tuple(sorted({year for _, year in self.solved}))

    @cached_property
    def base(self) -> tuple[str, int]:
        """Scenario and year of the world as it was: the base year, in the first scenario solved for it."""
        year = self.settings.get("base_year", self.years[0])
        for scenario in self.scenarios:
            if (scenario, year) in self.solved:
                return scenario, year
        first = next(iter(self.scenarios))
        return first, min(year for scenario, year in self.solved if scenario == first)

    @cached_property
    def reference(self) -> str:
        """The scenario that others are set against."""
        if self._pair:
            return self._pair[0]
        named = self.settings.get("reference_scenario")
        return str(named) if named in self.scenarios else next(iter(self.scenarios))

    @cached_property
    def year(self) -> int:
        """The year in which scenarios are compared: the middle one of those after the base year."""
        solved = sorted(year for scenario, year in self.solved if scenario == self.reference)
        later = [year for year in solved if year > self.base[1]]
        return later[len(later) // 2] if later else solved[-1]

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Scenarios set against the reference in the comparison year: all but itself and the base."""
        if self._pair:
            return self._pair[1:]
        return tuple(
            name
            for name in self.scenarios
            if name != self.reference and name != self.base[0] and (name, self.year) in self.solved
        )

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The study's questions as far as they were solved; scenarios that none names are asked together."""
        asked = []
        seen: set[str] = set()
        for row in self.settings.get("questions", ()):
            names = tuple(name for name in row.get("scenarios", ()) if name in self.compared)
            if names:
                asked.append(Question(row["id"], row["title"], row.get("text", ""), names))
                seen.update(names)
        rest = tuple(name for name in self.compared if name not in seen)
        if rest:
            title = "What else would change" if asked else f"What changes from “{self.title(self.reference)}”"
            asked.append(Question("other-scenarios", title, "", rest))
        return tuple(asked)

    def closes(self, scenario: str) -> bool:
        """Whether a scenario closes a state or shuts a gate."""
        row = self.settings.get("scenarios", {}).get(scenario, {})
        return any(row.get(key) for key in ("close_transit", "close_trade", "shut"))

    def title(self, scenario: str) -> str:
        """Title of a scenario."""
        return self.scenarios.get(scenario, scenario)

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        names: dict[str, dict[str, str]] = {}
        for table in ("zones", "zone_groups", "classes", "nodes"):
            rows = self.table(table)
            names[table] = dict(zip(rows["id"], rows["name"], strict=True)) if len(rows) else {}
        return names

    def zone(self, key: str) -> str:
        """Name of a zone or group of zones."""
        return self._names["zones"].get(key) or self._names["zone_groups"].get(key) or readable(key)

    def cargo(self, key: str) -> str:
        """Name of a commodity class."""
        return self._names["classes"].get(key) or readable(key)

    def place(self, key: str) -> str:
        """Full name of a node."""
        return self._names["nodes"].get(key) or readable(key)

    @cached_property
    def corridors(self) -> dict[str, str]:
        """Title of each counted corridor, in the study's order."""
        rows = {
            r["corridor"]: r["title"]
            for r in self.rows("SELECT DISTINCT corridor, title FROM corridor_flows")
        }
        order = [row["id"] for row in self.settings.get("corridors", ()) if row["id"] in rows]
        return {key: rows[key] for key in [*order, *sorted(set(rows) - set(order))]}


def readable(key: str) -> str:
    """An id as words."""
    return key.replace("-", " ").replace("_", " ").strip() or NONE


def short_name(name: str) -> str:
    """A place's name as it fits on a map.

    Examples
    --------
    >>> short_name("Istanbul (Halkali / Ambarli)"), short_name("Aktau sea port")
    ('Istanbul', 'Aktau')
    >>> short_name("Baku International Sea Trade Port (Alat)")
    'Alat'
    """
    outside, _, inside = name.partition(" (")
    inside = inside.rstrip(")")
    outside = outside.split(" / ")[0]
    for tail in (" international sea port", " sea port", " oil terminal", " terminal", " port"):
        if outside.lower().endswith(tail):
            outside = outside[: -len(tail)]
    return inside if len(outside) > 18 and 0 < len(inside) <= 18 else outside
