from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from sim.report import nations, style, tables

SVG = "{http://www.w3.org/2000/svg}"


def parse(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own file


@pytest.fixture(scope="module")
def drawing(result, names) -> ET.Element:
    return parse(nations.adoption_nations(result, names))


def test_every_nation_is_there_once_with_five_layers(drawing, names):
    groups = drawing.findall(f"{SVG}g")
    written = sorted(group.find(f"{SVG}text[@class='name']").text for group in groups)
    assert written == sorted(names.name)
    for group in groups:
        classes = [path.get("class") for path in group.findall(f"{SVG}path")]
        assert classes == ["chinese", "sovereign", "european", "us-open", "us-closed", "facts"]


def test_charts_stay_in_their_box_and_do_not_overlap(drawing):
    width = float(drawing.get("width"))
    height = float(drawing.get("height"))
    places = set()
    for group in drawing.findall(f"{SVG}g"):
        x, y = map(float, re.findall(r"[\d.]+", group.get("transform")))
        assert x + nations.WIDTH <= width
        assert y + nations.HEIGHT <= height
        places.add((x, y))
        for path in group.findall(f"{SVG}path"):
            pairs = re.findall(r"[ML]([\d.]+) ([\d.]+)", path.get("d"))
            assert all(0 <= float(a) <= nations.WIDTH for a, _ in pairs)
            assert all(0 <= float(b) <= nations.HEIGHT for _, b in pairs)
    assert len(places) == 80
    for x, y in places:
        for other, below in places:
            same = (x, y) == (other, below)
            assert same or abs(x - other) >= nations.WIDTH or abs(y - below) >= nations.HEIGHT + 12


def test_the_last_point_of_a_layer_is_its_share(result, names):
    shown = tables.curves(result)
    tile = next(t for t in nations.tiles(result, shown, names) if t.iso3 == "BRA")
    path = re.search(r'class="us-closed" d="([^"]+)"', tile.paths)[1]
    last = float(re.findall(r"L[\d.]+ ([\d.]+)", path)[-1])
    share = tables.layer(shown, "BRA", ("us_closed",))[-1]
    assert last == pytest.approx(nations.HEIGHT * (1 - share), abs=0.051)
    assert tile.words.startswith("Brazil, 2035-12: US closed ")
    assert tile.chinese == pytest.approx(tables.layer(shown, "BRA", style.LAYERS["Chinese"])[-1])


def test_regions_stand_in_order_and_hold_their_nations(result, names):
    every = nations.tiles(result, tables.curves(result), names)
    order = [nations.REGIONS.index(tile.region) for tile in every]
    assert order == sorted(order)
    home = dict(zip(names.iso3, names.region, strict=True))
    assert all(tile.region == home[tile.iso3] for tile in every)


def test_a_nation_that_the_table_does_not_hold_names_itself(result):
    few = SimpleNamespace(iso3=("BRA",), name=("Brazil",), region=("south_asia",))
    every = nations.tiles(result, tables.curves(result), few)
    assert every[0].name == "Brazil"
    assert {tile.region for tile in every[1:]} == {nations.OTHER}
    assert "KEN" in {tile.name for tile in every}


def test_names_and_titles_are_escaped(result, names, retitled):
    bad = SimpleNamespace(
        iso3=names.iso3, name=tuple("<script>&" for _ in names.iso3), region=names.region
    )
    text = nations.adoption_nations(retitled("</svg><script>alert(1)</script>"), bad)
    assert "<script" not in text
    parse(text)


def test_a_few_nations_or_none_can_be_drawn(result, names):
    table = result.curves
    few = replace(result, curves=table[table["group"].isin(["world", "KEN", "USA"])])
    assert len(parse(nations.adoption_nations(few, names)).findall(f"{SVG}g")) == 2
    none = replace(result, curves=table[table["group"] == "world"])
    assert parse(nations.adoption_nations(none, names)).findall(f"{SVG}g") == []


def test_the_drawing_is_small_and_the_same_each_time(result, names):
    one = nations.adoption_nations(result, names)
    assert one == nations.adoption_nations(result, names)
    assert len(one) < 400_000
    assert not np.any([word in one for word in ("nan", "inf", "href")])
