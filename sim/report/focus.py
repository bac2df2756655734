"""What choices are to the nations in focus: a table, a figure and a paragraph of a comparison.

The paragraph holds no number and no name that is not in the table; what it says of two choices
holds in `SURE` of worlds or is not said.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.numerals import counted
from sim.report import effects, naming, style
from sim.report.kit import canvas, dress
from sim.report.sheet import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.naming import Naming

Row = Mapping[Any, Any]

SURE = 0.9
"""Part of worlds in which a change must go one way to be said, as where policies tie."""

SLIGHT = 0.001
"""Change of a share that counts as none: a tenth of a point."""

TELLING = 0.005
"""Change of the use kept from which it is said: half a point."""

CHANGE = "- change"
"""Name of the row below a choice."""

HEADS: Mapping[str, tuple[str, str]] = {
    "dependence.us": ("on US models", "%"),
    "dependence.cn": ("on Chinese models", "%"),
    "own": ("on own models", "%"),
    "forgone": ("behind the best", "ECI points"),
    "behind": ("behind the frontier", "months"),
    "cost": ("cost", "USD million a year"),
    "kept.us": ("US stop: kept", "%"),
    "recovery.us": ("US stop: back after", "months"),
    "kept.cn": ("Chinese stop: kept", "%"),
    "recovery.cn": ("Chinese stop: back after", "months"),
}
"""Head of each column with its unit."""

PARTS = (
    ("Developers by main ecosystem", ("dependence.us", "dependence.cn", "own")),
    ("Capability of what they use, and cost", ("forgone", "behind", "cost")),
    ("Use when US or Chinese services stop for six months in 2030",
     ("kept.us", "recovery.us", "kept.cn", "recovery.cn")),
)  # fmt: skip
"""Columns of the table that stand together on a screen."""

DRAWN = ("dependence.us", "dependence.cn", "own", "behind", "kept.us", "kept.cn")
"""Outcomes of the figure."""


def place(found: pd.DataFrame) -> Naming:
    """Return what the nations in focus are called, as the nations of a run are."""
    from sim import evidence

    codes = tuple(str(found["nations"].iloc[0]).split(";"))
    known = evidence.load().nations
    for slug, inside in known.groups.items():
        members = {code for code, mine in zip(known.iso3, inside, strict=True) if mine}
        if len(codes) > 1 and members == set(codes):
            return naming.of_nations(slug, codes)
    return naming.of_nations(codes, codes)


def scenarios(found: pd.DataFrame) -> list[str]:
    """Return the choices in their order, the reference last."""
    return list(dict.fromkeys(found["scenario"]))


def cells(found: pd.DataFrame) -> dict[tuple[str, str], Row]:
    """Return the rows of the table by scenario and outcome."""
    return {(row["scenario"], row["outcome"]): row for row in found.to_dict("records")}


def title(found: pd.DataFrame) -> str:
    """Return what the table is of: whose view, when, and over how many runs."""
    first = found.iloc[0]
    return (
        f"Seen from {place(found).name(naming.WHOLE)}, {effects.when(first['month'])}: "
        f"{counted(first['runs'], 'run')}"
    )


def table(
    found: pd.DataFrame, called: Mapping[str, str]
) -> list[tuple[str, list[str], list[tuple[str, list[tuple[str, str]]]]]]:
    """Return the parts of the table: a title, heads, and rows of a name and cells.

    A cell is a median, or the two middles of an outcome with two peaks, and 5 to 95 % of runs.
    Below each choice stands what it changes against the reference in the same worlds.

    Parameters
    ----------
    found : DataFrame
        Columns of ``focus.csv``.
    called : mapping of str to str
        Titles of scenarios by id; ids stand for themselves.
    """
    known = cells(found)
    names = scenarios(found)
    made = []
    for head, outcomes in PARTS:
        mine = [name for name in outcomes if (names[0], name) in known]
        rows = []
        for name in names:
            row = [known[name, outcome] for outcome in mine]
            rows.append((called.get(name, name), [level(one) for one in row]))
            if name != names[-1] and any(pd.notna(one["change_p50"]) for one in row):
                rows.append((CHANGE, [change(one) for one in row]))
        if mine:
            made.append((head, [f"{HEADS[name][0]}, {HEADS[name][1]}" for name in mine], rows))
    return made


def level(row: Row) -> tuple[str, str]:
    """Return the middle of an outcome, or its two, and 5 to 95 % of runs."""
    outcome = row["outcome"]
    if outcome == "cost":
        bound = "at most " if row["upper_bound"] and row["p50"] else ""
        spread = "" if row["p05"] == row["p95"] else f"{_money(row['p05'])} to {_money(row['p95'])}"
        return f"{bound}{_money(row['p50'])}", spread
    span = _span(row)
    if row["peaks"] == 2:
        low, high = (_figure(row[name], row) for name in ("low_peak", "high_peak"))
        part = effects.percent(float(row["below"]))
        return f"{low} in {part} % of runs, else {high}", span
    return f"{_open('p50', row)}{_figure(row['p50'], row)}", span


def change(row: Row) -> tuple[str, str]:
    """Return what a choice changes in the same worlds; empty where no difference is meant."""
    if np.isnan(float(row["change_p50"])):
        return "", ""
    factor = 100.0 if row["unit"] == "fraction" else 1.0
    values = [factor * float(row[f"change_{name}"]) for name in ("p50", "p05", "p95")]
    middle, low, high = (effects.signed(value, 1) for value in values)
    return middle, f"{low} to {high}"


def tables(found: pd.DataFrame, called: Mapping[str, str]) -> list[Table]:
    """Return the parts of the table for a page."""
    return [
        Table(
            f"{title(found)}. {head}", ("Choice", *heads),
            [(name, *row) for name, row in rows],
            effects.as_read(note(found), called) if n == 0 else "",
        )
        for n, (head, heads, rows) in enumerate(table(found, called))
    ]  # fmt: skip


def note(found: pd.DataFrame) -> str:
    """Return how to read the table."""
    said = (
        "Median over runs with 5 to 95 % of them; below a choice, its change against "
        f"`{found['reference'].iloc[0]}` in the same worlds, shares in points. Behind: developers' "
        "main models less the best there is anywhere, and the months in which the frontier rises "
        "so far. Own: sovereign models and those of the nation's own makers. Cost: what the "
        "catalogue has, public and private, in a year in force."
    )
    if (found["outcome"] == "kept.us").any():
        said += (
            " Kept: the least part of use that goes on as it would when all makers of a bloc stop "
            "serving the focus for six months from January 2030 (weights that others host go on). "
            "Back: months from then until nine tenths go on so."
        )
    if (found["peaks"] == 2).any():
        said += (
            " Two middles stand where runs fall into two parts (bimodality coefficient above 5/9 "
            "and a valley between two peaks): few runs are near their median."
        )
    if found["upper_bound"].any():
        said += (
            " A cost of at most so much is an upper bound: part of it is that of a programme, "
            "however few nations have it."
        )
    return said


def paragraph(found: pd.DataFrame) -> str:
    """Return what the numbers say, in plain English, ids between backticks."""
    return " ".join(sentences(found))


def sentences(found: pd.DataFrame) -> list[str]:
    """Return the sentences of the paragraph; the first is of the reference alone."""
    known, names = cells(found), scenarios(found)
    *choices, base = names
    said = [_start(known, base, found), *_dependence(known, choices), _own(known, choices, base)]
    said += _capability(known, choices)
    said += [text for bloc, word in (("us", "US"), ("cn", "Chinese"))
             if (base, f"kept.{bloc}") in known
             for text in _cut(known, choices, base, bloc, word)]  # fmt: skip
    return [*said, _costs(known, choices)]


def _start(known: Mapping[tuple[str, str], Row], base: str, found: pd.DataFrame) -> str:
    us, cn = (known[base, f"dependence.{bloc}"] for bloc in ("us", "cn"))
    return (
        f"Under `{base}`, {_said(us)} of the developers {place(found).in_words(naming.WHOLE)} have "
        f"a US main ecosystem in {effects.when(us['month'])}, and {_said(cn)} a Chinese one; more "
        f"than half are on US models in {effects.percent(us['above_half'])} % of runs and on "
        f"Chinese ones in {effects.percent(cn['above_half'])} %."
    )


def _dependence(known: Mapping[tuple[str, str], Row], choices: Sequence[str]) -> list[str]:
    """Say what each choice moves between the blocs, and which moves nothing."""
    idle, moved = [], []
    for name in choices:
        us, cn = (known[name, f"dependence.{bloc}"] for bloc in ("us", "cn"))
        if max(abs(us["change_p50"]), abs(cn["change_p50"])) < SLIGHT:
            idle.append(f"`{name}`")
        else:
            moved.append(f"`{name}` {_moves(us)} and {_moves(cn)}")
    texts = []
    if moved:
        texts.append(f"In points on US and on Chinese models, {'; '.join(moved)}.")
    if idle:
        verb = "moves" if len(idle) == 1 else "move"
        texts.append(
            f"{effects.listed(idle)} {verb} neither by a tenth of a point in the middle world."
        )
    return texts


def _own(known: Mapping[tuple[str, str], Row], choices: Sequence[str], base: str) -> str:
    best = max(choices, key=lambda name: known[name, "own"]["p50"])
    return (
        f"Most own models come with `{best}`: {_said(known[best, 'own'])}, against "
        f"{_figure(known[base, 'own']['p50'], known[base, 'own'])} % without."
    )


def _capability(known: Mapping[tuple[str, str], Row], choices: Sequence[str]) -> list[str]:
    """Say which choices surely bring developers further from the best model, or nearer."""
    texts = []
    for word, sign in (("further behind the frontier", 1.0), ("nearer to it", -1.0)):
        mine = [
            f"`{name}` ({change(row)[0]} months)"
            for name in choices
            if (row := known[name, "behind"])["same_sign"] >= SURE
            and sign * row["change_p50"] > 0.05
        ]
        if mine:
            texts.append(f"Developers end {word} with {effects.listed(mine)}.")
    if not texts:
        texts.append("No choice surely brings developers nearer to the frontier or further away.")
    return texts


def _cut(
    known: Mapping[tuple[str, str], Row], choices: Sequence[str], base: str, bloc: str, word: str
) -> list[str]:
    """Say what is kept when a bloc stops its services, and with which choice surely more."""
    usual = known[base, f"kept.{bloc}"]
    late = effects.percent(float(known[base, f"recovery.{bloc}"]["censored"]))
    texts = [
        (
            f"If {word} services stopped for six months, {_said(usual)} of use would go on without "
            f"a choice, and {late} % of runs had not recovered by the end."
        )
    ]
    rows = [known[name, f"kept.{bloc}"] for name in choices]
    for more, sign in (("more", 1.0), ("less", -1.0)):
        mine = [
            f"`{row['scenario']}` ({change(row)[0]} points)"
            for row in rows
            if row["same_sign"] >= SURE and sign * row["change_p50"] >= TELLING
        ]
        if mine:
            texts.append(f"{effects.listed(mine)} would keep {more}.")
    return texts


def _costs(known: Mapping[tuple[str, str], Row], choices: Sequence[str]) -> str:
    priced = [f"{level(known[name, 'cost'])[0]} for `{name}`" for name in choices]
    return f"The choices cost, in USD million a year, {effects.listed(priced)}."


def _moves(row: Row) -> str:
    middle, span = change(row)
    return f"{middle} ({span})"


def _said(row: Row) -> str:
    middle, span = level(row)
    if row["peaks"] == 2:
        low, high = (_figure(row[name], row) for name in ("low_peak", "high_peak"))
        part = effects.percent(float(row["below"]))
        middle = f"{low} % in {part} of 100 runs and {high}"
    return f"{middle} % ({span})"


def _money(value: float) -> str:
    return effects.money(float(value), nothing="0")


def _figure(value: float, row: Row) -> str:
    """Return a level as text: percent of a fraction, and no more figures than runs can tell."""
    number = (100.0 if row["unit"] == "fraction" else 1.0) * float(value)
    if row["outcome"].startswith("recovery"):
        return f"{number:.0f}"
    return f"{number:.0f}" if number >= 10.0 else f"{number:.1f}"


def _span(row: Row) -> str:
    """Return 5 to 95 % of runs; where the last of them had not recovered, that it is more."""
    low, high = (_figure(row[name], row) for name in ("p05", "p95"))
    return f"{low} to {_open('p95', row)}{high}"


def _open(level: str, row: Row) -> str:
    """Return a sign before a quantile of runs that had not recovered by their end."""
    part = float(level.removeprefix("p")) / 100.0
    return ">" if row["censored"] > 1.0 - part else ""


def figure(found: pd.DataFrame, called: Mapping[str, str]) -> Figure:
    """Return outcomes by choice: medians or the two middles, half of the runs, and 5 to 95 %.

    Parameters
    ----------
    found : DataFrame
        Columns of ``focus.csv``.
    called : mapping of str to str
        Titles of scenarios.
    """
    known, names = cells(found), scenarios(found)
    outcomes = [name for name in DRAWN if (names[0], name) in known]
    down = (len(outcomes) + 1) // 2
    height = 0.9 + down * (0.75 + 0.24 * len(names))
    with canvas(6.4, height, down, 2, sharey=True) as (drawn, axes):
        for axis, outcome in zip(axes, outcomes, strict=False):
            _panel(axis, [known[name, outcome] for name in names])
            head, unit = HEADS[outcome]
            words = f"{head[:1].upper()}{head[1:]}, {unit}"
            dress(axis, words, bare=("top", "right", "left"), fontsize=8.5, pad=None)
        for axis in axes[len(outcomes) :]:
            axis.set_visible(False)
        labels = [textwrap.fill(style.plain(called.get(name, name), 44), 24) for name in names]
        axes[0].set_yticks(range(len(names)), labels)
        axes[0].set_ylim(len(names) - 0.5, -0.5)
        drawn.suptitle(style.plain(title(found)), x=0.02, ha="left", fontsize=10,
                       fontweight="bold")  # fmt: skip
        drawn.supxlabel(
            "Dot: median of runs, two dots where runs fall into two parts. Thick: half of the "
            "runs;\nthin: 5 to 95 %. Dashed: the median without a choice.",
            x=0.02, ha="left", fontsize=7.5, color=style.QUIET,
        )  # fmt: skip
    return drawn


def _panel(axis: Axes, rows: Sequence[Row]) -> None:
    """Draw one outcome, the reference last."""
    factor = 100.0 if rows[0]["unit"] == "fraction" else 1.0
    axis.axvline(factor * rows[-1]["p50"], color=style.RULE, linewidth=1, linestyle=(0, (3, 2)))
    for height, row in enumerate(rows):
        colour = style.QUIET if height == len(rows) - 1 else style.BAND
        p05, p25, p75, p95 = (factor * row[name] for name in ("p05", "p25", "p75", "p95"))
        axis.hlines(height, p05, p95, color=colour, linewidth=1)
        axis.hlines(height, p25, p75, color=colour, linewidth=4, alpha=0.45)
        two = row["peaks"] == 2
        middles = np.array([row["low_peak"], row["high_peak"]] if two else [row["p50"]])
        axis.scatter(factor * middles, np.full(middles.size, height), color=colour, s=20, zorder=3)
    axis.set_xlim(left=0.0)
    if factor > 1.0 and max(row["p95"] for row in rows) > 0.5:
        axis.set_xlim(0.0, 100.0)
    axis.tick_params(length=0, labelsize=7.5)
