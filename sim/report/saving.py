"""Figures as files: PNG, SVG and PDF, as they are or on a slide of 16:9 with their source.

A figure that is SVG text, as the nations are, is drawn again by matplotlib for the other forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from sim.errors import InputError, Problem, StoreError, reason
from sim.report import kit, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH = 13.333, 7.5
"""Inches of a slide."""

MARGIN, FOOT = 0.35, 0.45
"""Inches around a figure on a slide, and below it for its source."""

DPI = 200
"""Of pictures, and of what a slide in PNG or PDF holds."""


def save(drawn: Figure | str, path: str | Path, source: str, *, slide: bool = False) -> Path:
    """Write a figure, in the form that the path ends in.

    Parameters
    ----------
    drawn : Figure or str
        As text it is SVG.
    path : str or Path
        Ends in ``.png``, ``.svg`` or ``.pdf``.
    source : str
        Stands below it on a slide, and in the file's metadata else.
    slide : bool
        Put it on a page of 16:9.

    Raises
    ------
    InputError
        If the path ends in anything else.
    StoreError
        If it cannot be written.
    """
    place = Path(path)
    write = FORMS.get(place.suffix.lower())
    if write is None:
        message = f"a figure is not written as {place.suffix or 'a file without an ending'}"
        raise InputError(Problem(message, path="path", hint="end it in .png, .svg or .pdf"))
    content = write(drawn, source, slide)
    try:
        place.write_bytes(content)
    except OSError as error:
        raise StoreError(f"{place} cannot be written: {reason(error)}") from error
    return place


def _svg(drawn: Figure | str, source: str, slide: bool) -> bytes:  # noqa: FBT001
    inner = drawn if isinstance(drawn, str) else kit.svg(drawn)
    if not slide:
        return inner.encode()
    from html import escape

    body = inner[inner.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', body)
    shape = box[1] if box else "0 0 100 100"
    wide, high = 72 * (WIDE - 2 * MARGIN), 72 * (HIGH - MARGIN - FOOT)
    head = (
        f'<svg x="{72 * MARGIN:g}" y="{72 * MARGIN:g}" width="{wide:g}" height="{high:g}" '
        f'viewBox="{shape}" preserveAspectRatio="xMidYMid meet"'
    )
    body = re.sub(r"^<svg[^>]*>", lambda found: head + _kept(found[0]) + ">", body, count=1)
    words = escape(style.plain(source))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{72 * WIDE:g}" height="{72 * HIGH:g}" viewBox="0 0 {72 * WIDE:g} {72 * HIGH:g}">'
        f'<rect width="100%" height="100%" fill="{style.PAPER}"/>{body}'
        f'<text x="{72 * MARGIN:g}" y="{72 * HIGH - 12:g}" font-size="10" '
        f'font-family="\'{style.FONT}\', Verdana, sans-serif" fill="{style.QUIET}">{words}</text>'
        "</svg>\n"
    ).encode()


def _kept(tag: str) -> str:
    """Return the name spaces of an element's tag, which what is inside may use."""
    return "".join(f" {found}" for found in re.findall(r'xmlns(?::\w+)?="[^"]*"', tag))


def _raster(drawn: Figure | str, source: str, slide: bool, form: str) -> bytes:  # noqa: FBT001
    figure = of_svg(drawn) if isinstance(drawn, str) else drawn
    if slide:
        figure = _on_slide(figure, source)
    store = BytesIO()
    about: Mapping[str, Any] = (
        {"Software": None, "Source": source} if form == "png"
        else {"CreationDate": None, "Producer": None, "Creator": None, "Subject": source}
    )  # fmt: skip
    from matplotlib import rc_context

    with rc_context(style.RC):
        figure.savefig(store, format=form, dpi=DPI, metadata=dict(about))
    return store.getvalue()


def _on_slide(figure: Figure, source: str) -> Figure:
    """Return a slide with a figure as large as it can be, and its source below."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    wide, high = figure.get_size_inches()
    room = WIDE - 2 * MARGIN, HIGH - MARGIN - FOOT
    scale = min(room[0] / wide, room[1] / high)
    store = BytesIO()
    with mpl.rc_context(style.RC):
        figure.savefig(store, format="png", dpi=DPI * scale, metadata={"Software": None})
        store.seek(0)
        slide = Figure(figsize=(WIDE, HIGH), facecolor=style.PAPER)
        box = [(WIDE - scale * wide) / 2 / WIDE, (FOOT + (room[1] - scale * high) / 2) / HIGH,
               scale * wide / WIDE, scale * high / HIGH]  # fmt: skip
        axis = slide.add_axes((box[0], box[1], box[2], box[3]))
        axis.imshow(imread(store), aspect="auto", interpolation="antialiased")
        axis.set_axis_off()
        slide.text(MARGIN / WIDE, 0.16 / HIGH, style.plain(source), fontsize=9, color=style.QUIET)
    return slide


Write = Callable[["Figure | str", str, bool], bytes]

FORMS: Mapping[str, Write] = {
    ".svg": _svg,
    ".png": lambda drawn, source, slide: _raster(drawn, source, slide, "png"),
    ".pdf": lambda drawn, source, slide: _raster(drawn, source, slide, "pdf"),
}

_NAME = "{http://www.w3.org/2000/svg}"


def of_svg(text: str) -> Figure:
    """Return SVG text of this house as a figure: rectangles, straight paths and lines of text."""
    root = ET.fromstring(text)  # noqa: S314 - made by a template of this package
    *_, wide, high = (float(part) for part in root.attrib["viewBox"].split())
    rules = dict(re.findall(r"\.?([\w-]+)\{([^}]*)\}", root.findtext(f"{_NAME}style") or ""))
    with kit.canvas(wide / 72, high / 72, layout=None) as (figure, (axis,)):
        axis.set_position((0.0, 0.0, 1.0, 1.0))
        axis.set_xlim(0, wide)
        axis.set_ylim(high, 0)
        axis.set_axis_off()
        for element, (x, y) in _walk(root, (0.0, 0.0)):
            _draw(axis, element, (x, y), rules)
    return figure


def _walk(parent: Any, at: tuple[float, float]) -> Iterator[tuple[Any, tuple[float, float]]]:  # noqa: ANN401
    for element in parent:
        if element.tag == f"{_NAME}g":
            found = re.search(r"translate\(([^)]*)\)", element.get("transform", ""))
            x, y = (float(part) for part in found[1].split()) if found else (0.0, 0.0)
            yield from _walk(element, (at[0] + x, at[1] + y))
        else:
            yield element, at


def _draw(axis: Axes, element: Any, at: tuple[float, float], rules: Mapping[str, str]) -> None:  # noqa: ANN401
    from matplotlib.patches import Polygon, Rectangle

    look = dict(part.split(":", 1) for part in rules.get(element.get("class", ""), "").split(";")
                if ":" in part)  # fmt: skip
    fill = element.get("fill") or look.get("fill", style.INK)
    x, y = (at[n] + float(element.get(name, 0)) for n, name in enumerate("xy"))
    if element.tag == f"{_NAME}rect" and "%" not in element.get("width", ""):
        across, down = (float(element.get(name)) for name in ("width", "height"))
        axis.add_patch(Rectangle((x, y), across, down, color=fill, linewidth=0))
    elif element.tag == f"{_NAME}text":
        size = float(look.get("font-size", "10px").removesuffix("px"))
        axis.text(x, y, element.text or "", fontsize=size, color=fill, va="baseline",
                  ha="right" if look.get("text-anchor") == "end" else "left",
                  fontweight=look.get("font-weight", "normal"))  # fmt: skip
    elif element.tag == f"{_NAME}path":
        points = [(at[0] + a, at[1] + b) for a, b in _points(element.get("d", ""))]
        if look.get("fill") == "none":
            axis.plot(*zip(*points, strict=True), color=look.get("stroke", style.INK),
                      linewidth=0.7, linestyle=(0, (2, 1.6)))  # fmt: skip
        else:
            axis.add_patch(Polygon(points, closed=True, color=fill, linewidth=0))


def _points(path: str) -> list[tuple[float, float]]:
    """Return the corners of a path of straight lines."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    for sign, words in re.findall(r"([MLHV])([^MLHVz]*)", path):
        numbers = [float(word) for word in words.replace(",", " ").split()]
        if sign != "V":
            x = numbers[0]
        if sign != "H":
            y = numbers[-1]
        found.append((x, y))
    return found
