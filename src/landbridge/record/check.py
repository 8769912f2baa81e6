"""Checks of the record's tables that one column alone cannot make; every fault is collected."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from landbridge.errors import Fault, suggest
from landbridge.ids import nearest
from landbridge.record.model import STAGES
from landbridge.record.tables_dates import DATE_MEND, DateInvalid, Span, is_date, read_span
from landbridge.tables import Table

Tables = Mapping[str, Table]

#: What part an actor may take in an event.
ROLES = (
    "signatory", "witness", "host", "mediator", "facilitator", "guarantor", "participant",
    "notable participant", "contributor", "supporter", "opponent", "observer", "operator", "builder",
    "owner", "financier", "visitor", "addressee",
)  # fmt: skip
#: Fields of claims whose values are dates.
DATE_FIELDS = frozenset({"date", "completion_planned", "opening_planned"})
#: Words in the column ``withdrawn`` that are no reason.
_NO_REASON = frozenset(
    {"yes", "true", "1", "x", "no", "false", "0", "withdrawn", "deleted", "wrong", "error"}
)
#: Tables in which each kind of subject is found.
_KINDS = {"gate": "gates", "place": "nodes", "document": "sources", "process": "processes"}
_NEEDED = ("claims", "events", "instruments", "processes", "actors")


def check_record(tables: Tables) -> Iterator[Fault]:
    """Say everything that is wrong between the rows of claims, events and instruments."""
    if any(name not in tables for name in (*_NEEDED, "nodes", "sources", "gates")):
        return
    yield from check_dates(tables)
    yield from check_subjects(tables)
    yield from check_roles(tables)
    yield from check_claims(tables)
    yield from check_stages(tables)
    yield from check_lineage(tables)


def check_dates(tables: Tables) -> Iterator[Fault]:
    """Dates that are not EDTF."""
    for name, column in (("events", "date"), ("instruments", "date"), ("claims", "valid_time")):
        table = tables[name]
        for row, text in enumerate(table[column]):
            if text and not is_date(text):
                yield table.fault(row, column, "LB-C021", f'"{text}" is not a date in EDTF.', DATE_MEND)
    claims = tables["claims"]
    for row, (kind, text) in enumerate(zip(claims["field"], claims["value"], strict=True)):
        if kind in DATE_FIELDS and text and not is_date(text):
            yield claims.fault(row, "value", "LB-C021", f'"{text}" is not a date in EDTF.', DATE_MEND)


def check_subjects(tables: Tables) -> Iterator[Fault]:
    """Claims about events, gates, places and documents that are found nowhere."""
    claims = tables["claims"]
    known = {kind: set(tables[name].ids) for kind, name in _KINDS.items()}
    events = set(tables["events"].ids)
    for row, text in enumerate(claims["event"]):
        kind, colon, name = text.partition(":")
        if not colon:
            if text and text not in events:
                what = f'"{text}" is not found in events.csv.'
                yield claims.fault(row, "event", "LB-C022", what, _mend_event(text, events, known))
        elif kind in known:
            if name not in known[kind]:
                what = f'"{name}" is not found in {_KINDS[kind]}.csv.'
                yield claims.fault(row, "event", "LB-C022", what, suggest(name, known[kind]))
        else:
            mend = "write the id of an event; or gate:, process:, place: or document: and an id."
            yield claims.fault(row, "event", "LB-C022", f'"{kind}:" is no kind of thing.', mend)


def _mend_event(text: str, events: set[str], known: Mapping[str, set[str]]) -> str:
    """Say what was perhaps meant; the id of a gate without ``gate:`` is a common slip."""
    for kind, names in known.items():
        if text in names:
            return f"write {kind}:{text}, or the id of an event."
    close = nearest(text, events)
    return f"did you mean {' or '.join(close)}?" if close else "add a row for it to events.csv."


def check_roles(tables: Tables) -> Iterator[Fault]:
    """Roles that are not in the list, and roles of actors that nobody knows."""
    actors, events, claims = set(tables["actors"].ids), tables["events"], tables["claims"]
    for row, words in enumerate(events["roles"]):
        for word in words:
            actor, _, role = word.partition(":")
            if actor not in actors:
                what = f'"{actor}" is not found in actors.csv.'
                yield events.fault(row, "roles", "LB-C023", what, suggest(actor, actors))
            if role not in ROLES:
                what = f'"{role}" is no role.'
                yield events.fault(row, "roles", "LB-C024", what, suggest(role, ROLES, limit=len(ROLES)))
    for row in range(len(claims)):
        if claims["field"][row] != "role":
            continue
        actor, role = claims["subject"][row], claims["value"][row]
        if actor not in actors:
            what = f'"{actor}" is not found in actors.csv.'
            yield claims.fault(row, "subject", "LB-C023", what, suggest(actor, actors))
        if role not in ROLES:
            what = f'"{role}" is no role.'
            yield claims.fault(row, "value", "LB-C024", what, suggest(role, ROLES, limit=len(ROLES)))


def check_claims(tables: Tables) -> Iterator[Fault]:
    """Claims of more than one source, and claims that were withdrawn without a reason."""
    claims = tables["claims"]
    for row, (sources, reason) in enumerate(zip(claims["source"], claims["withdrawn"], strict=True)):
        if len(sources) > 1:
            mend = "write a row for each, so that what each says can be weighed."
            yield claims.fault(row, "source", "LB-C025", "a claim has one source.", mend)
        if reason and (reason.casefold().strip(" .!") in _NO_REASON or " " not in reason.strip()):
            mend = "say in a sentence why the claim no longer counts; the row stays."
            yield claims.fault(row, "withdrawn", "LB-C026", f'"{reason}" is no reason.', mend)


def check_stages(tables: Tables) -> Iterator[Fault]:
    """Instruments that reach a later stage before an earlier one, or one stage twice."""
    table = tables["instruments"]
    rows: dict[str, list[int]] = defaultdict(list)
    for row, (name, stage) in enumerate(zip(table["instrument"], table["stage"], strict=True)):
        if stage in STAGES:
            rows[name].append(row)
    for name, own in rows.items():
        own.sort(key=lambda row: STAGES.index(table["stage"][row]))
        for before, row in pairwise(own):
            earlier, later = table["stage"][before], table["stage"][row]
            if earlier == later:
                what = f"{name} is {later} in line {before + 2} already."
                yield table.fault(row, "stage", "LB-C027", what, "keep one row for each stage.")
                continue
            first, last = _span(table["date"][before])[0], _span(table["date"][row])[1]
            if first is not None and last is not None and last < first:
                days = table["date"][row], table["date"][before]
                what = f"{name} is {later} on {days[0]}, before it is {earlier} on {days[1]}."
                mend = f"correct a date: the order is {', '.join(STAGES)}."
                yield table.fault(row, "date", "LB-C027", what, mend)


def _span(text: str) -> Span:
    try:
        return read_span(text)
    except DateInvalid:
        return None, None


def check_lineage(tables: Tables) -> Iterator[Fault]:
    """Sources that repeat each other in a circle, and files that are the text of two sources."""
    sources = tables["sources"]
    parents = dict(zip(sources["id"], sources["derived_from"], strict=True))
    for row, name in enumerate(sources["id"]):
        seen, reach = {name}, list(parents[name])
        while reach:
            parent = reach.pop()
            if parent == name:
                mend = "one of them is the original: leave its derived_from blank."
                what = f"{name} is derived from itself, by way of {', '.join(parents[name])}."
                yield sources.fault(row, "derived_from", "LB-C028", what, mend)
                break
            if parent not in seen:
                seen.add(parent)
                reach.extend(parents.get(parent, ()))
    first: dict[str, int] = {}
    for row, file in enumerate(sources["file"]):
        if file and first.setdefault(file, row) != row:
            what = f"{file} is the text of {sources['id'][first[file]]} already."
            yield sources.fault(row, "file", "LB-C028", what, "keep one row for each document.")
