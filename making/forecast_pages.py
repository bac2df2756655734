"""What the page on new evidence says of the register: its files, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from making.kept import DOCS, read
from making.tables import code, table

PLACE = DOCS / "forecasts"


def register() -> str:
    """Return the files of the register with what each holds."""
    if not any(PLACE.glob("*.csv")):
        return "No file yet."
    return table(
        ("file", "made", "model", "hash", "forecasts", "of series", "months"),
        (_file(path) for path in sorted(PLACE.glob("*.csv"))),
    )


def _file(path: Path) -> tuple[str, ...]:
    rows = read(f"forecasts/{path.stem}")
    months = sorted({row["month"] for row in rows})
    first = rows[0]
    return (
        f"[{path.name}](forecasts/{path.name})", first["made"], first["version"],
        code(first["hash"]), f"{len(rows):,}", str(len({row["series"] for row in rows})),
        f"{months[0]} to {months[-1]}",
    )  # fmt: skip


def columns() -> str:
    """Return the columns of a file of the register."""
    from sim.study.register import COLUMNS

    return ", ".join(map(code, COLUMNS))


def own_columns() -> str:
    """Return the columns of a table of one's own figures."""
    from sim.study.scoring import OBSERVED

    return ", ".join(map(code, OBSERVED))


BLOCKS: dict[str, Callable[[], str]] = {
    "register": register,
    "register columns": columns,
    "own columns": own_columns,
}
