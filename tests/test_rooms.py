"""Rooms: each imports only from those to its left, and only one of them calls the world.

Imports are read from the syntax trees, those inside functions and those for types alone included.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sim
from sim import world

ROOT = Path(sim.__file__).parent
ORDER = (
    "words", "evidence", "metrics", "scenario", "world", "ensemble", "analysis", "calibration",
    "report", "study", "explorer", "cli",
)  # fmt: skip
"""Rooms from left to right; modules beside them, such as `sim.errors`, serve all."""

STILL: set[tuple[str, str]] = set()
"""Imports to the right that are still there, a module and what it imports: this list only
shrinks."""


def modules() -> dict[str, Path]:
    """Return every module by its dotted name."""
    found = {}
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imported(file: Path) -> Iterator[str]:
    """Yield the modules of this package that a module imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            module = name
            while module.startswith("sim") and module not in MODULES:
                module = module.rpartition(".")[0]
            if module.startswith("sim"):
                yield module


def room(module: str) -> int | None:
    """Return the place of a module's room in the order, or None of one beside them."""
    parts = module.split(".")
    return ORDER.index(parts[1]) if len(parts) > 1 and parts[1] in ORDER else None


GRAPH = {name: set(imported(file)) - {name} for name, file in MODULES.items()}


def test_every_folder_is_a_room():
    assert {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} <= set(ORDER)


def test_no_room_imports_from_its_right():
    wrong = {
        (name, other)
        for name, others in GRAPH.items()
        for other in others
        if (here := room(name)) is not None and (there := room(other)) is not None and there > here
    }
    assert wrong == STILL


def test_what_serves_all_rooms_knows_none():
    serving = {name for name in MODULES if room(name) is None} - {"sim", "sim.__main__"}
    assert {(n, o) for n in serving for o in GRAPH[n] if room(o) is not None} == set()


def reached(name: str) -> set[str]:
    """Return what a module imports by way of others; a package's own names for itself left out."""
    found: set[str] = set()
    ahead = {name}
    while ahead:
        ahead = set().union(*(DIRECT[each] for each in ahead)) - found
        found |= ahead
    return found


PACKAGES = {name for name in MODULES if any(other.startswith(f"{name}.") for other in MODULES)}
DIRECT = {name: others - PACKAGES for name, others in GRAPH.items()}


def test_there_is_no_circle():
    far = {name: reached(name) for name in GRAPH}
    knots = {
        frozenset({name, *(other for other in others if name in far[other])})
        for name, others in far.items()
        if name in others
    }
    assert knots == set()


CALLS = {name for name in world.__all__ if name.startswith("simulate")}


def test_the_ensemble_alone_calls_the_world():
    calling = {
        name
        for name, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).removeprefix("world.") in CALLS
        and not name.startswith("sim.world.")
    }
    assert calling == {"sim.ensemble.runner"}


def test_no_room_describes_a_class_of_another_again():
    described = {
        f"{name}.{node.name}"
        for name, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("Protocol") for base in node.bases)
    }
    assert described == set()
