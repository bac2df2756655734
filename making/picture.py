"""What the pages show of the baseline scenario: the picture, and the first patterns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.compare.result import Comparison

FOLDER = Path(__file__).parents[1] / "docs" / "img"
PLACE = FOLDER / "adoption_curves.png"
EFFECTS, FUTURES = FOLDER / "effects.png", FOLDER / "futures.png"
POLICIES = ("rand_package", "fortress", "third_way", "digital_south")
"""Policies that the front page compares."""

DPI = 110
"""Sharp on a page of 1,000 pixels, and half the size of what a run writes."""


@cache
def result() -> Result:
    """Return the run that is drawn: the baseline scenario as it stands."""
    from sim.study.run import run

    return run("baseline")


@cache
def compared() -> Comparison:
    """Return the comparison that is drawn: policies against today's, in the Global South."""
    from sim.study.compare.compare import compare

    return compare(POLICIES, groups=("global_south", "world"), sizes=False)


def draw() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    drawn = (
        (PLACE, result().plot()),
        (EFFECTS, compared().figure("effects").figure),
        (FUTURES, result().figure("futures").figure),
    )
    for place, figure in drawn:
        figure.savefig(place, dpi=DPI, metadata={"Software": None})  # type: ignore[union-attr]  # none is SVG text


def caption() -> str:
    """Return the picture with words for who cannot see it: they tell of the same run."""
    from sim.report import style, tables

    shown = tables.curves(result())
    last = shown.months[-1]
    parts = []
    for group in ("world", "global_south"):
        p50 = shown.of(group, "p50")[:, shown.at(last)]
        ranked = sorted(range(len(p50)), key=lambda k: -p50[k])[:3]
        words = ", ".join(
            f"{style.look(shown.ecosystems[k]).name} {tables.percent(float(p50[k]))}"
            for k in ranked
        )
        parts.append(f"{style.in_words(group)}: {words}")
    title = f"Adoption curves to {_month(last)}, median shares at the end, {'; '.join(parts)}"
    return f"![{title}](docs/img/{PLACE.name})"


def more() -> str:
    """Return the other pictures with words for who cannot see them."""
    return (
        f"![{_of_effects()}](docs/img/{EFFECTS.name})\n![{_of_futures()}](docs/img/{FUTURES.name})"
    )


def _of_effects() -> str:
    from sim.report import comparison, policies

    found = compared()
    last = found.last()
    words = comparison.called(found)
    table = last.assign(scenario=last["scenario"].map(words))
    return policies.finding(table, comparison.named(found))


def _of_futures() -> str:
    title = result().figure("futures").figure.texts[0].get_text()  # type: ignore[union-attr]  # no SVG text
    return " ".join(title.split())


MONTHS = ("2024-12", "2025-01", "2025-02", "2025-05", "2025-08", "2025-12")
NATIONS = ("CHN", "BLR", "CUB", "RUS", "IRN", "ETH", "BRA", "IND", "DEU", "GBR")
"""Where and when `history` compares: every printed figure, and some of the bands."""


def history() -> str:
    """Return what the default world shows of 2025 beside what was observed."""
    from making.tables import table
    from sim.calibration import history as views

    seen = result().history
    sites = {str(row["month"]): row for _, row in seen[views.BY_MONTH].iterrows()}
    nations = {str(row["nation"]): row for _, row in seen[views.BY_NATION].iterrows()}
    head = ("model, mean (5 to 95 %)", "observed")
    return "\n\n".join((
        table(("visits to Chinese chat sites, outside China", *head),
              ((month, _model(sites[month]), _seen(sites[month])) for month in MONTHS)),
        table(("DeepSeek in chatbot use, July to December 2025", *head),
              ((code, _model(nations[code]), _seen(nations[code])) for code in NATIONS)),
    ))  # fmt: skip


def _model(row: pd.Series[Any]) -> str:
    return f"{row['mean']:.0%} ({row['p05']:.0%} to {row['p95']:.0%})"


def _seen(row: pd.Series[Any]) -> str:
    figure, low, high = row["observed"], row["observed_low"], row["observed_high"]
    if figure == figure:  # noqa: PLR0124 - only what is not a number differs from itself
        return f"{figure:.0%}"
    return f"{low:.0%} to {high:.0%}" if low == low else "-"  # noqa: PLR0124 - the same


def _month(number: int) -> str:
    from sim import months

    return months.text(number)
