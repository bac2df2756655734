"""Levers that wait for a sign: killed runs, damaged tables of signs, ill-written responses."""

from __future__ import annotations

import itertools
import os
import random
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.files import SIGN, VALUES, WHOLE
from benchmarks.faults.handed import repeated, result_in
from benchmarks.faults.probe import (
    Attempt,
    called,
    copied,
    equal,
    inside,
    judged,
)
from benchmarks.faults.signals import KINDS, PARTS, signalled
from benchmarks.faults.stores import DAMAGES, Damage

SEED = 20261202
RESPONSES = ("--responses", "china_cuts_prices,europe_bars_chinese_apps")
"""One that waits for a sign, and one that ends at another."""

NATIONS = ("--nations", "BRA,CHN,DEU,USA", "--until", "2030-12")
SMALL: dict[str, tuple[str, ...]] = {
    "run": ("run", "licences_when_needed", *RESPONSES, "--runs", "200", *NATIONS, "--quiet"),
    "sweep": ("sweep", "licences_when_needed", "--vary", "parameters.network=0.2:1.6:4", "--runs",
              "48", *NATIONS, "--quiet"),
    "compare": ("compare", "rand_package", *RESPONSES, "--runs", "100", *NATIONS, "--quiet"),
    "hypotheses": ("hypotheses", "h01_open_support_and_controls", "--responses",
                   "china_cuts_prices", "--runs", "60", "--quiet"),
}  # fmt: skip

COMPARED = ["compare", "rand_package", *RESPONSES, "--runs", "16", "--workers", "1", *NATIONS,
            "--quiet"]  # fmt: skip
TABLES = ("triggers.csv", "responses.csv")
USES = ("report", "export", "repeat", "again")

RESPONSE = {
    "title": "China answers a US place in Brazil", "actor": "china", "source": "judgement",
    "description": "A sign.", "levers": "[{id: cn_low_price_api, strength: high, when: "
    "{metric: share.us_permissive, group: BRA, above: 0.05, for_months: 3}}]",
}  # fmt: skip
SOUND = "".join(f"{key}: {value}\n" for key, value in RESPONSE.items())
SHORT = ("--responses", "mine", "--runs", "2", "--nations", "BRA,CHN,USA", "--until", "2027-06",
         "--quiet")  # fmt: skip


def killed() -> Iterator[Attempt]:
    """Yield a signal at a random moment of runs in which levers wait, and the same again."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    moments = ((KINDS[0], "process"), (KINDS[1], "process"), (KINDS[0], "group"))
    for command, (number, to) in itertools.product(SMALL, moments):
        part = draw.uniform(*PARTS)
        make = partial(signalled, SMALL[command], number, part, to)
        yield Attempt(f"{number.name} to the {to} of {command} with signs at {part:.0%}", make)


def attempts() -> Iterator[Attempt]:
    """Yield damaged tables of signs, and responses that people, programs and ill will write."""
    for (how, damage), table, use in itertools.product(DAMAGES.items(), TABLES, USES):
        if use == "repeat" and table != TABLES[0]:
            continue  # of which the manifest alone is read
        yield Attempt(f"{table} {how}, then {use}", partial(_used, table, damage, use))
    for name, content in WHOLE.items():
        yield Attempt(f"a response file: {name}", partial(_answered, content))
    for (how, damage), number in itertools.product(DAMAGES.items(), range(2)):
        yield Attempt(f"a response file {how} {number}", partial(_answered_damaged, damage, number))
    for field, value in itertools.product(RESPONSE, VALUES[::3]):
        content = "".join(
            f"{key}: {value if key == field else known}\n" for key, known in RESPONSE.items()
        )
        yield Attempt(f"a response whose {field} is {value[:30]}", partial(_answered, content))
    for key, part in itertools.product(("when", "end_when"), (*SIGN, "below", "until", "nothing")):
        yield Attempt(f"a response without {key}.{part}", partial(_answered, _lacking(key, part)))


def _used(table: str, damage: Damage, use: str, folder: Path) -> str | None:
    """Damage a table of signs and use the result: refused, or made anew to the byte."""
    wanted = copied(COMPARED, folder)
    result = result_in(folder)
    damage(result / table, random.Random(SEED))  # noqa: S311 - no secret
    name = os.path.relpath(result, folder)
    if use == "report":
        return inside(["report", name], (3,), folder)
    if use == "export":
        return inside(["export", name, "--format", "csv", "--out", "out"], (3,), folder, leaves=1)
    if use == "repeat":
        alone = folder / "alone"
        shutil.copytree(result, alone, symlinks=True)
        return repeated(result_in(wanted), alone, called)
    return judged(*called(COMPARED, folder), (0,)) or equal(folder, wanted)


def _lacking(key: str, part: str) -> str:
    """Return a response whose sign lacks a part or has a strange one."""
    sign = {name: value for name, value in SIGN.items() if name != part}
    sign |= {} if part in SIGN else {part: "0.1"}
    said = ", ".join(f"{name}: {value}" for name, value in sign.items())
    other = "" if key == "when" else "when: {metric: plurality, group: world, above: 0.1}, "
    levers = f"[{{id: cn_low_price_api, strength: high, {other}{key}: {{{said}}}}}]"
    return "".join(
        f"{name}: {levers if name == 'levers' else value}\n" for name, value in RESPONSE.items()
    )


def _answered_damaged(damage: Damage, number: int, folder: Path) -> str | None:
    file = _place(folder)
    file.write_text(SOUND, encoding="utf-8")
    damage(file, random.Random(SEED + number))  # noqa: S311 - no secret
    return _agree(folder)


def _answered(content: str | bytes, folder: Path) -> str | None:
    file = _place(folder)
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    file.write_bytes(raw)
    return _agree(folder)


def _place(folder: Path) -> Path:
    file = folder / "responses" / "mine.yaml"
    file.parent.mkdir()
    return file


def _agree(folder: Path) -> str | None:
    """Check a response and run with it: what is refused is not run, and what is right is."""
    code, said, printed = called(["validate", "responses/mine.yaml"], folder)
    if broken := judged(code, said, printed, (0, 1), lines=10**6):
        return f"validate: {broken}"
    ran = called(["run", "baseline", *SHORT], folder)
    broken = judged(*ran, (0, 1), lines=10**6)
    if broken is None and (code == 0) != (ran[0] == 0):
        broken = f"validate ends with {code}, run with {ran[0]}: {ran[1][-300:]}"
    left = {entry.name for entry in folder.iterdir()} - {"responses"}
    if broken is None and ran[0] == 1 and left:
        broken = f"left behind: {left}"
    return broken and f"run: {broken}"
