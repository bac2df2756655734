"""A command in the tests' own process, which saves the seconds of a start.

Other tests start the command as a user does: those of exit codes at signals, of closed pipes, of
places that take nothing, and of the examples of every page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.faults.probe import called
from tests.cli.made_up import REPLACED


class Done(NamedTuple):
    """What a command did, under the names of `subprocess`."""

    returncode: int
    stderr: str
    stdout: str


def sim(*words: str | Path, cwd: Path) -> Done:
    """Run a command in a folder."""
    return Done(*called([str(word) for word in words], cwd))


@contextlib.contextmanager
def made_up_world(**environment: str) -> Iterator[None]:
    """Put the made-up world of `made_up` in the place of the real one, with its settings."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for module, name, instead in REPLACED:
            monkeypatch.setattr(module, name, instead)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield
