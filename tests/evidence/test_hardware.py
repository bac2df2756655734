from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence import hardware, tables
from sim.evidence.hardware import Point, grown, line, step
from sim.months import FIRST, parse

MONTHS = np.arange(FIRST, parse("2036-01"))
ARRAYS = (
    "demand", "permitted", "smuggled", "output_cap", "exported", "rented", "performance",
    "maturity", "availability", "serving_share",
)  # fmt: skip


@pytest.fixture(scope="module")
def known():
    return hardware.history(MONTHS)


def at(text):
    return parse(text) - FIRST


def test_step_keeps_a_value_until_the_next():
    points = [Point(10, 1.0), Point(12, 5.0)]
    assert step(points, np.arange(8, 14)).tolist() == [1, 1, 1, 1, 5, 5]


def test_line_is_straight_and_held():
    points = [Point(10, 1.0), Point(14, 5.0)]
    assert line(points, np.arange(9, 16)).tolist() == [1, 1, 2, 3, 4, 5, 5]


def test_growth_in_closed_form_both_ways():
    rates = [Point(0, 0.12), Point(24, 0.24)]
    values = grown(Point(24, 100.0), rates, np.array([0, 12, 24, 36]))
    expected = 100 * np.exp([-0.24, -0.12, 0.0, 0.24])
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@given(st.integers(0, 60), st.floats(-1, 1), st.floats(1, 1e6))
def test_growth_passes_through_its_anchor(month, rate, level):
    values = grown(Point(month, level), [Point(0, rate)], np.arange(61))
    assert values[month] == pytest.approx(level)
    assert (values > 0).all()


def test_shapes_and_ranges(known):
    size = len(MONTHS)
    shapes = {"demand": (size, 3), "performance": (size, 2), "maturity": (size, 2),
              "availability": (size, 3, 2)}  # fmt: skip
    for name in ARRAYS:
        values = getattr(known, name)
        assert values.shape == shapes.get(name, (size,)), name
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    for name in ("maturity", "availability", "serving_share"):
        assert (getattr(known, name) <= 1).all()
    assert known.start_compute.shape == (3, 2)
    assert not known.start_compute[:, 1].any()


def test_anchors_of_the_evidence(known):
    assert known.output_reference * 3 == 132_000
    assert known.output_reference_month == parse("2025-11")
    china = known.demand[:, 1]
    # Bernstein: 37, 69 and 88 billion USD in 2025, 2027 and 2028 at 18,000 USD an H100e.
    for month, billion in (("2025-07", 37), ("2027-07", 69), ("2028-07", 88)):
        assert china[at(month)] * 12 * 18_000 / 1e9 == pytest.approx(billion, rel=0.02)
    for month, share in (("2023-07", 1 / 3), ("2025-07", 1 / 2), ("2026-07", 2 / 3)):
        assert known.serving_share[at(month)] == pytest.approx(share, abs=0.001)


def test_the_h20_comes_and_goes(known):
    legal = known.permitted
    assert legal[at("2024-12")] > 20 * legal[at("2025-08")]
    assert legal[at("2025-06")] == 0.0
    assert (legal[: at("2023-11")] > known.demand[: at("2023-11"), 1]).all()


def test_licensed_and_smuggled_chips_are_told_apart(known):
    today = at("2026-10")
    assert (known.permitted[today], known.smuggled[today]) == (2000.0, 8000.0)
    assert (known.smuggled[: at("2023-11")] == 0).all()  # no need while sales are free


def test_cann_matures_only_after_it_was_opened(known):
    assert (known.maturity[:, 0] == 1.0).all()
    assert (known.maturity[: at("2025-09"), 1] == 0.3).all()
    assert (np.diff(known.maturity[at("2025-08") :, 1]) > 0).all()


@given(st.integers(FIRST, parse("2027-12")))
@settings(deadline=None)
def test_until_never_changes_the_months_before_it(until):
    full, cut = hardware.history(MONTHS), hardware.history(MONTHS, until)
    past = until >= MONTHS
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(full, name)[past], getattr(cut, name)[past])


def test_until_hides_later_rules():
    cut = hardware.history(MONTHS, parse("2025-03"))
    assert (cut.permitted[at("2025-03") :] == cut.permitted[at("2025-03")]).all()
    assert cut.permitted[-1] > 40_000
    assert (cut.maturity[:, 1] == 0.3).all()


def test_the_chronology_is_in_order_of_days():
    rows = tables.read("control_events.csv", ("date", "kind", "title"))
    days = [date.fromisoformat(row.text("date")) for row in rows]
    assert days == sorted(days)
    assert all(row.text("title") and row.text("kind") for row in rows)


@pytest.mark.parametrize("name", ["hardware.csv", "control_events.csv"])
def test_what_was_not_observed_says_how_it_was_made(name):
    for row in tables.read(name, ("source", "status", "note", "unit", "period")):
        assert row.text("source")
        assert row.text("unit")
        if row.choice("status", tables.STATUSES) != "observed":
            assert row.text("note"), row
