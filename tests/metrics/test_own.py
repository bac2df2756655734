"""Metrics of users: one place to add one, the same numbers in a run, a sweep and a comparison."""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
import pytest

import sim
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError, RunError
from sim.metrics import registry
from tests.cli.here import sim as command

FEW = {"runs": 3, "seed": 2, "overrides": [("period.end", "2024-06"), ("nations", ["CHN", "USA"])]}

OWN = """
import sim

@sim.metric("open_weights", title="Share of open weights", unit="fraction", part=True)
def open_weights(month):
    closed = [month.place(name) for name in ("us_closed", "cn_closed")]
    return 1.0 - month.share[:, closed].sum(axis=1)

@sim.metric("open_over_closed.months", unit="months", span="first")
def open_over_closed(month):
    return open_weights(month) > 0.5
"""


ADD = "import sim\nsim.metric"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(OWN)
    return path


@pytest.fixture
def own(file):
    registry.read_file(file)
    yield ("open_weights", "open_over_closed.months")
    for name in ("open_weights", "open_over_closed.months"):
        registry.forget(name)


def values(table, name):
    """Return a metric of the world by month and run."""
    mine = table[(table["metric"] == name) & (table["group"] == "world")]
    order = mine.astype({"month": str}).sort_values(["month", "run"])
    return order[["run", "value"]].reset_index(drop=True)


def test_one_place_adds_a_metric_to_runs_sweeps_and_comparisons(own):
    """The file is all that there is: no other table knows the names."""
    alone = sim.run("baseline", **FEW)
    outcomes = alone.outcomes
    closed = sum(
        outcomes.loc[outcomes["metric"] == f"share.{name}", "value"].to_numpy()
        for name in ("us_closed", "cn_closed")
    )
    mine = outcomes.loc[outcomes["metric"] == own[0], "value"].to_numpy()
    assert np.allclose(mine, 1.0 - closed, atol=1e-12)
    assert set(outcomes.loc[outcomes["metric"] == own[0], "unit"]) == {"fraction"}
    swept = sim.sweep(
        "baseline", ["parameters.network=0.4,0.5"], outcomes=Outcomes(own, ("world",)),
        runs=3, seed=2, overrides=FEW["overrides"], workers=2,
    ).outcomes  # fmt: skip
    changes = [*FEW["overrides"], "parameters.network=0.5"]
    again = sim.run("baseline", **FEW | {"overrides": changes})
    for name in own:
        there = values(swept[swept["point"] == 1], name)
        pd.testing.assert_frame_equal(there, values(again.outcomes, name), check_exact=True)
    effects = sim.compare("open_only", metrics=own, groups=("world",), sizes=False, **FEW).table
    assert set(effects["metric"]) == set(own)
    assert effects.loc[effects["metric"] == own[0], "log_odds"].notna().all()
    assert effects.loc[effects["metric"] == own[1], "log_odds"].isna().all()


def test_what_computes_a_metric_is_part_of_the_name_of_a_result(file, own):
    plain = sim.load("baseline").hash(1, "facts")
    assert plain != _without(own)
    file.write_text(OWN.replace("0.5", "0.4"))
    registry.read_file(file)
    assert sim.load("baseline").hash(1, "facts") != plain


def _without(names):
    held = dict(registry._own)
    for name in names:
        registry.forget(name)
    found = sim.load("baseline").hash(1, "facts")
    registry._own.update(held)
    return found


def test_from_the_command_line(file, tmp_path):
    few = ("--runs", "2", "--until", "2023-12", "--nations", "CHN,USA", "--quiet")
    done = command("run", "baseline", "--metrics", str(file), *few, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / done.stdout.strip()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["used"]["metrics"]["open_weights"]["file"] == "mine.py"
    assert "open_weights" in set(pd.read_parquet(folder / "outcomes.parquet")["metric"])
    for name in manifest["used"]["metrics"]:
        registry.forget(name)
    # A report is made without the file, and runs nothing that a result names.
    file.write_text("raise SystemExit('run')")
    assert command("report", str(folder), cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{ADD}('plurality')(len)", "called 'plurality' already"),
        (f"{ADD}(' ')(len)", "a metric has a name"),
        ("x = 1", "defines no metric"),
        ("1 / 0", "cannot be run: ZeroDivisionError"),
        ("def", "cannot be run: SyntaxError"),
        ("raise SystemExit(3)", "cannot be run: SystemExit: 3"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_and_adds_nothing(text, says, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(text)
    before = registry.added()
    with pytest.raises(InputError, match=says):
        registry.read_file(file)
    assert registry.added() == before


def test_nothing_is_left_beside_a_file_and_an_edit_is_seen_at_once(tmp_path, monkeypatch):
    """Compiled code that Python keeps would also stand for an edit of the same second and size."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "mine.py"
    for title in ("One", "Two"):
        file.write_text(f"{ADD}('quick', title='{title}')(lambda month: 0)")
        registry.read_file(file)
        assert registry.by_name()["quick"].title == title
        registry.forget("quick")
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="no Python file"):
        registry.read_file(tmp_path / "none.py")


@pytest.mark.parametrize(
    ("compute", "says"),
    [
        (lambda month: month.load, "has shape"),
        (lambda month: month.share[:, 0] * np.nan, "finite"),
    ],
)
def test_what_is_no_number_a_group_and_replicate_is_refused(compute, says):
    registry.metric("wrong")(compute)
    try:
        with pytest.raises(RunError, match=f"wrong .*{says}"):
            sim.run("baseline", **FEW)
    finally:
        registry.forget("wrong")


def test_a_metric_of_no_file_needs_no_process():
    code = "sim.metric('cell', world=True)(lambda month: month.load)"
    eval(code, {"sim": sim, "__name__": "__main__"})  # noqa: S307 - as a notebook does
    try:
        asked = {"outcomes": Outcomes(("cell",), ("world",)), **FEW}
        vary = ["parameters.network=0.4,0.5"]
        assert set(sim.sweep("baseline", vary, **asked).outcomes["metric"]) == {"cell"}
        with pytest.raises(InputError, match="stands in no file"):
            sim.sweep("baseline", vary, workers=2, **asked)
    finally:
        registry.forget("cell")
