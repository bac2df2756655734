"""The figure kit: a canvas in the look of this house, dressed axes, and the bytes of a figure.

Figures are matplotlib's own object, never pyplot: no window, no global state and half the time. The
same figure gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from sim.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 160


@contextmanager
def canvas(
    width: float,
    height: float,
    rows: int = 1,
    columns: int = 1,
    *,
    layout: Literal["constrained"] | None = "constrained",
    **how: Any,  # noqa: ANN401
) -> Iterator[tuple[Figure, list[Axes]]]:
    """Give a figure and its axes, row by row, to draw on in the look of this house.

    Parameters
    ----------
    width, height : float
        Inches.
    rows, columns : int
        Panels.
    layout : str, optional
        None where the one who draws places the panels.
    **how
        Of ``Figure.subplots``.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(width, height), layout=layout, facecolor=style.PAPER)
        yield figure, figure.subplots(rows, columns, squeeze=False, **how).ravel().tolist()


def dress(
    axis: Axes,
    title: str = "",
    across: str = "",
    up: str = "",
    *,
    bare: Sequence[str] = ("top", "right"),
    small: float | None = None,
    **how: Any,  # noqa: ANN401
) -> None:
    """Give an axis its title and labels, and take the lines around it away.

    Parameters
    ----------
    axis : Axes
    title, across, up : str
        What stands above, below and beside it.
    bare : sequence of str
        Sides without a line.
    small : float, optional
        Size of labels that are smaller than usual.
    **how
        Of the title, where it is not as usual.
    """
    axis.set_title(title, loc="left", **{"fontsize": 9, "pad": 10, **how})
    axis.set_xlabel(across, fontsize=small)
    axis.set_ylabel(up, fontsize=small)
    for side in bare:
        axis.spines[side].set_visible(False)


def png(figure: Figure) -> bytes:
    """Return a figure as PNG at 160 dots an inch."""
    store = BytesIO()
    figure.savefig(store, format="png", dpi=DPI, metadata={"Software": None})
    return store.getvalue()


def svg(figure: Figure) -> str:
    """Return a figure as SVG text: no date and fixed identifiers, so equal figures are equal."""
    from matplotlib import rc_context

    store = BytesIO()
    with rc_context(style.RC):
        figure.savefig(store, format="svg", metadata={"Date": None, "Creator": None})
    return _PATH.sub(_shorter, store.getvalue().decode())


_PATH = re.compile(r' d="[^"]*"')
_LONG = re.compile(r"(\.\d\d)\d+")


def _shorter(path: re.Match[str]) -> str:
    """Return a path to hundredths of a point: nobody sees more, and a page holds it twice."""
    return _LONG.sub(r"\1", path[0])
