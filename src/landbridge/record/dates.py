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
from functools import lru_cache
from typing import Literal

Precision = Literal["day", "month", "season", "year", "decade", "interval", "none"]

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
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}

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


def _valid_day(year: str, month: int, day: int) -> bool:
    try:
        date(int(year) if year else 2000, month, day)
    except ValueError:
        return False
    return True


def _days(year: str, month: int, first: str, last: str | None) -> str | None:
    """Day or range of days; without a year ``--07-10``."""
    one = _number(first)
    if not _valid_day(year, month, one):
        return None
    lead = f"{year}-{month:02}-" if year else f"--{month:02}-"
    if last is None:
        return f"{lead}{one:02}"
    two = _number(last)
    if not _valid_day(year, month, two) or two <= one:
        return f"{lead}{one:02}"
    return f"{lead}{one:02}/{lead}{two:02}"


def _span(year: str, first: int, last: int) -> str:
    return f"{year}-{first:02}" if first == last else f"{year}-{first:02}/{year}-{last:02}"


def _code(code: str, year: str) -> str:
    size = 6 if code[0] == "H" else 3
    number = min(int(code[1]), 12 // size)
    return _span(year, (number - 1) * size + 1, number * size)


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
    valid = month <= 12 and _valid_day(year, month, day)
    return f"{year}-{month:02}-{day:02}" if valid else year


def _in_month(year: str, month: int, part: str) -> str:
    """Early, mid or late in a month: its thirds."""
    last = _last_day(int(year), month)
    first, end = {"early": (1, 10), "mid": (11, 20), "middle": (11, 20)}.get(part, (21, last))
    if part in ("end", "close"):
        first = last
    elif part in ("beginning", "start", "turn"):
        first, end = 1, 1
    one, two = f"{year}-{month:02}-{first:02}", f"{year}-{month:02}-{end:02}"
    return one if one == two else f"{one}/{two}"


def _last_day(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


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
        return value if len(parts) < 3 or _valid_day(parts[0], int(parts[1]), int(parts[2])) else None
    if g["num"]:
        return _numeric(g["num"])
    if g["dmy_m"]:
        return _days(g["dmy_y"] or "", _month(g["dmy_m"]), g["dmy_d1"], g["dmy_d2"])
    if g["mdy_m"]:
        return _days(g["mdy_y"] or "", _month(g["mdy_m"]), g["mdy_d1"], g["mdy_d2"])
    if g["part_y"]:
        if g["part_m"]:
            return _in_month(g["part_y"], _month(g["part_m"]), g["part"].lower())
        return _span(g["part_y"], *_PARTS[g["part"].lower()])
    if g["mm_y"]:
        first, last = _month(g["m1"]), _month(g["m2"])
        return _span(g["mm_y"], first, last) if first < last else None
    if g["my_m"]:
        return f"{g['my_y']}-{_month(g['my_m']):02}"
    if g["half"]:
        return _code("H1" if g["half"].lower() in ("first", "1st") else "H2", g["half_y"])
    if g["qtr"]:
        return _code(f"Q{_ORDINALS[g['qtr'].lower()]}", g["qtr_y"])
    if g["code"]:
        return _code(g["code"], g["code_y"])
    if g["code2"]:
        return _code(g["code2"], g["code_y2"])
    if g["season"]:
        return f"{g['season_y']}-{_SEASONS[g['season'].lower()]}"
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


_FIXED = re.compile(
    r"(?:(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
    r"|(?P<noyear>--(?P<nm>\d\d)(?:-(?P<nd>\d\d))?)"
    r"|(?P<decade>\d{3})X|(?P<half_y>\d{4})-(?P<half>[HQ][1-4]))(?P<unsure>[~?%])?"
)


@lru_cache(maxsize=4096)
def _bounds(value: str) -> tuple[date | None, date | None, str] | None:
    """Earliest and latest day of an EDTF value and how exact it is; None if it is no date.

    A side that is open, or a date without a year, gives None for its bound.
    """
    value = value.strip()
    if "/" in value:
        first, _, last = value.partition("/")
        low, high = (
            _bounds(first) if first not in ("", "..") else None,
            _bounds(last) if last not in ("", "..") else None,
        )
        if (first not in ("", "..") and low is None) or (last not in ("", "..") and high is None):
            return None
        if low is None and high is None:
            return None
        return (low[0] if low else None), (high[1] if high else None), "interval"
    found = _FIXED.fullmatch(value)
    if found is None:
        return None
    try:
        return _fixed_bounds(found)
    except ValueError:
        return None


def _fixed_bounds(found: re.Match[str]) -> tuple[date | None, date | None, str]:
    if found["decade"]:
        year = int(found["decade"]) * 10
        return date(year, 1, 1), date(year + 9, 12, 31), "decade"
    if found["half"]:
        return _bounds(_code(found["half"], found["half_y"])) or (None, None, "none")
    if found["noyear"]:
        date(2000, int(found["nm"]), int(found["nd"] or 1))
        return None, None, "day" if found["nd"] else "month"
    year = int(found["year"])
    if not found["month"]:
        return date(year, 1, 1), date(year, 12, 31), "year"
    month = int(found["month"])
    if found["day"]:
        day = date(year, month, int(found["day"]))
        return day, day, "day"
    if month in _SEASONS.values():
        # Which months a season has depends on the half of the earth, which the text need not say.
        return date(year, 1, 1), date(year, 12, 31), "season"
    return date(year, month, 1), date(year, month, _last_day(year, month)), "month"


def is_edtf(value: str) -> bool:
    """Tell whether a value is a date this record can hold, checked by the `edtf` package.

    ``--07-10`` stands for EDTF's ``XXXX-07-10``.

    Examples
    --------
    >>> is_edtf("2018/.."), is_edtf("--07-10"), is_edtf("2025-13"), is_edtf("soon")
    (True, True, False, False)
    """
    return _is_edtf(re.sub(r"--(?=\d\d)", "XXXX-", value))


@lru_cache(maxsize=4096)
def _is_edtf(value: str) -> bool:
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parse_edtf(value)
    except EDTFParseException:
        return False
    return True


def precision(value: str) -> Precision:
    """How exact a date is; ``none`` if the text is no date.

    Examples
    --------
    >>> precision("2025-08"), precision("2018/.."), precision("--07-10"), precision("soon")
    ('month', 'interval', 'day', 'none')
    """
    bounds = _bounds(value)
    return bounds[2] if bounds else "none"  # type: ignore[return-value]


def earliest(value: str) -> date | None:
    """First day that a date may mean; None if it is open, has no year, or is no date."""
    bounds = _bounds(value)
    return bounds[0] if bounds else None


def latest(value: str) -> date | None:
    """Last day that a date may mean; None if it is open, has no year, or is no date."""
    bounds = _bounds(value)
    return bounds[1] if bounds else None


def compatible(a: str, b: str) -> bool:
    """Tell whether two dates can be the same one, told more or less exactly.

    One must lie within the other, or for two intervals, overlap; a day without a year fits that day of any
    year that the other allows.

    Examples
    --------
    >>> compatible("2025", "2025-08-08"), compatible("--07-10", "2025-07-10")
    (True, True)
    >>> compatible("2024-07", "2025-08")
    False
    """
    if a == b:
        return True
    one, two = _bounds(a), _bounds(b)
    if one is None or two is None:
        return False
    first, second = _FIXED.fullmatch(a), _FIXED.fullmatch(b)
    if first and first["noyear"]:
        return _without_year(first, b, second)
    if second and second["noyear"]:
        return _without_year(second, a, first)
    low_a, high_a, low_b, high_b = one[0], one[1], two[0], two[1]
    return (low_a is None or high_b is None or low_a <= high_b) and (
        low_b is None or high_a is None or low_b <= high_a
    )


def _without_year(bare: re.Match[str], other: str, fixed: re.Match[str] | None) -> bool:
    """Whether a month or day without a year fits another date."""
    month, day = int(bare["nm"]), int(bare["nd"] or 0)
    if fixed and fixed["noyear"]:
        return int(fixed["nm"]) == month and (not day or not fixed["nd"] or int(fixed["nd"]) == day)
    low, high = earliest(other), latest(other)
    if low is None or high is None or high.year > low.year + 1:
        return True
    for year in {low.year, high.year}:
        last = _last_day(year, month)
        first_day, last_day = (
            date(year, month, min(day or 1, last)),
            date(year, month, min(day or last, last)),
        )
        if first_day <= high and last_day >= low:
            return True
    return False
