"""The command `validate`: a run beside what was observed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json


def validate(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RUN]", help="A results folder; else the newest one in runs/.", show_default=False
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="A CSV table of observations of yours: quantity, scenario, unit, value, tolerance. It takes "
            "the place of the study's own.",
        ),
    ] = None,
    quantities: Annotated[
        bool, typer.Option("--quantities", help="List the quantities that can be compared, and stop.")
    ] = False,
    json: Json = False,
) -> None:
    """Hold a run against what was observed, and tell misses.

    Every observed quantity stands beside the model's, with its error, its tolerance and a verdict. What the
    run does not model is listed with the reason; it never counts as inside.

    \b
    Examples:
      landbridge validate                                   the newest run, the study's observations
      landbridge validate runs/eurasia --json
      landbridge validate runs/eurasia --against mine.csv   figures that the model has never seen
      landbridge validate --quantities                      what such a table may ask for
    """
    if quantities:
        _list_quantities(is_json=json)
        return
    from landbridge.study import open_run
    from landbridge.study.validation import find_latest_run, validate_run

    finished = open_run(run) if run is not None else find_latest_run()
    with show.progress_shown() as progress:
        found = validate_run(finished, against=against, progress=progress)
    if json:
        show.print_json(found)
        return
    if run is None:
        show.say(f"The newest run:  {finished.path}")
    print_validation(found)


def _list_quantities(*, is_json: bool) -> None:
    """Print the language of quantities."""
    from landbridge.indicators.quantities import KINDS, OPERATORS

    if is_json:
        kinds = [
            {"quantity": k.pattern, "unit": k.unit, "group": k.group, "what": k.description}
            for k in KINDS.values()
        ]
        operators = [{"operator": name, "what": what} for name, what in OPERATORS.items()]
        show.print_json({"quantities": kinds, "operators": operators})
        return
    rows = [(kind.pattern, kind.unit, kind.description) for kind in KINDS.values()]
    show.print_table(
        "Quantities ([] may be left out)", ("quantity", "unit", "what it is"), rows, left=(0, 1, 2)
    )
    joined = [
        (name + ("(A, B, ...)" if name == "sum" else "(A, B)"), what) for name, what in OPERATORS.items()
    ]
    show.print_table("They combine by", ("operator", "what it gives"), joined, left=(0, 1))
    show.say("@SCENARIO/YEAR behind a quantity asks for another state of the world than its row names.")


def print_validation(found: dict[str, Any]) -> None:
    """Print the answer of `validate`: a table for each group, what is not modelled, and the sum."""
    from landbridge.report.observed import (
        describe_error,
        describe_figures,
        describe_quantity,
        describe_share,
        find_usual,
    )

    usual = find_usual(found["rows"])
    for group in found["groups"]:
        rows = [row for row in found["rows"] if row["group"] == group and row["inside"] is not None]
        if rows:
            cells = []
            for row in rows:
                observed, modelled, unit = describe_figures(row)
                mark = " *" if row["use"] == "validate" else ""
                cells.append(
                    (
                        describe_quantity(row, usual),
                        f"{observed} {unit}",
                        modelled,
                        describe_error(row),
                        row["tolerance_stated"],
                        row["verdict"] + mark,
                    )
                )
            show.print_table(
                f"{group.capitalize()}: {describe_share(found['groups'][group])}",
                ("quantity", "observed", "modelled", "error", "allowed", "verdict"),
                cells,
                left=(0, 5),
            )
    missing = [row for row in found["rows"] if row["inside"] is None]
    if missing:
        show.print_table(
            "Not modelled in this run",
            ("quantity", "observed", "why not"),
            [
                (
                    describe_quantity(row, usual),
                    " ".join(describe_figures(row)[::2]),
                    row["reason"],
                )
                for row in missing
            ],
            left=(0, 2),
        )
        for mend in dict.fromkeys(row["mend"] for row in missing):
            show.say(f"To model them:    {mend}")
        show.say()
    if usual:
        show.say(f"Where no other is named, the scenario is {usual.replace('/', ', year ')}.")
    if "validate" in found["uses"]:
        show.say("* kept out of calibration")
    show.say(f"In all:           {describe_share(found)}")
    for use, words in (("calibrate", "May calibrate:"), ("validate", "Only validates:")):
        if use in found["uses"]:
            show.say(f"{words:<17} {describe_share(found['uses'][use])}")
    if found["against"] is None:
        count = found["evidence_only"]
        show.say(f"As evidence:      {count} more observations, each with why it is not compared")
