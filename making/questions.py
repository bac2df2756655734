"""The page of one question, asked for five nations: whose models to build on, or one's own.

`write` runs the four choices for each nation and keeps the outcomes, from which the page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import pandas as pd

from making.tables import code, table
from sim import months
from sim.evidence import access
from sim.report import effects, focus
from sim.report.naming import WHOLE
from sim.study.saved import csv_of, read_table
from sim.version import MODEL

PLACE = Path(__file__).parents[1] / "docs" / "questions.csv"
NATIONS = ("BRA", "IND", "KOR", "NGA", "FRA")
CHOICES = ("back_us_open", "adopt_chinese_open", "own_model", "hedge")
SHOWN = (
    "dependence.us", "dependence.cn", "own", "behind", "kept.us", "kept.cn", "cost",
)  # fmt: skip
CHANGES = ("dependence.us", "dependence.cn", "own")
"""Outcomes of which the change stands below the level."""


def outcomes(nation: str, runs: int | None = None) -> pd.DataFrame:
    """Return what the four choices are to a nation, from runs; columns of ``focus.csv``."""
    from sim.study.compare.compare import compare

    found = compare(
        CHOICES, runs=runs, overrides=[("focus", [nation])], sizes=False,
        metrics=("share.bloc_us",), groups=(nation,),
    )  # fmt: skip
    return found.focus.assign(seed=found.seed, model_version=MODEL)


def write() -> None:
    """Run the choices for every nation and keep the outcomes."""
    csv_of(pd.concat([outcomes(nation) for nation in NATIONS]).round(6))(PLACE)


@cache
def rows() -> pd.DataFrame:
    """Return what the runs said."""
    return read_table(PLACE, ("month",))


def of(nation: str) -> pd.DataFrame:
    """Return what the runs said of a nation."""
    found = rows()
    return found[found["nations"] == nation]


def made() -> str:
    """Return which runs the answers are of."""
    first = rows().iloc[0]
    return (
        f"{first['runs']} runs of each choice, and as many with either cut, seed {first['seed']}, "
        f"model {first['model_version']}."
    )


def answer(nation: str) -> str:
    """Return a nation's paragraph and table."""
    found = of(nation)
    known = focus.cells(found)
    head = ("choice", *(f"{focus.HEADS[name][0]}, {focus.HEADS[name][1]}" for name in SHOWN))
    cells = [
        (code(name), *(_cell(known[name, outcome]) for outcome in SHOWN))
        for name in focus.scenarios(found)
    ]
    return f"{laboratories(nation)}\n\n{focus.paragraph(found)}\n\n{table(head, cells)}"


def laboratories(nation: str) -> str:
    """Return what is known of a nation's own laboratories, in a sentence."""
    known = {laboratory.iso3: laboratory for laboratory in access.laboratories()}
    if nation not in known:
        return "Laboratories of its own: none beside those of an ecosystem that is at home here."
    one = known[nation]
    how = "measured" if one.measured else "judged"
    far = f"{one.lag:g} months behind the best open weights ({how})"
    return (
        f"Laboratories of its own ({one.kind}, usable since {months.text(one.start)}): "
        f"{one.title}; {far if one.lag is not None else 'how far behind, nobody has measured'}."
    )


def _cell(row: focus.Row) -> str:
    middle, span = focus.level(row)
    text = f"{middle} ({span})" if span else middle
    moved, apart = focus.change(row)
    return f"{text}<br>{moved} ({apart})" if moved and row["outcome"] in CHANGES else text


def short() -> str:
    """Return what holds for all five nations, or in how many of them, a line each."""
    known = {nation: focus.cells(of(nation)) for nation in NATIONS}

    def change(nation: str, choice: str, outcome: str) -> float:
        return 100.0 * float(known[nation][choice, outcome]["change_p50"])

    def span(values: Sequence[float], sign: str = "+") -> str:
        ends = (round(value, 1) + 0.0 for value in (min(values), max(values)))  # no minus nought
        low, high = (format(value, f"{sign}.1f") for value in ends)
        return low if low == high else f"{low} to {high}"

    idle = [
        place(nation) for nation in NATIONS
        if abs(change(nation, "back_us_open", "dependence.us")) < 100.0 * focus.SLIGHT
    ]  # fmt: skip
    us, cn = (
        [change(nation, "adopt_chinese_open", f"dependence.{bloc}") for nation in NATIONS]
        for bloc in ("us", "cn")
    )
    without = [nation for nation in NATIONS if nation != "FRA"]
    own = {nation: 100.0 * known[nation]["own_model", "own"]["p50"] for nation in NATIONS}
    more = {nation: change(nation, "own_model", "own") for nation in NATIONS}
    saved = [change(nation, "own_model", "kept.us") for nation in NATIONS]
    further = [change(nation, "own_model", "behind") / 100.0 for nation in NATIONS]
    kept = [max(change(nation, choice, "kept.us") for choice in CHOICES) for nation in NATIONS]
    usual = [100.0 * known[nation]["baseline", "kept.us"]["p50"] for nation in NATIONS]
    paid = [
        f"`{choice}` {effects.money(min(costs))} to {effects.money(max(costs))}"
        for choice in CHOICES
        if (costs := [float(known[nation][choice, "cost"]["p50"]) for nation in NATIONS])
    ]
    lines = {
        "Back US open models": "dependence on US models moves by less than a tenth of a point in "
        f"{_count(idle)}.",
        "Take Chinese ones": f"dependence on US models moves by {span(us)} points and on Chinese "
        f"ones by {span(cn)} in the middle world.",
        "Build our own": f"own models end at {span([own[n] for n in without], '')} % of developers "
        f"in the middle run, {span([more[n] for n in without])} points more than without; in "
        f"France, where European models are its own, at {own['FRA']:.1f} % and {more['FRA']:+.1f}. "
        f"Of use, {span(saved)} points more go on if US services stop, and developers end "
        f"{span(further)} months further behind the frontier.",
        "If US services stop": f"{span(usual, '')} % of use goes on without a choice, and the best "
        f"of the four adds {span(kept)} points.",
        "Cost": f"in USD million a year, {', '.join(paid)}; all but the first are upper bounds.",
    }
    return "\n".join(f"- **{head}:** {said}" for head, said in lines.items())


def place(nation: str) -> str:
    """Return the name of a nation."""
    return focus.place(of(nation)).name(WHOLE)


def _count(names: Sequence[str]) -> str:
    """Return which of the nations are meant."""
    if len(names) == len(NATIONS):
        return "each of them"
    return f"{len(names)} of {len(NATIONS)} ({', '.join(names)})" if names else "none of them"


BLOCKS: dict[str, Callable[[], str]] = {
    "questions": short,
    "questions made": made,
    **{f"questions {nation.lower()}": partial(answer, nation) for nation in NATIONS},
}
