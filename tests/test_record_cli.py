"""The commands of the record, run as a person would: read, review, check, show, timeline, score, trace."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.command import landbridge
from tests.recorded import write_recorded_study

from landbridge.record.check_events import link_events
from landbridge.record.model import Address, Claim, Mention
from landbridge.record.review import COLUMNS, ClaimRefused, accepted_rows, read_review
from landbridge.record.tables import Record, read_record
from landbridge.study import check_study, open_study

ONE = """\
Ministers of Kenya and Tanzania Sign Railway Agreement in Nairobi
The foreign ministers of Kenya and Tanzania signed a railway agreement in Nairobi on 4 March 2024.
Norway mediated the talks between Kenya and Tanzania for two years.
However, Norway has not mediated the talks between Kenya and Tanzania.
The railway agreement will be signed after the parliament has approved it.
"""
TWO = """\
Kenya and Tanzania Agree on a Railway
In May 2023 the foreign ministers of Kenya and Tanzania signed a railway agreement in Nairobi.
Dar es Salaam, the capital of Tanzania, welcomed the agreement.
"""


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two documents, and the folder above it to work in."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "one.txt").write_text(ONE, encoding="utf-8")
    (folder / "two.txt").write_text(TWO, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def said_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    said = landbridge(capsys, *words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_1_read_writes_a_review_table(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each claim, with the sentence that makes it."""
    said = landbridge(capsys, "record", "read", "documents", "-o", "review.csv")
    assert said.code == 0
    with Path("review.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert {row["source"] for row in rows} == {"one.txt", "two.txt"}
    dated = [row for row in rows if row["field"] == "date"]
    assert {(row["value"], row["locator"]) for row in dated} >= {
        ("2024-03-04", "p2 s1"),
        ("2023-05", "p2 s1"),
    }
    assert all(row["sentence"] in ONE + TWO for row in rows)
    assert {row["decision"] for row in rows} == {""}


def test_2_check_of_documents_alone(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has the four parts, the gravest contradiction first, and addresses of sentences."""
    found = said_json(capsys, "record", "check", "documents/one.txt", "documents/two.txt")
    assert list(found) == ["claims", "contradictions", "lineage", "resolutions"]
    claim = {"document", "locator", "event", "field", "subject", "value", "stance", "modality"}
    assert all(set(row) == claim for row in found["claims"])
    wanted = {"event", "field", "kind", "values", "witnesses", "verdict", "reason"}
    assert all(wanted <= set(row) for row in found["contradictions"])
    for row in found["contradictions"]:
        for value in row["values"]:
            assert {"value", "stance", "mentions"} <= set(value)
            assert all(set(mention) == {"document", "locator"} for mention in value["mentions"])
    told = {(row["kind"], row["field"]) for row in found["contradictions"]}
    assert ("contradiction", "date") in told
    assert all({"event", "field", "value", "probability", "rule"} <= set(row) for row in found["resolutions"])


def test_3_a_document_that_contradicts_itself(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both addresses are told."""
    found = said_json(capsys, "record", "check", "documents/one.txt")
    roles = [row for row in found["contradictions"] if row["field"] == "role"]
    mentions = {(v["stance"], m["locator"]) for row in roles for v in row["values"] for m in v["mentions"]}
    assert {("asserts", "p3 s1"), ("denies", "p4 s1")} <= mentions


def test_4_text_for_people(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, readable."""
    said = landbridge(capsys, "record", "check", "documents")
    assert said.code == 0
    assert "verdict: " in said.out
    assert "one.txt p2 s1" in said.out


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b""),
        ("image.txt", bytes(range(256)) * 40),
        ("broken.pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog"),
        ("latin.txt", "Le président a signé à Genève le 3 mai 2024.\n".encode("latin-1")),
        ("page.html", b"<html><script>alert(1)</script><body onload=x()>"),
    ],
)
def test_5_bad_files_are_listed_and_the_rest_is_read(
    documents: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes
) -> None:
    """A bad file never stops the good ones, and never crashes."""
    (documents / name).write_bytes(data)
    said = landbridge(capsys, "record", "read", "documents", "--json")
    assert said.code == 0
    assert "Traceback" not in said.err
    found = json.loads(said.out)
    assert {claim["document"] for claim in found["claims"]} >= {"one.txt", "two.txt"}
    alone = landbridge(capsys, "record", "read", f"documents/{name}")
    assert "Traceback" not in alone.err
    skipped = [row["file"] for row in found["skipped"]]
    assert (alone.code == 1) == any(name in file for file in skipped)
    if alone.code == 1:
        assert "LB-C031" in alone.err
        assert name in alone.err


def test_6_nothing_read_is_an_error(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file, the reason and the mend."""
    said = landbridge(capsys, "record", "check", "nowhere.txt")
    assert said.code == 1
    assert "nowhere.txt" in said.err
    assert "mend:" in said.err


def test_7_review_writes_accepted_claims(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Accepted claims reach the study with ids, their source and their event; refused ones do not."""
    study = write_recorded_study(documents.parent)
    landbridge(capsys, "record", "read", "documents/one.txt", "-o", "review.csv", "--study", str(study))
    with Path("review.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    (dated,) = [row for row in rows if row["field"] == "date" and row["value"] == "2024-03-04"][:1]
    place = next(row for row in rows if row["field"] == "place" and row["event"] == dated["event"])
    said = landbridge(
        capsys, "record", "review", "review.csv", "--accept", f"{dated['id']},{place['id']}", "--refuse", "all",
        "--study", str(study),
    )  # fmt: skip
    assert said.code == 0, said.err
    record = read_record(open_study(study))
    claim = record.get_claim("C0016")
    assert (claim.value, claim.mention.source, claim.mention.locator) == ("2024-03-04", "one.txt", "p2 s1")
    assert record.sources["one.txt"].reliability == "unknown"
    event = record.events[dated["event"]]
    assert (event.date, event.place) == ("2024-03-04", "Nairobi")
    assert [fault for fault in check_study(study) if fault.severity == "error"] == []
    with Path("review.csv").open(encoding="utf-8", newline="") as stream:
        decisions = {row["id"]: row["decision"] for row in csv.DictReader(stream)}
    assert decisions.pop(dated["id"]) == decisions.pop(place["id"]) == "accept"
    assert set(decisions.values()) == {"refuse"}
    again = landbridge(capsys, "record", "review", "review.csv", "--study", str(study))
    assert "Nothing to add" in again.out


def test_8_a_claim_that_does_not_fit_writes_nothing(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An event that the study does not have, and whose date nobody accepted."""
    study = write_recorded_study(documents.parent)
    before = (study / "tables" / "claims.csv").read_bytes()
    landbridge(capsys, "record", "read", "documents/one.txt", "-o", "review.csv")
    with Path("review.csv").open(encoding="utf-8", newline="") as stream:
        role = next(row for row in csv.DictReader(stream) if row["field"] == "role")
    said = landbridge(capsys, "record", "review", "review.csv", "--accept", role["id"], "--study", str(study))
    assert said.code == 1
    assert "LB-C030" in said.err
    assert role["id"] in said.err
    assert (study / "tables" / "claims.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("review.csv", "--accept", "P9999"), "LB-T023"),
        (("missing.csv",), "LB-C029"),
        (("review.csv", "--accept", "all", "--study", "eurasia"), "LB-C032"),
    ],
)
def test_9_review_says_what_is_wrong(
    documents: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    """An unknown row, a missing table, a study that is not one's own."""
    landbridge(capsys, "record", "read", "documents/one.txt", "-o", "review.csv")
    said = landbridge(capsys, "record", "review", *words)
    assert said.code == 1
    assert said.err.startswith(code)


def test_10_a_decision_that_is_none(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line is named."""
    landbridge(capsys, "record", "read", "documents/two.txt", "-o", "review.csv")
    path = Path("review.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    name = lines[2].split(",")[0]
    lines[2] = lines[2].replace(f"{name},,", f"{name},perhaps,", 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    said = landbridge(capsys, "record", "review", "review.csv")
    assert said.code == 1
    assert "line 3" in said.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("peace", ("probability that it is met", "expected", "C5")),
        ("gate:gap-built", ("2026-12", "2028-06")),
        ("2025-05-02-peace-initialled", ("Farland host, witness", "P4 p2 s1", "machine_rewritten")),
        ("C5", ("signed", "Digest", "What is taken")),
        ("C14", ("WITHDRAWN: misread",)),
        ("peace-treaty", ("initialled 2025-05-02", "signed 2027 (expected)", "Westland")),
        ("process:gap-peace", ("4.5 Mt [whole route]", "3.1 Mt [through the port]")),
    ],
)
def test_11_show_tells_all_that_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: tuple[str, ...]
) -> None:
    """Facts, what is taken, differences, claims with addresses, sources."""
    study = str(write_recorded_study(tmp_path))
    said = landbridge(capsys, "record", "show", name, "--study", study)
    assert said.code == 0, said.err
    assert [word for word in words if word not in said.out] == []
    assert said_json(capsys, "record", "show", name, "--study", study)["kind"]


def test_12_show_offers_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in an id is no dead end."""
    study = str(write_recorded_study(tmp_path))
    said = landbridge(capsys, "record", "show", "2025-05-02-peace-initialed", "--study", study)
    assert said.code == 1
    assert "2025-05-02-peace-initialled" in said.err


def test_13_check_of_a_study_tells_its_gates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scope is no contradiction; a gate that disagrees is listed."""
    study = write_recorded_study(tmp_path, ("gates", "met,2026-06-01", "met,2026-04-01"))
    found = said_json(capsys, "record", "check", "--study", str(study))
    kinds = {row["field"]: row["kind"] for row in found["contradictions"]}
    assert (kinds["volume"], kinds["date"]) == ("scope", "contradiction")
    (gate,) = [row for row in found["gates"] if row["disagrees"]]
    assert (gate["gate"], gate["resolved"]) == ("south-usable", "2026-06-01")
    ranks = [row["kind"] for row in found["contradictions"]]
    assert ranks.index("contradiction") < ranks.index("scope")


def test_14_the_timeline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text, as JSON, and as one page that fetches nothing."""
    study = str(write_recorded_study(tmp_path))
    said = landbridge(capsys, "record", "timeline", "--study", study)
    assert "promised for Dec 2026; now Jun 2028" in said.out
    found = said_json(capsys, "record", "timeline", "--study", study, "--process", "gap-peace")
    assert [moment["id"] for moment in found["moments"]] == [
        "2025-05-02-peace-initialled",
        "exp-peace-signing",
    ]
    page = tmp_path / "timeline.html"
    assert landbridge(capsys, "record", "timeline", "--study", study, "--html", str(page)).code == 0
    fetched: list[str] = []

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag in ("script", "img", "link", "iframe", "object", "image", "use"):
                fetched.append(tag)

    Page().feed(page.read_text(encoding="utf-8"))
    assert fetched == []
    unknown = landbridge(capsys, "record", "timeline", "--study", study, "--gate", "peaze")
    assert "peace" in unknown.err


def test_15_score_against_hand_coding(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was coded by hand and is proposed counts; what is not known as a source cannot be scored."""
    coded = "C15,2025-05-02-peace-initialled,role,NOR,mediator,,,,denies,fact,P4,p4 s1,hand,,\n"
    last = "C14,2025-05-02-south-treaty"
    study = write_recorded_study(
        documents.parent,
        ("claims", last, coded + last),
        ("claims", "C3,2025-05-02-peace-initialled,date,,2024-05,,,,asserts,fact,P4,p2 s1", "C3,2025-05-02-peace-initialled,date,,2024-03-04,,,,asserts,fact,P4,p2 s1"),
        ("sources", "p4.txt", "one.txt"),
        ("actors", "FAR,Farland,state,FAR,", "FAR,Farland,state,FAR,\nNOR,Norway,state,NOR,"),
    )  # fmt: skip
    found = said_json(capsys, "record", "score", "documents/one.txt", "--study", str(study))
    assert found["documents"] == ["P4"]
    assert found["place"]["coded"] == 4
    assert 0.0 < found["lenient"]["recall"] <= found["place"]["recall"] <= 1.0
    unknown = landbridge(capsys, "record", "score", "documents/two.txt", "--study", str(study))
    assert unknown.code == 1


def test_16_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command says how it is used."""
    for name in ("read", "review", "check", "show", "timeline", "score"):
        said = landbridge(capsys, "record", name, "--help")
        assert said.code == 0
        assert "Example" in said.out
        assert f"landbridge record {name}" in said.out


def test_17_a_new_state_becomes_an_actor() -> None:
    """A role of a state that the study does not have brings the state with it; any other actor is refused."""
    row = dict.fromkeys(COLUMNS, "") | {
        "decision": "accept", "event": "2024-talks", "stance": "asserts", "modality": "fact", "source": "a.txt",
    }  # fmt: skip
    date = row | {"id": "P1", "field": "date", "value": "2024"}
    role = row | {"id": "P2", "field": "role", "subject": "KEN", "value": "host"}
    added = accepted_rows([date, role], Record(), {"KEN": "Kenya"})
    assert [(actor["id"], actor["name"]) for actor in added.actors] == [("KEN", "Kenya")]
    assert [claim["id"] for claim in added.claims] == ["C0001", "C0002"]
    with pytest.raises(ClaimRefused, match="no actor"):
        accepted_rows([date, role | {"subject": "nobody"}], Record(), {"KEN": "Kenya"})


def test_18_asking_claim_by_claim(
    documents: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal each claim is shown with its sentence; a person may stop at any time."""
    landbridge(capsys, "record", "read", "documents/one.txt", "-o", "review.csv")
    answers = iter(["a", "r", "s", "q"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_words, **_more: next(answers))
    said = landbridge(capsys, "record", "review", "review.csv")
    assert "1 accepted, 1 refused" in said.out
    assert ONE.splitlines()[0] in said.out


def test_19_the_built_in_record_tells_the_summit_right(capsys: pytest.CaptureFixture[str]) -> None:
    """The values that good sources agree on are taken, whatever rewritten ones say; scope is no contradiction."""
    found = said_json(capsys, "record", "check", "--study", "eurasia")
    taken = {(row["event"], row["field"], row["subject"]): row["value"] for row in found["resolutions"]}
    assert taken["2025-08-08-washington-summit", "date", ""] == "2025-08-08"
    assert taken["2025-08-08-peace-agreement-initialled", "status", "peace agreement"] == "initialled"
    assert taken["2025-03-13-peace-text-concluded", "date", ""] == "2025-03-13"
    assert taken["2024-09-09-tokayev-offer-astana", "place", ""] == "Astana"
    assert taken["2025-08-08-joint-declaration", "role", "USA"] == "witness"
    assert taken["2026-01-13-tripp-implementation-framework", "date", ""] == "2026-01-13"
    assert taken["2026-01-13-tripp-implementation-framework", "status", "framework"] == "not binding"
    assert taken["place:almaty", "classification", "Almaty"] != "capital"
    volumes = [
        row for row in found["contradictions"] if (row["event"], row["field"]) == ("process:titr", "volume")
    ]
    assert [row["kind"] for row in volumes] == ["scope"]
    assert {value["value"] for value in volumes[0]["values"]} == {"4.484", "4.48", "3.3"}
    assert "alma-ata-border-basis" in {gate["gate"] for gate in found["gates"]}


def claim(document: str, event: str, field: str, subject: str, value: str) -> Claim:
    return Claim("", event, field, subject, value, Mention(document, Address(2, 1)))


def test_20_two_documents_on_one_event() -> None:
    """One names the parties, the other the place and one party; that the dates differ is no reason against it."""
    claims = [
        claim("a", "agreement-railway-ken-tza", "date", "", "2024-03-04"),
        claim("a", "agreement-railway-ken-tza", "place", "", "Nairobi"),
        claim("b", "agreement-railway", "date", "", "2023-05"),
        claim("b", "agreement-railway", "place", "", "Nairobi"),
        claim("b", "agreement-railway", "role", "NOR", "mediator"),
        claim("b", "meeting-nairobi", "role", "KEN", "host"),
    ]
    linked = link_events(claims, states=["KEN", "TZA"])
    assert linked[0].event == linked[2].event == "agreement-railway-ken-tza"
    assert linked[5].event == "meeting-nairobi"


def test_21_documents_on_different_events() -> None:
    """One name for two things, other parties, other places, another stage, or a document's own two events."""
    pairs = {
        "other parties": [("a", "agreement", "role", "KEN"), ("b", "agreement", "role", "LAO")],
        "other places": [
            ("a", "meeting-x-ken-tza", "place", "Nairobi"),
            ("b", "meeting-y-ken-tza", "place", "Arusha"),
        ],
        "another stage": [
            ("a", "treaty-ken-tza-initialled", "role", "KEN"),
            ("b", "treaty-ken-tza", "role", "KEN"),
        ],
        "one document": [("a", "visit-ken-tza", "role", "KEN"), ("a", "visit-ken", "role", "KEN")],
    }
    for what, rows in pairs.items():
        claims = []
        for document, event, field, value in rows:
            subject, said = (value, "signatory") if field == "role" else ("", value)
            claims.append(claim(document, event, field, subject, said))
        events = [linked.event for linked in link_events(claims, states=["KEN", "TZA", "LAO"])]
        assert len(set(events)) == 2, what


def test_22_events_of_the_study_stay() -> None:
    """Known ids and other subjects are not renamed."""
    claims = [
        claim("a", "2024-talks", "role", "KEN", "host"),
        claim("b", "talks-ken", "role", "KEN", "host"),
        claim("b", "gate:line-built", "date", "", "2025"),
    ]
    linked = link_events(claims, known=["2024-talks"], states=["KEN"])
    assert [c.event for c in linked] == ["2024-talks", "talks-ken", "gate:line-built"]


def test_23_a_document_writes_no_formula(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence that a spreadsheet would run stands as text, and comes back as it was."""
    line = '=HYPERLINK("http://x") Kenya and Tanzania signed a treaty in Nairobi on 4 March 2024.'
    (documents / "one.txt").write_text(f"Kenya and Tanzania Sign\n{line}\n", encoding="utf-8")
    landbridge(capsys, "record", "read", "documents/one.txt", "-o", "review.csv")
    with Path("review.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@")] == []
    assert line in {row["sentence"] for row in read_review(Path("review.csv"))}


def test_24_documents_of_like_names_are_different_sources() -> None:
    """In two folders, or in letters that no id has."""
    row = dict.fromkeys(COLUMNS, "") | {
        "decision": "accept", "event": "2024-talks", "field": "date", "value": "2024", "stance": "asserts",
        "modality": "fact",
    }  # fmt: skip
    names = ["a/one.txt", "b/one.txt", "отчёт.txt", "доклад.txt"]
    added = accepted_rows([row | {"id": name, "source": name} for name in names], Record())
    assert [source["file"] for source in added.sources] == names
    assert len({claim["source"] for claim in added.claims}) == len(names)


def test_25_what_a_claim_needs_comes_with_it() -> None:
    """A process gets a row, a document is named by its source, a unit is written as the study writes it."""
    row = dict.fromkeys(COLUMNS, "") | {
        "decision": "accept", "stance": "asserts", "modality": "fact", "source": "a b.txt", "field": "volume",
        "value": "20", "unit": "TEU a year",
    }  # fmt: skip
    process = row | {"id": "P1", "event": "process:lake-line"}
    document = row | {"id": "P2", "event": "document:a b.txt", "field": "derived_from", "unit": ""}
    added = accepted_rows([process, document], Record())
    assert [made["id"] for made in added.processes] == ["lake-line"]
    assert added.events == ()
    (source,) = added.sources
    assert [(c["event"], c["unit"]) for c in added.claims] == [
        ("process:lake-line", "TEU/year"),
        (f"document:{source['id']}", ""),
    ]
    with pytest.raises(ClaimRefused, match="unit"):
        accepted_rows([process | {"unit": "bags"}], Record())


def test_26_all_that_does_not_fit_is_told_at_once() -> None:
    """So that it can be mended, or refused, in one go."""
    row = dict.fromkeys(COLUMNS, "") | {
        "decision": "accept", "stance": "asserts", "modality": "fact", "source": "a.txt", "field": "status",
        "value": "signed",
    }  # fmt: skip
    rows = [row | {"id": f"P{number}", "event": f"talks-{number}"} for number in range(3)]
    with pytest.raises(ClaimRefused) as caught:
        accepted_rows(rows, Record())
    assert all(f"P{number}" in caught.value.what for number in range(3))
    assert "--refuse P0,P1,P2" in caught.value.mend
