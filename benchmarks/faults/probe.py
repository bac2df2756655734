"""What an attempt is, and the two ways to make one: in this process and in one of its own."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

ROOT = Path(__file__).parents[2]
SIM = (sys.executable, "-m", "sim")
PATIENCE = 200
"""Seconds after which a command counts as hanging; the first of all may have to compile."""

TABLES = (".csv", ".parquet")
DRAWN = ("manifest.json",)
"""Files that hold times, and so differ between two runs of the same."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to break something.

    Parameters
    ----------
    name : str
        What is tried.
    make : callable
        Takes an empty folder; returns why the contract was broken, None where it was kept. Most are
        functions of what is tried, with the folder as the last argument.
    """

    name: str
    make: Callable[[Path], str | None]


_shared: dict[tuple[str, ...], Path] = {}
_ends: list[Callable[[], object]] = []
_filling = threading.Lock()


def shared(key: tuple[str, ...], fill: Callable[[Path], object]) -> Path:
    """Return a folder that is filled once and read by many attempts, until `clean` removes it.

    Parameters
    ----------
    key : tuple of str
        Tells one such folder from the others.
    fill : callable
        Takes the empty folder; where it raises, the folder is removed.
    """
    with _filling:
        if key not in _shared:
            folder = Path(mkdtemp(prefix="faults-shared-"))
            try:
                fill(folder)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            _shared[key] = folder
        return _shared[key]


def at_end(end: Callable[[], object]) -> None:
    """Let `clean` call what ends something that attempts share."""
    _ends.append(end)


def clean() -> None:
    """Remove the folders that attempts shared, and end what they shared beside them."""
    with _filling:
        while _ends:
            _ends.pop()()
        for folder in _shared.values():
            shutil.rmtree(folder, ignore_errors=True)
        _shared.clear()


def judged(
    code: int, said: str, printed: str, codes: Collection[int], says: str = "", lines: int = 1
) -> str | None:
    """Return why an outcome breaks the contract, or None.

    Parameters
    ----------
    code : int
        Exit code.
    said, printed : str
        Standard error and standard output.
    codes : collection of int
        Exit codes that are right.
    says : str
        What must be said, on either stream.
    lines : int
        Lines that standard error may have where something failed; one for each problem of a file.
    """
    both, count, end = said + printed, len(said.splitlines()), said[-300:]
    checks = (
        ("Traceback" in both or "Warning" in said, f"a traceback or a warning: {end}"),
        ("sim: unexpected " in said, f"nobody foresaw it: {end}"),
        (code not in codes, f"exit code {code} in place of {sorted(codes)}: {end}"),
        (says not in both, f"{says!r} is not said: {both[-300:]}"),
        (code == 3 and count > lines, f"{count} lines: {end}"),
        (
            any(ord(letter) < 32 and letter not in "\n\t" for letter in said),
            f"control characters are printed: {end!r}",
        ),
    )
    return next((why for broken, why in checks if broken), None)


def inside(
    words: Sequence[str],
    codes: Collection[int],
    folder: Path,
    *,
    says: str = "",
    leaves: int | None = None,
) -> str | None:
    """Make an attempt in this process: as the command does it, without its second of imports.

    Parameters
    ----------
    words : sequence of str
    codes : collection of int
    folder : Path
    says : str
    leaves : int, optional
        How many entries the folder may hold afterwards where the command failed.
    """
    code, said, printed = called(words, folder)
    broken = judged(code, said, printed, codes, says)
    left = sorted(entry.name for entry in folder.iterdir())
    if broken is None and code != 0 and leaves is not None and len(left) > leaves:
        return f"left behind: {left}"
    return broken


class _Slow(BaseException):
    """A command took too long; no handler of errors may catch it."""


def called(words: Sequence[str], folder: Path) -> tuple[int, str, str]:
    """Run a command line in this process and return its exit code, its errors and its output."""
    import sim.cli

    out, errors = io.StringIO(), io.StringIO()
    before = Path.cwd()

    def slow(*_: object) -> None:
        raise _Slow

    previous = signal.signal(signal.SIGALRM, slow)
    signal.alarm(PATIENCE)
    os.chdir(folder)
    try:
        with (
            contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors),
            warnings.catch_warnings(record=True) as warned,
        ):  # fmt: skip
            warnings.simplefilter("always")
            code = sim.cli._exit_code([str(word) for word in words])  # noqa: SLF001 - no process
    except _Slow:
        return 124, "it hangs", ""
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
        os.chdir(before)
    said = errors.getvalue() + "".join(
        f"Warning: {one.message}\n" for one in warned if issubclass(one.category, RuntimeWarning)
    )
    return code, said, out.getvalue()


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command of its own."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | more


def started(command: Sequence[object], folder: Path, **more: str) -> tuple[int, str, str]:
    """Run a program in a process and an environment of its own, and return what `called` does."""
    done = subprocess.run(
        [*map(str, command)], cwd=folder, env=environment(**more), capture_output=True,
        text=True, errors="replace", check=False, timeout=600, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stderr, done.stdout


def run(words: Sequence[str], folder: Path, **more: str) -> tuple[int, str, str]:
    """Run a command line in a process of its own, as `called` does."""
    return started((*SIM, *words), folder, **more)


def outside(words: Sequence[str], codes: Collection[int], folder: Path, **more: str) -> str | None:
    """Make an attempt in a process of its own, in an environment of its own."""
    return judged(*run(words, folder, **more), codes)


def shell(line: str, codes: Collection[int], folder: Path) -> str | None:
    """Make an attempt of a line of bash in which ``S`` is the command."""
    text = f'S() {{ {" ".join(SIM)} "$@"; }}\n{line}'
    return judged(*started(("bash", "-c", text), folder), codes)


seconds: dict[tuple[str, ...], float] = {}
"""How long the commands took whose folders `made` gives."""


def made(words: Sequence[str], how: Callable[..., tuple[int, str, str]] = called) -> Path:
    """Return a shared folder in which a command has run, by itself and undisturbed.

    Parameters
    ----------
    words : sequence of str
    how : callable
        `called` or `run`.
    """
    key = (how.__name__, *words)

    def fill(folder: Path) -> None:
        began = time.monotonic()
        code, said, _ = how(words, folder)
        seconds[key[1:]] = time.monotonic() - began
        if code != 0:
            raise RuntimeError(f"{words[0]} fails by itself: {said}")

    return shared(key, fill)


def copied(
    words: Sequence[str], folder: Path, how: Callable[..., tuple[int, str, str]] = called
) -> Path:
    """Copy what a command made into a folder, and return where it was made; arguments of `made`."""
    wanted = made(words, how)
    shutil.copytree(wanted, folder, dirs_exist_ok=True, symlinks=True)
    return wanted


def seal(folder: Path) -> str:
    """Return the SHA-256 of all tables below a folder, with their names."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        # Blocks may be there already, and a stage of a killed process stays for a day.
        inside_store = {"shards", "arms"} & set(parts) or any(p.startswith(".") for p in parts)
        if file.suffix in TABLES and file.is_file() and not file.is_symlink() and not inside_store:
            whole.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


def equal(folder: Path, wanted: Path) -> str | None:
    """Return what is wrong unless two folders hold the same tables."""
    return None if seal(folder) == seal(wanted) else f"other bytes in {folder} than in {wanted}"


def wait_for(process: subprocess.Popen[Any], seconds: float) -> bool:
    """Wait so long for a process and return whether it is still there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        time.sleep(0.005)
    return True


def chosen(attempts: Iterable[Attempt], every: int) -> list[Attempt]:
    """Return each N-th attempt, beginning with the first."""
    return list(attempts)[::every]
