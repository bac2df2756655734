"""Outcomes for the nations in focus, from real runs and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim import evidence
from sim.analysis import cuts as statistics
from sim.analysis import paired
from sim.ensemble import runner
from sim.errors import InputError
from sim.report import focus as said
from sim.scenario import levers, load, reach
from sim.scenario import nations as places
from sim.study import saved
from sim.study.compare import cuts, focus
from sim.study.compare.compare import compare
from sim.study.compare.details import yearly
from sim.study.compare.result import Comparison

CHOICES = ("back_us_open", "adopt_chinese_open", "own_model", "hedge")
SMALL = [("nations", ["BRA", "FRA", "IND", "KEN", "USA"]), ("period.end", "2030-12")]
RUNS = 24


def asked(place, choices=CHOICES, **more):
    return compare(
        choices, runs=RUNS, seed=3, overrides=[*SMALL, ("focus", place)], sizes=False,
        metrics=("share.bloc_us", "cost.public"), groups=("IND", "world"), **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return asked("IND", out=tmp_path_factory.mktemp("out"))


def row(found, scenario, outcome):
    mine = found.focus
    (only,) = mine[(mine["scenario"] == scenario) & (mine["outcome"] == outcome)].to_dict("records")
    return only


def test_every_choice_and_the_reference_has_every_outcome(found):
    assert tuple(found.focus.columns) == focus.COLUMNS
    keys = list(zip(found.focus["scenario"], found.focus["outcome"], strict=True))
    assert keys == [(name, key) for name in (*CHOICES, "baseline") for key in focus.OUTCOMES]
    assert set(found.focus["nations"]) == {"IND"}
    assert set(found.focus["runs"]) == {RUNS}
    units = dict(zip(found.focus["outcome"], found.focus["unit"], strict=True))
    assert units == dict(focus.OUTCOMES)


def test_two_parts_of_the_runs_are_told_with_what_lies_between():
    rng = np.random.default_rng(4)
    values = np.concatenate([rng.normal(0.2, 0.01, 60), rng.normal(0.8, 0.01, 40)])
    told = focus._parts(values, "fraction")
    assert (told["above_half"], told["peaks"], told["below"]) == (0.4, 2, 0.6)
    assert told["low_peak"] < told["split"] < told["high_peak"]
    assert focus._parts(np.full(100, 7.0), "USD million a year") == {"peaks": 1}


def test_outcomes_keep_to_their_ranges(found):
    table = found.focus
    levels = table[["p05", "p25", "p50", "p75", "p95"]].to_numpy(dtype=float)
    assert (np.diff(levels, axis=1) >= 0.0).all()
    assert (levels >= 0.0).all()
    assert (levels[table["unit"] == "fraction"] <= 1.0).all()
    months = table["outcome"].str.startswith("recovery")
    assert levels[months].max() <= 12
    assert table.loc[months, "censored"].between(0.0, 1.0).all()


def test_dependence_and_its_change_are_those_of_the_comparison(found):
    """The comparison's own arms of the same metric in the same worlds."""
    base = found.arms.of("baseline", "share.bloc_us", "IND")
    for name in CHOICES:
        mine = found.arms.of(name, "share.bloc_us", "IND")
        seen = row(found, name, "dependence.us")
        assert seen["p50"] == pytest.approx(np.median(mine))
        assert seen["above_half"] == (mine > 0.5).mean()
        changes = [seen[f"change_{level}"] for level in ("p05", "p50", "p95")]
        np.testing.assert_allclose(changes, np.quantile(mine - base, (0.05, 0.5, 0.95)), atol=1e-12)
    effect = found.last("share.bloc_us", "IND").set_index("scenario")
    assert row(found, "hedge", "dependence.us")["change_p50"] == pytest.approx(
        effect.loc["hedge", "p50"]
    )


def test_cost_is_that_of_the_comparison_and_bounds_are_said(found):
    for name in CHOICES:
        paid = found.arms.of(name, "cost.public", "world") - found.arms.of(
            "baseline", "cost.public", "world"
        )
        own = [entry.id for entry in found.scenarios[name].levers if entry.nations is not None]
        wanted = np.median(yearly(paid, found.scenarios[name], own))
        assert row(found, name, "cost")["p50"] == pytest.approx(wanted)
        fixed = any(reach.is_bound(levers.read()[lever]) for lever in own)
        assert row(found, name, "cost")["upper_bound"] == fixed
    assert row(found, "baseline", "cost")["p95"] == 0.0
    assert not row(found, "back_us_open", "cost")["upper_bound"]
    assert row(found, "own_model", "cost")["upper_bound"]


def test_months_behind_are_points_at_the_pace_of_the_frontier(found):
    from sim.scenario import compile as compiled

    seen = view("IND", ["hedge"])
    drawn = runner.drawn(compiled(load("baseline", SMALL)), 3, np.arange(4))
    pace = drawn["frontier_rate"] * drawn["frontier_jump"]
    np.testing.assert_allclose(
        seen.outcomes["hedge", "behind"] * pace, seen.outcomes["hedge", "forgone"]
    )


def view(place, names):
    given = [("focus", place)]
    arms = {name: load(name, [*SMALL, *given]) for name in ("baseline", *names)}
    arms["baseline"] = load("baseline", [*SMALL, ("ensemble.seed", 3)])
    pairs = [focus.choice.Pair(name, "baseline") for name in names]

    def run(some, outcomes):
        from sim.ensemble.arms import run_arms

        return run_arms(some, runs=4, seed=3, outcomes=outcomes, place=None)

    return focus.view(arms, pairs, given, run)


def test_what_is_ones_own_is_sovereign_or_made_at_home():
    """European models are France's own and not India's, nor that of both together."""
    seen = {place: view(place, ["hedge"]) for place in ("IND", "FRA", "world")}
    from sim.scenario import compile as compiled

    drivers = compiled(load("baseline", SMALL))
    share = np.eye(len(drivers.ecosystems))
    ids = np.array(drivers.ecosystems)
    own = {
        place: set(ids[focus._use(share, drivers, one.nations)["own"] == 1.0])
        for place, one in seen.items()
    }
    assert own["FRA"] == {"eu_open", "sovereign"}
    assert own["IND"] == own["world"] == {"sovereign"}
    assert seen["world"].nations == ("BRA", "FRA", "IND", "KEN", "USA")
    for one in seen.values():
        for outcome, unit in focus.OUTCOMES.items():
            values = one.outcomes["hedge", outcome]
            assert values.shape == (4,)
            assert unit != "fraction" or ((values >= 0) & (values <= 1)).all()


def test_several_nations_are_put_together_by_their_developers():
    seen = view("global_south", ["hedge"])
    assert seen.nations == ("BRA", "IND", "KEN")
    single = [view(code, ["hedge"]).outcomes["baseline", "dependence.us"] for code in seen.nations]
    both = seen.outcomes["baseline", "dependence.us"]
    assert (np.min(single, axis=0) <= both).all()
    assert (both <= np.max(single, axis=0)).all()


def test_the_result_holds_table_figure_and_page_and_is_read_again(found):
    folder = found.folder
    assert {"focus.csv", "focus.svg", "focus.png"} <= {file.name for file in folder.iterdir()}
    again = saved.read(folder)
    assert isinstance(again, Comparison)
    pd.testing.assert_frame_equal(again.focus, found.focus, check_dtype=False)
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in ("Seen from India, 2030: 24 runs", "Hedge between the camps", "at most"):
        assert text in page
    assert "`" not in page[page.index("<body>") :]
    saved.rebuild_report(folder)
    assert (folder / "report.html").read_text(encoding="utf-8") == page
    assert said.paragraph(again.focus) == said.paragraph(found.focus)


def test_a_run_that_ends_before_the_cut_has_the_other_outcomes():
    done = compare(
        "hedge", runs=4, seed=3, overrides=[*SMALL, ("period.end", "2028-12"), ("focus", "IND")],
        sizes=False, metrics=("share.bloc_us",), groups=("IND",),
    )  # fmt: skip
    assert set(done.focus["outcome"]) == {
        name for name in focus.OUTCOMES if not name.startswith(("kept", "recovery"))
    }
    assert len(said.table(done.focus, {})) == 2
    assert "services stopped" not in said.paragraph(done.focus)
    assert "focus.svg" in {n for one in done._figures() for n in one.files}


def test_without_a_focus_nothing_is_added():
    done = compare(
        "rand_package", runs=2, overrides=[*SMALL, ("focus", "IND")], sizes=False,
        metrics=("share.bloc_us",),
    )  # fmt: skip
    assert done.focus.empty
    assert "focus" not in done.asked


def test_outcomes_without_a_focus_are_refused_in_one_line():
    arms = {"baseline": load("baseline", SMALL), "hedge": load("hedge", [("focus", "IND")])}
    with pytest.raises(InputError) as caught:
        focus.view(arms, [focus.choice.Pair("hedge", "baseline")], [], lambda *_: None)
    (problem,) = caught.value.problems
    assert (problem.message, problem.path) == (
        "outcomes for the nations in focus need a focus", "focus",
    )  # fmt: skip


def test_words_of_the_report_are_those_of_the_experiment():
    assert said.SURE == paired.SURE
    assert (cuts.BEGIN, cuts.END, statistics.BACK) == ("2030-01", "2030-06", 0.9)
    assert {name for _, part in said.PARTS for name in part} == set(focus.OUTCOMES)
    assert set(said.HEADS) == set(focus.OUTCOMES)
    home = load("baseline")
    assert set(places.table(home).iso3) == set(evidence.load().nations.iso3)
