"""Landbridge: who ships what, by which way, at what time, cost and risk, if a border opens or shuts.

>>> import landbridge
>>> study = landbridge.open_study("eurasia")                 # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.study.folder import open_study
    from landbridge.study.results import open_run

__all__ = ["__version__", "open_run", "open_study"]

__version__ = "0.1.0"

_HOMES = {"open_study": "landbridge.study.folder", "open_run": "landbridge.study.results"}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then: ``import landbridge`` itself imports nothing heavy."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'landbridge' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
