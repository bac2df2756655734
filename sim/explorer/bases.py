"""What a state departs from, and the scenario that it makes: the one that `sim run` would run."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from sim import evidence, months
from sim.errors import InputError, cited, nearest
from sim.evidence import selectors
from sim.explorer.state import EVERYWHERE, NEVER, State, Use, read
from sim.scenario import Scenario, load, names, reach, responses, vocabulary
from sim.scenario import compile as compiled
from sim.scenario.levers import Lever
from sim.study.against import reference_of

FOCUS = "IND"
"""Nation in focus where a scenario needs one and nobody has named any."""

SHIPPED = "baseline"
"""The scenario on which responses are read."""

OWN = ("name", "title", "description", "topic", "levers", "own_levers", "responses", "groups")
"""What two scenarios may differ in and still be changed on one page, against one reference."""


@dataclass(frozen=True, eq=False)
class Base:
    """A scenario that a state may depart from.

    Parameters
    ----------
    scenario : Scenario
    needs_focus : bool
        Whether it means the nations in focus.
    """

    scenario: Scenario
    needs_focus: bool = False

    @cached_property
    def document(self) -> dict[str, Any]:
        """The scenario as plain data."""
        return self.scenario.document()

    @cached_property
    def entries(self) -> Mapping[str, dict[str, Any]]:
        """Its entries of levers as plain data, by the key that a state has for each."""
        return dict(keyed(self.document["levers"]))

    @cached_property
    def responses(self) -> tuple[str, ...]:
        """Names of the responses that are on in it."""
        return tuple(response.name for response in self.scenario.responses)

    @cached_property
    def fresh_start(self) -> int:
        """When a lever starts that nobody has given a start: the January after the facts."""
        last = months.FIRST + compiled(self.scenario).facts.last_fact
        return min(12 * (last // 12 + 1), self.scenario.period.end)

    @cached_property
    def levers(self) -> Mapping[str, Lever]:
        """Every lever that it may pull, by id."""
        return self.scenario.known_levers()


def keyed(entries: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return entries with their keys: the id of the lever, with a number from the second one on."""
    seen: Counter[str] = Counter()
    found = []
    for entry in entries:
        seen[entry["id"]] += 1
        number = seen[entry["id"]]
        found.append((entry["id"] if number == 1 else f"{entry['id']}.{number}", entry))
    return found


def lever_of(key: str) -> str:
    """Return the lever of a key."""
    return key.partition(".")[0]


@dataclass(frozen=True, eq=False)
class Bases:
    """All that the states of one page may depart from.

    Parameters
    ----------
    origin : str, path or Scenario
        What the explorer was started with.
    runs : int, optional
        Replicates in place of the scenario's own.
    """

    origin: str | Path | Scenario
    runs: int | None = None
    _kept: dict[tuple[str, str], Base] = field(default_factory=dict)

    @cached_property
    def first(self) -> Base:
        """The base of a link that names none."""
        return _loaded(self.origin, self.runs, "")

    @cached_property
    def reference(self) -> Scenario:
        """What everything is compared with: today's policies in the same months and nations."""
        return reference_of(self.first.scenario) or self.first.scenario

    @cached_property
    def responses(self) -> Mapping[str, dict[str, Any]]:
        """Every response that may be switched on as plain data, by name."""
        own = self.first.document.get("responses", ())
        shipped = load(SHIPPED, [("responses", list(responses.known()))]).document()
        return {each["name"]: each for each in (*shipped.get("responses", ()), *own)}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of the scenarios that one may depart from, with their titles.

        The first, the reference, and the shipped ones that differ from it in levers alone.
        """
        found = {self.first.scenario.name: self.first.scenario.title}
        mine = _world(self.first.scenario)
        for listed in names():
            if listed.shipped and listed.name not in found:
                base = _loaded(listed.name, self.runs, FOCUS)
                if _world(base.scenario) == mine:
                    found[listed.name] = base.scenario.title
        return found

    def get(self, name: str, focus: str = "") -> Base:
        """Return a base.

        Raises
        ------
        InputError
            If there is none of the name, or the focus names nothing.
        """
        if name == self.first.scenario.name and not focus:
            return self.first
        if name not in self.names:
            hint = nearest(name, self.names)
            raise InputError(
                f"no scenario {cited(name)} can be opened on this page"
                + (f" ({hint})" if hint else "")
            )
        if (name, focus) not in self._kept:
            source = self.origin if name == self.first.scenario.name else name
            base = _loaded(source, self.runs, focus)
            if len(self._kept) > 64:  # a visitor may try every nation as focus
                self._kept.clear()
            self._kept[name, focus] = base
        return self._kept[name, focus]

    def clamped(self, state: State) -> tuple[State, list[str]]:
        """Return a state with what there is of it, within its bounds, and what had to change.

        Raises
        ------
        InputError
            If its base is unknown or its focus names nothing.
        """
        notes: list[str] = []
        base = self.get(state.base, state.focus)
        focus = state.focus or (FOCUS if base.needs_focus else "")
        levers = {}
        for key, use in state.levers.items():
            if lever_of(key) not in base.levers or (key not in base.entries and "." in key):
                notes.append(f"there is no lever {cited(key)} here; it was left out")
                continue
            changed = self._trimmed(base, key, use, notes)
            if changed != Use():
                levers[key] = changed
        parameters = dict(_parameters(state.parameters, base, notes))
        future = "" if state.future == base.scenario.ensemble.future else state.future
        answers = self._answers(state.responses, notes)
        more = {
            "levers": levers,
            "parameters": parameters,
            "future": future,
            "responses": None if answers == base.responses else answers,
            "focus": focus if base.needs_focus else "",
            "other": self._other(state.other),
        }
        return state.model_copy(update=more), notes

    def _answers(self, names_: tuple[str, ...] | None, notes: list[str]) -> tuple[str, ...] | None:
        """Return the responses that there are."""
        if names_ is None:
            return None
        notes += [
            f"there is no response {cited(name)}; it was left out"
            for name in names_
            if name not in self.responses
        ]
        return tuple(name for name in names_ if name in self.responses)

    def _other(self, link: str) -> str:
        """Return the link of a second scenario with what bears on its numbers alone."""
        if not link:
            return ""
        other, _ = read(link, self.first.scenario.name)
        return self.clamped(other.model_copy(update={"other": ""}))[0].fragment(numbers_only=True)

    def _trimmed(self, base: Base, key: str, use: Use, notes: list[str]) -> Use:
        """Return what differs of an entry, with its months within the scenario's."""
        first, last = base.scenario.period.start, base.scenario.period.end
        mine = entry_of(base, key)
        lever = base.levers[lever_of(key)]
        given = use.model_dump(exclude_none=True)
        for name in ("start", "end"):
            if isinstance(given.get(name), int):
                given[name] = min(max(given[name], first), last)
        start = given.get("start", _number(mine.get("start")))
        if isinstance(given.get("end"), int) and start is not None and given["end"] < start:
            given["end"] = start
            notes.append(f"{lever.title}: the end was before the start and is now the same month")
        if "nations" in given and given["nations"] != (EVERYWHERE,):
            given["nations"] = self._nations(given["nations"], lever, notes)
        same = {
            "strength": mine.get("strength"),
            "start": _number(mine.get("start")),
            "end": _number(mine.get("end")) or NEVER,
            "nations": tuple(mine["nations"]) if mine.get("nations") else (EVERYWHERE,),
            "lag": mine["lag_months"],
            "ramp": mine["ramp_months"],
        }
        return Use(**{k: v for k, v in given.items() if v is not None and v != same[k]})

    def _nations(
        self, places: tuple[str, ...], lever: Lever, notes: list[str]
    ) -> tuple[str, ...] | None:
        """Return places on which a lever acts; None, and a note, where there are none."""
        known = evidence.load().nations
        own = reach.acts_on(lever, known)
        if not own.any():
            notes.append(f"{lever.title} acts on the world alone and takes no nations")
            return None
        there = {*vocabulary.nations(), *vocabulary.groups()}
        mine = tuple(place for place in places if place in there)
        inside = selectors.nations(mine, known) & own if mine else own & False
        if len(mine) < len(places):
            notes.append(f"{lever.title}: places that there are not were left out")
        if not inside.any():
            notes.append(f"{lever.title} acts on none of these nations; it stays with all of them")
            return None
        return mine

    def document(self, state: State) -> dict[str, Any]:
        """Return the scenario of a state as plain data; the state has been clamped."""
        base = self.get(state.base, state.focus)
        made = copy.copy(base.document)
        entries = dict(base.entries)
        for key, use in state.levers.items():
            entries[key] = patched(entry_of(base, key), use)
        made["levers"] = list(entries.values())
        if state.parameters:
            made["parameters"] = selectors.nested(state.parameters, made["parameters"])
        if state.future:
            made["ensemble"] = made["ensemble"] | {"future": state.future}
        if state.responses is not None:
            made["responses"] = [self.responses[name] for name in state.responses]
        return made

    def scenario(self, state: State) -> Scenario:
        """Return the scenario of a clamped state, checked as any scenario is.

        Raises
        ------
        InputError
            If two entries of a lever overlap.
        """
        if not (state.levers or state.parameters or state.future or state.responses is not None):
            return self.get(state.base, state.focus).scenario
        return load(self.document(state))


def _loaded(source: str | Path | Scenario, runs: int | None, focus: str) -> Base:
    """Load a base, with a focus where it needs one."""
    own: list[tuple[str, object]] = [] if runs is None else [("ensemble.runs", runs)]
    asked = ("focus", focus.split("+") if "+" in focus or focus.isupper() else focus)
    if not isinstance(source, Scenario) and focus:
        without = _needs_focus(source)
        return Base(load(source, [*own, asked] if without else own), needs_focus=without)
    if isinstance(source, Scenario):
        return Base(load(source, own) if own else source)
    if _needs_focus(source):
        return Base(load(source, [*own, ("focus", [FOCUS])]), needs_focus=True)
    return Base(load(source, own))


@lru_cache(maxsize=64)
def _needs_focus(source: str | Path) -> bool:
    """Return whether a file means the nations in focus and names none."""
    try:
        load(source)
    except InputError as error:
        return all("uses focus" in problem.message for problem in error.problems)
    return False


def _world(scenario: Scenario) -> dict[str, Any]:
    """Return all of a scenario but what its policies are."""
    return {key: value for key, value in scenario.document().items() if key not in OWN}


def entry_of(base: Base, key: str) -> dict[str, Any]:
    """Return the entry of a key as plain data: the base's, or a new one of strength 0."""
    if key in base.entries:
        return base.entries[key]
    lever = base.levers[lever_of(key)]
    return {
        "id": lever.id,
        "strength": 0.0,
        "start": months.text(base.fresh_start),
        "end": None,
        "ramp_months": lever.ramp_months,
        "lag_months": lever.lag_months,
    }


def first_start(entry: Mapping[str, Any]) -> str:
    """Return the first month in which an entry may start."""
    first: str = entry["when"]["from"] if "when" in entry else entry["start"]
    return first


def patched(entry: Mapping[str, Any], use: Use) -> dict[str, Any]:
    """Return an entry with what differs in it; whatever else it holds stays."""
    made = dict(entry)
    if use.strength is not None:
        made["strength"] = use.strength
    if use.start is not None:
        made.pop("when", None)  # a month goes in the place of a sign
        made["start"] = months.text(use.start)
    if use.end is not None:
        made.pop("end_when", None)
        made["end"] = None if isinstance(use.end, str) else months.text(use.end)
    if use.nations == (EVERYWHERE,):
        made.pop("nations", None)
    elif use.nations is not None:
        made["nations"] = _as_written(use.nations)
    if use.lag is not None:
        made["lag_months"] = use.lag
    if use.ramp is not None:
        made["ramp_months"] = use.ramp
    return made


def _as_written(places: tuple[str, ...]) -> str | list[str]:
    """Return places as a file may write them: one group, or codes."""
    if len(places) == 1 and places[0].islower():
        return places[0]
    known = evidence.load().nations
    inside = selectors.nations(places, known)
    return [code for code, chosen in zip(known.iso3, inside.tolist(), strict=True) if chosen]


def _number(month: object) -> int | None:
    return months.parse(month) if isinstance(month, str) else None


def _parameters(
    given: Mapping[str, float], base: Base, notes: list[str]
) -> list[tuple[str, float]]:
    """Return parameters that there are, within their bounds."""
    known = vocabulary.parameters()
    found = []
    for path, value in given.items():
        if path not in known:
            notes.append(f"there is no parameter {cited(path)}; it was left out")
            continue
        row = known[path]
        inside = min(max(value, row.low), row.high)
        if row.dist == "switch":
            inside = float(round(inside))
        if inside != value:
            notes.append(f"{row.title} was out of bounds and is now {inside:g}")
        own = base.scenario.parameters.get(path)
        if own is None and row.dist in ("switch", "fixed") and inside == row.default:
            continue
        if own != inside:
            found.append((path, inside))
    return found
