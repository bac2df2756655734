"""What must hold whatever the parameters: the list at the end of the model's design."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import months
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import simulate
from sim.world.block import prepare
from tests.world import worlds
from tests.world.worlds import Lever

ANY_SWITCHES = st.fixed_dictionaries({name: st.integers(0, 1) for name in worlds.PLAIN})
SEEDS = st.integers(0, 10_000)


def run(drivers, seed=1, lanes=3):
    return simulate(drivers, seed=seed, replicates=np.arange(lanes))


def toy(*given_, **more):
    return worlds.refreshed(worlds.toy(*given_, **more))


def require_same(a, b, months=None):
    """Hold two trajectories to the same bits, in the first months or in all."""
    for name in ("share", "developers", "stance", "compute", "capability", "load", "visits"):
        one, other = (getattr(x, name)[:months] for x in (a, b))
        assert np.array_equal(one, other), name


# --- bounds ---------------------------------------------------------------------------------------


@given(
    seed=SEEDS, switches=ANY_SWITCHES, effects=st.integers(0, 20),
    ecosystems=st.integers(1, 7), segments=st.integers(1, 3),
)  # fmt: skip
@settings(max_examples=80)
def test_shares_are_parts_of_a_whole_and_nobody_is_negative(
    seed, switches, effects, ecosystems, segments
):
    drivers = toy(seed, 5, ecosystems, segments, effects, shuffled=True, **switches)
    done = run(drivers, seed)
    for name in ("share", "developers", "compute", "capability", "load", "cost", "visits"):
        assert np.isfinite(getattr(done, name)).all(), name
    assert done.share.min() >= 0
    assert done.share.max() <= 1 + 1e-12
    np.testing.assert_allclose(done.share.sum(axis=2), 1, rtol=0, atol=1e-12)
    assert done.developers.min() >= 0
    # Nobody leaves, but for the last bit where a nation stands at its ceiling.
    assert (np.diff(done.developers, axis=0) >= -1e-15 * done.developers[1:]).all()
    assert done.compute.min() >= 0
    ceiling = (drivers.facts.developers * drivers.facts.internet)[:, None]
    assert (done.developers[-1] <= ceiling * (1 + 1e-12)).all()
    assert set(np.unique(done.stance)) <= {0, 1, 2, 3}


# --- uptake ---------------------------------------------------------------------------------------


@given(seed=SEEDS, p=st.floats(0.0, 0.05), q=st.floats(0.0, 0.8))
@settings(max_examples=30)
def test_uptake_is_the_recursion_of_bass(seed, p, q):
    """Value, trial and links off: ``n' = n + (p + q n)(1 - n) / 12`` (Bass 1969)."""
    held = {
        **worlds.PLAIN, "value_effect": 0, "trial_effect": 0, "imitation_links": 0,
        "optimism_effect": 0, "innovation": p, "imitation": q,
    }  # fmt: skip
    drivers = toy(seed, 3, **held)
    ways = np.ones_like(drivers.facts.access)  # something can always be had
    drivers = worlds.refreshed(worlds.with_facts(drivers, access=ways))
    done = run(drivers, seed, lanes=1)
    ceiling = drivers.facts.developers * drivers.facts.internet
    ceiling = ceiling * _potential(drivers, seed)
    there = ceiling > 0
    n = done.developers[:, there, 0] / ceiling[there]
    for before, after in pairwise(n):
        expected = before + (p + q * before) / 12 * (1 - before)
        np.testing.assert_allclose(after, expected, rtol=0, atol=1e-12)


def _potential(drivers, seed):
    from tests.world.plain import Known

    return Known(drivers, seed, 0).potential


@given(seed=SEEDS)
@settings(max_examples=20)
def test_builders_pass_the_anchor_where_nothing_else_acts(seed):
    """Run back from June 2025 and forward again, builders are those that were counted."""
    held = {
        **worlds.PLAIN, "value_effect": 0, "trial_effect": 0, "imitation_links": 0,
        "anchor_cap": 0.98,
    }  # fmt: skip
    drivers = toy(seed, 5, **held)
    drivers = worlds.refreshed(
        worlds.with_facts(drivers, access=np.ones_like(drivers.facts.access))
    )
    f = drivers.facts
    done = run(drivers, seed, lanes=4)
    # Builders are held at zero where the anchor is too low to be reached.
    start = prepare(drivers, seed, np.arange(1)).state.builders[:, 0] > 0
    target = np.minimum(
        f.developers * f.ai_users,
        held["anchor_cap"] * f.developers * f.internet * _potential(drivers, seed),
    )
    reached = done.developers[f.uptake_month]
    rows = start & (f.developers * f.ai_users < target * (1 + 1e-12))
    np.testing.assert_allclose(reached[rows, 0], target[rows], rtol=1e-9)


def test_builders_of_june_2025_are_those_counted_in_june_2025():
    """On the evidence, with everything off that moves diffusion, where the anchor can be reached.

    The share of those online who will ever build is set high, so that no count is above it.
    """
    held = {
        **worlds.PLAIN, "value_effect": 0, "trial_effect": 0, "imitation_links": 0,
        "innovation": 0.005, "imitation": 0.6, "potential": 1.0, "optimism_effect": 0,
    }  # fmt: skip
    drivers = worlds.with_parameters(compiled(load("baseline", ["period.end=2025-07"])), **held)
    f = drivers.facts
    done = run(drivers, lanes=1)
    assert months.text(int(f.months[f.uptake_month])) == "2025-06"
    counted = f.developers * f.ai_users
    reached = (counted < 0.9 * f.developers * f.internet) & (
        prepare(drivers, 1, np.arange(1)).state.builders[:, 0] > 0
    )
    assert reached.sum() > 60
    np.testing.assert_allclose(
        done.developers[f.uptake_month, reached, 0], counted[reached], rtol=1e-9
    )


# --- choice ---------------------------------------------------------------------------------------


@given(seed=SEEDS, mu=st.floats(0.25, 1.0))
@settings(max_examples=30)
def test_without_network_inertia_and_noise_shares_are_the_logit_of_the_month(seed, mu):
    """All reconsider and none is loyal: the shares of a month do not depend on the past."""
    held = {
        **worlds.PLAIN, "network": 0, "switching_cost": 0, "exit_penalty": 0,
        "nest_dissimilarity": mu,
        "reconsider.enterprise": 1, "reconsider.independent": 1, "reconsider.research": 1,
    }  # fmt: skip
    drivers = toy(seed, 3, **held)
    other = np.roll(drivers.facts.start, 1, axis=1)
    a = run(drivers, seed)
    b = run(worlds.with_facts(drivers, start=other), seed)
    had = drivers.facts.access[:, :, 0] > 0  # the first is on sale in all months
    for t in np.flatnonzero(had.all(axis=1)):
        np.testing.assert_allclose(a.share[t], b.share[t], rtol=0, atol=1e-12)


@pytest.mark.parametrize("way", ["all", "of the maker", "of one's own machines"])
@given(seed=SEEDS)
@settings(max_examples=15)
def test_a_cut_leaves_nothing_in_the_same_month(way, seed):
    drivers = toy(seed, 4, horizon=30, last_fact=20)
    access = np.ones_like(drivers.facts.access)
    month, k = 17, 4
    columns = {"all": [0, 1, 2], "of the maker": [0], "of one's own machines": [2]}[way]
    access[month:, 1, [3 * k + column for column in columns]] = 0
    if way != "all":  # the one way there was
        others = [3 * k + column for column in range(3) if column not in columns]
        access[:, 1, others] = 0
    sold = np.ones_like(drivers.facts.on_sale)
    cut = worlds.refreshed(worlds.with_facts(
        drivers, access=access, on_sale=sold, unlisted=np.zeros_like(drivers.facts.unlisted)
    ))  # fmt: skip
    share = run(cut, seed).share
    assert (share[month - 1, 1, k] > 0).all()
    assert (share[month:, 1, k] == 0).all()  # exactly
    assert (share[month, 0, k] > 0).all()  # and nowhere else


@given(seed=SEEDS)
@settings(max_examples=15)
def test_where_nothing_can_be_had_shares_and_counts_are_held(seed):
    drivers = toy(seed, 3, horizon=30, last_fact=20)
    access = np.ones_like(drivers.facts.access)
    access[12:, 2] = 0
    shut = worlds.refreshed(worlds.with_facts(
        drivers, access=access, unlisted=np.zeros_like(drivers.facts.unlisted)
    ))  # fmt: skip
    done = run(shut, seed)
    assert np.array_equal(done.share[12:, 2], np.repeat(done.share[11:12, 2], 18, axis=0))
    assert np.array_equal(done.developers[12:, 2], np.repeat(done.developers[11:12, 2], 18, axis=0))


@given(seed=SEEDS, shift=st.floats(-3, 3), effect=st.sampled_from([0.0, 0.2]))
@settings(max_examples=30)
def test_a_shift_of_all_utilities_moves_no_share(seed, shift, effect):
    """And with ``value_effect`` 0 no count; else more value brings more newcomers."""
    drivers = toy(seed, 3, value_effect=effect, stances=0, supply=0)
    f = drivers.facts
    drivers = worlds.refreshed(worlds.with_facts(drivers, access=np.ones_like(f.access)))
    month = 20
    moved = worlds.with_levers(drivers, Lever("pull", "add", shift, first=month))
    a, b = run(drivers, seed), run(moved, seed)
    np.testing.assert_allclose(a.share[:month], b.share[:month], rtol=0, atol=0)
    if effect == 0:
        np.testing.assert_allclose(a.share, b.share, rtol=0, atol=1e-9)
        np.testing.assert_allclose(a.developers, b.developers, rtol=1e-12)
    else:
        gain = b.developers[-1] - a.developers[-1]
        assert (gain * np.sign(shift) >= -1e-9 * a.developers[-1]).all()


# --- symmetry -------------------------------------------------------------------------------------


@given(seed=SEEDS, switches=ANY_SWITCHES, data=st.data())
@settings(max_examples=30)
def test_the_order_of_nations_changes_nothing(seed, switches, data):
    drivers = toy(seed, 5, effects=6, **switches)
    order = data.draw(st.permutations(range(5)))
    a, b = run(drivers, seed), run(worlds.among(drivers, list(order)), seed)
    for name in ("share", "developers", "visits"):
        np.testing.assert_allclose(
            getattr(a, name)[:, order], getattr(b, name), rtol=1e-11, atol=1e-12
        )
    assert np.array_equal(a.stance[:, order], b.stance)


@given(seed=SEEDS, switches=ANY_SWITCHES, data=st.data())
@settings(max_examples=30)
def test_the_order_of_ecosystems_changes_nothing(seed, switches, data):
    drivers = toy(seed, 3, **switches)
    order = list(data.draw(st.permutations(range(7))))
    other = worlds.reordered(drivers, order)
    risk = drivers.facts.world.copy()
    risk[:, -7:] = risk[:, -7:][:, order]
    a, b = run(drivers, seed), run(worlds.with_facts(other, world=risk), seed)
    for name in ("share", "visits"):
        np.testing.assert_allclose(
            getattr(a, name)[:, :, order], getattr(b, name), rtol=1e-10, atol=1e-11
        )
    np.testing.assert_allclose(a.developers, b.developers, rtol=1e-10)


@given(seed=SEEDS, data=st.data())
@settings(max_examples=20)
def test_equal_ecosystems_of_a_nest_have_equal_shares(seed, data):
    """What differs between them is named: with all of it equal, nothing else tells them apart."""
    count = data.draw(st.integers(2, 7))
    drivers = worlds.symmetric(
        count,
        1 / count,
        60,
        network=data.draw(st.floats(0, 1.5)),
        switching_cost=data.draw(st.floats(0, 3)),
    )
    share = run(drivers, seed, lanes=1).share
    np.testing.assert_allclose(share, 1 / count, rtol=0, atol=1e-9)


# --- minimally different worlds -------------------------------------------------------------------


@given(seed=SEEDS, switches=ANY_SWITCHES, effects=st.integers(0, 6), first=st.integers(0, 47))
@settings(max_examples=60)
def test_before_its_start_a_lever_changes_no_bit(seed, switches, effects, first):
    rng = np.random.default_rng(seed)
    drivers = toy(seed, 4, effects=effects, **switches)
    held = [_lever_of(drivers, entry) for entry in range(effects)]
    extra = worlds._random_lever(rng, drivers, 99)
    extra = dataclasses.replace(extra, first=first)
    base = worlds.with_levers(drivers, *held)
    arm = worlds.with_levers(drivers, *held, extra)
    begins = first if extra.waits is None else extra.waits.first
    require_same(run(base, seed), run(arm, seed), months=begins)


def _lever_of(drivers, entry):
    """Return a lever like those of a toy world, by its number."""
    rng = np.random.default_rng(1000 + entry)
    return worlds._random_lever(rng, drivers, entry)


@given(seed=SEEDS, driver=st.sampled_from(sorted(worlds.vocabulary())))
@settings(max_examples=30)
def test_a_lever_of_no_strength_changes_no_bit(seed, driver):
    drivers = toy(seed, 4)
    for op in worlds.OPERATIONS:
        arm = worlds.with_levers(drivers, Lever(driver, op, 0.7, target=0.5, strength=0.0))
        require_same(run(drivers, seed), run(arm, seed))


@given(seed=SEEDS, switches=ANY_SWITCHES)
@settings(max_examples=30)
def test_an_idle_nation_changes_nobody_else(seed, switches):
    """A nation without developers, links and memberships could as well not be there."""
    drivers = toy(seed, 4, **switches)
    alone = np.arange(4) == 3
    links = 0.5 * (1 - np.eye(4))  # each of the others with the two that are not it: sums exact
    links[alone], links[:, alone] = 0, 0
    idle = worlds.with_facts(
        drivers,
        developers=np.where(alone, 0, drivers.facts.developers),
        membership=np.where(alone[:, None], 0, drivers.facts.membership),
        **worlds.packed_links(links),
    )
    a, b = run(idle, seed), run(worlds.among(idle, [0, 1, 2]), seed)
    for name in ("share", "developers", "visits", "stance"):
        assert np.array_equal(getattr(a, name)[:, :3], getattr(b, name)), name
    for name in ("compute", "capability", "load"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


# --- lock-in --------------------------------------------------------------------------------------


def leader(ecosystems, start, network, stay, months):
    drivers = worlds.symmetric(ecosystems, start, months, network=network, switching_cost=stay)
    return float(run(drivers, lanes=1).share[-1, 0, 0, 0])


@pytest.mark.parametrize("stay", [0.0, 0.7, 1.5, 3.0])
def test_two_ecosystems_split_exactly_above_the_threshold(stay):
    """``nu > 1 + exp(-stay)``: below it an even split draws back a leader, above it drives one."""
    threshold = 1 + np.exp(-stay)
    assert leader(2, 0.501, threshold - 0.05, stay, 3000) == pytest.approx(0.5, abs=1e-3)
    assert leader(2, 0.501, threshold + 0.05, stay, 3000) > 0.55


@pytest.mark.parametrize(("stay", "threshold"), [(0.0, 4.06), (1.0, 3.19), (2.0, 2.60)])
def test_seven_ecosystems_hold_a_leader_from_the_published_threshold(stay, threshold):
    assert leader(7, 0.95, threshold - 0.05, stay, 4000) == pytest.approx(1 / 7, abs=0.01)
    assert leader(7, 0.95, threshold + 0.02, stay, 4000) > 0.4


def test_without_a_network_no_leader_lasts():
    for stay in (0.0, 1.5, 3.0):
        assert leader(7, 0.99, 0.0, stay, 400) == pytest.approx(1 / 7, abs=1e-3)
