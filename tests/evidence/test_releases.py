from __future__ import annotations

import re
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence import releases, tables
from sim.evidence.ecosystems import ECOSYSTEMS
from sim.months import parse

OCTOBER = re.compile(r"October 2026 copy \((\d+\.\d+)\)")
TABLES = ("releases.csv", "prices.csv", "price_events.csv", "serving.csv")


def model(ecosystem, name):
    catalogue = releases.read_catalogue()
    return next(r for r in catalogue.of(ecosystem) if r.model == name)


def test_a_release_after_the_15th_counts_from_the_next_month():
    assert model("cn_open", "DeepSeek-R1").start == parse("2025-02")  # 20 January
    assert model("us_closed", "GPT-5").start == parse("2025-08")  # 7 August
    assert model("us_closed", "Claude Haiku 4.5").start == parse("2025-10")  # 15 October


def test_scores_of_the_october_copy_come_through_the_stated_line():
    rows = tables.read("releases.csv", ("model", "index", "note", "status"))
    linked = [(float(m[1]), row) for row in rows if (m := OCTOBER.search(row["note"]))]
    assert len(linked) > 40
    for october, row in linked:
        assert row.number("index") == pytest.approx(5.7182 + 0.96342 * october, abs=0.006)
        assert row["status"] == "derived"


@pytest.mark.parametrize("name", TABLES)
def test_what_was_not_observed_says_how_it_was_made(name):
    for row in tables.read(name, ("source", "status", "note", "unit", "period")):
        assert row.text("source")
        assert row.text("unit")
        assert row.text("period")
        if row.choice("status", tables.STATUSES) != "observed":
            assert row.text("note"), row


def test_no_model_stands_twice():
    rows = tables.read("releases.csv", ("ecosystem", "model"))
    names = [(row["ecosystem"], row["model"]) for row in rows]
    assert len(names) == len(set(names))


def test_every_ecosystem_has_releases_and_open_ones_a_size_class():
    catalogue = releases.read_catalogue()
    for ecosystem in ECOSYSTEMS:
        assert catalogue.of(ecosystem)
        for release in catalogue.of(ecosystem):
            if ecosystem in catalogue.open:
                assert release.size_class in catalogue.serving.gpu_hours
                assert release.size_class in catalogue.serving.host_price
            else:
                assert releases.list_price(release, release.start) is not None


def test_european_closed_models_stay_out():
    names = {r.model for r in releases.read_catalogue().of("eu_open")}
    assert "Mistral Medium 3" not in names
    assert "Mistral Large" not in names


def test_blend_is_three_parts_to_one():
    assert releases.blend(2.0, 6.0) == 3.0
    assert releases.blend(1.0, 1.0) == 1.0


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_blend_lies_between_its_parts(price_in, price_out):
    mixed = releases.blend(price_in, price_out)
    low, high = min(price_in, price_out), max(price_in, price_out)
    assert low * (1 - 1e-12) <= mixed <= high * (1 + 1e-12)


def test_a_price_cut_counts_from_its_month():
    o3 = model("us_closed", "o3")
    assert releases.list_price(o3, parse("2025-04")) is None
    assert releases.list_price(o3, parse("2025-05")) == 17.5
    assert releases.list_price(o3, parse("2025-06")) == 3.5


def test_the_host_ratio_is_the_median_of_the_price_table():
    rows = tables.read("prices.csv", ("model", "way", "from", "input", "output"))
    blended = [
        (r["model"], r["way"], releases.blend(r.number("input"), r.number("output"))) for r in rows
    ]
    maker = {name: price for name, way, price in blended if way == "maker"}
    ratios = [p / maker[n] for n, way, p in blended if way != "maker" and n in maker]
    assert len(ratios) == 7
    known = releases.read_catalogue().serving.host_ratio
    assert known == pytest.approx(statistics.median(ratios), abs=0.005)


SERVING = releases.Serving(
    gpu_hours={"8b": 0.1}, host_price={"8b": 0.5}, host_ratio=0.9, rental=((100, 8.0), (110, 2.0))
)


def test_rent_is_log_linear_and_held_at_both_ends():
    assert SERVING.rent(90) == 8.0
    assert SERVING.rent(105) == pytest.approx(4.0)
    assert SERVING.rent(200) == 2.0


@given(st.integers(0, 300))
def test_rent_stays_between_its_quotes(month):
    assert 2.0 * (1 - 1e-12) <= SERVING.rent(month) <= 8.0 * (1 + 1e-12)


def test_the_three_rules_for_a_host():
    bare = releases.Release("cn_open", "m", 100, 120.0, "8b")
    assert releases.host_price(bare, 100, SERVING) == pytest.approx(0.5 * 8 / 2)
    listed = releases.Release("cn_open", "m", 100, 120.0, "8b", prices=((100, 1.0),))
    assert releases.host_price(listed, 105, SERVING) == 0.9
    seen = releases.Release(
        "cn_open", "m", 100, 120.0, "8b", prices=((100, 1.0),), host=((110, 0.3),)
    )
    assert releases.host_price(seen, 100, SERVING) == pytest.approx(0.3 * 8 / 2)
    assert releases.host_price(seen, 150, SERVING) == pytest.approx(0.3)


def test_own_machines_cost_hours_times_rent():
    bare = releases.Release("cn_open", "m", 100, 120.0, "8b")
    assert releases.self_price(bare, 105, SERVING) == pytest.approx(0.4)


def test_a_closed_model_without_a_price_is_an_error():
    catalogue = releases.Catalogue((), SERVING, open=frozenset({"cn_open"}))
    bare = releases.Release("us_closed", "m", 100, 120.0)
    with pytest.raises(InputError, match="has no price"):
        releases.ways(bare, 100, catalogue)


def test_open_weights_without_a_service_carry_the_hosts_price():
    catalogue = releases.Catalogue((), SERVING, open=frozenset({"cn_open"}))
    bare = releases.Release("cn_open", "m", 100, 120.0, "8b")
    maker, host, own = releases.ways(bare, 110, catalogue)
    assert maker == host == pytest.approx(0.5)
    assert own == pytest.approx(0.2)


def test_a_price_without_a_release_is_named(monkeypatch):
    real = releases.read

    def with_stranger(name, columns):
        rows = real(name, columns)
        if name == "prices.csv":
            rows.append(tables.Row(name, 999, {**rows[0].cells, "model": "Nobody 1"}))
        return rows

    monkeypatch.setattr(releases, "read", with_stranger)
    with pytest.raises(InputError, match="Nobody 1"):
        releases.read_catalogue.__wrapped__()
