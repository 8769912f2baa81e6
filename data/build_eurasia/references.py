"""References: parameters, what was observed, corridors as published, and the list of sources."""

from build_eurasia.record import read_lineage
from build_eurasia.rows import Inputs, Row, base_of, copy_columns, join_ids, join_notes

PARAMETERS = ["id", "group", "name", "value", "low", "high", "unit", "year", "source", "basis", "note"]
OBSERVATIONS = ["id", "what", "year", "measure", "value", "unit", "kind", "months", "source", "basis", "note"]
CORRIDORS = [
    "id",
    "name",
    "via",
    "length_km",
    "days_low",
    "days_high",
    "cost_usd_feu_low",
    "cost_usd_feu_high",
    "year",
    "label",
    "from_terminal",
    "to_terminal",
    "source",
    "basis",
    "note",
]
SOURCES = [
    "id",
    "title",
    "publisher",
    "published",
    "url",
    "reliability",
    "derived_from",
    "alignment",
    "file",
    "note",
]

SPECIAL_SOURCES = (
    ("GK", "General knowledge", "no document; never better than low confidence"),
    ("TB", "Textbook or standard paper named in the note", "recalled, not read again; low confidence"),
    ("EST", "Estimate", "judgement without a document; carries a range wherever it is used"),
)
UNITS = {"tonnes": "t", "teu": "TEU", "containers": "container", "trucks": "truck", "trains": "train"}
UNITS_IN_FULL = {"USD/500km/20t": "USD/(500 km 20 t)", "AZN/two weeks": "AZN/(2 weeks)"}
BASIS_OF_OBSERVATION = {
    "observed": "observed",
    "forecast": "forecast",
    "capacity": "official",
    "target": "forecast",
    "model": "forecast",
}


def build_parameters(inputs: Inputs) -> list[Row]:
    """Published parameters (K), defaults (Z), and the numbers that the model reads by name (M)."""
    rows = []
    for fact in inputs.facts("parameters"):
        scope = ", ".join(
            x for x in (fact["mode"], fact["commodity"], fact["country_or_corridor"]) if x != "all"
        )
        sources = fact["source"].split(";")
        assumed = "EST" in sources or "estimate" in fact["note"]
        basis = "assumption" if assumed else base_of(fact["note"], fact["source"])
        unranged = basis == "assumption" and not (fact["low"] and fact["high"])
        rows.append(
            {
                "id": fact["id"],
                "group": fact["group"],
                "name": f"{fact['name']} [{scope}]" if scope else fact["name"],
                **_ranged(fact),
                "unit": _unit(fact["unit"]),
                "year": fact["year"],
                "source": join_ids(fact["source"]),
                "basis": basis,
                "note": join_notes(fact["note"], "range 0.5-2 times the value" if unranged else ""),
            }
        )
    for default in inputs.facts("defaults"):
        rows.append(
            {
                "id": default["id"],
                "group": "default",
                "name": f"{default['applies_to']}: {default['quantity']}",
                **_ranged(default),
                "unit": _unit(default["unit"]),
                "year": "",
                "source": join_ids(default["source"]) or "EST",
                "basis": default["basis"],
                "note": default["reason"],
            }
        )
    return rows + [copy_columns(row, PARAMETERS) for row in inputs.model("parameters")]


def _unit(text: str) -> str:
    """A unit as the study writes it; a pure number is 1."""
    return UNITS_IN_FULL.get(text, text.replace("/yr", "/year")) or "1"


def _ranged(fact: Row) -> Row:
    """Value with low and high in rising order, whatever the order of the source."""
    ends = sorted((fact[k] for k in ("low", "high") if fact[k]), key=float)
    low, high = ends if len(ends) == 2 else (fact["low"], fact["high"])
    return {"value": fact["value"], "low": low, "high": high}


def build_observations(inputs: Inputs) -> list[Row]:
    """Counts of corridors, then published results of other models and studies."""
    rows = []
    definitions = {row["corridor"]: row["definition"] for row in inputs.facts("corridor_ids")}
    for number, fact in enumerate(inputs.facts("corridor_volumes"), start=1):
        kind = fact["kind"] if fact["kind"] in BASIS_OF_OBSERVATION else "observed"
        derived = "derived" in fact["note"] or "midpoint" in fact["note"]
        rows.append(
            {
                "id": f"O{number:04d}",
                "what": fact["corridor"],
                "year": fact["year"],
                "measure": fact["measure"],
                "value": fact["value"],
                "unit": f"{UNITS.get(fact['measure'], fact['measure'])}",
                "kind": kind,
                "months": str(int(float(fact["months_covered"]))) if fact["months_covered"] else "",
                "source": join_ids(fact["source"]),
                "basis": "derived" if derived and kind == "observed" else BASIS_OF_OBSERVATION[kind],
                "note": join_notes(fact["note"], _part_month(fact), definitions.get(fact["corridor"], "")),
            }
        )
    for fact in inputs.facts("published_results"):
        before = f"before: {fact['baseline_value']} {fact['unit']}" if fact["baseline_value"] else ""
        observed = fact["scenario"].startswith("observed") or fact["scenario"].startswith("2024 vs")
        rows.append(
            {
                "id": fact["id"],
                "what": "published_result",
                "year": fact["year"],
                "measure": fact["quantity"],
                "value": fact["scenario_value"],
                "unit": _unit(fact["unit"]),
                "kind": "observed" if observed else "model",
                "months": "",
                "source": join_ids(fact["source"]),
                "basis": "observed" if observed else "forecast",
                "note": join_notes(fact["statement"], fact["publication"], fact["scenario"], before),
            }
        )
    return rows


def _part_month(fact: Row) -> str:
    months = fact["months_covered"]
    return f"covers {months} months" if months and float(months) % 1 else ""


def build_corridors(inputs: Inputs) -> list[Row]:
    """Published lengths, times and prices of whole corridors, each labelled for what it is."""
    labels = {row["id"]: row for row in inputs.model("corridor_labels")}
    rows = []
    for fact in inputs.facts("corridors"):
        label = labels[fact["id"]]
        rows.append(
            {
                "id": fact["id"],
                "name": fact["name"],
                "via": fact["via"].replace(">", ";"),
                "length_km": fact["published_length_km"],
                "days_low": fact["published_transit_days_low"],
                "days_high": fact["published_transit_days_high"],
                "cost_usd_feu_low": fact["published_cost_usd_per_40ft_low"],
                "cost_usd_feu_high": fact["published_cost_usd_per_40ft_high"],
                "year": fact["year"],
                "label": label["label"],
                "from_terminal": label["from_terminal"],
                "to_terminal": label["to_terminal"],
                "source": join_ids(fact["source"]),
                "basis": "official" if label["label"] in ("scheduled", "claim") else "observed",
                "note": join_notes(fact["note"], label["reason"]),
            }
        )
    return rows


def build_sources(inputs: Inputs) -> list[Row]:
    """All documents, once each, after the three that are no documents."""
    rows: dict[str, Row] = {
        key: {"id": key, "title": title, "publisher": "Landbridge", "reliability": "low", "note": note}
        for key, title, note in SPECIAL_SOURCES
    }
    for name in ("network", "demand", "parameters", "record"):
        for fact in inputs.facts(f"sources/{name}"):
            rows.setdefault(fact["id"], copy_columns({**fact, **read_lineage(fact["note"])}, SOURCES))
    return list(rows.values())
