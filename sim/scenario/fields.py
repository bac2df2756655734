"""Typed values out of a tree, each a small function that notes what is wrong and goes on.

Every function returns None where there is nothing usable; the problem is then in the list.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from sim import months, numerals
from sim.errors import Problem, cited, nearest
from sim.scenario.distribution import KEYS, Normal, Triangular, Uniform, build
from sim.scenario.document import LAST, bounds
from sim.scenario.tree import Broken, Mark, Node, describe

Value = float | Uniform | Triangular | Normal
Problems = list[Problem]

HINTED = 100
"""Problems after which no nearest name is looked for."""

ANYTHING = (-math.inf, math.inf)
_SPEC = re.compile(r"([a-z_]+)\((.*)\)", re.DOTALL)


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


def near(word: str, names: Iterable[str], problems: Problems) -> str | None:
    """Return the nearest name, as long as few problems were found.

    Looking for it takes milliseconds, and who made a hundred mistakes knows the rule by then.
    """
    return nearest(word, names) if len(problems) < HINTED else None


def required(
    entries: Mapping[str, Node], names: Iterable[str], place: Mark, problems: Problems, hint: str
) -> None:
    """Note every name that a mapping lacks."""
    for name in names:
        if name not in entries:
            path = f"{place.path}.{name}" if place.path else name
            here = Mark(place.file, place.line, place.column, path)
            problems.append(here.problem(f"{name} is missing", hint))


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
    if node.value is Broken.VALUE:
        return None
    if not isinstance(node.value, str):
        hint = None
        if not isinstance(node.value, Mapping | tuple) and node.value is not None:
            hint = f"put it in quotes: '{describe(node)}'"
        problems.append(node.mark.problem(f"{what} must be text, not {describe(node)}", hint))
        return None
    return node.value


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


def whole(node: Node, low: int, high: int, problems: Problems, what: str) -> int | None:
    """Return a whole number within bounds."""
    value = node.value
    if value is Broken.VALUE:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"{what} must be a whole number, not {describe(node)}"
        problems.append(node.mark.problem(message))
        return None
    if isinstance(value, float) and not value.is_integer():  # what is not finite is not either
        problems.append(node.mark.problem(f"{what} must be a whole number, not {value}"))
        return None
    if not low <= value <= high:
        message = f"{what} {describe(node)} is outside {low} to {high}"
        problems.append(node.mark.problem(message))
        return None
    return int(value)


def month(node: Node, problems: Problems, what: str) -> int | None:
    """Return a month between the first of all worlds and the last that a scenario may name."""
    if node.value is Broken.VALUE:
        return None
    if not isinstance(node.value, str):
        message = f"{what} must be a month, not {describe(node)}"
        problems.append(node.mark.problem(message, "write YYYY-MM, such as 2026-04"))
        return None
    try:
        number = months.parse(node.value)
    except ValueError:
        hint = "write YYYY-MM, such as 2026-04"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", node.value):
            message = f"{node.value!r} is a full date"
            hint = f"months are written YYYY-MM, such as {node.value[:7]}"
        else:
            message = f"{what} {node.value!r} is not a month"
        problems.append(node.mark.problem(message, hint))
        return None
    if not months.FIRST <= number <= LAST:
        span = f"{months.text(months.FIRST)} to {months.text(LAST)}"
        problems.append(node.mark.problem(f"{what} {node.value} is outside {span}"))
        return None
    return number


def number(node: Node, problems: Problems, what: str) -> float | None:
    """Return a plain finite number."""
    given = node.value
    if given is Broken.VALUE:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        problems.append(node.mark.problem(f"{what} must be a number, not {describe(node)}"))
        return None
    return _finite(node, float(given) if abs(given) < 1e300 else math.inf, problems)


def value(
    node: Node,
    span: tuple[float, float],
    problems: Problems,
    what: str,
    names: Mapping[str, float] | None = None,
) -> Value | None:
    """Return a number or a distribution whose values all lie within bounds.

    Parameters
    ----------
    node : Node
        A number, a mapping with ``dist``, the short form ``uniform(a,b)``, or one of `names`.
    span : (float, float)
        Bounds, both included.
    problems : list of Problem
    what : str
        What to call the value in a message.
    names : mapping, optional
        Words that stand for a number.
    """
    found = _unbounded(node, problems, what, names or {})
    if found is None:
        return None
    least, most = bounds(found)
    if least < span[0] or most > span[1]:
        shown = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        message = f"{what} {shown} is outside {span[0]:g} to {span[1]:g}"
        problems.append(node.mark.problem(message))
        return None
    return found


def _unbounded(
    node: Node, problems: Problems, what: str, names: Mapping[str, float]
) -> Value | None:
    given = node.value
    if given is Broken.VALUE:
        return None
    if isinstance(given, Mapping):
        return _from_mapping(node, given, problems)
    if isinstance(given, str) and given in names:
        return names[given]
    if isinstance(given, str) and (match := _SPEC.fullmatch(given.strip())):
        return _from_spec(node, match[1], match[2], problems)
    if isinstance(given, str | bool) or not isinstance(given, int | float):
        expected = "a number or a distribution"
        if names:
            expected = f"{', '.join(names)}, {expected}"
        message = f"{what} must be {expected}, not {describe(node)}"
        hint = nearest(given, names) if isinstance(given, str) else None
        problems.append(node.mark.problem(message, hint))
        return None
    return _finite(node, float(given) if abs(given) < 1e300 else math.inf, problems)


def _finite(node: Node, number: float, problems: Problems) -> float | None:
    if not math.isfinite(number):
        problems.append(node.mark.problem(f"{describe(node)} is not a finite number"))
        return None
    return number


def _from_mapping(node: Node, given: Mapping[str, Node], problems: Problems) -> Value | None:
    if "dist" not in given:
        hint = "a distribution is a mapping such as {dist: uniform, low: 0.2, high: 0.6}"
        problems.append(node.place.problem("dist is missing", hint))
        return None
    dist = choice(given["dist"], KEYS, problems, "distribution")
    if dist is None:
        return None
    before = len(problems)
    entries = mapping(node, ("dist", *KEYS[dist]), problems) or {}
    form = f"{dist} needs {', '.join(KEYS[dist])}"
    required(entries, KEYS[dist], node.place, problems, form)
    numbers = {
        name: value(entries[name], ANYTHING, problems, name)
        for name in KEYS[dist]
        if name in entries
    }
    if len(problems) > before:
        return None
    return _built(node, dist, {k: v for k, v in numbers.items() if isinstance(v, float)}, problems)


def _from_spec(node: Node, dist: str, inner: str, problems: Problems) -> Value | None:
    if dist not in KEYS:
        hint = nearest(dist, KEYS) or f"one of {', '.join(KEYS)}"
        problems.append(node.mark.problem(f"unknown distribution {dist!r}", hint))
        return None
    keys = KEYS[dist]
    try:
        numbers = [numerals.number(part.strip()) for part in inner.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != len(keys) or not all(math.isfinite(number) for number in numbers):
        message = f"{dist} takes {len(keys)} finite numbers, not {inner!r}"
        problems.append(node.mark.problem(message, f"write {dist}({','.join(keys)})"))
        return None
    return _built(node, dist, dict(zip(keys, numbers, strict=True)), problems)


def _built(node: Node, dist: str, numbers: dict[str, float], problems: Problems) -> Value | None:
    if len(numbers) != len(KEYS[dist]):
        hint = f"{dist} needs {', '.join(KEYS[dist])} as plain numbers"
        problems.append(node.place.problem("a distribution of distributions", hint))
        return None
    try:
        return build(dist, numbers)
    except ValidationError as error:
        for fault in error.errors():
            message = str(fault["msg"]).removeprefix("Value error, ")
            if fault["type"] != "value_error":
                message = f"{fault['loc'][-1]}: {message[0].lower()}{message[1:]}"
            problems.append(node.mark.problem(message))
        return None
