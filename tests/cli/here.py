"""A command in the tests' own process, which saves the seconds of a start.

Other tests start the command as a user does: those of exit codes at signals, of closed pipes, of
places that take nothing, and of the examples of every page.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from benchmarks.faults.probe import called


class Done(NamedTuple):
    """What a command did, under the names of `subprocess`."""

    returncode: int
    stderr: str
    stdout: str


def sim(*words: str | Path, cwd: Path) -> Done:
    """Run a command in a folder."""
    return Done(*called([str(word) for word in words], cwd))
