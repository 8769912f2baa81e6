"""What a thing is called and counted as, where it runs, how long it lasts, and what comes before what."""

import re

from landbridge.record import patterns
from landbridge.record.extract_matter import actor_id
from landbridge.record.extract_meaning import modality_at, stance_at
from landbridge.record.extract_mentions import Parsed, group_after
from landbridge.record.extract_roles import Proposals, event_of
from landbridge.record.extract_signers import is_offered
from landbridge.record.extract_story import Story
from landbridge.record.lexicon import slug, word_set
from landbridge.record.model import Modality

_FLAGS = re.IGNORECASE


def propose_terms(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Propose names, kinds, capitals, durations, the order of events, and the ends of routes."""
    _names(parsed, out)
    _capital(story, parsed, out)
    _venue(story, parsed, out)
    _process_state(parsed, out)
    _durations(story, parsed, out)
    _order(parsed, out)
    _offer(parsed, out)
    _route(story, parsed, out)
    _topic(parsed, out)
    _preparers(parsed, out)


_KNOWN_AS = re.compile(
    r"(?:\b(?P<kind>(?:[a-z-]+\s){0,3}(?:corridor|route|railway|line|port|bridge|project|road"
    r"|highway|hub|terminal|canal|agreement|framework|initiative)),?\s+)?"
    r"(?:\b(?:known as|called|dubbed|named|titled|entitled)\s+)(?:the\s+)?[\"\u201c]?(?=[A-Z\"\u201c])",
)


def _names(parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    for thing in parsed.things:
        referent = thing.referent
        if referent is None:
            continue
        if thing.cls == "work" and thing.name:
            before = _KNOWN_AS.search(text[: thing.start + 1])
            known = before and before.end() >= thing.start - 1
            if known or thing.acronym:
                out.add(parsed, referent.id, "name", referent.label, thing.name)
            if known and before and before["kind"]:
                kind = re.sub(r"^(?:for|of|a|an|the|in|as)\s+", "", before["kind"].strip())
                kind = re.sub(r"^(?:way for|for|of|a|an|the)\s+", "", kind)
                out.add(parsed, referent.id, "classification", referent.label, kind)
        elif thing.cls == "instrument" and len(thing.name.split()) >= 5:
            out.add(parsed, referent.id, "name", referent.label, thing.name)
        if thing.cls == "instrument":
            kind_word = re.search(
                r"\b(comprehensive|interim|provisional|framework|non-binding|legally binding|preliminary"
                r"|final|permanent|tripartite|trilateral)\s+(?:\w+\s){0,2}$",
                text[thing.start : thing.end - len(thing.head)],
                _FLAGS,
            )
            if kind_word and kind_word[1].lower() not in ("final",) and not patterns.UNSIGNED.search(text):
                out.add(parsed, referent.id, "classification", referent.label, kind_word[1].lower())
            if parsed.sentence.part == "headline" and thing.name and thing.head != thing.family:
                out.add(parsed, referent.id, "classification", "document", thing.head)


_CAPITAL = re.compile(
    r"\b(?P<past>former\s+|then\s+|old\s+|ex-)?capital(?:\s+city)?(?:\s+of\s+(?:the\s+)?[A-Z]"
    r"\w+(?:\s[A-Z]\w+)*)?,?\s+(?:is\s+)?(?=[A-Z])",
    re.IGNORECASE,
)
_CAPITAL_AFTER = re.compile(
    r"^(?:,\s+|\s+(?:is|was|became|serves as|remains)\s+)(?:the\s+)?(?:(?:[A-Z][\w']+\s){0,"
    r"3}['\u2019]?s?\s*)?(?P<what>(?:former\s+|largest\s+|commercial\s+|economic\s+|new\s+"
    r"|second\s+)?(?:capital|city))\b(?:\s+city)?(?:\s+(?:of|in)\b)?"
)


_CITY_NAME = (
    r"[A-Z\u00c0-\u00de][\w'\u2019-]+(?:\s(?:(?:de|da|do|del|la|el|of)\s)?"
    r"[A-Z\u00c0-\u00de][\w'\u2019-]+){0,2}"
)
#: A city that no table has and no preposition marks: "Santos, the capital of ...", "the capital, Santos".
_CITY = re.compile(
    rf"\b(?P<one>{_CITY_NAME})(?=,\s+(?:the\s+)?(?:[\w'\u2019]+\s){{0,3}}capital\b)"
    rf"|\bcapital(?:\s+city)?(?:\s+of\s+(?:the\s+)?{_CITY_NAME})?,\s+(?P<two>{_CITY_NAME})"
)
_NO_CITY = word_set("It He She They This That There In On At The A An But And")


def _capital(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Claims on which city is a capital; held against the gazetteer elsewhere."""
    text = parsed.text
    if "capital" not in text.lower() and "largest city" not in text:
        return
    places = [
        (e.start, e.end, e.entry.id, text[e.start : e.end])
        for e in parsed.entities
        if e.entry.kind == "place" and not e.entry.city
    ]
    places += [
        (s, f, slug(n), n) for s, f, n in parsed.places if not any(a <= s < b for a, b, _, _ in places)
    ]
    for named in _CITY.finditer(text):
        which = "one" if named["one"] else "two"
        at, name = named.start(which), named[which]
        taken = [(e.start, e.end) for e in parsed.entities] + [(s, f) for s, f, _, _ in places]
        if name in _NO_CITY or any(a <= at < b for a, b in taken) or story.lexicon.find(name):
            continue
        places.append((at, at + len(name), slug(name), name))
    for start, end, place, name in places:
        lead = [m for m in _CAPITAL.finditer(text[: start + 1]) if m.end() == start]
        after = _CAPITAL_AFTER.match(text[end:])
        value = ""
        if lead:
            value = "former capital" if lead[0]["past"] else "capital"
        elif re.search(
            r"\bcapital(?:\s+city)?(?:\s+of\s+)?\s*,?\s*(?:in\s+)?$", text[:start], _FLAGS
        ) or re.search(r"['\u2019]s\s+capital,?\s+$", text[:start]):
            value = (
                "former capital" if re.search(r"\bformer\b", text[max(0, start - 30) : start]) else "capital"
            )
        elif after and after["what"] != "city":
            value = " ".join(after["what"].split())
        if value:
            out.add(parsed, f"place:{place}", "classification", name, value, stance=stance_at(parsed, start))


_VENUE = re.compile(
    r"\b(?:key\s+|main\s+|trusted\s+|neutral\s+|important\s+)?(?:venue|platform|setting|stage)\b", _FLAGS
)


def _venue(story: Story, parsed: Parsed, out: Proposals) -> None:
    """A city called venue or platform for an instrument is where it was prepared."""
    text = parsed.text
    found = _VENUE.search(text)
    if found is None:
        return
    cities = [
        text[e.start : e.end]
        for e in parsed.entities
        if e.entry.kind == "place" and e.end <= found.start() and not e.entry.city
    ]
    if (
        not cities
        and (first := re.match(r"\W*([A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\s+(?:\w+\s){0,3}(?:as\s)?", text))
        and not story.lexicon.find(first[1])
    ):
        cities = [first[1].split()[0]]
    things = [
        t
        for t in parsed.things
        if t.referent and t.start > found.end() and t.cls in ("instrument", "gathering")
    ]
    if cities and things and things[0].referent is not None:
        out.add(
            parsed,
            event_of(things[0].referent, parsed),
            "place",
            "preparation",
            cities[-1],
            stance=stance_at(parsed, found.start()),
        )


def _process_state(parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    for thing in parsed.things:
        if thing.cls != "process" or thing.referent is None or thing.family == "partnership":
            continue
        event = thing.referent.id
        rest = text[thing.end : thing.end + 160]
        subject = (
            "conflict"
            if thing.family == "conflict"
            else "peace process"
            if thing.head == "process"
            else thing.head
        )
        if re.match(
            r"[^.;]{0,20}\b(?:culminated|ended|concluded|was completed|came to an end)\b", rest, _FLAGS
        ):
            out.add(parsed, event, "status", subject, "ended", stance=stance_at(parsed, thing.end))
        around = text[max(0, thing.start - 90) : thing.end + 150]
        if thing.family == "conflict" and re.search(
            r"\b(?:(?:step|milestone|move|progress|turn)\w* (?:towards?|to|in) (?:ending|resolving|the "
            r"(?:end|resolution)|resolution|settlement|peace|an end)|towards? (?:ending|resolution"
            r"|peace|settlement))",
            around,
            _FLAGS,
        ):
            out.add(parsed, event, "status", "conflict", "on the way to an end")


_DURATION_OF = re.compile(
    r"\b(conflict|war|dispute|bloodshed|fighting|hostilities|violence|lease|concession|contract"
    r"|agreement|works?|construction|closure|blockade|ceasefire|truce|visit|talks|suspension"
    r"|extension|term|licen[cs]e|loan|delay)\b",
    _FLAGS,
)


def _durations(story: Story, parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    for duration in parsed.durations:
        start, end = parsed.clause_at(duration.start)
        near = [
            (min(abs(m.start() - duration.end), abs(duration.start - m.end())), m[1].lower())
            for m in _DURATION_OF.finditer(text)
        ]
        near = [n for n in near if n[0] < 60]
        if not near or (
            re.search(
                r"\b(?:per|every|within|in the (?:last|past|next))\s+$",
                text[max(start, duration.start - 14) : duration.start],
            )
            and "lease" not in text
        ):
            continue
        what = min(near)[1]
        processes = [t for t in parsed.things if t.cls == "process" and t.referent]
        if what in ("conflict", "war", "dispute", "bloodshed", "fighting", "hostilities", "violence"):
            event = (
                processes[0].referent.id
                if processes and processes[0].referent
                else story.process_id("conflict", ())
            )
            out.add(parsed, event, "duration", "conflict", duration.value)
            continue
        what = "works" if what in ("work", "works", "construction") else what
        things = [t for t in parsed.things if t.referent and t.cls != "process"]
        if not things and what == "works" and story.works():
            out.add(
                parsed,
                story.last_work(parsed),
                "duration",
                what,
                duration.value,
                modality=modality_at(text, start, end),
            )
        if things:
            thing = min(things, key=lambda t: abs(t.start - duration.start))
            if thing.referent is not None:
                out.add(
                    parsed,
                    event_of(thing.referent, parsed),
                    "duration",
                    what,
                    duration.value,
                    modality=modality_at(text, start, end),
                )


_BEFORE = re.compile(
    r"\b(?P<rel>prior to|before|ahead of|in the run-up to|following|after|subsequent to)\s+(?:the\s+)?$",
    _FLAGS,
)


def _order(parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    things = [t for t in parsed.things if t.referent and t.cls in ("gathering", "instrument", "process")]
    for thing in things:
        found = _BEFORE.search(text[: thing.start])
        if found is None or thing.cls != "gathering" or thing.referent is None:
            continue
        others = [t for t in things if t.referent is not thing.referent and t.referent is not None]
        if not others or others[0].referent is None:
            continue
        relation = (
            "before"
            if found["rel"].lower() in ("prior to", "before", "ahead of", "in the run-up to")
            else "after"
        )
        out.add(parsed, others[0].referent.id, "order", thing.referent.id, relation)
    if re.search(r"\bsubsequent\b", text):
        held = [t for t in things if t.cls == "gathering" and t.referent]
        process = [
            t
            for t in things
            if t.cls == "process" and t.referent and "subsequent" in text[max(0, t.start - 40) : t.end]
        ]
        if held and process and held[0].referent and process[0].referent:
            out.add(
                parsed,
                process[0].referent.id,
                "order",
                process[0].head,
                f"after {held[0].referent.id}",
            )


def _offer(parsed: Parsed, out: Proposals) -> None:
    """Who made an offer."""
    for thing in parsed.things:
        if thing.referent is None or not thing.referent.offered or not is_offered(parsed.text, thing.start):
            continue
        for entry in parsed.subject[:1]:
            if entry.kind == "person":
                out.add(parsed, thing.referent.id, "actor", entry.id, "made the offer", modality="offer")


_CONNECTING = re.compile(
    r"\b(?:connect(?:s|ing|ed)?|link(?:s|ing|ed)?|running|runs|stretch(?:es|ing)|extends?"
    r"|extending)\s+(?:from\s+)?(?P<a>[^.;,]{2,90}?)\s+(?:with|to|and)\s+(?:its\s+"
    r"|the\s+)?(?P<b>[^.;,]{2,70}?)(?=\s+(?:through|via|across|by|over|along|on|in|was|is|has"
    r"|will|which)\b|[.,;]|$)",
    _FLAGS,
)
_THROUGH = re.compile(
    r"\b(?:through|across|crossing|traversing|traverses|crosses|via|passes "
    r"through)\s+(?:the\s+)?(?P<what>(?:southern|northern|eastern|western"
    r"|central)?\s*(?=[A-Z])[^.;]{2,110}?)(?=[.;]|$|,? and (?:culminat|end|terminat|reach"
    r"|finish)|\s(?:was|were|is|are|has|have|will|would|on|in|by|said)\b|,\s(?:which|where|who"
    r"|was|is|the|a)\b)",
    _FLAGS,
)


def _route(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Ends of a route, and the states and regions that it crosses."""
    text = parsed.text
    works = [t for t in parsed.things if t.cls == "work" and t.referent is not None]
    if not works:
        return
    named = [t for t in works if t.name] or works
    event = named[0].referent.id if named[0].referent else ""
    found = _CONNECTING.search(text)
    if found:
        ends = [_place_name(story, found["a"]), _place_name(story, found["b"])]
        if all(ends):
            out.add(
                parsed,
                event,
                "place",
                "endpoints",
                " - ".join(ends),
                modality=modality_at(text, 0, found.start()),
            )
    for crossed in _THROUGH.finditer(text):
        entities = [e for e in story.lexicon.find(crossed["what"]) if e.entry.kind == "state"]
        if not entities:
            continue
        for entity in entities:
            out.add(parsed, event, "place", "territory crossed", entity.entry.id)
        part = re.search(r"(southern|northern|eastern|western|central)", crossed["what"] + " ", _FLAGS)
        if part:
            state = story.lexicon.states.get(entities[0].entry.id, entities[0].entry.name)
            out.add(parsed, event, "place", "region crossed", f"{part[1].lower()} {state}")


def _place_name(story: Story, phrase: str) -> str:
    entities = story.lexicon.find(phrase)
    caps = re.findall(r"[A-Z][\w'\u2019-]+(?:\s[A-Z][\w'\u2019-]+)*", phrase)
    if entities and entities[0].entry.kind == "state" and not entities[0].entry.adjective and len(caps) == 1:
        return f"{entities[0].entry.id} mainland" if "mainland" in phrase else entities[0].entry.id
    adjectives = {phrase[e.start : e.end] for e in entities if e.entry.adjective}
    caps = [re.sub(r"['\u2019]s$", "", c) for c in caps if c not in adjectives]
    return (
        caps[-1]
        if caps and re.search(r"\b(?:port|city|town|province|district|region) of\b", phrase)
        else caps[0]
        if caps
        else ""
    )


_MAY_FOCUS = re.compile(r"ocus|entred|entered|dealt|oncern|over|xtended|evoted|iscuss")
_FOCUS = re.compile(
    r"\b(?:with (?:its|a|an) focus on|focus(?:es|ed|ing)? on|centred on|centered on|dealt with"
    r"|concern(?:s|ed)|covers?|covered|(?:has |have )?extended to|devoted to|discussed"
    r"|discussing)\s+(?P<what>[^.;,]{4,90})",
    _FLAGS,
)


def _topic(parsed: Parsed, out: Proposals) -> None:
    text = parsed.text
    for found in _FOCUS.finditer(text) if _MAY_FOCUS.search(text) else ():
        before = [t for t in parsed.things if t.referent and t.end <= found.start() + 2]
        if not before or before[-1].referent is None:
            continue
        thing = before[-1]
        referent = thing.referent
        if referent is None or thing.cls == "work":
            continue
        what = re.sub(r"^(?:the|a)\s+", "", found["what"].strip())
        what = re.sub(
            r"\s+(?:cooperation|links|ties|relations)$",
            lambda m: " links" if "link" in m.group(0) else "",
            what,
        )
        subject = "-".join(referent.parties) if thing.family == "partnership" else referent.label
        out.add(parsed, referent.id, "topic", subject if thing.cls != "gathering" else "", what)


_PREPARED = re.compile(
    r"\b(?:prepared|drafted|worked out|drawn up|elaborated|developed|negotiated)\s+by\s+", _FLAGS
)


def _preparers(parsed: Parsed, out: Proposals) -> None:
    """Who is to draw up a framework or an agreement."""
    found = _PREPARED.search(parsed.text)
    things = [
        t for t in parsed.things if t.cls == "instrument" and t.referent and found and t.end <= found.start()
    ]
    if found is None or not things or things[0].referent is None:
        return
    modality: Modality = "plan" if patterns.PLAN.search(parsed.text[: found.start()]) else "fact"
    for entity in group_after(parsed.entities, parsed.text, found.end()):
        out.add(
            parsed,
            event_of(things[0].referent, parsed),
            "actor",
            things[0].referent.label,
            actor_id(entity.entry),
            modality=modality,
        )
