"""The made-up world, for the tests of this room."""

from __future__ import annotations

from tests.made_up_world import drivers, result, scenario, whole, world

__all__ = ["drivers", "result", "scenario", "whole", "world"]
