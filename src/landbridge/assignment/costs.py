"""Generalised cost per tonne of each commodity class on each arc, in parts that sum to the whole.

methods: c = tariff + handling + fees + VOT x (running + waiting + dwell + border) + carbon, additive over
arcs; the value of reliability, state penalties and queues are added per route.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from landbridge.network import LinkState, Network
from landbridge.network.attributes import FORMS, MONEY_PARTS, TIME_PARTS
from landbridge.network.supernetwork import CARRIAGES
from landbridge.tables import Table

ARC_PARTS = (*MONEY_PARTS, *TIME_PARTS, "carbon")
"""Parts of cost that add up over arcs, USD/t."""

COST_PARTS = (
    "tariff",
    "handling",
    "fees",
    "running",
    "waiting",
    "dwell",
    "border",
    "queue",
    "reliability",
    "penalty",
    "carbon",
)
"""All parts of the generalised cost of a route, USD/t."""

MEASURES = (*ARC_PARTS, "time_h", "variance_h2", "co2_kg_t", "length_km")
"""Columns of the arc table that routes are summed over."""


@dataclass(frozen=True)
class Classes:
    """Commodity classes as arrays; ``form`` 0 is a box, 1 bulk, wagonload or anything loose."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    form: np.ndarray
    value_of_time: np.ndarray
    reliability_ratio: np.ndarray
    tonnes_per_teu: np.ndarray
    truck_payload_t: np.ndarray
    route_scale: np.ndarray
    mode_scale: np.ndarray
    scale_cost: np.ndarray
    scale_elasticity: np.ndarray
    train_handover: np.ndarray
    rail_frontier: np.ndarray
    choke: np.ndarray
    is_containerised: np.ndarray
    permitted: np.ndarray

    @property
    def index(self) -> dict[str, int]:
        """Position of each class by id."""
        return {name: i for i, name in enumerate(self.ids)}


def build_classes(table: Table) -> Classes:
    """Classes from the study's table; ``permitted`` has shape (n_classes, n_carriages)."""
    permitted = np.zeros((len(table), len(CARRIAGES)), bool)
    for i, allowed in enumerate(table["permitted"]):
        permitted[i] = [name == "any" or name in allowed for name in CARRIAGES]
    return Classes(
        ids=tuple(str(v) for v in table["id"]),
        names=tuple(str(v) for v in table["name"]),
        form=np.array([FORMS.index(v) for v in table["form"]], np.int64),
        value_of_time=table["value_of_time_usd_t_h"].astype(float),
        reliability_ratio=table["reliability_ratio"].astype(float),
        tonnes_per_teu=table["tonnes_per_teu"].astype(float),
        truck_payload_t=table["truck_payload_t"].astype(float),
        route_scale=table["route_scale_per_usd_t"].astype(float),
        mode_scale=table["mode_scale_per_usd_t"].astype(float),
        scale_cost=table["scale_cost_usd_t"].astype(float),
        scale_elasticity=table["scale_elasticity"].astype(float),
        train_handover=table["train_handover_usd_t"].astype(float),
        rail_frontier=table["rail_frontier_usd_t"].astype(float),
        choke=table["choke_usd_t"].astype(float),
        is_containerised=table["is_containerised"].astype(bool),
        permitted=permitted,
    )


def list_usable_arcs(network: Network, classes: Classes) -> np.ndarray:
    """Which arcs each class may use at all, open or not: shape (n_classes, n_arcs)."""
    by_form = np.stack([network.for_box, network.for_bulk])
    taken = np.array([[not own or k in own for own in (*network.service_classes, ())] for k in classes.ids])
    usable: np.ndarray = (
        classes.permitted[:, network.carriage] & by_form[classes.form] & taken[:, network.service_row]
    )
    return usable


def build_arc_table(
    state: LinkState, classes: Classes, tables: Mapping[str, Table], carbon_price_usd_t: float
) -> np.ndarray:
    """All ``MEASURES`` by class and arc: shape (n_classes, n_arcs, len(MEASURES)); money and valued time in
    USD/t.

    The parts ``dwell`` and ``border`` hold what a hand-over to or from a train and a frontier by rail ask of
    a class beyond charges and hours: the constants of the railway in the choice of mode, in place of one for
    a whole route, since many routes take a train for a part of the way only.
    """
    a = state.attributes
    wagon_load = float(tables["parameters"]["value"][tables["parameters"].index["M-wagon-load-t"]])
    n_classes, n_arcs = len(classes.ids), len(a.length_km)
    table = np.zeros((n_classes, n_arcs, len(MEASURES)))
    dwell, border = ARC_PARTS.index("dwell"), ARC_PARTS.index("border")
    for k in range(n_classes):
        form = classes.form[k]
        per_tonne = np.array(
            [
                1.0 / classes.tonnes_per_teu[k] if form == 0 else 0.0,
                0.0 if form == 0 else 1.0,
                0.0 if form == 0 else 1.0 / wagon_load,
                1.0 / classes.truck_payload_t[k],
            ]
        )
        money = np.einsum("pua,u->pa", a.money, per_tonne)
        hours = a.time_h[:, form, :]
        columns = [*money, *(classes.value_of_time[k] * hours), carbon_price_usd_t * a.co2_kg_t / 1000.0]
        columns += [hours.sum(axis=0), a.variance_h2[form], a.co2_kg_t, a.length_km]
        table[k] = np.stack(columns, axis=1)
        table[k, :, dwell] += classes.train_handover[k] * a.at_train
        table[k, :, border] += classes.rail_frontier[k] * a.at_rail_frontier
    return table


def sum_parts(arc_table: np.ndarray) -> np.ndarray:
    """Additive generalised cost by class and arc (n_classes, n_arcs), USD/t."""
    total: np.ndarray = arc_table[:, :, : len(ARC_PARTS)].sum(axis=2)
    return total
