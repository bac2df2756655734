"""Folders that are filled beside their place and put there when they are whole.

What is made is staged in a hidden folder and renamed when every file is there, so a reader never
meets half of it; whatever fails, the stage and the folders made for it are removed.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from sim.errors import StoreError, cited, printable, reason
from sim.study.seals import shown

LATEST = "latest"

LEFTOVER = 86_400.0
"""Seconds after which a stage is nobody's: its process may run on another machine."""

_STAGE = re.compile(r"\..+\.(\d+)-[0-9a-f]{8}")
"""Hidden name of what is staged: what it is for, its process, and something random."""


def _hidden(place: Path) -> Path:
    """Return a hidden name beside a place, by which what a killed process leaves can be told."""
    return place.parent / f".{place.name}.{os.getpid()}-{uuid4().hex[:8]}"


@contextmanager
def staged(place: Path, *, latest: bool = False) -> Iterator[Path]:
    """Give a path to write a file or folder at, and put it in its place when the block ends well.

    Parameters
    ----------
    place : Path
        What stands there steps aside, and comes back if the new one cannot be put there.
    latest : bool
        Whether the link ``latest`` beside it is to point to it.
    """
    stage = _hidden(place)
    new, link = stage / place.name, stage / f".{LATEST}"
    made = make_folders(place.parent)
    try:
        remove_leftovers(place.parent)
        stage.mkdir()
        yield new
        # All that can fail for want of room or rights comes before the first rename.
        link.symlink_to(place.name)
        swap(new, place, stage / ".old")
        made = []
        if latest:
            link.replace(place.parent / LATEST)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        for folder in made:
            with suppress(OSError):  # another run may have put something there
                folder.rmdir()


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed have staged: older than a day, by nobody alive."""
    for entry in folder.iterdir():
        found = _STAGE.fullmatch(entry.name)
        if found is None or _is_alive(int(found[1])):
            continue
        with suppress(FileNotFoundError):  # another process may be at it
            if time.time() - entry.lstat().st_mtime < LEFTOVER:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of another user
        return True
    return True


def make_folders(folder: Path) -> list[Path]:
    """Make a folder with those above it and return the new ones, deepest first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            made.insert(0, new)
    except OSError:
        for new in made:
            with suppress(OSError):
                new.rmdir()
        raise
    return made


def swap(stage: Path, place: Path, aside: Path) -> None:
    """Rename a finished stage to its place; an older result there steps aside until it is done."""
    if place.exists():
        place.rename(aside)
    try:
        stage.rename(place)
    except OSError:
        if aside.exists():
            aside.rename(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def point_latest(place: Path) -> None:
    """Let ``latest`` beside a folder point to it, in one step.

    Raises
    ------
    StoreError
        If it cannot be set.
    """
    link = _hidden(place.parent / LATEST)
    try:
        link.symlink_to(place.name)
        link.replace(place.parent / LATEST)
    except OSError as error:
        link.unlink(missing_ok=True)
        message = f"{shown(place.parent / LATEST)} cannot be set: {reason(error)}"
        raise StoreError(message) from error


def require_writable(out: Path) -> None:
    """Refuse at once what could not be written after minutes of work.

    Raises
    ------
    StoreError
        If the folder, or the first one above it that exists, is no folder or may not be written,
        a name is too long or the path is no text in UTF-8.
    """
    missing: list[str] = []
    try:
        place = out.absolute()
        while not (place.exists() or place.is_symlink()):
            missing.append(place.name)
            place = place.parent
        longest = os.pathconf(place, "PC_NAME_MAX")
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        if isinstance(error, FileNotFoundError):
            why = "the current folder does not exist any more"
        raise StoreError(f"{cited(str(out))} cannot be written: {why}") from error
    whole = str(out.absolute())
    try:
        whole.encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{printable(whole)} cannot be written: its name is no text in UTF-8; "
            "choose another folder"
        ) from error
    if not place.is_dir():
        raise StoreError(f"{shown(out)} cannot be written: {shown(place)} is not a folder")
    for name in missing:
        if len(os.fsencode(name)) > longest:
            raise StoreError(f"{cited(str(out))} cannot be written: {cited(name)} is too long")
    if not os.access(place, os.W_OK | os.X_OK):
        raise StoreError(f"{shown(out)} cannot be written: no permission in {shown(place)}")
