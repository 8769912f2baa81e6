"""Conditions: gates with their history, what they change, rules of transit, measures and penalties."""

from collections import Counter

from build_eurasia.rows import Inputs, Row, copy_columns, join_ids, join_notes

GATES = [
    "id",
    "title",
    "kind",
    "requires",
    "requires_any",
    "state_today",
    "met_on",
    "source",
    "basis",
    "note",
]
GATE_HISTORY = ["id", "gate", "from_date", "to_date", "share_usable", "source", "basis", "note"]
GATE_EFFECTS = [
    "id",
    "gate",
    "table",
    "row",
    "column",
    "value",
    "factor",
    "low",
    "high",
    "source",
    "basis",
    "note",
]
RULES = ["id", "gate", "kind", "state", "pair_states", "cost_usd_t", "low", "high", "source", "basis", "note"]
MEASURES = [
    "id",
    "title",
    "table",
    "row",
    "column",
    "factor",
    "value",
    "years_from",
    "low",
    "high",
    "source",
    "basis",
    "note",
]
STATE_PENALTIES = [
    "id",
    "state",
    "class",
    "mode",
    "except_pairs",
    "cost_usd_t",
    "low",
    "high",
    "from_date",
    "source",
    "basis",
    "note",
]


def build_gates(inputs: Inputs) -> list[Row]:
    """All gates; dates that say no day take the last day of what they say.

    The basis is that of the documented state; expected dates are no part of the table.
    """
    rows = []
    for fact in inputs.facts("gates"):
        rows.append(
            {
                **{column: fact[column] for column in ("id", "title", "kind", "requires", "requires_any")},
                "state_today": fact["state_today"],
                "met_on": _last_day(fact["met_on"]),
                "source": fact["sources"] or "EST",
                "basis": "observed" if fact["sources"] else "assumption",
                "note": join_notes(
                    fact["note"], "" if fact["sources"] else "no document found, range 2029-2034"
                ),
            }
        )
    return rows + [copy_columns(row, GATES) for row in inputs.model("gates_extra")]


def _last_day(date: str) -> str:
    if len(date) == 7:
        days = {"02": "28", "04": "30", "06": "30", "09": "30", "11": "30"}
        return f"{date}-{days.get(date[5:], '31')}"
    return date


def build_gate_history(inputs: Inputs) -> list[Row]:
    """Intervals of the gates that can shut again."""
    count: Counter[str] = Counter()
    rows = []
    for fact in [{**row, "gate": row["gate_id"]} for row in inputs.facts("gate_history")] + inputs.model(
        "gate_history_extra"
    ):
        count[fact["gate"]] += 1
        share = fact["share_usable"]
        rows.append(
            {
                "id": f"{fact['gate']}-{count[fact['gate']]}",
                "gate": fact["gate"],
                "from_date": fact.get("from_date", "") or fact.get("from", ""),
                "to_date": fact.get("to_date", "") or fact.get("to", ""),
                "share_usable": share,
                "source": join_ids(fact["source"]),
                "basis": fact["basis"],
                "note": _share_note(fact["gate"], float(share), fact["basis"]),
            }
        )
    return rows


def _share_note(gate: str, share: float, basis: str) -> str:
    """Range of a share: open or shut is known, what lies between is judgement."""
    if share in (0.0, 1.0):
        return (
            ""
            if basis != "assumption"
            else f"day from general knowledge; share {'0.9-1' if share else '0-0.1'}"
        )
    ranges = {
        "russia-transit-usable": "0.4-0.6",
        "iran-transit-usable": "0.2-0.6; 0-0.2 in the war",
        "iran-us-truce": "0.3-0.7",
        "hormuz-open": "0.25-0.6; 0-0.1 in the war",
        "caspian-level-navigable": "0.7-0.9",
        "red-sea-open": "0.1-0.5",
    }
    return f"share of normal use, range {ranges.get(gate, '0.3-0.7')}"


def build_gate_effects(inputs: Inputs) -> list[Row]:
    """What a gate changes besides opening links."""
    return [copy_columns(row, GATE_EFFECTS) for row in inputs.model("gate_effects")]


def build_rules(inputs: Inputs) -> list[Row]:
    """Rules of transit by route and pair."""
    return [copy_columns(row, RULES) for row in inputs.model("rules")]


def build_measures(inputs: Inputs) -> list[Row]:
    """Measures that scenarios may carry out."""
    return [copy_columns(row, MEASURES) for row in inputs.model("measures")]


def build_state_penalties(inputs: Inputs) -> list[Row]:
    """Money cost of transit through a state on top of tariffs."""
    return [copy_columns(row, STATE_PENALTIES) for row in inputs.model("state_penalties")]
