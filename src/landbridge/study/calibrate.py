"""Calibration: choice parameters and the base-year matrix fitted together to what was observed.

The unknowns are log factors: one for each row of ``adjustments`` and one for each cell of demand. Each has a
prior at 0 with the error of its evidence. The fit minimises

    sum (z / s)^2  +  sum ((model - observed) / e)^2  +  sum (log(held / stated) / s_statement)^2

over z: the generalised least squares of Cascetta (1984) for the matrix, joined with the choice parameters.
Where counts do not see a cell it keeps its seed (the seed term of Spiess 1990). The model is linearised at
its equilibrium (route shares for demand, finite differences for parameters), solved in the space of the data,
and route shares are computed again until the step is small (Yang 1995).
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from landbridge.assignment.costs import list_usable_arcs
from landbridge.assignment.sue import solve
from landbridge.demand import GRAVITY, TONNES, VALUE
from landbridge.errors import StudyInvalid
from landbridge.indicators.checks import list_corridor_checks
from landbridge.indicators.corridors import list_members, list_shipped, rate_boxes
from landbridge.indicators.measured import Counted, Ways
from landbridge.indicators.observed import Target, read_targets
from landbridge.indicators.pairs import list_routes
from landbridge.indicators.quantities import list_terms
from landbridge.indicators.tally import Tallied, Tally
from landbridge.study.prepare import Prepared, Progress, Report, adjust
from landbridge.study.results import to_arrow
from landbridge.study.run import WORKERS, list_corridors
from landbridge.study.scenarios import get_base_scenario
from landbridge.study.validation import get_vocabulary

CELL_SD = {TONNES: 0.4, VALUE: 0.5, GRAVITY: 0.8}
"""Error of the log of a cell before its statement is heard: how badly a total is divided among cells."""
STATED_SD = {TONNES: 0.1, VALUE: 0.35}
"""Error of the log of what rows state: a count of tonnes, and a value over a density (ranges of two either
way)."""
ESTIMATED_SD = 0.35
"""The same where the first row of a statement is an estimate."""
MOST_LOG = {TONNES: np.log(3.0), VALUE: np.log(4.0), GRAVITY: np.log(6.0)}
"""No cell moves further than this."""
TOLERANCE_SD = 0.5
"""Standard error of an observation as a share of its tolerance: 95 in 100 lie inside."""
TOLD_APART = 2.5
"""Beyond so many standard errors a miss counts linearly, so that no single row bends the rest (Huber
1964)."""
DIFFERENCE = 0.1
"""Step of the finite differences, in logs."""
LONGEST = 0.5
"""Longest step of a log factor in one round."""
ROUNDS = 12
AGAIN = (0, 3, 6)
"""Rounds after which the derivatives by parameters are taken anew: they bend over factors of two and more."""
LEAST_SHOWN = 0.02
"""Cells of demand whose log factor is smaller are left as they are."""
DIGITS = 4
"""Digits of a factor that are stored."""
TO_90 = 1.645
"""Standard errors on either side of the middle that hold nine in ten."""


@dataclass(frozen=True)
class Point:
    """The model at one set of factors: figures and their derivatives by cells, and the flows it rests on.

    ``value`` (n_data,); ``by_cell`` (n_data, n_cells) derivative by the log of each cell.
    """

    value: np.ndarray
    by_cell: np.ndarray
    load: np.ndarray


@dataclass(frozen=True)
class Calibration:
    """What a fit found.

    ``parameters`` (n_parameters,) and ``cells`` (n_cells,) are log factors; ``parameter_sd`` the error that
    the observations leave; ``draws`` (n_draws, n_parameters) a sample of the posterior; ``pulled_by``
    (n_cells,) the target that moves each cell most. ``rows`` holds every target with its figure before and
    after.
    """

    parameters: np.ndarray
    parameter_sd: np.ndarray
    cells: np.ndarray
    draws: np.ndarray
    pulled_by: np.ndarray
    rows: list[dict[str, object]]
    steps: list[float]


class Calibrator:
    """A prepared study beside its observations of the base year.

    Targets of other scenarios or years, and means over pairs, take no part.
    """

    def __init__(self, prepared: Prepared, report: Report | None = None) -> None:
        self.report: Report = report or (lambda _: None)
        self.start = prepared
        self.table = prepared.original.tables["adjustments"]
        self.scenario = get_base_scenario(prepared.original)
        settings = prepared.original.settings
        targets = read_targets(prepared.original.tables["observations"], get_vocabulary(prepared.original))[0]
        here = {(self.scenario, 0), (self.scenario, settings.base_year)}
        self.targets = [
            t
            for t in targets
            if (t.scenario, t.year) in here
            and all(
                (term.scenario or t.scenario, term.year or t.year) in here for term in list_terms(t.quantity)
            )
            and not any(
                term.kind.name.startswith(("pair_time", "pair_rate")) for term in list_terms(t.quantity)
            )
        ]
        if not any(t.row["use"] == "calibrate" for t in self.targets):
            raise StudyInvalid(
                f"no observation of {self.scenario} {settings.base_year} is marked calibrate.",
                (),
                where="tables/observations.csv",
                mend="give rows a quantity, a tolerance and the use calibrate.",
            )
        self._set_up_cells()
        self._set_up_ways()

    def _set_up_cells(self) -> None:
        demand = self.start.seed
        flat = demand.t_year.ravel()
        self.cells = np.flatnonzero(flat > 0.0)
        self.seed = flat[self.cells]
        evidence = demand.evidence.ravel()[self.cells]
        self.cell_sd = np.array([CELL_SD[int(e)] for e in evidence])
        self.most = np.array([MOST_LOG[int(e)] for e in evidence])
        place = np.full(flat.size, -1, np.int64)
        place[self.cells] = np.arange(len(self.cells))
        flows = self.start.original.tables["flows"]
        kind = dict(zip(flows.ids, flows["kind"], strict=True))
        self.statements = []
        for statement in demand.statements:
            if statement.sense == "equal" and statement.t_year > 0.0:
                inside = place[statement.cells]
                inside = inside[inside >= 0]
                if len(inside):
                    guessed = kind[statement.flows[0]] == "estimate"
                    sd = max(STATED_SD[statement.evidence], ESTIMATED_SD if guessed else 0.0)
                    self.statements.append((inside, sd))
        rows = list(self.table.rows())
        low = np.log([row["low"] for row in rows]) if rows else np.zeros(0)
        high = np.log([row["high"] for row in rows]) if rows else np.zeros(0)
        self.low, self.high = low, high
        self.parameter_sd = (high - low) / (2.0 * TO_90)

    def _set_up_ways(self) -> None:
        p = self.start
        self.report(Progress("routes", 0, 1, "reading what each route passes"))
        columns = list_routes(p.words, p.network, p.routes, p.classes.ids)
        kept = ("class", "origin", "destination", "nest", "nodes", "links")
        self.ways = Ways(pa.table({name: to_arrow(columns[name]) for name in kept}), p.tables)
        self.groups = {row["id"]: tuple(row["zones"]) for row in p.study.tables["zone_groups"].rows()}
        corridors = list_corridors(p)
        self.members = {c.id: list_members(p.network, p.tables, p.routes, c) for c in corridors}
        self.boxes = {
            c.id: rate_boxes(p.routes, p.classes, list_shipped(p.network, p.tables, p.routes, c))
            for c in corridors
        }
        self.corridors = {
            c.id: Counted(c.all_of, c.any_of, c.none_of, c.from_zones, c.to_zones) for c in corridors
        }
        place = np.full(p.seed.t_year.size, -1, np.int64)
        place[self.cells] = np.arange(len(self.cells))
        n = len(p.network.zones)
        g = p.routes.route_group
        flat = (p.routes.group_class[g] * n + p.routes.group_origin[g]) * n + p.routes.group_destination[g]
        self.cell_of_route = place[flat]
        self.report(Progress("routes", 1, 1, f"{p.routes.n_routes} routes"))

    def evaluate(
        self, parameters: np.ndarray, cells: np.ndarray, targets: Sequence[Target], start: np.ndarray | None
    ) -> Point:
        """Equilibrium and figures at given log factors."""
        demand = np.zeros(self.start.seed.t_year.size)
        demand[self.cells] = self.seed * np.exp(cells)
        shape = self.start.seed.t_year.shape
        p = adjust(self.start, list(np.exp(parameters)), demand.reshape(shape))
        year = p.study.settings.base_year
        state = p.build_state(self.scenario, year)
        at = solve(p.build_problem(state, p.demand.t_year), start=start)

        def checks() -> pa.Table:
            box = int(np.argmin(p.classes.form))
            usable = list_usable_arcs(p.network, p.classes)[box]
            found = list_corridor_checks(
                p.network,
                p.tables,
                usable,
                lambda of_year: p.build_arc_table(p.build_state(self.scenario, of_year))[box],
                float(p.classes.tonnes_per_teu[box]),
            )
            wanted = ("corridor", "model_days", "model_cost_usd_feu", "model_length_km")
            return pa.table({name: found[name] for name in wanted})

        stored: list[pa.Table] = []

        def read_checks() -> pa.Table:
            if not stored:
                stored.append(checks())
            return stored[0]

        tallied = Tallied(
            self.ways,
            p.tables,
            self.corridors,
            self.groups,
            at.flow,
            self.members,
            self.boxes,
            read_checks,
        )
        values, slopes = np.zeros(len(targets)), np.zeros((len(targets), len(self.cells)))
        for i, target in enumerate(targets):
            found = tallied.value_of(target.quantity)
            values[i] = float(found) * target.factor
            if isinstance(found, Tally):
                weight = found.by_flow * at.flow * target.factor
                known = (self.cell_of_route >= 0) & (weight != 0.0)
                slopes[i] = np.bincount(self.cell_of_route[known], weight[known], len(self.cells))
        return Point(values, slopes, at.load)

    def _hold_statements(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log of held over stated, its derivative by cell, and its error, for every statement."""
        now = self.seed * np.exp(cells)
        miss, by_cell = np.zeros(len(self.statements)), np.zeros((len(self.statements), len(cells)))
        for i, (inside, _) in enumerate(self.statements):
            held = float(now[inside].sum())
            miss[i] = np.log(held / float(self.seed[inside].sum()))
            by_cell[i, inside] = now[inside] / held
        return miss, by_cell, np.array([sd for _, sd in self.statements])

    def _differ(self, parameters: np.ndarray, cells: np.ndarray, targets: Sequence[Target], at: Point,
                detail: str) -> np.ndarray:  # fmt: skip
        """Derivative of the figures by each log parameter, (n_targets, n_parameters), at equilibrium."""
        result = np.zeros((len(targets), len(parameters)))

        def work(j: int) -> np.ndarray:
            step = DIFFERENCE if parameters[j] + DIFFERENCE <= self.high[j] else -DIFFERENCE
            moved = parameters.copy()
            moved[j] += step
            found: np.ndarray = (self.evaluate(moved, cells, targets, at.load).value - at.value) / step
            return found

        with ThreadPoolExecutor(WORKERS) as pool:
            for j, column in enumerate(pool.map(work, range(len(parameters)))):
                result[:, j] = column
                done = f"{detail} {self.table.ids[j]}".strip()
                self.report(Progress("sensitivity", j + 1, len(parameters), done))
        return result

    def fit(
        self,
        *,
        without: Collection[int] = (),
        use: str = "calibrate",
        rounds: int = ROUNDS,
        slopes: dict[str, np.ndarray] | None = None,
        draws: int = 0,
        seed: int = 0,
        label: str = "",
    ) -> Calibration:
        """Fit to the targets of one ``use`` (all if blank) but those of the folds in ``without``.

        ``slopes`` keeps derivatives by parameters between fits of one study, which differ little.
        """
        targets = self.targets
        told = np.array([use in ("", t.row["use"]) and t.row["fold"] not in without for t in targets], bool)
        observed = np.array([t.row["value"] for t in targets])
        sd = np.array([max(t.tolerance, 1e-9) for t in targets]) * TOLERANCE_SD
        z_p: np.ndarray = np.zeros(len(self.table))
        z_c: np.ndarray = np.zeros(len(self.cells))
        at = self.evaluate(z_p, z_c, targets, None)
        before = at.value
        self.report(Progress("fitting", 0, rounds, f"{label} {_inside(targets, at.value, told)}"))
        steps: list[float] = []
        memory = slopes if slopes is not None else {}
        by_parameter = memory.get("first")
        if by_parameter is None:
            by_parameter = memory["first"] = self._differ(z_p, z_c, targets, at, "")
        prior = np.concatenate([self.parameter_sd, self.cell_sd]) ** 2
        jacobian: np.ndarray = np.zeros((0, len(z_p) + len(z_c)))
        noise: np.ndarray = np.zeros(0)
        gain: np.ndarray = np.zeros((len(z_p) + len(z_c), 0))
        pulled_by = np.zeros(len(z_c), np.int64)
        for number in range(rounds):
            good = told & np.isfinite(at.value)
            # A volume is held in logs, so that twice and half count alike; a share as it stands.
            is_volume = (
                good & np.array([t.row["unit"] not in ("percent", "%") for t in targets]) & (at.value > 0)
            )
            scale = np.where(is_volume, 1.0 / np.where(is_volume, at.value, 1.0), 1.0)
            miss = np.where(
                is_volume, np.log(np.where(is_volume, at.value, 1.0) / observed), at.value - observed
            )
            error = np.where(is_volume, sd / np.abs(observed), sd)
            held, by_cell, stated_sd = self._hold_statements(z_c)
            top = np.hstack([by_parameter, at.by_cell])[good] * scale[good, None]
            jacobian = np.vstack([top, np.hstack([np.zeros((len(held), len(z_p))), by_cell])])
            residual = np.concatenate([miss[good], held])
            errors = np.concatenate([error[good], stated_sd])
            noise = errors**2 * np.maximum(1.0, np.abs(residual) / (TOLD_APART * errors))
            z = np.concatenate([z_p, z_c])
            spread = prior[:, None] * jacobian.T
            gain = np.linalg.solve(jacobian @ spread + np.diag(noise), spread.T).T
            wanted = gain @ (jacobian @ z - residual)
            pull = np.linalg.solve(jacobian @ spread + np.diag(noise), jacobian @ z - residual)[: good.sum()]
            pulled_by = np.flatnonzero(good)[np.abs(top[:, len(z_p) :] * pull[:, None]).argmax(axis=0)]
            goal = z + np.clip(wanted - z, -LONGEST, LONGEST)
            z_p = np.clip(goal[: len(z_p)], self.low, self.high)
            z_c = np.clip(goal[len(z_p) :], -self.most, self.most)
            at = self.evaluate(z_p, z_c, targets, at.load)
            steps.append(float(np.abs(np.concatenate([z_p, z_c]) - z).max(initial=0.0)))
            detail = f"{label} {_inside(targets, at.value, told)}".strip()
            self.report(Progress("fitting", number + 1, rounds, detail))
            if steps[-1] < 0.02:
                break
            if number in AGAIN:
                name = f"round {number + 1}"
                if name not in memory:
                    memory[name] = self._differ(z_p, z_c, targets, at, f"after {name}:")
                by_parameter = memory[name]
        # What is stored is what is told: rounded factors, and cells that hardly moved left as they were.
        z_p = np.log([float(f"{factor:.{DIGITS}g}") for factor in np.exp(z_p)])
        z_c = np.log([float(f"{factor:.{DIGITS}g}") for factor in np.exp(z_c)])
        z_c[np.abs(z_c) < LEAST_SHOWN] = 0.0
        at = self.evaluate(z_p, z_c, targets, at.load)
        n_p = len(z_p)
        left = prior[:n_p] - np.einsum("ij,ji->i", gain[:n_p], jacobian[:, :n_p] * prior[:n_p])
        sample = self._draw(gain, jacobian, noise, prior, np.concatenate([z_p, z_c]), draws, seed)[:, :n_p]
        rows = [
            {
                "id": t.row["id"],
                "quantity": t.row["quantity"],
                "unit": t.row["unit"],
                "use": t.row["use"],
                "fold": int(t.row["fold"]),
                "told": bool(told[i]),
                "observed": float(observed[i]),
                "before": float(before[i]),
                "after": float(at.value[i]),
                "tolerance": t.tolerance,
                "inside_before": bool(abs(before[i] - observed[i]) <= t.tolerance),
                "inside": bool(abs(at.value[i] - observed[i]) <= t.tolerance),
            }
            for i, t in enumerate(targets)
        ]
        return Calibration(
            z_p,
            np.sqrt(np.maximum(left, 0.0)),
            z_c,
            np.clip(sample, self.low, self.high),
            pulled_by,
            rows,
            steps,
        )

    def _draw(
        self,
        gain: np.ndarray,
        jacobian: np.ndarray,
        noise: np.ndarray,
        prior: np.ndarray,
        best: np.ndarray,
        draws: int,
        seed: int,
    ) -> np.ndarray:
        """Sample of the posterior: refits to observations and priors drawn within their errors.

        Exact for the linearised model (Kitanidis 1995; Oliver, He and Reynolds 1996).
        """
        rng = np.random.default_rng(seed)
        found = np.zeros((draws, len(best)))
        for i in range(draws):
            off = rng.normal(size=len(best)) * np.sqrt(prior)
            heard = rng.normal(size=len(noise)) * np.sqrt(noise)
            found[i] = best + off + gain @ (heard - jacobian @ off)
        return found


def _inside(targets: Sequence[Target], value: np.ndarray, told: np.ndarray) -> str:
    """How many of the targets that are told, and of the others, lie inside."""
    hit = np.array(
        [abs(v - t.row["value"]) <= t.tolerance for t, v in zip(targets, value, strict=True)], bool
    )
    return f"{hit[told].sum()} of {told.sum()} fitted, {hit[~told].sum()} of {(~told).sum()} held out inside"
