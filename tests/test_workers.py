"""Tasks on one model: the same answers from threads and processes, and what stops a cluster is told."""

import os
import signal

import pytest

from landbridge.errors import ClusterNotReached
from landbridge.study.workers import THREADS, Threads, _Carrier, open_workers


def add(model: int, task: int) -> int:
    """Work: a sum."""
    return model + task


def die(model: int, task: int) -> int:
    """Work that ends its process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return model + task


TASKS = {str(n): n for n in range(7)}
SUMS = {key: n + 40 for key, n in TASKS.items()}


def test_threads_do_all_tasks():
    for threads in (THREADS, Threads(1)):
        assert dict(threads.run(40, add, TASKS)) == SUMS
        assert list(dict(threads.run(40, add, {}))) == []


def test_one_process_is_this_one():
    with open_workers(1) as here, open_workers(None) as threads:
        assert (here.count, here.words) == (1, "in this process")
        assert threads is THREADS


@pytest.mark.slow  # workers take seconds to start
def test_processes_carry_one_model_after_another_and_a_deadly_task_is_told():
    """Two models at once on one cluster do not meet; a task that kills every worker stops with its reason."""
    with open_workers(2) as workers:
        assert workers.count == 2
        first, second = workers.run(40, add, TASKS), workers.run(50, add, TASKS)
        begun = [next(first), next(second)]
        assert dict([begun[1], *second]) == {key: n + 50 for key, n in TASKS.items()}
        assert dict([begun[0], *first]) == SUMS
        with pytest.raises(ClusterNotReached, match="a task lost its worker") as caught:
            list(workers.run(40, die, {"only": 1}))
        assert "give workers more memory" in str(caught.value)


def test_a_worker_of_another_version_refuses():
    """It says so before it unpacks anything."""
    with pytest.raises(ClusterNotReached, match="another version"):
        _Carrier("model", "other code", b"").solve(1)


def test_a_cluster_that_does_not_answer_is_told():
    with (
        pytest.raises(ClusterNotReached, match="no Dask worker answers") as caught,
        open_workers(None, "nowhere"),
    ):
        pass
    assert "leave --cluster out" in str(caught.value)
