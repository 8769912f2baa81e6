"""How far to trust it: published figures, gates, assumptions, convergence, method and sources."""

from collections.abc import Iterable

from landbridge.report.numbers import exact, number, percent
from landbridge.report.page import Block, Cell, Citations, DataTable, Paragraph, Section, cells, heads
from landbridge.report.reading import Reader, Row, listed, quoted, readable
from landbridge.tables import Table

DEMONSTRATIONS = ("best_train", "jam", "claim")
LABELS = {
    "scheduled": "scheduled",
    "best_train": "demonstration: best train",
    "routine": "routine",
    "door_to_door": "door to door",
    "jam": "demonstration: a jam",
    "length_only": "length only",
    "claim": "demonstration: a claim",
}
MISS = 0.25
"""A figure farther than this share outside the published range is marked as a miss."""


def write_validity(reader: Reader) -> Section:
    """Published lengths, times and rates beside the model's own."""
    rows = reader.rows("SELECT * FROM corridor_checks ORDER BY corridor")
    compared = [row for row in rows if _has_figure(row)]
    blocks: list[Block] = [
        Paragraph(
            "For every published figure of a whole corridor the model sends a container along the same "
            "places, without queues, and compares. Rows that describe demonstration trains, claims or jams "
            "are shown, but no agreement is expected of them. Some parameters rest on the same publications, "
            "so agreement there is no proof."
        ),
        _hits(compared),
    ]
    if compared:
        blocks.append(
            DataTable(
                "Published and modelled corridors",
                (
                    ("Corridor", "text"),
                    ("What it describes", "text"),
                    *((words, "number") for words in _CHECK_HEADS),
                ),
                tuple(_check(row) for row in compared),
                "Published / model, and the ratio of the model to the middle of what is published; misses "
                "are marked ✗. FEU: a forty-foot container, terminal to terminal.",
                look="small",
            )
        )
    return Section("validity", "Validity: published figures beside the model", tuple(blocks))


def _hits(rows: list[Row]) -> DataTable:
    """How many published figures the model comes close to, by what they measure."""
    body = []
    for measure, words in (("length_km", "Length"), ("days", "Time"), ("cost_usd_feu", "Rate")):
        given = [row for row in rows if _range(row, measure)[0] is not None]
        counts = []
        for demonstration in (False, True):
            own = [row for row in given if (row["label"] in DEMONSTRATIONS) == demonstration]
            counts.append(f"{sum(_is_close(row, measure) for row in own)} of {len(own)}")
        body.append(cells((words, *counts)))
    return DataTable(
        f"Published figures whose range the model meets within {percent(MISS)}",
        heads("Measure", "ordinary service", "demonstrations, claims, jams"),
        tuple(body),
    )


def _is_close(row: Row, measure: str) -> bool:
    low, high = _range(row, measure)
    ours = row[f"model_{measure}"]
    if low is None or ours is None:
        return False
    return bool(low * (1 - MISS) <= ours <= (high or low) * (1 + MISS))


_CHECK_HEADS = ("Length, km", "ratio", "Time, days", "ratio", "Rate, USD/FEU", "ratio")
_MEASURES = (("length_km", 0), ("days", 1), ("cost_usd_feu", 0))


def _range(row: Row, measure: str) -> tuple[float | None, float | None]:
    if f"published_{measure}" in row:
        return row[f"published_{measure}"], row[f"published_{measure}"]
    return row.get(f"published_{measure}_low"), row.get(f"published_{measure}_high")


def _has_figure(row: Row) -> bool:
    return any(_range(row, measure)[0] is not None for measure, _ in _MEASURES)


def _check(row: Row) -> tuple[Cell, ...]:
    demonstration = row["label"] in DEMONSTRATIONS
    found: list[str | Cell] = [
        row.get("name") or row["corridor"],
        LABELS.get(row["label"], readable(row["label"])),
    ]
    for measure, digits in _MEASURES:
        low, high = _range(row, measure)
        if low is None:
            found += ["", ""]
            continue
        span = (
            number(low, digits)
            if high is None or high == low
            else f"{number(low, digits)}–{number(high, digits)}"
        )
        ours, ratio = row[f"model_{measure}"], row[f"ratio_{measure}"]
        found.append(f"{span} / {number(ours, digits)}" if ours is not None else f"{span} / not joined")
        inside = _is_close(row, measure)
        words = number(ratio, 2)
        found.append(
            Cell(words if inside else f"✗{words}", "" if inside else "quiet" if demonstration else "miss")
        )
    return cells(found)


def write_gates(reader: Reader) -> Section:
    """Gates whose state differs from the reference, by scenario."""
    rows = reader.rows(
        "SELECT g.scenario, g.title, r.share_open AS was, g.share_open AS now, g.reason FROM gates g "
        f"JOIN gates r ON g.gate = r.gate AND r.scenario = {quoted(reader.reference)} "
        f"WHERE g.scenario IN {listed(tuple(reader.scenarios))} AND g.share_open <> r.share_open ORDER BY "
        "g.scenario, g.title"
    )
    body = []
    for name, title in reader.scenarios.items():
        own = [row for row in rows if row["scenario"] == name]
        if name == reader.reference:
            continue
        closed = _closed_states(reader, name)
        body.append(cells((Cell(f"{title}{closed}", "group"), "", "", "")))
        for row in own:
            body.append(cells((row["title"], _share(row["was"]), _share(row["now"]), row["reason"])))
        if not own:
            body.append(cells((Cell("no gate differs", "quiet"), "", "", "")))
    return Section(
        "gates",
        "What is open in each scenario",
        (
            Paragraph(
                "A gate is a condition (political, legal, of works or of operation) that opens lines. A "
                "scenario sets some; the others stand as the record has them on its day. The table names "
                f"those that differ from “{reader.title(reader.reference)}”."
            ),
            DataTable(
                f"Gates that differ from “{reader.title(reader.reference)}”",
                (("Scenario and gate", "text"), ("Reference", "text"), ("Scenario", "text"), ("Why", "text")),
                tuple(body),
                look="small",
            ),
        ),
    )


def _closed_states(reader: Reader, name: str) -> str:
    own: dict[str, list[str]] = {"close_transit": [], "close_trade": []}
    for ancestor in _lineage(reader, name):
        row = reader.settings.get("scenarios", {}).get(ancestor, {})
        for key, states in own.items():
            states += [state for state in row.get(key, ()) if state not in states]
    words = []
    if own["close_transit"]:
        words.append(f"closed to transit: {', '.join(own['close_transit'])}")
    if own["close_trade"]:
        words.append(f"closed altogether: {', '.join(own['close_trade'])}")
    return f" ({'; '.join(words)})" if words else ""


def _lineage(reader: Reader, name: str) -> list[str]:
    chain: list[str] = []
    here: str | None = name
    while here and here not in chain:
        chain.insert(0, here)
        here = reader.settings.get("scenarios", {}).get(here, {}).get("extends")
    return chain


def _share(share: float) -> str:
    return "open" if share >= 1 else "shut" if share <= 0 else f"{percent(share)} usable"


def write_assumptions(reader: Reader) -> Section:
    """Parameters that are our own assumptions, with their ranges, and what every table rests on."""
    table = reader.table("parameters")
    rows = sorted(
        (row for row in table.rows() if row["basis"] == "assumption") if len(table) else (),
        key=lambda row: (row["group"], row["name"], row["id"]),
    )
    body = []
    group = None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            body.append(cells((Cell(readable(group), "group"), "", "", "", "")))
        span = f"{exact(row['low'])} to {exact(row['high'])}" if _known(row["low"]) else ""
        body.append(cells((row["name"], exact(row["value"]), span, row["unit"], row["note"])))
    return Section(
        "assumptions",
        "Assumptions",
        (
            Paragraph(
                "These numbers are our own: no source gives them, or sources disagree. Each has a range in "
                "which it may lie; change one in the study's tables and run again to see what hangs on it."
            ),
            DataTable(
                "Parameters that are assumptions",
                (
                    ("Parameter", "text"),
                    ("Value", "number"),
                    ("Range", "number"),
                    ("Unit", "text"),
                    ("Why", "text"),
                ),
                tuple(body),
                look="small",
            ),
            _bases(reader),
        ),
    )


_BASES = ("observed", "official", "forecast", "derived", "assumption")


def _bases(reader: Reader) -> DataTable:
    body = []
    for name, table in sorted(reader.study.tables.items()):
        if "basis" not in table or not len(table):
            continue
        bases = table["basis"].tolist()
        counts = [bases.count(basis) for basis in _BASES]
        body.append(
            cells((readable(name), number(len(bases)), *(number(count) if count else "" for count in counts)))
        )
    return DataTable(
        "What the rows of each table rest on", heads("Table", "rows", *_BASES), tuple(body), look="small"
    )


def _known(value: float | None) -> bool:
    return value is not None and value == value


def write_convergence(reader: Reader) -> Section:
    """The certificate of every equilibrium."""
    solves = reader.run.manifest.get("solves", ())
    rows = tuple(
        cells(
            (
                reader.title(row["scenario"]),
                str(row["year"]),
                f"{row['residual']:.1e}".replace("e-0", "e-").replace("-", "\u2212"),
                str(row["iterations"]),
                number(row["demand_t_year"] / 1e6, 1),
                number(row["unserved_t_year"] / 1e6, 2),
            )
        )
        for row in solves
    )
    return Section(
        "convergence",
        "Convergence",
        (
            Paragraph(
                "Every number above comes from an equilibrium: flows cause delays, and delays cause these "
                "same flows. The residual says how far the flows are from reproducing themselves, as a share "
                "of all flow."
            ),
            DataTable(
                "Residual of every solution",
                (
                    ("Scenario", "text"),
                    ("Year", "number"),
                    ("Residual", "number"),
                    ("Steps", "number"),
                    ("Demand, Mt", "number"),
                    ("Unserved, Mt", "number"),
                ),
                rows,
                look="small",
            ),
        ),
    )


METHOD = (
    (
        "Network.",
        (
            "Places, lines, ports, ferries, borders and breaks of gauge form one network in which each place "
            "is split by mode and gauge, and loading, waiting, crossing and reloading are steps with a time "
            "and a price of their own. Planned lines are in it from the start, shut."
        ),
    ),
    (
        "Gates.",
        (
            "A line is open if all its gates are. Gates that a scenario does not set stand as the record has "
            "them on its day: by their history, or by the events that meet them. A state that is closed to "
            "transit is closed to every route that neither begins nor ends there. Shut means shut: where no "
            "way is left, demand is unserved and the cause is named."
        ),
    ),
    (
        "Cost.",
        (
            "Each class of goods weighs money (tariffs, handling, fees, charges of transit states), time "
            "(moving, waiting for a departure, in ports and yards, at borders, in queues) at its own value "
            "of time, and the uncertainty of that time."
        ),
    ),
    (
        "Choice.",
        (
            "Shippers spread over ways: the cheapest gets most, near equals share, overlapping ways count "
            "once (path-size logit under a choice among sea, rail and road). Some goods are tied to one "
            "mode. The ways considered are the same in all scenarios."
        ),
    ),
    (
        "Equilibrium.",
        (
            "Lines, ports, ferries and borders slow down as they fill. Flows and delays are solved together "
            "until they agree."
        ),
    ),
    (
        "Demand.",
        (
            "Tonnes between areas come from customs and transport statistics where they exist and from a "
            "gravity estimate balanced to totals where they do not; later years grow at sourced rates. Total "
            "demand does not react to a scenario: what changes is its way."
        ),
    ),
    (
        "Not in it.",
        (
            "Domestic freight, stocks, prices that carriers set in answer to a rival, political risk beyond "
            "the gates and the charges listed, and trade that a new line would create."
        ),
    ),
)


def cited_sources(reader: Reader) -> list[Row]:
    """Sources behind what the maps and tables show; parameters are followed to their own sources."""
    scenarios = listed((reader.base[0], reader.reference, *reader.compared))
    used = reader.rows(
        f"SELECT DISTINCT unnest([element, link]) AS id FROM links WHERE scenario IN {scenarios} AND "
        f"flow_t_year > 0 UNION SELECT DISTINCT facility AS id FROM facilities WHERE scenario IN {scenarios} "
        "AND flow_t_year > 0 UNION SELECT DISTINCT corridor AS id FROM corridor_checks "
        "UNION SELECT DISTINCT gate AS id FROM gates"
    )
    ids = {row["id"] for row in used if row["id"]}
    cited: set[str] = set()
    for name in ("links", "services", "terminals", "borders", "corridors", "gates"):
        cited |= _cited(reader.table(name), ids)
    for name in ("parameters", "classes", "flows"):
        cited |= _cited(reader.table(name), None)
    parameters = reader.table("parameters")
    if len(parameters):
        cited |= _cited(parameters, cited)
    sources = reader.table("sources")
    return [row for row in sources.rows() if row["id"] in cited] if len(sources) else []


def _cited(table: Table, ids: Iterable[str] | None) -> set[str]:
    """Source ids of the rows with given ids, of all rows if none are given."""
    if not len(table) or "source" not in table:
        return set()
    keys = table["id"].tolist()
    wanted = None if ids is None else set(ids)
    return {
        source
        for key, sources in zip(keys, table["source"].tolist(), strict=True)
        if wanted is None or key in wanted
        for source in sources
    }


def write_sources(reader: Reader) -> Section:
    """Sources cited by what the brief shows, with the count of all that the study holds."""
    rows = cited_sources(reader)
    total = len(reader.table("sources"))
    return Section(
        "sources",
        "Data and sources",
        (
            Paragraph(
                f"The study's tables rest on {number(total)} documents; the {number(len(rows))} below stand "
                "behind what is shown here. Every row of every table names its own, and landbridge trace "
                "follows a number down to them."
            ),
            Citations(
                tuple((row["id"], _cite(row), row["url"] if _is_web(row["url"]) else "") for row in rows)
            ),
        ),
    )


def _cite(row: Row) -> str:
    """A source in one line: title, publisher, date."""
    about = ", ".join(part for part in (row.get("publisher", ""), row.get("published", "")) if part)
    return f"{row['title']}. {about}".strip() if about else row["title"]


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))
