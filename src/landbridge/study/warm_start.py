"""Flows of solved states, kept on disk by content: what was solved once is at hand after one evaluation.

Only the flows of facilities are kept, a few kilobytes. They are where the solver starts, never its answer:
the certificate is measured anew.
"""

import hashlib
import json

import numpy as np

from landbridge.indicators.solution import Solution
from landbridge.study.cache import find_arrays, hash_package, store_arrays
from landbridge.study.prepare import Prepared


def _make_key(prepared: Prepared, scenario: str, year: int) -> str:
    content = [prepared.study.input_hashes(), hash_package(), scenario, year]
    return "solved-" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def find_start(prepared: Prepared, scenario: str, year: int) -> np.ndarray | None:
    """Flows of facilities (n_facilities), t/year, at which a state was solved before, if any are kept."""
    stored = find_arrays(_make_key(prepared, scenario, year))
    return None if stored is None else stored.get("load")


def keep_start(prepared: Prepared, solution: Solution) -> None:
    """Keep the flows of a solved state for :func:`find_start`."""
    key = _make_key(prepared, solution.scenario, solution.year)
    store_arrays(key, {"load": solution.equilibrium.load})
