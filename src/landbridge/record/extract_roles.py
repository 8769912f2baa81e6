"""Who did what: roles of actors in events and processes, asserted or denied, in the clause that says so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from landbridge.record import patterns
from landbridge.record.extract_grammar import free_groups
from landbridge.record.extract_meaning import modality_at, stance_at
from landbridge.record.extract_mentions import Parsed, Thing, group_after
from landbridge.record.extract_mood import meant
from landbridge.record.extract_signers import is_offered
from landbridge.record.extract_story import Referent, Story
from landbridge.record.lexicon import Entry
from landbridge.record.model import Address, Claim, Mention, Modality, Stance

_FLAGS = re.IGNORECASE


class Proposals:
    """Claims proposed from one document, each once."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self._seen: set[tuple[str, ...]] = set()
        self.claims: list[Claim] = []
        self._mentions: dict[Address, Mention] = {}

    def add(
        self,
        parsed: Parsed,
        event: str,
        field: str,
        subject: str,
        value: str,
        *,
        stance: Stance = "asserts",
        modality: Modality = "fact",
        unit: str = "",
        scope: str = "",
        valid_time: str = "",
        note: str = "",
    ) -> None:
        """Propose one claim at the sentence's address, unless the sentence has proposed it already."""
        said = meant(parsed.text, field, value, stance, modality)
        if not event or not value or said is None:
            return
        stance, modality = said
        document = self.story.document
        address = parsed.sentence.address
        key = (str(address), event, field, subject, value, stance, scope)
        if key in self._seen:
            return
        self._seen.add(key)
        number = len(self.claims) + 1
        self.claims.append(
            Claim(
                f"{document.id}#{number}",
                event,
                field,
                subject,
                value,
                self._mentions.setdefault(address, Mention(document.id, address, parsed.sentence.text)),
                stance,
                modality,
                unit,
                scope,
                valid_time,
                coder="rules",
                note=note,
            )
        )


@dataclass(frozen=True)
class _Cue:
    """Words that give a role, and where its bearer stands: subject, agent after "by", owner, or after
    the words."""

    role: str
    form: str
    pattern: re.Pattern[str]
    near: str = "after"


_ADV = r"(?:\w+ly\s+|also\s+|once\s+|again\s+|jointly\s+|since\s+)?"
_GREAT = (
    r"(?:notable|crucial|key|major|significant|central|important|active|leading|pivotal|decisive|vital|"
    r"essential|prominent|instrumental|big|great|critical|substantial|meaningful|constructive)"
)
_AS = (
    r"(?:\b(?:as|been|be|is|was|were|are|being|remains?|remained|became|become|becomes|acted as|acts as|"
    r"acting as|served as|serves as|serving as|or|and|nor|neither|considered|called)\s+"
    r"(?:(?:neither|not|never|an?|the|its|one of the|primary|main|sole|only|official|key|principal|neutral|"
    r"trusted|regional|formal|lead|chief|third-party|honest|active|direct|permanent|co-?)\s*)*)"
)


def _c(role: str, form: str, pattern: str, near: str = "after") -> _Cue:
    return _Cue(role, form, re.compile(pattern, _FLAGS), near)


_CUES = (
    # mediator
    _c(
        "mediator",
        "subject",
        rf"(?<!-)\b{_ADV}(?:mediat(?:ed|es|ing)|brokered|brokers|brokering)\b(?!\s+by)|\bto "
        rf"(?:mediate|broker)\b",
    ),
    _c(
        "mediator",
        "agent",
        r"\b(?:mediated|brokered|driven|facilitated and brokered|led and mediated)\b(?:\s+(?:and"
        r"|,)\s+\w+ed)?\s+(?:\w+ly\s+)?by\b",
        "before",
    ),
    _c("mediator", "subject", rf"{_AS}(?:mediators?|intermediary|intermediaries|broker|go-between)\b"),
    _c("mediator", "owner", r"\b(?:auspices|mediation|brokerage|sponsorship)\b", "any"),
    _c(
        "mediator",
        "after",
        r"\b(?:under|with|through|thanks to|by) (?:the )?(?:auspices|mediation|brokerage|aegis"
        r"|patronage|sponsorship) of\b",
        "any",
    ),
    _c("mediator", "after", r"\bmediation(?: efforts?)? (?:by|from)\b", "any"),
    _c("mediator", "compound", r"-(?:brokered|mediated)\b"),
    _c(
        "mediator",
        "after",
        r"\bwith (?:active )?(?:mediation|involvement) (?:from|of|by)\b",
        "any",
    ),
    # facilitator
    _c(
        "facilitator",
        "subject",
        rf"\b{_ADV}facilitat(?:ed|es|ing)\b(?!\s+(?:by|the (?:return|movement|passage|flow"
        rf"|transport|delivery|visa)|trade|transit|faster|both|passenger|exports?|access|regional"
        rf"|economic))|\brole in facilitating\b|\bhelp(?:ed|s|ing)? (?:to )?(?:bring about|arrange"
        rf"|organi[sz]e|facilitate)\b|\boffered (?:its|his|her) good offices\b|\bprovid(?:ed|es"
        rf"|ing) (?:its )?good offices\b",
    ),
    _c("facilitator", "subject", rf"{_AS}facilitators?\b"),
    _c(
        "facilitator",
        "agent",
        r"\b(?:facilitated|arranged|organi[sz]ed|made possible)\s+(?:\w+ly\s+)?(?:by|through"
        r"|thanks to)\b",
        "before",
    ),
    _c("facilitator", "after", r"\bgood offices of\b", "any"),
    # host
    _c(
        "host",
        "subject",
        rf"\b{_ADV}(?:hosted|hosts|hosting|played host|plays host)\b(?!\s+by)|\b(?:to|will|would"
        rf"|may|could|not|never) host\b|\b(?:provid(?:ed|es|ing)|offer(?:ed|s|ing)?) (?:an?|its territory as "
        rf"a|itself as a|the) (?:\w+\s)?(?:platform|venue)\b",
    ),
    _c("host", "subject", rf"{_AS}(?:hosts?|platform|venue)\b"),
    _c("host", "agent", r"\b(?:hosted|provided|convened)\s+(?:\w+ly\s+)?by\b", "before"),
    _c(
        "host",
        "after",
        r"\b(?:involves?|used|uses|chose|choosing|names?|named)\b(?=[^.;,]{2,40}\bas (?:an?|the"
        r"|its) (?:\w+\s)?(?:platform|venue|host)\b)",
        "before",
    ),
    # signatory and witness
    _c(
        "signatory",
        "agent",
        r"\b(?:signing|signature) of [^.;,]{3,60}? by\b|\b(?:signed|initial(?:l)?ed)\s+(?:\w+ly\s+"
        r"|(?:(?:on|in|at) [^,.;]{3,24}?\s){1,3})?by\b",
        "before",
    ),
    _c(
        "signatory",
        "subject",
        rf"\b{_ADV}(?:signs?|signed|initial(?:l)?ed|(?<=not\s)initial(?=\s+(?:the|it|an?|this)\b)"
        rf"|inked?|concluded?)\b(?!\s+(?:by|on\b|in\b|at\b"
        rf"|as (?:an?\s)?witness))",
    ),
    _c("signatory", "subject", rf"{_AS}(?:signator(?:y|ies)|party to|parties to)\b"),
    _c(
        "signatory",
        "subject",
        r"\b(?:did|has|have|had|was|were|is|are)\s+not\s+(?:yet\s+)?(?:a party|a signatory)\b",
    ),
    _c(
        "witness",
        "agent",
        r"\b(?:witnessed|overseen|countersigned)\s+by\b|\bin (?:the )?presence of\b",
        "before",
    ),
    _c(
        "witness",
        "subject",
        rf"\b(?:signed\s+)?as (?:an?\s)?(?:official\s)?witness(?:es)?\b|{_AS}witness(?:es)?\b"
        rf"|\bwitnessed (?:the|its|this) (?:sign|initial|ceremony|declaration|agreement|deal"
        rf"|accord)\w*",
    ),
    # participant
    _c(
        "participant",
        "subject",
        rf"\b{_ADV}(?:took part|takes part|taken part|been involved|was involved|was not involved"
        rf"|participat(?:ed|es|ing)|attend(?:ed|s|ing)|joined (?:the )?(?:talks|summit|meeting"
        rf"|negotiations))\b(?!\s+by)|{_AS}participants?\b",
    ),
    _c("participant", "agent", r"\battended\s+by\b", "before"),
    _c(
        "participant",
        "subject",
        r"\b(?:strategic |key |geographic(?:al)? )?(?:position|location|place) (?:within|along|on"
        r"|in)\b(?=\s+the\s+(?:\w+[\s-]){0,5}(?:route|corridor|railway|line|road)\b)",
    ),
    # supporter and guarantor
    _c(
        "supporter",
        "subject",
        rf"(?<!-)\b{_ADV}(?:voic(?:ed|ing) (?:its |his |her )?support for|express(?:ed|ing) (?:its "
        rf"|his |her )?support for|supported|supports|supporting|backed|backs|endors(?:ed|es)"
        rf"|welcom(?:ed|es)|been supportive of|is supportive of)\b(?!\s+by)|{_AS}(?:supporters?"
        rf"|supportive of)\b",
    ),
    _c("supporter", "agent", r"\b(?:supported|backed|endorsed)\s+by\b", "before"),
    _c(
        "guarantor",
        "subject",
        rf"\b{_ADV}(?:guarantee[ds]?|guaranteeing|underwr(?:ote|ites))\b(?!\s+(?:by|that))"
        rf"|{_AS}guarantors?\b",
    ),
    _c("guarantor", "agent", r"\b(?:guaranteed|underwritten)\s+by\b", "before"),
    # operator, builder, financier
    _c("operator", "after", r"\boperator,?(?=\s[A-Z])", "any"),
    _c(
        "operator",
        "agent",
        r"\b(?:operated|managed|run)\s+(?:\w+ly\s+)?by\b|\bconcession (?:was |has been )?(?:awarded"
        r"|granted|given) to\b",
        "before",
    ),
    _c(
        "operator",
        "subject",
        rf"\b(?:operates|will operate|to operate|manages|runs|won the (?:\w+\s){{0,3}}concession"
        rf"|holds the concession)\b|{_AS}(?:operator|concessionaire)s?\b",
    ),
    _c("builder", "agent", r"\b(?:built|constructed|being built|under construction)\s+by\b", "before"),
    _c(
        "builder",
        "subject",
        r"\b(?:is building|are building|will build|built|constructed|is constructing)\b(?!\s+(?:by"
        r"|in|on|at))",
    ),
    _c("financier", "agent", r"\b(?:financed|funded|co-financed|bankrolled)\s+(?:\w+ly\s+)?by\b", "before"),
    _c(
        "financier",
        "subject",
        r"\b(?:financed|finances|is financing|will finance|funded|funds|co-finances|lent|pledged "
        r"(?=[$\u20ac\u00a3]|US\$|\d)|provided a loan)\b(?!\s+by)",
    ),
    # judgement of the part played
    _c(
        "notable participant",
        "subject",
        rf"\b(?:play(?:ed|s|ing)?|had|has|taken?|took)\s+(?:an?\s+|the\s+|any\s+"
        rf"|no\s+)?(?:\w+ly\s+)?{_GREAT}\s+(?:and\s+\w+\s+)?(?:role|part)\b",
    ),
    _c(
        "notable participant",
        "subject",
        rf"\b(?:play(?:ed|s|ing)?|had|has|took)\s+no\s+(?:{_GREAT}\s+)?(?:role|part)\b",
    ),
    _c(
        "notable participant",
        "subject",
        rf"\b(?:made|makes|making)\s+(?:an?\s+)?{_GREAT}\s+contribution\b|\bcontributed "
        rf"{_GREAT}ly\b",
    ),
    _c("notable participant", "subject", r"\b(?:key|major|central|leading|main|important) player\b"),
)
_ANY_CUE = re.compile(
    r"mediat|broker|driven|intermediar|go-between|auspices|aegis|patronage|sponsorship"
    r"|leadership|facilit|good offices|arrang|organi|made possible|host|platform|"
    r"venue|conven|sign|initial|inked|conclu|witness|overseen|presence|took part|takes part"
    r"|particip|attend|joined|position|location|place|support|back|"
    r"endors|guarant|underw|operat|manag|\brun|concession|built|build|construct|financ|fund"
    r"|lent|pledged|loan|role|part\b|contribut|player|between|party|involv",
    _FLAGS,
)


#: What is only wished or possible gives no role.
_MAYBE = re.compile(r"\s*(?:possibly|potentially)\b", _FLAGS)
_HELD_BACK = re.compile(
    r"\b(?:interest in(?: \w+ing,? (?:and|or))?|possibly|potentially|could|may|might)\s+(?:\w+ly\s+)?$",
    _FLAGS,
)


#: A word that must be there before the cues of a role are tried at all.
_KEYS = {
    "mediator": "mediat|broker|driven|intermediar|go-between|auspices|aegis|patronage|sponsorship"
    "|involvement",
    "facilitator": "facilit|good offices|help|arrang|organi|made possible",
    "host": "host|platform|venue|provid|conven",
    "signatory": "sign|initial|ink|conclude|party|parties",
    "witness": "witness|overseen|presence",
    "participant": "part|attend|joined|involved|position|location|place",
    "supporter": "support|back|endors|welcom",
    "guarantor": "guarant|underw",
    "operator": "operat|manag|run|concession",
    "builder": "buil|construct",
    "financier": "financ|fund|lent|pledged|loan",
    "notable participant": "role|part|contribut|player",
}
_KEY_OF = {role: re.compile(keys, _FLAGS) for role, keys in _KEYS.items()}


def propose_roles(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Propose the roles that a sentence gives or denies."""
    text = parsed.text
    if not _ANY_CUE.search(text):
        return
    groups: list[tuple[int, int, tuple[Entry, ...]]] | None = None
    live = {role for role, keys in _KEY_OF.items() if keys.search(text)}
    for cue in _CUES:
        if cue.role not in live:
            continue
        for found in cue.pattern.finditer(text):
            if groups is None:
                groups = free_groups(text, parsed.entities)
            bearers = list(_bearers(cue, found, parsed, groups))
            if not bearers:
                continue
            event = _event_for(cue, found, story, parsed)
            if _HELD_BACK.search(text[max(0, found.start() - 28) : found.start()]) or _MAYBE.match(
                found.group(0)
            ):
                continue
            if not event or (cue.role == "signatory" and not _may_sign(parsed, found)):
                continue
            _propose(cue.role, bearers, event, found, parsed, out)
    _parties(parsed, out)


def _propose(
    role: str, bearers: Sequence[Entry], event: str, found: re.Match[str], parsed: Parsed, out: Proposals
) -> None:
    text = parsed.text
    stance = stance_at(parsed, found.end() - 1)
    if re.search(r"\bno\b", found.group(0)):
        stance = "denies"
    start, end = parsed.clause_at(found.start())
    modality = modality_at(text, max(start, found.start() - 40), min(end, found.end()))
    for bearer in bearers:
        # A head of state or government speaks for the state where only a state can be host.
        spoken = bearer.kind == "state" or bearer.capital_of or (role == "host" and bearer.state)
        subject = bearer.state if spoken else bearer.id
        out.add(parsed, event, "role", subject, role, stance=stance, modality=modality)


def _may_sign(parsed: Parsed, found: re.Match[str]) -> bool:
    """Only an act makes a signatory: no condition, no hope, no plan."""
    start, end = parsed.clause_at(found.start())
    clause = parsed.text[start:end]
    return not patterns.UNSIGNED.search(clause) or stance_at(parsed, found.start()) == "denies"


def _bearers(
    cue: _Cue,
    found: re.Match[str],
    parsed: Parsed,
    groups: Sequence[tuple[int, int, tuple[Entry, ...]]],
) -> Iterator[Entry]:
    text = parsed.text
    if cue.form in ("agent", "after"):
        after = group_after(parsed.entities, text, found.end(), 40)
        if cue.role == "facilitator" or not after or preceded_by_place(text, found.end(), after[0].start):
            after = (
                after
                if cue.role == "facilitator"
                else [e for e in after if not preceded_by_place(text, found.end(), e.start)]
            )
        for entity in after:
            if entity.entry.adjective and entity is not after[-1]:
                continue
            yield entity.entry
        if cue.form == "after" and not after:
            return
        if after and after[0].entry.kind == "state" and cue.role == "mediator" and cue.form == "agent":
            # "driven by A, with officials including President P": P is named apart.
            rest = re.search(r"\bincluding (?:the )?", text[found.end() :])
            if rest:
                for entity in group_after(parsed.entities, text, found.end() + rest.end(), 40):
                    yield entity.entry
        return
    if cue.form in ("owner", "compound"):
        # "Algeria's auspices", "Algerian and Qatari mediation", "Omani good offices": at most a word between.
        before = [e for e in parsed.entities if e.end <= found.start() + 2 and e.entry.kind != "place"]
        between = r"" if cue.form == "compound" else r"(?:['\u2019]s?)?\s+(?:[a-z]+\s+)?"
        if before and re.fullmatch(between, text[before[-1].end : found.start()]):
            yield before[-1].entry
            if len(before) > 1 and re.fullmatch(
                r"\s*(?:,|and|-|\u2013)\s*", text[before[-2].end : before[-1].start]
            ):
                yield before[-2].entry
        return
    start, _ = parsed.clause_at(found.start())
    inside = [g for g in groups if g[0] >= start - 1 and g[1] <= found.start() + 1]
    apart = re.search(r"\bwith\s", text[start : found.start()])
    if apart and re.match(r"(?:serving|acting)?\s*as\b", found.group(0).strip(), _FLAGS):
        # "with C serving as witness": C, not the subject of the sentence.
        near = [
            e
            for e in parsed.entities
            if e.start >= start + apart.start() and e.end <= found.start() + 1 and e.entry.kind != "place"
        ]
        if near and not text[near[-1].end : found.start()].strip():
            yield near[-1].entry
            return
    if inside:
        yield from _one_of(inside, text, found)
        return
    lead = text[start : found.start()]
    pronoun = re.search(
        r"\b(?:it|they|he|she|its|their|which|who|the (?:country|state|republic|company|government"
        r"|kingdom|two (?:sides|countries)))\b",
        lead,
        _FLAGS,
    )
    earlier = [g for g in groups if g[1] <= start + 1]
    if pronoun or start > 0:
        if earlier:
            yield from earlier[-1][2] if re.match(r"\W*(?:which|who)\b", lead, _FLAGS) else earlier[0][2]
        elif pronoun and re.match(r"\W*(?:which|who)\b", lead, _FLAGS):
            near = [e for e in parsed.entities if e.end <= start + 1 and e.entry.kind != "place"]
            if near:
                yield near[-1].entry
        elif pronoun and parsed.before:
            yield from parsed.before


def preceded_by_place(text: str, start: int, position: int) -> bool:
    """Tell whether words between say where, not who: "signed by ministers in"."""
    return (
        re.search(r"\b(?:in|at|near|from|under|during|through|against|than)\s", text[start:position])
        is not None
    )


_ADJACENT = re.compile(r"\s+(?:(?:has|have|had|also|already|later|recently|jointly|once)\s+){0,2}")


_TOLD_BY = re.compile(
    r"\b(?:said|says|saying|claim(?:s|ed)|stat(?:es|ed)|announc(?:es|ed)|den(?:ies|ied)|insist(?:s|ed)"
    r"|report(?:s|ed)|argu(?:es|ed)|confirm(?:s|ed)|stress(?:es|ed)|not(?:es|ed)|added|declar(?:es|ed)"
    r"|alleg(?:es|ed)|told \w+)(?:\s+(?:on|in)\s[^,;]{3,22}?)?\s+(?:that\s+)?(?:the\s+)?$",
    _FLAGS,
)


def _one_of(
    groups: Sequence[tuple[int, int, tuple[Entry, ...]]], text: str, found: re.Match[str]
) -> Iterable[Entry]:
    """Give the subject among several free groups: the first, unless an "and" with its own verb follows.

    In "A said that B had hosted" the host is B: who only tells of it is left out.
    """
    told = [
        place
        for place, group in enumerate(groups)
        if place and _TOLD_BY.search(text[groups[place - 1][1] : group[0]])
    ]
    groups = groups[told[-1] :] if told else groups
    last = groups[-1]
    if len(groups) > 1 and _ADJACENT.fullmatch(text, last[1], found.start()):
        # "a deal that A signed" inside a sentence about B: the actor right before the verb.
        return last[2]
    if (
        len(groups) > 1
        and re.search(r"\b(?:and|with)\s+(?:the\s+)?$", text[: last[0]][-10:])
        and re.fullmatch(r"\s*(?:\w+\s){0,3}", text[last[1] : found.start()])
    ):
        return last[2]
    return groups[0][2]


def _event_for(cue: _Cue, found: re.Match[str], story: Story, parsed: Parsed) -> str:
    """Give the id of the thing that the role is in: the nearest of its kind in the sentence, or what
    the text is about."""
    things = [t for t in parsed.things if t.referent is not None]
    if (cue.role == "participant" and "position" in found.group(0)) or "location" in found.group(0):
        things = [t for t in things if t.cls == "work"]
    elif cue.role == "signatory":
        things = [t for t in things if t.cls == "instrument"]
    elif cue.role in ("operator", "builder", "financier"):
        things = [t for t in things if t.cls == "work"] or [t for t in things if t.cls == "instrument"]
    elif cue.role in ("host",):
        things = [t for t in things if t.cls in ("gathering", "process")]
    elif cue.role in ("mediator", "facilitator", "witness"):
        things = [t for t in things if t.cls != "work"]
    elif cue.role in ("notable participant", "supporter"):
        near = [t for t in things if t.cls == "work" and found.end() <= t.start < found.end() + 25]
        things = [t for t in things if t.cls != "work"] or near
    start, end = parsed.clause_at(found.start())
    after = [t for t in things if t.start >= found.end() - 2]
    before = [t for t in things if t.end <= found.start() + 2]
    around = [t for t in things if t.start <= found.start() < t.end]
    if around and cue.form == "compound" and around[0].referent is not None:
        # "a US-brokered accord": the accord itself.
        return event_of(around[0].referent, parsed)
    chosen: Thing | None = None
    if cue.near in ("before", "any") and before:
        chosen = before[-1]
        first = [t for t in before if t.start >= start]
        if first and cue.form == "agent":
            chosen = _subject_thing(first)
    elif after and (after[0].start < end or not before):
        chosen = after[0]
    elif before:
        chosen = before[-1]
    elif after:
        chosen = after[0]
    if chosen is not None and chosen.referent is not None:
        return event_of(chosen.referent, parsed)
    return story.about(parsed, cue.role)


def _subject_thing(things: Sequence[Thing]) -> Thing:
    """Of several things before a passive verb, the one nearest to it that is no part of another's name."""
    return things[-1]


def event_of(referent: Referent, parsed: Parsed) -> str:
    """Id under which claims about a thing stand; a framework for a route is a stage of the route."""
    if referent.cls == "instrument" and referent.family == "framework":
        works = [t.referent for t in parsed.things if t.cls == "work" and t.referent and t.name]
        if works and works[0] is not None:
            return works[0].id
    return referent.id


_SIGNING = re.compile(r"\bsign(?:ed|ing|s)\b|\binitial(?:l?ed|l?ing)\b", _FLAGS)


def _parties(parsed: Parsed, out: Proposals) -> None:
    """Parties named after "between": signatories of what was signed, participants of what was held."""
    text = parsed.text
    for thing in parsed.things:
        if thing.referent is None or not thing.parties or is_offered(text, thing.start):
            continue
        start, end = parsed.clause_at(thing.start)
        clause = text[start:end]
        if thing.cls == "instrument":
            headline = (
                parsed.sentence.part == "headline"
                and len(thing.parties) > 1
                and not patterns.PLAN.search(text)
            )
            signed = (
                _SIGNING.search(clause)
                and not patterns.UNSIGNED.search(clause)
                and not patterns.FUTURE_SIGNING.search(clause)
            )
            if (
                (headline or signed)
                and stance_at(parsed, thing.start) == "asserts"
                and len(thing.parties) > 1
            ):
                for party in thing.parties:
                    out.add(parsed, event_of(thing.referent, parsed), "role", party, "signatory")
        elif thing.cls == "gathering" and thing.family != "visit" and thing.referent.held_by is None:
            if len(thing.parties) < 2 and not thing.people:
                continue
            stance = stance_at(parsed, thing.start)
            for party in thing.parties:
                out.add(
                    parsed,
                    thing.referent.id,
                    "role",
                    party,
                    "participant",
                    stance=stance,
                    modality=modality_at(text, start, thing.end),
                )
