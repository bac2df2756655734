"""How large the code is: ``python -m validation.size``.

Statements are counted from syntax trees, so that neither layout nor words move them; beside them
stand lines of comments and of docstrings for each statement. ``size.csv`` holds the counts of
commit 64e3099, from which the rooms were built anew: there ``sim/study``, ``sim/report`` and
``sim/cli`` held all that is now in rooms. What came since is counted apart, feature by feature.
"""

from __future__ import annotations

import ast
import csv
import io
import sys
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
BEFORE = Path(__file__).with_name("size.csv")

AREAS = {
    "rooms": (
        "sim/metrics", "sim/ensemble", "sim/analysis", "sim/calibration", "sim/report", "sim/study",
        "sim/cli", "sim/world/answers.py", "sim/world/views.py", "sim/scenario/resolve.py",
        "sim/evidence/codes.py",
    ),
    "outside the package": ("benchmarks", "making", "validation", "docs"),
    "evidence, scenario, world": ("sim/evidence", "sim/scenario", "sim/world"),
}  # fmt: skip
"""Folders and files of each area; a file counts in the first that names it."""

SINCE: Mapping[str, tuple[str, ...]] = {
    "metrics of users": (
        "sim/cli/door.py::metrics",
        "sim/metrics/registry.py::Own",
        "sim/metrics/registry.py::metric",
        "sim/metrics/registry.py::_add",
        "sim/metrics/registry.py::forget",
        "sim/metrics/registry.py::read_file",
        "sim/metrics/registry.py::require_files",
        "sim/metrics/registry.py::files",
        "sim/metrics/registry.py::added",
        "sim/metrics/registry.py::_digest",
        "sim/scenario/identity.py::_changed_metrics",
    ),
    "repeat, and finished results of any kind": (
        "sim/calibration/fit.py::Plan.of",
        "sim/cli/__init__.py::_said_in_a_line",
        "sim/cli/app.py::repeat",
        "sim/cli/repeating.py",
        "sim/scenario/identity.py::changed",
        "sim/study/against.py::again",
        "sim/study/calibrate.py::again",
        "sim/study/compare/compare.py::again",
        "sim/study/compare/packages.py::again",
        "sim/study/hindcast.py::again",
        "sim/study/hypotheses/experiments.py::again",
        "sim/study/robust.py::again",
        "sim/study/sweeps/sensitivity.py::again",
        "sim/study/sweeps/sweep.py::again",
        "sim/study/calibrate.py::plan_of",
        "sim/study/compare/choice.py::pairs_of",
        "sim/study/compare/question.py::question_of",
        "sim/study/compare/result.py::Comparison.with_runs",
        "sim/study/finished.py::find",
        "sim/study/hypotheses/laid.py::experiment_of",
        "sim/study/kept.py::Kept.completed",
        "sim/study/repeat.py",
        "sim/study/result.py::Result.beside",
        "sim/study/result.py::Result.holds",
        "sim/study/sweeps/factors.py::Factor.of_spec",
        "sim/study/sweeps/study.py::Study.of",
        "sim/study/sweeps/sweep.py::plan_of",
    ),
    "thinned tables": ("sim/ensemble/thinned.py",),
    "export": (
        "sim/cli/app.py::export",
        "sim/report/export",
        "sim/study/export.py",
        "sim/study/saved.py::Saved.export",
        "sim/study/saved.py::Saved.frames",
        "sim/study/saved.py::_as_text",
    ),
    "EMA workbench": ("sim/study/ema.py",),
    "what a notebook shows": (
        "sim/ensemble/record.py::Effect.__repr__",
        "sim/ensemble/record.py::Effect._repr_html_",
        "sim/report/notebook.py::html_rows",
        "sim/report/notebook.py::_short",
        "sim/study/glance.py",
    ),
    "names in place of codes": (
        "sim/scenario/changes.py::code_of",
        "sim/scenario/changes.py::named",
        "sim/scenario/changes.py::_codes",
    ),
    "effects of scenarios": (
        "sim/study/effect.py::_of_scenarios",
        "sim/study/effect.py::_like",
        "sim/study/effect.py::world_of",
    ),
    "laboratories": (
        "making/questions.py::laboratories",
        "sim/evidence/access.py::lag",
        "sim/metrics/metric.py::Month.lacking",
        "sim/scenario/facts.py::_laboratories",
        "sim/world/gathered.py::delays",
        "sim/world/laboratories.py",
        "sim/world/rules/laboratories.py",
    ),
    "restart": (
        "sim/ensemble/runner.py::simulate_branches",
        "sim/ensemble/runner.py::simulate_together",
        "sim/ensemble/tasks.py::_branches",
        "sim/ensemble/tasks.py::_may_share",
        "sim/ensemble/tasks.py::run_shared",
        "sim/ensemble/together.py",
        "sim/world/block.py::Block.snapshot",
        "sim/world/memory.py::copied",
        "sim/world/model.py::World.restore",
        "sim/world/model.py::World.snapshot",
        "sim/world/partings.py",
        "sim/world/restart.py",
        "sim/world/trajectory.py::simulate_branches",
        "sim/world/trajectory.py::simulate_together",
    ),
    "where a figure comes from": (
        "sim/analysis/ranks.py",
        "sim/cli/app.py::explain",
        "sim/cli/explaining.py",
        "sim/ensemble/runner.py::every_draw",
        "sim/ensemble/runner.py::simulate_with_reasons",
        "sim/study/behind.py",
        "sim/study/explain.py",
        "sim/study/explanation.py",
        "sim/study/sighted.py",
        "sim/world/likings.py::drawn_tastes",
        "sim/world/parameters.py::drawn",
        "sim/world/reasons.py",
    ),
    "interactive pages": ("sim/report/interactive",),
    "page of a nation": ("sim/report/nation.py", "sim/study/nation.py"),
    "timing of levers": ("benchmarks/levers.py",),
    "this count": ("validation/size.py",),
}
"""Features that did not exist then, each with its folders and files, and its functions and classes
in other files as ``FILE::NAME``. What only moved, or does more than it did then, is not here."""


class Size(NamedTuple):
    """Statements, and lines of comments and docstrings."""

    statements: int
    comments: int
    docstrings: int

    def __add__(self, other: object) -> Size:
        """Return the sum of two sizes."""
        assert isinstance(other, Size)  # noqa: S101 - nothing else is added
        return Size(*(a + b for a, b in zip(self, other, strict=True)))

    def __sub__(self, other: Size) -> Size:
        """Return what is left of a size without a part of it."""
        return Size(*(a - b for a, b in zip(self, other, strict=True)))

    @property
    def words(self) -> float:
        """Lines of comments and docstrings for each statement."""
        return (self.comments + self.docstrings) / max(self.statements, 1)


NOTHING = Size(0, 0, 0)

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
"""What can be named in `SINCE`."""


def size_of(text: str, name: str = "") -> Size:
    """Return the size of a module, from its text, or of what it holds under a name.

    Parameters
    ----------
    text : str
    name : str
        A function or class at the top, or one inside it after a dot; the whole module without it.

    Raises
    ------
    LookupError
        If there is none of that name.
    """
    tree = ast.parse(text)
    parts: Sequence[ast.AST] = _named(tree, name) if name else [tree]
    if not parts:
        raise LookupError(f"no function or class {name}")
    nodes = [node for part in parts for node in ast.walk(part)]
    # A text that stands alone tells of its module, class or function, or of the constant above it.
    docstrings = [
        node
        for node in nodes
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    lines = sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in docstrings)
    every = sum(isinstance(node, ast.stmt) for node in nodes)
    within = {line for part in parts for line in _lines(part, text)}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = sum(token.type == tokenize.COMMENT and token.start[0] in within for token in tokens)
    return Size(every - len(docstrings), comments, lines)


def _named(tree: ast.Module, name: str) -> list[Definition]:
    """Return the functions and classes of a name; a property and its setter have the same."""
    body, found = tree.body, list[Definition]()
    for word in name.split("."):
        found = [node for node in body if isinstance(node, Definition) and node.name == word]
        body = [inner for node in found for inner in node.body]
    return found


def _lines(part: ast.AST, text: str) -> range:
    """Return the lines of a definition, from its first decorator on, or of a module."""
    if not isinstance(part, Definition):
        return range(1, text.count("\n") + 2)
    first = min(node.lineno for node in (part, *part.decorator_list))
    return range(first, (part.end_lineno or first) + 1)


def area_of(path: str) -> str | None:
    """Return the area that a file belongs to: the first that names it or a folder of it."""
    for area, places in AREAS.items():
        if any(path == place or path.startswith(f"{place}/") for place in places):
            return area
    return None


def came_since(root: Path = ROOT) -> dict[str, dict[str, Size]]:
    """Return the size of each feature of `SINCE`, file by file.

    Raises
    ------
    LookupError
        If a file or a name that is listed does not exist.
    """
    found: dict[str, dict[str, Size]] = {}
    for feature, entries in SINCE.items():
        sizes = found.setdefault(feature, {})
        for entry in entries:
            place, _, name = entry.partition("::")
            files = sorted((root / place).rglob("*.py")) or [root / place]
            for file in files:
                if not file.is_file():
                    raise LookupError(f"{entry}, said to have come since, is not there")
                path = file.relative_to(root).as_posix()
                try:
                    size = size_of(file.read_text(encoding="utf-8"), name)
                except LookupError as error:
                    raise LookupError(f"{entry}, said to have come since: {error}") from error
                sizes[path] = sizes.get(path, NOTHING) + size
    return found


def total(files: Iterable[Path], root: Path = ROOT) -> dict[str, Size]:
    """Return the size of each area without what came since."""
    found = dict.fromkeys(AREAS, NOTHING)
    for file in files:
        area = area_of(file.relative_to(root).as_posix())
        if area is not None:
            found[area] = found[area] + size_of(file.read_text(encoding="utf-8"))
    for sizes in came_since(root).values():
        for path, size in sizes.items():
            area = area_of(path)
            if area is not None:
                found[area] = found[area] - size
    return found


def before() -> dict[str, Size]:
    """Return the size of each area at the beginning."""
    with BEFORE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["area"]: Size(*(int(row[name]) for name in Size._fields)) for row in rows}


def main() -> None:
    """Print each area then and now without what came since, and what came since by file."""
    then, now = before(), total(sorted(ROOT.rglob("*.py")))
    areas = [("area", "statements then", "now", "change", "words a statement then", "now")]
    for area, size in now.items():
        old = then[area]
        areas.append((
            area, f"{old.statements:,}", f"{size.statements:,}",
            f"{100 * (size.statements / old.statements - 1):+.1f} %",
            f"{old.words:.2f}", f"{size.words:.2f}",
        ))  # fmt: skip
    new = [("came since", "statements", "words a statement")]
    for feature, sizes in came_since().items():
        new.append(_cells(feature, sum(sizes.values(), NOTHING)))
        new += [_cells(f"  {path}", size) for path, size in sizes.items()]
    _print(areas)
    sys.stdout.write("\n")
    _print(new)


def _cells(name: str, size: Size) -> tuple[str, str, str]:
    return name, f"{size.statements:,}", f"{size.words:.2f}"


def _print(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


if __name__ == "__main__":
    main()
