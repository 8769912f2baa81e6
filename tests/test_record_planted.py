"""Contradictions planted in a table of claims, and differences that only look like one."""

import time

from landbridge.record.model import Claim, Mention, Source
from landbridge.record.reconcile import reconcile
from landbridge.record.rules import TIE

KNOWN = [Source("a", reliability="reputable"), Source("b", reliability="reputable")]


def said(source: str, field: str, value: str, *, text: str = "", **more) -> Claim:
    return Claim(f"{source}/{field}/{value}", "deal", field, "", value, Mention(source, None, text), **more)


def test_a_place_with_and_without_accents_is_one():
    assert (
        reconcile([said("a", "place", "São Paulo"), said("b", "place", "Sao Paulo")], KNOWN).differences == ()
    )
    assert reconcile([said("a", "place", "São Paulo"), said("b", "place", "Santos")], KNOWN).differences


def test_a_figure_with_two_decimals_is_no_time_of_day():
    days = (
        said("a", "date", "2025-03-02", text="It carried 10.15 percent more."),
        said("b", "date", "2025-03-01"),
    )
    assert [d.kind for d in reconcile(days, KNOWN).differences] == ["contradiction"]
    late = said("a", "date", "2025-03-02", text="It was signed at 10.15 p.m."), days[1]
    assert [d.kind for d in reconcile(late, KNOWN).differences] == ["time_zone"]


def test_what_as_good_a_source_denies_is_not_preferred():
    claims = [said("a", "status", "open"), said("b", "status", "open", stance="denies")]
    (resolution,) = reconcile(claims, KNOWN).resolutions
    assert (resolution.rule, resolution.rank) == (TIE, "normal")
    assert "as good sources deny it" in resolution.reason


def test_very_many_values_of_one_field_take_time_in_proportion():
    claims = [said(f"s{n}", "volume", str(n)) for n in range(3000)]
    claims.append(said("a", "volume", "77777"))
    began = time.process_time()
    (resolution,) = reconcile(claims, KNOWN).resolutions
    assert time.process_time() - began < 6
    assert resolution.value == "77777"
