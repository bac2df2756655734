"""The page and the figure of a package: its whole effect, each lever's part, and pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report import compare, effects, titles
from sim.report.comparison import named
from sim.report.drawings import Drawing, Page, on_page
from sim.report.sheet import Table, sheet


def called(found: Any) -> dict[str, str]:  # noqa: ANN401 - a Package, which this room may not import
    """Return the titles of the levers and of the scenarios of a package, by id."""
    asked = found.manifest["asked"]
    words = titles.policies([*found.levers, asked["subject"], asked["against"]], asked)
    own: Mapping[str, str] = found.manifest.get("titles", {})  # results of before have none
    return {**words, **own}


@on_page("package")
def of_interactions(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Package
    """Draw what levers do alone and in pairs."""
    figure = compare.interactions(found.interactions, called(found))
    yield Drawing("interactions", "Main effects and interactions", figure)


def page(found: Any) -> Page:  # noqa: ANN401 - a Package
    """Return the page of a package."""
    asked = found.manifest["asked"]
    words, place = called(found), named(found)
    outcomes = asked["outcomes"]
    what = f"{effects.name(outcomes['metrics'][0])} {place.in_words(outcomes['groups'][0])}"
    how = "all combinations" if found.exact else "sampled orders"
    lead = [f"{len(found.levers)} levers, {asked['runs']} worlds; {what}."]
    lead += [
        f"All levers together: {_number(row, row['effect'])} ({_number(row, row['low'])} to "
        f"{_number(row, row['high'])}) {_unit(row)}."
        for row in found.whole.to_dict("records")
    ]
    lead += [place.note] if place.part else []
    lead += [effects.as_read(note, words) for note in found.notes]
    parts = [
        (words[row["lever"]], (f"{_number(row, row['share'])} {_unit(row)}",
         f"{_number(row, row['low'])} to {_number(row, row['high'])}"))
        for row in found.shapley.to_dict("records")
    ]  # fmt: skip
    terms = [
        (_term(row["term"], words), (f"{_number(row, row['effect'])} {_unit(row)}",
         f"{_number(row, row['low'])} to {_number(row, row['high'])}"), row["verdict"])
        for row in found.interactions.to_dict("records")
    ]  # fmt: skip
    return sheet(
        place.titled(
            f"{words[asked['subject']]} against {words[asked['against']]}: its levers together and "
            "apart"
        ),
        lead,
        [
            Table(
                f"Each lever's part of the whole (Shapley, {how})",
                ("Lever", ("Mean", "95 % interval")),
                parts,
            ),
            Table(
                "Main effects, and what two levers are to each other",
                ("Lever or pair", ("Mean", "95 % interval"), "Verdict"),
                terms,
            ),
        ],
    )


def _term(term: str, words: Mapping[str, str]) -> str:
    return " × ".join(words[lever] for lever in term.split(" x "))


def _number(row: Any, value: float) -> str:  # noqa: ANN401 - a row of a table
    return f"{100 * value:+.2f}" if row["scale"] == "share" else f"{value:+,.3g}"


def _unit(row: Any) -> str:  # noqa: ANN401 - the same
    return "points" if row["scale"] == "share" else str(row["scale"])
