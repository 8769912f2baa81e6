"""From a number of a run back to flows, routes, links, parameters, gates, and to who said what of these."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from landbridge.errors import UnknownId
from landbridge.record.check_gates import list_contested, view_gate
from landbridge.record.check_judged import Judged, judge_record
from landbridge.record.model import Claim, Resolution
from landbridge.record.tables import Record, has_record, read_record
from landbridge.study.folder import Study
from landbridge.study.names import Names
from landbridge.study.results import Run
from landbridge.study.trace_indicators import INDICATORS
from landbridge.tables import load_attributes

MOST_CHILDREN = 12

Node = dict[str, Any]
T = TypeVar("T")


def trace_item(run: Run, item: str) -> Node:
    """Where a number comes from, as a tree.

    ``item`` is ``KIND:NAME[@SCENARIO[/YEAR]]``; the scenario and year are the run's first if left out. Kinds:
    ``corridor:middle``, ``pair:azerbaijan>nakhchivan:general``, ``link:baku--alat-port-rail``,
    ``gate:tripp-rail-open``, ``route:123``, ``facility:aktau-seaport``, ``parameter:M-truck-load-t``,
    ``source:N002``, ``event:2025-08-08-washington-summit``, ``claim:C0006``; of the tables of indicators
    ``surplus:azerbaijan`` (``:general`` for one class), ``revenue:GEO`` (``:railways`` for one receiver),
    ``accounts:azerbaijan``, ``emissions:world`` (or a mode, state or corridor, or ``a>b``),
    ``access:azerbaijan``, ``reliability:azerbaijan>nakhchivan:general``, ``dependence:nakhchivan:IRN`` and
    ``islands:nakhchivan``. A link or service goes on to its
    attributes and to the parameters that its row rests on. A gate goes on to its history, to its events and
    the stages of agreements that are disputed, to what the record takes for them and by which rule, and to
    the claims with the address of their sentence.

    Returns
    -------
    dict
        ``item``, ``value``, ``unit``, ``what`` in words, ``sources`` (id, title, url) and ``from``: what it
        was made of.

    Raises
    ------
    UnknownId
        If the kind or the name is not known; the message says what is.
    """
    head, _, place = item.partition("@")
    kind, _, name = head.partition(":")
    tracer = Tracer(run, place)
    kinds: dict[str, Callable[[str], Node]] = {
        "corridor": tracer.corridor,
        "pair": tracer.pair,
        "link": tracer.link,
        "gate": tracer.gate,
        "route": tracer.route,
        "facility": tracer.facility,
        "parameter": tracer.parameter,
        "source": tracer.source,
        "event": tracer.event,
        "claim": tracer.claim,
        **{name: partial(trace, tracer) for name, trace in INDICATORS.items()},
    }
    if kind not in kinds or not name:
        raise UnknownId(item, [f"{k}:NAME" for k in kinds], kind="thing to trace", where=str(run.path))
    return kinds[kind](name)


class Tracer:
    """One trace through a run and the study behind it."""

    def __init__(self, run: Run, place: str) -> None:
        self.run = run
        self.study: Study = run.study()
        self.place = place
        scenario, _, year = place.partition("/")
        self.scenario = scenario or run.manifest["scenarios"][0]
        years = [str(y) for y in run.manifest["years"]]
        year = year or years[0]
        names = Names(str(run.path))
        names.take(self.scenario, run.manifest["scenarios"], "scenario")
        names.take(year, years, "year")
        names.refuse()
        self.year = int(year)
        self._within: list[str] = []

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of a query, which may use ``$scenario``, ``$year`` and ``values`` by name."""
        named = {"scenario": self.scenario, "year": self.year} | values
        return self.run.rows(sql, {k: v for k, v in named.items() if f"${k}" in sql})

    def node(self, item: str, what: str, value: Any = None, unit: str = "", **more: Any) -> Node:
        """A thing that was followed, with neither sources nor what it is made of."""
        return {"item": item, "value": value, "unit": unit, "what": what, "sources": [], "from": []} | more

    def cite(self, ids: Iterable[str]) -> list[Node]:
        """Sources by their ids; ids of other things are left out."""
        table = self.study.tables["sources"]
        cited = []
        for source in ids:
            if source in table.index:
                row = table.row(source)
                cited.append(
                    {"id": source, "title": row["title"], "publisher": row["publisher"], "url": row["url"]}
                )
        return cited

    def _based(self, row: dict[str, Any]) -> list[Node]:
        """Parameters that a row rests on, each with its range and sources."""
        known = self.study.tables["parameters"].index
        # Parameters may rest on one another; none is followed into itself.
        self._within.append(row["id"])
        own = [name for name in row["source"] if name in known and name not in self._within]
        nodes = self.most(own, self.parameter, "parameters")
        self._within.pop()
        return nodes

    def most(self, things: Sequence[T], make: Callable[[T], Node], what: str) -> list[Node]:
        """Not more nodes than can be read; a last one says how many things are left out."""
        nodes = [make(thing) for thing in things[:MOST_CHILDREN]]
        if len(things) > MOST_CHILDREN:
            nodes.append(self.node("...", f"more {what}, not shown", len(things) - MOST_CHILDREN))
        return nodes

    def flow(self, item: str, what: str, flow: float) -> Node:
        """A node of tonnes a year."""
        return self.node(item, what, flow, "t/year")

    def check_known(self, name: str, table: str, column: str) -> None:
        """Refuse a name that a column of a table of the run does not have."""
        known = [row[column] for row in self.run.rows(f"SELECT DISTINCT {column} FROM {table} ORDER BY 1")]
        if name not in known:
            raise UnknownId(name, known, kind=column, where=f"{self.run.path}, table {table}")

    def corridor(self, name: str) -> Node:
        """Tonnes of a counted corridor: its rule, and the pairs that make it up."""
        self.check_known(name, "corridor_flows", "corridor")
        row = self.rows(
            "SELECT * FROM corridor_flows WHERE corridor = $name AND scenario = $scenario AND year = $year",
            name=name,
        )[0]
        rule = next(c for c in self.study.settings.corridors if c.id == name)
        node = self.node(
            f"corridor:{name}@{self.scenario}/{self.year}", row["title"], row["flow_t_year"], "t/year",
            rule={"all": rule.all, "any": rule.any, "none": rule.none},
        )  # fmt: skip
        node["from"] = self.most((*rule.any, *rule.all), self.element, "elements")
        return node

    def element(self, element: str) -> Node:
        """Flow by class on a link, service, node, terminal or border, and its sources."""
        rows = self.rows(
            """SELECT class, sum(flow_t_year) AS t FROM links WHERE scenario = $scenario AND year = $year
               AND ((kind IN ('link', 'service') AND link = $element)
                    OR (kind NOT IN ('link', 'service') AND element = $element)
                    OR (kind = 'link' AND to_node = $element))
               GROUP BY class ORDER BY t DESC""",
            element=element,
        )
        total = sum(row["t"] for row in rows)
        node = self.node(f"element:{element}", "flow by class on this element", total, "t/year")
        node["from"] = self.most(
            rows, lambda row: self.flow(f"class:{row['class']}", "flow", row["t"]), "classes"
        )
        for table in ("links", "services", "nodes", "terminals", "borders"):
            if element in self.study.tables[table].index:
                row = self.study.tables[table].row(element)
                node["sources"] = self.cite(row["source"])
                node["from"] += [self.gate(gate) for gate in row.get("gates", ())]
        return node

    def pair(self, name: str) -> Node:
        """Flow and cost of a pair: its routes, each with its links, and the flow rows behind the demand."""
        ends, _, class_id = name.partition(":")
        origin, _, destination = ends.partition(">")
        rows = self.rows(
            """SELECT * FROM pairs WHERE scenario = $scenario AND year = $year AND origin = $origin
               AND destination = $destination AND class = $class_id""",
            origin=origin, destination=destination, class_id=class_id,
        )  # fmt: skip
        if not rows:
            known = self.rows("SELECT DISTINCT origin || '>' || destination || ':' || class AS p FROM pairs")
            raise UnknownId(name, [row["p"] for row in known], kind="pair", where=str(self.run.path))
        row = rows[0]
        node = self.node(
            f"pair:{name}@{self.scenario}/{self.year}", "demand of the pair", row["demand_t_year"], "t/year",
            served_t_year=row["served_t_year"], unserved_t_year=row["unserved_t_year"],
            generalised_cost_usd_t=row["generalised_cost_usd_t"],
        )  # fmt: skip
        routes = self.rows(
            """SELECT f.route FROM route_flows f JOIN routes r USING (route) WHERE scenario = $scenario AND
            year = $year
               AND origin = $origin AND destination = $destination AND class = $class_id ORDER BY flow_t_year
               DESC""",
            origin=origin, destination=destination, class_id=class_id,
        )  # fmt: skip
        node["from"] = self.most([str(row["route"]) for row in routes], self.route, "routes")
        evidence = self.rows(
            "SELECT * FROM demand_evidence WHERE origin = $origin AND destination = $destination AND class = "
            "$class_id",
            origin=origin, destination=destination, class_id=class_id,
        )  # fmt: skip
        for found in evidence:
            flow_ids = [f for f in found["flows"].split(";") if f]
            child = self.node(
                "demand", f"base-year demand, evidence: {found['evidence']}", found["t_year"], "t/year"
            )
            child["from"] = self.most(
                flow_ids, lambda flow: self.row("flows", flow, "t_year", "t/year"), "rows"
            )
            node["from"].append(child)
        return node

    def row(self, table: str, name: str, value: str, unit: str) -> Node:
        """A row of a table of the study with one of its values, its sources and parameters."""
        row = self.study.tables[table].row(name)
        number = row.get(value)
        what = row.get("note") or row.get("name") or row.get("title") or ""
        return self.node(
            f"{table}:{name}",
            str(what),
            number,
            unit,
            basis=row.get("basis", ""),
            sources=self.cite(row["source"]),
            **{"from": self._based(row)},
        )

    def route(self, name: str) -> Node:
        """One route: its flow, cost by part and the links it takes."""
        rows = self.rows(
            "SELECT * FROM routes WHERE route = $route", route=int(name) if name.isdecimal() else -1
        )
        if not rows:
            raise UnknownId(name, ["a number from routes.parquet"], kind="route", where=str(self.run.path))
        row = rows[0]
        flows = self.rows(
            "SELECT * FROM route_flows WHERE scenario = $scenario AND year = $year AND route = $route",
            route=int(name),
        )
        flow = flows[0] if flows else {}
        parts = {k: v for k, v in flow.items() if k.endswith("_usd_t")}
        node = self.node(
            f"route:{name}@{self.scenario}/{self.year}", " > ".join(row["nodes"]),
            flow.get("flow_t_year", 0.0), "t/year", time_h=flow.get("time_h"), cost_parts=parts,
        )  # fmt: skip
        links = self.study.tables["links"]
        for link in row["links"]:
            data = links.row(link)
            child = self.node(
                f"link:{link}", f"{data['mode']}, {data['basis']}", data["length_km"], "km",
                sources=self.cite(data["source"]),
            )  # fmt: skip
            child["from"] = [self.gate(gate) for gate in data["gates"]]
            node["from"].append(child)
        return node

    def link(self, name: str) -> Node:
        """Flow of a link or service by class and direction, its gates, and what its attributes rest on."""
        services = self.study.tables["services"]
        is_service = name in services.index
        table = services if is_service else self.study.tables["links"]
        data = table.row(name)
        rows = self.rows(
            f"""SELECT class, from_node, to_node, sum(flow_t_year) AS t FROM links
               WHERE {"element" if is_service else "link"} = $link
               AND kind IN ('link', 'service') AND scenario = $scenario AND year = $year
               GROUP BY ALL ORDER BY t DESC""",
            link=name,
        )
        what = data["name"] if is_service else f"{data['mode']} link, {data['status']}"
        # What a service carries on several links is told for each; their sum would count goods twice.
        is_one = not is_service or len(data["links"]) == 1
        total = sum(row["t"] for row in rows) if is_one else None
        attributes = {k: v for k, v in data.items() if isinstance(v, float) and v == v}
        node = self.node(
            f"link:{name}@{self.scenario}/{self.year}", what, total, "t/year",
            basis=data["basis"], sources=self.cite(data["source"]), attributes=attributes,
        )  # fmt: skip
        node["from"] = self.most(
            rows,
            lambda r: self.flow(f"{r['from_node']} > {r['to_node']}", f"flow of {r['class']}", r["t"]),
            "flows",
        )
        node["from"] += [self.gate(gate) for gate in data["gates"]]
        known = load_attributes(table.name)
        own = [
            self.node(f"attribute:{key}", known[key].description, value, known[key].unit)
            for key, value in attributes.items()
        ]
        row = self.node(f"{table.name}:{name}", data["note"] or "its row", basis=data["basis"])
        row |= {"sources": node["sources"], "from": [*own, *self._based(data)]}
        node["from"].append(row)
        return node

    def gate(self, name: str) -> Node:
        """State of a gate in the scenario, why, what it requires, and who said what of it."""
        self.check_known(name, "gates", "gate")
        row = self.rows("SELECT * FROM gates WHERE gate = $name AND scenario = $scenario", name=name)[0]
        data = self.study.tables["gates"].row(name)
        node = self.node(
            f"gate:{name}@{self.scenario}", f"{data['title']}: {row['reason']}", row["share_open"],
            "share of normal", sources=self.cite(data["source"]),
        )  # fmt: skip
        node["from"] = [self.gate(needed) for needed in data["requires"]]
        history = self.study.tables["gate_history"].rows()
        node["from"] += [self._interval(row) for row in history if row["gate"] == name]
        if not has_record(self.study):
            return node
        view = view_gate(self.record, name, self.judged)
        node |= {"probability": view.probability, "met_on": view.met_on, "why": view.why}
        node["from"] += [self.event(event) for event in view.meeting]
        # What is said of an earlier stage of an agreement bears on the later one.
        others = [d.event for d in list_contested(self.record, name, self.judged)]
        node["from"] += [
            self.event(event) | {"what": f"disputed, and bears on it: {self.record.events[event].title}"}
            for event in dict.fromkeys(others)
            if event in self.record.events and event not in view.meeting
        ]
        node["from"] += self._resolved(f"gate:{name}")
        return node

    def _interval(self, row: dict[str, Any]) -> Node:
        """An interval of a gate's history."""
        what = f"from {row['from_date']} {'to ' + row['to_date'] if row['to_date'] else 'on'}"
        return self.node(
            f"gate_history:{row['id']}", what, row["share_usable"], "share of normal",
            basis=row["basis"], sources=self.cite(row["source"]),
        )  # fmt: skip

    @cached_property
    def record(self) -> Record:
        """Who said what, from the study."""
        return read_record(self.study)

    @cached_property
    def judged(self) -> Judged:
        """What the record takes for every field."""
        return judge_record(self.record)

    def event(self, name: str) -> Node:
        """An event, what the record takes for each of its fields, and the claims behind that."""
        if name not in self.record.events:
            raise UnknownId(name, self.record.events, kind="event", where=f"study {self.study.id}")
        event = self.record.events[name]
        state = "" if event.status == "occurred" else f" ({event.status})"
        node = self.node(
            f"event:{name}", f"{event.title}{state}", event.date, sources=self.cite(event.source)
        )
        node["from"] = self._resolved(name)
        return node

    def _resolved(self, about: str) -> list[Node]:
        """A node for each field of an event or gate, dates and statuses first."""
        order = {"date": 0, "status": 1, "place": 2}
        taken = sorted(
            self.judged.resolutions_of.get(about, ()), key=lambda r: order.get(r.field, len(order))
        )
        return self.most(taken, self._resolution, "fields")

    def _resolution(self, taken: Resolution) -> Node:
        node = self.node(
            f"resolution:{taken.event}:{taken.field}" + (f":{taken.subject}" if taken.subject else ""),
            f"{taken.rule}; probability {taken.probability:.2f}; {taken.reason}",
            taken.value or "left open",
            probability=taken.probability,
            rule=taken.rule,
        )
        own = [claim for claim in self.record.claims_of.get(taken.event, ()) if claim.key == _key(taken)]
        node["from"] = self.most(own, self._claim, "claims")
        return node

    def claim(self, name: str) -> Node:
        """A claim: who says what where."""
        return self._claim(self.record.get_claim(name))

    def _claim(self, claim: Claim) -> Node:
        stance = "denies" if claim.stance == "denies" else "says"
        where = f" at {claim.mention.locator}" if claim.mention.locator else ""
        modality = f" ({claim.modality})" if claim.modality != "fact" else ""
        withdrawn = f"; withdrawn: {claim.withdrawn}" if claim.withdrawn else ""
        note = f"; {claim.note}" if claim.note else ""
        return self.node(
            f"claim:{claim.id}",
            f"{claim.mention.source}{where} {stance} so{modality}{note}{withdrawn}",
            claim.value,
            claim.unit,
            stance=claim.stance,
            modality=claim.modality,
            locator=claim.mention.locator,
            sources=self.cite([claim.mention.source]),
        )

    def facility(self, name: str) -> Node:
        """Load, delay and price of a facility and the row that states its capacity."""
        self.check_known(name, "facilities", "facility")
        row = self.rows(
            "SELECT * FROM facilities WHERE facility = $name AND scenario = $scenario AND year = $year",
            name=name,
        )[0]
        node = self.node(
            f"facility:{name}@{self.scenario}/{self.year}", row["name"], row["flow_t_year"], "t/year",
            capacity_t_year=row["capacity_t_year"], delay_h=row["delay_h"],
            slot_price_usd_t=row["slot_price_usd_t"],
        )  # fmt: skip
        element = name.split("|")[0]
        for table in ("links", "services", "terminals", "borders"):
            if element in self.study.tables[table].index:
                node["from"].append(self.row(table, element, "capacity_mt_year", "Mt/year"))
        return node

    def parameter(self, name: str) -> Node:
        """A parameter with its range and source."""
        row = self.study.tables["parameters"].row(name)
        node = self.row("parameters", name, "value", row["unit"])
        return node | {"item": f"parameter:{name}", "low": row["low"], "high": row["high"]}

    def source(self, name: str) -> Node:
        """A source, and how many rows of each table rest on it."""
        row = self.study.tables["sources"].row(name)
        node = self.node(f"source:{name}", f"{row['title']} ({row['publisher']}, {row['published']})")
        node["sources"] = self.cite([name])
        for table in self.study.tables.values():
            if "source" in table and table.name != "sources":
                count = sum(name in cited for cited in table["source"])
                if count:
                    node["from"].append(self.node(table.name, "rows that cite it", count, "rows"))
        return node


def _key(taken: Resolution) -> tuple[str, str, str]:
    return taken.event, taken.field, taken.subject
