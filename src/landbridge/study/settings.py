"""The settings of a study: ``study.yaml`` as an object, with every fault of the file said by line."""

import datetime
import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from landbridge.errors import Fault, suggest
from landbridge.ids import ID_PATTERN

FILE = "study.yaml"

Id = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$")]
State = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
Year = Annotated[int, Field(ge=1990, le=2100)]
Share = Annotated[float, Field(ge=0, le=1)]


def say(text: str) -> Any:
    """Describe a setting for schema and manual."""
    return Field(description=text)


class _Settings(BaseModel):
    """Settings cannot be changed, and an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


DemandLayer = Literal["fixed", "elastic", "gravity"]
"""Whether trade answers to cost: not, pair by pair, or by structural gravity with incomes."""


class Scenario(_Settings):
    """A named set of gates, closures and measures, on top of those of the scenario that it extends."""

    title: Annotated[str, say("what it is called in tables and maps")]
    description: Annotated[str, say("what it stands for")] = ""
    extends: Annotated[Id | None, say("scenario that it starts from")] = None
    year: Annotated[
        int | None, say("past year that it casts back to; such a scenario is solved only where it is named")
    ] = None
    gates_at: Annotated[
        datetime.date | Literal["record"] | None,
        say("day whose state of the gates holds; record means the record date"),
    ] = None
    open: Annotated[tuple[Id, ...], say("gates set to met, with all that they require")] = ()
    shut: Annotated[tuple[Id, ...], say("gates set to not met")] = ()
    degrade: Annotated[dict[Id, Share], say("gates set to a share of normal use, 0 to 1")] = {}
    close_transit: Annotated[tuple[State, ...], say("states shut to the transit of others")] = ()
    close_trade: Annotated[tuple[State, ...], say("states whose own trade is shut as well")] = ()
    measures: Annotated[tuple[Id, ...], say("rows of tables/measures.csv that are carried out")] = ()
    demand_layer: Annotated[
        DemandLayer | None,
        say("whether trade answers to cost here; as it does where this one starts from if left out"),
    ] = None


Changed = Literal["gate", "link", "border", "port", "state", "trade"]
"""Kinds of what a what-if changes."""


class Change(_Settings):
    """One thing that a what-if opens or shuts."""

    kind: Annotated[Changed, say("what is changed; state: its transit, trade: its own trade")]
    id: Annotated[Id, say("gate, link, row of borders, node of the port, or ISO code of the state")]
    to: Annotated[
        Literal["open", "shut", "partial"],
        say("open with all that it requires, shut, or usable to a share, which a state's own trade is not"),
    ]
    share: Annotated[float | None, Field(gt=0, lt=1), say("share of normal use where it is partial")] = None

    @property
    def allowed(self) -> float:
        """Share of normal use, 0 to 1."""
        return 1.0 if self.to == "open" else 0.0 if self.to == "shut" else (self.share or 0.0)


class WhatIf(_Settings):
    """A scenario with things opened or shut by hand, solved over the routes that the scenarios share."""

    title: Annotated[str, say("what it is called in tables and maps")]
    description: Annotated[str, say("what it stands for")] = ""
    base: Annotated[Id, say("scenario that it starts from, and with which it is compared")]
    changes: Annotated[tuple[Change, ...], Field(min_length=1), say("what is opened or shut")]


class GaugeBreak(_Settings):
    """A break of gauge on a line to be built, whose place is not settled."""

    id: Annotated[Id, say("name of the break")]
    chain: Annotated[
        tuple[Id, ...], Field(min_length=2), say("nodes of the line from its east to its west end")
    ]
    place: Annotated[Id, say("node of the chain at which the gauge changes")]
    alternatives: Annotated[tuple[Id, ...], say("other nodes of the chain where it could be")] = ()
    east_mm: Annotated[float, Field(gt=0), say("gauge east of the place, mm")]
    west_mm: Annotated[float, Field(gt=0), say("gauge west of the place, mm")]
    dwell_h: Annotated[float, Field(ge=0), say("time to change, h")]
    cost_usd_feu: Annotated[float, Field(ge=0), say("price of the change of boxes, USD/FEU")]
    source: Annotated[tuple[Id, ...], Field(min_length=1), say("documents or parameters behind the numbers")]
    cost_usd_t: Annotated[float, Field(ge=0), say("price of the change of other goods")] = 0.0
    note: Annotated[str, say("what a reader must know")] = ""


class ModelSettings(_Settings):
    """Switches of the model; numbers stand in tables/parameters.csv."""

    carbon_price_usd_t: Annotated[float, Field(ge=0), say("price of CO2e, USD/t; 0 leaves it out")] = 0.0
    default_class: Annotated[Id | None, say("class of a question that names none; the first if left out")] = (
        None
    )
    demand_layer: Annotated[
        DemandLayer,
        say("whether trade answers to cost: not, pair by pair, or by structural gravity with incomes"),
    ] = "fixed"
    trade_elasticity: Annotated[
        float, Field(gt=0, le=10), say("elasticity of trade to what goods cost on arrival, where it answers")
    ] = 4.0
    allow_reentry: Annotated[bool, say("whether a route may return into a state that it has left")] = False


class Between(_Settings):
    """Ends of the pairs that a corridor counts."""

    from_: Annotated[tuple[Id, ...], Field(alias="from", min_length=1), say("zones or groups of origin")]
    to: Annotated[tuple[Id, ...], Field(min_length=1), say("zones or groups of destination")]


class CountedCorridor(_Settings):
    """A thing that is counted: nodes, links, services, terminals and borders that a route must pass."""

    id: Annotated[Id, say("name of the corridor")]
    title: Annotated[str, say("what it is called in tables")]
    all: Annotated[tuple[Id, ...], say("a route must pass all of these")] = ()
    any: Annotated[tuple[Id, ...], say("and one of these, if any are given")] = ()
    none: Annotated[tuple[Id, ...], say("and none of these")] = ()
    between: Annotated[Between | None, say("only pairs between these ends")] = None


class Chokepoint(_Settings):
    """A narrow that much trade passes: a strait, a canal, a stretch of line without another beside it."""

    id: Annotated[Id, say("name of the chokepoint")]
    title: Annotated[str, say("what it is called in tables")]
    elements: Annotated[
        tuple[Id, ...], Field(min_length=1), say("nodes, links and services that stand for it")
    ]
    held_by: Annotated[tuple[State, ...], say("states whose closing to transit shuts it too")] = ()
    storms: Annotated[
        tuple[Id, ...], say("parameters: days a month on which storms close it, one for each season")
    ] = ()


class Question(_Settings):
    """A question that the brief answers by comparing scenarios."""

    id: Annotated[Id, say("name of the question")]
    title: Annotated[str, say("the question")]
    text: Annotated[str, say("what it means in more words")] = ""
    scenarios: Annotated[tuple[Id, ...], say("scenarios that answer it, the one to compare with first")] = ()


class PriorOverride(_Settings):
    """Other numbers for the prior of one gate; what is left out stays as in tables/gate_priors.csv."""

    low_delay_years: Annotated[float | None, Field(ge=0), say("shortest time after its requirements")] = None
    delay_years: Annotated[float | None, Field(ge=0), say("most likely time")] = None
    high_delay_years: Annotated[float | None, Field(ge=0), say("longest time")] = None
    low_never: Annotated[Share | None, say("probability that it never comes about: low end")] = None
    high_never: Annotated[Share | None, say("the same: high end")] = None
    low_close_rate: Annotated[float | None, Field(ge=0), say("closures a year: low end")] = None
    high_close_rate: Annotated[float | None, Field(ge=0), say("the same: high end")] = None
    low_reopen_rate: Annotated[float | None, Field(ge=0), say("reopenings a year: low end")] = None
    high_reopen_rate: Annotated[float | None, Field(ge=0), say("the same: high end")] = None
    quiet_halving_years: Annotated[
        float | None, Field(gt=0), say("quiet years after which the closing rate halves")
    ] = None
    low_share: Annotated[Share | None, say("share of use while degraded: low end")] = None
    high_share: Annotated[Share | None, say("the same: high end")] = None
    low_optimism_left: Annotated[Share | None, say("slip of dates that the times lack: low end")] = None
    high_optimism_left: Annotated[Share | None, say("the same: high end")] = None


class Threshold(_Settings):
    """An indicator that passes a value in some futures and not in others: which gates decide?"""

    measure: Annotated[str, say("indicator, such as corridor_tonnes:ID")]
    at_least: Annotated[float, say("value that it must reach, in its unit")]
    title: Annotated[str, say("the question in words")]


class FutureOption(_Settings):
    """A choice that is held against others over all futures: gates that it fixes, and what it costs."""

    title: Annotated[str, say("what it is called")]
    gates: Annotated[dict[Id, Year | Literal["never"]], say("year in which a gate is met at last, or never")]
    capital_musd: Annotated[
        tuple[float, float], say("low and high capital cost in million USD; 0 for doing nothing")
    ] = (0.0, 0.0)
    source: Annotated[tuple[Id, ...], say("source ids of the cost")] = ()
    note: Annotated[str, say("what is assumed")] = ""


class FuturesSettings(_Settings):
    """How futures of the gates are drawn, and what is asked of them."""

    seed: Annotated[int, Field(ge=0), say("number from which all draws follow")] = 1
    until: Annotated[Year | None, say("last year looked at; the last of the study's years if left out")] = (
        None
    )
    target: Annotated[Id | None, say("gate whose critical prerequisites are told")] = None
    slip: Annotated[
        tuple[Share, Share] | None,
        say("low and high slip of promised dates, years a year; learnt from gate_promises if left out"),
    ] = None
    loadings: Annotated[
        dict[Id, tuple[Share, Share]], say("other ranges of the loading of shared causes")
    ] = {}
    priors: Annotated[dict[Id, PriorOverride], say("other numbers for the priors of gates")] = {}
    headline: Annotated[
        tuple[str, ...], say("indicators that are drawn, and whose variance is shared out")
    ] = ("unserved_tonnes",)
    thresholds: Annotated[tuple[Threshold, ...], say("values whose passing is explained by rules")] = ()
    options: Annotated[
        dict[Id, FutureOption],
        say("choices held against each other by `run --options`; the first is the base"),
    ] = {}
    discount: Annotated[tuple[Share, Share], say("low and high rate at which capital is paid back")] = (
        0.06,
        0.12,
    )
    life_years: Annotated[tuple[float, float], say("short and long time over which it is paid back")] = (
        25.0,
        50.0,
    )


Triple = tuple[float, float, float]


class CostShares(_Settings):
    """Shares of what shippers pay that are resource cost: low, middle, high; the rest is a transfer.

    Prices of slots and of carbon are transfers.
    """

    tariff: Annotated[Triple, say("of tariffs")] = (0.6, 1.0, 1.0)
    handling: Annotated[Triple, say("of handling")] = (0.6, 1.0, 1.0)
    fees: Annotated[Triple, say("of fees at borders")] = (0.0, 0.0, 0.5)

    def take(self, case: int) -> dict[str, float]:
        """Shares by part of the payments: 0 low, 1 middle, 2 high."""
        return {"tariff": self.tariff[case], "handling": self.handling[case], "fees": self.fees[case]}


class Project(_Settings):
    """Works that are appraised together: gates or measures with a cost and a date."""

    title: Annotated[str, say("what it is called")]
    gates: Annotated[tuple[Id, ...], say("gates that it meets")] = ()
    measures: Annotated[tuple[Id, ...], say("rows of tables/measures.csv that it carries out")] = ()
    given: Annotated[
        tuple[Id, ...], say("gates taken as met with and without it, such as permissions on its line")
    ] = ()
    follow: Annotated[tuple[Id, ...], say("gates that come about once all that they require is met")] = ()
    year: Annotated[tuple[Year, Year], say("first year of use: early and late")]
    cost_musd: Annotated[tuple[float, float], say("low and high capital cost, million USD")]
    build_years: Annotated[int, Field(ge=1), say("years over which the capital is spent")] = 4
    source: Annotated[tuple[Id, ...], Field(min_length=1), say("source ids of cost and date")]
    basis: Annotated[
        Literal["observed", "official", "forecast", "derived", "assumption"], say("what the cost rests on")
    ]
    note: Annotated[str, say("what is assumed")] = ""


class AppraisalSettings(_Settings):
    """How projects are appraised. Triples are low, middle and high."""

    discount: Annotated[Triple, say("rates at which later years count less")] = (0.03, 0.05, 0.09)
    carbon_usd_t: Annotated[Triple, say("social cost of CO2e, USD/t")] = (63.0, 95.0, 127.0)
    life_years: Annotated[tuple[int, int, int], say("years of use that are counted")] = (25, 30, 50)
    upkeep: Annotated[Triple, say("yearly upkeep as a share of the capital")] = (0.01, 0.02, 0.03)
    overrun: Annotated[Triple, say("share by which capital passes what was published")] = (0.0, 0.0, 0.45)
    cost_share: Annotated[CostShares, say("which part of payments is resource cost")] = CostShares()
    source: Annotated[tuple[Id, ...], say("source ids of these numbers")] = ()
    projects: Annotated[dict[Id, Project], say("projects by name")] = {}


class StudySettings(_Settings):
    """All of ``study.yaml``."""

    id: Annotated[Id, say("name of the study")]
    title: Annotated[str, say("what it is called")]
    description: Annotated[str, say("what it covers")] = ""
    base_year: Annotated[Year, say("year that the demand describes")]
    years: Annotated[
        tuple[Year, ...], Field(min_length=1), say("years to solve, rising, the base year among them")
    ]
    currency: Annotated[Literal["USD"], say("currency of all money")] = "USD"
    price_year: Annotated[Year, say("year of all prices")]
    record_date: Annotated[datetime.date, say("latest day of the record")]
    scenarios: Annotated[
        dict[Id, Scenario], Field(min_length=1), say("scenarios by name, in the order shown")
    ]
    what_ifs: Annotated[dict[Id, WhatIf], say("what-ifs by name, as the map saves them")] = {}
    reference_scenario: Annotated[Id, say("scenario that others are compared with")]
    gauge_breaks: Annotated[tuple[GaugeBreak, ...], say("breaks of gauge whose place is a parameter")] = ()
    model: Annotated[ModelSettings, say("switches of the model")] = ModelSettings()
    futures: Annotated[FuturesSettings, say("how futures of the gates are drawn")] = FuturesSettings()
    appraisal: Annotated[AppraisalSettings, say("how projects are appraised")] = AppraisalSettings()
    telling_pairs: Annotated[
        tuple[tuple[Id, Id, Id], ...], say("origin, destination and class of the rows of the closing table")
    ] = ()
    corridors: Annotated[tuple[CountedCorridor, ...], say("corridors that are counted")] = ()
    chokepoints: Annotated[
        tuple[Chokepoint, ...], say("straits and canals whose closing `landbridge dependence` tries")
    ] = ()
    questions: Annotated[tuple[Question, ...], say("questions that the brief answers")] = ()

    def list_known_years(self) -> list[int]:
        """Years that a question may name: those of the study and those that scenarios cast back to."""
        own = (s.year for s in self.scenarios.values() if s.year is not None)
        return sorted({self.base_year, *self.years, *own})

    def lineage(self, name: str) -> tuple[str, ...]:
        """Names of a scenario and of those it extends, from the root to the scenario itself."""
        chain = [name]
        while (parent := self.scenarios[chain[0]].extends) is not None:
            chain.insert(0, parent)
        return tuple(chain)

    def find_layer(self, name: str) -> DemandLayer:
        """How demand answers to cost in a scenario: as the nearest of its lineage says that says so, else as
        the study does.
        """
        chain = self.lineage(name) if name in self.scenarios else ()
        said = [layer for n in chain if (layer := self.scenarios[n].demand_layer) is not None]
        return said[-1] if said else self.model.demand_layer


def read_settings(path: Path) -> tuple[StudySettings | None, dict[tuple[str, ...], int], list[Fault]]:
    """Read ``study.yaml``.

    Returns
    -------
    tuple
        The settings, or ``None`` if they cannot be used; the line of each key by its path, such as
        ``("scenarios", "today", "open", "0")``; and all faults.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except FileNotFoundError:
        return (
            None,
            {},
            [Fault("LB-T001", "the file is missing.", FILE, mend="a study begins with its study.yaml.")],
        )
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is not UTF-8 text."
        return None, {}, [Fault("LB-T002", what, FILE, mend="save the file as UTF-8.")]
    except yaml.YAMLError as error:
        return None, {}, [_yaml_fault(error)]
    if node is None or not isinstance(data, dict):
        mend = "begin with id, title, base_year."
        return None, {}, [Fault("LB-S010", "the file holds no settings.", FILE, mend=mend)]
    lines: dict[tuple[str, ...], int] = {}
    faults = list(_walk(node, (), lines))
    try:
        return StudySettings.model_validate(data), lines, faults
    except ValidationError as error:
        faults.extend(_settings_faults(error, lines))
        return None, lines, faults


def line_of(lines: dict[tuple[str, ...], int], *keys: Hashable) -> int:
    """Line of a key, or of the nearest key above it that is written in the file."""
    place = tuple(map(str, keys))
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


def _yaml_fault(error: yaml.YAMLError) -> Fault:
    line = (
        error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 0
    )
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Fault(
        "LB-S010", f"the file is not YAML: {what}.", FILE, line, mend="mend the line, or the one before it."
    )


def _walk(node: yaml.Node, place: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> Iterator[Fault]:
    """Note the line of every key and yield a fault for each key written twice."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, str(key.value))
            line = key.start_mark.line + 1
            if below in lines:
                what = f'key "{key.value}" is already written in line {lines[below]}.'
                yield Fault("LB-S012", what, FILE, line, ".".join(below), mend="keep one of the two.")
            lines[below] = line
            yield from _walk(value, below, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            below = (*place, str(number))
            lines[below] = value.start_mark.line + 1
            yield from _walk(value, below, lines)


def _settings_faults(error: ValidationError, lines: dict[tuple[str, ...], int]) -> list[Fault]:
    """Turn what pydantic found into faults; one for each place."""
    found: dict[tuple[str, ...], Fault] = {}
    for item in error.errors(include_url=False):
        place = tuple(map(str, item["loc"]))
        while place and place not in lines and item["type"] != "missing":
            place = place[:-1]
        name, line = ".".join(place), line_of(lines, *place)
        if item["type"] == "extra_forbidden":
            what, mend = (
                f'there is no setting "{place[-1]}" here.',
                suggest(place[-1], _known_keys(place[:-1])),
            )
            code = "LB-S011"
        elif item["type"] == "missing":
            what, mend, code = f'setting "{name}" is missing.', "add it.", "LB-S013"
        else:
            what, mend, code = f'"{item["input"]}" does not fit.', f"{_sentence(item['msg'])}", "LB-S014"
        value = "" if item["type"] == "missing" else str(item["input"])[:60]
        found.setdefault(place, Fault(code, what, FILE, line, name, value, mend))
    return list(found.values())


def _known_keys(place: tuple[str, ...]) -> list[str]:
    """Keys that may stand under a place of the file."""
    model: type[BaseModel] = StudySettings
    inner: dict[str, type[BaseModel]] = {
        "scenarios": Scenario,
        "what_ifs": WhatIf,
        "changes": Change,
        "gauge_breaks": GaugeBreak,
        "model": ModelSettings,
        "corridors": CountedCorridor,
        "chokepoints": Chokepoint,
        "questions": Question,
        "between": Between,
        "futures": FuturesSettings,
        "priors": PriorOverride,
        "thresholds": Threshold,
        "options": FutureOption,
        "appraisal": AppraisalSettings,
        "cost_share": CostShares,
        "projects": Project,
    }
    for key in place:
        model = inner.get(key, model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _sentence(message: str) -> str:
    message = re.sub(r"^(Input|Value error,?|String) ", "it ", message)
    return message if message.endswith(".") else f"{message}."
