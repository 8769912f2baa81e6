"""The estimate of truth: accuracies, probabilities and copying together, against small cases and a slow twin."""

import time

import numpy as np
import pytest
from benchmarks.record_corpus import build_claims

from landbridge.record.reconcile import reconcile
from landbridge.record.truth import build_evidence, estimate_truth

#: Affiliations of five researchers as five sources give them: the example of Dong and others (2009), section 1.
#: The first source is right throughout; the last three are one source, its copy, and a copy with a change.
PAPER = {
    "Stonebraker": ["MIT", "Berkeley", "MIT", "MIT", "MS"],
    "Dewitt": ["MSR", "MSR", "UWisc", "UWisc", "UWisc"],
    "Bernstein": ["MSR", "MSR", "MSR", "MSR", "MSR"],
    "Carey": ["UCI", "AT&T", "BEA", "BEA", "BEA"],
    "Halevy": ["Google", "Google", "UW", "UW", "UW"],
}


def _table(table: dict[str, list[str]], **settings):
    """Evidence of a table of sources by item, and the values in order."""
    source, value, item, names = [], [], [], []
    for number, row in enumerate(table.values()):
        first = len(names)
        for who, said in enumerate(row):
            if said not in names[first:]:
                names.append(said)
                item.append(number)
            source.append(who)
            value.append(first + names[first:].index(said))
    n = max(map(len, table.values()))
    return build_evidence(source, value, item, n_sources=n, **settings), item, names


def _taken(truth, item, names):
    best = {}
    for place, number in enumerate(item):
        if number not in best or truth.own[place] > truth.own[best[number]]:
            best[number] = place
    return [names[place] for place in best.values()]


def test_the_papers_example_copiers_lose_the_vote_that_they_would_win():
    evidence, item, names = _table(PAPER, false_values=[100] * 5)
    naive = estimate_truth(evidence, copying=False)
    truth = estimate_truth(evidence)
    assert _taken(naive, item, names)[1] == "UWisc"
    assert _taken(naive, item, names)[4] == "UW"
    assert _taken(truth, item, names)[:3] == ["MIT", "MSR", "MSR"]
    assert _taken(truth, item, names)[4] == "Google"
    copying = {tuple(pair): p for pair, p in zip(truth.pairs.tolist(), truth.copying.tolist())}
    assert min(copying[2, 3], copying[2, 4], copying[3, 4]) > 0.9
    assert max(copying[0, 1], copying[0, 2], copying[1, 2]) < 0.1
    assert truth.accuracy[0] == max(truth.accuracy)


def test_one_source_alone_is_believed_as_its_kind_is():
    evidence = build_evidence([0], [0], [0], n_sources=1, prior=[0.7])
    truth = estimate_truth(evidence)
    assert truth.probability.tolist() == pytest.approx([0.7])
    assert truth.accuracy.tolist() == pytest.approx([0.7])


def test_a_denial_is_a_vote_against():
    agreed = build_evidence([0, 1], [0, 0], [0], n_sources=2, sign=[1, 1], false_values=[1])
    denied = build_evidence([0, 1], [0, 0], [0], n_sources=2, sign=[1, -1], false_values=[1])
    assert estimate_truth(agreed).probability[0] > 0.9
    assert estimate_truth(denied).probability[0] == pytest.approx(0.5)


def test_a_coarser_value_speaks_for_the_finer_and_is_right_with_it():
    year, month, other = 0, 1, 2
    evidence = build_evidence([0, 1, 2], [year, month, other], [0, 0, 0], n_sources=3, within=[(month, year)])
    truth = estimate_truth(evidence, copying=False)
    assert truth.own[month] > truth.own[other]
    assert truth.probability[year] > truth.probability[month] > 0.5


def test_known_copies_do_not_vote_twice():
    claims = ([0, 1, 2, 3], [0, 0, 1, 1], [0, 0])
    free = estimate_truth(build_evidence(*claims, n_sources=4, prior=[0.7, 0.7, 0.7, 0.7]), copying=False)
    tied = estimate_truth(
        build_evidence(*claims, n_sources=4, prior=[0.7] * 4, known=[(2, 3)], known_copy=[1.0]), copying=False
    )
    assert free.probability[0] == pytest.approx(free.probability[1])
    assert tied.probability[0] > tied.probability[1]


def test_a_claim_made_twice_counts_once():
    once = estimate_truth(build_evidence([0, 1], [0, 1], [0, 0], n_sources=2))
    twice = estimate_truth(build_evidence([0, 0, 0, 1], [0, 0, 0, 1], [0, 0], n_sources=2))
    assert once.probability.tolist() == twice.probability.tolist()


def test_nothing_is_estimated_from_nothing_and_items_must_ascend():
    truth = estimate_truth(build_evidence([], [], [], n_sources=0))
    assert (len(truth.probability), truth.converged) == (0, True)
    with pytest.raises(ValueError, match="ascend"):
        build_evidence([0, 0], [0, 1], [1, 0], n_sources=1)


def _slow_votes(evidence, accuracy, independent):
    """Probabilities of values as the paper writes them, one value at a time."""
    found = []
    for value, item in enumerate(evidence.item):
        n = evidence.false_values[item]
        same = [v for v, i in enumerate(evidence.item) if i == item]

        def score(v, n=n):
            rows = [row for row in range(len(evidence.source)) if evidence.value[row] == v]
            return sum(
                np.log(n * accuracy[evidence.source[row]] / (1 - accuracy[evidence.source[row]]))
                * independent[row]
                for row in rows
            )

        whole = sum(np.exp(score(v)) for v in same) + max(n + 1 - len(same), 0)
        found.append(np.exp(score(value)) / whole)
    return found


def test_votes_agree_with_a_slow_twin():
    from landbridge.record.truth import _weigh

    random = np.random.default_rng(4)
    evidence, _, _ = _table({str(n): [str(random.integers(4)) for _ in range(6)] for n in range(8)})
    accuracy = random.uniform(0.5, 0.9, 6)
    independent = random.uniform(0.2, 1.0, len(evidence.source))
    own, _ = _weigh(evidence, independent, accuracy)
    assert own.tolist() == pytest.approx(_slow_votes(evidence, accuracy, independent), abs=1e-12)


def test_probabilities_are_probabilities_whatever_is_said():
    random = np.random.default_rng(7)
    for _ in range(20):
        n = int(random.integers(1, 60))
        item = np.sort(random.integers(0, 9, 12))
        item = np.unique(item, return_inverse=True)[1]
        evidence = build_evidence(
            random.integers(0, 7, n),
            random.integers(0, 12, n),
            item,
            n_sources=7,
            sign=random.choice([-1, 1], n),
        )
        truth = estimate_truth(evidence)
        assert np.isfinite(truth.probability).all()
        assert ((truth.probability >= 0) & (truth.probability <= 1)).all()
        sums = np.bincount(item, weights=truth.own)
        assert (sums <= 1 + 1e-9).all()
        assert ((truth.accuracy > 0) & (truth.accuracy < 1)).all()


def test_resolution_beats_majority_where_false_values_are_copied():
    made = build_claims(6000, seed=11)
    result = reconcile(made.claims, made.sources)
    estimate = {(r.event, r.field): r.estimate for r in result.resolutions}
    votes: dict = {}
    for claim in made.claims:
        votes.setdefault((claim.event, claim.field), []).append(claim.value)
    majority = {key: max(set(values), key=values.count) for key, values in votes.items()}

    def share(taken):
        return np.mean([taken[key] == made.truth[key] for key in votes if taken.get(key)])

    assert share(estimate) > share(majority) + 0.05
    copies = {tuple(sorted(pair)) for pair in result.copying}
    parents = {tuple(sorted(pair)) for pair in made.parent.items()}
    assert len(copies & parents) / len(parents) > 0.9


def test_ten_thousand_claims_take_seconds():
    made = build_claims(10_000, seed=2)
    start = time.perf_counter()
    reconcile(made.claims, made.sources)
    assert time.perf_counter() - start < 10
