"""From main shares to answers: who used what in a year, against simulated respondents."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import roots_genlaguerre

from sim import evidence
from sim.world import answers

OF = list(answers.CLASSES).index
BREADTH, SHAPE = 6.0, 0.55
# Chinese, US closed, US open, European: the main shares that meet the survey of 2025.
MAIN = np.array([5.6, 88.7, 4.1, 1.7]) / 100.1


def simulated(main, breadth, shape, people, seed):
    """Return what simulated respondents used: people by brands, and the class of each brand."""
    parts = answers.brand_parts()
    brands = [(place, b) for place, of in enumerate(answers.MEMBERS.values()) for b in of]
    x = np.array([main[place] * parts[b] for place, b in brands])
    rng = np.random.default_rng(seed)
    first = rng.choice(len(brands), people, p=x / x.sum())
    theta = rng.gamma(shape, 1.0 / shape, people)
    used = rng.random((people, len(brands))) < 1.0 - np.exp(-theta[:, None] * breadth * x)
    used[np.arange(people), first] = True
    return used, np.array([place for place, _ in brands])


@pytest.mark.parametrize("main", [MAIN, np.array([0.4, 0.5, 0.06, 0.04])])
def test_answers_are_those_of_simulated_respondents(main):
    """200,000 respondents: an error of a share at most 0.11 points; four of them, alpha 1e-4."""
    used, of = simulated(main, BREADTH, SHAPE, 200_000, 3)
    classes = np.stack([used[:, of == place].any(axis=1) for place in range(4)], axis=1)
    np.testing.assert_allclose(answers.used(main, BREADTH, SHAPE), classes.mean(axis=0), atol=5e-3)
    alone = classes & (classes.sum(axis=1, keepdims=True) == 1)
    np.testing.assert_allclose(answers.only(main, BREADTH, SHAPE), alone.mean(axis=0), atol=5e-3)
    two = (classes[:, 0] & classes[:, 1]).mean()
    assert answers.both(main[0], main[1], BREADTH, SHAPE) == pytest.approx(two, abs=5e-3)
    split = used / used.sum(axis=1, keepdims=True)
    expected = [split[:, of == place].sum(axis=1).mean() for place in range(4)]
    found = answers.equal_split(main[:, None], np.array([BREADTH]), np.array([SHAPE]))[:, 0]
    np.testing.assert_allclose(found, expected, atol=5e-3)


def test_the_world_of_the_survey_is_met_from_its_main_shares():
    """Figures of the survey of 2025, percent; a view of two parameters meets them within three."""
    np.testing.assert_allclose(
        100 * answers.used(MAIN, BREADTH, SHAPE), [28.2, 96.7, 20.3, 10.5], atol=3.0
    )
    np.testing.assert_allclose(
        100 * answers.only(MAIN, BREADTH, SHAPE), [0.8, 59.1, 1.1, 0.3], atol=3.0
    )
    split = answers.equal_split(MAIN[:, None], np.array([BREADTH]), np.array([SHAPE]))
    np.testing.assert_allclose(100 * split[:, 0], [9.2, 81.2, 6.8, 2.8], atol=1.0)
    chinese = answers.used(MAIN[0], BREADTH, SHAPE)
    overlap = answers.both(MAIN[0], MAIN[1], BREADTH, SHAPE) / chinese
    assert 100 * overlap == pytest.approx(94.5, abs=1.0)


def test_the_equations_give_the_figures_that_they_were_chosen_by():
    """Main shares of 88.7, 5.6, 4.1 and 1.7 percent, themselves rounded to a tenth."""
    order = [OF(code) for code in ("us_closed", "cn_all", "us_open_all", "eu_all")]
    chosen = {
        answers.used: [97.0, 27.4, 21.6, 10.3],
        answers.only: [56.8, 1.5, 1.1, 0.4],
    }
    for view, shares in chosen.items():
        np.testing.assert_allclose(100 * view(MAIN, BREADTH, SHAPE)[order], shares, atol=0.25)
    split = answers.equal_split(MAIN[:, None], np.array([BREADTH]), np.array([SHAPE]))[:, 0]
    np.testing.assert_allclose(100 * split[order], [81.9, 8.7, 6.6, 2.8], atol=0.15)
    chinese = answers.used(MAIN[OF("cn_all")], BREADTH, SHAPE)
    for code, part in {"us_closed": 94.3, "us_open_all": 35.4}.items():
        two = answers.both(MAIN[OF("cn_all")], MAIN[OF(code)], BREADTH, SHAPE)
        assert 100 * two / chinese == pytest.approx(part, abs=0.6)


@given(
    weights=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
    breadth=st.floats(4, 8), shape=st.floats(0.3, 0.9),
)  # fmt: skip
def test_answers_are_parts_of_all(weights, breadth, shape):
    main = np.array(weights) / sum(weights)
    used = answers.used(main, breadth, shape)
    only = answers.only(main, breadth, shape)
    assert (main - 1e-12 <= used).all()
    assert (used <= 1.0 + 1e-12).all()
    assert (only <= main + 1e-12).all()
    two = answers.both(main[0], main[1], breadth, shape)
    assert -1e-12 <= two <= min(used[0], used[1]) + 1e-12
    assert used[0] + used[1] - two <= 1.0 + 1e-12
    split = answers.equal_split(main[:, None], np.array([breadth]), np.array([shape]))[:, 0]
    assert split.sum() == pytest.approx(1.0, abs=1e-9)
    assert (split <= used + 1e-9).all()


def test_brands_of_a_class_add_up_to_it():
    parts = answers.brand_parts()
    for brands in answers.MEMBERS.values():
        assert sum(parts[b] for b in brands) == pytest.approx(1.0)
    assert parts["deepseek"] > parts["qwen"]
    assert parts["openai"] > parts["claude"] > parts["grok"]


@given(st.floats(0.25, 0.9))
def test_nodes_of_breadth_are_those_of_the_laguerre_rule(shape):
    nodes, weights = roots_genlaguerre(answers.NODES, shape - 1.0)
    found = answers._breadths(shape)
    np.testing.assert_allclose(found[0], nodes / shape, rtol=1e-10)
    np.testing.assert_allclose(found[1], weights / weights.sum(), rtol=1e-9)


def test_brands_meet_the_use_that_the_survey_counted():
    """At the defaults of breadth, before they are made parts of their class."""
    parts, world = answers.brand_parts(), 16281
    one = {row.path: row.default for row in evidence.load().parameters}
    scale = {"deepseek": 4392, "qwen": 864}

    def missed(total):
        met = [answers.used(total * parts[b], one["breadth"], one["breadth_shape"]) for b in scale]
        return np.array(met) - [count / world for count in scale.values()]

    total = brentq(lambda x: missed(x)[0], 0.0, 1.0, xtol=1e-15)
    np.testing.assert_allclose(missed(total), 0.0, atol=1e-12)
