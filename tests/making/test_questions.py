"""The page of one question for five nations: of this model, and of what runs give."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from making import pages, questions
from sim.report import focus
from sim.study.compare.focus import COLUMNS, OUTCOMES
from sim.version import MODEL

PAGE = (pages.ROOT / "docs" / "questions.md").read_text(encoding="utf-8")


def test_the_answers_are_of_this_model_and_of_every_nation_and_choice():
    found = questions.rows()
    assert list(found.columns) == [*COLUMNS, "seed", "model_version"]
    assert set(found["model_version"]) == {MODEL}, "renew it with `make docs`"
    assert set(found["runs"]) == {200}
    keys = list(found[["nations", "scenario", "outcome"]].itertuples(index=False, name=None))
    assert keys == [
        (nation, name, outcome)
        for nation in questions.NATIONS
        for name in (*questions.CHOICES, "baseline")
        for outcome in OUTCOMES
    ]


def test_the_page_is_what_the_table_gives():
    names = [name for name in pages.block_names(PAGE) if name.startswith("questions")]
    assert set(names) == set(questions.BLOCKS)
    blocks = dict(re.findall(r"<!-- made: ([a-z ]+) -->\n(.*?)\n<!-- end -->", PAGE, re.DOTALL))
    assert blocks == {name: questions.BLOCKS[name]() for name in names}


def test_quantiles_stand_in_order_and_intervals_beside_every_level():
    levels = questions.rows()[["p05", "p25", "p50", "p75", "p95"]].to_numpy(dtype=float)
    assert (np.diff(levels, axis=1) >= 0.0).all()
    for nation in questions.NATIONS:
        for line in questions.answer(nation).splitlines()[6:]:
            cells = line.strip("| ").split(" | ")
            assert len(cells) == 1 + len(questions.SHOWN)
            assert all(" to " in cell for cell in cells[1:-1])


def test_outcomes_are_those_of_a_comparison(monkeypatch):
    """Few runs of one nation, as `sim compare --focus` makes them."""
    from sim.study.compare.compare import compare

    seen = questions.outcomes("KOR", runs=3)
    done = compare(
        questions.CHOICES, runs=3, overrides=[("focus", ["KOR"])], sizes=False,
        metrics=("share.bloc_cn",), groups=("world",),
    )  # fmt: skip
    pd.testing.assert_frame_equal(seen[list(COLUMNS)], done.focus)
    monkeypatch.setattr(questions, "rows", lambda: seen)
    assert focus.paragraph(seen) in questions.answer("KOR")
    assert questions.made().startswith("3 runs of each choice")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "none of them"),
        (["Brazil", "India"], "2 of 5 (Brazil, India)"),
        (list("abcde"), "each of them"),
    ],
)
def test_nations_are_counted_in_words(names, words):
    assert questions._count(names) == words
