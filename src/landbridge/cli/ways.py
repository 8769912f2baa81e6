"""Commands about one pair of places: the ways between them, and why a way is not taken."""

from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Commodity, Destination, Json, Origin, Scenario, StudyOption, Year

SHOWN_SHARE = 0.0005
WAY_HEADS = ("", "share", "time", "USD/t", "all costs USD/t", "CO2 kg/t", "borders", "states")


def routes(
    origin: Origin,
    destination: Destination,
    scenario: Scenario = None,
    commodity: Commodity = None,
    year: Year = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Show the ways between two places, with their times and costs.

    \b
    Examples:
      landbridge routes azerbaijan nakhchivan -s base-2024
      landbridge routes azerbaijan nakhchivan -s tripp-open -y 2035
      landbridge routes china_coast germany_benelux -c containers --json
    """
    from landbridge.study import find_routes, open_study

    opened = open_study(study)
    with show.progress_shown() as progress:
        found = find_routes(
            opened,
            origin,
            destination,
            scenario=scenario,
            year=year,
            commodity=commodity,
            progress=progress,
        )
    if json:
        show.print_json(found)
        return
    print_routes(found)


def print_routes(found: dict[str, Any]) -> None:
    """Print the answer of `routes` as a table, the way of each alternative beneath its numbers."""
    from landbridge.report.numbers import percent

    rows = [_numbers(str(number), way) for number, way in enumerate(found["alternatives"], 1)]
    if rows:
        show.print_table(_title(found), WAY_HEADS, rows, left=(0, 7))
        for number, way in enumerate(found["alternatives"], 1):
            show.say(f"{number:2d}. {_way(way)}")
    else:
        show.say(f"{_title(found)}: no way is open.")
    for limit in found["limits"]:
        ways = ", ".join(str(number) for number in limit["ways"])
        share = percent(limit["usable_share"])
        show.say(f"Only {share} of the cargo can choose {ways}: {limit['limited_by']}.")
    if found["unserved_share"] >= SHOWN_SHARE:
        show.say(f"Cannot move: {percent(found['unserved_share'])} of the demand.")
    if found.get("cause"):
        show.say(f"Why: {found['cause']}. What would open a way: {found['would_open']}.")


def _title(found: dict[str, Any]) -> str:
    ends = f"{found['from']} to {found['to']}"
    return f"{ends}: {found['commodity']}, scenario {found['scenario']}, {found['year']}"


def _numbers(name: str, way: dict[str, Any]) -> tuple[str, ...]:
    """Write the numbers of one way; one that nobody takes has no share and no emissions."""
    from landbridge.report.numbers import duration, money, percent

    return (
        name,
        percent(way.get("share")),
        duration(way["time_h"]),
        money(way.get("cost_usd_per_t"), none="-"),
        money(way["generalised_cost_usd_per_t"]),
        money(way.get("co2_kg_per_t"), none="-"),
        str(way["borders"]),
        " ".join(way["countries"]),
    )


def _way(way: dict[str, Any]) -> str:
    return f"{', '.join(way['modes'])}: {' - '.join(way['nodes'])}"


def why_not(
    origin: Origin,
    destination: Destination,
    via: Annotated[
        str, typer.Option("--via", metavar="NODE", help="The node the way should pass.", show_default=False)
    ],
    scenario: Scenario = None,
    commodity: Commodity = None,
    year: Year = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Say why the way through a place is not taken.

    It is shut, and by what; or it is dearer or slower than the best way, and by how much.

    \b
    Examples:
      landbridge why-not azerbaijan nakhchivan --via meghri -s today
      landbridge why-not china_coast germany_benelux --via aktau -c containers --json
    """
    from landbridge.study import explain_why_not, open_study

    opened = open_study(study)
    with show.progress_shown() as progress:
        answer = explain_why_not(
            opened,
            origin,
            destination,
            via=via,
            scenario=scenario,
            year=year,
            commodity=commodity,
            progress=progress,
        )
    if json:
        show.print_json(answer)
        return
    print_why_not(answer)


def print_why_not(answer: dict[str, Any]) -> None:
    """Print the answer of `why-not` in sentences, and the two ways side by side."""
    from landbridge.report.numbers import duration, money, percent

    show.say(f"{_title(answer)}, by way of {answer['via']}")
    if answer["verdict"] == "used":
        show.say(f"It is taken: {percent(answer['share'])} goes through {answer['via']}.")
    elif answer["verdict"] == "dear":
        extra_h, extra_usd = answer["extra_time_h"], answer["extra_cost_usd_per_t"]
        slower = f"{duration(abs(extra_h))} {'longer' if extra_h >= 0 else 'shorter'}"
        dearer = f"{money(abs(extra_usd))} USD/t {'dearer' if extra_usd >= 0 else 'cheaper'}"
        share = percent(answer["share"])
        show.say(f"It is open but hardly taken ({share}): {dearer} and {slower} than the best way.")
    else:
        show.say("It is shut. In the way stand:")
        for item in answer["shut"]:
            _print_obstacle(item)
        show.say()
    if "limited_by" in answer:
        limit = f"{percent(answer['usable_share'])} of the cargo can choose this way: {answer['limited_by']}."
        show.say(f"At most {limit}")
    ways = [(name, answer.get(key)) for name, key in ((f"by {answer['via']}", "best_via"), ("best", "best"))]
    rows = [_numbers(name, way) for name, way in ways if way]
    if rows:
        show.print_table("", ("way", *WAY_HEADS[1:]), rows, left=(0, 7))
        for name, way in ways:
            if way:
                show.say(f"{name}: {_way(way)}")


def _print_obstacle(item: dict[str, Any]) -> None:
    """Print one thing that shuts a way: the condition, what it shuts, what it still lacks, who says so."""
    gate = f"  [{item['gate']}]" if item["gate"] else ""
    show.say(f"- {item['title']}: {item['state']}{gate}")
    for words, names in (
        ("it shuts", item["elements"]),
        ("missing", item.get("missing")),
        ("sources", item.get("sources")),
    ):
        if names:
            show.say(f"    {words + ':':10}{', '.join(names)}")
