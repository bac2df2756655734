"""A made-up world behind the study room, so that its tests do not wait for a real one."""

from __future__ import annotations

import pytest

from sim import months
from sim.ensemble import futures, runner
from sim.scenario import Scenario
from sim.study import run as ensemble
from tests.strategies import fake_drivers, fake_trajectory, half, in_turn


@pytest.fixture
def scenario():
    return Scenario.model_validate(
        {
            "name": "made_up",
            "title": "A made-up world",
            "period": {"start": months.FIRST, "end": months.parse("2025-12")},
            "ensemble": {"runs": 40, "seed": 3},
        }
    )


@pytest.fixture
def drivers():
    return fake_drivers()


@pytest.fixture
def world(monkeypatch, drivers):
    """Put the made-up world in the place of the real one; return the blocks it was asked for."""
    asked = []

    def simulate(given, seed, replicates, engine, explained):
        asked.append(replicates)
        return fake_trajectory(given, seed, replicates, explained)

    monkeypatch.setattr(ensemble, "_drivers", lambda _: drivers)
    monkeypatch.setattr(runner, "simulate", simulate)
    monkeypatch.setattr(runner, "drawn", half)
    monkeypatch.setattr(futures, "of_replicates", in_turn)
    return asked


@pytest.fixture
def result(world, scenario):
    return ensemble.run(scenario)


@pytest.fixture
def whole(world, scenario):
    """Return the result that keeps everything."""
    return ensemble.run(scenario, full=True)
