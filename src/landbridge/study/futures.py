"""Futures of a study: its milestone graph with what study.yaml overrides, sampled and told as plain
values."""

from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import FuturesRefused
from landbridge.process.critical import find_critical
from landbridge.process.milestones import Milestone, MilestoneGraph, Range, build_milestone_graph
from landbridge.process.optimism import Slip, measure_slips
from landbridge.process.sampling import Ends, Futures, sample_futures
from landbridge.process.what_if import parse_what_if
from landbridge.study.folder import Study
from landbridge.study.recorded import list_recorded_states, tell_uncertain_gates

#: Futures at most with which the ends of the priors' ranges are tried.
MOST_FOR_ENDS = 1 << 16

WARNING = (
    "Odds are the study's own: most priors are assumptions with ranges. Official dates are too hopeful, and "
    "more so when they are chained: every step waits for the last of those before it."
)


def build_graph(study: Study) -> MilestoneGraph:
    """The milestone graph of a study, with what ``futures`` in study.yaml overrides."""
    settings = study.settings.futures
    if not len(study.tables["gates"]):
        raise FuturesRefused("the study has no gates.", where=study.id, mend="add tables/gates.csv.")
    return build_milestone_graph(
        study.tables["gates"],
        study.tables["gate_priors"],
        study.tables["gate_causes"],
        overrides={gate: prior.model_dump(exclude_none=True) for gate, prior in settings.priors.items()},
        loadings=settings.loadings,
        states=list_recorded_states(study),
    )


def list_years(study: Study) -> tuple[int, ...]:
    """Years at whose end gates are looked at: from the record date to the end of the horizon."""
    last = study.settings.futures.until or study.settings.years[-1]
    return tuple(range(study.settings.record_date.year, last + 1))


def find_slip(study: Study) -> tuple[Range, tuple[Slip, ...]]:
    """Range of the slip of promised dates, and the works of the record that it was learnt from.

    study.yaml goes first; else it reaches from none (some works come in time) to the greatest of the record.
    """
    slips = measure_slips(study.tables["gate_promises"])
    stated = study.settings.futures.slip
    if stated is not None:
        return stated, slips
    return (0.0, min(0.9, max([0.0, *(slip.slip for slip in slips)]))), slips


def sample_study(
    study: Study,
    n: int,
    *,
    graph: MilestoneGraph | None = None,
    what_if: Mapping[str, float] | None = None,
    seed: int | None = None,
    ends: Ends = "sampled",
    workers: int | None = None,
) -> Futures:
    """Draw futures of a study.

    The same seed gives the same draws in all scenarios and what-ifs. See
    :func:`landbridge.process.sampling.sample_futures`.

    Examples
    --------
    >>> futures = sample_study(open_study("eurasia"), 10000)     # doctest: +SKIP
    >>> futures.states(2035).shape                               # doctest: +SKIP
    (10000, 88)
    """
    return sample_futures(
        graph or build_graph(study), n, what_if=what_if, ends=ends, workers=workers, **_ask(study, seed)
    )


def _ask(study: Study, seed: int | None) -> dict[str, Any]:
    """What every sample of a study is asked with."""
    return {
        "start": study.settings.record_date.isoformat(),
        "years": list_years(study),
        "seed": study.settings.futures.seed if seed is None else seed,
        "slip": find_slip(study)[0],
    }


def tell_sample(
    study: Study, n: int, *, target: str | None = None, seed: int | None = None, workers: int | None = None
) -> dict[str, Any]:
    """Odds of every gate by year with their intervals, and the critical prerequisites of a target.

    ``interval`` spans the odds with all numbers of the priors at the bad and at the good end of their ranges;
    ``sampling_error`` is the standard error from independent scrambles.
    """
    graph = build_graph(study)
    target = target or study.settings.futures.target
    if target:
        graph.place(target)
    start = monotonic()
    futures = sample_study(study, n, graph=graph, seed=seed, workers=workers)
    seconds = monotonic() - start
    few = min(n, MOST_FOR_ENDS)
    sampled = futures.open_probability
    ranges = [
        sample_study(study, few, graph=graph, seed=seed, ends=ends, workers=workers).open_probability
        for ends in ("worst", "best")
    ]
    low, high = np.minimum.reduce([*ranges, sampled]), np.maximum.reduce([*ranges, sampled])
    told = {
        "study": study.id,
        "n": n,
        "seed": futures.seed,
        "start": study.settings.record_date.isoformat(),
        "seconds": seconds,
        "open_probability": _by_gate(futures, sampled),
        "interval": _by_gate(futures, np.stack([low, high], axis=-1)),
        "sampling_error": _by_gate(futures, futures.sampling_error),
        "target": target,
        "critical": [],
        **_tell_assumptions(study, graph),
    }
    if target:
        ranked = find_critical(graph, target, n, workers=workers, **_ask(study, seed))
        told["critical"] = [vars(item) for item in ranked]
    return told


def tell_what_if(
    study: Study,
    words: Iterable[str],
    n: int,
    *,
    seed: int | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Odds of every gate without and with gates set by hand, in the same futures."""
    graph = build_graph(study)
    words = list(words)
    fixed = parse_what_if(graph, words)
    before = sample_study(study, n, graph=graph, seed=seed, workers=workers)
    after = sample_study(study, n, graph=graph, what_if=fixed, seed=seed, workers=workers)
    change = after.open_probability - before.open_probability
    touched = np.abs(change).max(axis=1)
    order = [graph.ids[place] for place in np.argsort(-touched, kind="stable") if touched[place] > 0.0]
    return {
        "study": study.id,
        "what_if": words,
        "n": n,
        "seed": before.seed,
        "before": _by_gate(before, before.open_probability),
        "open_probability": _by_gate(after, after.open_probability),
        "difference": _by_gate(after, change),
        "changed": order,
        **_tell_assumptions(study, graph),
    }


def _by_gate(futures: Futures, values: NDArray[np.float64]) -> dict[str, dict[str, Any]]:
    years = [str(year) for year in futures.years]
    return {
        gate: dict(zip(years, values[place].tolist(), strict=True))
        for place, gate in enumerate(futures.graph.ids)
    }


def tell_odds(study: Study) -> dict[str, Any]:
    """What a reader must see beside odds: the warning, how many priors are assumed, causes, slips."""
    return _tell_assumptions(study, build_graph(study))


def _tell_assumptions(study: Study, graph: MilestoneGraph) -> dict[str, Any]:
    """What a reader must see beside the odds."""
    (low, high), works = find_slip(study)
    sampled = [gate for gate in graph.gates if not gate.is_held]
    return {
        "warning": WARNING,
        "assumed_priors": sum(gate.basis == "assumption" for gate in sampled),
        "priors": len(sampled),
        "held": [gate.id for gate in graph.gates if gate.is_held],
        "uncertain": [told for told in tell_uncertain_gates(study) if told["gate"] in graph],
        "slip": {"low": low, "high": high, "works": [vars(work) for work in works]},
        "causes": [
            {
                "id": cause.id,
                "title": cause.title,
                "loading": list(cause.loading),
                "basis": cause.basis,
                "gates": [gate.id for gate in sampled if gate.cause == cause.id],
            }
            for cause in graph.causes
        ],
    }


def tell_graph(study: Study, *, gate: str | None = None) -> dict[str, Any]:
    """The milestone graph as plain values; with ``gate`` only that gate and what it needs."""
    graph = build_graph(study)
    if gate:
        graph = graph.restricted(gate)
    titles = {cause.id: cause.title for cause in graph.causes}
    return {
        "study": study.id,
        "date": study.settings.record_date.isoformat(),
        "gates": [_tell_gate(item, titles) for item in graph.gates],
        **_tell_assumptions(study, graph),
    }


def _tell_gate(gate: Milestone, causes: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": gate.id,
        "title": gate.title,
        "kind": gate.kind,
        "process": "held" if gate.is_held else "two_state" if gate.is_two_state else "milestone",
        "today": gate.start,
        "met_probability": round(gate.met_probability, 4),
        "requires": list(gate.requires),
        "requires_any": list(gate.requires_any),
        "cause": causes.get(gate.cause, ""),
        "basis": gate.basis,
        "source": list(gate.source),
        "note": gate.note,
    }
    if gate.law == "pert":
        told["delay_years"] = [gate.delay.low, gate.delay.mode, gate.delay.high]
    elif gate.law == "exponential":
        told["mean_delay_years"] = gate.delay.mode
    ranges = {"never": gate.never, "close_rate": gate.close_rate, "reopen_rate": gate.reopen_rate}
    told.update({name: list(value) for name, value in ranges.items() if value[1] > 0.0})
    return told
