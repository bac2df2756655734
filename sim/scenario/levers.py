"""The levers: two tables, one of levers and one of what each does to which driver.

`read` turns them into frozen objects and refuses a table that contradicts itself, so that a
wrong row is found when it is written and not when a scenario happens to use it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.errors import InputError, Problem, nearest
from sim.scenario import faults, vocabulary

LEVELS = ("low", "central", "high")
MAGNITUDES = (*LEVELS, "neutral", "unit")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a lever does to one driver.

    Attributes
    ----------
    lever : str
        Whose effect it is.
    role : str
        ``main`` or ``side``: wanted, or the price of what is wanted.
    driver : str
        Name in the table of drivers.
    op : str
        ``multiply`` by 1 + v, ``add`` v, ``move`` the fraction v of the way to `target`,
        ``floor`` or ``cap`` at the level v.
    low, central, high : float
        v at the strengths 1/3, 2/3 and 1, in the driver's unit (a fraction for ``multiply`` and
        ``move``).
    target : float or None
        Where ``move`` goes.
    ecosystems, ways, segments, nations, stances, pools, hardware : tuple of str
        Which cells; empty means all. Nations are ISO3 codes or group slugs, and a word with a
        minus takes its nations away again (`sim.scenario.nations.mask`).
    conversion : str
        How the size follows from the catalogue's magnitude.
    source : str
        Source ids separated by ``;``, or ``judgement``.
    """

    lever: str
    role: str
    driver: str
    op: str
    low: float
    central: float
    high: float
    target: float | None
    ecosystems: tuple[str, ...]
    ways: tuple[str, ...]
    segments: tuple[str, ...]
    nations: tuple[str, ...]
    stances: tuple[str, ...]
    pools: tuple[str, ...]
    hardware: tuple[str, ...]
    conversion: str
    source: str


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing a government or a group of firms can do.

    Attributes
    ----------
    id, actor, title : str
    seed : str
        What the project's source documents ask for, in our words, or "Beyond the source documents".
    status : str
        How far it is in force today.
    lag_months, ramp_months : int
        Months until it acts, and months from then to its full effect.
    cost_low, cost_central, cost_high : float
        USD million a year at the strengths 1/3, 2/3 and 1; negative is income.
    cost_kind : str
        Public outlay, private outlay or income forgone.
    magnitude_low, magnitude_central, magnitude_high, magnitude_neutral : float
        The catalogue's magnitude at the three strengths, and the value that changes nothing.
    magnitude_unit : str
    uncertainty : float
        Half-width of the triangular multiplier around 1 on all its effects.
    source : str
        Source ids separated by ``;``, or ``judgement``.
    note : str
    effects : tuple of Effect
    side : str
        What it does beside what is wanted, and whether that is an effect, the model's own or left
        out.
    cost_scale : str
        What an entry for some nations pays of the cost: a key of
        `sim.scenario.vocabulary.COST_SCALES`.
    cost_scale_reason : str
        Why, where it is not obvious.
    """

    id: str
    actor: str
    title: str
    seed: str
    status: str
    lag_months: int
    ramp_months: int
    cost_low: float
    cost_central: float
    cost_high: float
    cost_kind: str
    magnitude_low: float
    magnitude_central: float
    magnitude_high: float
    magnitude_unit: str
    magnitude_neutral: float
    uncertainty: float
    source: str
    note: str
    effects: tuple[Effect, ...]
    side: str = ""
    cost_scale: str = "fixed"
    cost_scale_reason: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A measure of the catalogue that no lever can stand for.

    Attributes
    ----------
    id, actor, title, seed, status, magnitude_low, magnitude_central, magnitude_high
        As in `Lever`.
    magnitude_unit : str
    reason : str
        Why it moves no driver.
    instead : str
        What to do in its place.
    source : str
    """

    id: str
    actor: str
    title: str
    seed: str
    status: str
    magnitude_low: float
    magnitude_central: float
    magnitude_high: float
    magnitude_unit: str
    reason: str
    instead: str
    source: str


@cache
def read(folder: Path = vocabulary.DATA) -> Mapping[str, Lever]:
    """Return every lever by id, in the order of the table.

    Parameters
    ----------
    folder : Path, optional
        Where ``levers.csv`` and ``lever_effects.csv`` are.

    Raises
    ------
    InputError
        With one problem for each wrong row: an unknown driver, selector, operation or source,
        sizes out of order, or a lever without an effect.
    """
    problems: list[Problem] = []
    effects: dict[str, list[Effect]] = {}
    effect_file = folder / "lever_effects.csv"
    for line, row in _rows(effect_file):
        effect = _effect(row, effect_file, line, problems)
        if effect is not None:
            problems += (_problem(fault, effect_file, line) for fault in faults.of_effect(effect))
            effects.setdefault(effect.lever, []).append(effect)
    levers: dict[str, Lever] = {}
    lever_file = folder / "levers.csv"
    for line, row in _rows(lever_file):
        lever = _lever(row, tuple(effects.pop(row["lever"], ())), lever_file, line, problems)
        if lever is not None:
            problems += (_problem(fault, lever_file, line) for fault in faults.of_lever(lever))
            if not lever.side:
                problems.append(Problem("no word on side effects", lever_file.name, line))
            if lever.id in levers:
                problems.append(Problem(f"lever {lever.id!r} stands twice", lever_file.name, line))
            levers[lever.id] = lever
    for orphan in effects:
        problems.append(
            Problem(
                f"effects of {orphan!r}, which is no lever",
                effect_file.name,
                hint=nearest(orphan, levers),
            )
        )
    if problems:
        raise InputError(problems)
    return MappingProxyType(levers)


@cache
def left_out(folder: Path = vocabulary.DATA) -> Mapping[str, LeftOut]:
    """Return what the catalogue holds and the model cannot represent, by id, with the reason."""
    return {
        row["lever"]: LeftOut(
            id=row["lever"],
            **{name: row[name] for name in ("actor", "title", "seed", "status", "magnitude_unit")},
            **{name: row[name] for name in ("reason", "instead", "source")},
            magnitude_low=_number(row["magnitude_low"]),
            magnitude_central=_number(row["magnitude_central"]),
            magnitude_high=_number(row["magnitude_high"]),
        )
        for _, row in _rows(folder / "levers_left_out.csv")
    }


def plain(lever: Lever) -> dict[str, Any]:
    """Return a lever as the mapping that a scenario file would define it by."""
    texts = ("title", "source", "actor", "seed", "status", "cost_kind", "side", "note")
    # The usual scale is left out, so that levers of files that know no other keep their form.
    scale = {} if lever.cost_scale == "fixed" else {"cost_scale": lever.cost_scale}
    return {
        **{key: getattr(lever, key) for key in texts},
        **scale,
        **{key: getattr(lever, key) for key in ("lag_months", "ramp_months", "uncertainty")},
        "cost": {level: getattr(lever, f"cost_{level}") for level in LEVELS},
        "magnitude": {key: getattr(lever, f"magnitude_{key}") for key in MAGNITUDES},
        "effects": [_plain_effect(effect) for effect in lever.effects],
    }


def _plain_effect(effect: Effect) -> dict[str, Any]:
    words = {column: list(getattr(effect, column)) for column in faults.SELECTORS}
    return {
        **{key: getattr(effect, key) for key in ("role", "driver", "op", *LEVELS)},
        **({} if effect.target is None else {"target": effect.target}),
        **{column: names for column, names in words.items() if names},
        "conversion": effect.conversion,
        "source": effect.source,
    }


def _problem(fault: faults.Fault, file: Path, line: int) -> Problem:
    return Problem(fault.message, file.name, line, hint=fault.hint())


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            yield reader.line_num, row


def _effect(row: dict[str, str], file: Path, line: int, problems: list[Problem]) -> Effect | None:
    try:
        return Effect(
            lever=row["lever"],
            role=row["role"],
            driver=row["driver"],
            op=row["op"],
            low=_number(row["low"]),
            central=_number(row["central"]),
            high=_number(row["high"]),
            target=_number(row["target"]) if row["target"] else None,
            ecosystems=faults.split(row["ecosystems"]),
            ways=faults.split(row["ways"]),
            segments=faults.split(row["segments"]),
            nations=faults.split(row["nations"]),
            stances=faults.split(row["stances"]),
            pools=faults.split(row["pools"]),
            hardware=faults.split(row["hardware"]),
            conversion=row["conversion"],
            source=row["source"],
        )
    except (KeyError, ValueError, TypeError) as error:
        problems.append(Problem(f"cannot read this row: {error}", file.name, line))
        return None


def _lever(
    row: dict[str, str],
    effects: tuple[Effect, ...],
    file: Path,
    line: int,
    problems: list[Problem],
) -> Lever | None:
    try:
        return Lever(
            id=row["lever"],
            actor=row["actor"],
            title=row["title"],
            seed=row["seed"],
            status=row["status"],
            lag_months=int(row["lag_months"]),
            ramp_months=int(row["ramp_months"]),
            cost_low=_number(row["cost_low"]),
            cost_central=_number(row["cost_central"]),
            cost_high=_number(row["cost_high"]),
            cost_kind=row["cost_kind"],
            magnitude_low=_number(row["magnitude_low"]),
            magnitude_central=_number(row["magnitude_central"]),
            magnitude_high=_number(row["magnitude_high"]),
            magnitude_unit=row["magnitude_unit"],
            magnitude_neutral=_number(row["magnitude_neutral"]),
            uncertainty=_number(row["uncertainty"]),
            source=row["source"],
            note=row["note"],
            effects=effects,
            side=row["side"],
            cost_scale=row["cost_scale"],
            cost_scale_reason=row["cost_scale_reason"],
        )
    except (KeyError, ValueError, TypeError) as error:
        problems.append(Problem(f"cannot read this row: {error}", file.name, line))
        return None


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value
