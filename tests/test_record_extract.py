"""Rules that turn sentences into proposed claims: one promise a test, on states and works of many continents."""

import time

import pytest

from landbridge.record.extract import propose_all, propose_claims
from landbridge.record.lexicon import Lexicon, slug, title_words
from landbridge.record.model import Claim
from landbridge.record.patterns import ROLES
from landbridge.record.reading import read_text


@pytest.fixture(scope="module")
def world() -> Lexicon:
    return Lexicon.build()


def claims(body: str, lexicon: Lexicon, head: str = "News of the day") -> list[Claim]:
    return list(propose_claims(read_text(f"{head}\n{body}"), lexicon))


def said(found: list[Claim], field: str) -> set[tuple[str, str, str]]:
    return {(c.subject, c.value, c.stance) for c in found if c.field == field}


def test_states_of_the_world_are_known_by_all_their_names(world: Lexicon) -> None:
    """Names, formal names, adjectives and acronyms lead to one code; "us" is no state."""
    for name, code in (
        ("Angolan", "AGO"),
        ("DR Congo", "COD"),
        ("the Republic of Peru", "PER"),
        ("U.S.", "USA"),
        ("Côte d'Ivoire", "CIV"),
        ("Türkiye", "TUR"),
    ):
        assert code == world.state_of(name)
    assert world.state_of("it told us") == ""
    assert world.is_capital("Brasília") == "BRA"
    assert world.is_capital("São Paulo") == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Angola mediated the talks between Ruanda and Uganda in Luanda.", ("AGO", "mediator", "asserts")),
        ("The deal between Peru and Chile was brokered by Brazil.", ("BRA", "mediator", "asserts")),
        (
            "Kenya has not been a mediator in the peace talks between Sudan and South Sudan.",
            ("KEN", "mediator", "denies"),
        ),
        (
            "The talks between Mali and Niger were held under Algerian auspices.",
            ("DZA", "mediator", "asserts"),
        ),
        ("Qatar hosted the talks between Chad and Libya in Doha.", ("QAT", "host", "asserts")),
        ("Oman denied that it had hosted the talks between Iran and Yemen.", ("OMN", "host", "denies")),
        ("Ghana and Togo signed a border protocol in Accra.", ("TGO", "signatory", "asserts")),
        (
            "Bolivia was neither a signatory nor a guarantor of the treaty between Peru and Chile.",
            ("BOL", "guarantor", "denies"),
        ),
        (
            "Norway will act as guarantor of the agreement between Colombia and Venezuela.",
            ("NOR", "guarantor", "asserts"),
        ),
        (
            "The treaty between Laos and Thailand was made possible through Malaysia's efforts.",
            ("MYS", "facilitator", "asserts"),
        ),
        (
            "Finland played no role in the negotiations between Estonia and Latvia.",
            ("FIN", "notable participant", "denies"),
        ),
        (
            "The Nacala Corridor railway is operated by Vale Logistics.",
            ("vale-logistics", "operator", "asserts"),
        ),
        ("The Friendship Bridge was financed by Japan.", ("JPN", "financier", "asserts")),
        ("Chad and Libya signed a US-brokered peace accord in Tunis.", ("USA", "mediator", "asserts")),
        (
            "Luanda has denied that it mediated the talks between Chad and Libya.",
            ("AGO", "mediator", "denies"),
        ),
        ("The peace talks between Chad and Libya involve Tunisia as a venue.", ("TUN", "host", "asserts")),
        (
            "Zambia, with its position along the Tazara Railway, wants more trains.",
            ("ZMB", "participant", "asserts"),
        ),
        (
            "Morocco has not been a key player in the peace talks between Chad and Libya.",
            ("MAR", "notable participant", "denies"),
        ),
        (
            "The treaty, which aims to open the border, was signed in Quito in the presence of Foreign Minister Ana Sousa.",
            ("ana-sousa", "witness", "asserts"),
        ),
    ],
)
def test_roles_and_their_denial(body: str, expected: tuple[str, str, str], world: Lexicon) -> None:
    """A role is read from active, passive, noun and possessive wordings."""
    assert expected in said(claims(body, world), "role")


def test_denial_reaches_only_its_own_clause(world: Lexicon) -> None:
    """ "While A has not mediated, it has supported" asserts the second."""
    found = said(
        claims(
            "While Kenya has not mediated the talks between Sudan and Chad, it has played a crucial role in the process.",
            world,
        ),
        "role",
    )
    assert ("KEN", "mediator", "denies") in found
    assert ("KEN", "notable participant", "asserts") in found


def test_roles_are_of_the_closed_list(world: Lexicon) -> None:
    """No rule gives a role without a definition."""
    body = "Peru hosted the summit in Lima. Chile signed the treaty with Peru. Japan financed the Lima Port. Cuba attended the summit."
    assert {value for _, value, _ in said(claims(body, world), "role")} <= set(ROLES)


@pytest.mark.parametrize(
    ("body", "value", "stance"),
    [
        ("The agreement between Peru and Chile was signed in Lima.", "signed", "asserts"),
        ("The agreement between Peru and Chile was initialled in Lima.", "initialled", "asserts"),
        ("The agreement between Peru and Chile has not been ratified.", "ratified", "denies"),
        ("The agreement between Peru and Chile entered into force in 2024.", "in force", "asserts"),
        ("The agreement between Peru and Chile has yet to be signed.", "unsigned", "asserts"),
        (
            "One condition for signing the agreement between Peru and Chile is a vote in Lima.",
            "unsigned",
            "asserts",
        ),
        (
            "The text of the agreement between Peru and Chile was finalised in Quito.",
            "text agreed",
            "asserts",
        ),
        ("The memorandum between Peru and Chile is not binding.", "not binding", "asserts"),
    ],
)
def test_stages_of_an_instrument(body: str, value: str, stance: str, world: Lexicon) -> None:
    """Each stage by its words; a condition for signing means that it is not signed."""
    assert (value, stance) in {(v, s) for _, v, s in said(claims(body, world), "status")}


def test_two_accounts_of_one_summit_meet_under_one_id(world: Lexicon) -> None:
    """Neither order of names nor the date that is told makes another event."""
    one = claims(
        "The Quito summit in July 2024, where the declaration between Peru and Ecuador was signed, was a success.",
        world,
    )
    two = claims("Ecuador and Peru sent ministers to the summit in Quito in August 2025.", world)
    dates = {(c.event, c.value) for c in (*one, *two) if c.field == "date"}
    assert {("meeting-quito", "2024-07"), ("meeting-quito", "2025-08")} <= dates


def test_amounts_have_units_and_scope(world: Lexicon) -> None:
    """Tonnes become Mt, money keeps its currency, a capacity is told from a volume."""
    body = (
        "The Nacala Corridor carried 4.48 million tonnes in 2024. The corridor is 912 km long and has a capacity of 18 million tonnes a year. "
        "The first phase cost $2.7 billion, with a loan of 300 million euros. The Lobito Port charges 92 dollars per tonne."
    )
    found = {(c.field, c.subject, c.value) for c in claims(body, world)}
    assert {
        ("volume", "Mt 2024", "4.48"),
        ("length", "km", "912"),
        ("capacity", "Mt a year", "18"),
        ("cost", "USD billion", "2.7"),
        ("cost", "EUR million loan", "300"),
        ("tariff", "USD per tonne", "92"),
    } <= found
    assert {"first phase"} == {
        c.scope for c in claims(body, world) if c.field == "cost" and c.unit == "USD billion"
    }


def test_a_helper_before_a_hyphen_is_no_party(world: Lexicon) -> None:
    """ "US-brokered" makes a mediator, neither a signatory nor a part of the accord's id."""
    found = claims("Chad and Libya signed a US-brokered peace accord in Tunis on 3 May 2024.", world)
    assert {"agreement-peace-lby-tcd"} == {c.event for c in found}
    assert {"LBY", "TCD"} == {c.subject for c in found if c.value == "signatory"}


def test_it_is_the_instrument_before(world: Lexicon) -> None:
    """ "It was signed on 3 May in Quito by President A of B" gives day, place and signer of the treaty before."""
    body = "The border treaty between Peru and Ecuador was long awaited. It was signed on 3 May in Quito by Peruvian President Ana Sousa."
    found = {(c.event, c.field, c.subject, c.value) for c in claims(body, world)}
    event = "agreement-border-ecu-per"
    assert {
        (event, "date", "", "--05-03"),
        (event, "place", "", "Quito"),
        (event, "role", "ana-sousa", "signatory"),
    } <= found


def test_a_framework_has_preparers_a_name_and_a_focus(world: Lexicon) -> None:
    """Who draws a text up, what a corridor is called, what a treaty is about, what an actor wants."""
    body = (
        "The framework for the Andes Loop Corridor will be prepared by Peru and Chile. "
        "Peru opened a strategic rail corridor, known as the Andes Loop Corridor (ALC), connecting Ilo with Arica. "
        "The treaty between Peru and Chile, with its focus on fishing rights, is old. "
        "The reopening of the line is of great interest to Bolivia. "
        "The exchange of prisoners was a result of the Lima summit."
    )
    found = {(c.field, c.subject, c.value) for c in claims(body, world)}
    assert {
        ("actor", "framework", "PER"),
        ("actor", "framework", "CHL"),
        ("name", "ALC", "Andes Loop Corridor"),
        ("classification", "ALC", "strategic rail corridor"),
        ("place", "endpoints", "Ilo - Arica"),
        ("topic", "agreement", "fishing rights"),
        ("aim", "BOL", "reopening of the line"),
        ("outcome", "prisoners", "The exchange of prisoners"),
    } <= found


def test_plans_and_offers_are_no_facts(world: Lexicon) -> None:
    """What is offered or to come is marked so."""
    body = "President Ana Sousa of Brazil offered to host further talks in Recife in late 2026. The Beira Port is to be completed by the end of 2028."
    found = claims(body, world)
    assert {"offer"} == {
        c.modality for c in found if c.field in ("role", "actor") and c.event.startswith("offer")
    }
    assert [(c.value, c.modality) for c in found if c.field == "completion_planned"] == [("2028-12", "plan")]
    assert ("ana-sousa", "made the offer", "asserts") in said(found, "actor")


def test_conditions_are_counted(world: Lexicon) -> None:
    """The only remaining condition is one."""
    found = said(
        claims(
            "The only remaining condition for signing the treaty between Ghana and Togo is the return of the islands.",
            world,
        ),
        "condition",
    )
    assert ("number of conditions left", "1", "asserts") in found
    assert ("the-return-of-the-islands" in {s for s, _, _ in found}) or (
        "return-of-the-islands" in {s for s, _, _ in found}
    )


def test_a_capital_is_a_claim(world: Lexicon) -> None:
    """Which city is called capital is recorded, true or not."""
    found = said(
        claims(
            "The ministers met in Lagos, the capital of Nigeria. They went on to Sydney, the former capital.",
            world,
        ),
        "classification",
    )
    assert {("Lagos", "capital", "asserts"), ("Sydney", "former capital", "asserts")} <= found


def test_conflict_has_a_length(world: Lexicon) -> None:
    """Three decades of conflict are thirty years."""
    assert ("conflict", "P30Y", "asserts") in said(
        claims("The conflict between Chad and Libya lasted for three decades.", world), "duration"
    )


def test_margins_yield_origin_not_facts(world: Lexicon) -> None:
    """A disclaimer names the parent; a link to another story is unrelated; neither yields a role."""
    body = "Peru met Chile in Lima.\nThe views expressed do not necessarily reflect the position of The Lima Post.\nRead also:\n- Cuba signed a deal with Spain in Havana"
    found = claims(body, world)
    assert ("The Lima Post", "opinion piece", "asserts") in said(found, "derived_from")
    assert {"unrelated"} == {c.field for c in found if c.mention.locator == "p5 s1"}


def test_a_study_gives_its_own_ids() -> None:
    """With the record's events, actors and gates at hand, a mention is linked to them."""
    lexicon = Lexicon.build(
        actors=[{"id": "joao-prado", "name": "Joao Prado", "kind": "person", "country": "BRA"}],
        events=[
            {
                "id": "2024-06-05-recife-summit",
                "date": "2024-06-05",
                "place": "Recife (BRA)",
                "kind": "summit",
                "title": "Leaders meet in Recife",
                "actors": "BRA;ARG",
            }
        ],
        gates=[{"id": "beira-line-built", "title": "Beira-Tete railway built", "requires": ""}],
        claims=[{"event_id": "process:arg-bra-peace"}],
    )
    found = claims(
        "The Recife summit of Brazil and Argentina took place in June 2024. The Beira-Tete railway is 500 km long. Prado attended the Recife summit.",
        lexicon,
    )
    assert ("2024-06-05-recife-summit", "date", "2024-06") in {(c.event, c.field, c.value) for c in found}
    assert ("gate:beira-line-built", "length") in {(c.event, c.field) for c in found}
    assert ("joao-prado", "participant", "asserts") in said(found, "role")


def test_acronyms_are_learnt_from_the_text(world: Lexicon) -> None:
    """What brackets define is known further on."""
    body = "The Grand Andean Loop Organisation (GALO) met in Quito. Talks between Peru and Chile were hosted by GALO."
    assert ("galo", "host", "asserts") in said(claims(body, world), "role")


def test_addresses_lead_to_the_sentence(world: Lexicon) -> None:
    """Each claim stands at its sentence, whose text goes with it, and in order."""
    document = read_text(
        "Head\nThe sun shone. Peru and Chile signed a treaty in Lima on 3 May 2024.\nIt was ratified in June 2025."
    )
    found = propose_claims(document, world)
    texts = {s.address: s.text for s in document.sentences}
    assert found
    assert all(c.mention.address is not None and texts[c.mention.address] == c.mention.text for c in found)
    assert [c.mention.address for c in found] == sorted(c.mention.address for c in found if c.mention.address)
    assert "2025-06" in {c.value for c in found if c.field == "date" and c.mention.locator == "p3 s1"}


def test_many_documents_in_order_whatever_the_processes(world: Lexicon) -> None:
    """Two processes propose what one does."""
    documents = [
        read_text(f"Head\nPeru and Chile signed a treaty in Lima in 20{n:02}.", f"d{n}")
        for n in range(10, 30)
    ]
    assert propose_all(documents, world) == propose_all(documents, world, processes=2)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "....",
        "signed signed signed",
        "not " * 400,
        "between and , and between",
        "Peru's Peru's Peru",
        "(((",
        "The of in at " * 60,
        "to to to open to",
        "$ 1 1 1 % km",
    ],
)
def test_odd_lines_break_nothing(line: str, world: Lexicon) -> None:
    """Whatever stands in a sentence, the rules come to an end without an error."""
    assert isinstance(propose_claims(read_text(f"Head\n{line}"), world), tuple)


def test_a_document_takes_little_time(world: Lexicon) -> None:
    """Ten thousand documents in four minutes on two cores leave 48 ms each; a quarter of a second means a fault."""
    line = "Peru, Chile and Bolivia signed a transit agreement for the Arica Corridor in La Paz on 3 July 2025, which was mediated by Brazil. "
    document = read_text("Head\n" + "\n".join([line * 2] * 12))
    propose_claims(document, world)
    begun = time.process_time()
    propose_claims(document, world)
    assert time.process_time() - begun < 0.25


def test_small_helpers() -> None:
    """Ids are plain; related words of titles are one."""
    assert slug("the Port of São Tomé") == "port-of-sao-tome"
    assert title_words("Railway line opened") == title_words("The rail opening")
