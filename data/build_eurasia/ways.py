"""Ways: links by rail, road, sea and river, each with explicit speed, rate, capacity and emissions."""

from build_eurasia.rows import Inputs, Row, join_ids, join_notes, say_number, weakest

LINKS = [
    "id",
    "from_node",
    "to_node",
    "mode",
    "length_km",
    "gauge_mm",
    "status",
    "opens_year",
    "gates",
    "speed_kmh",
    "speed_wagon_kmh",
    "duty_factor",
    "capacity_mt_year",
    "capacity_is_firm",
    "tracks",
    "rate_box_usd_teu_km",
    "rate_bulk_usd_t_km",
    "rate_truck_usd_km",
    "backhaul_factor",
    "co2_g_t_km",
    "capex_musd",
    "time_cv",
    "low_speed_kmh",
    "high_speed_kmh",
    "source",
    "basis",
    "note",
]

SEA_MODES = ("caspian_feeder", "caspian_ferry", "black_sea", "deep_sea")
RULES_NOT_GATES = ("iran-transit-usable", "russia-transit-usable")
"""Conditions on transit: they bind a route by its ends, so they are rows of ``rules``, not gates of links."""

GATES_BY_HAND = {
    "brest--malaszewicze-rail": "poland-belarus-rail-open",
    "kabul--torkham-road": "torkham-open",
}
FACING_WEST = [
    "dostyk",
    "aktogay",
    "moyynty",
    "zharyk",
    "karaganda",
    "astana",
    "tobol",
    "aktobe",
    "iletsk",
    "samara",
    "moscow",
    "smolensk",
    "minsk",
    "brest",
]
"""The 1520 mm leg between China and the EU, from east to west."""
EASTBOUND_OVER_WESTBOUND = 2600 / 3372
"""Index of the 1520 mm leg in July 2024: Europe-China over China-Europe (K0020, K0021)."""
TURNED = [
    "suez--jeddah-sea",
    "jeddah--bab-el-mandeb-sea",
    "jebel-ali--hormuz-sea",
    "gdansk--hamburg-sea",
    "klaipeda--hamburg-sea",
    "gdansk--rotterdam-sea",
    "st-petersburg--hamburg-sea",
]
"""Deep-sea links drawn from west to east; turned so that the dear direction is from_node to to_node."""

WAGON_KMH_1520 = 13.0
RAIL_CV, ROAD_CV = "0.25", "0.15"
TRUCK_CO2 = "95.02"
DUTY = "0.5"


def build_links(inputs: Inputs) -> list[Row]:
    """All links, in the order of the facts, then the few that the model adds."""
    rail = _Rail(inputs)
    road = _Road(inputs)
    rows = []
    for fact in inputs.facts("links") + inputs.model("links_added"):
        row = _start(fact)
        if fact["mode"] == "rail":
            rail.fill(row, fact)
        elif fact["mode"] == "road":
            road.fill(row, fact)
        else:
            _fill_water(row, fact)
        rows.append(row)
    return rows


def _start(fact: Row) -> Row:
    """What all modes share: ends, length, status and gates."""
    gates = [g for g in fact["gate"].split(";") if g and g not in RULES_NOT_GATES]
    if fact["id"] in GATES_BY_HAND:
        gates.append(GATES_BY_HAND[fact["id"]])
    turned = fact["id"] in TURNED
    return {
        "id": fact["id"],
        "from_node": fact["to_node" if turned else "from_node"],
        "to_node": fact["from_node" if turned else "to_node"],
        "mode": fact["mode"],
        "length_km": fact["length_km"],
        "gauge_mm": fact["gauge_mm"] if fact["mode"] == "rail" else "",
        "status": fact["status"],
        "opens_year": fact["opens"] if fact["status"] in ("planned", "under_construction") else "",
        "gates": ";".join(gates),
        "capacity_mt_year": "",
        "backhaul_factor": "1",
        "capex_musd": fact["capex_musd"],
        "source": fact["source"],
        "basis": "",
        "note": fact["note"],
    }


def _length_basis(fact: Row) -> tuple[str, str]:
    if fact["source"] == "GK":
        return "assumption", "length from general knowledge, range 95-105 percent of it"
    return ("official" if fact["confidence"] == "high" else "derived"), ""


class _Rail:
    """Railways: a profile of speed and rates by territory, with exceptions by line."""

    def __init__(self, inputs: Inputs) -> None:
        self.territory = inputs.territory
        self.profiles = {row["profile"]: row for row in inputs.model("rail_profiles")}
        self.by_territory = {row["territory"]: row["profile"] for row in inputs.model("rail_countries")}
        self.lines = {row["link"]: row for row in inputs.model("rail_lines")}
        self.classes = {row["class"]: row for row in inputs.model("rail_capacity")}

    def fill(self, row: Row, fact: Row) -> None:
        """Fill one railway in place."""
        line = self.lines.get(fact["id"], {})
        name = line.get("profile", "") or self.by_territory[self.territory[fact["from_node"]]]
        profile = self.profiles[name]
        capacity, firm, tracks, capacity_note, capacity_ids = self._capacity(fact, line, profile)
        basis, length_note = _length_basis(fact)
        speed = float(profile["speed_kmh"])
        gauge = int(fact["gauge_mm"])
        wide = gauge != 1435
        wagon = min(WAGON_KMH_1520, speed) if wide else speed / 2
        wagon_note = "wagons 10-25 km/h" if wide else "wagons at half of it, range 0.35-0.8"
        box, back, back_note, back_ids = self._box_rate(fact, float(profile["rate_box_usd_teu_km"]))
        row.update(
            {
                "speed_kmh": profile["speed_kmh"],
                "speed_wagon_kmh": say_number(wagon),
                "capacity_mt_year": capacity,
                "capacity_is_firm": firm,
                "tracks": tracks,
                "rate_box_usd_teu_km": box,
                "rate_bulk_usd_t_km": profile["rate_bulk_usd_t_km"],
                "backhaul_factor": back,
                "co2_g_t_km": line.get("co2_g_t_km", "") or profile["co2_g_t_km"],
                "time_cv": RAIL_CV,
                "low_speed_kmh": profile["low_speed_kmh"],
                "high_speed_kmh": profile["high_speed_kmh"],
                "source": join_ids(
                    fact["source"],
                    profile["source"],
                    line.get("source", ""),
                    capacity_ids,
                    back_ids,
                    "Z019",
                    "EST",
                ),
                "basis": weakest(basis, profile["basis"]),
                "note": join_notes(
                    fact["note"],
                    length_note,
                    line.get("note", ""),
                    profile["note"],
                    wagon_note,
                    f"box rate range {profile['box_low']}-{profile['box_high']} USD/TEU-km, bulk rate range "
                    f"{profile['bulk_low']}-{profile['bulk_high']} USD/t-km",
                    back_note,
                    capacity_note,
                ),
            }
        )

    def _capacity(self, fact: Row, line: Row, profile: Row) -> tuple[str, str, str, str, str]:
        """Capacity, whether firm, tracks, note and ids: a published figure first, then the class."""
        kind = self.classes[line.get("capacity_class", "") or profile["capacity_class"]]
        if line.get("capacity_mt_year"):
            value, low, high = line["capacity_mt_year"], line["low_mt"], line["high_mt"]
            return value, line["is_firm"], kind["tracks"], f"capacity range {low}-{high} Mt", line["source"]
        if fact["capacity_mt_per_year"]:
            ranged = f"capacity range {line['low_mt']}-{line['high_mt']} Mt" if line.get("low_mt") else ""
            firm = line.get("is_firm", "") or "yes"
            return fact["capacity_mt_per_year"], firm, kind["tracks"], ranged or "capacity as published", ""
        plain = kind["class"] in ("double", "single", "branch")
        words = f"a {kind['note'].lower()}" if plain else kind["note"]
        note = f"capacity as {words}, range {kind['low']}-{kind['high']} Mt"
        return kind["capacity_mt_year"], kind["is_firm"], kind["tracks"], note, kind["source"]

    def _box_rate(self, fact: Row, rate: float) -> tuple[str, str, str, str]:
        """Box rate from from_node to to_node, factor of the way back, note and ids."""
        ends = [fact["from_node"], fact["to_node"]]
        if not all(end in FACING_WEST for end in ends):
            return say_number(rate), "1", "", ""
        places = [FACING_WEST.index(end) for end in ends]
        if abs(places[0] - places[1]) != 1:
            return say_number(rate), "1", "", ""
        note = "box rate is that of the westbound way, the eastbound is 0.77 of it"
        if places[0] < places[1]:
            return say_number(rate), f"{EASTBOUND_OVER_WESTBOUND:.3g}", note, "K0020;K0021"
        return (
            say_number(rate * EASTBOUND_OVER_WESTBOUND),
            f"{1 / EASTBOUND_OVER_WESTBOUND:.3g}",
            note,
            "K0020;K0021",
        )


class _Road:
    """Roads: a profile of speed and haulage rate by territory and terrain."""

    def __init__(self, inputs: Inputs) -> None:
        self.territory = inputs.territory
        self.profiles = {row["profile"]: row for row in inputs.model("road_profiles")}
        self.by_territory = {row["territory"]: row["profile"] for row in inputs.model("road_countries")}
        self.lines = {row["link"]: row for row in inputs.model("road_lines")}

    def fill(self, row: Row, fact: Row) -> None:
        """Fill one road in place."""
        line = self.lines.get(fact["id"], {})
        profile = self.profiles[
            line.get("profile", "") or self.by_territory[self.territory[fact["from_node"]]]
        ]
        basis, length_note = _length_basis(fact)
        row.update(
            {
                "speed_kmh": profile["speed_kmh"],
                "duty_factor": DUTY,
                "rate_truck_usd_km": profile["rate_truck_usd_km"],
                "co2_g_t_km": TRUCK_CO2,
                "time_cv": ROAD_CV,
                "low_speed_kmh": profile["low_speed_kmh"],
                "high_speed_kmh": profile["high_speed_kmh"],
                "source": join_ids(fact["source"], profile["source"], "Z024", "K0304", "EST"),
                "basis": weakest(basis, profile["basis"]),
                "note": join_notes(
                    fact["note"],
                    length_note,
                    line.get("note", ""),
                    profile["note"],
                    f"truck rate range {profile['low_rate']}-{profile['high_rate']} USD/km",
                    "duty factor range 0.4-0.9",
                ),
            }
        )


def _fill_water(row: Row, fact: Row) -> None:
    """Sea lanes and the Volga-Don: length and gates only; services carry speed, price and capacity."""
    row["mode"] = "river" if fact["id"] == "astrakhan--rostov-water" else "sea"
    basis, length_note = _length_basis(fact)
    row["basis"] = basis
    turned = "drawn from west to east in the source" if fact["id"] in TURNED else ""
    lake = "train ferry on a lake" if fact["id"] == "tatvan--van-water" else ""
    row["note"] = join_notes(fact["note"], length_note, turned, lake)
