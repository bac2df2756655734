"""Charts of a hindcast and of a calibration: forecasts beside what came, scores, and targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.report import charts, style
from sim.report.charts import Chart

if TYPE_CHECKING:
    import pandas as pd

PALE = "#9aa5b1"
DRIVERS = {"later": ("drivers known later", style.BAND), "at cut-off": ("drivers known then", PALE)}
"""Words and colour of what was known of drivers."""

OBSERVED = "observed"

CODES = {
    "cn_all": "Chinese", "us_all": "US", "eu": "European", "all_open": "open weights",
    "us_closed": "US closed", "us_open_all": "US open", "eu_all": "European", "cn_open":
    "Chinese open", "all": "all", "cn_open:deepseek": "DeepSeek", "cn_open:qwen": "Qwen",
    "us_closed:chatgpt": "ChatGPT", "us_closed:claude": "Claude", "us_closed:copilot": "Copilot",
    "us_closed:gemini": "Gemini", "us_closed:openai": "OpenAI", "us_closed:perplexity":
    "Perplexity",
}  # fmt: skip
"""Words for the codes of series; others stand for themselves."""


def forecasts(
    points: pd.DataFrame, titles: Mapping[str, str], names: Mapping[str, str]
) -> list[Chart]:
    """Return forecasts beside what came: series of the world by month, others nation by nation.

    Parameters
    ----------
    points : DataFrame
        One row a figure: cutoff, drivers, series, place, month, ecosystem, observed, p05, p50, p95.
    titles : mapping of str to str
        Of series.
    names : mapping of str to str
        Of nations by ISO3.
    """
    by_month, by_nation = {}, {}
    for (series, cutoff), part in points.groupby(["series", "cutoff"], sort=False):
        if set(part["place"]) == {"WLD"}:
            by_month[str(series), str(cutoff)] = _by_month(part, titles[str(series)])
        else:
            by_nation[str(series), str(cutoff)] = _by_nation(part, titles[str(series)], names)
    made = []
    if by_month:
        spec = charts.panels("Of", _keyed(by_month), _choices(by_month, titles),
                             band="90 % intervals")  # fmt: skip
        made.append(Chart("panels", "Forecasts by month", spec))
    if by_nation:
        spec = charts.spans("Nation", _keyed(by_nation), _choices(by_nation, titles),
                            band="90 % intervals", order="by what was observed")  # fmt: skip
        made.append(Chart("spans", "Forecasts by nation", spec))
    return made


def _keyed(views: Mapping[Any, Any]) -> dict[str, Any]:
    return {"|".join(key): view for key, view in views.items()}


def _choices(views: Mapping[Any, Any], titles: Mapping[str, str]) -> list[charts.Choice]:
    series, cutoffs = (list(dict.fromkeys(key[n] for key in views)) for n in (0, 1))
    # What says most comes first: the series with most lines or rows.
    series.sort(key=lambda name: -max(_size(view) for key, view in views.items() if key[0] == name))
    return [
        ("series", "Series", [(name, titles[name]) for name in series]),
        ("cutoff", "Known to", [(cutoff, cutoff) for cutoff in cutoffs]),
    ]


def _size(view: Mapping[str, Any]) -> int:
    if "rows" in view:
        return len(view["rows"])
    return sum(len(line["x"]) for panel in view["panels"] for line in panel["lines"])


def held(part: pd.DataFrame) -> str:
    """Say how many figures lie in the interval."""
    inside = int(((part["p05"] <= part["observed"]) & (part["observed"] <= part["p95"])).sum())
    return f"{inside} of {len(part)} figures in the 90 % interval"


def _by_month(part: pd.DataFrame, title: str) -> dict[str, Any]:
    panels = []
    for code, mine in part.groupby("ecosystem", sort=False):
        lines = []
        for n, (drivers, (words, colour)) in enumerate(DRIVERS.items()):
            own = mine[mine["drivers"] == drivers].drop_duplicates("month").sort_values("month")
            if len(own):
                bands = [own[column].tolist() for column in ("p05", "p50", "p95")]
                lines.append(charts.line(words, colour, own["month"], bands, points=True,
                                         shift=(-4, 4)[n]))  # fmt: skip
        seen = mine.drop_duplicates("month").sort_values("month")
        lines.append(charts.line(OBSERVED, style.INK, seen["month"], [seen["observed"].tolist()],
                                 points=True, ring=True))  # fmt: skip
        panels.append({"name": CODES.get(str(code), str(code)), "lines": lines})
    return charts.view(
        f"{title}, known to {part['cutoff'].iloc[0]}: {held(part)}",
        "Dot and bar: median and 90 % interval of the forecast; ring: what came.", "%", 1,
        panels=panels, x="month", across="month", zero=True, legend=True, axis="per cent",
    )  # fmt: skip


def _by_nation(part: pd.DataFrame, title: str, names: Mapping[str, str]) -> dict[str, Any]:
    drivers = "later" if "later" in set(part["drivers"]) else part["drivers"].iloc[0]
    mine = part[part["drivers"] == drivers].sort_values("observed", ascending=False)
    several, codes = len(set(mine["month"])) > 1, len(set(mine["ecosystem"])) > 1
    rows = []
    for row in mine.to_dict("records"):
        name = names.get(row["place"], row["place"])
        name += f", {CODES.get(row['ecosystem'], row['ecosystem'])}" if codes else ""
        name += f", {row['month']}" if several else ""
        rows.append(charts.row(name, [row[c] for c in ("p05", "p50", "p95")],
                               (None, row["observed"], None)))  # fmt: skip
    return charts.view(
        f"{title}, known to {mine['cutoff'].iloc[0]}: {held(mine)}",
        f"Forecasts with {DRIVERS.get(drivers, (drivers,))[0]}.", "%", 1, rows=rows, zero=True,
        marks=[charts.mark(style.BAND, "Forecast, 90 %"),
               charts.mark(style.INK, "Observed", "ring")],
        axis="per cent",
    )  # fmt: skip


def scores(table: pd.DataFrame, titles: Mapping[str, str]) -> Chart:
    """Return the score of every method, a view a series, a cut-off and what was known of drivers.

    Parameters
    ----------
    table : DataFrame
        cutoff, drivers, series, method, points, crps.
    titles : mapping of str to str
    """
    views: dict[tuple[str, ...], Any] = {}
    for (series, cutoff, drivers), part in table.groupby(
        ["series", "cutoff", "drivers"], sort=False
    ):
        mine = part.sort_values("crps")
        rows = [
            {**charts.row(row["method"], (None, row["crps"], None),
                          note=f"{row['points']} figures, {100 * row['coverage']:.0f} % in 90 %"),
             "look": {"colour": style.INK if row["method"] == "model" else PALE}}
            for row in mine.to_dict("records")
        ]  # fmt: skip
        best, place = mine["method"].iloc[0], mine["method"].tolist().index("model") + 1
        said = "the model has the lowest score" if best == "model" else (
            f"{best} has the lowest score, the model is number {place} of {len(mine)}"
        )  # fmt: skip
        views[str(series), str(cutoff), str(drivers)] = charts.view(
            f"{titles[str(series)]}: {said}",
            "Continuous ranked probability score, percentage points: lower is better. The model is "
            "dark, naive forecasts are pale.", "", 2, rows=rows, marks=[charts.mark(style.INK)],
            zero=True, axis="CRPS, percentage points",
        )  # fmt: skip
    known = list(dict.fromkeys(key[2] for key in views))
    choices = [*_choices(views, titles),
               ("drivers", "Drivers known", [(word, word) for word in known])]  # fmt: skip
    spec = charts.spans("Method", _keyed(views), choices, order="by score")
    return Chart("spans", "Scores against naive forecasts", spec)


def targets(table: pd.DataFrame, titles: Mapping[str, str], names: Mapping[str, str]) -> Chart:
    """Return what the fit aimed at beside what it gives, a view a series.

    Parameters
    ----------
    table : DataFrame
        series, place, month, ecosystem, observed, p05, p50, p95, percent.
    titles, names : mapping of str to str
        Of series, and of nations by ISO3.
    """
    views: dict[tuple[str, ...], Any] = {}
    for series, part in table.groupby("series", sort=False):
        rows = [
            charts.row(_target(row, names), [row[c] for c in ("p05", "p50", "p95")],
                       (None, row["observed"], None))
            for row in part.to_dict("records")
        ]  # fmt: skip
        views[(str(series),)] = charts.view(
            f"{titles[str(series)]}: {held(part)}",
            "The fit used these figures: that the model meets them is no test of it.", "%", 1,
            rows=rows, zero=True, axis="per cent",
            marks=[charts.mark(style.BAND, "Model, 90 %"),
                   charts.mark(style.INK, "Observed", "ring")],
        )  # fmt: skip
    options = [(key[0], titles[key[0]]) for key in views]
    spec = charts.spans("Figure", _keyed(views), [("series", "Series", options)],
                        band="90 % intervals", order="as in the fit")  # fmt: skip
    return Chart("spans", "What the fit aimed at", spec)


def _target(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    place = "" if row["place"] == "WLD" else f"{names.get(row['place'], row['place'])}, "
    return f"{place}{CODES.get(row['ecosystem'], row['ecosystem'])}, {row['month']}"


def nations() -> dict[str, str]:
    """Return the names of nations by ISO3."""
    from sim import evidence

    known = evidence.load().nations
    return dict(zip(known.iso3, known.name, strict=True))
