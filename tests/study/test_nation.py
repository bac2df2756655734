"""The page of one nation: every number of it is one of the explanation or of paired runs."""

from __future__ import annotations

import re

import pytest

import sim
from sim.errors import InputError, StoreError
from sim.study.nation import METRICS, nation_page, write
from tests.cli.here import sim as command

HOSTILE = "<script>alert(1)</script> & co"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A short run with two levers and a title that means harm."""
    asked = {
        "extends": "baseline", "name": "two", "title": HOSTILE,
        "period": {"end": "2028-12"}, "ensemble": {"runs": 6, "seed": 5},
        "levers": [
            {"id": "us_nairr_scaleup", "strength": "high", "start": "2026-10"},
            {"id": "us_sme_open_adoption", "strength": "high", "start": "2026-07"},
        ],
    }  # fmt: skip
    return sim.run(asked, out=tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def page(run):
    return nation_page(run, "Brazil")


def cells(html):
    """Return the words of every cell of a page's tables."""
    return [re.sub("<[^>]+>", " ", cell).split() for cell in re.findall(r"<td.*?</td>", html)]


def test_it_says_the_figure_in_its_first_sentence(page):
    html = page.html()
    low, middle, high = (f"{100 * page.why.figure[name]:.1f} %" for name in ("p05", "p50", "p95"))
    assert f"In 2028-12 {middle} of developers in Brazil build mainly on Chinese models" in html
    assert f"{low} to {high}" in html
    assert (page.why.runs, page.why.seed) == (6, 5)


def test_a_title_that_means_harm_is_only_text(page):
    html = page.html()
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(1)" in html


def test_effects_are_those_of_each_lever_alone_in_the_same_worlds(run, page):
    """Held against two runs of their own, paired by `sim.effect`."""
    assert set(page.effects["metric"]) == set(METRICS)
    assert len(page.effects) == 4
    document = run.scenario.document()
    for row in page.effects.itertuples():
        alone = document | {
            "levers": [entry for entry in document["levers"] if entry["id"] == row.scenario]
        }
        without = document | {"levers": []}
        found = sim.effect(alone, without, row.metric, "BRA")
        assert row.p50 == pytest.approx(found.median, abs=1e-12)
        assert (row.p05, row.p95) == pytest.approx((found.p05, found.p95), abs=1e-12)


def test_it_shows_segments_observed_figures_inputs_and_sources(page):
    html = page.html()
    shown = cells(html)
    for row in page.why.choices.itertuples():
        assert any(f"{100 * row.p50:.1f}" in cell for cell in shown)
    told = page.why.observed.dropna(subset=["p50"])
    assert html.count("so2025full_equal_split_share") >= 4
    assert len(told) > 8
    for title in page.why.sources["id"]:
        assert title in html
    assert html.count("<figure>") == 4


def test_a_world_without_levers_has_no_table_of_their_effects(tmp_path):
    run = sim.run("baseline", runs=2, seed=1, until="2026-12", out=tmp_path)
    page = nation_page(run, "IND")
    assert page.effects.empty
    html = page.html()
    assert "alone" not in re.sub("<script.*?</script>|<[^>]+>", "", html, flags=re.DOTALL)
    assert html.count("<figure>") == 3


def test_the_command_writes_it_beside_the_report(run):
    done = command("report", run.folder, "--focus", "BRA", cwd=run.folder)
    assert (done.returncode, done.stderr) == (0, "")
    written = run.folder / "report-BRA.html"
    assert done.stdout.strip() == str(written)
    assert written.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sim.repeat(run, out=run.folder.parents[1]).unchanged  # the result is still sound


def test_what_has_no_page_is_refused(run, tmp_path):
    with pytest.raises(InputError, match="no nation of this scenario is called 'BRB'"):
        write(run.folder, "BRB")
    with pytest.raises(StoreError, match="there is no folder"):
        write(tmp_path / "none", "BRA")
    swept = sim.sweep("baseline", ["parameters.network=0.5,1"], runs=1, until="2024-01",
                      out=tmp_path)  # fmt: skip
    with pytest.raises(InputError, match="a nation's page is of a run"):
        write(swept.folder, "BRA")
    assert not list(tmp_path.rglob("report-*.html"))
