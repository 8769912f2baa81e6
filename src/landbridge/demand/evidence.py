"""Flow rows made ready: rulings applied, containers and values turned into tonnes, names turned into cells.

A *block* is a set of cells (class, origin, destination). A row names one block, or two for a turnover of both
directions. Every row ends with a verdict: its use and the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.demand.balance import Indices
from landbridge.demand.cover import Cover
from landbridge.errors import Fault, TableInvalid
from landbridge.tables import Table

GRAVITY, VALUE, TONNES = 0, 1, 2
TOTAL = "total"
RULINGS = ("leave_out", "scale", "both_ways", "at_least", "beside", "outside")

#: Uses of a flow row that are never demand of a pair.
_NOT_DEMAND = {
    "alternative": "another count of the same trade was chosen",
    "two_way_alternative": "another count of the same trade was chosen",
    "screenline": "counted at a place, not from origin to destination",
    "forecast": "a forecast, not a count",
    "consignment": "a single consignment",
    "superseded": "superseded by another row",
}
_KINDS = {"observed": 0, "derived": 1, "estimate": 2}

Block = tuple[str, tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Row:
    """One flow row made ready.

    ``quantity`` is in t/year where ``evidence`` is ``TONNES`` and in USD/year where it is ``VALUE``. ``rank``
    orders rows about the same block: years from the base year (half a year more if after it), kind, place in
    the file. ``share`` is the part of a turnover that goes from ``origin`` to ``destination``, NaN if not
    known.
    """

    flow: str
    origin: str
    destination: str
    class_id: str
    quantity: float
    evidence: int
    use: str
    rank: tuple[float, int, int]
    both_ways: bool = False
    at_least: bool = False
    beside: bool = False
    outside: bool = False
    share: float = np.nan

    @property
    def is_added(self) -> bool:
        """Whether the row goes on top of what others state."""
        return self.beside or self.outside

    @property
    def distance(self) -> float:
        """Years from the base year."""
        return self.rank[0]


@dataclass(frozen=True)
class Statement:
    """Cells that must add up to an amount, and the flow rows that say so.

    ``sense`` is ``equal``, or ``most`` for a limit; ``how`` says what was done to the first row to get the
    amount.
    """

    block: Block
    cells: Indices
    t_year: float
    evidence: int
    flows: tuple[str, ...]
    sense: str = "equal"
    how: str = ""

    def holds(self, other: "Statement") -> bool:
        """Whether all cells of another statement lie in this one; cells rise in both."""
        if len(other.cells) > len(self.cells):
            return False
        places = np.searchsorted(self.cells, other.cells)
        return bool((self.cells[np.minimum(places, len(self.cells) - 1)] == other.cells).all())


@dataclass(frozen=True)
class Verdict:
    """What became of a flow row: how it was used, why, and the t/year of the statement that it made."""

    use: str
    reason: str
    t_year: float = 0.0


@dataclass
class Verdicts:
    """What became of each flow row; the last word on a row counts."""

    by_flow: dict[str, Verdict] = field(default_factory=dict)

    def judge(self, flows: Iterable[str], use: str, reason: str, t_year: float = 0.0) -> None:
        """Write down what became of some rows."""
        for flow in flows:
            self.by_flow[flow] = Verdict(use, reason, t_year)

    def count(self, flow: str, use: str, reason: str, t_year: float) -> None:
        """Judge a row that may make two statements: the tonnes of both are added."""
        before = self.by_flow.get(flow)
        if before is not None and before.use == use:
            t_year += before.t_year
        self.by_flow[flow] = Verdict(use, reason, t_year)

    def use_of(self, flow: str) -> str:
        """Use of a row so far, or "" if it was not judged."""
        return self.by_flow[flow].use if flow in self.by_flow else ""


class FlowReader:
    """Reads flow rows against the zones and classes of a study.

    Parameters
    ----------
    cover
        Zones and groups of zones.
    classes
        Table ``classes``: the order of the cells, unit values, tonnes per TEU.
    commodities
        Table ``commodities``: the class, unit value and load of rows that name a commodity; or ``None``.
    densities
        Table ``value_densities``: USD per tonne of trade known by value only; ``None`` leaves the unit
        values.
    rulings
        Table ``flow_rulings``: rows of ``flows`` that must be read in another way than their columns say.
    """

    def __init__(
        self,
        cover: Cover,
        classes: Table,
        base_year: int,
        *,
        commodities: Table | None = None,
        densities: Table | None = None,
        rulings: Table | None = None,
    ) -> None:
        self.cover = cover
        self.classes = classes
        self.base_year = base_year
        self._commodities = commodities
        self._densities = densities
        self._rulings = _read_rulings(rulings)
        self._density_rows: dict[str, NDArray[np.intp]] = {}

    def rows(self, flows: Table, verdicts: Verdicts) -> list[Row]:
        """Make all rows ready; those that state no demand are judged and left out."""
        ready = []
        for place, row in enumerate(flows.rows()):
            rulings = self._rulings.get(row["id"], {})
            quantity, evidence, problem = self._quantity(row)
            if row["use"] in _NOT_DEMAND:
                problem = _NOT_DEMAND[row["use"]]
            elif "leave_out" in rulings:
                problem = rulings["leave_out"][1] or "left out by a ruling"
            if problem:
                verdicts.judge([row["id"]], "not used", problem)
                continue
            year = int(row["year"])
            distance = abs(year - self.base_year) + (0.5 if year > self.base_year else 0.0)
            ready.append(
                Row(
                    flow=row["id"],
                    origin=row["from"],
                    destination=row["to"],
                    class_id=self._class_of(row["commodity"]),
                    quantity=quantity * rulings.get("scale", (1.0, ""))[0],
                    evidence=evidence,
                    use=row["use"],
                    rank=(distance, _KINDS.get(row["kind"], len(_KINDS)), place),
                    both_ways=row["use"] == "two_way" or "both_ways" in rulings,
                    at_least="at_least" in rulings,
                    beside="beside" in rulings,
                    outside="outside" in rulings,
                    share=rulings.get("both_ways", (np.nan, ""))[0],
                )
            )
        return ready

    def _class_of(self, commodity: str) -> str:
        """Class of what a row names: a class, a commodity, or ``total``."""
        if self._commodities is not None and commodity in self._commodities.index:
            return str(self._commodities["class"][self._commodities.index[commodity]])
        return commodity

    def _quantity(self, row: Mapping[str, Any]) -> tuple[float, int, str]:
        """Tonnes if given, else containers times load, else value; or what is missing.

        The value of a commodity is restated at the density of its class, so that it gives the tonnes of the
        commodity.
        """
        tonnes, teu, value = row["t_year"], row["teu_year"], row["value_usd_year"]
        if not np.isnan(tonnes):
            return tonnes, TONNES, ""
        if not np.isnan(teu):
            load = self._number(row["commodity"], "tonnes_per_teu")
            return teu * load, TONNES, f"no tonnes per TEU for {row['commodity']}" if np.isnan(load) else ""
        if np.isnan(value):
            return np.nan, TONNES, "neither tonnes, containers nor value"
        if row["use"] == "bound":
            return value, VALUE, "a limit in value is not turned into tonnes"
        class_id = self._class_of(row["commodity"])
        density = self.density_usd_t(row["from"], row["to"], class_id)
        if class_id != row["commodity"]:
            value *= density / self._number(row["commodity"], "unit_value_usd_t")
        return value, VALUE, "value only, and no density is known" if np.isnan(density + value) else ""

    def tonnes(self, quantity: float, evidence: int, origin: str, destination: str, class_id: str) -> float:
        """Turn a quantity into t/year in the direction given."""
        return quantity / self.density_usd_t(origin, destination, class_id) if evidence == VALUE else quantity

    def density_usd_t(self, origin: str, destination: str, class_id: str) -> float:
        """USD per tonne where only value is known.

        The narrowest row of ``value_densities`` that speaks of the class (for a group: of most of its pairs),
        else the unit value of the class; NaN for a ``total`` that no row speaks of.
        """
        table = self._densities
        if table is not None and len(table):
            sides = np.ix_(self.cover.members(origin), self.cover.members(destination))
            found, counts = np.unique(self._nearest_density(table, class_id)[sides], return_counts=True)
            if found[counts.argmax()] >= 0:
                return float(table["value_usd_t"][found[counts.argmax()]])
        return self._number(class_id, "unit_value_usd_t")

    def _nearest_density(self, table: Table, class_id: str) -> NDArray[np.intp]:
        if class_id not in self._density_rows:
            speaking = np.array(
                [i for i, word in enumerate(table["class"]) if word == class_id], dtype=np.intp
            )
            nearest = self.cover.narrowest(
                table["from_group"][speaking].tolist(), table["to_group"][speaking].tolist()
            )
            rows = np.append(speaking, -1)  # row -1 stands for "none"
            self._density_rows[class_id] = rows[nearest]
        return self._density_rows[class_id]

    def _number(self, name: str, column: str) -> float:
        """A number of a commodity or class; NaN for a total."""
        for table in (self._commodities, self.classes):
            if table is not None and name in table.index:
                return float(table[column][table.index[name]])
        return np.nan

    def block(self, origin: str, destination: str, class_id: str) -> Block:
        """The block that names stand for; two names of the same zones are one block."""
        return class_id, self.cover.members(origin), self.cover.members(destination)

    def cells(self, block: Block) -> Indices:
        """Flat places of the cells of a block in an array (n_classes, n_zones, n_zones), in rising order.

        Trade within a state is not in a block unless the block is that one pair.
        """
        class_id, origins, destinations = block
        n_pairs = self.cover.n_zones**2
        pairs = np.arange(n_pairs).reshape(self.cover.n_zones, -1)[np.ix_(origins, destinations)].ravel()
        if len(pairs) > 1:
            pairs = pairs[~self.cover.is_domestic.ravel()[pairs]]
        places = range(len(self.classes)) if class_id == TOTAL else (self.classes.index[class_id],)
        return np.concatenate([pairs + place * n_pairs for place in places]).astype(np.intp)


def _read_rulings(table: Table | None) -> dict[str, dict[str, tuple[float, str]]]:
    """Factor and reason of each ruling, by flow."""
    rulings: dict[str, dict[str, tuple[float, str]]] = {}
    faults = []
    for place, row in enumerate(table.rows() if table is not None else ()):
        if row["ruling"] not in RULINGS:
            what = f'ruling cannot be "{row["ruling"]}".'
            mend = f"choose from {', '.join(RULINGS)}."
            faults.append(
                Fault("LB-T011", what, "tables/flow_rulings.csv", place + 2, "ruling", row["ruling"], mend)
            )
        rulings.setdefault(row["flow"], {})[row["ruling"]] = (row["factor"], row["note"])
    if faults:
        raise TableInvalid("the rulings on flows cannot be read.", faults)
    return rulings
