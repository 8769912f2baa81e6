"""Checks of a study: each kind of broken row, and all of them at once."""

import re
from itertools import groupby
from pathlib import Path

import pytest
from tests.studies import write_small_study

import landbridge
from landbridge.errors import StudyInvalid
from landbridge.study import check_study, open_study
from landbridge.study.check import INDICATOR_PARAMETERS, MODEL_PARAMETERS

LAKE_ROAD = "lake--hill-road,lake,hill,road,90,,operating,,,60,,0.5,,,,,1.1,,,,,,N1,observed,"
LAKE, HILL = "lake,Lake,FAR,,40,41,city,,N1,observed,", "hill,Hill,FAR,,40,42,city,,N1,observed,"

#: What is broken, the text that is put in place of another, and the faults: severity, code, file, line, column.
BROKEN: dict[str, tuple[list[tuple[str, str, str]], list[str]]] = {
    "link to an unknown node": (
        [("links", "far--far-port-road,far,far-port", "far--far-port-road,far,far-prt")],
        ["LB-T014 links 13 to_node"],
    ),
    "unknown source": (
        [("services", "0.5,N1,observed,\nfeeder", "0.5,N1;N9,observed,\nfeeder")],
        ["LB-T014 services 2 source"],
    ),
    "fact without a source": (
        [("borders", "2023,N1,observed,\nyard-road", "2023,,observed,\nyard-road")],
        ["LB-T015 borders 2 source"],
    ),
    "doubled id": (
        [("gates", "gap-built,The", "peace,The"), ("gates", "gap-built;peace", "peace")],
        ["LB-T012 gates 3 id"],
    ),
    "needed cell left blank": (
        [("zones", "west-zone,West,WST,WST", "west-zone,,WST,WST")],
        ["LB-T009 zones 3 name"],
    ),
    "negative length": (
        [("links", "road,390", "road,-390")],
        ["LB-T010 links 9 length_km", "LB-N001 links 9 length_km"],
    ),
    "share above one": (
        [("captive", "sea,0.8,0.6,0.95", "sea,1.8,0.6,2")],
        ["LB-T010 captive 2 share", "LB-T010 captive 2 high", "LB-S022 captive 2 share"],
    ),
    "latitude of no place": (
        [("zones", "EST,EST,41.0,60.5", "EST,EST,410,60.5")],
        ["LB-T010 zones 2 lat"],
    ),
    "column without its unit": (
        [("sea_rates", "source,basis,note", "source,basis,note,rate")],
        ["LB-T005 sea_rates 1 rate", "LB-T006 sea_rates 2", "LB-T006 sea_rates 3"],
    ),
    "parameter of the model that is missing": (
        [("parameters", "M-border-cv,", "M-other-cv,")],
        ["LB-S019 parameters 0 id"],
    ),
    "unknown unit": (
        [("parameters", "t/truck", "tonn/truck")],
        ["LB-T017 parameters 10 unit"],
    ),
    "number without a unit": (
        [("parameters", "60,30,120,USD/lift", "60,30,120,")],
        ["LB-T017 parameters 18 unit"],
    ),
    "assumption without a range": (
        [("parameters", "60,30,120,USD/lift", "60,,,USD/lift")],
        ["LB-T016 parameters 18 value"],
    ),
    "value outside its range": (
        [("growth", "0.02,2024,2035,0.01,0.03", "0.04,2024,2035,0.01,0.03")],
        ["LB-T018 growth 2 rate_year"],
    ),
    "gates in a circle": (
        [("gates", "political,,", "political,gap-open,")],
        ["LB-S020 gates 3 requires"],
    ),
    "gate history out of order": (
        [("gate_history", "south-usable,2026-03-01,2026", "south-usable,2026-02-01,2026")],
        ["LB-S021 gate_history 3 from_date"],
    ),
    "rule that costs nothing": (
        [("rules", "EST+FAR,12,5,25", "EST+FAR,,,")],
        ["LB-T019 rules 3 cost_usd_t"],
    ),
    "measure of an unknown row, column and nothing": (
        [("measures", "ferry,capacity_mt_year,2,", "fery,capacity,,")],
        ["LB-T014 measures 2 row", "LB-T014 measures 2 column", "LB-T019 measures 2 factor"],
    ),
    "mode scale above route scale": (
        [("classes", "0.15,0.05", "0.15,0.5")],
        ["LB-T019 classes 3 mode_scale_per_usd_t"],
    ),
    "class mix that is no whole": (
        [("class_mix", "grain,0.4,0.2", "grain,0.3,0.2")],
        ["LB-S022 class_mix 2 share"],
    ),
    "zone shares that are no whole": (
        [("zone_shares", "far-zone,0.6,0.4", "far-zone,0.5,0.4")],
        ["LB-S022 zone_shares 2 share"],
    ),
    "flow without quantity": (
        [("flows", "isle-zone,total,300000,", "isle-zone,total,,")],
        ["LB-T019 flows 2 t_year"],
    ),
    "link shorter than geography": (
        [("links", "rail,400,1435", "rail,40,1435")],
        ["LB-N001 links 2 length_km"],
    ),
    "link far longer than geography": (
        [("links", "rail,400,1435", "rail,4000,1435")],
        ["LB-N002 links 2 length_km"],
    ),
    "rail without a gauge": (
        [("links", "rail,210,1520", "rail,210,")],
        ["LB-N003 links 6 gauge_mm"],
    ),
    "road without a speed": (
        [("links", "road,230,,operating,,,65", "road,230,,operating,,,")],
        ["LB-N012 links 11 speed_kmh"],
    ),
    "land link over an unknown border": (
        [("borders", "south,STH,WST,road,a_to_b", "south,STH,FAR,road,a_to_b")],
        ["LB-N004 links 14 id", "LB-N004 links 15 id"],
    ),
    "service over a road": (
        [("services", "ocean,Ocean line,east-port--strait-sea", "ocean,Ocean line,west--far-road")],
        [
            "LB-N005 services 4 links",
            "LB-N006 services 4 links",
            "LB-N007 nodes 7 id",
            "LB-N007 nodes 11 id",
            "warning LB-N005 links 19 id",
        ],
    ),
    "service without time or price": (
        [("services", "14,900,,,0.7", ",900,,,0.7"), ("services", "box;bulk,,3,1,,22", "box;bulk,,3,1,,")],
        ["LB-N016 services 2 fare_wagon_usd_t", "LB-N015 services 3 speed_kmh"],
    ),
    "port without a quay": (
        [("terminals", "mid-port-quay,mid-port,seaport", "mid-port-quay,mid-port,inland")],
        ["LB-N007 nodes 5 id"],
    ),
    "gauge change where gauges do not meet": (
        [("terminals", "yard-gauge,yard", "yard-gauge,far")],
        ["LB-N017 terminals 2 node"],
    ),
    "zone without a connector": (
        [
            ("connectors", "west-rail,west-zone", "west-rail,isle-zone"),
            ("connectors", "west-rail-port,west-zone", "west-rail-port,isle-zone"),
            ("connectors", "west-road,west-zone,west,road,1", "west-road,isle-zone,west,road,0"),
            ("connectors", "isle-zone,isle,rail,1", "isle-zone,isle,rail,0"),
        ],
        ["LB-N009 zones 3 id"],
    ),
    "connector without its mode": (
        [("connectors", "far-zone,far-port,sea", "far-zone,far,sea")],
        ["LB-N010 connectors 12 node"],
    ),
    "connector shares that are no whole": (
        [("connectors", "west-port,rail,0.3", "west-port,rail,0.2")],
        ["LB-N011 connectors 5 share"],
    ),
    "place that no link meets": (
        [("nodes", "strait,Strait", f"{LAKE}\nstrait,Strait")],
        ["warning LB-N008 nodes 13 id"],
    ),
    "network that no zone reaches": (
        [
            ("nodes", "strait,Strait", f"{LAKE}\n{HILL}\nstrait,Strait"),
            ("links", "mid-port--west", f"{LAKE_ROAD}\nmid-port--west"),
        ],
        ["LB-N008 nodes 14 id"],
    ),
    "ferry for wagons without their gauge": (
        [("services", "wagon;truck,1520", "wagon;truck,1435")],
        ["warning LB-N018 services 2 carries", "warning LB-N018 services 2 carries"],
    ),
    "scenario of unknown gate, state and measure": (
        [
            (
                "study",
                "extends: today, open: [gap-open]",
                "extends: tody, open: [gap], close_transit: [XXX], measures: [none]",
            )
        ],
        [
            "LB-S015 study 12 scenarios.gap-open.open",
            "LB-S015 study 12 scenarios.gap-open.close_transit",
            "LB-S015 study 12 scenarios.gap-open.measures",
            "LB-S015 study 12 scenarios.gap-open.extends",
        ],
    ),
    "scenarios in a circle": (
        [("study", "gates_at: record", "extends: gap-open")],
        ["LB-S016 study 12 scenarios.gap-open.extends"],
    ),
    "base year that is not solved": (
        [("study", "years: [2024, 2035]", "years: [2030, 2035]")],
        ["LB-S016 study 4 base_year"],
    ),
    "gauge break that is no railway": (
        [("study", "chain: [west, gap, isle]", "chain: [west, gap, south]")],
        ["LB-S015 study 18 gauge_breaks.0.place", "LB-S017 study 18 gauge_breaks.0.chain"],
    ),
    "telling pair and corridor of unknown things": (
        [
            ("study", "[west-zone, isle-zone, general]", "[west-zone, isle, grains]"),
            ("study", "any: [ocean]", "any: [oceans]"),
        ],
        [
            "LB-S015 study 22 telling_pairs.0",
            "LB-S015 study 22 telling_pairs.0",
            "LB-S015 study 26 corridors.1.any",
        ],
    ),
    "unknown, missing and doubled settings": (
        [
            ("study", "currency: USD", "curency: USD"),
            ("study", "base_year: 2024\n", ""),
            ("study", "description: Made up for tests.", "title: Twice"),
            ("study", "price_year: 2024", "price_year: soon"),
        ],
        [
            "LB-S013 study 0 base_year",
            "LB-S012 study 3 title",
            "LB-S011 study 5 curency",
            "LB-S014 study 6 price_year",
        ],
    ),
    "settings that are not YAML": (
        [("study", "scenarios:\n", "scenarios: [\n")],
        ["LB-S010 study 11"],
    ),
}

#: Breaks that hide, or add to, those of others when they come together.
APART = [
    "",
    "doubled id",
    "share above one",
    "number without a unit",
    "gates in a circle",
    "link far longer than geography",
    "negative length",
    "place that no link meets",
    "port without a quay",
    "service over a road",
    "service without time or price",
    "zone without a connector",
    "connector shares that are no whole",
    "network that no zone reaches",
    "ferry for wagons without their gauge",
    "scenarios in a circle",
    "unknown, missing and doubled settings",
    "settings that are not YAML",
    "gauge change where gauges do not meet",
    "rail without a gauge",
    "",
]


def list_faults(study: Path) -> list[str]:
    """Faults as 'code file line column', warnings marked."""
    told = []
    for fault in check_study(study):
        kind = "warning " if fault.severity == "warning" else ""
        told.append(f"{kind}{fault.code} {Path(fault.file).stem} {fault.row} {fault.column}".strip())
    return told


def test_1_the_small_study_has_no_faults(tmp_path: Path) -> None:
    """Nothing is said where nothing is wrong."""
    assert list_faults(write_small_study(tmp_path)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_2_each_kind_of_fault_is_found(tmp_path: Path, name: str) -> None:
    """One broken thing gives its faults and no others, each with a way to mend it."""
    changes, expected = BROKEN[name]
    study = write_small_study(tmp_path, *changes)
    assert sorted(list_faults(study)) == sorted(expected)
    assert [str(fault) for fault in check_study(study) if not fault.mend] == []


def test_3_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    """A study with one broken row of each kind is refused with all its faults, in the order of its files."""
    together = [name for name in BROKEN if name not in APART]
    study = write_small_study(tmp_path, *(change for name in together for change in BROKEN[name][0]))
    expected = sorted(fault for name in together for fault in BROKEN[name][1])
    with pytest.raises(StudyInvalid) as caught:
        open_study(study)
    assert sorted(list_faults(study)) == expected
    assert len(caught.value.faults) == len([fault for fault in expected if not fault.startswith("warning")])
    files = [fault.file for fault in caught.value.faults]
    assert [file for file, _ in groupby(files)] == list(dict.fromkeys(files))


def test_4_the_circle_of_gates_is_named(tmp_path: Path) -> None:
    """The message shows the way round."""
    study = write_small_study(tmp_path, *BROKEN["gates in a circle"][0])
    (fault,) = check_study(study)
    assert fault.what == "gates require each other in a circle: gap-built -> peace -> gap-open -> gap-built."


def test_5_another_alternative_breaks_the_circle(tmp_path: Path) -> None:
    """A circle through requires_any is no fault if another of the alternatives can be met."""
    study = write_small_study(tmp_path, ("gates", "political,,", "political,,gap-open;south-usable"))
    assert list_faults(study) == []


def test_6_the_message_reads_well(tmp_path: Path) -> None:
    """What an analyst sees: code, what, where, mend."""
    study = write_small_study(tmp_path, ("flows", "flow-5,east-zone,west-zone", "flow-5,east-zone,west-zon"))
    with pytest.raises(StudyInvalid) as caught:
        open_study(study)
    assert str(caught.value).splitlines() == [
        "LB-S002 the study has one fault.",
        f"  where: {study}",
        "  mend:  mend what is listed, then check.",
        'LB-T014 "west-zon" is not found in zones.csv or zone_groups.csv.',
        "  where: tables/flows.csv line 6, column to",
        "  mend:  did you mean west-zone or east-zone?",
    ]


def test_7_every_parameter_that_the_model_reads_is_checked() -> None:
    """No id of a model parameter stands in the code that a study could lack unnoticed."""
    package = Path(landbridge.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert set(re.findall(r'"(M-[a-z0-9-]+)"', source)) == {
        *MODEL_PARAMETERS,
        *(name for names in INDICATOR_PARAMETERS.values() for name in names),
    }
