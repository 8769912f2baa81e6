"""Workers for many tasks on one model: threads or processes of this machine, or a Dask cluster that stands
already.

A task is solved by one function of the model and the task, so results are the same wherever it runs. To
processes the model goes once, also to one that takes the place of another that died: it is a plugin of the
worker, and a task holds only what is its own. A worker that dies costs the tasks that it held, which others
take.
"""

import hashlib
import logging
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import uuid4

from landbridge.errors import ClusterNotReached
from landbridge.study.cache import hash_package, hash_rooms

if TYPE_CHECKING:
    from distributed import Client, Worker

_ENVIRON = {
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
}
"""Memory that a worker frees stays its own (Dask gives it back to the system at once).

Every evaluation asks for the same megabytes again, and half the time would go into pages.
"""
REACH_S = 20
"""Seconds to wait for a scheduler, and for its first worker."""

M = TypeVar("M")
T = TypeVar("T")
R = TypeVar("R")


class Workers(Protocol):
    """Somebody who solves tasks: ``words`` say where, for the progress; ``count`` how many at a time."""

    words: str
    count: int

    def run(self, model: M, work: Callable[[M, T], R], tasks: Mapping[str, T]) -> Iterator[tuple[str, R]]:
        """Solve all tasks, begun in their order, and yield the key and result of each as it is done.

        ``work`` is a function of a module: processes find it by its name.
        """


class Threads:
    """Workers in this process, where the kernels release the interpreter's lock; with one, no thread."""

    def __init__(self, count: int) -> None:
        self.words, self.count = "in this process", count

    def run(self, model: M, work: Callable[[M, T], R], tasks: Mapping[str, T]) -> Iterator[tuple[str, R]]:
        """See :class:`Workers`."""
        if self.count == 1:
            for key, task in tasks.items():
                yield key, work(model, task)
            return

        def solve(item: tuple[str, T]) -> tuple[str, R]:
            return item[0], work(model, item[1])

        with ThreadPoolExecutor(self.count) as pool:
            yield from pool.map(solve, tasks.items())


THREADS = Threads(2)
"""Who solves tasks if neither processes nor a cluster are asked for."""


@contextmanager
def open_workers(processes: int | None, cluster: str | None = None) -> Iterator[Workers]:
    """Processes of this machine (1: this one), the workers of the Dask scheduler at ``cluster``, or
    :data:`THREADS` if neither is asked for.

    Raises
    ------
    ClusterNotReached
        If no scheduler answers at ``cluster``, or it has no worker, or its workers cannot solve: other code,
        or a task that kills one worker after another.
    """
    if cluster is None and (processes is None or processes == 1):
        yield Threads(1) if processes else THREADS
        return
    import dask
    from distributed import Client, LocalCluster

    own = client = None
    try:
        if cluster is None:
            with dask.config.set({"distributed.nanny.pre-spawn-environ": _ENVIRON}):
                own = LocalCluster(
                    n_workers=processes,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    host="127.0.0.1",
                    silence_logs=logging.CRITICAL,
                )
        client = Client(own or cluster, timeout=REACH_S)
        client.wait_for_workers(1, timeout=REACH_S)
    except (OSError, TimeoutError, ValueError) as error:
        if client is not None:
            client.close()
        if own is not None:
            own.close()
        mend = "start the scheduler and its workers, or leave --cluster out."
        raise ClusterNotReached(f"no Dask worker answers: {error}.", where=str(cluster), mend=mend) from None
    try:
        words = f"{cluster}, dashboard {client.dashboard_link}" if cluster else f"{processes} processes"
        yield _Cluster(client, words)
    finally:
        client.close()
        if own is not None:
            own.close()


def hash_code() -> str:
    """Hash of all code that a task passes through."""
    return hash_package() + hash_rooms("study", "indicators")


class _Carrier:
    """Holds the model and its work on a worker; unpacked there at its first task.

    ``code`` is the hash of the package that made the model.
    """

    def __init__(self, name: str, code: str, packed: bytes) -> None:
        self.name, self.code, self.packed = name, code, packed
        self.unpacked: tuple[Any, Callable[[Any, Any], Any]] | None = None

    def setup(self, worker: "Worker") -> None:
        """Nothing to do before the first task."""

    def solve(self, task: Any) -> Any:
        """The task solved; refused by a worker whose code is not that of the client: its numbers would
        differ.
        """
        if self.unpacked is None:
            if hash_code() != self.code:
                mend = "install the same version on every worker, and start the workers again."
                raise ClusterNotReached("a worker runs another version of Landbridge.", mend=mend)
            self.unpacked = pickle.loads(self.packed)  # noqa: S301 - packed by this package, sent by its own client
        model, work = self.unpacked
        return work(model, task)


def _solve_on_worker(name: str, task: Any) -> Any:
    from distributed import get_worker

    carrier: Any = get_worker().plugins[name]
    return carrier.solve(task)


class _Cluster:
    """The workers of a Dask scheduler, local or not."""

    def __init__(self, client: "Client", words: str) -> None:
        self._client, self.words = client, words
        self.count = len(client.scheduler_info(n_workers=-1)["workers"])

    def run(self, model: M, work: Callable[[M, T], R], tasks: Mapping[str, T]) -> Iterator[tuple[str, R]]:
        """See :class:`Workers`."""
        from distributed import WorkerPlugin, as_completed
        from distributed.scheduler import KilledWorker

        class Carrier(_Carrier, WorkerPlugin):
            """A plugin as Dask knows it."""

        packed = pickle.dumps((model, work), protocol=pickle.HIGHEST_PROTOCOL)
        # Named by its content and by this call: two clients of one scheduler must not solve with each
        # other's model, nor take away the model of one that still solves.
        name = f"landbridge-{hashlib.sha256(packed).hexdigest()[:16]}-{uuid4().hex[:8]}"
        client = self._client
        client.register_plugin(Carrier(name, hash_code(), packed))
        try:
            waiting = [
                client.submit(_solve_on_worker, name, task, key=f"{name}-{key}", pure=False)
                for key, task in tasks.items()
            ]
            for future, result in as_completed(waiting, with_results=True):
                yield future.key.removeprefix(f"{name}-"), result
                future.release()
        except KilledWorker as error:
            what = f"a task lost its worker {error.allowed_failures + 1} times."
            mend = "give workers more memory (about 2 GB each); futures that are solved are stored."
            raise ClusterNotReached(what, where=self.words, mend=mend) from None
        finally:
            client.unregister_worker_plugin(name)
