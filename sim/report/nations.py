"""The nations as small multiples: eighty little charts written as plain SVG paths.

Each chart stacks the mean shares of five layers, the United States' from the floor and China's
from the ceiling, so that the eye compares two edges. Means are shown because they add up to one;
medians do not. The file and the page use the same paths.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from sim import months
from sim.ensemble.record import Tables
from sim.evidence import Nations
from sim.report import style, tables
from sim.report.naming import known_names, naming
from sim.report.templating import template

WIDTH, HEIGHT = 112.0, 40.0
"""Size of one chart, in units of the drawing."""
PITCH, ROW, HEAD = 124.0, 64.0, 24.0
"""Distance between charts across and down, and the room for the name of a region."""
COLUMNS = 9
STEP = 3
"""Months between two points of a path."""
FIT = 82.0
"""Width into which a long name is pressed."""
LEFT, TOP, FOOT = 18.0, 112.0, 40.0
OTHER = "other"
REGIONS = (
    "sub_saharan_africa",
    "middle_east_and_north_africa",
    "latin_america_and_caribbean",
    "southeast_asia",
    "central_asia",
    "south_asia",
    "east_asia",
    "europe",
    "north_america",
    "oceania",
    OTHER,
)
"""Order of the regions; those that together fill a row stand beside each other."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One nation's chart.

    Parameters
    ----------
    iso3, name : str
        Code and plain name.
    region : str
        Slug of its region.
    chinese : float
        Mean share of the Chinese layer in the last month, fraction.
    paths : str
        SVG elements inside a box of `WIDTH` by `HEIGHT`; their classes name the layers.
    words : str
        What the chart shows, for readers who do not see it.
    """

    iso3: str
    name: str
    region: str
    chinese: float
    paths: str
    words: str


def slug(layer: str) -> str:
    """Return the class of a layer, such as ``us-closed``."""
    return layer.lower().replace(" ", "-")


def tiles(result: Tables, shown: tables.Curves, names: Nations | None = None) -> tuple[Tile, ...]:
    """Return the charts of all nations of a result, by region and then by name.

    Parameters
    ----------
    result : Result
        Where dated facts end is read from it.
    shown : Curves
        Its curves.
    names : Nations, optional
        Names and regions; the evidence's by default. A code that it does not hold, from a user's
        own table, names itself and stands under "Other".
    """
    names = known_names() if names is None else names
    known = {
        code: (name, region)
        for code, name, region in zip(names.iso3, names.name, names.region, strict=True)
    }
    count = len(shown.months)
    points = np.unique(np.append(np.arange(0, count, STEP), count - 1))
    x = WIDTH * points / max(count - 1, 1)
    facts = tables.facts_end(result)
    mark = ""
    if shown.months[0] <= facts < shown.months[-1]:
        at = WIDTH * (facts - shown.months[0]) / (shown.months[-1] - shown.months[0])
        mark = f'<path class="facts" d="M{at:.1f} 0V{HEIGHT:g}"/>'
    found = []
    for nation in shown.nations:
        name, region = known.get(nation, (nation, OTHER))
        share = {n: tables.layer(shown, nation, kinds) for n, kinds in style.LAYERS.items()}
        heights = np.cumsum([values[points] for values in share.values()], axis=0)
        ends = {layer: tables.percent(float(values[-1])) for layer, values in share.items()}
        found.append(
            Tile(
                nation,
                name,
                region if region in REGIONS else OTHER,
                float(share["Chinese"][-1]),
                _paths(x, heights) + mark,
                f"{name}, {months.text(shown.months[-1])}: "
                + ", ".join(f"{layer} {end}" for layer, end in ends.items()),
            )
        )
    return tuple(sorted(found, key=lambda tile: (REGIONS.index(tile.region), tile.name)))


def _paths(x: tables.Floats, heights: tables.Floats) -> str:
    """Return the layers as areas down to the floor, the highest first and behind the others."""
    layers = list(style.LAYERS)
    drawn = [f'<path class="{slug(layers[-1])}" d="M0 0H{WIDTH:g}V{HEIGHT:g}H0z"/>']
    for row in range(len(layers) - 2, -1, -1):
        y = HEIGHT * (1 - np.clip(heights[row], 0, 1))
        line = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        drawn.append(f'<path class="{slug(layers[row])}" d="M0 {HEIGHT:g}L{line}V{HEIGHT:g}z"/>')
    return "".join(drawn)


def adoption_nations(result: Tables, names: Nations | None = None) -> str:
    """Return the nations as one SVG document, grouped by region.

    Parameters
    ----------
    result : Result
        What a run gave.
    names : Nations, optional
        Names and regions of nations; those of the evidence by default.
    """
    shown = tables.curves(result)
    column, y, open_row = 0, TOP - ROW - HEAD, False
    region = ""
    every = tiles(result, shown, names)
    sizes = Counter(tile.region for tile in every)
    placed: list[tuple[Tile, float, float, str]] = []
    for tile in every:
        fresh = tile.region != region
        if fresh:
            region = tile.region
            if not open_row or column + sizes[region] > COLUMNS:
                column, y, open_row = 0, y + ROW + HEAD, True
        elif column == COLUMNS:
            column, y, open_row = 0, y + ROW, False
        placed.append((tile, LEFT + column * PITCH, y, style.group_name(region) if fresh else ""))
        column += 1
    title = naming(result, shown, names).titled(style.plain(str(result.scenario.title), 110))
    drawn = template("nations.svg.j2").render(
        title=style.plain(title), placed=placed, tables=tables, style=style, slug=slug, left=LEFT,
        width=WIDTH, fit=FIT, size=(LEFT * 2 + (COLUMNS - 1) * PITCH + WIDTH, y + ROW + FOOT),
        first=months.text(shown.months[0]), last=months.text(shown.months[-1]),
        facts=months.text(tables.facts_end(result)), result=result,
        straight=f" {tables.STRAIGHT}" if shown.straight else "",
    )  # fmt: skip
    return f"{drawn}\n"
