"""`landbridge process show|sample|what-if`, and the picture of the gates."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from command import landbridge
from landbridge.report.gate_graph import assign_lanes, describe, draw_gate_graph, order_rows, write_gate_graph


def gate(name: str, *needs: str, title: str = "", some: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "id": name,
        "title": title or name,
        "process": "milestone",
        "today": "shut",
        "met_probability": 0.0,
        "requires": list(needs),
        "requires_any": list(some),
        "cause": "",
        "basis": "assumption",
    }


def test_1_sample_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds, odds by gate and year, interval, and the critical prerequisites of the study's target."""
    said = landbridge(capsys, "process", "sample", "-n", "512", "--json")
    told = json.loads(said.out)
    assert (said.code, told["n"], told["target"]) == (0, 512, "zangezur-corridor-open")
    assert told["seconds"] > 0.0
    assert 0.0 < told["open_probability"]["tripp-rail-built"]["2035"] < 1.0
    gains = [item["years_sooner"] for item in told["critical"]]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0.0


def test_2_sample_as_a_table_says_its_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    """The page with odds says that dates are too hopeful when chained, and how many priors are assumptions."""
    said = landbridge(capsys, "process", "sample", "-n", "256", "-t", "tripp-rail-open")
    assert said.code == 0
    assert "What would bring tripp-rail-open soonest" in said.out
    assert "too hopeful" in said.out
    assert "70 of 70 priors are assumptions" in said.out


def test_3_what_if(capsys: pytest.CaptureFixture[str]) -> None:
    """Odds before and after; the treaty of 2027 is certain at the end of 2027, not a year before."""
    words = ("process", "what-if", "peace-treaty-signed=met@2027", "-n", "512")
    told = json.loads(landbridge(capsys, *words, "--json").out)
    after = told["open_probability"]["peace-treaty-signed"]
    assert (after["2026"], after["2027"], told["changed"][0]) == (0.0, 1.0, "peace-treaty-signed")
    assert "If peace-treaty-signed=met@2027" in landbridge(capsys, *words).out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("what-if", "peace-treaty-signed=2027"), "LB-P004"),
        (("what-if", "peace-treaty-sined=never"), "LB-T023"),
        (("sample", "-n", "0"), "LB-P003"),
        (("sample", "-t", "nothing"), "LB-T023"),
        (("show", "-g", "nothing"), "LB-T023"),
    ],
)
def test_4_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    """One message with code and mend, exit code 1."""
    said = landbridge(capsys, "process", *words)
    assert (said.code, said.err.split()[0]) == (1, code)
    assert "mend:" in said.err


def test_5_show_as_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One gate with all that it needs, each with its state, its delay and its needs."""
    words = ("process", "show", "-g", "tripp-rail-construction-started")
    said = landbridge(capsys, *words)
    assert "needs: tripp-devco-established, tripp-route-designed, iran-non-obstruction-tripp" in said.out
    told = json.loads(landbridge(capsys, *words, "--json").out)
    assert told["gates"][-1]["delay_years"] == [0.1, 0.3, 1.2]


def test_6_show_draws_a_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One HTML file without outside addresses that holds every gate, odds and what must stand beside them."""
    page = tmp_path / "gates.html"
    assert landbridge(capsys, "process", "show", "-n", "256", "-o", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?:src|href)=|url\(|@import", text) == []
    assert "zangezur-corridor-open" in text
    assert "too hopeful" in text
    assert "end 2040" in text


def test_7_text_in_the_picture_is_escaped(tmp_path: Path) -> None:
    """A title with markup is text in picture and page."""
    told = {"study": "<b>", "date": "2026", "gates": [gate("a", title='<script>alert("x")</script> & so on')]}
    svg = draw_gate_graph(told)
    assert "<script" not in svg
    assert ElementTree.fromstring(svg) is not None
    sample = {
        "open_probability": {"a": {"2030": 0.5}}, "n": 1, "seed": 1, "warning": "<i>", "assumed_priors": 1, "priors": 1,
        "held": [], "uncertain": [], "slip": {"low": 0, "high": 0, "works": []}, "causes": [],
    }  # fmt: skip
    write_gate_graph(told, sample, tmp_path / "a.html")
    assert re.findall("<script|<b>|<i>", (tmp_path / "a.html").read_text(encoding="utf-8")) == []


def test_8_rows_follow_their_needs() -> None:
    """What a gate needs stands above it, groups that are joined stand together, the largest first."""
    gates = [gate("alone"), gate("c", "a", "b"), gate("b"), gate("a"), gate("d", some=("b",))]
    rows = order_rows(gates)
    assert rows == ["a", "b", "c", "d", "alone"]


def test_9_lines_that_would_overlap_get_places_of_their_own() -> None:
    """a runs from row 0 to 3, b from 1 to 2: two lanes; c begins below both ends and takes the first again."""
    rows = ["a", "b", "x", "y", "c", "z"]
    needs = {"a": [], "b": [], "x": ["b"], "y": ["a"], "c": [], "z": ["c"]}
    assert assign_lanes(rows, needs) == {"a": 0, "b": 1, "c": 0}


def test_10_a_gate_is_described_in_a_line() -> None:
    """Delay, never, closing rate, cause, and that it is an assumption."""
    told = {
        **gate("a"),
        "delay_years": [1, 2, 5],
        "never": [0.1, 0.3],
        "close_rate": [0.1, 0.5],
        "cause": "War",
    }
    assert describe(told) == (
        "a  ·  2 years after its needs (1-5)  ·  never 10%-30%  ·  shuts 0.1-0.5 a year  ·  War  ·  assumption"
    )
