"""Branches are counted from what coverage.py says, and a gap without a reason is an error."""

from __future__ import annotations

import json

from validation import branches

ROOT = branches.ROOT


def file(taken, of):
    return {"branches": of, "taken": taken, "lines": 50, "run": 40}


def test_a_part_is_of_branches_and_without_any_of_lines():
    assert branches.part(file(19, 20)) == 0.95
    assert branches.part(file(0, 0)) == 0.8
    assert branches.part({"branches": 0, "taken": 0, "lines": 0, "run": 0}) == 1.0


def test_a_file_with_too_few_branches_needs_a_reason(monkeypatch):
    found = {"files": {"sim/a.py": file(19, 20), "sim/b.py": file(18, 20), "sim/c.py": file(0, 20)}}
    monkeypatch.setattr(branches, "reasons", lambda: {"sim/c.py": "runs elsewhere"})
    assert branches.unexplained(found) == ["sim/b.py"]


def test_every_reason_is_of_a_file_that_is_there():
    for name, reason in branches.reasons().items():
        assert (ROOT / name).is_file(), name
        assert len(reason.split()) > 3, name


def test_every_test_is_in_some_room():
    tests = {file.relative_to(ROOT / "tests").parts[0] for file in ROOT.glob("tests/**/test_*.py")}
    assert set(branches.rooms()) == tests


REPORT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1"
failures="2" skipped="3" tests="40" time="1.5"></testsuite></testsuites>"""


def test_tests_are_counted_from_the_report_of_pytest(tmp_path):
    place = tmp_path / "tests.xml"
    place.write_text(REPORT)
    assert branches._tests(place) == {"tests": 40, "failed": 3, "skipped": 3}


def test_what_is_printed_is_kept_and_a_gap_is_an_end_with_1(tmp_path, monkeypatch, capsys):
    found = {"files": {"sim/a.py": file(19, 20), "sim/b.py": file(18, 20)}}
    monkeypatch.setattr(branches, "run", lambda *_: found)
    monkeypatch.setattr(branches, "reasons", dict)
    assert branches.main(["world", "--out", str(tmp_path / "found.json")]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == json.loads((tmp_path / "found.json").read_text()) == found
    assert "sim/b.py: 90 % of 20 branches" in said.err
    assert "sim/a.py" not in said.err
