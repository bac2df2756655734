"""Indices against published values, through the designs and the code that studies use."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis import indices
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError, RunError
from sim.study.sweeps import design
from sim.study.sweeps.factors import parse_option
from sim.study.sweeps.study import of_options
from tests.study.sweeps.conftest import SMALL

THREE = [
    parse_option(f"parameters.{name}=uniform(0,1)")
    for name in ("network", "alignment_weight", "exit_penalty")
]
PATHS = tuple(factor.path for factor in THREE)


def ishigami(unit):
    """Return Ishigami and Homma's function (1990) with a = 7, b = 0.1."""
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def by_kind(found, kind):
    return {index.factor: index for index in found if index.kind == kind}


@pytest.mark.oracle
def test_ishigami_has_its_published_indices():
    """Analytic values: S 0.3139, 0.4424, 0; T 0.5576, 0.4424, 0.2437; S13 0.2437."""
    made = design.make(THREE, "sobol", 4096, 1)
    found = indices.indices("sobol", made.unit, PATHS, ishigami(made.unit), 1)
    first, total, second = (by_kind(found, kind) for kind in ("S1", "ST", "S2"))
    for path, s, t in zip(PATHS, (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437), strict=True):
        assert first[path].value == pytest.approx(s, abs=0.01)
        assert total[path].value == pytest.approx(t, abs=0.01)
        assert first[path].low <= s <= first[path].high
        assert total[path].low <= t <= total[path].high
    assert second[f"{PATHS[0]} x {PATHS[2]}"].value == pytest.approx(0.2437, abs=0.02)
    assert second[f"{PATHS[0]} x {PATHS[1]}"].value == pytest.approx(0.0, abs=0.02)


@pytest.mark.oracle
def test_scipy_gives_the_same_on_the_same_function():
    from scipy.stats import sobol_indices, uniform

    other = sobol_indices(
        func=lambda x: ishigami(x.T), n=4096, dists=[uniform()] * 3, rng=np.random.default_rng(1)
    )
    made = design.make(THREE, "sobol", 4096, 1)
    found = indices.indices("sobol", made.unit, PATHS, ishigami(made.unit), 1)
    first = [index.value for index in found if index.kind == "S1"]
    total = [index.value for index in found if index.kind == "ST"]
    np.testing.assert_allclose(first, other.first_order, atol=0.02)
    np.testing.assert_allclose(total, other.total_order, atol=0.02)


@pytest.mark.slow
@pytest.mark.oracle
def test_scipy_gives_the_same_on_the_model_itself(tmp_path):
    """The same points of the model, its outcomes handed to scipy's estimator."""
    from scipy.stats import sobol_indices

    vary = ("parameters.network=uniform(0,3)", "parameters.nest_dissimilarity=uniform(0.25,1)")
    study = of_options(
        SMALL, vary, kind="sobol", count=64, runs=4, seed=3,
        outcomes=Outcomes(metrics=("share.bloc_us",), groups=("world",), months="end"),
    )  # fmt: skip
    found = sim.sensitivity(study, out=tmp_path)
    made = study.points()
    ((_, by_run),) = indices.by_outcome(found.sweep.outcomes)
    values = by_run.mean(axis=1)
    # Saltelli's order of a base point: A, AB of each factor, BA of each factor, B.
    k, n = 2, 64
    order = values.reshape(n, 2 * k + 2)
    a, ab, b = order[:, 0], order[:, 1 : k + 1].T, order[:, -1]
    given = {"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}
    other = sobol_indices(func=given, n=n)
    table = found.table.set_index(["index", "factor"])["value"]
    np.testing.assert_allclose(table["S1"].loc[list(made.paths)], other.first_order, atol=0.05)
    np.testing.assert_allclose(table["ST"].loc[list(made.paths)], other.total_order, atol=0.05)


@pytest.mark.oracle
def test_the_g_function_of_sobol():
    """First order ``1 / (3 (1 + a)^2) / V`` in closed form."""
    a = np.array([0.0, 1.0, 9.0])
    made = design.make(THREE, "sobol", 4096, 2)
    values = np.prod((np.abs(4 * made.unit - 2) + a) / (1 + a), axis=1)
    part = 1 / (3 * (1 + a) ** 2)
    expected = part / (np.prod(1 + part) - 1)
    found = by_kind(indices.indices("sobol", made.unit, PATHS, values, 1), "S1")
    for path, value in zip(PATHS, expected, strict=True):
        assert found[path].value == pytest.approx(value, abs=0.02)


def test_morris_finds_the_slopes_of_a_line_and_no_spread():
    made = design.make(THREE, "morris", 20, 1)
    slopes = np.array([3.0, -2.0, 0.0])
    found = indices.indices("morris", made.unit, PATHS, made.unit @ slopes, 1)
    for path, slope in zip(PATHS, slopes, strict=True):
        assert by_kind(found, "mu")[path].value == pytest.approx(slope, abs=1e-9)
        assert by_kind(found, "mu_star")[path].value == pytest.approx(abs(slope), abs=1e-9)
        assert by_kind(found, "sigma")[path].value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("kind", ["sobol", "morris"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_seed_gives_the_same_intervals_each_time(kind, seed):
    """Seed nought too, and whatever state the global generator is in."""
    made = design.make(THREE, kind, 16, 1)
    found = []
    for state in (1, 2):
        np.random.seed(state)  # noqa: NPY002 - the state that must not matter
        found.append(indices.indices(kind, made.unit, PATHS, ishigami(made.unit), seed))
    assert found[0] == found[1]


@pytest.mark.oracle
def test_estimates_are_those_of_the_package():
    """And so are intervals of one run a point, but for other draws of the bootstrap."""
    from SALib.analyze import morris, sobol

    made = design.make(THREE, "sobol", 256, 1)
    values = ishigami(made.unit)
    found = indices.indices("sobol", made.unit, PATHS, values, 1)
    known = sobol.analyze(design.problem(3), values, num_resamples=400, seed=1)
    for kind in ("S1", "ST"):
        mine = by_kind(found, kind)
        np.testing.assert_allclose([mine[p].value for p in PATHS], known[kind], atol=1e-12)
        halves = [(mine[p].high - mine[p].low) / 2 for p in PATHS]
        np.testing.assert_allclose(halves, known[f"{kind}_conf"], rtol=0.3, atol=0.01)
    pairs = by_kind(found, "S2")
    assert pairs[f"{PATHS[0]} x {PATHS[2]}"].value == pytest.approx(known["S2"][0, 2])
    made = design.make(THREE, "morris", 40, 1)
    values = ishigami(made.unit)
    found = indices.indices("morris", made.unit, PATHS, values, 1)
    known = morris.analyze(design.problem(3), made.unit, values, seed=1)
    for kind in ("mu_star", "mu", "sigma"):
        mine = by_kind(found, kind)
        np.testing.assert_allclose([mine[p].value for p in PATHS], known[kind], atol=1e-9)


@pytest.mark.parametrize("kind", ["sobol", "morris"])
def test_intervals_hold_the_noise_of_runs(kind):
    """Four runs whose common noise differs by point: wider than where runs agree."""
    made = design.make(THREE, kind, 128, 1)
    rng = np.random.default_rng(1)
    line = made.unit @ np.array([3.0, 2.0, 1.0])
    # Each run has slopes of its own, so that which runs were drawn moves every index.
    slopes = rng.normal(0.0, 1.5, (3, 4))
    by_run = line[:, None] + made.unit @ (slopes - slopes.mean(axis=1, keepdims=True))
    name = "ST" if kind == "sobol" else "mu_star"
    widths = []
    for values in (line, by_run):
        found = by_kind(indices.indices(kind, made.unit, PATHS, values, 1), name)
        widths.append(found[PATHS[0]].high - found[PATHS[0]].low)
    assert widths[1] > 2 * widths[0] + 0.01


def test_one_base_point_has_no_interval_and_is_refused(tmp_path):
    vary = ["parameters.network=uniform(0,3)", "parameters.nest_dissimilarity=uniform(0.25,1)"]
    with pytest.raises(InputError, match="without an interval"):
        sim.sensitivity(SMALL, vary, design="sobol", points=1, out=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("kind", "of_one"), [("sobol", 8), ("morris", 4)])
def test_two_base_points_are_enough_and_one_world_fewer_is_not(kind, of_one):
    """Three factors: 2 k + 2 worlds of a base point by Sobol', k + 1 by Morris."""
    indices.require_spread(kind, 2 * of_one, 3)
    with pytest.raises(InputError, match="without an interval"):
        indices.require_spread(kind, 2 * of_one - 1, 3)


def test_the_spread_of_morris_is_that_of_the_effects():
    """``x**2`` has effects of its own in each trajectory: their sd, and half-widths by hand.

    Of 40 seeds, whose mean half-width has a standard error of about 1 %.
    """
    made = design.make(THREE, "morris", 4, 1)
    values = made.unit[:, 0] ** 2 + made.unit[:, 1]
    found = indices.indices("morris", made.unit, PATHS, values, 1)
    at = made.unit.reshape(-1, 4, 3)
    effects = []
    for path in at:
        (step,) = np.flatnonzero(np.diff(path[:, 0]))
        effects.append(path[step, 0] + path[step + 1, 0])  # of x**2, by the change of x
    assert by_kind(found, "sigma")[PATHS[0]].value == pytest.approx(np.std(effects, ddof=1))
    assert by_kind(found, "mu")[PATHS[0]].value == pytest.approx(np.mean(effects))
    again = [np.std(some, ddof=1) for some in itertools.product(effects, repeat=4)]  # all there are
    halves = []
    for seed in range(40):
        again_by = indices.indices("morris", made.unit, PATHS, values, seed)
        wide = by_kind(again_by, "sigma")[PATHS[0]]
        halves.append((wide.high - wide.low) / 2)
    assert np.mean(halves) == pytest.approx(1.96 * np.std(again), rel=0.05)


def test_what_does_not_vary_has_no_index():
    made = design.make(THREE, "sobol", 8, 1)
    assert indices.indices("sobol", made.unit, PATHS, np.full(len(made.points), 0.3), 1) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_by_its_point(bad):
    made = design.make(THREE, "sobol", 8, 1)
    values = ishigami(made.unit)
    values[5] = bad
    with pytest.raises(RunError, match="point 5 is not a finite number"):
        indices.indices("sobol", made.unit, PATHS, values, 1)


def test_outcomes_stand_by_point_and_run():
    rows = [
        {"point": p, "run": r, "metric": "share.cn_open", "group": "world", "month": "2030-12",
         "value": 10 * p + r} for r in (7, 3) for p in (1, 0, 2)
    ]  # fmt: skip
    ((key, found),) = indices.by_outcome(pd.DataFrame(rows))
    assert key == ("share.cn_open", "world", "2030-12")
    assert found.tolist() == [[3.0, 7.0], [13.0, 17.0], [23.0, 27.0]]


def test_what_is_missing_is_refused_by_name():
    rows = [
        {"point": p, "run": 0, "metric": "share.cn_open", "group": "world", "month": "2030-12",
         "value": 0.1 * p} for p in (0, 1, 3)
    ]  # fmt: skip
    with pytest.raises(RunError, match=r"share\.cn_open of world in 2030-12 is missing at point 2"):
        list(indices.by_outcome(pd.DataFrame(rows)))


def test_intervals_too_wide_to_rank_are_told():
    made = design.make(THREE, "sobol", 4, 1)
    assert "cannot be ranked" in indices.unranked(
        indices.indices("sobol", made.unit, PATHS, ishigami(made.unit), 1)
    )
    sure = design.make(THREE, "sobol", 2048, 1)
    line = sure.unit @ np.array([5.0, 1.0, 0.1])
    assert indices.unranked(indices.indices("sobol", sure.unit, PATHS, line, 1)) is None


def test_other_designs_have_no_indices(tmp_path):
    with pytest.raises(InputError, match="a grid design has no indices"):
        sim.sensitivity(SMALL, ["parameters.network=1,2"], out=tmp_path)


def test_indices_are_given_over_time(tmp_path):
    study = of_options(
        SMALL, ("parameters.network=uniform(0,3)", "parameters.nest_dissimilarity=uniform(0.25,1)"),
        kind="morris", count=4, runs=2, seed=1, outcomes=Outcomes(metrics=("share.bloc_us",)),
    )  # fmt: skip
    found = sim.sensitivity(study, out=tmp_path)
    assert found.table["month"].nunique() == 6
    assert set(found.table["index"]) == {"mu", "mu_star", "sigma"}
    assert (found.folder / "sensitivity.csv").stat().st_size > 0
