"""Futures as plain values: odds of the gates, fans of indicators, and expected flows with their spread."""

from collections.abc import Mapping
from typing import Any

from landbridge.study.folder import Study
from landbridge.study.futures import tell_sample
from landbridge.study.results import Run

ODDS_DRAWS = 4096
"""Futures drawn for odds alone; that needs no network and takes little time."""
QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def tell_gate_odds(study: Study, n: int = ODDS_DRAWS) -> dict[str, Any]:
    """Probability of each gate by year, with the range of the priors and what stands behind them."""
    told = tell_sample(study, n)
    titles = {str(row["id"]): str(row["title"]) for row in study.tables["gates"].rows()}
    return {
        "n": n,
        "seed": told["seed"],
        "gates": [
            {
                "id": gate,
                "title": titles.get(gate, gate),
                "odds": odds,
                "interval": told["interval"][gate],
            }
            for gate, odds in told["open_probability"].items()
        ],
        "target": told["target"],
        "critical": told["critical"],
        "caveat": told["warning"],
        "assumptions": {
            key: told[key] for key in ("assumed_priors", "priors", "held", "uncertain", "slip", "causes")
        },
    }


def describe_futures(run: Run, study: Study) -> dict[str, Any]:
    """What a run of futures found: fans of all indicators, headlines first, flows of links, and answers."""
    about = run.manifest["futures"]
    measures = {row["measure"]: row for row in run.rows("SELECT * FROM future_measures")}
    by_indicator: dict[str, list[dict[str, Any]]] = {}
    for row in run.rows("SELECT * FROM future_summary ORDER BY year"):
        by_indicator.setdefault(row["indicator"], []).append(row)
    headline = [name for name in study.settings.futures.headline if name in by_indicator]
    order = dict.fromkeys([*headline, *by_indicator])
    tables = run.list_tables()
    return {
        "run": str(run.path),
        "n": about["n"],
        "seed": about["seed"],
        "years": about["years"],
        "worst_residual": about["worst_residual"],
        "fans": [
            {
                "indicator": name,
                "title": measures[name]["title"] if name in measures else name,
                "unit": measures[name]["unit"] if name in measures else "",
                "is_headline": name in headline,
                "years": [row["year"] for row in by_indicator[name]],
                "mean": [row["mean"] for row in by_indicator[name]],
                "sd": [row["sd"] for row in by_indicator[name]],
                **{f"p{q[1:]}": [row[q] for row in by_indicator[name]] for q in QUANTILES},
            }
            for name in order
        ],
        "flows": spread_flows(run, study) if "future_facilities" in tables else None,
        "rules": run.rows("SELECT * FROM future_rules") if "future_rules" in tables else [],
        "options": run.rows("SELECT * FROM future_options") if "future_options" in tables else [],
    }


def spread_flows(run: Run, study: Study) -> dict[str, dict[str, list[float | None]]]:
    """Mean and standard deviation over futures of the flow of each link that has a capacity, by year, t/year.

    A link that several services run over has the sum of their means and no deviation: how they vary together
    is not kept. Links without a capacity are not in a run of futures.
    """
    services = study.tables["services"]
    links = {str(row["id"]): tuple(row["links"]) for row in services.rows()}
    known = set(study.tables["links"].ids)
    found: dict[str, dict[str, list[float | None]]] = {}
    rows = run.rows("SELECT year, facility, kind, mean_t_year, sd_t_year FROM future_facilities ORDER BY ALL")
    for row in rows:
        if row["mean_t_year"] <= 0.0:
            continue
        own = found.setdefault(str(row["year"]), {})
        for link in _list_links(row, links, known):
            if link in own:
                former = own[link][0]
                own[link] = [(former or 0.0) + row["mean_t_year"], None]
            else:
                own[link] = [row["mean_t_year"], row["sd_t_year"]]
    return found


def _list_links(
    row: Mapping[str, Any], services: Mapping[str, tuple[str, ...]], known: set[str]
) -> tuple[str, ...]:
    name = str(row["facility"]).partition(":")[2] or str(row["facility"])
    name = name if name in known or name in services else str(row["facility"])
    return (name,) if name in known else services.get(name, ())
