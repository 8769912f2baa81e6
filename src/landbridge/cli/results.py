"""Commands about finished results: compare two scenarios, trace a number to its sources, write the brief."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.closing import TOLD_SHARE
from landbridge.cli.options import Json, RunFolder

ROWS_SHOWN = 10
"""Rows of the long parts of a comparison that are printed; --json gives all."""


def compare(
    run: RunFolder,
    a: Annotated[str, typer.Argument(metavar="A", help="The scenario to compare from.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="The scenario to compare with.", show_default=False)],
    json: Json = False,
) -> None:
    """Show what changes from one scenario to another.

    Corridors, telling pairs, the links that gain or lose most, and what cannot move.

    \b
    Examples:
      landbridge compare runs/eurasia today tripp-open
      landbridge compare runs/eurasia today russia-closed --json
    """
    from landbridge.study import open_run
    from landbridge.study.comparison import compare_run

    opened = open_run(run)
    found = compare_run(opened, a, b)
    if json:
        show.print_json(found)
        return
    zones = {str(row["id"]): str(row["name"]) for row in opened.study().tables["zones"].rows()}
    print_comparison(found | {"zones": zones})


def print_comparison(found: dict[str, Any]) -> None:
    """Print the answer of `compare`: a table for each of its parts that is not empty."""
    a, b, last = found["a"], found["b"], found["years"][-1]
    changes: dict[str, float] = {}
    for row in found["corridors"]:
        changes[row["corridor"]] = max(changes.get(row["corridor"], 0.0), abs(row["difference_t_year"]))
    corridors = sorted(found["corridors"], key=lambda row: -changes[row["corridor"]])
    _print_part(
        "Corridors, million tonnes a year",
        ("corridor", "year", a, b, "change"),
        [(str(row["title"]), str(row["year"]), *_amounts(row)) for row in corridors],
    )
    _print_draws(found)
    _print_part(
        "Door to door, of what moves: time, USD a tonne, USD a tonne with all costs (share that cannot move)",
        ("pair", "year", a, b),
        [(_pair(row), str(row["year"]), _fare(row, "a"), _fare(row, "b")) for row in found["pairs"]],
    )
    links = [row for row in found["links"] if row["year"] == last][:ROWS_SHOWN]
    _print_part(
        f"Links that gain or lose most in {last}, million tonnes a year",
        ("link", a, b, "change"),
        [(str(row["link"]), *_amounts(row)) for row in links],
    )
    _print_dependence(found, a, b, last)
    unserved = [row for row in found["unserved"] if row["year"] == last][:ROWS_SHOWN]
    _print_part(
        f"What cannot move in {last}, million tonnes a year",
        ("pair", a, b, "change", "why"),
        [(_pair(row), *_amounts(row), str(row["cause"])) for row in unserved],
        left=(0, 4),
    )

    _print_gains(found, last)


def _print_draws(found: dict[str, Any]) -> None:
    """Print how far the parameters that calibration left open move what the comparison says."""
    from landbridge.report.numbers import million_tonnes

    if not found["draws"]:
        return
    titles = {f"corridor_tonnes:{row['corridor']}": str(row["title"]) for row in found["corridors"]}
    titles["unserved_tonnes"] = "Cannot move"

    def between(values: Sequence[float], *, sign: bool = False) -> str:
        low, middle, high = (million_tonnes(value, sign=sign) for value in values)
        return f"{middle} ({low} to {high})"

    moved = sorted(found["draws"], key=lambda row: -abs(row["difference_t_year"][1]))
    first = list(dict.fromkeys(row["measure"] for row in moved))
    _print_part(
        f"Over {moved[0]['n']} draws of parameters, million tonnes a year: median (nine in ten between)",
        ("corridor", "year", found["a"], found["b"], "change, draw by draw"),
        [
            (
                titles[row["measure"]],
                str(row["year"]),
                between(row["a_t_year"]),
                between(row["b_t_year"]),
                between(row["difference_t_year"], sign=True),
            )
            for row in sorted(found["draws"], key=lambda row: (first.index(row["measure"]), row["year"]))
        ],
    )


def _print_gains(found: dict[str, Any], year: int) -> None:
    """Print who gains and loses most, the sum of all, and whose revenue from transit changes."""
    from landbridge.report.gain_charts import name_parties
    from landbridge.report.numbers import figures

    rows = [row for row in found["gains"] if row["year"] == year]
    if not rows:
        return
    shown = rows[:ROWS_SHOWN]
    names = name_parties(shown, found["zones"])
    body = [(n, figures(r["gain_usd_year"] / 1e6, 2, sign=True)) for n, r in zip(names, shown, strict=True)]
    total = sum(row["gain_usd_year"] for row in rows) / 1e6
    body.append(("All together", figures(total, 2, sign=True)))
    _print_part(f"Who gains in {year}, million USD a year", ("who", "gain"), body)
    states = [row for row in found["transit"] if row["year"] == year][:ROWS_SHOWN]
    names = name_parties([{"party": row["state"], "role": "receivers"} for row in states], {})
    _print_part(
        f"Revenue from the transit of others in {year}, million USD a year",
        ("state", found["a"], found["b"], "change"),
        [
            (
                name.removeprefix("Paid in "),
                figures(row["a_usd_year"] / 1e6, 3),
                figures(row["b_usd_year"] / 1e6, 3),
                figures((row["b_usd_year"] - row["a_usd_year"]) / 1e6, 2, sign=True),
            )
            for name, row in zip(names, states, strict=True)
        ],
    )


def _print_dependence(found: dict[str, Any], a: str, b: str, year: int) -> None:
    """Print whose trade passes a state more or less, and what all cargo emits."""
    from landbridge.report.numbers import million_tonnes, percent, spread_of_change, spread_of_share

    rows = [row for row in found["dependence"] if row["year"] == year][:ROWS_SHOWN]
    _print_part(
        f"Share of a zone's tonnes that passes a state in {year}",
        ("zone and state", a, b),
        [
            (f"{row['zone']}, {row['state']}", percent(row["a_share_tonnes"]), percent(row["b_share_tonnes"]))
            for row in rows
        ],
    )
    for kind, words in (("futures", "futures"), ("draws", "draws of parameters")):
        told = [row for row in rows if f"a_share_{kind}" in row and f"b_share_{kind}" in row]
        if told:
            _print_part(
                f"The same in {told[0][kind]} {words}: median (5 to 95 %)",
                ("zone and state", a, b, "change, percentage points"),
                [
                    (
                        f"{row['zone']}, {row['state']}",
                        spread_of_share(row[f"a_share_{kind}"], row[f"a_stands_still_{kind}"]),
                        spread_of_share(row[f"b_share_{kind}"], row[f"b_stands_still_{kind}"]),
                        spread_of_change(row.get(f"change_share_{kind}")),
                    )
                    for row in told
                ],
            )
    world = [row for row in found["emissions"] if row["kind"] == "world"]
    _print_part(
        "Emissions of all cargo, million tonnes of CO2 equivalent a year",
        ("year", a, b, "change"),
        [
            (
                str(row["year"]),
                million_tonnes(row["a_t_year"]),
                million_tonnes(row["b_t_year"]),
                million_tonnes((row["b_t_year"] or 0.0) - (row["a_t_year"] or 0.0), sign=True),
            )
            for row in world
        ],
    )


def _print_part(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int] = (0,)
) -> None:
    if rows:
        show.print_table(title, heads, rows, left=left)


def _pair(row: dict[str, Any]) -> str:
    return f"{row['origin']} to {row['destination']}, {row['class']}"


def _amounts(row: dict[str, Any]) -> tuple[str, str, str]:
    """Write tonnes in both scenarios, and the change."""
    from landbridge.report.numbers import million_tonnes

    a, b = row["a_t_year"] or 0.0, row["b_t_year"] or 0.0
    return million_tonnes(a), million_tonnes(b), million_tonnes(b - a, sign=True)


def _fare(row: dict[str, Any], side: str) -> str:
    """Write time, money and generalised cost of a pair in scenario a or b."""
    from landbridge.report.numbers import duration, money, percent

    if row[f"{side}_time_h"] is None:
        return "no way"
    costs = f"{money(row[f'{side}_money_usd_t'])}, {money(row[f'{side}_cost_usd_t'])}"
    stays = row[f"{side}_unserved_share"]
    left = f" ({percent(stays)} stays)" if stays >= TOLD_SHARE else ""
    return f"{duration(row[f'{side}_time_h'])}, {costs}{left}"


def trace(
    run: RunFolder,
    item: Annotated[
        str,
        typer.Argument(
            metavar="ITEM",
            help="KIND:NAME[@SCENARIO[/YEAR]]; KIND is corridor, pair, route, link, facility, gate, "
            "parameter, source, event, claim, or surplus, revenue, accounts, emissions, access, reliability, "
            "dependence, islands.",
            show_default=False,
        ),
    ],
    json: Json = False,
) -> None:
    """Follow a number of the results down to its sources.

    \b
    Examples:
      landbridge trace runs/eurasia corridor:middle@tripp-open/2035
      landbridge trace runs/eurasia "pair:azerbaijan>nakhchivan:general@today"
      landbridge trace runs/eurasia revenue:GEO:railways@tripp-open/2035
      landbridge trace runs/eurasia gate:tripp-rail-open --json
    """
    from landbridge.study import open_run
    from landbridge.study.trace import trace_item

    found = trace_item(open_run(run), item)
    if json:
        show.print_json(found)
        return
    print_trace(found)


def print_trace(found: dict[str, Any]) -> None:
    """Print the answer of `trace` as a tree, and the sources it names beneath."""
    from rich.tree import Tree

    cited: dict[str, str] = {}

    def grow(tree: Tree, item: dict[str, Any]) -> None:
        for source in item.get("sources", ()):
            cited[source["id"]] = f"{source['title']} ({source['publisher']}) {source['url']}"
        for child in item.get("from", ()):
            grow(tree.add(_line(child)), child)

    tree = Tree(_line(found))
    grow(tree, found)
    show.console().print(tree)
    for name in sorted(cited):
        show.say(f"{name}: {cited[name]}")


def _line(item: dict[str, Any]) -> Any:
    """Write one item of a trace: what it is, its value and unit, its sources."""
    from rich.text import Text

    value = item.get("value")
    line = Text(str(item["item"]))
    if value is not None:
        number = f"{value:,.6g}" if isinstance(value, float) else str(value)
        line.append(f" = {number} {item.get('unit') or ''}".rstrip())
    if item.get("what"):
        line.append(f"  {item['what']}")
    if item.get("sources"):
        line.append(f"  [{' '.join(source['id'] for source in item['sources'])}]", style="dim")
    return line


def brief(
    run: RunFolder,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Where it goes; else brief.html in RUN."),
    ] = None,
) -> None:
    """Write the brief of a run: maps and tables in one file.

    It is one HTML file that opens offline in any browser and prints well.

    \b
    Examples:
      landbridge brief runs/eurasia
      landbridge brief runs/eurasia -o brief.html
    """
    from landbridge.report import write_brief
    from landbridge.study import open_run

    finished = open_run(run)
    path = out or finished.path / "brief.html"
    write_brief(finished, path)
    show.say(f"The brief:  {path.resolve()}")
