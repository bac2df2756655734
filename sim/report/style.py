"""One look for every picture: colours, lines, plain names and fonts.

A bloc is told by hue (United States blue, China red to orange, Europe green, sovereign plum), the
kind of licence by tint and line: closed weights are dark and solid, open weights lighter and
dashed. The seven lightnesses are spread from 26 to 72 on the CIE scale, so that no two fall
together in grey print, and the hues stay apart for readers who are colour-blind; a test holds both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, nearest
from sim.evidence import ecosystems, tables
from sim.evidence.codes import ASKED, COUNTED

Dash = tuple[float, ...]
"""Lengths of stroke and gap in units of the line's width; empty for a solid line."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one ecosystem, or one bloc, is drawn and named.

    Parameters
    ----------
    name : str
        Plain words, such as ``"Chinese open"``.
    colour : str
        ``#rrggbb``.
    bloc : str
        ``us``, ``cn``, ``eu`` or ``sovereign``.
    dash : tuple of float
        Line pattern, see `Dash`.
    """

    name: str
    colour: str
    bloc: str
    dash: Dash = ()


LOOKS = Path(__file__).with_name("looks.csv")


def _read_looks() -> dict[str, Look]:
    """Return the look of each ecosystem, in the order of their table, which must hold all."""
    blocs = {one.id: one.bloc for one in ecosystems.read()}
    looks = {
        row.choice("ecosystem", blocs): Look(
            row.text("name"), row.text("colour"), blocs[row.text("ecosystem")],
            tuple(float(length) for length in row.ids("dash")),
        )
        for row in tables.read(LOOKS, ("ecosystem", "name", "colour", "dash"))
    }  # fmt: skip
    missing = [name for name in blocs if name not in looks]
    if missing:
        raise InputError(Problem(f"holds no look for {', '.join(missing)}", LOOKS.name))
    return looks


ECOSYSTEMS = _read_looks()
"""Looks of the ecosystems, in the order in which tables list them."""

BLOCS = {
    "us": Look("US bloc", "#3d7cc9", "us"),
    "cn": Look("Chinese bloc", "#ef7d32", "cn"),
    "eu": Look("European", "#12997a", "eu"),
    "sovereign": Look("Sovereign", "#6d5472", "sovereign"),
}
"""Looks of the blocs, each a sum of ecosystems."""

LAYERS = {
    "US closed": ASKED["us_closed"],
    "US open": COUNTED["us_open_all"],
    "European": COUNTED["eu_all"],
    "Sovereign": tuple(one.id for one in ecosystems.read() if one.sovereign),
    "Chinese": COUNTED["cn_all"],
}
"""Layers of a nation's small chart from the bottom up: the US from below, China from above."""

LAYER_COLOURS = {
    "US closed": "#123b7a",
    "US open": "#74b6ec",
    "European": "#12997a",
    "Sovereign": "#6d5472",
    "Chinese": "#ef7d32",
}

INK = "#1d242c"
QUIET = "#5d6875"
RULE = "#c9d0d8"
BAND = "#3f4b57"
"""Of what is nobody's: colour says whose models these are, and all else is ink and grey."""

PAPER = "#ffffff"

FONT = "DejaVu Sans"
"""The font that comes with matplotlib, so that every machine draws the same picture."""

RC: Any = {
    "font.family": [FONT],
    "font.size": 9,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.linewidth": 0.8,
    "path.simplify": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "open-model-sim",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}
"""Settings for matplotlib. Titles come from users' files, so no text is read as mathematics."""

GROUPS = {
    "world": "World",
    "global_south": "Global South (without China)",
    "global_south_with_china": "Global South with China",
    "world_without_china": "World without China",
    "sub_saharan_africa": "Sub-Saharan Africa",
    "eu": "European Union",
    "oecd": "OECD",
    "brics": "BRICS",
}
"""Names of groups whose slug does not say them."""

SMALL_WORDS = {"and", "of", "the"}


def look(ecosystem: str) -> Look:
    """Return the look of an ecosystem.

    Raises
    ------
    InputError
        If the palette does not hold the ecosystem.
    """
    if ecosystem not in ECOSYSTEMS:
        raise InputError(
            Problem(
                f"the palette holds no ecosystem {ecosystem!r}",
                hint=nearest(ecosystem, ECOSYSTEMS) or "add it to sim/report/looks.csv",
            )
        )
    return ECOSYSTEMS[ecosystem]


def group_name(slug: str) -> str:
    """Return the plain name of a group of nations, such as ``"Latin America and Caribbean"``."""
    if slug in GROUPS:
        return GROUPS[slug]
    words = slug.split("_")
    return " ".join(word if word in SMALL_WORDS else word[:1].upper() + word[1:] for word in words)


def in_words(slug: str) -> str:
    """Return a group after its preposition: ``in the world``, ``in the Global South``."""
    known = {
        "world": "in the world",
        "global_south": "in the Global South",
        "global_south_with_china": "in the Global South with China",
        "world_without_china": "in the world without China",
    }
    return known.get(slug, f"in {group_name(slug)}")


def ink(colour: str) -> str:
    """Return a colour darkened until text in it can be read on paper (contrast 4.5 to 1)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    while 1.05 / (luminance(channels) + 0.05) < 4.5:
        channels = [0.97 * channel for channel in channels]
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)


def luminance(channels: Sequence[float]) -> float:
    """Return the relative luminance of an sRGB colour with channels from 0 to 1 (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@cache
def _drawable() -> frozenset[int]:
    """Return the code points that the bundled font can draw."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def plain(text: str, longest: int | None = None) -> str:
    """Return text that the bundled font can draw on one line.

    Parameters
    ----------
    text : str
        Anything, also from a user's file.
    longest : int, optional
        Number of characters after which the text is cut with an ellipsis.

    Returns
    -------
    str
        White space is folded to single blanks; characters without a glyph become ``?``.
    """
    drawn = " ".join(text.split())
    # Any font draws printable ASCII: reading the glyphs of the font takes a quarter of a second.
    if not (drawn.isascii() and drawn.isprintable()):
        known = _drawable()
        drawn = "".join(char if ord(char) in known else "?" for char in drawn)
    if longest is not None and len(drawn) > longest:
        return drawn[: longest - 1].rstrip() + "…"
    return drawn
