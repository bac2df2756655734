"""What a run says of mid-2025 outside China, beside a survey, in words and as rows of a table."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from sim.calibration.mid_2025 import ALONE, BOTH, MAIN, SAME, TOO, USED
from sim.calibration.series import BY_KEY

TITLES = {
    USED: "Worked with a Chinese model in the past year",
    MAIN: "Have a Chinese main ecosystem",
    BOTH: "Worked with US closed and Chinese models",
    TOO: "The same, of those who worked with a Chinese one",
    ALONE: "Worked with Chinese models alone",
}


def lines(table: Any) -> list[dict[str, str]]:  # noqa: ANN401 - an Arrow table, as `sim.calibration.mid_2025` makes it
    """Return the figures in words, in the order in which they are shown.

    Each has a title, median and interval of the runs, the survey's figure and what limits it.
    """
    return [
        {
            "title": TITLES[row["figure"]],
            "middle": tenths(row["p50"]),
            "band": f"{_number(row['p05'])}–{_number(row['p95'])}",
            "observed": tenths(row["observed"]) if row["observed_is"] == SAME else "not asked",
            "note": ""
            if row["observed_is"] == SAME
            else f"{row['observed_is']} {tenths(row['observed'])}",
        }
        for row in table.to_pylist()
    ]


def sentence(table: Any) -> str:  # noqa: ANN401
    """Return the four figures in one sentence, as the terminal shows them."""
    said = {
        row["figure"]: f"{tenths(row['p50'])} ({_number(row['p05'])}-{_number(row['p95'])})"
        for row in table.to_pylist()
    }
    return (
        f"Mid-2025, outside China: {said[USED]} of developers worked with a Chinese model in the "
        f"past year, {said[BOTH]} with US closed ones too, {said[ALONE]} with Chinese ones alone; "
        f"{said[MAIN]} have a Chinese main ecosystem."
    )


def beside(table: Any) -> str:  # noqa: ANN401
    """Return what a survey says of the same, and what it did not ask for."""
    rows = {row["figure"]: row for row in table.to_pylist()}
    seen = {figure: tenths(row["observed"]) for figure, row in rows.items()}
    return (
        f"A survey of developers ({rows[USED]['respondents']:,} respondents, those of China among "
        f"them) has {seen[USED]}, {seen[BOTH]} and {seen[ALONE]}; a main ecosystem was not asked "
        f"for (split equally over the models named: {seen[MAIN]})."
    )


def asked_and_judged(table: Any, in_fit: Container[tuple[str, str]]) -> str:  # noqa: ANN401
    """Return what the survey asked for, what the model judges, and whether the fit used it.

    Parameters
    ----------
    table : pyarrow.Table
    in_fit : container of (series, month)
        Figures that the fit of the parameters used, as `sim.report.basis.used` returns them.
    """
    row = table.to_pylist()[0]
    fitted = (BY_KEY["used"].name, row["month"]) in in_fit
    return (
        f"The {row['respondents']:,} respondents of the survey, those of China among them, were "
        "asked which models they had worked with in the past year. Which one is their main "
        "ecosystem was not asked for: that row is the model's judgement, from such answers. The "
        "equal split counts each respondent in equal parts for the models named, and is another "
        "thing."
        + (" The fit of the parameters used these answers: to meet them is no test." * fitted)
    )


def tenths(share: float) -> str:
    """Return a share in per cent to a tenth, such as ``26.5 %``."""
    return f"{_number(share)} %"


def _number(share: float) -> str:
    return f"{100 * share:.1f}"
