"""The command line on a small study, as a person would use it: check, run, ask, compare, trace, brief, export."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command import landbridge
from studies import write_small_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small study and its run."""
    folder = tmp_path_factory.mktemp("work")
    write_small_study(folder)
    words = ["run", str(folder / "small"), "-o", str(folder / "results")]
    done = subprocess.run(
        [sys.executable, "-m", "landbridge", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout)
    return folder


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test types its commands in that folder."""
    monkeypatch.chdir(folder)


def test_01_run_closes_with_a_table_for_a_minister(folder: Path) -> None:
    """What corridors carry, what pairs pay, what cannot move and why, and where the results lie."""
    said = (folder / "said.txt").read_text()
    for words in (
        "A small study",
        "What the corridors carry in 2035",
        "By the ferry",
        "Door to door in 2035",
        "East to Far, General goods",
        "What cannot move in 2035",
        "no way is open",
        str(folder / "results"),
        "landbridge brief",
    ):
        assert words in said
    assert "\x1b" not in said


def test_02_run_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The closing table as JSON: chosen scenarios and years only, nothing else on standard output."""
    said = landbridge(
        capsys, "run", "small", "-s", "today", "-y", "2024", "-o", str(tmp_path / "one"), "--json"
    )
    found = json.loads(said.out)
    assert (found["study"], found["year"]) == ("small", 2024)
    assert [row["scenario"] for row in found["scenarios"]] == ["today"]
    assert {row["corridor"] for row in found["scenarios"][0]["corridors"]} >= {"ocean", "gap"}
    assert found["scenarios"][0]["pairs"][0]["time_h"] > 0


def test_03_routes(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has the keys that programs rely on; shares fall and, with what cannot move, make a whole."""
    said = landbridge(
        capsys, "routes", "east-zone", "far-zone", "--study", "small", "-c", "general", "--json"
    )
    found = json.loads(said.out)
    keys = {"from", "to", "scenario", "year", "commodity", "unserved_share", "alternatives"}
    assert keys <= set(found)
    shares = [way["share"] for way in found["alternatives"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) + found["unserved_share"] == pytest.approx(1, abs=0.01)
    best = found["alternatives"][0]
    assert sum(best["cost_parts"].values()) == pytest.approx(best["generalised_cost_usd_per_t"])
    assert {"time_h", "cost_usd_per_t", "co2_kg_per_t", "nodes", "links", "modes", "countries"} <= set(best)
    assert best["borders"] == len(best["countries"]) - 1


def test_04_no_way_names_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    """Demand that cannot move is a result with a cause, not an error."""
    said = landbridge(capsys, "routes", "west-zone", "isle-zone", "--study", "small", "-s", "south-closed")
    assert said.code == 0
    assert "no way is open" in said.out
    assert "What would open a way: " in said.out


def test_05_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    """A way that is shut names the condition that keeps it so."""
    words = ("why-not", "west-zone", "isle-zone", "--via", "gap", "--study", "small")
    found = json.loads(landbridge(capsys, *words, "--json").out)
    assert found["verdict"] == "shut"
    assert "gap-open" in {item["gate"] for item in found["shut"]}
    assert "It is shut." in landbridge(capsys, *words).out
    opened = json.loads(landbridge(capsys, *words, "-s", "gap-open", "--json").out)
    assert opened["verdict"] == "used"


def test_06_compare(capsys: pytest.CaptureFixture[str]) -> None:
    """Two scenarios side by side, as JSON and as tables."""
    found = json.loads(landbridge(capsys, "compare", "results", "today", "gap-open", "--json").out)
    gained = {row["corridor"]: row["difference_t_year"] for row in found["corridors"] if row["year"] == 2035}
    assert gained["gap"] > 0
    out = landbridge(capsys, "compare", "results", "today", "gap-open").out
    assert "Through the gap" in out
    assert "Links that gain or lose most in 2035" in out


def test_07_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """From a gate to what it requires and who says so."""
    assert json.loads(landbridge(capsys, "trace", "results", "gate:gap-open", "--json").out)["from"]
    out = landbridge(capsys, "trace", "results", "gate:gap-open").out
    assert "gate:gap-built" in out
    assert "N2: " in out


def test_08_brief(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The brief is written where it is asked for, else into the run."""
    said = landbridge(capsys, "brief", "results", "-o", "my brief.html")
    assert said.code == 0, said.err
    assert str(folder / "my brief.html") in said.out
    assert "<html" in (folder / "my brief.html").read_text(encoding="utf-8")
    landbridge(capsys, "brief", "results")
    assert (folder / "results" / "brief.html").exists()


def test_09_study_commands(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """List, check, names, copy, export."""
    assert "eurasia" in [
        row["study"] for row in json.loads(landbridge(capsys, "study", "list", "--json").out)
    ]
    assert landbridge(capsys, "study", "check", "small").out.startswith("small: no faults")
    named = json.loads(landbridge(capsys, "study", "names", "small", "--json").out)
    assert (named["zones"]["west-zone"], "today" in named["scenarios"]) == ("West", True)
    assert "west-zone" in landbridge(capsys, "study", "names", "small").out
    assert "landbridge study check 'my copy'" in landbridge(capsys, "study", "copy", "small", "my copy").out
    assert landbridge(capsys, "study", "check", "my copy").code == 0
    assert landbridge(capsys, "study", "export", "small", "small.gpkg").code == 0
    assert (folder / "small.gpkg").stat().st_size > 0


def test_10_a_broken_study_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Checking lists every fault with its place; running refuses with the same list; both exit with 1."""
    broken = str(write_small_study(tmp_path, ("links", ",1435,operating", ",-1435,operating")))
    checked = landbridge(capsys, "study", "check", broken)
    assert checked.code == 1
    assert "tables/links.csv line " in checked.out
    found = json.loads(landbridge(capsys, "study", "check", broken, "--json").out)
    assert found["ok"] is False
    assert {"code", "what", "file", "row", "column", "value", "mend"} <= set(found["faults"][0])
    ran = landbridge(capsys, "run", broken, "-o", str(tmp_path / "out"))
    assert ran.code == 1
    assert "tables/links.csv line " in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("run small -s todey", "LB-T023"),
        ("run small -y 2031", "LB-T023"),
        ("run small -o small", "LB-S003"),
        ("run smal", "LB-S001"),
        ("routes west-zon isle-zone --study small", "LB-T023"),
        ("routes west-zone isle-zone --study small -c gravel", "LB-T023"),
        ("why-not west-zone isle-zone --via gapp --study small", "LB-T023"),
        ("compare results today todey", "LB-T023"),
        ("trace results gate", "LB-T023"),
        ("run small -s todey -y 2031", "LB-S005"),
        ("routes west-zon ile-zone --study small -s todey -y 2031 -c gravel", "LB-S005"),
        ("why-not west-zone isle-zone --via gapp --study small -c gravel", "LB-S005"),
        ("reliability west-zone ile-zone --study small -y 2031", "LB-S005"),
        ("compare results yesterday todey", "LB-S005"),
        ("trace results corridor:middle@todey/2031", "LB-S005"),
        ("brief nowhere", "LB-R001"),
        ("study copy small results", "LB-S003"),
    ],
)
def test_11_bad_words_are_one_clear_message(
    words: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is unknown or in the way is said with where and how to mend it; exit code 1, nothing on standard output."""
    said = landbridge(capsys, *words.split())
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(code)
    assert "  mend:  " in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_12_a_run_that_is_stopped_leaves_the_old_results(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C or a kill in the middle: results that stood there still stand, whole, and no half-written ones show."""
    write_small_study(tmp_path)
    command = [sys.executable, "-m", "landbridge", "run", "small", "-o", "out"]
    env = {**os.environ, "LANDBRIDGE_CACHE": str(tmp_path / "cache")}
    for _ in range(20):  # on a busy machine the run may end before the signal comes
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        started = subprocess.Popen(
            command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".out-*")) and started.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        started.send_signal(number)
        out, err = started.communicate(timeout=60)
        if started.returncode != 0:
            break
    assert started.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}.get(number, -number)
    assert not (tmp_path / "out").exists()
    assert out == b""
    if number is not signal.SIGKILL:
        assert err == b"Stopped; nothing half-written is left.\n"
        assert not list(tmp_path.glob(".out-*"))
        return
    (left,) = tmp_path.glob(".out-*")
    os.utime(left, (0, 0))
    assert subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False).returncode == 0
    assert not list(tmp_path.glob(".out-*"))
