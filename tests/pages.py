"""The examples of README.md and docs/: how to find and run them, and to write anew what they print.

A block marked ``bash run`` or ``python run`` is run; a block marked ``text shown`` right after one holds its
output. `python tests/pages.py` runs all of them, writes the outputs anew and draws the picture of the README: to
be done when the numbers have changed.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLE = re.compile(
    r"^```(?P<language>bash|python) run\n(?P<code>.*?)^```\n(?:\n```text shown\n(?P<shown>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


def has_examples(page: Path) -> bool:
    """Whether a page has blocks to be run."""
    return EXAMPLE.search(page.read_text(encoding="utf-8")) is not None


def run_example(example: re.Match[str], folder: Path) -> str:
    """Run one block in ``folder`` as a reader would type it, and give what it prints; fail if it fails."""
    code = example["code"]
    command = ["bash", "-euc", code] if example["language"] == "bash" else [sys.executable, "-c", code]
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "110",
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.rstrip().splitlines())


def refresh(page: Path) -> None:
    """Run the examples of a page and write their outputs into it."""

    def renew(example: re.Match[str]) -> str:
        said = run_example(example, Path(folder))
        if example["shown"] is None:
            return example[0]
        return f"```{example['language']} run\n{example['code']}```\n\n```text shown\n{said}```\n"

    with tempfile.TemporaryDirectory() as folder:
        text = EXAMPLE.sub(renew, page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")


def draw_picture(path: Path) -> None:
    """Draw what opening TRIPP changes."""
    from landbridge import open_study
    from landbridge.report import write_picture
    from landbridge.study import run_study

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run = run_study(open_study("eurasia"), scenarios=["today", "tripp-open"], years=[2035], out=out)
        write_picture(run, path, scenario="tripp-open")


if __name__ == "__main__":
    draw_picture(ROOT / "docs" / "images" / "tripp-difference.svg")
    for page in filter(has_examples, PAGES):
        refresh(page)
