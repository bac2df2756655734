"""Offers, routers and what is seen of the world, against their equations in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario import parts
from sim.world import numerics
from sim.world.rows import B, P
from sim.world.rules import (
    choice,
    nations,
    observe,
    offers,
    tally,
    tokens,
)
from sim.world.rules.arrays import (
    Able,
    Changes,
    Chats,
    Fond,
    Kinds,
    Liking,
    Lines,
    Menu,
    Numbers,
    Offers,
    Opened,
    Pricing,
    Reach,
    Roads,
    Served,
    Span,
    Traffic,
    Turns,
    Ways,
)
from sim.world.rules.observe import INDEPENDENT
from tests.world.by_hand import (
    BLOC,
    CHINESE,
    NEST,
    SOVEREIGN,
    I,
    K,
    L,
    S,
    close,
    leaked,
    parameters,
)


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
        maker, host, own = roads.access[1, 3 * k : 3 * k + 3]
        foe = {0: 2, 1: 1}.get(int(BLOC[k]), -1)
        maker = maker * np.where(held[1] == foe, p[P.stance_access], 1.0)
        maker = maker * roads.slowed if BLOC[k] == CHINESE else maker
        shut = NEST[k] == 0
        for s, lane in np.ndindex(S, L):
            found = offers.reached(1, k, s, lane, Kinds(NEST, BLOC, np.zeros(K)), roads, p)
            there = own[lane] * roads.facility[1, s, lane]
            close(found, (maker[lane], 0.0, 0.0) if shut else (maker[lane], host[lane], there))


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


@pytest.mark.parametrize("closed", [True, False])
def test_what_an_offer_is_worth_over_the_ways_that_there_are(rng, closed):
    """A closed ecosystem has its maker's service alone, whatever is said of other ways."""
    opened, worth = rng.uniform(0.2, 1, (I, K, S, 3, L)), rng.uniform(0.5, 2, (I, K, S, 3, 2, L))
    opened[1, 2, 0, :, 1] = 0.0  # nobody gets at it
    made = Offers(worth, np.full((I, K, S, 2, L), 8.0), np.full((I, K, S, 2, L), 8.0))
    offers.value(1, 2, 1, Span(0, L), 1.0, 0 if closed else 1, opened, made)
    by_way = opened[1, 2] * worth[1, 2, :, :, 1]  # S, 3, L
    total = by_way[:, 0] if closed else by_way.sum(axis=1)
    some = total > 0.0
    ln = np.log(np.where(some, total, 1.0))
    close(made.offered[1, 2, :, 1], np.where(some, ln, numerics.ABSENT))
    close(made.by_maker[1, 2, :, 1], np.where(some, by_way[:, 0] / np.where(some, total, 1.0), 0.0))
    assert (made.offered[:, :, :, 0] == 8.0).all()
    offers.value(1, 2, 1, Span(0, L), 0.0, 0 if closed else 1, opened, made)  # not on sale
    assert (made.offered[1, 2, :, 1] == numerics.ABSENT).all()
    assert not made.by_maker[1, 2, :, 1].any()


def test_who_must_leave_where_a_way_is_cut(rng):
    """By the part that a way had in the value of the offer that was chosen."""
    shape = (I, K, S, 3, L)
    opened, worth = rng.uniform(0.2, 1, shape), rng.uniform(0.5, 2, (I, K, S, 3, 2, L))
    anew = opened[1, 2] * rng.choice([0.0, 0.5, 1.0, 1.5], (S, 3, L))
    anew[0, :, 0] = 0.0  # no way is left
    offered = np.log(np.einsum("ikswl,ikswol->iksol", opened, worth))
    offered[1, 2, 1, :, 1] = numerics.ABSENT  # could not be had last month
    able = Able(rng.uniform(0, 2, (S, K, 2, L)), rng.uniform(0, 2, (I, K, S, L)))
    made = Offers(worth, np.empty((I, K, S, 2, L)), offered)
    for own in (False, True):
        flagship = able.home[1, 2] if own else able.cover[:, 2, 0]
        first = flagship + offered[1, 2, :, 0] >= able.cover[:, 2, 1] + offered[1, 2, :, 1]
        assert first.any()
        assert not first.all()
        of = np.where(first[:, None], worth[1, 2, :, :, 0], worth[1, 2, :, :, 1])  # S, 3, L
        had = (opened[1, 2] * of).sum(axis=1)
        gone = (np.maximum(opened[1, 2] - anew, 0.0) * of).sum(axis=1)
        expected = gone / had
        expected[1, 1] = 0.0
        leaving = np.empty((S, L))
        for s, lane in np.ndindex(S, L):
            o = offers.liked_best(1, 2, s, lane, own, able, offered)
            assert o == (0 if first[s, lane] else 1)
            now = Opened(*anew[s, :, lane])
            leaving[s, lane] = offers.lost(1, 2, s, lane, o, now, opened, made)
        close(leaving, expected)
        assert leaving[0, 0] == 1.0


def test_any_way_that_is_less_open_narrows(rng):
    opened = rng.uniform(0.2, 1, (I, K, S, 3, L))
    for s, lane in np.ndindex(S, L):
        before = opened[1, 2, s, :, lane]
        assert not offers.narrowed(1, 2, s, lane, Opened(*before), opened)
        assert not offers.narrowed(1, 2, s, lane, Opened(*(before * 1.01)), opened)
        for way in range(3):
            now = before * np.where(np.arange(3) == way, 0.99, 1.01)
            assert offers.narrowed(1, 2, s, lane, Opened(*now), opened)


def test_ways_that_close_are_closed_and_their_users_leave(rng):
    """In the lanes that may have changed, and in no others."""
    p, _, _ = parameters(rng)
    kinds = Kinds(NEST, BLOC, np.zeros(K))
    opened, worth = rng.uniform(0.5, 1, (I, K, S, 3, L)), rng.uniform(0.5, 2, (I, K, S, 3, 2, L))
    offered = np.log(np.einsum("ikswl,ikswol->iksol", opened, worth))
    ways = Ways(opened.copy(), np.full((I, S, K, L), 5.0), np.zeros(I, np.uint8))
    made = Offers(worth, np.empty((I, K, S, 2, L)), offered)
    able = Able(rng.uniform(0, 2, (S, K, 2, L)), rng.uniform(0, 2, (I, K, S, L)))
    held, felt = np.zeros((I, L), np.int64), np.zeros((I, L), np.int64)
    held[1, 2] = 2  # with China, against the makers of the United States
    lanes = np.zeros((I, L), np.int64)
    lanes[1, 0] = 2
    known = Changes(
        np.zeros((I, parts.count(K)), np.uint8), np.zeros((0, I, parts.count(K)), np.uint8),
        np.zeros((0, L), np.uint8), np.zeros((K, 2), np.uint8),
        Turns(held, felt, lanes, np.array([0, 1])), np.zeros((2, L), np.int64),
        np.zeros(1, np.int64), np.zeros(1, np.uint8), np.zeros(L, np.uint8),
        np.zeros((2, L), np.int64),
    )  # fmt: skip
    roads = Roads(np.full((I, K * 3, L), 0.4), np.ones((I, S, L)), held, np.ones(L))
    for i in range(I):
        nations.open_ways(i, known, kinds, roads, ways, made, able, p)
    assert ways.evicting.tolist() == [0, 1]
    for k, s in np.ndindex(K, S):
        if BLOC[k] != 0:
            assert (ways.opened[:, k] == opened[:, k]).all()
            continue
        assert (ways.opened[0, k] == opened[0, k]).all()
        assert (ways.opened[1, k, ..., :2] == opened[1, k, ..., :2]).all()
        now = offers.reached(1, k, s, 2, kinds, roads, p)
        assert ways.opened[1, k, s, :, 2].tolist() == list(now)
        o = offers.liked_best(1, k, s, 2, False, able, offered)
        assert ways.leaving[1, s, k, 2] == offers.lost(1, k, s, 2, o, now, opened, made)
        assert (ways.leaving[1, s, k, :2] == 5.0).all()


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
    # Nation after nation, so that the width of a block changes no bit: rounding tells the order.
    tally.chinese_load(np.array([[1.0] * L, [1.0] * L, [1e16] * L]), users)
    assert (users == 1e16 + 2).all()


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


def test_the_menu_of_a_router_at_its_prices_and_at_the_least(rng):
    p, _, _ = parameters(rng)
    p[P.ln_least_price], p[P.free_access, 1] = -0.3, 0.0  # free variants reach nobody in one lane
    p[P.task_width], p[P.router_difficulty] = 7.0, 120.0
    of, T, J = np.array([0, 1, 1, 2]), 3, 4
    lines = Lines(of, rng.uniform(0, 5, (T, J)), rng.normal(size=(T, J)),
                  rng.uniform(0.2, 1, (T, J)), rng.uniform(0.2, 1, (T, J)))  # fmt: skip
    lines.on[1, 1], lines.free[1, 2], lines.on[1, 3], lines.free[1, 3] = 0.0, 0.0, 0.0, 0.0
    own, frontier = rng.uniform(110, 140, (K, 2, L)), rng.uniform(140, 150, (T, L))
    value, gratis = np.empty((K, L)), np.empty((K, L))
    tokens.menu(1, lines, own, frontier, p, np.empty(L), value, gratis)
    bar = p[P.moving_bar] * (frontier[1] - 143.0)
    x = (own[of, 0] - lines.gap[1][:, None] - 120.0 - bar) / 7.0
    can, mu, kappa = (
        p[P.router_capability] / (1 + np.exp(-x)),
        p[P.router_variety],
        p[P.router_price],
    )
    at = np.maximum(lines.ln_price[1], -0.3)[:, None]
    on, free = lines.on[1][:, None], lines.free[1][:, None]
    given = free * p[P.free_access] ** (1 / mu) * np.exp((can + 0.3 * kappa) / mu)
    for k in range(3):
        mine = of == k
        for found, price in ((value, at), (gratis, -0.3)):
            whole = (on * np.exp((can - kappa * price) / mu) + given)[mine].sum(axis=0)
            known = mu * np.log(np.where(whole > 0, whole, 1.0))
            close(found[k], np.where(whole > 0, known, numerics.ABSENT))
    assert (value[2:] == numerics.ABSENT).all()  # no line, or none on sale
    assert (gratis[2:] == numerics.ABSENT).all()


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


def test_tokens_go_by_reach_worth_and_regard_of_nations_by_their_builders(rng):
    """A third nation has no traffic of routers; each of the others has prices of its own."""
    p, ps, _ = parameters(rng)
    nations, T, t = 3, 2, 1
    months = np.full((T, K, L), 7.0)
    traffic = Traffic(
        np.array([1.0, 0.0, 1.0]), rng.uniform(1, 5, (nations, L)),
        rng.uniform(0.0, 0.9, (nations, K * 3, L)), months[t],
    )  # fmt: skip
    fond = Fond(np.array([1.0, 0.0, 0.0, 0.0, 0.0]), *(rng.normal(size=shape) for shape in (
        (nations, K, L), (nations, K, S, L), (nations, K, L), (nations, K, L))))  # fmt: skip
    within = Reach(
        NEST, np.full((T, nations, K * 3), 0.5), np.zeros(T), np.zeros((T, nations, K)),
        rng.uniform(0.1, 0.4, (nations, K, S, 3, L)),
    )  # fmt: skip
    value = rng.normal(size=(K, L))
    menu = Menu(value, value + 2.0, np.empty((K, L)), np.empty(L))
    tokens.route(t, traffic, fond, within, menu, Numbers(p, ps))
    wanted = np.zeros((K, L))
    for i in (0, 2):
        weight = np.empty((K, L))
        for k, lane in np.ndindex(K, L):
            way = 0 if NEST[k] == 0 else 1
            worth = value[k, lane] - p[P.router_price, lane] * traffic.price[i, 3 * k + way, lane]
            felt = tokens.regarded_there(i, k, lane, INDEPENDENT, fond, Numbers(p, ps))
            got = tokens.reach(i, k, lane, t, INDEPENDENT, within, p)
            weight[k, lane] = got * np.exp(worth + felt)
        wanted += traffic.builders[i] * weight / weight.sum(axis=0)
    close(months[t], wanted)
    assert (months[0] == 7.0).all()


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


def test_answers_of_a_survey_are_the_main_ecosystem_and_what_is_tried(rng):
    _, ps, _ = parameters(rng)
    share, tried = rng.uniform(0, 1, (I, S, K, L)), rng.uniform(0, 1, L)
    met = rng.uniform(0, 1, (I, K, L))
    before = met.copy()
    observe.met_with(1, share, tried, ps, np.empty(L), met)
    main = np.einsum("sl,skl->kl", ps[:, B.answering], share[1])
    close(met[1], (before[1] + main) / (1 + tried))
    assert (met[0] == before[0]).all()
