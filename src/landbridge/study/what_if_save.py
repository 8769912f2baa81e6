"""Saving a what-if: written into the study.yaml of a folder of one's own, or as a piece of YAML to paste."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from landbridge.errors import Fault, RequestRefused, StudyInvalid, TargetNotEmpty
from landbridge.study.cache import find_arrays, store_arrays
from landbridge.study.folder import Study, copy_study, is_built_in, open_study
from landbridge.study.prepare import _make_key
from landbridge.study.settings import FILE, WhatIf
from landbridge.tables import write_whole

KEY = "what_ifs"


def write_yaml(name: str, what_if: WhatIf) -> str:
    """A what-if as it stands in study.yaml, with the heading ``what_ifs``."""
    return f"{KEY}:\n{_write_entry(name, what_if)}"


def _write_entry(name: str, what_if: WhatIf) -> str:
    plain: dict[str, Any] = {"title": what_if.title}
    if what_if.description:
        plain["description"] = what_if.description
    plain |= {"base": what_if.base, "changes": []}
    lines = yaml.safe_dump({name: plain}, sort_keys=False, allow_unicode=True, width=110).splitlines()
    text = "".join(f"  {line}\n" for line in lines if line.strip() != "changes: []") + "    changes:\n"
    for change in what_if.changes:
        values: Mapping[str, Any] = change.model_dump(mode="json", exclude_none=True)
        flow = yaml.safe_dump(dict(values), sort_keys=False, default_flow_style=True, width=1000)
        text += f"      - {flow.strip()}\n"
    return text


def save_what_if(study: Study, name: str, what_if: WhatIf, folder: Path) -> Study:
    """Write a what-if into a study and give that study, opened anew.

    A built-in study is left alone: the what-if goes into the copy at ``folder``, which is made if it is not
    there. The file is written whole, and only if the study can still be opened.

    Raises
    ------
    TargetNotEmpty
        If the study has a scenario or what-if of that name, or ``folder`` holds something else.
    StudyInvalid
        If the study would not be valid with it.
    """
    path = study.path
    if is_built_in(study):
        if not (folder / FILE).is_file():
            copy_study(study.path, folder)
        path = folder
    own = open_study(path)
    if name in own.settings.what_ifs or name in own.settings.scenarios:
        raise TargetNotEmpty(
            f'the study has a scenario "{name}" already.', where=str(path), mend="choose another name."
        )
    file, stored = path / FILE, find_arrays(_make_key(own))
    former = file.read_text(encoding="utf-8-sig")
    write_whole(file, _insert(former, _write_entry(name, what_if), path))
    try:
        saved = open_study(path)
    except StudyInvalid:
        write_whole(file, former)
        raise
    if stored is not None:
        # A what-if is no state that routes are sought for: what was prepared stays right.
        store_arrays(_make_key(saved), stored)
    return saved


def _insert(text: str, entry: str, path: Path) -> str:
    """The text of study.yaml with one more what-if; comments and the order of everything else stay."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        if key.value != KEY:
            continue
        if not isinstance(value, yaml.MappingNode) or (value.flow_style and value.value):
            fault = Fault("LB-S010", "the what-ifs are written in one line.", FILE, key.start_mark.line + 1)
            mend = "write each what-if on lines of its own."
            raise RequestRefused("the what-if cannot be added.", [fault], where=str(path), mend=mend)
        if not value.value:
            lines[key.start_mark.line] = f"{KEY}:\n{entry}"
            return "".join(lines)
        indent = value.value[0][0].start_mark.column
        own = entry if indent == 2 else _indent(entry, indent - 2)
        return "".join([*lines[: _find_end(value, lines)], own, *lines[_find_end(value, lines) :]])
    return "".join([*lines, "\n", f"{KEY}:\n", entry])


def _indent(entry: str, more: int) -> str:
    if more >= 0:
        return "".join(" " * more + line for line in entry.splitlines(keepends=True))
    return "".join(line[-more:] for line in entry.splitlines(keepends=True))


def _find_end(node: yaml.Node, lines: list[str]) -> int:
    """Line after the last one of a block that holds something."""
    end = min(node.end_mark.line + (1 if node.end_mark.column else 0), len(lines))
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
