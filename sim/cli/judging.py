"""``sim robust``: regret by policy, and the worlds in which each fails, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output
from sim.cli.comparing import records
from sim.cli.sweeping import bar
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from sim.study.robust.robust import Robust


def robust(study: str, *, silent: bool, **options: Any) -> Robust:  # noqa: ANN401
    """Run a study of robustness, draw it and return it."""
    from sim.study.robust.robust import robust as run

    with bar(Path(study).stem, silent=silent) as progress:
        return run(study, progress=progress, **options)


def require(found: Robust, policy: str | None, box: int | None) -> None:
    """Refuse a policy or a box that there is not.

    Raises
    ------
    InputError
    """
    if policy is None:
        return
    if policy not in set(found.table["policy"]):
        hint = nearest(policy, found.table["policy"])
        raise InputError(Problem(f"no policy is called {policy!r}", path="policy", hint=hint))
    if policy not in found.paths:
        message = f"{policy} fails in no world or in all, so that no box sets failures apart"
        raise InputError(Problem(message, path="policy", hint="choose another --threshold"))
    if box is not None and not 0 <= box < len(found.paths[policy].boxes):
        last = len(found.paths[policy].boxes) - 1
        raise InputError(Problem(f"there is no box {box}", path="box", hint=f"0 to {last}"))


def as_json(found: Robust) -> dict[str, Any]:
    """Return what ``sim robust --json`` prints."""
    return {
        "folder": str(found.folder),
        "metric": found.judged.metric,
        "group": found.judged.group,
        "threshold": found.judged.threshold,
        "worlds": len(found.worlds),
        "policies": records(found.table),
        "boxes": records(found.boxes()),
        "conditions": {name: path.words() for name, path in found.paths.items()},
        "trees": {name: tree.lines() for name, tree in found.trees.items()},
    }


def print_robust(found: Robust, policy: str | None, box: int | None) -> None:
    """Print metrics by policy and the conditions of failure."""
    judged = found.judged
    better = "larger" if judged.larger_is_better else "smaller"
    typer.echo(
        f"{judged.metric} of {judged.group} in {len(found.worlds)} worlds; {better} is better"
        f"{'' if judged.threshold is None else f', {judged.threshold:g} is good enough'}.\n"
    )
    columns = ["policy", "max_regret", "p90_regret", "mean_regret", "mean", "p10", "worst"]
    columns += ["satisficing"] * (judged.threshold is not None)
    rows = [
        {
            name: value if isinstance(value, str) else f"{value:.3f}"
            for name, value in row.items()
            if name in columns
        }
        for row in found.table.to_dict("records")
    ]
    output.print_rows([{name: name for name in columns}, *rows], columns)
    typer.echo("")
    for name, path in found.paths.items():
        if policy is None:
            typer.echo(f"{name} {path.words()}")
    if policy is not None:
        path = found.paths[policy]
        boxes = [
            {k: f"{v:.2f}" if isinstance(v, float) else str(v) for k, v in row.items()}
            for row in path.table().to_dict("records")
        ]
        head = list(path.table().columns)
        output.print_rows([{name: name for name in head}, *boxes], head)  # type: ignore[list-item]
        typer.echo(f"\n{policy} {path.words(box)}\n\nA tree of the same worlds:")
        for line in found.trees[policy].lines():
            typer.echo(line)
    typer.echo(f"\nTables and figures: {found.folder}")
