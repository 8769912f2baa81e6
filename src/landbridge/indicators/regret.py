"""Options judged without odds: how each fares in every network state that can come, whatever its chance.

The regret of an option in a state is what the best option there gives more (Savage 1951). The option whose
greatest regret is smallest is the careful choice of one who trusts no odds. Each distinct state counts once.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from landbridge.indicators.flows import Columns


def list_regrets(
    outcomes: NDArray[np.float64],
    options: Sequence[str],
    *,
    is_high_good: bool = True,
    tolerance: float = 0.0,
) -> Columns:
    """Table of regret of options over states.

    Parameters
    ----------
    outcomes
        What each option gives in each distinct state, shape (n_states, n_options). A state in which an option
        has no value (NaN) cannot be compared; it is left out for all options, and counted.
    is_high_good
        False for costs and times.
    tolerance
        Options within it of the best share the win, in the unit of the outcomes.

    Returns
    -------
    Columns
        One row for each option, in their order: ``option``, ``greatest_regret``, ``mean_regret``, ``worst``
        and ``best`` outcome, ``states_won`` (alone or shared), ``states_won_alone``,
        ``is_least_greatest_regret`` (the minimax choice; several if they tie), ``is_best_worst`` (maximin),
        ``states`` compared, ``states_without_value`` of the option and ``states_left_out`` for all.

    Raises
    ------
    ValueError
        If the table has not one column for each option.
    """
    if outcomes.ndim != 2 or outcomes.shape[1] != len(options) or not options:
        raise ValueError("outcomes need a row for each state and a column for each option")
    lacks = ~np.isfinite(outcomes)
    whole = ~lacks.any(axis=1)
    seen = outcomes[whole] if is_high_good else -outcomes[whole]
    count = len(options)
    if not len(seen):
        blank, none = np.full(count, np.nan), np.zeros(count, np.int64)
        greatest = average = worst = best = blank
        won = alone = none
        is_minimax = is_maximin = np.zeros(count, np.bool_)
    else:
        regret = seen.max(axis=1, keepdims=True) - seen
        greatest, average = regret.max(axis=0), regret.mean(axis=0)
        worst, best = seen.min(axis=0), seen.max(axis=0)
        is_won = regret <= tolerance
        won = is_won.sum(axis=0)
        alone = (is_won & (is_won.sum(axis=1, keepdims=True) == 1)).sum(axis=0)
        is_minimax = greatest <= greatest.min() + tolerance
        is_maximin = worst >= worst.max() - tolerance
    sign = 1.0 if is_high_good else -1.0
    return {
        "option": list(options),
        "greatest_regret": greatest,
        "mean_regret": average,
        "worst": sign * worst,
        "best": sign * best,
        "states_won": won,
        "states_won_alone": alone,
        "is_least_greatest_regret": is_minimax,
        "is_best_worst": is_maximin,
        "states": np.full(count, len(seen)),
        "states_without_value": lacks.sum(axis=0),
        "states_left_out": np.full(count, int((~whole).sum())),
    }
