"""``sim robust``: policies over many plausible worlds, and where each fails."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim.analysis import cart, prim
from sim.analysis import regret as metrics
from sim.analysis.boxes import Boxes
from sim.analysis.space import space_of
from sim.ensemble.blocks import Progress
from sim.ensemble.outcomes import Kept
from sim.ensemble.tasks import SCENARIO
from sim.errors import InputError, Problem, nearest
from sim.scenario.changes import Nations, changes
from sim.study import finished
from sim.study.saved import Writer, csv_of
from sim.study.sweeps import study_file
from sim.study.sweeps.result import OfSweep, Sweep
from sim.study.sweeps.study import Judged, Override, Study
from sim.study.sweeps.sweep import Plan, asked, plan_of, planned, require_means, run_plan

_ALIKE = {
    "period.start": "set: {period.start: YYYY-MM} in the study",
    "period.end": "until: YYYY-MM in the study, or --until",
    "nations": "nations: [BRA, IND] in the study, or --nations",
}
"""Paths that policies have in common, and how a study or an option sets each for all."""

TABLE, WORLDS, BOXES, LIMITS = "robustness.csv", "worlds.csv", "boxes.csv", "limits.csv"


@dataclass(frozen=True, eq=False, repr=False)
class Robust(OfSweep):
    """What many worlds say of some policies.

    Parameters
    ----------
    manifest : mapping
    table : DataFrame
        Metrics of each policy: columns of ``robustness.csv``.
    values : DataFrame
        Outcome by world (rows) and policy (columns, as the study lists them): means over the runs
        of a world, NaN where the policy could not be run there. The index, ``world``, counts the
        points of the study's design before they are crossed with its policies.
    worlds : DataFrame
        Factors of each world, with the same index.
    judged : Judged
    boxes : dict of str to Boxes
        Boxes of failures of each policy that fails in some worlds and not in all; a world in which
        it could not be run is one in which it fails.
    trees : dict of str to Tree
    sweep : Sweep
        Design and outcomes that it was made from.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "robust"
    always: ClassVar[frozenset[str]] = Sweep.always | {TABLE, WORLDS, BOXES, LIMITS}

    table: pd.DataFrame
    values: pd.DataFrame
    worlds: pd.DataFrame
    judged: Judged
    boxes: dict[str, Boxes]
    trees: dict[str, cart.Tree]
    sweep: Sweep

    @property
    def shared(self) -> int:
        """Number of worlds over which policies are compared: those in which every one was run."""
        return int(metrics.shared(self.values.to_numpy().T).sum())

    def _tables(self) -> dict[str, Writer]:
        own = {
            TABLE: csv_of(self.table),
            WORLDS: csv_of(self.by_world()),
            BOXES: csv_of(self.box_table()),
            LIMITS: csv_of(self.limits()),
        }
        return self.sweep._tables() | own  # noqa: SLF001 - of the same base

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Robust:
        sweep = Sweep._of(folder, manifest)  # noqa: SLF001 - of the same base
        return judge(sweep, Judged.model_validate(manifest["asked"]["judged"]), manifest)

    def by_world(self) -> pd.DataFrame:
        """Return world, one column a factor, policy and value; empty where it could not be run."""
        wide = self.values.reset_index()
        long = wide.melt(id_vars="world", var_name="policy", value_name="value")
        table = self.worlds.reset_index().merge(long, on="world")
        return table.sort_values("world", kind="stable", ignore_index=True)

    def box_table(self) -> pd.DataFrame:
        """Return every box of every policy: policy, then the columns of `Boxes.table`."""
        columns = ["policy", "search", "box", "coverage", "density", "mass", "factors"]
        return self._of_policies(columns, {n: b.table() for n, b in self.boxes.items()})

    def limits(self) -> pd.DataFrame:
        """Return the limits of every box: policy, then the columns of `Boxes.limits`."""
        columns = ["policy", "box", "factor", "low", "high", "words", "quasi_p"]
        return self._of_policies(columns, {n: b.limits() for n, b in self.boxes.items()})

    def _of_policies(self, columns: list[str], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        frames = [table.assign(policy=name)[columns] for name, table in tables.items()]
        if not frames:
            return pd.DataFrame(columns=columns)
        return pd.concat(frames, ignore_index=True)


def robust(
    study: Study | str | Path | Mapping[str, Any],
    *,
    points: int | None = None,
    runs: int | None = None,
    seed: int | None = None,
    threshold: float | None = None,
    overrides: Sequence[str | tuple[str, Any]] = (),
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Robust:
    """Run policies over worlds, or go on where that stopped, and judge them.

    Parameters
    ----------
    study : Study, str, Path or mapping
        One with ``policies``, ``vary`` and ``robust``.
    points, runs, seed : int, optional
        Worlds, runs a world and policy, and seed, over what the study says.
    threshold : float, optional
        What is good enough, over what the study says.
    overrides, until, nations, focus, workers, cluster, out, progress
        As in `sim.sweep`.

    Raises
    ------
    InputError
        Before anything is run: if the study names no policies or nothing to judge them by, the
        threshold is not finite, the policies differ in months or nations, or the outcome is not
        among those of the study.
    """
    given = changes(overrides, until, nations, focus)
    wanted = study_of_policies(study, given)
    judged = wanted.judged
    assert judged is not None  # noqa: S101 - refused above
    if threshold is not None:
        judged = judged.model_copy(update={"threshold": threshold})
    if judged.threshold is not None and not math.isfinite(judged.threshold):
        message = f"the threshold must be a finite number, not {judged.threshold}"
        raise InputError(Problem(message, path="threshold"))
    wanted = asked(wanted, points=points, overrides=given)
    require_means(workers, cluster)
    plan = planned(wanted, runs, seed)
    require_one_world(plan.job.scenarios, plan.made.paths)
    require_measured(plan.shape, judged)
    how = {"workers": workers, "cluster": cluster, "out": out, "progress": progress}
    return finished.kept_or_made(
        Robust, plan.facts("robust", {"judged": judged.document()}), out,
        lambda: run_judged(plan, judged, **how),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Robust:
    """Run policies over their worlds again and judge them, from the manifest of a judgement."""
    asked = known["asked"]
    return run_judged(
        plan_of(asked), Judged.model_validate(asked["judged"]), workers=workers, out=out
    )


def run_judged(plan: Plan, judged: Judged, **how: Any) -> Robust:  # noqa: ANN401 - as in `run_plan`
    """Run what a study comes to and judge its policies; nothing but blocks is written.

    Arguments as in `sim.study.sweeps.sweep.run_plan`.
    """
    began = time.perf_counter()
    done = run_plan(plan, **how)
    workers, seconds = done.manifest["made"]["workers"], time.perf_counter() - began
    more = {"judged": judged.document()}
    return judge(done, judged, plan.facts("robust", more, workers=workers, seconds=seconds))


def study_of_policies(
    study: Study | str | Path | Mapping[str, Any], overrides: Sequence[Override] = ()
) -> Study:
    """Return a study of which policies can be judged; overrides as `study_file.load_study`'s.

    Raises
    ------
    InputError
        If it names no policies or nothing to judge them by.
    """
    wanted = study if isinstance(study, Study) else study_file.load_study(study, overrides)
    if not wanted.policies or wanted.judged is None:
        raise InputError(
            Problem(
                f"{wanted.name} names no policies to judge",
                path="policies",
                hint="write policies: [baseline, rand_package] and robust: {metric: share.bloc_us}",
            )
        )
    if len(wanted.policies) < 2:
        raise InputError(Problem("regret needs two policies or more", path="policies"))
    return wanted


def require_one_world(policies: Mapping[str, Mapping[str, Any]], varied: Sequence[str]) -> None:
    """Refuse policies whose outcomes would be of other months or of other nations.

    Parameters
    ----------
    policies : mapping of str to mapping
        Scenarios in full, by name.
    varied : sequence of str
        Paths that vary, which every policy has alike.

    Raises
    ------
    InputError
    """
    for path, said in _ALIKE.items():
        given = {name: reduce(getitem, path.split("."), one) for name, one in policies.items()}
        (first, wanted), *others = given.items()
        unlike = [name for name, value in others if value != wanted]
        if path not in varied and unlike:
            message = (
                f"{first} and {unlike[0]} differ in {path}, so that their outcomes cannot be "
                "compared"
            )
            raise InputError(Problem(message, path="policies", hint=f"set one for all: {said}"))


def require_measured(measured: Kept, judged: Judged) -> None:
    """Refuse an outcome that a study does not measure.

    Raises
    ------
    InputError
    """
    if judged.metric in measured.metrics:
        number = measured.metrics.index(judged.metric)
        groups = {measured.groups[code] for code in measured.group[measured.metric == number]}
        if judged.group in groups:
            return
        names, word = groups, judged.group
        message = f"{judged.metric} of {judged.group} is not among the outcomes of the study"
    else:
        names, word = set(measured.metrics), judged.metric
        message = f"{judged.metric} is not among the outcomes of the study"
    hint = nearest(word, names) or f"it has {', '.join(sorted(names)[:8])}"
    raise InputError(Problem(message, path="robust", hint=hint))


def judge(done: Sweep, judged: Judged, facts: Mapping[str, Any]) -> Robust:
    """Judge the policies of a finished sweep.

    Parameters
    ----------
    done : Sweep
    judged : Judged
    facts : mapping
        The manifest of what comes out.
    """
    values, worlds = _by_world(done, judged)
    policies = [str(name) for name in values.columns]
    table = metrics.table(
        policies, values.to_numpy().T, judged.threshold, larger_is_better=judged.larger_is_better
    )
    boxes: dict[str, Boxes] = {}
    trees: dict[str, cart.Tree] = {}
    if judged.threshold is not None and len(worlds.columns):
        space = space_of(worlds)
        for name in policies:
            failed = ~metrics.good_enough(
                values[name].to_numpy(), judged.threshold,
                larger_is_better=judged.larger_is_better,
            )  # fmt: skip
            if failed.any() and not failed.all():
                boxes[name] = prim.cover(space, failed)
                trees[name] = cart.grow(space, failed)
    return Robust(facts, table, values, worlds, judged, boxes, trees, done)


def _by_world(done: Sweep, judged: Judged) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return outcomes by world and policy, and the factors of each world.

    Points are counted world after world, with the policies in the study's order in each: a world
    is known by its number, so that equal ones of factors with few levels stay apart.
    """
    policies = [str(name) for name in done.asked["study"]["policies"]]
    outcomes = done.outcomes
    mine = outcomes[(outcomes["metric"] == judged.metric) & (outcomes["group"] == judged.group)]
    if mine["month"].notna().any():  # a metric of a whole run has none
        # Worlds may end in different months, and each is judged in its own last one.
        months = mine["month"].astype(str)
        mine = mine[months == months.groupby(mine["point"]).transform("max")]
    means = mine.groupby("point", observed=True)["value"].mean()
    count = len(done.design)
    index = pd.RangeIndex(count // len(policies), name="world")
    values = means.reindex(range(count)).to_numpy(dtype=np.float64)
    wide = pd.DataFrame(values.reshape(-1, len(policies)), index=index, columns=policies)
    design = done.design.iloc[:: len(policies)].drop(columns=["point", SCENARIO])
    return wide, design.set_index(index)
