"""The one decorator that compiles a kernel, with a cache that never breaks a read-only installation.

Numba decides where to cache when a function is decorated and raises if neither the package folder nor the
user's cache folder can be written. We look first: a writable place is used, otherwise the kernel is compiled
anew in each process. Nothing is compiled at import; the first call compiles.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def _is_writable(folder: Path) -> bool:
    """Whether a file can be made in ``folder`` (made first if absent)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _choose_cache() -> bool:
    """Point Numba at a writable cache folder; False if there is none."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return _is_writable(Path(os.environ["NUMBA_CACHE_DIR"]))
    if _is_writable(Path(__file__).parent / "__pycache__"):
        return True
    from platformdirs import user_cache_dir

    folder = Path(user_cache_dir("landbridge")) / "kernels"
    if _is_writable(folder):
        import numba

        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
        return True
    return False


CACHE = _choose_cache()


def kernel(function: Function) -> Function:
    """Compile ``function`` on first call: no Python objects, no global lock, float64 as written (no fast-
    math).
    """
    import numba

    compiled: Any = numba.njit(cache=CACHE, nogil=True, error_model="numpy")(function)
    result: Function = compiled
    return result


def inlined(function: Function) -> Function:
    """Compile a part of kernels into whatever calls it: for small ones that take many arrays, whose passing
    would cost more than their work.
    """
    import numba

    compiled: Any = numba.njit(cache=CACHE, nogil=True, error_model="numpy", forceinline=True)(function)
    result: Function = compiled
    return result
