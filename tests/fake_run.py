"""A made-up finished run for the tests of the report: real places, invented amounts, all tables of a results folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from landbridge.tables import Table

Row = dict[str, Any]

NODES = [
    ("xian", "Xi'an (international port)", "CHN", 34.37, 109.07, "terminal"),
    ("shanghai", "Shanghai", "CHN", 31.23, 121.49, "port"),
    ("singapore", "Singapore", "SGP", 1.26, 103.82, "port"),
    ("suez", "Suez", "EGY", 29.93, 32.55, "strait"),
    ("rotterdam", "Rotterdam", "NLD", 51.95, 4.14, "port"),
    ("khorgos", "Altynkol / Khorgos Gateway", "KAZ", 44.16, 80.30, "border"),
    ("almaty", "Almaty", "KAZ", 43.35, 76.94, "city"),
    ("aktau-port", "Aktau sea port", "KAZ", 43.607, 51.225, "port"),
    ("turkmenbashi-port", "Turkmenbashi international sea port", "TKM", 40.00, 53.00, "port"),
    ("alat-port", "Baku International Sea Trade Port (Alat)", "AZE", 39.985, 49.43, "port"),
    ("ganja", "Ganja", "AZE", 40.68, 46.36, "city"),
    ("horadiz", "Horadiz", "AZE", 39.45, 47.34, "city"),
    ("meghri", "Meghri", "ARM", 38.90, 46.24, "city"),
    ("nakhchivan", "Nakhchivan", "AZE", 39.21, 45.41, "city"),
    ("yerevan", "Yerevan", "ARM", 40.18, 44.51, "city"),
    ("tbilisi", "Tbilisi", "GEO", 41.70, 44.82, "city"),
    ("poti-port", "Poti sea port", "GEO", 42.155, 41.654, "port"),
    ("kars", "Kars", "TUR", 40.60, 43.10, "city"),
    ("istanbul", "Istanbul (Halkali / Ambarli)", "TUR", 41.02, 28.75, "port"),
    ("constanta", "Constanta", "ROU", 44.17, 28.65, "port"),
    ("tabriz", "Tabriz", "IRN", 38.07, 46.25, "city"),
    ("tehran", "Tehran (Aprin)", "IRN", 35.62, 51.30, "city"),
    ("moscow", "Moscow", "RUS", 55.75, 37.62, "city"),
    ("duisburg", "Duisburg <b>& Rhine</b>", "DEU", 51.43, 6.76, "terminal"),
]

LINKS = [
    ("xian--khorgos", "xian", "khorgos", "rail"),
    ("xian--shanghai", "xian", "shanghai", "rail"),
    ("khorgos--almaty", "khorgos", "almaty", "rail"),
    ("almaty--aktau", "almaty", "aktau-port", "rail"),
    ("almaty--moscow", "almaty", "moscow", "rail"),
    ("moscow--duisburg", "moscow", "duisburg", "rail"),
    ("duisburg--rotterdam", "duisburg", "rotterdam", "rail"),
    ("aktau--alat", "aktau-port", "alat-port", "sea"),
    ("turkmenbashi--alat", "turkmenbashi-port", "alat-port", "sea"),
    ("alat--ganja", "alat-port", "ganja", "rail"),
    ("alat--ganja-road", "alat-port", "ganja", "road"),
    ("ganja--tbilisi", "ganja", "tbilisi", "rail"),
    ("tbilisi--poti", "tbilisi", "poti-port", "rail"),
    ("tbilisi--kars", "tbilisi", "kars", "rail"),
    ("tbilisi--yerevan", "tbilisi", "yerevan", "road"),
    ("kars--istanbul", "kars", "istanbul", "rail"),
    ("poti--constanta", "poti-port", "constanta", "sea"),
    ("alat--horadiz", "alat-port", "horadiz", "rail"),
    ("horadiz--meghri", "horadiz", "meghri", "rail"),
    ("meghri--nakhchivan", "meghri", "nakhchivan", "rail"),
    ("nakhchivan--kars", "nakhchivan", "kars", "rail"),
    ("nakhchivan--tabriz", "nakhchivan", "tabriz", "road"),
    ("horadiz--tabriz", "horadiz", "tabriz", "road"),
    ("tehran--tabriz", "tehran", "tabriz", "road"),
    ("yerevan--kars", "yerevan", "kars", "road"),
    ("shanghai--singapore", "shanghai", "singapore", "sea"),
    ("singapore--suez", "singapore", "suez", "sea"),
    ("suez--rotterdam", "suez", "rotterdam", "sea"),
    ("istanbul--constanta", "istanbul", "constanta", "sea"),
]

TRIPP = ("horadiz--meghri", "meghri--nakhchivan", "nakhchivan--kars")
REGION = (*TRIPP, "yerevan--kars")
SCENARIOS: dict[str, Row] = {
    "base-2024": {"title": "As it was at the end of 2024", "gates_at": "2024-12-31"},
    "today": {"title": "Today", "gates_at": "record"},
    "tripp-open": {"title": "TRIPP open", "extends": "today", "open": ["tripp"]},
    "region-open": {
        "title": "All borders of the region open",
        "extends": "tripp-open",
        "open": ["tripp", "tr-am"],
    },
    "iran-closed": {"title": "Iran closed to transit", "extends": "today", "close_transit": ["IRN"]},
}
SOLVES = [("base-2024", 2024), *((name, year) for name in list(SCENARIOS)[1:] for year in (2024, 2030, 2035))]
PART_SHARES = {
    "tariff": 0.4,
    "handling": 0.1,
    "fees": 0.08,
    "penalty": 0.0,
    "carbon": 0.0,
    "running": 0.12,
    "waiting": 0.1,
    "dwell": 0.08,
    "border": 0.07,
    "queue": 0.03,
    "reliability": 0.02,
}


@dataclass(frozen=True)
class FakeStudy:
    """Tables as a study gives them."""

    tables: Mapping[str, Table]


@dataclass(frozen=True)
class FakeRun:
    """The same face as a finished run: its folder, its manifest, its study."""

    path: Path
    manifest: Row
    tables: Mapping[str, Table]

    def study(self) -> FakeStudy:
        return FakeStudy(self.tables)


def table_of(name: str, rows: Sequence[Row]) -> Table:
    """A study table from rows; numbers, truths, lists and text as the house holds them."""
    columns = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        if isinstance(values[0], bool):
            columns[key] = np.array(values, dtype=bool)
        elif isinstance(values[0], (int, float)):
            columns[key] = np.array(values, dtype=float)
        else:
            columns[key] = np.empty(len(values), dtype=object)
            columns[key][:] = values
    return Table(name, columns)


def fake_tables(
    nodes: Sequence[tuple[Any, ...]] = NODES, links: Sequence[tuple[Any, ...]] = LINKS
) -> dict[str, Table]:
    """Study tables with a source and a basis on every row."""
    cited = {"source": ("D001",), "basis": "observed"}
    return {
        "nodes": table_of(
            "nodes",
            [
                dict(zip(("id", "name", "country", "lat", "lon", "kind"), node, strict=True)) | cited
                for node in nodes
            ],
        ),
        "links": table_of(
            "links",
            [
                {"id": key, "from_node": a, "to_node": b, "mode": mode, "length_km": 100.0}
                | cited
                | ({"basis": "assumption"} if i % 3 == 0 else {})
                for i, (key, a, b, mode) in enumerate(links)
            ],
        ),
        "zones": table_of(
            "zones",
            [
                {"id": "azerbaijan", "name": "Azerbaijan", **cited},
                {"id": "nakhchivan", "name": "Nakhchivan", **cited},
                {"id": "china_coast", "name": "China coast", **cited},
                {"id": "germany", "name": "Germany", **cited},
            ],
        ),
        "classes": table_of(
            "classes",
            [
                {"id": "general", "name": "general cargo", **cited},
                {"id": "containers", "name": "containers", **cited},
            ],
        ),
        "parameters": table_of(
            "parameters",
            [
                {
                    "id": "M-theta",
                    "group": "choice",
                    "name": "Scale of route choice",
                    "value": 0.06,
                    "low": 0.03,
                    "high": 0.12,
                    "unit": "t/USD",
                    "year": "2024",
                    "source": ("D001",),
                    "basis": "assumption",
                    "note": "Our choice.",
                },
                {
                    "id": "K0001",
                    "group": "cost",
                    "name": "Through rate",
                    "value": 2301.0,
                    "low": float("nan"),
                    "high": float("nan"),
                    "unit": "USD/TEU",
                    "year": "2018",
                    "source": ("D002",),
                    "basis": "official",
                    "note": "",
                },
            ],
        ),
        "terminals": table_of("terminals", [{"id": "alat-quay", "node": "alat-port", **cited}]),
        "borders": table_of("borders", [{"id": "khorgos-rail", "node": "khorgos", **cited}]),
        "sources": table_of(
            "sources",
            [
                {
                    "id": "D001",
                    "title": "Yearbook <2024>",
                    "publisher": "Office",
                    "published": "2025-01-01",
                    "url": "https://example.org/a?b=1&c=2",
                    "reliability": "high",
                    "note": "",
                },
                {
                    "id": "D002",
                    "title": "Tariff",
                    "publisher": "Railway",
                    "published": "2018",
                    "url": "",
                    "reliability": "",
                    "note": "",
                },
            ],
        ),
    }


def check_of(key: str, name: str, label: str, *figures: tuple[float | None, float | None, float]) -> Row:
    """A published corridor beside the model's: (low, high, ours) of length, days and rate."""
    row: Row = {"corridor": key, "name": name, "label": label, "year": "2024", "note": "", "is_joined": True}
    for measure, (low, high, ours) in zip(("length_km", "days", "cost_usd_feu"), figures, strict=True):
        row |= {f"published_{measure}_low": low, f"published_{measure}_high": high, f"model_{measure}": ours}
        row[f"ratio_{measure}"] = ours / low if low else None
    return row | {"within_25_percent": False, "source": "D001"}


def is_open(scenario: str, link: str) -> bool:
    """Whether a link that the tests care about can be used."""
    if link in TRIPP:
        return scenario in ("tripp-open", "region-open")
    return link != "yerevan--kars" or scenario == "region-open"


def flow_of(scenario: str, year: int, link: str, number: int) -> float:
    """Invented tonnes a year on a link, one direction."""
    if not is_open(scenario, link):
        return 0.0
    t = 2.5e6 if link in REGION else 1e6 * (1 + number * 7 % 11)
    if link.endswith("tabriz") and scenario in ("iran-closed", "tripp-open", "region-open"):
        t *= 0.0 if scenario == "iran-closed" else 0.5
    if "singapore" in link:
        t *= 20
    return t * (1 + 0.02 * (year - 2024))


def write_fake_run(
    folder: Path,
    nodes: Sequence[tuple[Any, ...]] = NODES,
    links: Sequence[tuple[Any, ...]] = LINKS,
    flow: Any = flow_of,
    opened: Any = is_open,
) -> FakeRun:
    """Write the Parquet tables of a run and open it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in fake_results(links, flow, opened).items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    manifest = {
        "landbridge": "0.1.0",
        "study": "small",
        "title": "Small study",
        "inputs": {"study.yaml": "ab" * 32},
        "settings": {
            "base_year": 2024,
            "price_year": 2024,
            "record_date": "2026-07-02",
            "reference_scenario": "today",
            "scenarios": SCENARIOS,
            "corridors": [{"id": "middle", "title": "Middle Corridor"}, {"id": "tripp", "title": "TRIPP"}],
            "telling_pairs": [
                ["azerbaijan", "nakhchivan", "general"],
                ["china_coast", "germany", "containers"],
            ],
            "questions": [
                {
                    "id": "opening",
                    "title": "What opening changes",
                    "text": "",
                    "scenarios": ["tripp-open", "region-open"],
                },
                {"id": "closures", "title": "What closures do", "text": "", "scenarios": ["iran-closed"]},
            ],
        },
        "scenarios": list(SCENARIOS),
        "years": [2024, 2030, 2035],
        "solves": [
            {
                "scenario": s,
                "year": y,
                "residual": 3.2e-7,
                "iterations": 41,
                "seconds": 1.5,
                "unserved_t_year": 4e5,
                "demand_t_year": 2e8,
            }
            for s, y in SOLVES
        ],
    }
    return FakeRun(folder, manifest, fake_tables(nodes, links))


def fake_results(links: Sequence[tuple[Any, ...]], flow: Any, opened: Any) -> dict[str, list[Row]]:
    """All result tables as rows."""
    tables: dict[str, list[Row]] = {
        name: []
        for name in (
            "links",
            "facilities",
            "link_states",
            "gates",
            "pairs",
            "corridor_flows",
            "unserved",
            "route_flows",
        )
    }
    tables["scenarios"] = [
        {"scenario": key, "title": row["title"], "order": i} for i, (key, row) in enumerate(SCENARIOS.items())
    ]
    tables["corridor_checks"] = [
        check_of(
            "titr-1",
            "Altynkol to Poti",
            "scheduled",
            (4764.0, 4764.0, 4801.0),
            (12.0, 12.0, 11.4),
            (3400.0, 3600.0, 4900.0),
        ),
        check_of(
            "titr-2", "First train", "best_train", (None, None, 3600.0), (5.0, 5.0, 8.9), (None, None, 3000.0)
        ),
    ]
    tables["routes"] = [
        {
            "route": 0,
            "class": "general",
            "origin": "azerbaijan",
            "destination": "nakhchivan",
            "nest": "road",
            "nodes": ["alat-port", "tabriz", "nakhchivan"],
            "links": ["horadiz--tabriz"],
            "modes": ["road"],
            "countries": ["AZE", "IRN", "AZE"],
            "borders": 2,
        },
        {
            "route": 1,
            "class": "containers",
            "origin": "china_coast",
            "destination": "germany",
            "nest": "sea",
            "nodes": ["shanghai", "singapore", "suez", "rotterdam", "duisburg"],
            "links": [],
            "modes": ["sea", "rail"],
            "countries": ["CHN", "EGY", "NLD", "DEU"],
            "borders": 3,
        },
    ]
    for scenario, year in SOLVES:
        key = {"scenario": scenario, "year": year}
        for number, (link, a, b, mode) in enumerate(links):
            for direction, (start, end) in enumerate(((a, b), (b, a))):
                t = flow(scenario, year, link, number) * (1.0 if direction == 0 else 0.6)
                if t > 0:
                    kind = "service" if mode == "sea" else "link"
                    tables["links"].append(
                        key
                        | {
                            "class": "general",
                            "element": link,
                            "kind": kind,
                            "link": link,
                            "from_node": start,
                            "to_node": end,
                            "mode": mode,
                            "flow_t_year": t,
                        }
                    )
        tables["facilities"] += [
            key
            | {
                "facility": "alat-quay",
                "kind": "terminal",
                "name": "Alat quay",
                "capacity_t_year": 15e6,
                "flow_t_year": 14.4e6,
                "utilisation": 0.96,
                "delay_h": 31.0,
                "slot_price_usd_t": 0.0,
            },
            key
            | {
                "facility": "tbilisi--kars",
                "kind": "link",
                "name": "Tbilisi to Kars",
                "capacity_t_year": 5e6,
                "flow_t_year": 2e6,
                "utilisation": 0.4,
                "delay_h": 0.1,
                "slot_price_usd_t": 0.0,
            },
        ]
        factor = {"tripp-open": 0.85, "region-open": 0.8, "iran-closed": 1.6}.get(scenario, 1.0)
        shut = scenario == "iran-closed" and year == 2024
        for start, end, cargo, cost in (
            ("azerbaijan", "nakhchivan", "general", 66.0),
            ("china_coast", "germany", "containers", 240.0),
        ):
            t = 2e5 if cargo == "general" else 2e6
            gone = 0.1 * t if scenario == "iran-closed" else 0.0
            parts: dict[str, float | None] = {
                f"{part}_usd_t": share * cost * factor for part, share in PART_SHARES.items()
            }
            own: dict[str, float | None] = {
                "time_h": 84.0 * factor,
                "money_usd_t": 0.6 * cost * factor,
                "generalised_cost_usd_t": cost * factor,
            } | parts
            if shut and cargo == "general":
                gone, own = t, dict.fromkeys(own, None)
            tables["pairs"].append(
                key
                | {
                    "class": cargo,
                    "origin": start,
                    "destination": end,
                    "demand_t_year": t,
                    "served_t_year": t - gone,
                    "unserved_t_year": gone,
                }
                | own
            )
            if not (shut and cargo == "general"):
                tables["route_flows"].append(
                    key
                    | {
                        "route": 0 if cargo == "general" else 1,
                        "flow_t_year": t - gone,
                        "share": 1.0,
                        "time_h": 84.0 * factor,
                        "money_usd_t": 0.6 * cost * factor,
                    }
                )
            if gone:
                tables["unserved"].append(
                    key
                    | {
                        "class": cargo,
                        "origin": start,
                        "destination": end,
                        "unserved_t_year": gone,
                        "cause": "no route: transit of IRN closed",
                        "would_open": "iran-transit-usable",
                    }
                )
        tables["corridor_flows"] += [
            key
            | {
                "corridor": "middle",
                "title": "Middle Corridor",
                "flow_t_year": 4.5e6 / factor,
                "teu_year": 56e3,
            },
            key
            | {
                "corridor": "tripp",
                "title": "TRIPP",
                "flow_t_year": 2.5e6 if factor < 1 else 0.0,
                "teu_year": 0.0,
            },
        ]
    for scenario in SCENARIOS:
        for link, a, b, mode in links:
            state = "open" if opened(scenario, link) else "planned"
            tables["link_states"].append(
                {
                    "scenario": scenario,
                    "link": link,
                    "from_node": a,
                    "to_node": b,
                    "mode": mode,
                    "state": state,
                    "share_usable": float(state == "open"),
                    "gates": "",
                    "reason": "" if state == "open" else "not built",
                }
            )
        share = float(scenario in ("tripp-open", "region-open"))
        tables["gates"].append(
            {
                "scenario": scenario,
                "gate": "tripp",
                "title": "Trains run Azerbaijan-Meghri-Nakhchivan",
                "share_open": share,
                "reason": "opened by the scenario" if share else "not met",
            }
        )
    return tables
