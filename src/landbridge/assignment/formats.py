"""Read and write assignment networks, trips and flows: TNTP and GMNS files, plain or gzip-compressed."""

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from landbridge.assignment.link_delays import Delays
from landbridge.assignment.problem import Demand, Problem, TravelClass
from landbridge.assignment.skims import Skim
from landbridge.errors import LandbridgeError

Floats = NDArray[np.float64]


class FileRefused(LandbridgeError, ValueError):
    """A network, trip or class file that cannot be understood."""

    code = "LB-E002"


@dataclass(frozen=True)
class RoadNetwork:
    """A network file as read: nodes from 1 as in the file, columns of shape (n_links,).

    Attributes
    ----------
    n_zones, n_nodes, first_through
        Nodes 1 to n_zones are zones; nodes below ``first_through`` are not passed through.
    toll_factor, distance_factor
        Cost of a unit of toll or length, as the file says; 0 if it does not.
    names
        Names of the nodes, where the file gives names rather than numbers from 1.
    """

    path: Path
    n_zones: int
    n_nodes: int
    first_through: int
    toll_factor: float
    distance_factor: float
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    capacity: Floats
    length: Floats
    free: Floats
    factor: Floats
    power: Floats
    toll: Floats
    names: tuple[str, ...] | None = None

    def delays(self) -> Delays:
        """BPR delays of the links."""
        return Delays.bpr(self.free, self.capacity, self.factor, self.power)

    def fixed(self, toll_factor: float | None = None, distance_factor: float | None = None) -> Floats:
        """What a traveller pays on each link in time units; factors of the file where None."""
        toll = self.toll_factor if toll_factor is None else toll_factor
        distance = self.distance_factor if distance_factor is None else distance_factor
        return toll * self.toll + distance * self.length

    def problem(
        self,
        demand: Demand | tuple[TravelClass, ...],
        *,
        toll_factor: float | None = None,
        distance_factor: float | None = None,
    ) -> Problem:
        """Join the network with demand; a plain demand becomes one class that pays tolls and distance."""
        fixed = self.fixed(toll_factor, distance_factor)
        if isinstance(demand, Demand):
            demand = (TravelClass("all", demand, fixed if fixed.any() else None),)
        closed = np.arange(1, self.n_nodes + 1) < self.first_through
        return Problem(
            self.n_nodes,
            self.tail - 1,
            self.head - 1,
            np.arange(self.n_zones, dtype=np.int32),
            closed,
            self.delays(),
            demand,
            self.names,
        )


def read_text(path: str | Path) -> str:
    """Read a text file, gzip-compressed or not (seen from its first bytes)."""
    try:
        raw = Path(path).read_bytes()
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8", errors="replace")
    except (OSError, EOFError) as fault:
        raise FileRefused(
            "the file cannot be read.", where=str(path), mend=f"check the path and the file ({fault})."
        ) from fault


def _split(text: str, path: Path) -> tuple[dict[str, str], str]:
    """Metadata and body of a TNTP file."""
    end = re.search(r"<\s*END OF METADATA\s*>", text, re.IGNORECASE)
    if end is None:
        raise FileRefused("there is no <END OF METADATA> line.", where=str(path), mend="give a TNTP file.")
    pairs = re.finditer(r"^\s*<([^>]+)>([^\n~]*)", text[: end.start()], re.MULTILINE)
    return {m[1].strip().upper(): m[2].strip() for m in pairs}, text[end.end() :]


def _number(meta: dict[str, str], tag: str, path: Path, default: float | None = None) -> float:
    words = meta.get(tag, "").split()
    if not words:
        if default is None:
            raise FileRefused(f"the metadata lack <{tag}>.", where=str(path))
        return default
    try:
        return float(words[0])
    except ValueError:
        raise FileRefused(f"<{tag}> is {words[0]!r}, not a number.", where=str(path)) from None


def read_tntp_network(path: str | Path) -> RoadNetwork:
    """Read a TNTP network; only the first seven columns and, if the heading is the usual one, the toll are
    used.

    Raises
    ------
    FileRefused
        With the line at fault.
    """
    path = Path(path)
    text = read_text(path)
    meta, body = _split(text, path)
    before = text[: len(text) - len(body)].count("\n")
    n_zones, n_nodes = (int(_number(meta, f"NUMBER OF {what}", path)) for what in ("ZONES", "NODES"))
    has_toll = True
    rows: list[list[float]] = []
    for number, line in enumerate(body.split("\n"), before + 1):
        if line.lstrip().startswith("~"):
            has_toll = "critical" not in line.lower()
            continue
        cells = line.split("~")[0].replace(";", " ").replace(",", " ").split()
        if not cells:
            continue
        try:
            values = [float(v) for v in cells[:7]]
            values.append(float(cells[8]) if has_toll and len(cells) > 8 else 0.0)
        except ValueError:
            raise FileRefused(
                "a value is not a number.", where=f"{path} line {number}", mend="mend the line."
            ) from None
        if len(values) < 8:
            raise FileRefused(
                f"a link has {len(cells)} values, at least 7 are needed.", where=f"{path} line {number}"
            )
        rows.append(values)
    if not rows:
        raise FileRefused("the network has no links.", where=str(path))
    promised = int(_number(meta, "NUMBER OF LINKS", path, len(rows)))
    if promised != len(rows):
        raise FileRefused(
            f"the metadata promise {promised} links, the file has {len(rows)}.", where=str(path)
        )
    table = np.array(rows)
    if not np.isfinite(table).all():
        raise FileRefused("a link attribute is not finite.", where=str(path))
    ends = table[:, :2].astype(np.int32)
    if ends.min() < 1 or ends.max() > n_nodes:
        raise FileRefused(f"a link ends at a node outside 1 to {n_nodes}.", where=str(path))
    if (table[:, 2:7] < 0).any():
        raise FileRefused("a capacity, length, time, factor or power is negative.", where=str(path))
    return RoadNetwork(
        path,
        n_zones,
        n_nodes,
        int(_number(meta, "FIRST THRU NODE", path, 1)),
        _number(meta, "TOLL FACTOR", path, 0.0),
        _number(meta, "DISTANCE FACTOR", path, 0.0),
        ends[:, 0].copy(),
        ends[:, 1].copy(),
        *np.ascontiguousarray(table[:, 2:8].T),
    )


def read_tntp_trips(path: str | Path, n_zones: int) -> Demand:
    """Read a TNTP trip table; trips within a zone are kept (the solver leaves them out and says so)."""
    path = Path(path)
    _, body = _split(read_text(path), path)
    body = re.sub(r"~[^\n]*", "", body)
    origins: list[NDArray[np.int32]] = []
    destinations: list[NDArray[np.int32]] = []
    amounts: list[Floats] = []
    for block in re.split(r"\bOrigin\b", body, flags=re.IGNORECASE)[1:]:
        head, _, rest = block.strip().partition("\n")
        if ":" in head:
            found = re.match(r"\s*(\d+)\s+(.*)", block.strip(), re.DOTALL)
            head, rest = (found[1], found[2]) if found else (head, rest)
        words = rest.replace(":", " ").replace(";", " ").split()
        try:
            origin = int(head.split()[0])
            values = np.array(words, float).reshape(-1, 2)
        except (ValueError, IndexError):
            raise FileRefused(
                "an Origin block is not `number`, then `destination : trips;` pairs.",
                where=f"{path}, Origin {head[:20]}",
            ) from None
        if not len(values):
            continue
        ends = values[:, 0].astype(np.int32)
        if not 1 <= origin <= n_zones or ends.min() < 1 or ends.max() > n_zones:
            raise FileRefused(f"Origin {origin} names a zone outside 1 to {n_zones}.", where=str(path))
        if not np.isfinite(values[:, 1]).all() or (values[:, 1] < 0).any():
            raise FileRefused(
                f"Origin {origin} has a demand that is negative or not finite.", where=str(path)
            )
        origins.append(np.full(len(ends), origin - 1, np.int32))
        destinations.append(ends - 1)
        amounts.append(values[:, 1])
    if not origins:
        raise FileRefused("there is no Origin block with demand.", where=str(path))
    return Demand(
        np.concatenate(origins), np.concatenate(destinations).astype(np.int32), np.concatenate(amounts)
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with lower-case headings."""
    reader = csv.DictReader(io.StringIO(read_text(path).lstrip("\ufeff")))
    if reader.fieldnames is None:
        raise FileRefused("the file is empty.", where=str(path))
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames]
    return [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]


def _column(
    rows: list[dict[str, str]], path: Path, names: tuple[str, ...], default: float | None = None
) -> Floats:
    """One numeric column under the first of its possible names; blanks take the default."""
    name = next((n for n in names if rows and n in rows[0]), None)
    if name is None:
        if default is None:
            raise FileRefused(f"there is no column {' or '.join(names)}.", where=str(path))
        return np.full(len(rows), default)
    out = np.empty(len(rows))
    for i, row in enumerate(rows):
        try:
            out[i] = float(row[name]) if row[name] else (np.nan if default is None else default)
        except ValueError:
            raise FileRefused(
                f"{name} is {row[name]!r}, not a number.", where=f"{path} line {i + 2}"
            ) from None
        if not np.isfinite(out[i]):
            raise FileRefused(f"{name} is blank or not finite.", where=f"{path} line {i + 2}")
    return out


def read_gmns_network(folder: str | Path) -> RoadNetwork:
    """Read a GMNS folder: ``node.csv`` (node_id, zone_id) and ``link.csv``.

    A link goes from ``from_node_id`` to ``to_node_id``, both ways unless ``directed`` is true, one or blank.
    Time is ``vdf_fftt1`` or ``free_flow_time`` (minutes), else length over ``free_speed`` (60 length /
    speed); ``capacity`` counts a lane where ``lanes`` is given.  ``vdf_alpha`` and ``vdf_beta`` default to
    0.15 and 4. Nodes with a ``zone_id`` are zones, in the order of their zone numbers; no node is closed to
    through traffic unless ``node_type`` is centroid.
    """
    folder = Path(folder)
    node_file = next(
        (p for p in (folder / "node.csv", folder / "node.csv.gz") if p.exists()), folder / "node.csv"
    )
    link_file = next(
        (p for p in (folder / "link.csv", folder / "link.csv.gz") if p.exists()), folder / "link.csv"
    )
    nodes, links = read_csv(node_file), read_csv(link_file)
    if not nodes or "node_id" not in nodes[0]:
        raise FileRefused("there is no column node_id, or no row.", where=str(node_file))
    if not links:
        raise FileRefused("the network has no links.", where=str(link_file))

    def zone_of(row: dict[str, str]) -> float:
        word = row.get("zone_id", "")
        try:
            return float(word) if word and float(word) > 0 else np.inf
        except ValueError:
            return np.inf

    nodes.sort(key=zone_of)
    names = tuple(row["node_id"] for row in nodes)
    index = {name: i + 1 for i, name in enumerate(names)}
    if len(index) != len(names):
        raise FileRefused("a node_id stands twice.", where=str(node_file))
    zoned = sum(zone_of(row) < np.inf for row in nodes)
    closed = sum(row.get("node_type", "").lower() == "centroid" for row in nodes[:zoned])
    if closed not in (0, zoned):
        raise FileRefused(
            "some zones are centroids and some are not.", where=str(node_file), mend="mark all or none."
        )
    try:
        tail = np.array([index[row["from_node_id"]] for row in links], np.int32)
        head = np.array([index[row["to_node_id"]] for row in links], np.int32)
    except KeyError as fault:
        raise FileRefused(f"a link names the unknown node or column {fault}.", where=str(link_file)) from None
    length = _column(links, link_file, ("length",), 0.0)
    speed = _column(links, link_file, ("free_speed",), 0.0)
    free = _column(links, link_file, ("vdf_fftt1", "vdf_fftt", "free_flow_time", "fftt"), -1.0)
    free = np.where(
        free >= 0, free, np.where(speed > 0, 60.0 * length / np.where(speed > 0, speed, 1.0), -1.0)
    )
    if (free < 0).any():
        line = int(np.flatnonzero(free < 0)[0]) + 2
        raise FileRefused(
            "a link has neither a free-flow time nor a speed.", where=f"{link_file} line {line}"
        )
    lanes = _column(links, link_file, ("lanes",), 1.0)
    columns = [
        _column(links, link_file, ("capacity",), 0.0) * np.where(lanes > 0, lanes, 1.0),
        length,
        free,
        _column(links, link_file, ("vdf_alpha1", "vdf_alpha", "b"), 0.15),
        _column(links, link_file, ("vdf_beta1", "vdf_beta", "power"), 4.0),
        _column(links, link_file, ("toll",), 0.0),
    ]
    both = np.array([row.get("directed", "").lower() in ("false", "0", "no") for row in links])
    tail, head = np.concatenate((tail, head[both])), np.concatenate((head, tail[both]))
    columns = [np.concatenate((c, c[both])) for c in columns]
    return RoadNetwork(
        folder,
        zoned or len(names),
        len(names),
        (zoned if closed else 0) + 1,
        0.0,
        0.0,
        tail,
        head,
        columns[0],
        columns[1],
        columns[2],
        columns[3],
        columns[4],
        columns[5],
        names,
    )


def read_gmns_trips(path: str | Path, network: RoadNetwork) -> Demand:
    """Read ``demand.csv``: o_zone_id, d_zone_id, volume, the zones counted as in the network's nodes."""
    path = Path(path)
    if path.is_dir():
        path = path / "demand.csv"
    rows = read_csv(path)
    origin = _column(rows, path, ("o_zone_id", "origin", "from")).astype(np.int32) - 1
    destination = _column(rows, path, ("d_zone_id", "destination", "to")).astype(np.int32) - 1
    amount = _column(rows, path, ("volume", "trips", "demand", "flow"))
    if len(rows) and (
        min(origin.min(), destination.min()) < 0 or max(origin.max(), destination.max()) >= network.n_zones
    ):
        raise FileRefused(f"a zone lies outside 1 to {network.n_zones}.", where=str(path))
    return Demand(origin, destination, amount)


def read_network(path: str | Path) -> RoadNetwork:
    """Read a network: a folder is GMNS, a file TNTP."""
    return read_gmns_network(path) if Path(path).is_dir() else read_tntp_network(path)


def read_trips(path: str | Path, network: RoadNetwork) -> Demand:
    """Read trips: CSV or a folder is GMNS, anything else TNTP."""
    path = Path(path)
    if path.is_dir() or path.name.removesuffix(".gz").endswith(".csv"):
        return read_gmns_trips(path, network)
    return read_tntp_trips(path, network.n_zones)


def write_flows(path: str | Path, problem: Problem, flow: Floats, cost: Floats) -> None:
    """Write ``from,to,flow,cost`` as CSV, every digit kept; the file is whole or absent."""
    path = Path(path)
    names = problem.names or tuple(str(i + 1) for i in range(problem.n_nodes))
    lines = ["from,to,flow,cost"]
    lines += [
        f"{names[i]},{names[j]},{x!r},{c!r}"
        for i, j, x, c in zip(problem.tail, problem.head, flow.tolist(), cost.tolist(), strict=True)
    ]
    part = path.with_name(path.name + ".part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(path)


def write_skim(path: str | Path, network: RoadNetwork, skim: Skim) -> int:
    """Write a skim between the first nodes of a network: ``.npz`` as arrays, else CSV; gives the pairs with
    no path.

    In CSV a pair with no path has blanks.  The file is whole or absent.
    """
    path = Path(path)
    columns = {"cost": skim.cost, **skim.sums}
    lost = int((~np.isfinite(skim.cost)).sum())
    part = path.with_name(path.name + ".part")
    if path.suffix == ".npz":
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **columns)
    else:
        names = network.names or tuple(str(i + 1) for i in range(network.n_nodes))
        n = len(skim.cost)
        with part.open("w", encoding="utf-8") as text:
            text.write(",".join(("from", "to", *columns)) + "\n")
            for i in range(n):
                rows = zip(*(values[i].tolist() for values in columns.values()), strict=True)
                text.writelines(
                    ",".join((names[i], names[j], *(repr(v) if v < np.inf else "" for v in row))) + "\n"
                    for j, row in enumerate(rows)
                )
    part.replace(path)
    return lost
