"""The page of a package: its whole effect, each lever's part, and pairs."""

from __future__ import annotations

from typing import Any

from sim.report import effects, style
from sim.report.compare import interactions
from sim.report.sheet import Drawing, Table, sheet


def page(found: Any) -> str:  # noqa: ANN401 - a Package, which this room may not import
    """Return the page of a package.

    Parameters
    ----------
    found : Package
    """
    from sim.report.figures import svg

    asked = found.manifest["asked"]
    outcomes = asked["outcomes"]
    what = f"{effects.name(outcomes['metrics'][0])} {style.in_words(outcomes['groups'][0])}"
    how = "all combinations" if found.exact else "sampled orders"
    lead = [f"{len(found.levers)} levers, {asked['runs']} worlds; {what}."]
    lead += [
        f"All levers together: {_number(row, row['effect'])} ({_number(row, row['low'])} to "
        f"{_number(row, row['high'])}) {_unit(row)}."
        for row in found.whole.to_dict("records")
    ]
    parts = [
        (row["lever"], f"{_number(row, row['share'])} {_unit(row)}",
         f"{_number(row, row['low'])} to {_number(row, row['high'])}")
        for row in found.shapley.to_dict("records")
    ]  # fmt: skip
    terms = [
        (row["term"], f"{_number(row, row['effect'])} {_unit(row)}",
         f"{_number(row, row['low'])} to {_number(row, row['high'])}", row["verdict"])
        for row in found.interactions.to_dict("records")
    ]  # fmt: skip
    return sheet(
        f"{asked['subject']} against {asked['against']}: its levers together and apart",
        lead,
        found.manifest,
        figures=[Drawing("Main effects and interactions", svg(interactions(found.interactions)))],
        tables=[
            Table(
                f"Each lever's part of the whole (Shapley, {how})",
                ("Lever", "Mean", "95 % interval"),
                parts,
            ),
            Table(
                "Main effects, and what two levers are to each other",
                ("Lever or pair", "Mean", "95 % interval", "Verdict"),
                terms,
            ),
        ],
    )


def _number(row: Any, value: float) -> str:  # noqa: ANN401 - a row of a table
    return f"{100 * value:+.2f}" if row["scale"] == "share" else f"{value:+,.3g}"


def _unit(row: Any) -> str:  # noqa: ANN401 - the same
    return "points" if row["scale"] == "share" else str(row["scale"])
