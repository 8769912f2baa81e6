"""Units: which suffix of a column name says which unit, which unit words exist, and length on the globe.

A number never stands without its unit: the column name ends in it (``length_km``), or a ``unit`` column says
it, or it is a pure number (share, factor, count).
"""

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088
HOURS_PER_DAY = 24.0
HOURS_PER_YEAR = 8760.0
WEEKS_PER_YEAR = 365.0 / 7.0
TEU_PER_FEU = 2.0

#: Suffix of a column name, and the unit it says; the longest suffix that fits counts.
SUFFIXES: dict[str, str] = {
    "_km": "km",
    "_mm": "mm",
    "_h": "h",
    "_kmh": "km/h",
    "_t": "t",
    "_teu": "TEU",
    "_days": "day",
    "_years": "year",
    "_busd": "billion USD",
    "_musd": "million USD",
    "_m": "million",
    "_week": "1/week",
    "_t_year": "t/year",
    "_mt_year": "Mt/year",
    "_teu_year": "TEU/year",
    "_usd_year": "USD/year",
    "_trucks_day": "truck/day",
    "_usd_t": "USD/t",
    "_usd_teu": "USD/TEU",
    "_usd_feu": "USD/FEU",
    "_usd_truck": "USD/truck",
    "_usd_km": "USD/km",
    "_usd_h": "USD/h",
    "_usd_teu_km": "USD/(TEU km)",
    "_usd_t_km": "USD/(t km)",
    "_usd_t_h": "USD/(t h)",
    "_per_usd_t": "t/USD",
    "_per_teu": "t/TEU",
    "_g_t_km": "g/(t km)",
    "_usd_feu_low": "USD/FEU",
    "_usd_feu_high": "USD/FEU",
    "_days_low": "day",
    "_days_high": "day",
}

#: Units of numbers whose column name needs no suffix: pure numbers, degrees, or what another column says.
BARE_UNITS = frozenset({"1", "deg", "1/year", "as unit", "as column", "mm"})

_SCALES = "percent percentage points million billion thousand hundred two"
_MEASURES = """
    h hour hours min minute minutes day days week weeks month months year years yr s mm m km km2 mile miles
    nautical t kg g tonne tonnes short ton tkm t-km Mtkm Mt kt TEU FEU 20ft 40ft 40HQ kWh Wh MWh kW kn
    knots deg gCO2 gCO2e kgCO2 tCO2 tCO2e CO2 CO2e MJ l ratio switch
"""
_MONEY = """
    USD EUR GBP CNY RUB KZT GEL AZN AMD TRY IRR UZS TMT KGS CHF JPY INR TJS MNT AFN PKR BDT LKR NPR THB
    VND LAK MMK KHR IDR PHP MYR SGD KRW TWD HKD AUD NZD CAD MXN BRL ARS CLP PEN COP BOB PYG UYU ZAR NAD
    BWP ZMW MZN AOA TZS KES UGX RWF ETB DJF NGN GHS XOF XAF CDF MAD DZD TND EGP SAR AED QAR OMR KWD BHD
    JOD ILS IQD SYP SEK NOK DKK ISK PLN CZK HUF RON BGN RSD UAH BYN MDL ALL MKD
"""
_COUNTED = """
    shipment shipments container containers box boxes truck trucks trailer trailers wagon wagons train trains
    vessel vessels ship ships voyage voyages crane cranes lift lifts permit entry transit passage pair pairs
    line lines track sailing sailings call calls person persons people route block trade capacity volume
    price hull value time loan loans crossing crossings departure departures border borders load loads
"""
_GRAMMAR = "per of on both ways and direction directions net gross CIF x"
UNIT_WORDS = frozenset(f"{_SCALES} {_MEASURES} {_MONEY} {_COUNTED} {_GRAMMAR}".split())
_NUMBER = re.compile(r"\d+(\.\d+)?(km|h|t)?")


def find_unit_fault(unit: str) -> str | None:
    """Give the first word of a ``unit`` cell that is not known, or ``None`` if all are.

    >>> find_unit_fault("USD/TEU-km"), find_unit_fault("USD/tonn")
    (None, 'tonn')
    """
    for word in re.split(r"[\s/\-()]+", unit.strip()):
        if word and word not in UNIT_WORDS and not _NUMBER.fullmatch(word):
            return word
    return None


def unit_of_name(column: str) -> str | None:
    """Read the unit from the end of a column name; ``None`` if the name has no unit suffix.

    >>> unit_of_name("rate_box_usd_teu_km"), unit_of_name("share")
    ('USD/(TEU km)', None)
    """
    for start in (i for i, letter in enumerate(column) if letter == "_"):
        if column[start:] in SUFFIXES:
            return SUFFIXES[column[start:]]
    return None


def great_circle_km(
    lat_a: ArrayLike, lon_a: ArrayLike, lat_b: ArrayLike, lon_b: ArrayLike
) -> NDArray[np.float64]:
    """Length of the shortest way over the globe, in km, between points in degrees; arrays broadcast.

    >>> float(great_circle_km(0, 0, 0, 180).round(1))
    20015.1
    """
    lat1, lon1, lat2, lon2 = (
        np.radians(np.asarray(x, dtype=np.float64)) for x in (lat_a, lon_a, lat_b, lon_b)
    )
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)
