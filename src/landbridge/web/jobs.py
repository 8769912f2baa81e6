"""Long work: each job in a process of its own, its state on disk, one at a time, cancelled by ending it.

A job is named by what it does: who asks for the same again finds the same job, done or on its way.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from landbridge.errors import UnknownId
from landbridge.study.cache import hash_package, hash_rooms
from landbridge.tables import write_whole
from landbridge.web import store

KEPT = 40
"""Finished jobs that stay on disk; the oldest go first."""
PATIENCE_S = 3.0
"""What a process that is told to end has time for."""
LIVING = ("waiting", "running")


class Jobs:
    """The jobs of a study.

    Parameters
    ----------
    folder
        Where jobs stand, a folder each.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._changed = Condition()
        self._waiting: list[str] = []
        self._process: tuple[str, subprocess.Popen[bytes]] | None = None
        self._ended = False
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to work; jobs that a former server left unfinished are told as failed."""
        for name in self._list_names():
            state = self._read(name, "state.json") or {}
            if state.get("state") in LIVING and not _is_alive(state.get("server", "")):
                self._tell(name, state="failed", words="the server ended before the job was done")
        self._thread = Thread(target=self._work, name="landbridge-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the job that is running, and start no other."""
        with self._changed:
            self._ended = True
            running = self._process
            waiting, self._waiting = self._waiting, []
            self._changed.notify_all()
        for name in waiting:
            self._tell(name, state="cancelled", words="the server ended")
        if running is not None:
            _end(running[1])
        if self._thread is not None:
            self._thread.join(2.0 * PATIENCE_S)

    def submit(
        self, kind: str, study: Path, inputs: Mapping[str, str], args: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Put a job into the queue, unless it is there or done; gives how it stands.

        ``inputs`` are the hashes of the study, so that an edited study has jobs of its own.
        """
        rooms = hash_rooms("demand", "indicators", "study", "report")
        content = json.dumps([kind, dict(inputs), dict(args), hash_package(), rooms], sort_keys=True)
        name = f"{kind}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
        with self._changed:
            state = (self._read(name, "state.json") or {}).get("state")
            if state == "done" or (state in LIVING and self._is_ours(name)):
                return self.get(name)
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir(parents=True)
            asked = {"kind": kind, "study": str(study), "args": dict(args), "asked": time.time()}
            write_whole(self.folder / name / "job.json", json.dumps(asked))
            self._tell(name, state="waiting", words="")
            self._waiting.append(name)
            self._sweep()
            self._changed.notify_all()
        return self.get(name)

    def get(self, name: str) -> dict[str, Any]:
        """How a job stands, with its result once it is done.

        Raises
        ------
        UnknownId
            If there is no such job.
        """
        asked, state = (self._read(name, file) for file in ("job.json", "state.json"))
        if asked is None or state is None:
            raise UnknownId(name, self._list_names(), kind="job", where="the server")
        progress = self._read(name, "progress.json") or {}
        is_done = state["state"] == "done"
        return {
            "id": name,
            "kind": asked["kind"],
            "args": asked["args"],
            "state": state["state"],
            "stage": progress.get("stage", ""),
            "done": progress.get("done", 0),
            "total": progress.get("total", 0),
            "words": state["words"] or progress.get("words", ""),
            "asked": asked["asked"],
            "started": state.get("started"),
            "finished": state.get("finished"),
            "result": self._read(name, "result.json") if is_done else None,
            "error": self._read(name, "error.json") if state["state"] == "failed" else None,
        }

    def list_all(self) -> list[dict[str, Any]]:
        """All jobs without their results, the latest first."""
        found = []
        for name in self._list_names():
            with contextlib.suppress(UnknownId):
                found.append({**self.get(name), "result": None})
        return sorted(found, key=lambda job: -job["asked"])

    def cancel(self, name: str) -> dict[str, Any]:
        """End a job that waits or runs; gives how it stands then. One that is done stays so."""
        state = self.get(name)["state"]
        with self._changed:
            running = self._process if self._process and self._process[0] == name else None
            if name in self._waiting:
                self._waiting.remove(name)
                self._tell(name, state="cancelled", words="cancelled before it began")
            elif state == "running" and running is None and self._is_ours(name):
                self._tell(name, state="cancelled", words="cancelled")
        if running is not None:
            self._tell(name, state="cancelled", words="cancelled")
            _end(running[1])
        return self.get(name)

    def get_file(self, name: str, file: str) -> Path | None:
        """A file that a finished job left, if there is one."""
        path = self.folder / name / file
        return path if self.get(name)["state"] == "done" and path.is_file() else None

    def find_latest(self, kind: str) -> dict[str, Any] | None:
        """The job of a kind that was done last."""
        done = [job for job in self.list_all() if job["kind"] == kind and job["state"] == "done"]
        return self.get(max(done, key=lambda job: job["finished"] or 0.0)["id"]) if done else None

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if self._ended:
                    return
                name = self._waiting.pop(0)
                self._tell(name, state="running", words="", started=time.time())
                process = self._launch(name)
                self._process = (name, process)
            code = process.wait()
            with self._changed:
                self._process = None
                if (self._read(name, "state.json") or {}).get("state") == "running":
                    self._close(name, code)

    def _launch(self, name: str) -> subprocess.Popen[bytes]:
        folder = self.folder / name
        with (folder / "log.txt").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "landbridge.web.work", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _close(self, name: str, code: int) -> None:
        """Tell how a job that ended by itself went."""
        now = time.time()
        if code == 0 and (self.folder / name / "result.json").is_file():
            self._tell(name, state="done", words="", finished=now)
            return
        error = self._read(name, "error.json")
        if error is None:
            error = {
                "code": "LB-X000",
                "what": f"the job ended with code {code}.",
                "where": str(self.folder / name / "log.txt"),
                "mend": "its log shows the details; please report them.",
            }
            store.keep(self.folder / name, "error", error)
        self._tell(name, state="failed", words=error["what"], finished=now)

    def _tell(self, name: str, **more: Any) -> None:
        former = self._read(name, "state.json") or {}
        write_whole(self.folder / name / "state.json", json.dumps({**former, **more, "server": self.server}))

    def _is_ours(self, name: str) -> bool:
        server = str((self._read(name, "state.json") or {}).get("server", ""))
        return server == self.server or _is_alive(server)

    def _read(self, name: str, file: str) -> Any:
        return store.find(self.folder / name, file.removesuffix(".json")) if store.is_name(name) else None

    def _list_names(self) -> list[str]:
        return sorted(path.parent.name for path in self.folder.glob("*/job.json"))

    def _sweep(self) -> None:
        """Let go of the oldest finished jobs."""
        finished = [job for job in self.list_all() if job["state"] not in LIVING]
        for job in finished[KEPT:]:
            shutil.rmtree(self.folder / job["id"], ignore_errors=True)


def _is_alive(server: str) -> bool:
    """Whether the process of another server still runs."""
    number = server.split("-")[0]
    if not number.isdigit() or int(number) in (0, os.getpid()):
        return False
    try:
        os.kill(int(number), 0)
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: with a word, and then without."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            continue
        break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
