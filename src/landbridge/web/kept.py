"""What the page needs and takes long to make, kept in the user's cache folder; a miss only costs time."""

from collections.abc import Callable

from landbridge.study.cache import get_cache_folder
from landbridge.tables import write_whole


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
