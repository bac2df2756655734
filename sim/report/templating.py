"""Templates of the pages: everything that comes in is escaped, and what is missing fails."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.interactive import inline

if TYPE_CHECKING:
    from markupsafe import Markup

FOLDER = Path(__file__).parent / "templates"


@cache
def template(name: str) -> Any:  # noqa: ANN401 - jinja2 is loaded when a page is made
    """Return a template that fails on what it is not given."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    house = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    house.filters |= {"tight": tight, "breakable": breakable, "xml": xml}
    house.globals["kit"] = inline
    return house.get_template(name)


def tight(text: str) -> str:
    """Return text set well: months and per cents do not break, an interval has an en dash."""
    whole = re.sub(r"\b(\d{4})-(\d\d)\b(?!\d)", "\\1\u2011\\2", text.replace(" %", "\u00a0%"))
    return re.sub(r"(?<=\d)-(?=[<>]?\d)", "–", whole)


def breakable(text: str) -> Markup:
    """Return text in which a long name may break after each of its underscores."""
    from markupsafe import Markup, escape

    return Markup("_<wbr>").join(escape(part) for part in text.split("_"))


def xml(text: str) -> Markup:
    """Return text escaped as in a document that is no HTML."""
    from html import escape

    from markupsafe import Markup

    return Markup(escape(text))  # noqa: S704 - it is escaped
