"""Every option of every command with values that are wrong, odd or cruel."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.probe import Attempt, called, inside

SHORT = ["--until", "2023-03"]
FEW = ["--runs", "2"]
VARY = ["--vary", "parameters.network=0.2,1.6"]
LEVERS = "us_permissive_licence_incentive,us_sme_open_adoption"

COMMANDS: dict[str, list[str]] = {
    "list": ["list", "levers"],
    "show": ["show", "baseline"],
    "validate": ["validate", "baseline"],
    "run": ["run", "baseline", *SHORT, *FEW],
    "sweep": ["sweep", "baseline", *VARY, *SHORT, *FEW],
    "sensitivity": ["sensitivity", "baseline", *VARY, "--design", "morris", "--points", "2", *SHORT,
                    *FEW],
    "compare": ["compare", "rand_package", *SHORT, *FEW],
    "robust": ["robust", "us_policies_in_many_worlds", *SHORT, *FEW, "--points", "2"],
    "hypotheses": ["hypotheses", "h07_permissive_licences", *FEW],
    "calibrate": ["calibrate", "--members", "200", "--steps", "1"],
    "hindcast": ["hindcast", "--members", "200", "--steps", "1"],
    "observe": ["observe", "baseline", "--series", "hf_download_share", *FEW, *SHORT],
    "explain": ["explain", "BRA", "2024-06", "share.bloc_cn"],
    "report": ["report", "nowhere"],
    "export": ["export", "nowhere", "--format", "csv"],
    "repeat": ["repeat", "nowhere"],
}  # fmt: skip

TOGETHER: dict[str, str] = {
    "--budget": "9", "--cluster": "local", "--cutoff": "2025-06", "--focus": "BRA",
    "--from": "nowhere", "--levers": LEVERS,
    "--members": "300", "--out": "out", "--policy": "baseline", "--precision": "0.1",
    "--runs": "2", "--scenario": "fortress", "--score": "forecasts.csv", "--seed": "5",
    "--set": "parameters.switching_cost=1", "--steps": "2",
}  # fmt: skip
"""Values of options that are tried beside others which leave them nothing to do."""

WHOLE = ("-1", "x", "", "1.5", "1e3", "\u00b2", "9" * 400, "nan", "0x10", "1 0")
REAL = ("nan", "inf", "-inf", "x", "", "1e999", "\u00b2")
WORD = ("", " ", "nowhere", "a" * 5000, "../../x", "\x1b[2J", "x\ny", "<b>", "\ud83d", "--", ",,")
MONTH = ("", "2022-13", "2041-01", "2023-1", "2023-01-01", "x", "\u0662\u0660\u0662\u0663-01")

OPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "--workers": (WHOLE, ("run", "sweep", "sensitivity", "compare", "robust", "hypotheses",
                          "repeat")),
    "--seed": (WHOLE, ("run", "sweep", "compare", "robust", "hypotheses", "calibrate", "hindcast",
                       "observe")),
    "--runs": (WHOLE, ("run", "sweep", "sensitivity", "compare", "robust", "hypotheses",
                       "observe")),
    "--points": (WHOLE, ("sweep", "sensitivity", "robust")),
    "--members": (WHOLE, ("calibrate", "hindcast")),
    "--steps": (WHOLE, ("calibrate", "hindcast")),
    "--box": (WHOLE[1:], ("robust",)),
    "--threshold": (REAL, ("robust",)),
    "--precision": ((*REAL, "0", "-1", "1e-300"), ("compare",)),
    "--budget": (REAL, ("compare",)),
    "--until": (MONTH, ("run", "sweep", "compare", "robust", "observe", "calibrate")),
    "--cutoff": (MONTH, ("hindcast",)),
    "--start": (MONTH, ("compare",)),
    "--nations": (WORD, ("run", "sweep", "compare", "robust")),
    "--set": ((*WORD, "=", "parameters.network", "parameters.network=", "parameters.network=9",
               "ensemble.runs=abc", "nations=", "levers.x.strength=1"), ("run", "sweep", "compare",
                                                                         "observe")),
    "--vary": ((*WORD, "=", "parameters.network=", "parameters.network=1:2", "x=1,2",
                "parameters.network=1:0:3", "parameters.network=0:1:0", "ensemble.runs=1,2",
                "parameters.network=nan,1", "parameters.network=1,1", "scenario=nowhere,baseline"),
               ("sweep", "sensitivity")),
    "--design": (WORD, ("sweep", "sensitivity")),
    "--engine": (WORD, ("run", "sweep")),
    "--cluster": (("nonsense", "", "http://x", "ucx://x:1", "tls://x", "file:///etc", "tcp://x"),
                  ("sweep", "sensitivity", "compare", "robust")),
    "--metric": (WORD, ("compare",)),
    "--groups": (WORD, ("compare",)),
    "--levers": (WORD, ("compare",)),
    "--against": (WORD, ("compare",)),
    "--policy": (WORD, ("robust",)),
    "--series": (WORD, ("observe",)),
    "--ecosystem": (WORD, ("observe",)),
    "--nation": (WORD, ("observe",)),
    "--format": (WORD, ("export",)),
    "--responses": (WORD, ("run", "compare")),
}  # fmt: skip
"""Values that an option must refuse, and the commands that have it."""


def attempts() -> Iterator[Attempt]:
    """Yield every wrong value, and commands that are used wrongly."""
    for option, (values, commands) in OPTIONS.items():
        for command, value in itertools.product(commands, values):
            words = [*COMMANDS[command], f"{option}={value}"]
            yield Attempt(
                f"{command} {option}={value[:40]!r}", partial(inside, words, (1,), leaves=0)
            )
    for command, words in COMMANDS.items():
        yield Attempt(
            f"{command} --nonsense", partial(inside, [*words, "--nonsense"], (2,), leaves=0)
        )
        if command != "list":  # it says what there is
            yield Attempt(f"{command} alone", partial(inside, *alone(command), leaves=0))
    yield from _together()
    for word in WORD:
        for command in ("show", "validate", "run", "sweep", "compare", "robust", "observe"):
            more = ["--series", "hf_download_share"] if command == "observe" else []
            codes = (2,) if word == "--" and command != "observe" else (1, 2)
            yield Attempt(
                f"{command} {word[:20]!r}", partial(inside, [command, word, *more], codes)
            )
        yield Attempt(f"report {word[:20]!r}", partial(inside, ["report", word], (1, 2, 3)))
        yield Attempt(f"{word[:20]!r} alone", partial(inside, [word], (0, 2)))


ALONE: dict[str, list[str]] = {
    "hypotheses": FEW,
    "calibrate": ["--members", "200", "--steps", "1"],
    "hindcast": ["--members", "200", "--steps", "1"],
}
"""Commands that need no argument, and what makes their minutes of computing seconds."""


def alone(command: str) -> tuple[list[str], tuple[int, ...]]:
    """Return a command without arguments, and the exit codes that are right."""
    return [command, *ALONE.get(command, [])], (0,) if command in ALONE else (2,)


def _together() -> Iterator[Attempt]:
    """Yield options that cannot act together, and some that cannot act alone."""
    from sim.cli.together import NEEDS, RULES

    for command, rules in RULES.items():
        for option, other in ((rule.option, other) for rule in rules for other in rule.others):
            more = [f"{one}={TOGETHER[one]}" if one in TOGETHER else one for one in (option, other)]
            words, says = [*COMMANDS[command], *more], "cannot act beside"
            make = partial(inside, words, (2,), says=says, leaves=0)
            yield Attempt(f"{command} {' '.join(more)}", make)
    for command, rules in NEEDS.items():
        for rule in rules:
            words = [*COMMANDS[command], f"{rule.option}=2028-01"]
            yield Attempt(f"{command} {rule.option}", partial(inside, words, (2,), leaves=0))


PACKAGE = ["compare", "rand_package", "--interactions", "--levers", LEVERS, *SHORT, "--json"]


def questions() -> Iterator[Attempt]:
    """Yield what asks another question and must not be taken for the same."""
    yield Attempt("a package with seed 0 and with seed 1", _seeds)
    none = [*PACKAGE, "--runs", "0"]
    yield Attempt("a package of no runs", partial(inside, none, (1,), leaves=0))
    none = ["robust", "us_policies_in_many_worlds", *SHORT, "--points", "0"]
    yield Attempt("robust of no points", partial(inside, none, (1,), leaves=0))


def _seeds(folder: Path) -> str | None:
    zero, one = (called([*PACKAGE, "--runs", "4", "--seed", seed], folder) for seed in "01")
    return "seeds 0 and 1 give one answer" if zero[2] == one[2] else None
