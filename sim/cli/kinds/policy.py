"""Scenarios, studies, levers and drivers: what is asked of the model, and what it moves."""

from __future__ import annotations

import functools
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.kinds.kind import Fields, Kind, Names, Row, cited
from sim.cli.output import Table
from sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.levers import LeftOut, Lever
    from sim.scenario.paths import Override

TOPICS = ("reference", "openness", "controls", "china", "shocks", "cooperation", "choice")
"""Headings of the shipped scenarios, in the order in which they are listed; others follow."""


def _scenarios() -> list[Row]:
    from sim.scenario import names

    pulled = _pulled()
    found = [
        Row(
            known.name,
            known.title,
            {"topic": known.topic, "file": known.file, "shipped": known.shipped},
            tags=pulled.get(known.name, ()),
        )
        for known in names()
    ]
    first = {topic: place for place, topic in enumerate(TOPICS)}

    def order(row: Row) -> tuple[int, str]:
        topic = row.fields["topic"]
        return first.get(topic, len(TOPICS)), topic

    return sorted(found, key=order)


def _pulled() -> Names:
    """Return the levers of every scenario that can be loaded; `validate` says what is wrong."""
    from sim.scenario.places import known

    files = known()
    return _pulled_by(tuple((name, file, file.stat().st_mtime_ns) for name, file in files.items()))


@functools.lru_cache(maxsize=1)
def _pulled_by(files: tuple[tuple[str, Path, int], ...]) -> Names:
    """Read every scenario, again only when a file of one has changed."""
    from sim.scenario import load

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
    from sim.scenario import load

    return {"kind": "scenario"} | load(source, overrides).document()


def _studies() -> list[Row]:
    """Return every study; of one that is wrong the name alone, `validate` says what is."""
    from sim.study.sweeps.study_file import names

    return [_study_row(name, file) for name, file in names().items()]


def _study_row(name: str, file: Path) -> Row:
    from sim.scenario import places
    from sim.study.sweeps.study_file import load_study

    where = {"file": places.shown(file)}
    try:
        asked = load_study(file, [("focus", "world")])
        if asked.claim is not None:
            varies = list(asked.claim.get("arms") or {})
            kind, points = "claim", len(varies)
        else:
            made = asked.points()
            kind, points, varies = made.kind, len(made.points), list(made.paths)
    except InputError:
        return Row(name, "", where)
    more = {"design": kind, "points": points, "varies": varies, "description": asked.description}
    return Row(name, asked.title, where | more, (kind, *asked.policies), words=" ".join(varies))


def study(source: str, overrides: Sequence[Override] = ()) -> Fields:
    """Return what a study runs: its scenario, what varies, its design, policies and claim.

    Parameters
    ----------
    source : str
        Name or path.
    overrides : sequence of str or (str, value), optional
        Over what it says of its scenarios.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    from sim.study.sweeps.study_file import load_study

    asked = load_study(source, overrides)
    shown = {"kind": "study"} | asked.document()
    shown |= {"scenario": asked.scenario.name, "runs": asked.runs, "seed": asked.seed}
    if asked.judged is not None:
        shown["robust"] = asdict(asked.judged)
    if asked.claim is not None:
        shown["hypothesis"] = dict(asked.claim)
        del shown["design"]
    else:
        shown["number_of_points"] = len(asked.points().points)
    return {name: value for name, value in shown.items() if value not in ({}, [], None, "")}


def _study_names() -> Names:
    from sim.study.sweeps.study_file import names

    return dict.fromkeys(names(), ())


def _scenario_names() -> Names:
    from sim.scenario.places import known

    return dict.fromkeys(known(), ())


def _lever_names() -> Names:
    from sim.scenario.levers import left_out, read

    return dict.fromkeys((*read(), *left_out()), ())


def _driver_names() -> Names:
    from sim.scenario.drivers import vocabulary

    return dict.fromkeys(vocabulary(), ())


def _levers() -> list[Row]:
    """Return every lever of the catalogue, at the end those that the model cannot represent."""
    from sim.scenario.levers import left_out, read

    used = _users()
    return [
        *(_lever_row(lever, used.get(lever.id, ())) for lever in read().values()),
        *(_left_out_row(lever) for lever in left_out().values()),
    ]


def _users() -> dict[str, list[str]]:
    """Return the scenarios that pull each lever, and their topics: words to find it by."""
    from sim.scenario import names

    topics = {known.name: known.topic for known in names()}
    found: dict[str, list[str]] = {}
    for name, levers in _pulled().items():
        for lever in levers:
            found.setdefault(lever, []).extend((name, topics[name]))
    return {
        lever: [word for word in dict.fromkeys(words) if word] for lever, words in found.items()
    }


def _lever_row(lever: Lever, used: tuple[str, ...] | list[str]) -> Row:
    from sim.scenario.drivers import vocabulary

    drivers = dict.fromkeys(effect.driver for effect in lever.effects)
    ecosystems = dict.fromkeys(name for effect in lever.effects for name in effect.ecosystems)
    said = (
        lever.seed, lever.side, lever.note, lever.cost_kind,
        *(vocabulary()[name].meaning for name in drivers),
        *(effect.conversion for effect in lever.effects),
    )  # fmt: skip
    return Row(
        lever.id,
        lever.title,
        _lever_fields(lever) | {"usable": True},
        tags=tuple(dict.fromkeys((lever.actor, *drivers, *ecosystems, *used))),
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
    from sim.scenario import reach
    from sim.scenario.drivers import vocabulary
    from sim.scenario.levers import left_out, read

    if name in left_out():
        absent = left_out()[name]
        return _renamed(absent) | {"sources": cited([absent.source])}
    lever = read()[name]
    units = {"multiply": "factor less one", "move": "fraction of the way to the target"}
    effects = []
    for effect in lever.model_dump(mode="json")["effects"]:
        driver = vocabulary()[effect["driver"]]
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
    from sim.scenario.drivers import vocabulary

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
        for driver in vocabulary().values()
    ]


def _moves(driver: str) -> list[dict[str, Any]]:
    """Return what levers do to a driver: one row for each effect."""
    from sim.scenario.levers import read

    return [
        {
            "lever": lever.id,
            "role": effect.role,
            "op": effect.op,
            "low": effect.low,
            "central": effect.central,
            "high": effect.high,
            "title": lever.title,
        }
        for lever in read().values()
        for effect in lever.effects
        if effect.driver == driver
    ]


def _driver(name: str) -> Fields:
    """Return a driver with its bounds, and every effect of a lever on it."""
    row = next(row for row in _drivers() if row.name == name)
    columns = ("lever", "role", "op", "low", "central", "high", "title")
    selectors = {"selectors": _selectors(name)}
    moved = {"effects": Table(_moves(name), columns)}
    return {"title": row.title} | dict(row.fields) | selectors | moved


def _selectors(name: str) -> dict[str, list[str]]:
    """Return the keys by which an effect may narrow a driver, with their words."""
    from sim.scenario import vocabulary
    from sim.scenario.drivers import vocabulary as drivers

    return {
        column: ["groups and ISO3 codes"]
        if column == "nations"
        else list(vocabulary.members(column))
        for column in sorted(vocabulary.selectors(drivers()[name]))
    }


SCENARIOS = Kind(
    "scenarios", "scenario", "what can be run by name", ("name", "topic", "title"),
    _scenarios, scenario, names=_scenario_names,
)  # fmt: skip
STUDIES = Kind(
    "studies", "study", "what can be swept by name", ("name", "design", "points", "title"),
    _studies, study, names=_study_names,
)  # fmt: skip
LEVERS = Kind(
    "levers", "lever", "what governments and firms can do", ("name", "actor", "title"),
    _levers, _lever, names=_lever_names,
)  # fmt: skip
DRIVERS = Kind(
    "drivers", "driver", "what levers move", ("name", "scope", "unit", "low", "high", "title"),
    _drivers, _driver, names=_driver_names,
)  # fmt: skip
