"""Policy scenarios for the contest between AI model ecosystems.

If a government pulls a lever, whose ecosystem do the world's developers build on?

::

    import sim

    scenario = sim.load("rand_package")            # name, path or mapping -> Scenario
    result = sim.run(scenario, runs=200, seed=1)   # -> Result
    result.curves                                  # a DataFrame: shares by group and month
    result.plot("global_south")                    # a matplotlib figure
    result.save("results")                         # all files of the result

    model = sim.World(scenario, seed=1)            # a mesa.Model, to step and look into

Names are looked up when they are first used, so ``import sim`` costs next to nothing. What is in
``__all__`` is the interface; everything else may change without notice.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sim import version as _version
from sim.errors import InputError, Problem, RunError, SimError, StoreError

if TYPE_CHECKING:
    from sim.ensemble.record import Effect
    from sim.metrics.registry import metric
    from sim.scenario import Scenario, load
    from sim.study.calibrate import Calibration, calibrate
    from sim.study.compare.compare import compare
    from sim.study.compare.result import Comparison
    from sim.study.effect import effect
    from sim.study.ema import ema_model
    from sim.study.explain import explain
    from sim.study.export import export
    from sim.study.hindcast import Hindcast, hindcast
    from sim.study.observe import observe
    from sim.study.repeat import repeat
    from sim.study.result import Result
    from sim.study.robust import Robust, robust
    from sim.study.run import run
    from sim.study.sweeps.result import Sweep
    from sim.study.sweeps.sensitivity import Sensitivity, sensitivity
    from sim.study.sweeps.sweep import sweep
    from sim.world import World

    __version__: str
    """Of the package, as ``sim --version`` prints it."""

__all__ = [
    "Calibration",
    "Comparison",
    "Effect",
    "Hindcast",
    "InputError",
    "Problem",
    "Result",
    "Robust",
    "RunError",
    "Scenario",
    "Sensitivity",
    "SimError",
    "StoreError",
    "Sweep",
    "World",
    "__version__",
    "calibrate",
    "compare",
    "effect",
    "ema_model",
    "explain",
    "export",
    "format_version",
    "hindcast",
    "load",
    "metric",
    "model_version",
    "observe",
    "repeat",
    "robust",
    "run",
    "sensitivity",
    "sweep",
]

model_version = _version.MODEL
"""Raised whenever any number of any result can move."""
format_version = _version.FORMAT
"""Raised whenever the layout of a result on disk changes; readers refuse another one."""

_ROOMS = {
    "Calibration": "sim.study.calibrate",
    "Comparison": "sim.study.compare.result",
    "Effect": "sim.ensemble.record",
    "Hindcast": "sim.study.hindcast",
    "Result": "sim.study.result",
    "Scenario": "sim.scenario",
    "Sensitivity": "sim.study.sweeps.sensitivity",
    "Sweep": "sim.study.sweeps.result",
    "World": "sim.world",
    "Robust": "sim.study.robust",
    "calibrate": "sim.study.calibrate",
    "compare": "sim.study.compare.compare",
    "effect": "sim.study.effect",
    "ema_model": "sim.study.ema",
    "explain": "sim.study.explain",
    "export": "sim.study.export",
    "hindcast": "sim.study.hindcast",
    "load": "sim.scenario",
    "metric": "sim.metrics.registry",
    "observe": "sim.study.observe",
    "repeat": "sim.study.repeat",
    "robust": "sim.study.robust",
    "run": "sim.study.run",
    "sensitivity": "sim.study.sweeps.sensitivity",
    "sweep": "sim.study.sweeps.sweep",
}


def __getattr__(name: str) -> object:
    """Fetch a public name from its room on first use."""
    value: object
    if name == "__version__":
        value = _version.package()
    elif name in _ROOMS:
        value = getattr(importlib.import_module(_ROOMS[name]), name)
    else:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
