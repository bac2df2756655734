"""The levers: two tables, one of levers and one of what each does to which driver.

`read` turns them into frozen objects and refuses a table that contradicts itself, so that a
wrong row is found when it is written and not when a scenario happens to use it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.scenario import drivers, vocabulary

SELECTORS = ("ecosystems", "ways", "segments", "nations", "stances", "pools", "hardware")


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
        What the project's seed documents ask for, in our words, or "beyond the seeds".
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
            problems += (Problem(text, effect_file.name, line) for text in _faults(effect))
            effects.setdefault(effect.lever, []).append(effect)
    levers: dict[str, Lever] = {}
    lever_file = folder / "levers.csv"
    for line, row in _rows(lever_file):
        lever = _lever(row, tuple(effects.pop(row["lever"], ())), lever_file, line, problems)
        if lever is not None:
            problems += (Problem(text, lever_file.name, line) for text in _lever_faults(lever))
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
    return levers


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            yield reader.line_num, row


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


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
            ecosystems=_split(row["ecosystems"]),
            ways=_split(row["ways"]),
            segments=_split(row["segments"]),
            nations=_split(row["nations"]),
            stances=_split(row["stances"]),
            pools=_split(row["pools"]),
            hardware=_split(row["hardware"]),
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
        )
    except (KeyError, ValueError, TypeError) as error:
        problems.append(Problem(f"cannot read this row: {error}", file.name, line))
        return None


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _lever_faults(lever: Lever) -> Iterator[str]:
    if not lever.effects:
        yield f"lever {lever.id!r} has no effect"
    if lever.lag_months < 0 or lever.ramp_months < 0:
        yield "lag and ramp are months, zero or more"
    if not 0 <= lever.uncertainty < 1:
        yield "uncertainty is a half-width around 1: at least 0, below 1"
    if not _monotone((0, lever.cost_low, lever.cost_central, lever.cost_high)):
        yield "costs must go one way from nothing over low and central to high"
    sizes = (
        lever.magnitude_neutral,
        lever.magnitude_low,
        lever.magnitude_central,
        lever.magnitude_high,
    )
    if not _monotone(sizes):
        yield "magnitudes must go one way from neutral over low and central to high"
    yield from _unknown_sources(lever.source)


def _faults(effect: Effect) -> Iterator[str]:
    driver = drivers.vocabulary().get(effect.driver)
    if effect.role not in ("main", "side"):
        yield f"role {effect.role!r} is neither main nor side"
    if effect.op not in drivers.OPERATIONS:
        yield f"op {effect.op!r} is none of {', '.join(drivers.OPERATIONS)}"
    if driver is None:
        hint = nearest(effect.driver, drivers.vocabulary()) or ""
        yield f"unknown driver {effect.driver!r} {hint}".rstrip()
    else:
        yield from _outside(effect, driver)
        yield from _unselectable(effect, driver)
    if not effect.conversion:
        yield "no conversion: say how the size follows from the catalogue's magnitude"
    yield from _unknown_sources(effect.source)


def _outside(effect: Effect, driver: drivers.Driver) -> Iterator[str]:
    sizes = (effect.low, effect.central, effect.high)
    neutral = {"floor": driver.low, "cap": driver.high}.get(effect.op, 0.0)
    if not _monotone((neutral, *sizes)):
        yield f"sizes {sizes} must go one way from {neutral:g}, growing with strength"
    if (effect.target is not None) != (effect.op == "move"):
        yield "a target belongs to move, and only to move"
    if effect.op == "move" and not 0 <= effect.high <= 1:
        yield "move takes a fraction from 0 to 1"
    if effect.op == "multiply" and effect.high < -1:
        yield "multiply takes 1 + v, which may not be negative"
    levels = (effect.target,) if effect.op == "move" else sizes
    if effect.op in ("move", "floor", "cap") and not all(
        level is not None and driver.low <= level <= driver.high for level in levels
    ):
        yield f"level outside {driver.name}'s range {driver.low:g} to {driver.high:g}"


def _unselectable(effect: Effect, driver: drivers.Driver) -> Iterator[str]:
    allowed = vocabulary.selectors(driver)
    for column in SELECTORS:
        chosen: tuple[str, ...] = getattr(effect, column)
        if chosen and column not in allowed:
            yield f"{driver.name} has no {column} to choose from"
            continue
        known = vocabulary.members(column)
        for word in chosen:
            if (word.removeprefix("-") if column == "nations" else word) not in known:
                yield f"unknown word {word!r} in {column} {nearest(word, known) or ''}".rstrip()


def _unknown_sources(cell: str) -> Iterator[str]:
    sources = _split(cell)
    if not sources:
        yield "no source: give ids of the table of sources, or the word judgement"
    for source in sources:
        if source != "judgement" and source not in vocabulary.sources():
            yield f"unknown source {source!r}"


def _monotone(sizes: Iterable[float]) -> bool:
    values = list(sizes)
    return values in (sorted(values), sorted(values, reverse=True))
