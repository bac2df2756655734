"""Kinds of values that a file may hold, and the same kinds read from a node alone.

A kind is a type for a field of a model: it says what is accepted, how a fault is worded, and what
an editor is told by the JSON Schema. The functions below read one node by a kind, for files that
are not models; each returns None where there is nothing usable, with the problem in the list.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any

from annotated_types import Interval
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    GetCoreSchemaHandler,
    PlainSerializer,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from sim import months, numerals
from sim.errors import cited, nearest
from sim.scenario.distribution import KEYS, Normal, Triangular, Uniform
from sim.scenario.tree import Broken, Node, describe
from sim.scenario.walk import (
    Fault,
    Problems,
    Reading,
    finite,
    near,
    quoted,
    read,
    refusal,
    refuse,
    required,
)

__all__ = [
    "ANYTHING", "LAST", "Line", "Month", "Number", "Problems", "Text", "Value", "bounds", "choice",
    "items", "mapping", "month", "near", "one_of", "required", "span", "text", "value",
    "whole_number",
]  # fmt: skip

LAST = months.parse("2040-12")
"""The last month that a scenario may name: trends are not stretched further."""

ANYTHING = (-math.inf, math.inf)
Value = float | Uniform | Triangular | Normal

_SHORT = re.compile(r"([a-z_]+)\((.*)\)", re.DOTALL)
_MONTHS = "write YYYY-MM, such as 2026-04"


def _text(given: object) -> object:
    if not isinstance(given, str):
        raise refuse("{what} must be text, not {value}", quoted(given))
    return given


def _one_of(given: object, words: tuple[str, ...], what: str) -> object:
    word = str(_text(given))
    if word in words:
        return word
    hint = partial(_nearest, word, words)
    raise refuse("unknown {of} {word}", hint, of=what, word=cited(word))


def _nearest(word: str, words: Iterable[str]) -> str:
    return nearest(word, words) or f"one of {', '.join(words)}"


def _whole(given: object, low: int, high: int) -> object:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise refuse("{what} must be a whole number, not {value}")
    if isinstance(given, float) and not given.is_integer():  # what is not finite is not either
        raise refuse("{what} must be a whole number, not {value}")
    if not low <= given <= high:
        raise refuse("{what} {value} is outside {span}", span=f"{low} to {high}")
    return int(given)


def _month(given: object, info: ValidationInfo) -> object:
    if not info.context and isinstance(given, int):
        return given  # made by a program, which counts months
    if not isinstance(given, str):
        raise refuse("{what} must be a month, not {value}", _MONTHS)
    try:
        number = months.parse(given)
    except ValueError:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", given):
            hint = f"months are written YYYY-MM, such as {given[:7]}"
            raise refuse("{given} is a full date", hint, given=repr(given)) from None
        raise refuse("{what} {given} is not a month", _MONTHS, given=repr(given)) from None
    if not months.FIRST <= number <= LAST:
        span = f"{months.text(months.FIRST)} to {months.text(LAST)}"
        raise refuse("{what} {month} is outside {span}", month=given, span=span)
    return number


def _spelled(given: object, names: Mapping[str, float]) -> object:
    """Return a number or the long form of a distribution for whatever stands for one."""
    if isinstance(given, str) and given in names:
        return names[given]
    if isinstance(given, str) and (match := _SHORT.fullmatch(given.strip())):
        return _long(match[1], match[2])
    if isinstance(given, Mapping):
        if "dist" not in given:
            hint = "a distribution is a mapping such as {dist: uniform, low: 0.2, high: 0.6}"
            raise refusal(Fault("dist is missing", hint, at_key=True))
        if not isinstance(given["dist"], str) or given["dist"] not in KEYS:
            raise _unknown(given["dist"])
        return given
    if isinstance(given, Uniform | Triangular | Normal):
        return given
    if isinstance(given, str | bool) or not isinstance(given, int | float):
        expected = ", ".join([*names, "a number or a distribution"])
        meant = partial(nearest, given, names) if isinstance(given, str) else None
        raise refuse("{what} must be {expected}, not {value}", meant, expected=expected)
    return given


def _unknown(dist: object) -> Exception:
    """Return the error for what names no distribution."""
    if not isinstance(dist, str):
        return refusal(
            Fault("distribution must be text, not {value}", quoted(dist), below=("dist",))
        )
    hint, words = partial(_nearest, dist, tuple(KEYS)), {"word": cited(dist)}
    return refusal(Fault("unknown distribution {word}", hint, below=("dist",), words=words))


def _long(dist: str, inner: str) -> dict[str, object]:
    """Return ``uniform(0.2,0.6)`` as the mapping that it stands for."""
    if dist not in KEYS:
        raise _unknown(dist)
    keys = KEYS[dist]
    try:
        numbers = [numerals.number(part.strip()) for part in inner.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != len(keys) or not all(math.isfinite(number) for number in numbers):
        raise refuse(
            "{dist} takes {count} finite numbers, not {inner}", f"write {dist}({','.join(keys)})",
            dist=dist, count=str(len(keys)), inner=repr(inner),
        )  # fmt: skip
    return {"dist": dist, **dict(zip(keys, numbers, strict=True))}


def bounds(value: Value) -> tuple[float, float]:
    """Return the least and the largest number that a value can take."""
    if isinstance(value, int | float):
        return float(value), float(value)
    return value.low, value.high


def _within(value: Value, low: float, high: float) -> Value:
    least, most = bounds(value)
    if low <= least and most <= high:
        return value
    shown = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    raise refuse("{what} {shown} is outside {span}", shown=shown, span=f"{low:g} to {high:g}")


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value["dist"])
    return getattr(value, "dist", "number")


Text = Annotated[str, BeforeValidator(_text)]
Line = Annotated[Text, AfterValidator(lambda text: " ".join(text.split()))]
"""Text on one line, whatever the layout of the file."""
Number = Annotated[float, BeforeValidator(finite)]
MONTH = {
    "type": "string", "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
    "description": "A month, YYYY-MM.",
}  # fmt: skip
Month = Annotated[
    int,
    Interval(ge=months.FIRST, le=LAST),
    BeforeValidator(_month),
    PlainSerializer(months.text),
    WithJsonSchema(MONTH),
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value made of bounds or words, which stands beside its type in ``Annotated``."""

    of: Any

    def __get_pydantic_core_schema__(self, _: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self.of)


@cache
def whole_number(low: int, high: int) -> Kind:
    """Return the kind of a whole number within bounds."""
    check = BeforeValidator(partial(_whole, low=low, high=high))
    return Kind(Annotated[int, Interval(ge=low, le=high), check])


def one_of(words: Iterable[str], what: str) -> Kind:
    """Return the kind of one word of a few."""
    check = BeforeValidator(partial(_one_of, words=tuple(words), what=what))
    return Kind(Annotated[str, check, WithJsonSchema({"enum": list(words)})])


@cache
def span(low: float, high: float, *names: tuple[str, float]) -> Kind:
    """Return the kind of a number or a distribution whose values all lie within bounds.

    Parameters
    ----------
    low, high : float
        Both included.
    *names : (str, float)
        Words that stand for a number.
    """
    kinds = (
        Annotated[Number, Tag("number")] | Annotated[Uniform, Tag("uniform")]
        | Annotated[Triangular, Tag("triangular")] | Annotated[Normal, Tag("normal")]
    )  # fmt: skip
    shown: list[dict[str, Any]] = [{"enum": [name for name, _ in names]}] if names else []
    return Kind(
        Annotated[
            Annotated[kinds, Discriminator(_kind)],
            BeforeValidator(partial(_spelled, names=dict(names))),
            AfterValidator(partial(_within, low=low, high=high)),
            WithJsonSchema({"anyOf": shown + value_schemas(low, high)}),
        ]
    )


def value_schemas(low: float, high: float) -> list[dict[str, Any]]:
    """Return what may stand for a number: the number, a distribution, or its short form."""
    number = {"type": "number"}
    inside = number | {"minimum": low, "maximum": high}
    kinds: list[dict[str, Any]] = [
        {
            "type": "object",
            "required": ["dist", *keys],
            "additionalProperties": False,
            "properties": {"dist": {"const": dist}}
            | {key: (inside if key in ("low", "high", "mode") else number) for key in keys},
        }
        for dist, keys in KEYS.items()
    ]
    short = {"type": "string", "pattern": rf"^({'|'.join(KEYS)})\(.*\)$"}
    return [inside, *kinds, short]


def mapping(
    node: Node, known: Iterable[str] | None, problems: Problems, what: str = "this"
) -> Mapping[str, Node] | None:
    """Return a mapping's entries, noting every key that is not known."""
    if node.value is Broken.VALUE:
        return None
    if not isinstance(node.value, Mapping):
        problems.append(node.place.problem(f"{what} must be a mapping, not {describe(node)}"))
        return None
    if known is None:
        return node.value
    names = list(known)
    for name, child in node.value.items():
        if name not in names:
            hint = near(name, names, problems) or f"one of {', '.join(names)}"
            problems.append(child.place.problem(f"unknown key {cited(name)}", hint))
    return {name: child for name, child in node.value.items() if name in names}


def items(node: Node, problems: Problems, what: str) -> tuple[Node, ...] | None:
    """Return the items of a list."""
    if node.value is Broken.VALUE:
        return None
    if not isinstance(node.value, tuple):
        problems.append(node.place.problem(f"{what} must be a list, not {describe(node)}"))
        return None
    return node.value


def text(node: Node, problems: Problems, what: str) -> str | None:
    """Return a text."""
    return read(Text, node, Reading(problems), what)


def choice(node: Node, options: Iterable[str], problems: Problems, what: str) -> str | None:
    """Return one word of a few."""
    word = text(node, problems, what)
    if word is None:
        return None
    options = list(options)
    if word not in options:
        hint = near(word, options, problems) or f"one of {', '.join(options)}"
        problems.append(node.mark.problem(f"unknown {what} {cited(word)}", hint))
        return None
    return word


def month(node: Node, problems: Problems, what: str) -> int | None:
    """Return a month between the first of all worlds and the last that a scenario may name."""
    return read(Month, node, Reading(problems), what)


def value(node: Node, within: tuple[float, float], problems: Problems, what: str) -> Value | None:
    """Return a number or a distribution whose values all lie within bounds.

    Parameters
    ----------
    node : Node
        A number, a mapping with ``dist``, or the short form ``uniform(a,b)``.
    within : (float, float)
        Bounds, both included.
    problems : list of Problem
    what : str
        What to call the value in a message.
    """
    return read(span(*within).of, node, Reading(problems), what)
