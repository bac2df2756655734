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
from sim.scenario.tree import Broken, Mark, Node, parse

Law = Uniform | Triangular | Normal
FUTURE = "ensemble.future"
"""The path that stands for the choice of a future."""

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
    problems: list[Problem] = []
    mark = Mark("--vary", path=path)
    found = read(path, Node(spec, mark, mark), problems)
    if found is None or problems:
        raise InputError(problems)
    return found


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
    path = paths.present(path)
    if not _path_is_known(path, node, problems, own):
        return None
    if isinstance(node.value, tuple):
        return _of_levels(path, _listed(node.value, node.place, problems), node.place, problems)
    if isinstance(node.value, str) and not _LAW.fullmatch(node.value.strip()):
        return _of_levels(path, _from_text(node.value, node.place, problems), node.place, problems)
    law = fields.value(node, (-math.inf, math.inf), problems, path)
    if law is None or isinstance(law, int | float):
        return None if law is None else Factor(path, (law,))
    if path in LISTED:
        what, hint = LISTED[path]
        problems.append(node.place.problem(f"{what} are listed", hint))
        return None
    return Factor(path, law=law)


def _of_levels(
    path: str, levels: tuple[Level, ...] | None, place: Mark, problems: list[Problem]
) -> Factor | None:
    if levels is None:
        return None
    if len(set(levels)) < len(levels):
        problems.append(place.problem("a level stands twice", "name each once"))
        return None
    return Factor(path, levels)


def _path_is_known(path: str, node: Node, problems: list[Problem], own: tuple[str, ...]) -> bool:
    if path == SCENARIO:
        return True
    if path.startswith("ensemble.") and path != FUTURE:
        hint = "every point has the same runs and seed, so that points have common random numbers"
        problems.append(node.place.problem(f"{path} cannot vary in a sweep", hint))
        return False
    try:
        paths.check(path, own)
    except InputError as error:
        problems += (node.place.problem(found.message, found.hint) for found in error.problems)
        return False
    return True


def _from_text(text: str, place: Mark, problems: list[Problem]) -> tuple[Level, ...] | None:
    match = _RANGE.fullmatch(text.strip())
    if match:
        return _spread(match[1].strip(), match[2].strip(), match[3].strip(), place, problems)
    if ":" in text:
        problems.append(place.problem(f"{text!r} is no range", "write low:high:count"))
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        problems.append(place.problem(f"{text!r} lists an empty level", f"write {_FORM}"))
        return None
    nodes = tuple(Node(_scalar(part), place, place) for part in parts)
    return _listed(nodes, place, problems)


def _scalar(text: str) -> Level:
    """Return a word, a month or a number as YAML would read it."""
    node = parse(text, "--vary", [])
    value = text if node is None or node.value is Broken.VALUE else node.value
    return value if isinstance(value, int | float | str) else text


def _listed(
    nodes: Sequence[Node], place: Mark, problems: list[Problem]
) -> tuple[Level, ...] | None:
    if not nodes:
        problems.append(place.problem("no level is listed", f"write {_FORM}"))
        return None
    found: list[Level] = []
    for node in nodes:
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            problems.append(node.place.problem(f"{value} is not a finite number"))
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            problems.append(node.place.problem("a level must be a number, a month or a word"))
            return None
        found.append(value)
    return tuple(found)


def _spread(
    low: str, high: str, count: str, place: Mark, problems: list[Problem]
) -> tuple[Level, ...] | None:
    """Return evenly spaced numbers or months, both ends included."""
    try:
        steps = numerals.whole(count)
    except ValueError:
        problems.append(place.problem(f"{count!r} is no count of levels", "write low:high:count"))
        return None
    if not 1 <= steps <= MAX_LEVELS:
        problems.append(place.problem(f"{steps} levels are outside 1 to {MAX_LEVELS:,}"))
        return None
    try:
        first, last = months.parse(low), months.parse(high)
    except ValueError:
        return _even_numbers(low, high, steps, place, problems)
    return _even_months(first, last, steps, place, problems)


def _even_numbers(
    low: str, high: str, steps: int, place: Mark, problems: list[Problem]
) -> tuple[Level, ...] | None:
    try:
        start, stop = numerals.number(low), numerals.number(high)
    except ValueError:
        message = f"{low!r} to {high!r} are neither numbers nor months"
        problems.append(place.problem(message, f"write {_FORM}"))
        return None
    if not (math.isfinite(start) and math.isfinite(stop)) or start > stop:
        problems.append(place.problem(f"low {low} is above high {high}, or one is not finite"))
        return None
    if steps == 1 or start == stop:
        return (start,)
    # The ends exactly, and between them without adding up rounding.
    inner = (start + (stop - start) * n / (steps - 1) for n in range(1, steps - 1))
    return (start, *inner, stop)


def _even_months(
    first: int, last: int, steps: int, place: Mark, problems: list[Problem]
) -> tuple[Level, ...] | None:
    if first > last:
        message = f"low {months.text(first)} is above high {months.text(last)}"
        problems.append(place.problem(message))
        return None
    if steps > last - first + 1:
        message = f"{steps} months do not fit between {months.text(first)} and {months.text(last)}"
        problems.append(place.problem(message, f"at most {last - first + 1}"))
        return None
    spread = max(steps - 1, 1)
    return tuple(months.text(first + round((last - first) * n / spread)) for n in range(steps))
