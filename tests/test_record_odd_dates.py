"""Dates in odd forms, in words that only look like dates, and counted from days that cannot be counted from."""

import pytest

from landbridge.record.dates import find_dates


def values(text: str, published: str = "") -> list[str]:
    return [d.value for d in find_dates(text, published)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 8 AUGUST 2025", ["2025-08-08"]),
        ("Late 2024 saw no trains", ["2024-09/2024-12"]),
        ("Spring 2026", ["2026-21"]),
        ("First half of 2026", ["2026-01/2026-06"]),
        ("2025-08-08T23:30:00Z", ["2025-08-08"]),
        ("31/12/2025", ["2025-12-31"]),
        ("12/31/2025", ["2025-12-31"]),
        ("8.9.2025", ["2025-09-08"]),
        ("2025/09/08", ["2025-09-08"]),
        ("30 December to 2 January 2025", ["2024-12-30", "2025-01-02"]),
        ("4 July, 5 July and 6 July 2025", ["2025-07-04", "2025-07-05", "2025-07-06"]),
        ("rose in 2020 and 2022", ["2020", "2022"]),
        ("between 2020 and 2022", ["2020/2022"]),
    ],
)
def test_forms_of_a_date(text, expected):
    assert values(text) == expected


def test_figures_that_could_be_two_days_give_the_year_only():
    assert values("08/09/2025") == ["2025"]


@pytest.mark.parametrize(
    "text",
    ["3 Mayors met", "15 Marines landed", "12 Decisions", "it cost $2025", "Resolution 1973", "31 June"],
)
def test_words_that_only_begin_like_a_date(text):
    assert values(text) == []


@pytest.mark.parametrize("published", ["--07-10", "0001-01-01", "9999-12-31", "202X", "../2020", "soon", ""])
def test_a_day_of_writing_that_cannot_be_counted_from_is_passed_over(published):
    text = "Yesterday, last week, next week, last month, on Friday, 99 years ago, 900 weeks ago"
    assert values(text, published) == []
