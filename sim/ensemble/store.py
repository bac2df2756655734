"""The store of finished work: one file for each task that is done, whole and checked, or none.

A shard is written under another name, flushed to the disk and renamed. Its own name holds the key
of the task and the start of the SHA-256 of its bytes, so that a file that was cut short or damaged
is found by reading it. Two processes on one store write the same bytes under the same names.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sim.errors import StoreError, reason

FOLDER = "shards"
DAMAGED = ".damaged"
_SEAL = 16


class Store:
    """The shards in one folder.

    Parameters
    ----------
    folder : Path
        Shards stand in a folder of their own inside it.
    ending : str
        Of the shards' files.

    Raises
    ------
    StoreError
        If the folder cannot be made.
    """

    def __init__(self, folder: Path, ending: str = ".parquet") -> None:
        self.folder = folder / FOLDER
        self.ending = ending
        make_folder(self.folder)

    def find(self, keys: Iterable[str]) -> tuple[dict[str, Path], list[Path]]:
        """Return the sound shards of some tasks by key, and the damaged ones, set aside.

        Raises
        ------
        StoreError
            If the store cannot be read, or a damaged shard cannot be set aside.
        """
        wanted, sound, damaged = set(keys), {}, []
        with _told(self.folder):
            for file in sorted(self.folder.glob(f"*{self.ending}")):
                key, _, seal = file.stem.partition("-")
                if key not in wanted:
                    continue
                # A folder, a pipe or a link to nowhere may stand in its place.
                if file.is_file() and _seal(file.read_bytes()) == seal:
                    sound[key] = file
                else:
                    aside = file.with_suffix(DAMAGED)
                    file.replace(aside)
                    damaged.append(aside)
        return sound, damaged

    def put(self, key: str, content: bytes) -> Path:
        """Write a shard whole, or not at all, and return its path.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        place = self.folder / f"{key}-{_seal(content)}{self.ending}"
        write_whole(place, content)
        return place


def make_folder(folder: Path) -> None:
    """Make a folder with those above it.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_whole(place: Path, content: bytes) -> None:
    """Write a file under another name, flush it to the disk and rename it.

    Its folder is made if it is missing.

    Raises
    ------
    StoreError
        If it cannot be written; then nothing is left.
    """
    part = place.with_name(f".{place.name}.{uuid4().hex[:8]}")
    with _told(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _seal(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_SEAL]


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Turn what the system refuses into one clear message."""
    try:
        yield
    except OSError as error:
        message = f"{place} cannot be used: {reason(error)}; what is finished is kept"
        raise StoreError(message) from error


def digest(value: object) -> str:
    """Return the SHA-256 of plain data, in hexadecimal."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
