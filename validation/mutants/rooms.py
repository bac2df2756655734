"""Which modules are changed, and which tests look at them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from validation.mutants.mutate import ROOT, Mutant, mutants


@dataclass(frozen=True)
class Room:
    """Modules that are tested by the same files.

    Parameters
    ----------
    name : str
    modules : tuple of str
        Folders and modules of the project.
    tests : tuple of str
        Folders and files of tests.
    before : tuple of str
        Rooms to the left, which a change here cannot reach: they are imported once for all.
    examples : int
        Most examples of a test of properties.
    uncompiled : bool
        Whether rules run as plain Python. Where the rules themselves do not change, machine code
        is quicker.
    """

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    before: tuple[str, ...]
    examples: int = 25
    uncompiled: bool = False


LEFT = ("evidence", "metrics", "scenario", "world", "ensemble", "analysis", "calibration", "report")
"""Rooms in the order in which they may import each other."""

EQUATIONS = (
    "changes", "choice", "choice_by_hand", "effects", "offers_by_hand", "policy_by_hand",
    "small_worlds", "supply_by_hand",
)  # fmt: skip
"""Tests of rules by closed forms, invariants and second writings, which take seconds uncompiled.
That drivers, lanes and restarts agree with each other shows nothing here: they share the rules."""

ROOMS = (
    Room(
        "triggers", ("sim/scenario/triggers.py", "sim/world/triggers.py"),
        ("tests/scenario/test_triggers.py", "tests/world/test_triggers.py"), LEFT[:2],
    ),
    Room(
        "rules", ("sim/world/rules",),
        tuple(f"tests/world/test_{name}.py" for name in EQUATIONS), LEFT[:3], examples=4,
        uncompiled=True,
    ),
    Room(
        "analysis", ("sim/analysis",),
        ("tests/analysis", "tests/study/compare/test_cuts.py",
         "tests/study/compare/test_packages.py"), LEFT[:5],
    ),
    Room(
        "study", ("sim/study/compare", "sim/study/hypotheses/verdicts.py"),
        ("tests/study/compare", "tests/study/hypotheses"), LEFT,
    ),
)  # fmt: skip
"""In the order of the rooms, so that what is imported for one serves the next."""


def modules(room: Room) -> list[str]:
    """Return the modules of a room that are changed, by name."""
    found = []
    for place in room.modules:
        path = ROOT / place
        files = [path] if path.is_file() else sorted(path.glob("*.py"))
        names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
        found += [name for name in names if not name.endswith(".__init__")]
    return found


def sampled(count: int, seed: int, only: str = "") -> list[tuple[Room, Mutant]]:
    """Return mutants in proportion to what there is of each module and kind.

    A systematic sample: all changes stand in the order of module and kind, shuffled within these,
    and every n-th is taken (Cochran 1977, *Sampling Techniques*, chapter 8).

    Parameters
    ----------
    count : int
    seed : int
    only : str
        Part of the name of the modules that are wanted.
    """
    rng = Random(seed)  # noqa: S311 - a sample, no secret
    every: list[tuple[Room, Mutant]] = []
    for room in ROOMS:
        for module in modules(room):
            found = mutants(module) if only in module else []
            rng.shuffle(found)
            every += [(room, mutant) for mutant in sorted(found, key=lambda one: one.kind)]
    many = min(count, len(every))
    start = rng.random()
    return [every[int((n + start) * len(every) / many)] for n in range(many)]
