"""A Dask cluster of two processes on this machine, one of them killed on the way."""

from __future__ import annotations

import os
import signal
import warnings

import pytest

from sim.ensemble.swept import OUTCOMES
from sim.errors import RunError
from sim.study.sweeps.sweep import sweep

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cluster,
    pytest.mark.usefixtures("undrawn"),
    # Dask leaves sockets and event loops to be collected.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def outcomes(done):
    return (done.folder / OUTCOMES).read_bytes()


@pytest.fixture(scope="module")
def cluster():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distributed = pytest.importorskip("distributed")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as made:
            yield made


def test_a_cluster_gives_the_same_bytes(cluster, small, tmp_path):
    here = sweep(small, out=tmp_path / "here")
    there = sweep(small, out=tmp_path / "there", cluster=cluster.scheduler_address)
    assert outcomes(there) == outcomes(here)


def test_a_worker_killed_on_the_way_is_missed_by_nobody(cluster, small, tmp_path):
    from dataclasses import replace

    longer = replace(small, runs=120)
    killed = []

    def kill_one(done, total, _):
        if not killed and 0 < done < total:
            nanny = next(iter(cluster.workers.values()))
            killed.append(nanny.process.pid)
            os.kill(nanny.process.pid, signal.SIGKILL)

    there = sweep(
        longer, out=tmp_path / "there", cluster=cluster.scheduler_address, progress=kill_one
    )
    assert killed
    assert outcomes(there) == outcomes(sweep(longer, out=tmp_path / "here"))


def test_no_cluster_there_is_one_clear_message(small, tmp_path, monkeypatch):
    from sim.ensemble import executors

    monkeypatch.setattr(executors, "PATIENCE", 1)
    with pytest.raises(RunError, match=r"the cluster at tcp://127\.0\.0\.1:9 cannot be reached"):
        sweep(small, out=tmp_path, cluster="tcp://127.0.0.1:9")
