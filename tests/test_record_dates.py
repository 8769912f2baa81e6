"""Dates in words become EDTF, never more exact than they were said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.record.dates import (
    compatible,
    earliest,
    find_dates,
    find_durations,
    is_edtf,
    latest,
    precision,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 8 August 2025", "2025-08-08"),
        ("on August 8, 2025", "2025-08-08"),
        ("on Aug. 8th, 2025", "2025-08-08"),
        ("in August 2025", "2025-08"),
        ("in 2025", "2025"),
        ("on July 10 in", "--07-10"),
        ("in late 2024", "2024-09/2024-12"),
        ("in early 2026", "2026-01/2026-04"),
        ("by mid-2026", "2026-05/2026-08"),
        ("by the end of 2028", "2028-12"),
        ("in the first half of 2026", "2026-01/2026-06"),
        ("in the third quarter of 2026", "2026-07/2026-09"),
        ("Q4 2026", "2026-10/2026-12"),
        ("on 8-9 May 2024", "2024-05-08/2024-05-09"),
        ("from 2 March to 4 May 2025", "2025-03-02"),
        ("since 2018, it", "2018/.."),
        ("from 2024 onward", "2024/.."),
        ("until 2027", "../2027"),
        ("in 2022-2027", "2022/2027"),
        ("the 1990s", "199X"),
        ("in autumn 2025", "2025-23"),
        ("in March, the", "--03"),
        ("2025-08-08", "2025-08-08"),
    ],
)
def test_dates_are_found(text: str, expected: str) -> None:
    """The first date of each phrase, as EDTF that the edtf package accepts."""
    found = find_dates(text)
    assert expected == found[0].value
    assert is_edtf(expected)


@pytest.mark.parametrize(
    "text",
    ["it may be so", "31 February 2025", "2000 tonnes of grain", "on Friday", "last month", "Section 12"],
)
def test_what_is_no_date_is_left(text: str) -> None:
    """Months that are verbs, impossible days, amounts, and days that need a date of writing are passed over."""
    assert find_dates(text) == ()


def test_words_count_from_the_day_of_writing() -> None:
    """With a date of the document, "on Friday" is the last Friday."""
    said = find_dates("on Friday; last month; three years ago; yesterday", "2025-08-12")
    assert [d.value for d in said] == ["2025-08-08", "2025-07", "2022", "2025-08-11"]


def test_durations_are_iso_8601() -> None:
    """Decades are years, and "a day" after a number of trucks is no duration."""
    text = "three decades of war, a 99-year lease, a two-week truce, 18 months, 300 trucks a day, 45-day"
    assert [d.value for d in find_durations(text)] == ["P30Y", "P99Y", "P2W", "P18M", "P45D"]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("2025", "2025-08-08", True),
        ("--07-10", "2025-07-10", True),
        ("--07-10", "2025-07", True),
        ("--07-10", "2025-08", False),
        ("2024-07", "2025-08", False),
        ("2024-09/2024-12", "2024-09-09", True),
        ("2018/..", "2020", True),
        ("2026-H1", "2026-03", True),
        ("2025-21", "2025-04-02", True),
        ("soon", "2025", False),
    ],
)
def test_coarser_is_compatible(a: str, b: str, same: bool) -> None:
    """A coarser date contains a finer one; that is no contradiction, in either order."""
    assert same == compatible(a, b) == compatible(b, a)


@given(st.dates())
def test_a_day_lies_in_its_month_and_year(day) -> None:  # type: ignore[no-untyped-def]
    """Bounds of a day, its month and its year hold one another."""
    text = day.isoformat()
    assert day == earliest(text) == latest(text)
    assert precision(text) == "day"
    for coarse in (text[:7], text[:4]):
        low, high = earliest(coarse), latest(coarse)
        assert low is not None
        assert high is not None
        assert low <= day <= high
        assert compatible(text, coarse)


@given(st.text(max_size=80))
def test_no_text_breaks_the_search(text: str) -> None:
    """Whatever stands there, what is found is EDTF and lies in the text."""
    for found in find_dates(text, "2025-08-12"):
        assert is_edtf(found.value)
        assert 0 <= found.start < found.end <= len(text)
