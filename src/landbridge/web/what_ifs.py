"""Endpoints of the what-if: things opened and shut by hand, solved again, kept, saved and exported."""

import time
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from landbridge.errors import RequestRefused
from landbridge.study.settings import Change as ChangeSetting
from landbridge.study.settings import Id, WhatIf
from landbridge.study.study_view import find_commodity, find_state
from landbridge.web.asking import ERRORS, CommodityName, Year, get_session
from landbridge.web.models import Change, FlowsAnswer, Shape, say
from landbridge.web.session import Asked, Session, write_json

router = APIRouter(prefix="/api/what-if", tags=["what-if"], responses=ERRORS)

MOST_CHANGES = 200


class WhatIfRequest(Shape):
    """What is opened and shut, and where it starts from."""

    scenario: Annotated[str | None, say("scenario to start from; the reference scenario if left out")] = None
    year: Annotated[int | None, say("year; the base year if left out")] = None
    commodity: Annotated[str, say("class whose flows are told; all cargo if empty")] = ""
    changes: Annotated[
        list[Change], Field(min_length=1, max_length=MOST_CHANGES, description="what is opened or shut")
    ]


class SummaryRow(Shape):
    """A sum before and after."""

    quantity: Annotated[str, say("served, unserved, co2 or corridor:ID")]
    title: Annotated[str, say("what the corridor is called")]
    unit: Annotated[str, say("unit of both")]
    before: Annotated[float, say("in the base scenario")]
    after: Annotated[float, say("in the what-if")]


class TurnedRow(Shape):
    """A zone whose trade crosses another state than before."""

    zone: Annotated[str, say("the zone")]
    state: Annotated[str, say("the state that its trade crosses, ISO 3166 alpha-3")]
    share_before: Annotated[float, say("share of its tonnes that cross the state, in the base scenario")]
    share_after: Annotated[float, say("in the what-if")]
    t_year_before: Annotated[float, say("tonnes that cross the state, in the base scenario")]
    t_year_after: Annotated[float, say("in the what-if")]
    unserved_t_year_before: Annotated[float, say("tonnes of the zone that stay, in the base scenario")]
    unserved_t_year_after: Annotated[float, say("in the what-if")]
    words: Annotated[str, say("the row as a sentence")]


class WhatIfAnswer(Shape):
    """A what-if, solved."""

    id: Annotated[str, say("id by its content: the same changes have the same id")]
    scenario: Annotated[str, say("scenario that it starts from")]
    year: Annotated[int, say("year")]
    changes: Annotated[list[Change], say("what is opened or shut")]
    seconds: Annotated[float, say("time that this answer took, s")]
    iterations: Annotated[int, say("steps of the solver from the base scenario's flows")]
    residual: Annotated[float, say("how far from equilibrium: sum |F(v) - v| / sum v")]
    summary: Annotated[list[SummaryRow], say("sums before and after")]
    turned: Annotated[list[TurnedRow], say("whose trade turned, the greatest change of a share first")]
    flows: Annotated[FlowsAnswer, say("flows in the what-if")]


class SaveRequest(Shape):
    """How a what-if is to be called in the study."""

    scenario_id: Annotated[Id, say("name of the what-if in the study", examples=["meghri-shut"])]
    title: Annotated[str, Field(min_length=1, max_length=200, description="what it is called on the map")]
    description: Annotated[str, Field(max_length=2000, description="what it stands for")] = ""
    folder: Annotated[
        Id | None,
        say("folder beside the one in which the server was started, for the copy of a built-in study"),
    ] = None


class SavedAnswer(Shape):
    """Where a what-if was saved."""

    id: Annotated[str, say("its name in the study")]
    path: Annotated[str, say("folder of the study that holds it")]
    is_copy: Annotated[bool, say("whether that is a copy, because the study served is built in")]
    command: Annotated[str, say("command that solves it")]


@router.post("", response_model=WhatIfAnswer, summary="Open and shut things, and solve again")
def post_what_if(request: Request, asked: WhatIfRequest) -> Response:
    """The equilibrium with the changes made, from that of the base scenario.

    The answer is what `landbridge run` gives for the same what-if once it is saved.
    """
    session = get_session(request)
    begin = time.perf_counter()
    scenario, year = find_state(session.study, asked.scenario, asked.year)
    changes = tuple(ChangeSetting(**change.model_dump()) for change in asked.changes)
    _check(session, changes)
    name = session.keep_what_if(WhatIf(title="What if", base=scenario, changes=changes))
    return _answer(session, Asked(scenario, year, name), asked.commodity, begin)


def _check(session: Session, changes: tuple[ChangeSetting, ...]) -> None:
    """Refuse changes that cannot be made, with every fault."""
    from landbridge.study.what_if import list_network_faults

    faults = list_network_faults(session.prepared, changes)
    if faults:
        what = f"the what-if has {len(faults)} faults." if len(faults) > 1 else "the what-if has one fault."
        raise RequestRefused(what, faults, mend="mend what is listed.")


def _answer(session: Session, asked: Asked, commodity: str, begin: float) -> Response:
    from landbridge.study.map_view import describe_flows
    from landbridge.study.what_if_view import list_turned, summarise

    k = find_commodity(session.study, commodity)
    before = session.get_world(Asked(asked.scenario, asked.year)).solution
    world = session.get_world(asked)
    after, what_if = world.solution, session.get_what_if(asked.what_if)
    content: dict[str, Any] = {
        "id": asked.what_if,
        "scenario": asked.scenario,
        "year": asked.year,
        "changes": [change.model_dump() for change in what_if.changes],
        "iterations": after.equilibrium.iterations,
        "residual": after.equilibrium.residual,
        "summary": summarise(before, after, session.corridors),
        "turned": list_turned(before, after, session.states, session.names),
        "flows": describe_flows(world.prepared, after, session.corridors, k),
    }
    content["seconds"] = round(time.perf_counter() - begin, 3)
    return Response(write_json(content), media_type="application/json")


@router.get("/{what_if}", response_model=WhatIfAnswer, summary="A what-if that was asked before")
def get_what_if(request: Request, what_if: str, year: Year = None, commodity: CommodityName = "") -> Response:
    """The same answer by its id, in any year; also a what-if that was saved, by its name."""
    session = get_session(request)
    begin = time.perf_counter()
    return _answer(session, session.ask(None, year, what_if), commodity, begin)


@router.post("/{what_if}/save", response_model=SavedAnswer, summary="Save a what-if into the study")
def save_what_if(request: Request, what_if: str, asked: SaveRequest) -> dict[str, Any]:
    """Write a what-if into `study.yaml`, under `what_ifs`; a built-in study is copied to a folder first."""
    from landbridge.study.folder import is_built_in
    from landbridge.study.what_if_save import save_what_if as save

    session = get_session(request)
    titled = session.get_what_if(what_if).model_copy(
        update={"title": asked.title, "description": asked.description}
    )
    is_copy = is_built_in(session.study)
    folder = Path.cwd() / (asked.folder or f"my-{session.study.id}")
    with session.writing:
        saved = save(session.study, asked.scenario_id, titled, folder)
        if not is_copy:
            session.use(saved)
    named = saved.path.name if is_copy else str(saved.path)
    return {
        "id": asked.scenario_id,
        "path": str(saved.path),
        "is_copy": is_copy,
        "command": f"landbridge run {named} -s {asked.scenario_id}",
    }


@router.get(
    "/{what_if}/export",
    summary="A what-if as YAML",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {}}}},
)
def export_what_if(
    request: Request,
    what_if: str,
    name: Annotated[str, Query(description="what it is to be called", max_length=100)] = "what-if",
) -> Response:
    """The piece of `study.yaml` that holds it, to paste into a study."""
    from landbridge.ids import is_id
    from landbridge.study.what_if_save import write_yaml

    session = get_session(request)
    found = session.get_what_if(what_if)
    if not is_id(name):
        raise RequestRefused(f'"{name}" cannot be a name.', mend="use letters, digits, hyphens.")
    headers = {"content-disposition": f'attachment; filename="{name}.yaml"'}
    return Response(write_yaml(name, found), media_type="application/yaml", headers=headers)
