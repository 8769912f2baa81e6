"""What fields mean for judging: which hold one value, which values exclude each other, who counts more.

Everything here is about diplomacy, freight and law; nothing is about one region. A field that is not named
holds one value if its values are dates or numbers, and any number of values otherwise.
"""

import re
from typing import Final

from landbridge.record.model import STAGES, Claim, DifferenceKind, Reliability

#: The rules by which a value is taken, strongest first; `Resolution.rule` is one of these sentences.
OFFICIAL: Final = "official text"
BOTH_PARTIES: Final = "both parties agree"
INDEPENDENT: Final = "two or more independent reputable sources"
REPUTABLE: Final = "single reputable source"
SECONDARY: Final = "secondary sources"
UNRATED: Final = "two or more independent sources of unknown reliability"
MACHINE: Final = "two or more independent machine-rewritten sources"
LATER: Final = "later observation over earlier plan"
TIE: Final = "sources of one rank differ: the estimate decides"
DISPUTE: Final = "dispute of the parties: not resolved"
UNCONFIRMED: Final = "one weak witness: not confirmed"
DENIED: Final = "only denied"

#: Order in which the rules are tried. A value wins by the best rule that any value of the field can claim.
RULES: Final = (OFFICIAL, BOTH_PARTIES, INDEPENDENT, REPUTABLE, SECONDARY, UNRATED, MACHINE)

#: Prior chance that a statement of such a source is right, before its record is known. An assumption, on
#: purpose far from 0 and 1: two votes of weak sources outweigh none of a strong one.
PRIOR_ACCURACY: Final[dict[Reliability, float]] = {
    "primary": 0.95,
    "party": 0.85,
    "reputable": 0.85,
    "secondary": 0.7,
    "machine_rewritten": 0.5,
    "unknown": 0.6,
}

#: From best to worst, for choosing who speaks first among copies of one parent.
RELIABILITY_ORDER: Final[tuple[Reliability, ...]] = (
    "primary", "party", "reputable", "secondary", "unknown", "machine_rewritten",
)  # fmt: skip

_SINGLE_FIELDS = """
    date place status duration length cost volume count capacity progress vote_share seats turnout share
    term magnitude area completion_planned opening_planned order level format form tariff budget timing
    distance time gauge speed price population depth draught width weight fee toll name office frequency
    percentage quantity rate
"""
SINGLE: Final = frozenset(_SINGLE_FIELDS.split())
_MANY_FIELDS = """
    role aim outcome actor topic citation classification addressee party member participant derived_from
    unrelated demand cargo commodity signatory witness reason effect goal
"""
MANY: Final = frozenset(_MANY_FIELDS.split())
#: Fields whose values say when.
DATED: Final = frozenset({"date", "completion_planned", "opening_planned", "start", "end", "deadline"})
#: Fields that are plans by their nature: a new value is a plan that moved.
PLANNED: Final = frozenset({"completion_planned", "opening_planned", "deadline", "target"})
#: Subjects that make any dated field a plan.
PLAN_SUBJECT = re.compile(
    r"\b(expected|planned|plan|target|scheduled|due|intended|forecast|promised)\b", re.IGNORECASE
)
#: Fields about what something means or binds; here the word of a party is a position, not an observation.
INTERPRETED: Final = frozenset(
    {"status", "outcome", "condition", "aim", "tariff", "role", "name", "classification"}
)

_TEXTS = """
    declaration treaty agreement accord memorandum protocol communique framework contract charter
    statement convention letter roadmap
"""
#: Values of a field with many values of which one actor or thing can have only one, by name of the family.
FAMILIES: Final[dict[str, dict[str, frozenset[str]]]] = {
    "role": {"signing": frozenset({"signatory", "witness", "guest", "not a party"})},
    "classification": {
        "capital": frozenset({"capital", "former capital", "not the capital"}),
        "kind of text": frozenset(_TEXTS.split()),
        "force": frozenset({"binding", "not binding", "non-binding", "nonbinding"}),
    },
}
#: Words for one part played, and the word that stands for them all. Roles are told in many words.
SYNONYMS: Final[dict[str, dict[str, str]]] = {
    "role": {
        "broker": "mediator",
        "co-mediator": "mediator",
        "mediation": "mediator",
        "venue": "host",
        "platform": "host",
        "primary host": "host",
        "signer": "signatory",
        "co-signatory": "signatory",
        "key player": "notable participant",
        "notable role": "notable participant",
        "significant role": "notable participant",
        "major role": "notable participant",
        "key role": "notable participant",
        "crucial role": "notable participant",
        "significant contributor": "notable participant",
        "contributor": "notable participant",
    },
    "status": {
        "non-binding": "not binding",
        "nonbinding": "not binding",
        "no legal force": "not binding",
        "legally binding": "binding",
        "not signed": "unsigned",
        "yet to be signed": "unsigned",
        "awaiting signature": "unsigned",
        "initialed": "initialled",
        "text concluded": "text agreed",
        "text finalised": "text agreed",
        "text finalized": "text agreed",
        "concluded": "text agreed",
        "finalised": "text agreed",
        "finalized": "text agreed",
        "done": "completed",
        "complete": "completed",
        "built": "completed",
        "scheduled": "planned",
        "held": "occurred",
        "took place": "occurred",
        "ratified and in force": "in force",
        "entered into force": "in force",
        "effective": "in force",
        "signed agreement": "signed",
        "closed": "shut",
        "blocked": "shut",
        "opened": "open",
        "operational": "open",
        "under construction": "works started",
        "construction started": "works started",
    },
}  # fmt: skip
#: Statuses of a thing not yet done, and of the same thing done: a plan and a later fact, not a contradiction.
_AHEAD_WORDS = """
    planned expected pending upcoming offered proposed announced unsigned unbuilt draft promised
    preparing postponed
"""
AHEAD: Final = frozenset(_AHEAD_WORDS.split())
#: Courses that statuses run through, besides the stages of an instrument.
COURSES: Final = (
    STAGES,
    ("offered", "planned", "works started", "completed", "open"),
    ("planned", "upcoming", "occurred"),
    ("pending", "completed"),
    ("to be prepared", "published"),
)
#: Words for a status that are known. Others may be used, but none that looks like a slip of one of these.
STATUS_WORDS: Final = tuple(
    dict.fromkeys(
        (*(word for steps in COURSES for word in steps), *SYNONYMS["status"].values(), *sorted(AHEAD))
    )
)
_NUMBER_FIELDS = """
    length cost volume count capacity progress vote_share seats turnout share magnitude area tariff budget
    distance gauge speed price population depth draught width weight fee toll percentage quantity rate
"""
#: Fields whose values are numbers, if they hold any digit.
NUMBERED: Final = frozenset(_NUMBER_FIELDS.split())
#: Pairs of statuses that hold together.
TOGETHER: Final = frozenset(
    frozenset(pair)
    for pair in (
        ("initialled", "unsigned"),
        ("text agreed", "unsigned"),
        ("not binding", "published"),
        ("published", "agreed"),
        ("valid", "in force"),
        ("signed", "binding"),
        ("signed", "ratified"),
        ("signed", "in force"),
        ("ratified", "in force"),
        ("completed", "open"),
        ("planned", "postponed"),
        ("suspended", "postponed"),
        ("works started", "postponed"),
        ("works started", "suspended"),
    )
)

_FORCE: Final = frozenset({"binding", "not binding"})
#: Subjects of which a field that holds one value holds several: a route crosses many states.
SEVERAL: Final = frozenset(
    {("place", "territory crossed"), ("place", "region crossed"), ("place", "country crossed")}
)

#: Gravity of a difference: of its kind, plus of its field (below 1), plus 0.1 if one document contradicts
#: itself. What no source can be right about in two ways comes first, what is no contradiction last.
GRAVITY: Final[dict[DifferenceKind, float]] = {
    "contradiction": 8.0,
    "dispute": 7.0,
    "against_gazetteer": 6.0,
    "plan_against_fact": 5.0,
    "typing_error": 4.0,
    "lost_unit": 3.0,
    "time_zone": 2.0,
    "scope": 1.0,
    "coarser_date": 0.0,
}
#: What a wrong value of a field does to the reading of a corridor: what is in force and when opens gates.
FIELD_GRAVITY: Final = {
    "status": 0.8, "date": 0.75, "condition": 0.7, "order": 0.65, "role": 0.6, "place": 0.55,
    "completion_planned": 0.5, "opening_planned": 0.5, "capacity": 0.45, "volume": 0.45, "cost": 0.45,
}  # fmt: skip
VERDICTS: Final[dict[DifferenceKind, str]] = {
    "contradiction": "cannot all be right",
    "dispute": "the parties differ: not resolved, both are shown",
    "against_gazetteer": "the gazetteer says otherwise",
    "plan_against_fact": "no contradiction: a plan and what came of it",
    "typing_error": "probably a slip of the pen",
    "lost_unit": "probably a unit that was lost",
    "time_zone": "no contradiction: one night, two dates",
    "scope": "no contradiction: they cover different things",
    "coarser_date": "no contradiction: one is told more exactly",
}
NIL = re.compile(r"^(no|none|nothing|not|never|without|zero|nil)\b", re.IGNORECASE)
_SCOPE_HINT = re.compile(
    r"\b(?:(?:through|via|by|at|in|on|for|to|from|of)\s+[\w ,'-]{2,40}\bonly"
    r"|only\s+(?:the|through|by|at|in|on|for)\b[\w ,'-]*"
    r"|(?:revised |final )?(?:preliminary|provisional)|different scope|other scope"
    r"|said of the whole[\w ]*|in practice|first stage|excluding[\w ,-]+"
    r"|including[\w ,-]+|without\s+(?!being)[A-Z][\w -]+|(?:port|rail|road|sea)[- ]based count)",
)
_AHEAD_HINT = re.compile(r"\b(written before|before the (?:event|signing|meeting)|preview)\b", re.IGNORECASE)
#: An event that is an offer itself: what is said of it is no plan.
_OFFERING = re.compile(r"offer|propos|invit", re.IGNORECASE)
TIME_ZONE_HINT = re.compile(
    r"\b(?:midnight|time zone|local time|overnight|late (?:in the )?evening|late at night|night"
    r"|\d{1,2}:\d\d|\d{1,2}[.]\d\d\s?(?:gmt|utc|hours|a\.?m|p\.?m)|gmt|utc)\b",
    re.IGNORECASE,
)
_UPCOMING = re.compile(r"^(to be \w+|upcoming|under preparation|being prepared|not yet)\b", re.IGNORECASE)
_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u00a0": " "}
)


def plain(field: str, value: str) -> str:
    """Give a value as it is compared: one case, one kind of quotation mark, the family's own word for it.

    >>> plain("role", "Broker"), plain("status", "Non-binding"), plain("date", "2025-08-08")
    ('mediator', 'not binding', '2025-08-08')
    """
    text = " ".join(value.translate(_QUOTES).split())
    if field in DATED:
        return text
    text = text.lower().rstrip(".")
    return SYNONYMS.get(field, {}).get(text, text)


def family(field: str, value: str) -> str:
    """Name what a value competes within: empty for a field that holds one value, else its family or itself.

    >>> family("date", "2025"), family("role", "witness"), family("outcome", "15 documents")
    ('', 'signing', '15 documents')
    """
    if field in SINGLE or (field not in MANY and field not in FAMILIES and is_measured(value)):
        return ""
    for name, values in FAMILIES.get(field, {}).items():
        if value in values:
            return name
    return value


def family_of(claim: Claim) -> str:
    """Name what a claim's value competes within; of some subjects every value stands for itself."""
    value = plain(claim.field, claim.value)
    return value if (claim.field, claim.subject) in SEVERAL else family(claim.field, value)


def is_measured(value: str) -> bool:
    """Say whether a value of an unknown field is a number or a date, of which one thing has one."""
    return re.match(r"^[<>~]?\s*(?:about |over |under )?-?-?\d", value) is not None


def scope_of(claim: Claim) -> str:
    """What a claim covers: its scope, or what its note says of it ("through the ports only").

    >>> from landbridge.record.model import Mention
    >>> scope_of(Claim("c", "e", "volume", "Mt", "3.3", Mention("s"), note="through the sea ports only"))
    'through the sea ports only'
    """
    if claim.scope:
        return claim.scope.lower()
    found = _SCOPE_HINT.search(claim.note)
    return found.group(0).lower() if found else ""


def is_plan(claim: Claim, published: str = "", latest_date: str = "") -> bool:
    """Say whether a claim speaks of what was still to come when it was made.

    ``published`` is when its source appeared; ``latest_date`` the date that the claim or its event has, both
    as EDTF days; a source that is older than what it tells can only have announced it.
    """
    if claim.modality == "plan" or (claim.modality == "offer" and not _OFFERING.search(claim.event)):
        return True
    if claim.field in PLANNED or PLAN_SUBJECT.search(claim.subject) or _AHEAD_HINT.search(claim.note):
        return True
    if claim.field == "status" and (
        plain("status", claim.value) in AHEAD - {"unsigned"} or _UPCOMING.match(claim.value)
    ):
        return True
    return bool(published and latest_date and published < latest_date)


def stage(value: str) -> int:
    """Place of a status among the stages of an instrument, from 0; -1 if it is none of them.

    >>> stage("initialled"), stage("signed"), stage("closed")
    (1, 2, -1)
    """
    return STAGES.index(value) if value in STAGES else -1


def goes_together(one: str, other: str) -> bool:
    """Whether two statuses can hold of one thing at one time: a text that is signed has been agreed.

    >>> goes_together("text agreed", "signed"), goes_together("initialled", "signed")
    (True, False)
    """
    if STAGES[0] in (one, other) and stage(one) >= 0 and stage(other) >= 0:
        return True
    if min(stage(one), stage(other)) >= STAGES.index("signed"):
        return True  # what is ratified and in force stays signed
    if (one in _FORCE) != (other in _FORCE):
        return True  # whether it binds is another question than how far it has come
    return frozenset((one, other)) in TOGETHER


def course(one: str, other: str) -> int:
    """Say which of two statuses comes later on their course: 1 the other, -1 the one, 0 if neither does.

    >>> course("works started", "open"), course("signed", "initialled"), course("signed", "open")
    (1, -1, 0)
    """
    for steps in COURSES:
        if one != other and one in steps and other in steps:
            return 1 if steps.index(one) < steps.index(other) else -1
    return 0
