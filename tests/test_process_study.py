"""Priors of a study: how tables and study.yaml become a graph, what is refused, what the record's promises say."""

from pathlib import Path

import pytest

from landbridge.errors import FuturesRefused, UnknownId
from landbridge.process.milestones import build_milestone_graph
from landbridge.process.optimism import measure_slips
from landbridge.study import check_study, open_study
from landbridge.study.futures import build_graph, find_slip, sample_study, tell_sample, tell_what_if
from landbridge.tables import table_from_rows
from studies import write_small_study

PRIORS = """\
id,kind,law,low_delay_years,delay_years,high_delay_years,low_never,high_never,low_close_rate,high_close_rate,low_reopen_rate,high_reopen_rate,cause,partial,low_share,high_share,source,basis,note
peace,milestone,pert,0.5,1,3,0.1,0.3,,,,,mood,works,,,N2,assumption,
gap-built,milestone,pert,2,3,6,0,0,,,,,,works,,,N2,assumption,
gap-open,two_state,pert,0.1,0.2,0.5,0,0,0.1,0.2,1,2,mood,works,,,N2,assumption,
south-usable,two_state,,,,,,,0.2,0.2,2,2,mood,works,,,N2,assumption,
"""
CAUSES = """\
id,title,loading,low_loading,high_loading,source,basis,note
mood,Mood of the neighbours,0.5,0.2,0.8,N2,assumption,
"""


def small(tmp_path: Path, *changes: tuple[str, str, str], priors: str = PRIORS) -> Path:
    study = write_small_study(tmp_path, *changes)
    (study / "tables" / "gate_priors.csv").write_text(priors, encoding="utf-8")
    (study / "tables" / "gate_causes.csv").write_text(CAUSES, encoding="utf-8")
    return study


def futures_block(text: str) -> tuple[str, str, str]:
    """A change that puts a block `futures` into study.yaml."""
    return ("study", "\nscenarios:\n", f"\nfutures: {text}\n\nscenarios:\n")


def test_1_tables_become_a_graph(tmp_path: Path) -> None:
    """Needs come first, a gate without a prior is held, one that is open today needs no delay."""
    graph = build_graph(open_study(small(tmp_path)))
    assert graph.ids.index("peace") < graph.ids.index("gap-built") < graph.ids.index("gap-open")
    assert [(g.id, g.start) for g in graph.gates if g.is_held] == [("est-transit", "open")]
    south = graph.get_gate("south-usable")
    assert (south.start, south.law, south.close_rate) == ("open", "none", (0.2, 0.2))
    assert graph.list_ancestors("gap-open") == ("peace", "gap-built")


def test_2_study_yaml_overrides_numbers_of_the_tables(tmp_path: Path) -> None:
    """Other numbers for a prior, a loading and the slip; what is not named stays."""
    block = "{priors: {peace: {low_never: 0, high_never: 0}}, loadings: {mood: [0, 0]}, slip: [0.1, 0.2]}"
    study = open_study(small(tmp_path, futures_block(block)))
    graph = build_graph(study)
    assert (graph.get_gate("peace").never, graph.get_gate("peace").delay.mode) == ((0.0, 0.0), 1.0)
    assert (graph.causes[0].loading, find_slip(study)[0]) == ((0.0, 0.0), (0.1, 0.2))
    assert sample_study(study, 2000).open_probability[graph.place("peace"), -1] == 1.0


def test_3_an_override_whose_range_does_not_rise_is_refused(tmp_path: Path) -> None:
    """low above high is refused with the gate's name, and so is a gate that has no prior."""
    study = open_study(small(tmp_path, futures_block("{priors: {peace: {low_never: 0.5}}}")))
    with pytest.raises(FuturesRefused, match="never of peace does not rise"):
        build_graph(study)
    tables = study.tables
    with pytest.raises(UnknownId, match="est-transit"):
        build_milestone_graph(
            tables["gates"], tables["gate_priors"], tables["gate_causes"], overrides={"est-transit": {}}
        )


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("{target: gap-opne}", ["LB-S015"]),
        ("{priors: {est-transit: {low_never: 0}}}", ["LB-S015"]),
        ("{loadings: {moods: [0, 1]}}", ["LB-S015"]),
        ("{slip: [0.5, 0.2]}", ["LB-S016"]),
        ("{until: 2020}", ["LB-S016"]),
        ("{priors: {peace: {low_nevr: 0}}}", ["LB-S011"]),
    ],
)
def test_4_settings_that_name_nothing_are_faults(tmp_path: Path, block: str, expected: list[str]) -> None:
    """`study check` finds gates, causes, years and keys that do not fit."""
    assert [fault.code for fault in check_study(small(tmp_path, futures_block(block)))] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("peace,milestone,pert,0.5,1,3", "peace,milestone,pert,,,", ["LB-P001 delay_years"]),
        ("peace,milestone,pert,0.5,1,3", "peace,milestone,pert,0.5,1,", ["LB-P001 high_delay_years"]),
        ("peace,milestone,pert,0.5,1,3", "peace,milestone,exponential,,1,", []),
        ("peace,milestone,pert,0.5,1,3", "peace,milestone,pert,0.5,4,3", ["LB-T018 delay_years"]),
        ("0.1,0.3,,,,,mood", "0.4,0.3,,,,,mood", ["LB-T018 high_never"]),
        ("gap-built,milestone", "gap-bilt,milestone", ["LB-T014 id"]),
    ],
)
def test_5_priors_that_cannot_be_sampled_are_faults(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    """A gate without a delay, points that do not rise, a gate that does not exist."""
    assert old in PRIORS
    faults = check_study(small(tmp_path, priors=PRIORS.replace(old, new)))
    assert [f"{fault.code} {fault.column}" for fault in faults] == expected


def test_6_a_prior_may_name_only_a_way_that_the_gate_has(tmp_path: Path) -> None:
    """fast_half_after must be one of requires_any."""
    priors = "\n".join(
        f"{line},{'fast_half_after' if not number else 'peace' if 'gap-open' in line else ''}"
        for number, line in enumerate(PRIORS.splitlines())
    )
    assert [fault.code for fault in check_study(small(tmp_path, priors=priors))] == ["LB-P002"]


def promise(name: str, said: str, due: str, done: str = "", work: str = "line") -> dict[str, str]:
    return {
        "id": name, "work": work, "said_on": said, "promised_for": due, "done_on": done, "source": "N1", "basis": "official"
    }  # fmt: skip


def test_7_slips_are_learnt_from_promises() -> None:
    """A date that moves half a year a year slips 0.5; a work done in twice the time as well; one promise tells none."""
    rows = [promise(f"p{k}", str(2020 + 2 * k), str(2025 + k)) for k in range(3)]
    rows.append(promise("q", "2020-12-31", "2022-12-31", "2024-12-31", work="bridge"))
    rows.append(promise("r", "2020", "2023", work="port"))
    slips = measure_slips(table_from_rows("gate_promises", rows))
    assert [(s.work, s.how, round(s.slip, 3)) for s in slips] == [
        ("line", "slope", 0.5),
        ("bridge", "done", 0.5),
    ]
    assert [round(s.stretch, 2) for s in slips] == [2.0, 2.0]


def test_8_what_is_told_of_a_sample(tmp_path: Path) -> None:
    """Odds, interval and error for each gate and year; the interval holds the odds; assumptions are beside them."""
    study = open_study(small(tmp_path))
    told = tell_sample(study, 4000, target="gap-open")
    years = [str(year) for year in range(study.settings.record_date.year, study.settings.years[-1] + 1)]
    for gate, odds in told["open_probability"].items():
        assert list(odds) == years
        for year in years:
            low, high = told["interval"][gate][year]
            assert 0.0 <= low <= odds[year] <= high <= 1.0
    assert {item["gate"] for item in told["critical"]} == {"peace", "gap-built"}
    assert (told["assumed_priors"], told["priors"], told["held"]) == (4, 4, ["est-transit"])
    assert "too hopeful" in told["warning"]
    assert set(told["causes"][0]["gates"]) == {"peace", "gap-open", "south-usable"}


def test_9_a_what_if_changes_only_what_hangs_on_it(tmp_path: Path) -> None:
    """peace=never shuts what needs it; the rest is drawn as before."""
    told = tell_what_if(open_study(small(tmp_path)), ["peace=never"], 2000)
    assert set(told["changed"]) == {"peace", "gap-built", "gap-open"}
    assert max(told["open_probability"]["gap-open"].values()) == 0.0
    assert told["open_probability"]["south-usable"] == told["before"]["south-usable"]


def test_10_a_study_without_gates_is_refused(tmp_path: Path) -> None:
    """There is nothing to draw, and the message says so."""
    study = open_study(small(tmp_path))
    tables = {**study.tables, "gates": table_from_rows("gates", ())}
    with pytest.raises(FuturesRefused, match="no gates"):
        build_graph(type(study)(study.id, study.path, study.settings, tables))


def test_11_the_built_in_study_keeps_to_its_priors() -> None:
    """All 70 priors are sampled; a first step has the middle of its range, if the record does not have it as met."""
    study = open_study("eurasia")
    graph = build_graph(study)
    futures = sample_study(study, 1 << 14, graph=graph)
    last = dict(zip(graph.ids, futures.open_probability[:, -1], strict=True))
    assert sum(not gate.is_held for gate in graph.gates) == 70
    met = graph.get_gate("tripp-agreement-signed").met_probability
    assert last["tripp-agreement-signed"] == pytest.approx(met + (1.0 - met) * 0.96, abs=0.005)
    assert last["zangezur-corridor-open"] < min(last["tripp-rail-open"], last["kars-nakhchivan-rail-open"])
    slip = {item.work: round(item.slip, 2) for item in find_slip(study)[1]}
    assert slip["horadiz-aghband-rail-built"] == 0.78
