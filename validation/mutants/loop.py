"""The loop: see which tests run which lines, make each change, run the tests of its line."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import pkgutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from validation.mutants import child
from validation.mutants.mutate import ROOT, Mutant, equivalent
from validation.mutants.rooms import Room, modules

BUILD = ROOT / "build" / "mutants"
"""What is known of unchanged tests, named by a hash of all that they rest on."""

SLOW = 5.0
"""Seconds of processor time after which a test is left out: the others must see what it would."""

PATIENCE = 20.0
"""Seconds that a mutant has beside four times as long as its tests took."""

PACKAGES = (
    "hypothesis", "hypothesis.extra.numpy", "matplotlib.pyplot", "mesa", "numba", "numpy", "pandas",
    "pyarrow.parquet", "pydantic", "pytest", "rich.progress", "ruamel.yaml", "scipy.optimize",
    "scipy.stats", "typer",
)  # fmt: skip
"""Imported once, before any process is forked."""

ENDS = ("killed", "import", "hang", "survived")
"""What becomes of a mutant whose line some test runs; else it is unreached."""

Say = Callable[[str], None]


def run(chosen: Sequence[tuple[Room, Mutant]], say: Say = lambda _: None) -> dict[str, Any]:
    """Run the tests of each mutant and return counts, and what survived, as plain data.

    Parameters
    ----------
    chosen : sequence of (Room, Mutant)
    say : callable
        Takes a line before each step.

    Returns
    -------
    dict
        ``by_module`` and ``by_kind`` with counts of ``made``, ``killed`` (``by_import`` and
        ``by_hang`` among them), ``equivalent`` and ``survived``; ``survivors`` with their places;
        ``seconds``.
    """
    began = time.monotonic()
    for name in PACKAGES:
        importlib.import_module(name)
    known = equivalent()
    ends: list[tuple[Mutant, str]] = []
    for room in dict.fromkeys(room for room, _ in chosen):
        _import_left(room)
        tests = surveyed(room, say)
        for mutant in (mutant for of, mutant in chosen if of is room):
            end = _end(room, mutant, tests)
            if end in ("survived", "unreached") and mutant.key in known:
                end = "equivalent"
            ends.append((mutant, end))
            say(f"{len(ends)}/{len(chosen)} {mutant.module}:{mutant.line} {mutant.kind}: {end}")
    return {
        "made": len(ends), **_counts(end for _, end in ends),
        "by_module": _grouped(ends, lambda mutant: mutant.module),
        "by_kind": _grouped(ends, lambda mutant: mutant.kind),
        "survivors": [
            {"module": m.module, "function": m.function, "line": m.line, "kind": m.kind,
             "was": m.was, "now": m.now, "nth": m.nth, "reached": end == "survived"}
            for m, end in ends if end in ("survived", "unreached")
        ],
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip


def _import_left(room: Room) -> None:
    """Import what a change in a room cannot reach."""
    for name in room.before:
        package = importlib.import_module(f"sim.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"sim.{name}."):
            importlib.import_module(module.name)


def surveyed(room: Room, say: Say = lambda _: None) -> dict[str, dict[str, Any]]:
    """Return how long each test of a room takes, and which lines of its modules it runs.

    Tests that fail on unchanged code, or take longer than `SLOW`, are left out.
    """
    found: dict[str, dict[str, Any]] = {}
    for file in _files(room):
        place = BUILD / f"{_digest(file, room)}.json"
        if not place.exists():
            say(f"looking at {file}")
            work = functools.partial(_survey, file, room)
            said = child.forked(work, 1200.0)
            if not said:
                raise RuntimeError(f"{file} cannot be run on the unchanged code")
            BUILD.mkdir(parents=True, exist_ok=True)
            place.write_bytes(said)
        tests = json.loads(place.read_bytes())
        found |= {name: test for name, test in tests.items() if test["passed"]}
    return found


def _files(room: Room) -> list[str]:
    paths = [ROOT / place for place in room.tests]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))]
    return sorted(str(f.relative_to(ROOT)) for f in files if f.name.startswith("test_"))


def _digest(file: str, room: Room) -> str:
    """Return a name for what the survey of a file of tests rests on."""
    helpers = (f for f in (ROOT / "tests").rglob("*.py") if not f.name.startswith("test_"))
    whole = hashlib.sha256(f"{file} {room}".encode())
    for place in sorted([*(ROOT / "sim").rglob("*.py"), *helpers, ROOT / file]):
        whole.update(place.read_bytes())
    return whole.hexdigest()[:16]


def _survey(file: str, room: Room) -> bytes:
    child.settle(uncompiled=room.uncompiled)
    return json.dumps(child.survey([file], modules(room), SLOW, room.examples)).encode()


def _end(room: Room, mutant: Mutant, tests: dict[str, dict[str, Any]]) -> str:
    """Return what becomes of a mutant: killed, import, hang, survived or unreached."""
    chosen, seconds = _tests_of(mutant, tests)
    if not chosen:
        return "unreached"

    def work() -> bytes:
        child.settle(uncompiled=room.uncompiled)
        return child.judge(mutant, chosen, room.examples).encode()

    said = child.forked(work, PATIENCE + 4.0 * seconds)
    # A process that dies without a word was killed too: it ran out of memory, or was aborted.
    end = "hang" if said is None else said.decode() or "killed"
    if end not in ENDS:
        raise RuntimeError(f"{mutant}: {end}")
    return end


def _tests_of(mutant: Mutant, tests: dict[str, dict[str, Any]]) -> tuple[list[str], float]:
    """Return the tests that run the changed line, and how long they take.

    Files stand in the order of how long one of their tests takes, so that most mutants are killed
    at once.

    What is changed outside functions runs when the module is imported: then it is all tests that
    run any line of the module.
    """
    if mutant.at_import:
        reached = [n for n, t in tests.items() if any(m == mutant.module for m, _ in t["lines"])]
    else:
        wanted = [mutant.module, mutant.line]
        reached = [n for n, test in tests.items() if wanted in test["lines"]]
    by_file: dict[str, list[str]] = {}
    for name in reached:
        by_file.setdefault(name.partition("::")[0], []).append(name)
    cost = {file: sum(tests[n]["seconds"] for n in names) for file, names in by_file.items()}
    order = sorted(by_file, key=lambda file: cost[file] / len(by_file[file]))
    return [name for file in order for name in by_file[file]], sum(cost.values())


def _counts(ends: Iterable[str]) -> dict[str, int]:
    seen = Counter(ends)
    return {
        "killed": seen["killed"] + seen["import"] + seen["hang"], "by_import": seen["import"],
        "by_hang": seen["hang"], "equivalent": seen["equivalent"],
        "survived": seen["survived"] + seen["unreached"],
    }  # fmt: skip


def _grouped(
    ends: Sequence[tuple[Mutant, str]], of: Callable[[Mutant], str]
) -> dict[str, dict[str, int]]:
    names = dict.fromkeys(of(mutant) for mutant, _ in ends)
    return {
        name: {
            "made": sum(of(mutant) == name for mutant, _ in ends),
            **_counts(end for mutant, end in ends if of(mutant) == name),
        }
        for name in names
    }
