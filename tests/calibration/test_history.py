"""Plausible history: each view is what its note says, and absent where a run does not reach it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import months as calendar
from sim.calibration import history
from sim.evidence import load
from sim.evidence.survey import EQUAL_SPLIT, respondents
from sim.world import answers
from tests.strategies import ECOSYSTEMS, fake_drivers, fake_trajectory

CHINESE = [ECOSYSTEMS.index(name) for name in history.CHINESE]


def views(drivers, blocks):
    runs = sum(block.cost.shape[-1] for block in blocks)
    return history.tables(blocks, drivers, known(runs))


def known(runs):
    middle = {"visit_factor": 0.8, "breadth": 6.0, "breadth_shape": 0.55}
    return {name: np.linspace(0.9, 1.1, runs) * middle[name] for name in history.READS}


def rows(table):
    return {row["month"]: row for row in table.to_pylist()}


@pytest.fixture
def blocks(drivers):
    return [fake_trajectory(drivers, 5, np.arange(7)), fake_trajectory(drivers, 5, np.arange(7, 9))]


def test_the_share_of_developers_is_weighted_by_developers(drivers, blocks):
    share, count = (
        np.concatenate([getattr(block, name) for block in blocks], axis=-1)
        for name in ("share", "developers")
    )
    found = rows(views(drivers, blocks)[history.SHARE])
    assert list(found) == ["2024-12", *(f"2025-{month:02d}" for month in range(1, 13))]
    t = calendar.parse("2025-07") - calendar.FIRST
    chinese = (share[t][:, CHINESE].sum(axis=1) * count[t]).sum(axis=0) / count[t].sum(axis=0)
    row = found["2025-07"]
    assert row["mean"] == pytest.approx(chinese.mean())
    assert [row["p05"], row["p95"]] == pytest.approx(np.quantile(chinese, [0.05, 0.95]).tolist())
    abroad = np.array([name != "CHN" for name in drivers.nations])
    n, x = count[t][abroad], share[t][abroad][:, CHINESE].sum(axis=1)
    assert row["outside_china"] == pytest.approx(((n * x).sum(axis=0) / n.sum(axis=0)).mean())


def test_the_survey_is_answered_from_the_year_before_it_nation_by_nation(drivers, blocks):
    found = {row["nation"]: row for row in views(drivers, blocks)[history.BY_SURVEY].to_pylist()}
    t = calendar.parse("2025-06") - calendar.FIRST
    year = np.concatenate([block.met for block in blocks], axis=-1)[t - 11 : t + 1]
    asked = [set(ECOSYSTEMS).intersection(of) for of in answers.CLASSES.values()]
    draws = known(9)
    for name, row in found.items():
        mine = year.mean(axis=0, dtype=float)[drivers.nations.index(name)]
        main = np.stack([mine[[ECOSYSTEMS.index(k) for k in of]].sum(axis=0) for of in asked])
        split = answers.equal_split(
            main / main.sum(axis=0), draws["breadth"], draws["breadth_shape"]
        )[0]
        assert row["mean"] == pytest.approx(split.mean())
        assert [row["p05"], row["p95"]] == pytest.approx(np.quantile(split, [0.05, 0.95]).tolist())
        assert row["respondents"] == respondents()[name]
    means = [row["mean"] for row in found.values()]
    assert means == sorted(means, reverse=True)
    assert {name: found[name]["observed"] for name in ("CHN", "IND", "USA") if name in found} == {
        name: pytest.approx(share)
        for name, share in {"CHN": 0.399, "IND": 0.124, "USA": 0.058}.items()
        if name in drivers.nations
    }


def test_nations_that_no_survey_asked_have_no_row_of_it(drivers, blocks):
    table = views(drivers, blocks)[history.BY_SURVEY]
    assert set(table["nation"].to_pylist()) == set(drivers.nations) & asked()


def test_nations_that_were_not_asked_alone_have_no_view_of_the_survey():
    drivers = fake_drivers(nations=2)
    block = fake_trajectory(drivers, 1, np.arange(2))
    none = replace(drivers, nations=("BLR", "CUB"))
    assert not asked() & set(none.nations)
    assert history.BY_SURVEY not in views(none, [block])


def asked():
    return {row.place for row in load().observations if row.series == EQUAL_SPLIT}


def test_routed_tokens_stand_beside_the_months_that_have_them(drivers, blocks):
    found = rows(views(drivers, blocks)[history.SHARE])
    assert found["2025-07"]["observed"] == pytest.approx(0.2921)  # high row of 28 July 2025
    assert found["2025-08"]["observed"] is None


def test_how_replicates_are_put_into_blocks_changes_no_view(drivers, blocks):
    one = views(drivers, [fake_trajectory(drivers, 5, np.arange(9))])
    assert {name: table.to_pylist() for name, table in views(drivers, blocks).items()} == {
        name: table.to_pylist() for name, table in one.items()
    }


def test_a_run_that_ends_before_has_no_view():
    drivers = fake_drivers()
    block = fake_trajectory(drivers, 1, np.arange(2))
    early = replace(block, visits=block.visits[:20])
    assert views(drivers, [early]) == {}
    half = replace(block, visits=block.visits[: calendar.parse("2025-03") - calendar.FIRST])
    found = views(drivers, [half])
    assert history.BY_NATION not in found
    assert history.BY_SURVEY not in found
    assert list(rows(found[history.SHARE])) == ["2024-12", "2025-01", "2025-02"]


def test_a_block_of_one_replicate_is_summed_like_any_other():
    """To the bit, for as many nations as there are: numpy alone adds a single column by pairs."""
    values = np.random.default_rng(1).uniform(size=(2, 13, 80, 9)) ** 4
    alone = [history._part(*values[..., [n]]) for n in range(9)]
    np.testing.assert_array_equal(history._part(*values), np.concatenate(alone, axis=-1))
