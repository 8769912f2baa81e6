"""What the page needs and takes long to make, kept in the user's cache folder; a miss only costs time."""

from collections.abc import Callable

from landbridge.study.cache import get_cache_folder
from landbridge.tables import write_whole
from landbridge.web import store

KEPT_MB = 16.0
"""Of what hangs on a study, that used least recently is let go of beyond this."""


def read_or_make(name: str, make: Callable[[], bytes]) -> bytes:
    """The bytes kept under ``name``, or those that ``make`` gives, which are then kept.

    A folder that cannot be read or written is left alone.
    """
    path = get_cache_folder().parent / "web" / name
    try:
        return path.read_bytes()
    except OSError:
        made = make()
    try:
        write_whole(path, made)
    except OSError:
        return made
    return made


def read_or_make_own(folder: str, name: str, make: Callable[[], bytes]) -> bytes:
    """The same for what hangs on a study, of which there may be many: in a folder that stays small."""
    path = get_cache_folder().parent / "web" / folder
    found = store.find_bytes(path, name)
    if found is None:
        found = make()
        store.keep_bytes(path, name, found, KEPT_MB)
    return found
