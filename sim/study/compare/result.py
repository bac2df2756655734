"""A comparison as it is kept: its tables in memory and in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.study import store
from sim.study.compare.arms import Arms
from sim.study.compare.choice import Pair
from sim.study.manifest import facts
from sim.study.sweeps.shards import write_whole
from sim.study.sweeps.study import Outcomes, digest
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario

Alone = Literal["scenarios", "levers", "less one"]

FOLDER = "compare"
FILE, RANKS, SIZES, ALONE = "effects.csv", "ranking.csv", "sizes.csv", "alone.csv"
SHOWN = (
    "share.bloc_us", "share.bloc_cn", "share.bloc_eu", "share.bloc_sovereign", "dependence",
)  # fmt: skip
"""Metrics that are shown where nobody names one: the view of no single capital."""

HEADLINE = (SHOWN[0], "world")
"""Metric and group of a question that is put to one outcome and names none."""

GROUPS = ("world", "global_south", "global_south_with_china")
COLUMNS = (
    "scenario", "reference", "metric", "group", "month", "effect", "ci_low", "ci_high", "runs",
    "variance_ratio", "p05", "p50", "p95", "same_sign", "simulation_error", "draws", "boot_low",
    "boot_high", "log_odds", "log_odds_low", "log_odds_high", "unit",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison:
    """Effects over worlds, and what belongs to them.

    Parameters
    ----------
    table : DataFrame
        Columns of ``effects.csv``; months are empty for outcomes of a whole run. ``p05``, ``p50``
        and ``p95`` are quantiles of the paired differences over worlds, ``same_sign`` the part of
        worlds with the sign of the median, ``simulation_error`` half the 95 % interval of the mean.
    pairs : tuple of Pair
    arms : Arms
        What the effects were made from.
    scenarios : mapping of str to Scenario
        The arms by name.
    runs, seed : int
    subject, against : str
        Names of the first scenario and of the reference.
    each : {"scenarios", "levers", "less one"}
    shown, groups : tuple of str
        Metrics and groups in the order in which they are shown.
    ranking, sizes, alone : DataFrame
        As `sim.study.compare.details` makes them; the last two are empty where they were not asked
        for.
    notes : tuple of str
        Sentences that a reader of the numbers needs.
    reached : bool
        Whether a wanted precision was reached; true where none was asked for.
    finest : float
        The half-width that the posterior draws allow at best; 0 where it was not met.
    folder : Path, optional
    """

    table: pd.DataFrame
    pairs: tuple[Pair, ...]
    arms: Arms
    scenarios: Mapping[str, Scenario]
    runs: int
    seed: int
    subject: str
    against: str
    each: Alone = "scenarios"
    shown: tuple[str, ...] = SHOWN
    groups: tuple[str, ...] = GROUPS
    ranking: pd.DataFrame = field(default_factory=pd.DataFrame)
    sizes: pd.DataFrame = field(default_factory=pd.DataFrame)
    alone: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    reached: bool = True
    finest: float = 0.0
    folder: Path | None = field(default=None)

    def last(self, metric: str | None = None, group: str | None = None) -> pd.DataFrame:
        """Return the effects on one outcome in the last month, largest median first.

        The first that is shown by default. A metric that is of the world alone is that of the
        world, whichever group is asked for.

        Raises
        ------
        InputError
            If the outcome was not kept.
        """
        metric, group = metric or self.shown[0], group or self.groups[0]
        row = self.arms.at(metric, place_of(self.arms, metric, group))
        mine = self.table[self.table["metric"] == metric]
        mine = mine[mine["group"] == self.arms.rows["group"].iloc[row]]
        found: pd.DataFrame = mine[mine["month"] == self.arms.rows["month"].iloc[row]]
        return found.sort_values("p50", ascending=False, kind="stable")


def place_of(done: Arms, metric: str, group: str) -> str:
    """Return the group in which a metric is to be read: the world, where it is of the world alone.

    Raises
    ------
    InputError
        If the metric or the group was not kept.
    """
    rows = done.rows
    mine = list(dict.fromkeys(rows[rows["metric"] == metric]["group"]))
    if group in mine:
        return group
    if not mine:
        hint = nearest(metric, rows["metric"].unique())
        raise InputError(Problem(f"no metric is called {metric!r}", path="metric", hint=hint))
    if group not in set(rows["group"]):
        hint = nearest(group, rows["group"].unique())
        raise InputError(Problem(f"{group!r} was not compared", path="groups", hint=hint))
    return str(mine[0])


def save(found: Comparison, policies: int, place: Path, outcomes: Outcomes) -> Comparison:
    """Write tables, manifest, figures and page, and let ``latest`` point to them.

    Parameters
    ----------
    found : Comparison
    policies : int
        Scenarios that were named.
    place : Path
    outcomes : Outcomes
        What was kept of every arm.
    """
    import sim.report.compare as drawing
    from sim.report import svg

    word = {"scenarios": "", "levers": "-levers", "less one": "-less-one"}[found.each]
    known = facts()
    documents = {name: arm.document() for name, arm in found.scenarios.items()}
    asked = {
        "outcomes": asdict(outcomes), "shown": list(found.shown), "groups": list(found.groups),
        "each": found.each, "sizes": len(found.sizes) > 0,
    }  # fmt: skip
    worlds = {n: arm.hash(MODEL, known["evidence_hash"]) for n, arm in found.scenarios.items()}
    name = digest([worlds, found.runs, found.seed, asked])
    more = f"-and-{policies - 1}-more" if policies > 1 else ""
    folder = place / f"{found.subject}{more}{word}-vs-{found.against}" / name[:12]
    folder.mkdir(parents=True, exist_ok=True)
    manifest = known | asked | {
        "hash": name, "runs": found.runs, "seed": found.seed, "reached": found.reached,
        "subject": found.subject, "against": found.against, "notes": list(found.notes),
        "arms": documents,
    }  # fmt: skip
    for file, table in tables(found).items():
        write_whole(folder / file, table.to_csv(index=False).encode())
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / store.MANIFEST, text.encode())
    write_whole(folder / store.PAGE, drawing.page(tables(found), manifest).encode())
    for file, figure in drawing.figures(found.table, found.shown, found.groups).items():
        write_whole(folder / file, svg(figure).encode())
    store.point_latest(folder)
    return replace(found, folder=folder)


def tables(found: Comparison) -> dict[str, pd.DataFrame]:
    """Return the tables of a comparison by file name."""
    return {FILE: found.table, RANKS: found.ranking, SIZES: found.sizes, ALONE: found.alone}
