"""Projects of a study appraised: each alone, combined, and under futures, told as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from landbridge.errors import AppraisalRefused
from landbridge.indicators.appraisal import (
    Cashflow,
    appraise,
    find_return,
    interpolate,
    list_switching_values,
    share_by_shapley,
)
from landbridge.indicators.welfare import CLIMATE, RECEIVERS, SHIPPERS
from landbridge.study.folder import Study
from landbridge.study.names import Names
from landbridge.study.prepare import Prepared, Report
from landbridge.study.settings import AppraisalSettings, Project
from landbridge.study.worlds import Outcome, WorldSolver, build_world

MOST_COMBINED = 5
"""Projects whose subsets are all solved; of more, each is appraised alone."""
MIDDLE = 1
MOST_TOLD = 12
METHOD = (
    "Yearly gains are solved in the study's years, lie on straight lines between them and are held after the "
    "last; nothing is gained before the first year of use. Money counts at the start of its year, seen from "
    "the year of the record. Given gates hold with and without the project."
)


@dataclass(frozen=True)
class Terms:
    """Numbers of one case: money in million USD; ``case`` is that of shares of cost."""

    capital: float
    opens: int
    life: int
    upkeep: float
    carbon: int
    shares: int
    rate: float


class Gains:
    """Yearly gains of subsets of projects against none of them, by year of use.

    ``years`` are those solved; outcomes are asked of the solver by subset.
    """

    def __init__(
        self, solver: WorldSolver, scenario: str, projects: Mapping[str, Project], years: Sequence[int]
    ) -> None:
        self.solver, self.projects, self.years = solver, projects, tuple(years)
        self._scenario = scenario

    def solve(self, subsets: Iterable[frozenset[str]]) -> None:
        """Solve subsets, and none of the projects, in all years."""
        worlds = [self._world(subset) for subset in dict.fromkeys([frozenset[str](), *subsets])]
        self.solver.solve((world, year) for world in worlds for year in self.years)

    def _world(self, subset: frozenset[str]) -> Any:
        return build_world(self.solver.prepared, self._scenario, self.projects, subset)

    def get(self, subset: frozenset[str], year: int) -> Outcome:
        """Outcome of a subset in a year that was solved."""
        return self.solver.get(self._world(subset), year)

    def list_by_role(self, subset: frozenset[str], case: int = MIDDLE) -> dict[str, np.ndarray]:
        """Gain of each role in each year, USD/year."""
        rows = [
            (self.get(subset, year).sum_by_role(case), self.get(frozenset(), year).sum_by_role(case))
            for year in self.years
        ]
        return {
            role: np.array([with_[role] - without[role] for with_, without in rows])
            for role in (SHIPPERS, RECEIVERS, CLIMATE)
        }

    def total(self, subset: frozenset[str], shares: int = MIDDLE, carbon: int = MIDDLE) -> np.ndarray:
        """Gain of the world in each year (n_years), USD/year."""
        by_shares, by_carbon = self.list_by_role(subset, shares), self.list_by_role(subset, carbon)
        result: np.ndarray = by_shares[SHIPPERS] + by_shares[RECEIVERS] + by_carbon[CLIMATE]
        return result


def lay_out_subset(
    gains: Gains, terms: Mapping[str, Terms], *, now: int, build_years: Mapping[str, int]
) -> Cashflow:
    """Cash flow of projects carried out together, million USD: in each year those in use gain together."""
    end = max(t.opens + t.life for t in terms.values())
    years = np.arange(min(now, *(t.opens for t in terms.values())), end)
    benefits, capital, upkeep = np.zeros(len(years)), np.zeros(len(years)), np.zeros(len(years))
    any_terms = next(iter(terms.values()))
    in_use = {name: (years >= t.opens) & (years < t.opens + t.life) for name, t in terms.items()}
    active = [frozenset(name for name in terms if in_use[name][i]) for i in range(len(years))]
    for subset in set(active) - {frozenset[str]()}:
        yearly = gains.total(subset, any_terms.shares, any_terms.carbon) / 1e6
        here = np.array([a == subset for a in active])
        benefits[here] = interpolate(gains.years, list(yearly), years[here])
    for name, t in terms.items():
        building = (years >= max(now, t.opens - build_years[name])) & (years < t.opens)
        if not building.any():
            building = years == years[0]
        capital += np.where(building, t.capital / building.sum(), 0.0)
        upkeep += np.where(in_use[name], t.upkeep * t.capital, 0.0)
    return Cashflow(years, benefits, capital, upkeep)


def build_terms(project: Project, asked: AppraisalSettings, **cases: int) -> Terms:
    """Terms of a project: middle numbers except for what ``cases`` names (0 low, 1 middle, 2 high)."""

    def case(name: str) -> int:
        return cases.get(name, MIDDLE)

    low, high = project.cost_musd
    early, late = project.year
    capital = (low, 0.5 * (low + high), high)[case("cost")] * (1.0 + asked.overrun[case("overrun")])
    opens = (early, (early + late + 1) // 2, late)[case("year")]
    life, upkeep = asked.life_years[case("life")], asked.upkeep[case("upkeep")]
    return Terms(
        capital, opens, life, upkeep, case("carbon"), case("shares"), asked.discount[case("discount")]
    )


SWINGS = {
    "cost": "capital cost as published",
    "overrun": "capital beyond what was published",
    "year": "first year of use",
    "life": "years of use",
    "upkeep": "upkeep",
    "discount": "discount rate",
    "carbon": "social cost of carbon",
    "shares": "share of payments that is cost",
}


def check_appraisal(
    study: Study, names: Sequence[str] = (), *, scenario: str | None = None, futures: int | None = None
) -> str:
    """Check what an appraisal is asked for, before anything is prepared; gives the scenario.

    Raises
    ------
    UnknownId
        If the study has no such project or scenario.
    AppraisalRefused
        If the study has no projects, or none of those asked for differs over futures.
    FuturesRefused
        If so many futures cannot be drawn, or no year lies after the record.
    QuestionRefused
        If several things are wrong; ``faults`` lists them.
    """
    settings = study.settings
    known = settings.appraisal.projects
    check = Names(f"study {study.id}")
    if not known:
        what = "the study has no projects."
        check.add(AppraisalRefused(what, where=check.where, mend="add appraisal.projects to study.yaml."))
    for name in dict.fromkeys(names if known else ()):
        check.take(name, known, "project")
    world = check.take(scenario or settings.reference_scenario, settings.scenarios, "scenario")
    if futures is not None:
        from landbridge.study.appraise_futures import check_futures

        asked = {name: known[name] for name in names or known if name in known}
        check.find(lambda: check_futures(study, asked, futures), None)
    check.refuse()
    return world


def appraise_projects(
    prepared: Prepared,
    names: Sequence[str] = (),
    *,
    scenario: str | None = None,
    futures: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Appraise projects of a study; all of them, each alone, if none is named.

    Two to five that are named are also held together: what they are worth as one, what each is worth where
    the others are there, and Shapley shares. With ``futures``, so many are drawn and each project is held
    against doing nothing in all of them.

    What is asked for is refused as :func:`check_appraisal` says.
    """
    world = check_appraisal(prepared.study, names, scenario=scenario, futures=futures)
    settings = prepared.study.settings
    asked, known = settings.appraisal, settings.appraisal.projects
    chosen = {name: known[name] for name in dict.fromkeys(names or known)}
    together = bool(names) and 2 <= len(chosen) <= MOST_COMBINED
    now = settings.record_date.year
    solver = WorldSolver(prepared, world, report)
    years = list_needed_years(settings.years, chosen.values())
    sets = [chosen] if together else [{name: project} for name, project in chosen.items()]
    told: list[dict[str, Any]] = []
    combination: dict[str, Any] | None = None
    all_gains = [Gains(solver, world, projects, years) for projects in sets]
    worlds = []
    for gains in all_gains:
        subsets = _list_subsets(gains.projects) if together else [frozenset(gains.projects)]
        worlds += [(gains._world(s), y) for s in [frozenset[str](), *subsets] for y in years]
    solver.solve(worlds)
    for gains in all_gains:
        told += [tell_project(gains, name, asked, now) for name in gains.projects]
    if together:
        combination = tell_combination(all_gains[0], asked, now)
    result: dict[str, Any] = {
        "study": prepared.study.id,
        "scenario": world,
        "now": now,
        "price_year": settings.price_year,
        "years": list(years),
        "discount": list(asked.discount),
        "carbon_usd_t": list(asked.carbon_usd_t),
        "method": METHOD,
        "source": list(asked.source),
        "projects": told,
        "combination": combination,
        "futures": None,
    }
    if futures is not None:
        from landbridge.study.appraise_futures import appraise_futures

        result["futures"] = appraise_futures(
            prepared, chosen, futures, scenario=world, seed=seed, workers=workers, report=report
        )
    return result


def list_needed_years(years: Sequence[int], projects: Iterable[Project]) -> tuple[int, ...]:
    """Years to solve: from the last of the study's that is not after the first use of any project."""
    first = min(project.year[0] for project in projects)
    before = [year for year in years if year <= first]
    return tuple(year for year in years if year >= (before[-1] if before else years[0]))


def _list_subsets(projects: Mapping[str, Project]) -> list[frozenset[str]]:
    return [
        frozenset(group) for size in range(1, len(projects) + 1) for group in combinations(projects, size)
    ]


def _lay_out(gains: Gains, terms: Mapping[str, Terms], now: int) -> Cashflow:
    builds = {name: project.build_years for name, project in gains.projects.items()}
    return lay_out_subset(gains, terms, now=now, build_years=builds)


def tell_project(gains: Gains, name: str, asked: AppraisalSettings, now: int) -> dict[str, Any]:
    """One project alone: gains by year, values at each rate, return, switching values, swings, who gains."""
    project, alone = gains.projects[name], frozenset([name])

    def flow(**cases: int) -> tuple[Cashflow, Terms]:
        terms = build_terms(project, asked, **cases)
        return _lay_out(gains, {name: terms}, now), terms

    middle, terms = flow()
    values = [appraise(middle, rate, now) for rate in asked.discount]
    at = values[MIDDLE]
    swings: list[dict[str, Any]] = []
    for key, words in SWINGS.items():
        ends = []
        for case in (0, 2):
            changed, own = flow(**{key: case})
            ends.append(appraise(changed, own.rate, now).npv)
        swings.append({"of": key, "title": words, "low_npv_musd": ends[0], "high_npv_musd": ends[1]})
    # What is bad of each alone is taken as bad of all at once; shares of cost count for whom they help.
    corners = []
    for is_high in (False, True):
        cases = {s["of"]: 2 if (s["high_npv_musd"] > s["low_npv_musd"]) == is_high else 0 for s in swings}
        changed, own = flow(**cases)
        corners.append(appraise(changed, own.rate, now).npv)
    by_role = gains.list_by_role(alone)
    last = gains.years[-1]
    with_, without = gains.get(alone, last), gains.get(frozenset(), last)
    return {
        "project": name,
        "title": project.title,
        "basis": project.basis,
        "source": list(project.source),
        "note": project.note,
        "given": list(project.given),
        "capital_musd": [build_terms(project, asked, cost=c, overrun=c).capital for c in (0, 1, 2)],
        "opens": [project.year[0], terms.opens, project.year[1]],
        "gain_musd_year": [
            {"year": year, **{role: float(v[i] / 1e6) for role, v in by_role.items()}}
            for i, year in enumerate(gains.years)
        ],
        "values": [
            {
                "rate": v.rate,
                "npv_musd": v.npv,
                "bcr": v.bcr,
                "benefits_musd": v.benefits,
                "costs_musd": v.costs,
            }
            for v in values
        ],
        "irr": find_return(middle),
        "switching": list_switching_values(middle, at.rate, now),
        "npv_range_musd": corners,
        "swings": sorted(swings, key=lambda s: -abs(s["high_npv_musd"] - s["low_npv_musd"])),
        "who": _tell_parties(with_, without),
        "transit": _tell_transit(with_, without),
        "co2_t_year": with_.co2_t - without.co2_t,
        "unserved_t_year": with_.unserved_t - without.unserved_t,
        "worst_residual": max(
            gains.get(subset, year).residual for subset in (alone, frozenset[str]()) for year in gains.years
        ),
    }


def _tell_parties(with_: Outcome, without: Outcome) -> list[dict[str, Any]]:
    """Greatest gains and losses of parties in the last year, million USD a year."""
    change = (with_.gain - without.gain)[MIDDLE] / 1e6
    order = np.argsort(-np.abs(change), kind="stable")[:MOST_TOLD]
    return [
        {"party": with_.parties[i], "role": with_.roles[i], "gain_musd_year": float(change[i])}
        for i in order
        if change[i] != 0.0
    ]


def _tell_transit(with_: Outcome, without: Outcome) -> list[dict[str, Any]]:
    """Greatest changes of the revenue from transit by state in the last year, million USD a year."""
    change = (with_.transit - without.transit) / 1e6
    order = np.argsort(-np.abs(change), kind="stable")[:MOST_TOLD]
    return [
        {"state": with_.states[i], "transit_musd_year": float(change[i])} for i in order if change[i] != 0.0
    ]


def tell_combination(gains: Gains, asked: AppraisalSettings, now: int) -> dict[str, Any]:
    """Projects together: the net present value of every subset, and Shapley shares at the middle rate."""
    terms = {name: build_terms(project, asked) for name, project in gains.projects.items()}
    rate = asked.discount[MIDDLE]
    benefits, npv = {frozenset[str](): 0.0}, {frozenset[str](): 0.0}
    for subset in _list_subsets(gains.projects):
        flow = _lay_out(gains, {name: terms[name] for name in subset}, now)
        value = appraise(flow, rate, now)
        benefits[subset], npv[subset] = value.benefits, value.npv
    everything = frozenset(gains.projects)
    last = gains.years[-1]
    by_benefit, by_npv = share_by_shapley(benefits), share_by_shapley(npv)
    return {
        "rate": rate,
        "subsets": [
            {"projects": sorted(subset), "benefits_musd": benefits[subset], "npv_musd": npv[subset]}
            for subset in sorted(npv, key=lambda s: (len(s), sorted(s)))
            if subset
        ],
        "shares": [
            {
                "project": name,
                "alone_musd": benefits[frozenset([name])],
                "last_musd": benefits[everything] - benefits[everything - {name}],
                "shapley_benefits_musd": by_benefit[name],
                "shapley_npv_musd": by_npv[name],
            }
            for name in gains.projects
        ],
        "who": _tell_parties(gains.get(everything, last), gains.get(frozenset(), last)),
        "transit": _tell_transit(gains.get(everything, last), gains.get(frozenset(), last)),
    }
