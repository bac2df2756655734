"""PRIM on planted boxes and beside the implementation of others; trees beside scikit-learn."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis import cart, prim
from sim.analysis.space import space_of

NAMES = ("x", "y", "z", "noise")


def of_numbers(names, worlds):
    """Return a space in which every factor is a number."""
    return space_of(pd.DataFrame(worlds, columns=list(names)))


def planted(seed, n=1000, error=0.0):
    """Return worlds of which those with x above 0.6 and y below 0.35 fail."""
    rng = np.random.default_rng(seed)
    worlds = rng.uniform(size=(n, 4))
    failed = (worlds[:, 0] > 0.6) & (worlds[:, 1] < 0.35)
    return of_numbers(NAMES, worlds), failed ^ (rng.uniform(size=n) < error)


def mixed(seed, n=1000, error=0.0):
    """Return worlds that fail where a policy, a switch, a month and a number come together.

    One in four has the switch on and one in five has each word.
    """
    rng = np.random.default_rng(seed)
    worlds = pd.DataFrame(
        {
            "x": rng.uniform(size=n),
            "switch": (rng.uniform(size=n) < 0.25).astype(int),
            "start": rng.choice(["2026-12", "2027-06", "2027-12", "2028-06"], n),
            "scenario": rng.choice(["one", "two", "three", "four", "five"], n),
            "noise": rng.uniform(size=n),
        }
    )
    failed = (worlds["switch"] == 1) & (worlds["x"] > 0.4) & (worlds["start"] <= "2027-12")
    failed &= worlds["scenario"].isin(["two", "four"])
    return worlds, failed.to_numpy() ^ (rng.uniform(size=n) < error)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_box_is_found(seed):
    space, failed = planted(seed)
    found = prim.search(space, failed)
    box = found.boxes[found.described]
    assert box.coverage > 0.9
    assert box.density > 0.9
    limits = found.limits(found.described).set_index("factor")
    assert float(limits.loc["x", "low"]) == pytest.approx(0.6, abs=0.04)
    assert float(limits.loc["y", "high"]) == pytest.approx(0.35, abs=0.04)
    assert limits.loc[["x", "y"], "quasi_p"].max() < 1e-6
    words = found.words()
    assert "x is at least 0.6" in words.replace("0.59", "0.6")
    assert "y is at most 0.3" in words


@pytest.mark.parametrize("seed", range(5))
def test_a_box_behind_a_switch_a_month_and_words_is_found(seed):
    worlds, failed = mixed(seed, error=0.01)
    found = prim.search(space_of(worlds), failed)
    box = found.boxes[found.described]
    assert box.coverage > 0.6
    assert box.density > 0.8
    limits = found.limits(found.described).set_index("factor")
    assert set(limits.index) >= {"x", "switch", "scenario", "start"}
    assert limits.loc["switch", "low"] == "1"
    assert limits.loc["scenario", "words"] in ("two, four", "four, two")
    assert limits.loc["start", "high"] == "2027-12"
    assert float(limits.loc["x", "low"]) == pytest.approx(0.4, abs=0.1)
    words = found.words()
    assert "scenario is two or four" in words or "scenario is four or two" in words
    assert "start is at most 2027-12" in words


def test_patience_is_not_spent_on_a_switch():
    """A switch that halves the box with a little more failure is not peeled before a number that
    gains more for each world; the plain gain would take the switch."""
    rng = np.random.default_rng(3)
    worlds = pd.DataFrame({"x": rng.uniform(size=2000), "switch": rng.integers(0, 2, 2000)})
    chance = np.where(worlds["x"] > 0.9, 0.9, 0.1) + 0.05 * worlds["switch"]
    failed = (rng.uniform(size=2000) < chance).to_numpy()
    found = prim.search(space_of(worlds), failed)
    gains = [failed[worlds["switch"] == 1].mean(), failed[worlds["x"] > 0.05].mean()]
    assert gains[0] > gains[1]
    assert found.space.axes[found.limited(1)[0]].name == "x"
    box = found.boxes[found.described]
    assert box.coverage > 0.35
    assert box.density > 0.8


def test_two_boxes_apart_are_both_found_one_after_the_other():
    rng = np.random.default_rng(5)
    values = rng.uniform(size=(1500, 3))
    first = (values[:, 0] > 0.6) & (values[:, 1] > 0.5)
    failed = first | ((values[:, 2] < 0.2) & (values[:, 0] < 0.5))
    found = prim.cover(of_numbers(("a", "b", "c"), values), failed)
    assert len(found.searches) == 2
    together = [search.boxes[search.described] for search in found.searches]
    assert all(box.density > 0.9 for box in together)
    assert sum(box.coverage for box in together) > 0.9
    table = found.table()
    assert table["box"].tolist() == list(range(len(found.places)))
    assert table["search"].tolist() == [
        n for n, one in enumerate(found.searches, start=1) for _ in one.boxes
    ]
    for number in found.described():
        search, own = found.places[number]
        assert search.boxes[own].coverage == table.loc[number, "coverage"]
    assert found.sentences()[1].startswith("of the worlds outside the boxes above, fails where")
    assert set(found.limits()["box"]) <= set(table["box"])


@given(seed=st.integers(0, 100), error=st.floats(0, 0.3))
@settings(max_examples=20, deadline=None)
def test_boxes_say_what_is_in_them(seed, error):
    """Boxes are nested while they are peeled, and hold more again while they are pasted."""
    space, failed = planted(seed, 300, error)
    found = prim.search(space, failed)
    first = found.boxes[0]
    assert first.coverage == first.mass == 1.0
    smallest = int(np.argmin([box.mass for box in found.boxes]))
    # The last may be the described one, freed of limits that may be chance.
    whole = (
        found.boxes[: found.described] if found.described == len(found.boxes) - 1 else found.boxes
    )
    for n, (before, box) in enumerate(itertools.pairwise(whole)):
        inside = box.holds(space.levels)
        np.testing.assert_array_equal(inside, found.inside(n + 1))
        assert inside.mean() == pytest.approx(box.mass)
        assert failed[inside].mean() == pytest.approx(box.density)
        assert failed[inside].sum() / failed.sum() == pytest.approx(box.coverage)
        assert n < smallest or box.density >= before.density - 1e-12
        wide, narrow = (before, box) if n < smallest else (box, before)
        assert narrow.mass < wide.mass
        assert wide.holds(space.levels)[narrow.holds(space.levels)].all()


@given(seed=st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_searches_one_after_the_other_share_no_world(seed):
    worlds, failed = mixed(seed, 300, 0.1)
    found = prim.cover(space_of(worlds), failed)
    held = np.zeros(300, int)
    for search in found.searches:
        held += search.inside(search.described)
    assert held.max() <= 1


def test_noise_gives_no_box_that_tells():
    rng = np.random.default_rng(1)
    values, failed = rng.uniform(size=(400, 3)), rng.uniform(size=400) < 0.3
    found = prim.cover(of_numbers(("a", "b", "c"), values), failed)
    assert len(found.searches) == 1
    box = found.searches[0].boxes[found.searches[0].described]
    assert box.coverage > 0.7
    assert box.density < 0.4


@pytest.mark.parametrize("seed", range(3))
def test_limits_that_may_be_chance_are_not_described(seed):
    """Sixty worlds and eight factors of which one matters: the others would be limited too."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(size=(60, 8))
    failed = (values[:, 0] < 0.3) ^ (rng.uniform(size=60) < 0.05)
    found = prim.search(of_numbers(tuple("abcdefgh"), values), failed)
    assert "(may be chance)" not in found.words()
    limits = found.limits(found.described)
    assert "a" in set(limits["factor"])
    assert (limits["quasi_p"] <= 0.05).all()
    assert len(limits) <= 2


def test_levels_that_repeat_are_peeled_whole():
    values = np.repeat([[0.0], [1.0]], 50, axis=0)
    found = prim.search(of_numbers(("switch",), values), values[:, 0] == 1.0)
    assert found.boxes[-1].density == 1.0
    assert found.words().startswith("fails where switch is at least 1")


def theirs(frame, failed):
    """Return coverage and density of the boxes of the other implementation's first search."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim as other

        known = other.Prim(frame, failed, peel_alpha=0.05, mass_min=0.05)
        return known.find_box().peeling_trajectory


def density_at(table, coverage):
    """Return the largest density among boxes that cover so much."""
    return float(table["density"][table["coverage"] >= coverage].max())


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_another_implementation(seed):
    """On noisy planted boxes density at equal coverage differs by less than 0.06."""
    space, failed = planted(seed, 1000, 0.05)
    mine = prim.search(space, failed).table()
    its = theirs(pd.DataFrame(space.levels, columns=NAMES), failed)
    for coverage in (0.9, 0.8, 0.7, 0.6):
        assert density_at(mine, coverage) == pytest.approx(density_at(its, coverage), abs=0.06)


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_another_implementation_on_switches_and_words(seed):
    worlds, failed = mixed(seed, 1000, 0.02)
    mine = prim.search(space_of(worlds), failed).table()
    its = theirs(worlds.astype(dict.fromkeys(("scenario", "start", "switch"), object)), failed)
    # Months have an order here and none there: here is at most as free, and no worse by much.
    for coverage in (0.8, 0.7, 0.6):
        assert density_at(mine, coverage) > density_at(its, coverage) - 0.06, coverage


def test_a_tree_finds_the_same():
    space, failed = planted(3)
    tree = cart.grow(space, failed)
    assert tree.axis.name in ("x", "y")
    lines = "\n".join(tree.lines())
    assert "x above 0.599: 100 % of 150 fail" in lines
    assert "y at most 0.347" in lines


def test_a_leaf_may_hold_just_the_part_that_is_asked_for():
    """Two of four worlds fail, and each leaf must hold half."""
    space = of_numbers(("x",), np.arange(4.0)[:, None])
    failed = np.array([True, True, False, False])
    split = cart.grow(space, failed, depth=1, leaf=0.5)
    assert (split.below.size, split.above.size) == (2, 2)
    assert (split.below.density, split.above.density) == (1.0, 0.0)
    assert cart.grow(space, failed, depth=1, leaf=0.75).below is None


def test_a_leaf_holds_a_twentieth_of_all_worlds_unless_told_otherwise():
    """Of a hundred worlds four fail at one end: no split may part fewer than five."""
    space = of_numbers(("x",), np.arange(100.0)[:, None])
    split = cart.grow(space, np.arange(100) < 4, depth=1)
    assert (split.limit, split.below.size) == (4.5, 5)


def test_of_equal_splits_the_first_factor_is_taken():
    space = of_numbers(("x", "y"), np.repeat(np.arange(40.0)[:, None], 2, axis=1))
    assert cart.grow(space, np.arange(40) < 20).axis.name == "x"


def box_of(space, **limits):
    """Return the sides of a box that limits some factors, and of one that limits none."""
    whole = tuple(prim._whole(axis, space.levels[:, k]) for k, axis in enumerate(space.axes))
    names = [axis.name for axis in space.axes]
    sides = list(whole)
    for name, (low, high) in limits.items():
        sides[names.index(name)] = replace(sides[names.index(name)], low=low, high=high)
    return tuple(sides), whole


def test_a_paste_adds_a_twentieth_of_the_box_at_either_end_and_the_whole_end_where_less_is_left():
    """Sixty worlds in the box: three are added at each end, of those that other limits allow."""
    worlds = np.column_stack([np.arange(100.0), np.arange(100) % 2])
    space = of_numbers(("x", "y"), np.vstack([worlds, worlds]))
    sides, whole = box_of(space, x=(20.0, 49.0))
    here = np.ones(200, bool)
    inside = here & (space.levels[:, 0] >= 20) & (space.levels[:, 0] <= 49)
    steps = list(prim._pastes(space, sides, whole, here, inside))
    assert [(k, side.low, side.high) for k, side, _ in steps] == [(0, 18.0, 49.0), (0, 20.0, 51.0)]
    assert all(others.all() for *_, others in steps)
    # Three are left below, which are all: the limit goes, though other worlds lie further out.
    here[(space.levels[:, 0] < 20)] = False
    here[[19, 119, 18]] = True
    (_, lower, _), (_, upper, _) = prim._pastes(space, sides, whole, here, inside)
    assert (lower.low, lower.high) == (0.0, 49.0)
    assert (upper.low, upper.high) == (20.0, 51.0)


def test_a_paste_adds_one_world_at_least():
    space = of_numbers(("x",), np.arange(10.0)[:, None])
    sides, whole = box_of(space, x=(4.0, 6.0))
    here = np.ones(10, bool)
    inside = sides[0].holds(space.levels[:, 0])
    found = [
        (side.low, side.high) for _, side, _ in prim._pastes(space, sides, whole, here, inside)
    ]
    assert found == [(3.0, 6.0), (4.0, 7.0)]


def test_the_box_that_is_described_has_the_largest_harmonic_mean():
    """Half of the failures at density 1 give 0.667, all of them at 0.4 give 0.571."""
    space = of_numbers(("x",), np.arange(100.0)[:, None])
    failed = np.zeros(100, bool)
    failed[:10], failed[40:50] = True, True
    found = prim.search(space, failed).table()
    means = 2 * found["coverage"] * found["density"] / (found["coverage"] + found["density"])
    assert prim.search(space, failed).described == int(means.round(12).argmax())


def test_a_box_holds_a_twentieth_of_all_worlds_unless_told_otherwise():
    space = of_numbers(("x",), np.arange(200.0)[:, None])
    assert prim.search(space, np.arange(200) < 2).table()["mass"].min() == 0.05


def test_a_tree_splits_words_into_one_and_the_others():
    worlds = pd.DataFrame({"scenario": ["a", "b", "c", "b"] * 20, "x": np.arange(80.0)})
    tree = cart.grow(space_of(worlds), (worlds["scenario"] == "b").to_numpy())
    lines = ["50 % of 80 fail", "  scenario is b: 100 % of 40 fail"]
    assert tree.lines() == [*lines, "  scenario is not b: 0 % of 40 fail"]


@pytest.mark.oracle
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_trees_agree_with_scikit_learn(depth):
    from sklearn.tree import DecisionTreeClassifier

    space, failed = planted(4, 400, 0.1)
    known = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=20, random_state=0)
    known.fit(space.levels, failed)

    def leaves(tree):
        if tree.axis is None:
            return [(tree.size, round(tree.density, 9))]
        return leaves(tree.below) + leaves(tree.above)

    mine = sorted(leaves(cart.grow(space, failed, depth=depth, leaf=0.05)))
    inner = known.tree_
    its = sorted(
        (int(inner.n_node_samples[n]), round(float(inner.value[n][0][1]), 9))
        for n in range(inner.node_count)
        if inner.children_left[n] == -1
    )
    # Splits that change nothing are made there and not here.
    assert sum(size for size, _ in mine) == sum(size for size, _ in its)
    weighted = [sum(s * d * (1 - d) for s, d in part) for part in (mine, its)]
    assert weighted[0] == pytest.approx(weighted[1], rel=1e-6)
