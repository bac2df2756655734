"""The golden baseline: the code gives the numbers that are on record, or the version moves."""

from __future__ import annotations

import pytest

from making import golden
from sim.version import MODEL


@pytest.fixture(scope="module")
def now():
    return golden.text(golden.rows())


def test_the_baseline_is_what_is_on_record(now):
    recorded = golden.FILE.read_text(encoding="utf-8")
    assert golden.version(recorded) == MODEL, "run: make golden"
    moved = golden.difference(recorded, now)
    assert not moved, f"{moved}; meant? raise MODEL, say Regression in CHANGELOG.md, make golden"


def test_it_holds_every_december_of_shares_developers_compute_and_views(now):
    lines = [line.split(",")[:4] for line in now.splitlines()[2:]]
    months = sorted({month for month, *_ in lines})
    assert months == [f"{year}-12" for year in range(2023, 2036)]
    by_month = {month: [rest for when, *rest in lines if when == month] for month in months}
    assert len({len(rest) for rest in by_month.values()}) == 1
    quantities = {quantity for quantity, *_ in by_month["2030-12"]}
    assert {"share", "developers", "compute", "openrouter_open_weight_token_share"} <= quantities


@pytest.fixture
def recorded(tmp_path, monkeypatch, now):
    monkeypatch.setattr(golden, "rows", lambda: None)
    monkeypatch.setattr(golden, "text", lambda _: now)
    return tmp_path / "baseline.csv"


def moved_by_a_digit(now):
    head, _, last = now.rstrip("\n").rpartition(",")
    return f"{head},{float(last) * 1.00001:.6g}\n"


def test_it_refuses_to_move_under_a_version_that_stands_still(recorded, now):
    recorded.write_text(moved_by_a_digit(now), encoding="utf-8")
    with pytest.raises(SystemExit, match=f"the model version is still {MODEL}"):
        golden.renew(recorded)
    assert recorded.read_text(encoding="utf-8") == moved_by_a_digit(now)


def test_it_moves_with_the_version(recorded, now):
    older = moved_by_a_digit(now).replace(f"model_version {MODEL}:", f"model_version {MODEL - 1}:")
    recorded.write_text(older, encoding="utf-8")
    assert "renewed" in golden.renew(recorded)
    assert recorded.read_text(encoding="utf-8") == now


def test_an_equal_table_and_a_first_one_are_written(recorded, now):
    assert "written" in golden.renew(recorded)
    assert "unchanged" in golden.renew(recorded)
    assert recorded.read_text(encoding="utf-8") == now
