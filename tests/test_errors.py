"""What a mistyped name is taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Problem, alike, nearest

GROUPS = ("sub_saharan_africa", "middle_east_and_north_africa", "brics", "europe", "eu", "world")
DRIVERS = ("access", "price", "licence", "rented", "hardware_stance", "lag", "release_rate")
WORDS = st.text("abc_AB", max_size=12)


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("africa", GROUPS, ["sub_saharan_africa", "middle_east_and_north_africa"]),
        ("Africa", GROUPS, ["sub_saharan_africa", "middle_east_and_north_africa"]),
        ("acces", DRIVERS, ["access"]),
        ("prices", DRIVERS, ["price"]),
        ("lever", ("own_levers", "levers"), ["levers"]),
        ("stance", DRIVERS, ["hardware_stance"]),
        ("ramp", ("start", "ramp_months"), ["ramp_months"]),
        ("lsh", ("grid", "lhs"), ["lhs"]),
        ("ITL", ("IRL", "ITA"), ["ITA"]),
        ("BASELINE", ("baseline",), ["baseline"]),
        ("openrouter_open_share", ("openrouter_open_weight_share", "x"),
         ["openrouter_open_weight_share"]),
        # Nothing is near: no name at all rather than a far one.
        ("awareness", DRIVERS, []),
        ("aware", DRIVERS, []),
        ("africa", ("brics", "europe"), []),
        ("eu", ("us", "cn"), []),
        ("", DRIVERS, []),
        pytest.param("x_" * 1_000_000, DRIVERS, [], id="long"),
        # The word itself is what was refused.
        ("what_matters", ("what_matters",), []),
    ],
)  # fmt: skip
def test_a_word_is_taken_for_what_holds_it_or_is_spelled_like_it(word, known, meant):
    assert alike(word, known) == meant


def test_names_that_hold_a_word_as_a_part_come_before_others_and_are_few():
    known = ["reopened", "us_open_long", "cn_open", "opening", "eu_open"]
    assert alike("open", known) == ["cn_open", "eu_open", "us_open_long"]


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (["a_word"], "did you mean 'a_word'?"),
        (["a_word", "b_word"], "did you mean 'a_word' or 'b_word'?"),
        (["a_word", "b_word", "c_word"], "did you mean 'a_word', 'b_word' or 'c_word'?"),
        (["else"], None),
    ],
)
def test_the_hint_is_a_question(known, hint):
    assert nearest("word", known) == hint


@given(WORDS, st.lists(WORDS, max_size=6))
def test_what_is_offered_is_a_valid_name_and_never_the_word(word, known):
    found = alike(word, known)
    assert word not in found
    assert set(found) <= set(known)
    assert len(set(found)) == len(found) <= 3


@given(st.lists(st.sampled_from("abcdefgh"), min_size=6, max_size=9), st.data())
def test_one_slip_of_the_hand_is_understood(letters, data):
    name = "".join(letters)
    place = data.draw(st.integers(0, len(name) - 2))
    slips = {
        "left out": name[:place] + name[place + 1 :],
        "put in": name[:place] + "x" + name[place:],
        "changed": name[:place] + "x" + name[place + 1 :],
        "swapped": name[:place] + name[place + 1] + name[place] + name[place + 2 :],
    }
    word = slips[data.draw(st.sampled_from(sorted(slips)))]
    assert alike(word, [name, "far_away_from_it"]) == ([name] if word != name else [])


def test_a_key_with_a_line_feed_leaves_a_problem_on_one_line():
    assert str(Problem("is unknown", "x.yaml", path="levers.a\nb")) == (
        "x.yaml: levers.a\\nb: is unknown"
    )


def test_a_hint_is_cut_and_no_word_of_a_problem_breaks_its_line():
    problem = Problem("the lever a\nb is none", path="levers", hint="did you mean " + "x" * 9000)
    assert len(str(problem)) < 2200
    assert str(problem).startswith("levers: the lever a\\nb is none (did you mean xxx")
