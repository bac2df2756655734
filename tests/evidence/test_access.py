from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence import access, tables
from sim.evidence.axes import ECOSYSTEMS, SEGMENTS, WAYS
from sim.evidence.nations import read_nations, read_values
from sim.evidence.parameters import read as read_parameters
from sim.months import FIRST, parse

MONTHS = np.arange(FIRST, parse("2036-01"))
K = {name: k for k, name in enumerate(ECOSYSTEMS)}
MAKER, HOST, SELF = range(len(WAYS))
DOORS_CLOSED = ("BLR", "CHN", "CUB", "IRN", "RUS")


@pytest.fixture(scope="module")
def nations():
    return read_nations(read_values())


@pytest.fixture(scope="module")
def known(nations):
    return access.history(nations, MONTHS)


def at(text):
    return parse(text) - FIRST


def test_shapes_and_ranges(nations, known):
    reach, unlisted, leak = known
    assert unlisted.shape == leak.shape
    assert ((unlisted >= 0) & (unlisted <= 1)).all()
    assert reach.shape == (len(MONTHS), len(nations), len(ECOSYSTEMS), len(WAYS))
    assert leak.shape == reach.shape[:3]
    assert ((reach >= 0) & (reach <= 1)).all()
    (most,) = (row.high for row in read_parameters() if row.path == "leak")
    assert (
        (leak >= 0) & (leak * most <= 1)
    ).all()  # a weight: access at the highest leak is a part


def test_no_provider_lists_the_closed_doors(nations, known):
    reach, unlisted, leak = known
    for iso3 in DOORS_CLOSED:
        i = nations.index(iso3)
        assert (unlisted[:, i, K["us_closed"]] == 1.0).all()
        assert not reach[:, i, K["us_closed"]].any()
        if iso3 != "CHN":
            # Iran: four in five use private networks, a third of Russians.
            assert (leak[:, i, K["us_closed"]] == (2.5 if iso3 == "IRN" else 1.0)).all()
        # Open weights still arrive, by hosts and own machines.
        assert (reach[at("2024-06") :, i, K["us_open_restricted"], HOST] > 0).all()
        assert (reach[at("2024-06") :, i, K["us_open_restricted"], SELF] == 1).all()
    assert leak[at("2026-01"), nations.index("CHN"), K["us_closed"]] == 0.25


def test_leaks_concern_nations_without_any_listing_alone(nations, known):
    reach, unlisted, leak = known
    assert not unlisted[:, :, 1:].any()
    assert not leak[:, :, 1:].any()
    assert not (leak[:, :, 0] * reach[:, :, 0, MAKER]).any()
    assert not leak[:, nations.index("USA")].any()


def test_the_listed_share_has_the_weights_of_the_model(nations, known):
    reach, *_ = known
    early, late = at("2024-01"), at("2025-06")
    egypt, saudi = nations.index("EGY"), nations.index("SAU")
    assert reach[early, egypt, 0, MAKER] == pytest.approx(0.4)
    assert reach[late, egypt, 0, MAKER] == pytest.approx(1.0)
    assert reach[late, saudi, 0, MAKER] == pytest.approx(0.4)
    assert reach[late, nations.index("USA"), 0, MAKER] == pytest.approx(1.0)


def test_before_a_first_release_nothing_can_be_had(nations, known):
    reach, *_ = known
    assert not reach[0, :, 2:].any()
    china = nations.index("CHN")
    others = np.arange(len(nations)) != china
    assert reach[0, china, K["cn_closed"], MAKER] == 1.0
    assert not reach[0, others, K["cn_closed"]].any()
    assert (reach[-1, others, K["cn_closed"], MAKER] == 0.1).all()


def test_closed_ecosystems_have_no_host_and_no_weights(known):
    reach, *_ = known
    assert not reach[:, :, :2, HOST:].any()


def test_a_ban_is_dated_and_reversed_when_the_evidence_says_so(nations, known):
    reach, *_ = known
    korea = reach[:, nations.index("KOR"), K["cn_open"], MAKER]
    assert korea[at("2025-01")] == 1.0
    assert korea[at("2025-02")] == pytest.approx(0.8)
    assert korea[at("2025-05")] == 1.0
    italy = reach[:, nations.index("ITA"), K["cn_open"], MAKER]
    assert italy[at("2025-01")] == 1.0
    assert italy[at("2025-02") :] == pytest.approx(0.4)
    # A ban touches the maker's service; the weights stay.
    assert (reach[at("2025-02") :, nations.index("ITA"), K["cn_open"], SELF] == 1).all()


def test_the_shock_of_june_2026_hits_abroad_for_a_month(nations, known):
    reach, *_ = known
    line = reach[:, nations.index("DEU"), 0, MAKER]
    assert line[at("2026-05")] == pytest.approx(1.0)
    assert line[at("2026-06")] == pytest.approx(0.9)
    assert line[at("2026-07")] == pytest.approx(1.0)
    assert reach[:, nations.index("USA"), 0, MAKER] == pytest.approx(1.0)


def test_a_run_that_does_not_know_the_end_of_the_shock_keeps_it(nations):
    reach, *_ = access.history(nations, MONTHS, until=parse("2026-06"))
    assert reach[-1, nations.index("DEU"), 0, MAKER] == pytest.approx(0.9)


def test_sovereign_models_need_a_laboratory(nations, known):
    reach, *_ = known
    there = {laboratory.iso3: laboratory for laboratory in access.laboratories()}
    assert {"ARE", "KOR", "SGP", "IND", "RUS", "JPN"} <= set(there) <= set(nations.iso3)
    assert not {"USA", "CHN", "FRA"} & set(there)  # whose models are ecosystems of their own
    for i, iso3 in enumerate(nations.iso3):
        ways = reach[-1, i, K["sovereign"]]
        assert ways.any() == (iso3 in there)
        if iso3 in there:
            assert (ways[1:] > 0).all() == (there[iso3].weights == "open")


def test_a_platform_reaches_further_than_a_programme_and_that_than_researchers(nations, known):
    reach, *_ = known
    at_last = {
        kind: {
            reach[-1, nations.index(laboratory.iso3), K["sovereign"], MAKER]
            for laboratory in access.laboratories()
            if laboratory.kind == kind
        }
        for kind in access.KINDS
    }
    research, programme, platform = (at_last[kind] for kind in access.KINDS)
    assert max(research) < min(programme) <= max(programme) < min(platform)


def test_known_lags_are_told_as_distances_from_the_mean_of_those_measured(nations):
    known, size = access.lag(nations, nations)
    lags = {found.iso3: found.lag for found in access.laboratories() if found.measured}
    assert len(lags) == 9
    mean = np.mean(list(lags.values()))
    for iso3, lag in lags.items():
        assert known[nations.index(iso3)] == pytest.approx(lag - mean)
        assert size[nations.index(iso3)] == 0.0
    by_name = {row.path: row for row in read_parameters()}
    assert by_name["sovereign_lag"].default == pytest.approx(mean, abs=0.05)
    nobody = nations.index("GHA")
    assert known[nobody] == 0.0
    measured = [nations.developers[nations.index(iso3)] for iso3 in lags]
    reference = np.exp(np.log(measured).mean())
    assert size[nobody] == pytest.approx(np.log(reference / nations.developers[nobody]))


def test_what_developers_tell_of_lags_is_within_the_range_of_its_parameter(nations):
    """The slope of the nine measured lags on the logarithm of developers, by least squares."""
    found = [one for one in access.laboratories() if one.measured]
    x = np.log([nations.developers[nations.index(one.iso3)] for one in found])
    fit = scipy.stats.linregress(x, [one.lag for one in found])
    row = {row.path: row for row in read_parameters()}["talent_lag"]
    assert row.low <= -fit.slope <= row.high
    assert fit.stderr == pytest.approx(1.2, abs=0.1)
    spread = {row.path: row for row in read_parameters()}["lab_spread"]
    assert spread.low <= np.std([one.lag for one in found], ddof=1) <= spread.high


def test_a_nation_has_one_row_of_laboratories(monkeypatch):
    real = access.read
    monkeypatch.setattr(access, "read", lambda *given: [*real(*given), real(*given)[0]])
    with pytest.raises(InputError, match=r"laboratories\.csv:2:.*RUS has a row above"):
        access.laboratories()


def test_rules_for_one_nation_stand_above_rules_for_all(nations, known):
    reach, *_ = known
    assert (reach[at("2023-06") :, nations.index("CHN"), K["cn_open"], MAKER] == 1.0).all()
    assert reach[at("2024-06"), nations.index("KEN"), K["cn_open"], MAKER] == pytest.approx(0.6)


@given(st.integers(FIRST, parse("2027-01")))
@settings(deadline=None, max_examples=25)
def test_until_never_changes_the_months_before_it(until):
    few = read_nations(read_values()).select(["USA", "CHN", "ITA", "KOR", "EGY", "ARE", "RUS"])
    full, cut = access.history(few, MONTHS), access.history(few, MONTHS, until)
    past = until >= MONTHS
    for a, b in zip(full, cut, strict=True):
        np.testing.assert_array_equal(a[past], b[past])


def test_a_nation_does_not_depend_on_who_else_is_there(nations, known):
    codes = ["BRA", "CHN", "KOR", "VNM"]
    few = access.history(nations.select(codes), MONTHS)
    places = [nations.index(code) for code in codes]
    for some, every in zip(few, known, strict=True):
        np.testing.assert_array_equal(some, every[:, places])


def test_a_nation_of_a_user_follows_the_general_rules(nations):
    one = nations.select(["KEN"])
    own = dataclasses.replace(one, iso3=("XXA",), name=("Anywhere",), us_cloud=np.array([True]))
    reach, *_ = access.history(own, MONTHS)
    assert reach[-1, 0, K["us_permissive"], HOST] == 1.0
    assert reach[-1, 0, K["cn_open"], MAKER] == 1.0


def test_facility_is_a_table_by_segment():
    assert dict(zip(SEGMENTS, access.facility().tolist(), strict=True)) == {
        "enterprise": 0.5,
        "independent": 0.2,
        "research": 0.5,
    }


@pytest.mark.parametrize("name", ["access_rules.csv", "access_values.csv", "laboratories.csv"])
def test_what_was_not_observed_says_how_it_was_made(name):
    for row in tables.read(name, ("source", "status", "note", "unit", "period")):
        assert row.text("source")
        if row.choice("status", tables.STATUSES) != "observed":
            assert row.text("note"), row


TYPED_WRONG = [
    ("access_rules.csv", "nations", "us_cluod", "us_cloud"),
    ("access_rules.csv", "nations", "CUB;ITL", "ITA"),
    ("access_rules.csv", "nations", "-ITL", "-ITA"),
    ("access_rules.csv", "nations", "", "empty"),
    ("laboratories.csv", "iso3", "INDIA", "IND"),
    ("laboratories.csv", "kind", "platfrom", "platform"),
    ("laboratories.csv", "weights", "opne", "open"),
    ("access_values.csv", "item", "leak_wieght", "leak_weight"),
]


def damaged(monkeypatch, name, column, cell, **others):
    """Let one cell of the first row of a table hold something else."""
    real = access.read

    def read(table, columns):
        rows = real(table, columns)
        if table == name:
            cells = {**rows[0].cells, **others, column: cell}
            rows[0] = tables.Row(table, rows[0].line, cells)
        return rows

    monkeypatch.setattr(access, "read", read)


@pytest.mark.parametrize(("name", "column", "cell", "hint"), TYPED_WRONG)
def test_a_selector_that_selects_nobody_is_an_error(monkeypatch, nations, name, column, cell, hint):
    damaged(monkeypatch, name, column, cell)
    with pytest.raises(InputError, match=rf"{name}:2:.*{hint}"):
        access.history(nations, MONTHS)


@pytest.mark.parametrize(
    ("item", "key", "hint"),
    [
        ("provider_weight", "opneai", "openai"),
        ("openai_from", "EGYP", "EGY"),
        ("leak_weight", "CHNA", "CHN"),
        ("facility", "enterprize", "enterprise"),
        ("laboratory_reach", "platfrom", "platform"),
        ("facility", "", "empty"),
    ],
)
def test_the_key_of_a_single_value_is_one_that_is_read(monkeypatch, nations, item, key, hint):
    damaged(monkeypatch, "access_values.csv", "key", key, item=item)
    with pytest.raises(InputError, match=rf"access_values\.csv:2:.*{hint}"):
        access.history(nations, MONTHS)


def test_a_single_value_that_is_missing_is_named(monkeypatch):
    real = access.read
    monkeypatch.setattr(access, "read", lambda name, columns: real(name, columns)[1:])
    with pytest.raises(InputError, match=r"access_values\.csv: .*provider_weight.*'openai'"):
        access.facility()


def test_a_rule_for_a_nation_that_is_not_selected_is_no_error(nations):
    assert not access.history(nations.select(["FRA"]), MONTHS)[1].any()
