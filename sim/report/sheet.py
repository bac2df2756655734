"""A plain page for any kind of result: what it says, figures, tables, and how it was made."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | tuple[str, str]
"""What a cell holds: words, or a number and, smaller beside or below it, its interval."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a page.

    Parameters
    ----------
    title : str
    head : sequence of Cell
        Names of the columns.
    rows : sequence of sequence of Cell
        Cells as they are read; the first of a row names it, in words.
    note : str
        A sentence above it.
    words : bool
        Whether cells are sentences, which stand one below the other on a phone.
    """

    title: str
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    words: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """One figure of a page.

    Parameters
    ----------
    words : str
        What a reader who does not see it is told; with ``title``, also its caption.
    svg : bytes
    title : bool
        Whether the words stand above it.
    """

    words: str
    svg: bytes
    title: bool = False


def sheet(
    title: str,
    lead: Sequence[str],
    manifest: Mapping[str, Any],
    *,
    figures: Sequence[Drawing],
    tables: Sequence[Table],
) -> str:
    """Return a page of one HTML file that loads nothing.

    Parameters
    ----------
    title : str
    lead : sequence of str
        What the result says, the most important sentence first.
    manifest : mapping
        Of the result.
    figures : sequence of Drawing
    tables : sequence of Table
    """
    from sim.report.templating import template

    made = manifest["made"]
    machine = made["machine"]
    return str(
        template("sheet.html.j2").render(
            title=title,
            kicker=manifest["kind"],
            lead=lead,
            figures=[
                {"alt": one.words, "data": data_address(one.svg), "title": one.title}
                for one in figures
            ],
            tables=tables,
            layers={},
            provenance={
                "Result": manifest["hash"],
                "Evidence": manifest["evidence_hash"],
                "Model version": manifest["model_version"],
                "Layout version": manifest["format_version"],
                "Versions": ", ".join(f"{k} {v}" for k, v in manifest["versions"].items()),
                "Made": f"{made['time']} on {machine['system']} {machine['machine']}, "
                f"engine {made['engine']}",
            },
        )
    )


def data_address(svg: bytes) -> str:
    """Return a drawing as a data address."""
    return "data:image/svg+xml;base64," + b64encode(svg).decode()
