"""The brief's part on futures: how much and how surely, what decides, what knowing is worth, and on what
odds.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import groupby
from math import isfinite
from typing import Any

from landbridge.report.futures_charts import draw_fan, draw_shares
from landbridge.report.numbers import figures, number, percent
from landbridge.report.page import Block, DataTable, Figure, Heading, Paragraph, Section, cells, heads
from landbridge.report.reading import Reader, Row

_SCALES = {
    "t/year": (1e6, "Mt a year"),
    "TEU/year": (1e3, "thousand TEU a year"),
    "USD/year": (1e9, "bn USD a year"),
}
_MOST_KNOWN, _MOST_SHARES = 6, 8
_LEAST_FOR_SHARES = 2000
"""With fewer futures the shares of eighty draws are mostly luck."""


def write_futures(reader: Reader) -> Section | None:
    """Fans, shares of variance, rules and options of a run of futures, with the odds on the same page."""
    about = reader.run.manifest.get("futures")
    if not about:
        return None
    measures = {row["measure"]: row for row in reader.rows("SELECT * FROM future_measures")}
    headline = (reader.settings.get("futures") or {}).get("headline", [])
    summary = _columns(reader.rows("SELECT * FROM future_summary"))
    blocks: list[Block] = [
        Paragraph(
            f"{number(about['n'])} futures of the gates were drawn (seed {about['seed']}), with shared "
            "causes, and the network was solved in every state that they pass through in "
            f"{', '.join(map(str, about['years']))}: {number(about['equilibria'])} equilibria instead of "
            f"{number(about['equilibria_without_grouping'])}, because futures that share a state share its "
            f"equilibrium. The worst residual is {about['worst_residual']:.0e}."
        ),
        Paragraph(_say_odds(about)),
    ]
    for name in headline:
        if name in measures and name in summary["indicator"]:
            scale, unit = _SCALES.get(measures[name]["unit"], (1.0, measures[name]["unit"]))
            drawn = draw_fan(
                summary, name, name=_name("fan", name), title=measures[name]["title"], unit=unit, scale=scale
            )
            blocks.append(Figure(drawn))
    blocks += _share_out(reader, measures, about["n"])
    blocks += _tell_rules(reader)
    blocks += _tell_options(reader)
    blocks.append(_list_assumptions(about))
    return Section("futures", "Futures: how surely, and what decides", tuple(blocks))


def _say_odds(about: Mapping[str, Any]) -> str:
    odds = about["odds"]
    return (
        f"{odds['warning']} Of {odds['priors']} priors {odds['assumed_priors']} are assumptions. Bands are "
        "those of the futures drawn from them: they are as good as the priors, and say nothing of errors of "
        "the model itself."
    )


def _columns(rows: list[Row]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            found[name].append(float("nan") if value is None else value)
    return found


def _name(kind: str, measure: str) -> str:
    return f"{kind}-" + "".join(c if c.isalnum() else "-" for c in measure)


def _share_out(reader: Reader, measures: Mapping[str, Row], n: int) -> list[Block]:
    if not reader.columns("future_variance"):
        return []
    blocks: list[Block] = [
        Heading("What makes futures differ"),
        Paragraph(
            "Each bar is the share of the variance that goes, on average, once one independent draw is "
            "known: a shared cause, or a gate's own luck. What works only in combination stands apart, so "
            "that bars add up to one."
        ),
    ]
    if n < _LEAST_FOR_SHARES:
        least = number(_LEAST_FOR_SHARES)
        few = f"{number(n)} futures are too few to share variance out; draw {least} or more."
        return [blocks[0], Paragraph(few)]
    rows = reader.rows("SELECT * FROM future_variance")
    for (measure, year), own in groupby(rows, key=lambda row: (row["measure"], row["year"])):
        title = f"{measures[measure]['title']}, {year}"
        blocks.append(
            Figure(
                draw_shares(
                    _columns(list(own)), name=_name("shares", measure), title=title, most=_MOST_SHARES
                )
            )
        )
    return blocks


def _tell_rules(reader: Reader) -> list[Block]:
    if not reader.columns("future_rules"):
        return []
    blocks: list[Block] = [Heading("Which few conditions decide")]
    rows = reader.rows("SELECT * FROM future_rules")
    for _, group in groupby(rows, key=lambda row: (row["question"], row["year"])):
        blocks.append(tabulate_rules(list(group)))
    return blocks


def tabulate_rules(rows: list[Row]) -> Block:
    """The rules of one question as a table, or a sentence where none tells anything."""
    first = rows[0]
    note = f"So it is in {percent(first['success'])} of all futures."
    if not first["rule"]:
        question = f"{first['question']} in {first['year']}."
        return Paragraph(f"{question} {note} No rule tells them from the others.")
    body = tuple(
        cells(
            [
                ("or: " if place else "") + row["rule"],
                percent(row["density"]),
                percent(row["coverage"]),
                percent(row["mass"]),
            ]
        )
        for place, row in enumerate(rows)
    )
    note += (
        f" The rules together hold {percent(first['all_coverage'])} of these; of the futures in them "
        f"{percent(first['all_density'])} are such."
    )
    columns = heads(
        "Rule", "of these futures, so many are such", "of such futures, so many are here", "of all"
    )
    return DataTable(f"{first['question']} in {first['year']} where", columns, body, note)


def _tell_options(reader: Reader) -> list[Block]:
    if not reader.columns("future_options"):
        return []
    options = reader.rows("SELECT * FROM future_options")
    last = max(row["year"] for row in options)
    own = [row for row in options if row["year"] == last]
    titles = {row["option"]: row["title"] for row in own}
    regrets = {
        row["option"]: row for row in reader.rows(f"SELECT * FROM future_regret WHERE year = {int(last)}")
    }
    body = tuple(
        cells(
            [
                row["title"],
                _musd(row["gained_mean_usd_year"]),
                f"{_musd(row['gained_q05_usd_year'])} to {_musd(row['gained_q95_usd_year'])}",
                f"{_musd(row['capital_low_usd_year'])} to {_musd(row['capital_high_usd_year'])}",
                _musd(row["net_mean_usd_year"]),
                percent(row["share_best"]),
                _musd(regrets[row["option"]]["greatest_regret"]),
            ]
        )
        for row in own
    )
    careful = [titles[name] for name, row in regrets.items() if row["is_least_greatest_regret"]]
    blocks: list[Block] = [
        Heading("Choices held against each other"),
        DataTable(
            f"Million USD a year in {last}, against: {own[0]['title']}",
            heads(
                "Choice",
                "gained, mean",
                "5 to 95 % of futures",
                "capital paid back",
                "net, mean",
                "best in",
                "greatest regret",
            ),
            body,
            "Regret counts each distinct state of the network once, whatever its odds; the careful choice: "
            f"{' or '.join(careful)}. Gained is what shippers, and those whom they pay more than work costs, "
            "have more of. Capital is paid back from the year in which the last of a choice's gates is met; "
            "operation and wider gains are not counted.",
            look="small",
        ),
    ]
    knowing = reader.rows(f"SELECT * FROM future_knowing WHERE year = {int(last)}")
    column = next((c for c in knowing[0] if c.startswith("value")), "value") if knowing else ""
    single = [row for row in knowing if row["kind"] in ("gate", "cause") and (row[column] or 0.0) > 0.0]
    told = sorted(single, key=lambda row: -row[column])[:_MOST_KNOWN]
    if told:
        blocks.append(
            DataTable(
                f"What knowing one thing before the choice would be worth in {last}",
                heads("Known", "million USD a year"),
                tuple(cells([row["title"], _musd(row[column])]) for row in told),
                f"Knowing everything: {_musd(told[0]['everything_usd_year'])}.",
            )
        )
    elif knowing:
        blocks.append(
            Paragraph(
                f"In {last} one choice is the best whatever is known of any single gate or cause; knowing "
                f"everything would be worth {_musd(knowing[0]['everything_usd_year'])} million USD a year."
            )
        )
    return blocks


def _musd(value: float | None) -> str:
    if value is None or not isfinite(value):
        return "-"
    return figures(value / 1e6, 3)


def _list_assumptions(about: Mapping[str, Any]) -> DataTable:
    odds = about["odds"]
    rows = [
        cells(
            [
                cause["title"],
                f"{percent(cause['loading'][0])} to {percent(cause['loading'][-1])}",
                str(len(cause["gates"])),
                cause["basis"],
            ]
        )
        for cause in odds["causes"]
    ]
    slip = odds["slip"]
    return DataTable(
        "Shared causes on which the odds hang",
        (("Cause", "text"), ("how strongly", "number"), ("gates", "number"), ("basis", "text")),
        tuple(rows),
        f"Promised dates slip {percent(slip['low'])} to {percent(slip['high'])} of a year a year, learnt "
        f"from {len(slip['works'])} works of the record. The priors of every gate: landbridge process show.",
        look="small",
    )
