"""How large the code is: ``python -m validation.size``.

Statements are counted from syntax trees, so that neither layout nor words move them; beside them
stand lines of comments and of docstrings for each statement. ``size.csv`` holds the counts of the
commit from which the rooms were built anew; what came since is counted apart, file by file.
"""

from __future__ import annotations

import ast
import csv
import io
import sys
import tokenize
from collections.abc import Iterable
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

SINCE = (
    "sim/ensemble/thinned.py",
    "sim/metrics/registry.py",
    "sim/report/between.py",
    "sim/report/export",
    "sim/study/export.py",
    "validation/size.py",
)
"""What did not exist then: features that came since."""


class Size(NamedTuple):
    """Statements, and lines of comments and docstrings."""

    statements: int
    comments: int
    docstrings: int

    def __add__(self, other: object) -> Size:
        """Return the sum of two sizes."""
        assert isinstance(other, Size)  # noqa: S101 - nothing else is added
        return Size(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def words(self) -> float:
        """Lines of comments and docstrings for each statement."""
        return (self.comments + self.docstrings) / max(self.statements, 1)


def size_of(text: str) -> Size:
    """Return the size of a module, from its text."""
    tree = ast.parse(text)
    told = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node) is not None
    ]
    # A text that stands alone tells of the constant above it.
    alone = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    docstrings = {id(node): node for node in (*told, *alone)}.values()
    lines = sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in docstrings)
    every = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = sum(token.type == tokenize.COMMENT for token in tokens)
    return Size(every - len(docstrings), comments, lines)


def area_of(path: str) -> str | None:
    """Return the area that a file belongs to: the first that names it or a folder of it."""
    for area, places in AREAS.items():
        if any(path == place or path.startswith(f"{place}/") for place in places):
            return area
    return None


def total(files: Iterable[Path], root: Path = ROOT) -> dict[str, Size]:
    """Return the size of each area, and of what came since its beginning."""
    found: dict[str, Size] = dict.fromkeys((*AREAS, "since"), Size(0, 0, 0))
    for file in files:
        path = file.relative_to(root).as_posix()
        since = any(path == one or path.startswith(f"{one}/") for one in SINCE)
        area = "since" if since else area_of(path)
        if area is not None:
            found[area] = found[area] + size_of(file.read_text(encoding="utf-8"))
    return found


def before() -> dict[str, Size]:
    """Return the size of each area at the beginning."""
    with BEFORE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["area"]: Size(*(int(row[name]) for name in Size._fields)) for row in rows}


def main() -> None:
    """Print each area then and now, and what came since."""
    then, now = before(), total(sorted(ROOT.rglob("*.py")))
    head = ("area", "statements then", "now", "change", "words a statement then", "now")
    rows = [head]
    for area, size in now.items():
        old = then.get(area)
        change = "" if old is None else f"{100 * (size.statements / old.statements - 1):+.1f} %"
        rows.append((
            area, "" if old is None else f"{old.statements:,}", f"{size.statements:,}", change,
            "" if old is None else f"{old.words:.2f}", f"{size.words:.2f}",
        ))  # fmt: skip
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


if __name__ == "__main__":
    main()
