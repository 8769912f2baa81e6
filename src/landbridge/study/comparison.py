"""Two scenarios of a run side by side: corridors, pairs, what cannot move, where links gain or lose most."""

from typing import Any

from landbridge.errors import UnknownId
from landbridge.study.results import Run

MOST_LINKS = 20


def compare_run(run: Run, a: str, b: str) -> dict[str, Any]:
    """Differences of scenario ``b`` from scenario ``a`` in every year of the run.

    Raises
    ------
    UnknownId
        If the run does not hold one of the scenarios.
    """
    known = run.manifest["scenarios"]
    for name in (a, b):
        if name not in known:
            raise UnknownId(name, known, kind="scenario", where=str(run.path))
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
        "a": a,
        "b": b,
        "years": run.manifest["years"],
        "corridors": corridors,
        "pairs": pairs,
        "unserved": unserved,
        "links": links,
        "gains": gains,
        "transit": transit,
    }


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
