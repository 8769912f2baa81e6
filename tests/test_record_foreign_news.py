"""Short texts of other continents: who did what, when, and what of it is no contradiction. All of it is invented."""

import pytest

from landbridge.record.extract import propose_claims
from landbridge.record.lexicon import Lexicon
from landbridge.record.model import Claim
from landbridge.record.reading import read_text
from landbridge.record.reconcile import reconcile


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.build()


def told(text: str, lexicon: Lexicon) -> tuple[Claim, ...]:
    return propose_claims(read_text(f"News of the day\n{text}"), lexicon)


def roles(text: str, lexicon: Lexicon) -> set[tuple[str, str, str]]:
    return {(c.subject, c.value, c.stance) for c in told(text, lexicon) if c.field == "role"}


def kinds(text: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    return [(d.kind, d.field) for d in reconcile(told(text, lexicon)).differences]


def test_who_tells_of_a_part_does_not_play_it(lexicon):
    assert ("ETH", "host", "asserts") in roles(
        "Kenya said that Ethiopia had hosted the talks in Juba.", lexicon
    )
    assert ("KEN", "host", "asserts") not in roles(
        "Kenya said that Ethiopia had hosted the talks in Juba.", lexicon
    )
    assert roles("Egypt denied that Sudan had mediated the talks.", lexicon) == {
        ("SDN", "mediator", "denies")
    }
    assert roles("Egypt denied that it had mediated the talks.", lexicon) == {("EGY", "mediator", "denies")}


def test_denials_of_two_and_a_denial_denied(lexicon):
    both = {("OMN", "mediator", "denies"), ("QAT", "mediator", "denies")}
    assert roles("Neither Oman nor Qatar mediated the talks.", lexicon) == both
    assert roles("Oman did not host the talks.", lexicon) == {("OMN", "host", "denies")}
    assert roles("Oman has never denied hosting the talks.", lexicon) == {("OMN", "host", "asserts")}


def test_stages_one_after_another_are_no_contradiction(lexicon):
    steps = (
        "Kenya and Ethiopia initialled the transit treaty in Addis Ababa on 4 February 2023. "
        "The treaty was signed in Nairobi on {day}. It entered into force on 1 January 2025."
    )
    assert kinds(steps.format(day="12 May 2024"), lexicon) == []
    assert ("contradiction", "status") in kinds(steps.format(day="4 February 2023"), lexicon)


def test_each_state_ratifies_and_signs_for_itself(lexicon):
    text = (
        "Kenya and Ethiopia signed the transit treaty in Nairobi on 12 May 2024. Kenya ratified the treaty on "
        "3 June 2024. The treaty has not been ratified by Ethiopia. Uganda did not sign the treaty."
    )
    assert "contradiction" not in {kind for kind, _ in kinds(text, lexicon)}
    assert {c.scope for c in told(text, lexicon) if c.value == "ratified"} == {"KEN", "ETH"}


def test_a_suspension_is_not_the_day_of_signing(lexicon):
    text = (
        "The grain deal was signed in Istanbul on 22 July 2022. The deal was extended in March 2023. "
        "It was suspended on 17 July 2023."
    )
    days = [
        c.value
        for c in told(text, lexicon)
        if c.field == "date" and c.event == "agreement-grain" and not c.subject
    ]
    assert days == ["2022-07-22"]
    assert "contradiction" not in {kind for kind, _ in kinds(text, lexicon)}


@pytest.mark.parametrize(
    ("sentence", "plans"),
    [
        ("The opening of the Andes Railway was postponed from 2025 to 2027.", {"2025", "2027"}),
        (
            "In June 2022 Peru said that the opening of the Andes Railway would be delayed until 2026.",
            {"2026"},
        ),
        ("The Andes Railway will open in 2024, Peru's transport ministry said in March 2020.", {"2024"}),
        ("The Andes Railway to open in 2027", {"2027"}),
        ("The Andes Railway was to have opened in 2021.", {"2021"}),
    ],
)
def test_a_day_of_opening_that_slips(sentence, plans, lexicon):
    claims = told(sentence, lexicon)
    assert {c.value for c in claims if c.field == "completion_planned"} == plans
    assert not [c for c in claims if c.field == "date"]


def test_an_amount_has_its_own_year_and_scope(lexicon):
    text = (
        "The Port of Mombasa handled 35 million tonnes in 2023, against 33 million tonnes in 2022. "
        "Transit cargo through the Port of Mombasa was 11 million tonnes in 2023."
    )
    volumes = {(c.event, c.value, c.valid_time, c.scope) for c in told(text, lexicon) if c.field == "volume"}
    port = "process:mombasa-port"
    assert {v[:3] for v in volumes} == {(port, "35", "2023"), (port, "33", "2022"), (port, "11", "2023")}
    assert (port, "11", "2023", "transit") in volumes
    assert kinds(text, lexicon) == [("scope", "volume")]


def test_an_amount_a_year_earlier(lexicon):
    text = "The Panama Canal carried 423 million tons in 2024, down from 511 million tons a year earlier."
    assert {(c.value, c.valid_time) for c in told(text, lexicon)} == {("423", "2024"), ("511", "2023")}


def test_an_amount_of_a_nameless_bridge_is_not_of_the_port_before_it(lexicon):
    text = "The Port of Santos was opened on 3 May 2020. The bridge is 700 metres long."
    assert not [c for c in told(text, lexicon) if c.field == "length"]


def test_a_capital_that_no_table_has(lexicon):
    claims = told("Santos, the capital of Brazil, will host a summit.", lexicon)
    assert [(c.event, c.value) for c in claims if c.field == "classification"] == [
        ("place:santos", "capital")
    ]


def test_a_route_crosses_several_states(lexicon):
    assert kinds("The Andes Railway will run 900 km from Lima through Bolivia and Paraguay.", lexicon) == []
