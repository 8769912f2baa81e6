"""The timeline and the gates of the record: what slipped, what is probable, and pages that hostile text cannot break."""

from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.recorded import write_recorded_study
from tests.studies import write_small_study

from landbridge.errors import UnknownId
from landbridge.record.check_gates import gate_probability, list_contested, list_gate_views, view_gate
from landbridge.record.check_judged import judge_record
from landbridge.record.check_judged import list_contested as list_disputed
from landbridge.record.tables import Record, read_record
from landbridge.record.timeline import Timeline, build_timeline
from landbridge.report.page import DataTable, Figure
from landbridge.report.svg import text_width
from landbridge.report.timeline import draw_events, say_slip, timeline_page
from landbridge.report.timeline_dates import build_scale, say_date
from landbridge.report.timeline_section import write_record
from landbridge.study import Study, check_study, open_study
from landbridge.study.trace import trace_item

AS_OF = "2026-07-02"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"


def read(folder: Path, *changes: tuple[str, str, str]) -> Record:
    return read_record(open_study(write_recorded_study(folder, *changes)))


def lay_out(record: Record, **more: object) -> Timeline:
    return build_timeline(record, as_of=AS_OF, **more)  # type: ignore[arg-type]


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.fetched += [str(value) for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_1_a_plan_that_was_put_off(tmp_path: Path) -> None:
    """From the end of the first promise to the end of the last, with the promises in the order in which they were made."""
    (slip,) = [slip for slip in lay_out(read(tmp_path)).slips if slip.about == "gate:gap-built"]
    assert [(promise.said, promise.date) for promise in slip.promises] == [
        ("2025-05-03", "2026-12"),
        ("2025-05-04", "2028-06"),
    ]
    assert (slip.actual, slip.missed) == ("", 0)
    assert slip.years == pytest.approx(1.5, abs=0.01)
    assert say_slip(slip, AS_OF) == "promised for Dec 2026; now Jun 2028: 18 months later".replace(
        "18 months", "1.5 years"
    )


def test_2_a_promise_that_passed_is_missed(tmp_path: Path) -> None:
    """What is not done by the last day of the record is overdue since the promised day."""
    record = read(tmp_path, ("claims", "completion_planned,,2026-12", "completion_planned,,2024-12"))
    record = read_record_without(record, "C10")
    (slip,) = [slip for slip in lay_out(record).slips if slip.about == "gate:gap-built"]
    assert slip.missed == 1
    assert slip.years == pytest.approx(1.5, abs=0.01)
    assert say_slip(slip, AS_OF).endswith("not done by 2 Jul 2026: 1.5 years overdue")


def read_record_without(record: Record, name: str) -> Record:
    from dataclasses import replace

    return replace(record, claims=tuple(claim for claim in record.claims if claim.id != name))


def test_3_stages_and_roles_are_told(tmp_path: Path) -> None:
    """The expected stage is not reached; names stand for ids."""
    built = lay_out(read(tmp_path))
    (line,) = built.agreements
    assert [(stage.name, stage.reached) for stage in line.stages] == [
        ("text agreed", True),
        ("initialled", True),
        ("signed", False),
    ]
    assert (line.parties, line.witnesses, line.binding) == (("Westland", "Hilland"), ("Farland",), True)
    moment = next(moment for moment in built.moments if moment.id == "2025-05-02-peace-initialled")
    assert moment.roles["host"] == ("Farland",)
    assert [moment.first for moment in built.moments] == sorted(moment.first for moment in built.moments)


def test_4_only_what_bears_on_a_gate(tmp_path: Path) -> None:
    """A gate or a process of its own."""
    record = read(tmp_path)
    assert {m.id for m in lay_out(record, gates=["gap-built"]).moments} == {
        "2024-09-ground",
        "plan-gap-built",
    }
    assert [a.id for a in lay_out(record, processes=["gap-peace"]).agreements] == ["peace-treaty"]
    assert [s.about for s in lay_out(record, processes=["gap-line"]).slips] == ["gate:gap-built"]
    assert lay_out(record, gates=["est-transit"]).moments == ()


def test_5_the_page_escapes_what_documents_say(tmp_path: Path) -> None:
    """No text of the record becomes a tag, an attribute or an address."""
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    record = read(
        tmp_path,
        ("events", "Both initial the peace", quoted),
        ("events", "Far (FAR)", quoted),
        ("actors", "Farland", quoted),
        ("instruments", "Peace of the Gap", quoted),
        ("processes", "The line through the gap", quoted),
        ("gates", "The line through the gap is built", quoted),
    )
    judged = judge_record(record)
    disputes = [(HOSTILE, HOSTILE, HOSTILE)]
    page = Page(
        timeline_page(
            lay_out(record, contested=list_disputed(judged) | {"2024-09-ground": HOSTILE}), HOSTILE, disputes
        )
    )
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert page.handlers == []
    assert page.fetched == []
    assert HOSTILE.replace("&amp;", "&amp;") in "".join(page.words)


def test_6_labels_of_a_lane_do_not_overlap() -> None:
    """On the built-in record, at full width, no label lies on another and none leaves the picture."""
    record = read_record(open_study("eurasia"))
    svg = draw_events(build_timeline(record, as_of=AS_OF))
    boxes = list_boxes(svg)
    assert len(boxes) > 250
    assert [b for b in boxes if b[0] < -1 or b[1] > 1201] == []
    boxes.sort(key=lambda box: box[2])
    for place, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            if other[2] >= bottom:
                break
            assert other[0] >= right or other[1] <= left, (left, right, top, bottom, other)


def list_boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of each line of a label, by the widths that the drawing reckons with."""
    boxes = []

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.given: dict[str, str] | None = None

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: str(value) for name, value in attrs}
            self.given = given if tag == "text" and "paint-order" in given else None

        def handle_data(self, data: str) -> None:
            if self.given:
                size = float(self.given["font-size"])
                width = text_width(data, size, bold=self.given["font-weight"] == "bold")
                x, y = float(self.given["x"]), float(self.given["y"])
                left = x - width if self.given.get("text-anchor") == "end" else x
                boxes.append((left, left + width, y - size * 0.7, y))
                self.given = None

    Reader().feed(svg)
    return boxes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025-08-08", "8 Aug 2025"),
        ("2025-08", "Aug 2025"),
        ("2025-11-20/2025-11-21", "20–21 Nov 2025"),
        ("2024-09/2024-12", "Sep–Dec 2024"),
        ("2029/2030", "2029 to 2030"),
        ("2026-06/..", "from Jun 2026"),
        ("1992~", "1992~"),
        ("nonsense", "nonsense"),
    ],
)
def test_7_dates_in_words(text: str, words: str) -> None:
    """No more exact than they were said."""
    assert say_date(text) == words


def test_8_years_with_more_events_are_wider() -> None:
    """The axis gives room where it is needed, and every date its place in order."""
    scale = build_scale(["1991-01-01", "2025-01-05", "2025-03-01", "2025-08-01", "2025-12-31"], 1000)
    years = dict(scale.years)
    assert years[2026] - years[2025] > years[1992] - years[1991]
    places = [scale.place(day) for day in ("1991-06-01", "2010-01-01", "2025-01-05", "2025-12-31")]
    assert places == sorted(places)


def test_9_probability_of_a_gate(tmp_path: Path) -> None:
    """A stage that only weak copies claim is improbable; what an official text and a witness say is not."""
    record = read(tmp_path)
    judged = judge_record(record)
    assert gate_probability(record, "peace", judged) == 0.0
    assert gate_probability(record, "south-usable", judged) == 1.0
    assert gate_probability(record, "gap-built", judged) == 0.0
    assert gate_probability(record, "south-usable", judged, at="2026-05-01") == 0.0


def test_10_a_contested_fact_is_not_silent(tmp_path: Path) -> None:
    """Who contradicts whom on the status bears on the gate of the next stage, and the check warns."""
    unofficial = "initialled,,,,asserts,fact,P1", "initialled,,,,asserts,fact,P5"
    study = write_recorded_study(tmp_path, ("claims", *unofficial))
    record = read_record(open_study(study))
    judged = judge_record(record)
    assert {d.field for d in list_contested(record, "peace", judged)} == {"status"}
    view = view_gate(record, "peace", judged)
    assert view.is_uncertain
    assert 0.0 < view.probability < 1.0
    assert "signed" in view.why
    warned = [fault for fault in check_study(study) if fault.code == "LB-C033"]
    assert {(fault.severity, Path(fault.file).stem, fault.row) for fault in warned} == {
        ("warning", "gates", 2)
    }


def test_11_a_gate_that_disagrees_with_the_record(tmp_path: Path) -> None:
    """met_on must be the day that the record takes for the event that meets the gate."""
    study = write_recorded_study(tmp_path, ("gates", "met,2026-06-01", "met,2026-04-01"))
    (fault,) = [fault for fault in check_study(study) if fault.column == "met_on"]
    assert "2026-04-01" in fault.what
    assert "2026-06-01" in fault.what
    assert "south-usable" in fault.mend


def test_12_a_withdrawn_claim_changes_nothing(tmp_path: Path) -> None:
    """C14 gives another day, and was withdrawn."""
    record = read(tmp_path)
    assert view_gate(record, "south-usable", judge_record(record)).disagrees == ""


def test_13_the_built_in_gates_follow_the_record() -> None:
    """The treaty is initialled and not signed; what parties dispute is uncertain."""
    record = read_record(open_study("eurasia"))
    judged = judge_record(record)
    views = {view.gate.id: view for view in list_gate_views(record, judged)}
    assert views["peace-agreement-initialled"].probability > 0.95
    assert views["peace-treaty-signed"].probability < 0.05
    assert views["alma-ata-border-basis"].is_uncertain
    assert views["minsk-process-closed"].resolved == "2025-11-30"
    assert gate_probability(record, "minsk-process-closed", judged, at="2025-10-01") < 0.1
    days = {gate: view.resolved for gate, view in views.items() if view.disagrees}
    assert days == {}


class Solved:
    """As much of a run as a trace of gates and events asks for."""

    def __init__(self, study: Study) -> None:
        self.path = study.path
        self.manifest = {"scenarios": ["today"], "years": [2024]}
        self._study = study

    def study(self) -> Study:
        return self._study

    def rows(self, sql: str, values: dict[str, object] | None = None) -> list[dict[str, object]]:
        gates = [str(gate) for gate in self._study.tables["gates"].ids]
        wanted = [gate for gate in gates if not values or gate == values.get("name", gate)]
        return [{"gate": gate, "share_open": 0.0, "reason": "not met"} for gate in wanted]


def list_items(node: dict[str, object]) -> list[str]:
    found = [str(node["item"])]
    for child in node["from"]:  # type: ignore[attr-defined]
        found += list_items(child)
    return found


def test_14_a_trace_goes_on_to_the_sentence(tmp_path: Path) -> None:
    """From a gate to the event that meets it, what was taken for it, and the claims with their addresses."""
    run = Solved(open_study(write_recorded_study(tmp_path)))
    items = list_items(trace_item(run, "gate:gap-open"))  # type: ignore[arg-type]
    assert items[:2] == ["gate:gap-open@today", "gate:gap-built@today"]
    assert "event:plan-gap-built" in items
    assert "claim:C9" in items
    assert "event:2025-05-02-peace-initialled" in items, "a disputed stage bears on the later one"
    assert "gate_history:south-usable-3" in list_items(trace_item(run, "gate:south-usable"))  # type: ignore[arg-type]
    node = trace_item(run, "event:2025-05-02-peace-initialled")  # type: ignore[arg-type]
    (dated,) = [child for child in node["from"] if child["item"].endswith(":date")]
    assert dated["value"] == "2025-05-02"
    claims = {claim["item"]: claim for claim in dated["from"]}
    assert claims["claim:C3"]["locator"] == "p2 s1"
    assert (claims["claim:C3"]["stance"], dated["rule"]) == ("asserts", "official text")
    assert [source["id"] for source in claims["claim:C1"]["sources"]] == ["P1"]
    with pytest.raises(UnknownId, match="event"):
        trace_item(run, "event:nothing")  # type: ignore[arg-type]


def test_15_the_brief_tells_what_is_open(tmp_path: Path) -> None:
    """A chapter with pictures of what bears on the gates, and a row for each uncertain one; none without a record."""
    unofficial = "initialled,,,,asserts,fact,P1", "initialled,,,,asserts,fact,P5"
    study = open_study(write_recorded_study(tmp_path, ("claims", *unofficial)))
    reader = SimpleNamespace(
        study=study,
        settings={"record_date": AS_OF},
        reference="today",
        scenarios={"today": "Today", "gap-open": "Open"},
        rows=lambda _sql: [{"gate": "peace"}, {"gate": "gap-built"}],
    )
    section = write_record(reader)  # type: ignore[arg-type]
    assert section is not None
    figures = [block for block in section.blocks if isinstance(block, Figure)]
    assert len(figures) == 4
    assert "Both initial the peace" in figures[-1].svg
    (table,) = [block for block in section.blocks if isinstance(block, DataTable)]
    assert [row[0].text for row in table.rows] == ["The neighbours have signed"]
    reader.study = open_study(write_small_study(tmp_path / "other"))
    assert write_record(reader) is None  # type: ignore[arg-type]
