"""Ships and yards: services over water, terminals, and the price of deep-sea space by year."""

from build_eurasia.rows import Inputs, Row, copy_columns

SERVICES = [
    "id",
    "name",
    "links",
    "carries",
    "classes",
    "gauge_mm",
    "sailings_week",
    "wait_factor",
    "speed_kmh",
    "time_h",
    "capacity_mt_year",
    "capacity_teu_year",
    "capacity_is_firm",
    "fare_box_usd_teu",
    "fare_bulk_usd_t",
    "fare_wagon_usd_t",
    "fare_truck_usd_truck",
    "rate_box_usd_teu_km",
    "rate_bulk_usd_t_km",
    "backhaul_factor",
    "co2_g_t_km",
    "call_h",
    "gates",
    "time_cv",
    "source",
    "basis",
    "note",
]
TERMINALS = [
    "id",
    "node",
    "kind",
    "dwell_box_h",
    "dwell_bulk_h",
    "handling_box_usd_teu",
    "handling_bulk_usd_t",
    "capacity_mt_year",
    "capacity_teu_year",
    "capacity_is_firm",
    "inside_border",
    "gauges",
    "time_cv",
    "low_dwell_h",
    "high_dwell_h",
    "gates",
    "source",
    "basis",
    "note",
]
SEA_RATES = ["id", "service", "year", "factor", "low", "high", "source", "basis", "note"]


def build_services(inputs: Inputs) -> list[Row]:
    """Services as written in the model tables; deep sea is one service over all deep-sea links."""
    return [copy_columns(row, SERVICES) for row in inputs.model("services")]


def build_terminals(inputs: Inputs) -> list[Row]:
    """Seaports, breaks of gauge, and the towns where goods may change between rail and road."""
    return [copy_columns(row, TERMINALS) for row in inputs.model("terminals")]


def build_sea_rates(inputs: Inputs) -> list[Row]:
    """Factor on the deep-sea box rate by year; 2024 is one."""
    return [copy_columns(row, SEA_RATES) for row in inputs.model("sea_rates")]
