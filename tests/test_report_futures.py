"""Pictures of answers from futures: what they say, where things stand, and that nothing touches."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from landbridge.indicators.futures_summary import summarise_futures
from landbridge.report.futures_charts import draw_fan, draw_shares, list_ticks
from landbridge.report.futures_section import tabulate_rules
from landbridge.report.page import DataTable, Paragraph
from landbridge.report.svg import text_width

YEARS = [2026, 2030, 2040]
SVG = "{http://www.w3.org/2000/svg}"


def summary(values: np.ndarray, years: list[int] = YEARS) -> dict[str, np.ndarray]:
    """Futures by year, each in a state of its own."""
    state_of = np.arange(values.size).reshape(values.shape)
    return summarise_futures(state_of, values.reshape(-1, 1), ["flow"], years)


def texts(svg: str) -> list[tuple[float, float, str, str, float]]:
    """Where each text stands: x, y, anchor, words, size."""
    return [
        (
            float(e.get("x", 0)),
            float(e.get("y", 0)),
            e.get("anchor", e.get("text-anchor", "start")),
            e.text or "",
            float(e.get("font-size", 0)),
        )
        for e in ElementTree.fromstring(svg).iter(f"{SVG}text")
    ]


def spread(n: int = 200) -> np.ndarray:
    return np.linspace(1e6, 9e6, n)[:, None] * np.array([0.5, 1.0, 1.5])


def test_1_a_fan_names_its_bands_and_begins_at_zero() -> None:
    """The five labels, the unit, a tick at zero, two bands and a median."""
    svg = draw_fan(summary(spread()), "flow", name="f", title="T", unit="million tonnes a year", scale=1e6)
    words = [item[3] for item in texts(svg)]
    assert "median 7.47" in words
    assert {"0", "2026", "2040", "million tonnes a year"} <= set(words)
    assert sum("below" in item for item in words) == 4
    assert len(re.findall("<polygon", svg)) == 2
    assert len(re.findall("<polyline", svg)) == 1
    assert "without a value" not in svg


def test_2_futures_without_a_value_are_told_and_years_without_any_are_a_gap() -> None:
    """The share stands below each year; no band crosses a year in which no future has a value."""
    values = spread()
    values[:, 0] = np.nan
    values[:50, 1] = np.nan
    svg = draw_fan(summary(values), "flow", name="f", title="T", unit="t", scale=1e6)
    words = [item[3] for item in texts(svg)]
    assert any("without a value" in item for item in words)
    assert {"100\u202f%", "25\u202f%"} <= set(words)
    years = list(range(2026, 2031))
    values = np.repeat(spread()[:, :1], 5, axis=1)
    values[:, 2] = np.nan
    assert (
        len(re.findall("<polyline", draw_fan(summary(values, years), "flow", name="f", title="T", unit="t")))
        == 2
    )


def test_3_labels_that_would_touch_are_moved_apart_and_stay_inside() -> None:
    """Five equal quantiles still give five readable labels inside the picture."""
    values = np.full((50, 3), 2.0)
    svg = draw_fan(summary(values), "flow", name="f", title="T", unit="t")
    right = [item for item in texts(svg) if "below" in item[3] or "median" in item[3]]
    heights = sorted(item[1] for item in right)
    assert min(np.diff(heights)) >= 16.9
    width, height = (float(n) for n in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())  # type: ignore[union-attr]
    assert all(x + text_width(words, size) <= width + 1 for x, _, _, words, size in right)
    assert max(item[1] for item in texts(svg)) < height


def test_4_a_time_need_not_begin_at_zero_but_says_so() -> None:
    """Where the axis does not begin at zero the chart says it."""
    svg = draw_fan(
        summary(spread() / 1e6 + 50.0), "flow", name="f", title="T", unit="days", is_quantity=False
    )
    assert "the axis does not begin at zero" in svg
    with pytest.raises(ValueError, match="no row"):
        draw_fan(summary(spread()), "time", name="f", title="T", unit="t")


def test_5_an_indicator_that_never_has_a_value_is_drawn_as_such() -> None:
    """No band, and a hundred percent below each year."""
    svg = draw_fan(summary(np.full((5, 3), np.nan)), "flow", name="f", title="T", unit="t")
    assert "<polygon" not in svg
    assert svg.count("100\u202f%") == 3


def test_6_shares_add_up_in_the_picture() -> None:
    """Bars of the greatest, of the others, and of what only combinations explain add up to all."""
    shares = {
        "input": [*"abcd", "together"],
        "title": [*"ABCD", "rest"],
        "kind": ["cause", "gate", "gate", "dates", "rest"],
        "first_order": np.array([0.4, 0.2, 0.1, -0.001, 0.301]),
        "low": np.array([0.38, 0.18, 0.08, -0.01, 0.25]),
        "high": np.array([0.42, 0.22, 0.12, 0.01, 0.35]),
    }
    svg = draw_shares(shares, name="s", title="T", most=2)
    words = [item[3] for item in texts(svg)]
    assert "40\u202f% (38.0–42.0)" in words
    assert "2 others, each by itself" in words
    assert "Only in combination" in words
    shown = [float(w.split("\u202f")[0]) for w in words if "\u202f%" in w]
    assert sum(shown) == pytest.approx(100.0, abs=1.5)


def test_7_rules_become_a_table_or_a_sentence() -> None:
    """A row for each rule, led by "or" from the second on; without a rule a sentence says so."""
    about = {"question": "It opens", "year": 2040, "success": 0.25, "all_coverage": 0.9, "all_density": 1.0}
    numbers = {"density": 1.0, "coverage": 0.6, "mass": 0.2}
    rows = [{**about, **numbers, "rule": "A: open"}, {**about, **numbers, "rule": "B: open"}]
    table = tabulate_rules(rows)
    assert isinstance(table, DataTable)
    assert [row[0].text for row in table.rows] == ["A: open", "or: B: open"]
    assert table.rows[0][1].text == "100\u202f%"
    assert "25\u202f%" in table.note
    none = tabulate_rules([{**about, "rule": "", "density": None, "coverage": None, "mass": None}])
    assert isinstance(none, Paragraph)
    assert "No rule" in none.text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 13.2, [0.0, 5.0, 10.0, 15.0]),
        (0.0, 0.9, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-3.0, 3.0, [-4.0, -2.0, 0.0, 2.0, 4.0]),
        (5.0, 5.0, [5.0, 6.0]),
        (0.0, 0.55, [0.0, 0.2, 0.4, 0.6]),
    ],
)
def test_8_ticks_are_round_and_span_the_range(low: float, high: float, expected: list[float]) -> None:
    """Steps of 1, 2 or 5 times a power of ten."""
    assert list_ticks(low, high) == pytest.approx(expected)
