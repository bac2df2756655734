"""The report room: a result as pictures, words and one page.

========================  =====================================================================
`adoption_curves`         a matplotlib figure: medians with bands, one panel a group
`adoption_nations`        SVG text: every nation as a small chart
`summary`                 plain text of one screen
`page`                    the HTML report of a run, one file
`drawings_of`, `page_of`  the figures and the page of any kind of result
`futures_figure`          a matplotlib figure: the Chinese share in each of the three futures
`sweep_figure`            a matplotlib figure: lines, maps or points of a sweep
========================  =====================================================================

All of them take a result and nothing else that matters; `sim.ensemble.record.Tables` says what they
read of it.
Importing this room is light; matplotlib and jinja2 are loaded when they are needed.
"""

from __future__ import annotations

from sim.report.drawings import drawings_of, page_of
from sim.report.figures import adoption_curves
from sim.report.futures import figure as futures_figure
from sim.report.kit import png, svg
from sim.report.nations import adoption_nations
from sim.report.notebook import html_rows, html_table
from sim.report.page import page
from sim.report.summary import summary
from sim.report.sweeps import sweep_figure

__all__ = [
    "adoption_curves",
    "adoption_nations",
    "drawings_of",
    "futures_figure",
    "html_rows",
    "html_table",
    "page",
    "page_of",
    "png",
    "summary",
    "svg",
    "sweep_figure",
]
