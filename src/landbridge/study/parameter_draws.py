"""Scenarios solved again with parameters drawn from what calibration left open.

Calibration leaves a sample of its posterior beside the study (:mod:`landbridge.study.calibrated`): each draw
holds a factor for every row of ``adjustments``. All scenarios take the same draws, so that the difference of
two scenarios is spread less than either. The base-year demand stays what calibration found.
"""

import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from landbridge.assignment.sue import solve
from landbridge.errors import DrawsMissing, Fault, TableInvalid
from landbridge.indicators.corridors import list_members, list_shipped, rate_boxes
from landbridge.indicators.flows import Columns
from landbridge.study.folder import DRAWS, Study
from landbridge.study.prepare import Prepared, Progress, Report, adjust
from landbridge.study.run import WORKERS, list_corridors


def read_draws(study: Study, n: int) -> np.ndarray:
    """The first ``n`` draws of a study's posterior sample (n, n_adjustments), by the rows of ``adjustments``.

    Raises
    ------
    DrawsMissing
        If the study has no sample, one of other adjustments, or too few draws.
    TableInvalid
        If a draw asked for does not hold a number above 0 for each adjustment.
    """
    path = study.path / DRAWS
    if not path.is_file():
        raise DrawsMissing(
            f"study {study.id} has no sample of parameters.",
            where=str(path),
            mend=f"landbridge calibrate {study.id} -o DIR writes a study that has one.",
        )
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file)) or [[]]
    wanted = list(study.tables["adjustments"].ids)
    if head != wanted:
        other = ", ".join(sorted({*head} ^ {*wanted})) or "their order"
        what = f"the sample's columns are not the rows of adjustments: {other}."
        raise DrawsMissing(what, where=str(path), mend="calibrate the study again.")
    if len(rows) < n:
        what = f"{n} draws are asked for; the sample holds {len(rows)}."
        raise DrawsMissing(what, where=str(path), mend=f"ask for {len(rows)} or fewer.")
    faults = [fault for line, row in enumerate(rows[:n], start=2) for fault in _check(row, head, line)]
    if faults:
        raise TableInvalid(
            f"the sample has {len(faults)} faults.", faults, where=str(path), mend="calibrate again."
        )
    return np.array(rows[:n], float)


def _check(row: Sequence[str], head: Sequence[str], line: int) -> Iterator[Fault]:
    """What is wrong with one draw."""
    mend = "calibrate the study again, or take the line out."
    if len(row) != len(head):
        yield Fault("LB-P007", f"{len(row)} values for {len(head)} adjustments.", DRAWS, line, mend=mend)
        return
    for name, text in zip(head, row, strict=True):
        try:
            is_factor = 0.0 < float(text) < np.inf
        except ValueError:
            is_factor = False
        if not is_factor:
            yield Fault("LB-P007", f'"{text}" is no factor: a number above 0.', DRAWS, line, name, text, mend)


def solve_draws(
    prepared: Prepared, tasks: Sequence[tuple[str, int]], draws: np.ndarray, report: Report | None = None
) -> Columns:
    """Table ``parameter_draws``: what each scenario and year (of ``tasks``) comes to under each of ``draws``.

    One row for each draw, scenario, year and measure: ``corridor_tonnes:ID`` (t/year), ``corridor_teu:ID``
    (TEU/year), ``unserved_tonnes`` (t/year); ``residual`` is the certificate of the equilibrium.
    """
    corridors = list_corridors(prepared)
    members = [list_members(prepared.network, prepared.tables, prepared.routes, c) for c in corridors]
    routes = prepared.routes
    shipped = [list_shipped(prepared.network, prepared.tables, routes, c) for c in corridors]
    names = [f"{kind}:{c.id}" for kind in ("corridor_tonnes", "corridor_teu") for c in corridors]
    names.append("unserved_tonnes")
    starts: dict[tuple[str, int], np.ndarray] = {}
    rows: Columns = {key: [] for key in ("draw", "scenario", "year", "measure", "value", "residual")}
    for number, factors in enumerate(draws):
        drawn = adjust(prepared, factors.tolist())
        teu = [
            rate_boxes(routes, drawn.classes, aboard)[m] for aboard, m in zip(shipped, members, strict=True)
        ]

        def work(task: tuple[str, int], drawn: Prepared = drawn, teu: list[np.ndarray] = teu) -> list[float]:
            state, demand = drawn.build_state(*task), drawn.build_demand(task[1]).t_year
            problem = drawn.build_problem(state, demand)
            at = solve(problem, start=starts.get(task))
            starts[task] = at.load
            flows = [float(at.flow[m].sum()) for m in members]
            by_box = [float((at.flow[m] * boxes).sum()) for m, boxes in zip(members, teu, strict=True)]
            return [*flows, *by_box, float(demand.sum() - at.flow.sum()), at.residual]

        with ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(work, tasks))
        for (scenario, year), (*values, residual) in zip(tasks, found, strict=True):
            rows["draw"] += [number] * len(names)
            rows["scenario"] += [scenario] * len(names)
            rows["year"] += [year] * len(names)
            rows["measure"] += names
            rows["value"] += values
            rows["residual"] += [residual] * len(names)
        if report is not None:
            report(Progress("draws", number + 1, len(draws), f"{len(tasks)} equilibria each"))
    return {
        key: np.array(column) if key not in ("scenario", "measure") else column
        for key, column in rows.items()
    }
