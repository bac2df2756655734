"""Calibrate: move an ensemble from the priors towards the observations, step by step, and keep it.

Every finished step is written down, so that a calibration that was stopped goes on from there; the
same plan gives the same numbers whether it was stopped or not.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim.arrays import Floats
from sim.calibration import identify, members
from sim.calibration.fit import (
    Fit,
    Plan,
    Progress,
    as_file,
    compiled,
    draws,
    fit,
    require_sound,
    scenario_of,
)
from sim.calibration.targets import Target
from sim.ensemble.store import Store
from sim.errors import StoreError
from sim.evidence.tables import data_hash
from sim.study import finished
from sim.study.manifest import manifest
from sim.study.saved import Saved, Writer, csv_of

FOLDER = "calibration"
MEMBERS = "members.npz"
_ARRAYS = ("prior", "posterior", "prior_shown", "shown")


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(Fit, Saved):
    """A finished calibration: a fit that can be kept.

    Parameters
    ----------
    manifest : mapping
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "calibration"
    always: ClassVar[frozenset[str]] = frozenset(
        {"parameters.csv", "correlations.csv", "targets.csv", "posterior.csv", MEMBERS}
    )

    def summaries(self) -> dict[str, pd.DataFrame]:
        """Return tables of what the fit says of parameters, correlations and targets, by name."""
        return identify.tables(self)

    def _tables(self) -> dict[str, Writer]:
        def members_of(path: Path) -> None:
            path.write_bytes(as_file(**{name: getattr(self, name) for name in _ARRAYS}))

        def posterior(path: Path) -> None:
            path.write_text(csv_text(*draws(self)), encoding="utf-8")

        made = {f"{name}.csv": csv_of(table) for name, table in self.summaries().items()}
        return made | {"posterior.csv": posterior, MEMBERS: members_of}

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Calibration:
        plan = Plan.of(manifest["asked"]["plan"])
        aims = plan.aims
        unknown = members.unknowns(compiled(plan))
        with np.load(folder / MEMBERS, allow_pickle=False) as held:
            arrays = [held[name] for name in _ARRAYS]
        return cls(manifest, plan, unknown, aims, *arrays)


def calibrate(
    plan: Plan | None = None,
    *,
    out: str | Path | None = None,
    aims: Sequence[Target] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate the baseline to what was observed.

    Parameters
    ----------
    plan : Plan, optional
    out : str or Path, optional
        Folder that stands for ``results/``: the calibration goes to ``OUT/calibration/<hash12>``,
        finished steps to ``OUT/calibration/shards``. Without it nothing is written.
    aims : sequence of Target, optional
        Other figures than the observed ones, for tests of recovery; then nothing is read from or
        written to a folder.
    progress : callable, optional

    Raises
    ------
    InputError
        If the plan cannot work.
    StoreError
        If the folder cannot be used.
    """
    plan = Plan() if plan is None else plan
    require_sound(plan)
    kept = out if aims is None else None
    return finished.kept_or_made(
        Calibration, facts_of("calibration", {}, plan), kept,
        lambda: run_plan(plan, out=kept, aims=aims, progress=progress),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, _: int) -> Calibration:
    """Calibrate again, from the manifest of a calibration; nothing but steps is written."""
    return run_plan(plan_of(known), out=out)


def plan_of(known: Mapping[str, Any]) -> Plan:
    """Return the plan that a manifest keeps.

    Raises
    ------
    StoreError
        If the baseline of here is another scenario than the one that was calibrated.
    """
    plan = Plan.of(known["asked"]["plan"])
    if scenario_of(plan).document() != known["repeat"]["scenario"]:
        raise StoreError(
            "another scenario is called baseline here, in ./scenarios perhaps: go to another folder"
        )
    return plan


def run_plan(
    plan: Plan,
    *,
    out: str | Path | None = None,
    aims: Sequence[Target] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Run a plan; arguments as in :func:`calibrate`, and nothing but finished steps is written."""
    began = time.perf_counter()
    steps = None if out is None else Store(Path(out) / FOLDER, ".npz")
    done = fit(plan, plan.aims if aims is None else list(aims), steps, progress)
    return Calibration(facts_of("calibration", {}, plan, time.perf_counter() - began), **vars(done))


def facts_of(
    kind: str, asked: Mapping[str, Any], plan: Plan, seconds: float = 0.0
) -> dict[str, Any]:
    """Return the manifest of a calibration, or of what is made of some.

    Parameters
    ----------
    kind, asked, seconds
        As in `sim.study.manifest.manifest`; the plan is asked for too.
    plan : Plan
    """
    whole = {**asked, "plan": dataclasses.asdict(plan)}
    document = scenario_of(plan).document()
    facts = manifest(kind, whole, [document], seconds=seconds, facts=data_hash())
    return facts | {"repeat": {"scenario": document}}


def csv_text(names: Sequence[str], rows: Floats) -> str:
    """Return a table of draws with five significant digits."""
    lines = [",".join(names)]
    # Months are whole numbers of five digits.
    lines += [",".join(f"{value:.5g}" for value in row) for row in rows.tolist()]
    return "\n".join(lines) + "\n"
