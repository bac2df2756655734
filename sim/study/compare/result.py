"""A comparison as it is kept: its tables in memory and in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import pandas as pd

from sim.ensemble.arms import FOLDER as BLOCKS
from sim.ensemble.arms import Arms, run_arms
from sim.ensemble.outcomes import Kept
from sim.errors import InputError, Problem, nearest
from sim.scenario import Scenario
from sim.study.compare.choice import Pair, pairs_of
from sim.study.compare.question import question_of
from sim.study.saved import Saved, Writer, csv_of, read_table

Alone = Literal["scenarios", "levers", "less one"]

FOLDER = "compare"
FILE, RANKS, SIZES, ALONE = "effects.csv", "ranking.csv", "sizes.csv", "alone.csv"
NOTES, COSTS, BY_FUTURE = "notes.csv", "costs.csv", "effects_by_future.csv"
OF_FOCUS, DRAWN = "focus.csv", "focus.svg"
LEVELS, BY_NATION = "levels.csv", "effects_by_nation.csv"
TRIGGERS, RESPONSES = "triggers.csv", "responses.csv"
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


FUTURE_COLUMNS = (*COLUMNS[:2], "future", *COLUMNS[2:])
"""Columns of ``effects_by_future.csv``."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Saved):
    """Effects over worlds, and what belongs to them.

    Parameters
    ----------
    manifest : mapping
    table : DataFrame
        Columns of ``effects.csv``; months are empty for outcomes of a whole run. ``p05``, ``p50``
        and ``p95`` are quantiles of the paired differences over worlds, ``same_sign`` the part of
        worlds with the sign of the median, ``simulation_error`` half the 95 % interval of the mean.
    ranking, sizes, alone : DataFrame
        Columns of ``ranking.csv``, ``sizes.csv`` and ``alone.csv``; the last two are empty where
        they were not asked for.
    notes : tuple of str
        Sentences that a reader of the numbers needs.
    costs : DataFrame
        Columns of ``costs.csv``; empty where it was not asked for.
    by_future : DataFrame
        Columns of ``effects_by_future.csv``: effects on the metrics that are shown, within the
        worlds of each future; empty for a comparison that was written without it.
    focus : DataFrame
        Outcomes for the nations in focus, columns of ``focus.csv``; empty where no lever is entered
        for a focus.
    triggers, responses : DataFrame
        Columns of ``triggers.csv`` and ``responses.csv``; empty where no lever waits for a sign,
        and where nobody answers.
    levels, by_nation : DataFrame
        Of whole policies, columns of ``levels.csv`` and ``effects_by_nation.csv``: what each arm
        is, and the effects in each nation. Empty for single levers and packages less one.
    reached : bool
        Whether a wanted precision was reached; true where none was asked for.
    finest : float
        The half-width that the posterior draws allow at best; 0 where it was not met.
    pairs : tuple of Pair
        Who is compared with whom.
    scenarios : mapping of str to Scenario
        The arms by name; empty where the comparison was read, see `policies`.
    arms : Arms, optional
        What the effects were made from; None where the comparison was read.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "comparison"
    held: ClassVar[Mapping[str, str]] = {
        FILE: "table", RANKS: "ranking", SIZES: "sizes", ALONE: "alone", COSTS: "costs",
        BY_FUTURE: "by_future", OF_FOCUS: "focus", LEVELS: "levels", BY_NATION: "by_nation",
        TRIGGERS: "triggers", RESPONSES: "responses",
    }  # fmt: skip
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {
        FILE: ("month",), RANKS: ("month", "next"), SIZES: ("month",), BY_FUTURE: ("month",),
        OF_FOCUS: ("month",), LEVELS: ("month",),
        TRIGGERS: ("response",), RESPONSES: ("month",),
    }  # fmt: skip
    always: ClassVar[frozenset[str]] = frozenset({FILE, RANKS, SIZES, ALONE, NOTES})

    table: pd.DataFrame
    ranking: pd.DataFrame = field(default_factory=pd.DataFrame)
    sizes: pd.DataFrame = field(default_factory=pd.DataFrame)
    alone: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    costs: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_future: pd.DataFrame = field(default_factory=pd.DataFrame)
    focus: pd.DataFrame = field(default_factory=pd.DataFrame)
    levels: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_nation: pd.DataFrame = field(default_factory=pd.DataFrame)
    triggers: pd.DataFrame = field(default_factory=pd.DataFrame)
    responses: pd.DataFrame = field(default_factory=pd.DataFrame)
    reached: bool = True
    finest: float = 0.0
    pairs: tuple[Pair, ...] = ()
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    arms: Arms | None = None

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked, as the manifest has it."""
        asked: Mapping[str, Any] = self.manifest["asked"]
        return asked

    @property
    def runs(self) -> int:
        """Worlds in which policies were compared."""
        return int(self.table["runs"].iloc[0])

    @property
    def seed(self) -> int:
        """Seed of all arms."""
        return int(self.asked["seed"])

    @property
    def subject(self) -> str:
        """Name of the first scenario."""
        return str(self.asked["subject"])

    @property
    def against(self) -> str:
        """Name of the reference."""
        return str(self.asked["against"])

    @property
    def each(self) -> Alone:
        """Whether scenarios, single levers or packages less one were compared."""
        each: Alone = self.asked["each"]
        return each

    @property
    def shown(self) -> tuple[str, ...]:
        """Metrics in the order in which they are shown."""
        return tuple(self.asked["shown"])

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups in the order in which they are shown."""
        return tuple(self.asked["outcomes"]["groups"])

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the folder of such comparisons."""
        asked = manifest["asked"]
        word = {"scenarios": "", "levers": "-levers", "less one": "-less-one"}[asked["each"]]
        policies = int(asked["policies"])
        more = f"-and-{policies - 1}-more" if policies > 1 else ""
        return (FOLDER, f"{asked['subject']}{more}{word}-vs-{asked['against']}")

    def last(self, metric: str | None = None, group: str | None = None) -> pd.DataFrame:
        """Return the effects on one outcome in the last month, largest median first.

        The first that is shown by default. A metric that is of the world alone is that of the
        world, whichever group is asked for.

        Raises
        ------
        InputError
            If the outcome was not kept.
        """
        metric = self.shown[0] if metric is None else metric
        group = self.groups[0] if group is None else group
        group = place_of(self.table, metric, group)
        mine = self.table[(self.table["metric"] == metric) & (self.table["group"] == group)]
        found: pd.DataFrame = mine[mine["month"] == mine["month"].max()]
        return found.sort_values("p50", ascending=False, kind="stable")

    def policies(self) -> Mapping[str, Scenario]:
        """Return the arms as scenarios, by name."""
        return self.scenarios or question_of(self.manifest).arms

    def with_runs(self, workers: int = 1) -> Comparison:
        """Return the comparison with the runs behind it, which a folder does not hold.

        Those of one that was read are run again, or taken up as finished blocks where they lie
        beside it.
        """
        if self.arms is not None:
            return self

        question = question_of(self.manifest)
        beside = None if self.folder is None else self.folder.parent.parent
        place = beside if beside is not None and (beside / BLOCKS).is_dir() else None
        arms = run_arms(
            question.arms, runs=self.runs, seed=self.seed, outcomes=question.outcomes,
            place=place, workers=workers,
        )  # fmt: skip
        return replace(self, arms=arms, scenarios=question.arms)

    def needed_arms(self) -> Arms:
        """Return what the effects were made from.

        Raises
        ------
        InputError
            If the comparison was read from a folder, which holds effects alone.
        """
        if self.arms is None:
            message = "a comparison that was read holds effects, not the runs behind them"
            raise InputError(Problem(message, hint="with_runs() runs them again"))
        return self.arms

    def _tables(self) -> dict[str, Writer]:
        return {**super()._tables(), NOTES: csv_of(pd.DataFrame({"note": list(self.notes)}))}

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:
        there = {COSTS: manifest["asked"]["cost"], OF_FOCUS: "focus" in manifest["asked"]}
        return cls.always | {name for name, asked in there.items() if asked}

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Comparison:
        precision = manifest["precision"]
        return cls(
            manifest, **cls._read_held(folder, manifest),
            notes=tuple(read_table(folder / NOTES, ("note",))["note"]),
            reached=bool(precision["reached"]), finest=float(precision["finest"]),
            pairs=pairs_of(manifest),
        )  # fmt: skip


def require_figures(shape: Kept, named: Sequence[str], groups: Sequence[str]) -> None:
    """Refuse a metric of the world alone where the world is not among the groups.

    Its figure would stand for a nation or a group of which it says nothing.

    Parameters
    ----------
    shape : Kept
        What is kept of each run.
    named : sequence of str
        Metrics that were asked for by name.
    groups : sequence of str

    Raises
    ------
    InputError
        If there is such a metric.
    """
    alone = [metric.name for metric in shape.chosen if metric.world and metric.name in named]
    if alone and "world" not in groups:
        message = f"{alone[0]} is of the world alone: there is no figure of {groups[0]}"
        hint = f"--groups {','.join(groups)},world"
        raise InputError(Problem(message, path="metric", hint=hint))


def place_of(rows: pd.DataFrame, metric: str, group: str) -> str:
    """Return the group in which a metric is to be read: the world, where it is of the world alone.

    Parameters
    ----------
    rows : DataFrame
        With the columns metric and group.

    Raises
    ------
    InputError
        If the metric or the group was not kept.
    """
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
