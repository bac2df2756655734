"""Regret and satisficing on tables that are worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.study.robust import metrics

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
    smaller = metrics.table(("a", "b", "c"), VALUES, 2.0, larger_is_better=False)
    assert smaller.set_index("policy")["worst"].to_dict() == {"a": 4.0, "b": 2.0, "c": 5.0}


@given(values=arrays(float, (3, 5), elements=st.floats(-10, 10)))
def test_somebody_is_the_best_of_each_world_and_nobody_better(values):
    behind = metrics.regret(values)
    assert (behind >= 0).all()
    assert (behind.min(axis=0) == 0).all()
    shifted = metrics.regret(values + 3.0)
    np.testing.assert_allclose(shifted, behind, atol=1e-12)
