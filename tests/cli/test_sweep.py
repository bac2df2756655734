"""``sim sweep`` as a person and as a program meet it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.here import sim

SMALL = ("--nations", "BRA,CHN,KEN,USA", "--until", "2028-12", "--workers", "1")
VARY = ("--vary", "parameters.network=0.2:1.6:3")


def test_a_person_reads_a_table_and_where_the_files_are(tmp_path, undrawn):
    done = sim("sweep", "baseline", *VARY, *SMALL, "--runs", "8", "--seed", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 points, 8 runs each, seed 1" in done.stdout
    assert "Strength of network effects" in done.stdout
    assert "Chinese bloc, %" in done.stdout
    assert "brackets show the 5th to 95th percentile of runs" in done.stdout
    assert "results/sweeps/baseline/" in done.stdout


def test_json_is_one_value_and_quiet_says_only_where(tmp_path, undrawn):
    words = ("sweep", "baseline", *VARY, *SMALL, "--runs", "4")
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert known["points"] == 3
    assert known["failures"] == 0
    assert {row["point"] for row in known["summary"]} == {0, 1, 2}
    assert sim(*words, "--quiet", cwd=tmp_path).stdout.strip() == known["folder"]


OTHERS = """\
title: No shares
scenario: rand_package
nations: [BRA, CHN, USA]
until: 2027-12
vary:
  levers.us_permissive_licence_incentive.strength: uniform(0,1)
  parameters.network: uniform(0,3)
design: {kind: sobol, points: 2, seed: 0}
ensemble: {runs: 2, seed: 1}
outcomes: {metrics: [%s], months: end}
"""


@pytest.mark.parametrize("command", ["sweep", "sensitivity"])
@pytest.mark.parametrize("metrics", ["plurality", "cost.public", "plurality, cost.public"])
def test_outcomes_that_are_no_shares_are_read_in_their_unit(tmp_path, command, metrics):
    (tmp_path / "mine.yaml").write_text(OTHERS % metrics)
    done = sim(command, "mine.yaml", "--workers", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for word in ("%", "Share of developers", "nan"):
        assert word not in done.stdout.replace("95 % interval", "")
    for metric, title in (("plurality", "Plurality"), ("cost.public", "Public cost")):
        assert (title in done.stdout) == (metric in metrics)
    assert "Reward permissive licences: strength" in done.stdout
    again = sim("report", next(tmp_path.rglob("manifest.json")).parent, cwd=tmp_path)
    assert again.returncode == 0, again.stderr


def test_a_study_file_runs_by_path(tmp_path, undrawn):
    (tmp_path / "mine.yaml").write_text(
        "scenario: baseline\nnations: [BRA, CHN, USA]\nuntil: 2027-12\n"
        "vary: {parameters.network: [0.2, 1.6], scenario: [baseline, rand_package]}\n"
        "ensemble: {runs: 3, seed: 2}\n"
    )
    done = sim("sweep", "mine.yaml", "--workers", "1", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["points"] == 4


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("baseline",), 1, "nothing varies"),
        (("baseline", "--vary", "parameters.netwrk=1,2"), 1, "did you mean 'network'"),
        (("baseline", "--vary", "parameters.network=1:2"), 1, "write low:high:count"),
        (("basline", *VARY), 1, "did you mean 'baseline'"),
        (("baseline", *VARY, "--design", "gird"), 1, "did you mean 'grid'"),
        (("baseline", *VARY, "--workers", "0"), 1, "0 workers"),
        (("baseline", *VARY, "--engine", "mess"), 1, "did you mean 'mesa'"),
        (("baseline", *VARY, "--runs", "0"), 1, "runs 0 is outside"),
        (("baseline", *VARY, "--points", "0"), 1, "a grid takes no number of points"),
        ((), 2, "STUDY"),
    ],
)
def test_what_is_wrong_has_its_code_and_one_clear_message(words, code, says, tmp_path):
    done = sim("sweep", *words, cwd=tmp_path)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()


def test_a_file_where_results_go_exits_3(tmp_path):
    (tmp_path / "results").write_text("in the way")
    done = sim("sweep", "baseline", *VARY, *SMALL, cwd=tmp_path)
    assert done.returncode == 3
    assert "is not a folder" in done.stderr


@pytest.mark.parametrize("most", [3_000, 60_000])
def test_a_full_disk_exits_3_and_keeps_what_is_finished(tmp_path, most):
    """No file may grow beyond a size: the first shard, or the outcomes put together, fail."""

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    words = ("sweep", "baseline", *VARY, *SMALL, "--runs", "96", "--quiet")
    full = subprocess.run(
        [sys.executable, "-m", "sim", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=small_files,
    )
    assert full.returncode == 3, full.stderr
    assert "what is finished is kept" in full.stderr
    assert "Traceback" not in full.stderr
    assert not list(tmp_path.rglob(".*parquet*"))
    assert not list(tmp_path.rglob("outcomes.parquet"))
    again = sim(*words, cwd=tmp_path)
    assert again.returncode == 0, again.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_cleanly_and_keeps_what_is_finished(tmp_path, workers):
    words = ("sweep", "baseline", "--vary", "parameters.network=0.2:1.6:200", "--runs", "96",
             "--nations", "BRA,CHN,KEN,USA", "--workers", workers, "--quiet")  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    while not list(tmp_path.rglob("shards/*.parquet")):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert list(tmp_path.rglob("shards/*.parquet"))
    assert not list(tmp_path.rglob(".*parquet*"))
