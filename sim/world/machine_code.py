"""Where machine code is kept, and how it is kept from harm.

What numba stores is pickled, and a pickle can execute anything when it is read. So a folder is used
only if it is this user's own and nobody else can write to it or to a folder above it. Every file
ends in the SHA-256 of what stands before it, so that a damaged one is seen before it is run; then
the folder is emptied and all is compiled again.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import pickle
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba.core import caching

_numba: Any = caching  # numba is untyped

HOME = "SIM_CACHE_DIR"
"""Variable that names the folder for machine code."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_SEAL = hashlib.sha256().digest_size


def folder(name: str) -> Path | None:
    """Return a folder that is safe to read machine code from, None where there is none.

    Tried in turn: the folder that ``SIM_CACHE_DIR`` or ``XDG_CACHE_HOME`` names, or ``~/.cache``
    where neither is set, and one of this user's in the folder for temporary files.

    Parameters
    ----------
    name : str
        Of the last part.
    """
    for base in _bases():
        found = private(base, name)
        if found is not None:
            return found
        if str(base) == os.environ.get(HOME):
            say(
                f"{base} ({HOME}) is not used for compiled code: nobody but this user may own or "
                "write it, or write a folder above it"
            )
    say("compiled code can be stored nowhere: it is compiled anew, for half a minute, at each call")
    return None


def _bases() -> Iterator[Path]:
    named, usual = os.environ.get(HOME), os.environ.get("XDG_CACHE_HOME")
    if named:
        yield Path(named)
    elif usual and Path(usual).is_absolute():
        yield Path(usual)
    else:
        # An empty HOME would mean the current folder, which may be somebody else's download.
        with suppress(RuntimeError):  # no home can be told
            home = Path.home()
            if home.is_absolute():
                yield home / ".cache"
    with suppress(FileNotFoundError):  # nor a place for temporary files
        yield Path(tempfile.gettempdir()) / f"open-model-sim-{os.geteuid()}"


def private(base: Path, name: str) -> Path | None:
    """Return ``BASE/open-model-sim/NAME``, made if missing, or None where it is not safe.

    Parameters
    ----------
    base : Path
    name : str
    """
    try:
        base = base.absolute()
        for new in reversed([place for place in (base, *base.parents) if not place.exists()]):
            new.mkdir(mode=0o700, exist_ok=True)
        base = base.resolve(strict=True)
        if not all(_is_guarded(place) for place in (base, *base.parents)):
            return None
        place = base
        for part in ("open-model-sim", name):
            place /= part
            place.mkdir(mode=0o700, exist_ok=True)
            if not _is_own(place):
                return None
    except OSError:
        return None
    return place if os.access(place, os.W_OK | os.X_OK) else None


def _is_own(place: Path) -> bool:
    """Return whether a path is a folder, no link, of this user, that nobody else can write."""
    about = place.lstat()
    mine = about.st_uid == os.geteuid()
    return stat.S_ISDIR(about.st_mode) and mine and not about.st_mode & _OTHERS_WRITE


def _is_guarded(place: Path) -> bool:
    """Return whether nobody but this user and root can replace what this user has in a folder."""
    about = place.lstat()
    trusted = about.st_uid in (0, os.geteuid())
    return trusted and bool(not about.st_mode & _OTHERS_WRITE or about.st_mode & stat.S_ISVTX)


@cache
def say(message: str) -> None:
    """Say something once on standard error, where this is no worker of another process."""
    if multiprocessing.parent_process() is None and sys.stderr is not None:
        sys.stderr.write(f"sim: {message}\n")


class Damaged(Exception):  # noqa: N818 - it says what was found
    """A file of machine code is not what was written."""


class Cache(_numba.FunctionCache):
    """Numba's cache of one function, with sealed files.

    Parameters
    ----------
    function : callable
        Python function whose machine code is stored.
    """

    _cache_file: Any

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        plain = self._cache_file
        self._cache_file = _Sealed(
            plain._cache_path,  # noqa: SLF001 - numba's own, with no public name
            self._impl.filename_base,
            plain._source_stamp,  # noqa: SLF001
        )

    def load_overload(self, sig: object, target_context: object) -> object:
        """Return the machine code of one signature, or None where it must be compiled."""
        try:
            return super().load_overload(sig, target_context)
        except (MemoryError, OSError):
            raise
        except Exception:  # noqa: BLE001 - a damaged pickle may raise anything
            self._start_anew()
        return None

    def save_overload(self, sig: object, data: object) -> None:
        """Store the machine code of one signature, unless the disk takes nothing."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            say(f"compiled code cannot be stored: {error.strerror or error}")

    def _start_anew(self) -> None:
        """Remove all machine code in the folder: what damaged one file may have damaged others."""
        place = Path(self._cache_path).parent
        say(f"the compiled code in {place} was damaged; it was removed and is compiled again")
        for entry in place.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


class _Sealed(_numba.IndexDataCacheFile):
    """Numba's files of one function, each with the SHA-256 of its content at its end."""

    def _dump(self, obj: object) -> bytes:
        content: bytes = super()._dump(obj)
        return content + hashlib.sha256(content).digest()

    def _load_index(self) -> dict[Any, str]:
        try:
            file = io.BytesIO(_content(self._index_path))
        except FileNotFoundError:
            return {}
        version = pickle.load(file)  # noqa: S301 - from a folder that only this user writes
        if version != self._version:
            return {}
        stamp, overloads = pickle.loads(_opened(file.read()))  # noqa: S301 - the same
        return overloads if stamp == self._source_stamp else {}

    def _load_data(self, name: str) -> object:
        return pickle.loads(_opened(_content(self._data_path(name))))  # noqa: S301 - the same


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except IsADirectoryError as error:
        raise Damaged("a folder in the place of a file") from error


def _opened(sealed: bytes) -> bytes:
    content, seal = sealed[:-_SEAL], sealed[-_SEAL:]
    if hashlib.sha256(content).digest() != seal:
        raise Damaged("not the bytes that were written")
    return content
