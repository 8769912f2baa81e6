"""The command `calibrate`: choice parameters and base-year demand fitted to what was observed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json


def calibrate(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            help="A study's name, or the folder that holds its study.yaml.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            help="Write a copy of the study with what was found; DIR must be new.",
        ),
    ] = None,
    folds: Annotated[
        bool,
        typer.Option("--folds", help="Fit again without each fold, and tell the error of what was held out."),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the posterior sample.")] = 0,
    json: Json = False,
) -> None:
    """Fit parameters and base-year demand to what was observed.

    Rows marked validate are never fitted; they stand beside the others so that over-fitting shows. Routes and
    seed demand are those of the study; what is found goes to the tables adjustments and demand_factors.

    \b
    Examples:
      landbridge calibrate eurasia -o calibrated     a study of its own with what was found
      landbridge calibrate eurasia --folds           how well held-out observations are met
    """
    from landbridge.study import open_study
    from landbridge.study.calibrated import calibrate_study

    opened = open_study(study)
    with show.progress_shown() as progress:
        found = calibrate_study(opened, out, folds=folds, seed=seed, progress=progress)
    if json:
        show.print_json(found)
        return
    print_calibration(found)


def print_calibration(found: dict[str, Any]) -> None:
    """Print the answer of `calibrate`."""
    show.print_table(
        "Choice parameters: factor on the value of the table, and where nine in ten lie",
        ("parameter", "factor", "low", "high", "doubt removed"),
        [
            (p["id"], f"{p['factor']:.2f}", f"{p['low']:.2f}", f"{p['high']:.2f}", f"{p['learned']:.0%}")
            for p in found["parameters"]
        ],
        left=(0,),
    )
    volumes = [row for row in found["rows"] if not str(row["quantity"]).startswith("passage_")]
    show.print_table(
        "Volumes and shares before and after",
        ("quantity", "observed", "before", "after", "verdict"),
        [
            (
                row["quantity"],
                f"{row['observed']:.4g} {row['unit']}",
                f"{row['before']:.4g}",
                f"{row['after']:.4g}",
                ("inside" if row["inside"] else "outside") + ("" if row["told"] else " *"),
            )
            for row in volumes
        ],
        left=(0, 4),
    )
    show.say("* kept out of calibration")
    demand = found["demand"]
    show.say(
        f"Demand:           {demand['t_year_moved'] / 1e6:,.0f} of {demand['t_year_before'] / 1e6:,.0f} Mt "
        f"moved; {demand['cells_beyond_2']} of {demand['cells']} cells by more than twice"
    )
    for key, words in (("fitted", "Fitted:"), ("held_out", "Held out:")):
        show.say(f"{words:<17} {_describe(found[key])}")
    for fold in found.get("folds", []):
        show.say(
            f"Without fold {fold['fold']}:   fitted {_describe(fold['fitted'])}; "
            f"held out {_describe(fold['held_out'])}"
        )
    if "out" in found:
        show.say(f"The study:        {show.quoted(Path(found['out']))}")


def _describe(error: dict[str, Any]) -> str:
    if not error["rows"]:
        return "no rows"
    return (
        f"{error['inside']} of {error['rows']} inside, "
        f"median error {error['median_error_in_tolerances']:.2f} tolerances"
    )
