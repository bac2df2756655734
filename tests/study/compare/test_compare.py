"""Comparisons of real runs."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.analysis.paired import interval
from sim.ensemble.arms import run_arms
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError
from sim.report.drawings import data_address
from sim.scenario import levers, load
from sim.scenario.resolve import resolve
from sim.study import saved
from sim.study.compare import choice
from sim.study.compare.compare import compare
from sim.study.compare.costs import best_package, fresh_seed, per_million
from sim.study.compare.laid import laid_over
from sim.study.compare.packages import MONEY, package
from sim.study.compare.result import COLUMNS, HEADLINE
from sim.study.run import run

FEW = {"runs": 24, "seed": 3, "overrides": [("period.end", "2029-12")]}
LEVERS = ["us_permissive_licence_incentive", "us_cloud_credits_open_models"]


@pytest.fixture(scope="module")
def package_effect(tmp_path_factory):
    return compare("rand_package", out=tmp_path_factory.mktemp("out"), workers=2, **FEW)


def test_the_table_and_its_files(package_effect):
    assert tuple(package_effect.table.columns) == COLUMNS
    folder = package_effect.folder
    assert {file.name for file in folder.iterdir()} == {
        "effects.csv", "effects_by_future.csv", "ranking.csv", "sizes.csv", "alone.csv",
        "levels.csv", "effects_by_nation.csv", "notes.csv", "manifest.json", "effects.svg",
        "over_time.svg", "report.html",
    }  # fmt: skip
    assert (folder.parent / "latest").resolve() == folder.resolve()
    assert folder.parent.name == "rand_package-vs-baseline"
    read = pd.read_csv(folder / "effects.csv")
    np.testing.assert_allclose(read["effect"], package_effect.table["effect"])


def test_the_page_is_whole_and_can_be_made_again(package_effect):
    from sim.study import saved

    page = package_effect.folder / "report.html"
    before = page.read_text()
    said = html.unescape(before)
    assert "The RAND package against Today's policies" in said
    assert said.count("<script") == 2  # its own and the data of its charts
    for name in ("effects.svg", "over_time.svg"):
        assert data_address((package_effect.folder / name).read_bytes()) in before
    assert "The RAND package: as if decided in April 2026" in said
    largest = levers.read()[package_effect.alone["lever"].iloc[0]].title
    assert f"Largest lever of The RAND package: {largest}, which alone has" in said
    # Titles stand in place of ids, but where the reader is told what to type.
    words = re.sub("<script.*?</script>", "", said[said.index("<body>") :], flags=re.DOTALL)
    assert not re.findall(r"\b(?:rand_package|us_[a-z_]+|share\.[a-z_]+|global_south)\b", words)
    assert "`" not in words
    saved.rebuild_report(package_effect.folder)
    assert page.read_text() == before


def test_levels_and_effects_by_nation_are_those_of_the_runs(package_effect):
    """A level is that of an arm, and the nations' effects come from the same worlds."""
    done, metric = package_effect.arms, "share.bloc_cn"
    levels = package_effect.levels.set_index(["scenario", "metric", "group", "month"])
    last = package_effect.last(metric, "world").iloc[0]
    row = levels.loc[("baseline", metric, "world", last["month"])]
    runs = done.of("baseline", metric, "world")
    np.testing.assert_allclose(row[["p05", "p50", "p95"]].astype(float),
                               np.quantile(runs, (0.05, 0.5, 0.95)))  # fmt: skip
    nations = package_effect.by_nation
    one = nations[(nations["nation"] == "IND") & (nations["metric"] == metric)].iloc[0]
    asked = compare("rand_package", shown=(metric,), groups=("IND",), sizes=False, **FEW)
    wanted = asked.last(metric, "IND").iloc[0]
    for name in ("p05", "p50", "p95", "same_sign"):
        assert one[name] == pytest.approx(wanted[name])


def test_columns_say_what_they_are_called(package_effect):
    """Quantiles, signs and the error of simulation, from the arms by hand."""
    last = package_effect.last("share.bloc_us", "world").iloc[0]
    done = package_effect.arms
    difference = done.of("rand_package", "share.bloc_us", "world") - done.of(
        "baseline", "share.bloc_us", "world"
    )
    known = np.quantile(difference, (0.05, 0.5, 0.95))
    np.testing.assert_allclose(last[["p05", "p50", "p95"]].to_numpy(dtype=float), known)
    assert last["same_sign"] == (np.sign(difference) == np.sign(known[1])).mean()
    assert last["simulation_error"] == pytest.approx((last["ci_high"] - last["ci_low"]) / 2)
    assert last["draws"] == len(np.unique(done.draws)) == 24
    assert last["p95"] - last["p05"] > 4 * last["simulation_error"] / np.sqrt(24)


def test_replicates_of_one_draw_are_a_cluster(monkeypatch):
    """With 8 draws to take and 24 replicates, intervals rest on 8."""
    from sim.scenario.drivers import Joint

    whole = Joint.rows
    monkeypatch.setattr(Joint, "rows", lambda self, seed, r: whole(self, seed, np.asarray(r) % 8))
    found = compare("rand_package", sizes=False, metrics=("share.bloc_us",), **FEW)
    assert set(found.table["draws"]) == {8}
    row = found.last().iloc[0]
    difference = found.arms.of("rand_package", *HEADLINE) - found.arms.of("baseline", *HEADLINE)
    _, low, high = interval(difference, found.arms.draws)
    np.testing.assert_allclose([row["ci_low"], row["ci_high"]], [low, high])


def test_without_a_posterior_every_replicate_is_a_draw_of_its_own():
    few = FEW | {"overrides": [*FEW["overrides"], ("ensemble.parameters", "drawn")]}
    found = compare("rand_package", sizes=False, metrics=("share.bloc_us",), **few)
    assert found.arms.shipped is None
    np.testing.assert_array_equal(found.arms.draws, np.arange(24))


def test_sizes_of_levers_and_levers_alone(package_effect):
    """Central is the package itself; each lever alone is as if compared alone."""
    by_size = package_effect.sizes.set_index(["metric", "size"])
    last = package_effect.last()["p50"].iloc[0]
    middles = [by_size.loc[("share.bloc_us", size), "p50"] for size in ("low", "central", "high")]
    assert middles[1] == last
    assert middles[0] < middles[1] < middles[2]
    alone = package_effect.alone.set_index("lever")
    single = compare("rand_package", each="levers", levers=LEVERS, workers=2, **FEW).last()
    for row in single.to_dict("records"):
        assert alone.loc[row["scenario"], "effect"] == pytest.approx(row["effect"], abs=1e-15)
    assert alone["effect"].abs().is_monotonic_decreasing
    whole = package_effect.last()["effect"].iloc[0]
    np.testing.assert_allclose(alone["part"], alone["effect"] / whole)


def test_strengths_beside_the_three_named_ones_keep_their_proportions():
    base = resolve("baseline")
    entry = {"id": LEVERS[0], "start": "2027-01"}
    for strength, known in ((2 / 3, 1 / 3), (1.0, 1 / 3), (0.4, 0.2), (0.9, 0.45)):
        document = {"extends": "baseline", "levers": [entry | {"strength": strength}]}
        low = choice.at_size(resolve(document), base, "low").levers[0]
        assert low.strength == pytest.approx(known)
    high = choice.at_size(resolve(document), base, "high").levers[0]
    assert high.strength == 1.0  # 1.35 would be beyond the table


def test_drawn_strengths_have_a_stream_for_every_lever():
    """Triangles from low over central to high, whose draws differ between levers."""
    from sim.scenario import compile as compiled
    from sim.world import streams
    from sim.world.state import _strength

    base = resolve("baseline")
    arms, _ = choice.single_levers(resolve("rand_package"), base, LEVERS, "drawn", "2027-01")
    keys = streams.run_keys(1, np.arange(4000))
    drawn = [_strength(compiled(arm).entries[0], keys) for arm in arms.values()]
    for values in drawn:
        # Kolmogorov and Smirnov, alpha = 0.001, against the triangle of 1/3, 2/3 and 1.
        known = stats.triang(0.5, loc=1 / 3, scale=2 / 3)
        assert stats.kstest(values, known.cdf).pvalue > 0.001
    # Independent streams: the correlation of 4,000 pairs is within 3.3 standard errors of nothing.
    assert abs(np.corrcoef(*drawn)[0, 1]) < 3.3 / np.sqrt(4000)


def test_the_strength_that_is_asked_for_is_that_of_every_lever():
    asked = compare("rand_package", strength="low", sizes=False, **FEW)
    usual = compare("rand_package", **FEW)
    low = usual.sizes[(usual.sizes["size"] == "low") & (usual.sizes["metric"] == "share.bloc_us")]
    assert asked.last()["p50"].iloc[0] == low["p50"].iloc[0]


def test_what_is_shown_follows_the_question(tmp_path):
    found = compare(
        "rand_package", shown=("plurality", "share.bloc_cn"), groups=("BRA", "world"), sizes=False,
        out=tmp_path, **FEW,
    )  # fmt: skip
    assert set(found.last()["metric"]) == {"plurality"}
    assert set(found.last()["group"]) == {"BRA"}
    page = (found.folder / "report.html").read_text()
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    heads = re.findall("<h2>(.*?)</h2>", page)
    assert heads[0] == "What each policy changes"
    assert re.findall('data-view="(.*?)"', page)[::2][:2] == [
        "Brazil|difference", "World|difference",
    ]  # fmt: skip
    assert tables[0].index("Plurality, ") < tables[0].index("Chinese bloc, points")
    assert "US bloc" not in re.sub("<script.*?</script>", "", page, flags=re.DOTALL)
    other = compare("rand_package", shown=("plurality",), groups=("world",), sizes=False,
                    out=tmp_path, **FEW)  # fmt: skip
    assert other.folder != found.folder


def test_whether_a_lever_is_pulled_is_shown_where_one_arm_alone_waits_for_it(tmp_path):
    metric = "trigger.us_permissive_licence_incentive.happened"
    sign = {"metric": "share.bloc_us", "above": 0.0, "from": "2027-01"}
    waiting = {
        "extends": "baseline", "name": "waiting", "nations": ["BRA", "USA"],
        "levers": [{"id": "us_permissive_licence_incentive", "strength": "high", "when": sign}],
    }  # fmt: skip
    found = compare(waiting, shown=(metric, "plurality"), groups=("world",), out=tmp_path, **FEW)
    (row,) = found.last(metric).to_dict("records")
    assert (row["effect"], row["ci_low"], row["ci_high"], row["unit"]) == (1.0, 1.0, 1.0, "0 or 1")
    assert set(found.by_nation["metric"]) <= {"plurality"}


def test_policies_that_are_the_same_world_tie():
    twin = {"extends": "rand_package", "title": "The same again"}
    found = compare(["rand_package", twin], sizes=False, **FEW)
    assert list(found.ranking["rank"]) == [1, 1]
    assert found.ranking["tie"].iloc[0]
    assert found.ranking["before_next"].iloc[0] == 0.0


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


def test_common_random_numbers_save_runs():
    """Median variance ratio of shares in the world and the South, single levers: 4 is asked."""
    found = compare("rand_package", each="levers", levers=LEVERS, workers=2, **FEW).table
    shares = found[found["metric"].str.startswith("share.") & (found["month"] == "2029-12")]
    shares = shares[shares["group"].isin(["world", "global_south"])]
    assert shares["variance_ratio"].median() >= 4


def test_a_package_less_one_and_one_alone(package_effect):
    less = compare("rand_package", each="less one", levers=LEVERS, workers=2, **FEW)
    assert [pair.levers for pair in less.pairs] == [(name,) for name in LEVERS]
    # Rows, figures and ranks are keyed by the lever.
    assert set(less.table["scenario"]) == set(LEVERS)
    assert set(less.ranking["scenario"]) == set(LEVERS)
    assert not less.table.duplicated(["scenario", "metric", "group", "month"]).any()
    whole = package_effect.last()["effect"].iloc[0]
    assert (less.last()["effect"].abs() < abs(whole)).all()


@pytest.mark.long
def test_precision_adds_runs_until_it_is_reached():
    rough = compare("rand_package", precision=0.02, workers=2, seed=3, overrides=FEW["overrides"])
    row = rough.last().iloc[0]
    assert rough.reached
    assert (row["ci_high"] - row["ci_low"]) / 2 <= 0.02


def test_parts_of_a_real_package_add_up():
    found = package("rand_package", levers=LEVERS, **FEW, workers=2)
    for scale in ("share", "log-odds", MONEY):
        parts = found.shapley[found.shapley["scale"] == scale]["share"].sum()
        whole = found.whole[found.whole["scale"] == scale]["effect"].iloc[0]
        assert parts == pytest.approx(whole, abs=1e-12)
    assert found.exact
    assert set(found.interactions["term"]) == {*LEVERS, " x ".join(LEVERS)}


def test_one_lever_at_three_strengths_is_told_rightly():
    """Cost is the table's at that strength, effect grows, and their ratio uses both."""
    from sim.scenario import levers

    name = "us_cloud_credits_open_models"
    lever = levers.read()[name]
    known = {"low": lever.cost.low, "central": lever.cost.central, "high": lever.cost.high}
    effects = []
    for strength, cost in known.items():
        found = compare(
            "baseline", each="levers", levers=[name], strength=strength, sizes=False, **FEW
        )
        row = per_million(found).iloc[0]
        assert row["cost"] == pytest.approx(cost)
        assert row["years"] == pytest.approx(3.0)  # 2027-01 to 2029-12
        assert (row["cost_low"], row["cost_high"]) == (lever.cost.low, lever.cost.high)
        assert row["per_million"] == pytest.approx(row["effect"] / cost)
        # Cost is the same in every world, so the interval for money is that of the effect.
        boot = found.last(*HEADLINE).iloc[0]
        assert row["per_million_low"] < row["per_million"] < row["per_million_high"]
        assert row["per_million_high"] * cost == pytest.approx(boot["boot_high"], rel=0.1)
        effects.append(row["effect"])
    assert effects == sorted(effects)


def test_costs_and_the_best_package():
    found = compare("rand_package", each="levers", levers=LEVERS, workers=2, **FEW)
    priced = per_million(found)
    assert set(priced["lever"]) == set(LEVERS)
    cheapest = priced[priced["effect"] > 0]["cost"].min()
    best = best_package(found, 1e6, "rand_package", workers=2, overrides=FEW["overrides"])
    assert best.searched == 2 ** int((priced["effect"] > 0).sum()) - 1
    both = best.table[best.table["levers"].str.contains("+", regex=False)].iloc[0]
    assert both["cost"] <= priced["cost"].sum() + 1e-9
    with pytest.raises(InputError, match="buys no lever"):
        best_package(found, cheapest / 2 - 1, "rand_package")


def test_packages_are_judged_in_worlds_that_did_not_choose_them():
    """What is told of the chosen package is its effect under the other seed, run by hand."""
    found = compare("rand_package", each="levers", levers=LEVERS, workers=2, **FEW)
    best = best_package(found, 1e6, "rand_package", workers=2, overrides=FEW["overrides"])
    assert best.seed == fresh_seed(3) != 3
    single = next(k for k in best.table["levers"] if " + " not in k)
    again = compare("rand_package", each="levers", levers=[single], sizes=False,
                    **FEW | {"seed": best.seed})  # fmt: skip
    row = best.table[best.table["levers"] == single].iloc[0]
    assert row["effect"] == pytest.approx(again.last(*HEADLINE)["effect"].iloc[0], abs=1e-15)


def test_nobody_whose_effect_may_be_nothing_is_on_the_front():
    few = FEW | {"overrides": [("period.end", "2028-12")]}
    names = [*LEVERS, "us_avoid_over_restriction"]
    priced = per_million(compare("rand_package", each="levers", sizes=False, **few))
    assert set(names) <= set(priced["lever"])
    assert (priced[priced["front"]]["p05"] > 0).all()
    free = priced[priced["cost"] == 0]
    assert free["per_million"].isna().all()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"scenarios": "rand_package", "against": "no_such"}, "no_such"),
        ({"scenarios": "rand_pakage"}, "did you mean"),
        ({"scenarios": ["open_only", "rand_package", "open_only"]}, "open_only is named more than"),
        ({"scenarios": "baseline", "each": "levers", "levers": ["us_cloud_credit"]}, "did you"),
        ({"scenarios": "baseline", "each": "levers", "levers": []}, "no lever"),
        ({"scenarios": "baseline", "each": "less one"}, "nothing to leave out"),
        ({"scenarios": "rand_package", "each": "less one", "levers": ["cn_waico"]}, "not pull"),
        ({"scenarios": "rand_package", "metrics": ["share.cn"]}, "no metric"),
        ({"scenarios": "rand_package", "groups": ["globalsouth"]}, "no group"),
        ({"scenarios": "rand_package", "precision": 0.0, "runs": None}, "half-width"),
        ({"scenarios": "rand_package", "precision": 0.1}, "how many replicates"),
        ({"scenarios": "rand_package", "shown": ["chinese"]}, "no metric is called 'chinese'"),
        ({"scenarios": "rand_package", "groups": []}, "no group is named"),
        ({"scenarios": "rand_package", "runs": 1}, "two draws or more"),
        ({"scenarios": "rand_package", "strength": "hihg"}, "did you mean 'high'"),
        ({"scenarios": "rand_package", "strength": 1.5}, "no strength is called"),
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


def test_arms_without_a_place_are_not_kept(tmp_path):
    arms = run_arms(
        {"baseline": resolve("baseline", until="2026-12")}, runs=2, seed=1,
        outcomes=Outcomes(("share.bloc_us",), ("world",), "end"), place=None,
    )  # fmt: skip
    assert arms.kept["baseline"].shape == (2, 1)
    assert not list(tmp_path.iterdir())


LUSOPHONE = {
    "extends": "baseline",
    "name": "mine",
    "groups": {"lusophone": ["AGO", "BRA", "MOZ"]},
    "levers": [{"id": "us_permissive_licence_incentive", "strength": "high", "start": "2026-12"}],
    "ensemble": {"runs": 2},
}


def test_groups_nations_and_months_of_a_scenario_are_laid_over_the_reference():
    mine = LUSOPHONE | {"nations": ["AGO", "BRA", "MOZ", "USA"], "period": {"end": "2027-12"}}
    done = compare(mine, groups=("lusophone", "BRA"), runs=2, sizes=False)
    assert set(done.table["group"]) >= {"lusophone", "BRA"}
    assert done.notes[0] == (
        "`baseline` is run with the months, nations and groups of `mine`, so that runs can be "
        "paired."
    )
    assert done.table["month"].max() == "2027-12"


def test_a_package_is_laid_over_its_reference_too():
    mine = LUSOPHONE | {
        "nations": ["AGO", "BRA", "MOZ", "USA"], "period": {"end": "2027-12"},
        "levers": [{"id": name, "strength": "high", "start": "2026-12"} for name in LEVERS],
    }  # fmt: skip
    done = package(mine, group="lusophone", runs=2)
    (note,) = done.notes
    assert note == (
        "`baseline` is run with the months, nations and groups of `mine`, so that runs can be "
        "paired."
    )
    arms = done.manifest["asked"]["arms"].values()
    assert {arm["period"]["end"] for arm in arms} == {"2027-12"}
    assert all(arm["nations"] == ["AGO", "BRA", "MOZ", "USA"] for arm in arms)


def test_a_comparison_is_read_back_as_it_was(tmp_path):
    """Empty words stay words: months of a whole run, and what follows the last of an order."""
    found = compare(["rand_package", "fortress"], sizes=False, out=tmp_path, **FEW)
    again = saved.read(found.folder)
    for name in ("table", "ranking"):
        pd.testing.assert_frame_equal(
            getattr(again, name), getattr(found, name), check_dtype=False, check_exact=False
        )
    page = found.folder / "report.html"
    before = page.read_text()
    saved.rebuild_report(found.folder)
    assert page.read_text() == before
    parts = package("rand_package", levers=LEVERS, out=tmp_path, **FEW)
    assert list(saved.read(parts.folder).interactions["verdict"]) == list(
        parts.interactions["verdict"]
    )


def test_nothing_is_laid_over_a_reference_that_has_all():
    mine = load(LUSOPHONE)
    _, reference, said = laid_over([mine], mine)
    assert (reference, said) == (mine, ())


def test_one_group_of_two_meanings_is_refused():
    other = load(LUSOPHONE | {"name": "other", "groups": {"lusophone": ["AGO", "BRA"]}})
    with pytest.raises(InputError, match="the group lusophone holds other nations in other"):
        laid_over([load(LUSOPHONE), other], load("baseline"))


def test_scenarios_of_different_nations_are_still_refused():
    other = LUSOPHONE | {"name": "other", "nations": ["BRA"], "groups": {}}
    with pytest.raises(InputError, match="differ in months or nations"):
        compare([LUSOPHONE, other], runs=2)
