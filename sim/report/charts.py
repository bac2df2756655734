"""Parts of a page that its reader can change: charts of plain data, and views of one table.

A chart is drawn by the page's script from numbers as they are read; without the script its static
figures stand in its place, and the tables of the page hold the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sim.report import style

Kind = Literal["spans", "panels", "parallel", "nations"]
Choice = tuple[str, str, Sequence[tuple[str, str]]]
"""Id and label of a choice, with its options: id and words."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that the script of a page draws.

    Parameters
    ----------
    kind : {"spans", "panels", "parallel", "nations"}
        Rows with intervals, small multiples, parallel coordinates, nations in tiles.
    title : str
        Heading of its section.
    spec : mapping
        What is drawn, as plain data: see `spans`, `panels` and `parallel`.
    note : str
        A sentence below the heading.
    fallback : tuple of str
        Names of the drawings that stand there without the script.
    """

    kind: Kind
    title: str
    spec: Mapping[str, Any]
    note: str = ""
    fallback: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """What the script reads."""
        return {"kind": self.kind, "name": self.title, "choices": [], **self.spec}


@dataclass(frozen=True, slots=True)
class Views:
    """One table in several views, of which the reader chooses one.

    Parameters
    ----------
    title : str
    names : tuple of str
        Of the choices.
    views : mapping of tuple of str to Table
        By the word of each choice; the first one is shown at first.
    note : str
    """

    title: str
    names: tuple[str, ...]
    views: Mapping[Any, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Drawings that stand in a section of their own, not before all else.

    Parameters
    ----------
    title : str
    names : tuple of str
        Of the drawings.
    note : str
    """

    title: str
    names: tuple[str, ...]
    note: str = ""


def mark(colour: str, name: str = "", shape: str = "") -> dict[str, str]:
    """Return how a mark of a row is drawn: ``ring`` and ``bar`` are shapes beside the dot."""
    return {"name": name, "colour": colour, "shape": shape}


def row(name: str, *marks: Sequence[float | None], note: str = "") -> dict[str, Any]:
    """Return a row: its name, and low, middle and high of each of its marks."""
    made = [dict(zip(("low", "middle", "high"), map(finite, one), strict=True)) for one in marks]
    return {"name": name, "marks": made, **({"note": note} if note else {})}


def line(
    name: str,
    colour: str,
    x: Iterable[Any],
    bands: Sequence[Sequence[Any]],
    **how: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return a line of a panel: its places, and low, middle and high or the middle alone.

    Parameters
    ----------
    name, colour : str
    x : iterable of str or float
        Months or numbers.
    bands : sequence of sequence of float
        Low, middle, high; or one of them.
    **how
        ``dash``, ``thin``, ``points`` (marks that nothing joins), ``dots``, ``ring``.
    """
    whole = [[finite(value) for value in each] for each in bands]
    low, middle, high = whole if len(whole) == 3 else (None, whole[0], None)
    spread = {} if low is None else {"low": low, "high": high}
    return {"name": name, "colour": colour, "x": list(x), "middle": middle, **spread, **how}


def view(title: str, about: str, unit: str, digits: int, **how: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return one view of a chart.

    Parameters
    ----------
    title : str
        What its numbers say.
    about : str
        What is seen, and how to read it.
    unit : str
    digits : int
        Decimals of its numbers.
    **how
        Of its kind: ``rows``, ``marks``, ``axis``; ``panels``, ``x``, ``across``, ``axis``;
        ``zero`` where nothing-happens is part of the axis, ``signed`` where signs are written.
    """
    axis = how.pop("axis", unit)
    return {"title": title, "about": about, "unit": unit, "digits": digits, "axis": axis, **how}


def spans(
    what: str,
    views: Mapping[str, Any],
    choices: Sequence[Choice] = (),
    **how: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return what a chart of rows shows, or one of panels: views by the ids of their choices."""
    return {"what": what, "choices": _choices(choices), "views": views, **how}


panels = spans


def parallel(
    what: str,
    axes: Sequence[Mapping[str, Any]],
    points: Sequence[Sequence[float | None]],
    labels: Sequence[str],
    views: Mapping[str, Any],
    choices: Sequence[Choice],
) -> dict[str, Any]:
    """Return what parallel coordinates show.

    Parameters
    ----------
    what : str
        What a line is.
    axes : sequence of mapping
        ``name``, ``unit`` and, of words, ``words``.
    points : sequence of sequence of float
        A value an axis; of words their place.
    labels : sequence of str
        Name of each line.
    views : mapping
        By outcome: `view` with ``at``, the place of its axis, and ``colour``.
    choices : sequence of Choice
    """
    lines = [[None if value is None else finite(float(f"{value:.5g}")) for value in one]
             for one in points]  # fmt: skip
    return {
        "what": what, "axes": list(axes), "lines": lines, "labels": list(labels), "views": views,
        "choices": _choices(choices),
    }  # fmt: skip


def _choices(given: Sequence[Choice]) -> list[dict[str, Any]]:
    return [{"id": name, "label": label, "options": [list(one) for one in options]}
            for name, label, options in given]  # fmt: skip


def finite(value: float | None) -> float | None:
    """Return a number to six figures, and nothing for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")


def colour_of(metric: str) -> str:
    """Return the colour of a metric: a share's bloc or ecosystem has its own, all else is ink.

    Colour says whose models these are, and nothing else.
    """
    kind, _, name = metric.partition(".")
    if kind in {"share", "used", "tokens", "developers", "dependence", "hardware_share"}:
        name = name.removeprefix("bloc_")
        found = style.BLOCS.get(name) or style.ECOSYSTEMS.get(name)
        if found is not None:
            return found.colour
    return style.INK
