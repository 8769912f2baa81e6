"""The record as tables: what is refused, how it is read, and what the built-in study holds."""

from pathlib import Path

import pytest
from tests.recorded import write_recorded_study
from tests.studies import write_small_study

from landbridge.errors import UnknownId
from landbridge.record.model import Address
from landbridge.record.tables import claim_row, has_record, read_claim, read_record
from landbridge.record.tables_dates import DateInvalid, is_date, read_span
from landbridge.study import check_study, open_study
from landbridge.tables import table_from_rows

#: What is broken, the text put in place of another, and the fault: code, file, line, column, words of the mend.
BROKEN: dict[str, tuple[tuple[str, str, str], str, str]] = {
    "claim about an unknown event": (
        ("claims", "C1,2025-05-02-peace-initialled", "C1,2025-05-02-peace-initialed"),
        "LB-C022 claims 2 event",
        "2025-05-02-peace-initialled",
    ),
    "claim about an unknown gate": (
        ("claims", "gate:gap-built,completion_planned,,2026", "gate:gap-bilt,completion_planned,,2026"),
        "LB-C022 claims 10 event",
        "gap-built",
    ),
    "gate without its prefix": (
        ("claims", "gate:gap-built,completion_planned,,2026", "gap-built,completion_planned,,2026"),
        "LB-C022 claims 10 event",
        "gate:gap-built",
    ),
    "claim about no kind of thing": (
        ("claims", "process:gap-peace,volume,2024,4.5", "proces:gap-peace,volume,2024,4.5"),
        "LB-C022 claims 12 event",
        "process:",
    ),
    "claim about an unknown process": (
        ("claims", "process:gap-peace,volume,2024,4.5", "process:gap-piece,volume,2024,4.5"),
        "LB-C022 claims 12 event",
        "gap-peace",
    ),
    "unknown source of a claim": (
        ("claims", "fact,P1,,hand,,\nC2", "fact,P11,,hand,,\nC2"),
        "LB-T014 claims 2 source",
        "P1",
    ),
    "unknown gate of an event": (
        ("events", "gap-built,,gap-line", "gap-bult,,gap-line"),
        "LB-T014 events 2 affects",
        "gap-built",
    ),
    "unknown actor of an event": (
        ("events", "HIL;west-rail,west", "HIL;west-rale,west"),
        "LB-T014 events 2 actors",
        "west-rail",
    ),
    "role of an unknown actor": (
        ("events", "west-rail:builder;HIL", "west-rial:builder;HIL"),
        "LB-C023 events 2 roles",
        "west-rail",
    ),
    "role that is none": (
        ("events", "west-rail:builder;HIL", "west-rail:bilder;HIL"),
        "LB-C024 events 2 roles",
        "builder",
    ),
    "claimed role that is none": (
        ("claims", "role,FAR,witness", "role,FAR,witnes"),
        "LB-C024 claims 8 value",
        "witness",
    ),
    "claimed role of an unknown actor": (
        ("claims", "role,FAR,witness", "role,FARR,witness"),
        "LB-C023 claims 8 subject",
        "FAR",
    ),
    "date that is not EDTF": (
        ("claims", "completion_planned,,2026-12", "completion_planned,,2026-H2"),
        "LB-C021 claims 10 value",
        "2024-09/2024-12",
    ),
    "day that no month has": (("events", ",2024-09,", ",2024-02-30,"), "LB-C021 events 2 date", "2025-08-08"),
    "unknown stance": (
        ("claims", "asserts,fact,P1,,hand,,\nC2", "says,fact,P1,,hand,,\nC2"),
        "LB-T011 claims 2 stance",
        "denies",
    ),
    "unknown modality": (
        ("claims", "asserts,fact,P1,,hand,,\nC2", "asserts,guess,P1,,hand,,\nC2"),
        "LB-T011 claims 2 modality",
        "estimate",
    ),
    "locator of another form": (
        ("claims", "P4,p2 s1", "P4,2:1"),
        "LB-T011 claims 4 locator",
        "p4 s1",
    ),
    "claim of two sources": (
        ("claims", "P4,p2 s1", "P4;P5,p2 s1"),
        "LB-C025 claims 4 source",
        "row for each",
    ),
    "withdrawn without a reason": (
        ("claims", "misread: the page speaks of the road", "yes"),
        "LB-C026 claims 15 withdrawn",
        "why",
    ),
    "signed before it was initialled": (
        ("instruments", "signed,2027,", "signed,2024,"),
        "LB-C027 instruments 4 date",
        "text agreed, initialled",
    ),
    "one stage twice": (
        ("instruments", "Peace of the Gap,signed,2027", "Peace of the Gap,initialled,2027"),
        "LB-C027 instruments 4 stage",
        "one row",
    ),
    "sources that copy each other": (
        ("sources", "machine_rewritten,,p4.txt", "machine_rewritten,P5,p4.txt"),
        "LB-C028 sources 8 derived_from|LB-C028 sources 9 derived_from",
        "original",
    ),
    "one file of two sources": (
        ("sources", "machine_rewritten,P4,,", "machine_rewritten,P4,p4.txt,"),
        "LB-C028 sources 9 file",
        "one row",
    ),
    "number in an unknown unit": (
        ("claims", "4.5,Mt,", "4.5,Mtonn,"),
        "LB-T017 claims 12 unit",
        "known words",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_1_each_kind_of_fault_is_found(tmp_path: Path, name: str) -> None:
    """One broken thing gives its fault and no others, with the nearest of what was perhaps meant."""
    change, expected, mend = BROKEN[name]
    faults = check_study(write_recorded_study(tmp_path, change))
    errors = [fault for fault in faults if fault.severity == "error"]
    told = [f"{fault.code} {Path(fault.file).stem} {fault.row} {fault.column}" for fault in errors]
    assert told == expected.split("|")
    assert all(mend in fault.mend for fault in errors)


def test_2_a_study_needs_no_record(tmp_path: Path) -> None:
    """Without the tables everything works as before, and the record is empty."""
    study = open_study(write_small_study(tmp_path))
    assert not has_record(study)
    record = read_record(study)
    assert (len(record.claims), len(record.events), len(record.instruments)) == (0, 0, 0)


def test_3_the_record_is_read_into_what_it_means(tmp_path: Path) -> None:
    """Claims with addresses, events with roles, instruments with stages in order, sources with lineage."""
    record = read_record(open_study(write_recorded_study(tmp_path)))
    claim = record.get_claim("C5")
    assert (claim.mention.source, claim.mention.address) == ("P4", Address(3, 2))
    assert record.events["2025-05-02-peace-initialled"].roles["FAR"] == ("host", "witness")
    assert [stage.name for stage in record.instruments["peace-treaty"].stages] == [
        "text agreed",
        "initialled",
        "signed",
    ]
    assert record.instruments["peace-treaty"].binding is True
    assert record.sources["P5"].derived_from == ("P4",)
    assert record.sources["GK"].reliability == "unknown"
    assert record.files == {"p4.txt": "P4"}
    assert [event.id for event in record.list_meeting("peace")] == ["exp-peace-signing"]


def test_4_a_withdrawn_claim_stays_and_does_not_count(tmp_path: Path) -> None:
    """A tombstone can be read, and no count includes it."""
    record = read_record(open_study(write_recorded_study(tmp_path)))
    assert record.get_claim("C14").withdrawn.startswith("misread")
    assert [claim.id for claim in record.claims_of["2025-05-02-south-treaty"]] == ["C13"]


def test_5_an_unknown_claim_offers_the_nearest(tmp_path: Path) -> None:
    """Who mistypes an id is helped."""
    record = read_record(open_study(write_recorded_study(tmp_path)))
    with pytest.raises(UnknownId) as caught:
        record.get_claim("C144")
    assert "C14" in caught.value.mend


def test_6_a_claim_survives_the_way_to_a_row_and_back(tmp_path: Path) -> None:
    """What is written into claims.csv is what is read from it."""
    record = read_record(open_study(write_recorded_study(tmp_path)))
    rows = table_from_rows("claims", [claim_row(claim) for claim in record.claims]).rows()
    assert tuple(read_claim(row) for row in rows) == record.claims


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-09/2024-12", "2024-09-01", "2024-12-31"),
        ("2026-06/..", "2026-06-01", "None"),
        ("../2025", "None", "2025-12-31"),
        ("1992~", "1992-01-01", "1992-12-31"),
        ("--02-29", "None", "None"),
        ("--07", "None", "None"),
        ("--07-10/--07-12", "None", "None"),
        ("202X", "2020-01-01", "2029-12-31"),
    ],
)
def test_7_first_and_last_day_of_a_date(text: str, first: str, last: str) -> None:
    """A date means every day that it may be."""
    assert tuple(map(str, read_span(text))) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "late 2024",
        "2025-13",
        "2025-02-29",
        "--02-30",
        "--13",
        "--07-10/2025-07-12",
        "2026/2025",
        "8.8.2025",
    ],
)
def test_8_what_is_no_date(text: str) -> None:
    """Words, days that no calendar has, and intervals that end before they begin."""
    assert not is_date(text)
    with pytest.raises(DateInvalid):
        read_span(text)


def test_9_the_built_in_record_is_whole() -> None:
    """As many claims, events and actors as were coded, with the sources behind them."""
    study = open_study("eurasia")
    record = read_record(study)
    assert (len(record.claims), len(record.events), len(record.actors)) == (567, 130, 78)
    cited = {claim.mention.source for claim in record.claims}
    cited |= {source for event in record.events.values() for source in event.source}
    assert cited <= set(record.sources)
    assert record.sources["S000"].derived_from == record.sources["S002"].derived_from == ("R001",)
    assert sum(claim.mention.source in ("S000", "S002") for claim in record.claims) == 130


def test_10_the_built_in_record_says_units_and_scopes() -> None:
    """Tonnes of the Trans-Caspian route carry their unit and what they cover."""
    record = read_record(open_study("eurasia"))
    volumes = {c.value: (c.unit, c.scope) for c in record.claims_of["process:titr"] if c.field == "volume"}
    assert volumes["4.484"] == ("Mt", "whole route")
    assert volumes["3.3"] == ("Mt", "through Caspian ports")
    numbers = [c for c in record.claims if c.field in ("length", "volume", "capacity", "cost", "tariff")]
    bare = [c.id for c in numbers if not c.unit]
    assert bare == ["C0315"]  # "free", whatever the money
