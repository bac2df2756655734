"""What is said of a scenario before its numbers: when it is decided, and what can bind."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import sim.world
from sim import months
from sim.report import notes
from sim.report.page import page
from sim.report.summary import summary
from sim.scenario import facts
from sim.scenario.drivers import vocabulary
from sim.scenario.levers import read
from sim.scenario.vocabulary import HARDWARE_DRIVERS

CHIPS, WORDS = "us_inference_chip_controls", "us_permissive_licence_incentive"


def entry(lever, start, strength=2 / 3):
    return SimpleNamespace(
        id=lever, strength=strength, start=months.parse(start), end=None, ramp_months=1,
        lag_months=0, nations=None, when=None, end_when=None, earliest=months.parse(start),
    )  # fmt: skip


def pulling(result, *entries, **metrics):
    """Return the result with other levers and with metrics of the world, one value for all runs."""
    rows = [
        ("baseline", run, name, "world", month, value, "-")
        for name, (month, value) in metrics.items()
        for run in range(result.n_runs)
    ]
    more = pd.DataFrame(rows, columns=result.outcomes.columns)
    outcomes = pd.concat([result.outcomes, more], ignore_index=True) if rows else result.outcomes
    scenario = replace(result.scenario, levers=entries)
    return replace(result, scenario=scenario, outcomes=outcomes)


def said(result):
    return " ".join(notes.notes(result, read()))


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        (("2026-04", "2026-06", "2027-01"), "2 of its levers start before the dated facts end in"),
        (("2026-04", "2027-01"), "2026-10: read it as if decided in April 2026."),
        (("2026-10",), "All of its levers start before"),
        (("2026-10",), "as if decided in October 2026"),
        (("2026-11",), ""),
        ((), ""),
    ],
)  # fmt: skip
def test_a_package_that_starts_within_the_facts_is_read_as_if_decided_then(result, starts, words):
    found = said(pulling(result, *(entry(WORDS, start) for start in starts)))
    assert words in found
    assert bool(words) == ("as if decided" in found)


def test_a_lever_of_no_strength_is_not_spoken_of(result):
    binding = {"binding.serving": (None, 0.0)}
    assert said(pulling(result, entry(CHIPS, "2026-04", 0.0), **binding)) == ""


@pytest.mark.parametrize(("part", "hardly"), [(0.0, True), (0.03, True), (0.4, False)])
def test_levers_on_hardware_say_how_often_serving_compute_binds(result, part, hardly):
    metrics = {
        "binding.serving": (None, part), "hardware_share.cn": ("2035-12", 0.09),
        "lag.added_cn": ("2035-12", 1.25),
    }  # fmt: skip
    found = said(pulling(result, entry(CHIPS, "2027-01"), **metrics))
    assert f"binds in {100 * part:.0f} % of months" in found
    assert ("hardly moves" in found) == hardly
    assert "Chinese chips in the world's AI compute: 9 % (9) in 2035-12" in found
    assert "; months added" in found
    assert "1.2 (1.2 to 1.2) in 2035-12" in found


def test_without_levers_on_hardware_or_without_the_metric_nothing_is_said_of_binding(result):
    metrics = {"binding.serving": (None, 0.0)}
    assert "binds" not in said(pulling(result, entry(WORDS, "2027-01"), **metrics))
    assert "binds" not in said(pulling(result, entry(CHIPS, "2027-01")))


def test_the_drivers_of_hardware_are_those_that_the_rules_of_supply_alone_read():
    rules = Path(sim.world.__file__).parent / "rules"
    readers: dict[str, set[str]] = {name: set() for name in vocabulary()}
    for file in rules.glob("*.py"):
        if file.stem == "policy":  # which puts every driver into force
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            # Names alone, as W.demand or HARDWARE_STANCE: a comment may speak of demand too.
            word = getattr(node, "id", getattr(node, "attr", "")).lower()
            if word in readers:
                readers[word].add(file.stem)
    assert {name for name, files in readers.items() if files == {"supply"}} == HARDWARE_DRIVERS


def test_the_lag_is_added_since_the_month_that_the_words_name():
    words = {metric: words for metric, words, _ in notes.MOVED}
    assert words["lag.added_cn"].endswith("since July 2025")
    assert months.text(facts.LOAD_BASE) == "2025-07"


def test_summary_and_page_say_it(result, known, names):
    made = pulling(result, entry(WORDS, "2026-04"))
    assert "as if decided in April 2026" in " ".join(summary(made, None, names).split())
    assert "as if decided in April 2026" in page(made, known)
    assert "as if decided" not in page(result, known)
