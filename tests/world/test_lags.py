"""Which month a rule reads: what the model page says of lags, in a world with all of it on."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence.axes import STANCES
from sim.world import kernel, numerics
from sim.world.block import empty_record, prepare
from sim.world.memory import copied
from sim.world.rows import C, P, W
from tests.world import worlds

BASE, MONTHS = 4, 12
ON = {"supply": 1, "trial": 1, "stances": 1, "noise": 1, "links": 0, "raw_capability": 0}
CHINESE, FOE = 1, {0: STANCES.index("chinese"), 1: STANCES.index("us")}


@pytest.fixture(scope="module")
def months():
    """Return the drivers, the block, and the state at the start and at the end of each month."""
    drivers = worlds.toy(
        3, 5, horizon=MONTHS, last_fact=6, load_base=2.0, review_months=3,
        deployment_learning=0.05, training_lag=2.0, backfire=1.0, stance_hardware=4.0, **ON,
    )  # fmt: skip
    # No US hardware anywhere at first, and much of it a month later.
    compute = np.repeat([[0.0, 1e4]], 3, axis=0)
    drivers = worlds.with_facts(worlds.refreshed(drivers), base_month=BASE, compute=compute)
    block = prepare(drivers, 3, np.arange(2))
    record, states = empty_record(drivers, 2, MONTHS), [copied(block.state)]
    for t in range(MONTHS):
        kernel.run(block, record, t, t + 1)
        states.append(copied(block.state))
    return drivers, block, states


def pairs(states, first=0):
    """Yield position, state at the end of the month before, and at its own."""
    return ((t, states[t], states[t + 1]) for t in range(first, MONTHS))


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_load_is_that_of_last_months_users_on_this_months_compute(months):
    _, block, states = months
    z0 = block.parameters.scalar[P.load_base]
    base = states[BASE + 1]
    for t, before, now in pairs(states):
        rise = (before.users / base.users) * (base.serving / now.serving) if t > BASE else 1.0
        close(now.load, z0 * rise)
        close(now.slowed, np.minimum(1.0, 1.0 / now.load))
    assert (np.ptp([now.users for _, _, now in pairs(states, BASE)], axis=0) > 0.0).all()


def test_the_added_lag_is_that_of_this_months_compute_and_last_months_share(months):
    _, block, states = months
    chi, e = block.parameters.scalar[[P.training_lag, P.deployment_learning]]
    base = states[BASE + 1]
    for t, before, now in pairs(states):
        if t > BASE:
            lost = np.log(base.training / now.training)
            won = np.log(before.chinese_share / base.chinese_share)
            close(now.extra_lag, chi * lost - 12.0 * e * won)
            assert (won != 0.0).all() or t == BASE + 1
        else:
            close(now.extra_lag, 0.0)


def test_chinese_output_grows_by_what_was_unmet_in_the_twelve_months_before(months):
    _, block, states = months
    p = block.parameters.scalar
    for _, before, now in pairs(states):
        rate = p[P.output_growth] + p[P.backfire] * before.unmet.mean(axis=0)
        grown = np.minimum(now.cells[W.output_cap], before.output * np.exp(rate / 12.0))
        close(now.output, grown)
        abroad = np.minimum(now.cells[W.exported], before.output)
        wish = now.wanted[2] * now.cells[W.demand + 2]
        bought = now.compute[2, 1] - before.compute[2, 1] * p[P.stock_keep]
        np.testing.assert_allclose(bought, np.minimum(wish, abroad), rtol=1e-6)
    assert (states[1].unmet != states[0].unmet).any()


def test_a_government_sees_last_months_shares_and_stances_and_this_months_hardware(months):
    drivers, block, states = months
    f, p, turned, otherwise = drivers.facts, block.parameters.scalar, 0, 0
    weights = "stance_align", "stance_offer", "stance_use", "stance_hardware", "stance_peers"
    align, offer, use, hardware, peers = (p[getattr(P, name)] for name in weights)
    for t, before, now in pairs(states):
        chips, old = (x.compute / x.compute.sum(axis=1, keepdims=True) for x in (now, before))
        for i, lane in np.ndindex(now.stance.shape):
            held = before.stance[i, lane]
            if before.next_review[i, lane] != f.months[t]:
                assert now.stance[i, lane] == held
                continue
            scores, older = np.zeros((2, len(STANCES)))
            for option in range(len(STANCES)):
                bloc = (None, 0, 1, 3)[option]
                side = {1: 1.0, 2: -1.0}.get(option, 0.0)
                fellows = [
                    before.stance[j, lane] == option
                    for m in np.flatnonzero(f.membership[i])
                    for j in np.flatnonzero(f.membership[:, m])
                    if j != i
                ]
                gumbel = numerics.gumbel(block.keys.stance[i, option, lane], int(f.months[t]))
                scores[option] = (
                    align[lane] * f.alignment[i] * side
                    + offer[lane] * now.offer[i, option, lane]
                    + use[lane] * before.national[i, f.bloc == bloc, lane].sum()
                    + peers[lane] * (np.mean(fellows) if fellows else 0.0)
                    + p[P.stance_keep, lane] * (option == held)
                    + gumbel
                )
                for of, share in ((older, old), (scores, chips)):
                    mine = share[f.pool[i], option - 1, lane] if side else 0.0
                    of[option] = scores[option] + hardware[lane] * mine
            assert now.stance[i, lane] == scores.argmax()
            turned += now.stance[i, lane] != held
            otherwise += now.stance[i, lane] != older.argmax()
    assert turned > 3
    assert otherwise > 0


def test_a_stance_narrows_the_makers_way_from_the_next_month_on(months):
    drivers, block, states = months
    f, p = drivers.facts, block.parameters.scalar
    for _, before, now in pairs(states):
        for k, bloc in enumerate(f.bloc.tolist()):
            against = before.stance == FOE.get(bloc, -1)
            open_way = now.access[:, 3 * k] * np.where(against, p[P.stance_access], 1.0)
            open_way *= now.slowed if bloc == CHINESE else 1.0
            for s in range(now.opened.shape[2]):
                close(now.opened[:, k, s, 0], open_way)


def test_builders_grow_from_last_months_adoption_and_not_past_the_ceiling(months):
    _, _, states = months
    for _, before, now in pairs(states):
        some = before.ceiling > 0.0
        close(now.adopted[some], (before.builders / np.where(some, before.ceiling, 1.0))[some])
        assert (now.builders >= before.builders).all()
        assert (now.builders <= now.ceiling + 1e-9).all()


def test_without_chance_a_jump_on_record_still_draws_attention_when_it_is_met():
    """The frontier's mean rise after the facts is too small for that."""
    last, jump, T = 10, 8, 60
    drivers = worlds.toy(0, 1, 5, 1, horizon=T, last_fact=last, drawn=False, noise=0, supply=0)
    f = drivers.facts
    frontier = np.where(np.arange(T) < jump, 140.0, 146.0)
    index = np.repeat(np.full((T, 5), 140.0)[..., None], 2, axis=2)
    drivers = worlds.with_facts(
        drivers, frontier=frontier, capability=index, on_sale=np.ones_like(f.on_sale),
        notable=np.zeros_like(f.notable),
    )  # fmt: skip
    block = prepare(worlds.refreshed(drivers), 1, np.arange(1))
    record, p = empty_record(drivers, 1, 0), block.parameters.scalar[:, 0]
    drawn = np.zeros((T, 5))
    for t in range(T):
        faded = p[P.attention_memory] * block.state.attention[:, 0]
        kernel.run(block, record, t, t + 1)
        drawn[t] = block.state.attention[:, 0] - faded
    for k in range(5):
        lag, rate = block.parameters.ecosystem[k, [C.lag, C.release_rate], 0]
        met = max(jump + int(np.floor(lag + 1.0 / rate - 1.0 + 0.5)), last + 1)
        assert np.flatnonzero(drawn[:, k] > 1e-12).tolist() == [met]
        close(drawn[met, k], p[P.attention_median])
