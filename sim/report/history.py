"""Plausible history: what the runs would have shown of 2025, beside what was observed.

The study room makes the tables; here they become sentences, rows and small drawings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import ceil
from typing import Any

Row = Mapping[str, Any]

WIDTH, HEIGHT = 150.0, 16.0
"""Size of the drawing in a row, in units of the drawing."""
COMPARED = ("BRA", "DEU", "GBR", "IND")
"""Nations that stay in sight though the source prints only the band that its map gives them."""


@dataclass(frozen=True, slots=True)
class View:
    """How one view is shown.

    Parameters
    ----------
    title, note : str
        Above and below its table.
    series : str
        Observed series that it is compared with, as the fit names it.
    extra : mapping of str to str
        Columns beside the mean, with their headings.
    observed : str
        Heading of what was observed.
    comparable : bool
        Whether model and observation measure the same, so that a miss may be called one.
    furthest : int
        How many nations are shown beside the misses: those whose mean is furthest from what was
        observed; 0 shows those with a printed figure.
    apart : frozenset of str
        Nations that are shown and not counted.
    """

    title: str
    series: str = ""
    note: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    observed: str = "Observed"
    comparable: bool = True
    furthest: int = 0
    apart: frozenset[str] = frozenset()


CONSUMERS = "These are consumers; nothing that developers do in the model follows from them."

VIEWS = {
    "survey_by_nation": View(
        "Developers by nation: Chinese models in the survey of mid-2025",
        "so2025full_equal_split_share",
        "Equal split: each respondent counts in equal parts for the models that he or she had "
        "worked with in the past year. It lies between use in a year and a main ecosystem, and is "
        "neither. Beside each observed figure stands of how many respondents it is; the chance of "
        "who answered is not in the interval of the runs. China's respondents read an English "
        "site, so that its figure hardly moved the fit. Nations that were not asked have no row.",
        furthest=8,
        apart=frozenset({"CHN"}),
    ),
    "chinese_share_by_month": View(
        "Chinese share of main ecosystems of the world's developers, month by month",
        "openrouter_token_share_by_lab_origin",
        "No survey asked developers for their main ecosystem. The last column is the nearest "
        "thing that moves for like reasons: the Chinese share of the identified tokens that the "
        "router OpenRouter passed on in one day of the month. A router draws those who look for "
        "price and choice, so that levels should not be compared.",
        {"outside_china": "Outside China, mean"},
        "Routed tokens, one day",
        comparable=False,
    ),
    "deepseek_by_nation": View(
        "Chatbot use by nation, second half of 2025",
        "deepseek_market_share",
        "DeepSeek's share of chatbot use. Observed is the figure that the source prints, else the "
        f"band of its map. {CONSUMERS}",
        {"all_chinese": "All Chinese services, mean"},
    ),
    "chinese_sites_by_month": View(
        "Visits to Chinese chatbot sites outside China, around R1",
        "web_visit_share_chinese_llm_sites",
        "Share of visits to all chatbot sites; R1 came out in January 2025. Two observed figures "
        f"are two ways of counting, not an interval. {CONSUMERS}",
    ),
}
"""Views by the names that the study room gives them."""


IN_FIT = "in the fit"
"""What marks an observed figure that the fit used."""


def view(
    name: str,
    table: Any,  # noqa: ANN401 - Arrow is untyped
    names: Mapping[str, str],
    used: AbstractSet[tuple[str, str]] = frozenset(),
) -> dict[str, Any]:
    """Return one view of the past as words, rows and drawings.

    Parameters
    ----------
    name : str
        Name of the view, a key of `VIEWS` or not.
    table : pyarrow.Table
        First column nation (ISO3) or month; mean, p05, p95; any of a view's extra columns;
        observed, observed_low and observed_high, empty where nothing was observed. Fractions.
    names : mapping of str to str
        Names of nations by ISO3.
    used : set of (str, str)
        Figures that the fit used: a series, and a nation or a month.

    Returns
    -------
    dict
        ``rows`` are always shown, ``more`` on demand; ``says`` sums the view up.
    """
    look = VIEWS.get(name, View(words(name)))
    first = table.column_names[0]
    found = table.to_pylist()
    fitted = {row[first] for row in found if observed(row) and (look.series, row[first]) in used}
    extra = {key: head for key, head in look.extra.items() if key in table.column_names}
    top = _ceiling(found, [observed(row) for row in found] if look.comparable else [])
    far = {row[first] for row in _furthest(found)[: look.furthest]}
    shown: list[dict[str, Any]] = []
    more: list[dict[str, Any]] = []
    for row in found:
        seen = observed(row)
        judged = verdict(row, seen) if look.comparable else ""
        cells = {
            "name": names.get(row[first], row[first]),
            "strip": strip(row, seen if look.comparable else (), top),
            "mean": f"{short(row['mean'])} %",
            "band": f"{short(row['p05'])}–{short(row['p95'])}",
            "extra": [f"{short(row[key])} %" for key in extra],
            "observed": _figures(seen),
            "fit": ", ".join(_of_figure(row, fitted=row[first] in fitted)),
            "verdict": judged,
        }
        kept = row[first] in far if look.furthest else _in_sight(row, first)
        (more if not kept and judged in {"", "in reach"} else shown).append(cells)
    return {
        "title": look.title,
        "note": look.note,
        "says": _says(first, found, names, look) + _of_fit(found, fitted, look),
        "head": {"name": words(first), "extra": list(extra.values()), "observed": look.observed},
        "comparable": look.comparable,
        "top": f"{100 * top:.0f} %",
        "rows": shown,
        "more": more,
    }


def observed(row: Row) -> tuple[float, ...]:
    """Return the observed figure, or the two ends of what was observed, or nothing."""
    cells = [row.get(name) for name in ("observed", "observed_low", "observed_high")]
    if cells[0] is not None:
        return (float(cells[0]),)
    return tuple(float(cell) for cell in cells[1:] if cell is not None)


def _of_figure(row: Row, *, fitted: bool) -> list[str]:
    """Return what stands small beside an observed figure: how many answered, and the fit."""
    said = [] if row.get("respondents") is None else [f"of\u00a0{row['respondents']:.0f}"]
    return [*said, IN_FIT] if fitted else said


def verdict(row: Row, seen: Sequence[float]) -> str:
    """Return whether the model's interval meets what was observed."""
    if not seen:
        return ""
    if row["p95"] < min(seen):
        return "too low"
    return "too high" if row["p05"] > max(seen) else "in reach"


def short(share: float) -> str:
    """Return a share in per cent, with one decimal below ten unless that is a zero."""
    value = 100 * share
    return f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{value:.0f}"


def words(slug: str) -> str:
    """Return a column's name as words: ``observed_share`` becomes ``Observed share``."""
    text = slug.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def strip(row: Row, seen: Sequence[float], top: float) -> str:
    """Return a row as a drawing from 0 to `top`: interval and mean of the runs, what was observed.

    The result is markup made of numbers alone.
    """
    low, middle, high = (WIDTH * min(row[key] / top, 1.0) for key in ("p05", "mean", "p95"))
    half = HEIGHT / 2
    parts = [f'<path class="axis" d="M0 {half:g}H{WIDTH:g}"/>']
    if seen:
        ends = [WIDTH * min(value / top, 1.0) for value in (min(seen), max(seen))]
        left = min(ends[0], WIDTH - 3) if ends[0] == ends[1] else ends[0]
        wide = max(ends[1] - ends[0], 3.0)
        parts.append(
            f'<rect class="seen" x="{left:.1f}" y="1" width="{wide:.1f}" height="{HEIGHT - 2:g}"/>'
        )
    parts.append(f'<path class="runs" d="M{low:.1f} {half:g}H{high:.1f}"/>')
    parts.append(f'<circle class="mean" cx="{middle:.1f}" cy="{half:g}" r="3.2"/>')
    return "".join(parts)


def _ceiling(rows: Sequence[Row], seen: Sequence[Sequence[float]]) -> float:
    """Return the end of the axis that all rows of a view share: the next tenth."""
    highest = max([*(row["p95"] for row in rows), *(max(each) for each in seen if each)], default=1)
    return max(ceil(10 * highest - 1e-9), 1) / 10


def _figures(seen: Sequence[float]) -> str:
    """Return what was observed as text: one figure, or two."""
    if not seen:
        return ""
    return "–".join(dict.fromkeys(short(value) for value in seen)) + " %"


def _says(first: str, rows: Sequence[Row], names: Mapping[str, str], look: View) -> str:
    """Return a view in a sentence or two."""
    if not rows:
        return ""
    if look.furthest:
        return _of_survey(rows, names, look)
    return _of_nations(rows, names) if first == "nation" else _of_months(rows, look)


def _in_sight(row: Row, first: str) -> bool:
    """Return whether a row is always shown: a month, a printed figure, a nation to compare with."""
    return first != "nation" or row["observed"] is not None or row[first] in COMPARED


def _furthest(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with a printed figure, that furthest from the mean of the runs first."""
    printed = [row for row in rows if row["observed"] is not None]
    return sorted(printed, key=lambda row: -abs(row["mean"] - row["observed"]))


def _of_survey(rows: Sequence[Row], names: Mapping[str, str], look: View) -> str:
    """Return in how many nations the interval holds the figure, and where the mean is furthest."""
    counted = [row for row in rows if row["nation"] not in look.apart and observed(row)]
    held = sum(verdict(row, observed(row)) == "in reach" for row in counted)
    aside = " and ".join(names.get(row["nation"], row["nation"]) for row in rows
                         if row["nation"] in look.apart)  # fmt: skip
    apart = f", {aside} apart," if aside else ""
    missed = ", ".join(
        f"{names.get(row['nation'], row['nation'])} {short(row['mean'])} % "
        f"(observed {short(row['observed'])} %)"
        for row in _furthest(rows)[:5]
    )
    return (
        f"The interval of the runs holds the observed figure in {held} of {len(counted)} "
        f"nations{apart} that the survey asked. Their means are furthest from it here: {missed}."
    )


def _of_fit(rows: Sequence[Row], fitted: AbstractSet[str], look: View) -> str:
    """Return how many of the observed figures the fit used: meeting these is no test."""
    if not fitted:
        return ""
    seen = sum(bool(observed(row)) for row in rows)
    count = "all" if len(fitted) == seen else f"{len(fitted)}"
    if not look.comparable:
        return (
            f" The fit used {count} of the {seen} figures in the last column, so that they are "
            "in-sample; it compares them with what a router would have seen of the runs."
        )
    return f" The fit used {count} of these {seen} figures, so that they are in-sample."


def _of_nations(rows: Sequence[Row], names: Mapping[str, str]) -> str:
    def largest(key: str) -> str:
        known = sorted((row for row in rows if row[key] is not None), key=lambda r: -r[key])
        return ", ".join(
            f"{names.get(row['nation'], row['nation'])} {short(row[key])} %" for row in known[:5]
        )

    judged = [verdict(row, observed(row)) for row in rows if observed(row)]
    printed = largest("observed")
    seen = f" Largest of the printed figures: {printed}." if printed else ""
    return (
        f"Largest in the runs, by mean: {largest('mean')}.{seen} The interval of the runs meets "
        f"what was observed in {judged.count('in reach')} of {len(judged)} nations."
    )


def _of_months(rows: Sequence[Row], look: View) -> str:
    start, end = rows[0], rows[-1]
    peak = max(rows, key=lambda row: float(row["mean"]))
    through = (
        f", with a peak of {short(peak['mean'])} % in {peak['month']}"
        if peak["mean"] > 1.1 * max(start["mean"], end["mean"])
        else ""
    )
    said = (
        f"The mean of the runs goes from {short(start['mean'])} % in {start['month']} to "
        f"{short(end['mean'])} % in {end['month']}{through}."
    )
    seen = [(row["month"], _figures(observed(row))) for row in rows if observed(row)]
    if look.comparable and seen:
        said += f" Observed: {', '.join(f'{figure} in {month}' for month, figure in seen)}."
    return said
