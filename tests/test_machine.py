"""What is asked of the machine."""

from __future__ import annotations

import os

from sim import machine


def test_processors_are_those_that_this_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3}, raising=False)
    assert machine.processors() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert machine.processors() == 5
    monkeypatch.setattr(os, "cpu_count", lambda: None)  # a system that does not tell
    assert machine.processors() == 1
