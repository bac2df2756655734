"""Calibrations as people run them: kept, resumed, the same again; and the draws that ship."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import evidence
from sim.calibration import fit as fitting
from sim.calibration import identify
from sim.calibration.fit import Plan, draws
from sim.calibration.fitted import FITTED, status
from sim.errors import InputError
from sim.evidence.tables import data_hash
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.scenario.drivers import Joint
from sim.study import saved
from sim.study.calibrate import Calibration, calibrate
from sim.version import MODEL
from sim.world import parameters
from sim.world.rows import P

SMALL = Plan(members=192, steps=2, repeats=1, seed=4, until="2025-06")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return calibrate(SMALL, out=tmp_path_factory.mktemp("out"))


@pytest.fixture
def copy(done, tmp_path):
    """Return a folder of results that holds the calibration with all its steps."""
    return shutil.copytree(done.folder.parents[1], tmp_path / "copy", symlinks=True)


def seals(folder):
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.suffix == ".csv"
    }


def test_the_files_of_a_calibration(done):
    names = {file.name for file in done.folder.iterdir()}
    assert names == {
        "posterior.csv", "manifest.json", "parameters.csv", "correlations.csv", "targets.csv",
        "members.npz", "parameters.svg", "report.html",
    }  # fmt: skip


def test_it_moves_towards_the_figures(done):
    table = identify.fits(done)
    routed = table[table["series"] == "openrouter_open_weight_token_share"]
    for kept in routed.itertuples():
        assert kept.p95 - kept.p05 < 0.8 * (kept.prior_p95 - kept.prior_p05)


def test_exactly_what_is_called_fitted_is_moved(done):
    told = {aim.series for aim in done.aims}  # of nations nothing is known by this cut-off
    for place, row in enumerate(done.unknown.held):
        moved = not np.array_equal(done.posterior[place], done.prior[place])
        assert moved == bool(told & set(FITTED.get(row.path, ()))), row.path
        assert status(row) == "fitted" or not moved
    held = identify.parameters(done)
    assert set(held[held["moved"] == "held"]["spread"]) == {1.0}


def test_draws_lie_in_the_ranges_of_the_table(done):
    names, rows = draws(done)
    assert rows.shape == (SMALL.members, len(names))
    for place, row in enumerate(done.unknown.held):
        assert rows[:, place].min() >= row.low
        assert rows[:, place].max() <= row.high


def test_it_goes_on_from_a_finished_step_and_ends_the_same(done, copy, undrawn):
    shutil.rmtree(copy / "calibration" / done.folder.name)
    steps = {step: next((copy / "calibration" / "shards").glob(f"*.{step}-*.npz"))
             for step in range(3)}  # fmt: skip
    steps[2].unlink()
    kept = steps[1].stat().st_mtime_ns
    assert seals(calibrate(SMALL, out=copy).folder) == seals(done.folder)
    assert steps[1].stat().st_mtime_ns == kept
    assert steps[2].exists()


@pytest.mark.long
def test_a_step_of_other_errors_is_not_taken_up(done, copy, undrawn, monkeypatch):
    """Errors of series stand in the code: the same plan may move its members elsewhere."""
    shutil.rmtree(copy / "calibration" / done.folder.name)  # a finished one is not fitted again
    real = fitting.covariance
    monkeypatch.setattr(fitting, "covariance", lambda aims: 4.0 * real(aims))
    taken, anew = calibrate(SMALL, out=copy), calibrate(SMALL)
    np.testing.assert_array_equal(taken.posterior, anew.posterior)


@pytest.mark.parametrize("damage", ["empty", "flipped", "another"])
def test_a_damaged_step_is_set_aside_and_computed_again(done, copy, undrawn, damage):
    shutil.rmtree(copy / "calibration" / done.folder.name)  # a finished one is not fitted again
    shards = copy / "calibration" / "shards"
    last, before = (next(shards.glob(f"*.{step}-*.npz")) for step in (2, 1))
    whole = last.read_bytes()
    last.write_bytes(
        {
            "empty": b"",
            "flipped": bytes([whole[0] ^ 1]) + whole[1:],
            "another": before.read_bytes(),
        }[damage]
    )
    again = calibrate(SMALL, out=copy)
    assert seals(again.folder) == seals(done.folder)
    assert last.read_bytes() == whole
    assert last.with_suffix(".damaged").exists()


def test_a_calibration_is_read_back_and_its_page_made_again(done):
    again = Calibration.read(done.folder)
    assert again.plan == done.plan
    np.testing.assert_array_equal(again.posterior, done.posterior)
    page = (done.folder / "report.html").read_text()
    assert saved.rebuild_report(done.folder).read_text() == page
    assert "Targets of the fit" in page


@pytest.mark.long
def test_it_survives_kills(done, tmp_path):
    command = [
        sys.executable, "-m", "sim", "calibrate", "--members", str(SMALL.members), "--steps",
        "2", "--seed", "4", "--until", "2025-06", "--quiet", "--out", str(tmp_path),
    ]  # fmt: skip
    rng = np.random.default_rng(1)
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(float(rng.uniform(1.0, 2.5)))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    last = subprocess.run(command, capture_output=True, text=True, check=True)
    again = seals(tmp_path / "calibration" / Path(last.stdout.strip()).name)
    # The command has two worlds a member, the plan above one.
    plan = Plan(members=SMALL.members, steps=2, seed=4, until="2025-06")
    assert again == seals(calibrate(plan, out=tmp_path / "other").folder)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(members=10), "too few"),
        (Plan(steps=0), "outside 1 to 100"),
        (Plan(members=130, until="2025-06"), "130 members are too few: .* parameters are drawn"),
        (Plan(until="2026-07"), "no month to calibrate to"),
        (Plan(until="2026-07", origin=True), "aims at none after 2026-06"),
        (Plan(until="soon"), "soon"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(plan, words):
    with pytest.raises(InputError, match=words):
        calibrate(plan)


def test_the_shipped_draws_are_of_this_model_and_these_tables():
    known = evidence.posterior()
    assert known is not None
    assert known.provenance["model_version"] == MODEL, "run: sim calibrate --ship"
    assert known.provenance["tables_hash"] == data_hash(), "run: sim calibrate --ship"
    assert known.values.shape == (999, len(known.names))


def test_a_damaged_draw_is_told(tmp_path):
    (tmp_path / "draws.csv").write_text("align,leak\n0.5,none\n")
    with pytest.raises(InputError, match="no number"):
        evidence.posterior(tmp_path)


def _parameters(**changes):
    drivers = compiled(load({"extends": "baseline", "ensemble": {"runs": 9, "seed": 1}, **changes}))
    return parameters.draw(drivers, 1, np.arange(300))


def test_each_replicate_takes_one_draw_whole_and_each_draw_is_taken_equally_often():
    known = evidence.posterior()
    columns = [known.names.index(name) for name in ("alignment_weight", "leak")]
    count = len(known.values)
    drivers = compiled(load("baseline"))
    scalar = parameters.draw(drivers, 5, np.arange(2 * count)).scalar
    taken = list(zip(scalar[P.alignment_weight].tolist(), scalar[P.leak].tolist(), strict=True))
    rows = [tuple(row) for row in known.values[:, columns].tolist()]
    assert sorted(taken[:count]) == sorted(rows)
    assert taken[count:] == taken[:count]


@settings(max_examples=30)
@given(st.integers(0, 2**63 - 1), st.integers(1, 60), st.integers(0, 10**6), st.integers(1, 200))
def test_any_stretch_of_replicates_uses_draws_evenly(seed, count, first, length):
    joint = Joint(("alignment_weight",), np.arange(float(count))[:, None])
    stretch = np.arange(first, first + length)
    rows = joint.rows(seed, stretch)
    times = np.bincount(rows, minlength=count)
    assert times.max() - times.min() <= 1
    # A replicate's draw does not depend on which others are run beside it.
    assert [int(joint.rows(seed, stretch[n : n + 1])[0]) for n in range(length)] == rows.tolist()


def test_seeds_shuffle_the_draws_apart():
    joint = Joint(("alignment_weight",), np.zeros((100, 1)))
    orders = {tuple(joint.rows(seed, np.arange(100)).tolist()) for seed in range(20)}
    assert len(orders) == 20


def test_the_priors_alone_and_a_held_value():
    ranges = _parameters(ensemble={"runs": 9, "seed": 1, "parameters": "drawn"}).scalar
    known = evidence.posterior()
    assert not set(ranges[P.alignment_weight].tolist()) & set(
        known.values[:, known.names.index("alignment_weight")]
    )
    held = _parameters(parameters={"alignment_weight": 0.7}).scalar
    assert set(held[P.alignment_weight].tolist()) == {0.7}
    fixed = _parameters(ensemble={"runs": 9, "seed": 1, "parameters": "default"}).scalar
    (align,) = (row.default for row in evidence.load().parameters if row.path == "alignment_weight")
    assert set(fixed[P.alignment_weight].tolist()) == {align}
