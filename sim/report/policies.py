"""Charts of a comparison: effects side by side, over time and by nation, and what carries each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report import charts, effects, style
from sim.report.charts import Chart, colour_of
from sim.report.compare import is_one, last_of, of
from sim.report.interactive.run import places
from sim.report.sheet import Table

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.naming import Naming

ROWS, PANELS = 40, 12
"""Policies that a chart of rows and one of panels show: the largest of the first outcome."""

WORLDS = "Median and 5 to 95 % of worlds"


def side_by_side(
    found: Any,  # noqa: ANN401 - a Comparison
    words: Mapping[str, str],
    place: Naming,
    groups: Sequence[str],
) -> Chart:
    """Return effects in the last month, a row a policy; of one policy a row an outcome."""
    one = is_one(found.table["scenario"])
    views = {}
    for group in groups:
        if one:
            parts = [(m, last_of(found.table, m, group)) for m in found.shown]
            parts = [(m, part) for m, part in parts if len(part)]
            unit = effects.unit_of(parts[0][1].iloc[0].to_dict())
            alike = [(m, p) for m, p in parts if effects.unit_of(p.iloc[0].to_dict()) == unit]
            rows = [
                _row(part.iloc[0].to_dict(), effects.name(metric), colour_of(metric))
                for metric, part in alike
            ]
            table = alike[0][1]
            views[group] = _rows_view(table, rows, _said_one(table, place), place, group)
            continue
        for metric in found.shown:
            part = last_of(found.table, metric, group)
            if not len(part):
                continue
            rows = [
                _row(row, words[row["scenario"]], colour_of(metric))
                for row in part.head(ROWS).to_dict("records")
            ]
            title = _said(part, words, place)
            views[f"{group}|{metric}"] = _rows_view(part, rows, title, place, group)
    choices = [_groups(groups, place)]
    if not one:
        choices.append(_metrics(found, views))
    what = "Outcome" if one else "Policy"
    spec = charts.spans(what, views, choices, band="5 to 95 % of worlds")
    return Chart("spans", "Effects side by side", spec, fallback=("effects",))


def _rows_view(
    part: pd.DataFrame, rows: list[dict[str, Any]], title: str, place: Naming, group: str
) -> dict[str, Any]:
    first = part.iloc[0].to_dict()
    _, unit = effects.unit_of(first)
    marks = [charts.mark(style.INK)]
    about = (
        f"{_where(first, place, group)}. {WORLDS}: each is run twice with common random numbers, "
        "with the policy and without. A hollow dot: the interval holds nothing-happens."
    )
    return charts.view(
        title, about, unit, _digits(rows), rows=rows, marks=marks, zero=True, signed=True,
        axis=f"{unit}, change against the reference",
    )  # fmt: skip


def _row(row: Mapping[Any, Any], name: str, colour: str) -> dict[str, Any]:
    scale, _ = effects.unit_of(row)
    band = [scale * float(row[column]) for column in ("p05", "p50", "p95")]
    note = f"{effects.sign(row)} of worlds" if "same_sign" in row else ""
    made = charts.row(name, band, note=note)
    return {**made, "look": {"colour": colour}}


def _digits(rows: Sequence[Mapping[str, Any]]) -> int:
    values = [abs(value) for row in rows for mark in row["marks"] for value in mark.values()
              if value is not None]  # fmt: skip
    return effects.digits(max(values, default=0.0))


def over_time(
    found: Any,  # noqa: ANN401 - a Comparison
    words: Mapping[str, str],
    place: Naming,
    groups: Sequence[str],
) -> Chart | None:
    """Return small multiples over time, a panel a policy; of one policy a panel an outcome."""
    one = is_one(found.table["scenario"])
    names = list(dict.fromkeys(found.last()["scenario"]))[:PANELS]
    views = {}
    for group in groups:
        metrics = [m for m in found.shown if (of(found.table, m, group)["month"] != "").any()]
        if one and metrics:
            unit = _unit(found.table, metrics[0], group)
            alike = [m for m in metrics if _unit(found.table, m, group) == unit]
            for mode in _modes(found):
                panels = [
                    _panel(found, words, m, group, names[0], mode, effects.name(m)) for m in alike
                ]
                views[f"{group}|{mode}"] = _time_view(found, panels, alike[0], group, mode, place)
        elif not one:
            for metric in metrics:
                for mode in _modes(found):
                    panels = [
                        _panel(found, words, metric, group, name, mode, words[name])
                        for name in names
                    ]
                    views[f"{group}|{metric}|{mode}"] = _time_view(
                        found, panels, metric, group, mode, place
                    )
    if not views:
        return None
    choices = [_groups(groups, place), *([] if one else [_metrics(found, views)])]
    modes = {"difference": "difference", "level": "level"}
    choices.append(("mode", "Shown as", [(mode, modes[mode]) for mode in _modes(found)]))
    spec = charts.panels("Outcome" if one else "Policy", views, choices)
    return Chart("panels", "Over time", spec, fallback=("over_time",))


def _modes(found: Any) -> tuple[str, ...]:  # noqa: ANN401 - a Comparison
    return ("difference", "level") if len(found.levels) else ("difference",)


def _unit(table: pd.DataFrame, metric: str, group: str) -> str:
    return str(of(table, metric, group)["unit"].iloc[0])


def _panel(
    found: Any,  # noqa: ANN401 - a Comparison
    words: Mapping[str, str],
    metric: str,
    group: str,
    name: str,
    mode: str,
    title: str,
) -> dict[str, Any]:
    """Return one small multiple: the difference, or the level before that of the reference."""
    colour = colour_of(metric)
    if mode == "difference":
        return {"name": title, "lines": [_line(found.table, metric, group, name, colour, "change")]}
    lines = [
        _line(found.levels, metric, group, found.against, style.QUIET,
              words.get(found.against, found.against), dash="4 3"),
        _line(found.levels, metric, group, name, colour, "with the policy"),
    ]  # fmt: skip
    return {"name": title, "lines": lines}


def _line(
    table: pd.DataFrame,
    metric: str,
    group: str,
    name: str,
    colour: str,
    called: str,
    **how: Any,  # noqa: ANN401
) -> dict[str, Any]:
    mine = of(table[table["scenario"] == name], metric, group).sort_values("month")
    scale, _ = effects.unit_of(mine.iloc[0].to_dict())
    bands = [(scale * mine[column]).tolist() for column in ("p05", "p50", "p95")]
    return charts.line(called, colour, mine["month"], bands, **how)


def _time_view(
    found: Any,  # noqa: ANN401 - a Comparison
    panels: list[dict[str, Any]],
    metric: str,
    group: str,
    mode: str,
    place: Naming,
) -> dict[str, Any]:
    row = of(found.table, metric, group).iloc[0].to_dict()
    unit = effects.unit_of(row)[1]
    unit = "%" if mode == "level" and unit == "points" else unit
    one = is_one(found.table["scenario"])
    what = "" if one else f"{effects.name(metric)}, "
    title = _peak(panels, what, unit) if mode == "difference" else (
        f"{what}{_where(row, place, group)}: with each policy and without"
    )  # fmt: skip
    about = (
        f"{_where(row, place, group)}. {WORLDS}" + (
            ", change against the reference." if mode == "difference"
            else "; the broken line is the reference, in the same worlds."
        )
    )  # fmt: skip
    largest = max(
        (abs(value) for panel in panels for line in panel["lines"] for value in line["middle"]),
        default=0.0,
    )
    return charts.view(
        title, about, unit, 1 if unit == "%" else effects.digits(largest), panels=panels,
        x="month", across="month", zero=mode == "difference", signed=mode == "difference",
        legend=mode == "level",
    )  # fmt: skip


def _peak(panels: Sequence[Mapping[str, Any]], what: str, unit: str) -> str:
    """Say where and when the largest median stands."""
    found = max(
        ((abs(value), value, panel["name"], when) for panel in panels for line in panel["lines"]
         for value, when in zip(line["middle"], line["x"], strict=True)),
        key=lambda one: one[0],
    )  # fmt: skip
    if not found[0]:
        return f"{what}the median changes nowhere" if what else "The median changes nowhere"
    decimals = effects.digits(found[0])
    said = f"{effects.signed(found[1], decimals)} {unit} in {effects.when(found[3])}"
    text = f"{what}largest median change: {said} ({found[2]})"
    return text[:1].upper() + text[1:]


def finding(mine: pd.DataFrame, place: Naming) -> str:
    """Return what effects say in the last month, of a table whose scenarios are titles."""
    last = mine[mine["month"] == mine["month"].max()]
    if is_one(last["scenario"]):
        return f"{last['scenario'].iloc[0]}: {_said_one(last, place)}"
    names = set(last["scenario"])
    return _said(last, dict(zip(names, names, strict=True)), place)


def _said(part: pd.DataFrame, words: Mapping[str, str], place: Naming) -> str:
    """Say which policy moves an outcome most, and of how many that is sure."""
    top: Any = max(part.to_dict("records"), key=lambda row: abs(row["p50"]))
    middle, low, high = effects.figures_of(top)
    if not part[["p05", "p95"]].abs().to_numpy().any():
        return f"{effects.name(top['metric'])} {place.in_words(top['group'])}: nothing moves it"
    sure = int(((part["p05"] > 0) | (part["p95"] < 0)).sum())
    where = f"{effects.name(top['metric'])} {place.in_words(top['group'])}"
    which = words[top["scenario"]]
    many = f"{sure} of {len(part)} surely move it" if sure else "none surely moves it"
    unit = effects.unit_of(top)[1]
    return f"{where}: {which} moves it most, {middle} {unit} ({low} to {high}); {many}"


def _said_one(part: pd.DataFrame, place: Naming) -> str:
    row = part.iloc[0].to_dict()
    middle, low, high = effects.figures_of(row)
    return (
        f"{effects.name(row['metric'])} {place.in_words(row['group'])}, "
        f"{effects.when(row['month'])}: {middle} {effects.unit_of(row)[1]} ({low} to {high})"
    )


def _where(row: Mapping[Any, Any], place: Naming, group: str) -> str:
    name = effects.group(row.get("group", group), place)
    return name[:1].upper() + name[1:]


def _groups(groups: Sequence[str], place: Naming) -> charts.Choice:
    return ("group", "Group", [(group, place.name(group)) for group in groups])


def _metrics(found: Any, views: Iterable[str]) -> charts.Choice:  # noqa: ANN401 - a Comparison
    """Return the metrics of which there is a view, the first one first."""
    there = {key.split("|")[1] for key in views}
    options = [(metric, effects.name(metric)) for metric in found.shown if metric in there]
    return ("metric", "Outcome", options)


def by_nation(found: Any, words: Mapping[str, str], place: Naming) -> Chart | None:  # noqa: ANN401
    """Return the effects in each nation as tiles."""
    table = found.by_nation
    if not len(table):
        return None
    from sim import evidence

    known = evidence.load().nations
    region = dict(zip(known.iso3, known.region, strict=True))
    codes = list(dict.fromkeys(table["nation"]))
    # The policy that moves most is shown first.
    last = found.last()
    order = last["p50"].abs().sort_values(ascending=False, kind="stable").index
    names = list(dict.fromkeys(last.loc[order, "scenario"]))
    metrics, values = [], {}
    for metric, part in table.groupby("metric", sort=False):
        scale, unit = effects.unit_of(part.iloc[0].to_dict())
        largest = scale * float(part[["p05", "p50", "p95"]].abs().to_numpy().max())
        metrics.append(
            {"id": metric, "name": effects.name(metric), "unit": unit,
             "digits": effects.digits(largest), "colour": colour_of(metric)}
        )  # fmt: skip
        for name, mine in part.groupby("scenario", sort=False):
            numbers = mine.set_index("nation")
            values[f"{name}|{metric}"] = {
                code: [*(charts.finite(round(scale * float(numbers.loc[code, column]), 4))
                         for column in ("p05", "p50", "p95")),
                       charts.finite(float(numbers.loc[code, "same_sign"]))]
                for code in codes
            }  # fmt: skip
    spec = {
        "policies": [(name, words[name]) for name in names], "metrics": metrics, "values": values,
        "called": {code: place.name(code) for code in codes},
        "known": {
            "places": places(codes),
            "regions": {code: style.group_name(region.get(code, "other")) for code in codes},
        },
        "month": str(table["month"].iloc[0]),
        "reference": words.get(found.against, found.against),
    }  # fmt: skip
    return Chart("nations", "Nation by nation", spec)


def carried(found: Any, words: Mapping[str, str], place: Naming) -> Iterator[Table | Chart]:  # noqa: ANN401
    """Give the lever that carries each policy, and each policy's levers alone."""
    alone = found.alone
    if not len(alone):
        return
    first = alone.iloc[0].to_dict()
    where = f"{effects.name(first['metric'])} {place.in_words(first['group'])}"
    lines, views, options = [], {}, []
    for name, part in alone.groupby("scenario", sort=False):
        top = part.iloc[0].to_dict()
        middle, low, high = effects.figures_of(top)
        whole = "" if top["part"] != top["part"] else f"{100 * top['part']:.0f} %"
        judged = "judgement" if top["judged"] else "sourced"
        lines.append((words[str(name)], words[top["lever"]],
                      f"{middle} ({low} to {high})", whole or "–", judged))  # fmt: skip
        rows = [_row(row, words[row["lever"]], colour_of(first["metric"]))
                for row in part.head(ROWS).to_dict("records")]  # fmt: skip
        unit = effects.unit_of(top)[1]
        title = (
            f"{words[str(name)]}: {words[top['lever']]} alone gives {middle} {unit}"
            + (f", {whole} of the package" if whole else "")
        )  # fmt: skip
        about = (
            f"{where}, {effects.when(top['month'])}: each lever alone in the first {top['runs']} "
            f"worlds. {WORLDS}."
        )
        views[str(name)] = charts.view(
            title, about, unit, _digits(rows), rows=rows, marks=[charts.mark(style.INK)],
            zero=True, signed=True, axis=f"{unit}, change against the reference",
        )  # fmt: skip
        options.append((str(name), words[str(name)]))
    yield Table(
        "The lever that carries each policy",
        ("Policy", "Lever", f"Alone, {effects.unit_of(first)[1]}", "Of the policy's mean effect",
         "Its size rests on"),
        lines,
        f"{where}: each lever was run alone in the first {first['runs']} worlds. Policies of one "
        "lever have no row.", words=True,
    )  # fmt: skip
    spec = charts.spans("Lever", views, [("policy", "Policy", options)])
    yield Chart("spans", "Each lever alone", spec)
