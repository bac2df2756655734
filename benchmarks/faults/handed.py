"""Results that are made again from their manifest, and handed over to other tools."""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import shutil
import signal
import time
import zipfile
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.options import WORD
from benchmarks.faults.places import BAD, GOOD, Prepare
from benchmarks.faults.probe import (
    Attempt,
    called,
    inside,
    judged,
    made,
    outside,
    run,
    seal,
    seconds,
    wait_for,
)
from benchmarks.faults.signals import PARTS, RIGHT, start
from benchmarks.faults.stores import CALIBRATE, DAMAGES, EDITS, NATIONS, WORDS, Damage, edit_of

SEED = 20261201
KINDS: dict[str, list[str]] = {
    **WORDS,
    "robust": [*WORDS["robust"][:-4], "2026-12", *WORDS["robust"][-3:]],
    "sensitivity": ["sensitivity", "baseline", "--vary", "parameters.network=0.2,1.6", "--design",
                    "morris", "--points", "2", "--runs", "2", *NATIONS],
    "package": ["compare", "rand_package", "--interactions", "--levers",
                "us_permissive_licence_incentive,us_sme_open_adoption", "--runs", "4", *NATIONS],
    "hypotheses": ["hypotheses", "h07_permissive_licences", "--runs", "4", "--workers", "1",
                   "--quiet"],
    "calibration": CALIBRATE,
    "hindcast": ["hindcast", "--cutoff", "2025-03", "--members", "200", "--steps", "1", "--quiet"],
}  # fmt: skip
"""A command for every kind of result."""

FORMATS = ("iamc", "netcdf", "csv", "xlsx")
BY_MONTH = ("run", "sweep", "sensitivity", "robust", "compare")
"""Kinds that have a table by month and group, as the first two formats need."""

HARMLESS = ("with text for how it was made",)
"""Edits of a manifest that are of nothing that a result is made from."""

ROUNDS = 2


def result_in(folder: Path) -> Path:
    """Return the folder of the first result below a folder."""
    found = sorted(file.parent for file in folder.rglob("manifest.json"))
    return next(place for place in found if place.name != "latest")


def attempts() -> Iterator[Attempt]:
    """Yield results of every kind, damaged ones, and places that take nothing."""
    for kind in KINDS:
        yield Attempt(f"repeat of {kind}", partial(_repeated, kind))
    for kind, (how, damage), number in itertools.product(
        ("run", "compare", "hypotheses"), DAMAGES.items(), range(ROUNDS)
    ):
        make = partial(_repeated_damaged, kind, damage, number, (0, 3))
        yield Attempt(f"manifest of {kind} {how} {number}, then repeat", make)
    for name, edit in EDITS.items():
        codes = (0,) if name in HARMLESS else (3,)
        make = partial(_repeated_damaged, "run", edit_of(edit), 0, codes)
        yield Attempt(f"manifest {name}, then repeat", make)
    for kind, form in itertools.product(KINDS, FORMATS):
        yield Attempt(f"export of {kind} as {form}", partial(_exported, kind, form))
    kinds = itertools.cycle(BY_MONTH)
    for (how, damage), form in itertools.product(DAMAGES.items(), FORMATS):
        make = partial(_exported_damaged, next(kinds), form, damage)
        yield Attempt(f"a table {how}, then export as {form}", make)
    for (name, prepare), word in itertools.product(BAD.items(), ("repeat", "export")):
        yield Attempt(f"{word} into {name}", partial(_refused, word, prepare))
    for (name, prepare), word in itertools.product(GOOD.items(), ("repeat", "export")):
        yield Attempt(f"{word} into {name}", partial(_written, word, prepare))
    for text in WORD:
        words = ["export", "--format", "csv", text]
        yield Attempt(f"export of {text[:20]!r}", partial(inside, words, (1, 2, 3), leaves=0))
        words = ["repeat", "--out", "out", text]
        yield Attempt(f"repeat of {text[:20]!r}", partial(inside, words, (1, 2, 3), leaves=0))


def _repeated(kind: str, folder: Path) -> str | None:
    """Repeat a result from its manifest alone."""
    known = result_in(made(KINDS[kind]))
    shutil.copy(known / "manifest.json", folder)
    return repeated(known, folder, called)


Run = Callable[[list[str], Path], tuple[int, str, str]]


def repeated(known: Path, folder: Path, how: Run, codes: Collection[int] = (0,)) -> str | None:
    """Repeat what a folder holds the manifest of, and return what is wrong with the outcome.

    Parameters
    ----------
    known : Path
        The result as it was made.
    folder : Path
        Holds the manifest; the new result goes below it.
    how : callable
        `called` or `run`.
    codes : collection of int
        Exit codes that are right.
    """
    code, said, printed = how(["repeat", ".", "--out", "again", "--quiet"], folder)
    broken = judged(code, said, printed, codes)
    there = sorted((folder / "again").rglob("manifest.json"))
    if broken is None and code == 0:
        return None if seal(result_in(folder / "again")) == seal(known) else "other bytes"
    return broken or (f"left behind: {there}" if there else None)


def _repeated_damaged(
    kind: str, damage: Damage, number: int, codes: tuple[int, ...], folder: Path
) -> str | None:
    known = result_in(made(KINDS[kind]))
    shutil.copy(known / "manifest.json", folder)
    damage(folder / "manifest.json", random.Random(SEED + number))  # noqa: S311 - no secret
    return repeated(known, folder, called, codes)


def _exported(kind: str, form: str, folder: Path) -> str | None:
    """Hand a result over twice: what is made can be read, and is the same."""
    words = ["export", str(result_in(made(KINDS[kind]))), "--format", form, "--out"]
    right = form in ("csv", "xlsx") or kind in BY_MONTH
    broken = inside([*words, "a"], (0,) if right else (1,), folder, leaves=0)
    if broken is not None or not right:
        return broken
    (place,) = (folder / "a").iterdir()
    return unread(place, form) or inside([*words, "a"], (0,), folder) or unread(place, form)


def unread(place: Path, form: str) -> str | None:
    """Return what is wrong with what was handed over, as those see it who read it."""
    if form == "iamc":
        with place.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        whole = rows and all(len(row) == len(head) for row in rows)
        return None if whole and head[:2] == ["Model", "Scenario"] else f"no table: {head}"
    if form == "netcdf":
        import xarray

        with xarray.open_dataset(place) as arrays:
            return None if arrays.data_vars else "no array"
    if form == "xlsx":
        with zipfile.ZipFile(place) as book:
            return None if book.testzip() is None and len(book.namelist()) > 5 else "no workbook"
    package = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
    named = {part["path"] for part in package["resources"]}
    there = {file.name for file in place.iterdir()} - {"datapackage.json"}
    return None if named == there and named else f"{named} are named, {there} are there"


def _exported_damaged(kind: str, form: str, damage: Damage, folder: Path) -> str | None:
    known = result_in(made(KINDS[kind]))
    shutil.copytree(known, folder / "result")
    draw = random.Random(SEED)  # noqa: S311 - no secret
    tables = sorted(f for f in (folder / "result").iterdir() if f.suffix in (".csv", ".parquet"))
    damage(draw.choice([table for table in tables if table.stat().st_size]), draw)
    return inside(["export", "result", "--format", form, "--out", "out"], (3,), folder, leaves=1)


def _words(word: str) -> list[str]:
    known = str(result_in(made(KINDS["run"])))
    return ["repeat", known] if word == "repeat" else ["export", known, "--format", "xlsx"]


def _refused(word: str, prepare: Prepare, folder: Path) -> str | None:
    out = prepare(folder)
    before = {entry.name for entry in folder.iterdir()}
    code, said, printed = called([*_words(word), "--out", out], folder)
    left = {entry.name for entry in folder.iterdir()} - before
    return judged(code, said, printed, (3,)) or (f"left behind: {left}" if left else None)


def _written(word: str, prepare: Prepare, folder: Path) -> str | None:
    out = prepare(folder)
    broken = inside([*_words(word), "--out", out], (0,), folder)
    ending = "manifest.json" if word == "repeat" else "*.xlsx"
    return broken or (None if any((folder / out).rglob(ending)) else "nothing is there")


def killed() -> Iterator[Attempt]:
    """Yield exports and repeats that are killed at a random moment, and the same again."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    for form, number in zip(FORMATS, itertools.cycle((signal.SIGKILL, signal.SIGTERM))):
        make = partial(_export_killed, form, number, draw.uniform(*PARTS))
        yield Attempt(f"{number.name} to an export as {form}", make)
    for kind, number in itertools.product(
        ("run", "compare"), (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
    ):
        make = partial(_repeat_killed, kind, number, draw.uniform(*PARTS))
        yield Attempt(f"{number.name} to a repeat of {kind}", make)


def _stopped(words: list[str], number: signal.Signals, after: float, folder: Path) -> str | None:
    """Send a signal to a command after some seconds, and return what is wrong with its end."""
    process = start(words, folder)
    if wait_for(process, after):
        os.kill(process.pid, number)
    _, said = process.communicate(timeout=120)
    right = process.returncode in (*RIGHT[number], 0) and "Traceback" not in said
    return None if right else f"exit code {process.returncode}: {said[-300:]}"


def _export_killed(form: str, number: signal.Signals, part: float, folder: Path) -> str | None:
    """Kill an export over one of before: what stands there stays whole."""
    words = ["export", str(result_in(made(KINDS["run"], run))), "--format", form, "--out", "out"]
    began = time.monotonic()
    if broken := outside(words, (0,), folder):
        return broken
    lasted = time.monotonic() - began
    (place,) = (folder / "out").iterdir()
    if broken := _stopped(words, number, part * lasted, folder):
        return broken
    seen = [entry for entry in (folder / "out").iterdir() if not entry.name.startswith(".")]
    broken = unread(place, form) if seen == [place] else f"there are {seen}"
    return broken or outside(words, (0,), folder) or unread(place, form)


def _repeat_killed(kind: str, number: signal.Signals, part: float, folder: Path) -> str | None:
    known = result_in(made(KINDS[kind], run))
    shutil.copy(known / "manifest.json", folder)
    words = ["repeat", ".", "--out", "again", "--quiet"]
    broken = _stopped(words, number, part * seconds[tuple(KINDS[kind])], folder)
    return broken or repeated(known, folder, run)
