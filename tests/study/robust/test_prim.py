"""PRIM on planted boxes and beside the implementation of others; trees beside scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.study.robust import cart, prim

NAMES = ("x", "y", "z", "noise")


def planted(seed, n=1000, error=0.0):
    """Return worlds of which those with x above 0.6 and y below 0.35 fail."""
    rng = np.random.default_rng(seed)
    worlds = rng.uniform(size=(n, 4))
    failed = (worlds[:, 0] > 0.6) & (worlds[:, 1] < 0.35)
    return worlds, failed ^ (rng.uniform(size=n) < error)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_box_is_found(seed):
    worlds, failed = planted(seed)
    path = prim.peel(NAMES, worlds, failed)
    box = path.boxes[path.usual()]
    assert box.coverage > 0.9
    assert box.density > 0.9
    limits = path.limits(path.usual()).set_index("factor")
    assert limits.loc["x", "low"] == pytest.approx(0.6, abs=0.04)
    assert limits.loc["y", "high"] == pytest.approx(0.35, abs=0.04)
    assert limits.loc[["x", "y"], "quasi_p"].max() < 1e-6
    words = path.words()
    assert "x is at least 0.6" in words.replace("0.59", "0.6")
    assert "y is at most 0.3" in words


@given(seed=st.integers(0, 100), error=st.floats(0, 0.3))
@settings(max_examples=20)
def test_boxes_say_what_is_in_them(seed, error):
    worlds, failed = planted(seed, 300, error)
    path = prim.peel(NAMES, worlds, failed)
    first = path.boxes[0]
    assert first.coverage == first.mass == 1.0
    for before, box in zip(path.boxes, path.boxes[1:], strict=False):
        inside = box.holds(worlds)
        assert inside.mean() == pytest.approx(box.mass)
        assert failed[inside].mean() == pytest.approx(box.density)
        assert failed[inside].sum() / failed.sum() == pytest.approx(box.coverage)
        assert box.mass < before.mass
        assert before.holds(worlds)[inside].all()


def test_noise_gives_no_box_that_tells():
    rng = np.random.default_rng(1)
    worlds, failed = rng.uniform(size=(400, 3)), rng.uniform(size=400) < 0.3
    path = prim.peel(("a", "b", "c"), worlds, failed)
    box = path.boxes[path.usual()]
    assert box.coverage > 0.7
    assert box.density < 0.4


def test_levels_that_repeat_are_peeled_whole():
    worlds = np.repeat([[0.0], [1.0]], 50, axis=0)
    path = prim.peel(("switch",), worlds, worlds[:, 0] == 1.0)
    assert path.boxes[-1].density == 1.0
    assert path.words().startswith("fails where switch is at least 1")


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_another_implementation(seed):
    """On noisy planted boxes density at equal coverage differs by less than 0.08."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim as theirs

    worlds, failed = planted(seed, 1000, 0.05)
    path = prim.peel(NAMES, worlds, failed).table()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = theirs.Prim(
            pd.DataFrame(worlds, columns=NAMES), failed, peel_alpha=0.05,
            mass_min=0.05,
        )  # fmt: skip
        other = known.find_box().peeling_trajectory
    for coverage in (0.9, 0.8, 0.7, 0.6):
        mine = np.interp(-coverage, -path["coverage"], path["density"])
        its = np.interp(-coverage, -other["coverage"], other["density"])
        assert mine == pytest.approx(its, abs=0.08), coverage


def test_a_tree_finds_the_same():
    worlds, failed = planted(3)
    tree = cart.grow(NAMES, worlds, failed)
    assert tree.factor in ("x", "y")
    lines = "\n".join(tree.lines())
    assert "x above 0.599: 100 % of 150 fail" in lines
    assert "y at most 0.347" in lines


@pytest.mark.oracle
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_trees_agree_with_scikit_learn(depth):
    from sklearn.tree import DecisionTreeClassifier

    worlds, failed = planted(4, 400, 0.1)
    known = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=20, random_state=0)
    known.fit(worlds, failed)

    def leaves(tree):
        if tree.factor is None:
            return [(tree.size, round(tree.density, 9))]
        return leaves(tree.below) + leaves(tree.above)

    mine = sorted(leaves(cart.grow(NAMES, worlds, failed, depth=depth, leaf=0.05)))
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
