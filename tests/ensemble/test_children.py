"""Processes that are started, interrupted or killed at the worst moment are let go of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sim.ensemble.children import unheard


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
                # To this thread: another one may be put aside between taking it and telling Python,
                # and the interrupt would come after the test.
                signal.pthread_kill(threading.get_ident(), signal.SIGINT)
                done = True
        except KeyboardInterrupt:
            assert done
        else:
            pytest.fail("the signal was lost")
    finally:
        signal.signal(signal.SIGINT, before)


HALF_SENT = """
import multiprocessing, os, signal, time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from sim.ensemble.children import Workers

def enter():
    Connection._send = half

def half(self, content, write=os.write):
    write(self.fileno(), bytes(content)[: len(content) // 2])
    Path("sent").touch()
    {then}

def task():
    return b"x" * 1000

if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    workers = Workers(ProcessPoolExecutor(2, mp_context=spawn, initializer=enter))
    future = workers.submit(task)
    {meanwhile}
    workers.end()
    assert isinstance(future.exception(timeout=5), BrokenExecutor)
    print("gone")
"""


@pytest.mark.parametrize(
    ("then", "meanwhile"),
    [
        ("time.sleep(60)", "while not Path('sent').exists(): time.sleep(0.01)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "assert workers.next_finished() is future"),
    ],
    ids=["ended", "killed"],
)
def test_a_result_that_is_half_sent_is_not_waited_for(tmp_path, then, meanwhile):
    program = tmp_path / "program.py"
    program.write_text(HALF_SENT.format(then=then, meanwhile=meanwhile))
    ended = subprocess.run(
        [sys.executable, program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, "gone\n"), ended.stderr
