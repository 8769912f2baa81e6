"""What a new user of the record ran into, each fault held down by a test."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.command import landbridge
from tests.recorded import write_recorded_study

from landbridge.record.check_judged import known_as, read_and_judge
from landbridge.record.model import Address, Claim, Mention
from landbridge.record.reading import read_documents
from landbridge.record.review import COLUMNS, ClaimRefused, accepted_rows
from landbridge.record.tables import Record, read_record
from landbridge.record.timeline import build_timeline
from landbridge.report.timeline import draw_events, say_slip, timeline_page
from landbridge.study import open_study

AS_OF = "2026-07-02"
DOCUMENT = """\
Ministers of Kenya and Tanzania Sign Railway Agreement in Nairobi
The foreign ministers of Kenya and Tanzania signed a railway agreement in Nairobi on 4 March 2024.
Norway mediated the talks between Kenya and Tanzania for two years.
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a folder of one document."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- dates without a year -----------------------------------------------------------------------------------

YEARLESS = ("events", "2024-09-ground,2024-09,", "2024-09-ground,--03-14,")


def test_a_date_without_a_year_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no place on the axis: the picture leaves it out, the page says so, the text puts it last."""
    study = write_recorded_study(tmp_path, YEARLESS)
    page = tmp_path / "timeline.html"
    said = landbridge(capsys, "record", "timeline", "--study", str(study), "--html", str(page))
    assert said.code == 0, said.err
    built = build_timeline(read_record(open_study(study)), as_of=AS_OF)
    assert "Works on the line begin" not in draw_events(built)
    assert "14 Mar (date without a year): Works on the line begin" in page.read_text(encoding="utf-8")
    assert built.moments[-1].id == "2024-09-ground"
    told = landbridge(capsys, "record", "timeline", "--study", str(study)).out
    assert "(date without a year)" in told
    assert told.index("Both sign the peace") < told.index("Works on the line begin")


def test_a_timeline_of_nothing_but_dates_without_a_year(tmp_path: Path) -> None:
    """No picture is drawn, the list stands alone."""
    built = build_timeline(read_record(open_study(write_recorded_study(tmp_path, YEARLESS))), as_of=AS_OF)
    alone = replace(built, moments=built.moments[-1:], agreements=(), slips=())
    page = timeline_page(alone, "A title")
    assert "events-section" not in page
    assert "date without a year" in page


# --- files that are not to be lost --------------------------------------------------------------------------


def test_a_source_document_is_not_written_over(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what, where and how to mend it; --force writes."""
    said = landbridge(capsys, "record", "read", "docs", "-o", "docs/a.txt")
    assert said.code == 1
    assert all(word in said.err for word in ("LB-C034", "docs/a.txt", "--force"))
    assert Path("docs/a.txt").read_text(encoding="utf-8") == DOCUMENT
    Path("notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert landbridge(capsys, "record", "read", "docs", "-o", "notes.csv").code == 1
    assert landbridge(capsys, "record", "read", "docs", "-o", "notes.csv", "--force").code == 0
    assert Path("notes.csv").read_text(encoding="utf-8").startswith("id,decision,")


def test_decisions_are_not_wiped(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table without decisions may be written again, one with them may not."""
    read = ("record", "read", "docs", "-o", "review.csv")
    assert landbridge(capsys, *read).code == 0
    assert landbridge(capsys, *read).code == 0
    landbridge(capsys, "record", "review", "review.csv", "--accept", "P0001")
    before = Path("review.csv").read_bytes()
    said = landbridge(capsys, *read)
    assert said.code == 1
    assert "1 decision" in said.err
    assert Path("review.csv").read_bytes() == before
    assert landbridge(capsys, *read, "--force").code == 0


@pytest.mark.parametrize("words", [("read", "docs", "-o"), ("timeline", "--html")])
def test_a_missing_folder_is_an_error(
    desk: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """It is not made."""
    said = landbridge(capsys, "record", *words, "nowhere/out.file")
    assert said.code == 1
    assert "LB-C034" in said.err
    assert not Path("nowhere").exists()


def test_only_a_page_of_its_own_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second picture replaces the first, and no other page."""
    words = ("record", "timeline", "--study", str(write_recorded_study(tmp_path)), "--html")
    page, other = tmp_path / "line.html", tmp_path / "mine.html"
    other.write_text("<html><body>mine</body></html>", encoding="utf-8")
    assert landbridge(capsys, *words, str(page)).code == 0
    assert landbridge(capsys, *words, str(page)).code == 0
    assert landbridge(capsys, *words, str(other)).code == 1
    assert other.read_text(encoding="utf-8") == "<html><body>mine</body></html>"
    assert landbridge(capsys, *words, str(other), "--force").code == 0


# --- score --------------------------------------------------------------------------------------------------


def hand_coded(folder: Path, coder: str = "hand", locator: str = "p2 s1", file: str = "a.txt") -> Path:
    """A study in which the document is a source, with one claim on it."""
    return write_recorded_study(
        folder,
        ("sources", "p4.txt", file),
        ("claims", "fact,P4,p2 s1,hand", f"fact,P4,{locator},{coder}"),
        ("claims", "fact,P4,p3 s2,hand", f"fact,P4,{locator},{coder}"),
        ("claims", "fact,P4,p3 s1,hand", f"fact,P4,{locator},{coder}"),
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"coder": "rules"}, ["coder=hand"]),
        ({"locator": ""}, ["locator"]),
        ({"file": "other.txt"}, ["a.txt", "sources.csv"]),
    ],
)
def test_score_says_what_is_missing(
    desk: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], words: list[str]
) -> None:
    """The coder, the locator or the file: only what is missing is named."""
    study = hand_coded(desk, **given)
    said = landbridge(capsys, "record", "score", "docs/a.txt", "--study", str(study))
    assert said.code == 1
    assert [word for word in words if word not in said.err] == []
    assert ("coder=hand" in said.err) == ("coder" in given)


def test_score_of_a_study_without_documents(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what to give."""
    said = landbridge(capsys, "record", "score", "--study", str(hand_coded(desk)))
    assert said.code == 1
    assert "no such file" not in said.err
    assert "record score FILE" in said.err


def test_the_examples_of_score_work(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a folder with the study and the documents that they name."""
    hand_coded(desk).rename("my-study")
    for folder in (Path("documents"), Path("my-study/documents")):
        folder.mkdir()
        (folder / "a.txt").write_text(DOCUMENT, encoding="utf-8")
    told = landbridge(capsys, "record", "score", "--help").out.splitlines()
    examples = [line.split()[1:] for line in told if line.strip().startswith("landbridge record score")]
    assert len(examples) == 2
    for words in examples:
        said = landbridge(capsys, *words)
        assert said.code == 0, said.err


# --- documents that are coded already -----------------------------------------------------------------------


@pytest.mark.parametrize("coder", ["hand", "rules"])
def test_a_coded_document_does_not_differ_from_itself(desk: Path, coder: str) -> None:
    """What was coded, or accepted, stands for its sentence; what is proposed of it is left out."""
    record = read_record(open_study(hand_coded(desk, coder=coder)))
    reading = read_documents(["docs/a.txt"])
    (document,) = (known_as(record, document) for document in reading.documents)
    again = Claim(
        "P1",
        "2025-05-02-peace-initialled",
        "date",
        "",
        "2024-06",
        Mention("P4", Address(2, 1)),
        coder="rules",
    )
    other = replace(again, id="P2", field="place", value="Nairobi", mention=Mention("P4", Address(3, 1)))
    judged = read_and_judge(record, [document], [again, other])
    added = {claim.id for claim in judged.claims} & {"P1", "P2"}
    assert added == (set() if coder == "hand" else {"P2"})


# --- what is shown ------------------------------------------------------------------------------------------


def test_a_coarser_promise_is_no_slip(tmp_path: Path) -> None:
    """The half of a year and the year are one promise."""
    changes = ("claims", "2026-12", "2026-01/2026-06"), ("claims", "2028-06", "2026")
    built = build_timeline(
        read_record(open_study(write_recorded_study(tmp_path, *changes))), as_of="2025-12-31"
    )
    (slip,) = [slip for slip in built.slips if slip.about == "gate:gap-built"]
    assert slip.years == 0
    assert say_slip(slip, built.as_of).endswith("no other date is known")


def test_values_of_check_have_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the claims state them."""
    study = str(write_recorded_study(tmp_path))
    said = landbridge(capsys, "record", "check", "--study", study, "--all").out
    assert "4.5 Mt  (" in said


def test_one_claim_is_no_plural(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither are one event and one agreement."""
    document = tmp_path / "one.txt"
    document.write_text("Lomé\nThe Voi railway opened.\n", encoding="utf-8")
    assert "1 claim proposed" in landbridge(capsys, "record", "read", str(document)).out
    assert "1 claim: " in landbridge(capsys, "record", "check", str(document)).out
    built = build_timeline(read_record(open_study(write_recorded_study(tmp_path))), as_of=AS_OF)
    page = timeline_page(replace(built, moments=built.moments[:1]), "A title")
    assert "1 event, 1 agreement, " in page


# --- values that do not fit ---------------------------------------------------------------------------------


def accepted(field: str, value: str, **more: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {
        "decision": "accept", "id": f"P-{value}", "event": "process:lake-line", "stance": "asserts",
        "modality": "fact", "source": "a.txt", "field": field, "value": value, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("status", "singed", "signed"),
        ("cost", "3,2", "3.2"),
        ("date", "14 March 2025", "2025-08-08"),
        ("role", "hots", "mediator"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: str, value: str, fits: str) -> None:
    """With what fits."""
    with pytest.raises(ClaimRefused) as caught:
        accepted_rows([accepted(field, value)], Record())
    assert value in caught.value.what
    assert fits in caught.value.mend


@pytest.mark.parametrize(
    ("field", "value"), [("status", "mostly halted"), ("status", "under construction"), ("status", "agreed"), ("status", "built"), ("cost", "3.2"),
    ("cost", "not set"), ("length", "20-32"), ("date", "2025-03-14")],
)  # fmt: skip
def test_a_value_that_fits_is_taken(field: str, value: str) -> None:
    """Words of one's own stay free."""
    assert len(accepted_rows([accepted(field, value)], Record()).claims) == 1


def test_every_fault_is_told_with_its_mend() -> None:
    """However many there are."""
    rows = [accepted("cost", f"{number},2") for number in range(1, 14)] + [accepted("role", "hots")]
    with pytest.raises(ClaimRefused) as caught:
        accepted_rows(rows, Record())
    assert all(f'"{number},2"' in caught.value.what for number in range(1, 14))
    assert "a point before decimals" in caught.value.mend
    assert "choose from signatory" in caught.value.mend
