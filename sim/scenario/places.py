"""Where scenario files are, and which of them a file may lean on."""

from __future__ import annotations

import os
import re
from pathlib import Path

LONGEST = 100
"""Characters that the name of a scenario or a study may have: it names a folder."""

ENDINGS = (".yaml", ".yml")


def shipped() -> Path:
    """Return the folder of the scenarios that come with the package."""
    installed = Path(__file__).parents[1] / "shipped_scenarios"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "scenarios"


def local() -> Path:
    """Return ``./scenarios``, whether or not it exists."""
    return here("scenarios")


def here(name: str) -> Path:
    """Return a folder of the current one, whether or not it exists."""
    try:
        return Path.cwd() / name
    except FileNotFoundError:  # the current folder itself was removed
        return Path(name)


def known(beside: Path | None = None) -> dict[str, Path]:
    """Return the file of every name that may be meant.

    A name means a file in ``./scenarios``, else a shipped one. In a scenario file it means first
    one in the file's own folder; in a shipped file it means a shipped one and nothing else, so that
    no file of a user changes what a shipped scenario says. A name never means the file itself.

    Parameters
    ----------
    beside : Path, optional
        The scenario file in which the name stands.
    """
    folders = [local(), shipped()]
    if beside is not None:
        own = beside.resolve().parent
        folders = [own] if own == shipped().resolve() else [own, *folders]
    found: dict[str, Path] = {}
    for folder in folders:
        if folder.is_dir():
            for file in sorted(folder.iterdir()):
                is_itself = beside is not None and file.resolve() == beside.resolve()
                if file.suffix in ENDINGS and file.is_file() and not is_itself:
                    found.setdefault(file.stem, file)
    return found


def is_path(text: str) -> bool:
    """Return whether a text is meant as a path and not as a name."""
    return "/" in text or "\\" in text or text.endswith(ENDINGS)


def for_a_folder(name: str, otherwise: str) -> str:
    """Return a name made fit for a folder: letters, digits, underscores and hyphens.

    Parameters
    ----------
    name : str
        Such as the stem of somebody's file.
    otherwise : str
        What to take where nothing is left.
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:LONGEST] or otherwise


def is_file(path: Path | str) -> bool:
    """Return whether a path is that of a file; one too long for the system is not."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where this says no


def allowed(file: Path, beside: Path | None) -> bool:
    """Return whether a scenario may lean on a file.

    Parameters
    ----------
    file : Path
        What it refers to; links are followed before the question is asked.
    beside : Path or None
        The scenario's own file, None for a mapping.
    """
    folders = [local(), shipped()] + ([] if beside is None else [beside.parent])
    there = (folder.resolve() for folder in folders if folder.is_dir())
    return any(file.resolve().is_relative_to(folder) for folder in there)


def shown(file: Path) -> str:
    """Return a path as short as it can be said: relative to here where that is inside."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the current folder was removed
        return str(file)
