"""The oldest supported Python: the same bytes, and either goes on where the other was killed."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from benchmarks.faults.handed import FORMATS, KINDS, Run, repeated, result_in, unread
from benchmarks.faults.probe import (
    ROOT,
    SIM,
    Attempt,
    copied,
    equal,
    judged,
    made,
    run,
    seal,
    seconds,
    started,
    wait_for,
)
from benchmarks.faults.signals import PARTS, SMALL, alone, start
from benchmarks.faults.stores import DAMAGES, Damage

SEED = 20261204
OLDEST = "3.12"
HOME = ROOT / "build" / "oldest"
"""Its environment; it is made where it is missing or the locked packages have changed."""

CUT = ("sweep", "compare", "robust", "calibrate")
REPEATED = ("run", "sweep", "robust", "compare", "hypotheses")
CROWDS = ("run", "sweep", "compare")


@cache
def interpreter() -> str | None:
    """Return the oldest supported Python of this machine, if there is one."""
    named = f"python{OLDEST}"
    candidates = [named] if shutil.which(named) else []
    if shutil.which("pyenv"):
        _, _, root = started(("pyenv", "root"), ROOT)
        candidates += map(str, sorted(Path(root.strip()).glob(f"versions/{OLDEST}*/bin/python")))
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    # A selector of versions may name a program that it does not have.
    answers = ((one, started((one, "-c", asked), ROOT)[2].strip()) for one in candidates)
    return next((one for one, said in answers if said == OLDEST), None)


_making = threading.Lock()


def python() -> Path:
    """Return the Python of an environment with the locked packages and this project."""
    with _making:
        return _python()


@cache
def _python() -> Path:
    place, stamp = HOME / "bin" / "python", HOME / "made-from"
    lock = ROOT / "requirements.lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return place
    pip = (place, "-m", "pip", "--disable-pip-version-check", "-qq", "install")
    for words in (
        (interpreter(), "-m", "venv", "--clear", HOME),
        (*pip, "--require-hashes", "-r", lock),
        (*pip, "--no-deps", "--no-build-isolation", "-e", ROOT),
    ):
        code, said, _ = started(words, ROOT)
        if code != 0:
            raise RuntimeError(f"no environment of Python {OLDEST}: {said[-300:]}")
    stamp.write_text(wanted, encoding="utf-8")
    return place


def program() -> tuple[str, ...]:
    """Return the command under the oldest Python."""
    return str(python()), "-m", "sim"


def run_oldest(words: Sequence[str], folder: Path) -> tuple[int, str, str]:
    """Run a command line under the oldest Python, as `run` does under this one."""
    return started((*program(), *words), folder)


RUNS: dict[str, Run] = {"this": run, "the oldest": run_oldest}
OTHER = {"this": "the oldest", "the oldest": "this"}


def attempts() -> Iterator[Attempt]:
    """Yield what one of the two Pythons makes, or begins, and the other one takes."""
    if interpreter() is None or sys.version.startswith(f"{OLDEST}."):
        why = f"Python {OLDEST} is not here" if interpreter() is None else "it is the one in use"
        print(f"oldest: none tried, {why}", file=sys.stderr, flush=True)
        return
    draw = random.Random(SEED)  # noqa: S311 - no secret
    for kind in KINDS:
        yield Attempt(f"{kind} by both", partial(_both, kind))
    for command, first in itertools.product(CUT, RUNS):
        make = partial(_taken_up, command, first, draw.uniform(*PARTS))
        yield Attempt(f"{command}, begun by {first}, taken up by {OTHER[first]}", make)
    for kind, first in itertools.product(REPEATED, RUNS):
        make = partial(_repeated, kind, first)
        yield Attempt(f"{kind} of {first}, repeated by {OTHER[first]}", make)
    for command, first in zip(CROWDS, itertools.cycle(RUNS)):
        make = partial(_crowded, command, first)
        yield Attempt(f"{command} at once, {first} before {OTHER[first]}", make)
    for (how, damage), first in zip(DAMAGES.items(), itertools.cycle(RUNS)):
        make = partial(_damaged, first, damage)
        yield Attempt(f"a block of {first} {how}, taken by {OTHER[first]}", make)
    for form, first in zip(FORMATS, itertools.cycle(RUNS)):
        make = partial(_handed, form, first)
        yield Attempt(f"a run of {first} as {form} by {OTHER[first]}", make)


def _of(kind: str, which: str) -> Path:
    """Return the result of a kind that one of the two has made."""
    return result_in(made(KINDS[kind], RUNS[which]))


def _both(kind: str, _: Path) -> str | None:
    mine, theirs = (made(KINDS[kind], how) for how in RUNS.values())
    names = [result_in(place).relative_to(place) for place in (mine, theirs)]
    if names[0] != names[1]:
        return f"other names: {names}"
    return equal(mine, theirs)


def _taken_up(command: str, first: str, part: float, folder: Path) -> str | None:
    """Kill a command under one Python and let the other one go on."""
    words = (*SMALL[command], "--quiet")
    wanted, _ = alone(words)
    made(words, RUNS[first])
    process = start(words, folder, SIM if first == "this" else program())
    if wait_for(process, part * seconds[words]):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    before = {file.name: file.stat().st_ino for file in folder.rglob("shards/*-*")}
    broken = judged(*RUNS[OTHER[first]](words, folder), (0,)) or equal(folder, wanted)
    after = {file.name: file.stat().st_ino for file in folder.rglob("shards/*-*")}
    lost = [name for name in before if not name.startswith(".") and after.get(name) != before[name]]
    return broken or (f"finished blocks were made again: {lost}" if lost else None)


def _repeated(kind: str, first: str, folder: Path) -> str | None:
    known = _of(kind, first)
    shutil.copy(known / "manifest.json", folder)
    return repeated(known, folder, RUNS[OTHER[first]])


def _crowded(command: str, first: str, folder: Path) -> str | None:
    words = (*SMALL[command], "--quiet")
    wanted, _ = alone(words)
    both = (SIM, program()) if first == "this" else (program(), SIM)
    for process in [start(words, folder, one) for one in both]:
        printed, said = process.communicate(timeout=300)
        if broken := judged(process.returncode, said, printed, (0,)):
            return broken
    return equal(folder, wanted)


def _damaged(first: str, damage: Damage, folder: Path) -> str | None:
    """Damage a finished block of one Python and let the other ask for the same."""
    wanted = copied(KINDS["sweep"], folder, RUNS[first])
    shutil.rmtree(result_in(folder))
    draw = random.Random(SEED)  # noqa: S311 - no secret
    damage(draw.choice(sorted(folder.rglob("shards/*-*"))), draw)
    broken = judged(*RUNS[OTHER[first]](KINDS["sweep"], folder), (0,))
    return broken or equal(folder, wanted)


def _handed(form: str, first: str, folder: Path) -> str | None:
    """Hand one result over under both: seals hold, and text is equal to the byte."""
    known, seen = str(_of("run", first)), []
    for name, how in RUNS.items():
        words = ["export", known, "--format", form, "--out", name]
        if broken := judged(*how(words, folder), (0,)):
            return broken
        (place,) = (folder / name).iterdir()
        if broken := unread(place, form):
            return broken
        seen.append(seal(folder / name) if form in ("iamc", "csv") else "")
    return None if seen[0] == seen[1] else "other bytes"
