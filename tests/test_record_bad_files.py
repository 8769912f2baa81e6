"""Files that are broken or hostile: each is read or listed as skipped, soon, and nothing stops at it."""

import logging
import time

import pytest

from landbridge.record.extract import propose_claims
from landbridge.record.lexicon import Lexicon
from landbridge.record.reading import list_files, read_documents, read_text

#: What three times the text may take of the time of one: 3 in proportion, 9 where time grows with the square.
TIMES = 6.0


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("comments.txt", b"<!-- a --> " * 380),
        ("comments.html", b"<!-- a --> " * 380 + b"<p>Peru signed the treaty."),
        ("dots.txt", b"Head\n" + b"." * 200_000),
        ("lines.txt", b"\n".join([b"a b"] * 500_000)),
        ("deep.html", b"<html><body>" + b"<div>" * 100_000 + b"Peru signed the treaty."),
        ("letters.txt", b"Head\n" + b"A" * 100_000),
    ],
)
def test_reading_takes_time_in_proportion(tmp_path, name, data):
    file = tmp_path / name

    def took(part: bytes) -> float:
        file.write_bytes(part)
        began = time.process_time()
        reading = read_documents([file])
        for document in reading.documents:
            propose_claims(document, Lexicon())
        assert len(reading.documents) + len(reading.skipped) == 1
        return time.process_time() - began

    def least(part: bytes) -> float:
        return min(took(part), took(part))  # the lesser of two: other work on the machine only adds

    took(data[: len(data) // 9])
    assert least(data) < TIMES * max(least(data[: len(data) // 3]), 0.1)


def test_a_page_nested_too_deep_is_listed_and_one_with_many_tags_is_read(tmp_path):
    deep, wide = tmp_path / "deep.html", tmp_path / "wide.html"
    deep.write_text("<html><body>" + "<div>" * 6000 + "Peru signed the treaty.")
    wide.write_text(
        "<html><body><h1>News</h1>" + "<div>Peru signed the treaty.<br><p>So it was.</div>" * 6000
    )
    reading = read_documents([deep, wide])
    assert [s.file for s in reading.skipped] == [str(deep)]
    assert "nested" in reading.skipped[0].reason
    assert [len(d.sentences) for d in reading.documents] == [12_001]


def test_a_long_text_takes_time_in_proportion():
    line = "The Lobito Corridor agreement was signed in Luanda on 3 May 2024. It carried 3 million tonnes.\n"

    def took(times: int) -> float:
        document = read_text("News\n" + line * times)
        began = time.process_time()
        propose_claims(document, Lexicon.build())
        return time.process_time() - began

    took(10)
    assert took(2400) < 8 * max(took(600), 0.05)


def test_a_link_to_itself_is_listed(tmp_path):
    link = tmp_path / "loop.txt"
    link.symlink_to(link)
    assert [name for name, _ in list_files([link])] == ["loop.txt"]
    assert len(read_documents([link]).skipped) == 1


@pytest.mark.parametrize("written", ["--07-10", "0001-01-01", "9999-12-31"])
def test_a_page_with_an_impossible_day_of_writing(tmp_path, written):
    page = tmp_path / "page.html"
    body = "Peru signed the treaty last week. It was ratified next week. It opened 900 weeks ago, on Friday."
    page.write_text(f'<html><meta name="date" content="{written}"><h1>News</h1><p>{body}</p></html>')
    (document,) = read_documents([page]).documents
    assert not [c for c in propose_claims(document, Lexicon.build()) if c.field == "date"]


def test_a_broken_pdf_is_listed_and_nothing_is_logged(tmp_path, caplog):
    file = tmp_path / "bad.pdf"
    file.write_bytes(b"%PDF-1.4\ngarbage")
    before = logging.getLogger("pypdf").level
    reading = read_documents([file])
    assert "broken" in reading.skipped[0].reason
    assert caplog.records == []
    assert logging.getLogger("pypdf").level == before
