"""The command that says how surely cargo arrives."""

from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Commodity, Destination, Json, Origin, Scenario, StudyOption, Year
from landbridge.cli.ways import ask, title, write_way

HEADS = ("", "share", "mean", "P50", "P80", "P95", "buffer", "in time", "states")


def reliability(
    origin: Origin,
    destination: Destination,
    promise: Annotated[
        float | None,
        typer.Option("--promise", metavar="DAYS", min=0.0, help="Promised time; else 1.2 times the mean."),
    ] = None,
    scenario: Scenario = None,
    commodity: Commodity = None,
    year: Year = None,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", min=100, help="Journeys that are drawn of each way.")
    ] = 20_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the draws.")] = 0,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Show how long journeys take, and how surely.

    Times are drawn arc by arc at the queues of the scenario; storms, waits and jams meet all ways that
    share them.

    \b
    Examples:
      landbridge reliability xian poti-port -c containers -s base-2024
      landbridge reliability azerbaijan nakhchivan --promise 5 --json
    """
    from landbridge.study.reliability_query import find_reliability

    state = {"scenario": scenario, "year": year, "commodity": commodity}
    own = {"promise_days": promise, "draws": draws, "seed": seed}
    ask(find_reliability, print_reliability, study, origin, destination, is_json=json, **state, **own)


def print_reliability(found: dict[str, Any]) -> None:
    """Print the answer of `reliability`: all ways together, then each."""
    from landbridge.report.numbers import duration, percent

    rows = [("all ways", "", *_numbers(found), "")]
    for number, way in enumerate(found["ways"], 1):
        rows.append((f"{number}", percent(way["share"]), *_numbers(way), " ".join(way["countries"])))
    show.print_table(title(found), HEADS, rows, left=(0, 8))
    for number, way in enumerate(found["ways"], 1):
        show.say(f"{number:2d}. {write_way(way)}")
    show.say(
        f"In time: within {duration(found['promise_h'])}. Buffer: what P95 adds to the mean. "
        f"{found['draws']} journeys of each way, seed {found['seed']}."
    )


def _numbers(row: dict[str, Any]) -> tuple[str, ...]:
    """Write the times and shares of one distribution."""
    from landbridge.report.numbers import duration, percent

    times = (duration(row[name]) for name in ("mean_h", "p50_h", "p80_h", "p95_h"))
    return (*times, percent(row["buffer_index"]), percent(row["on_time"]))
