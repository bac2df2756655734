"""The page of a comparison: what policies change, in sentences, figures and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report import answers, by_future, compare, effects, focus, matrix, policies, titles
from sim.report.charts import Views
from sim.report.compare import is_one, last_of
from sim.report.drawings import Drawing, Page, on_page
from sim.report.naming import Naming, of_document
from sim.report.sheet import Cell, Part, Table, sheet

if TYPE_CHECKING:
    import pandas as pd

MOST = 30
"""Policies of which the order against the next one is shown."""

HEAD = (("Direction", "in so many worlds"), "Simulation error")
SPAN = "5 to 95 % of worlds"


def heading(found: Any) -> str:  # noqa: ANN401 - a Comparison, which this room may not import
    """Return what a comparison compares, with the ids that a user types."""
    return _heading(found, {})


def _heading(found: Any, called: Mapping[str, str]) -> str:  # noqa: ANN401 - a Comparison
    subject = called.get(found.subject, found.subject)
    if found.each == "less one":
        return f"What each lever adds to {subject} last, the package less the package without it"
    names = list(dict.fromkeys(found.table["scenario"]))
    many = (
        f"{len(names)} levers, each alone," if found.each == "levers" else f"{len(names)} policies"
    )
    what = called.get(names[0], names[0]) if len(names) == 1 else many
    return f"{what} against {called.get(found.against, found.against)}"


def named(found: Any) -> Naming:  # noqa: ANN401 - a Comparison or a Package
    """Return what the groups of a comparison are called: all its arms hold the same nations."""
    return of_document(next(iter(found.manifest["asked"]["arms"].values())))


def called(found: Any) -> dict[str, str]:  # noqa: ANN401 - a Comparison
    """Return the titles of everything that a comparison compares or its notes name, by its id."""
    ids = [*found.table["scenario"], found.subject, found.against]
    if len(found.alone):
        ids += list(found.alone["lever"])
    ids += [name for note in found.notes for name in effects.ids(note)]
    return titles.policies(ids, found.asked)


@on_page("comparison")
def of_focus(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Comparison
    """Draw outcomes for the nations in focus; the PNG is what goes into a brief."""
    if len(found.focus):
        words = "Outcomes for the nations in focus; the first tables below hold the numbers"
        yield Drawing("focus", words, focus.figure(found.focus, called(found)), png=True)


@on_page("comparison")
def of_effects(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Comparison
    """Draw effects, sorted and over time, with titles in place of ids."""
    words, table = called(found), found.table
    table = table.assign(
        scenario=table["scenario"].map(words),
        reference=[words.get(name, name) for name in table["reference"]],
    )
    mine, place = compare.drawn(table, found.shown, found.groups), named(found)
    if len(mine):
        said = policies.finding(mine, place)
        yield Drawing("effects", "", compare.sorted_effects(mine, place, said))
        yield Drawing("over_time", "", compare.over_time(mine, place))


@on_page("comparison")
def of_costs(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Comparison
    """Draw effects against costs."""
    if len(found.costs):
        costs = found.costs.assign(lever=found.costs["lever"].map(called(found)))
        words = "Effect against cost; the table of costs below holds the numbers"
        yield Drawing("cost_effect", words, compare.cost_effect(costs))


def page(found: Any) -> Page:  # noqa: ANN401 - a Comparison
    """Return the page of a comparison."""
    words, place = called(found), named(found)
    groups = _distinct(found.table, found.groups) if place.part else list(found.groups)
    # What is first shown stands beside what it is in each future.
    parts: list[Part] = []
    if len(found.focus):
        parts += focus.tables(found.focus, words)
    parts += [matrix.matrix(found, words, place, groups),
              policies.side_by_side(found, words, place, groups)]  # fmt: skip
    parts += answers.tables(found, words, place)
    apart = by_future.table(found, words, place)
    time, nations = (policies.over_time(found, words, place, groups),
                     policies.by_nation(found, words, place))  # fmt: skip
    parts += [part for part in (time, nations, apart) if part is not None]
    parts += [*policies.carried(found, words, place), _certainty(found, words, place, groups)]
    parts += _order(found, words)
    if len(found.costs):
        parts.append(costs_table(found.costs, words))
    parts += _ids(found, words)
    title = place.titled(_heading(found, words))
    return sheet(title, _lead(found, words, place), parts)


def _lead(found: Any, words: Mapping[str, str], place: Naming) -> list[str]:  # noqa: ANN401
    """Return what a comparison says, a sentence each, the first outcome that is shown first."""
    last = last_of(found.table, found.shown[0], found.groups[0])
    rows = last.to_dict("records")
    sizes = found.sizes.assign(scenario=found.sizes["scenario"].map(words))
    said = []
    if len(found.focus):
        # Titles are phrases of their own, and would run into the sentences.
        quoted = {name: f"\u201c{words[name]}\u201d" for name in words}
        first, *rest = focus.sentences(found.focus)
        said += [effects.as_read(text, quoted) for text in (first, " ".join(rest))]
    said += [f"{effects.line(rows[0], place)}."] if len(rows) == 1 else [_span(rows, words, place)]
    said += [place.note] if place.part else []
    said += [f"{line}." for line in effects.sizes_line(sizes, found.shown[0])]
    said += [effects.as_read(note, words) for note in found.notes]
    if "dependence" in found.shown:
        said.append("Dependence is the share of the largest bloc, whichever it is.")
    return [*said, f"{effects.MEANING} Here there are {found.runs} worlds."]


def _span(rows: Sequence[Mapping[Any, Any]], words: Mapping[str, str], place: Naming) -> str:
    """Return the largest and the smallest of several effects in one sentence."""
    first = rows[0]
    (high, _, _), (low, _, _) = effects.figures_of(first), effects.figures_of(rows[-1])
    return (
        f"{effects.name(first['metric'])} {place.in_words(first['group'])}, "
        f"{effects.when(first['month'])}: medians reach from {low} {effects.unit_of(first)[1]} "
        f"({words[rows[-1]['scenario']]}) to {high} ({words[first['scenario']]})."
    )


def _certainty(
    found: Any,  # noqa: ANN401 - a Comparison
    words: Mapping[str, str],
    place: Naming,
    groups: Sequence[str],
) -> Views:
    """Return in how many worlds each effect has its sign, and what more runs would still move."""
    views = {}
    for group in groups:
        for metric in found.shown:
            part = last_of(found.table, metric, group)
            if len(part):
                views[place.name(group), effects.name(metric)] = _of_policies(
                    found, part, words, place
                )
    return Views("How sure each effect is", ("Group", "Outcome"), views)


def _of_policies(
    found: Any,  # noqa: ANN401 - a Comparison
    part: pd.DataFrame,
    words: Mapping[str, str],
    place: Naming,
) -> Table:
    """Return effects on one outcome by policy."""
    rows = [(words[row["scenario"]], *_cells(row)) for row in part.to_dict("records")]
    first = part.iloc[0].to_dict()
    title = (
        f"{effects.name(first['metric'])} {place.in_words(first['group'])}, "
        f"{effects.when(first['month'])}"
    )
    what = "Policy" if found.each == "scenarios" else "Lever"
    return Table(title, (what, (f"Median, {effects.unit_of(first)[1]}", SPAN), *HEAD), rows)


def _ids(found: Any, words: Mapping[str, str]) -> list[Table]:  # noqa: ANN401 - a Comparison
    """Return the ids of levers, for a user who wants to ask about some of them."""
    if found.each == "scenarios":
        return []
    rows = [(words[name], name) for name in dict.fromkeys(found.table["scenario"])]
    return [Table("Ids of levers", ("Lever", "Id, for --levers"), rows, words=True)]


def _distinct(table: pd.DataFrame, groups: Sequence[str]) -> list[str]:
    """Return groups without those whose effects an earlier one has already.

    In runs of some nations two groups may hold the same ones.
    """
    found: list[str] = []
    for group in groups:
        own = _numbers(table, group)
        if not any(own.equals(_numbers(table, other)) for other in found):
            found.append(group)
    return found


def _numbers(table: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the effects of a group, without those that are of the world alone."""
    everywhere = table.groupby("metric")["group"].transform("nunique") > 1
    mine = table[(table["group"] == group) & (everywhere | (table["group"] != "world"))]
    return mine.drop(columns="group").reset_index(drop=True)


def _cells(row: Mapping[Any, Any]) -> tuple[Cell, Cell, Cell]:
    middle, low, high = effects.figures_of(row)
    way, _, part = effects.sign(row).partition(" ")
    return (middle, f"{low} to {high}"), (way, part), effects.error(row)


def _order(found: Any, words: Mapping[str, str]) -> list[Table]:  # noqa: ANN401 - a Comparison
    if is_one(found.table["scenario"]):
        return []
    rows = [
        (words[row["scenario"]], words[row["next"]],
         f"{effects.percent(float(row['before_next']))} %{' (a tie)' if row['tie'] else ''}")
        for row in found.ranking[found.ranking["next"] != ""].head(MOST).to_dict("records")
    ]  # fmt: skip
    return [
        Table(
            "Order", ("Policy", "Is before", "In so many worlds"), rows, effects.rule(), words=True
        )
    ]


def costs_table(priced: pd.DataFrame, words: Mapping[str, str]) -> Table:
    """Return effects beside costs.

    Parameters
    ----------
    priced : DataFrame
        From `sim.study.compare.costs.per_million`.
    words : mapping of str to str
        Titles by id.
    """
    unit = effects.unit_of(priced.iloc[0].to_dict())[1]
    rows = []
    for row in priced.to_dict("records"):
        middle, low, high = effects.figures_of(row)
        mean, _, interval = effects.for_money(row).partition(" ")
        rows.append((
            words[row["lever"]], (middle, f"{low} to {high}"), effects.money(row["cost"]),
            (mean, interval.strip("()")), "yes" if row["front"] else "-",
        ))  # fmt: skip
    head = ("Lever", (f"Median, {unit}", SPAN), "USD million a year",
            (f"Mean, {unit} a billion a year", "95 %"), "Front")  # fmt: skip
    note = (
        "Costs are what the model charged in a year in force, at the strength that was run; a dash "
        "stands for nothing. On the front are levers whose 5 to 95 % of worlds lie above zero and "
        "of which no other has as much effect for less."
    )
    return Table("Effects and costs", head, rows, note)
