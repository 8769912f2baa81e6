"""Endpoints of the record: gates with their evidence, events, claims, documents, who copies whom."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict

from landbridge.web.asking import ERRORS, State, get_session, give
from landbridge.web.models import Named, Shape, say

router = APIRouter(prefix="/api", tags=["record"], responses=ERRORS)


class Claim(Shape):
    """Who says what, and where."""

    id: Annotated[str, say("id of the claim")]
    event: Annotated[str, say("event, or gate:ID, that it is about")]
    field: Annotated[str, say("what of it")]
    subject: Annotated[str, say("whom or which part it concerns")]
    value: Annotated[str, say("what is said")]
    unit: Annotated[str, say("unit of the value")]
    scope: Annotated[str, say("what it is limited to")]
    stance: Annotated[str, say("asserts or denies")]
    modality: Annotated[str, say("fact, plan, offer, opinion or estimate")]
    source: Annotated[str, say("id of the source")]
    publisher: Annotated[str, say("who published it")]
    locator: Annotated[str, say("where in the source: paragraph and sentence")]
    text: Annotated[str, say("the sentence")]


class Gate(Shape):
    """A condition that opens links, as it stands in a scenario."""

    id: Annotated[str, say("id of the gate")]
    title: Annotated[str, say("the condition in words")]
    kind: Annotated[str, say("political, legal, construction or operational")]
    state: Annotated[Literal["open", "shut", "partial"], say("how it stands")]
    share: Annotated[float, say("share of normal use that it allows, 0 to 1")]
    why: Annotated[str, say("why it stands so, and since when")]
    probability: Annotated[float, say("that it is met, in full or in part")]
    since: Annotated[str, say("day from which the record has it as met (EDTF); empty if it has not")]
    requires: Annotated[list[str], say("gates that it needs, all of them")]
    requires_any: Annotated[list[str], say("gates of which it needs one")]
    opens: Annotated[list[str], say("links, services and terminals that need it")]
    sources: Annotated[list[str], say("ids of sources of its state")]
    evidence: Annotated[list[Claim], say("some of the claims about it")]
    n_evidence: Annotated[int, say("how many claims there are; /api/record/gates/ID gives all")]
    doubt: Annotated[str, say("what makes it uncertain; empty if nothing does")]


class Event(Shape):
    """Something that happened or is planned."""

    id: str
    date: Annotated[str, say("EDTF")]
    first: Annotated[str, say("first day that it may be, ISO; empty where open")]
    last: Annotated[str, say("last day that it may be, ISO; empty where open")]
    title: str
    kind: str
    place: str
    status: str
    process: Annotated[str, say("course of events that it belongs to")]
    roles: Annotated[dict[str, list[str]], say("who took part, by role")]
    outcome: str
    affects: Annotated[list[str], say("gates that it bears on")]
    meets: Annotated[list[str], say("gates that it meets")]
    sources: list[str]
    contested: Annotated[str, say("what sources dispute; empty if nothing")]


class EventsAnswer(Shape):
    """The process along time."""

    as_of: Annotated[str, say("last day of the record, ISO")]
    processes: list[Named]
    events: Annotated[list[Event], say("by date")]
    agreements: Annotated[list[dict[str, Any]], say("agreements with their stages in order")]
    slips: Annotated[list[dict[str, Any]], say("plans, and how many years they slipped")]


class Document(Shape):
    """A source."""

    id: str
    title: str
    publisher: str
    published: str
    url: str
    reliability: str
    derived_from: Annotated[list[str], say("sources that it is known to repeat")]
    n_claims: Annotated[int, say("claims that rest on it")] = 0


class Copy(Shape):
    """One document repeats another."""

    document: str
    of: str
    relation: Annotated[str, say("derived_from, copy or common_parent")]
    probability: float
    reason: str


class Item(Shape):
    """All that is known of one thing; the other keys hang on its kind, as in `landbridge record show`."""

    model_config = ConfigDict(extra="allow")

    kind: str
    sources: Annotated[list[dict[str, Any]], say("the documents, with title, publisher, day and address")]
    copies: Annotated[list[Copy], say("who copies whom among them")]


@router.get("/gates", response_model=list[Gate], summary="All gates in a scenario, with evidence")
def get_gates(request: Request, asked: State) -> Response:
    """How each gate stands, what it needs, what it opens, and who says so."""
    session = get_session(request)
    key = ("gates", asked.scenario, asked.what_if)
    return give(session, key, lambda: session.record.list_gates(session.get_gates(asked)))


@router.get("/record/events", response_model=EventsAnswer, summary="The process along time")
def get_events(request: Request) -> Response:
    """Events, stages of agreements, and plans that slipped."""
    session = get_session(request)
    return give(session, "events", session.record.list_events)


@router.get("/record/documents", response_model=list[Document], summary="Every source")
def get_documents(request: Request) -> Response:
    """Every source with what it repeats and how many claims rest on it."""
    session = get_session(request)
    return give(session, "documents", session.record.list_documents)


@router.get("/record/{kind}/{name}", response_model=Item, summary="All that is known of one thing")
def get_item(
    request: Request,
    kind: Literal["events", "gates", "claims", "documents", "agreements", "processes"],
    name: str,
) -> Response:
    """Claims, contradictions, what is taken as fact and how probably, sources, and who copies whom."""
    session = get_session(request)
    one = {"processes": "process"}.get(kind, kind[:-1])
    return give(session, ("record", one, name), lambda: session.record.show(one, name))
