"""One screen in words: who leads, when, and how sure the runs are of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from sim import months
from sim.report import futures, mid_2025, notes, style, tables
from sim.report.naming import Naming, distinct, naming

if TYPE_CHECKING:
    from sim.ensemble.record import Tables
    from sim.evidence import Nations
    from sim.scenario.levers import Lever

WIDTH = 88
NAME, CELL = 30, 19
SHOWN = ("world", "global_south")
NAMED = 4
"""Nations that are named on each side of the largest changes."""
CHINESE = style.LAYERS["Chinese"]


def summary(result: Tables, folder: Path | str | None = None, names: Nations | None = None) -> str:
    """Return what a result says, as plain text of one screen.

    Parameters
    ----------
    result : Result
        What a run gave.
    folder : Path or str, optional
        Where its files are, for the last lines.
    names : Nations, optional
        Names of nations; those of the evidence by default.

    Returns
    -------
    str
        Lines of at most 88 characters, the path of the folder apart.
    """
    shown = tables.curves(result)
    called = naming(result, shown, names)
    groups = distinct(shown, [group for group in SHOWN if group in shown.groups])
    when = tables.moments(result, shown)
    shares = tables.run_shares(result, shown, groups, when)
    runs = f"{tables.run_words(result.n_runs)}, seed {result.seed}"
    title = called.titled(" ".join(str(result.scenario.title).split()))
    lines = [*wrap(f"{result.scenario.name}: {title} ({runs})", WIDTH), ""]
    if called.note:
        lines += _wrapped(called.note, first="- ")
    lines += _by_future(result)
    for sentence in findings(result, shown, groups, called):
        lines += _wrapped(sentence, first="- ")
    if result.headline is not None:
        for said in (mid_2025.sentence(result.headline), mid_2025.beside(result.headline)):
            lines += _wrapped(said, first="- ")
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
        lines += ["", *_table(result, shown, group, when, shares, called)]
    moved = _moved(result, shown, called)
    if moved:
        lines += ["", *_wrapped(moved)]
    if folder is not None:
        lines += ["", f"Curves, tables and the report: {folder}"]
    if result.against is not None:
        lines += ["", *_wrapped(against_words(result.against, called))]
    return "\n".join(lines) + "\n"


def _by_future(result: Tables) -> list[str]:
    """Return what the run says of each future, before any number that mixes them."""
    known = futures.read(result)
    if known is None:
        return []
    return [
        *_wrapped(futures.words(known), first="- "),
        "",
        *futures.lines(known),
        "",
        *_wrapped(futures.said_by_data(known), first="- "),
    ]


def _levers(result: Tables) -> Mapping[str, Lever]:
    """Return the levers that the scenario may pull; reading the table is left out if it is none."""
    if not result.scenario.entries():
        return {}
    from sim.scenario.levers import read

    return {**read(), **result.scenario.own_levers}


def against_words(effect: Any, called: Naming) -> str:  # noqa: ANN401 - sim.ensemble.record.Effect
    """Return the effect of a run against the reference, in one line: median, 5 to 95 % of runs."""
    low, middle, high = (100 * value for value in (effect.p05, effect.median, effect.p95))
    return (
        f"against {effect.reference}: US bloc {called.in_words(effect.group)} {_signed(middle)} "
        f"points ({_signed(low, plus='')} to {_signed(high, plus='')}) in {effect.month}"
    )


def _signed(points: float, plus: str = "+") -> str:
    """Return percentage points to a tenth, with a sign where there is anything."""
    text = f"{points:{plus}.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text


def findings(
    result: Tables, shown: tables.Curves, groups: Sequence[str], called: Naming
) -> list[str]:
    """Return a sentence or two on each group: who leads, when, and in how many runs."""
    last = shown.months[-1]
    shares = tables.run_shares(result, shown, groups, [last])
    three = futures.read(result)
    said = []
    for group in groups:
        blocs = tables.blocs(shares[group, last], shown.ecosystems)
        (us, us_low, us_high), (cn, cn_low, cn_high) = (
            tables.spread_of(blocs[bloc]) for bloc in ("us", "cn")
        )
        ahead = int((blocs["cn"] > blocs["us"]).sum())
        where = called.in_words(group)
        said.append(
            f"{where[0].upper()}{where[1:]}, {_reigns(tables.reigns(shown, group))}. "
            f"In {months.text(last)} the US bloc holds {tables.percent(us)} "
            f"({tables.between(us_low, us_high)}) and the Chinese bloc {tables.percent(cn)} "
            f"({tables.between(cn_low, cn_high)}"
            f"{futures.beside(three, group, months.text(last))}); the Chinese bloc leads "
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
    result: Tables,
    shown: tables.Curves,
    group: str,
    when: tuple[int, ...],
    shares: Mapping[tuple[str, int], tables.Floats],
    called: Naming,
) -> list[str]:
    """Return the table of one group: ecosystems, blocs, and the chance that China's is larger."""
    head = called.name(group)[: NAME - 2].ljust(NAME)
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
    often = [tables.often(int((each["cn"] > each["us"]).sum()), result.n_runs) for each in blocs]
    lines.append("Chinese bloc larger in".ljust(NAME) + "".join(f" {o}".ljust(CELL) for o in often))
    return [line.rstrip() for line in lines]


def _cell(middle: float, low: float, high: float) -> str:
    """Return median and interval in the width of a column: ``44 %  (31-58)``."""
    return f"{tables.percent(middle):>5}  ({tables.between(low, high)})".ljust(CELL)


def _wrapped(text: str, first: str = "", rest: str = "  ") -> list[str]:
    """Return text as lines that never part a number from its per cent sign."""
    lines = wrap(text.replace(" %", "\u00a0%"), WIDTH, initial_indent=first, subsequent_indent=rest)
    return [line.replace("\u00a0", " ") for line in lines]


def _moved(result: Tables, shown: tables.Curves, called: Naming) -> str | None:
    """Return where the Chinese bloc's mean share rises and falls most, in a sentence or two."""
    when = tables.moments(result, shown)
    if len(shown.nations) < 2 or len(when) < 2:
        return None
    rises, falls = tables.moves(shown, when[0], when[-1], CHINESE)

    def words(rows: list[tuple[str, float, float]], none: str, some: str) -> str:
        if not rows:
            return none
        listed = ", ".join(
            f"{called.name(code)} {tables.percent(before)} to {tables.percent(after)} "
            f"({100 * (after - before):+.0f})"
            for code, before, after in rows[:NAMED]
        )
        return f"{some}: {listed}."

    return (
        f"Chinese bloc by nation, mean share, {months.text(when[0])} to {months.text(when[-1])}, "
        "change in points. "
        f"{words(rises, 'It rises by a point in no nation.', 'Largest rise')} "
        f"{words(falls, 'It falls by a point in no nation.', 'Largest fall')}"
    )
