"""What a finished run says to people: maps, charts, and the brief. No arithmetic of the model happens here.

>>> from landbridge.report import write_brief
>>> write_brief(landbridge.open_run("runs/eurasia"), "brief.html")                   # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.report.brief import write_brief
    from landbridge.report.gate_graph import write_gate_graph
    from landbridge.report.maps import draw_map
    from landbridge.report.picture import write_picture

__all__ = ["draw_map", "write_brief", "write_gate_graph", "write_picture"]

_HOMES = {
    "draw_map": "landbridge.report.maps",
    "write_brief": "landbridge.report.brief",
    "write_gate_graph": "landbridge.report.gate_graph",
    "write_picture": "landbridge.report.picture",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then: words for numbers are wanted without drawing libraries."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'landbridge.report' has no attribute {name!r}")
