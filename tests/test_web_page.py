"""The page of `landbridge serve` in a browser: what a reader does, from opening it to taking something away."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import CHROMIUM, FLAGS, ROOT, SIZES, Watched, find_axe, need_browser, serving
from studies import write_small_study

HOSTILE = '<img src=x onerror="alert(1)"><b>Gap</b>'
VIEWS = {
    "map": "#/map",
    "what-if": "#/what-if",
    "routes": "#/routes?from=west-zone&to=isle-zone",
    "futures": "#/futures",
    "depends": "#/depends?zone=isle-zone",
    "gains": "#/gains?scenario=gap-open&base=today",
    "appraisal": "#/appraisal",
    "record": "#/record",
    "validity": "#/validity",
}
TO_SHUT = "label:has(input[value=shut])"
"""The choice "shut" of whatever says how far a thing is open."""
WITH_MAP = ("map", "what-if", "routes")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all tests of this file."""
    sync_api = need_browser()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def small(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the small study, one of whose places has markup for a name."""
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    study = write_small_study(tmp_path_factory.mktemp("served"), ("nodes", "gap,Gap,", f"gap,{quoted},"))
    with serving(study) as address:
        yield address


@pytest.fixture(scope="module")
def eurasia(chromium: Any) -> Iterator[str]:
    """A server of the built-in study."""
    with serving("eurasia") as address:
        yield address


def _watch(chromium: Any, address: str, size: str = "desk", scheme: str = "light") -> Iterator[Watched]:
    context = chromium.new_context(viewport=SIZES[size], color_scheme=scheme, accept_downloads=True)
    try:
        yield Watched(context.new_page(), address)
    finally:
        context.close()


@pytest.fixture
def page(chromium: Any, small: str) -> Iterator[Watched]:
    """A page on the small study."""
    yield from _watch(chromium, small)


@pytest.fixture
def wide_page(chromium: Any, eurasia: str) -> Iterator[Watched]:
    """A page on the built-in study."""
    yield from _watch(chromium, eurasia)


def test_1_the_map_opens_with_legend_source_and_totals(page: Watched) -> None:
    """The map stands without a word said; its legend, the source of outlines and what is carried stand with it."""
    page.open("", webgl=True)
    page.wait_for_map()
    assert "German point of view" in page.text(".map-credit")
    assert "tonnes a year, both directions" in page.text(".map-legend")
    assert "Carried in a year" in page.text(".side")
    assert page.page.get_attribute(".map", "data-renderer") == "gl"
    assert re.search(r"#/map\?scenario=today&year=2024", page.page.url)
    assert page.has_no_complaints()


def test_2_names_from_data_are_text(page: Watched) -> None:
    """A place whose name is markup shows that markup as letters."""
    page.open("#/map?pick=place:gap")
    page.wait_for_map()
    assert HOSTILE in page.text(".side")
    page.open("#/routes?from=west-zone&to=isle-zone&scenario=gap-open")
    page.page.wait_for_selector(".card summary")
    page.page.click(".card summary")
    assert page.page.query_selector("img[src='x']") is None
    assert page.has_no_complaints()


def test_3_svg_takes_the_place_of_webgl(page: Watched) -> None:
    """Without WebGL, or where it is asked for, the map is SVG: lines, names, and links that can be picked."""
    page.open("#/map")
    page.wait_for_map()
    assert page.page.get_attribute(".map", "data-renderer") == "svg"
    names = page.page.eval_on_selector_all(".flat-map text", "found => found.map(one => one.textContent)")
    assert "East" in names
    page.page.click('.flat-map .hits [data-id="east--yard-rail"]', force=True)
    page.page.wait_for_selector("text=East – Yard, rail")
    assert page.has_no_complaints()


def test_4_scenarios_are_compared(page: Watched) -> None:
    """Choosing a scenario to compare with turns the map into a difference."""
    page.open("#/map?scenario=gap-open")
    page.wait_for_map()
    page.page.select_option("#bar-base", "today")
    page.page.wait_for_selector("text=What changes")
    assert "change in tonnes a year" in page.text(".map-legend")
    assert "base=today" in page.page.url
    assert page.has_no_complaints()


def test_5_shutting_is_solved_and_back_undoes_it(page: Watched) -> None:
    """A link shut from the panel is solved, listed, saved as a scenario, and undone by the Back button."""
    page.open("#/what-if?scenario=gap-open&pick=link:east--yard-rail")
    page.page.click(f".side .how-far {TO_SHUT}")
    page.page.wait_for_selector(".turned-box:not([hidden])")
    assert "Shut: East – Yard, rail" in page.text(".turned-box")
    assert "what_if=" in page.page.url
    page.page.fill("#save-id", "east-shut")
    page.page.click("text=Save as scenario")
    page.page.wait_for_selector("text=/Saved in .*/")
    page.page.go_back()
    page.page.wait_for_selector(".turned-box", state="hidden")
    assert page.has_no_complaints()


def test_5b_what_a_scenario_shuts_is_opened_by_degrees(page: Watched) -> None:
    """A state that the scenario shuts to transit is half open, a fifth, open, and shut again, which is no change;
    its own trade is another matter.
    """
    page.open("#/what-if?scenario=south-closed&pick=state:STH")
    transit, trade = (f".side .how-far >> nth={n}" for n in (0, 1))
    page.page.wait_for_selector(trade)
    assert page.page.is_checked(f"{transit} >> input[value=shut]")
    page.page.click(f"{transit} >> label:has(input[value=partial])")
    page.page.wait_for_selector("text='50% open: transit through STH' >> nth=0")
    page.page.fill(f"{transit} >> input[type=number]", "20")
    page.page.keyboard.press("Tab")
    page.page.wait_for_selector("text='20% open: transit through STH' >> nth=0")
    assert "in the scenario: shut" in page.text(transit)
    page.page.click(f"{transit} >> label:has(input[value=open])")
    page.page.wait_for_selector("text='Open: transit through STH' >> nth=0")
    page.page.click(f"{transit} >> {TO_SHUT}")
    page.page.wait_for_selector(".turned-box", state="hidden")
    assert "what_if=" not in page.page.url
    page.page.click(f"{trade} >> {TO_SHUT}")
    page.page.wait_for_selector("text='Shut: trade of STH' >> nth=0")
    assert page.has_no_complaints()


def test_6_a_reload_restores_the_view(page: Watched) -> None:
    """Scenario, year, layers, what is picked and where the map stands come back."""
    where = "#/map?scenario=gap-open&year=2035&base=today&at=50.000_40.000_4.00&off=places&pick=link:yard--mid-port-rail"
    page.open(where)
    page.wait_for_map()
    before = page.page.url
    assert "Yard – Mid Port, rail" in page.text(".side")
    page.page.reload()
    page.wait_for_map()
    page.page.wait_for_selector("text=Yard – Mid Port, rail")
    assert page.page.url == before
    assert page.page.input_value("#bar-year") == "2035"
    assert not page.page.is_checked("text=Places")
    assert page.has_no_complaints()


def test_7_all_is_reached_with_the_keyboard(page: Watched) -> None:
    """Skip link, views, suggestions: no mouse is needed."""
    page.open("#/routes")
    page.wait_until_quiet()
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    page.page.focus("text=From >> xpath=..//input")
    page.page.keyboard.type("west-zone")
    page.page.keyboard.press("Enter")
    page.page.wait_for_url("**from=west-zone**")
    assert page.has_no_complaints()


def test_8_the_theme_is_kept(page: Watched) -> None:
    """The switch turns to dark and a reload stays there."""
    page.open("#/record")
    page.page.click("text=Dark")
    assert page.page.get_attribute("html", "data-theme") == "dark"
    page.page.reload()
    page.page.wait_for_selector("text=Light")
    assert page.page.get_attribute("html", "data-theme") == "dark"


def find_serious_faults(page: Watched, only: list[str]) -> list[tuple[str, str, list[str]]]:
    """What axe-core calls serious or critical: rule, words, a few of the elements."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = only
    found = page.page.evaluate("options => axe.run(document, options)", options)
    return [
        (one["id"], one["help"], [node["html"][:120] for node in one["nodes"]][:3])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_9_every_view_opens_and_is_accessible(page: Watched, view: str) -> None:
    """Each view says something of its own, without an error; axe-core finds no serious fault in either theme."""
    page.open(VIEWS[view])
    if view in WITH_MAP:
        page.wait_for_map()
    page.wait_until_quiet()
    assert page.page.query_selector("main .failed") is None, page.text("main .failed")
    assert page.page.query_selector("main h1") is not None
    assert page.has_no_complaints()
    source = find_axe()
    if source is None:
        pytest.skip("axe-core is not here (npm install axe-core)")
    page.page.evaluate(source)
    for theme in ("light", "dark"):
        page.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert find_serious_faults(page, ["color-contrast"] if theme == "dark" else []) == []


def test_a_cancelled_work_stops_and_survives_a_reload(page: Watched) -> None:
    """A run of futures shows progress, is still there after a reload, and stops when it is cancelled."""
    page.open("#/futures")
    page.page.select_option("#futures-n", "1000")
    page.page.click("text=Run them")
    page.page.wait_for_selector("main .job progress")
    page.page.reload()
    page.page.wait_for_selector("main .job progress")
    page.page.click("main .job >> text=Cancel")
    page.page.wait_for_selector("main .job.cancelled")
    assert page.has_no_complaints()


@pytest.mark.slow  # the built-in study is solved
def test_b_shutting_meghri_turns_nakhchivan_to_iran(wide_page: Watched) -> None:
    """With TRIPP open, shutting road and rail through Meghri turns Nakhchivan's supply to Iran."""
    wide_page.open("#/what-if?scenario=tripp-open", webgl=True)
    for gate in ("tripp-road-open", "tripp-rail-open"):
        wide_page.page.click(f"[data-gate={gate}] {TO_SHUT}")
        wide_page.page.wait_for_selector(f".changed[data-gate={gate}]")
    wide_page.page.wait_for_selector(".turned-box >> text=/Iran/")
    words = wide_page.text(".turned-box")
    iran = re.search(r"Iran (\d+)% \((\d+)% before\)", words)
    assert iran is not None, words
    assert int(iran[1]) > int(iran[2]) + 5
    wide_page.wait_for_map()
    assert wide_page.has_no_complaints()


@pytest.mark.slow  # the built-in study is solved
def test_c_a_number_is_followed_to_its_claim(wide_page: Watched) -> None:
    """From a line on the map to the gate that keeps it shut, to a claim and its source."""
    wide_page.open("#/map?pick=link:aghband--meghri-road")
    wide_page.page.click(".side a:has-text('TRIPP agreement')")
    wide_page.page.wait_for_selector("[data-detail=tripp-agreement-in-force]")
    wide_page.page.click("[data-claim] a >> nth=0")
    wide_page.page.wait_for_selector("text=/^Claim C\\d+$/")
    assert "Modern.az" in wide_page.text(".record-detail")
    source = find_axe()
    if source is not None:
        wide_page.page.evaluate(source)
        assert find_serious_faults(wide_page, []) == []
    assert wide_page.has_no_complaints()


def test_g_brief_picture_and_tables_are_taken_away(page: Watched, tmp_path: Path) -> None:
    """The brief, worked out as a job, the map as a picture, and the flows as a table come as files."""
    page.open("#/map?scenario=gap-open&base=today", webgl=True)
    page.wait_for_map()
    for words, name, start in (
        ("Brief (HTML)", "brief.html", b"<!"),
        ("PNG", "map.png", b"\x89PNG"),
        ("SVG", "map.svg", b"<"),
        ("CSV", "flows.csv", b""),
    ):
        with page.page.expect_download() as taken:
            page.page.click(f".exports :text-is('{words}') >> nth=0")
        taken.value.save_as(tmp_path / name)
        held = (tmp_path / name).read_bytes()
        assert held.startswith(start)
        assert len(held) > 200
    assert "Through the gap" in (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert page.has_no_complaints()


BUILT_IN = {
    "map": "#/map?off=none&pick=place:poti-port",
    "what-if": "#/what-if?scenario=tripp-open&pick=state:GEO",
    "routes": "#/routes?from=azerbaijan&to=nakhchivan&base=tripp-open",
    "futures": "#/futures",
    "depends": "#/depends?zone=nakhchivan",
    "gains": "#/gains?scenario=tripp-open&base=today",
    "appraisal": "#/appraisal",
    "record": "#/record?gate=tripp-agreement-in-force",
    "validity": "#/validity?rows=compared",
}
LOOKS = (("desk", "light"), ("tablet", "dark"), ("upright", "dark"))


def _appraise(page: Watched) -> None:
    for project in ("TRIPP railway", "Horadiz-Aghband"):
        page.page.check(f"label:has-text('{project}') input")
    page.page.click("button:has-text('Appraise')")
    page.page.wait_for_selector("[data-project]", timeout=900_000)


@pytest.mark.slow  # the built-in study is solved, and much of it worked out
@pytest.mark.parametrize("view", BUILT_IN)
def test_h_views_of_the_built_in_study_fit_and_are_accessible(chromium: Any, eurasia: str, view: str) -> None:
    """With all their content, at a desk, on a tablet and on one held upright: nothing fails, stands out or is
    hard to read.
    """
    for size, scheme in LOOKS:
        for page in _watch(chromium, eurasia, size, scheme):
            page.open(BUILT_IN[view])
            page.wait_until_quiet(900_000)
            if size == "desk" and view == "appraisal":
                _appraise(page)
            if view == "what-if":
                page.page.click(f".side .how-far {TO_SHUT} >> nth=0")
                page.page.wait_for_selector(".turned-box:not([hidden])")
            if view in WITH_MAP:
                page.wait_for_map()
            page.wait_until_quiet(900_000)
            assert page.page.query_selector("main .failed") is None, page.text("main .failed")
            assert page.fits(), (view, size)
            source = find_axe()
            if source is not None:
                page.page.evaluate(source)
                assert find_serious_faults(page, ["color-contrast"] if scheme == "dark" else []) == []
            assert page.has_no_complaints()


def _run_futures(watched: Watched) -> None:
    """Start a run of futures and wait for its end: the fans of a run before it may stand there already."""
    watched.page.click("text=Run them")
    watched.page.wait_for_timeout(2000)  # a run whose states are all stored is over before it is seen
    watched.page.wait_for_selector("text=No work", timeout=900_000)
    watched.page.wait_for_selector(".fans svg", timeout=60_000)


@pytest.mark.slow  # futures of the built-in study are solved
def test_i_futures_are_run_to_their_end(wide_page: Watched, tmp_path: Path) -> None:
    """Sixty-four futures of the built-in study, started from the page: fans, the map, and what is taken away."""
    wide_page.open("#/futures")
    wide_page.page.select_option("#futures-n", "64")
    _run_futures(wide_page)
    assert "64 futures were run" in wide_page.text("main")
    wide_page.wait_for_map()
    wide_page.page.click("label:has-text('Spread of flow')")
    wide_page.page.wait_for_selector(".map-legend >> text=/standard deviation/")
    for words, name, start in (
        ("Fans >> CSV", "fans.csv", b"\xef\xbb\xbfindicator,"),
        ("Expected flows >> CSV", "expected.csv", b"\xef\xbb\xbflink,"),
        ("Charts >> SVG", "fans.svg", b"<svg"),
        ("Charts >> PNG", "fans.png", b"\x89PNG"),
        ("Map >> PNG", "map.png", b"\x89PNG"),
    ):
        row, button = words.split(" >> ")
        with wide_page.page.expect_download() as taken:
            wide_page.page.click(f".exports:has(> span:text-is('{row}')) :text-is('{button}')")
        taken.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    source = find_axe()
    if source is not None:
        wide_page.page.evaluate(source)
        assert find_serious_faults(wide_page, []) == []
    assert wide_page.has_no_complaints()


def test_d_all_words_stand_in_one_file() -> None:
    """Every key that a module asks for has words, and every word is asked for."""
    static = ROOT / "src" / "landbridge" / "web" / "static"
    words = json.loads((static / "strings.en.json").read_text(encoding="utf-8"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(static.rglob("*.js")))
    asked = set(re.findall(r"\bt(?:Or)?\(\s*'([^']+)'", code)) | {
        f"{key}.{form}" for key in re.findall(r"\btn\(\s*'([^']+)'", code) for form in ("one", "many")
    }
    assert sorted(asked - set(words)) == []
    starts = tuple(re.findall(r"`([a-z][\w.-]*\.)\$\{", code))
    literals = set(re.findall(r"'([a-z][\w.-]+)'", code))
    unused = [
        key
        for key in words
        if key not in literals and not key.startswith(starts) and key.rsplit(".", 1)[0] not in literals
    ]
    assert unused == []


def test_e_modules_hold_no_markup_and_fetch_nothing_foreign() -> None:
    """No module parses markup from text or names another host."""
    static = ROOT / "src" / "landbridge" / "web" / "static"
    for path in sorted(static.rglob("*")):
        if path.suffix not in (".js", ".html", ".css"):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), path
        hosts = set(re.findall(r"https?://[\w.-]+", text)) - {"http://www.w3.org"}
        assert hosts == set(), path


SHOTS = {
    "map": ("#/map", "desk", "light"),
    "difference": ("#/map?scenario=tripp-open&base=today", "desk", "light"),
    "what-if": ("#/what-if?scenario=tripp-open", "desk", "light"),
    "routes": ("#/routes?from=azerbaijan&to=nakhchivan&base=tripp-open", "desk", "light"),
    "futures": ("#/futures", "desk", "light"),
    "depends": ("#/depends?zone=nakhchivan", "desk", "light"),
    "gains": ("#/gains?scenario=tripp-open&base=today", "desk", "light"),
    "appraisal": ("#/appraisal", "desk", "light"),
    "record": ("#/record?gate=tripp-agreement-in-force", "desk", "light"),
    "validity": ("#/validity", "desk", "light"),
}


@pytest.mark.slow  # pictures for the manual, only when they are asked for
@pytest.mark.skipif(
    "LANDBRIDGE_PICTURES" not in os.environ,
    reason="pictures are drawn when LANDBRIDGE_PICTURES names a folder",
)
@pytest.mark.parametrize("name", SHOTS)
def test_f_pictures_for_the_manual(chromium: Any, eurasia: str, name: str) -> None:
    """Every view as a picture, few colours and so few bytes."""
    from PIL import Image

    where, size, scheme = SHOTS[name]
    folder = Path(os.environ["LANDBRIDGE_PICTURES"])
    for watched in _watch(chromium, eurasia, size, scheme):
        watched.open(where, webgl=True)
        if name in ("map", "difference", "what-if", "routes"):
            watched.wait_for_map()
        if name == "what-if":
            watched.page.click(f"[data-gate=tripp-road-open] {TO_SHUT}")
            watched.page.wait_for_selector(".turned-box:not([hidden])")
            watched.wait_for_map()
        if name == "futures":
            _run_futures(watched)
        if name == "appraisal":
            _appraise(watched)
            watched.page.wait_for_selector("text=No work", timeout=900_000)
            watched.page.wait_for_selector("text=Being worked out", state="detached")
            watched.page.evaluate("() => document.querySelector('main').scrollTo(0, 400)")
        watched.page.wait_for_selector("text=No work", timeout=900_000)
        watched.wait_until_quiet(600_000)
        watched.page.wait_for_timeout(800)
        path = folder / f"web-{name}.png"
        watched.page.screenshot(path=path)
        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(
                256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
            )
            few.save(path, optimize=True)
