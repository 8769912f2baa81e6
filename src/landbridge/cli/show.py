"""How the command line shows things: tables, JSON, progress.

Numbers are worded by `landbridge.report.numbers`, as in the brief.
"""

import json
import math
import os
import shlex
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from landbridge.study import Progress

_quote = json.JSONEncoder(ensure_ascii=False).encode
PIPE_WIDTH = 140
NAME_WIDTH = 34
GAP = 2
LOG_EVERY_S = 5.0
STAGES = {
    "network": "building the network",
    "routes": "finding routes",
    "demand": "estimating demand",
    "equilibria": "solving",
    "closures": "closing one at a time",
    "pairs": "closing two at a time",
    "writing": "writing",
    "comparing": "comparing",
}
THIN_SPACE = "\u202f"


def console(*, error: bool = False) -> "Console":
    """Return the console of standard output or error; into a pipe it has no colours and is wide."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    is_wide = not stream.isatty() and "COLUMNS" not in os.environ
    return Console(file=stream, width=PIPE_WIDTH if is_wide else None, highlight=False)


def say(text: str = "") -> None:
    """Print a line of plain text; square brackets stay as they are."""
    console().print(text.replace(THIN_SPACE, " "), markup=False, soft_wrap=True)


def command() -> str:
    """Return how this program is called here: `run.py`, which installs it, says so."""
    return os.environ.get("LANDBRIDGE_COMMAND", "landbridge")


def quoted(path: Path) -> str:
    """Write a path as a shell takes it."""
    return shlex.quote(str(path))


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output; what is not a number becomes null.

    It is written piece by piece, and an iterator as a list: a long answer is never held as one text.
    """
    sys.stdout.writelines(_pieces(value, "\n"))
    sys.stdout.write("\n")


def _pieces(value: Any, gap: str) -> Iterator[str]:
    """JSON of a value in pieces; ``gap`` is a new line with the indentation that the value stands in."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    items: Iterable[tuple[str, Any]]
    if isinstance(value, dict):
        left, right = "{}"
        items = ((f"{_quote(str(key))}: ", item) for key, item in value.items())
    elif isinstance(value, list | tuple | Iterator):
        left, right = "[]"
        items = (("", item) for item in value)
    else:
        yield _scalar(value)
        return
    before, after = left, ""
    for key, item in items:
        yield f"{before}{gap}  {key}"
        yield from (_quote(item),) if isinstance(item, str) else _pieces(item, f"{gap}  ")
        before, after = ",", gap
    yield f"{after}{right}" if after else f"{left}{right}"


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        return json.dumps(float(value)) if math.isfinite(value) else "null"
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    return _quote(str(value))


def print_table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: Iterable[int] = (0,)
) -> None:
    """Print a table; the columns in ``left`` hold words, all others numbers set to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    words = set(left)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, GAP - 1, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(Text(head), justify="left" if place in words else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell.replace(THIN_SPACE, " ")) for cell in row))
    screen = console()
    if title:
        screen.print(Text(title, style="bold"), soft_wrap=True)
    screen.print(table)
    screen.print()


def print_matrix(title: str, corner: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with many columns in as many parts as the screen needs, each with the first column."""
    names = [name for row in rows for name in textwrap.wrap(row[0], NAME_WIDTH)]
    room = console().width - max(map(len, [corner, *names])) - GAP
    widest = max(len(cell) for row in [heads, *(row[1:] for row in rows)] for cell in row) + GAP
    step = max(1, room // widest)
    for start in range(0, len(heads), step):
        part = slice(start, start + step)
        cells = [(textwrap.fill(row[0], NAME_WIDTH), *row[1:][part]) for row in rows]
        print_table(title if start == 0 else f"{title}, continued", (corner, *heads[part]), cells)


@contextmanager
def progress_shown() -> Iterator[Callable[["Progress"], None]]:
    """Show on standard error what is being done and how long it still takes: a bar, or lines in a log."""
    screen = console(error=True)
    if not screen.is_terminal:
        yield _logger()
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    with Bar(*columns, console=screen, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def update(step: "Progress") -> None:
            if step.stage not in tasks:
                words = STAGES.get(step.stage, step.stage)
                tasks[step.stage] = bar.add_task(words, total=step.total, detail=step.detail)
            bar.update(tasks[step.stage], completed=step.done, total=step.total, detail=step.detail)

        yield update


def _logger() -> Callable[["Progress"], None]:
    """Return a listener that writes a line every few seconds, and none for work that is quickly done."""
    start = last = time.monotonic()

    def update(step: "Progress") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LOG_EVERY_S:
            return
        last = now
        words = STAGES.get(step.stage, step.stage)
        sys.stderr.write(f"[{now - start:4.0f} s] {words} {step.done}/{step.total} {step.detail}\n")
        sys.stderr.flush()

    return update
