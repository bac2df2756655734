"""Real kills of real processes: the same command again gives the same table, to the byte."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

NATIONS = "BRA,CHN,KEN,USA"
SPEC = ("parameters.network=0.2:1.6:24", "--runs", "96", "--seed", "5", "--nations", NATIONS)
PARENTS, WORKERS = 5, 3
"""Real kills of each kind; ``make validate`` has sixty."""


def command(out, workers):
    return [
        sys.executable, "-m", "sim", "sweep", "baseline", "--vary", *SPEC,
        "--workers", str(workers), "--quiet", "--out", str(out),
    ]  # fmt: skip


def run(out, workers=1):
    return subprocess.run(command(out, workers), capture_output=True, text=True, check=False)


def seal(out):
    file = next(Path(out).rglob("outcomes.parquet"))
    table = pd.read_parquet(file)
    table = table.sort_values(list(table.columns)).reset_index(drop=True)
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


def children(process):
    """Return the processes that a process has started, as Linux lists them."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(word) for word in listed.split()]


def workers_of(process):
    """Return the worker processes of a sweep: not the tracker that multiprocessing starts."""
    found = []
    for pid in children(process):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in words:
            found.append(pid)
    return found


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    done = run(out)
    assert done.returncode == 0, done.stderr
    return seal(out)


def shards(out):
    return len(list(Path(out).rglob("shards/*.parquet")))


@pytest.mark.long
def test_the_parent_killed_at_random_moments(whole, tmp_path):
    """Kills are counted that met a running process; a sweep that is done begins anew elsewhere."""
    rng = np.random.default_rng(20261127)
    killed, longest = 0, 1.6
    out, seen, attempts = tmp_path / "0", [0], 0
    while killed < PARENTS:
        attempts += 1
        assert attempts < 4 * PARENTS, f"{killed} of {attempts} kills met a running process"
        process = subprocess.Popen(
            command(out, 1 + attempts % 2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(rng.uniform(0.4 * longest, longest))
        below = workers_of(process) if process.poll() is None else []
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        for _ in range(100):  # nobody is left behind
            if all(gone(pid) for pid in below):
                break
            time.sleep(0.05)
        assert all(gone(pid) for pid in below)
        seen.append(shards(out))
        assert seen == sorted(seen)  # nothing that was finished is lost
        if process.returncode == 0:
            assert seal(out) == whole
            out, seen, longest = tmp_path / str(attempts), [0], 0.8 * longest
    done = run(out, 2)
    assert done.returncode == 0, done.stderr
    assert seal(out) == whole


@pytest.mark.long
def test_workers_killed_at_random_moments(whole, tmp_path):
    """Kills are counted that a worker died of."""
    rng = np.random.default_rng(20261128)
    killed = attempts = 0
    out = tmp_path / "0"
    while killed < WORKERS:
        attempts += 1
        assert attempts < 4 * WORKERS, f"{killed} workers killed in {attempts} sweeps"
        process = subprocess.Popen(
            command(out, 2), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        while process.poll() is None and killed < WORKERS:
            time.sleep(rng.uniform(0.3, 1.0))
            found = workers_of(process)
            if found and process.poll() is None:
                killed += ended(int(rng.choice(found)))
        _, said = process.communicate()
        assert process.returncode in (0, 3), said
        if process.returncode == 3:  # too often: one clear message, and nothing lost
            assert "what is finished is kept" in said
            assert "Traceback" not in said
        else:
            assert seal(out) == whole
            out = tmp_path / str(attempts)
    done = run(out, 2)
    assert done.returncode == 0, done.stderr
    assert seal(out) == whole


def ended(pid):
    """Kill a process, and return whether there was one that died of it."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
