"""The telling pairs: what a tonne between two zones costs and how long it takes, scenario by scenario."""

from dataclasses import dataclass

from landbridge.report.reading import PARTS, Reader, Row, listed, quoted

SEEN_T = 1000.0
"""A change of fewer tonnes a year is not told in words."""


STRANDS = 0.02
"""Rise of the share that cannot move from which a change of mean time or cost is not called one: what still
moves is then other cargo.
"""


def strands(row: Row) -> bool:
    """Whether a scenario strands so much of a pair that its means cannot be compared."""
    return bool(abs((row["unserved_share"] or 0.0) - (row["was_unserved_share"] or 0.0)) >= STRANDS)


@dataclass(frozen=True)
class Pair:
    """Two zones (or groups of zones) and a class of goods that a study singles out."""

    origin: str
    destination: str
    cargo: str

    def words(self, reader: Reader) -> str:
        """The pair in words, such as "Azerbaijan to Nakhchivan (general cargo)"."""
        ends = [reader.zone(end).split(" (")[0] for end in (self.origin, self.destination)]
        return f"{ends[0]} to {ends[1]} ({reader.cargo(self.cargo).lower()})"


def list_pairs(reader: Reader) -> list[Pair]:
    """The study's telling pairs."""
    return [Pair(*row) for row in reader.settings.get("telling_pairs", ())]


def _members(reader: Reader, key: str) -> tuple[str, ...]:
    groups = reader.table("zone_groups")
    if len(groups) and key in groups.index:
        return tuple(groups.row(key)["zones"])
    return (key,)


def _where(reader: Reader, pair: Pair, year: int) -> str:
    return (
        f"year = {year} AND class = {quoted(pair.cargo)} AND origin IN "
        f"{listed(_members(reader, pair.origin))} AND destination IN "
        f"{listed(_members(reader, pair.destination))}"
    )


def pair_costs(reader: Reader, pair: Pair, year: int) -> dict[str, Row]:
    """Time (h), money and generalised cost with its parts (USD/t) by scenario, weighed by tonnes served.

    ``None`` stands for no route.
    """
    columns = reader.columns("pairs")
    wanted = ["time_h", "money_usd_t", "generalised_cost_usd_t", *(f"{part}_usd_t" for part in PARTS)]
    means = ", ".join(
        f"sum({name} * served_t_year) / nullif(sum(served_t_year) FILTER ({name} IS NOT NULL), 0) AS {name}"
        for name in wanted
        if name in columns
    )
    rows = reader.rows(
        "SELECT scenario, sum(demand_t_year) AS demand_t_year, sum(unserved_t_year) AS unserved_t_year, "
        f"{means} FROM pairs WHERE {_where(reader, pair, year)} GROUP BY scenario"
    )
    return {row["scenario"]: row for row in rows}


def pair_changes(reader: Reader, pair: Pair, year: int) -> dict[str, Row]:
    """For each scenario its figures, the reference's (``was_``) and the change (``more_``).

    Time and cost are of what moves; where a scenario strands cargo they say little without the share that
    cannot move.
    """
    where = _where(reader, pair, year)
    columns = ("time_h", "money_usd_t", "generalised_cost_usd_t")
    means = ", ".join(f"sum({c} * served_t_year) / nullif(sum(served_t_year), 0) AS {c}" for c in columns)
    means += ", sum(unserved_t_year) / nullif(sum(demand_t_year), 0) AS unserved_share"
    rows = reader.rows(
        f"WITH own AS (SELECT scenario, {means} FROM pairs WHERE {where} GROUP BY scenario), "
        f"was AS (SELECT * FROM own WHERE scenario = {quoted(reader.reference)}) "
        "SELECT own.*, was.time_h AS was_time_h, was.money_usd_t AS was_money_usd_t, "
        "was.generalised_cost_usd_t AS was_cost_usd_t, was.unserved_share AS was_unserved_share, "
        "own.money_usd_t - was.money_usd_t AS more_money_usd_t, own.time_h - was.time_h AS more_time_h, "
        "own.generalised_cost_usd_t - was.generalised_cost_usd_t AS more_cost_usd_t, "
        "own.generalised_cost_usd_t / was.generalised_cost_usd_t - 1 AS more_share "
        "FROM own LEFT JOIN was ON true"
    )
    return {row["scenario"]: row for row in rows}


def best_ways(reader: Reader, pair: Pair, year: int) -> dict[str, Row]:
    """The way that carries most of a pair in each scenario: share, time, places, modes and states."""
    if not {"route", "nodes"} <= reader.columns("routes"):
        return {}
    where = _where(reader, pair, year).replace(f"year = {year}", "true")
    rows = reader.rows(
        "SELECT f.scenario, f.flow_t_year / sum(f.flow_t_year) OVER (PARTITION BY f.scenario) AS share, "
        "f.time_h, f.money_usd_t, r.nodes, r.modes, r.countries FROM route_flows f "
        f"JOIN (SELECT * FROM routes WHERE {where}) r ON f.route = r.route WHERE f.year = {year} "
        "QUALIFY row_number() OVER (PARTITION BY f.scenario ORDER BY f.flow_t_year DESC, f.route) = 1"
    )
    return {row["scenario"]: row for row in rows}
