"""The page of figures that an expert would check: what they are near to, and what the model says.

`write` runs the baseline and keeps the answers, from which the page is made.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from making import kept, picture
from making.kept import DOCS
from making.plausible import FIGURES, Fact, Figure, Main, Metric, Near, View
from making.tables import table
from sim import months as calendar
from sim.arrays import Floats
from sim.calibration.series import BY_KEY
from sim.evidence import load
from sim.evidence.tables import read
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory

PLACE = DOCS / "validation" / "plausibility.csv"
rows = partial(kept.read, "validation/plausibility")
COLUMNS = ("figure", "p05", "p50", "p95", "runs", "seed", "model_version")


def write() -> None:
    """Run the baseline and write what it says of every figure, in percent."""
    from sim.scenario import compile as compiled
    from sim.scenario.resolve import resolve

    resolved = resolve("baseline")
    found = _draws(resolved, compiled(resolved))
    about = (resolved.ensemble.runs, resolved.ensemble.seed, MODEL)
    with PLACE.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for figure in FIGURES:
            shown = np.quantile(found[figure.title], (0.05, 0.5, 0.95))
            out.writerow((figure.title, *(f"{value:.2f}" for value in shown), *about))


def _draws(resolved: Scenario, drivers: Drivers) -> dict[str, Floats]:
    """Return the replicates of every figure, percent."""
    from sim.study.observe import blocks, with_errors

    keys = {figure.model.key for figure in FIGURES if isinstance(figure.model, View)}
    views: dict[str, list[Floats]] = {key: [] for key in sorted(keys)}
    mains: dict[str, list[Floats]] = {}
    for block in blocks(resolved, drivers):
        for key, parts in views.items():
            parts.append(block.view(BY_KEY[key]))
        for figure in FIGURES:
            if isinstance(figure.model, Main):
                part = _main(figure.model, block.seen, drivers)
                mains.setdefault(figure.title, []).append(part)
    shown = {
        key: with_errors(np.concatenate(parts, axis=-1), BY_KEY[key], drivers, resolved)
        for key, parts in views.items()
    }
    found = {title: np.concatenate(parts) for title, parts in mains.items()}
    for figure in FIGURES:
        if isinstance(figure.model, View):
            found[figure.title] = _view(figure.model, shown, drivers)
        elif isinstance(figure.model, Metric):
            found[figure.title] = _metric(figure.model)
    return found


def _main(asked: Main, seen: Trajectory, drivers: Drivers) -> Floats:
    t = calendar.parse(asked.month) - calendar.FIRST
    nations = np.array(drivers.nations) == asked.group
    among = drivers.groups.get(asked.group, nations)
    count = seen.developers[t][among]
    of = [drivers.ecosystems.index(name) for name in asked.ecosystems]
    share = seen.share[t][among][:, of].sum(axis=1)
    return np.asarray(100.0 * (count * share).sum(axis=0) / count.sum(axis=0))


def _view(asked: View, shown: dict[str, Floats], drivers: Drivers) -> Floats:
    from sim.study.observe import places_of

    series = BY_KEY[asked.key]
    t = calendar.parse(asked.month) - calendar.FIRST
    place = places_of(series, drivers).index(asked.nation)
    return shown[asked.key][t, place, series.codes.index(asked.code)]


def _metric(asked: Metric) -> Floats:
    from sim.study.run import run

    # A run keeps the outcomes of single nations only where it is asked for everything.
    alone = asked.group in load().nations.iso3
    frame = (run("baseline", full=True) if alone else picture.result()).outcomes
    wanted = (
        (frame["metric"] == asked.name)
        & (frame["group"] == asked.group)
        & (frame["month"].astype(str) == asked.month)
    )
    return np.asarray(100.0 * frame.loc[wanted, "value"].to_numpy(dtype=np.float64))


def neighbour(near: Near | Fact) -> str:
    """Return an observed figure in words, with its months and source.

    Raises
    ------
    ValueError
        If the tables have no such row.
    """
    if isinstance(near, Fact):
        for row in read("hardware.csv", ("item", "index", "from", "value", "unit", "source")):
            if (row["item"], row["index"], row["from"]) == (near.item, near.index, near.since):
                name = f"{near.item} {near.index}".strip().replace("_", " ")
                value = f"{float(row['value']):,.0f} {row['unit']}"
                return f"{name} {value} ({near.since}, {row['source']})"
        raise ValueError(f"hardware.csv has no {near}")
    for seen in load().observations:
        at = (seen.series, seen.ecosystem, calendar.text(seen.last), seen.place)
        if at == (near.series, near.ecosystem, near.month, near.place):
            return f"{seen.value:.3g} `{seen.series}` ({seen.period}, {seen.source})"
    raise ValueError(f"observations.csv has no {near}")


def figures() -> str:
    """Return the figures with their neighbours, the model's answers and what to think of them."""
    answers = {row["figure"]: row for row in rows()}
    return table(
        ("", "figure", "observed near it", "model, median (5 to 95 %)", "what to think"),
        (
            (str(n), figure.title, _near(figure), _answer(answers[figure.title]), figure.why)
            for n, figure in enumerate(FIGURES, 1)
        ),
    )


def _near(figure: Figure) -> str:
    return "<br>".join(map(neighbour, figure.near)) or "nothing"


def _answer(row: dict[str, str]) -> str:
    return f"{_short(row['p50'])} % ({_short(row['p05'])} to {_short(row['p95'])})"


def _short(cell: str) -> str:
    value = float(cell)
    return f"{value:.0f}" if value >= 10.0 else f"{value:.1f}"


def made() -> str:
    """Return which run the answers are of."""
    first = rows()[0]
    return (
        f"{len(FIGURES)} figures; {first['runs']} replicates of the baseline, "
        f"seed {first['seed']}, model {first['model_version']}."
    )


def _is_same(figure: Figure, near: Near | Fact) -> bool:
    """Return whether what was observed is the very quantity and month that the model is asked."""
    asked = figure.model
    return (
        isinstance(asked, View)
        and isinstance(near, Near)
        and near.series.startswith(BY_KEY[asked.key].name)
        and (near.month, near.place) == (asked.month, asked.nation)
        and near.ecosystem.split(":")[0] == asked.code
    )


def met() -> str:
    """Return how often the model's band holds a figure of the same quantity and month."""
    answers = {row["figure"]: row for row in rows()}
    held, missed = [], []
    for figure in FIGURES:
        for near in figure.near:
            if _is_same(figure, near):
                value = float(neighbour(near).split()[0])
                row = answers[figure.title]
                inside = float(row["p05"]) <= value <= float(row["p95"])
                (held if inside else missed).append(figure.title)
    outside = "; ".join(dict.fromkeys(missed))
    return (
        f"In {len(held) + len(missed)} of these a figure of the same quantity and month was "
        f"observed, and the band holds {len(held)} of them"
        + (f". It misses: {outside}." if outside else ".")
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "plausibility": figures,
    "plausibility made": made,
    "plausibility met": met,
}
