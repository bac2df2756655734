"""Comparisons of real runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.study.compare.arms import run_arms
from sim.study.compare.compare import COLUMNS, compare
from sim.study.compare.costs import best_package, per_million
from sim.study.compare.packages import package
from sim.study.ensemble import resolve, run
from sim.study.sweeps.study import Outcomes

FEW = {"runs": 24, "seed": 3, "overrides": [("period.end", "2029-12")]}
LEVERS = ["us_permissive_licence_incentive", "us_cloud_credits_open_models"]


@pytest.fixture(scope="module")
def package_effect(tmp_path_factory):
    return compare("rand_package", out=tmp_path_factory.mktemp("out"), workers=2, **FEW)


def test_the_table_and_its_files(package_effect):
    assert tuple(package_effect.table.columns) == COLUMNS
    folder = package_effect.folder
    assert {file.name for file in folder.iterdir()} == {
        "effects.csv", "manifest.json", "effects.svg", "over_time.svg", "report.html",
    }  # fmt: skip
    assert (folder.parent / "latest").resolve() == folder.resolve()
    assert folder.parent.name == "rand_package-vs-baseline"
    read = pd.read_csv(folder / "effects.csv")
    np.testing.assert_allclose(read["effect"], package_effect.table["effect"])


def test_the_page_is_whole_and_can_be_made_again(package_effect):
    from sim.study import store

    page = package_effect.folder / "report.html"
    before = page.read_text()
    assert "rand_package against baseline" in before
    assert "<script" not in before
    assert before.count("<svg") == 2
    store.rebuild_report(package_effect.folder)
    assert page.read_text() == before


def test_before_the_first_lever_every_effect_is_zero(package_effect):
    table = package_effect.table
    early = table[(table["month"] != "") & (table["month"] < "2026-04")]
    scenario = resolve("rand_package")
    first = min(entry.first for entry in scenario.levers)
    from sim import months

    quiet = table[(table["month"] != "") & (table["month"] < months.text(first))]
    assert len(quiet) >= len(early)
    assert not quiet[["effect", "ci_low", "ci_high", "boot_low", "boot_high"]].to_numpy().any()
    late = table[table["month"] == "2029-12"]
    assert (late["effect"] != 0).any()


def test_arms_are_the_runs_of_the_scenario(package_effect):
    """The blocks of a comparison hold the numbers of `sim run`, to the bit."""
    result = run("rand_package", runs=24, seed=3, until="2029-12")
    outcomes = result.outcomes
    mine = outcomes[(outcomes["metric"] == "share.bloc_us") & (outcomes["group"] == "world")]
    mine = mine[mine["month"].astype(str) == "2029-12"].sort_values("run")["value"].to_numpy()
    row = package_effect.arms.at("share.bloc_us", "world", "2029-12")
    np.testing.assert_array_equal(package_effect.arms.kept["rand_package"][:, row], mine)


def test_itself_against_itself_is_zero_everywhere():
    found = compare("baseline", **FEW)
    assert not found.table[["effect", "ci_low", "ci_high"]].to_numpy().any()
    assert found.table["variance_ratio"].isna().all()


def test_turned_around_it_is_the_negative(package_effect):
    back = compare("baseline", "rand_package", **FEW).table
    there = package_effect.table
    np.testing.assert_allclose(back["effect"], -there["effect"])
    np.testing.assert_allclose(back["ci_low"], -there["ci_high"])


def test_finished_arms_are_not_run_again(package_effect):
    folder = package_effect.folder.parents[1] / "arms" / "shards"
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    again = compare("rand_package", out=folder.parents[2], **FEW)
    pd.testing.assert_frame_equal(again.table, package_effect.table)
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_common_luck_saves_runs():
    """Median variance ratio of shares in the world and the South, single levers: 4 is asked."""
    found = compare("rand_package", each="levers", levers=LEVERS, workers=2, **FEW).table
    shares = found[found["metric"].str.startswith("share.") & (found["month"] == "2029-12")]
    shares = shares[shares["group"].isin(["world", "global_south"])]
    assert shares["variance_ratio"].median() >= 4


def test_a_package_less_one_and_one_alone(package_effect):
    less = compare("rand_package", each="less one", levers=LEVERS, workers=2, **FEW)
    assert [pair.levers for pair in less.pairs] == [(name,) for name in LEVERS]
    whole = package_effect.last()["effect"].iloc[0]
    assert (less.last()["effect"].abs() < abs(whole)).all()


def test_precision_adds_runs_until_it_is_reached():
    rough = compare("rand_package", precision=0.02, workers=2, seed=3, overrides=FEW["overrides"])
    row = rough.last().iloc[0]
    assert rough.reached
    assert (row["ci_high"] - row["ci_low"]) / 2 <= 0.02


def test_parts_of_a_real_package_add_up():
    found = package("rand_package", levers=LEVERS, **FEW, workers=2)
    for scale in ("share", "log-odds"):
        parts = found.shapley[found.shapley["scale"] == scale]["share"].sum()
        whole = found.whole[found.whole["scale"] == scale]["effect"].iloc[0]
        assert parts == pytest.approx(whole, abs=1e-12)
    assert found.exact
    assert set(found.interactions["term"]) == {*LEVERS, " x ".join(LEVERS)}


def test_costs_and_the_best_package():
    found = compare("rand_package", each="levers", levers=LEVERS, workers=2, **FEW)
    priced = per_million(found, "rand_package")
    assert set(priced["lever"]) == set(LEVERS)
    assert (priced["cost_low"] <= priced["cost"]).all()
    assert (priced["cost"] <= priced["cost_high"]).all()
    cheapest = priced[priced["effect"] > 0]["cost"].min()
    best = best_package(found, 1e6, "rand_package", workers=2)
    assert best.searched == 2 ** int((priced["effect"] > 0).sum()) - 1
    assert best.best["effect"] == best.table["effect"].max()
    with pytest.raises(InputError, match="buys no lever"):
        best_package(found, cheapest / 2 - 1, "rand_package")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"scenarios": "rand_package", "against": "no_such"}, "no_such"),
        ({"scenarios": "rand_pakage"}, "did you mean"),
        ({"scenarios": "baseline", "each": "levers", "levers": ["us_cloud_credit"]}, "did you"),
        ({"scenarios": "baseline", "each": "levers", "levers": []}, "no lever"),
        ({"scenarios": "baseline", "each": "less one"}, "nothing to leave out"),
        ({"scenarios": "rand_package", "each": "less one", "levers": ["cn_waico"]}, "not pull"),
        ({"scenarios": "rand_package", "metrics": ["share.cn"]}, "no metric"),
        ({"scenarios": "rand_package", "groups": ["globalsouth"]}, "no group"),
        ({"scenarios": "rand_package", "precision": 0.0}, "half-width"),
        ({"scenarios": []}, "no scenario"),
    ],
)
def test_what_cannot_be_compared(asked, words):
    with pytest.raises(InputError, match=words):
        compare(**(FEW | {"runs": 2} | asked))


def test_a_lever_that_changes_nothing_here_is_told():
    few = {"runs": 2, "overrides": [("period.end", "2027-12"), ("nations", ["BRA", "IND"])]}
    with pytest.raises(InputError, match="changes no outcome"):
        compare("baseline", each="levers", levers=["us_federal_procurement"], **few)


def test_a_lever_of_the_catalogue_without_an_effect_is_told():
    from sim.scenario import levers

    name = next(iter(levers.left_out()))
    with pytest.raises(InputError, match="the model cannot represent"):
        compare("baseline", each="levers", levers=[name], **FEW)


@pytest.mark.slow
def test_intervals_hold_the_effect_of_many_runs():
    """60 studies of 48 runs, of which 92 % hold it (the effect is skewed): 49 is alpha = 0.005."""
    from benchmarks.coverage import studies

    held = studies(60, 48)
    assert held["t"].sum() >= 49
    assert held["t on log-odds"].sum() >= 49


def test_arms_without_a_place_are_not_kept(tmp_path):
    arms = run_arms(
        {"baseline": resolve("baseline", until="2026-12")}, runs=2, seed=1,
        outcomes=Outcomes(("share.bloc_us",), ("world",), "end"), place=None,
    )  # fmt: skip
    assert arms.kept["baseline"].shape == (2, 1)
    assert not list(tmp_path.iterdir())
