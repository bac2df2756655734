"""Options that several commands share, each with its one help text and its check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import door
from sim.machine import processors

Bare = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the names.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Print only the result folder; beside --json, only its value."
    ),
]
One = Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a YAML file.")]
Several = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Names or YAML files.")]
Varied = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study, or the scenario that --vary varies.")
]
Runs = Annotated[int | None, typer.Option(metavar="N", help="Replicates.")]
Seed = Annotated[int | None, typer.Option(metavar="S", help="Random seed.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change one value; may be repeated, the last of a path counts.",
    ),
]
Blocks = Annotated[
    int,
    typer.Option(
        metavar="N",
        default_factory=processors,
        show_default=False,
        help="Blocks run at a time; by default one for each processor.",
        callback=door.workers,
    ),
]
Steps = Annotated[int, typer.Option(metavar="N", help="Updates of the ensemble.")]
FitSeed = Annotated[int, typer.Option(metavar="S", help="Random seed of the ensemble.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for results.")]
Vary = Annotated[
    list[str] | None,
    typer.Option("--vary", metavar="PATH=SPEC", help="What varies; may be repeated."),
]
Points = Annotated[
    int | None,
    typer.Option(metavar="N", help="Points of the design; for sobol and morris the base sample."),
]
EachRuns = Annotated[int | None, typer.Option(metavar="N", help="Replicates of each point.")]
OneSeed = Annotated[
    int | None, typer.Option(metavar="S", help="Random seed, the same for all points.")
]
SetAll = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change one value in all points; may be repeated, the last of a path counts.",
    ),
]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Last month.")]
Among = Annotated[
    str | None, typer.Option(metavar="GROUP|A,B", help="A group, or ISO3 codes with commas.")
]
Focus = Annotated[
    str | None,
    typer.Option(
        "--focus",
        metavar="GROUP|A,B",
        help="What the word focus stands for in a scenario's levers.",
    ),
]
Answers = Annotated[
    str | None,
    typer.Option(
        "--responses",
        metavar="A,B",
        help="What others do once they see a sign, in every scenario: names, or all.",
        callback=door.words,
    ),
]
Engine = Annotated[
    str,
    typer.Option(metavar="kernel|mesa", help="Compiled kernel or Mesa; the numbers are the same."),
]
Processes = Annotated[
    int,
    typer.Option(
        metavar="N",
        default_factory=processors,
        show_default=False,
        help="Processes; by default one for each processor.",
        callback=door.workers,
    ),
]
Members = Annotated[int, typer.Option(metavar="N", help="Members of the ensemble.")]
Metrics = Annotated[
    list[Path] | None,
    typer.Option(
        "--metrics",
        metavar="FILE.py",
        help="Also measure what this file defines with @sim.metric.",
        callback=door.metrics,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A Dask scheduler, or local for one started here.",
        callback=door.cluster,
    ),
]
