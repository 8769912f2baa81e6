"""Where the network binds, and what cannot move at all."""

from landbridge.report.numbers import figures, million_tonnes, money, percent
from landbridge.report.page import Block, Cell, DataTable, Kind, Paragraph, Section, cells, heads
from landbridge.report.pairs import SEEN_T
from landbridge.report.reading import ALL_MOVES, Reader, Row, listed, quoted

_FACILITIES = 15
_FULL, _BUSY = 0.95, 0.8
_PAIRS, _MORE = 15, 25
_WHY: tuple[tuple[str, Kind], ...] = (("Cause", "text"), ("What would open a way", "text"))


def write_bottlenecks(reader: Reader) -> Section:
    """The fullest facilities of the base year, and how full they are in each scenario."""
    scenario, year = reader.base
    blocks: list[Block] = [
        Paragraph(
            "Every line, port, ferry and border with a known capacity slows down as it fills. Above its "
            "capacity a place on it has a price, paid in queues; cargo that cannot bear the price does not "
            "move."
        ),
        _fullest(reader, scenario, year),
    ]
    if reader.compared:
        blocks.append(_by_scenario(reader))
    return Section("where-it-binds", "Where it binds", tuple(blocks))


def _fullest(reader: Reader, scenario: str, year: int) -> DataTable:
    rows = reader.rows(
        "SELECT facility, name, kind, flow_t_year, capacity_t_year, utilisation, delay_h, slot_price_usd_t "
        f"FROM facilities WHERE scenario = {quoted(scenario)} AND year = {year} AND flow_t_year > 0 "
        f"ORDER BY utilisation DESC, facility LIMIT {_FACILITIES}"
    )
    return DataTable(
        f"The fullest facilities in {year} (“{reader.title(scenario)}”)",
        (
            ("Facility", "text"),
            ("Kind", "text"),
            ("Flow, Mt", "number"),
            ("Capacity, Mt", "number"),
            ("Use", "number"),
            ("Delay, hours", "number"),
            ("Price of a place, USD/t", "number"),
        ),
        tuple(
            cells(
                (
                    row["name"] or row["facility"],
                    row["kind"],
                    million_tonnes(row["flow_t_year"]),
                    million_tonnes(row["capacity_t_year"]),
                    _use(row["utilisation"]),
                    figures(row["delay_h"], 2),
                    money(row["slot_price_usd_t"], none="–") if row["slot_price_usd_t"] else "0",
                )
            )
            for row in rows
        ),
        "Use is flow over capacity, both directions together unless the name says one. "
        "Many capacities are published plans or general knowledge; the sources chapter says which tables "
        "rest on what.",
    )


def _use(share: float | None) -> Cell:
    look = "" if share is None or share < _BUSY else "busy" if share < _FULL else "full"
    return Cell(percent(share), look)


def _by_scenario(reader: Reader) -> DataTable:
    names = (reader.reference, *reader.compared)
    rows = reader.rows(
        "SELECT facility, name, scenario, utilisation, max(utilisation) OVER own AS most, "
        "max(utilisation) OVER own - min(utilisation) OVER own AS spread FROM facilities "
        f"WHERE year = {reader.year} AND scenario IN {listed(names)} "
        f"WINDOW own AS (PARTITION BY facility) QUALIFY most >= {_BUSY} ORDER BY spread DESC, facility"
    )
    order = list(dict.fromkeys((row["facility"], row["name"] or row["facility"]) for row in rows))
    found = {(row["facility"], row["scenario"]): row["utilisation"] for row in rows}
    return DataTable(
        f"How full they are in each scenario, {reader.year}",
        heads("Facility", *(reader.title(name) for name in names)),
        tuple(
            cells((name, *(_use(found.get((key, scenario))) for scenario in names)))
            for key, name in order[:_FACILITIES]
        ),
        f"Of the facilities over {percent(_BUSY)} in any scenario, those that differ most between scenarios. "
        f"Shaded: over {percent(_BUSY)}; darker: over {percent(_FULL)}.",
        look="small",
    )


def write_unserved(reader: Reader) -> Section:
    """All demand that cannot move: amounts by scenario, the greatest pairs, and what scenarios change."""
    totals = reader.rows(
        "SELECT scenario, year, sum(unserved_t_year) AS t, "
        "sum(unserved_t_year) / nullif(sum(demand_t_year), 0) AS share FROM pairs GROUP BY ALL ORDER BY ALL"
    )
    amount = {(row["scenario"], row["year"]): row for row in totals}
    blocks: list[Block] = [
        Paragraph("What is served and what is not add up to demand, for every pair and class of goods."),
        DataTable(
            "Unserved demand, million tonnes",
            heads("Scenario", *(str(year) for year in reader.years), f"share in {reader.year}"),
            tuple(
                cells(
                    (
                        title,
                        *(million_tonnes(amount.get((name, year), {}).get("t")) for year in reader.years),
                        percent(amount.get((name, reader.year), {}).get("share")),
                    )
                )
                for name, title in reader.scenarios.items()
            ),
        ),
        *_greatest(reader),
        *_changes(reader),
    ]
    return Section("unserved", "Unserved demand", tuple(blocks))


def _greatest(reader: Reader) -> list[Block]:
    title = reader.title(reader.reference)
    rows = reader.rows(
        "SELECT origin, destination, cause, would_open, sum(unserved_t_year) AS t FROM unserved "
        f"WHERE year = {reader.year} AND scenario = {quoted(reader.reference)} "
        f"GROUP BY ALL ORDER BY t DESC, origin, destination, cause LIMIT {_PAIRS}"
    )
    if not rows:
        return [Paragraph(f"In {reader.year} {ALL_MOVES} in “{title}”.")]
    return [
        DataTable(
            f"The greatest amounts that cannot move in {reader.year} (“{title}”)",
            (("From", "text"), ("To", "text"), ("Mt", "number"), *_WHY),
            tuple(
                cells((*_ends(reader, row), million_tonnes(row["t"]), row["cause"], row["would_open"]))
                for row in rows
            ),
            look="small",
        )
    ]


def _changes(reader: Reader) -> list[Block]:
    """Pairs for which a scenario strands more, or frees some, against the reference."""
    rows = reader.rows(
        "WITH own AS (SELECT scenario, origin, destination, sum(unserved_t_year) AS t, "
        "arg_max(cause, unserved_t_year) AS cause, arg_max(would_open, unserved_t_year) AS would_open "
        f"FROM unserved WHERE year = {reader.year} GROUP BY ALL), "
        f"was AS (SELECT * FROM own WHERE scenario = {quoted(reader.reference)}), "
        f"now AS (SELECT * FROM own WHERE scenario IN {listed(reader.compared)}) "
        "SELECT now.*, coalesce(now.t, 0) - coalesce(was.t, 0) AS more "
        "FROM now LEFT JOIN was ON now.origin = was.origin AND now.destination = was.destination "
        f"WHERE more >= {SEEN_T} ORDER BY more DESC, now.scenario, now.origin, now.destination LIMIT {_MORE}"
    )
    if not rows:
        return []
    return [
        DataTable(
            f"What scenarios strand more than “{reader.title(reader.reference)}”, {reader.year}",
            (("Scenario", "text"), ("From", "text"), ("To", "text"), ("Mt more", "number"), *_WHY),
            tuple(
                cells(
                    (
                        reader.title(row["scenario"]),
                        *_ends(reader, row),
                        million_tonnes(row["more"], sign=True),
                        row["cause"],
                        row["would_open"],
                    )
                )
                for row in rows
            ),
            f"The {_MORE} greatest; all are in the table unserved of the results folder.",
            look="small",
        )
    ]


def _ends(reader: Reader, row: Row) -> tuple[str, str]:
    return reader.zone(row["origin"]), reader.zone(row["destination"])
