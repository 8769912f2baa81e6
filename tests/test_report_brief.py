"""The brief of a made-up run: one file, nothing fetched, every claim of its tables as in the run."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fake_run import FakeRun, write_fake_run

from landbridge.errors import UnknownId
from landbridge.report import outlines, write_brief, write_picture
from landbridge.report.numbers import THIN
from landbridge.report.reading import Reader
from landbridge.report.ways import write_pairs

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Reads a page: its text, tags that are never closed, ids, addresses that would be fetched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag in ("script", "img", "iframe", "link", "object", "use", "image"):
            self.fetched.append(tag)
        if tag == "a":
            self.links.append(str(given["href"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All text with ordinary spaces."""
        return re.sub(r"\s+", " ", " ".join(self.words).replace(THIN, " "))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FakeRun:
    """A made-up run, written once."""
    return write_fake_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def html(run: FakeRun, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its brief."""
    return write_brief(run, tmp_path_factory.mktemp("brief") / "brief.html").read_text(encoding="utf-8")


def test_page_is_well_formed_and_needs_nothing(html: str) -> None:
    """Tags close, ids are unique, and nothing is fetched: no script, no picture file, no style sheet, no font."""
    page = Page(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.fetched == []
    assert "url(http" not in html
    assert "@import" not in html
    assert {link for link in page.links if not link.startswith("#")} == {"https://example.org/a?b=1&c=2"}


def test_contents_lead_to_sections(html: str) -> None:
    """Every entry of the table of contents has its section."""
    page = Page(html)
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert len(inside) >= 10
    assert set(inside) <= set(page.ids)


def test_same_run_same_bytes(run: FakeRun, html: str, tmp_path: Path) -> None:
    """The brief is a function of the run."""
    assert write_brief(run, tmp_path / "again.html").read_text(encoding="utf-8") == html


def test_names_from_data_are_text(html: str) -> None:
    """Markup in a name or title shows as text."""
    assert "<b>& Rhine" not in html
    assert "Yearbook &lt;2024&gt;" in html


def test_headlines(html: str) -> None:
    """The first page says what a scenario costs a telling pair, and first of all what it strands of it."""
    text = Page(html).text
    pair = "Azerbaijan to Nakhchivan (general cargo):"
    assert f"{pair} 34 USD a tonne instead of 40, 3.0 days instead of 3.5 days." in text
    assert f"{pair} 10 % of it cannot move, instead of 0 %; what moves takes 5.6 days" in text
    assert "Middle Corridor: 2.81 million tonnes instead of 4.50 million tonnes." in text


def test_a_mean_over_fewer_tonnes_is_not_called_a_gain(tmp_path: Path) -> None:
    """Where a scenario strands half of a pair, the brief gives that share and no change of time or cost."""
    run = write_fake_run(tmp_path)
    rows = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    for row in rows:
        if row["scenario"] == "iran-closed" and row["class"] == "general" and row["served_t_year"]:
            half = row["demand_t_year"] / 2
            row |= {"served_t_year": half, "unserved_t_year": half, "time_h": 10.0, "money_usd_t": 1.0}
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "pairs.parquet")
    text = Page(write_brief(run, tmp_path / "brief.html").read_text(encoding="utf-8")).text
    assert "50 % of it cannot move, instead of 0 %; what moves takes 10 hours" in text
    assert "0 % → 50 %" in text
    assert "3.1 days shorter" not in text


def test_corridors_stand_side_by_side(html: str) -> None:
    """What opens is told with its tonnes; what was nothing before is new, not infinitely more."""
    text = Page(html).text
    assert "TRIPP 0.00 2.50 +2.50 new" in text
    assert "inf" not in re.findall(r"\b\w+\b", text)
    assert "nan" not in re.findall(r"\b\w+\b", text.lower())


def test_no_route_is_never_zero(tmp_path: Path) -> None:
    """A pair without a way has no time and no cost, and the brief says so."""
    run = write_fake_run(tmp_path)
    reader = Reader(run)
    reader.__dict__["year"] = 2024
    section = write_pairs(reader)
    assert section is not None
    table = next(block for block in section.blocks if block.block == "table")
    rows = {row[0].text: [cell.text for cell in row] for row in table.rows}
    shut = rows["Iran closed to transit"]
    assert shut[1:4] == ["no route", "no route", "no route"]


def test_misses_are_marked(html: str) -> None:
    """A published rate far from the model's is marked; a demonstration train is named as one."""
    text = Page(html).text
    assert "3 400–3 600 / 4 900 ✗1.44" in text
    assert "demonstration: best train" in text
    assert "Length 1 of 1 0 of 0 Time 1 of 1 0 of 1 Rate 0 of 1 0 of 0" in text


def test_assumptions_and_sources(html: str) -> None:
    """Assumed parameters stand with their range; sourced ones are not among them; sources are counted."""
    text = Page(html).text
    assert "Scale of route choice 0.06 0.03 to 0.12 t/USD Our choice." in text
    assert "Through rate" not in text
    assert "rest on 2 documents" in text


def test_gates_that_differ(html: str) -> None:
    """A gate stands in the table of the scenario that opens it, with the reason; a closed state is named."""
    text = Page(html).text
    assert "Trains run Azerbaijan-Meghri-Nakhchivan shut open opened by the scenario" in text
    assert "closed to transit: IRN" in text


def test_compare_two_scenarios(run: FakeRun, tmp_path: Path) -> None:
    """Only the named pair of scenarios is set against one another; an unknown one is refused."""
    text = Page(
        write_brief(run, tmp_path / "b.html", compare=("tripp-open", "region-open")).read_text("utf-8")
    ).text
    assert "Against “TRIPP open”, in 2035" in text
    assert "Iran closed to transit: what moves more" not in text
    with pytest.raises(UnknownId):
        write_brief(run, tmp_path / "c.html", compare=("today", "nowhere"))
    assert not (tmp_path / "c.html").exists()


def test_home_that_cannot_be_written(
    run: FakeRun, html: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a cache folder the same brief is written, only later."""
    outlines._read_keyed.cache_clear()
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("HOME", str(blocked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked / "cache"))
    assert write_brief(run, tmp_path / "brief.html").read_text(encoding="utf-8") == html


def test_picture(run: FakeRun, tmp_path: Path) -> None:
    """The picture is one SVG of the first question's first scenario, with the credit of its outlines."""
    svg = write_picture(run, tmp_path / "picture.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg ")
    assert "TRIPP open" in svg
    assert "Natural Earth" in svg
