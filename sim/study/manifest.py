"""What made a result: enough to make it again and to see why another may differ."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sim.version import DISTRIBUTION, FORMAT, MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario

_PACKAGES = ("numpy", "numba", "mesa", "pandas", "pyarrow", "matplotlib")


def manifest(scenario: Scenario, engine: str, workers: int, seconds: float) -> dict[str, Any]:
    """Return the manifest of a run.

    The hash covers the resolved scenario, the evidence and the model version; what else is here
    does not change a number.

    Parameters
    ----------
    scenario : Scenario
        As it was run.
    engine : str
        ``kernel`` or ``mesa``.
    workers : int
        Blocks run at a time.
    seconds : float
        Wall time from the call to the finished tables.
    """
    known = facts()
    return {
        "hash": scenario.hash(MODEL, known["evidence_hash"]),
        "scenario": scenario.document(),
        "seed": scenario.ensemble.seed,
        "runs": scenario.ensemble.runs,
        **known,
        "engine": engine,
        "workers": workers,
        "wall_seconds": round(seconds, 3),
    }


def facts() -> dict[str, Any]:
    """Return which model, evidence, packages and machine a result came from."""
    from sim.evidence import load

    return {
        "model_version": MODEL,
        "format_version": FORMAT,
        "evidence_hash": load().hash,
        "versions": {
            "python": platform.python_version(),
            "sim": version(DISTRIBUTION),
            **{name: version(name) for name in _PACKAGES},
        },
        "platform": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "processors": os.cpu_count(),
        },
    }
