"""Which arms a question needs: whole scenarios, single levers, packages less one lever."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim import numerals
from sim.errors import InputError, Problem, nearest
from sim.scenario import Scenario
from sim.scenario.distribution import Triangular
from sim.scenario.document import LeverEntry
from sim.scenario.levers import STRENGTHS, left_out
from sim.scenario.resolve import resolve

Source = Any
"""A scenario as a caller names it: name, path, mapping or scenario."""

START = "2027-01"
"""Month from which a lever of the catalogue is pulled where no scenario says when."""

STRENGTH = "central"
"""Strength at which a lever of the catalogue is pulled where nobody says how hard."""

DRAWN = "drawn"
"""The strength that each replicate draws, by `SPREAD`, for every lever from a stream of its own."""

SPREAD = Triangular(low=STRENGTHS["low"], mode=STRENGTHS["central"], high=STRENGTHS["high"])


@dataclass(frozen=True, eq=False)
class Pair:
    """One comparison: an arm against its reference.

    Parameters
    ----------
    name, reference : str
        Names of the arms.
    levers : tuple of str
        Levers in which they differ.
    label : str
        Names the comparison in every table and figure, and is unique among those made together: the
        arm, or where a package is compared with itself less a lever, that lever.
    """

    name: str
    reference: str
    levers: tuple[str, ...] = ()
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.name)


def pairs_of(manifest: Mapping[str, Any]) -> tuple[Pair, ...]:
    """Return who is compared with whom, as a manifest keeps it."""
    kept = manifest["repeat"]["pairs"]
    return tuple(Pair(**{**pair, "levers": tuple(pair["levers"])}) for pair in kept)


def own_levers(scenario: Scenario, reference: Scenario) -> dict[str, tuple[LeverEntry, ...]]:
    """Return the entries of the levers that a scenario pulls and its reference does not, by id."""
    known = set(reference.levers)
    found: dict[str, list[LeverEntry]] = {}
    for entry in scenario.levers:
        if entry not in known:
            found.setdefault(entry.id, []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def with_levers(
    base: Scenario, entries: Iterable[LeverEntry], name: str, origin: Scenario | None = None
) -> Scenario:
    """Return a scenario with more lever entries; entries of the same id in it are replaced.

    Parameters
    ----------
    base : Scenario
    entries : iterable of LeverEntry
    name : str
        Of the new scenario.
    origin : Scenario, optional
        Where own levers among the entries are defined.
    """
    added = tuple(entries)
    ids = {entry.id for entry in added}
    kept = tuple(entry for entry in base.levers if entry.id not in ids)
    changes: dict[str, Any] = {"levers": (*kept, *added), "name": name}
    if origin is not None:
        changes["own_levers"] = {**base.own_levers, **origin.own_levers}
    return _changed(base, changes)


def without_lever(base: Scenario, lever: str, reference: Scenario, name: str) -> Scenario:
    """Return a package less one lever, which stands as in the reference."""
    kept = tuple(entry for entry in base.levers if entry.id != lever)
    usual = tuple(entry for entry in reference.levers if entry.id == lever)
    return _changed(base, {"levers": (*kept, *usual), "name": name})


def _changed(base: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with changes, checked like any other."""
    return Scenario.model_validate({**dict(base), **changes})


def power(strength: object) -> float | Triangular:
    """Return the strength that a word or a number stands for.

    Raises
    ------
    InputError
        If it is neither one of the named strengths, nor `DRAWN`, nor a number from 0 to 1.
    """
    words = (*STRENGTHS, DRAWN)
    if isinstance(strength, Triangular):
        return strength
    if isinstance(strength, str) and strength in words:
        return SPREAD if strength == DRAWN else STRENGTHS[strength]
    try:
        number = numerals.number(str(strength))
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        hint = nearest(str(strength), words) or f"{', '.join(words)}, or a number from 0 to 1"
        raise InputError(Problem(f"no strength is called {strength!r}", path="strength", hint=hint))
    return number


def at_strength(scenario: Scenario, reference: Scenario, strength: object) -> Scenario:
    """Return a scenario whose own levers are all pulled at one strength.

    Raises
    ------
    InputError
        If there is no such strength.
    """
    own = own_levers(scenario, reference)
    size = power(strength)
    return _at(scenario, own, lambda _: size)


def at_size(scenario: Scenario, reference: Scenario, name: str) -> Scenario:
    """Return a scenario with smaller, usual or larger levers.

    A lever at one of the three named strengths, or at a drawn one, is pulled at the named strength
    that is asked for. One at another number is pulled at that number times a half, one, or one and
    a half (the same proportions as low and high have to central), and never above one.

    Parameters
    ----------
    scenario, reference : Scenario
    name : {"low", "central", "high"}
    """

    def sized(strength: Any) -> float:  # noqa: ANN401 - a number or a distribution
        named = not isinstance(strength, int | float) or any(
            math.isclose(strength, known, abs_tol=1e-6) for known in STRENGTHS.values()
        )
        if named:
            return STRENGTHS[name]
        return min(1.0, float(strength) * STRENGTHS[name] / STRENGTHS["central"])

    return _at(scenario, own_levers(scenario, reference), sized)


def _at(scenario: Scenario, own: Iterable[str], strength: Callable[[Any], Any]) -> Scenario:
    """Return a scenario with another strength of each of its own levers."""
    mine = set(own)
    levers = [
        entry.model_copy(update={"strength": strength(entry.strength)})
        if entry.id in mine
        else entry
        for entry in scenario.levers
    ]
    return _changed(scenario, {"levers": levers})


def years_in_force(scenario: Scenario, levers: Iterable[str]) -> float:
    """Return the years in which at least one of some levers costs, within the period of the runs.

    A lever costs from its start to its end, whether or not it is felt yet. One that waits for a
    sign is counted from the first month in which it may start.
    """
    wanted = set(levers)
    paid = {
        month
        for entry in scenario.levers
        if entry.id in wanted
        for month in range(
            max(entry.earliest, scenario.period.start),
            min(scenario.period.end, scenario.period.end if entry.end is None else entry.end) + 1,
        )
    }
    return len(paid) / 12.0


def catalogue_entry(base: Scenario, lever: str, strength: object, start: str) -> LeverEntry:
    """Return an entry of a lever of the catalogue.

    Raises
    ------
    InputError
        If there is no lever of that name, or it has no effect in the model.
    """
    usable(base, lever)
    size = power(strength)
    document = {
        "extends": "baseline",
        "levers": [
            {
                "id": lever,
                "strength": size if isinstance(size, float) else size.model_dump(),
                "start": start,
            }
        ],
    }
    loaded = resolve(document)
    return next(entry for entry in loaded.levers if entry.id == lever)


def usable(base: Scenario, lever: str) -> None:
    """Refuse a lever that there is not, or that the catalogue has and the model has not.

    Raises
    ------
    InputError
        With the nearest name, or the reason.
    """
    known = base.known_levers()
    if lever in known:
        return
    absent = left_out().get(lever)
    if absent is not None:
        message = f"the model cannot represent {lever!r}: {absent.reason}"
        raise InputError(Problem(message, path="levers"))
    hint = nearest(lever, known) or "sim list levers shows them"
    raise InputError(Problem(f"no lever is called {lever!r}", path="levers", hint=hint))


def single_levers(
    scenario: Scenario,
    reference: Scenario,
    wanted: Sequence[str] | None,
    strength: object | None,
    start: str | None,
) -> tuple[dict[str, Scenario], list[Pair]]:
    """Return one arm a lever, each alone on the reference.

    A lever that the scenario pulls is pulled as there, but at ``strength`` where one is given;
    another one of the catalogue from ``start``, by default `START`, and at `STRENGTH`. Without
    names, all that the scenario pulls, or where it pulls none, the whole catalogue.

    Raises
    ------
    InputError
        If a lever is unknown or has no effect.
    """
    own = own_levers(scenario, reference)
    names = list(wanted) if wanted is not None else list(own) or _catalogue(reference)
    if not names:
        raise InputError(Problem("no lever is named", path="levers", hint="--levers a,b"))
    arms: dict[str, Scenario] = {}
    for name in dict.fromkeys(names):
        usual = STRENGTH if strength is None else strength
        entries = own.get(name) or (
            catalogue_entry(reference, name, usual, START if start is None else start),
        )
        usable(scenario, name)
        arm = with_levers(reference, entries, name, scenario)
        arms[name] = arm if strength is None else at_strength(arm, reference, strength)
    return arms, [Pair(name, reference.name, (name,)) for name in arms]


def require_start_acts(
    start: str | None, scenario: Scenario, reference: Scenario, wanted: Sequence[str] | None
) -> None:
    """Refuse a start where the scenario itself says when each lever that is asked for starts.

    Raises
    ------
    InputError
    """
    own = own_levers(scenario, reference)
    asked = own if wanted is None else wanted
    if start is not None and own and all(name in own for name in asked):
        message = f"{scenario.name} says itself when each of these levers starts"
        hint = f"leave it out, or move them: --set levers.ID.start={start}"
        raise InputError(Problem(message, path="start", hint=hint))


def packages_less_one(
    scenario: Scenario, reference: Scenario, wanted: Sequence[str] | None
) -> tuple[dict[str, Scenario], list[Pair]]:
    """Return a package and the package less each lever; the effect is what that lever adds last.

    Raises
    ------
    InputError
        If the scenario pulls no lever beyond the reference, or not the named one.
    """
    own = own_levers(scenario, reference)
    if not own:
        raise InputError(
            Problem(
                f"{scenario.name} pulls no lever that {reference.name} does not: there is nothing "
                "to leave out",
                path="levers",
            )
        )
    for name in wanted or ():
        if name not in own:
            hint = nearest(name, own) or f"it pulls {', '.join(own)}"
            message = f"{scenario.name} does not pull {name!r} beyond {reference.name}"
            raise InputError(Problem(message, path="levers", hint=hint))
    arms = {scenario.name: scenario}
    pairs = []
    for name in wanted or own:
        less = f"{scenario.name} less {name}"
        arms[less] = without_lever(scenario, name, reference, "less")
        pairs.append(Pair(scenario.name, less, (name,), label=name))
    return arms, pairs


def _catalogue(reference: Scenario) -> list[str]:
    """Return every lever of the catalogue that is not pulled already."""
    pulled = {entry.id for entry in reference.levers}
    return [name for name in reference.known_levers() if name not in pulled]
