"""Places: nodes, zones, groups of zones, and how each zone meets the network."""

from build_eurasia.rows import Inputs, Row, join_ids, join_notes

NODES = ["id", "name", "country", "territory", "lat", "lon", "kind", "unlocode", "source", "basis", "note"]
ZONES = [
    "id",
    "name",
    "country",
    "countries",
    "lat",
    "lon",
    "gdp_busd",
    "population_m",
    "year",
    "source",
    "basis",
    "note",
]
ZONE_GROUPS = ["id", "name", "zones", "source", "basis", "note"]
CONNECTORS = [
    "id",
    "zone",
    "node",
    "mode",
    "share",
    "access_km",
    "access_h",
    "low_share",
    "high_share",
    "source",
    "basis",
    "note",
]

STRAITS = ("hormuz", "bab-el-mandeb", "gibraltar", "cape-good-hope")
"""Open water that no state holds as land."""


def build_nodes(inputs: Inputs) -> list[Row]:
    """Nodes with their territory; gauges of a place follow from its links."""
    rows = []
    for row in inputs.facts("nodes"):
        kind = "strait" if row["id"] in STRAITS else row["kind"]
        place = (
            "place from general knowledge, range 0-10 km" if kind != "strait" else "waypoint, range 0-50 km"
        )
        rows.append(
            {
                **{
                    column: row[column]
                    for column in ("id", "name", "country", "lat", "lon", "unlocode", "source")
                },
                "territory": inputs.territory[row["id"]],
                "kind": kind,
                "basis": "assumption",
                "note": join_notes(row["note"], place),
            }
        )
    return rows


def build_zones(inputs: Inputs) -> list[Row]:
    """Zones with a label point; parts of a state get the shares stated beside them."""
    points = {row["zone"]: row for row in inputs.model("zone_points")}
    rows = []
    for row in inputs.facts("zones"):
        point = points[row["id"]]
        filled = bool(point["gdp_busd"] or point["population_m"])
        derived = any(word in row["note"] for word in ("share", "less", "split", "annualised", "bound"))
        rows.append(
            {
                "id": row["id"],
                "name": row["name"],
                "country": row["iso3"].split(";")[0],
                "countries": row["iso3"],
                "lat": point["lat"],
                "lon": point["lon"],
                "gdp_busd": point["gdp_busd"] or row["gdp_busd"],
                "population_m": point["population_m"] or row["population_m"],
                "year": row["year"],
                "source": join_ids(row["source"], "GK" if filled else ""),
                "basis": point["basis"] if filled else ("derived" if derived else "official"),
                "note": join_notes(row["note"], point["note"]),
            }
        )
    return rows


def build_zone_groups(inputs: Inputs) -> list[Row]:
    """Groups of zones that flows and rules speak of."""
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "zones": row["member_zones"],
            "source": row["source"],
            "basis": "official",
            "note": "",
        }
        for row in inputs.facts("zone_groups")
    ]


def build_connectors(inputs: Inputs) -> list[Row]:
    """Connectors; a share stands for where freight arises and is known to about a third."""
    rows = []
    for row in inputs.facts("zone_connectors"):
        share = float(row["share"])
        rows.append(
            {
                "id": f"{row['zone_id'].replace('_', '-')}--{row['node_id']}-{row['mode']}",
                "zone": row["zone_id"],
                "node": row["node_id"],
                "mode": row["mode"],
                "share": row["share"],
                "access_km": row["access_km"],
                "access_h": row["access_h"],
                "low_share": f"{max(0.0, share * 2 / 3):.3g}" if share < 1 else "0.5",
                "high_share": f"{min(1.0, share * 4 / 3):.3g}",
                "source": "EST",
                "basis": row["basis"],
                "note": row["note"],
            }
        )
    return rows
