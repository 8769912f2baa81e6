# ruff: noqa: E501
"""Rerun every comparison: `python benchmarks/run.py [--set quick|peers|large|all] [--only TEXT] [--check]`.

Each case of `cases.py` runs in a process of its own, one after the other; answers are judged by the evaluator
that stands beside the reference networks.  Results go to `benchmarks/results.json` (kept between runs, so
that sets can be run apart) and `benchmarks/results.md`.  `--check` compares with `benchmarks/budget.json` and
fails above it; times are scaled by the yardstick, SciPy's Dijkstra on Chicago Regional in the same run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from cases import NETWORKS, REFERENCE

HERE = Path(__file__).resolve().parent
YARDSTICK = "trees:ChicagoRegional:scipy"
SMALL = (
    "SiouxFalls",
    "EMA",
    "Anaheim",
    "Berlin-Friedrichshain",
    "Berlin-Tiergarten",
    "Berlin-Mitte-Center",
    "Winnipeg",
)
SETS: dict[str, list[str]] = {
    "quick": [
        YARDSTICK,
        *(f"assign:{name}:1e-12" for name in (*SMALL, "ChicagoSketch")),
        *(f"assign:ChicagoSketch:{gap}" for gap in ("1e-4", "1e-6", "1e-10")),
        "assign:ChicagoSketch:1e-10:bushes:1",
        "assign:ChicagoSketch:1e-8:paths",
        "assign:ChicagoSketch:1e-4:bfw",
        "trees:ChicagoRegional:landbridge hierarchy",
        "trees:ChicagoRegional:landbridge again",
        "trees:ChicagoRegional:landbridge trees",
        "trees:Philadelphia:landbridge hierarchy",
        "trees:Philadelphia:scipy",
        "classes:ChicagoSketch:10",
        "warm:1e-4",
        "warm:1e-6",
    ],
    "peers": [
        *(
            f"trees:ChicagoRegional:{tool}:3"
            for tool in ("igraph", "networkit", "aequilibrae", "pyroutingkit")
        ),
        "trees:Philadelphia:aequilibrae:3",
        "trees:Philadelphia:pyroutingkit:3",
        *(f"aequilibrae:{name}:{gap}:40" for name in (*SMALL, "ChicagoSketch") for gap in ("1e-4", "1e-6")),
        *(f"assign:{name}:{gap}" for name in SMALL for gap in ("1e-4", "1e-6")),
        "grid:scipy",
        "grid:landbridge",
        "grid:landbridge again",
    ],
    "large": [
        "assign:Berlin-Center:1e-12:bushes:2:3",
        "assign:AustinSDB:1e-6:bushes:2:3",
        "assign:AustinSDB:1e-8:bushes:2:1",
        "assign:ChicagoRegional:1e-4:bushes:2:1",
        "assign:ChicagoRegional:1e-6:bushes:2:1",
        "assign:ChicagoRegional:1e-8:bushes:2:1",
        *(
            case
            for gap in ("1e-4", "1e-6")
            for case in (f"assign:Berlin-Center:{gap}:bushes:2:5", f"aequilibrae:Berlin-Center:{gap}:60")
        ),
        "assign:AustinSDB:1e-4:bushes:2:1",
        "aequilibrae:AustinSDB:1e-4:90",
        "aequilibrae:ChicagoRegional:1e-4:200",
    ],
}
PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "aequilibrae", "igraph", "networkit", "pyroutingkit")


def measure(case: str) -> dict[str, Any]:
    """Run one case in a process of its own and have the flows of an assignment judged."""
    with tempfile.TemporaryDirectory() as folder:
        flows = Path(folder) / "flows.csv"
        here = {**os.environ, "LANDBRIDGE_BENCHMARKS": str(REFERENCE), "LANDBRIDGE_FLOWS": str(flows)}
        done = subprocess.run(
            [sys.executable, str(HERE / "cases.py"), case],
            env=here,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        if done.returncode or not lines:
            return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][-300:]}
        facts: dict[str, Any] = json.loads(lines[-1])
        words = case.split(":")
        if words[0] == "assign" and flows.exists():
            net, trips, toll, distance = NETWORKS[words[1]]
            place = REFERENCE / "tntp" / words[1]
            judged = subprocess.run(
                [
                    sys.executable,
                    str(REFERENCE / "evaluate.py"),
                    str(place / net),
                    str(place / trips),
                    str(flows),
                    "--toll-factor",
                    str(toll),
                    "--distance-factor",
                    str(distance),
                    "--json",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            verdict = json.loads(judged.stdout)
            facts["judged_gap"] = verdict["relative_gap"]
            facts["judged_objective"] = verdict["beckmann"]
            facts["judged_ok"] = verdict["ok"]
    return facts


def version(package: str) -> str:
    """Version of a package, or that it is absent."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def show(results: dict[str, dict[str, Any]], machine: dict[str, str]) -> str:
    """Lay out the results as Markdown."""
    lines = [
        "# Results of the benchmarks",
        "",
        "Written by `python benchmarks/run.py`; do not edit.",
        "Wall seconds are of the call on arrays, kernels loaded; CPU seconds add up threads; both are medians.",
        "Where wall exceeds CPU on one thread, other work shared the machine.",
        "Memory is the peak of the whole process.",
        "",
        *(f"- {name}: {value}" for name, value in machine.items()),
        "",
        "## Assignment",
        "",
        "| network | solver | gap asked | wall s | CPU s | judged gap | objective | accepted | MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for case, r in results.items():
        words = case.split(":")
        if words[0] not in ("assign", "aequilibrae"):
            continue
        if "failed" in r:
            lines.append(f"| {words[1]} | {words[0]} | {words[2]} | failed: {r['failed']} | | | | | |")
            continue
        if words[0] == "assign":
            solver = " ".join(words[3:5]) or "bushes"
            lines.append(
                f"| {words[1]} | {solver} | {words[2]} | {r['wall']:.3f} | {r['cpu']:.3f} | {r['judged_gap']:.2e} "
                f"| {r['judged_objective']:.12g} | {'yes' if r['judged_ok'] else 'no'} | {r['megabytes']:.0f} |"
            )
        else:
            note = "" if r["reached"] else " (best, not reached)"
            lines.append(
                f"| {words[1]} | AequilibraE bfw | {words[2]} | {r['wall']:.3f} | | {r['gap']:.2e}{note} | | "
                f"| {r['megabytes']:.0f} |"
            )
    lines += ["", "## Ratios to AequilibraE (its seconds over ours; a bound where it did not get there)", ""]
    for case, r in results.items():
        words = case.split(":")
        if words[0] != "aequilibrae":
            continue
        case = f"assign:{words[1]}:{words[2]}"
        ours = next((r for name, r in results.items() if f"{name}:".startswith(f"{case}:")), None)
        if ours and "wall" in ours and "wall" in r:
            sign = "" if r["reached"] else "more than "
            lines.append(f"- {words[1]} to {words[2]}: {sign}{r['wall'] / ours['wall']:.1f}")
    lines += [
        "",
        "## Trees, one thread",
        "",
        "| graph | tool | wall ms a source | CPU ms a source | MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for case, r in results.items():
        words = case.split(":")
        if words[0] in ("trees", "grid"):
            graph, tool = (words[1], words[2]) if words[0] == "trees" else ("grid of 1 M nodes", words[1])
            lines.append(
                f"| {graph} | {tool} | failed: {r['failed']} | | |"
                if "failed" in r
                else f"| {graph} | {tool} | {r['ms']:.3f} | {r['cpu_ms']:.3f} | {r['megabytes']:.0f} |"
            )
    lines += ["", "## Classes and warm starts", ""]
    for case, r in results.items():
        words = case.split(":")
        if words[0] == "classes" and "wall" in r:
            lines.append(
                f"- {words[2]} classes on {words[1]}: {r['ratio']:.1f} times one class ({r['wall']:.2f} s)"
            )
        if words[0] == "warm" and "shut" in r:
            lines.append(
                f"- warm against cold to {words[1]}, median of {r['links']} links of Chicago Sketch: "
                f"{r['shut']:.1f} times faster after shutting one, {r['open']:.1f} after opening it again"
            )
    return "\n".join(lines) + "\n"


def over_budget(results: dict[str, dict[str, Any]]) -> list[str]:
    """Say which cases pass their budget of CPU time (in yardsticks) or memory."""
    budget = json.loads((HERE / "budget.json").read_text(encoding="utf-8"))
    yard = results.get(YARDSTICK, {}).get("cpu_ms")
    faults = []
    for case, limit in budget["cases"].items():
        r = results.get(case)
        if r is None or "failed" in r or yard is None:
            continue
        spent = r.get("cpu", r.get("cpu_ms", 0.0) / 1e3) * 1e3 / yard
        if spent > limit["yardsticks"] * budget["slack"]:
            faults.append(f"{case}: {spent:.1f} yardsticks of CPU, the budget is {limit['yardsticks']}")
        if r["megabytes"] > limit["megabytes"] * 1.15:
            faults.append(f"{case}: {r['megabytes']:.0f} MB, the budget is {limit['megabytes']}")
    return faults


def main() -> int:
    """Run what is asked and write it down."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", choices=[*SETS, "all"], default="quick", dest="which")
    options.add_argument("--only", default="", metavar="TEXT", help="only the cases whose name holds this")
    options.add_argument("--check", action="store_true", help="compare with the budget")
    chosen = options.parse_args()
    store = HERE / "results.json"
    results: dict[str, dict[str, Any]] = (
        json.loads(store.read_text(encoding="utf-8"))["results"] if store.exists() else {}
    )
    machine = {
        "Python": platform.python_version(),
        "processors": str(os.cpu_count()),
        "system": platform.platform(),
        **{name: version(name) for name in PACKAGES},
    }
    for name in SETS if chosen.which == "all" else [chosen.which]:
        for case in SETS[name]:
            if chosen.only not in case:
                continue
            results[case] = measure(case)
            print(case, json.dumps(results[case]), flush=True)
            ordered = {c: results[c] for s in SETS.values() for c in s if c in results}
            store.write_text(
                json.dumps({"machine": machine, "results": ordered}, indent=1) + "\n", encoding="utf-8"
            )
            (HERE / "results.md").write_text(show(ordered, machine), encoding="utf-8")
    faults = over_budget(results) if chosen.check else []
    for fault in faults:
        print("over budget:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
