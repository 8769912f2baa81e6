"""What a what-if changed, as plain values: sums before and after, and whose trade turned where."""

from typing import Any

import numpy as np

from landbridge.indicators.marks import CorridorSums, StateShares
from landbridge.indicators.solution import Solution
from landbridge.indicators.welfare import measure_co2

LEAST_TURNED = 0.05
"""Change of a share from which a zone counts as turned."""
LEAST_T = 1000.0
MOST_TURNED = 12


def summarise(before: Solution, after: Solution, corridors: CorridorSums) -> list[dict[str, Any]]:
    """Sums of two states side by side: what moves, what stays, emissions, counted corridors that change."""
    rows = [
        _row("served", "t_year", float(before.served.sum()), float(after.served.sum())),
        _row("unserved", "t_year", float(before.unserved.sum()), float(after.unserved.sum())),
        _row("co2", "t_year", measure_co2(before), measure_co2(after)),
    ]
    was, now = corridors.take(before), corridors.take(after)
    changed = [c for c in corridors.corridors if abs(now[c.id] - was[c.id]) >= 1.0]
    changed.sort(key=lambda c: -abs(now[c.id] - was[c.id]))
    return rows + [_row(f"corridor:{c.id}", "t_year", was[c.id], now[c.id], c.title) for c in changed]


def _row(quantity: str, unit: str, before: float, after: float, title: str = "") -> dict[str, Any]:
    return {"quantity": quantity, "title": title, "unit": unit, "before": before, "after": after}


def list_turned(
    before: Solution, after: Solution, shares: StateShares, names: dict[str, str]
) -> list[dict[str, Any]]:
    """Zones whose trade crosses other states than before, the greatest change of a share first.

    ``names`` says what zones and states are called.
    """
    (was, all_before), (now, all_after) = shares.take(before), shares.take(after)
    with np.errstate(invalid="ignore", divide="ignore"):
        share_before, share_after = was / all_before, now / all_after
    change = np.nan_to_num(share_after - share_before)
    moved = np.abs(now - was)
    unserved = [s.unserved.sum(axis=0) for s in (before, after)]
    stays = [u.sum(axis=0) + u.sum(axis=1) for u in unserved]
    found = np.argwhere((np.abs(change) >= LEAST_TURNED) & (moved >= LEAST_T))
    order = sorted(found.tolist(), key=lambda at: (-abs(change[at[0], at[1]]), at))
    rows = []
    for i, z in order[:MOST_TURNED]:
        zone, state = before.network.zones[z], shares.states[i]
        a, b = (float(np.nan_to_num(s[i, z])) for s in (share_before, share_after))
        rows.append(
            {
                "zone": zone,
                "state": state,
                "share_before": a,
                "share_after": b,
                "t_year_before": float(was[i, z]),
                "t_year_after": float(now[i, z]),
                "unserved_t_year_before": float(stays[0][z]),
                "unserved_t_year_after": float(stays[1][z]),
                "words": f"{names.get(zone, zone)}: {b:.0%} of its trade crosses {names.get(state, state)}, "
                f"{a:.0%} before",
            }
        )
    return rows
