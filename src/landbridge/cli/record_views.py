"""Commands that show the record: where sources disagree, all that is known of a thing, the line of time."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from landbridge.cli import show
from landbridge.cli.options import Json, StudyOption
from landbridge.cli.record_files import Force, check_page_target

if TYPE_CHECKING:
    from landbridge.record.check_judged import Judged
    from landbridge.record.model import Claim
    from landbridge.record.reading import Reading
    from landbridge.record.tables import Record

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Documents, or folders of documents.", show_default=False),
]
FilesOrNone = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]...", help="Documents, or folders of documents.", show_default=False),
]
MANY_DOCUMENTS = 200
MOST_WORKERS = 8
StudyOrNone = Annotated[
    str | None,
    typer.Option(
        "--study", metavar="STUDY", help="A study's name, or the folder that holds its study.yaml; else none."
    ),
]


def read_files(files: Sequence[Path], study: str | None) -> tuple["Record", "Reading", tuple["Claim", ...]]:
    """Read documents and propose claims; say on standard error what was skipped, fail if nothing was read."""
    from landbridge.record.check_events import link_events
    from landbridge.record.check_judged import known_as
    from landbridge.record.extract import propose_all
    from landbridge.record.gazetteer import read_gazetteer
    from landbridge.record.reading import list_files, read_documents
    from landbridge.record.review import NothingRead
    from landbridge.record.tables import Record, build_lexicon, read_record
    from landbridge.record.unread import list_unread

    if study is None:
        record, lexicon = Record(gazetteer=read_gazetteer()), build_lexicon({})
    else:
        from landbridge.study import open_study

        opened = open_study(study)
        record, lexicon = read_record(opened), build_lexicon(opened.tables)
    reading = read_documents(files, processes=_workers(len(list_files(files))))
    reading = replace(reading, skipped=(*reading.skipped, *list_unread(reading.documents)))
    console = show.console(error=True)
    for skipped in reading.skipped:
        console.print(
            f"skipped {skipped.file}: {skipped.reason}; {skipped.mend}.", markup=False, soft_wrap=True
        )
    if not reading.documents:
        named = ", ".join(map(str, files))
        raise NothingRead(
            "none of the files could be read.", where=named, mend="each is listed above with the reason."
        )
    documents = [known_as(record, document) for document in reading.documents]
    workers = _workers(len(documents))
    claims = [claim for own in propose_all(documents, lexicon, processes=workers) for claim in own]
    linked = link_events(claims, record.events, lexicon.states)
    numbered = (replace(claim, id=f"P{number:04d}") for number, claim in enumerate(linked, start=1))
    return record, reading, tuple(numbered)


def _workers(documents: int) -> int:
    """One process for a few documents, since starting another takes longer; else one for each core."""
    return 1 if documents < MANY_DOCUMENTS else min(os.cpu_count() or 1, MOST_WORKERS)


def check(
    files: FilesOrNone = None,
    study: StudyOrNone = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show differences that are no contradiction, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Say where sources contradict each other and themselves, the gravest first.

    With files and no study: those documents alone.
    With a study and no files: its record, and where its gates disagree with it.
    With both: the documents beside the record.

    \b
    Examples:
      landbridge record check one.txt two.html
      landbridge record check --study eurasia
      landbridge record check article.pdf --study my-study --json
    """
    from landbridge.record.check_gates import list_gate_views
    from landbridge.record.check_judged import judge_record, read_and_judge
    from landbridge.record.tables import read_record

    views: Sequence[Any] = ()
    if files:
        record, reading, proposed = read_files(files, study)
        judged = read_and_judge(record, reading.documents, proposed)
    else:
        from landbridge.study import open_study

        record = read_record(open_study(study or "eurasia"))
        judged = judge_record(record)
    if study is not None or not files:
        views = [view for view in list_gate_views(record, judged) if view.is_uncertain]
    if json:
        told = check_json(judged)
        if study is not None or not files:
            told["gates"] = [_gate(view) for view in views]
        show.print_json(told)
        return
    print_check(judged, views, everything=everything)


def check_json(judged: "Judged") -> dict[str, Any]:
    """Give claims, differences, lineage and resolutions as plain values, row by row as they are asked for."""
    from landbridge.record.lineage import Dependence

    dependence = Dependence(judged.edges)

    def mention(claim: "Claim") -> dict[str, str]:
        return {"document": claim.mention.source, "locator": claim.mention.locator}

    return {
        "claims": (
            mention(claim)
            | {
                "event": claim.event,
                "field": claim.field,
                "subject": claim.subject,
                "value": claim.value,
                "stance": claim.stance,
                "modality": claim.modality,
            }
            for claim in judged.claims
        ),
        "contradictions": (
            {
                "event": found.event,
                "field": found.field,
                "subject": found.subject,
                "kind": found.kind,
                "values": [
                    {
                        "value": value.value,
                        "stance": value.stance,
                        "mentions": [mention(claim) for claim in value.claims],
                        "witnesses": value.witnesses,
                    }
                    for value in found.values
                ],
                "witnesses": dependence.count(
                    {claim.mention.source for value in found.values for claim in value.claims}
                ).count,
                "verdict": found.verdict,
                "reason": found.reason,
            }
            for found in judged.differences
        ),
        "lineage": (
            {
                "a": edge.a,
                "b": edge.b,
                "relation": edge.relation,
                "probability": edge.probability,
                "reason": edge.reason,
            }
            for edge in judged.edges
        ),
        "resolutions": (
            {
                "event": taken.event,
                "field": taken.field,
                "subject": taken.subject,
                "value": taken.value,
                "probability": taken.probability,
                "rule": taken.rule,
                "witnesses": taken.witnesses,
                "reason": taken.reason,
            }
            for taken in judged.resolutions
        ),
    }


def _gate(view: Any) -> dict[str, Any]:
    return {
        "gate": view.gate.id,
        "state": view.state,
        "met_on": view.met_on,
        "resolved": view.resolved,
        "probability": view.probability,
        "disagrees": view.disagrees,
        "contested": list(view.contested),
    }


def print_check(judged: "Judged", views: Sequence[Any], *, everything: bool) -> None:
    """Print the answer of `check` for people."""
    from landbridge.record.check_judged import GRAVE

    grave = [found for found in judged.differences if found.kind in GRAVE]
    harmless = [found for found in judged.differences if found.kind not in GRAVE]
    show.say(f"{_many(len(judged.claims), 'claim')}: {_many(len(grave), 'contradiction')}.")
    for number, found in enumerate([*grave, *harmless] if everything else grave, start=1):
        _print_difference(number, found)
    if harmless and not everything:
        kinds = ", ".join(dict.fromkeys(found.kind.replace("_", " ") for found in harmless))
        show.say(
            f"\n{_many(len(harmless), 'other difference')}, no contradiction ({kinds}); --all shows them."
        )
    if judged.edges:
        rows = [
            (e.a, e.relation.replace("_", " "), e.b, f"{e.probability:.2f}", e.reason) for e in judged.edges
        ]
        show.say()
        show.print_table("Who repeats whom", ("", "", "", "probability", "why"), rows, left=(0, 1, 2, 4))
    _print_open(judged, everything=everything)
    if views:
        unsure = [
            (
                view.gate.id,
                view.state,
                f"{view.probability:.2f}",
                view.why,
            )
            for view in views
        ]
        heads = ("gate", "state", "probability", "why")
        show.print_table("Gates that the record makes uncertain", heads, unsure, left=(0, 1, 3))


def _print_open(judged: "Judged", *, everything: bool) -> None:
    """Print the fields for which nothing is taken: with all, else those that copies seem to confirm."""
    claims = {claim.id: claim for claim in judged.claims}
    unsure = [taken for taken in judged.resolutions if not taken.value]
    copied = [t for t in unsure if len({claims[name].mention.source for name in t.claims}) > 1]
    told = unsure if everything else copied
    if told:
        rows = []
        for taken in told:
            own = [claims[name] for name in taken.claims]
            values = dict.fromkeys(("not " if c.stance == "denies" else "") + c.value for c in own)
            number = len({claim.mention.source for claim in own})
            rows.append(
                (
                    taken.event,
                    _field(taken),
                    " / ".join(values),
                    str(number),
                    str(taken.witnesses),
                    taken.rule,
                )
            )
        title = "Not confirmed" if everything else "Told in several documents, and yet not confirmed"
        heads = ("about", "what", "value", "documents", "witnesses", "rule")
        show.print_table(title, heads, rows, left=(0, 1, 2, 5))
    if len(unsure) > len(told):
        show.say(
            f"{_many(len(unsure), 'field')} in all rest on too little to take a value; --all lists them."
        )


def _many(number: int, word: str) -> str:
    plural = f"{word}es" if word.endswith("s") else f"{word}s"
    return f"{number or 'no'} {word if number == 1 else plural}"


def _field(found: Any) -> str:
    return f"{found.field} {found.subject}".strip()


def _with_unit(value: Any) -> str:
    """A value with the unit that its claims state, unless it says it already."""
    unit = next((claim.unit for claim in value.claims if claim.unit), "")
    return str(value.value) if not unit or value.value.endswith(unit) else f"{value.value} {unit}"


def _print_difference(number: int, found: Any) -> None:
    within = f", within {found.within}" if found.within else ""
    show.say(f"\n{number}. {found.event}: {_field(found)}  [{found.kind.replace('_', ' ')}{within}]")
    for value in found.values:
        stance = "not " if value.stance == "denies" else ""
        where = ", ".join(
            dict.fromkeys(f"{claim.mention.source} {claim.mention.locator}".strip() for claim in value.claims)
        )
        show.say(f"     {stance}{_with_unit(value)}  ({_many(value.witnesses, 'witness')}: {where})")
    show.say(f"   verdict: {found.verdict}")
    show.say(f"   why: {found.reason}")


def show_(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="An event, gate, claim, process or agreement of the study: its id, or gate:ID and the like.",
            show_default=False,
        ),
    ],
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Show all that the record knows of an event, gate or claim, with sources and verdicts.

    \b
    Examples:
      landbridge record show peace-treaty-signed
      landbridge record show 2025-08-08-washington-summit
      landbridge record show C0006 --json
    """
    from landbridge.record.check_judged import judge_record
    from landbridge.record.show import show_item
    from landbridge.record.tables import read_record
    from landbridge.study import open_study

    record = read_record(open_study(study))
    found = show_item(record, judge_record(record), name)
    if json:
        show.print_json(found)
        return
    print_item(found)


def print_item(found: dict[str, Any]) -> None:
    """Print the answer of `show`: facts first, then what was taken, differences, claims and sources."""
    show.say(f"{found['kind']} {found['id']}")
    if found.get("title"):
        show.say(f"  {found['title']}")
    for key, words in _FACTS.items():
        value = found.get(key)
        if value is not False and value not in (None, "", []):
            show.say(f"  {words}: {_plain(value)}")
    _print_rows(
        "What is taken",
        found.get("resolutions") or ([found["resolution"]] if found.get("resolution") else []),
    )
    for number, difference in enumerate(found.get("differences", ()), start=1):
        show.say(f"\n{number}. sources differ on {_named(difference)}: {difference['verdict']}")
        show.say(f"   {difference['reason']}")
        for value in difference["values"]:
            who = ", ".join(f"{c['source']} {c['locator']}".strip() for c in value["claims"])
            stance = "not " if value["stance"] == "denies" else ""
            show.say(f"     {stance}{value['value']}: {who}")
    claims = found.get("claims") or found.get("others") or []
    if claims:
        rows = [
            (c["id"], _named(c), _stance(c), f"{c['source']} {c['locator']}".strip(), c["publisher"])
            for c in claims
        ]
        show.say()
        show.print_table("Claims", ("", "what", "value", "where", "publisher"), rows, left=range(5))
    for source in found.get("sources", ()):
        parents = f" repeats {', '.join(source['derived_from'])}" if source["derived_from"] else ""
        about = ", ".join(word for word in (source["publisher"], source["published"]) if word)
        rank = f"{source['reliability']}{parents}"
        show.say(f"{source['id']}: {source['title']} ({about}) {rank} {source['url']}".rstrip())


_FACTS = {
    "date": "date", "place": "place", "status": "status", "outcome": "outcome", "process": "process",
    "state": "state in the study", "met_on": "met on", "met_by": "met by", "resolved": "day by the record",
    "probability": "probability that it is met", "why": "UNCERTAIN", "disagrees": "DISAGREES WITH THE RECORD",
    "event": "about", "field": "field", "subject": "subject", "value": "value", "unit": "unit",
    "scope": "scope", "text": "sentence",
    "stance": "stance", "modality": "modality", "valid_time": "valid in", "locator": "address",
    "source": "source", "note": "note", "withdrawn": "WITHDRAWN", "parties": "parties",
    "witnesses": "witnesses", "binding": "binding", "roles": "roles", "stages": "stages",
    "affects": "bears on", "meets": "meets", "meeting": "events that meet it",
    "bearing": "events that bear on it", "events": "events",
}  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        if "roles" in value:
            return f"{value['name']} {', '.join(value['roles'])}"
        if "stage" in value:
            reached = "" if value.get("reached", True) else " (expected)"
            name = f"{value['name']} " if "name" in value else ""
            return f"{name}{value['stage']} {value['date']}{reached}"
        state = "" if value["status"] == "occurred" else f" ({value['status']})"
        return f"{value['date']} {value['title']}{state} [{value['id']}]"
    return "yes" if value is True else f"{value:.2f}" if isinstance(value, float) else str(value)


def _named(told: dict[str, Any]) -> str:
    return f"{told['field']} {told['subject']}".strip()


def _stance(claim: dict[str, Any]) -> str:
    words = f"{'not ' if claim['stance'] == 'denies' else ''}{claim['value']} {claim['unit']}".strip()
    scope = f" [{claim['scope']}]" if claim["scope"] else ""
    modality = f" ({claim['modality']})" if claim["modality"] != "fact" else ""
    return f"{words}{scope}{modality}"


def _print_rows(title: str, taken: Sequence[dict[str, Any]]) -> None:
    if not taken:
        return
    rows = [
        (
            _named(row),
            row["value"] or "left open",
            f"{row['probability']:.2f}",
            str(row["witnesses"]),
            row["rule"],
        )
        for row in taken
    ]
    show.say()
    heads = ("what", "value", "probability", "witnesses", "rule")
    show.print_table(title, heads, rows, left=(0, 1, 4))


def timeline(
    study: StudyOption = "eurasia",
    process: Annotated[
        list[str] | None,
        typer.Option("--process", metavar="ID", help="Only this process of the study; may be repeated."),
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option("--gate", metavar="ID", help="Only what bears on this gate; may be repeated."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a picture as one HTML file.")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Show the process along time: events and roles, stages of agreements, plans that slipped.

    \b
    Examples:
      landbridge record timeline --html timeline.html
      landbridge record timeline --process tripp
      landbridge record timeline --gate peace-treaty-signed --json
    """
    from landbridge.errors import UnknownId
    from landbridge.record.check_judged import judge_record, list_contested
    from landbridge.record.tables import read_record
    from landbridge.record.timeline import build_timeline
    from landbridge.report.timeline import timeline_json, write_timeline
    from landbridge.study import open_study

    if html is not None:
        check_page_target(html, force=force)
    opened = open_study(study)
    record = read_record(opened)
    for kind, names, known in (("process", process, record.processes), ("gate", gate, record.gates)):
        for name in names or ():
            if name not in known:
                raise UnknownId(name, known, kind=kind, where=f"study {opened.id}")
    judged = judge_record(record)
    built = build_timeline(
        record,
        as_of=opened.settings.record_date.isoformat(),
        contested=list_contested(judged),
        processes=process or (),
        gates=gate or (),
    )
    if html is not None:
        names = [record.processes[name] for name in process or ()] + [
            record.gates[name].title for name in gate or ()
        ]
        write_timeline(
            built,
            html,
            title=", ".join(names) or opened.settings.title,
            disputes=record_disputes(judged, built),
        )
    if json:
        show.print_json(timeline_json(built))
    elif html is None:
        print_timeline(built)
    if html is not None and not json:
        show.say(f"The timeline:  {html.resolve()}")


def record_disputes(judged: "Judged", built: Any) -> list[tuple[str, str, str]]:
    """What sources disagree on among the events and gates of a timeline: what, how, and the verdict."""
    from landbridge.record.check_judged import GRAVE

    titles = {moment.id: moment.title for moment in built.moments}
    titles |= {slip.about: slip.title for slip in built.slips}
    titles |= {f"gate:{gate}": moment.title for moment in built.moments for gate in moment.meets}
    disputes = []
    for found in judged.differences:
        if found.kind in GRAVE and found.event in titles:
            values = " or ".join(
                f"{'not ' if v.stance == 'denies' else ''}{v.value} ({_many(v.witnesses, 'witness')})"
                for v in found.values
            )
            disputes.append((titles[found.event], f"{_field(found)}: {values}", found.verdict))
    return disputes


def print_timeline(built: Any) -> None:
    """Print events by date, agreements with their stages, and plans that slipped."""
    from landbridge.report.timeline import say_slip
    from landbridge.report.timeline_dates import say_date

    if not built.moments:
        show.say("The study has no events that this asks for.")
        return
    rows = []
    for moment in built.moments:
        roles = "; ".join(f"{role}: {', '.join(names)}" for role, names in moment.roles.items())
        state = "" if moment.status == "occurred" else f" ({moment.status})"
        title = f"{moment.title}{state}" + (f" [{moment.contested}]" if moment.contested else "")
        process = built.processes.get(moment.process, moment.process)
        when = say_date(moment.date, moment.first, moment.last)
        when += " (date without a year)" if moment.date and not moment.has_place else ""
        rows.append((when, process, title, roles))
    show.print_table("What happened", ("date", "process", "event", "roles"), rows, left=range(4))
    agreements = []
    for line in built.agreements:
        stages = ", ".join(
            f"{stage.name} {say_date(stage.date)}" + ("" if stage.reached else " (expected)")
            for stage in line.stages
        )
        binding = {None: "", True: "binding once in force", False: "not binding"}[line.binding]
        agreements.append((line.name, stages, ", ".join(line.parties), ", ".join(line.witnesses), binding))
    heads = ("agreement", "stages", "parties", "witnesses", "force")
    if agreements:
        show.print_table("Agreements", heads, agreements, left=range(5))
    plans = [(slip.title, say_slip(slip, built.as_of), str(len(slip.promises))) for slip in built.slips]
    if plans:
        show.print_table("Plans", ("plan", "what came of it", "promises"), plans, left=(0, 1))
