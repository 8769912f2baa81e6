"""On whom each zone depends: what passes where, what it would lose, and who could cut it off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from landbridge.indicators.dependence import list_losses
from landbridge.indicators.elements import KINDS, Elements
from landbridge.indicators.exposure import Exposure, measure_concentration, measure_exposure
from landbridge.indicators.flows import Columns
from landbridge.indicators.islands import Island, find_islands
from landbridge.study.closures import Closed, OpenState
from landbridge.study.dependence_futures import DependenceSpread, check_future_year, spread_dependence
from landbridge.study.folder import Study
from landbridge.study.names import Names, find_year
from landbridge.study.prepare import Prepared, Progress, Report, prepare
from landbridge.study.workers import THREADS, Workers, open_workers

GRAVEST = 20
"""Single closures of which all pairs are tried."""

TOLD_USD = 1.0
TOLD_T = 1.0


@dataclass(frozen=True)
class Dependence:
    """All that is known of the dependence of zones in one scenario and year.

    ``hhi`` (n_zones); ``singles`` and ``pairs`` the closures solved, gravest first.
    """

    scenario: str
    year: int
    zones: tuple[str, ...]
    elements: Elements
    exposure: Exposure
    hhi: np.ndarray
    islands: tuple[Island, ...]
    singles: tuple[Closed, ...]
    pairs: tuple[Closed, ...]


def measure_dependence(
    prepared: Prepared,
    scenario: str,
    year: int,
    *,
    kinds: Sequence[str] = ("state",),
    pairs: bool = False,
    workers: Workers = THREADS,
    progress: Report | None = None,
) -> Dependence:
    """Exposure, closures of all elements of some kinds that cargo passes, and the islands of a scenario.

    With ``pairs`` all pairs of the gravest single closures are closed at once too. Results do not depend on
    ``workers``.
    """

    def say(stage: str, done: int, total: int, detail: str = "") -> None:
        if progress is not None:
            progress(Progress(stage, done, total, detail))

    say("equilibria", 0, 1, f"{scenario} {year}")
    base = OpenState(prepared, scenario, year)
    value = prepared.study.tables["classes"]["unit_value_usd_t"].astype(float)
    n = len(prepared.network.zones)
    exposure = measure_exposure(base.routes, base.passages, base.at.flow, value, n)
    ways = measure_concentration(base.routes, base.passages, base.elements, base.at.flow, n)
    wanted = [[e] for e in base.list_passed() if base.elements.kind[e] in kinds]
    say("closures", 0, max(1, len(wanted)), "looking for ways round")
    singles = _close(base, wanted, workers, lambda *step: say("closures", *step))
    twos: list[Closed] = []
    if pairs:
        gravest = [found.items[0] for found in singles[:GRAVEST]]
        both = [list(pair) for pair in combinations(gravest, 2)]
        say("pairs", 0, max(1, len(both)), "looking for ways round")
        twos = _close(base, both, workers, lambda *step: say("pairs", *step))
    return Dependence(
        scenario,
        year,
        prepared.network.zones,
        base.elements,
        exposure,
        ways.average(n),
        tuple(find_islands(prepared.network, base.state)),
        tuple(singles),
        tuple(twos),
    )


def _close(
    base: OpenState,
    closures: list[list[int]],
    workers: Workers,
    report: Callable[[int, int, str], None],
) -> list[Closed]:
    """Closures solved, the gravest first."""
    if not closures:
        return []
    model = base.prepare_closures(closures)
    found = model.close_all(closures, workers, report)
    return sorted(found, key=lambda one: (-one.loss.borne_usd_year, one.items))


def find_dependence(
    study: Study,
    zone: str | None = None,
    *,
    scenario: str | None = None,
    year: int | None = None,
    kinds: Sequence[str] = ("state",),
    pairs: bool = False,
    futures: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
    progress: Report | None = None,
) -> tuple[Dependence, DependenceSpread | None]:
    """Dependence of the zones of a study, and with ``futures`` how that of ``zone`` spreads over so many.

    ``scenario`` is its reference scenario if left out, ``year`` that of the scenario or the base year.
    Closures are solved by threads, by ``processes`` of this machine, or by the workers of a Dask scheduler
    at ``cluster``.

    Raises
    ------
    UnknownId
        If there is no such zone, scenario or year; the message offers the nearest names.
    QuestionRefused
        If several things are wrong; ``faults`` lists them.
    ClusterNotReached
        If no worker answers at ``cluster``.
    FuturesRefused
        If futures of that year cannot be drawn.
    """
    names = Names(f"study {study.id}")
    if zone is not None:
        names.take(zone, map(str, study.tables["zones"]["id"]), "zone")
    name, when = names.take_state(study, scenario, year)
    for kind in kinds:
        names.take(kind, KINDS, "kind")
    if futures is not None and when in study.settings.list_known_years():
        names.find(lambda: check_future_year(study, when), None)
    names.refuse()
    with open_workers(processes, cluster) as workers:
        prepared = prepare(study, progress)
        how: dict[str, Any] = {"workers": workers, "progress": progress}
        found = measure_dependence(prepared, name, when, kinds=kinds, pairs=pairs, **how)
        if futures is None or zone is None:
            return found, None
        return found, spread_dependence(prepared, found, zone, futures, **how)


def describe_zone(found: Dependence, zone: str, kind: str = "state") -> dict[str, dict[str, float]]:
    """What a zone sends and receives through each element of a kind, and what it loses if that closes.

    Elements through which nothing of it passes and whose closing costs it nothing are left out; the gravest
    for the zone comes first.
    """
    z = found.zones.index(zone)
    tonnes, value = found.exposure.share_tonnes[z], found.exposure.share_value[z]
    rows = []
    for closed in found.singles:
        (e,) = closed.items
        if found.elements.kind[e] != kind:
            continue
        loss, stays = closed.loss.usd_year[z], closed.loss.unserved_t_year[z]
        if tonnes[e] > 0.0 or abs(loss) >= TOLD_USD or abs(stays) >= TOLD_T:
            rows.append((found.elements.id[e], float(tonnes[e]), float(value[e]), float(loss), float(stays)))
    rows.sort(key=lambda row: (-row[4] if row[4] > 0.005 * found.exposure.all_t_year[z] else 0.0, -row[3]))
    return {
        name: {
            "share_tonnes": by_weight,
            "share_value": by_value,
            "loss_if_closed_usd_year": loss,
            "unserved_if_closed_t_year": stays,
        }
        for name, by_weight, by_value, loss, stays in rows
    }


def describe_more(found: Dependence, zone: str) -> dict[str, Any]:
    """What is known of a zone beside its states: other elements, concentration, who could cut it off."""
    z = found.zones.index(zone)
    island = found.islands[z]
    return {
        "scenario": found.scenario,
        "year": found.year,
        "trade_t_year": float(found.exposure.all_t_year[z]),
        "trade_usd_year": float(found.exposure.all_usd_year[z]),
        "hhi": float(found.hhi[z]),
        "effective_ways": float(1.0 / found.hhi[z]),
        "cut_off_by": [list(states) for states in island.from_world],
        "cut_from_own_state_by": None
        if island.from_own is None
        else [list(states) for states in island.from_own],
        **{f"{kind}s": describe_zone(found, zone, kind) for kind in KINDS if kind != "state"},
    }


def list_closures(found: Dependence) -> list[dict[str, Any]]:
    """Single closures and pairs of closures with what they cost the world, gravest first.

    ``excess_usd_year`` is what a pair is worse than its two closures one by one: large where each is the way
    round the other.
    """
    alone = {closed.items[0]: closed.loss.borne_usd_year for closed in found.singles}
    rows = []
    for closed in (*found.singles, *found.pairs):
        borne = closed.loss.borne_usd_year
        rows.append(
            {
                "closed": [_describe_element(found.elements, e) for e in closed.items],
                "loss_usd_year": closed.loss.world_usd_year,
                "unserved_t_year": closed.loss.world_unserved_t_year,
                "borne_usd_year": borne,
                "excess_usd_year": borne - sum(alone[e] for e in closed.items),
                "residual": closed.residual,
            }
        )
    return sorted(rows, key=lambda row: -row["borne_usd_year"])


def _describe_element(elements: Elements, e: int) -> dict[str, str]:
    return {"kind": elements.kind[e], "id": elements.id[e], "name": elements.name[e]}


RUN_KINDS = ("state", "chokepoint")
"""What a run closes: the rest is asked of ``landbridge dependence --wide``."""


def tabulate_dependence(
    prepared: Prepared, names: Sequence[str], years: Sequence[int], progress: Report | None = None
) -> dict[str, Columns]:
    """Tables ``dependence`` and ``islands`` of scenarios, in the year in which they are compared."""
    year = find_year(prepared.study, years)
    losses: list[Columns] = []
    islands: Columns = {"scenario": [], "zone": [], "from_world": [], "from_own": []}
    for name in names:
        found = measure_dependence(prepared, name, year, kinds=RUN_KINDS, progress=progress)
        places = [closed.items[0] for closed in found.singles]
        e = found.elements
        closures = [(e.kind[i], e.id[i], e.name[i]) for i in places]
        block = list_losses(
            found.zones, closures, [closed.loss for closed in found.singles], found.exposure.all_t_year
        )
        n = len(block["zone"])
        losses.append({"scenario": [name] * n, "year": np.full(n, year), **block})
        for island in found.islands:
            islands["scenario"].append(name)
            islands["zone"].append(island.zone)
            islands["from_world"].append(_join(island.from_world))
            islands["from_own"].append("" if island.from_own is None else _join(island.from_own))
    return {"dependence": _stack(losses), "islands": islands}


def _join(sets: Sequence[Sequence[str]]) -> str:
    """Sets of states as text: members joined by +, sets by a space."""
    return " ".join("+".join(states) for states in sets)


def _stack(blocks: list[Columns]) -> Columns:
    result: Columns = {}
    for column in blocks[0]:
        parts = [block[column] for block in blocks]
        if isinstance(parts[0], np.ndarray):
            result[column] = np.concatenate(parts)
        else:
            result[column] = [value for part in parts for value in part]
    return result
