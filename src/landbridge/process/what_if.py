"""What-ifs as a person writes them: ``GATE=met@2027``, ``GATE=met@2027-06-30``, ``GATE=never``."""

import math
import re
from collections.abc import Iterable

from landbridge.errors import WhatIfInvalid
from landbridge.process.milestones import MilestoneGraph
from landbridge.process.optimism import to_year

_FORM = re.compile(r"(?P<gate>[^=\s]+)=(?:(?P<never>never)|met@(?P<date>\d{4}(-\d{2}(-\d{2})?)?))")
_MEND = "write GATE=met@YEAR, GATE=met@YYYY-MM-DD or GATE=never."


def parse_what_if(graph: MilestoneGraph, words: Iterable[str]) -> dict[str, float]:
    """Year (with fraction) in which each named gate comes about, inf for never.

    A year means its last day, so that the gate is open in the table of that year.

    Raises
    ------
    WhatIfInvalid
        If the words do not have the form, name a day that does not exist, set a gate twice, or a gate that
        is open already.
    UnknownId
        If there is no such gate.
    """
    result: dict[str, float] = {}
    for text in words:
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise WhatIfInvalid("the what-if cannot be read.", where=text, mend=_MEND)
        gate = graph.get_gate(found["gate"])
        if gate.id in result:
            raise WhatIfInvalid(f'gate "{gate.id}" is set twice.', where=text, mend="set it once.")
        if found["never"]:
            result[gate.id] = math.inf
            continue
        if gate.start == "open" and not gate.is_doubted:
            mend = "choose a gate that is not open, or write never to shut it for good."
            raise WhatIfInvalid(f'gate "{gate.id}" is open already.', where=text, mend=mend)
        try:
            result[gate.id] = to_year(found["date"])
        except ValueError as error:
            raise WhatIfInvalid("the day does not exist.", where=text, mend=_MEND) from error
    return result
