"""Adoption curves: medians with bands, one panel a group of nations.

The axes of shares, with their ticks and the names at the ends of lines, serve the futures too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.report import style, tables
from sim.report.kit import canvas
from sim.report.naming import Naming, distinct, naming

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.ensemble.record import Tables

PANEL, NARROW = (3.35, 3.9), (2.05, 2.9)
"""Width and height of one panel, inches: beside others, and stacked for a narrow screen."""
LABEL_GAP = 13.0
"""Distance between the base lines of two end labels, points."""
LEADER, MEDIAN, INTERVAL, MARGIN = 15.0, 154.0, 159.0, 198.0
"""Columns right of a panel, points from the axis: name, end of the median, interval, all of it."""


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Return places as near as possible to the wanted ones and at least a gap apart.

    Least squares under an order constraint, solved by pooling neighbours that are too close
    (isotonic regression, the pool-adjacent-violators rule). Where the room between low and high is
    too small for all, the gap shrinks.

    Parameters
    ----------
    wanted : sequence of float
        Places wished for, in any order.
    gap, low, high : float
        Smallest distance and outer bounds, in the same unit.

    Returns
    -------
    array, shape (len(wanted),)
        Places in the order of the input.
    """
    order = np.argsort(np.asarray(wanted, dtype=np.float64), kind="stable")
    count = len(order)
    if count == 0:
        return np.empty(0)
    step = min(gap, (high - low) / max(count - 1, 1))
    shifts = step * np.arange(count)
    pools: list[tuple[float, int]] = []
    for value in np.asarray(wanted, dtype=np.float64)[order] - shifts:
        mean, size = float(value), 1
        while pools and pools[-1][0] > mean:
            before, weight = pools.pop()
            mean = (mean * size + before * weight) / (size + weight)
            size += weight
        pools.append((mean, size))
    level = np.concatenate([np.full(size, mean) for mean, size in pools])
    placed = np.clip(level, low, high - shifts[-1]) + shifts
    result = np.empty(count)
    result[order] = placed
    return result


def adoption_curves(
    result: Tables,
    groups: Sequence[str] | None = None,
    *,
    stacked: bool = False,
) -> Figure:
    """Return the adoption curves: medians with bands of 5 to 95 %, one panel a group.

    Parameters
    ----------
    result : Result
        What a run gave.
    groups : sequence of str
        Groups of nations or single nations (ISO3), one panel each; those of `usual` by default.
    stacked : bool
        Panels one below the other, for narrow screens.

    Raises
    ------
    InputError
        If the result does not hold a group.
    """
    shown = tables.curves(result)
    called = naming(result, shown)
    groups = usual(shown) if groups is None else groups
    top = _ceiling(max(float(shown.of(group, "p95").max()) for group in groups))
    rows, columns = (len(groups), 1) if stacked else (1, len(groups))
    # Beside one panel there is no room for the notes on one line.
    foot, gap = 1.15 if columns == 1 else 0.85, 0.75 if stacked else 0.0
    beside = MARGIN / 72 + 0.62
    across, down = NARROW if stacked else PANEL
    width = 0.65 + columns * across + (columns - 1) * beside + MARGIN / 72
    size = 12.0 if stacked else 12.5
    title = _wrapped(headline(result, shown, groups, called), width, size)
    head = 0.95 + len(title) * size * 1.3 / 72 + (0.2 if columns == 1 else 0.0)
    height = head + rows * down + (rows - 1) * gap + foot
    straight = shown.straight and any(group in shown.nations for group in groups)
    with canvas(width, height, rows, columns, layout=None) as (figure, axes):
        figure.subplots_adjust(
            left=0.65 / width,
            right=1 - MARGIN / 72 / width,
            top=1 - head / height,
            bottom=foot / height,
            wspace=beside / across,
            hspace=gap / down,
        )
        for axis, group in zip(axes, groups, strict=True):
            _panel(axis, result, shown, group, top, called.name(group))
        _words(figure, result, title, size, called, narrow=columns == 1, straight=straight)
    return figure


def usual(shown: tables.Curves) -> list[str]:
    """Return the groups that a figure shows unasked: the world and the Global South, if apart."""
    return distinct(shown, [group for group in ("world", "global_south") if group in shown.groups])


def _ceiling(share: float) -> float:
    """Return the top of the share axis: the next tenth above the highest band."""
    return float(min(1.0, np.ceil(share * 10 + 0.2) / 10))


def _panel(
    axis: Axes, result: Tables, shown: tables.Curves, group: str, top: float, name: str
) -> None:
    """Draw one group of nations."""
    time = np.array(shown.months) / 12
    low, middle, high = (shown.of(group, name) for name in ("p05", "p50", "p95"))
    axis.set_xlim(time[0], max(time[-1], time[0] + 1 / 12))
    axis.set_ylim(0, top)
    for row in np.argsort(-middle[:, -1], kind="stable"):
        look = style.look(shown.ecosystems[row])
        axis.fill_between(
            time, low[row], high[row], color=look.colour, alpha=0.1, linewidth=0, zorder=2
        )
        # Where bands overlap, their edges tell them apart.
        for edge in (low[row], high[row]):
            axis.plot(time, edge, color=look.colour, linewidth=0.6, alpha=0.45, zorder=3)
    for row, code in enumerate(shown.ecosystems):
        look = style.look(code)
        axis.plot(
            time,
            middle[row],
            color=look.colour,
            linestyle=(0, look.dash) if look.dash else "-",
            linewidth=2.1,
            dash_capstyle="butt",
            solid_capstyle="butt",
            zorder=4,
            gid=code,
        )
    span = shown.months[0], shown.months[-1]
    ticks(axis, span, top)
    facts_line(axis, result, span, top)
    ends = np.stack([shown.of(group, name)[:, -1] for name in ("p05", "p50", "p95")])
    end_labels(axis, [(code, style.look(code)) for code in shown.ecosystems], ends, top)
    axis.set_title(
        style.plain(name, 60),
        loc="left",
        fontsize=11,
        fontweight="bold",
        color=style.INK,
        pad=9,
    )


def ticks(axis: Axes, span: tuple[int, int], top: float) -> None:
    """Draw few and quiet ticks from the first month to the last, three years to two inches."""
    first, last = span[0] // 12, span[1] // 12
    inches = axis.get_position().width * _figure(axis).get_size_inches()[0]
    step = max(1, round((last - first) / (1.5 * inches)))
    axis.set_xticks(range(first + (span[0] % 12 > 0), last + 1, step))
    axis.xaxis.set_major_formatter("{x:.0f}")
    heights = np.arange(0, top + 0.01, 0.2 if top > 0.5 else 0.1)
    axis.set_yticks(heights, [f"{100 * height:.0f} %" for height in heights])
    axis.grid(axis="y", color=style.RULE, linewidth=0.6, zorder=0)
    axis.tick_params(length=0, pad=5)
    axis.tick_params(axis="x", length=3, width=0.8, color=style.RULE)
    for side in ("top", "left", "right"):
        axis.spines[side].set_visible(False)


def facts_line(axis: Axes, result: Tables, span: tuple[int, int], top: float) -> None:
    """Mark where dated facts end, if the axis reaches it."""
    month = tables.facts_end(result)
    if not span[0] <= month < span[1]:
        return
    axis.axvline(month / 12, color=style.QUIET, linewidth=0.9, linestyle=(0, (2, 2)), zorder=3)
    axis.annotate(
        f"facts end {months.text(month)}",
        (month / 12, top),
        xytext=(4, -3),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=style.QUIET,
        zorder=5,
    )


def end_labels(
    axis: Axes,
    looks: Sequence[tuple[str, style.Look]],
    ends: NDArray[np.float64],
    top: float,
) -> None:
    """Name each line at its end, with the last median and interval, without overlap.

    Parameters
    ----------
    axis : Axes
    looks : sequence of (str, Look)
        Id of each line, and how it is drawn.
    ends : array, shape (3, lines)
        5 % quantile, median and 95 % quantile at the end.
    top : float
        Upper end of the axis.
    """
    box, (width, height) = axis.get_position(), _figure(axis).get_size_inches()
    left, right = axis.get_xlim()
    across = (right - left) / (72 * box.width * width)  # years per point
    up = top / (72 * box.height * height)  # share per point
    low, end, high = ends
    places = spread([float(value) for value in end], LABEL_GAP * up, 0, top)

    def write(text: str, x: float, y: float, colour: str, **how: Any) -> None:  # noqa: ANN401
        axis.text(right + x * across, y, text, va="center_baseline", color=colour, **how)

    for row, (name, look) in enumerate(looks):
        place = float(places[row])
        colour = style.ink(look.colour)
        axis.plot(
            right + across * np.array([2, LEADER - 3]), [end[row], place],
            color=look.colour, linewidth=0.8, clip_on=False,
        )  # fmt: skip
        write(look.name, LEADER, place, colour, fontsize=9, fontweight="bold", gid=f"end-{name}")
        write(
            tables.percent(float(end[row])), MEDIAN, place, colour, fontsize=8.5, fontweight="bold",
            ha="right",
        )  # fmt: skip
        write(
            tables.between(float(low[row]), float(high[row]), "–"), INTERVAL, place, style.QUIET,
            fontsize=8,
        )  # fmt: skip
    head = max(float(places.max()) + (LABEL_GAP + 2) * up, 0.0)
    write("median", MEDIAN, head, style.QUIET, fontsize=8, ha="right")
    write("5–95 %", INTERVAL, head, style.QUIET, fontsize=8)


def _figure(axis: Axes) -> Figure:
    """Return the figure that an axis stands in."""
    figure = axis.get_figure(root=True)
    if figure is None:
        raise ValueError("the axis belongs to no figure")
    return figure


def headline(
    result: Tables,
    shown: tables.Curves,
    groups: Sequence[str],
    called: Naming,
    shares: Mapping[tuple[str, int], tables.Floats] | None = None,
) -> str:
    """Return who leads most often at the end of the curves, in one line.

    Where the runs of a group are not kept (single nations), the largest median stands instead.
    Shares of every run may be given where they were read already.
    """
    last = shown.months[-1]
    shares = tables.run_shares(result, shown, groups, [last]) if shares is None else shares
    ahead: list[tuple[str, str]] = []
    for group in groups:
        if (group, last) in shares:
            name, wins = tables.frequent_leader(shares[group, last], shown.ecosystems)
            often = tables.often(wins, result.n_runs)
            # "of runs" is said once.
            often = often.removesuffix(" of runs") if ahead else often
        else:
            name, often = tables.largest(shown, group, last), "largest median"
        where = style.plain(called.in_words(group), 60)
        ahead.append((style.look(name).name, f"{where} ({often})"))
    if len(ahead) > 1 and len({name for name, _ in ahead}) == 1:
        said = f"{ahead[0][0]} models, {' and '.join(where for _, where in ahead)}"
    else:
        said = ", ".join(f"{name} {where}" for name, where in ahead)
    return f"Most often ahead in {months.text(last)}: {said}".replace(" %", "\u00a0%")


def _wrapped(text: str, width: float, size: float) -> list[str]:
    """Return bold text as lines that fit a figure; a letter is about 0.66 of its size wide."""
    return wrap(text, int(72 * (width - 0.4) / (0.66 * size)))


def _words(
    figure: Figure,
    result: Tables,
    title: Sequence[str],
    size: float,
    called: Naming,
    *,
    narrow: bool,
    straight: bool,
) -> None:
    """Write the title, what is seen, and the source note."""
    width, height = figure.get_size_inches()
    left = 0.2 / width
    lines = [
        f"{style.plain(called.titled(style.plain(str(result.scenario.title), 70)))}.",
        "Share of developers who build on AI models, by main ecosystem.",
    ]
    notes = [
        "Lines: median of the runs. Bands: 5 to 95 % of runs.",
        "Shares are of developers who build on models; single nations may differ widely.",
        *([tables.STRAIGHT] if straight else []),
        f"{tables.run_words(result.n_runs)}, seed {result.seed}, result {result.hash[:12]}.",
    ]
    join = "\n" if narrow else " "
    figure.text(
        left, 1 - 0.2 / height, "\n".join(title),
        fontsize=size, fontweight="bold", va="top", linespacing=1.25,
    )  # fmt: skip
    figure.text(
        left, 1 - (0.32 + len(title) * size * 1.3 / 72) / height, join.join(lines),
        fontsize=9.5, va="top", color=style.QUIET, linespacing=1.35,
    )  # fmt: skip
    figure.text(
        left, 0.16 / height, join.join(notes),
        fontsize=8, va="bottom", color=style.QUIET, linespacing=1.4,
    )  # fmt: skip
