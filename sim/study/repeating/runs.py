"""Runs of one scenario again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario import load
from sim.study import against
from sim.study.result import Result
from sim.study.run import run_resolved
from sim.study.saved import plain_scenario


def run(known: Mapping[str, Any], _: str | Path | None, workers: int) -> Result:
    """Run a scenario again, beside its reference where it was compared with one."""
    more = known["repeat"]
    scenario = load(plain_scenario(known["asked"]["scenario"]))
    made = run_resolved(scenario, workers=workers, full=more["full"])
    if more["against"] is None:
        return made
    reference = run_resolved(load(plain_scenario(more["against"])), workers=workers)
    return made.beside(against.over(made, reference), more["against"])
