"""``sim report RESULT --focus NATION``: the page of one nation in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim import months
from sim.errors import InputError, Problem
from sim.report import drawings
from sim.study.compare.compare import compare
from sim.study.explain import explain
from sim.study.explanation import Explanation
from sim.study.repeat import require_same
from sim.study.result import Result
from sim.study.saved import read, write_page
from sim.study.seals import shown

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("share.bloc_cn", "share.bloc_us")
MOST = 100
"""Runs by which levers are told apart: as many again as the explanation has would be slow."""


@dataclass(frozen=True, eq=False)
class NationPage:
    """What the page of a nation shows.

    Parameters
    ----------
    run : Result
    why : Explanation
        Of the Chinese bloc's share in the last month.
    effects : DataFrame
        Effects of each lever of the run's scenario alone in the last month: columns of
        ``effects.csv`` and ``name``, the lever's title; empty without levers.
    """

    kind: ClassVar[str] = "nation"
    run: Result
    why: Explanation
    effects: pd.DataFrame

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest of the run."""
        return self.run.manifest

    def html(self) -> str:
        """Return the page as one HTML file that loads nothing."""
        return drawings.page_of(self, drawings.drawings_of(self))


def nation_page(run: Result, nation: str, *, workers: int = 1) -> NationPage:
    """Return what a nation's page shows of a run: the run is explained, its levers taken apart.

    Parameters
    ----------
    run : Result
    nation : str
        ISO3 code or English name.
    workers : int
        Blocks that are computed at a time.

    Raises
    ------
    InputError
        If the run has no such nation.
    """
    last = months.text(run.scenario.period.end)
    why = explain(nation, last, METRICS[0], run.scenario)
    return NationPage(run, why, _effects(run, why.nation, workers))


def _effects(run: Result, nation: str, workers: int) -> pd.DataFrame:
    """Return the effects of each lever of the run alone, in the nation and the last month."""
    import pandas as pd

    scenario = run.scenario
    if not scenario.levers:
        return pd.DataFrame()
    reference = {**scenario.document(), "levers": [], "name": "reference"}
    done = compare(
        scenario, reference, each="levers", metrics=METRICS,
        groups=(nation,), runs=min(scenario.ensemble.runs, MOST), seed=scenario.ensemble.seed,
        workers=workers,
    ).table  # fmt: skip
    mine: pd.DataFrame = done[(done["group"] == nation) & done["metric"].isin(METRICS)]
    mine = mine[mine["month"] == mine["month"].max()]
    known = scenario.known_levers()
    return mine.assign(name=[known[lever].title for lever in mine["scenario"]])


def write(folder: Path, nation: str, *, workers: int = 1) -> Path:
    """Write the page of a nation into the folder of a run, in one step, and return its path.

    Raises
    ------
    InputError
        If the result is no run, or the run has no such nation.
    StoreError
        If the folder holds no sound result of this model and these facts, or cannot be written.
    """
    found = read(folder)
    if not isinstance(found, Result):
        message = f"{shown(folder)} is a {found.kind}, and a nation's page is of a run"
        raise InputError(Problem(message, path="focus", hint="give the folder of a sim run"))
    require_same(found.manifest, shown(folder), "explained")
    made = nation_page(found, nation, workers=workers)
    return write_page(folder, f"report-{made.why.nation}.html", made.html())
