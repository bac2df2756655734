"""What becomes of tasks when a pool breaks at the worst moment."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import SimpleNamespace

import pytest

from sim.ensemble import executors
from sim.ensemble.tasks import Task
from sim.errors import RunError


class Pool:
    """A pool that runs at once, and breaks when it is handed its task number ``accepts``."""

    _processes = None

    def __init__(self, accepts):
        self.accepts = accepts

    def submit(self, _, task):
        if self.accepts == 0:
            raise BrokenProcessPool("a process was killed")
        self.accepts -= 1
        done = Future()
        done.set_result(task.key.encode())
        return done

    def shutdown(self, **_):
        pass


@pytest.mark.parametrize("accepts", range(8))
def test_a_pool_that_breaks_while_it_is_handed_a_task_loses_none(accepts):
    pools = [Pool(accepts), Pool(99)]
    tasks = [Task(str(n), n, n + 1) for n in range(7)]
    start = partial(pools.pop, 0)
    done = list(executors._in_pool(start, executors._in_process, tasks, 2, executors.ATTEMPTS))
    assert sorted(content.decode() for _, content in done) == [task.key for task in tasks]
    assert all(task.key.encode() == content for task, content in done)


def test_pools_that_always_break_are_given_up():
    tasks = [Task(str(n), n, n + 1) for n in range(3)]

    class Lost(Pool):
        def submit(self, *_):
            done = Future()
            done.set_exception(BrokenProcessPool("a process was killed"))
            return done

    with pytest.raises(RunError, match="ended from outside"):
        list(executors._in_pool(partial(Lost, 1), str, tasks, 2, executors.ATTEMPTS))


class Client:
    """A cluster of one, on which every task fails, or whose connection breaks."""

    def __init__(self, status):
        self.status, self.key = status, "0"

    def __call__(self, *_, **__):
        return self

    def scheduler_info(self):
        return {"workers": {"one": {}}}

    def scatter(self, job, **_):
        return job

    def submit(self, *_, **__):
        return self

    def result(self):
        raise OSError(28, "No space left on device")

    def close(self):
        pass


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("error", "a task failed on a worker of the cluster: .*No space left on device"),
        ("pending", "the cluster at tcp://one:1 was lost: .*No space left on device"),
    ],
)
def test_an_error_on_a_worker_is_no_cluster_out_of_reach(monkeypatch, status, says):
    client = Client(status)
    dask = SimpleNamespace(Client=client, as_completed=iter, KilledWorker=KeyError)
    monkeypatch.setattr(executors.importlib, "import_module", lambda _: dask)
    with pytest.raises(RunError, match=says):
        list(executors._on_cluster(str, None, [Task("0", 0, 1)], 1, "tcp://one:1"))
