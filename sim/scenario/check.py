"""A merged tree to a scenario: every rule of the scenario file, and every fault at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sim import evidence, months
from sim.errors import cited
from sim.scenario import fields, futures, levers, nations, own, places, reach, strength, vocabulary
from sim.scenario.document import (
    MAX_DELAY,
    MAX_RUNS,
    Ensemble,
    LeverEntry,
    Period,
    Scenario,
)
from sim.scenario.fields import Problems, Value
from sim.scenario.levers import Lever
from sim.scenario.tree import Broken, Mark, Node

KEYS = (
    "extends",
    "name",
    "title",
    "description",
    "topic",
    "period",
    "facts_until",
    "levers",
    "own_levers",
    "parameters",
    "nations",
    "focus",
    "groups",
    "ensemble",
)
LEVER_KEYS = ("id", "strength", "start", "end", "ramp_months", "lag_months", "nations")
ENSEMBLE_KEYS = ("runs", "seed", "parameters", "future")
DRAWN = ("calibrated", "drawn", "default")
FUTURES_KEYS = (futures.ALL, *futures.FUTURES)

_EVERYWHERE = ""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_BASELINE = "state it, or write `extends: baseline`"


def scenario(tree: Node, name: str, problems: Problems) -> Scenario | None:
    """Return the scenario of a merged tree, or None if anything is wrong with it.

    Parameters
    ----------
    tree : Node
        A mapping with all bases merged in.
    name : str
        What the scenario is called where it has no ``name`` of its own.
    problems : list of Problem
        What was wrong with the files; everything else that is wrong is added here.
    """
    given = fields.mapping(tree, KEYS, problems, "a scenario") or {}
    # Where a base could not be read, what is missing here may well stand there.
    complete = not problems
    if complete:
        fields.required(given, ("period", "ensemble"), tree.place, problems, _BASELINE)
    chosen, table = nations.read(given.get("nations"), problems)
    defined = own.read(given.get("own_levers"), problems)
    groups = nations.read_groups(given.get("groups"), table, problems)
    among = _places(given, chosen, table, groups, problems)
    found: dict[str, Any] = {
        "name": _name(given.get("name"), name, problems),
        "period": _period(given.get("period"), problems, complete=complete),
        "facts_until": _optional_month(given, "facts_until", problems),
        "levers": _levers(given.get("levers"), _known_levers(given, defined), among, problems),
        "own_levers": defined,
        "parameters": _parameters(given.get("parameters"), problems),
        "nations": chosen,
        "groups": groups,
        "ensemble": _ensemble(given.get("ensemble"), problems, complete=complete),
    }
    for key, default in (("title", found["name"]), ("description", ""), ("topic", "")):
        text = fields.text(given[key], problems, key) if key in given else default
        found[key] = None if text is None else " ".join(text.split())
    if problems:
        return None
    return Scenario(**found)


def _name(node: Node | None, name: str, problems: Problems) -> str:
    if node is None:
        return places.for_a_folder(name, "scenario")
    given = fields.text(node, problems, "name")
    if given is not None and not _NAME.fullmatch(given):
        hint = "letters, digits, underscores and hyphens: it names a folder"
        problems.append(node.mark.problem(f"{cited(given)} cannot name a scenario", hint))
    elif given is not None and len(given) > places.LONGEST:
        hint = f"at most {places.LONGEST} characters: it names a folder"
        problems.append(node.mark.problem(f"the name {cited(given)} is too long", hint))
    return given or name


def _optional_month(given: Mapping[str, Node], key: str, problems: Problems) -> int | None:
    node = given.get(key)
    return None if node is None or node.value is None else fields.month(node, problems, key)


def _period(node: Node | None, problems: Problems, *, complete: bool) -> Period | None:
    if node is None:
        return None
    given = fields.mapping(node, ("start", "end"), problems, "period")
    if given is None:
        return None
    if complete:
        fields.required(given, ("start", "end"), node.place, problems, _BASELINE)
    start, end = (
        fields.month(given[key], problems, key) if key in given else None
        for key in ("start", "end")
    )
    if start is None or end is None:
        return None
    if end < start:
        message = (
            f"the period is empty: end {months.text(end)} is before start {months.text(start)}"
        )
        problems.append(given["end"].mark.problem(message))
        return None
    return Period(start=start, end=end)


def _ensemble(node: Node | None, problems: Problems, *, complete: bool) -> Ensemble | None:
    if node is None:
        return None
    given = fields.mapping(node, ENSEMBLE_KEYS, problems, "ensemble")
    if given is None:
        return None
    if complete:
        fields.required(given, ("runs", "seed"), node.place, problems, _BASELINE)
    runs = seed = None
    drawn: str | None = "calibrated"
    future: str | None = futures.ALL
    if "runs" in given:
        runs = fields.whole(given["runs"], 1, MAX_RUNS, problems, "runs")
    if "seed" in given:
        seed = fields.whole(given["seed"], 0, 2**63 - 1, problems, "seed")
    if "parameters" in given:
        drawn = fields.choice(given["parameters"], DRAWN, problems, "ensemble.parameters")
    if "future" in given:
        future = fields.choice(given["future"], FUTURES_KEYS, problems, "ensemble.future")
    if runs is None or seed is None or drawn is None or future is None:
        return None
    return Ensemble(runs=runs, seed=seed, parameters=cast(Any, drawn), future=cast(Any, future))


@dataclass(frozen=True, slots=True)
class _Placed:
    entry: LeverEntry
    mark: Mark


def _places(
    given: Mapping[str, Node],
    chosen: nations.Choice,
    table: evidence.Nations | None,
    groups: Mapping[str, tuple[str, ...]],
    problems: Problems,
) -> reach.Places:
    """Return what ``nations`` of an entry may name, the focus among it.

    A scenario that uses no focus may have one all the same: the same option goes to every scenario
    of a comparison.
    """
    known = nations.whole(chosen)
    node = given.get("focus")
    focus = None
    if node is not None and node.value is not None:
        focus = nations.codes(node, known, groups, problems)
    elif (entries := given.get("levers")) is not None and isinstance(entries.value, tuple):
        reach.require_focus(entries.value, problems)
    simulated = known.iso3 if table is None else table.iso3
    return reach.Places(known=known, simulated=simulated, groups=groups, focus=focus)


def _known_levers(
    given: Mapping[str, Node], defined: Mapping[str, Lever]
) -> dict[str, Lever | None]:
    """Return the levers that an entry may use; None for one whose definition has a fault."""
    node = given.get("own_levers")
    named = node.value if node is not None and isinstance(node.value, Mapping) else {}
    return {**dict.fromkeys(named), **defined, **levers.read()}


def _levers(
    node: Node | None,
    known: Mapping[str, Lever | None],
    among: reach.Places,
    problems: Problems,
) -> tuple[LeverEntry, ...]:
    if node is None:
        return ()
    placed = [
        found
        for item in fields.items(node, problems, "levers") or ()
        if (found := _lever(item, known, among, problems)) is not None
    ]
    _note_overlaps(placed, problems)
    return tuple(found.entry for found in placed)


def _lever_of(node: Node, known: Mapping[str, Lever | None], problems: Problems) -> Lever | None:
    absent = levers.left_out().get(node.value) if isinstance(node.value, str) else None
    if absent is not None:
        message = f"the model cannot represent {absent.id!r}: {absent.reason}"
        problems.append(node.mark.problem(message, absent.instead))
        return None
    word = fields.choice(node, known, problems, "lever")
    return known[word] if word is not None else None


def _lever(
    node: Node, known: Mapping[str, Lever | None], among: reach.Places, problems: Problems
) -> _Placed | None:
    given = fields.mapping(node, LEVER_KEYS, problems, "a lever")
    if given is None:
        return None
    fields.required(given, ("id", "strength"), node.place, problems, "each lever needs it")
    lever = _lever_of(given["id"], known, problems) if "id" in given else None
    size: Value | None = None
    if "strength" in given:
        size = fields.value(given["strength"], (0, 1), problems, "strength", strength.NAMES)
    off = size == 0
    if "start" not in given and not off:
        hint = "the month from which the lever is pulled, such as 2026-12"
        fields.required(given, ("start",), node.place, problems, hint)
    start = fields.month(given["start"], problems, "start") if "start" in given else None
    end = _optional_month(given, "end", problems)
    delays = {
        key: fields.whole(given[key], 0, MAX_DELAY, problems, key)
        for key in ("ramp_months", "lag_months")
        if key in given
    }
    narrowed = "nations" in given and given["nations"].value is not None
    reached = reach.read(given["nations"], lever, among, problems) if narrowed else None
    if start is not None and end is not None and end < start:
        message = f"end {months.text(end)} is before start {months.text(start)}"
        problems.append(given["end"].mark.problem(message))
        return None
    if lever is None or size is None or off or start is None or None in delays.values():
        return None
    if narrowed and reached is None:
        return None
    rest = {"ramp_months": lever.ramp_months, "lag_months": lever.lag_months} | delays
    entry = LeverEntry(
        id=lever.id, strength=size, start=start, end=end, nations=reached, **cast(Any, rest)
    )  # fmt: skip
    return _Placed(entry, node.place)


def _note_overlaps(placed: list[_Placed], problems: Problems) -> None:
    # By nation, and everywhere: for each, only as many entries as there are months stand apart,
    # however many are given.
    apart: dict[str, dict[str, list[LeverEntry]]] = {}
    for found in placed:
        later, by_nation = found.entry, apart.setdefault(found.entry.id, {})
        mine = (_EVERYWHERE,) if later.nations is None else later.nations
        near = list(by_nation) if later.nations is None else [_EVERYWHERE, *mine]
        others = (one for nation in near for one in by_nation.get(nation, ()))
        earlier = next((one for one in others if _overlap(one, later)), None)
        if earlier is None:
            for nation in mine:
                by_nation.setdefault(nation, []).append(later)
            continue
        where = ""
        if earlier.nations is not None and later.nations is not None:
            where = f" in {reach.some(sorted({*earlier.nations} & {*later.nations}))}"
        message = f"two entries of {later.id} overlap{where}: {_span(earlier)} and {_span(later)}"
        hint = "end one before the other begins, lags counted, or give them nations apart"
        problems.append(found.mark.problem(message, hint))


def _overlap(a: LeverEntry, b: LeverEntry) -> bool:
    stated = (a.end is None or b.start <= a.end) and (b.end is None or a.start <= b.end)
    acting = (a.last is None or b.first <= a.last) and (b.last is None or a.first <= b.last)
    return stated or acting


def _span(entry: LeverEntry) -> str:
    end = "the end" if entry.end is None else months.text(entry.end)
    return f"{months.text(entry.start)} to {end}"


def _parameters(node: Node | None, problems: Problems) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if node is None:
        return found
    for name, child in (fields.mapping(node, None, problems, "parameters") or {}).items():
        indices = vocabulary.indices(name)
        if not indices and name not in vocabulary.parameters():
            names = dict.fromkeys(row.name for row in vocabulary.parameters().values())
            message = f"unknown parameter {cited(name)}"
            problems.append(child.place.problem(message, fields.near(name, names, problems)))
        elif not indices:
            _parameter(name, child, found, problems)
        elif not isinstance(child.value, Mapping) or "dist" in child.value:
            if child.value is not Broken.VALUE:
                paths = ", ".join(f"{name}.{index}" for index in indices)
                message = f"the parameter {name!r} needs an index"
                problems.append(child.place.problem(message, f"one of {paths}"))
        else:
            for index, inner in (fields.mapping(child, indices, problems) or {}).items():
                _parameter(f"{name}.{index}", inner, found, problems)
    return found


def _parameter(path: str, node: Node, found: dict[str, Value], problems: Problems) -> None:
    row = vocabulary.parameters()[path]
    if isinstance(node.value, Mapping) and "dist" not in node.value:
        message = f"the parameter {path!r} has no index"
        problems.append(node.place.problem(message, "give a number or a distribution"))
        return
    if row.unit == "month" and isinstance(node.value, str):
        value: Value | None = _month(node, path, problems)
    else:
        value = fields.value(node, (row.low, row.high), problems, path)
    if value is None:
        return
    if row.dist == "switch" and value not in (0.0, 1.0):
        problems.append(node.mark.problem(f"the switch {path!r} is 0 or 1"))
        return
    found[path] = value


def _month(node: Node, path: str, problems: Problems) -> float | None:
    """Return the number of a month, or of never."""
    if node.value == futures.NEVER_WORD:
        return futures.NEVER
    month = fields.month(node, problems, path)
    return None if month is None else float(month)
