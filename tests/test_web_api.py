"""The web application as an API, on the small study: answers have their shape, what-ifs mean what runs mean."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import TypeAdapter

from landbridge.study import open_run, open_study, run_study
from landbridge.web import models, record, results, routes, what_ifs
from recorded import write_recorded_study
from studies import write_small_study
from web_client import Asker, asking

YEAR = 2035


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def ask(folder: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDBRIDGE_CACHE", str(folder / "cache"))
        study = write_recorded_study(folder)
        with asking(study) as asker:
            yield asker


def hold(shape: Any, answer: Any) -> Any:
    """An answer that has the shape that OpenAPI documents."""
    TypeAdapter(shape).validate_python(answer)
    return answer


def shut(*things: tuple[str, str], to: str = "shut", **more: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "id": name, "to": to, **more} for kind, name in things]


def sum_flows(flows: dict[str, Any]) -> float:
    return float(sum(sum(pair) for pair in flows["links"].values()))


def assert_same(a: dict[str, Any], b: dict[str, Any], rel: float = 1e-6) -> None:
    """Two answers of flows agree on every link."""
    most = max(max(pair) for pair in a["links"].values())
    for link in {*a["links"], *b["links"]}:
        one, two = (np.array(f["links"].get(link, [0.0, 0.0])) for f in (a, b))
        np.testing.assert_allclose(one, two, rtol=rel, atol=rel * most, err_msg=link)


def test_01_the_study_tells_what_there_is_to_choose(ask: Asker) -> None:
    """Scenarios, years, classes, places; nothing is solved for it."""
    told = hold(models.StudyAnswer, ask.get("/api/study"))
    assert told["default"] == {"scenario": "today", "year": 2024}
    assert [s["id"] for s in told["scenarios"]][:2] == ["base-2024", "today"]
    assert {z["id"] for z in told["zones"]} >= {"isle-zone", "west-zone"}
    assert "Natural Earth" in told["outline"]["credit"]


def test_02_the_network_tells_what_is_shut_and_why(ask: Asker) -> None:
    """A planned line names its gate and source, a crossing its border, a ship a line at sea."""
    told = hold(models.NetworkAnswer, ask.get("/api/network", scenario="today", year=YEAR))
    links = {link["id"]: link for link in told["links"]}
    gap = links["west--gap-rail"]
    assert (gap["status"], [g["gate"] for g in gap["missing"]]) == ("planned", ["gap-open"])
    assert gap["missing"][0]["sources"] == ["N2"]
    assert links["west--south-road"]["status"] == "degraded"
    assert links["east--yard-rail"]["border"] == "yard-rail"
    assert len(links["east-port--strait-sea"]["coords"]) > 2
    places = {place["id"]: place for place in told["places"]}
    assert places["yard"]["borders"] == ["yard-rail", "yard-road"]
    assert places["yard"]["delay_h"] > 10.0
    assert places["gap"]["t_year"] == 0.0
    opened = ask.get("/api/network", scenario="gap-open", year=YEAR)
    assert {link["status"] for link in opened["links"] if "gap" in link["id"]} == {"open"}


def test_03_flows_of_classes_sum_to_all_flows(ask: Asker) -> None:
    """All cargo is the sum of the classes; served and unserved are the demand."""
    total = hold(models.FlowsAnswer, ask.get("/api/flows", scenario="today", year=YEAR))
    assert total["residual"] <= 1e-9
    classes = [c["id"] for c in ask.get("/api/study")["commodities"]]
    parts = [ask.get("/api/flows", scenario="today", year=YEAR, commodity=c) for c in classes]
    assert sum(map(sum_flows, parts)) == pytest.approx(sum_flows(total))
    served = sum(part["totals"]["served_t_year"] for part in parts)
    assert served == pytest.approx(total["totals"]["served_t_year"])
    assert sum(part["corridors"]["middle"] for part in parts) == pytest.approx(total["corridors"]["middle"])


def test_04_a_difference_is_a_difference(ask: Asker) -> None:
    """After less before, link by link."""
    query = {"scenario": "gap-open", "year": YEAR}
    told = hold(models.DifferenceAnswer, ask.get("/api/difference", base="today", **query))
    after, before = ask.get("/api/flows", **query), ask.get("/api/flows", scenario="today", year=YEAR)
    for link, value in told["links"].items():
        pair = [sum(flows["links"].get(link, [0.0])) for flows in (after, before)]
        assert value == pytest.approx(pair[0] - pair[1])
    assert told["links"]["west--gap-rail"] > 0.0


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("gap-open", shut(("gate", "gap-open"), to="open")),
        ("south-closed", shut(("state", "STH"))),
        ("south-weak", shut(("gate", "south-usable"), to="partial", share=0.1)),
    ],
)
def test_05_a_what_if_like_a_scenario_gives_its_flows(
    ask: Asker, scenario: str, changes: list[dict[str, Any]]
) -> None:
    """The same things opened and shut by hand are the scenario."""
    body = {"scenario": "today", "year": YEAR, "changes": changes}
    told = hold(what_ifs.WhatIfAnswer, ask.post("/api/what-if", body))
    assert_same(told["flows"], ask.get("/api/flows", scenario=scenario, year=YEAR))
    again = ask.get(f"/api/what-if/{told['id']}", year=YEAR)
    assert_same(again["flows"], told["flows"])
    assert again["id"] == told["id"]


def test_06_a_saved_what_if_runs_to_the_same_flows(ask: Asker, folder: Path) -> None:
    """What the map showed is what `landbridge run` gives, and the study keeps its comments and order."""
    changes = [*shut(("link", "west--south-road")), *shut(("gate", "gap-open"), to="open")]
    body = {"scenario": "today", "year": YEAR, "changes": changes}
    told = ask.post("/api/what-if", body)
    file = folder / "small" / "study.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# a word of the owner\n", encoding="utf-8")
    saved = hold(
        what_ifs.SavedAnswer,
        ask.post(f"/api/what-if/{told['id']}/save", {"scenario_id": "by-the-gap", "title": "By the gap"}),
    )
    assert (saved["is_copy"], saved["path"]) == (False, str(folder / "small"))
    assert "# a word of the owner" in file.read_text(encoding="utf-8")
    ask.post(f"/api/what-if/{told['id']}/save", {"scenario_id": "by-the-gap", "title": "Again"}, expect=409)
    two = {"scenario": "today", "year": YEAR, "changes": shut(("state", "MID"))}
    second = ask.post("/api/what-if", two)["id"]
    ask.post(f"/api/what-if/{second}/save", {"scenario_id": "mid-shut", "title": "MID: shut # or not"})
    study = open_study(folder / "small")
    assert study.settings.what_ifs["mid-shut"].title == "MID: shut # or not"
    assert [w["id"] for w in ask.get("/api/study")["what_ifs"]] == ["by-the-gap", "mid-shut"]
    run = run_study(
        study, scenarios=["today", "by-the-gap", "mid-shut"], years=[YEAR], out=folder / "what-if-run"
    )
    for name, flows in (("by-the-gap", told["flows"]), ("mid-shut", ask.post("/api/what-if", two)["flows"])):
        rows = run.rows(
            "SELECT link, sum(flow_t_year) AS t FROM links WHERE scenario = $s "
            "AND kind IN ('link', 'service') GROUP BY link",
            {"s": name},
        )
        found = {row["link"]: row["t"] for row in rows}
        expected = {link: sum(pair) for link, pair in flows["links"].items()}
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-3)
        assert_same(ask.get("/api/flows", what_if=name, year=YEAR), flows)
    named = run.rows(
        "SELECT count(*) AS n FROM route_flows LEFT JOIN routes USING (route) WHERE routes.nodes IS NULL"
    )
    assert named[0]["n"] == 0
    assert open_run(folder / "what-if-run").rows("SELECT * FROM welfare_changes WHERE scenario = 'mid-shut'")


def test_07_closing_everything_leaves_nothing_to_move(ask: Asker) -> None:
    """Both ways to the isle shut: its trade stays, and the answer says so; what is left is served."""
    changes = shut(("link", "west--south-road"), ("link", "south--isle-road"))
    told = ask.post("/api/what-if", {"scenario": "today", "year": YEAR, "changes": changes})
    rows = {row["quantity"]: row for row in told["summary"]}
    assert rows["unserved"]["after"] > rows["unserved"]["before"]
    assert rows["served"]["after"] + rows["unserved"]["after"] == pytest.approx(
        rows["served"]["before"] + rows["unserved"]["before"]
    )
    assert "west--south-road" not in told["flows"]["links"]
    found = ask.get("/api/routes", from_="west-zone", to="isle-zone", what_if=told["id"], year=YEAR)
    assert found["unserved"]["share"] == pytest.approx(1.0)
    assert "link west--south-road" in found["unserved"]["cause"] + str(found["not_taken"])


@pytest.mark.parametrize(
    ("change", "silent"),
    [
        (("border", "yard-rail"), ["east--yard-rail"]),
        (("port", "mid-port"), ["mid-port--west-port-sea"]),
        (("link", "east--yard-road"), ["east--yard-road"]),
    ],
)
def test_08_what_is_shut_carries_nothing(ask: Asker, change: tuple[str, str], silent: list[str]) -> None:
    """A border, a port or a link that is shut carries nothing, and the network says why."""
    told = ask.post("/api/what-if", {"scenario": "today", "year": YEAR, "changes": shut(change)})
    assert [link for link in silent if link in told["flows"]["links"]] == []
    network = ask.get("/api/network", what_if=told["id"], year=YEAR)
    links = {link["id"]: link for link in network["links"]}
    assert [links[link]["status"] for link in silent] == ["shut"] * len(silent)
    assert all("shut by the what-if" in links[link]["missing"][-1]["state"] for link in silent)


def test_09_the_order_of_changes_does_not_matter_and_the_last_word_counts(ask: Asker) -> None:
    """Undoing and doing again is the same what-if."""
    gap, state = shut(("gate", "gap-open"), to="open"), shut(("state", "STH"))
    ids = {
        ask.post("/api/what-if", {"year": YEAR, "changes": changes})["id"]
        for changes in (gap + state, state + gap, shut(("gate", "gap-open")) + state + gap)
    }
    assert len(ids) == 1


def test_10_every_fault_of_a_what_if_is_told(ask: Asker) -> None:
    """Unknown ids with the nearest, shares out of place, borders and ports that are none: all at once."""
    changes = [
        *shut(("gate", "gap-opne"), ("link", "west--gap"), ("border", "nowhere"), ("state", "XXX")),
        *shut(("gate", "peace"), to="partial"),
        *shut(("gate", "peace"), share=0.5),
    ]
    error = ask.post("/api/what-if", {"changes": changes}, expect=422)["error"]
    assert [fault["column"] for fault in error["faults"]] == [
        "changes.0.id", "changes.1.id", "changes.2.id", "changes.3.id", "changes.4.share", "changes.5.share",
    ]  # fmt: skip
    assert "did you mean gap-open" in error["faults"][0]["mend"]
    error = ask.post("/api/what-if", {"changes": shut(("port", "west"))}, expect=422)["error"]
    assert "no port" in error["faults"][0]["what"]
    for body in ({"changes": []}, {"changes": [{"kind": "road"}]}, {"changs": []}, []):
        assert ask.post("/api/what-if", body, expect=422)["error"]["faults"]
    ask.get("/api/what-if/none-such", expect=404)
    ask.get("/api/flows", scenario="base-2024", what_if="by-the-gap", expect=422)


def test_11_a_what_if_is_exported_as_yaml(ask: Asker) -> None:
    """The piece of YAML holds the changes and can be read back."""
    told = ask.post("/api/what-if", {"scenario": "today", "changes": shut(("state", "STH"))})
    answer = ask.http.get(f"/api/what-if/{told['id']}/export", params={"name": "south"})
    assert "attachment" in answer.headers["content-disposition"]
    assert yaml.safe_load(answer.text)["what_ifs"]["south"] == {
        "title": "What if",
        "base": "today",
        "changes": [{"kind": "state", "id": "STH", "to": "shut"}],
    }
    ask.get(f"/api/what-if/{told['id']}/export", name="../x", expect=422)


def test_12_ways_add_up(ask: Asker) -> None:
    """Shares with what stays are one; parts of the cost are the cost; legs take the time of the way."""
    told = hold(
        routes.RoutesAnswer,
        ask.get("/api/routes", from_="east-zone", to="far-zone", scenario="today", year=YEAR),
    )
    assert sum(way["share"] for way in told["alternatives"]) + told["unserved"]["share"] == pytest.approx(
        1.0, abs=0.01
    )
    for way in (*told["alternatives"], *told["not_taken"]):
        assert sum(p["usd_t"] for p in way["parts"]) == pytest.approx(way["generalised_usd_t"])
        assert sum(leg["h"] for leg in way["legs"]) == pytest.approx(24.0 * way["days"])
        money = sum(p["usd_t"] for p in way["parts"] if p["is_money"])
        assert way["usd_t"] >= money - 1e-9
        assert way["coords"][0] != way["coords"][-1]
    first = told["alternatives"][0]
    assert first["t_year"] == pytest.approx(first["share"] * told["demand_t_year"])
    assert first["days_p95"] is None  # this study has no parameters of reliability


def test_13_a_way_not_taken_says_why(ask: Asker) -> None:
    """The line through the gap is shut for want of its gate, and the gate names what it waits for."""
    told = ask.get("/api/routes", from_="west-zone", to="isle-zone", scenario="today", year=YEAR)
    gates = {m["gate"] for way in told["not_taken"] if way["why"] == "shut" for m in way["missing"]}
    assert "gap-open" in gates
    via = hold(
        routes.WhyNotAnswer,
        ask.get("/api/why-not", from_="west-zone", to="isle-zone", via="gap", scenario="today"),
    )
    assert (via["verdict"], via["shut"][0]["gate"]) == ("shut", "gap-open")
    assert via["shut"][0]["missing"] == ["gap-built", "peace"]
    ask.get("/api/routes", from_="west-zone", to="west-zone", expect=422)
    ask.get("/api/routes", from_="west-zone", to="nowhere", expect=404)


def test_14_gates_and_the_record_lead_to_who_said_it(ask: Asker) -> None:
    """From a gate to its claims, from an event to its sources, copies and contradictions."""
    gates = {gate["id"]: gate for gate in hold(list[record.Gate], ask.get("/api/gates", scenario="today"))}
    assert gates["gap-open"]["state"] == "shut"
    assert gates["gap-open"]["opens"] == ["west--gap-rail", "gap--isle-rail"]
    assert gates["gap-built"]["n_evidence"] == 2
    assert gates["south-usable"]["share"] == 0.5
    events = hold(record.EventsAnswer, ask.get("/api/record/events"))
    assert "2025-05-02-peace-initialled" in {event["id"] for event in events["events"]}
    event = hold(record.Item, ask.get("/api/record/events/2025-05-02-peace-initialled"))
    assert {claim["source"] for claim in event["claims"]} == {"P1", "P2", "P4", "P5"}
    assert event["differences"]
    assert any((c["document"], c["of"]) == ("P5", "P4") for c in event["copies"])
    document = hold(record.Item, ask.get("/api/record/documents/P4"))
    assert {claim["id"] for claim in document["claims"]} >= {"C3", "C5"}
    hold(record.Item, ask.get("/api/record/gates/gap-built"))
    hold(record.Item, ask.get("/api/record/claims/C1"))
    assert hold(list[record.Document], ask.get("/api/record/documents"))
    ask.get("/api/record/gates/none", expect=404)
    ask.get("/api/record/things/none", expect=422)


def test_15_who_gains_sums_up(ask: Asker) -> None:
    """Transfers sum to zero over all parties; the parties make the world."""
    query = {"base": "today", "scenario": "gap-open", "year": YEAR}
    told = hold(results.GainsAnswer, ask.get("/api/gains", **query))
    assert sum(p["transfer_usd_year"] for p in told["parties"]) == pytest.approx(0.0, abs=50.0)
    assert sum(p["gain_usd_year"] for p in told["parties"]) == pytest.approx(told["world_usd_year"], abs=50.0)
    isle = next(row for row in told["surplus"] if row["zone"] == "isle-zone")
    assert isle["usd_year"] > 0.0
    assert sum(isle["classes"].values()) == pytest.approx(isle["usd_year"])


def test_16_unknown_names_are_told_with_the_nearest(ask: Asker) -> None:
    """4xx with code, what, where and mend; several faults are listed together."""
    error = ask.get("/api/flows", scenario="tody", expect=404)["error"]
    assert error["code"] == "LB-T023"
    assert error["mend"] == "did you mean today?"
    both = ask.get("/api/flows", scenario="tody", year=1999, expect=404)["error"]
    assert len(both["faults"]) == 2
    assert ask.get("/api/flows", commodity="wine", expect=404)["error"]["code"] == "LB-T023"
    assert ask.get("/api/flows", year="soon", expect=422)["error"]["faults"][0]["column"] == "year"
    ask.get("/api/nothing", expect=404)
    assert ask.http.delete("/api/flows").status_code == 405


def test_17_every_endpoint_is_documented(ask: Asker) -> None:
    """Summary, description and the shape of the answer; every parameter and field in words."""
    told = ask.get("/api/openapi.json")
    assert told["openapi"].startswith("3.")
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            good = next(v for k, v in operation["responses"].items() if k.startswith("2"))
            assert good["content"], where
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    assert parameter.get("description"), f"{where} {parameter['name']}"


def test_18_names_with_markup_stay_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node, a scenario and a gate named with HTML come as JSON text, and escaped where they are drawn."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    bad = "<img src=x onerror=alert(1)>"
    study = write_small_study(
        tmp_path,
        ("nodes", "west,West,", f"west,{bad},"),
        ("study", "Gates as documented", bad),
        ("gates", "The line through the gap is open", "=1+1 <b>"),
    )
    with asking(study) as ask:
        answer = ask.http.get("/api/network")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert bad in {place["name"] for place in answer.json()["places"]}
        svg = ask.http.get("/api/export/map.svg", params={"year": YEAR})
        assert "<img" not in svg.text
        assert "script-src 'self'" in svg.headers["content-security-policy"]
        gates = ask.http.get("/api/export/gates.csv")
        assert "'=1+1 <b>" in gates.text


def test_19_a_state_that_is_looked_at_is_solved_behind_the_scenes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second server answers from what the first kept, and solves what is looked at before a what-if asks."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    study = write_small_study(tmp_path)
    query = {"scenario": "gap-open", "year": YEAR}
    with asking(study) as first:
        told = first.get("/api/network", **query)
    with asking(study) as ask:
        session = ask.server.app.state.session
        asked = session.ask(**query)
        assert ask.get("/api/network", **query) == told
        until = time.monotonic() + 60.0
        while session._worlds.find(asked) is None and time.monotonic() < until:
            time.sleep(0.05)
        assert session._worlds.find(asked) is not None
