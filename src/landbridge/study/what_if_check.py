"""What the tables alone can tell to be wrong with the changes of a what-if: every fault, with its mend."""

from collections.abc import Mapping, Sequence

from landbridge.errors import Fault, suggest
from landbridge.study.settings import Change
from landbridge.tables import Table

NAMED = "LB-S015"
UNFIT = "LB-S016"


def list_known(tables: Mapping[str, Table]) -> dict[str, tuple[str, ...]]:
    """What can be changed, by kind."""
    states = tuple(sorted({str(c) for c in tables["nodes"]["country"]}))
    return {
        "gate": tables["gates"].ids,
        "link": tables["links"].ids,
        "border": tables["borders"].ids,
        "port": tuple(str(n) for n in tables["nodes"]["id"]),
        "state": states,
        "trade": states,
    }


def list_change_faults(
    tables: Mapping[str, Table], changes: Sequence[Change], file: str = "changes"
) -> list[Fault]:
    """Faults of changes that the tables alone can tell: names that are not known, shares out of place."""
    known = list_known(tables)
    faults = []
    for number, change in enumerate(changes):
        place = f"changes.{number}"
        if change.id not in known[change.kind]:
            what, mend = f'there is no {change.kind} "{change.id}".', suggest(change.id, known[change.kind])
            faults.append(Fault(NAMED, what, file, column=f"{place}.id", value=change.id, mend=mend))
        if change.to == "partial" and change.share is None:
            mend = "give the share of normal use, between 0 and 1."
            faults.append(
                Fault(UNFIT, "a partial change has no share.", file, column=f"{place}.share", mend=mend)
            )
        if change.to == "partial" and change.kind == "trade":
            what, mend = "the own trade of a state is open or shut.", "write open or shut."
            faults.append(Fault(UNFIT, what, file, column=f"{place}.to", value=change.to, mend=mend))
        if change.to != "partial" and change.share is not None:
            mend = "leave it out, or write partial."
            what = f"a share stands with {change.to}."
            faults.append(
                Fault(UNFIT, what, file, column=f"{place}.share", value=str(change.share), mend=mend)
            )
    return faults


def list_post(borders: Table, row: str) -> list[int]:
    """Rows of the border post that a row belongs to: the same place, mode and pair of states."""

    def post(i: int) -> tuple[str, str, frozenset[str]]:
        states = frozenset((str(borders["country_a"][i]), str(borders["country_b"][i])))
        return str(borders["node"][i]), str(borders["mode"][i]), states

    own = post(borders.index[row])
    return [i for i in range(len(borders)) if post(i) == own]
