"""Balancing to totals: published values, and what balancing promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.demand import Total, furness, scale_to_totals

SEED = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_1_textbook_values() -> None:
    """Rows (10, 20) and columns (12, 18) on seed ((1, 2), (3, 4)), to the digits published."""
    matrix, certificate = furness(SEED, np.array([10.0, 20.0]), np.array([12.0, 18.0]))
    assert matrix.round(5).tolist() == [[3.36308, 6.63692], [8.63692, 11.36308]]
    assert certificate.converged


def test_2_odds_ratio_stays() -> None:
    """Scaling rows and columns leaves the odds ratio of the seed."""
    (a, b), (c, d) = furness(SEED, np.array([10.0, 20.0]), np.array([12.0, 18.0]))[0]
    assert a * d / (b * c) == pytest.approx(0.666667, abs=1e-6)


def test_3_consistent_totals_change_nothing() -> None:
    """A seed that has its totals already is a fixed point, at once."""
    matrix, certificate = furness(SEED, SEED.sum(axis=1), SEED.sum(axis=0))
    assert matrix.tolist() == SEED.tolist()
    assert certificate.iterations == 1


def test_4_zeros_stay_zero() -> None:
    """What the seed excludes is not filled."""
    matrix, _ = furness(np.array([[0.0, 2.0], [3.0, 4.0]]), np.array([5.0, 20.0]), np.array([12.0, 13.0]))
    assert matrix[0, 0] == 0.0


def test_5_impossible_totals_are_said() -> None:
    """Totals with different sums leave a residual, and the certificate says that it did not converge."""
    _, certificate = furness(SEED, np.array([10.0, 20.0]), np.array([12.0, 19.0]), max_iter=50)
    assert not certificate.converged
    assert certificate.residual > 0.01


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.1, 10.0), min_size=12, max_size=12),
    st.lists(st.floats(0.1, 10.0), min_size=12, max_size=12),
)
def test_6_any_consistent_totals_are_met(seed: list[float], target: list[float]) -> None:
    """The margins of any positive matrix can be reached from any positive seed."""
    wanted = np.array(target).reshape(3, 4)
    matrix, certificate = furness(np.array(seed).reshape(3, 4), wanted.sum(axis=1), wanted.sum(axis=0))
    assert certificate.converged
    assert matrix.sum(axis=1) == pytest.approx(wanted.sum(axis=1), rel=1e-9)


def test_7_overlapping_totals() -> None:
    """Totals over sets that overlap are met together, and agree with Furness where they are margins."""
    margins = [([0, 1], 10.0), ([2, 3], 20.0), ([0, 2], 12.0), ([1, 3], 18.0)]
    totals = [Total(np.array(cells), amount) for cells, amount in margins]
    values, certificate = scale_to_totals(SEED.ravel(), totals)
    assert values.round(5).tolist() == [3.36308, 6.63692, 8.63692, 11.36308]
    assert certificate.converged


def test_8_limits_bind_only_from_above() -> None:
    """A limit above the sum changes nothing; one below scales its cells down."""
    cells = np.array([0, 1])
    for amount, expected in ((9.0, [1.0, 3.0]), (2.0, [0.5, 1.5])):
        values, _ = scale_to_totals(np.array([1.0, 3.0]), [Total(cells, amount, "most")])
        assert values.tolist() == expected
