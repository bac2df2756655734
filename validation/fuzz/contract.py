"""What every input must end in: a value or the project's own error, soon, and nothing written.

An error is one line a problem, short, and safe to print. Time is that of the processor, so that a
busy machine makes no failure. What Python opens, makes, moves or removes is seen by an audit hook.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

from sim.errors import LONGEST_MESSAGE, InputError, SimError, is_printable

PATIENCE = 10.0
"""Seconds of processor time that one input may take."""

ROOM = 2 << 30
"""Bytes by which the memory of the process may grow over all inputs."""

LONGEST = 6 * LONGEST_MESSAGE
"""Characters of one problem: a path, a message, and a hint that may list what there is."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MOVING: dict[str, tuple[int, int | None]] = {
    "os.mkdir": (0, 2), "os.remove": (0, 1), "os.rmdir": (0, 1), "os.rename": (1, 3),
    "os.link": (1, 3), "os.symlink": (1, 2), "os.truncate": (0, None), "os.chmod": (0, 2),
}  # fmt: skip
"""Where an event names what it changes, and the open folder beside which that stands."""

_NEVER = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect"}


class _Stop(BaseException):
    """The contract was broken; no handler of errors may take it for one of its own."""


@dataclass(frozen=True)
class Failure:
    """How an input broke the contract.

    Parameters
    ----------
    what : str
        The error, or what else was wrong.
    where : str
        Last line of the project that was at work.
    """

    what: str
    where: str


class Contract:
    """The contract, while it holds: ``with Contract() as contract``.

    The current folder is an empty one in which nothing may appear, and inputs lie in another,
    `given`. The system's own temporary files go to a third.
    """

    def __init__(self) -> None:
        self._holding = tempfile.TemporaryDirectory(prefix="fuzz-")
        base = Path(self._holding.name).resolve()
        self.given, self.here, self._temporary = (base / n for n in ("given", "here", "temporary"))
        self._is_watching = False

    def __enter__(self) -> Self:
        for folder in (self.given, self.here, self._temporary):
            folder.mkdir()
        self._before = Path.cwd(), tempfile.tempdir, resource.getrlimit(resource.RLIMIT_AS)
        os.chdir(self.here)
        tempfile.tempdir = str(self._temporary)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (most, self._before[2][1]))
        self._handler = signal.signal(signal.SIGPROF, _too_long)
        self._writes = sys.dont_write_bytecode
        sys.dont_write_bytecode = False  # what a user's code leaves behind shows too
        sys.addaudithook(self._watch)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._handler)
        sys.dont_write_bytecode = self._writes
        folder, tempfile.tempdir, limits = self._before
        resource.setrlimit(resource.RLIMIT_AS, limits)
        os.chdir(folder)
        self._holding.cleanup()

    def clear(self) -> None:
        """Take the files of an input away."""
        for file in self.given.iterdir():
            file.unlink() if not file.is_dir() else shutil.rmtree(file)

    def outcome(self, read: Callable[[], object]) -> tuple[Failure | None, bool]:
        """Read one input; return how that broke the contract, if it did, and if it was refused."""
        before = set(os.listdir(self.given))  # noqa: PTH208 - once an input
        refused = False
        try:
            with self._watched(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read()
        except SimError as error:
            found, refused = _unfit(error), True
            if found:
                return Failure(found, _where(error)), True
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return Failure(f"{type(error).__name__}: {str(error)[:300]}", _where(error)), True
        appeared = {*os.listdir(self.given)} - before | {*os.listdir(self.here)}  # noqa: PTH208
        return (Failure(f"wrote {sorted(appeared)}", "") if appeared else None), refused

    @contextmanager
    def _watched(self) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        self._is_watching = True
        try:
            yield
        finally:
            self._is_watching = False
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _watch(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._is_watching:
            return
        if event in _NEVER:
            raise _Stop(f"{event} {args[:1]}")
        writes = event == "open" and isinstance(args[2], int) and args[2] & _WRITING
        if writes and not self._may_write(args[0]):
            raise _Stop(f"wrote outside: {event} {args[0]!r}")
        if event in _MOVING:
            at, folder = _MOVING[event]
            beside = args[folder] if folder is not None and args[folder] >= 0 else None
            if not self._may_write(args[at], beside):
                raise _Stop(f"wrote outside: {event} {args[at]!r}")

    def _may_write(self, path: object, beside: int | None = None) -> bool:
        """Return whether a path may be written; it may stand beside a folder that is open."""
        if isinstance(path, int):  # a file that is open already
            return True
        start = "" if beside is None else os.readlink(f"/proc/self/fd/{beside}")  # noqa: PTH115
        text = os.path.abspath(os.path.join(start, os.fsdecode(path)))  # type: ignore[call-overload]  # noqa: PTH100, PTH118
        # Modules of the project that are imported late are compiled beside their source.
        is_compiled = "__pycache__" in text and not text.startswith(self._holding.name)
        return is_compiled or text == os.devnull or text.startswith(str(self._temporary))


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise _Stop(f"took more than {PATIENCE:g} seconds of processor time")


def _unfit(error: SimError) -> str:
    """Return what is wrong with a message; empty if it is fit to be shown."""
    said = error.problems if isinstance(error, InputError) else (error,)
    if not said:
        return "an error without a problem"
    for line in map(str, said):
        if "\n" in line:
            return f"a message of several lines: {line[:300]!r}"
        if not is_printable(line):
            return f"a message that commands a terminal: {line[:300]!r}"
        if not line.strip() or len(line) > LONGEST:
            return f"a message of {len(line):,} characters: {line[:300]!r}"
        with suppress(UnicodeEncodeError):
            line.encode()
            continue
        return f"a message that cannot be written: {line[:300]!r}"
    return ""


def _where(error: BaseException) -> str:
    """Return the last line of the project that an error passed."""
    found, trace = "", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if "sim" in file.parts:
            parts = file.parts
            place = len(parts) - 1 - parts[::-1].index("sim")
            found = f"{'/'.join(parts[place:])}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
