from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim import months
from sim.errors import InputError, SimError
from sim.report import style, tables


def test_curves_are_the_table_as_an_array(result):
    shown = tables.curves(result)
    row = result.curves.sample(1, random_state=5).iloc[0]
    at = shown.ecosystems.index(row["ecosystem"]), shown.at(months.parse(row["month"]))
    for statistic in tables.STATISTICS:
        assert shown.of(row["group"], statistic)[at] == row[statistic]
    assert shown.ecosystems == tuple(style.ECOSYSTEMS)
    assert len(shown.nations) == 80
    assert shown.unions[:3] == ("world", "global_south", "global_south_with_china")


def test_order_of_rows_and_kind_of_columns_do_not_matter(result):
    plain = replace(result, curves=result.curves.sample(frac=1, random_state=1))
    for name, table in plain.tables.items():
        kinds = [
            pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type)
            for f in table.schema
        ]
        # Words as plain text and in several pieces, as a file may hold them.
        plain.tables[name] = pa.concat_tables(
            [table.cast(pa.schema(kinds)).slice(0, 1000), table.cast(pa.schema(kinds)).slice(1000)]
        )
    one, two = tables.curves(result), tables.curves(plain)
    assert set(one.groups) == set(two.groups)
    for group in one.groups:
        assert np.array_equal(one.of(group), two.of(group))
    when = [one.months[50], one.months[-1]]
    first = tables.run_shares(result, one, ["world"], when)
    second = tables.run_shares(plain, two, ["world"], when)
    assert all(np.array_equal(first[key], second[key]) for key in first)


def test_a_hole_in_the_curves_is_an_error_that_names_it(result):
    table = result.curves
    gone = (table["group"] == "BRA") & (table["month"] == "2030-01")
    gone &= table["ecosystem"] == "cn_open"
    with pytest.raises(SimError, match="BRA, cn_open, 2030-01"):
        tables.curves(replace(result, curves=table[~gone]))


def test_a_nan_in_the_curves_is_an_error(result):
    table = result.curves.copy()
    table.loc[17, "p95"] = np.nan
    with pytest.raises(SimError, match="lack p95"):
        tables.curves(replace(result, curves=table))


def test_curves_of_two_scenarios_are_refused(result):
    table = pd.concat([result.curves, result.curves.assign(scenario="other")])
    with pytest.raises(SimError, match="several scenarios"):
        tables.curves(replace(result, curves=table))


def test_an_unknown_group_names_the_nearest(result):
    with pytest.raises(InputError, match="did you mean 'global_south'"):
        tables.curves(result).of("global_sout")


def test_a_hole_in_the_runs_is_an_error(result):
    shown = tables.curves(result)
    broken = replace(result, runs=result.runs.drop(index=result.runs.index[155 * 40]))
    with pytest.raises(SimError, match="not whole"):
        tables.run_shares(broken, shown, ["world"], [shown.months[-1]])


def test_blocs_are_sums_over_their_ecosystems_in_every_run(result):
    shown = tables.curves(result)
    shares = tables.run_shares(result, shown, ["global_south"], [shown.months[-1]])
    blocs = tables.blocs(shares["global_south", shown.months[-1]], shown.ecosystems)
    assert np.allclose(sum(blocs.values()), 1)
    table = result.runs
    chosen = table[(table["group"] == "global_south") & (table["month"] == "2035-12")]
    chinese = chosen[chosen["ecosystem"].isin(["cn_open", "cn_closed"])]
    assert np.allclose(blocs["cn"], chinese.groupby("run")["share"].sum())


def test_runs_and_curves_agree(result):
    shown = tables.curves(result)
    last = shown.months[-1]
    shares = tables.run_shares(result, shown, ["world"], [last])["world", last]
    for row, middle in enumerate(shown.of("world")[:, -1]):
        assert tables.spread_of(shares[row])[0] == pytest.approx(middle)


def test_single_nations_have_no_runs(result):
    shown = tables.curves(result)
    assert tables.run_shares(result, shown, ["BRA"], [shown.months[0]]) == {}


def test_reigns_follow_the_largest_median(result):
    shown = tables.curves(result)
    reigns = tables.reigns(shown, "global_south")
    assert reigns[0] == (shown.months[0], "us_closed")
    for start, name in reigns:
        assert tables.largest(shown, "global_south", start) == name
    assert all(a[1] != b[1] for a, b in itertools.pairwise(reigns))


def test_movers_are_sorted_and_layers_add_up_to_one(result):
    shown = tables.curves(result)
    rows = tables.movers(shown, shown.months[40], shown.months[-1], style.LAYERS["Chinese"])
    rises = [after - before for _, before, after in rows]
    assert rises == sorted(rises, reverse=True)
    total = sum(tables.layer(shown, "KEN", names) for names in style.LAYERS.values())
    assert np.allclose(total, 1)


def test_moments_stay_inside_the_period(result):
    shown = tables.curves(result)
    assert [months.text(m) for m in tables.moments(result, shown)] == [
        "2026-10",
        "2030-12",
        "2035-12",
    ]
    short = result.curves[result.curves["month"] <= "2025-06"]
    early = tables.curves(replace(result, curves=short))
    assert [months.text(m) for m in tables.moments(result, early)] == ["2025-06"]
    assert [months.text(m) for m in tables.years(result, early)] == ["2024-12", "2025-06"]


def test_a_scenario_may_know_less_but_not_more_than_the_evidence(result):
    less = replace(result.scenario, facts_until=months.parse("2025-07"))
    assert tables.facts_end(replace(result, scenario=less)) == months.parse("2025-07")
    whole = tables.facts_end(replace(result, scenario=replace(less, facts_until=None)))
    more = replace(result.scenario, facts_until=months.parse("2039-01"))
    assert tables.facts_end(replace(result, scenario=more)) == whole


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.001, "<1 %"),
        (0.005, "<1 %"),
        (0.444, "44 %"),
        (0.995, ">99 %"),
        (0.999, ">99 %"),
        (1, "100 %"),
    ],
)
def test_shares_never_round_to_certainty(share, text):
    assert tables.percent(share) == text


def test_intervals_and_changes_in_words():
    assert tables.between(0.31, 0.58) == "31-58"
    assert tables.between(0.001, 0.002) == "<1"
    assert tables.between(0.091, 0.094) == "9"
    assert tables.points(-0.124) == "−12"
    assert tables.points(0.001) == "0"


@pytest.mark.parametrize(
    ("count", "runs", "text"),
    [
        (0, 200, "in none of the 200 runs"),
        (200, 200, "in every run"),
        (124, 200, "in 62 % of runs"),
        (1, 1000, "in <1 % of runs"),
        (3, 8, "in 3 of 8 runs"),
        (1, 1, "in the one run"),
    ],
)
def test_chances_in_words(count, runs, text):
    assert tables.chance(count, runs) == text


def test_a_chance_is_less_sure_with_fewer_runs():
    assert tables.chance_error(200) == pytest.approx(0.0693, abs=1e-4)
    assert tables.chance_error(50) == pytest.approx(2 * tables.chance_error(200))
