"""Results of runs that are there already: found by what was asked, and taken only if sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim import evidence
from sim.scenario import Scenario
from sim.study import finished
from sim.study.result import Result, folder_of
from sim.version import MODEL


@dataclass(frozen=True)
class Kept:
    """What is there of a run.

    Parameters
    ----------
    result : Result or None
        With its folder; None where there is none that will do.
    short : Result or None
        One that is sound and lacks what was asked for: it keeps some months and no single nations.
    wrong : str or None
        What is wrong with a damaged one.
    """

    result: Result | None = None
    short: Result | None = None
    wrong: str | None = None

    def completed(self, made: Result) -> Result:
        """Return a new result with what the short one holds beside its tables."""
        short = self.short
        if short is None or short.against is None:
            return made
        return made.beside(short.against, short.manifest["repeat"]["against"], short.reference)


def find(scenario: Scenario, out: Path, *, full: bool = False) -> Kept:
    """Return what was written before of a scenario.

    Parameters
    ----------
    scenario : Scenario
        As it would be run.
    out : Path
        Folder that stands for ``results/``.
    full : bool
        Whether every month and the runs of single nations must be in it.
    """
    name = scenario.hash(MODEL, evidence.load().hash)
    found, wrong = finished.look(Result, out / folder_of(scenario) / name[:12], name)
    if found is not None and full and not found.full:
        return Kept(short=found)
    return Kept(found, wrong=wrong)
