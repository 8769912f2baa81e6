"""Time, memory and quality of judging the record, on synthetic corpora of which the truth is known.

``python benchmarks/record.py [--documents N] [--claims M] [--rounds 3]`` prints one table. Each measurement
runs in a process of its own, so that its peak of memory is its own; times are medians.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from record_corpus import Claims, build_claims, build_texts, write_rewritings

from landbridge.record.lineage import ONE_WITNESS, find_lineage
from landbridge.record.reconcile import reconcile

#: Fields whose values can be averaged.
AVERAGED = ("date", "capacity")


def peak_mb() -> float:
    """Largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def link(n: int, seed: int) -> dict[str, float]:
    """Link documents; precision and recall over all pairs of one family."""
    texts = build_texts(n, seed=seed)
    before = peak_mb()
    start = time.perf_counter()
    edges = find_lineage(texts.documents)
    seconds = time.perf_counter() - start
    true = texts.dependent_pairs
    found = {tuple(sorted((e.a, e.b))) for e in edges if e.probability >= ONE_WITNESS}
    direct = {tuple(sorted(pair)) for pair in texts.parent.items()}
    return {
        "seconds": seconds,
        "peak MB": peak_mb(),
        "MB before": before,
        "words": float(sum(len(d.text.split()) for d in texts.documents)),
        "pairs": float(len(true)),
        "precision": len(found & true) / max(len(found), 1),
        "recall": len(found & true) / len(true),
        "recall of parents": len(found & direct) / len(direct),
    }


def check(n: int, seed: int) -> dict[str, float]:
    """Run ``landbridge record check --json`` on rewritings of two texts; the peak is of its largest process.

    Its workers end before what needs most memory begins, and are smaller than it.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_rewritings(n, Path(folder), seed=seed)
        command = [sys.executable, "-m", "landbridge", "record", "check", folder, "--json"]
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
            assert run.stdout is not None
            written = sum(len(piece) for piece in iter(lambda: run.stdout.read(1 << 20), b""))
        seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "CPU seconds": used.ru_utime + used.ru_stime,
        "peak MB": used.ru_maxrss / 1024,
        "MB of JSON": written / 1e6,
        "failed": float(run.returncode != 0),
    }


def _majority(made: Claims) -> dict[tuple[str, str], str]:
    votes: dict[tuple[str, str], Counter[str]] = {}
    for claim in made.claims:
        votes.setdefault((claim.event, claim.field), Counter())[claim.value] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in votes.items()}


def _average(made: Claims) -> dict[tuple[str, str], str]:
    values: dict[tuple[str, str], list[float]] = {}
    for claim in made.claims:
        if claim.field in AVERAGED:
            number = (
                date.fromisoformat(claim.value).toordinal() if claim.field == "date" else float(claim.value)
            )
            values.setdefault((claim.event, claim.field), []).append(number)
    found = {}
    for key, numbers in values.items():
        mean = round(sum(numbers) / len(numbers))
        found[key] = date.fromordinal(mean).isoformat() if key[1] == "date" else str(mean)
    return found


def _share(taken: Mapping[tuple[str, str], str], made: Claims, fields: tuple[str, ...] = ()) -> float:
    """Part of the fields with a value that have the true one."""
    keys = [key for key, value in taken.items() if value and (not fields or key[1] in fields)]
    return sum(taken[key] == made.truth[key] for key in keys) / max(len(keys), 1)


def judge(n: int, seed: int) -> dict[str, float]:
    """Reconcile claims; the share of fields that got their true value, by each way."""
    made = build_claims(n, seed=seed)
    start = time.perf_counter()
    edges = find_lineage((), made.claims, made.sources)
    linked = time.perf_counter() - start
    result = reconcile(made.claims, made.sources, edges)
    seconds = time.perf_counter() - start - linked
    taken = {(r.event, r.field): r.value for r in result.resolutions}
    estimate = {(r.event, r.field): r.estimate for r in result.resolutions}
    majority, average = _majority(made), _average(made)
    families: dict[str, str] = {name: made.parent.get(name, name) for name in made.accuracy}
    found = {pair for pair, p in result.copying.items() if p >= ONE_WITNESS}
    true = {(a, b) for a in families for b in families if a < b and families[a] == families[b]}
    ordered = {tuple(sorted(pair)) for pair in found}
    shared = {tuple(sorted((e.a, e.b))) for e in edges if e.probability >= ONE_WITNESS}
    return {
        "seconds": seconds,
        "seconds for shared errors": linked,
        "peak MB": peak_mb(),
        "claims": float(len(made.claims)),
        "differences": float(len(result.differences)),
        "rules": _share(taken, made),
        "taken": sum(map(bool, taken.values())) / len(taken),
        "estimate": _share(estimate, made),
        "majority": _share(majority, made),
        "average of dates and numbers": _share(average, made, AVERAGED),
        "rules, dates and numbers": _share(taken, made, AVERAGED),
        "copying: precision": len(ordered & true) / max(len(ordered), 1),
        "copying: recall": len(ordered & true) / max(len(true), 1),
        "shared errors: precision": len(shared & true) / max(len(shared), 1),
        "shared errors: recall": len(shared & true) / max(len(true), 1),
    }


def measure(kind: str, n: int, rounds: int) -> dict[str, float]:
    """Run a measurement in new processes, one for each seed; the median of each figure."""
    rows = []
    for seed in range(1, rounds + 1):
        command = [sys.executable, str(Path(__file__).resolve()), "--one", kind, str(n), str(seed)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout))
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("KIND", "N", "SEED"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        kind, n, seed = given.one
        run = {"link": link, "judge": judge, "check": check}[kind]
        sys.stdout.write(json.dumps(run(int(n), int(seed))) + "\n")
        return
    for kind, n, what in (
        ("link", given.documents, "documents linked"),
        ("judge", given.claims, "claims reconciled"),
        ("check", given.documents, "rewritings of two texts checked"),
    ):
        sys.stdout.write(f"{n:,} {what}, median of {given.rounds}" + "\n")
        for name, value in measure(kind, n, given.rounds).items():
            sys.stdout.write(f"  {name:32} {value:12,.3f}" + "\n")


if __name__ == "__main__":
    main()
