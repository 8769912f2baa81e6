"""A cache of what takes long to prepare, named by the content it was made from; a miss only costs time."""

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from platformdirs import user_cache_dir

KEPT_MB = 400
"""How much stays on disk; what was used least recently goes first."""


@cache
def hash_package() -> str:
    """Hash of the source that prepares a study, so that an upgrade never reads what an older version
    prepared.
    """
    digest = hashlib.sha256()
    here = Path(__file__).parent
    files = [here / "prepare.py", here / "recorded.py", here / "scenarios.py"]
    for room in ("assignment", "kernels", "network", "process", "record", "tables"):
        files += sorted((here.parent / room).glob("*.py"))
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def hash_rooms(*rooms: str) -> str:
    """Hash of the source of whole packages."""
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((Path(__file__).parent.parent / room).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def get_cache_folder() -> Path:
    """Folder for prepared studies: ``LANDBRIDGE_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("LANDBRIDGE_CACHE") or user_cache_dir("landbridge")) / "prepared"


def find_arrays(key: str) -> dict[str, np.ndarray] | None:
    """Arrays that were stored under ``key``, or None; a damaged file counts as absent."""
    path = get_cache_folder() / f"{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        os.utime(path)
    except (OSError, ValueError, EOFError, KeyError, BadZipFile):
        return None
    return arrays


def store_arrays(key: str, arrays: dict[str, np.ndarray]) -> None:
    """Store arrays under ``key``, whole or not at all; without a writable folder nothing happens."""
    folder = get_cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(name, folder / f"{key}.npz")
        size = 0
        for old in sorted(folder.glob("*.npz"), key=lambda p: p.stat().st_mtime, reverse=True):
            size += old.stat().st_size
            if size > KEPT_MB * 1_000_000:
                old.unlink()
    except OSError:
        return
