"""`landbridge serve` as a person starts and ends it, and what it leaves behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from landbridge.study import check_study, open_study
from landbridge.study.settings import Change, WhatIf
from landbridge.study.what_if_save import _insert, _write_entry
from studies import write_small_study


@contextmanager
def serving(*words: str, cache: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command running, and the address that it prints."""
    command = [sys.executable, "-m", "landbridge", "serve", "--no-browser", "--port", "0", *words]
    environment = {**os.environ, "LANDBRIDGE_CACHE": str(cache)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            yield process, found[0]
        finally:
            process.kill()


def wait_gone(process: int) -> bool:
    """Whether a process is gone, or soon is."""
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_1_it_starts_answers_and_ends(tmp_path: Path, number: int, code: int) -> None:
    """It prints its address, answers there, and leaves at Ctrl-C with the job that it was doing ended."""
    study = write_small_study(tmp_path)
    with serving(str(study), cache=tmp_path / "cache") as (process, address):
        with httpx.Client(base_url=address, trust_env=False, timeout=60.0) as ask:
            for _ in range(100):
                try:
                    assert ask.get("/api/study").json()["name"] == "small"
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            job = ask.post("/api/jobs", json={"kind": "futures", "n": 150_000}).json()["id"]
            while ask.get(f"/api/jobs/{job}").json()["state"] == "waiting":
                time.sleep(0.02)
        workers = _list_children(process.pid)
        process.send_signal(number)
        assert process.wait(20.0) == code
        assert all(wait_gone(worker) for worker in workers)


def _list_children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def test_2_an_address_that_others_reach_comes_with_a_token(tmp_path: Path) -> None:
    """The token is in the address that is printed, and nothing is answered without it."""
    study = write_small_study(tmp_path)
    with serving(str(study), "--host", "0.0.0.0", cache=tmp_path / "cache") as (_, address):
        found = re.search(r":(\d+)/\?token=(\S+)", address)
        assert found is not None
        url = f"http://127.0.0.1:{found[1]}/api/jobs"
        for _ in range(100):
            try:
                assert httpx.get(url, trust_env=False).status_code == 401
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        bearer = {"authorization": f"Bearer {found[2]}"}
        assert httpx.get(url, headers=bearer, trust_env=False).status_code == 200


WHAT_IF = WhatIf(title="A: b", base="today", changes=(Change(kind="state", id="STH", to="shut"),))


@pytest.mark.parametrize(
    "text",
    [
        "id: x\n",
        "id: x",
        "id: x\nwhat_ifs: {}\nyears: [2024]\n",
        "id: x\nwhat_ifs:\n  old:\n    title: t\n    base: b\n# said here\n\nyears: [2024]\n",
        "id: x\nwhat_ifs:\n    old:\n        title: t\n        changes:\n            - {kind: gate}\n",
    ],
)
def test_3_a_what_if_is_added_wherever_there_is_room(text: str) -> None:
    """Whatever the file looks like: the entry is added, the rest stays as it is."""
    import yaml

    after = _insert(text, _write_entry("new", WHAT_IF), Path("study"))
    found, former = yaml.safe_load(after), yaml.safe_load(text)
    new = found["what_ifs"].pop("new")
    assert new == {
        "title": "A: b",
        "base": "today",
        "changes": [{"kind": "state", "id": "STH", "to": "shut"}],
    }
    assert {key: value or {} for key, value in found.items()} == {"what_ifs": {}} | {
        key: value or {} for key, value in former.items()
    }
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]


def test_4_what_ifs_of_a_study_are_checked(tmp_path: Path) -> None:
    """Unknown bases and things, and a name that a scenario has, are faults with their lines."""
    block = """\
what_ifs:
  today: {title: t, base: today, changes: [{kind: state, id: STH, to: shut}]}
  bad:
    title: t
    base: tody
    changes:
      - {kind: gate, id: gap-opn, to: open}
      - {kind: link, id: west--gap-rail, to: partial}
reference_scenario"""
    study = write_small_study(tmp_path, ("study", "reference_scenario", block))
    faults = [fault for fault in check_study(study) if fault.severity == "error"]
    assert [(fault.code, fault.column) for fault in faults] == [
        ("LB-S016", "what_ifs.today"),
        ("LB-S015", "what_ifs.bad.base"),
        ("LB-S015", "what_ifs.bad.changes.0.id"),
        ("LB-S016", "what_ifs.bad.changes.1.share"),
    ]
    assert all(fault.row > 0 for fault in faults)
    mended = write_small_study(
        tmp_path / "mended",
        (
            "study",
            "reference_scenario",
            "what_ifs:\n  a: {title: t, base: today, changes: [{kind: state, id: STH, to: shut}]}\nreference_scenario",
        ),
    )
    assert open_study(mended).settings.what_ifs["a"].changes[0].allowed == 0.0
