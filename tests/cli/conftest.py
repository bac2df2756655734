"""The command as a user starts it: a process with arguments, streams and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REAL = [sys.executable, "-m", "sim"]
MADE_UP = [sys.executable, str(Path(__file__).with_name("made_up.py"))]


def environment(**more):
    return os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"} | more


@pytest.fixture
def sim(tmp_path):
    """Run ``sim`` in an empty folder and return what it did."""

    def call(*words, made_up=False, **more):
        return subprocess.run(
            [*(MADE_UP if made_up else REAL), *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment(**more),
            timeout=300,
        )

    return call
