"""What the record makes of its claims: lineage, differences and resolutions together, for those who ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from landbridge.record.model import Claim, Difference, Document, LineageEdge, Resolution, Source
from landbridge.record.tables import Record

Key = tuple[str, str, str]

#: Kinds of difference in which sources really disagree.
GRAVE = frozenset({"contradiction", "dispute", "against_gazetteer"})
#: Fields whose differences are told beside an event.
_TOLD = frozenset({"date", "status", "place", "role", "condition"})
#: Probability from which a value counts as settled.
SURE = 0.95


@dataclass(frozen=True)
class Judged:
    """Lineage of the sources, how claims differ, and what was taken for each field."""

    edges: tuple[LineageEdge, ...] = ()
    differences: tuple[Difference, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    claims: tuple[Claim, ...] = field(default=(), repr=False)

    @cached_property
    def differences_of(self) -> Mapping[str, tuple[Difference, ...]]:
        """Differences by what they are about, the gravest first."""
        found: dict[str, list[Difference]] = {}
        for difference in self.differences:
            found.setdefault(difference.event, []).append(difference)
        return {key: tuple(own) for key, own in found.items()}

    @cached_property
    def resolutions_of(self) -> Mapping[str, tuple[Resolution, ...]]:
        """Resolutions by what they are about."""
        found: dict[str, list[Resolution]] = {}
        for resolution in self.resolutions:
            found.setdefault(resolution.event, []).append(resolution)
        return {key: tuple(own) for key, own in found.items()}

    @cached_property
    def resolution_of(self) -> Mapping[Key, Resolution]:
        """Resolution by event, field and subject; of several the preferred one."""
        found: dict[Key, Resolution] = {}
        for resolution in self.resolutions:
            key = (resolution.event, resolution.field, resolution.subject)
            if key not in found or resolution.rank == "preferred" != found[key].rank:
                found[key] = resolution
        return found

    def taken_for(self, difference: Difference) -> Resolution | None:
        """What was taken where sources differ; of several for one field the one on these values."""
        own = [
            taken
            for taken in self.resolutions_of.get(difference.event, ())
            if (taken.field, taken.subject) == (difference.field, difference.subject)
        ]
        named = {claim.id for value in difference.values for claim in value.claims}
        return next((taken for taken in own if named.intersection(taken.claims)), own[0] if own else None)


def judge_record(record: Record, documents: Sequence[Document] = ()) -> Judged:
    """Find lineage, compare the claims that count, and take a value for each field."""
    from landbridge.record.lineage import find_lineage
    from landbridge.record.reconcile import reconcile

    claims, sources = record.standing, tuple(record.sources.values())
    edges = find_lineage(documents, claims, sources)
    judged = reconcile(
        claims,
        sources,
        edges,
        events=tuple(record.events.values()),
        gazetteer=record.gazetteer,
        actors=[
            {"id": a.id, "name": a.name, "kind": a.kind, "country": a.country} for a in record.actors.values()
        ],
    )
    differences = sorted(judged.differences, key=lambda difference: -difference.gravity)
    return Judged(tuple(edges), tuple(differences), tuple(judged.resolutions), claims)


def list_contested(judged: Judged) -> dict[str, str]:
    """What sources disagree on, in a few words, by event, gate or process; the gravest of each.

    Where the record is sure of its value it is what is "also told"; else the values are "disputed".
    """
    found: dict[str, str] = {}
    for difference in judged.differences:
        if difference.kind in GRAVE and difference.field in _TOLD and difference.event not in found:
            taken = judged.taken_for(difference)
            values = dict.fromkeys(
                ("not " if v.stance == "denies" else "") + v.value for v in difference.values
            )
            what = f"{difference.field} of {difference.subject}" if difference.subject else difference.field
            if (
                taken is not None
                and taken.value
                and taken.probability >= SURE
                and difference.kind != "dispute"
            ):
                others = " or ".join(value for value in values if not taken.value.startswith(value))
                found[difference.event] = f"also told: {what} {others}"
            else:
                found[difference.event] = f"disputed: {what} {' or '.join(values)}"
    return found


def known_as(record: Record, document: Document) -> Document:
    """Give a document the id of the source whose text it is, if the record knows its file."""
    name = document.id.rpartition("/")[2]
    return replace(document, id=record.files.get(document.id, record.files.get(name, document.id)))


def read_and_judge(record: Record, documents: Iterable[Document], proposed: Iterable[Claim]) -> Judged:
    """Judge documents that were read together with what the record holds.

    A document that is a source of the record counts as that source. Where a person has coded it, those claims
    stand for it and what is proposed is left out; so is what is proposed of a sentence from which a proposal
    was accepted: one sentence must not differ from itself in wording.
    """
    known = [known_as(record, document) for document in documents]
    sources = [
        Source(document.id, document.title, published=document.published)
        for document in known
        if document.id not in record.sources
    ]
    coded = {claim.mention.source for claim in record.claims if claim.coder != "rules"}
    settled = {(claim.mention.source, claim.mention.locator) for claim in record.claims}
    seen: set[tuple[str, ...]] = set()
    added = []
    for claim in proposed:
        place = claim.mention.source, claim.mention.locator
        if claim.mention.source not in coded and place not in settled and _same(claim) not in seen:
            seen.add(_same(claim))
            added.append(claim)
    return judge_record(record.with_claims(added, sources), known)


def _same(claim: Claim) -> tuple[str, ...]:
    return (*claim.key, claim.value, claim.stance, claim.mention.source, claim.mention.locator)
