"""``sim hypotheses``: what the source documents claim, and what the model says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output
from sim.numerals import counted
from sim.report.effects import percent

if TYPE_CHECKING:
    from sim.study.hypotheses.experiments import Findings


def as_json(found: Findings) -> list[dict[str, Any]]:
    """Return what ``sim hypotheses --json`` prints."""
    return [
        {
            "id": one.claim.number,
            "study": one.claim.name,
            "claim": one.claim.text,
            "verdict": one.verdict,
            "words": one.words,
            "settings": dict(one.by_setting),
            "conditional": one.claim.conditional,
            "judgement": one.claim.judgement,
            "runs": one.runs,
            "measures": output.records(one.table),
        }
        for one in found
    ]


def print_findings(found: Findings, *, whole: bool) -> None:
    """Print a line a claim, and of those that were named the numbers behind it."""
    rows = [{"id": f.claim.number, "verdict": f.verdict, "claim": f.claim.text} for f in found]
    output.print_table(rows)
    if not whole:
        return
    for one in found:
        typer.echo(f"\n{one.claim.number}: {one.words}; {counted(one.runs, 'run')} an arm\n")
        lines = [
            {
                "setting": row["setting"],
                "measure": row["measure"],
                "scale": row["scale"],
                "mean (95 %)": f"{row['effect']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g})",
                "smallest": f"{row['smallest']:g}",
                "sign in worlds": f"{percent(row['worlds'])} %",
                "in draws": f"{percent(row['draws'])} %",
                "says": row["says"],
            }
            for row in one.table.to_dict("records")
        ]
        output.print_table(lines)
        typer.echo(f"\n{one.claim.judgement}")
