"""Files that are written whole or not at all, and their hashes."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Lend a temporary path beside ``path``; it takes the place of ``path`` only if the block ends well.

    >>> with whole_file(Path("report.csv")) as draft:        # doctest: +SKIP
    ...     draft.write_text("id\\n")
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    draft = folder / path.name
    try:
        yield draft
        draft.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_whole(path: Path, data: bytes | str) -> None:
    """Write a file so that a reader, or a killed run, sees the old one or the whole new one."""
    with whole_file(path) as draft:
        draft.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
