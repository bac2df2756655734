"""The study room: many runs of a scenario, what they say, and results on disk."""

from __future__ import annotations

from sim.study.ensemble import Engine, resolve, run
from sim.study.result import Result

__all__ = ["Engine", "Result", "resolve", "run"]
