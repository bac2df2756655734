"""``sim robust``: policies over many plausible worlds, and where each fails."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.study.manifest import manifest
from sim.study.robust import cart, metrics, prim
from sim.study.saved import Saved, Writer, csv_of
from sim.study.sweeps import study_file
from sim.study.sweeps.factors import SCENARIO
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.study import Judged, Study
from sim.study.sweeps.sweep import Progress, asked, run_sweep

TABLE, BOXES = "robustness.csv", "boxes.csv"


@dataclass(frozen=True, eq=False, repr=False)
class Robust(Saved):
    """What many worlds say of some policies.

    Parameters
    ----------
    manifest : mapping
    table : DataFrame
        Metrics of each policy, the least maximal regret first.
    values : DataFrame
        Outcome by world (rows) and policy (columns): means over the runs of a world.
    worlds : DataFrame
        Factors of each world.
    judged : Judged
    paths : dict of str to Path
        Boxes of failures of each policy that fails in some worlds and not in all.
    trees : dict of str to Tree
    sweep : Sweep
        Design and outcomes that it was made from.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "robust"

    table: pd.DataFrame
    values: pd.DataFrame
    worlds: pd.DataFrame
    judged: Judged
    paths: dict[str, prim.Path]
    trees: dict[str, cart.Tree]
    sweep: Sweep

    @property
    def what(self) -> str:
        """The sweep that it was made from."""
        return self.sweep.what

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of the study's judgements."""
        return ("robust", self.sweep.name)

    def _tables(self) -> dict[str, Writer]:
        own = {TABLE: csv_of(self.table), BOXES: csv_of(self.boxes())}
        return self.sweep._tables() | own  # noqa: SLF001 - of the same base

    def _figures(self) -> dict[str, bytes]:
        from sim.report import robust as drawing
        from sim.report import svg

        better = self.judged.larger_is_better
        drawn = {"regret.svg": drawing.regret(self.values, better)}
        drawn |= {
            f"boxes_{name}.svg": drawing.boxes(path, path.usual())
            for name, path in self.paths.items()
        }
        return {name: svg(figure).encode() for name, figure in drawn.items()}

    def _page(self) -> str:
        from sim.report import robust as drawing

        return drawing.page(self)

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Robust:
        sweep = Sweep._of(folder, manifest)  # noqa: SLF001 - of the same base
        return judge(sweep, Judged(**manifest["asked"]["judged"]), manifest)

    def boxes(self) -> pd.DataFrame:
        """Return every box of every policy's path."""
        frames = [path.table().assign(policy=name) for name, path in self.paths.items()]
        if not frames:
            return pd.DataFrame(columns=["policy", "box", "coverage", "density", "mass", "factors"])
        return pd.concat(frames, ignore_index=True)


def robust(
    study: Study | str | Path | Mapping[str, Any],
    *,
    points: int | None = None,
    runs: int | None = None,
    seed: int | None = None,
    threshold: float | None = None,
    overrides: Sequence[str | tuple[str, Any]] = (),
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
    overrides, workers, cluster, out, progress
        As in `sim.study.sweeps.sweep.sweep`.

    Raises
    ------
    InputError
        If the study names no policies or nothing to judge them by, or the outcome was not kept.
    """
    if threshold is not None and not math.isfinite(threshold):
        message = f"the threshold must be a finite number, not {threshold}"
        raise InputError(Problem(message, path="threshold"))
    wanted = study if isinstance(study, Study) else study_file.load_study(study)
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
    wanted = asked(wanted, points=points, overrides=overrides)
    began = time.perf_counter()
    judged = wanted.judged
    assert judged is not None  # noqa: S101 - refused above
    if threshold is not None:
        judged = replace(judged, threshold=threshold)
    done = run_sweep(
        wanted, runs=runs, seed=seed, workers=workers, cluster=cluster, out=out, progress=progress
    )
    question = {key: value for key, value in done.asked.items() if key != "kind"}
    facts = manifest(
        "robust", question | {"judged": asdict(judged)},
        [question["scenario"], *question["scenarios"].values()],
        workers=workers, seconds=time.perf_counter() - began,
    )  # fmt: skip
    return judge(done, judged, facts).saved(out)


def judge(done: Sweep, judged: Judged, facts: Mapping[str, Any]) -> Robust:
    """Judge the policies of a finished sweep.

    Parameters
    ----------
    done : Sweep
    judged : Judged
    facts : mapping
        The manifest of what comes out.

    Raises
    ------
    InputError
        If the outcome was not kept.
    """
    kept = done.outcomes
    mine = kept[(kept["metric"] == judged.metric) & (kept["group"] == judged.group)]
    if mine.empty:
        hint = nearest(judged.metric, kept["metric"].unique())
        message = f"{judged.metric} of {judged.group} was not kept by the study"
        raise InputError(Problem(message, path="robust", hint=hint))
    months = mine["month"].astype(str)
    mine = mine[months == months.max()]
    means = mine.groupby("point", observed=True)["value"].mean()
    design = done.design.set_index("point").loc[means.index]
    factors = [name for name in design.columns if name != SCENARIO]
    design = design.assign(value=means)
    wide = design.pivot_table(index=factors, columns=SCENARIO, values="value", sort=False)
    wide = wide.dropna()
    policies = [str(name) for name in wide.columns]
    worlds = wide.index.to_frame(index=False)
    values = wide.to_numpy().T
    table = metrics.table(
        policies, values, judged.threshold, larger_is_better=judged.larger_is_better
    )
    numeric = [name for name in factors if pd.api.types.is_numeric_dtype(worlds[name])]
    paths: dict[str, prim.Path] = {}
    trees: dict[str, cart.Tree] = {}
    if judged.threshold is not None and numeric:
        space = worlds[numeric].to_numpy(dtype=np.float64)
        enough = metrics.good_enough(
            values, judged.threshold, larger_is_better=judged.larger_is_better
        )
        for name, good in zip(policies, enough, strict=True):
            if good.all() or not good.any():
                continue
            paths[name] = prim.peel(numeric, space, ~good)
            trees[name] = cart.grow(numeric, space, ~good)
    values_by_policy = wide.reset_index(drop=True)
    return Robust(facts, table, values_by_policy, worlds, judged, paths, trees, done)
