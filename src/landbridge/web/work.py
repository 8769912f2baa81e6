"""The process of one job: reads what to do from its folder, does it, tells how far it is, leaves the result.

Run as ``python -m landbridge.web.work FOLDER``. It ends with the server that started it, or when that tells
it to.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landbridge.errors import LandbridgeError
from landbridge.tables import write_whole

if TYPE_CHECKING:
    from landbridge.study import Study
    from landbridge.study.prepare import Prepared, Progress, Report

STEP_S = 0.2
"""Progress is told no more often than this."""
RUN = "run"
BRIEF = "brief.html"

Args = Mapping[str, Any]


class Teller:
    """Writes how far a job has come."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._last = folder, 0.0

    def __call__(self, progress: "Progress") -> None:
        """Take a step; steps that follow too soon on another are left out."""
        now = time.monotonic()
        if now - self._last >= STEP_S or progress.done >= progress.total:
            self._last = now
            told = {"stage": progress.stage, "done": progress.done, "total": progress.total}
            write_whole(self.folder / "progress.json", json.dumps({**told, "words": progress.detail}))


def main(folder: Path) -> int:
    """Do the job of a folder; 0 if it is done."""
    signal.signal(signal.SIGTERM, _stop)
    os.nice(10)  # the page goes before it
    _watch(os.getppid())
    asked = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    try:
        result = do(asked, folder, Teller(folder))
    except LandbridgeError as error:
        write_whole(folder / "error.json", json.dumps(error.as_dict(), ensure_ascii=False))
        return 1
    from landbridge.web.session import write_json

    write_whole(folder / "result.json", write_json(result))
    return 0


def _stop(_number: int, _frame: Any) -> None:
    raise SystemExit(143)


def _watch(parent: int) -> None:
    """End this process and those that it started once its parent is gone."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    if os.getpgrp() == os.getpid():
        threading.Thread(target=look, daemon=True).start()


def do(asked: Args, folder: Path, report: "Report") -> dict[str, Any]:
    """Do one job and give its result.

    Raises
    ------
    LandbridgeError
        If what it names is not there, or the study cannot be opened.
    """
    from landbridge.study import open_study

    study = open_study(asked["study"])
    return KINDS[asked["kind"]](study, asked["args"], folder, report)


def _prepare(study: "Study", report: "Report") -> "Prepared":
    from landbridge.study.prepare import prepare

    return prepare(study, report)


def depend(study: "Study", args: Args, _: Path, report: "Report") -> dict[str, Any]:
    """On whom zones depend in one state."""
    from landbridge.indicators.elements import KINDS as ELEMENTS
    from landbridge.study.dependence import (
        describe_more,
        describe_zone,
        list_closures,
        measure_dependence,
    )
    from landbridge.study.run import solve_scenario
    from landbridge.study.settings import WhatIf
    from landbridge.study.what_if import UNNAMED, keep_shipping, solve_what_if

    prepared, name, year = _prepare(study, report), str(args["scenario"]), int(args["year"])
    if args.get("what_if"):
        lean = keep_shipping(prepared)
        base = solve_scenario(lean, name, year)
        variant, _solution = solve_what_if(lean, WhatIf.model_validate(args["what_if"]), base)
        prepared, name = variant.prepared, UNNAMED
    found = measure_dependence(
        prepared,
        name,
        year,
        kinds=ELEMENTS if args.get("wide") else ("state",),
        pairs=bool(args.get("pairs")),
        progress=report,
    )
    return {
        "scenario": args["scenario"],
        "year": year,
        "zones": [
            {"zone": zone, "states": describe_zone(found, zone)} | describe_more(found, zone)
            for zone in found.zones
        ],
        "closures": list_closures(found),
    }


def appraise(study: "Study", args: Args, _: Path, report: "Report") -> dict[str, Any]:
    """What projects are worth, and who gains."""
    from landbridge.study.appraise import appraise_projects

    return appraise_projects(
        _prepare(study, report),
        args.get("projects") or (),
        scenario=args.get("scenario"),
        futures=args.get("futures"),
        seed=args.get("seed"),
        report=report,
    )


def draw_futures(study: "Study", args: Args, folder: Path, report: "Report") -> dict[str, Any]:
    """Futures of the gates, every state solved, with the answers that a run gives."""
    from landbridge.study import run_study

    settings = study.settings
    finished = run_study(
        study,
        scenarios=[settings.reference_scenario],
        years=[settings.base_year],
        out=folder / RUN,
        futures=int(args["n"]),
        seed=args.get("seed"),
        with_options=bool(args.get("options")),
        progress=report,
    )
    return {"run": str(finished.path), "futures": finished.manifest["futures"]}


def run(study: "Study", args: Args, folder: Path, report: "Report") -> dict[str, Any]:
    """Scenarios and years, solved and tabled."""
    from landbridge.study import run_study

    finished = run_study(
        study,
        scenarios=args.get("scenarios") or None,
        years=args.get("years") or None,
        out=folder / RUN,
        progress=report,
    )
    return {"run": str(finished.path), "solves": finished.manifest["solves"]}


def validate(study: "Study", _args: Args, folder: Path, report: "Report") -> dict[str, Any]:
    """Observed against modelled, for every state that observations name."""
    from landbridge.indicators.observed import split_scenario
    from landbridge.study import run_study, validate_run

    settings = study.settings
    named = [split_scenario(text) for text in study.tables["observations"]["scenario"]]
    known = set(settings.list_known_years())
    wanted = {
        (name, year or settings.base_year)
        for name, year in (pair for pair in named if pair is not None)
        if name in settings.scenarios and (year or settings.base_year) in known
    }
    scenarios = sorted({name for name, _ in wanted}) or [settings.reference_scenario]
    years = sorted({year for _, year in wanted}) or [settings.base_year]
    finished = run_study(study, scenarios=scenarios, years=years, out=folder / RUN, progress=report)
    found = validate_run(finished, progress=report)
    del found["run"]
    return found


def brief(study: "Study", args: Args, folder: Path, report: "Report") -> dict[str, Any]:
    """The brief of two scenarios in a year, or of one and a what-if, as one page."""
    from landbridge.report import write_brief
    from landbridge.study import run_study
    from landbridge.study.settings import WhatIf
    from landbridge.study.what_if import UNNAMED

    base, scenario = str(args["base"]), str(args["scenario"])
    if args.get("what_if"):
        what_if, scenario = WhatIf.model_validate(args["what_if"]), UNNAMED
        own = {**study.settings.what_ifs, UNNAMED: what_if}
        study = replace(study, settings=study.settings.model_copy(update={"what_ifs": own}))
    finished = run_study(
        study,
        scenarios=list(dict.fromkeys((base, scenario))),
        years=[int(args["year"])],
        out=folder / RUN,
        progress=report,
    )
    pair = (base, scenario) if base != scenario else None
    write_brief(finished, folder / BRIEF, pair)
    return {"file": BRIEF}


KINDS: dict[str, Callable[["Study", Args, Path, "Report"], dict[str, Any]]] = {
    "futures": draw_futures,
    "dependence": depend,
    "appraisal": appraise,
    "run": run,
    "validity": validate,
    "brief": brief,
}

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
