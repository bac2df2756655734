"""Which tests of the world are run: some of them only where rules are plain Python."""

from __future__ import annotations

import os

# They call rules one by one, each of which would have to be compiled by itself, for twenty seconds
# in all. `test_uncompiled` runs them in a process where nothing is compiled.
UNCOMPILED = ("test_by_hand.py", "test_changes.py", "test_small_worlds.py")
collect_ignore = [] if os.environ.get("NUMBA_DISABLE_JIT") == "1" else [*UNCOMPILED]
