"""The set-up script `run.py`: what it installs, what it says when a machine lacks something; all offline."""

import ast
import importlib.util
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "run.py"
Answer = Callable[[list[str]], tuple[int, str]]


@pytest.fixture
def script(tmp_path: Path) -> ModuleType:
    """A copy of `run.py` in a folder of its own, with a space in its path."""
    folder = tmp_path / "land bridge"
    folder.mkdir()
    shutil.copy(SOURCE, folder)
    (folder / "pyproject.toml").write_text("[project]\n")
    (folder / "constraints.txt").write_text("numpy==2.4.6\n")
    spec = importlib.util.spec_from_file_location("run_copy", folder / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer_with(script: ModuleType, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[list[str]]:
    """Let ``answer`` speak for every program that the script would start, and note what it was asked."""
    asked: list[list[str]] = []

    def output_of(command: list[str]) -> tuple[int, str]:
        asked.append(command)
        return answer(command)

    monkeypatch.setattr(script, "output_of", output_of)
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    return asked


def is_install(command: list[str]) -> bool:
    """Whether a command installs the package itself, by uv or pip."""
    return "install" in command and "-e" in command


def good(command: list[str]) -> tuple[int, str]:
    """Answer as a machine on which all goes well."""
    return 0, f"{sys.version}\n" if "-c" in command and "import sys" in command[-1] else ""


def test_01_an_old_python_is_told_so() -> None:
    """Python 3.9 can read the file, and hears what it needs in place of a traceback."""
    ast.parse(SOURCE.read_text(), feature_version=(3, 7))
    code = f"import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path({str(SOURCE)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Landbridge needs Python 3.11 or newer; this is 3.9.2.\n")
    assert "Traceback" not in done.stderr


def test_02_words_go_to_the_command_and_exit_codes_come_back(script: ModuleType, tmp_path: Path) -> None:
    """From any folder, `run.py WORDS` is the command with these words; its exit code is passed on."""
    venv.create(script.VENV, with_pip=False, symlinks=True)
    package = Path(sysconfig.get_path("purelib", vars={"base": str(script.VENV)})) / "landbridge"
    package.mkdir()
    (package / "__main__.py").write_text(
        "import os, sys\nprint(sys.argv[1:], os.getcwd(), os.environ['LANDBRIDGE_COMMAND'])\nsys.exit(7)\n"
    )
    script.STAMP.write_text(script.wanted_stamp(""))
    done = subprocess.run(
        [sys.executable, str(script.ROOT / "run.py"), "routes", "a b", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    called = f"{Path(sys.executable).name} '{script.ROOT / 'run.py'}'"
    assert done.stdout == f"['routes', 'a b', '--json'] {tmp_path} {called}\n"
    assert (done.returncode, done.stderr) == (7, "")


def test_03_test_runs_pytest_in_the_repository(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """`run.py test WORDS` installs the tests' needs and gives the words to pytest."""
    asked = answer_with(script, monkeypatch, good)
    ran: list[list[str]] = []
    monkeypatch.setattr(script, "become", lambda command: ran.append(command) or 0)
    monkeypatch.chdir(script.ROOT)
    assert script.main(["test", "-k", "gate"]) == 0
    assert any(".[test]" in command for command in asked)
    assert [command[1:] for command in ran] == [["-m", "pytest", "-k", "gate"]]


def test_04_a_second_call_installs_nothing(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed is remembered; the tests' needs serve the command; a changed need installs again."""
    asked = answer_with(script, monkeypatch, good)
    script.set_up("test")
    assert sum(is_install(command) for command in asked) == 1
    script.set_up("test")
    script.set_up("")
    assert sum(is_install(command) for command in asked) == 1
    (script.ROOT / "constraints.txt").write_text("numpy==2.4.7\n")
    script.set_up("")
    assert sum(is_install(command) for command in asked) == 2


def test_05_uv_that_fails_is_not_heard_when_pip_serves(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without uv on the machine it is fetched; if it fails, pip installs and uv's complaint stays hidden."""

    def answer(command: list[str]) -> tuple[int, str]:
        return (2, "invalid peer certificate") if command[1] == "pip" else good(command)

    asked = answer_with(script, monkeypatch, answer)
    script.set_up("")
    assert [command[1:5] for command in asked if "install" in command] == [
        ["-m", "pip", "install", "-q"],
        ["pip", "install", "--python", str(script.tool("python"))],
        ["-m", "pip", "install", "-q"],
    ]
    assert "certificate" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[Errno -3] Temporary failure in name resolution", "The first call needs a network"),
        ("OSError: [Errno 28] No space left on device", "The disk is too full"),
        ("PermissionError: [Errno 13] Permission denied", "A folder may not be written"),
        ("error: something else", "The installation failed"),
    ],
)
def test_06_an_installation_that_fails_says_what_the_machine_lacks(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    expected: str,
) -> None:
    """The message names what is missing and the installer's last words; the set-up stays unfinished."""
    answer_with(script, monkeypatch, lambda command: (1, said) if "install" in command else good(command))
    assert script.main(["demo"]) == 1
    message = capsys.readouterr().err
    assert expected in message
    assert said in message
    assert not script.is_ready("")


def test_07_a_python_without_venv_is_told_what_to_install(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Debian parts venv from Python; the message names its package."""
    answer_with(script, monkeypatch, lambda command: (127, "not found"))
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: None)
    assert script.main(["demo"]) == 1
    assert "apt install python3-venv" in capsys.readouterr().err
    assert not script.VENV.exists()


def test_08_a_killed_installation_is_made_anew(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An environment whose installation was cut short is thrown away, not trusted."""
    script.VENV.mkdir()
    script.STAMP.write_text(script.UNFINISHED)
    (script.VENV / "half").write_text("a package")
    answer_with(script, monkeypatch, good)
    script.set_up("")
    assert "making it anew" in capsys.readouterr().err
    assert not (script.VENV / "half").exists()
    assert script.is_ready("")


def test_09_an_environment_made_by_hand_is_kept(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound environment of the same Python is installed into; what else is in it stays."""
    script.tool("python").parent.mkdir(parents=True)
    script.tool("python").touch()
    answer_with(script, monkeypatch, good)
    script.set_up("")
    assert script.tool("python").exists()
    assert script.is_ready("")


def test_10_a_folder_that_is_no_environment_is_not_deleted(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody's files in `.venv` are left alone."""
    script.VENV.mkdir()
    (script.VENV / "letter.txt").write_text("dear")
    answer_with(script, monkeypatch, lambda command: (127, "not found"))
    assert script.main(["demo"]) == 1
    assert "is in the way" in capsys.readouterr().err
    assert (script.VENV / "letter.txt").exists()


def test_11_ctrl_c_during_the_set_up_leaves_it_unfinished(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped by hand: exit code 130, and the next call starts the set-up again."""

    def answer(command: list[str]) -> tuple[int, str]:
        if is_install(command):
            raise KeyboardInterrupt
        return good(command)

    answer_with(script, monkeypatch, answer)
    assert script.main(["demo"]) == 130
    assert script.STAMP.read_text() == script.UNFINISHED
