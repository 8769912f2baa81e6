"""The map renderer: well formed, honest widths, names that do not collide, the same bytes every time."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from landbridge.report.labels import Wish, place_labels
from landbridge.report.layers import WIDEST, Flow, Flows, Mark, Stroke, Ways
from landbridge.report.maps import draw_map
from landbridge.report.projection import view_box
from landbridge.report.svg import text_width, wrap

VIEW = view_box(40.0, 37.0, 54.0, 44.0)
SVG = "{http://www.w3.org/2000/svg}"


def way(*places: tuple[float, float]) -> np.ndarray:
    """Points of a line."""
    return np.array(places)


def small_map(**more: object) -> str:
    """A map with two modes side by side, a shut line and three places."""
    flows = Flows(
        "Width: tonnes",
        "Mt",
        (
            Flow(way((45, 40), (49, 40)), 10.0, "rail", "a|b", "A – B, rail", "10"),
            Flow(way((45, 40), (49, 40)), 2.5, "road", "a|b", "A – B, road"),
            Flow(way((45, 40), (45, 43)), 1e-4, "road", "a|c", "A – C <road>"),
            Flow(way((100, 10), (110, 10)), 400.0, "rail", "far", "outside the window"),
        ),
        (("rail", "rail", "#332288"), ("road", "road", "#b5405a"), ("ship", "ship", "#117a6b")),
    )
    settings: dict[str, object] = {
        "name": "m",
        "title": "What <moves> & what not",
        "subtitle": "Scenario “x”",
        "flows": flows,
        "ways": [Ways("shut", "shut or planned", (Stroke(way((46, 39), (47, 38)), "not built"),))],
        "marks": [
            Mark(45.0, 40.0, "place", ("Alpha",), 1.0),
            Mark(49.0, 40.0, "port", ("Beta & <script>alert(1)</script>",), 2.0),
            Mark(49.02, 40.0, "border", ("Beta again",), 3.0),
        ],
        "notes": ["A note."],
    }
    return draw_map(VIEW, **(settings | more))  # type: ignore[arg-type]


def lines_of(svg: str) -> dict[str, float]:
    """Width of each drawn line by its tooltip."""
    found = {}
    for line in ElementTree.fromstring(svg).iter(f"{SVG}polyline"):
        title = line.find(f"{SVG}title")
        if title is not None and line.get("stroke-width"):
            found[str(title.text)] = float(str(line.get("stroke-width")))
    return found


def test_same_input_same_bytes() -> None:
    """A map is a pure function of what it is given."""
    assert small_map() == small_map()


def test_every_string_is_escaped() -> None:
    """Names from data are text, never markup."""
    svg = small_map()
    ElementTree.fromstring(svg)
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg
    assert "What &lt;moves&gt; &amp; what not" in svg


def test_widths_are_linear() -> None:
    """A quarter of the tonnes is a quarter of the width; the smallest is a hairline; what is outside sets no scale."""
    widths = lines_of(small_map())
    assert widths["A – B, rail"] == pytest.approx(WIDEST)
    assert widths["A – B, road"] == pytest.approx(WIDEST / 4, abs=0.06)
    assert widths["A – C <road>"] < 1
    assert "outside the window" not in widths


def test_scale_can_be_shared() -> None:
    """Two maps drawn to one scale give the same width to the same tonnes."""
    flows = Flows(
        "Width",
        "Mt",
        (Flow(way((45, 40), (49, 40)), 5.0, "more", "ab", "t"),),
        (("more", "more", "#1f6fb4"),),
        10.0,
    )
    assert lines_of(small_map(flows=flows))["t"] == pytest.approx(WIDEST / 2)


def test_modes_of_one_stretch_lie_side_by_side() -> None:
    """Two flows of a bundle do not cover one another."""
    svg = small_map()
    middles = [
        float(re.findall(r"[\d.]+,([\d.]+)", str(line.get("points")))[0])
        for line in ElementTree.fromstring(svg).iter(f"{SVG}polyline")
        if (title := line.find(f"{SVG}title")) is not None and str(title.text).startswith("A – B")
    ]
    assert abs(middles[0] - middles[1]) > (WIDEST + WIDEST / 4) / 2


def test_legend_names_what_is_drawn() -> None:
    """Only colours and symbols in use are explained."""
    svg = small_map()
    for words in ("rail", "road", "shut or planned", "port", "border crossing", "A note."):
        assert f">{words}</text>" in svg
    assert ">ship</text>" not in svg
    assert "strait" not in svg


def test_empty_map() -> None:
    """A map without flows, places or countries is still a map with a title."""
    svg = draw_map(VIEW, name="empty", title="Nothing moves")
    assert "Nothing moves" in svg
    ElementTree.fromstring(svg)


def test_labels_do_not_collide() -> None:
    """Of many names in one place those that fit are placed, apart from one another and inside the frame."""
    rng = np.random.default_rng(1)
    wishes = [
        Wish(float(x), float(y), (f"Place {i}",), 12.0, float(i))
        for i, (x, y) in enumerate(rng.uniform(0, 300, (60, 2)))
    ]
    placed = place_labels(wishes, width=300, height=300, obstacles=[(0, 280, 100, 300)])
    boxes = [item.box for item in placed] + [(0, 280, 100, 300)]
    assert 10 < len(placed) < 60
    assert all(min(box) >= 0 and max(box) <= 300 for box in boxes)
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_important_names_come_first() -> None:
    """Where only one name fits, the one with the smaller rank stands."""
    wishes = [
        Wish(50, 20, ("Later",), 14, 2.0, centred=True),
        Wish(50, 20, ("Sooner",), 14, 1.0, centred=True),
    ]
    assert [item.wish.lines[0] for item in place_labels(wishes, width=100, height=40)] == ["Sooner"]


def test_text_is_wrapped() -> None:
    """Lines keep to their width, and no word is lost."""
    lines = wrap("one two three four five six seven", 12, 80)
    assert all(text_width(line, 12) <= 80 for line in lines)
    assert " ".join(lines) == "one two three four five six seven"
