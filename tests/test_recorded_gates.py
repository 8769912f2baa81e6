"""From a claim to a link: gates that the record opens and shuts, how surely, and what that does to futures."""

from pathlib import Path

import numpy as np
import pytest
from tests.recorded import write_recorded_study
from tests.studies import write_small_study

from landbridge.errors import WhatIfInvalid
from landbridge.network import build_network
from landbridge.process import GateState, RecordedState, list_gate_states, open_gates
from landbridge.process.distributions import Pert
from landbridge.process.milestones import Cause, Milestone, MilestoneGraph, build_milestone_graph
from landbridge.process.sampling import Futures, sample_futures
from landbridge.process.what_if import parse_what_if
from landbridge.study import check_study, open_study
from landbridge.study.folder import Study
from landbridge.study.futures import build_graph, sample_study, tell_graph
from landbridge.study.recorded import tell_uncertain_gates
from landbridge.study.scenarios import build_scenario_state, place_gauge_breaks, resolve_scenario
from landbridge.tables import table_from_rows

START = "2019-12-31"
YEARS = tuple(range(2020, 2030))
N = 1 << 15

LAST_EVENT = "exp-peace-signing,2027"
OPENING = (
    "2024-06-15-line-opened,2024-06-15,Gap (HIL),opening,Trains run through the gap,HIL;west-rail,"
    "HIL:host;west-rail:operator,,gap-open,gap-open,gap-line,occurred,P2,\n"
)
CLAIM = "C10,gate:gap-built"


def with_opening(
    folder: Path, *changes: tuple[str, str, str], claims: str = "", event: str = OPENING
) -> Study:
    """The recorded study with an event that meets gap-open, whose row says nothing, and claims about it."""
    return open_study(
        write_recorded_study(
            folder,
            ("gates", "operational,gap-built;peace,,not_met,,", "operational,gap-built;peace,,,,"),
            ("events", LAST_EVENT, event + LAST_EVENT),
            ("claims", CLAIM, claims + CLAIM),
            *changes,
        )
    )


def say(name: str, field: str, value: str, source: str, stance: str = "asserts") -> str:
    """A claim about the opening."""
    return f"{name},2024-06-15-line-opened,{field},,{value},,,,{stance},fact,{source},,hand,,\n"


def is_line_open(study: Study, scenario: str) -> bool:
    """Whether the railway through the gap is open in the link state of a scenario."""
    tables = place_gauge_breaks(study.tables, study.settings.gauge_breaks)
    network = build_network(tables)
    state = build_scenario_state(study, network, tables, resolve_scenario(study, scenario), 2024)
    row = tables["links"].index["west--gap-rail"]
    (found,) = set(state.is_open[network.link_row == row].tolist())
    return bool(found)


def opened(study: Study) -> tuple[bool, bool]:
    """Whether the line is open at the end of 2024, and on the record date."""
    return is_line_open(study, "base-2024"), is_line_open(study, "today")


def test_1_an_event_of_the_record_opens_a_link(tmp_path: Path) -> None:
    """gates.csv says nothing of gap-open: the event opens its railway, and the reason names event and day."""
    study = with_opening(tmp_path)
    assert opened(study) == (True, True)
    state = resolve_scenario(study, "today").gates["gap-open"]
    assert (state.share, state.probability, state.is_uncertain) == (1.0, 1.0, False)
    assert state.reason == "met on 2024-06-15 by 2024-06-15-line-opened"
    assert "P2" in state.source


@pytest.mark.parametrize("status", ["planned", "expected", "cancelled"])
def test_2_an_event_that_has_not_happened_leaves_it_shut(tmp_path: Path, status: str) -> None:
    """Planned in place of occurred, or struck out as cancelled: the link is shut again."""
    study = with_opening(tmp_path, event=OPENING.replace("occurred", status))
    assert opened(study) == (False, False)
    assert resolve_scenario(study, "today").gates["gap-open"].reason == "not met"


def test_3_a_later_day_opens_it_later(tmp_path: Path) -> None:
    """Met on 15 June 2025, the line is shut at the end of 2024 and open on the record date."""
    study = with_opening(tmp_path, event=OPENING.replace("2024-06-15,", "2025-06-15,"))
    assert opened(study) == (False, True)


def test_4_the_day_is_that_which_the_record_takes(tmp_path: Path) -> None:
    """One claim of an official text moves the day past the end of 2024; withdrawn, it moves it back."""
    later = say("C90", "date", "2025-03-01", "P1")
    assert opened(with_opening(tmp_path / "a", claims=later)) == (False, True)
    withdrawn = later.replace("hand,,", "hand,,misread: another line is meant")
    assert opened(with_opening(tmp_path / "b", claims=withdrawn)) == (True, True)


def test_5_a_coarse_day_holds_from_its_end_but_not_after_the_record(tmp_path: Path) -> None:
    """In 2024: from 31 December on. In 2026, by a record that ends in July: on its last day."""
    study = with_opening(tmp_path / "a", event=OPENING.replace(",2024-06-15,", ",2024,"))
    assert study.recorded["gap-open"].day == "2024-12-31"
    study = with_opening(tmp_path / "b", event=OPENING.replace(",2024-06-15,", ",2026,"))
    assert study.recorded["gap-open"].day == "2026-07-02"
    assert opened(study) == (False, True)


CONTESTED = say("C90", "status", "occurred", "P2") + say("C91", "status", "occurred", "P3", "denies")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (CONTESTED, 0.5),
        (say("C90", "status", "occurred", "P2") + say("C91", "status", "cancelled", "P3"), 0.5),
        (say("C90", "status", "occurred", "P2") + say("C91", "status", "occurred", "P5", "denies"), 0.85),
        (say("C90", "status", "occurred", "P2") + say("C91", "status", "occurred", "P1", "denies"), 0.2297),
        (say("C90", "status", "occurred", "P1") + say("C91", "status", "occurred", "P3", "denies"), 1.0),
    ],
)
def test_6_independent_witnesses_weigh_against_each_other(
    tmp_path: Path, claims: str, expected: float
) -> None:
    """Odds A / (1 - A) of each, with A 0.95, 0.85 and 0.5; the event itself rests on P2. Above 0.95 it is sure."""
    known = with_opening(tmp_path, claims=claims).recorded["gap-open"]
    assert known.probability == pytest.approx(expected, abs=1e-4)
    assert bool(known.why) == (expected < 1.0)


def test_7_a_contested_event_makes_an_uncertain_gate(tmp_path: Path) -> None:
    """Two papers of one rank, one of which denies it: between 0 and 1, said everywhere, and not silent."""
    study = with_opening(tmp_path, claims=CONTESTED)
    state = resolve_scenario(study, "today").gates["gap-open"]
    assert 0.0 < state.met_probability < 1.0
    assert (state.share > 0.0) == (state.met_probability >= 0.5)
    assert f"uncertain, met with probability {state.met_probability:.2f}" in state.reason
    (told,) = tell_uncertain_gates(study)
    assert (told["gate"], told["met_probability"]) == ("gap-open", round(state.met_probability, 4))
    assert "gap-open" in [
        fault.mend.split()[3] for fault in check_study(study.path) if fault.code == "LB-C033"
    ]
    (gate,) = [gate for gate in tell_graph(study)["gates"] if gate["id"] == "gap-open"]
    assert gate["met_probability"] == told["met_probability"]
    assert [item["gate"] for item in tell_graph(study)["uncertain"]] == ["gap-open"]


def test_8_futures_follow_the_probability_of_the_record(tmp_path: Path) -> None:
    """In that share of the futures the line is open from the start; without a prior it never is in the rest."""
    study = with_opening(tmp_path, claims=CONTESTED)
    expected = resolve_scenario(study, "today").gates["gap-open"].met_probability
    futures = sample_study(study, N)
    found = futures.open_probability[futures.graph.place("gap-open")]
    assert found == pytest.approx(expected, abs=1e-3)


def test_9_a_withdrawn_denial_leaves_nothing_open(tmp_path: Path) -> None:
    """The row stays, the doubt goes."""
    study = with_opening(
        tmp_path,
        claims=CONTESTED.replace(
            "denies,fact,P3,,hand,,", "denies,fact,P3,,hand,,taken back by the paper itself"
        ),
    )
    assert tell_uncertain_gates(study) == []
    assert opened(study) == (True, True)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [("P1", 1.0), ("P2", 1.0), ("P4", 0.5), ("P4;P5", 0.5), ("P4;N1", 0.8)],
)
def test_10_weak_witnesses_alone_are_not_enough(tmp_path: Path, sources: str, expected: float) -> None:
    """One sound source is; of weak ones at least one must be right, and a copy counts once (1 - 0.5 x 0.4)."""
    study = with_opening(tmp_path, event=OPENING.replace(",P2,", f",{sources},"))
    assert study.recorded["gap-open"].probability == pytest.approx(expected)


def test_11_claims_may_put_an_agreement_further_than_its_events(tmp_path: Path) -> None:
    """If the text itself is said to be signed, the gate of the signature opens from the day of that event."""
    study = open_study(
        write_recorded_study(
            tmp_path,
            ("gates", "peace,The neighbours have signed,political,,,partial", "peace,The neighbours have signed,political,,,"),
            ("claims", "peace treaty,initialled,,,,asserts,fact,P1", "peace treaty,signed,,,,asserts,fact,P1"),
        )
    )  # fmt: skip
    state = resolve_scenario(study, "today").gates["peace"]
    assert (state.share, state.reason) == (1.0, "met on 2025-05-02 by 2025-05-02-peace-initialled")
    assert resolve_scenario(study, "base-2024").gates["peace"].share == 0.0


def test_12_the_record_goes_before_the_row_and_the_check_tells(tmp_path: Path) -> None:
    """A row that calls a planned thing met is warned of, and the gate stays shut."""
    study = open_study(
        write_recorded_study(
            tmp_path, ("gates", "construction,peace,,not_met,", "construction,peace,,met,2024-01-01")
        )
    )
    state = resolve_scenario(study, "today").gates["gap-built"]
    assert (state.share, state.reason) == (0.0, "not met by the record: plan-gap-built has not happened")
    assert any("only as planned" in fault.what for fault in check_study(study.path))


def test_13_nothing_says_how_a_gate_stands(tmp_path: Path) -> None:
    """A row may be silent only where events or a history speak."""
    study = write_small_study(tmp_path, ("gates", "construction,peace,,not_met,", "construction,peace,,,"))
    assert [(fault.code, fault.column) for fault in check_study(study)] == [("LB-S023", "state_today")]


def test_14_without_a_record_nothing_changes(tmp_path: Path) -> None:
    """No claims, no events: gates stand as their rows and histories say, and none is uncertain."""
    study = open_study(write_small_study(tmp_path))
    assert dict(study.recorded) == {}
    plain = list_gate_states(study.tables["gates"], study.tables["gate_history"], "2026-07-02")
    assert resolve_scenario(study, "today").gates == plain
    assert not any(state.is_uncertain for state in plain.values())


GATES = table_from_rows(
    "gates",
    [
        {"id": name, "title": name, "kind": "legal", "requires": needs, "source": "S", "basis": "official"}
        for name, needs in (("a", ""), ("b", "a"))
    ],
)
OPEN_HALF = {
    "gate": "a",
    "from_date": "2020-01-01",
    "share_usable": "0.5",
    "source": "S",
    "basis": "official",
}


@pytest.mark.parametrize(
    ("probability", "share"), [(1.0, 1.0), (0.51, 1.0), (0.5, 1.0), (0.49, 0.0), (0.0, 0.0)]
)
def test_15_even_odds_are_open(probability: float, share: float) -> None:
    """From 0.5 on a gate is open: at even odds the event, which did happen, decides."""
    known = {"a": RecordedState("a", "2020-05-01", probability, by="e", why="disputed")}
    state = list_gate_states(GATES, table_from_rows("gate_history", ()), "2021-01-01", known)["a"]
    assert (state.share, state.is_uncertain) == (share, 0.0 < probability < 1.0)
    assert state.met_probability == pytest.approx(probability)


def test_16_a_history_is_the_finer_source_and_both_are_told() -> None:
    """Half open by its history and met by an event: half open. Where it says shut, no opening is in doubt."""
    history = table_from_rows(
        "gate_history",
        [{"id": "a-1", **OPEN_HALF, "to_date": "2022-01-01"}, {"id": "a-2", **OPEN_HALF, "from_date": "2022-01-01", "share_usable": "0"}],
    )  # fmt: skip
    known = {"a": RecordedState("a", "2020-05-01", 0.8, by="e", why="disputed")}
    state = list_gate_states(GATES, history, "2021-01-01", known)["a"]
    assert (state.share, state.probability) == (0.5, 0.8)
    assert "usable at 50% of normal since 2020-01-01; by the record met on 2020-05-01 by e" in state.reason
    state = list_gate_states(GATES, history, "2023-01-01", known)["a"]
    assert (state.share, state.probability, state.reason) == (0.0, 1.0, "shut since 2022-01-01")


def test_17_the_odds_at_a_day_that_only_some_name() -> None:
    """Between the days that are told, the share of what is said; the day that is taken decides."""
    known = RecordedState("a", "2020-05-01", 1.0, (("2020-03-01", 0.25), ("2020-05-01", 0.75)), by="e")
    states = [
        list_gate_states(GATES, table_from_rows("gate_history", ()), day, {"a": known})["a"]
        for day in ("2020-02-01", "2020-04-01", "2020-06-01")
    ]
    assert [(state.share, state.probability) for state in states] == [(0.0, 1.0), (0.0, 0.75), (1.0, 1.0)]


def test_18_a_scenario_takes_for_granted_what_it_needs() -> None:
    """Opening b leaves no doubt about a, which it requires, and says so."""
    known = {"a": RecordedState("a", "2020-05-01", 0.6, by="e", why="disputed")}
    states = list_gate_states(GATES, table_from_rows("gate_history", ()), "2021-01-01", known)
    after = open_gates(states, GATES, ["b"])
    assert (after["a"].probability, after["b"].probability) == (1.0, 1.0)
    assert after["a"].reason.endswith("taken for granted with b")


def doubted(name: str, probability: float, **more: object) -> Milestone:
    """A gate without a prior that the record holds with some probability."""
    return Milestone(name, name, "legal", "open", probability, is_held=True, **more)  # type: ignore[arg-type]


def draw(*gates: Milestone, causes: tuple[Cause, ...] = (), **more: object) -> Futures:
    asked = {"start": START, "years": YEARS, "seed": 7, **more}
    return sample_futures(MilestoneGraph(gates, causes), N, **asked)  # type: ignore[arg-type]


def odds(futures: Futures, gate: str) -> np.ndarray:
    return futures.open_probability[futures.graph.place(gate)]


def test_19_a_doubted_gate_is_met_in_its_share_of_futures() -> None:
    """Open at the first year's end with p and for good; what needs both of two has the product of their odds."""
    both = Milestone("both", "", "legal", "shut", requires=("a", "b"))
    one = Milestone("one", "", "legal", "shut", requires_any=("a", "b"))
    futures = draw(doubted("a", 0.3), doubted("b", 0.6), both, one)
    for gate, expected in {"a": 0.3, "b": 0.6, "both": 0.18, "one": 0.72}.items():
        assert odds(futures, gate) == pytest.approx(np.full(len(YEARS), expected), abs=1e-3), gate
    first = futures.opening[:, 0]
    assert set(np.unique(first)) == {0.0, np.inf}


def test_20_what_is_not_met_comes_about_by_its_prior() -> None:
    """A step of mean 2 years that is met already with p: p + (1 - p)(1 - exp(-t / 2)), whichever is likelier."""
    delay = Pert(2.0, 2.0, 2.0)
    for start, probability in (("open", 0.7), ("shut", 0.3)):
        step = Milestone("a", "", "legal", start, probability, law="exponential", delay=delay)  # type: ignore[arg-type]
        futures = draw(step)
        t = np.array(YEARS) + 1.0 - futures.start
        assert odds(futures, "a") == pytest.approx(0.7 + 0.3 * (1.0 - np.exp(-t / 2.0)), abs=4e-3)


def test_21_a_doubted_permission_alternates_where_it_stands() -> None:
    """p times the law of a permission that is open at the start; without a delay in its prior it never comes."""
    close, reopen, p = 0.3, 0.9, 0.4
    rates = {"close_rate": (close, close), "reopen_rate": (reopen, reopen)}
    gate = Milestone("a", "", "political", "open", p, is_two_state=True, **rates)  # type: ignore[arg-type]
    futures = draw(gate)
    t = np.array(YEARS) + 1.0 - futures.start
    share = (reopen + close * np.exp(-(close + reopen) * t)) / (close + reopen)
    assert odds(futures, "a") == pytest.approx(p * share, abs=5e-3)


def test_22_gates_with_one_fact_stand_or_fall_together() -> None:
    """Two stages of one agreement: who has the later one has the earlier, so that both are as likely as it."""
    both = Milestone("both", "", "legal", "shut", requires=("initialled", "signed"))
    futures = draw(doubted("initialled", 0.7, fact="treaty"), doubted("signed", 0.4, fact="treaty"), both)
    assert odds(futures, "both") == pytest.approx(np.full(len(YEARS), 0.4), abs=1e-3)


def test_23_a_doubt_changes_no_draw_of_another_gate() -> None:
    """The histories of all other gates are the same to the bit."""
    causes = (Cause("mood", "", (0.5, 0.5)),)
    others = tuple(
        Milestone(
            f"g{k}",
            "",
            "legal",
            "shut",
            law="exponential",
            delay=Pert(k + 1.0, k + 1.0, k + 1.0),
            cause="mood",
        )
        for k in range(60)
    )
    plain = draw(*others, causes=causes)
    more = draw(*others, *(doubted(f"d{k}", 0.5) for k in range(20)), causes=causes)
    assert (more.opening[:, :60] == plain.opening).all()


def test_24_a_what_if_ends_the_doubt() -> None:
    """Set by hand, a gate is met from that day in every future, or never."""
    assert odds(draw(doubted("a", 0.3), what_if={"a": 2022.5}), "a").tolist() == [0.0] * 2 + [1.0] * 8
    assert odds(draw(doubted("a", 0.3), what_if={"a": np.inf}), "a").max() == 0.0


def test_25_a_doubted_gate_may_be_set_though_it_counts_as_open(tmp_path: Path) -> None:
    """What surely is open cannot be brought; what is only likely can."""
    graph = MilestoneGraph((doubted("a", 0.6), doubted("b", 1.0)))
    assert parse_what_if(graph, ["a=met@2022"])["a"] > 2022.0
    with pytest.raises(WhatIfInvalid, match="open already"):
        parse_what_if(graph, ["b=met@2022"])


PRIOR = {
    "id": "a", "kind": "two_state", "law": "pert", "low_delay_years": 1.0, "delay_years": 2.0, "high_delay_years": 3.0,
    "source": "S", "basis": "assumption",
}  # fmt: skip


@pytest.mark.parametrize(("partial", "start", "met"), [("degraded", "degraded", 0.8), ("works", "shut", 0.0)])
def test_26_a_doubt_about_use_in_part(partial: str, start: str, met: float) -> None:
    """Degraded with the odds of the record where the prior counts use in part; else it is surely shut."""
    state = GateState("a", "a", 0.5, "", (), 0.8, "e")
    priors = table_from_rows(
        "gate_priors", [{**PRIOR, "partial": partial, "low_share": 0.3, "high_share": 0.6}]
    )
    graph = build_milestone_graph(GATES, priors, table_from_rows("gate_causes", ()), states={"a": state})
    gate = graph.get_gate("a")
    assert (gate.start, gate.met_probability) == (start, pytest.approx(met))


#: Days of the built-in gates as their table stated them before the record did.
STATED = {
    "alma-ata-border-basis": "2024-04-19",
    "peace-text-agreed": "2025-03-13",
    "peace-agreement-initialled": "2025-08-08",
    "minsk-process-closed": "2025-11-30",
    "armenia-2026-election-held": "2026-06-07",
    "delimitation-gazakh-tavush": "2024-05-24",
    "transit-restrictions-lifted": "2025-10-21",
    "tr-am-direct-trade": "2026-05-11",
    "tripp-declared": "2025-08-08",
    "tripp-framework-agreed": "2026-01-13",
    "tripp-agreement-initialled": "2026-05-26",
    "aghband-kalaleh-bridge-built": "2026-02-23",
    "georgia-btk-upgraded": "2024-05-20",
    "middle-corridor-via-georgia-usable": "2017-10-30",
    "titr-association-formed": "2017-02-28",
    "titr-roadmap-agreed": "2022-11-25",
    "titr-jv-formed": "2023-10-26",
    "dostyk-moiynty-second-track": "2025-09-30",
    "az-iran-freight-border-open": "2026-03-09",
    "poland-belarus-rail-open": "2025-09-25",
}


def test_27_the_built_in_study_takes_its_gates_from_the_record() -> None:
    """Days that its table used to state come out of claims; the one that differs is the day that sources bear."""
    study = open_study("eurasia")
    stated = dict(zip(study.tables["gates"].ids, study.tables["gates"]["state_today"], strict=True))
    days = {gate: known.day for gate, known in study.recorded.items() if known.is_met("2026-07-02")}
    assert days == {**STATED, "btk-operations-agreed": "2026-01-30"}
    assert {stated[gate] for gate in days} == {""}
    uncertain = {told["gate"]: told["met_probability"] for told in tell_uncertain_gates(study)}
    assert uncertain["alma-ata-border-basis"] == 0.5
    assert 0.05 < uncertain["tripp-agreement-signed"] < 0.5
    assert build_graph(study).get_gate("tripp-agreement-signed").start == "shut"
