"""The commands `assign` and `skim`: equilibrium flows and least-cost skims of a network file."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Solver(StrEnum):
    """Ways to solve: bushes (the main one), paths (the witness), bfw (bi-conjugate Frank-Wolfe, the
    baseline)."""

    bushes = "bushes"
    paths = "paths"
    bfw = "bfw"


Network = Annotated[Path, typer.Argument(help="TNTP network file (also .gz), or a GMNS folder.")]
Toll = Annotated[float | None, typer.Option(help="Cost of a unit of toll; that of the file if not given.")]
Distance = Annotated[
    float | None, typer.Option(help="Cost of a unit of length; that of the file if not given.")
]
Threads = Annotated[int, typer.Option(min=1, help="Threads; the answer is the same for any number.")]


def assign(
    net: Network,
    trips: Annotated[Path, typer.Argument(help="TNTP trip table (also .gz), or a GMNS demand.csv.")],
    gap: Annotated[float, typer.Option(help="Relative gap at which to stop.")] = 1e-6,
    solver: Annotated[
        Solver, typer.Option(help="bushes, paths (a witness), or bfw (a baseline).")
    ] = Solver.bushes,
    threads: Threads = 2,
    max_seconds: Annotated[
        float | None, typer.Option(help="Stop after so many seconds, with a warning.")
    ] = None,
    classes: Annotated[Path | None, typer.Option(help="CSV table of classes; see the manual.")] = None,
    toll_factor: Toll = None,
    distance_factor: Distance = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write from,to,flow,cost as CSV.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find the user equilibrium of a TNTP or GMNS network.

    At the flows found nobody gains by changing path; the gap, checked anew, says how nearly so.

    \b
    Examples:
      landbridge assign berlin_net.tntp berlin_trips.tntp -o flows.csv
      landbridge assign berlin_net.tntp berlin_trips.tntp --gap 1e-10 --json
      landbridge assign gmns-folder gmns-folder/demand.csv --classes classes.csv
    """
    from landbridge.assignment.class_table import read_classes
    from landbridge.assignment.formats import read_network, read_trips, write_flows

    network = read_network(net)
    demand = read_trips(trips, network)
    factors = {"toll_factor": toll_factor, "distance_factor": distance_factor}
    what: Any = demand if classes is None else read_classes(classes, network, demand, **factors)
    problem = network.problem(what, **factors)
    limit = float("inf") if max_seconds is None else max_seconds
    if solver is Solver.bushes:
        from landbridge.assignment.equilibrium import solve_equilibrium

        found = solve_equilibrium(problem, gap=gap, threads=threads, max_seconds=limit, keep_memory=False)
    elif solver is Solver.paths:
        from landbridge.assignment.witness import solve_by_paths

        found = solve_by_paths(problem, gap=gap, max_seconds=limit)[0]
    else:
        from landbridge.assignment.frank_wolfe import solve_by_frank_wolfe

        found = solve_by_frank_wolfe(problem, gap=gap, threads=threads, max_seconds=limit)
    if output is not None:
        write_flows(output, problem, found.flow, found.cost)
    measured = found.certificate
    facts: dict[str, float | int | bool | str] = {
        "relative_gap": measured.relative_gap,
        "average_excess_cost": measured.average_excess_cost,
        "objective": measured.objective,
        "tstt": measured.tstt,
        "iterations": found.iterations,
        "seconds": found.seconds,
        "unserved": found.unserved.total,
        "threads": found.threads,
        "converged": found.converged,
        "intrazonal": found.intrazonal,
        "solver": solver.value,
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        shown = f"{value:.12g}" if isinstance(value, float) else str(value)
        typer.echo(f"{name.replace('_', ' '):20s} {shown}")
    if output is not None:
        typer.echo(f"{'flows':20s} {output}")


def skim(
    net: Network,
    output: Annotated[Path, typer.Option("-o", "--output", help="Write from,to,cost,... as CSV, or .npz.")],
    zones: Annotated[
        bool, typer.Option("--zones/--nodes", help="Between zones only, or between all nodes.")
    ] = True,
    toll_factor: Toll = None,
    distance_factor: Distance = None,
    threads: Threads = 2,
) -> None:
    """Skim the least-cost paths of an empty network.

    Cost, free-flow time, length and toll, between zones or between all nodes.

    \b
    Examples:
      landbridge skim berlin_net.tntp -o skim.csv
      landbridge skim berlin_net.tntp -o skim.npz --nodes
    """
    from landbridge.assignment.formats import read_network, write_skim
    from landbridge.assignment.skims import Skimmer

    network = read_network(net)
    ends = range(network.n_zones if zones else network.n_nodes)
    closed = [i + 1 < network.first_through for i in range(network.n_nodes)]
    skimmer = Skimmer(network.n_nodes, network.tail - 1, network.head - 1, list(ends), closed=closed)
    columns = {"time": network.free, "length": network.length, "toll": network.toll}
    found = skimmer.skim(
        network.free + network.fixed(toll_factor, distance_factor), columns, threads=threads, remember=False
    )
    unreached = write_skim(output, network, found)
    typer.echo(f"{found.cost.size} pairs written to {output}, {unreached} without a path")
