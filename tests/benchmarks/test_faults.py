"""A tenth of the attempts to break the command; ``make faults`` makes them all."""

from __future__ import annotations

import pytest

from benchmarks.faults import __main__ as faults
from benchmarks.faults import oldest, options
from benchmarks.faults.probe import Attempt, chosen, clean, judged, shared

EVERY = {
    "files": 10, "options": 10, "stores": 17, "places": 10, "security": 10, "environments": 12,
    "first_second": 10, "repeatability": 13, "signals": 40, "together": 5, "compiled": 10,
    "results": 5, "questions": 1, "calibration": 6, "handed": 20, "handed_killed": 5,
    "waiting": 17, "waiting_killed": 6, "explorer": 12, "serving": 12, "clocks": 12, "dates": 8,
    "oldest": 11,
}  # fmt: skip
"""Each N-th attempt of a group; fewer of those that need many processes."""

WANTED = {
    "files": 250, "options": 247, "signals": 64, "first_second": 21, "together": 5, "stores": 147,
    "compiled": 5, "places": 130, "environments": 30, "repeatability": 18, "security": 10,
    "results": 50, "questions": 2, "soak": 1, "calibration": 6, "handed": 190,
    "handed_killed": 10, "waiting": 160, "waiting_killed": 12, "explorer": 220, "serving": 60,
    "dates": 20,
}  # fmt: skip
"""Fewest attempts of each group."""

ELSEWHERE = {"clocks": "libfaketime", "oldest": "Python 3.12 beside a newer one"}
"""What groups need that a machine may lack; they say so and try nothing."""


@pytest.mark.long
@pytest.mark.parametrize("group", EVERY)
def test_a_tenth_of_each_group_keeps_the_contract(group):
    attempts = chosen(faults.GROUPS[group](), EVERY[group])
    if not attempts and group in ELSEWHERE:
        pytest.skip(f"needs {ELSEWHERE[group]}")
    assert attempts
    try:
        assert faults.tried(group, attempts) == {}
    finally:
        clean()


@pytest.mark.parametrize("command", options.COMMANDS)
def test_a_command_alone_computes_seconds_or_nothing(command):
    words, codes = options.alone(command)
    assert words[0] == command
    # Full fits and hypotheses take minutes, which say no more about a command than few runs do.
    assert (len(words) > 1) == (codes == (0,))
    assert codes == (0,) or command not in ("hypotheses", "calibrate", "hindcast")


def test_folders_that_attempts_share_are_filled_once_and_removed():
    filled = []
    place = shared(("test",), filled.append)
    assert shared(("test",), filled.append) == place == filled[0]
    assert place.is_dir()
    clean()
    assert not place.exists()

    def fail(folder):
        filled.append(folder)
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        shared(("test",), fail)
    assert not filled[-1].exists()


@pytest.mark.parametrize("group", WANTED)
def test_each_group_has_its_attempts(group):
    attempts = list(faults.GROUPS[group]())
    assert len(attempts) >= WANTED[group]
    assert len({attempt.name for attempt in attempts}) == len(attempts)


@pytest.mark.parametrize("group", ELSEWHERE)
def test_a_group_that_cannot_be_tried_says_so_and_counts_none(group, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    oldest.interpreter.cache_clear()
    try:
        assert list(faults.GROUPS[group]()) == []
    finally:
        oldest.interpreter.cache_clear()
    said = capsys.readouterr().err
    assert said.startswith(f"{group}: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("group", ELSEWHERE)
def test_a_group_that_can_be_tried_has_its_attempts(group):
    attempts = list(faults.GROUPS[group]())
    if not attempts:
        pytest.skip(f"needs {ELSEWHERE[group]}")
    assert len(attempts) >= 40
    assert len({attempt.name for attempt in attempts}) == len(attempts)


@pytest.mark.parametrize(
    ("outcome", "broken"),
    [
        ((1, "sim: no\n", "", (1,)), False),
        ((0, "", "", (1,)), True),
        ((1, "Traceback (most recent call last)\n", "", (1,)), True),
        ((3, "sim: unexpected ValueError: x\n", "", (3,)), True),
        ((3, "sim: a\nsim: b\n", "", (3,)), True),
        ((1, "sim: \x1b[2J\n", "", (1,)), True),
        ((1, "RuntimeWarning: nan\n", "", (1,)), True),
        ((1, "sim: no\n", "", (1,), "yes"), True),
    ],
)
def test_an_attempt_can_fail(outcome, broken):
    assert (judged(*outcome) is not None) is broken


def test_what_breaks_is_counted_named_and_ends_with_one(monkeypatch, capsys):
    def break_(_):
        raise ValueError("the attempt fell over")

    made = [
        Attempt("kept", lambda _: None),
        Attempt("broke", lambda _: "why"),
        Attempt("fell", break_),
    ]
    monkeypatch.setattr(faults, "GROUPS", {"files": lambda: made})
    assert faults.main([]) == 1
    printed = capsys.readouterr().out
    assert "files: 3 tried, 1 kept" in printed
    assert "  broke: why" in printed
    assert "  fell: the attempt itself failed" in printed
    assert faults.main(["--every", "3"]) == 0
    assert "1 tried, 1 kept" in capsys.readouterr().out
