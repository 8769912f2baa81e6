"""Checks across the tables and settings of a study; every fault is collected, nothing is raised."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from landbridge.errors import Fault, suggest
from landbridge.indicators.observed import check_observations
from landbridge.indicators.quantities import build_vocabulary
from landbridge.network.checks import check_network
from landbridge.process.milestones import check_priors
from landbridge.record.check import check_record
from landbridge.study.adjust import find_rows
from landbridge.study.settings import FILE, StudySettings, line_of
from landbridge.study.what_if_check import list_change_faults
from landbridge.tables import Table, load_attributes
from landbridge.units import find_unit_fault

Tables = Mapping[str, Table]
Lines = dict[tuple[str, ...], int]

#: Rows of ``parameters`` that the model reads, whatever the study.
MODEL_PARAMETERS = (
    "M-access-co2-g-t-km",
    "M-border-cv",
    "M-border-service-scv",
    "M-inland-terminal-dwell-h",
    "M-lift-usd",
    "M-path-size-beta",
    "M-rail-access-rate-usd-t-km",
    "M-rail-double-alpha",
    "M-rail-double-beta",
    "M-rail-single-alpha",
    "M-rail-single-beta",
    "M-road-access-rate-usd-truck-km",
    "M-running-cv",
    "M-sea-access-rate-usd-t-km",
    "M-ship-load-t",
    "M-ship-service-scv",
    "M-arrival-load-t",
    "M-siding-loading-usd-t",
    "M-slot-price-slope-usd-t",
    "M-slot-price-start",
    "M-tonnes-per-teu",
    "M-truck-load-t",
    "M-utilisation-limit",
    "M-wagon-load-t",
)
INDICATOR_PARAMETERS = {
    "emissions": (
        "M-diesel-rail-g-t-km",
        "M-direct-share-diesel",
        "M-direct-share-road",
        "M-direct-share-ship",
        "M-electric-rail-other",
        "M-hub-inland-kg-t",
        "M-hub-seaport-kg-t",
    ),
    "reliability": (
        "M-place-correlation",
        "M-promise-factor",
        "M-storm-hold-cv",
        "M-storm-hold-h",
        "M-storm-load",
    ),
    "access": ("M-trade-elasticity",),
}
"""Parameters of indicators: a study has all of one indicator, or none and no table of it."""


def check_tables(tables: Tables, settings: StudySettings | None) -> list[Fault]:
    """Check the tables of a study against one another and against geography.

    ``settings`` says where a break of gauge may be placed; ``None`` if they could not be read.
    """
    checks = (
        check_references,
        check_parameters,
        check_units,
        check_ranges,
        check_gates,
        check_priors,
        check_rules,
        check_changes,
        check_adjustments,
        check_classes,
        check_mixes,
        check_flows,
        check_record,
    )
    faults = [fault for check in checks for fault in check(tables)]
    breaks = settings.gauge_breaks if settings else ()
    return faults + check_network(tables, frozenset(node for item in breaks for node in item.chain))


def check_references(tables: Tables) -> Iterator[Fault]:
    """Ids that are found nowhere: a link to an unknown node, a fact with an unknown source."""
    known: dict[tuple[str, str], set[str]] = {}
    for name, table in tables.items():
        for attribute in load_attributes(name).values():
            targets = [(t, c) for t, c in attribute.targets if len(tables[t])]
            if not attribute.targets or (
                not targets and not any(tables[t].path for t, _ in attribute.targets)
            ):
                continue
            for target in targets:
                known.setdefault(target, set(tables[target[0]][target[1]]) - {""})
            allowed = attribute.literals.union(*(known[target] for target in targets))
            for row, cell in enumerate(table[attribute.name]):
                for word in cell if isinstance(cell, tuple) else (cell,):
                    if word and word not in allowed:
                        where = " or ".join(f"{t}.csv" for t, _ in attribute.targets)
                        what = f'"{word}" is not found in {where}.'
                        yield table.fault(row, attribute.name, "LB-T014", what, suggest(word, allowed))


def check_parameters(tables: Tables) -> Iterator[Fault]:
    """Parameters that the model reads and the study does not have."""
    parameters = tables["parameters"]
    for name in MODEL_PARAMETERS:
        if name not in parameters.index:
            what, mend = (
                f"the model reads parameter {name}.",
                "add its row; the built-in study has one to begin with.",
            )
            yield parameters.fault(None, "id", "LB-S019", what, mend)
    for indicator, names in INDICATOR_PARAMETERS.items():
        lacking = [name for name in names if name not in parameters.index]
        if len(lacking) < len(names):
            for name in lacking:
                what = f"{indicator} needs parameter {name} beside those that are there."
                mend = "add its row; the built-in study has one to begin with."
                yield parameters.fault(None, "id", "LB-S019", what, mend)


def has_parameters(parameters: Table, indicator: str) -> bool:
    """Whether a study can tell an indicator."""
    return all(name in parameters.index for name in INDICATOR_PARAMETERS[indicator])


def check_units(tables: Tables) -> Iterator[Fault]:
    """Units that nobody knows."""
    for table in tables.values():
        if "unit" in table:
            for row, unit in enumerate(table["unit"]):
                word = find_unit_fault(unit)
                if word is not None:
                    mend = "write the unit with known words, such as h, km, USD/t, USD/TEU-km, percent, 1."
                    yield table.fault(row, "unit", "LB-T017", f'"{word}" is no known unit.', mend)


def check_ranges(tables: Tables) -> Iterator[Fault]:
    """Assumptions without a range, in tables that have columns for one."""
    for name, table in tables.items():
        ranged = [a for a in load_attributes(name).values() if any(c in table for c in a.range_columns)]
        ranged = [a for a in ranged if a.name not in {c for b in ranged for c in b.range_columns}]
        if not ranged or "basis" not in table:
            continue
        for row in np.flatnonzero(table["basis"] == "assumption"):
            stated = [a for a in ranged if a.is_numeric and not np.isnan(table[a.name][row])]
            covered = any(
                all(not np.isnan(table[column][row]) for column in attribute.range_columns)
                for attribute in stated
            )
            if stated and not covered and not _states_range(table["note"][row]):
                what = f"{stated[0].name} is an assumption without a range."
                mend = f"fill {' and '.join(stated[0].range_columns)}, or write the range in the note."
                yield table.fault(int(row), stated[0].name, "LB-T016", what, mend)


def _states_range(note: str) -> bool:
    """Whether a note gives a range, in figures or in words such as "range half to twice"."""
    return "range" in note.lower() or any(letter.isdigit() for letter in note)


def check_gates(tables: Tables) -> Iterator[Fault]:
    """Gates whose state nothing tells or that require each other in a circle; histories that do not rise."""
    gates = tables["gates"]
    dated = {
        *tables["gate_history"]["gate"],
        *(gate for meets in tables["events"]["meets"] for gate in meets),
    }
    for row, (gate, state) in enumerate(zip(gates["id"], gates["state_today"], strict=True)):
        if not state and gate not in dated:
            what = f'nothing says how gate "{gate}" stands.'
            mend = "fill state_today, or let an event of the record meet it."
            yield gates.fault(row, "state_today", "LB-S023", what, mend)
    needs: dict[str, tuple[list[str], list[str]]] = {}
    for row, gate in enumerate(gates["id"]):
        every = [g for g in gates["requires"][row] if g in gates.index]
        needs.setdefault(gate, (every, [g for g in gates["requires_any"][row] if g in gates.index]))
    reached: set[str] = set()
    while True:
        new = {
            gate
            for gate, (every, some) in needs.items()
            if gate not in reached and reached.issuperset(every) and (not some or reached.intersection(some))
        }
        if not new:
            break
        reached |= new
    left = {gate: [g for g in (*every, *some) if g not in reached] for gate, (every, some) in needs.items()}
    told: set[frozenset[str]] = set()
    for gate in sorted(set(needs) - reached):
        circle = _find_circle(gate, left)
        if frozenset(circle) not in told:
            told.add(frozenset(circle))
            row = gates.index[circle[0]]
            what = f"gates require each other in a circle: {' -> '.join((*circle, circle[0]))}."
            mend = "take one of them out of the requires of another."
            yield gates.fault(row, "requires", "LB-S020", what, mend)
    history = tables["gate_history"]
    last: dict[str, int] = {}
    for row, (gate, start, end) in enumerate(
        zip(history["gate"], history["from_date"], history["to_date"], strict=True)
    ):
        if start and end and end <= start:
            what, mend = (
                f"the state ends on {end}, not after it begins on {start}.",
                "correct one of the two days.",
            )
            yield history.fault(row, "to_date", "LB-S021", what, mend)
        before = last.get(gate)
        if before is not None and start and (history["to_date"][before] or "9999") > start:
            what = f"{start} falls into the state of {gate} in line {before + 2}, or comes before it."
            mend = "order the rows of a gate by day, and end each on the day the next begins."
            yield history.fault(row, "from_date", "LB-S021", what, mend)
        last[gate] = row


def _find_circle(start: str, left: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Follow unreachable needs until one comes back; the circle begins with its smallest name."""
    way = [start]
    while way[-1] not in way[:-1]:
        way.append(left[way[-1]][0])
    circle = way[way.index(way[-1]) : -1]
    first = circle.index(min(circle))
    return (*circle[first:], *circle[:first])


def check_rules(tables: Tables) -> Iterator[Fault]:
    """Rules that cost nothing."""
    rules = tables["rules"]
    for row in np.flatnonzero(rules["kind"] == "cost"):
        if np.isnan(rules["cost_usd_t"][row]):
            what, mend = "the rule is a cost and has none.", "fill cost_usd_t."
            yield rules.fault(int(row), "cost_usd_t", "LB-T019", what, mend)


def check_changes(tables: Tables) -> Iterator[Fault]:
    """Measures and effects of gates that change nothing that exists."""
    for name in ("measures", "gate_effects"):
        table = tables[name]
        for row in range(len(table)):
            target, key, column = table["table"][row], table["row"][row], table["column"][row]
            if target not in tables:
                continue
            attributes = load_attributes(target)
            if key and key != "*" and key not in tables[target].index:
                what, mend = f'"{key}" is not found in {target}.csv.', suggest(key, tables[target].ids)
                yield table.fault(row, "row", "LB-T014", what, mend)
            if column and (column not in attributes or not attributes[column].is_numeric):
                numbers = [a.name for a in attributes.values() if a.is_numeric]
                what = f'"{column}" is no column of numbers of {target}.csv.'
                yield table.fault(row, "column", "LB-T014", what, suggest(column, numbers, limit=40))
            if np.isnan(table["factor"][row]) == np.isnan(table["value"][row]):
                what, mend = (
                    "the row must have a factor or a value, and not both.",
                    "leave one of them blank.",
                )
                yield table.fault(row, "factor", "LB-T019", what, mend)


def check_adjustments(tables: Tables) -> Iterator[Fault]:
    """Adjustments of columns or rows that do not exist."""
    table = tables["adjustments"]
    for row in range(len(table)):
        target, column = table["table"][row], table["column"][row]
        if target not in tables:
            continue
        attributes = load_attributes(target)
        if column and (column not in attributes or not attributes[column].is_numeric):
            numbers = [a.name for a in attributes.values() if a.is_numeric]
            what = f'"{column}" is no column of numbers of {target}.csv.'
            yield table.fault(row, "column", "LB-T014", what, suggest(column, numbers, limit=40))
        for pattern in table["rows"][row]:
            if not len(find_rows(tables[target], (pattern,))):
                what, mend = (
                    f'"{pattern}" is not found in {target}.csv.',
                    suggest(pattern, tables[target].ids),
                )
                yield table.fault(row, "rows", "LB-T014", what, mend)


def check_classes(tables: Tables) -> Iterator[Fault]:
    """Classes whose columns contradict one another."""
    classes = tables["classes"]
    for row in range(len(classes)):
        permitted = classes["permitted"][row]
        if classes["mode_scale_per_usd_t"][row] > classes["route_scale_per_usd_t"][row]:
            what = "the scale among modes is larger than the scale among routes."
            mend = "choice among routes within a mode is the sharper one: lower mode_scale_per_usd_t."
            yield classes.fault(row, "mode_scale_per_usd_t", "LB-T019", what, mend)
        if classes["form"][row] == "box" and np.isnan(classes["tonnes_per_teu"][row]):
            what, mend = "the class travels in boxes and has no tonnes_per_teu.", "fill tonnes_per_teu."
            yield classes.fault(row, "tonnes_per_teu", "LB-T019", what, mend)
        if {"road", "truck_ferry"} & set(permitted) and np.isnan(classes["truck_payload_t"][row]):
            what, mend = "the class may go by truck and has no truck_payload_t.", "fill truck_payload_t."
            yield classes.fault(row, "truck_payload_t", "LB-T019", what, mend)


def check_mixes(tables: Tables) -> Iterator[Fault]:
    """Shares of one whole that are not, and captive shares that are more than one."""
    wholes = {
        "class_mix": ("from_group", "to_group"),
        "zone_shares": ("class", "group", "partner", "end"),
        "captive": ("class", "from_group", "to_group"),
    }
    for name, by in wholes.items():
        table = tables[name]
        rows: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row in range(len(table)):
            rows[tuple(table[column][row] for column in by)].append(row)
        for key, members in rows.items():
            total = float(np.nansum(table["share"][members]))
            if total > 1 + 1e-3 or (name != "captive" and total < 1 - 1e-3):
                wanted = "at most 1" if name == "captive" else "1"
                names = ", ".join(word or "every zone" for word in key)
                what = f"shares of {names} add up to {total:g}, not {wanted}."
                mend = "correct the shares of these rows."
                yield table.fault(members[0], "share", "LB-S022", what, mend)


def check_flows(tables: Tables) -> Iterator[Fault]:
    """Flows without any quantity, or from a zone to itself."""
    flows = tables["flows"]
    for row in range(len(flows)):
        if all(np.isnan(flows[column][row]) for column in ("t_year", "value_usd_year", "teu_year")):
            what, mend = "the flow has no quantity.", "fill t_year, value_usd_year or teu_year."
            yield flows.fault(row, "t_year", "LB-T019", what, mend)
        if (
            flows["from"][row]
            and flows["from"][row] == flows["to"][row]
            and flows["from"][row] in tables["zones"].index
        ):
            what, mend = (
                "the flow ends in the zone where it begins.",
                "name another zone; haulage within one is not modelled.",
            )
            yield flows.fault(row, "to", "LB-T019", what, mend)


def check_settings(settings: StudySettings, tables: Tables, lines: Lines) -> list[Fault]:
    """Check that study.yaml names things that exist, and that no scenarios extend one another in a circle."""
    checker = _SettingsChecker(settings, tables, lines)
    checker.scenarios()
    checker.years()
    checker.gauge_breaks()
    checker.lists()
    checker.futures()
    checker.appraisal()
    corridors = [c.id for c in settings.corridors]
    observed = check_observations(tables["observations"], lambda: build_vocabulary(tables, corridors))
    return [*checker.faults, *observed]


class _SettingsChecker:
    """One pass over study.yaml; ``faults`` grows as it goes."""

    def __init__(self, settings: StudySettings, tables: Tables, lines: Lines) -> None:
        self.settings = settings
        self.tables = tables
        self.lines = lines
        self.faults: list[Fault] = []

    def fault(self, code: str, what: str, mend: str, *place: str, value: str = "") -> None:
        line = line_of(self.lines, *place)
        self.faults.append(Fault(code, what, FILE, line, ".".join(place), value, mend))

    def known(self, kind: str, words: Iterable[str], names: Iterable[str], *place: str) -> None:
        """Every word must be one of the names."""
        names = set(names)
        for word in words:
            if word not in names:
                self.fault(
                    "LB-S015", f'there is no {kind} "{word}".', suggest(word, names), *place, value=word
                )

    def ids(self, *tables: str) -> list[str]:
        return [key for name in tables for key in self.tables[name].ids]

    def scenarios(self) -> None:
        scenarios, gates, states = (
            self.settings.scenarios,
            self.ids("gates"),
            set(self.tables["nodes"]["country"]),
        )
        for name, scenario in scenarios.items():
            place = ("scenarios", name)
            for key in ("open", "shut", "degrade"):
                self.known("gate", getattr(scenario, key), gates, *place, key)
            for key in ("close_transit", "close_trade"):
                self.known("state", getattr(scenario, key), states, *place, key)
            self.known("measure", scenario.measures, self.ids("measures"), *place, "measures")
            for gate in sorted({*scenario.open} & {*scenario.shut}):
                self.fault(
                    "LB-S016", f"gate {gate} is both opened and shut.", "choose one.", *place, value=gate
                )
            if scenario.extends is None:
                if scenario.gates_at is None:
                    mend = "write gates_at with a date or record, or extends with a scenario."
                    self.fault("LB-S016", f"scenario {name} does not say how gates stand.", mend, *place)
            else:
                self.known("scenario", (scenario.extends,), scenarios, *place, "extends")
        for name in scenarios:
            seen = [name]
            while (parent := getattr(scenarios.get(seen[-1]), "extends", None)) and parent not in seen:
                seen.append(parent)
            if parent and parent == min(seen[seen.index(parent) :]) == name:
                what = f"scenarios extend one another in a circle: {' -> '.join((*seen, parent))}."
                self.fault(
                    "LB-S016", what, "let one of them begin with gates_at.", "scenarios", name, "extends"
                )
        self.known("scenario", (self.settings.reference_scenario,), scenarios, "reference_scenario")
        self.what_ifs()

    def what_ifs(self) -> None:
        for name, what_if in self.settings.what_ifs.items():
            place = ("what_ifs", name)
            self.known("scenario", (what_if.base,), self.settings.scenarios, *place, "base")
            if name in self.settings.scenarios:
                what = f'"{name}" is a scenario and a what-if.'
                self.fault("LB-S016", what, "call one of them otherwise.", *place, value=name)
            for fault in list_change_faults(self.tables, what_if.changes):
                self.fault(
                    fault.code, fault.what, fault.mend, *place, *fault.column.split("."), value=fault.value
                )

    def years(self) -> None:
        years = self.settings.years
        if list(years) != sorted(set(years)):
            self.fault("LB-S016", "the years do not rise.", "write each year once, in order.", "years")
        if self.settings.base_year not in years:
            what = f"base_year {self.settings.base_year} is not among the years."
            self.fault("LB-S016", what, "add it to years.", "base_year")

    def gauge_breaks(self) -> None:
        links = self.tables["links"]
        rail = {
            frozenset(ends)
            for *ends, mode in zip(links["from_node"], links["to_node"], links["mode"], strict=True)
            if mode == "rail"
        }
        for number, item in enumerate(self.settings.gauge_breaks):
            place = ("gauge_breaks", str(number))
            self.known("node", item.chain, self.ids("nodes"), *place, "chain")
            self.known("node of the chain", (item.place, *item.alternatives), item.chain, *place, "place")
            self.known("source", item.source, self.ids("sources", "parameters"), *place, "source")
            for a, b in zip(item.chain, item.chain[1:], strict=False):
                if frozenset((a, b)) not in rail:
                    what, mend = f"no rail link joins {a} and {b}.", "name every node of the line in order."
                    self.fault("LB-S017", what, mend, *place, "chain", value=a)

    def lists(self) -> None:
        settings = self.settings
        zones, groups = self.ids("zones"), self.ids("zones", "zone_groups")
        passed = self.ids("nodes", "links", "services", "terminals", "borders")
        if settings.model.default_class:
            self.known(
                "class", (settings.model.default_class,), self.ids("classes"), "model", "default_class"
            )
        for number, (origin, destination, commodity) in enumerate(settings.telling_pairs):
            place = ("telling_pairs", str(number))
            self.known("zone", (origin, destination), zones, *place)
            self.known("class", (commodity,), self.ids("classes"), *place)
        for number, corridor in enumerate(settings.corridors):
            place = ("corridors", str(number))
            for key in ("all", "any", "none"):
                self.known(
                    "node, link, service, terminal or border", getattr(corridor, key), passed, *place, key
                )
            if not (corridor.all or corridor.any or corridor.between):
                what = f"corridor {corridor.id} counts every route."
                self.fault("LB-S016", what, "give it all, any or between.", *place)
            if corridor.between is not None:
                ends = (*corridor.between.from_, *corridor.between.to)
                self.known("zone or group", ends, groups, *place, "between")
        states = set(self.tables["nodes"]["country"])
        for number, narrow in enumerate(settings.chokepoints):
            place = ("chokepoints", str(number))
            self.known("node, link or service", narrow.elements, passed, *place, "elements")
            self.known("state with a node", narrow.held_by, states, *place, "held_by")
            self.known("parameter", narrow.storms, self.ids("parameters"), *place, "storms")
        for number, question in enumerate(settings.questions):
            self.known(
                "scenario", question.scenarios, settings.scenarios, "questions", str(number), "scenarios"
            )
        for key in ("corridors", "chokepoints", "gauge_breaks", "questions"):
            seen: set[str] = set()
            for number, item in enumerate(getattr(settings, key)):
                if item.id in seen:
                    what = f'id "{item.id}" stands twice.'
                    self.fault(
                        "LB-S016", what, "give each an id of its own.", key, str(number), "id", value=item.id
                    )
                seen.add(item.id)

    def futures(self) -> None:
        futures = self.settings.futures
        if futures.target:
            self.known("gate", (futures.target,), self.ids("gates"), "futures", "target")
        self.known("gate with a prior", futures.priors, self.ids("gate_priors"), "futures", "priors")
        self.known("shared cause", futures.loadings, self.ids("gate_causes"), "futures", "loadings")
        record = self.settings.record_date.year
        for name, option in futures.options.items():
            self.known("gate", option.gates, self.ids("gates"), "futures", "options", name, "gates")
            self.known("source", option.source, self.ids("sources"), "futures", "options", name, "source")
            if option.capital_musd[0] > option.capital_musd[1]:
                what = "the low capital cost is above the high one."
                self.fault("LB-S016", what, "write low, then high.", "futures", "options", name)
        if futures.life_years[0] <= 0.0:
            self.fault("LB-S016", "a life must be longer than 0.", "write years.", "futures", "life_years")
        if futures.until is not None and futures.until < record:
            what = f"futures end in {futures.until}, before the record of {record}."
            self.fault("LB-S016", what, "end them later, or leave until out.", "futures", "until")
        ranges = {"slip": futures.slip, "discount": futures.discount, "life_years": futures.life_years}
        for place, pair in (*ranges.items(), *(("loadings", p) for p in futures.loadings.values())):
            if pair is not None and pair[0] > pair[1]:
                what = f"the range {pair[0]:g} to {pair[1]:g} does not rise."
                self.fault("LB-S016", what, "write low, then high.", "futures", place)

    def appraisal(self) -> None:
        asked = self.settings.appraisal
        documents = self.ids("sources", "parameters")
        self.known("source", asked.source, documents, "appraisal", "source")
        ranges: dict[str, tuple[float, ...]] = {
            name: getattr(asked, name)
            for name in ("discount", "carbon_usd_t", "life_years", "upkeep", "overrun")
        }
        ranges |= {
            f"cost_share.{name}": getattr(asked.cost_share, name)
            for name in type(asked.cost_share).model_fields
        }
        for key, values in ranges.items():
            least, most = (
                (1.0 if key == "life_years" else 0.0),
                (1.0 if "." in key or key == "discount" else np.inf),
            )
            if list(values) != sorted(values) or values[0] < least or values[-1] > most:
                what = f"the numbers {', '.join(f'{v:g}' for v in values)} do not rise within their bounds."
                self.fault("LB-S016", what, "write low, middle, high.", "appraisal", *key.split("."))
        for name, project in asked.projects.items():
            place = ("appraisal", "projects", name)
            for key in ("gates", "given", "follow"):
                self.known("gate", getattr(project, key), self.ids("gates"), *place, key)
            self.known("measure", project.measures, self.ids("measures"), *place, "measures")
            self.known("source", project.source, documents, *place, "source")
            if not project.gates and not project.measures:
                self.fault("LB-S016", "the project does nothing.", "name gates or measures.", *place)
            for key, pair in (("year", project.year), ("cost_musd", project.cost_musd)):
                if pair[0] > pair[1] or pair[0] < 0.0:
                    what = f"the range {pair[0]:g} to {pair[1]:g} does not rise from 0 or more."
                    self.fault("LB-S016", what, "write low, then high.", *place, key)
