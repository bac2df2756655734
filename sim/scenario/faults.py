"""What can be wrong with a lever, whether it stands in the table or in a scenario file.

Each fault names the field in which it shows, so that a reader can point at a row or at a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sim import evidence
from sim.errors import cited, nearest
from sim.scenario import drivers, vocabulary

if TYPE_CHECKING:
    from sim.scenario.levers import Effect, Lever

SELECTORS = ("ecosystems", "ways", "segments", "nations", "stances", "pools", "hardware")
"""The fields by which an effect may narrow its driver."""


Hint = Callable[[], str | None]
"""Looks for what may have been meant, where a reader will see it: looking takes milliseconds."""


def _no_hint() -> None:
    return None


class Fault(NamedTuple):
    """What is wrong with a lever or an effect, and the field in which it shows."""

    field: str
    message: str
    hint: Hint = _no_hint


def split(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds several, apart by ``;``."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def of_lever(lever: Lever) -> Iterator[Fault]:
    """Yield what is wrong with a lever, its effects aside."""
    if not lever.effects:
        yield Fault("effects", f"lever {lever.id!r} has no effect")
    for field in ("lag_months", "ramp_months"):
        if getattr(lever, field) < 0:
            yield Fault(field, "lag and ramp are months, zero or more")
    if not 0 <= lever.uncertainty < 1:
        yield Fault("uncertainty", "uncertainty is a half-width around 1: at least 0, below 1")
    if not _monotone((0, lever.cost_low, lever.cost_central, lever.cost_high)):
        yield Fault("cost", "costs must go one way from nothing over low and central to high")
    if lever.cost_scale not in vocabulary.COST_SCALES:
        words = ", ".join(vocabulary.COST_SCALES)
        hint = partial(nearest, lever.cost_scale, vocabulary.COST_SCALES)
        message = f"cost_scale {cited(lever.cost_scale)} is none of {words}"
        yield Fault("cost_scale", message, hint)
    sizes = (
        lever.magnitude_neutral,
        lever.magnitude_low,
        lever.magnitude_central,
        lever.magnitude_high,
    )
    if not _monotone(sizes):
        message = "magnitudes must go one way from neutral over low and central to high"
        yield Fault("magnitude", message)
    yield from of_sources(lever.source)


def of_effect(effect: Effect) -> Iterator[Fault]:
    """Yield what is wrong with an effect: unknown words, sizes out of order, no reason given."""
    driver = drivers.vocabulary().get(effect.driver)
    if effect.role not in ("main", "side"):
        yield Fault("role", f"role {cited(effect.role)} is neither main nor side")
    if effect.op not in drivers.OPERATIONS:
        yield Fault("op", f"op {cited(effect.op)} is none of {', '.join(drivers.OPERATIONS)}")
    if driver is None:
        hint = partial(_driver_hint, effect.driver)
        yield Fault("driver", f"unknown driver {cited(effect.driver)}", hint)
    else:
        yield from _outside(effect, driver)
        yield from _unselectable(effect, driver)
    if not effect.conversion:
        message = "no conversion: say how the size follows from the catalogue's magnitude"
        yield Fault("conversion", message)
    yield from of_sources(effect.source)


def _outside(effect: Effect, driver: drivers.Driver) -> Iterator[Fault]:
    sizes = (effect.low, effect.central, effect.high)
    neutral = {"floor": driver.low, "cap": driver.high}.get(effect.op, 0.0)
    if not _monotone((neutral, *sizes)):
        message = f"sizes {sizes} must go one way from {neutral:g}, growing with strength"
        yield Fault("high", message)
    if effect.op not in ("floor", "cap") and effect.high == 0:
        yield Fault("high", "no size: at high strength the effect must change something")
    known = effect.op in drivers.OPERATIONS
    if known and (effect.target is not None) != (effect.op == "move"):
        yield Fault("target", "a target belongs to move, and only to move")
    if effect.op == "move" and not 0 <= effect.high <= 1:
        yield Fault("high", "move takes a fraction from 0 to 1")
    if effect.op == "multiply" and effect.high < -1:
        yield Fault("high", "multiply takes 1 + v, which may not be negative")
    levels = (effect.target,) if effect.op == "move" else sizes
    if effect.op in ("move", "floor", "cap") and not all(
        level is not None and driver.low <= level <= driver.high for level in levels
    ):
        message = f"level outside {driver.name}'s range {driver.low:g} to {driver.high:g}"
        yield Fault("target" if effect.op == "move" else "high", message)


def _unselectable(effect: Effect, driver: drivers.Driver) -> Iterator[Fault]:
    allowed = vocabulary.selectors(driver)
    for column in SELECTORS:
        chosen: tuple[str, ...] = getattr(effect, column)
        if chosen and column not in allowed:
            yield Fault(column, f"{driver.name} has no {column} to choose from")
            continue
        known = vocabulary.members(column)
        for word in chosen:
            if (word.removeprefix("-") if column == "nations" else word) not in known:
                message = f"unknown word {cited(word)} in {column}"
                yield Fault(column, message, partial(_hint, word, column))


def _driver_hint(word: str) -> str:
    """Return what may be meant by an unknown driver."""
    known = drivers.vocabulary()
    return nearest(word, known) or f"drivers are {', '.join(known)}"


def _hint(word: str, column: str) -> str:
    """Return what may be meant by an unknown word of a selector column."""
    if column == "nations":
        return vocabulary.place_hint(word, evidence.load().nations, vocabulary.groups())
    known = vocabulary.members(column)
    return nearest(word, known) or f"one of {', '.join(known)}"


def of_sources(cell: str) -> Iterator[Fault]:
    """Yield what is wrong with the sources of a cell."""
    sources = split(cell)
    if not sources:
        message = "no source: give ids of the table of sources, an address, or the word judgement"
        yield Fault("source", message)
    for source in sources:
        address = source.startswith(("https://", "http://"))
        if not address and source != "judgement" and source not in vocabulary.sources():
            yield Fault("source", f"unknown source {cited(source)}")


def _monotone(sizes: Iterable[float]) -> bool:
    values = list(sizes)
    return values in (sorted(values), sorted(values, reverse=True))
