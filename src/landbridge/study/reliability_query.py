"""One question of reliability: how surely cargo arrives between two places."""

from dataclasses import asdict
from typing import Any, Unpack

from landbridge.errors import NoRoute
from landbridge.indicators.reliability import DRAWS
from landbridge.study.check import INDICATOR_PARAMETERS
from landbridge.study.folder import Study
from landbridge.study.names import Names
from landbridge.study.queries import Asked, ask_pair
from landbridge.study.reliability import draw_pair

HOURS_A_DAY = 24.0


def find_reliability(
    study: Study,
    origin: str,
    destination: str,
    *,
    promise_days: float | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    **asked: Unpack[Asked],
) -> dict[str, Any]:
    """Door-to-door times between two zones or nodes: each way and all ways together, hours and shares.

    :class:`Asked` says what else may be named.

    Raises
    ------
    UnknownId
        If the study lacks a parameter of reliability; else what :func:`ask_pair` raises.
    NoRoute
        If nothing moves between the two.
    """
    names = Names(f"study {study.id}")
    for name in INDICATOR_PARAMETERS["reliability"]:
        names.take(name, study.tables["parameters"].index, "parameter")
    names.refuse()
    prepared, view, head = ask_pair(study, origin, destination, **asked)
    promise = None if promise_days is None else HOURS_A_DAY * promise_days
    found = draw_pair(prepared, view, promise_h=promise, n=draws, seed=seed)
    if found is None:
        what = f"nothing moves from {view.origin} to {view.destination}."
        raise NoRoute(what, where=f"study {study.id}, {head['scenario']}", mend="landbridge routes says why.")
    routes, whole = found
    ways = []
    for route, spread in sorted(routes, key=lambda row: -view.shares[row[0]]):
        text = view.words.describe_one(view.solution.routes.get_arcs(route))
        ways.append({"share": float(view.shares[route]), **asdict(spread), **text})
    return {**head, "draws": draws, "seed": seed, **asdict(whole), "ways": ways}
