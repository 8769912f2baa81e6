"""Commands about conditions and their futures: `process show`, `process sample`, `process what-if`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json, StudyOption

app = typer.Typer(
    help="Show and sample the conditions that open links.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
FUTURES = 10_000
SHOWN_CRITICAL = 8
SHOWN_CHANGE = 0.005

Count = Annotated[int, typer.Option("-n", "--futures", metavar="N", help="How many futures to draw.")]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="SEED", help="Another seed than that of the study.")
]
GateName = Annotated[
    str | None,
    typer.Option("-g", "--gate", metavar="GATE", help="Only this gate and all that it needs."),
]


@app.command("show")
def show_(
    gate: GateName = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Draw it, with odds: *.html, or *.svg for the picture alone."
        ),
    ] = None,
    n: Count = FUTURES,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Show the graph of conditions: what each needs, how it stands, what is believed of it.

    \b
    Examples:
      landbridge process show -g tripp-rail-open
      landbridge process show -o gates.html
    """
    from landbridge.study import open_study
    from landbridge.study.futures import tell_graph

    opened = open_study(study)
    told = tell_graph(opened, gate=gate)
    if out is not None:
        from landbridge.report import write_gate_graph
        from landbridge.study.futures import tell_sample

        write_gate_graph(told, tell_sample(opened, n), out)
    if json:
        show.print_json(told)
        return
    if out is not None:
        show.say(f"Drawn: {out.resolve()}")
        return
    _print_graph(told)


def _print_graph(told: Mapping[str, Any]) -> None:
    from landbridge.report.gate_graph import describe

    for gate in told["gates"]:
        show.say(f"[{gate['today']}] {gate['title']}")
        show.say(f"    {describe(gate)}")
        for words, names in (("needs", gate["requires"]), ("and one of", gate["requires_any"])):
            if names:
                show.say(f"    {words}: {', '.join(names)}")
    show.say()
    _print_assumptions(told)


@app.command()
def sample(
    n: Count = FUTURES,
    target: Annotated[
        str | None,
        typer.Option(
            "-t",
            "--target",
            metavar="GATE",
            help="Rank what brings this gate soonest; else the study's target.",
        ),
    ] = None,
    seed: Seed = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Draw futures: the probability that each condition holds at the end of each year.

    \b
    Examples:
      landbridge process sample
      landbridge process sample -n 1000000 --json
      landbridge process sample --target tripp-rail-open
    """
    from landbridge.study import open_study
    from landbridge.study.futures import tell_sample

    told = tell_sample(open_study(study), n, target=target, seed=seed)
    if json:
        show.print_json(told)
        return
    _print_sample(told)


def _print_sample(told: Mapping[str, Any]) -> None:
    from landbridge.report.gate_graph import pick_years, say_odds

    years = pick_years(list(next(iter(told["open_probability"].values()))))
    held = set(told["held"])
    rows = []
    for gate, odds in told["open_probability"].items():
        if gate not in held:
            low, high = told["interval"][gate][years[-1]]
            rows.append(
                [gate, *(say_odds(odds[year]) for year in years), f"{say_odds(low)} to {say_odds(high)}"]
            )
    title = (
        f"Probability of being open at the end of the year, {told['n']} futures in {told['seconds']:.1f} s"
    )
    show.print_table(title, ("gate", *years, f"range {years[-1]}"), rows)
    if told["critical"]:
        found = [
            [item["gate"], f"{item['years_sooner']:.2f}", f"{item['odds_gain']:+.1%}"]
            for item in told["critical"][:SHOWN_CRITICAL]
        ]
        heads = ("a year sooner of", "years sooner", "odds within the horizon")
        show.print_table(f"What would bring {told['target']} soonest", heads, found)
    show.say("range: all numbers of the priors at their bad, or at their good end.")
    _print_assumptions(told)


def _print_assumptions(told: Mapping[str, Any]) -> None:
    """Print what must stand beside odds."""
    from landbridge.report.gate_graph import say_assumptions

    for line in say_assumptions(told):
        show.say(line)


@app.command("what-if")
def what_if(
    conditions: Annotated[
        list[str],
        typer.Argument(
            metavar="GATE=met@2027",
            help="A gate and when it comes: met@YEAR, met@DAY or never.",
            show_default=False,
        ),
    ],
    n: Count = FUTURES,
    seed: Seed = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Show what changes if conditions come, or never come, in the same futures.

    What a gate requires comes by the same day; a permission may be taken back afterwards.

    \b
    Examples:
      landbridge process what-if peace-treaty-signed=met@2027
      landbridge process what-if tripp-rail-built=met@2029 iran-us-truce=never --json
    """
    from landbridge.study import open_study
    from landbridge.study.futures import tell_what_if

    told = tell_what_if(open_study(study), conditions, n, seed=seed)
    if json:
        show.print_json(told)
        return
    _print_what_if(told)


def _print_what_if(told: Mapping[str, Any]) -> None:
    from landbridge.report.gate_graph import pick_years, say_odds

    years = pick_years(list(next(iter(told["before"].values()))))
    rows: list[Sequence[str]] = []
    for gate in told["changed"]:
        change = told["difference"][gate]
        if max(abs(value) for value in change.values()) >= SHOWN_CHANGE:
            before, after = told["before"][gate], told["open_probability"][gate]
            rows.append([gate, *(f"{say_odds(before[year])} > {say_odds(after[year])}" for year in years)])
    title = f"If {' and '.join(told['what_if'])}: probability of being open at the end of the year"
    show.print_table(title, ("gate", *years), rows)
    _print_assumptions(told)
