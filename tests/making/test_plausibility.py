"""The page of figures to check first: thirty, with neighbours and without a typed number."""

from __future__ import annotations

import re

import numpy as np
import pytest

from making import picture, plausibility
from making.plausible import FIGURES, Fact, Figure, Main, Metric, Near, View
from sim.calibration.series import BY_KEY
from sim.evidence import load
from sim.scenario import compile as compiled
from sim.scenario.resolve import resolve
from sim.study.observe import observe
from sim.study.run import run
from sim.version import MODEL

RUNS, UNTIL = 6, "2026-12"


def test_there_are_thirty_and_each_is_another():
    assert len(FIGURES) == 30
    assert len({figure.title for figure in FIGURES}) == 30


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.title)
def test_what_to_think_is_a_sentence_without_a_number(figure):
    assert re.fullmatch(r"[A-Z][^\d]*\.", figure.why)
    assert not re.search(
        r"\b(two|three|four|five|six|seven|eight|nine|ten|twice|half|third|percent)\b", figure.why
    )


@pytest.mark.parametrize(
    "near", dict.fromkeys(near for figure in FIGURES for near in figure.near), ids=str
)
def test_every_neighbour_stands_in_the_evidence_with_a_source(near):
    said = plausibility.neighbour(near)
    cited = said.rpartition(", ")[2].rstrip(")").split(";")
    assert cited
    assert set(cited) <= {*load().sources, "judgement"}


def test_no_neighbour_is_of_after_the_last_month_that_may_be_used():
    months = [near.month for figure in FIGURES for near in figure.near if isinstance(near, Near)]
    assert max(months) <= "2026-06"
    users = [
        near for figure in FIGURES for near in figure.near
        if isinstance(near, Near) and near.series == plausibility.BY_KEY["users"].name
    ]  # fmt: skip
    assert max(near.month for near in users) <= "2026-03"


@pytest.mark.parametrize(
    "near", [Near("visits", "cn_all", "2025-01"), Fact("demand", "moon", "2025-07")]
)
def test_a_neighbour_that_is_not_there_is_refused(near):
    with pytest.raises(ValueError, match="has no"):
        plausibility.neighbour(near)


def test_the_answers_are_of_this_model_and_of_every_figure():
    found = plausibility.rows()
    assert [row["figure"] for row in found] == [figure.title for figure in FIGURES]
    assert {row["model_version"] for row in found} == {str(MODEL)}, "renew it with `make docs`"
    assert {row["runs"] for row in found} == {"200"}
    for row in found:
        assert 0.0 <= float(row["p05"]) <= float(row["p50"]) <= float(row["p95"]) <= 100.0


def test_answers_are_those_of_a_run_and_of_observe(monkeypatch):
    asked = (
        Figure("main", (), Main(("cn_open", "cn_closed"), UNTIL), "A."),
        Figure("nation", (), Main(("us_closed",), UNTIL, "BRA"), "B."),
        Figure("view", (), View("open", "all_open", UNTIL), "C."),
        Figure("metric", (), Metric("hardware_share.cn", UNTIL), "D."),
    )
    resolved = resolve("baseline", runs=RUNS, until=UNTIL)
    done = run(resolved, full=True)
    monkeypatch.setattr(plausibility, "FIGURES", asked)
    monkeypatch.setattr(picture, "result", lambda: done)
    found = plausibility._draws(resolved, compiled(resolved))
    wanted = done.outcomes[done.outcomes["month"].astype(str) == UNTIL]

    def metric(name, group):
        mine = wanted[(wanted["metric"] == name) & (wanted["group"] == group)]
        return 100.0 * mine["value"].to_numpy(dtype=float)

    np.testing.assert_allclose(found["main"], metric("share.bloc_cn", "world"), rtol=1e-9)
    np.testing.assert_allclose(found["nation"], metric("share.us_closed", "BRA"), rtol=1e-9)
    np.testing.assert_allclose(found["metric"], metric("hardware_share.cn", "world"))
    frame = observe(resolved, BY_KEY["open"].name).set_index("month")
    assert np.median(found["view"]) == pytest.approx(frame.loc[UNTIL, "p50"])
