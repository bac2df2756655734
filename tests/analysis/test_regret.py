"""Regret and satisficing on tables that are worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.analysis import regret as metrics

VALUES = np.array([[3.0, 1.0, 4.0], [2.0, 2.0, 2.0], [0.0, 5.0, 1.0]])
"""Three policies in three worlds; the best of each world are 3, 5 and 4."""


def test_regret_by_hand():
    np.testing.assert_array_equal(
        metrics.regret(VALUES), [[0.0, 4.0, 0.0], [1.0, 3.0, 2.0], [3.0, 0.0, 3.0]]
    )
    np.testing.assert_array_equal(
        metrics.regret(VALUES, larger_is_better=False),
        [[3.0, 0.0, 3.0], [2.0, 1.0, 1.0], [0.0, 4.0, 0.0]],
    )


def test_the_table_by_hand():
    found = metrics.table(("a", "b", "c"), VALUES, 2.0).set_index("policy")
    assert found.index[-1] == "a"
    assert found["max_regret"].to_dict() == {"a": 4.0, "b": 3.0, "c": 3.0}
    assert found["satisficing"].to_dict() == pytest.approx({"a": 2 / 3, "b": 1.0, "c": 1 / 3})
    assert found["worst"].to_dict() == {"a": 1.0, "b": 2.0, "c": 0.0}
    assert found["failed"].tolist() == [0, 0, 0]
    smaller = metrics.table(("a", "b", "c"), VALUES, 2.0, larger_is_better=False)
    assert smaller.set_index("policy")["worst"].to_dict() == {"a": 4.0, "b": 2.0, "c": 5.0}


def test_a_world_in_which_a_policy_could_not_be_run_counts_against_it_alone():
    """Without its first world, the policy would be the best of all and good enough everywhere."""
    values = np.array([[np.nan, 5.0, 4.0], [2.0, 2.0, 2.0]])
    found = metrics.table(("fragile", "sound"), values, 2.0).set_index("policy")
    assert found["worlds"].tolist() == [3, 3]
    assert found["failed"].to_dict() == {"fragile": 1, "sound": 0}
    assert found["satisficing"].to_dict() == pytest.approx({"fragile": 2 / 3, "sound": 1.0})
    assert metrics.shared(values).tolist() == [False, True, True]
    assert found["max_regret"].to_dict() == {"fragile": 0.0, "sound": 3.0}
    assert found["mean"].to_dict() == {"fragile": 4.5, "sound": 2.0}


def test_a_policy_that_could_be_run_nowhere_stays_in_the_table():
    values = np.array([[np.nan] * 3, [2.0, 1.0, 2.0], [3.0, 0.0, 3.0]])
    found = metrics.table(("broken", "sound", "other"), values, 2.0).set_index("policy")
    assert found.index[-1] == "broken"
    assert found.loc["broken", "failed"] == 3
    assert found.loc["broken", "satisficing"] == 0.0
    assert found.loc["broken", list(metrics.OVER_SHARED)].isna().all()
    assert found.loc["sound", "max_regret"] == 1.0
    assert metrics.shared(values).all()


def test_policies_that_were_run_in_no_world_together_have_no_regret():
    values = np.array([[np.nan, 1.0], [1.0, np.nan]])
    found = metrics.table(("a", "b"), values, 0.5)
    assert found[list(metrics.OVER_SHARED)].isna().all(axis=None)
    assert found["satisficing"].tolist() == [0.5, 0.5]


@given(values=arrays(float, (3, 5), elements=st.floats(-10, 10)))
def test_somebody_is_the_best_of_each_world_and_nobody_better(values):
    behind = metrics.regret(values)
    assert (behind >= 0).all()
    assert (behind.min(axis=0) == 0).all()
    shifted = metrics.regret(values + 3.0)
    np.testing.assert_allclose(shifted, behind, atol=1e-12)
