"""A calibration written down: a copy of the study with what was found, and a report beside it."""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from landbridge.indicators.observed import Target
from landbridge.study.calibrate import DIGITS, LEAST_SHOWN, TO_90, Calibration, Calibrator
from landbridge.study.folder import DRAWS, Study, copy_study, refuse_taken
from landbridge.study.prepare import Progress, Report, prepare
from landbridge.tables import Table, table_from_rows, write_table, write_whole

REPORT = "calibration.json"
N_DRAWS = 500


def calibrate_study(
    study: Study,
    out: Path | None = None,
    *,
    folds: bool = False,
    seed: int = 0,
    progress: Report | None = None,
) -> dict[str, Any]:
    """Fit choice parameters and the base-year matrix, and write a copy of the study that holds them.

    Parameters
    ----------
    out
        Folder of the copy, which must not exist yet; nothing is written if left out.
    folds
        Fit again without each fold in turn, and tell the error of what was held out beside that of what was
        fitted.

    Raises
    ------
    StudyInvalid
        If no observation of the base year may calibrate.
    TargetNotEmpty
        If something stands at ``out``.
    """
    begin = time.perf_counter()
    if out is not None:
        refuse_taken(out)
    calibrator = Calibrator(prepare(study, progress), progress)
    slopes: dict[str, np.ndarray] = {}
    found = calibrator.fit(slopes=slopes, draws=N_DRAWS, seed=seed)
    answer: dict[str, Any] = {
        "study": study.id,
        "scenario": calibrator.scenario,
        "parameters": list_parameters(calibrator, found),
        "rows": found.rows,
        "fitted": sum_up([r for r in found.rows if r["told"]]),
        "held_out": sum_up([r for r in found.rows if not r["told"]]),
        "demand": describe_demand(calibrator, found),
        "steps": found.steps,
    }
    if folds:
        answer["folds"] = rotate(calibrator, slopes)
    answer["seconds"] = round(time.perf_counter() - begin, 1)
    if out is not None:
        _write(study, out, calibrator, found, answer)
        answer["out"] = str(out)
    return answer


def _write(
    study: Study, out: Path, calibrator: Calibrator, found: Calibration, answer: dict[str, Any]
) -> None:
    """Write the copy of the study with what was found, whole or not at all."""
    target = out.expanduser().absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        draft = copy_study(study.path, Path(name) / target.name)
        write_table(adjusted_table(calibrator.table, found), draft / "tables" / "adjustments.csv")
        write_table(list_demand_factors(calibrator, found), draft / "tables" / "demand_factors.csv")
        lines = [",".join(f"{factor:.{DIGITS}g}" for factor in draw) for draw in np.exp(found.draws)]
        write_whole(draft / DRAWS, "\n".join([",".join(calibrator.table.ids), *lines]) + "\n")
        write_whole(draft / REPORT, json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        if target.exists():
            target.rmdir()
        draft.rename(target)


def rotate(calibrator: Calibrator, slopes: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Fit without each fold in turn; the error of what was held out beside that of what was fitted."""
    result = []
    for fold in sorted({int(t.row["fold"]) for t in calibrator.targets}):
        found = calibrator.fit(without=(fold,), use="", slopes=slopes, label=f"without fold {fold}:")
        result.append(
            {
                "fold": fold,
                "fitted": sum_up([r for r in found.rows if r["told"]]),
                "held_out": sum_up([r for r in found.rows if not r["told"]]),
                "before": sum_up([r for r in found.rows if not r["told"]], key="before"),
            }
        )
    return result


def sum_up(rows: Sequence[Mapping[str, Any]], key: str = "after") -> dict[str, Any]:
    """How many rows, how many inside, and the median and root mean square of errors over tolerances."""
    off = np.array([abs(r[key] - r["observed"]) / r["tolerance"] for r in rows], float)
    off = off[np.isfinite(off)]
    return {
        "rows": len(rows),
        "inside": int((off <= 1.0 + 1e-9).sum()),
        "median_error_in_tolerances": float(np.median(off)) if len(off) else None,
        "rms_error_in_tolerances": float(np.sqrt((off**2).mean())) if len(off) else None,
    }


def list_parameters(calibrator: Calibrator, found: Calibration) -> list[dict[str, Any]]:
    """Each choice parameter: factor, interval of nine in ten, and how much of its doubt is gone."""
    return [
        {
            "id": name,
            "factor": float(np.exp(z)),
            "low": float(np.exp(z - TO_90 * sd)),
            "high": float(np.exp(z + TO_90 * sd)),
            "learned": float(1.0 - (sd / before) ** 2),
        }
        for name, z, sd, before in zip(
            calibrator.table.ids,
            found.parameters,
            found.parameter_sd,
            calibrator.parameter_sd,
            strict=True,
        )
    ]


def describe_demand(calibrator: Calibrator, found: Calibration) -> dict[str, Any]:
    """How far the matrix moved: tonnes before and after, cells by size of their factor."""
    after = calibrator.seed * np.exp(found.cells)
    return {
        "t_year_before": float(calibrator.seed.sum()),
        "t_year_after": float(after.sum()),
        "t_year_moved": float(np.abs(after - calibrator.seed).sum() / 2.0),
        "cells": len(found.cells),
        "cells_moved": int((np.abs(found.cells) >= LEAST_SHOWN).sum()),
        "cells_beyond_1.5": int((np.abs(found.cells) > np.log(1.5)).sum()),
        "cells_beyond_2": int((np.abs(found.cells) > np.log(2.0)).sum()),
    }


def adjusted_table(table: Table, found: Calibration) -> Table:
    """``adjustments`` with the factors and intervals that were found."""
    rows = []
    for row, z, sd in zip(table.rows(), found.parameters, found.parameter_sd, strict=True):
        fitted = {
            "factor": np.exp(z),
            "fitted_low": np.exp(z - TO_90 * sd),
            "fitted_high": np.exp(z + TO_90 * sd),
        }
        rows.append(row | {name: float(f"{value:.{DIGITS}g}") for name, value in fitted.items()})
        rows[-1]["basis"] = "derived"
    return table_from_rows("adjustments", rows)


def list_demand_factors(calibrator: Calibrator, found: Calibration) -> Table:
    """``demand_factors``: cells that moved, each with the observation that pulled it most."""
    demand = calibrator.start.seed
    n = len(demand.zones)
    rows = []
    for place in np.flatnonzero(np.abs(found.cells) >= LEAST_SHOWN):
        k, pair = divmod(int(calibrator.cells[place]), n * n)
        o, d = divmod(pair, n)
        target: Target = calibrator.targets[int(found.pulled_by[place])]
        rows.append(
            {
                "id": f"{demand.classes[k]}-{demand.zones[o]}-{demand.zones[d]}".replace("_", "-"),
                "class": demand.classes[k],
                "from_zone": demand.zones[o],
                "to_zone": demand.zones[d],
                "factor": float(f"{np.exp(found.cells[place]):.{DIGITS}g}"),
                "source": tuple(target.row["source"]),
                "basis": "derived",
                "note": f"most by {target.row['id']}",
            }
        )
    return table_from_rows("demand_factors", rows)


__all__ = ["REPORT", "Progress", "calibrate_study"]
