"""From many flow rows about the same trade to statements that can hold together.

1. Of the rows about one block the nearest year speaks, tonnes before value.
2. A turnover of both directions is split: by a direction that is known, by older rows, by the wider trade, or
   evenly.
3. A ``part`` stands inside a wider statement. A row ruled ``beside`` (another commodity of the class, another
   mode)
   goes on top of its own block; one ruled ``outside`` goes on top of all wider statements too.
4. Narrow statements win over the wide: a wide one that states less than its parts, or whose cells are all
   stated
   already, is only a check.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from landbridge.demand.evidence import TONNES, VALUE, Block, FlowReader, Row, Statement, Verdicts

CURRENT_YEARS = 2.5  # rows no further from the base year are current: 2.5 takes two years on either side

_USES = {TONNES: "tonnes", VALUE: "value"}


@dataclass(frozen=True)
class _Way:
    """Where goods go: names of origin and destination as a row writes them."""

    origin: str
    destination: str

    @property
    def back(self) -> "_Way":
        return _Way(self.destination, self.origin)


@dataclass(frozen=True)
class _Found:
    """A quantity in one direction, the rows that it rests on, and how a turnover was divided."""

    quantity: float
    evidence: int
    flows: tuple[str, ...]
    how: str = ""


class Selection:
    """Chooses among the rows of a study and judges every one of them."""

    def __init__(self, reader: FlowReader, rows: Sequence[Row], verdicts: Verdicts) -> None:
        self.reader = reader
        self.verdicts = verdicts
        self.rows = rows
        plain = [row for row in rows if row.use in ("pair", "two_way") and not row.is_added]
        self.one_way = self._by_block([row for row in plain if not row.both_ways])
        self.turnover = self._by_block([row for row in plain if row.both_ways])

    def _by_block(self, rows: Iterable[Row]) -> dict[Block, list[Row]]:
        """Rows of each block, best first."""
        blocks: dict[Block, list[Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.rank):
            blocks[self._block(_Way(row.origin, row.destination), row.class_id)].append(row)
        return dict(blocks)

    def _block(self, way: _Way, class_id: str) -> Block:
        return self.reader.block(way.origin, way.destination, class_id)

    # -- all -------------------------------------------------------------------------------------------------

    def statements(self) -> list[Statement]:
        """Give the statements to be met, narrow ones first and limits last, and judge every row."""
        chosen = self._direct()
        spoken = {statement.block: statement.flows for statement in chosen}
        chosen, limits = self._with_limits(self._with_added(self._with_parts(chosen)))
        kept = self._consistent(chosen)
        for row in self.rows:
            if row.flow not in self.verdicts.by_flow:
                way = _Way(row.origin, row.destination)
                flows = spoken.get(self._block(way, row.class_id)) or spoken.get(
                    self._block(way.back, row.class_id), ()
                )
                self.verdicts.judge([row.flow], "not used", f"another row speaks: {', '.join(flows)}")
        return kept + limits

    def _direct(self) -> list[Statement]:
        """Statements of rows that name their trade whole, one for each direction."""
        ways: dict[Block, tuple[_Way, str]] = {}
        for rows in (*self.one_way.values(), *self.turnover.values()):
            way, class_id = _Way(rows[0].origin, rows[0].destination), rows[0].class_id
            ways.setdefault(self._block(way, class_id), (way, class_id))
            if rows[0].both_ways:
                ways.setdefault(self._block(way.back, class_id), (way.back, class_id))
        found = {block: self._find(*way) for block, way in ways.items()}
        return [
            self._statement(*ways[block], quantity)
            for block, quantity in found.items()
            if quantity is not None
        ]

    def _statement(self, way: _Way, class_id: str, found: _Found) -> Statement:
        block = self._block(way, class_id)
        tonnes = self.reader.tonnes(found.quantity, found.evidence, way.origin, way.destination, class_id)
        return Statement(block, self.reader.cells(block), tonnes, found.evidence, found.flows, how=found.how)

    # -- one direction ---------------------------------------------------------------------------------------

    def _find(self, way: _Way, class_id: str) -> _Found | None:
        """The best quantity for a direction: tonnes before value; a row that counts one mode is a floor."""
        tonnes = self._find_measure(way, class_id, TONNES)
        value = self._find_measure(way, class_id, VALUE)
        if tonnes is not None:
            return tonnes
        floors = self._one_way(way, class_id, TONNES, floors=True)
        if not floors:
            return value
        floor = floors[0]
        if value is None:
            return _Found(floor.quantity, TONNES, (floor.flow,))
        if self.reader.tonnes(value.quantity, VALUE, way.origin, way.destination, class_id) > floor.quantity:
            return replace(value, flows=(*value.flows, floor.flow))
        return _Found(floor.quantity, TONNES, (floor.flow, *value.flows))

    def _one_way(self, way: _Way, class_id: str, evidence: int, *, floors: bool = False) -> list[Row]:
        rows = self.one_way.get(self._block(way, class_id), [])
        return [row for row in rows if row.evidence == evidence and row.at_least == floors]

    def _find_measure(self, way: _Way, class_id: str, evidence: int) -> _Found | None:
        """The best quantity for a direction in one measure, from a row of its own or from a turnover."""
        own = next(iter(self._one_way(way, class_id, evidence)), None)
        other = next(iter(self._one_way(way.back, class_id, evidence)), None)
        if own is not None and own.distance <= CURRENT_YEARS:
            return _Found(own.quantity, evidence, (own.flow,))
        both = self._turnover(way, class_id, evidence)
        if both is None or (own is not None and own.distance <= both.distance):
            return None if own is None else _Found(own.quantity, evidence, (own.flow,))
        if other is not None and other.distance <= CURRENT_YEARS and other.quantity < both.quantity:
            rest = both.quantity - other.quantity
            return _Found(rest, evidence, (both.flow, other.flow), "less the other direction")
        share, how, flows = self._share(way, class_id, both)
        return _Found(both.quantity * share, evidence, (both.flow, *flows), how)

    def _turnover(self, way: _Way, class_id: str, evidence: int) -> Row | None:
        """The best turnover row between two places, named in either direction."""
        there = self.turnover.get(self._block(way, class_id), [])
        back = self.turnover.get(self._block(way.back, class_id), [])
        rows = [row for row in (*there, *back) if row.evidence == evidence]
        return min(rows, key=lambda row: row.rank, default=None)

    # -- splitting a turnover --------------------------------------------------------------------------------

    def _share(self, way: _Way, class_id: str, both: Row) -> tuple[float, str, tuple[str, ...]]:
        """Share of a turnover that goes this way, how it is known, and from which rows."""
        if not np.isnan(both.share):
            along = self._block(_Way(both.origin, both.destination), class_id) == self._block(way, class_id)
            return both.share if along else 1.0 - both.share, "split by ruling", ()
        measures = (both.evidence,) if both.evidence == VALUE else (TONNES, VALUE)
        for block, back in self._wider(way, class_id):
            for evidence in measures:
                pair = [self._first(side, evidence) for side in (block, back)]
                if pair[0] is not None and pair[1] is not None:
                    there, back_ = (self._comparable(row, both.evidence) for row in pair if row is not None)
                    if there + back_ > 0.0:
                        flows = (pair[0].flow, pair[1].flow)
                        return there / (there + back_), "split as direction rows", flows
        return 0.5, "split evenly", ()

    def _first(self, block: Block, evidence: int) -> Row | None:
        rows = (row for row in self.one_way[block] if row.evidence == evidence and not row.at_least)
        return next(rows, None)

    def _wider(self, way: _Way, class_id: str) -> list[tuple[Block, Block]]:
        """Blocks with rows in both directions that hold this one (or are it), narrowest first."""
        _, origins, destinations = self._block(way, class_id)
        found = []
        for block in self.one_way:
            back = (block[0], block[2], block[1])
            holds = set(origins) <= set(block[1]) and set(destinations) <= set(block[2])
            if block[0] == class_id and holds and back in self.one_way:
                found.append((len(block[1]) * len(block[2]), block, back))
        return [(block, back) for _, block, back in sorted(found)]

    def _comparable(self, row: Row, evidence: int) -> float:
        """Quantity of a row in the measure of the turnover that it helps to split."""
        if row.evidence == evidence:
            return row.quantity
        return self.reader.tonnes(row.quantity, row.evidence, row.origin, row.destination, row.class_id)

    # -- what lies outside and inside ------------------------------------------------------------------------

    def _with_added(self, chosen: list[Statement]) -> list[Statement]:
        """Put rows ruled ``beside`` on their own block, and those ruled ``outside`` on wider ones too."""
        for row in (row for row in self.rows if row.is_added):
            way = _Way(row.origin, row.destination)
            ways = [(way, row.quantity)]
            if row.both_ways:
                share = 0.5 if np.isnan(row.share) else row.share
                ways = [(way, row.quantity * share), (way.back, row.quantity * (1.0 - share))]
            for way, quantity in ways:
                own = self._statement(way, row.class_id, _Found(quantity, row.evidence, (row.flow,)))
                chosen = [
                    _plus(wide, own) if wide.block == own.block or (row.outside and wide.holds(own)) else wide
                    for wide in chosen
                ]
                if all(statement.block != own.block for statement in chosen):
                    chosen.append(own)
                self.verdicts.count(row.flow, "added", "on top of what other rows state", own.t_year)
        return chosen

    def _with_parts(self, chosen: list[Statement]) -> list[Statement]:
        """Let a ``part`` stand inside a wider statement; a part by mode of the same cells says nothing."""
        for rows in self._by_block(
            row for row in self.rows if row.use == "part" and not row.is_added
        ).values():
            best = min(rows, key=lambda row: (row.evidence != TONNES, row.rank))
            way, flows = _Way(best.origin, best.destination), [row.flow for row in rows]
            part = self._statement(way, best.class_id, _Found(best.quantity, best.evidence, (best.flow,)))
            if any(statement.block == part.block for statement in chosen):
                self.verdicts.judge(flows, "not used", "part by mode of a trade that is stated whole")
            elif not any(wide.holds(part) for wide in chosen):
                self.verdicts.judge(flows, "not used", "part of a trade that no row states whole")
            else:
                chosen.append(part)
        return chosen

    def _with_limits(self, chosen: list[Statement]) -> tuple[list[Statement], list[Statement]]:
        """Cap statements by limits on the same block, and give the limits."""
        limits = []
        for row in (row for row in self.rows if row.use == "bound"):
            way = _Way(row.origin, row.destination)
            limit = self._statement(way, row.class_id, _Found(row.quantity, row.evidence, (row.flow,)))
            limits.append(replace(limit, sense="most"))
            self.verdicts.judge([row.flow], "limit", "no more than this", limit.t_year)
            chosen = [
                replace(s, t_year=limit.t_year, flows=(*s.flows, row.flow), how="cut to its limit")
                if s.block == limit.block and s.t_year > limit.t_year
                else s
                for s in chosen
            ]
        return chosen, limits

    # -- what can hold together ------------------------------------------------------------------------------

    def _consistent(self, chosen: list[Statement]) -> list[Statement]:
        """Keep what narrower statements leave room for, from the narrow to the wide."""
        kept: list[Statement] = []
        for wide in sorted(chosen, key=lambda s: (len(s.cells), s.block)):
            stated, n_covered = self._inside(wide, kept)
            if stated > wide.t_year * (1.0 + 1e-9):
                reason = f"states {wide.t_year / 1e6:.3f} Mt, less than its parts: {stated / 1e6:.3f} Mt"
                self._judge(wide, "check", reason)
            elif n_covered == len(wide.cells):
                self._judge(wide, "check", f"its parts state everything: {stated / 1e6:.3f} Mt")
            else:
                kept.append(wide)
                self._judge(wide, _USES[wide.evidence], wide.how)
        return kept

    def _inside(self, wide: Statement, kept: Sequence[Statement]) -> tuple[float, int]:
        """Tonnes and cells of the widest statements that lie inside one and do not overlap."""
        free = np.zeros(len(self.reader.classes) * self.reader.cover.n_zones**2, dtype=bool)
        free[wide.cells] = True
        tonnes, n_covered = 0.0, 0
        for narrow in reversed(kept):
            if free[narrow.cells].all():
                free[narrow.cells] = False
                tonnes += narrow.t_year
                n_covered += len(narrow.cells)
        return tonnes, n_covered

    def _judge(self, statement: Statement, use: str, reason: str) -> None:
        """The first row of a statement carries its tonnes; the others divide or raise it."""
        main, *others = statement.flows
        if self.verdicts.use_of(main) not in ("added", "limit"):
            self.verdicts.count(main, use, reason, statement.t_year)
        for flow in others:
            if not self.verdicts.use_of(flow):
                self.verdicts.judge([flow], "support", f"divides or supports {main}")


def _plus(wide: Statement, more: Statement) -> Statement:
    return replace(wide, t_year=wide.t_year + more.t_year, flows=(*wide.flows, *more.flows))
