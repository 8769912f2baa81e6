"""Country outlines: where they come from, the cache, and what is drawn of them."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from landbridge.report import outlines as module
from landbridge.report.outlines import Outlines, draw_outlines, land, read_outlines
from landbridge.report.projection import view_box


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Outlines:
    """Outlines read once for all tests here."""
    return read_outlines(cache=tmp_path_factory.mktemp("cache"))


def holds(world: Outlines, lon: float, lat: float) -> list[str]:
    """Names of the countries at a place."""
    inside = shapely.contains_xy(world.shapes, lon, lat)
    return [name for name, hit in zip(world.names, inside, strict=True) if hit]


def test_names_are_read_as_utf8(world: Outlines) -> None:
    """Names with letters outside ASCII are whole."""
    assert {"Türkiye", "Côte d'Ivoire", "Azerbaijan"} <= set(world.names)


def test_caspian_is_water(world: Outlines) -> None:
    """No state's polygon covers the middle of the Caspian; its ports lie on land or at its edge."""
    assert holds(world, 50.5, 42.0) == []
    assert holds(world, 44.5, 40.2) == ["Armenia"]


def test_neighbours_share_their_border(world: Outlines) -> None:
    """Simplifying leaves neither gaps nor overlaps between neighbours."""
    shape = dict(zip(world.names, world.shapes, strict=True))
    assert shapely.area(shapely.intersection(shape["Armenia"], shape["Azerbaijan"])) < 1e-9
    assert shapely.length(shapely.intersection(shape["Armenia"], shape["Azerbaijan"])) > 3.0


def test_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: Outlines) -> None:
    """The second reading takes the simplified copy, which is named by the content it came from."""
    module._read_keyed.cache_clear()
    read_outlines(cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("outlines-")
    module._read_keyed.cache_clear()
    monkeypatch.setattr(module, "_simplify", lambda archive: pytest.fail("read the archive again"))
    assert read_outlines(cache=tmp_path).names == world.names


def test_broken_cache_is_replaced(tmp_path: Path, world: Outlines) -> None:
    """A cut-off cache file is read as if it were not there."""
    module._read_keyed.cache_clear()
    read_outlines(cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    module._read_keyed.cache_clear()
    assert read_outlines(cache=tmp_path).names == world.names


def test_cache_that_cannot_be_written(tmp_path: Path, world: Outlines) -> None:
    """Without a writable cache the outlines are simplified anew; nothing fails."""
    module._read_keyed.cache_clear()
    file = tmp_path / "a file, not a folder"
    file.write_text("")
    assert read_outlines(cache=file / "cache").names == world.names


def test_no_outlines_no_countries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is missing, maps are drawn without countries."""
    monkeypatch.setattr(module, "archive_path", lambda: None)
    nothing = read_outlines()
    assert len(nothing) == 0
    assert draw_outlines(nothing, view_box(40, 37, 54, 44)) == ()
    assert land(nothing).is_empty


def test_drawn_countries(world: Outlines) -> None:
    """A window shows its countries, each with a place for its name inside the frame."""
    view = view_box(40, 37, 54, 44)
    drawn = {country.name: country for country in draw_outlines(world, view)}
    assert {"Armenia", "Azerbaijan", "Georgia", "Iran", "Türkiye"} <= set(drawn)
    assert "China" not in drawn
    for country in drawn.values():
        assert 0 <= country.label_x <= view.width
        assert 0 <= country.label_y <= view.height
    lon, lat = view.projection.inverse(
        np.array([view.left + drawn["Armenia"].label_x * view.metres_per_pixel]),
        np.array([view.top - drawn["Armenia"].label_y * view.metres_per_pixel]),
    )
    assert holds(world, float(lon[0]), float(lat[0])) == ["Armenia"]
