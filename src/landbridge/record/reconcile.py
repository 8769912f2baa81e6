"""What is taken as fact: by a stated order of rules, with the estimate of source reliability beside it.

The rules, strongest first: an official text; both parties agree; two or more independent reputable sources; a
single reputable source; secondary sources; machine-rewritten ones, if two are independent. Before them, facts
count and plans do not, once there are facts. Copies of one parent are one witness. A dispute of the parties
is not resolved, and one weak witness confirms nothing: the value is then empty, and the reason says why.

The estimate (`truth`) knows nothing of these rules but the prior accuracy of each kind of source. Where it
would take another value, the resolution says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from landbridge.record import rules
from landbridge.record.differences import Judge, differences_of, rank_differences
from landbridge.record.differences_cross import Gazetteer, find_cross_differences
from landbridge.record.differences_parties import Voices
from landbridge.record.differences_values import relate, slip
from landbridge.record.lineage import Dependence
from landbridge.record.model import Claim, Difference, Event, LineageEdge, Rank, Resolution, Source
from landbridge.record.reconcile_evidence import Framed, frame
from landbridge.record.reconcile_items import Group, compared_value, group_claims, shown
from landbridge.record.rules import RELIABILITY_ORDER, RULES, scope_of
from landbridge.record.truth import Truth, estimate_truth

_STRENGTH: Final = {rule: place for place, rule in enumerate(RULES)}
_NONE: Final = len(RULES)
#: Values of one field that are weighed against each other; more than any real field has.
_MOST_VALUES: Final = 60
#: Reliability of the sources that a rule counts.
_ASKED: Final = {
    rules.OFFICIAL: ("primary",),
    rules.BOTH_PARTIES: ("reputable", "party"),
    rules.INDEPENDENT: ("reputable", "party"),
    rules.REPUTABLE: ("reputable", "party"),
    rules.SECONDARY: ("secondary",),
}


@dataclass(frozen=True)
class Reconciled:
    """What was found between the claims, and what is taken.

    ``accuracy`` is the estimated share of right claims of each source, ``copying`` the pairs of sources that
    the estimate holds to be dependent, with the probability.
    """

    differences: tuple[Difference, ...]
    resolutions: tuple[Resolution, ...]
    accuracy: Mapping[str, float] = field(default_factory=dict)
    copying: Mapping[tuple[str, str], float] = field(default_factory=dict)


def reconcile(
    claims: Iterable[Claim],
    sources: Iterable[Source] = (),
    edges: Iterable[LineageEdge] = (),
    events: Iterable[Event] = (),
    gazetteer: Gazetteer | None = None,
    *,
    actors: Iterable[Mapping[str, str]] = (),
) -> Reconciled:
    """Find the differences between claims, and take a value for every field that has one.

    Parameters
    ----------
    sources
        With their reliability; a source that is not among them is of unknown reliability.
    edges
        Who repeats whom, from `lineage.find_lineage`; ``derived_from`` of the sources counts without.
    events, actors, gazetteer
        As for `differences.find_differences`.

    Examples
    --------
    >>> reconcile(()).resolutions
    ()
    """
    rows, known, told = tuple(claims), tuple(sources), tuple(events)
    edges = tuple(edges)
    dependence = Dependence(edges, known)
    judge = Judge(dependence, Voices(known, told, actors), {e.id: e for e in told})
    groups = group_claims(rows)
    chooser = _Chooser(groups, judge, known, dependence)
    differences = list(differences_of(groups, judge))
    differences += find_cross_differences(rows, judge.events, gazetteer, differences, judge.witnesses)
    slips = _slips(differences)
    disputed = {(d.event, d.field, d.subject, _family(d)) for d in differences if d.kind == "dispute"}
    resolutions = {}
    for place, group in enumerate(groups):
        key = (group.event, group.field, group.subject, group.family)
        resolutions[key] = chooser.resolve(
            place, group, is_disputed=key in disputed, slips=slips.get(key, frozenset())
        )
    graded = rank_differences(_with_verdict(d, resolutions, chooser) for d in differences)
    return Reconciled(graded, tuple(resolutions.values()), chooser.accuracy(), chooser.copying())


def _slips(differences: Iterable[Difference]) -> dict[tuple[str, str, str, str], frozenset[str]]:
    """Values that are slips of the pen, by group: all but the agreed ones, which stand first."""
    found: dict[tuple[str, str, str, str], frozenset[str]] = {}
    for d in differences:
        if d.kind == "typing_error":
            texts = [compared_value(value.claims[0]) for value in d.values]
            wrong = frozenset(
                text
                for place, text in enumerate(texts)
                if any(slip(d.field, text, agreed) for agreed in texts[:place])
            )
            key = (d.event, d.field, d.subject, _family(d))
            found[key] = found.get(key, frozenset()) | wrong
    return found


def _family(difference: Difference) -> str:
    first = difference.values[0].claims[0]
    return rules.family_of(first)


def _with_verdict(
    difference: Difference, resolutions: Mapping[tuple[str, str, str, str], Resolution], chooser: "_Chooser"
) -> Difference:
    """Say what was taken in spite of a difference, and how probable each value is."""
    values = tuple(
        replace(value, probability=chooser.probability(value.claims)) for value in difference.values
    )
    key = (difference.event, difference.field, difference.subject, _family(difference))
    taken = resolutions.get(key)
    verdict = difference.verdict
    if taken is not None and difference.kind not in ("dispute", "against_gazetteer"):
        verdict += (
            f"; taken: {taken.value} ({taken.rule})" if taken.value else f"; nothing is taken: {taken.rule}"
        )
    return replace(difference, values=values, verdict=verdict)


@dataclass(frozen=True)
class _Option:
    """A value that may be taken: the claims for it, those that say it more exactly among them.

    ``sound`` counts the independent witnesses of the kind that its rule asks for.
    """

    value: str
    claims: tuple[Claim, ...]
    strength: int
    witnesses: int
    sound: int = 0


class _Chooser:
    """Takes a value for each group; holds the estimate of all groups together."""

    def __init__(
        self, groups: Sequence[Group], judge: Judge, sources: Sequence[Source], dependence: Dependence
    ) -> None:
        self._judge = judge
        self._framed: Framed = frame(groups, sources, self._part, dependence.pairs())
        self._truth: Truth = estimate_truth(self._framed.evidence)
        self._probability = {
            claim.id: float(self._truth.probability[number])
            if claim.stance == "asserts"
            else 1.0 - float(self._truth.probability[number])
            for number, rows in enumerate(self._framed.claims)
            for claim in rows
        }

    def _part(self, claim: Claim) -> str:
        return f"{scope_of(claim)}\n{'plan' if self._judge.is_plan(claim) else 'fact'}"

    def accuracy(self) -> dict[str, float]:
        """Estimated accuracy of each source."""
        return dict(zip(self._framed.sources, self._truth.accuracy.round(4).tolist(), strict=True))

    def copying(self) -> dict[tuple[str, str], float]:
        """Pairs of sources that are probably dependent."""
        likely = np.flatnonzero(self._truth.copying >= 0.5)
        names = self._framed.sources
        return {
            (names[a], names[b]): round(float(p), 4)
            for (a, b), p in zip(
                self._truth.pairs[likely].tolist(), self._truth.copying[likely].tolist(), strict=True
            )
        }

    def probability(self, claims: Sequence[Claim]) -> float:
        """Probability of what claims say, by the estimate: of facts if there are any, else of plans."""
        facts = [claim for claim in claims if not self._judge.is_plan(claim)]
        return round(max((self._probability.get(claim.id, 0.0) for claim in facts or claims), default=0.0), 4)

    def resolve(
        self, place: int, group: Group, *, is_disputed: bool, slips: frozenset[str] = frozenset()
    ) -> Resolution:
        """Take a value for a group, or say why none is taken."""
        part, set_aside = self._main_part(group)
        claims = [claim for claim in group.claims if part is None or self._part(claim) == part]
        if is_disputed:
            return self._refused(
                group, claims, rules.DISPUTE, "the parties say different things; both are shown"
            )
        asserted: dict[str, list[Claim]] = {}
        denied: dict[str, list[Claim]] = {}
        for claim in claims:
            (denied if claim.stance == "denies" else asserted).setdefault(compared_value(claim), []).append(
                claim
            )
        likely = self._estimate(place, asserted, part if part is not None else self._part(claims[0]))
        estimate = shown(asserted[likely]) if likely else ""
        if not asserted:
            return self._denied(group, denied, estimate)
        told = self._most_told(asserted, likely)
        options = [self._option(group, value, told) for value in told if value not in slips or len(told) == 1]
        option, rule, why = self._choose(group, options, likely)
        against = self._stronger_denial(group, option, denied)
        if against is not None:
            why = [f"denied by {against.witnesses} against {option.witnesses}"]
            value, rule = f"not {shown(option.claims)}", RULES[against.strength]
            return self._taken(group, value, against.claims, rule, why, estimate, against.witnesses)
        if option.strength < _NONE and self._is_denied_as_well(group, option, denied):
            rule, why = rules.TIE, [*why, "as good sources deny it"]
        if option.strength == _NONE:
            reason = self._weakness(option)
            return self._refused(
                group, option.claims, rules.UNCONFIRMED, reason, shown(asserted[option.value]), estimate
            )
        reasons = [*why, *set_aside]
        return self._taken(
            group, shown(asserted[option.value]), option.claims, rule, reasons, estimate, option.witnesses
        )

    def _most_told(
        self, asserted: Mapping[str, Sequence[Claim]], likely: str
    ) -> Mapping[str, Sequence[Claim]]:
        """Values that are weighed against each other: of very many, those with the best and most sources."""
        if len(asserted) <= _MOST_VALUES:
            return asserted
        best = {
            value: min(RELIABILITY_ORDER.index(self._judge.voices.reliability(claim)) for claim in rows)
            for value, rows in asserted.items()
        }
        order = sorted(
            asserted, key=lambda value: (value != likely, best[value], -len(asserted[value]), value)
        )
        return {value: asserted[value] for value in order[:_MOST_VALUES]}

    def _main_part(self, group: Group) -> tuple[str | None, list[str]]:
        """Part of a group that is taken from: facts before plans, what has no scope before what has one."""
        parts: dict[str, list[Claim]] = {}
        for claim in group.claims:
            parts.setdefault(self._part(claim), []).append(claim)
        if len(parts) == 1:
            return None, []
        # A part that nobody but weak single witnesses speaks for does not displace a well-attested plan.
        best = min(
            parts,
            key=lambda name: (
                (strength := self._strength(group, parts[name])) == _NONE,
                name.endswith("plan"),
                not name.startswith("\n"),
                strength,
                name,
            ),
        )
        reasons = []
        for name, rows in parts.items():
            scope, _, kind = name.partition("\n")
            values = ", ".join(dict.fromkeys(claim.value for claim in rows))
            if name == best:
                continue
            if kind == "plan" and best.endswith("fact"):
                reasons.append(f"{rules.LATER}: {values} was said ahead")
            if scope and not best.startswith(scope + "\n"):
                reasons.append(f"{values} has another scope ({scope})")
        return best, reasons

    def _option(self, group: Group, value: str, asserted: Mapping[str, Sequence[Claim]]) -> _Option:
        claims = list(asserted[value])
        if len(asserted) > 1 and not group.family:
            for other, rows in asserted.items():
                if other != value and relate(group.field, value, other) == "coarser":
                    claims += rows
        strength = self._strength(group, claims)
        asked = _ASKED.get(RULES[strength]) if strength < _NONE else None
        sound = [claim for claim in claims if asked is None or self._judge.voices.reliability(claim) in asked]
        return _Option(
            value, tuple(claims), strength, self._judge.witnesses(claims), self._judge.witnesses(sound)
        )

    def _strength(self, group: Group, claims: Sequence[Claim]) -> int:
        """Place in `RULES` of the best rule that speaks for claims; `_NONE` if none does."""
        by: dict[str, list[Claim]] = {}
        for claim in claims:
            by.setdefault(self._judge.voices.reliability(claim), []).append(claim)
        if "primary" in by:
            return _STRENGTH[rules.OFFICIAL]
        sound = [*by.get("reputable", ()), *by.get("party", ())]
        if sound:
            voices = {voice for claim in sound if (voice := self._judge.voices.voice(claim))}
            if sum(self._judge.voices.is_party(voice, group.event) for voice in voices) > 1:
                return _STRENGTH[rules.BOTH_PARTIES]
            return _STRENGTH[rules.INDEPENDENT if self._judge.witnesses(sound) > 1 else rules.REPUTABLE]
        if "secondary" in by:
            return _STRENGTH[rules.SECONDARY]
        if self._judge.witnesses(claims) > 1:
            return _STRENGTH[rules.UNRATED if "unknown" in by else rules.MACHINE]
        return _NONE

    def _choose(
        self, group: Group, options: Sequence[_Option], estimate: str
    ) -> tuple[_Option, str, list[str]]:
        """Take the option with the strongest rule; of those, the one with more witnesses and more exact."""
        if len(options) == 1:
            return options[0], self._rule(options[0]), []
        if group.field in rules.PLANNED:
            last = self._last_plan(options)
            if last is not None:
                return last, rules.LATER, ["the latest plan of those that were told"]
        best = min(option.strength for option in options)
        level = [option for option in options if option.strength == best]
        finest = level if group.family else [o for o in level if not self._is_coarser(group, o, level)]
        most = max((option.sound, option.witnesses) for option in finest)
        leading = [option for option in finest if (option.sound, option.witnesses) == most]
        if len(leading) == 1:
            exact = self._more_exact(group, leading[0], options)
            return exact, self._rule(exact), self._beaten(options, exact)
        chosen = next((option for option in leading if option.value == estimate), None)
        if chosen is None:
            chosen = max(leading, key=lambda option: (self.probability(option.claims), option.value))
        others = ", ".join(shown(option.claims) for option in leading if option is not chosen)
        if best == _NONE:
            return chosen, rules.UNCONFIRMED, []
        return chosen, rules.TIE, [f"as good sources say {others}"]

    @staticmethod
    def _is_coarser(group: Group, option: _Option, others: Sequence[_Option]) -> bool:
        """Whether another option lies within this one."""
        return any(
            relate(group.field, option.value, other.value) == "coarser"
            for other in others
            if other is not option
        )

    def _more_exact(self, group: Group, option: _Option, options: Sequence[_Option]) -> _Option:
        """Go on to a value within the chosen one, if a source that may be believed alone tells it."""
        within = [
            other
            for other in options
            if other is not option
            and not group.family
            and other.strength <= _STRENGTH[rules.REPUTABLE]
            and relate(group.field, option.value, other.value) == "coarser"
        ]
        if any(relate(group.field, a.value, b.value) == "different" for a in within for b in within):
            return option
        finest = [option for option in within if not self._is_coarser(group, option, within)]
        return finest[0] if len(finest) == 1 else option

    @staticmethod
    def _rule(option: _Option) -> str:
        return RULES[option.strength] if option.strength < _NONE else rules.UNCONFIRMED

    def _last_plan(self, options: Sequence[_Option]) -> _Option | None:
        dated = [
            (
                max(self._judge.voices.published(claim) for claim in option.claims),
                -option.strength,
                option.value,
                option,
            )
            for option in options
            if option.strength < _NONE
        ]
        dated = [row for row in dated if row[0]]
        return max(dated, key=lambda row: row[:3])[3] if dated else None

    @staticmethod
    def _beaten(options: Sequence[_Option], chosen: _Option) -> list[str]:
        mine = {claim.id for claim in chosen.claims}
        others = [
            option
            for option in options
            if option is not chosen and not mine.issuperset(c.id for c in option.claims)
        ]
        others = [option for option in others if not {c.id for c in option.claims}.issuperset(mine)]
        if not others:
            return []
        told = ", ".join(f"{shown(option.claims)} ({option.witnesses})" for option in others[:4])
        return [f"against {told}"]

    def _stronger_denial(
        self, group: Group, option: _Option, denied: Mapping[str, Sequence[Claim]]
    ) -> _Option | None:
        """The denials of an option, if they are stronger; a source that says both counts on neither side."""
        rows = denied.get(option.value)
        if not rows:
            return None
        both = {claim.mention.source for claim in rows} & {claim.mention.source for claim in option.claims}
        deny = [claim for claim in rows if claim.mention.source not in both]
        assert_ = [claim for claim in option.claims if claim.mention.source not in both]
        no = (self._strength(group, deny) if deny else _NONE, -self._judge.witnesses(deny))
        yes = (self._strength(group, assert_) if assert_ else _NONE, -self._judge.witnesses(assert_))
        if no < yes and no[0] < _NONE:
            return _Option(option.value, tuple(deny), no[0], -no[1])
        return None

    def _is_denied_as_well(
        self, group: Group, option: _Option, denied: Mapping[str, Sequence[Claim]]
    ) -> bool:
        """Whether as many sources of the same rank deny an option as assert it."""
        deny = denied.get(option.value, ())
        both = {claim.mention.source for claim in deny} & {claim.mention.source for claim in option.claims}
        no = [claim for claim in deny if claim.mention.source not in both]
        yes = [claim for claim in option.claims if claim.mention.source not in both]
        return bool(no) and (self._strength(group, no), self._judge.witnesses(no)) == (
            (self._strength(group, yes), self._judge.witnesses(yes)) if yes else (option.strength, 0)
        )

    def _estimate(self, place: int, asserted: Mapping[str, Sequence[Claim]], part: str) -> str:
        """Value that the estimate alone would take: the most probable, not counting what lies within it."""
        values = self._framed.values
        numbers = [
            (float(self._truth.own[values[place, part, text]]), text)
            for text in asserted
            if (place, part, text) in values
        ]
        if not numbers:
            return ""
        best, text = max(numbers)
        return text if best >= 0.5 else ""

    def _weakness(self, option: _Option) -> str:
        kinds = {self._judge.voices.reliability(claim) for claim in option.claims}
        names = len({claim.mention.source for claim in option.claims})
        kind = "machine-rewritten" if kinds == {"machine_rewritten"} else "of unknown reliability"
        copies = f"{names} documents, but copies count once: " if names > 1 else ""
        return f"{copies}one independent witness, {kind}; not confirmed"

    def _denied(self, group: Group, denied: Mapping[str, Sequence[Claim]], estimate: str) -> Resolution:
        rows = [claim for claims in denied.values() for claim in claims]
        option = _Option("", tuple(rows), self._strength(group, rows), self._judge.witnesses(rows))
        if option.strength == _NONE:
            return self._refused(group, rows, rules.UNCONFIRMED, self._weakness(option), estimate=estimate)
        return self._taken(
            group, f"not {shown(rows)}", rows, rules.DENIED, ["nobody asserts it"], estimate, option.witnesses
        )

    def _taken(
        self,
        group: Group,
        value: str,
        claims: Sequence[Claim],
        rule: str,
        reasons: list[str],
        estimate: str,
        witnesses: int,
    ) -> Resolution:
        strong = rule in RULES[: _STRENGTH[rules.REPUTABLE] + 1] or rule == rules.LATER
        rank: Rank = "preferred" if strong else "normal"
        if estimate and all(claim.value != estimate for claim in claims) and not value.startswith("not "):
            reasons = [*reasons, f"the estimate would take {estimate}"]
        elif not estimate and group.asserted and not value.startswith("not "):
            reasons = [*reasons, "the estimate would take nothing: no value is more likely than not"]
        direct = [claim for claim in claims if claim.value == value] or list(claims)
        count = f"{witnesses} independent witness{'' if witnesses == 1 else 'es'}"
        return Resolution(
            group.event, group.field, group.subject, value, self.probability(direct), rank, rule,
            "; ".join([count, *reasons]), estimate, witnesses, tuple(claim.id for claim in claims),
        )  # fmt: skip

    def _refused(
        self,
        group: Group,
        claims: Sequence[Claim],
        rule: str,
        reason: str,
        told: str = "",
        estimate: str = "",
    ) -> Resolution:
        witnesses = self._judge.witnesses(claims)
        if told:
            reason = f"told is {told}: {reason}"
        if estimate and estimate != told:
            reason += f"; the estimate would take {estimate}"
        return Resolution(
            group.event,
            group.field,
            group.subject,
            "",
            self.probability(claims),
            "normal",
            rule,
            reason,
            estimate,
            witnesses,
            tuple(claim.id for claim in claims),
        )
