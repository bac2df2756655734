"""Groups: weighted by developers, plain where nobody builds, selectors left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.ensemble.groups import choose
from sim.errors import InputError
from sim.world.groups import Groups

NATIONS, ECOSYSTEMS, RUNS = 3, 4, 2
COUNTS = hnp.arrays(
    np.float64, (NATIONS, RUNS), elements=st.one_of(st.just(0.0), st.floats(1.0, 1e8))
)
WEIGHTS = hnp.arrays(
    np.float64, (NATIONS, ECOSYSTEMS, RUNS), elements=st.floats(0.0, 1.0, width=32)
)
GROUPS = Groups(("world", "two"), np.array([[1, 1, 1], [1, 0, 1]], dtype=bool))


@given(WEIGHTS, COUNTS)
def test_shares_stay_shares(weights, developers):
    share = (weights + 1e-3) / (weights + 1e-3).sum(axis=1, keepdims=True)
    group, total = GROUPS.shares(share, developers)
    assert np.allclose(group.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    # Between the least and the greatest of the members' shares.
    assert (group[1] <= share[[0, 2]].max(axis=0) + 1e-12).all()
    assert (group[1] >= share[[0, 2]].min(axis=0) - 1e-12).all()
    assert np.allclose(total[1], developers[[0, 2]].sum(axis=0))


def test_developers_are_the_weights():
    share = np.zeros((3, 2, 1))
    share[0, 0] = share[1, 1] = share[2, 1] = 1.0
    group, total = GROUPS.shares(share, np.array([[30.0], [50.0], [10.0]]))
    assert group[1, :, 0] == pytest.approx([0.75, 0.25])
    assert total[:, 0] == pytest.approx([90.0, 40.0])


def test_where_nobody_builds_the_mean_is_plain():
    share = np.zeros((3, 2, 2))
    share[0, 0] = share[1, 1] = share[2, 1] = 1.0
    developers = np.array([[0.0, 1.0], [5.0, 0.0], [0.0, 0.0]])
    group, _ = GROUPS.shares(share, developers)
    assert group[1, :, 0] == pytest.approx([0.5, 0.5])  # run 0: no developer in either
    assert group[1, :, 1] == pytest.approx([1.0, 0.0])  # run 1: all in the first nation


def test_the_world_is_first_and_memberships_are_not_shown():
    some, none = np.array([True, False]), np.array([False, False])
    known = {
        "south_asia": some,
        "mine": some,
        "oecd": some,
        "oceania": none,
        "global_south": some,
        "world": some,
    }
    shown = choose(known, ["south_asia", "oceania", "mine"])
    assert shown.slugs == (
        "world",
        "global_south",
        "mine",
        "south_asia",
    )


def test_a_run_without_a_nation_is_refused():
    with pytest.raises(InputError, match="no nation"):
        choose({"world": np.array([False])}, [])
