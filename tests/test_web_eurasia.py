"""The web application on the built-in study: what an adviser asks of it, over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from landbridge.study import open_study, run_study
from test_web_api import assert_same, shut
from web_client import Asker, asking

pytestmark = pytest.mark.slow  # the built-in study is prepared and solved

YEAR = 2035
MEGHRI = shut(("gate", "tripp-rail-open"), ("gate", "tripp-road-open"))


@pytest.fixture(scope="module")
def ask() -> Iterator[Asker]:
    with asking("eurasia") as asker:
        yield asker


def test_1_with_meghri_shut_the_supply_of_nakhchivan_turns_to_iran(ask: Asker) -> None:
    """Where TRIPP was open, shutting it sends the exclave's cargo by Iran again, and by Georgia."""
    told = ask.post("/api/what-if", {"scenario": "tripp-open", "year": YEAR, "changes": MEGHRI})
    rows = {row["quantity"]: row for row in told["summary"]}
    assert rows["corridor:tripp"]["before"] > 1e6
    assert rows["corridor:tripp"]["after"] == 0.0
    iran = rows["corridor:iran-nakhchivan"]
    assert iran["after"] > 3.0 * iran["before"]
    turned = {(row["zone"], row["state"]): row for row in told["turned"]}
    by_iran, by_armenia = turned["nakhchivan", "IRN"], turned["nakhchivan", "ARM"]
    assert by_iran["share_after"] > by_iran["share_before"] + 0.1
    assert by_armenia["share_after"] < 0.01 < 0.5 < by_armenia["share_before"]
    assert told["residual"] <= 1e-9
    why = ask.get(
        "/api/why-not", from_="azerbaijan", to="nakhchivan", via="meghri", what_if=told["id"], year=YEAR
    )
    assert why["verdict"] == "shut"
    assert {item["gate"] for item in why["shut"]} & {"tripp-rail-open", "tripp-road-open"}
    assert {"by the what-if"} <= {" ".join(item["state"].split()[1:]) for item in why["shut"]}


def test_2_iran_shut_by_hand_is_the_scenario_iran_closed(ask: Asker) -> None:
    """The same state of the network gives the same flows, to one part in a million."""
    body = {"scenario": "today", "year": YEAR, "changes": shut(("state", "IRN"))}
    told = ask.post("/api/what-if", body)
    assert_same(told["flows"], ask.get("/api/flows", scenario="iran-closed", year=YEAR))


def test_3_a_saved_what_if_is_what_run_gives(
    ask: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The built-in study is copied, and `run` of the copy gives what the map showed, ways round included."""
    monkeypatch.chdir(tmp_path)
    changes = shut(("port", "poti-port"), ("link", "baku--alat-port-rail"))
    told = ask.post("/api/what-if", {"scenario": "today", "year": YEAR, "changes": changes})
    body = {"scenario_id": "poti-shut", "title": "Poti shut", "folder": "mine"}
    saved = ask.post(f"/api/what-if/{told['id']}/save", body)
    assert saved["is_copy"]
    study = open_study(saved["path"])
    run = run_study(study, scenarios=["poti-shut"], years=[YEAR], out=study.path / "run")
    rows = run.rows(
        "SELECT link, sum(flow_t_year) AS t FROM links WHERE kind IN ('link', 'service') GROUP BY link"
    )
    found = {row["link"]: row["t"] for row in rows}
    expected = {link: sum(pair) for link, pair in told["flows"]["links"].items()}
    assert found == pytest.approx(expected, rel=1e-6, abs=1.0)
    assert "poti-shut" not in open_study("eurasia").settings.what_ifs


def test_4_a_pair_shows_time_with_its_spread_and_what_would_open_a_way(ask: Asker) -> None:
    """Azerbaijan to Nakhchivan today: days with P95, legs, and the shut ways with their gates and sources."""
    told = ask.get("/api/routes", from_="azerbaijan", to="nakhchivan", scenario="today", year=YEAR)
    first = told["alternatives"][0]
    assert first["days_p50"] < first["days_p95"]
    assert first["states"][0] == first["states"][-1] == "AZE"
    shut_ways = [way for way in told["not_taken"] if way["why"] == "shut"]
    gates = {item["gate"]: item for way in shut_ways for item in way["missing"]}
    assert "tripp-road-open" in gates
    assert gates["tripp-road-open"]["sources"]


def test_5_two_hundred_ask_the_heaviest_at_once(ask: Asker) -> None:
    """States that are not solved yet, two hundred requests in flight: every one is answered."""
    ways = [("tripp-open", 2030), ("region-open", 2030), ("red-sea-open", 2035)]

    def one(number: int) -> int:
        scenario, year = ways[number % len(ways)]
        query = {"from": "kaz_south", "to": "turkiye_west", "scenario": scenario, "year": year}
        return httpx.get(f"{ask.address}api/routes", params=query, trust_env=False, timeout=110.0).status_code

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(one, range(200))) == {200}
