"""What the runs would have shown of 2025, beside what was observed: plausible history.

The first view is what developers of each nation would have answered a survey. Two are of consumers
in chat windows, another population that moves nothing developers do. The last is the Chinese share
of developers' main ecosystems, which nobody was asked for. Most of the observed figures are targets
of the calibration, so that a run with calibrated parameters, the default, meets them in-sample; a
run with ``ensemble.parameters: drawn`` or ``default`` does not know them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sim import months as calendar
from sim.arrays import Floats
from sim.ensemble.columns import gapped, numbers, strings
from sim.ensemble.worked_with import READS as OF_A_YEAR
from sim.evidence.codes import COUNTED
from sim.evidence.survey import EQUAL_SPLIT, respondents
from sim.world import answers
from sim.world.views import main_shares, users_abroad

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory


BY_SURVEY = "survey_by_nation"
BY_NATION = "deepseek_by_nation"
SHARE = "chinese_share_by_month"
BY_MONTH = "chinese_sites_by_month"

VIEWS = (BY_SURVEY, SHARE, BY_NATION, BY_MONTH)
"""Names of the views, in the order in which a report shows them."""

CHINESE = COUNTED["cn_all"]
OF_SURVEY = "cn_all"
"""Chinese models as a class of the survey."""

READS = ("visit_factor", *OF_A_YEAR)
"""Parameters whose draws views need."""

_ASKED = calendar.parse("2025-06")
_HALF = range(calendar.parse("2025-07"), calendar.parse("2026-01"))
_YEAR = range(calendar.parse("2024-12"), calendar.parse("2026-01"))


def tables(
    blocks: Sequence[Trajectory], drivers: Drivers, known: Mapping[str, Floats]
) -> dict[str, pa.Table]:
    """Return the views, by name; a run that does not reach their months has none.

    Parameters
    ----------
    blocks : sequence
        Simulated blocks in the order of their replicates.
    drivers : Drivers
        Names of nations and ecosystems.
    known : mapping of str to array, shape (replicates,)
        Draws of the parameters in `READS`.

    Returns
    -------
    dict of str to pyarrow.Table
        Shares are fractions; a nation or month without an observation has an empty cell there.
    """
    reach = calendar.FIRST + min(block.visits.shape[0] for block in blocks)
    months = range(_YEAR.start, min(_YEAR.stop, reach))
    views: dict[str, pa.Table] = {}
    if reach > _ASKED and set(drivers.nations) & set(_observed(EQUAL_SPLIT, ecosystem=OF_SURVEY)):
        views[BY_SURVEY] = _by_survey(blocks, drivers, known["breadth"], known["breadth_shape"])
    if reach >= _HALF.stop:
        views[BY_NATION] = _by_nation(blocks, drivers, known["visit_factor"])
    if months and set(drivers.nations) - {"CHN"}:
        views[SHARE] = _share(blocks, drivers, months)
        views[BY_MONTH] = _by_month(blocks, drivers, months)
    return {name: views[name] for name in VIEWS if name in views and views[name].num_rows}


def _by_survey(
    blocks: Sequence[Trajectory], drivers: Drivers, breadth: Floats, shape: Floats
) -> pa.Table:
    """Return the Chinese part of the equal split in the nations of the survey, largest first."""
    seen, answered = _observed(EQUAL_SPLIT, ecosystem=OF_SURVEY), respondents()
    places = [i for i, name in enumerate(drivers.nations) if name in seen]
    at = np.array([_ASKED - calendar.FIRST])
    main = np.concatenate([main_shares(block, drivers, at)[0, places] for block in blocks], axis=-1)
    split = answers.equal_split(main, breadth, shape)
    view = _spread(split[:, list(answers.CLASSES).index(OF_SURVEY)])
    order = np.argsort(-view["mean"], kind="stable")
    names = [drivers.nations[places[row]] for row in order]
    columns = {band: values[order] for band, values in view.items()}
    return _table("nation", names, columns, {"observed": seen, "respondents": answered})


def _by_nation(blocks: Sequence[Trajectory], drivers: Drivers, factor: Floats) -> pa.Table:
    """Return DeepSeek's share of chatbot use in the second half of 2025, largest first."""
    seen = np.concatenate([_at(block.visits, _HALF).mean(axis=0) for block in blocks], axis=-1)
    chinese, opened = _chinese(drivers), drivers.ecosystems.index("cn_open")
    closed = [place for place in chinese if place != opened]
    chats = np.maximum(seen.sum(axis=1), 1e-9)  # who comes by another way is in no chat window
    # The figures are of the open market: use of closed Chinese services is outside their base.
    base = np.maximum(chats - seen[:, closed].sum(axis=1), 1e-9)
    view = _spread(seen[:, opened] / base * factor)
    view["all_chinese"] = (seen[:, chinese].sum(axis=1) / chats).mean(axis=-1)
    told = {
        f"observed{end}": _observed(f"deepseek_market_share{name}")
        for end, name in (("", ""), ("_low", "_band_low"), ("_high", "_band_high"))
    }
    known = told["observed"].keys() | told["observed_low"].keys()
    places = [i for i, name in enumerate(drivers.nations) if name in known]
    places.sort(key=lambda i: -view["mean"][i])
    names = [drivers.nations[i] for i in places]
    return _table("nation", names, {name: values[places] for name, values in view.items()}, told)


def _share(blocks: Sequence[Trajectory], drivers: Drivers, months: range) -> pa.Table:
    """Return the Chinese part of main ecosystems, month by month, with China and without.

    Nobody was asked for it. Beside it stands the Chinese share of the tokens that one router passed
    on in a day of the month, which moves for like reasons.
    """
    abroad = np.array([name != "CHN" for name in drivers.nations])
    count = np.concatenate([_at(block.developers, months) for block in blocks], axis=-1)
    share = [_at(block.share, months)[:, :, _chinese(drivers)].sum(axis=2) for block in blocks]
    chinese = count * np.concatenate(share, axis=-1)
    routed = _observed("openrouter_token_share_by_lab_origin_day_high", "month", "cn_all")
    columns = _spread(_part(chinese, count))
    columns["outside_china"] = _part(chinese[:, abroad], count[:, abroad]).mean(axis=-1)
    names = [calendar.text(month) for month in months]
    return _table("month", names, columns, {"observed": routed})


def _part(some: Floats, all_: Floats) -> Floats:
    """Return what part of the developers of all nations some are, (months, replicates)."""
    total = _summed(all_)
    return np.divide(_summed(some), total, out=np.zeros_like(total), where=total > 0.0)


def _summed(values: Floats) -> Floats:
    """Return sums over nations, (months, replicates), in the order of the nations.

    numpy adds in another order where there is one replicate, so that the last bits would depend on
    how replicates are put into blocks.
    """
    total = np.zeros_like(values[:, 0])
    for nation in range(values.shape[1]):
        total += values[:, nation]
    return total


def _by_month(blocks: Sequence[Trajectory], drivers: Drivers, months: range) -> pa.Table:
    """Return the Chinese share of chatbot use outside China, month by month around R1."""
    weight = users_abroad(drivers)
    if not weight.any():
        return pa.table({"month": strings([])})
    visits = np.concatenate(
        [np.einsum("tikr,i->tkr", _at(block.visits, months), weight) for block in blocks], axis=-1
    )
    share = visits[:, _chinese(drivers)].sum(axis=1) / np.maximum(visits.sum(axis=1), 1e-9)
    told = {
        f"observed{end}": _observed(f"web_visit_share_chinese_llm_sites{end}", "month")
        for end in ("", "_low", "_high")
    }
    return _table("month", [calendar.text(month) for month in months], _spread(share), told)


def _table(
    by: str,
    names: Sequence[str],
    columns: Mapping[str, Floats],
    told: Mapping[str, Mapping[str, float]],
) -> pa.Table:
    """Return a view: nations or months, what the runs show of each, and what was observed there."""
    return pa.table(
        {
            by: strings(names),
            **{name: numbers(values) for name, values in columns.items()},
            **{name: gapped([of.get(each) for each in names]) for name, of in told.items()},
        }
    )


def _at(path: Floats, months: range) -> Floats:
    """Return some months of a path that begins in 2023-01."""
    return path[months.start - calendar.FIRST : months.stop - calendar.FIRST]


def _chinese(drivers: Drivers) -> list[int]:
    return [drivers.ecosystems.index(name) for name in CHINESE]


def _observed(series: str, by: str = "nation", ecosystem: str = "") -> Mapping[str, float]:
    """Return a series as fractions, by nation or by month; of one ecosystem if it is named."""
    from sim.evidence import load

    rows = [
        row
        for row in load().observations
        if row.series == series and (not ecosystem or row.ecosystem == ecosystem)
    ]
    if by == "nation":
        return {row.place: row.value / 100 for row in rows}
    return {calendar.text(row.last): row.value / 100 for row in rows}


def _spread(values: Floats) -> dict[str, Floats]:
    low, high = np.quantile(values, (0.05, 0.95), axis=-1)
    return {"mean": values.mean(axis=-1), "p05": low, "p95": high}
