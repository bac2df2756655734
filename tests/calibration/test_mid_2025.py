"""Mid-2025 outside China: figures of the metrics, and the survey's from its own table."""

from __future__ import annotations

import numpy as np
import pytest

from sim import months
from sim.calibration import mid_2025
from sim.evidence import load
from sim.evidence.survey import read_survey
from sim.metrics import registry as metrics
from sim.metrics import use
from sim.study import run as ensemble
from sim.study.result import Result
from sim.world import answers as asked
from tests.strategies import ECOSYSTEMS, fake_trajectory

ROWS = [
    "used.cn", "share.bloc_cn", "both.us_closed_and_cn", "both.us_closed_and_cn.of_used_cn",
    "only.cn",
]  # fmt: skip


@pytest.fixture
def rows(result):
    return {row["figure"]: row for row in result.headline.to_pylist()}


def test_the_figures_stand_together_in_one_table(rows):
    assert list(rows) == ROWS
    for row in rows.values():
        assert (row["scenario"], row["group"]) == ("made_up", "world_without_china")
        assert row["month"] == "2025-06"
        assert 0.0 < row["p05"] <= row["p50"] <= row["p95"] < 1.0
    used, both, alone = (rows[name]["mean"] for name in (ROWS[0], ROWS[2], ROWS[4]))
    assert both + alone < used


def test_the_main_ecosystem_is_the_share_of_all_nations_but_china(rows, drivers):
    world, month = fake_trajectory(drivers, 3, np.arange(40)), months.parse("2025-06")
    there = [name != "CHN" for name in drivers.nations]
    builders = world.developers[month - months.FIRST, there]
    chinese = [ECOSYSTEMS.index(name) for name in ("cn_open", "cn_closed")]
    share = world.share[month - months.FIRST, there][:, chinese].sum(axis=1)
    expected = (builders * share).sum(axis=0) / builders.sum(axis=0)
    row = rows["share.bloc_cn"]
    assert row["mean"] == pytest.approx(expected.mean(), rel=1e-12)
    assert row["p95"] == pytest.approx(np.quantile(expected, 0.95), rel=1e-12)


def test_use_of_a_year_is_that_of_the_twelve_months_to_june(rows, drivers):
    world = fake_trajectory(drivers, 3, np.arange(40))
    place, half = months.parse("2025-06") - months.FIRST, np.full(40, 0.5)
    there = np.array([name != "CHN" for name in drivers.nations])
    year = world.met[place - 11 : place + 1].mean(axis=0, dtype=np.float64)
    answers = asked.of_nations(year, ECOSYSTEMS, half, half)
    builders = world.developers[place]
    for name in ("used.cn", "only.cn", "both.us_closed_and_cn"):
        at = use.names(ECOSYSTEMS).index(name)
        mean = (builders * answers[:, at])[there].sum(axis=0) / builders[there].sum(axis=0)
        assert rows[name]["p50"] == pytest.approx(np.median(mean), rel=1e-9)


def test_the_observed_figures_are_those_of_the_survey(rows):
    world = next(row for row in read_survey() if (row.place, row.segment) == ("WLD", "all"))
    named, used = world.named, world.used["cn_all"]
    assert {row["respondents"] for row in rows.values()} == {named}
    assert rows["used.cn"]["observed"] == pytest.approx(used / named, abs=6e-4)
    assert rows["only.cn"]["observed"] == pytest.approx(world.only["cn_all"] / named, abs=6e-4)
    part = rows["both.us_closed_and_cn.of_used_cn"]["observed"]
    both = rows["both.us_closed_and_cn"]["observed"]
    assert both == pytest.approx(part * rows["used.cn"]["observed"], abs=6e-4)
    printed = {
        (row.series, row.ecosystem): row.value / 100
        for row in load().observations
        if row.place == "WLD"
    }
    split = printed["so2025full_equal_split_share", "cn_all"]
    assert rows["share.bloc_cn"]["observed"] == split
    assert part == printed["so2025full_chinese_model_users_also_using_us_closed", "cn_all"]
    # Only the main ecosystem was not asked for.
    said = {name: row["observed_is"] for name, row in rows.items()}
    assert said == dict.fromkeys(ROWS, "same question") | {"share.bloc_cn": "equal split"}
    known = set(load().sources)
    assert all(set(row["source"].split(";")) <= known for row in rows.values())


def test_a_run_that_does_not_reach_it_has_none(scenario):
    for period in ({"end": months.parse("2025-05")}, {"start": months.parse("2025-07")}):
        other = scenario.model_copy(update={"period": scenario.period.model_copy(update=period)})
        at = np.arange(other.period.start, other.period.end + 1)
        assert np.array_equal(mid_2025.asked(at, other), metrics.reported(at))


def test_a_run_of_some_nations_has_none(world, scenario):
    some = scenario.model_copy(update={"nations": ("BRA", "CHN")})
    found = ensemble.run(some)
    assert found.headline is None
    assert "headline.csv" not in found._tables()


def test_no_metric_is_reported_for_a_month_more(result):
    used = result.outcomes.query("metric == 'used.cn'")
    assert "2025-06" not in set(used["month"].astype(str))


def test_it_is_written_sealed_and_read_back(result, tmp_path):
    place = result.save(tmp_path)
    again = Result.read(place)
    assert "headline.csv" in again.manifest["seals"]
    assert again.headline.to_pylist() == result.headline.to_pylist()
