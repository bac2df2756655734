"""Compiled code is never stale: an edited rule moves the kernel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.world import compiled

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numpy as np
from sim.world import numerics
from sim.world.rules import tally

builders, ceiling = np.array([[2.0]]), np.array([[8.0]])
out = np.empty((1, 1))
tally.adoption(builders, ceiling, out)
print(out[0, 0], numerics.exp(1.0))
"""


def test_the_cache_is_named_by_every_source(tmp_path):
    file = tmp_path / "rule.py"
    file.write_text("a = 1\n")
    before = compiled.digest([file])
    assert before == compiled.digest([file])
    file.write_text("a = 2\n")
    assert compiled.digest([file]) != before


def test_every_module_that_holds_a_rule_is_among_the_sources():
    named = {file.name for file in compiled.sources()}
    holders = {
        file.name
        for file in (ROOT / "sim").rglob("*.py")
        if "@rule" in (text := file.read_text()) or "@inlined" in text
    }
    assert holders <= named
    assert len(holders) > 8


@pytest.mark.slow
def test_an_edited_rule_moves_the_kernel(tmp_path):
    """In another process with its own cache: run, edit a rule that others call, run again."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim")
    environment = os.environ | {"SIM_CACHE_DIR": str(tmp_path / "cache")}

    def printed():
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [float(word) for word in done.stdout.split()]

    assert printed()[0] == 0.25
    assert printed()[0] == 0.25  # from the cache
    file = tmp_path / "sim" / "world" / "rules" / "tally.py"
    text = file.read_text()
    assert "builders[i, l] / ceiling[i, l]" in text
    file.write_text(text.replace("builders[i, l] / ceiling", "3.0 * builders[i, l] / ceiling"))
    assert printed()[0] == 0.75
