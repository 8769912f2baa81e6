"""Targets: an observed figure, how far a model may be from it, and whether it is.

A tolerance is written as a share of the value (``10%`` or ``0.1``) or as an amount in the unit of the row
(``4 points`` for percentages, ``1.5 days``).
"""

import re
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

from landbridge.indicators.quantities import Problem

FOLDS = 4
"""Parts into which observations are split; each validates once while the others calibrate."""

LEAST_HELD_OUT = 0.25
"""Share of the comparable observations that must be marked ``validate``."""

GOOD_GEH = 5.0
"""A count of vehicles an hour fits well below this (Design Manual for Roads and Bridges, volume 12)."""

_FACTORS: dict[str, tuple[str, float]] = {
    "t": ("t/year", 1.0),
    "t/year": ("t/year", 1.0),
    "kt": ("t/year", 1e3),
    "kt/year": ("t/year", 1e3),
    "Mt": ("t/year", 1e6),
    "Mt/year": ("t/year", 1e6),
    "million t": ("t/year", 1e6),
    "TEU": ("TEU/year", 1.0),
    "TEU/year": ("TEU/year", 1.0),
    "thousand TEU": ("TEU/year", 1e3),
    "million TEU": ("TEU/year", 1e6),
    "truck": ("truck/year", 1.0),
    "trucks": ("truck/year", 1.0),
    "truck/year": ("truck/year", 1.0),
    "thousand trucks": ("truck/year", 1e3),
    "percent": ("percent", 1.0),
    "%": ("percent", 1.0),
    "percentage points": ("percent", 1.0),
    "1": ("1", 1.0),
    "ratio": ("1", 1.0),
    "h": ("h", 1.0),
    "hours": ("h", 1.0),
    "day": ("day", 1.0),
    "days": ("day", 1.0),
    "USD/t": ("USD/t", 1.0),
    "USD/FEU": ("USD/FEU", 1.0),
    "km": ("km", 1.0),
}
_SAME: dict[tuple[str, str], float] = {
    ("day", "h"): 24.0,
    ("h", "day"): 1 / 24.0,
    ("1", "percent"): 100.0,
    ("percent", "1"): 0.01,
}
_TOLERANCE = re.compile(r"(?P<number>\d+(\.\d*)?|\.\d+)\s*(?P<unit>.*)")


def find_factor(unit: str, wanted: str) -> float | None:
    """Factor from ``unit`` to the ``wanted`` unit of a quantity; None if they do not fit.

    Examples
    --------
    >>> find_factor("Mt", "t/year"), find_factor("days", "h"), find_factor("TEU", "t/year")
    (1000000.0, 24.0, None)
    """
    if unit not in _FACTORS:
        return None
    base, factor = _FACTORS[unit]
    if base == wanted:
        return factor
    step = _SAME.get((base, wanted))
    return None if step is None else factor * step


def list_units(wanted: str) -> tuple[str, ...]:
    """Units in which a quantity may be given."""
    return tuple(unit for unit in _FACTORS if find_factor(unit, wanted) is not None)


def parse_tolerance(text: str, value: float, unit: str) -> tuple[float | None, Problem | None]:
    """Half the width of the band in which the model may lie, in the unit of the row.

    Examples
    --------
    >>> parse_tolerance("10%", 4.5, "Mt/year"), parse_tolerance("4 points", 46, "percent")
    ((0.45, None), (4.0, None))
    """
    match = _TOLERANCE.fullmatch(text.strip())
    mend = f'write a share of the value, such as 10%, or an amount with its unit, such as "4 {unit}".'
    if match is None:
        return None, (f'"{text}" is no tolerance.', mend)
    number, word = float(match["number"]), match["unit"].strip()
    if word == "%":
        return abs(value) * number / 100.0, None
    if not word:
        if number <= 1.0:
            return abs(value) * number, None
        return None, (f"tolerance {text} has no unit.", mend)
    if word in ("points", "percentage points"):
        if unit in ("percent", "%"):
            return number, None
        return None, (f"points are for percentages, and the row is in {unit}.", mend)
    own, other = _FACTORS.get(word), _FACTORS.get(unit)
    if own is None or other is None or own[0] != other[0]:
        return None, (f'the tolerance is in "{word}", the row in {unit}.', mend)
    return number * own[1] / other[1], None


Verdict = Literal["inside", "outside", "not modelled"]


@dataclass(frozen=True)
class Fit:
    """How a model's figure stands to an observed one, both in one unit.

    ``relative_error`` is the error as a share of what was observed (None for percentages and ratios, where
    the error itself says it); ``geh`` the fit of vehicles an hour, for counts of vehicles a year only:
    sqrt(2 (m - c)^2 / (m + c)).
    """

    error: float
    relative_error: float | None
    geh: float | None
    inside: bool


def fit(observed: float, modelled: float, tolerance: float, unit: str) -> Fit | None:
    """Compare two figures; None if the model has none.

    Examples
    --------
    >>> fit(4.48, 4.9, 0.448, "Mt/year").inside
    True
    """
    if not isfinite(modelled):
        return None
    error = modelled - observed
    base = _FACTORS.get(unit, (unit, 1.0))[0]
    relative = error / abs(observed) if observed and base not in ("percent", "1") else None
    geh = None
    if base == "truck/year":
        hourly = [x * _FACTORS[unit][1] / 8760.0 for x in (observed, modelled)]
        geh = sqrt(2.0 * (hourly[1] - hourly[0]) ** 2 / sum(hourly)) if sum(hourly) else 0.0
    # A rounding of the last digit must not decide.
    return Fit(error, relative, geh, abs(error) <= tolerance * (1.0 + 1e-9))
