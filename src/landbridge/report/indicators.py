"""Indicators of the brief: emissions, reliability and access, each a table against the reference."""

from landbridge.report.numbers import NO_ROUTE, duration, figures, number, percent
from landbridge.report.page import Block, DataTable, Heading, Paragraph, Section, cells, heads
from landbridge.report.reading import Reader, Row

MODES = {
    "rail": "Rail",
    "road": "Road",
    "sea": "Ships at sea",
    "ferry": "Ferries",
    "river": "River ships",
    "access": "To and from the network",
    "hub": "Ports, yards and terminals",
}
PARTS = ("total_t_year", "direct_t_year", "upstream_t_year", "hub_t_year")
TOLD_CHANGE = 0.005
MOST_ZONES = 12


def write_indicators(reader: Reader) -> Section | None:
    """Climate, reliability and access in one section; None for runs without any of them."""
    blocks = [*_tell_climate(reader), *_tell_reliability(reader), *_tell_access(reader)]
    if not blocks:
        return None
    return Section("indicators", "Climate, reliability, access", tuple(blocks), new_page=True)


def _rows(reader: Reader, table: str, more: str = "") -> list[Row]:
    if not reader.columns(table):
        return []
    return reader.rows(f"SELECT * FROM {table} WHERE year = {reader.year} {more} ORDER BY ALL")


def _tell_climate(reader: Reader) -> list[Block]:
    rows = _rows(reader, "emissions")
    if not rows:
        return []
    by = {(row["scenario"], row["kind"], row["name"]): row for row in rows}
    names = [name for name in (reader.reference, *reader.compared) if (name, "world", "world") in by]
    reference = by[reader.reference, "world", "world"]
    scenarios = tuple(
        cells(
            [
                reader.title(name),
                *(number(row[part] / 1e6, 2) for part in PARTS),
                number((row["total_t_year"] - reference["total_t_year"]) / 1e6, 2, sign=True),
                figures(row["intensity_g_t_km"], 3),
            ]
        )
        for name in names
        for row in (by[name, "world", "world"],)
    )
    corridors = []
    for key, title in reader.corridors.items():
        row = by.get((reader.reference, "corridor", key))
        if row and row["flow_t_year"] > 0.0:
            kg = figures(1000.0 * row["total_t_year"] / row["flow_t_year"], 3)
            thousands = number(row["total_t_year"] / 1e3)
            corridors.append(cells([title, thousands, kg, figures(row["intensity_g_t_km"], 3)]))
    modes = tuple(
        cells(
            [
                title,
                number(row["total_t_year"] / 1e6, 2),
                percent(row["total_t_year"] / reference["total_t_year"]),
            ]
        )
        for key, title in MODES.items()
        if (row := by.get((reader.reference, "mode", key)))
    )
    return [
        Heading("What it costs the climate"),
        Paragraph(
            "Greenhouse gases from well to wheel, as ISO 14083 counts them, empty running and hubs "
            "with them. Intensity is per tonne and kilometre of the shortest way of the pair: detours count."
        ),
        DataTable(
            f"All cargo, {reader.year}: million tonnes of CO2 equivalent a year",
            heads("Scenario", "all", "at the vehicle", "fuel and current", "hubs", "change", "g/(t km)"),
            scenarios,
            look="small",
        ),
        DataTable(
            f"By mode, {reader.title(reader.reference)}, {reader.year}",
            heads("Mode", "million t CO2e a year", "share"),
            modes,
            look="small",
        ),
        DataTable(
            f"Corridors, {reader.title(reader.reference)}, {reader.year}",
            heads("Corridor", "thousand t CO2e a year", "kg per tonne", "g/(t km)"),
            tuple(corridors),
            "Emissions of the whole chain of the cargo that takes the corridor, from door to door.",
            look="small",
        ),
    ]


def _tell_reliability(reader: Reader) -> list[Block]:
    rows = _rows(reader, "reliability")
    if not rows:
        return []
    own = sorted((r for r in rows if r["scenario"] == reader.reference), key=lambda r: r["position"])
    body = []
    for row in own:
        title = " to ".join(reader.zone(row[end]).split(" (")[0] for end in ("origin", "destination"))
        if row["mean_h"] is None:
            body.append(cells([f"{title}, {reader.cargo(row['class'])}", NO_ROUTE, *[""] * 6]))
            continue
        body.append(
            cells(
                [
                    f"{title}, {reader.cargo(row['class'])}",
                    *(duration(row[name]) for name in ("mean_h", "std_h", "p50_h", "p80_h", "p95_h")),
                    percent(row["buffer_index"]),
                    f"{percent(row['on_time'])} in {duration(row['promise_h'])}",
                ]
            )
        )
    return [
        Heading("How surely it arrives"),
        DataTable(
            f"Times from door to door, {reader.title(reader.reference)}, {reader.year}",
            heads("Pair", "mean", "standard deviation", "P50", "P80", "P95", "buffer", "in time"),
            tuple(body),
            "Drawn arc by arc at the queues of the equilibrium, over all ways in use; jams, waits and storms "
            "on the Caspian meet all ways that share them. Buffer: what P95 adds to the mean. "
            "The spread of border and port times is assumed for most places. Other promises: landbridge "
            "reliability.",
            look="small",
        ),
    ]


def _tell_access(reader: Reader) -> list[Block]:
    rows = _rows(reader, "access")
    if not rows:
        return []
    by = {(row["scenario"], row["zone"]): row for row in rows}
    changes = []
    for name in reader.compared:
        for zone in sorted({zone for _, zone in by}):
            if (a := by.get((reader.reference, zone))) and (b := by.get((name, zone))):
                change = b["market_potential_busd"] / a["market_potential_busd"] - 1.0
                changes.append((name, zone, change, a, b))
    best = sorted(changes, key=lambda row: (-abs(row[2]), row[0], row[1]))
    kept = [row for row in best if abs(row[2]) >= TOLD_CHANGE][: 2 * MOST_ZONES]
    body = tuple(
        cells(
            [
                f"{reader.title(name)}: {reader.zone(zone).split(' (')[0]}",
                percent(change, sign=True),
                percent(b["accessibility_busd"] / a["accessibility_busd"] - 1.0, sign=True),
                f"{duration(a['sea_h'], none='none')}, {reader.place(a['sea_port']).split(' (')[0]}",
                f"{duration(b['sea_h'], none='none')}, {reader.place(b['sea_port']).split(' (')[0]}",
            ]
        )
        for name, zone, change, a, b in kept
    )
    own = [row for row in rows if row["scenario"] == reader.reference]
    own.sort(key=lambda row: (-(row["sea_h"] or 0.0), row["zone"]))
    far = tuple(
        cells(
            [
                reader.zone(row["zone"]).split(" (")[0],
                duration(row["sea_h"], none="none"),
                reader.place(row["sea_port"]).split(" (")[0],
                number(row["market_potential_busd"] / 1e3, 1),
            ]
        )
        for row in own[:MOST_ZONES]
    )
    blocks: list[Block] = [
        Heading("Who reaches what"),
        DataTable(
            f"Furthest from the deep sea, {reader.title(reader.reference)}, {reader.year}",
            (
                ("Zone", "text"),
                ("time", "number"),
                ("port", "text"),
                ("market potential, trillion USD", "number"),
            ),
            far,
            "Time without queues to the quay of the nearest port with deep-sea ships. Market potential: the "
            "economies of other zones, each the smaller the dearer the way to it (Harris 1954).",
            look="small",
        ),
    ]
    if body:
        blocks.append(
            DataTable(
                f"Market potential against {reader.title(reader.reference)}, {reader.year}: greatest changes",
                (
                    ("Scenario and zone", "text"),
                    ("market potential", "number"),
                    ("accessibility", "number"),
                    ("deep sea before", "text"),
                    ("after", "text"),
                ),
                body,
                look="small",
            )
        )
    return blocks
