"""What may have changed: lanes, runs of lanes and parts, found again one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import parts
from sim.scenario.parts import ACCESS, REACH, TERMS
from sim.world.rules import changes
from sim.world.rules.arrays import Changes, Felt, Kinds, Span, Turns

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
        known.turns.stance[one] = (np.arange(MANY) + one) % 2
        known.turns.felt[one] = 1 - known.turns.stance[one]
    changes.sense(calm(), known)
    assert known.turns.many.tolist() == [MANY, MANY]


def world(rng, effects=3, nations=2):
    """Return what may have changed in two nations, a fifth of it at random."""

    def some(*shape):
        return (rng.uniform(size=shape) < 0.2).astype(np.uint8)

    stance = rng.integers(0, 4, (nations, MANY))
    felt = np.where(rng.uniform(size=stance.shape) < 0.9, stance, rng.integers(0, 4, stance.shape))
    lanes, many = np.full((nations, MANY), -7), np.zeros(nations, np.int64)
    loaded = np.zeros((2, MANY), np.int64)
    loaded[:, :2] = [[3, 20], [5, 23]]
    return Changes(
        stale=rng.integers(0, 3, (nations, PARTS)).astype(np.uint8),
        bears=some(effects, nations, PARTS) | (rng.uniform(size=(effects, 1, 1)) < 0.3),
        moved=some(effects, MANY), listed=some(4, 2), turns=Turns(stance, felt, lanes, many),
        loaded=loaded, loads=rng.integers(0, 3, 1), feared=np.zeros(1, np.uint8),
        mark=np.zeros(MANY, np.uint8), runs=np.zeros((2, MANY), np.int64),
    )  # fmt: skip


def calm():
    """Return a month in which no load and no risk is felt anew."""
    return Felt(np.ones(MANY), np.ones(MANY), np.zeros((1, MANY)), np.zeros((1, MANY)))


def turned(known):
    """Write the lanes in which governments have turned, and leave the loads as they are."""
    loads, loaded = known.loads.copy(), known.loaded.copy()
    changes.sense(calm(), known)
    assert known.loads[0] == 0
    known.loads[:], known.loaded[:] = loads, loaded


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
    turns = known.turns
    turned(known)
    for i in range(2):
        lanes = np.flatnonzero(turns.stance[i] != turns.felt[i]).tolist()
        assert turns.many[i] == len(lanes)
        assert turns.lanes[i, : len(lanes)].tolist() == lanes
    turns.felt[:] = turns.stance
    turned(known)
    assert turns.many.tolist() == [0, 0]


def test_a_stance_with_one_bloc_hampers_the_makers_of_the_other_alone():
    found = [[bool(changes.against(held, bloc)) for bloc in range(4)] for held in range(4)]
    assert [[held, bloc] for held in range(4) for bloc in range(4) if found[held][bloc]] == [
        [US_STANCE, 1], [CN_STANCE, 0],
    ]  # fmt: skip


@pytest.mark.parametrize("also", [ACCESS, TERMS])
@pytest.mark.parametrize("seed", range(12))
def test_ways_may_have_opened_by_access_reach_load_or_a_turn(seed, also):
    """And what is offered is worth something else where its terms have changed too."""
    known, kinds = world(np.random.default_rng(seed)), Kinds(NEST, BLOC, np.zeros(4))
    if seed % 3 == 0:  # governments alone have turned, as in most months
        known.stale[:], known.loads[0] = 0, 0
    foes, (stance, felt) = {0: CN_STANCE, 1: US_STANCE}, known.turns[:2]
    turned(known)
    for i, k in np.ndindex(2, 4):
        access, reach = len(parts.BY_ECOSYSTEM) * k + ACCESS, changes.own_parts(4) + REACH
        assert changes.part_of(k, ACCESS) == access
        wanted = of_part(known, i, access)
        if NEST[k] == 1:  # own machines
            wanted |= of_part(known, i, reach)
        wanted |= of_part(known, i, changes.part_of(k, also))
        if BLOC[k] == 1:
            wanted |= set(in_runs(known.loaded, known.loads[0]))
        foe = foes.get(int(BLOC[k]), -1)
        turning = set(np.flatnonzero((stance[i] == foe) != (felt[i] == foe)).tolist())
        wanted |= turning
        count = changes.openings(i, k, changes.part_of(k, also), known, kinds)
        found = in_runs(known.runs, count)
        assert found == sorted(wanted) or (len(wanted) * 8 > MANY and len(found) == MANY)
        assert not known.mark.any()


def test_load_is_felt_anew_above_one_alone():
    before, now = np.full(MANY, 0.5), np.full(MANY, 0.7)
    now[3], before[7], now[7] = 1.2, 1.5, 1.5
    before[9] = 1.1  # falls below one
    known = world(np.random.default_rng(0))
    changes.sense(calm()._replace(load=now, load_before=before), known)
    assert in_runs(known.loaded, known.loads[0]) == [3, 9]
    assert not known.mark.any()


def test_a_risk_is_felt_where_it_differs_and_noted():
    risk, felt = np.full((3, MANY), 0.4), np.full((3, MANY), 0.4)
    known, month = world(np.random.default_rng(0)), calm()._replace(risk=risk, risk_felt=felt)
    changes.sense(month, known)
    assert known.feared[0] == 0
    risk[0, 5] = 0.5
    changes.sense(month, known)
    assert known.feared[0] == 1
    assert (felt == risk).all()
    changes.sense(month, known)
    assert known.feared[0] == 0
