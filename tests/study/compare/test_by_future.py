"""Effects within the worlds of each future: the same statistics, in those worlds alone."""

from __future__ import annotations

import html

import numpy as np
import pandas as pd
import pytest

from sim.analysis.paired import interval
from sim.ensemble import runner
from sim.ensemble.futures import of_replicates
from sim.errors import InputError
from sim.report import by_future, comparison
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.scenario.futures import FUTURES
from sim.study.compare.compare import compare
from sim.study.compare.result import BY_FUTURE, COLUMNS, FUTURE_COLUMNS, Comparison
from sim.study.effect import require_paired

FEW = {"runs": 18, "seed": 3, "sizes": False, "overrides": [("period.end", "2028-12")]}
METRICS = ("share.bloc_us", "tokens.bloc_cn")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return compare("rand_package", metrics=METRICS, out=tmp_path_factory.mktemp("out"), **FEW)


def test_the_table_has_the_columns_of_the_effects_and_the_future(found):
    assert set(FUTURE_COLUMNS) == {*COLUMNS, "future"}
    assert tuple(found.by_future.columns) == FUTURE_COLUMNS
    assert list(dict.fromkeys(found.by_future["future"])) == list(FUTURES)
    assert set(found.by_future["runs"]) == {6}
    keys = ["scenario", "reference", "metric", "group", "month"]
    whole = found.table.set_index(keys).index
    for _, part in found.by_future.groupby("future"):
        assert part.set_index(keys).index.equals(whole)


def test_effects_are_those_of_the_worlds_of_the_future(found):
    """By hand from the arms: quantiles, mean and interval clustered by draw."""
    drivers = compiled(load("baseline", FEW["overrides"]))
    future = of_replicates(runner.drawn(drivers, 3, np.arange(18)))
    last = found.by_future[found.by_future["month"] == "2028-12"]
    for row in last.itertuples():
        mine = future == FUTURES.index(row.future)
        place = row.metric, row.group
        difference = found.arms.of("rand_package", *place) - found.arms.of("baseline", *place)
        middle, low, high = interval(difference[mine], found.arms.draws[mine])
        np.testing.assert_allclose([row.effect, row.ci_low, row.ci_high], [middle, low, high])
        known = np.quantile(difference[mine], (0.05, 0.5, 0.95))
        np.testing.assert_allclose([row.p05, row.p50, row.p95], known)


def test_the_mean_over_all_worlds_is_that_of_the_futures(found):
    """Of equal numbers of worlds, so that the mean of the means is the mean."""
    keys = ["metric", "group", "month"]
    apart = found.by_future.groupby(keys, sort=False)["effect"].mean()
    whole = found.table.set_index(keys)["effect"]
    np.testing.assert_allclose(apart, whole.loc[apart.index], atol=1e-15)


def test_it_is_sealed_read_again_and_on_the_page(found):
    folder = found.folder
    again = Comparison.read(folder)
    assert BY_FUTURE in again.manifest["seals"]
    pd.testing.assert_frame_equal(again.by_future, found.by_future, check_dtype=False)
    said = html.unescape((folder / "report.html").read_text())
    for words in ("By future", "never learned", "learning stops", "learning goes on"):
        assert words in said
    table = by_future.table(again, {}, comparison.named(again))
    assert table.head == ("Outcome", "never learned", "stops", "goes on")
    assert [label for label, *_ in table.rows] == [
        "US bloc, points",
        "Tokens on routers: Chinese bloc, points",
    ]
    assert table.title == "By future, world, 2028"


def test_a_comparison_in_one_future_has_that_one_and_no_table(found):
    few = FEW | {"overrides": [*FEW["overrides"], ("ensemble.future", "stops")], "runs": 6}
    alone = compare("rand_package", metrics=METRICS, **few)
    assert set(alone.by_future["future"]) == {"stops"}
    shared = [name for name in COLUMNS if name != "future"]
    pd.testing.assert_frame_equal(alone.by_future[shared], alone.table[shared])
    assert by_future.table(alone, {}, comparison.named(alone)) is None


def test_a_future_of_one_world_has_no_interval_and_is_named():
    few = compare("rand_package", metrics=METRICS, **(FEW | {"runs": 4}))
    assert len(set(few.by_future["future"])) == 1
    assert [text for text in few.notes if text.startswith("No effects by future of: ")]
    two = compare("rand_package", metrics=METRICS, **(FEW | {"runs": 2}))
    assert not len(two.by_future)
    assert by_future.table(two, {}, comparison.named(two)) is None


def test_worlds_of_different_futures_are_not_paired():
    apart = {"extends": "rand_package", "ensemble": {"future": "none"}}
    with pytest.raises(InputError, match="cannot be paired") as caught:
        compare(apart, metrics=METRICS, **FEW)
    assert "ensemble.future" in str(caught.value.problems[0])
    short = [("period.end", "2023-06"), ("ensemble.runs", 2)]
    one, other = (
        load("baseline", [*short, ("ensemble.future", name)]) for name in ("none", "goes_on")
    )
    with pytest.raises(InputError, match="differ in future"):
        require_paired(one, other)
