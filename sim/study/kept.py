"""Results of runs that are there already: found by what was asked, and taken only if sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import StoreError
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.study.result import Result


def find(scenario: Scenario, out: Path, *, full: bool = False) -> tuple[Result | None, str | None]:
    """Return the result of a scenario that was written before, or what is wrong with it.

    Parameters
    ----------
    scenario : Scenario
        As it would be run.
    out : Path
        Folder that stands for ``results/``.
    full : bool
        Whether the runs of single nations must be in it.

    Returns
    -------
    result : Result or None
        With its folder; None where there is none, none with single nations, or a damaged one.
    wrong : str or None
        What is wrong with a damaged one.
    """
    from sim import evidence
    from sim.study.result import Result, folder_of

    name = scenario.hash(MODEL, evidence.load().hash)
    place = out / folder_of(scenario) / name[:12]
    if not place.exists():
        return None, None
    try:
        found = Result.read(place)
    except StoreError as error:
        return None, str(error)
    if found.hash != name:
        return None, f"{place} holds another result, {found.hash}"
    return (None, None) if full and not found.full else (found, None)
