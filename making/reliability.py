"""Counts of the page on reliability, from the kept results of what tries to break things."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from benchmarks.machine import RESULTS
from making.tables import code, table
from sim.errors import cut
from validation import branches
from validation.mutants import mutate

ATTEMPTS = {
    "files": "scenario, study and nation files that people, programs and ill will write",
    "options": "every option of every command with values that it does not take",
    "signals": "kills and interrupts at many moments, with what is left behind",
    "first_second": "Ctrl-C while the program is still being loaded",
    "together": "several processes at once in one folder",
    "stores": "finished blocks that are damaged, foreign or gone",
    "compiled": "machine code that is damaged or cannot be stored",
    "places": "places to write that take nothing, or have odd names",
    "environments": "closed and full streams, little memory, variables of the environment",
    "repeatability": "the same asked twice, by other workers, in another order",
    "security": "files and places that would run code or write elsewhere",
    "soak": "many runs in one process, whose memory may not grow",
    "results": "results on disk that were changed by hand",
    "calibration": "draws of the calibration that were damaged",
    "questions": "questions that cannot be answered",
    "handed": "results made again from a manifest, and handed over to other tools",
    "handed_killed": "repeats and exports that are killed, over one of before",
    "waiting": "tables of signs that are damaged, responses that are ill written",
    "waiting_killed": "runs in which levers wait for a sign, killed and taken up",
    "explorer": "messages, foreign sites, files and links that the explorer is sent",
    "serving": "an explorer that is killed, crowded, hurried, or has no port",
    "clocks": "a clock that is set back or forward, before, between and within commands",
    "dates": "files from 1970 and from 2100, and edits that leave the time as it was",
    "oldest": "what the oldest supported Python makes or begins, taken by a newer one",
}
"""What each group of `benchmarks.faults` tries."""

NOT_YET = "*No count is kept: `{}` makes it.*"


def _kept(pattern: str) -> dict[str, Any] | None:
    """Return the latest kept result of a kind, None where there is none."""
    files = sorted(RESULTS.glob(pattern))
    found: dict[str, Any] | None = json.loads(files[-1].read_text()) if files else None
    return found


def faults() -> str:
    """Return how many attempts of each group were made, and how many the command withstood."""
    found = _kept("faults-*.json")
    if found is None:
        return NOT_YET.format("make faults")
    groups = found["groups"]
    tried, kept = (sum(group[name] for group in groups.values()) for name in ("tried", "kept"))
    rows = [
        (code(name), ATTEMPTS[name], str(group["tried"]), str(group["kept"]))
        for name, group in groups.items()
    ]
    made = table(
        ("group", "what is tried", "attempts", "contract kept"),
        [*rows, ("all", "", f"{tried:,}", f"{kept:,}")],
    )
    every = found["every"]
    part = f"of each group one attempt in {every} (`--every {every}`)"
    return f"{made}\n\nOf {found['date']}, {part if every > 1 else 'all attempts of every group'}."


def fuzz() -> str:
    """Return how many inputs each reader was given, and how many of them it refused."""
    found = _kept("fuzz.json")
    if found is None:
        return NOT_YET.format("python -m validation.fuzz")
    kinds = found["kinds"]
    rows = [
        (name, f"{kind['inputs']:,}", f"{kind['refused']:,}", f"{kind['kept']:,}")
        for name, kind in kinds.items()
    ]
    broken = Counter(str(failure["kind"]) for failure in found["failures"])
    said = f"{len(found['failures'])} of {found['inputs']:,} inputs broke the contract."
    return "\n\n".join(
        (
            table(("reader", "inputs", "refused with an error", "reached new lines"), rows),
            said + "".join(f" {name}: {count}." for name, count in broken.items()),
        )
    )


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def mutants() -> str:
    """Return how many mutants of each module were made, and what became of them."""
    found = _kept("mutants.json")
    if found is None:
        return NOT_YET.format("python -m validation.mutants")
    kinds = [_mutants_row(name, row) for name, row in found["by_kind"].items()]
    modules = [_mutants_row(code(name), row) for name, row in found["by_module"].items()]
    head = ("made", "killed", "change nothing", "not seen")
    seen, place = found["made"] - found["equivalent"], mutate.EQUIVALENT.relative_to(mutate.ROOT)
    said = (
        f"{found['made']:,} mutants: {found['killed']:,} killed, "
        f"{_percent(found['killed'] / seen)} of those that change anything; "
        f"{found['by_hang']} of them hung and {found['by_import']} could not be imported. "
        f"{found['equivalent']} change nothing that could be seen, each with its reason in "
        f"`{place}`; {found['survived']} no test saw."
    )
    left = [
        (code(f"{one['module']}:{one['line']}"), code(cut(one["was"])), code(cut(one["now"])))
        for one in found["survivors"]
    ]
    listed = table(("what no test saw", "was", "became"), left) if left else ""
    parts = (said, table(("kind", *head), kinds), table(("module", *head), modules), listed)
    return "\n\n".join(filter(None, parts))


def _mutants_row(name: str, row: dict[str, int]) -> tuple[str, ...]:
    return (name, *(str(row[key]) for key in ("made", "killed", "equivalent", "survived")))


def taken() -> str:
    """Return which part of the branches of each room the tests take, and the reasons for gaps."""
    found = _kept("branches.json")
    if found is None:
        return NOT_YET.format("python -m validation.branches")
    by_room: dict[str, Counter[str]] = {}
    for name, counts in found["files"].items():
        parts = name.split("/")
        by_room.setdefault("/".join(parts[:2]) if len(parts) > 2 else "sim", Counter()).update(
            counts
        )
    rooms = [(code(name), *_branches_row(dict(counts))) for name, counts in by_room.items()]
    known = branches.reasons()
    gaps = [
        (code(name), *_branches_row(counts), known.get(name, "none yet"))
        for name, counts in found["files"].items()
        if branches.part(counts) < branches.WANTED
    ]
    tests = sum(room["tests"] for room in found["rooms"].values())
    said = (
        f"{_percent(branches.part(found))} of {found['branches']:,} branches are taken by "
        f"{tests:,} tests of {', '.join(map(code, found['rooms']))}; "
        f"{_percent(found['run'] / found['lines'])} of {found['lines']:,} lines."
    )
    head = ("branches", "taken")
    return "\n\n".join(
        (
            said,
            table(("room", *head), rooms),
            f"Files below {_percent(branches.WANTED)}:",
            table(("file", *head, "why"), gaps),
        )
    )


def _branches_row(counts: dict[str, int]) -> tuple[str, str]:
    return f"{counts['branches']:,}", _percent(branches.part(counts))


BLOCKS = {
    "faults": faults,
    "fuzz": fuzz,
    "mutants": mutants,
    "branches": taken,
}
