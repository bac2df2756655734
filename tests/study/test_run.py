"""Ensembles: blocks, workers, progress, and what is refused before anything runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.ensemble import runner
from sim.ensemble.runner import LANES
from sim.errors import InputError, RunError
from sim.scenario.resolve import resolve
from sim.study import run as ensemble


def test_blocks_hold_every_replicate_once(world, scenario):
    runs = 2 * LANES + 5
    ensemble.run(scenario, runs=runs)
    assert [len(block) for block in world] == [LANES, LANES, 5]
    assert np.array_equal(np.concatenate(world), np.arange(runs))


@pytest.mark.parametrize("workers", [2, 3, 9])
def test_workers_change_no_number(world, scenario, workers):
    one, many = ensemble.run(scenario), ensemble.run(scenario, workers=workers)
    for name in ("curves", "runs", "outcomes"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(many, name), check_exact=True)
    assert one.hash == many.hash


def test_more_runs_leave_the_first_ones_as_they_were(world, scenario):
    few, more = ensemble.run(scenario, runs=5).runs, ensemble.run(scenario, runs=20).runs
    pd.testing.assert_frame_equal(few, more[more["run"] < 5].reset_index(drop=True))


def test_runs_and_seed_are_part_of_the_hash(world, scenario):
    hashes = {ensemble.run(scenario, **given).hash for given in ({}, {"runs": 41}, {"seed": 4})}
    assert len(hashes) == 3
    assert ensemble.run(scenario, runs=40, seed=3).hash in hashes


def test_another_seed_gives_other_numbers(world, scenario):
    a, b = ensemble.run(scenario, seed=1), ensemble.run(scenario, seed=2)
    assert not np.array_equal(a.runs["share"], b.runs["share"])


def test_progress_ends_at_all_runs(world, scenario):
    for workers in (1, 2):
        steps = []
        ensemble.run(scenario, workers=workers, progress=lambda *at, to=steps: to.append(at))
        assert steps[-1] == (40, 40)
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_until_is_the_last_month(scenario):
    assert resolve(scenario, until="2024-06").document()["period"]["end"] == "2024-06"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"runs": 0}, "runs"),
        ({"runs": -3}, "runs"),
        ({"seed": -1}, "seed"),
        ({"until": "2022-01"}, "end"),
        ({"until": "soon"}, "month"),
        ({"engine": "mesh"}, "did you mean 'mesa'"),
        ({"workers": 0}, "workers"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_runs(world, scenario, given, message):
    with pytest.raises(InputError, match=message):
        ensemble.run(scenario, **given)
    assert world == []


def test_a_run_that_memory_cannot_hold_says_what_it_would_need(world, scenario):
    with pytest.raises(InputError, match=r"would need [\d,]+ GB .* runs fit"):
        ensemble.run(scenario, runs=1_000_000, until="2035-12")
    assert world == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_block_ends_the_run(world, scenario, monkeypatch, workers):
    def fail(drivers, seed, replicates, engine, explained):
        raise RunError("the world ended", replicate=int(replicates[0]))

    monkeypatch.setattr(runner, "simulate", fail)
    with pytest.raises(RunError, match="the world ended"):
        ensemble.run(scenario, workers=workers)


def test_an_interrupt_cancels_what_has_not_begun(world, scenario):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensemble.run(scenario, runs=1600, workers=2, progress=stop)
    assert len(world) < 20
