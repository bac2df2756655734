"""The long experiments, made short."""

from __future__ import annotations

import json

import pytest

from validation import __main__ as validate
from validation.tutorial import Taken


@pytest.mark.long
def test_a_large_sweep_is_measured_and_kills_change_no_byte(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(validate, "RESULTS", tmp_path)
    few = (*validate.SMALL[1:], "--until", "2028-12")
    monkeypatch.setattr(validate, "SMALL", ("parameters.network=0.2:1.6:8", *few))
    large, killed = validate.large, validate.killed
    monkeypatch.setattr(validate, "large", lambda: large(points=2, runs=3))
    monkeypatch.setattr(validate, "killed", lambda: killed(kills=1))
    # The others take most of an hour; their small versions are tests of their own rooms.
    monkeypatch.setattr(validate.calibration, "run", lambda _: {"fit": {"seconds": 1}})
    monkeypatch.setattr(validate.hypotheses, "run", lambda: 1.0)
    monkeypatch.setattr(validate.coverage, "run", lambda _: {"level": 0.95})
    monkeypatch.setattr(validate.tutorial, "run", lambda: {"1 A step": Taken(1.0, "")})
    monkeypatch.setattr(validate.site, "build", lambda _: 0)
    monkeypatch.setattr(validate.fuzz, "run", lambda: {"inputs": 1, "failures": []})
    monkeypatch.setattr(validate.mutants, "run", lambda: {"made": 2, "survived": 0})
    half = {"branches": 2, "taken": 1, "lines": 4, "run": 3}
    monkeypatch.setattr(validate.branches, "run", lambda: {"files": {"sim/no.py": half}})
    with pytest.raises(SystemExit, match=r"too few branches of sim/no\.py, and nothing says why"):
        validate.main([])
    record = json.loads(capsys.readouterr().out)
    assert record["large_sweep"]["replicates"] == 6
    assert 0.05 < record["large_sweep"]["peak_gb"] < 8
    assert record["killed_sweep"]["same_bytes"] is True
    (file,) = tmp_path.glob("validate-*.json")
    assert json.loads(file.read_text()) == record
    for name in ("fuzz", "mutants", "branches"):
        assert json.loads((tmp_path / f"{name}.json").read_text()) == record[name]
