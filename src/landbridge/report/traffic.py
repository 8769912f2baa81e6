"""What moves in the base year, and what each question's scenarios change: maps and corridor tables."""

from landbridge.report.atlas import Atlas
from landbridge.report.charts import Bar, draw_bars
from landbridge.report.numbers import NO_ROUTE, duration, million_tonnes, money, percent, thousands
from landbridge.report.page import Block, Cell, DataTable, Figure, Paragraph, Section, cells, heads
from landbridge.report.pairs import SEEN_T, STRANDS, list_pairs, pair_changes, strands
from landbridge.report.reading import ALL_MOVES, Question, Reader, Row, quoted
from landbridge.report.summary import corridor_changes, short_title

_CORRIDORS, _PAIRS, _CAUSES = 9, 6, 5
_LEAST_CHANGE = 0.005


def write_base(reader: Reader, atlas: Atlas) -> Section:
    """Maps of the base year, and the tonnes and containers of every corridor."""
    scenario, year = reader.base
    blocks: list[Block] = [
        Paragraph(
            f"The maps show all international freight of the model in {year}, with gates and borders as in "
            f"“{reader.title(scenario)}”. Domestic freight is not part of the study."
        ),
        Figure(
            atlas.flow_map(
                atlas.whole,
                scenario,
                year,
                name="base-whole",
                title=f"What moved across the continent in {year}",
            )
        ),
    ]
    if atlas.focus != atlas.whole:
        title = f"The South Caucasus and the Caspian in {year}"
        blocks.append(Figure(atlas.flow_map(atlas.focus, scenario, year, name="base-focus", title=title)))
    blocks += _base_corridors(reader, scenario, year)
    return Section("base-year", f"What moved in {year}", tuple(blocks), new_page=True)


def _base_corridors(reader: Reader, scenario: str, year: int) -> list[Block]:
    rows = reader.rows(
        f"SELECT * FROM corridor_flows WHERE scenario = {quoted(scenario)} AND year = {year} ORDER BY "
        "corridor"
    )
    found = {row["corridor"]: row for row in rows}
    bars = [
        Bar(
            short_title(title),
            (("all", found[key]["flow_t_year"] / 1e6),),
            million_tonnes(found[key]["flow_t_year"]),
        )
        for key, title in reader.corridors.items()
        if key in found
    ]
    if not bars:
        return []
    chart = draw_bars(
        bars,
        name="base-corridors",
        title=f"What the corridors carried in {year}",
        unit="Million tonnes a year, all routes that belong to the corridor.",
        parts={"all": ("tonnes", "#332288")},
    )
    table = DataTable(
        f"Corridors in {year}",
        heads("Corridor", "Million tonnes", "Thousand TEU"),
        tuple(
            cells((title, million_tonnes(found[key]["flow_t_year"]), thousands(found[key]["teu_year"])))
            for key, title in reader.corridors.items()
            if key in found
        ),
        "A route may belong to several corridors, so the rows do not add up. "
        "TEU: loaded twenty-foot units, of the goods that travel in containers.",
    )
    return [Figure(chart), table]


def write_question(reader: Reader, atlas: Atlas, question: Question) -> Section:
    """One question: for each of its scenarios a map of differences, corridors, pairs, what cannot move."""
    reference = reader.title(reader.reference)
    blocks: list[Block] = []
    if question.text:
        blocks.append(Paragraph(question.text, "headline"))
    blocks.append(
        Paragraph(
            f"Set against “{reference}” in {reader.year}. Blue lines carry more than there, orange lines "
            "less; the width is the amount of the change."
        )
    )
    for name in question.scenarios:
        blocks += _maps(reader, atlas, name)
        blocks += [*_corridors(reader, name), *_pairs(reader, name), *_stranded(reader, name)]
    return Section(question.id, question.title, tuple(blocks), new_page=True)


def _maps(reader: Reader, atlas: Atlas, scenario: str) -> list[Block]:
    """Maps of what a scenario changes: the window that shows it best, and near by what opens."""
    before, year, title = reader.reference, reader.year, reader.title(scenario)
    views = list(atlas.best_views(before, scenario, year))
    captions = [f"{title}: what moves more, what less", f"{title}: the South Caucasus and the Caspian"]
    close = atlas.opening_view(before, scenario)
    if close:
        views, captions = [views[0], close], [captions[0], f"{title}: the lines that open, close up"]
    return [
        Figure(atlas.change_map(view, before, scenario, year, name=f"change-{scenario}-{i}", title=caption))
        for i, (view, caption) in enumerate(zip(views, captions, strict=False))
    ]


def _corridors(reader: Reader, scenario: str) -> list[Block]:
    """Corridors that change by at least a thousand tonnes, the greatest change first."""
    rows = [row for row in corridor_changes(reader, scenario) if abs(row["change_t_year"]) >= SEEN_T]
    left_out = max(0, len(rows) - _CORRIDORS)
    if not rows:
        return [Paragraph("No corridor that the study counts changes by a thousand tonnes.")]
    table = DataTable(
        f"Corridors in {reader.year}, million tonnes",
        heads("Corridor", "reference", reader.title(scenario), "change", "change, %"),
        tuple(
            cells(
                (
                    row["title"],
                    Cell(million_tonnes(row["was_t_year"]), "quiet"),
                    million_tonnes(row["flow_t_year"]),
                    million_tonnes(row["change_t_year"], sign=True),
                    percent(row["change_share"], sign=True) if row["was_t_year"] >= SEEN_T else "new",
                )
            )
            for row in rows[:_CORRIDORS]
        ),
        f"{left_out} other corridors change by less." if left_out > 1 else "",
    )
    return [table]


def _pairs(reader: Reader, scenario: str) -> list[Block]:
    """How much dearer or cheaper, faster or slower the telling pairs become."""
    pairs = list_pairs(reader)
    found = []
    for pair in pairs:
        row = pair_changes(reader, pair, reader.year).get(scenario)
        if row is None or row["was_cost_usd_t"] is None:
            continue
        is_told = row["more_share"] is None or strands(row) or abs(row["more_share"]) >= _LEAST_CHANGE
        if pair == pairs[0] or is_told:
            size = 9.0 if row["more_share"] is None else strands(row) * 4.0 + abs(row["more_share"])
            found.append((pair != pairs[0], -size, pair.words(reader), row))
    found.sort(key=lambda item: item[:3])
    if not found:
        return []
    table = DataTable(
        f"Door to door in {reader.year}, reference and scenario",
        heads(
            "Pair",
            "Money, USD/t",
            "change",
            "Time",
            "change",
            "Generalised cost, USD/t",
            "change",
            "",
            "Cannot move",
        ),
        tuple(_pair(words, row) for _, _, words, row in found[:_PAIRS]),
        "Averages over all ways in use, weighed by tonnes. Generalised cost adds to money the value of "
        "time, of its uncertainty and of queues. Where the share that cannot move changes by "
        f"{percent(STRANDS)} or more no change is given: what moves is then other cargo. The first pair "
        "always, then those that change most.",
    )
    return [table]


def _pair(words: str, row: Row) -> tuple[Cell, ...]:
    if row["generalised_cost_usd_t"] is None:
        was = (money(row["was_money_usd_t"]), duration(row["was_time_h"]), money(row["was_cost_usd_t"]))
        gone = Cell(NO_ROUTE, "miss")
        all_of_it = Cell(percent(1.0), "miss")
        return cells((words, f"{was[0]} → –", gone, f"{was[1]} → –", "", f"{was[2]} → –", "", "", all_of_it))
    hours = row["more_time_h"]
    is_other = strands(row)
    longer = f"{duration(abs(hours))} {'longer' if hours > 0 else 'shorter'}" if abs(hours) >= 0.5 else "same"
    stays = f"{percent(row['was_unserved_share'])} → {percent(row['unserved_share'])}"
    return cells(
        (
            words,
            f"{money(row['was_money_usd_t'])} → {money(row['money_usd_t'])}",
            "" if is_other else money(row["more_money_usd_t"], sign=True),
            f"{duration(row['was_time_h'])} → {duration(row['time_h'])}",
            "" if is_other else longer,
            f"{money(row['was_cost_usd_t'])} → {money(row['generalised_cost_usd_t'])}",
            "" if is_other else money(row["more_cost_usd_t"], sign=True),
            "" if is_other else percent(row["more_share"], sign=True),
            Cell(stays, "miss") if is_other else stays,
        )
    )


def _stranded(reader: Reader, scenario: str) -> list[Block]:
    """What cannot move in a scenario and in the reference, by cause."""
    now, was = f"scenario = {quoted(scenario)}", f"scenario = {quoted(reader.reference)}"
    rows = reader.rows(
        f"SELECT cause, would_open, coalesce(sum(unserved_t_year) FILTER ({now}), 0) AS now, "
        f"coalesce(sum(unserved_t_year) FILTER ({was}), 0) AS was, "
        f"count(DISTINCT origin || ' ' || destination) FILTER ({now}) AS pairs FROM unserved "
        f"WHERE year = {reader.year} AND ({now} OR {was}) GROUP BY ALL "
        f"HAVING abs(now - was) >= {SEEN_T} ORDER BY abs(now - was) DESC, cause, would_open LIMIT {_CAUSES}"
    )
    total = reader.rows(
        f"SELECT coalesce(sum(unserved_t_year) FILTER ({now}), 0) AS now, "
        f"coalesce(sum(unserved_t_year) FILTER ({was}), 0) AS was, now - was AS more, "
        f"count(DISTINCT origin || ' ' || destination) FILTER ({now} AND unserved_t_year >= {SEEN_T}) AS "
        f"pairs FROM pairs WHERE year = {reader.year}"
    )[0]
    if max(total["now"], total["was"]) < SEEN_T:
        return [Paragraph(f"In {reader.year} {ALL_MOVES}.")]
    body = [
        cells(
            (
                row["cause"],
                row["would_open"],
                str(row["pairs"]),
                Cell(million_tonnes(row["was"]), "quiet"),
                million_tonnes(row["now"]),
            )
        )
        for row in rows
    ]
    body.append(
        cells(
            (
                "all causes together",
                "",
                str(total["pairs"]),
                Cell(million_tonnes(total["was"]), "quiet"),
                million_tonnes(total["now"]),
            )
        )
    )
    return [
        DataTable(
            f"What cannot move in {reader.year}, and why, million tonnes",
            (
                ("Cause", "text"),
                ("What would open a way", "text"),
                ("Pairs", "number"),
                ("reference", "number"),
                (reader.title(scenario), "number"),
            ),
            tuple(body),
            "The causes that differ most from the reference; the chapter on unserved demand has more.",
            look="small",
        )
    ]


def write_corridors(reader: Reader) -> Section:
    """Tonnes of every corridor in every scenario and year."""
    rows = reader.rows("SELECT corridor, scenario, year, flow_t_year FROM corridor_flows ORDER BY ALL")
    found = {(row["corridor"], row["scenario"], row["year"]): row["flow_t_year"] for row in rows}
    tables = []
    for year in reader.years:
        names = [name for name in reader.scenarios if (name, year) in reader.solved]
        body = tuple(
            cells((title, *(million_tonnes(found.get((key, name, year))) for name in names)))
            for key, title in reader.corridors.items()
        )
        caption = f"Corridors in {year}, million tonnes"
        tables.append(DataTable(caption, heads("Corridor", *map(reader.title, names)), body, look="small"))
    return Section("corridors", "Corridors by scenario and year", tuple(tables))
