"""Commands about the record: read documents, review what they claim, and score the reading."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from landbridge.cli import record_views, show
from landbridge.cli.options import Json, StudyOption
from landbridge.cli.record_files import Force, check_review_target

if TYPE_CHECKING:
    from landbridge.record.model import Claim

app = typer.Typer(
    help="Documents, their claims, and where they disagree.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("check")(record_views.check)
app.command("show")(record_views.show_)
app.command("timeline")(record_views.timeline)

MOST_PROPOSALS = 40
"""Proposals that are printed; the review table and --json hold all."""


@app.command()
def read(
    files: record_views.Files,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="The review table to write, such as review.csv."),
    ] = None,
    study: record_views.StudyOrNone = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Read documents and propose the claims that they make.

    Text, HTML and PDF; a folder is read with all that is in it.
    With --study, its events, actors and gates are recognised.
    Files that cannot be read are listed and skipped.
    A file that is there is only written over if it is a review table without decisions.

    \b
    Examples:
      landbridge record read article.txt
      landbridge record read documents/ -o review.csv --study my-study
    """
    from landbridge.record.review import review_rows, write_review
    from landbridge.record.show import tell_claim

    if out is not None:
        check_review_target(out, force=force)
    record, reading, claims = record_views.read_files(files, study)
    rows = review_rows(reading.documents, claims, record)
    if out is not None:
        write_review(rows, out)
    if json:
        show.print_json(
            {
                "claims": [tell_claim(record, c) | {"document": c.mention.source} for c in claims],
                "skipped": [{"file": s.file, "reason": s.reason, "mend": s.mend} for s in reading.skipped],
            }
        )
        return
    said = [
        (row["id"], f"{row['source']} {row['locator']}", row["event"], _said(row), row["value"])
        for row in rows
    ]
    title = f"{_count(len(rows), 'claim')} proposed from {_count(len(reading.documents), 'document')}"
    show.print_table(title, ("", "where", "about", "what", "value"), said[:MOST_PROPOSALS], left=range(5))
    if len(rows) > MOST_PROPOSALS:
        show.say(f"and {len(rows) - MOST_PROPOSALS} more.")
    if out is not None:
        show.say(f"The review table:  {out}")
        show.say(f"  {show.command()} record review {show.quoted(out)} --study MY-STUDY")


def _said(row: dict[str, str]) -> str:
    words = f"{row['field']} {row['subject']}".strip()
    more = [word for word in (row["stance"], row["modality"]) if word not in ("asserts", "fact")]
    return f"{words} ({', '.join(more)})" if more else words


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


@app.command()
def review(
    table: Annotated[
        Path,
        typer.Argument(metavar="REVIEW", help="The table that record read wrote.", show_default=False),
    ],
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="ID", help="Accept these claims; ids joined by commas, or all."),
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option("--refuse", metavar="ID", help="Refuse these claims; ids joined by commas, or all."),
    ] = None,
    study: record_views.StudyOrNone = None,
    json: Json = False,
) -> None:
    """Accept or refuse proposed claims, and write those accepted into a study.

    On a terminal, without --accept or --refuse, it asks claim by claim.
    Decisions are kept in the table, where an editor can change them too.
    With --study, a folder of yours, accepted claims go into its tables/claims.csv.

    \b
    Examples:
      landbridge record review review.csv
      landbridge record review review.csv --accept P0001,P0004 --refuse all
      landbridge record review review.csv --study my-study
    """
    from landbridge.record.review import ACCEPT, REFUSE, decide, read_review, write_review

    rows = decide(read_review(table), _ids(accept), _ids(refuse))
    if not accept and not refuse and not json and sys.stdin.isatty():
        rows = _walk(rows)
    write_review(rows, table)
    decisions = [row["decision"] for row in rows]
    counts = {
        "accepted": decisions.count(ACCEPT),
        "refused": decisions.count(REFUSE),
        "undecided": decisions.count(""),
    }
    written: dict[str, Any] = {}
    if study is not None:
        written = _write_accepted(rows, study)
    if json:
        show.print_json({**counts, "written": written})
        return
    show.say(f"{table}: {', '.join(f'{number} {word}' for word, number in counts.items())}.")
    for name, number in written.items():
        if number:
            show.say(f"  {_count(number, 'row')} added to {name}.csv of {study}.")
    if study is not None and not any(written.values()):
        show.say(f"  Nothing to add: {study} holds what was accepted.")


def _ids(words: Sequence[str] | None) -> list[str]:
    return [
        name.strip() for word in words or () for name in word.replace(";", ",").split(",") if name.strip()
    ]


def _walk(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Ask for each row without a decision; stop when the person has had enough."""
    from landbridge.record.review import ACCEPT, REFUSE

    left = [row for row in rows if not row["decision"]]
    chosen = {"a": ACCEPT, "r": REFUSE, "s": ""}
    for number, row in enumerate(left, start=1):
        show.say(
            f"\n{number} of {len(left)}  {row['id']}  {row['source']} {row['locator']}  ({row['known']})"
        )
        show.say(f"  “{row['sentence']}”")
        show.say(f"  {row['event']}: {_said(row)} = {row['value']} {row['unit']}".rstrip())
        word = ""
        while word not in (*chosen, "q"):
            word = typer.prompt("  [a]ccept, [r]efuse, [s]kip, [q]uit", default="s")[:1].lower()
        if word == "q":
            break
        row["decision"] = chosen[word]
    return rows


def _write_accepted(rows: list[dict[str, str]], study: str) -> dict[str, int]:
    """Add accepted rows to the tables of a study; if it is not sound after that, leave it as it was."""
    from landbridge.errors import StudyInvalid
    from landbridge.record.lexicon import Lexicon
    from landbridge.record.review import StudyNotYours, accepted_rows
    from landbridge.record.tables import read_record
    from landbridge.study import check_study, open_study
    from landbridge.study.folder import is_built_in
    from landbridge.tables import table_from_rows, write_table

    opened = open_study(study)
    if is_built_in(opened):
        mend = f"{show.command()} study copy {opened.id} my-study, then --study my-study."
        raise StudyNotYours(f"{opened.id} comes with Landbridge and stays as it is.", where=study, mend=mend)
    added = accepted_rows(rows, read_record(opened), Lexicon.build().states)
    before: dict[Path, bytes | None] = {}
    for name in ("sources", "actors", "processes", "events", "claims"):
        new = getattr(added, name)
        path = opened.path / "tables" / f"{name}.csv"
        if new:
            before[path] = path.read_bytes() if path.exists() else None
            write_table(table_from_rows(name, [*opened.tables[name].rows(), *new]), path)
    faults = [fault for fault in check_study(opened.path) if fault.severity == "error"]
    if faults:
        _restore(before)
        what = "with these claims the study has faults; nothing was written."
        raise StudyInvalid(what, faults, where=str(opened.path), mend="mend the rows of the review table.")
    return {
        name: len(getattr(added, name)) for name in ("claims", "sources", "events", "actors", "processes")
    }


def _restore(before: dict[Path, bytes | None]) -> None:
    from landbridge.tables import write_whole

    for path, data in before.items():
        if data is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, data)


@app.command()
def score(
    files: record_views.FilesOrNone = None,
    study: StudyOption = "eurasia",
    json: Json = False,
) -> None:
    """Compare what is read out of documents with what was coded by hand from them.

    The documents must be sources of the study, known by the column file of its sources.csv, and its claims
    on them have a locator and the coder hand. Without any named, those in the folder documents of the study
    are read.
    Precision is the share of proposed claims that were coded, recall the share of coded claims that were
    proposed: by place, by place and value, and word for word.

    \b
    Examples:
      landbridge record score documents/ --study my-study
      landbridge record score --study my-study --json
    """
    from landbridge.record.check_judged import known_as
    from landbridge.record.review import NothingRead
    from landbridge.record.score import score as compare
    from landbridge.study import find_study

    if not files:
        folder = find_study(study) / "documents"
        if not folder.is_dir():
            mend = f"name them: {show.command()} record score FILE... --study {show.quoted(Path(study))}."
            what = "the study has no folder documents, and no documents are named."
            raise NothingRead(what, where=f"study {study}", mend=mend)
        files = [folder]
    record, reading, claims = record_views.read_files(files, study)
    known = {known_as(record, document).id for document in reading.documents} & set(record.sources)
    own = [claim for claim in record.standing if claim.mention.source in known]
    coded = [claim for claim in own if claim.mention.locator and claim.coder != "rules"]
    if not coded:
        what, mend = _why_uncoded([document.id for document in reading.documents], known, own)
        raise NothingRead(what, where=f"study {study}", mend=mend)
    found = compare([claim for claim in claims if claim.mention.source in known], coded)
    if json:
        show.print_json(
            {
                "documents": sorted(known),
                **{
                    name: {
                        "precision": round(tally.precision, 4),
                        "recall": round(tally.recall, 4),
                        "f1": round(tally.f1, 4),
                        "hits": tally.hits,
                        "proposed": tally.proposed,
                        "coded": tally.coded,
                    }
                    for name, tally in found.tallies.items()
                },
                "by_field": {
                    name: {"precision": round(t.precision, 4), "recall": round(t.recall, 4), "coded": t.coded}
                    for name, t in found.by_field.items()
                },
            }
        )
        return
    rows = [
        (
            _READINGS[name],
            *(f"{x:.2f}" for x in (t.precision, t.recall, t.f1)),
            str(t.hits),
            str(t.proposed),
            str(t.coded),
        )
        for name, t in found.tallies.items()
    ]
    heads = ("the same", "precision", "recall", "F1", "hits", "proposed", "coded")
    show.print_table(f"Reading of {_count(len(known), 'document')} against hand coding", heads, rows)
    fields = [
        (name, f"{t.precision:.2f}", f"{t.recall:.2f}", str(t.proposed), str(t.coded))
        for name, t in found.by_field.items()
    ]
    show.print_table(
        "By field, place and value", ("field", "precision", "recall", "proposed", "coded"), fields
    )


def _why_uncoded(documents: Sequence[str], known: set[str], own: Sequence["Claim"]) -> tuple[str, str]:
    """What is missing so that a reading can be scored, and how to mend it."""
    names = ", ".join(documents[:3]) + (" and others" if len(documents) > 3 else "")
    if not known:
        mend = f"write the name of each ({names}) in the column file of its row in sources.csv."
        return "none of these documents is a source of the study.", mend
    if not own:
        mend = "write claims on them into claims.csv, each with its locator and coder=hand."
        return f"the study has no claims on {', '.join(sorted(known))}.", mend
    if all(claim.coder == "rules" for claim in own):
        what = f"no claims were coded by hand from these documents: all {len(own)} are the reader's own."
        return what, "in claims.csv write coder=hand in the rows that a person has coded or corrected."
    mend = "write the sentence of each in the column locator of claims.csv, such as p2 s1."
    return "the claims that were coded by hand from these documents have no locator.", mend


_READINGS = {
    "place": "sentence and field",
    "lenient": "sentence, field, value",
    "strict": "word for word",
}
