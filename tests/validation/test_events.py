"""Event studies: paired runs with and without a fact, and words that follow from numbers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim import months as calendar
from sim.calibration.series import BY_KEY
from sim.calibration.targets import published
from sim.errors import InputError, RunError
from sim.evidence.tables import Rows
from validation import events
from validation.events import EVENTS, Measure, verdict

R1 = EVENTS[0]


@pytest.fixture(scope="module")
def table():
    return events.study(16)


def test_every_event_has_its_rows_and_its_sources(table):
    assert list(table.columns) == list(events.COLUMNS)
    assert len(table) == sum(len(event.measures) for event in EVENTS)
    assert (table["source"] != "").all()


def test_the_fact_and_nothing_else_makes_the_difference(table):
    """A month before an event shows the same in both runs, to the bit."""
    early = dataclasses.replace(R1, measures=(Measure("visits", "cn_all", ("2024-12",)),))
    (row,) = events.study(8, events=[early]).to_dict("records")
    assert row["effect_p05"] == row["effect_p95"] == 0.0
    r1 = table[(table["event"] == R1.title) & (table["after"] == "2025-02")].iloc[0]
    assert r1["effect_p05"] > 3.0


def test_observed_changes_are_those_of_the_figures(table):
    figure = {
        (aim.series, aim.code, calendar.text(aim.month)): aim.value for aim in published()
    }  # fmt: skip
    name = BY_KEY["visits"].name
    change = figure[name, "cn_all", "2025-02"] - figure[name, "cn_all", "2024-12"]
    row = table[(table["event"] == R1.title) & (table["after"] == "2025-02")].iloc[0]
    assert row["observed"] == pytest.approx(change)


def test_an_event_without_a_fact_says_so_and_has_no_run_without(table):
    assert all(event.rows for event in EVENTS)
    assert table["effect_p50"].notna().all()
    bare = dataclasses.replace(R1, rows=())
    mine = events.study(4, events=[bare])
    assert (mine["verdict"] == events.NO_FACT).all()
    assert mine["effect_p50"].isna().all()
    assert mine["with_p50"].notna().all()


def test_a_month_without_a_figure_is_refused():
    wrong = dataclasses.replace(R1, measures=(Measure("visits", "cn_all", ("2025-03",)),))
    with pytest.raises(InputError, match="there is no figure"):
        events.study(2, events=[wrong])


def test_the_drivers_that_a_fact_moves_are_named(table):
    drivers = table.groupby("event")["drivers"].first()
    assert "releases" in drivers[R1.title].split()
    assert drivers["National bars on DeepSeek"] == "access"
    assert drivers["Licence duty for the H20 and after"] == "permitted"
    assert drivers["Mistral returns to Apache-2.0"] == "licence"
    assert "free_variants" in drivers["Free variants of Grok"]
    assert drivers["Free variant of Step 3.5 Flash"] == "free_variants"


def test_facts_that_change_nothing_are_refused():
    cited = Rows("control_events.csv", {"kind": ("policy",)})
    idle = dataclasses.replace(R1, rows=(cited,))
    with pytest.raises(RunError, match="changes no driver"):
        events.study(2, events=[idle])


def runs(middle, half=1.0):
    return middle + half * np.linspace(-1.0, 1.0, 101)


@pytest.mark.parametrize(
    ("observed", "error", "with_", "without_", "words"),
    [
        (10.0, 1.0, runs(9.0), runs(0.0), (events.NEARER, events.INSIDE)),
        (20.0, 1.0, runs(9.0), runs(0.0), (events.NEARER, events.OUTSIDE)),
        (-5.0, 1.0, runs(9.0), runs(0.0), (events.FARTHER, events.OUTSIDE)),
        (4.0, 1.0, runs(9.0, 20.0), runs(0.0, 20.0), (events.FARTHER, events.INSIDE)),
        (10.0, 10.0, runs(9.0), runs(0.0), (events.TOO_SMALL,)),
    ],
)
def test_a_verdict_follows_from_the_numbers(observed, error, with_, without_, words):
    assert verdict(observed, error, with_, without_) == ", ".join(words)
