"""One question of reliability: how surely cargo arrives between two places."""

from dataclasses import asdict
from typing import Any

from landbridge.errors import NoRoute, UnknownId
from landbridge.indicators.reliability import DRAWS
from landbridge.study.check import INDICATOR_PARAMETERS
from landbridge.study.folder import Study
from landbridge.study.pair_view import view_pair
from landbridge.study.prepare import Report
from landbridge.study.queries import solve_query
from landbridge.study.reliability import draw_pair

HOURS_A_DAY = 24.0


def find_reliability(
    study: Study,
    origin: str,
    destination: str,
    *,
    scenario: str | None = None,
    year: int | None = None,
    commodity: str | None = None,
    promise_days: float | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Report | None = None,
) -> dict[str, Any]:
    """Door-to-door times between two zones or nodes: each way and all ways together, hours and shares.

    Raises
    ------
    UnknownId
        If a place, scenario, year or class is unknown, or the study lacks a parameter of reliability.
    NoRoute
        If nothing moves between the two.
    """
    parameters = study.tables["parameters"]
    for name in INDICATOR_PARAMETERS["reliability"]:
        if name not in parameters.index:
            raise UnknownId(name, parameters["id"].tolist(), kind="parameter", where=f"study {study.id}")
    prepared, solution, class_id = solve_query(study, scenario, year, commodity, progress)
    view = view_pair(prepared, solution, origin, destination, class_id)
    promise = None if promise_days is None else HOURS_A_DAY * promise_days
    found = draw_pair(prepared, view, promise_h=promise, n=draws, seed=seed)
    if found is None:
        what = f"nothing moves from {view.origin} to {view.destination}."
        raise NoRoute(
            what, where=f"study {study.id}, {solution.scenario}", mend="landbridge routes says why."
        )
    routes, whole = found
    ways = []
    for route, spread in sorted(routes, key=lambda row: -view.shares[row[0]]):
        text = view.words.describe_one(view.solution.routes.get_arcs(route))
        ways.append({"share": float(view.shares[route]), **asdict(spread), **text})
    return {
        "from": view.origin,
        "to": view.destination,
        "scenario": solution.scenario,
        "year": solution.year,
        "commodity": class_id,
        "draws": draws,
        "seed": seed,
        **asdict(whole),
        "ways": ways,
    }
