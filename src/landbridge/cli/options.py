"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

StudyOption = Annotated[
    str,
    typer.Option("--study", metavar="STUDY", help="A study's name, or the folder that holds its study.yaml."),
]
Scenario = Annotated[
    str | None,
    typer.Option(
        "-s", "--scenario", metavar="NAME", help="A scenario of the study; else its reference scenario."
    ),
]
Year = Annotated[
    int | None,
    typer.Option("-y", "--year", metavar="YEAR", help="The year of the demand; else the base year."),
]
Commodity = Annotated[
    str | None,
    typer.Option(
        "-c", "--commodity", metavar="CLASS", help="A commodity class of the study, such as containers."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON in place of tables.")]
Origin = Annotated[
    str, typer.Argument(metavar="FROM", help="A zone or node of the study.", show_default=False)
]
Destination = Annotated[
    str, typer.Argument(metavar="TO", help="A zone or node of the study.", show_default=False)
]
RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="A results folder, such as runs/eurasia.", show_default=False)
]
