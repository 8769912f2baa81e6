"""Read the table of classes of an assignment: one row a class, in CSV."""

from pathlib import Path

import numpy as np

from landbridge.assignment.formats import FileRefused, RoadNetwork, read_csv, read_trips
from landbridge.assignment.problem import Demand, TravelClass

COLUMNS = {
    "name": "name of the class",
    "trips": "trip file of the class, relative to the table; blank for the trips of the command",
    "share": "share of those trips that are of the class; 1 if blank",
    "equivalent": "equivalents of one vehicle; 1 if blank",
    "value_of_time": "money a unit of time is worth; a toll costs toll / value_of_time",
    "toll_factor": "time that a unit of toll costs if value_of_time is blank; else that of the network",
    "distance_factor": "time that a unit of length costs; that of the network if blank",
    "forbidden": "links it may not use, as from-to, with ; between them",
}


def read_classes(
    path: str | Path,
    network: RoadNetwork,
    demand: Demand,
    *,
    toll_factor: float | None = None,
    distance_factor: float | None = None,
) -> tuple[TravelClass, ...]:
    """Read classes; columns as in :data:`COLUMNS`, of which only ``name`` must be there.

    Raises
    ------
    FileRefused
        With the line at fault.
    """
    path = Path(path)
    rows = read_csv(path)
    if not rows:
        raise FileRefused("there is no class in the table.", where=str(path), mend="give one row a class.")
    unknown = set(rows[0]) - set(COLUMNS)
    if unknown or "name" not in rows[0]:
        raise FileRefused(
            f"columns {sorted(unknown)} are not known." if unknown else "there is no column name.",
            where=str(path),
            mend=f"use the columns {', '.join(COLUMNS)}.",
        )
    names = network.names or tuple(str(i + 1) for i in range(network.n_nodes))
    links: dict[str, list[int]] = {}
    for e, (i, j) in enumerate(zip(network.tail, network.head, strict=True)):
        links.setdefault(f"{names[i - 1]}-{names[j - 1]}", []).append(e)
    classes = []
    for line, row in enumerate(rows, 2):
        where = f"{path} line {line}"

        def number(column: str, row: dict[str, str] = row, where: str = where) -> float | None:
            word = row.get(column, "")
            try:
                return float(word) if word else None
            except ValueError:
                raise FileRefused(f"{column} is {word!r}, not a number.", where=where) from None

        toll, worth = number("toll_factor"), number("value_of_time")
        if worth is not None:
            if not worth > 0:
                raise FileRefused("value_of_time must be above 0.", where=where)
            toll = 1.0 / worth
        distance = number("distance_factor")
        fixed = network.fixed(
            toll_factor if toll is None else toll, distance_factor if distance is None else distance
        )
        permitted = np.ones(len(network.tail), bool)
        for word in filter(None, (w.strip() for w in row.get("forbidden", "").split(";"))):
            if word not in links:
                raise FileRefused(f"there is no link {word}.", where=where, mend="write links as from-to.")
            permitted[links[word]] = False
        trips = read_trips(path.parent / row["trips"], network) if row.get("trips") else demand
        share, equivalent = number("share"), number("equivalent")
        classes.append(
            TravelClass(
                row["name"] or f"class {line - 1}",
                trips if share is None else trips.scaled(share),
                fixed if fixed.any() else None,
                None if permitted.all() else permitted,
                1.0 if equivalent is None else equivalent,
            )
        )
    return tuple(classes)
