"""What the commands print: tables for people, JSON for programs; the engine's answers are made up here."""

import json
import math
from typing import Any

import numpy as np
import pytest

from command import landbridge
from landbridge.cli import show

BY_IRAN = {
    "share": 0.7,
    "time_h": 96.0,
    "cost_usd_per_t": 61.3,
    "generalised_cost_usd_per_t": 80.0,
    "co2_kg_per_t": 33.0,
    "cost_parts": {"tariff": 50.0, "fees": 11.3, "running": 18.7},
    "nodes": ["baku", "astara", "tabriz", "julfa-ir", "julfa-az", "nakhchivan"],
    "links": ["a", "b", "c", "d", "e"],
    "modes": ["rail", "road"],
    "countries": ["AZE", "IRN", "AZE"],
    "borders": 2,
}
ROUTES = {
    "from": "azerbaijan",
    "to": "nakhchivan",
    "scenario": "today",
    "year": 2024,
    "commodity": "general",
    "unserved_share": 0.04,
    "alternatives": [BY_IRAN],
    "limits": [{"ways": [1], "usable_share": 0.4, "limited_by": "gate iran at 40% of normal use"}],
}
WHY_NOT = {
    "from": "azerbaijan",
    "to": "nakhchivan",
    "via": "meghri",
    "scenario": "today",
    "year": 2024,
    "commodity": "general",
    "verdict": "shut",
    "share": 0.0,
    "extra_cost_usd_per_t": math.nan,
    "extra_time_h": math.nan,
    "shut": [
        {
            "elements": ["meghri-rail"],
            "gate": "M-meghri-rail-opens",
            "title": "The railway at Meghri is rebuilt",
            "state": "not_met",
            "missing": ["financing", "construction"],
            "sources": ["R001", "R002"],
        }
    ],
    "best_via": None,
    "best": BY_IRAN,
}


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An engine that answers at once, and notes what it was asked."""
    asked: dict[str, Any] = {}

    def answer(result: dict[str, Any]) -> Any:
        def function(*places: str, **choices: Any) -> dict[str, Any]:
            choices.pop("progress")
            asked.update(places=places, **choices)
            return result

        return function

    monkeypatch.setattr("landbridge.study.open_study", lambda name: f"study {name}")
    monkeypatch.setattr("landbridge.study.find_routes", answer(ROUTES))
    monkeypatch.setattr("landbridge.study.explain_why_not", answer(WHY_NOT))
    return asked


def test_1_json_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json, standard output is the JSON and nothing else; NaN becomes null."""
    said = landbridge(capsys, "routes", "azerbaijan", "nakhchivan", "--json")
    assert json.loads(said.out) == ROUTES
    assert said.err == ""
    said = landbridge(capsys, "why-not", "azerbaijan", "nakhchivan", "--via", "meghri", "--json")
    assert json.loads(said.out)["extra_time_h"] is None


def test_2_choices_reach_the_engine(engine: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """What is typed is what is asked; what is left out is left to the study."""
    landbridge(capsys, "routes", "a", "b", "-s", "today", "-y", "2035", "-c", "grain", "--study", "mine")
    assert engine == {
        "places": ("study mine", "a", "b"),
        "scenario": "today",
        "year": 2035,
        "commodity": "grain",
    }
    landbridge(capsys, "why-not", "a", "b", "--via", "c")
    assert engine == {
        "places": ("study eurasia", "a", "b"),
        "via": "c",
        "scenario": None,
        "year": None,
        "commodity": None,
    }


def test_3_routes_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A row of numbers for each way, its places beneath, and what cannot move."""
    out = landbridge(capsys, "routes", "azerbaijan", "nakhchivan").out
    assert "azerbaijan to nakhchivan: general, scenario today, 2024" in out
    row = next(line for line in out.splitlines() if line.startswith("1 "))
    assert row.split() == ["1", "70", "%", "4.0", "days", "61", "80", "33", "2", "AZE", "IRN", "AZE"]
    assert " 1. rail, road: baku - astara - tabriz - julfa-ir - julfa-az - nakhchivan" in out
    assert "Cannot move: 4.0 % of the demand." in out
    assert "Only 40 % of the cargo can choose 1: gate iran at 40% of normal use." in out


def test_4_why_not_names_what_stands_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """The condition, what it still lacks, its sources, and the best way there is."""
    out = landbridge(capsys, "why-not", "azerbaijan", "nakhchivan", "--via", "meghri").out
    for words in (
        "It is shut.",
        "The railway at Meghri is rebuilt",
        "financing, construction",
        "R001, R002",
        "best: rail, road: baku",
    ):
        assert words in out


def test_5_a_pipe_gets_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    """Output that is not a screen has no escape codes."""
    assert "\x1b" not in landbridge(capsys, "routes", "azerbaijan", "nakhchivan").out
    assert "\x1b" not in landbridge(capsys, "why-not", "a", "b", "--via", "c").out


def test_6_wide_tables_are_printed_in_parts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that the screen cannot hold comes in parts, each with the first column; no line is longer."""
    monkeypatch.setenv("COLUMNS", "50")
    heads = [f"scenario-{number}" for number in range(6)]
    show.print_matrix("Tonnes", "corridor", heads, [("Middle", *map(str, range(6)))])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "Tonnes" in line] == ["Tonnes", "Tonnes, continued"]
    assert [line.split() for line in lines if line.startswith("Middle")] == [
        ["Middle", "0", "1", "2"],
        ["Middle", "3", "4", "5"],
    ]
    assert max(map(len, lines)) <= 50


def test_7_json_takes_what_the_engine_gives(capsys: pytest.CaptureFixture[str]) -> None:
    """Arrays, their numbers, tuples and infinities become plain JSON."""
    show.print_json({"a": np.float64(1.5), "b": np.array([1, 2]), "c": (np.int64(3), math.inf), "d": "é"})
    assert json.loads(capsys.readouterr().out) == {"a": 1.5, "b": [1, 2], "c": [3, None], "d": "é"}


def test_8_json_is_written_row_by_row(capsys: pytest.CaptureFixture[str]) -> None:
    """An iterator becomes a list, and the text is that of the standard library."""
    plain = {"a": [{"b": 'q"\n', "c": True, "d": []}, {}], "e": [], "f": [[1, None], "x"], "g": {"h": 0.1}}
    show.print_json(plain | {"a": iter(plain["a"]), "e": iter(())})
    assert capsys.readouterr().out == json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
