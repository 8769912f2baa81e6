"""A results folder: Parquet tables and a manifest, each file written whole or not at all, read back with
DuckDB.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from landbridge.errors import RunInvalid, RunNotFound, TargetNotEmpty, TargetNotWritable, UnknownTable
from landbridge.indicators.route_text import Lists
from landbridge.study.folder import Study, open_study

MANIFEST = "manifest.json"
FORMAT = 1
"""Version of the layout of a results folder."""


@dataclass(frozen=True)
class Run:
    """A results folder, opened: its manifest, its tables, and SQL over them."""

    path: Path
    manifest: dict[str, Any]

    def list_tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(sorted(p.stem for p in self.path.glob("*.parquet")))

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One whole table, or some of its columns.

        Raises
        ------
        UnknownTable
            If the run has no such table; the message offers the nearest names.
        """
        path = self.path / f"{name}.parquet"
        if not path.is_file():
            raise UnknownTable(name, self.list_tables(), where=str(self.path))
        return pq.read_table(path, columns=None if columns is None else list(columns))

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Answer of DuckDB to ``sql`` with a view for every table; ``$name`` in it takes a value of
        ``parameters``.
        """
        import duckdb

        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
            for name in self.list_tables():
                path = str(self.path / f"{name}.parquet").replace("'", "''")
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
            return connection.sql(sql, params=dict(parameters or {})).to_arrow_table()

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Answer of :meth:`query` as a list of plain rows."""
        rows: list[dict[str, Any]] = self.query(sql, parameters).to_pylist()
        return rows

    def study(self) -> Study:
        """The study that the run was made from, opened from where it stood.

        Raises
        ------
        StudyNotFound
            If it is no longer there.
        """
        return open_study(self.manifest["study_path"])


def open_run(path: str | Path) -> Run:
    """Open a results folder.

    Raises
    ------
    RunNotFound
        If there is no manifest at ``path``.
    RunInvalid
        If the manifest cannot be read or is of another format.
    """
    folder = Path(path)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise RunNotFound(
            "there is no run here.", where=str(folder), mend="name the folder that landbridge run wrote."
        ) from None
    except (ValueError, OSError) as error:
        raise RunInvalid(
            f"the manifest cannot be read: {error}.", where=str(folder), mend="run again."
        ) from None
    if manifest.get("format") != FORMAT:
        what = f"the run has format {manifest.get('format')}, this version reads {FORMAT}."
        raise RunInvalid(what, where=str(folder), mend="run the study again with this version.")
    return Run(folder, manifest)


_LEFT_OVER_S = 24 * 3600.0
"""Age from which an unfinished folder was left by a run that was killed."""


@contextmanager
def write_folder(target: Path) -> Iterator[Path]:
    """A new folder beside ``target`` that takes its place when all is written, and vanishes if anything
    fails.

    A results folder that stands there is replaced; anything else is left alone.

    Raises
    ------
    TargetNotEmpty
        If ``target`` holds something that is not a run.
    TargetNotWritable
        If no folder can be made beside it.
    """
    target = Path(target)
    if (
        target.exists()
        and not (target / MANIFEST).is_file()
        and (not target.is_dir() or any(target.iterdir()))
    ):
        what = "something that is not a run stands here."
        raise TargetNotEmpty(what, where=str(target), mend="name another folder with -o.")
    # Names first: a signal that comes while a folder is made must find what to take away.
    part, old = (target.parent / f".{target.name}-{secrets.token_hex(4)}" for _ in range(2))
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(target)
            part.mkdir()
        except OSError as error:
            what = f"no folder can be made here: {error.strerror}."
            mend = "name another folder with -o."
            raise TargetNotWritable(what, where=str(target.parent), mend=mend) from None
        yield part
        if target.exists():
            os.replace(target, old)
        os.replace(part, target)
    except BaseException:
        if old.exists() and not target.exists():
            os.replace(old, target)
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what runs into ``target`` left when they were killed outright."""
    for part in target.parent.glob(f".{target.name}-????????"):
        if time.time() - part.stat().st_mtime > _LEFT_OVER_S:
            shutil.rmtree(part, ignore_errors=True)


def write_parquet(folder: Path, name: str, columns: Mapping[str, Any]) -> None:
    """Write one table; equal columns give equal bytes."""
    arrays = {key: to_arrow(values) for key, values in columns.items()}
    pq.write_table(pa.table(arrays), folder / f"{name}.parquet", compression="zstd", store_schema=False)


def to_arrow(values: Any) -> pa.Array:
    """A column as Arrow stores it."""
    if isinstance(values, Lists):
        names = pa.DictionaryArray.from_arrays(
            pa.array(values.codes, pa.int32()), pa.array(values.names, pa.string())
        )
        return pa.ListArray.from_arrays(pa.array(values.offsets, pa.int32()), names.cast(pa.string()))
    if isinstance(values, np.ndarray):
        return pa.array(values, from_pandas=values.dtype.kind == "f")
    if values and isinstance(values[0], str):
        return pa.array(values, pa.string())
    if not values:
        return pa.array(values, pa.string())
    return pa.array(values)
