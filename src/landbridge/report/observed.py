"""What was observed beside what a run gives: words, the scatter and the tables of the brief."""

from collections.abc import Mapping, Sequence
from typing import Any

from landbridge.report.numbers import NONE, THIN, exact, figures, number, percent
from landbridge.report.page import Block, Cell, DataTable, Figure, Paragraph, Section, cells, heads
from landbridge.report.reading import Reader, readable
from landbridge.report.scatter import Panel, Point, draw_scatter
from landbridge.study.results import open_run
from landbridge.study.validation import validate_run

Row = Mapping[str, Any]

NAMED = 8
"""Misses that are named in each panel of the scatter."""

_TONNES, _COUNTS, _SHARES = (
    "Cargo, million tonnes",
    "Boxes and trucks, thousand",
    "Shares and changes, percent",
)
PANELS = {
    "t": (_TONNES, 1e-6),
    "t/year": (_TONNES, 1e-6),
    "kt": (_TONNES, 1e-3),
    "Mt": (_TONNES, 1.0),
    "Mt/year": (_TONNES, 1.0),
    "TEU": (_COUNTS, 1e-3),
    "TEU/year": (_COUNTS, 1e-3),
    "thousand TEU": (_COUNTS, 1.0),
    "million TEU": (_COUNTS, 1e3),
    "truck": (_COUNTS, 1e-3),
    "percent": (_SHARES, 1.0),
    "day": ("Time, days", 1.0),
    "USD/FEU": ("Rates, USD a forty-foot box", 1.0),
}
"""Panel of the scatter for each unit, and what brings a figure to its unit."""

SCALES = {
    "t": (1e6, "Mt", 1e5),
    "t/year": (1e6, "Mt", 1e5),
    "Mt/year": (1.0, "Mt", 0.0),
    "TEU": (1e3, "thousand TEU", 1e4),
    "truck": (1e3, "thousand trucks", 1e4),
}
"""How large amounts are shown: divisor, unit, and from which amount on."""


def describe_figures(row: Row) -> tuple[str, str, str]:
    """Observed and modelled figure and their unit, as a reader wants them.

    Examples
    --------
    >>> describe_figures({"observed": 4.484e6, "modelled": 5718168.0, "unit": "t"})
    ('4.484', '5.72', 'Mt')
    """
    divisor, unit, least = SCALES.get(row["unit"], (1.0, row["unit"], 0.0))
    if abs(row["observed"]) < least:
        divisor, unit = 1.0, row["unit"]
    modelled = None if row["modelled"] is None else row["modelled"] / divisor
    return exact(row["observed"] / divisor), figures(modelled, 3), "" if unit == "1" else unit


def describe_error(row: Row) -> str:
    """The error in percent, or in points; a count of vehicles also by its GEH.

    Examples
    --------
    >>> describe_error({"relative_error": 0.28, "error": 1.2, "unit": "Mt", "geh": None}).replace(THIN, " ")
    '+28 %'
    """
    if row["error"] is None:
        return NONE
    if row["relative_error"] is None:
        return f"{number(row['error'], 2 if row['unit'] in ('1', 'ratio') else 1, sign=True)}"
    words = percent(row["relative_error"], sign=True)
    return words if row["geh"] is None else f"{words}, GEH {number(row['geh'], 1)}"


def find_usual(rows: Sequence[Row]) -> str:
    """Scenario and year of most rows, which need not be said beside each; blank if there are no rows."""
    places = [str(row["scenario"]) for row in rows]
    return max(places, key=places.count) if places else ""


def describe_elsewhere(row: Row, usual: str) -> str:
    """Scenario and year of a row unless they are the usual ones, and the year of its count if another.

    Examples
    --------
    >>> describe_elsewhere({"scenario": "today/2030", "year_counted": 2023}, "base-2024/2024")
    'today 2030, counted 2023'
    """
    scenario, _, year = row["scenario"].partition("/")
    words = [] if row["scenario"] == usual else [f"{scenario} {year}"]
    if row["year_counted"] is not None and str(row["year_counted"]) != year:
        words.append(f"counted {row['year_counted']}")
    return ", ".join(words)


def describe_quantity(row: Row, usual: str) -> str:
    """A quantity, broken only where it may be, and where it is of another scenario or year."""
    place = describe_elsewhere(row, usual)
    return str(row["quantity"]).replace(",", ", ") + (f" ({place})" if place else "")


def describe_share(found: Mapping[str, Any]) -> str:
    """How many are inside their tolerance, and how many this run does not model."""
    left = f"; {found['not_modelled']} not modelled" if found["not_modelled"] else ""
    if not found["compared"]:
        return f"none compared{left}"
    share = percent(found["inside_share"]).replace(THIN, " ")
    return f"{found['inside']} of {found['compared']} inside ({share}){left}"


def worst(rows: Sequence[Row], n: int) -> list[Row]:
    """The rows farthest outside, measured in tolerances."""
    missed = [row for row in rows if row["inside"] is False]
    return sorted(missed, key=lambda row: -abs(row["error"]) / row["tolerance"])[:n]


def write_observed(reader: Reader) -> Section | None:
    """Every observed quantity beside the model's; None if the study has none that can be compared."""
    table = reader.table("observations")
    if "quantity" not in table or not any(table["quantity"]):
        return None
    found = validate_run(open_run(reader.run.path))
    rows = found["rows"]
    compared = [row for row in rows if row["inside"] is not None]
    blocks: list[Block] = [
        Paragraph(
            "Every count, share, time and rate of the study that has a tolerance stands beside what the "
            f"model gives: {describe_share(found)}. Rows that only validate are kept out of calibration. A "
            "source that also stands behind the demand is marked †: agreement there is no independent proof."
        ),
        _count(found),
    ]
    if compared:
        blocks.append(
            Figure(
                draw_scatter(
                    _make_panels(compared),
                    name="observed",
                    title="Observed and modelled, each in its own unit",
                ),
                "Each point is one observation; the bar through the diagonal is what is allowed. "
                "On the diagonal both agree. The worst misses are named.",
            )
        )
    usual = find_usual(rows)
    for group, share in found["groups"].items():
        own = [row for row in compared if row["group"] == group]
        if own:
            blocks.append(_tell(f"{group.capitalize()}: {describe_share(share)}", own, usual))
    missing = [row for row in rows if row["inside"] is None]
    if missing:
        blocks.append(_tell_missing(missing))
    return Section("observed", "Observed beside modelled", tuple(blocks))


def _count(found: Mapping[str, Any]) -> DataTable:
    names = {"calibrate": "may calibrate", "validate": "only validates"}
    groups = [(name.capitalize(), share) for name, share in found["groups"].items()]
    uses = [(f"Of all, what {names[use]}", share) for use, share in found["uses"].items()]
    body = [
        cells(
            (
                words,
                str(share["compared"]),
                str(share["inside"]),
                percent(share["inside_share"]),
                str(share["not_modelled"]),
            )
        )
        for words, share in (*groups, ("All", found), *uses)
    ]
    return DataTable(
        "How many observed quantities the run comes close to",
        heads("Kind", "compared", "inside their tolerance", "share", "not modelled in this run"),
        tuple(body),
    )


def _name(row: Row) -> str:
    """What was counted, in words; of a published result, what it is about."""
    return readable(row["measure"] if row["what"] == "published_result" else row["what"])


def _tell(caption: str, rows: Sequence[Row], usual: str) -> DataTable:
    body = []
    for row in rows:
        observed, modelled, unit = describe_figures(row)
        elsewhere = describe_elsewhere(row, usual)
        place = f" ({elsewhere})" if elsewhere else ""
        shared = " †" if row["shared_with_demand"] else ""
        body.append(
            cells(
                (
                    f"{_name(row)}{shared}{place}",
                    row["quantity"].replace(",", ", "),
                    f"{observed} {unit}",
                    modelled,
                    Cell(describe_error(row), "" if row["inside"] else "miss"),
                    row["tolerance_stated"],
                    {"validate": "validates", "calibrate": "calibrates"}.get(row["use"], ""),
                    Cell("inside" if row["inside"] else "✗outside", "" if row["inside"] else "miss"),
                )
            )
        )
    return DataTable(
        caption,
        (
            ("What was counted", "text"),
            ("Quantity", "text"),
            ("Observed", "number"),
            ("Model", "number"),
            ("Error", "number"),
            ("Allowed", "number"),
            ("Use", "text"),
            ("Verdict", "text"),
        ),
        tuple(body),
        look="small",
    )


def _tell_missing(rows: Sequence[Row]) -> DataTable:
    body = []
    for row in rows:
        observed, _, unit = describe_figures(row)
        body.append(
            cells(
                (
                    _name(row),
                    row["quantity"].replace(",", ", "),
                    f"{observed} {unit}",
                    row["reason"],
                )
            )
        )
    return DataTable(
        "Observed, and not modelled in this run",
        (
            ("What was counted", "text"),
            ("Quantity", "text"),
            ("Observed", "number"),
            ("Why not", "text"),
        ),
        tuple(body),
        "None of these counts as inside.",
        look="small",
    )


def _make_panels(rows: Sequence[Row]) -> list[Panel]:
    """Rows parted by what they measure; the worst misses of each are named."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(PANELS.get(row["unit"], ("", 1.0))[0], []).append(row)
    panels = []
    for title in dict.fromkeys(title for title, _ in PANELS.values()):
        own = parts.get(title, [])
        named = {row["id"] for row in worst(own, NAMED)}
        points = tuple(
            Point(
                _name(row),
                row["observed"] * PANELS[row["unit"]][1],
                row["modelled"] * PANELS[row["unit"]][1],
                row["tolerance"] * PANELS[row["unit"]][1],
                row["inside"],
                _name(row) if row["id"] in named else "",
            )
            for row in own
        )
        if points:
            panels.append(Panel(title, points, is_log="percent" not in title))
    return panels
