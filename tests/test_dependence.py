"""Exposure, concentration, islands and closures: closed forms, identities, and the small study."""

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import landbridge
from killer import Killer
from landbridge.assignment.routes import RouteSet
from landbridge.indicators.elements import Elements, Passages, find_passages
from landbridge.indicators.exposure import measure_concentration, measure_exposure
from landbridge.indicators.islands import StateGraph, find_cuts
from landbridge.study.closures import OpenState
from landbridge.study.dependence import describe_zone, measure_dependence
from landbridge.study.folder import open_study
from landbridge.study.prepare import prepare
from landbridge.study.workers import open_workers
from studies import write_small_study


def make_routes(n: int) -> RouteSet:
    """``n`` routes of one class from zone 0 to zone 1, an arc each."""
    one = np.zeros(1, np.int64)
    return RouteSet(
        one, one, one + 1, np.array([0, n]), np.arange(n + 1), np.arange(n, dtype=np.int32),
        np.zeros(n, np.int64), np.zeros(n), np.full(1, np.nan),
    )  # fmt: skip


def make_elements(n: int) -> Elements:
    """``n`` states, crossed by nothing in particular."""
    ids = tuple(f"S{i}" for i in range(n))
    return Elements(("state",) * n, ids, ids, np.zeros((n, 0), bool), np.zeros((n, 2), bool))


def make_passages(*passed: list[int], n_elements: int) -> Passages:
    start = np.concatenate(([0], np.cumsum([len(items) for items in passed])))
    return Passages(start, np.array([e for items in passed for e in items], np.int64), n_elements)


def test_1_equal_routes_through_different_states_have_an_index_of_one_over_n():
    """n equal ways: HHI = 1/n; shares 0.5, 0.3, 0.2: 0.38 (methods 16)."""
    passages = make_passages([0], [1], [2], n_elements=3)
    for flow, expected in (([1.0, 1.0, 1.0], 1 / 3), ([5.0, 3.0, 2.0], 0.38)):
        found = measure_concentration(make_routes(3), passages, make_elements(3), np.array(flow), 2)
        np.testing.assert_allclose(found.hhi, [expected], rtol=1e-12)
        np.testing.assert_allclose(found.average(2), [expected] * 2, rtol=1e-12)


def test_2_ways_through_the_same_states_are_one_way():
    """Two routes through the same set of states count as one, whatever the order in which they meet it."""
    passages = make_passages([0, 1], [1, 0], [2], n_elements=3)
    found = measure_concentration(make_routes(3), passages, make_elements(3), np.array([1.0, 1.0, 2.0]), 2)
    np.testing.assert_allclose(found.hhi, [0.5], rtol=1e-12)


def test_3_a_state_on_all_routes_has_share_one_and_merging_routes_changes_nothing():
    """X = 1 for a state on all routes, 0 for one on none; two equal routes merged leave X as it is."""
    value = np.array([10.0])
    split = measure_exposure(
        make_routes(3), make_passages([0, 1], [0, 1], [0], n_elements=3), np.array([2.0, 1.0, 3.0]), value, 2
    )
    merged = measure_exposure(
        make_routes(2), make_passages([0, 1], [0], n_elements=3), np.array([3.0, 3.0]), value, 2
    )
    np.testing.assert_allclose(split.share_tonnes, [[1.0, 0.5, 0.0]] * 2, rtol=1e-12)
    np.testing.assert_allclose(split.share_value, split.share_tonnes, rtol=1e-12)
    np.testing.assert_allclose(merged.share_tonnes, split.share_tonnes, rtol=1e-12)
    assert split.all_usd_year.tolist() == [60.0, 60.0]


#         sea
#        /   \
#  C -- B     E        A borders B and D; B and E meet at sea; D leads nowhere else
#       |
#  D -- A
GRAPH = StateGraph(
    ("A", "B", "C", "D", "E", ""),
    tuple(map(frozenset, ([1, 3], [0, 2, 5], [1], [0], [5], [1, 4]))),
)


def test_4_the_smallest_cut_is_all_sets_of_the_least_size():
    """B alone cuts A off from C and E; from D too needs both, since D closed is still no way to D itself."""
    assert find_cuts(GRAPH, {0}, {2, 4}) == [("B",)]
    assert find_cuts(GRAPH, {0}, {2, 3, 4}) == [("B", "D")]
    assert find_cuts(GRAPH, {0}, {1}) == [("B",)]
    assert find_cuts(GRAPH, {1}, {4}) == [("E",)]  # at sea only the partner itself can refuse
    assert find_cuts(GRAPH, {0}, {2}, dead_ends=["B"]) == [()]  # cut off as it is
    assert find_cuts(GRAPH, {0}, {2, 3, 4}, most=1) == []


@given(st.integers(0, 10_000))
@settings(max_examples=80, deadline=None)
def test_4b_the_cuts_are_those_of_trying_every_set(seed):
    """On random maps with a sea, an exclave and dead ends: all least sets, as trying every set finds them."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 12))
    owners = ["", *"ABCDEFG"]
    state = tuple(owners[int(i)] for i in rng.integers(0, len(owners), n))
    edges = [set() for _ in range(n)]
    for a, b in rng.integers(0, n, (int(rng.integers(2, 3 * n)), 2)).tolist():
        if a != b:
            edges[a].add(b)
            edges[b].add(a)
    graph = StateGraph(state, tuple(map(frozenset, edges)))
    start = {0, *(v for v in range(1, 2) if rng.random() < 0.3)}
    partners = {v for v in range(2, n) if rng.random() < 0.6}
    dead = {name for name in "ABC" if rng.random() < 0.2}
    own = {state[v] for v in start}
    others = sorted(set(state) - {"", *own})
    expected = []
    for size in range(4):
        for closed in combinations(others, size):
            reached = graph.reach(start, {*closed, *dead})
            if not any(v in partners and state[v] not in closed for v in reached):
                expected.append(closed)
        if expected:
            break
    assert find_cuts(graph, start, partners, dead) == expected


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(open_study(write_small_study(tmp_path_factory.mktemp("study"))))


@pytest.fixture(scope="module")
def found(prepared):
    kinds = ("state", "port", "crossing")
    return measure_dependence(prepared, "today", 2024, kinds=kinds, pairs=True)


def test_5_isle_hangs_on_south(found):
    """All that reaches isle comes through STH: share 1 by weight and value, and nothing moves without it."""
    states = describe_zone(found, "isle-zone")
    assert states["STH"]["share_tonnes"] == pytest.approx(1.0, abs=1e-9)
    assert states["STH"]["share_value"] == pytest.approx(1.0, abs=1e-9)
    z = found.zones.index("isle-zone")
    assert states["STH"]["unserved_if_closed_t_year"] == pytest.approx(found.exposure.all_t_year[z], rel=1e-6)
    assert states["STH"]["loss_if_closed_usd_year"] == pytest.approx(0.0, abs=1e-6)
    assert found.islands[z].from_world == (("STH",),)
    assert found.islands[z].from_own == (("STH",),)


def test_6_own_states_are_no_transit(prepared, found):
    """No zone's trade counts as passing a state in which it begins or ends."""
    states = found.elements.list_kind("state")
    for z, own in enumerate(prepared.network.zone_countries):
        for e in states:
            if found.elements.id[e] in own:
                assert found.exposure.t_year[z, e] == 0.0


def test_7_losses_of_zones_add_up_to_twice_the_world(found):
    """A pair counts for both its ends."""
    for closed in (*found.singles, *found.pairs):
        loss = closed.loss
        assert loss.usd_year.sum() == pytest.approx(2 * loss.world_usd_year, rel=1e-9, abs=1e-6)
        assert loss.unserved_t_year.sum() == pytest.approx(2 * loss.world_unserved_t_year, rel=1e-9, abs=1e-6)
        assert closed.residual <= 1e-9


def test_8_every_closure_leaves_the_closed_element_without_cargo(prepared):
    """After a closure nothing passes what is closed, and served plus unserved is demand to 1e-9."""
    base = OpenState(prepared, "today", 2024)
    items = [[e] for e in base.list_passed()]
    model = base.prepare_closures(items)
    for item in items:
        _, after = model.solve(item)
        flow = np.zeros(model.routes.n_routes)
        flow[model.build_problem(item).usable > 0.0] = after.flow
        assert flow[model.passages.mark(item)].sum() == 0.0
        s = model.segments
        served = np.bincount(s.group, s.demand_t_year * after.shipped, len(model.routes.group_class))
        carried = np.add.reduceat(flow, model.routes.group_first[:-1])
        np.testing.assert_allclose(carried, served, rtol=1e-9, atol=1e-6)


def test_9_at_fixed_costs_no_closure_lowers_a_logsum_cost(prepared):
    """Without queues every segment pays at least as much after a closure, detours and all."""
    base = OpenState(prepared, "gap-open", 2035)
    items = [[e] for e in base.list_passed()]
    model = base.prepare_closures(items)
    for item in items:
        rise = model.build_problem(item).measure_free() - model.open_problem.measure_free()
        assert np.nanmin(rise, initial=0.0) >= -1e-9


def test_10_an_unused_element_costs_nothing_when_it_closes(prepared):
    """The index of what no cargo passes is 0."""
    base = OpenState(prepared, "today", 2024)
    carried = np.bincount(base.passages.items, base.at.flow[base.passages.route], len(base.elements))
    unused = np.flatnonzero(carried == 0.0)
    assert len(unused)
    model = base.prepare_closures([[e] for e in unused])
    whole = np.nansum(model.segments.demand_t_year * model.at.logsum)
    for e in unused:
        assert abs(model.close([int(e)]).loss.world_usd_year) < 1e-8 * whole


def test_11_passages_agree_with_a_plain_walk_along_each_route(prepared):
    """The kernel against its plain twin."""
    base = OpenState(prepared, "gap-open", 2024)
    routes, elements = base.routes, base.elements
    passages = find_passages(prepared.network, routes, elements)
    group = routes.route_group
    for r in range(routes.n_routes):
        ends = [routes.group_origin[group[r]], routes.group_destination[group[r]]]
        met = elements.arcs[:, routes.get_arcs(r)].any(axis=1) & ~elements.spared[:, ends].any(axis=1)
        assert set(passages.items[passages.start[r] : passages.start[r + 1]]) == set(np.flatnonzero(met))


def test_12_the_command_prints_the_promised_json(tmp_path, capsys):
    """``landbridge dependence ZONE --json``: zone, and four numbers for each state."""
    folder = write_small_study(tmp_path)
    said = landbridge(capsys, "dependence", "isle-zone", "--study", str(folder), "--json")
    assert said.code == 0
    answer = json.loads(said.out)
    assert list(answer) == ["zone", "states"]
    assert answer["zone"] == "isle-zone"
    assert {tuple(row) for row in answer["states"].values()} == {
        ("share_tonnes", "share_value", "loss_if_closed_usd_year", "unserved_if_closed_t_year")
    }
    every = landbridge(capsys, "dependence", "--study", str(folder), "--json")
    assert {row["zone"] for row in json.loads(every.out)} >= {"isle-zone", "west-zone"}


def test_13_an_unknown_zone_is_refused_with_the_nearest_names(tmp_path, capsys):
    """A misspelt zone is said before anything is solved."""
    folder = write_small_study(tmp_path)
    said = landbridge(capsys, "dependence", "ile-zone", "--study", str(folder))
    assert said.code == 1
    assert "isle-zone" in said.err


def test_13_all_faults_of_a_question_are_told_at_once(tmp_path, capsys):
    """Zone, scenario and year that are unknown: three faults with place and mend, nothing solved."""
    folder = write_small_study(tmp_path)
    said = landbridge(
        capsys,
        "dependence",
        "ile-zone",
        "-s",
        "todey",
        "-y",
        "2031",
        "--study",
        str(folder),
        "--workers",
        "2",
    )
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("LB-S005 the question has 3 faults.")
    assert said.err.count("LB-T023") == 3
    assert said.err.count("  where: study small") == 4
    for mend in ("isle-zone", "did you mean today", "did you mean 2035"):
        assert mend in said.err
    early = landbridge(capsys, "dependence", "ile-zone", "-f", "9", "-y", "2024", "--study", str(folder))
    assert early.err.startswith("LB-S005 the question has 2 faults.")
    assert "LB-P003 futures begin after the record" in early.err


def test_14_dependence_spreads_over_futures_and_a_certain_gate_gives_the_scenario(tmp_path):
    """Shares lie between 0 and 1 in order; where futures reach one state alone they are that of the scenario."""
    from landbridge.study.dependence_futures import choose_states, spread_dependence
    from test_process_study import small

    prepared = prepare(open_study(small(tmp_path)))
    found = measure_dependence(prepared, "today", 2035)
    (element,) = choose_states(found, "isle-zone")[:1]
    spread = spread_dependence(prepared, found, "isle-zone", 64, seed=1)
    assert spread.n_states > 1
    assert spread.worst_residual <= 1e-9
    rows = {row["measure"]: row for row in spread.rows if row["state"] == found.elements.id[element]}
    assert set(rows) == {
        "share_tonnes",
        "share_value",
        "loss_if_closed_usd_year",
        "unserved_if_closed_t_year",
    }
    for row in rows.values():
        assert row["q05"] <= row["q50"] <= row["q95"]
    assert 0.0 <= rows["share_tonnes"]["q05"] <= rows["share_tonnes"]["q95"] <= 1.0


def test_15_a_run_holds_it_the_brief_draws_it_and_compare_says_from_what_to_what(tmp_path):
    """Closures of every scenario in the middle year; the hold of STH on isle loosens when the gap opens."""
    from landbridge.report import write_brief
    from landbridge.study import run_study
    from landbridge.study.comparison import compare_run

    study = open_study(write_small_study(tmp_path / "study"))
    run = run_study(study, scenarios=["today", "gap-open"], out=tmp_path / "run", dependence=True)
    assert {"exposure", "concentration", "dependence", "islands"} <= set(run.list_tables())
    assert set(run.table("dependence").column("year").to_pylist()) == {2035}
    rows = compare_run(run, "today", "gap-open")["dependence"]
    (row,) = [r for r in rows if (r["zone"], r["state"], r["year"]) == ("isle-zone", "STH", 2035)]
    assert row["a_share_tonnes"] == pytest.approx(1.0, abs=1e-9)
    assert row["b_share_tonnes"] < 0.9
    assert row["b_unserved_if_closed_t_year"] < row["a_unserved_if_closed_t_year"]
    page = write_brief(run, tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "Who holds whom" in page
    assert "Who could cut a zone off" in page


def numbers_of(found):
    """All that closures say, but for the seconds that they took."""
    return [
        (c.items, c.residual, c.evaluations, c.loss.usd_year.tobytes(), c.loss.unserved_t_year.tobytes())
        for c in (*found.singles, *found.pairs)
    ]


@pytest.mark.slow  # workers take seconds to start
def test_17_closures_do_not_depend_on_workers_nor_on_one_that_dies(prepared, found, tmp_path):
    """Threads, one process, two, and two of which one is killed between pairs: the same bits."""
    how = {"kinds": ("state", "port", "crossing"), "pairs": True}
    for processes, killer in ((1, None), (2, None), (2, Killer("pairs"))):
        with open_workers(processes) as workers:
            again = measure_dependence(prepared, "today", 2024, **how, workers=workers, progress=killer)
        assert numbers_of(again) == numbers_of(found)
        assert killer is None or killer.killed


@pytest.mark.slow  # workers take seconds to start
def test_18_the_command_closes_by_processes_and_names_a_cluster_that_is_not_there(tmp_path, capsys):
    """``--workers`` changes no digit, of futures neither; ``--cluster`` says what it did not reach."""
    from test_process_study import small

    folder = str(small(tmp_path))
    ask = ("dependence", "isle-zone", "-y", "2035", "-f", "64", "--pairs", "--json", "--study", folder)
    threads, processes = landbridge(capsys, *ask), landbridge(capsys, *ask, "--workers", "2")
    assert (threads.code, processes.code) == (0, 0)
    assert processes.out == threads.out
    nowhere = landbridge(capsys, *ask, "--cluster", "nowhere")
    assert nowhere.code == 1
    assert "LB-P005" in nowhere.err
    both = landbridge(capsys, *ask, "--cluster", "nowhere", "--workers", "2")
    assert both.code == 2
    assert "give one of the two" in both.err


def test_16_every_indicator_of_a_run_is_defined():
    """Each table of indicators and each of its columns that holds a number stands in docs/indicators.md."""
    from pathlib import Path

    text = (Path(__file__).parent.parent / "docs" / "indicators.md").read_text(encoding="utf-8")
    tables = ("exposure", "concentration", "dependence", "islands", "emissions", "reliability", "access")
    assert [name for name in (*tables, "pair_emissions") if f"`{name}`" not in text] == []
    for section in text.split("\n## ")[1:]:
        for word in ("**Unit**", "**Definition**", "**Source path**", "**Code**"):
            assert word in section, f"{section.splitlines()[0]} lacks {word}"
