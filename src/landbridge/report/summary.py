"""The first page: what a minister must know, in sentences."""

from landbridge.report.numbers import duration, money, number, percent, tonnes
from landbridge.report.page import Block, Heading, Paragraph, Points, Section
from landbridge.report.pairs import SEEN_T, list_pairs, pair_changes, strands
from landbridge.report.reading import Reader, Row, quoted

_CORRIDORS_TOLD = 3
_PAIRS_TOLD = 2
_TELLING_CHANGE = 0.03


def write_summary(reader: Reader) -> Section:
    """Headline numbers of the base year and of every scenario, each in a sentence or two."""
    blocks: list[Block] = [Paragraph(_world(reader), "headline"), Points(tuple(_corridors(reader)))]
    if reader.compared:
        blocks.append(Heading(f"Against “{reader.title(reader.reference)}”, in {reader.year}"))
        blocks.append(Points(tuple(_scenario(reader, name) for name in reader.compared)))
    blocks.append(
        Paragraph(
            "Amounts are modelled, not counted: they rest on the assumptions listed below and are better at "
            "saying which way freight turns than how many tonnes will.",
            "note",
        )
    )
    return Section("in-short", "In short", tuple(blocks))


def _world(reader: Reader) -> str:
    scenario, year = reader.base
    row = reader.rows(
        "SELECT sum(demand_t_year) AS demand, sum(unserved_t_year) AS unserved, "
        "sum(unserved_t_year) / nullif(sum(demand_t_year), 0) AS share, "
        "count(DISTINCT origin) AS zones FROM pairs "
        f"WHERE scenario = {quoted(scenario)} AND year = {year}"
    )[0]
    words = (
        f"In {year}, {tonnes(row['demand'])} of freight were to move between the {row['zones']} "
        "areas of this study"
    )
    if (row["unserved"] or 0) < SEEN_T:
        return f"{words}, and all of it found a way."
    return f"{words}; {tonnes(row['unserved'])} ({percent(row['share'])}) found no way."


def _corridors(reader: Reader) -> list[tuple[str, str]]:
    scenario, year = reader.base
    rows = {
        row["corridor"]: row
        for row in reader.rows(
            f"SELECT * FROM corridor_flows WHERE scenario = {quoted(scenario)} AND year = {year} AND "
            f"flow_t_year >= {SEEN_T}"
        )
    }
    told = [(title, rows[key]) for key, title in reader.corridors.items() if key in rows][:_CORRIDORS_TOLD]
    return [
        (f"{short_title(title)}:", f"{tonnes(row['flow_t_year'])} in {year}{_boxes(row)}.")
        for title, row in told
    ]


def _boxes(row: Row) -> str:
    teu = row["teu_year"]
    return (
        f", with {number(teu / 1e3, 0 if teu > 9950 else 1)} thousand containers (TEU)"
        if teu and teu >= 100
        else ""
    )


def short_title(title: str) -> str:
    """The title of a corridor as a sentence can carry it: without what stands in brackets."""
    return title.split(" (")[0]


def _scenario(reader: Reader, scenario: str) -> tuple[str, str]:
    words = [
        *_corridor_changes(reader, scenario),
        *_pair_changes(reader, scenario),
        *_stranded(reader, scenario),
    ]
    return f"{reader.title(scenario)}:", " ".join(words) or "no change that matters."


def corridor_changes(reader: Reader, scenario: str) -> list[Row]:
    """Corridors by the size of their change from the reference scenario in the comparison year."""
    return reader.rows(
        "SELECT a.corridor, a.title, a.flow_t_year, b.flow_t_year AS was_t_year, "
        "a.flow_t_year - b.flow_t_year AS change_t_year, "
        "a.flow_t_year / nullif(b.flow_t_year, 0) - 1 AS change_share FROM corridor_flows a "
        "JOIN corridor_flows b USING (corridor, year) "
        f"WHERE a.scenario = {quoted(scenario)} AND b.scenario = {quoted(reader.reference)} AND year = "
        f"{reader.year} ORDER BY abs(change_t_year) DESC, a.corridor"
    )


def _corridor_changes(reader: Reader, scenario: str) -> list[str]:
    rows = [
        row
        for row in corridor_changes(reader, scenario)
        if abs(row["change_t_year"]) >= max(10 * SEEN_T, _TELLING_CHANGE * row["was_t_year"])
    ]
    gains = [row for row in rows if row["change_t_year"] > 0][:1]
    losses = [row for row in rows if row["change_t_year"] < 0][:1]
    told = []
    for row in gains + losses:
        now = tonnes(row["flow_t_year"]) if row["flow_t_year"] >= SEEN_T else "nothing"
        was = tonnes(row["was_t_year"]) if row["was_t_year"] >= SEEN_T else "nothing"
        told.append(f"{short_title(row['title'])}: {now} instead of {was}.")
    return told


def _pair_changes(reader: Reader, scenario: str) -> list[str]:
    """What becomes of the study's first telling pair, and of the one that changes most."""
    found: list[tuple[bool, float, str]] = []
    for i, pair in enumerate(list_pairs(reader)):
        row = pair_changes(reader, pair, reader.year).get(scenario)
        if row is None or row["was_cost_usd_t"] is None:
            continue
        if row["generalised_cost_usd_t"] is None:
            found.append((i > 0, -9.0, f"{pair.words(reader)} has no route at all."))
        elif strands(row):
            found.append((i > 0, -4.0 - row["unserved_share"], f"{pair.words(reader)}: {_stays(row)}."))
        elif abs(row["more_share"]) >= _TELLING_CHANGE:
            costs = f"{money(row['money_usd_t'])} USD a tonne instead of {money(row['was_money_usd_t'])}"
            times = f"{duration(row['time_h'])} instead of {duration(row['was_time_h'])}"
            found.append((i > 0, -abs(row["more_share"]), f"{pair.words(reader)}: {costs}, {times}."))
    return [words for _, _, words in sorted(found)[:_PAIRS_TOLD]]


def _stays(row: Row) -> str:
    now, was = percent(row["unserved_share"]), percent(row["was_unserved_share"])
    return (
        f"{now} of it cannot move, instead of {was}; what moves takes {duration(row['time_h'])} and costs "
        f"{money(row['money_usd_t'])} USD a tonne"
    )


def _stranded(reader: Reader, scenario: str) -> list[str]:
    row = reader.rows(
        f"SELECT sum(unserved_t_year) FILTER (scenario = {quoted(scenario)}) AS now, "
        f"sum(unserved_t_year) FILTER (scenario = {quoted(reader.reference)}) AS was, "
        f"coalesce(now, 0) - coalesce(was, 0) AS more FROM pairs WHERE year = {reader.year}"
    )[0]
    if abs(row["more"]) < 10 * SEEN_T:
        return []
    if row["more"] > 0:
        return [f"{tonnes(row['more'])} more cannot move."]
    return [f"{tonnes(-row['more'])} that could not move now can."]
