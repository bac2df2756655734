"""The parts of utility over runs: quantiles of those that can have it, and rows for them alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim import months
from sim.ensemble import utilities
from sim.metrics.utility import PARTS, SUM
from tests.strategies import ECOSYSTEMS, fake_drivers, fake_trajectory

HAD = st.floats(-5, 5) | st.just(np.nan)


@given(arrays(np.float64, (2, 3, 7), elements=HAD))
def test_quantiles_are_over_the_runs_that_can_have_it(values):
    values[1] = np.where(np.isnan(values[0]), np.nan, values[1])
    values[0] = np.where(np.isnan(values[1]), np.nan, values[0])
    found = utilities.bands(values)
    assert found.shape == (3, 3, 3)
    for k in range(3):
        had = values[:, k, ~np.isnan(values[0, k])]
        if had.size:
            expected = np.quantile(np.vstack([had, had.sum(axis=0)]), (0.05, 0.5, 0.95), axis=1).T
            assert found[:, k] == pytest.approx(expected, abs=1e-12)
        else:
            assert np.isnan(found[:, k]).all()


def test_what_no_run_can_have_has_no_row():
    drivers, at = fake_drivers(), np.array([months.parse("2024-12"), months.parse("2025-06")])
    blocks = [fake_trajectory(drivers, 1, part, (23, 29)) for part in np.split(np.arange(6), 2)]
    for block in blocks:
        block.utility[1, 2, :, 0] = np.nan
    table = utilities.table("made_up", drivers, blocks, at).to_pandas()
    names = (*PARTS, SUM)
    assert len(table) == (4 * 2 * len(ECOSYSTEMS) - 1) * len(names)
    here = table[(table["nation"] == "CHN") & (table["month"] == "2025-06")]
    assert list(dict.fromkeys(here["ecosystem"])) == list(ECOSYSTEMS[1:])
    row = here[(here["ecosystem"] == "cn_open") & (here["part"] == "brand")].iloc[0]
    values = np.concatenate([block.utility[1, 2] for block in blocks], axis=-1)
    brand = values[list(PARTS).index("brand"), ECOSYSTEMS.index("cn_open")]
    assert row["p50"] == pytest.approx(np.median(brand), abs=1e-12)
    whole = here[(here["ecosystem"] == "cn_open") & (here["part"] == SUM)].iloc[0]
    total = values[:, ECOSYSTEMS.index("cn_open")].sum(axis=0)
    assert whole["p95"] == pytest.approx(np.quantile(total, 0.95), abs=1e-12)
