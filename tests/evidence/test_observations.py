import pytest

from sim import evidence, months
from sim.evidence.observations import read_observations, series

CONTRACT = (
    "openrouter_token_share_by_lab_origin", "openrouter_open_weight_token_share",
    "web_visit_share_chinese_llm_sites", "deepseek_market_share",
    "genai_user_share_of_working_age_population", "atom_share_of_new_derivatives",
    "hf_download_share", "enterprise_workload_share_open_source",
)  # fmt: skip


@pytest.mark.parametrize("name", CONTRACT)
def test_every_series_of_the_contract_has_rows(name):
    assert series(name)


def test_nothing_is_later_than_june_2026():
    assert max(row.last for row in read_observations()) == months.parse("2026-06")
    assert all(row.first <= row.last for row in read_observations())


def test_no_figure_stands_twice():
    keys = [(row.series, row.place, row.period, row.ecosystem) for row in read_observations()]
    assert len(keys) == len(set(keys))


def test_places_are_nations_of_the_table_or_the_world():
    known = {*evidence.load().nations.iso3, "WLD"}
    assert {row.place for row in read_observations()} <= known


def test_half_years_cover_six_months_and_a_quarter_three():
    halves = series("deepseek_market_share")
    assert {(row.first, row.last) for row in halves} == {
        (months.parse("2025-07"), months.parse("2025-12"))
    }
    users = series("genai_user_share_of_working_age_population")
    assert all(row.last - row.first == (2 if row.period == "2026-Q1" else 5) for row in users)
    nations = evidence.load().nations.iso3
    assert {row.place for row in users if row.period == "2026-Q1"} >= set(nations)


def test_figures_that_the_notes_print():
    visits = {
        months.text(row.last): row.value
        for row in series("web_visit_share_chinese_llm_sites")
        if row.series == "web_visit_share_chinese_llm_sites"
    }
    assert visits == {"2025-01": 3, "2025-02": 13, "2025-08": 6}
    shares = [row.value for row in series("openrouter_open_weight_token_share_high")]
    assert len(shares) == 18
    assert shares[0] == 18.36


def test_the_bounds_of_the_bands_are_those_of_the_nation_table():
    nations = evidence.load().nations
    low = {row.place: row.value for row in series("deepseek_market_share_band_low")}
    assert low == {code: band.low for code, band in nations.deepseek.items()}
    assert set(nations.iso3) - set(low) == {"SGP"}


def test_what_the_notes_say_not_to_use_is_left_out():
    names = {row.series for row in read_observations()}
    assert not any("top10" in name or "open_source_startups" in name for name in names)
    assert not any("vendor_claim" in name for name in names)


def test_a_topic_of_repositories_is_never_printed_below_a_hundred_developers():
    rows = [row for row in series("github_topic_pushers") if not row.series.endswith("_share")]
    assert {row.ecosystem for row in rows} == {
        "cn_open:deepseek", "cn_open:qwen", "us_closed:openai", "us_closed:claude",
        "us_closed:gemini",
    }  # fmt: skip
    assert all(row.value >= 100 and row.last - row.first == 2 for row in rows)
    american = {
        row.period: row.value
        for row in rows
        if (row.place, row.ecosystem) == ("USA", "cn_open:deepseek")
    }
    assert american == {"2025-Q1": 201, "2025-Q2": 260, "2025-Q3": 383, "2025-Q4": 370}


def test_the_best_model_for_coding_has_one_answer_each():
    best = {row.ecosystem: row.value for row in series("jetbrains_best_llm_for_coding")}
    assert best["cn_open:deepseek-r1"] == 3.3
    assert sum(best.values()) < 100
