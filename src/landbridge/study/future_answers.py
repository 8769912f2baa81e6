"""What futures say: how much and how surely, what makes them differ, what decides, what knowing is worth."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from landbridge.indicators.discovery import Rule, find_rules, list_features
from landbridge.indicators.flows import Columns
from landbridge.indicators.futures_summary import summarise_futures
from landbridge.indicators.knowing import list_values_of_knowing, value_perfect_information
from landbridge.indicators.regret import list_regrets
from landbridge.indicators.variance import explain_by_gates, split_variance
from landbridge.process.inputs import list_inputs
from landbridge.study.future_run import FuturesRun
from landbridge.study.settings import FutureOption, FuturesSettings, StudySettings

GAINS = ("surplus_usd_year", "receipts_usd_year")
"""What an option gives to the world, beside its capital: the surplus of shippers and what others receive."""
LUCK = 0.01
"""Conditions that luck explains with more than this chance are marked."""


def answer(run: FuturesRun, settings: StudySettings) -> dict[str, Columns]:
    """Tables of answers, by name; those of options only where the run has them."""
    asked = settings.futures
    years = [plan.year for plan in run.plans]
    tables: dict[str, Columns] = {"future_summary": _summarise(run, years)}
    gates = _list_moving(run)
    variance, explained, rules = _Stack(), _Stack(), _Stack()
    inputs = list(list_inputs(run.futures, years[-1]))
    causes = [item for item in inputs if item.kind == "cause"]
    for measure in asked.headline:
        outcome = run.take(measure, years[-1])
        if len(np.unique(outcome[np.isfinite(outcome)])) > 1:
            sizes = run.futures.replicate_sizes
            variance.add(
                {"measure": measure, "year": years[-1]},
                split_variance(outcome, inputs, replicate_sizes=sizes),
            )
        for year in years:
            explained.add(
                {"measure": measure, "year": year},
                explain_by_gates(run.take(measure, year), run.futures, year),
            )
    for threshold in asked.thresholds:
        features = list_features(run.futures, years[-1], causes=causes, gates=gates)
        # A future in which the indicator has no value does not reach it.
        found = find_rules(features, run.take(threshold.measure, years[-1]) >= threshold.at_least)
        about = {
            "question": threshold.title,
            "measure": threshold.measure,
            "at_least": threshold.at_least,
            "year": years[-1],
            "success": found.success,
            "all_coverage": found.coverage,
            "all_density": found.density,
        }
        shown = found.rules or (None,)
        rules.add(
            about,
            {
                "rule": ["" if rule is None else _say(rule) for rule in shown],
                **{
                    name: [float("nan") if rule is None else getattr(rule, name) for rule in shown]
                    for name in ("density", "coverage", "mass")
                },
            },
        )
    tables |= {"future_variance": variance.rows, "future_gates": explained.rows, "future_rules": rules.rows}
    if any(plan.of_option for plan in run.plans):
        tables |= _weigh_options(run, asked, years, gates, causes)
    return {name: columns for name, columns in tables.items() if columns}


def _say(rule: Rule) -> str:
    """A rule in words, with the conditions that luck could explain."""
    return "; and ".join(
        item.words + (f" (could be luck: {item.quasi_p:.0%})" if item.quasi_p > LUCK else "")
        for item in rule.conditions
    )


class _Stack:
    """Blocks of columns one under another, with what each is about in front."""

    def __init__(self) -> None:
        self.rows: Columns = defaultdict(list)

    def add(self, about: dict[str, Any], block: Columns) -> None:
        length = len(next(iter(block.values())))
        for name, value in about.items():
            self.rows[name].extend([value] * length)
        for name, column in block.items():
            self.rows[name].extend(column.tolist() if isinstance(column, np.ndarray) else list(column))


def _summarise(run: FuturesRun, years: Sequence[int]) -> Columns:
    """All measures by year; states are numbered through all years."""
    firsts = np.cumsum([0, *(len(plan.shares) for plan in run.plans)])
    state_of = np.stack([plan.state_of + a for plan, a in zip(run.plans, firsts, strict=False)], axis=1)
    values = np.concatenate([run.values[year] for year in years])
    ids = [measure.id for measure in run.measures]
    sizes = run.futures.replicate_sizes
    return summarise_futures(state_of, values, ids, years, weights=run.futures.weights, replicate_sizes=sizes)


def _list_moving(run: FuturesRun) -> list[str]:
    """Gates that make states of the network."""
    shares = np.concatenate([plan.shares for plan in run.plans])
    return [run.gates[g] for g in np.flatnonzero(np.ptp(shares, axis=0) > 0.0)]


def price_option(option: FutureOption, settings: FuturesSettings) -> tuple[float, float, float]:
    """Capital paid back by the year, USD: low, middle and high ends of cost, rate and life together."""

    def pay(capital: float, rate: float, life: float) -> float:
        factor = 1.0 / life if rate == 0.0 else rate / (1.0 - (1.0 + rate) ** -life)
        return capital * 1e6 * factor

    (low, high), (slow, fast) = option.capital_musd, settings.discount
    short, long = settings.life_years
    middle = pay(0.5 * (low + high), 0.5 * (slow + fast), 0.5 * (short + long))
    return pay(low, slow, long), middle, pay(high, fast, short)


def is_due(option: FutureOption, year: int) -> bool:
    """Whether an option's capital is paid back in a year: from the one in which the last of its gates is
    met.
    """
    met = [at for at in option.gates.values() if at != "never"]
    return bool(met) and year >= max(met)


def _weigh_options(
    run: FuturesRun, asked: FuturesSettings, years: Sequence[int], gates: Sequence[str], causes: Sequence[Any]
) -> dict[str, Columns]:
    """Options over all futures: net benefit, value of knowing, regret without odds; all in USD a year.

    The benefit of an option is what it adds to the surplus of shippers and to what others receive from them,
    against the first option, less its capital paid back by the year from the year in which its gates are met.
    Regrets are taken over the distinct worlds: combinations of the state without and with each option.
    """
    names = list(asked.options)
    prices = {name: price_option(option, asked) for name, option in asked.options.items()}
    benefit, knowing, regret = _Stack(), _Stack(), _Stack()
    for year, plan in zip(years, run.plans, strict=True):
        worth = np.stack([sum(run.take(gain, year, name) for gain in GAINS) for name in names], axis=1)
        gained = worth - worth[:, :1]
        due = {name: np.array(prices[name]) * is_due(asked.options[name], year) for name in names}
        net = gained - np.array([due[name][1] - due[names[0]][1] for name in names])
        benefit.add(
            {"year": year},
            {
                "option": names,
                "title": [asked.options[name].title for name in names],
                "gained_mean_usd_year": gained.mean(axis=0),
                **{f"gained_q{q:02d}_usd_year": np.quantile(gained, q / 100.0, axis=0) for q in (5, 50, 95)},
                **{
                    f"capital_{end}_usd_year": [float(due[name][i]) for name in names]
                    for i, end in enumerate(("low", "middle", "high"))
                },
                "net_mean_usd_year": net.mean(axis=0),
                "share_best": np.bincount(net.argmax(axis=1), minlength=len(names)) / len(net),
            },
        )
        found = list_values_of_knowing(net, names, run.futures, year, causes=causes, gates=gates)
        knowing.add({"year": year, "everything_usd_year": value_perfect_information(net)}, found)
        worlds = np.stack([plan.of_option[name] for name in names], axis=1)
        _, first = np.unique(worlds, axis=0, return_index=True)
        regret.add({"year": year}, list_regrets(net[first], names))
    return {"future_options": benefit.rows, "future_knowing": knowing.rows, "future_regret": regret.rows}
