"""What makes a page answer to its reader: a script, its style, and the numbers that it draws.

Without the script a page is whole. With it tables sort, are searched and saved, figures are saved
as drawings and pictures, and pages draw their charts themselves: a run its curves and a map of
nations, other results rows with intervals, small multiples, parallel coordinates and nations.

``kit.js`` has what all share, ``curves.js`` and ``tiles.js`` what a run draws, ``charts.js``,
``parallel.js`` and ``effects.js`` the charts that `sim.report.charts` describes, ``explain.js`` the
panel of a nation; `inline` puts them together, ``start.js`` last.
"""
