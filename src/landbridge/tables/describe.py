"""The attribute tables told to others: a JSON Schema for programs and a manual page for people."""

from typing import Any

from landbridge.tables.attributes import REQUIRED_TABLES, Attribute, list_tables, load_attributes

_SUBJECTS = {
    "nodes": "a place: city, port, border post, station, junction",
    "links": "a way between two places by one mode, usable in both directions",
    "services": "a ferry, feeder or shipping line that runs over sea or river links",
    "borders": "time and charges of one mode at a crossing between two states",
    "terminals": "time, price and capacity at a port, a break of gauge or a rail-road yard",
    "gates": "a condition that opens links, with what it requires",
    "gate_history": "the state of a gate from a day on",
    "gate_priors": "how long a gate takes, how likely it comes about, and how often it shuts again",
    "gate_causes": "a shared cause on which several gates hang",
    "gate_promises": "a date that was promised for a work, to learn how far such dates slip",
    "gate_effects": "what a gate changes, besides opening links, when it is met",
    "rules": "a ban or cost on transit through a state while a gate is not met",
    "measures": "a change of one number of the network that a scenario may take up",
    "state_penalties": "a cost of transit through a state, on top of tariffs",
    "zones": "an area where freight begins and ends",
    "zone_groups": "several zones under one name",
    "connectors": "how goods of a zone reach a place of the network",
    "classes": "a commodity class: goods with the same modes, costs and value of time",
    "commodities": "a kind of goods and the class it belongs to",
    "vehicles": "a train, truck, wagon or ship",
    "captive": "the share of a demand that can use one mode only",
    "class_mix": "how a total between two groups divides into classes",
    "growth": "growth of demand in a year",
    "flows": "tonnes, value or containers from one area to another in a year",
    "value_densities": "USD per tonne of a trade that is known by value only",
    "flow_rulings": "a row of flows that is read in another way than its columns say, and why",
    "zone_shares": "how the tonnes of a class that a group sends or takes divide among its zones",
    "gravity_limits": "how far gravity may fill pairs that no row of flows states",
    "parameters": "a number of the model that is not a row elsewhere",
    "sea_rates": "price level of a shipping line in a year",
    "observations": "what was counted in the world, to calibrate on or to test with",
    "corridors": "a published length, time or price of a whole corridor",
    "adjustments": "a choice parameter that calibration fits, as a factor on a column of another table",
    "demand_factors": "what calibration makes of the tonnes of a pair and class",
    "claims": "one statement of one source about one field of an event, gate, process, place or document",
    "events": "what happened or is planned",
    "instruments": "a stage that an agreement reached or is to reach",
    "processes": "a course of events that belong together, a lane of the timeline",
    "actors": "a state, person, organisation or company that the record names",
    "sources": "a document",
}


_INTRO = """\
# Tables of a study

A study is a folder with `study.yaml` and `tables/*.csv`: UTF-8, commas, one heading line, one line a row.
Items of a list are joined by `;`.
Numbers have a full stop before decimals, and stay blank where they are not known.
A default or limit that is a name is another column of the same row.
`/.../` is a regular expression that the whole text must match.
Needed in every study: {required}; the others may be left out.

This page is made by `landbridge.tables.manual()` from the attribute tables in
`src/landbridge/tables/attributes`; change those, then write the page anew."""


def json_schema() -> dict[str, Any]:
    """Give a JSON Schema (2020-12) whose ``$defs`` hold the row of each table."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rows of the tables of a Landbridge study",
        "$defs": {name: _row_schema(name) for name in list_tables()},
    }


def _row_schema(table: str) -> dict[str, Any]:
    attributes = load_attributes(table)
    return {
        "title": table,
        "description": f"One row is {_SUBJECTS[table]}.",
        "type": "object",
        "properties": {name: _cell_schema(attribute) for name, attribute in attributes.items()},
        "required": [name for name, attribute in attributes.items() if attribute.required],
        "additionalProperties": False,
    }


def _cell_schema(attribute: Attribute) -> dict[str, Any]:
    word: dict[str, Any] = {"type": "string"}
    if attribute.choices:
        word["enum"] = list(attribute.choices)
    if attribute.pattern:
        word["pattern"] = f"^(?:{attribute.pattern})$"
    schema: dict[str, Any]
    if attribute.is_numeric:
        schema = {"type": attribute.type}
        if attribute.least_number is not None:
            schema["minimum"] = attribute.least_number
        if attribute.most_number is not None:
            schema["maximum"] = attribute.most_number
    elif attribute.type == "boolean":
        schema = {"type": "boolean"}
    elif attribute.type == "list":
        schema = {"type": "array", "items": word}
    elif attribute.type == "date":
        schema = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
    elif attribute.type == "year":
        schema = {"type": "string", "pattern": r"^\d{4}$"}
    else:
        schema = word
    schema["description"] = attribute.description
    if attribute.unit:
        schema["unit"] = attribute.unit
    if attribute.references:
        schema["references"] = list(attribute.references)
    if attribute.default:
        schema["default"] = attribute.default
    return schema


def manual() -> str:
    """Write the manual page of all tables, in Markdown."""
    intro = _INTRO.format(required=", ".join(REQUIRED_TABLES))
    return "\n\n".join((intro, *(_section(name) for name in list_tables()))) + "\n"


def _section(table: str) -> str:
    lines = [
        f"## {table}",
        "",
        f"One row is {_SUBJECTS[table]}.",
        "",
        "| column | type | unit | needed | default | least | most | choices | found in | meaning |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for a in load_attributes(table).values():
        choices = f"/{a.pattern}/" if a.pattern else ", ".join(a.choices)
        cells = [
            f"`{a.name}`",
            a.type,
            a.unit,
            "yes" if a.required else "",
            a.default,
            ", ".join(a.least),
            ", ".join(a.most),
            choices.replace("|", "\\|"),
            ", ".join(a.references).replace("*", "\\*"),
            a.description.replace("*", "\\*"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
