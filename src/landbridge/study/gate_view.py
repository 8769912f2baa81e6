"""Gates as plain values: how each stands in a scenario, what it needs, what it opens, and who says so."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from landbridge.errors import UnknownId
from landbridge.process import GateState
from landbridge.record.check_gates import view_gate
from landbridge.record.check_judged import Judged, judge_record
from landbridge.record.model import LineageEdge
from landbridge.record.show import cite, show_item, tell_claim
from landbridge.record.tables import Record, read_record
from landbridge.record.timeline import Moment, build_timeline
from landbridge.study.folder import Study

MOST_EVIDENCE = 6
"""Claims told of each gate in the list of all; the gate itself tells all of them."""
KINDS = ("event", "gate", "claim", "document", "agreement", "process")


class RecordView:
    """The record of a study, judged once."""

    def __init__(self, study: Study) -> None:
        self.study = study

    @cached_property
    def record(self) -> Record:
        """Who said what."""
        return read_record(self.study)

    @cached_property
    def judged(self) -> Judged:
        """What is taken of it."""
        return judge_record(self.record)

    def list_gates(self, states: Mapping[str, GateState]) -> list[dict[str, Any]]:
        """All gates of the study as they stand in a scenario, in the order of their table."""
        opens = self._list_opened()
        rows = []
        for row in self.study.tables["gates"].rows():
            gate = str(row["id"])
            state, view = states[gate], view_gate(self.record, gate, self.judged)
            about = [f"gate:{gate}", *view.meeting]
            claims = [c for key in about for c in self.record.claims_of.get(key, ())]
            rows.append(
                {
                    "id": gate,
                    "title": row["title"],
                    "kind": row["kind"],
                    "state": "open" if state.share >= 1.0 else "partial" if state.share > 0.0 else "shut",
                    "share": state.share,
                    "why": state.reason,
                    "probability": state.met_probability,
                    "since": view.met_on,
                    "requires": list(row["requires"]),
                    "requires_any": list(row["requires_any"]),
                    "opens": opens.get(gate, []),
                    "sources": list(state.source),
                    "evidence": [tell_claim(self.record, claim) for claim in claims[:MOST_EVIDENCE]],
                    "n_evidence": len(claims),
                    "doubt": view.why if view.is_uncertain else "",
                }
            )
        return rows

    def _list_opened(self) -> dict[str, list[str]]:
        """Links, services and terminals that need each gate."""
        found: dict[str, list[str]] = {}
        for name in ("links", "services", "terminals"):
            table = self.study.tables[name]
            for element, gates in zip(table.ids, table["gates"], strict=True):
                for gate in gates:
                    found.setdefault(gate, []).append(element)
        return found

    def list_events(self) -> dict[str, Any]:
        """The process along time: events, stages of agreements, plans and how far they slipped."""
        contested = {
            about: differences[0].reason for about, differences in self.judged.differences_of.items()
        }
        line = build_timeline(
            self.record, as_of=self.study.settings.record_date.isoformat(), contested=contested
        )
        return {
            "as_of": line.as_of,
            "processes": [{"id": key, "title": title} for key, title in line.processes.items()],
            "events": [_tell_moment(moment) for moment in line.moments],
            "agreements": [
                {
                    "id": a.id,
                    "title": a.name,
                    "process": a.process,
                    "parties": list(a.parties),
                    "witnesses": list(a.witnesses),
                    "binding": a.binding,
                    "stages": [
                        {
                            "stage": s.name,
                            "date": s.date,
                            "first": s.first,
                            "last": s.last,
                            "reached": s.reached,
                            "event": s.event,
                            "sources": list(s.source),
                            "contested": s.contested,
                        }
                        for s in a.stages
                    ],
                }
                for a in line.agreements
            ],
            "slips": [
                {
                    "about": slip.about,
                    "title": slip.title,
                    "promises": [vars(promise) for promise in slip.promises],
                    "actual": slip.actual,
                    "years": slip.years,
                    "missed": slip.missed,
                }
                for slip in line.slips
            ],
        }

    def list_documents(self) -> list[dict[str, Any]]:
        """Every source, with how many claims rest on it."""
        counts: dict[str, int] = {}
        for claim in self.record.standing:
            counts[claim.mention.source] = counts.get(claim.mention.source, 0) + 1
        return [
            {**row, "n_claims": counts.get(row["id"], 0)} for row in cite(self.record, self.record.sources)
        ]

    def show(self, kind: str, name: str) -> dict[str, Any]:
        """All that is known of one thing, with who copies whom among its sources.

        Raises
        ------
        UnknownId
            If there is no such thing.
        """
        if kind not in KINDS:
            raise UnknownId(kind, KINDS, kind="kind of thing", where="the record")
        found = show_item(self.record, self.judged, f"{kind}:{name}")
        if kind == "document":
            found["claims"] = [
                tell_claim(self.record, c) for c in self.record.standing if c.mention.source == name
            ]
        sources = {str(row["id"]) for row in found["sources"]}
        edges = [e for e in self.judged.edges if e.a in sources or e.b in sources]
        return {**found, "copies": [_tell_edge(edge) for edge in edges]}


def _tell_moment(moment: Moment) -> dict[str, Any]:
    told = dict(vars(moment))
    told["roles"] = {role: list(names) for role, names in moment.roles.items()}
    for key in ("affects", "meets"):
        told[key] = list(told[key])
    told["sources"] = list(told.pop("source"))
    return told


def _tell_edge(edge: LineageEdge) -> dict[str, Any]:
    return {
        "document": edge.a,
        "of": edge.b,
        "relation": edge.relation,
        "probability": edge.probability,
        "reason": edge.reason,
    }
