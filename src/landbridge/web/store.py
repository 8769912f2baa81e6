"""What the server keeps on disk beside the prepared studies: what-ifs by id, jobs, results of jobs."""

import json
import os
from pathlib import Path
from typing import Any

from landbridge.ids import is_id
from landbridge.study.cache import get_cache_folder
from landbridge.tables import write_whole


def get_store(study_id: str) -> Path:
    """Folder of the server's own files for a study of this name."""
    return get_cache_folder().parent / "web" / study_id


def keep_bytes(folder: Path, name: str, content: bytes, most_mb: float) -> None:
    """Write an answer, and let go of those used least recently beyond ``most_mb``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
        size = 0
        for path in sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True):
            size += path.stat().st_size
            if size > most_mb * 1_000_000:
                path.unlink()
    except OSError:
        return


def find_bytes(folder: Path, name: str) -> bytes | None:
    """An answer that was kept, if there is one."""
    try:
        content = (folder / name).read_bytes()
        os.utime(folder / name)
    except OSError:
        return None
    return content


def is_name(name: str) -> bool:
    """Whether a name that a request gives may be one of ours: no way out of the folder."""
    return is_id(name) and ".." not in name


def keep(folder: Path, name: str, content: Any) -> None:
    """Write plain values as JSON; without a writable folder nothing happens."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{name}.json", json.dumps(content, ensure_ascii=False))
    except OSError:
        return


def find(folder: Path, name: str) -> Any | None:
    """Plain values kept under a name; None if there are none, or the name is none of ours."""
    if not is_name(name):
        return None
    try:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
