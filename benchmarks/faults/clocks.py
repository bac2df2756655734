"""A clock that is set back or forward, and files from another time: no byte depends on it."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from benchmarks.faults.handed import result_in, unread
from benchmarks.faults.probe import (
    SIM,
    Attempt,
    environment,
    equal,
    judged,
    made,
    run,
    started,
    wait_for,
)
from benchmarks.faults.signals import PARTS, alone
from benchmarks.faults.stores import CALIBRATE, WORDS

SEED = 20261203
SMALL = {name: (*words,) for name, words in (*WORDS.items(), ("calibrate", CALIBRATE))}
YEAR = 31_557_600
CLOCKS = {
    "an hour back": -3600, "two days back": -172_800, "1970": 3600, "2100": 130 * YEAR,
}  # fmt: skip
"""Seconds from now, or from the beginning of 1970 where the name is a year."""

CUT = ("sweep", "compare", "calibrate")
"""Commands that keep finished blocks and go on from there."""


PLAIN = {
    "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
    "FAKETIME_NO_CACHE": "1",
}  # fmt: skip
"""As a clock that is set: what counts seconds goes on, and files keep the times they have."""


DIAL = ".dial"
"""File that says by how much a clock is off."""


def is_there() -> bool:
    """Return whether libfaketime shifts the clock of a Python here; say it where it does not."""
    if shutil.which("faketime") is not None:
        words = (sys.executable, "-c", "import time; print(int(time.time()))")
        _, _, printed = started(("faketime", "@3600", *words), Path.cwd(), **PLAIN)
        if printed.strip().isdigit() and int(printed) < YEAR:
            return True
    print(
        "clocks: NOT TRIED with a clock that is set: libfaketime is not here or does not work "
        "with this Python (Debian: apt-get install faketime)", file=sys.stderr, flush=True,
    )  # fmt: skip
    return False


def attempts() -> Iterator[Attempt]:
    """Yield commands under another clock, from the start, from the resumption and in the middle."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    if not is_there():
        return
    for command, clock in itertools.product(SMALL, ("1970", "2100")):
        yield Attempt(f"{command} in {clock}", partial(_elsewhen, command, clock))
    for command, clock in itertools.product(CUT, CLOCKS):
        make = partial(_resumed, command, clock, draw.uniform(*PARTS))
        yield Attempt(f"{command}, killed and taken up with the clock at {clock}", make)
    for command, clock in itertools.product(("run", *CUT), CLOCKS):
        make = partial(_moved, command, clock, draw.uniform(*PARTS))
        yield Attempt(f"{command}, the clock set to {clock} on the way", make)
    for word, clock in itertools.product(USES, ("1970", "2100")):
        yield Attempt(f"{word} of a result in {clock}", partial(_used, word, clock))
    for clock in ("1970", "2100"):
        yield Attempt(f"a run beside one at work, clock at {clock}", partial(_beside, clock))


def offset(clock: str) -> float:
    """Return by how many seconds a clock is off."""
    return CLOCKS[clock] - (time.time() if clock.isdigit() else 0)


def _faked(folder: Path, seconds: float) -> dict[str, str]:
    """Return the environment of a process whose clock is off by what a file says."""
    dial = folder / DIAL
    _set(dial, seconds)
    _, _, printed = started(("faketime", "-f", "+0", "env"), folder)
    library = next(
        line.partition("=")[2] for line in printed.splitlines() if line.startswith("LD_PRELOAD")
    )
    return PLAIN | {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(dial)}


def _set(dial: Path, seconds: float) -> None:
    """Set a clock, in one step."""
    new = dial.with_name(f"{dial.name}-new")
    new.write_text(f"{seconds:+.0f}\n", encoding="utf-8")
    new.replace(dial)


def _start(words: Sequence[str], folder: Path, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*SIM, *words], cwd=folder, env=environment(**_faked(folder, seconds)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def _ended(process: subprocess.Popen[str], codes: tuple[int, ...] = (0,)) -> str | None:
    printed, said = process.communicate(timeout=300)
    return judged(process.returncode, said, printed, codes)


def _elsewhen(command: str, clock: str, folder: Path) -> str | None:
    wanted, _ = alone(SMALL[command])
    broken = _ended(_start(SMALL[command], folder, offset(clock)))
    year = "" if broken else made_at(folder)[:4]
    if broken is None and abs(int(year) - int(clock)) > 1:
        broken = f"the clock was not set: {year}"
    return broken or equal(folder, wanted)


def made_at(folder: Path) -> str:
    """Return when a result says that it was made."""
    known = json.loads((result_in(folder) / "manifest.json").read_text(encoding="utf-8"))
    return str(known["made"]["time"])


def _resumed(command: str, clock: str, part: float, folder: Path) -> str | None:
    """Kill a command and take it up under another clock: what is finished is kept and used."""
    wanted, lasted = alone(SMALL[command])
    process = _start(SMALL[command], folder, 0)
    if wait_for(process, part * lasted):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    before = blocks(folder)
    broken = _ended(_start(SMALL[command], folder, offset(clock)))
    after = blocks(folder)
    lost = [name for name in before if after.get(name) != before[name]]
    broken = broken or (f"finished blocks were lost or made again: {lost}" if lost else None)
    return broken or equal(folder, wanted)


def blocks(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the finished blocks of a store, by name, and which files they are."""
    found = {}
    for file in folder.rglob("shards/*"):
        if not file.name.startswith("."):
            about = file.stat()
            found[file.name] = (about.st_ino, about.st_mtime_ns)
    return found


def _moved(command: str, clock: str, part: float, folder: Path) -> str | None:
    wanted, lasted = alone(SMALL[command])
    process = _start(SMALL[command], folder, 0)
    wait_for(process, part * lasted)
    _set(folder / DIAL, offset(clock))
    return _ended(process) or equal(folder, wanted)


USES = {
    "report": ["report", "."], "repeat": ["repeat", ".", "--out", "out"],
    "iamc": ["export", ".", "--format", "iamc", "--out", "out"],
    "netcdf": ["export", ".", "--format", "netcdf", "--out", "out"],
    "xlsx": ["export", ".", "--format", "xlsx", "--out", "out"],
}  # fmt: skip


def _used(word: str, clock: str, folder: Path) -> str | None:
    known = result_in(made(WORDS["run"], run))
    shutil.copytree(known, folder, dirs_exist_ok=True)
    broken = _ended(_start(USES[word], folder, offset(clock)))
    if broken is not None or word == "report":
        return broken
    if word == "repeat":
        return equal(result_in(folder / "out"), known)
    (place,) = (folder / "out").iterdir()
    return unread(place, word)


def _beside(clock: str, folder: Path) -> str | None:
    """Run beside a run that is at work: what that one has staged stays, however old it looks."""
    wanted, _ = alone(SMALL["run"])
    first = _start(SMALL["run"], folder, 0)
    while first.poll() is None and not _aged(folder, first.pid):
        time.sleep(0.002)
    if first.poll() is not None:
        return "it had ended before it was seen at work"
    first.send_signal(signal.SIGSTOP)
    try:
        broken = _ended(_start([*SMALL["run"], "--seed", "4"], folder, offset(clock)))
    finally:
        first.send_signal(signal.SIGCONT)
    result = result_in(wanted)
    return _ended(first) or broken or equal(folder / result.relative_to(wanted), result)


def _aged(folder: Path, process: int) -> bool:
    """Give what a process has staged the time of 1970, and return whether there was any."""
    staged = [place for place in folder.rglob(f".*.{process}-*") if place.is_dir()]
    for place in staged:
        with suppress(FileNotFoundError):  # it may be in its place by now
            os.utime(place, (0, 0))
    return bool(staged)
