"""Workers for chunks of states: processes of this machine, or a Dask cluster that stands already.

The model goes to every worker once, also to one that takes the place of another that died: it is a plugin of
the worker, and a task holds only its chunk. A worker that dies costs the chunks that it held, which others
take.
"""

import hashlib
import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from landbridge.errors import ClusterNotReached
from landbridge.study.cache import hash_package, hash_rooms
from landbridge.study.future_solve import Chunk, Model, Solved, Submit, _time_chunk

if TYPE_CHECKING:
    from distributed import Worker

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


def hash_code() -> str:
    """Hash of all code that a chunk passes through."""
    return hash_package() + hash_rooms("study", "indicators")


class _Carrier:
    """Holds the model on a worker; unpacked there at its first chunk.

    ``code`` is the hash of the package that made the model.
    """

    def __init__(self, name: str, code: str, packed: bytes) -> None:
        self.name, self.code, self.packed = name, code, packed
        self.model: Model | None = None

    def setup(self, worker: "Worker") -> None:
        """Nothing to do before the first chunk."""

    def get_model(self) -> Model:
        """The model, refused by a worker whose code is not that of the client: its numbers would differ."""
        if self.model is None:
            if hash_code() != self.code:
                mend = "install the same version on every worker, and start the workers again."
                raise ClusterNotReached("a worker runs another version of Landbridge.", mend=mend)
            self.model = pickle.loads(self.packed)  # noqa: S301 - packed by this package, sent by its own client
        return self.model


def _solve_on_worker(name: str, chunk: Chunk) -> tuple[Solved, float]:
    from distributed import get_worker

    carrier: Any = get_worker().plugins[name]
    return _time_chunk(carrier.get_model(), chunk)


@contextmanager
def open_cluster(model: Model, n_workers: int, address: str | None) -> Iterator[tuple[Submit, str, int]]:
    """A client of a scheduler, local or at ``address``, whose workers hold the model.

    Raises
    ------
    ClusterNotReached
        If no scheduler answers at ``address``, or it has no worker, or its workers cannot solve: other code,
        or a chunk that kills one worker after another.
    """
    import dask
    from distributed import Client, LocalCluster, WorkerPlugin, as_completed
    from distributed.scheduler import KilledWorker

    class Carrier(_Carrier, WorkerPlugin):
        """A plugin as Dask knows it."""

    # Named by its content: two clients of one scheduler must not solve with each other's model.
    packed = pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL)
    name = f"landbridge-{hashlib.sha256(packed).hexdigest()[:16]}"
    own = client = None
    try:
        if address is None:
            with dask.config.set({"distributed.nanny.pre-spawn-environ": _ENVIRON}):
                own = LocalCluster(
                    n_workers=n_workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    host="127.0.0.1",
                    silence_logs=logging.CRITICAL,
                )
        client = Client(own or address, timeout=REACH_S)
        client.wait_for_workers(1, timeout=REACH_S)
    except (OSError, TimeoutError, ValueError) as error:
        if client is not None:
            client.close()
        if own is not None:
            own.close()
        mend = "start the scheduler and its workers, or leave --cluster out."
        raise ClusterNotReached(f"no Dask worker answers: {error}.", where=str(address), mend=mend) from None
    try:
        client.register_plugin(Carrier(name, hash_code(), packed))

        where = f"{address}, dashboard {client.dashboard_link}" if address else f"{n_workers} processes"

        def submit(chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, Solved, float]]:
            by_key = {chunk.key: chunk for chunk in chunks}
            # The largest first, so that no worker is left with one at the end.
            ordered = sorted(chunks, key=lambda chunk: -len(chunk.states))
            tasks = [
                client.submit(_solve_on_worker, name, chunk, key=f"chunk-{chunk.key}", pure=False)
                for chunk in ordered
            ]
            try:
                for future, result in as_completed(tasks, with_results=True):
                    yield by_key[future.key.removeprefix("chunk-")], *result
                    future.release()
            except KilledWorker as error:
                what = f"a chunk lost its worker {error.allowed_failures + 1} times."
                mend = "give workers more memory (about 2 GB each); what is solved is stored and is not lost."
                raise ClusterNotReached(what, where=where, mend=mend) from None

        yield submit, where, len(client.scheduler_info(n_workers=-1)["workers"])
    finally:
        if address is not None:
            client.unregister_worker_plugin(name)
        client.close()
        if own is not None:
            own.close()
