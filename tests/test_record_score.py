"""The score: what counts as the same claim, and how the reader does on texts it was not made for."""

import csv
from pathlib import Path

import pytest

from landbridge.record.extract import propose_all
from landbridge.record.lexicon import Lexicon
from landbridge.record.model import Address, Claim, Mention
from landbridge.record.reading import read_documents
from landbridge.record.score import score

FOLDER = Path(__file__).parent / "record_documents"


def claim(value: str = "2025-08", **other: str) -> Claim:
    known = {
        "event": "e",
        "field": "date",
        "subject": "",
        "stance": "asserts",
        "at": "p2 s1",
        "source": "d",
    } | other
    mention = Mention(known["source"], Address.parse(known["at"]))
    return Claim(
        "x",
        known["event"],
        known["field"],
        known["subject"],
        value,
        mention,
        "denies" if known["stance"] == "denies" else "asserts",
    )


@pytest.mark.parametrize(
    ("said", "place", "lenient", "strict"),
    [
        (claim(), 1, 1, 1),
        (claim(event="other"), 1, 1, 0),
        (claim("2025-08-08"), 1, 1, 0),
        (claim("2024-07"), 1, 0, 0),
        (claim(stance="denies"), 1, 0, 0),
        (claim(at="p3 s1"), 0, 0, 0),
        (claim(field="place"), 0, 0, 0),
        (claim(source="other"), 0, 0, 0),
    ],
)
def test_three_readings(said: Claim, place: int, lenient: int, strict: int) -> None:
    """Place asks for document, address and field; lenient for an agreeing value and stance; strict for all."""
    tallies = score([said], [claim()]).tallies
    assert (place, lenient, strict) == tuple(tallies[name].hits for name in ("place", "lenient", "strict"))


def test_closed_lists_are_not_near() -> None:
    """A mediator is no facilitator, and one state is not another."""
    coded = claim("mediator", field="role", subject="PER")
    for said in (
        claim("facilitator", field="role", subject="PER"),
        claim("mediator", field="role", subject="CHL"),
    ):
        assert score([said], [coded]).tallies["lenient"].hits == 0


def test_a_claim_counts_once() -> None:
    """Two proposals do not both meet one coded claim; what is missed and what is spurious is listed."""
    result = score([claim(), claim("2025")], [claim(), claim("x", field="name")])
    assert result.tallies["lenient"].hits == 1
    assert [c.value for c in result.spurious] == ["2025"]
    assert [c.field for c in result.missed] == ["name"]
    assert 0.5 == result.tallies["lenient"].precision == result.tallies["lenient"].recall


def test_nothing_proposed_scores_nothing() -> None:
    """No division by zero."""
    assert 0.0 == score([], [claim()]).tallies["lenient"].f1 == score([claim()], []).tallies["lenient"].f1


def _invented(which: str) -> tuple[list[Claim], list[Claim]]:
    with (FOLDER / "claims.csv").open(encoding="utf-8", newline="") as opened:
        rows = [r for r in csv.DictReader(opened) if r["set"] == which]
    coded = [
        Claim(
            str(n),
            r["event"],
            r["field"],
            r["subject"],
            r["value"],
            Mention(r["document"], Address.parse(r["locator"])),
            "denies" if r["stance"] == "denies" else "asserts",
        )
        for n, r in enumerate(rows)
    ]
    reading = read_documents([FOLDER / name for name in sorted({r["document"] for r in rows})])
    assert reading.skipped == ()
    return [c for found in propose_all(reading.documents, Lexicon.build()) for c in found], coded


@pytest.mark.parametrize(
    ("which", "least_precision", "least_recall"), [("practice", 0.9, 0.9), ("held_out", 0.85, 0.7)]
)
def test_other_corridors_are_read(which: str, least_precision: float, least_recall: float) -> None:
    """On invented texts of other continents the reader stays above a floor; the held-out ones guard the rules."""
    tally = score(*_invented(which)).tallies["lenient"]
    assert tally.precision >= least_precision
    assert tally.recall >= least_recall
