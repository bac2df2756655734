"""From strength to size, and the course of a lever in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.months import parse
from sim.scenario import LeverEntry, levers, strength

SIZES = (1.0, 3.0, 7.0)


@pytest.mark.parametrize(
    ("at", "size"), [(0, 0), (1 / 6, 0.5), (1 / 3, 1), (0.5, 2), (2 / 3, 3), (5 / 6, 5), (1, 7)]
)
def test_size_is_linear_between_the_named_strengths(at, size):
    assert strength.value("add", SIZES, at) == pytest.approx(size)


def test_the_names_are_the_knots():
    assert levers.STRENGTHS == {"low": 1 / 3, "central": 2 / 3, "high": 1.0}


@given(a=st.floats(0, 1), b=st.floats(0, 1))
def test_more_strength_is_never_less_effect(a, b):
    weak, strong = strength.value("add", SIZES, np.array(sorted((a, b))))
    assert weak <= strong


@given(at=st.floats(0, 1), factor=st.floats(0.5, 1.5))
def test_no_multiplier_turns_a_factor_or_a_fraction_inside_out(at, factor):
    assert strength.value("multiply", (-0.5, -0.9, -1.0), at, factor) >= -1
    assert 0 <= strength.value("move", (0.3, 0.8, 1.0), at, factor) <= 1


def test_a_level_stays_at_low_while_its_grip_grows():
    at = np.array([0, 1 / 6, 1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(
        strength.value("cap", (0.9, 0.6, 0.3), at, 1.5), [0.9, 0.9, 0.9, 0.6, 0.3]
    )
    np.testing.assert_allclose(strength.weight("cap", at), [0, 0.5, 1, 1, 1])
    assert strength.weight("add", at).tolist() == [1.0] * 5


def entry(**changes):
    given = {"id": "a", "strength": 1.0, "start": parse("2026-01"), "end": parse("2026-12")}
    return LeverEntry(**(given | {"ramp_months": 4, "lag_months": 2} | changes))


def test_a_ramp_rises_from_the_lagged_start():
    rise = strength.course(entry(), np.arange(100))
    assert rise[:7].tolist() == [0, 0, 0.25, 0.5, 0.75, 1, 1]
    assert (rise[7:] == 1).all()


@pytest.mark.parametrize("ramp_months", [0, 1])
def test_without_a_ramp_it_is_a_step(ramp_months):
    assert strength.course(entry(ramp_months=ramp_months), np.arange(1, 4)).tolist() == [0, 1, 1]
