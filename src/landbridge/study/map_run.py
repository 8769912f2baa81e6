"""Solved states as the smallest results folder from which maps can be drawn."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from landbridge import __version__
from landbridge.indicators.flows import (
    Columns,
    label_arcs,
    list_facilities,
    list_link_flows,
    list_link_states,
)
from landbridge.indicators.pairs import list_pairs
from landbridge.indicators.solution import Solution
from landbridge.study.folder import Study, is_built_in
from landbridge.study.prepare import Prepared
from landbridge.study.results import FORMAT, MANIFEST, Run, open_run, write_parquet
from landbridge.study.run import _stack
from landbridge.tables import write_whole


@dataclass(frozen=True)
class Drawn:
    """A solved state under the name and title that the map gives it."""

    name: str
    title: str
    prepared: Prepared
    solution: Solution


def write_map_run(folder: Path, study: Study, states: Sequence[Drawn], commodity: int | None = None) -> Run:
    """Write links, their states and facilities of some states; of one commodity class if it is given."""
    names = ("links", "facilities", "pairs", "link_states")
    blocks: dict[str, list[tuple[tuple[str, int], Columns]]] = {name: [] for name in names}
    for state in states:
        s, p = state.solution, state.prepared
        task = state.name, s.year
        reasons = {gate: found.reason for gate, found in p.scenarios[s.scenario].gates.items()}
        links = list_link_flows(s, label_arcs(p.network, p.tables))
        if commodity is not None:
            kept = np.array([name == p.classes.ids[commodity] for name in links["class"]], bool)
            links = {
                key: values[kept]
                if isinstance(values, np.ndarray)
                else [value for value, is_kept in zip(values, kept, strict=True) if is_kept]
                for key, values in links.items()
            }
        tables = (links, list_facilities(s), list_pairs(s), list_link_states(s, p.tables, reasons))
        for name, columns in zip(names, tables, strict=True):
            blocks[name].append((task, columns))
    for name, own in blocks.items():
        write_parquet(folder, name, _stack(own))
    titles: Columns = {
        "scenario": [state.name for state in states],
        "title": [state.title for state in states],
        "order": np.arange(len(states)),
    }
    write_parquet(folder, "scenarios", titles)
    manifest = {
        "format": FORMAT,
        "landbridge": __version__,
        "study": study.id,
        "study_path": study.id if is_built_in(study) else str(study.path.resolve()),
        "title": study.settings.title,
        "scenarios": titles["scenario"],
        "years": sorted({state.solution.year for state in states}),
        "settings": study.settings.model_dump(mode="json", by_alias=True),
        "inputs": study.input_hashes(),
        "solves": [],
    }
    write_whole(folder / MANIFEST, json.dumps(manifest))
    return open_run(folder)
