"""One measurement in a process of its own: `python benchmarks/cases.py CASE` prints one JSON object.

A case is `kind:network:...`; `run.py` lists them.  Wall seconds of calls on arrays that are already read,
kernels compiled and loaded; memory is the peak of the process.  Peers are called through their public
interfaces.
"""

import json
import os
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from landbridge.assignment.equilibrium import solve_equilibrium
from landbridge.assignment.formats import RoadNetwork, read_network, read_trips, write_flows
from landbridge.assignment.frank_wolfe import solve_by_frank_wolfe
from landbridge.assignment.link_delays import Delays
from landbridge.assignment.problem import Problem, TravelClass, build_problem
from landbridge.assignment.skims import Skimmer
from landbridge.assignment.witness import solve_by_paths

REFERENCE = Path(
    os.environ.get("LANDBRIDGE_BENCHMARKS", Path(__file__).resolve().parents[2] / "shared" / "benchmarks")
)
#: Network file, trip file, toll factor, distance factor.
NETWORKS = {
    "SiouxFalls": ("SiouxFalls_net.tntp", "SiouxFalls_trips.tntp", 0.0, 0.0),
    "EMA": ("EMA_net.tntp", "EMA_trips.tntp", 0.0, 0.0),
    "Anaheim": ("Anaheim_net.tntp", "Anaheim_trips.tntp", 0.0, 0.0),
    "Berlin-Friedrichshain": ("friedrichshain-center_net.tntp", "friedrichshain-center_trips.tntp", 0.0, 0.0),
    "Berlin-Tiergarten": ("berlin-tiergarten_net.tntp", "berlin-tiergarten_trips.tntp", 0.0, 0.0),
    "Berlin-Mitte-Center": ("berlin-mitte-center_net.tntp", "berlin-mitte-center_trips.tntp", 0.0, 0.0),
    "Winnipeg": ("Winnipeg_net.tntp", "Winnipeg_trips.tntp", 0.0, 0.0),
    "ChicagoSketch": ("ChicagoSketch_net.tntp", "ChicagoSketch_trips.tntp", 0.02, 0.04),
    "Berlin-Center": ("berlin-center_net.tntp", "berlin-center_trips.tntp", 0.0, 0.0),
    "AustinSDB": ("AustinSDB_net.tntp.gz", "AustinSDB_trips.tntp.gz", 0.0, 0.0),
    "ChicagoRegional": ("ChicagoRegional_net.tntp", "ChicagoRegional_standin_trips.tntp.gz", 0.1, 0.25),
    "Philadelphia": ("Philadelphia_net.tntp", "", 0.055, 0.0),
}


def network(name: str) -> RoadNetwork:
    """Read a network."""
    return read_network(REFERENCE / "tntp" / name / NETWORKS[name][0])


def problem(name: str) -> Problem:
    """Read a network with its trips."""
    net = network(name)
    trips = read_trips(REFERENCE / "tntp" / name / NETWORKS[name][1], net)
    return net.problem(trips, toll_factor=NETWORKS[name][2], distance_factor=NETWORKS[name][3])


def repeat(call: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """Median wall and processor seconds of ``runs`` calls, and the last answer."""
    wall, cpu, answer = [], [], None
    for _ in range(runs):
        answer = None
        started, burnt = time.perf_counter(), time.process_time()
        answer = call()
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - burnt)
    return statistics.median(wall), statistics.median(cpu), answer


def small() -> Problem:
    """Two routes, to load the kernels with."""
    return build_problem(
        2, [0, 0], [1, 1], Delays.bpr([10.0, 20.0], 1.0, [0.002, 0.0005], 1.0), [[0, 1000.0], [0, 0]]
    )


def assign(
    name: str, gap: str, solver: str = "bushes", threads: str = "2", runs: str = "3", most: str = "1800"
) -> Any:
    """Time to a relative gap, with one of our solvers."""
    solvers = {
        "bushes": lambda p, g, s: solve_equilibrium(
            p, gap=g, threads=int(threads), max_seconds=s, keep_memory=False
        ),
        "paths": lambda p, g, s: solve_by_paths(p, gap=g, max_seconds=s)[0],
        "bfw": lambda p, g, s: solve_by_frank_wolfe(p, gap=g, threads=int(threads), max_seconds=s),
    }
    solve = solvers[solver]
    solve(small(), 1e-6, 60.0)
    what = problem(name)
    wall, cpu, found = repeat(lambda: solve(what, float(gap), float(most)), int(runs))
    out = os.environ.get("LANDBRIDGE_FLOWS")
    if out:
        write_flows(out, what, found.flow, found.cost)
    return {
        "wall": wall,
        "cpu": cpu,
        "gap": found.certificate.relative_gap,
        "objective": found.certificate.objective,
        "iterations": found.iterations,
    }


def warm(gap: str, count: str = "20", threads: str = "2") -> Any:
    """Warm against cold after shutting and opening one used link of Chicago Sketch; median ratios."""
    base_problem = problem("ChicagoSketch")
    base = solve_equilibrium(base_problem, gap=1e-10, threads=int(threads))
    inner = ~base_problem.closed[base_problem.tail] & ~base_problem.closed[base_problem.head]
    links = np.random.default_rng(4).choice(
        np.flatnonzero(inner & (base.flow > 0)), int(count), replace=False
    )
    shut, opened = [], []
    for link in links:
        other = base_problem.with_links_shut([link])
        cold_wall, _, cold = repeat(
            lambda p=other: solve_equilibrium(p, gap=float(gap), threads=int(threads)), 3
        )
        warm_wall, _, _ = repeat(
            lambda p=other: solve_equilibrium(p, gap=float(gap), threads=int(threads), start=base), 3
        )
        shut.append(cold_wall / warm_wall)
        back_cold, _, _ = repeat(
            lambda: solve_equilibrium(base_problem, gap=float(gap), threads=int(threads)), 1
        )
        back_wall, _, _ = repeat(
            lambda s=cold: solve_equilibrium(base_problem, gap=float(gap), threads=int(threads), start=s), 1
        )
        opened.append(back_cold / back_wall)
    return {"shut": statistics.median(shut), "open": statistics.median(opened), "links": int(count)}


def classes(name: str, count: str, gap: str = "1e-8") -> Any:
    """Many classes of a tenth of the demand each and values of time of their own, against one class."""
    one = problem(name)
    net = network(name)
    whole = one.classes[0].demand
    many = tuple(
        TravelClass(f"class {k}", whole.scaled(1.0 / int(count)), net.fixed(0.02 * (1 + k / 5), 0.04))
        for k in range(int(count))
    )
    several = Problem(one.n_nodes, one.tail, one.head, one.zones, one.closed, one.delays, many)
    solve_equilibrium(small())
    single, _, _ = repeat(lambda: solve_equilibrium(one, gap=float(gap)), 3)
    wall, _, found = repeat(lambda: solve_equilibrium(several, gap=float(gap)), 3)
    return {"wall": wall, "single": single, "ratio": wall / single, "gap": found.certificate.relative_gap}


def aequilibrae(name: str, gap: str, most: str = "90", threads: str = "2") -> Any:
    """Bi-conjugate Frank-Wolfe of AequilibraE to a gap, at most so many iterations' seconds."""
    import pandas as pd
    from aequilibrae.matrix import AequilibraeMatrix
    from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

    net = network(name)
    trips = read_trips(REFERENCE / "tntp" / name / NETWORKS[name][1], net).matrix(net.n_zones)
    np.fill_diagonal(trips, 0.0)
    table = pd.DataFrame(
        {
            "link_id": np.arange(1, len(net.tail) + 1),
            "a_node": net.tail.astype(np.int64),
            "b_node": net.head.astype(np.int64),
            "direction": 1,
            "free_flow_time": np.maximum(net.free, 1e-9),
            "capacity": np.maximum(net.capacity, 1.0),
            "b": net.factor,
            "power": np.maximum(net.power, 1.0),
            "fixed": net.fixed(NETWORKS[name][2], NETWORKS[name][3]),
            "id": np.arange(1, len(net.tail) + 1),
        }
    )
    graph = Graph()
    graph.network = table
    graph.network_ok = True
    graph.status = "OK"
    graph.prepare_graph(np.arange(1, net.n_zones + 1))
    graph.set_graph("free_flow_time")
    graph.set_blocked_centroid_flows(net.first_through > net.n_zones)
    matrix = AequilibraeMatrix()
    matrix.create_empty(memory_only=True, zones=net.n_zones, matrix_names=["trips"])
    matrix.index[:] = np.arange(1, net.n_zones + 1)
    matrix.matrix["trips"][:, :] = trips
    matrix.computational_view(["trips"])
    travellers = TrafficClass("cars", graph, matrix)
    travellers.set_pce(1.0)
    travellers.set_vot(1.0)
    travellers.set_fixed_cost("fixed", 1.0)
    job = TrafficAssignment()
    job.set_classes([travellers])
    job.set_vdf("BPR")
    job.set_vdf_parameters({"alpha": "b", "beta": "power"})
    job.set_capacity_field("capacity")
    job.set_time_field("free_flow_time")
    job.set_algorithm("bfw")
    job.set_cores(int(threads))
    job.max_iter = 20
    job.rgap_target = float(gap)
    started = time.perf_counter()
    job.execute(log_specification=False)
    pace = (time.perf_counter() - started) / max(len(job.report()), 1)
    reached = float(job.report()["rgap"].iloc[-1])
    wall = time.perf_counter() - started
    if reached > float(gap):
        job.max_iter = max(20, int(float(most) / pace))
        started = time.perf_counter()
        job.execute(log_specification=False)
        wall = time.perf_counter() - started
        reached = float(job.report()["rgap"].iloc[-1])
    return {"wall": wall, "gap": reached, "iterations": len(job.report()), "reached": reached <= float(gap)}


def trees(name: str, tool: str, runs: str = "3") -> Any:
    """Milliseconds a source of a full zone skim on one thread; every tool sums to the same costs."""
    net = network(name)
    cost = net.free + net.fixed(NETWORKS[name][2], NETWORKS[name][3])
    n, zones = net.n_nodes, net.n_zones
    # Peers know no closed nodes: zones are split into a way in and a way out, which all of them are given.
    shut = net.first_through - 1
    tail, head = net.tail - 1, np.where(net.head - 1 < shut, net.head - 1 + n, net.head - 1)
    size, target = n + shut, np.where(np.arange(zones) < shut, np.arange(zones) + n, np.arange(zones))
    extra: dict[str, Any] = {}

    def ours(method: str, remember: bool, rounds: int) -> Callable[[], Any]:
        skimmer = Skimmer(n, net.tail - 1, net.head - 1, np.arange(zones), closed=np.arange(n) < shut)
        started = time.perf_counter()
        for _ in range(rounds):
            skimmer.skim(cost, method=method, remember=remember)
        extra["first_seconds"] = time.perf_counter() - started
        luck = np.random.default_rng(1)

        def call() -> Any:
            moved = cost * luck.uniform(0.95, 1.05, len(cost)) if remember else cost
            return skimmer.skim(moved, method=method, remember=remember).cost

        return call

    if tool == "landbridge trees":
        call = ours("trees", False, 1)
    elif tool == "landbridge again":
        call = ours("trees", True, 2)
    elif tool == "landbridge hierarchy":
        call = ours("hierarchy", False, 1)
    elif tool == "scipy":
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra

        order = np.lexsort((cost, head, tail))
        keep = np.ones(len(order), bool)
        keep[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        order = order[keep]
        start = np.concatenate(([0], np.cumsum(np.bincount(tail[order], minlength=size))))
        graph = csr_matrix((cost[order], head[order], start), (size, size))
        call = lambda: dijkstra(graph, indices=np.arange(zones))[:, target]  # noqa: E731
    elif tool == "igraph":
        import igraph

        graph = igraph.Graph(size, np.column_stack((tail, head)), directed=True)
        call = lambda: np.array(  # noqa: E731
            graph.distances(range(zones), target.tolist(), weights=cost.tolist(), algorithm="dijkstra")
        )
    elif tool == "networkit":
        import networkit as nk

        graph = nk.Graph(size, weighted=True, directed=True)
        for i, j, c in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True):
            graph.addEdge(i, j, c)
        nk.setNumberOfThreads(1)

        def call() -> Any:
            out = np.empty((zones, zones))
            for z in range(zones):
                run = nk.distance.Dijkstra(graph, z, storePaths=False)
                run.run()
                out[z] = np.array(run.getDistances())[target]
            return out
    elif tool == "pyroutingkit":
        import pyroutingkit as rk

        # Its order is made from coordinates; its weights are whole numbers, here ten-thousandths of the unit.
        place = coordinates(name, n)
        place = np.concatenate((place, place[:shut])).astype(np.float32)
        hierarchy = rk.CCH()
        started = time.perf_counter()
        hierarchy.build_topology(
            tail.astype(np.uint32), head.astype(np.uint32), place[:, 1], place[:, 0], size
        )
        extra["build_seconds"] = time.perf_counter() - started
        rounded = np.round(cost * 1e4).astype(np.uint32)

        def call() -> Any:
            hierarchy.customize_weights(rounded)
            found = hierarchy.distances_many_to_many(
                np.arange(zones, dtype=np.uint32), target.astype(np.uint32)
            )
            return found.reshape(zones, zones) * 1e-4
    elif tool == "aequilibrae":
        import pandas as pd
        from aequilibrae.paths import Graph, NetworkSkimming

        graph = Graph()
        graph.network = pd.DataFrame(
            {
                "link_id": np.arange(1, len(tail) + 1),
                "a_node": net.tail.astype(np.int64),
                "b_node": net.head.astype(np.int64),
                "direction": 1,
                "cost": cost,
                "id": np.arange(1, len(tail) + 1),
            }
        )
        graph.network_ok = True
        graph.status = "OK"
        graph.prepare_graph(np.arange(1, zones + 1))
        graph.set_graph("cost")
        graph.set_skimming(["cost"])
        graph.set_blocked_centroid_flows(shut >= zones)

        def call() -> Any:
            job = NetworkSkimming(graph)
            job.set_cores(1)
            job.execute()
            return np.asarray(job.results.skims.matrix["cost"])
    else:
        raise SystemExit(f"unknown tool {tool}")
    wall, cpu, answer = repeat(call, int(runs))
    finite = np.isfinite(answer) & (answer < 1e300)
    np.fill_diagonal(finite, False)
    return {
        "ms": 1e3 * wall / zones,
        "cpu_ms": 1e3 * cpu / zones,
        "sum": float(answer[finite].sum()),
        **extra,
    }


def coordinates(name: str, n_nodes: int) -> Any:
    """Coordinates of the nodes (n_nodes, 2) from the node file; rows of nodes it lacks are zero."""
    out = np.zeros((n_nodes, 2))
    file = next(p for p in (REFERENCE / "tntp" / name).iterdir() if "_node" in p.name.lower())
    for line in file.read_text().splitlines():
        words = line.replace(";", " ").split()
        if len(words) >= 3 and words[0].isdigit() and int(words[0]) <= n_nodes:
            out[int(words[0]) - 1] = float(words[1]), float(words[2])
    return out


def grid(tool: str, side: str = "1000", runs: str = "3") -> Any:
    """One-to-all on a synthetic road-like grid: random weights, faster roads each 10 and 100 rows."""
    k = int(side)
    at = np.arange(k * k).reshape(k, k)
    luck = np.random.default_rng(1)
    speed = np.where(np.arange(k) % 100 == 0, 4.0, np.where(np.arange(k) % 10 == 0, 2.0, 1.0))
    east = (at[:, :-1].ravel(), at[:, 1:].ravel(), np.repeat(speed, k - 1))
    south = (at[:-1].ravel(), at[1:].ravel(), np.tile(speed, k - 1))
    tail = np.concatenate((east[0], east[1], south[0], south[1]))
    head = np.concatenate((east[1], east[0], south[1], south[0]))
    cost = luck.uniform(0.8, 1.2, len(tail)) / np.concatenate((east[2], east[2], south[2], south[2]))
    sources = luck.integers(0, k * k, 8)
    if tool == "scipy":
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra

        graph = csr_matrix((cost, (tail, head)), (k * k, k * k))
        call: Callable[[], Any] = lambda: [dijkstra(graph, indices=s) for s in sources]  # noqa: E731
    else:
        skimmer = Skimmer(k * k, tail, head, sources, np.arange(k * k))
        again = tool == "landbridge again"
        skimmer.skim(cost, remember=again)
        call = lambda: skimmer.skim(cost, remember=again).cost  # noqa: E731
    wall, cpu, answer = repeat(call, int(runs))
    return {"ms": 1e3 * wall / len(sources), "cpu_ms": 1e3 * cpu / len(sources), "sum": float(np.sum(answer))}


CASES = {
    "assign": assign,
    "warm": warm,
    "classes": classes,
    "aequilibrae": aequilibrae,
    "trees": trees,
    "grid": grid,
}


def main() -> None:
    """Run the case named on the command line."""
    kind, *words = sys.argv[1].split(":")
    warnings.simplefilter("ignore")
    facts = CASES[kind](*words)
    facts["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(facts))  # noqa: T201


if __name__ == "__main__":
    main()
