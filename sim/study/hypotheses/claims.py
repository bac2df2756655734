"""A claim as data: arms, what is measured on them, what is expected, and the switch that frees it.

Every measure is a linear contrast of outcomes over arms, so that it has a value in each replicate
and an interval like any other effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, cast

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from sim.errors import InputError, Problem, cited, nearest
from sim.scenario import walk
from sim.scenario.entry import Iso3
from sim.scenario.fields import Line, Number, whole_number
from sim.scenario.tree import Mark, plant
from sim.scenario.walk import Fault, Form, Placed, at_key, finite, plain, refusal

EXPECTATIONS = ("positive", "negative", "not negative", "none")
SCALES = ("both", "share", "log-odds")

SMALLEST = 0.005
"""Smallest effect of interest of a share where a study reasons no other: half a point."""

INHERITED = ("metric", "group", "month")
"""What a term takes from its measure, and a measure from its claim, where it does not say."""

MONTHS = 600
"""Longest time in which nations may join a standard, in months."""


@dataclass(slots=True)
class _Reading(walk.Reading):
    """What a claim is read with.

    Parameters
    ----------
    arms : tuple of str
        Arms that a term may name.
    """

    arms: tuple[str, ...] = ()


def _factor(given: object, info: ValidationInfo) -> float:
    """Return the factor of a term; in a mapping of terms it stands at the key of its arm."""
    try:
        return finite(given)
    except ValueError:
        arm = str(info.data.get("arm"))
        message = "times of the arm {arm} must be a finite number, not {value}"
        raise refusal(Fault(message, below=(arm,), words={"arm": repr(arm)})) from None


def _smallest(given: object, info: ValidationInfo) -> float:
    """Return a declared smallest effect of interest."""
    hint = f"smallest: {SMALLEST} is half a percentage point of a share"
    if given is None:
        name = repr(info.data["name"]) if info.data.get("name") else "the claim"
        raise refusal(at_key("{name} declares no smallest effect of interest", hint, name=name))
    if not isinstance(given, int | float) or isinstance(given, bool) or not given > 0:
        message = "{word} is no smallest effect of interest: it is a number above zero"
        raise refusal(at_key(message, hint, word=repr(given)))
    return finite(given)


def _parts(given: object, info: ValidationInfo) -> object:
    """Return a mapping whose every part says what it changes."""
    parts = given.items() if isinstance(given, Mapping) else ()  # else refused by its type
    message, key = "{part} must be a mapping: of {key} each holds what it changes", info.field_name
    wrong = [
        at_key(message, None, part, part=cited(part), key=str(key))
        for part, inside in parts
        if not isinstance(inside, Mapping)
    ]
    if wrong:
        raise refusal(*wrong)
    return given


def _filled(given: object, keys: Iterable[str], info: ValidationInfo) -> object:
    """Return the entries of a file's list, each with what it leaves to the whole that holds it."""
    if isinstance(info.context, _Reading) and isinstance(given, tuple):
        # What is wrong with the whole's own is told there, and not with each entry again.
        whole = {"smallest": SMALLEST} | info.data
        usual = {key: whole[key] for key in keys if whole.get(key) is not None}
        for one in given:
            if isinstance(one, dict):
                one.update({key: value for key, value in usual.items() if key not in one})
    return given


Positive = Annotated[float, Field(validate_default=True), BeforeValidator(_smallest)]
Parts = Annotated[Mapping[str, Mapping[str, Any]], BeforeValidator(_parts)]


class Term(Form):
    """One outcome of a contrast, times a number.

    Attributes
    ----------
    arm, metric, group, month : str
    times : float
    per_million : str
        Arm by whose own yearly public cost, in USD million, the outcome is divided; empty for none.
    """

    CALLED: ClassVar[str] = "a term"
    NEEDS: ClassVar[str] = "a term has an arm"

    arm: Line
    times: Annotated[float, BeforeValidator(_factor)] = 1.0
    metric: Line = ""
    group: Line = ""
    month: Line = ""
    per_million: Line = ""

    @field_validator("arm")
    @classmethod
    def _is_one(cls, arm: str, info: ValidationInfo) -> str:
        if isinstance(info.context, _Reading) and arm not in info.context.arms:
            # A mapping of terms has the arm as its key, a list of terms as a value.
            hint = partial(nearest, arm, info.context.arms)
            raise refusal(at_key("no arm is called {arm}", hint, arm, arm=repr(arm)))
        return arm

    @field_validator("per_million")
    @classmethod
    def _pays(cls, arm: str, info: ValidationInfo) -> str:
        if arm and isinstance(info.context, _Reading) and arm not in info.context.arms:
            message = "the cost of {arm} is asked for, which is no arm"
            raise refusal(at_key(message, partial(nearest, arm, info.context.arms), arm=repr(arm)))
        return arm


class Measure(Form):
    """One contrast with what the claim expects of it.

    Attributes
    ----------
    name : str
    terms : tuple of Term
    expect : {"positive", "negative", "not negative", "none"}
    smallest : float
        Smallest effect of interest: of shares in fractions, else in the unit of the contrast; of a
        measure on log-odds alone, in log-odds.
    scale : {"both", "share", "log-odds"}
    """

    CALLED: ClassVar[str] = "a measure"
    NEEDS: ClassVar[str] = "a measure has a name and terms"

    name: Line
    metric: Annotated[Line, Field(exclude=True)] = ""
    group: Annotated[Line, Field(exclude=True)] = ""
    month: Annotated[Line, Field(exclude=True)] = ""
    terms: tuple[Term, ...]
    expect: Line = "positive"
    smallest: Positive = cast("float", None)
    scale: Line = "both"

    @field_validator("terms", mode="before")
    @classmethod
    def _every_term(cls, terms: object, info: ValidationInfo) -> object:
        if isinstance(terms, Mapping):
            terms = tuple({"arm": arm, "times": times} for arm, times in terms.items())
        if not isinstance(terms, tuple | list):
            raise refusal(
                at_key("terms must be a mapping of arms to factors or a list, not {value}")
            )
        return _filled(terms, INHERITED, info)

    @field_validator("expect")
    @classmethod
    def _can_be_expected(cls, expect: str) -> str:
        if expect not in EXPECTATIONS:
            hint = f"one of {', '.join(EXPECTATIONS)}"
            raise refusal(at_key("{word} cannot be expected", hint, word=repr(expect)))
        return expect

    @field_validator("scale")
    @classmethod
    def _is_a_scale(cls, scale: str) -> str:
        if scale not in SCALES:
            hint = f"one of {', '.join(SCALES)}"
            raise refusal(at_key("there is no scale {word}", hint, word=repr(scale)))
        return scale


class Cascade(Form):
    """A claim about nations that join a standard, outside the monthly world.

    Attributes
    ----------
    pair : tuple of str
        Nations that agree first.
    coverage : float
        Part of the world's developers that counts as the rest.
    months : int
        Time that they have.
    smallest : float
        Smallest change of the chance, a fraction, that is of interest.
    """

    NEEDS: ClassVar[str] = "a cascade needs pair, coverage and months"

    pair: tuple[Iso3, ...]
    coverage: Number
    months: Annotated[int, whole_number(1, MONTHS)]
    smallest: Positive = cast("float", None)


class Claim(Form):
    """A claim.

    Attributes
    ----------
    name, number, text : str
        Name of the file; ``H1`` to ``H21``; the claim in a sentence.
    arms : mapping of str to mapping
        Scenario fragments by name, each on the study's scenario.
    measures : tuple of Measure
    switch : mapping of str to mapping
        Settings under which all arms are run: values by path.
    judgement : str
        Which figures rest on judgement.
    conditional : bool
        Whether the verdict holds for the judged sizes of levers alone.
    cascade : Cascade, optional
    """

    CALLED: ClassVar[str] = "a hypothesis"

    name: str
    number: Annotated[Line, Field(alias="id", validate_default=True)] = ""
    text: Annotated[Line, Field(alias="claim", validate_default=True)] = ""
    metric: Annotated[Line, Field(exclude=True)] = ""
    group: Annotated[Line, Field(exclude=True)] = ""
    month: Annotated[Line, Field(exclude=True)] = ""
    smallest: Annotated[float | None, Field(exclude=True)] = None
    cascade: Cascade | None = None
    arms: Annotated[Parts, Field(default_factory=dict, validate_default=True)]
    measures: Annotated[tuple[Measure, ...], Field(validate_default=True)] = ()
    switch: Annotated[Parts, Field(default_factory=dict, validate_default=True)]
    judgement: Annotated[Line, Field(validate_default=True)] = ""
    conditional: bool = False

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys of a file: the name is the file's own."""
        return tuple(key for key in super().known_keys() if key != "name")

    def document(self) -> dict[str, Any]:
        """Return the claim as plain data, which ``Claim.model_validate`` takes."""
        return self.model_dump(mode="json", by_alias=False)

    @field_validator("smallest", mode="before")
    @classmethod
    def _declared(cls, smallest: object, info: ValidationInfo) -> float | None:
        return None if smallest is None else _smallest(smallest, info)

    @field_validator("cascade", mode="before")
    @classmethod
    def _with_smallest(cls, cascade: object, info: ValidationInfo) -> object:
        _filled((cascade,), ("smallest",), info)
        return cascade

    @field_validator("measures", mode="before")
    @classmethod
    def _every_measure(cls, measures: object, info: ValidationInfo) -> object:
        return _filled(measures, (*INHERITED, "smallest"), info)

    @field_validator("number", "text", "judgement")
    @classmethod
    def _said(cls, given: str, info: ValidationInfo) -> str:
        if not given:
            key = cls.model_fields[str(info.field_name)].alias or str(info.field_name)
            raise refusal(at_key("the hypothesis has no {key}", key=key))
        return given

    @field_validator("arms", "measures")
    @classmethod
    def _compares[T: Sized](cls, given: T, info: ValidationInfo) -> T:
        # A cascade that has a fault is missing here, and is told by itself.
        if not given and info.data.get("cascade", "wrong") is None:
            does = {"arms": "compares arms", "measures": "measures something"}
            raise refusal(at_key(f"a hypothesis {does[str(info.field_name)]}"))
        return given

    @field_validator("switch")
    @classmethod
    def _both_ways(
        cls, switch: Mapping[str, Mapping[str, Any]], info: ValidationInfo
    ) -> Mapping[str, Mapping[str, Any]]:
        if not switch:
            raise refusal(at_key("the hypothesis has no switch"))
        if len(switch) < 2:
            hint = "two settings at least: the claim counts as forced unless both ways were run"
            raise refusal(at_key("the switch is not run both ways", hint))
        without = [name for name, values in switch.items() if "theta" not in values]
        if info.data.get("cascade") is not None and without:
            hint = "the mean threshold from which nations join"
            message = f"{cited(without[0])} of a cascade gives no theta"
            raise refusal(at_key("{said}", hint, without[0], said=message))
        return switch


def read(name: str, given: object) -> Claim:
    """Return a claim from what its file holds.

    Parameters
    ----------
    name : str
        That of the study.
    given : mapping
        As `sim.scenario.walk.plain` gives it, with the place of every entry, or without any.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    problems: list[Problem] = []
    node = given.node if isinstance(given, Placed) else plant(given, Mark(name), problems)
    data = plain(node)
    if isinstance(data, Placed):
        data["name"] = name
    arms = data.get("arms") if isinstance(data, Placed) else None
    known = tuple(arms) if isinstance(arms, Mapping) else ()
    found = walk.read(Claim, node, _Reading(problems, arms=known), "a hypothesis", data)
    if found is None:
        raise InputError(problems)
    return found
