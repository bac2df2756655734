"""Tokens on routers: what prices, access and the menu do to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world import simulate
from tests.world import worlds
from tests.world.worlds import Lever

T, K = 24, 4


def tokens(*levers, **facts):
    """Return the shares of routed tokens in the last month, (K, R)."""
    drivers = worlds.toy(7, 3, K, 3, horizon=T, last_fact=T - 1, drawn=False)
    f = drivers.facts
    given_ = {
        "bloc": np.array([0, 1, 0, 2]), "nest": np.array([0, 1, 1, 1]),
        "routed": np.array([1.0, 0.0, 0.0]), "developers": np.full(3, 1e5),
        "ai_users": np.full(3, 0.2),
        "access": np.ones_like(f.access), "line_of": np.arange(K),
        "line_gap": np.zeros((T, K)), "line_price": np.full((T, K), np.log(2.0)),
        "line_on": np.ones((T, K)), "line_free": np.zeros((T, K)),
        "capability": np.full_like(f.capability, 140.0), "on_sale": np.ones_like(f.on_sale),
    } | facts  # fmt: skip
    drivers = worlds.with_levers(worlds.with_facts(drivers, **given_), *levers)
    done = simulate(worlds.refreshed(drivers), seed=1, replicates=np.arange(3))
    return done.routed[-1] / done.routed[-1].sum(axis=0)


def price_of(k, factor):
    """Return a lever that multiplies all prices of an ecosystem."""
    cells = tuple(range(3 * k, 3 * k + 3))
    return Lever("price", "multiply", factor - 1.0, first=0, cells=cells)


@given(st.floats(1.05, 50.0))
@settings(max_examples=20)
def test_dearer_is_less(factor):
    assert (tokens(price_of(1, factor))[1] < tokens()[1]).all()


@given(st.floats(0.001, 0.9))
@settings(max_examples=20)
def test_cheaper_is_more_and_nothing_is_cheaper_than_a_price_that_is_not_felt(factor):
    plain, cheap = tokens(), tokens(price_of(1, factor))
    none = tokens(line_price=np.where(np.arange(K) == 1, -20.0, np.full((T, K), np.log(2.0))))
    assert (cheap[1] > plain[1]).all()
    assert (cheap[1] <= none[1] * (1.0 + 1e-12)).all()


def test_a_price_that_is_not_felt_cannot_be_lowered():
    nothing = np.full((T, K), -20.0)
    cheaper = tokens(price_of(1, 0.1), line_price=nothing)
    np.testing.assert_allclose(cheaper, tokens(line_price=nothing), rtol=1e-12)


def test_another_line_is_more_choice_and_a_free_one_more_still():
    two = {
        "line_of": np.array([0, 1, 2, 3, 1]), "line_gap": np.zeros((T, 5)),
        "line_price": np.full((T, 5), np.log(2.0)), "line_free": np.zeros((T, 5)),
    }  # fmt: skip
    off = np.ones((T, 5)) * (np.arange(5) < 4)
    free = np.zeros((T, 5))
    free[:, 4] = 1.0
    one, more, most = (
        tokens(**two | {"line_on": on, "line_free": given_})
        for on, given_ in ((off, np.zeros((T, 5))), (np.ones((T, 5)), np.zeros((T, 5))),
                           (np.ones((T, 5)), free))
    )  # fmt: skip
    assert (one[1] < more[1]).all()
    assert (more[1] < most[1]).all()


def test_what_no_line_is_sold_of_has_no_tokens():
    on = np.ones((T, K)) * (np.arange(K) != 3)
    found = tokens(line_on=on)
    assert (found[3] == 0.0).all()
    assert found.sum(axis=0) == pytest.approx(1.0)


def test_what_a_lever_takes_of_access_is_taken_of_tokens():
    closed = Lever("access", "move", 0.6, first=0, cells=(0, 1, 2))
    assert (tokens(closed)[0] < tokens()[0]).all()
