from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import evidence
from sim.evidence import selectors
from sim.evidence.axes import AXES, HARDWARE, POOLS

NATIONS = evidence.load().nations
SINGLE = st.sampled_from(NATIONS.iso3)
WORDS = st.one_of(SINGLE, st.sampled_from([*NATIONS.groups, *selectors.CLOUDS]))


@given(st.from_regex(r"[a-z_]+(\.[a-z_]+){0,2}", fullmatch=True))
def test_a_path_is_its_name_and_index(path):
    assert selectors.joined(*selectors.split(path)) == path


def test_values_by_path_are_nested_as_in_a_file():
    given = {"network": 1.0, "lag.cn_open": 3.0, "lag.us_closed": 0.0}
    into = {"lag": {"cn_open": 9.0, "eu_open": 2.0}}
    assert selectors.nested(given, into) == {
        "network": 1.0, "lag": {"cn_open": 3.0, "us_closed": 0.0, "eu_open": 2.0},
    }  # fmt: skip
    assert into == {"lag": {"cn_open": 9.0, "eu_open": 2.0}}


def test_each_axis_has_a_column_with_its_words():
    assert list(selectors.COLUMNS) == list(AXES)
    for axis, column in selectors.COLUMNS.items():
        assert selectors.words(column) == AXES[axis]


def test_a_cell_has_one_position_and_cells_the_positions_of_their_words():
    index = ("pool", "hardware")
    places = [
        selectors.position(f"availability.{pool}.{kind}", index)
        for pool in POOLS for kind in HARDWARE
    ]  # fmt: skip
    assert places == list(range(len(POOLS) * len(HARDWARE)))
    chosen = selectors.cells(index, {"pools": ("china", "rest"), "hardware": ("cn",)})
    named = {selectors.position(f"availability.{pool}.cn", index) for pool in ("china", "rest")}
    assert set(np.flatnonzero(chosen).tolist()) == named
    assert selectors.position("output_cap", ()) == 0


@pytest.mark.parametrize("path", ["demand", "demand.chnia", "demand.china.us"])
def test_a_cell_that_there_is_not_has_no_position(path):
    with pytest.raises(KeyError, match=path):
        selectors.position(path, ("pool",))


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=4))
def test_nations_are_those_of_the_words_less_those_taken_away(added, taken):
    words = [*added, *(f"-{word}" for word in taken)]
    alone = {word: selectors.nations([word], NATIONS) for word in {*added, *taken}}
    kept = np.zeros(len(NATIONS), bool) if added else np.ones(len(NATIONS), bool)
    for word in added:
        kept |= alone[word]
    for word in taken:
        kept &= ~alone[word]
    assert selectors.nations(words[::-1], NATIONS).tolist() == kept.tolist()


@given(SINGLE)
def test_a_code_means_one_nation_and_nobody_where_it_is_not_among_them(code):
    assert np.flatnonzero(selectors.nations([code], NATIONS)).tolist() == [NATIONS.index(code)]
    others = NATIONS.select(other for other in NATIONS.iso3 if other != code)
    assert not selectors.nations([code], others).any()


def test_clouds_mean_the_nations_where_one_has_a_region():
    found = selectors.nations(selectors.CLOUDS, NATIONS)
    assert found.tolist() == (NATIONS.us_cloud | NATIONS.chinese_cloud).tolist()
