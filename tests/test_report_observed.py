"""Observed beside modelled in the brief: the scatter, the tables, what is left out."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.fake_run import write_fake_run

from landbridge.report.brief import build_brief
from landbridge.report.observed import describe_elsewhere, describe_error, describe_figures, describe_share
from landbridge.report.scatter import Panel, Point, draw_scatter
from landbridge.study import open_study, run_study
from studies import write_small_study

SVG = "{http://www.w3.org/2000/svg}"


def test_1_points_stand_where_their_figures_are() -> None:
    """A point on the diagonal is as far from the left as from the bottom; colours tell the verdict."""
    panel = Panel(
        "Mt", (Point("a <b>", 10.0, 10.0, 1.0, True), Point("c", 1.0, 100.0, 0.1, False, "the miss"))
    )
    root = ElementTree.fromstring(draw_scatter([panel], name="s", title="T"))
    dots = [dot for dot in root.iter(f"{SVG}circle") if dot.find(f"{SVG}title") is not None]
    assert [dot.find(f"{SVG}title").text.split(":")[0] for dot in dots] == ["a <b>", "c"]
    assert dots[0].get("fill") != dots[1].get("fill")
    axes = [path.get("d") for path in root.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    left, bottom, right, top = (float(x) for x in axes[0].replace("L", " ").replace("M", "").split())
    x, y = float(dots[0].get("cx")), float(dots[0].get("cy"))
    assert (x - left) / (right - left) == pytest.approx((bottom - y) / (bottom - top), abs=1e-3)
    assert "the miss" in {text.text for text in root.iter(f"{SVG}text")}


@pytest.mark.parametrize(
    "points", [(), (Point("a", 1e-3, 0.0, 1e-4, False),), (Point("a", 5.0, 5.0, 0.0, True),)]
)
def test_2_odd_panels_are_drawn(points: tuple[Point, ...]) -> None:
    """Nothing to draw, a zero on a logarithmic axis, one point: still a picture."""
    ElementTree.fromstring(draw_scatter([Panel("Mt", points)], name="s", title="T"))


def test_2_a_fall_stands_below_nothing() -> None:
    """Changes in percent may be negative: their points are told apart and none is moved to the edge."""
    points = (
        Point("a", -15.0, -22.0, 7.5, False),
        Point("b", -50.0, -25.0, 12.5, False),
        Point("c", 0.0, 0.0, 1.0, True),
    )
    root = ElementTree.fromstring(draw_scatter([Panel("percent", points, is_log=False)], name="s", title="T"))
    dots = [dot for dot in root.iter(f"{SVG}circle") if dot.find(f"{SVG}title") is not None]
    across, up = ([float(dot.get(axis)) for dot in dots] for axis in ("cx", "cy"))
    assert across[1] < across[0] < across[2]
    assert up[1] > up[0] > up[2]


def test_3_words() -> None:
    """Large amounts in millions, percentages in points, counts of another year told."""
    row = {
        "observed": 56500.0,
        "modelled": 43047.8,
        "unit": "TEU",
        "error": -13452.2,
        "relative_error": -0.238,
    }
    assert describe_figures(row) == ("56.5", "43.0", "thousand TEU")
    assert describe_error(row | {"geh": None}) == "\u221224\u202f%"
    assert describe_error({"error": 17.2, "relative_error": None, "unit": "percent", "geh": None}) == "+17.2"
    row = {"scenario": "base-2024/2024", "year_counted": 2022}
    assert describe_elsewhere(row, "base-2024/2024") == "counted 2022"
    assert describe_elsewhere(row | {"year_counted": 2024}, "base-2024/2024") == ""
    assert describe_elsewhere(row, "today/2030") == "base-2024 2024, counted 2022"
    none = {"compared": 0, "inside": 0, "inside_share": None, "not_modelled": 3}
    assert describe_share(none) == "none compared; 3 not modelled"


def test_4_the_brief_shows_them(tmp_path: Path) -> None:
    """Verdicts, errors and what is not modelled; a study without comparable rows has no such section."""
    head = (
        "id,what,year,measure,value,unit,kind,months,quantity,scenario,tolerance,use,fold,source,basis,note\n"
    )
    old = "id,what,year,measure,value,unit,kind,months,source,basis,note\n"
    row = "obs-1,middle,2024,tonnes,1100000,t/year,observed,12,N1,observed,\n"
    new = (
        "a,by_ferry,2024,tonnes,1100000,t,observed,12,corridor_tonnes:middle,base-2024/2024,1%,calibrate,1,N1,observed,\n"
        "b,by_gap,1999,tonnes,10,t,observed,12,corridor_tonnes:gap,base-1999/1999,10%,validate,2,N1,observed,\n"
    )
    study = open_study(write_small_study(tmp_path, ("observations", old + row, head + new)))
    run = run_study(study, scenarios=["base-2024", "today"], years=[2024], out=tmp_path / "run")
    html = build_brief(run)
    for words in (
        "Observed beside modelled",
        "by ferry",
        "✗outside",
        "no scenario base-1999",
        'id="observed-title"',
    ):
        assert words in html
    assert "Observed beside modelled" not in build_brief(write_fake_run(tmp_path / "fake"))
