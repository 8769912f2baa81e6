"""A study as one GeoPackage: a layer for each table, drawn where the table has a place on the map."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landbridge.errors import ExportFailed
from landbridge.study.folder import Study
from landbridge.tables import Table, load_attributes
from landbridge.tables.files import whole_file

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4326"
Tables = Mapping[str, Table]


def export_geopackage(study: Study, path: str | Path) -> Path:
    """Write all tables of a study as layers of one GeoPackage (WGS 84) that a GIS reads; gives the path.

    Nodes, borders, terminals and zones are points, links and connectors straight lines between their ends,
    services the lines of their links; other tables have no geometry, and tables without rows no layer. Column
    names keep their units, and the layer ``attributes`` says what each column is. Lists are text joined by
    ``;``. The file is written whole or not at all, in place of an older one.

    Raises
    ------
    ExportFailed
        If the file cannot be written, for example because the folder does not exist.
    """
    from pyogrio import write_dataframe
    from pyogrio.errors import DataSourceError

    target = Path(path).expanduser()
    if target.suffix.lower() != ".gpkg":
        mend = f"call it {target.with_suffix('.gpkg').name}."
        raise ExportFailed("a GeoPackage has a name that ends in .gpkg.", where=str(target), mend=mend)
    if not target.parent.is_dir():
        raise ExportFailed("the folder does not exist.", where=str(target.parent), mend="make it first.")
    try:
        with whole_file(target) as draft:
            for name, table in study.tables.items():
                if len(table):
                    options = _layer(name, table, study.tables)
                    frame = options.pop("frame")
                    write_dataframe(frame, draft, layer=name, driver="GPKG", append=draft.exists(), **options)
            write_dataframe(
                _attribute_frame(study.tables), draft, layer="attributes", driver="GPKG", append=True
            )
    except (OSError, DataSourceError) as error:
        mend = "see that the disk has room and that no other program holds the file."
        raise ExportFailed(f"the file cannot be written: {error}.", where=str(target), mend=mend) from error
    return target


def _layer(name: str, table: Table, tables: Tables) -> dict[str, Any]:
    """Frame of one table, with what the layer says about itself."""
    from geopandas import GeoDataFrame

    frame = _frame(table)
    shapes = _shapes(name, table, tables)
    units = {a.name: a.unit for a in load_attributes(name).values() if a.unit}
    options: dict[str, Any] = {"layer_metadata": {"UNITS": json.dumps(units)}}
    if shapes is None:
        return {"frame": frame, **options}
    kind = (
        "MultiLineString"
        if name == "services"
        else "Point"
        if shapes[0].geom_type == "Point"
        else "LineString"
    )
    return {"frame": GeoDataFrame(frame, geometry=shapes, crs=CRS), "geometry_type": kind, **options}


def _frame(table: Table) -> "pd.DataFrame":
    """Columns as a GIS takes them: lists as text, blanks as no value."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name, column in table.columns.items():
        if column.dtype != object:
            columns[name] = column
        else:
            texts = [";".join(cell) if isinstance(cell, tuple) else cell for cell in column]
            columns[name] = [text or None for text in texts]
    return pd.DataFrame(columns)


def _attribute_frame(tables: Tables) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "layer": name,
                "attribute": a.name,
                "type": a.type,
                "unit": a.unit or None,
                "description": a.description,
            }
            for name in tables
            for a in load_attributes(name).values()
        ]
    )


def _shapes(name: str, table: Table, tables: Tables) -> "list[BaseGeometry] | None":
    """Geometry of each row, or ``None`` for a table without a place on the map."""
    from shapely import LineString, MultiLineString, Point

    nodes, links, zones = tables["nodes"], tables["links"], tables["zones"]

    def place(of: Table, key: str) -> tuple[float, float]:
        row = of.index[key]
        return float(of["lon"][row]), float(of["lat"][row])

    def line(link: int) -> LineString:
        return LineString([place(nodes, links["from_node"][link]), place(nodes, links["to_node"][link])])

    match name:
        case "nodes" | "zones":
            return [Point(xy) for xy in zip(table["lon"], table["lat"], strict=True)]
        case "borders" | "terminals":
            return [Point(place(nodes, node)) for node in table["node"]]
        case "links":
            return [line(row) for row in range(len(table))]
        case "services":
            return [MultiLineString([line(links.index[link]) for link in names]) for names in table["links"]]
        case "connectors":
            ends = zip(table["zone"], table["node"], strict=True)
            return [LineString([place(zones, zone), place(nodes, node)]) for zone, node in ends]
    return None
