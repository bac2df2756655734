from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from sim.report import tables
from sim.report.summary import WIDTH, _reigns, summary


def test_it_fits_one_screen(result, names):
    lines = summary(result, "results/baseline/4f1c2a9be0d3", names).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) <= 46


def test_it_says_who_leads_when_and_how_sure(result, names):
    text = summary(result, "results/baseline/4f1c2a9be0d3", names)
    shown = tables.curves(result)
    last = shown.months[-1]
    for group in ("world", "global_south"):
        shares = tables.run_shares(result, shown, [group], [last])[group, last]
        blocs = tables.blocs(shares, shown.ecosystems)
        ahead = int((blocs["cn"] > blocs["us"]).sum())
        assert f"the Chinese bloc leads {tables.chance(ahead, 40)}." in " ".join(text.split())
    assert "2026-10            2030-12            2035-12" in text
    assert "Facts end in 2026-10" in text
    assert text.rstrip().endswith("results/baseline/4f1c2a9be0d3")
    assert "(40 runs, seed 1)" in text


def test_every_number_of_the_table_is_in_the_curves(result, names):
    shown = tables.curves(result)
    lines = summary(result, None, names).splitlines()
    row = next(line for line in lines if line.startswith("  Chinese open"))
    at = shown.ecosystems.index("cn_open")
    for month in tables.moments(result, shown):
        low, middle, high = (
            float(shown.of("world", name)[at, shown.at(month)]) for name in ("p05", "p50", "p95")
        )
        assert f"{tables.percent(middle)}  ({tables.between(low, high)})" in row


def test_the_largest_rise_is_named(result, names):
    shown = tables.curves(result)
    when = tables.moments(result, shown)
    first = tables.movers(shown, when[0], when[-1], ("cn_open", "cn_closed"))[0][0]
    called = dict(zip(names.iso3, names.name, strict=True))
    text = " ".join(summary(result, None, names).split())
    assert f"Largest rise: {called[first]}" in text


def test_rises_are_rises_and_falls_are_falls(result, names):
    shown = tables.curves(result)
    when = tables.moments(result, shown)
    rises, falls = tables.moves(shown, when[0], when[-1], ("cn_open", "cn_closed"))
    assert rises
    assert all(after - before >= 0.005 for _, before, after in rises)
    assert all(before - after >= 0.005 for _, before, after in falls)
    text = " ".join(summary(result, None, names).split())
    _, before, after = rises[0]
    change = f"{tables.percent(before)} to {tables.percent(after)} ({100 * (after - before):+.0f})"
    assert change in text


def test_where_nothing_moves_that_is_said(result, names):
    table = result.curves.copy()
    nation = table["group"].str.fullmatch("[A-Z]{3}")
    first = table[nation & (table["month"] == "2023-01")]
    bands = ["mean", "p05", "p25", "p50", "p75", "p95"]
    flat = (
        table[nation]
        .drop(columns=bands)
        .merge(first[["group", "ecosystem", *bands]], on=["group", "ecosystem"])
    )
    still = replace(result, curves=pd.concat([table[~nation], flat]))
    text = " ".join(summary(still, None, names).split())
    assert "It rises by a point in no nation. It falls by a point in no nation." in text
    assert "Largest" not in text


def test_who_never_leads_leads_in_none_of_the_runs():
    assert tables.chance(0, 200) == "in none of the 200 runs"
    assert tables.chance(0, 1) == "in no run"
    assert tables.often(0, 200) == "no run"
    assert tables.chance(200, 200) == "in every run"


def test_it_ends_with_the_effect_against_the_reference(result, names):
    effect = SimpleNamespace(
        reference="baseline", group="global_south", month="2035-12", p05=-0.0531, median=-0.0018,
        p95=0.0004, runs=40,
    )  # fmt: skip
    text = summary(replace(result, against=effect), "results/x", names)
    assert text.rstrip().splitlines()[-1] == (
        "against baseline: US bloc in the Global South -0.2 points (-5.3 to 0.0) in 2035-12"
    )


def test_a_world_without_the_global_south_or_with_one_nation_is_told(result, names):
    table = result.curves[result.curves["group"].isin(["world", "USA"])]
    runs = result.runs[result.runs["group"] == "world"]
    text = summary(replace(result, curves=table, runs=runs), None, names)
    assert "Global South" not in text
    assert "Largest rise" not in text


def test_a_number_is_never_parted_from_its_sign(result, names):
    for line in summary(result, None, names).splitlines():
        assert not line.strip().startswith("%")


@pytest.mark.parametrize(
    ("reigns", "words"),
    [
        ([(24276, "us_closed")], "US closed models have the largest median share throughout"),
        (
            [(24276, "us_closed"), (24350, "cn_open")],
            (
                "US closed models have the largest median share at first, "
                "Chinese open models from 2029-03"
            ),
        ),
        (
            [(24276, "us_closed"), (24280, "cn_open"), (24290, "us_closed"), (24350, "eu_open")],
            (
                "the largest median share changes hands 3 times; European open models have it "
                "from 2029-03"
            ),
        ),
    ],
)
def test_reigns_in_words(reigns, words):
    assert _reigns(reigns) == words
