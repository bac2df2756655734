"""Places to write that take nothing, streams that are broken, environments that are odd."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.faults.probe import Attempt, called, judged, outside, seal, shared, shell

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

BAD: dict[str, Callable[[Path], str]] = {
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
GOOD: dict[str, Callable[[Path], str]] = {
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
    for (command, words), (name, prepare) in itertools.product(COMMANDS.items(), BAD.items()):

        def refused(
            folder: Path, words: list[str] = words, prepare: Callable[[Path], str] = prepare
        ) -> str | None:
            out = prepare(folder)
            before = {entry.name for entry in folder.iterdir()}
            code, said, printed = called([*words, "--out", out], folder)
            broken = judged(code, said, printed, (3,))
            left = {entry.name for entry in folder.iterdir()} - before
            return broken or (f"left behind: {left}" if left else None)

        yield Attempt(f"{command} into {name}", refused)
    quick = ("run", "sweep", "sensitivity", "compare", "robust")
    for command, (name, prepare) in itertools.product(quick, GOOD.items()):

        def written(
            folder: Path, command: str = command, prepare: Callable[[Path], str] = prepare
        ) -> str | None:
            out = prepare(folder)
            code, said, printed = called([*COMMANDS[command], "--out", out], folder)
            there = any((folder / out).rglob("manifest.json"))
            return judged(code, said, printed, (0,)) or (None if there else "nothing is there")

        yield Attempt(f"{command} into {name}", written)


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
}  # fmt: skip


def _compile(folder: Path) -> None:
    """Let the code be compiled and stored, so that attempts meet it as another group left it."""
    broken = outside(COMMANDS["run"], (0,))(folder)
    if broken is not None:
        raise RuntimeError(f"run fails by itself: {broken}")


def environments() -> Iterator[Attempt]:
    """Yield streams and limits, and variables that may change no byte of a result."""
    for name, (line, codes) in STREAMS.items():

        def kept(folder: Path, line: str = line, codes: tuple[int, ...] = codes) -> str | None:
            shared(("compiled",), _compile)
            return shell(line, codes)(folder)

        yield Attempt(name, kept)
    for name, more in VARIABLES.items():

        def make(folder: Path, more: dict[str, str] = more) -> str | None:
            (folder / "a").mkdir()
            (folder / "b").mkdir()
            words = [*COMMANDS["run"], "--out", "out"]
            broken = outside(words, (0,), **more)(folder / "a") or outside(words, (0,))(
                folder / "b"
            )
            same = seal(folder / "a") == seal(folder / "b")
            return broken or (None if same else "other bytes")

        yield Attempt(f"environment: {name}", make)
    yield Attempt(
        "compiling is switched off", outside(COMMANDS["run"], (3,), NUMBA_DISABLE_JIT="1")
    )
