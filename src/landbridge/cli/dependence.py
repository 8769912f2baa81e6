"""The command that says on whom zones depend."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json, Scenario, StudyOption, Year

if TYPE_CHECKING:
    from landbridge.study.dependence import Dependence
    from landbridge.study.dependence_futures import DependenceSpread

SHOWN = 12
SHOWN_STATES = 4
KIND_TITLES = {
    "state": "States",
    "chokepoint": "Straits and canals",
    "port": "Ports",
    "crossing": "Border crossings",
}

Zone = Annotated[
    str | None,
    typer.Argument(
        metavar="[ZONE]", help="A zone of the study; all of them if left out.", show_default=False
    ),
]
Wide = Annotated[
    bool, typer.Option("--wide", help="Close straits, ports and border crossings too, one at a time.")
]
Futures = Annotated[
    int | None,
    typer.Option(
        "-f", "--futures", metavar="N", min=1, help="Draw N futures: how ZONE's dependence spreads over them."
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        "-w", "--workers", metavar="K", min=1, help="Processes that solve closures; else threads of this one."
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers solve closures."),
]
Pairs = Annotated[bool, typer.Option("--pairs", help="Close all pairs of the 20 gravest too.")]


def dependence(
    zone: Zone = None,
    scenario: Scenario = None,
    year: Year = None,
    wide: Wide = False,
    pairs: Pairs = False,
    futures: Futures = None,
    workers: Processes = None,
    cluster: Cluster = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Show on whom a zone depends, and what it could lose.

    Each state is closed to the transit of others in turn and the market finds its equilibrium anew. The loss
    is what cargo that still moves pays more; what cannot move is said in tonnes.

    \b
    Examples:
      landbridge dependence nakhchivan
      landbridge dependence armenia -s region-open -y 2030 --json
      landbridge dependence --wide --pairs --workers 2
      landbridge dependence --wide --pairs --cluster tcp://10.0.0.1:8786
      landbridge dependence nakhchivan -y 2035 --futures 64
    """
    from landbridge.indicators.elements import KINDS
    from landbridge.study import open_study
    from landbridge.study.dependence import (
        describe_more,
        describe_zone,
        find_dependence,
        list_closures,
    )

    if futures is not None and zone is None:
        raise typer.BadParameter("name the zone whose futures are drawn.", param_hint="--futures")
    if workers is not None and cluster is not None:
        raise typer.BadParameter(
            "a cluster brings its own workers: give one of the two.", param_hint="--workers"
        )
    opened = open_study(study)
    with show.progress_shown() as progress:
        found, spread = find_dependence(
            opened,
            zone,
            scenario=scenario,
            year=year,
            kinds=KINDS if wide else ("state",),
            pairs=pairs,
            futures=futures,
            processes=workers,
            cluster=cluster,
            progress=progress,
        )
    if json:
        zones = [
            {"zone": name, "states": describe_zone(found, name)}
            | (describe_more(found, name) if wide else {})
            for name in ([zone] if zone else found.zones)
        ]
        if spread is not None:
            zones[0]["futures"] = {**vars(spread), "rows": list(spread.rows)}
        if pairs:
            show.print_json({"zones": zones, "closures": list_closures(found)})
        else:
            show.print_json(zones[0] if zone else zones)
        return
    if zone:
        _print_zone(found, zone, wide)
    else:
        _print_zones(found)
    if spread is not None:
        _print_spread(spread)
    if wide or pairs or not zone:
        _print_closures(list_closures(found))


def _title(found: "Dependence") -> str:
    return f"scenario {found.scenario}, {found.year}"


def _print_zone(found: "Dependence", zone: str, wide: bool) -> None:
    """Print one zone: a table for each kind of thing that may close, and who could cut it off."""
    from landbridge.report.numbers import figures, number, percent, tonnes
    from landbridge.study.dependence import describe_more, describe_zone

    more = describe_more(found, zone)
    show.say(f"{zone}, {_title(found)}: {tonnes(more['trade_t_year'])} a year.")
    show.say(
        f"Its ways are as concentrated as {figures(more['effective_ways'])} equal ones "
        f"(Herfindahl index {figures(more['hhi'])})."
    )
    show.say(f"Who could cut it off: {_cuts(more['cut_off_by'])}.")
    if more["cut_from_own_state_by"] is not None:
        show.say(f"Who could cut it off from the rest of its state: {_cuts(more['cut_from_own_state_by'])}.")
    show.say()
    names = dict(
        zip(zip(found.elements.kind, found.elements.id, strict=True), found.elements.name, strict=True)
    )
    for kind, title in KIND_TITLES.items():
        rows = describe_zone(found, zone, kind)
        if not rows:
            continue
        body = [
            (
                names[kind, name],
                percent(row["share_tonnes"]),
                percent(row["share_value"]),
                number(row["loss_if_closed_usd_year"] / 1e6, 1),
                number(row["unserved_if_closed_t_year"] / 1e3, 1),
            )
            for name, row in list(rows.items())[:SHOWN]
        ]
        heads = (
            "closed",
            "of its tonnes",
            "of its value",
            "loss, million USD a year",
            "stays, 1000 t a year",
        )
        show.print_table(title, heads, body)
    if not wide:
        show.say("Straits, ports and border crossings: --wide.")


def _print_spread(spread: "DependenceSpread") -> None:
    """Print how the hold of each state spreads over futures."""
    from landbridge.report.numbers import number, percent

    cells: dict[str, dict[str, str]] = {}
    for row in spread.rows:
        is_share = row["measure"].startswith("share")
        scale = 1e6 if row["measure"].startswith("loss") else 1e3
        low, middle, high = (
            percent(row[q]) if is_share else number(row[q] / scale, 1) for q in ("q05", "q50", "q95")
        )
        cells.setdefault(row["state"], {})[row["measure"]] = f"{middle} ({low} to {high})"
    heads = ("closed", "of its tonnes", "of its value", "loss, million USD a year", "stays, 1000 t a year")
    body = [(state, *found.values()) for state, found in cells.items()]
    title = f"In {spread.n_futures} futures of {spread.year}: median (5 to 95 %)"
    show.print_table(title, heads, body)
    show.say(f"{spread.n_states} states of the network; worst residual {spread.worst_residual:.0e}.")


def _cuts(sets: list[list[str]]) -> str:
    """Write sets of states, or that there are none."""
    if not sets:
        return "no three states together"
    if sets == [[]]:
        return "it is cut off as it is"
    return " or ".join(" and ".join(states) for states in sets[:SHOWN_STATES])


def _print_zones(found: "Dependence") -> None:
    """Print a row for each zone: its ways, the states it hangs on most, who could cut it off."""
    from landbridge.report.numbers import figures, number, percent
    from landbridge.study.dependence import describe_more, describe_zone

    rows = []
    for zone in found.zones:
        more = describe_more(found, zone)
        states = describe_zone(found, zone)
        most = sorted(states, key=lambda name: -states[name]["share_tonnes"])[:SHOWN_STATES]
        through = ", ".join(f"{name} {percent(states[name]['share_tonnes'])}" for name in most)
        gravest = next(iter(states), None)
        loss = "-"
        if gravest is not None:
            row = states[gravest]
            loss = f"{gravest} {number(row['loss_if_closed_usd_year'] / 1e6)}"
            if row["unserved_if_closed_t_year"] >= 1000.0:
                loss += f", {number(row['unserved_if_closed_t_year'] / 1e3)}"
        rows.append((zone, figures(more["effective_ways"]), through, loss, _cuts(more["cut_off_by"])))
    heads = ("zone", "equal ways", "goes through", "gravest: million USD, 1000 t that stay", "cut off by")
    show.print_table(f"On whom zones depend, {_title(found)}", heads, rows, left=(0, 2, 3, 4))


def _print_closures(rows: list[dict[str, Any]]) -> None:
    """Print the gravest closures for the world, and the pairs in which each is the way round the other."""
    from landbridge.report.numbers import million_tonnes, number

    def write(row: dict[str, Any]) -> tuple[str, ...]:
        names = " and ".join(item["name"] for item in row["closed"])
        stays = million_tonnes(row["unserved_t_year"])
        return names, number(row["loss_usd_year"] / 1e6), stays, number(row["excess_usd_year"] / 1e6)

    heads = (
        "closed",
        "loss, million USD a year",
        "stays, million t a year",
        "worse together by, million USD",
    )
    for n, title in ((1, "Gravest closures for all zones together"), (2, "Pairs that are worst together")):
        few = [row for row in rows if len(row["closed"]) == n]
        few.sort(key=lambda row: -row["excess_usd_year" if n == 2 else "borne_usd_year"])
        if few:
            show.print_table(title, heads[: n + 2], [write(row)[: n + 2] for row in few[: 2 * SHOWN]])
    if rows:
        show.say("Worse together: each tonne that stays counted at what its class would bear in queues.")
