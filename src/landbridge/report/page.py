"""What a brief is made of: sections that hold paragraphs, pictures, lists and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "number"]


@dataclass(frozen=True)
class Cell:
    """A cell of a table; ``look`` is a class of the style sheet (miss, quiet, group), ``link`` an address."""

    text: str
    look: str = ""
    link: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    text: str
    look: str = ""
    block: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Points:
    """A list of sentences, each with a lead that is set in bold (or "")."""

    items: tuple[tuple[str, str], ...]
    block: str = field(default="points", init=False)


@dataclass(frozen=True)
class Figure:
    """A picture (SVG markup, already escaped) and the words under it."""

    svg: str
    caption: str = ""
    block: str = field(default="figure", init=False)


@dataclass(frozen=True)
class DataTable:
    """A table; ``heads`` are (words, kind) of the columns, the first column names the row."""

    caption: str
    heads: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    look: str = ""
    block: str = field(default="table", init=False)


@dataclass(frozen=True)
class Citations:
    """A list of sources set small in columns: id, words, address (or "")."""

    items: tuple[tuple[str, str, str], ...]
    block: str = field(default="citations", init=False)


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str
    block: str = field(default="heading", init=False)


Block = Paragraph | Points | Figure | DataTable | Citations | Heading


@dataclass(frozen=True)
class Section:
    """A numbered part of the brief with an entry in the table of contents."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False


def cells(values: Sequence[str | Cell]) -> tuple[Cell, ...]:
    """A row of a table from plain texts and cells."""
    return tuple(value if isinstance(value, Cell) else Cell(value) for value in values)


def heads(first: str, *numbers: str) -> tuple[tuple[str, Kind], ...]:
    """Column heads: one of words, the rest of numbers."""
    return ((first, "text"), *((words, "number") for words in numbers))
