"""All that is known of one thing: an event, gate, claim, process or agreement, with sources and verdicts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from landbridge.errors import UnknownId
from landbridge.record.check_gates import list_contested, view_gate
from landbridge.record.check_judged import Judged
from landbridge.record.model import Claim, Difference, Instrument, Resolution
from landbridge.record.tables import Record

Shown = dict[str, Any]


def show_item(record: Record, judged: Judged, name: str) -> Shown:
    """Give what the record knows of a thing as plain values.

    ``name`` is the id of an event, claim, gate, process or agreement, alone or as ``gate:``, ``event:``,
    ``claim:``, ``process:``, ``place:``, ``document:`` or ``agreement:`` and the id.

    Raises
    ------
    UnknownId
        If nothing has this id; the message offers the nearest.
    """
    kind, colon, bare = name.partition(":")
    if not colon:
        kind, bare = _kind_of(record, name), name
    shower = _SHOWERS.get(kind)
    if shower is None:
        raise UnknownId(
            name, _names(record), kind="event, gate, claim, process or agreement", where="the record"
        )
    known = _ids(record, kind)
    if bare not in known:
        raise UnknownId(bare, known, kind=kind, where="the record")
    return shower(record, judged, bare)


def _kind_of(record: Record, name: str) -> str:
    kinds = ("event", "gate", "claim", "agreement", "process", "place", "document")
    return next((kind for kind in kinds if name in _ids(record, kind)), "")


def _ids(record: Record, kind: str) -> Collection[str]:
    own: Mapping[str, Mapping[str, object]] = {
        "event": record.events, "gate": record.gates, "agreement": record.instruments,
        "process": record.processes, "document": record.sources,
    }  # fmt: skip
    if kind in own:
        return own[kind]
    if kind == "claim":
        return [claim.id for claim in record.claims]
    return [key.partition(":")[2] for key in record.claims_of if key.startswith(f"{kind}:")]


def _names(record: Record) -> list[str]:
    claims = (claim.id for claim in record.claims)
    return [*record.events, *record.gates, *record.instruments, *record.processes, *claims]


def _show_event(record: Record, judged: Judged, name: str) -> Shown:
    event = record.events[name]
    stages = [
        {"agreement": i.id, "name": i.name, "stage": s.name, "date": s.date}
        for i in record.instruments.values()
        for s in i.stages
        if s.event == name
    ]
    roles = [
        {"actor": actor, "name": _actor(record, actor), "roles": list(own)}
        for actor, own in event.roles.items()
    ]
    return {
        "kind": "event",
        "id": name,
        "title": event.title,
        "date": event.date,
        "place": event.place,
        "status": event.status,
        "outcome": event.outcome,
        "process": record.processes.get(event.process, event.process),
        "roles": roles,
        "stages": stages,
        "affects": list(event.affects),
        "meets": list(event.meets),
        **_said(record, judged, name),
        "sources": cite(record, (*event.source, *(c.mention.source for c in record.claims_of.get(name, ())))),
    }


def _show_gate(record: Record, judged: Judged, name: str) -> Shown:
    view = view_gate(record, name, judged)
    about = [f"gate:{name}", *view.meeting]
    claims = [claim for key in about for claim in record.claims_of.get(key, ())]
    contested = list_contested(record, name, judged)
    claims += [claim for d in contested for value in d.values for claim in value.claims]
    claims = list({claim.id: claim for claim in claims}.values())
    return {
        "kind": "gate",
        "id": name,
        "title": view.gate.title,
        "state": view.state,
        "met_on": view.met_on,
        "met_by": view.by if view.state == "met" else "",
        "probability": view.probability,
        "resolved": view.resolved if view.state == "met" or not view.meeting else "",
        "uncertain": view.is_uncertain,
        "why": view.why if view.is_uncertain else "",
        "disagrees": view.disagrees,
        "meeting": [_brief_event(record, event) for event in view.meeting],
        "bearing": [_brief_event(record, event) for event in view.events if event not in view.meeting],
        "resolutions": [told for key in about for told in _resolutions(judged, key)],
        "differences": [tell_difference(difference) for difference in contested],
        "claims": [tell_claim(record, claim) for claim in claims],
        "sources": cite(record, (*view.gate.source, *(claim.mention.source for claim in claims))),
    }


def _show_claim(record: Record, judged: Judged, name: str) -> Shown:
    claim = record.get_claim(name)
    others = [c for c in record.claims_of.get(claim.event, ()) if c.key == claim.key and c.id != claim.id]
    about = judged.resolutions_of.get(claim.event, ())
    own = [r for r in about if (r.field, r.subject) == (claim.field, claim.subject)]
    resolution = next((r for r in own if claim.id in r.claims), own[0] if own else None)
    differences = [
        tell_difference(difference)
        for difference in judged.differences_of.get(claim.event, ())
        if any(claim.id == own.id for value in difference.values for own in value.claims)
    ]
    told = tell_claim(record, claim)
    return {
        **told,
        "kind": "claim",
        "valid_time": claim.valid_time,
        "coder": claim.coder,
        "note": claim.note,
        "withdrawn": claim.withdrawn,
        "resolution": tell_resolution(resolution) if resolution else None,
        "differences": differences,
        "others": [tell_claim(record, other) for other in others],
        "sources": cite(record, [claim.mention.source]),
    }


def _show_agreement(record: Record, judged: Judged, name: str) -> Shown:
    instrument = record.instruments[name]
    events = [stage.event for stage in instrument.stages if stage.event]
    return {
        "kind": "agreement",
        "id": name,
        "title": instrument.name,
        "parties": [_actor(record, actor) for actor in instrument.parties],
        "witnesses": [_actor(record, actor) for actor in instrument.witnesses],
        "binding": instrument.binding,
        "process": record.processes.get(instrument.process, instrument.process),
        "stages": _stages(record, instrument),
        "resolutions": [r for e in events for r in _resolutions(judged, e) if r["field"] == "status"],
        "differences": [
            tell_difference(d)
            for e in events
            for d in judged.differences_of.get(e, ())
            if d.field == "status"
        ],
        "claims": [
            tell_claim(record, c) for e in events for c in record.claims_of.get(e, ()) if c.field == "status"
        ],
        "sources": cite(record, [source for stage in instrument.stages for source in stage.source]),
    }


def _stages(record: Record, instrument: Instrument) -> list[Shown]:
    told = []
    for stage in instrument.stages:
        event = record.events.get(stage.event)
        reached = event is None or event.status == "occurred"
        told.append({"stage": stage.name, "date": stage.date, "event": stage.event, "reached": reached})
    return told


def _show_subject(prefix: str, record: Record, judged: Judged, name: str) -> Shown:
    about = f"{prefix}:{name}"
    title = {"process": record.processes.get(name, name)}.get(prefix, name)
    if prefix == "document":
        title = record.sources[name].title
    own = [e for e in record.events.values() if e.process == name] if prefix == "process" else []
    claims = record.claims_of.get(about, ())
    return {
        "kind": prefix,
        "id": name,
        "title": title,
        "events": [_brief_event(record, event.id) for event in own],
        **_said(record, judged, about),
        "sources": cite(
            record, [claim.mention.source for claim in claims] or ([name] if prefix == "document" else [])
        ),
    }


def _said(record: Record, judged: Judged, about: str) -> Shown:
    return {
        "resolutions": _resolutions(judged, about),
        "differences": [tell_difference(d) for d in judged.differences_of.get(about, ())],
        "claims": [tell_claim(record, claim) for claim in record.claims_of.get(about, ())],
    }


def _resolutions(judged: Judged, about: str) -> list[Shown]:
    return [tell_resolution(resolution) for resolution in judged.resolutions_of.get(about, ())]


def tell_claim(record: Record, claim: Claim) -> Shown:
    """A claim as plain values, with the title of its source and the address of its sentence."""
    source = record.sources.get(claim.mention.source)
    return {
        "id": claim.id,
        "event": claim.event,
        "field": claim.field,
        "subject": claim.subject,
        "value": claim.value,
        "unit": claim.unit,
        "scope": claim.scope,
        "stance": claim.stance,
        "modality": claim.modality,
        "source": claim.mention.source,
        "publisher": source.publisher if source else "",
        "locator": claim.mention.locator,
        "text": claim.mention.text,
    }


def tell_resolution(resolution: Resolution) -> Shown:
    """A resolution as plain values."""
    return asdict(resolution) | {"claims": list(resolution.claims)}


def tell_difference(difference: Difference) -> Shown:
    """A difference as plain values, each claim by source and address."""
    return {
        "event": difference.event,
        "field": difference.field,
        "subject": difference.subject,
        "kind": difference.kind,
        "verdict": difference.verdict,
        "reason": difference.reason,
        "within": difference.within,
        "values": [
            {
                "value": value.value,
                "stance": value.stance,
                "witnesses": value.witnesses,
                "probability": value.probability,
                "claims": [
                    {"id": claim.id, "source": claim.mention.source, "locator": claim.mention.locator}
                    for claim in value.claims
                ],
            }
            for value in difference.values
        ],
    }


def cite(record: Record, sources: Iterable[str]) -> list[Shown]:
    """Sources with title, publisher, day, address, reliability and what they repeat, each once."""
    cited = []
    for name in dict.fromkeys(sources):
        source = record.sources.get(name)
        if source is not None:
            cited.append(
                {
                    "id": name,
                    "title": source.title,
                    "publisher": source.publisher,
                    "published": source.published,
                    "url": source.url,
                    "reliability": source.reliability,
                    "derived_from": list(source.derived_from),
                }
            )
    return cited


def _brief_event(record: Record, name: str) -> Shown:
    event = record.events[name]
    return {"id": name, "date": event.date, "title": event.title, "status": event.status}


def _actor(record: Record, actor: str) -> str:
    return record.actors[actor].name if actor in record.actors else actor


_SHOWERS = {
    "event": _show_event,
    "gate": _show_gate,
    "claim": _show_claim,
    "agreement": _show_agreement,
    "process": lambda *given: _show_subject("process", *given),
    "place": lambda *given: _show_subject("place", *given),
    "document": lambda *given: _show_subject("document", *given),
}
