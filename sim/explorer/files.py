"""Scenario files: a state as YAML that ``sim run`` accepts with the same numbers, and back."""

from __future__ import annotations

import dataclasses
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim import months
from sim.errors import InputError, Problem
from sim.explorer.bases import Base, Bases, entry_of, keyed, lever_of, patched
from sim.explorer.state import EVERYWHERE, NEVER, State, Use
from sim.numerals import counted
from sim.scenario import Scenario, load, places
from sim.scenario.levers import STRENGTHS
from sim.scenario.tree import Node, parse

LARGEST = 200_000
"""Bytes of a file that are read: the largest shipped one has 4,000."""

MOST_PROBLEMS, ROOM = 8, 3000
"""Problems of a file that a message tells, and characters for them."""

FILE = "your file"
"""What a message calls a file that a visitor sent."""


def written(bases: Bases, state: State) -> str:
    """Return the scenario of a state as a file.

    One that departs from a shipped scenario names it and holds what differs; another one holds all.

    Parameters
    ----------
    bases : Bases
    state : State
        Clamped.
    """
    from ruamel.yaml import YAML

    base = bases.get(state.base, state.focus)
    scenario = bases.scenario(state)
    shipped = places.shipped() / f"{state.base}.yaml"
    made = (
        _changed(bases, base, state) if shipped.is_file() and _is(base, state) else _whole(scenario)
    )
    yaml = YAML()
    yaml.width = 100
    text = io.StringIO()
    text.write(f"# Made by sim explore; opened again by the link #{state.fragment()}\n")
    yaml.dump(made, text)
    return text.getvalue()


def _is(base: Base, state: State) -> bool:
    """Return whether the base is the shipped scenario of its name and not a file of the user's."""
    more = [("focus", state.focus.split("+"))] if state.focus else []
    shipped = load(places.shipped() / f"{state.base}.yaml", more)
    mine, theirs = base.document, shipped.document()
    return {**mine, "ensemble": 0} == {**theirs, "ensemble": 0}


def _whole(scenario: Scenario) -> dict[str, Any]:
    return {k: v for k, v in scenario.document().items() if v not in (None, {}, [], "")}


def _changed(bases: Bases, base: Base, state: State) -> dict[str, Any]:
    """Return what differs from a shipped scenario, as its file would say it."""
    answers = state.responses is not None
    count = len(state.levers) + len(state.parameters) + bool(state.future) + answers
    changed = "unchanged" if not count else f"with {counted(count, 'change')}"
    made: dict[str, Any] = {
        "extends": state.base,
        "title": f"{base.scenario.title}, {changed}",
    }
    if state.focus:
        made["focus"] = _words(state.focus.split("+"))
    touched = dict.fromkeys(lever_of(key) for key in state.levers)
    levers = []
    for lever in touched:
        keys = dict.fromkeys(
            [k for k in base.entries if lever_of(k) == lever]
            + [k for k in state.levers if lever_of(k) == lever]
        )
        for key in keys:
            entry = patched(entry_of(base, key), state.levers.get(key, Use()))
            levers.append(_entry(entry, base.levers[lever]))
    if levers:
        made["levers"] = levers
    if state.responses is not None:
        made["responses"] = list(state.responses)
    if state.parameters:
        made["parameters"] = dict(state.parameters)
    ensemble: dict[str, Any] = {}
    if bases.runs is not None:
        ensemble["runs"] = bases.runs
    if state.future:
        ensemble["future"] = state.future
    if ensemble:
        made["ensemble"] = ensemble
    return made


def _entry(entry: Mapping[str, Any], lever: Any) -> dict[str, Any]:  # noqa: ANN401 - a Lever
    """Return an entry as a file says it: names for strengths, and no more than it must say."""
    own = {"ramp_months": lever.ramp_months, "lag_months": lever.lag_months}
    made = {k: v for k, v in entry.items() if v is not None and not (k in own and own[k] == v)}
    named = [word for word, value in STRENGTHS.items() if value == made.get("strength")]
    if named:
        made["strength"] = named[0]
    return made


def _words(places_: list[str]) -> str | list[str]:
    return places_[0] if len(places_) == 1 else places_


def opened(bases: Bases, text: bytes) -> State:
    """Return the state that gives the scenario of a file.

    Parameters
    ----------
    bases : Bases
    text : bytes
        Of a YAML file. It may lean on scenarios by name; it may name no path.

    Raises
    ------
    InputError
        If it is no scenario, or one that this page cannot hold.
    """
    scenario = _read(bases, text)
    found = []
    for name in bases.names:
        for focus in _focuses(bases.get(name), text):
            state = _difference(bases, bases.get(name, focus), scenario, name, focus)
            if state is not None:
                found.append(state)
    if not found:
        raise InputError(
            "this page cannot hold what the file says beside levers, parameters and the future; "
            "start the explorer with the file: sim explore FILE"
        )
    return min(found, key=lambda state: len(state.fragment()))


def _focuses(base: Base, text: bytes) -> list[str]:
    """Return the focus that a file names, where a base needs one."""
    if not base.needs_focus:
        return [""]
    tree = parse(text.decode("utf-8-sig"), FILE, [])
    node = tree.value.get("focus") if tree is not None and isinstance(tree.value, Mapping) else None
    if node is None:
        return [""]
    if isinstance(node.value, tuple):
        return ["+".join(str(item.value) for item in node.value)]
    return [str(node.value)]


def _read(bases: Bases, text: bytes) -> Scenario:
    """Read the text of a file as a scenario, without following any path."""
    if len(text) > LARGEST:
        raise InputError(f"the file has {len(text):,} bytes; at most {LARGEST:,} are read")
    try:
        words = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the file is no text in UTF-8") from error
    problems: list[Problem] = []
    tree = parse(words, FILE, problems)
    if tree is None or problems:
        raise InputError(_first(problems) or "the file is empty")
    _refuse_paths(tree)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "opened.yaml"
        place.write_text(words, encoding="utf-8")
        more = [] if bases.runs is None else [("ensemble.runs", bases.runs)]
        try:
            return load(place, more)
        except InputError as error:
            mine = [dataclasses.replace(p, file=FILE if p.file else None) for p in error.problems]
            raise InputError(_first(mine)) from error


def _first(problems: list[Problem]) -> list[Problem]:
    """Return as many problems as a message can hold; the command shows all."""
    kept, room = problems[:MOST_PROBLEMS], ROOM
    for place, problem in enumerate(kept):
        room -= len(str(problem))
        if place and room < 0:  # a hint may list all names there are
            kept = kept[:place]
            break
    more = len(problems) - len(kept)
    if more <= 0:
        return problems
    said = Problem(f"and {more:,} problems more", FILE, hint="sim validate FILE shows them all")
    return [*kept, said]


def _refuse_paths(tree: Node) -> None:
    if not isinstance(tree.value, Mapping):
        return
    for key in ("extends", "nations"):
        node = tree.value.get(key)
        given = node.value if node is not None else None
        if isinstance(given, str) and (places.is_path(given) or given.endswith(".csv")):
            raise InputError(
                tree.value[key].mark.problem(
                    "a file that is sent to the page may name no other file",
                    "name a shipped scenario, or start the explorer with the file",
                )
            )


def _difference(
    bases: Bases, base: Base, scenario: Scenario, name: str, focus: str
) -> State | None:
    """Return the state that makes a scenario of a base; None where none does."""
    theirs = dict(keyed(scenario.document()["levers"]))
    levers = {key: Use(strength=0.0) for key in base.entries if key not in theirs}
    for key, entry in theirs.items():
        if lever_of(key) not in base.levers or ("." in key and key not in base.entries):
            return None
        if not isinstance(entry["strength"], int | float):
            return None
        levers[key] = Use(
            strength=entry["strength"],
            start=months.parse(entry["start"]) if entry.get("start") else None,
            end=months.parse(entry["end"]) if entry.get("end") else NEVER,
            nations=tuple(entry["nations"]) if entry.get("nations") else (EVERYWHERE,),
            lag=entry["lag_months"],
            ramp=entry["ramp_months"],
        )
    numbers = {k: v for k, v in scenario.parameters.items() if isinstance(v, int | float)}
    given = State(
        base=name, focus=focus, levers=levers, parameters=numbers,
        future=scenario.ensemble.future,
        responses=tuple(response.name for response in scenario.responses),
    )  # fmt: skip
    state, _ = bases.clamped(given)
    made = load(bases.document(state)).document()
    wanted = scenario.document()
    same = (
        "period", "facts_until", "levers", "responses", "own_levers", "parameters", "nations",
        "ensemble",
    )  # fmt: skip
    return state if all(made.get(key) == wanted.get(key) for key in same) else None
