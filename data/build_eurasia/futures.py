"""Futures: how long each gate takes and how likely it is, shared causes, and promised dates with what came of them."""

from build_eurasia.rows import Inputs, Row, copy_columns, join_ids, join_notes

GATE_PRIORS = [
    "id",
    "kind",
    "shortest_years",
    "likely_years",
    "longest_years",
    "never_low",
    "never_high",
    "close_rate_low",
    "close_rate_high",
    "reopen_rate_low",
    "reopen_rate_high",
    "quiet_halving_years",
    "cause",
    "partial",
    "share_low",
    "share_high",
    "closes_to",
    "low_half_after",
    "optimism_left_low",
    "optimism_left_high",
    "source",
    "basis",
    "note",
]
GATE_CAUSES = ["id", "title", "loading", "loading_low", "loading_high", "source", "basis", "note"]
GATE_PROMISES = ["id", "work", "said_on", "promised_for", "done_on", "source", "basis", "note"]

FACT_COLUMNS = {
    "after_requirements_years_low": "shortest_years",
    "after_requirements_years_mode": "likely_years",
    "after_requirements_years_high": "longest_years",
    "never_by_2040_low": "never_low",
    "never_by_2040_high": "never_high",
    "close_rate_per_year_low": "close_rate_low",
    "close_rate_per_year_high": "close_rate_high",
    "reopen_rate_per_year_low": "reopen_rate_low",
    "reopen_rate_per_year_high": "reopen_rate_high",
}
OPTIMISM_LEFT = ("0", "0.25")
"""Share of the observed slip that the years of works do not hold yet: they were set with the record in view."""


def build_gate_priors(inputs: Inputs) -> list[Row]:
    """Facts of the priors with what the model adds; works carry a rest of optimism unless their years hold it."""
    kinds = {row["id"]: row["kind"] for row in inputs.facts("gates")}
    added = {row["gate"]: row for row in inputs.model("gate_priors_added")}
    rows = []
    for fact in inputs.facts("gate_priors"):
        gate = fact["gate_id"]
        more = added.get(gate, {})
        is_work = fact["kind"] == "milestone" and kinds[gate] == "construction"
        low, high = OPTIMISM_LEFT if is_work else ("0", "0")
        rows.append(
            {
                "id": gate,
                "kind": fact["kind"],
                **{column: fact[name] for name, column in FACT_COLUMNS.items()},
                "quiet_halving_years": more.get("quiet_halving_years", ""),
                "cause": "" if fact["shared_cause"] == "none" else fact["shared_cause"],
                "partial": "degraded" if "degraded use" in fact["basis"] else "works",
                "share_low": more.get("share_low") or "0",
                "share_high": more.get("share_high") or "0",
                "closes_to": more.get("closes_to") or "shut",
                "low_half_after": more.get("low_half_after", ""),
                "optimism_left_low": more.get("optimism_left_low") or low,
                "optimism_left_high": more.get("optimism_left_high") or high,
                "source": join_ids(fact["source"]) or "EST",
                "basis": fact["basis"].partition(";")[0],
                "note": join_notes(fact["reason"], more.get("note", "")),
            }
        )
    return rows


def build_gate_causes(inputs: Inputs) -> list[Row]:
    """Shared causes as the model states them."""
    return [copy_columns(row, GATE_CAUSES) for row in inputs.model("gate_causes")]


def build_gate_promises(inputs: Inputs) -> list[Row]:
    """Promised dates of the record, each with the day of the page that says it."""
    return [
        {
            "id": fact["claim"],
            "work": fact["work"],
            "said_on": fact["said"],
            "promised_for": fact["promised_for"],
            "done_on": fact["done"],
            "source": join_ids(fact["source"]),
            "basis": "official",
            "note": fact["note"],
        }
        for fact in inputs.facts("gate_promises")
    ]
