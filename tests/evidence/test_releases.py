from __future__ import annotations

import re
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence import releases, tables
from sim.evidence.axes import ECOSYSTEMS
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
    gpu_hours={"8b": 0.1},
    host_price={"8b": 0.5},
    host_rent=2.0,
    host_ratio=0.9,
    rental=((100, 8.0), (110, 2.0)),
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


DATED = [
    ("us_closed", "GPT-5.6 Sol", "2026-08", (5, 30)),
    ("us_closed", "GPT-5.6 Sol", "2026-09", (4, 20)),
    ("us_closed", "GPT-5.6 Terra", "2026-07", (2.5, 15)),
    ("us_closed", "GPT-5.6 Terra", "2026-08", (2, 12)),
    ("us_closed", "GPT-5.6 Luna", "2026-08", (0.2, 1.2)),
    ("us_closed", "Gemini 3.6 Flash", "2026-08", (0.75, 3.75)),
    ("cn_open", "DeepSeek-V4-Pro", "2026-05", (0.435, 0.87)),
    ("cn_open", "DeepSeek V4 Flash 0731", "2026-08", (0.14, 0.28)),
    ("cn_open", "DeepSeek V4 Flash 0731", "2026-09", (0.22, 0.66)),
    ("cn_open", "DeepSeek V4 Pro 0813", "2026-08", (0.435, 0.87)),
    ("cn_open", "DeepSeek V4 Pro 0813", "2026-09", (0.66, 1.98)),
    ("cn_open", "Qwen 3.8 27B", "2026-08", (0.45, 3.2)),
    ("cn_open", "GLM-5.3-Flash", "2026-09", (0.15, 0.5)),
    ("cn_open", "GLM-5.3-Flash", "2026-12", (0.15, 0.5)),
]


@pytest.mark.parametrize(("ecosystem", "name", "month", "price"), DATED)
def test_prices_of_2026_are_those_of_the_price_lists(ecosystem, name, month, price):
    listed = releases.list_price(model(ecosystem, name), parse(month))
    assert listed == pytest.approx(releases.blend(*price))


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("GPT-5.6 Sol", ["2026-07-09:5/30", "2026-08-21:4/20"]),
        ("GPT-5.6 Terra", ["2026-07-09:2.5/15", "2026-07-30:2/12"]),
        ("GPT-5.6 Luna", ["2026-07-09:1/6", "2026-07-30:0.2/1.2"]),
        ("Gemini 3.6 Flash", ["2026-07-21:1.5/7.5", "2026-08-13:0.75/3.75"]),
        ("GLM-5.3-Flash", ["2026-08-26:0.075/0.25", "2026-09-09:0.15/0.5"]),
    ],
)
def test_price_lists_carry_the_day_of_each_change(name, rows):
    table = tables.read("prices.csv", ("model", "way", "from", "input", "output"))
    found = [
        f"{row['from']}:{row['input']}/{row['output']}"
        for row in table
        if row["model"] == name and row["way"] == "maker"
    ]
    assert found == rows


def catalogue_with(monkeypatch, *rows):
    """Return the catalogue read with rows of prices put before those of the table."""
    real = releases.read

    def more(name, columns):
        table = real(name, columns)
        if name != "prices.csv":
            return table
        first = next(row for row in table if row["model"] == "GPT-5" and row["way"] == "maker")
        added = [tables.Row(name, 900 + n, {**first.cells, **row}) for n, row in enumerate(rows)]
        return [*added, *table]

    monkeypatch.setattr(releases, "read", more)
    return releases.read_catalogue.__wrapped__()


def test_of_two_prices_that_count_from_one_month_the_later_day_holds(monkeypatch):
    dear = {"from": "2025-12-02", "input": "9", "output": "9"}
    cheap = {"from": "2025-12-14", "input": "1", "output": "1"}
    catalogue = catalogue_with(monkeypatch, dear, cheap)
    gpt = next(r for r in catalogue.of("us_closed") if r.model == "GPT-5")
    assert releases.list_price(gpt, parse("2025-12")) == 1.0


def test_two_prices_of_one_day_are_an_error(monkeypatch):
    with pytest.raises(InputError, match=r"prices\.csv:\d+:.*'GPT-5'.*2025-08-07"):
        catalogue_with(monkeypatch, {"input": "9"})


def toy_of_open_weights():
    """Return weights with a maker's price, a host seen at month 110, and weights without either."""
    seen = releases.Release(
        "cn_open", "seen", 100, 120.0, "8b", prices=((100, 1.0),), host=((110, 0.3),)
    )
    bare = releases.Release("cn_open", "bare", 100, 110.0, "8b")
    return releases.Catalogue((seen, bare), SERVING, open=frozenset({"cn_open"}))


def test_a_host_seen_later_gives_way_to_the_next_rule():
    known = toy_of_open_weights().known(105)
    (seen, bare), serving = known.releases, known.serving
    assert releases.host_price(seen, 105, serving) == 0.9
    assert releases.host_price(seen, 110, toy_of_open_weights().known(110).serving) == 0.9
    later = toy_of_open_weights().known(110)
    assert releases.host_price(later.releases[0], 110, later.serving) == 0.3
    # Rent quoted later is unknown, so what was known last holds.
    assert serving.rent(105) == 8.0
    assert releases.self_price(bare, 105, serving) == pytest.approx(0.8)
    # What a class costs in hours of an H100 is a measurement that holds at any date.
    assert releases.host_price(bare, 105, serving) == pytest.approx(0.5 * 8 / 2)


def test_who_knows_everything_has_the_same_catalogue():
    whole = releases.read_catalogue()
    assert whole.known(whole.last) == whole
