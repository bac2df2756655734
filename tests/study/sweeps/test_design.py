"""Designs: their shapes, their balance, and what is not possible."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.errors import InputError
from sim.study.sweeps import design
from sim.study.sweeps.factors import parse_option

FLAT = [
    parse_option(f"parameters.{name}=uniform(0,1)")
    for name in ("network", "alignment_weight", "exit_penalty")
]


def columns(made):
    return np.array(made.points, dtype=float).T


def test_a_grid_is_every_combination():
    factors = [parse_option("parameters.network=1,2"), parse_option("scenario=a,b,c")]
    made = design.make(factors, "grid")
    assert made.paths == ("parameters.network", "scenario")
    assert made.points == tuple(itertools.product((1, 2), "abc"))


@given(count=st.integers(1, 60), seed=st.integers(0, 1000))
@settings(max_examples=25)
def test_a_latin_hypercube_has_one_point_in_every_stratum(count, seed):
    made = design.make(FLAT, "lhs", count, seed)
    for column in columns(made):
        assert sorted((column * count).astype(int)) == list(range(count))
    assert made.points == design.make(FLAT, "lhs", count, seed).points


@given(rank=st.floats(-0.8, 0.8), seed=st.integers(0, 50))
@settings(max_examples=15)
def test_correlations_are_met_and_levels_kept(rank, seed):
    from scipy.stats import spearmanr

    pair = ("parameters.network", "parameters.alignment_weight")
    plain = design.make(FLAT, "lhs", 400, seed)
    made = design.make(FLAT, "lhs", 400, seed, {pair: rank})
    for one, other in zip(columns(plain), columns(made), strict=True):
        np.testing.assert_array_equal(np.sort(one), np.sort(other))
    found = spearmanr(columns(made)[:2].T).statistic
    assert abs(found - rank) < 0.1


@pytest.mark.parametrize("kind", ["lhs", "sobol", "morris", "factorial"])
def test_every_seed_is_a_seed_nought_too(kind):
    names = (
        "network",
        "alignment_weight",
        "exit_penalty",
        "trial_new",
        "moving_bar",
        "small_price_fall",
    )
    factors = [parse_option(f"parameters.{name}=uniform(0,1)") for name in names]
    count = 16 if kind == "factorial" else 8
    made = [design.make(factors, kind, count, seed).points for seed in (0, 0, 1)]
    assert made[0] == made[1]
    assert kind == "factorial" or made[0] != made[2]


@pytest.mark.parametrize("count", [1, 8])
def test_the_design_for_sobol_indices_has_its_size(count):
    made = design.make(FLAT, "sobol", count, 1)
    assert len(made.points) == count * (2 * 3 + 2)
    assert 0 <= made.unit.min() <= made.unit.max() <= 1


def test_a_trajectory_of_morris_moves_one_factor_at_a_time():
    made = design.make(FLAT, "morris", 6, 1)
    assert len(made.points) == 6 * 4
    unit = made.unit.reshape(6, 4, 3)
    moved = np.abs(np.diff(unit, axis=1)) > 1e-9
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()


def test_a_full_factorial_has_both_ends_of_all():
    factors = [parse_option("parameters.network=0.2:1.6:9"), FLAT[1]]
    made = design.make(factors, "factorial")
    assert set(made.points) == {(0.2, 0.0), (0.2, 1.0), (1.6, 0.0), (1.6, 1.0)}


def test_a_fraction_is_balanced_and_frees_main_effects_of_pairs():
    names = (
        "network",
        "alignment_weight",
        "exit_penalty",
        "trial_new",
        "moving_bar",
        "small_price_fall",
    )
    factors = [parse_option(f"parameters.{name}=uniform(0,1)") for name in names]
    made = design.make(factors, "factorial", 16)
    signs = 2 * columns(made) - 1
    assert signs.shape == (6, 16)
    np.testing.assert_array_equal(signs @ signs.T, 16 * np.eye(6))
    for a, b in itertools.combinations(range(6), 2):
        np.testing.assert_array_equal(signs @ (signs[a] * signs[b]), np.zeros(6))


@pytest.mark.parametrize(
    ("factors", "kind", "count", "says"),
    [
        (FLAT, "gird", None, "did you mean 'grid'"),
        ([], "grid", None, "nothing varies"),
        (FLAT, "grid", None, "needs listed levels"),
        (FLAT[:1] * 2, "lhs", 4, "a path varies twice"),
        (FLAT, "lhs", None, "needs a number of points"),
        (FLAT, "lhs", 0, "from 1 to 1,000,000, not 0"),
        (FLAT, "morris", 1, "take 2 or more"),
        (FLAT, "sobol", 12, "take a power of two: 8 or 16"),
        ([parse_option("parameters.network=1,2")], "grid", 5, "one point for each combination"),
        (FLAT, "factorial", 3, "no fraction"),
        (
            [parse_option(f"parameters.{n}=0:1:1100") for n in ("network", "exit_penalty")],
            "grid",
            None,
            "1,210,000 points, and at most 1,000,000",
        ),
        (FLAT, "morris", 1_000_000, "points, and at most 1,000,000 are taken"),
    ],
)
def test_what_cannot_be_had_is_said(factors, kind, count, says):
    with pytest.raises(InputError) as caught:
        design.make(factors, kind, count)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ({("parameters.network", "parameters.switching_cost"): 0.5}, "does not vary"),
        ({("parameters.network", "parameters.alignment_weight"): 1.5}, "impossible"),
        (
            {
                ("parameters.network", "parameters.alignment_weight"): 0.9,
                ("parameters.network", "parameters.exit_penalty"): 0.9,
                ("parameters.alignment_weight", "parameters.exit_penalty"): -0.9,
            },
            "contradict",
        ),
    ],
)
def test_impossible_correlations_are_refused(pairs, says):
    with pytest.raises(InputError, match=says):
        design.make(FLAT, "lhs", 20, 1, pairs)


def test_only_some_designs_correlate():
    pair = {("parameters.network", "parameters.alignment_weight"): 0.5}
    with pytest.raises(InputError, match=r"a grid design has no correlations.*use lhs"):
        design.make(FLAT, "grid", None, 1, pair)


def test_points_that_are_listed_set_the_same_paths():
    with pytest.raises(InputError, match="no point to run"):
        design.listed([])
    with pytest.raises(InputError, match="point 1 sets other paths than point 0"):
        design.listed([{"parameters.network": 1.0}, {"parameters.exit_penalty": 1.0}])


def test_one_row_adds_a_design(monkeypatch):
    """Points in the corners and one in the middle: nothing else names the design."""

    def corners(factors, *_):
        ends = itertools.product(*(factor.ends() for factor in factors))
        middle = tuple(factor.at(0.5) for factor in factors)
        return design.Design("corners", tuple(f.path for f in factors), (*ends, middle))

    monkeypatch.setitem(design.KINDS, "corners", design.Kind(corners, points="none"))
    few = {"period": {"end": "2023-03"}, "nations": ["BRA", "CHN", "USA"], "extends": "baseline"}
    vary = ["parameters.network=0.2:1.6:2", "parameters.alignment_weight=0:1:2"]
    found = sim.sweep(few, vary, design="corners", runs=1)
    assert len(found.design) == 5
    assert found.manifest["asked"]["study"]["design"]["kind"] == "corners"
    with pytest.raises(InputError, match="a corners takes no number of points"):
        sim.sweep(few, vary, design="corners", points=4)
