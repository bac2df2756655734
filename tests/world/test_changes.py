"""What may have changed: lanes, runs of lanes and parts, found again one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import parts
from sim.scenario.parts import ACCESS, REACH
from sim.world.rules import changes
from sim.world.rules.arrays import Changes, Kinds, Span

MANY = 40
MARKS = st.lists(st.integers(0, MANY - 1), max_size=MANY)
NEST, BLOC = np.array([0, 1, 1, 1]), np.array([0, 1, 2, 1])
PARTS = parts.count(4)
US_STANCE, CN_STANCE = 1, 2


def marked(lanes):
    mark = np.zeros(MANY, np.uint8)
    mark[lanes] = 1
    return mark


def in_runs(runs, count):
    """Return the lanes in the first runs."""
    return [lane for n in range(count) for lane in range(runs[0, n], runs[1, n])]


@given(MARKS)
def test_runs_hold_the_marked_lanes_and_all_where_they_are_many(lanes):
    mark, runs = marked(lanes), np.full((2, MANY), -5)
    count = changes.collected(mark, runs)
    wanted = sorted(set(lanes))
    assert not mark.any()
    if len(wanted) * 8 > MANY:
        assert (count, runs[0, 0], runs[1, 0]) == (1, 0, MANY)
    else:
        assert in_runs(runs, count) == wanted
        assert count == sum(lane - 1 not in wanted for lane in wanted)  # neighbours are one run
    for n in range(count):
        assert changes.span(runs, n) == Span(runs[0, n], runs[1, n])
    assert changes.whole(mark) == Span(0, MANY)


def test_five_of_forty_are_few_and_six_are_many():
    for lanes, count in (([0, 2, 4, 6, 8], 5), ([0, 2, 4, 6, 8, 10], 1)):
        assert changes.collected(marked(lanes), np.zeros((2, MANY), np.int64)) == count


def test_neighbours_are_one_run():
    runs = np.zeros((2, MANY), np.int64)
    assert changes.collected(marked([3, 4, 5, 9]), runs) == 2
    assert runs[:, :2].tolist() == [[3, 9], [6, 10]]


@pytest.mark.parametrize("how", [changes.ALL, changes.SOME])
def test_what_is_noted_of_a_part_fits_the_byte_that_it_is_kept_in(how):
    assert np.full(1, how, np.uint8)[0] == how


def test_governments_that_change_places_have_turned():
    """Where stances are those felt one lane on, or by the other nation, all have turned."""
    known = world(np.random.default_rng(1))
    for one in (0, 1):
        known.stance[one] = (np.arange(MANY) + one) % 2
        known.felt[one] = 1 - known.stance[one]
    for i in range(2):
        assert changes.turns(i, known) == MANY


def world(rng, effects=3, nations=2):
    """Return what may have changed in two nations, a fifth of it at random."""

    def some(*shape):
        return (rng.uniform(size=shape) < 0.2).astype(np.uint8)

    stance = rng.integers(0, 4, (nations, MANY))
    felt = np.where(rng.uniform(size=stance.shape) < 0.9, stance, rng.integers(0, 4, stance.shape))
    loads = int(rng.integers(0, 3))
    loaded = np.zeros((2, MANY), np.int64)
    loaded[:, :2] = [[3, 20], [5, 23]]
    return Changes(
        stale=rng.integers(0, 3, (nations, PARTS)).astype(np.uint8),
        bears=some(effects, nations, PARTS) | (rng.uniform(size=(effects, 1, 1)) < 0.3),
        moved=some(effects, MANY), listed=some(4, 2), stance=stance, felt=felt, loaded=loaded,
        loads=loads, feared=False, mark=np.zeros(MANY, np.uint8),
        runs=np.zeros((2, MANY), np.int64), turned=np.full(MANY, -7),
    )  # fmt: skip


def of_part(known, i, c):
    """Return the lanes in which a part may have changed."""
    if known.stale[i, c] == changes.ALL:
        return set(range(MANY))
    if known.stale[i, c] == changes.SOME:
        felt = known.bears[:, i, c] == 1
        return set(np.flatnonzero(known.moved[felt].any(axis=0)).tolist())
    return set()


@pytest.mark.parametrize("seed", range(4))
def test_a_part_has_changed_where_an_effect_on_it_has_moved(seed):
    known = world(np.random.default_rng(seed))
    for i in range(2):
        for c in range(PARTS):
            wanted = of_part(known, i, c)
            count = changes.runs_of(i, c, known, known.runs)
            found = in_runs(known.runs, count)
            assert found == sorted(wanted) or (len(wanted) * 8 > MANY and len(found) == MANY)
            assert count == 0 or known.stale[i, c]
            known.mark[5] = 1  # what was marked before stays so
            changes.mark_part(i, c, known)
            assert set(np.flatnonzero(known.mark).tolist()) == wanted | {5}
            known.mark[:] = 0


@pytest.mark.parametrize("seed", range(4))
def test_a_government_has_turned_where_its_stance_is_not_the_one_felt(seed):
    known = world(np.random.default_rng(seed))
    for i in range(2):
        lanes = np.flatnonzero(known.stance[i] != known.felt[i]).tolist()
        assert changes.turns(i, known) == len(lanes)
        assert known.turned[: len(lanes)].tolist() == lanes
    known.felt[:] = known.stance
    assert changes.turns(1, known) == 0


def test_a_stance_with_one_bloc_hampers_the_makers_of_the_other_alone():
    found = [[bool(changes.against(held, bloc)) for bloc in range(4)] for held in range(4)]
    assert [[held, bloc] for held in range(4) for bloc in range(4) if found[held][bloc]] == [
        [US_STANCE, 1], [CN_STANCE, 0],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_ways_may_have_opened_by_access_reach_load_or_a_turn(seed):
    known, kinds = world(np.random.default_rng(seed)), Kinds(NEST, BLOC, np.zeros(4))
    foes = {0: CN_STANCE, 1: US_STANCE}
    for i in range(2):
        turned = changes.turns(i, known)
        for k in range(4):
            access, reach = len(parts.BY_ECOSYSTEM) * k + ACCESS, changes.own_parts(4) + REACH
            assert changes.part_of(k, ACCESS) == access
            wanted = of_part(known, i, access)
            some = known.stale[i, access] != 0
            if NEST[k] == 1:  # own machines
                wanted |= of_part(known, i, reach)
                some |= known.stale[i, reach] != 0
            if BLOC[k] == 1 and known.loads:
                wanted |= set(in_runs(known.loaded, known.loads))
                some = True
            foe = foes.get(int(BLOC[k]), -1)
            for lane in range(MANY):
                if (known.stance[i, lane] == foe) != (known.felt[i, lane] == foe):
                    wanted.add(lane)
                    some = True
            assert bool(changes.mark_opening(i, k, turned, known, kinds)) == some
            assert set(np.flatnonzero(known.mark).tolist()) == wanted
            known.mark[:] = 0


def test_load_is_felt_anew_above_one_alone():
    before, now = np.full(MANY, 0.5), np.full(MANY, 0.7)
    now[3], before[7], now[7] = 1.2, 1.5, 1.5
    before[9] = 1.1  # falls below one
    mark, runs = np.zeros(MANY, np.uint8), np.zeros((2, MANY), np.int64)
    count = changes.loads(now, before, mark, runs)
    assert in_runs(runs, count) == [3, 9]
    assert not mark.any()


def test_a_risk_is_felt_where_it_differs_and_noted():
    risk, felt = np.full((3, MANY), 0.4), np.full((3, MANY), 0.4)
    assert not changes.feared(risk, felt)
    risk[0, 5] = 0.5
    assert changes.feared(risk, felt)
    assert (felt == risk).all()
    assert not changes.feared(risk, felt)
