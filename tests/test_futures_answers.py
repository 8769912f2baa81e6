"""What is made of futures: sums, shares of variance, rules, values of knowing and regrets, in closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import norm

from landbridge.indicators.discovery import Feature, find_rules, list_features
from landbridge.indicators.futures_summary import QUANTILES, summarise_futures
from landbridge.indicators.knowing import (
    list_values_of_knowing,
    value_knowing_classes,
    value_knowing_number,
    value_perfect_information,
)
from landbridge.indicators.regret import list_regrets
from landbridge.indicators.variance import (
    correlation_ratio,
    cut_cells,
    estimate_sobol,
    explain_by_gates,
    split_variance,
)
from landbridge.process.distributions import Pert
from landbridge.process.inputs import Input, draw_again, list_inputs, read_levels
from landbridge.process.milestones import Cause, Milestone, MilestoneGraph
from landbridge.process.optimism import to_date, to_year
from landbridge.process.sampling import Futures, sample_futures

START = "2019-12-31"
N = 1 << 14
STAGES = (("initialled", 0.7), ("signed", 0.4))


def coin(name: str, odds: float = 0.5, **more: object) -> Milestone:
    """A milestone that is there from the start with some odds, else never."""
    return Milestone(name, name, "legal", "shut", never=(1.0 - odds,) * 2, **more)  # type: ignore[arg-type]


def draw(*gates: Milestone, causes: tuple[Cause, ...] = (), n: int = N, **more: object) -> Futures:
    graph = MilestoneGraph(gates, causes)
    return sample_futures(graph, n, **{"start": START, "years": (2020, 2029), "seed": 3, **more})  # type: ignore[arg-type]


def plain(name: str, values: np.ndarray) -> Input:
    return Input(name, name, "gate", values, np.empty((len(values), 0), np.int8))


def ishigami(points: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990) with a = 7, b = 0.1; first order 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    x = math.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


# Sums


def test_1_states_give_means_quantiles_and_what_has_no_value() -> None:
    """Ten futures in three states, one of them without a value."""
    state_of = np.array([[0, 0]] * 2 + [[0, 1]] * 3 + [[1, 2]] * 4 + [[2, 2]])
    values = np.array([[1.0, 5.0], [3.0, np.nan], [11.0, np.nan]])
    table = summarise_futures(state_of, values, ["a", "b"], [2030, 2040])
    assert table["indicator"].tolist() == ["a", "a", "b", "b"]
    assert table["mean"] == pytest.approx([2.8, 6.6, 5.0, 5.0])
    assert table["without_value"] == pytest.approx([0.0, 0.0, 0.5, 0.8])
    assert table["q50"].tolist() == [1.0, 3.0, 5.0, 5.0]  # half of the futures reach 1 in 2030
    assert table["q75"].tolist() == [3.0, 11.0, 5.0, 5.0]
    assert table["sd"][0] == pytest.approx(math.sqrt(0.5 * 1.8**2 + 0.4 * 0.2**2 + 0.1 * 8.2**2))
    assert (table["least"][1], table["most"][1]) == (1.0, 11.0)
    assert np.isnan(table["mean_error"]).all()


def test_2_an_indicator_without_any_value_is_told() -> None:
    """No number stands for nothing: all are NaN, and every future lacks a value."""
    table = summarise_futures(np.zeros((4, 1), int), np.array([[np.nan]]), ["a"], [2030])
    assert np.isnan([table["mean"][0], table["q50"][0], table["most"][0]]).all()
    assert table["without_value"].tolist() == [1.0]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(0, 2**32 - 1))
def test_3_grouped_by_state_is_the_same_as_ungrouped(states: list[int], seed: int) -> None:
    """Mean, spread and quantiles over states equal those over futures one by one."""
    values = np.random.default_rng(seed).normal(size=(6, 1))
    table = summarise_futures(np.array(states)[:, None], values, ["a"], [2030])
    each = values[states, 0]
    assert table["mean"][0] == pytest.approx(each.mean(), abs=1e-12)
    assert table["sd"][0] == pytest.approx(each.std(), abs=1e-12)
    expected = np.quantile(each, QUANTILES, method="inverted_cdf")
    assert [table[f"q{round(100 * q):02d}"][0] for q in QUANTILES] == pytest.approx(expected)


def test_4_weights_count_and_replicates_give_the_error() -> None:
    """A weight of two is two futures; the error of a mean is the spread of the replicates' means by root R."""
    state_of, values = np.array([[0], [1], [1], [0], [0], [1]]), np.array([[0.0], [6.0]])
    heavy = summarise_futures(state_of[:2], values, ["a"], [1], weights=np.array([2.0, 1.0]))
    assert heavy["mean"][0] == pytest.approx(2.0)
    table = summarise_futures(state_of, values, ["a"], [1], replicate_sizes=(3, 3))
    assert table["mean_error"][0] == pytest.approx(np.std([4.0, 2.0], ddof=1) / math.sqrt(2.0))


def test_5_shapes_that_do_not_fit_are_refused() -> None:
    """A state without a row of values, or replicates that do not add up."""
    with pytest.raises(ValueError, match="no values"):
        summarise_futures(np.array([[3]]), np.zeros((2, 1)), ["a"], [1])
    with pytest.raises(ValueError, match="add up"):
        summarise_futures(np.array([[1]]), np.zeros((2, 1)), ["a"], [1], replicate_sizes=(2,))


# Independent inputs


def test_6_draws_are_found_again() -> None:
    """Causes are the normal quantiles of the draws that are found again, in every replicate and block."""
    causes = (Cause("c", "c", (0.2, 0.8)), Cause("d", "d", (0.5, 0.5)))
    futures = draw(coin("a", cause="c"), coin("b"), causes=causes, n=40_000, replicates=3)
    again = draw_again(futures, ["cause/d", "cause/c", "gate/b"])
    assert np.array_equal(ndtri(again[:, [1, 0]]).astype(np.float32), futures.causes)
    assert np.array_equal(again[:, 2] >= 0.5, read_levels(futures, 2020)[:, 1] == 2)
    assert np.array_equal(draw_again(futures, ["gate/b"], 20_000)[:, 0], again[:20_000, 2])
    with pytest.raises(KeyError, match="gate/x"):
        draw_again(futures, ["gate/x"])


def test_7_the_own_luck_of_a_permission_is_its_own_history() -> None:
    """A permission on which nothing bears stands just as its own history says; levels tell degraded times."""
    rates = {"is_two_state": True, "close_rate": (0.5, 0.5), "reopen_rate": (1.0, 1.0)}
    gate = Milestone("p", "p", "political", "open", **rates)  # type: ignore[arg-type]
    partly = Milestone(
        "q", "q", "political", "degraded", law="pert", delay=Pert(40.0, 41.0, 42.0), share=(0.5, 0.5), **rates
    )  # type: ignore[arg-type]
    futures = draw(gate, partly)
    found = {item.id: item for item in list_inputs(futures, 2029)}
    levels = read_levels(futures, 2029)
    for place, name in enumerate("pq"):  # level and years open, in three trials that are all alike
        assert found[name].history.shape == (futures.n, 6)
        assert (found[name].history[:, ::2] == levels[:, [place]]).all()
        opens = read_levels(futures, 2020)[:, place] // 2 + levels[:, place] // 2
        assert (found[name].history[:, 1::2] == opens[:, None]).all()
    assert set(np.unique(levels[:, 1])) == {0, 1}
    assert set(found) == {"slip", "slip-left", "p", "q"}


def test_7b_a_doubt_is_an_input_of_its_own() -> None:
    """Found again, it tells which gates of the fact stand; the luck of others is drawn as without any doubt."""
    stages = [
        replace(coin(name), start="open", is_held=True, probability=p, fact="treaty") for name, p in STAGES
    ]
    futures = draw(coin("a"), *stages, replace(coin("d"), start="open", probability=0.98))
    found = {item.id: item for item in list_inputs(futures, 2029, gates=["a"])}
    assert [name for name, item in found.items() if item.kind == "doubt"] == ["doubt/treaty", "doubt/d"]
    assert found["doubt/d"].title.endswith("today: d")
    at_start = futures.opening == 0.0
    assert np.array_equal(found["doubt/treaty"].values, at_start[:, 1:3].mean(axis=1))
    assert np.array_equal(found["doubt/d"].values == 1.0, draw_again(futures, ["doubt/d"])[:, 0] >= 0.02)
    plain = draw_again(draw(coin("a"), coin("d")), ["gate/a", "optimism/slip"])
    assert np.array_equal(draw_again(futures, ["gate/a", "optimism/slip"]), plain)


def test_7c_a_doubt_leaves_the_own_luck_of_a_permission_alone() -> None:
    """Its history is tried as the gate stands when nothing is doubted; the doubt is counted by itself."""
    rates = {"is_two_state": True, "close_rate": (0.5, 0.5), "reopen_rate": (1.0, 1.0)}
    gate = Milestone("p", "p", "political", "open", **rates)  # type: ignore[arg-type]
    sure, unsure = (
        {item.id: item for item in list_inputs(draw(replace(gate, probability=p)), 2029)} for p in (1.0, 0.6)
    )
    assert np.array_equal(sure["p"].history, unsure["p"].history)
    assert set(unsure) - set(sure) == {"doubt/p"}


def test_8_days_and_years() -> None:
    """A day is found again from its number of years."""
    for day in ("2024-02-29", "2025-12-31", "2026-01-01", "2028-12-31"):
        assert to_date(to_year(day)) == day


# Variance


def test_9_ishigami_by_pick_and_freeze() -> None:
    """First-order and total indices of the Ishigami function to three digits."""
    first, total = estimate_sobol(ishigami, 3, n=1 << 15)
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=2e-3)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=2e-3)


def test_10_ishigami_from_a_given_sample() -> None:
    """The same first-order indices from one sample, and the rest is the combination of the first and third."""
    points = np.random.default_rng(5).random((1 << 16, 3))
    inputs = [plain(name, points[:, k]) for k, name in enumerate("xyz")]
    table = split_variance(ishigami(points), inputs, replicate_sizes=(1 << 14,) * 4)
    shares = dict(zip(table["input"], table["first_order"], strict=True))
    assert shares["x"] == pytest.approx(0.3139, abs=0.01)
    assert shares["y"] == pytest.approx(0.4424, abs=0.01)
    assert shares["z"] == pytest.approx(0.0, abs=0.01)
    assert shares["together"] == pytest.approx(0.2437, abs=0.015)
    assert table["first_order"].sum() == pytest.approx(1.0, abs=1e-12)
    assert table["input"][:2] == ["y", "x"]
    assert table["input"][-1] == "together"
    assert (table["low"] < table["first_order"]).all()
    assert (table["high"] - table["low"]).max() < 0.06


def test_11_an_input_that_does_nothing_explains_nothing() -> None:
    """Without the correction, 30 cells of 1000 futures would explain 3 %; the mean of 200 estimates is 0."""
    random = np.random.default_rng(8)
    found = [correlation_ratio(random.normal(size=1000), cut_cells(random.random(1000))) for _ in range(200)]
    assert abs(np.mean(found)) < 0.002


def test_12_a_sum_of_gates_splits_as_its_parts() -> None:
    """3 A + 4 B of fair gates: 9/25 and 16/25, nothing together; A times B: a third each, a third together."""
    futures = draw(coin("a"), coin("b"))
    a, b = read_levels(futures, 2029).T / 2.0
    table = split_variance(3.0 * a + 4.0 * b, list_inputs(futures, 2029))
    shares = dict(zip(table["input"], table["first_order"], strict=True))
    # A cell of the draws may straddle the odds, so that a share falls short by half a cell at most.
    assert shares["a"] == pytest.approx(0.36, abs=0.02)
    assert shares["b"] == pytest.approx(0.64, abs=0.02)
    assert shares["together"] == pytest.approx(0.0, abs=0.02)
    table = split_variance(a * b, list_inputs(futures, 2029), replicate_sizes=futures.replicate_sizes)
    shares = dict(zip(table["input"], table["first_order"], strict=True))
    assert shares["together"] == pytest.approx(1.0 / 3.0, abs=0.03)
    assert np.isfinite(table["low"]).all()


def test_12b_a_rare_doubt_has_its_share() -> None:
    """3 A + 40 D of a fair gate and of one that stands with 0.99: by p (1 - p), though D's few are no cell."""
    futures = draw(coin("a"), replace(coin("d"), start="open", is_held=True, probability=0.99))
    a, d = read_levels(futures, 2029).T / 2.0
    table = split_variance(3.0 * a + 40.0 * d, list_inputs(futures, 2029))
    shares = dict(zip(table["input"], table["first_order"], strict=True))
    of_a, of_d = 9.0 * 0.25, 1600.0 * 0.99 * 0.01
    assert shares["doubt/d"] == pytest.approx(of_d / (of_a + of_d), abs=0.01)
    assert shares["a"] == pytest.approx(of_a / (of_a + of_d), abs=0.01)
    assert dict(zip(table["input"], table["kind"], strict=True))["doubt/d"] == "doubt"
    benefits = np.column_stack([np.zeros(futures.n), 40.0 * d - 39.0])
    inputs = [item for item in list_inputs(futures, 2029) if item.kind == "doubt"]
    known = list_values_of_knowing(benefits, ["nothing", "build"], futures, 2029, causes=inputs)
    assert dict(zip(known["known"], known["share_of_perfect"], strict=True))["doubt/d"] == pytest.approx(1.0)


def test_13_a_cause_and_the_luck_of_a_gate_share_its_variance() -> None:
    """A fair gate of loading l is explained by its cause with (2/pi) asin(l^2), for l^2 is the correlation of
    two gates that share no more than the cause."""
    loading = 0.8
    futures = draw(coin("a", cause="c"), causes=(Cause("c", "c", (loading, loading)),), n=1 << 16)
    is_open = read_levels(futures, 2029)[:, 0] / 2.0
    table = split_variance(is_open, list_inputs(futures, 2029))
    shares = dict(zip(table["input"], table["first_order"], strict=True))
    assert shares["c"] == pytest.approx(2.0 / math.pi * math.asin(loading**2), abs=0.01)
    assert shares["a"] == pytest.approx(2.0 / math.pi * math.asin(1.0 - loading**2), abs=0.01)
    assert shares["together"] > 0.2


def test_14_futures_without_value_are_left_out_and_counted() -> None:
    """An outcome that one gate alone decides, and that has no value in a quarter of the futures."""
    futures = draw(coin("a"), coin("b", 0.75))
    a, b = read_levels(futures, 2029).T
    table = split_variance(np.where(b == 2, a, np.nan), list_inputs(futures, 2029))
    assert table["without_value"] == pytest.approx([0.25] * len(table["input"]), abs=0.01)
    assert table["input"][0] == "a"
    assert table["first_order"][0] == pytest.approx(1.0, abs=0.05)


def test_15_an_outcome_that_never_varies_has_no_shares() -> None:
    """Nothing explains what does not differ."""
    futures = draw(coin("a"))
    table = split_variance(np.ones(futures.n), list_inputs(futures, 2029))
    assert np.isnan(table["first_order"]).all()


def test_16_knowing_a_state_explains_all_that_hangs_on_it() -> None:
    """Of gates that require each other each explains much: shares add up to more than one."""
    futures = draw(coin("a"), coin("b", 0.9, requires=("a",)), coin("sure", 1.0))
    b = read_levels(futures, 2029)[:, 1].astype(float)
    table = explain_by_gates(b, futures, 2029)
    shares = dict(zip(table["gate"], table["explained_if_known_alone"], strict=True))
    assert set(shares) == {"a", "b"}  # one that is open in all futures tells nothing
    assert shares["b"] == pytest.approx(1.0)
    # Correlation of A with AB, squared, for P(A) = 1/2 and P(B|A) = 0.9.
    assert shares["a"] == pytest.approx(0.225**2 / (0.25 * 0.45 * 0.55), abs=0.01)
    assert dict(zip(table["gate"], table["open_share"], strict=True))["a"] == pytest.approx(0.5, abs=0.01)


# Discovery


def test_17_planted_rules_are_found() -> None:
    """Success is exactly (A and B) or C among twelve gates: two rules of full density that cover all."""
    futures = draw(*(coin(name, 0.4) for name in "abcdefghijkl"))
    a, b, c = (read_levels(futures, 2029)[:, k] == 2 for k in range(3))
    found = find_rules(list_features(futures, 2029), (a & b) | c)
    rules = {frozenset((item.feature, item.is_above) for item in rule.conditions) for rule in found.rules}
    assert rules == {frozenset({("c", True)}), frozenset({("a", True), ("b", True)})}
    assert (found.coverage, found.density) == (1.0, 1.0)
    by_size = sorted(found.rules, key=lambda rule: len(rule.conditions))
    assert by_size[0].mass == pytest.approx(0.4, abs=0.01)
    assert by_size[0].words == "c: open at the end of 2029"
    assert by_size[0].coverage == pytest.approx(0.4 / (1.0 - 0.6 * (1.0 - 0.16)), abs=0.01)
    assert all(item.quasi_p < 1e-6 for rule in found.rules for item in rule.conditions)


def test_18_rules_are_found_in_spite_of_noise_and_of_causes() -> None:
    """A tenth of the outcomes turned round, and a cause that must lie in its upper three tenths."""
    random = np.random.default_rng(2)
    values = random.random((20_000, 6)).astype(np.float32)
    features = [Feature(f"x{k}", f"cause {k}", "share", values[:, k]) for k in range(6)]
    truth = (values[:, 0] > 0.7) & (values[:, 1] > 0.4)
    found = find_rules(features, truth ^ (random.random(20_000) < 0.1))
    assert len(found.rules) == 1
    limits = {item.feature: item.limit for item in found.rules[0].conditions}
    assert limits == {"x0": pytest.approx(0.7, abs=0.02), "x1": pytest.approx(0.4, abs=0.02)}
    assert found.density == pytest.approx(0.9, abs=0.02)
    assert "among the 30% best draws" in found.rules[0].words


def test_19_where_nothing_separates_there_is_no_rule() -> None:
    """Success by luck alone, success everywhere, and no success."""
    futures = draw(coin("a"), coin("b"))
    features = list_features(futures, 2029)
    luck = np.random.default_rng(4).random(futures.n) < 0.2
    assert find_rules(features, luck).rules == ()
    for same in (True, False):
        found = find_rules(features, np.full(futures.n, same))
        assert (found.rules, found.success) == ((), float(same))
    with pytest.raises(ValueError, match="not as long"):
        find_rules(features, luck[:-1])


def test_20_a_large_sample_grows_its_tree_on_a_part() -> None:
    """The rules are judged on all futures, whatever the tree was grown on."""
    futures = draw(coin("a"), coin("b"), n=100_000)
    a, b = (read_levels(futures, 2029)[:, k] == 2 for k in range(2))
    found = find_rules(list_features(futures, 2029), a & b)
    assert (found.n, found.rules[0].coverage, found.rules[0].density) == (100_000, 1.0, 1.0)
    assert found.rules[0].mass == (a & b).mean()


# Value of knowing


def test_21_perfect_information_of_a_fair_coin() -> None:
    """Nothing, or win 3 or lose 1 at even odds: chosen, it gives 1; known before, 1.5."""
    benefits = np.array([[0.0, 3.0], [0.0, -1.0]] * 50)
    assert value_perfect_information(benefits) == pytest.approx(0.5)
    assert value_knowing_classes(benefits, np.arange(100) % 2) == pytest.approx(0.5)
    assert value_knowing_classes(benefits, np.arange(100) // 50) == 0.0


def test_22_knowing_what_cannot_change_the_choice_is_worth_nothing() -> None:
    """A project that is better with a gate open and with it shut: exactly 0, by class and by number."""
    random = np.random.default_rng(1)
    x = random.random(4000)
    benefits = np.column_stack([np.zeros(4000), 5.0 + 3.0 * x + random.normal(size=4000)])
    assert value_knowing_classes(benefits, (x > 0.5).astype(int)) == 0.0
    assert value_knowing_number(benefits, x) == 0.0
    assert value_knowing_number(np.array([[0.0, 1.0], [0.0, -3.0]]), np.array([0.2, 0.4])) == 0.0


def test_23_a_normal_cause_in_closed_form() -> None:
    """Benefit a + b C + noise against nothing: knowing C is worth b phi(a/b) + a Phi(a/b) - max(a, 0)."""
    random = np.random.default_rng(6)
    for a, b in ((0.0, 1.0), (0.5, 1.0), (-1.0, 2.0)):
        c = random.random(50_000)
        benefits = np.column_stack(
            [np.zeros(50_000), a + b * ndtri(c) + random.normal(scale=3.0, size=50_000)]
        )
        expected = b * norm.pdf(a / b) + a * norm.cdf(a / b) - max(a, 0.0)
        assert value_knowing_number(benefits, c) == pytest.approx(expected, abs=0.03)


def test_24_values_of_knowing_are_listed_for_gates_and_causes() -> None:
    """A project that pays 3 with gate A and -1 without: A tells all, B nothing, and no value passes the perfect."""
    futures = draw(coin("a", cause="c"), coin("b"), causes=(Cause("c", "c", (0.7, 0.7)),))
    a = read_levels(futures, 2029)[:, 0] == 2
    benefits = np.column_stack([np.zeros(futures.n), np.where(a, 3.0, -1.0)])
    causes = [item for item in list_inputs(futures, 2029) if item.kind == "cause"]
    table = list_values_of_knowing(benefits, ["nothing", "build"], futures, 2029, causes=causes)
    values = dict(zip(table["known"], table["value"], strict=True))
    assert values["a"] == pytest.approx(values["everything"])
    assert values["everything"] == pytest.approx(0.5, abs=0.01)
    assert values["b"] == 0.0
    assert 0.0 < values["c"] < values["a"]
    assert set(table["without"]) == {"build"}
    assert (table["share_of_perfect"] <= 1.0 + 1e-9).all()
    with pytest.raises(ValueError, match="every future"):
        value_perfect_information(np.array([[np.nan]]))


# Regret


def test_25_regret_by_hand() -> None:
    """Three options in three states: the middling one has the least greatest regret."""
    outcomes = np.array([[10.0, 6.0, 0.0], [0.0, 5.0, 8.0], [4.0, 4.0, 4.0]])
    table = list_regrets(outcomes, ["bold", "middling", "shy"])
    assert table["greatest_regret"].tolist() == [8.0, 4.0, 10.0]
    assert table["is_least_greatest_regret"].tolist() == [False, True, False]
    assert table["is_best_worst"].tolist() == [False, True, False]
    assert table["worst"].tolist() == [0.0, 4.0, 0.0]
    assert table["best"].tolist() == [10.0, 6.0, 8.0]
    assert table["states_won"].tolist() == [2, 1, 2]
    assert table["states_won_alone"].tolist() == [1, 0, 1]
    costs = list_regrets(-outcomes, ["bold", "middling", "shy"], is_high_good=False)
    assert costs["greatest_regret"].tolist() == [8.0, 4.0, 10.0]
    assert costs["worst"].tolist() == [0.0, -4.0, 0.0]


def test_26_states_that_cannot_be_compared_are_counted() -> None:
    """A state in which one option has no value is left out for all and told."""
    table = list_regrets(np.array([[1.0, np.nan], [2.0, 3.0]]), ["a", "b"])
    assert table["states"].tolist() == [1, 1]
    assert table["states_without_value"].tolist() == [0, 1]
    assert table["states_left_out"].tolist() == [1, 1]
    none = list_regrets(np.array([[np.nan]]), ["a"])
    assert np.isnan(none["greatest_regret"]).all()
    assert none["states"].tolist() == [0]
