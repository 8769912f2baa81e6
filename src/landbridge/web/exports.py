"""Endpoints of exports: what is shown as CSV, Parquet, GeoPackage or SVG, with units in column names."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from landbridge import __version__
from landbridge.errors import RequestRefused
from landbridge.study.study_view import find_commodity
from landbridge.web.asking import ERRORS, CommodityName, Scenario, WhatIf, Year, get_session
from landbridge.web.maps import get_flows, get_network
from landbridge.web.results import get_depends, get_gains
from landbridge.web.routes import get_routes
from landbridge.web.session import Asked, Session

router = APIRouter(prefix="/api/export", tags=["export"], responses=ERRORS)

Subject = Literal["flows", "network", "places", "routes", "depends", "gains", "gates"]
Format = Literal["csv", "parquet", "gpkg"]
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
}
OptionalBase = Annotated[
    str | None, Query(description="a scenario to compare with; none if left out", max_length=100)
]
Layer = tuple[list[dict[str, Any]], Sequence[Sequence[Sequence[float]]] | None]


@router.get(
    "/map.svg",
    summary="The map as SVG",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def get_map(
    request: Request,
    scenario: Scenario = None,
    year: Year = None,
    commodity: CommodityName = "",
    what_if: WhatIf = None,
    base: OptionalBase = None,
    base_what_if: WhatIf = None,
    window: Annotated[Literal["whole", "focus", "best"], Query(description="what the map shows")] = "whole",
) -> Response:
    """Flows, or with `base` (or `base_what_if`) the difference, in an equal-area projection."""
    session = get_session(request)
    asked = session.ask(scenario, year, what_if)
    before = session.ask(base, asked.year, base_what_if) if base or base_what_if else None
    key = ("map", asked, before, commodity, window)
    svg = session.keep(key, lambda: _draw(session, asked, before, commodity, window))
    name = f"map-{asked.scenario}-{asked.year}.svg"
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return Response(svg, media_type="image/svg+xml", headers=headers)


def _draw(session: Session, asked: Asked, before: Asked | None, commodity: str, window: str) -> bytes:
    from landbridge.report.atlas import Atlas
    from landbridge.report.reading import Reader
    from landbridge.study.map_run import Drawn, write_map_run

    def draw(state: Asked, name: str) -> Drawn:
        world = session.get_world(state)
        return Drawn(name, session.title(state), world.prepared, world.solution)

    k = find_commodity(session.study, commodity)
    states = [draw(asked, "after")] + ([draw(before, "before")] if before else [])
    cargo = session.study.tables["classes"].row(commodity)["name"] if commodity else ""
    with tempfile.TemporaryDirectory(prefix="landbridge-map-") as folder:
        reader = Reader(write_map_run(Path(folder), session.study, states, k))
        atlas = Atlas(reader)
        view = atlas.focus if window == "focus" else atlas.whole
        named = {"cargo": cargo.lower()} if cargo else {}
        if before is None:
            title = f"{cargo or 'Freight'} in {asked.year}"
            return atlas.flow_map(view, "after", asked.year, name="map", title=title, **named).encode()
        if window == "best":
            view = atlas.best_views("before", "after", asked.year)[-1]
        title = f"What changes in {asked.year}{f': {cargo}' if cargo else ''}"
        drawn = atlas.change_map(view, "before", "after", asked.year, name="map", title=title, **named)
        return drawn.encode()


@router.get(
    "/{subject}.{form}",
    summary="What is shown, as a table",
    response_class=Response,
    responses={200: {"content": {kind.split(";")[0]: {} for kind in KINDS.values()}}},
)
def get_table(
    request: Request,
    subject: Subject,
    form: Format,
    scenario: Scenario = None,
    year: Year = None,
    commodity: CommodityName = "",
    what_if: WhatIf = None,
    base: OptionalBase = None,
    base_what_if: WhatIf = None,
    from_: Annotated[str, Query(alias="from", description="routes: origin", max_length=100)] = "",
    to: Annotated[str, Query(description="routes: destination", max_length=100)] = "",
) -> Response:
    """Rows with units in column names; a GeoPackage draws them where they have a place on the map."""
    from landbridge.study.export_view import write_csv, write_geopackage, write_parquet

    session = get_session(request)
    state = {"scenario": scenario, "year": year, "what_if": what_if}
    if subject == "routes":
        if not from_ or not to:
            raise RequestRefused("from and to are needed.", mend="name two zones or nodes.")
        found = _read(get_routes(request, from_, to, commodity, scenario, year, what_if))
        layers = _lay_ways(found)
    elif subject == "depends":
        layers = _lay_dependence(get_depends(request, scenario, year, what_if))
    elif subject == "gains":
        found = _read(get_gains(request, base, scenario, year, what_if, base_what_if))
        layers = {"gains": (found["parties"], None)}
    elif subject == "gates":
        asked = session.ask(scenario, year, what_if)
        rows = session.record.list_gates(session.get_gates(asked))
        layers = {"gates": ([_flatten(row) for row in rows], None)}
    else:
        layers = _lay_map(request, state, subject, commodity, base, base_what_if)
    rows = next(iter(layers.values()))[0]
    asked = session.ask(scenario, year, what_if)
    cargo = commodity if commodity in session.study.tables["classes"].index else ""
    name = "-".join(part for part in (subject, asked.scenario, str(asked.year), cargo) if part)
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    if form == "gpkg":
        about = {
            "study": session.study.id,
            "scenario": asked.scenario,
            "year": str(asked.year),
            "what_if": asked.what_if,
            "commodity": commodity,
            "landbridge": __version__,
        }
        with tempfile.TemporaryDirectory(prefix="landbridge-export-") as folder:
            path = Path(folder) / "export.gpkg"
            write_geopackage(layers, path, about)
            body = path.read_bytes()
    else:
        body = write_csv(rows) if form == "csv" else write_parquet(rows)
    return Response(body, media_type=KINDS[form], headers=headers)


def _read(answer: Response) -> Any:
    """An answer of another endpoint as plain values."""
    return json.loads(bytes(answer.body))


def _lay_ways(found: dict[str, Any]) -> dict[str, Layer]:
    from landbridge.study.export_view import list_way_rows

    ways = [*found["alternatives"], *found["not_taken"]]
    return {"routes": (list_way_rows(found), [way["coords"] for way in ways])}


def _lay_dependence(answer: Response) -> dict[str, Layer]:
    from landbridge.study.export_view import list_dependence_rows

    found = _read(answer)
    if answer.status_code == 202:
        job = found["job"]["id"]
        mend = f"ask again when /api/jobs/{job} says done."
        raise RequestRefused("dependence is still being worked out.", status=409, where=job, mend=mend)
    return {"depends": (list_dependence_rows(found["zones"]), None)}


def _lay_map(
    request: Request,
    state: dict[str, Any],
    subject: str,
    commodity: str,
    base: str | None,
    base_what_if: str | None,
) -> dict[str, Layer]:
    from landbridge.study.export_view import list_link_rows

    network = _read(get_network(request, **state))
    flows = _read(get_flows(request, commodity=commodity, **state))["links"]
    places = [{**place, "borders": ";".join(place["borders"])} for place in network["places"]]
    spots = [[[place["lon"], place["lat"]]] for place in network["places"]]
    if subject == "places":
        return {"places": (places, spots)}
    before = None
    if base or base_what_if:
        year = get_session(request).ask(state["scenario"], state["year"], state["what_if"]).year
        before = _read(get_flows(request, base, year, commodity, base_what_if))["links"]
    links = network["links"]
    rows = list_link_rows(links, flows, before)
    if subject == "flows":
        shown = [i for i, row in enumerate(rows) if row["total_t_year"] or row.get("base_total_t_year", 0.0)]
        links, rows = [links[i] for i in shown], [rows[i] for i in shown]
    return {subject: (rows, [link["coords"] for link in links]), "places": (places, spots)}


def _flatten(gate: dict[str, Any]) -> dict[str, Any]:
    """A gate as one row: lists as text, evidence as the ids of its claims."""
    plain = {key: value for key, value in gate.items() if key != "evidence"}
    row = {key: ";".join(value) if isinstance(value, list) else value for key, value in plain.items()}
    return row | {"claims": ";".join(claim["id"] for claim in gate["evidence"])}
