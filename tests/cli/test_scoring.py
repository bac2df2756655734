"""``sim hindcast --score``: a table, a sentence where there is none, and loud refusals."""

from __future__ import annotations

import csv
import json

import pytest

from sim.study.register import COLUMNS
from sim.version import MODEL
from tests.cli.here import sim

SERIES = "openrouter_open_weight_token_share"


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "forecasts.csv"
    row = (SERIES, "WLD", "all_open", "2027-01", "percent", 50, 30, 40, 50, 60, 70, "2026-06",
           MODEL, "abc", "2026-11-28")  # fmt: skip
    with place.open("w", newline="") as sheet:
        csv.writer(sheet).writerows([COLUMNS, row])
    return place


def own(folder, value="55"):
    place = folder / "own.csv"
    place.write_text(
        f"series,nation,ecosystem,month,value\n{SERIES},WLD,all_open,2027-01,{value}\n"
    )
    return place


def test_nothing_to_score_is_one_line_and_no_error(file, tmp_path):
    done = sim("hindcast", "--score", file, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("Nothing can be scored yet")


def test_figures_of_ones_own_are_scored(file, tmp_path):
    done = sim("hindcast", "--score", file, "--observations", own(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert SERIES in done.stdout
    assert "in 90 %" in done.stdout
    said = sim("hindcast", "--score", file, "--observations", own(tmp_path), "--json", cwd=tmp_path)
    found = json.loads(said.stdout)
    # Twice the pinball losses of 30, 40, 50, 60 and 70 at 55, in the mean.
    assert found["scores"][0]["score"] == pytest.approx(2 * (1.25 + 3.75 + 2.5 + 1.25 + 0.75) / 5)
    assert found["figures"] == 1


@pytest.mark.parametrize(
    "words", [("--rolling",), ("--cutoff", "2025-06"), ("--members", "400"), ("--nations",)]
)
def test_an_option_of_another_hindcast_is_refused(file, tmp_path, words):
    done = sim("hindcast", "--score", file, *words, cwd=tmp_path)
    assert done.returncode == 2
    assert words[0] in done.stderr


def test_wrong_input_is_one_message_and_no_traceback(file, tmp_path):
    alone = sim("hindcast", "--observations", own(tmp_path), cwd=tmp_path)
    assert (alone.returncode, "it goes with one of --score" in alone.stderr) == (2, True)
    wrong = sim("hindcast", "--score", file, "--observations", own(tmp_path, "x"), cwd=tmp_path)
    assert (wrong.returncode, "not a number" in wrong.stderr) == (1, True)
    absent = sim("hindcast", "--score", tmp_path / "none.csv", cwd=tmp_path)
    assert (absent.returncode, "cannot be read" in absent.stderr) == (1, True)
    for done in (alone, wrong, absent):
        assert "Traceback" not in done.stderr
