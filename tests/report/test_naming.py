"""What groups are called where a run is not of the whole world."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from sim import report
from sim.report import figures, naming, tables
from sim.report.summary import summary
from tests.report.conftest import fake_result

SEVEN = ("AGO", "BRA", "CHN", "IND", "KEN", "MEX", "NGA")


def of(codes, nations):
    found = fake_result(8, codes)
    return replace(found, scenario=replace(found.scenario, nations=nations))


def test_one_nation_goes_by_its_name_and_stands_once(names):
    result = of(("BRA",), ("BRA",))
    text = summary(result, None, names)
    assert "Policies of today, carried forward, Brazil alone (8 runs, seed 1)" in text
    assert "World" not in text
    assert "Global South" not in text
    assert "In Brazil, " in text
    assert sum(line.startswith("Brazil  ") for line in text.splitlines()) == 1
    page = report.page(result)
    assert "<h1>Policies of today, carried forward, Brazil alone</h1>" in page
    assert "<h3>World</h3>" not in page
    assert "Global South" not in page.split('id="history"')[0]
    assert page.count("<h3>Brazil</h3>") == 2  # what the runs say, and the table of shares


def test_the_figure_names_the_nation(names):
    figure = report.adoption_curves(of(("BRA",), ("BRA",)))
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["Brazil"]
    words = " ".join(text.get_text() for text in figure.texts)
    assert "in Brazil" in words
    assert "Brazil alone." in words


def test_several_nations_are_counted_and_listed(names):
    text = " ".join(summary(of(SEVEN, SEVEN), None, names).split())
    assert "carried forward, 7 nations alone (8 runs" in text
    assert "This run holds 7 nations (" in text
    assert "Brazil, China" in text
    assert "In these 7 nations, " in text
    assert "World" not in text


def test_a_group_goes_by_its_own_name(names):
    codes = ("ARG", "BRA", "MEX")
    result = of(codes, "latin_america_and_caribbean")
    shown = tables.curves(result)
    called = naming.naming(result, shown, names)
    assert called.name("world") == "Latin America and Caribbean"
    assert called.in_words("world") == "in Latin America and Caribbean"
    assert naming.distinct(shown, shown.unions) == ["world"]
    assert figures.usual(shown) == ["world"]


@pytest.mark.parametrize("nations", [None, "world"])
def test_the_world_is_the_world(result, names, nations):
    result = replace(result, scenario=replace(result.scenario, nations=nations))
    shown = tables.curves(result)
    called = naming.naming(result, shown, names)
    assert called.name("world") == "World"
    assert called.note == ""
    assert called.titled("A title") == "A title"
    assert naming.distinct(shown, shown.unions) == list(shown.unions)


def test_a_table_of_all_nations_is_the_world(result, names):
    table = SimpleNamespace(name="mine.csv", csv="")
    result = replace(result, scenario=replace(result.scenario, nations=table))
    known = SimpleNamespace(iso3=("BRA", "USA"), name=("Brazil", "United States"))
    called = naming.naming(result, tables.curves(result), known)
    assert called.name("world") == "World"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Brazil", "BRA"), ("brazil", "BRA"), ("BRA", "BRA"), ("world", "world"),
        ("Global South (without China)", "global_south"), ("Global South", "global_south"),
        ("south-east asia", "southeast_asia"), ("My exporters", "my_exporters"),
        ("atlantis", "atlantis"),
    ],
)  # fmt: skip
def test_names_mean_codes(word, code):
    held = ("world", "global_south", "my_exporters", "BRA")
    assert naming.code_of(word, held) == code


def test_a_group_of_a_scenario_comes_before_a_nation_of_that_name():
    assert naming.code_of("brazil", ["world", "brazil"]) == "brazil"


def test_names_that_take_an_article():
    called = naming.Naming({"USA": "United States", "BRA": "Brazil"})
    assert called.in_words("USA") == "in the United States"
    assert called.in_words("BRA") == "in Brazil"
