"""The brief's chapter on the record: what happened on its gates, and which facts behind them are open."""

from dataclasses import replace

from landbridge.record.check_gates import GateView, list_gate_views
from landbridge.record.check_judged import judge_record, list_contested
from landbridge.record.tables import has_record, read_record
from landbridge.record.timeline import Moment, Timeline, build_timeline
from landbridge.report.numbers import percent
from landbridge.report.page import Block, Cell, DataTable, Figure, Paragraph, Section, cells
from landbridge.report.reading import Reader, listed, quoted
from landbridge.report.timeline import draw_agreements, draw_events, draw_legend, draw_slips, say_unplaced

WIDTH = 900.0
_MOST_MOMENTS, _MOST_SLIPS, _MOST_FACTS = 20, 8, 10


def write_record(reader: Reader) -> Section | None:
    """The timeline of the gates on which the scenarios differ, and what sources dispute about them."""
    if not has_record(reader.study):
        return None
    gates = _list_gates(reader)
    record = read_record(reader.study)
    judged = judge_record(record)
    as_of = str(reader.settings.get("record_date") or "")
    timeline = _shortened(
        build_timeline(record, as_of=as_of, contested=list_contested(judged), gates=gates) if gates else None
    )
    views = [
        view
        for view in list_gate_views(record, judged)
        if view.is_uncertain and (view.gate.id in gates or 0.0 < view.probability < 1.0)
    ]
    if timeline is None:
        return Section("record", "What the record leaves uncertain", (_uncertain(views),)) if views else None
    blocks: list[Block] = [
        Paragraph(
            "Gates open by what happens: talks, agreements and their stages, works. The record holds who "
            "said so. Shown is what bears on the gates in which the scenarios differ; marks with a ring are "
            "disputed."
        ),
        Figure(draw_legend(width=WIDTH * 1.2, name="record-legend")),
    ]
    if timeline.agreements:
        drawn = draw_agreements(timeline.agreements, width=WIDTH, name="record-agreements")
        blocks.append(Figure(drawn, "Agreements and how far they have come; dashed stages are expected."))
    if timeline.slips:
        drawn = draw_slips(timeline.slips, as_of, width=WIDTH, name="record-slips")
        blocks.append(
            Figure(drawn, "Plans: promised days (circles), the day on which it was done (triangle).")
        )
    if any(moment.has_place for moment in timeline.moments):
        drawn = draw_events(timeline, width=WIDTH, name="record-events")
        blocks.append(Figure(drawn, "What happened, by process. Years with more events are wider."))
    if unplaced := say_unplaced(timeline):
        blocks.append(Paragraph(f"Not in the picture: {'; '.join(unplaced)}."))
    blocks.append(_uncertain(views) if views else Paragraph("No fact behind these gates is open."))
    return Section("record", "What has happened, and what is disputed", tuple(blocks))


def _list_gates(reader: Reader) -> list[str]:
    """Gates whose state differs between a scenario of the brief and the reference."""
    rows = reader.rows(
        f"SELECT DISTINCT g.gate FROM gates g JOIN gates r ON g.gate = r.gate AND r.scenario = "
        f"{quoted(reader.reference)} WHERE g.scenario IN {listed(tuple(reader.scenarios))} "
        "AND g.share_open <> r.share_open ORDER BY g.gate"
    )
    return [row["gate"] for row in rows]


def _shortened(timeline: Timeline | None) -> Timeline | None:
    """The events that matter most: those that meet a gate or are to come, then the latest."""
    if timeline is None or not timeline.moments:
        return None

    def weight(moment: Moment) -> tuple[bool, bool, str]:
        return bool(moment.meets), moment.status != "occurred", moment.first

    kept = {moment.id for moment in sorted(timeline.moments, key=weight, reverse=True)[:_MOST_MOMENTS]}
    moments = tuple(moment for moment in timeline.moments if moment.id in kept)
    used = {moment.process for moment in moments}
    slips = tuple(slip for slip in timeline.slips if slip.years > 0 or slip.missed)[:_MOST_SLIPS]
    processes = {key: title for key, title in timeline.processes.items() if key in used}
    return replace(timeline, moments=moments, slips=slips, processes=processes)


def _uncertain(views: list[GateView]) -> DataTable:
    return DataTable(
        "Gates that the record leaves uncertain",
        (
            ("Gate", "text"),
            ("State", "text"),
            ("Met with probability", "number"),
            ("Why it is uncertain", "text"),
        ),
        tuple(
            cells(
                (
                    view.gate.title,
                    view.state.replace("_", " "),
                    Cell(percent(view.probability)),
                    view.why,
                )
            )
            for view in sorted(views, key=lambda view: -abs(0.5 - view.probability), reverse=True)[
                :_MOST_FACTS
            ]
        ),
        "A scenario that does not set a gate itself takes it as met if it is at least as likely as not. The "
        "probability is that of the record: how reliable and independent the sources are. landbridge record "
        "show GATE tells who says what.",
        look="small",
    )
