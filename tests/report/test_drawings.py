"""A figure is added in one place: one function, and every page and folder of its kind has it."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pandas as pd
import pytest

from sim.report import drawings
from sim.report.drawings import PAGES, Drawing, data_address, on_page
from sim.report.kit import canvas
from sim.report.sheet import Table, sheet
from sim.study.saved import kind_of
from sim.study.seals import KINDS
from tests.report.test_browser import _compared

WORDS = "Worlds by the size of their effect"


@pytest.fixture
def added(monkeypatch):
    """Add a figure to each kind of page, as a module of this room would, and take it away again."""
    for kind in PAGES:
        drawings._maker(kind)  # loads what it draws
    registered = {kind: list(drawings._DRAWN[kind]) for kind in PAGES}
    monkeypatch.setattr(drawings, "_DRAWN", drawings.defaultdict(list, registered))

    def histogram(found):
        with canvas(3.0, 2.0) as (figure, (axis,)):
            axis.hist([len(found.hash)])
        yield Drawing("histogram", WORDS, figure)

    for kind in PAGES:
        on_page(kind)(histogram)


def test_an_added_figure_is_on_the_page_and_in_the_folder(added, tmp_path):
    place = _compared().save(tmp_path)
    address = data_address((place / "histogram.svg").read_bytes())
    assert f'<img src="{address}" alt="{WORDS}">' in (place / "report.html").read_text()


def test_an_added_figure_is_on_the_page_of_a_run(added, result, known):
    from sim.report.page import of_run, page

    drawn = [*of_run(result), *drawings._DRAWN["run"][-1](result)]
    assert f'alt="{WORDS}"' in page(result, known, drawn)
    assert WORDS not in page(result, known)


MANIFEST = {
    "kind": "any", "hash": "", "evidence_hash": "", "model_version": 1, "format_version": 1,
    "versions": {}, "made": {"time": "", "machine": {"system": "", "machine": ""}, "engine": ""},
}  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in PAGES if kind != "run"])
def test_every_kind_shows_and_keeps_all_its_figures(added, kind, monkeypatch):
    """No module of a kind is told of a figure: whatever it says, `page_of` adds all of them."""
    module = importlib.import_module(f"sim.report.{PAGES[kind].partition(':')[0]}")
    monkeypatch.setattr(module, PAGES[kind].partition(":")[2], lambda _: sheet("", [], []))
    drawings._DRAWN[kind][:-1] = []
    found = SimpleNamespace(kind=kind, hash="0" * 64, manifest=MANIFEST)
    (drawn,) = drawings.drawings_of(found)
    assert list(drawn.files) == ["histogram.svg"]
    assert drawings.page_of(found, [drawn]).count(f'alt="{WORDS}"') == 1


def test_every_kind_of_result_has_a_page():
    assert set(PAGES) == {*KINDS, "nation"}  # a nation of a run is no result of its own
    for kind in KINDS:
        assert callable(drawings._maker(kind))
        assert "_figures" not in vars(kind_of({"kind": kind}))
        assert "_page" not in vars(kind_of({"kind": kind}))


def test_a_figure_on_the_page_alone_has_no_file_and_one_in_the_folder_alone_no_place():
    page_only, folder_only = Drawing("", "Words", "<svg/>"), Drawing("file", "", "<svg/>")
    assert page_only.files == {}
    assert folder_only.files == {"file.svg": b"<svg/>"}
    page = sheet("", [], []).html(MANIFEST, [page_only, folder_only])
    assert page.count("<figure>") == 1


def test_a_table_is_described_by_its_columns():
    frame = pd.DataFrame({"name": ["a {b}", "c"], "low": [0.123, 4.0], "high": [1.0, 5.0]})
    columns = {"Name": "{name}", ("Low", "high"): ("{low:.1f}", "{high:+.0f}")}
    made = Table.of("Title", columns, frame)
    assert made.head == ["Name", ("Low", "high")]
    assert made.rows == [["a {b}", ("0.1", "+1")], ["c", ("4.0", "+5")]]
