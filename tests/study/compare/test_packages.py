"""Shapley values and interactions on games that are worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis import attribution
from sim.errors import InputError
from sim.study.compare import costs, packages

NAMES = ("a", "b", "c")


def game(values, runs=5):
    """Return a worth that is the same in all replicates, from a value for each subset."""
    return {frozenset(key): np.full(runs, float(v)) for key, v in values.items()}


GLOVES = game({"": 0, "a": 0, "b": 0, "c": 0, "ab": 0, "ac": 1, "bc": 1, "abc": 1})
"""Two have a left glove (a, b) and one a right one (c): 1/6, 1/6, 4/6 (Shapley 1953)."""


def test_the_glove_game():
    found = attribution.exact_shapley(NAMES, GLOVES, "share").set_index("lever")["share"]
    assert found.to_dict() == pytest.approx({"a": 1 / 6, "b": 1 / 6, "c": 4 / 6})


@given(data=st.data())
def test_parts_add_up_to_the_whole(data):
    numbers = st.floats(-1, 1)
    worth = {
        subset: np.array(data.draw(st.lists(numbers, min_size=4, max_size=4)))
        for subset in attribution.subsets(NAMES)
    }
    found = attribution.exact_shapley(NAMES, worth, "share")["share"].sum()
    whole = (worth[frozenset(NAMES)] - worth[frozenset()]).mean()
    assert found == pytest.approx(whole, abs=1e-12)


def test_all_orders_sampled_are_the_exact_values():
    orders = list(itertools.permutations(NAMES))
    exact = attribution.exact_shapley(NAMES, GLOVES, "share")["share"]
    sampled = attribution.sampled_shapley(NAMES, orders, GLOVES, "share")["share"]
    np.testing.assert_allclose(sampled, exact)


def test_sampled_values_cover_the_exact_ones():
    """300 samples of 24 orders on a game of five: of 1500 intervals of 95 %, at the stated rate.

    Intervals of one sample are correlated; with alpha = 0.001 the part lies within 0.95 -+ 0.04.
    """
    names = tuple("abcde")
    rng = np.random.default_rng(5)
    worth = {subset: np.full(2, rng.normal()) for subset in attribution.subsets(names)}
    exact = attribution.exact_shapley(names, worth, "share").set_index("lever")["share"]
    held = []
    for seed in range(300):
        orders = attribution.orders(names, 24, seed)
        found = attribution.sampled_shapley(names, orders, worth, "share").set_index("lever")
        held += [found.loc[n, "low"] <= exact[n] <= found.loc[n, "high"] for n in names]
    assert 0.91 <= np.mean(held) <= 0.99


def test_sampled_values_hold_the_error_of_worlds_too():
    """Two hundred studies of 30 worlds and 12 orders: intervals hold the value over all worlds.

    The game differs between worlds and is no sum, so that both errors count. With alpha = 0.001
    the part of 600 correlated intervals lies above 0.91; without the error of worlds it is far
    below.
    """
    names = tuple("abc")
    rng = np.random.default_rng(8)
    values = {subset: rng.normal(0.5, 0.3) for subset in attribution.subsets(names)}
    truth = attribution.exact_shapley(
        names, {s: np.full(2, v) for s, v in values.items()}, "share"
    ).set_index("lever")["share"]
    held = []
    for seed in range(200):
        noise = np.random.default_rng([9, seed])
        worth = {s: v + noise.normal(0, 0.5, 30) for s, v in values.items()}
        orders = attribution.orders(names, 12, seed)
        found = attribution.sampled_shapley(names, orders, worth, "share").set_index("lever")
        held += [found.loc[n, "low"] <= truth[n] <= found.loc[n, "high"] for n in names]
    assert 0.91 <= np.mean(held) <= 1.0


@pytest.mark.parametrize("samples", [1, 3])
def test_both_errors_of_sampled_values_add_up_with_satterthwaites_freedom(samples):
    """By hand: the error of worlds, that of samples of an order and its reverse, and no other."""
    rng = np.random.default_rng(6)
    worth = {s: rng.normal(size=12) for s in attribution.subsets(NAMES)}
    orders = attribution.orders(NAMES, 2 * samples, 4)
    found = attribution.sampled_shapley(NAMES, orders, worth, "share").set_index("lever")
    for name in NAMES:
        before = [frozenset(order[: order.index(name)]) for order in orders]
        gains = np.array([worth[b | {name}] - worth[b] for b in before])
        worlds = gains.mean(axis=0)
        pairs = gains.reshape(samples, 2, 12).mean(axis=(1, 2))
        one = worlds.var(ddof=1) / 12
        other = pairs.var(ddof=1) / samples if samples > 1 else 0.0
        parts = one**2 / 11 + (other**2 / (samples - 1) if samples > 1 else 0.0)
        half = stats.t.ppf(0.975, (one + other) ** 2 / parts) * np.sqrt(one + other)
        told = found.loc[name, ["share", "low", "high"]].to_numpy(dtype=float)
        np.testing.assert_allclose(told, worlds.mean() + half * np.array([0, -1, 1]))


@pytest.mark.parametrize("orders", [2, 3])
def test_one_sample_of_orders_has_the_error_of_worlds_alone(orders):
    """An order without its reverse is no sample."""
    worth = {s: np.random.default_rng(len(s)).normal(size=9) for s in attribution.subsets(NAMES)}
    some = list(itertools.permutations(NAMES))[:orders]
    found = attribution.sampled_shapley(NAMES, some, worth, "share")
    assert np.isfinite(found[["share", "low", "high"]].to_numpy(dtype=float)).all()


@pytest.mark.parametrize(("count", "exact"), [(2, True), (6, True), (7, False)])
def test_of_six_levers_all_combinations_are_run_and_of_more_some_orders(count, exact):
    assert packages.all_run(tuple("abcdefg")[:count]) == exact


def test_a_mean_for_money_has_the_interval_of_whole_draws():
    """Against a bootstrap by pandas of one's own, on worlds of which three share a draw."""
    rng = np.random.default_rng(3)
    draws = np.repeat(np.arange(40), 3)
    gains = rng.normal(2, 1, 40)[draws] + rng.normal(0, 0.3, 120)
    paid = rng.uniform(3, 5, 40)[draws]
    low, high = costs._ratio(gains, paid, draws, 1)
    sums = pd.DataFrame({"gain": gains, "paid": paid}).groupby(draws).sum()
    again = [sums.sample(40, replace=True, random_state=n).sum() for n in range(1500)]
    ratios = [row["gain"] / row["paid"] for row in again]
    assert low < gains.mean() / paid.mean() < high
    np.testing.assert_allclose([low, high], np.quantile(ratios, (0.025, 0.975)), rtol=0.05)


def test_a_budget_buys_what_it_reaches_and_the_cheapest_is_the_least_of_it():
    priced = pd.DataFrame({"lever": list("abcd"), "effect": [0.3, 0.2, 0.1, -0.1],
                           "cost": [50.0, 20.0, -5.0, 1.0]})  # fmt: skip
    assert list(costs._affordable(priced, 20.0, "m", "world")["lever"]) == ["b", "c"]
    assert list(costs._affordable(priced, 0.0, "m", "world")["lever"]) == ["c"]
    with pytest.raises(InputError, match="buys no lever") as told:
        costs._affordable(priced.iloc[:2], 19.0, "m", "world")
    assert "the cheapest costs 20" in str(told.value)
    with pytest.raises(InputError, match="none of these levers raises m in world"):
        costs._affordable(priced.iloc[3:], 19.0, "m", "world")


def test_several_pairs_have_wider_intervals():
    """Three pairs: each at 1 - 0.05 / 3, so that all hold together at 95 %."""
    assert attribution.simultaneous(1) == pytest.approx(0.95)
    rng = np.random.default_rng(3)
    worth = {s: rng.normal(size=40) for s in attribution.subsets(NAMES)}
    found = attribution.factorial(NAMES, worth, "share").set_index("term")
    settings = [
        worth[s | {"a", "b"}] - worth[s | {"a"}] - worth[s | {"b"}] + worth[s]
        for s in (frozenset(), frozenset("c"))
    ]
    known = stats.ttest_1samp(np.mean(settings, axis=0), 0.0).confidence_interval(1 - 0.05 / 3)
    np.testing.assert_allclose(found.loc["a x b", ["low", "high"]].to_numpy(dtype=float), known)


def test_orders_come_with_their_reverse():
    orders = attribution.orders(NAMES, 6, 1)
    assert orders[1] == tuple(reversed(orders[0]))
    assert all(sorted(order) == sorted(NAMES) for order in orders)


def test_effects_and_interactions_by_hand():
    worth = game({"": 1, "a": 3, "b": 4, "ab": 9})
    found = attribution.factorial(("a", "b"), worth, "share").set_index("term")["effect"]
    # a: mean of 3-1 and 9-4; b: mean of 4-1 and 9-3; together: 9 - 3 - 4 + 1.
    assert found.to_dict() == pytest.approx({"a": 3.5, "b": 4.5, "a x b": 3.0})


def test_a_fraction_tells_main_effects_that_pairs_do_not_disturb():
    """Eight levers, effects that add up and one pair: the fraction gives them exactly."""
    names = tuple("abcdefgh")
    gains = dict(zip(names, (1.0, 2.0, -1.0, 0.5, 0.0, 3.0, -2.0, 1.5), strict=True))
    fraction = packages._fraction(names)
    assert len(fraction) < 2**8 / 4
    worth = {
        subset: np.full(2, sum(gains[n] for n in subset) + 4.0 * ({"a", "b"} <= subset))
        for subset in fraction
    }
    found = attribution.fractional(names, fraction, worth, "share").set_index("term")["effect"]
    assert found.to_dict() == pytest.approx(gains | {"a": 3.0, "b": 4.0})


def test_a_combination_is_named_by_its_levers_in_their_order():
    assert packages._key(frozenset({"b", "a"})) == "a + b"
    assert packages._key(frozenset()) == "none"


@pytest.mark.parametrize(
    ("share", "odds", "expected"),
    [
        ((1, 2), (1, 2), "complements"),
        ((-2, -1), (-2, -1), "substitutes"),
        ((-1, 1), (-1, 1), "undecided"),
        ((1, 2), (-2, -1), "complements on shares, substitutes on log-odds"),
    ],
)
def test_verdicts_of_pairs(share, odds, expected):
    table = pd.DataFrame([share, odds], columns=["low", "high"], index=["share", "log-odds"])
    assert attribution.verdict(table) == expected


def test_who_may_have_no_effect_neither_stands_on_the_front_nor_beats_anyone():
    effects, cost = np.array([3.0, 2.0, 1.0]), np.array([0.0, 5.0, 9.0])
    assert costs.front(effects, cost, np.array([False, True, True])) == [False, True, False]


def test_the_front_by_hand():
    effects, cost = np.array([3.0, 2.0, 2.0, 1.0]), np.array([10.0, 5.0, 6.0, 5.0])
    assert costs.front(effects, cost) == [True, True, False, False]


@given(points=st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 100)), min_size=1, max_size=12))
def test_nobody_on_the_front_is_beaten_and_everybody_else_is(points):
    effects, cost = (np.array(column) for column in zip(*points, strict=True))
    kept = costs.front(effects, cost)
    assert any(kept)
    for n, on in enumerate(kept):
        beaten = any(
            effects[m] >= effects[n]
            and cost[m] <= cost[n]
            and (effects[m] > effects[n] or cost[m] < cost[n])
            for m in range(len(points))
        )
        assert on != beaten
