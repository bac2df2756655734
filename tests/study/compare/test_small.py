"""A comparison of four nations and two years, to the end: what is asked, shown and read again."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from sim.scenario.resolve import resolve
from sim.study import saved
from sim.study.compare import result
from sim.study.compare.compare import compare
from sim.study.compare.costs import per_million
from sim.study.compare.precision import PILOT

SMALL = {
    "runs": 8, "seed": 3,
    "overrides": [("nations", ["BRA", "CHN", "IND", "USA"]), ("period.end", "2028-12")],
}  # fmt: skip
LEVERS = [
    "us_permissive_licence_incentive", "us_cloud_credits_open_models", "cn_licence_tightening",
]  # fmt: skip
PACKAGE = {
    "extends": "baseline", "name": "mine", "title": "Mine",
    "levers": [{"id": name, "strength": "high", "start": "2026-09"} for name in LEVERS],
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return compare(PACKAGE, out=tmp_path_factory.mktemp("out"), **SMALL)


def test_it_says_who_is_compared_with_whom(found):
    assert (found.subject, found.against) == ("mine", "baseline")
    assert (found.runs, found.seed) == (8, 3)


def test_of_each_lever_alone_it_is_said_whether_its_size_is_judged(found):
    known = resolve("baseline").known_levers()
    judged = {
        name: any("judgement" in e.source.split(";") for e in known[name].effects
                  if e.role == "main")
        for name in LEVERS
    }  # fmt: skip
    assert found.alone.set_index("lever")["judged"].to_dict() == judged


def test_a_comparison_that_was_read_runs_again_from_the_blocks_beside_it(found, monkeypatch):
    places, real = [], result.run_arms

    def noted(*args, place, **more):
        places.append(place)
        return real(*args, place=place, **more)

    monkeypatch.setattr(result, "run_arms", noted)
    again = saved.read(found.folder).with_runs()
    for name, values in found.arms.kept.items():
        np.testing.assert_array_equal(again.arms.kept[name], values)
    alone = found.folder.parents[2] / "alone" / "one"
    shutil.copytree(found.folder, alone)
    saved.read(alone).with_runs()
    assert places == [found.folder.parents[1], None]
    assert (places[0] / result.BLOCKS).is_dir()


def test_precision_is_that_of_the_first_metric(monkeypatch):
    """The second is in developers, which no number of runs would know to one."""
    monkeypatch.setattr("sim.study.compare.precision.MOST_RUNS", PILOT)
    asked = {"precision": 0.5, "sizes": False, "seed": 3, "overrides": SMALL["overrides"]}
    shares = compare(PACKAGE, metrics=("share.bloc_us", "developers.total"), **asked)
    assert shares.reached
    people = compare(PACKAGE, metrics=("developers.total", "share.bloc_us"), **asked)
    assert not people.reached


def test_the_most_for_the_money_is_told_by_the_largest_effect_first():
    priced = per_million(compare(PACKAGE, each="levers", sizes=False, **SMALL))
    assert set(priced["lever"]) == set(LEVERS)
    assert priced["p50"].is_monotonic_decreasing
    assert priced["p50"].nunique() == len(LEVERS)


def test_its_manifest_is_plain(found):
    assert json.loads((found.folder / "manifest.json").read_text())["kind"] == "comparison"
