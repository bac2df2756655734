"""``sim explore``: serve the explorer and say where it is."""

from __future__ import annotations

import typer

from sim.cli import output


def explore(scenario: str, port: int | None, runs: int | None) -> None:
    """Serve the explorer until it is interrupted."""
    from sim.explorer.serve import serve

    def ready(address: str) -> None:
        typer.echo(f"The explorer is at {address} (Ctrl-C ends it)")

    serve(scenario, port, runs, output.say, ready)
