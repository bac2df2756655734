"""Stances, and levers on drivers, against their equations in numpy."""

from __future__ import annotations

import numpy as np

from sim.scenario.drivers import NATION_FAMILIES, nation_offsets
from sim.world.rows import P, W, by_ecosystem, world_row
from sim.world.rules import (
    policy,
    schedule,
    stance,
)
from sim.world.rules.arrays import (
    Acting,
    Bases,
    Governments,
    Levers,
    Picture,
    Span,
)
from tests.world.by_hand import (
    BLOC,
    CELLS,
    I,
    K,
    L,
    S,
    close,
    gumbel,
    keys,
    leaked,
    parameters,
)


def test_a_government_takes_the_stance_with_the_largest_score(rng):
    """Every term of the score by itself, in many nations, lanes and months."""
    p, _, _ = parameters(rng)
    p[P.review_period] = [6.0, 7.0, 8.0]
    p[P.stance_peers] = [0.5, 3.0, 9.0]  # else fellows would seldom decide
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
    for i, lane in np.ndindex(nations, L):  # the parts, which seldom decide
        close(stance._use(i, lane, BLOC, seen.national), use[i, 1:, lane])
        close(stance._fellows(i, states), fellows[i])
        for option in range(4):
            found = stance._same(i, lane, option, before[i, lane], states)
            close(found, same[i, option, lane])
    score += p[P.stance_keep] * held + gumbel(stream, month)
    best = score.argmax(axis=1)
    np.testing.assert_array_equal(after, np.where(due == month, best, before))
    period = p[P.review_period].astype(int)
    np.testing.assert_array_equal(states.next_review, np.where(due == month, due + period, due))
    assert set(after[due == month]) == {0, 1, 2, 3}


def test_what_is_in_force_follows_its_course_and_the_stronger_rival(rng):
    E, N, T, many = 5, 4, 12, 40
    entry = np.array([0, 1, 2, 3, 3])
    course = np.minimum((np.arange(T) + 1) / rng.integers(1, 6, E)[:, None], 1.0)
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
    for bound, value in (("high", 0.2), ("low", 0.95)):  # of each family its own
        bounded = levers_of_nations()
        bounded.start[end + 1 :] = 1
        getattr(bounded, bound)[0] = value
        assert (in_force(bases, bounded, p, span)[0][1, 0, 1:] == value).all()
