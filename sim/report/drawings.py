"""Pages and figures of every kind of result: a figure is added in one place.

A function under `on_page` names the kind of result that it draws, and yields its figures; each is
then in the folder of such a result and on its page. Nothing else has to be told of it.
"""

from __future__ import annotations

import importlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, nearest
from sim.report import kit
from sim.report.templating import template

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """One figure of a result.

    Parameters
    ----------
    name : str
        Of its file, without an ending; empty for one that is on the page alone.
    words : str
        What a reader of the page who does not see it is told; with ``title``, also its caption.
        Empty for one that is in the folder alone, or that its page places itself.
    figure : Figure or str
        As text it is SVG.
    title : bool
        Whether the words stand above it.
    png : bool
        Whether it is in the folder as PNG too, which programs for writing take.
    numbers : Table, optional
        What is drawn, which the page shows below it on demand.
    source : str
        Of which result it is, in a line.
    """

    name: str
    words: str
    figure: Figure | str
    title: bool = False
    png: bool = False
    numbers: Any = None
    source: str = ""

    @cached_property
    def svg(self) -> bytes:
        """The bytes of its file, which are those on the page too."""
        text = self.figure if isinstance(self.figure, str) else kit.svg(self.figure)
        return text.encode()

    @property
    def address(self) -> str:
        """The drawing as a data address."""
        return data_address(self.svg)

    def save(self, path: str | Path, *, slide: bool = False) -> Path:
        """Write the figure as PNG, SVG or PDF, by the ending of the path.

        Parameters
        ----------
        path : str or Path
        slide : bool
            On a page of 16:9 with its source below.

        Raises
        ------
        InputError
            If the path ends in anything else.
        StoreError
            If it cannot be written.
        """
        from sim.report import saving

        return saving.save(self.figure, path, self.source, slide=slide)

    def _repr_svg_(self) -> str:
        """Return what a notebook shows."""
        return self.svg.decode()

    @property
    def files(self) -> dict[str, bytes]:
        """Content of its files by their names."""
        found = {f"{self.name}.svg": self.svg} if self.name else {}
        if self.png and not isinstance(self.figure, str):
            found[f"{self.name}.png"] = kit.png(self.figure)
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; its figures come to it from whoever makes the file.

    Parameters
    ----------
    template : str
        Lays it out.
    context : mapping
        What the template shows beside figures and manifest.
    """

    template: str
    context: Mapping[str, Any]

    def html(self, manifest: Mapping[str, Any], drawn: Sequence[Drawing]) -> str:
        """Return the page as one HTML file that loads nothing.

        Parameters
        ----------
        manifest : mapping
            Of the result.
        drawn : sequence of Drawing
            All its figures: those with words stand where figures stand, in their order; others are
            at hand by their names.
        """
        made = template(self.template).render(
            self.context,
            manifest=manifest,
            figures=[drawing for drawing in drawn if drawing.words],
            placed={drawing.name: drawing for drawing in drawn},
        )
        return str(made)


Draw = Callable[[Any], Iterable[Drawing]]

PAGES = {
    "run": "page:of_background",
    "sweep": "sweeps:page",
    "sensitivity": "sensitivity:page",
    "robust": "robust:page",
    "comparison": "comparison:page",
    "package": "packages:page",
    "hypotheses": "hypotheses:page",
    "calibration": "calibration:calibration_page",
    "hindcast": "calibration:page",
    "nation": "nation:page",
}
"""Module and function that say what is on the page of each kind of result; no function has to tell
of figures, which the module draws under `on_page`."""

_DRAWN: defaultdict[str, list[Draw]] = defaultdict(list)


def on_page(kind: str) -> Callable[[Draw], Draw]:
    """Let a function draw figures of each result of a kind, behind those that there are."""

    def register(draw: Draw) -> Draw:
        _DRAWN[kind].append(draw)
        return draw

    return register


def drawings_of(found: Any) -> list[Drawing]:  # noqa: ANN401 - a Saved, which this room may not import
    """Return the figures of a result of any kind, in the order of its page."""
    _maker(found.kind)
    return [drawing for draw in _DRAWN[found.kind] for drawing in draw(found)]


def named(found: Any, name: str) -> Drawing:  # noqa: ANN401 - a Saved
    """Return one figure of a result, with its source.

    Raises
    ------
    InputError
        If the result has no figure of this name.
    """
    drawn = {one.name: one for one in drawings_of(found) if one.name}
    if name not in drawn:
        hint = nearest(name, drawn) or f"it has {', '.join(drawn)}"
        raise InputError(Problem(f"the result has no figure {name!r}", path="name", hint=hint))
    return replace(drawn[name], source=source_of(found.manifest))


def source_of(manifest: Mapping[str, Any]) -> str:
    """Return the line that says which result a figure is of."""
    return (
        f"Result {manifest['hash'][:12]}, model version {manifest['model_version']}, evidence "
        f"{manifest['evidence_hash'][:12]}, {manifest['made']['time'][:10]}; open-model-sim. "
        "Conditional on scenario and model; not a forecast."
    )


def page_of(found: Any, drawn: Sequence[Drawing]) -> str:  # noqa: ANN401 - a Saved
    """Return the page of a result of any kind.

    Parameters
    ----------
    found : Saved
    drawn : sequence of Drawing
        As `drawings_of` returned them: what is on the page and in a file is drawn once.
    """
    return _maker(found.kind)(found).html(found.manifest, drawn)


def _maker(kind: str) -> Callable[[Any], Page]:
    module, _, name = PAGES[kind].partition(":")
    found: Callable[[Any], Page] = getattr(importlib.import_module(f"sim.report.{module}"), name)
    return found


def data_address(svg: bytes) -> str:
    """Return a drawing as a data address."""
    return "data:image/svg+xml;base64," + b64encode(svg).decode()
