"""Files from another time, and edits that leave the time of a file as it was."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.clocks import YEAR, blocks, made_at
from benchmarks.faults.handed import result_in
from benchmarks.faults.probe import Attempt, copied, equal, judged, made, run
from benchmarks.faults.stores import WORDS

DATES = {"1970": 86_400.0, "before 1970": -1e9, "2100": 130.0 * YEAR}
"""Times of files, in seconds since 1970."""

EDITED = {"scenario": ("0.50", "0.75"), "metrics": ("[:, 0]", "[:, 1]")}
"""What is changed in a file without a change of its length or time, by the file."""


def attempts() -> Iterator[Attempt]:
    """Yield stores and files from another time, and edits that leave the time as it was."""
    for command, (date, seconds) in itertools.product((*WORDS,), DATES.items()):
        yield Attempt(f"files of {command} from {date}", partial(_dated, command, seconds))
    far = {date: DATES[date] for date in ("1970", "2100")}
    for (date, seconds), age in itertools.product(far.items(), ("dead", "alive")):
        make = partial(_leftover, seconds, age)
        yield Attempt(f"a stage from {date} of a process that is {age}", make)
    for what, seconds in itertools.product(EDITED, far.values()):
        make = partial(_edited, what, seconds)
        yield Attempt(f"a file of {what} edited, its time still {seconds:.0f}", make)


def _dated(command: str, seconds: float, folder: Path) -> str | None:
    """Ask once more where every file is from another time: all of it is taken as it is."""
    wanted = copied(WORDS[command], folder, run)
    for file in folder.rglob("*"):
        os.utime(file, (seconds, seconds), follow_symlinks=False)
    before = made_at(folder), blocks(folder)
    broken = judged(*run(WORDS[command], folder), (0,)) or equal(folder, wanted)
    again = "it was made again"
    return broken or (None if before == (made_at(folder), blocks(folder)) else again)


def _leftover(seconds: float, age: str, folder: Path) -> str | None:
    """Leave a stage behind: of a living process it stays, of a dead one it goes after a day."""
    wanted = made(WORDS["run"], run)
    result = result_in(wanted)
    process = subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE)
    try:
        if age == "dead":
            process.kill()
            process.wait()
        stage = folder / result.parent.relative_to(wanted) / f".abc.{process.pid}-0123abcd"
        (stage / "abc").mkdir(parents=True)
        os.utime(stage, (seconds, seconds))
        broken = judged(*run(WORDS["run"], folder), (0,))
        stays = age == "alive" or seconds > time.time()
        return broken or (None if stage.exists() == stays else f"it is there: {stage.exists()}")
    finally:
        process.kill()
        process.communicate()


METRIC = """import sim

@sim.metric("mine", unit="fraction", title="Mine")
def mine(month):
    return month.share[:, 0]
"""
SCENARIO = (
    "extends: baseline\nlevers: [{id: us_sme_open_adoption, strength: 0.50, start: 2024-01}]\n"
)


def _edited(what: str, seconds: float, folder: Path) -> str | None:
    """Edit a file in place: what is asked for then is another result, and not the old one."""
    words = ["run", "x.yaml", "--metrics", "x.py", "--runs", "4", *WORDS["run"][4:]]
    old, new = EDITED[what]
    seen = []
    for now in (old, new):
        for name, text in (("x.yaml", SCENARIO), ("x.py", METRIC)):
            (folder / name).write_text(text.replace(old, now), encoding="utf-8")
            os.utime(folder / name, (seconds, seconds))
        code, said, printed = run(words, folder)
        if broken := judged(code, said, printed, (0,)):
            return broken
        seen.append((folder / printed.strip() / "outcomes.parquet").read_bytes())
    return None if seen[0] != seen[1] else "the numbers are those of before"
