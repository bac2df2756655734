"""A scenario's own levers: the form of the table of levers, written into the scenario file.

They pass the same checks as the table (`sim.scenario.faults`); what is wrong is noted with its
line, so that a user can write a lever with an editor and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sim.errors import Problem, cited, nearest
from sim.scenario import faults, fields, levers
from sim.scenario.document import MAX_DELAY
from sim.scenario.faults import SELECTORS
from sim.scenario.levers import LEVELS, MAGNITUDES, Effect, Lever
from sim.scenario.tree import Broken, Node

EFFECT_KEYS = (
    "role", "driver", "op", *LEVELS, "target", *SELECTORS, "conversion", "source",
)  # fmt: skip
KEYS = (
    "title", "actor", "seed", "status", "lag_months", "ramp_months", "cost", "cost_kind",
    "cost_scale", "magnitude", "uncertainty", "source", "side", "note", "effects",
)  # fmt: skip
TEXTS = {
    "title": None,
    "source": None,
    "actor": "user",
    "seed": "",
    "status": "the scenario's own",
    "cost_kind": "not stated",
    "cost_scale": "fixed",
    "side": "",
    "note": "",
}
"""Keys whose value is text, with the default; None where there must be one."""

_ID = re.compile(r"[a-z][a-z0-9_]*")
_NEEDS = "a lever needs title, source and effects"
_EFFECT_NEEDS = "an effect needs driver, op, low, central, high and conversion"


def read(node: Node | None, problems: list[Problem]) -> dict[str, Lever]:
    """Return the levers that a scenario defines, by id.

    Parameters
    ----------
    node : Node or None
        The value of ``own_levers``.
    problems : list of Problem
        Whatever is wrong is added here; a lever with a fault is left out.
    """
    if node is None:
        return {}
    found: dict[str, Lever] = {}
    for name, child in (fields.mapping(node, None, problems, "own_levers") or {}).items():
        if name in levers.read() or name in levers.left_out():
            message = f"{cited(name)} is already a lever of the catalogue"
            problems.append(child.place.problem(message, "choose another id"))
        elif not _ID.fullmatch(name):
            hint = "small letters, digits and underscores, a letter first"
            problems.append(child.place.problem(f"{cited(name)} cannot name a lever", hint))
        lever = _lever(name, child, problems)
        if lever is not None:
            found[name] = lever
    return found


def _lever(name: str, node: Node, problems: list[Problem]) -> Lever | None:
    before = len(problems)
    given = fields.mapping(node, KEYS, problems, f"the lever {name}")
    if given is None:
        return None
    fields.required(given, ("title", "source", "effects"), node.place, problems, _NEEDS)
    texts = _texts(given, TEXTS, problems)
    delays = {
        key: fields.whole(given[key], 0, MAX_DELAY, problems, key) if key in given else 0
        for key in ("lag_months", "ramp_months")
    }
    uncertainty = _number(given, "uncertainty", problems)
    cost = _levels(given.get("cost"), LEVELS, problems, "cost")
    magnitude = _levels(given.get("magnitude"), MAGNITUDES, problems, "magnitude")
    unknown = list(faults.of_sources(texts["source"] or "judgement"))
    # An effect without a source has the lever's, whose faults are noted with the lever.
    source = "judgement" if unknown else texts["source"] or "judgement"
    effects, unread = _effects(name, given.get("effects"), source, problems)
    sizes = {f"cost_{level}": cost.get(level) for level in LEVELS}
    sizes |= {f"magnitude_{level}": magnitude.get(level) for level in MAGNITUDES[:4]}
    lever = Lever(
        id=name,
        effects=effects,
        **_filled(texts | {"magnitude_unit": magnitude.get("unit")}, ""),
        **_filled(delays, 0),
        **_filled(sizes | {"uncertainty": uncertainty}, 0.0),
    )
    broken = {key for key, text in texts.items() if text is None}
    broken |= {"effects"} if unread or "effects" not in given else set()
    for key, levels in (("cost", cost), ("magnitude", magnitude)):
        if key in given and (not set(LEVELS) <= set(levels) or None in levels.values()):
            broken.add(key)
    _note(_of_actor(lever.actor), given, node, problems, broken)
    _note(faults.of_lever(lever), given, node, problems, broken)
    return lever if len(problems) == before else None


def _of_actor(actor: str) -> Iterator[faults.Fault]:
    """Yield that an actor is none of the catalogue's, nor the user."""
    known = sorted({lever.actor for lever in levers.read().values()} | {str(TEXTS["actor"])})
    if actor not in known:

        def hint() -> str:
            return nearest(actor, known) or f"one of {', '.join(known)}"

        yield faults.Fault("actor", f"unknown actor {cited(actor)}", hint)


def _effects(
    name: str, node: Node | None, source: str, problems: list[Problem]
) -> tuple[tuple[Effect, ...], bool]:
    """Return the effects that have no fault, and whether there are others."""
    if node is None:
        return (), False
    items = fields.items(node, problems, "effects")
    read = [_effect(name, item, source, problems) for item in items or ()]
    found = tuple(effect for effect in read if effect is not None)
    return found, items is None or len(found) < len(read)


def _effect(name: str, node: Node, source: str, problems: list[Problem]) -> Effect | None:
    """Return an effect, or None with all that is wrong with it noted.

    What is missing or no value at all is noted first; the rules of the table are then asked about
    the rest, so that one fault does not hide another.
    """
    before = len(problems)
    given = fields.mapping(node, EFFECT_KEYS, problems, "an effect")
    if given is None:
        return None
    needed = ("driver", "op", *LEVELS, "conversion")
    fields.required(given, needed, node.place, problems, _EFFECT_NEEDS)
    words = {"role": "main", "driver": None, "op": None, "conversion": None, "source": source}
    texts = _texts(given, words, problems)
    numbers = {level: _number(given, level, problems) for level in (*LEVELS, "target")}
    chosen: dict[str, Any] = {
        column: _words(given.get(column), column, problems) for column in SELECTORS
    }
    broken = {key for key, text in texts.items() if text is None}
    if any(numbers[level] is None for level in LEVELS):
        broken.add("high")  # the field in which a fault of the sizes shows
    if "target" in given and numbers["target"] is None:
        broken.add("target")
    effect = Effect(
        lever=name,
        target=numbers["target"],
        **_filled(texts, ""),
        **_filled({level: numbers[level] for level in LEVELS}, 0.0),
        **chosen,
    )
    _note(faults.of_effect(effect), given, node, problems, broken)
    return effect if len(problems) == before else None


def _filled(values: Mapping[str, Any], empty: object) -> dict[str, Any]:
    """Return values with a stand-in for those that are left out or could not be read."""
    return {key: empty if value is None else value for key, value in values.items()}


def _texts(
    given: Mapping[str, Node], defaults: Mapping[str, str | None], problems: list[Problem]
) -> dict[str, Any]:
    found = {}
    for key, default in defaults.items():
        text = fields.text(given[key], problems, key) if key in given else default
        found[key] = None if text is None else " ".join(text.split())
    return found


def _number(given: Mapping[str, Node], key: str, problems: list[Problem]) -> float | None:
    return fields.number(given[key], problems, key) if key in given else None


def _levels(
    node: Node | None, keys: Iterable[str], problems: list[Problem], what: str
) -> dict[str, Any]:
    """Return the numbers of ``cost`` or ``magnitude``, and the unit."""
    if node is None:
        return {}
    given = fields.mapping(node, keys, problems, what) or {}
    fields.required(given, LEVELS, node.place, problems, f"{what} needs low, central and high")
    return {
        key: fields.text(child, problems, key)
        if key == "unit"
        else fields.number(child, problems, key)
        for key, child in given.items()
    }


def _words(node: Node | None, column: str, problems: list[Problem]) -> tuple[str, ...]:
    if node is None:
        return ()
    if isinstance(node.value, str):
        return (node.value,)
    items = fields.items(node, problems, column) or ()
    if not items and node.value is not Broken.VALUE and isinstance(node.value, tuple):
        problems.append(
            node.place.problem(f"the list of {column} is empty", "leave it out for all")
        )
    words = (fields.text(item, problems, f"a word of {column}") for item in items)
    return tuple(word for word in words if word is not None)


def _note(
    found: Iterable[faults.Fault],
    given: Mapping[str, Node],
    node: Node,
    problems: list[Problem],
    broken: Collection[str],
) -> None:
    """Put each fault where its field stands, or at the whole where the field was left out.

    Faults of ``broken`` fields are left out: what is wrong with those was noted when they were
    read.
    """
    for fault in found:
        if fault.field in broken:
            continue
        place = given[fault.field].place if fault.field in given else node.place
        hint = fault.hint() if len(problems) < fields.HINTED else None
        problems.append(place.problem(fault.message, hint))
