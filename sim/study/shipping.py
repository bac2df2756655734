"""The draws that scenarios take: those of two calibrations, in three futures of equal parts."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Floats
from sim.calibration.fit import Plan, draws
from sim.calibration.series import SERIES
from sim.calibration.targets import values
from sim.ensemble.store import write_whole
from sim.evidence.releases import read_catalogue
from sim.evidence.tables import data_hash
from sim.scenario.futures import LEARNED, NEVER, STOP, stops
from sim.study.calibrate import Calibration, csv_text
from sim.version import MODEL

LEAST = 200
"""Members of the least calibration in which nothing is learned."""


def unlearned(plan: Plan) -> Plan:
    """Return the plan of the calibration in which builders never learn of Chinese models."""
    nothing = tuple((f"parameters.{name}", 0.0) for name in LEARNED)
    return dataclasses.replace(
        plan, members=max(plan.members // 2, LEAST), overrides=(*plan.overrides, *nothing)
    )


def ship(
    plan: Plan, run: Callable[[Plan], Calibration], folder: Path, count: int | None = None
) -> Calibration:
    """Calibrate with and without learning, and write the draws of the three futures.

    Parameters
    ----------
    plan : Plan
    run : callable
        Makes the calibration of a plan.
    folder : Path
        Where the draws go, and where they come from.
    count : int, optional
        Draws of each future; a third of the members by default.

    Returns
    -------
    Calibration
        That with learning.
    """
    done, without = run(plan), run(unlearned(plan))
    names, rows = together(done, without, count)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "draws.csv", csv_text(names, rows).encode())
    text = json.dumps(provenance(done, without), indent=2) + "\n"
    write_whole(folder / "provenance.json", text.encode())
    return done


def together(
    done: Calibration, without: Calibration, count: int | None = None
) -> tuple[tuple[str, ...], Floats]:
    """Return names and values of draws, three by three: one of each future.

    Members are exchangeable, so that the first of them are a fair sample. In the future that stops
    the months in which learning may stop take turns.
    """
    names, learned = draws(done)
    others, never = draws(without)
    each = min(len(learned) // 3 if count is None else count, len(learned) // 2, len(never))
    filled = np.zeros((each, len(names)))
    for column, name in enumerate(names):
        if name in others:
            filled[:, column] = never[:each, others.index(name)]
    when = np.resize(stops(read_catalogue().last), each)
    rows = np.empty((3 * each, len(names) + 1))
    for place, (values_, stop) in enumerate(
        (
            (filled, np.full(each, NEVER)),
            (learned[0 : 2 * each : 2], when),
            (learned[1 : 2 * each : 2], np.full(each, NEVER)),
        )
    ):
        rows[place::3, :-1], rows[place::3, -1] = values_, stop
    return (*names, STOP), rows


def misfit(done: Calibration) -> dict[str, float]:
    """Return how far the median member is from the figures of each series, mean square.

    In units of the error of a figure and of what the model may lack: 1 is what they lead to expect.
    """
    left = values(done.aims) - np.median(done.shown, axis=1)
    out = {}
    for name, series in SERIES.items():
        mine = [n for n, aim in enumerate(done.aims) if aim.series == name]
        if mine:
            spread = [done.aims[n].error ** 2 + series.drift**2 for n in mine]
            out[series.key] = round(float(np.mean(left[mine] ** 2 / spread)), 3)
    return out


def provenance(done: Calibration, without: Calibration) -> dict[str, Any]:
    """Return what the draws were made of, and what the data say of the futures."""
    return {
        "hash": done.plan.hash,
        "hash_unlearned": without.plan.hash,
        "plan": dataclasses.asdict(done.plan),
        "targets": len(done.aims),
        "misfit": misfit(done),
        "misfit_unlearned": misfit(without),
        "method": "iterative ensemble smoother, ranges held, tastes of nations integrated out",
        "model_version": MODEL,
        "tables_hash": data_hash(),
    }
