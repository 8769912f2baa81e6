"""The closing table of a run: what each corridor carries, how telling pairs fare, what cannot move."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from landbridge.cli import show

if TYPE_CHECKING:
    from landbridge.study import Run

TOLD_SHARE = 0.005
"""A smaller share that cannot move is not told beside a pair's time and cost."""


def closing(run: "Run") -> dict[str, Any]:
    """Gather the closing table of the year in which the brief compares scenarios, in the study's order."""
    from landbridge.report.reading import Reader
    from landbridge.study.recorded import tell_uncertain_gates

    reader = Reader(run)
    year = reader.year
    corridors = _by_scenario(
        run,
        f"SELECT scenario, corridor, title, flow_t_year, teu_year FROM corridor_flows WHERE year = {year}",
    )
    pairs = _by_scenario(
        run,
        'SELECT scenario, origin AS "from", destination AS "to", class, time_h, money_usd_t, '
        "generalised_cost_usd_t, best_way, best_countries, unserved_share FROM telling_pairs "
        f"WHERE year = {year} ORDER BY position",
    )
    unserved = _by_scenario(
        run,
        "SELECT scenario, cause, sum(unserved_t_year) AS unserved_t_year FROM unserved "
        f"WHERE year = {year} GROUP BY scenario, cause ORDER BY unserved_t_year DESC, cause",
    )
    for row in (row for rows in pairs.values() for row in rows):
        ends = " to ".join(reader.zone(row[end]).split(" (")[0] for end in ("from", "to"))
        row["title"] = f"{ends}, {reader.cargo(row['class'])}"
    return {
        "study": run.manifest["study"],
        "futures": list_futures(run),
        "about_futures": run.manifest.get("futures"),
        "uncertain_gates": tell_uncertain_gates(run.study()),
        "title": run.manifest["title"],
        "year": year,
        "scenarios": [
            {
                "scenario": name,
                "title": title,
                "corridors": corridors[name],
                "pairs": pairs[name],
                "unserved": unserved[name],
            }
            for name, title in reader.scenarios.items()
        ],
    }


def _by_scenario(run: "Run", sql: str) -> dict[str, list[dict[str, Any]]]:
    """Run a query and part its rows by their scenario."""
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in run.query(sql).to_pylist():
        parts[row.pop("scenario")].append(row)
    return parts


def list_futures(run: "Run") -> list[dict[str, Any]]:
    """Headline indicators of a run of futures by year: median and the range of nine tenths; none without."""
    headline = run.manifest["settings"].get("futures", {}).get("headline", [])
    if "futures" not in run.manifest or not headline:
        return []
    rows = run.rows(
        "SELECT indicator, m.title, m.unit, year, mean, q05, q50, q95, without_value FROM future_summary "
        "JOIN future_measures m ON m.measure = indicator ORDER BY year"
    )
    return sorted(
        (row for row in rows if row["indicator"] in headline),
        key=lambda row: headline.index(row["indicator"]),
    )


def _print_futures(rows: list[dict[str, Any]], about: dict[str, Any]) -> None:
    """Print how headline indicators spread over futures, and on how many equilibria that rests."""
    from landbridge.report.numbers import NONE, figures, percent

    cells: dict[str, dict[str, str]] = defaultdict(dict)
    greatest: dict[str, float] = defaultdict(float)
    for row in rows:
        greatest[row["indicator"]] = max(greatest[row["indicator"]], row["q95"] or 0.0)
    for row in rows:
        is_large = greatest[row["indicator"]] >= 1e6
        scale, unit = (1e6, f"million {row['unit']}") if is_large else (1.0, row["unit"])
        low, middle, high = (
            NONE if row[name] is None else figures(row[name] / scale, 3) for name in ("q05", "q50", "q95")
        )
        words = f"{middle} ({low} to {high})"
        if row["without_value"] > 0.0:
            words += f", {percent(row['without_value'])} without"
        cells[f"{row['title']}, {unit}"][str(row["year"])] = words
    years = [str(year) for year in about["years"]]
    title = f"In {about['n']} futures: median (5 to 95 %)"
    show.print_matrix(
        title, "indicator", years, [(k, *(v.get(y, "-") for y in years)) for k, v in cells.items()]
    )
    show.say(
        f"{about['equilibria']} equilibria stand for {about['equilibria_without_grouping']} "
        f"({about['solved']} solved now, {about['fetched']} from before); worst residual "
        f"{about['worst_residual']:.0e}."
    )
    show.say(str(about["odds"]["warning"]))


def print_closing(found: dict[str, Any]) -> None:
    """Print the closing table: what the scenarios mean, corridors, telling pairs, what cannot move."""
    titles = [(row["scenario"], row["title"]) for row in found["scenarios"]]
    show.print_table(found["title"], ("scenario", "what it means"), titles, left=(0, 1))
    _print_corridors(found["year"], found["scenarios"])
    _print_pairs(found["year"], found["scenarios"])
    _print_unserved(found["year"], found["scenarios"])
    _print_uncertain(found["uncertain_gates"])
    if found["futures"]:
        _print_futures(found["futures"], found["about_futures"])


def _print_corridors(year: int, scenarios: list[dict[str, Any]]) -> None:
    """Print tonnes and containers by corridor."""
    from landbridge.report.numbers import million_tonnes, thousands

    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for scenario in scenarios:
        for row in scenario["corridors"]:
            words = f"{million_tonnes(row['flow_t_year'])} ({thousands(row['teu_year'])})"
            cells[str(row["title"])][scenario["scenario"]] = words if row["flow_t_year"] else "-"
    title = f"What the corridors carry in {year}: million tonnes (thousand containers, TEU)"
    _print_by_scenario(title, "corridor", scenarios, cells)


def _print_pairs(year: int, scenarios: list[dict[str, Any]]) -> None:
    """Print door-to-door time and cost of the telling pairs."""
    from landbridge.report.numbers import duration, money, percent

    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for scenario in scenarios:
        for row in scenario["pairs"]:
            words = f"{duration(row['time_h'])}, {money(row['money_usd_t'])}"
            if row["unserved_share"] >= TOLD_SHARE:
                words += f" ({percent(row['unserved_share'])} stays)"
            cells[row["title"]][scenario["scenario"]] = words if row["time_h"] is not None else "no way"
    title = f"Door to door in {year}, of what moves: time, USD a tonne (share that cannot move)"
    _print_by_scenario(title, "pair", scenarios, cells)


def _print_by_scenario(
    title: str, corner: str, scenarios: list[dict[str, Any]], cells: dict[str, dict[str, str]]
) -> None:
    """Print a row for each name and a column for each scenario."""
    heads = [scenario["scenario"] for scenario in scenarios]
    rows = [(name, *(found.get(head, "-") for head in heads)) for name, found in cells.items()]
    if rows:
        show.print_matrix(title, corner, heads, rows)


def _print_unserved(year: int, scenarios: list[dict[str, Any]]) -> None:
    """Print how much cannot move in each scenario, and the reason that stops most of it."""
    from landbridge.report.numbers import million_tonnes

    rows = []
    for scenario in scenarios:
        causes = [(str(row["cause"]), row["unserved_t_year"]) for row in scenario["unserved"]]
        if causes:
            why, most = causes[0]
            left = million_tonnes(sum(amount for _, amount in causes))
            rows.append((scenario["scenario"], left, f"{why} ({million_tonnes(most)})"))
    if rows:
        heads = ("scenario", "million tonnes", "the largest reason (million tonnes)")
        show.print_table(f"What cannot move in {year}", heads, rows, left=(0, 2))
    else:
        show.say(f"All demand of {year} can move in every scenario.")


def _print_uncertain(gates: list[dict[str, Any]]) -> None:
    """Print the gates of which the record is not sure; a run takes the likelier state."""
    if gates:
        rows = [
            (gate["gate"], "open" if gate["share_open"] > 0.0 else "shut", f"{gate['met_probability']:.2f}")
            for gate in gates
        ]
        heads = ("gate", "taken as", "met with probability")
        show.print_table(
            "Gates that the record leaves uncertain (record show GATE)", heads, rows, left=(0, 1)
        )
