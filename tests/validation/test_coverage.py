"""How often intervals hold, on pools that are made up, and on a real one made small."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.calibration.fit import Plan
from validation import coverage


def made_up(sd_between, sd_within=1.0, members=20_000):
    """Return effects on six outcomes, with variance between members and within them."""
    rng = np.random.default_rng(3)
    shape = (members, coverage.WORLDS, len(coverage.OUTCOMES))
    between = sd_between * rng.normal(size=(members, 1, shape[2]))
    return 0.5 + between + sd_within * rng.normal(size=shape)


@pytest.mark.parametrize(("runs", "shipped"), [(200, 1000), (600, 1000), (600, 300)])
def test_intervals_of_a_made_up_pool_hold_as_often_as_they_say(runs, shipped):
    """Of 400 studies and six outcomes that are independent, 95 % hold: alpha = 0.001 is 1.5 %."""
    held, boot = coverage.studies(made_up(1.0), 400, runs, shipped)
    assert held.shape == (400, 6)
    assert boot.size == 0
    assert abs(held.mean() - 0.95) < 0.015


def test_the_bootstrap_of_whole_draws_holds_too():
    """Of 40 studies and six outcomes 95 % hold: alpha = 0.001 is 4.7 %."""
    _, boot = coverage.studies(made_up(1.0), 40, 200, 100, bootstraps=40)
    assert boot.shape == (40, 6)
    assert abs(boot.mean() - 0.95) < 0.047


def test_intervals_that_know_nothing_of_draws_hold_too_rarely():
    """Two replicates a draw and half the variance between draws: 1.22 times too narrow."""
    held, _ = coverage.studies(made_up(1.0), 400, 600, 300, clustered=False)
    assert held.mean() < 0.92
    assert not coverage.as_asked(held.mean(axis=0).tolist())


@pytest.mark.parametrize(
    ("parts", "asked"),
    [
        ([0.95] * 6, True),
        ([0.95] * 5 + [0.91], False),
        ([0.95] * 5 + [0.985], False),
        ([0.925] * 6, False),
        ([0.972] * 6, False),
    ],
)
def test_what_is_asked_of_coverage(parts, asked):
    assert coverage.as_asked(parts) is asked


def test_more_runs_than_the_draws_have_worlds_are_refused():
    with pytest.raises(ValueError, match="need more than 2 worlds"):
        coverage.studies(made_up(1.0, members=50), 1, 101, 50)


@pytest.mark.long
def test_a_small_pool_is_run_once_and_taken_up_again(tmp_path, monkeypatch):
    """Two calibrations of 200 members and one step, read in December 2025."""
    monkeypatch.setattr(coverage, "UNTIL", "2026-12")
    plan = {"steps": 1, "repeats": 1, "until": "2025-03"}
    said = []
    first = coverage.pool(400, 200, tmp_path, said=said.append, **plan)
    assert first.shape == (400, coverage.WORLDS, len(coverage.OUTCOMES))
    assert np.isfinite(first).all()
    assert (first != 0).any()
    assert said == ["200 of 400 members", "400 of 400 members"]
    # Worlds of a member differ, and so do members of the two calibrations.
    assert (first[:, 0] != first[:, 1]).any()
    assert (first[:200] != first[200:]).any()
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    monkeypatch.setattr(coverage, "calibrate", None)
    again = coverage.pool(400, 200, tmp_path, **plan)
    np.testing.assert_array_equal(first, again)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    one = coverage.effects_of(
        Plan(members=200, seed=coverage.FIRST_SEED, **plan), 0, tmp_path, "2026-12"
    )
    np.testing.assert_array_equal(one, first[:200])


def test_the_result_says_what_was_asked_and_what_held(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage, "PLACE", tmp_path / "coverage.json")
    monkeypatch.setattr(coverage, "STUDIES", 20)
    monkeypatch.setattr(coverage, "pool", lambda **_: made_up(1.0))
    found = coverage.run()
    assert json.loads((tmp_path / "coverage.json").read_text()) == found
    for name in ("200 runs", "600 runs", "600 runs of 300 draws"):
        assert 0.85 < found[name]["pooled"] <= 1.0
        assert {"as_asked", "bootstrap", "plurality of world"} <= set(found[name])
