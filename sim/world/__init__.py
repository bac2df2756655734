"""The world room: what happens in a month, by rules that are written once.

``simulate`` runs blocks of replicates, ``World`` is the same model in Mesa.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.world.happened import Trajectory
from sim.world.trajectory import (
    simulate,
    simulate_branches,
    simulate_together,
    simulate_with_reasons,
)
from sim.world.trunk import Moment, Trunk, simulate_from, simulate_trunk

if TYPE_CHECKING:
    from sim.world.model import Nation, World

__all__ = [
    "Moment", "Nation", "Trajectory", "Trunk", "World", "simulate", "simulate_branches",
    "simulate_from", "simulate_together", "simulate_trunk", "simulate_with_reasons",
]  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module has attributes of any type
    if name in ("Nation", "World"):  # Mesa takes a second to import
        return getattr(import_module("sim.world.model"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
