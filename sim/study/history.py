"""What the runs would have shown of 2025, beside what was observed: plausible history.

These views are of consumers in chat windows, a proxy for developers. They are shown before any fit,
so that a reader sees what the default parameters get right and wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from sim import months as calendar

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.drivers import Drivers

Floats = NDArray[np.float64]

BY_NATION = "deepseek_by_nation"
BY_MONTH = "chinese_sites_by_month"

VIEWS = (BY_NATION, BY_MONTH)
"""Names of the views, in the order in which a report shows them."""

_HALF = range(calendar.parse("2025-07"), calendar.parse("2026-01"))
_YEAR = range(calendar.parse("2024-12"), calendar.parse("2026-01"))


class Seen(Protocol):
    """What this module reads of a simulated block.

    Attributes
    ----------
    visits : array, shape (months from 2023-01 to 2025-12, nations, ecosystems, replicates)
        Share of chatbot users by ecosystem, fraction.
    """

    visits: Floats


def tables(blocks: Sequence[Seen], drivers: Drivers, visit_factor: Floats) -> dict[str, pa.Table]:
    """Return the views, by name; a run that does not reach their months has none.

    Parameters
    ----------
    blocks : sequence
        Simulated blocks in the order of their replicates.
    drivers : Drivers
        Names of nations and ecosystems.
    visit_factor : array, shape (replicates,)
        What the maker's figures of DeepSeek catch of the view by nation.

    Returns
    -------
    dict of str to pyarrow.Table
        Shares are fractions; a nation or month without an observation has an empty cell there.
    """
    reach = calendar.FIRST + min(block.visits.shape[0] for block in blocks)
    views: dict[str, pa.Table] = {}
    if reach >= _HALF.stop:
        views[BY_NATION] = _by_nation(blocks, drivers, visit_factor)
    if reach > _YEAR.start and set(drivers.nations) - {"CHN"}:
        views[BY_MONTH] = _by_month(blocks, drivers, range(_YEAR.start, min(_YEAR.stop, reach)))
    return {name: table for name, table in views.items() if table.num_rows}


def _by_nation(blocks: Sequence[Seen], drivers: Drivers, factor: Floats) -> pa.Table:
    """Return DeepSeek's share of chatbot use in the second half of 2025, largest first."""
    import pyarrow as pa

    seen = np.concatenate([_at(block, _HALF).mean(axis=0) for block in blocks], axis=-1)
    opened, closed = (drivers.ecosystems.index(name) for name in ("cn_open", "cn_closed"))
    # The figures are of the open market: use of closed Chinese services is outside their base.
    base = np.maximum(1.0 - seen[:, closed], 1e-9)
    view = _spread(seen[:, opened] / base * factor)
    printed, low, high = (
        _observed("deepseek_market_share" + end) for end in ("", "_band_low", "_band_high")
    )
    places = [i for i, name in enumerate(drivers.nations) if name in printed or name in low]
    places.sort(key=lambda i: -view["mean"][i])
    names = [drivers.nations[i] for i in places]
    return pa.table(
        {
            "nation": names,
            **{band: values[places] for band, values in view.items()},
            "all_chinese": seen[:, [opened, closed]].sum(axis=1).mean(axis=-1)[places],
            "observed": pa.array([printed.get(n) for n in names], pa.float64()),
            "observed_low": pa.array([low.get(n) for n in names], pa.float64()),
            "observed_high": pa.array([high.get(n) for n in names], pa.float64()),
        }
    )


def _by_month(blocks: Sequence[Seen], drivers: Drivers, months: range) -> pa.Table:
    """Return the Chinese share of chatbot use outside China, month by month around R1."""
    import pyarrow as pa

    weight = _users(drivers)
    if not weight.any():
        return pa.table({"month": pa.array([], pa.string())})
    chinese = [
        place for place, name in enumerate(drivers.ecosystems) if name in ("cn_open", "cn_closed")
    ]
    parts = [
        np.einsum("tikr,i->tr", _at(block, months)[:, :, chinese], weight / weight.sum())
        for block in blocks
    ]
    names = [calendar.text(month) for month in months]
    series = "web_visit_share_chinese_llm_sites"
    printed, low, high = (_observed(series + end, by="month") for end in ("", "_low", "_high"))
    return pa.table(
        {
            "month": names,
            **_spread(np.concatenate(parts, axis=-1)),
            "observed": pa.array([printed.get(n) for n in names], pa.float64()),
            "observed_low": pa.array([low.get(n) for n in names], pa.float64()),
            "observed_high": pa.array([high.get(n) for n in names], pa.float64()),
        }
    )


def _at(block: Seen, months: range) -> Floats:
    return block.visits[months.start - calendar.FIRST : months.stop - calendar.FIRST]


def _users(drivers: Drivers) -> Floats:
    """Return chatbot users by nation without China, whose visits the counts of sites do not see."""
    from sim.evidence import load

    known = load().nations
    people = dict(zip(known.iso3, known.population, strict=True))
    return np.array(
        [
            0.0 if name == "CHN" else people.get(name, 0.0) * users
            for name, users in zip(drivers.nations, drivers.facts.ai_users, strict=True)
        ]
    )


def _observed(series: str, by: str = "nation") -> Mapping[str, float]:
    """Return a series as fractions, by nation or by month."""
    from sim.evidence import load

    rows = (row for row in load().observations if row.series == series)
    if by == "nation":
        return {row.place: row.value / 100 for row in rows}
    return {calendar.text(row.last): row.value / 100 for row in rows}


def _spread(values: Floats) -> dict[str, Floats]:
    low, high = np.quantile(values, (0.05, 0.95), axis=-1)
    return {"mean": values.mean(axis=-1), "p05": low, "p95": high}
