"""The brief's part on who gains: shippers, those who are paid, the climate, and the revenue of transit."""

from landbridge.report.gain_charts import draw_gains, name_parties
from landbridge.report.numbers import NONE, figures, percent
from landbridge.report.page import Block, DataTable, Figure, Paragraph, Section, cells, heads
from landbridge.report.reading import Reader, Row, quoted
from landbridge.report.summary import short_title

_PARTIES, _STATES = 12, 12
_LEAST_USD = 1e5


def write_gains(reader: Reader) -> Section | None:
    """Gains of every compared scenario against the reference; nothing for a run without accounts."""
    solved = [name for name in reader.compared if (name, reader.year) in reader.solved]
    if not reader.columns("accounts") or (reader.reference, reader.year) not in reader.solved or not solved:
        return None
    zones = {zone: reader.zone(zone) for zone in reader.table("zones").ids}
    blocks: list[Block] = [
        Paragraph(
            f"Gains are those of {reader.year} against “{reader.title(reader.reference)}”. Shippers gain "
            "what the logsum of their ways says, and cargo that stays bears no more than its class can; half "
            "of a pair's gain falls to either end. Others gain what they are paid beyond the cost of their "
            "work: fees and the prices of slots, while tariffs are taken to pay for work. Such payments only "
            "move money and sum to zero over all parties."
        ),
        _sum_up(reader, solved),
    ]
    for name in solved:
        rows = _list_changes(reader, name)[:_PARTIES]
        if rows:
            names = name_parties(rows, zones)
            drawn = draw_gains(
                list(zip(names, (row["gain"] / 1e6 for row in rows), strict=True)),
                name=f"gains-{name}",
                title=f"{reader.title(name)}: who gains in {reader.year}",
                unit="Million USD a year",
            )
            blocks.append(Figure(drawn))
    blocks += _tell_transit(reader, solved)
    return Section("gains", "Who gains", tuple(blocks))


def _list_changes(reader: Reader, scenario: str) -> list[Row]:
    """Parties whose gain differs from the reference, the greatest change first."""
    sql = (
        "SELECT party, role, b.gain_usd_year - a.gain_usd_year AS gain FROM "
        f"(SELECT * FROM accounts WHERE scenario = {quoted(reader.reference)} AND year = {reader.year}) a "
        f"JOIN (SELECT * FROM accounts WHERE scenario = {quoted(scenario)} AND year = {reader.year}) b "
        "USING (party, role) ORDER BY abs(gain) DESC, party, role"
    )
    return [row for row in reader.rows(sql) if abs(row["gain"]) >= _LEAST_USD]


def _sum_up(reader: Reader, solved: list[str]) -> DataTable:
    """Gains by role, and the rule of half beside the surplus."""
    body = []
    for name in solved:
        sums = {
            row["role"]: row["gain"]
            for row in reader.rows(
                "SELECT role, sum(b.gain_usd_year - a.gain_usd_year) AS gain FROM "
                f"(SELECT * FROM accounts WHERE scenario = {quoted(reader.reference)} AND year = "
                f"{reader.year}) a JOIN (SELECT * FROM accounts WHERE scenario = {quoted(name)} AND year = "
                f"{reader.year}) b USING (party, role) GROUP BY role"
            )
        }
        half = reader.rows(
            "SELECT sum(rule_of_half_usd_year) AS half FROM welfare_changes "
            f"WHERE scenario = {quoted(name)} AND year = {reader.year}"
        )[0]["half"]
        parts = [sums.get(role, 0.0) for role in ("shippers", "receivers", "climate")]
        body.append(
            cells([reader.title(name), *(_musd(value) for value in (*parts, sum(parts), half))]),
        )
    return DataTable(
        f"Gains in {reader.year}, million USD a year",
        heads("Scenario", "shippers", "those who are paid", "climate", "all together", "rule of half"),
        tuple(body),
        "The rule of half is a check on shippers. It sees only ways that are open on both sides, so it "
        "misses what a line that opens or shuts does, and stands near the surplus where only costs change.",
    )


def _tell_transit(reader: Reader, solved: list[str]) -> list[Block]:
    """Revenue of states from the transit of others, and how scenarios change it."""
    wanted = (reader.reference, *solved)
    found: dict[str, dict[str, float]] = {}
    for row in reader.rows(
        "SELECT state, scenario, sum(transit_usd_year) AS usd FROM revenue "
        f"WHERE year = {reader.year} AND state <> '' GROUP BY state, scenario"
    ):
        found.setdefault(row["state"], {})[row["scenario"]] = row["usd"]
    change = {
        state: max(abs(by.get(name, 0.0) - by.get(reader.reference, 0.0)) for name in wanted)
        for state, by in found.items()
    }
    states = sorted(change, key=lambda state: (-change[state], state))[:_STATES]
    rows = name_parties([{"party": state, "role": "receivers"} for state in states], {})
    body = tuple(
        cells(
            [
                words.removeprefix("Paid in "),
                _musd(found[state].get(reader.reference), sign=False),
                *(
                    _musd(found[state].get(name, 0.0) - found[state].get(reader.reference, 0.0))
                    for name in solved
                ),
            ]
        )
        for state, words in zip(states, rows, strict=True)
    )
    if not body:
        return []
    share = percent(_share_of_transit(reader, reader.reference))
    note = (
        "Tariffs, handling, fees and slots paid on the land, in the ports and at the borders of a state by "
        "cargo that neither begins nor ends there, before any cost of the work; half each where a link or a "
        f"border joins two states. In “{reader.title(reader.reference)}” this is {share} of "
        "all that shippers pay. Ships belong to no state."
    )
    columns = heads(
        "State", short_title(reader.title(reader.reference)), *(short_title(reader.title(n)) for n in solved)
    )
    title = f"Revenue from transit in {reader.year}, and its change, million USD a year"
    return [DataTable(title, columns, body, note, look="small")]


def _share_of_transit(reader: Reader, scenario: str) -> float:
    row = reader.rows(
        "SELECT sum(transit_usd_year) / sum(revenue_usd_year) AS share FROM revenue "
        f"WHERE scenario = {quoted(scenario)} AND year = {reader.year}"
    )[0]
    return float(row["share"] or 0.0)


def _musd(value: float | None, *, sign: bool = True) -> str:
    if value is None:
        return NONE
    if abs(value) < 0.5 * _LEAST_USD:
        return "0"
    return figures(value / 1e6, 2, sign=sign)
