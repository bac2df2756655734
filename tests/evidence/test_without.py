"""Dated facts can be left out of the evidence, and come back."""

from __future__ import annotations

import numpy as np
import pytest

from sim import months
from sim.errors import InputError
from sim.evidence import access, history, releases, router
from sim.evidence.tables import Rows
from sim.evidence.without import matching, without

R1 = {"ecosystem": ("cn_open",), "model": ("DeepSeek-R1",)}
RELEASE = (Rows("releases.csv", R1), Rows("prices.csv", R1), Rows("ecosystem_licences.csv", R1))
MONTHS = np.arange(months.FIRST, months.parse("2026-06") + 1)


def test_a_release_that_is_left_out_is_not_on_sale_and_comes_back():
    before = history.offers(None, MONTHS)
    with without(RELEASE):
        assert "DeepSeek-R1" not in {r.model for r in releases.read_catalogue().of("cn_open")}
        inside = history.offers(None, MONTHS)
    after = history.offers(None, MONTHS)
    k, t = history.ECOSYSTEMS.index("cn_open"), months.parse("2025-02") - months.FIRST
    assert inside.index[t, k, 0] < before.index[t, k, 0]
    assert inside.notable_size.sum() == 0
    np.testing.assert_array_equal(before.index, after.index)


def test_only_rows_that_are_meant_are_left_out():
    bars = Rows("access_rules.csv", {"ecosystem": ("cn_open",), "op": ("multiply",)})
    every = access.rules()
    with without([bars]):
        left = access.rules()
    assert [rule for rule in every if rule not in left] == [
        rule for rule in every if rule.multiply and rule.ecosystem == "cn_open"
    ]
    late = Rows("ecosystem_licences.csv", {"ecosystem": ("cn_open",)}, since="2025-02")
    assert {row["from"] >= "2025-02" for row in matching(late)} == {True}


def test_a_cell_can_be_left_out_of_rows_that_stay():
    known = ("us_closed", "cn_open")
    free = Rows("router_lines.csv", {"ecosystem": ("us_closed",)}, emptied="free")
    before = router.lines(MONTHS, MONTHS[-1], known)
    with without([free]):
        inside = router.lines(MONTHS, MONTHS[-1], known)
    after = router.lines(MONTHS, MONTHS[-1], known)
    american = np.array(before.of) == 0
    assert before.free[:, american].any()
    assert not inside.free[:, american].any()
    np.testing.assert_array_equal(inside.on, before.on)
    np.testing.assert_array_equal(inside.free[:, ~american], before.free[:, ~american])
    np.testing.assert_array_equal(after.free, before.free)


def test_rows_that_are_not_there_are_refused():
    nothing = Rows("releases.csv", {"model": ("GPT-99",)})
    with (
        pytest.raises(InputError, match=r"releases\.csv: has no row with model GPT-99"),
        without([nothing]),
    ):
        pass


def test_an_error_inside_leaves_the_evidence_whole():
    with pytest.raises(RuntimeError), without(RELEASE):
        raise RuntimeError
    assert "DeepSeek-R1" in {r.model for r in releases.read_catalogue().of("cn_open")}
