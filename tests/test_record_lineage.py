"""Who repeats whom: by text, by a named parent, by shared errors; and how many witnesses that leaves."""

import time
from random import Random

import pytest
from benchmarks.record_corpus import build_texts
from tests.record_tables import document

from landbridge.record.lineage import Dependence, count_witnesses, find_lineage
from landbridge.record.lineage_text import TextComparer, named_parents
from landbridge.record.model import Address, Claim, Document, LineageEdge, Mention, Sentence, Source
from landbridge.record.shingles import build_corpus, candidates, meeting_pairs, run_hashes, signatures

FIRST = """Port of Nara opens its second quay
The second quay of the port of Nara was opened on 4 June 2024 by Prime Minister Odo Kell.
It was built in three years by a consortium of two dredging firms and a bank of the region.
Ships of up to 60,000 tonnes can now berth there without waiting for the tide to turn.
Fishermen of the old harbour complain that the dredged sand has buried the grounds where they laid their nets.
“The quay gives our farmers a road to the sea,” said Kell.
"""
COPY = """New quay at Nara, ships welcome
Fishermen of the old harbour complain that the dredged sand has buried the grounds where they laid their nets.
The port of Nara has a new quay since 4 June 2024, and the Prime Minister came to open it.
Ships of up to 60,000 tonnes can now berth there without waiting for the tide to turn.
Hotels in the town were full for the week, and the streets were swept twice.
"""
REWRITTEN = """Second quay for port of Nara
The quay of Nara, the port's second, was inaugurated on 4 June 2024 by Odo Kell, the Prime Minister.
A consortium of a regional bank and two dredging companies needed three years to build it.
Vessels up to 60,000 tonnes now berth there and need not wait until the tide turns.
In the old harbour fishermen complain of grounds where they laid nets, which dredged sand has buried.
“The quay gives our farmers a road to the sea,” the head of government said.
"""
OTHER = """Nara: Kell cuts the ribbon at last
Odo Kell, Prime Minister, cut a ribbon in the port of Nara on 4 June 2024 and went home by train.
Three years of noise are over for the people along the shore, whose windows shook at night.
“The quay gives our farmers a road to the sea,” said Kell.
What the berth will cost shippers nobody could tell us; the tariff is still being written in the capital.
Grain, at 60,000 tonnes a ship, is what the planners hope for, but the railway to the hills has one track.
"""

CROWD_WORDS = [
    ("harbour master", "pilots", "the northern quay", "herring fleet"),
    ("old engineer", "council", "the swing bridge", "spring floods"),
    ("customs clerk", "drivers", "every broken scale", "grain harvest"),
    ("signal woman", "dispatchers", "the frozen points", "night express"),
    ("mayor", "shopkeepers", "the market roof", "autumn fair"),
    ("ferry captain", "owners", "both bow doors", "summer crowds"),
    ("shepherd", "road crew", "the washed-out ford", "lambing season"),
    ("crane operator", "stevedores", "the cracked boom", "timber ships"),
    ("teacher", "parents", "the school bus", "first snow"),
    ("surveyor", "ministry", "the missing milestones", "rainy months"),
]


def _edge(*texts: str) -> LineageEdge | None:
    documents = [document(f"d{number}", text) for number, text in enumerate(texts)]
    found = [e for e in find_lineage(documents) if {e.a, e.b} == {"d0", "d1"}]
    return found[0] if found else None


def test_shared_sentences_make_a_copy_and_the_reason_quotes_them():
    edge = _edge(FIRST, COPY)
    assert edge is not None
    assert edge.probability > 0.9
    assert "words running are the same" in edge.reason
    assert "words running" in edge.reason


def test_a_rewriting_without_a_common_sentence_is_found():
    edge = _edge(FIRST, REWRITTEN)
    assert edge is not None
    assert edge.probability > 0.5
    assert "in other words" in edge.reason


def test_independent_accounts_share_names_figures_and_a_quotation():
    edge = _edge(FIRST, OTHER)
    assert edge is None or edge.probability < 0.5


def test_the_same_text_twice_is_a_copy():
    edge = _edge(FIRST, FIRST)
    assert edge is not None
    assert (edge.relation, edge.probability > 0.99) == ("copy", True)


@pytest.mark.parametrize(
    "texts", [(), ("",), ("", ""), ("The of and.", "The of and."), ("Тест один два.", FIRST)]
)
def test_texts_without_prose_are_linked_to_nothing(texts):
    assert find_lineage([document(f"d{n}", text) for n, text in enumerate(texts)]) == ()


def test_a_disclaimer_for_another_paper_names_the_parent():
    closing = "\nThe views and opinions expressed in this article do not necessarily reflect the position of The Nara Post."
    child = document("child", COPY + closing)
    assert named_parents(child) == {"nara post": 1.0}
    sources = [Source("child", publisher="Digest"), Source("parent", publisher="The Nara Post")]
    edges = find_lineage([child, document("parent", FIRST)], sources=sources)
    assert [(e.a, e.b, e.relation) for e in edges] == [("child", "parent", "derived_from")]


def test_a_common_disclaimer_alone_links_nothing():
    closing = "\nThe views and opinions expressed in this article are those of the author. All rights reserved. Subscribe to our newsletter."
    assert (
        _edge(OTHER + closing, "Wheat prices\nWheat fell again in the north as rain came late." + closing)
        is None
    )


def test_stated_descent_is_certain():
    edges = find_lineage((), sources=[Source("a", derived_from=("p",))])
    assert [(e.a, e.b, e.relation, e.probability) for e in edges] == [("a", "p", "derived_from", 1.0)]


def _claims(values: dict[str, dict[str, str]]) -> list[Claim]:
    return [
        Claim(f"{source}-{event}", event, "date", "", value, Mention(source))
        for source, said in values.items()
        for event, value in said.items()
    ]


def test_two_sources_with_the_same_unusual_errors_are_probably_one():
    right = {"e1": "2024-01-01", "e2": "2024-02-02", "e3": "2024-03-03"}
    wrong = {"e1": "2023-07-09", "e2": "2022-11-11", "e3": "2024-03-03"}
    edges = find_lineage(
        (), _claims({"a": right, "b": right, "c": right, "d": right, "x": wrong, "y": wrong})
    )
    assert [(e.a, e.b) for e in edges] == [("x", "y")]
    assert edges[0].probability > 0.8
    assert "2023-07-09" in edges[0].reason


def test_agreement_on_what_all_say_is_no_sign_of_copying():
    right = {f"e{n}": f"2024-01-{n:02}" for n in range(1, 10)}
    assert find_lineage((), _claims(dict.fromkeys("abcde", right))) == ()


def test_witnesses_copies_of_one_parent_count_once():
    edges = [LineageEdge("a", "p", "derived_from", 1.0), LineageEdge("b", "p", "derived_from", 1.0)]
    assert count_witnesses(["a", "b"], edges).count == 1
    assert count_witnesses(["a", "p"], edges).count == 1
    assert count_witnesses(["a", "b", "c"], edges).count == 2
    assert count_witnesses(["a", "b", "c"], edges).weighted == pytest.approx(2.0)


def test_witnesses_a_child_of_two_parents_adds_nothing_to_them():
    edges = [LineageEdge("r", "a", "derived_from", 1.0), LineageEdge("r", "b", "derived_from", 1.0)]
    assert count_witnesses(["r", "a", "b"], edges).count == 2
    assert count_witnesses(["r"], edges).count == 1


def test_witnesses_grandchildren_and_circles():
    edges = [
        LineageEdge(*pair, "derived_from", 1.0) for pair in (("c", "b"), ("b", "a"), ("x", "y"), ("y", "x"))
    ]
    assert count_witnesses(["c", "a"], edges).count == 1
    assert count_witnesses(["x", "y"], edges).count == 1


def test_witnesses_are_weighed_by_probability():
    found = count_witnesses(["a", "b"], [LineageEdge("a", "b", "common_parent", 0.3)])
    assert (found.count, found.weighted) == (2, pytest.approx(1.7))
    found = count_witnesses(["a", "b"], [LineageEdge("a", "b", "common_parent", 0.8)])
    assert (found.count, found.weighted) == (1, pytest.approx(1.2))


def test_copies_of_copies_are_one_text_but_a_compilation_does_not_join_its_parts():
    copies = [LineageEdge("a", "b", "copy", 0.9), LineageEdge("b", "c", "copy", 0.9)]
    assert count_witnesses(["a", "c"], copies).count == 1
    parts = [LineageEdge("a", "b", "common_parent", 0.9), LineageEdge("b", "c", "common_parent", 0.9)]
    assert count_witnesses(["a", "c"], parts).count == 2
    assert count_witnesses(["a", "b", "c"], parts).count == 2


def test_sources_with_their_own_descent_can_be_counted():
    assert count_witnesses([Source("a", derived_from=("p",)), Source("b", derived_from=("p",))]).count == 1
    assert Dependence((), ()).count([]).count == 0


def test_run_hashes_stop_at_the_end_of_a_document():
    texts = [
        Document(str(n), (Sentence(Address(1, 1), "body", "one two three four five six"),)) for n in range(2)
    ]
    corpus = build_corpus(texts)
    assert run_hashes(corpus.word, corpus.start, 5).astype(bool).tolist() == [True, True, *[False] * 4] * 2


def test_pairs_that_share_a_key_are_given_once_and_a_crowd_is_linked_as_a_chain():
    import numpy as np

    keys = np.array([7, 7, 7, 9, 9], dtype=np.uint64)
    members = np.array([0, 1, 1, 1, 0], dtype=np.int64)
    assert meeting_pairs(keys, members, 10).tolist() == [[0, 1]]
    crowd = meeting_pairs(np.full(50, 3, dtype=np.uint64), np.arange(50), 10)
    assert crowd.tolist() == [[n, n + 1] for n in range(49)]


def test_a_crowd_of_rewritings_makes_no_square_of_pairs():
    """Three hundred rewritings of one text: each is compared with few, and all are still few witnesses."""
    luck = Random(5)
    story = [
        f"The {a} told the {b} that {c} would be mended before the {d} returned."
        for a, b, c, d in CROWD_WORDS
    ]
    crowd = [
        document(
            f"d{i:03}",
            "\n".join([*luck.sample(story, len(story) - 2), f"Reader {i} wrote about her own garden."]),
        )
        for i in range(300)
    ]
    assert len(candidates(build_corpus(crowd))) <= 20 * len(crowd)
    edges = find_lineage(crowd)
    assert {name for edge in edges for name in (edge.a, edge.b)} == {d.id for d in crowd}
    assert count_witnesses([d.id for d in crowd], edges).count <= 3


def test_signatures_estimate_how_much_two_texts_share():
    corpus = build_corpus([document("a", FIRST), document("b", FIRST), document("c", OTHER)])
    marks = signatures(corpus)
    assert (marks[0] == marks[1]).all()
    assert (marks[0] == marks[2]).mean() < 0.2


def test_both_ways_of_comparing_agree():
    comparer = TextComparer(build_corpus([document("a", FIRST), document("b", COPY)]))
    one, two = comparer.compare(0, 1), comparer.compare(1, 0)
    assert (one.passages, one.rewritten) == pytest.approx((two.passages, two.rewritten))
    assert (one.share_a, one.share_b) == pytest.approx((two.share_b, two.share_a))


def test_a_synthetic_corpus_is_linked_with_few_errors():
    texts = build_texts(600, seed=5)
    start = time.perf_counter()
    edges = find_lineage(texts.documents)
    assert time.perf_counter() - start < 20
    found = {tuple(sorted((e.a, e.b))) for e in edges if e.probability >= 0.5}
    true = texts.dependent_pairs
    assert len(found & true) / len(found) > 0.95
    assert len(found & true) / len(true) > 0.85


def test_order_of_documents_changes_nothing():
    texts = build_texts(80, seed=3).documents
    forward = {frozenset((e.a, e.b)): e.probability for e in find_lineage(texts)}
    backward = {frozenset((e.a, e.b)): e.probability for e in find_lineage(texts[::-1])}
    assert forward.keys() == backward.keys()
    assert forward == pytest.approx(backward, abs=0.05)


def test_a_long_line_of_descent_is_one_witness_and_no_square_of_pairs():
    """Three thousand sources, each derived from the one before, and a circle beside them."""
    line = [Source(f"s{n:04}", derived_from=(f"s{n - 1:04}",) if n else ()) for n in range(3000)]
    circle = [Source(f"c{n}", derived_from=(f"c{(n + 1) % 3}",)) for n in range(3)]
    dependence = Dependence((), [*line, *circle])
    assert dependence.count(s.id for s in line).count == 1
    assert dependence.count(s.id for s in [*line, *circle]).count == 2
    assert dependence.probability("s0000", "s2999") == 1.0
    assert dependence.probability("s0000", "c0") == 0.0
    pairs = {(a, b) for a, b, _ in dependence.pairs()}
    assert {("s0000", "s2999"), ("s1500", "s1501"), ("c0", "c2")} <= pairs
    assert len(pairs) < 250 * len(line)
