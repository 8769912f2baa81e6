"""Who gains between two solved states, as plain values: shippers by zone and class, states, the climate."""

from collections.abc import Mapping
from typing import Any

from landbridge.indicators.solution import Solution
from landbridge.indicators.welfare import measure_co2
from landbridge.study.welfare import WelfareBook

LEAST_USD = 1.0


def compare_gains(
    book: WelfareBook, before: Solution, after: Solution, names: Mapping[str, str]
) -> dict[str, Any]:
    """Accounts of all parties, ``after`` less ``before``, with what they come to; USD/year.

    Transfers sum to zero; what is left is resource cost and surplus, the gain of the world.
    """
    one, two = book.take(before), book.take(after)
    a, b = one.accounts, two.accounts
    keys = ("gain_usd_year", "transfer_usd_year", "resource_usd_year")
    parties = []
    for i, (party, role) in enumerate(zip(b["party"], b["role"], strict=True)):
        change = {key: float(b[key][i] - a[key][i]) for key in keys}
        if any(abs(value) >= LEAST_USD for value in change.values()):
            parties.append({"party": party, "name": names.get(party, party), "role": role, **change})
    surplus = two.surplus.by_zone - one.surplus.by_zone
    zones, classes = after.network.zones, after.classes.ids
    transit = (two.payments.transit - one.payments.transit).sum(axis=(1, 2))
    received = (two.payments.received - one.payments.received).sum(axis=(1, 2))
    roles = dict.fromkeys(b["role"])
    return {
        "unit": "usd_year",
        "parties": sorted(parties, key=lambda row: -abs(row["gain_usd_year"])),
        "roles": {role: sum(p["gain_usd_year"] for p in parties if p["role"] == role) for role in roles},
        "world_usd_year": float(sum(b["gain_usd_year"] - a["gain_usd_year"])),
        "surplus": [
            {
                "zone": zone,
                "name": names.get(zone, zone),
                "usd_year": float(surplus[:, z].sum()),
                "classes": {name: float(surplus[k, z]) for k, name in enumerate(classes)},
            }
            for z, zone in enumerate(zones)
        ],
        "receipts": [
            {
                "state": state,
                "name": names.get(state, state),
                "usd_year": float(received[i]),
                "transit_usd_year": float(transit[i]),
            }
            for i, state in enumerate(book.payees.states)
            if abs(received[i]) >= LEAST_USD
        ],
        "co2_t_year": {"before": measure_co2(before), "after": measure_co2(after)},
    }
