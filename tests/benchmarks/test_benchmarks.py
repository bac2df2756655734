"""The benchmarks measure what they say; nothing here takes a time."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import (
    KEYS,
    __main__,
    bound,
    clock,
    commands,
    explorer,
    levers,
    machine,
    replicate,
    sweeping,
)
from making import operations
from sim.ensemble.runner import LANES
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world.partings import begins

SECONDS = 0.006


@pytest.fixture(scope="module")
def small():
    """Return the baseline of three nations, a year past the facts."""
    given = [("nations", ["BRA", "CHN", "USA"]), ("period.end", "2027-12")]
    return compiled(load("baseline", given))


@pytest.fixture
def still(monkeypatch, small):
    """Stop the clock: every task takes the same time and none is done."""
    asked = []

    def take(task, times):
        asked.append(times)
        return SECONDS

    monkeypatch.setattr(clock, "best", take)
    monkeypatch.setattr(clock, "median", take)
    monkeypatch.setattr("sim.scenario.compile", lambda _: small)
    monkeypatch.setattr(commands, "_sim", print)
    monkeypatch.setattr(sweeping, "overhead", lambda: 0.01)
    monkeypatch.setattr(sweeping, "rates", lambda: {"inline_1": 1, "pool_2": 2, "dask_2": 2})
    monkeypatch.setattr(sweeping, "batch_run", lambda: 9)
    monkeypatch.setattr(levers, "arms", lambda: [small, small])
    felt = {key: SECONDS for key in KEYS if key.startswith("explorer_")}
    monkeypatch.setattr(explorer, "figures", lambda: felt)
    return asked


def test_the_part_of_the_months_that_is_computed_is_that_of_the_plan():
    """Arms by hand: the reference whole, each lever from its first effect or from its like on."""
    drivers = levers.arms()
    whole = drivers[0].facts.months.size
    first = [begins(each, {entry.lever for entry in each.entries}) for each in drivers[1:]]
    expected = (whole + sum(whole - t for t in first)) / (whole * len(drivers))
    assert 0.6 < levers.months_part() <= expected


@pytest.mark.slow
def test_what_is_timed_of_sweeps_is_run(monkeypatch):
    done = []
    monkeypatch.setattr(clock, "best", lambda task, _: done.append(task()) or SECONDS)
    monkeypatch.setattr(sweeping, "RUNS", LANES // 8)  # one block of the kernel
    assert sweeping.overhead() == 0
    assert sweeping.batch_run() == 1
    assert len(done) == 4


def test_the_last_line_is_one_object_with_every_key(still, capsys):
    __main__.main([])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert tuple(figures) == KEYS
    assert all(math.isfinite(value) and value > 0 for value in figures.values())
    assert figures["help_s"] == figures["run_200_warm_s"] == SECONDS
    assert figures["ms_per_replicate_core"] == pytest.approx(1e3 * SECONDS / replicate.LANES, 1e-3)
    assert figures["ratio_mesa_driver"] == replicate.LANES
    # Best of nine for the kernel, which is timed once more to compile; median of nine for the help.
    assert still.count(1) >= replicate.TIMES + 1
    assert still.count(9) == 1


def test_a_result_is_kept_only_when_asked(still, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    __main__.main([])
    assert not (tmp_path / "results").exists()
    __main__.main(["--save"])
    (file,) = (tmp_path / "results").iterdir()
    kept = json.loads(file.read_text())
    assert kept["figures"] == json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"processor", "cores", "load", "python", "numba"} <= set(kept["machine"])
    assert file.stem == kept["date"]


def test_the_bound_is_the_sum_of_counts_and_times(small):
    needed = bound.counts(small, 1)
    assert set(needed) == set(bound.LOOPS) == set(operations.KINDS)
    assert min(needed.values()) > 0
    parts = bound.milliseconds(needed, dict.fromkeys(bound.LOOPS, 2.0))
    assert sum(parts.values()) == pytest.approx(2e-6 * sum(needed.values()))


def test_a_price_that_moves_costs_log_sums_and_one_that_stays_does_not(small):
    f = small.facts
    ecosystem = small.ecosystems.index("cn_open")
    month = next(
        t
        for t in range(f.last_fact + 1, f.months.size)
        if all(np.array_equal(path[t], path[t - 1]) for path in (f.ln_price, f.fall_years))
    )
    sold = int(f.on_sale[month, ecosystem].sum())
    assert sold > 0
    moved = f.ln_price.copy()
    moved[month:, ecosystem] += 0.01
    before = bound.counts(small, 1)
    after = bound.counts(replace(small, facts=f._replace(ln_price=moved)), 1)
    times = len(small.nations) * len(small.segments) * sold
    # Three ways of an open ecosystem: an exponential each, and one logarithm of their sum.
    assert after["exp"] - before["exp"] == 3 * times
    assert after["log"] - before["log"] == times


@pytest.mark.parametrize("kind", bound.LOOPS)
def test_each_loop_does_its_operation_on_every_number(kind):
    numbers = np.linspace(0.5, 3.0, 2 * bound.CORNER)
    given = numbers.view(np.uint64) if kind == "draw" else numbers
    out = np.empty(bound.CORNER)
    bound.LOOPS[kind](given, out, 1)
    last = numbers[-bound.CORNER :]
    if kind == "draw":
        assert ((out > 0) & (out < 1)).all()
        assert len(set(out.tolist())) == bound.CORNER
        return
    chained = last.copy()
    for _ in range(bound.CHAIN):
        chained = 0.25 * chained + 0.5
    expected = {
        "exp": np.exp(last), "log": np.log(last), "sqrt": np.sqrt(last), "div": 1.7 / last,
        "madd": chained,
    }  # fmt: skip
    assert np.allclose(out, expected[kind], rtol=1e-12)


def test_best_and_median_are_what_they_say(monkeypatch):
    ticks = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0] * 2)
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(ticks))
    assert clock.best(lambda: None, 3) == 1.0
    assert clock.median(lambda: None, 3) == 2.0
