"""The study room: many runs of a scenario, what they say, and results on disk."""

from __future__ import annotations

from sim.study.ensemble import Engine, resolve, run
from sim.study.result import Result
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.sensitivity import Sensitivity, sensitivity
from sim.study.sweeps.sweep import sweep

__all__ = [
    "Engine", "Result", "Sensitivity", "Sweep", "resolve", "run", "sensitivity", "sweep",
]  # fmt: skip
