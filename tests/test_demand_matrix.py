"""Base-year matrices from flow rows: which row speaks, how groups and totals are divided, and what gravity adds."""

import csv

import numpy as np
import pytest

from landbridge.demand import GRAVITY, TONNES, VALUE, Demand, build_base_matrix, project
from landbridge.errors import TableInvalid, UnknownId
from landbridge.tables import Table

# Zones a1 and a2 lie in state AAA (group a), b1 and b2 in BBB (group b), c and d in states of their own.
ZONES = """\
id,country,gdp_busd
a1,AAA,30
a2,AAA,10
b1,BBB,20
b2,BBB,20
c,CCC,10
d,DDD,10
"""
GROUPS = {"a": ("a1", "a2"), "b": ("b1", "b2"), "west": ("a1", "a2", "c")}
CLASSES = """\
id,form,unit_value_usd_t,tonnes_per_teu
box,box,3000,10
ore,bulk,100,
"""
MIX = """\
id,from_group,to_group,class,share
m1,*,*,box,0.75
m2,*,*,ore,0.25
m3,c,*,ore,1
"""
FLOWS = "id,from,to,commodity,t_year,value_usd_year,teu_year,year,kind,use\n"
NUMBERS = {
    "gdp_busd", "unit_value_usd_t", "tonnes_per_teu", "share", "t_year", "value_usd_year", "teu_year", "factor",
    "value_usd_t", "most_t_year", "rate_year",
}  # fmt: skip


def table(name: str, text: str) -> Table:
    """Read a table drawn as text."""
    rows = list(csv.DictReader(text.splitlines()))
    heading = text.splitlines()[0].split(",")
    columns: dict[str, np.ndarray] = {}
    for column in heading:
        cells = [row[column] for row in rows]
        if column in NUMBERS:
            columns[column] = np.array([float(cell or "nan") for cell in cells])
        else:
            columns[column] = np.array(cells, dtype=object)
    return Table(name, columns)


def build(
    flows: str, *, cost: np.ndarray | None = None, groups: dict[str, tuple[str, ...]] = GROUPS, **more: str
) -> Demand:
    """Build the matrices of 2024 from rows ``id,from,to,commodity,t,usd,teu,year,kind,use``."""
    members = np.empty(len(groups), dtype=object)
    members[:] = list(groups.values())
    tables = {
        "zones": table("zones", ZONES),
        "zone_groups": Table("zone_groups", {"id": np.array(list(groups), dtype=object), "zones": members}),
        "classes": table("classes", CLASSES),
        "flows": table("flows", FLOWS + flows),
        "class_mix": table("class_mix", MIX),
        **{name: table(name, text) for name, text in more.items()},
    }
    costs = np.full((6, 6), 50.0) if cost is None else cost
    return build_base_matrix(tables, {"box": costs, "ore": costs}, 2024)


def sent(demand: Demand, origin: str, destination: str, class_id: str = "") -> float:
    """Tonnes between two zones, of one class or of all."""
    classes = [demand.classes.index(class_id)] if class_id else range(len(demand.classes))
    o, d = demand.zones.index(origin), demand.zones.index(destination)
    return float(sum(demand.t_year[k, o, d] for k in classes))


def use(demand: Demand, flow: str) -> str:
    """What became of a flow row."""
    return str(demand.coverage().columns["use"][demand.coverage()["flow"].tolist().index(flow)])


def test_01_a_total_is_split_by_class_mix() -> None:
    """A total of 100 t becomes 75 of boxes and 25 of ore, backed by tonnes and traced to its row."""
    demand = build("f,b1,d,total,100,,,2024,observed,pair")
    assert (sent(demand, "b1", "d", "box"), sent(demand, "b1", "d", "ore")) == pytest.approx((75.0, 25.0))
    assert demand.evidence[0, 2, 5] == TONNES
    assert demand.list_flow_rows("box", "b1", "d") == ("f",)
    assert demand.list_flow_rows("box", "d", "b1") == ()


def test_02_the_narrowest_mix_counts() -> None:
    """A row for origin c alone outranks the row for everywhere."""
    demand = build("f,c,d,total,100,,,2024,observed,pair")
    assert sent(demand, "c", "d", "ore") == pytest.approx(100.0)


def test_03_commodity_rows_are_part_of_the_total() -> None:
    """Of a total of 100 t with 40 t of ore stated, boxes take the rest."""
    demand = build("f,b1,d,total,100,,,2024,observed,pair\ng,b1,d,ore,40,,,2024,observed,pair")
    assert (sent(demand, "b1", "d", "box"), sent(demand, "b1", "d", "ore")) == pytest.approx((60.0, 40.0))


def test_04_a_total_below_its_parts_is_only_a_check() -> None:
    """Never a negative remainder: the commodity row stands, the total is said to be too small."""
    demand = build("f,b1,d,total,30,,,2024,observed,pair\ng,b1,d,ore,40,,,2024,observed,pair")
    assert sent(demand, "b1", "d") == pytest.approx(40.0)
    assert use(demand, "f") == "check"


def test_05_groups_are_split_by_mass_and_cost() -> None:
    """Equal cost: zones of a group share by product to the power 0.8. A dearer zone gets less; none gets all."""
    demand = build("f,a,d,total,100,,,2024,observed,pair")
    shares = np.array([30.0, 10.0]) ** 0.8
    assert sent(demand, "a1", "d") == pytest.approx(100.0 * shares[0] / shares.sum())
    cost = np.full((6, 6), 50.0)
    cost[0, 5] = 150.0
    dearer = build("f,a,d,total,100,,,2024,observed,pair", cost=cost)
    assert 0.0 < sent(dearer, "a1", "d") < sent(demand, "a1", "d")
    assert sent(dearer, "a1", "d") + sent(dearer, "a2", "d") == pytest.approx(100.0)


def test_06_a_member_row_leaves_the_rest_to_the_others() -> None:
    """Group total 100 t, of it 80 to b1: b2 gets 20."""
    demand = build("f,c,b,total,100,,,2024,observed,pair\ng,c,b1,total,80,,,2024,observed,part")
    assert (sent(demand, "c", "b1"), sent(demand, "c", "b2")) == pytest.approx((80.0, 20.0))


def test_07_a_group_does_not_trade_within_a_state() -> None:
    """West holds both zones of a: a total from a to west goes to c alone. One stated pair of a state is kept."""
    demand = build("f,a,west,total,100,,,2024,observed,pair\ng,b1,b2,box,7,,,2024,observed,pair")
    assert sent(demand, "a1", "a2") == 0.0
    assert sent(demand, "a1", "c") + sent(demand, "a2", "c") == pytest.approx(100.0)
    assert sent(demand, "b1", "b2") == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("rows", "speaks"),
    [
        ("f,c,d,ore,1,,,2020,observed,pair\ng,c,d,ore,2,,,2023,observed,pair", 2.0),
        ("f,c,d,ore,1,,,2025,observed,pair\ng,c,d,ore,2,,,2023,observed,pair", 2.0),
        ("f,c,d,ore,1,,,2024,estimate,pair\ng,c,d,ore,2,,,2024,derived,pair", 2.0),
        ("f,c,d,ore,,900,,2024,observed,pair\ng,c,d,ore,2,,,2019,observed,pair", 2.0),
        ("f,c,d,ore,,200,,2024,observed,pair", 2.0),
        ("f,c,d,box,,,0.2,2024,observed,pair", 2.0),
        ("f,c,d,ore,9,,,2024,observed,screenline\ng,c,d,ore,2,,,2019,observed,pair", 2.0),
        ("f,c,d,ore,9,,,2024,observed,pair\ng,c,d,ore,2,,,2024,derived,bound", 2.0),
    ],
    ids=["nearest-year", "past-first", "better-kind", "tonnes-first", "value", "containers", "use", "limit"],
)
def test_08_which_row_speaks(rows: str, speaks: float) -> None:
    """Nearest year, past before future, observed before derived before estimate, tonnes before value."""
    assert sent(build(rows), "c", "d") == pytest.approx(speaks)


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ("", 50.0),
        ("g,c,d,ore,70,,,2024,observed,pair", 70.0),
        ("g,c,d,ore,10,,,2018,observed,pair\nh,d,c,ore,30,,,2018,observed,pair", 25.0),
        ("g,west,d,ore,1,,,2024,observed,pair\nh,d,west,ore,4,,,2024,observed,pair", 20.0),
    ],
    ids=["evenly", "less-known-direction", "as-old-rows", "as-wider-trade"],
)
def test_09_a_turnover_is_split(more: str, there: float) -> None:
    """100 t of both directions: what is known of the directions decides, else halves."""
    demand = build("f,c,d,ore,100,,,2023,observed,two_way\n" + more)
    assert (sent(demand, "c", "d"), sent(demand, "d", "c")) == pytest.approx((there, 100.0 - there))


@pytest.mark.parametrize(
    ("rows", "rulings", "there", "back"),
    [
        ("f,c,d,ore,100,,,2024,observed,pair", "r,f,scale,0.4,", 40.0, 0.0),
        ("f,c,d,ore,100,,,2024,observed,pair", "r,f,leave_out,,", 0.0, 0.0),
        ("f,c,d,ore,100,,,2024,observed,pair", "r,f,both_ways,0.8,", 80.0, 20.0),
        (
            "f,c,d,ore,100,,,2024,observed,pair\ng,c,d,ore,,20000,,2024,observed,pair",
            "r,f,at_least,,",
            200.0,
            0.0,
        ),
        (
            "f,c,d,ore,100,,,2024,observed,pair\ng,c,d,ore,,5000,,2024,observed,pair",
            "r,f,at_least,,",
            100.0,
            0.0,
        ),
        ("f,c,d,ore,100,,,2024,observed,pair\ng,c,d,ore,9,,,2021,observed,pair", "r,g,beside,,", 109.0, 0.0),
        (
            "f,west,d,ore,100,,,2024,observed,pair\ng,c,d,ore,100,,,2021,observed,pair",
            "r,g,outside,,",
            100.0,
            0.0,
        ),
    ],
    ids=["scale", "leave_out", "both_ways", "floor-below", "floor-above", "beside", "outside"],
)
def test_10_rulings(rows: str, rulings: str, there: float, back: float) -> None:
    """A ruling says how a row is read in another way than its columns say."""
    demand = build(rows, flow_rulings="id,flow,ruling,factor,note\n" + rulings)
    assert (sent(demand, "c", "d"), sent(demand, "d", "c")) == pytest.approx((there, back))


def test_11_outside_raises_what_holds_it() -> None:
    """A row outside the wider count leaves the other members their whole amount."""
    rows = "f,west,d,ore,100,,,2024,observed,pair\ng,c,d,ore,100,,,2021,observed,pair"
    demand = build(rows, flow_rulings="id,flow,ruling,factor,note\nr,g,outside,,")
    assert sent(demand, "a1", "d") + sent(demand, "a2", "d") == pytest.approx(100.0)


def test_12_value_needs_a_density() -> None:
    """The value of a total is turned by the narrowest density; without one the row is set aside with its reason."""
    row = "f,c,d,total,,6000,,2024,observed,pair"
    densities = "id,from_group,to_group,class,value_usd_t\nx,*,*,total,100\ny,c,*,total,200"
    demand = build(row, value_densities=densities)
    assert sent(demand, "c", "d") == pytest.approx(30.0)
    assert demand.evidence[1, 4, 5] == VALUE
    assert build(row).coverage()["reason"].tolist() == ["value only, and no density is known"]


def test_13_zone_shares_put_goods_where_they_are_made() -> None:
    """A group whose ore comes from a2 alone sends its ore from there, its boxes as before."""
    shares = "id,class,group,partner,end,zone,share\n1,ore,a,*,origin,a1,0\n2,ore,a,*,origin,a2,1"
    demand = build("f,a,d,ore,50,,,2024,observed,pair\ng,a,d,box,50,,,2024,observed,pair", zone_shares=shares)
    assert sent(demand, "a2", "d", "ore") == pytest.approx(50.0)
    assert sent(demand, "a1", "d", "box") > sent(demand, "a2", "d", "box")


def test_14_no_route_keeps_what_is_stated() -> None:
    """A pair without a route keeps the demand that a row states, so that it can be shown as unserved."""
    demand = build("f,c,d,total,100,,,2024,observed,pair", cost=np.full((6, 6), np.nan))
    assert sent(demand, "c", "d") == pytest.approx(100.0)


MANY = "\n".join(
    f"f{i},{origin},{destination},total,{tonnes},,,2024,observed,pair"
    for i, (origin, destination, tonnes) in enumerate(
        [("a1", "b1", 4000), ("b1", "a1", 4000), ("a2", "b1", 1600), ("b1", "a2", 1600), ("a1", "c", 2300),
         ("c", "a1", 2300), ("b1", "c", 1700), ("c", "b1", 1700), ("b2", "c", 1700), ("a1", "d", 2300)]
    )
)  # fmt: skip
LIMITS = "id,from_group,to_group,factor,most_t_year\nl1,*,*,0.5,1000\nl2,d,c,0,0"


def test_15_gravity_fills_what_no_row_states() -> None:
    """Unstated pairs get some trade, no more than the limit, none where a limit is 0, within a state or shut."""
    cost = np.full((6, 6), 50.0)
    cost[5, 3] = np.nan
    demand = build(MANY, cost=cost, gravity_limits=LIMITS)
    assert 0.0 < sent(demand, "a1", "b2") <= 1000.0
    assert [sent(demand, *pair) for pair in (("d", "c"), ("a1", "a2"), ("d", "b2"))] == [0.0, 0.0, 0.0]
    assert demand.evidence[0, 0, 3] == GRAVITY
    assert all(fit.theta_t_usd >= 0.0 for fit in demand.fits)
    assert sent(build(MANY), "a1", "b2") == 0.0  # no limits table: gravity is silent


def test_16_everything_stated_is_met() -> None:
    """The certificate holds, and every flow row has a verdict."""
    demand = build(MANY + "\nt,a,b,total,99999,,,2024,observed,pair\nu,west,b,ore,50000,,,2024,observed,pair")
    assert demand.certificate.converged
    assert demand.unmet == ()
    assert all(demand.coverage()["use"])
    assert demand.summary()["t_year"].sum() == pytest.approx(demand.t_year.sum())


def test_17_contradictions_are_listed() -> None:
    """Two totals that cross and cannot both hold are named with what each wanted and got."""
    groups: dict[str, tuple[str, ...]] = {"x": ("a1", "c"), "y": ("c", "d")}
    rows = "f,x,b1,ore,10,,,2024,observed,pair\ng,y,b1,ore,0,,,2024,observed,pair\nh,a1,b1,ore,0,,,2024,observed,pair"
    demand = build(rows, groups=groups)
    assert not demand.certificate.converged
    assert [unmet.flows for unmet in demand.unmet] == [("f",)]


def test_18_names_do_not_matter() -> None:
    """The order of the flow rows changes nothing."""
    rows = MANY + "\nt,a,b,total,99999,,,2024,observed,pair"
    turned = "\n".join(reversed(rows.splitlines()))
    np.testing.assert_allclose(build(rows).t_year, build(turned).t_year, rtol=1e-9)


def test_19_broken_tables_are_refused() -> None:
    """Shares that do not add up, unknown rulings, unknown zones: one clear error each."""
    row = "f,c,d,total,100,,,2024,observed,pair"
    with pytest.raises(TableInvalid, match="class mix"):
        build(row, class_mix="id,from_group,to_group,class,share\nm,*,*,box,0.9")
    with pytest.raises(TableInvalid, match="rulings"):
        build(row, flow_rulings="id,flow,ruling,factor,note\nr,f,forget,,")
    with pytest.raises(UnknownId, match="zone or group"):
        build("f,c,nowhere,total,100,,,2024,observed,pair")


GROWTH = "id,from_group,to_group,class,rate_year,from_year,to_year\n"


@pytest.mark.parametrize(
    ("rows", "year", "factor"),
    [
        ("g,*,*,*,0.1,2024,2030", 2024, 1.0),
        ("g,*,*,*,0.1,2024,2030", 2026, 1.21),
        ("g,*,*,*,0.1,2024,2025\nh,*,*,*,0.2,2025,2030", 2026, 1.1 * 1.2),
        ("g,*,*,*,0.1,2024,2030\nh,c,d,*,0.5,2024,2030", 2025, 1.5),
        ("g,c,d,*,0.1,2024,2030\nh,c,d,ore,0.5,2024,2030", 2025, 1.5),
        ("g,west,*,*,0.1,2024,2030\nh,*,d,ore,0.5,2024,2030", 2025, 1.5),
        ("g,b1,*,*,0.1,2024,2030", 2030, 1.0),
        ("g,*,*,*,0.25,2020,2024", 2023, 0.8),
    ],
    ids=[
        "same-year",
        "compound",
        "by-year",
        "narrow-pair",
        "narrow-class",
        "fewest-cells",
        "silent",
        "backwards",
    ],
)
def test_20_growth(rows: str, year: int, factor: float) -> None:
    """Rates compound year by year; the row that names the fewest cells counts."""
    demand = build("f,c,d,ore,100,,,2024,observed,pair")
    members = np.empty(len(GROUPS), dtype=object)
    members[:] = list(GROUPS.values())
    groups = Table("zone_groups", {"id": np.array(list(GROUPS), dtype=object), "zones": members})
    grown = project(demand, table("growth", GROWTH + rows), groups, year)
    assert sent(grown, "c", "d") == pytest.approx(100.0 * factor)
    assert grown.year == year
