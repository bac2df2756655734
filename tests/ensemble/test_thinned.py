"""What a result keeps: which months, how many digits, and how little room it takes."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import months
from sim.ensemble import thinned
from sim.errors import InputError
from sim.evidence.releases import last_known
from sim.report import tables as read
from sim.scenario import load
from sim.study import run as ensemble

KEYS = ["group", "ecosystem", "month"]


def texts(places, calendar):
    return [months.text(calendar[place]) for place in places]


def span(first, last):
    return np.arange(months.parse(first), months.parse(last) + 1)


def test_runs_are_kept_at_quarter_ends_the_last_fact_and_the_last_month():
    calendar = span("2026-01", "2027-05")
    kept = texts(thinned.months_of_runs(calendar, load("baseline")), calendar)
    fact = months.text(last_known(None))
    quarters = ["2026-03", "2026-06", "2026-09", "2026-12", "2027-03"]
    assert kept == sorted({*quarters, fact, "2027-05"})


def test_nations_are_kept_at_decembers_the_last_fact_and_both_ends():
    calendar = span("2023-01", "2026-02")
    scenario = load("baseline", ["facts_until=2025-07"])
    kept = texts(thinned.months_of_nations(calendar, scenario), calendar)
    assert kept == ["2023-01", "2023-12", "2024-12", "2025-07", "2025-12", "2026-02"]


def test_facts_before_or_behind_the_run_name_no_month_outside_it():
    calendar = span("2025-01", "2025-05")
    for until in ("2024-03", "2026-03"):
        scenario = load("baseline", [f"facts_until={until}"])
        assert texts(thinned.months_of_nations(calendar, scenario), calendar) in (
            ["2025-01", "2025-05"], ["2025-05"],
        )  # fmt: skip


@given(st.just(0.0) | st.floats(1e-6, 1e12))
def test_counts_have_four_figures_and_are_as_near_as_those_allow(count):
    rounded = float(thinned.figures(np.array([count]))[0])
    assert len(Decimal(repr(rounded)).normalize().as_tuple().digits) <= thinned.FIGURES
    assert abs(rounded - count) <= 0.5001 * count / 10 ** (thinned.FIGURES - 1)
    assert thinned.figures(np.array([rounded]))[0] == rounded


def test_no_count_is_too_small_or_large():
    counts = thinned.figures(np.array([0.0, 5e-324, 1e-300, 1e-9, 1e21]))
    assert counts.tolist() == [0.0, 0.0, 0.0, 1e-9, 1e21]


def test_what_is_kept_are_the_numbers_of_the_whole_rounded(result, whole):
    every = whole.runs.set_index(["run", *KEYS])
    kept = result.runs.set_index(["run", *KEYS])
    same = every.loc[kept.index]
    assert set(kept.index.get_level_values("month").month) == {3, 6, 9, 12}
    assert np.array_equal(kept["share"], np.round(same["share"], 4))
    assert np.allclose(kept["developers"], same["developers"], rtol=5.001e-4, atol=0)
    curves, all_curves = (one.curves.set_index(KEYS) for one in (result, whole))
    there = all_curves.loc[curves.index]
    assert np.array_equal(curves["mean"], there["mean"])
    for band in ("p05", "p25", "p50", "p75", "p95"):
        assert np.array_equal(curves[band], np.round(there[band], 4))
    monthly = result.curves.groupby("group", observed=True)["month"].nunique()
    assert monthly["world"] == 36
    assert monthly["CHN"] == 4  # three Decembers and the first month


def test_outcomes_do_not_depend_on_what_is_kept(result, whole):
    groups = set(result.outcomes["group"])
    same = whole.outcomes[whole.outcomes["group"].isin(groups)]
    assert np.array_equal(same["value"], result.outcomes["value"])


def test_a_fresh_run_draws_nations_through_every_month_and_a_read_one_by_straight_lines(
    result, whole, tmp_path
):
    fresh, all_months = read.curves(result), read.curves(whole)
    assert not fresh.straight
    for nation in fresh.nations:
        assert np.allclose(fresh.of(nation), all_months.of(nation), rtol=0, atol=5.001e-5)
    again = read.curves(sim.Result.read(result.save(tmp_path)))
    assert again.straight
    assert again.months == fresh.months
    for group in again.unions:
        assert np.array_equal(again.of(group), fresh.of(group))
    kept = [0, 11, 23, 35]
    for nation in again.nations:
        drawn = again.of(nation)
        assert np.array_equal(drawn[:, kept], fresh.of(nation)[:, kept])
        assert np.allclose(drawn[:, 17], (drawn[:, 11] + drawn[:, 23]) / 2)


def test_a_month_of_a_nation_that_is_not_kept_is_told(result, whole, tmp_path):
    fresh = result.share("China", "2024-02")
    assert np.allclose(fresh, whole.share("China", "2024-02"), rtol=0, atol=5.001e-5)
    again = sim.Result.read(result.save(tmp_path))
    assert again.share("China", "2024-12").equals(result.share("China", "2024-12"))
    with pytest.raises(InputError, match=r"CHN at Decembers, not in '2024-02' .*--full"):
        again.share("China", "2024-02")
    assert again.share("world", "2024-02")["mean"].sum() == pytest.approx(1.0)


def test_a_kept_short_result_is_filled(world, scenario, tmp_path):
    short = ensemble.run(scenario, out=tmp_path)
    asked = len(world)
    full = ensemble.run(scenario, out=tmp_path, full=True)
    assert full.full
    assert not short.full
    assert full.folder == short.folder
    assert len(world) == 2 * asked
    assert ensemble.run(scenario, out=tmp_path).full
    assert len(world) == 2 * asked


@pytest.mark.slow
def test_a_default_run_takes_little_room(tmp_path):
    """The bounds of the interface, on the run that a newcomer makes."""
    folder = sim.run("baseline", out=tmp_path).folder
    sizes = {file: file.stat().st_size / 1e6 for file in folder.iterdir()}
    tables = sum(size for file, size in sizes.items() if file.suffix in (".csv", ".parquet"))
    assert tables <= 15.0
    assert sum(sizes.values()) <= 18.0
