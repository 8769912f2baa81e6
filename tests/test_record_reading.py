"""Reading: files become addressed sentences; what cannot be read is listed, never a crash."""

import random
from pathlib import Path

import pytest

from landbridge.record.model import Document
from landbridge.record.parts import part_of_lines
from landbridge.record.reading import LIMIT_BYTES, read_bytes, read_documents, read_text
from landbridge.record.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [s for _, s in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("They met. They signed.", 2),
        ("Mr. A. B. Silva of the U.S. State Department met Dr. Okoro.", 1),
        ("Talks ran under U.S. auspices in Vienna.", 1),
        ("They flew to the U.S. The talks went on.", 2),
        ("It carried 4.48 Mt. in 2024, i.e. more than No. 2 of the list.", 1),
        ('He said: "We agree." She left.', 2),
        ("What now? Nothing! It ended.", 3),
        ("Work starts at 9 a.m. on Jan. 5 near St. Helier.", 1),
    ],
)
def test_a_stop_ends_a_sentence_only_where_it_does(text: str, count: int) -> None:
    """Abbreviations, initials and decimals do not end a sentence."""
    assert count == len(sentences(text))


def test_offsets_lead_back_to_the_text() -> None:
    """Each sentence is found at its offset."""
    text = "  First one.  Second one! Third"
    assert [text[o : o + len(s)] for o, s in split_sentences(text)] == sentences(text)


def test_lines_are_paragraphs_and_blank_ones_count() -> None:
    """In a text file paragraph N is line N."""
    document = read_text("Head line\n\nOne. Two.\nThree.")
    assert [str(s.address) for s in document.sentences] == ["p1 s1", "p3 s1", "p3 s2", "p4 s1"]
    assert document.sentences[0].part == "headline"


def test_parts_are_told_by_general_rules() -> None:
    """References are citations, links and disclaimers boilerplate."""
    lines = [
        "Bridge opens",
        "The bridge was opened.",
        "References:",
        "- Mensah, K. (2024). Bridges. River Press.",
        "Read also:",
        "- A goat won the race",
        "",
        "The story goes on here.",
        "All rights reserved.",
    ]
    expected = [
        "headline",
        "body",
        "citation",
        "citation",
        "boilerplate",
        "boilerplate",
        "body",
        "body",
        "boilerplate",
    ]
    assert expected == part_of_lines(lines)


def test_a_disclaimer_in_a_paragraph_is_boilerplate_alone() -> None:
    """Only the sentence that disclaims is marked."""
    document = read_text(
        "Head\nThe port opened. The views expressed here do not necessarily reflect those of the Gazette."
    )
    assert [s.part for s in document.sentences] == ["headline", "body", "boilerplate"]


def test_html_keeps_text_and_drops_scripts() -> None:
    """Scripts, styles and navigation are no text; entities are decoded; the date is taken."""
    page = (
        b'<html><head><title>T</title><meta property="article:published_time" content="2025-03-04T10:00:00Z">'
        b"<script>alert('x')</script><style>p{}</style></head><body><nav>Home</nav><h1>Port &amp; rail</h1>"
        b"<p>Peru <b>and</b> Chile met.<br>They &lt;b&gt; agreed.</p><footer>About us</footer></body></html>"
    )
    document, _ = read_bytes(page, "page.html")
    assert [s.text for s in document.sentences] == [
        "Port & rail",
        "Peru and Chile met.",
        "They <b> agreed.",
        "About us",
    ]
    assert document.sentences[-1].part == "boilerplate"
    assert document.published == "2025-03-04"


def _pdf(text: str) -> bytes:
    """Write the smallest PDF with one line of text."""
    stream = f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET".encode()
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def test_pdf_gives_its_text() -> None:
    """A sentence of a PDF is found."""
    document, _ = read_bytes(_pdf("Ghana and Togo met. They agreed."), "a.pdf")
    assert [s.text for s in document.sentences] == ["Ghana and Togo met.", "They agreed."]


def test_bad_files_are_listed_with_a_mend(tmp_path: Path) -> None:
    """Binary, empty, strange, broken and missing files are skipped, each with a reason and a mend."""
    noise = random.Random(1)
    bad = {
        "empty.txt": b"",
        "blank.txt": b" \n\n",
        "noise.txt": bytes(noise.randrange(256) for _ in range(4000)),
        "nul.txt": b"ab\x00cd" * 9,
        "cyrillic.txt": "Стороны подписали соглашение".encode("cp1251"),
        "broken.pdf": _pdf("x")[:200],
        "noise.pdf": b"%PDF-1.4\n" + bytes(noise.randrange(256) for _ in range(4000)),
        "named.pdf": b"no pdf at all",
        "script.html": b"<html><script>1</script></html>",
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(LIMIT_BYTES)
    reading = read_documents([tmp_path, tmp_path / "missing.txt"])
    assert reading.documents == ()
    assert sorted([*bad, "huge.txt", "missing.txt"]) == sorted(Path(s.file).name for s in reading.skipped)
    assert all(s.reason and s.mend for s in reading.skipped)


def test_encodings_are_told(tmp_path: Path) -> None:
    """UTF-8 with a mark, UTF-16 and Western text are read; the last with a note."""
    text = "Título\nAsunción signed."
    for name, encoding in (("a.txt", "utf-8-sig"), ("b.txt", "utf-16"), ("c.txt", "cp1252")):
        (tmp_path / name).write_bytes(text.encode(encoding))
    reading = read_documents([tmp_path])
    assert [d.title for d in reading.documents] == ["Título"] * 3
    assert [name for name, _ in reading.notes] == ["c.txt"]


def test_order_does_not_hang_on_processes(tmp_path: Path) -> None:
    """Two processes give the same documents in the same order as one."""
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(f"Head {number}\nBody {number}.")
    one, two = read_documents([tmp_path]), read_documents([tmp_path], processes=2)
    assert one == two
    assert [f"{n:02}.txt" for n in range(12)] == [d.id for d in one.documents]


@pytest.mark.parametrize("line", ["A. " * 60_000, "Peru Bank " * 40_000, "signed, " * 60_000, "(" * 100_000])
def test_a_monstrous_line_is_read_in_little_time(line: str) -> None:
    """No rule of the splitter is worse than linear by much: such a line does not hang the reader."""
    assert isinstance(read_text(f"Head\n{line}"), Document)
