"""Command `appraise`: what projects are worth, who gains, and how surely."""

from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json, Scenario, StudyOption

SHOWN_PARTIES = 8


def appraise(
    projects: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROJECT]...",
            help="Projects of study.yaml; two to five are also held together. All, each alone, if left out.",
            show_default=False,
        ),
    ] = None,
    scenario: Scenario = None,
    futures: Annotated[
        int | None,
        typer.Option("-f", "--futures", metavar="N", min=2, help="Appraise in N futures of the gates, too."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Seed of futures; else that of study.yaml.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("-w", "--workers", metavar="K", min=1, help="Processes that solve futures.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Draw it: *.html, or *.svg for the chart of values alone."
        ),
    ] = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Say what projects are worth, and who gains.

    \b
    Examples:
      landbridge appraise tripp-rail
      landbridge appraise tripp-rail horadiz-aghband-rail      a line, and the one that it needs
      landbridge appraise -o appraisal.html                    all projects, each alone, drawn
      landbridge appraise tripp-rail horadiz-aghband-rail --futures 200
      landbridge appraise caspian-ships -s titr-upgraded --json
    """
    from landbridge.study import open_study
    from landbridge.study.appraise import appraise_projects, check_appraisal
    from landbridge.study.prepare import prepare

    opened = open_study(study)
    if out is not None and out.suffix not in {".html", ".svg"}:
        raise typer.BadParameter("write *.html or *.svg.", param_hint="--out")
    if futures is None:
        for name, value in {"--seed": seed, "--workers": workers}.items():
            if value is not None:
                raise typer.BadParameter(f"{name} is for futures: add --futures N.", param_hint=name)
    check_appraisal(opened, projects or (), scenario=scenario, futures=futures)
    with show.progress_shown() as progress:
        told = appraise_projects(
            prepare(opened, progress),
            projects or (),
            scenario=scenario,
            futures=futures,
            seed=seed,
            workers=workers,
            report=progress,
        )
    zones = {str(row["id"]): str(row["name"]) for row in opened.tables["zones"].rows()}
    if out is not None:
        from landbridge.report.gain_charts import write_appraisal

        write_appraisal(told, zones, out)
    if json:
        show.print_json(told)
        return
    print_appraisal(told, zones)
    if out is not None:
        show.say(f"Drawn: {out.resolve()}")


def print_appraisal(told: dict[str, Any], zones: dict[str, str]) -> None:
    """Print values, who gains, a combination and futures."""
    from landbridge.report.numbers import figures, number, percent

    rates = [f"{rate:.0%}" for rate in told["discount"]]
    rows = []
    for p in told["projects"]:
        last = p["gain_musd_year"][-1]
        gain = last["shippers"] + last["receivers"] + last["climate"]
        factor = p["switching"]["benefits"]
        rows.append(
            (
                p["title"],
                f"{number(p['capital_musd'][0])} to {number(p['capital_musd'][2])}",
                f"{p['opens'][1]}",
                figures(gain, 2),
                *(number(v["npv_musd"]) for v in p["values"]),
                f"{number(p['npv_range_musd'][0])} to {number(p['npv_range_musd'][1])}",
                figures(p["values"][1]["bcr"], 2),
                percent(p["irr"]) if p["irr"] == p["irr"] else "none",
                f"x {figures(factor, 2)}" if factor == factor else "never",
            )
        )
    title = (
        f"Projects on top of {told['scenario']}: million USD of {told['price_year']}, seen from {told['now']}"
    )
    heads = (
        "project",
        "capital",
        "from",
        f"gain in {told['years'][-1]}",
        *(f"NPV {rate}" for rate in rates),
        "all bad to all good",
        f"BCR {rates[1]}",
        "IRR",
        "pays if gains",
    )
    show.print_table(title, heads, rows)
    for p in told["projects"]:
        _print_who(p["title"], p["who"], told["years"][-1], zones)
    if told["combination"]:
        _print_combination(told, zones)
    if told["futures"]:
        _print_futures(told["futures"])
    show.say(told["method"])
    for p in told["projects"]:
        show.say(f"{p['title']} ({p['basis']}; {', '.join(p['source'])}): {p['note']}")


def _print_who(title: str, rows: list[dict[str, Any]], year: int, zones: dict[str, str]) -> None:
    """Print the parties that gain or lose most."""
    from landbridge.report.gain_charts import name_parties
    from landbridge.report.numbers import figures

    if not rows:
        show.say(f"{title}: nobody gains or loses anything from it alone.")
        show.say()
        return
    names = name_parties(rows[:SHOWN_PARTIES], zones)
    cells = [
        (words, figures(row["gain_musd_year"], 2, sign=True)) for words, row in zip(names, rows, strict=False)
    ]
    heads = ("who", "million USD a year")
    show.print_table(f"Who gains from {title} in {year}", heads, cells)


def _print_combination(told: dict[str, Any], zones: dict[str, str]) -> None:
    """Print what projects are worth together, and how that is shared."""
    from landbridge.report.numbers import number

    found, titles = told["combination"], {p["project"]: p["title"] for p in told["projects"]}
    rows = [
        (" + ".join(s["projects"]), number(s["benefits_musd"]), number(s["npv_musd"]))
        for s in found["subsets"]
    ]
    show.print_table(
        f"Together, at {found['rate']:.0%}: million USD, present value", ("built", "benefits", "NPV"), rows
    )
    shares = [
        (
            titles[s["project"]],
            number(s["alone_musd"]),
            number(s["last_musd"]),
            number(s["shapley_benefits_musd"]),
            number(s["shapley_npv_musd"]),
        )
        for s in found["shares"]
    ]
    heads = ("project", "alone", "added to the others", "Shapley share", "less its cost")
    show.print_table("Benefits of each: million USD, present value", heads, shares)
    _print_who("all of them", found["who"], told["years"][-1], zones)


def _print_futures(found: dict[str, Any]) -> None:
    """Print how projects fare over futures, and what the right to wait is worth."""
    from landbridge.report.numbers import number, percent

    rows = [
        (
            o["title"],
            number(o["npv_mean_musd"]),
            f"{number(o['npv_q05_musd'])} to {number(o['npv_q95_musd'])}",
            percent(o["probability_negative"][1]),
            percent(o["share_of_use"]),
            number(o["expected_regret_musd"]),
            *(number(w["option_musd"]) for w in o["waiting"]),
        )
        for o in found["options"]
    ]
    waits = [f"waiting to {w['until']} is worth" for w in found["options"][0]["waiting"]]
    heads = ("project", "mean NPV", "5 to 95 %", "NPV below 0 in", "of use in", "expected regret", *waits)
    show.print_table(
        f"In {found['n']} futures, at {found['rate']:.0%}: million USD, present value", heads, rows
    )
    show.say(f"{found['method']} {found['warning']}")
