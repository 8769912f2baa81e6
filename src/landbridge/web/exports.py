"""Endpoints of exports: what is shown as CSV, Parquet, GeoPackage or SVG, with units in column names."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from landbridge import __version__
from landbridge.errors import RequestRefused
from landbridge.study.study_view import find_commodity
from landbridge.web.asking import ERRORS, CommodityName, MaybeBaseState, State, get_session
from landbridge.web.maps import get_flows, get_network
from landbridge.web.results import get_depends, get_futures, get_gains
from landbridge.web.routes import Pair, get_routes
from landbridge.web.session import Asked, Session

router = APIRouter(prefix="/api/export", tags=["export"], responses=ERRORS)

Subject = Literal[
    "flows", "network", "places", "routes", "depends", "gains", "gates",
    "appraisal", "swings", "parties", "odds", "fans", "expected",
]  # fmt: skip
Format = Literal["csv", "parquet", "gpkg"]
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
}
Layer = tuple[list[dict[str, Any]], Sequence[Sequence[Sequence[float]]] | None]


@router.get(
    "/map.svg",
    summary="The map as SVG",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def get_map(
    request: Request,
    asked: State,
    before: MaybeBaseState,
    commodity: CommodityName = "",
    window: Annotated[Literal["whole", "focus", "best"], Query(description="what the map shows")] = "whole",
) -> Response:
    """Flows, or with `base` (or `base_what_if`) the difference, in an equal-area projection."""
    session = get_session(request)
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


@dataclass(frozen=True)
class Wanted:
    """What a table is asked of; fields that its subject has no use for are left alone."""

    request: Request
    asked: Asked
    before: Asked | None
    commodity: str
    from_: str
    to: str
    job: str

    @property
    def session(self) -> Session:
        """The session that answers."""
        return get_session(self.request)


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
    asked: State,
    before: MaybeBaseState,
    commodity: CommodityName = "",
    from_: Annotated[str, Query(alias="from", description="routes: origin", max_length=100)] = "",
    to: Annotated[str, Query(description="routes: destination", max_length=100)] = "",
    job: Annotated[
        str, Query(description="appraisal, swings, parties: id of the job that is done", max_length=100)
    ] = "",
) -> Response:
    """Rows with units in column names; a GeoPackage draws them where they have a place on the map."""
    from landbridge.study.export_view import write_csv, write_geopackage, write_parquet

    wanted = Wanted(request, asked, before, commodity, from_, to, job)
    session = wanted.session
    layers = LAYERS[subject](wanted)
    rows = next(iter(layers.values()))[0]
    cargo = commodity if commodity in session.study.tables["classes"].index else ""
    of_state = () if subject in OF_THE_STUDY else (asked.scenario, str(asked.year), cargo)
    name = "-".join(part for part in (subject, *of_state) if part)
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


def _lay_ways(wanted: Wanted) -> dict[str, Layer]:
    from landbridge.study.export_view import list_way_rows

    if not wanted.from_ or not wanted.to:
        raise RequestRefused("from and to are needed.", mend="name two zones or nodes.")
    pair = Pair(wanted.asked, wanted.from_, wanted.to, wanted.commodity)
    found = _read(get_routes(wanted.request, pair))
    ways = [*found["alternatives"], *found["not_taken"]]
    return {"routes": (list_way_rows(found), [way["coords"] for way in ways])}


def _lay_dependence(wanted: Wanted) -> dict[str, Layer]:
    from landbridge.study.export_view import list_dependence_rows

    answer = get_depends(wanted.request, wanted.asked)
    found = _read(answer)
    if answer.status_code == 202:
        raise _refuse_pending("dependence is still being worked out.", found["job"]["id"])
    return {"depends": (list_dependence_rows(found["zones"]), None)}


def _refuse_pending(what: str, job: str) -> RequestRefused:
    return RequestRefused(what, status=409, where=job, mend=f"ask again when /api/jobs/{job} says done.")


def _lay_gains(wanted: Wanted) -> dict[str, Layer]:
    before = wanted.before or wanted.session.ask(None, wanted.asked.year)
    answer = get_gains(wanted.request, wanted.asked, before)
    return {"gains": (_read(answer)["parties"], None)}


def _lay_gates(wanted: Wanted) -> dict[str, Layer]:
    session = wanted.session
    rows = session.record.list_gates(session.get_gates(wanted.asked))
    return {"gates": ([_flatten(row) for row in rows], None)}


def _lay_places(wanted: Wanted) -> dict[str, Layer]:
    found = _read(get_network(wanted.request, wanted.asked))["places"]
    places = [{**place, "borders": ";".join(place["borders"])} for place in found]
    return {"places": (places, [[[place["lon"], place["lat"]]] for place in places])}


def _list_links(wanted: Wanted) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Links as the map has them, and as rows with their flows."""
    from landbridge.study.export_view import list_link_rows

    request, commodity = wanted.request, wanted.commodity
    links = _read(get_network(request, wanted.asked))["links"]
    flows = _read(get_flows(request, wanted.asked, commodity))["links"]
    before = _read(get_flows(request, wanted.before, commodity))["links"] if wanted.before else None
    return links, list_link_rows(links, flows, before)


def _lay_network(wanted: Wanted) -> dict[str, Layer]:
    links, rows = _list_links(wanted)
    return {"network": (rows, [link["coords"] for link in links]), **_lay_places(wanted)}


def _lay_flows(wanted: Wanted) -> dict[str, Layer]:
    links, rows = _list_links(wanted)
    shown = [i for i, row in enumerate(rows) if row["total_t_year"] or row.get("base_total_t_year", 0.0)]
    lines = [links[i]["coords"] for i in shown]
    return {"flows": ([rows[i] for i in shown], lines), **_lay_places(wanted)}


def _lay_job(list_rows: str) -> Callable[[Wanted], dict[str, Layer]]:
    """The result of an appraisal, as the function of that name lists it."""

    def lay(wanted: Wanted) -> dict[str, Layer]:
        from landbridge.study import export_view

        job = wanted.session.jobs.get(wanted.job)
        if job["kind"] != "appraisal":
            raise RequestRefused("this is no appraisal.", where=wanted.job, mend="name the job of one.")
        if job["state"] != "done":
            raise _refuse_pending("the appraisal is not done.", wanted.job)
        return {"appraisal": (getattr(export_view, list_rows)(job["result"]), None)}

    return lay


def _lay_odds(wanted: Wanted) -> dict[str, Layer]:
    from landbridge.study.export_view import list_odds_rows

    return {"odds": (list_odds_rows(_read(get_futures(wanted.request))["odds"]), None)}


def _find_futures(wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] | None = _read(get_futures(wanted.request))["found"]
    if found is None:
        raise RequestRefused(
            "no futures have been run.", status=409, mend="begin a job of kind futures, then ask again."
        )
    return found


def _lay_fans(wanted: Wanted) -> dict[str, Layer]:
    from landbridge.study.export_view import list_fan_rows

    return {"fans": (list_fan_rows(_find_futures(wanted)), None)}


def _lay_expected(wanted: Wanted) -> dict[str, Layer]:
    from landbridge.study.export_view import list_expected_rows
    from landbridge.web.geometry import draw_links

    flows = _find_futures(wanted)["flows"] or {}
    year = str(wanted.asked.year)
    if year not in flows:
        mend = f"name one of {', '.join(flows)}."
        raise RequestRefused(f"the futures have no flows of {year}.", where="year", mend=mend)
    rows = list_expected_rows(flows[year], int(year))
    lines = draw_links(wanted.session.study)
    return {"expected": (rows, [lines[row["link"]].coords for row in rows])}


LAYERS: dict[Subject, Callable[[Wanted], dict[str, Layer]]] = {
    "flows": _lay_flows,
    "network": _lay_network,
    "places": _lay_places,
    "routes": _lay_ways,
    "depends": _lay_dependence,
    "gains": _lay_gains,
    "gates": _lay_gates,
    "appraisal": _lay_job("list_appraisal_rows"),
    "swings": _lay_job("list_swing_rows"),
    "parties": _lay_job("list_party_rows"),
    "odds": _lay_odds,
    "fans": _lay_fans,
    "expected": _lay_expected,
}
OF_THE_STUDY = ("appraisal", "swings", "parties", "odds", "fans")
"""Subjects that are of no one state."""


def _flatten(gate: dict[str, Any]) -> dict[str, Any]:
    """A gate as one row: lists as text, evidence as the ids of its claims."""
    plain = {key: value for key, value in gate.items() if key != "evidence"}
    row = {key: ";".join(value) if isinstance(value, list) else value for key, value in plain.items()}
    return row | {"claims": ";".join(claim["id"] for claim in gate["evidence"])}
