"""Verdicts by hand, files that are wrong, and the claims that ship."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.ensemble.arms import run_arms
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError
from sim.scenario import levers
from sim.scenario.resolve import resolve
from sim.study.hypotheses import claims, standards, verdicts
from sim.study.hypotheses.experiments import examine
from sim.study.hypotheses.laid import arm, names
from sim.study.sweeps.study_file import load_study

GOOD = {
    "id": "H9", "claim": "It holds.", "metric": "share.bloc_us", "group": "world",
    "month": "2028-12", "judgement": "All of it.", "smallest": 0.005,
    "arms": {"none": {}, "some": {"levers": []}},
    "measures": [{"name": "gain", "terms": {"some": 1, "none": -1}}],
    "switch": {"a": {}, "b": {"parameters.nest_dissimilarity": 1}},
}  # fmt: skip


def test_claims_stand_in_the_order_of_their_ids_whatever_these_are(tmp_path, monkeypatch):
    folder = tmp_path / "scenarios" / "studies"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for number in ("home", "H9b", "H100"):
        study = {"title": "Of one's own", "scenario": "baseline", "hypothesis": GOOD}
        study["hypothesis"] = study["hypothesis"] | {"id": number}
        (folder / f"h_{number}.yaml").write_text(json.dumps(study))
    found = names()
    mine = [name for name in found if name.startswith("h_")]
    assert mine == ["h_H9b", "h_H100", "h_home"]
    shipped = [name for name in found if name not in mine]
    assert shipped == sorted(shipped)
    assert found.index("h_H9b") == 9


AGREE, SPLIT = np.ones(20), np.repeat([1.0, -1.0], [17, 3])
"""Draws of one sign, and draws of which 85 % have it."""


@pytest.mark.parametrize(
    ("expect", "low", "high", "draws", "says"),
    [
        ("positive", 0.1, 0.2, AGREE, "supported"),
        ("positive", 0.1, 0.2, SPLIT, "undecided"),
        ("positive", 0.04, 0.2, AGREE, "undecided"),
        ("positive", 0.01, 0.04, AGREE, "negligible"),
        ("positive", -0.04, 0.04, SPLIT, "negligible"),
        ("positive", -0.1, 0.2, AGREE, "undecided"),
        ("positive", -0.2, -0.1, -AGREE, "contradicted"),
        ("positive", -0.2, -0.1, -SPLIT, "undecided"),
        ("positive", -0.04, -0.01, -AGREE, "negligible"),
        ("negative", -0.2, -0.1, -AGREE, "supported"),
        ("negative", 0.1, 0.2, AGREE, "contradicted"),
        ("negative", 0.01, 0.04, AGREE, "negligible"),
        ("not negative", -0.04, 0.2, AGREE, "supported"),
        ("not negative", -0.2, -0.1, -AGREE, "contradicted"),
        ("not negative", -0.2, 0.1, SPLIT, "undecided"),
        ("not negative", -0.04, 0.2, SPLIT, "undecided"),
        ("none", -0.04, 0.04, 0.01 * SPLIT, "supported"),
        ("none", -0.04, 0.04, SPLIT, "undecided"),
        ("none", 0.1, 0.2, AGREE, "contradicted"),
        ("none", 0.0, 0.2, AGREE, "undecided"),
        # What is nothing has no sign, whatever the mean is.
        ("none", 0.1, 0.2, np.maximum(SPLIT, 0.0), "undecided"),
        ("positive", 0.1, 0.2, np.maximum(SPLIT, 0.0), "undecided"),
    ],
)
def test_what_a_contrast_says(expect, low, high, draws, says):
    """The smallest effect of interest is 0.05."""
    assert verdicts.of_contrast(expect, low, high, draws, 0.05) == says


@given(st.floats(-0.3, 0.3), st.floats(0.001, 0.1), st.floats(0.4, 1.0))
def test_a_claim_and_its_opposite_are_never_both_supported(middle, half, part):
    count = round(100 * part)
    draws = np.sign(middle) * np.repeat([1.0, -1.0], [count, 100 - count])
    bounds = (middle - half, middle + half, draws, 0.05)
    one, other = (verdicts.of_contrast(word, *bounds) for word in ("positive", "negative"))
    opposite = {"supported": "contradicted", "contradicted": "supported"}
    assert other == opposite.get(one, one)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["supported", "supported"], "supported"),
        (["contradicted", "contradicted"], "contradicted"),
        (["supported", "contradicted"], "forced by structure"),
        (["supported", "negligible"], "forced by structure"),
        (["supported", "undecided"], "undecided"),
        (["contradicted", "negligible"], "contradicted"),
        (["negligible", "negligible"], "negligible"),
    ],
)
def test_what_settings_say_together(words, verdict):
    assert verdicts.of_settings(dict(enumerate(words))) == verdict


def test_scales_that_differ_decide_nothing():
    assert verdicts.of_scales({"share": "supported", "log-odds": "contradicted"}) == "undecided"
    assert verdicts.of_scales({"share": "supported", "log-odds": "supported"}) == "supported"
    assert verdicts.together(["supported", "undecided"]) == "undecided"
    assert verdicts.together(["supported", "contradicted"]) == "contradicted"
    assert verdicts.together(["supported", "negligible"]) == "negligible"
    assert verdicts.of_scales({"share": "negligible", "log-odds": "supported"}) == "negligible"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"switch": {"a": {}}}, "not run both ways"),
        ({"measures": []}, "measures something"),
        ({"claim": ""}, "no claim"),
        ({"arm": {}}, "did you mean"),
        ({"measures": [{"name": "x", "terms": {"sone": 1}}]}, "did you mean"),
        ({"measures": [{"name": "x", "terms": {"some": 1}, "expect": "up"}]}, "cannot be expected"),
        ({"measures": [{"name": "x", "terms": {"some": 1}, "scale": "log"}]}, "no scale"),
        ({"smallest": None}, "declares no smallest effect"),
        ({"smallest": 0}, "a number above zero"),
        ({"measures": [{"name": "x", "terms": {"some": 1}, "within": 0.1}]}, "unknown key"),
        (
            {"measures": [{"name": "x", "terms": [{"arm": "some", "per_million": "sum"}]}]},
            "is no arm",
        ),
    ],
)
def test_a_claim_that_is_wrong(changes, words):
    with pytest.raises(InputError, match=words):
        claims.read("x", GOOD | changes)


def test_a_claim_that_is_right():
    found = claims.read("x", GOOD)
    assert found.measures[0].terms[1].times == -1.0
    assert found.measures[0].terms[0].month == "2028-12"
    assert found.measures[0].smallest == 0.005


def test_all_twenty_one_ship_and_are_sound():
    found = [claims.read(name, load_study(name).claim) for name in names()]
    assert [claim.number for claim in found] == [f"H{n}" for n in range(1, 22)]
    assert all(len(claim.switch) >= 2 for claim in found)
    assert all(claim.judgement for claim in found)
    shares = [m for c in found for m in c.measures if m.terms[0].metric.startswith("share.")]
    assert {m.smallest for m in shares if m.scale != "log-odds"} == {claims.SMALLEST}


@pytest.fixture(scope="module")
def licences():
    return examine("h07_permissive_licences", runs=48, workers=2)


def test_one_runs(licences):
    table = licences.table
    assert set(licences.by_setting) == set(licences.claim.switch)
    assert np.isfinite(table[["effect", "low", "high", "smallest"]].to_numpy()).all()
    share, odds = (table[table["scale"] == scale] for scale in ("share", "log-odds"))
    assert set(share["smallest"]) == {0.005}
    assert set(odds["smallest"]) == {0.02}
    # Forty-eight replicates take forty-eight draws: a world is a draw.
    np.testing.assert_array_equal(table["worlds"], table["draws"])
    assert ((table["worlds"] >= 0.5) & (table["worlds"] <= 1.0)).all()


def test_the_plainest_one_is_supported():
    """A cut of closed models wins open weights under both settings in every world of 48."""
    found = examine("h19_gating_feeds_open_weights", runs=48, workers=2)
    assert found.verdict == "supported"
    assert (found.table["worlds"] == 1.0).all()


def test_a_contrast_smaller_than_what_matters_is_negligible():
    """US hardware under Chinese models moves influence by less than a hundredth of a point."""
    found = examine("h09_us_hardware_under_chinese_models", runs=24, workers=2)
    assert (found.table[["low", "high"]].abs() < 0.01).all(axis=None)
    assert found.verdict == "negligible"


def test_effects_for_money_use_what_the_arms_were_charged():
    """At another strength another cost: gains over the table's cost at that strength, by hand."""
    found = examine("h18_training_or_credits", runs=24, workers=2)
    known = levers.read()
    training = known["cn_global_south_capacity_building"]
    credits_ = known["us_cloud_credits_open_models"]
    arms = {"none": {}, **{k: found.claim.arms[k] for k in ("training", "credits")}}
    for setting, share, cost in (
        ("small programmes", 0.33, (training.cost.low, credits_.cost.low)),
        ("large programmes", 1.0, (training.cost.high, credits_.cost.high)),
    ):
        documents = {
            name: {
                "extends": "baseline", "period": {"end": "2031-12"},
                "levers": [e | {"strength": share} for e in arm.get("levers", ())],
            }
            for name, arm in arms.items()
        }  # fmt: skip
        done = run_arms(
            {name: resolve(document) for name, document in documents.items()}, runs=24, seed=1,
            outcomes=Outcomes(("developers.cn_open", "developers.us_permissive"), ("world",),
                              ("2029-12",)),
            place=None, workers=2,
        )  # fmt: skip
        gains = [
            (done.of(arm, metric, "world") - done.of("none", metric, "world")).mean()
            for arm, metric in (("training", "developers.cn_open"),
                                ("credits", "developers.us_permissive"))
        ]  # fmt: skip
        # 0.33 is a hundredth below low, where cost goes through nothing at strength 0.
        part = min(1.0, 3 * share)
        by_hand = gains[0] / (part * cost[0]) - gains[1] / (part * cost[1])
        row = found.table[found.table["setting"] == setting]
        assert row["effect"].iloc[0] == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.parametrize("runs", [0, 1])
def test_fewer_than_two_draws_are_refused(runs):
    for name in ("h07_permissive_licences", "h16_agreement_of_two"):
        with pytest.raises(InputError, match="two draws or more"):
            examine(name, runs=runs)


def test_a_study_without_a_claim():
    with pytest.raises(InputError, match="holds no hypothesis"):
        examine("network_on_shares")


def test_nations_join_when_enough_have():
    alone = standards.coverage(0.5, (), 60, 200, 1)
    pair = standards.coverage(0.5, ("CHN", "USA"), 60, 200, 1)
    assert (np.diff(pair, axis=0) >= 0).all()
    assert (pair >= alone).all()
    assert pair[0].min() == pair[0].max() > 0.2
    everybody = standards.coverage(0.0, ("CHN", "USA"), 60, 50, 1)
    nobody = standards.coverage(1.0, (), 60, 50, 1)
    assert everybody[-1].mean() > 0.9
    assert nobody[-1].mean() < 0.1


def test_thresholds_are_those_of_the_seed():
    np.testing.assert_array_equal(
        standards.coverage(0.4, ("USA",), 12, 5, 3), standards.coverage(0.4, ("USA",), 12, 5, 3)
    )


@pytest.mark.parametrize("entry", [{"d": "cn_low_price_api"}, "cn_low_price_api", None, 3])
def test_a_wrong_lever_of_an_arm_is_told_where_the_switch_sets_levers(entry):
    base = resolve("baseline")
    with pytest.raises(InputError):
        arm(base, "some", {"levers": [entry]}, {"levers.cn_low_price_api.strength": "low"}, ())


def test_a_setting_of_a_lever_concerns_the_arms_that_pull_it():
    base, value = resolve("baseline"), {"levers.cn_low_price_api.strength": 0.2}
    entry = {"id": "cn_low_price_api", "strength": "high", "start": "2027-01"}
    pulls = {"levers": [entry]}
    assert [entry.strength for entry in arm(base, "some", pulls, value, ()).levers] == [0.2]
    assert not arm(base, "none", {}, value, ()).levers
