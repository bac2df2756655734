"""The report room: a result as pictures, words and one page.

========================  =====================================================================
`adoption_curves`         a matplotlib figure: medians with bands, one panel a group
`adoption_nations`        SVG text: every nation as a small chart
`summary`                 plain text of one screen
`page`                    the HTML report, one file
`futures_figure`          a matplotlib figure: the Chinese share in each of the three futures
`sweep_figure`            a matplotlib figure: lines, maps or points of a sweep
========================  =====================================================================

All of them take a result and nothing else that matters; `sim.ensemble.record.Tables` says what they
read of it.
Importing this room is light; matplotlib and jinja2 are loaded when they are needed.
"""

from __future__ import annotations

from sim.report.figures import adoption_curves, png, save, svg
from sim.report.futures import figure as futures_figure
from sim.report.nations import adoption_nations
from sim.report.notebook import html_rows, html_table
from sim.report.page import page
from sim.report.summary import summary
from sim.report.sweeps import sweep_figure

__all__ = [
    "adoption_curves",
    "adoption_nations",
    "futures_figure",
    "html_rows",
    "html_table",
    "page",
    "png",
    "save",
    "summary",
    "svg",
    "sweep_figure",
]
