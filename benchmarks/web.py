"""Measure the web application: start, what-ifs, and many requests at once, on the study and cache at hand.

Run it as ``python benchmarks/web.py``; it starts ``landbridge serve`` on a free port, asks over HTTP as a
page does and then, where Playwright and a Chromium are installed, with a page; it prints the figures and
leaves nothing running. A first start on a machine prepares the study: the figures are those of the second.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from statistics import median

AT_ONCE = 200
WHAT_IFS = (
    ("today", [{"kind": "state", "id": "GEO", "to": "shut"}]),
    ("today", [{"kind": "state", "id": "RUS", "to": "shut"}]),
    ("today", [{"kind": "gate", "id": "red-sea-open", "to": "open"}]),
    ("today", [{"kind": "port", "id": "poti-port", "to": "shut"}]),
    ("today", [{"kind": "link", "id": "baku--alat-port-rail", "to": "shut"}]),
    ("today", [{"kind": "border", "id": "alt-rail", "to": "partial", "share": 0.5}]),
    (
        "tripp-open",
        [{"kind": "gate", "id": name, "to": "shut"} for name in ("tripp-rail-open", "tripp-road-open")],
    ),
)
YEAR = 2035
GATES = ("tripp-road-open", "tripp-rail-open", "red-sea-open")
"""Gates that are clicked one after another."""
LOOKED_MS = 3000
"""How long a reader looks at the map before the first click."""
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def served() -> Iterator[tuple[str, float]]:
    """The address of a server, and the moment at which its process was started."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "landbridge", "serve", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield re.search(r"http://\S+", process.stdout.readline())[0].rstrip("/"), begin  # type: ignore[index]
    finally:
        process.terminate()
        process.wait()


def ask(url: str, body: object = None) -> bytes:
    """The answer to one request; raises on any error."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as response:
        return response.read()


def measure_start() -> dict[str, float]:
    """Seconds from the start of the process to the answers that the first map needs, asked for at once."""
    with served() as (address, begin):
        found = {"listening": time.perf_counter() - begin}
        with ThreadPoolExecutor(3) as pool:
            paths = ("/api/study", "/api/network", "/api/flows")

            def wait(path: str) -> float:
                ask(address + path)
                return time.perf_counter() - begin

            found |= dict(zip(paths, pool.map(wait, paths), strict=True))
    return found


def measure_rest() -> tuple[list[float], dict[str, dict[str, float]]]:
    """Seconds of what-ifs after their base is solved, and of many requests at once."""
    with served() as (address, _):
        for scenario in dict.fromkeys(name for name, _ in WHAT_IFS):
            ask(f"{address}/api/flows?scenario={scenario}&year={YEAR}")
        rows = []
        for scenario, changes in WHAT_IFS:
            begin = time.perf_counter()
            ask(f"{address}/api/what-if", {"scenario": scenario, "year": YEAR, "changes": changes})
            rows.append(time.perf_counter() - begin)
        crowds = {}
        for name, path in (
            ("network, solved before", f"/api/network?scenario=today&year={YEAR}"),
            ("routes, of one pair and cold", "/api/routes?from=azerbaijan&to=nakhchivan&year=2030"),
            ("flows, of all scenarios in 3 years, cold", "/api/flows"),
        ):
            crowds[name] = measure_crowd(address, path)
        return rows, crowds


def measure_crowd(address: str, path: str) -> dict[str, float]:
    """Many requests in flight at one time: how many fail, and how long they take."""
    scenarios = [s["id"] for s in json.loads(ask(f"{address}/api/study"))["scenarios"]]

    def one(number: int) -> tuple[bool, float]:
        url = address + path
        if path == "/api/flows":
            url += f"?scenario={scenarios[number % len(scenarios)]}&year={(2024, 2030, 2035)[number % 3]}"
        begin = time.perf_counter()
        try:
            ask(url)
        except OSError:
            return False, time.perf_counter() - begin
        return True, time.perf_counter() - begin

    begin = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(one, range(AT_ONCE)))
    times = [seconds for _, seconds in found]
    return {
        "errors": sum(not ok for ok, _ in found),
        "all_s": time.perf_counter() - begin,
        "median_s": median(times),
        "longest_s": max(times),
    }


def measure_page(renderer: str) -> dict[str, float]:
    """Seconds from the start of the process to the first map in a browser that stands ready, and from clicks
    on gates of What if to the map that shows what turns.

    ``drawn``: the lines are there; ``ready``: every name as well, and nothing is left to draw.
    """
    from playwright.sync_api import sync_playwright

    query = "?map=svg" if renderer == "svg" else ""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(40_000)
        with served() as (address, begin):
            page.goto(f"{address}/{query}")
            found = {}
            for word in ("drawn", "ready"):
                page.wait_for_selector(f'.map[data-{word}="1"]')
                found[f"map {word}"] = time.perf_counter() - begin
        with served() as (address, begin):
            page.goto("about:blank")
            page.goto(f"{address}/{query}#/what-if?scenario=tripp-open&year={YEAR}")
            page.wait_for_selector('.map[data-ready="1"]')
            page.wait_for_timeout(LOOKED_MS)
            for number, gate in enumerate(GATES, 1):
                page.click(f"[data-gate={gate}] label:has(input:not(:checked)) >> nth=-1")
                page.wait_for_selector(f".changed[data-gate={gate}]")
                page.wait_for_selector('.map[data-ready="1"]')
                told = page.evaluate("() => ({ ...document.querySelector('.view > .split').dataset })")
                for word in ("solved", "drawn", "ready"):
                    found[f"what-if {number} {word}"] = float(told[f"{word}Ms"]) / 1000
        browser.close()
    return found


def say(line: str) -> None:
    """Write one line."""
    sys.stdout.write(line + "\n")


def round_all(values: dict[str, float]) -> dict[str, float]:
    """Values as they are shown."""
    return {name: round(value, 2) for name, value in values.items()}


def main() -> None:
    """Print all figures."""
    say(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    measure_start()
    say(f"start, s: {round_all(measure_start())}")
    rest = measure_rest()
    say(f"what-if, s: {[round(value, 2) for value in rest[0]]}")
    for name, found in rest[1].items():
        say(f"{AT_ONCE} at once, {name}: {round_all(found)}")
    if CHROMIUM is None or find_spec("playwright") is None:
        say("no page is measured: Playwright or Chromium is not installed")
        return
    for renderer in ("webgl", "svg"):
        say(f"page, {renderer}, load {os.getloadavg()[0]:.1f}, s: {round_all(measure_page(renderer))}")


if __name__ == "__main__":
    main()
