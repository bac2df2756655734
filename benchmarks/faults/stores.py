"""Files of stores, results and the compiled cache, damaged behind the command's back."""

from __future__ import annotations

import itertools
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.faults.probe import Attempt, called, copied, equal, judged, started

SEED = 20261130
NATIONS = ["--nations", "BRA,CHN,USA", "--until", "2026-06", "--workers", "1", "--quiet"]
WORDS: dict[str, list[str]] = {
    "run": ["run", "baseline", "--runs", "20", *NATIONS],
    "sweep": ["sweep", "baseline", "--vary", "parameters.network=0.2,0.9,1.6", "--runs", "100",
              *NATIONS],
    "compare": ["compare", "rand_package", "--runs", "200", *NATIONS],
    "robust": ["robust", "us_policies_in_many_worlds", "--points", "6", "--runs", "10", *NATIONS],
}  # fmt: skip
CALIBRATE = ["calibrate", "--members", "200", "--steps", "1", "--until", "2025-03", "--quiet"]
ROUNDS = 6
TABLES = (
    "curves.csv", "curves.parquet", "runs.parquet", "outcomes.parquet",
    "history_chinese_share_by_month.csv",
)  # fmt: skip


Damage = Callable[[Path, random.Random], object]


def _flip(file: Path, draw: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    file.write_bytes(content)


def _as_folder(file: Path, _: random.Random) -> None:
    file.unlink()
    file.mkdir()


def _as_link(file: Path, _: random.Random) -> None:
    file.unlink()
    file.symlink_to("nowhere")


DAMAGES: dict[str, Damage] = {
    "emptied": lambda file, _: file.write_bytes(b""),
    "cut": lambda file, draw: file.write_bytes(
        file.read_bytes()[: draw.randrange(1, file.stat().st_size)]
    ),
    "flipped": _flip,
    "random": lambda file, draw: file.write_bytes(draw.randbytes(file.stat().st_size)),
    "deleted": lambda file, _: file.unlink(),
    "a folder": _as_folder,
    "a link to nowhere": _as_link,
}


def attempts() -> Iterator[Attempt]:
    """Yield a damaged file of a store, and the same command again."""
    yield from (
        Attempt(f"file {number} of {command} {how}", partial(_again, command, damage, number))
        for command, (how, damage), number in itertools.product(
            WORDS, DAMAGES.items(), range(ROUNDS)
        )
    )


def _again(command: str, damage: Damage, number: int, folder: Path) -> str | None:
    draw = random.Random(SEED + number)  # noqa: S311 - no secret
    wanted = copied(WORDS[command], folder)
    files = sorted(
        file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()
        and (command == "run" or {"shards", "arms"} & set(file.parts))
    )  # fmt: skip
    damage(files[draw.randrange(len(files))], draw)
    code, said, printed = called(WORDS[command], folder)
    broken = judged(code, said, printed, (0, 3))
    if broken is not None or code == 3:
        return broken
    return equal(folder, wanted)


TALLY = """
import numpy as np
from sim.world.rules import tally

out = np.empty((1, 1))
tally.adoption(np.array([[2.0]]), np.array([[8.0]]), out)
print(out[0, 0])
"""


def compiled() -> Iterator[Attempt]:
    """Yield damaged files of compiled code."""
    yield from (
        Attempt(f"compiled code, every {ending} {how}", partial(_compiled_again, ending, damage))
        for ending, (how, damage) in itertools.product(("nbi", "nbc"), DAMAGES.items())
    )


def _compiled_again(ending: str, damage: Damage, folder: Path) -> str | None:
    def once() -> tuple[int, str, str]:
        cache = str(folder / "cache")
        return started((sys.executable, "-c", TALLY), folder, SIM_CACHE_DIR=cache)

    once()
    draw = random.Random(SEED)  # noqa: S311 - no secret
    for file in sorted((folder / "cache").rglob(f"*.{ending}")):
        damage(file, draw)
    for _ in range(2):
        code, said, printed = once()
        if code != 0 or printed.split() != ["0.25"]:
            return f"{code}: {printed} {said[-300:]}"
        if len(said.splitlines()) > 1 or "Traceback" in said:
            return said[-300:]
    return f"said twice: {said}" if said else None


def calibration() -> Iterator[Attempt]:
    """Yield damaged steps of a calibration, and the same command again."""
    yield from (
        Attempt(f"step {number} of a calibration {how}", partial(_refitted, damage, number))
        for (how, damage), number in itertools.product(DAMAGES.items(), range(2))
    )


def _refitted(damage: Damage, number: int, folder: Path) -> str | None:
    wanted = copied(CALIBRATE, folder)
    steps = sorted(folder.rglob("*.npz"))
    damage(steps[number % len(steps)], random.Random(SEED))  # noqa: S311 - no secret
    code, said, printed = called(CALIBRATE, folder)
    return judged(code, said, printed, (0,)) or equal(folder, wanted)


def results() -> Iterator[Attempt]:
    """Yield results with a table damaged or a manifest edited, and `sim report` of them."""
    yield from (
        Attempt(f"table {number} {how}, then report", partial(_reported, table, damage))
        for (how, damage), (number, table) in itertools.product(DAMAGES.items(), enumerate(TABLES))
    )
    for name, edit in EDITS.items():
        make = partial(_reported, "manifest.json", edit_of(edit))
        yield Attempt(f"manifest {name}, then report", make)


def edit_of(edit: Callable[[dict[str, Any]], object]) -> Damage:
    """Return an edit of a manifest as a damage of its file."""
    return partial(_edit, edit)


def _edit(edit: Callable[[dict[str, Any]], object], file: Path, _: random.Random) -> None:
    manifest = json.loads(file.read_text())
    edit(manifest)
    file.write_text(json.dumps(manifest))


def _reported(name: str, damage: Damage, folder: Path) -> str | None:
    """Damage a file of a result and ask for its report."""
    copied(WORDS["run"], folder)
    result = next((folder / "results").glob("baseline*/[0-9a-f]*"))
    damage(result / name, random.Random(SEED))  # noqa: S311 - no secret
    code, said, printed = called(["report", os.path.relpath(result, folder)], folder)
    return judged(code, said, printed, (3,))


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "without hash": lambda known: known.pop("hash"),
    "without kind": lambda known: known.pop("kind"),
    "without scenario": lambda known: known["asked"].pop("scenario"),
    "without versions": lambda known: known.pop("versions"),
    "without seals": lambda known: known.pop("seals"),
    "with no seal": lambda known: known["seals"].clear(),
    "with a seal less": lambda known: known["seals"].popitem(),
    "without a word on how it was made": lambda known: known.pop("made"),
    "with text for how it was made": lambda known: known.update(made="by hand"),
    "with another hash": lambda known: known.update(hash="0" * 64),
    "with a path for a scenario": lambda known: known["asked"].update(scenario="/etc/passwd"),
    "with more runs": lambda known: known["asked"]["scenario"]["ensemble"].update(runs=99),
    "with a lever of another size": lambda known: known["used"].update(levers={"x": {}}),
    "with a seal of another table": lambda known: known["seals"].update(
        {"runs.parquet": known["seals"]["curves.parquet"]}
    ),
    "of another kind": lambda known: known.update(kind="sweep"),
    "of another model": lambda known: known.update(model_version=0),
    "of other facts": lambda known: known.update(evidence_hash="0" * 64),
    "of a later format": lambda known: known.update(format_version=99),
    "of an earlier format": lambda known: known.update(format_version=1),
}
