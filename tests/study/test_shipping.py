"""The draws that ship: two calibrations in three futures."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from sim import evidence
from sim.calibration.fit import Plan
from sim.scenario import futures
from sim.study import shipping


class Fake:
    """What shipping reads of a calibration."""

    def __init__(self, names, values):
        self.names, self.values_ = names, values
        self.unknown = SimpleNamespace(names=names, values=lambda _: values.T)
        self.posterior = np.zeros((len(names), len(values)))
        self.plan, self.aims = Plan(members=len(values)), []
        self.shown = np.zeros((0, len(values)))


@pytest.fixture
def pair():
    learned = Fake(
        ("network", *futures.LEARNED, "taste/nation/BRA/chinese"),
        np.arange(44, dtype=float).reshape(11, 4) + 1.0,
    )
    never = Fake(("network", "taste/nation/BRA/chinese"), 100.0 + np.arange(12.0).reshape(6, 2))
    return learned, never


def test_draws_stand_in_threes_one_of_each_future(pair):
    names, rows = shipping.together(*pair)
    assert names == (*pair[0].names, futures.STOP)
    assert len(rows) == 9
    for place, future in enumerate(futures.FUTURES):
        assert futures.rows(names, rows, future).tolist() == list(range(place, 9, 3))


def test_no_draw_is_taken_twice_and_each_stays_whole(pair):
    learned, never = pair
    names, rows = shipping.together(learned, never)
    both = np.concatenate([rows[1::3, :-1], rows[2::3, :-1]])
    assert len({tuple(row) for row in both}) == 6
    assert all((learned.values_ == row).all(axis=1).any() for row in both)
    assert (rows[0::3, names.index("network")] == never.values_[:3, 0]).all()
    assert (rows[0::3, names.index("taste/nation/BRA/chinese")] == never.values_[:3, 1]).all()


def test_fewer_can_be_asked_for(pair):
    assert len(shipping.together(*pair, count=2)[1]) == 6


def test_what_is_written_is_what_is_read(pair, tmp_path):
    plans = []

    def run(plan):
        plans.append(plan)
        return pair[len(plans) - 1]

    plan = Plan(members=600)
    done = shipping.ship(plan, run, tmp_path)
    assert done is pair[0]
    assert plans[0] == plan
    assert plans[1] == dataclasses.replace(
        plan, members=300, overrides=(("parameters.learning", 0.0),
                                      ("parameters.router_learning", 0.0)),
    )  # fmt: skip
    read = evidence.posterior(tmp_path)
    names, rows = shipping.together(*pair)
    assert read.names == names
    np.testing.assert_allclose(read.values, rows, rtol=1e-4)
    assert read.provenance["hash_unlearned"] == pair[1].plan.hash
