"""What a link carries, and what becomes of links that say too much."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.explorer.state import LONGEST, read

WHOLE = (
    "v=1&b=rand_package&future=stops&cn_licence_tightening=0.85@2027-03..2032-12~3^9&"
    "us_inference_chip_controls=low&p.network=1.25&.group=world&.pins=BRA+IND"
)


def test_a_link_is_read_and_written_as_it_was(clamped):
    state, notes = clamped(f"#{WHOLE}")
    assert notes == []
    assert state.fragment() == WHOLE
    assert clamped(state.fragment())[0] == state


def test_what_is_as_the_base_has_it_is_not_in_the_link(clamped):
    state, _ = clamped("b=rand_package&us_inference_chip_controls=central@2027-01&future=all")
    assert state.fragment() == "v=1&b=rand_package"


def test_responses_are_on_off_or_as_the_base_has_them(clamped):
    assert clamped("b=rand_package_answered")[0].responses is None
    state, _ = clamped("b=rand_package_answered&r=none")
    assert state.responses == ()
    assert clamped(state.fragment())[0] == state
    state, notes = clamped("r=china_cuts_prices+nobody_at_all")
    assert state.fragment() == "v=1&b=baseline&r=china_cuts_prices"
    assert "nobody_at_all" in notes[0]


def test_a_second_scenario_stands_in_the_link(clamped):
    state, _ = clamped("vs=b%3Drand_package%26cn_licence_tightening%3D2%26.group%3Dworld")
    assert clamped(state.other)[0].levers["cn_licence_tightening"].strength == 1.0
    assert ".group" not in state.other
    assert clamped(state.fragment())[0] == state


@pytest.mark.parametrize(
    ("link", "left", "said"),
    [
        ("cn_licence_tightening=1e999", "cn_licence_tightening=1", "out of bounds"),
        ("cn_licence_tightening=-5", "", "out of bounds"),
        ("cn_licence_tightening=nan", "", "means nothing"),
        ("cn_licence_tightening=1@9999-99", "cn_licence_tightening=1@2035-12", "out of bounds"),
        ("cn_licence_tightening=1@2030-01..2028-01", "@2030-01..2030-01", "before the start"),
        ("cn_licence_tightening=1:XXX", "cn_licence_tightening=1", "acts on"),
        ("us_nothing_of_the_kind=1", "", "no lever"),
        ("cn_licence_tightening.7=1", "", "no lever"),
        ("p.network=1e9", "p.network=3", "out of bounds"),
        ("p.no.such=1", "", "no parameter"),
        ("p.noise=7.3", "", "out of bounds"),
        ("b=../../etc/passwd", "", "means nothing"),
        ("x=%00%ff<script>", "", "means nothing"),
        ("future=tomorrow", "", "means nothing"),
    ],
)
def test_what_is_out_of_bounds_is_brought_back_and_said(clamped, link, left, said):
    state, notes = clamped(link)
    assert left in state.fragment()
    assert left or state.fragment() == "v=1&b=baseline"
    assert said in " ".join(notes)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("v=2", "version"),
        ("x" * (LONGEST + 1), "characters"),
        ("&".join(["a=1"] * 201), "parts"),
        ("b=no_such_scenario", "no scenario"),
        ("b=adopt_chinese_open&f=Atlantis", "focus"),
    ],
)
def test_a_link_that_cannot_be_meant_is_refused_in_a_sentence(clamped, link, said):
    with pytest.raises(InputError, match=said) as error:
        clamped(link)
    assert len(error.value.problems) == 1


@settings(max_examples=60)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from(WHOLE.split("&")), max_size=9).map("&".join)
)
def test_any_text_is_a_state_or_one_clear_error(bases, text):
    try:
        state = bases.clamped(read(text, "baseline")[0])[0]
    except InputError as error:
        state, said = None, str(error)
        assert "\n" not in said
    if state is not None:
        assert bases.clamped(read(state.fragment(), "baseline")[0]) == (state, [])
