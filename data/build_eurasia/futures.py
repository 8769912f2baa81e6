"""Futures: how long each gate takes and how likely it is, shared causes, and promised dates with what came
of them."""

from build_eurasia.rows import Inputs, Row, copy_columns, join_ids, join_notes

GATE_PRIORS = [
    "id",
    "kind",
    "low_delay_years",
    "delay_years",
    "high_delay_years",
    "low_never",
    "high_never",
    "low_close_rate",
    "high_close_rate",
    "low_reopen_rate",
    "high_reopen_rate",
    "quiet_halving_years",
    "cause",
    "partial",
    "low_share",
    "high_share",
    "closes_to",
    "fast_half_after",
    "low_optimism_left",
    "high_optimism_left",
    "source",
    "basis",
    "note",
]
GATE_CAUSES = ["id", "title", "loading", "low_loading", "high_loading", "source", "basis", "note"]
GATE_PROMISES = ["id", "work", "said_on", "promised_for", "done_on", "source", "basis", "note"]

FACT_COLUMNS = {
    "after_requirements_years_low": "low_delay_years",
    "after_requirements_years_mode": "delay_years",
    "after_requirements_years_high": "high_delay_years",
    "never_by_2040_low": "low_never",
    "never_by_2040_high": "high_never",
    "close_rate_per_year_low": "low_close_rate",
    "close_rate_per_year_high": "high_close_rate",
    "reopen_rate_per_year_low": "low_reopen_rate",
    "reopen_rate_per_year_high": "high_reopen_rate",
}
OPTIMISM_LEFT = ("0", "0.25")
"""Share of the observed slip that the years of works do not hold yet: they were set with the record in
view."""


def build_gate_priors(inputs: Inputs) -> list[Row]:
    """Facts of the priors with what the model adds; works carry a rest of optimism unless their years hold
    it."""
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
                "low_share": more.get("low_share") or "0",
                "high_share": more.get("high_share") or "0",
                "closes_to": more.get("closes_to") or "shut",
                "fast_half_after": more.get("fast_half_after", ""),
                "low_optimism_left": more.get("low_optimism_left") or low,
                "high_optimism_left": more.get("high_optimism_left") or high,
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
