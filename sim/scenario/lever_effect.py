"""What a lever does to one driver: how, how much, and in which cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from sim import evidence
from sim.errors import cited, nearest
from sim.evidence import selectors
from sim.scenario import drivers, vocabulary
from sim.scenario.fields import Line, Number
from sim.scenario.walk import Fault, Form, at_key, quoted, refusal

SELECTORS = (*selectors.COLUMNS.values(), selectors.NATIONS)
"""The fields by which an effect may narrow its driver."""


def _words(given: object, info: ValidationInfo) -> object:
    """Return the words of a selector: one, or a list with at least one."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, tuple):
        raise refusal(at_key("{what} must be a list, not {value}"))
    if not given and info.context is not None:
        raise refusal(at_key("the list of {what} is empty", "leave it out for all"))
    message = "a word of {what} must be text, not {value}"
    wrong = [place for place, word in enumerate(given) if not isinstance(word, str)]
    if wrong:
        raise refusal(*(Fault(message, quoted(given[n]), below=(n,)) for n in wrong))
    return given


def sourced(cell: str) -> str:
    """Return a cell of sources, refused if it holds none or one that is unknown."""
    sources = [part.strip() for part in cell.split(";") if part.strip()]
    if not sources:
        message = "no source: give ids of the table of sources, an address, or the word judgement"
        raise refusal(Fault(message, at_key=True))
    unknown = [word for word in sources if not _is_source(word)]
    if unknown:
        raise refusal(*(at_key("unknown source {word}", word=cited(word)) for word in unknown))
    return cell


def _is_source(word: str) -> bool:
    address = word.startswith(("https://", "http://"))
    return address or word == "judgement" or word in vocabulary.sources()


def monotone(sizes: Iterable[float]) -> bool:
    """Return whether sizes go one way."""
    values = list(sizes)
    return values in (sorted(values), sorted(values, reverse=True))


Selected = Annotated[
    tuple[str, ...], BeforeValidator(_words), Field(default=(), exclude_if=lambda words: not words)
]


class Effect(Form):
    """What a lever does to one driver.

    Attributes
    ----------
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
        minus takes its nations away again (`sim.evidence.selectors.nations`).
    conversion : str
        How the size follows from the catalogue's magnitude.
    source : str
        Source ids separated by ``;``, or ``judgement``.
    """

    CALLED: ClassVar[str] = "an effect"
    NEEDS: ClassVar[str] = "an effect needs driver, op, low, central, high and conversion"

    role: Line = "main"
    driver: Line
    op: Line
    low: Number
    central: Number
    high: Number
    target: Annotated[
        Number | None, Field(validate_default=True, exclude_if=lambda v: v is None)
    ] = None
    ecosystems: Selected
    ways: Selected
    segments: Selected
    nations: Selected
    stances: Selected
    pools: Selected
    hardware: Selected
    conversion: Line
    source: Line = "judgement"

    @property
    def sizes(self) -> tuple[float, float, float]:
        """What it does at the strengths 1/3, 2/3 and 1."""
        return self.low, self.central, self.high

    @field_validator("role")
    @classmethod
    def _wanted_or_not(cls, role: str) -> str:
        if role not in ("main", "side"):
            raise refusal(at_key("role {word} is neither main nor side", word=cited(role)))
        return role

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        if driver not in drivers.vocabulary():
            hint = partial(_driver_hint, driver)
            raise refusal(at_key("unknown driver {word}", hint, word=cited(driver)))
        return driver

    @field_validator("op")
    @classmethod
    def _operation(cls, op: str) -> str:
        if op not in drivers.OPERATIONS:
            words = {"word": cited(op), "known": ", ".join(drivers.OPERATIONS)}
            raise refusal(at_key("op {word} is none of {known}", **words))
        return op

    @field_validator("high")
    @classmethod
    def _sizes(cls, high: float, info: ValidationInfo) -> float:
        given = info.data
        if {"driver", "low", "central"} <= given.keys():
            sizes = (given["low"], given["central"], high)
            driver = drivers.vocabulary()[given["driver"]]
            wrong = [
                at_key("{said}", said=said) for said in _misfits(sizes, driver, given.get("op"))
            ]
            if wrong:
                raise refusal(*wrong)
        return high

    @field_validator("target")
    @classmethod
    def _of_a_move(cls, target: float | None, info: ValidationInfo) -> float | None:
        op, driver = info.data.get("op"), drivers.vocabulary().get(info.data.get("driver", ""))
        if op is None or driver is None:
            return target
        if (target is not None) != (op == "move"):
            raise refusal(at_key("a target belongs to move, and only to move"))
        if target is not None and not driver.low <= target <= driver.high:
            raise refusal(at_key(_outside(driver)))
        return target

    @field_validator(*SELECTORS)
    @classmethod
    def _cells(cls, words: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        driver, column = drivers.vocabulary().get(info.data.get("driver", "")), str(info.field_name)
        if driver is None or not words:
            return words
        if column not in vocabulary.columns(driver):
            raise refusal(at_key(f"{driver.name} has no {column} to choose from"))
        known = set(vocabulary.members(column))
        strange = [word for word in words if _bare(word, column) not in known]
        if strange:
            message = f"unknown word {{word}} in {column}"
            raise refusal(
                *(
                    at_key(message, partial(_hint, word, column), word=cited(word))
                    for word in strange
                )
            )
        return words

    @field_validator("conversion")
    @classmethod
    def _said(cls, conversion: str) -> str:
        if not conversion:
            message = "no conversion: say how the size follows from the catalogue's magnitude"
            raise refusal(at_key(message))
        return conversion

    @field_validator("source")
    @classmethod
    def _cited(cls, source: str) -> str:
        return sourced(source)


def _misfits(
    sizes: tuple[float, float, float], driver: drivers.Driver, op: str | None
) -> Iterator[str]:
    """Yield what is wrong with the sizes of an effect."""
    neutral = {"floor": driver.low, "cap": driver.high}.get(op or "", 0.0)
    if not monotone((neutral, *sizes)):
        yield f"sizes {sizes} must go one way from {neutral:g}, growing with strength"
    if op not in ("floor", "cap") and sizes[-1] == 0:
        yield "no size: at high strength the effect must change something"
    if op == "move" and not 0 <= sizes[-1] <= 1:
        yield "move takes a fraction from 0 to 1"
    if op == "multiply" and sizes[-1] < -1:
        yield "multiply takes 1 + v, which may not be negative"
    if op in ("floor", "cap") and not all(driver.low <= size <= driver.high for size in sizes):
        yield _outside(driver)


def _outside(driver: drivers.Driver) -> str:
    return f"level outside {driver.name}'s range {driver.low:g} to {driver.high:g}"


def _bare(word: str, column: str) -> str:
    return selectors.bare(word) if column == selectors.NATIONS else word


def _driver_hint(word: str) -> str:
    """Return what may be meant by an unknown driver."""
    known = drivers.vocabulary()
    return nearest(word, known) or f"drivers are {', '.join(known)}"


def _hint(word: str, column: str) -> str:
    """Return what may be meant by an unknown word of a selector column."""
    if column == selectors.NATIONS:
        return vocabulary.place_hint(word, evidence.load().nations, vocabulary.groups())
    known = vocabulary.members(column)
    return nearest(word, known) or f"one of {', '.join(known)}"
