"""The check of 2026: the figures are those published, the views those of `sim observe`."""

from __future__ import annotations

import pytest

import sim
from sim.calibration.check import NAME
from sim.calibration.targets import published
from sim.report.history import verdict
from sim.study import saved

FEW = {"runs": 3, "seed": 5, "nations": ["BRA", "CHN", "USA"], "until": "2026-07"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return sim.run("baseline", out=tmp_path_factory.mktemp("out"), **FEW)


def test_every_published_figure_of_2026_has_a_row(done):
    rows = done.history[NAME]
    assert set(rows["month"].str[:4]) == {"2026"}
    seen = {(row.series, row.place, row.code, round(row.observed, 6)) for row in rows.itertuples()}
    for aim in published():
        if aim.month >= 12 * 2026 and not aim.ahead and aim.place in {"WLD", "BRA", "CHN", "USA"}:
            assert (aim.series, aim.place, aim.code, round(aim.value / 100, 6)) in seen


def test_its_views_are_those_of_observe(done):
    rows = done.history[NAME]
    known = {"runs": FEW["runs"], "seed": FEW["seed"], "until": FEW["until"], "errors": False,
             "overrides": [("nations", FEW["nations"])]}  # fmt: skip
    for series in ("openrouter_token_share_by_lab_origin",
                   "genai_user_share_of_working_age_population"):  # fmt: skip
        wanted = sim.observe("baseline", series, **known).set_index(
            ["month", "nation", "ecosystem"]
        )
        mine = rows[rows["series"] == series]
        assert len(mine)
        for row in mine.itertuples():
            there = wanted.loc[(row.month, row.place, row.code)]
            for band in ("p05", "p50", "p95"):
                assert getattr(row, band) == pytest.approx(there[band] / 100, abs=1e-5)


def test_it_is_read_again_and_stands_on_the_page(done):
    again = saved.read(done.folder)
    assert again.history[NAME].equals(done.history[NAME])
    page = (done.folder / "report.html").read_text()
    rows = [row._asdict() for row in done.history[NAME].itertuples()]
    inside = sum(verdict(row, (row["observed"],)) == "in reach" for row in rows)
    assert f"The runs hold {inside} of {len(rows)} figures of 2026" in page.replace("\xa0", " ")


def test_a_run_that_ends_before_has_none():
    early = sim.run("baseline", runs=2, until="2025-12", nations=["BRA", "CHN", "USA"])
    assert NAME not in early.history
