"""From a tree to a checked model: pydantic validates, and each fault is told where it stands.

A file is stated once, as pydantic models. What pydantic cannot know is the place of a word in its
file: `read` hands it plain data, and walks from the ``loc`` of each error down the tree to the
file, line and column. Studies and other files use the same walk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.errors import Problem, cited, nearest
from sim.scenario.tree import Broken, Mark, Node, describe

Problems = list[Problem]
Hint = str | Callable[[], str | None] | None
"""What would be right. Looking for it takes milliseconds, so it may be a function."""

HINTED = 100
"""Problems after which no nearest name is looked for."""

_MAPPINGS = ("model_type", "model_attributes_type", "dict_type", "mapping_type")
_LISTS = ("tuple_type", "list_type")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a value.

    Parameters
    ----------
    message : str
        ``{what}`` stands for the name of the value, ``{value}`` for what was given; both are filled
        in by the walk, which knows them.
    hint : str or function, optional
    at_key : bool
        Whether it is told at the key of the value, as is what is wrong with several words, or at
        the value itself.
    below : tuple of str or int
        Keys down from the value to what is wrong.
    words : mapping of str to str
        What else the message holds.
    """

    message: str
    hint: Hint = None
    at_key: bool = False
    below: tuple[str | int, ...] = ()
    words: Mapping[str, str] | None = None

    def text(self, what: str, value: str) -> str:
        """Return the message with everything filled in."""
        return self.message.format(what=what, value=value, **(self.words or {}))


def at_key(message: str, hint: Hint = None, *below: str, **words: str) -> Fault:
    """Return a fault that is told at the key of the value, or of what stands below it."""
    return Fault(message, hint, at_key=True, below=below, words=words)


def refusal(*faults: Fault) -> PydanticCustomError:
    """Return the error by which a validator refuses a value for one reason or several."""
    said = "; ".join(fault.text("this", "this") for fault in faults)
    return PydanticCustomError("refused", "{said}", {"said": said, "faults": faults})


def refuse(message: str, hint: Hint = None, **words: str) -> PydanticCustomError:
    """Return the error by which a validator refuses a value, as in `Fault`."""
    return refusal(Fault(message, hint, words=words))


def finite(given: object) -> float:
    """Return a plain finite number.

    Raises
    ------
    PydanticCustomError
        If it is none; what validators raise.
    """
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise refuse("{what} must be a number, not {value}")
    number = float(given) if abs(given) < 1e300 else math.inf
    if not math.isfinite(number):
        raise refuse("{value} is not a finite number")
    return number + 0.0  # minus zero would hash apart from zero


def quoted(given: object) -> str | None:
    """Return what to do with a number or a flag that stands where text must."""
    scalar = given is not None and not isinstance(given, Mapping | tuple)
    return "put it in quotes: '{value}'" if scalar else None


class Placed(dict[str, Any]):
    """A mapping of plain data that knows where it stands."""

    def __init__(self, entries: Iterable[tuple[str, Any]], node: Node) -> None:
        super().__init__(entries)
        self.node = node


@dataclass(slots=True)
class Reading:
    """What a file is read with.

    Parameters
    ----------
    problems : list of Problem
        Everything that is wrong is added here.
    complete : bool
        Whether what is missing is a fault; where a base could not be read, it may stand there.
    """

    problems: Problems
    complete: bool = True

    def keys(self, form: type[Form], given: Placed) -> dict[str, Any]:
        """Note every key that a form does not have, and every one that it needs."""
        entries, known = cast("Mapping[str, Node]", given.node.value), form.known_keys()
        for name in (name for name in entries if name not in known):
            hint = near(name, known, self.problems) or f"one of {', '.join(known)}"
            problem = entries[name].place.problem(f"unknown key {cited(name)}", hint)
            self.problems.append(problem)
        fields = {field.alias or name: field for name, field in form.model_fields.items()}
        needed = [key for key, field in fields.items() if field.is_required()]
        if self.complete:
            required(given, needed, given.node.place, self.problems, form.needs())
        return {key: value for key, value in given.items() if key in fields}


class Form(BaseModel):
    """A mapping with known keys; every model of a file is one."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True,
        serialize_by_alias=True,
    )  # fmt: skip

    CALLED: ClassVar[str] = "{what}"
    """What a message calls it; ``{what}`` is its key."""
    NEEDS: ClassVar[str] = ""

    @classmethod
    def needs(cls) -> str:
        """Return what is said where a key is missing."""
        return cls.NEEDS

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys that a file may give, in the order of a hint."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, given: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - whatever was given
        if isinstance(given, Placed):
            return cast("Reading", info.context).keys(cls, given)
        if not isinstance(given, Mapping | BaseModel):
            raise refusal(Fault(f"{cls.CALLED} must be a mapping, not {{value}}", at_key=True))
        return given


def near(word: str, names: Iterable[str], problems: Problems) -> str | None:
    """Return the nearest name, as long as few problems were found.

    Looking for it takes milliseconds, and who made a hundred mistakes knows the rule by then.
    """
    return nearest(word, names) if len(problems) < HINTED else None


def required(
    entries: Mapping[str, Any], names: Iterable[str], place: Mark, problems: Problems, hint: str
) -> None:
    """Note every name that a mapping lacks."""
    for name in names:
        if name not in entries:
            path = f"{place.path}.{name}" if place.path else name
            here = Mark(place.file, place.line, place.column, path)
            problems.append(here.problem(f"{name} is missing", hint))


def plain(node: Node) -> Any:  # noqa: ANN401 - any YAML value
    """Return the plain data of a tree; its mappings know where they stand."""
    if isinstance(node.value, Mapping):
        return Placed(((key, plain(child)) for key, child in node.value.items()), node)
    if isinstance(node.value, tuple):
        return tuple(plain(child) for child in node.value)
    return node.value


def read[T](
    kind: type[T], node: Node, reading: Reading, what: str = "this", data: object = None
) -> T | None:
    """Return what a tree holds, or None with all that is wrong with it noted.

    Parameters
    ----------
    kind : type
        A `Form`, or any type that pydantic validates.
    node : Node
    reading : Reading
    what : str, optional
        What the whole is called in a message.
    data : optional
        The plain data of the tree, where something in it was looked up already.
    """
    if node.value is Broken.VALUE:
        return None
    before = len(reading.problems)
    try:
        found = adapter(cast("Any", kind)).validate_python(
            plain(node) if data is None else data, context=reading
        )
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            reading.problems += told(detail, node, what, reading.problems)
        return None
    return found if len(reading.problems) == before else None


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type, even one of a union
    """Return what validates a type, made once."""
    return TypeAdapter(kind)


def told(error: ErrorDetails, node: Node, what: str, problems: Problems) -> Iterator[Problem]:
    """Yield an error of pydantic as problems at their places in a tree.

    What could not be read, and keys that are missing, were noted before.
    """
    node, steps = _down(node, error["loc"])
    if error["type"] == "missing" or node.value is Broken.VALUE:
        return
    what = next((step for step in reversed(steps) if isinstance(step, str)), what)
    for fault in faults(error):
        at, _ = _down(node, fault.below)
        if at.value is Broken.VALUE:
            continue
        mark = at.place if fault.at_key else at.mark
        hint = fault.hint if isinstance(fault.hint, str) or len(problems) < HINTED else None
        if callable(hint):
            hint = hint()
        elif hint is not None:
            hint = hint.replace("{value}", describe(at))
        yield mark.problem(fault.text(what, describe(at)), hint)


def faults(error: ErrorDetails) -> tuple[Fault, ...]:
    """Return what an error of pydantic says, in our words."""
    kind, message = error["type"], str(error["msg"])
    if kind == "refused":
        return cast("tuple[Fault, ...]", error["ctx"]["faults"])
    if kind in _MAPPINGS:
        return (Fault("{what} must be a mapping, not {value}", at_key=True),)
    if kind in _LISTS:
        return (Fault("{what} must be a list, not {value}", at_key=True),)
    if kind == "value_error":
        return (Fault("{said}", words={"said": message.removeprefix("Value error, ")}),)
    return (Fault("{what}: {said}", words={"said": message[0].lower() + message[1:]}),)


def _down(node: Node, loc: Iterable[str | int]) -> tuple[Node, list[str | int]]:
    """Return the node to which keys lead, and the keys that were followed.

    Steps that are no keys are passed over: pydantic names the member of a union as well.
    """
    followed: list[str | int] = []
    for step in loc:
        inside = node.value
        if isinstance(inside, Mapping) and step in inside:
            node = inside[cast("str", step)]
        elif isinstance(inside, tuple) and isinstance(step, int):
            node = inside[step]
        else:
            continue
        followed.append(step)
    return node, followed
