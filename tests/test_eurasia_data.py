"""The built-in study's tables: built again byte for byte from the plain ones, with a few telling facts."""

import csv
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLAIN = ROOT / "data" / "eurasia"
PACKAGED = ROOT / "src" / "landbridge" / "studies" / "eurasia"

sys.path.insert(0, str(ROOT / "data"))

from build_eurasia.build import TABLES, build_study, write_study  # noqa: E402
from build_eurasia.rows import join_ids, say_number, weakest  # noqa: E402

from landbridge.record.tables import RECORD_TABLES  # noqa: E402

Row = dict[str, str]


def read(name: str) -> dict[str, Row]:
    with (PACKAGED / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, Row]]:
    return {path.stem: read(path.stem) for path in sorted((PACKAGED / "tables").glob("*.csv"))}


def test_ids_are_joined_once_and_in_order() -> None:
    assert join_ids("N001;Z002", "", "N001;K0003") == "N001;Z002;K0003"


def test_numbers_are_written_short() -> None:
    assert [say_number(x) for x in (0.1 + 0.2, 45.0, 12.345678)] == ["0.3", "45", "12.3457"]


def test_the_weakest_basis_counts() -> None:
    assert weakest("observed", "assumption", "derived") == "assumption"


def test_packaged_study_is_what_the_builder_builds() -> None:
    """A number changed in the plain tables must be built before it is committed."""
    built = build_study(PLAIN)
    found = {
        str(p.relative_to(PACKAGED).as_posix()): p.read_bytes() for p in PACKAGED.rglob("*.*") if p.is_file()
    }
    found = {name: text for name, text in found.items() if name.endswith((".csv", ".yaml"))}
    assert sorted(built) == sorted(found)
    stale = [name for name, text in built.items() if text.encode("utf-8") != found[name]]
    assert stale == [], "run: python data/build_eurasia"


def test_building_twice_writes_nothing(tmp_path: Path) -> None:
    assert len(write_study(PLAIN, tmp_path)) == len(build_study(PLAIN))
    assert write_study(PLAIN, tmp_path) == []


def test_ids_are_unique() -> None:
    for path in (PACKAGED / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            count = Counter(row["id"] for row in csv.DictReader(file))
        assert [key for key, n in count.items() if n > 1] == [], path.name


def test_every_fact_names_sources_that_exist(tables: dict[str, dict[str, Row]]) -> None:
    known = set(tables["sources"]) | set(tables["parameters"])
    for name, rows in tables.items():
        for key, row in rows.items():
            if name in ("sources", "actors", "processes"):
                continue
            ids = row["source"].split(";")
            assert all(ids), (name, key)
            assert set(ids) <= known, (name, key, set(ids) - known)
            if name in RECORD_TABLES:  # how the record knows a thing is what the record works out
                continue
            assert row["basis"] in ("observed", "official", "forecast", "derived", "assumption"), (name, key)


def test_an_assumption_says_its_range(tables: dict[str, dict[str, Row]]) -> None:
    for name, rows in tables.items():
        for key, row in rows.items():
            if row.get("basis") == "assumption":
                ends = [v for column, v in row.items() if column.startswith(("low", "high")) and v]
                assert ends or any(c.isdigit() for c in row["note"]), (name, key)


def test_no_default_is_left_blank(tables: dict[str, dict[str, Row]]) -> None:
    """Every railway and road has its speed, rate and capacity; every service a wait, a speed and a price."""
    for key, link in tables["links"].items():
        needed = {
            "rail": [
                "gauge_mm",
                "speed_kmh",
                "speed_wagon_kmh",
                "capacity_mt_year",
                "tracks",
                "rate_box_usd_teu_km",
                "rate_bulk_usd_t_km",
                "co2_g_t_km",
                "time_cv",
            ],
            "road": ["speed_kmh", "duty_factor", "rate_truck_usd_km", "co2_g_t_km", "time_cv"],
        }.get(link["mode"], ["length_km"])
        assert all(link[column] for column in needed), key
    prices = {
        "box": ("fare_box_usd_teu", "rate_box_usd_teu_km"),
        "bulk": ("fare_bulk_usd_t", "rate_bulk_usd_t_km"),
        "wagon": ("fare_wagon_usd_t",),
        "truck": ("fare_truck_usd_truck",),
    }
    for key, service in tables["services"].items():
        assert service["sailings_week"], key
        assert service["wait_factor"], key
        assert service["speed_kmh"] or service["time_h"], key
        for cargo in service["carries"].split(";"):
            assert any(service[column] for column in prices[cargo]), (key, cargo)


def test_every_sea_link_has_a_service(tables: dict[str, dict[str, Row]]) -> None:
    served = {link for service in tables["services"].values() for link in service["links"].split(";")}
    sea = {key for key, link in tables["links"].items() if link["mode"] in ("sea", "river")}
    assert sea == served


def test_every_land_frontier_has_a_border_row(tables: dict[str, dict[str, Row]]) -> None:
    nodes, borders = tables["nodes"], tables["borders"].values()
    for key, link in tables["links"].items():
        a, b = nodes[link["from_node"]]["country"], nodes[link["to_node"]]["country"]
        if link["mode"] in ("rail", "road") and a != b:
            at = [
                r
                for r in borders
                if r["mode"] == link["mode"]
                and {r["country_a"], r["country_b"]} == {a, b}
                and r["node"] in (link["from_node"], link["to_node"])
            ]
            assert at, key


def test_connector_shares_add_up_to_one(tables: dict[str, dict[str, Row]]) -> None:
    total: Counter[tuple[str, str]] = Counter()
    for row in tables["connectors"].values():
        total[row["zone"], row["mode"]] += round(float(row["share"]) * 1e6)
    assert {key for key, value in total.items() if abs(value - 1_000_000) > 1} == set()


def test_zones_have_product_and_people(tables: dict[str, dict[str, Row]]) -> None:
    assert len(tables["zones"]) == 41
    assert all(row["gdp_busd"] and row["population_m"] for row in tables["zones"].values())


def test_transit_conditions_are_rules_and_not_gates_of_links(tables: dict[str, dict[str, Row]]) -> None:
    """A gate on a link would stop a state's own trade and leak where it is absent."""
    gates = {gate for link in tables["links"].values() for gate in link["gates"].split(";")}
    assert not gates & {"iran-transit-usable", "russia-transit-usable"}
    assert tables["rules"]["iran-transit"]["state"] == "IRN"
    assert tables["rules"]["armenia-cargo-across-azerbaijan"]["pair_states"] == "ARM"
    assert tables["links"]["brest--malaszewicze-rail"]["gates"] == "poland-belarus-rail-open"


def test_kars_divrigi_carries_what_its_lender_publishes(tables: dict[str, dict[str, Row]]) -> None:
    line = tables["links"]["kars--erzurum-rail"]
    assert (line["capacity_mt_year"], "Z150" in line["source"], "0.75-3" in line["note"]) == (
        "0.75",
        True,
        True,
    )


def test_block_trains_do_not_wait_like_sampled_wagons(tables: dict[str, dict[str, Row]]) -> None:
    row = tables["borders"]["dos-rail"]
    assert float(row["time_box_h"]) < 37 < float(row["time_wagon_h"]) == pytest.approx(83.7)


def test_port_dwell_and_wait_add_up_to_the_published_stay(tables: dict[str, dict[str, Row]]) -> None:
    """84 h at Aktau and 132 h at Poti contain the wait for the ship, which services hold."""
    for port, service, stay_h in (
        ("aktau-seaport", "aktau-port--alat-port-boxes", 84),
        ("poti-seaport", "poti-port--constanta-boxes", 132),
    ):
        ship = tables["services"][service]
        wait = 84 / float(ship["sailings_week"]) * float(ship["wait_factor"])
        assert float(tables["terminals"][port]["dwell_box_h"]) + wait == pytest.approx(stay_h, abs=0.5)


def test_turkmen_transit_by_sarakhs_bears_forty_dollars_a_tonne(tables: dict[str, dict[str, Row]]) -> None:
    """Charges at the three posts between Turkiye and Uzbekistan beyond their ordinary fees."""
    borders = tables["borders"]
    extra = [
        float(borders["gur-road"]["fee_usd_truck"]) - 150,
        float(borders["srk-road"]["fee_usd_truck"]) - 62,
        float(borders["far-road"]["fee_usd_truck"]) - 136,
    ]
    load = float(tables["parameters"]["M-truck-load-t"]["value"])
    assert sum(extra) / load == pytest.approx(40, abs=1)


def test_nakhchivan_and_kaliningrad_are_territories(tables: dict[str, dict[str, Row]]) -> None:
    apart = Counter(
        row["territory"] for row in tables["nodes"].values() if row["territory"] != row["country"]
    )
    assert apart == {"AZE-NX": 5, "RUS-KGD": 1}


def test_end_of_2024_comes_from_the_history(tables: dict[str, dict[str, Row]]) -> None:
    def share(gate: str, day: str) -> float:
        rows = [r for r in tables["gate_history"].values() if r["gate"] == gate and r["from_date"] <= day]
        return float(max(rows, key=lambda r: r["from_date"])["share_usable"])

    day = "2024-12-31"
    expected = {
        "poland-belarus-rail-open": 1,
        "iran-transit-usable": 1,
        "hormuz-open": 1,
        "red-sea-open": 0.2,
        "transit-restrictions-lifted": 0,
        "russia-transit-usable": 0.5,
    }
    assert {gate: share(gate, day) for gate in expected} == expected


def test_sea_price_of_the_base_year_is_the_rate_itself(tables: dict[str, dict[str, Row]]) -> None:
    assert tables["sea_rates"]["sea-2024"]["factor"] == "1"
    rate = float(tables["services"]["deep-sea"]["rate_box_usd_teu_km"])
    assert rate * 2 * 25_558 == pytest.approx((4818 + 2050) / 2, rel=0.01)


def test_every_corridor_figure_is_labelled(tables: dict[str, dict[str, Row]]) -> None:
    labels = Counter(row["label"] for row in tables["corridors"].values())
    assert len(tables["corridors"]) == 93
    assert set(labels) == {
        "scheduled",
        "routine",
        "best_train",
        "door_to_door",
        "jam",
        "claim",
        "length_only",
    }


def test_builder_covers_each_table_once() -> None:
    assert len(TABLES) == len(set(TABLES))
