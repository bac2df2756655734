"""A comparison of four nations and two years, to the end: what is asked, shown and read again."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.report import answers
from sim.scenario.resolve import resolve
from sim.study import effect, saved
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


def test_what_was_read_says_how_to_have_the_runs_behind_it(found):
    with pytest.raises(InputError, match=r"holds effects, not the runs.*with_runs\(\)"):
        saved.read(found.folder).needed_arms()


@pytest.mark.parametrize(
    ("metric", "group", "says"),
    [
        ("share.bloc_su", "world", "no metric is called 'share.bloc_su'.*share.bloc_us"),
        ("share.bloc_us", "wrld", "'wrld' was not compared.*world"),
    ],
)
def test_what_was_not_compared_is_refused_with_the_nearest(found, metric, group, says):
    with pytest.raises(InputError, match=says):
        result.place_of(found.arms.rows, metric, group)
    with pytest.raises(KeyError):
        found.arms.at(metric, group)


def test_an_outcome_that_a_run_has_not_is_refused():
    run = sim.run("baseline", **SMALL)
    with pytest.raises(InputError, match="holds no group 'nobody'"):
        effect._values(run, "share.bloc_us", "nobody", None)
    with pytest.raises(InputError, match="holds no month '2099-12'"):
        effect._values(run, "share.bloc_us", "world", "2099-12")


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


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """Return a run and a comparison in which one sign comes, a later one too, and one never."""
    levers = [
        {"id": LEVERS[0], "strength": "high", "when": sign(above=0.01)},
        {"id": LEVERS[1], "strength": "high", "when": sign(above=0.01, **{"from": "2027-06"})},
        {"id": LEVERS[2], "strength": "high", "when": sign(above=0.99)},
    ]
    scenario = PACKAGE | {"levers": levers}
    place = tmp_path_factory.mktemp("out")
    run = sim.run(scenario, out=place, **SMALL)
    more = SMALL | {"overrides": [*SMALL["overrides"], ("responses", ["china_cuts_prices"])]}
    return run, compare(scenario, out=place, **more)


def sign(**keys):
    return {"metric": "share.bloc_cn", "group": "world", "for_months": 1, **keys}


def test_signs_that_come_and_those_that_do_not_are_told(waiting):
    run, _ = waiting
    *told, chain = answers.sentences(run)
    by_lever = {text.split("`")[1]: text for text in told}
    first, second, third = (by_lever[lever] for lever in LEVERS)
    assert first.startswith(f"`{LEVERS[0]}` is pulled in 8 of 8 runs")
    assert "June 2027" in second or "July 2027" in second
    assert f"`{LEVERS[2]}` is pulled in 0 of 8 runs" in third
    assert "does not come" in third
    assert chain.startswith("The longest chain has 2 steps, in 8 of 8 runs")
    assert "does not come" in (run.folder / "report.html").read_text()


def test_effects_with_answers_stand_beside_those_without(waiting):
    _, found = waiting
    page = (found.folder / "report.html").read_text()
    assert "Levers that wait for a sign" in page
    assert "never" in page
    came = found.triggers.set_index("lever")["part"]
    assert came[LEVERS[0]] == 1.0
    assert came[LEVERS[2]] == 0.0
    assert set(found.responses["metric"]) >= set(found.shown)


def test_its_manifest_is_plain(found):
    assert json.loads((found.folder / "manifest.json").read_text())["kind"] == "comparison"
