"""Single rules against their equations in numpy: three lanes side by side, no two numbers alike.

Each equation is written here a second time, over whole arrays and without the rule's loops, so that
a wrong index, sign, border or a lane that takes its neighbour's number shows.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario.drivers import NATION_FAMILIES, nation_offsets, world_offsets
from sim.world import numerics
from sim.world.rows import B, C, P, Switches, W, by_ecosystem, world_row
from sim.world.rules import (
    capability,
    choice,
    laboratories,
    learning,
    observe,
    offers,
    policy,
    schedule,
    stance,
    supply,
    tally,
    tokens,
    uptake,
)
from sim.world.rules.arrays import (
    Able,
    Acting,
    Bases,
    Chats,
    Chips,
    Choice,
    Draws,
    Flows,
    Fond,
    Governments,
    Growth,
    Index,
    Kinds,
    Known,
    Labs,
    Leaps,
    Levers,
    Liking,
    News,
    Notice,
    Numbers,
    Offers,
    OwnModels,
    Picture,
    Pricing,
    Reach,
    Releases,
    Roads,
    Served,
    Span,
    Told,
    Trial,
    Ways,
    When,
)

L, K, S, I = 3, 5, 3, 2  # noqa: E741
BLOC = np.array([0, 1, 2, 3, 1])
NEST = np.array([0, 1, 1, 1, 0])
CELLS = int(world_offsets(K)[-1])
CHINESE, SOVEREIGN = 1, 3


@pytest.fixture
def rng():
    return np.random.default_rng(20261129)


def parameters(rng):
    """Return tables of parameters from 0.2 to 0.9, by scalar, by segment and by ecosystem."""
    return (
        rng.uniform(0.2, 0.9, (len(P), L)), rng.uniform(0.2, 0.9, (S, len(B), L)),
        rng.uniform(0.2, 0.9, (K, len(C), L)),
    )  # fmt: skip


def uniform(keys, counter):
    """Return the draws of many streams at one counter."""
    return np.vectorize(lambda key: numerics.uniform(key, counter))(keys)


def normal(keys, counter):
    return np.vectorize(lambda key: numerics.normal(key, counter))(keys)


def gumbel(keys, counter):
    return np.vectorize(lambda key: numerics.gumbel(key, counter))(keys)


def keys(rng, *shape):
    return rng.integers(1, 2**63, shape, dtype=np.uint64)


def close(found, expected, **more):
    np.testing.assert_allclose(found, expected, **{"rtol": 1e-12, "atol": 1e-13} | more)


# --- supply ---------------------------------------------------------------------------------------


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


# --- capability -----------------------------------------------------------------------------------


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


# --- stances --------------------------------------------------------------------------------------


def test_a_government_takes_the_stance_with_the_largest_score(rng):
    """Every term of the score by itself, in many nations, lanes and months."""
    p, _, _ = parameters(rng)
    p[P.review_period] = [6.0, 7.0, 8.0]
    nations, memberships, month = 12, 3, 50
    before = rng.integers(0, 4, (nations, L))
    membership = (rng.uniform(size=(nations, memberships)) < 0.5).astype(float)
    membership[0] = 0.0  # without fellows
    due = np.where(rng.uniform(size=(nations, L)) < 0.8, month, month + 3)
    counts, sizes = np.empty((memberships, 4, L)), np.empty(memberships)
    states = Governments(
        rng.uniform(-1, 1, nations), rng.integers(0, 3, nations), membership, due.copy(), counts,
        sizes,
    )  # fmt: skip
    seen = Picture(
        BLOC, rng.dirichlet(np.ones(K), (nations, L)).transpose(0, 2, 1).copy(),
        rng.uniform(0.1, 2.0, (3, 2, L)), rng.uniform(-1, 1, (nations, 4, L)),
    )  # fmt: skip
    seen.compute[2, :, 0] = 0.0  # a pool without hardware
    stream, after = keys(rng, nations, 4, L), np.full((nations, L), -1)
    stance.peers(before, membership, counts, sizes)
    close(sizes, membership.sum(axis=0))
    held = before[:, None] == np.arange(4)[None, :, None]  # I, 4, L
    close(counts, np.einsum("im,iol->mol", membership, held))
    stance.review_all(month, states, seen, p, stream, before, after)

    side = np.array([0.0, 1.0, -1.0, 0.0])[None, :, None]
    score = p[P.stance_align] * states.alignment[:, None, None] * side
    score = score + p[P.stance_offer] * seen.offer
    of_option = {0: None, 1: 0, 2: 1, 3: 3}
    use = np.stack(
        [seen.national[:, of_option[o] == BLOC].sum(axis=1) if o else np.zeros((nations, L))
         for o in range(4)], axis=1,
    )  # fmt: skip
    score += p[P.stance_use] * use
    pool = seen.compute[states.pool]  # I, 2, L
    total = pool.sum(axis=1)
    part = np.divide(pool, total[:, None], out=np.zeros_like(pool), where=total[:, None] > 0)
    score[:, 1:3] += p[P.stance_hardware] * part
    fellows = membership @ (sizes - 1.0)
    same = np.einsum("im,mol->iol", membership, counts)
    same = same - membership.sum(axis=1)[:, None, None] * held
    rows = fellows > 0
    score[rows] += p[P.stance_peers] * same[rows] / fellows[rows][:, None, None]
    score += p[P.stance_keep] * held + gumbel(stream, month)
    best = score.argmax(axis=1)
    np.testing.assert_array_equal(after, np.where(due == month, best, before))
    period = p[P.review_period].astype(int)
    np.testing.assert_array_equal(states.next_review, np.where(due == month, due + period, due))
    assert set(after[due == month]) == {0, 1, 2, 3}


# --- levers ---------------------------------------------------------------------------------------


def test_what_is_in_force_follows_its_course_and_the_stronger_rival(rng):
    E, N, T, many = 5, 4, 12, 40
    entry = np.array([0, 1, 2, 3, 3])
    course = np.minimum(np.arange(T) / rng.integers(1, 6, E)[:, None], 1.0)
    began, lag = rng.integers(-2, 8, (N, many)), np.array([0, 2, 0, 1])
    ended, strength = began + rng.integers(0, 5, (N, many)), rng.uniform(0.2, 1, (N, many))
    strength[1, ::3] = strength[0, ::3]  # equals
    began[1, ::3], ended[1, ::3], lag[1] = began[0, ::3], ended[0, ::3], 0
    course[1] = course[0]
    rival = np.array([7, 7, -1, 7, -1])
    bears = (rng.uniform(size=(E, I, 4)) < 0.5).astype(np.uint8)
    of = Acting(entry, course, rival, lag, bears, began, ended, strength)
    ramp = np.zeros((E, many))
    for t in range(T):
        last, stale = ramp.copy(), np.zeros((I, 4), np.uint8)
        stale[0, 0] = 1  # all lanes by something else
        alone, moved = np.empty((E, many)), np.empty((E, many), np.uint8)
        schedule.in_force(t, of, alone, ramp, moved, stale)
        expected = np.zeros((E, many))
        for e, n in enumerate(entry):
            inside = (t >= began[n]) & (t <= ended[n] + lag[n])
            expected[e] = np.where(inside, course[e, np.clip(t - began[n], 0, T - 1)], 0.0)
        close(alone, expected)
        force, free = expected * strength[entry], expected.copy()
        for e in range(E):
            for d in range(E):
                if rival[e] == 7 and rival[d] == 7 and d != e:
                    beats = (force[d] > force[e]) | ((force[d] == force[e]) & (d < e))
                    expected[e] = np.where(beats & (free[e] > 0), 0.0, expected[e])
        np.testing.assert_array_equal(ramp, expected)
        np.testing.assert_array_equal(moved == 1, ramp != last)
        wanted = np.zeros((I, 4), int)
        wanted[0, 0] = 1
        for e in range(E):
            count = (ramp[e] != last[e]).sum()
            how = 0 if count == 0 else 1 if 8 * count > many else 2
            felt = (bears[e] == 1) & (wanted != 1) & (how > 0)
            wanted = np.where(felt, how, wanted)
        np.testing.assert_array_equal(stale, wanted)


def test_of_entries_of_one_lever_only_the_strongest_is_paid(rng):
    N, T, many = 4, 10, 30
    began = rng.integers(0, 6, (N, many))
    ended = began + rng.integers(0, 5, (N, many))
    strength = rng.choice([0.3, 0.6], (N, many))
    cost = rng.uniform(1, 9, (N, many))
    covers = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], np.uint8)
    for t in range(T):
        total = np.full(many, 5.0)
        schedule.paid(t, began, ended, covers, strength, cost, total)
        there = (began <= t) & (t <= ended)
        expected = np.zeros(many)
        for n in range(N):
            pays = there[n].copy()
            for m in range(N):
                if covers[m, n]:
                    first = (strength[m] == strength[n]) & (m < n or not covers[n, m])
                    pays &= ~(there[m] & ((strength[m] > strength[n]) | first))
            expected += np.where(pays, cost[n] / 12, 0.0)
        close(total, expected)


def test_a_driver_of_the_world_differs_between_replicates_where_it_must(rng):
    p, _, _ = parameters(rng)
    base, none = rng.uniform(0.5, 2.0, (40, CELLS)), np.zeros(0)
    levers = Levers(
        np.full(CELLS, 0.0), np.full(CELLS, 1.5), np.zeros(CELLS + 1, np.int64),
        np.array([0]), np.zeros(1, np.int64), np.array([1]), np.full((1, L), 0.5),
        np.full((1, 2, L), 0.4), none, np.empty((6, L)),
    )  # fmt: skip
    levers.start[W.maturity + 1 :] = 1  # one lever adds to one cell
    for t, years in ((10, 0.0), (11, 0.0), (35, 2.0)):
        cells = np.empty((CELLS, L))
        policy.world_cells(t, base, K, 11, levers, p, cells)
        expected = np.repeat(base[t][:, None], L, axis=1)
        expected[world_row("demand.china")] *= p[P.demand_scale]
        expected[W.output_cap] *= np.exp(p[P.ceiling_growth] * years)
        expected[W.exported] *= np.exp(p[P.export_growth] * years)
        risk = by_ecosystem(W.risk, K)
        expected[risk : risk + K] *= p[P.initial_risk]
        expected[W.maturity] = np.minimum(expected[W.maturity] + 0.2, 1.5)
        close(cells, expected)


def levers_of_nations():
    """Return levers on nations of which none acts yet, with one addition that could."""
    offsets = nation_offsets(K, S)
    end = int(offsets[-1])
    low, high = np.zeros(len(NATION_FAMILIES)), np.full(len(NATION_FAMILIES), 90.0)
    return Levers(
        low, high, np.zeros(I * end + 1, np.int64), np.array([0]), offsets, np.array([1]),
        np.ones((1, L)), np.array([[[0.25, 0.5, 0.125], [1.0, 1.0, 1.0]]]), np.zeros(1),
        np.empty((6, L)),
    )  # fmt: skip


def in_force(bases, levers, p, span):
    """Return all drivers of nation 1 in the lanes of a span, -1 elsewhere, by family."""
    shapes = (K * 3, K * 3, K, S, K, S * K, 4, 1)
    made = [np.full((I, cells, L), -1.0) for cells in shapes]
    access, price, licence, facility, trust, pull, offer, own_lag = made
    for k in range(K):
        policy.settle_access(1, k, 2, span, bases, levers, p, access)
        policy.settle_terms(1, k, span, bases.licence[2, 1, k], levers, p, price, licence)
    policy.settle_facility(1, span, bases.facility, levers, facility)
    policy.settle_liking(1, span, bases.home, levers, p, trust, pull)
    policy.settle_offer(1, span, bases.lab_lag, levers, offer, own_lag)
    return made


def test_a_lever_on_one_cell_of_a_nation_moves_that_cell_alone(rng):
    """Of every driver and every cell of it, in one nation and in some lanes."""
    p, _, _ = parameters(rng)
    T, span = 4, Span(1, 3)
    bases = Bases(
        rng.uniform(0.1, 0.5, (T, I, K * 3)), np.array([0.0, 1.0, 2.0, 2.0]),
        rng.uniform(0.1, 0.5, (T, I, K)), rng.uniform(0.2, 0.9, (T, I, K)), rng.uniform(0, 1, S),
        np.zeros((I, K)), rng.uniform(3, 9, (I, L)),
    )  # fmt: skip
    bases.unlisted[2, 1, :2], bases.licence[2, 1, 3], bases.home[1, 4] = 0.0, 0.0, 1.0
    none = levers_of_nations()
    plain = in_force(bases, none, p, span)
    access = np.repeat(bases.access[2, 1][:, None], L, axis=1)
    access[::3] += bases.unlisted[2, 1][:, None] * leaked(p[P.leak_developers], p)
    judged = bases.licence[2, 1][:, None] ** p[P.licence_strictness]
    trust = np.where(bases.home[1][:, None] > 0, 1.0, p[P.initial_trust])
    expected = [
        access, np.zeros((K * 3, L)), judged, np.repeat(bases.facility[:, None], L, axis=1),
        trust, np.zeros((S * K, L)), np.zeros((4, L)), bases.lab_lag[1][None],
    ]  # fmt: skip
    for family, (found, known) in enumerate(zip(plain, expected, strict=True)):
        close(found[1, :, 1:], known[:, 1:], err_msg=NATION_FAMILIES[family])
        assert (found[1, :, 0] == -1.0).all()
        assert (found[0] == -1.0).all()
    end = int(none.offsets[-1])
    for family, name in enumerate(NATION_FAMILIES):
        for c in range(int(none.offsets[family + 1] - none.offsets[family])):
            levers = levers_of_nations()
            levers.start[end + int(none.offsets[family]) + c + 1 :] = 1
            for other, made in enumerate(in_force(bases, levers, p, span)):
                wanted = plain[other].copy()
                if other == family and name == "price":
                    wanted[1, c, 1:] = np.log(1.0 + levers.size[0, 0, 1:])
                elif other == family:
                    wanted[1, c, 1:] += levers.size[0, 0, 1:]
                close(made, wanted, err_msg=f"{name} {c} in {NATION_FAMILIES[other]}")
    free = levers_of_nations()
    free.size[:] = -1.0  # nothing is for nothing: a price is held above zero
    free.start[end + int(free.offsets[NATION_FAMILIES.index("price")]) + 1 :] = 1
    close(in_force(bases, free, p, span)[1][1, 0, 1:], np.log(1e-9))
    bounded = levers_of_nations()
    bounded.start[end + 1 :] = 1
    bounded.high[0] = 0.2
    assert (in_force(bases, bounded, p, span)[0][1, 0, 1:] == 0.2).all()


# --- what is seen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("trial", "segments"), [(0, S), (1, S), (1, 1)])
def test_consumers_choose_among_chat_services(rng, trial, segments):
    """They are independents, or the only segment there is."""
    p, _, _ = parameters(rng)
    T, single = 3, min(1, segments - 1)
    access = rng.uniform(0, 1, (I, K * 3, L))
    access[0, 3, 0], access[0, :, 1] = 1.0, 0.0  # and nothing can be had, in one lane
    unlisted = rng.uniform(0, 1, (T, I, K)) * (rng.uniform(size=(T, I, K)) < 0.5)
    unlisted[1, 0, 0], unlisted[1, 0, 1] = 0.0, 0.7
    later, weight = np.array([0.0, 2.0, 3.0]), rng.uniform(0, 1, (T, I, K))
    attention = rng.uniform(0, 1, (K, L))
    attention[:, 2] *= 20.0  # so many try that nobody stays with one
    chats = Chats(later, unlisted, weight, rng.normal(size=(I, K, L)), attention, access)
    able = Able(rng.uniform(0, 3, (segments, K, 2, L)), rng.uniform(0, 3, (I, K, segments, L)))
    visits = np.empty((T, I, K, L))
    observe.chatbot_view(1, BLOC, chats, able, trial, p, visits)
    way = access[:, ::3]
    wide = 1 - unlisted[1][..., None] + unlisted[1][..., None] * leaked(p[P.leak_developers], p)
    narrow = 1 - unlisted[1][..., None] + weight[1][..., None] * leaked(p[P.leak], p)
    reach = np.where(unlisted[1][..., None] > 0, way * narrow / wide, way)
    sovereign = (BLOC == SOVEREIGN)[:, None]
    best = np.where(sovereign, able.home[:, :, single], able.cover[single, :, 0][None])
    can = np.maximum(best, able.cover[single, :, 1][None])
    share = np.minimum(reach, 1.0) * np.exp(can + chats.consumer)
    whole = share.sum(axis=1, keepdims=True)
    share = np.divide(share, whole, out=np.zeros_like(share), where=whole > 0)
    assert not share[0, :, 1].any()
    tried = p[P.trial_rate] * attention * way * trial
    replaced = np.minimum((1 - p[P.trial_new]) * tried.sum(axis=1, keepdims=True), 1.0)
    close(visits[1], share * (1 - replaced) + tried)


def leaked(leak, p, years=2.0):
    odds = leak / (1 - leak) * np.exp(p[P.leak_change] * years)
    return odds / (1 + odds)


def test_answers_of_a_survey_are_the_main_ecosystem_and_what_is_tried(rng):
    _, ps, _ = parameters(rng)
    share, tried = rng.uniform(0, 1, (I, S, K, L)), rng.uniform(0, 1, L)
    met = rng.uniform(0, 1, (I, K, L))
    before = met.copy()
    observe.met_with(1, share, tried, ps, np.empty(L), met)
    main = np.einsum("sl,skl->kl", ps[:, B.answering], share[1])
    close(met[1], (before[1] + main) / (1 + tried))
    assert (met[0] == before[0]).all()


# --- offers ---------------------------------------------------------------------------------------


def test_how_a_nation_regards_an_ecosystem(rng):
    p, ps, _ = parameters(rng)
    pulled, stance_held = np.array([1.0, 0.0, 0.0, 0.0, 0.0]), np.array([[0, 1, 2], [3, 1, 2]])
    liking = Liking(
        rng.normal(size=(I, K, L)), rng.uniform(0, 1, (I, K, L)), rng.normal(size=(I, S * K, L)),
        rng.uniform(0, 1, (K, L)), np.full((I, K, S, L), 9.0),
    )  # fmt: skip
    for k in range(K):
        choice.regard(1, k, Span(1, L), Kinds(NEST, BLOC, pulled), liking, stance_held,
                      Numbers(p, ps))  # fmt: skip
    side = np.array([[choice.side(held, bloc) for held in stance_held[1]] for bloc in BLOC])
    push = side[:, None] * p[P.stance_push] * ps[:, B.stance_ratio]  # K, S, L
    fear = (liking.risk * (1 - liking.trust[1]))[:, None] * ps[:, B.risk_weight]
    pull = liking.pull[1].reshape(S, K, L).transpose(1, 0, 2)
    asc = pulled[:, None, None] * ps[:, B.us_closed_pull]
    expected = liking.standing[1][:, None] + pull + push + asc - fear
    close(liking.regarded[1, ..., 1:], expected[..., 1:])
    assert (liking.regarded[1, ..., 0] == 9.0).all()
    assert (liking.regarded[0] == 9.0).all()


def test_how_open_each_way_is(rng):
    p, _, _ = parameters(rng)
    held = np.array([[0, 1, 2], [2, 1, 0]])
    roads = Roads(rng.uniform(0, 1, (I, K * 3, L)), rng.uniform(0, 1, (I, S, L)), held,
                  rng.uniform(0.2, 0.9, L))  # fmt: skip
    for k in range(K):
        opened = np.full((S, 3, L), 9.0)
        offers.reachable(1, k, Span(0, 2), Kinds(NEST, BLOC, np.zeros(K)), roads, p, opened)
        maker, host, own = roads.access[1, 3 * k : 3 * k + 3]
        foe = {0: 2, 1: 1}.get(int(BLOC[k]), -1)
        maker = maker * np.where(held[1] == foe, p[P.stance_access], 1.0)
        maker = maker * roads.slowed if BLOC[k] == CHINESE else maker
        shut = NEST[k] == 0
        for s in range(S):
            ways = [maker, 0.0 * host if shut else host, own * roads.facility[1, s] * (not shut)]
            close(opened[s, :, :2], np.array(ways)[:, :2])
        assert (opened[..., 2] == 9.0).all()


@pytest.mark.parametrize("burden", [0.0, 1.0])
def test_what_each_way_is_worth(rng, burden):
    p, ps, _ = parameters(rng)
    p[P.ln_least_price] = -0.2
    pricing = Pricing(
        rng.normal(size=(K, 2, 3, L)), 0.3 * rng.normal(size=(I, K * 3, L)),
        rng.uniform(0, 1, (I, K, L)), rng.uniform(0.1, 0.9, L), rng.uniform(0.2, 0.9, (I, S, L)),
    )  # fmt: skip
    worth, numbers, span = np.full((I, K, S, 3, 2, L), 9.0), Numbers(p, ps), Span(0, L)
    for k in range(K):
        for o in range(2):
            offers.maker_worth(1, k, o, span, burden, pricing, numbers, worth)
            offers.other_worth(1, k, o, span, pricing, numbers, worth)
    under = np.zeros((S, 3, L))
    under[:, 2] = ps[:, B.ln_under_use]
    full = pricing.ln_price.transpose(0, 2, 1, 3) + pricing.price[1].reshape(K, 3, 1, L)
    full[:, 0] += burden * pricing.dearer  # K, 3, 2, L
    felt = np.maximum(full[:, None] + under[None, :, :, None], -0.2)
    cost = pricing.sensitivity[1][None, :, None, None] * felt
    gain = np.stack([p[P.licence_hosted], p[P.licence_hosted], np.ones(L)])
    terms = (ps[:, B.licence] * pricing.licence[1][:, None])[:, :, None] * gain  # K, S, 3, L
    trouble = np.stack([np.zeros((S, L)), ps[:, B.hosted_cost], ps[:, B.self_host_cost]], axis=1)
    close(worth[1], np.exp((terms - trouble)[:, :, :, None] - cost))
    assert (worth[0] == 9.0).all()


def test_who_must_leave_where_a_way_is_cut(rng):
    """By the part that a way had in the value of the offer that was chosen."""
    shape = (I, K, S, 3, L)
    opened, worth = rng.uniform(0.2, 1, shape), rng.uniform(0.5, 2, (I, K, S, 3, 2, L))
    anew = opened[1, 2] * rng.choice([0.0, 0.5, 1.0, 1.5], (S, 3, L))
    anew[0, :, 0] = 0.0  # no way is left
    offered = np.log(np.einsum("ikswl,ikswol->iksol", opened, worth))
    offered[1, 2, 1, :, 1] = numerics.ABSENT  # could not be had last month
    leaving = np.full((I, S, K, L), 5.0)
    ways = Ways(opened, anew, leaving, np.zeros(I, np.uint8))
    able = Able(rng.uniform(0, 2, (S, K, 2, L)), rng.uniform(0, 2, (I, K, S, L)))
    made = Offers(worth, np.empty((I, K, S, 2, L)), offered)
    span = Span(0, L)
    for bloc in (CHINESE, SOVEREIGN):
        offers.lost(1, 2, span, bloc, ways, made, able)
        flagship = able.home[1, 2] if bloc == SOVEREIGN else able.cover[:, 2, 0]
        first = flagship + offered[1, 2, :, 0] >= able.cover[:, 2, 1] + offered[1, 2, :, 1]
        of = np.where(first[:, None], worth[1, 2, :, :, 0], worth[1, 2, :, :, 1])  # S, 3, L
        had = (opened[1, 2] * of).sum(axis=1)
        gone = (np.maximum(opened[1, 2] - anew, 0.0) * of).sum(axis=1)
        expected = gone / had
        expected[1, 1] = 0.0
        close(leaving[1, :, 2], expected)
        assert leaving[1, 0, 2, 0] == 1.0
    assert (leaving[0] == 5.0).all()
    assert offers.narrowed(1, 2, span, ways)
    wider = ways._replace(anew=opened[1, 2] * 1.0)
    assert not offers.narrowed(1, 2, span, wider)
    wider.anew[2, 1, 2] *= 0.99
    assert offers.narrowed(1, 2, span, wider)
    assert not offers.narrowed(1, 2, Span(0, 2), wider)
    offers.open_ways(1, 2, Span(1, 3), ways)
    assert (ways.opened[1, 2, ..., 1:] == anew[..., 1:]).all()
    assert (ways.opened[1, 2, ..., 0] != anew[..., 0]).any()


def test_the_makers_part_is_that_of_the_better_offer(rng):
    served = Served(
        rng.uniform(0, 1, (I, K, S, 2, L)), rng.normal(size=(I, K, S, 2, L)),
        rng.normal(size=(S, K, 2, L)),
    )  # fmt: skip
    served.cover[2, 3, :, 0], served.offered[1, 3, 2, :, 0] = 1.0, 0.5  # equal: the flagship
    part = np.empty(L)
    seen = set()
    for s in range(S):
        for k in range(K):
            offers.makers_part(1, s, k, served, part)
            value = served.cover[s, k] + served.offered[1, k, s]
            first = value[0] >= value[1]
            seen |= set(first.tolist())
            close(part, np.where(first, served.by_maker[1, k, s, 0], served.by_maker[1, k, s, 1]))
    assert seen == {True, False}


def test_users_of_chinese_makers_are_counted(rng):
    _, ps, _ = parameters(rng)
    builders, share = rng.uniform(1, 9, (I, L)), rng.dirichlet(np.ones(K), (I, S, L))
    share = np.ascontiguousarray(share.transpose(0, 1, 3, 2))
    served = Served(
        rng.uniform(0, 1, (I, K, S, 2, L)), rng.normal(size=(I, K, S, 2, L)),
        rng.normal(size=(S, K, 2, L)),
    )  # fmt: skip
    callers, users = np.full((I, L), 4.0), np.empty(L)
    for i in range(I):
        tally.nation_load(i, BLOC, builders, share, served, ps, np.empty(L), callers)
    value = served.cover.transpose(1, 0, 2, 3)[None] + served.offered
    part = np.where(value[..., 0, :] >= value[..., 1, :], served.by_maker[..., 0, :],
                    served.by_maker[..., 1, :])  # fmt: skip
    expected = np.einsum("il,sl,iskl,iksl->ikl", builders, ps[:, B.segment_weight], share, part)
    close(callers, expected[:, BLOC == CHINESE].sum(axis=1))
    tally.chinese_load(callers, users)
    close(users, callers.sum(axis=0))


def test_means_of_groups_go_by_developers_and_are_plain_where_there_are_none(rng):
    members = np.array([[1, 1, 1, 0], [0, 1, 0, 1]], bool)
    developers, share = rng.uniform(1, 9, (4, L)), rng.uniform(0, 1, (4, K, L))
    developers[:, 1] = 0.0
    total, mean = np.empty((2, L)), np.empty((2, K, L))
    tally.group_means(members, developers, share, total, mean)
    for g, mine in enumerate(members):
        close(total[g], developers[mine].sum(axis=0))
        weights = np.where(total[g] > 0, developers[mine], 1.0)
        close(mean[g], np.einsum("il,ikl->kl", weights, share[mine]) / weights.sum(axis=0))


# --- uptake and choice ----------------------------------------------------------------------------


def test_builders_taken_back_come_forward_again(rng):
    """The recursion of Bass, forward, from what the rule takes back."""
    ceiling, months = np.full((4, L), 50.0), 18
    urge, imitation = rng.uniform(0.005, 0.02, (4, L)), np.array([0.5, 0.2, 0.0])
    target = np.array([30.0, 12.0, 49.0, 0.02])[:, None] * np.ones(L)
    cap, builders = np.array([0.9, 0.8, 0.85]), np.empty((4, L))
    uptake.backcast(ceiling, target, urge, imitation, cap, months, builders)
    n = builders / ceiling
    for _ in range(months):
        n = n + (urge + imitation * n) / 12 * (1 - n)
    reached = np.minimum(target / ceiling, cap)
    close(n[:3], reached[:3], rtol=1e-9)
    assert (builders[3] == 0.0).all()  # too few to have been there
    ceiling[1] = 0.0
    uptake.backcast(ceiling, target, urge, imitation, cap, months, builders)
    assert (builders[1] == 0.0).all()


def test_builders_grow_by_value_links_and_trial(rng):
    p, ps, _ = parameters(rng)
    builders, ceiling = rng.uniform(1, 2, (I, L)), rng.uniform(3, 9, (I, L))
    first = np.array([[0.3, numerics.ABSENT, 0.2], [0.1, 0.2, numerics.ABSENT]])
    growth = Growth(
        builders, ceiling, rng.uniform(0.1, 0.3, (I, L)), first.copy(), rng.uniform(0, 1, (I, L)),
        rng.uniform(0, 1, (I, L)), np.array([0, 0, 2]),
    )  # fmt: skip
    builders[1, 1] = 0.0
    logsum, tried, arriving = rng.normal(size=(S, L)), rng.uniform(0, 1, L), np.empty(L)
    before = builders.copy()
    for i in range(I):
        uptake.grow(i, growth, logsum, tried, arriving, np.empty((6, L)), Numbers(p, ps))
        mean = (ps[:, B.segment_weight] * logsum).sum(axis=0)
        start = np.where(first[i] > -1e29, first[i], mean)
        close(growth.logsum0[i], start)
        near = growth.adopted[i].copy()
        if i == 1:  # the other has no links
            near += p[P.imitation_links] * (growth.linked[i] - near)
        rate = growth.urge[i] * np.exp(p[P.value_effect] * (mean - start)) + p[P.imitation] * near
        rate = rate / 12 * (1 + p[P.trial_effect] * p[P.trial_new] * tried)
        new = np.minimum(rate, 1.0) * (ceiling[i] - before[i])
        close(builders[i], before[i] + new)
        part = new / (before[i] + new)
        close(arriving, np.where(before[i] > 0, part, 1.0))
    logsum[2, 0] = numerics.ABSENT  # a segment that can have nothing
    held = builders[0].copy()
    uptake.grow(0, growth, logsum, tried, arriving, np.empty((6, L)), Numbers(p, ps))
    assert builders[0, 0] == held[0]
    assert (builders[0, 1:] > held[1:]).all()
    assert arriving[0] == 0.0


def test_developers_try_what_they_like(rng):
    p, _, _ = parameters(rng)
    attention, eager = rng.uniform(0, 1, (K, L)), rng.uniform(0.5, 2, (I, K, L))
    access, met, total = rng.uniform(0, 1, (I, K * 3, L)), np.full((I, K, L), 8.0), np.empty(L)
    uptake.try_out(1, 1, p, Trial(attention, eager, met), access, total)
    tries = p[P.trial_rate] * attention * access[1, ::3] * eager[1]
    close(met[1], tries)
    close(total, tries.sum(axis=0))
    assert (met[0] == 8.0).all()
    uptake.try_out(1, 0, p, Trial(attention, eager, met), access, total)
    assert not met[1].any()
    assert not total.any()


def test_links_give_the_mean_of_those_who_are_linked(rng):
    start, to = np.array([0, 2, 2, 3]), np.array([1, 2, 0])
    weight = np.array([0.3, 0.7, 1.0])
    of, national, world = (rng.uniform(size=(3, L)), rng.uniform(size=(3, K, L)),
                           rng.uniform(size=(K, L)))  # fmt: skip
    out, shares = np.full((3, L), 9.0), np.full((3, K, L), 9.0)
    uptake.linked_mean(start, to, weight, of, out)
    close(out, [0.3 * of[1] + 0.7 * of[2], np.zeros(L), of[0]])
    uptake.linked_shares(start, to, weight, national, world, shares)
    close(shares, [0.3 * national[1] + 0.7 * national[2], world, national[0]])


def test_shares_of_a_month_with_cuts_newcomers_and_trial(rng):
    p, ps, _ = parameters(rng)
    share = np.ascontiguousarray(rng.dirichlet(np.ones(K), (I, S, L)).transpose(0, 1, 3, 2))
    chosen = np.ascontiguousarray(rng.dirichlet(np.ones(K), (S, L)).transpose(0, 2, 1))
    leaving = rng.uniform(0, 1, (I, S, K, L))
    logsum, loyal = rng.normal(size=(S, L)), np.empty((S, L))
    logsum[1, 2] = numerics.ABSENT
    ps[2, B.reconsider] = 0.9  # with trial more than one reconsider: all do
    switching, tried, arriving = (rng.uniform(0.5, 1, L) for _ in range(3))
    choice.loyalty(ps, switching, loyal)
    close(loyal, np.exp(ps[:, B.stay] * switching) - 1)
    made = Choice(chosen, logsum, chosen, logsum, np.empty(L), np.empty((K, L)))
    before, national = share.copy(), np.full((I, K, L), 9.0)
    for evicting in (1, 0):
        share[:] = before
        flows = Flows(leaving, np.full(I, evicting, np.uint8), arriving, tried)
        choice.settle_shares(
            1, flows, loyal, made, share, national, np.empty((6, L)), Numbers(p, ps)
        )
        here = (logsum > -1e29)[:, None]
        gone = before[1] * leaving[1] * here * evicting
        x = before[1] - gone + chosen * gone.sum(axis=1, keepdims=True)
        x = x + here * arriving * (chosen - x)
        keep = loyal[:, None] * chosen / (1 + loyal[:, None] * chosen)
        rho = np.minimum(ps[:, B.reconsider] * (1 + p[P.trial_effect] * tried), 1.0)[:, None]
        anew = chosen * (x * (1 - keep)).sum(axis=1, keepdims=True) + x * keep
        expected = np.where(here, (1 - rho) * x + rho * anew, x)
        close(share[1], expected)
        close(national[1], np.einsum("sl,skl->kl", ps[:, B.segment_weight], expected))
    assert (share[0] == before[0]).all()
    assert (national[0] == 9.0).all()


def test_tastes_wander_and_scars_heal(rng):
    p, ps, _ = parameters(rng)
    stream, wander = keys(rng, I, K, L), rng.normal(size=(I, K, L))
    before = wander.copy()
    choice.drift(1, 44, p, stream, wander)
    step = p[P.taste_step] * (uniform(stream[1], 44) - 0.5)
    close(wander[1], p[P.taste_memory] * before[1] + step)
    assert (wander[0] == before[0]).all()
    scar, leaving = rng.uniform(0, 1, (I, K, L)), rng.uniform(0, 1, (I, S, K, L))
    before, evicting = scar.copy(), np.array([1, 0], np.uint8)
    for i in range(I):
        choice.heal(i, evicting, leaving, p, ps, scar)
    lost = np.einsum("sl,iskl->ikl", ps[:, B.segment_weight], leaving)
    lost[1] = 0.0
    close(scar, p[P.scar_keep] * before + p[P.exit_penalty] * lost)


def test_a_stance_stands_with_its_bloc_and_against_its_rival():
    found = [[choice.side(held, bloc) for bloc in range(4)] for held in range(4)]
    assert found == [[0, 0, 0, 0], [1, -1, 0, 0], [-1, 1, 0, 0], [0, 0, 0, 1]]


# --- routers --------------------------------------------------------------------------------------


def test_users_of_routers_regard_what_developers_do_but_for_tastes_and_home(rng):
    p, ps, _ = parameters(rng)
    pulled = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    fond = Fond(pulled, *(rng.normal(size=shape) for shape in (
        (I, K, L), (I, K, S, L), (I, K, L), (I, K, L))))  # fmt: skip
    for k in range(K):
        for l in range(L):  # noqa: E741
            found = tokens.regarded_there(1, k, l, 2, fond, Numbers(p, ps))
            own = pulled[k] * (p[P.router_incumbent, l] - ps[2, B.us_closed_pull, l])
            terms = ps[2, B.licence, l] * p[P.licence_hosted, l] * fond.licence[1, k, l]
            learnt = p[P.router_learning, l] * fond.learned[1, k, l]
            plain = fond.regarded[1, k, 2, l] - fond.standing[1, k, l]
            close(found, plain + own + terms + learnt)


@pytest.mark.parametrize(
    ("factor", "worth"), [(0.0, 2.0), (1.0, 1.5), (-1.0, 2.5), (-3.0, 3.0), (-9.0, 3.0)]
)
def test_lower_prices_help_down_to_the_least_that_is_felt(factor, worth):
    """V is 2 at list prices and 3 at the least one; kappa is one half."""
    assert tokens.priced(2.0, 3.0, factor, 0.5) == worth
    assert tokens.priced(2.0, 1.0, -3.0, 0.5) == 2.0  # below the least already


def test_how_far_users_of_routers_get(rng):
    p, _, _ = parameters(rng)
    T = 4
    within = Reach(
        NEST, rng.uniform(0.2, 0.5, (T, I, K * 3)), np.array([0.0, 1.0, 2.0, 3.0]),
        rng.uniform(0.1, 0.5, (T, I, K)), rng.uniform(0, 1, (I, K, S, 3, L)),
    )  # fmt: skip
    within.unlisted[2, 1, 0] = 0.0
    for k in range(K):
        maker, host = within.opened[1, k, 2, 0], within.opened[1, k, 2, 1]
        usual = within.access[2, 1, 3 * k] + within.unlisted[2, 1, k] * leaked(
            p[P.leak_developers], p
        )
        expected = np.minimum(maker / usual, 1.0) if NEST[k] == 0 else np.maximum(maker, host)
        found = [tokens.reach(1, k, l, 2, 2, within, p) for l in range(L)]  # noqa: E741
        close(found, expected)


# --- learning and own models ----------------------------------------------------------------------


@pytest.mark.parametrize("account", ["releases", "time", "peers"])
def test_news_of_chinese_models(rng, account):
    p, _, _ = parameters(rng)
    p[P.learning_stop] = [1e9, 58.0, 60.0]
    cells, counted = rng.uniform(0.5, 2, (CELLS, L)), np.array([3.0, 0.4, 25.0, 40.0])
    switches = Switches(
        **dict.fromkeys(Switches._fields, 0)
        | {"learning_by_time": int(account == "time"), "learning_by_peers": int(account == "peers")}
    )
    share, releases, gain = rng.uniform(0.1, 0.4, L), np.full(L, 7.0), np.empty(L)
    known = News(counted, share, releases, gain)
    mean = cells[by_ecosystem(W.release_rate, K) :][:K][BLOC == CHINESE].mean(axis=0)
    for t in range(4):  # the record ends with the third month
        before = releases.copy()
        share[:] = rng.uniform(0.1, 0.4, L)
        share[1] *= t != 2  # peers are none in one month
        learning.news(t, 59 + t, 2, BLOC, cells, p, switches, known)
        now = before + p[P.releases_a_month] * mean if t > 2 else np.full(L, max(counted[t], 1.0))
        last = np.full(L, 20.0) if t == 0 else before
        if account == "peers":
            now = np.maximum(100 * share, 1e-3)
            last = before if t > 1 else now
        expected = np.log(now / last)
        if account == "time":
            expected = np.full(L, -29 * 0.09 if t == 0 else 0.09)
        expected[1] = expected[1] if t == 0 else 0.0  # what is known at the start stays so
        expected[2] = expected[2] if t <= 1 else 0.0  # month 60 is the last that counts
        close(gain, expected)
        close(releases, now)


def test_who_fears_the_models_learns_less_of_them(rng):
    p, _, _ = parameters(rng)
    home = np.zeros((I, K))
    home[1, 4] = 1.0
    told = Told(home, rng.uniform(0, 1, (K, L)), rng.uniform(0, 1, (I, K, L)), rng.normal(size=L))
    learned = rng.normal(size=(I, K, L))
    before = learned.copy()
    learning.learn(1, BLOC, told, p, learned)
    usual = 1 - p[P.initial_risk] * (1 - p[P.initial_trust])
    expected = before.copy()
    expected[1, 1] += told.gain * (1 - told.risk[1] * (1 - told.trust[1, 1])) / usual
    close(learned, expected)


@pytest.mark.parametrize("raw", [0, 1])
def test_own_models_of_a_nation(rng, raw):
    p, ps, _ = parameters(rng)
    p[P.task_width] = rng.uniform(5, 9, L)
    ps[:, B.difficulty] = rng.uniform(120, 140, (S, L))
    t, bloc = 6, np.array([0, 3, 3, 3, 3])
    access = rng.uniform(0.1, 1, (I, K * 3, L))
    access[1, 6:9] = 0.0  # no way to the third
    access[1, 9:12] = 0.0
    access[1, 11, 2] = 0.5  # one way, in one lane, to the fourth
    sold = np.ones((K, 2), np.uint8)
    sold[4, 0] = 0
    own = OwnModels(
        access, np.array([[[1.4, 2.6, 0.2]], [[3.4, 2.5, 30.0]]]), rng.uniform(0.6, 1.4, (K, L)),
        rng.uniform(100, 140, (9, L)), rng.uniform(140, 150, (9, L)),
        rng.uniform(90, 120, (I, K, L)), np.full((I, K, S, L), 9.0),
    )  # fmt: skip
    before = own.level.copy()
    laboratories.at_home(1, t, bloc, sold, own, raw, Numbers(p, ps))
    expected, worth = before.copy(), np.full((I, K, S, L), 9.0)
    for k in (1, 3):
        late = np.floor(own.own_lag[1, 0] + own.delay[k] + 0.5).astype(int)
        seen = own.best_open[np.maximum(t - late, 0), np.arange(L)]
        expected[1, k] = np.maximum(before[1, k], seen)
        bar = p[P.moving_bar] * (own.frontier[t] - 143.0)
        x = (expected[1, k] - ps[:, B.difficulty] - bar) / p[P.task_width]
        felt = 1 / (1 + np.exp(-x))
        if raw:
            felt = (expected[1, k] - p[P.raw_zero]) / p[P.raw_unit]
        worth[1, k] = ps[:, B.capability_weight] * felt
    close(own.level, expected)
    close(own.worth, worth)
    index, national = rng.uniform(100, 150, (K, 2, L)), rng.uniform(0, 1, (I, K, L))
    short = np.full((I, L), 9.0)
    laboratories.lacking(bloc, index, national, own.level, short)
    behind = national * (index[:, 0] - own.level)
    close(short, behind[:, bloc == SOVEREIGN].sum(axis=1))
