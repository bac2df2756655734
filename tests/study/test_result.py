"""What can be asked of the result of a run."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.errors import InputError


def test_shares_are_asked_by_name_and_by_period(result):
    month = result.curves["month"].max()
    asked = [result.share("World", month), result.share("world", str(month))]
    pd.testing.assert_frame_equal(*asked)
    with pytest.raises(InputError, match=r"no month '2031-01' \(it runs from"):
        result.share("world", "2031-01")
