"""A run of the small study from end to end: results, bytes, questions, comparison and trace."""

import filecmp
import json

import numpy as np
import pytest

from landbridge.errors import NoRoute, RunNotFound, TargetNotEmpty, UnknownId
from landbridge.study.comparison import compare_run
from landbridge.study.folder import open_study
from landbridge.study.queries import explain_why_not, find_routes
from landbridge.study.results import open_run, write_folder
from landbridge.study.run import run_study
from landbridge.study.trace import trace_item
from studies import write_small_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return open_study(write_small_study(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def run(study, tmp_path_factory):
    return run_study(study, out=tmp_path_factory.mktemp("runs") / "run")


def test_every_scenario_and_year_is_solved_with_its_certificate(run, study):
    """Twelve solves, each at its fixed point and balanced."""
    solves = run.manifest["solves"]
    assert [(s["scenario"], s["year"]) for s in solves] == [
        (name, year) for name in study.settings.scenarios for year in (2024, 2035)
    ]
    assert max(s["residual"] for s in solves) < 1e-6
    assert max(s["imbalance"] for s in solves) < 1e-9


def test_served_and_unserved_are_demand_in_the_tables(run):
    """Each row of pairs balances, and its sum is the demand of the manifest."""
    pairs = run.table("pairs").to_pandas()
    np.testing.assert_allclose(pairs.served_t_year + pairs.unserved_t_year, pairs.demand_t_year, rtol=1e-9)
    stated = sum(s["demand_t_year"] for s in run.manifest["solves"])
    assert pairs.demand_t_year.sum() == pytest.approx(stated, rel=1e-12)


def test_flow_is_conserved_at_every_place(run):
    """What comes into a place by connectors and links goes out of it, in each scenario, year and class."""
    rows = run.rows(
        """WITH ends AS (
             SELECT scenario, year, class, to_node AS place, flow_t_year AS t FROM links WHERE kind IN ('link', 'service', 'connector')
             UNION ALL
             SELECT scenario, year, class, from_node, -flow_t_year FROM links WHERE kind IN ('link', 'service', 'connector')
           ) SELECT place, max(abs(net)) AS worst FROM (
             SELECT scenario, year, class, place, sum(t) AS net FROM ends GROUP BY ALL
           ) WHERE place NOT LIKE '%-zone' GROUP BY place"""
    )
    assert len(rows) > 5
    assert max(row["worst"] for row in rows) < 1e-3


def test_equal_inputs_give_equal_bytes(study, run, tmp_path, monkeypatch):
    """A second run, with one worker and without the cache, writes the same tables byte for byte."""
    monkeypatch.setattr("landbridge.study.run.WORKERS", 1)
    monkeypatch.setattr("landbridge.assignment.candidates.WORKERS", 1)
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    again = run_study(study, out=tmp_path / "again")
    names = [f"{name}.parquet" for name in run.list_tables()]
    assert len(names) >= 12
    _, different, missing = filecmp.cmpfiles(run.path, again.path, names, shallow=False)
    assert not different
    assert not missing


def test_one_scenario_alone_equals_itself_among_all(study, run, tmp_path):
    """Running gap-open 2035 alone gives the figures that it has in the whole run."""
    alone = run_study(study, scenarios=["gap-open"], years=[2035], out=tmp_path / "alone")
    sql = (
        "SELECT * FROM pairs WHERE scenario = 'gap-open' AND year = 2035 ORDER BY class, origin, destination"
    )
    assert alone.query(sql).equals(run.query(sql))


def test_what_a_closed_line_would_cost_moves_nothing_while_it_is_closed(run, tmp_path):
    """The line through the gap four times as dear: every figure of `today` is the same to the last digit,
    those of `gap-open` are not."""
    dear = open_study(
        write_small_study(
            tmp_path / "study",
            ("links", "2028,gap-open,45,20,,15,1,0.4,0.035", "2028,gap-open,45,20,,15,1,1.6,0.14"),
        )
    )
    again = run_study(dear, scenarios=["today", "gap-open"], years=[2035], out=tmp_path / "dear")
    for scenario, same in (("today", True), ("gap-open", False)):
        sql = f"""SELECT * FROM pairs WHERE scenario = '{scenario}' AND year = 2035
            ORDER BY class, origin, destination"""
        assert again.query(sql).equals(run.query(sql)) == same


def test_a_failed_run_leaves_nothing(study, tmp_path, monkeypatch):
    """Killed while it solves: no folder, and no leftover beside it; an older run stays as it was."""

    def fail(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("landbridge.study.run.solve_scenario", fail)
    with pytest.raises(KeyboardInterrupt):
        run_study(study, out=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_run_never_replaces_something_else(tmp_path):
    """A folder that holds other files is refused and left alone."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with pytest.raises(TargetNotEmpty), write_folder(tmp_path / "thesis"):
        pass
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "mine"


def test_a_missing_run_is_said(tmp_path):
    """No manifest, no run."""
    with pytest.raises(RunNotFound):
        open_run(tmp_path)


def test_unknown_scenarios_and_years_are_refused(study, tmp_path):
    """The message names the nearest scenario."""
    with pytest.raises(UnknownId, match="gap-opn") as caught:
        run_study(study, scenarios=["gap-opn"], out=tmp_path / "x")
    assert "gap-open" in str(caught.value)
    with pytest.raises(UnknownId, match="2031"):
        run_study(study, years=[2031], out=tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_places_go_by_id_or_name_whatever_the_case(study):
    """A place by its name in capitals is the place by its id; a name that nothing has gets the nearest ids."""
    words = {"scenario": "today", "commodity": "general"}
    by_name = find_routes(study, "EAST PORT", "Far", **words)
    assert (by_name["from"], by_name["to"]) == ("east-port", "far")
    assert by_name == find_routes(study, "east-port", "far", **words)
    via = explain_why_not(study, "East-Zone", "far_zone", via="West Port", **words)
    assert via["via"] == "west-port"
    with pytest.raises(UnknownId, match="zone or node") as caught:
        find_routes(study, "east-prt", "far", **words)
    assert "east-port" in str(caught.value)


def test_routes_have_the_form_that_was_promised(study):
    """Alternatives by falling share with time, cost, parts that sum, places, modes, states and borders."""
    answer = find_routes(study, "west-zone", "isle-zone", scenario="gap-open", year=2035)
    json.dumps(answer)
    assert {"from", "to", "scenario", "year", "commodity", "unserved_share", "alternatives"} <= set(answer)
    shares = [a["share"] for a in answer["alternatives"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) + answer["unserved_share"] == pytest.approx(1.0, abs=5e-3)
    for a in answer["alternatives"]:
        assert sum(a["cost_parts"].values()) == pytest.approx(a["generalised_cost_usd_per_t"], rel=1e-9)
        assert a["countries"][0] == "WST"
        assert a["borders"] == len(a["countries"]) - 1
    assert "gap" in answer["alternatives"][0]["nodes"]


def test_routes_name_what_limits_them(study):
    """At a tenth of normal use the ways by the south serve a tenth of the cargo, and the answer says why."""
    answer = find_routes(study, "west-zone", "isle-zone", scenario="south-weak", commodity="general")
    (limit,) = answer["limits"]
    assert limit["usable_share"] == pytest.approx(0.1)
    assert "south-usable" in limit["limited_by"]
    limited = [answer["alternatives"][number - 1] for number in limit["ways"]]
    assert limited
    assert all("south" in way["nodes"] for way in limited)
    assert sum(way["share"] for way in limited) <= 0.1 + 1e-9
    assert find_routes(study, "east-zone", "far-zone", scenario="today", commodity="general")["limits"] == []


def test_routes_agree_with_the_run(study, run):
    """The share of each alternative is what the run's route flows say."""
    answer = find_routes(study, "west-zone", "isle-zone", scenario="gap-open", year=2035, commodity="general")
    rows = run.rows(
        """SELECT share FROM route_flows JOIN routes USING (route) WHERE scenario = 'gap-open' AND year = 2035
           AND origin = 'west-zone' AND destination = 'isle-zone' AND class = 'general' ORDER BY share DESC"""
    )
    np.testing.assert_allclose(
        [a["share"] for a in answer["alternatives"]], [r["share"] for r in rows], rtol=1e-6
    )


def test_routes_between_nodes(study):
    """Nodes may be ends too: from the eastern port to the town in the far west, by the ocean or the ferry."""
    answer = find_routes(study, "east-port", "far", scenario="today", commodity="grain")
    assert answer["alternatives"]
    assert answer["alternatives"][0]["nodes"][0] == "east-port"
    assert answer["alternatives"][0]["nodes"][-1] == "far"


def test_no_route_is_said_with_its_cause(study):
    """With STH closed isle is cut off: no alternatives, all unserved, and what would open a way."""
    answer = find_routes(study, "west-zone", "isle-zone", scenario="south-closed")
    assert answer["alternatives"] == []
    assert answer["unserved_share"] == 1.0
    assert answer["cause"] == "no way is open; what is built is shut by: transit through STH is closed"
    assert "gap-open" in answer["would_open"] or "STH" in answer["would_open"]


def test_commodities_stand_for_their_class(study):
    """A class, a commodity in it or the start of its name mean the same; nonsense is refused with the classes."""
    for name in ("grain", "C01", "Gra"):
        assert find_routes(study, "west-zone", "far-zone", commodity=name)["commodity"] == "grain"
    with pytest.raises(UnknownId, match="unicorns"):
        find_routes(study, "west-zone", "far-zone", commodity="unicorns")


def test_why_not_names_the_gate(study):
    """By the gap: shut today, by which gate and what it still needs; used once it is open."""
    shut = explain_why_not(study, "west-zone", "isle-zone", via="gap", scenario="today")
    assert shut["verdict"] == "shut"
    assert [s["gate"] for s in shut["shut"]] == ["gap-open"]
    assert set(shut["shut"][0]["missing"]) == {"gap-built", "peace"}
    opened = explain_why_not(study, "west-zone", "isle-zone", via="gap", scenario="gap-open")
    assert opened["verdict"] == "used"
    assert opened["share"] > 0.5


def test_why_not_by_a_place_off_every_way(study):
    """Isle to west by the open sea: no way joins the three places even with everything open."""
    with pytest.raises(NoRoute):
        explain_why_not(study, "west-zone", "isle-zone", via="strait", scenario="today")


def test_comparison_of_two_scenarios(run):
    """The gap corridor rises from nothing, and the telling pair gets cheaper."""
    found = compare_run(run, "today", "gap-open")
    gap = [row for row in found["corridors"] if row["corridor"] == "gap"]
    assert all(row["a_t_year"] == 0.0 and row["difference_t_year"] > 0.0 for row in gap)
    pair = next(row for row in found["pairs"] if row["destination"] == "isle-zone")
    assert pair["b_cost_usd_t"] < pair["a_cost_usd_t"]
    assert found["links"]


@pytest.mark.parametrize(
    "item",
    [
        "corridor:middle@today/2035",
        "pair:west-zone>isle-zone:general@gap-open/2035",
        "link:west--gap-rail@gap-open/2024",
        "gate:gap-open@today",
        "facility:ferry@today/2024",
        "parameter:M-truck-load-t",
        "source:N1",
    ],
)
def test_every_kind_of_number_can_be_traced(run, item):
    """A tree of plain values that names what it was made of, down to sources."""
    tree = trace_item(run, item)
    assert tree["what"]
    assert tree["from"] or tree["sources"]
    json.dumps(tree)


def test_a_link_is_traced_to_the_parameters_that_its_row_rests_on(tmp_path):
    """Speed and rates with their units, the parameter that the row cites with its range, and its sources."""
    changes = (
        ("links", "0.4,0.035,,0.6,25,0.2,,,N1,observed,", "0.4,0.035,,0.6,25,0.2,,,N1;M-running-cv,observed,"),
        ("parameters", "M-running-cv,model,spread of running time,0.2,0.1,0.4,1,2024,GK", "M-running-cv,model,spread of running time,0.2,0.1,0.4,1,2024,GK;M-border-cv"),
        ("parameters", "M-border-cv,model,spread of border time,0.6,0.3,1,1,2024,GK", "M-border-cv,model,spread of border time,0.6,0.3,1,1,2024,GK;M-running-cv"),
    )  # fmt: skip
    study = open_study(write_small_study(tmp_path, *changes))
    run = run_study(study, scenarios=["today"], years=[2024], out=tmp_path / "run")
    tree = trace_item(run, "link:west-port--west-rail")
    (row,) = [child for child in tree["from"] if child["item"] == "links:west-port--west-rail"]
    found = {child["item"]: child for child in row["from"]}
    assert (found["attribute:speed_kmh"]["value"], found["attribute:speed_kmh"]["unit"]) == (40.0, "km/h")
    spread = found["parameter:M-running-cv"]
    assert (spread["value"], spread["low"], spread["high"]) == (0.2, 0.1, 0.4)
    assert [source["id"] for source in spread["sources"]] == ["GK"]
    assert [child["item"] for child in spread["from"]] == ["parameter:M-border-cv"]
    assert spread["from"][0]["from"] == []
    assert trace_item(run, "link:ferry")["value"] > 0.0


def test_a_pair_is_traced_to_flow_rows_and_their_sources(run):
    """Demand of west to isle rests on flow-1, which rests on N1."""
    tree = trace_item(run, "pair:west-zone>isle-zone:general@gap-open/2035")
    demand = next(child for child in tree["from"] if child["item"] == "demand")
    assert "flows:flow-1" in [child["item"] for child in demand["from"]]
    assert demand["from"][0]["sources"][0]["id"] == "N1"
