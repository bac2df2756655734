"""Plain data of a file that still knows where its entries stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.errors import Problem
from sim.scenario.tree import Broken, Mark, Node

NOWHERE = Mark(None)


class Placed(dict[str, Any]):
    """A mapping of plain data with the places of its entries.

    Made of entries alone, as `dataclasses.asdict` makes it, it has no place.

    Parameters
    ----------
    entries : mapping or iterable of pairs
    mark : Mark
        Where the mapping stands.
    marks : mapping of str to Mark
        Where each key stands.
    """

    def __init__(
        self,
        entries: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        mark: Mark = NOWHERE,
        marks: Mapping[str, Mark] | None = None,
    ) -> None:
        super().__init__(entries)
        self.mark, self.marks = mark, {} if marks is None else dict(marks)


def plain(node: Node) -> Any:  # noqa: ANN401 - any YAML value
    """Return the plain data of a node; its mappings know where they stand."""
    if isinstance(node.value, Mapping):
        entries = {key: plain(child) for key, child in node.value.items()}
        return Placed(entries, node.place, {k: child.place for k, child in node.value.items()})
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return None if node.value is Broken.VALUE else node.value


def problem(
    given: object, key: str, where: str, message: str, hint: str | None = None, path: str = ""
) -> Problem:
    """Return a problem at the place of a key; of one that is missing, at that of the mapping.

    Parameters
    ----------
    given : mapping
        In which the key is; any that is not `Placed` has no place but a name.
    key : str
    where : str
        Name of the study, where there is no place.
    message : str
    hint : str, optional
    path : str
        What is wrong, where there is no place; the key by default.
    """
    if not isinstance(given, Placed):
        return Problem(message, where, path=path or key, hint=hint)
    mark = given.marks.get(key, given.mark)
    return mark.problem(message, hint)
