"""What the study's own record must show: the two rewritten documents alone, and all claims together."""

from dataclasses import replace

import pytest
from tests import record_tables

from landbridge.record.model import LineageEdge
from landbridge.record.reconcile import Reconciled, reconcile
from landbridge.record.rules import UNCONFIRMED

SUMMIT, PACT, TEXT = (
    "2025-08-08-washington-summit",
    "2025-08-08-peace-agreement-initialled",
    "2025-03-13-peace-text-concluded",
)
OFFER, PEACE = "2024-09-09-tokayev-offer-astana", "process:arm-aze-peace"


@pytest.fixture(scope="module")
def two_documents() -> Reconciled:
    """The hand-coded claims of the two rewritten documents, which are known to be copies, and nothing else."""
    known = [replace(s, derived_from=()) for s in record_tables.sources() if s.id in ("S000", "S002")]
    edges = [LineageEdge("S000", "S002", "common_parent", 0.97)]
    return reconcile(record_tables.claims("S000", "S002"), known, edges, gazetteer=record_tables.Places())


@pytest.fixture(scope="module")
def whole_record() -> Reconciled:
    return reconcile(
        record_tables.claims(),
        record_tables.sources(),
        (),
        record_tables.events(),
        record_tables.Places(),
        actors=record_tables.rows("actors.csv"),
    )


def _differences(result: Reconciled, event: str, field: str, subject: str = "") -> list:
    return [d for d in result.differences if (d.event, d.field, d.subject) == (event, field, subject)]


def _resolution(result: Reconciled, event: str, field: str, subject: str = "", value: str | None = None):
    found = [r for r in result.resolutions if (r.event, r.field, r.subject) == (event, field, subject)]
    return next(r for r in found if value is None or r.value == value)


def test_two_documents_the_summits_date(two_documents):
    found = _differences(two_documents, SUMMIT, "date")
    assert [d.kind for d in found] == ["contradiction"]
    assert {v.value: [c.mention.locator for c in v.claims] for v in found[0].values} == {
        "2025": ["p2 s1"], "2025-08": ["p3 s1"], "2024-07": ["p5 s2"],
    }  # fmt: skip
    assert found[0].within == "S000"
    assert "2025-08 lies within 2025" in found[0].reason


def test_two_documents_signed_against_unsigned(two_documents):
    found = _differences(two_documents, PACT, "status", "peace agreement")
    assert {d.kind for d in found} == {"contradiction"}
    assert {v.value for d in found for v in d.values} == {"signed", "unsigned"}


def test_two_documents_a_role_asserted_and_denied_within_one(two_documents):
    found = [d for d in _differences(two_documents, PEACE, "role", "KAZ") if d.within]
    assert {d.within for d in found} == {"S000", "S002"}
    for d in found:
        assert {v.stance for v in d.values} == {"asserts", "denies"}
        assert all(c.mention.locator for v in d.values for c in v.claims)


def test_two_documents_a_capital_against_the_gazetteer(two_documents):
    found = [d for d in two_documents.differences if d.kind == "against_gazetteer"]
    assert [(d.subject, d.values[0].value) for d in found] == [("Almaty", "capital")]


def test_two_documents_the_text_concluded_against_talks_elsewhere(two_documents):
    found = [d for d in _differences(two_documents, TEXT, "date") if d.kind == "contradiction"]
    assert [d.within for d in found] == ["S002"]
    assert "Abu Dhabi" in found[0].values[0].value
    assert "USA" in found[0].reason


def test_two_documents_one_witness_and_no_confirmation_for_the_offer(two_documents):
    for field in ("date", "place"):
        found = _resolution(two_documents, OFFER, field)
        assert (found.value, found.witnesses, found.rule) == ("", 1, UNCONFIRMED)


def test_two_documents_nothing_is_confirmed_by_them_alone(two_documents):
    assert {r.value for r in two_documents.resolutions} == {""}


@pytest.mark.parametrize(
    ("event", "field", "subject", "value"),
    [
        (SUMMIT, "date", "", "2025-08-08"),
        ("2025-08-08-joint-declaration", "date", "", "2025-08-08"),
        (PACT, "status", "peace agreement", "initialled"),
        (TEXT, "date", "", "2025-03-13"),
        (OFFER, "place", "", "Astana"),
        ("2025-08-08-joint-declaration", "role", "USA", "witness"),
        ("2026-01-13-tripp-implementation-framework", "date", "", "2026-01-13"),
        ("2026-01-13-tripp-implementation-framework", "status", "framework", "not binding"),
        ("2025-11-20-pashinyan-visit-kazakhstan", "status", "", "occurred"),
        ("2024-05-10-almaty-fm-talks", "role", "KAZ", "not mediator"),
    ],
)
def test_whole_record_what_is_taken(whole_record, event, field, subject, value):
    assert _resolution(whole_record, event, field, subject, value).value == value


def test_whole_record_different_scope_is_no_contradiction(whole_record):
    found = [d for d in whole_record.differences if d.event == "process:titr" and d.field == "volume"]
    assert [d.kind for d in found] == ["scope"]
    assert {v.value for v in found[0].values} >= {"4.48", "3.3"}


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("dispute", "2020-11-10-trilateral-statement"),
        ("dispute", "gate:alma-ata-border-basis"),
        ("dispute", "gate:constitution-amended"),
        ("time_zone", "2020-11-10-trilateral-statement"),
        ("typing_error", "gate:delimitation-gazakh-tavush"),
        ("typing_error", "2026-01-13-tripp-implementation-framework"),
        ("lost_unit", "gate:rasht-astara-built"),
        ("plan_against_fact", "gate:horadiz-aghband-rail-built"),
    ],
)
def test_whole_record_kinds_of_difference(whole_record, kind, event):
    assert kind in {d.kind for d in whole_record.differences if d.event == event}


def test_whole_record_every_verdict_says_what_was_taken(whole_record):
    for d in whole_record.differences:
        assert d.verdict
        assert d.reason
        if d.kind == "contradiction":
            assert "taken" in d.verdict
