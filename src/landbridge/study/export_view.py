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

FORMATS = ("csv", "parquet", "gpkg")


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
