"""Figures of indicators followed down to flows, links, parameters and sources."""

import json

import pytest

from command import landbridge
from landbridge.errors import RunInvalid, UnknownId
from landbridge.study import open_study, run_study
from landbridge.study.trace import trace_item
from studies import write_small_study
from test_indicator_tables import PARAMETERS

FIRST = "M-running-cv,"
PLACE = "@gap-open/2035"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with the tables of all indicators."""
    folder = tmp_path_factory.mktemp("traced")
    study = write_small_study(folder, ("parameters", FIRST, PARAMETERS + FIRST))
    return run_study(open_study(study), scenarios=["today", "gap-open"], out=folder / "run", dependence=True)


def walk(node):
    """A node and all below it."""
    yield node
    for child in node["from"]:
        yield from walk(child)


ITEMS = {
    "surplus:isle-zone": ("link:", "classes:general"),
    "surplus:isle-zone:general": ("link:", "classes:general"),
    "revenue:WST": ("link:", "borders:"),
    "revenue:WST:railways": ("link:",),
    "revenue:ships": ("link:ferry",),
    "accounts:isle-zone": ("surplus:", "link:", "appraisal.cost_share.tariff"),
    "accounts:WST": ("revenue:", "link:", "appraisal.cost_share.tariff"),
    "accounts:climate": ("appraisal.carbon_usd_t", "emissions:world", "parameter:M-hub-seaport-kg-t"),
    "emissions:world": ("link:", "parameter:M-diesel-rail-g-t-km"),
    "emissions:rail": ("link:", "parameter:M-diesel-rail-g-t-km"),
    "emissions:state:EST": ("link:", "parameter:M-electric-rail-EST"),
    "emissions:at sea": ("link:ocean",),
    "emissions:hub": ("terminals:", "parameter:M-hub-inland-kg-t"),
    "emissions:access": ("connectors:", "parameter:M-access-co2-g-t-km"),
    "emissions:gap": ("corridor:gap", "element:"),
    "emissions:west-zone>isle-zone": ("pair:", "route:", "link:"),
    "access:isle-zone": ("zones:far-zone", "classes:general", "pair:", "parameter:M-trade-elasticity"),
    "reliability:west-zone>isle-zone:general": ("pair:", "route:", "link:", "parameter:M-place-correlation"),
    "dependence:isle-zone:STH": ("exposure", "route:", "link:", "classes:general"),
    "islands:isle-zone": ("state:STH", "borders:south-road-in", "route:", "link:"),
}


@pytest.mark.parametrize("item", ITEMS)
def test_1_a_figure_goes_down_to_flows_parameters_and_sources(run, item):
    """Each tree is plain, holds what the figure rests on, and ends in sources."""
    place = "@today" if item.startswith(("dependence", "islands")) else PLACE
    tree = trace_item(run, item + place)
    assert tree["what"]
    assert tree["value"] is not None
    json.dumps(tree)
    found = list(walk(tree))
    for head in ITEMS[item]:
        assert any(node["item"].startswith(head) for node in found), head
    assert any(source["id"] for node in found for source in node["sources"])
    tonnes = [n["value"] for n in found if n["unit"] == "t/year" and isinstance(n["value"], float)]
    assert tonnes or item in {"emissions:hub", "emissions:access"}, "no flow beneath it"


def test_2_parts_add_up_to_the_figure(run):
    """Classes to a zone's surplus, receivers to a state's revenue, links to what rails emit without hubs."""
    surplus = trace_item(run, "surplus:west-zone" + PLACE)
    of_class = [n["value"] for n in surplus["from"] if n["item"].startswith("surplus:")]
    assert sum(of_class) == pytest.approx(surplus["value"], rel=1e-12)
    account = trace_item(run, "accounts:west-zone" + PLACE)
    assert account["value"] == pytest.approx(surplus["value"], rel=1e-12)
    revenue = trace_item(run, "revenue:WST" + PLACE)
    assert sum(n["value"] for n in revenue["from"]) == pytest.approx(revenue["value"], rel=1e-12)
    parts = {n["item"].split(":")[2] for n in revenue["from"]}
    alone = [trace_item(run, f"revenue:WST:{part}{PLACE}")["value"] for part in parts]
    assert sum(alone) == pytest.approx(revenue["value"], rel=1e-12)
    for part in revenue["from"]:
        assert trace_item(run, part["item"])["value"] == part["value"]
    for mode in ("rail", "road", "ferry"):
        tree = trace_item(run, f"emissions:{mode}{PLACE}")
        links = [n for n in tree["from"] if n["unit"] == "t CO2e/year"]
        assert len(links) == len([n for n in tree["from"] if n["item"].startswith("link:")])
        assert sum(n["value"] for n in links) == pytest.approx(tree["value"], rel=1e-6), mode
    at_sea = trace_item(run, f"emissions:at sea{PLACE}")
    ships = [n["value"] for n in at_sea["from"] if n["unit"] == "t CO2e/year"]
    assert sum(ships) == pytest.approx(at_sea["value"] - at_sea["hub_t_year"], rel=1e-6)


def test_3_a_loss_has_the_year_in_which_closures_were_solved(run):
    """Without a year the only one that there is."""
    tree = trace_item(run, "dependence:isle-zone:STH@today")
    assert tree["item"].endswith("/2035")
    exposure = next(node for node in tree["from"] if node["item"] == "exposure")
    assert exposure["value"] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("surplus:ile-zone", "isle-zone"),
        ("surplus:isle-zone:generl", "isle-zone:general"),
        ("revenue:WTS", "WST"),
        ("emissions:nothing", "emissions"),
        ("dependence:isle-zone:STT", "isle-zone:STH"),
    ],
)
def test_4_an_unknown_name_is_told_with_the_nearest(run, item, said):
    with pytest.raises(UnknownId) as caught:
        trace_item(run, item)
    assert said in str(caught.value)


def test_5_a_run_without_the_table_says_what_it_needs(tmp_path, capsys):
    study = open_study(write_small_study(tmp_path))
    bare = run_study(study, scenarios=["today"], years=[2024], out=tmp_path / "run")
    with pytest.raises(RunInvalid, match="no table dependence") as caught:
        trace_item(bare, "dependence:isle-zone:STH")
    assert "landbridge run --dependence" in str(caught.value)
    with pytest.raises(RunInvalid, match="no table emissions"):
        trace_item(bare, "emissions:world")
    said = landbridge(capsys, "trace", str(tmp_path / "run"), "revenue:WST:railways")
    assert said.code == 0
    assert "N1" in said.out
