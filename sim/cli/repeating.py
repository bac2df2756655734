"""``sim repeat``: what a result that was made again says of itself."""

from __future__ import annotations

from typing import Any

import typer

from sim.cli import output
from sim.study.saved import Saved


def as_json(done: Saved) -> dict[str, Any]:
    """Return what ``sim repeat --json`` prints."""
    return {"kind": done.kind, "hash": done.hash, **output.place_json(done)}


def show(done: Saved) -> None:
    """Print what was made again, and where it is."""
    same = "" if done.unchanged else ", all tables equal to the byte"
    typer.echo(f"{done.kind} of {done.what}{same}: {output.place(done)}")
