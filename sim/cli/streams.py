"""Standard output and standard error that may be closed, full or without a reader."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from sim.errors import StoreError, reason


class ReaderGone(Exception):  # noqa: N818 - nothing is wrong
    """Whoever read standard output has read enough."""


class _Output(io.TextIOWrapper):
    """Standard output that names itself when it takes nothing."""

    def write(self, text: str) -> int:
        """Write a text; see `_named` for what is raised."""
        with _named(self):
            return super().write(text)

    def flush(self) -> None:
        """Hand on what was written; see `_named` for what is raised."""
        with _named(self):
            super().flush()


def guard() -> None:
    """Put a guarded stream in the place of standard output.

    Raises
    ------
    StoreError
        If it is closed: a file that is opened later would get its number, and the output with it.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    if sys.stdout is None:
        raise StoreError("standard output is closed")
    before = sys.stdout
    if isinstance(before, io.TextIOWrapper):
        # An old locale may give ASCII, in which names of nations and Greek letters do not exist.
        old = before.encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
        encoding, errors = ("utf-8", "replace") if old else (before.encoding, before.errors)
        lines = before.line_buffering
        sys.stdout = _Output(
            before.detach(), encoding=encoding, errors=errors, line_buffering=lines
        )


@contextmanager
def _named(stream: io.TextIOWrapper) -> Iterator[None]:
    """Turn what the system refuses into `ReaderGone`, or a StoreError that names the stream."""
    try:
        yield
    except OSError as error:
        _to_nowhere(stream)
        if isinstance(error, BrokenPipeError):
            raise ReaderGone from error
        raise StoreError(f"standard output cannot be written: {reason(error)}") from error


@contextmanager
def lenient() -> Iterator[None]:
    """Let words on standard error be lost where it takes nothing."""
    try:
        yield
        sys.stderr.flush()
    except OSError:
        _to_nowhere(sys.stderr)


def _to_nowhere(stream: TextIO) -> None:
    """Let the rest of a broken stream go nowhere, or Python would fail once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
