"""What a map shows as tables: rows with units in column names, written as CSV, Parquet or GeoPackage."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from landbridge.errors import ExportFailed
from landbridge.study.export import CRS

Row = Mapping[str, Any]
Line = Sequence[Sequence[float]]

SHARES = ("alone_musd", "last_musd", "shapley_npv_musd")
"""What a project adds to others that it is held together with."""


def list_link_rows(
    links: Sequence[Row], flows: Mapping[str, Sequence[float]], base: Mapping[str, Sequence[float]] | None
) -> list[dict[str, Any]]:
    """Links with their state and flows; with ``base`` the flows of another state and the difference beside
    them.
    """
    rows = []
    for link in links:
        forward, backward = flows.get(link["id"], (0.0, 0.0))
        row = {
            "link": link["id"],
            "from_node": link["from"],
            "to_node": link["to"],
            "mode": link["mode"],
            "status": link["status"],
            "share_usable": link["share_usable"],
            "length_km": link["length_km"],
            "forward_t_year": forward,
            "backward_t_year": backward,
            "total_t_year": forward + backward,
        }
        if base is not None:
            before = sum(base.get(link["id"], (0.0, 0.0)))
            row |= {"base_total_t_year": before, "difference_t_year": forward + backward - before}
        rows.append(row | {"reason": link["reason"], "gates": ";".join(link["gates"])})
    return rows


def list_way_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ways of a pair, taken and not, a row each."""
    rows = []
    for number, way in enumerate((*found["alternatives"], *found["not_taken"]), 1):
        parts = {f"{part['part']}_usd_t": part["usd_t"] for part in way["parts"]}
        rows.append(
            {
                "way": number,
                "from": found["from"],
                "to": found["to"],
                "commodity": found["commodity"],
                "year": found["year"],
                "status": way.get("why", "taken"),
                "share": way["share"],
                "flow_t_year": way["t_year"],
                "time_days": way["days"],
                "p95_days": way.get("days_p95"),
                "money_usd_t": way["usd_t"],
                "all_costs_usd_t": way["generalised_usd_t"],
                "co2_kg_t": way["co2_kg_t"],
                "length_km": way["length_km"],
                "states": ";".join(way["states"]),
                "modes": ";".join(way["modes"]),
                "links": ";".join(way["links"]),
                "words": way.get("words", ""),
                **parts,
            }
        )
    return rows


def list_dependence_rows(zones: Sequence[Row]) -> list[dict[str, Any]]:
    """Zone by state: shares of trade and what closing it would cost."""
    return [
        {"zone": zone["zone"], "state": state, **values}
        for zone in zones
        for state, values in zone["states"].items()
    ]


def list_appraisal_rows(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Project by discount rate: its worth, and what it adds to others that it is held together with."""
    combination = told.get("combination") or {}
    shares = {row["project"]: row for row in combination.get("shares", ())}
    rows = []
    for project in told["projects"]:
        own = shares.get(project["project"])
        low, middle, high = project["capital_musd"]
        for value in project["values"]:
            row = {
                "project": project["project"],
                "title": project["title"],
                "scenario": told["scenario"],
                "price_year": told["price_year"],
                "discount_rate": value["rate"],
                "npv_musd": value["npv_musd"],
                "benefits_musd": value["benefits_musd"],
                "costs_musd": value["costs_musd"],
                "benefits_over_costs": value["bcr"],
                "irr": project["irr"],
                "npv_low_musd": project["npv_range_musd"][0],
                "npv_high_musd": project["npv_range_musd"][1],
                "capital_low_musd": low,
                "capital_musd": middle,
                "capital_high_musd": high,
                "first_year": project["opens"][1],
            }
            if shares:
                row |= {key: own[key] if own else None for key in SHARES}
            rows.append(row)
    return rows


def list_swing_rows(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Project by assumption: its value with the assumption at either end."""
    return [{"project": p["project"], **swing} for p in told["projects"] for swing in p["swings"]]


def list_party_rows(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Project by party: what it gains in the last year; blank: all projects together."""
    together = told.get("combination") or {"who": ()}
    whole = [{"project": "", **row} for row in together["who"]]
    return whole + [{"project": p["project"], **row} for p in told["projects"] for row in p["who"]]


def list_odds_rows(odds: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Gate by year: the probability that it is open, and its range."""
    rows = []
    for gate in odds["gates"]:
        for year, p in gate["odds"].items():
            low, high = gate["interval"].get(year, (None, None))
            row = {"gate": gate["id"], "title": gate["title"], "year": int(year), "open_probability": p}
            rows.append(row | {"low": low, "high": high})
    return rows


def list_fan_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Indicator by year: mean, deviation and quantiles over futures."""
    names = ("mean", "sd", "p05", "p25", "p50", "p75", "p95")
    return [
        {
            "indicator": fan["indicator"],
            "title": fan["title"],
            "unit": fan["unit"],
            "year": year,
            "futures": found["n"],
            **{name: fan[name][i] for name in names},
        }
        for fan in found["fans"]
        for i, year in enumerate(fan["years"])
    ]


def list_expected_rows(flows: Mapping[str, Sequence[float | None]], year: int) -> list[dict[str, Any]]:
    """Link in a year: mean and deviation of its flow over futures."""
    return [
        {"link": link, "year": year, "mean_t_year": mean, "sd_t_year": sd}
        for link, (mean, sd) in flows.items()
    ]


def write_csv(rows: Sequence[Row]) -> bytes:
    """Rows as CSV (UTF-8 with a mark, so that spreadsheets read it); text that a spreadsheet would take for a
    formula gets an apostrophe.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["nothing"], lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _disarm(value) for key, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _disarm(value: Any) -> Any:
    """A cell that no spreadsheet runs."""
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if is_formula else value


def write_parquet(rows: Sequence[Row]) -> bytes:
    """Rows as one Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), sink, compression="zstd")
    return bytes(sink.getvalue())


def write_geopackage(
    layers: Mapping[str, tuple[Sequence[Row], Sequence[Line] | None]],
    path: Path,
    about: Mapping[str, str],
) -> None:
    """Layers of rows, drawn along their lines (a line of one point is a point), as one GeoPackage in WGS 84.

    Raises
    ------
    ExportFailed
        If the file cannot be written.
    """
    import pandas as pd
    from geopandas import GeoDataFrame
    from pyogrio import write_dataframe
    from pyogrio.errors import DataSourceError
    from shapely import LineString, Point

    try:
        for name, (rows, lines) in layers.items():
            frame = pd.DataFrame([dict(row) for row in rows])
            options: dict[str, Any] = {"layer_metadata": {"ABOUT": json.dumps(dict(about))}}
            if lines is not None and len(rows):
                shapes = [LineString(line) if len(line) > 1 else Point(line[0]) for line in lines]
                frame = GeoDataFrame(frame, geometry=shapes, crs=CRS)
                options["geometry_type"] = shapes[0].geom_type
            write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists(), **options)
    except (OSError, DataSourceError) as error:
        mend = "see that the disk has room."
        raise ExportFailed(f"the file cannot be written: {error}.", where=str(path), mend=mend) from error
