"""What the evidence holds of each nation, as the panel of a run's page reads it."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import TYPE_CHECKING, Any

from sim import months
from sim.report import style, titles
from sim.report.scored import CODES
from sim.scenario import nations as choosing

if TYPE_CHECKING:
    from sim.ensemble.record import Tables


def folder(result: Tables) -> str:
    """Return the folder of a result, as a user types it."""
    scenario = result.scenario
    parts = (scenario.name, choosing.label(scenario.nations))
    return f"results/{'-'.join(part for part in parts if part)}/{result.hash[:12]}"


def data(nations: Iterable[str]) -> dict[str, Any]:
    """Return inputs and observed figures of nations; words stand once and figures name them.

    Parameters
    ----------
    nations : iterable of str
        ISO3 codes.
    """
    from sim.evidence import load
    from sim.evidence.variables import VARIABLES

    known, codes = load(), dict.fromkeys(nations)
    names = list(VARIABLES)
    units = {value.variable: value.unit for value in known.values}
    values: dict[str, list[float | None]] = {code: [None] * len(names) for code in codes}
    status: dict[str, list[str]] = {code: [""] * len(names) for code in codes}
    region = dict(zip(known.nations.iso3, known.nations.region, strict=True))
    near: dict[tuple[str, int], list[float]] = {}
    for value in known.values:
        at = names.index(value.variable)
        near.setdefault((region[value.iso3], at), []).append(value.value)
        if value.iso3 in codes:
            values[value.iso3][at] = float(f"{value.value:.4g}")
            status[value.iso3][at] = value.status
    seen = [row for row in known.observations if row.place in codes]
    series, words = _places(row.series for row in seen), _places(row.unit for row in seen)
    observed: dict[str, list[Any]] = {}
    for row in seen:
        observed.setdefault(row.place, []).append(
            [series[row.series], CODES.get(row.ecosystem, row.ecosystem.replace("_", " ")),
             months.text(row.last), float(f"{row.value:.4g}"), words[row.unit]]
        )  # fmt: skip
    return {
        "variables": [[name, VARIABLES[name].meaning, units.get(name, "")] for name in names],
        "values": values,
        "status": status,
        "medians": {
            style.group_name(place): [
                float(f"{median(near[place, at]):.4g}") if (place, at) in near else None
                for at in range(len(names))
            ]
            for place in dict.fromkeys(region.values())
        },
        "series": [titles.observed(name) for name in series],
        "units": list(words),
        "observed": observed,
    }  # fmt: skip


def _places(names: Iterable[str]) -> dict[str, int]:
    """Return the place of each word among those that occur."""
    return {name: at for at, name in enumerate(dict.fromkeys(names))}
