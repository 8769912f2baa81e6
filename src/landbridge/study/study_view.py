"""A study as plain values: what there is to choose from, and which state is meant; nothing is solved."""

from typing import Any

from landbridge.errors import Fault, RequestRefused, UnknownId
from landbridge.study.folder import Study
from landbridge.study.recorded import tell_uncertain_gates


def list_years(study: Study) -> list[int]:
    """Years that the study looks at, rising; scenarios that cast back have years of their own."""
    return sorted({study.settings.base_year, *study.settings.years})


def find_state(study: Study, scenario: str | None, year: int | None) -> tuple[str, int]:
    """A scenario and a year of the study: where left out, the reference scenario, and the year to which the
    scenario casts back or the base year.

    Raises
    ------
    UnknownId
        If only one of them is unknown.
    RequestRefused
        If both are: ``faults`` lists them.
    """
    settings = study.settings
    name = scenario or settings.reference_scenario
    own = settings.scenarios[name].year if name in settings.scenarios else None
    when = year if year is not None else own if own is not None else settings.base_year
    known = [str(y) for y in settings.list_known_years()]
    where = f"study {study.id}"
    unknown = [
        UnknownId(asked, among, kind=kind, where=where)
        for asked, among, kind in ((name, settings.scenarios, "scenario"), (str(when), known, "year"))
        if asked not in among
    ]
    if len(unknown) > 1:
        faults = [Fault(e.code, e.what, where, value=e.name, mend=e.mend) for e in unknown]
        raise RequestRefused("neither scenario nor year is known.", faults, where=where, status=404)
    if unknown:
        raise unknown[0]
    return name, when


def find_commodity(study: Study, name: str | None) -> int | None:
    """Position of a commodity class by its id; None for all classes together.

    Raises
    ------
    UnknownId
        If there is no such class.
    """
    if not name:
        return None
    classes = study.tables["classes"]
    if name not in classes.index:
        raise UnknownId(name, classes.ids, kind="commodity class", where=f"study {study.id}")
    return classes.index[name]


def describe_study(study: Study) -> dict[str, Any]:
    """What a map must know of a study before anything is solved: names, places, years, choices."""
    settings, tables = study.settings, study.tables
    zones, nodes, classes = tables["zones"], tables["nodes"], tables["classes"]
    return {
        "name": study.id,
        "title": settings.title,
        "description": settings.description,
        "years": list_years(study),
        "base_year": settings.base_year,
        "price_year": settings.price_year,
        "scenarios": [
            {
                "id": name,
                "title": scenario.title,
                "description": scenario.description,
                "cast_back_to": scenario.year,
            }
            for name, scenario in settings.scenarios.items()
        ],
        "what_ifs": [
            {"id": name, "title": what_if.title, "base": what_if.base}
            for name, what_if in settings.what_ifs.items()
        ],
        "default": {"scenario": settings.reference_scenario, "year": settings.base_year},
        "default_commodity": settings.model.default_class or classes.ids[0],
        "commodities": [{"id": row["id"], "title": row["name"], "unit": "t_year"} for row in classes.rows()],
        "zones": [
            {
                "id": row["id"],
                "name": row["name"],
                "state": row["country"],
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
            }
            for row in zones.rows()
        ],
        "nodes": [
            {
                "id": row["id"],
                "name": row["name"],
                "state": row["country"],
                "kind": row["kind"],
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
            }
            for row in nodes.rows()
        ],
        "states": sorted({*map(str, nodes["country"]), *map(str, zones["country"])}),
        "groups": [{"id": row["id"], "title": row["name"]} for row in study.tables["zone_groups"].rows()],
        "corridors": [{"id": c.id, "title": c.title} for c in settings.corridors],
        "projects": [{"id": name, "title": p.title} for name, p in settings.appraisal.projects.items()],
        "chokepoints": [{"id": c.id, "title": c.title} for c in settings.chokepoints],
        "record_as_of": settings.record_date.isoformat(),
        "notes": _list_notes(study),
    }


def _list_notes(study: Study) -> list[str]:
    """What a reader must know before he trusts a figure."""
    notes = [f"Money in US dollars of {study.settings.price_year}; figures are those of a model."]
    doubted = tell_uncertain_gates(study)
    if doubted:
        words = ", ".join(item["title"] for item in doubted)
        notes.append(f"The record leaves open how these stand: {words}.")
    return notes
