"""One study as the server holds it: opened at once, prepared behind the scenes, its states solved when asked
for.

Handlers run in threads. What takes long is worked out once for all who ask for it at the same time, at most
two solves go on at a time, and what was solved is kept: in memory as it is, on disk as the flows from which
it is at hand again after one evaluation. What computes is imported when it is first wanted, so that the page
is there at once.
"""

import hashlib
import json
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.errors import LandbridgeError, RequestRefused, UnknownId
from landbridge.study import Study, open_study
from landbridge.study.cache import hash_package, hash_rooms
from landbridge.study.settings import Change, WhatIf
from landbridge.study.study_view import find_state
from landbridge.web import store
from landbridge.web.jobs import Jobs
from landbridge.web.memo import Memo

if TYPE_CHECKING:
    from landbridge.indicators.marks import CorridorSums, StateShares
    from landbridge.indicators.solution import Solution
    from landbridge.process import GateState
    from landbridge.study.gate_view import RecordView
    from landbridge.study.prepare import Prepared
    from landbridge.study.results import Run
    from landbridge.study.welfare import WelfareBook

SOLVES = 2
"""States solved at a time; the kernels release the interpreter's lock."""
KEPT_STATES = 12
KEPT_ANSWERS = 512
KEPT_MB = 64.0
"""Answers that stay on disk for the next start."""
HEAD_START_S = 1.0
"""The first page is served before the study is prepared behind the scenes."""
PATIENCE_S = 5.0
"""How long the end of the server waits for a solve that nobody asked for."""
MOST_TOLD = 3


@dataclass(frozen=True)
class World:
    """A solved state with what it was solved from; its scenario is one of ``prepared``."""

    prepared: "Prepared"
    solution: "Solution"


@dataclass(frozen=True)
class Asked:
    """The state that a request means; ``what_if`` is an id or blank."""

    scenario: str
    year: int
    what_if: str = ""


class Session:
    """What all requests share."""

    def __init__(self, study: str | Path) -> None:
        self.study: Study = open_study(study)
        self._mark = _mark(self.study)
        self._made: Memo[Any] = Memo(32)
        self._worlds: Memo[World] = Memo(KEPT_STATES)
        self._answers: Memo[bytes] = Memo(KEPT_ANSWERS)
        self._solves = BoundedSemaphore(SOLVES)
        self._ahead: SimpleQueue[Asked | None] = SimpleQueue()
        self._looking: Thread | None = None
        self.writing = Lock()
        self.jobs = Jobs(self.store / "jobs")

    @property
    def store(self) -> Path:
        """Where the server keeps what belongs to this study."""
        return store.get_store(self.study.id)

    def start(self) -> None:
        """Begin to prepare the study and to solve the state that is looked at, its reference state if none
        is, so that the first request finds it.
        """

        def begin() -> None:
            time.sleep(HEAD_START_S)
            if self._ahead.empty():
                self._ahead.put(self.ask(None, None))
            while (asked := self._ahead.get()) is not None:
                if self._ahead.empty():  # only what was looked at last counts
                    self._look_ahead(asked)

        self.jobs.start()
        self._looking = Thread(target=begin, name="landbridge-ahead", daemon=True)
        self._looking.start()

    def look_ahead(self, asked: Asked) -> None:
        """Solve, behind the scenes, a state that is looked at: a what-if may start from it."""
        if not asked.what_if and self._worlds.find(asked) is None:
            self._ahead.put(asked)

    def _look_ahead(self, asked: Asked) -> None:
        try:
            world = self.get_world(asked)
            self._made.get("trial", lambda: self._try(world))
        except LandbridgeError:
            return  # whoever asks for it will be told

    def _try(self, world: World) -> None:
        """Solve a what-if that nobody asked for, so that the first that somebody asks for need not wait for
        what is compiled, read and sorted once.
        """
        from landbridge.study.map_view import describe_flows
        from landbridge.study.what_if import find_trial, solve_what_if
        from landbridge.study.what_if_view import list_turned, summarise
        from landbridge.web.geometry import draw_links

        change = find_trial(world.prepared, world.solution)
        if change is None:
            return
        what_if = WhatIf(title="", base=world.solution.scenario, changes=(change,))
        with self._solves:
            variant, after = solve_what_if(world.prepared, what_if, world.solution)
        summarise(world.solution, after, self.corridors)
        list_turned(world.solution, after, self.states, self.names)
        describe_flows(variant.prepared, after, self.corridors)
        draw_links(self.study)
        _ = self.record

    def stop(self) -> None:
        """End what is still going on."""
        self._ahead.put(None)
        self.jobs.stop()
        if self._looking is not None:
            # A thread that still solves while the interpreter ends takes the process down with it.
            self._looking.join(PATIENCE_S)

    def find_futures(self) -> "Run | None":
        """The results of the job of futures that was done last."""
        from landbridge.study.results import open_run

        job = self.jobs.find_latest("futures")
        return None if job is None else open_run(job["result"]["run"])

    @property
    def whole(self) -> "Prepared":
        """The study made ready to be solved, with routes of all pairs."""

        def make() -> Any:
            from landbridge.study.prepare import prepare

            return prepare(self.study)

        found: Prepared = self._made.get("whole", make)
        return found

    @property
    def prepared(self) -> "Prepared":
        """The study made ready to be solved, with routes of the pairs that ship anything."""

        def make() -> Any:
            from landbridge.study.what_if import keep_shipping

            return keep_shipping(self.whole)

        found: Prepared = self._made.get("prepared", make)
        return found

    @property
    def corridors(self) -> "CorridorSums":
        """Sums of the study's counted corridors."""

        def make() -> Any:
            from landbridge.indicators.marks import CorridorSums
            from landbridge.study.run import list_corridors

            p = self.prepared
            return CorridorSums(p.network, p.tables, list_corridors(p))

        found: CorridorSums = self._made.get("corridors", make)
        return found

    @property
    def states(self) -> "StateShares":
        """Shares of trade that cross each state."""

        def make() -> Any:
            from landbridge.indicators.marks import StateShares
            from landbridge.study.closures import build_elements

            return StateShares(build_elements(self.prepared))

        found: StateShares = self._made.get("states", make)
        return found

    @property
    def book(self) -> "WelfareBook":
        """Accounts of who gains."""

        def make() -> Any:
            from landbridge.study.welfare import WelfareBook

            return WelfareBook(self.prepared)

        found: WelfareBook = self._made.get("book", make)
        return found

    @property
    def names(self) -> dict[str, str]:
        """What zones and states are called."""

        def make() -> Any:
            from landbridge.web.basemap import read_state_names

            return read_state_names() | {
                str(row["id"]): str(row["name"]) for row in self.study.tables["zones"].rows()
            }

        found: dict[str, str] = self._made.get("names", make)
        return found

    @property
    def record(self) -> "RecordView":
        """Who said what, judged once."""

        def make() -> Any:
            from landbridge.study.gate_view import RecordView

            found = RecordView(self.study)
            _ = found.judged
            return found

        found: RecordView = self._made.get("record", make)
        return found

    def get_gates(self, asked: Asked) -> "Mapping[str, GateState]":
        """How gates stand in a state; nothing is solved for a scenario."""
        from landbridge.study.scenarios import resolve_scenario

        if not asked.what_if:
            return resolve_scenario(self.study, asked.scenario).gates
        world = self.get_world(asked)
        return world.prepared.scenarios[world.solution.scenario].gates

    def ask(self, scenario: str | None, year: int | None, what_if: str | None = None) -> Asked:
        """The state that a query means.

        Raises
        ------
        UnknownId
            If the scenario, the year or the what-if is not known.
        RequestRefused
            If several are not, or the what-if starts from another scenario.
        """
        if not what_if:
            return Asked(*find_state(self.study, scenario, year))
        base = self.get_what_if(what_if).base
        if scenario and scenario != base:
            raise RequestRefused(
                f"the what-if starts from scenario {base}, not from {scenario}.",
                where=what_if,
                mend=f"ask for scenario={base}, or leave it out.",
            )
        return Asked(*find_state(self.study, base, year), what_if)

    def get_what_if(self, name: str) -> WhatIf:
        """A what-if by its id, or one that was saved by its name.

        Raises
        ------
        UnknownId
            If there is none.
        """
        saved = self.study.settings.what_ifs
        if name in saved:
            return saved[name]
        found = store.find(self.store / "what-ifs", name)
        if found is None:
            raise UnknownId(name, saved, kind="what-if", where=f"study {self.study.id}")
        return WhatIf.model_validate(found)

    def keep_what_if(self, what_if: WhatIf) -> str:
        """Keep a what-if, so that its id restores it later; gives the id."""
        from landbridge.study.what_if import make_id

        name = make_id(what_if)
        store.keep(self.store / "what-ifs", name, what_if.model_dump(mode="json"))
        return name

    def get_world(self, asked: Asked) -> World:
        """One solved state; solved if it is not there yet."""
        return self._worlds.get(asked, lambda: self._solve(asked))

    def _solve(self, asked: Asked) -> World:
        if asked.what_if:
            from landbridge.study.what_if import solve_what_if

            base = self.get_world(Asked(asked.scenario, asked.year))
            what_if = self.get_what_if(asked.what_if)
            with self._solves:
                variant, solution = solve_what_if(base.prepared, what_if, base.solution)
            return World(variant.prepared, solution)
        from landbridge.study.run import solve_scenario
        from landbridge.study.warm_start import find_start, keep_start

        prepared = self.prepared
        with self._solves:
            start = find_start(prepared, asked.scenario, asked.year)
            solution = solve_scenario(prepared, asked.scenario, asked.year, start=start)
            if start is None:
                keep_start(prepared, solution)
        return World(prepared, solution)

    def find_for_pair(self, asked: Asked, origin: str, destination: str, class_id: str) -> "Prepared":
        """A study in which a pair has routes in the state that is asked for, whether it ships or not."""
        from landbridge.study.pair_view import find_place
        from landbridge.study.what_if import UNNAMED, add_what_if

        if not asked.what_if:
            return self.whole
        own = self.get_world(asked).prepared
        zones = own.network.zones
        ends = [find_place(own.study, name) for name in (origin, destination)]
        if all(end in zones for end in ends):
            o, d = (zones.index(end) for end in ends)
            if own.routes.find_group(own.classes.index[class_id], o, d) >= 0:
                return own
        what_if = self.get_what_if(asked.what_if)
        found: Prepared = self._made.get(
            ("whole", asked.what_if), lambda: add_what_if(self.whole, UNNAMED, what_if)
        )
        return found

    def use(self, study: Study) -> None:
        """Go on with a study that differs from the former one in its what-ifs alone."""
        self.study, self._mark = study, _mark(study)
        self._answers = Memo(KEPT_ANSWERS)

    def title(self, asked: Asked) -> str:
        """What a state is called on a map."""
        settings = self.study.settings
        title = settings.scenarios[asked.scenario].title
        if not asked.what_if:
            return title
        if asked.what_if in settings.what_ifs:
            return settings.what_ifs[asked.what_if].title
        changes = self.get_what_if(asked.what_if).changes
        told = [self._say_change(change) for change in changes[:MOST_TOLD]]
        more = [f"{len(changes) - MOST_TOLD} more"] if len(changes) > MOST_TOLD else []
        return f"{title}, what if: {'; '.join([*told, *more])}"

    def _say_change(self, change: Change) -> str:
        """A change in words, by the name of what is changed."""
        tables = self.study.tables
        name = change.id
        if change.kind == "gate":
            name = f"“{tables['gates'].row(change.id)['title']}”"
        elif change.kind == "port":
            name = str(tables["nodes"].row(change.id)["name"])
        elif change.kind in ("state", "trade"):
            name = f"{'transit' if change.kind == 'state' else 'trade'} of {self.names.get(name, name)}"
        return f"{name} {change.to if change.share is None else f'{change.share:.0%} open'}"

    def answer(self, key: Hashable, make: Callable[[], Any], *, on_disk: bool = False) -> bytes:
        """An answer as JSON text, written once for each key; ``on_disk`` ones outlive the server."""
        if not on_disk:
            return self._answers.get(key, lambda: write_json(make()))

        def fetch() -> bytes:
            name = hashlib.sha256(f"{self._mark}{key!r}".encode()).hexdigest()[:32]
            kept = store.find_bytes(self.store / "answers", name)
            if kept is None:
                kept = write_json(make())
                store.keep_bytes(self.store / "answers", name, kept, KEPT_MB)
            return kept

        return self._answers.get(key, fetch)

    def keep(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """An answer of any kind, made once for each key."""
        return self._answers.get(key, make)


def _mark(study: Study) -> str:
    """What answers hang on: the study's files and the source that makes them."""
    rooms = hash_rooms("demand", "indicators", "study", "report", "web")
    return json.dumps([study.input_hashes(), hash_package(), rooms], sort_keys=True)


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
