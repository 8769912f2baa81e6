"""What trade would be before any row is read: masses, class mix, and where a group makes its goods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from landbridge.demand.balance import Floats
from landbridge.demand.cover import ANY, Cover
from landbridge.errors import Fault, TableInvalid
from landbridge.tables import Table

MASS_POWER = 0.8  # power of each side's product in the gravity prior
LEAST_SHARE = 0.01  # share of a class that a row states though the mix gives it none: it must have a seed
SPLIT_ROUNDS = 12  # both ends of a pair may have shares: scaling them in turn settles in a few rounds


@dataclass(frozen=True)
class Split:
    """How a group divides what it sends or takes of one class over its zones, by partner.

    ``shares`` has shape (n_members, n_partners); ``partners`` is 1 where a zone belongs to a partner, shape
    (n_zones, n_partners). A partner is a state, so that the shares hold in the trade with each of them.
    """

    class_place: int
    is_origin: bool
    members: tuple[int, ...]
    shares: Floats
    partners: Floats

    def apply(self, seed: Floats) -> None:
        """Scale the cells of the group, in place, until its zones have their shares with every partner."""
        matrix = seed[self.class_place] if self.is_origin else seed[self.class_place].T
        members = list(self.members)
        held = matrix[members] @ self.partners
        wanted = self.shares * held.sum(axis=0)
        factor = np.divide(wanted, held, out=np.ones_like(held), where=held > 0.0)
        matrix[members] *= np.where(self.partners.any(axis=1), factor @ self.partners.T, 1.0)


@dataclass(frozen=True)
class Prior:
    """Weights of the cells before cost.

    ``mass`` is (product of origin x product of destination)^0.8, shape (n_zones, n_zones), 0 within a state;
    ``share`` is the share of the class in the tonnes of the pair, shape (n_classes, n_zones, n_zones).
    """

    mass: Floats
    share: Floats
    splits: tuple[Split, ...] = ()

    def seed(
        self, cost: Floats, theta: Floats, scale: Floats | None = None, least_share: float = 0.0
    ) -> Floats:
        """Weight of each cell with its cost, in t/year if ``scale`` is given.

        The decay of a pair is the mean of ``scale x exp(-theta x cost)`` over its classes, by their shares:
        cost says how much a pair trades, ``class_mix`` in what, ``zone_shares`` which zones of a group. A
        class without a route (NaN cost) gets 0.

        Parameters
        ----------
        cost
            USD/t, shape (n_classes, n_zones, n_zones).
        theta, scale
            Shape (n_classes,), in t/USD and t/year.
        least_share
            Share that a class gets at least.
        """
        is_open = np.isfinite(cost)
        decay = np.exp(-theta[:, None, None] * np.where(is_open, cost, 0.0))
        if scale is not None:
            decay *= scale[:, None, None]
        weights = np.maximum(self.share, least_share) * is_open
        total = weights.sum(axis=0)
        mean = np.divide((weights * decay).sum(axis=0), total, out=np.zeros_like(total), where=total > 0.0)
        seed = np.asarray(weights * mean * self.mass)
        for _ in range(SPLIT_ROUNDS if self.splits else 0):
            for split in self.splits:
                split.apply(seed)
        return seed


def build_prior(tables: Mapping[str, Table], cover: Cover, classes: tuple[str, ...]) -> Prior:
    """Build the prior from ``zones`` (product), ``class_mix`` and ``zone_shares``.

    Raises
    ------
    TableInvalid
        If a zone has no product, or the shares of a pair or group do not add up to 1.
    """
    product = _products(tables["zones"])
    mass = (product[:, None] * product[None, :]) ** MASS_POWER
    mass[cover.is_domestic] = 0.0
    share = spread_mix(tables.get("class_mix"), cover, classes)
    return Prior(mass, share, tuple(_list_splits(tables.get("zone_shares"), cover, classes)))


def spread_mix(table: Table | None, cover: Cover, classes: tuple[str, ...]) -> Floats:
    """Share of each class in the tonnes of each pair, shape (n_classes, n_zones, n_zones).

    All rows with the same pair of groups make one composition; the narrowest that holds a pair counts. The
    shares are 0 where no row speaks.
    """
    n = cover.n_zones
    if table is None or not len(table):
        return np.zeros((len(classes), n, n))
    pairs = list(zip(table["from_group"], table["to_group"], strict=True))
    names = list(dict.fromkeys(pairs))
    composition = np.zeros((len(names) + 1, len(classes)))  # the last row stands for "no row speaks"
    for pair, class_id, share in zip(pairs, table["class"], table["share"], strict=True):
        composition[names.index(pair), classes.index(class_id)] += share
    faults = []
    for place, name in enumerate(names):
        total = composition[place].sum()
        if abs(total - 1.0) > 1e-3:
            what = f"shares from {name[0] or '*'} to {name[1] or '*'} add up to {total:g}, not 1."
            mend = "correct the shares of these rows."
            faults.append(
                Fault("LB-S022", what, "tables/class_mix.csv", pairs.index(name) + 2, "share", "", mend)
            )
    if faults:
        raise TableInvalid("the class mix is not whole.", faults)
    composition[:-1] /= composition[:-1].sum(axis=1, keepdims=True)
    nearest = cover.narrowest([a for a, _ in names], [b for _, b in names])
    return np.moveaxis(composition[nearest], 2, 0).copy()


def _products(zones: Table) -> Floats:
    """Product of each zone, billion USD a year; a study whose zones all lack it counts them alike."""
    product = np.array(zones["gdp_busd"], dtype=np.float64)
    if np.isnan(product).all():
        return np.ones(len(product))
    faults = [
        Fault(
            "LB-T009",
            "the zone has no product.",
            "tables/zones.csv",
            int(row) + 2,
            "gdp_busd",
            "",
            "fill it.",
        )
        for row in np.flatnonzero(np.isnan(product))
    ]
    if faults:
        raise TableInvalid("the demand of these zones has no size.", faults)
    return product


def _list_splits(table: Table | None, cover: Cover, classes: tuple[str, ...]) -> Iterator[Split]:
    """Splits by class, end and group.

    Rows with the same class, group, partner and end make one division; of two divisions the narrower (classes
    x zones of the partner) counts.
    """
    if table is None or not len(table):
        return
    keys = list(zip(table["class"], table["group"], table["partner"], table["end"], strict=True))
    _check_whole(keys, table["share"])
    names = list(dict.fromkeys(keys))
    breadth = {key: len(cover.members(key[2])) * (len(classes) if key[0] == ANY else 1) for key in names}
    for end in ("origin", "destination"):
        for group in dict.fromkeys(key[1] for key in names if key[3] == end):
            members = cover.members(group)
            for k, class_id in enumerate(classes):
                known = [
                    key for key in names if key[1] == group and key[3] == end and key[0] in (class_id, ANY)
                ]
                division: dict[int, tuple[str, str, str, str]] = {}
                for key in sorted(known, key=lambda key: -breadth[key]):
                    division.update(dict.fromkeys(cover.members(key[2]), key))
                partners = sorted({(cover.countries[zone], key) for zone, key in division.items()})
                if not partners:
                    continue
                shares = np.zeros((len(members), len(partners)))
                is_partner = np.zeros((cover.n_zones, len(partners)))
                for place, (country, key) in enumerate(partners):
                    for row in (i for i, other in enumerate(keys) if other == key):
                        shares[members.index(cover.position[table["zone"][row]]), place] = table["share"][row]
                    for zone, used in division.items():
                        is_partner[zone, place] = used == key and cover.countries[zone] == country
                yield Split(k, end == "origin", members, shares, is_partner)


def _check_whole(keys: list[tuple[str, str, str, str]], shares: Floats) -> None:
    """Refuse shares of a group that do not add up to 1."""
    totals: dict[tuple[str, str, str, str], float] = {}
    for key, share in zip(keys, shares, strict=True):
        totals[key] = totals.get(key, 0.0) + share
    faults = []
    for key, total in totals.items():
        if abs(total - 1.0) > 1e-3:
            what = f"shares of {key[0]} of {key[1]} ({key[3]}) add up to {total:g}, not 1."
            mend = "correct the shares of these rows."
            faults.append(
                Fault("LB-S022", what, "tables/zone_shares.csv", keys.index(key) + 2, "share", "", mend)
            )
    if faults:
        raise TableInvalid("the zone shares are not whole.", faults)
