"""What can be asked of the result of a run."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.errors import InputError, StoreError
from sim.study.repeat import _require_equal
from sim.study.seals import over, read_manifest


def test_shares_are_asked_by_name_and_by_period(result):
    month = result.curves["month"].max()
    asked = [result.share("World", month), result.share("world", str(month))]
    pd.testing.assert_frame_equal(*asked)
    with pytest.raises(InputError, match=r"no month '2031-01' \(it runs from"):
        result.share("world", "2031-01")


def test_only_a_table_that_was_not_kept_yet_may_come_beside_those_of_before(result, tmp_path):
    """A result that was written without parts of utility is repeated, and gains them."""
    known = read_manifest(result.save(tmp_path))

    def without(name):
        seals = {k: v for k, v in known["seals"].items() if k != name}
        return {**known, "seals": seals, "sealed": over(seals)}

    _require_equal(result, known, "it")
    _require_equal(result, without("utility.parquet"), "it")
    with pytest.raises(StoreError, match=r"comes out otherwise here: curves\.csv"):
        _require_equal(result, without("curves.csv"), "it")
    with pytest.raises(StoreError, match="it was edited: the seals are not those"):
        _require_equal(result, {**without("utility.parquet"), "sealed": known["sealed"]}, "it")
