"""From a figure of an indicator to the flows, links, parameters and sources that it is made of.

Of the things that a figure sums up the greatest is followed to the ground; the others are named with their
amounts, and each can be traced in its turn.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from landbridge.errors import RunInvalid, UnknownId
from landbridge.indicators.revenue import AT_SEA
from landbridge.indicators.welfare import CLIMATE, RECEIVERS, SHIPPERS, SHIPS
from landbridge.study.check import INDICATOR_PARAMETERS

if TYPE_CHECKING:
    from landbridge.study.trace import Tracer

Node = dict[str, Any]
Row = dict[str, Any]

PAID = {
    "railways": ("link", "links", "mode = 'rail'", ""),
    "road carriers": ("link", "links", "mode <> 'rail'", ""),
    "ships": ("service", "services", "true", ""),
    "terminals": ("terminal", "terminals", "true", "handling_box_usd_teu"),
    "borders": ("border", "borders", "true", "fee_usd_feu"),
    "collection and delivery": ("connector", "connectors", "true", "access_km"),
}
"""Where receivers are paid: kind of the table ``links`` of a run, table of the study, which rows of the
former, and the column that is told of the latter.
"""
UNITS = {"handling_box_usd_teu": "USD/TEU", "fee_usd_feu": "USD/FEU", "access_km": "km"}


def _select(tracer: "Tracer", table: str, key: str, name: str, kind: str, more: str = "true") -> list[Row]:
    """Rows of a table of a run whose ``key``, an expression of its columns, is ``name``.

    Raises
    ------
    RunInvalid
        If the run has no such table.
    UnknownId
        If no row has the name; the message says which there are.
    """
    if table not in tracer.run.list_tables():
        how = "landbridge run --dependence" if table in {"dependence", "islands"} else "its parameters"
        mend = f"the table needs {how}."
        raise RunInvalid(f"the run has no table {table}.", where=str(tracer.run.path), mend=mend)
    at = "scenario = $scenario" + ("" if table == "islands" else " AND year = $year")
    rows = tracer.rows(f"SELECT * FROM {table} WHERE {at} AND {key} = $name AND {more}", name=name)
    if not rows:
        known = tracer.rows(f"SELECT DISTINCT {key} AS name FROM {table} WHERE {at} AND {more} ORDER BY 1")
        raise UnknownId(name, [str(r["name"]) for r in known], kind=kind, where=str(tracer.run.path))
    return rows


def _label(tracer: "Tracer", item: str) -> str:
    return f"{item}@{tracer.scenario}/{tracer.year}"


def _follow(
    tracer: "Tracer",
    rows: Sequence[Row],
    whole: Callable[[Row], Node],
    name: Callable[[Row], Node],
    what: str,
) -> list[Node]:
    """The first of some things followed to the ground, the others only named."""
    first = [whole(rows[0])] if rows else []
    return first + tracer.most(rows[1:], name, what)


def _follow_pairs(tracer: "Tracer", where: str, **values: Any) -> list[Node]:
    """Pairs of a zone by falling tonnes that move."""
    rows = tracer.rows(
        f"""SELECT *, origin || '>' || destination || ':' || class AS pair FROM pairs
            WHERE scenario = $scenario AND year = $year AND ({where}) ORDER BY served_t_year DESC, pair""",
        **values,
    )

    def name(row: Row) -> Node:
        told = {key: row[key] for key in ("generalised_cost_usd_t", "logsum_usd_t", "unserved_t_year")}
        return tracer.node(
            _label(tracer, f"pair:{row['pair']}"), "what moves", row["served_t_year"], "t/year", **told
        )

    return _follow(tracer, rows, lambda row: tracer.pair(row["pair"]), name, "pairs")


def _follow_routes(tracer: "Tracer", where: str, **values: Any) -> list[Node]:
    """Routes by falling flow."""
    rows = tracer.rows(
        f"""SELECT f.route, f.flow_t_year, r.nodes FROM route_flows f JOIN routes r USING (route)
            WHERE scenario = $scenario AND year = $year AND ({where}) ORDER BY flow_t_year DESC, route""",
        **values,
    )

    def name(row: Row) -> Node:
        words = " > ".join(row["nodes"])
        return tracer.node(_label(tracer, f"route:{row['route']}"), words, row["flow_t_year"], "t/year")

    return _follow(tracer, rows, lambda row: tracer.route(str(row["route"])), name, "routes")


def _classes(tracer: "Tracer", ids: Iterable[str]) -> list[Node]:
    """What classes would at most bear, with the rows that say so."""
    return [tracer.row("classes", k, "choke_usd_t", "USD/t") for k in dict.fromkeys(ids)]


def _parameters(tracer: "Tracer", names: Iterable[str]) -> list[Node]:
    known = tracer.study.tables["parameters"].index
    return [tracer.parameter(name) for name in names if name in known]


def trace_surplus(tracer: "Tracer", name: str) -> Node:
    """Surplus of a zone, ``ZONE`` or ``ZONE:CLASS``: its classes, what they bear, and its pairs."""
    zone, _, class_id = name.partition(":")
    rows = _select(tracer, "surplus", "zone", zone, "zone")
    if class_id:
        rows = _select(tracer, "surplus", "zone || ':' || class", name, "zone and class")
    node = tracer.node(
        _label(tracer, f"surplus:{name}"),
        "surplus of shippers beyond staying at home, half of each pair's",
        sum(row["surplus_usd_year"] for row in rows),
        "USD/year",
    )
    if not class_id:
        node["from"] = [
            tracer.node(
                _label(tracer, f"surplus:{zone}:{row['class']}"), "", row["surplus_usd_year"], "USD/year"
            )
            for row in rows
        ]
    node["from"] += _classes(tracer, (row["class"] for row in rows))
    node["from"] += _follow_pairs(
        tracer,
        "(origin = $zone OR destination = $zone) AND ($class_id = '' OR class = $class_id)",
        zone=zone,
        class_id=class_id,
    )
    return node


def trace_revenue(tracer: "Tracer", name: str) -> Node:
    """Revenue of a state (``ships`` for those), of a receiver in it, or of what that is paid for
    (``STATE:RECEIVER:PART``): each part, and where it is paid.
    """
    head, _, receiver = name.partition(":")
    state = AT_SEA if head == SHIPS else head
    key = f"(CASE WHEN state = '{AT_SEA}' THEN '{SHIPS}' ELSE state END)"
    rows = _select(tracer, "revenue", key, head, "state")
    if receiver:
        key += " || ':' || receiver" + (" || ':' || part" if ":" in receiver else "")
        rows = _select(tracer, "revenue", key, name, "receiver")
    node = tracer.node(
        _label(tracer, f"revenue:{name}"),
        "what shippers pay",
        sum(row["revenue_usd_year"] for row in rows),
        "USD/year",
        transit_usd_year=sum(row["transit_usd_year"] for row in rows),
    )
    for row in sorted(rows, key=lambda row: -row["revenue_usd_year"]):
        name = _label(tracer, f"revenue:{head}:{row['receiver']}:{row['part']}")
        part = tracer.node(
            name,
            f"{row['part']} paid to {row['receiver']}",
            row["revenue_usd_year"],
            "USD/year",
            transit_usd_year=row["transit_usd_year"],
        )
        part["from"] = _follow_payments(tracer, state, row["receiver"])
        node["from"].append(part)
    return node


def _follow_payments(tracer: "Tracer", state: str, receiver: str) -> list[Node]:
    """Links, services, terminals, borders or connectors of a state by falling tonnes."""
    kind, table, which, column = PAID[receiver]
    rows = [
        row
        for row in tracer.rows(
            f"""SELECT element, sum(flow_t_year) AS t, count(DISTINCT link) AS n FROM links
                WHERE scenario = $scenario AND year = $year AND kind = '{kind}' AND {which}
                GROUP BY element ORDER BY t DESC, element"""
        )
        if row["element"] in tracer.study.tables[table].index
        and (not state or state in _list_states(tracer, table, row["element"]))
    ]
    if column:
        return tracer.most(
            rows,
            lambda row: tracer.row(table, row["element"], column, UNITS[column]) | {"flow_t_year": row["t"]},
            table,
        )

    def name(row: Row) -> Node:
        # A service on several legs carries its goods over each; their sum would count them twice.
        tonnes = row["t"] if row["n"] == 1 else None
        return tracer.node(_label(tracer, f"link:{row['element']}"), "flow", tonnes, "t/year")

    return _follow(tracer, rows, lambda row: tracer.link(row["element"]), name, table)


def _list_states(tracer: "Tracer", table: str, element: str) -> set[str]:
    """States in which a link, terminal, border or connector lies."""
    data, nodes = tracer.study.tables[table].row(element), tracer.study.tables["nodes"]
    if table == "borders":
        return {str(data["country_a"]), str(data["country_b"])}
    ends = [data[key] for key in ("from_node", "to_node", "node") if key in data]
    return {str(nodes.row(node)["country"]) for node in ends}


def trace_accounts(tracer: "Tracer", name: str) -> Node:
    """Account of a zone, a state, ``ships`` or ``climate``: what it is made of, and the shares behind it."""
    row = _select(tracer, "accounts", "party", name, "party")[0]
    node = tracer.node(
        _label(tracer, f"accounts:{name}"), f"gain of {row['role']}", row["gain_usd_year"], "USD/year",
        transfer_usd_year=row["transfer_usd_year"], resource_usd_year=row["resource_usd_year"],
    )  # fmt: skip
    asked = tracer.study.settings.appraisal
    sources = tracer.cite(asked.source)
    if row["role"] == CLIMATE:
        low, middle, high = asked.carbon_usd_t
        told = {"low": low, "high": high, "sources": sources}
        node["from"] = [
            tracer.node("appraisal.carbon_usd_t", "social cost of CO2e", middle, "USD/t", **told),
            trace_emissions(tracer, "world"),
        ]
        return node
    shares = asked.cost_share.take(1)
    node["from"] = [
        tracer.node(
            f"appraisal.cost_share.{part}", "share of payments that is cost of work", share, "share",
            sources=sources,
        )
        for part, share in shares.items()
    ]  # fmt: skip
    if row["role"] == SHIPPERS:
        node["from"].append(trace_surplus(tracer, name))
    elif row["role"] == RECEIVERS and row["gain_usd_year"]:
        node["from"].append(trace_revenue(tracer, name))
    return node


def trace_emissions(tracer: "Tracer", name: str) -> Node:
    """Emissions of the world, a mode, a state, a corridor (``KIND:NAME`` where it is two of these), or a
    pair.
    """
    if ">" in name:
        row = _select(tracer, "pair_emissions", "origin || '>' || destination", name, "pair")[0]
        total = sum(row[f"{part}_t_year"] for part in ("direct", "upstream", "hub"))
        kind, own = "pair", name
    else:
        key = "kind || ':' || name" if ":" in name else "name"
        rows = _select(tracer, "emissions", key, name, "part of emissions")
        if len(rows) > 1:
            known = [f"{row['kind']}:{row['name']}" for row in rows]
            raise UnknownId(name, known, kind="single part of emissions", where=str(tracer.run.path))
        row, kind, own, total = rows[0], rows[0]["kind"], rows[0]["name"], rows[0]["total_t_year"]
    told = {key: value for key, value in row.items() if key.endswith("_t_year") or key == "intensity_g_t_km"}
    node = tracer.node(_label(tracer, f"emissions:{name}"), "CO2e, well to wheel", total, "t/year", **told)
    if kind == "corridor":
        node["from"] = [tracer.corridor(own)]
    elif kind == "pair":
        origin, _, destination = name.partition(">")
        node["from"] = _follow_pairs(tracer, "origin = $o AND destination = $d", o=origin, d=destination)
    elif own == "hub":
        node["from"] = _follow_payments(tracer, "", "terminals")
    elif own == "access":
        access = _follow_payments(tracer, "", "collection and delivery")
        node["from"] = [*_parameters(tracer, ["M-access-co2-g-t-km"]), *access]
    else:
        node["from"] = _follow_emitters(tracer, kind, own)
    of_state = [f"M-electric-rail-{own}"] if kind == "state" else []
    node["from"] += _parameters(tracer, [*of_state, *INDICATOR_PARAMETERS["emissions"]])
    return node


def _follow_emitters(tracer: "Tracer", kind: str, name: str) -> list[Node]:
    """Links and services of a mode or state by what moves on them emits; hubs and access are not theirs."""
    tables, found = tracer.study.tables, []
    for row in tracer.rows(
        """SELECT kind, element, link, mode, from_node, sum(flow_t_year) AS t FROM links
           WHERE scenario = $scenario AND year = $year AND kind IN ('link', 'service') GROUP BY ALL"""
    ):
        # A link counts for the state in which it begins, a ship at sea for none.
        is_at_sea = row["mode"] in {"sea", "ferry"}
        state = "at sea" if is_at_sea else tables["nodes"].row(row["from_node"])["country"]
        if name != {"mode": row["mode"], "state": state}.get(kind, name):
            continue
        of = tables["services" if row["kind"] == "service" else "links"].row(row["element"])
        grams, km = of["co2_g_t_km"], tables["links"].row(row["link"])["length_km"]
        if grams == grams and km == km and row["t"] > 0.0:
            found.append(row | {"co2": row["t"] * km * grams / 1e6, "grams": grams})
    found.sort(key=lambda row: (-row["co2"], row["element"], row["from_node"]))

    def emit(row: Row) -> Node:
        what = f"{row['t']:.6g} t/year from {row['from_node']} at {row['grams']:g} g/(t km)"
        return tracer.node(_label(tracer, f"link:{row['element']}"), what, row["co2"], "t CO2e/year")

    return _follow(
        tracer, found, lambda row: emit(row) | {"from": [tracer.link(row["element"])]}, emit, "links"
    )


def trace_access(tracer: "Tracer", name: str) -> Node:
    """Access of a zone: the markets, what it costs to reach them, the elasticity, and its nearest port."""
    row = _select(tracer, "access", "zone", name, "zone")[0]
    told = {key: row[key] for key in ("market_potential_busd", "reached_busd", "sea_h", "sea_port")}
    node = tracer.node(
        _label(tracer, f"access:{name}"), "accessibility", row["accessibility_busd"], "billion USD", **told
    )
    node["from"] = [
        tracer.row("classes", row["class"], "mode_scale_per_usd_t", "t/USD"),
        *_parameters(tracer, INDICATOR_PARAMETERS["access"]),
    ]
    if row["sea_port"]:
        port = tracer.row("nodes", row["sea_port"], "lat", "degrees")
        node["from"].append(port | {"value": row["sea_h"], "unit": "h", "what": "nearest deep-sea port"})
    zones = tracer.study.tables["zones"]
    others = sorted((z for z in zones.ids if z != name), key=lambda z: -float(zones.row(z)["gdp_busd"]))
    node["from"] += tracer.most(
        others, lambda zone: tracer.row("zones", zone, "gdp_busd", "billion USD"), "markets"
    )
    node["from"] += _follow_pairs(tracer, "origin = $zone AND class = $k", zone=name, k=row["class"])
    return node


def trace_reliability(tracer: "Tracer", name: str) -> Node:
    """Spread of the times of a telling pair: its ways with their links, and the parameters of the draws."""
    key = "origin || '>' || destination || ':' || class"
    row = _select(tracer, "reliability", key, name, "telling pair")[0]
    hours = ("std_h", "p50_h", "p80_h", "p95_h", "buffer_index", "promise_h", "on_time", "late_h")
    node = tracer.node(
        _label(tracer, f"reliability:{name}"), "mean time door to door", row["mean_h"], "h",
        **{key: row[key] for key in hours},
    )  # fmt: skip
    narrows = tracer.study.settings.chokepoints
    storms = dict.fromkeys(name for narrow in narrows for name in narrow.storms)
    node["from"] = _parameters(tracer, [*INDICATOR_PARAMETERS["reliability"], *storms])
    origin, _, rest = name.partition(">")
    destination, _, k = rest.partition(":")
    node["from"] += _follow_pairs(
        tracer, "origin = $o AND destination = $d AND class = $k", o=origin, d=destination, k=k
    )
    return node


def trace_dependence(tracer: "Tracer", name: str) -> Node:
    """What a zone loses if something closes, ``ZONE:ELEMENT``: its share that passes, and on which routes.

    Without a year it is the one in which closures were solved.
    """
    if "/" not in tracer.place and "dependence" in tracer.run.list_tables():
        tracer.year = tracer.rows("SELECT max(year) AS year FROM dependence")[0]["year"]
    zone, _, element = name.partition(":")
    row = _select(tracer, "dependence", "zone || ':' || element", name, "zone and what closes")[0]
    node = tracer.node(
        _label(tracer, f"dependence:{name}"), f"loss if {row['name']} closes", row["loss_usd_year"],
        "USD/year", unserved_t_year=row["unserved_t_year"], bound_share=row["bound_share"],
    )  # fmt: skip
    node["from"] = [_tell_exposure(tracer, zone, element)]
    narrow = next((c for c in tracer.study.settings.chokepoints if c.id == element), None)
    if narrow is not None:
        node["from"] += [tracer.element(own) for own in narrow.elements]
    passing = list(narrow.elements) if narrow is not None else [element]
    node["from"] += _follow_routes(
        tracer,
        """(origin = $zone OR destination = $zone) AND (list_has_any(r.nodes, $passing)
            OR list_has_any(r.links, $passing) OR list_has_any(r.countries, $passing))""",
        zone=zone,
        passing=passing,
    )
    node["from"] += _classes(tracer, tracer.study.tables["classes"].ids)
    return node


def _tell_exposure(tracer: "Tracer", zone: str, element: str) -> Node:
    """Share of a zone's tonnes that passes something; 0 where the table leaves it out."""
    rows = tracer.rows(
        """SELECT share_tonnes, flow_t_year FROM exposure WHERE scenario = $scenario AND year = $year
           AND zone = $zone AND element = $element""",
        zone=zone, element=element,
    )  # fmt: skip
    row = rows[0] if rows else {"share_tonnes": 0.0, "flow_t_year": 0.0}
    what = f"share of the tonnes of {zone} that passes {element}"
    return tracer.node("exposure", what, row["share_tonnes"], "share of t", flow_t_year=row["flow_t_year"])


def trace_islands(tracer: "Tracer", name: str) -> Node:
    """Who could cut a zone off: each state of the sets, with what passes it and the borders into it."""
    row = _select(tracer, "islands", "zone", name, "zone")[0]
    node = tracer.node(
        f"islands:{name}@{tracer.scenario}", "smallest sets of states that cut it off", row["from_world"],
        from_own=row["from_own"],
    )  # fmt: skip
    words = f"{row['from_world']} {row['from_own']}".replace("+", " ").split()
    borders = tracer.study.tables["borders"]
    for state in dict.fromkeys(words):
        child = _tell_exposure(tracer, name, state) | {"item": f"state:{state}"}
        own = [b for b in borders.ids if state in _list_states(tracer, "borders", b)]
        child["from"] = tracer.most(
            own, lambda b: tracer.row("borders", b, "fee_usd_feu", "USD/FEU"), "borders"
        )
        child["from"] += _follow_routes(
            tracer,
            "(origin = $zone OR destination = $zone) AND list_contains(r.countries, $state)",
            zone=name,
            state=state,
        )
        node["from"].append(child)
    return node


INDICATORS: dict[str, Callable[["Tracer", str], Node]] = {
    "surplus": trace_surplus,
    "revenue": trace_revenue,
    "accounts": trace_accounts,
    "emissions": trace_emissions,
    "access": trace_access,
    "reliability": trace_reliability,
    "dependence": trace_dependence,
    "islands": trace_islands,
}
"""Kinds of figures by the table that holds them."""
