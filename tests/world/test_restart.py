"""Restart: a run that goes on from a month of another one has the same bits as a whole one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import RunError
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import World, kernel, simulate, streams
from sim.world.block import Record, empty_record, prepare
from sim.world.happened import ARRAYS
from sim.world.memory import WITHOUT_LANES
from sim.world.partings import Branch, course, parting, plan, walk
from sim.world.restart import fork, write_past
from sim.world.state import COMPUTED_AGAIN, TRAITS, State
from sim.world.trajectory import simulate_together
from tests.world import worlds

VIEWED = 42


def of(name, *more):
    return compiled(load(name, [("focus", "IND"), *more]))


def less(name, *ids):
    """Return a scenario's drivers without some of its levers."""
    document = load(name).document()
    document["levers"] = [entry for entry in document["levers"] if entry["id"] not in ids]
    return compiled(load(document))


def whole(drivers, seed, replicates):
    block = prepare(drivers, seed, np.asarray(replicates))
    record = empty_record(drivers, len(replicates), VIEWED)
    kernel.run(block, record, 0, drivers.facts.months.size)
    return block.state, record


def require_equal(ours, theirs):
    for name, a, b in zip(ours._fields, ours, theirs, strict=True):
        assert np.array_equal(a, b), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lanes"),
    [("rand_package", 1), ("rand_package", 5), ("beijing_closes", 3), ("hedge", 2)],
)
def test_a_snapshot_of_every_month_goes_on_to_the_same_bits(name, lanes):
    """A run in which every month is done by the copy of the last, beside one that never stops."""
    drivers, replicates = of(name), np.arange(3, 3 + lanes)
    block, record = prepare(drivers, 7, replicates), empty_record(drivers, lanes, VIEWED)
    plain, expected = prepare(drivers, 7, replicates), empty_record(drivers, lanes, VIEWED)
    for t in range(drivers.facts.months.size):
        before = block
        block, its_record = before.snapshot(), empty_record(drivers, lanes, VIEWED)
        write_past(its_record, record, t)
        for values in before.state:
            np.asarray(values)[...] = 0  # what was copied from is of no use any more
        record = its_record
        for one, written in ((block, record), (plain, expected)):
            kernel.run(one, written, t, t + 1)
        require_equal(block.state, plain.state)
    require_equal(record, expected)


def test_every_array_of_the_state_has_its_lanes_last():
    """By which lanes are picked; a number of lanes that no other axis has."""
    lanes = 13
    state = prepare(of("baseline"), 1, np.arange(lanes)).state
    without = {name for name in State._fields if getattr(state, name).shape[-1] != lanes}
    assert without == WITHOUT_LANES


def spoilt(block, *names):
    """Return a copy of a block that has forgotten some arrays of its state."""
    copy = block.snapshot()
    for name in names:
        values = getattr(copy.state, name)
        # Where a nation's flag says that some had to leave, who they were is forgotten first.
        other = 1 if name == "evicting" else 1 - values
        values[...] = np.nan if values.dtype.kind == "f" else other
    return copy


@pytest.fixture(scope="module")
def halfway():
    """A block in which all is computed again each month, and its next 28 months.

    In the first of these most nations lose a way to some ecosystem.
    """
    drivers = of("rand_package", ("parameters.deployment_learning", 0.1))
    raised = {name: np.ones_like(getattr(drivers.facts, name)) for name in ("stale", "listed")}
    drivers = worlds.with_facts(drivers, **raised)
    block, record = prepare(drivers, 1, np.arange(2)), empty_record(drivers, 2, VIEWED)
    kernel.run(block, record, 0, 41)
    expected = empty_record(drivers, 2, VIEWED)
    kernel.run(block.snapshot(), expected, 41, 69)
    return block, expected


def from_there(block):
    """Return what the 28 months after them leave behind."""
    record = empty_record(block.watch.drivers, 2, VIEWED)
    kernel.run(block, record, 41, 69)
    return record


def same(one, other):
    names = [name for name in Record._fields if name not in {"visits", "firms", "derived"}]
    return all(
        np.array_equal(getattr(one, name)[41:69], getattr(other, name)[41:69]) for name in names
    ) and np.array_equal(one.visits[41:], other.visits[41:])


def test_what_is_computed_again_can_be_forgotten(halfway):
    block, expected = halfway
    assert same(from_there(spoilt(block, *COMPUTED_AGAIN)), expected)


@pytest.mark.parametrize("name", sorted({*State._fields} - COMPUTED_AGAIN))
def test_what_is_state_or_a_trait_cannot(halfway, name):
    block, expected = halfway
    with np.errstate(all="ignore"):
        assert not same(from_there(spoilt(block, name)), expected)


def test_a_trait_never_changes():
    drivers = of("rand_package")
    block, record = prepare(drivers, 1, np.arange(2)), empty_record(drivers, 2, VIEWED)
    first = block.snapshot()
    kernel.run(block, record, 0, 60)
    for name in State._fields:
        unchanged = np.array_equal(getattr(block.state, name), getattr(first.state, name))
        assert unchanged or name not in TRAITS, name


def test_scenarios_that_part_share_their_history_to_the_bit():
    package = of("rand_package")
    all_of_them = [
        of("baseline"), package, of("rand_package", ("levers.us_nairr_scaleup.strength", 0.1)),
        less("rand_package", "us_nairr_scaleup"), less("rand_package", "us_public_open_lab"),
        of("baseline", ("parameters.network", 1.0)), of("beijing_closes"),
    ]  # fmt: skip
    replicates = np.arange(5)
    done = dict(simulate_together(all_of_them, seed=3, replicates=replicates))
    assert sorted(done) == list(range(len(all_of_them)))
    for place, drivers in enumerate(all_of_them):
        alone = simulate(drivers, seed=3, replicates=replicates)
        for name in ARRAYS:
            assert np.array_equal(getattr(done[place], name), getattr(alone, name)), (place, name)


def test_what_is_not_asked_for_is_run_no_further_than_the_rest_needs(monkeypatch):
    spans = []
    run = kernel.run

    def watched(block, record, first, last):
        spans.append(last - first)
        run(block, record, first, last)

    monkeypatch.setattr(kernel, "run", watched)
    both = [of("baseline"), of("rand_package")]
    first = parting(*map(course, both))
    done = dict(simulate_together(both, seed=1, replicates=np.arange(2), asked={1}))
    assert list(done) == [1]
    assert spans == [first, both[1].facts.months.size - first]


def test_the_month_of_parting_is_that_of_the_first_effect_in_which_two_differ():
    base, package = of("baseline"), of("rand_package")
    rows = (package.schedule.in_force(e) for e in range(package.effects.operation.size))
    begins = [int(np.argmax(ramp > 0)) for ramp in rows if (ramp > 0).any()]
    assert parting(course(base), course(package)) == min(begins)
    assert parting(course(package), course(of("rand_package"))) == package.facts.months.size
    assert parting(course(base), course(of("baseline", ("parameters.network", 1.0)))) == 0
    assert parting(course(base), course(of("baseline", ("parameters.supply", 0)))) == 0
    assert parting(course(base), course(of("baseline", ("period.end", "2030-12")))) == 0


def test_levers_that_end_at_other_times_part_when_the_first_of_them_ends():
    def ending(month):
        entry = {"id": "us_nairr_scaleup", "strength": "high", "start": "2026-10", "end": month}
        return compiled(load({"extends": "baseline", "name": "x", "levers": [entry]}))

    early, late = ending("2030-06"), ending("2033-06")
    count = early.effects.operation.size
    differing = np.any(
        [early.schedule.in_force(e) != late.schedule.in_force(e) for e in range(count)], axis=0
    )
    assert parting(course(early), course(late)) == int(np.argmax(differing)) > 80


@given(seed=st.integers(0, 10_000), effects=st.integers(1, 12), data=st.data())
@settings(max_examples=25)
def test_random_small_worlds_go_on_from_any_month_with_any_lanes(seed, effects, data):
    """A world without levers until some month, then with: lanes picked, turned and repeated."""
    length = 24
    drivers = worlds.refreshed(worlds.toy(seed, 3, 7, 3, effects, length, 14))
    replicates = np.array([4, 0, 9])
    at = data.draw(st.integers(1, length - 1))
    lanes = np.array(data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=5)))
    block, record = prepare(drivers, seed, replicates), empty_record(drivers, 3, VIEWED)
    kernel.run(block, record, 0, at)
    run = streams.run_keys(seed, replicates[lanes])
    other, its_record = fork(block, drivers, run, lanes), empty_record(drivers, lanes.size, VIEWED)
    write_past(its_record, record, at, lanes)
    kernel.run(other, its_record, at, length)
    _, expected = whole(drivers, seed, replicates[lanes])
    for name in Record._fields:
        assert np.array_equal(getattr(its_record, name), getattr(expected, name)), name


def test_each_goes_on_from_the_one_with_which_it_parts_last():
    base, package = of("baseline"), of("rand_package")
    without = less("rand_package", "us_nairr_scaleup")
    courses = [course(each) for each in (base, package, without, base)]
    (root,) = plan(courses)
    assert isinstance(root, Branch)
    assert [(each.number, each.first) for each in walk([root])] == [
        (0, 0), (1, parting(courses[0], courses[1])), (2, parting(courses[1], courses[2])),
        (3, base.facts.months.size),
    ]  # fmt: skip


def test_a_world_goes_on_from_a_snapshot_of_another():
    base, package = of("baseline"), of("rand_package")
    world = World(base, seed=2, replicate=4)
    world.run_to("2026-03")
    taken = world.snapshot()
    world.run_to("2026-09")  # the snapshot is a copy
    other = World(package, seed=2, replicate=4)
    other.restore(taken)
    assert other.month == "2026-03"
    other.run_to("2028-06")
    whole_run = World(package, seed=2, replicate=4)
    whole_run.run_to("2028-06")
    for name in State._fields:
        assert np.array_equal(getattr(other.state, name), getattr(whole_run.state, name)), name
    for name in Record._fields:
        a, b = (getattr(each.record, name)[: other.t + 1] for each in (other, whole_run))
        assert np.array_equal(a, b), name


@pytest.mark.parametrize(
    ("name", "seed", "until", "words"),
    [
        ("baseline", 9, "2025-01", "seed 9"),
        ("rand_package", 2, "2030-01", "parts from this one in 20"),
        ("deepseek_hindcast", 2, "2025-01", "differs in more than levers"),
    ],
)
def test_a_snapshot_of_another_history_is_refused(name, seed, until, words):
    world = World(of(name), seed=seed)
    world.run_to(until)
    taken = world.snapshot()
    other = World(of("baseline"), seed=2)
    with pytest.raises(RunError, match=words):
        other.restore(taken)
    assert other.t == -1
