"""A merged tree to a scenario: what its words stand for is looked up, the rest is the model's.

`sim.scenario.document` says what a scenario may hold. What stands in other tables, such as which
nations a group has or how long a lever lags, is looked up here, so that all faults of a file are
found at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim import evidence, months
from sim.errors import cited
from sim.evidence.releases import last_known
from sim.metrics import registry
from sim.scenario import (
    fields,
    futures,
    levers,
    nations,
    places,
    reach,
    triggers,
    vocabulary,
    walk,
)
from sim.scenario.document import Scenario
from sim.scenario.entry import LeverEntry
from sim.scenario.fields import LAST, Problems, Value
from sim.scenario.lever_effect import sourced
from sim.scenario.levers import Lever
from sim.scenario.tree import Broken, Node
from sim.scenario.walk import Placed

_EVERYWHERE = ""


@dataclass(slots=True)
class _Reading(walk.Reading):
    """What the entries of levers are read with.

    Parameters
    ----------
    known : mapping of str to Lever or None
        The levers that an entry may use; None for one whose definition has a fault.
    among : Places
        What ``nations`` of an entry may name.
    facts_end : int
        Last month with dated facts: conditions are waited for from the next one on.
    entries : list of (LeverEntry, Node)
        Those that were read, with what they were read from.
    """

    known: Mapping[str, Lever | None] = field(default_factory=dict)
    among: reach.Places | None = None
    facts_end: int = LAST
    entries: list[tuple[LeverEntry, Node]] = field(default_factory=list)

    def completed(self, given: Placed) -> Placed:
        """Return an entry with what it leaves to its lever, and with its nations by code."""
        nodes: Any = given.node.value
        lever = self._lever(nodes["id"]) if "id" in nodes else None
        if lever is not None:
            delays = {"ramp_months": lever.ramp_months, "lag_months": lever.lag_months}
            given.update({key: delay for key, delay in delays.items() if key not in given})
        else:
            given.update({key: given.get(key, 0) for key in ("ramp_months", "lag_months")})
            if "id" in given:
                given["id"] = "unknown"
        if given.get("nations") is not None and self.among is not None:
            given["nations"] = reach.read(nodes["nations"], lever, self.among, self.problems)
        if "start" not in given and "when" not in given:
            if given.get("strength") != 0:
                hint = "the month from which the lever is pulled, such as 2026-12, or when"
                fields.required(given, ("start",), given.node.place, self.problems, hint)
            given["start"] = months.text(months.FIRST)
        for key in triggers.KEYS:
            if isinstance(given.get(key), Placed) and given[key].get("from") is None:
                given[key]["from"] = months.text(min(self.facts_end + 1, LAST))
        return given

    def _lever(self, node: Node) -> Lever | None:
        absent = levers.left_out().get(node.value) if isinstance(node.value, str) else None
        if absent is not None:
            message = f"the model cannot represent {absent.id!r}: {absent.reason}"
            self.problems.append(node.mark.problem(message, absent.instead))
            return None
        word = fields.choice(node, self.known, self.problems, "lever")
        return self.known[word] if word is not None else None


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
    # Where a base could not be read, what is missing here may well stand there.
    complete = not problems
    given: Mapping[str, Node] = tree.value if isinstance(tree.value, Mapping) else {}
    chosen, table = nations.read(given.get("nations"), problems)
    defined = _own_levers(given.get("own_levers"), problems)
    groups = nations.read_groups(given.get("groups"), table, problems)
    among = _places(given, chosen, table, groups, problems)
    until = fields.month(given["facts_until"], [], "") if "facts_until" in given else None
    reading = _Reading(
        problems, complete, {**defined, **levers.read()}, among, last_known(until)
    )  # fmt: skip
    data = walk.plain(tree)
    data |= {"nations": chosen, "groups": groups, "parameters": _parameters(given, problems)}
    data["own_levers"] = {key: lever for key, lever in defined.items() if lever is not None}
    data.setdefault("name", places.for_a_folder(name, "scenario"))
    data.setdefault("title", data["name"])
    found = walk.read(Scenario, tree, reading, data=data)
    _note_overlaps(reading, problems)
    if found is not None and not problems:
        _require_possible(found, reading, problems)
    return None if problems else found


def _own_levers(node: Node | None, problems: Problems) -> dict[str, Lever | None]:
    """Return the levers that a scenario defines, by id; None for one with a fault."""
    found: dict[str, Lever | None] = {}
    if node is None:
        return found
    for name, child in (fields.mapping(node, None, problems, "own_levers") or {}).items():
        if name in levers.read() or name in levers.left_out():
            message = f"{cited(name)} is already a lever of the catalogue"
            problems.append(child.place.problem(message, "choose another id"))
        elif not nations.SLUG.fullmatch(name):
            message = f"{cited(name)} cannot name a lever"
            problems.append(child.place.problem(message, nations.SLUG_FORM))
        data = walk.plain(child)
        if isinstance(data, Placed):
            data["id"] = name
            _share_source(data)
        found[name] = walk.read(Lever, child, walk.Reading(problems), name, data)
    return found


def _share_source(lever: Placed) -> None:
    """Give the effects without a source that of their lever, whose faults are told with it."""
    source = lever.get("source")
    try:
        shared = sourced(source) if isinstance(source, str) else "judgement"
    except ValueError:
        shared = "judgement"
    effects = lever.get("effects")
    for effect in effects if isinstance(effects, tuple) else ():
        if isinstance(effect, Placed):
            effect.setdefault("source", shared)


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


def _note_overlaps(reading: _Reading, problems: Problems) -> None:
    # By nation, and everywhere: for each, only as many entries as there are months stand apart,
    # however many are given.
    apart: dict[str, dict[str, list[LeverEntry]]] = {}
    for later, node in reading.entries:
        # Where a sign brings two of a lever into force together, the stronger counts.
        waits = later.when is not None
        if later.strength == 0 or waits or reading.known.get(later.id) is None:
            continue
        by_nation = apart.setdefault(later.id, {})
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
        problems.append(node.place.problem(message, hint))


def _overlap(a: LeverEntry, b: LeverEntry) -> bool:
    stated = (a.end is None or b.earliest <= a.end) and (b.end is None or a.earliest <= b.end)
    acting = (a.last is None or b.first <= a.last) and (b.last is None or a.first <= b.last)
    return stated or acting


def _span(entry: LeverEntry) -> str:
    end = "the end" if entry.end is None else months.text(entry.end)
    return f"{months.text(entry.earliest)} to {end}"


def _require_possible(found: Scenario, reading: _Reading, problems: Problems) -> None:
    """Note conditions of groups that are not in the runs, and those that can never hold in them."""
    table = nations.table(found)
    groups = nations.groups(found, table)
    for entry, node in reading.entries:
        for key, condition in entry.conditions().items():
            inside: Any = node.value
            given: Mapping[str, Node] = inside[key].value
            if condition.group not in groups and condition.group not in table.iso3:
                _no_group(given["group"], condition.group, groups, table, problems)
            of_world = registry.by_name()[condition.metric].world
            if of_world and condition.group != "world":
                message = f"{condition.metric} is of the world alone"
                problems.append(given["group"].mark.problem(message, "leave group out"))
            reason = _never(condition, found)
            if reason and not ({"from", "until"}.isdisjoint(given)):
                at = given.get("from", given.get("until", inside[key]))
                message = f"the condition can never hold in the period: {reason}"
                problems.append(at.mark.problem(message, "give other months, or a longer period"))


def _no_group(
    node: Node,
    word: str,
    groups: Mapping[str, tuple[str, ...]],
    table: evidence.Nations,
    problems: Problems,
) -> None:
    if word in table.groups or word in evidence.load().nations.iso3:
        message = f"{word} has no nation in these runs"
        problems.append(node.mark.problem(message, "read another group, or run its nations too"))
        return
    message = f"no group is called {cited(word)}"
    problems.append(node.mark.problem(message, vocabulary.place_hint(word, table, groups)))


def _never(condition: triggers.Condition, scenario: Scenario) -> str:
    """Return why a condition cannot start or end anything, empty where it can."""
    first, end = condition.earliest, scenario.period.end
    if first is not None and first > end:
        return f"from {months.text(first)} is after its end {months.text(end)}"
    last = end if condition.until is None else min(condition.until, end)
    if first is not None and last < first:
        return f"until {months.text(last)} is before from {months.text(first)}"
    if last - months.FIRST < condition.for_months:
        said = f"{condition.for_months} months end after {months.text(last)}"
        return f"{said}, for the world begins in {months.text(months.FIRST)}"
    return ""


def _parameters(given: Mapping[str, Node], problems: Problems) -> dict[str, Value]:
    found: dict[str, Value] = {}
    node = given.get("parameters")
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
