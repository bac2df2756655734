"""Tasks that share their history leave the bytes of tasks that run alone."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from sim.ensemble import tasks, together
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.tasks import Job, Task, run_task
from sim.errors import RunError
from sim.scenario import load

KEPT = Outcomes(metrics=("share.bloc_cn", "used.cn"), groups=("world", "IND"))


def document(name, *levers):
    found = copy.deepcopy(load(name).document())
    found["nations"] = ["CHN", "IND", "USA"]
    found["ensemble"] |= {"runs": 1, "seed": 4}
    if levers:
        found["levers"] = [entry for entry in found["levers"] if entry["id"] in levers]
    return found | {"name": "arm", "title": "", "description": "", "topic": ""}


def arm(name, *levers, runs=5):
    return Job(document(name, *levers), {}, (), ((),), runs, 4, KEPT)


def alone(job, task, monkeypatch):
    """Return the bytes of a task in which nothing is shared."""
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "_may_share", lambda *_: False)
        return run_task(job, task)


ARMS = {
    "baseline": arm("baseline"),
    "package": arm("rand_package"),
    "one": arm("rand_package", "us_nairr_scaleup"),
    "two": arm("rand_package", "us_nairr_scaleup", "us_public_open_lab"),
}


def test_arms_that_share_their_history_have_the_bytes_of_arms_run_alone(monkeypatch):
    monkeypatch.setattr(tasks, "LANES", 3)  # two blocks, the second of two lanes
    part = [(name, Task(name, 0, 5)) for name in ARMS]
    shared = together.run_part(ARMS, part)
    assert shared == [run_task(ARMS[name], task) for name, task in part]


@pytest.mark.parametrize(
    ("paths", "points"),
    [
        (("levers.us_nairr_scaleup.strength",), ((0.1,), (0.5,), (1.0,))),
        (("levers.us_nairr_scaleup.start",), (("2026-10",), ("2028-01",), ("2031-07",))),
        (
            ("scenario", "levers.us_nairr_scaleup.strength"),
            (("rand_package", 0.2), ("one", 0.2), ("one", 0.9), ("rand_package", 0.9)),
        ),
    ],
)
@pytest.mark.parametrize("lanes", [2, 48])
def test_points_of_levers_have_the_bytes_of_points_that_share_nothing(
    paths, points, lanes, monkeypatch
):
    monkeypatch.setattr(tasks, "LANES", lanes)
    chosen = {
        "rand_package": document("rand_package"),
        "one": document("rand_package", "us_nairr_scaleup"),
    }
    scenarios = chosen if "scenario" in paths else {}
    job = Job(chosen["rand_package"], scenarios, paths, points, 5, 4, KEPT)
    # Cut as a worker may get it: not all replicates of the first and of the last point.
    task = Task("x", 2, 5 * len(points) - 1)
    assert tasks._may_share(job, np.arange(task.first, task.last) % 5)
    assert run_task(job, task) == alone(job, task, monkeypatch)


def test_points_that_differ_in_more_than_levers_share_nothing():
    job = Job(document("baseline"), {}, ("parameters.network",), ((0.5,), (1.0,)), 5, 4, KEPT)
    assert not tasks._may_share(job, np.arange(10) % 5)


def test_a_failure_is_told_of_the_point_alone_that_fails(monkeypatch):
    """What is shared then is run again by itself, so that the others have their rows."""
    path, points = "levers.us_nairr_scaleup.start", (("2026-10",), ("2028-01",), ("2031-07",))
    job = Job(document("rand_package"), {}, (path,), points, 5, 4, KEPT)
    real = tasks._drivers

    def failing(job, slow):
        if slow == ((path, "2028-01"),):
            raise RunError("this one")
        return real(job, slow)

    monkeypatch.setattr(tasks, "_drivers", failing)
    done = run_task(job, Task("x", 0, 15))
    from sim.ensemble.blocks import failed, table

    assert failed(done) == {1: "this one"}
    assert set(table(done)["point"].to_pylist()) == {0, 2}


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_no_worker_waits_and_every_task_stands_in_one_part(workers):
    jobs = {f"{n}": arm("rand_package", "us_nairr_scaleup", runs=n + 1) for n in range(30)}
    asked = [(name, Task(name, 0, 5)) for name in jobs]
    found = together.parts(jobs, asked, workers)
    assert sorted(each for part in found for each in part) == sorted(asked)
    assert len(found) >= workers
    assert max(map(len, found)) <= together.MOST


def test_tasks_of_other_replicates_or_backgrounds_do_not_stand_in_one_part():
    other = arm("baseline")
    other.base["facts_until"] = "2025-12"
    jobs = {"a": arm("baseline"), "b": arm("rand_package"), "c": other}
    asked = [("a", Task("a", 0, 5)), ("b", Task("b", 0, 5)), ("b", Task("d", 5, 9)),
             ("c", Task("c", 0, 5))]  # fmt: skip
    found = together.parts(jobs, asked, 1)
    assert [[task.key for _, task in part] for part in found] == [["a", "b"], ["d"], ["c"]]
