import csv
import dataclasses
import math

import numpy as np
import pytest

from sim import evidence, months
from sim.errors import InputError
from sim.evidence import survey, tables
from sim.evidence.observations import read_observations
from sim.evidence.survey import CLASSES, EQUAL_SPLIT, EVERYBODY, read_survey, split_variance

COUNTS = {(row.place, row.segment): row for row in read_survey()}
SURVEY = [row for row in read_observations() if row.series.startswith("so2025full")]
ROUNDED = 0.0501
"""Percent: the shares of the survey are given to a tenth."""


def of(series):
    return {(row.place, row.ecosystem): row.value for row in SURVEY if row.series == series}


def test_the_counts_are_of_the_world_its_segments_and_nations_of_the_table():
    world = COUNTS["WLD", EVERYBODY]
    assert (world.named, world.used["cn_all"], world.only["us_closed"]) == (16281, 4598, 9627)
    assert (world.brands["deepseek"], world.asked_again["eu"], world.kept["eu"]) == (
        4392,
        1319,
        849,
    )
    nations = {row.place for row in read_survey() if row.kind == "nation"}
    assert len(nations) == 43
    assert nations <= set(evidence.load().nations.iso3)
    assert {row.place for row in read_survey() if row.kind == "segment"} == {"WLD"}
    segments = [COUNTS["WLD", name].named for name in ("employed", "freelance", "student")]
    assert segments == [11742, 2430, 1293]


@pytest.mark.parametrize(
    ("series", "part", "whole"),
    [
        ("developers_used_model", lambda row: row.used, lambda row, _: row.named),
        ("developers_using_only_this_class", lambda row: row.only, lambda row, _: row.named),
        ("users_who_want_to_keep_class", lambda row: row.kept, lambda row, c: row.asked_again[c]),
    ],
)
def test_shares_are_those_of_the_counts(series, part, whole):
    shares = {key: value for key, value in of(f"so2025full_{series}").items() if key[1] in CLASSES}
    assert len(shares) > 60
    for (place, code), share in shares.items():
        row = COUNTS[place, EVERYBODY]
        assert 100 * part(row)[code] / whole(row, code) == pytest.approx(share, abs=ROUNDED)


@pytest.mark.parametrize("segment", ["employed", "freelance", "student", "age_18_24", "ai_daily"])
def test_shares_of_a_segment_are_those_of_its_counts(segment):
    row = COUNTS["WLD", segment]
    for (_, code), share in of(f"so2025full_developers_used_model_{segment}").items():
        assert 100 * row.used[code] / row.named == pytest.approx(share, abs=ROUNDED)


def test_an_equal_split_adds_up_and_lies_between_only_and_used():
    split = of(EQUAL_SPLIT)
    places = {place for place, _ in split}
    assert len(places) == 38
    for place in places:
        assert sum(split[place, code] for code in CLASSES) == pytest.approx(100, abs=0.21)
        row = COUNTS[place, EVERYBODY]
        for code in CLASSES:
            low, high = (100 * n[code] / row.named for n in (row.only, row.used))
            assert low - ROUNDED <= split[place, code] <= high + ROUNDED


def test_the_survey_is_of_june_2025():
    assert {(row.first, row.last) for row in SURVEY} == {(months.parse("2025-06"),) * 2}


def test_the_variance_is_that_of_respondents_who_give_all_nothing_or_a_part():
    # 30 of 100 give nothing, 20 all, 50 a part of 0.4 with standard deviation WITHIN.
    parts = 0.4 + survey.WITHIN * np.tile([-1.0, 1.0], 25)
    given = np.concatenate([np.zeros(30), np.ones(20), parts])
    assert split_variance(0.4, 0.7, 0.2, 100) == pytest.approx(given.var() / 100)


def test_where_nobody_named_it_beside_others_a_part_of_the_binomial_stands():
    assert split_variance(0.1, 0.1, 0.1, 50) == pytest.approx(0.4 * 0.1 * 0.9 / 50)


@pytest.mark.parametrize(
    ("code", "ratio", "points"),
    [
        ("cn_all", 0.35, 1.7),
        ("us_closed", 0.42, 2.3),
        ("us_open_all", 0.41, 1.3),
        ("eu", 0.35, 0.8),
    ],
)
def test_nations_vary_less_than_binomially(code, ratio, points):
    split, found, errors = of(EQUAL_SPLIT), [], []
    for place in {place for place, _ in split} - {"WLD"}:
        row = COUNTS[place, EVERYBODY]
        y = split[place, code] / 100
        shares = row.used[code] / row.named, row.only[code] / row.named
        variance = split_variance(y, *shares, row.named)
        found.append(variance / (y * (1 - y) / row.named))
        errors.append(100 * math.sqrt(variance))
        if y > 0.5 / row.named:
            odds = math.sqrt(variance) / (y * (1 - y))
            assert survey.split_error(place, code) == pytest.approx(odds)
    assert np.mean(found) == pytest.approx(ratio, abs=0.01)
    assert np.mean(errors) == pytest.approx(points, abs=0.06)


def test_a_share_of_nought_is_held_half_a_respondent_away(monkeypatch):
    nobody = dict.fromkeys(CLASSES, 0)
    row = dataclasses.replace(COUNTS["DEU", EVERYBODY], used=nobody, only=nobody)
    share = dataclasses.replace(
        next(row for row in SURVEY if row.series == EQUAL_SPLIT and row.place == "DEU"), value=0.0
    )
    monkeypatch.setattr(survey, "read_survey", lambda: (row,))
    monkeypatch.setattr(survey, "read_observations", lambda: (share,))
    y = 0.5 / row.named
    expected = math.sqrt(0.4 / (row.named * y * (1 - y)))
    assert survey.split_error("DEU", share.ecosystem) == pytest.approx(expected)


def test_a_nation_without_counts_has_a_hundred_respondents(monkeypatch):
    only_the_world = (COUNTS["WLD", EVERYBODY],)
    monkeypatch.setattr(survey, "read_survey", lambda: only_the_world)
    y = of(EQUAL_SPLIT)["DEU", "cn_all"] / 100
    assert survey.split_error("DEU", "cn_all") == pytest.approx(
        math.sqrt(0.4 / (100 * y * (1 - y)))
    )


@pytest.mark.parametrize(("place", "code"), [("XXX", "cn_all"), ("DEU", "cn_open")])
def test_an_error_of_what_was_not_asked_is_refused(place, code):
    with pytest.raises(InputError, match=rf"no equal split of '{code}' in '{place}'.*places ARE"):
        survey.split_error(place, code)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"used_cn_all": "20000"}, "20000 is out of range.*0 to 16281"),
        ({"only_eu": "1713"}, "1713 is out of range.*0 to 1712"),
        ({"kept_eu": "1320"}, "1320 is out of range.*0 to 1319"),
        ({"used_qwen": "86.5"}, "'86.5' is no whole number"),
        ({"n_named": ""}, "the cell 'n_named' is empty"),
        ({"kind": "region"}, "'region' is not a known kind"),
    ],
)
def test_a_damaged_count_is_refused_with_its_place(monkeypatch, tmp_path, changes, message):
    rows = _world_row() | changes
    with pytest.raises(InputError, match=rf"survey_counts.csv:2.*{message}"):
        _read(monkeypatch, tmp_path, [rows])


def test_a_segment_that_stands_twice_is_refused(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="WLD all stands twice"):
        _read(monkeypatch, tmp_path, [_world_row()] * 2)


def _world_row():
    with (tables.DATA / "survey_counts.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


def _read(monkeypatch, folder, rows):
    with (folder / "survey_counts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr(tables, "DATA", folder)
    return read_survey.__wrapped__()
