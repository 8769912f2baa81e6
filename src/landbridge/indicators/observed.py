"""Rows of observations read as targets: the quantity, scenario and tolerance of each, and every fault."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.errors import Fault
from landbridge.indicators.quantities import Problem, Quantity, Vocabulary, parse_quantity, unit_of
from landbridge.indicators.targets import LEAST_HELD_OUT, find_factor, list_units, parse_tolerance
from landbridge.tables import Table

_SCENARIO = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.\-]*)(/(?P<year>\d{4}))?")


@dataclass(frozen=True)
class Target:
    """One comparable observation.

    ``tolerance`` is half the width of the allowed band in ``unit``; a figure of the model times ``factor`` is
    in ``unit``; ``year`` 0 means the base year of the study.
    """

    row: dict[str, Any]
    quantity: Quantity
    scenario: str
    year: int
    tolerance: float
    factor: float


def split_scenario(text: str) -> tuple[str, int] | None:
    """Name and year (0 if none) of a cell such as ``today/2030``; None if it is neither."""
    match = _SCENARIO.fullmatch(text.strip())
    return None if match is None else (match["name"], int(match["year"] or 0))


def read_targets(table: Table, vocabulary: Vocabulary) -> tuple[list[Target], list[Fault]]:
    """Comparable rows of a table of observations, and all faults; a row without a quantity is left out."""
    targets: list[Target] = []
    faults: list[Fault] = []
    for number, row in enumerate(table.rows()):
        if not row["quantity"]:
            continue
        found: list[tuple[str, str, Problem]] = []
        quantity, problems = parse_quantity(row["quantity"], vocabulary)
        found += [("quantity", "LB-V001", problem) for problem in problems]
        scenario = split_scenario(row["scenario"])
        if scenario is None:
            what = f'"{row["scenario"]}" names no scenario.'
            found.append(
                ("scenario", "LB-V004", (what, "write SCENARIO or SCENARIO/YEAR, as in base-2024/2024."))
            )
        value, unit = float(row["value"]), str(row["unit"])
        tolerance, problem = parse_tolerance(row["tolerance"], value, unit)
        if problem is not None:
            found.append(("tolerance", "LB-V002", problem))
        factor = None
        if quantity is not None:
            factor = find_factor(unit, unit_of(quantity))
            if factor is None:
                what = f'the row is in "{unit}", its quantity in {unit_of(quantity)}.'
                mend = f"give the figure in {' or '.join(list_units(unit_of(quantity)))}."
                found.append(("unit", "LB-V003", (what, mend)))
        if np.isnan(value):
            found = [item for item in found if item[0] != "tolerance"]  # said already: the value is no number
        faults += [table.fault(number, column, code, *text) for column, code, text in found]
        if not found and quantity is not None and scenario and tolerance is not None and factor:
            targets.append(Target(row, quantity, *scenario, tolerance, 1.0 / factor))
    return targets, faults


def check_observations(table: Table, get_vocabulary: Callable[[], Vocabulary]) -> Iterator[Fault]:
    """Faults of a study's observations: quantities, tolerances, units, and the split that holds some out.

    Nothing is checked, and no vocabulary asked for, where no row names a quantity.
    """
    comparable = np.array([bool(text) for text in table["quantity"]], bool)
    if not comparable.any():
        return
    yield from read_targets(table, get_vocabulary())[1]
    for number in np.flatnonzero(comparable):
        for column, mend in (
            ("use", "write calibrate or validate."),
            ("fold", "write the part in which the row validates."),
        ):
            value = table[column][number]
            if value == "" or value != value:
                yield table.fault(int(number), column, "LB-V005", f"{column} is blank.", mend)
    held_out = (table["use"] == "validate")[comparable].mean()
    if held_out < LEAST_HELD_OUT:
        what = f"only {held_out:.0%} of the comparable observations validate."
        mend = f"mark at least {LEAST_HELD_OUT:.0%} of them validate: what calibrates cannot test."
        yield table.fault(None, "use", "LB-V005", what, mend)
    folds: dict[float, str] = {}
    for number in np.flatnonzero(comparable):
        key = table["fold"][number]
        first = folds.setdefault(key, table["use"][number])
        if key == key and table["use"][number] != first:
            what = f"fold {key:g} holds rows that calibrate and rows that validate."
            mend = "a fold is held out as a whole: give its rows one use."
            yield table.fault(int(number), "use", "LB-V005", what, mend)
