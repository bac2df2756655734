"""What a user waits for: the help, and a run with all its files, warm and for the first time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

from benchmarks import clock


def _sim(*words: str, **environment: str) -> None:
    """Run the command ``sim`` of this interpreter, without what it prints."""
    beside = Path(sys.executable).with_name("sim")
    command = [str(beside)] if beside.exists() else [sys.executable, "-m", "sim"]
    subprocess.run(
        [*command, *words],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | environment,
    )


def help_seconds() -> float:
    """Return seconds until ``sim --help`` has answered: the median of nine."""
    return clock.median(lambda: _sim("--help"), 9)


def run_warm() -> float:
    """Return seconds of ``sim run baseline --runs 200`` once compiled: the median of three."""
    with tempfile.TemporaryDirectory() as folder:
        _sim("run", "baseline", "--runs", "1", "--out", folder)  # compiles if need be
        # A result that is there already would be read and not run: each has a place of its own.
        places = (f"{folder}/{number}" for number in count())
        return clock.median(
            lambda: _sim("run", "baseline", "--runs", "200", "--out", next(places)), 3
        )


def run_cold() -> float:
    """Return seconds of the same run where nothing has been compiled, once."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("run", "baseline", "--runs", "200", "--out", folder)
        return clock.best(lambda: _sim(*words, SIM_CACHE_DIR=f"{folder}/cache"), 1)
