"""The first compilation: a second process helps, and is missed by nobody."""

from __future__ import annotations

import sys
import threading

import pytest

from sim.world import warmup
from tests.world import worlds


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return the commands that were started, with an empty cache and two processors."""
    commands = []
    real = warmup.subprocess.Popen
    monkeypatch.setattr(warmup, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(warmup, "processors", lambda: 2)

    def popen(command, **options):
        commands.append(command)
        return real(["true"], **options)

    monkeypatch.setattr(warmup.subprocess, "Popen", popen)
    return commands


def test_the_second_process_is_started_once(started, tmp_path):
    drivers = worlds.toy(1)
    warmup.warm_up(drivers)
    warmup.warm_up(drivers)
    assert started == [warmup.command()]
    assert (tmp_path / warmup.DONE).exists()


def test_threads_that_come_at_once_start_it_once(started):
    drivers = worlds.toy(1)
    pair = [threading.Thread(target=warmup.warm_up, args=(drivers,)) for _ in range(4)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert len(started) == 1


def test_one_processor_compiles_as_it_goes(started, monkeypatch):
    monkeypatch.setattr(warmup, "processors", lambda: 1)
    warmup.warm_up(worlds.toy(1))
    assert started == []


def test_a_failure_of_the_second_process_is_no_failure(started, monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    warmup.warm_up(worlds.toy(1))


def test_what_fails_here_ends_the_second_process(started, monkeypatch, tmp_path):
    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(warmup, "Kernel", broken)
    with pytest.raises(KeyboardInterrupt):
        warmup.warm_up(worlds.toy(1))
    assert not (tmp_path / warmup.DONE).exists()


def test_the_other_half_can_be_run():
    warmup.other_half()
