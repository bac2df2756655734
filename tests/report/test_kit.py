"""The script of the pages: what lets it run, what it reads, and where the map puts nations."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from sim import months
from sim.report import tables
from sim.report.interactive import inline, run
from sim.report.naming import distinct, naming
from sim.report.page import page
from sim.study.against import over


@pytest.fixture(scope="module")
def made(result, names):
    shown = tables.curves(result)
    unions = distinct(shown, shown.unions)
    return run.data(result, shown, unions, naming(result, shown, names), names)


@pytest.fixture(scope="module")
def text(levered, known) -> str:
    return page(levered, known)


def test_the_policy_names_the_one_script_that_may_run(text):
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "\r" not in script  # a parser would change it, and its hash with it


def test_the_script_loads_nothing():
    script = str(inline.script())
    for word in (
        "fetch(",
        "XMLHttpRequest",
        "import ",
        "import(",
        "eval(",
        "innerHTML",
        "Function(",
    ):
        assert word not in script
    assert set(re.findall(r"https?://[^\"' ]+", script)) == {"http://www.w3.org/2000/svg"}


def test_data_cannot_end_its_element():
    said = {"title": "</script><script>alert(1)</script><!-- & \u2028"}
    block = str(inline.block(said))
    assert not set("<>&\u2028") & set(block)
    assert json.loads(block) == said


def test_a_page_holds_its_data_and_stays_small(text):
    (block,) = re.findall(
        r'<script type="application/json" id="kit-data">(.*?)</script>', text, re.DOTALL
    )
    held = json.loads(block)
    assert held["name"] == "baseline-4f1c2a9be0d3"
    assert len(block) < 500_000
    assert len(text.encode()) < 2_000_000


def test_data_hold_the_curves(made, result):
    shown = tables.curves(result)
    metric = next(each for each in made["metrics"] if each["id"] == "share")
    at = [shown.at(months.parse(month)) for month in metric["months"]]
    assert metric["months"][0] == "2023-01"
    assert metric["months"][-1] == "2035-12"
    values = np.array(metric["values"]["global_south"])
    for place, band in enumerate(run.BANDS):
        wanted = shown.of("global_south", band)[:, at]
        assert np.abs(values[:, place] / run.SCALE - wanted).max() < 0.6 / run.SCALE
    nations = made["nations"]
    at = [shown.at(months.parse(month)) for month in nations["months"]]
    mean = np.array(nations["values"]["BRA"])[:, 3] / run.SCALE
    assert np.abs(mean - shown.of("BRA", "mean")[:, at]).max() < 0.6 / run.SCALE
    assert "2026-10" in nations["months"]


def test_blocs_are_sums_within_each_run(made, result):
    shown = tables.curves(result)
    last = shown.months[-1]
    shares = tables.run_shares(result, shown, ["world"], [last])["world", last]
    wanted = np.quantile(tables.blocs(shares, shown.ecosystems)["cn"], (0.05, 0.5, 0.95))
    metric = next(each for each in made["metrics"] if each["id"] == "bloc")
    got = np.array(metric["values"]["world"])[metric["lines"].index("bloc.cn"), :, -1]
    assert np.abs(got / run.SCALE - wanted).max() < 0.6 / run.SCALE


def test_every_nation_has_a_place_and_none_shares_one(names):
    placed = run.places(names.iso3)
    assert set(placed) == set(names.iso3)
    assert len(set(placed.values())) == len(placed)
    assert all(row >= 0 and 1 <= column <= run.COLUMNS for row, column in placed.values())
    # It reads as a map: west is left, north is above.
    assert placed["USA"][1] < placed["BRA"][1] < placed["NGA"][1] < placed["IND"][1]
    assert placed["IND"][1] < placed["JPN"][1]
    assert placed["NOR"][0] < placed["ITA"][0] < placed["NGA"][0] < placed["ZAF"][0]


def test_nations_of_a_users_own_table_stand_below():
    own = [f"X{n:02d}" for n in range(run.COLUMNS + 2)]
    placed = run.places(["NZL", *own])
    assert placed["X00"][0] > placed["NZL"][0]
    assert placed[own[-1]] == (placed["X00"][0] + 1, 2)
    assert len(set(placed.values())) == len(own) + 1


def test_the_page_says_how_to_cite_it(text, levered):
    (cited,) = re.findall(r'<p class="cite"><span>(.*?)</span>', text)
    for word in ("Policies of today", levered.hash[:12], "scenario baseline", "model version 1"):
        assert word in cited
    assert "2026-11-27" in cited


def test_assumptions_have_dates_and_judgement_is_marked(text):
    rows = re.findall(r"<tr><th scope=\"row\"><code>(\w+)</code>.*?</tr>", text)
    assert "task_difficulty" in rows
    assert re.search('<code>task_difficulty</code>.*<td data-says="Date: ">2026\u201110</td>', text)
    assert "<mark>judgement</mark>" in text


def test_a_run_keeps_the_curves_of_its_reference(tmp_path):
    import sim

    base = sim.run("baseline", runs=2, until="2024-06", nations="BRA,CHN,USA")
    more = sim.run("rand_package", runs=2, until="2024-06", nations="BRA,CHN,USA")
    laid = over(more, base, base.scenario.document())
    held = type(laid).read(laid.save(tmp_path))
    assert held.reference is not None
    frame = held.reference.to_pandas()
    assert list(frame) == ["group", "ecosystem", "month", "p50"]
    shown = tables.curves(held)
    drawn = run.data(held, shown, ["world"], naming(held, shown), sim.evidence.load().nations)
    assert drawn["reference"]["name"] == "baseline"
    wanted = tables.curves(base).of("world")[:, -1]
    got = np.array(drawn["reference"]["values"]["world"])[:, -1] / run.SCALE
    assert np.abs(got - wanted).max() < 0.6 / run.SCALE
    assert run.data(replace(held, reference=None), shown, ["world"], naming(held, shown),
                    sim.evidence.load().nations)["reference"] is None  # fmt: skip
