"""Border posts: hours and charges by rail, road and ferry port, with the ranges and regimes behind them."""

import re

from build_eurasia.rows import Inputs, Row, join_ids, join_notes, say_number

BORDERS = [
    "id",
    "node",
    "country_a",
    "country_b",
    "mode",
    "direction",
    "time_box_h",
    "time_wagon_h",
    "low_h",
    "high_h",
    "time_cv",
    "fee_usd_feu",
    "fee_usd_truck",
    "gauge_change_inside",
    "capacity_mt_year",
    "capacity_trucks_day",
    "capacity_is_firm",
    "year",
    "source",
    "basis",
    "note",
]

SINGLE_MARKET = frozenset(
    [
        "POL",
        "LTU",
        "DEU",
        "NLD",
        "AUT",
        "CZE",
        "HUN",
        "FRA",
        "ESP",
        "ITA",
        "SVN",
        "HRV",
        "GRC",
        "BGR",
        "ROU",
        "CHE",
    ]
)
EURASIAN_UNION = frozenset(["KAZ", "RUS", "BLR", "KGZ", "ARM"])
GAUGE_INSIDE = frozenset(
    [
        "alt-rail",
        "dos-rail",
        "bak-rail",
        "zamy-eren-rail",
        "zab-rail",
        "bre-rail",
        "medy-lviv-rail",
        "zaho-lviv-rail",
        "srk-rail",
        "inc-rail",
        "ast-rail",
        "jul-rail",
        "kala-aghb-rail",
    ]
)
"""Rows whose hours contain the change of gauge."""
GAUGE_APART = frozenset(["mak-rail", "akl-rail", "akh-rail", "dil-rail"])
"""Rows that the facts mark with a change of gauge which a terminal row holds."""
DROPPED = frozenset(["kur-port"])
"""The 24 h of this row are the wait for the ferry, which the service holds."""
ONE_WAY = {"red-east": ("GEO", "AZE"), "red-west": ("AZE", "GEO")}

RAIL_FEE, TRUCK_FEE, UNION_TRUCK_FEE, POST_TRUCKS_DAY = 180, 150, 19, 500
WAGONS_OVER_BLOCK_TRAIN = 2.0


def build_borders(inputs: Inputs) -> list[Row]:
    """One row a crossing, mode and (where it matters) direction."""
    values = {row["id"]: row for row in inputs.model("border_values")}
    rows = [
        _land(fact, values.get(fact["id"], {}))
        for fact in inputs.facts("borders")
        if fact["id"] not in DROPPED
    ]
    for extra in inputs.model("border_rows"):
        rows.append(
            {
                **{column: extra.get(column, "") for column in BORDERS},
                "direction": "both",
                "time_cv": "1",
                "gauge_change_inside": "no",
                "source": join_ids(extra["source"], "K0275"),
            }
        )
    return rows


def _land(fact: Row, value: Row) -> Row:
    a, b = ONE_WAY.get(fact["id"], (fact["country_a"], fact["country_b"]))
    pair = {a, b}
    rail = fact["mode"] == "rail"
    hours = value.get("time_box_h", "") or fact["crossing_time_h_typical"]
    low = value.get("low_h", "") or fact["crossing_time_h_low"]
    high = value.get("high_h", "") or fact["crossing_time_h_high"]
    defaults = join_ids(*re.findall(r"Z\d{3}", fact["note"]))
    note = fact["note"]
    row = {
        "id": fact["id"],
        "node": fact["node"],
        "country_a": a,
        "country_b": b,
        "mode": fact["mode"],
        "direction": "a_to_b" if fact["id"] in ONE_WAY else "both",
        "time_box_h": hours,
        "low_h": say_number(min(float(low), float(hours))),
        "high_h": say_number(max(float(high), float(hours))),
        "time_cv": "0.5" if pair <= SINGLE_MARKET else "1",
        "gauge_change_inside": "yes" if fact["id"] in GAUGE_INSIDE else "no",
        "year": fact["year_of_observation"],
    }
    if rail:
        row["time_wagon_h"], wagon_note = _wagon_hours(value, float(hours))
        row["fee_usd_feu"], fee_note, fee_ids = _rail_fee(value, pair)
        notes, ids = (wagon_note, fee_note), fee_ids
    else:
        row["fee_usd_truck"], fee_note, fee_ids = _truck_fee(value, pair)
        row["capacity_trucks_day"], day_note, day_ids = _trucks(fact, value, pair)
        row["capacity_is_firm"] = value.get("is_firm", "") or "no"
        notes, ids = (fee_note, day_note), join_ids(fee_ids, day_ids)
    assumed = "assumption" in note or fact["source"] == "GK"
    row["source"] = join_ids(fact["source"], value.get("source", ""), defaults, ids, "K0275")
    row["basis"] = value.get("basis", "") or ("assumption" if assumed else "observed")
    row["note"] = join_notes(note, value.get("note", ""), *notes)
    return row


def _wagon_hours(value: Row, hours: float) -> tuple[str, str]:
    if value.get("time_wagon_h"):
        return value["time_wagon_h"], ""
    return say_number(
        hours * WAGONS_OVER_BLOCK_TRAIN
    ), "single wagons twice a block train, range 1-4 times (assumption)"


def _rail_fee(value: Row, pair: set[str]) -> tuple[str, str, str]:
    """Fees a FEU: none in the single market, nor in the Eurasian Union, whose through rate holds them."""
    if value.get("fee_usd_feu"):
        return value["fee_usd_feu"], "", ""
    if pair <= SINGLE_MARKET:
        return "0", "no fee inside the single market", ""
    if pair <= EURASIAN_UNION:
        return "0", "no fee: the through rate of the 1520 mm leg contains it", "K0019"
    return str(RAIL_FEE), "fee range 80-330 USD/FEU", "Z049"


def _truck_fee(value: Row, pair: set[str]) -> tuple[str, str, str]:
    if value.get("fee_usd_truck"):
        return value["fee_usd_truck"], "", ""
    if pair <= SINGLE_MARKET:
        return "0", "no fee inside the single market", ""
    if pair <= EURASIAN_UNION:
        return str(UNION_TRUCK_FEE), "fee as on leaving Kazakhstan, range 0-58 USD", "K0184"
    return str(TRUCK_FEE), "fee range 50-400 USD a truck", "Z074"


def _trucks(fact: Row, value: Row, pair: set[str]) -> tuple[str, str, str]:
    """Trucks a day and direction; none where customs do not stop a truck."""
    if value.get("capacity_trucks_day"):
        return value["capacity_trucks_day"], "", ""
    if pair <= SINGLE_MARKET or pair == {"RUS", "BLR"} or fact["mode"] == "port":
        return "", "", ""
    return str(POST_TRUCKS_DAY), "200-1000 trucks a day (assumption)", "Z155"
