"""Studies: a folder of settings and tables that is opened, checked, copied, exported and run.

Opening and checking a study is light; what solves it is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from landbridge.study.folder import Study, check_study, copy_study, find_study, list_studies, open_study
from landbridge.study.settings import StudySettings

if TYPE_CHECKING:
    from landbridge.study.comparison import compare_run
    from landbridge.study.export import export_geopackage
    from landbridge.study.futures import sample_study
    from landbridge.study.prepare import Progress
    from landbridge.study.queries import explain_why_not, find_routes
    from landbridge.study.results import Run, open_run
    from landbridge.study.run import run_study
    from landbridge.study.trace import trace_item
    from landbridge.study.validation import validate_run

__all__ = [
    "Progress",
    "Run",
    "Study",
    "StudySettings",
    "check_study",
    "compare_run",
    "copy_study",
    "explain_why_not",
    "export_geopackage",
    "find_routes",
    "find_study",
    "list_studies",
    "open_run",
    "open_study",
    "run_study",
    "sample_study",
    "trace_item",
    "validate_run",
]

_HOMES = {
    "Progress": "prepare",
    "Run": "results",
    "compare_run": "comparison",
    "explain_why_not": "queries",
    "export_geopackage": "export",
    "find_routes": "queries",
    "open_run": "results",
    "run_study": "run",
    "sample_study": "futures",
    "trace_item": "trace",
    "validate_run": "validation",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
