"""What a thing is for, what came of it, on what it hangs, what it is called: statements in free words."""

import re

from landbridge.record.extract_links import gate_for
from landbridge.record.extract_meaning import modality_at, stance_at
from landbridge.record.extract_mentions import Parsed, Thing, group_after
from landbridge.record.extract_roles import Proposals, event_of
from landbridge.record.extract_story import Story
from landbridge.record.lexicon import Entry, slug

_FLAGS = re.IGNORECASE


def propose_matter(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Propose conditions, outcomes, aims, names, kinds, durations and the order of events."""
    _condition(story, parsed, out)
    _aim(story, parsed, out)
    if "interest" in parsed.text or "potentially" in parsed.text or "possibly" in parsed.text:
        _interest(story, parsed, out)
    _outcome(story, parsed, out)


_CONDITION = re.compile(
    r"(?P<left>\b(?:only|sole|last|one|two|three|four|final|main|key)?\s*(?:remaining"
    r"|outstanding|other|left)?\s*(?:pre)?conditions?)\b(?:\s+(?:left|set|named|remaining|put "
    r"forward by [^,]{2,30}))?"
    r"\s+(?:for|of|to|before)\s+(?P<for>[^.;]{4,140}?)\s+(?:is|are|was|were|remains?|remained"
    r"|being)\s+(?:that\s+)?(?P<is>[^.;]{4,160})",
    _FLAGS,
)
_DEPENDS = re.compile(
    r"(?P<for>[^.;,]{4,110}?)\s+(?:is|are|was|were|remains?|will be)?\s*(?:conditional "
    r"(?:up)?on|contingent (?:up)?on|subject to|dependent on|depends? on|hinges? on|requires?"
    r"|tied to|conditioned on)\s+(?P<is>[^.;]{4,140})",
    _FLAGS,
)
_ONLY_AFTER = re.compile(
    r"(?P<for>[^.;,]{4,110}?)\s+(?:only (?:after|once|if|when)|not (?:\w+\s){0,3}(?:until"
    r"|unless|before))\s+(?P<is>[^.;]{4,140})",
    _FLAGS,
)
_COUNT = {"one": 1, "two": 2, "three": 3, "four": 4}


_MAY_BIND = re.compile(
    r"condition|contingent|subject to|depend|hinge|requir|tied to|only (?:after|once|if|when)"
    r"|\bnot\b[^.;]{0,40}\b(?:until|unless|before)",
    _FLAGS,
)


def _condition(story: Story, parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    if not _MAY_BIND.search(text):
        return
    found = _CONDITION.search(text) or _DEPENDS.search(text) or _ONLY_AFTER.search(text)
    if found is None:
        return
    for_, is_ = found["for"].strip(), found["is"].strip()
    things = [
        t
        for t in parsed.things
        if t.referent and t.cls != "process" and found.start("for") <= t.start < found.end("for")
    ]
    named = "left" in found.groupdict() and found.groupdict().get("left")
    if (
        not things
        and not named
        and not re.search(
            r"\b(?:sign|ratif|open|construct|agreement|treaty|deal|funding|loan|border|passage|transit)",
            for_,
            _FLAGS,
        )
    ):
        return
    parties = things[0].referent.parties if things and things[0].referent else []
    parties = parties or list(story.main_parties)
    gate = gate_for(for_, tuple(parties), story.lexicon)
    requires = next((g.requires for g in story.lexicon.gates if g.id == gate), ())
    event = (
        f"gate:{gate}"
        if gate
        else (things[0].referent.id if things and things[0].referent else story.about(parsed, "status"))
    )
    need = gate_for(is_, tuple(parties), story.lexicon, among=requires) if gate else ""
    subject = need or slug(_short(is_, 7))
    stance = stance_at(parsed, found.start("is")) if named else "asserts"
    out.add(parsed, event, "condition", subject, "required", stance=stance, modality=modality_at(text, 0, 12))
    if named:
        word = (found["left"] or "").lower()
        number = (
            1
            if re.search(r"\b(?:only|sole|last|final)\b", word) and "conditions" not in word
            else next((n for w, n in _COUNT.items() if w in word), 0)
        )
        if number:
            out.add(parsed, event, "condition", "number of conditions left", str(number), stance=stance)
    if need:
        _inner_condition(story, parsed, need, is_, out)


def _inner_condition(story: Story, parsed: Parsed, gate: str, phrase: str, out: Proposals) -> None:
    """What the condition itself takes away: "removal of X from the Y" is X in Y."""
    inner = _INNER.search(phrase) or _INNER_ELSE.search(phrase)
    if inner is None:
        return
    where = inner["where"].strip()
    states = [e.entry.id for e in story.lexicon.find(where) if e.entry.kind == "state"]
    subject = f"{states[0]} {where.split()[-1]}" if states else where
    out.add(parsed, f"gate:{gate}", "condition", subject, inner["what"].strip())


_TAKEN = r"(?:removal|deletion|dropping|withdrawal|lifting) of (?P<what>[^.;]+?)"
_INNER = re.compile(_TAKEN + r" from (?:the )?(?P<where>[^.;,]+)", _FLAGS)
_INNER_ELSE = re.compile(_TAKEN + r" (?:in|on) (?:the )?(?P<where>[^.;,]+)", _FLAGS)


def _short(text: str, most: int) -> str:
    """Give the first words of a phrase, without what only hangs on."""
    text = re.split(r",| which | that | who | where |\bby\b \d", text)[0]
    return " ".join(text.split()[:most])


_AIM = re.compile(
    r"\b(?:aims?|aimed|aiming|seeks?|sought|intend(?:s|ed)|designed|meant|hopes?) (?:to"
    r"|at)\s+(?P<verb>\w+)\s+(?P<object>[^.;]{3,220})"
    r"|\bwith the (?:aim|goal|purpose|objective) of\s+(?P<verb2>\w+ing)\s+(?P<object2>[^.;]{3,220})"
    r"|\bexpected to\s+(?P<verb4>end|ease|reduce|strengthen|boost|improve|promote|resolve"
    r"|shorten|cut|lower)\s+(?P<object4>[^.;]{3,160})"
    r"|\bcommitment to\s+(?P<object3>[^.;,]{3,100})",
    _FLAGS,
)
_WEAKEN = re.compile(
    r"^(?:counterbalanc|counter|reduc|limit|curb|weaken|diminish|offset|lessen|contain|check)\w*$", _FLAGS
)
_AND_VERB = re.compile(
    r",?\s+(?:while|and|as well as)\s+(?:to\s+)?(?P<verb>(?!and\b)\w+ing|reduce|strengthen"
    r"|boost|improve|cut|increase|promote|expand|develop|foster|ease|speed|deepen|diversify|"
    r"support|attract|create|open|link|connect|lower|limit|protect|secure)\s+"
    r"|,\s+(?P<verb2>(?!according|including|regarding|concerning|excluding|following)\w+ing)\s+",
    _FLAGS,
)


def _aim(story: Story, parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    for found in _AIM.finditer(text):
        if found["object3"]:
            owner = parsed.subject or parsed.before
            event = story.about_owner(parsed)
            if owner and event:
                out.add(parsed, event, "aim", actor_id(owner[0]), _short(found["object3"], 10))
            continue
        before = [
            t
            for t in parsed.things
            if t.referent and t.end <= found.start() and t.cls in ("instrument", "work", "gathering")
        ]
        actors = list(parsed.subject)
        if before and before[-1].referent is not None:
            event = event_of(before[-1].referent, parsed)
        elif actors and (after := [t for t in parsed.things if t.referent and t.start >= found.start()]):
            event = event_of(after[0].referent, parsed)  # type: ignore[arg-type]
        else:
            continue
        pieces = [
            (
                found["verb"] or found["verb2"] or found["verb4"] or "",
                found["object"] or found["object2"] or found["object4"] or "",
            )
        ]
        split = [(m.start(), m.end(), m["verb"] or m["verb2"]) for m in _AND_VERB.finditer(pieces[0][1])]
        if split:
            verb, whole = pieces[0]
            pieces = [(verb, whole[: split[0][0]])]
            for index, (_, end, next_verb) in enumerate(split):
                stop = split[index + 1][0] if index + 1 < len(split) else len(whole)
                pieces.append((next_verb, whole[end:stop]))
        for verb, phrase in pieces:
            _one_aim(story, parsed, event, verb.lower(), phrase.strip(), out)


_INTEREST = re.compile(r"\binterest in\s+(?P<in>[^.;]{4,160})", _FLAGS)
_OF_INTEREST = re.compile(
    r"^(?P<what>[^.;]{4,140}?)\s+(?:is|are|remains?)\s+of\s+(?:\w+\s)?interest to\s+", _FLAGS
)


def _interest(story: Story, parsed: Parsed, out: Proposals) -> None:
    """What an actor is said to be interested in, or might bring about."""
    text = parsed.text
    things = [t.referent for t in parsed.things if t.referent is not None]
    event = event_of(things[0], parsed) if things and things[0] is not None else story.about(parsed, "aim")
    of_interest = _OF_INTEREST.match(text)
    if of_interest:
        process = next((r.id for r in story.referents if r.cls == "process"), event)
        for entity in group_after(parsed.entities, text, of_interest.end()):
            out.add(
                parsed,
                process,
                "aim",
                actor_id(entity.entry),
                re.sub(r"^the\s+", "", _short(of_interest["what"], 9), flags=_FLAGS),
            )
        return
    found = _INTEREST.search(text)
    if found is not None:
        before = [e for e in parsed.entities if e.end <= found.start() and e.entry.kind != "place"]
        owner = before[-1].entry if before else next(iter(parsed.subject or parsed.before), None)
        what = re.sub(r"^(?:\w+ing\s+(?:and\s+)?(?:possibly\s+)?)+", "", found["in"])
        if owner is not None:
            out.add(parsed, event, "aim", actor_id(owner), _short(what, 9))


def _one_aim(story: Story, parsed: Parsed, event: str, verb: str, phrase: str, out: Proposals) -> None:
    stem = _infinitive(verb)
    if _WEAKEN.match(verb) or verb in ("counterbalance", "counter"):
        of = re.search(
            r"\b(?:influence|role|weight|power|dominance|dependence|reliance)\s+(?:of|on)\s+", phrase, _FLAGS
        )
        named = [e for e in story.lexicon.find(phrase) if e.entry.kind in ("state", "organisation")]
        if named and (of or verb.startswith(("counter", "contain"))):
            what = f"reduce {of.group(0).split()[0].lower()}" if of else stem
            for entity in named:
                out.add(parsed, event, "aim", actor_id(entity.entry), what)
            return
    dependence = re.match(
        r"(?:its |their |the )?(?P<what>dependence|reliance) on (?:the )?(?P<object>[^.;,]{3,60})", phrase
    )
    if dependence:
        out.add(parsed, event, "aim", dependence["object"].strip(), f"{stem} {dependence['what']}")
        return
    ties = re.match(r"(?P<pair>.{3,60}?)\s+(?P<what>ties|relations|cooperation|trade|links)\b", phrase)
    states = [e.entry.id for e in story.lexicon.find(ties["pair"]) if e.entry.kind == "state"] if ties else []
    if ties and len(states) > 1:
        out.add(parsed, event, "aim", f"{'-'.join(states)} {ties['what']}", stem)
        return
    subject = re.sub(r"^(?:the|a|an|broader|its|their|greater|more)\s+", "", _short(phrase, 8), flags=_FLAGS)
    out.add(parsed, event, "aim", subject, stem)


def _infinitive(verb: str) -> str:
    if not verb.endswith("ing") or len(verb) < 6:
        return verb
    stem = verb[:-3]
    if stem[-1] == stem[-2] and stem[-1] not in "ls":
        return stem[:-1]
    return (
        stem + "e"
        if re.search(r"(?:at|iz|is|uc|os|ov|iv|ag|ur|ut|id|as|ng|in)$", stem)
        and not stem.endswith(("ain", "oin", "then", "ing"))
        else stem
    )


def actor_id(entry: Entry) -> str:
    """Id under which an actor stands as subject: the code of a state, else the entry's own."""
    return entry.state if entry.kind == "state" else entry.id


_OUTCOME = re.compile(
    r"\b(?:has |have |had )?paved the way for\s+(?P<way>[^.;]+)"
    r"|\b(?:marking|marks|marked|represents?|represented|was|is|as) an? (?:\w+\s){0,2}(?:step"
    r"|milestone|turn|stage|move) (?:towards?|in|to|on the way to)\s+(?P<step>[^.;]+)"
    r"|\b(?:led to|resulted in|produced|yielded|ended (?:in|with))\s+(?P<led>[^.;]+)"
    r"|\bmade an? (?:\w+\s){0,2}contribution to (?:the )?(?P<progress>progress (?:of|in|on"
    r"|towards?) [^.;]+)"
    r"|\b(?:agreed|decided|undertook|committed|pledged) to\s+(?P<agreed>[^.;]+)",
    _FLAGS,
)
_COMMUNICATIONS = re.compile(
    r"\b(?:communication(?:s| lines| links)?|transport (?:links|communications)|lines of communication)\b",
    _FLAGS,
)


_RESULT = re.compile(
    r"^(?P<result>[^.;]{5,140}?)\s+(?:was|were|is) (?:an?|the) (?:\w+\s){0,2}(?:result|outcome"
    r"|fruit|achievement)s? of\b",
    _FLAGS,
)
_MAY_RESULT = re.compile(
    r"paved the way|\bstep|milestone|\bturn|stage|\bmove|led to|result|produced|yielded|ended"
    r"|outcome|fruit|achievement|contribution|agreed|decided|undertook|committed|pledged",
    _FLAGS,
)


def _outcome(story: Story, parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    if re.search(r"describ|call|hail|prais|welcom", text, _FLAGS):
        _called(story, parsed, out)
    if not _MAY_RESULT.search(text):
        return
    result = _RESULT.search(text) if " of " in text else None
    for found in (*_OUTCOME.finditer(text), *((result,) if result else ())):
        group = found.lastgroup or ""
        phrase = found[group].strip()
        before = [
            t
            for t in parsed.things
            if t.referent and t.end <= found.start() + 1 and t.cls in ("gathering", "instrument", "process")
        ]
        after = [
            t
            for t in parsed.things
            if t.referent
            and t.start >= found.end() - 2 - len(phrase)
            and t.cls in ("gathering", "instrument")
        ]
        if group == "result":
            things: list[Thing] = [
                t for t in parsed.things if t.referent and t.start >= found.end() - 1
            ] or after
        elif group == "agreed":
            things = [t for t in before if t.cls == "gathering"] or [t for t in after if t.cls == "gathering"]
            things = things or [
                t for t in parsed.things if t.referent and t.cls == "work" and t.start >= found.start()
            ]
            if not things and not parsed.subject:
                continue
        else:
            things = before
        referent = things[0].referent if things else None
        event = (
            event_of(referent, parsed)
            if referent is not None
            else (story.about(parsed, "outcome") if group in ("agreed", "way", "led") else "")
        )
        if not event or (group == "step" and things and things[0].cls == "process"):
            continue
        stance = stance_at(parsed, found.start(group) - 1)
        if group == "way":
            works = [t for t in parsed.things if t.cls == "work" and t.referent and t.start >= found.start()]
            subject = next((t.referent.label for t in works if t.referent and t.name), None) or _short(
                phrase, 6
            )
            out.add(
                parsed,
                event,
                "outcome",
                subject,
                "way opened for the route" if works else "way opened",
                stance=stance,
            )
            continue
        lead = {"step": "step towards ", "progress": "", "agreed": "agreed to "}.get(group, "")
        for piece in re.split(r",?\s+and\s+(?=\w+ing\b)", phrase) if group == "step" else [phrase]:
            out.add(
                parsed,
                event,
                "outcome",
                _about(piece),
                _short(lead + piece, 14),
                stance=stance,
                modality=modality_at(text, max(0, found.start() - 30), found.start()),
            )


def _called(story: Story, parsed: Parsed, out: Proposals) -> None:
    """What a person called the event or the text: an opinion, and a person's."""
    text = parsed.text
    said = re.search(
        r"\b(?:describ(?:es|ed|ing)|call(?:s|ed|ing)|hail(?:s|ed|ing)|prais(?:es|ed|ing))\s+(?:it"
        r"|this|them|(?:the|its|their|his|her) [\w\s-]{2,40}?)?\s*(?:as\s+)?(?:an?\s+)?[\"\u201c']"
        r"?(?P<what>[\w-]+(?:\s[\w-]+){0,5})",
        text,
        _FLAGS,
    )
    if (
        said
        and parsed.subject
        and parsed.subject[0].kind == "person"
        and re.search(
            r"historic|milestone|breakthrough|mistake|victory|success|betrayal|illegal|important"
            r"|significant|failure|landmark",
            said["what"],
            _FLAGS,
        )
    ):
        person = parsed.subject[0]
        event = story.reaction(person)
        word = "historic" if "historic" in said["what"].lower() else said["what"].lower().strip()
        out.add(parsed, event, "outcome", person.id, f"called it {word}", modality="opinion")
    elif parsed.subject and parsed.subject[0].kind == "person" and (quoted := _CALLED.search(text)):
        out.add(
            parsed,
            story.reaction(parsed.subject[0]),
            "outcome",
            parsed.subject[0].id,
            f"called it {quoted[1].strip(' ,.')}",
            modality="opinion",
        )


#: What somebody calls a thing, in quotation marks.
_CALLED = re.compile(
    r"\b(?:describ\w+|call\w+|hail\w+|prais\w+|welcom\w+)\s[^.;\"\u201c]{0,60}?(?:as\s+)"
    r"?(?:an?\s+)?[\"\u201c]([^\"\u201d]{3,90})[\"\u201d]",
    _FLAGS,
)


def _about(phrase: str) -> str:
    """Give the matter that an outcome is about, in a word or two."""
    if _COMMUNICATIONS.search(phrase):
        return "communications"
    for word in (
        "delimitation",
        "demarcation",
        "border",
        "ceasefire",
        "transit",
        "tariff",
        "withdrawal",
        "prisoners",
        "trade",
        "customs",
        "text",
        "corridor",
        "railway",
        "peace",
    ):
        if word in phrase.lower():
            return word
    words = re.findall(r"[A-Za-z-]{4,}", phrase)
    return " ".join(words[-2:]).lower() if words else ""
