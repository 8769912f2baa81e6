"""A browser on the page of `landbridge serve`: the server as a process of its own, Debian's Chromium, and what
went wrong on a page.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {
    "desk": {"width": 1280, "height": 800},
    "tablet": {"width": 1024, "height": 768},
    "upright": {"width": 768, "height": 1024},
}
PATIENCE_MS = 60_000
"""How long a page may take on a machine that does other things as well; no test of speed."""


def need_browser() -> Any:
    """Playwright, or skip with what is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    return sync_api


def find_axe() -> str | None:
    """The source of axe-core, which `.ci/run` gets from the npm registry; None where it is absent."""
    path = Path(os.environ.get("LANDBRIDGE_AXE") or ROOT / "node_modules" / "axe-core" / "axe.min.js")
    return path.read_text(encoding="utf-8") if path.is_file() else None


@contextmanager
def serving(study: str | Path) -> Iterator[str]:
    """Run `landbridge serve` on a free port; gives its address."""
    words = [sys.executable, "-m", "landbridge", "serve", str(study), "--port", "0", "--no-browser"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        said = []
        try:
            for line in server.stdout:
                said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                    yield found[0]
                    return
            raise AssertionError("the server did not say its address:\n" + "".join(said))
        finally:
            server.terminate()
            server.stdout.read()
            server.wait(timeout=20)


@dataclass
class Watched:
    """A page, and what a careful reader of its console and network would complain about."""

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def _hear(self, message: Any) -> None:
        # Chromium says this of every read-back from a software renderer.
        if message.type in ("error", "warning") and "ReadPixels" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.foreign.append(request.url)

    def open(self, where: str = "#/map", *, webgl: bool = False) -> None:
        """Go to a view by its address, as a link would.

        Without a graphics card WebGL takes seconds for a frame, so most tests ask for the map as SVG.
        """
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}{'' if webgl else '?map=svg'}{where}")
        self.page.wait_for_selector("main .view > *")

    def wait_for_map(self) -> None:
        """Until the map has drawn all that it was given."""
        self.page.wait_for_selector('.map[data-ready="1"]')

    def wait_until_quiet(self, most_ms: int = PATIENCE_MS) -> None:
        """Until no part of the view waits for the server."""
        for _ in range(most_ms // 100):
            if self.page.query_selector("main .waiting, main [aria-busy=true]") is None:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("the view still waits")

    def fits(self) -> bool:
        """Whether nothing stands out at the side of the window or of the view."""
        return bool(
            self.page.evaluate(
                "() => [document.documentElement, document.querySelector('main')]"
                ".every(one => one.scrollWidth <= one.clientWidth + 1)"
            )
        )

    def text(self, selector: str) -> str:
        """What a reader sees of the first element that fits."""
        return str(self.page.inner_text(selector))

    def has_no_complaints(self) -> bool:
        """Whether nothing failed and nothing was asked of another machine."""
        assert self.complaints == []
        assert self.foreign == []
        return True
