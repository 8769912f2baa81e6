"""Shares of trade through states, spread over futures and draws: identities, plain twins, the faces that show
them."""

from pathlib import Path

import numpy as np
import pytest

from command import landbridge
from landbridge.assignment.sue import solve
from landbridge.indicators.elements import find_passages
from landbridge.indicators.exposure import measure_exposure
from landbridge.study import open_study, run_study
from landbridge.study.closures import build_elements
from landbridge.study.comparison import compare_run
from landbridge.study.exposure_futures import (
    QUANTILES,
    StateShares,
    list_held_gates,
    list_spread_scenarios,
    read_held_shares,
    spread_exposure,
    tabulate_spread,
)
from landbridge.study.futures import sample_study
from landbridge.study.prepare import prepare
from landbridge.study.states import StateFamily
from test_process_study import small


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(open_study(small(tmp_path_factory.mktemp("study"))))


@pytest.fixture(scope="module")
def spread(prepared):
    return spread_exposure(prepared, list(prepared.scenarios), 2035, 40)


def read(table, scenario, zone, state):
    """One row of a table of spreads."""
    keys = zip(table["scenario"], table["zone"], table["state"], strict=True)
    (i,) = [i for i, key in enumerate(keys) if key == (scenario, zone, state)]
    return {name: column[i] for name, column in table.items()}


def test_1_shares_are_those_of_the_indicator(prepared):
    """What is worked out once gives what exposure gives, to rounding, on any flows."""
    routes, elements = prepared.routes, build_elements(prepared)
    n = len(prepared.network.zones)
    passages = find_passages(prepared.network, routes, elements)
    taker = StateShares(prepared, routes)
    assert taker.states == tuple(elements.id[e] for e in elements.list_kind("state"))
    value = np.ones(len(prepared.classes.ids))
    for seed in range(3):
        rng = np.random.default_rng(seed)
        flow = rng.uniform(0.0, 9.0, routes.n_routes) * (rng.random(routes.n_routes) < 0.7)
        plain = measure_exposure(routes, passages, flow, value, n).share_tonnes
        np.testing.assert_allclose(taker.take(flow), plain[:, elements.list_kind("state")], rtol=1e-12)
    assert np.isnan(taker.take(np.zeros(routes.n_routes))).all()


def test_2_what_a_scenario_sets_stays_so_in_every_future_and_the_rest_falls_as_drawn(prepared):
    """gap-open holds the gap and what it requires; the same futures move the other gates alike."""
    futures = sample_study(prepared.study, 40)
    held = list_held_gates(prepared, "gap-open")
    assert "gap-open" in held
    assert list_held_gates(prepared, "today") == []
    family, plain = (StateFamily(prepared, name) for name in ("gap-open", "today"))
    shares, free = read_held_shares(family, futures, 2035), read_held_shares(plain, futures, 2035)
    for g, gate in enumerate(family.gates):
        if gate in held:
            assert (shares[:, g] == family.scenario.gates[gate].share).all()
        else:
            np.testing.assert_array_equal(shares[:, g], free[:, g])
    assert np.ptp(free[:, plain.gates.index("gap-open")]) > 0.0


def test_3_quantiles_are_those_of_futures_solved_one_by_one(prepared, spread):
    """Every future alone, from nothing, gives the median and the ends of the range, and the change future by
    future."""
    futures = sample_study(prepared.study, 40)
    demand = prepared.build_demand(2035).t_year
    shares = {}
    for name in ("today", "gap-open"):
        family = StateFamily(prepared, name)
        taker = StateShares(prepared, family.routes)
        rows = read_held_shares(family, futures, 2035)
        shares[name] = np.stack(
            [taker.take(solve(family.build_problem(2035, row, demand)).flow) for row in rows]
        )
    z, s = taker.zones.index("isle-zone"), taker.states.index("STH")
    row = read(spread, "gap-open", "isle-zone", "STH")
    own, change = shares["gap-open"][:, z, s], (shares["gap-open"] - shares["today"])[:, z, s]
    assert 0.0 < np.isnan(shares["today"][:, z, s]).mean() < 1.0  # where STH is shut, nothing of isle moves
    assert read(spread, "today", "isle-zone", "STH")["without_value"] == pytest.approx(
        np.isnan(shares["today"][:, z, s]).mean()
    )
    for drawn, prefix in ((own[np.isfinite(own)], ""), (change[np.isfinite(change)], "change_")):
        ends = np.quantile(drawn, [0.05, 0.5, 0.95], method="inverted_cdf")
        np.testing.assert_allclose([row[prefix + q] for q in QUANTILES[1:]], ends, atol=1e-7)
        assert row[f"{prefix}mean"] == pytest.approx(drawn.mean(), abs=1e-7)
    assert row["draws"] == 40
    assert row["residual"] <= 1e-9


def test_4_the_base_and_past_years_have_no_futures(prepared):
    """Futures begin after the record: what tells of an earlier day is left out."""
    names = list(prepared.scenarios)
    told = list_spread_scenarios(prepared, [*names, "a-what-if"])
    assert names[0] not in told
    assert {"today", "gap-open"} <= set(told)
    assert not (spread_names := set(told) - set(names)), spread_names


def test_5_a_change_that_is_sure_has_no_spread_though_shares_have():
    """b = a - 0.1 in every draw: its change is -0.1 at every quantile; without a reference there is none."""
    a = np.linspace(0.3, 0.7, 21)[:, None, None]
    residual = {"a": 0.0, "b": 0.0}
    table = tabulate_spread({"a": a, "b": a - 0.1}, "a", 2035, ["z"], ["S"], residual=residual)
    assert table["scenario"] == ["a", "b"]
    np.testing.assert_allclose(table["q50"], [0.5, 0.4])
    np.testing.assert_allclose(table["q95"] - table["q05"], [0.36, 0.36])
    for q in QUANTILES:
        np.testing.assert_allclose(table[f"change_{q}"], [0.0, -0.1], atol=1e-12)
    alone = tabulate_spread({"b": a}, "a", 2035, ["z"], ["S"], residual=residual)
    assert np.isnan(alone["change_q50"]).all()
    none = tabulate_spread({"b": 0.0 * a}, "a", 2035, ["z"], ["S"], residual=residual)
    assert none["zone"] == []


def test_6_run_compare_and_brief_show_every_figure_with_its_spread(tmp_path: Path, capsys, monkeypatch):
    """A run of futures holds the spread; compare and the brief put it beside the scenario's figure."""
    from landbridge.report import write_brief

    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    study = open_study(small(tmp_path / "study"))
    run = run_study(
        study, scenarios=["today", "gap-open"], years=[2035], out=tmp_path / "run", futures=20, workers=1
    )
    rows = compare_run(run, "today", "gap-open")["dependence"]
    (row,) = [r for r in rows if (r["zone"], r["state"]) == ("isle-zone", "STH")]
    assert row["futures"] == 20
    for key in ("a_share_futures", "b_share_futures", "change_share_futures"):
        assert row[key] == sorted(row[key])
    assert row["change_share_futures"][0] < 0.0
    assert "draws" not in row
    other_way = compare_run(run, "gap-open", "today")["dependence"]
    assert all("change_share_futures" not in r for r in other_way)
    said = landbridge(capsys, "compare", str(tmp_path / "run"), "today", "gap-open")
    assert said.code == 0, said.err
    assert "The same in 20 futures: median (5 to 95 %)" in said.out
    page = write_brief(run, tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "How surely: the same shares of tonnes in 20 futures, 2035" in page
    alone = run_study(study, scenarios=["today"], years=[2035], out=tmp_path / "one", futures=20, workers=1)
    assert "exposure_futures" not in alone.list_tables()
