"""Table, paragraph and figure of a focus: from made numbers, and nothing else."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from sim.analysis import cuts as statistics
from sim.report import focus, png
from sim.study.compare import cuts
from sim.study.compare.focus import COLUMNS, OUTCOMES

NAMES = ("one", "two", "base")
TITLES = {"one": "The first way", "two": "The second way", "base": "No way"}
LEVELS = {
    "dependence.us": 0.6, "dependence.cn": 0.3, "own": 0.004, "forgone": 2.0, "behind": 1.5,
    "kept.us": 0.4, "recovery.us": 30.0, "kept.cn": 0.8, "recovery.cn": 4.0, "cost": 50.0,
}  # fmt: skip


def made(**changed):
    """Return a table; ``changed`` has columns of rows by ``scenario outcome``."""
    rows = []
    for name in NAMES:
        for outcome, unit in OUTCOMES.items():
            middle = LEVELS[outcome] if name != "base" or outcome != "cost" else 0.0
            row = dict.fromkeys(COLUMNS, np.nan) | {
                "scenario": name, "reference": "base", "nations": "BRA", "outcome": outcome,
                "month": "2035-12", "unit": unit, "runs": 200, "upper_bound": False,
                **{level: middle * part for level, part in
                   (("p05", 0.5), ("p25", 0.8), ("p50", 1.0), ("p75", 1.1), ("p95", 1.3))},
            }  # fmt: skip
            if outcome == "cost":
                row |= {"p05": middle, "p95": middle, "upper_bound": name == "two"}
            elif outcome.startswith("recovery"):
                row["censored"] = 0.0
            else:
                row |= {"peaks": 1, "above_half": 0.7}
                if name != "base":
                    row |= {"change_p05": 0.0, "change_p50": 0.0, "change_p95": 0.0,
                            "same_sign": 1.0}  # fmt: skip
            rows.append(row | changed.get(f"{name} {outcome}", {}))
    return pd.DataFrame(rows, columns=list(COLUMNS))


MOVED = {"change_p05": 0.01, "change_p50": 0.02, "change_p95": 0.05, "same_sign": 0.95}


def test_the_table_has_the_choices_with_their_changes_and_the_reference_last():
    parts = focus.table(made(**{"one own": MOVED}), TITLES)
    assert [len(heads) for _, heads, _ in parts] == [3, 3, 4]
    for _, heads, rows in parts:
        assert len(set(heads)) == len(heads)
        assert all(len(row) == len(heads) for _, row in rows)
    _, _, rows = parts[0]
    names = [name for name, _ in rows]
    assert names == ["The first way", "- change", "The second way", "- change", "No way"]
    assert rows[0][1][0] == ("60", "30 to 78")
    assert rows[0][1][2] == ("0.4", "0.2 to 0.5")
    assert rows[1][1][2] == ("+2.0", "+1.0 to +5.0")
    costs = [row[2] for name, row in parts[1][2] if name != "- change"]
    assert costs == [("50", ""), ("at most 50", ""), ("0", "")]


def test_two_peaks_are_shown_as_two_and_not_by_a_median():
    split = {"peaks": 2, "split": 0.5, "below": 0.625, "low_peak": 0.12, "high_peak": 0.87}
    found = made(**{"base dependence.us": split})
    _, _, rows = focus.table(found, {})[0]
    assert rows[-1][1][0] == ("12 in 62 % of runs, else 87", "30 to 78")
    assert "60" not in rows[-1][1][0][0]
    assert "12 % in 62 of 100 runs and 87 % (30 to 78) of the dev" in focus.paragraph(found)
    assert "bimodality coefficient above 5/9" in focus.note(found)
    assert "bimodality" not in focus.note(made())


@pytest.mark.parametrize(
    ("censored", "wanted"),
    [(0.0, ("30", "15 to 39")), (0.06, ("30", "15 to >39")), (0.6, (">30", "15 to >39"))],
)
def test_a_quantile_of_runs_that_have_not_recovered_is_a_bound(censored, wanted):
    rows = focus.cells(made(**{"base recovery.us": {"censored": censored}}))
    assert focus.level(rows["base", "recovery.us"]) == wanted


def test_the_paragraph_says_what_moves_in_most_worlds_and_nothing_else():
    still = focus.paragraph(made())
    assert "`one` and `two` move neither by a tenth of a point" in still
    assert "No choice surely brings developers nearer" in still
    assert "would keep" not in still
    assert still.endswith("in USD million a year, 50 for `one` and at most 50 for `two`.")
    moved = focus.paragraph(
        made(**{"one dependence.us": MOVED, "two kept.us": MOVED, "one behind": MOVED | {
            "change_p50": -0.3}})
    )  # fmt: skip
    assert "`one` +2.0 (+1.0 to +5.0) and 0.0 (0.0 to 0.0)" in moved
    assert "`two` moves neither" in moved
    assert "`two` (+2.0 points) would keep more" in moved
    assert "nearer to it with `one` (-0.3 months)" in moved
    unsure = focus.paragraph(made(**{"two kept.us": MOVED | {"same_sign": 0.89}}))
    assert "would keep" not in unsure


def test_every_number_of_the_paragraph_stands_in_the_table():
    found = made(**{"one dependence.us": MOVED, "two own": MOVED})
    text = focus.paragraph(found)
    cells = " ".join(
        word for _, _, rows in focus.table(found, {}) for _, row in rows for cell in row
        for word in cell
    )  # fmt: skip
    # Parts of runs and the year are of the table, and stand in no cell.
    numbers = set(re.findall(r"[+-]?\d[\d.,]*\d|[+-]?\d", text)) - {"70", "2035", "0"}
    assert numbers <= set(re.findall(r"[+-]?\d[\d.,]*\d|[+-]?\d", cells))


@pytest.mark.parametrize(
    ("codes", "name"),
    [("BRA", "Brazil"), ("BRA;IND", "2 nations"), (None, "Latin America and Caribbean")],
)
def test_nations_are_called_by_their_name_their_group_or_their_number(codes, name):
    from sim import evidence

    if codes is None:
        known = evidence.load().nations
        inside = known.groups["latin_america_and_caribbean"]
        codes = ";".join(c for c, mine in zip(known.iso3, inside, strict=True) if mine)
    found = made().assign(nations=codes)
    assert focus.title(found) == f"Seen from {name}, 2035: 200 runs"


def test_the_figure_has_a_panel_an_outcome_and_two_dots_for_two_peaks():
    split = {"peaks": 2, "split": 0.5, "below": 0.6, "low_peak": 0.12, "high_peak": 0.87}
    figure = focus.figure(made(**{"one dependence.us": split}), TITLES)
    axes = [axis for axis in figure.axes if axis.get_visible()]
    assert len(axes) == len(focus.DRAWN)
    dots = [sorted(map(tuple, part.get_offsets())) for part in axes[0].collections[2::3]]
    assert dots == [[(12.0, 0), (87.0, 0)], [(60.0, 1)], [(60.0, 2)]]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == list(TITLES.values())
    assert png(figure).startswith(b"\x89PNG")


def test_texts_say_the_cut_that_is_run():
    assert (cuts.BEGIN, cuts.END, statistics.BACK) == ("2030-01", "2030-06", 0.9)
    assert "six months in 2030" in focus.PARTS[-1][0]
