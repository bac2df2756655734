"""The three futures of a run in words, as a table and as a picture.

A figure for a month after the last fact stands beside what it is where builders never learned of
Chinese models, where learning stops, and where it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.ensemble.futures import DATA, MAIN, TOKENS, USED
from sim.ensemble.thinned import MILESTONE
from sim.report import style, tables
from sim.report.figures import MARGIN, NARROW, PANEL, end_labels, facts_line, ticks
from sim.report.kit import canvas
from sim.report.naming import naming
from sim.scenario.futures import ALL, FUTURES, GOES_ON, NONE, STOPS, WORDS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.ensemble.record import Tables

ABROAD, WORLD = "world_without_china", "world"
OUTSIDE = ", of developers outside China"

ROWS = (
    (MAIN, "Chinese main ecosystem"),
    (USED, "Worked with a Chinese model in the past year"),
    (TOKENS, "Chinese part of tokens on routers, not of developers"),
)
"""What is shown: metric and words for it."""

WHERE = {
    NONE: "where builders never learned of Chinese models",
    STOPS: "where learning stops",
    GOES_ON: "where learning goes on",
}

LOOKS = {
    NONE: style.Look("never learned", "#5d6875", "", (1.2, 1.3)),
    STOPS: style.Look("stops", "#ef7d32", "", (6, 1.6)),
    GOES_ON: style.Look("goes on", "#a3161f", ""),
}
"""How each future is drawn: colours, and patterns for who does not see them."""

TESTED = "origin"
"""Series that tells learning from none: routed tokens by the origin of the laboratory."""

NAME, CELL = 14, 18

Figures = Mapping[tuple[str, str, str, str], tuple[float, float, float]]
"""Median, 5 % and 95 % by future, metric, group and month."""


@dataclass(frozen=True, slots=True)
class Futures:
    """What a result says of the futures.

    Parameters
    ----------
    figures : mapping
    runs : mapping of str to int
        Runs of each future that the result has, in the order of tables.
    months : tuple of str
        Months after the last fact that a short report speaks of, rising.
    group, where : str
        The group that is shown, all nations but China unless the run holds some nations alone, and
        the words for it after a noun.
    data : mapping
        What the data say of learning, as the manifest has it; empty where nothing was fitted.
    """

    figures: Figures
    runs: Mapping[str, int]
    months: tuple[str, ...]
    group: str
    where: str
    data: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The futures, with ``all`` where there are several."""
        return tuple(self.runs)

    @property
    def shown(self) -> list[tuple[str, str, str]]:
        """What is shown of `ROWS` and the result holds: metric, group and words for both."""
        found = []
        for metric, name in ROWS:
            group = WORLD if metric == TOKENS else self.group
            if (self.names[0], metric, group, self.months[-1]) in self.figures:
                found.append((metric, group, f"{name}{OUTSIDE if group == ABROAD else ''}"))
        return found


def read(result: Tables) -> Futures | None:
    """Return what a result says of the futures, or None where it has nothing to say.

    A run that ends before the dated facts do, or was written without futures, has nothing.
    """
    if result.futures is None:
        return None
    rows = result.futures.to_pylist()
    facts = months.text(tables.facts_end(result))
    stamps = sorted({row["month"] for row in rows})
    wanted = {months.text(MILESTONE), stamps[-1]}
    later = tuple(month for month in stamps if month in wanted and month > facts)
    if not later:
        return None
    return Futures(
        {
            (row["future"], row["metric"], row["group"], row["month"]): (
                row["p50"], row["p05"], row["p95"],
            )
            for row in rows
        },
        {row["future"]: row["runs"] for row in rows},
        later,
        *_place(result),
        result.manifest.get(DATA, {}),
    )  # fmt: skip


def _place(result: Tables) -> tuple[str, str]:
    """Return the group that is shown, and the words for it."""
    if result.scenario.nations is None:
        return ABROAD, "outside China"
    return WORLD, naming(result, tables.curves(result)).in_words(WORLD)


def words(known: Futures) -> str:
    """Return what the futures are, and the share of the last month in each, in a few sentences."""
    month = known.months[-1]
    several = [name for name in known.names if name in FUTURES]
    if len(several) == 1:
        return (
            f"One future: {WORDS[several[0]]}, in every run. Other futures would give other "
            "numbers, and no data tell whether learning stops or goes on."
        )
    counts = [known.runs[name] for name in several]
    each = (
        "a third of the runs each"
        if len(several) == len(FUTURES) and len(set(counts)) == 1
        else f"{', '.join(map(str, counts[:-1]))} and {counts[-1]} runs"
    )
    parts = [
        f"{tables.percent(known.figures[name, MAIN, known.group, month][0])} {WHERE[name]}"
        for name in several
    ]
    return (
        f"{COUNTS[len(several)]} futures, {each}: that part is judgement. Chinese main ecosystems "
        f"{known.where} in {month}, median share: {', '.join(parts)}."
    )


COUNTS = {2: "Two", 3: "Three"}


def said_by_data(known: Futures) -> str:
    """Return what the data say of learning, from the misfit of the fits with it and without."""
    if not known.data:
        return "Nothing was fitted here, so that the data say nothing of the futures."
    with_it, without = known.data["misfit"], known.data["misfit_unlearned"]
    a, b = with_it[TESTED], without[TESTED]
    nearer = [name for name in with_it if with_it[name] < without[name]]
    return (
        f"What the data to {known.data['until']} say: routed tokens by origin are missed by "
        f"{a:.1f} with learning and {b:.1f} without (mean square error of the median run; 1 is "
        f"what their errors lead to expect), which speaks {'for' if a < b else 'against'} learning "
        f"on routers. Of {len(with_it)} series {len(nearer)} are nearer with learning, "
        f"{len(with_it) - len(nearer)} are not. No data tell whether learning stops or goes on."
    )


def beside(known: Futures | None, group: str, month: str) -> str:
    """Return the medians of the Chinese share in each future, to stand beside that of all runs."""
    if known is None or ALL not in known.names:
        return ""
    parts = [
        f"{LOOKS[name].name} {tables.percent(known.figures[name, MAIN, group, month][0])}"
        for name in known.names
        if name != ALL and (name, MAIN, group, month) in known.figures
    ]
    return f"; {', '.join(parts)}" if parts else ""


def lines(known: Futures) -> list[str]:
    """Return the table of a terminal: a row a metric and month, a column a future."""
    heads = [WORDS.get(name, "all runs") for name in known.names]
    found = ["median (5-95)".ljust(NAME) + "".join(head.ljust(CELL) for head in heads)]
    found.append("-" * (NAME + CELL * len(heads) - 4))
    for metric, group, name in known.shown:
        found.append(name)
        for month in known.months:
            cells = [_cell(*known.figures[part, metric, group, month]) for part in known.names]
            found.append(f"  {month}".ljust(NAME) + "".join(cells))
    return [line.rstrip() for line in found]


def _cell(middle: float, low: float, high: float) -> str:
    """Return median and interval in the width of a column."""
    return f"{tables.percent(middle):>5} ({tables.between(low, high)})".ljust(CELL)


def view(result: Tables, narrow: str) -> dict[str, Any] | None:
    """Return the block of the page, or None.

    Parameters
    ----------
    result : Result
    narrow : str
        Address of the figure for a narrow screen; empty where there is none.
    """
    known = read(result)
    if known is None:
        return None
    return {
        "title": f"{COUNTS.get(len([n for n in known.names if n != ALL]), 'One')} future"
        f"{'s' if ALL in known.names else ''}",
        "words": words(known),
        "data": said_by_data(known),
        "heads": [LOOKS[name].name if name in LOOKS else "all runs" for name in known.names],
        "parts": [
            {
                "name": name,
                "rows": [(month, _cells(known, metric, group, month)) for month in known.months],
            }
            for metric, group, name in known.shown
        ],
        "narrow": narrow,
    }


def _cells(known: Futures, metric: str, group: str, month: str) -> list[tuple[str, str]]:
    """Return median and interval of each future as the page shows them."""
    found = [known.figures[name, metric, group, month] for name in known.names]
    return [(tables.percent(mid), tables.between(low, high, "–")) for mid, low, high in found]


def figure(result: Tables, *, narrow: bool = False) -> Figure | None:
    """Return the Chinese share of main ecosystems outside China in each future, over time.

    Medians with bands of 5 to 95 % of runs; nobody was asked for a main ecosystem, so that no
    observed figure stands beside them. None where the result has one future alone.

    Parameters
    ----------
    result : Result
    narrow : bool
        For a narrow screen.
    """
    known = read(result)
    if known is None or ALL not in known.names:
        return None
    group = known.group
    names = [name for name in known.names if name != ALL]
    stamps = sorted({key[3] for key in known.figures if key[1:3] == (MAIN, group)})
    values = np.array(
        [[known.figures[name, MAIN, group, stamp] for stamp in stamps] for name in names]
    )
    at = np.array([months.parse(stamp) for stamp in stamps])
    across, down = NARROW if narrow else (1.6 * PANEL[0], 0.8 * PANEL[1])
    head, foot = (1.3 if narrow else 1.05), (0.85 if narrow else 0.6)
    width, height = 0.65 + across + MARGIN / 72, head + down + foot
    with canvas(width, height, layout=None) as (made, (axis,)):
        made.subplots_adjust(
            left=0.65 / width, right=1 - MARGIN / 72 / width,
            top=1 - head / height, bottom=foot / height,
        )  # fmt: skip
        top = float(min(1.0, np.ceil(values.max() * 10 + 0.2) / 10))
        axis.set_xlim(at[0] / 12, max(at[-1], at[0] + 1) / 12)
        axis.set_ylim(0, top)
        for name, (middle, low, high) in zip(names, values.transpose(0, 2, 1), strict=True):
            look = LOOKS[name]
            axis.fill_between(at / 12, low, high, color=look.colour, alpha=0.1, linewidth=0)
            for edge in (low, high):
                axis.plot(at / 12, edge, color=look.colour, linewidth=0.6, alpha=0.5)
            axis.plot(
                at / 12, middle, color=look.colour, linewidth=2.1, gid=name,
                linestyle=(0, look.dash) if look.dash else "-", dash_capstyle="butt",
            )  # fmt: skip
        ticks(axis, (int(at[0]), int(at[-1])), top)
        facts_line(axis, result, (int(at[0]), int(at[-1])), top)
        end_labels(
            axis, [(name, LOOKS[name]) for name in names], values[:, -1][:, [1, 0, 2]].T, top
        )
        ends = dict(zip(names, values[:, -1, 0].tolist(), strict=True))
        _words(made, ends, stamps[-1], known, narrow=narrow)
    return made


def _words(
    made: Figure, ends: Mapping[str, float], last: str, known: Futures, *, narrow: bool
) -> None:
    """Write the title, which is what the medians come to, and what is seen."""
    width, height = made.get_size_inches()
    join = "\n" if narrow else " "
    said = ", ".join(f"{LOOKS[name].name} {tables.percent(end)}" for name, end in ends.items())
    made.text(
        0.2 / width, 1 - 0.2 / height,
        f"Chinese main ecosystems {style.plain(known.where, 60)}, {last}:\n{said}",
        fontsize=11.5, fontweight="bold", va="top", linespacing=1.25,
    )  # fmt: skip
    made.text(
        0.2 / width, 1 - 0.62 / height,
        f"Share of developers, by year.{join}Nobody was asked for it: no figure was observed.",
        fontsize=9, va="top", color=style.QUIET, linespacing=1.35,
    )  # fmt: skip
    counts = ", ".join(f"{LOOKS[name].name} {known.runs[name]}" for name in ends)
    made.text(
        0.2 / width, 0.12 / height,
        f"Lines: medians. Bands: 5 to 95 % of runs.{join}Runs: {counts}.",
        fontsize=8, va="bottom", color=style.QUIET, linespacing=1.4,
    )  # fmt: skip
