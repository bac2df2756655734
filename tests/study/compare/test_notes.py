"""Sentences made from results, and how many runs a wanted precision takes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.analysis import paired
from sim.ensemble.arms import Arms
from sim.errors import InputError
from sim.scenario.resolve import resolve
from sim.study.compare import answers, choice, notes, precision
from sim.study.compare.choice import Pair
from sim.study.compare.precision import PILOT, until_precise

CONTROLS = {
    "extends": "baseline", "title": "Controls",
    "levers": [{"id": "us_inference_chip_controls", "strength": "high", "start": "2027-01"}],
}  # fmt: skip


def arms_of(binding, chips):
    """Return arms of two worlds in which serving compute binds and Chinese chips move so much."""
    rows = pd.DataFrame(
        {
            "metric": ["binding.serving", "hardware_share.cn"], "group": "world",
            "month": ["", "2035-12"], "unit": "fraction",
        }
    )  # fmt: skip
    kept = {
        "controls": np.array([[binding, 0.09 + chips], [binding, 0.09 + chips]]),
        "baseline": np.array([[binding, 0.09], [binding, 0.09]]),
    }
    return Arms(rows, kept, np.arange(2))


def scenarios(levers=CONTROLS):
    return {"controls": resolve(levers), "baseline": resolve("baseline")}


PAIR = Pair("controls", "baseline")


def test_a_limit_that_does_not_bind_is_said_and_what_moves_instead():
    (text,) = notes.binding(scenarios(), [PAIR], arms_of(0.0, -0.0345))
    assert "binds in 0.0 % of months" in text
    assert "A limit that does not bind takes no developers." in text
    assert text.endswith("Chinese part of the world's AI chips: -3.45 points.")
    (often,) = notes.binding(scenarios(), [PAIR], arms_of(0.4, -0.01))
    assert "binds in 40.0 % of months" in often
    assert "does not bind" not in often


def test_what_is_read_at_the_end_has_the_last_month_or_none():
    rows = pd.DataFrame(
        {
            "metric": ["share.cn_open", "share.cn_open", "binding.serving", "hidden", "hidden"],
            "group": "world", "month": ["2034-12", "2035-12", "", "2035-12", ""],
            "unit": "fraction",
        }
    )  # fmt: skip
    done = Arms(rows, {}, np.arange(2))
    found = answers._last(done, ("share.cn_open", "binding.serving"))
    assert found.tolist() == [False, True, True, False, False]


def test_a_package_less_one_lever_has_that_of_the_reference():
    package, reference = resolve("rand_package"), resolve("baseline")
    gone = package.levers[0].id
    left = choice.without_lever(package, gone, reference, "less_one")
    kept = [entry for entry in package.levers if entry.id != gone]
    usual = [entry for entry in reference.levers if entry.id == gone]
    assert list(left.levers) == kept + usual
    back = choice.without_lever(package, gone, package, "the_same")
    assert sorted(e.id for e in back.levers) == sorted(e.id for e in package.levers)
    assert (left.name, back.name) == ("less_one", "the_same")


def test_policies_without_a_lever_on_compute_are_not_told_of_it():
    other = CONTROLS | {
        "levers": [{"id": "us_cloud_credits_open_models", "strength": "low", "start": "2027-01"}]
    }
    assert notes.binding(scenarios(other), [PAIR], arms_of(0.0, 0.0)) == []


def test_a_start_before_the_last_fact_is_as_if_decided_then():
    early = CONTROLS | {"levers": [CONTROLS["levers"][0] | {"start": "2026-04"}]}
    last = 12 * 2026 + 9
    (text,) = notes.decided_before(scenarios(early), [PAIR], last)
    assert text.startswith(
        "`controls`: as if decided in April 2026. Facts are known to October 2026"
    )
    assert notes.decided_before(scenarios(), [PAIR], last) == []
    later = CONTROLS | {"levers": [CONTROLS["levers"][0] | {"start": "2026-10"}]}
    both = scenarios(early) | {"later": resolve(later)}
    (text,) = notes.decided_before(both, [PAIR, Pair("later", "baseline")], last)
    assert "as if decided between April 2026 and October 2026. Facts are known" in text


def test_the_largest_lever_is_named_with_its_part():
    alone = pd.DataFrame(
        {"scenario": "p", "lever": ["a", "b"], "part": [0.53, 0.2], "runs": 48,
         "judged": [True, False]}
    )  # fmt: skip
    (text,) = notes.largest_lever(alone)
    assert "`a`, which alone has 53 %" in text
    assert "first 48 worlds" in text
    assert text.endswith("its size is a judgement.")
    assert notes.largest_lever(alone.assign(part=np.nan)) == []


@pytest.mark.parametrize(
    ("effect", "part", "words"),
    [
        (0.0131, -1.31, "moves the mean by +1.3 points, and the whole package by -1.0: other"),
        (0.0131, 3.1, "moves the mean by +1.3 points, and the whole package by +0.4: other"),
        (0.0131, 1.31, "has 131 % of the package's mean effect"),
        (-0.0131, 0.0, "has 0 % of the package's mean effect"),
    ],
)
def test_a_lever_that_others_act_against_is_no_part_of_the_whole(effect, part, words):
    alone = pd.DataFrame(
        {"scenario": "p", "lever": "a", "effect": [effect], "unit": "fraction", "part": [part],
         "runs": 48, "judged": [False]}
    )  # fmt: skip
    (text,) = notes.largest_lever(alone)
    assert f"`a`, which alone {words}" in text


def made_up(sd_between, sd_within, shipped):
    """Return a runner of arms whose effect has two parts of variance."""
    rng = np.random.default_rng(1)
    shift = sd_between * rng.normal(size=20_000 if shipped is None else shipped)
    noise = sd_within * rng.normal(size=20_000)
    rows = pd.DataFrame({"metric": ["m"], "group": ["world"], "month": ["2030-12"], "unit": ["x"]})

    def run(_, count):
        draws = np.arange(count) % len(shift)
        effect = (shift[draws] + noise[:count])[:, None]
        kept = {"controls": effect, "baseline": np.zeros_like(effect)}
        return Arms(rows, kept, draws, shipped)

    return run


@pytest.mark.parametrize(
    ("sd_between", "shipped", "wanted", "reached"),
    [
        (1.0, None, 0.05, True),
        (1.0, 400, 0.2, True),
        (1.0, 400, 0.11, True),
        (1.0, 400, 0.05, False),
        (0.0, 400, 0.05, True),
    ],
)
def test_precision_is_reached_or_said_to_be_out_of_reach(sd_between, shipped, wanted, reached):
    """Four hundred draws of sd 1 allow 1.97 / sqrt(400), about 0.1."""
    run = made_up(sd_between, 1.0, shipped)
    done, finest = until_precise(run({}, 96), {}, [PAIR], wanted, ("m", "world"), run)
    assert (finest == 0.0) == reached
    if not reached:
        assert finest == pytest.approx(1.97 / 20, rel=0.15)
        # Two replicates of each draw show how much draws differ: no more were run in vain.
        assert len(done.draws) <= 4 * shipped


def test_what_is_missing_is_run_at_once():
    """Effects of sd 1 need some 1,540 runs for 0.05: a tenth more, in whole tasks of `PILOT`."""
    run, asked = made_up(1.0, 0.0, None), []

    def noted(arms, count):
        asked.append(count)
        return run(arms, count)

    first = run({}, 4 * PILOT)
    spread = float(first.of(PAIR.name, "m", "world").std(ddof=1))
    needed = 1.1 * paired.runs_for(0.05, spread)
    until_precise(first, {}, [PAIR], 0.05, ("m", "world"), noted)
    assert asked[0] == PILOT * np.ceil(int(needed) / PILOT)
    assert all(later > before for before, later in itertools.pairwise(asked))


def test_beyond_the_most_runs_the_widest_of_the_effects_is_told(monkeypatch):
    """Of two effects the one that is known worse decides, and is told."""
    monkeypatch.setattr(precision, "MOST_RUNS", 96)
    run = made_up(1.0, 0.0, None)
    done = run({}, 96)
    kept = {**done.kept, "half": 0.5 * done.kept["controls"]}
    both = [Pair("half", "baseline"), PAIR]
    widths = []
    for pair in both:
        _, low, high = paired.interval(kept[pair.name][:, 0], done.draws)
        widths.append(float(high - low) / 2)
    again, finest = until_precise(
        replace(done, kept=kept), {}, both, widths[0] * 1.01, ("m", "world"), run
    )
    assert len(again.draws) == 96
    assert finest == pytest.approx(widths[1])
    _, finest = until_precise(replace(done, kept=kept), {}, both, widths[1], ("m", "world"), run)
    assert finest == 0.0


def test_a_strength_that_is_a_spread_stands_for_itself():
    assert choice.power(choice.SPREAD) is choice.SPREAD
    assert choice.power(choice.DRAWN) is choice.SPREAD


def test_a_precision_of_nothing_is_refused():
    run = made_up(1.0, 1.0, 400)
    with pytest.raises(InputError, match="impossible"):
        until_precise(run({}, 96), {}, [PAIR], 0.0, ("m", "world"), run)


def test_years_in_force_end_with_the_lever_and_with_the_period():
    entry = {"id": "us_cloud_credits_open_models", "strength": "low", "start": "2027-01"}
    for changes, years in (({}, 9.0), ({"end": "2028-06"}, 1.5), ({"start": "2035-07"}, 0.5)):
        one = resolve({"extends": "baseline", "levers": [entry | changes]})
        assert choice.years_in_force(one, [entry["id"]]) == pytest.approx(years)
    assert choice.years_in_force(one, ["another"]) == 0.0
