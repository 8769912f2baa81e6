"""Networks for the tests of the engine: small ones by hand, random ones by seed, reference ones where they
are found."""

import os
from pathlib import Path

import numpy as np
import pytest

from landbridge.assignment.formats import read_network, read_trips
from landbridge.assignment.link_delays import Delays
from landbridge.assignment.problem import Problem, build_problem

REFERENCE = Path(
    os.environ.get("LANDBRIDGE_BENCHMARKS", Path(__file__).resolve().parents[2] / "shared" / "benchmarks")
)
FILES = {
    "Braess": ("Braess", 0.0, 0.0),
    "SiouxFalls": ("SiouxFalls", 0.0, 0.0),
    "EMA": ("EMA", 0.0, 0.0),
    "Anaheim": ("Anaheim", 0.0, 0.0),
    "Winnipeg": ("Winnipeg", 0.0, 0.0),
    "Berlin-Friedrichshain": ("friedrichshain-center", 0.0, 0.0),
    "Berlin-Tiergarten": ("berlin-tiergarten", 0.0, 0.0),
    "ChicagoSketch": ("ChicagoSketch", 0.02, 0.04),
    "Berlin-Mitte-Center": ("berlin-mitte-center", 0.0, 0.0),
}


def reference(name: str) -> Problem:
    """Read a reference network, or skip the test with the reason."""
    folder = REFERENCE / "tntp" / name
    if not folder.is_dir():
        pytest.skip(
            f"the reference networks are not at {REFERENCE}; name their folder in LANDBRIDGE_BENCHMARKS"
        )
    stem, toll, distance = FILES[name]
    network = read_network(folder / f"{stem}_net.tntp")
    demand = read_trips(folder / f"{stem}_trips.tntp", network)
    return network.problem(demand, toll_factor=toll, distance_factor=distance)


def braess(bridge: bool = True) -> Problem:
    """The paradox: with the bridge cost 92 and objective 386, without it 83 and 399."""
    tail, head = [0, 0, 2, 3, 2], [2, 3, 1, 1, 3]
    delays = Delays.bpr([0.0, 50.0, 50.0, 0.0, 10.0], 1.0, [0, 0.02, 0.02, 0, 0.1], 1.0)
    steep = Delays.bpr([1.0] * 5, 1.0, 10.0, 1.0)
    delays = Delays(
        delays.free,
        *(
            np.where([True, False, False, True, False], getattr(steep, n), getattr(delays, n))
            for n in ["kind", "a", "b", "g", "h"]
        ),
    )
    problem = build_problem(4, tail, head, delays, [[0, 6.0], [0, 0]])
    return problem if bridge else problem.with_links_shut([4])


def random_problem(seed: int, n_nodes: int = 12, n_zones: int = 4, classes: int = 1) -> Problem:
    """A random strongly connected network with BPR delays of powers 1 to 5, some constant, and all pairs in
    demand."""
    from landbridge.assignment.problem import Demand, TravelClass

    luck = np.random.default_rng(seed)
    ring = np.arange(n_nodes)
    more = 2 * n_nodes
    tail = np.concatenate((ring, luck.integers(0, n_nodes, more)))
    head = np.concatenate(((ring + 1) % n_nodes, luck.integers(0, n_nodes, more)))
    m = len(tail)
    delays = Delays.bpr(
        luck.uniform(1, 10, m),
        luck.uniform(5, 20, m),
        np.where(luck.random(m) < 0.1, 0.0, 0.15),
        luck.choice([1.0, 2.0, 4.0, 4.0, 5.0], m),
    )
    groups = tuple(
        TravelClass(
            f"class {k}",
            Demand.from_matrix(luck.uniform(2, 12, (n_zones, n_zones)) / classes),
            fixed=luck.uniform(0, 3, m),
            permitted=np.arange(m) < m - k,
            equivalent=1.0 + k,
        )
        for k in range(classes)
    )
    return build_problem(n_nodes, tail, head, delays, groups, zones=np.arange(n_zones))
