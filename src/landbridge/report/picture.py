"""One picture of a run for a front page: what opening the closed lines changes."""

from pathlib import Path

from landbridge.report.atlas import Atlas
from landbridge.report.reading import Reader, Run
from landbridge.tables import write_whole


def write_picture(
    run: Run, path: str | Path, *, scenario: str | None = None, year: int | None = None
) -> Path:
    """Write the difference map of a scenario against the study's reference as SVG, whole or not at all.

    Parameters
    ----------
    scenario
        By default the first scenario of the study's first question.
    year
        By default the year in which the brief compares scenarios.

    Raises
    ------
    UnknownId
        If the scenario is not in the run.
    """
    path = Path(path)
    reader = Reader(run)
    if scenario is not None:
        reader = Reader(run, compare=(reader.reference, scenario))
    atlas = Atlas(reader)
    year = year or reader.year
    if not reader.questions:
        svg = atlas.flow_map(
            atlas.focus, *reader.base, name="picture", title=f"What moved in {reader.base[1]}"
        )
    else:
        after = reader.questions[0].scenarios[0]
        view = atlas.best_views(reader.reference, after, year)[-1]
        title = f"{reader.title(after)}: what freight does in {year}"
        svg = atlas.change_map(view, reader.reference, after, year, name="picture", title=title)
    write_whole(path, svg)
    return path
