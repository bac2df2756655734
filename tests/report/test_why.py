"""Parts of utility on the page of a run: the numbers of `sim explain`, to its two decimals."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from sim.metrics.utility import PARTS, SUM
from sim.report import tables, why
from sim.report.page import page


@pytest.fixture(scope="module")
def shown(result):
    return tables.curves(result)


@pytest.fixture(scope="module")
def found(result, shown):
    return why.read(result, shown.ecosystems)


@pytest.fixture(scope="module")
def frame(result):
    return result.utility.to_pandas().set_index(["nation", "month", "ecosystem", "part"])["p50"]


def test_every_row_of_the_table_has_its_place(found, frame):
    assert found.months == ("2026-10", "2030-12", "2035-12")
    assert np.isfinite(found.values).sum() == len(frame)
    at = found.nations.index("BRA"), 1, list(PARTS).index("brand")
    for k, ecosystem in enumerate(found.ecosystems):
        assert found.values[*at, k] == frame["BRA", "2030-12", ecosystem, "brand"]
    assert np.isnan(found.values[found.nations.index("CHN"), :, :, 0]).all()


def test_the_page_holds_what_would_be_printed(result, known, frame):
    (block,) = re.findall(r'id="kit-data">(.*?)</script>', page(result, known), re.DOTALL)
    held = json.loads(block)
    lines, parts = held["nations"]["lines"], held["explain"]["parts"]
    names = [*PARTS, SUM]
    for nation in ("BRA", "CHN", "DEU"):
        for month, rows in zip(parts["months"], parts["values"][nation], strict=True):
            # `sim explain` leaves out what would be written as zero everywhere.
            assert [row[0] for row in rows] == [n for n, name in enumerate(names) if name != "scar"]
            for place, *cells in rows:
                for ecosystem, cell in zip(lines, cells, strict=True):
                    value = frame.get((nation, month, ecosystem, names[place]))
                    if value is None:
                        assert cell is None
                    else:
                        assert f"{cell / 100:+.2f}" == f"{round(value, 2) + 0.0:+.2f}"
    assert parts["titles"][-1] == "sum: utility"


def test_hundredths_are_those_that_are_printed():
    rng = np.random.default_rng(1)
    for value in (*rng.normal(size=500), 0.125, 0.135, -0.145, 2.675, -0.0049, 0.005):
        assert why._hundredths(value) / 100 == float(f"{value:.2f}")


def test_a_line_says_what_speaks_for_the_largest_ecosystem(found, shown, result, known, frame):
    table = why.largest(found, shown, {"BRA": "Brazil"})
    (row,) = (row for row in table.rows if row[0] == "Brazil")
    shares = shown.of("BRA")[:, -1]
    best = shown.ecosystems[int(np.argmax(shares))]
    assert row[1].endswith(tables.percent(float(shares.max())))
    parts = frame["BRA", "2035-12", best].drop(["capability", SUM]).sort_values()
    for cell, some in ((row[2], parts[::-1][:2]), (row[3], parts[:2])):
        said = [f"{PARTS[name].title}\u00a0{value:+.2f}" for name, value in some.items()]
        assert cell == ", ".join(said)
    assert len(table.rows) == 80
    assert table.title in page(result, known)


def test_little_weight_is_said_so():
    assert why._named([]) == "nothing of weight"


def test_a_result_without_the_table_still_has_a_page(result, known, shown):
    old = replace(result, utility=None)
    assert why.read(old, shown.ecosystems) is None
    text = page(old, known)
    assert "What speaks for and against" not in text
    assert "utility.parquet" not in text
    assert "utility.parquet" in page(result, known)
