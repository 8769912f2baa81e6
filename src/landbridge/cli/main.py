"""The command `landbridge`: its commands, and how errors become messages and exit codes.

Only typer is imported here and in the modules of the commands; what computes is imported when a command
runs, so that `landbridge --help` answers at once.
"""

import os
import signal
import sys
import warnings
from typing import Annotated, Any

import typer

from landbridge import __version__
from landbridge.cli import (
    appraise,
    assign,
    calibrate,
    dependence,
    process,
    record,
    reliability,
    results,
    running,
    serve,
    studies,
    validate,
    ways,
)
from landbridge.errors import LandbridgeError, LandbridgeWarning

HELP = """If a border opens, a line is built, an agreement holds or fails: who ships what, by which way,
at what time and cost?

\b
Examples:
  landbridge demo                                          the main job on the built-in study, with its brief
  landbridge serve                                         the map in a browser, to shut a border on
  landbridge routes azerbaijan nakhchivan -s tripp-open    the ways between two places
  landbridge compare runs/eurasia today tripp-open         what a scenario changes
  landbridge dependence nakhchivan                         on whom a zone depends, and what it would lose
  landbridge study copy eurasia my-study                   a study of your own, to edit and run
  landbridge record check article.txt report.pdf           where documents contradict each other
"""

INTERRUPTED, TERMINATED = 130, 143

app = typer.Typer(
    name="landbridge",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("run")(running.run)
app.command("serve")(serve.serve)
app.command("demo")(running.demo)
app.command("routes")(ways.routes)
app.command("why-not")(ways.why_not)
app.command("dependence")(dependence.dependence)
app.command("reliability")(reliability.reliability)
app.command("compare")(results.compare)
app.command("trace")(results.trace)
app.command("appraise")(appraise.appraise)
app.command("validate")(validate.validate)
app.command("calibrate")(calibrate.calibrate)
app.command("brief")(results.brief)
app.add_typer(studies.app, name="study")
app.add_typer(record.app, name="record")
app.add_typer(process.app, name="process")
app.command("warmup")(running.warmup)
app.command("assign")(assign.assign)
app.command("skim")(assign.skim)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"landbridge {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the details of an unexpected error; so does LANDBRIDGE_DEBUG=1."),
    ] = False,
) -> None:
    """Take the options that stand before any command."""


def _show_warning(message: Warning | str, category: type[Warning], *_place: Any, **_more: Any) -> None:
    """Show a warning of ours as a message; what libraries say to programmers is not for the person."""
    if issubclass(category, LandbridgeWarning):
        typer.echo(str(message), err=True)


def _stop(_number: int, _frame: Any) -> None:
    """Leave as Ctrl-C does, so that what is half-written is taken away."""
    raise SystemExit(TERMINATED)


def main() -> None:
    """Run the command and leave with its exit code.

    0 is done, 1 an error that was said, 2 a command that was typed wrongly, 130 stopped by Ctrl-C, 143 by
    a system that asks programs to end.
    """
    words = [word for word in sys.argv[1:] if word != "--debug"]
    warnings.showwarning = _show_warning
    is_debug = len(words) < len(sys.argv) - 1 or os.environ.get("LANDBRIDGE_DEBUG", "") not in {"", "0"}
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(words, prog_name="landbridge")
    except SystemExit as leaving:
        if leaving.code in {INTERRUPTED, TERMINATED}:
            typer.echo("Stopped; nothing half-written is left.", err=True)
        raise
    except LandbridgeError as error:
        if is_debug:
            raise
        typer.echo(str(error), err=True)
    except Exception as error:
        if is_debug:
            raise
        typer.echo(
            f"LB-X000 Landbridge met an error it did not expect: {type(error).__name__}: {error}\n"
            "  mend:  the same command with --debug shows the details; please report them.",
            err=True,
        )
    sys.exit(1)
