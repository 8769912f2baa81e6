"""How surely cargo arrives: the spread of times of a study's pairs at the queues of an equilibrium."""

from dataclasses import asdict
from typing import Any

import numpy as np

from landbridge.indicators.elements import Chokepoint, mark_chokepoint
from landbridge.indicators.flows import Columns
from landbridge.indicators.reliability import DRAWS, Spread, Storm, build_clock, simulate, summarise
from landbridge.indicators.solution import Solution
from landbridge.network import Network
from landbridge.network.attributes import get_parameter
from landbridge.study.pair_view import PairView, view_pair
from landbridge.study.prepare import Prepared

DAYS_A_MONTH = 365.0 / 12.0
TABLE_DRAWS = 4096
"""Journeys drawn of each way for the tables of a run."""
LEAST_SHARE = 0.005
"""Routes with a smaller share of their pair are left out of the draws."""


def build_storms(prepared: Prepared, network: Network) -> list[Storm]:
    """Weather of a study's chokepoints, on a network that may hold visitors."""
    tables = prepared.tables
    found = []
    for narrow in prepared.study.settings.chokepoints:
        if not narrow.storms:
            continue
        arcs = mark_chokepoint(network, tables, Chokepoint(narrow.id, narrow.title, narrow.elements))
        closed = tuple(get_parameter(tables, name) / DAYS_A_MONTH for name in narrow.storms)
        hold, cv = (get_parameter(tables, f"M-storm-hold-{name}") for name in ("h", "cv"))
        found.append(Storm(arcs, closed, hold, cv, get_parameter(tables, "M-storm-load")))
    return found


def draw_pair(
    prepared: Prepared, view: PairView, *, promise_h: float | None = None, n: int = DRAWS, seed: int = 0
) -> tuple[list[tuple[int, Spread]], Spread] | None:
    """Spread of each route of a pair, by route, and of the pair as a whole; None where nothing moves.

    Without a promise it is the mean time of the pair times the parameter ``M-promise-factor``.
    """
    s, tables = view.solution, prepared.tables
    which = np.flatnonzero(view.shares > LEAST_SHARE * max(view.shares.sum(), 1e-300))
    if not len(which):
        return None
    k = prepared.classes.index[view.class_id]
    arcs = np.unique(np.concatenate([s.routes.get_arcs(int(r)) for r in which]))
    clock = build_clock(
        s.network,
        s.state,
        int(prepared.classes.form[k]),
        s.equilibrium.delay_h,
        arcs,
        build_storms(prepared, s.network),
        get_parameter(tables, "M-place-correlation"),
    )
    share = view.shares[which]
    if promise_h is None:
        mean = float((share * s.time_h[which]).sum() / share.sum())
        promise_h = get_parameter(tables, "M-promise-factor") * mean
    hours = simulate(clock, s.routes, which, n, seed)
    one = np.ones(1)
    routes = [(int(r), summarise(hours[i : i + 1], one, promise_h)) for i, r in enumerate(which)]
    return routes, summarise(hours, share, promise_h)


def list_reliability(prepared: Prepared, solution: Solution) -> Columns:
    """Spread of the times of each telling pair of the study in one solved state; NaN where nothing moves."""
    rows: list[dict[str, Any]] = []
    blank = dict.fromkeys(Spread.__dataclass_fields__, float("nan"))
    for position, (origin, destination, class_id) in enumerate(prepared.study.settings.telling_pairs):
        view = view_pair(prepared, solution, origin, destination, class_id)
        found = draw_pair(prepared, view, n=TABLE_DRAWS)
        told = asdict(found[1]) if found else blank
        rows.append(
            {"position": position, "origin": origin, "destination": destination, "class": class_id, **told}
        )
    if not rows:
        return {"position": [], "origin": [], "destination": [], "class": []}
    return {
        name: np.array([row[name] for row in rows]) if name in blank else [row[name] for row in rows]
        for name in rows[0]
    }
