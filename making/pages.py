"""The pages of the project, and the parts of them that are written by machine."""

from __future__ import annotations

import re
from pathlib import Path

from making import (
    adaptive,
    claims,
    events,
    levers,
    operations,
    picture,
    plausibility,
    questions,
    reliability,
    screen,
    streams,
    tables,
    validation,
)
from making import forecast_pages as forecasts

ROOT = Path(__file__).parents[1]

BLOCKS = {
    **tables.BLOCKS,
    **levers.BLOCKS,
    **claims.BLOCKS,
    **validation.BLOCKS,
    **events.BLOCKS,
    **forecasts.BLOCKS,
    **plausibility.BLOCKS,
    **questions.BLOCKS,
    **adaptive.BLOCKS,
    **screen.BLOCKS,
    **reliability.BLOCKS,
    "streams": streams.table,
    "operations": operations.page,
    "picture": picture.caption,
    "more pictures": picture.more,
    "history": picture.history,
}

FRONT = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DATA.md")
"""Pages beside the folder of documents."""

_BLOCK = re.compile(r"(<!-- made: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return every page that a reader may open, the front page first."""
    front = [ROOT / name for name in FRONT]
    return [*front, ROOT / "results" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def made(name: str) -> str:
    """Return a generated block.

    Raises
    ------
    ValueError
        If nothing makes a block of that name.
    """
    if name in BLOCKS:
        return BLOCKS[name]()
    head, _, rest = name.partition(" ")
    if head != "rules":
        raise ValueError(f"nothing makes a block {name!r}; there are {', '.join(BLOCKS)}")
    return tables.rules(rest)


def with_blocks(text: str) -> str:
    """Return a page with every generated block made anew."""
    return _BLOCK.sub(lambda m: f"{m[1]}{made(m[2])}\n{m[4]}", text)


def block_names(text: str) -> list[str]:
    """Return the names of the generated blocks of a page, in order."""
    return [match[2] for match in _BLOCK.finditer(text)]
