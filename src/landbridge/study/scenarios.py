"""From a scenario's name to a link state: gates, closures, measures and prices, resolved for one year."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from landbridge.errors import UnknownId
from landbridge.network import LinkState, Network, TransitRule, build_link_state
from landbridge.process import GateState, fix_gate, list_gate_states, open_gates
from landbridge.study.folder import Study
from landbridge.study.settings import GaugeBreak
from landbridge.tables import Table


@dataclass(frozen=True)
class ResolvedScenario:
    """A scenario with everything that it inherits: the state of each gate, transit rules, closures and
    measures.
    """

    id: str
    title: str
    gates: Mapping[str, GateState]
    rules: tuple[TransitRule, ...]
    trade_closed: tuple[str, ...]
    measures: tuple[str, ...]


def get_base_scenario(study: Study) -> str:
    """The scenario that observations of the base year describe: the first one listed."""
    return next(iter(study.settings.scenarios))


def resolve_scenario(study: Study, name: str) -> ResolvedScenario:
    """Gates, rules and measures of a scenario.

    Raises
    ------
    UnknownId
        If the study has no such scenario; the message offers the nearest names.
    """
    settings = study.settings
    if name not in settings.scenarios:
        raise UnknownId(name, settings.scenarios, kind="scenario", where=f"study {study.id}")
    chain = [settings.scenarios[n] for n in settings.lineage(name)]
    date = find_date(study, name)
    gates = list_gate_states(study.tables["gates"], study.tables["gate_history"], date, study.recorded)
    for scenario in chain:
        gates = open_gates(gates, study.tables["gates"], scenario.open)
        for gate in scenario.shut:
            gates[gate] = fix_gate(gates[gate], 0.0, "shut by the scenario")
        for gate, share in scenario.degrade.items():
            gates[gate] = fix_gate(gates[gate], share, f"set to {share:.0%} of normal by the scenario")
    closed = sorted({state for scenario in chain for state in scenario.close_transit})
    return ResolvedScenario(
        id=name,
        title=settings.scenarios[name].title,
        gates=gates,
        rules=list_rules(study.tables, gates, closed, date),
        trade_closed=tuple(sorted({state for scenario in chain for state in scenario.close_trade})),
        measures=tuple(m for scenario in chain for m in scenario.measures),
    )


def find_date(study: Study, scenario: str) -> str:
    """Date at which a scenario reads gates and rules: that of the nearest of its lineage that gives one, else
    the record's.
    """
    chain = [study.settings.scenarios[name] for name in study.settings.lineage(scenario)]
    dates = [scenario.gates_at for scenario in chain if scenario.gates_at is not None]
    last = dates[-1] if dates else "record"
    return (study.settings.record_date if last == "record" else last).isoformat()


def list_rules(
    tables: Mapping[str, Table], gates: Mapping[str, GateState], closed: list[str], date: str
) -> tuple[TransitRule, ...]:
    """Rules of transit as the gates stand, after closures of states and with the penalties of ``date``."""
    rules = [
        TransitRule(f"closed-{state}", state, (), 0.0, 0.0, (), f"transit through {state} is closed")
        for state in closed
    ]
    for row in tables["rules"].rows():
        gate = gates[row["gate"]]
        share = gate.share if row["kind"] == "bans_transit" else 1.0
        cost = 0.0 if gate.share >= 1.0 or np.isnan(row["cost_usd_t"]) else float(row["cost_usd_t"])
        if share >= 1.0 and cost == 0.0:
            continue
        reason = f"gate {gate.gate} ({gate.title}): {gate.reason}"
        rules.append(TransitRule(row["id"], row["state"], tuple(row["pair_states"]), share, cost, (), reason))
    for row in tables["state_penalties"].rows():
        if row["from_date"] <= date:
            classes = (row["class"],) if row["class"] else ()
            cost, spared = float(row["cost_usd_t"]), tuple(row["except_pairs"])
            rules.append(
                TransitRule(row["id"], row["state"], (), 1.0, cost, classes, row["note"], spared, row["mode"])
            )
    return tuple(rules)


def place_gauge_breaks(tables: Mapping[str, Table], breaks: tuple[GaugeBreak, ...]) -> dict[str, Table]:
    """Tables in which each movable break of gauge stands at its chosen place.

    Rail links of the chain east of the place get one gauge, those west of it the other, and a yard stands at
    the place.
    """
    result = dict(tables)
    for item in breaks:
        links, terminals = result["links"], result["terminals"]
        gauge = links["gauge_mm"].copy()
        cut = item.chain.index(item.place)
        for number, pair in enumerate(zip(item.chain, item.chain[1:], strict=False)):
            for i in range(len(links)):
                if links["mode"][i] == "rail" and {links["from_node"][i], links["to_node"][i]} == set(pair):
                    gauge[i] = item.east_mm if number < cut else item.west_mm
        result["links"] = _with_columns(links, {"gauge_mm": gauge})
        standing = (terminals["kind"] == "gauge_change") & (terminals["node"] == item.place)
        if not standing.any():
            result["terminals"] = _add_row(
                terminals,
                {
                    "id": f"{item.id}-gauge-break",
                    "node": item.place,
                    "kind": "gauge_change",
                    "dwell_box_h": item.dwell_h,
                    "dwell_bulk_h": item.dwell_h,
                    "handling_box_usd_teu": item.cost_usd_feu / 2.0,
                    "handling_bulk_usd_t": item.cost_usd_t,
                    "source": item.source,
                    "basis": "assumption",
                    "note": item.note or f"placed by study.yaml, gauge_breaks {item.id}",
                },
            )
    return result


def _with_columns(table: Table, columns: Mapping[str, np.ndarray]) -> Table:
    return Table(table.name, {**table.columns, **columns}, table.path)


def _add_row(table: Table, values: Mapping[str, object]) -> Table:
    columns = {}
    for name, column in table.columns.items():
        extended = np.empty(len(column) + 1, column.dtype)
        extended[:-1] = column
        blank: object = np.nan if column.dtype.kind == "f" else False
        if column.dtype.kind == "O":
            blank = () if len(column) and isinstance(column[0], tuple) else ""
        extended[-1] = values.get(name, blank)
        columns[name] = extended
    return Table(table.name, columns, table.path)


def apply_changes(
    study: Study, tables: Mapping[str, Table], scenario: ResolvedScenario, year: int
) -> dict[str, Table]:
    """Tables with the effects of met gates and the scenario's measures, in that order, as they hold in
    ``year``.
    """
    changes = [row for row in study.tables["gate_effects"].rows() if scenario.gates[row["gate"]].share >= 1.0]
    measures = study.tables["measures"]
    changes += [
        row
        for name in scenario.measures
        for row in [measures.row(name)]
        if not row["years_from"] or _year(row) <= year
    ]
    result = dict(tables)
    for row in changes:
        table = result[row["table"]]
        column = table[row["column"]].copy()
        rows = slice(None) if row["row"] == "*" else table.index[row["row"]]
        column[rows] = row["value"] if not np.isnan(row["value"]) else column[rows] * row["factor"]
        result[row["table"]] = _with_columns(table, {row["column"]: column})
    return result


def _year(row: Mapping[str, object]) -> int:
    return int(float(str(row["years_from"])))


def build_scenario_state(
    study: Study, network: Network, tables: Mapping[str, Table], scenario: ResolvedScenario, year: int
) -> LinkState:
    """The link state of a scenario in a year; ``tables`` are the study's with gauge breaks placed."""
    return build_link_state(
        network,
        apply_changes(study, tables, scenario, year),
        name=scenario.id,
        year=year,
        gate_shares={gate: state.share for gate, state in scenario.gates.items()},
        rules=scenario.rules,
        trade_closed=scenario.trade_closed,
    )
