"""Network files and the two commands: TNTP and GMNS, plain and compressed, good and bad."""

import gzip
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from landbridge.assignment.class_table import read_classes
from landbridge.assignment.equilibrium import solve_equilibrium
from landbridge.assignment.formats import FileRefused, read_network, read_trips
from landbridge.cli.main import app

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 3
<DISTANCE FACTOR> 0.5
<END OF METADATA>
~ init term capacity length free b power speed toll type ;
 1 2 1 0 10 0.002 1 0 0 1 ;
 1 3 1 4 18 0.000555555555555555555 1 0 3 1 ;
 3 2 0 0 0 0 0 0 0 1 ;
"""
TRIPS = "<NUMBER OF ZONES> 2\n<END OF METADATA>\n\nOrigin 1\n 1 : 5.0; 2 : 1000.0;\n"


@pytest.fixture
def files(tmp_path):
    """A network and its trips."""
    (tmp_path / "net.tntp").write_text(NET)
    (tmp_path / "trips.tntp").write_text(TRIPS)
    return tmp_path


def gmns(folder):
    """The same as a GMNS folder, with names for nodes and one link both ways."""
    (folder / "node.csv").write_text("node_id,zone_id,node_type\nmid,,\nA,1,centroid\nB,2,centroid\n")
    (folder / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,length,free_speed,lanes,capacity,vdf_fftt1,vdf_alpha1,vdf_beta1,toll\n"
        "1,A,B,true,0,,1,1,10,0.002,1,0\n2,A,mid,true,4,,1,1,18,0.00055555555555555555,1,3\n"
        "3,mid,B,false,10,60,2,0,,0.15,4,0\n"
    )
    (folder / "demand.csv").write_text("o_zone_id,d_zone_id,volume\n1,2,1000\n")
    return folder


def test_1_tntp_and_gmns_say_the_same(files):
    """Two routes: 10 + 0.02 x and 20 + 0.01 x with the distance factor."""
    network = read_network(files / "net.tntp")
    problem = network.problem(read_trips(files / "trips.tntp", network))
    found = solve_equilibrium(problem, gap=1e-13)
    assert found.flow.tolist() == pytest.approx([2000 / 3, 1000 / 3, 1000 / 3])
    assert found.intrazonal == 5.0
    other = read_network(gmns(files))
    assert (other.n_zones, other.first_through, other.names[2]) == (2, 3, "mid")
    assert other.capacity.tolist() == [1, 1, 0, 0]
    assert other.free.tolist() == [10, 18, 10, 10]
    assert read_trips(files / "demand.csv", other).amount.tolist() == [1000]


def test_2_compressed_files_are_read_the_same(files):
    """Seen from the first bytes, whatever the name."""
    (files / "net2.tntp").write_bytes(gzip.compress(NET.encode()))
    assert np.array_equal(read_network(files / "net2.tntp").free, read_network(files / "net.tntp").free)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<END OF METADATA>", "", "END OF METADATA"),
        ("LINKS> 3", "LINKS> 4", "promise 4"),
        (" 1 2 1 0 10", " 1 9 1 0 10", "outside 1 to 3"),
        (" 1 2 1 0 10", " 1 2 1 0 x", "line 8"),
        (" 1 2 1 0 10 0.002 1 0 0 1 ;", " 1 2 1 ;", "line 8"),
        (" 1 2 1 0 10", " 1 2 1 0 -10", "negative"),
    ],
)
def test_3_bad_networks_are_refused_in_words(files, old, new, words):
    """With the file, and the line where there is one."""
    (files / "bad.tntp").write_text(NET.replace(old, new))
    with pytest.raises(FileRefused) as caught:
        read_network(files / "bad.tntp")
    assert words in str(caught.value)
    assert "bad.tntp" in str(caught.value)


@pytest.mark.parametrize(
    "body", ["", "Origin 1\n 2 : x;", "Origin 7\n 2 : 1;", "Origin 1\n 2 : -3;", "Origin 1\n 2 3;;4"]
)
def test_4_bad_trips_are_refused(files, body):
    """No demand, words for numbers, unknown zones, negative trips."""
    network = read_network(files / "net.tntp")
    (files / "bad.tntp").write_text(f"<NUMBER OF ZONES> 2\n<END OF METADATA>\n{body}\n")
    with pytest.raises(FileRefused):
        read_trips(files / "bad.tntp", network)


def test_5_table_of_classes(files):
    """Shares, equivalents, tolls by value of time, forbidden links."""
    network = read_network(files / "net.tntp")
    demand = read_trips(files / "trips.tntp", network)
    table = files / "classes.csv"
    table.write_text("name,share,equivalent,value_of_time,forbidden\ncars,0.9,1,6,\nlorries,0.1,2.5,,1-2\n")
    cars, lorries = read_classes(table, network, demand)
    assert cars.fixed.tolist() == [0, 2.5, 0]
    assert lorries.fixed.tolist() == [0, 2.0, 0]
    assert lorries.permitted.tolist() == [False, True, True]
    assert lorries.demand.amount.tolist() == pytest.approx([0.5, 100])
    for bad in (
        "name,speed\nx,1\n",
        "share\n1\n",
        "name,share\nx,y\n",
        "name,forbidden\nx,2-1\n",
        "name,share\n",
    ):
        table.write_text(bad)
        with pytest.raises(FileRefused):
            read_classes(table, network, demand)


def run(*words):
    """Run a command; exceptions come through."""
    return CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)


@pytest.mark.parametrize("solver", ["bushes", "paths", "bfw"])
def test_6_assign_prints_json_and_writes_flows(files, solver):
    """The promised keys, and flows that the certificate was made from."""
    got = run(
        "assign",
        files / "net.tntp",
        files / "trips.tntp",
        "--gap",
        "1e-9",
        "--solver",
        solver,
        "--json",
        "-o",
        files / "flows.csv",
    )
    facts = json.loads(got.stdout)
    assert {
        "relative_gap",
        "average_excess_cost",
        "objective",
        "tstt",
        "iterations",
        "seconds",
        "unserved",
        "threads",
    } <= set(facts)
    assert facts["relative_gap"] <= 1e-9
    lines = (files / "flows.csv").read_text().splitlines()
    assert lines[0] == "from,to,flow,cost"
    assert float(lines[1].split(",")[2]) == pytest.approx(2000 / 3, abs=0.1)
    assert "relative gap" in run("assign", files / "net.tntp", files / "trips.tntp").stdout


def test_7_skim_writes_csv_and_npz(files):
    """Cost with the distance factor; blanks where there is no path."""
    got = run("skim", files / "net.tntp", "-o", files / "skim.csv")
    assert "1 without a path" in got.stdout
    assert (files / "skim.csv").read_text().splitlines() == [
        "from,to,cost,time,length,toll",
        "1,1,0.0,0.0,0.0,0.0",
        "1,2,10.0,10.0,0.0,0.0",
        "2,1,,,,",
        "2,2,0.0,0.0,0.0,0.0",
    ]
    run("skim", files / "net.tntp", "-o", files / "skim.npz", "--nodes")
    assert np.load(files / "skim.npz")["cost"].shape == (3, 3)
