"""A study folder: found by name or path, read, checked, copied."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from landbridge.errors import Fault, StudyInvalid, StudyNotFound, TargetNotEmpty, suggest
from landbridge.process.gates import RecordedState
from landbridge.record.check_gates import check_gates_against_record
from landbridge.study.check import check_settings, check_tables
from landbridge.study.recorded import read_recorded
from landbridge.study.settings import FILE, StudySettings, read_settings
from landbridge.tables import Table, file_hash, list_tables, load_attributes, read_table, table_from_rows
from landbridge.tables.attributes import REQUIRED_TABLES

DRAWS = "draws.csv"
"""Sample of the parameters that calibration left open, beside study.yaml."""


@dataclass(frozen=True)
class Study:
    """A study that passed all checks.

    ``tables`` holds every table of the attribute tables; one whose file the study leaves out has no rows.
    ``warnings`` are faults that do not refuse the study.
    """

    id: str
    path: Path
    settings: StudySettings
    tables: Mapping[str, Table]
    warnings: tuple[Fault, ...] = ()

    @cached_property
    def recorded(self) -> Mapping[str, RecordedState]:
        """What the record says of the gates; its claims are judged once, when this is asked for first."""
        return read_recorded(self)

    def input_hashes(self) -> dict[str, str]:
        """SHA-256 of study.yaml and of every table file, by path within the folder."""
        files = [self.path / FILE, *(table.path for table in self.tables.values() if table.path)]
        return {file.relative_to(self.path).as_posix(): file_hash(file) for file in sorted(files)}

    def __getstate__(self) -> dict[str, Any]:
        """State for another process: a view of a mapping cannot be sent."""
        views = {
            name: dict(value) for name, value in vars(self).items() if isinstance(value, MappingProxyType)
        }
        return {**vars(self), **views}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, tables=MappingProxyType(state["tables"]))


def open_study(study: str | Path) -> Study:
    """Open a study and check everything in it.

    Parameters
    ----------
    study
        Name of a built-in study, or path of a study folder.

    Raises
    ------
    StudyNotFound
        If there is no such study; the message names the built-in ones.
    StudyInvalid
        If anything is wrong with it; ``faults`` lists everything, each with file, line, column, value and
        mend.

    Examples
    --------
    >>> study = open_study("eurasia")                        # doctest: +SKIP
    >>> study.tables["links"].row("baku--alat-rail")["length_km"]      # doctest: +SKIP
    70.0
    """
    path = find_study(study)
    opened, faults = _read(path)
    errors = [fault for fault in faults if fault.severity == "error"]
    if opened is None or errors:
        count = f"{len(errors)} faults" if len(errors) != 1 else "one fault"
        raise StudyInvalid(
            f"the study has {count}.", errors, where=str(path), mend="mend what is listed, then check."
        )
    return opened


def check_study(study: str | Path) -> tuple[Fault, ...]:
    """Give all faults and warnings of a study, in the order of its files; none means that it may be run.

    If nothing is wrong with its tables, its gates are held against its record, too.
    """
    opened, faults = _read(find_study(study))
    if opened is not None and not any(fault.severity == "error" for fault in faults):
        faults.extend(check_gates_against_record(opened.tables))
    return tuple(faults)


def list_studies() -> tuple[str, ...]:
    """Give the names of the built-in studies."""
    home = _home()
    return (
        tuple(sorted(item.name for item in home.iterdir() if (item / FILE).is_file()))
        if home.is_dir()
        else ()
    )


def find_study(study: str | Path) -> Path:
    """Find the folder of a study by name or path.

    A path goes before a name where both exist. Raises :class:`StudyNotFound`.
    """
    path = Path(study).expanduser()
    if path.name == FILE:
        path = path.parent
    if (path / FILE).is_file():
        return path.resolve()
    names = list_studies()
    if str(study) in names:
        return _home() / str(study)
    if path.is_dir():
        mend = f"a study folder holds {FILE} and tables/*.csv; landbridge study copy makes one."
        raise StudyNotFound(f"the folder holds no {FILE}.", where=str(path), mend=mend)
    mend = f"{suggest(str(study), names)} Or give the path of a study folder."
    raise StudyNotFound(f'there is no study "{study}".', where=f"built-in studies and {path}", mend=mend)


def refuse_taken(target: Path) -> None:
    """Raise :class:`TargetNotEmpty` if something stands where a study is to be written."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TargetNotEmpty(
            "the target is not empty.", where=str(target), mend="name a folder that does not exist yet."
        )


def copy_study(study: str | Path, target: str | Path) -> Path:
    """Copy a study to a folder of one's own, to change it there; gives the path of the copy.

    The folder appears whole or not at all. Raises :class:`TargetNotEmpty` if something is there already.
    """
    source, target = find_study(study), Path(target).expanduser().absolute()
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        draft = Path(name) / target.name
        (draft / "tables").mkdir(parents=True)
        sample = [source / DRAWS] if (source / DRAWS).exists() else []
        for file in (source / FILE, *sample, *sorted((source / "tables").glob("*.csv"))):
            shutil.copyfile(file, draft / file.relative_to(source))
        if target.exists():
            target.rmdir()
        draft.rename(target)
    return target


def is_built_in(study: Study) -> bool:
    """Whether a study is one of those that come with the package, not a copy of it."""
    return study.path.resolve().parent == _home().resolve()


def _home() -> Path:
    """Folder of the built-in studies."""
    return Path(str(resources.files("landbridge"))) / "studies"


def _read(path: Path) -> tuple[Study | None, list[Fault]]:
    """Read and check a study; there is a study if its settings and tables could be read at all."""
    settings, lines, faults = read_settings(path / FILE)
    tables: dict[str, Table] = {}
    for name in list_tables():
        file = path / "tables" / f"{name}.csv"
        if file.exists() or name in REQUIRED_TABLES:
            tables[name], found = read_table(file, load_attributes(name))
            faults.extend(found)
        else:
            tables[name] = table_from_rows(name, ())
    for file in sorted((path / "tables").glob("*")):
        if file.suffix == ".csv" and file.stem not in tables:
            what, mend = f'there is no table "{file.stem}".', suggest(file.stem, tables, limit=40)
            faults.append(Fault("LB-S018", what, f"tables/{file.name}", mend=mend))
    faults.extend(check_tables(tables, settings))
    if settings is not None:
        faults.extend(check_settings(settings, tables, lines))
    order = {FILE: 0, **{f"tables/{name}.csv": place for place, name in enumerate(tables, start=1)}}
    faults.sort(key=lambda fault: (order.get(fault.file, len(order)), fault.row))
    if settings is None:
        return None, faults
    warnings = tuple(fault for fault in faults if fault.severity == "warning")
    return Study(settings.id, path, settings, MappingProxyType(tables), warnings), faults
