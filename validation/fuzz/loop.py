"""The loop: change an input that is kept, read it, and keep it if it reached a new line.

Lines are seen by `sys.monitoring`, which forgets each line of code once it was seen, so that a line
costs nothing the second time.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, Self

import sim
from validation.fuzz.contract import Contract, Failure
from validation.fuzz.kinds import TEXT, Files, Kind

COUNTS: Mapping[str, int] = {
    "scenario": 60_000, "study": 25_000, "response": 15_000, "nations": 60_000, "metrics": 30_000,
    "result": 10_000, "state": 500_000, "message": 300_000,
}  # fmt: skip
"""Inputs of each kind in a whole run: a million, of which 100,000 are YAML files."""

ROUNDS = 100
"""Turns in which the kinds come one after the other, so that a run that is cut short has all."""

_TOOL = 4  # one that no debugger, coverage or profiler takes
_SHOWN = 2000


class _Lines:
    """Counts lines of the project that were never run before."""

    def __init__(self) -> None:
        self.seen = 0
        self._root = str(Path(sim.__file__).parent)

    def __enter__(self) -> Self:
        watch = sys.monitoring
        watch.use_tool_id(_TOOL, "fuzz")
        watch.register_callback(_TOOL, watch.events.LINE, self._line)
        watch.set_events(_TOOL, watch.events.LINE)
        watch.restart_events()  # else what an earlier run saw would stay seen
        return self

    def __exit__(self, *_: object) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)

    def _line(self, code: CodeType, _line: int) -> object:
        self.seen += code.co_filename.startswith(self._root)
        return sys.monitoring.DISABLE


@dataclass
class _Corpus:
    """What is kept of a kind."""

    kind: Kind
    rng: Random
    kept: list[Files] = field(default_factory=list)
    read: int = 0
    refused: int = 0
    seconds: float = 0.0


def run(
    kinds: Sequence[Kind],
    counts: Mapping[str, int],
    seed: int,
    seconds: float = float("inf"),
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Read inputs of every kind, and return counts and what went wrong, as plain data.

    Parameters
    ----------
    kinds : sequence of Kind
    counts : mapping of str to int
        Inputs of each kind.
    seed : int
        Decides every input, but for a run that is cut short.
    seconds : float
        After which the run is cut short.
    say : callable
        Takes a line on how far the run is.
    """
    began = time.monotonic()
    corpora = [_Corpus(kind, Random(f"{seed} {kind.name}")) for kind in kinds]  # noqa: S311 - no secret
    failures: dict[tuple[str, str, str], dict[str, Any]] = {}
    times = Counter[tuple[str, str, str]]()
    with Contract() as contract, _Lines() as lines:
        for turn in range(ROUNDS):
            for corpus in corpora:
                wanted = counts[corpus.kind.name] * (turn + 1) // ROUNDS
                start = time.monotonic()
                while corpus.read < wanted and time.monotonic() - began < seconds:
                    made = _next(corpus)
                    failure = _one(corpus, made, contract, lines)
                    if failure is not None:
                        key = (corpus.kind.name, failure.what.partition(":")[0], failure.where)
                        times[key] += 1
                        failures.setdefault(key, _told(corpus.kind, failure, made))
                corpus.seconds += time.monotonic() - start
            say(f"{sum(c.read for c in corpora):,} inputs, {len(failures)} failures")
        seen = lines.seen
    return {
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "inputs": sum(corpus.read for corpus in corpora),
        "kinds": {
            c.kind.name: {
                "inputs": c.read, "refused": c.refused, "kept": len(c.kept),
                "seconds": round(c.seconds, 1),
            }
            for c in corpora
        },
        "lines": seen,
        "failures": [{**found, "times": times[key]} for key, found in failures.items()],
    }  # fmt: skip


def _next(corpus: _Corpus) -> Files:
    """Return the next input: first what is sound, then changes of what was kept."""
    if corpus.read < len(corpus.kind.seeds):
        return corpus.kind.seeds[corpus.read]
    # What was kept last has new lines that others have not met yet.
    few = corpus.kept[-20:] if corpus.rng.random() < 0.3 else corpus.kept
    return corpus.kind.change(corpus.rng, corpus.rng.choice(few), corpus.rng.choice(corpus.kept))


def _one(corpus: _Corpus, made: Files, contract: Contract, lines: _Lines) -> Failure | None:
    """Read one input, and keep it if it is sound or new."""
    folder = contract.given
    there = {corpus.kind.file if name == TEXT else name: text for name, text in made.items()}
    for name, text in there.items():
        (folder / name).write_bytes(text)
    before = lines.seen
    failure, refused = contract.outcome(lambda: corpus.kind.read(folder))
    is_seed = corpus.read < len(corpus.kind.seeds)
    corpus.read += 1
    corpus.refused += refused
    if is_seed or lines.seen > before:
        corpus.kept.append(made)
    contract.clear()
    return failure


def _told(kind: Kind, failure: Failure, made: Files) -> dict[str, Any]:
    """Return a failure with the input that made it, as far as it can be shown."""
    shown = {name: text[:_SHOWN].decode("latin-1") for name, text in made.items()}
    if len(made) > 1:  # a result: its manifest says most
        shown = {name: text for name, text in shown.items() if name.endswith(".json")}
    return {"kind": kind.name, "what": failure.what, "where": failure.where, "input": shown}
