"""References: parameters, what was observed, corridors as published, and the list of sources."""

from build_eurasia.record import read_lineage
from build_eurasia.rows import Inputs, Row, base_of, copy_columns, join_ids, join_notes

PARAMETERS = ["id", "group", "name", "value", "low", "high", "unit", "year", "source", "basis", "note"]
OBSERVATIONS = [
    "id",
    "what",
    "year",
    "measure",
    "value",
    "unit",
    "kind",
    "months",
    "quantity",
    "scenario",
    "tolerance",
    "use",
    "fold",
    "uncompared",
    "source",
    "basis",
    "note",
]
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
    """Counts of corridors, published results of other models and studies, and journeys as published.

    Each is either held against a run (its quantity, scenario, tolerance and fold stand in ``targets``, those
    of journeys in ``corridor_labels``) or says why not.
    """
    rows = [*_count_corridors(inputs), *_list_results(inputs), *_list_journeys(inputs)]
    known = {row["id"]: row for row in rows}
    for target in inputs.model("targets"):
        given = {key: value for key, value in target.items() if value and key != "observation"}
        base: Row = known.get(target["observation"], {})
        if "id" not in given:
            base.update(given, note=join_notes(base["note"], target["note"]))
            continue
        kept: Row = {key: base[key] for key in base if key in KEPT_WHEN_DERIVED}
        rows.append({**kept, "basis": "derived", **given})
    reasons = {row["key"]: row["reason"] for row in inputs.model("uncompared")}
    parts = {target["observation"] for target in inputs.model("targets") if target["id"]}
    for row in rows:
        if not row.get("quantity") and not row.get("uncompared"):
            row["uncompared"] = _why_not(row, reasons, parts)
    return rows


KEPT_WHEN_DERIVED = ("what", "year", "kind", "months", "source")
"""What a figure has of the observation that it is derived from."""

NOT_COUNTS = {
    "capacity": "a capacity, not a count",
    "forecast": "a forecast, not a count",
    "target": "a plan, not a count",
    "model": "a result or claim of others about what the model has no quantity for",
}
FIRST_YEAR, BASE_YEAR = 2021, 2024


def _why_not(row: Row, reasons: dict[str, str], parts: set[str]) -> str:
    """Why an observation is kept as evidence and not held against a run."""
    if row["id"] in reasons:
        return reasons[row["id"]]
    if row["id"] in parts:
        return "compared by the rows derived from it"
    if row["kind"] in NOT_COUNTS:
        return NOT_COUNTS[row["kind"]]
    if row.get("months") == "0":
        return "a sum over years"
    if row.get("months") not in ("", "12", None):
        return f"a count of {row['months']} months; no year is made of it"
    if int(row["year"]) < FIRST_YEAR:
        return f"of {row['year']}: no scenario of the study stands for years before {FIRST_YEAR}"
    if row["what"] in reasons:
        return reasons[row["what"]]
    if int(row["year"]) > BASE_YEAR:
        return f"of {row['year']}: the base year is {BASE_YEAR}"
    return f"of {row['year']}: another row of the same count is compared"


def _count_corridors(inputs: Inputs) -> list[Row]:
    """Counts of corridors, ports and borders."""
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
    return rows


def _list_results(inputs: Inputs) -> list[Row]:
    """Published results of other models and studies."""
    rows = []
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


JOURNEYS = {
    "routine": ("observed", ""),
    "door_to_door": ("observed", ""),
    "scheduled": ("timetable", ""),
    "best_train": ("demonstration", "a demonstration: the best train, not ordinary service"),
    "jam": ("jam", "a jam of its time: the journey of the model is free of queues"),
    "claim": ("claim", "a claim without a journey behind it"),
}
"""Kind of figure of each label of a journey, and why it is not compared."""

JOURNEY_TOLERANCE = 0.25
"""Share by which the model may leave the published range."""


def _list_journeys(inputs: Inputs) -> list[Row]:
    """Published times and prices of whole corridors, each labelled for what it is."""
    rows = []
    labels = {row["id"]: row for row in inputs.model("corridor_labels")}
    for fact in build_corridors(inputs):
        if fact["label"] not in JOURNEYS:
            continue
        kind, reason = JOURNEYS[fact["label"]]
        for measure, unit, quantity in (
            ("days", "day", "passage_days"),
            ("cost_usd_feu", "USD/FEU", "passage_usd_feu"),
        ):
            if not fact[f"{measure}_low"]:
                continue
            low, high = float(fact[f"{measure}_low"]), float(fact[f"{measure}_high"])
            middle = (low + high) / 2.0
            compared = {
                "quantity": f"{quantity}:{fact['id']}",
                "scenario": "base-2024/2024",
                "tolerance": f"{(high - low) / 2.0 + JOURNEY_TOLERANCE * middle:.4g} {unit}",
                "fold": labels[fact["id"]]["fold"],
                "use": labels[fact["id"]]["use"],
            }
            rows.append(
                {
                    "id": f"{fact['id']}-{'days' if measure == 'days' else 'rate'}",
                    "what": fact["id"],
                    "year": fact["year"],
                    "measure": f"{measure}, {fact['label']}",
                    "value": f"{middle:g}",
                    "unit": unit,
                    "kind": kind,
                    "months": "",
                    "source": fact["source"],
                    "basis": fact["basis"],
                    "note": join_notes(fact["name"], fact["note"]),
                    **({"uncompared": reason} if reason else compared),
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
