"""Scenarios, levers and drivers: what is asked of the model, and what it moves."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sim.cli.kinds.kind import Fields, Kind, Names, Row, cited
from sim.cli.output import Table
from sim.errors import InputError
from sim.scenario import load, places, reach, vocabulary
from sim.scenario import names as scenarios
from sim.scenario.drivers import vocabulary as drivers
from sim.scenario.levers import LeftOut, Lever, left_out, read
from sim.scenario.paths import Override

TOPICS = ("reference", "openness", "controls", "china", "shocks", "cooperation", "choice")
"""Headings of the shipped scenarios, in the order in which they are listed; others follow."""


def _scenarios() -> list[Row]:
    pulled = _pulled()
    found = [
        Row(
            known.name,
            known.title,
            {"topic": known.topic, "file": known.file, "shipped": known.shipped},
            tags=pulled.get(known.name, ()),
        )
        for known in scenarios()
    ]
    first = {topic: place for place, topic in enumerate(TOPICS)}

    def order(row: Row) -> tuple[int, str]:
        topic = row.fields["topic"]
        return first.get(topic, len(TOPICS)), topic

    return sorted(found, key=order)


def _pulled() -> Names:
    """Return the levers of every scenario that can be loaded; `validate` says what is wrong."""
    files = places.known()
    return _pulled_by(tuple((name, file, file.stat().st_mtime_ns) for name, file in files.items()))


@functools.lru_cache(maxsize=1)
def _pulled_by(files: tuple[tuple[str, Path, int], ...]) -> Names:
    """Read every scenario, again only when a file of one has changed."""
    found: dict[str, tuple[str, ...]] = {}
    for name, _, _ in files:
        try:
            # The world as focus, so that a scenario for any focus is found by its levers too.
            scenario = load(name, [("focus", "world")])
        except InputError:
            continue
        found[name] = tuple(dict.fromkeys(entry.id for entry in scenario.levers))
    return found


def scenario(source: str, overrides: Sequence[Override] = ()) -> Fields:
    """Return a scenario as its file would say it, with nothing left to look up.

    Parameters
    ----------
    source : str
        Name or path.
    overrides : sequence of str or (str, value), optional
        Over what it says.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    return {"kind": "scenario"} | load(source, overrides).document()


def _lever_names() -> Iterable[str]:
    return (*read(), *left_out())


def _levers() -> list[Row]:
    """Return every lever of the catalogue, at the end those that the model cannot represent."""
    used = _users()
    return [
        *(_lever_row(lever, used.get(lever.id, ())) for lever in read().values()),
        *(_left_out_row(lever) for lever in left_out().values()),
    ]


def _users() -> dict[str, list[str]]:
    """Return the scenarios that pull each lever, and their topics: words to find it by."""
    topics = {known.name: known.topic for known in scenarios()}
    found: dict[str, list[str]] = {}
    for name, levers in _pulled().items():
        for lever in levers:
            found.setdefault(lever, []).extend((name, topics[name]))
    return {
        lever: [word for word in dict.fromkeys(words) if word] for lever, words in found.items()
    }


def _lever_row(lever: Lever, used: tuple[str, ...] | list[str]) -> Row:
    moved = dict.fromkeys(effect.driver for effect in lever.effects)
    ecosystems = dict.fromkeys(name for effect in lever.effects for name in effect.ecosystems)
    said = (
        lever.seed, lever.side, lever.note, lever.cost_kind,
        *(drivers()[name].meaning for name in moved),
        *(effect.conversion for effect in lever.effects),
    )  # fmt: skip
    return Row(
        lever.id,
        lever.title,
        _lever_fields(lever) | {"usable": True},
        tags=tuple(dict.fromkeys((lever.actor, *moved, *ecosystems, *used))),
        words=" ".join(said),
    )


def _left_out_row(lever: LeftOut) -> Row:
    status = f"not in the model: {lever.reason}"
    return Row(
        lever.id,
        f"{lever.title} (not in the model: sim show {lever.id})",
        _lever_fields(lever) | {"status": status, "usable": False},
        tags=(lever.actor,),
        words=f"{lever.seed} {lever.instead}",
    )


def _lever_fields(lever: Lever | LeftOut) -> Fields:
    return {
        "actor": lever.actor,
        "status": lever.status,
        "magnitude": list(lever.magnitude.sizes),
        "unit": lever.magnitude.unit,
        "source": lever.source,
    }


def _lever(name: str) -> Fields:
    """Return what a lever moves, by how much, from where, at what cost and on what evidence."""
    if name in left_out():
        absent = left_out()[name]
        return _renamed(absent) | {"sources": cited([absent.source])}
    lever = read()[name]
    units = {"multiply": "factor less one", "move": "fraction of the way to the target"}
    effects = []
    for effect in lever.model_dump(mode="json")["effects"]:
        driver = drivers()[effect["driver"]]
        unit = units.get(effect["op"], driver.unit)
        effects.append(effect | {"moves": driver.meaning, "unit": unit})
    scenarios = [known for known, levers in _pulled().items() if name in levers]
    sources = cited([lever.source, *(effect.source for effect in lever.effects)])
    more = {"effects": effects, "scenarios": scenarios, "sources": sources}
    return _renamed(lever) | reach.words(lever) | more


_LEVER_COLUMNS = (
    "id", "actor", "title", "seed", "status", "lag_months", "ramp_months", "cost", "cost_kind",
    "magnitude", "reason", "instead", "uncertainty", "source", "note", "effects", "side",
    "cost_scale", "cost_scale_reason",
)  # fmt: skip
"""Fields of the table of levers, and of the measures left out of it, in the order shown."""
_SIZES = ("low", "central", "high", "unit", "neutral")


def _renamed(lever: Lever | LeftOut) -> Fields:
    """Return the fields of a row of the table of levers, under the words that a reader knows."""
    found: Fields = {}
    for name in _LEVER_COLUMNS:
        value = getattr(lever, name, None)
        if name in ("cost", "magnitude") and value is not None:
            stated = [part for part in _SIZES if part in value.model_fields_set]
            found |= {f"{name}_{part}": getattr(value, part) for part in stated}
        elif value is not None:
            found["asked_for_by" if name == "seed" else name] = value
    return found


def _drivers() -> list[Row]:
    return [
        Row(
            driver.name,
            driver.meaning[:1].upper() + driver.meaning[1:],
            {
                "scope": driver.scope,
                "index": list(driver.index),
                "unit": driver.unit,
                "base": driver.base,
                "low": driver.low,
                "high": driver.high,
                "levers": len({effect["lever"] for effect in _moves(driver.name)}),
            },
            tags=(driver.scope, *driver.index),
            words=" ".join(effect["lever"] for effect in _moves(driver.name)),
        )
        for driver in drivers().values()
    ]


def _moves(driver: str) -> list[dict[str, Any]]:
    """Return what levers do to a driver: one row for each effect."""
    return [
        {
            "lever": lever.id,
            **{name: getattr(effect, name) for name in ("role", "op", "low", "central", "high")},
            "title": lever.title,
        }
        for lever in read().values()
        for effect in lever.effects
        if effect.driver == driver
    ]


def _moved(row: Row) -> Fields:
    """Return what narrows a driver, and every effect of a lever on it."""
    columns = ("lever", "role", "op", "low", "central", "high", "title")
    return {"selectors": _selectors(row.name), "effects": Table(_moves(row.name), columns)}


def _selectors(name: str) -> dict[str, list[str]]:
    """Return the keys by which an effect may narrow a driver, with their words."""
    return {
        column: ["groups and ISO3 codes"]
        if column == "nations"
        else list(vocabulary.members(column))
        for column in sorted(vocabulary.columns(drivers()[name]))
    }


SCENARIOS = Kind(
    "scenarios", "scenario", "what can be run by name", ("name", "topic", "title"),
    _scenarios, scenario, names=places.known, focused=True,
)  # fmt: skip
LEVERS = Kind(
    "levers", "lever", "what governments and firms can do", ("name", "actor", "title"),
    _levers, _lever, names=_lever_names,
)  # fmt: skip
DRIVERS = Kind(
    "drivers", "driver", "what levers move", ("name", "scope", "unit", "low", "high", "title"),
    _drivers, more=_moved, names=drivers,
)  # fmt: skip
