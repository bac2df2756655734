"""Each figure of a result as PNG, SVG, PDF and on a slide, by one call."""

from __future__ import annotations

import struct
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from sim.errors import InputError
from sim.report import drawings, nations
from sim.report.drawings import Drawing
from sim.report.kit import canvas
from sim.report.saving import of_svg
from tests.report.test_browser import _compared

SOURCE = "Result 0123, model version 1"


@pytest.fixture(scope="module")
def drawn(result):
    with canvas(4.0, 3.0) as (figure, (axis,)):
        axis.plot([0, 1], [0, 1])
    return {
        "figure": Drawing("line", "", figure, source=SOURCE),
        "svg": Drawing("nations", "", nations.adoption_nations(result), source=SOURCE),
    }


@pytest.mark.parametrize("slide", [False, True])
@pytest.mark.parametrize("which", ["figure", "svg"])
def test_a_figure_is_written_in_three_forms(drawn, which, slide, tmp_path):
    one = drawn[which]
    png = one.save(tmp_path / "a.png", slide=slide).read_bytes()
    assert png.startswith(b"\x89PNG")
    wide, high = struct.unpack(">II", png[16:24])
    if slide:
        assert wide / high == pytest.approx(16 / 9, rel=0.01)
    pdf = one.save(tmp_path / "a.PDF", slide=slide).read_bytes()
    assert pdf.startswith(b"%PDF")
    svg = one.save(str(tmp_path / "a.svg"), slide=slide).read_text(encoding="utf-8")
    root = ET.fromstring(svg)  # noqa: S314 - made here
    if slide:
        assert float(root.get("width")) / float(root.get("height")) == pytest.approx(16 / 9, 0.01)
        assert SOURCE in "".join(root.itertext())
    else:
        assert svg.encode() == one.svg
    # The same figure gives the same bytes.
    assert one.save(tmp_path / "b.png", slide=slide).read_bytes() == png


def test_svg_of_this_house_is_drawn_again_with_all_its_tiles(result):
    text = nations.adoption_nations(result)
    axis = of_svg(text).axes[0]
    paths = text.count("<path") - text.count('class="facts"')
    assert len(axis.patches) >= paths
    assert "Brazil" in {words.get_text() for words in axis.texts}


def test_an_unknown_form_and_an_unknown_name_are_told(drawn, tmp_path):
    with pytest.raises(InputError, match=r"\.png, \.svg or \.pdf"):
        drawn["figure"].save(tmp_path / "a.gif")
    found = _compared()
    assert found.figures == ("effects", "over_time")
    assert found.figure("effects").source.startswith("Result 000000000000, model version 3")
    with pytest.raises(InputError, match="did you mean 'effects'"):
        found.figure("effect")


def test_a_figure_shows_itself_in_a_notebook():
    assert replace(Drawing("x", "", "<svg/>"))._repr_svg_() == "<svg/>"
    assert drawings.source_of(_compared().manifest).endswith("not a forecast.")
