"""The telling pairs in full: generalised cost by part as bars, and the way that most goods take."""

from landbridge.report.charts import Bar, draw_bars
from landbridge.report.numbers import NO_ROUTE, duration, money, percent
from landbridge.report.page import Block, Cell, DataTable, Figure, Heading, Paragraph, Section, cells
from landbridge.report.pairs import STRANDS, Pair, best_ways, list_pairs, pair_costs
from landbridge.report.reading import PARTS, Reader, Row, short_name

_STOPS = 9


def write_pairs(reader: Reader) -> Section | None:
    """Bars and a table for every telling pair; None if the study names none."""
    pairs = list_pairs(reader)
    if not pairs:
        return None
    blocks: list[Block] = [
        Paragraph(
            f"What it takes to bring one tonne from door to door in {reader.year}. A bar is the generalised "
            "cost: what is paid (blue and violet) and what time and its uncertainty are worth to the owner "
            "of the goods (brown and yellow). All are averages over the ways in use, of what moves."
        )
    ]
    empty = []
    for number, pair in enumerate(pairs):
        found = _pair(reader, pair, number)
        blocks += found
        empty += [] if found else [pair.words(reader)]
    if empty:
        blocks.append(Paragraph(f"No demand in the tables for: {'; '.join(empty)}.", "note"))
    return Section("telling-pairs", "Telling pairs: time, cost and way", tuple(blocks), new_page=True)


def _pair(reader: Reader, pair: Pair, number: int) -> list[Block]:
    costs = pair_costs(reader, pair, reader.year)
    shown = [name for name in (reader.reference, *reader.compared) if name in costs]
    title = pair.words(reader)
    if not shown:
        return []
    bars = [Bar(reader.title(name), _parts(costs[name]), _figure(costs[name])) for name in shown]
    chart = draw_bars(
        bars,
        name=f"pair-{number}",
        title="Cost by part",
        unit=f"Generalised cost, USD per tonne, {reader.year}; at the end of each bar the sum, the time, and "
        "the share that cannot move.",
        parts=PARTS,
    )
    ways = best_ways(reader, pair, reader.year)
    rows = tuple(
        cells(
            (
                reader.title(name),
                duration(costs[name]["time_h"]),
                money(costs[name]["money_usd_t"]),
                money(costs[name]["generalised_cost_usd_t"]),
                percent(costs[name]["unserved_t_year"] / costs[name]["demand_t_year"]),
                percent(ways[name]["share"]) if name in ways else "",
                _way(reader, ways.get(name)),
            )
        )
        for name in shown
    )
    table = DataTable(
        "Time, cost and the way that carries most",
        (
            ("Scenario", "text"),
            ("Time", "number"),
            ("Money, USD/t", "number"),
            ("Generalised cost, USD/t", "number"),
            ("Cannot move", "number"),
            ("Share of the main way", "number"),
            ("Main way", "text"),
        ),
        rows,
        look="small",
    )
    return [Heading(title), Figure(chart), table]


def _parts(row: Row) -> tuple[tuple[str, float], ...]:
    if row["generalised_cost_usd_t"] is None:
        return ()
    return tuple((part, row[f"{part}_usd_t"]) for part in PARTS if row.get(f"{part}_usd_t"))


def _figure(row: Row) -> str:
    if row["generalised_cost_usd_t"] is None:
        return NO_ROUTE
    stays = row["unserved_t_year"] / row["demand_t_year"]
    left = f"; {percent(stays)} cannot move" if stays >= STRANDS else ""
    return f"{money(row['generalised_cost_usd_t'])}; {duration(row['time_h'])}{left}"


def _way(reader: Reader, row: Row | None) -> Cell:
    if row is None:
        return Cell(NO_ROUTE, "quiet")
    stops = list(dict.fromkeys(short_name(reader.place(node)) for node in row["nodes"]))
    if len(stops) > _STOPS:
        # Keep both ends and stops spread evenly between them.
        last = len(stops) - 1
        stops = [stops[round(i * last / (_STOPS - 1))] for i in range(_STOPS)]
    modes = ", ".join(dict.fromkeys(row["modes"]))
    return Cell(f"{' – '.join(stops)}; by {modes}; states {'–'.join(row['countries'])}")
