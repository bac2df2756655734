"""Changes of a module are what they say, and what becomes of each is told."""

from __future__ import annotations

import ast
import os
import sys
import time
from collections import Counter

import pytest

from validation.mutants import __main__ as command
from validation.mutants import child, loop, mutate, rooms

MODULE = '''"""A module."""

from __future__ import annotations

LIMIT = 3


def inside(row: list[float], i: int, low: float = -1.0) -> bool:
    """Return whether a number is inside."""
    if not row:
        raise ValueError(f"no {i + 1}")
    total: float = 0.0
    for k in range(LIMIT):
        total += min(row[k], row[0])
    return low <= total < LIMIT and row[i] > 2
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Put a small module in the place of the project's."""
    (tmp_path / "small.py").write_text(MODULE)
    monkeypatch.setattr(mutate, "ROOT", tmp_path)
    return "small"


def test_every_kind_is_made_where_it_can_be(module):
    made = [(m.kind, m.was, m.now) for m in mutate.mutants(module)]
    assert made == [
        ("constant", "3", "4"), ("constant", "3", "-3"),
        ("boolean", "not row", "row"),
        ("constant", "0.0", "1.0"),
        ("arithmetic", "total += min(row[k], row[0])", "total -= min(row[k], row[0])"),
        ("statement", "total += min(row[k], row[0])", "pass"),
        ("minmax", "min(row[k], row[0])", "max(row[k], row[0])"),
        ("index", "row[k]", "row[k - 1]"), ("index", "row[0]", "row[1]"),
        ("return", "return low <= total < LIMIT and row[i] > 2",
         "return not (low <= total < LIMIT and row[i] > 2)"),
        ("boolean", "low <= total < LIMIT and row[i] > 2", "low <= total < LIMIT or row[i] > 2"),
        ("compare", "low <= total < LIMIT", "low < total < LIMIT"),
        ("compare", "low <= total < LIMIT", "low > total < LIMIT"),
        ("compare", "low <= total < LIMIT", "low <= total <= LIMIT"),
        ("compare", "low <= total < LIMIT", "low <= total >= LIMIT"),
        ("compare", "row[i] > 2", "row[i] >= 2"), ("compare", "row[i] > 2", "row[i] <= 2"),
        ("index", "row[i]", "row[i - 1]"),
        ("constant", "2", "3"), ("constant", "2", "-2"),
    ]  # fmt: skip
    assert {kind for kind, _, _ in made} == set(mutate.KINDS)


def test_a_changed_module_differs_in_that_one_place(module):
    plain = ast.unparse(ast.parse(MODULE))
    for mutant in mutate.mutants(module):
        text = ast.unparse(mutate.changed(mutant))
        differing = [
            (a, b) for a, b in zip(plain.splitlines(), text.splitlines(), strict=True) if a != b
        ]
        ((before, after),) = differing
        assert mutant.was in before or mutant.kind == "statement"
        assert mutant.now in after.replace("(", "").replace(")", "") or mutant.now in after
        compile(mutate.changed(mutant), "small", "exec")


def test_changes_that_read_the_same_have_different_keys():
    for module in ("sim.world.rules.choice", "sim.analysis.paired"):
        found = mutate.mutants(module)
        assert len({mutant.key for mutant in found}) == len(found)


def test_every_change_that_is_said_to_change_nothing_is_still_there_and_has_a_reason():
    assert mutate.unknown() == []
    assert all(len(reason.split()) > 3 for reason in mutate.equivalent().values())


def test_a_sample_is_in_proportion_and_a_seed_decides_it():
    every = Counter(
        mutant.module for room in rooms.ROOMS for name in rooms.modules(room)
        for mutant in mutate.mutants(name)
    )  # fmt: skip
    chosen = rooms.sampled(300, 1)
    assert chosen == rooms.sampled(300, 1) != rooms.sampled(300, 2)
    assert len({mutant.key for _, mutant in chosen}) == 300
    found = Counter(mutant.module for _, mutant in chosen)
    for module, count in every.items():
        assert abs(found[module] - 300 * count / every.total()) <= 1.0 + 1e-9, module
    assert {mutant.module for _, mutant in rooms.sampled(20, 1, "verdicts")} == {
        "sim.study.hypotheses.verdicts"
    }


def test_what_a_forked_process_returns_and_what_becomes_of_one_that_does_not():
    assert child.forked(lambda: b"x" * 100_000, 10.0) == b"x" * 100_000
    assert child.forked(lambda: os._exit(3), 10.0) == b""
    began = time.monotonic()
    assert child.forked(lambda: time.sleep(60) or b"", 0.3) is None
    assert time.monotonic() - began < 10.0


@pytest.mark.slow
def test_a_mutant_is_killed_by_a_test_of_its_line_and_survives_one_that_looks_elsewhere(
    tmp_path, monkeypatch, capsys
):
    room = rooms.Room("regret", ("sim/analysis/regret.py",), ("tests/analysis",), ())
    test, module = "tests/analysis/test_regret.py::test_regret_by_hand", "sim.analysis.regret"
    known = {"seconds": 0.1, "passed": True, "lines": [[module, line] for line in range(1, 99)]}
    # As in a process that has imported nothing of them: tests before this one have.
    for name in [n for n in sys.modules if n.split(".")[0] in {"sim", "tests"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(loop, "PACKAGES", ())
    monkeypatch.setattr(loop, "surveyed", lambda *_: {test: known})
    found = mutate.mutants(module)
    turned = next(m for m in found if m.now == "better.max(axis=0) + better")
    unseen = next(m for m in found if m.function == "good_enough" and m.kind == "compare")
    done = loop.run([(room, turned), (room, unseen)])
    assert (done["made"], done["killed"], done["survived"]) == (2, 1, 1)
    (survivor,) = done["survivors"]
    assert (survivor["function"], survivor["reached"]) == ("good_enough", True)
    monkeypatch.setattr(command.loop, "run", lambda *_: done)
    assert command.main(["--count", "2", "--out", str(tmp_path / "found.json")]) == 1
    assert '"killed": 1' in capsys.readouterr().out
