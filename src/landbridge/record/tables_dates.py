"""Dates of the record: texts in EDTF, checked, and the first and last day that they may mean."""

import datetime
import re

from landbridge.errors import LandbridgeError

_DAY = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"
_PLAIN = re.compile(rf"({_DAY})(?:/({_DAY}|\.\.)?)?")
_NO_YEAR = re.compile(r"--\d\d(?:-\d\d)?")
_LEAP_YEAR = 2024

Span = tuple[datetime.date | None, datetime.date | None]


class DateInvalid(LandbridgeError, ValueError):
    """A date that is not EDTF."""

    code = "LB-C021"


def read_span(text: str) -> Span:
    """First and last day that a date may mean; ``None`` where it is open or says no year.

    Examples
    --------
    >>> first, last = read_span("2025-02")
    >>> str(first), str(last)
    ('2025-02-01', '2025-02-28')
    >>> read_span("2026-06/..")[1] is None, read_span("--07-10")
    (True, (None, None))

    Raises
    ------
    DateInvalid
        If the text is not EDTF; so are ``2025-02-30`` and ``2026-H1``.
    """
    plain = _PLAIN.fullmatch(text)
    if plain:
        first = _ends(text, plain[1])[0]
        second = plain[2]
        last = None if second == ".." or text.endswith("/") else _ends(text, second or plain[1])[1]
        if last is not None and last < first:
            raise _invalid(text)
        return first, last
    parts = text.split("/")
    if len(parts) <= 2 and all(_NO_YEAR.fullmatch(part) for part in parts):
        for part in parts:
            _ends(text, f"{_LEAP_YEAR}{part[1:]}")
        return None, None
    return _parse(text)


def is_date(text: str) -> bool:
    """Whether a text is a date in EDTF.

    >>> is_date("2025-08/2025-09"), is_date("1992~"), is_date("late 2024")
    (True, True, False)
    """
    try:
        read_span(text)
    except DateInvalid:
        return False
    return True


def _ends(text: str, part: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of a year, month or day."""
    year, month, day = [*map(int, part.split("-")), 0, 0][:3]
    try:
        if day:
            return datetime.date(year, month, day), datetime.date(year, month, day)
        after = datetime.date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
        return datetime.date(year, month or 1, 1), after - datetime.timedelta(days=1)
    except ValueError as error:
        raise _invalid(text) from error


def _parse(text: str) -> Span:
    """What the library makes of seasons, sets, approximate and unspecified dates."""
    from edtf import EDTFParseException, parse_edtf

    try:
        found = parse_edtf(text)
        return _day(found.lower_strict()), _day(found.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError) as error:
        raise _invalid(text) from error


def _day(moment: object) -> datetime.date | None:
    """A day of the library, unless it is open or beyond what a calendar holds."""
    year, month, day = (getattr(moment, f"tm_{part}", 0) for part in ("year", "mon", "mday"))
    if not 1 <= year < datetime.MAXYEAR:
        return None
    return datetime.date(year, month, day)


def _invalid(text: str) -> DateInvalid:
    return DateInvalid(f'"{text}" is not a date in EDTF.', mend=DATE_MEND)


DATE_MEND = (
    "write 2025, 2025-08, 2025-08-08, 2024-09/2024-12, 2026-06/.. for what is open, 1992~ for about, "
    "or --07-10 for a day without a year."
)
