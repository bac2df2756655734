"""The page on validation counts what the hindcasts lost, and repeats no number by hand."""

from __future__ import annotations

import csv
import re

import pytest

from making import pages, validation

PAGE = (pages.ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
FRONT = (pages.ROOT / "README.md").read_text(encoding="utf-8")
PROSE = re.sub(r"<!-- made: .*?<!-- end -->", "", PAGE, flags=re.DOTALL)

ROUTED, USERS, VISITS, NATIONS = (
    "openrouter_token_share_by_lab_origin", "genai_user_share_of_working_age_population",
    "web_visit_share_chinese_llm_sites", "deepseek_market_share",
)  # fmt: skip


def row(series, method, score, points=1):
    return {"cutoff": "2025-06", "drivers": "later", "series": series, "method": method,
            "points": str(points), "crps": str(score), "coverage": "1.0"}  # fmt: skip


MADE_UP = [
    row(ROUTED, "model", 1.0), row(ROUTED, "last value", 2.0),
    row(USERS, "model", 3.0, 80), row(USERS, "last value", 4.0, 80), row(USERS, "trend", 2.0, 80),
    row(VISITS, "model", 1.0), row(VISITS, "last value", 1.5),
    row(NATIONS, "model", 1.0, 43),
]  # fmt: skip


def test_losses_are_counted_in_the_first_lines():
    assert "<!-- made: verdict -->" in "\n".join(PAGE.splitlines()[:10])
    assert "<!-- made: hindcast -->" in FRONT.split("\n## ")[0]


def test_wins_and_losses_are_those_of_the_scores(monkeypatch):
    monkeypatch.setattr(validation, "rows", lambda _: MADE_UP)
    said = validation.verdict()
    assert "Of 3 comparisons with naive forecasts (last value and trend) the model loses 1" in said
    assert "Routed tokens by origin 0 of 1; AI users by nation 1 of 1" in said
    assert "Of the other 1 comparisons the model wins 1: Visits to chat sites" in said
    assert "one figure each time" in said
    assert "loses to the best naive forecast in 1 of 3 comparisons, and wins 1 of the 1" in (
        validation.hindcast_line()
    )


def test_a_page_on_which_nothing_was_won_says_so(monkeypatch):
    lost = [r | {"crps": "9.0"} if r["method"] == "model" else r for r in MADE_UP]
    monkeypatch.setattr(validation, "rows", lambda _: lost)
    assert "Of the other 1 comparisons the model wins 0." in validation.verdict()


def test_the_counts_of_the_page_are_those_of_the_table():
    with (validation.PLACE / "scores.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    keys = dict.fromkeys((r["cutoff"], r["drivers"], r["series"]) for r in table)
    lost = compared = 0
    for key in keys:
        mine = {r["method"]: float(r["crps"]) for r in table
                if (r["cutoff"], r["drivers"], r["series"]) == key}  # fmt: skip
        compared += len(mine) > 1
        lost += min(mine, key=mine.__getitem__) != "model"
    assert f"Of {compared} comparisons" in validation.verdict()
    assert f"the model loses {lost}**" in validation.verdict()


def test_series_whose_rules_were_chosen_with_their_figures_in_sight_are_called_no_blind_test():
    tuned = {name for name in (ROUTED, USERS, VISITS, NATIONS) if validation.tuned(name)}
    assert tuned == {ROUTED, USERS}
    assert validation.tuned("openrouter_open_weight_token_share")
    assert "Routed tokens and AI users are no blind test" in validation.verdict()


@pytest.mark.parametrize("pattern", [r"\d+\.\d+", r"\b\d+ of \d+\b", r"\b(?!90\b)\d+ %"])
def test_results_are_never_repeated_by_hand(pattern):
    assert re.findall(pattern, re.sub(r"\(model\.md#[^)]*\)", "", PROSE)) == []
