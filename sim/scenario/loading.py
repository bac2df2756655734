"""From a name, a path or a mapping to a scenario, and the list of what there is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sim.errors import InputError, Problem, cited, nearest
from sim.scenario import check, merge, paths, places, responses
from sim.scenario.document import Scenario
from sim.scenario.paths import Override
from sim.scenario.tree import Broken, Mark, Node, plant

Source = str | os.PathLike[str] | Mapping[str, object] | Scenario


def load(source: Source, overrides: Sequence[Override] = ()) -> Scenario:
    """Return a scenario, resolved and checked.

    Parameters
    ----------
    source : str, path, mapping or Scenario
        A name (looked up in ``./scenarios``, then among the shipped), the path of a YAML file,
        what such a file could hold, or a scenario.
    overrides : sequence of str or (str, value), optional
        ``"PATH=VALUE"``, or the two apart, over what the source says.

    Raises
    ------
    InputError
        With everything that is wrong, each with file, line, column and a hint.

    Examples
    --------
    >>> load("baseline", ["ensemble.runs=50"]).ensemble.runs
    50
    """
    problems: list[Problem] = []
    scenario = _load(source, overrides, problems)
    if scenario is None or problems:
        raise InputError(_in_order(problems, source))
    return scenario


def validate(sources: Iterable[Source], overrides: Sequence[Override] = ()) -> list[Problem]:
    """Return everything that is wrong with some scenarios; an empty list means all is well.

    Parameters
    ----------
    sources : iterable of str or path
        Names or paths of files.
    overrides : sequence of str or (str, value), optional
        As in `load`, over what each of them says.
    """
    found: dict[Problem, None] = {}
    for source in sources:
        problems: list[Problem] = []
        _load(source, overrides, problems)
        found |= dict.fromkeys(_in_order(problems, source))
    return list(found)


def validate_response(
    file: str | os.PathLike[str], overrides: Sequence[Override] = ()
) -> list[Problem]:
    """Return everything that is wrong with the file of a response, as a baseline would name it."""
    problems: list[Problem] = []
    answer = responses.read(Path(file), problems)
    _, base, place = _start("baseline", problems)
    if answer is not None and base is not None:
        merged = merge.inherit(base, place, problems)
        inside = cast("Mapping[str, Node]", merged.value)
        named = Node({**inside, "responses": Node((answer,), answer.mark)}, merged.mark)
        check.scenario(paths.apply(named, overrides, problems), "baseline", problems)
    return _in_order(problems, file)


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario that can be loaded by its name."""

    name: str
    title: str
    file: str
    shipped: bool
    topic: str = ""


def names() -> list[Listed]:
    """Return the local and the shipped scenarios, by name, with their titles.

    A file that cannot be read is listed without a title; `validate` says what is wrong with it.
    """
    shipped = places.shipped().resolve()
    found = []
    for name, file in sorted(places.known().items()):
        tree = merge.read_file(file, [])
        title, topic = _text(tree, "title"), _text(tree, "topic")
        own = file.resolve().parent == shipped
        found.append(Listed(name, title, places.shown(file), own, topic))
    return found


def _text(tree: Node | None, key: str) -> str:
    """Return a text that a file states itself, empty where it does not."""
    if tree is None or not isinstance(tree.value, Mapping) or key not in tree.value:
        return ""
    text = tree.value[key].value
    return " ".join(text.split()) if isinstance(text, str) else ""


def _load(
    source: Source, overrides: Sequence[Override], problems: list[Problem]
) -> Scenario | None:
    name, tree, file = _start(source, problems)
    if tree is None:
        return None
    merged = merge.inherit(tree, file, problems)
    given = responses.expand(paths.apply(merged, overrides, problems), problems)
    found = check.scenario(given, name, problems)
    if not problems:
        # What a later override replaces is wrong all the same.
        for override in paths.replaced(overrides):
            alone: list[Problem] = []
            given = responses.expand(paths.apply(merged, [override], alone), alone)
            check.scenario(given, name, alone)
            problems += (problem for problem in alone if problem.file == paths.FILE)
    return found


def _start(source: Source, problems: list[Problem]) -> tuple[str, Node | None, Path | None]:
    if isinstance(source, Scenario):
        source = source.document()
    if isinstance(source, Mapping):
        tree = plant(source, Mark(None), problems)
        return "scenario", None if tree.value is Broken.VALUE else tree, None
    file = _find(source, problems)
    if file is None:
        return "", None, None
    return file.stem, merge.read_file(file, problems), file


def _find(source: object, problems: list[Problem]) -> Path | None:
    if not isinstance(source, str | os.PathLike):
        message = f"a {type(source).__name__} is not a scenario"
        problems.append(Problem(message, hint="give a name, a path or a mapping"))
        return None
    text = os.fspath(source)
    if not isinstance(source, str) or places.is_path(text):
        return Path(text)
    known = places.known()
    if text not in known and places.is_file(text):
        return Path(text)
    if text not in known:
        hint = nearest(text, known) or f"one of {', '.join(known)}"
        problems.append(Problem(f"no scenario is named {cited(text)}", hint=hint))
    return known.get(text)


def _in_order(problems: Iterable[Problem], source: Source) -> list[Problem]:
    """Sort by place within each file, the source's own file first; no doubles."""
    unique = list(dict.fromkeys(problems))
    own = (places.shown(Path(source)),) if isinstance(source, str | os.PathLike) else ()
    files = list(dict.fromkeys((*own, *(problem.file for problem in unique))))
    return sorted(
        unique,
        key=lambda found: (files.index(found.file), found.line or 0, found.column or 0),
    )
