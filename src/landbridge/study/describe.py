"""The settings of a study told to others: a JSON Schema for editors and a manual page for people."""

import json
from typing import Any

from pydantic import BaseModel

from landbridge import tables
from landbridge.study.settings import (
    AppraisalSettings,
    Between,
    Change,
    Chokepoint,
    CostShares,
    CountedCorridor,
    FutureOption,
    FuturesSettings,
    GaugeBreak,
    ModelSettings,
    PriorOverride,
    Project,
    Question,
    Scenario,
    StudySettings,
    Threshold,
    WhatIf,
)

_SECTIONS: dict[str, type[BaseModel]] = {
    "study.yaml": StudySettings,
    "scenarios": Scenario,
    "what_ifs": WhatIf,
    "what_ifs, changes": Change,
    "gauge_breaks": GaugeBreak,
    "model": ModelSettings,
    "futures": FuturesSettings,
    "futures, priors": PriorOverride,
    "futures, thresholds": Threshold,
    "futures, options": FutureOption,
    "appraisal": AppraisalSettings,
    "appraisal, cost_share": CostShares,
    "appraisal, projects": Project,
    "corridors": CountedCorridor,
    "corridors, between": Between,
    "chokepoints": Chokepoint,
    "questions": Question,
}

_INTRO = """\
# Settings of a study

`study.yaml` says what a study is called, which years and scenarios are solved, and what is counted.
Numbers of the model stand in `tables/parameters.csv`, and the tables are described in [tables.md](tables.md).
A key that is not listed here is refused.
[study.schema.json](study.schema.json) is the same as a JSON Schema, for editors that check while one types.

This page is made by `landbridge.study.describe.manual()`."""


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of study.yaml; its ``$defs`` hold the rows of each table too."""
    schema = StudySettings.model_json_schema()
    rows = tables.json_schema()
    return {**schema, "$schema": rows["$schema"], "$defs": {**schema["$defs"], **rows["$defs"]}}


def manual() -> str:
    """Write the manual page of study.yaml, in Markdown."""
    return "\n\n".join((_INTRO, *(_section(title) for title in _SECTIONS))) + "\n"


def _section(title: str) -> str:
    schema = _SECTIONS[title].model_json_schema()
    lines = [f"## {title}", "", schema["description"].replace("``", "`"), ""]
    lines += ["| key | needed | default | meaning |", "| --- | --- | --- | --- |"]
    for key, entry in schema["properties"].items():
        needed = "yes" if key in schema.get("required", ()) else ""
        default = entry.get("default")
        shown = json.dumps(default) if default not in (None, "", []) and not isinstance(default, dict) else ""
        lines.append(f"| `{key}` | {needed} | {shown} | {entry['description']} |")
    return "\n".join(lines)
