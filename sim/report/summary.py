"""One screen in words: who leads, when, and how sure the runs are of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from sim import months
from sim.report import nations, notes, style, tables

if TYPE_CHECKING:
    from sim.scenario.levers import Lever

WIDTH = 88
NAME, CELL = 30, 19
SHOWN = ("world", "global_south")
CHINESE = style.LAYERS["Chinese"]


def summary(
    result: tables.Result, folder: Path | str | None = None, names: nations.Names | None = None
) -> str:
    """Return what a result says, as plain text of one screen.

    Parameters
    ----------
    result : Result
        What a run gave.
    folder : Path or str, optional
        Where its files are, for the last lines.
    names : Names, optional
        Names of nations; those of the evidence by default.

    Returns
    -------
    str
        Lines of at most 88 characters, the path of the folder apart.
    """
    shown = tables.curves(result)
    groups = [group for group in SHOWN if group in shown.groups]
    when = tables.moments(result, shown)
    shares = tables.run_shares(result, shown, groups, when)
    runs = f"{tables.run_words(result.n_runs)}, seed {result.seed}"
    title = " ".join(str(result.scenario.title).split())
    lines = [*wrap(f"{result.scenario.name}: {title} ({runs})", WIDTH), ""]
    for sentence in findings(result, shown, groups):
        lines += _wrapped(sentence, first="- ")
    for note in notes.notes(result, _levers(result)):
        lines += _wrapped(note, first="- ")
    lines += [
        "",
        *_wrapped(
            "Share of developers who build on models, by main ecosystem: median, and in brackets "
            "5 to 95 % of runs. Facts end in "
            f"{months.text(tables.facts_end(result))}; what follows is projected.",
            rest="",
        ),
    ]
    for group in groups:
        lines += ["", *_table(result, shown, group, when, shares)]
    moved = _moved(result, shown, names)
    if moved:
        lines += ["", *_wrapped(moved)]
    if folder is not None:
        lines += ["", f"Curves, tables and the report: {folder}"]
    return "\n".join(lines) + "\n"


def _levers(result: tables.Result) -> Mapping[str, Lever]:
    """Return the levers that the scenario may pull; reading the table is left out if it is none."""
    if not result.scenario.levers:
        return {}
    from sim.scenario.levers import read

    return {**read(), **result.scenario.own_levers}


def findings(result: tables.Result, shown: tables.Curves, groups: Sequence[str]) -> list[str]:
    """Return a sentence or two on each group: who leads, when, and in how many runs."""
    last = shown.months[-1]
    shares = tables.run_shares(result, shown, groups, [last])
    said = []
    for group in groups:
        blocs = tables.blocs(shares[group, last], shown.ecosystems)
        (us, us_low, us_high), (cn, cn_low, cn_high) = (
            tables.spread_of(blocs[bloc]) for bloc in ("us", "cn")
        )
        ahead = int((blocs["cn"] > blocs["us"]).sum())
        where = style.in_words(group)
        said.append(
            f"{where[0].upper()}{where[1:]}, {_reigns(tables.reigns(shown, group))}. "
            f"In {months.text(last)} the US bloc holds {tables.percent(us)} "
            f"({tables.between(us_low, us_high)}) and the Chinese bloc {tables.percent(cn)} "
            f"({tables.between(cn_low, cn_high)}); the Chinese bloc leads "
            f"{tables.chance(ahead, result.n_runs)}."
        )
    return said


def _reigns(reigns: list[tuple[int, str]]) -> str:
    """Return who has the largest median share over time, in words."""
    names = [f"{style.look(name).name} models" for _, name in reigns]
    if len(reigns) == 1:
        return f"{names[0]} have the largest median share throughout"
    if len(reigns) <= 3:
        parts = [
            f"{name} from {months.text(start)}"
            for name, (start, _) in zip(names[1:], reigns[1:], strict=True)
        ]
        return f"{names[0]} have the largest median share at first, {', then '.join(parts)}"
    return (
        f"the largest median share changes hands {len(reigns) - 1} times; "
        f"{names[-1]} have it from {months.text(reigns[-1][0])}"
    )


def _table(
    result: tables.Result,
    shown: tables.Curves,
    group: str,
    when: tuple[int, ...],
    shares: Mapping[tuple[str, int], tables.Floats],
) -> list[str]:
    """Return the table of one group: ecosystems, blocs, and the chance that China's is larger."""
    head = style.group_name(group)[: NAME - 2].ljust(NAME)
    lines = [head + "".join(f" {months.text(month)}".ljust(CELL) for month in when)]
    lines.append("-" * (NAME + CELL * len(when) - 4))
    band = {name: shown.of(group, name) for name in ("p05", "p50", "p95")}
    for name in style.ECOSYSTEMS:
        if name not in shown.ecosystems:
            continue
        row = shown.ecosystems.index(name)
        cells = [
            _cell(*(float(band[p][row, shown.at(month)]) for p in ("p50", "p05", "p95")))
            for month in when
        ]
        lines.append(f"  {style.look(name).name}".ljust(NAME) + "".join(cells))
    blocs = [tables.blocs(shares[group, month], shown.ecosystems) for month in when]
    for bloc in ("us", "cn"):
        cells = [_cell(*tables.spread_of(each[bloc])) for each in blocs]
        lines.append(f"{style.BLOCS[bloc].name}".ljust(NAME) + "".join(cells))
    often = [
        tables.chance(int((each["cn"] > each["us"]).sum()), result.n_runs).removeprefix("in ")
        for each in blocs
    ]
    lines.append("Chinese bloc larger in".ljust(NAME) + "".join(f" {o}".ljust(CELL) for o in often))
    return [line.rstrip() for line in lines]


def _cell(middle: float, low: float, high: float) -> str:
    """Return median and interval in the width of a column: ``44 %  (31-58)``."""
    return f"{tables.percent(middle):>5}  ({tables.between(low, high)})".ljust(CELL)


def _wrapped(text: str, first: str = "", rest: str = "  ") -> list[str]:
    """Return text as lines that never part a number from its per cent sign."""
    lines = wrap(text.replace(" %", "\u00a0%"), WIDTH, initial_indent=first, subsequent_indent=rest)
    return [line.replace("\u00a0", " ") for line in lines]


def _moved(result: tables.Result, shown: tables.Curves, names: nations.Names | None) -> str | None:
    """Return where the Chinese bloc's mean share rises most and least, in a sentence."""
    when = tables.moments(result, shown)
    if len(shown.nations) < 2 or len(when) < 2:
        return None
    known = nations.known_names() if names is None else names
    called = dict(zip(known.iso3, known.name, strict=True))
    moved = tables.movers(shown, when[0], when[-1], CHINESE)
    few = min(4, len(moved) // 2)

    def words(rows: list[tuple[str, float, float]]) -> str:
        return ", ".join(
            f"{called.get(code, code)} {tables.percent(before)} to {tables.percent(after)}"
            for code, before, after in rows
        )

    return (
        f"Chinese bloc by nation, mean share, {months.text(when[0])} to {months.text(when[-1])}. "
        f"Largest rise: {words(moved[:few])}. "
        f"Smallest rise or largest fall: {words(moved[: -few - 1 : -1])}."
    )
