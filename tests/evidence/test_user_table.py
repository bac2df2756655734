import numpy as np
import pytest

from sim import evidence
from sim.errors import InputError
from sim.evidence.user_table import LIMIT, from_user_table

BASE = evidence.load().nations
HEADER = "iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point"
FULL = f"{HEADER},groups,pool,population"
BRAZIL = "BRA,Brazil,latin_america_and_caribbean,7000000,0.85,21590,0.16,58,-0.3"
NOWHERE = "XXA,Nowhere,Sub-Saharan Africa,1000,0.5,5000,0.1,60,-0.5"


def read(tmp_path, *rows, header=HEADER):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return from_user_table(path, BASE)


def problems(tmp_path, *rows, header=HEADER):
    with pytest.raises(InputError) as caught:
        read(tmp_path, *rows, header=header)
    return caught.value.problems


def test_figures_of_the_table_win_and_what_it_lacks_is_kept(tmp_path):
    mine = read(tmp_path, "USA,United States,North America,1000,0.9,80000,0.3,40,2.2", BRAZIL)
    assert mine.iso3 == ("BRA", "USA")
    assert mine.developers.tolist() == [7e6, 1000.0]
    assert mine.region == ("latin_america_and_caribbean", "north_america")
    places = [BASE.index("BRA"), BASE.index("USA")]
    for name in ("pool", "membership", "listed", "us_cloud", "population"):
        assert np.array_equal(getattr(mine, name), getattr(BASE, name)[places])
    assert np.array_equal(mine.flows, BASE.flows[np.ix_(places, places)])
    assert mine.constants == BASE.constants
    assert mine.alignment[1] == pytest.approx(0.955, abs=0.001)
    assert set(mine.deepseek) == {"BRA", "USA"}


def test_a_new_nation_gets_the_defaults_that_the_documentation_names(tmp_path):
    mine = read(tmp_path, NOWHERE, BRAZIL)
    place = mine.index("XXA")
    assert mine.pool[place] == 2
    assert mine.listed[place].all()
    assert not mine.membership[place].any()
    assert not mine.links[place].any()
    assert mine.global_south[place]
    assert mine.population[place] == pytest.approx(1000 / BASE.constants.developers_per_head)


def test_groups_pool_and_population_may_be_given(tmp_path):
    mine = read(tmp_path, f"{NOWHERE},eu; my_group,us_allies,50000", f"{BRAZIL},,,", header=FULL)
    place = mine.index("XXA")
    assert mine.groups["my_group"].tolist() == [False, True]
    assert mine.groups["eu"][place]
    assert mine.groups["us_allies"][place]
    assert mine.population[place] == 50000
    alone = mine.select(["BRA"])
    assert alone.groups["my_group"].tolist() == [False]


def test_english_may_be_given_and_is_the_mean_of_the_80_or_kept(tmp_path):
    header = f"{HEADER},english"
    mine = read(tmp_path, f"{NOWHERE},", f"{BRAZIL},", header=header)
    brazil = BASE.index("BRA")
    assert mine.english.tolist() == [BASE.english[brazil], BASE.constants.english_mean]
    given = read(tmp_path, f"{NOWHERE},41", f"{BRAZIL},0", header=header)
    assert given.english.tolist() == [0, 41]


def test_english_is_percent(tmp_path):
    found = problems(tmp_path, f"{NOWHERE},101", header=f"{HEADER},english")
    assert [problem.message for problem in found] == ["101 is out of range"]
    assert found[0].hint == "write a number from 0 to 100 (percent)"


def test_links_of_mixed_tables_join_only_nations_that_ship(tmp_path):
    mine = read(tmp_path, NOWHERE, BRAZIL, BRAZIL.replace("BRA,Brazil", "ARG,Argentina"))
    assert mine.links[mine.index("BRA")].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("row", "column", "message", "hint"),
    [
        (BRAZIL.replace("BRA", "bra"), "iso3", "'bra' is not a nation code", "three capital"),
        (BRAZIL.replace("Brazil", ""), "name", "is empty", None),
        (BRAZIL.replace("latin_america_and_caribbean", "sout_asia"), "region", "known region",
         "did you mean 'south_asia'?"),
        (BRAZIL.replace("0.85", "85"), "internet", "out of range", "a fraction, not percent"),
        (BRAZIL.replace("7000000", "0"), "developers", "out of range", "accounts"),
        (BRAZIL.replace("21590", "nan"), "income", "not a finite number", "USD PPP"),
        (BRAZIL.replace("0.16", "16"), "ai_users", "out of range", "a fraction, not percent"),
        (BRAZIL.replace("7000000", "7_000_000"), "developers", "not a number", "accounts"),
        (BRAZIL.replace("7000000", "\u0667"), "developers", "not a number", "accounts"),
        (BRAZIL.replace("58", "many"), "optimism", "not a number", "percent"),
        (BRAZIL.replace("-0.3", ""), "ideal_point", "is empty", "UN ideal point"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_its_place(tmp_path, row, column, message, hint):
    (found,) = problems(tmp_path, NOWHERE, row)
    assert found.file == str(tmp_path / "mine.csv")
    assert found.line == 3
    assert found.column == 1 + HEADER.split(",").index(column)
    assert found.path == column
    assert message in found.message
    assert hint is None or hint in found.hint


def test_every_problem_is_told_at_once(tmp_path):
    found = problems(tmp_path, BRAZIL.replace("0.85", "85").replace("58", "580"), BRAZIL)
    assert [(x.line, x.path) for x in found] == [(2, "internet"), (2, "optimism"), (3, "iso3")]


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("My Group,,", "is not a group slug"),
        ("global_south,,", "has a rule of its own"),
        (",allies,", "is not a known pool"),
        (",,-5", "is out of range"),
    ],
)
def test_wrong_optional_cells_are_told(tmp_path, tail, message):
    (found,) = problems(tmp_path, f"{BRAZIL},{tail}", header=FULL)
    assert message in found.message
    assert found.line == 2


def test_an_unknown_or_missing_column_is_told(tmp_path):
    (found,) = problems(tmp_path, f"{BRAZIL},1", header=f"{HEADER},gdp")
    assert found.message == "the column 'gdp' is unknown"
    (found,) = problems(tmp_path, "BRA", header="iso3")[:1]
    assert found.message == "lacks the column 'name'"


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        from_user_table(tmp_path / "none.csv", BASE)


def test_a_table_of_a_million_nations_says_what_it_would_need(tmp_path):
    (found,) = problems(tmp_path, *("x" for _ in range(1_000_000)))
    assert "1,000,000 nations" in found.message
    assert "links would need 8,000.0 GB" in found.message
    assert "results of 200 runs 1,747.2 GB" in found.message


def test_the_limit_itself_is_taken(tmp_path):
    codes = [f"{a}{b}{c}" for a in "PQR" for b in map(chr, range(65, 91)) for c in map(chr, range(65, 91))]  # fmt: skip  # noqa: E501
    rows = [NOWHERE.replace("XXA", code) for code in codes[:LIMIT]]
    assert len(read(tmp_path, *rows)) == LIMIT
    assert "at most" in problems(tmp_path, *rows, NOWHERE)[0].message


def test_the_room_reads_a_table_by_its_path(tmp_path):
    read(tmp_path, BRAZIL)
    assert evidence.user_nations(tmp_path / "mine.csv").iso3 == ("BRA",)
