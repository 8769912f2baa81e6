"""One study as the server holds it: opened at once, prepared behind the scenes, its states solved when asked
for.

Handlers run in threads. What takes long is worked out once for all who ask for it at the same time, at most
two solves go on at a time, and what was solved is kept: in memory as it is, on disk as the flows from which
it is at hand again after one evaluation.
"""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import Any

import numpy as np

from landbridge.errors import LandbridgeError
from landbridge.study import Study, open_study
from landbridge.study.map_view import find_state
from landbridge.web.memo import Memo

SOLVES = 2
"""States solved at a time; the kernels release the interpreter's lock."""
KEPT_STATES = 12
KEPT_ANSWERS = 512


@dataclass(frozen=True)
class World:
    """A solved state with what it was solved from; its scenario is one of ``prepared``."""

    prepared: Any
    solution: Any


class Session:
    """What all requests share."""

    def __init__(self, study: str | Path) -> None:
        self.asked = study
        self.study: Study = open_study(study)
        self._made: Memo[Any] = Memo(8)
        self._worlds: Memo[World] = Memo(KEPT_STATES)
        self._answers: Memo[bytes] = Memo(KEPT_ANSWERS)
        self.solves = BoundedSemaphore(SOLVES)

    def start(self) -> None:
        """Begin to prepare the study and to solve its reference state, so that the first request finds it."""

        def begin() -> None:
            try:
                self.get_world(None, None, None)
            except LandbridgeError:
                return  # whoever asks for it will be told

        Thread(target=begin, name="landbridge-start", daemon=True).start()

    @property
    def prepared(self) -> Any:
        """The study made ready to be solved."""

        def make() -> Any:
            from landbridge.study.prepare import prepare

            return prepare(self.study)

        return self._made.get("prepared", make)

    @cached_property
    def corridors(self) -> list[Any]:
        """The study's counted corridors."""
        from landbridge.study.run import list_corridors

        return list_corridors(self.prepared)

    def get_world(self, scenario: str | None, year: int | None, what_if: str | None = None) -> World:
        """One solved state; that of a what-if if its id is given.

        Raises
        ------
        UnknownId
            If the scenario, the year or the what-if is not known.
        """
        name, when = find_state(self.study, scenario, year)
        return self._worlds.get((name, when, what_if or ""), lambda: self._solve(name, when))

    def _solve(self, scenario: str, year: int) -> World:
        from landbridge.study.run import solve_scenario
        from landbridge.study.warm_start import find_start, keep_start

        prepared = self.prepared
        with self.solves:
            start = find_start(prepared, scenario, year)
            solution = solve_scenario(prepared, scenario, year, start=start)
            if start is None:
                keep_start(prepared, solution)
        return World(prepared, solution)

    def answer(self, key: Hashable, make: Callable[[], Any]) -> bytes:
        """An answer as JSON text, written once for each key."""
        return self._answers.get(key, lambda: write_json(make()))


def write_json(content: Any) -> bytes:
    """Plain values as JSON; what is not a number becomes null."""
    return json.dumps(_plain(content), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """A value as JSON takes it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
