"""Kinds of difference and the order of rules."""

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import record_tables

from landbridge.record.differences import find_differences
from landbridge.record.differences_stages import find_disorder
from landbridge.record.differences_values import lost_unit, relate, slip
from landbridge.record.model import Address, Claim, Event, LineageEdge, Mention, Source
from landbridge.record.reconcile import Reconciled, reconcile
from landbridge.record.rules import (
    BOTH_PARTIES,
    DISPUTE,
    INDEPENDENT,
    LATER,
    OFFICIAL,
    REPUTABLE,
    SECONDARY,
    UNCONFIRMED,
)

ACTORS = [
    {"id": "RUR", "name": "Ruritania", "kind": "state", "country": "RUR"},
    {"id": "BOR", "name": "Borduria", "kind": "state", "country": "BOR"},
    {"id": "anna-holm", "name": "Anna Holm", "kind": "person", "country": "RUR"},
]
EVENTS = [Event("2024-05-02-port-deal", "2024-05-02", "signing", "Port deal", actors=("RUR", "BOR"))]


def claim(
    source: str, field: str, value: str, subject: str = "", event: str = "deal", at: str = "", **more
) -> Claim:
    mention = Mention(source, Address.parse(at) if at else None, more.pop("text", ""))
    return Claim(
        f"{source}/{event}/{field}/{subject}/{value}/{at}", event, field, subject, value, mention, **more
    )


def sources(**kinds: str) -> list[Source]:
    """Sources by name, with reliability, and after a colon the party whose line they take."""
    return [
        Source(name, reliability=kind.partition(":")[0], alignment=kind.partition(":")[2])  # type: ignore[arg-type]
        for name, kind in kinds.items()
    ]


def kinds(*claims: Claim, **settings) -> list[str]:
    return [d.kind for d in find_differences(claims, **settings)]


def taken(claims, known=(), edges=(), **settings):
    found = reconcile(claims, known, edges, **settings).resolutions
    assert len(found) == 1
    return found[0]


# --- kinds of difference ------------------------------------------------------------------------------------


def test_a_coarser_date_is_no_contradiction():
    assert kinds(claim("a", "date", "2024"), claim("b", "date", "2024-05-02")) == ["coarser_date"]
    assert kinds(claim("a", "date", "--05-02"), claim("b", "date", "2024-05-02")) == ["coarser_date"]


def test_two_dates_are_a_contradiction_and_the_compatible_pair_is_told_apart():
    found = find_differences(
        [claim("a", "date", "2023-07"), claim("b", "date", "2024"), claim("c", "date", "2024-05")]
    )
    assert [d.kind for d in found] == ["contradiction"]
    assert {v.value for v in found[0].values} == {"2023-07", "2024", "2024-05"}
    assert "2024-05 lies within 2024: no contradiction there" in found[0].reason


def test_fields_with_many_values_do_not_contradict():
    assert (
        kinds(
            claim("a", "outcome", "15 documents", "trade"), claim("b", "outcome", "a joint company", "trade")
        )
        == []
    )
    assert kinds(claim("a", "role", "host", "RUR"), claim("b", "role", "mediator", "RUR")) == []
    assert kinds(claim("a", "actor", "RUR", "framework"), claim("b", "actor", "BOR", "framework")) == []


def test_roles_that_exclude_each_other_do():
    assert kinds(claim("a", "role", "witness", "BOR"), claim("b", "role", "signatory", "BOR")) == [
        "contradiction"
    ]


def test_nothing_against_something():
    assert kinds(
        claim("a", "outcome", "nothing concrete", "text"), claim("b", "outcome", "text agreed", "text")
    ) == ["contradiction"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("initialled", "signed", False), ("initialled", "unsigned", True), ("signed", "unsigned", False),
     ("text agreed", "signed", True), ("binding", "non-binding", False), ("closed", "shut", True)],
)  # fmt: skip
def test_statuses_that_hold_together_and_that_do_not(one, other, same):
    found = kinds(claim("a", "status", one, "treaty"), claim("b", "status", other, "treaty"))
    assert found == ([] if same else ["contradiction"])


def test_a_plan_and_what_came_of_it():
    plan = claim("a", "status", "planned")
    assert kinds(plan, claim("b", "status", "occurred")) == ["plan_against_fact"]
    early = [Source("a", published="2024-03-01"), Source("b", published="2024-06-01")]
    dates = claim("a", "date", "2024-04-30"), claim("b", "date", "2024-05-02")
    assert kinds(*dates, sources=early) == ["plan_against_fact"]
    assert kinds(*dates) == ["contradiction"]


def test_a_promise_that_slipped_is_a_plan_that_moved():
    found = kinds(claim("a", "completion_planned", "2022"), claim("b", "completion_planned", "2026"))
    assert found == ["plan_against_fact"]


def test_scope_is_read_from_its_column_or_the_note():
    whole = claim("a", "volume", "4.48", unit="Mt")
    assert kinds(whole, claim("b", "volume", "3.3", unit="Mt", scope="ports")) == ["scope"]
    assert kinds(whole, claim("b", "volume", "3.3", unit="Mt", note="through sea ports only")) == ["scope"]
    assert kinds(whole, claim("b", "volume", "3.3", unit="Mt")) == ["contradiction"]


def test_values_of_different_times_are_scope():
    then, now = (claim(name, "status", value, valid_time=time) for name, value, time in
                 (("a", "shut", "2020/2022"), ("b", "open", "2023/2025")))  # fmt: skip
    assert kinds(then, now) == ["scope"]


def test_a_lost_unit():
    assert kinds(claim("a", "progress", "95", unit="percent"), claim("b", "progress", "95", unit="km")) == [
        "lost_unit"
    ]
    assert kinds(claim("a", "volume", "2.5"), claim("b", "volume", "2500000")) == ["lost_unit"]
    assert kinds(claim("a", "length", "100", unit="km"), claim("b", "length", "62.1")) == ["lost_unit"]
    assert kinds(claim("a", "length", "100", unit="km"), claim("b", "length", "62.137", unit="miles")) == []


def test_one_night_two_dates_only_with_a_hint():
    plain = claim("a", "date", "2020-11-09"), claim("b", "date", "2020-11-10")
    assert kinds(*plain) == ["contradiction"]
    assert kinds(plain[0], replace(plain[1], note="signed at midnight")) == ["time_zone"]


def test_a_slip_of_the_pen_needs_an_agreed_value():
    agreed = [claim(name, "date", "2024-05-20") for name in "ab"]
    assert kinds(*agreed, claim("c", "date", "2014-05-20")) == ["typing_error"]
    assert kinds(agreed[0], claim("c", "date", "2014-05-20")) == ["contradiction"]
    assert kinds(*agreed, claim("c", "date", "2024-05-21")) == ["contradiction"]
    assert kinds(*(claim(n, "length", "12.7") for n in "ab"), claim("c", "length", "2.7")) == ["typing_error"]
    assert kinds(*(claim(n, "seats", "64") for n in "ab"), claim("c", "seats", "65")) == ["contradiction"]


def test_a_copied_slip_is_still_one_witness():
    rows = [
        *(claim(name, "date", "2024-05-20") for name in "ab"),
        *(claim(n, "date", "2014-05-20") for n in "cd"),
    ]
    edges = [LineageEdge("d", "c", "derived_from", 1.0)]
    assert kinds(*rows) == ["contradiction"]
    assert kinds(*rows, edges=edges) == ["typing_error"]


def test_a_dispute_of_the_parties_is_not_resolved():
    known = sources(a="reputable:RUR", b="reputable:BOR")
    rows = [
        claim("a", "status", "valid", "point 9", EVENTS[0].id),
        claim("b", "status", "lapsed", "point 9", EVENTS[0].id),
    ]
    result = reconcile(rows, known, events=EVENTS, actors=ACTORS)
    assert [d.kind for d in result.differences] == ["dispute"]
    assert (result.resolutions[0].value, result.resolutions[0].rule) == ("", DISPUTE)
    assert len(result.differences[0].values) == 2


def test_quoted_officials_speak_for_their_state():
    rows = [
        claim("a", "status", "valid", "point 9", EVENTS[0].id, note="Holm: it stands"),
        claim("b", "status", "lapsed", "point 9", EVENTS[0].id, note="the Bordurian ministry"),
    ]
    assert kinds(*rows, events=EVENTS, actors=ACTORS) == ["dispute"]


def test_observers_decide_a_date_that_parties_dispute():
    rows = [
        claim(n, "date", v, event=EVENTS[0].id)
        for n, v in (("a", "2024-05-02"), ("b", "2024-06-03"), ("c", "2024-05-02"))
    ]
    known = sources(a="reputable:RUR", b="reputable:BOR", c="reputable")
    result = reconcile(rows, known, events=EVENTS, actors=ACTORS)
    assert [d.kind for d in result.differences] == ["contradiction"]
    assert result.resolutions[0].value == "2024-05-02"


def test_a_partys_denial_of_a_condition_stays_open():
    rows = [
        claim("a", "condition", "claims on land", "constitution"),
        claim(
            "b",
            "condition",
            "claims on land",
            "constitution",
            stance="denies",
            note="position of Holm as reported",
        ),
    ]
    assert kinds(*rows, actors=ACTORS) == ["dispute"]


def test_asserted_and_denied_in_one_document_with_both_addresses():
    rows = [
        claim("a", "role", "notable participant", "BOR", at="p4 s1", stance="denies"),
        claim("a", "role", "key player", "BOR", at="p5 s1"),
    ]
    found = find_differences(rows)
    assert [(d.kind, d.within) for d in found] == [("contradiction", "a")]
    assert {(v.stance, c.mention.locator) for v in found[0].values for c in v.claims} == {
        ("denies", "p4 s1"),
        ("asserts", "p5 s1"),
    }
    assert "p4 s1" in found[0].reason
    assert "p5 s1" in found[0].reason


def test_a_quoted_denial_is_no_contradiction_of_the_document_with_itself():
    rows = [
        claim("a", "role", "mediator", "BOR", note="reporter's word"),
        claim("a", "role", "mediator", "BOR", stance="denies", note="Bordurian ministry: good offices only"),
    ]
    assert [d.within for d in find_differences(rows, actors=ACTORS)] == [""]


def test_signed_against_a_condition_for_signing():
    rows = [
        claim("a", "status", "signed", "border treaty", "2024-treaty"),
        claim("a", "condition", "required", "vote-held", "gate:border-treaty-signed"),
    ]
    found = find_differences(rows)
    assert [(d.field, d.kind, d.within) for d in found] == [("status", "contradiction", "a")]
    assert "condition for signing" in found[0].reason
    other = claim("a", "condition", "required", "vote-held", "gate:dam-permit-signed")
    assert kinds(rows[0], other) == []


def test_a_text_concluded_before_its_talks():
    rows = [
        claim("a", "date", "2024-03-02", "", "2024-03-treaty-text-concluded"),
        claim("a", "place", "Zenda", "", "2024-03-treaty-text-concluded"),
        claim("a", "order", "after 2024-05-02-port-deal", "negotiation of the text", "process:treaty"),
        claim("a", "role", "mediator", "BOR", "process:treaty", note="talks and text under its auspices"),
    ]
    assert kinds(*rows, events=EVENTS, gazetteer=record_tables.Places()) == ["contradiction"]
    assert kinds(*rows[:2], replace(rows[3], subject="RUR"), gazetteer=record_tables.Places()) == []
    assert kinds(*rows[:2], gazetteer=record_tables.Places()) == []


def test_an_order_that_the_dates_deny():
    rows = [
        claim("a", "order", "before", "summit", "talks"),
        claim("a", "date", "2024-06", "", "talks"),
        claim("a", "date", "2024-05", "", "summit"),
    ]
    assert [(d.field, d.within) for d in find_differences(rows)] == [("order", "a")]
    assert kinds(rows[0], replace(rows[1], value="2024-04"), rows[2]) == []


def test_a_capital_that_is_none():
    found = find_differences(
        [claim("a", "classification", "capital", "Zenda", "place:zenda")], gazetteer=record_tables.Places()
    )
    assert [d.kind for d in found] == ["against_gazetteer"]
    assert "Strelsau" in found[0].reason
    assert (
        kinds(
            claim("a", "classification", "capital", "Strelsau", "place:strelsau"),
            gazetteer=record_tables.Places(),
        )
        == []
    )
    assert (
        kinds(
            claim("a", "classification", "capital", "Nowhere", "place:nowhere"),
            gazetteer=record_tables.Places(),
        )
        == []
    )


def test_gravest_first():
    rows = [
        claim("a", "date", "2024"), claim("b", "date", "2024-05"),
        claim("a", "volume", "4", event="x"), claim("b", "volume", "3", event="x", scope="ports"),
        claim("a", "status", "signed", event="y"), claim("b", "status", "initialled", event="y"),
        claim("a", "length", "10", event="z"), claim("b", "length", "30", event="z"),
    ]  # fmt: skip
    found = find_differences(rows)
    assert [(d.kind, d.field) for d in found] == [
        ("contradiction", "status"), ("contradiction", "length"), ("scope", "volume"), ("coarser_date", "date"),
    ]  # fmt: skip
    assert [d.gravity for d in found] == sorted((d.gravity for d in found), reverse=True)


def test_withdrawn_claims_do_not_count():
    assert (
        kinds(
            claim("a", "date", "2023"), claim("b", "date", "2024", withdrawn="read wrongly from the caption")
        )
        == []
    )


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [("4.48", "4.484", "coarser"), ("58.9", "58.97", "coarser"), ("12.6", "12.7", "different"), ("12", "13", "different"),
     ("20-32", "32", "coarser"), ("40+", "43", "coarser"), ("about 200 km", "188 km", "coarser"), ("1,000", "1000", "same"),
     ("1.2 billion USD", "1200 million USD", "same"), ("49+50", "99", "finer"), ("P3Y/P4Y", "P3Y", "coarser"),
     ("not set", "2030", "different")],
)  # fmt: skip
def test_how_numbers_stand_to_each_other(a, b, relation):
    back = {"coarser": "finer", "finer": "coarser"}
    assert relate("length", a, b) == relation
    assert relate("length", b, a) == back.get(relation, relation)


def test_values_never_make_the_comparison_fail():
    odd = [
        "",
        "-",
        "0",
        "??",
        "2024-13-45",
        "--",
        "/",
        "1e9",
        "∞",
        "12 of 30",
        "P",
        "2024/..",
        "95 %",
        "\u0661\u0662",
        "+",
        "~",
        "1-",
    ]
    for field in ("date", "length", "place", "status"):
        for a in odd:
            for b in odd:
                relate(field, a, b)
                slip(field, a, b)
                lost_unit(a, b)
    rows = [
        claim(f"s{n}", field, value) for field in ("date", "length", "status") for n, value in enumerate(odd)
    ]
    assert isinstance(reconcile(rows), Reconciled)


# --- what is taken ------------------------------------------------------------------------------------------


def test_the_order_of_rules():
    rows = [claim(name, "date", day, event=EVENTS[0].id) for name, day in
            (("text", "2024-05-01"), ("r1", "2024-05-09"), ("r2", "2024-05-09"), ("r3", "2024-05-09"), ("x", "2024-05-17"), ("m", "2024-05-25"))]  # fmt: skip
    known = sources(
        text="primary", r1="reputable", r2="reputable", r3="reputable", x="secondary", m="machine_rewritten"
    )
    settings = {"events": EVENTS, "actors": ACTORS}
    assert (taken(rows, known, **settings).value, taken(rows, known, **settings).rule) == (
        "2024-05-01",
        OFFICIAL,
    )
    assert (taken(rows[1:], known).value, taken(rows[1:], known).rule) == ("2024-05-09", INDEPENDENT)
    assert taken(rows[3:], known).rule == REPUTABLE
    assert (taken(rows[4:], known).value, taken(rows[4:], known).rule) == ("2024-05-17", SECONDARY)
    assert (taken(rows[5:], known).value, taken(rows[5:], known).rule) == ("", UNCONFIRMED)


def test_both_parties_together_outweigh_more_reports():
    rows = [claim(name, "date", day, event=EVENTS[0].id) for name, day in
            (("a", "2024-05-02"), ("b", "2024-05-02"), ("c", "2024-05-09"), ("d", "2024-05-09"), ("e", "2024-05-09"))]  # fmt: skip
    known = sources(a="reputable:RUR", b="reputable:BOR", c="reputable", d="reputable", e="reputable")
    found = taken(rows, known, events=EVENTS, actors=ACTORS)
    assert (found.value, found.rule) == ("2024-05-02", BOTH_PARTIES)


def test_the_rule_and_the_estimate_may_disagree_and_then_it_is_said():
    rows = [claim("text", "date", "2024-05-01"), *(claim(f"r{n}", "date", "2024-05-09") for n in range(6))]
    known = sources(text="primary", **{f"r{n}": "reputable" for n in range(6)})
    found = taken(rows, known)
    assert (found.value, found.estimate) == ("2024-05-01", "2024-05-09")
    assert "the estimate would take 2024-05-09" in found.reason
    assert found.probability < 0.5


def test_copies_are_one_witness_and_confirm_nothing():
    rows = [claim(name, "place", "Zenda") for name in "ab"]
    known = sources(a="machine_rewritten", b="machine_rewritten")
    edges = [LineageEdge("a", "b", "common_parent", 0.9)]
    assert taken(rows, known).value == "Zenda"
    found = taken(rows, known, edges)
    assert (found.value, found.witnesses, found.rule) == ("", 1, UNCONFIRMED)
    assert "copies count once" in found.reason


def test_facts_before_plans():
    rows = [claim("a", "date", "2024-04-30", modality="plan"), claim("b", "date", "2024-06-02")]
    found = taken(rows, sources(a="primary", b="secondary"))
    assert found.value == "2024-06-02"
    assert LATER in found.reason


def test_the_latest_plan_counts():
    rows = [claim("a", "completion_planned", "2025"), claim("b", "completion_planned", "2027")]
    known = [
        Source("a", published="2023", reliability="reputable"),
        Source("b", published="2024", reliability="reputable"),
    ]
    assert (taken(rows, known).value, taken(rows, known).rule) == ("2027", LATER)


def test_the_finer_telling_of_equally_good_sources_is_taken():
    rows = [claim("a", "date", "2024"), claim("b", "date", "2024-05"), claim("c", "date", "2024-05-02")]
    found = taken(rows, sources(a="reputable", b="reputable", c="reputable"))
    assert found.value == "2024-05-02"
    rows = [claim("a", "date", "2024"), claim("b", "date", "2024"), claim("c", "date", "2024-05-02")]
    assert taken(rows, sources(a="reputable", b="reputable", c="machine_rewritten")).value == "2024"


def test_what_only_is_denied_is_taken_as_not_so():
    rows = [claim(name, "role", "mediator", "BOR", stance="denies") for name in "ab"]
    assert taken(rows, sources(a="reputable", b="reputable")).value == "not mediator"


def test_the_order_of_claims_changes_nothing():
    rows = [
        claim("a", "date", "2024"),
        claim("b", "date", "2024-05-02"),
        claim("c", "date", "2024-06-09"),
        claim("d", "date", "2024-06-09"),
    ]
    known = sources(a="reputable", b="reputable", c="secondary", d="secondary")
    results = {
        (taken(order, known).value, tuple(d.kind for d in find_differences(order)))
        for order in permutations(rows)
    }
    assert len(results) == 1


# --- stages that follow each other --------------------------------------------------------------------------


def dated_stage(source: str, value: str, day: str, at: str, event: str = "treaty") -> list:
    """A status and its day, told in one sentence as the reader tells it."""
    own = event if value == "signed" else f"{event}-{value.replace(' ', '-')}"
    return [
        claim(source, "status", value, "agreement", event, at),
        claim(source, "date", day, event=own, at=at),
    ]


@pytest.mark.parametrize("documents", ["aaa", "abc"])
def test_stages_that_follow_each_other_are_no_contradiction(documents):
    one, two, three = documents
    rows = [
        *dated_stage(one, "signed", "2024-03-04", "p2 s1"),
        *dated_stage(two, "ratified", "2024-06-05", "p3 s1"),
        *dated_stage(three, "in force", "2025-01-01", "p4 s1"),
    ]
    assert kinds(*rows) == []


def test_works_that_started_and_a_line_that_is_open():
    begun, running = claim("a", "status", "works started", "line"), claim("a", "status", "open", "line")
    assert kinds(begun, running) == []
    still = claim("b", "status", "under construction", "line")
    assert kinds(still, running) == ["contradiction"]


@pytest.mark.parametrize("documents", ["aa", "ab"])
def test_an_impossible_order_is_a_contradiction(documents):
    rows = [
        *dated_stage(documents[0], "signed", "2024-03-04", "p2 s1"),
        *dated_stage(documents[1], "ratified", "2023-06-05", "p3 s1"),
    ]
    (found,) = find_differences(rows)
    assert found.kind == "contradiction"
    assert "ratified on 2023-06-05, and signed only on 2024-03-04" in found.reason
    assert {c.mention.locator for v in found.values for c in v.claims} == {"p2 s1", "p3 s1"}
    assert found.within == ("a" if documents == "aa" else "")


def test_initialled_and_signed_on_one_day_differ_and_on_two_days_do_not():
    rows = dated_stage("a", "initialled", "2024-03-04", "p2 s1")
    assert kinds(*rows, *dated_stage("b", "signed", "2024-03-04", "p2 s1")) == ["contradiction"]
    assert kinds(*rows, *dated_stage("b", "signed", "2024-05-04", "p2 s1")) == []


# --- one difference is told once ----------------------------------------------------------------------------


def test_what_documents_contradict_within_is_not_told_again():
    one = [claim("a", "status", "signed", at="p2 s1"), claim("a", "status", "unsigned", at="p3 s1")]
    copy = [claim("b", "status", "signed", at="p2 s1"), claim("b", "status", "unsigned", at="p3 s1")]
    assert [d.within for d in find_differences([*one, *copy])] == ["a", "b"]
    more = claim("c", "status", "signed", at="p2 s1")
    found = find_differences([*one, more])
    assert [d.within for d in found] == ["a", ""]
    assert {c.mention.source for v in found[1].values for c in v.claims} == {"a", "c"}


def test_one_pair_of_values_has_one_difference():
    rows = [
        claim("a", "status", "signed", "treaty", at="p2 s1", valid_time="2024-03-04"),
        claim("b", "status", "ratified", "treaty", at="p3 s1", valid_time="2023-06-05"),
    ]
    assert kinds(*rows) == ["contradiction"]


def test_one_stage_on_two_days_is_no_impossible_order():
    """Two days for one signature contradict each other, and nothing is out of order; a late initial is."""
    days = [claim("a", "status", "signed", "deal", at=f"p{n} s1", valid_time=f"2024-05-0{n}") for n in (1, 2)]
    assert list(find_disorder(days)) == []
    early = claim("a", "status", "initialled", "deal", at="p3 s1", valid_time="2024-05-03")
    assert [(one, late) for one, late, _ in find_disorder([*days, early])] == [(early, day) for day in days]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from(["initialled", "signed", "ratified"]), st.integers(1, 9)
        ),
        max_size=12,
    )
)
def test_disorder_is_what_comparing_all_pairs_finds(told: list[tuple[str, str, int]]):
    """Within a document every pair that is out of order; else the first, if no telling keeps the order."""
    rows = [
        claim(source, "status", value, "deal", at=f"p{n} s1", valid_time=f"2024-05-0{day}")
        for n, (source, value, day) in enumerate(told, start=1)
    ]
    expected = set()
    for early_name, late_name in combinations(["initialled", "signed", "ratified"], 2):
        pairs = [
            (a, b)
            for one, other in combinations(rows, 2)
            for a, b in ((one, other), (other, one))
            if (a.value, b.value) == (early_name, late_name)
        ]
        wrong = [(a, b) for a, b in pairs if b.valid_time < a.valid_time]
        inside = [(a, b) for a, b in wrong if a.mention.source == b.mention.source]
        expected |= {(a.id, b.id) for a, b in inside or (wrong[:1] if len(wrong) == len(pairs) else ())}
    assert {(a.id, b.id) for a, b, _ in find_disorder(rows)} == expected
