"""Verdicts by hand, files that are wrong, and the claims that ship."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import InputError
from sim.study.hypotheses import claims, standards, verdicts
from sim.study.hypotheses.experiments import examine, names
from sim.study.sweeps.study_file import load_study

GOOD = {
    "id": "H9", "claim": "It holds.", "metric": "share.bloc_us", "group": "world",
    "month": "2028-12", "judgement": "All of it.",
    "arms": {"none": {}, "some": {"levers": []}},
    "measures": [{"name": "gain", "terms": {"some": 1, "none": -1}}],
    "switch": {"a": {}, "b": {"parameters.nest": 1}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("expect", "low", "high", "within", "says"),
    [
        ("positive", 0.1, 0.2, 0, "supported"),
        ("positive", -0.1, 0.2, 0, "undecided"),
        ("positive", -0.2, -0.1, 0, "contradicted"),
        ("negative", -0.2, -0.1, 0, "supported"),
        ("negative", 0.1, 0.2, 0, "contradicted"),
        ("not negative", -0.005, 0.2, 0.01, "supported"),
        ("not negative", -0.2, -0.1, 0.01, "contradicted"),
        ("not negative", -0.2, 0.1, 0.01, "undecided"),
        ("none", -0.005, 0.005, 0.01, "supported"),
        ("none", 0.02, 0.03, 0.01, "contradicted"),
        ("none", 0.0, 0.03, 0.01, "undecided"),
    ],
)
def test_what_an_interval_says(expect, low, high, within, says):
    assert verdicts.of_interval(expect, low, high, within) == says


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["supported", "supported"], "supported"),
        (["contradicted", "contradicted"], "contradicted"),
        (["supported", "contradicted"], "forced by structure"),
        (["supported", "nothing"], "forced by structure"),
        (["supported", "undecided"], "undecided"),
        (["contradicted", "nothing"], "contradicted"),
        (["nothing", "nothing"], "undecided"),
    ],
)
def test_what_settings_say_together(words, verdict):
    assert verdicts.of_settings(dict(enumerate(words))) == verdict


def test_scales_that_differ_decide_nothing():
    assert verdicts.of_scales({"share": "supported", "log-odds": "contradicted"}) == "undecided"
    assert verdicts.of_scales({"share": "supported", "log-odds": "supported"}) == "supported"
    assert verdicts.together(["supported", "undecided"]) == "undecided"
    assert verdicts.together(["supported", "contradicted"]) == "contradicted"


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
    ],
)
def test_a_claim_that_is_wrong(changes, words):
    with pytest.raises(InputError, match=words):
        claims.read("x", GOOD | changes)


def test_a_claim_that_is_right():
    found = claims.read("x", GOOD)
    assert found.measures[0].terms[1].times == -1.0
    assert found.measures[0].terms[0].month == "2028-12"


def test_all_twenty_one_ship_and_are_sound():
    found = [claims.read(name, load_study(name).claim) for name in names()]
    assert [claim.number for claim in found] == [f"H{n}" for n in range(1, 22)]
    assert all(len(claim.switch) >= 2 for claim in found)
    assert all(claim.judgement for claim in found)


@pytest.mark.parametrize("name", ["h07_permissive_licences", "h18_training_or_credits"])
def test_one_runs(name):
    found = examine(name, runs=12, workers=2)
    assert found.verdict in {"supported", "contradicted", "undecided", "forced by structure"}
    assert set(found.by_setting) == set(found.claim.switch)
    assert np.isfinite(found.table[["effect", "low", "high"]].to_numpy()).all()


def test_the_plainest_one_is_supported():
    """Permissive licences win developers under both settings: 48 runs are plenty."""
    assert examine("h07_permissive_licences", runs=48, workers=2).verdict == "supported"


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
