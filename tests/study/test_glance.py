"""What a session and a notebook show of each kind of result."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.report import html_rows
from sim.study import glance
from sim.study.hypotheses.experiments import Findings
from sim.study.manifest import manifest
from sim.study.seals import KINDS

FEW = {"runs": 2, "until": "2024-12", "nations": "Brazil, India"}


@pytest.fixture(scope="module")
def results():
    sweep = sim.sweep("baseline", ["parameters.network=0.4,1.2"], **FEW)
    screened = sim.sensitivity(
        "baseline", ["parameters.network=0.4:1.2:3"], design="morris", points=2, **FEW
    )
    verdicts = pd.DataFrame({"id": ["H1"], "claim": ["<b>open</b>"], "verdict": ["undecided"]})
    claims = Findings(manifest("hypotheses", {}, []), verdicts, pd.DataFrame())
    compared = sim.compare("rand_package", sizes=False, **FEW)
    return {"sweep": sweep, "sensitivity": screened, "comparison": compared, "hypotheses": claims}


def test_every_kind_but_a_run_has_a_table():
    assert set(glance.TABLES) == set(KINDS) - {"run"}


@pytest.mark.parametrize("kind", ["sweep", "sensitivity", "comparison", "hypotheses"])
def test_a_result_is_one_line_in_a_session_and_a_table_in_a_notebook(results, kind):
    result = results[kind]
    line, page = repr(result), result._repr_html_()
    assert "\n" not in line
    assert len(line) < 120
    assert line.startswith(kind.capitalize())
    assert page.startswith("<table><caption>")
    assert 1 <= page.count("<tr>") - 1 <= 12
    assert "nan" not in page


def test_titles_stand_in_place_of_ids(results):
    compared = results["comparison"]._repr_html_()
    assert "The RAND package" in compared
    assert "Share of the US bloc" in compared
    assert "Strength of network effects" in results["sweep"]._repr_html_()
    for kind in ("comparison", "sweep", "sensitivity"):
        page = results[kind]._repr_html_()
        body = page[page.index("<thead>") :]
        assert "share.bloc" not in body
        assert "parameters." not in body


def test_words_of_a_result_are_no_markup(results):
    assert "&lt;b&gt;open&lt;/b&gt;" in results["hypotheses"]._repr_html_()


def test_a_long_table_is_cut_and_says_so():
    page = html_rows(pd.DataFrame({"x": [0.123456, float("nan")] * 50}), "Many")
    assert "12 of 100 rows" in page
    assert page.count("<td>") == 12
    assert "<td>0.123</td>" in page
    assert "<td></td>" in page
