"""The three futures in words and pictures: from the numbers, never one without the others."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from sim.ensemble.futures import DATA
from sim.report import futures, futures_figure, page, summary, svg
from sim.report.summary import WIDTH
from tests.report.conftest import fake_result

SHARES = {"none": 0.07, "stops": 0.12, "goes_on": 0.31, "all": 0.14}
STAMPS = ("2024-12", "2025-06", "2026-12", "2030-12", "2035-12")


def rows(names=tuple(SHARES), groups=("world", "world_without_china", "global_south")):
    places = [(m, g) for m in ("share.bloc_cn", "used.cn") for g in groups]
    return pa.Table.from_pylist(
        [
            {
                "scenario": "baseline", "future": name, "metric": metric, "group": group,
                "month": stamp, "p05": SHARES[name] / 2, "p50": SHARES[name],
                "p95": 2 * SHARES[name], "runs": 42 if name == "all" else 14,
            }
            for name in names
            for metric, group in [*places, ("tokens.bloc_cn", "world")]
            for stamp in STAMPS
        ]
    )  # fmt: skip


def data(**misfit):
    both = {"origin": (1.8, 7.9), "topics": (1.4, 1.2), "open": (0.7, 2.0), **misfit}
    return {
        DATA: {
            "until": "2026-06",
            "misfit": {name: pair[0] for name, pair in both.items()},
            "misfit_unlearned": {name: pair[1] for name, pair in both.items()},
        }
    }


@pytest.fixture(scope="module")
def three(result):
    return replace(result, futures=rows(), manifest={**result.manifest, **data()})


def test_the_first_lines_hold_the_three_before_any_other_number_of_2035(three):
    said = summary(three)
    top = said[: said.index("In the world")]
    for figure in ("7 % where builders never learned", "12 % where learning stops",
                   "31 % where learning goes on"):  # fmt: skip
        assert figure in " ".join(top.split())
    assert "a third of the runs each: that part is judgement" in " ".join(top.split())
    for line in ("  2030-12       7 % (4-14)       12 % (6-24)       31 % (16-62)      14 % (7-28)",
                 "Chinese part of tokens on routers, not of developers"):  # fmt: skip
        assert line in top
    assert max(map(len, said.splitlines())) <= WIDTH


def test_a_sentence_on_a_group_holds_the_three_medians(three):
    said = " ".join(summary(three).split())
    assert said.count("never learned 7 %, stops 12 %, goes on 31 %") == 2


def test_what_the_data_say_is_made_from_the_misfits(three):
    known = futures.read(three)
    said = futures.said_by_data(known)
    assert "missed by 1.8 with learning and 7.9 without" in said
    assert "speaks for learning" in said
    assert "Of 3 series 2 are nearer with learning, 1 are not" in said
    assert "No data tell whether learning stops or goes on" in said
    other = replace(three, manifest=data(origin=(3.0, 2.0)))
    assert "speaks against learning" in futures.said_by_data(futures.read(other))
    none = replace(three, manifest={})
    assert "Nothing was fitted" in futures.said_by_data(futures.read(none))


def test_runs_that_do_not_divide_are_counted(three):
    table = rows().to_pylist()
    for row in table:
        row["runs"] = {"none": 14, "stops": 13, "goes_on": 13, "all": 40}[row["future"]]
    said = futures.words(futures.read(replace(three, futures=pa.Table.from_pylist(table))))
    assert "14, 13 and 13 runs" in said
    assert "third" not in said


@pytest.mark.parametrize("name", ["none", "stops", "goes_on"])
def test_one_future_alone_is_called_so(three, name):
    alone = replace(three, futures=rows((name,)))
    said = summary(alone)
    assert "One future" in said
    assert futures.WORDS[name] in said
    assert "Three futures" not in said
    assert futures_figure(alone) is None


def test_a_run_of_some_nations_names_them_and_not_the_world():
    china = fake_result(4, ("CHN",))
    part = replace(china.scenario, nations=["CHN"])
    some = replace(china, scenario=part, futures=rows(groups=("world",)))
    said = futures.words(futures.read(some))
    assert "outside China" not in said
    assert "in China in 2035-12" in said
    assert "outside China" not in "\n".join(futures.lines(futures.read(some)))


def test_a_run_that_ends_before_the_facts_do_has_no_block(three):
    early = pa.Table.from_pylist([r for r in rows().to_pylist() if r["month"] < "2026-10"])
    assert futures.read(replace(three, futures=early)) is None
    assert futures.read(replace(three, futures=None)) is None


def test_the_page_has_table_figure_and_file(three, known):
    text = page(three, known)
    for said in ("Three futures", "futures.csv", "never learned", "Solid: it goes on"):
        assert said in text
    before = page(replace(three, futures=None), known)
    assert "Three futures" not in before
    assert "futures.csv" not in before


def test_lines_of_the_figure_differ_without_their_colour(three):
    drawn = futures_figure(three)
    lines = {line.get_gid(): line for line in drawn.axes[0].lines if line.get_gid()}
    assert set(lines) == {"none", "stops", "goes_on"}
    assert len({str(line._unscaled_dash_pattern) for line in lines.values()}) == 3
    texts = [text.get_text() for text in drawn.axes[0].texts]
    assert {"never learned", "stops", "goes on"} <= set(texts)
    assert svg(drawn) == svg(futures_figure(three))
    for name, line in lines.items():
        assert line.get_ydata()[-1] == SHARES[name]
