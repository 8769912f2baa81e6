"""Projects under futures: how often they lose, what is regretted, what the right to wait is worth."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from landbridge.errors import AppraisalRefused, FuturesRefused
from landbridge.indicators.appraisal import Cashflow, appraise, value_waiting
from landbridge.indicators.flows import Columns
from landbridge.indicators.regret import list_regrets
from landbridge.process.sampling import check_count
from landbridge.study.appraise import MIDDLE, Terms, build_terms
from landbridge.study.folder import Study
from landbridge.study.future_run import FuturesRun, describe_run, list_future_years, run_futures
from landbridge.study.futures import tell_odds
from landbridge.study.prepare import Prepared, Report
from landbridge.study.settings import AppraisalSettings, FutureOption, Project

NONE, ALL = "none", "all"
METHOD = (
    "In each future the project is carried out in its middle year, or never; all other gates are drawn by "
    "their priors, what it takes as given too. Nothing is gained before the first of the study's years after "
    "the record. Middle costs; the spread is that of the futures alone."
)


def check_futures(study: Study, projects: Mapping[str, Project], n: int) -> dict[str, Project]:
    """Those of some projects that differ over futures: they meet a gate.

    Raises
    ------
    AppraisalRefused
        If there is none.
    FuturesRefused
        If ``n`` futures cannot be drawn, or no year of the study lies after its record.
    """
    own = {name: project for name, project in projects.items() if project.gates}
    if projects and not own:
        what = "no project meets a gate, so futures cannot tell them apart."
        raise AppraisalRefused(what, where=study.id, mend="leave the futures out.")
    check_count(n)
    if not list_future_years(study):
        mend = "add later years to study.yaml."
        raise FuturesRefused("no year lies after the record.", where=study.id, mend=mend)
    return own


def appraise_futures(
    prepared: Prepared,
    projects: Mapping[str, Project],
    n: int,
    *,
    scenario: str,
    seed: int | None = None,
    workers: int | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Net present values of projects over ``n`` futures, each against none, and all together if several.

    Projects that carry out measures and meet no gate are left out, and named.
    """
    asked = prepared.study.settings.appraisal
    own = check_futures(prepared.study, projects, n)
    terms = {name: build_terms(project, asked) for name, project in own.items()}
    gates = prepared.study.tables["gates"]
    works = {str(row["id"]) for row in gates.rows() if row["kind"] == "construction"}
    run = run_futures(
        _with_options(prepared, list_options(own, terms, works)),
        n,
        seed=seed,
        with_options=True,
        scenario=scenario,
        workers=workers,
        report=report,
    )
    years = list_future_years(prepared.study)
    now = prepared.study.settings.record_date.year
    bundles = {name: (name,) for name in own} | ({ALL: tuple(own)} if len(own) > 1 else {})
    gains = {option: _take_gains(run, option, years, asked) for option in bundles}
    worth = {
        option: np.stack(
            [
                value_futures(gains[option], years, [terms[name] for name in names], rate, now, own, names)
                for rate in asked.discount
            ],
            axis=1,
        )
        for option, names in bundles.items()
    }
    middle = np.stack([np.zeros(n), *(worth[option][:, MIDDLE] for option in bundles)], axis=1)
    regrets = list_regrets(middle, [NONE, *bundles])
    about = describe_run(run)
    return {
        "n": n,
        "seed": about["seed"],
        "years": list(years),
        "rate": asked.discount[MIDDLE],
        "method": METHOD,
        "warning": tell_odds(prepared.study)["warning"],
        "equilibria": about["equilibria"],
        "worst_residual": about["worst_residual"],
        "left_out": [name for name in projects if name not in own],
        "options": [
            {
                "option": option,
                "title": own[option].title if option in own else "All of them",
                "npv_mean_musd": float(worth[option][:, MIDDLE].mean()),
                **{
                    f"npv_q{q:02d}_musd": float(np.quantile(worth[option][:, MIDDLE], q / 100.0))
                    for q in (5, 50, 95)
                },
                "probability_negative": [float((column < 0.0).mean()) for column in worth[option].T],
                "share_of_use": float((gains[option][:, -1] > 0.0).mean()),
                **_tell_regret(regrets, middle, place + 1),
                "waiting": _tell_waiting(
                    gains[option], years, [terms[name] for name in names], asked, now, own, names
                ),
            }
            for place, (option, names) in enumerate(bundles.items())
        ],
    }


def list_options(
    projects: Mapping[str, Project], terms: Mapping[str, Terms], works: Collection[str]
) -> dict[str, FutureOption]:
    """None of the projects, each alone, and all if there are several, as choices over futures.

    Gates that are ``works`` are never met without the project; permissions that it brings are drawn then.
    """

    def option(title: str, built: Sequence[str]) -> FutureOption:
        gates: dict[str, Any] = {
            gate: "never" for project in projects.values() for gate in project.gates if gate in works
        }
        # Met on the last day of the year before it is used.
        gates |= {gate: terms[name].opens - 1 for name in built for gate in projects[name].gates}
        return FutureOption(title=title, gates=gates)

    found = {NONE: option("None of them", ())}
    found |= {name: option(project.title, (name,)) for name, project in projects.items()}
    if len(projects) > 1:
        found[ALL] = option("All of them", tuple(projects))
    return found


def _with_options(prepared: Prepared, options: Mapping[str, FutureOption]) -> Prepared:
    settings = prepared.study.settings
    futures = settings.futures.model_copy(update={"options": dict(options)})
    changed = settings.model_copy(update={"futures": futures})
    return replace(prepared, study=replace(prepared.study, settings=changed))


def _take_gains(run: FuturesRun, option: str, years: Sequence[int], asked: AppraisalSettings) -> np.ndarray:
    """Gain of the world against none of the projects (n_futures, n_years), million USD a year."""
    carbon = asked.carbon_usd_t[MIDDLE]

    def worth(name: str, year: int) -> np.ndarray:
        transfers = run.take("surplus_usd_year", year, name) + run.take("receipts_usd_year", year, name)
        result: np.ndarray = transfers - carbon * run.take("co2_t_year", year, name)
        return result

    return np.stack([worth(option, year) - worth(NONE, year) for year in years], axis=1) / 1e6


def value_futures(
    gains: np.ndarray,
    years: Sequence[int],
    terms: Sequence[Terms],
    rate: float,
    now: int,
    projects: Mapping[str, Project],
    names: Sequence[str],
) -> np.ndarray:
    """Net present value in each future (n_futures), million USD, of projects carried out together.

    ``gains`` (n_futures, n_years) in ``years``; used from when the last project is until the first wears out,
    and nothing is gained before the first of ``years``. Capital and upkeep are each project's own.
    """
    opens, ends = max(t.opens for t in terms), min(t.opens + t.life for t in terms)
    grid = np.arange(max(opens, years[0]), ends)
    weights = np.stack([np.interp(grid, years, unit) for unit in np.eye(len(years))])
    present = weights @ (1.0 + rate) ** -(grid - float(now))
    costs = 0.0
    for name, own in zip(names, terms, strict=True):
        span = np.arange(min(now, own.opens), own.opens + own.life)
        building = (span >= max(now, own.opens - projects[name].build_years)) & (span < own.opens)
        building = building if building.any() else span == span[0]
        flow = Cashflow(
            span,
            np.zeros(len(span)),
            np.where(building, own.capital / building.sum(), 0.0),
            np.where(span >= own.opens, own.upkeep * own.capital, 0.0),
        )
        costs += appraise(flow, rate, now).costs
    result: np.ndarray = gains @ present - costs
    return result


def _tell_regret(regrets: Columns, worth: np.ndarray, place: int) -> dict[str, float]:
    """Mean regret over futures against the best of all options and none, and the greatest, million USD."""
    return {
        "expected_regret_musd": float((worth.max(axis=1) - worth[:, place]).mean()),
        "greatest_regret_musd": float(regrets["greatest_regret"][place]),
    }


def _tell_waiting(
    gains: np.ndarray,
    years: Sequence[int],
    terms: Sequence[Terms],
    asked: AppraisalSettings,
    now: int,
    projects: Mapping[str, Project],
    names: Sequence[str],
) -> list[dict[str, Any]]:
    """Worth of deciding in each later year of the study but the last, having seen what the project would give
    in that year.
    """
    rate = asked.discount[MIDDLE]
    at_once = value_futures(gains, years, terms, rate, now, projects, names)
    told = []
    for place, year in enumerate(years[:-1]):
        later = [
            replace(own, opens=max(own.opens, year + projects[name].build_years))
            for name, own in zip(names, terms, strict=True)
        ]
        worth = value_futures(gains, years, later, rate, now, projects, names)
        found = value_waiting(at_once, worth, gains[:, place])
        told.append(
            {
                "until": year,
                "now_musd": found.now,
                "later_musd": found.later,
                "option_musd": found.option,
            }
        )
    return told
