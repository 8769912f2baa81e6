"""What the record holds: documents with addresses, sources, claims, events, instruments, resolutions.

An event is what happened or is planned; an instrument is a text that passes through stages; a claim is one
checkable statement of one source about one field of one of them; a resolution is the value taken for such a
field, with the rule that chose it and its probability. Claims that contradict each other live side by side:
nothing is overwritten (Wikidata's ranks, ACLED's tombstones).

Dates are texts in EDTF (ISO 8601-2): ``2025``, ``2025-08``, ``2025-08-08``, ``--07-10`` for a day without a
year, ``2024-09/2024-12`` for an interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Literal

PartKind = Literal["headline", "body", "citation", "boilerplate"]
Stance = Literal["asserts", "denies"]
Modality = Literal["fact", "plan", "offer", "opinion", "estimate"]
#: From the strongest to the weakest; a party speaks for itself, an official text is the thing itself.
Reliability = Literal["primary", "party", "reputable", "secondary", "machine_rewritten", "unknown"]
Rank = Literal["preferred", "normal", "deprecated"]
#: Kinds of difference between values of one field. Only the last is a real contradiction of fact.
DifferenceKind = Literal[
    "coarser_date",
    "scope",
    "lost_unit",
    "plan_against_fact",
    "time_zone",
    "typing_error",
    "dispute",
    "against_gazetteer",
    "contradiction",
]


def _restore(self: Any, state: Sequence[Any]) -> None:
    """Take what another process sent; a text that thousands of documents repeat is kept once."""
    for name, value in zip(self.__slots__, state, strict=True):
        object.__setattr__(self, name, intern(value) if type(value) is str else value)


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """Where a sentence stands in a document: paragraph (a line of text) and sentence, both from 1.

    Examples
    --------
    >>> str(Address(4, 1)), Address.parse("p4 s1")
    ('p4 s1', Address(paragraph=4, sentence=1))
    """

    paragraph: int
    sentence: int

    def __str__(self) -> str:
        return f"p{self.paragraph} s{self.sentence}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read an address as it is written, ``p4 s1``."""
        paragraph, sentence = text.split()
        return cls(int(paragraph.removeprefix("p")), int(sentence.removeprefix("s")))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document and what part it belongs to.

    ``offset`` counts characters from the beginning of the document's text.
    """

    address: Address
    part: PartKind
    text: str
    offset: int = 0

    __setstate__ = _restore


@dataclass(frozen=True)
class Document:
    """A text that was read.

    Attributes
    ----------
    id
        The source it is, or the file's name.
    sentences
        In order of address. A headline, if there is one, is paragraph 1.
    published
        EDTF; empty if the document does not say.
    sha256
        Of the bytes that were read.
    """

    id: str
    sentences: tuple[Sentence, ...] = field(repr=False)
    title: str = ""
    published: str = ""
    file: str = ""
    sha256: str = ""

    @property
    def text(self) -> str:
        """All sentences of headline and body, a line each."""
        return "\n".join(s.text for s in self.sentences if s.part in ("headline", "body"))


@dataclass(frozen=True)
class Source:
    """Where something was said; ``derived_from`` names the sources that it repeats, if known.

    ``alignment`` is the actor whose line the source takes: the state of a state agency, a party's own organ.
    """

    id: str
    title: str = ""
    publisher: str = ""
    published: str = ""
    url: str = ""
    reliability: Reliability = "unknown"
    derived_from: tuple[str, ...] = ()
    alignment: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """The place where a claim is made: source, and address if the text is at hand."""

    source: str
    address: Address | None = None
    text: str = ""

    __setstate__ = _restore

    @property
    def locator(self) -> str:
        """Address as text; empty where only the source is known."""
        return "" if self.address is None else str(self.address)


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement: of ``event``, the ``field`` of ``subject`` is (or is not) ``value``.

    Attributes
    ----------
    event
        Id of an event, or ``gate:``, ``process:``, ``place:``, ``document:`` with an id.
    field
        What is said of it: date, place, role, status, outcome, condition, volume, cost and others.
    subject
        Whose role, what place, which status; may be empty.
    value, unit
        As said, in EDTF for dates and ISO 8601 for durations.
    scope
        What the value covers, where that matters: "route" or "ports", "border station" or "terminal".
    valid_time
        EDTF interval in which the statement holds, if it says so.
    coder
        Who or what read the claim out of the text, apart from the source.
    withdrawn
        Reason for which the row no longer counts; the row stays.
    """

    id: str
    event: str
    field: str
    subject: str
    value: str
    mention: Mention
    stance: Stance = "asserts"
    modality: Modality = "fact"
    unit: str = ""
    scope: str = ""
    valid_time: str = ""
    coder: str = ""
    note: str = ""
    withdrawn: str = ""

    __setstate__ = _restore

    @property
    def key(self) -> tuple[str, str, str]:
        """What claims must share to be compared: event, field, subject."""
        return self.event, self.field, self.subject


@dataclass(frozen=True)
class Event:
    """Something that happened or is planned.

    ``roles`` maps an actor to its roles (an actor may be signatory and host); ``affects`` names gates that it
    bears on, ``meets`` those that hold from it on.
    """

    id: str
    date: str
    kind: str
    title: str
    place: str = ""
    actors: tuple[str, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcome: str = ""
    affects: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    process: str = ""
    status: str = "occurred"
    source: tuple[str, ...] = ()


#: Stages of an instrument, each after the one before it.
STAGES = ("text agreed", "initialled", "signed", "ratified", "in force")


@dataclass(frozen=True)
class Stage:
    """A stage that an instrument reached: when (EDTF), by which event, on whose word."""

    name: str
    date: str
    event: str = ""
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """A text between parties, with the stages that it has passed; ``binding`` is None where not known."""

    id: str
    name: str
    parties: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    binding: bool | None = None
    process: str = ""


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """Document ``a`` stands to ``b`` in ``relation``, with a probability and what shows it."""

    a: str
    b: str
    relation: Literal["derived_from", "copy", "common_parent"]
    probability: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedValue:
    """A value of a field with all the claims that make it; ``witnesses`` counts independent sources."""

    value: str
    stance: Stance
    claims: tuple[Claim, ...]
    witnesses: int
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """Values of one field that are not the same, what kind of difference that is, and the verdict.

    ``gravity`` sorts a list: the gravest first. ``within`` names the document that contradicts itself.
    """

    event: str
    field: str
    subject: str
    kind: DifferenceKind
    values: tuple[ClaimedValue, ...]
    verdict: str
    reason: str
    gravity: float = 0.0
    within: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The value taken for a field.

    Attributes
    ----------
    value
        Empty when the record refuses to choose: a dispute, or one witness for what needs two.
    rule
        The rule that chose, in words of `reconcile.RULES`.
    probability
        Of the value, by the estimate of source reliability.
    estimate
        The value that the estimate alone would take; where it differs from ``value``, ``reason`` says so.
    """

    event: str
    field: str
    subject: str
    value: str
    probability: float
    rank: Rank
    rule: str
    reason: str
    estimate: str = ""
    witnesses: int = 0
    claims: tuple[str, ...] = ()
