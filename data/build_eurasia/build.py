"""The whole study: every table in its order, as text, and where it is written."""

from collections.abc import Callable, Sequence
from pathlib import Path

from build_eurasia import (
    conditions,
    futures,
    places,
    ports,
    posts,
    record,
    references,
    trade,
    ways,
)
from build_eurasia.rows import Inputs, Row, format_rows

Builder = tuple[Sequence[str], Callable[[Inputs], list[Row]]]

TABLES: dict[str, Builder] = {
    "nodes": (places.NODES, places.build_nodes),
    "links": (ways.LINKS, ways.build_links),
    "services": (ports.SERVICES, ports.build_services),
    "borders": (posts.BORDERS, posts.build_borders),
    "terminals": (ports.TERMINALS, ports.build_terminals),
    "gates": (conditions.GATES, conditions.build_gates),
    "gate_history": (conditions.GATE_HISTORY, conditions.build_gate_history),
    "gate_priors": (futures.GATE_PRIORS, futures.build_gate_priors),
    "gate_causes": (futures.GATE_CAUSES, futures.build_gate_causes),
    "gate_promises": (futures.GATE_PROMISES, futures.build_gate_promises),
    "gate_effects": (conditions.GATE_EFFECTS, conditions.build_gate_effects),
    "rules": (conditions.RULES, conditions.build_rules),
    "measures": (conditions.MEASURES, conditions.build_measures),
    "state_penalties": (conditions.STATE_PENALTIES, conditions.build_state_penalties),
    "zones": (places.ZONES, places.build_zones),
    "zone_groups": (places.ZONE_GROUPS, places.build_zone_groups),
    "connectors": (places.CONNECTORS, places.build_connectors),
    "classes": (trade.CLASSES, trade.build_classes),
    "commodities": (trade.COMMODITIES, trade.build_commodities),
    "captive": (trade.CAPTIVE, trade.build_captive),
    "vehicles": (trade.VEHICLES, trade.build_vehicles),
    "flows": (trade.FLOWS, trade.build_flows),
    "growth": (trade.GROWTH, trade.build_growth),
    "parameters": (references.PARAMETERS, references.build_parameters),
    "sea_rates": (ports.SEA_RATES, ports.build_sea_rates),
    "observations": (references.OBSERVATIONS, references.build_observations),
    "corridors": (references.CORRIDORS, references.build_corridors),
    "claims": (record.CLAIMS, record.build_claims),
    "events": (record.EVENTS, record.build_events),
    "instruments": (record.INSTRUMENTS, record.build_instruments),
    "processes": (record.PROCESSES, record.build_processes),
    "actors": (record.ACTORS, record.build_actors),
    "sources": (references.SOURCES, references.build_sources),
}

COPIED = (
    "class_mix",
    "zone_shares",
    "flow_rulings",
    "value_densities",
    "gravity_limits",
    "adjustments",
    "demand_factors",
)
"""Model tables that are already tables of the study."""


def build_study(root: Path) -> dict[str, str]:
    """Text of every file of the study, by its path in the study folder.

    ``root`` is the folder ``data/eurasia``.  The same inputs give the same text.
    """
    inputs = Inputs(root)
    files = {"study.yaml": (root / "study.yaml").read_text(encoding="utf-8")}
    for name, (columns, build) in TABLES.items():
        files[f"tables/{name}.csv"] = format_rows(columns, build(inputs))
    for name in COPIED:
        path = root / "model" / f"{name}.csv"
        if path.exists():
            files[f"tables/{name}.csv"] = path.read_text(encoding="utf-8")
    draws = root / "model" / "draws.csv"
    if draws.exists():
        files["draws.csv"] = draws.read_text(encoding="utf-8")
    return files


def write_study(root: Path, target: Path) -> list[str]:
    """Build the study and write what has changed; names of the files written."""
    written = []
    for name, text in build_study(root).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != text.encode("utf-8"):
            path.write_bytes(text.encode("utf-8"))
            written.append(name)
    return written
