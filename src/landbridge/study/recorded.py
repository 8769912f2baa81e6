"""What a study's record says of its gates, as the process takes it: the one place where the rooms meet."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from landbridge.process.gates import GateState, RecordedState, list_gate_states

if TYPE_CHECKING:
    from landbridge.record.check_gates import GateView
    from landbridge.record.tables import Record
    from landbridge.study.folder import Study


def read_recorded(study: "Study") -> Mapping[str, RecordedState]:
    """Judge the record of a study, and give each gate that its events meet, or that its claims make doubtful.

    Without claims or events there is none, and gates stand as their table says.
    """
    from landbridge.record.check_gates import list_gate_views
    from landbridge.record.check_judged import judge_record
    from landbridge.record.tables import has_record, read_record

    if not has_record(study):
        return MappingProxyType({})
    record = read_record(study)
    views = list_gate_views(record, judge_record(record))
    last = study.settings.record_date.isoformat()
    return MappingProxyType(
        {
            view.gate.id: _state(record, view, last)
            for view in views
            if view.meeting or 0.0 < view.probability < 1.0
        }
    )


def _state(record: "Record", view: "GateView", last: str) -> RecordedState:
    """A gate as the process takes it; what happened in a year or month that is not over has happened."""
    from landbridge.record.check_gates import last_day

    event = record.events.get(view.by) if view.state == "met" else None
    return RecordedState(
        gate=view.gate.id,
        day=min(last_day(view.resolved), last),
        probability=view.probability,
        told=tuple((min(day, last), share) for day, share in view.told),
        by=view.by,
        fact=view.fact,
        why=view.doubt,
        source=tuple(dict.fromkeys((*(event.source if event else ()), *view.gate.source))),
        is_dated=bool(view.meeting),
    )


def list_recorded_states(study: "Study") -> dict[str, GateState]:
    """Give the state on the record date of gates of which the record tells, or whose row states nothing."""
    gates = study.tables["gates"]
    date = study.settings.record_date.isoformat()
    states = list_gate_states(gates, study.tables["gate_history"], date, study.recorded)
    stated = dict(zip(gates.ids, gates["state_today"], strict=True))
    return {gate: states[gate] for gate in states if gate in study.recorded or not stated[gate]}


def tell_uncertain_gates(study: "Study") -> list[dict[str, Any]]:
    """Gates of which the record is not sure, as plain values: how they are taken and how probably met."""
    return [
        {
            "gate": state.gate,
            "title": state.title,
            "share_open": state.share,
            "met_probability": round(state.met_probability, 4),
            "reason": state.reason,
        }
        for state in list_recorded_states(study).values()
        if state.is_uncertain
    ]
