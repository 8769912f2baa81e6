"""Endpoints of the ways between two places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from landbridge.web.asking import ERRORS, State, get_session, give
from landbridge.web.models import Shape, say
from landbridge.web.session import Asked, Session

router = APIRouter(prefix="/api", tags=["routes"], responses=ERRORS)

Place = Annotated[str, Query(description="a zone or node, by id or name", max_length=100)]
Commodity = Annotated[
    str, Query(description="a commodity class; the study's default class if empty", max_length=100)
]


class Part(Shape):
    """A part of the generalised cost."""

    part: Annotated[str, say("tariff, handling, fees, running, waiting, dwell, border, queue, ...")]
    usd_t: Annotated[float, say("USD/t; hours count at the class's value of time")]
    h: Annotated[float | None, say("hours, where the part is time")]
    is_money: Annotated[bool, say("whether it is paid in money")]


class Leg(Shape):
    """One leg or stop."""

    mode: Annotated[str, say("rail, road, sea, river, ferry, or border, terminal, connector")]
    kind: Annotated[str, say("link, service, border, terminal or connector")]
    from_: Annotated[str, Field(alias="from", description="place where it begins")]
    to: Annotated[str, say("place where it ends")]
    from_name: Annotated[str, say("what that place is called")]
    to_name: Annotated[str, say("what that place is called")]
    element: Annotated[str, say("service, border or terminal; empty for a line or road")]
    name: Annotated[str, say("what the service is called")]
    h: Annotated[float, say("hours, queue included")]
    usd_t: Annotated[float, say("money, slot price included, USD/t")]


class Obstacle(Shape):
    """What shuts a way."""

    gate: Annotated[str, say("id of the gate; empty for a ban")]
    title: Annotated[str, say("the condition in words")]
    state: Annotated[str, say("how it stands")]
    elements: Annotated[list[str], say("links, services or states that it shuts")]
    missing: Annotated[list[str], say("gates that it still requires")]
    sources: Annotated[list[str], say("ids of sources")]


class Way(Shape):
    """One way between two places."""

    id: Annotated[int, say("number of the route within the pair")]
    share: Annotated[float, say("share of the pair's cargo, 0 to 1")]
    t_year: Annotated[float | None, say("tonnes a year; null where a place is no zone")]
    days: Annotated[float, say("mean time door to door, days, queues included")]
    std_h: Annotated[float, say("standard deviation of the time without queues, h")]
    usd_t: Annotated[float, say("money paid, USD/t")]
    generalised_usd_t: Annotated[float, say("all costs, USD/t")]
    co2_kg_t: Annotated[float, say("CO2e well to wheel, kg/t")]
    length_km: Annotated[float, say("length, km")]
    parts: Annotated[list[Part], say("parts of all costs")]
    states: Annotated[list[str], say("states in travel order, ISO 3166 alpha-3")]
    modes: Annotated[list[str], say("modes in travel order")]
    nodes: Annotated[list[str], say("places in travel order")]
    links: Annotated[list[str], say("links in travel order")]
    corridors: Annotated[list[str], say("counted corridors that it belongs to")]
    legs: Annotated[list[Leg], say("legs and stops in travel order")]
    open: Annotated[bool, say("whether it can be used")]
    coords: Annotated[list[list[float]], say("longitude and latitude along it, for drawing")]


class Alternative(Way):
    """A way that is taken."""

    days_p50: Annotated[float | None, say("median of the drawn journeys, days; null for ways hardly taken")]
    days_p95: Annotated[float | None, say("95th percentile of the drawn journeys, days")]


class Other(Way):
    """A way that is not taken."""

    why: Annotated[str, say("shut or dear")]
    words: Annotated[str, say("why it is not taken, as a sentence")]
    missing: Annotated[list[Obstacle], say("what shuts it")]
    extra_usd_t: Annotated[float | None, say("all costs above those of the best way, USD/t")]


class Unserved(Shape):
    """What cannot move."""

    share: Annotated[float, say("share of the pair's cargo")]
    t_year: Annotated[float | None, say("tonnes a year; null where a place is no zone")]
    cause: Annotated[str, say("why; empty if all moves")]
    would_open: Annotated[str, say("what would let it move")]


class Limit(Shape):
    """A condition that lets only a share of the cargo choose some ways."""

    ways: Annotated[list[int], say("numbers of the alternatives, from 1")]
    usable_share: Annotated[float, say("share of the cargo that can choose them")]
    limited_by: Annotated[str, say("the condition")]


class RoutesAnswer(Shape):
    """Ways between two places."""

    from_: Annotated[str, Field(alias="from", description="origin")]
    to: Annotated[str, say("destination")]
    commodity: Annotated[str, say("commodity class")]
    scenario: Annotated[str, say("scenario; that from which the what-if starts")]
    what_if: Annotated[str, say("id of the what-if; empty if none")]
    year: Annotated[int, say("year")]
    demand_t_year: Annotated[float | None, say("what the pair ships; null where a place is no zone")]
    alternatives: Annotated[list[Alternative], say("ways that are taken, the most used first")]
    not_taken: Annotated[list[Other], say("ways that are shut, then ways that are dear")]
    unserved: Annotated[Unserved, say("what cannot move")]
    limits: Annotated[list[Limit], say("conditions that let only a share choose some ways")]


class WhyNotAnswer(Shape):
    """Why a pair does not go by a place."""

    from_: Annotated[str, Field(alias="from", description="origin")]
    to: Annotated[str, say("destination")]
    via: Annotated[str, say("the place")]
    commodity: Annotated[str, say("commodity class")]
    scenario: Annotated[str, say("scenario")]
    what_if: Annotated[str, say("id of the what-if; empty if none")]
    year: Annotated[int, say("year")]
    verdict: Annotated[str, say("used, shut or dear")]
    share: Annotated[float, say("share of the cargo that passes the place")]
    shut: Annotated[list[Obstacle], say("what shuts the way")]
    best_via: Annotated[dict[str, Any], say("best way by the place, as `landbridge why-not --json` has it")]
    best: Annotated[dict[str, Any] | None, say("best way of all; null if nothing moves")]
    usable_share: Annotated[float | None, say("share of the cargo that can choose the way by the place")] = (
        None
    )
    limited_by: Annotated[str | None, say("what sets that share")] = None
    extra_cost_usd_per_t: Annotated[float | None, say("all costs above the best way's, USD/t")] = None
    extra_time_h: Annotated[float | None, say("hours above the best way's")] = None


@dataclass(frozen=True)
class Pair:
    """Two places, a class, and the state in which the ways between them are asked for."""

    asked: Asked
    origin: str
    destination: str
    commodity: str


def _ask_pair(
    asked: State,
    from_: Annotated[Place, Query(alias="from")],
    to: Place,
    commodity: Commodity = "",
) -> Pair:
    return Pair(asked, from_, to, commodity)


AskedPair = Annotated[Pair, Depends(_ask_pair)]


def _view(session: Session, pair: Pair) -> Any:
    """The pair in its state, with the routes that it has there, and what it ships."""
    from landbridge.study.pair_view import find_class, view_pair
    from landbridge.study.route_view import Asked as Viewed

    world, ends = session.get_world(pair.asked), (pair.origin, pair.destination)
    class_id = find_class(session.prepared.study, pair.commodity or None)
    prepared = session.find_for_pair(pair.asked, *ends, class_id)
    view = view_pair(prepared, world.solution, *ends, class_id)
    zones = session.prepared.network.zones
    demand = None
    if view.origin in zones and view.destination in zones:
        at = (
            session.prepared.classes.index[class_id],
            zones.index(view.origin),
            zones.index(view.destination),
        )
        demand = float(world.solution.demand[at])
    return Viewed(prepared, view, demand)


@router.get("/routes", response_model=RoutesAnswer, summary="The ways between two places")
def get_routes(request: Request, pair: AskedPair) -> Response:
    """Alternatives with share, time, cost by part, states and emissions; ways not taken, and why."""
    session = get_session(request)

    def make() -> dict[str, Any]:
        from landbridge.study.route_view import describe_pair

        found = describe_pair(_view(session, pair), session.corridors.corridors)
        for way in (*found["alternatives"], *found["not_taken"]):
            way["coords"] = _join(session, way)
        return found | _name_state(pair)

    return give(session, ("routes", pair), make)


def _name_state(pair: Pair) -> dict[str, str]:
    return {"scenario": pair.asked.scenario, "what_if": pair.asked.what_if}


def _join(session: Session, way: Mapping[str, Any]) -> list[list[float]]:
    """The line of a way: its links one after another, each in the direction of travel."""
    from landbridge.web.geometry import draw_links

    lines, links = draw_links(session.study), session.study.tables["links"]
    line: list[list[float]] = []
    order = {node: i for i, node in reversed(list(enumerate(way["nodes"])))}
    for link in way["links"]:
        row = links.row(link)
        piece = lines[link].coords
        if order.get(row["from_node"], 0) > order.get(row["to_node"], 0):
            piece = piece[::-1]
        line += piece if not line or line[-1] != piece[0] else piece[1:]
    return line


@router.get("/why-not", response_model=WhyNotAnswer, summary="Why a pair does not go by a place")
def get_why_not(
    request: Request,
    pair: AskedPair,
    via: Annotated[str, Query(description="a node of the study, by id or name", max_length=100)],
) -> Response:
    """It does after all, it is shut (by what, and who says so), or it is dearer (by how much)."""
    session = get_session(request)

    def make() -> dict[str, Any]:
        from landbridge.study.queries import tell_why_not

        viewed = _view(session, pair)
        found = tell_why_not(viewed.prepared, viewed.view, via)
        shut = [{"missing": [], "sources": [], **item} for item in found["shut"]]
        return found | {"shut": shut} | _name_state(pair)

    return give(session, ("why-not", pair, via), make)
