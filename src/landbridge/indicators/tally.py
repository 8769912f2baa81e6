"""Quantities with their derivative by the flow of every route: what calibration needs beside the figure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from landbridge.indicators.measured import Counted, Measured, Ways
from landbridge.indicators.quantities import Combined, Quantity
from landbridge.tables import Table


class Tally(float):
    """A figure and its derivative by the tonnes on each route, shape (n_routes,); sums and ratios keep it."""

    by_flow: np.ndarray

    def __new__(cls, value: float, by_flow: np.ndarray) -> "Tally":
        """Join a figure and its derivative."""
        made = super().__new__(cls, value)
        made.by_flow = by_flow
        return made

    def __add__(self, other: float) -> "Tally":
        return Tally(float(self) + float(other), self.by_flow + _slope(other))

    __radd__ = __add__

    def __sub__(self, other: float) -> "Tally":
        return Tally(float(self) - float(other), self.by_flow - _slope(other))

    def __mul__(self, other: float) -> "Tally":
        slope = self.by_flow * float(other) + float(self) * _slope(other)
        return Tally(float(self) * float(other), slope)

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> "Tally":
        ratio = float(self) / float(other)
        return Tally(ratio, (self.by_flow - ratio * _slope(other)) / float(other))


def _slope(value: float) -> np.ndarray | float:
    return value.by_flow if isinstance(value, Tally) else 0.0


class Tallied(Measured):
    """One equilibrium in memory, asked for quantities with their derivatives.

    Parameters
    ----------
    flow
        Tonnes a year of each route (n_routes,).
    members
        For each counted corridor the routes that belong to it (n_routes,).
    boxes
        For each counted corridor the loaded TEU that a tonne on each route counts as (n_routes,).
    checks
        Gives the table of published passages.
    """

    def __init__(
        self,
        ways: Ways,
        tables: Mapping[str, Table],
        corridors: Mapping[str, Counted],
        groups: Mapping[str, Sequence[str]],
        flow: np.ndarray,
        members: Mapping[str, np.ndarray],
        boxes: Mapping[str, np.ndarray],
        checks: Callable[[], pa.Table],
    ) -> None:
        super().__init__(lambda _: checks(), ways, tables, corridors, groups, "", "", 0)
        self.members, self.boxes = members, boxes
        vars(self)["flow"] = flow

    def value_of(self, quantity: Quantity) -> float:
        """The figure, a :class:`Tally` where it comes of flows; NaN for means over pairs."""
        if isinstance(quantity, Combined):
            return super().value_of(quantity)
        found: float = getattr(self, f"_{quantity.kind.name}")(*quantity.arguments)
        return found

    def tonnes(self, routes: np.ndarray) -> float:
        """Tonnes a year on routes, given marks or counts (n_routes,)."""
        weight = np.asarray(routes, float)
        return Tally(float(self.flow @ weight), weight)

    def teu(self, routes: np.ndarray, riding: np.ndarray) -> float:
        """TEU a year on routes of the classes marked in ``riding``."""
        rate = np.where(riding, 1.0 / self.tonnes_per_teu, 0.0)[self.ways.classes]
        return self.tonnes(rate * routes)

    def on_links(self, marked: np.ndarray, rate: np.ndarray | None = None) -> float:
        """Tonnes a year on the links marked, or as many of what ``rate`` gives for a tonne of each class."""
        weight = self.ways.count_links(marked).astype(float)
        return self.tonnes(weight if rate is None else weight * rate[self.ways.classes])

    def _corridor(self, name: str) -> tuple[float, float]:
        inside = self.members[name]
        return self.tonnes(inside), self.tonnes(inside * self.boxes[name])

    def _served(self, a: np.ndarray, b: np.ndarray) -> float:
        return self.tonnes(a[self.ways.origin] & b[self.ways.destination])

    def _pair_mean(self, *_arguments: Any) -> float:
        return float("nan")
