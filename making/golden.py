"""The golden baseline: a small table of the default world, to which every change is held.

``make golden`` renews it, and refuses to where numbers moved and the model version did not.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import months
from sim.arrays import Floats
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory


FILE = Path(__file__).parents[1] / "tests" / "golden" / "baseline.csv"
RUNS = 8
SEED = 1
DIGITS = 6
"""Significant digits: more than anyone quotes, fewer than differ between processors."""

GROUPS = ("world", "global_south")
OBSERVED = ("CHN", "BRA", "IND", "DEU", "RUS")
"""Nations whose view of the series by nation is in the table; those of the others move with it."""

Row = tuple[str, str, str, str, Floats]
"""Month, quantity, place, what of it, and the values of the replicates."""


def rows() -> list[Row]:
    """Run the baseline and return the table, month by month.

    Returns
    -------
    list of Row
        Values have shape (RUNS,).
    """
    from sim.scenario import compile as compiled
    from sim.scenario import load
    from sim.world import simulate

    drivers = compiled(load("baseline"))
    seen = simulate(
        drivers, seed=SEED, replicates=np.arange(RUNS), view_months=drivers.facts.months.size
    )
    decembers = [t for t, month in enumerate(drivers.facts.months.tolist()) if month % 12 == 11]
    return [row for t in decembers for row in _month(t, drivers, seen)]


def _month(t: int, drivers: Drivers, seen: Trajectory) -> Iterator[Row]:
    from sim.ensemble import groups
    from sim.evidence.axes import HARDWARE, POOLS

    when = months.text(int(drivers.facts.months[t]))
    chosen = groups.choose(drivers.groups, ())
    share, developers = chosen.shares(seen.share[t], seen.developers[t])
    for slug in GROUPS:
        place = chosen.slugs.index(slug)
        for k, ecosystem in enumerate(drivers.ecosystems):
            yield when, "share", slug, ecosystem, share[place, k]
        yield when, "developers", slug, "all", developers[place]
    for p, pool in enumerate(POOLS):
        for h, hardware in enumerate(HARDWARE):
            yield when, "compute", pool, hardware, seen.compute[t, p, h]
    for k, ecosystem in enumerate(drivers.ecosystems):
        yield when, "index", "world", ecosystem, seen.capability[t, k]
    yield when, "load", "cn", "all", seen.load[t]
    yield from _views(t, when, drivers, seen)


def _views(t: int, when: str, drivers: Drivers, seen: Trajectory) -> Iterator[Row]:
    """Yield what every observed series would show, percent."""
    from sim.calibration.series import SERIES
    from sim.world import views

    known = views.lanes(drivers, SEED, np.arange(RUNS))
    for name, series in SERIES.items():
        view = views.view(series, seen, drivers, known, np.array([t]))[0]
        places = (
            [(n, drivers.nations.index(n)) for n in OBSERVED]
            if view.shape[0] > 1
            else [("world", 0)]
        )
        for place, row in places:
            for column, code in enumerate(series.codes):
                yield when, name, place, code, view[row, column]


def text(table: list[Row], version: int = MODEL) -> str:
    """Return the table as the text of its file."""
    out = io.StringIO()
    out.write(
        f"# model_version {version}: baseline, {RUNS} replicates from seed {SEED}, each December. "
        "Shares are fractions, compute H100e, the index ECI points, series percent.\n"
    )
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["month", "quantity", "place", "of", *(f"run_{n}" for n in range(RUNS))])
    for when, quantity, place, of, values in table:
        cells = (f"{value:.{DIGITS}g}" for value in values.tolist())
        writer.writerow([when, quantity, place, of, *cells])
    return out.getvalue()


def version(content: str) -> int:
    """Return the model version in the header of a table."""
    return int(content.partition("model_version ")[2].partition(":")[0])


def difference(before: str, now: str) -> str:
    """Return where two tables first differ, in words; empty where their numbers are the same."""
    old, new = (content.splitlines()[1:] for content in (before, now))
    for one, other in zip(old, new, strict=False):
        if one != other:
            return f"was {one}, is {other}"
    return "" if len(old) == len(new) else f"had {len(old)} lines, has {len(new)}"


def renew(file: Path = FILE) -> str:
    """Write the table anew and return what was done.

    Raises
    ------
    SystemExit
        With 1, if numbers moved under a model version that stands still.
    """
    before = file.read_text(encoding="utf-8") if file.exists() else None
    now = text(rows())
    if before is None:
        file.write_text(now, encoding="utf-8")
        return f"{file.name}: written for model version {MODEL}"
    moved = difference(before, now)
    if moved and version(before) == MODEL:
        sys.exit(
            f"numbers moved ({moved}) and the model version is still {MODEL}: raise MODEL in "
            "sim/version.py, say Regression in CHANGELOG.md, then make golden"
        )
    file.write_text(now, encoding="utf-8")
    return f"{file.name}: {'renewed' if moved else 'unchanged'}, model version {MODEL}"


if __name__ == "__main__":
    print(renew())  # noqa: T201 - its answer
