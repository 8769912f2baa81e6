"""Dates of the timeline in words, and the axis on which years with more events are wider."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from landbridge.record.tables_dates import DateInvalid, read_span

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_BASE = 0.35
_MARGIN = 10.0


def day_number(date: str) -> float:
    """Days since the beginning of the calendar, of an ISO date, month or year (its first day).

    >>> day_number("2025-01-02") - day_number("2025")
    1.0
    """
    parts = [*map(int, date.split("/")[0].split("-")[:3]), 1, 1][:3]
    return float(datetime.date(parts[0], parts[1], parts[2]).toordinal())


def say_date(text: str, first: str = "", last: str = "") -> str:
    """A date as people write it; ``first`` and ``last`` are the days that it may mean, if known.

    >>> say_date("--03-14"), say_date("--07")
    ('14 Mar', 'Jul')
    >>> say_date("2025-08-08"), say_date("2025-11-20/2025-11-21"), say_date("2026"), say_date("2026-06/..")
    ('8 Aug 2025', '20–21 Nov 2025', '2026', 'from Jun 2026')
    """
    if not first and not last:
        try:
            span = read_span(text)
        except DateInvalid:
            return text
        first, last = ("" if day is None else day.isoformat() for day in span)
    left, slash, right = text.partition("/")
    if not slash:
        return _say_one(text)
    if right in ("", ".."):
        return f"from {_say_one(left)}"
    if left in ("", ".."):
        return f"until {_say_one(right)}"
    one, two = left.split("-"), right.split("-")
    if len(one) == len(two) == 3 and one[:2] == two[:2]:
        return f"{int(one[2])}–{_say_one(right)}"
    if len(one) == len(two) == 2 and one[0] == two[0]:
        return f"{_MONTHS[int(one[1]) - 1]}–{_say_one(right)}"
    return f"{_say_one(left)} to {_say_one(right)}"


def _say_one(text: str) -> str:
    """Year, month or day; anything else stands as it was written."""
    if text.startswith("--"):
        return _say_yearless(text)
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3 or len(parts[0]) != 4:
        return text
    if len(parts) == 1:
        return text
    month = int(parts[1])
    if not 1 <= month <= len(_MONTHS):
        return text
    words = f"{_MONTHS[month - 1]} {parts[0]}"
    return words if len(parts) == 2 else f"{int(parts[2])} {words}"


def _say_yearless(text: str) -> str:
    """Day and month, or month, of a date without a year."""
    parts = text.removeprefix("--").split("-")
    if not all(part.isdecimal() for part in parts) or not 1 <= int(parts[0]) <= len(_MONTHS):
        return text
    month = _MONTHS[int(parts[0]) - 1]
    return month if len(parts) == 1 else f"{int(parts[1])} {month}"


def say_years(years: float, late: str = "later") -> str:
    """How much later, or earlier, something is.

    >>> say_years(4.0), say_years(0.5), say_years(-0.11), say_years(0.0, "overdue")
    ('4 years later', '6 months later', '1 month earlier', 'just overdue')
    """
    months = round(abs(years) * 12)
    if not months:
        return "on time" if late == "later" else f"just {late}"
    side = late if years > 0 else "earlier"
    if months < 18:
        return f"{months} month{'' if months == 1 else 's'} {side}"
    amount = f"{abs(years):.1f}".removesuffix(".0")
    return f"{amount} years {side}"


@dataclass(frozen=True)
class Scale:
    """A time axis: the pixel at which each year begins, the year after the last one among them."""

    years: tuple[tuple[int, float], ...]

    def place(self, date: str) -> float:
        """Pixel of an ISO date; dates outside the axis stand at its ends."""
        year = int(date[:4])
        starts = dict(self.years)
        if year < self.years[0][0]:
            return self.years[0][1]
        if year >= self.years[-1][0]:
            return self.years[-1][1]
        length = day_number(str(year + 1)) - day_number(str(year))
        share = (day_number(date) - day_number(str(year))) / length
        return starts[year] + share * (starts[year + 1] - starts[year])


def build_scale(dates: Sequence[str], width: float) -> Scale:
    """An axis over all these dates on which each year is as wide as the number of dates in it asks."""
    counts = Counter(int(date[:4]) for date in dates if date)
    if not counts:
        return Scale(((1, _MARGIN), (2, width - _MARGIN)))
    years = range(min(counts), max(counts) + 2)
    weights = {year: _BASE + counts[year] / 2 for year in years[:-1]}
    unit = (width - 2 * _MARGIN) / sum(weights.values())
    starts, x = [], _MARGIN
    for year in years:
        starts.append((year, x))
        x += weights.get(year, 0.0) * unit
    return Scale(tuple(starts))
