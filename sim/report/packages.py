"""The page and the figure of a package: its whole effect, each lever's part, and pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.numerals import counted
from sim.report import charts, compare, effects, style, titles
from sim.report.charts import Chart
from sim.report.comparison import named
from sim.report.drawings import Drawing, Page, on_page
from sim.report.sheet import Cell, Table, sheet


def called(found: Any) -> dict[str, str]:  # noqa: ANN401 - a Package, which this room may not import
    """Return the titles of the levers and of the scenarios of a package, by id."""
    asked = found.manifest["asked"]
    words = titles.policies([*found.levers, asked["subject"], asked["against"]], asked)
    own: Mapping[str, str] = found.manifest.get("titles", {})  # results of before have none
    return {**words, **own}


@on_page("package")
def of_interactions(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Package
    """Draw what levers do alone and in pairs."""
    words = called(found)
    figure = compare.interactions(found.interactions, words)
    yield Drawing(
        "interactions", "Main effects and interactions", figure, numbers=_terms(found, words)
    )


def page(found: Any) -> Page:  # noqa: ANN401 - a Package
    """Return the page of a package."""
    asked = found.manifest["asked"]
    words, place = called(found), named(found)
    outcomes = asked["outcomes"]
    what = f"{effects.name(outcomes['metrics'][0])} {place.in_words(outcomes['groups'][0])}"
    how = "all combinations" if found.exact else "sampled orders"
    lead = [f"{counted(len(found.levers), 'lever')}, {counted(asked['runs'], 'world')}; {what}."]
    lead += [
        f"All levers together: {_number(row, row['effect'])} {_unit(row)}, mean over worlds "
        f"({_within(row)})."
        for row in found.whole.to_dict("records")
    ]
    lead += [place.note] if place.part else []
    lead += [effects.as_read(note, words) for note in found.notes]
    return sheet(
        place.titled(
            f"{words[asked['subject']]} against {words[asked['against']]}: its levers together and "
            "apart"
        ),
        lead,
        [
            _shapley(found, words, how),
            _parts(found, words, how),
        ],
    )


def _parts(found: Any, words: Mapping[str, str], how: str) -> Table:  # noqa: ANN401 - a Package
    """Return each lever's part of the whole, a row a lever and a column a scale."""
    rows = found.shapley.to_dict("records")
    cells: dict[str, list[Cell]] = {row["lever"]: [words[row["lever"]]] for row in rows}
    heads: dict[str, Cell] = {}
    for row in rows:
        heads[row["scale"]] = (_unit(row), "95 % interval")
        cells[row["lever"]].append((_number(row, row["share"]), _within(row)))
    title = f"Each lever's part of the whole (Shapley, {how})"
    return Table(title, ("Lever", *heads.values()), list(cells.values()))


def _terms(found: Any, words: Mapping[str, str]) -> Table:  # noqa: ANN401 - a Package
    """Return main effects and interactions of pairs, each with its verdict."""
    rows = [
        (_term(row["term"], words), (f"{_number(row, row['effect'])} {_unit(row)}", _within(row)),
         row["verdict"])
        for row in found.interactions.to_dict("records")
    ]  # fmt: skip
    head = ("Lever or pair", ("Mean", "95 % interval"), "Verdict")
    return Table("Main effects, and what two levers are to each other", head, rows)


def _shapley(found: Any, words: Mapping[str, str], how: str) -> Chart:  # noqa: ANN401 - a Package
    """Return each lever's part of the whole as rows, the largest first."""
    table = found.shapley
    mine = table[table["scale"] == table["scale"].iloc[0]]
    mine = mine.loc[mine["share"].abs().sort_values(ascending=False, kind="stable").index]
    first = mine.iloc[0]
    scale = 100.0 if first["scale"] == "share" else 1.0
    rows = [charts.row(words[row["lever"]], [scale * row[c] for c in ("low", "share", "high")])
            for row in mine.to_dict("records")]  # fmt: skip
    view = charts.view(
        f"{words[first['lever']]} carries most: {_number(first, first['share'])} {_unit(first)}",
        f"Shapley values over {how}, with 95 % intervals of the mean.", _unit(first), 2, rows=rows,
        marks=[charts.mark(style.INK)], zero=True, signed=True,
    )  # fmt: skip
    spec = charts.spans("Lever", {"": view}, band="95 % intervals")
    return Chart("spans", "Each lever's part", spec)


def _term(term: str, words: Mapping[str, str]) -> str:
    return " × ".join(words[lever] for lever in term.split(" x "))


def _number(row: Any, value: float) -> str:  # noqa: ANN401 - a row of a table
    if row["scale"] == "share":
        return f"{100 * value:+.2f}"
    # Money is read to the million; log-odds keep three figures.
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"


def _within(row: Any) -> str:  # noqa: ANN401 - a row of a table
    """Return the interval of a mean; what is the same in every world has none."""
    if row["low"] == row["high"]:
        return "the same in every world"
    return f"{_number(row, row['low'])} to {_number(row, row['high'])}"


def _unit(row: Any) -> str:  # noqa: ANN401 - the same
    return "points" if row["scale"] == "share" else str(row["scale"])
