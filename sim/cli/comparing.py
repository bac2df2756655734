"""``sim compare``: a bar while arms run, effects in a table, and where the files are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.compare.compare import Comparison
    from sim.study.compare.packages import Package

Progress = Callable[[int, int], None]
SHOWN = 40


def compare(scenarios: Sequence[str], *, silent: bool, **options: Any) -> Comparison:  # noqa: ANN401
    """Run a comparison and return it."""
    from sim.study.compare.compare import compare as run

    with bar("runs", silent=silent) as progress:
        return run(list(scenarios), progress=progress, **options)


def package(scenario: str, *, silent: bool, out: Path, **options: Any) -> tuple[Package, Path]:  # noqa: ANN401
    """Run a package's levers together and apart, keep what each does and return it with its place.

    The place is named by the levers, runs, seed and model.
    """
    import sim.report.compare as drawing
    from sim.study.compare.packages import package as run
    from sim.study.manifest import facts
    from sim.study.store import require_writable
    from sim.study.sweeps.study import digest

    require_writable(out)
    with bar("runs", silent=silent) as progress:
        found = run(scenario, progress=progress, out=out, **options)
    known = facts()
    asked = {name: str(value) for name, value in options.items() if name != "workers"}
    name = digest([scenario, asked, known["model_version"], known["evidence_hash"]])[:12]
    folder = out / f"{Path(scenario).stem}-package-vs-{Path(str(options['against'])).stem}" / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, table in (
        ("interactions", found.interactions), ("shapley", found.shapley), ("whole", found.whole),
    ):  # fmt: skip
        table.to_csv(folder / f"{file}.csv", index=False)
    figure(folder, "interactions.svg", drawing.interactions(found.interactions))
    return found, folder


def as_json(found: Comparison) -> dict[str, Any]:
    """Return what ``sim compare --json`` prints."""
    return {
        "folder": None if found.folder is None else str(found.folder),
        "runs": found.runs,
        "seed": found.seed,
        "reached": found.reached,
        "effects": records(found.last()),
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as records; what is not a number is null."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return found


def print_comparison(found: Comparison, metric: str, group: str) -> None:
    """Print the effects on one outcome in the last month, largest first."""
    last = found.last(metric, group)
    if last.empty:
        typer.echo(f"{metric} of {group} was not kept; the table has what was.")
    else:
        known = set(last["reference"])
        reference = known.pop() if len(known) == 1 else "its own"
        typer.echo(
            f"Effect on {metric} of {group} in {last['month'].iloc[0]} against {reference} "
            f"reference; {found.runs} runs that share their luck, seed {found.seed}.\n"
        )
        columns = ["scenario", "effect", "95 % interval", "log-odds", "variance ratio"]
        rows = [_row(row) for row in last.head(SHOWN).to_dict("records")]
        output.print_rows([{name: name for name in columns}, *rows], columns)
        if len(last) > SHOWN:
            typer.echo(f"... and {len(last) - SHOWN} more")
    if (found.table["effect"] == 0.0).all():
        typer.echo("\nNothing differs: every effect is zero.")
    if not found.reached:
        typer.echo(f"\nThe wanted precision was not reached with {found.runs} runs.")
    if found.folder is not None:
        typer.echo(f"\nAll effects by outcome, group and month: {found.folder}")


def _row(row: dict[Any, Any]) -> dict[str, str]:
    part = row["unit"] == "fraction"
    scale, unit = (100.0, " pp") if part else (1.0, "")
    ratio = row["variance_ratio"]
    return {
        "scenario": row["scenario"],
        "effect": f"{scale * row['effect']:+.2f}{unit}",
        "95 % interval": f"{scale * row['ci_low']:+.2f} to {scale * row['ci_high']:+.2f}",
        "log-odds": f"{row['log_odds']:+.3f}" if part else "-",
        "variance ratio": f"{ratio:.1f}" if ratio == ratio else "-",  # noqa: PLR0124
    }


def print_package(found: Package, folder: Path) -> None:
    """Print a package's effect, each lever's part and who helps whom."""
    for row in found.whole.to_dict("records"):
        scale = 100.0 if row["scale"] == "share" else 1.0
        typer.echo(
            f"All {len(found.levers)} levers together: {scale * row['effect']:+.3g} "
            f"({scale * row['low']:+.3g} to {scale * row['high']:+.3g}) "
            f"{'percentage points' if row['scale'] == 'share' else 'log-odds'}"
        )
    how = "all combinations" if found.exact else "sampled orders; the interval is theirs alone"
    typer.echo(f"\nEach lever's part (Shapley, {how}), percentage points:\n")
    parts = found.shapley[found.shapley["scale"] == "share"].sort_values("share", ascending=False)
    rows = [
        {
            "lever": row["lever"],
            "part": f"{100 * row['share']:+.3f}",
            "95 % interval": f"{100 * row['low']:+.3f} to {100 * row['high']:+.3f}",
        }
        for row in parts.to_dict("records")
    ]
    columns = ["lever", "part", "95 % interval"]
    output.print_rows([{name: name for name in columns}, *rows], columns)
    pairs = found.interactions
    pairs = pairs[(pairs["verdict"] != "") & (pairs["scale"] == "share")]
    if len(pairs):
        typer.echo("\nPairs:\n")
        rows = [
            {
                "pair": row["term"],
                "interaction": f"{100 * row['effect']:+.3f}",
                "95 % interval": f"{100 * row['low']:+.3f} to {100 * row['high']:+.3f}",
                "verdict": row["verdict"],
            }
            for row in pairs.to_dict("records")
        ]
        columns = ["pair", "interaction", "95 % interval", "verdict"]
        output.print_rows([{name: name for name in columns}, *rows], columns)
    typer.echo(f"\nTables and the figure: {folder}")


def package_json(found: Package, folder: Path) -> dict[str, Any]:
    """Return what ``sim compare --interactions --json`` prints."""
    return {
        "folder": str(folder),
        "levers": list(found.levers),
        "exact": found.exact,
        "whole": records(found.whole),
        "shapley": records(found.shapley),
        "interactions": records(found.interactions),
    }


def print_costs(priced: pd.DataFrame) -> None:
    """Print effects beside costs."""
    rows = [
        {
            "lever": row["lever"],
            "effect, pp": f"{100 * row['effect']:+.3f}",
            "USD million a year": f"{row['cost']:,.0f} ({row['cost_low']:,.0f} to "
            f"{row['cost_high']:,.0f})",
            "pp a USD billion a year": _ratio(row),
            "front": "yes" if row["front"] else "",
        }
        for row in priced.to_dict("records")
    ]
    columns = ["lever", "effect, pp", "USD million a year", "pp a USD billion a year", "front"]
    output.print_rows([{name: name for name in columns}, *rows], columns)
    typer.echo("\nfront: no other lever has as much effect for less. Costs are the lever table's.")


def money(
    done: Comparison,
    scenario: str,
    against: str,
    metric: str,
    group: str,
    budget: float | None,
    *,
    json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Print effects beside costs, and with a budget the best package that it buys."""
    from sim.report import compare as drawing
    from sim.study.compare import costs

    priced = costs.per_million(done, scenario, metric, group)
    figure(done.folder, "cost_effect.svg", drawing.cost_effect(priced))
    if done.folder is not None:
        priced.to_csv(done.folder / "costs.csv", index=False)
    if budget is None:
        output.print_json(records(priced)) if json else print_costs(priced)
        return
    with bar("packages", silent=json) as progress:
        best = costs.best_package(
            done, budget, scenario, against, metric=metric, group=group, progress=progress,
            **options,
        )  # fmt: skip
    if json:
        output.print_json({"searched": best.searched, "packages": records(best.table)})
        return
    typer.echo(
        f"{best.searched:,} packages within {budget:,.0f} USD million a year were ranked by the "
        f"sum of single effects; the best {len(best.table)} were run:\n"
    )
    rows = [
        {
            "effect, pp": f"{100 * row['effect']:+.3f}",
            "95 % interval": f"{100 * row['low']:+.3f} to {100 * row['high']:+.3f}",
            "cost": f"{row['cost']:,.0f}",
            "levers": row["levers"],
        }
        for row in best.table.sort_values("effect", ascending=False).to_dict("records")
    ]
    columns = ["effect, pp", "95 % interval", "cost", "levers"]
    output.print_rows([{name: name for name in columns}, *rows], columns)


def _ratio(row: dict[Any, Any]) -> str:
    middle, low, high = (
        1e5 * row[name] for name in ("per_million", "per_million_low", "per_million_high")
    )
    if low != low:  # noqa: PLR0124 - not a number
        return "-"
    return f"{middle:+.3g} ({low:+.3g} to {high:+.3g})"


@contextmanager
def bar(title: str, *, silent: bool) -> Iterator[Progress | None]:
    """Give a bar on standard error, where that is a terminal and someone wants it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def figure(folder: Path | None, name: str, drawn: Any) -> None:  # noqa: ANN401
    """Write one more figure into the folder of a comparison."""
    from sim.report import svg
    from sim.study.sweeps.shards import write_whole

    if folder is not None:
        write_whole(folder / name, svg(drawn).encode())
