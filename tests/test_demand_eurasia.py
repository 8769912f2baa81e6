"""Base-year demand of the built-in study, with distances standing in for the costs of its network."""

from functools import cache

import numpy as np
import pytest

import landbridge
from landbridge.demand import Demand, build_base_matrix, project
from landbridge.tables import Table
from landbridge.units import great_circle_km


@cache
def tables() -> dict[str, Table]:
    return dict(landbridge.open_study("eurasia").tables)


@cache
def demand() -> Demand:
    zones = tables()["zones"]
    lat, lon = zones["lat"], zones["lon"]
    km = great_circle_km(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    return build_base_matrix(tables(), dict.fromkeys(tables()["classes"].ids, 20.0 + 0.05 * km), 2024)


def mt(origin: str, destination: str, class_id: str = "") -> float:
    """Million tonnes between two zones or groups, of one class or of all."""
    built, groups = demand(), tables()["zone_groups"]
    sides = [
        [built.zones.index(zone) for zone in (groups.row(name)["zones"] if name in groups.index else (name,))]
        for name in (origin, destination)
    ]
    classes = [built.classes.index(class_id)] if class_id else range(len(built.classes))
    return float(built.t_year[list(classes)][:, sides[0]][:, :, sides[1]].sum() / 1e6)


@pytest.mark.parametrize(
    ("origin", "destination", "class_id", "expected"),
    [
        ("azerbaijan", "nakhchivan", "", 0.28),
        ("kazakhstan", "iran", "grain", 1.022),
        ("kazakhstan", "russia", "", 36.584),
        ("kazakhstan", "uzbekistan", "", 10.0),
        ("uzbekistan", "kazakhstan", "", 1.5),
        ("china", "eu27", "containers", 126.624),
        ("east_asia", "eu27", "containers", 167.424),
        ("russia", "turkiye", "oil", 24.72),
        ("russia", "ukraine", "", 0.0),
        ("armenia", "azerbaijan_all", "", 0.0),
    ],
)
def test_1_what_rows_state_is_met(origin: str, destination: str, class_id: str, expected: float) -> None:
    """Amounts that follow from the flow rows and the rulings on them."""
    assert mt(origin, destination, class_id) == pytest.approx(expected, abs=1e-3)


def test_2_everything_is_met_and_judged() -> None:
    """All statements hold together; every row has a use and, if it is not used, a reason."""
    built, coverage = demand(), demand().coverage()
    assert built.certificate.converged
    assert built.unmet == ()
    assert coverage["flow"].tolist() == list(tables()["flows"].ids)
    silent = [r["flow"] for r in coverage.rows() if r["use"] in ("not used", "check") and not r["reason"]]
    assert silent == []


def test_3_rows_that_are_not_demand_stay_out() -> None:
    """Screenlines, forecasts, consignments and other counts never become demand of a pair."""
    uses = dict(zip(demand().coverage()["flow"], demand().coverage()["use"], strict=True))
    kept_out = ("screenline", "forecast", "consignment", "superseded", "alternative", "two_way_alternative")
    flows = [row["id"] for row in tables()["flows"].rows() if row["use"] in kept_out]
    assert {uses[flow] for flow in flows} == {"not used"}


def test_4_gravity_stays_small() -> None:
    """Gravity fills gaps: under a tenth of all tonnes, no pair above its limit, theta above 0."""
    built = demand()
    guessed = np.where(built.evidence == 0, built.t_year, 0.0)
    assert guessed.sum() < 0.1 * built.t_year.sum()
    assert guessed.sum(axis=0).max() <= tables()["gravity_limits"]["most_t_year"].max() * (1 + 1e-9)
    assert all(fit.theta_t_usd > 0.0 for fit in built.fits)


def test_5_no_haulage_within_a_state() -> None:
    """Zones of one state trade only where a row says so: the mainland supplies its exclave."""
    built, country = demand(), tables()["zones"]["country"]
    o, d = np.nonzero((country[:, None] == country[None, :]) & (built.t_year.sum(axis=0) > 0.0))
    assert [(built.zones[a], built.zones[b]) for a, b in zip(o, d, strict=True)] == [
        ("azerbaijan", "nakhchivan")
    ]


def test_6_goods_come_from_where_they_are_made() -> None:
    """Kazakh coal comes from the north, crude from the west; neither the exclave nor Armenia ships oil."""
    assert mt("kaz_north", "russia_urals_siberia", "bulk") > 0.85 * mt("kazakhstan", "russia", "bulk")
    assert mt("kaz_west", "azerbaijan", "oil") > 0.85 * mt("kazakhstan", "azerbaijan", "oil")
    assert mt("nakhchivan", "eu27", "oil") == mt("armenia", "eu27", "oil") == 0.0


def test_7_later_years_grow() -> None:
    """Demand of 2040 is above that of 2030 and of the base year; the base year is untouched."""
    growth, groups = tables()["growth"], tables()["zone_groups"]
    totals = [project(demand(), growth, groups, year).t_year.sum() for year in (2024, 2030, 2040)]
    assert totals[0] == demand().t_year.sum()
    assert totals == sorted(totals)
    assert totals[2] < 2.5 * totals[0]
