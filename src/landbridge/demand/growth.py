"""Demand of later years: the base matrix grown by the rates of the study."""

from dataclasses import replace

import numpy as np

from landbridge.demand.balance import Floats
from landbridge.demand.cover import ANY, Cover
from landbridge.demand.matrix import Demand
from landbridge.tables import Table


def project(demand: Demand, growth: Table, groups: Table, year: int) -> Demand:
    """Grow every cell from the year of the demand to another, year by year.

    Of the rows of ``growth`` that speak of a year (``from_year`` to ``to_year``, both included), the one that
    names the fewest cells (origins x destinations x classes) counts; among equals the one with fewer origins,
    then the one that stands first. Where none speaks, nothing grows. An earlier year is reached by dividing.

    Returns
    -------
    Demand
        A new one; evidence and statements are those of the base year.
    """
    cover = Cover(demand.zones, dict(zip(groups.ids, groups["zones"].tolist(), strict=True)), demand.zones)
    factor = np.ones_like(demand.t_year)
    for step in range(min(demand.year, year) + 1, max(demand.year, year) + 1):
        factor *= 1.0 + _rates(demand, growth, cover, step)
    t_year = demand.t_year * factor if year >= demand.year else demand.t_year / factor
    return replace(demand, year=year, t_year=t_year)


def _rates(demand: Demand, growth: Table, cover: Cover, year: int) -> Floats:
    """Growth of each cell in the year that ends with ``year``, 1/year."""
    speaking = [
        row
        for row, (first, last) in enumerate(zip(growth["from_year"], growth["to_year"], strict=True))
        if int(first) <= year <= int(last)
    ]
    rates = np.zeros_like(demand.t_year)
    for k, class_id in enumerate(demand.classes):
        rows = [row for row in speaking if growth["class"][row] in (class_id, ANY, "")]
        breadths = [1 if growth["class"][row] == class_id else len(demand.classes) for row in rows]
        nearest = cover.narrowest(
            growth["from_group"][rows].tolist(), growth["to_group"][rows].tolist(), breadths
        )
        rates[k] = np.append(growth["rate_year"][rows], 0.0)[nearest]
    return rates
