"""Which tests of the world are run: some of them only where rules are plain Python."""

from __future__ import annotations

import os

import numpy as np
import pytest

# They call rules one by one, each of which would have to be compiled by itself, for twenty seconds
# in all. `test_uncompiled` runs them in a process where nothing is compiled.
UNCOMPILED = (
    "test_changes.py", "test_choice_by_hand.py", "test_offers_by_hand.py", "test_policy_by_hand.py",
    "test_small_worlds.py", "test_supply_by_hand.py",
)  # fmt: skip
collect_ignore = [] if os.environ.get("NUMBA_DISABLE_JIT") == "1" else [*UNCOMPILED]


@pytest.fixture
def rng():
    """Return random numbers that are the same in every run."""
    return np.random.default_rng(20261129)
