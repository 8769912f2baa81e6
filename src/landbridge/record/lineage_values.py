"""Sources that share rare values against the others: an error that two make is the sign of one hand."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from landbridge.record.model import Claim, LineageEdge, Source
from landbridge.record.reconcile_evidence import Framed, frame
from landbridge.record.reconcile_items import group_claims, shown
from landbridge.record.rules import is_plan, scope_of
from landbridge.record.truth import Truth, estimate_truth

#: A value is rare if it is believed less than this, and given by no more than this share of those who speak
#: of it.
UNBELIEVED: Final = 0.3
RARE_SHARE: Final = 0.34
#: What more sources say is not rare, however many speak of it.
RARE_MOST: Final = 25
#: Sources that must speak of a field before any of its values can be called unusual.
LEAST_SOURCES: Final = 4
#: Prior probability of dependence of two sources that were not chosen for being alike.
_DEPENDENT: Final = 0.1
_LEAST: Final = 0.3


def find_shared_errors(claims: Iterable[Claim], sources: Iterable[Source] = ()) -> list[LineageEdge]:
    """Edges between sources that share at least one unusual, probably wrong value.

    Agreement on what is true or common is no evidence of copying, and with fewer than four sources on a field
    nothing is unusual.
    """
    groups = group_claims(claims)
    if not groups:
        return []
    framed = frame(groups, sources, lambda claim: f"{scope_of(claim)}\n{is_plan(claim)}")
    truth = estimate_truth(framed.evidence, dependent=_DEPENDENT)
    shared = _shared(framed, truth)
    edges = []
    for (a, b), probability in zip(truth.pairs.tolist(), truth.copying.tolist(), strict=True):
        values = shared.get((a, b))
        if values and probability >= _LEAST:
            told = "; ".join(_told(framed.claims[value]) for value in values[:3])
            reason = f"both say what hardly anybody else does: {told}"
            edges.append(
                LineageEdge(
                    framed.sources[a], framed.sources[b], "common_parent", round(probability, 4), reason
                )
            )
    return edges


def _shared(framed: Framed, truth: Truth) -> dict[tuple[int, int], list[int]]:
    """Unusual values that pairs of sources share."""
    evidence = framed.evidence
    speakers = np.bincount(evidence.item[evidence.value], minlength=int(evidence.item[-1]) + 1)
    given = np.bincount(evidence.value[evidence.sign > 0], minlength=len(evidence.item))
    heard = speakers[evidence.item]
    rare = (given >= 2) & (given <= np.clip(RARE_SHARE * heard, 2, RARE_MOST)) & (heard >= LEAST_SOURCES)
    rare &= truth.probability < UNBELIEVED
    found: dict[tuple[int, int], list[int]] = {}
    order = np.argsort(evidence.value, kind="stable")
    begins = np.searchsorted(evidence.value[order], np.arange(len(evidence.item) + 1))
    for value in np.flatnonzero(rare).tolist():
        rows = order[begins[value] : begins[value + 1]]
        who: Sequence[int] = sorted({int(evidence.source[row]) for row in rows if evidence.sign[row] > 0})
        for place, a in enumerate(who):
            for b in who[place + 1 :]:
                found.setdefault((a, b), []).append(value)
    return found


def _told(claims: Sequence[Claim]) -> str:
    first = claims[0]
    subject = f" {first.subject}" if first.subject else ""
    return f"{first.field}{subject} of {first.event} is {shown(claims)}"
