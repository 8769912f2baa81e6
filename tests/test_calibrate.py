"""Calibration: planted parameters are found again, and what is not observed stays as it was."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from command import landbridge
from landbridge.errors import DrawsMissing, TableInvalid
from landbridge.study import check_study, open_study, run_study
from landbridge.study.adjust import adjust_tables, find_rows
from landbridge.study.calibrate import MOST_LOG, Calibrator
from landbridge.study.calibrated import REPORT, calibrate_study
from landbridge.study.comparison import compare_run
from landbridge.study.folder import DRAWS
from landbridge.study.prepare import prepare
from landbridge.study.validation import validate_run
from studies import write_small_study

ADJUSTMENTS = """\
id,table,column,rows,factor,low,high,source,basis,note
mode-scale,classes,mode_scale_per_usd_t,*,1,0.4,2.5,GK,assumption,
feeder-fare,services,fare_bulk_usd_t,feed*,1,0.4,2.5,GK,assumption,
captive-sea,captive,share,captive-1,1,0.6,1.25,GK,assumption,
value-of-time,classes,value_of_time_usd_t_h,general,1,0.4,2.5,GK,assumption,
"""
QUANTITIES = {
    "pair_share:east-zone:far-zone:sea:general": "percent",
    "pair_share:far-zone:east-zone:sea:general": "percent",
    "pair_share:east-zone:west-zone:rail:general": "percent",
    "pair_share:west-zone:far-zone:rail:grain": "percent",
    "corridor_tonnes:middle": "t/year",
    "corridor_tonnes:ocean": "t/year",
    "port_tonnes:mid-port:grain": "t/year",
    "port_tonnes:west-port:general": "t/year",
    "state_tonnes:WST:rail": "t/year",
    "state_tonnes:WST:road": "t/year",
    "link_tonnes:west--far-rail": "t/year",
    "link_tonnes:east--yard-road": "t/year",
}
HEAD = "id,what,year,measure,value,unit,kind,months,quantity,scenario,tolerance,use,fold,source,basis,note\n"


def write_study(folder: Path, adjustments: str = ADJUSTMENTS, values: dict[str, float] | None = None) -> Path:
    """The small study with adjustments and an observation of each quantity."""
    path = write_small_study(folder)
    (path / "tables" / "adjustments.csv").write_text(adjustments, encoding="utf-8")
    lines = [HEAD]
    for number, (quantity, unit) in enumerate(QUANTITIES.items()):
        value = 50.0 if values is None else values[quantity]
        tolerance = "4 points" if unit == "percent" else "4%"
        use = "validate" if number % 4 == 3 else "calibrate"
        lines.append(
            f"o{number},{quantity.split(':')[0]},2024,m,{value!r},{unit},observed,12,{quantity},base-2024/2024,"
            f"{tolerance},{use},{number % 4 + 1},N1,observed,\n"
        )
    (path / "tables" / "observations.csv").write_text("".join(lines), encoding="utf-8")
    return path


PLANTED = {"mode-scale": 1.5, "feeder-fare": 0.7, "captive-sea": 0.85, "value-of-time": 1.4}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The study whose observations are the model's own figures at the planted factors."""
    blank = open_study(write_study(tmp_path_factory.mktemp("blank")))
    calibrator = Calibrator(prepare(blank))
    factors = np.log([PLANTED[name] for name in calibrator.table.ids])
    at = calibrator.evaluate(factors, np.zeros(len(calibrator.cells)), calibrator.targets, None)
    values = dict(zip((t.row["quantity"] for t in calibrator.targets), at.value.tolist(), strict=True))
    assert len(values) == len(QUANTITIES)
    return open_study(write_study(tmp_path_factory.mktemp("planted"), values=values))


@pytest.fixture(scope="module")
def calibrator(planted):
    """Its calibrator."""
    return Calibrator(prepare(planted))


def test_01_planted_parameters_lie_in_their_intervals(calibrator) -> None:
    """Parameters that the figures were simulated with are found within the interval of nine in ten."""
    found = calibrator.fit(use="", draws=400, rounds=8)
    for name, z, sd, prior in zip(
        calibrator.table.ids, found.parameters, found.parameter_sd, calibrator.parameter_sd, strict=True
    ):
        assert abs(z - np.log(PLANTED[name])) <= 1.645 * sd, name
        assert sd < prior
    # What is seen best is also found closely.
    assert np.exp(found.parameters[0]) == pytest.approx(1.5, rel=0.12)
    assert all(row["inside"] for row in found.rows)
    # The sample is spread as the intervals say.
    np.testing.assert_allclose(found.draws.std(axis=0), found.parameter_sd, rtol=0.25)


def test_02_planted_demand_is_found(tmp_path: Path) -> None:
    """Tonnes of a pair that were a sixth more show where counts see them; nothing else moves as far."""
    plain = Calibrator(prepare(open_study(write_study(tmp_path, ADJUSTMENTS.splitlines()[0] + "\n"))))
    demand, nothing = plain.start.seed, np.zeros(0)
    k, o, d = demand.classes.index("general"), *map(demand.zones.index, ("east-zone", "west-zone"))
    place = int(np.flatnonzero(plain.cells == (k * 4 + o) * 4 + d)[0])
    cells = np.zeros(len(plain.cells))
    cells[place] = np.log(1.17)
    truth = plain.evaluate(nothing, cells, plain.targets, None)
    plain.targets = [
        replace(t, row={**t.row, "value": float(v)}, tolerance=0.01 * float(v))
        for t, v in zip(plain.targets, truth.value, strict=True)
    ]
    found = plain.fit(use="", rounds=8)
    assert found.cells[place] > 0.5 * np.log(1.17)
    assert found.cells[place] == np.abs(found.cells).max()


def test_03_derivatives_by_demand_are_those_of_differences(calibrator) -> None:
    """At fixed shares the derivative by a cell is what the figure gains; queues move shares by little here."""
    zero = np.zeros(len(calibrator.cells))
    at = calibrator.evaluate(np.zeros(4), zero, calibrator.targets, None)
    for place in range(0, len(zero), 5):
        moved = zero.copy()
        moved[place] = 1e-4
        there = calibrator.evaluate(np.zeros(4), moved, calibrator.targets, at.load)
        change = (there.value - at.value) / 1e-4
        np.testing.assert_allclose(change, at.by_cell[:, place], rtol=0.3, atol=2e-2 * np.abs(at.value).max())


def test_04_figures_are_those_of_a_run(planted, calibrator, tmp_path: Path) -> None:
    """What calibration sees is what validate says of a run."""
    run = run_study(planted, scenarios=["base-2024"], years=[2024], out=tmp_path / "run")
    told = {row["id"]: row["modelled"] for row in validate_run(run)["rows"]}
    at = calibrator.evaluate(np.zeros(4), np.zeros(len(calibrator.cells)), calibrator.targets, None)
    for target, value in zip(calibrator.targets, at.value, strict=True):
        assert value == pytest.approx(told[target.row["id"]], rel=2e-3)


def test_05_a_calibrated_study_runs_to_the_fitted_figures(planted, tmp_path: Path) -> None:
    """The copy that calibrate writes needs nothing else: a plain run of it gives the fitted figures."""
    found = calibrate_study(planted, tmp_path / "out")
    calibrated = open_study(tmp_path / "out")
    run = run_study(calibrated, scenarios=["base-2024"], years=[2024], out=tmp_path / "run")
    told = {row["id"]: row["modelled"] for row in validate_run(run)["rows"]}
    for row in found["rows"]:
        assert told[row["id"]] == pytest.approx(row["after"], rel=5e-3)
    assert set(calibrated.tables["adjustments"]["basis"]) == {"derived"}
    assert json.loads((tmp_path / "out" / REPORT).read_text())["fitted"]["rows"] == 9
    assert len((tmp_path / "out" / DRAWS).read_text().splitlines()) == 501
    # Calibrating again starts from the tables, not from what was found.
    again = calibrate_study(calibrated)
    assert [p["factor"] for p in again["parameters"]] == pytest.approx(
        [p["factor"] for p in found["parameters"]], rel=1e-9
    )


def test_06_folds_hold_out_what_they_say(calibrator) -> None:
    """A fit without a fold never hears its rows: changing them changes nothing."""
    slopes: dict[str, np.ndarray] = {}
    one = calibrator.fit(without=(1,), use="", slopes=slopes)
    other = Calibrator(calibrator.start)
    other.targets = [
        replace(t, row={**t.row, "value": 3.0 * t.row["value"]}) if t.row["fold"] == 1 else t
        for t in calibrator.targets
    ]
    two = other.fit(without=(1,), use="", slopes=slopes)
    np.testing.assert_array_equal(one.parameters, two.parameters)
    np.testing.assert_array_equal(one.cells, two.cells)
    assert {row["fold"] for row in one.rows if not row["told"]} == {1}


def test_07_no_factor_leaves_its_bounds(calibrator) -> None:
    """Observations that contradict everything bend, and no further than the ranges of the study."""
    other = Calibrator(calibrator.start)
    other.targets = [replace(t, row={**t.row, "value": 9.0 * t.row["value"]}) for t in calibrator.targets]
    found = other.fit(use="")
    assert (found.parameters >= other.low - 1e-12).all()
    assert (found.parameters <= other.high + 1e-12).all()
    assert (np.abs(found.cells) <= other.most + 1e-12).all()


def test_08_adjustments_scale_what_they_name(planted) -> None:
    """Factors reach the rows that match, shares stay at most 1, and the rest of the study is untouched."""
    tables = adjust_tables(planted.tables, [1.0, 2.0, 1.25, 1.0])
    assert tables["services"].row("feeder")["fare_bulk_usd_t"] == 24.0
    assert tables["services"].row("ferry") == {
        **planted.tables["services"].row("ferry"),
    } or np.isnan(tables["services"].row("ferry")["fare_bulk_usd_t"])
    assert tables["captive"]["share"].tolist() == [1.0]
    assert tables["classes"] is planted.tables["classes"]
    assert find_rows(planted.tables["services"], ("f*",)).tolist() == [0, 1]


def test_09_a_study_is_checked(tmp_path: Path) -> None:
    """Rows and columns that do not exist are told with the nearest names."""
    wrong = ADJUSTMENTS.replace("feed*", "fedeer").replace("mode_scale_per_usd_t", "mode_scale")
    faults = check_study(write_study(tmp_path, wrong))
    told = [(f.row, f.column, f.code) for f in faults if f.file == "tables/adjustments.csv"]
    assert told == [(2, "column", "LB-T014"), (3, "rows", "LB-T014")]


def test_10_command(planted, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command tells parameters, rows and folds, writes a study, and refuses one with nothing to fit."""
    path, out = str(planted.path), str(tmp_path / "out")
    done = landbridge(capsys, "calibrate", path, "-o", out, "--folds")
    assert done.code == 0
    for words in ("mode-scale", "doubt removed", "corridor_tonnes:middle", "Without fold 4", "Held out"):
        assert words in done.out
    assert landbridge(capsys, "calibrate", path, "-o", out).code == 1
    told = json.loads(landbridge(capsys, "calibrate", path, "--json").out)
    assert {p["id"] for p in told["parameters"]} == set(PLANTED)
    nothing = write_small_study(tmp_path / "nothing")
    refused = landbridge(capsys, "calibrate", str(nothing))
    assert refused.code == 1
    assert "calibrate" in refused.err
    assert "mend" in refused.err


def test_11_the_built_in_study_holds_its_calibration() -> None:
    """Every factor lies in its range, says what pulled it, and no cell moved further than its evidence lets."""
    study = open_study("eurasia")
    table = study.tables["adjustments"]
    assert set(table["basis"]) == {"derived"}
    assert (table["low"] <= table["factor"] * 1.001).all()
    assert (table["factor"] <= table["high"] * 1.001).all()
    assert (table["fitted_low"] <= table["factor"]).all()
    assert (table["factor"] <= table["fitted_high"]).all()
    cells = study.tables["demand_factors"]
    assert np.abs(np.log(cells["factor"])).max() <= max(MOST_LOG.values()) + 1e-3
    calibrates = {
        row["id"]
        for row in study.tables["observations"].rows()
        if row["use"] == "calibrate" and row["quantity"]
    }
    assert {note.removeprefix("most by ") for note in cells["note"]} <= calibrates


# Draws


def test_a_run_takes_parameters_from_the_sample(planted, tmp_path: Path) -> None:
    """Draws that equal the calibrated factors give the run itself; spread ones spread the answer; the same
    draws serve both scenarios.
    """
    fitted = tmp_path / "fitted"
    calibrate_study(planted, fitted)
    study = open_study(fitted)
    table = study.tables["adjustments"]
    head, *sample = (fitted / DRAWS).read_text().splitlines()
    same = ",".join(str(f) for f in table["factor"])
    (fitted / DRAWS).write_text("\n".join([head, same, same, *sample[:6]]) + "\n")
    run = run_study(study, scenarios=["today", "gap-open"], years=[2035], out=tmp_path / "run", draws=8)
    central = {
        (row["scenario"], f"corridor_tonnes:{row['corridor']}"): row["flow_t_year"]
        for row in run.rows("SELECT * FROM corridor_flows")
    }
    drawn = run.rows("SELECT * FROM parameter_draws")
    assert max(row["residual"] for row in drawn) <= 1e-9
    for row in drawn:
        key = row["scenario"], row["measure"]
        if row["draw"] < 2 and key in central:
            assert row["value"] == pytest.approx(central[key], rel=1e-6, abs=1.0)
    middle = {
        r["value"] for r in drawn if (r["scenario"], r["measure"]) == ("today", "corridor_tonnes:middle")
    }
    assert len(middle) > 4
    told = [
        row
        for row in compare_run(run, "today", "gap-open")["draws"]
        if row["measure"] == "corridor_tonnes:middle"
    ]
    assert told[0]["n"] == 8
    assert told[0]["a_t_year"][0] < told[0]["a_t_year"][2]
    (hold,) = [
        row
        for row in compare_run(run, "today", "gap-open")["dependence"]
        if (row["zone"], row["state"]) == ("isle-zone", "STH")
    ]
    assert hold["draws"] == 8
    assert hold["a_share_draws"] == pytest.approx([hold["a_share_tonnes"]] * 3, abs=1e-6)
    assert hold["b_share_draws"][0] < hold["b_share_draws"][2]
    assert hold["change_share_draws"][2] < 0.0
    assert run.manifest["draws"] == 8
    assert DRAWS in run.manifest["inputs"]


def test_draws_that_are_missing_or_of_another_study_are_refused(planted, tmp_path: Path) -> None:
    """No sample, too few draws and other columns: each is told before anything is solved."""
    bare = open_study(write_study(tmp_path / "bare"))
    with pytest.raises(DrawsMissing, match="no sample"):
        run_study(bare, out=tmp_path / "none", draws=2)
    head = ",".join(planted.tables["adjustments"].ids)
    (bare.path / DRAWS).write_text(f"{head}\n1,1,1,1\n")
    with pytest.raises(DrawsMissing, match="holds 1"):
        run_study(bare, out=tmp_path / "few", draws=2)
    (bare.path / DRAWS).write_text("other,mode-scale\n1,1\n1,1\n")
    with pytest.raises(DrawsMissing, match="captive-sea, feeder-fare, other"):
        run_study(bare, out=tmp_path / "strange", draws=2)
    (bare.path / DRAWS).write_text(f"{head}\n1,1,1\n1,nan,-2,x\n")
    with pytest.raises(TableInvalid) as refused:
        run_study(bare, out=tmp_path / "few", draws=2)
    assert [(f.row, f.value) for f in refused.value.faults] == [(2, ""), (3, "nan"), (3, "-2"), (3, "x")]
    (bare.path / DRAWS).write_text("")
    with pytest.raises(DrawsMissing, match="captive-sea"):
        run_study(bare, out=tmp_path / "few", draws=2)
    assert not list(tmp_path.glob("none")) + list(tmp_path.glob("few")) + list(tmp_path.glob("strange"))
