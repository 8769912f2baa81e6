"""Dates as EDTF values: how exact they are, when they begin and end, and which can be the same."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Precision = Literal["day", "month", "season", "year", "decade", "interval", "none"]


SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}


def last_day(year: int, month: int) -> int:
    """Number of days of a month."""
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def is_day(year: str, month: int, day: int) -> bool:
    """Whether there is such a day; without a year, in a leap year."""
    try:
        date(int(year) if year else 2000, month, day)
    except ValueError:
        return False
    return True


def months_span(year: str, first: int, last: int) -> str:
    """Value of the months of a year from one to another."""
    return f"{year}-{first:02}" if first == last else f"{year}-{first:02}/{year}-{last:02}"


def part_of_year(code: str, year: str) -> str:
    """Value of a half ("H1") or a quarter ("Q3") of a year."""
    size = 6 if code[0] == "H" else 3
    number = min(int(code[1]), 12 // size)
    return months_span(year, (number - 1) * size + 1, number * size)


_FIXED = re.compile(
    r"(?:(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
    r"|(?P<noyear>--(?P<nm>\d\d)(?:-(?P<nd>\d\d))?)"
    r"|(?P<decade>\d{3})X|(?P<half_y>\d{4})-(?P<half>[HQ][1-4]))(?P<unsure>[~?%])?"
)


@lru_cache(maxsize=4096)
def _bounds(value: str) -> tuple[date | None, date | None, str] | None:
    """Earliest and latest day of an EDTF value and how exact it is; None if it is no date.

    A side that is open, or a date without a year, gives None for its bound.
    """
    value = value.strip()
    if "/" in value:
        first, _, last = value.partition("/")
        low, high = (
            _bounds(first) if first not in ("", "..") else None,
            _bounds(last) if last not in ("", "..") else None,
        )
        if (first not in ("", "..") and low is None) or (last not in ("", "..") and high is None):
            return None
        if low is None and high is None:
            return None
        return (low[0] if low else None), (high[1] if high else None), "interval"
    found = _FIXED.fullmatch(value)
    if found is None:
        return None
    try:
        return _fixed_bounds(found)
    except ValueError:
        return None


def _fixed_bounds(found: re.Match[str]) -> tuple[date | None, date | None, str]:
    if found["decade"]:
        year = int(found["decade"]) * 10
        return date(year, 1, 1), date(year + 9, 12, 31), "decade"
    if found["half"]:
        return _bounds(part_of_year(found["half"], found["half_y"])) or (None, None, "none")
    if found["noyear"]:
        date(2000, int(found["nm"]), int(found["nd"] or 1))
        return None, None, "day" if found["nd"] else "month"
    year = int(found["year"])
    if not found["month"]:
        return date(year, 1, 1), date(year, 12, 31), "year"
    month = int(found["month"])
    if found["day"]:
        day = date(year, month, int(found["day"]))
        return day, day, "day"
    if month in SEASONS.values():
        # Which months a season has depends on the half of the earth, which the text need not say.
        return date(year, 1, 1), date(year, 12, 31), "season"
    return date(year, month, 1), date(year, month, last_day(year, month)), "month"


def is_edtf(value: str) -> bool:
    """Tell whether a value is a date this record can hold, checked by the `edtf` package.

    ``--07-10`` stands for EDTF's ``XXXX-07-10``.

    Examples
    --------
    >>> is_edtf("2018/.."), is_edtf("--07-10"), is_edtf("2025-13"), is_edtf("soon")
    (True, True, False, False)
    """
    return _is_edtf(re.sub(r"--(?=\d\d)", "XXXX-", value))


@lru_cache(maxsize=4096)
def _is_edtf(value: str) -> bool:
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parse_edtf(value)
    except EDTFParseException:
        return False
    return True


def precision(value: str) -> Precision:
    """How exact a date is; ``none`` if the text is no date.

    Examples
    --------
    >>> precision("2025-08"), precision("2018/.."), precision("--07-10"), precision("soon")
    ('month', 'interval', 'day', 'none')
    """
    bounds = _bounds(value)
    return bounds[2] if bounds else "none"  # type: ignore[return-value]


def earliest(value: str) -> date | None:
    """First day that a date may mean; None if it is open, has no year, or is no date."""
    bounds = _bounds(value)
    return bounds[0] if bounds else None


def latest(value: str) -> date | None:
    """Last day that a date may mean; None if it is open, has no year, or is no date."""
    bounds = _bounds(value)
    return bounds[1] if bounds else None


def compatible(a: str, b: str) -> bool:
    """Tell whether two dates can be the same one, told more or less exactly.

    One must lie within the other, or for two intervals, overlap; a day without a year fits that day of any
    year that the other allows.

    Examples
    --------
    >>> compatible("2025", "2025-08-08"), compatible("--07-10", "2025-07-10")
    (True, True)
    >>> compatible("2024-07", "2025-08")
    False
    """
    if a == b:
        return True
    one, two = _bounds(a), _bounds(b)
    if one is None or two is None:
        return False
    first, second = _FIXED.fullmatch(a), _FIXED.fullmatch(b)
    if first and first["noyear"]:
        return _without_year(first, b, second)
    if second and second["noyear"]:
        return _without_year(second, a, first)
    low_a, high_a, low_b, high_b = one[0], one[1], two[0], two[1]
    return (low_a is None or high_b is None or low_a <= high_b) and (
        low_b is None or high_a is None or low_b <= high_a
    )


def _without_year(bare: re.Match[str], other: str, fixed: re.Match[str] | None) -> bool:
    """Whether a month or day without a year fits another date."""
    month, day = int(bare["nm"]), int(bare["nd"] or 0)
    if fixed and fixed["noyear"]:
        return int(fixed["nm"]) == month and (not day or not fixed["nd"] or int(fixed["nd"]) == day)
    low, high = earliest(other), latest(other)
    if low is None or high is None or high.year > low.year + 1:
        return True
    for year in {low.year, high.year}:
        last = last_day(year, month)
        first_day, final_day = (
            date(year, month, min(day or 1, last)),
            date(year, month, min(day or last, last)),
        )
        if first_day <= high and final_day >= low:
            return True
    return False
