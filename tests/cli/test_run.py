"""``sim run``: files, JSON, interruptions and places that cannot be written.

What is written and printed is asked of the command in the tests' own process; signals, limits of
the system and worker processes are met by a process as a user starts it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time

import pandas as pd
import pytest

from sim.report.tables import STRAIGHT
from tests.cli import here
from tests.cli.conftest import MADE_UP, ROOT, environment

VARIED = "parameters.network=0.5:1.5:3"


@pytest.fixture
def run(tmp_path):
    """Run ``sim run`` over the made-up world in this process, in an empty folder."""

    def call(*words, **more):
        with here.made_up_world(**more):
            return here.sim("run", *map(str, words), cwd=tmp_path)

    return call


@pytest.fixture
def run_process(sim):
    """Run ``sim run`` over the made-up world in a process of its own."""

    def call(*words, **more):
        return sim("run", *words, made_up=True, **more)

    return call


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return the folder in which ``sim run baseline --runs 2`` was called, and what it did."""
    folder = tmp_path_factory.mktemp("first")
    with here.made_up_world():
        done = here.sim("run", "baseline", "--runs", "2", "--json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, json.loads(done.stdout)


@pytest.fixture
def finished(first, tmp_path):
    """Return what ``sim run baseline --runs 2`` said, whose files lie in this test's folder."""
    folder, said = first
    shutil.copytree(folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    return said


def test_json_is_one_value_with_the_keys_of_the_contract(run, undrawn, tmp_path):
    done = run("baseline", "--runs", 20, "--seed", 7, "--json", "--out", "here")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert set(found) == {
        "scenario", "hash", "folder", "runs", "seed", "summary", "headline", "futures",
    }  # fmt: skip
    assert {row["month"] for row in found["futures"]} == set(found["summary"]["world"])
    assert [row["figure"] for row in found["headline"]][:2] == ["used.cn", "share.bloc_cn"]
    assert (found["scenario"], found["runs"], found["seed"]) == ("baseline", 20, 7)
    folder = tmp_path / found["folder"]
    assert folder == tmp_path / "here" / "baseline" / found["hash"][:12]
    assert (tmp_path / "here" / "baseline" / "latest").resolve() == folder
    assert len(pd.read_parquet(folder / "runs.parquet")["run"].unique()) == 20
    last = max(found["summary"]["world"])
    shares = found["summary"]["world"][last]["shares"]
    assert sum(share["mean"] for share in shares.values()) == pytest.approx(1.0)
    assert found["summary"]["world"][last]["largest"] in shares


def test_several_scenarios_give_a_list(run, undrawn):
    done = run("baseline", "rand_package", "--runs", 2, "--json")
    assert [row["scenario"] for row in json.loads(done.stdout)] == ["baseline", "rand_package"]


def test_a_person_reads_a_summary_and_where_the_files_are(run, undrawn, tmp_path):
    done = run("baseline", "--runs", 2)
    assert done.returncode == 0, done.stderr
    assert "World" in done.stdout
    assert "Mid-2025, outside China" in done.stdout
    place = next((tmp_path / "results" / "baseline").glob("[0-9a-f]*"))
    assert str(place.relative_to(tmp_path)) in done.stdout.replace("\n", "")


def test_quiet_says_only_where(run, undrawn, tmp_path):
    done = run("baseline", "--runs", 2, "--quiet")
    assert (tmp_path / done.stdout.strip() / "curves.csv").exists()
    assert len(done.stdout.splitlines()) == 1


def test_options_reach_the_scenario(run, undrawn, tmp_path):
    done = run(
        "baseline", "--runs", 2, "--until", "2030-06", "--nations", "BRA,IND",
        "--set", "parameters.network=1.5", "--json",
    )  # fmt: skip
    folder = tmp_path / json.loads(done.stdout)["folder"]
    scenario = json.loads((folder / "manifest.json").read_text())["asked"]["scenario"]
    assert scenario["period"]["end"] == "2030-06"
    assert scenario["nations"] == ["BRA", "IND"]
    assert scenario["parameters"]["network"] == 1.5


def test_a_run_of_some_nations_leaves_the_world_alone(run, finished, undrawn, tmp_path):
    one = json.loads(run("baseline", "--runs", 2, "--nations", "BRA", "--json").stdout)
    assert one["scenario"] == "baseline"
    assert one["folder"].startswith("results/baseline-BRA/")
    latest = tmp_path / "results" / "baseline" / "latest"
    assert latest.resolve() == (tmp_path / finished["folder"]).resolve()


def test_a_finished_result_is_read_and_not_run_again(run, finished, tmp_path):
    begun = tmp_path / "begun"
    folder = tmp_path / finished["folder"]
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    (tmp_path / "results" / "baseline" / "latest").unlink()
    done = run("baseline", "--runs", 2, MADE_UP_BEGUN=str(begun))
    made = json.loads((folder / "manifest.json").read_text())["made"]["time"]
    assert f"(unchanged, kept from {made})" in done.stdout
    assert not begun.exists()
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert (tmp_path / "results" / "baseline" / "latest").resolve() == folder.resolve()
    again = json.loads(run("baseline", "--runs", 2, "--json").stdout)
    assert again == {**finished, "unchanged": made}


def test_a_damaged_result_is_run_again_and_that_is_said(run, finished, tmp_path):
    table = tmp_path / finished["folder"] / "curves.csv"
    sound = table.read_bytes()
    table.write_bytes(sound + b"x")
    done = run("baseline", "--runs", 2, "--quiet")
    assert done.returncode == 0
    assert "curves.csv is not the table that was written; it is run again" in done.stderr
    assert table.read_bytes() == sound


def test_single_nations_are_run_where_the_result_that_is_there_lacks_them(run, undrawn, tmp_path):
    run("rand_package", "--runs", 2)
    done = run("rand_package", "--runs", 2, "--full", "--quiet")
    assert done.stderr == ""
    folder = tmp_path / done.stdout.strip()
    months = pd.read_parquet(folder / "curves.parquet").query("group == 'CHN'")["month"]
    assert {"2024-01", "2024-02"} <= set(months)
    assert (folder / "against.csv").exists()  # what was there stays
    again = run("rand_package", "--runs", 2, "--json")
    assert "unchanged" in json.loads(again.stdout)  # it holds more than is asked for


def test_a_run_ends_with_its_effect_against_the_reference(run, tmp_path):
    done = run("rand_package", "--runs", 2)
    assert done.returncode == 0, done.stderr
    last = done.stdout.rstrip("\n").splitlines()[-1]
    assert last.startswith("against baseline: US bloc in the ")
    assert " points (" in last
    assert not (tmp_path / "results" / "baseline").exists()
    known = json.loads(run("rand_package", "--runs", 2, "--json").stdout)
    assert known["against"]["reference"] == "baseline"
    page = (tmp_path / known["folder"] / "report.html").read_text()
    assert "Against baseline: US bloc" in page


def test_the_reference_is_read_where_it_is_there(run, finished, undrawn, tmp_path):
    quiet = run("rand_package", "--runs", 2, "--quiet")
    assert not (tmp_path / quiet.stdout.strip() / "against.csv").exists()
    begun = tmp_path / "begun"
    done = run("rand_package", "--runs", 2, "--json", MADE_UP_BEGUN=str(begun))
    assert "against" in json.loads(done.stdout)
    assert not begun.exists()  # neither the scenario nor the reference was run
    assert (tmp_path / quiet.stdout.strip() / "against.csv").exists()


def test_full_keeps_single_nations(run, undrawn, tmp_path):
    folder = json.loads(run("baseline", "--runs", 2, "--full", "--json").stdout)["folder"]
    assert "CHN" in set(pd.read_parquet(tmp_path / folder / "runs.parquet")["group"])


def test_report_builds_the_page_again(sim, finished, tmp_path):
    folder = tmp_path / finished["folder"]
    page = (folder / "report.html").read_text()
    (folder / "report.html").unlink()
    done = sim("report", folder.parent / "latest")
    assert done.returncode == 0, done.stderr
    again = (folder / "report.html").read_text()
    # Charts of nations, which a result keeps at Decembers, are drawn by straight lines, and say so.
    assert again.count(f" {STRAIGHT}") == 1
    assert _without_charts(again.replace(f" {STRAIGHT}", "")) == _without_charts(page)


def _without_charts(page):
    """Return a page without the paths of its nations' charts."""
    return re.sub(r'<path class="(us-|european|sovereign|chinese)[^>]*>', "", page)


def test_a_result_that_keeps_everything_has_the_same_page_again(run, sim, tmp_path):
    folder = tmp_path / run("baseline", "--runs", 2, "--full", "--quiet").stdout.strip()
    page = (folder / "report.html").read_text()
    assert sim("report", folder).returncode == 0
    assert (folder / "report.html").read_text() == page


@pytest.mark.parametrize("out", ["taken", "taken/deeper"])
def test_a_file_in_the_folders_place_exits_3(run, tmp_path, out):
    (tmp_path / "taken").write_text("mine")
    done = run("baseline", "--runs", 2, "--out", out, MADE_UP_BEGUN=str(tmp_path / "begun"))
    assert done.returncode == 3
    assert "taken is not a folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]  # and no block was run


@pytest.mark.parametrize("most", [0, 5_000, 100_000])
def test_a_full_disk_exits_3_and_leaves_nothing(run_process, tmp_path, most):
    done = run_process("baseline", "--runs", 40, MADE_UP_BYTES=str(most))
    assert done.returncode == 3, done.stderr
    # The last line: matplotlib may complain before that it cannot keep its list of fonts.
    assert "nothing was written" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_processes_give_what_one_process_gives(run, run_process, tmp_path):
    tables = []
    for call, options in ((run, []), (run_process, ["--engine", "mesa", "--workers", "2"])):
        done = call("baseline", "--runs", 40, "--json", "--out", f"out{len(options)}", *options)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / json.loads(done.stdout)["folder"]
        tables.append((folder.name, pd.read_parquet(folder / "runs.parquet")))
    assert tables[0][0] == tables[1][0]  # neither engine nor workers are in the hash
    pd.testing.assert_frame_equal(tables[0][1], tables[1][1], check_exact=True)


@pytest.mark.parametrize(("engine", "workers"), [("kernel", 1), ("kernel", 2), ("mesa", 2)])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing(tmp_path, engine, workers, number, code):
    begun = tmp_path / "begun"
    child = subprocess.Popen(
        [
            *MADE_UP,
            "run",
            "baseline",
            "--runs",
            "1600",
            "--engine",
            engine,
            "--workers",
            str(workers),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
        env=environment(MADE_UP_BEGUN=str(begun), MADE_UP_SECONDS="0.2"),
    )
    while not begun.exists():
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.02)
    # Ctrl-C reaches every process of a terminal, a request to end only the one that is named.
    os.killpg(child.pid, number) if number == signal.SIGINT else child.send_signal(number)
    said, complaint = child.communicate(timeout=60)
    assert child.returncode == code, complaint
    assert said == ""
    assert "Traceback" not in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["begun"]


LATE = """
import pathlib, signal, sys, time
if "--multiprocessing-fork" in sys.orig_argv:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    pathlib.Path("starting").touch()
    time.sleep(2)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
"""
"""What Python runs before anything else: a worker process that is slow to start and says so, and
whose parent cannot end it before it has said what the signal did to it."""


@pytest.mark.parametrize("words", [("run", "baseline"), ("sweep", "baseline", "--vary", VARIED)])
def test_ctrl_c_while_workers_start_is_no_traceback(tmp_path, words):
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "sitecustomize.py").write_text(LATE)
    more = ("--engine", "mesa") if words[0] == "run" else ()
    child = subprocess.Popen(
        [*MADE_UP, *words, "--runs", "96", "--workers", "2", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        start_new_session=True, env=environment(PYTHONPATH=f"{tmp_path / 'late'}:{ROOT}"),
    )  # fmt: skip
    while not (tmp_path / "starting").exists():
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)
    said, complaint = child.communicate(timeout=60)
    assert (child.returncode, said) == (130, "")
    assert complaint.startswith("sim: interrupted; ")
    assert len(complaint.splitlines()) == 1
