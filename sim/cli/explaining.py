"""``sim explain``: where a figure of a nation comes from, in text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sim.cli.output import Table, print_below
from sim.metrics.utility import PARTS, SLIGHT
from sim.report import titles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from sim.study.explanation import Explanation


def print_explanation(found: Explanation) -> None:
    """Print the figure, what was observed, what is known, why developers choose, what moves it."""
    for head, table, below in _sections(found):
        if not table:
            continue
        typer.echo(f"\n{head}")
        print_below(table, "  ")
        if below:
            typer.echo(f"  {below}")


def headline(found: Explanation) -> str:
    """Return the figure in a sentence."""
    low, middle, high, mean = (_value(found, name) for name in ("p05", "p50", "p95", "mean"))
    return (
        f"{found.name}, {found.month}, {found.title}: {middle}, in 5 to 95 % of worlds {low} to "
        f"{high} (mean {mean}; {found.scenario}, {found.runs} runs, seed {found.seed})"
    )


def _value(found: Explanation, name: str) -> str:
    value = found.figure[name]
    if found.unit == "fraction":
        return f"{100.0 * value:.1f} %"
    return f"{titles.number(value)} {found.unit}"


def _sections(found: Explanation) -> Iterator[tuple[str, Table, str]]:
    """Yield head, table and a line below of each part of the answer."""
    told = found.observed[found.observed["p50"].notna()]
    rest = len(found.observed) - len(told)
    more = f"{rest} more figures have no view of the model: sim show {found.nation}"
    yield (
        "Observed there, and the model's view of the same, percent",
        _table(told, ("month", "series", "ecosystem", "observed", "model", "5 to 95 %", "source"),
               model=_number("p50"), **{"5 to 95 %": _band}),
        more if rest else "",
    )  # fmt: skip
    yield (
        "What is known of it, beside the median of its region",
        _table(found.inputs, ("variable", "value", "region", "unit", "period", "source"),
               value=_number("value"), region=_number("region_median")),
        "",
    )  # fmt: skip
    yield (
        "Government's stance, part of worlds",
        _table(found.stance, ("stance", "worlds"), worlds=lambda row: f"{row['runs']:.0%}"),
        "",
    )
    yield (
        "Levers that reach it",
        _table(found.levers, ("lever", "acts_on", "in force", "title"),
               **{"in force": lambda row: f"{row['in_force']:.0%}"}),
        "",
    )  # fmt: skip
    yield (
        "Why developers choose: parts of utility, utils, median of worlds, mean of segments",
        _parts(found),
        "One util more makes newcomers choose an ecosystem e times as often, nests aside.",
    )
    yield (
        "What goes with it: rank correlation over the runs' own draws, with 5 and 95 % bounds",
        _table(found.movers, ("parameter", "correlation", "5 to 95 %", "status", "title"),
               correlation=lambda row: f"{row['correlation']:+.2f}",
               **{"5 to 95 %": lambda row: f"{row['low']:+.2f} to {row['high']:+.2f}"}),
        "Draws of a fit go together, so that a parameter may stand here by way of another.",
    )  # fmt: skip
    yield "Sources", _table(found.sources, ("id", "date", "title")), "sim show ID tells more"


def _table(frame: pd.DataFrame, columns: tuple[str, ...], **made: Any) -> Table:  # noqa: ANN401
    """Return rows of a frame to show, with columns that are made from a row."""
    rows = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    return Table([row | {name: make(row) for name, make in made.items()} for row in rows], columns)


def _number(name: str) -> Any:  # noqa: ANN401 - a function of a row
    return lambda row: f"{row[name]:,.3g}" if abs(row[name]) < 1e4 else f"{row[name]:,.0f}"


def _band(row: dict[str, Any]) -> str:
    return f"{row['p05']:.3g} to {row['p95']:.3g}"


def _parts(found: Explanation) -> Table:
    """Return the parts of utility as rows and ecosystems as columns, and the shares below."""
    middle = found.utility.pivot_table(
        index="part", columns="ecosystem", values="p50", dropna=False
    )
    ecosystems = list(dict.fromkeys(found.utility["ecosystem"]))
    rows: list[dict[str, Any]] = []
    for name in (*PARTS, "utility"):
        values = middle.loc[name, ecosystems]
        if values.abs().max() > SLIGHT:
            title = PARTS[name].title if name in PARTS else "utility"
            cells = {str(k): "-" if v != v else f"{v:+.2f}" for k, v in values.items()}  # noqa: PLR0124
            rows.append({"part": title, **cells})
    whole = found.choices[found.choices["segment"] == "all"].set_index("ecosystem")["p50"]
    rows.append({"part": "share", **{k: f"{100 * whole[k]:.1f} %" for k in ecosystems}})
    return Table(rows, ("part", *ecosystems))
