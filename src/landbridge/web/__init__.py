"""The map that people look at: a local web application over one study, and the same answers as an API.

>>> from landbridge.web import create_app
>>> app = create_app("eurasia")                                              # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.web.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then."""
    if name == "create_app":
        from landbridge.web.app import create_app

        return create_app
    raise AttributeError(f"module 'landbridge.web' has no attribute {name!r}")
