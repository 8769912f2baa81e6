"""Endpoints of the map: the study, the network, flows and differences."""

from typing import Any

from fastapi import APIRouter, Request, Response

from landbridge import __version__
from landbridge.study.study_view import describe_study, find_commodity
from landbridge.web.asking import ERRORS, BaseState, CommodityName, State, get_session, give
from landbridge.web.models import DifferenceAnswer, FlowsAnswer, NetworkAnswer, StudyAnswer
from landbridge.web.session import Asked, Session

router = APIRouter(prefix="/api", tags=["map"], responses=ERRORS)


@router.get("/study", response_model=StudyAnswer, summary="The study: what there is to choose from")
def get_study(request: Request) -> Response:
    """Scenarios, years, commodities, zones, places, corridors; nothing is solved for it."""
    session = get_session(request)

    def make() -> dict[str, object]:
        from landbridge.report.outlines import CREDIT

        found = describe_study(session.study)
        states = {code: session.names.get(code, code) for code in found["states"]}
        return {**found, "version": __version__, "states": states, "outline": {"credit": CREDIT}}

    return give(session, "study", make, on_disk=True)


@router.get("/network", response_model=NetworkAnswer, summary="Links and places in one state")
def get_network(request: Request, asked: State) -> Response:
    """Which links are open, and what is missing where they are not; delays at borders and in ports."""
    session = get_session(request)

    def make() -> dict[str, object]:
        from landbridge.study.map_view import describe_closures, describe_links, describe_places
        from landbridge.web.geometry import draw_links

        world = session.get_world(asked)
        lines = draw_links(session.study)
        links = describe_links(world.prepared, world.solution)
        return {
            "links": [link | vars(lines[link["id"]]) for link in links],
            "places": describe_places(world.prepared, world.solution),
            "closures": describe_closures(world.prepared, world.solution),
        }

    session.look_ahead(asked)
    return give(session, ("network", asked), make, on_disk=not asked.what_if)


@router.get("/flows", response_model=FlowsAnswer, summary="Flows on links in one state")
def get_flows(request: Request, asked: State, commodity: CommodityName = "") -> Response:
    """Tonnes a year along each link and corridor at the equilibrium, with its certificate."""
    session = get_session(request)
    return give(
        session,
        ("flows", asked, commodity),
        lambda: _flows(session, asked, commodity),
        on_disk=not asked.what_if,
    )


def _flows(session: Session, asked: Asked, commodity: str) -> dict[str, Any]:
    from landbridge.study.map_view import describe_flows

    k = find_commodity(session.study, commodity)
    world = session.get_world(asked)
    return describe_flows(world.prepared, world.solution, session.corridors, k)


@router.get(
    "/difference", response_model=DifferenceAnswer, summary="Flows of one state less those of another"
)
def get_difference(
    request: Request, asked: State, before: BaseState, commodity: CommodityName = ""
) -> Response:
    """What changes on each link and corridor between two scenarios in a year, t/year."""
    session = get_session(request)

    def make() -> dict[str, Any]:
        from landbridge.study.map_view import compare_flows

        return compare_flows(_flows(session, asked, commodity), _flows(session, before, commodity))

    return give(session, ("difference", asked, before, commodity), make)
