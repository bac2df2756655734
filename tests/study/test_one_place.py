"""To add a series takes two places: its row, and its figures in the table of observations."""

from __future__ import annotations

import sim
from sim.calibration import series, targets
from sim.calibration.series import SERIES, Rows, Series
from sim.evidence.codes import EVERY

FEW = {"runs": 2, "until": "2023-06", "overrides": [("nations", ["CHN", "USA"])]}


def test_a_row_is_all_that_a_series_needs_to_be_observed(monkeypatch):
    mine = Series(
        "my_count", "mine", "Mine", "a share of open weights that somebody counted",
        sees="routed", codes=("all_open",), base=EVERY, rows=(Rows("my_count", ("all_open",)),),
        error=0.12,
    )  # fmt: skip
    for module in (series, targets):  # as if the row stood in the table
        monkeypatch.setattr(module, "SERIES", {**SERIES, "my_count": mine})
    own = sim.observe("baseline", "my_count", errors=False, **FEW)
    known = sim.observe("baseline", "openrouter_open_weight_token_share", errors=False, **FEW)
    assert own["mean"].tolist() == known["mean"].tolist()
    assert sim.observe("baseline", "my_count", **FEW)["p95"].gt(own["p95"]).any()
