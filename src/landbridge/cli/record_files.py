"""Files that commands of the record write: nothing that a person made is written over."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from landbridge.errors import LandbridgeError

Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there, whatever it is.")]

PAGE_MARK = 'name="generator" content="Landbridge timeline"'
"""Stands in the head of every page that ``record timeline`` makes."""
_HEAD = 2000


class TargetKept(LandbridgeError, FileExistsError):
    """A file is not written: its folder is missing, or what is there is not to be lost."""

    code = "LB-C034"


def check_review_target(path: Path, *, force: bool = False) -> None:
    """Raise :class:`TargetKept` unless a review table may be written: no file, or one without decisions."""
    _check(path, _why_keep_table, force=force)


def check_page_target(path: Path, *, force: bool = False) -> None:
    """Raise :class:`TargetKept` unless a page may be written: no file, or one that was made so."""
    _check(path, _why_keep_page, force=force)


def _check(path: Path, why_keep: Callable[[bytes], str], *, force: bool) -> None:
    if not path.parent.is_dir():
        mend = "make the folder, or name one that is there."
        raise TargetKept(f"there is no folder {path.parent}.", where=str(path), mend=mend)
    if path.is_dir():
        raise TargetKept("this is a folder, not a file.", where=str(path), mend="name a file in it.")
    if force or not path.exists():
        return
    try:
        why = why_keep(path.read_bytes())
    except OSError as error:
        why = f"the file that is there cannot be read ({error.strerror})."
    if why:
        mend = "give another name, or add --force to write over it."
        raise TargetKept(why, where=str(path), mend=mend)


def _why_keep_table(data: bytes) -> str:
    """Why a file is not to be written over with a review table; empty if nothing is lost."""
    from landbridge.record.review import COLUMNS

    foreign = "there is a file of this name that landbridge record read did not write."
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return foreign
    head = data.decode("utf-8-sig").partition("\n")[0].strip()
    if head != ",".join(COLUMNS):
        return foreign
    decided = sum(bool((row["decision"] or "").strip()) for row in rows)
    if decided:
        return f"the review table that is there holds {decided} decision{'' if decided == 1 else 's'}."
    return ""


def _why_keep_page(data: bytes) -> str:
    """Why a file is not to be written over with a page; empty if it is one that was made so."""
    if PAGE_MARK.encode() in data[:_HEAD]:
        return ""
    return "there is a file of this name that landbridge record timeline did not write."
