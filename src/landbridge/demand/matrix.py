"""Demand by class, origin and destination: the object, and how it is made from the tables of a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from landbridge.demand.balance import NOTHING_TO_MEET, Certificate, Floats, Total, miss, scale_to_totals
from landbridge.demand.cover import build_cover
from landbridge.demand.evidence import GRAVITY, TONNES, TOTAL, VALUE, FlowReader, Statement, Verdict, Verdicts
from landbridge.demand.gravity import (
    GravityFit,
    fit_gravity,
    fits_by_class,
    limit_gravity,
    list_teachers,
    prior_fit,
)
from landbridge.demand.prior import LEAST_SHARE, Prior, build_prior
from landbridge.demand.selection import Selection
from landbridge.errors import UnknownId
from landbridge.tables import Table

EVIDENCE_NAMES = {GRAVITY: "gravity", VALUE: "value density", TONNES: "tonnes"}
ROUNDS = (
    3  # gravity is fitted on a matrix that was balanced with the fit before; the third changes nothing to see
)


@dataclass(frozen=True)
class Unmet:
    """A statement that the balanced matrix does not meet: rows, t/year wanted and held."""

    flows: tuple[str, ...]
    wanted_t_year: float
    held_t_year: float


@dataclass(frozen=True)
class Demand:
    """What moves between zones in a year.

    Parameters
    ----------
    t_year
        Tonnes a year, shape (n_classes, n_zones, n_zones), origin before destination, 0 on the diagonal.
    evidence
        Same shape, int8: what stands behind each cell; 0 gravity, 1 value over density, 2 tonnes.
    statements
        What the flow rows state, with the cells that each covers.
    verdicts
        Use and reason of every flow row.
    fits
        Gravity by form of goods.
    certificate
        How well the statements are met together.
    unmet
        Those that are not met to a millionth of the largest.
    """

    zones: tuple[str, ...]
    classes: tuple[str, ...]
    year: int
    t_year: Floats
    evidence: NDArray[np.int8]
    statements: tuple[Statement, ...] = ()
    verdicts: Mapping[str, Verdict] | None = None
    fits: tuple[GravityFit, ...] = ()
    certificate: Certificate = NOTHING_TO_MEET
    unmet: tuple[Unmet, ...] = ()

    @cached_property
    def _statements_of_cell(self) -> dict[int, list[int]]:
        cells: dict[int, list[int]] = {}
        for place, statement in enumerate(_stated(self.statements)):
            for cell in statement.cells.tolist():
                cells.setdefault(cell, []).append(place)
        return cells

    def list_flow_rows(self, class_id: str, origin: str, destination: str) -> tuple[str, ...]:
        """Flow rows that feed a cell, the narrowest statement first; none if gravity alone does.

        Raises
        ------
        UnknownId
            If the class or a zone is not known.
        """
        n = len(self.zones)
        cell = _place(class_id, self.classes, "class") * n * n
        cell += _place(origin, self.zones, "zone") * n + _place(destination, self.zones, "zone")
        found = (
            flow for place in self._statements_of_cell.get(cell, ()) for flow in self.statements[place].flows
        )
        return tuple(dict.fromkeys(found))

    def coverage(self) -> Table:
        """Use of every flow row: columns flow, use, reason, t_year.

        ``t_year`` is what the statement of the row adds up to, wider rows with what lies in them; 0 if it
        made none. Uses: ``tonnes`` and ``value`` state an amount, ``added`` raises others, ``support``
        divides or supports one, ``limit`` caps, ``check`` was left without anything to state, ``not used``
        says why.
        """
        verdicts = self.verdicts or {}
        return Table(
            "demand_coverage",
            {
                "flow": np.array(list(verdicts), dtype=object),
                "use": np.array([v.use for v in verdicts.values()], dtype=object),
                "reason": np.array([v.reason for v in verdicts.values()], dtype=object),
                "t_year": np.array([v.t_year for v in verdicts.values()], dtype=np.float64),
            },
        )

    def summary(self) -> Table:
        """Tonnes and cells by class and evidence: columns class, evidence, n_cells, t_year."""
        rows = []
        for k, class_id in enumerate(self.classes):
            for code, name in EVIDENCE_NAMES.items():
                cells = self.t_year[k][(self.evidence[k] == code) & (self.t_year[k] > 0.0)]
                rows.append((class_id, name, len(cells), float(cells.sum())))
        class_ids, evidence, n_cells, t_year = zip(*rows, strict=True)
        return Table(
            "demand_summary",
            {
                "class": np.array(class_ids, dtype=object),
                "evidence": np.array(evidence, dtype=object),
                "n_cells": np.array(n_cells, dtype=np.float64),
                "t_year": np.array(t_year, dtype=np.float64),
            },
        )


def build_base_matrix(
    tables: Mapping[str, Table], cost_usd_t: Mapping[str, Floats], base_year: int
) -> Demand:
    """Build the matrices of the base year from flow rows, value densities and gravity.

    Parameters
    ----------
    tables
        ``zones``, ``zone_groups``, ``classes``, ``flows``, and if the study has them ``class_mix``,
        ``value_densities``, ``flow_rulings``, ``zone_shares`` and ``gravity_limits``.
    cost_usd_t
        Generalised cost of each class between zones in USD/t, shape (n_zones, n_zones), NaN where there is no
        route: gravity puts nothing there, but what rows state stays demand.

    Raises
    ------
    TableInvalid, UnknownId
        If a table contradicts itself or names what does not exist.
    """
    cover = build_cover(tables["zones"], tables.get("zone_groups"))
    classes = tables["classes"]
    verdicts = Verdicts()
    reader = FlowReader(
        cover,
        classes,
        base_year,
        commodities=_find(tables, "commodities"),
        densities=_find(tables, "value_densities"),
        rulings=_find(tables, "flow_rulings"),
    )
    statements = Selection(reader, reader.rows(tables["flows"], verdicts), verdicts).statements()
    prior = build_prior(tables, cover, classes.ids)
    cost = np.stack([np.asarray(cost_usd_t[class_id], dtype=np.float64) for class_id in classes.ids])
    forms = classes["form"].tolist()
    free = np.ones(cost.size, dtype=bool)
    for statement in _stated(statements):
        free[statement.cells] = False

    totals = _remainders(statements)
    fits = {form: prior_fit(form, cost[[f == form for f in forms]]) for form in dict.fromkeys(forms)}
    teachers = list_teachers(statements)
    limits = _find(tables, "gravity_limits")
    for _ in range(ROUNDS):
        theta, scale = fits_by_class(fits, forms)
        seed = _seed_statements(prior, cost, theta, statements)
        guess = prior.seed(cost, theta, scale)
        seed = np.where(free, limit_gravity(guess, free.reshape(cost.shape), limits, cover).ravel(), seed)
        t_year, certificate = scale_to_totals(seed, totals)
        fits = {
            form: fit_gravity(form, _cells_of(form, forms, cost), teachers, t_year, prior, cost.ravel())
            for form in fits
        }
    whole = [Total(s.cells, s.t_year, s.sense) for s in statements]
    largest = max((total.amount for total in whole), default=0.0)
    unmet = [
        Unmet(s.flows, s.t_year, float(t_year[s.cells].sum()))
        for s, total in zip(statements, whole, strict=True)
        if miss(t_year, total) > 1e-6 * largest
    ]
    order = tables["flows"].ids
    return Demand(
        zones=cover.zones,
        classes=classes.ids,
        year=base_year,
        t_year=t_year.reshape(cost.shape),
        evidence=_evidence(statements, cost.shape),
        statements=tuple(statements),
        verdicts={flow: verdicts.by_flow[flow] for flow in order},
        fits=tuple(fits.values()),
        certificate=certificate,
        unmet=tuple(unmet),
    )


def _find(tables: Mapping[str, Table], name: str) -> Table | None:
    table = tables.get(name)
    return table if table is not None and len(table) else None


def _stated(statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if statement.sense == "equal"]


def _remainders(statements: Sequence[Statement]) -> list[Total]:
    """Totals that do not nest: from a wide statement, what lies in narrower ones is taken away.

    The balanced matrix is the same, and scaling meets the totals in a few rounds. Statements that overlap
    without one holding the other are left as they are.
    """
    totals = []
    for place, statement in enumerate(statements):
        rest = statement
        if statement.sense == "equal":
            for narrow in reversed(statements[:place]):
                if rest.holds(narrow):
                    cells = np.setdiff1d(rest.cells, narrow.cells, assume_unique=True)
                    rest = replace(rest, cells=cells, t_year=rest.t_year - narrow.t_year)
        totals.append(Total(rest.cells, max(0.0, rest.t_year), statement.sense))
    return totals


def _seed_statements(prior: Prior, cost: Floats, theta: Floats, statements: Sequence[Statement]) -> Floats:
    """Seed of the cells that rows state, flat: never nothing where an amount must be placed.

    A class that has a row of its own gets at least a small share. Where no cell of a statement has a seed (no
    route, or trade within a state), masses stand in for it, then the class shares, then an even spread.
    """
    flat = prior.seed(cost, theta).ravel()
    floor = prior.seed(cost, theta, least_share=LEAST_SHARE).ravel()
    stand_ins = ((prior.mass * prior.share).ravel(), prior.share.ravel(), np.ones(flat.size))
    for statement in _stated(statements):
        if statement.block[0] != TOTAL and not flat[statement.cells].all():
            flat[statement.cells] = floor[statement.cells]
    for statement in _stated(statements):
        for stand_in in stand_ins:
            if statement.t_year > 0.0 and not flat[statement.cells].any():
                flat[statement.cells] = stand_in[statement.cells]
    return flat


def _cells_of(form: str, forms: Sequence[str], cost: Floats) -> Floats:
    """1 for the cells of one form of goods, flat."""
    is_form = np.array([word == form for word in forms], dtype=np.float64)
    return np.broadcast_to(is_form[:, None, None], cost.shape).ravel()


def _evidence(statements: Sequence[Statement], shape: tuple[int, ...]) -> NDArray[np.int8]:
    """What stands behind each cell: the narrowest statement that covers it."""
    evidence = np.full(int(np.prod(shape)), GRAVITY, dtype=np.int8)
    for statement in reversed(_stated(statements)):
        evidence[statement.cells] = statement.evidence
    return evidence.reshape(shape)


def _place(name: str, names: tuple[str, ...], kind: str) -> int:
    if name not in names:
        raise UnknownId(name, names, kind=kind)
    return names.index(name)
