"""The same question gives the same bytes, however it is computed, and however often."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.probe import Attempt, equal, made, outside, run, seal

SMALL = ["--seed", "7", "--nations", "BRA,CHN,KEN,USA", "--until", "2027-12", "--quiet"]
RUN = ["run", "baseline", "--runs", "100", *SMALL]
SWEEP = ["sweep", "baseline", "--vary", "parameters.network=0.2:1.6:5", "--runs", "96", *SMALL]
COMPARE = ["compare", "rand_package", "--runs", "200", *SMALL]

WAYS: dict[str, tuple[list[str], dict[str, str]]] = {
    "again": ([], {}), "one worker": (["--workers", "1"], {}),
    "two workers": (["--workers", "2"], {}),
    "four workers": (["--workers", "4"], {}), "another hash seed": ([], {"PYTHONHASHSEED": "9"}),
    "another locale": ([], {"LC_ALL": "C"}), "optimised": ([], {"PYTHONOPTIMIZE": "2"}),
    "another folder": (["--out", "elsewhere/results"], {}),
}  # fmt: skip


def attempts() -> Iterator[Attempt]:
    """Yield a command and another way to compute the same."""
    for name, words in (("run", RUN), ("sweep", SWEEP), ("compare", COMPARE)):
        yield from (
            Attempt(f"{name}, {way}", partial(_otherwise, words, more, variables))
            for way, (more, variables) in WAYS.items()
        )
    for name, words in (("run", RUN), ("sweep", SWEEP)):
        small = [*words, "--runs", "4", "--until", "2024-12"]
        yield Attempt(f"{name}, both engines", partial(_engines, small))


def _otherwise(
    words: list[str], more: list[str], variables: dict[str, str], folder: Path
) -> str | None:
    place = folder / "elsewhere" if "--out" in more else folder
    broken = outside([*words, *more], (0,), folder, **variables)
    return broken or equal(place, made(words, run))


def _engines(words: list[str], folder: Path) -> str | None:
    seals = []
    for engine in ("kernel", "mesa"):
        (folder / engine).mkdir()
        if broken := outside([*words, "--engine", engine], (0,), folder / engine):
            return broken
        tables = sorted((folder / engine).rglob("*.parquet"))
        tables = [table for table in tables if "shards" not in table.parts]
        seals.append([table.read_bytes() for table in tables])
    return None if seals[0] == seals[1] else "the engines differ"


def soak() -> Iterator[Attempt]:
    """Yield many runs in one process, which may not grow."""
    yield Attempt("60 runs in one process", _many)


def _many(folder: Path) -> str | None:
    import sim

    sizes, seals = [], set()
    for number in range(60):
        out = folder / str(number % 3)
        sim.run("baseline", runs=48, seed=3, until="2026-12", out=out)
        seals.add(seal(out))
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
        sizes.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    if len(seals) > 1:
        return "the results differ"
    grown = sizes[-1] - sizes[19]
    return None if grown < 60 else f"the memory grew by {grown:.0f} MB in 40 runs: {sizes[::10]}"
