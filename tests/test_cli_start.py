"""Starting the command line: it is light, it explains itself, and errors are messages with an exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_group

import landbridge as package
from command import landbridge
from landbridge.cli import studies
from landbridge.errors import StudyNotFound

HEAVY = {
    "numpy",
    "scipy",
    "numba",
    "pandas",
    "geopandas",
    "shapely",
    "pyarrow",
    "duckdb",
    "jinja2",
    "yaml",
    "sklearn",
}
COMMANDS = [
    ("run",),
    ("serve",),
    ("demo",),
    ("routes",),
    ("why-not",),
    ("dependence",),
    ("reliability",),
    ("compare",),
    ("trace",),
    ("validate",),
    ("calibrate",),
    ("brief",),
    ("warmup",),
    ("assign",),
    ("skim",),
    ("study", "list"),
    ("study", "check"),
    ("study", "names"),
    ("study", "copy"),
    ("study", "export"),
    ("appraise",),
    ("process", "show"),
    ("process", "sample"),
    ("process", "what-if"),
]


def test_01_help_imports_nothing_heavy() -> None:
    """`landbridge --help` answers at once because what computes is imported later."""
    code = "import sys, landbridge.cli.main; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


def test_02_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The first help page lists all commands, and no word of it is cut off."""
    said = landbridge(capsys, "--help")
    assert said.code == 0
    assert {words[0] for words in COMMANDS} <= set(said.out.split())
    commands = said.out.split("Commands:")[1]
    assert "..." not in commands


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_03_every_command_has_an_example(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The help of a command shows how it is typed."""
    said = landbridge(capsys, *words, "--help")
    assert said.code == 0
    assert f"  landbridge {' '.join(words)}" in said.out


def test_04_no_words_print_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`landbridge` alone explains itself; as nothing was done, the exit code is that of a usage error."""
    said = landbridge(capsys)
    assert said.code == 2
    assert "Examples:" in said.out + said.err


def test_05_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the version and stops."""
    assert landbridge(capsys, "--version").out == f"landbridge {package.__version__}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("rum",), "No such command 'rum'"),
        (("run", "--years", "2035"), "No such option: --years"),
        (("run", "-y", "soon"), "Invalid value for '-y' / '--year'"),
        (("routes", "azerbaijan"), "Missing argument 'TO'"),
    ],
)
def test_06_what_is_typed_wrongly_is_said(
    words: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A usage error: exit code 2 and one line that says what, on standard error."""
    said = landbridge(capsys, *words)
    assert said.code == 2
    assert said.out == ""
    assert expected in said.err


def test_07_an_error_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of ours: exit code 1, what, where and mend on standard error, no traceback."""
    said = landbridge(capsys, "study", "check", "eurasio")
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith('LB-S001 there is no study "eurasio".\n  where: ')
    assert "Traceback" not in said.err


@pytest.mark.parametrize("place", [0, 2])
def test_08_debug_shows_the_details(place: int, capsys: pytest.CaptureFixture[str]) -> None:
    """With --debug, before or after the command, the error itself comes through."""
    words = ["study", "check", "eurasio"]
    words.insert(place, "--debug")
    with pytest.raises(StudyNotFound):
        landbridge(capsys, *words)


def test_09_an_unexpected_error_says_how_to_see_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the program is a short message too, and LANDBRIDGE_DEBUG=1 shows the details."""

    def break_down(*arguments: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("landbridge.study.check_study", break_down)
    said = landbridge(capsys, "study", "check", "eurasia")
    assert said.code == 1
    assert "ZeroDivisionError: division by zero" in said.err
    assert "--debug" in said.err
    monkeypatch.setenv("LANDBRIDGE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        landbridge(capsys, "study", "check", "eurasia")


def test_10_ctrl_c_ends_with_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped by hand: exit code 130, as shells expect."""

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("landbridge.study.check_study", stop)
    said = landbridge(capsys, "study", "check", "eurasia")
    assert (said.code, said.out, said.err) == (130, "", "Stopped; nothing half-written is left.\n")


def test_11_the_module_is_the_command(tmp_path: Path) -> None:
    """`python -m landbridge` works from any folder."""
    done = subprocess.run(
        [sys.executable, "-m", "landbridge", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"landbridge {package.__version__}\n"


def test_12_study_commands_stand_under_study() -> None:
    """The group `study` has the commands that the list above names."""
    names = set(get_group(studies.app).commands)
    assert names == {words[1] for words in COMMANDS if words[0] == "study"}
