"""Commands that compute: `run` a study, the `demo` on the built-in one, `warmup` of the compiled kernels."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json

if TYPE_CHECKING:
    from landbridge.study import Run

DEMO_STUDY = "eurasia"


def run(
    study: Annotated[
        str,
        typer.Argument(metavar="STUDY", help="A study's name, or the folder that holds its study.yaml."),
    ] = DEMO_STUDY,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "-s", "--scenario", metavar="NAME", help="A scenario to solve; repeat for more; else all."
        ),
    ] = None,
    year: Annotated[
        list[int] | None,
        typer.Option("-y", "--year", metavar="YEAR", help="A year to solve; repeat for more; else all."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="DIR", help="Where the results go; else runs/STUDY. Replaced whole."
        ),
    ] = None,
    futures: Annotated[
        int | None,
        typer.Option(
            "-f", "--futures", metavar="N", min=1, help="Draw N futures too, and solve all their states."
        ),
    ] = None,
    options: Annotated[
        bool,
        typer.Option("--options", help="Hold the options of study.yaml against each other in all futures."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "-w", "--workers", metavar="K", min=1, help="Processes that solve futures; else all cores."
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers solve futures."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Seed of futures; else that of study.yaml.")
    ] = None,
    dependence: Annotated[
        bool,
        typer.Option("--dependence", help="Close each state and chokepoint in turn, in every scenario."),
    ] = False,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws",
            metavar="N",
            min=2,
            help="Solve all N times more, with parameters drawn from what calibration left open.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Solve a study's scenarios and years into a results folder.

    A run of futures that was stopped goes on where it was when it is started again.

    \b
    Examples:
      landbridge run                                       the built-in study, whole
      landbridge run -s today -s tripp-open -y 2035        two scenarios, one year
      landbridge run my-study -o runs/first                a study of yours
      landbridge run -s today -s tripp-open -y 2035 --draws 20    how surely calibration knows it
      landbridge run --futures 10000                       and ten thousand futures
      landbridge run --futures 10000 --cluster tcp://10.0.0.1:8786
    """
    if futures is None:
        given = {"--options": options or None, "--workers": workers, "--cluster": cluster, "--seed": seed}
        for name, value in given.items():
            if value is not None:
                raise typer.BadParameter(f"{name} is for futures: add --futures N.", param_hint=name)
    if workers is not None and cluster is not None:
        raise typer.BadParameter(
            "a cluster brings its own workers: give one of the two.", param_hint="--workers"
        )
    finished = _solve(
        study,
        scenario or None,
        year or None,
        out,
        futures=futures,
        workers=workers,
        cluster=cluster,
        seed=seed,
        with_options=options,
        dependence=dependence,
        draws=draws,
    )
    _close(finished, is_json=json)
    if not json:
        show.say(f"A brief of it:   {show.command()} brief {show.quoted(finished.path)}")


def demo(
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="DIR", help="Where the results go; else runs/eurasia. Replaced whole."
        ),
    ] = None,
) -> None:
    """Do the main job on the built-in study, and write its brief.

    \b
    Example:
      landbridge demo
    """
    from landbridge.report import write_brief

    finished = _solve(DEMO_STUDY, None, None, out)
    _close(finished, is_json=False)
    brief = finished.path / "brief.html"
    write_brief(finished, brief)
    show.say(f"The brief:       {brief.resolve()}")
    show.say(f"Ask next:        {show.command()} routes azerbaijan nakhchivan -s tripp-open -y 2035")


def warmup() -> None:
    """Compile the kernels and prepare the built-in study now.

    What is made is kept in the user's cache folder, so that the next run need not wait for it.

    \b
    Example:
      landbridge warmup
    """
    from time import monotonic

    from landbridge.study import open_study
    from landbridge.study.prepare import prepare
    from landbridge.study.run import solve_scenario

    start = monotonic()
    study = open_study(DEMO_STUDY)
    with show.progress_shown() as progress:
        prepared = prepare(study, progress)
        solve_scenario(prepared, study.settings.reference_scenario, study.settings.base_year)
    show.say(
        f"Ready: the kernels are compiled, the study {study.id} is prepared ({monotonic() - start:.0f} s)."
    )


def _solve(
    study: str, scenarios: list[str] | None, years: list[int] | None, out: Path | None, **how: Any
) -> "Run":
    """Open and run a study, with progress on standard error."""
    from landbridge.study import open_study, run_study

    opened = open_study(study)
    with show.progress_shown() as progress:
        target = out or Path("runs") / opened.id
        return run_study(opened, scenarios=scenarios, years=years, out=target, progress=progress, **how)


def _close(finished: "Run", *, is_json: bool) -> None:
    """Print what a run found, and where it lies."""
    from landbridge.cli.closing import closing, print_closing

    found = closing(finished)
    if is_json:
        show.print_json(found)
        return
    print_closing(found)
    show.say(f"The results:     {finished.path}")
