"""Quantities joined by operators."""

import numpy as np

from landbridge.indicators.measured import combine


def test_operators_by_hand() -> None:
    """Sum, difference, ratio, share and change; nothing to divide by is no number."""
    assert combine("sum", [1.0, 2.0, 4.0]) == 7.0
    assert combine("difference", [4.0, 1.5]) == 2.5
    assert combine("ratio", [3.0, 2.0]) == 1.5
    assert combine("share", [1.0, 4.0]) == 25.0
    assert combine("change", [3.0, 4.0]) == -25.0
    assert np.isnan(combine("ratio", [1.0, 0.0]))
