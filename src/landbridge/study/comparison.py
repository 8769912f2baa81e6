"""Two scenarios of a run side by side: corridors, pairs, what cannot move, where links gain or lose most."""

from typing import Any

from landbridge.study.names import Names
from landbridge.study.results import Run

MOST_LINKS = 20
MOST_SHARES = 40
SPREAD = (0.05, 0.5, 0.95)
"""Quantiles that are told of parameter draws."""
QUANTILES = ("q05", "q50", "q95")
SPREADS = ("futures", "draws")
"""What shares through states spread over: tables ``exposure_futures`` and ``exposure_draws``."""
LEAST_CHANGE = 0.005
"""Smaller changes of a share through a state are not told."""


def compare_run(run: Run, a: str, b: str) -> dict[str, Any]:
    """Differences of scenario ``b`` from scenario ``a`` in every year of the run.

    Raises
    ------
    UnknownId
        If the run does not hold one of the scenarios.
    QuestionRefused
        If it holds neither.
    """
    check = Names(str(run.path))
    for name in (a, b):
        check.take(name, run.manifest["scenarios"], "scenario")
    check.refuse()
    names = {"a": a, "b": b}
    corridors = run.rows(
        """
        SELECT corridor, any_value(title) AS title, year,
               sum(flow_t_year) FILTER (scenario = $a) AS a_t_year, sum(flow_t_year) FILTER (scenario = $b) AS
               b_t_year, sum(teu_year) FILTER (scenario = $a) AS a_teu_year, sum(teu_year) FILTER (scenario =
               $b) AS b_teu_year
        FROM corridor_flows WHERE scenario IN ($a, $b) GROUP BY corridor, year ORDER BY corridor, year
        """,
        names,
    )
    pairs = run.rows(
        """
        SELECT year, class, origin, destination, a.time_h AS a_time_h, b.time_h AS b_time_h,
               a.money_usd_t AS a_money_usd_t, b.money_usd_t AS b_money_usd_t,
               a.generalised_cost_usd_t AS a_cost_usd_t, b.generalised_cost_usd_t AS b_cost_usd_t,
               a.unserved_share AS a_unserved_share, b.unserved_share AS b_unserved_share,
               a.best_way AS a_best_way, b.best_way AS b_best_way
        FROM (SELECT * FROM telling_pairs WHERE scenario = $a) a
        JOIN (SELECT * FROM telling_pairs WHERE scenario = $b) b USING (year, class, origin, destination)
        ORDER BY a.position, year
        """,
        names,
    )
    unserved = run.rows(
        """
        SELECT year, class, origin, destination,
               coalesce(sum(unserved_t_year) FILTER (scenario = $a), 0) AS a_t_year,
               coalesce(sum(unserved_t_year) FILTER (scenario = $b), 0) AS b_t_year,
               any_value(cause) AS cause, any_value(would_open) AS would_open
        FROM unserved WHERE scenario IN ($a, $b) GROUP BY year, class, origin, destination
        ORDER BY abs(b_t_year - a_t_year) DESC, year, class, origin, destination LIMIT 40
        """,
        names,
    )
    links = run.rows(
        """
        WITH flows AS (
            SELECT year, link, mode, sum(flow_t_year) FILTER (scenario = $a) AS a_t, sum(flow_t_year) FILTER
            (scenario = $b) AS b_t FROM links WHERE kind IN ('link', 'service') AND scenario IN ($a, $b) GROUP
            BY year, link, mode
        ), ranked AS (
            SELECT year, link, mode, coalesce(a_t, 0) AS a_t_year, coalesce(b_t, 0) AS b_t_year,
                   coalesce(b_t, 0) - coalesce(a_t, 0) AS difference_t_year, row_number() OVER (PARTITION BY
                   year ORDER BY abs(coalesce(b_t, 0) - coalesce(a_t, 0)) DESC, link) AS place
            FROM flows
        )
        SELECT * EXCLUDE (place) FROM ranked WHERE place <= $most ORDER BY year, place
        """,
        {**names, "most": MOST_LINKS},
    )
    gains, transit = _compare_accounts(run, names)
    for row in corridors:
        row["difference_t_year"] = (row["b_t_year"] or 0.0) - (row["a_t_year"] or 0.0)
    return {
        "dependence": _compare_dependence(run, names),
        "emissions": _compare_emissions(run, names),
        "a": a,
        "b": b,
        "years": run.manifest["years"],
        "corridors": corridors,
        "draws": _compare_draws(run, names),
        "pairs": pairs,
        "unserved": unserved,
        "links": links,
        "gains": gains,
        "transit": transit,
    }


def _compare_draws(run: Run, names: dict[str, str]) -> list[dict[str, Any]]:
    """Quantiles of corridors' tonnes and of what cannot move over the draws of parameters of a run, the
    difference draw by draw; empty for a run without draws.
    """
    if "parameter_draws" not in run.list_tables():
        return []
    found = run.rows(
        """
        SELECT year, measure, count(*) AS n, quantile_cont(a, $levels) AS a_t_year,
               quantile_cont(b, $levels) AS b_t_year, quantile_cont(b - a, $levels) AS difference_t_year
        FROM (
            SELECT year, measure, draw, sum(value) FILTER (scenario = $a) AS a,
                   sum(value) FILTER (scenario = $b) AS b
            FROM parameter_draws WHERE scenario IN ($a, $b) AND measure NOT LIKE 'corridor_teu:%'
            GROUP BY year, measure, draw
        ) GROUP BY year, measure ORDER BY measure, year
        """,
        {**names, "levels": list(SPREAD)},
    )
    return [{**row, "levels": list(SPREAD)} for row in found]


def _compare_accounts(run: Run, names: dict[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Parties whose gain differs and states whose revenue from transit does, greatest first by year; none
    for a run that has no accounts.
    """
    if "accounts" not in run.list_tables():
        return [], []
    gains = run.rows(
        """
        SELECT year, party, role, b.gain_usd_year - a.gain_usd_year AS gain_usd_year,
               b.transfer_usd_year - a.transfer_usd_year AS transfer_usd_year
        FROM (SELECT * FROM accounts WHERE scenario = $a) a
        JOIN (SELECT * FROM accounts WHERE scenario = $b) b USING (year, party, role)
        ORDER BY year, abs(b.gain_usd_year - a.gain_usd_year) DESC, party, role
        """,
        names,
    )
    transit = run.rows(
        """
        SELECT year, state, coalesce(sum(transit_usd_year) FILTER (scenario = $a), 0) AS a_usd_year,
               coalesce(sum(transit_usd_year) FILTER (scenario = $b), 0) AS b_usd_year
        FROM revenue WHERE scenario IN ($a, $b) AND state <> '' GROUP BY year, state
        ORDER BY year, abs(b_usd_year - a_usd_year) DESC, state
        """,
        names,
    )
    return gains, transit


def _compare_dependence(run: Run, names: dict[str, str]) -> list[dict[str, Any]]:
    """Zones whose trade passes a state more or less in b, with what closing it costs where known."""
    held = set(run.list_tables())
    if "exposure" not in held:
        return []
    rows = run.rows(
        """
        WITH shares AS (
            SELECT year, zone, element AS state,
                   coalesce(max(share_tonnes) FILTER (scenario = $a), 0) AS a_share_tonnes,
                   coalesce(max(share_tonnes) FILTER (scenario = $b), 0) AS b_share_tonnes,
                   coalesce(max(share_value) FILTER (scenario = $a), 0) AS a_share_value,
                   coalesce(max(share_value) FILTER (scenario = $b), 0) AS b_share_value
            FROM exposure WHERE kind = 'state' AND scenario IN ($a, $b) GROUP BY ALL
        ), ranked AS (
            SELECT *, row_number() OVER (
                PARTITION BY year ORDER BY abs(b_share_tonnes - a_share_tonnes) DESC, zone, state
            ) AS place FROM shares WHERE abs(b_share_tonnes - a_share_tonnes) >= $least
        )
        SELECT * EXCLUDE (place) FROM ranked WHERE place <= $most ORDER BY year, place
        """,
        {**names, "most": MOST_SHARES, "least": LEAST_CHANGE},
    )
    for kind in SPREADS:
        if f"exposure_{kind}" in held:
            _add_spread(run, rows, names, kind)
    if "dependence" not in held:
        return rows
    losses = {
        (row["scenario"], row["year"], row["zone"], row["element"]): row
        for row in run.rows("SELECT * FROM dependence WHERE kind = 'state'")
    }
    solved = {(scenario, year) for scenario, year, _, _ in losses}
    for row in rows:
        for side, scenario in names.items():
            if (scenario, row["year"]) in solved:
                # A closure that costs a zone less than a dollar and a tonne has no row.
                loss = losses.get((scenario, row["year"], row["zone"], row["state"]), {})
                row[f"{side}_loss_if_closed_usd_year"] = loss.get("loss_usd_year", 0.0)
                row[f"{side}_unserved_if_closed_t_year"] = loss.get("unserved_t_year", 0.0)
    return rows


def _add_spread(run: Run, rows: list[dict[str, Any]], names: dict[str, str], kind: str) -> None:
    """Add to rows of shares their 5, 50 and 95 percent quantiles over futures or draws of parameters, and
    those of the change where ``a`` is the scenario that changes are held against; ``stands_still`` is the
    share of draws in which nothing of the zone moves, which have no share.
    """
    sql = f"SELECT * FROM exposure_{kind} WHERE scenario IN ($a, $b)"
    found = {(row["scenario"], row["year"], row["zone"], row["state"]): row for row in run.rows(sql, names)}
    reference = run.manifest["settings"].get("reference_scenario")
    for row in rows:
        for side, scenario in names.items():
            own = found.get((scenario, row["year"], row["zone"], row["state"]))
            if own is None:
                continue
            row[kind] = own["draws"]
            row[f"{side}_share_{kind}"] = [own[q] for q in QUANTILES]
            row[f"{side}_stands_still_{kind}"] = own["without_value"]
            if side == "b" and names["a"] == reference:
                row[f"change_share_{kind}"] = [own[f"change_{q}"] for q in QUANTILES]


def _compare_emissions(run: Run, names: dict[str, str]) -> list[dict[str, Any]]:
    """Emissions of the world and by mode in both scenarios, t/year of CO2 equivalent."""
    if "emissions" not in run.list_tables():
        return []
    return run.rows(
        """
        SELECT year, kind, name, sum(total_t_year) FILTER (scenario = $a) AS a_t_year,
               sum(total_t_year) FILTER (scenario = $b) AS b_t_year
        FROM emissions WHERE kind IN ('world', 'mode') AND scenario IN ($a, $b)
        GROUP BY year, kind, name ORDER BY year, kind DESC, name
        """,
        names,
    )
