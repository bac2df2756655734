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
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.arrays import Floats
from sim.calibration import members
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
from sim.calibration.targets import (
    Target,
)
from sim.ensemble.store import Store
from sim.evidence.tables import data_hash
from sim.study import finished, saved
from sim.study.manifest import manifest
from sim.study.saved import Saved, Writer, csv_of

if TYPE_CHECKING:
    import pandas as pd


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

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG003
        """Return the folder of all calibrations."""
        return (FOLDER,)

    def summaries(self) -> dict[str, pd.DataFrame]:
        """Return the tables of `sim.calibration.identify`, by name."""
        from sim.calibration import identify

        return identify.tables(self)

    def _tables(self) -> dict[str, Writer]:
        def members_of(path: Path) -> None:
            path.write_bytes(as_file(**{name: getattr(self, name) for name in _ARRAYS}))

        def posterior(path: Path) -> None:
            path.write_text(csv_text(*draws(self)), encoding="utf-8")

        made = {f"{name}.csv": csv_of(table) for name, table in self.summaries().items()}
        return made | {"posterior.csv": posterior, MEMBERS: members_of}

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003
        return frozenset(
            {"parameters.csv", "correlations.csv", "targets.csv", "posterior.csv", MEMBERS}
        )

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
    if out is None or aims is not None:
        return run_plan(plan, aims=aims, progress=progress)
    saved.require_writable(Path(out))
    found = finished.find(Calibration, facts_of(plan), out)
    return run_plan(plan, out=out, progress=progress).saved(out) if found is None else found


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
    return Calibration(facts_of(plan, time.perf_counter() - began), **vars(done))


def facts_of(plan: Plan, seconds: float = 0.0) -> dict[str, Any]:
    """Return the manifest of a calibration that took some seconds."""
    asked = {"plan": dataclasses.asdict(plan)}
    documents = [scenario_of(plan).document()]
    facts = manifest("calibration", asked, documents, seconds=seconds, facts=data_hash())
    return facts | {"repeat": {"scenario": documents[0]}}


def csv_text(names: Sequence[str], rows: Floats) -> str:
    """Return a table of draws with five significant digits."""
    lines = [",".join(names)]
    # Months are whole numbers of five digits.
    lines += [",".join(f"{value:.5g}" for value in row) for row in rows.tolist()]
    return "\n".join(lines) + "\n"
