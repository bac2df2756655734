"""``sim robust``: regret by policy, and the worlds in which each fails, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output
from sim.errors import InputError, Problem
from sim.report import robust as drawing
from sim.report import titles

if TYPE_CHECKING:
    from sim.study.robust import Robust


def require_box(found: Robust, policy: str | None, box: int | None) -> None:
    """Refuse a policy without boxes, and a box that it does not have: the worlds have to tell."""
    if policy is None:
        return
    if policy not in found.boxes:
        message = f"{policy} fails in no world or in all, so that no box sets failures apart"
        raise InputError(Problem(message, path="policy", hint="choose another --threshold"))
    last = len(found.boxes[policy].places) - 1
    if box is not None and box > last:
        raise InputError(Problem(f"there is no box {box}", path="box", hint=f"0 to {last}"))


def as_json(found: Robust) -> dict[str, Any]:
    """Return what ``sim robust --json`` prints."""
    return {
        **output.place_json(found),
        "metric": found.judged.metric,
        "group": found.judged.group,
        "threshold": found.judged.threshold,
        "worlds": len(found.worlds),
        "shared_worlds": found.shared,
        "policies": output.records(found.table),
        "boxes": output.records(found.box_table()),
        "limits": output.records(found.limits()),
        "conditions": {name: list(boxes.sentences()) for name, boxes in found.boxes.items()},
        "trees": {name: tree.lines() for name, tree in found.trees.items()},
    }


def print_robust(found: Robust, policy: str | None, box: int | None) -> None:
    """Print metrics by policy and the worlds in which each fails."""
    typer.echo("\n".join((*drawing.lead(found), "")))
    table = drawing.policies(found, drawing.BRIEF)
    output.print_lines((table.head, *table.rows))
    typer.echo("")
    if policy is None:
        for line in drawing.conditions(found):
            typer.echo(f"{line}\n")
    else:
        _print_policy(found, policy, box)
    typer.echo(f"Tables, figures and report: {output.place(found)}")


def _print_policy(found: Robust, policy: str, box: int | None) -> None:
    """Print every box of a policy, one of them in words, and a tree of the same worlds."""
    boxes = found.boxes[policy]
    table = drawing.boxes_table(found, policy)
    output.print_lines((table.head, *table.rows))
    title = titles.scenario(policy, found.manifest["asked"])
    said = (
        boxes.sentences(titles.in_sentence)
        if box is None
        else [boxes.words(box, titles.in_sentence)]
    )
    typer.echo("")
    typer.echo("\n".join(f"{title}: {sentence}." for sentence in said))
    typer.echo("\nA tree of the same worlds:")
    typer.echo("\n".join((*found.trees[policy].lines(titles.in_sentence), "")))
