"""What varies in a sweep: a path of the scenario and the values it may take."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim import months, numerals
from sim.ensemble.tasks import SCENARIO, Level
from sim.errors import InputError, Problem
from sim.scenario import fields, paths
from sim.scenario.distribution import Normal, Triangular, Uniform, build
from sim.scenario.futures import FUTURES
from sim.scenario.paths import FUTURE
from sim.scenario.tree import Broken, Mark, Node, parse

Law = Uniform | Triangular | Normal
LISTED = {
    SCENARIO: ("scenarios", "write [one, other]"),
    FUTURE: ("futures", f"write {', '.join(FUTURES)}"),
}
"""Paths whose levels are words, which no distribution gives, with what they are."""

MAX_LEVELS = 100_000

_RANGE = re.compile(r"([^:(),]+):([^:(),]+):([^:(),]+)")
_MONTH = re.compile(r"\d{4}-\d\d")
_LAW = re.compile(r"[a-z]+\(.*\)")
_FORM = "low:high:count, a,b,c, uniform(a,b), triangular(a,m,b) or normal(m,sd,low,high)"


@dataclass(frozen=True)
class Factor:
    """One thing that varies.

    Parameters
    ----------
    path : str
        A path of the scenario, or ``scenario`` for the choice of it.
    values : tuple, optional
        Levels that are listed: numbers, months or words.
    law : distribution, optional
        A distribution in their place; exactly one of the two is given.
    """

    path: str
    values: tuple[Level, ...] | None = None
    law: Law | None = None

    def at(self, u: float) -> Level:
        """Return the level at a fraction of the way through the values, u in [0, 1]."""
        if self.law is not None:
            return float(self.law.quantile(u))  # type: ignore[arg-type]  # numpy takes a number
        assert self.values is not None  # noqa: S101 - one of the two is given
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    def ends(self) -> tuple[Level, Level]:
        """Return the first and the last level, the bounds of a distribution."""
        if self.law is not None:
            return self.law.low, self.law.high
        assert self.values is not None  # noqa: S101 - one of the two is given
        return self.values[0], self.values[-1]

    @classmethod
    def of_spec(cls, path: str, spec: Any) -> Factor:  # noqa: ANN401
        """Return the factor that `spec` gave as plain data."""
        if not isinstance(spec, Mapping):
            return cls(path, tuple(spec))
        numbers = {name: value for name, value in spec.items() if name != "dist"}
        return cls(path, law=build(spec["dist"], numbers))

    @property
    def has_order(self) -> bool:
        """Whether its levels are numbers or months, of which one is before another."""
        words = [level for level in self.values or () if isinstance(level, str)]
        return all(_MONTH.fullmatch(word) for word in words)

    def spec(self) -> object:
        """Return the factor's values as plain data, for a hash and a manifest."""
        return list(self.values) if self.values is not None else self.law.model_dump()  # type: ignore[union-attr]


def parse_option(text: str) -> Factor:
    """Return the factor of a command-line option ``PATH=SPEC``.

    Raises
    ------
    InputError
        If the path or the values are wrong.
    """
    path, equals, spec = (part.strip() for part in text.partition("="))
    if not equals or not path or not spec:
        raise InputError(Problem(f"{text!r} is not PATH=SPEC", "--vary", hint=f"SPEC is {_FORM}"))
    mark = Mark("--vary", path=path)
    return _read(path, Node(spec, mark, mark), ())


def read(
    path: str, node: Node, problems: list[Problem], own: tuple[str, ...] = ()
) -> Factor | None:
    """Return the factor of a path and its values in a file, or None with problems noted.

    Parameters
    ----------
    path : str
    node : Node
        A text in the form of an option, a list of levels, or a mapping with ``dist``.
    problems : list of Problem
    own : tuple of str
        Levers that the scenario defines itself.
    """
    try:
        return _read(path, node, own)
    except InputError as error:
        problems += error.problems
        return None


def _read(path: str, node: Node, own: tuple[str, ...]) -> Factor:
    path = paths.present(path)
    _require_known(path, node, own)
    if isinstance(node.value, tuple):
        return _of_levels(path, _listed(node.value, node.place), node.place)
    if isinstance(node.value, str) and not _LAW.fullmatch(node.value.strip()):
        return _of_levels(path, _from_text(node.value, node.place), node.place)
    problems: list[Problem] = []
    law = fields.value(node, fields.ANYTHING, problems, path)
    if law is None:
        raise InputError(problems)
    if isinstance(law, int | float):
        return Factor(path, (law,))
    if path in LISTED:
        what, hint = LISTED[path]
        raise _wrong(node.place, f"{what} are listed", hint)
    return Factor(path, law=law)


def _wrong(place: Mark, message: str, hint: str | None = None) -> InputError:
    return InputError(place.problem(message, hint))


def _of_levels(path: str, levels: tuple[Level, ...], place: Mark) -> Factor:
    if len(set(levels)) < len(levels):
        raise _wrong(place, "a level stands twice", "name each once")
    return Factor(path, levels)


def _require_known(path: str, node: Node, own: tuple[str, ...]) -> None:
    """Refuse a path that there is not, or that cannot vary."""
    if path == SCENARIO:
        return
    if path.startswith("ensemble.") and path != FUTURE:
        hint = "every point has the same runs and seed, so that points have common random numbers"
        raise _wrong(node.place, f"{path} cannot vary in a sweep", hint)
    try:
        paths.check(path, own)
    except InputError as error:
        here = [node.place.problem(found.message, found.hint) for found in error.problems]
        raise InputError(here) from None


def _from_text(text: str, place: Mark) -> tuple[Level, ...]:
    match = _RANGE.fullmatch(text.strip())
    if match:
        return _spread(match[1].strip(), match[2].strip(), match[3].strip(), place)
    if ":" in text:
        raise _wrong(place, f"{text!r} is no range", "write low:high:count")
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise _wrong(place, f"{text!r} lists an empty level", f"write {_FORM}")
    return _listed([Node(_scalar(part), place, place) for part in parts], place)


def _scalar(text: str) -> Level:
    """Return a word, a month or a number as YAML would read it."""
    node = parse(text, "--vary", [])
    value = text if node is None or node.value is Broken.VALUE else node.value
    return value if isinstance(value, int | float | str) else text


def _listed(nodes: Sequence[Node], place: Mark) -> tuple[Level, ...]:
    if not nodes:
        raise _wrong(place, "no level is listed", f"write {_FORM}")
    return tuple(_level(node) for node in nodes)


def _level(node: Node) -> Level:
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        raise _wrong(node.place, f"{value} is not a finite number")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(node.place, "a level must be a number, a month or a word")
    return value


def _spread(low: str, high: str, count: str, place: Mark) -> tuple[Level, ...]:
    """Return evenly spaced numbers or months, both ends included."""
    try:
        steps = numerals.whole(count)
    except ValueError:
        hint = "write low:high:count"
        raise _wrong(place, f"{count!r} is no count of levels", hint) from None
    if not 1 <= steps <= MAX_LEVELS:
        raise _wrong(place, f"{steps} levels are outside 1 to {MAX_LEVELS:,}")
    try:
        first, last = months.parse(low), months.parse(high)
    except ValueError:
        return _even_numbers(low, high, steps, place)
    return _even_months(first, last, steps, place)


def _even_numbers(low: str, high: str, steps: int, place: Mark) -> tuple[Level, ...]:
    try:
        start, stop = numerals.number(low), numerals.number(high)
    except ValueError:
        message = f"{low!r} to {high!r} are neither numbers nor months"
        raise _wrong(place, message, f"write {_FORM}") from None
    if not (math.isfinite(start) and math.isfinite(stop)) or start > stop:
        raise _wrong(place, f"low {low} is above high {high}, or one is not finite")
    if steps == 1 or start == stop:
        return (start,)
    # The ends exactly, and between them without adding up rounding.
    inner = (start + (stop - start) * n / (steps - 1) for n in range(1, steps - 1))
    return (start, *inner, stop)


def _even_months(first: int, last: int, steps: int, place: Mark) -> tuple[Level, ...]:
    if first > last:
        raise _wrong(place, f"low {months.text(first)} is above high {months.text(last)}")
    if steps > last - first + 1:
        message = f"{steps} months do not fit between {months.text(first)} and {months.text(last)}"
        raise _wrong(place, message, f"at most {last - first + 1}")
    spread = max(steps - 1, 1)
    return tuple(months.text(first + round((last - first) * n / spread)) for n in range(steps))
