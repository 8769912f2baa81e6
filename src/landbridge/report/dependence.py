"""Who holds whom: what of each zone's trade passes which state, what closing it costs, what changes."""

from collections import defaultdict

from landbridge.report.matrix import Square, draw_matrix
from landbridge.report.numbers import NONE, figures, number, percent, spread_of_change, spread_of_share
from landbridge.report.page import Block, DataTable, Figure, Heading, Paragraph, Section, cells, heads
from landbridge.report.reading import Reader, Row, listed, quoted

MOST_STATES = 16
MOST_CHANGES = 48
QUANTILES = ("q05", "q50", "q95")
STRANDED = 0.01
"""Share of a zone's trade from which a closing state is marked as stranding it."""


def write_dependence(reader: Reader) -> Section | None:
    """A matrix of zones and states, what changes in each scenario, and who could cut whom off; None for runs
    without exposure.
    """
    if not reader.columns("exposure"):
        return None
    blocks: list[Block] = [
        Paragraph(
            "Shares of each zone's trade, by weight, that pass the land or ports of a state, "
            f"{reader.title(reader.reference)}, {reader.year}. Trade with the state itself does "
            "not count: it is no transit. A route may pass several states, so shares of a row do not add up. "
            "Ships that sail past do not count; a canal counts for the state that holds it."
        )
    ]
    losses = _read_losses(reader)
    blocks.append(Figure(_draw(reader, losses)))
    blocks += _tell_changes(reader, losses)
    blocks += _tell_narrows(reader)
    blocks += _tell_islands(reader)
    return Section("dependence", "Dependence: who holds whom", tuple(blocks), new_page=True)


def _read_exposure(reader: Reader, scenarios: list[str]) -> dict[tuple[str, str, str], Row]:
    rows = reader.rows(
        f"SELECT * FROM exposure WHERE year = {reader.year} AND kind = 'state' "
        f"AND scenario IN {listed(scenarios)} ORDER BY ALL"
    )
    return {(row["scenario"], row["zone"], row["element"]): row for row in rows}


def _read_losses(reader: Reader) -> dict[tuple[str, str, str], Row]:
    if not reader.columns("dependence"):
        return {}
    rows = reader.rows(f"SELECT * FROM dependence WHERE year = {reader.year} ORDER BY ALL")
    return {(row["scenario"], row["zone"], row["element"]): row for row in rows}


def _draw(reader: Reader, losses: dict[tuple[str, str, str], Row]) -> str:
    found = _read_exposure(reader, [reader.reference])
    zones = reader.table("zones")
    own = {
        str(z): (*c, str(k))
        for z, c, k in zip(zones["id"], zones["countries"], zones["country"], strict=True)
    }
    weight: dict[str, float] = defaultdict(float)
    for (_, _, state), row in found.items():
        weight[state] += row["share_tonnes"]
    columns = sorted(weight, key=lambda state: (-weight[state], state))[:MOST_STATES]
    trade = _read_trade(reader)
    rows = []
    for zone, states in own.items():
        squares = {}
        for state in columns:
            exposed = found.get((reader.reference, zone, state))
            loss = losses.get((reader.reference, zone, state))
            stays = loss["unserved_t_year"] / trade[zone] if loss and trade.get(zone) else 0.0
            share = exposed["share_tonnes"] if exposed else 0.0
            words = f"{reader.zone(zone)}, {state}: {percent(share)} of tonnes"
            if loss:
                words += f"; closed: {figures(loss['loss_usd_year'] / 1e6)} million USD a year"
                words += f", {percent(max(0.0, stays))} stays"
            squares[state] = Square(share, state in states, stays >= STRANDED, words)
        rows.append((reader.zone(zone).split(" (")[0], squares))
    marks = f"if it closes, more than {percent(STRANDED)} of the zone's trade cannot move" if losses else ""
    return draw_matrix(
        rows,
        columns,
        name="who-holds-whom",
        title="Who holds whom",
        note="Percent of the tonnes of a zone (row) that pass a state (column).",
        marks=marks,
    )


def _read_trade(reader: Reader) -> dict[str, float]:
    rows = reader.rows(
        f"SELECT origin, destination, sum(demand_t_year) AS t FROM pairs WHERE year = {reader.year} "
        f"AND scenario = {quoted(reader.reference)} GROUP BY ALL ORDER BY ALL"
    )
    trade: dict[str, float] = defaultdict(float)
    for row in rows:
        for end in {row["origin"], row["destination"]}:
            trade[end] += row["t"]
    return trade


def _tell_changes(reader: Reader, losses: dict[tuple[str, str, str], Row]) -> list[Block]:
    """The greatest changes of share between the reference and the scenarios compared, from what to what."""
    found = _read_exposure(reader, [reader.reference, *reader.compared])
    keys = {(zone, state) for _, zone, state in found}
    changes = []
    for name in reader.compared:
        for zone, state in sorted(keys):
            a, b = (
                found[key]["share_tonnes"] if (key := (side, zone, state)) in found else 0.0
                for side in (reader.reference, name)
            )
            changes.append((abs(b - a), name, zone, state, a, b))
    changes.sort(key=lambda row: (-row[0], row[1:4]))
    per: dict[str, int] = defaultdict(int)
    rows = []
    limit = max(4, MOST_CHANGES // max(1, len(reader.compared)))
    for size, name, zone, state, a, b in changes:
        if size < 0.01 or per[name] >= limit:
            continue
        per[name] += 1
        before, after = losses.get((reader.reference, zone, state)), losses.get((name, zone, state))
        rows.append((name, zone, state, a, b, before, after))
    if not rows:
        return []
    order = {name: i for i, name in enumerate(reader.compared)}
    rows.sort(key=lambda row: (order[row[0]], -abs(row[4] - row[3])))
    columns = ["from", "to"]
    if losses:
        columns += ["cost if closed, from", "to, million USD a year", "stays, from", "to, 1000 t a year"]
    body = tuple(
        cells(
            [
                f"{reader.title(name)}: {reader.zone(zone).split(' (')[0]} through {state}",
                percent(a),
                percent(b),
                *(_tell_loss(before, after) if losses else ()),
            ]
        )
        for name, zone, state, a, b, before, after in rows
    )
    note = (
        "Cost: the rise of the logsum cost of cargo that still moves, when the state closes and the market "
        "finds its equilibrium anew. What cannot move is told in tonnes and has no price."
    )
    return [
        Heading("Whose hold loosens, whose tightens"),
        DataTable(
            f"Share of tonnes against {reader.title(reader.reference)}, {reader.year}: the greatest changes",
            heads("Scenario, zone and state", *columns),
            body,
            note if losses else "Losses from closures: landbridge run --dependence.",
            look="small",
        ),
        *_tell_spread(reader, [(name, zone, state) for name, zone, state, *_ in rows]),
    ]


OVER_FUTURES = (
    "The same futures of the gates in every scenario: what a scenario opens, shuts or slows stays so, and "
    "everything else falls as drawn. Medians, and in brackets the range of nine futures in ten; a change is "
    "taken future by future. It is as good as the odds of the gates, which are mostly assumptions, and knows "
    "nothing of errors of the model."
)
OVER_DRAWS = (
    "Parameters drawn from what calibration left open, the same draws in every scenario; gates stand as the "
    "scenario says. Medians, and in brackets the range of nine draws in ten; a change is taken draw by draw."
)
SPREADS = {"futures": ("futures", OVER_FUTURES), "draws": ("draws of the parameters", OVER_DRAWS)}


def _tell_spread(reader: Reader, told: list[tuple[str, str, str]]) -> list[Block]:
    """How surely: the shares of the table above over futures, and over draws of parameters."""
    blocks: list[Block] = []
    for kind, (words, note) in SPREADS.items():
        if not reader.columns(f"exposure_{kind}"):
            continue
        rows = reader.rows(f"SELECT * FROM exposure_{kind} WHERE year = {reader.year} ORDER BY ALL")
        found = {(row["scenario"], row["zone"], row["state"]): row for row in rows}
        holds = reader.reference == reader.settings.get("reference_scenario")
        body = []
        for name, zone, state in told:
            before, after = (found.get((side, zone, state)) for side in (reader.reference, name))
            if before is None or after is None:
                continue
            change = [after[f"change_{q}"] for q in QUANTILES] if holds else None
            title = f"{reader.title(name)}: {reader.zone(zone).split(' (')[0]} through {state}"
            shares = (spread_of_share([r[q] for q in QUANTILES], r["without_value"]) for r in (before, after))
            body.append(cells([title, *shares, spread_of_change(change)]))
        if body:
            n = next(iter(found.values()))["draws"]
            blocks.append(
                DataTable(
                    f"How surely: the same shares of tonnes in {number(n)} {words}, {reader.year}",
                    heads("Scenario, zone and state", "from", "to", "change, percentage points"),
                    tuple(body),
                    note,
                    look="small",
                )
            )
    return blocks


def _tell_loss(before: Row | None, after: Row | None) -> tuple[str, ...]:
    loss = (number(row["loss_usd_year"] / 1e6, 1) if row else NONE for row in (before, after))
    stays = (number(row["unserved_t_year"] / 1e3, 1) if row else NONE for row in (before, after))
    return (*loss, *stays)


def _tell_narrows(reader: Reader) -> list[Block]:
    if not reader.columns("dependence"):
        return []
    rows = reader.rows(
        "SELECT kind, element, any_value(name) AS name, sum(loss_usd_year) / 2 AS loss, "
        f"sum(unserved_t_year) / 2 AS stays FROM dependence WHERE scenario = {quoted(reader.reference)} "
        f"AND year = {reader.year} GROUP BY kind, element ORDER BY stays + loss / 1000 DESC, element LIMIT 20"
    )
    body = tuple(
        cells([row["name"], number(row["loss"] / 1e6), number(row["stays"] / 1e6, 2)]) for row in rows
    )
    return [
        Heading("Gravest single closures"),
        DataTable(
            f"If it closed alone, {reader.title(reader.reference)}, {reader.year}: all zones together",
            heads("Closed", "cost of the rest, million USD a year", "stays, million t a year"),
            body,
            "Closed to transit: land, ports and held canals of the state, to the cargo of others. The "
            "network has no way by Sunda or Lombok, so Malacca weighs more here than it would.",
            look="small",
        ),
    ]


def _tell_islands(reader: Reader) -> list[Block]:
    if not reader.columns("islands"):
        return []
    rows = reader.rows("SELECT * FROM islands ORDER BY ALL")
    cuts = {(row["scenario"], row["zone"]): row for row in rows}
    zones = sorted(
        {zone for _, zone in cuts if any(cuts[name, zone]["from_world"] for name, z in cuts if z == zone)}
    )
    changed = [
        name
        for name in reader.compared
        if any(
            cuts.get((name, z), {}).get("from_world") != cuts[reader.reference, z]["from_world"]
            for z in zones
        )
    ]
    shown = [reader.reference, *changed]
    body = tuple(
        cells([reader.zone(zone).split(" (")[0], *(_write_cuts(cuts.get((name, zone))) for name in shown)])
        for zone in zones
    )
    if not body:
        return []
    return [
        Heading("Who could cut a zone off"),
        DataTable(
            "Smallest sets of states that, closed to transit, leave a zone no partner but themselves",
            (("Zone", "text"), *((reader.title(name), "text") for name in shown)),
            body,
            "Connection alone, by any mode and at any cost; up to three states. Scenarios in which all is as "
            "in the first column are left out.",
            look="small",
        ),
    ]


def _write_cuts(row: Row | None) -> str:
    if row is None or not row["from_world"]:
        return "no three together"
    return " or ".join(" and ".join(states.split("+")) for states in row["from_world"].split(" "))
