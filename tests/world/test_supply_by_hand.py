"""Accelerators, laboratories, the frontier and releases, against their equations in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from sim.world.rows import B, C, P, W, by_ecosystem, world_row
from sim.world.rules import (
    capability,
    supply,
)
from sim.world.rules.arrays import (
    Chips,
    Draws,
    Index,
    Known,
    Labs,
    Leaps,
    Notice,
    Numbers,
    Releases,
    When,
)
from tests.world.by_hand import (
    BLOC,
    CELLS,
    CHINESE,
    NEST,
    SOVEREIGN,
    K,
    L,
    S,
    close,
    keys,
    normal,
    parameters,
    uniform,
)


def test_hardware_of_a_month(rng):
    """Three pools by a logit on performance, maturity, stance and availability; then compute."""
    p, _, _ = parameters(rng)
    cells = rng.uniform(0.2, 0.9, (CELLS, L))
    cells[W.availability + 5, 1] = 0.0  # nothing Chinese for the rest of the world, in one lane
    cells[W.availability + 4 : W.availability + 6, 2] = 0.0  # and nothing at all, in another
    cells[W.output_cap] = [0.1, 5.0, 5.0]
    old, output = rng.uniform(1.0, 2.0, (3, 2, L)), rng.uniform(0.3, 0.9, L)
    unmet = rng.uniform(0.0, 0.4, (12, L))
    wanted, compute, made, short = np.empty((3, L)), old.copy(), output.copy(), unmet.copy()
    labs = Labs(*(np.zeros(L) for _ in range(4)))
    supply.hardware(17, 17, cells, p, Chips(wanted, compute, made, short), labs)

    def cell(name, *place):
        return cells[world_row(".".join([name, *place]))]

    pools = ("us_allies", "china", "rest")
    gain = np.log(cell("performance", "cn") / cell("performance", "us"))
    gain += cell("maturity", "cn") - cell("maturity", "us")
    part = []
    for pool in pools:
        lean = cell("hardware_stance", pool, "cn") - cell("hardware_stance", pool, "us")
        odds = np.exp(p[P.hardware_response] * gain + lean) * cell("availability", pool, "cn")
        whole = odds + cell("availability", pool, "us")
        part.append(np.divide(odds, whole, out=np.zeros(L), where=whole > 0))
    close(wanted, part)
    assert (wanted[2, 1:] == 0.0).all()
    demand = [cell("demand", pool) for pool in pools]
    wish = (1 - part[1]) * demand[1]
    bought = np.minimum(wish, cells[W.permitted] + cells[W.smuggled])
    lacking = (wish - bought) / demand[1]
    abroad = np.minimum(np.minimum(part[2] * demand[2], cells[W.exported]), output)
    home = np.minimum((part[1] + lacking) * demand[1], output - abroad)
    keep = p[P.stock_keep] * old
    gained = np.array([[demand[0], np.zeros(L)], [bought, home], [demand[2] - abroad, abroad]])
    close(compute, keep + gained)
    rate = p[P.output_growth] + cells[W.output_growth] + p[P.backfire] * unmet.mean(axis=0)
    close(made, np.minimum(cells[W.output_cap], output * np.exp(rate / 12)))
    unmet[17 % 12] = lacking
    close(short, unmet)

    total = compute[1].sum(axis=0) + cells[W.rented]
    part, f = cells[W.serving_share], p[P.fungible]
    cut = cells[W.training_cut] * (1 - part) + cells[W.serving_cut] * part
    training = total * (1 - part) * (1 - (1 - f) * cells[W.training_cut] - f * cut)
    serving = total * part * (1 - (1 - f) * cells[W.serving_cut] - f * cut)
    close(labs.training, training)
    close(labs.serving, serving)
    close(labs.training0, training)
    close(labs.serving0, serving)


def test_without_demand_at_home_nothing_is_short():
    cells, p = np.full((CELLS, 1), 0.5), np.full((len(P), 1), 0.5)
    cells[W.demand + 1] = 0.0
    chips = Chips(np.zeros((3, 1)), np.zeros((3, 2, 1)), np.ones(1), np.ones((12, 1)))
    supply.trade(3, cells, p, chips)
    assert chips.unmet[3, 0] == 0.0
    assert not chips.compute[1].any()


def test_the_base_of_the_laboratories_is_set_aside_in_its_month_alone(rng):
    p, _, _ = parameters(rng)
    cells = rng.uniform(0.2, 0.9, (CELLS, L))
    labs = Labs(*(np.zeros(L) for _ in range(4)))
    chips = Chips(np.empty((3, L)), np.ones((3, 2, L)), np.ones(L), np.zeros((12, L)))
    for t in (4, 6):
        supply.hardware(t, 5, cells, p, chips, labs)
        assert not labs.training0.any()
    supply.hardware(5, 5, cells, p, chips, labs)
    assert (labs.training0 == labs.training).all()
    assert (labs.serving0 > 0.0).all()


def test_load_is_how_users_rose_over_how_serving_compute_did(rng):
    p, _, _ = parameters(rng)
    users, users0, serving, serving0 = rng.uniform(0.5, 2.0, (4, L))
    ratio = np.empty(L)
    supply.load(p, users, users0, serving, serving0, ratio)
    close(ratio, p[P.load_base] * users / users0 * serving0 / serving)
    for place in range(1, 4):  # without a base, or without serving compute, indices are one
        given = [users, users0.copy(), serving.copy(), serving0.copy()]
        given[{1: 1, 2: 2, 3: 3}[place]][1] = 0.0
        supply.load(p, *given, ratio)
        assert ratio[1] == p[P.load_base, 1]
        assert ratio[0] != p[P.load_base, 0]


def test_a_load_above_one_makes_dearer_and_slower(rng):
    p, _, _ = parameters(rng)
    load, dearer, slowed = np.array([0.4, 1.5, 3.0]), np.empty(L), np.empty(L)
    supply.strain(p, load, dearer, slowed)
    close(dearer, p[P.load_price] * np.log([1.0, 1.5, 3.0]))
    close(slowed, [1.0, 1 / 1.5, 1 / 3.0])


def test_the_frontier_is_the_record_the_mean_rise_or_a_leap(rng):
    p, _, _ = parameters(rng)
    cells = rng.uniform(0.2, 0.9, (CELLS, L))
    p[P.frontier_rate, 2], cells[W.frontier_rate, 2] = 2.0, 3.0  # a chance is at most one
    leaps = Leaps(1, keys(rng, L), keys(rng, L))
    before = rng.uniform(100, 150, (4, L))
    rate, jump = np.minimum(p[P.frontier_rate] * cells[W.frontier_rate], 1.0), p[P.frontier_jump]

    frontier = before.copy()
    capability.advance_frontier(When(2, 77, True), 131.5, cells, p, leaps, frontier)
    assert (frontier[2] == 131.5).all()
    frontier = before.copy()
    quiet = leaps._replace(noise=0)
    capability.advance_frontier(When(2, 77, False), 131.5, cells, p, quiet, frontier)
    close(frontier[2], before[1] + rate * jump)
    came = set()
    for number in range(12):
        frontier = before.copy()
        capability.advance_frontier(When(2, number, False), 0.0, cells, p, leaps, frontier)
        size = -np.log(uniform(leaps.size, 2 * number)) - np.log(
            uniform(leaps.size, 2 * number + 1)
        )
        comes = uniform(leaps.chance, number) < rate
        close(frontier[2], before[1] + np.where(comes, 0.5 * jump * size, 0.0))
        assert comes[2]
        came |= set(comes[:2].tolist())
    assert came == {True, False}


def index(rng, t, months):
    own = np.sort(rng.uniform(100, 120, (K, 2, L)), axis=1)[:, ::-1].copy()
    return Index(
        np.maximum.accumulate(rng.uniform(100, 150, (months, L)), axis=0),
        rng.uniform(90, 130, (months, L)), own, np.full((K, L), 9.0), rng.uniform(1, 5, K),
        rng.uniform(1, 4, L),
    )  # fmt: skip


@pytest.mark.parametrize("noise", [0, 1])
def test_who_releases_stands_where_the_frontier_was(rng, noise):
    p, _, pk = parameters(rng)
    pk[:, C.lag] = rng.uniform(1, 9, (K, L))
    cells = rng.uniform(0.5, 2.5, (CELLS, L))
    cells[by_ecosystem(W.release_rate, K) + 2, 0] = 0.0  # releases nothing
    cells[by_ecosystem(W.release_rate, K) + 2, 1] = 9.0  # a chance is at most one
    t, luck = 17, Releases(noise, keys(rng, K, L), keys(rng, K, L))
    made = index(rng, t, 20)
    before = made.own.copy()
    capability.release(When(t, 123, False), BLOC, cells, p, pk, luck, made)
    lag = pk[:, C.lag] + cells[by_ecosystem(W.lag, K) :][:K]
    lag = lag + (BLOC == CHINESE)[:, None] * made.extra
    rate = np.minimum(pk[:, C.release_rate] * cells[by_ecosystem(W.release_rate, K) :][:K], 1.0)
    if noise:
        lag = lag + p[P.release_noise] * normal(luck.lateness, 123)
        comes = uniform(luck.chance, 123) < rate
    else:
        comes = rate > 0
        lag = lag + np.minimum(1 / np.where(comes, rate, 1.0) - 1, t)
    seen = np.clip(t - np.floor(lag + 0.5).astype(int), 0, t)
    reached = made.frontier[seen, np.arange(L)]
    comes &= (BLOC != SOVEREIGN)[:, None]
    best = np.where(comes, np.maximum(before[:, 0], reached), before[:, 0])
    close(made.own[:, 0], best)
    small = np.maximum(before[:, 1], best - made.gap[:, None])
    close(made.own[:, 1], np.where(comes, small, before[:, 1]))
    others = BLOC != SOVEREIGN
    close(made.rise[others], (best - before[:, 0])[others])
    assert comes.any()
    assert (made.own[3] == before[3]).all()
    assert (made.rise[3] == 9.0).all()


def test_the_record_is_taken_as_it_is_and_sovereign_models_are_left_out(rng):
    made, known = index(rng, 2, 4), rng.uniform(100, 150, (4, K, 2))
    before = made.own.copy()
    capability.observe_index(2, BLOC, known, made)
    others = BLOC != SOVEREIGN
    assert (made.own[others] == known[2, others][..., None]).all()
    assert (made.own[~others] == before[~others]).all()
    assert not made.rise.any()


def test_sovereign_models_follow_the_best_open_weights(rng):
    p, _, _ = parameters(rng)
    p[P.sovereign_lag] = [1.2, 3.4, 40.0]
    cells = rng.uniform(0.5, 2.0, (CELLS, L))
    made, known, t = index(rng, 9, 12), rng.uniform(100, 150, (12, K, 2)), 9
    known[t, 3] = [101.0, 119.0]
    before, past = made.own.copy(), made.best_open.copy()
    capability.follow_open(t, NEST, BLOC, known, cells, p, made)
    past[t] = before[(NEST == 1) & (BLOC != SOVEREIGN), 0].max(axis=0)
    close(made.best_open, past)
    lag = p[P.sovereign_lag] + cells[by_ecosystem(W.lag, K) + 3]
    seen = np.maximum(t - np.floor(lag + 0.5).astype(int), 0)
    best = np.maximum(np.maximum(before[3, 0], 101.0), past[seen, np.arange(L)])
    close(made.own[3, 0], best)
    close(made.own[3, 1], np.maximum(before[3, 1], 119.0))
    close(made.rise[3], best - before[3, 0])
    assert (made.own[:3] == before[:3]).all()


def test_the_added_lag_of_chinese_laboratories(rng):
    p, _, _ = parameters(rng)
    training, training0, share, share0 = rng.uniform(0.2, 2.0, (4, L))
    extra = np.full(L, 7.0)
    capability.chinese_lag(p, training, training0, share, share0, extra)
    slower = p[P.training_lag] * np.log(training0 / training)
    learnt = 12 * p[P.deployment_learning] * np.log(share / share0)
    close(extra, slower - learnt)
    for place in range(4):
        given = [training.copy(), training0.copy(), share.copy(), share0.copy()]
        given[place][1] = 0.0
        capability.chinese_lag(p, *given, extra)
        close(extra, np.where(np.arange(L) == 1, (-learnt, slower)[place > 1], slower - learnt))


@pytest.mark.parametrize("raw", [0, 1])
def test_what_capability_is_worth(rng, raw):
    p, ps, _ = parameters(rng)
    p[P.task_width] = rng.uniform(5, 9, L)
    ps[:, B.difficulty] = rng.uniform(120, 140, (S, L))
    own, frontier = rng.uniform(100, 150, (K, 2, L)), rng.uniform(140, 150, (4, L))
    sold = (rng.uniform(size=(4, K, 2)) < 0.6).astype(np.uint8)
    sold[2, 0], sold[2, 1] = [1, 0], [0, 1]
    worth, before = rng.uniform(size=(S, K, 2, L)), np.empty((S, K, 2, L))
    old = worth.copy()
    capability.coverage(2, own, sold, frontier, raw, Numbers(p, ps), worth, before)
    assert (before == old).all()
    bar = p[P.moving_bar] * (frontier[2] - 143.0)
    felt = 1 / (1 + np.exp(-(own - ps[:, B.difficulty][:, None, None] - bar) / p[P.task_width]))
    if raw:
        felt = np.broadcast_to((own - p[P.raw_zero]) / p[P.raw_unit], felt.shape)
    close(worth, ps[:, B.capability_weight][:, None, None] * felt * sold[2][..., None])


@pytest.mark.parametrize("noise", [0, 1])
@pytest.mark.parametrize("dated", [True, False])
def test_attention_fades_and_rises(rng, noise, dated):
    p, _, _ = parameters(rng)
    cells, none = rng.uniform(0.5, 2.0, (CELLS, L)), np.empty(0)
    notable, size = np.zeros((4, K)), np.zeros((4, K))
    notable[2, [0, 2]], size[2, [2, 4]] = 1.0, 0.7
    known = Known(NEST, BLOC, none, none, none, notable, size, none, none)
    rise = rng.uniform(0, 1, (K, L))
    rise[1] = p[P.notable_step]  # at the step it is notable
    attention, size_keys = rng.uniform(size=(K, L)), keys(rng, K, L)
    before = attention.copy()
    luck = Draws(noise, none, none, none, none, size_keys)
    capability.notice(When(2, 99, dated), known, cells, p, luck, Notice(rise, attention))
    drawn = np.repeat(p[P.attention_median][None], K, axis=0)
    if noise:
        drawn = drawn * np.exp(p[P.attention_sd] * normal(size_keys, 99))
    comes = rise >= p[P.notable_step]
    if dated:
        comes = notable[2][:, None] > 0
        drawn = np.where(size[2][:, None] > 0, size[2][:, None], drawn)
    drawn = drawn * cells[by_ecosystem(W.attention, K) :][:K]
    close(attention, p[P.attention_memory] * before + np.where(comes, drawn, 0.0))


def test_prices_are_the_list_and_the_fall_since_the_last_fact(rng):
    p, _, _ = parameters(rng)
    listed, years = rng.normal(size=(4, K, 2, 3)), rng.uniform(0, 3, (4, K, 2))
    out = np.empty((K, 2, 3, L))
    capability.list_prices(2, listed, years, p, out)
    close(out, listed[2][..., None] + years[2][..., None, None] * p[P.small_price_log])
