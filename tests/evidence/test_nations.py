import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import evidence
from sim.errors import InputError
from sim.evidence import tables
from sim.evidence.axes import POOLS
from sim.evidence.nations import MEMBERSHIPS, REGIONS, Nations, read_constants

NATIONS = evidence.load().nations
ARRAYS = [f.name for f in dataclasses.fields(Nations) if isinstance(getattr(NATIONS, f.name), np.ndarray)]  # fmt: skip  # noqa: E501
DERIVED = ("income_ratio", "optimism_z", "alignment", "links")
selections = st.sets(st.sampled_from(NATIONS.iso3), min_size=1)


def members(group, nations=NATIONS):
    return {
        code for code, inside in zip(nations.iso3, nations.groups[group], strict=True) if inside
    }


def test_there_are_eighty_sorted_and_every_array_has_their_length():
    assert len(NATIONS) == 80
    assert list(NATIONS.iso3) == sorted(set(NATIONS.iso3))
    for name in (*ARRAYS, *DERIVED):
        array = getattr(NATIONS, name)
        assert len(array) == 80
        assert np.all(np.isfinite(array))


def test_nothing_can_be_written_to():
    for name in (*ARRAYS, *DERIVED):
        with pytest.raises(ValueError, match="read-only"):
            getattr(NATIONS, name)[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        NATIONS.iso3 = ()


def test_alignment_is_the_formula_of_the_model():
    place = NATIONS.index
    assert NATIONS.alignment[place("USA")] == 1.0
    assert NATIONS.alignment[place("CHN")] == -1.0
    usa, chn, deu = (NATIONS.ideal_point[place(code)] for code in ("USA", "CHN", "DEU"))
    expected = (abs(deu - chn) - abs(deu - usa)) / abs(usa - chn)
    assert NATIONS.alignment[place("DEU")] == pytest.approx(expected)
    assert np.all(np.abs(NATIONS.alignment) <= 1.0)


def test_a_constant_outside_its_range_is_refused(monkeypatch, tmp_path):
    text = (tables.DATA / "constants.csv").read_text(encoding="utf-8")
    assert "price_revision,6,3,12," in text
    wrong = text.replace("price_revision,6,3,12,", "price_revision,13,3,12,")
    (tmp_path / "constants.csv").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(tables, "DATA", tmp_path)
    with pytest.raises(InputError, match="13 is not between 3 and 12"):
        read_constants()


def test_yardsticks_are_constants_of_the_eighty():
    known = NATIONS.constants
    weights = NATIONS.developers / NATIONS.developers.sum()
    assert np.exp(weights @ np.log(NATIONS.income)) == pytest.approx(known.income_ref, rel=0.002)
    assert NATIONS.optimism.mean() == pytest.approx(known.optimism_mean, abs=0.01)
    assert NATIONS.optimism.std() == pytest.approx(known.optimism_sd, abs=0.01)
    assert NATIONS.ideal_point[NATIONS.index("USA")] == known.ideal_point_usa
    assert NATIONS.ideal_point[NATIONS.index("CHN")] == known.ideal_point_chn
    assert NATIONS.english.mean() == pytest.approx(known.english_mean, abs=0.001)
    heads = np.median(NATIONS.developers / NATIONS.population)
    assert heads == pytest.approx(known.developers_per_head, rel=0.001)


def test_links_are_both_directions_without_a_diagonal_and_rows_sum_to_one():
    assert np.array_equal(NATIONS.flows, NATIONS.flows.T)
    assert not NATIONS.links.diagonal().any()
    assert NATIONS.links.sum(axis=1) == pytest.approx(np.ones(80))
    assert NATIONS.flows[NATIONS.index("USA"), NATIONS.index("DEU")] == 303990 + 1759925


def test_the_global_south_is_the_one_of_the_contract():
    south = members("global_south")
    assert not south & {"CHN", "ISR", "SGP"}
    assert {"BRA", "IND", "IDN", "NGA", "EGY", "KAZ", "ARE", "TUR"} <= south
    assert not south & (members("europe") | members("north_america") | members("oceania"))
    assert members("global_south_with_china") == south | {"CHN"}


def test_the_world_without_china_is_every_other_nation():
    assert members("world_without_china") == members("world") - {"CHN"}
    assert len(members("world_without_china")) == 79


def test_groups_of_the_contract_are_there_and_regions_part_the_world():
    named = {
        "world", "global_south", "global_south_with_china", "world_without_china", *REGIONS, "eu",
        "oecd", "brics", "pax_silica", "us_allies", "high_income", "low_income", "belt_and_road",
        "us_services_blocked",
    }  # fmt: skip
    assert named <= set(NATIONS.groups)
    assert np.sum([NATIONS.groups[region] for region in REGIONS], axis=0).tolist() == [1] * 80


def test_members_that_everybody_knows():
    assert members("g7") == {"USA", "CAN", "GBR", "FRA", "DEU", "ITA", "JPN"}
    assert members("us_services_blocked") == {"BLR", "CHN", "CUB", "IRN", "RUS"}
    assert {"BRA", "RUS", "IND", "CHN", "ZAF"} <= members("brics")
    assert "ITA" not in members("belt_and_road")
    assert "GBR" not in members("eu")
    assert {"FRA", "DEU", "POL"} <= members("eu")
    assert not members("high_income") & members("low_income")


def test_pools_follow_their_rule():
    values = {(v.iso3, v.variable): v.value for v in evidence.load().values}
    for place, code in enumerate(NATIONS.iso3):
        ally = values[code, "chip_tier"] == 1 or values[code, "pax_silica"] == 1
        expected = "china" if code == "CHN" else "us_allies" if ally else "rest"
        assert POOLS[NATIONS.pool[place]] == expected


def test_deepseek_bands_hold_what_the_report_prints():
    printed = {code: band.printed for code, band in NATIONS.deepseek.items() if band.printed}
    assert printed == {"CHN": 89, "BLR": 56, "CUB": 49, "RUS": 43}
    assert len(NATIONS.deepseek) == 79
    assert (NATIONS.deepseek["BRA"].low, NATIONS.deepseek["BRA"].high) == (0, 5)


def test_imputed_cells_are_few_flagged_and_explained():
    imputed = [v for v in evidence.load().values if v.status == "imputed"]
    assert all(v.note for v in imputed)
    count = {
        name: sum(v.variable == name for v in imputed) for name in {v.variable for v in imputed}
    }
    assert count["income"] == 3
    assert count["ideal_point"] == 3
    assert count["internet"] == 1
    assert count["optimism"] == 45
    assert {"developers", "ai_users_2025h1", "oecd"}.isdisjoint(count)


def test_english_is_observed_imputed_from_neighbours_or_judged():
    rows = {v.iso3: v for v in evidence.load().values if v.variable == "english"}
    status = {code: row.status for code, row in rows.items()}
    assert len(rows) == 80
    assert list(status.values()).count("observed") == 50
    assert {code for code in status if status[code] == "imputed"} == {
        "COL", "CUB", "ECU", "NOR", "PER", "QAT", "SAU", "TUN", "UGA", "VEN",
    }  # fmt: skip
    doubtful = ("ETH", "SDN", "TZA")
    assert {status[code] for code in doubtful} == {"judgement"}
    mexico, argentina, chile = (rows[code].value for code in ("MEX", "ARG", "CHL"))
    assert rows["PER"].value == pytest.approx((mexico + argentina + chile) / 3, abs=0.05)
    assert NATIONS.english[NATIONS.index("USA")] == 96


def test_region_medians_of_optimism_are_the_ones_of_the_notes():
    value = {v.iso3: v.value for v in evidence.load().values if v.variable == "optimism"}
    got = [value[code] for code in ("NOR", "TWN", "PHL", "BGD", "EGY", "KEN", "ECU")]
    assert got == [48, 67, 75.5, 67, 71, 64, 60.5]
    assert value["CHN"] == 85


@given(selections)
def test_a_selection_leaves_the_others_as_they_are(codes):
    some = NATIONS.select(sorted(codes, reverse=True))
    places = [NATIONS.index(code) for code in some.iso3]
    assert list(some.iso3) == sorted(codes)
    for name in (*ARRAYS, "income_ratio", "optimism_z", "alignment"):
        if name != "flows":
            assert np.array_equal(getattr(some, name), getattr(NATIONS, name)[places])
    for slug, inside in some.groups.items():
        assert np.array_equal(inside, NATIONS.groups[slug][places])
    assert set(some.deepseek) == set(NATIONS.deepseek) & codes


@given(selections)
def test_links_of_a_selection_are_weighted_anew(codes):
    some = NATIONS.select(codes)
    sums = some.links.sum(axis=1)
    linked = some.flows.any(axis=1)
    assert sums[linked] == pytest.approx(1.0)
    assert not sums[~linked].any()


def test_the_whole_selected_is_the_whole_bit_by_bit():
    whole = NATIONS.select(NATIONS.iso3)
    for name in (*ARRAYS, *DERIVED):
        assert np.array_equal(getattr(whole, name), getattr(NATIONS, name))


def test_a_nation_alone_has_no_links():
    assert NATIONS.select(["BRA"]).links.tolist() == [[0.0]]


@pytest.mark.parametrize(
    ("code", "meant"),
    [("BRZ", "BRA"), ("Brazil", "BRA"), ("Brasil", "BRA"), ("bra", "BRA"), ("germany", "DEU")],
)
def test_an_unknown_nation_names_the_nearest(code, meant):
    with pytest.raises(InputError) as caught:
        NATIONS.select(["USA", code])
    assert caught.value.problems[0].hint == f"did you mean '{meant}'?"


def test_a_selection_needs_a_nation():
    with pytest.raises(InputError, match="at least one"):
        NATIONS.select([])


def test_memberships_are_columns_in_their_order():
    assert NATIONS.memberships == MEMBERSHIPS
    assert NATIONS.membership.shape == (80, len(MEMBERSHIPS))
    for column, name in enumerate(MEMBERSHIPS):
        assert np.array_equal(NATIONS.membership[:, column], NATIONS.groups[name])


def test_the_evidence_is_read_once_and_hashed():
    known = evidence.load()
    assert evidence.load() is known
    assert known.hash == evidence.tables.facts_hash()
    assert len(known.hash) == 64
