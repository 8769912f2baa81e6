"""Tables: reading with every fault at once, writing back, and what the attribute tables say."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.studies import TABLES, write_small_study

from landbridge.errors import TableInvalid, UnknownColumn, UnknownId, UnknownTable
from landbridge.record.tables import RECORD_TABLES
from landbridge.tables import (
    json_schema,
    list_tables,
    load_attributes,
    manual,
    read_table,
    table_from_rows,
    write_table,
)
from landbridge.tables.attributes import COLUMN_TYPES

ROOT = Path(__file__).resolve().parent.parent
SOURCES = b"id,title\nN1,Yearbook\nN2,Plan\n"


def read(tmp_path: Path, data: bytes, table: str = "sources") -> tuple[list[tuple[str, ...]], list[str]]:
    """Rows of the ids and titles that were read, and the faults as 'code line column'."""
    path = tmp_path / f"{table}.csv"
    path.write_bytes(data)
    read_, faults = read_table(path)
    rows = list(zip(*(read_[name] for name in ("id", "title")), strict=True)) if table == "sources" else []
    return rows, [f"{fault.code} {fault.row} {fault.column}".strip() for fault in faults]


def test_1_types_of_columns(tmp_path: Path) -> None:
    """Text is text, lists are tuples, numbers are float64 with NaN where blank, yes and no are bool."""
    links, faults = read_table(write_small_study(tmp_path) / "tables/links.csv")
    assert faults == []
    row = links.row("west--gap-rail")
    assert (row["from_node"], row["gates"], row["length_km"], row["opens_year"]) == (
        "west",
        ("gap-open",),
        200.0,
        "2028",
    )
    assert links["length_km"].dtype == np.float64
    assert np.isnan(links.row("east--yard-road")["gauge_mm"])
    assert links.row(0)["id"] == links.ids[0]
    terminals, _ = read_table(tmp_path / "small/tables/terminals.csv")
    assert terminals["inside_border"].dtype == np.bool_


def test_2_columns_that_a_file_leaves_out_hold_their_default(tmp_path: Path) -> None:
    """Every column of the attribute table is there; a default may be another column."""
    nodes, _ = read_table(write_small_study(tmp_path) / "tables/nodes.csv")
    assert (nodes.row("isle")["territory"], nodes.row("east")["territory"]) == ("WST-IS", "EST")
    rates, _ = read_table(tmp_path / "small/tables/sea_rates.csv")
    assert set(rates.columns) == set(load_attributes("sea_rates"))


def test_3_unknown_names_are_refused_with_near_ones() -> None:
    """Column, id and table."""
    table = table_from_rows("sources", [{"id": "N1", "title": "Yearbook"}])
    with pytest.raises(UnknownColumn, match="did you mean title"):
        table["titel"]
    with pytest.raises(UnknownId, match="did you mean N1"):
        table.row("N11")
    with pytest.raises(UnknownTable, match="did you mean links"):
        load_attributes("linkss")


def test_4_tables_cannot_be_changed() -> None:
    """A change is a new table."""
    table = table_from_rows("sources", [{"id": "N1", "title": "Yearbook"}])
    with pytest.raises(ValueError, match="read-only"):
        table["title"][0] = "other"


@pytest.mark.parametrize(
    "data",
    [
        SOURCES,
        b"\xef\xbb\xbf" + SOURCES,
        SOURCES.replace(b"\n", b"\r\n"),
        SOURCES + b"\n\n",
        SOURCES + b",,\n",
        b" title , id\n Yearbook,N1\nPlan ,N2 \n",
    ],
    ids=["plain", "byte order mark", "CRLF", "empty lines at the end", "empty cells at the end", "blanks"],
)
def test_5_ways_in_which_spreadsheets_write(tmp_path: Path, data: bytes) -> None:
    """All of these are the same table."""
    assert read(tmp_path, data) == ([("N1", "Yearbook"), ("N2", "Plan")], [])


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"", ["LB-T003 0"]),
        (b"\n\n", ["LB-T003 0"]),
        (b"id;title\nN1;Yearbook\n", ["LB-T003 1"]),
        (b"id,title\nN1,Jahrb\xfccher\n", ["LB-T002 0"]),
        (b'id,title\nN1,"open\n', ["LB-T002 0"]),
        (b"id\nN1\n", ["LB-T004 1 title"]),
        (b"id,titel\nN1,x\n", ["LB-T005 1 titel", "LB-T004 1 title"]),
        (b"id,title,title\nN1,x,y\n", ["LB-T005 1 title"]),
        (b"id,title\nN1,x,y\nN2\n", ["LB-T006 2", "LB-T006 3", "LB-T009 3 title"]),
        (b"id,title\n\nN2,x\n", ["LB-T006 2"]),
        (b'id,title\nN1,"two\nlines"\n', ["LB-T006 2"]),
        (b"id,title\nN1,x\nN1,y\n", ["LB-T012 3 id"]),
        (b"id,title\nN 1,x\n", ["LB-T008 2 id"]),
        (b"id,title\n,x\n", ["LB-T009 2 id"]),
    ],
)
def test_6_broken_files(tmp_path: Path, data: bytes, faults: list[str]) -> None:
    """Each is refused with its code and place."""
    assert read(tmp_path, data)[1] == faults


def test_7_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """Reading never raises for what stands, or does not stand, in a study."""
    table, faults = read_table(tmp_path / "sources.csv")
    assert (len(table), [fault.code for fault in faults]) == (0, ["LB-T001"])


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        ("1,5", "write 1.5"),
        ("NaN", "leave the cell blank"),
        ("inf", "leave the cell blank"),
        ("-inf", "leave the cell blank"),
        ("1 000", "write digits"),
        ("1_000", "write digits"),
        ("12 km", "the unit stands in the heading"),
        ("1e999", "write digits"),
    ],
)
def test_8_numbers_that_are_none(tmp_path: Path, cell: str, mend: str) -> None:
    """Each is refused and told how to mend it; the cell counts as blank."""
    study = write_small_study(tmp_path, ("links", "rail,400,1435", f'rail,"{cell}",1435'))
    links, (fault,) = read_table(study / "tables/links.csv")
    assert (fault.code, fault.row, fault.column, fault.value) == ("LB-T007", 2, "length_km", cell)
    assert mend in fault.mend
    assert np.isnan(links["length_km"][0])


def test_9_all_faults_of_a_file_are_collected() -> None:
    """Reading goes on after the first fault, and a cell can break several rules."""
    row = {
        "id": "aktau", "name": "", "country": "Kazakhstan", "lat": 431, "lon": "51,2", "kind": "harbour",
        "source": "", "basis": "guess",
    }  # fmt: skip
    with pytest.raises(TableInvalid) as caught:
        table_from_rows("nodes", [row])
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [
        ("LB-T009", "name"),
        ("LB-T011", "country"),
        ("LB-T011", "territory"),
        ("LB-T010", "lat"),
        ("LB-T007", "lon"),
        ("LB-T011", "kind"),
        ("LB-T015", "source"),
        ("LB-T011", "basis"),
    ]


def test_10_limits_may_be_other_columns(tmp_path: Path) -> None:
    """Low, value and high must rise."""
    study = write_small_study(tmp_path, ("borders", "both,14,60,10,80", "both,14,60,15,50"))
    _, faults = read_table(study / "tables/borders.csv")
    assert [(fault.code, fault.column) for fault in faults] == [
        ("LB-T018", "time_box_h"),
        ("LB-T018", "time_wagon_h"),
    ]


@pytest.mark.parametrize("cell", ["2024", "2024-05", "2024-02-29"])
def test_11_dates(cell: str) -> None:
    """A date may be a year, a month or a day."""
    gate = {
        "id": "g",
        "title": "t",
        "kind": "legal",
        "state_today": "met",
        "source": "N1",
        "basis": "official",
    }
    assert table_from_rows("gates", [{**gate, "met_on": cell}])["met_on"][0] == cell


@pytest.mark.parametrize("cell", ["2023-02-29", "2024-13", "1.5.2024", "24"])
def test_12_days_that_do_not_exist(cell: str) -> None:
    """A date that the calendar does not have is refused."""
    gate = {
        "id": "g",
        "title": "t",
        "kind": "legal",
        "state_today": "met",
        "source": "N1",
        "basis": "official",
    }
    with pytest.raises(TableInvalid, match="is not a date"):
        table_from_rows("gates", [{**gate, "met_on": cell}])


@pytest.mark.parametrize("name", sorted(TABLES))
def test_13_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    """Reading, writing and reading again gives the same table, and writing it again the same bytes."""
    first, _ = read_table(write_small_study(tmp_path) / f"tables/{name}.csv")
    target = tmp_path / f"{name}.csv"
    write_table(first, target)
    data = target.read_bytes()
    second, faults = read_table(target)
    assert faults == []
    for column in first.columns:
        np.testing.assert_array_equal(first[column], second[column])
    write_table(second, target)
    assert target.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", list_tables())
def test_14_attribute_tables_are_sound(name: str) -> None:
    """Types, limits, choices, patterns and references of the attribute tables name things that exist."""
    attributes = load_attributes(name)
    assert next(iter(attributes)) == "id"
    for attribute in attributes.values():
        assert attribute.type in COLUMN_TYPES
        assert attribute.description
        assert attribute.unit or not attribute.is_numeric
        assert all(column in attributes for column in attribute.range_columns)
        assert all(column in load_attributes(table) for table, column in attribute.targets)
    if name not in ("sources", "actors", "processes"):
        assert attributes["source"].required
    if name not in ("sources", *RECORD_TABLES):  # how the record knows a thing is what the record works out
        assert attributes["basis"].choices == ("observed", "official", "forecast", "derived", "assumption")


def test_15_schema_of_a_row() -> None:
    """Limits, choices, patterns and needs of the attributes reach the JSON Schema."""
    schema = json_schema()["$defs"]
    json.dumps(schema)
    assert list(schema) == list(list_tables())
    link = schema["links"]
    assert link["properties"]["length_km"] == {
        "type": "number",
        "minimum": 0.01,
        "maximum": 30000.0,
        "description": "length along the way",
        "unit": "km",
    }
    assert link["properties"]["mode"]["enum"] == ["rail", "road", "sea", "river"]
    assert "length_km" in link["required"]
    assert link["additionalProperties"] is False


def test_16_the_manual_page_is_up_to_date() -> None:
    """docs/reference/tables.md is what landbridge.tables.manual() writes."""
    assert (ROOT / "docs/reference/tables.md").read_text(encoding="utf-8") == manual()
