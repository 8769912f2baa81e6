"""How far promised dates slip, learnt from promises of the record and from what came of them.

A work whose promised date moves by ``s`` years in each year takes ``1 / (1 - s)`` times as long as
promised: at time t after the first promise it is promised for ``P + s t`` and done when t reaches that. So
both kinds of evidence give a slip: several promises for one work by the slope of the promised date over the
day on which it was said, and a work that is done by ``1 - promised time / time taken``.
"""

import datetime
from calendar import monthrange
from dataclasses import dataclass

import numpy as np

from landbridge.tables import Table

#: A slope is fitted to a work with at least so many promises over so many years.
LEAST_PROMISES, LEAST_YEARS = 3, 1.0


@dataclass(frozen=True)
class Slip:
    """Slip of one work: years by which its date moves in a year, and from how many promises."""

    work: str
    slip: float
    promises: int
    how: str

    @property
    def stretch(self) -> float:
        """How many times as long as promised the work takes."""
        return 1.0 / (1.0 - self.slip)


def to_year(date: str) -> float:
    """A date as a number of years; a month or year means its last day.

    >>> to_year("2025"), round(to_year("2026-06"), 3)
    (2025.9972602739726, 2026.493)
    """
    parts = [int(part) for part in date.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else monthrange(year, month)[1]
    first, next_first = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    return year + (datetime.date(year, month, day) - first).days / (next_first - first).days


def to_date(year: float) -> str:
    """The day of a number of years, as :func:`to_year` counts them.

    >>> to_date(to_year("2026-06-30"))
    '2026-06-30'
    """
    first = datetime.date(int(year), 1, 1)
    days = (datetime.date(first.year + 1, 1, 1) - first).days
    return (first + datetime.timedelta(days=round((year - first.year) * days))).isoformat()


def measure_slips(promises: Table) -> tuple[Slip, ...]:
    """Slip of each work of table ``gate_promises`` that tells one, in the order of their first rows."""
    works: dict[str, list[dict[str, str]]] = {}
    for row in promises.rows():
        works.setdefault(str(row["work"]), []).append(row)
    result = []
    for work, rows in works.items():
        said = np.array([to_year(row["said_on"]) for row in rows])
        due = np.array([to_year(row["promised_for"]) for row in rows])
        done = [to_year(row["done_on"]) for row in rows if row["done_on"]]
        first = int(np.argmin(said))
        if done and due[first] > said[first] and done[0] > said[first]:
            slip = 1.0 - (due[first] - said[first]) / (done[0] - said[first])
            result.append(Slip(work, float(slip), len(rows), "done"))
        elif len(rows) >= LEAST_PROMISES and np.ptp(said) >= LEAST_YEARS:
            slip = float(np.polyfit(said - said.mean(), due, 1)[0])
            result.append(Slip(work, slip, len(rows), "slope"))
    return tuple(result)
