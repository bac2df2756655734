"""``sim compare``: a bar while arms run, effects in a table, and where the files are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output
from sim.cli.bars import watched
from sim.errors import InputError, Problem
from sim.numerals import counted
from sim.report import answers, by_future, comparison, effects, focus
from sim.study.compare import costs, notes
from sim.study.compare.packages import MONEY

if TYPE_CHECKING:
    from sim.report.naming import Naming
    from sim.report.sheet import Cell
    from sim.study.compare.costs import Budget
    from sim.study.compare.packages import Package
    from sim.study.compare.result import Comparison

SHOWN = 40
WIDTH = 96
"""Columns after which a sentence goes on in the next line."""

TIES = 10
"""Policies of which the order against the next one is printed."""


def require_one(scenarios: Sequence[str], what: str) -> None:
    """Refuse several scenarios where levers of one are asked about, before anything is run.

    Raises
    ------
    InputError
        If there are several.
    """
    if len(scenarios) > 1:
        message = f"{what} is asked of one scenario at a time, and {len(scenarios)} are named"
        raise InputError(Problem(message, path="scenarios", hint=f"sim compare {scenarios[0]} ..."))


def as_json(found: Comparison) -> dict[str, Any]:
    """Return what ``sim compare --json`` prints: the outcomes that are shown, in their order."""
    return {
        **output.place_json(found),
        "runs": found.runs,
        "draws": int(found.table["draws"].iloc[0]),
        "seed": found.seed,
        "reached": found.reached,
        "effects": [row for metric in found.shown for row in output.records(found.last(metric))],
        "ranking": output.records(found.ranking),
        "sizes": output.records(found.sizes),
        "alone": output.records(found.alone),
        "triggers": output.records(found.triggers),
        "responses": output.records(found.responses),
        "notes": [effects.as_typed(note) for note in found.notes],
        **_focus_json(found),
    }


def _focus_json(found: Comparison) -> dict[str, Any]:
    """Return the outcomes for the nations in focus and what they say, where there is a focus."""
    if not len(found.focus):
        return {}
    said = effects.as_typed(focus.paragraph(found.focus))
    return {"focus": {"table": output.records(found.focus), "paragraph": said}}


def print_comparison(found: Comparison) -> None:
    """Print what policies change: medians over worlds first, the error of simulation after it."""
    named = comparison.named(found)
    typer.echo(textwrap.fill(_heading(found), WIDTH) + "\n")
    if len(found.pairs) == 1:
        for metric in found.shown:
            for row in found.last(metric).to_dict("records"):
                typer.echo(effects.line(row, named))
    else:
        _print_policies(found, named)
    _print_answers(found, named)
    _print_by_future(found, named)
    lines = [*effects.sizes_line(found.sizes, found.shown[0]), *map(effects.as_typed, found.notes)]
    lines += [named.note] if named.part else []
    if lines:
        typer.echo("\n" + "\n".join(textwrap.fill(text, WIDTH) for text in lines))
    if (found.table["effect"] == 0.0).all():
        typer.echo("\nNothing differs: every effect is zero.")
    if not found.reached:
        typer.echo(f"\n{_unreached(found)}")
    _print_focus(found)
    if found.folder is not None:
        typer.echo(f"\nAll effects by outcome, group and month: {output.place(found)}")


def _print_answers(found: Comparison, named: Naming) -> None:
    """Print when levers that wait are pulled, and effects with answers beside those without."""
    for table in answers.tables(found, {}, named):
        typer.echo(f"\n{table.title}\n")
        # Who answers and to which sign is as long as a line: files and page have it.
        shown = [n for n, name in enumerate(table.head) if name not in ("Response", "Sign")]
        lines = [tuple(_cell(row[n]) for n in shown) for row in table.rows]
        output.print_lines([tuple(str(table.head[n]) for n in shown), *lines])
        typer.echo(f"\n{textwrap.fill(table.note, WIDTH)}")


def _print_by_future(found: Comparison, named: Naming) -> None:
    """Print effects within the worlds of each future, where the comparison has several."""
    table = by_future.table(found, {}, named)
    if table is None:
        return
    lines = [(label, *map(_cell, cells)) for label, *cells in table.rows]
    typer.echo(f"\n{table.title}\n")
    output.print_lines([("", *map(str, table.head[1:])), *lines])
    typer.echo(f"\n{textwrap.fill(table.note, WIDTH)}")


def _print_focus(found: Comparison) -> None:
    """Print the table of outcomes for the nations in focus, and what it says."""
    if not len(found.focus):
        return
    typer.echo(f"\n{focus.title(found.focus)}")
    for head, heads, rows in focus.table(found.focus, {}):
        typer.echo(f"\n{head}\n")
        lines = [(name, *map(_cell, row)) for name, row in rows]
        output.print_lines([("choice", *heads), *lines])
    for said in (focus.note(found.focus), focus.paragraph(found.focus)):
        typer.echo(f"\n{textwrap.fill(effects.as_typed(said), WIDTH)}")


def _cell(cell: Cell) -> str:
    middle, span = (cell, "") if isinstance(cell, str) else cell[:2]
    return f"{middle} ({span})" if span else middle


def _heading(found: Comparison) -> str:
    """Return what was compared, and in how many worlds."""
    what = comparison.heading(found)
    worlds = counted(found.runs, "paired world")
    return f"{what}: median over {worlds} (5 to 95 % of them), seed {found.seed}."


def _unreached(found: Comparison) -> str:
    """Return why a wanted precision was not reached."""
    draws = found.manifest["precision"]["draws"]
    if draws is None or found.runs < 2 * draws:
        return f"The wanted precision was not reached with {counted(found.runs, 'run')}."
    return (
        f"The wanted precision was not reached: the {draws:,} posterior draws allow "
        f"{found.finest:.2g} at best, however many runs there are."
    )


def _print_policies(found: Comparison, named: Naming) -> None:
    """Print policies one below the other: the first outcome in full, medians of the others."""
    first, *others = found.shown
    more = {m: found.last(m).set_index("scenario").to_dict("index") for m in others}
    ranks = dict(zip(found.ranking["scenario"], found.ranking["rank"], strict=True))
    last = found.last(first)
    head = last.iloc[0].to_dict()
    typer.echo(
        f"{effects.name(first)}, {effects.group(head['group'], named)}, "
        f"{effects.when(head['month'])}, in "
        f"{effects.unit_of(head)[1]}; then medians of other outcomes\n"
    )
    one, what = ("policy", "policies") if found.each == "scenarios" else ("lever", "levers")
    columns = ["rank", one, "median (5 to 95 %)", "same sign", "simulation error"]
    lines = [[*columns, *(effects.name(metric) for metric in others)]]
    for row in last.head(SHOWN).to_dict("records"):
        middle, low, high = effects.figures_of(row)
        line = [str(ranks[row["scenario"]]), row["scenario"], f"{middle} ({low} to {high})",
                  effects.sign(row), effects.error(row)]  # fmt: skip
        line += [effects.figures_of(more[metric][row["scenario"]])[0] for metric in others]
        lines.append(line)
    output.print_lines(lines)
    if len(last) > SHOWN:
        typer.echo(f"... and {len(last) - SHOWN} more")
    typer.echo(f"\n{textwrap.fill(effects.rule(what), WIDTH)}")
    for text in effects.rank_lines(found.ranking, TIES):
        typer.echo(text)


def print_package(found: Package) -> None:
    """Print a package's effect, each lever's part and who helps whom."""
    asked, named = found.manifest["asked"], comparison.named(found)
    outcomes = asked["outcomes"]
    typer.echo(
        f"{asked['subject']} against {asked['against']}: "
        f"{effects.name(outcomes['metrics'][0])}, {effects.group(outcomes['groups'][0], named)}, "
        f"{counted(asked['runs'], 'paired world')}, seed {asked['seed']}\n"
    )

    units = {"share": (100.0, "percentage points"), "log-odds": (1.0, "log-odds")}
    for row in found.whole.to_dict("records"):
        scale, unit = units.get(row["scale"], (1.0, row["scale"]))
        typer.echo(
            f"All {len(found.levers)} levers together: {scale * row['effect']:+.3g} "
            f"({scale * row['low']:+.3g} to {scale * row['high']:+.3g}) {unit}"
        )
    how = "all combinations" if found.exact else "sampled orders"
    typer.echo(f"\nEach lever's part (Shapley, {how}), mean with its 95 % interval:\n")
    parts = found.shapley[found.shapley["scale"] == "share"].sort_values("share", ascending=False)
    paid = found.shapley[found.shapley["scale"] == MONEY].set_index("lever")["share"]
    rows = [
        {
            "lever": row["lever"],
            "percentage points": f"{100 * row['share']:+.3f}",
            "95 % interval": f"{100 * row['low']:+.3f} to {100 * row['high']:+.3f}",
            MONEY: f"{paid[row['lever']]:,.0f}",
        }
        for row in parts.to_dict("records")
    ]
    output.print_table(rows)
    pairs = found.interactions
    pairs = pairs[(pairs["verdict"] != "") & (pairs["scale"] == "share")]
    if len(pairs):
        held = (
            "its 95 % interval"
            if len(pairs) == 1
            else f"{len(pairs)} intervals that all hold together at 95 % (Bonferroni)"
        )
        many = "Pair" if len(pairs) == 1 else "Pairs"
        typer.echo(f"\n{many}, in percentage points, with {held}:\n")
        rows = [
            {
                "pair": row["term"],
                "interaction": f"{100 * row['effect']:+.3f}",
                "interval": f"{100 * row['low']:+.3f} to {100 * row['high']:+.3f}",
                "verdict": row["verdict"],
            }
            for row in pairs.to_dict("records")
        ]
        output.print_table(rows)
    said = [*map(effects.as_typed, found.notes), *([named.note] if named.part else [])]
    if said:
        typer.echo("\n" + "\n".join(textwrap.fill(text, WIDTH) for text in said))
    typer.echo(f"\nTables and the figure: {output.place(found)}")


def package_json(found: Package) -> dict[str, Any]:
    """Return what ``sim compare --interactions --json`` prints."""
    return {
        **output.place_json(found),
        "levers": list(found.levers),
        "exact": found.exact,
        "whole": output.records(found.whole),
        "shapley": output.records(found.shapley),
        "interactions": output.records(found.interactions),
    }


def print_costs(found: Comparison) -> None:
    """Print effects of single levers beside their costs."""
    priced, head = found.costs, found.last().iloc[0].to_dict()
    _, unit = effects.unit_of(head)
    of = f"{effects.name(head['metric'])}, {effects.group(head['group'], comparison.named(found))}"
    said = f"{_heading(found)} {of}, {effects.when(head['month'])}, in {unit}, beside costs."
    typer.echo(textwrap.fill(said, WIDTH) + "\n")
    rows = [
        {
            "lever": row["lever"],
            "median (5 to 95 %)": "{} ({} to {})".format(*effects.figures_of(row)),
            "USD million a year": effects.money(row["cost"]),
            "at low and high strength": " and ".join(
                effects.money(row[column], nothing="0") for column in ("cost_low", "cost_high")
            ),
            f"{unit} for a billion USD a year": effects.for_money(row),
            "front": "yes" if row["front"] else "",
        }
        for row in priced.to_dict("records")
    ]
    output.print_table(rows)
    text = (
        "Costs are what the model charged in a year in force, at the strength that was run, a dash "
        "where that is nothing; beside them the lever table's at low strength (1/3) and high (1). "
        "Effects for money are means with 95 % intervals. front: 5 to 95 % of worlds lie above "
        "zero, and no other such lever has as much effect for less."
    )
    typer.echo(f"\n{textwrap.fill(text, WIDTH)}")
    _print_for_some_nations(found)
    if found.folder is not None:
        typer.echo(f"\nAll effects by outcome, group and month: {output.place(found)}")


def _print_for_some_nations(found: Comparison) -> None:
    """Print what levers that are entered for some nations do and cost whole all the same."""
    for note in notes.for_some_nations(found.policies()):
        typer.echo(f"\n{textwrap.fill(effects.as_typed(note), WIDTH)}")


def money(
    done: Comparison,
    scenario: str,
    budget: float | None,
    *,
    json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Print effects beside costs, and with a budget the best packages that it buys."""
    if budget is None:
        output.print_json(output.records(done.costs)) if json else print_costs(done)
        return
    about: dict[str, Any] = {"metric": done.shown[0], "group": done.groups[0]}
    best = watched("packages", costs.best_package, done, budget, scenario, **about, **options)
    if json:
        found = {"searched": best.searched, "seed": best.seed, **about}
        packages = output.records(best.table)
        output.print_json(found | {"against": options["against"], "packages": packages})
    else:
        _print_packages(done, best, budget, options["against"])


def _print_packages(done: Comparison, best: Budget, budget: float, against: str) -> None:
    """Print the packages that were run, best first, and which of them tie."""
    head = done.last().iloc[0].to_dict()
    factor, unit = effects.unit_of(head)
    typer.echo(
        f"{effects.name(head['metric'])}, {effects.group(head['group'], comparison.named(done))}, "
        f"{effects.when(head['month'])}, against {against}: {best.searched:,} packages within "
        f"{budget:,.0f} USD million a year were ranked by\nthe sum of single effects; the best "
        f"{len(best.table)} were run. Their order was chosen in the worlds of seed {done.seed}; "
        f"what is\nshown comes from {done.runs} fresh ones (seed {best.seed}).\n"
    )
    places = {row["levers"]: n for n, row in enumerate(best.table.to_dict("records"), 1)}
    rows = [
        {
            "place": f"{places[row['levers']]}",
            f"{unit}: median (5 to 95 %)": "{} ({} to {})".format(
                *effects.figures_of(row | {"unit": head["unit"]})
            ),
            "mean (95 %)": f"{factor * row['effect']:+.2f} ({factor * row['low']:+.2f} to "
            f"{factor * row['high']:+.2f})",
            "USD million a year": effects.money(row["cost"]),
            "levers": row["levers"],
        }
        for row in best.table.to_dict("records")
    ]
    output.print_table(rows)
    typer.echo("\nTwo packages tie where neither has the larger effect in 90 % of worlds.")
    for n, row in enumerate(best.table.to_dict("records")[:-1], 1):
        tie = " (a tie)" if row["tie"] else ""
        typer.echo(f"{n} before {n + 1} in {effects.percent(row['before_next'])} % of worlds{tie}")
    _print_for_some_nations(done)
