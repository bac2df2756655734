"""Signals at random moments, and many processes on one folder: the bytes are those of one run."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.faults.probe import (
    SIM,
    Attempt,
    environment,
    equal,
    made,
    outside,
    run,
    seconds,
    wait_for,
)

SEED = 20261129
NATIONS = ("--nations", "BRA,CHN,KEN,USA", "--until", "2028-12")
SMALL: dict[str, tuple[str, ...]] = {
    "run": ("run", "baseline", "--runs", "500", "--seed", "3", *NATIONS),
    "sweep": ("sweep", "baseline", "--vary", "parameters.network=0.2:1.6:12", "--runs", "96",
              "--seed", "5", *NATIONS),
    "compare": ("compare", "rand_package", "--runs", "250", "--seed", "3", *NATIONS),
    "robust": ("robust", "us_policies_in_many_worlds", "--points", "12", "--runs", "24", *NATIONS),
    "calibrate": ("calibrate", "--members", "200", "--steps", "1", "--until", "2025-03"),
}  # fmt: skip
KINDS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ROUNDS = 4
"""Moments at which each signal comes, for each command, to the process alone or to its group."""

PARTS = (0.25, 0.95)
"""Between which parts of the time that a command takes alone a signal comes."""

RIGHT = {signal.SIGKILL: (-9,), signal.SIGTERM: (143,), signal.SIGINT: (130,),
         signal.SIGHUP: (129,)}  # fmt: skip

Process = subprocess.Popen[str]


def alone(words: Sequence[str]) -> tuple[Path, float]:
    """Return the folder of a command that was left alone, and how long it took."""
    made(("list", "scenarios"), run)
    return made(words, run), seconds[tuple(words)]


def start(words: Sequence[str], folder: Path, program: Sequence[str] = SIM) -> Process:
    """Start a command in a session of its own and return its process."""
    return subprocess.Popen(
        [*program, *words], cwd=folder, env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def attempts() -> Iterator[Attempt]:
    """Yield a signal at a random moment of each command, and the same command again."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    for command, number, place in itertools.product(SMALL, KINDS, range(ROUNDS)):
        part, to = draw.uniform(*PARTS), ("process", "group")[place % 2]
        make = partial(signalled, (*SMALL[command], "--quiet"), number, part, to)
        yield Attempt(f"{number.name} to the {to} of {command} at {part:.0%}", make)


def signalled(
    words: Sequence[str], number: signal.Signals, part: float, to: str, folder: Path
) -> str | None:
    """Send a signal to a command after a part of its time, and run it again.

    Parameters
    ----------
    words : sequence of str
    number : Signals
    part : float
        Of the time that the command takes alone.
    to : {"process", "group"}
    folder : Path
    """
    wanted, lasted = alone(words)
    process = start(words, folder)
    if wait_for(process, part * lasted):
        (os.killpg if to == "group" else os.kill)(process.pid, number)
    _, said = process.communicate(timeout=120)
    if process.returncode not in (*RIGHT[number], 0):
        return f"exit code {process.returncode}: {said[-300:]}"
    if "Traceback" in said:
        return f"a traceback: {said[-300:]}"
    if orphans := of_session(process.pid):
        return f"processes are left: {orphans}"
    if words[0] == "run" and process.returncode not in (0, -9) and any(folder.iterdir()):
        return f"left behind: {[str(f) for f in folder.rglob('*')][:5]}"
    broken = outside(words, (0,), folder)
    return f"the same command again: {broken}" if broken else equal(folder, wanted)


def of_session(session: int) -> list[int]:
    """Return the processes of a session that are still there a moment later."""
    for _ in range(60):
        left = [
            int(entry.name) for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _session(entry) == session
        ]  # fmt: skip
        if not left:
            return []
        time.sleep(0.1)
    return left


def _session(entry: Path) -> int | None:
    try:
        state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else int(session)


STARTED = "import pathlib, sim.cli; pathlib.Path('begun').touch(); sim.cli.main()"


def first_second() -> Iterator[Attempt]:
    """Yield Ctrl-C from the moment in which Python has come to the command."""
    yield from (
        Attempt(f"Ctrl-C after {after:.2f} s", partial(_interrupted, after))
        for after in (0.05 * place for place in range(24))
    )


def _interrupted(after: float, folder: Path) -> str | None:
    process = start(SMALL["run"], folder, (sys.executable, "-c", STARTED))
    while not (folder / "begun").exists():
        time.sleep(0.001)
    time.sleep(0.02 + after)
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=120)
    if process.returncode == 0 and "results" in printed:
        return None  # it was quicker than the signal
    quiet = said in {"", "sim: interrupted; nothing half-written is left\n"}
    return None if process.returncode == 130 and quiet else f"{process.returncode}: {said}"


def together() -> Iterator[Attempt]:
    """Yield processes that do the same at once in one folder, and one whose worker is killed."""
    yield from (
        Attempt(f"{count} times {command} at once", partial(_crowded, command, count))
        for command, count in (("run", 4), ("sweep", 3), ("compare", 2), ("calibrate", 2))
    )
    yield Attempt("a worker of a sweep is killed", _worker_killed)


def _crowded(command: str, count: int, folder: Path) -> str | None:
    words = (*SMALL[command], "--quiet")
    wanted, _ = alone(words)
    crowd = [start(words, folder) for _ in range(count)]
    for process in crowd:
        _, said = process.communicate(timeout=300)
        if process.returncode != 0:
            return f"exit code {process.returncode}: {said[-300:]}"
    return equal(folder, wanted)


def _worker_killed(folder: Path) -> str | None:
    wanted, _ = alone((*SMALL["sweep"], "--quiet"))
    process = start((*SMALL["sweep"], "--workers", "2", "--quiet"), folder)
    for _ in range(1000):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        workers = [
            int(child) for child in children
            if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
        ]  # fmt: skip
        if len(workers) == 2 or process.poll() is not None:
            break
        time.sleep(0.01)
    if workers:
        os.kill(workers[0], signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    return equal(folder, wanted) if process.returncode == 0 else said[-300:]
