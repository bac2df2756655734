"""Three futures: which draws belong to which, and how a scenario asks for one."""

from __future__ import annotations

import numpy as np
import pytest

from sim import evidence, months
from sim.errors import InputError
from sim.scenario import compile as compiled
from sim.scenario import futures, load
from sim.world import parameters
from sim.world.rows import P


def scenario(**ensemble):
    return load({"extends": "baseline", "ensemble": {"runs": 9, "seed": 1, **ensemble}})


def lanes(drivers, count=30):
    scalar = parameters.draw(drivers, 1, np.arange(count)).scalar
    learned = [scalar[getattr(P, name)] for name in futures.LEARNED]
    return futures.future_of(learned, scalar[P.learning_stop])


def test_any_three_replicates_in_a_row_have_all_three_futures():
    found = lanes(compiled(scenario()), 300)
    assert (np.sort(found.reshape(-1, 3), axis=1) == [0, 1, 2]).all()


@pytest.mark.parametrize("parameters_", ["calibrated", "drawn", "default"])
@pytest.mark.parametrize("future", futures.FUTURES)
def test_a_scenario_may_ask_for_one_future(future, parameters_):
    drivers = compiled(scenario(future=future, parameters=parameters_))
    assert (lanes(drivers) == futures.FUTURES.index(future)).all()


def test_each_month_of_a_stop_is_drawn_equally_often():
    known = evidence.posterior()
    mine = futures.rows(known.names, known.values, futures.STOPS)
    when, count = np.unique(known.values[mine, known.names.index(futures.STOP)], return_counts=True)
    assert {months.text(int(month)) for month in when} >= set(futures.LATER)
    assert when.size == 3
    assert count.max() - count.min() <= 1


def test_the_draws_are_in_three_equal_parts():
    known = evidence.posterior()
    parts = [futures.rows(known.names, known.values, name) for name in futures.FUTURES]
    assert len({len(part) for part in parts}) == 1
    assert sorted(np.concatenate(parts)) == list(range(len(known.values)))
    np.testing.assert_array_equal(
        futures.rows(known.names, known.values, futures.ALL), np.arange(len(known.values))
    )


@pytest.mark.parametrize(("text", "value"), [("never", futures.NEVER), ("2028-12", 24347.0)])
def test_the_month_in_which_learning_stops_is_written_as_a_month(text, value):
    found = load({"extends": "baseline", "parameters": {"learning_stop": text}})
    assert found.parameters["learning_stop"] == value
    drivers = compiled(found)
    assert (parameters.draw(drivers, 1, np.arange(4)).scalar[P.learning_stop] == value).all()


@pytest.mark.parametrize("text", ["soon", "2028", "1999-01", "2028-13"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(InputError, match="learning_stop"):
        load({"extends": "baseline", "parameters": {"learning_stop": text}})


def test_an_unknown_future_is_refused():
    with pytest.raises(InputError, match=r"ensemble\.future"):
        scenario(future="some")
