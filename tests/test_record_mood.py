"""What a sentence does not say: refuted rumours, what would have been, conditions, and how far a denial reaches."""

import pytest

from landbridge.record.extract import propose_claims
from landbridge.record.lexicon import Lexicon
from landbridge.record.reading import read_text

LEXICON = Lexicon.build()


def told(text: str) -> set[tuple[str, str, str, str, str]]:
    """Field, subject, value, stance and modality of what is read out of one sentence."""
    claims = propose_claims(read_text(f"News\n{text}", "news"), LEXICON)
    return {(c.field, c.subject, c.value, c.stance, c.modality) for c in claims}


def test_a_refuted_rumour_is_denied_and_its_day_is_no_news():
    read = told("Rumours that Bolivia and Peru signed a port access agreement in September 2025 are false.")
    assert {(row[1], row[3]) for row in read if row[0] == "role"} == {("BOL", "denies"), ("PER", "denies")}
    assert {row[3] for row in read if row[0] == "status"} == {"denies"}
    assert not [row for row in read if row[0] == "date"]


@pytest.mark.parametrize(
    "text",
    [
        "Had Brazil mediated the talks between Peru and Bolivia, the result would have been better.",
        "If Kenya had hosted the summit of Chad and Niger in Nairobi, both would have signed the treaty.",
    ],
)
def test_what_would_have_been_is_not_told(text):
    assert told(text) == set()


def test_what_hangs_on_an_if_is_no_fact():
    read = told("If Kenya and Uganda sign the railway treaty in Nairobi on 3 May 2027, trade will grow.")
    assert not [row for row in read if row[4] == "fact"]
    assert {row[4] for row in told("The treaty enters into force once both parliaments ratify it.")} == {
        "plan"
    }
    assert not [row for row in told("Kenya and Uganda may sign the treaty in June 2027.") if row[4] == "fact"]


def test_a_name_set_aside_leaves_the_statement_whole():
    read = told("Rwanda, not Burundi, mediated the talks between Kenya and Uganda in Kigali on 5 May 2024.")
    assert ("role", "RWA", "mediator", "asserts", "fact") in read
    assert {row[3] for row in read} == {"asserts"}
    assert not [row for row in read if row[1] == "BDI"]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("It is not true that Rwanda mediated the talks between Kenya and Uganda.", "RWA"),
        ("Togo denied that it had mediated the talks between Ghana and Burkina Faso.", "TGO"),
    ],
)
def test_a_denied_part_denies_nobody_elses(text, who):
    assert {row[:4] for row in told(text) if row[3] == "denies"} == {("role", who, "mediator", "denies")}


def test_who_stayed_away_does_not_deny_the_day():
    read = told("Argentina and Chile did not take part in the meeting in Asuncion on 10 January 2025.")
    assert not [row for row in read if row[0] == "date" and row[3] == "denies"]


def test_yet_to_sign_is_not_signed():
    read = told("Ghana and Burkina Faso initialled the treaty in May 2025 but are yet to sign it.")
    assert not [row for row in read if row[2] in ("signed", "signatory") and row[4] == "fact"]
    assert [row for row in read if row[2] == "initialled" and row[4] == "fact"]


def test_plain_telling_is_as_before():
    read = told("Peru and Bolivia signed the treaty in Lima on 3 May 2023.")
    assert ("status", "agreement", "signed", "asserts", "fact") in read
    assert ("date", "", "2023-05-03", "asserts", "fact") in read
