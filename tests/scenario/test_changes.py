"""Months, nations and focus by code, slug or name, wherever the command line has them."""

from __future__ import annotations

import inspect

import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.scenario.changes import changes, code_of, codes

STUDY = {
    "scenario": "baseline",
    "vary": {"parameters.network": [0.4, 1.2]},
    "policies": {"hold": [], "hosted": []},
}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("Brazil", ["BRA"]), ("BRA", ["BRA"]), ("BRA, india", "BRA,india"),
        ("Brazil,India", ["BRA", "IND"]), (["Brazil", "KEN"], ["BRA", "KEN"]),
        ("Global South", "global_south"), ("global_south", "global_south"),
        ("my_own", "my_own"), ("nations.csv", "nations.csv"), ("Atlantis", "Atlantis"), ("", ""),
    ],
)  # fmt: skip
def test_places_are_named_as_a_scenario_names_them(given, found):
    assert codes(given) == found


def test_small_letters_alone_may_name_a_group_of_a_scenario():
    assert (code_of("Brazil"), code_of("brazil"), code_of("Atlantis")) == (
        "BRA", "brazil", "Atlantis",
    )  # fmt: skip


def test_everything_that_is_said_becomes_an_override():
    assert changes(["a=1"], "2030-12", "Brazil", ["India"]) == [
        "a=1", ("period.end", "2030-12"), ("nations", ["BRA"]), ("focus", ["IND"]),
    ]  # fmt: skip
    assert changes() == []


@pytest.mark.parametrize("name", ["run", "sweep", "compare", "robust", "ema_model"])
def test_functions_take_what_their_commands_take(name):
    known = inspect.signature(getattr(sim, name)).parameters
    assert {"until", "nations", "focus", "overrides"} <= set(known)


def test_a_name_gives_the_run_of_its_code():
    few = {"runs": 1, "until": "2024-12"}
    named = sim.run("baseline", nations="Brazil", **few)
    assert named.hash == sim.run("baseline", nations=["BRA"], **few).hash
    assert sim.run("hedge", focus="Brazil", **few).hash == (
        sim.run("hedge", overrides=[("focus", ["BRA"])], **few).hash
    )
    with pytest.raises(InputError, match="'Atlantis' is neither a group nor a nation"):
        sim.run("baseline", nations="Atlantis", **few)


def test_sweeps_and_sensitivities_take_them_too():
    few = {"runs": 2, "until": "2024-12", "nations": "Brazil"}
    said = [("period.end", "2024-12"), ("nations", ["BRA"])]
    sweep = sim.sweep("baseline", ["parameters.network=0.4,1.2"], **few)
    same = sim.sweep("baseline", ["parameters.network=0.4,1.2"], runs=2, overrides=said)
    assert sweep.hash == same.hash
    found = sim.sensitivity(
        "baseline", ["parameters.network=0.4:1.2:3"], design="morris", points=2, **few
    )
    assert found.sweep.asked["scenario"]["nations"] == ["BRA"]


def test_a_comparison_takes_groups_by_name():
    few = {"runs": 2, "until": "2024-12", "nations": ["Brazil", "India"], "sizes": False}
    found = sim.compare("rand_package", groups=["Brazil", "World"], **few)
    assert found.groups == ("BRA", "world")
    assert found.last()["month"].iloc[0] == "2024-12"


def test_a_series_is_observed_in_a_nation_by_name():
    few = {"runs": 2, "until": "2025-12"}
    named = sim.observe("baseline", "deepseek_market_share", nation="Brazil", **few)
    coded = sim.observe("baseline", "deepseek_market_share", nation="BRA", **few)
    pd.testing.assert_frame_equal(named, coded)
