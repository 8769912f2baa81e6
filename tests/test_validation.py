"""Observed beside modelled: the language of quantities, figures taken from a run, verdicts, faults."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import landbridge
from landbridge.errors import RunInvalid, RunNotFound, TableInvalid
from landbridge.indicators.measured import Ways
from landbridge.indicators.quantities import (
    KINDS,
    Combined,
    Term,
    Vocabulary,
    list_terms,
    parse_quantity,
    unit_of,
)
from landbridge.indicators.targets import LEAST_HELD_OUT, find_factor, fit, parse_tolerance
from landbridge.study import check_study, open_run, open_study, run_study
from landbridge.study.validation import _Asked, find_latest_run, get_vocabulary, validate_run
from landbridge.tables import table_from_rows
from studies import write_small_study

COLUMNS = "quantity,scenario,unit,value,tolerance"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The small study."""
    return open_study(write_small_study(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def run(study, tmp_path_factory):
    """Two of its scenarios in the base year."""
    out = tmp_path_factory.mktemp("runs") / "small"
    return run_study(study, scenarios=["base-2024", "gap-open"], years=[2024], out=out)


@pytest.fixture(scope="module")
def measured(run, study):
    """The base scenario, ready for questions."""
    return _Asked(run, study).measured("base-2024", 2024)


def ask(measured, study, text):
    """The model's figure for a quantity."""
    quantity, problems = parse_quantity(text, get_vocabulary(study))
    assert problems == []
    return measured.value_of(quantity)


def write(folder: Path, *lines: str) -> Path:
    """A table of observations."""
    path = folder / "mine.csv"
    path.write_text("\n".join((COLUMNS, *lines)) + "\n", encoding="utf-8")
    return path


# The language


def test_01_terms_and_operators_are_read(study) -> None:
    """Names, optional arguments told apart by what they are, scenario and year, nested operators."""
    words = get_vocabulary(study)
    found, problems = parse_quantity("pair_tonnes:east-zone:far-zone:general@today/2035", words)
    assert problems == []
    assert isinstance(found, Term)
    assert (found.arguments, found.scenario, found.year) == (
        ("east-zone", "far-zone", "", "general"),
        "today",
        2035,
    )
    found, problems = parse_quantity(
        "change(corridor_tonnes:middle@gap-open, sum(corridor_tonnes:gap,corridor_tonnes:middle))", words
    )
    assert problems == []
    assert isinstance(found, Combined)
    assert (found.operator, len(list_terms(found)), unit_of(found)) == ("change", 3, "percent")


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("corridor_tons:middle", 'there is no quantity "corridor_tons"', "corridor_tonnes"),
        ("corridor_tonnes:midle", 'there is no corridor "midle"', "did you mean middle?"),
        ("corridor_tonnes", "takes CORRIDOR", "write corridor_tonnes:CORRIDOR."),
        ("corridor_tonnes:middle:general:x", "takes CORRIDOR, not 3", "write"),
        ("state_tonnes:MID:rial", 'there is no mode "rial"', "rail"),
        ("port_tonnes:west", 'there is no port "west"', "west-port"),
        ("ratio(corridor_tonnes:middle)", "ratio takes two quantities, not 1", "ratio(A, B)"),
        ("ratio(corridor_tonnes:middle,pair_time_h:east-zone:far-zone)", "different units", "one unit"),
        ("total(corridor_tonnes:middle)", 'no operator "total"', ""),
        ("sum(corridor_tonnes:middle", "is not closed", "bracket"),
        ("corridor tonnes", "is no quantity", "NAME:ARGUMENT"),
        ("", "is no quantity", ""),
    ],
)
def test_02_every_fault_names_its_mend(study, text: str, what: str, mend: str) -> None:
    """What cannot be read is refused with the nearest names."""
    found, problems = parse_quantity(text, get_vocabulary(study))
    assert found is None
    assert any(what in said and mend in mended for said, mended in problems)


def test_03_all_faults_of_one_quantity_are_told(study) -> None:
    """A sum of three wrong names has three faults."""
    text = "sum(corridor_tonnes:a,link_tonnes:b,crossing_tonnes:c)"
    assert len(parse_quantity(text, get_vocabulary(study))[1]) == 3


@given(st.text(max_size=40))
def test_04_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the reader: it gives a quantity or says why not."""
    words = Vocabulary({k: frozenset({"a"}) for k in _argument_kinds() if k != "mode"})
    found, problems = parse_quantity(text, words)
    assert (found is None) == bool(problems)


def _argument_kinds() -> set[str]:
    return {argument.rstrip("?") for kind in KINDS.values() for argument in kind.arguments}


def test_05_every_kind_answers_on_a_run(measured, study) -> None:
    """Each quantity of the list can be asked, and gives a number or says that nothing moves."""
    words = get_vocabulary(study)
    chosen = {
        "corridor": "middle",
        "link": "west--far-road",
        "node": "far",
        "port": "west-port",
        "state": "WST",
        "class": "general",
        "zone": "east-zone",
        "mode": "rail",
        "place": "mid-port--west-port-sea",
        "passage": "east-far-2024",
    }
    for kind in KINDS.values():
        arguments = [chosen[a.rstrip("?")] for a in kind.arguments]
        if arguments[:2] == ["east-zone", "east-zone"]:
            arguments[1] = "far-zone"
        found, problems = parse_quantity(":".join((kind.name, *arguments)), words)
        assert problems == []
        assert isinstance(measured.value_of(found), float), kind.name


# Figures


def test_06_figures_are_those_of_the_tables(measured, study, run) -> None:
    """Corridors and links as the run wrote them; parts add up to wholes."""
    flows = run.rows("SELECT * FROM corridor_flows WHERE scenario = 'base-2024' AND corridor = 'middle'")[0]
    assert ask(measured, study, "corridor_tonnes:middle") == flows["flow_t_year"]
    link = run.rows(
        "SELECT sum(flow_t_year) AS t FROM links WHERE scenario = 'base-2024' AND kind IN ('link', 'service') "
        "AND link = 'west--far-road'"
    )[0]["t"]
    assert ask(measured, study, "link_tonnes:west--far-road") == pytest.approx(link, rel=1e-12)
    by_class = sum(
        ask(measured, study, f"link_tonnes:west--far-road:{c}") for c in study.tables["classes"].ids
    )
    assert by_class == pytest.approx(link, rel=1e-12)
    assert ask(measured, study, "crossing_tonnes:far:road") == pytest.approx(
        ask(measured, study, "border_tonnes:WST:FAR:road"), rel=1e-12
    )
    shares = [ask(measured, study, f"pair_share:east-zone:far-zone:{m}") for m in ("rail", "road", "sea")]
    assert sum(shares) == pytest.approx(100.0, rel=1e-12)
    parts = [ask(measured, study, f"state_share:WST:{m}") for m in ("rail", "road", "sea")]
    assert sum(parts) == pytest.approx(100.0, rel=1e-12)
    whole = ask(measured, study, "pair_tonnes:east-zone:far-zone")
    served = run.rows(
        "SELECT sum(served_t_year) AS t FROM pairs WHERE scenario = 'base-2024' AND origin = 'east-zone' "
        "AND destination = 'far-zone'"
    )[0]["t"]
    assert whole == pytest.approx(served, rel=2e-3)  # routes below a thousandth are not in the table


def test_07_trucks_are_tonnes_over_the_load_of_each_class(measured, study) -> None:
    """A link's trucks by hand."""
    classes = study.tables["classes"]
    by_hand = sum(
        ask(measured, study, f"link_tonnes:west--far-road:{name}") / load
        for name, load in zip(classes.ids, classes["truck_payload_t"], strict=True)
        if load > 0
    )
    assert ask(measured, study, "link_trucks:west--far-road") == pytest.approx(by_hand, rel=1e-12)


def tiny_ways(land: str = "rail", ferries: tuple[str, ...] = ()) -> Ways:
    """Four routes over A -rail- P ~ship~ Q ~ship~ R -rail- B, drawn by hand; ``ferries`` serve links alone."""
    zone = {"lat": 0, "lon": 0, "source": ["N1"], "basis": "observed", "year": "2024"}
    tables = {
        "zones": table_from_rows(
            "zones",
            [
                {"id": "za", "name": "A", "country": "AAA", "countries": ["AAA"], **zone},
                {"id": "zb", "name": "B", "country": "BBB", "countries": ["BBB"], **zone},
            ],
        ),
        "classes": SimpleNamespace(ids=("boxes",)),
        "nodes": SimpleNamespace(
            ids=("A", "P", "Q", "R", "B"),
            rows=lambda: iter({"country": c} for c in ("AAA", "AAA", "QQQ", "BBB", "BBB")),
        ),
        "links": _Table(
            ("AP", "PQ", "QR", "RB"),
            from_node=["A", "P", "Q", "R"],
            to_node=["P", "Q", "R", "B"],
            mode=[land, "sea", "sea", land],
        ),
        "services": SimpleNamespace(
            rows=lambda: iter([{"links": ferries, "carries": ("truck", "wagon")}] if ferries else ())
        ),
    }
    there, back = ["AP", "PQ", "QR", "RB"], ["RB", "QR", "PQ", "AP"]
    routes = pa.table(
        {
            "class": ["boxes"] * 4,
            "origin": ["za", "zb", "za", "zb"],
            "destination": ["zb", "za", "zb", "za"],
            "nest": ["rail", "rail", "sea", "sea"],
            "nodes": [list("APQRB"), list("BRQPA"), ["P", "Q"], ["Q", "P"]],
            "links": [there, back, ["PQ"], ["PQ"]],
        }
    )
    return Ways(routes, tables)


class _Table:
    """Just enough of a table."""

    def __init__(self, ids: tuple[str, ...], **columns: list[str]) -> None:
        self.ids, self.index = ids, {name: i for i, name in enumerate(ids)}
        self.columns = {k: np.array(v, object) for k, v in columns.items()} | {"id": np.array(ids, object)}

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]


def test_08_a_port_counts_what_comes_ashore_and_goes_aboard() -> None:
    """A ship that is passed through or changed is no call; each way is told apart, also on a single leg."""
    ways = tiny_ways()
    assert ways.call("P").tolist() == [1, 1, 1, 1]
    assert ways.call("Q").tolist() == [0, 0, 1, 1]  # two ships meet at Q: the cargo stays afloat
    assert ways.call("R").tolist() == [1, 1, 0, 0]
    assert [x.tolist() for x in ways.land("P")] == [[0, 1, 0, 1], [1, 0, 1, 0]]
    assert [x.tolist() for x in ways.land("R")] == [[1, 0, 0, 0], [0, 1, 0, 0]]
    assert [x.tolist() for x in ways.land("Q")] == [[0, 0, 1, 0], [0, 0, 0, 1]]


def test_08_a_post_counts_each_way_of_what_passes() -> None:
    """The ship between P in one state and Q in another: out of the first in even routes, into it in odd ones."""
    ways = tiny_ways()
    marked = np.array([name == "PQ" for name in ("AP", "PQ", "QR", "RB")])
    assert [x.tolist() for x in ways.cross(marked)] == [[1, 0, 1, 0], [0, 1, 0, 1]]
    both = np.array([name in ("PQ", "QR") for name in ("AP", "PQ", "QR", "RB")])
    # The middle state comes last by its code: whoever crosses it goes in by one frontier and out by the other.
    assert [x.tolist() for x in ways.cross(both)] == [[1, 1, 1, 0], [1, 1, 0, 1]]


def test_08_empty_trucks_come_back_where_trade_is_lopsided(measured, study) -> None:
    """Twice the trucks of the busier way: never fewer than are loaded, and as many when both ways are even."""
    posts = measured._frontier("road") & measured.ways.touch_node("far")
    out, back = (measured.trucks(way) for way in measured.ways.cross(posts))
    loaded = measured.on_links(posts, measured.trucks_per_tonne)
    assert out + back == pytest.approx(loaded, rel=5e-3)  # small routes are not in the table
    assert ask(measured, study, "crossing_trucks:far") == pytest.approx(2.0 * max(out, back), rel=1e-12)


def test_08_ferries_carry_wagons_where_rails_go_on_and_trucks_where_roads_do() -> None:
    """One that neither came by land nor goes on by it is in neither count; ships carry none of them."""
    none = [[0, 0, 0, 0], [0, 0, 0, 0]]
    for land, other in (("rail", "road"), ("road", "rail")):
        ways = tiny_ways(land, ("PQ", "QR"))
        assert [x.tolist() for x in ways.ride("P", land)] == [[0, 1, 0, 0], [1, 0, 0, 0]]
        assert [x.tolist() for x in ways.ride("R", land)] == [[1, 0, 0, 0], [0, 1, 0, 0]]
        assert [x.tolist() for x in ways.ride("P", other)] == none
        assert [x.tolist() for x in tiny_ways(land).ride("P", land)] == none


def test_09_states_modes_and_transit_by_hand() -> None:
    """Rail is used at both ends, the sea in all three states; only the middle state is in transit."""
    ways = tiny_ways()
    assert ways.use_mode("AAA", "rail").tolist() == [True, True, False, False]
    assert ways.use_mode("QQQ", "sea").tolist() == [False, False, True, True]
    assert ways.is_transit("QQQ").all()
    assert not ways.is_transit("AAA").any()


# Verdicts


@pytest.mark.parametrize(
    ("text", "value", "unit", "half"),
    [
        ("10%", 4.48, "Mt/year", 0.448),
        ("0.1", 200.0, "t", 20.0),
        ("4 points", 46.0, "percent", 4.0),
        ("12.5 percentage points", -48.6, "percent", 12.5),
        ("3 days", 20.0, "day", 3.0),
        ("0.5 Mt", 4e6, "t", 5e5),
        ("25%", -40.0, "percent", 10.0),
    ],
)
def test_11_tolerances(text: str, value: float, unit: str, half: float) -> None:
    """Shares of the value and amounts in the unit of the row."""
    assert parse_tolerance(text, value, unit)[0] == pytest.approx(half)


@pytest.mark.parametrize(
    ("text", "unit"), [("", "t"), ("much", "t"), ("15", "t"), ("4 points", "t"), ("3 h", "t")]
)
def test_12_what_is_no_tolerance(text: str, unit: str) -> None:
    """A bare 15 could be percent or tonnes: it is refused."""
    found, problem = parse_tolerance(text, 100.0, unit)
    assert found is None
    assert problem is not None


@given(
    st.floats(1.0, 1e8),
    st.floats(0.01, 0.9),
    st.floats(0.0, 0.999),
    st.floats(1.001, 3.0),
)
def test_13_inside_means_inside(observed: float, share: float, within: float, beyond: float) -> None:
    """A figure within the tolerance is inside and one beyond it outside, on both sides."""
    for side in (-1.0, 1.0):
        near = fit(observed, observed * (1 + side * share * within), observed * share, "t")
        far = fit(observed, observed * (1 + side * share * beyond), observed * share, "t")
        assert near is not None
        assert far is not None
        assert near.inside
        assert not far.inside


def test_14_geh_and_units() -> None:
    """GEH is of vehicles an hour; a figure that is no number has no verdict."""
    found = fit(8760.0 * 100, 8760.0 * 120, 1.0, "truck")
    assert found is not None
    assert found.geh == pytest.approx((2 * 20**2 / 220) ** 0.5)
    assert fit(1.0, float("nan"), 1.0, "t") is None
    assert fit(50.0, 60.0, 4.0, "percent").relative_error is None
    assert find_factor("Mt", "t/year") == 1e6
    assert find_factor("TEU", "t/year") is None


def test_15_planted_figures_are_inside_and_shifted_ones_are_not(measured, study, run, tmp_path: Path) -> None:
    """What the model itself gives is inside; the same moved by more than the tolerance is outside."""
    quantities = ["corridor_tonnes:middle", "link_trucks:west--far-road", "crossing_tonnes:far"]
    values = [ask(measured, study, q) for q in quantities]
    units = ["t/year", "truck/year", "t/year"]
    exact = write(
        tmp_path, *(f"{q},base-2024,{u},{v!r},1%" for q, u, v in zip(quantities, units, values, strict=True))
    )
    found = validate_run(run, against=exact)
    assert (found["inside_share"], found["compared"], found["not_modelled"]) == (1.0, 3, 0)
    moved = write(
        tmp_path,
        *(f"{q},base-2024,{u},{v * 1.2!r},10%" for q, u, v in zip(quantities, units, values, strict=True)),
    )
    assert validate_run(run, against=moved)["inside_share"] == 0.0


def test_16_what_is_not_in_the_run_never_counts(run, tmp_path: Path) -> None:
    """A scenario and year that were not run are listed with the command that makes them."""
    mine = write(tmp_path, "corridor_tonnes:middle,today/2035,Mt,1,10%")
    found = validate_run(run, against=mine)
    row = found["rows"][0]
    assert (found["inside_share"], found["not_modelled"], row["inside"]) == (None, 1, None)
    assert "-s today -y 2035" in row["mend"]


def test_17_scenarios_may_be_compared(run, tmp_path: Path) -> None:
    """A change between scenarios: the line through the gap carries nothing before it opens."""
    mine = write(
        tmp_path,
        '"share(corridor_tonnes:gap,corridor_tonnes:middle@base-2024)",gap-open,percent,0,1 points',
        "corridor_tonnes:gap,base-2024,t,1,50%",
    )
    rows = validate_run(run, against=mine)["rows"]
    assert rows[0]["modelled"] > 0.0
    assert rows[1]["modelled"] == 0.0
    assert not rows[1]["inside"]


# Tables from outside, and of a study


def test_18_all_faults_of_a_table_at_once(run, tmp_path: Path) -> None:
    """Cells, quantities, ids, units, tolerances and scenarios: each is said with its line and mend."""
    mine = write(
        tmp_path,
        "corridor_tonnes:midle,base-2024,Mt,1,10%",
        "corridor_tonnes:middle,base-2042,Mt,1,15",
        "corridor_tonnes:middle,base-2024,TEU,1,10%",
        "corridor_tonnes:middle,base-2024/2031,Mt,x,10%",
        "corridor_tonnes:middle,base-2024,Mt,1",
        "corridor_tonnes:middle,base-2024,Mt,1,",
    )
    with pytest.raises(TableInvalid) as refused:
        validate_run(run, against=mine)
    found = {(fault.row, fault.column, fault.code) for fault in refused.value.faults}
    assert found == {
        (2, "quantity", "LB-V001"),
        (3, "scenario", "LB-V004"),
        (3, "tolerance", "LB-V002"),
        (4, "unit", "LB-V003"),
        (5, "scenario", "LB-V004"),
        (5, "value", "LB-T007"),
        (6, "", "LB-T006"),
        (6, "tolerance", "LB-T009"),
        (7, "tolerance", "LB-T009"),
    }
    assert {fault.file for fault in refused.value.faults} == {"mine.csv"}
    assert all(fault.mend for fault in refused.value.faults)


def test_19_missing_columns_and_files(run, tmp_path: Path) -> None:
    """A table without its columns, or none at all, is refused."""
    path = tmp_path / "less.csv"
    path.write_text("quantity,value\ncorridor_tonnes:middle,1\n", encoding="utf-8")
    with pytest.raises(TableInvalid) as refused:
        validate_run(run, against=path)
    assert {f.column for f in refused.value.faults} == {"scenario", "unit", "tolerance"}
    with pytest.raises(TableInvalid):
        validate_run(run, against=tmp_path / "none.csv")


def test_20_the_newest_run_is_found(run, tmp_path: Path) -> None:
    """Without a name the newest results folder is taken; without any the message says how to make one."""
    with pytest.raises(RunNotFound) as missing:
        find_latest_run(tmp_path)
    assert "landbridge run" in missing.value.mend
    assert find_latest_run(run.path.parent).path == run.path


OBSERVED = "id,what,year,measure,value,unit,kind,months,source,basis,note\n"


def observed(*lines: str) -> tuple[str, str, str]:
    """A change of the small study that gives its observations targets."""
    head = (
        "id,what,year,measure,value,unit,kind,months,quantity,scenario,tolerance,use,fold,source,basis,note\n"
    )
    old = OBSERVED + "obs-1,middle,2024,tonnes,1100000,t/year,observed,12,N1,observed,\n"
    return "observations", old, head + "".join(f"{line}\n" for line in lines)


def test_21_a_study_is_checked(tmp_path: Path) -> None:
    """A wrong quantity, a missing use and a split that holds nothing out refuse the study."""
    path = write_small_study(
        tmp_path,
        observed(
            "a,m,2024,tonnes,1,t,observed,12,corridor_tonnes:midle,base-2024/2024,10%,calibrate,1,N1,observed,",
            "b,m,2024,tonnes,1,t,observed,12,corridor_tonnes:middle,base-1999/1999,10%,,1,N1,observed,",
        ),
    )
    codes = [fault.code for fault in check_study(path) if fault.file == "tables/observations.csv"]
    assert codes.count("LB-V001") == 1
    assert codes.count("LB-V005") == 3


def test_22_a_study_may_name_scenarios_that_it_lacks(tmp_path: Path, run) -> None:
    """Its own observations of other years are listed as not modelled, with the reason."""
    path = write_small_study(
        tmp_path,
        observed(
            "a,m,2024,tonnes,1,t,observed,12,corridor_tonnes:middle,base-1999/1999,10%,validate,1,N1,observed,",
            "b,m,2024,tonnes,1,t,observed,12,corridor_tonnes:middle,base-2024/2024,10%,calibrate,2,N1,observed,",
        ),
    )
    own = run_study(open_study(path), scenarios=["base-2024"], years=[2024], out=tmp_path / "run")
    found = validate_run(own)
    assert [row["verdict"] for row in found["rows"]] == ["not modelled", "outside"]
    assert "no scenario base-1999" in found["rows"][0]["reason"]
    assert found["uses"]["validate"]["inside_share"] is None


def test_23_command(capsys: pytest.CaptureFixture[str], run, tmp_path: Path, monkeypatch) -> None:
    """Tables, JSON and the list of quantities; faults leave with code 1."""
    monkeypatch.chdir(tmp_path)
    mine = write(
        tmp_path, "corridor_tonnes:middle,base-2024,Mt,1,10%", "corridor_tonnes:gap,today/2035,Mt,1,10%"
    )
    said = landbridge(capsys, "validate", str(run.path), "--against", str(mine))
    assert said.code == 0
    for words in ("corridor_tonnes:middle", "Not modelled in this run", "In all:", "outside"):
        assert words in said.out
    answer = json.loads(landbridge(capsys, "validate", str(run.path), "--against", str(mine), "--json").out)
    assert {"id", "quantity", "unit", "scenario", "observed", "modelled", "tolerance", "inside"} <= set(
        answer["rows"][0]
    )
    assert answer["inside_share"] == 0.0
    listed = landbridge(capsys, "validate", "--quantities").out
    assert all(kind in listed for kind in KINDS)
    assert len(json.loads(landbridge(capsys, "validate", "--quantities", "--json").out)["quantities"]) == len(
        KINDS
    )
    assert landbridge(capsys, "validate").code == 1
    bad = write(tmp_path, "foo:bar,base-2024,Mt,1,10%")
    refused = landbridge(capsys, "validate", str(run.path), "--against", str(bad))
    assert (refused.code, "LB-V001" in refused.err) == (1, True)


# The built-in study


@pytest.fixture(scope="module")
def eurasia():
    """The built-in study."""
    return open_study("eurasia")


def test_24_every_observation_is_compared_or_says_why_not(eurasia) -> None:
    """No row is dropped in silence, and what is no count is never compared."""
    table = eurasia.tables["observations"]
    for row in table.rows():
        assert bool(row["quantity"]) != bool(row["uncompared"]), row["id"]
        if row["kind"] in ("demonstration", "jam", "claim", "capacity", "target", "forecast"):
            assert not row["quantity"], row["id"]


def test_25_at_least_a_quarter_is_held_out_in_whole_folds(eurasia) -> None:
    """The split is data: four folds, one use each."""
    table = eurasia.tables["observations"]
    compared = np.array([bool(q) for q in table["quantity"]])
    assert (table["use"][compared] == "validate").mean() >= LEAST_HELD_OUT
    pairs = set(zip(table["fold"][compared], table["use"][compared], strict=True))
    assert sorted(fold for fold, _ in pairs) == [1, 2, 3, 4]


OUTCOMES = {
    "O0276": (4.484e6, "10%"),
    "O0256": (56500, "15%"),
    "O0071": (7.59e6, "10%"),
    "O0060": (76775, "15%"),
    "O0020-share": (46, "4 points"),
    "O0022-share": (30.3, "4 points"),
    "O0024-share": (23.7, "4 points"),
    "O0145-international": (12.28, "10%"),
    "GR01-international": (66.3, "5 points"),
    "O0132": (477100, "15%"),
    "O0094": (432284, "30%"),
    "O0221": (410600, "25%"),
    "O0222": (211100, "25%"),
    "O0222-fall": (-48.6, "12.5 points"),
    "POL04": (90, "7 points"),
    "D141-china-europe-sea": (12.5, "5%"),
    "O0213": (32e6, "8%"),
    "O0307": (438000, "25%"),
    "O0306": (328500, "25%"),
    "O0127-arm": (26.5, "6 points"),
    "O0127-aze": (20, "6 points"),
    "O0127-tur": (12.5, "6 points"),
    "WB01": (11, "25%"),
    "WB14": (-50, "12.5 points"),
    "ARM11": (13, "10 points"),
}


def test_26_the_outcomes_that_a_credible_model_must_reproduce_are_there(eurasia) -> None:
    """Each with its figure and tolerance; claims about gross domestic product are never compared."""
    table = eurasia.tables["observations"]
    for key, (value, tolerance) in OUTCOMES.items():
        row = table.row(key)
        assert row["quantity"], key
        assert (row["value"], row["tolerance"]) == (value, tolerance)
        assert row["source"], key
    for key in ("ARM03", "ARM04", "TRIPP03"):
        assert "gross domestic product" in table.row(key)["uncompared"]


def test_27_the_run_of_another_study_keeps_its_rows(run) -> None:
    """A study without comparable observations has an empty answer, not an error."""
    found = validate_run(open_run(run.path))
    assert (found["rows"], found["inside_share"], found["evidence_only"]) == ([], None, 1)


def test_28_a_run_of_a_study_that_was_changed_since_is_refused(run, study, tmp_path: Path) -> None:
    """A zone that is gone is told by name; it was an index out of range."""
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder)
    routes = pq.read_table(folder / "routes.parquet")
    names = ["gone" if zone == "west-zone" else zone for zone in routes["origin"].to_pylist()]
    place = routes.column_names.index("origin")
    pq.write_table(routes.set_column(place, "origin", pa.array(names)), folder / "routes.parquet")
    with pytest.raises(RunInvalid, match="zones that its study has no more: gone"):
        validate_run(open_run(folder), against=write(tmp_path, "imports_tonnes:east-zone,base-2024,t,1,50%"))
