"""From results to maps: what is drawn to scale, what as a scheme, and which window shows it."""

from pathlib import Path

import pytest
from tests.fake_run import LINKS, NODES, FakeRun, flow_of, write_fake_run

from landbridge.report.atlas import Atlas
from landbridge.report.reading import Reader


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FakeRun:
    """A made-up run, written once."""
    return write_fake_run(tmp_path_factory.mktemp("run"))


def test_both_directions_are_summed(run: FakeRun) -> None:
    """A stretch carries what goes there and what comes back."""
    loads = Atlas(Reader(run)).loads("today", 2024)
    number = [link[0] for link in LINKS].index("khorgos--almaty")
    there = flow_of("today", 2024, "khorgos--almaty", number) / 1e6
    assert loads.scaled["almaty", "khorgos", "rail"] == pytest.approx(1.6 * there)


def test_deep_sea_is_a_scheme(run: FakeRun) -> None:
    """Ships of the Caspian and the Black Sea are drawn to scale, those of the ocean are not."""
    loads = Atlas(Reader(run)).loads("today", 2024)
    assert any("aktau-port" in stretch for stretch in loads.scaled)
    assert any("poti-port" in stretch for stretch in loads.scaled)
    assert not any("singapore" in stretch for stretch in loads.scaled)
    assert any("singapore" in stretch for stretch in loads.ocean)


def test_more_and_less_on_one_lane_do_not_cancel(tmp_path: Path) -> None:
    """Where one ship service gains what another on the same lane loses, both are drawn."""

    def shift(scenario: str, year: int, link: str, number: int) -> float:
        gains = {"aktau--alat": 2e6, "turkmenbashi--alat": -2e6}.get(link, 0.0)
        return 3e6 + (gains if scenario == "tripp-open" else 0.0)

    atlas = Atlas(Reader(write_fake_run(tmp_path, NODES, LINKS, shift)))
    changes = atlas.changes("today", "tripp-open", 2035)
    shared = {
        mode: mt
        for (a, b, mode), mt in changes.scaled.items()
        if (a, b) == ("alat-port", "~caspian-absheron")
    }
    assert sorted(shared.values()) == pytest.approx([-3.2, 3.2])


def test_windows(run: FakeRun) -> None:
    """The whole shows every place that land links touch; what opens in the Caucasus is shown there, and near by."""
    atlas = Atlas(Reader(run))
    assert atlas.focus in atlas.best_views("today", "tripp-open", 2035)
    close = atlas.opening_view("today", "region-open")
    assert close is not None
    assert close.metres_per_pixel < atlas.focus.metres_per_pixel
    assert atlas.opening_view("today", "iran-closed") is None


def test_lines_that_open(run: FakeRun) -> None:
    """A line shut in the reference and open in the scenario is marked on the map of differences."""
    atlas = Atlas(Reader(run))
    svg = atlas.change_map(atlas.focus, "today", "tripp-open", 2035, name="m", title="Changes")
    assert ">opened</text>" in svg
    assert ">shut</text>" not in svg
    assert "Horadiz – Meghri, rail: +4.88 Mt/year" in svg


def test_bottlenecks(run: FakeRun) -> None:
    """A full terminal is a sign on the map of flows; on a map of differences only if it was not full before."""
    atlas = Atlas(Reader(run))
    assert [mark.symbol for mark in atlas._bottlenecks(atlas.focus, "today", 2024)] == ["tight"]
    assert atlas._bottlenecks(atlas.focus, "tripp-open", 2035, before="today") == []
