"""Results of any kind that are there already: found by what was asked, and taken only if sound."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import DamagedResult, StoreError
from sim.study.saved import Saved
from sim.study.staging import point_latest, require_writable

_PACKAGE = str(Path(__file__).parents[1])


def kept_or_made[Kind: Saved](
    kind: type[Kind],
    facts: Mapping[str, Any],
    out: str | Path | None,
    make: Callable[[], Kind],
) -> Kind:
    """Return the result that was asked for: what is there and sound, or what is made and written.

    Parameters
    ----------
    kind, facts, out
        As in `find`.
    make : callable
        Makes the result, which is written where there is a folder for results.
    """
    found = find(kind, facts, out)
    return make().saved(out) if found is None else found


def find[Kind: Saved](
    kind: type[Kind], facts: Mapping[str, Any], out: str | Path | None
) -> Kind | None:
    """Return the result that was asked for, if it is there and sound, and let `latest` point to it.

    Parameters
    ----------
    kind : type of Saved
    facts : mapping
        The manifest that the result would have.
    out : str or Path, optional
        Folder that stands for ``results/``; without it there is none.

    Returns
    -------
    Saved or None
        With its folder, marked as unchanged; None where there is none or a damaged one, of which
        `DamagedResult` warns.

    Raises
    ------
    StoreError
        If the folder for results cannot be written to.
    """
    if out is None:
        return None
    require_writable(Path(out))
    place = Path(out).joinpath(*kind.folders(facts), str(facts["hash"])[:12])
    found, wrong = look(kind, place, str(facts["hash"]))
    if wrong is not None:
        # Of the line that asked for the result.
        message = f"{wrong}; it is made again"
        warnings.warn(message, DamagedResult, skip_file_prefixes=(_PACKAGE,))
    if found is not None:
        point_latest(place)
    return found


def look[Kind: Saved](kind: type[Kind], place: Path, name: str) -> tuple[Kind | None, str | None]:
    """Return the result in a folder, marked as unchanged, or what is wrong with it.

    Parameters
    ----------
    kind : type of Saved
    place : Path
    name : str
        Hash that it must have.

    Returns
    -------
    result : Saved or None
        None where there is none or a damaged one.
    wrong : str or None
        What is wrong with a damaged one.
    """
    if not place.exists():
        return None, None
    try:
        found = kind.read(place)
    except StoreError as error:
        return None, str(error)
    if found.hash != name:
        return None, f"{place} holds another result, {found.hash}"
    return replace(found, unchanged=True), None
