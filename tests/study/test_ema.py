"""The model in the hands of the EMA workbench."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

import sim
from sim.errors import InputError, StoreError
from sim.study.ema import _frozen
from sim.study.sweeps.factors import parse_option

LEVER = "levers.us_permissive_licence_incentive.strength"
SHORT = {"runs": 2, "until": "2027-12", "nations": "Brazil, India"}


@pytest.mark.long
@pytest.mark.oracle
def test_the_workbench_gets_what_a_sweep_gets():
    model = sim.ema_model(
        "rand_package",
        uncertainties=["parameters.network=uniform(0.2,1.6)"],
        levers=[f"{LEVER}=0,1"],
        outcomes=["share.bloc_us", "cost.public"],
        **SHORT,
    )
    from ema_workbench import Sample, perform_experiments

    worlds = [Sample(str(value), parameters_network=value) for value in (0.5, 1.5)]
    policies = [Sample(str(value), **{LEVER.replace(".", "_"): value}) for value in (0, 1)]
    experiments, outcomes = perform_experiments(model, worlds, policies)
    sweep = sim.sweep(
        "rand_package", ["parameters.network=0.5,1.5", f"{LEVER}=0,1"], seed=1, **SHORT
    )
    last = sweep.summary().query("group == 'world' and metric == 'share.bloc_us'")
    last = last[last["month"].astype(str) == "2027-12"].set_index(["parameters.network", LEVER])
    network, strength = experiments["parameters_network"], experiments[LEVER.replace(".", "_")]
    assert len(outcomes["share_bloc_us"]) == 4
    for row, value in enumerate(outcomes["share_bloc_us"]):
        expected = last.loc[(float(network[row]), float(str(strength[row]))), "mean"]
        assert value == pytest.approx(expected, abs=1e-12)
    assert (outcomes["cost_public"] > 0).all()


@pytest.mark.oracle
def test_inputs_are_drawn_as_the_specification_says():
    model = sim.ema_model(
        "baseline",
        ["parameters.network=uniform(0.2,1.6)", "ensemble.future=none,stops"],
        ["parameters.switching_cost=triangular(0,0.25,1)"],
        group="Global South",
        **SHORT,
    )
    network, future = (
        model.uncertainties["parameters_network"],
        model.uncertainties["ensemble_future"],
    )
    assert (network.lower_bound, network.upper_bound) == (0.2, 1.6)
    assert [one.value for one in future.categories] == ["none", "stops"]
    assert model.function.group == "global_south"
    assert pickle.loads(pickle.dumps(model.function)) == model.function  # noqa: S301 - our own


@pytest.mark.parametrize("spec", ["triangular(0,0.25,1)", "normal(0.4,0.3,0,1)"])
def test_a_distribution_is_the_same_in_scipy(spec):
    law = parse_option(f"parameters.switching_cost={spec}").law
    u = np.linspace(0.01, 0.99, 9)
    np.testing.assert_allclose(_frozen(law).ppf(u), law.quantile(u), atol=1e-7)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"uncertainties": []}, "nothing varies"),
        ({"uncertainties": ["parameters.network=0,1", "parameters.network=0,2"]}, "stands twice"),
        ({"uncertainties": ["parameters.network=1"]}, "one level does not vary"),
        ({"uncertainties": ["parameters.netwrk=0,1"]}, "did you mean"),
        ({"outcomes": ["share.bloc_uss"]}, "did you mean 'share.bloc_us'"),
        ({"group": "Atlantis"}, "no group is called 'Atlantis'"),
    ],
)
def test_what_cannot_be_driven_is_refused_before_an_experiment(words, message):
    given = {"uncertainties": ["parameters.network=0,1"], **words}
    with pytest.raises(InputError, match=message):
        sim.ema_model("baseline", **given)


def test_a_missing_workbench_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    with pytest.raises(StoreError, match=r"pip install 'ema-workbench>=3,<4'"):
        sim.ema_model("baseline", ["parameters.network=0,1"])
