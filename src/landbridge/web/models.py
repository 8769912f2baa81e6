"""The shapes of answers, as OpenAPI documents them; tests hold every answer against its shape."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from landbridge.ids import ID_PATTERN
from landbridge.study.settings import Changed


def say(text: str, **more: Any) -> Any:
    """Describe a field."""
    return Field(description=text, **more)


class Shape(BaseModel):
    """An answer has these keys and no others."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Named(Shape):
    """Something with a name."""

    id: Annotated[str, say("id in the study's tables")]
    title: Annotated[str, say("what it is called")]


class ScenarioName(Named):
    """A scenario of the study."""

    description: Annotated[str, say("what it stands for")] = ""
    cast_back_to: Annotated[
        int | None, say("past year that it casts back to, to test the model; null for the others")
    ] = None


class SavedWhatIf(Named):
    """A what-if that was saved."""

    base: Annotated[str, say("scenario that it starts from")]


class Commodity(Named):
    """A commodity class."""

    unit: Annotated[str, say("unit of its flows")]


class State(Shape):
    """A scenario and a year."""

    scenario: Annotated[str, say("scenario", examples=["today"])]
    year: Annotated[int, say("year", examples=[2024])]


class Zone(Shape):
    """Where demand begins and ends."""

    id: Annotated[str, say("id of the zone")]
    name: Annotated[str, say("name")]
    state: Annotated[str, say("ISO 3166 alpha-3 code of its state")]
    lon: Annotated[float, say("longitude, degrees")]
    lat: Annotated[float, say("latitude, degrees")]


class Node(Zone):
    """A place of the network."""

    kind: Annotated[str, say("city, port, border, station, terminal, junction or strait")]


class Outline(Shape):
    """Where the outlines of countries come from."""

    credit: Annotated[str, say("source and point of view, to stand on every map")]


class StudyAnswer(Shape):
    """What a page must know before anything is solved."""

    name: Annotated[str, say("id of the study")]
    title: Annotated[str, say("what it is called")]
    description: Annotated[str, say("what it covers")]
    version: Annotated[str, say("version of Landbridge")]
    years: Annotated[list[int], say("years that can be asked for")]
    base_year: Annotated[int, say("year that the demand describes")]
    price_year: Annotated[int, say("year of all prices")]
    scenarios: Annotated[list[ScenarioName], say("scenarios in the order shown")]
    what_ifs: Annotated[list[SavedWhatIf], say("what-ifs that were saved into the study")]
    default: Annotated[State, say("the state shown first")]
    default_commodity: Annotated[str, say("class of a question about routes that names none")]
    commodities: Annotated[list[Commodity], say("commodity classes")]
    zones: Annotated[list[Zone], say("zones")]
    nodes: Annotated[list[Node], say("places of the network")]
    states: Annotated[dict[str, str], say("names of states by ISO 3166 alpha-3 code")]
    groups: Annotated[list[Named], say("groups of zones that statistics speak of")]
    corridors: Annotated[list[Named], say("counted corridors")]
    projects: Annotated[list[Named], say("projects that can be appraised")]
    chokepoints: Annotated[list[Named], say("straits, canals and narrows on land")]
    outline: Annotated[Outline, say("outlines of countries")]
    record_as_of: Annotated[str, say("last day of the record, ISO")]
    notes: Annotated[list[str], say("what a reader must know before he trusts a figure")]


class MissingGate(Shape):
    """A gate that keeps something from being fully open."""

    gate: Annotated[str, say("id of the gate")]
    title: Annotated[str, say("the condition in words")]
    share: Annotated[float, say("share of normal use that it allows, 0 to 1")]
    state: Annotated[str, say("how it stands, and since when")]
    sources: Annotated[list[str], say("ids of sources")]


class Link(Shape):
    """A link of the network in one state."""

    id: Annotated[str, say("id of the link")]
    from_: Annotated[str, say("node where it begins", alias="from")]
    to: Annotated[str, say("node where it ends")]
    mode: Annotated[str, say("rail, road, sea or river")]
    status: Annotated[str, say("open, degraded, shut or planned")]
    share_usable: Annotated[float, say("share of normal use, 0 to 1")]
    length_km: Annotated[float, say("length, km")]
    gates: Annotated[list[str], say("gates that must hold")]
    reason: Annotated[str, say("why it is not fully open; empty if it is")]
    missing: Annotated[list[MissingGate], say("gates that do not hold")]
    sources: Annotated[list[str], say("ids of sources of the row")]
    basis: Annotated[str, say("observed, official, forecast, derived or assumption")]
    border: Annotated[str | None, say("row of borders that stands for the crossing on it; null if none")]
    coords: Annotated[list[list[float]], say("longitude and latitude along it, from end to end, for drawing")]
    ocean: Annotated[bool, say("whether it leaves the inland seas: drawn schematically, not to scale")]


class Place(Node):
    """A place of the network in one state."""

    t_year: Annotated[float, say("tonnes that pass ashore or are handled, t/year")]
    delay_h: Annotated[float | None, say("mean hours at the border or in the terminal, queue included")]
    use_t_year: Annotated[float | None, say("load of the fullest facility, t/year")]
    capacity_t_year: Annotated[float | None, say("its capacity, t/year")]
    share_usable: Annotated[float | None, say("share of normal use of a port's quays; null where no port is")]
    borders: Annotated[list[str], say("rows of borders that stand for the crossings here")]


class Closure(Shape):
    """A state that is shut to something."""

    state: Annotated[str, say("ISO 3166 alpha-3 code")]
    transit_share: Annotated[float, say("share of transit that it lets through, 0 to 1")]
    trade_open: Annotated[bool, say("whether its own trade can move")]


class NetworkAnswer(Shape):
    """The network in one state."""

    links: Annotated[list[Link], say("all links, planned ones too")]
    places: Annotated[list[Place], say("all places")]
    closures: Annotated[list[Closure], say("states that are shut to something; the others are open")]


class Totals(Shape):
    """Demand that moves and demand that stays."""

    served_t_year: Annotated[float, say("carried, t/year")]
    unserved_t_year: Annotated[float, say("cannot move, t/year")]


class FlowsAnswer(Shape):
    """Flows in one state."""

    unit: Annotated[str, say("unit of the flows")]
    links: Annotated[
        dict[str, list[float]], say("with the link and against it, t/year; links without flow are left out")
    ]
    totals: Annotated[Totals, say("sums over all pairs")]
    corridors: Annotated[dict[str, float], say("t/year of each counted corridor")]
    residual: Annotated[float, say("how far from equilibrium: sum |F(v) - v| / sum v")]


class DifferenceAnswer(Shape):
    """Flows of one state less those of another."""

    unit: Annotated[str, say("unit of the differences")]
    links: Annotated[dict[str, float], say("both directions together, t/year")]
    totals: Annotated[Totals, say("differences of the sums")]
    corridors: Annotated[dict[str, float], say("t/year of each counted corridor")]
    residual: Annotated[float, say("the greater of the two")]


class Change(Shape):
    """One thing that is opened or shut."""

    kind: Annotated[Changed, say("what is changed; state: its transit, trade: its own trade")]
    id: Annotated[
        str,
        Field(
            pattern=f"^{ID_PATTERN}$",
            max_length=100,
            description="gate, link, row of borders, node of the port, or ISO code of the state",
            examples=["tripp-rail-open"],
        ),
    ]
    to: Annotated[
        Literal["open", "shut", "partial"],
        say("open with all that it requires, shut, or usable to a share, which a state's own trade is not"),
    ]
    share: Annotated[float | None, Field(gt=0, lt=1, description="share of normal use where partial")] = None


class Fault(Shape):
    """One thing that is wrong with a request or a file."""

    code: str
    what: str
    file: str
    row: int
    column: str
    value: str
    mend: str
    severity: str


class ErrorBody(Shape):
    """What went wrong, where, and how to mend it."""

    code: Annotated[str, say("code that the manual explains", examples=["LB-T023"])]
    what: Annotated[str, say("what is wrong", examples=['there is no scenario "todya".'])]
    where: Annotated[str, say("where")]
    mend: Annotated[str, say("how to mend it", examples=["did you mean today?"])]
    faults: Annotated[list[Fault], say("every single fault, where there are several")] = []


class ErrorAnswer(Shape):
    """An error."""

    error: ErrorBody
