"""Levers that wait for a sign: when they come, what they do, and that nothing moves before."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.ensemble.outcomes import Outcomes, kept, measure
from sim.errors import InputError, RunError
from sim.metrics import registry
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.scenario.drivers import NEVER, Trigger
from sim.world import World, simulate, triggers
from sim.world.block import prepare
from sim.world.happened import ARRAYS
from sim.world.trajectory import simulate_together
from tests.world import plain, worlds
from tests.world.test_plain import segment_shares
from tests.world.worlds import Lever

LEVER = "us_permissive_licence_incentive"
REPLICATES = np.arange(6)
ALL_ANSWERS = [
    "china_cuts_prices", "china_tightens_licences", "europe_bars_chinese_apps",
    "third_nations_hedge", "us_opens_a_model", "us_widens_controls",
]  # fmt: skip


def entry(lever=LEVER, **keys):
    return {"id": lever, "strength": "high", **keys}


def of(*entries, base="baseline", **keys):
    return compiled(load({"extends": base, "name": "x", "levers": list(entries), **keys}))


def sign(metric="share.bloc_cn", **keys):
    return {"metric": metric, **keys}


def run(drivers, replicates=REPLICATES, **keys):
    return simulate(drivers, seed=1, replicates=replicates, **keys)


def differing(one, other, lanes=slice(None)):
    """Return which arrays of two trajectories differ, when levers were pulled aside."""
    return [
        name
        for name in ARRAYS[1:]
        if name != "began"
        and not np.array_equal(getattr(one, name)[..., lanes], getattr(other, name)[..., lanes])
    ]


@pytest.fixture(scope="module")
def base():
    return run(of())


def test_one_that_never_fires_is_no_lever_at_all(base):
    done = run(of(entry(when=sign(above=0.9999))))
    assert (done.began == NEVER).all()
    assert differing(done, base) == []
    assert not done.cost.any()


@pytest.mark.parametrize("lag", [0, 9])
def test_one_that_fires_at_once_is_the_dated_lever(base, lag):
    more = {"lag_months": lag, "ramp_months": 5, "end": "2031-03"}
    dated = run(of(entry(start="2027-03", **more)))
    waiting = run(of(entry(when=sign(above=0.0, **{"from": "2027-03"}), **more)))
    assert differing(waiting, dated) == []
    assert differing(waiting, base)
    assert (waiting.began == worlds.months.parse("2027-03") - worlds.months.FIRST).all()


def test_an_end_that_is_waited_for_is_the_dated_end(base):
    dated = run(of(entry(start="2027-03", end="2029-06")))
    held = sign(above=0.0, **{"from": "2029-07"})
    assert differing(run(of(entry(start="2027-03", end_when=held))), dated) == []


def test_before_its_sign_nothing_moves_and_afterwards_each_replicate_goes_its_own_way(base):
    done = run(of(entry(when=sign(above=0.12, for_months=3))), np.arange(12))
    known = run(of(), np.arange(12))
    (began,) = done.began
    assert len(set(began.tolist())) > 3
    assert (began == NEVER).any()
    for lane, first in enumerate(began.tolist()):
        before, after = (each.share[..., lane] for each in (done, known))
        assert np.array_equal(before[:first], after[:first])
        assert np.array_equal(before, after) == (first == NEVER)


def test_what_is_read_is_what_outcomes_hold():
    """A level at the very number that is kept: it is not above it, and is above the next lower."""
    drivers = of()
    done, at = run(drivers), "2029-12"
    shape = kept(drivers, Outcomes(("share.bloc_cn", "used.cn"), ("global_south",), (at,)))
    values = measure(drivers, shape, done, 1, REPLICATES)
    for metric in ("share.bloc_cn", "used.cn"):
        (row,) = np.flatnonzero(
            (shape.metric == shape.metrics.index(metric))
            & (shape.group == shape.groups.index("global_south"))
        )
        for lane, value in enumerate(values[:2, row].tolist()):
            months = {"from": "2030-01", "until": "2030-01", "group": "global_south"}
            for level, comes in ((value, False), (np.nextafter(value, 0.0), True)):
                asked = sign(metric, above=level, **months)
                (began,) = run(of(entry(when=asked)), REPLICATES[lane : lane + 1]).began
                assert (began[0] != NEVER) == comes, (metric, lane)


SAW = "test.saw"


def expected(value, trigger, months):
    """Return the month in which an entry starts, by the rule and not by the code."""
    for start in range(trigger.first, trigger.last + 1):
        before = range(start - trigger.months, start)
        held = [value(t) > trigger.level if trigger.above else value(t) < trigger.level
                for t in before if t >= 0]  # fmt: skip
        if len(held) == trigger.months and all(held) and start < months:
            return start
    return NEVER


@given(
    level=st.floats(-0.5, 6.5), above=st.booleans(), months=st.integers(1, 6),
    first=st.integers(0, 23), last=st.integers(0, 23),
)  # fmt: skip
@settings(max_examples=60)
def test_the_month_in_which_it_comes_is_that_of_the_rule(level, above, months, first, last):
    @registry.metric(SAW, unit="teeth", world=True)
    def teeth(month):
        return np.full(month.cost.shape[-1], float(month.number % 7))

    waits = Trigger(0, False, SAW, "world", above, level, months, first, last)
    lever = Lever("trust", "add", 0.1, waits=waits)
    drivers = worlds.with_levers(worlds.toy(3, 2, 3, 1, horizon=24, last_fact=20), lever)
    try:
        (began,) = simulate(drivers, seed=1, replicates=np.arange(2)).began
    finally:
        registry.forget(SAW)
    value = lambda t: float((worlds.months.FIRST + t) % 7)  # noqa: E731
    assert set(began.tolist()) == {expected(value, waits, 24)}


def test_levers_count_as_pulled_from_their_month_on_in_each_world():
    waits = Trigger(0, False, "share.bloc_cn", "world", True, 0.5, 1, 0, 23)
    levers = [Lever("pull", "add", 0.1, waits=waits), Lever("trust", "add", 0.1, name="b",
                                                            waits=waits)]  # fmt: skip
    drivers = worlds.with_levers(worlds.toy(3, 2, 3, 1, horizon=24, last_fact=20), *levers)
    block = prepare(drivers, 1, np.arange(3))
    block.in_force.began[:] = [[4, 7, NEVER], [NEVER, 6, 5]]
    first, other = drivers.waiting
    for t in (3, 4, 5, 6, 7):
        found = triggers.begun(t, drivers, block.in_force)
        np.testing.assert_array_equal(found[first], [t >= 4, t >= 7, False])
        np.testing.assert_array_equal(found[other], [False, t >= 6, t >= 5])


def test_what_levers_cost_can_be_waited_for():
    """Three million a year from the thirteenth month on: a quarter of a million a month."""

    @registry.metric(SAW, unit="USD million", world=True)
    def paid(month):
        return month.cost.copy()

    began = {}
    try:
        for level in (0.24, 0.26):
            waits = Trigger(0, False, SAW, "world", True, level, 1, 2, 23)
            levers = (Lever("pull", "add", 0.1, first=12), Lever("trust", "add", 0.1, name="later",
                                                                waits=waits))  # fmt: skip
            drivers = worlds.with_levers(worlds.toy(3, 2, 3, 1, horizon=24, last_fact=20), *levers)
            done = simulate(drivers, seed=1, replicates=np.arange(2))
            began[level] = set(done.began.min(axis=0).tolist())
    finally:
        registry.forget(SAW)
    assert began == {0.24: {13}, 0.26: {NEVER}}


@pytest.mark.parametrize("seed", [2, 11, 12])
def test_a_trigger_in_a_plain_world_is_the_equations(seed):
    """The sign comes where the numpy world crosses the level, and what follows is that world."""
    horizon, taken = 40, 0.4
    drivers = worlds.refreshed(worlds.toy(seed, 3, 5, 2, horizon=horizon, last_fact=25,
                                          **worlds.PLAIN))  # fmt: skip
    *_, start = segment_shares(drivers, seed, 0)
    known = plain.run(drivers, seed, 0, start)
    weights = plain.Known(drivers, seed, 0).by_segment["segment_weight"]
    share = np.einsum("tisk,s,ti->tk", known.share, weights, known.builders)
    share /= known.builders.sum(axis=1)[:, None]
    place = int(np.argmax(np.ptp(share[5:35], axis=0)))
    rises = share[34, place] > share[5, place]
    level = float(share[5:35, place].mean())
    crossed = share[:, place] > level if rises else share[:, place] < level
    first = int(np.argmax(crossed[5:])) + 5 + 1
    assert 6 < first < 35

    waits = Trigger(
        0, False, f"share.{drivers.ecosystems[place]}", "world", bool(rises), level, 1, 6, 38
    )
    lever = Lever("access", "multiply", -taken, waits=waits)
    waiting = worlds.with_levers(drivers, lever)
    assert simulate(waiting, seed=seed, replicates=np.arange(1)).began.tolist() == [[first]]
    access, unlisted = drivers.facts.access.copy(), drivers.facts.unlisted.copy()
    access[first:] *= 1.0 - taken
    unlisted[first:] *= 1.0 - taken
    shut = worlds.with_facts(drivers, access=access, unlisted=unlisted)
    after = plain.run(shut, seed, 0, start)
    ours, builders, *_ = segment_shares(waiting, seed, 0)
    np.testing.assert_allclose(ours, after.share, rtol=0, atol=1e-11)
    np.testing.assert_allclose(builders, after.builders, rtol=1e-11)


@pytest.mark.slow
def test_engines_lanes_and_restarts_agree_on_rivals_who_answer():
    asked = [("responses", ALL_ANSWERS), ("period.end", "2031-12")]
    drivers = compiled(load("rand_package", asked))
    many = run(drivers, np.arange(9))
    assert (many.began < NEVER).any(axis=1).sum() >= 5
    for lane in (0, 4, 8):
        alone = run(drivers, np.array([lane]))
        for name in ARRAYS[1:]:
            ours = getattr(many, name)[..., lane : lane + 1]
            assert np.array_equal(ours, getattr(alone, name)), name
    world = World(drivers, seed=1, replicate=4)
    world.run_to("2028-05")
    other = World(drivers, seed=1, replicate=4)
    other.restore(world.snapshot())
    other.run_to("2031-12")
    assert np.array_equal(other.record.share[..., 0], many.share[..., 4])
    less = load("rand_package", asked).document()
    less["levers"] = less["levers"][1:]
    plain_base = compiled(load("baseline", asked[1:]))
    arms = [drivers, compiled(load(less)), plain_base, compiled(load("baseline", asked))]
    for place, together in simulate_together(arms, seed=1, replicates=REPLICATES):
        assert differing(together, run(arms[place])) == [], place


def test_random_worlds_hold_signs_that_some_replicates_see_and_others_do_not():
    seen = []
    for seed in range(12):
        drivers = worlds.refreshed(worlds.toy(seed, 4, 7, 3, 12, 30, 18))
        seen += simulate(drivers, seed=seed, replicates=np.arange(3)).began.tolist()
    came = [sum(month < NEVER for month in lanes) for lanes in seen]
    assert {0, 3} < set(came)
    assert {1, 2} & set(came)


def test_of_two_in_force_together_the_stronger_counts_where_both_reach():
    now = {"lag_months": 0, "ramp_months": 0}
    weak = entry("tp_trusted_local_hosting", strength=0.3, start="2027-01", **now)
    strong = entry("tp_trusted_local_hosting", strength=0.9, **now)
    when = sign(above=0.0, **{"from": "2028-01"})
    both = of(weak, {**strong, "when": when, "nations": ["BRA", "KEN"]})
    alone = {name: of({**strong, "start": "2027-01", "nations": [name]}) for name in ("BRA",)}
    t = worlds.months.parse("2028-06") - worlds.months.FIRST
    found, before, full = (_offered(each, t) for each in (both, of(weak), alone["BRA"]))
    brazil, india = (both.nations.index(code) for code in ("BRA", "IND"))
    assert np.array_equal(found[brazil], full[brazil])
    assert not np.array_equal(found[brazil], before[brazil])
    assert np.array_equal(found[india], before[india])
    earlier = worlds.months.parse("2027-06") - worlds.months.FIRST
    assert np.array_equal(_offered(both, earlier)[brazil], _offered(of(weak), earlier)[brazil])


def _offered(drivers, t):
    from sim.world import kernel
    from sim.world.block import empty_record, prepare

    block, record = prepare(drivers, 1, np.arange(1)), empty_record(drivers, 1, 1)
    kernel.run(block, record, 0, t + 1)
    return np.concatenate([block.state.access[..., 0], block.state.trust[..., 0]], axis=1)


def test_the_weaker_of_two_costs_nothing_while_the_stronger_is_pulled_for_all_its_nations():
    name = "us_core_ally_stack_sharing"
    when = sign(above=0.0, **{"from": "2029-01", "until": "2029-01"})
    low, high = (entry(name, strength=s) for s in (1 / 3, 1.0))
    both = run(of({**low, "start": "2028-01"}, {**high, "when": when, "end": "2029-12"}))
    weak, strong = (run(of({**each, "start": "2028-01"})).cost for each in (low, high))
    years = [slice(60 + 12 * n, 72 + 12 * n) for n in range(3)]
    for year, paid in zip(years, (weak, strong, weak), strict=True):
        assert np.array_equal(both.cost[year], paid[year])
    assert both.cost[years[0]].any()


def test_a_metric_that_is_no_number_and_one_that_is_not_there_are_told():
    waits = Trigger(0, False, "share.bloc_cn", "world", True, 0.5, 1, 5, 20)
    drivers = worlds.toy(1, 2, 3, 1, horizon=24, last_fact=20)
    lost = dataclasses.replace(waits, metric="share.atlantis")
    with pytest.raises(InputError, match=r"no metric is called 'share\.atlantis'"):
        simulate(
            worlds.with_levers(drivers, Lever("trust", "add", 0.1, waits=lost)),
            seed=1, replicates=np.arange(1),
        )  # fmt: skip

    @registry.metric(SAW, world=True)
    def broken(month):
        return np.full(month.cost.shape[-1], np.nan)

    saw = dataclasses.replace(waits, metric=SAW)
    try:
        with pytest.raises(RunError, match=rf"{SAW}, for which a lever waits, is not a finite"):
            simulate(
                worlds.with_levers(drivers, Lever("trust", "add", 0.1, waits=saw)),
                seed=1, replicates=np.arange(1),
            )  # fmt: skip
    finally:
        registry.forget(SAW)
