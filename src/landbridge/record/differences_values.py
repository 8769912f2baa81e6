"""How two values of one field stand to each other: same, coarser, different; and slips of pen or unit."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from landbridge.record import dates
from landbridge.record.rules import DATED

#: How the first of two values stands to the second.
Relation = Literal["same", "coarser", "finer", "compatible", "different"]

_NUMBER: Final = r"\d{1,3}(?:[, \u00a0]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"^(?P<about>~|c\.|ca\.?|about|around|some|roughly|nearly|almost|approximately)?\s*"
    rf"(?P<bound>over|under|more than|less than|at least|at most|up to|>=?|<=?|\u2265|\u2264)?\s*"
    rf"(?P<low>{_NUMBER})(?:\s*(?:-|\u2013|to)\s*(?P<high>{_NUMBER}))?(?P<plus>\+(?!\s*\d))?"
    rf"(?P<add>(?:\s*\+\s*\d+)+)?\s*(?P<unit>[a-z%$\u20ac].*)?$",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"^P(?P<low>\d+(?:\.\d+)?)(?P<unit>[YMWD])(?:/P(?P<high>\d+(?:\.\d+)?)(?P=unit))?$", re.IGNORECASE
)
_LOOKS_DATED = re.compile(r"^(?:\d{4}-|--\d\d|(?:after|before|by|since|until|from) \d{4}|\d{4}/)")
_ROUGH: Final = 0.1
#: Dates as near as this are taken for two dates (of signing and of publishing, say) and not for a slip.
_CLOSE_DAYS: Final = 6

#: Units by what they measure, and how many of the first each is.
_UNITS: Final[dict[str, tuple[str, float]]] = {
    "m": ("length", 1.0), "metre": ("length", 1.0), "metres": ("length", 1.0), "km": ("length", 1e3),
    "kilometre": ("length", 1e3), "kilometres": ("length", 1e3), "kilometers": ("length", 1e3),
    "mile": ("length", 1609.344), "miles": ("length", 1609.344), "mi": ("length", 1609.344),
    "nm": ("length", 1852.0), "ft": ("length", 0.3048), "feet": ("length", 0.3048),
    "kg": ("mass", 1e-3), "t": ("mass", 1.0), "tonne": ("mass", 1.0), "tonnes": ("mass", 1.0),
    "ton": ("mass", 1.0),
    "tons": ("mass", 1.0), "kt": ("mass", 1e3), "mt": ("mass", 1e6), "lb": ("mass", 0.00045359237),
    "hour": ("time", 1.0), "hours": ("time", 1.0), "h": ("time", 1.0), "day": ("time", 24.0),
    "days": ("time", 24.0),
    "week": ("time", 168.0), "weeks": ("time", 168.0),
    "ha": ("area", 1e-2), "hectares": ("area", 1e-2), "sq": ("area", 1.0), "km2": ("area", 1.0),
    "acres": ("area", 0.004046856),
}  # fmt: skip
_SCALES: Final = {"thousand": 1e3, "million": 1e6, "mln": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
#: Ratios that a dropped or mistaken unit makes, besides powers of ten.
_CONVERSIONS: Final = (1.609344, 1.852, 3.28084, 2.204623, 1.102311, 0.9071847, 2.589988, 2.471054, 24.0, 7.0)


@dataclass(frozen=True)
class Quantity:
    """A number as it was said: bounds, half a unit of its last digit, unit, and the bare digits."""

    low: float
    high: float
    half_step: float
    unit: str = ""
    parts: int = 1

    @property
    def middle(self) -> float:
        """The number, or the middle of the range; the lower bound of an open one."""
        return self.low if self.high == float("inf") else 0.5 * (self.low + self.high)


def _plain_number(text: str) -> tuple[float, float]:
    digits = re.sub(r"[, \u00a0]", "", text)
    decimals = len(digits.partition(".")[2])
    return float(digits), 0.5 * 10.0**-decimals


@lru_cache(maxsize=65536)
def read_quantity(value: str, unit: str = "") -> Quantity | None:
    """Read a number, a range, "40+", "about 200 km", "49+50" or a duration; None if it is none of these.

    Examples
    --------
    >>> read_quantity("20-32"), read_quantity("95 percent").unit, read_quantity("not set")
    (Quantity(low=20.0, high=32.0, half_step=0.5, unit='', parts=1), 'percent', None)
    """
    duration = _DURATION.match(value)
    if duration:
        low = float(duration["low"])
        return Quantity(low, float(duration["high"] or low), 0.5, f"P{duration['unit'].upper()}")
    found = _QUANTITY.match(value.strip())
    if found is None:
        return None
    low, step = _plain_number(found["low"])
    high = low
    if found["high"]:
        high, other = _plain_number(found["high"])
        step = max(step, other)
        if high < low:
            return None
    parts = 1
    if found["add"]:
        more = [int(number) for number in re.findall(r"\d+", found["add"])]
        low, high, parts = low + sum(more), high + sum(more), 1 + len(more)
    bound = (found["bound"] or "").lower()
    if found["plus"] or bound in ("over", "more than", "at least", ">", ">=", "\u2265"):
        high = float("inf") if found["plus"] or bound in ("at least", ">", ">=", "\u2265") else low * 1.25
    elif bound:
        low = 0.0 if bound in ("at most", "up to", "<", "<=", "\u2264") else low * 0.75
    if found["about"]:
        low, high = low * (1.0 - _ROUGH), high * (1.0 + _ROUGH)
    words = (found["unit"] or unit).strip().lower().split()
    times = 1.0
    for word in words:
        times *= _SCALES.get(word, 1.0)
    said = " ".join(word for word in words if word not in _SCALES)
    return Quantity(low * times, high * times, step * times, said, parts)


def relate(field: str, a: str, b: str, unit_a: str = "", unit_b: str = "") -> Relation:
    """Tell how the first value of a field stands to the second.

    Examples
    --------
    >>> relate("date", "2025", "2025-08-08"), relate("volume", "4.48", "4.484"), relate("length", "42", "40+")
    ('coarser', 'coarser', 'finer')
    >>> relate("place", "Washington", "White House, Washington"), relate("date", "2024-07", "2025-08")
    ('coarser', 'different')
    """
    if a == b and unit_a == unit_b:
        return "same"
    if field in DATED or (_LOOKS_DATED.match(a) and _LOOKS_DATED.match(b)):
        return _relate_dates(a, b)
    one, other = read_quantity(a, unit_a), read_quantity(b, unit_b)
    if one is not None and other is not None:
        return _relate_quantities(one, other)
    if field == "place":
        return _relate_places(a, b)
    return "different"


def _edtf(value: str) -> str:
    """Words around a date as an EDTF interval: "after 2026-06" is open at its end."""
    found = re.match(r"^(after|since|from|before|until|by)\s+([\d-]+)$", value)
    if found is None:
        return value
    return f"{found[2]}/.." if found[1] in ("after", "since", "from") else f"../{found[2]}"


@lru_cache(maxsize=65536)
def days_of(value: str) -> tuple[date, date] | None:
    """First and last day that a date may mean, far ends standing for open ones; None if it has no year."""
    value = _edtf(value)
    low, high = dates.earliest(value), dates.latest(value)
    if low is None and high is None:
        return None
    return low or date.min, high or date.max


@lru_cache(maxsize=65536)
def _relate_dates(a: str, b: str) -> Relation:
    one, other = days_of(a), days_of(b)
    if one is None or other is None:
        if not dates.compatible(_edtf(a), _edtf(b)):
            return "different"
        return (
            "coarser" if one is None and other is not None else "finer" if one is not None else "compatible"
        )
    if one == other:
        return "same"
    if one[0] <= other[0] and other[1] <= one[1]:
        return "coarser"
    if other[0] <= one[0] and one[1] <= other[1]:
        return "finer"
    return "compatible" if one[0] <= other[1] and other[0] <= one[1] else "different"


def _base(quantity: Quantity) -> tuple[str, float]:
    words = quantity.unit.split()
    return _UNITS.get(words[0], (quantity.unit, 1.0)) if words else ("", 1.0)


def _relate_quantities(one: Quantity, other: Quantity) -> Relation:
    kind_a, times_a = _base(one)
    kind_b, times_b = _base(other)
    if kind_a and kind_b and kind_a != kind_b:
        return "different"
    if not kind_a or not kind_b:
        times_a = times_b = 1.0
    low_a, high_a, step_a = one.low * times_a, one.high * times_a, one.half_step * times_a
    low_b, high_b, step_b = other.low * times_b, other.high * times_b, other.half_step * times_b
    if (low_a, high_a) == (low_b, high_b):
        return "same" if one.parts == other.parts else "coarser" if one.parts < other.parts else "finer"
    if step_a != step_b and low_a == high_a and low_b == high_b:
        # One has more digits: the other may be it, rounded or cut off.
        short, long, step = (low_a, low_b, step_a) if step_a > step_b else (low_b, low_a, step_b)
        if -1e-9 <= (long - short) / step + 1.0 < 3.0 - 1e-9:
            return "coarser" if step_a > step_b else "finer"
        return "different"
    if low_a <= low_b and high_b <= high_a:
        return "coarser"
    if low_b <= low_a and high_a <= high_b:
        return "finer"
    return "compatible" if low_a <= high_b and low_b <= high_a else "different"


_SMALL: Final = frozenset({"the", "in", "at", "of", "near", "city", "a"})


@lru_cache(maxsize=65536)
def _place_words(value: str) -> frozenset[str]:
    # With or without accents it is one place: "São Tomé" and "Sao Tome".
    plain = "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
    text = re.sub(r"\([^)]*\)", " ", plain.lower())
    return frozenset(re.findall(r"[^\W_]+", text)) - _SMALL


def _relate_places(a: str, b: str) -> Relation:
    """A place told by fewer words of the same name is the same place, told less exactly."""
    one, other = _place_words(a), _place_words(b)
    if one == other:
        return "same"
    if one and one < other:
        return "coarser"
    return "finer" if other and other < one else "different"


def lost_unit(a: str, b: str, unit_a: str = "", unit_b: str = "") -> str:
    """Say how two numbers agree but for a unit that one of them lost or mistook; empty if they do not.

    >>> lost_unit("95 percent", "95 km of 164 km")
    'the same number, once in percent and once in km'
    >>> lost_unit("2.5", "2500000")
    'they differ by a factor of 1,000,000, as millions do that lost their word'
    """
    one, other = read_quantity(a, unit_a), read_quantity(b, unit_b)
    if one is None or other is None or "P" in (one.unit[:1], other.unit[:1]):
        return ""  # not numbers, or durations, which carry their unit in themselves
    first, second = one.middle, other.middle
    if first <= 0 or second <= 0:
        return ""
    if first == second:
        if one.unit == other.unit or _base(one)[0] == _base(other)[0]:
            return ""
        return f"the same number, once {_in_unit(one)} and once {_in_unit(other)}"
    ratio = max(first, second) / min(first, second)
    for power, word in ((3, "thousands"), (6, "millions"), (9, "billions")):
        if abs(ratio / 10.0**power - 1.0) < 0.005 and (
            one.unit == other.unit or not (one.unit and other.unit)
        ):
            return f"they differ by a factor of {10**power:,}, as {word} do that lost their word"
    if bool(one.unit) == bool(other.unit):
        return ""
    for power in (1, 2):
        if abs(ratio / 10.0**power - 1.0) < 1e-6:
            return f"they differ by a factor of {10**power}, and one has no unit"
    for factor in _CONVERSIONS:
        if factor > 1.0 and abs(ratio / factor - 1.0) < 0.01:
            return f"they differ by the factor {factor:g} of a change of unit, and one has no unit"
    return ""


def _in_unit(quantity: Quantity) -> str:
    return f"in {quantity.unit.split()[0]}" if quantity.unit else "without a unit"


def days_apart(a: str, b: str) -> int | None:
    """Days between two dates that each name a day; None if either does not."""
    one, other = days_of(a), days_of(b)
    if one is None or other is None or one[0] != one[1] or other[0] != other[1]:
        return None
    return abs((one[0] - other[0]).days)


def slip(field: str, a: str, b: str) -> str:
    """Say which slip of the pen makes one value of the other; empty if none does.

    A date may have one wrong digit, a number a digit too few or too many or two exchanged, a word one wrong
    letter; a number with one other digit is another number.

    >>> slip("date", "2025-01-13", "2025-06-13"), slip("length", "2.7", "12.7"), slip("seats", "64", "65")
    ('one digit is different', 'a digit is missing', '')
    """
    dated = field in DATED
    if dated and days_of(a) is not None and days_of(b) is not None:
        if len(a) != len(b):
            return ""
        wrong = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
        apart = days_apart(a, b)
        if apart is not None and apart <= _CLOSE_DAYS:
            return ""  # two days, not two spellings of one
        if len(wrong) == 1:
            return "one digit is different"
        if len(wrong) == 2 and wrong[0] == wrong[1][::-1]:
            return "two digits are exchanged"
        return ""
    one, other = read_quantity(a), read_quantity(b)
    if one is not None and other is not None:
        return _slip_of_number(_digits(a), _digits(b))
    if one is not None or other is not None or min(len(a), len(b)) < 5 or a.isascii() != b.isascii():
        return ""
    if field not in ("place", "name", "actor", "party", "office"):
        return ""
    return "one letter is different" if _one_edit(a.lower(), b.lower()) else ""


def _digits(value: str) -> str:
    found = re.search(_NUMBER, value)
    return re.sub(r"[^\d.]", "", found.group(0)) if found else ""


def _slip_of_number(a: str, b: str) -> str:
    short, long = sorted((a, b), key=len)
    if len(long) == len(short) + 1 and len(short.replace(".", "")) >= 2:
        for place in range(len(long)):
            if long[:place] + long[place + 1 :] == short and long[place] != "0":
                return "a digit is missing" if long[place] != "." else "the decimal point is missing"
    if len(a) == len(b):
        wrong = [place for place in range(len(a)) if a[place] != b[place]]
        if (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and a[wrong[0]] == b[wrong[1]]
            and a[wrong[1]] == b[wrong[0]]
        ):
            return "two digits are exchanged"
    return ""


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter changed, dropped, added, or two neighbours exchanged make one word of the other."""
    if len(a) == len(b):
        wrong = [place for place in range(len(a)) if a[place] != b[place]]
        if len(wrong) == 1:
            return True
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and a[wrong[0]] == b[wrong[1]]
            and a[wrong[1]] == b[wrong[0]]
        )
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and any(long[:p] + long[p + 1 :] == short for p in range(len(long)))
