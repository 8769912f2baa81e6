"""Dates and durations in English text, as EDTF: found, compared, and never made more exact than they
were said.

"8 August 2025" is ``2025-08-08``, "August 2025" is ``2025-08``, "July 10" without a year ``--07-10``, "late
2024" the last four months ``2024-09/2024-12``, "since 2018" ``2018/..``, "three decades" the duration
``P30Y``. A word that points from the day of writing ("last month", "on Friday") becomes a date only if the
document says when it was written.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from landbridge.record.dates_edtf import (
    SEASONS,
    is_day,
    last_day,
    months_span,
    part_of_year,
)
from landbridge.record.dates_edtf import (
    Precision as Precision,
)
from landbridge.record.dates_edtf import (
    compatible as compatible,
)
from landbridge.record.dates_edtf import (
    earliest as earliest,
)
from landbridge.record.dates_edtf import (
    is_edtf as is_edtf,
)
from landbridge.record.dates_edtf import (
    latest as latest,
)
from landbridge.record.dates_edtf import (
    precision as precision,
)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "last": 4,
}
_WEEKDAYS = {
    name: n
    for n, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
#: What a part of a year covers, in months. Late is the last four, as the record's own coding has it.
_PARTS = {
    "early": (1, 4), "mid": (5, 8), "middle": (5, 8), "late": (9, 12), "end": (12, 12), "close": (12, 12),
    "beginning": (1, 1), "start": (1, 1), "turn": (1, 1),
}  # fmt: skip


#: A whole word: "3 Mayors" and "15 Marines" hold no month. A dateline or a headline may be in capitals.
_MONTH_NAMES = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_MONTH = rf"(?:(?:{_MONTH_NAMES}|{_MONTH_NAMES.upper()})(?![A-Za-z])\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20|21)\d\d"
_DECADE = r"(?:1[89]|20|21)\d0"
_DASH = r"\s*(?:-|\u2013|\u2014|to|and|through|until)\s*"
_OF = r"(?:,?\s+(?:of\s+)?)"
_PART_OF = (
    r"(?:[Tt]he\s+)?(?P<part>[Ee]arly|[Mm]id(?:dle)?|[Ll]ate|[Ee]nd|[Cc]lose|[Bb]eginning|[Ss]tart|[Tt]urn)"
    r"(?:-|\s+)(?:of\s+|in\s+)?(?:the\s+year\s+)?"
)

_DATE = re.compile(
    rf"""
    (?P<iso>\b{_YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?=T\d\d:?\d\d))
      (?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)
  | (?P<iso2>\b{_YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?\b(?!-))
  | (?<![\d./-])(?P<num>{_YEAR}[./](?:0?[1-9]|1[0-2])[./](?:3[01]|[12]\d|0?[1-9])
      |(?:3[01]|[12]\d|0?[1-9])(?P<num_sep>[./])(?:3[01]|[12]\d|0?[1-9])(?P=num_sep){_YEAR})(?![\d/-]|\.\d)
  | \b(?P<dmy_d1>{_DAY})(?:{_DASH}(?P<dmy_d2>{_DAY}))?\s+(?:of\s+)?(?P<dmy_m>{_MONTH})
      (?:{_OF}(?P<dmy_y>{_YEAR})\b)?
  | \b(?P<mdy_m>{_MONTH})\s+(?P<mdy_d1>{_DAY})\b(?:{_DASH}(?P<mdy_d2>{_DAY})\b)?(?:{_OF}(?P<mdy_y>{_YEAR})\b)?
  | \b{_PART_OF}(?:(?P<part_m>{_MONTH}){_OF})?(?P<part_y>{_YEAR})\b
  | \b(?P<m1>{_MONTH}){_DASH}(?P<m2>{_MONTH}){_OF}(?P<mm_y>{_YEAR})\b
  | \b(?P<my_m>{_MONTH}){_OF}(?P<my_y>{_YEAR})\b
  | \b(?P<half>[Ff]irst|[Ss]econd|1st|2nd)\s+half\s+(?:of\s+)?(?:the\s+year\s+)?(?P<half_y>{_YEAR})\b
  | \b(?P<qtr>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ll]ast|1st|2nd|3rd|4th)\s+quarter
      \s+(?:of\s+)?(?P<qtr_y>{_YEAR})\b
  | \b(?P<code>[QH][1-4])\s?(?:of\s+)?(?P<code_y>{_YEAR})\b
  | \b(?P<code_y2>{_YEAR})[\s-](?P<code2>[QH][1-4])\b
  | \b(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)\s+(?:of\s+)?(?P<season_y>{_YEAR})\b
  | \b(?:the\s+)?(?:(?:early|mid|late)[\s-])?(?P<decade>{_DECADE})s\b
  | \b(?P<y1>{_YEAR})
      (?P<y_dash>\s*(?:-|\u2013|\u2014|/)\s*|\s+to\s+|(?<=etween\s\d{{4}})\s+and\s+)
      (?P<y2>{_YEAR}|\d\d)\b(?![-/\d])
  | (?<![$\u20ac\u00a3\u00a5#])(?<!Resolution\s)(?<!No\.\s)\b(?P<year>{_YEAR})\b(?!\s*(?:-|\u2013)?\s*
      (?:tonnes?|tons?|t\b|km|kilomet|mile|wagons?|containers?|TEU|trucks?|people|troops|dollars))
  | (?<![A-Za-z])(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Ll]ast|[Dd]uring|of)\s+
      (?P<bare_m>{_MONTH})\b(?!\s+(?:\d|be\b|have\b))
  | \b(?P<relative>[Yy]esterday|[Tt]oday|[Tt]omorrow|(?:[Ll]ast|[Tt]his|[Nn]ext)\s+(?:week|month|year))\b
  | \b(?:[Oo]n\s+|[Ll]ast\s+)(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b
    """,
    re.VERBOSE,
)  # fmt: skip

_MAY_DATE = re.compile(
    rf"\d\d|{_MONTH}|yesterday|today|tomorrow|(?:last|this|next) (?:week|month|year)|(?:on"
    rf"|last) \w+day|ago\b"
)
_BEFORE = re.compile(
    r"(?:\b(?P<since>since|from|as of|starting(?:\s+in)?|beginning in|after)"
    r"|\b(?P<until>until|till|up to|through|to)"
    r"|\b(?P<by>by|before|no later than|not later than)"
    r"|\b(?P<about>about|around|circa|approximately))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ONWARD = re.compile(
    r"\s*,?\s*(?:onwards?|on\b(?=[\s,.;]*(?:$|[,.;]))|and\s+(?:after|beyond))", re.IGNORECASE
)

_JOINTS = ("to", "and", "-", "\u2013", "\u2014", "until", "through", "or", ",")

_NUMBER_WORD = (
    r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four"
    r"|five|six|seven|eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen"
    r"|eighteen|nineteen|an?\s+hundred|an?)"
)
_DURATION = re.compile(
    rf"\b(?:(?P<digits>\d{{1,3}}(?:\.\d)?)|(?P<words>{_NUMBER_WORD}))[\s-]+(?:full\s+"
    rf"|consecutive\s+|long\s+)?"
    r"(?P<unit>decades?|years?|months?|weeks?|days?|hours?|centur(?:y|ies))\b(?!\s+ago\b|[\s-]old\b)",
    re.IGNORECASE,
)
_AGO = re.compile(
    rf"\b(?:(?P<digits>\d{{1,3}})|(?P<words>{_NUMBER_WORD}))\s+(?P<unit>years?|months?|weeks?"
    rf"|days?)\s+ago\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DateMention:
    """A date in a text: where, the EDTF value, and the word before it that bounds it.

    ``qualifier`` is ``by`` ("by 2030"), ``after``, ``about`` or empty; "since" and "until" are in the value
    as open intervals.
    """

    start: int
    end: int
    value: str
    qualifier: str = ""


@dataclass(frozen=True)
class Duration:
    """A length of time in a text, as ISO 8601: ``P30Y`` for three decades."""

    start: int
    end: int
    value: str


def _month(text: str) -> int:
    return MONTHS[text.rstrip(".").lower()]


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _days(year: str, month: int, first: str, last: str | None) -> str | None:
    """Day or range of days; without a year ``--07-10``."""
    one = _number(first)
    if not is_day(year, month, one):
        return None
    lead = f"{year}-{month:02}-" if year else f"--{month:02}-"
    if last is None:
        return f"{lead}{one:02}"
    two = _number(last)
    if not is_day(year, month, two) or two <= one:
        return f"{lead}{one:02}"
    return f"{lead}{one:02}/{lead}{two:02}"


def _numeric(text: str) -> str:
    """A date in figures: 31/12/2025, 8.8.2025; only the year where day and month could be either."""
    one, two, three = re.split(r"[./]", text)
    if len(one) == 4:
        year, month, day = one, int(two), int(three)
    else:
        year, day, month = three, int(one), int(two)
        if "/" in text and month <= 12 and day <= 12 and day != month:
            return year
        if "/" in text and month > 12:
            day, month = month, day
    valid = month <= 12 and is_day(year, month, day)
    return f"{year}-{month:02}-{day:02}" if valid else year


def _in_month(year: str, month: int, part: str) -> str:
    """Early, mid or late in a month: its thirds."""
    last = last_day(int(year), month)
    first, end = {"early": (1, 10), "mid": (11, 20), "middle": (11, 20)}.get(part, (21, last))
    if part in ("end", "close"):
        first = last
    elif part in ("beginning", "start", "turn"):
        first, end = 1, 1
    one, two = f"{year}-{month:02}-{first:02}", f"{year}-{month:02}-{end:02}"
    return one if one == two else f"{one}/{two}"


def _has_year(published: str) -> bool:
    """Whether a date of writing names a year that can be counted from; pages also give nonsense."""
    return re.match(r"(?:1[89]|20|21)\d\d(?:-|$)", published) is not None


def _relative(word: str, published: str) -> str | None:
    if not _has_year(published):
        return None
    word = " ".join(word.lower().split())
    kind = precision(published)
    year = int(published[:4])
    if word.endswith("year"):
        return str(year + {"last": -1, "this": 0, "next": 1}[word.split()[0]])
    if kind not in ("day", "month"):
        return None
    if word.endswith("month"):
        index = year * 12 + int(published[5:7]) - 1 + {"last": -1, "this": 0, "next": 1}[word.split()[0]]
        return f"{index // 12:04}-{index % 12 + 1:02}"
    if kind != "day":
        return None
    day = date.fromisoformat(published)
    if word in ("yesterday", "today", "tomorrow"):
        return (day + timedelta(days={"yesterday": -1, "today": 0, "tomorrow": 1}[word])).isoformat()
    monday = (
        day
        - timedelta(days=day.weekday())
        + timedelta(weeks={"last": -1, "this": 0, "next": 1}[word.split()[0]])
    )
    return f"{monday.isoformat()}/{(monday + timedelta(days=6)).isoformat()}"


def _weekday(word: str, published: str) -> str | None:
    """Give the last such day on or before the day of writing."""
    if not _has_year(published) or precision(published) != "day":
        return None
    day = date.fromisoformat(published)
    return (day - timedelta(days=(day.weekday() - _WEEKDAYS[word.lower()]) % 7)).isoformat()


def _value(found: re.Match[str], published: str) -> str | None:
    """EDTF of one match, by the group that matched."""
    g = found.groupdict()
    if g["iso"] or g["iso2"]:
        value = (g["iso"] or g["iso2"])[:10]
        parts = value.split("-")
        return value if len(parts) < 3 or is_day(parts[0], int(parts[1]), int(parts[2])) else None
    if g["num"]:
        return _numeric(g["num"])
    if g["dmy_m"]:
        return _days(g["dmy_y"] or "", _month(g["dmy_m"]), g["dmy_d1"], g["dmy_d2"])
    if g["mdy_m"]:
        return _days(g["mdy_y"] or "", _month(g["mdy_m"]), g["mdy_d1"], g["mdy_d2"])
    if g["part_y"]:
        if g["part_m"]:
            return _in_month(g["part_y"], _month(g["part_m"]), g["part"].lower())
        return months_span(g["part_y"], *_PARTS[g["part"].lower()])
    if g["mm_y"]:
        first, last = _month(g["m1"]), _month(g["m2"])
        return months_span(g["mm_y"], first, last) if first < last else None
    if g["my_m"]:
        return f"{g['my_y']}-{_month(g['my_m']):02}"
    if g["half"]:
        return part_of_year("H1" if g["half"].lower() in ("first", "1st") else "H2", g["half_y"])
    if g["qtr"]:
        return part_of_year(f"Q{_ORDINALS[g['qtr'].lower()]}", g["qtr_y"])
    if g["code"]:
        return part_of_year(g["code"], g["code_y"])
    if g["code2"]:
        return part_of_year(g["code2"], g["code_y2"])
    if g["season"]:
        return f"{g['season_y']}-{SEASONS[g['season'].lower()]}"
    if g["decade"]:
        return f"{g['decade'][:3]}X"
    if g["y1"]:
        first_year, last_year = g["y1"], g["y2"] if len(g["y2"]) > 2 else g["y1"][:2] + g["y2"]
        return f"{first_year}/{last_year}" if int(last_year) > int(first_year) else None
    if g["year"]:
        return g["year"]
    if g["bare_m"]:
        return f"--{_month(g['bare_m']):02}"
    if g["relative"]:
        return _relative(g["relative"], published)
    return _weekday(g["weekday"], published)


def find_dates(text: str, published: str = "") -> tuple[DateMention, ...]:
    """All dates in a text, in order.

    Parameters
    ----------
    published
        EDTF date of the document; without it "last month" and "on Friday" are passed over.

    Examples
    --------
    >>> [d.value for d in find_dates("From 2018 onward; on July 10; in late 2024; 8-9 May 2024")]
    ['2018/..', '--07-10', '2024-09/2024-12', '2024-05-08/2024-05-09']
    """
    mentions: list[DateMention] = []
    if not _MAY_DATE.search(text):
        return ()
    for found in _DATE.finditer(text):
        value = _value(found, published)
        if value is None:
            continue
        start = found.start()
        if found["bare_m"]:
            start = found.start("bare_m")
        qualifier = ""
        before = _BEFORE.search(text, max(0, start - 24), start)
        if before is None and found["bare_m"]:
            before = _BEFORE.search(text[:start])
        single = "/" not in value and not value.startswith("--")
        if _ONWARD.match(text, found.end()) and single:
            value = f"{value}/.."
        elif before is not None:
            word = before.lastgroup or ""
            if word == "since" and before["since"].lower() == "after":
                qualifier = "after"
            elif word == "since" and single and before["since"].lower() != "from":
                value = f"{value}/.."
            elif word == "until" and single and before["until"].lower() in ("until", "till", "up to"):
                value = f"../{value}"
            elif word in ("by", "about"):
                qualifier = word
        mentions.append(DateMention(start, found.end(), value, qualifier))
    mentions = _with_years(text, mentions)
    for found in _AGO.finditer(text) if _has_year(published) else ():
        value = _ago(found, published)
        if value:
            mentions.append(DateMention(found.start(), found.end(), value, "about"))
    return tuple(sorted(mentions, key=lambda m: m.start))


def _with_years(text: str, mentions: list[DateMention]) -> list[DateMention]:
    """In "2 March to 4 May 2025" the first day is of the same year as the second."""
    given = list(mentions)
    # From the last to the first, so that a list ("4 July, 5 July and 6 July 2025") takes its last year.
    for index in range(len(given) - 2, -1, -1):
        one, two = given[index], given[index + 1]
        between = text[one.end : two.start].strip()
        if not one.value.startswith("--") or not two.value[:1].isdigit() or between not in _JOINTS:
            continue
        year = int(two.value[:4])
        if between not in (",", "and", "or") and one.value[2:7] > two.value[5:10] != "":
            year -= 1  # "30 December to 2 January 2025" begins in the year before
        given[index] = DateMention(one.start, one.end, one.value.replace("--", f"{year:04}-"), one.qualifier)
    return given


def _amount(found: re.Match[str]) -> float:
    if found["digits"]:
        return float(found["digits"])
    words = re.split(r"[\s-]+", found["words"].lower())
    if words[-1] == "hundred":
        return 100
    return sum(1 if w in ("a", "an") else NUMBERS[w] for w in words)


def _ago(found: re.Match[str], published: str) -> str | None:
    """Count back from the date of the document; no more exact than the unit that was said."""
    amount, unit = int(_amount(found)), found["unit"].lower().rstrip("s")
    year = int(published[:4])
    if unit == "year":
        return str(year - amount)
    if unit == "month" and precision(published) in ("day", "month"):
        index = year * 12 + int(published[5:7]) - 1 - amount
        return f"{index // 12:04}-{index % 12 + 1:02}"
    if precision(published) != "day":
        return None
    return (date.fromisoformat(published) - timedelta(days=amount * (7 if unit == "week" else 1))).isoformat()


def find_durations(text: str) -> tuple[Duration, ...]:
    """All lengths of time in a text.

    Examples
    --------
    >>> [d.value for d in find_durations("a war of three decades, a 99-year lease, 18 months of work")]
    ['P30Y', 'P99Y', 'P18M']
    """
    durations = []
    for found in _DURATION.finditer(text):
        if (
            found["words"]
            and found["words"].lower() in ("a", "an")
            and found["unit"][:3].lower() not in ("dec", "cen")
        ):
            continue
        amount = _amount(found)
        unit = found["unit"].lower()
        letter, times = {
            "dec": ("Y", 10),
            "cen": ("Y", 100),
            "yea": ("Y", 1),
            "mon": ("M", 1),
            "wee": ("W", 1),
        }.get(unit[:3], ("D", 1))
        value = f"{amount * times:g}"
        durations.append(
            Duration(
                found.start(), found.end(), f"PT{value}H" if unit.startswith("hour") else f"P{value}{letter}"
            )
        )
    return tuple(durations)
