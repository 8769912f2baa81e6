"""Commands about one pair of places: the ways between them, and why a way is not taken."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Commodity, Destination, Json, Origin, Scenario, StudyOption, Year

SHOWN_SHARE = 0.0005
WAY_HEADS = ("", "share", "time", "USD/t", "all costs USD/t", "CO2 kg/t", "borders", "states")


def ask(
    find: Callable[..., dict[str, Any]],
    tell: Callable[[dict[str, Any]], None],
    study: str,
    *places: str,
    is_json: bool,
    **asked: Any,
) -> None:
    """Ask a study about a pair of places and tell the answer, as JSON if that is wanted."""
    from landbridge.study import open_study

    opened = open_study(study)
    with show.progress_shown() as progress:
        found = find(opened, *places, progress=progress, **asked)
    (show.print_json if is_json else tell)(found)


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
    from landbridge.study import find_routes

    state = {"scenario": scenario, "year": year, "commodity": commodity}
    ask(find_routes, print_routes, study, origin, destination, is_json=json, **state)


def print_routes(found: dict[str, Any]) -> None:
    """Print the answer of `routes` as a table, the way of each alternative beneath its numbers."""
    from landbridge.report.numbers import percent

    rows = [_numbers(str(number), way) for number, way in enumerate(found["alternatives"], 1)]
    if rows:
        show.print_table(title(found), WAY_HEADS, rows, left=(0, 7))
        for number, way in enumerate(found["alternatives"], 1):
            show.say(f"{number:2d}. {write_way(way)}")
    else:
        show.say(f"{title(found)}: no way is open.")
    for limit in found["limits"]:
        ways = ", ".join(str(number) for number in limit["ways"])
        share = percent(limit["usable_share"])
        show.say(f"Only {share} of the cargo can choose {ways}: {limit['limited_by']}.")
    if found["unserved_share"] >= SHOWN_SHARE:
        show.say(f"Cannot move: {percent(found['unserved_share'])} of the demand.")
    if found.get("cause"):
        show.say(f"Why: {found['cause']}. What would open a way: {found['would_open']}.")


def title(found: dict[str, Any]) -> str:
    """Write which pair an answer is about, and in what state of the world."""
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


def write_way(way: dict[str, Any]) -> str:
    """Write a way: how it goes, and by which places."""
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
    from landbridge.study import explain_why_not

    state = {"scenario": scenario, "year": year, "commodity": commodity}
    ask(explain_why_not, print_why_not, study, origin, destination, via=via, is_json=json, **state)


def print_why_not(answer: dict[str, Any]) -> None:
    """Print the answer of `why-not` in sentences, and the two ways side by side."""
    from landbridge.report.numbers import duration, money, percent

    show.say(f"{title(answer)}, by way of {answer['via']}")
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
                show.say(f"{name}: {write_way(way)}")


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
