"""Uptake, choice, learning and own models, against their equations in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from sim.world import numerics
from sim.world.rows import B, P, Switches, W, by_ecosystem
from sim.world.rules import (
    choice,
    laboratories,
    learning,
    uptake,
)
from sim.world.rules.arrays import (
    Choice,
    Flows,
    Growth,
    News,
    Numbers,
    OwnModels,
    Told,
    Trial,
)
from tests.world.by_hand import (
    BLOC,
    CELLS,
    CHINESE,
    SOVEREIGN,
    I,
    K,
    L,
    S,
    close,
    keys,
    parameters,
    uniform,
)


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
    builders, ceiling = rng.uniform(0.1, 2, (I, L)), rng.uniform(3, 9, (I, L))
    first = np.array([[0.3, numerics.ABSENT, 0.2], [0.1, 0.2, numerics.ABSENT]])
    growth = Growth(
        builders, ceiling, rng.uniform(0.1, 0.3, (I, L)), first.copy(), rng.uniform(0, 1, (I, L)),
        rng.uniform(0, 1, (I, L)), np.array([0, 0, 2]),
    )  # fmt: skip
    builders[1, 1] = 0.0
    logsum, tried, arriving = rng.normal(size=(S, L)), rng.uniform(0, 1, L), np.empty(L)
    before, work = builders.copy(), np.full((6, L), 2 * numerics.ABSENT)  # as others left it
    for i in range(I):
        uptake.grow(i, growth, logsum, tried, arriving, work, Numbers(p, ps))
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
    uptake.grow(0, growth, logsum, tried, arriving, work, Numbers(p, ps))
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


def test_who_feared_them_wholly_from_the_start_learns_of_no_division_by_nought(rng):
    """Believing starts from nothing: what is learned is held finite, by the least of it."""
    p, _, _ = parameters(rng)
    p[P.initial_risk], p[P.initial_trust] = 1.0, 0.0
    told = Told(np.zeros((I, K)), np.ones((K, L)), np.zeros((I, K, L)), np.ones(L))
    learned = np.zeros((I, K, L))
    learning.learn(1, BLOC, told, p, learned)
    assert (learned == 0.0).all()
    told.trust[1, 1] = 0.5
    learning.learn(1, BLOC, told, p, learned)
    close(learned[1, 1], 0.5e9)


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
        had = access[1, 3 * k : 3 * k + 3].max(axis=0) > 0  # of the fourth in one lane alone
        expected[1, k] = np.where(had, np.maximum(before[1, k], seen), before[1, k])
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
    laboratories.lacking(short, bloc, index, national, own.level)
    behind = national * (index[:, 0] - own.level)
    close(short, behind[:, bloc == SOVEREIGN].sum(axis=1))
