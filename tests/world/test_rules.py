"""Single rules in closed form: offers, supply, capability and stances."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence.axes import STANCES
from sim.scenario.drivers import WORLD_FAMILIES, world_offsets
from sim.world import kernel, simulate
from sim.world.block import empty_record, prepare
from sim.world.rows import B, C, P, W, by_ecosystem
from sim.world.rules import policy, supply, tally
from sim.world.rules.arrays import Chips
from tests.world import worlds
from tests.world.worlds import Lever

SEEDS = st.integers(0, 10_000)


def after(drivers, month, seed=1, lanes=1):
    """Return the block after some months."""
    block = prepare(drivers, seed, np.arange(lanes))
    kernel.run(block, empty_record(drivers, lanes, 0), 0, month)
    return block


# --- offers ---------------------------------------------------------------------------------------


def test_the_maker_at_a_price_of_one_without_a_licence_is_worth_nothing_more():
    """Access 1 by the maker's way alone, price 1, licence 0: a log-sum of exactly 0."""
    drivers = worlds.toy(0, 2, horizon=4, last_fact=3, **worlds.PLAIN)
    f = drivers.facts
    access = np.zeros_like(f.access)
    access[:, :, ::3] = 1.0
    plain = worlds.refreshed(worlds.with_facts(
        drivers, access=access, ln_price=np.zeros_like(f.ln_price), on_sale=np.ones_like(f.on_sale),
        licence=np.zeros_like(f.licence), unlisted=np.zeros_like(f.unlisted),
        fall_years=np.zeros_like(f.fall_years), first_stance=np.zeros(2, np.int64),
    ))  # fmt: skip
    state = after(plain, 1).state
    assert (state.offered == 0.0).all()
    assert (state.by_maker == 1.0).all()


@given(seed=SEEDS)
@settings(max_examples=20)
def test_the_makers_part_is_a_part_and_all_of_a_closed_ecosystem(seed):
    drivers = worlds.refreshed(worlds.toy(seed, 4, effects=4))
    state = after(drivers, 30, seed, lanes=3).state
    assert state.by_maker.min() >= 0
    assert state.by_maker.max() <= 1
    had = state.offered > -1e29
    closed = had[:, drivers.facts.nest == 0]
    assert (state.by_maker[:, drivers.facts.nest == 0][closed] == 1).all()
    assert (state.by_maker[~had] == 0).all()


# --- supply ---------------------------------------------------------------------------------------


def test_in_a_year_of_trade_every_accelerator_goes_somewhere():
    """Stock gains are purchases: demand of the allies and the rest is met, China's as allowed."""
    drivers = worlds.refreshed(worlds.toy(0, 3, supply=1, trial=0, stances=0, noise=0))
    block = prepare(drivers, 1, np.arange(4))
    record = empty_record(drivers, 4, 0)
    for t in range(40):
        before, output = block.state.compute.copy(), block.state.output.copy()
        kernel.run(block, record, t, t + 1)
        state, cells = block.state, block.state.cells
        bought = state.compute - before * block.parameters.scalar[P.stock_keep]
        np.testing.assert_allclose(bought[0, 0], cells[W.demand], rtol=1e-9)
        np.testing.assert_allclose(bought[2].sum(axis=0), cells[W.demand + 2], rtol=1e-9)
        assert (bought[1, 0] <= (cells[W.permitted] + cells[W.smuggled]) * (1 + 1e-9)).all()
        short, wish = state.unmet[t % 12], cells[W.demand + 1]
        np.testing.assert_allclose(
            bought[1, 0], (1 - state.wanted[1] - short) * wish, rtol=1e-9, atol=1e-6
        )
        home = np.minimum((state.wanted[1] + short) * wish, output - bought[2, 1])
        np.testing.assert_allclose(bought[1, 1], home, rtol=1e-9)
        assert (bought[1:, 1].sum(axis=0) <= output * (1 + 1e-9)).all()
        assert (bought[2, 1] <= cells[W.exported] * (1 + 1e-9)).all()
        assert (bought >= -1e-6).all()


@pytest.mark.parametrize(("wish", "bought"), [(1000.0, 100.0), (80.0, 80.0)])
def test_licensed_and_smuggled_chips_together_limit_what_china_buys(wish, bought):
    cells, p = np.zeros((W.risk + 7, 1)), np.zeros((len(P), 1))
    cells[W.demand + 1], cells[W.permitted], cells[W.smuggled] = wish, 60.0, 40.0
    compute = np.zeros((3, 2, 1))
    chips = Chips(np.zeros((3, 1)), compute, np.zeros(1), np.zeros((12, 1)))
    supply.trade(0, cells, p, chips)
    assert compute[1, 0, 0] == bought


@pytest.mark.parametrize("life", [36.0, 72.0])
def test_a_stock_of_accelerators_loses_one_part_in_its_life_each_month(life):
    drivers = worlds.refreshed(worlds.toy(0, 1, horizon=3, supply=0, stock_life=life))
    block = prepare(drivers, 1, np.arange(1))
    before = block.state.compute[0, 1, 0] = 7e5  # allies buy no Chinese chips
    kernel.run(block, empty_record(drivers, 1, 0), 0, 1)
    np.testing.assert_allclose(block.state.compute[0, 1, 0], before * (1 - 1 / life), rtol=1e-15)


def test_chinese_demand_is_a_sum_of_money_divided_by_the_price_of_a_chip():
    """A lever adds chips, whatever they cost."""
    drivers = worlds.toy(0, 1, horizon=3, chip_price=worlds.Across((18000.0, 12000.0, 25000.0)))
    more = worlds.with_levers(drivers, Lever("demand", "add", 500.0, cells=(1, 2)))
    cells = after(more, 1, lanes=3).state.cells[W.demand : W.demand + 3]
    base = worlds.TYPICAL["demand"]
    assert (cells[0] == base).all()
    np.testing.assert_allclose(cells[1], base * 18000 / np.array([18000, 12000, 25000]) + 500)
    assert (cells[2] == base + 500).all()


@pytest.mark.parametrize(
    ("cell", "growth"), [(W.output_cap, "ceiling_growth"), (W.exported, "export_growth")]
)
def test_what_china_can_make_and_offers_grows_at_its_rate_after_the_last_fact(cell, growth):
    rates = np.array([-0.2, 0.0, 0.3])
    drivers = worlds.toy(
        0, 1, horizon=30, last_fact=5, **{growth: worlds.Across(tuple(rates.tolist()))}
    )
    base = drivers.facts.world[:, cell, None]
    assert (base[[5, 29]] > 0.0).all()
    for t, years in ((5, 0.0), (29, 2.0)):
        found = after(drivers, t + 1, lanes=3).state.cells[cell]
        np.testing.assert_allclose(found, base[t] * np.exp(rates * years), rtol=1e-12)


@given(leak=st.floats(0.01, 1.0), change=st.floats(-0.3, 0.3), years=st.integers(0, 10))
def test_access_where_nothing_is_offered_changes_by_its_odds(leak, change, years):
    now = policy.leaked(leak, change, float(years))
    assert 0.0 < now <= 1.0
    if leak < 1.0:
        odds = leak / (1.0 - leak) * np.exp(change * years)
        assert now == pytest.approx(odds / (1.0 + odds), rel=1e-9)
    else:
        assert now == pytest.approx(1.0)


def test_leaks_change_once_a_year_after_the_last_fact_and_not_before():
    drivers = worlds.toy(4, 3, horizon=40, last_fact=10, leak_developers=0.4, leak_change=0.2)
    f = drivers.facts
    shut = worlds.refreshed(
        worlds.with_facts(
            drivers, access=np.zeros_like(f.access), unlisted=np.ones_like(f.unlisted)
        )
    )
    found = [after(shut, t + 1).state.access[0, 0, 0] for t in (10, 21, 22, 33, 34)]
    expected = [policy.leaked(0.4, 0.2, years) for years in (0.0, 0.0, 1.0, 1.0, 2.0)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_without_the_switch_supply_chips_are_traded_and_limit_nobody():
    on = worlds.refreshed(worlds.toy(3, 3, horizon=48, load_base=1.0, stances=0))
    on = worlds.with_levers(on, worlds.Lever("serving_cut", "add", 0.9, first=35))
    off = worlds.with_parameters(on, supply=0)
    a, b = (simulate(each, seed=1, replicates=np.arange(3)) for each in (on, off))
    assert np.array_equal(a.compute, b.compute)
    assert np.array_equal(a.training, b.training)
    assert np.array_equal(a.serving, b.serving)
    assert (np.diff(b.compute[:, 1, 1], axis=0) > 0).all()
    assert (a.load > 1).any()
    assert (b.load == 0).all()
    assert (a.extra_lag[-1] != 0).all()
    assert (b.extra_lag == 0).all()


def test_chinese_output_grows_by_growth_and_backfire():
    cells = np.zeros((W.risk + 7, 3))
    cells[W.demand + 1], cells[W.output_cap] = 1000.0, [1e9, 1e9, 500.0]
    cells[W.permitted], cells[W.smuggled] = 60.0, 40.0
    p = np.zeros((len(P), 3))
    p[P.output_growth], p[P.backfire] = 0.5, [0.0, 1.0, 1.0]
    wanted = np.zeros((3, 3))  # all would buy US hardware: nine tenths go short
    compute, output, unmet = np.zeros((3, 2, 3)), np.full(3, 480.0), np.full((12, 3), 0.3)
    for slot in range(12):
        supply.trade(slot, cells, p, Chips(wanted, compute, output, unmet))
    np.testing.assert_allclose(unmet, 0.9)
    u12 = (0.3 * np.arange(12, 0, -1) + 0.9 * np.arange(12)) / 12
    np.testing.assert_allclose(output[0], 480 * np.exp(0.5), rtol=1e-12)
    np.testing.assert_allclose(output[1], 480 * np.exp(0.5 + u12.sum() / 12), rtol=1e-12)
    assert output[2] == 500.0


@given(
    fungible=st.floats(0, 1),
    training=st.floats(0, 1),
    serving=st.floats(0, 1),
    part=st.floats(0, 1),
)
def test_a_cut_of_training_and_serving_compute(fungible, training, serving, part):
    """Wholly fungible compute shares the loss; compute that is not bears its own."""
    cells = np.zeros((W.risk + 7, 1))
    cells[W.training_cut], cells[W.serving_cut], cells[W.serving_share] = training, serving, part
    p = np.zeros((len(P), 1))
    p[P.fungible] = fungible
    compute = np.zeros((3, 2, 1))
    compute[1] = 50.0
    t, s = np.empty(1), np.empty(1)
    supply.laboratories(cells, p, compute, t, s)
    lost = training * (1 - part) + serving * part
    np.testing.assert_allclose(t + s, 100 * (1 - lost), rtol=0, atol=1e-9)
    if fungible == 1.0:
        np.testing.assert_allclose(t, 100 * (1 - part) * (1 - lost), rtol=0, atol=1e-9)
    assert t[0] >= -1e-9
    assert s[0] >= -1e-9


def test_load_raises_the_price_and_closes_the_door():
    p = np.zeros((len(P), 3))
    p[P.load_base], p[P.load_price] = 0.7, 0.5
    ratio, dearer, slowed = np.empty(3), np.empty(3), np.empty(3)
    users, base = np.array([1.0, 2.0, 4.0]), np.ones(3)
    supply.load(p, users, base, base, base, ratio)
    np.testing.assert_allclose(ratio, [0.7, 1.4, 2.8])
    supply.strain(p, ratio, dearer, slowed)
    np.testing.assert_allclose(np.exp(dearer), [1, 1.4**0.5, 2.8**0.5])
    np.testing.assert_allclose(slowed, [1, 1 / 1.4, 1 / 2.8])


# --- capability -----------------------------------------------------------------------------------


def test_without_chance_followers_stand_where_the_frontier_was():
    drivers = worlds.toy(0, 1, 5, horizon=80, last_fact=10, drawn=False, noise=0, supply=0)
    done = simulate(worlds.refreshed(drivers), seed=1, replicates=np.arange(1))
    frontier = done.capability[:, 0, 0]
    step = np.diff(frontier[20:])
    np.testing.assert_allclose(step, step[0])
    assert step[0] > 0
    block = prepare(drivers, 1, np.arange(1))
    for k in (1, 2, 3, 4):
        lag, rate = block.parameters.ecosystem[k, [C.lag, C.release_rate], 0]
        lag = int(np.floor(lag + 1 / rate - 1 + 0.5))
        np.testing.assert_allclose(done.capability[60:, k, 0], frontier[60 - lag : 80 - lag])


def test_without_chance_who_releases_more_often_is_nearer_to_the_frontier():
    """Half the rate, twice the mean wait; a rate of nothing releases nothing."""
    drivers = worlds.toy(0, 1, 4, horizon=90, last_fact=10, drawn=False, noise=0, supply=0)
    rate = 0.2
    held = worlds.refreshed(worlds.with_parameters(drivers, **{"release_rate.us_permissive": rate}))
    slow, none = (
        worlds.with_levers(held, Lever("release_rate", "multiply", size, cells=(3,)))
        for size in (-0.5, -1.0)
    )
    a, b, c = (
        simulate(each, seed=1, replicates=np.arange(1)).capability[:, 3, 0]
        for each in (held, slow, none)
    )
    wait = round(2 / rate - 1 / rate)
    np.testing.assert_allclose(b[80:], a[80 - wait : 90 - wait])
    assert (c[11:] == c[10]).all()


@given(seed=SEEDS)
@settings(max_examples=20)
def test_no_ecosystem_forgets_and_none_passes_the_frontier(seed):
    drivers = worlds.refreshed(worlds.toy(seed, 1, 6, horizon=80, last_fact=20))
    block = prepare(drivers, seed, np.arange(4))
    kernel.run(block, empty_record(drivers, 4, 0), 0, 80)
    done = simulate(drivers, seed=seed, replicates=np.arange(4))
    assert (np.diff(done.capability[20:], axis=0) >= 0).all()
    assert (done.capability[20:] <= block.state.frontier[20:, None] + 1e-9).all()


def test_the_frontier_jumps_at_its_rate_and_size():
    """Mean rise a month is rate times jump: 2,000 replicates, alpha 1e-6."""
    drivers = worlds.toy(0, 1, 1, horizon=40, last_fact=3, drawn=False)
    count = 2000
    done = simulate(worlds.refreshed(drivers), seed=1, replicates=np.arange(count))
    p = prepare(drivers, 1, np.arange(1)).parameters.scalar[:, 0]
    rate, jump = p[P.frontier_rate], p[P.frontier_jump]
    rise = done.capability[-1, 0] - done.capability[3, 0]
    months = 36
    sd = jump * np.sqrt(months * (1.5 * rate - rate**2))
    assert abs(rise.mean() - months * rate * jump) < 4.9 * sd / np.sqrt(count)


def test_the_raw_index_is_felt_in_points_from_its_zero():
    held = {**worlds.PLAIN, "raw_capability": 1, "raw_zero": 128.0, "raw_unit": 4.0}
    drivers = worlds.refreshed(worlds.toy(0, 1, horizon=4, last_fact=3, drawn=False, **held))
    block = after(drivers, 1)
    beta = block.parameters.segment[:, B.capability_weight, 0]
    expected = beta[:, None] * (block.state.own[:, 0, 0] - 128) / 4
    sold = drivers.facts.on_sale[0, :, 0] == 1
    np.testing.assert_allclose(block.state.cover[:, sold, 0, 0], expected[:, sold])


# --- terms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("strictness", [0.5, 1.0, 2.0])
def test_the_strictness_is_an_exponent_on_every_licence_before_levers(strictness):
    drivers = worlds.toy(0, 2, horizon=4, last_fact=3, licence_strictness=strictness)
    licence = drivers.facts.licence.copy()
    licence[:, 0, :3] = (0.0, 1.0, 0.25)
    drivers = worlds.refreshed(worlds.with_facts(drivers, licence=licence))
    felt = after(drivers, 1).state.licence[0, :3, 0]
    np.testing.assert_allclose(felt, [0.0, 1.0, 0.25**strictness], rtol=1e-15)
    raised = worlds.with_levers(drivers, Lever("licence", "add", 0.1))
    felt = after(raised, 1).state.licence[0, 2, 0]
    np.testing.assert_allclose(felt, 0.25**strictness + 0.1, rtol=1e-14)


def test_a_nation_trusts_its_own_wholly_and_the_rest_by_the_parameter():
    drivers = worlds.toy(0, 3, initial_trust=0.3, initial_risk=0.7)
    home = np.zeros_like(drivers.facts.home)
    home[1, 4] = 1
    drivers = worlds.refreshed(worlds.with_facts(drivers, home=home))
    state = after(drivers, 1).state
    np.testing.assert_array_equal(state.trust[..., 0], np.where(home == 1, 1.0, 0.3))
    risk = state.cells[by_ecosystem(W.risk, 7) : by_ecosystem(W.risk, 7) + 7, 0]
    np.testing.assert_allclose(risk, 0.7 * worlds.TYPICAL["risk"])


@pytest.mark.parametrize("ecosystems", range(1, 8))
def test_the_rows_of_world_drivers_are_where_the_offsets_put_them(ecosystems):
    offsets = world_offsets(ecosystems)
    assert W._fields == WORLD_FAMILIES
    for place, name in enumerate(WORLD_FAMILIES):
        row = getattr(W, name)
        assert (by_ecosystem(row, ecosystems) if row >= W.lag else row) == offsets[place], name


# --- stances --------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [12, 23.6])
def test_a_government_reviews_its_stance_every_so_many_months(every):
    drivers = worlds.refreshed(worlds.toy(1, 6, horizon=72, stance_keep=0, review_months=every))
    done = simulate(drivers, seed=1, replicates=np.arange(30))
    first = prepare(drivers, 1, np.arange(30)).state.next_review
    t, i, l = np.nonzero(np.diff(done.stance, axis=0))  # noqa: E741
    waited = drivers.facts.months[t + 1] - first[i, l]
    assert len(t) > 100
    assert (waited % round(every) == 0).all()
    assert (waited >= 0).all()
    assert set(np.unique(first - drivers.facts.months[0])) == set(range(round(every)))


def test_reviews_are_the_logit_of_the_scores():
    """Gumbel noise makes stances a logit: 4,000 draws against exp(score), alpha 1e-6."""
    held = dict.fromkeys(
        ("stance_align", "stance_use", "stance_hardware", "stance_peers", "stance_keep"), 0
    )
    drivers = worlds.toy(2, 1, horizon=26, stance_offer=1, review_months=24, **held)
    utils = np.array([0.0, 1.0, 0.5, -0.5])
    offers = [Lever("offer", "add", u, cells=(n,), name=f"o{n}") for n, u in enumerate(utils)]
    done = simulate(worlds.with_levers(drivers, *offers), seed=1, replicates=np.arange(4000))
    found = np.bincount(done.stance[-1, 0], minlength=4) / 4000
    expected = np.exp(utils) / np.exp(utils).sum()
    assert (np.abs(found - expected) < 5.1 * np.sqrt(expected * (1 - expected) / 4000)).all()


@pytest.mark.parametrize("stance", STANCES)
def test_a_stance_hampers_the_other_bloc_s_makers_and_pushes_its_own(stance):
    base = worlds.toy(0, 1, horizon=3, last_fact=2, drawn=False, **worlds.PLAIN)
    base = worlds.with_facts(base, access=np.ones_like(base.facts.access))
    number = np.array([STANCES.index(stance)])
    held = worlds.refreshed(worlds.with_facts(base, first_stance=number))
    none = worlds.refreshed(worlds.with_facts(base, first_stance=np.array([0])))
    a, b = after(held, 1), after(none, 1)
    factor = a.state.opened[0, :, 0, 0, 0] / b.state.opened[0, :, 0, 0, 0]
    push = (a.state.regarded - b.state.regarded)[0, :, :, 0]
    hampered = {"us": [1, 4], "chinese": [0, 2, 3]}.get(stance, [])
    own = {"us": [0, 2, 3], "chinese": [1, 4], "sovereign": [6]}.get(stance, [])
    p = a.parameters.scalar[:, 0]
    expected = np.ones(7)
    expected[hampered] = p[P.stance_access]
    np.testing.assert_allclose(factor, expected)
    signs = np.zeros(7)
    signs[own], signs[hampered] = 1, -1
    np.testing.assert_allclose(
        push, signs[:, None] * p[P.stance_push] * np.array([1, 0.5, 0.5]), atol=1e-12
    )


# --- attention ------------------------------------------------------------------------------------


def test_trial_follows_attention_and_fades():
    drivers = worlds.toy(0, 1, horizon=20, last_fact=19, drawn=False, noise=0, stances=0, supply=0)
    f = drivers.facts
    notable, size = np.zeros_like(f.notable), np.zeros_like(f.notable)
    notable[5, 4], size[5, 4] = 1, 1.0
    drivers = worlds.refreshed(worlds.with_facts(
        drivers, notable=notable, notable_size=size, access=np.ones_like(f.access),
        unlisted=np.zeros_like(f.unlisted),
    ))  # fmt: skip
    block = prepare(drivers, 1, np.arange(1))
    record = empty_record(drivers, 1, 0)
    p = block.parameters.scalar[:, 0]
    for t in range(12):
        kernel.run(block, record, t, t + 1)
        attention = p[P.attention_memory] ** (t - 5) if t >= 5 else 0.0
        np.testing.assert_allclose(block.state.attention[4, 0], attention, rtol=1e-12)
        tried = p[P.trial_rate] * attention * np.exp(block.state.standing[0, 4, 0])
        np.testing.assert_allclose(block.scratch.tried[0], tried, rtol=1e-12)
        met = block.scratch.met[0, :, 0]
        assert met.sum() == pytest.approx(1.0)
        assert met[4] >= tried / (1.0 + tried)


# --- sums -----------------------------------------------------------------------------------------


def test_world_shares_are_weighted_by_builders():
    rng = np.random.default_rng(1)
    builders, national = rng.uniform(0, 9, (6, 2)), rng.dirichlet(np.ones(3), (6, 2))
    national = np.ascontiguousarray(national.transpose(0, 2, 1))
    world, total = np.empty((3, 2)), np.empty(2)
    tally.world_shares(builders, national, world, total)
    expected = np.einsum("il,ikl->kl", builders, national) / builders.sum(axis=0)
    np.testing.assert_allclose(world, expected, rtol=1e-12)


def test_costs_add_up_over_the_active_years():
    drivers = worlds.toy(0, 1, horizon=48)
    lever = Lever("pull", "add", 0.1, first=12)
    done = simulate(worlds.with_levers(drivers, lever), seed=1, replicates=np.arange(2))
    np.testing.assert_allclose(done.cost.sum(axis=0), 3 * 3.0)  # three years at 3 million
    assert (done.cost[:12] == 0).all()
    entry = worlds.with_levers(drivers, dataclasses.replace(lever, strength=2 / 3))
    half = simulate(entry, seed=1, replicates=np.arange(2))
    np.testing.assert_allclose(half.cost.sum(axis=0), 3 * 2.0)
