"""Export: a study as a GeoPackage that a GIS reads."""

import json
from pathlib import Path

import pyogrio
import pytest
from tests.studies import write_small_study

from landbridge.errors import ExportFailed
from landbridge.study import Study, export_geopackage, open_study
from landbridge.tables import load_attributes


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_study(write_small_study(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def package(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_geopackage(study, tmp_path_factory.mktemp("export") / "small.gpkg")


def test_1_each_table_is_a_layer(study: Study, package: Path) -> None:
    """One layer a table, drawn where the table has a place, and one that explains the columns."""
    layers = dict(pyogrio.list_layers(package))
    assert set(layers) == {name for name, table in study.tables.items() if len(table)} | {"attributes"}
    drawn = {name: kind for name, kind in layers.items() if kind}
    assert drawn == {
        "nodes": "Point",
        "links": "LineString",
        "services": "MultiLineString",
        "borders": "Point",
        "terminals": "Point",
        "zones": "Point",
        "connectors": "LineString",
    }


def test_2_names_units_and_values_are_kept(study: Study, package: Path) -> None:
    """Columns are those of the table, numbers are numbers, lists are text, blanks are no value."""
    info = pyogrio.read_info(package, layer="links")
    assert list(info["fields"]) == list(load_attributes("links"))
    assert json.loads(info["layer_metadata"]["UNITS"])["rate_truck_usd_km"] == "USD/km"
    links = pyogrio.read_dataframe(package, layer="links").set_index("id")
    assert links.loc["west--gap-rail", ["length_km", "gates", "basis"]].tolist() == [
        200.0,
        "gap-open",
        "assumption",
    ]
    assert links.loc["east--yard-road", ["gauge_mm", "gates"]].isna().all()
    assert list(links.index) == list(study.tables["links"].ids)


def test_3_things_stand_where_they_are(package: Path) -> None:
    """A link runs from its first to its second node, longitude before latitude."""
    links = pyogrio.read_dataframe(package, layer="links").set_index("id")
    assert links.crs.to_epsg() == 4326
    assert links.geometry["east--yard-rail"].wkt == "LINESTRING (60 41, 56 41.2)"
    services = pyogrio.read_dataframe(package, layer="services").set_index("id")
    assert len(services.geometry["ocean"].geoms) == 2


def test_4_the_file_replaces_an_older_one_whole(study: Study, tmp_path: Path) -> None:
    """What stood there is gone, and nothing is left beside it."""
    target = tmp_path / "small.gpkg"
    target.write_text("an older file")
    export_geopackage(study, target)
    assert "links" in dict(pyogrio.list_layers(target))
    assert [path.name for path in tmp_path.iterdir()] == ["small.gpkg"]


def test_5_a_failed_export_leaves_the_older_file(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written whole or not at all."""

    def stop(*_: object, **__: object) -> None:
        raise OSError("disk full")

    target = tmp_path / "small.gpkg"
    target.write_text("an older file")
    monkeypatch.setattr("pyogrio.write_dataframe", stop)
    with pytest.raises(ExportFailed, match="LB-S004 the file cannot be written: disk full"):
        export_geopackage(study, target)
    assert target.read_text() == "an older file"
    assert [path.name for path in tmp_path.iterdir()] == ["small.gpkg"]


@pytest.mark.parametrize(
    ("name", "what"), [("small.shp", "ends in .gpkg"), ("none/small.gpkg", "does not exist")]
)
def test_6_targets_that_cannot_be(study: Study, tmp_path: Path, name: str, what: str) -> None:
    """The message says what to do instead."""
    with pytest.raises(ExportFailed, match=what) as caught:
        export_geopackage(study, tmp_path / name)
    assert caught.value.mend
