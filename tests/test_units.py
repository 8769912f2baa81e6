"""Units: suffixes of names, words of unit cells, length on the globe."""

import pytest

from landbridge.tables import list_tables, load_attributes
from landbridge.units import BARE_UNITS, find_unit_fault, great_circle_km, unit_of_name


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("length_km", "km"),
        ("speed_wagon_kmh", "km/h"),
        ("rate_box_usd_teu_km", "USD/(TEU km)"),
        ("rate_bulk_usd_t_km", "USD/(t km)"),
        ("capacity_mt_year", "Mt/year"),
        ("t_year", None),
        ("share", None),
    ],
)
def test_1_a_name_says_its_unit(name: str, unit: str | None) -> None:
    """The longest suffix that fits counts."""
    assert unit_of_name(name) == unit


@pytest.mark.parametrize("table", list_tables())
def test_2_names_and_units_of_the_attribute_tables_agree(table: str) -> None:
    """A column of numbers ends in its unit, or its unit is one that needs no suffix."""
    wrong = []
    for attribute in load_attributes(table).values():
        if attribute.is_numeric and attribute.unit not in BARE_UNITS:
            said = unit_of_name(f"_{attribute.name}")
            if said != attribute.unit:
                wrong.append((attribute.name, attribute.unit, said))
        elif attribute.is_numeric and unit_of_name(attribute.name) not in (None, attribute.unit):
            wrong.append((attribute.name, attribute.unit, unit_of_name(attribute.name)))
    assert wrong == []


@pytest.mark.parametrize(
    "unit",
    ["USD/TEU-km", "h", "1", "percent of CIF x 1.1", "trains/day both ways", "million EUR/day", "t/truck"],
)
def test_3_known_units_pass(unit: str) -> None:
    """Units are known words joined by slashes, hyphens and blanks."""
    assert find_unit_fault(unit) is None


@pytest.mark.parametrize(("unit", "word"), [("USD/tonn", "tonn"), ("kmh", "kmh"), ("furlong/day", "furlong")])
def test_4_unknown_words_are_named(unit: str, word: str) -> None:
    """The word that is not known is given back."""
    assert find_unit_fault(unit) == word


def test_5_great_circle() -> None:
    """A quarter of the globe, no way at all, and Baku to Aktau."""
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(10007.557, abs=0.01)
    assert great_circle_km(40, 50, 40, 50) == 0
    assert great_circle_km(40.37, 49.87, 43.60, 51.22) == pytest.approx(375, abs=3)
