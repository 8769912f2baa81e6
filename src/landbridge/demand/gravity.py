"""Gravity: trade by the size of two places and the cost between them, fitted on rows that state tonnes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.demand.balance import Floats
from landbridge.demand.cover import Cover
from landbridge.demand.evidence import TONNES, Statement
from landbridge.demand.prior import Prior
from landbridge.tables import Table

DISTANCE_ELASTICITY = 0.93  # of trade, between 0.85 and 1.1 in published surveys: sets the prior of theta
PRIOR_ROWS = 10.0  # rows that the prior of theta counts for
LEAST_ROWS = 8  # fewer statements than this teach nothing: no gravity


@dataclass(frozen=True)
class GravityFit:
    """Trade of one form of goods: ``t = exp(log_scale) x mass x exp(-theta x cost)``, t/year.

    ``theta_t_usd`` is in t/USD and never below 0; ``prior_theta_t_usd`` is what a distance elasticity of 0.93
    gives at the mean cost and counts for ten rows. ``r2`` and ``residual_sd`` are those of log tonnes over
    ``n_rows`` statements; ``log_scale`` is NaN if too few rows speak, and then gravity is silent.
    """

    form: str
    n_rows: int
    log_scale: float
    theta_t_usd: float
    prior_theta_t_usd: float
    mean_cost_usd_t: float
    r2: float
    residual_sd: float


def prior_fit(form: str, cost: Floats) -> GravityFit:
    """A fit that no row has taught: the prior theta and no scale."""
    known = cost[np.isfinite(cost)]
    mean = float(known.mean()) if known.size else 1.0
    theta = DISTANCE_ELASTICITY / max(mean, 1.0)
    return GravityFit(form, 0, np.nan, theta, theta, mean, np.nan, np.nan)


def fit_gravity(
    form: str, cells: Floats, teachers: Sequence[Statement], t_year: Floats, prior: Prior, cost: Floats
) -> GravityFit:
    """Fit scale and theta by least squares on logs, over the statements of :func:`list_teachers`.

    Parameters
    ----------
    cells
        1 for the cells of this form, else 0; flat.
    t_year
        Balanced matrix, flat: a statement about several forms is divided as it divides them.
    cost
        Generalised cost of the cells in USD/t, flat, NaN where there is no route.
    """
    start = prior_fit(form, cost[cells > 0.0])
    mass = (prior.mass * prior.share).ravel() * cells
    points = []
    for statement in teachers:
        part = statement.cells[(mass[statement.cells] > 0.0) & np.isfinite(cost[statement.cells])]
        tonnes = float((t_year[part]).sum())
        if len(part) and tonnes > 0.0:
            weight = mass[part]
            points.append((tonnes, float(weight.sum()), float((weight * cost[part]).sum() / weight.sum())))
    if len(points) < LEAST_ROWS:
        return start
    tonnes_, masses, costs = (np.array(column) for column in zip(*points, strict=True))
    y, x = np.log(tonnes_) - np.log(masses), costs - costs.mean()
    spread = float((x * x).sum())  # where all costs are alike, the prior alone speaks
    pull = PRIOR_ROWS * spread / len(points) or 1.0
    theta = max(0.0, (pull * start.theta_t_usd - float((x * (y - y.mean())).sum())) / (spread + pull))
    log_scale = float(y.mean() + theta * costs.mean())
    residual = y - log_scale + theta * costs
    r2 = 1.0 - float((residual**2).sum() / (len(points) * np.log(tonnes_).var()))
    sd = float(np.sqrt((residual**2).sum() / (len(points) - 2)))
    return GravityFit(form, len(points), log_scale, theta, start.theta_t_usd, float(costs.mean()), r2, sd)


def list_teachers(statements: Sequence[Statement]) -> list[Statement]:
    """Statements with tonnes that lie in no other statement with tonnes: gravity is fitted on them."""
    known = [s for s in statements if s.sense == "equal" and s.evidence == TONNES and s.t_year > 0.0]
    widest: list[Statement] = []
    for statement in sorted(known, key=lambda s: -len(s.cells)):
        if not any(other.holds(statement) for other in widest):
            widest.append(statement)
    return widest


def limit_gravity(predicted: Floats, free: Floats, table: Table | None, cover: Cover) -> Floats:
    """Shrink and cap what gravity predicts for the cells that no row states.

    Parameters
    ----------
    predicted
        t/year, shape (n_classes, n_zones, n_zones).
    free
        True for the cells that no row states, same shape.
    table
        ``gravity_limits``: for each pair the narrowest row gives a factor and the most that all free cells of
        the pair may carry together. Without a table, or where no row speaks, gravity is silent.
    """
    n = cover.n_zones
    if table is None or not len(table):
        return np.zeros_like(predicted)
    nearest = cover.narrowest(table["from_group"].tolist(), table["to_group"].tolist())
    factor = np.append(table["factor"], 0.0)[nearest]
    most = np.append(table["most_t_year"], 0.0)[nearest]
    guess = np.where(free, predicted * factor, 0.0)
    total = guess.sum(axis=0)
    cut = np.divide(most, total, out=np.ones((n, n)), where=total > most)
    return np.asarray(guess * cut)


def fits_by_class(fits: Mapping[str, GravityFit], forms: Sequence[str]) -> tuple[Floats, Floats]:
    """Theta (t/USD) and scale of each class; a silent fit has scale 0."""
    theta = np.array([fits[form].theta_t_usd for form in forms])
    scale = np.exp(np.array([fits[form].log_scale for form in forms]))
    return theta, np.where(np.isnan(scale), 0.0, scale)
