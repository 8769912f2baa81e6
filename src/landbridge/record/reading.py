"""Files become documents: text, HTML and PDF, in addressed sentences; what cannot be read is listed,
with a mend.

Nothing here stops at a bad file: a binary, an empty or an enormous one, an encoding that cannot be told or a
broken PDF is skipped and said.
"""

import logging
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from landbridge.record.dates import find_dates, precision
from landbridge.record.lexicon import word_set
from landbridge.record.model import Address, Document, PartKind, Sentence
from landbridge.record.parts import is_boilerplate, part_of_lines
from landbridge.record.sentences import split_sentences

#: Larger files are skipped unread: 100 MB of a PDF with pictures, 20 MB of text.
LIMIT_BYTES = 100_000_000
LIMIT_TEXT_BYTES = 20_000_000
LIMIT_PDF_PAGES = 3000
LIMIT_HTML_DEPTH = 5000
#: What is read out of a folder; a file named outright is read whatever its name.
DOCUMENT_SUFFIXES = (".txt", ".text", ".html", ".htm", ".xhtml", ".pdf")
_UTF8_BOM, _UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
#: A comment is taken whole or not at all: a row of comments would else be tried in all its divisions.
_HTML_BEGIN = re.compile(
    rb"\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROL = 0.02
_MOST_STRANGE_LETTERS = 0.4


class Skipped(NamedTuple):
    """A file that was not read: which, why, and what would help."""

    file: str
    reason: str
    mend: str


@dataclass(frozen=True)
class Reading:
    """What came of reading files: documents, what was skipped, and notes on what had to be guessed."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


class _Unreadable(Exception):
    """Carry a reason and a mend out of the reader of one kind of file."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason, self.mend = reason, mend


@dataclass(frozen=True)
class _Block:
    """A paragraph before it is split: its number, its text, and its part if the format tells."""

    number: int
    text: str
    part: PartKind | None = None


def list_files(paths: Iterable[str | Path]) -> tuple[tuple[str, Path], ...]:
    """All documents under the paths, each with the name it goes by, in sorted order; hidden ones are
    left out.

    A file named outright goes by its name, one in a folder by its path inside the folder. Of a folder
    only text, HTML and PDF are taken, by the ends of their names.
    """
    found: list[tuple[str, Path]] = []
    seen: set[Path] = set()
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.suffix.lower() in DOCUMENT_SUFFIXES and p.is_file()
            )
            names = [(p.relative_to(path).as_posix(), p) for p in inside]
            names = [(n, p) for n, p in names if not any(part.startswith(".") for part in n.split("/"))]
        else:
            names = [(path.name or str(path), path)]
        for name, file in names:
            real = _real(file)
            if real not in seen:
                seen.add(real)
                found.append((name, file))
    return tuple(_distinct(found))


def _real(file: Path) -> Path:
    """Where a file is, links followed; a link to itself stays as it is, and reading it says what is wrong."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return file.absolute()


def _distinct(found: Sequence[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    """Two files of one name from different folders go by their whole paths."""
    counts = Counter(name for name, _ in found)
    for name, file in found:
        yield (name if counts[name] == 1 else file.as_posix()), file


def read_documents(paths: Iterable[str | Path], *, processes: int = 1) -> Reading:
    """Read files and folders.

    Parameters
    ----------
    paths
        Files and folders; folders are walked in sorted order.
    processes
        How many to read with; the order of the documents does not depend on it.
    """
    files = list_files(paths)
    if processes > 1 and len(files) > 1:
        with ProcessPoolExecutor(processes) as pool:
            results = list(
                pool.map(partial(_read_one), files, chunksize=max(1, len(files) // (processes * 8)))
            )
    else:
        results = [_read_one(file) for file in files]
    return Reading(
        tuple(r for r, _ in results if isinstance(r, Document)),
        tuple(r for r, _ in results if isinstance(r, Skipped)),
        tuple((name, note) for (name, _), (_, note) in zip(files, results, strict=True) if note),
    )


def _read_one(named: tuple[str, Path]) -> tuple[Document | Skipped, str]:
    name, path = named
    try:
        size = path.stat().st_size
        if size == 0:
            raise _Unreadable("the file is empty", "save the document again; nothing is in this file")
        if size >= LIMIT_BYTES:
            raise _Unreadable(
                f"the file has {size / 1e6:.0f} MB; the limit is {LIMIT_BYTES / 1e6:.0f} MB",
                "cut out the part that matters, or save the text without its pictures",
            )
        return read_bytes(path.read_bytes(), name, file=str(path))
    except _Unreadable as fault:
        return Skipped(str(path), fault.reason, fault.mend), ""
    except FileNotFoundError:
        return Skipped(str(path), "there is no such file or folder", "check the path"), ""
    except OSError as fault:
        reason = f"the file cannot be opened: {fault.strerror or fault}"
        return Skipped(str(path), reason, "check that it is a file and may be read"), ""


def read_bytes(data: bytes, name: str, *, file: str = "") -> tuple[Document, str]:
    """Make a document of the bytes of a text, an HTML page or a PDF; also gives a note, mostly empty.

    Raises
    ------
    _Unreadable
        Inside this module only: `read_documents` turns it into a listed skip.
    """
    note = ""
    title, published, headline = "", "", True
    if data[:1024].lstrip().startswith(b"%PDF-"):
        blocks, title = _pdf_blocks(data)
        headline = bool(blocks) and not blocks[0].text.rstrip().endswith(".")
    elif Path(name).suffix.lower() == ".pdf":
        raise _Unreadable("the file is named PDF but is none", "check what it is, and name it so")
    else:
        if len(data) >= LIMIT_TEXT_BYTES:
            raise _Unreadable(
                f"the text has {len(data) / 1e6:.0f} MB; the limit is {LIMIT_TEXT_BYTES / 1e6:.0f} MB",
                "split it into documents",
            )
        text, note = decode(data)
        if Path(name).suffix.lower() in (".html", ".htm", ".xhtml") or _HTML_BEGIN.match(data[:4096]):
            blocks, title, published = _html_blocks(text)
        else:
            blocks = [_Block(n, line) for n, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)]
            blocks = _unwrapped(blocks)
    document = _document(name, blocks, title, published, file, sha256(data).hexdigest(), headline=headline)
    if not document.sentences:
        raise _Unreadable("the file holds no text", "if it is a scan, recognise its characters first")
    return document, note


def read_text(text: str, name: str = "text", *, published: str = "") -> Document:
    """Make a document of a text at hand, line by line.

    Examples
    --------
    >>> document = read_text("A headline\\nMr. Mwale came. He left.")
    >>> [(str(s.address), s.part, s.text) for s in document.sentences][1:]
    [('p2 s1', 'body', 'Mr. Mwale came.'), ('p2 s2', 'body', 'He left.')]
    """
    blocks = _unwrapped([_Block(n, line) for n, line in enumerate(text.split("\n"), start=1)])
    return _document(name, blocks, "", published, "", sha256(text.encode()).hexdigest())


def decode(data: bytes) -> tuple[str, str]:
    """Text of bytes, and a note if the encoding had to be guessed; binary data is refused."""
    binary = _Unreadable("this is no text (it holds bytes that no text has)", "save it as text, HTML or PDF")
    if data.startswith(_UTF8_BOM):
        data = data[len(_UTF8_BOM) :]
    if data.startswith(_UTF16_BOMS):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as fault:
            raise binary from fault
        note = ""
    elif b"\x00" in data[:65536]:
        raise binary
    else:
        text, note = _decode_bytes(data, binary)
    sample = text[:100_000]
    if len(_CONTROL.findall(sample)) > _MOST_CONTROL * len(sample):
        raise binary
    return _CONTROL.sub(" ", text), note


def _decode_bytes(data: bytes, binary: _Unreadable) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as fault:
        raise binary from fault
    letters = [c for c in text[:100_000] if c.isalpha()]
    if sum(1 for c in letters if not c.isascii()) > _MOST_STRANGE_LETTERS * len(letters):
        raise _Unreadable(
            "the encoding is neither UTF-8 nor UTF-16 nor Western", "save the text again as UTF-8"
        )
    return text, "not UTF-8; read as Windows-1252, so letters with accents may be wrong"


def _unwrapped(blocks: Sequence[_Block]) -> list[_Block]:
    """Join lines that only a narrow page had broken: no stop at the end, and a small letter begins the
    next."""
    # Lines are gathered and joined once: a paragraph of many lines would else be copied at each of them.
    gathered: list[tuple[_Block, list[str]]] = []
    for block in blocks:
        text = block.text.strip()
        last = gathered[-1][1][-1] if len(gathered) > 1 else ""
        if text[:1].islower() and last and not last.endswith((".", "!", "?", ":", ";")):
            gathered[-1][1].append(text)
        else:
            gathered.append((block, [text]))
    return [_Block(b.number, " ".join(lines), b.part if len(lines) == 1 else None) for b, lines in gathered]


def _document(
    name: str,
    blocks: Sequence[_Block],
    title: str,
    published: str,
    file: str,
    digest: str,
    *,
    headline: bool = True,
) -> Document:
    parts = part_of_lines([b.text for b in blocks], first_is_headline=headline)
    sentences: list[Sentence] = []
    offset = 0
    for block, guessed in zip(blocks, parts, strict=True):
        part = block.part or guessed
        if not block.text:
            offset += 1
            continue
        pieces = ((0, block.text),) if part in ("headline", "citation") else split_sentences(block.text)
        for number, (start, piece) in enumerate(pieces, start=1):
            kind: PartKind = "boilerplate" if part == "body" and is_boilerplate(piece) else part
            sentences.append(Sentence(Address(block.number, number), kind, piece, offset + start))
        offset += len(block.text) + 1
    if not title:
        title = next((s.text for s in sentences if s.part == "headline"), "")
    return Document(name, tuple(sentences), title, published or _published(sentences), file, digest)


_DATED = re.compile(
    r"^\W*(?:published|posted|updated|date|dated|last updated|issued)\b\s*(?:on|at|:)?\s*", re.IGNORECASE
)
_DATELINE = re.compile(
    r"^[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f' -]{2,40}(?:\([A-Z]{3}\))?,\s+(?=[^.]{3,"
    r"40}?(?:\([^)]{2,30}\)\s*)?\s[-\u2013\u2014]{1,2}\s)"
)
_FIRST_SENTENCES = 6


def _published(sentences: Sequence[Sentence]) -> str:
    """Day of writing, from a line that says so or a dateline; never from a date in a story."""
    for sentence in sentences[:_FIRST_SENTENCES]:
        text = sentence.text[:120]
        begin = _DATED.match(text) or _DATELINE.match(text)
        dates = find_dates(text[begin.end() :] if begin else text)
        if not dates or precision(dates[0].value) not in ("day", "month") or dates[0].value.startswith("--"):
            continue
        alone = len(text) - (dates[0].end - dates[0].start) <= 8
        if (begin and dates[0].start <= 3) or (alone and sentence.part != "headline"):
            return dates[0].value
    return ""


_DROPPED = word_set(
    "script style nav noscript template iframe form button svg select object canvas video audio"
)
_BOILER_TAGS = frozenset(["footer", "aside", "header"])
_BLOCK_TAGS = word_set(
    "p div li ul ol h1 h2 h3 h4 h5 h6 blockquote td th tr table section article main header footer "
    "aside figure figcaption dt dd dl pre hr address details summary center body"
)


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
#: Elements that have no end tag, or whose end tag is left out in proper pages.
_UNCLOSED_TAGS = word_set(
    "area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option "
    "optgroup thead tbody tfoot colgroup html head body rt rp"
)


def _is_nested_deeper(text: str, limit: int) -> bool:
    """Tell whether elements stand in one another deeper than a page needs; a parser takes its square."""
    if text.count("<") <= limit:
        return False
    depth = 0
    for found in _TAG.finditer(text):
        if found[2].lower() not in _UNCLOSED_TAGS:
            depth = max(depth - 1, 0) if found[1] else depth + 1
            if depth > limit:
                return True
    return False


def _html_blocks(text: str) -> tuple[list[_Block], str, str]:
    """Blocks of text of a page, its title and date; scripts, styles and navigation are left out."""
    from selectolax.lexbor import LexborHTMLParser

    if _is_nested_deeper(text, LIMIT_HTML_DEPTH):
        raise _Unreadable(
            f"its tags are nested more than {LIMIT_HTML_DEPTH} deep",
            "save the page again, or save it as text",
        )
    tree = LexborHTMLParser(text)
    title = tree.css_first("title")
    heading = tree.css_first("h1")
    name = _clean(heading.text() if heading else "") or _clean(title.text() if title else "")
    published = ""
    for selector, attribute in (
        ('meta[property="article:published_time"]', "content"), ('meta[name="date"]', "content"),
        ('meta[itemprop="datePublished"]', "content"), ("time[datetime]", "datetime"),
    ):  # fmt: skip
        node = tree.css_first(selector)
        value = (node.attributes.get(attribute) or "")[:10] if node else ""
        if precision(value) in ("day", "month"):
            published = value
            break
    blocks: list[_Block] = [_Block(1, name, "headline")] if name else []
    number = len(blocks)
    for piece, boilerplate in _html_pieces(tree):
        if piece == name:
            continue
        number += 1
        blocks.append(_Block(number, piece, "boilerplate" if boilerplate else None))
    return blocks, name, published


def _clean(text: str) -> str:
    return " ".join(text.split())


def _html_pieces(tree: "LexborHTMLParser") -> Iterator[tuple[str, bool]]:  # type: ignore[name-defined]  # noqa: F821
    """Runs of text between block elements, and whether they stand in the margins of the page."""
    if tree.body is None:
        return
    buffer: list[str] = []
    margin = 0
    stack: list[tuple[object, bool]] = [(tree.body, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag  # type: ignore[attr-defined]
        if tag == "-text":
            buffer.append(node.text_content or "")  # type: ignore[attr-defined]
            continue
        if tag in _DROPPED or tag in ("-comment", "_comment", "!--"):
            continue
        if tag == "br":
            buffer.append(" ")
        if tag in _BLOCK_TAGS:
            piece = _clean("".join(buffer))
            buffer.clear()
            if piece:
                yield (f"- {piece}" if tag == "li" and leaving else piece), margin > 0
        if tag in _BOILER_TAGS:
            margin += -1 if leaving else 1
        if not leaving:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))  # type: ignore[attr-defined]
    piece = _clean("".join(buffer))
    if piece:
        yield piece, False


def _pdf_blocks(data: bytes) -> tuple[list[_Block], str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # A broken file trips the parser in any of these ways; all of them mean the same to the reader.
    faults = (
        PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
        NotImplementedError, AssertionError, MemoryError, OSError, EOFError, zlib.error, struct.error,
    )  # fmt: skip
    try:
        with _quiet("pypdf"):
            reader = PdfReader(BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise _Unreadable("the PDF is locked with a password", "save it without a password")
            if len(reader.pages) > LIMIT_PDF_PAGES:
                raise _Unreadable(
                    f"the PDF has more than {LIMIT_PDF_PAGES} pages", "cut out the pages that matter"
                )
            pages = [page.extract_text() or "" for page in reader.pages]
            title = _clean(str(reader.metadata.title or "")) if reader.metadata else ""
    except faults as fault:
        reason = f"the PDF is broken: {_clean(str(fault))[:120] or type(fault).__name__}"
        raise _Unreadable(reason, "open and save it anew, or save it as text") from fault
    if not any(page.strip() for page in pages):
        raise _Unreadable("the PDF has no text, only pictures", "recognise its characters (OCR) first")
    return _paragraphs("\n\n".join(pages)), title


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library's complaints about a file off the screen; the skip says what matters."""
    logger, silent = logging.getLogger(name), logging.NullHandler()
    before = logger.propagate
    logger.addHandler(silent)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = before
        logger.removeHandler(silent)


_LIST_LINE = re.compile(r"^\s*(?:[-*\u2022]\s|\[?\d{1,3}[\].)]\s)")


def _paragraphs(text: str) -> list[_Block]:
    """Paragraphs of a page whose lines were broken to its width: a gap, a list or a short last line
    ends one."""
    lines = [line.strip() for line in text.split("\n")]
    widths = sorted(len(line) for line in lines if line)
    usual = widths[int(len(widths) * 0.75)] if widths else 0
    blocks: list[str] = []
    open_block = False
    for line in lines:
        if not line:
            open_block = False
            continue
        if open_block and not _LIST_LINE.match(line):
            last = blocks[-1]
            blocks[-1] = (
                last[:-1] + line if re.search(r"[a-z]-$", last) and line[:1].islower() else f"{last} {line}"
            )
        else:
            blocks.append(line)
        ended = line.endswith((".", "!", "?", ":", ".\u201d", '."'))
        open_block = len(line) >= 0.8 * usual if ended or len(blocks) == 1 else len(line) >= 0.5 * usual
    return [_Block(number, block) for number, block in enumerate(blocks, start=1)]
