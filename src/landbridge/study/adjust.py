"""What calibration found, laid over the tables of a study: factors of choice parameters and of demand."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np

from landbridge.tables import Table

FITTED = ("adjustments", "demand_factors")
"""Tables that calibration writes; neither routes nor the demand that flow rows make depend on them."""


def find_rows(table: Table, patterns: Sequence[str]) -> np.ndarray:
    """Positions of the rows whose ids match any pattern, in the order of the table."""
    found = [i for i, name in enumerate(table.ids) if any(fnmatchcase(name, p) for p in patterns)]
    return np.array(found, np.int64)


def adjust_tables(tables: Mapping[str, Table], factors: Sequence[float] | None = None) -> dict[str, Table]:
    """Tables with every adjustment made; ``factors`` take the place of those of the table, in its order.

    Shares stay at most 1. What is blank stays blank.
    """
    result = dict(tables)
    adjustments = tables["adjustments"]
    for number, row in enumerate(adjustments.rows()):
        factor = row["factor"] if factors is None else factors[number]
        if factor == 1.0:
            continue
        table = result[row["table"]]
        rows, column = find_rows(table, row["rows"]), table[row["column"]].copy()
        column[rows] = column[rows] * factor
        if row["column"] == "share":
            column[rows] = np.minimum(column[rows], 1.0)
        result[row["table"]] = Table(table.name, {**table.columns, row["column"]: column}, table.path)
    return result


def spread_demand_factors(table: Table, classes: Sequence[str], zones: Sequence[str]) -> np.ndarray:
    """Factor of each cell, shape (n_classes, n_zones, n_zones); 1 where no row speaks."""
    result = np.ones((len(classes), len(zones), len(zones)))
    k, z = {c: i for i, c in enumerate(classes)}, {name: i for i, name in enumerate(zones)}
    for row in table.rows():
        result[k[row["class"]], z[row["from_zone"]], z[row["to_zone"]]] = row["factor"]
    return result
