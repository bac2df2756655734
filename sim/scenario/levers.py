"""The levers, from the catalogue's tables or a scenario's own file.

A lever is one model wherever it stands, with the same rules; `read` makes those of the catalogue
from two tables and refuses tables that contradict themselves, so that a wrong row is found when it
is written and not when a scenario happens to use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim.errors import InputError, Problem, cited, nearest
from sim.evidence import tables
from sim.scenario import drivers, vocabulary
from sim.scenario.fields import Line, Number, whole_number
from sim.scenario.lever_effect import SELECTORS, Effect, monotone, sourced
from sim.scenario.walk import Fault, Form, at_key, faults, refusal

MAX_DELAY = 120
"""Longest lag or ramp, in months."""

STRENGTHS: Mapping[str, float] = MappingProxyType({"low": 1 / 3, "central": 2 / 3, "high": 1.0})
"""The strengths that have a name: those of the three sizes of the tables."""
LEVELS = tuple(STRENGTHS)
USER = "user"
Delay = Annotated[int, whole_number(0, MAX_DELAY)]


class Sizes(Form):
    """What the strengths 1/3, 2/3 and 1 stand for, going one way from what changes nothing."""

    ONE_WAY: ClassVar[str]

    low: Number
    central: Number
    high: Number

    @property
    def sizes(self) -> tuple[float, float, float]:
        """Low, central and high."""
        return self.low, self.central, self.high

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if not monotone((getattr(self, "neutral", 0.0), *self.sizes)):
            raise refusal(at_key(self.ONE_WAY))
        return self


class Cost(Sizes):
    """USD million a year at the three strengths; negative is income."""

    NEEDS: ClassVar[str] = "cost needs low, central and high"
    ONE_WAY: ClassVar[str] = "costs must go one way from nothing over low and central to high"


class Magnitude(Sizes):
    """What the catalogue's measure is at the three strengths.

    Attributes
    ----------
    neutral : float
        The value that changes nothing.
    unit : str
    """

    NEEDS: ClassVar[str] = "magnitude needs low, central and high"
    ONE_WAY: ClassVar[str] = "magnitudes must go one way from neutral over low and central to high"

    neutral: Number = 0.0
    unit: Line = ""


NOTHING = {"low": 0.0, "central": 0.0, "high": 0.0}


class Lever(Form):
    """One thing a government or a group of firms can do.

    Attributes
    ----------
    id, title, actor : str
    source : str
        Source ids separated by ``;``, or ``judgement``.
    seed : str
        What the project's source documents ask for, in our words, or "Beyond the source documents".
    status : str
        How far it is in force today.
    cost_kind : str
        Public outlay, private outlay or income forgone.
    side : str
        What it does beside what is wanted, and whether that is an effect, the model's own or left
        out.
    note : str
    cost_scale : str
        What an entry for some nations pays of the cost: a key of
        `sim.scenario.vocabulary.COST_SCALES`.
    cost_scale_reason : str
        Why, where it is not obvious; of the catalogue's levers alone.
    lag_months, ramp_months : int
        Months until it acts, and months from then to its full effect.
    uncertainty : float
        Half-width of the triangular multiplier around 1 on all its effects.
    cost : Cost
    magnitude : Magnitude
    effects : tuple of Effect
    """

    CALLED: ClassVar[str] = "the lever {what}"
    NEEDS: ClassVar[str] = "a lever needs title, source and effects"

    id: Annotated[str, Field(exclude=True)]
    title: Line
    source: Line
    actor: Line = USER
    seed: Line = ""
    status: Line = "the scenario's own"
    cost_kind: Line = "not stated"
    side: Line = ""
    note: Line = ""
    # The usual scale is left out, so that levers of files that know no other keep their form.
    cost_scale: Annotated[Line, Field(exclude_if=lambda scale: scale == "fixed")] = "fixed"
    cost_scale_reason: Annotated[Line, Field(exclude=True)] = ""
    lag_months: Delay = 0
    ramp_months: Delay = 0
    uncertainty: Number = 0.0
    cost: Cost = Cost(**NOTHING)
    magnitude: Magnitude = Magnitude(**NOTHING)
    effects: tuple[Effect, ...]

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys that a file may give: the id is the key of the whole."""
        return tuple(name for name in cls.model_fields if name not in ("id", "cost_scale_reason"))

    @field_validator("source")
    @classmethod
    def _cited(cls, source: str) -> str:
        return sourced(source)

    @field_validator("actor")
    @classmethod
    def _acts(cls, actor: str, info: ValidationInfo) -> str:
        if info.context is None:
            return actor  # of the catalogue, which says who acts
        known = sorted({lever.actor for lever in read().values()} | {USER})
        if actor not in known:
            hint = nearest(actor, known) or f"one of {', '.join(known)}"
            raise refusal(at_key("unknown actor {word}", hint, word=cited(actor)))
        return actor

    @field_validator("cost_scale")
    @classmethod
    def _scale(cls, scale: str) -> str:
        if scale not in vocabulary.COST_SCALES:
            message = f"cost_scale {{word}} is none of {', '.join(vocabulary.COST_SCALES)}"
            hint = partial(nearest, scale, vocabulary.COST_SCALES)
            raise refusal(at_key(message, hint, word=cited(scale)))
        return scale

    @field_validator("uncertainty")
    @classmethod
    def _half_width(cls, uncertainty: float) -> float:
        if not 0 <= uncertainty < 1:
            message = "uncertainty is a half-width around 1: at least 0, below 1"
            raise refusal(at_key(message))
        return uncertainty

    @field_validator("effects")
    @classmethod
    def _does_something(
        cls, effects: tuple[Effect, ...], info: ValidationInfo
    ) -> tuple[Effect, ...]:
        if not effects:
            raise refusal(at_key("lever {word} has no effect", word=repr(info.data.get("id"))))
        return effects


class LeftOut(Form):
    """A measure of the catalogue that no lever can stand for.

    Attributes
    ----------
    id, actor, title, seed, status, magnitude, source
        As in `Lever`.
    reason : str
        Why it moves no driver.
    instead : str
        What to do in its place.
    """

    id: str
    actor: str
    title: str
    seed: str
    status: str
    magnitude: Magnitude
    reason: str
    instead: str
    source: str


@cache
def read(folder: Path = drivers.DATA) -> Mapping[str, Lever]:
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
    for row in tables.read(folder / "lever_effects.csv", ("lever", *Effect.known_keys())):
        effect = _made(Effect, row, problems)
        effects.setdefault(row["lever"], [])
        if effect is not None:
            effects[row["lever"]].append(effect)
    if problems:
        raise InputError(problems)
    levers: dict[str, Lever] = {}
    for row in tables.read(folder / "levers.csv", ("lever", "side")):
        lever = _made(Lever, row, problems, effects=tuple(effects.pop(row["lever"], ())))
        if not row["side"]:
            problems.append(row.problem("no word on side effects", "side"))
        if row["lever"] in levers:
            problems.append(row.problem(f"lever {row['lever']!r} stands twice", "lever"))
        if lever is not None:
            levers[lever.id] = lever
    for orphan in effects:
        message = f"effects of {orphan!r}, which is no lever"
        problems.append(Problem(message, "lever_effects.csv", hint=nearest(orphan, levers)))
    if problems:
        raise InputError(problems)
    return MappingProxyType(levers)


@cache
def left_out(folder: Path = drivers.DATA) -> Mapping[str, LeftOut]:
    """Return what the catalogue holds and the model cannot represent, by id, with the reason."""
    problems: list[Problem] = []
    rows = tables.read(folder / "levers_left_out.csv", ("lever", "reason", "instead"))
    found = [_made(LeftOut, row, problems) for row in rows]
    if problems:
        raise InputError(problems)
    return MappingProxyType({absent.id: absent for absent in found if absent is not None})


def _made[F: Form](
    form: type[F], row: tables.Row, problems: list[Problem], **more: object
) -> F | None:
    """Return what a row says, or None with all that is wrong with it noted.

    A column is a field, or a part of one: ``cost_low`` is ``low`` of ``cost``.
    """
    given: dict[str, Any] = {"id": row["lever"], **more} if "id" in form.model_fields else {}
    for column in row.cells:
        name, _, part = column.partition("_")
        try:
            if column in form.model_fields:
                given[column] = _cell(form, column, row)
            elif name in form.model_fields and row[column]:
                inner = form.model_fields[name].annotation
                given.setdefault(name, {})[part] = _cell(inner, part, row, column)
        except InputError as error:
            problems += error.problems
            return None
    try:
        return form.model_validate(given)
    except ValidationError as error:
        for detail in error.errors():
            column = str(detail["loc"][0])
            problems += (_row_problem(row, column, fault) for fault in faults(detail))
        return None


def _row_problem(row: tables.Row, column: str, fault: Fault) -> Problem:
    hint = fault.hint() if callable(fault.hint) else fault.hint
    return row.problem(fault.text(column, row.get(column)), column, hint)


def _cell(form: Any, field: str, row: tables.Row, column: str = "") -> Any:  # noqa: ANN401
    """Return a cell as the kind of value that its field holds."""
    column = column or field
    if field in SELECTORS:
        return row.ids(column)
    kind = form.model_fields[field].annotation
    if kind in (float, int):
        return row.number(column)
    if field == "target":
        return row.number(column) if row[column] else None
    return row[column]
