"""How effects are said: the same words on the screen and on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report import style, titles
from sim.report.naming import WHOLE

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.naming import Naming

Row = Mapping[Any, Any]

NAMES = {
    **{f"share.{name}": look.name for name, look in style.ECOSYSTEMS.items()},
    "share.bloc_us": "US bloc",
    "share.bloc_cn": "Chinese bloc",
    "share.bloc_eu": "European bloc",
    "share.bloc_sovereign": "Sovereign",
    "dependence": "Dependence",
    "plurality": "Plurality",
    "hardware_share.cn": "Chinese chips",
    "hardware_share.us": "US chips",
}
"""Short names of metrics; another one has its title."""

MEANING = (
    "Each world is run twice with common random numbers, with the policy and without; the "
    "difference is the effect in that world. First stands the median over worlds, in brackets 5 to "
    "95 % of them. The simulation error is half the 95 % interval of the mean: what more runs, and "
    "more draws of the calibration, would still move. It is not the uncertainty of the effect."
)


CHANCE = "0 or 1"
"""Unit of what is so or is not."""


def rule(what: str = "policies") -> str:
    """Return when a rank is shared by some of what is ranked, and when two of it tie."""
    return (
        "A rank is shared unless the first that has it has the larger effect in 90 % of worlds; "
        f"two {what} tie where neither has."
    )


def name(metric: str) -> str:
    """Return the short name of a metric."""
    return NAMES[metric] if metric in NAMES else titles.metric(metric)


def group(slug: str, named: Naming | None = None) -> str:
    """Return a group as it stands between commas: ``world``, ``Global South``, ``Brazil``.

    Parameters
    ----------
    slug : str
    named : Naming, optional
        Of runs of some nations, in which the group of all is not the world.
    """
    if named is not None and (slug in named.called or (slug == WHOLE and named.part)):
        return named.name(slug)
    return {"world": "world", "global_south": "Global South"}.get(slug) or style.group_name(slug)


def when(month: str) -> str:
    """Return a year for a December, another month as it is, and words for a whole run."""
    if not month:
        return "whole run"
    return month[:4] if month.endswith("-12") else month


def percent(part: float) -> str:
    """Return a part in whole per cent; 0 and 100 only where they are exact."""
    if part in (0.0, 1.0):
        return f"{100 * part:.0f}"
    return f"{min(max(round(100 * part), 1), 99)}"


def unit_of(row: Row) -> tuple[float, str]:
    """Return the factor and the word in which an effect is said."""
    if row["unit"] == "fraction":
        return 100.0, "points"
    return 1.0, str(row["unit"])


def digits(largest: float) -> int:
    """Return the decimals of numbers of which the largest has a size."""
    if largest >= 1000 or largest == 0.0:
        return 0 if largest else 1
    return 1 if largest >= 1.0 else min(2 - math.floor(math.log10(largest)) - 1, 4)


def signed(value: float, decimals: int) -> str:
    """Return a number with its sign, and none where it rounds to zero."""
    text = f"{value:+,.{decimals}f}"
    return text[1:] if float(text.replace(",", "")) == 0.0 else text


def figures_of(row: Row) -> tuple[str, str, str]:
    """Return median, 5 % and 95 % of an effect as text, without their unit."""
    factor, _ = unit_of(row)
    values = [factor * float(row[column]) for column in ("p50", "p05", "p95")]
    decimals = digits(max(abs(value) for value in values))
    middle, low, high = (signed(value, decimals) for value in values)
    return middle, low, high


def error(row: Row) -> str:
    """Return the error of simulation with one significant digit, without its unit."""
    value = unit_of(row)[0] * float(row["simulation_error"])
    if value == 0.0:
        return "0"
    if value < 1e-3:
        return "below 0.001"
    return f"{float(f'{value:.1g}'):,.10g}"


def sign(row: Row) -> str:
    """Return which way an effect goes, and in which part of worlds."""
    middle = float(row["p50"])
    word = "up" if middle > 0 else "down" if middle < 0 else "unchanged"
    return f"{word} in {percent(float(row['same_sign']))} %"


def line(row: Row, named: Naming | None = None) -> str:
    """Return an effect in one line; ``named`` as in `group`.

    Of what happens or not the median world says nothing: there the mean is said, in worlds of 100.
    """
    what = f"{name(row['metric'])}, {group(row['group'], named)}, {when(row['month'])}:"
    if row["unit"] == CHANCE:
        mean, low, high = (signed(100.0 * row[c], 0) for c in ("effect", "ci_low", "ci_high"))
        return f"{what} {mean} in 100 worlds ({low} to {high}, 95 % interval of the mean)"
    middle, low, high = figures_of(row)
    return (
        f"{what} {middle} {unit_of(row)[1]} ({low} to {high}), {sign(row)} of worlds; simulation "
        f"error {error(row)}"
    )


def sizes_line(sizes: pd.DataFrame, metric: str) -> list[str]:
    """Return what low, central and high strength of its levers do, a line a policy."""
    mine = sizes[sizes["metric"] == metric]
    found = []
    for scenario, part in mine.groupby("scenario", sort=False):
        rows = part.to_dict("records")
        factor, unit = unit_of(rows[0])
        values = [factor * float(row["p50"]) for row in rows]
        decimals = digits(max(abs(value) for value in values))
        middles = listed([signed(value, decimals) for value in values])
        costs = listed([money(float(row["cost"]), nothing="0") for row in rows])
        found.append(
            f"Levers of {scenario} at {listed([str(row['size']) for row in rows])} strength: "
            f"{middles} {unit} (medians), for {costs} USD million a year"
        )
    return found


def rank_lines(ranking: pd.DataFrame, most: int) -> list[str]:
    """Return each policy against the next one."""
    rows = ranking[ranking["next"] != ""].head(most).to_dict("records")
    return [
        f"{row['scenario']} before {row['next']} in {percent(float(row['before_next']))} % of "
        f"worlds{' (a tie)' if row['tie'] else ''}"
        for row in rows
    ]


def money(value: float, nothing: str = "-") -> str:
    """Return USD million a year; in a table a dash for nothing."""
    if value == 0.0:
        return nothing
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def for_money(row: Row) -> str:
    """Return an effect a billion USD a year with its interval; a dash where nothing was paid."""
    if row["cost"] <= 0.0:
        return "-"
    factor = 1e3 * unit_of(row)[0]
    names = ("per_million", "per_million_low", "per_million_high")
    values = [factor * float(row[name]) for name in names]
    decimals = digits(max(abs(value) for value in values))
    middle, low, high = (signed(value, decimals) for value in values)
    return f"{middle} ({low} to {high})"


def as_typed(note: str) -> str:
    """Return a note as a terminal shows it: with the ids that a user types."""
    return note.replace("`", "")


_ID = re.compile(r"`([^`]*)`")


def ids(note: str) -> list[str]:
    """Return the ids that a note names, which backticks mark."""
    return _ID.findall(note)


def as_read(note: str, called: Mapping[str, str]) -> str:
    """Return a note as a page shows it: with the title of every id."""
    return _ID.sub(lambda found: called.get(found[1], found[1]), note)


def listed(words: Sequence[str]) -> str:
    """Return words apart by commas, the last after an "and"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
