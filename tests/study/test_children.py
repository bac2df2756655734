"""Processes that are being started are never left half told."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from sim.study.children import unheard


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_another_thread_takes_waits_until_processes_have_started(number):
    """The mask of the main thread does not keep its handler from being called in it."""
    went, heard = threading.Event(), []
    before = signal.signal(number, lambda *_: heard.append("handler"))
    other = threading.Thread(target=went.wait)
    other.start()  # hears signals: it began before any mask
    try:
        with unheard():
            os.kill(os.getpid(), number)
            for _ in range(1000):
                sum(range(100))  # the interpreter looks for signals between its instructions
            heard.append("started")
        assert heard == ["started", "handler"]
    finally:
        went.set()
        other.join()
        signal.signal(number, before)


def test_an_interrupt_ends_what_waits_for_it():
    """What came in between is raised when the processes have started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    done = False
    try:
        try:
            with unheard():
                os.kill(os.getpid(), signal.SIGINT)
                done = True
        except KeyboardInterrupt:
            assert done
        else:
            pytest.fail("the signal was lost")
    finally:
        signal.signal(signal.SIGINT, before)
