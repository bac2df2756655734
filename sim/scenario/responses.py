"""Responses: what others do once they see a sign, each in a file of its own.

A scenario names them in ``responses``; a resolved one carries them whole. A response is the
entries of levers of one actor, each of which waits for a condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from pydantic import field_validator

from sim.errors import cited, nearest
from sim.scenario import levers, merge, places
from sim.scenario.entry import LeverEntry, Slug
from sim.scenario.fields import Line
from sim.scenario.lever_effect import sourced
from sim.scenario.tree import Broken, Mark, Node, describe
from sim.scenario.walk import Fault, Form, Problems, refusal, refuse

FIRMS = "firms"
"""Who answers beside the actors of the table of levers."""


class Response(Form):
    """What an actor does once it sees a sign.

    Attributes
    ----------
    name : str
        That of its file.
    title, description : str
    actor : str
        As in the table of levers, or ``firms``.
    source : str
        Source ids separated by ``;``, or ``judgement``: why this actor would act so.
    levers : tuple of LeverEntry
        Each waits for a sign.
    """

    CALLED: ClassVar[str] = "a response"
    NEEDS: ClassVar[str] = "a response needs title, actor, source and levers"

    name: Slug
    title: Line
    description: Line = ""
    actor: Line
    source: Line
    levers: tuple[LeverEntry, ...]

    @field_validator("actor")
    @classmethod
    def _acts(cls, actor: str) -> str:
        known = actors()
        if actor not in known:
            hint = partial(_nearest, actor)
            raise refuse("unknown actor {word}", hint, word=cited(actor))
        return actor

    @field_validator("source")
    @classmethod
    def _cited(cls, source: str) -> str:
        return sourced(source)

    @field_validator("levers")
    @classmethod
    def _wait(cls, entries: tuple[LeverEntry, ...]) -> tuple[LeverEntry, ...]:
        if not entries:
            raise refusal(Fault("a response without levers answers nothing", at_key=True))
        hint = "give when, with a metric and above or below"
        dated = [
            Fault("a response waits for a sign", hint, at_key=True, below=(n,))
            for n, entry in enumerate(entries)
            if entry.when is None
        ]
        if dated:
            raise refusal(*dated)
        return tuple(sorted(entries, key=lambda entry: entry.order))


def actors() -> tuple[str, ...]:
    """Return who may answer."""
    return tuple(sorted({lever.actor for lever in levers.read().values()} | {FIRMS}))


def _nearest(actor: str) -> str:
    return nearest(actor, actors()) or f"one of {', '.join(actors())}"


def folders() -> list[Path]:
    """Return where files of responses lie, those that go before others first."""
    return [places.here("responses"), places.local() / "responses", places.shipped() / "responses"]


def known() -> dict[str, Path]:
    """Return the file of every response that may be named."""
    found: dict[str, Path] = {}
    for folder in folders():
        if folder.is_dir():
            for file in sorted(folder.iterdir()):
                if file.suffix in places.ENDINGS and places.is_file(file):
                    found.setdefault(file.stem, file)
    return found


def is_response(file: str | Path) -> bool:
    """Return whether a path is that of a response: a YAML file in a folder of that name."""
    place = Path(file)
    return place.suffix in places.ENDINGS and place.resolve().parent.name == "responses"


def expand(tree: Node, problems: Problems) -> Node:
    """Return a merged tree in which the names of responses stand for what their files say.

    Parameters
    ----------
    tree : Node
        A mapping with all bases merged in.
    problems : list of Problem
        Names without a file, files that cannot be read and names that stand twice are noted.
    """
    inside = tree.value if isinstance(tree.value, Mapping) else {}
    named = inside.get("responses")
    if named is None or named.value is None or named.value is Broken.VALUE:
        return _with(tree, None) if named is not None else tree
    if isinstance(named.value, str):
        named = Node((named,), named.mark, named.key)
    if not isinstance(named.value, tuple):
        hint = "the names of some: sim list responses shows what there is"
        message = f"responses must be a list, not {describe(named)}"
        problems.append(named.place.problem(message, hint))
        return _with(tree, None)
    found, seen = [], set()
    for item in named.value:
        response = _response(item, problems)
        if response is None:
            continue
        name = response.value["name"].value if isinstance(response.value, Mapping) else None
        if name in seen:
            message = f"the response {cited(str(name))} stands twice"
            problems.append(item.place.problem(message, "name it once"))
        seen.add(name)
        found.append(response)
    return _with(tree, Node(tuple(found), named.mark, named.key))


def _with(tree: Node, responses: Node | None) -> Node:
    assert isinstance(tree.value, Mapping)  # noqa: S101 - its caller has looked
    inside = {key: node for key, node in tree.value.items() if key != "responses"}
    if responses is not None:
        inside["responses"] = responses
    return Node(inside, tree.mark, tree.key)


def _response(item: Node, problems: Problems) -> Node | None:
    """Return the tree of a response: its file's, or what stands there in full."""
    if item.value is Broken.VALUE:
        return None
    if isinstance(item.value, Mapping) and "name" in item.value:
        return item
    if not isinstance(item.value, str):
        message = f"a response must be a name, not {describe(item)}"
        problems.append(item.place.problem(message, "put it in a file of ./responses and name it"))
        return None
    files = known()
    if item.value not in files:
        hint = nearest(item.value, files) or f"one of {', '.join(files)}"
        problems.append(item.mark.problem(f"no response is named {cited(item.value)}", hint))
        return None
    return read(files[item.value], problems)


def read(file: Path, problems: Problems) -> Node | None:
    """Return the tree of a file of a response, its name among it."""
    tree = merge.read_file(file, problems)
    if tree is None:
        return None
    assert isinstance(tree.value, Mapping)  # noqa: S101 - what reads a file refuses all else
    name = Node(places.for_a_folder(file.stem, "response"), Mark(places.shown(file)))
    return Node({**tree.value, "name": name}, tree.mark, tree.key)
