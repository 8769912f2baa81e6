"""Trade: commodity classes, commodities, vehicles, flows, growth, and what one mode alone can serve."""

from build_eurasia.rows import Inputs, Row, copy_columns, join_ids, join_notes

CLASSES = [
    "id",
    "name",
    "form",
    "is_containerised",
    "unit_value_usd_t",
    "value_of_time_usd_t_h",
    "tonnes_per_teu",
    "truck_payload_t",
    "permitted",
    "route_scale_per_usd_t",
    "mode_scale_per_usd_t",
    "scale_cost_usd_t",
    "scale_elasticity",
    "reliability_ratio",
    "choke_usd_t",
    "low_unit_value_usd_t",
    "high_unit_value_usd_t",
    "low_value_of_time_usd_t_h",
    "high_value_of_time_usd_t_h",
    "low_route_scale_per_usd_t",
    "high_route_scale_per_usd_t",
    "low_mode_scale_per_usd_t",
    "high_mode_scale_per_usd_t",
    "train_handover_usd_t",
    "low_train_handover_usd_t",
    "high_train_handover_usd_t",
    "rail_frontier_usd_t",
    "low_rail_frontier_usd_t",
    "high_rail_frontier_usd_t",
    "low_reliability_ratio",
    "high_reliability_ratio",
    "low_choke_usd_t",
    "high_choke_usd_t",
    "source",
    "basis",
    "note",
]
COMMODITIES = [
    "id",
    "name",
    "class",
    "nst2007",
    "hs_chapters",
    "unit_value_usd_t",
    "value_of_time_usd_t_h",
    "containerisable",
    "tonnes_per_teu",
    "source",
    "basis",
    "note",
]
CAPTIVE = ["id", "class", "from_group", "to_group", "mode", "share", "low", "high", "source", "basis", "note"]
VEHICLES = [
    "id",
    "mode",
    "name",
    "payload_t",
    "teu",
    "cost_usd_km",
    "cost_usd_h",
    "speed_kmh",
    "co2_g_t_km",
    "source",
    "basis",
    "note",
]
FLOWS = [
    "id",
    "from",
    "to",
    "commodity",
    "t_year",
    "value_usd_year",
    "teu_year",
    "year",
    "kind",
    "use",
    "source",
    "basis",
    "note",
]
GROWTH = [
    "id",
    "from_group",
    "to_group",
    "class",
    "rate_year",
    "from_year",
    "to_year",
    "low",
    "high",
    "source",
    "basis",
    "note",
]

CLASS_OF_COMMODITY = {
    "grain": "C01 C02",
    "food": "C04 C05 C06",
    "bulk": "C07 C24 C26 C35",
    "oil": "C08 C09 C10",
    "metals": "C11 C12 C13 C14 C15 C16",
    "chemicals": "C17 C18 C19 C20 C21",
    "general": "C03 C22 C23 C25",
    "vehicles": "C27 C30",
    "containers": "C28 C29 C31 C32 C33 C34",
}
CLASS_OF_FLOW = {
    "total": "total",
    "coal": "bulk",
    "other_bulk": "bulk",
    "containerised_goods": "containers",
    "crude_oil": "oil",
    "oil_products": "oil",
    "fertiliser_chemicals": "chemicals",
    "food": "food",
    "grain": "grain",
    "machinery_vehicles": "vehicles",
    "metals_ores": "metals",
}
BASIS_OF_KIND = {
    "observed": "observed",
    "derived": "derived",
    "estimate": "assumption",
    "forecast": "forecast",
}


def build_classes(inputs: Inputs) -> list[Row]:
    """The classes in which freight chooses its way."""
    return [copy_columns(row, CLASSES) for row in inputs.model("classes")]


def build_commodities(inputs: Inputs) -> list[Row]:
    """Commodities and the class of each."""
    classes = {item: name for name, items in CLASS_OF_COMMODITY.items() for item in items.split()}
    rows = []
    for fact in inputs.facts("commodities"):
        mixed = fact["hs_chapters"] == "mixed"
        rows.append(
            {
                "id": fact["id"],
                "name": fact["name"],
                "class": classes[fact["id"]],
                "nst2007": fact["nst2007"],
                "hs_chapters": "" if mixed else fact["hs_chapters"],
                "unit_value_usd_t": _positive(fact["unit_value_usd_per_tonne"]),
                "value_of_time_usd_t_h": fact["value_of_time_usd_per_tonne_hour"],
                "containerisable": fact["containerisable"],
                "tonnes_per_teu": _positive(fact["tonnes_per_teu"]),
                "source": fact["source"],
                "basis": "assumption" if "EST" in fact["source"].split(";") else "derived",
                "note": join_notes(
                    fact["perishability_note"],
                    "all HS chapters" if mixed else "",
                    "value and rate range 0.5-2 times",
                ),
            }
        )
    return rows


def _positive(text: str) -> str:
    return text if text and float(text) > 0 else ""


def build_captive(inputs: Inputs) -> list[Row]:
    """Shares of demand that one mode alone can serve."""
    return [copy_columns(row, CAPTIVE) for row in inputs.model("captive")]


def build_vehicles(inputs: Inputs) -> list[Row]:
    """Vehicles, for reference."""
    rows = []
    for fact in inputs.facts("vehicles"):
        rows.append(
            {
                "id": fact["id"],
                "mode": fact["mode"],
                "name": fact["name"],
                "payload_t": fact["payload_t"],
                "teu": fact["teu"],
                "cost_usd_km": fact["cost_per_km"],
                "cost_usd_h": fact["cost_per_h"],
                "speed_kmh": fact["speed_kmh"],
                "co2_g_t_km": fact["emission_g_per_tkm"],
                "source": fact["source"],
                "basis": "assumption" if "EST" in fact["source"].split(";") else "derived",
                "note": "payload range 70-130 percent of it; road costs contain the border",
            }
        )
    return rows


def build_flows(inputs: Inputs) -> list[Row]:
    """Published flows, then those that the model adds; ``use`` says which may become demand of a pair."""
    rows = []
    for number, fact in enumerate(inputs.facts("trade_flows"), start=1):
        named = fact["commodity"].replace("_", " ")
        basis = BASIS_OF_KIND[fact["kind"]]
        rows.append(
            {
                "id": f"F{number:04d}",
                "from": fact["from_zone"],
                "to": fact["to_zone"],
                "commodity": CLASS_OF_FLOW[fact["commodity"]],
                "t_year": fact["tonnes_per_year"],
                "value_usd_year": fact["value_usd_per_year"],
                "teu_year": fact["teu_per_year"],
                "year": fact["year"],
                "kind": fact["kind"],
                "use": fact["use"],
                "source": join_ids(fact["source"]),
                "basis": basis,
                "note": join_notes(
                    fact["note"],
                    f"commodity in the source table: {named}"
                    if CLASS_OF_FLOW[fact["commodity"]] != named
                    else "",
                    "range 0.5-1.5 times the value" if basis == "assumption" else "",
                ),
            }
        )
    return rows + [copy_columns(row, FLOWS) for row in inputs.model("flows_added")]


def build_growth(inputs: Inputs) -> list[Row]:
    """Growth of trade by pair; the narrowest row that fits counts."""
    return [copy_columns(row, GROWTH) for row in inputs.model("growth")]
