"""Numbers for readers: what a result says, at which month, and in which words.

Everything that the figures, the summary and the page show is taken from a result here, once, so
that the three cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyarrow import concat_tables

from sim import months
from sim.ensemble.columns import read_numbers, read_words
from sim.ensemble.record import Tables
from sim.ensemble.thinned import MILESTONE, is_nation
from sim.errors import InputError, Problem, SimError, nearest
from sim.numerals import counted
from sim.report import style

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
STATISTICS = ("mean", "p05", "p25", "p50", "p75", "p95")
STRAIGHT = "Between the months that are kept of them, Decembers above all, lines are straight."
"""Said where single nations are drawn so."""
CHANCE_ERROR = 1.96
"""Standard errors on each side of an estimated chance, for 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one scenario as an array.

    Parameters
    ----------
    groups, ecosystems : tuple of str
        In the order of the second and third axis; ecosystems in the order of the palette.
    months : tuple of int
        In the order of the last axis.
    values : array, shape (statistic, group, ecosystem, month)
        Shares, fractions; statistics as in `STATISTICS`.
    straight : bool
        Whether single nations are kept in some months alone, with straight lines between them.
    """

    groups: tuple[str, ...]
    ecosystems: tuple[str, ...]
    months: tuple[int, ...]
    values: Floats
    straight: bool = False

    def of(self, group: str, statistic: str = "p50") -> Floats:
        """Return one statistic of one group, shape (ecosystem, month).

        Raises
        ------
        InputError
            If the result does not hold the group.
        """
        if group not in self.groups:
            raise InputError(
                Problem(
                    f"the result holds no group {group!r}",
                    hint=nearest(group, self.groups) or f"it holds {', '.join(self.groups[:5])} …",
                )
            )
        found: Floats = self.values[STATISTICS.index(statistic), self.groups.index(group)]
        return found

    def at(self, month: int) -> int:
        """Return the place of a month on the last axis."""
        return self.months.index(month)

    @property
    def nations(self) -> tuple[str, ...]:
        """Groups that are single nations: three capital letters."""
        return tuple(group for group in self.groups if is_nation(group))

    @property
    def unions(self) -> tuple[str, ...]:
        """Groups of several nations, world first."""
        nations = set(self.nations)
        return tuple(g for g in self.groups if g not in nations)


def words(table: Any, name: str) -> tuple[Ints, tuple[str, ...]]:  # noqa: ANN401 - Arrow is untyped
    """Return a column of words as codes and the words that occur, -1 where there is none."""
    codes, known = read_words(table, name)
    used = np.bincount(codes + 1, minlength=len(known) + 1)[1:] > 0
    if used.all():
        return codes, known
    places = np.append(np.cumsum(used) - 1, -1)  # the last one is for -1
    return places[codes], tuple(word for word, is_used in zip(known, used, strict=True) if is_used)


def month_numbers(table: Any) -> Ints:  # noqa: ANN401 - Arrow is untyped
    """Return the months of a table's rows as numbers, -1 where there is none."""
    codes, known = read_words(table, "month")
    return np.array([*(months.parse(month) for month in known), -1], dtype=np.int64)[codes]


def curves(result: Tables) -> Curves:
    """Return the curves of a result as an array.

    Raises
    ------
    SimError
        If a month, an ecosystem or a value is missing: a picture with a hole would mislead. Single
        nations may be kept in some months alone.
    """
    table = result.tables["curves"]
    if result.between is not None:
        table = concat_tables([table, result.between])
    if not table.num_rows:
        raise SimError("the result holds no curves")
    if len(words(table, "scenario")[1]) > 1:
        raise SimError("the curves are of several scenarios; a report is about one")
    group, groups = words(table, "group")
    kind, kinds = words(table, "ecosystem")
    for name in kinds:
        style.look(name)
    order = [name for name in style.ECOSYSTEMS if name in kinds]
    rank = np.array([order.index(name) for name in kinds])
    number = month_numbers(table)
    stamps = np.unique(number)
    shape = (len(STATISTICS), len(groups), len(order), len(stamps))
    values = np.full(shape, np.nan)
    at = np.searchsorted(stamps, number)
    for place, statistic in enumerate(STATISTICS):
        values[place, group, rank[kind], at] = read_numbers(table, statistic)
    straight = drawn_through(values, [at for at, name in enumerate(groups) if is_nation(name)])
    if not np.isfinite(values).all():
        missing = np.argwhere(~np.isfinite(values))[0]
        raise SimError(
            f"the curves lack {STATISTICS[missing[0]]} of {groups[missing[1]]}, "
            f"{order[missing[2]]}, {months.text(stamps[missing[3]])}"
        )
    return Curves(groups, tuple(order), tuple(int(m) for m in stamps), values, straight)


def drawn_through(values: Floats, nations: Sequence[int]) -> bool:
    """Fill, in place, the months in which no nation has a value; return whether there were any.

    A result holds groups in every month, and single nations at Decembers, the last fact, the first
    and the last month unless it was asked for everything. Their lines are straight between those.

    A month that one nation has and another lacks is a hole and stays one; so does a month before
    the first or behind the last that is kept.

    Parameters
    ----------
    values : array, shape (statistic, group, ecosystem, month)
        Not a number where the table has no row.
    nations : sequence of int
        Places of single nations among the groups.
    """
    own = values[:, nations]
    held = np.isfinite(own).any(axis=(0, 1, 2))
    kept, gaps = np.flatnonzero(held), np.flatnonzero(~held)
    if not kept.size:
        return False
    gaps = gaps[(gaps > kept[0]) & (gaps < kept[-1])]
    after = np.searchsorted(kept, gaps)
    left, right = kept[after - 1], kept[after]
    weight = (gaps - left) / (right - left)
    own[..., gaps] = own[..., left] * (1.0 - weight) + own[..., right] * weight
    values[:, nations] = own
    return bool(gaps.size)


def facts_end(result: Tables) -> int:
    """Return the last month for which the scenario knows dated facts."""
    from sim.evidence.releases import last_known

    return last_known(result.scenario.facts_until)


def moments(result: Tables, shown: Curves) -> tuple[int, ...]:
    """Return the months that a short report speaks of: end of facts, 2030-12, last month."""
    first, last = shown.months[0], shown.months[-1]
    wanted = {min(max(facts_end(result), first), last), MILESTONE, last}
    return tuple(sorted(month for month in wanted if first <= month <= last))


def years(result: Tables, shown: Curves) -> tuple[int, ...]:
    """Return the months of the long table: the short report's, with 2024-12 and 2028-12."""
    more = {months.parse("2024-12"), months.parse("2028-12")}
    inside = {month for month in more if shown.months[0] <= month <= shown.months[-1]}
    return tuple(sorted(inside | set(moments(result, shown))))


def run_shares(
    result: Tables, shown: Curves, groups: Sequence[str], at: Sequence[int]
) -> dict[tuple[str, int], Floats]:
    """Return the shares of every run, by group and month.

    Returns
    -------
    dict
        ``[group, month]`` is an array of fractions, shape (ecosystem, run). Groups that the table
        of runs does not hold, such as single nations, are absent.

    Raises
    ------
    SimError
        If a run lacks an ecosystem or a month.
    """
    table = result.tables["runs"]
    group, slugs = read_words(table, "group")
    month, names = read_words(table, "month")
    known = [slug for slug in groups if slug in slugs]
    when = sorted(set(at))
    # Where each word stands among those that are wanted, -1 elsewhere: two looks at small tables
    # pick a few rows out of millions.
    place = np.array([known.index(slug) if slug in known else -1 for slug in slugs])
    stamp = np.array([when.index(n) if (n := months.parse(t)) in when else -1 for t in names])
    rows = np.flatnonzero((place[group] >= 0) & (stamp[month] >= 0))
    numbers = read_numbers(table, "run")[rows]
    # As numpy.unique with its inverse, without sorting a million: runs are small whole numbers.
    there = np.bincount(numbers) > 0
    runs, run = np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]
    kind, kinds = read_words(table, "ecosystem")
    rank = np.array([shown.ecosystems.index(name) for name in kinds], dtype=np.int64)
    values = np.full((len(known), len(when), len(shown.ecosystems), len(runs)), np.nan)
    values[place[group[rows]], stamp[month[rows]], rank[kind[rows]], run] = read_numbers(
        table, "share"
    )[rows]
    if not np.isfinite(values).all():
        raise SimError("the table of runs lacks a share; the result is not whole")
    return {
        (name, month): values[row, column]
        for row, name in enumerate(known)
        for column, month in enumerate(when)
    }


def blocs(shares: Floats, ecosystems: Sequence[str]) -> dict[str, Floats]:
    """Return the share of each bloc in each run: sums over its ecosystems, shape (run,)."""
    home = np.array([style.look(name).bloc for name in ecosystems])
    return {bloc: shares[home == bloc].sum(axis=0) for bloc in style.BLOCS}


def frequent_leader(shares: Floats, ecosystems: Sequence[str]) -> tuple[str, int]:
    """Return the ecosystem that leads in most runs, and in how many."""
    wins = np.bincount(np.argmax(shares, axis=0), minlength=len(ecosystems))
    return ecosystems[int(np.argmax(wins))], int(wins.max())


def spread_of(values: Floats) -> tuple[float, float, float]:
    """Return median, 5 % and 95 % quantile, linear between order statistics."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return float(middle), float(low), float(high)


def largest(shown: Curves, group: str, month: int) -> str:
    """Return the ecosystem with the largest median share."""
    return shown.ecosystems[int(np.argmax(shown.of(group)[:, shown.at(month)]))]


def reigns(shown: Curves, group: str) -> list[tuple[int, str]]:
    """Return who holds the largest median share: the first month of each reign, and whose it is."""
    ahead = np.argmax(shown.of(group), axis=0)
    starts = [0, *(np.flatnonzero(np.diff(ahead)) + 1)]
    return [(shown.months[at], shown.ecosystems[int(ahead[at])]) for at in starts]


def layer(shown: Curves, group: str, ecosystems: Sequence[str]) -> Floats:
    """Return the mean share of some ecosystems together by month; means add up, medians do not."""
    rows = [shown.ecosystems.index(name) for name in ecosystems if name in shown.ecosystems]
    total: Floats = shown.of(group, "mean")[rows].sum(axis=0)
    return total


def movers(
    shown: Curves, first: int, last: int, ecosystems: Sequence[str]
) -> list[tuple[str, float, float]]:
    """Return nations with the mean share of some ecosystems at two months, largest rise first."""
    found = []
    for nation in shown.nations:
        share = layer(shown, nation, ecosystems)
        found.append((nation, float(share[shown.at(first)]), float(share[shown.at(last)])))
    return sorted(found, key=lambda row: (row[1] - row[2], row[0]))


def moves(
    shown: Curves, first: int, last: int, ecosystems: Sequence[str]
) -> tuple[list[tuple[str, float, float]], list[tuple[str, float, float]]]:
    """Return nations whose mean share rises, and those whose falls, the largest change first.

    A change that rounds to no percentage point is neither.
    """
    found = movers(shown, first, last, ecosystems)
    rises = [row for row in found if round(100 * (row[2] - row[1])) > 0]
    falls = [row for row in reversed(found) if round(100 * (row[2] - row[1])) < 0]
    return rises, falls


def number(share: float) -> str:
    """Return a share as whole per cent without the sign: ``44``, ``<1``, ``>99``."""
    if 0 < share <= 0.005:
        return "<1"
    if 0.995 <= share < 1:
        return ">99"
    return f"{100 * share:.0f}"


def percent(share: float) -> str:
    """Return a share in per cent, such as ``44 %``."""
    return f"{number(share)} %"


def between(low: float, high: float, sign: str = "-") -> str:
    """Return an interval of shares in per cent, such as ``31-58`` or ``4 to >99``."""
    ends = number(low), number(high)
    if ends[0] == ends[1]:
        return ends[0]
    return f"{ends[0]}{' to ' if ends[1].startswith('>') else sign}{ends[1]}"


def points(change: float) -> str:
    """Return a change of share in percentage points, with its sign."""
    text = f"{100 * change:+.0f}"
    return "0" if text in {"+0", "-0"} else text.replace("-", "−")


def chance(count: int, runs: int) -> str:
    """Return how often something happened: ``in 62 % of runs``, ``in none of the 200 runs``."""
    if count == 0 and runs > 1:
        return f"in none of the {runs:,} runs"
    return f"in {often(count, runs)}"


def often(count: int, runs: int) -> str:
    """Return how often something happened, for the cell of a table: ``62 % of runs``."""
    if count == 0:
        return "no run"
    if count == runs:
        return "every run" if runs > 1 else "the one run"
    if runs < 20:
        return f"{count} of {runs} runs"
    return f"{percent(count / runs)} of runs"


def chance_error(runs: int) -> float:
    """Return the largest half-width of a 95 % interval around a chance that runs estimate."""
    return CHANCE_ERROR * 0.5 / float(np.sqrt(runs))


def run_words(runs: int) -> str:
    """Return ``1 run`` or ``200 runs``."""
    return counted(runs, "run")
