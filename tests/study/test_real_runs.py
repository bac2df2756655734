"""Runs of the real world: who computes them and in what order nations stand changes nothing."""

from __future__ import annotations

import pandas as pd
import pytest

import sim

NATIONS = ["USA", "CHN", "BRA", "KEN", "DEU", "IND"]
RUNS = 120


def tables(nations, **options):
    scenario = {"extends": "rand_package", "nations": nations}
    result = sim.run(scenario, runs=RUNS, seed=4, until="2030-12", **options)
    return result.curves, result.runs, result.outcomes


@pytest.fixture(scope="module")
def one():
    return tables(NATIONS)


@pytest.mark.parametrize("workers", [2, 3, 9])
def test_any_number_of_workers_gives_the_same_tables(one, workers):
    for mine, other in zip(one, tables(NATIONS, workers=workers), strict=True):
        pd.testing.assert_frame_equal(mine, other, check_exact=True)


@pytest.mark.parametrize("order", [[5, 3, 1, 0, 2, 4], [4, 2, 0, 1, 3, 5]])
def test_any_order_of_nations_gives_the_same_tables(one, order):
    for mine, other in zip(one, tables([NATIONS[n] for n in order]), strict=True):
        pd.testing.assert_frame_equal(mine, other, check_exact=True)
