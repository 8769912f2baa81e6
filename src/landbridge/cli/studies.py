"""Commands about study folders: list, check, copy, export."""

from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json

app = typer.Typer(
    help="List, check, copy and export study folders.", no_args_is_help=True, rich_markup_mode=None
)
StudyName = Annotated[
    str,
    typer.Argument(
        metavar="STUDY", help="A study's name, or the folder that holds its study.yaml.", show_default=False
    ),
]


@app.command("list")
def list_(json: Json = False) -> None:
    """List the studies that come with Landbridge.

    \b
    Example:
      landbridge study list
    """
    from landbridge.study import find_study, list_studies
    from landbridge.study.settings import FILE, read_settings

    rows: list[dict[str, Any]] = []
    for name in list_studies():
        settings = read_settings(find_study(name) / FILE)[0]
        if settings:
            rows.append(
                {
                    "study": name,
                    "title": settings.title,
                    "years": list(settings.years),
                    "scenarios": {key: scenario.title for key, scenario in settings.scenarios.items()},
                }
            )
    if json:
        show.print_json(rows)
        return
    for row in rows:
        title = f"{row['study']}: {row['title']} ({', '.join(map(str, row['years']))})"
        show.print_table(title, ("scenario", "what it means"), list(row["scenarios"].items()), left=(0, 1))


@app.command()
def check(study: StudyName, json: Json = False) -> None:
    """List everything that is wrong with a study.

    Each fault with its file, line, column, value, and how to mend it.
    The exit code is 0 if it can be run, 1 if it cannot.

    \b
    Examples:
      landbridge study check my-study
      landbridge study check my-study --json
    """
    from landbridge.study import check_study

    faults = check_study(study)
    errors = [fault for fault in faults if fault.severity == "error"]
    if json:
        show.print_json({"study": study, "ok": not errors, "faults": [fault.as_dict() for fault in faults]})
    else:
        for fault in faults:
            show.say(str(fault))
        show.say(f"{study}: {_count(len(errors), 'fault')}, {_count(len(faults) - len(errors), 'warning')}.")
    if errors:
        raise typer.Exit(1)


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


@app.command()
def names(study: StudyName, json: Json = False) -> None:
    """List the places and goods that other commands take by name.

    Zones, commodity classes and scenarios; ports, border posts and stations are nodes, in tables/nodes.csv.

    \b
    Examples:
      landbridge study names eurasia
      landbridge study names eurasia --json
    """
    from landbridge.study import open_study

    opened = open_study(study)
    lists = {
        table: dict(
            zip(map(str, opened.tables[table]["id"]), map(str, opened.tables[table]["name"]), strict=True)
        )
        for table in ("zones", "classes")
    }
    lists["scenarios"] = {key: scenario.title for key, scenario in opened.settings.scenarios.items()}
    if json:
        show.print_json(lists)
        return
    for title, (key, named) in zip(("Places (zones)", "Goods", "Scenarios"), lists.items(), strict=True):
        head = {"zones": "zone", "classes": "commodity", "scenarios": "scenario"}[key]
        show.print_table(title, (head, "what it is"), list(named.items()), left=(0, 1))


@app.command()
def copy(
    study: StudyName,
    target: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.", show_default=False)
    ],
) -> None:
    """Copy a study to a folder of yours, to change it.

    \b
    Example:
      landbridge study copy eurasia my-study
    """
    from landbridge.study import copy_study

    path = copy_study(study, target)
    show.say(f"Copied to {path}: edit study.yaml and tables/*.csv, then")
    show.say(f"  {show.command()} study check {show.quoted(target)}")
    show.say(f"  {show.command()} run {show.quoted(target)}")


@app.command()
def export(
    study: StudyName,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The GeoPackage to write, *.gpkg.", show_default=False)
    ],
) -> None:
    """Export a study as a GeoPackage, for QGIS.

    A layer for each table; names and units are kept.

    \b
    Example:
      landbridge study export eurasia eurasia.gpkg
    """
    from landbridge.study import export_geopackage, open_study

    export_geopackage(open_study(study), file)
    show.say(f"Exported to {file.resolve()}")
