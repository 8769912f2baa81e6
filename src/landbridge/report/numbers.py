"""Numbers as a reader of a printed page wants them: rounded, with thin spaces, "no route" for none."""

from collections.abc import Sequence
from math import floor, isfinite, log10

THIN = "\u202f"
"""Narrow space that does not break a line."""

MINUS = "\u2212"
NO_ROUTE = "no route"
NONE = "\u2013"


def number(value: float | None, digits: int = 0, *, sign: bool = False, none: str = NONE) -> str:
    """A number with ``digits`` decimals and thin spaces between thousands.

    Examples
    --------
    >>> number(12345.6).replace(THIN, " ")
    '12 346'
    >>> number(-0.2, 1, sign=True), number(0.04, 1, sign=True), number(None)
    ('\u22120.2', '0.0', '\u2013')
    """
    if value is None or not isfinite(value):
        return none
    text = f"{abs(value):,.{digits}f}".replace(",", THIN)
    if not any(figure in text for figure in "123456789"):
        return text
    if value < 0:
        return MINUS + text
    return "+" + text if sign else text


def figures(value: float | None, n: int = 2, *, sign: bool = False, none: str = NONE) -> str:
    """A number with about ``n`` significant figures, never in powers of ten; whole once it has ``n`` figures.

    Examples
    --------
    >>> figures(0.0431), figures(3.26), figures(26.4), figures(0.0)
    ('0.043', '3.3', '26', '0')
    """
    if value is None or not isfinite(value):
        return none
    if value == 0:
        return "0"
    digits = min(6, max(0, n - 1 - floor(log10(abs(value)) + 1e-12)))
    return number(value, digits, sign=sign)


def exact(value: float | None, *, none: str = NONE) -> str:
    """A number as it was written, up to six figures, with thin spaces.

    Examples
    --------
    >>> exact(0.06), exact(24.0), exact(2301.5).replace(THIN, " ")
    ('0.06', '24', '2 301.5')
    """
    if value is None or not isfinite(value):
        return none
    text = f"{abs(value):.6g}"
    if "e" not in text:
        whole, _, rest = text.partition(".")
        text = f"{int(whole):,}".replace(",", THIN) + (f".{rest}" if rest else "")
    return MINUS + text if value < 0 else text


def million_tonnes(t_year: float | None, *, sign: bool = False, none: str = NONE) -> str:
    """Tonnes a year as million tonnes: two decimals below 10, one below 100, whole above.

    Amounts that would round to nothing are said to be below the last figure, so that 0.00 always means none.
    """
    if t_year is None or not isfinite(t_year):
        return none
    mt = t_year / 1e6
    if 0 < abs(mt) < 0.005:
        return "under 0.01" if not sign else ("+" if mt > 0 else MINUS) + "0.00"
    return number(mt, 2 if abs(mt) < 9.995 else 1 if abs(mt) < 99.95 else 0, sign=sign)


def tonnes(t_year: float | None, *, sign: bool = False) -> str:
    """Tonnes a year in words that fit the size: "3.20 million tonnes" or "84 thousand tonnes"."""
    if t_year is None or not isfinite(t_year):
        return NONE
    if abs(t_year) >= 999_500:
        return f"{million_tonnes(t_year, sign=sign)} million tonnes"
    if abs(t_year) >= 1000:
        return f"{figures(t_year / 1e3, 2, sign=sign)} thousand tonnes"
    return f"{number(t_year, 0, sign=sign)} tonnes"


def thousands(value: float | None, *, sign: bool = False) -> str:
    """A count in thousands, for a column whose head says so."""
    if value is None or not isfinite(value):
        return NONE
    return number(value / 1e3, 1 if abs(value) < 99_950 else 0, sign=sign)


def duration(hours: float | None, *, none: str = NO_ROUTE) -> str:
    """Hours below two days, days above.

    Examples
    --------
    >>> duration(30), duration(84), duration(None)
    ('30 hours', '3.5 days', 'no route')
    """
    if hours is None or not isfinite(hours):
        return none
    if hours < 48:
        return f"{number(hours)} hours"
    return f"{number(hours / 24, 1)} days"


def money(usd: float | None, *, sign: bool = False, none: str = NO_ROUTE) -> str:
    """US dollars, whole from 10 up, with one decimal below.

    Examples
    --------
    >>> money(65.93), money(4.26), money(None)
    ('66', '4.3', 'no route')
    """
    if usd is None or not isfinite(usd):
        return none
    return number(usd, 0 if abs(usd) >= 9.95 else 1, sign=sign)


def percent(share: float | None, *, sign: bool = False, none: str = NONE) -> str:
    """A share as a percentage: one decimal below ten percent.

    Examples
    --------
    >>> percent(0.331), percent(0.042)
    ('33\u202f%', '4.2\u202f%')
    """
    if share is None or not isfinite(share):
        return none
    hundred = share * 100
    return number(hundred, 0 if abs(hundred) >= 9.95 or hundred == 0 else 1, sign=sign) + THIN + "%"


def spread_of_share(quantiles: Sequence[float | None], without: float = 0.0) -> str:
    """Low, middle and high quantiles of a share, in percent; ``without`` is the share of draws that have
    none.

    Examples
    --------
    >>> spread_of_share([0.0, 0.357, 0.64]).replace(THIN, " ")
    '36 % (0 to 64)'
    >>> spread_of_share([1.0, 1.0, 1.0], 0.2).replace(THIN, " ")
    '100 % (100 to 100), 20 % without trade'
    """
    low, middle, high = (percent(q).removesuffix(f"{THIN}%") for q in quantiles)
    words = f"{middle}{THIN}% ({low} to {high})" if middle != NONE else NONE
    return words + (f", {percent(without)} without trade" if without >= 0.0005 else "")


def spread_of_change(quantiles: Sequence[float | None] | None) -> str:
    """Low, middle and high quantiles of the change of a share, in percentage points.

    Examples
    --------
    >>> spread_of_change([-0.543, -0.257, 0.0]), spread_of_change(None)
    ('\u221226 (\u221254 to 0)', '\u2013')
    """
    low, middle, high = (percent(q, sign=True).removesuffix(f"{THIN}%") for q in quantiles or (None,) * 3)
    return f"{middle} ({low} to {high})" if middle != NONE else NONE
