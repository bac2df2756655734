"""Which nations an entry of a lever reaches, and what that costs.

``nations`` of an entry narrows what the lever does to nations, and nothing that it does to the
world. The word ``focus`` stands for the nations that a scenario, or who runs it, names apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import evidence
from sim.errors import Problem
from sim.evidence import selectors
from sim.scenario import drivers, nations
from sim.scenario.levers import Lever
from sim.scenario.nations import FOCUS
from sim.scenario.tree import Node
from sim.scenario.vocabulary import COST_SCALES

if TYPE_CHECKING:
    from sim.scenario.document import LeverEntry

_NAMED = 6
"""Nations that a message names one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the words under ``nations`` of an entry may stand for.

    Parameters
    ----------
    known : Nations
        Nations that may be named, and their groups.
    simulated : tuple of str
        ISO3 codes of those that are run.
    groups : mapping of str to tuple of str
        The scenario's own groups.
    focus : tuple of str or None
        ISO3 codes for which the word ``focus`` stands; None where there are none, or where what
        was given is wrong.
    """

    known: evidence.Nations
    simulated: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    focus: tuple[str, ...] | None


def require_focus(items: Iterable[Node], problems: list[Problem]) -> None:
    """Note, once, that entries use the word ``focus`` where a scenario has none."""
    for item in items:
        node = item.value.get("nations") if isinstance(item.value, Mapping) else None
        if node is not None and node.value == FOCUS:
            hint = "add --focus IND, or `focus: IND` in the file; a group will do"
            problems.append(node.mark.problem("the scenario uses focus and has none", hint))
            return


def read(
    node: Node, lever: Lever | None, places: Places, problems: list[Problem]
) -> tuple[str, ...] | None:
    """Return the nations on which an entry acts, of those on which its lever acts.

    Parameters
    ----------
    node : Node
        The value of ``nations``.
    lever : Lever or None
        None where it could not be read: then only the words are looked at.
    places : Places
    problems : list of Problem
        Whatever is wrong is added here; then None is returned.
    """
    if node.value == FOCUS:
        named = places.focus
    else:
        named = nations.codes(node, places.known, places.groups, problems)
    if named is None or lever is None:
        return None
    if not _narrowed(lever):
        message = f"{lever.id} acts on the world alone and takes no nations"
        problems.append(node.mark.problem(message, "leave nations out"))
        return None
    mine = acts_on(lever, places.known)
    own = [code for code, inside in zip(places.known.iso3, mine, strict=True) if inside]
    chosen = tuple(sorted(set(named) & set(own)))
    if not chosen:
        message = f"{lever.id} acts on none of these nations: {some(named)}"
        problems.append(node.mark.problem(message, f"it acts on {some(own)}"))
    elif not set(chosen) & set(places.simulated):
        message = f"none of the nations of this entry is simulated: {some(chosen)}"
        problems.append(node.mark.problem(message, f"simulated are {some(places.simulated)}"))
    else:
        return chosen
    return None


def acts_on(lever: Lever, known: evidence.Nations) -> NDArray[np.bool_]:
    """Return on which nations a lever acts by any of its effects, shape (I,)."""
    inside = np.zeros(len(known), dtype=np.bool_)
    for effect in lever.effects:
        if effect.driver in drivers.NATION_FAMILIES:
            inside |= selectors.nations(effect.nations, known)
    return inside


def cost(
    lever: Lever, chosen: Iterable[str] | None, known: evidence.Nations
) -> tuple[float, float, float]:
    """Return what a lever costs when it is entered for some nations.

    Parameters
    ----------
    lever : Lever
    chosen : iterable of str or None
        ISO3 codes; None for all on which the lever acts.
    known : Nations
        All nations that may be named, simulated or not: what a nation costs does not depend on
        who else is run.

    Returns
    -------
    tuple of float
        USD million a year at the strengths 1/3, 2/3 and 1.
    """
    whole = lever.cost.sizes
    if chosen is None or lever.cost_scale == "fixed":
        return whole
    size = known.developers if lever.cost_scale == "developers" else known.population * known.income
    mine = acts_on(lever, known)
    part = float(size[mine & np.isin(known.iso3, list(chosen))].sum() / size[mine].sum())
    low, central, high = (part * value for value in whole)
    return low, central, high


def notices(entries: Iterable[LeverEntry], known: Mapping[str, Lever]) -> Iterator[str]:
    """Yield what a reader must know of entries for some nations: a sentence each, ids in backticks.

    For whom they are, which effects on the world stay whole, and which costs are upper bounds.

    Parameters
    ----------
    entries : iterable of LeverEntry
    known : mapping of str to Lever
        The levers that they may use, by id.
    """
    where: dict[str, set[str]] = {}
    for entry in entries:
        if entry.nations is not None:
            where.setdefault(entry.id, set()).update(entry.nations)
    ids = sorted(where)
    if ids:
        yield f"For some nations alone: {'; '.join(_by_nations(where))}."
    whole = {name: moved for name in ids if (moved := _on_the_world(known[name]))}
    if whole:
        listed = "; ".join(f"`{name}` ({', '.join(moved)})" for name, moved in whole.items())
        yield (
            "Entered for some nations, these levers move drivers of the world whole, and once "
            f"however many entries they have: {listed}."
        )
    bounds = [name for name in ids if is_bound(known[name])]
    if bounds:
        yield (
            "The cost of these levers does not fall with the nations that are chosen, and is an "
            f"upper bound: {', '.join(f'`{name}`' for name in bounds)}."
        )


def _by_nations(where: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield levers and their nations, those with the same nations together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for name, chosen in sorted(where.items()):
        together.setdefault(tuple(sorted(chosen)), []).append(f"`{name}`")
    for codes, ids in together.items():
        yield f"{', '.join(ids)} in {some(codes)}"


def is_bound(lever: Lever) -> bool:
    """Return whether the cost of an entry for some nations is only an upper bound."""
    return lever.cost_scale == "fixed" and (lever.cost.low, lever.cost.high) != (0.0, 0.0)


def words(lever: Lever) -> dict[str, str]:
    """Return what ``nations`` in an entry does to a lever and to its cost, in words."""
    mine, world = _narrowed(lever), _on_the_world(lever)
    if not mine:
        return {"with_nations": "an error: it acts on the world alone"}
    kept = f"; {', '.join(world)} of the world stays whole" if world else ""
    return {
        "with_nations": f"narrows what it does to {', '.join(mine)}{kept}",
        "cost_with_nations": COST_SCALES[lever.cost_scale],
    }


def _narrowed(lever: Lever) -> tuple[str, ...]:
    """Return the drivers of nations that a lever moves."""
    return _driven(lever, drivers.NATION_FAMILIES)


def _on_the_world(lever: Lever) -> tuple[str, ...]:
    """Return the drivers of the world that a lever moves."""
    return _driven(lever, drivers.WORLD_FAMILIES)


def _driven(lever: Lever, families: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(effect.driver for effect in lever.effects if effect.driver in families)
    )


def some(codes: Iterable[str]) -> str:
    """Return some codes, and how many more there are."""
    codes = tuple(codes)
    more = len(codes) - _NAMED
    return ", ".join(codes[:_NAMED]) + (f" and {more} more" if more > 0 else "")
