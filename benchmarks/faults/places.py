"""Places to write that take nothing, streams that are broken, environments that are odd."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.probe import Attempt, called, judged, made, outside, run, seal, shell

SHORT = ["--until", "2023-03", "--quiet"]
COMMANDS: dict[str, list[str]] = {
    "run": ["run", "baseline", "--runs", "2", *SHORT],
    "sweep": ["sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--runs", "2", *SHORT],
    "sensitivity": ["sensitivity", "baseline", "--vary", "parameters.network=0.2,1.6", "--design",
                    "morris", "--points", "2", "--runs", "2", *SHORT],
    "compare": ["compare", "rand_package", "--runs", "2", *SHORT],
    "robust": ["robust", "us_policies_in_many_worlds", "--runs", "2", "--points", "2", *SHORT],
    "calibrate": ["calibrate", "--members", "200", "--steps", "1", "--quiet"],
    "hindcast": ["hindcast", "--members", "200", "--steps", "1", "--quiet"],
}  # fmt: skip

Prepare = Callable[[Path], str]
"""Puts something into a folder, and returns what to give as ``--out``."""

BAD: dict[str, Prepare] = {
    "/proc/x": lambda _: "/proc/x",
    "/sys/x": lambda _: "/sys/x",
    "/dev/null": lambda _: "/dev/null",
    "below a device": lambda _: "/dev/null/x",
    "a file": lambda folder: _file(folder / "out"),
    "below a file": lambda folder: _file(folder / "out") + "/x",
    "a link to nowhere": lambda folder: _link(folder / "out", "nowhere"),
    "a link to itself": lambda folder: _link(folder / "out", "out"),
    "a link to a file": lambda folder: _link(folder / "out", _file(folder / "file")),
    "too long": lambda _: "a" * 300,
    "too long below": lambda _: "x/" + "b" * 256,
    "too long a path": lambda _: "a/" * 3000,
    "a pipe": lambda folder: _pipe(folder / "out"),
    "undecodable": lambda _: os.fsdecode(b"a\xff\xfeb"),
}
GOOD: dict[str, Prepare] = {
    "spaces": lambda _: "a b  c",
    "quotes": lambda _: "a'b\"c",
    "emoji": lambda _: "\U0001f600",
    "a newline": lambda _: "a\nb",
    "a link to a folder": lambda folder: _link(folder / "out", _folder(folder / "real")),
    "dots": lambda _: "./a/../b/./c",
    "a dash": lambda _: "./--out",
    "deep": lambda _: "/".join("abcdefghij" * 6),
}


def _file(place: Path) -> str:
    place.touch()
    return str(place)


def _folder(place: Path) -> str:
    place.mkdir()
    return str(place)


def _link(place: Path, to: str) -> str:
    place.symlink_to(to)
    return str(place)


def _pipe(place: Path) -> str:
    os.mkfifo(place)
    return str(place)


def attempts() -> Iterator[Attempt]:
    """Yield places for every command that writes."""
    yield from (
        Attempt(f"{command} into {name}", partial(_refused, command, prepare))
        for command, (name, prepare) in itertools.product(COMMANDS, BAD.items())
    )
    quick = ("run", "sweep", "sensitivity", "compare", "robust")
    yield from (
        Attempt(f"{command} into {name}", partial(_written, command, prepare))
        for command, (name, prepare) in itertools.product(quick, GOOD.items())
    )


def _refused(command: str, prepare: Prepare, folder: Path) -> str | None:
    out = prepare(folder)
    before = {entry.name for entry in folder.iterdir()}
    code, said, printed = called([*COMMANDS[command], "--out", out], folder)
    left = {entry.name for entry in folder.iterdir()} - before
    return judged(code, said, printed, (3,)) or (f"left behind: {left}" if left else None)


def _written(command: str, prepare: Prepare, folder: Path) -> str | None:
    out = prepare(folder)
    code, said, printed = called([*COMMANDS[command], "--out", out], folder)
    there = any((folder / out).rglob("manifest.json"))
    return judged(code, said, printed, (0,)) or (None if there else "nothing is there")


STREAMS: dict[str, tuple[str, tuple[int, ...]]] = {
    "output is closed": ("S run baseline --runs 2 --until 2023-02 >&-", (3,)),
    "output is full": ("S list scenarios >/dev/full", (3,)),
    "JSON to a full output": ("S list scenarios --json >/dev/full", (3,)),
    "output has no reader": ("S list parameters | true; exit ${PIPESTATUS[0]}", (141,)),
    "output has a short reader": ("S list parameters | head -1; exit ${PIPESTATUS[0]}", (0, 141)),
    "errors are closed": ("S show nothing 2>&-", (1,)),
    "errors are full": ("S show nothing 2>/dev/full", (1,)),
    "errors have no reader": ("S show nothing 2> >(true)", (1,)),
    "input is closed": ("S list scenarios <&-", (0,)),
    "all are closed": ("S list scenarios <&- >&- 2>&-", (3,)),
    "the folder is gone": ("mkdir d; cd d; rmdir ../d; S list scenarios", (0,)),
    "the folder is gone, with --out": (
        'mkdir d; cd d; rmdir ../d; S run baseline --runs 2 --until 2023-02 --out "$OLDPWD/out" -q',
        (0,),
    ),
    "the folder is gone, without": (
        "mkdir d; cd d; rmdir ../d; S run baseline --runs 2 --until 2023-02", (3,)
    ),
    "little memory": ("ulimit -v 700000; S run baseline --runs 2 --until 2023-02", (3,)),
    "little memory, a comparison": (
        "ulimit -v 900000; S compare rand_package --runs 2 --until 2023-02", (3,)
    ),
    "little memory, a sweep": (
        "ulimit -v 900000; S sweep baseline --vary parameters.network=1,2", (3,)
    ),
    "few files": ("ulimit -n 24; S run baseline --runs 2 --until 2023-02 -q", (0, 3)),
    "small files": ("ulimit -f 8; S run baseline --runs 2 --until 2023-02 -q", (3,)),
}  # fmt: skip

VARIABLES: dict[str, dict[str, str]] = {
    "MPLBACKEND": {"MPLBACKEND": "nonsense"}, "HOME unset": {"HOME": ""},
    "HOME in /proc": {"HOME": "/proc/1"},
    "TMPDIR nowhere": {"TMPDIR": "/nonexistent"}, "C": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "ASCII": {"PYTHONIOENCODING": "ascii"}, "Turkish": {"LC_ALL": "tr_TR.UTF-8"},
    "hash seed": {"PYTHONHASHSEED": "77"}, "one thread": {"OMP_NUM_THREADS": "1"},
    "64 threads": {"OMP_NUM_THREADS": "64", "NUMBA_NUM_THREADS": "2"}, "TZ": {"TZ": "Asia/Tokyo"},
    "optimised": {"PYTHONOPTIMIZE": "1"}, "errors": {"PYTHONWARNINGS": "error"},
    "TERM": {"TERM": "dumb", "COLUMNS": "20"}, "no bytecode": {"PYTHONDONTWRITEBYTECODE": "1"},
    "debug": {"SIM_DEBUG": "1"}, "forced colour": {"FORCE_COLOR": "1"},
    "no colour": {"NO_COLOR": "1"},
    "development": {"PYTHONDEVMODE": "0", "PYTHONASYNCIODEBUG": "1"},
    "compiling is switched off": {"NUMBA_DISABLE_JIT": "1"},
}  # fmt: skip


def environments() -> Iterator[Attempt]:
    """Yield streams and limits, and variables that may change no byte of a result."""
    yield from (
        Attempt(name, partial(_streamed, line, codes)) for name, (line, codes) in STREAMS.items()
    )
    yield from (
        Attempt(f"environment: {name}", partial(_under, more)) for name, more in VARIABLES.items()
    )


def _streamed(line: str, codes: tuple[int, ...], folder: Path) -> str | None:
    # The code is compiled and stored before, so that attempts meet it as another group left it.
    made(COMMANDS["run"], run)
    return shell(line, codes, folder)


def _under(more: dict[str, str], folder: Path) -> str | None:
    words = [*COMMANDS["run"], "--out", "out"]
    seals = []
    for name, variables in (("a", more), ("b", {})):
        (folder / name).mkdir()
        if broken := outside(words, (0,), folder / name, **variables):
            return broken
        seals.append(seal(folder / name))
    return None if seals[0] == seals[1] else "other bytes"
