"""The language of quantities: names for what a run can be asked, parsed strictly against a study.

A term is a name and its arguments, ``corridor_tonnes:middle`` or ``state_share:AZE:rail``; ``@SCENARIO/YEAR``
behind it asks for another state of the world than the row's own. Terms of one unit combine by ``sum(a, b)``,
``difference(a, b)``, ``ratio(a, b)``, ``share(a, b)`` (a as a percentage of b) and ``change(a, b)`` (percent
by which a exceeds b).
:data:`KINDS` is the whole list; `docs/validity.md` prints it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from landbridge.errors import suggest
from landbridge.tables import Table

MODES = ("rail", "road", "sea")

TRUCK_NOTE = "loaded trucks at the payload of each class; empty ones are not modelled"


@dataclass(frozen=True)
class Kind:
    """One thing that can be asked.

    ``arguments`` are kinds of names in order; one that ends in ``?`` may be left out. ``unit`` is the unit of
    the answer, ``group`` the heading under which tables list it.
    """

    name: str
    arguments: tuple[str, ...]
    unit: str
    group: str
    description: str

    @property
    def pattern(self) -> str:
        """How it is written, with the optional arguments in brackets."""
        words = "".join(
            f"[:{a[:-1].upper()}]" if a.endswith("?") else f":{a.upper()}" for a in self.arguments
        )
        return f"{self.name}{words}"


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("corridor_tonnes", ("corridor",), "t/year", "corridors", "cargo of a counted corridor"),
        Kind(
            "corridor_teu",
            ("corridor",),
            "TEU/year",
            "corridors",
            "loaded boxes: of the container class, and all aboard its container ships",
        ),
        Kind(
            "corridor_from_tonnes",
            ("corridor", "state"),
            "t/year",
            "corridors",
            "cargo of a counted corridor that begins in a state",
        ),
        Kind("link_tonnes", ("link", "class?"), "t/year", "links", "cargo on a link, both ways"),
        Kind("link_trucks", ("link",), "truck/year", "links", f"trucks on a link, both ways: {TRUCK_NOTE}"),
        Kind(
            "crossing_tonnes",
            ("node", "mode?"),
            "t/year",
            "borders",
            "cargo on the links that cross a frontier at a post, both ways",
        ),
        Kind(
            "crossing_trucks",
            ("node",),
            "truck/year",
            "borders",
            "trucks at a post, both ways, at the payload of each class; where more come loaded one way than "
            "the other, the rest goes back empty",
        ),
        Kind(
            "border_tonnes",
            ("state", "state", "mode?"),
            "t/year",
            "borders",
            "cargo on all links between two states, both ways",
        ),
        Kind(
            "border_transit_tonnes",
            ("state", "state", "mode?"),
            "t/year",
            "borders",
            "the part of it that neither begins nor ends in the first state",
        ),
        Kind(
            "port_tonnes",
            ("port", "class?"),
            "t/year",
            "ports",
            "cargo between ship (ferries too) and shore; what stays on board is not counted",
        ),
        Kind(
            "port_ships_tonnes",
            ("port", "class?"),
            "t/year",
            "ports",
            "the same without ferries, whose wagons and trucks never meet a crane",
        ),
        Kind(
            "port_wagon_tonnes",
            ("port",),
            "t/year",
            "ports",
            "cargo in wagons between ferry and shore",
        ),
        Kind(
            "port_trucks",
            ("port",),
            "truck/year",
            "ports",
            "trucks between ferry and shore, both ways, with those that go back empty",
        ),
        Kind(
            "port_teu",
            ("port",),
            "TEU/year",
            "ports",
            "loaded boxes between ship and shore: all classes that ride in boxes, ferries not counted",
        ),
        Kind(
            "port_boxes_teu",
            ("port",),
            "TEU/year",
            "ports",
            "boxes between ship and shore with the empty ones that bring them back: twice the fuller way",
        ),
        Kind(
            "state_tonnes",
            ("state", "mode", "class?"),
            "t/year",
            "states",
            "international cargo moved by a mode in a state; by sea: through its ports",
        ),
        Kind(
            "state_share",
            ("state", "mode"),
            "percent",
            "states",
            "the same as a share of rail, road and sea together",
        ),
        Kind("transit_tonnes", ("state", "mode?"), "t/year", "states", "cargo of others across a state"),
        Kind(
            "transit_teu", ("state", "mode?"), "TEU/year", "states", "loaded boxes of others across a state"
        ),
        Kind(
            "transit_share",
            ("state", "mode"),
            "percent",
            "states",
            "transit as a share of what the mode moves in the state",
        ),
        Kind(
            "transit_bound_tonnes",
            ("state", "mode", "state"),
            "t/year",
            "states",
            "transit of the first state by a mode that ends in the second",
        ),
        Kind(
            "transit_bound_share",
            ("state", "mode", "state"),
            "percent",
            "states",
            "the same as a share of all transit by the mode",
        ),
        Kind(
            "imports_tonnes", ("zone",), "t/year", "trade", "cargo that reaches a zone or group from outside"
        ),
        Kind("exports_tonnes", ("zone",), "t/year", "trade", "cargo that leaves a zone or group"),
        Kind(
            "trade_via_share",
            ("zone", "state"),
            "percent",
            "trade",
            "share of a zone's trade, both ways, that crosses a state",
        ),
        Kind(
            "pair_tonnes",
            ("zone", "zone", "mode?", "class?"),
            "t/year",
            "pairs",
            "cargo from one to the other",
        ),
        Kind(
            "pair_teu",
            ("zone", "zone", "mode?"),
            "TEU/year",
            "pairs",
            "loaded boxes of the container classes",
        ),
        Kind(
            "pair_share",
            ("zone", "zone", "mode", "class?"),
            "percent",
            "pairs",
            "share of the pair's tonnes whose main mode this is",
        ),
        Kind(
            "pair_value_share",
            ("zone", "zone", "mode"),
            "percent",
            "pairs",
            "the same by value, each class at its own value a tonne",
        ),
        Kind(
            "pair_via_share",
            ("zone", "zone", "mode", "place", "class?"),
            "percent",
            "pairs",
            "share of the pair's tonnes by a mode that passes a link, node or state",
        ),
        Kind(
            "pair_time_h",
            ("zone", "zone", "class?"),
            "h",
            "times and rates",
            "mean time door to door with queues, of the study's default class unless one is named",
        ),
        Kind(
            "pair_time_by_h",
            ("zone", "zone", "corridor", "class?"),
            "h",
            "times and rates",
            "the same of cargo that goes by a counted corridor",
        ),
        Kind("pair_rate_usd_t", ("zone", "zone", "class?"), "USD/t", "times and rates", "mean money paid"),
        Kind(
            "passage_days",
            ("passage",),
            "day",
            "times and rates",
            "a box along the places of a row of tables/corridors.csv, all links open, no queues",
        ),
        Kind(
            "passage_usd_feu", ("passage",), "USD/FEU", "times and rates", "its price in the year of the row"
        ),
        Kind("passage_km", ("passage",), "km", "times and rates", "its length"),
    )
}

OPERATORS = {
    "sum": "parts added",
    "difference": "the first less the second",
    "ratio": "the first over the second",
    "share": "the first as a percentage of the second",
    "change": "percent by which the first exceeds the second",
}

_TERM = re.compile(r"(?P<words>[^@()\s,]+)(@(?P<scenario>[^@/:()\s,]+)(/(?P<year>\d{4}))?)?")

Problem = tuple[str, str]
"""What is wrong, and how to mend it."""


@dataclass(frozen=True)
class Term:
    """A name with its arguments, and the scenario and year it asks for if not those of its row.

    ``arguments`` has one entry for each of the kind's, blank where one was left out.
    """

    kind: Kind
    arguments: tuple[str, ...]
    scenario: str = ""
    year: int = 0


@dataclass(frozen=True)
class Combined:
    """Terms joined by an operator."""

    operator: str
    parts: tuple["Quantity", ...]


Quantity = Term | Combined


@dataclass(frozen=True)
class Vocabulary:
    """The names that quantities of one study may use: ids by kind of argument."""

    names: Mapping[str, frozenset[str]]
    modes: frozenset[str] = field(default=frozenset(MODES))

    def known(self, kind: str) -> frozenset[str]:
        """Ids that an argument of this kind may be."""
        return self.modes if kind == "mode" else self.names[kind]


def build_vocabulary(tables: Mapping[str, Table], corridors: Iterable[str]) -> Vocabulary:
    """Gather the names of a study; ``corridors`` are the ids of its counted corridors."""
    links, nodes = tables["links"], tables["nodes"]
    wet = {"sea", "ferry", "river"}
    ports = {
        str(row[end]) for row in links.rows() if row["mode"] in wet for end in ("from_node", "to_node")
    } - {""}
    states = frozenset(nodes["country"]) | frozenset(tables["zones"]["country"])
    zones = frozenset(tables["zones"].ids) | frozenset(tables["zone_groups"].ids)
    return Vocabulary(
        {
            "corridor": frozenset(corridors),
            "link": frozenset(links.ids),
            "node": frozenset(nodes.ids),
            "port": frozenset(ports),
            "state": states,
            "class": frozenset(tables["classes"].ids),
            "zone": zones,
            "place": frozenset(links.ids) | frozenset(nodes.ids) | states,
            "passage": frozenset(tables["corridors"].ids),
        }
    )


def parse_quantity(text: str, vocabulary: Vocabulary) -> tuple[Quantity | None, list[Problem]]:
    """Read a quantity.

    Returns
    -------
    tuple
        The quantity, or ``None`` if it cannot be read; and everything that is wrong with it.
    """
    text = text.strip()
    problems: list[Problem] = []
    operator, _, inside = text.partition("(")
    if inside:
        return _parse_combined(operator.strip(), inside, vocabulary)
    match = _TERM.fullmatch(text)
    if match is None:
        return None, [(f'"{text}" is no quantity.', "write NAME:ARGUMENT, as in corridor_tonnes:middle.")]
    name, *words = match["words"].split(":")
    kind = KINDS.get(name)
    if kind is None:
        return None, [(f'there is no quantity "{name}".', suggest(name, KINDS, limit=40))]
    arguments, found = _fit(kind, words, vocabulary)
    problems += found
    term = Term(kind, arguments, match["scenario"] or "", int(match["year"] or 0))
    return (None if problems else term), problems


def _fit(kind: Kind, words: Sequence[str], vocabulary: Vocabulary) -> tuple[tuple[str, ...], list[Problem]]:
    """Give each word its argument; optional ones are told apart by which names they are."""
    needed = [a for a in kind.arguments if not a.endswith("?")]
    if not len(needed) <= len(words) <= len(kind.arguments):
        what = f"{kind.name} takes {kind.pattern.partition(':')[2] or 'no argument'}, not {len(words)} names."
        return (), [(what, f"write {kind.pattern}.")]
    problems: list[Problem] = []
    arguments: list[str] = []
    left = list(words)
    for argument in kind.arguments:
        name = argument.rstrip("?")
        optional = argument.endswith("?")
        later = [a.rstrip("?") for a in kind.arguments[len(arguments) + 1 :]]
        if optional and (
            not left
            or (left[0] not in vocabulary.known(name) and any(left[0] in vocabulary.known(a) for a in later))
        ):
            arguments.append("")
            continue
        word = left.pop(0)
        if word not in vocabulary.known(name):
            problems.append((f'there is no {name} "{word}".', suggest(word, vocabulary.known(name))))
        arguments.append(word)
    if left:
        problems.append((f'"{left[0]}" is one name too many.', f"write {kind.pattern}."))
    return tuple(arguments), problems


def _parse_combined(
    operator: str, inside: str, vocabulary: Vocabulary
) -> tuple[Quantity | None, list[Problem]]:
    if operator not in OPERATORS:
        return None, [(f'there is no operator "{operator}".', suggest(operator, OPERATORS))]
    if not inside.endswith(")"):
        return None, [(f"{operator}( is not closed at its end.", "end it with a bracket.")]
    parts, problems = [], []
    texts = list(_split(inside[:-1]))
    for text in texts:
        part, found = parse_quantity(text, vocabulary)
        problems += found
        if part is not None:
            parts.append(part)
    if operator != "sum" and len(texts) != 2:
        problems.append((f"{operator} takes two quantities, not {len(texts)}.", f"write {operator}(A, B)."))
    units = sorted({unit_of(part) for part in parts})
    if len(units) > 1:
        problems.append(
            (f"{operator} joins different units: {', '.join(units)}.", "join quantities of one unit.")
        )
    return (None if problems else Combined(operator, tuple(parts))), problems


def _split(text: str) -> Iterator[str]:
    """Parts of a text between commas that stand in no bracket."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def unit_of(quantity: Quantity) -> str:
    """Unit of the answer."""
    if isinstance(quantity, Term):
        return quantity.kind.unit
    if quantity.operator == "ratio":
        return "1"
    return unit_of(quantity.parts[0]) if quantity.operator in ("sum", "difference") else "percent"


def list_terms(quantity: Quantity) -> tuple[Term, ...]:
    """The terms of a quantity, in order."""
    if isinstance(quantity, Term):
        return (quantity,)
    return tuple(term for part in quantity.parts for term in list_terms(part))


def group_of(quantity: Quantity) -> str:
    """Heading under which tables list the quantity."""
    names = list(dict.fromkeys(term.kind.group for term in list_terms(quantity)))
    return "changes" if isinstance(quantity, Combined) and quantity.operator == "change" else names[0]
