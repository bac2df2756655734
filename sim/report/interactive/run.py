"""The numbers of a run that its page draws when asked: curves of groups, and the map of nations."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.ensemble.columns import read_numbers, read_words
from sim.report import figures, style, tables, titles, why
from sim.report.interactive import known
from sim.report.interactive.inline import HERE
from sim.report.naming import Naming
from sim.report.record import badge

if TYPE_CHECKING:
    from sim.ensemble.record import Tables
    from sim.evidence import Nations
    from sim.metrics.metric import Metric

BANDS = ("p05", "p50", "p95")
QUARTER = 3
SCALE = 1e4
"""Shares are written as whole hundredths of a percentage point."""
COLUMNS = 21
"""Of the map; nations without a place of their own stand in rows below it."""
USED = "used."


def data(
    result: Tables,
    shown: tables.Curves,
    unions: Sequence[str],
    named: Naming,
    names: Nations,
    parts: why.Why | None = None,
) -> dict[str, Any]:
    """Return what the page of a run draws, as plain data.

    Parameters
    ----------
    result : Result
        What a run gave.
    shown : Curves
        Its curves.
    unions : sequence of str
        Groups of nations to choose from, the first one first.
    named : Naming
        What groups and nations are called.
    names : Nations
        Regions of nations.
    parts : Why, optional
        Parts of utility, of a run that keeps them.
    """
    looks = {key: _look(look) for key, look in style.ECOSYSTEMS.items()}
    looks |= {f"bloc.{key}": _look(look) for key, look in style.BLOCS.items()}
    called = {group: named.name(group) for group in [*unions, *shown.nations]}
    _, held = read_words(result.tables["runs"], "month")
    kept = [month for month in _quarters(shown) if months.text(month) in held]
    runs = tables.run_shares(result, shown, unions, kept)
    return {
        "name": f"{result.scenario.name}-{result.hash[:12]}",
        "title": named.titled(str(result.scenario.title)),
        "source": f"{tables.run_words(result.n_runs)}, seed {result.seed}, "
        f"result {result.hash[:12]}, model version {result.manifest['model_version']}",
        "facts": months.text(tables.facts_end(result)),
        "looks": looks,
        "layers": [
            {"name": name, "colour": style.LAYER_COLOURS[name], "lines": lines}
            for name, lines in style.LAYERS.items()
        ],
        "called": called,
        "groups": list(unions),
        "findings": {
            group: figures.headline(result, shown, [group], named, runs) for group in unions
        },
        "reference": None if result.reference is None else _reference(result, shown, unions),
        "metrics": [
            {**metric, "record": badge(metric["id"])}
            for metric in (*_shares(shown, unions, runs), *_outcomes(result, unions))
        ],
        "explain": known.data(shown.nations)
        | {"folder": known.folder(result), "parts": None if parts is None else why.data(parts)},
        "nations": _nations(result, shown, names),
    }


def _look(look: style.Look) -> dict[str, Any]:
    return {
        "name": look.name,
        "colour": look.colour,
        "ink": style.ink(look.colour),
        "dash": look.dash,
        "bloc": look.bloc,
    }


def _whole(values: tables.Floats) -> list[Any]:
    """Return shares as whole numbers, the last axis innermost."""
    return np.rint(values * SCALE).astype(int).tolist()  # type: ignore[no-any-return]


def _quarters(shown: tables.Curves) -> list[int]:
    """Return the first month, quarter ends and the last month, which runs are kept for."""
    first, last = shown.months[0], shown.months[-1]
    ends = [month for month in shown.months if (month + 1) % QUARTER == 0]
    return sorted({first, last, *ends})


def _shares(
    shown: tables.Curves, unions: Sequence[str], runs: Mapping[tuple[str, int], tables.Floats]
) -> Iterable[dict[str, Any]]:
    """Give main ecosystems, from the curves, and blocs, from the runs."""
    when = _quarters(shown)
    at = [shown.at(month) for month in when]
    bands = {g: np.stack([shown.of(g, band)[:, at] for band in BANDS], axis=1) for g in unions}
    yield {
        "id": "share",
        "title": "Main ecosystem",
        "about": "Share of developers who build on AI models, by main ecosystem",
        "lines": shown.ecosystems,
        "months": [months.text(month) for month in when],
        "values": {group: _whole(values) for group, values in bands.items()},
    }
    kept = sorted({month for _, month in runs})
    totals = {}
    for group in unions:
        blocs = [tables.blocs(runs[group, month], shown.ecosystems) for month in kept]
        totals[group] = [
            np.quantile([bloc[key] for bloc in blocs], (0.05, 0.5, 0.95), axis=1)
            for key in style.BLOCS
        ]
    yield {
        "id": "bloc",
        "title": "Bloc of the main ecosystem",
        "about": "Share of developers who build on AI models, by bloc of their main ecosystem",
        "lines": [f"bloc.{key}" for key in style.BLOCS],
        "months": [months.text(month) for month in kept],
        "values": {group: _whole(np.array(values)) for group, values in totals.items()},
    }


def _reference(result: Tables, shown: tables.Curves, unions: Sequence[str]) -> dict[str, Any]:
    """Return the name of the reference and its medians, in the months that its table holds."""
    table = result.reference
    (group, groups), (kind, kinds) = (read_words(table, name) for name in ("group", "ecosystem"))
    number, value = tables.month_numbers(table), read_numbers(table, "p50")
    when = np.unique(number)
    values = np.full((len(groups), len(shown.ecosystems), len(when)), np.nan)
    rank = np.array([shown.ecosystems.index(name) for name in kinds])
    values[group, rank[kind], np.searchsorted(when, number)] = value
    return {
        "name": "" if result.against is None else result.against.reference,
        "months": [months.text(month) for month in when.tolist()],
        "values": {name: _whole(values[at]) for at, name in enumerate(groups) if name in unions},
    }


def _outcomes(result: Tables, unions: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Give what was worked with in a year, a line an ecosystem, and single fractions by group."""
    table = result.tables["outcomes"]
    read = {name: read_words(table, name) for name in ("metric", "group")}
    (metric, metrics), (group, slugs) = read.values()
    month, value = tables.month_numbers(table), read_numbers(table, "value")

    def bands(name: str) -> dict[str, tuple[list[int], tables.Floats]]:
        """Return months and bands of a metric by group."""
        rows = np.flatnonzero(metric == metrics.index(name))
        found = {}
        for place in unions:
            mine = rows[group[rows] == slugs.index(place)] if place in slugs else rows[:0]
            when, at = np.unique(month[mine], return_inverse=True)
            if len(when) and when[0] >= 0:  # otherwise it is of a whole run
                runs = value[mine][np.argsort(at, kind="stable")].reshape(len(when), -1)
                found[place] = when.tolist(), np.quantile(runs, (0.05, 0.5, 0.95), axis=1)
        return found

    used = [USED + name for name in style.ECOSYSTEMS if USED + name in metrics]
    wanted = [("used", "Worked with in a year", used)] if used else []
    wanted += [
        (name, shown.title, [name])
        for name, shown in titles.metrics().items()
        if name in metrics and _is_single(shown)
    ]
    for name, title, lines in wanted:
        known = [bands(line) for line in lines]
        if not known[0]:
            continue
        when, _ = next(iter(known[0].values()))
        yield {
            "id": name,
            "title": title,
            "about": ABOUT.get(name, title),
            "lines": [line.removeprefix(USED) if name == "used" else line for line in lines],
            "months": [months.text(each) for each in when],
            "values": {
                place: _whole(np.array([line[place][1] for line in known])) for place in known[0]
            },
        }


ABOUT = {
    "used": "Share of developers who worked with it at some time in the past year; several can be "
    "used, so shares add up to more than 100 %",
    "dependence": "Share of the largest bloc",
    "only.cn": "Share of developers who used Chinese models alone in the past year",
    "both.us_closed_and_cn": "Share of developers who used both US closed and Chinese models in "
    "the past year",
}


def _is_single(shown: Metric) -> bool:
    """Return whether a metric is a fraction of each group that no family of lines holds."""
    return (
        shown.scale == "fraction"
        and not shown.world
        and not shown.name.startswith(("share.", USED))
    )


def _nations(result: Tables, shown: tables.Curves, names: Nations) -> dict[str, Any]:
    """Return the curves of nations at Decembers and their places on the map."""
    first, last = shown.months[0], shown.months[-1]
    when = sorted(
        {first, last, tables.moments(result, shown)[0], *(m for m in shown.months if m % 12 == 11)}
    )
    at = [shown.at(month) for month in when]
    region = dict(zip(names.iso3, names.region, strict=True))
    return {
        "months": [months.text(month) for month in when],
        "lines": shown.ecosystems,
        "places": places(shown.nations),
        "regions": {
            nation: style.group_name(region[nation]) if nation in region else "Other"
            for nation in shown.nations
        },
        "values": {
            nation: _whole(
                np.stack([shown.of(nation, band)[:, at] for band in (*BANDS, "mean")], axis=1)
            )
            for nation in shown.nations
        },
    }


def places(nations: Iterable[str]) -> Mapping[str, tuple[int, int]]:
    """Return row and column of each nation on the map, from zero.

    A nation of a user's own table that the map does not know stands in a row below.
    """
    with (HERE / "tiles.csv").open(encoding="utf-8", newline="") as file:
        known = {row["iso3"]: (int(row["row"]), int(row["column"])) for row in csv.DictReader(file)}
    below = 2 + max(row for row, _ in known.values())
    found: dict[str, tuple[int, int]] = {}
    others = 0
    for nation in sorted(nations):
        if nation in known:
            found[nation] = known[nation]
        else:
            found[nation] = (below + others // COLUMNS, others % COLUMNS + 1)
            others += 1
    return found
