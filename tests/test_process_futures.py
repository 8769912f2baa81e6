"""Futures of gates against laws that are known in closed form, and against a plain twin."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gamma

from landbridge.errors import FuturesRefused, UnknownId, WhatIfInvalid
from landbridge.kernels import futures as kernel
from landbridge.process import sampling
from landbridge.process.critical import find_critical
from landbridge.process.distributions import Pert, tabulate
from landbridge.process.draws import BLOCK, Draws, assign_slots
from landbridge.process.milestones import Cause, Milestone, MilestoneGraph
from landbridge.process.sampling import Futures, sample_futures
from landbridge.process.what_if import parse_what_if

START = "2019-12-31"  # a day before the year 2020, so that the end of 2020 is a year later but for a day
YEARS = tuple(range(2020, 2030))
N = 1 << 15


def step(name: str, mean: float = 1.0, **more: object) -> Milestone:
    """A milestone whose delay is exponential."""
    delay = Pert(mean, mean, mean)
    return Milestone(name, name, "legal", "shut", law="exponential", delay=delay, **more)  # type: ignore[arg-type]


def permission(name: str, close: float, reopen: float, **more: object) -> Milestone:
    """A permission that is open today."""
    rates = {"close_rate": (close, close), "reopen_rate": (reopen, reopen)}
    return Milestone(name, name, "political", **{"start": "open", "is_two_state": True, **rates, **more})  # type: ignore[arg-type]


def draw(*gates: Milestone, causes: tuple[Cause, ...] = (), n: int = N, **more: object) -> Futures:
    graph = MilestoneGraph(gates, causes)
    return sample_futures(graph, n, **{"start": START, "years": YEARS, "seed": 7, **more})  # type: ignore[arg-type]


def times(futures: Futures) -> np.ndarray:
    """Years from the start to the end of each year."""
    return np.array(futures.years) + 1.0 - futures.start


def odds(futures: Futures, gate: str) -> np.ndarray:
    return futures.open_probability[futures.graph.place(gate)]


def test_1_a_chain_of_exponentials_follows_its_erlang_law() -> None:
    """Three steps of mean 2 years, one after the other, are done by t with the gamma law of shape 3."""
    futures = draw(step("a", 2.0), step("b", 2.0, requires=("a",)), step("c", 2.0, requires=("b",)))
    expected = gamma.cdf(times(futures), 3, scale=2.0)
    assert np.abs(odds(futures, "c") - expected).max() < 4e-3


def test_2_and_and_or_of_gates_are_products() -> None:
    """Both of two independent gates: the product of their odds; one of two: one less the product of the rest."""
    both = Milestone("both", "", "legal", "shut", requires=("a", "b"))
    one = Milestone("one", "", "legal", "shut", requires_any=("a", "b"))
    futures = draw(step("a", 1.0), step("b", 3.0), both, one)
    p, q = (1.0 - np.exp(-times(futures) / mean) for mean in (1.0, 3.0))
    assert np.abs(odds(futures, "both") - p * q).max() < 4e-3
    assert np.abs(odds(futures, "one") - (1.0 - (1.0 - p) * (1.0 - q))).max() < 4e-3


def test_3_the_later_of_two_exponentials() -> None:
    """The later of two with rates 1 and 2 comes after 1 + 1/2 - 1/3 years on average."""
    both = Milestone("both", "", "legal", "shut", requires=("a", "b"))
    futures = draw(step("a", 1.0), step("b", 0.5), both)
    assert futures.opening[:, 2].mean(dtype=np.float64) == pytest.approx(7.0 / 6.0, abs=5e-3)


def test_4_a_permission_tends_to_its_stationary_share() -> None:
    """Open at the start, closing at rate c and reopening at r: r/(c+r) + c/(c+r) exp(-(c+r) t)."""
    close, reopen = 0.3, 0.9
    futures = draw(permission("a", close, reopen), permission("fast", 3.0, 5.0))
    total = close + reopen
    expected = reopen / total + close / total * np.exp(-total * times(futures))
    assert np.abs(odds(futures, "a") - expected).max() < 0.01
    assert odds(futures, "fast")[-1] == pytest.approx(5.0 / 8.0, abs=0.01)


def test_5_permissions_that_must_all_hold_multiply() -> None:
    """A permission that needs two others is open when all three are."""
    futures = draw(
        permission("a", 0.3, 0.9), permission("b", 1.0, 1.0), permission("c", 0.2, 2.0, requires=("a", "b"))
    )
    expected = (0.9 / 1.2) * (1.0 / 2.0) * (2.0 / 2.2)
    assert odds(futures, "c")[-1] == pytest.approx(expected, abs=0.01)
    states = futures.states(2029)
    assert not (states[:, 2] & ~(states[:, 0] & states[:, 1])).any()


def test_6_pert_moments() -> None:
    """PERT (10, 14, 30) has mean 16 and, as the beta law that it is, variance 6 x 14 / 7 = 12."""
    law = Pert(10.0, 14.0, 30.0)
    assert (law.mean, law.variance) == (16.0, 12.0)
    gate = Milestone("a", "", "legal", "shut", law="pert", delay=law)
    opening = draw(gate).opening[:, 0].astype(np.float64)
    assert opening.mean() == pytest.approx(16.0, abs=2e-3)
    assert opening.var() == pytest.approx(12.0, rel=3e-3)
    assert opening.min() >= 10.0
    assert opening.max() <= 30.0


def test_7_the_table_of_quantiles_is_close_to_the_law() -> None:
    """The mean of the tabled law errs by less than 1e-4 of its range, for blunt and for skew laws."""
    for law in (Pert(0.0, 0.05, 1.0), Pert(1.0, 2.0, 3.0), Pert(2.0, 3.5, 7.5), Pert(0.0, 1.0, 1.0)):
        row = tabulate([law])[0].astype(np.float64)
        mean = (row[1:] + row[:-1]).sum() / 2.0 / (len(row) - 1)
        assert abs(mean - law.mean) < 1e-4 * (law.high - law.low)


def test_8_a_gate_that_may_never_come_keeps_the_middle_of_its_range() -> None:
    """Never between 0.2 and 0.6 is 0.4 on average, with a shared cause as without."""
    cause = Cause("c", "c", (0.2, 0.8))
    futures = draw(
        Milestone("a", "", "legal", "shut", never=(0.2, 0.6)),
        Milestone("b", "", "legal", "shut", never=(0.2, 0.6), cause="c"),
        causes=(cause,),
    )
    assert futures.open_probability[:, -1] == pytest.approx([0.6, 0.6], abs=5e-3)


def test_9_a_shared_cause_correlates_its_gates() -> None:
    """Two gates of probability 1/2 with loading l come together with 1/4 + asin(l^2) / (2 pi)."""
    for loading in (0.0, 0.6, 0.9):
        gates = [Milestone(name, "", "legal", "shut", never=(0.5, 0.5), cause="c") for name in "ab"]
        futures = draw(*gates, causes=(Cause("c", "c", (loading, loading)),))
        both = futures.states(2029).all(axis=1).mean()
        assert both == pytest.approx(0.25 + math.asin(loading**2) / (2.0 * math.pi), abs=5e-3)


def test_10_quiet_years_make_closures_rarer() -> None:
    """With a closing rate c that halves every h quiet years, exp(-c h / ln 2) are never shut."""
    gate = permission("a", 0.8, 0.0, quiet_halving_years=1.0)
    futures = draw(gate, years=(2080,))
    assert odds(futures, "a")[0] == pytest.approx(math.exp(-0.8 / math.log(2.0)), abs=6e-3)


def test_11_a_degraded_permission_is_used_in_part_and_is_not_met() -> None:
    """It has its share until it is fully open, what requires it waits, and it shuts like any other."""
    gate = permission(
        "a", 0.0, 1.0, start="degraded", share=(0.4, 0.4), law="pert", delay=Pert(3.0, 3.0, 3.0)
    )
    after = Milestone("b", "", "legal", "shut", requires=("a",))
    futures = draw(gate, after)
    assert futures.shares("a", 2021).tolist() == pytest.approx([0.4] * N)
    assert (odds(futures, "b")[:2].tolist(), odds(futures, "b")[3:].min()) == ([0.0, 0.0], 1.0)
    shut = draw(replace(gate, close_rate=(2.0, 2.0), reopen_rate=(0.0, 0.0)), years=(2021,))
    assert (shut.shares("a", 2021) > 0.0).mean() == pytest.approx(math.exp(-2.0 * times(shut)[0]), abs=3e-3)
    falls = draw(replace(gate, close_rate=(20.0, 20.0), closes_to="degraded"), years=(2020, 2025), n=2000)
    assert set(np.round(falls.shares("a", 2025), 6)) == {0.4, 1.0}


def test_12_the_fast_half_is_for_the_named_way() -> None:
    """With the named condition the delay is from the low half of its range, with another from the high half."""
    law = Pert(0.0, 1.0, 2.0)
    gates = [
        Milestone("way", "", "legal", "open"),
        Milestone("other", "", "legal", "open"),
        Milestone("never", "", "legal", "shut", never=(1.0, 1.0)),
    ]
    fast = Milestone(
        "fast",
        "",
        "legal",
        "shut",
        requires_any=("way", "other"),
        fast_half_after="way",
        law="pert",
        delay=law,
    )
    slow = replace(fast, id="slow", requires_any=("never", "other"), fast_half_after="never")
    futures = draw(*gates, fast, slow)
    assert futures.opening[:, 3].max() <= 1.0
    assert futures.opening[:, 4].min() >= 1.0


def test_13_works_take_the_slip_that_their_prior_leaves() -> None:
    """A slip of 0.5 years a year doubles what was promised; a prior that leaves half of it takes 1.5 times."""
    gate = Milestone(
        "a", "", "construction", "shut", law="pert", delay=Pert(2.0, 2.0, 2.0), optimism_left=(0.5, 0.5)
    )
    futures = draw(gate, slip=(0.5, 0.5))
    assert futures.opening[:, 0] == pytest.approx(3.0)


def chain() -> tuple[Milestone, ...]:
    """A small graph with everything in it."""
    return (
        step("plan", 1.0, cause="c", never=(0.1, 0.3)),
        permission("calm", 0.5, 1.5, cause="c"),
        permission(
            "trade", 0.6, 1.0, start="degraded", law="exponential", delay=Pert(2, 2, 2), requires=("calm",)
        ),
        step("works", 2.0, requires=("plan", "calm")),
        permission(
            "line", 0.2, 2.0, start="shut", law="none", requires=("works",), requires_any=("trade", "plan")
        ),
    )


CAUSES = (Cause("c", "c", (0.3, 0.7)),)


def test_14_equal_seeds_give_equal_bytes_with_any_number_of_threads() -> None:
    """Threads change nothing; another seed changes the draws."""
    one, two = (draw(*chain(), causes=CAUSES, n=40_000, workers=workers) for workers in (1, 2))
    assert one.opening.tobytes() == two.opening.tobytes()
    assert one.open_bits.tobytes() == two.open_bits.tobytes()
    assert one.opening.tobytes() != draw(*chain(), causes=CAUSES, n=40_000, seed=8).opening.tobytes()


def test_15_a_new_gate_leaves_the_draws_of_others() -> None:
    """Dimensions belong to names: a gate more, or another order of rows, changes no history of the others."""
    before = draw(*chain(), causes=CAUSES, n=5000)
    extra = step("zzz", 1.0)
    after = draw(extra, *chain(), causes=CAUSES, n=5000)
    assert before.opening.tobytes() == np.ascontiguousarray(after.opening[:, 1:]).tobytes()


def test_16_a_part_of_a_graph_has_the_same_histories() -> None:
    """Only a gate and what it needs: its openings are those of the whole."""
    graph = MilestoneGraph((*chain(), step("zzz", 1.0)), CAUSES)
    whole, part = (
        sample_futures(item, 3000, start=START, years=YEARS) for item in (graph, graph.restricted("works"))
    )
    assert part.graph.ids == ("plan", "calm", "works")
    assert (whole.opening[:, 3] == part.opening[:, 2]).all()


def test_17_a_prefix_of_dimensions_is_stratified_and_replicates_differ() -> None:
    """Each dimension has one point in each of 8192 equal cells; replicates are other points."""
    names = tuple(f"gate/{k}" for k in range(60))
    first, second = (Draws(names, seed=3, replicate=r, size=2 * BLOCK).block(1) for r in (0, 1))
    assert (np.sort((first * BLOCK).astype(int), axis=1) == np.arange(BLOCK)).all()
    assert (first != second).all()
    correlation = np.corrcoef(first) - np.eye(60)
    assert np.abs(correlation).max() < 0.15


def test_18_a_name_keeps_its_dimension_unless_two_meet() -> None:
    """Adding names moves no other, but for those that hash to one dimension; all dimensions differ."""
    names = tuple(f"gate/{k}" for k in range(80))
    all_slots = assign_slots(names)
    assert len(set(all_slots.values())) == 80
    kept = [assign_slots(names[:-1])[name] == all_slots[name] for name in names[:-1]]
    assert sum(kept) >= 78


def test_19_replicates_tell_the_error() -> None:
    """The standard error from replicates is of the size of the true error."""
    runs = [draw(step("a", 3.0), step("b", 3.0, requires=("a",)), n=4096, seed=seed) for seed in range(12)]
    exact = gamma.cdf(times(runs[0])[4], 2, scale=3.0)
    misses = [odds(run, "b")[4] - exact for run in runs]
    told = np.mean([run.sampling_error[1, 4] for run in runs])
    assert 0.4 < np.std(misses) / told < 2.5
    assert np.isnan(draw(step("a"), n=100, replicates=1).sampling_error).all()


def test_20_bad_and_good_ends_enclose_the_odds() -> None:
    """With all numbers at their bad end odds are lower than sampled, at their good end higher."""
    gate = Milestone("a", "", "legal", "shut", never=(0.2, 0.6))
    low, middle, high = (odds(draw(gate, ends=ends), "a")[0] for ends in ("worst", "sampled", "best"))
    assert (low, middle, high) == pytest.approx((0.4, 0.6, 0.8), abs=5e-3)


def test_21_what_if_sets_a_gate_and_what_it_requires() -> None:
    """works=met@2024 brings plan and calm by then and leaves other futures of plan alone; never shuts for good."""
    graph = MilestoneGraph(chain(), CAUSES)
    fixed = parse_what_if(graph, ["works=met@2024"])
    plain, moved = (sample_futures(graph, 4000, start=START, years=YEARS, what_if=w) for w in ({}, fixed))
    works, plan = graph.place("works"), graph.place("plan")
    assert moved.is_open("works").all(axis=1).tolist() == [False] * 4 + [True] * 6
    assert (moved.opening[:, plan] == np.minimum(plain.opening[:, plan], moved.opening[:, works])).all()
    never = sample_futures(
        graph, 1000, start=START, years=YEARS, what_if=parse_what_if(graph, ["calm=never"])
    )
    assert never.open_probability[[graph.place(g) for g in ("calm", "trade", "works", "line")]].max() == 0.0


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["works=2027"], "cannot be read"),
        (["works=met@2027-02-30"], "does not exist"),
        (["works=met@2027-13"], "does not exist"),
        (["calm=met@2027"], "open already"),
        (["works=met@2027", "works=never"], "twice"),
    ],
)
def test_22_a_what_if_that_makes_no_sense_is_refused(words: list[str], match: str) -> None:
    """The message says what is wrong and how to write it."""
    with pytest.raises(WhatIfInvalid, match=match) as caught:
        parse_what_if(MilestoneGraph(chain(), CAUSES), words)
    assert caught.value.mend


def test_23_an_unknown_gate_is_named_with_its_neighbours() -> None:
    """A misspelt gate is refused with the nearest name."""
    with pytest.raises(UnknownId, match="work"):
        parse_what_if(MilestoneGraph(chain(), CAUSES), ["workz=never"])


def test_24_critical_prerequisites_are_ranked() -> None:
    """Of a long and a short way that must both be done, the long one holds the target up, by one year a year."""
    long = Milestone("long", "", "legal", "shut", law="pert", delay=Pert(4.0, 4.0, 4.0))
    short = Milestone("short", "", "legal", "shut", law="pert", delay=Pert(1.0, 1.0, 1.0))
    target = Milestone("target", "", "legal", "shut", requires=("long", "short"))
    graph = MilestoneGraph((long, short, target, step("aside")))
    found = find_critical(graph, "target", 500, start=START, years=YEARS)
    assert [(item.gate, round(item.years_sooner, 6)) for item in found] == [("long", 1.0), ("short", 0.0)]


@pytest.mark.parametrize(
    ("n", "more", "match"),
    [
        (0, {}, "0 futures"),
        (10, {"years": (2030, 2029)}, "years"),
        (10, {"years": tuple(range(2020, 2060))}, "years"),
        (10, {"slip": (0.0, 1.0)}, "slip"),
    ],
)
def test_25_a_sample_that_cannot_be_drawn_is_refused(n: int, more: dict[str, object], match: str) -> None:
    """No future, years that do not rise or are too many, a work that is never done."""
    with pytest.raises(FuturesRefused, match=match):
        draw(step("a"), n=n, **more)


def test_26_rates_too_high_for_the_horizon_are_refused() -> None:
    """A permission that shuts a hundred times a year for ten years would not fit into memory."""
    with pytest.raises(FuturesRefused, match="would shut 1000 times"):
        draw(permission("a", 100.0, 100.0), n=10)


def twin(
    graph: MilestoneGraph, arrays: sampling._Arrays, keys: np.ndarray, future: int, u: tuple[np.ndarray, ...]
):
    """Histories of one future, plainly: level of each gate as a function of time, and when it comes."""
    luck, belief, mood, stretch, left = u
    level: dict[str, object] = {}
    marks: dict[str, list[float]] = {}
    comes: dict[str, float] = {}
    horizon = arrays.instants[-1]
    for row, gate in enumerate(graph.gates):
        needs, some = gate.requires, gate.requires_any

        def need(t: float, needs=needs, some=some) -> int:
            every = min((level[g](t) for g in needs), default=2)
            return min(every, max((level[g](t) for g in some), default=2))

        known = sorted({0.0, *(m for g in (*needs, *some) for m in marks[g])})
        ready = next((t for t in known if need(t) == 2), math.inf)
        never = gate.never[1] + belief[row] * (gate.never[0] - gate.never[1])
        opens = math.inf
        if gate.start == "open":
            opens = 0.0
        elif luck[row] >= never and ready < math.inf:
            chance = 1.0 - (luck[row] - never) / (1.0 - never)
            delay = -gate.delay.mode * math.log1p(-chance) if gate.law == "exponential" else 0.0
            rest = gate.optimism_left[0] + left * (gate.optimism_left[1] - gate.optimism_left[0])
            opens = ready + (1.0 + rest * stretch) * delay
        if not gate.is_two_state:
            level[gate.id] = lambda t, opens=opens: 2 if t >= opens else 0
            marks[gate.id], comes[gate.id] = [opens], opens
            continue
        close = gate.close_rate[1] + mood[row] * (gate.close_rate[0] - gate.close_rate[1])
        reopen = gate.reopen_rate[0] + mood[row] * (gate.reopen_rate[1] - gate.reopen_rate[0])
        base = {"shut": 0, "degraded": 1, "open": 2}[gate.start]
        t, switches, stream = (
            (opens if base == 0 else 0.0),
            [],
            np.uint64(kernel.begin_stream(keys[row], future)),
        )
        while t <= horizon:
            t += kernel.exponential(stream, len(switches)) / (reopen if len(switches) % 2 else close)
            switches.append(t)

        def own(t: float, opens=opens, base=base, switches=switches) -> int:
            up = 2 if t >= opens else base
            return up if sum(s <= t for s in switches) % 2 == 0 else 0

        def here(t: float, own=own, need=need, base=base) -> int:
            found = min(own(t), need(t))
            return 0 if found == 1 and base != 1 else found

        level[gate.id] = here
        marks[gate.id] = [m for m in (*known, opens, *switches) if m <= horizon]
        comes[gate.id] = next((m for m in sorted({0.0, *marks[gate.id]}) if here(m) == 2), math.inf)
    return level, comes


def as_it_stands(graph: MilestoneGraph, stands: np.ndarray) -> MilestoneGraph:
    """The graph of one future, in which nothing is doubted any more."""
    doubted = [gate for gate in graph.gates if gate.is_doubted]
    gates = list(graph.gates)
    for gate, is_so in zip(doubted, stands, strict=True):
        start = ("open" if gate.start == "shut" else gate.start) if is_so else "shut"
        never = (1.0, 1.0) if gate.law == "none" else gate.never
        gates[graph.place(gate.id)] = replace(gate, start=start, probability=1.0, never=never)
    return MilestoneGraph(tuple(gates), graph.causes)


@pytest.mark.parametrize("doubts", [{}, {"plan": 0.6, "calm": 0.7, "trade": 0.5, "line": 0.8}])
def test_27_the_kernel_agrees_with_a_plain_twin(
    monkeypatch: pytest.MonkeyPatch, doubts: dict[str, float]
) -> None:
    """Level of every gate at every instant, and its first opening, in 300 futures of a graph with all kinds."""
    gates = (replace(gate, probability=doubts.get(gate.id, 1.0)) for gate in chain())
    graph = MilestoneGraph(tuple(gates), CAUSES)
    seen: list[tuple[object, ...]] = []
    simulate = kernel.simulate

    def spy(*arguments: object) -> int:
        seen.append(arguments)
        return int(simulate(*arguments))

    monkeypatch.setattr(kernel, "simulate", spy)
    futures = sample_futures(graph, 300, start=START, years=YEARS, slip=(0.2, 0.5), replicates=1, workers=1)
    first, luck, belief, mood, stretch, left, stands, *_ = seen[0]
    assert np.shape(stands) == (len(doubts), BLOCK)
    keys = seen[0][10]
    arrays = sampling._Arrays(graph, times(futures), futures.start, {}, {})
    for f in range(300):
        level, comes = twin(
            as_it_stands(graph, stands[:, f]),
            arrays,
            keys,
            first + f,
            (luck[:, f], belief[:, f], mood[:, f], stretch[f], left[f]),
        )
        for place, gate in enumerate(graph.ids):
            opening = futures.opening[f, place]
            if graph.gates[place].is_two_state and opening > arrays.instants[-1]:
                opening = math.inf  # what a permission waits for may come after the horizon
            assert opening == pytest.approx(np.float32(comes[gate]), rel=1e-6), (f, gate)
            found = [level[gate](t) == 2 for t in arrays.instants]
            bits = sum(1 << y for y, is_open in enumerate(found) if is_open)
            assert futures.open_bits[f, place] == bits, (f, gate)
