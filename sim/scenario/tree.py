"""YAML text to a plain tree in which every value knows where it stands.

The tree knows nothing of scenarios: it holds mappings, lists and scalars of YAML 1.2, each with
file, line, column and key path. What a scenario file never needs, such as anchors, tags and full
dates, is refused here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, cited, is_printable, printable

if TYPE_CHECKING:
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.nodes import Node as YamlNode


class Broken(Enum):
    """Stands where a value could not be read and the problem has been noted already."""

    VALUE = "broken"


Scalar = str | int | float | bool | Broken | None

_TAG = "tag:yaml.org,2002:"
_DEEPEST = 20
_WORDS = ("str", "value", "merge")
"""Tags of text: ``=`` and ``<<`` meant something in YAML 1.1 and are words today."""

_HALVES = re.compile(r"[\ud800-\udfff]")
_DATE_HINT = "months are written YYYY-MM, such as {}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands: file, line and column from 1, and key path."""

    file: str | None
    line: int | None = None
    column: int | None = None
    path: str = ""

    def problem(self, message: str, hint: str | None = None) -> Problem:
        """Return a problem at this place."""
        return Problem(message, self.file, self.line, self.column, self.path or None, hint)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place.

    Attributes
    ----------
    value : mapping of str to Node, tuple of Node, or scalar
    mark : Mark
        Where the value stands.
    key : Mark or None
        Where its key stands, if it is the value of a mapping.
    """

    value: Mapping[str, Node] | tuple[Node, ...] | Scalar
    mark: Mark
    key: Mark | None = None

    @property
    def place(self) -> Mark:
        """The key's place if there is one, else the value's."""
        return self.key or self.mark


@dataclass(slots=True)
class _Reader:
    file: str
    problems: list[Problem]
    tagged: set[int]
    seen: set[int] = field(default_factory=set)

    def mark(self, node: YamlNode, path: str) -> Mark:
        start = node.start_mark
        return Mark(self.file, start.line + 1, start.column + 1, path)

    def broken(self, mark: Mark, key: Mark | None, message: str, hint: str | None = None) -> Node:
        self.problems.append(mark.problem(message, hint))
        return Node(Broken.VALUE, mark, key)

    def node(self, yaml: YamlNode, path: str, key: Mark | None, depth: int) -> Node:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        mark = self.mark(yaml, path)
        if id(yaml) in self.seen:
            # An alias shares its node: walking it again could take for ever.
            hint = "write the value out, or share it through extends"
            place = key or mark
            return self.broken(place, key, "anchors and aliases are not allowed", hint)
        self.seen.add(id(yaml))
        if depth > _DEEPEST:
            return self.broken(mark, key, "the file is nested too deeply")
        if id(yaml) in self.tagged:
            message = f"the tag {cited(str(yaml.tag))[1:-1]} is not allowed"
            return self.broken(mark, key, message, "leave it out, or put the value in quotes")
        if isinstance(yaml, MappingNode):
            return Node(self.mapping(yaml, path, depth), mark, key)
        if isinstance(yaml, SequenceNode):
            items = (
                self.node(item, f"{path}[{number}]", None, depth + 1)
                for number, item in enumerate(yaml.value)
            )
            return Node(tuple(items), mark, key)
        return self.scalar(yaml, str(yaml.tag).removeprefix(_TAG), mark, key)

    def mapping(self, yaml: YamlNode, path: str, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for yaml_key, yaml_value in yaml.value:
            if not isinstance(yaml_key.value, str):
                self.problems.append(self.mark(yaml_key, path).problem("a key must be a word"))
                continue
            name, fault = _characters(yaml_key.value)
            if fault is not None or id(yaml_key) in self.tagged:
                message = fault or "a key has no tag"
                self.problems.append(self.mark(yaml_key, path).problem(f"{cited(name)}: {message}"))
                continue
            here = f"{path}.{name}" if path else name
            key = self.mark(yaml_key, here)
            if name in found:
                first = found[name].place.line
                message = f"duplicate key {cited(name)}, first given on line {first}"
                self.problems.append(key.problem(message, "keep one of them"))
                continue
            found[name] = self.node(yaml_value, here, key, depth + 1)
        return found

    def scalar(self, yaml: YamlNode, tag: str, mark: Mark, key: Mark | None) -> Node:
        text, fault = _characters(str(yaml.value))
        if fault is not None:
            return self.broken(mark, key, fault, "write the text without it")
        if tag == "timestamp":
            hint = _DATE_HINT.format(text[:7])
            return self.broken(mark, key, f"{text!r} is a full date", hint)
        try:
            return Node(text if tag in _WORDS else _construct(yaml), mark, key)
        except ValueError as error:
            return self.broken(mark, key, f"cannot read this number: {error}")


def _characters(text: str) -> tuple[str, str | None]:
    """Return a text with the halves of its characters joined, and what is wrong with it.

    JSON writes what lies beyond the first 65,536 characters as two halves, each an escape.
    """
    if _HALVES.search(text):
        try:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            return printable(text), "half of a character stands alone"
    if not is_printable(text):
        return printable(text), "a control character is not allowed"
    return text, None


@cache
def _composer() -> type[Composer]:
    """Return the YAML composer that notes every node with a tag of its own."""
    from ruamel.yaml.composer import Composer

    class Noting(Composer):
        def __init__(self, loader: Any = None) -> None:  # noqa: ANN401 - ruamel's own
            super().__init__(loader)
            self.warn_double_anchors = False  # anchors are refused where they are used
            self.tagged: set[int] = set()

        def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - ruamel's own
            tag = getattr(self.parser.peek_event(), "ctag", None)
            node = super().compose_node(parent, index)
            if tag is not None:
                self.tagged.add(id(node))
            return node

    return Noting


def parse(text: str, file: str, problems: list[Problem]) -> Node | None:
    """Return the tree of a YAML text, or None where there is none.

    Parameters
    ----------
    text : str
        One YAML document.
    file : str
        Name to show in problems.
    problems : list of Problem
        Whatever is wrong is added here.
    """
    # Loading the parser costs 50 ms, which only those who read a file should pay.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _composer()
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        problems.append(_syntax_problem(error, file))
        return None
    except YAMLError as error:
        message = str(error).splitlines()[0]
        problems.append(Problem(f"not a YAML text: {message}", file))
        return None
    except RecursionError:
        problems.append(Problem("the file is nested too deeply", file))
        return None
    except (ValueError, OverflowError) as error:  # an escape beyond the last character
        problems.append(Problem(f"not a YAML text: {error}", file))
        return None
    if root is None:
        hint = "a scenario needs at least `extends: baseline`"
        problems.append(Problem("the file is empty", file, 1, 1, hint=hint))
        return None
    return _Reader(file, problems, yaml.composer.tagged).node(root, "", None, 0)


def plant(value: object, mark: Mark, problems: list[Problem], depth: int = 0) -> Node:
    """Return the tree of a Python value, all of it at one place.

    Parameters
    ----------
    value : mapping, sequence or scalar
        What a YAML file could have said.
    mark : Mark
        Its place; paths are appended to the mark's own.
    problems : list of Problem
        Whatever YAML could not have said is added here.
    """
    if depth > _DEEPEST:
        problems.append(mark.problem("the mapping is nested too deeply"))
        return Node(Broken.VALUE, mark)
    if isinstance(value, Mapping):
        found = {}
        for name, inner in value.items():
            here = Mark(mark.file, path=f"{mark.path}.{name}" if mark.path else str(name))
            found[str(name)] = replace(plant(inner, here, problems, depth + 1), key=here)
        return Node(found, mark)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = (
            plant(inner, Mark(mark.file, path=f"{mark.path}[{number}]"), problems, depth + 1)
            for number, inner in enumerate(value)
        )
        return Node(tuple(items), mark)
    if isinstance(value, str) and _HALVES.search(value):
        problems.append(mark.problem("half of a character stands alone"))
        return Node(Broken.VALUE, mark)
    if value is None or isinstance(value, str | bool | int | float):
        return Node(value, mark)
    if isinstance(value, dt.date):
        hint = _DATE_HINT.format(value.isoformat()[:7])
        problems.append(mark.problem(f"'{value}' is a full date", hint))
    else:
        problems.append(mark.problem(f"a {type(value).__name__} cannot stand in a scenario"))
    return Node(Broken.VALUE, mark)


def moved(node: Node, mark: Mark) -> Node:
    """Return the same value as if all of it stood at one place."""
    if isinstance(node.value, Mapping):
        inner = {name: moved(child, mark) for name, child in node.value.items()}
        return Node(inner, mark, mark)
    if isinstance(node.value, tuple):
        return Node(tuple(moved(child, mark) for child in node.value), mark, mark)
    return Node(node.value, mark, mark)


def describe(node: Node) -> str:
    """Return what a value is, in words for a message."""
    if isinstance(node.value, Mapping):
        return "a mapping"
    if isinstance(node.value, tuple):
        return "a list"
    if node.value is None:
        return "empty"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return f"the text {cited(node.value)}" if isinstance(node.value, str) else cited(node.value)


def _construct(yaml: YamlNode) -> Scalar:
    from ruamel.yaml import YAML

    scalar: Scalar = YAML(typ="safe", pure=True).constructor.construct_object(yaml)
    return scalar


def _syntax_problem(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    parts = (error.context, error.problem)
    message = ", ".join(str(part) for part in parts if part)
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return Problem(f"not valid YAML: {message}", file, line, column)
