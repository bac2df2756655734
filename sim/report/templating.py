"""Templates of the smaller pages: everything that comes in is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "templates"


@cache
def template(name: str) -> Any:  # noqa: ANN401 - jinja2 is loaded when a page is made
    """Return a template that fails on what it is not given."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    house = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return house.get_template(name)
