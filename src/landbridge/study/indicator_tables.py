"""Tables of indicators of every solved state: exposure, emissions, reliability, access."""

from collections.abc import Sequence

import numpy as np

from landbridge.assignment.costs import MEASURES
from landbridge.indicators.access import tabulate_access
from landbridge.indicators.corridors import Corridor
from landbridge.indicators.elements import find_passages
from landbridge.indicators.emissions import build_factors, tabulate_emissions
from landbridge.indicators.exposure import tabulate_exposure
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.network.attributes import get_parameter
from landbridge.study.check import INDICATOR_PARAMETERS, has_parameters
from landbridge.study.closures import build_elements
from landbridge.study.pair_view import find_class
from landbridge.study.prepare import Prepared
from landbridge.study.reliability import list_reliability


class IndicatorTables:
    """What indicators of all states of a study share, worked out once.

    A study without the parameters of an indicator has no table of it.
    """

    def __init__(
        self, prepared: Prepared, corridors: Sequence[Corridor], members: Sequence[np.ndarray]
    ) -> None:
        self.prepared = prepared
        self.elements = build_elements(prepared)
        self.passages = find_passages(prepared.network, prepared.routes, self.elements)
        classes = prepared.study.tables["classes"]
        self.unit_value = classes["unit_value_usd_t"].astype(float)
        self.corridors = [(c.id, marks) for c, marks in zip(corridors, members, strict=True)]
        self.told = {
            name for name in INDICATOR_PARAMETERS if has_parameters(prepared.tables["parameters"], name)
        }

    def tabulate(self, solution: Solution) -> dict[str, Columns]:
        """All tables of one solved state."""
        p = self.prepared
        found = tabulate_exposure(solution, self.elements, self.passages, self.unit_value)
        if "emissions" in self.told:
            factors = build_factors(p.network, solution.state, p.tables)
            found |= tabulate_emissions(solution, factors, self.corridors)
        if "reliability" in self.told:
            found["reliability"] = list_reliability(p, solution)
        if "access" in self.told:
            k = p.classes.index[find_class(p.study, None)]
            hours = p.build_arc_table(solution.state)[k, :, MEASURES.index("time_h")]
            found["access"] = tabulate_access(
                solution,
                p.study.tables["zones"]["gdp_busd"].astype(float),
                k,
                float(self.unit_value[k]),
                get_parameter(p.tables, "M-trade-elasticity"),
                np.ascontiguousarray(hours),
            )
        return found
