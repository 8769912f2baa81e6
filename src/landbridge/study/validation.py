"""A run held against observations: its study's own, or a table of figures that the study has never seen."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from landbridge.errors import Fault, RunInvalid, RunNotFound, TableInvalid, suggest
from landbridge.indicators.measured import Counted, Measured, Ways, measure
from landbridge.indicators.observed import Target, read_targets, split_scenario
from landbridge.indicators.quantities import Term, Vocabulary, build_vocabulary, group_of, list_terms
from landbridge.indicators.targets import fit
from landbridge.study.folder import Study
from landbridge.study.prepare import Progress, Report
from landbridge.study.results import MANIFEST, Run, open_run
from landbridge.study.settings import StudySettings
from landbridge.tables import Table, load_attributes, read_table
from landbridge.tables.attributes import Attributes

FROM_OUTSIDE = ("quantity", "scenario", "unit", "value", "tolerance")
"""Columns that a table of further observations must have; it may have the others of ``observations``."""


def find_latest_run(folder: str | Path = "runs") -> Run:
    """The newest results folder in a folder of runs.

    Raises
    ------
    RunNotFound
        If there is none; the message says how to make one.
    """
    found = [path.parent for path in Path(folder).glob(f"*/{MANIFEST}")]
    if not found:
        raise RunNotFound(
            "there is no run yet.",
            where=str(Path(folder).resolve()),
            mend="make one with landbridge run eurasia -s base-2024 -y 2024, or name a results folder.",
        )
    return open_run(max(found, key=lambda path: ((path / MANIFEST).stat().st_mtime, path.name)))


def get_vocabulary(study: Study) -> Vocabulary:
    """Names that quantities of a study may use."""
    return build_vocabulary(study.tables, [c.id for c in study.settings.corridors])


def read_outside(path: str | Path, study: Study) -> tuple[list[Target], Table]:
    """Read a table of further observations.

    Raises
    ------
    TableInvalid
        With every fault of the table: cells, quantities, ids, units, tolerances, unknown scenarios.
    """
    path = Path(path)
    known = load_attributes("observations")
    columns = [replace(a, required=a.name in FROM_OUTSIDE, references=(), default="") for a in known.values()]
    table, faults = read_table(path, Attributes(path.stem, tuple(columns)))
    if not any(fault.row <= 1 for fault in faults):
        # A line that is out of step, or a cell that cannot be read, is told once.
        broken = {fault.row for fault in faults if fault.code == "LB-T006"}
        told = {(fault.row, fault.column) for fault in faults}
        targets, found = read_targets(table, get_vocabulary(study))
        found += _find_unknown_scenarios(table, study.settings, {f.row for f in found if f.code == "LB-V004"})
        faults += [f for f in found if f.row not in broken and (f.row, f.column) not in told]
    if faults:
        faults = sorted((replace(f, file=path.name) for f in faults), key=lambda fault: fault.row)
        count = f"{len(faults)} faults" if len(faults) != 1 else "one fault"
        mend = "mend what is listed; landbridge validate --quantities lists what can be compared."
        raise TableInvalid(f"the observations have {count}.", faults, where=str(path), mend=mend)
    return targets, table


def _find_unknown_scenarios(table: Table, settings: StudySettings, told: set[int]) -> list[Fault]:
    faults = []
    years = settings.list_known_years()
    for number, text in enumerate(table["scenario"]):
        found = split_scenario(text)
        if found is None or number + 2 in told:
            continue
        name, year = found
        if name not in settings.scenarios:
            what, mend = f'the study has no scenario "{name}".', suggest(name, settings.scenarios)
        elif year and year not in years:
            what, mend = f"the study has no year {year}.", f"its years are {', '.join(map(str, years))}."
        else:
            continue
        faults.append(table.fault(number, "scenario", "LB-V004", what, mend))
    return faults


def validate_run(
    run: Run, *, against: str | Path | None = None, progress: Report | None = None
) -> dict[str, Any]:
    """Hold a run against observations.

    Parameters
    ----------
    against
        A CSV table of further observations in the columns quantity, scenario, unit, value and tolerance; it
        takes the place of the study's own.

    Returns
    -------
    dict
        ``rows``: one for each comparable observation, with observed and modelled figure, ``tolerance`` (all
        three in ``unit``), ``inside`` (None if this run does not model it, with ``reason`` and ``mend``);
        ``inside_share`` of the rows that could be compared; the same by ``groups`` and ``uses``.

    Raises
    ------
    TableInvalid
        With every fault of ``against``.
    """
    study = run.study()
    if against is None:
        table = study.tables["observations"]
        targets = read_targets(table, get_vocabulary(study))[0]
    else:
        targets, table = read_outside(against, study)
    asked = _Asked(run, study)
    rows = []
    for number, target in enumerate(targets):
        rows.append(_compare(target, asked, number))
        if progress is not None:
            progress(Progress("comparing", number + 1, len(targets), target.row["quantity"]))
    return {
        "run": str(run.path),
        "study": study.id,
        "against": str(against) if against is not None else None,
        "rows": rows,
        **_sum_up(rows),
        "groups": {
            name: _sum_up([r for r in rows if r["group"] == name]) for name in _distinct(rows, "group")
        },
        "uses": {name: _sum_up([r for r in rows if r["use"] == name]) for name in _distinct(rows, "use")},
        "evidence_only": sum(not text for text in table["quantity"]),
    }


def _distinct(rows: list[dict[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(row[key] for row in rows if row[key]))


def _sum_up(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many rows could be compared, and what share of them is inside; None if there are none."""
    compared = [row for row in rows if row["inside"] is not None]
    inside = sum(row["inside"] for row in compared)
    errors = [abs(row["relative_error"]) for row in compared if row["relative_error"] is not None]
    return {
        "inside_share": inside / len(compared) if compared else None,
        "compared": len(compared),
        "inside": inside,
        "not_modelled": len(rows) - len(compared),
        "median_relative_error": median(errors) if errors else None,
    }


class _Asked:
    """A run with its study, ready for questions; routes are read once, each scenario and year once."""

    def __init__(self, run: Run, study: Study) -> None:
        self.run, self.settings, self.tables = run, study.settings, study.tables
        self.solved = {(s["scenario"], s["year"]) for s in run.manifest["solves"]}
        self._ways: Ways | None = None
        self._read: dict[str, pa.Table] = {}
        self._measured: dict[tuple[str, int], Measured] = {}
        self.in_demand = {s for row in self.tables["flows"].rows() for s in row["source"]}
        self.groups = {row["id"]: tuple(row["zones"]) for row in self.tables["zone_groups"].rows()}

    def read(self, name: str) -> pa.Table:
        if name not in self._read:
            self._read[name] = self.run.table(name)
        return self._read[name]

    def find_reason(self, scenario: str, year: int) -> tuple[str, str] | None:
        """Why a scenario and year cannot be asked of this run, and what would mend it; None if it can."""
        if (scenario, year) in self.solved:
            return None
        if scenario not in self.settings.scenarios:
            what = f"the study has no scenario {scenario}."
            mend = f"add it and the demand of {year} to study.yaml; then run it."
            return what, mend
        if year not in self.settings.list_known_years():
            return f"the study has no year {year}.", f"add {year} to the years of study.yaml; then run it."
        mend = f"landbridge run {self.run.manifest['study_path']} -s {scenario} -y {year}"
        return f"{scenario} in {year} is not in this run.", mend

    def _refuse_strangers(self, routes: pa.Table) -> None:
        """Refuse a run whose zones or classes the study has no more: it was changed since."""
        for column, name in (("origin", "zones"), ("destination", "zones"), ("class", "classes")):
            known = set(self.tables[name].ids)
            strange = sorted(v for v in pc.unique(routes[column]).to_pylist() if v not in known)
            if strange:
                what = f"the run has {name} that its study has no more: {', '.join(strange[:3])}."
                mend = "the study was changed since: run it again, then validate."
                raise RunInvalid(what, where=str(self.run.path), mend=mend)

    def measured(self, scenario: str, year: int) -> Measured:
        if self._ways is None:
            columns = ["class", "origin", "destination", "nest", "nodes", "links"]
            routes = self.run.table("routes", columns)
            self._refuse_strangers(routes)
            self._ways = Ways(routes, self.tables)
        key = scenario, year
        if key not in self._measured:
            self._measured[key] = Measured(
                self.read,
                self._ways,
                self.tables,
                self._corridors(),
                self.groups,
                self.settings.model.default_class or self.tables["classes"].ids[0],
                scenario,
                year,
            )
        return self._measured[key]

    def _corridors(self) -> dict[str, Counted]:
        def spread(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(zone for name in names for zone in self.groups.get(name, (name,)))

        return {
            c.id: Counted(
                c.all,
                c.any,
                c.none,
                spread(c.between.from_) if c.between else (),
                spread(c.between.to) if c.between else (),
            )
            for c in self.settings.corridors
        }


def _compare(target: Target, asked: _Asked, number: int) -> dict[str, Any]:
    """One row of the answer."""
    row, year = target.row, target.year or asked.settings.base_year

    def place(term: Term) -> tuple[str, int]:
        return term.scenario or target.scenario, term.year or year

    reasons = [asked.find_reason(*place(term)) for term in list_terms(target.quantity)]
    reason = next((r for r in reasons if r is not None), None)
    modelled = None
    if reason is None:
        value = measure(target.quantity, lambda term: asked.measured(*place(term))) * target.factor
        modelled = value if isfinite(value) else None
        if modelled is None:
            reason = (
                "nothing moves in the model that it could be taken from.",
                "see why with landbridge why-not.",
            )
    found = None if modelled is None else fit(row["value"], modelled, target.tolerance, row["unit"])
    counted = int(row["year"]) if row["year"] else None
    return {
        "id": row["id"] or f"line-{number + 2}",
        "quantity": row["quantity"],
        "unit": row["unit"],
        "scenario": f"{target.scenario}/{year}",
        "observed": row["value"],
        "modelled": modelled,
        "tolerance": target.tolerance,
        "inside": None if found is None else found.inside,
        "verdict": "not modelled" if found is None else "inside" if found.inside else "outside",
        "error": None if found is None else found.error,
        "relative_error": None if found is None else found.relative_error,
        "geh": None if found is None else found.geh,
        "tolerance_stated": row["tolerance"],
        "group": group_of(target.quantity),
        "what": row["what"],
        "measure": row["measure"],
        "year_counted": counted,
        "kind": row["kind"],
        "use": row["use"],
        "fold": None if row["fold"] != row["fold"] else int(row["fold"]),
        "source": list(row["source"]),
        "shared_with_demand": sorted(set(row["source"]) & asked.in_demand),
        "note": row["note"],
        "reason": reason[0] if reason else "",
        "mend": reason[1] if reason else "",
    }
