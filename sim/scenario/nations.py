"""Which nations a scenario is about: all, a group, a list, or a user's own table."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from sim import evidence
from sim.errors import InputError, Problem, cited
from sim.scenario import fields, places, vocabulary, walk
from sim.scenario.document import NationTable, Scenario
from sim.scenario.tree import Broken, Node, describe

Choice = str | tuple[str, ...] | NationTable | None

_FORMS = "a group's slug, a list of ISO3 codes, or the path of a table that ends in .csv"
FOCUS = "focus"
"""The word that stands for the nations on which a scenario is focused."""

_CODES = 3
"""Nations whose codes name a folder at most."""

SLUG = re.compile(r"[a-z][a-z0-9_]*")
SLUG_FORM = "small letters, digits and underscores, a letter first"


def table(scenario: Scenario) -> evidence.Nations:
    """Return the nations of a scenario, ready to be run.

    Raises
    ------
    InputError
        If a user's table is wrong; a loaded scenario has been checked already.
    """
    return _chosen(evidence.load(), scenario.nations)


@lru_cache(maxsize=8)
def _chosen(_: evidence.Evidence, chosen: Choice) -> evidence.Nations:
    known = whole(chosen)
    if chosen is None or isinstance(chosen, NationTable):
        return known
    return known.select(_members(chosen, known) if isinstance(chosen, str) else chosen)


def whole(chosen: Choice) -> evidence.Nations:
    """Return the table that a choice of nations is made from: the user's, or the project's."""
    return _from_text(chosen) if isinstance(chosen, NationTable) else evidence.load().nations


def label(chosen: Choice) -> str:
    """Return a short name for a choice of nations that can stand in a path; empty for all.

    One to three nations are named by their codes, more by their number, a group by its slug and a
    table by its file.
    """
    if chosen in (None, "world"):
        return ""
    if isinstance(chosen, NationTable):
        return re.sub(r"[^A-Za-z0-9_]+", "_", Path(chosen.name).stem).strip("_") or "table"
    if isinstance(chosen, tuple):
        return "-".join(chosen) if len(chosen) <= _CODES else f"{len(chosen)}-nations"
    return str(chosen)


def groups(scenario: Scenario, nations: evidence.Nations) -> dict[str, tuple[str, ...]]:
    """Return every group that holds at least one of the nations: slug to ISO3 codes.

    The scenario's own groups come last.
    """
    found = {slug: _members(slug, nations) for slug in nations.groups}
    return {slug: members for slug, members in (found | dict(scenario.groups)).items() if members}


def read(node: Node | None, problems: list[Problem]) -> tuple[Choice, evidence.Nations | None]:
    """Return the choice of nations and the table they stand in.

    Parameters
    ----------
    node : Node or None
        The value of ``nations``.
    problems : list of Problem
        Whatever is wrong is added here.

    Returns
    -------
    choice : str, tuple of str, NationTable or None
        As `Scenario` holds it.
    nations : Nations or None
        The nations themselves; None where the choice could not be read.
    """
    known = evidence.load().nations
    if node is None or node.value is None:
        return None, known
    given = node.value
    if isinstance(given, str) and given.endswith(".csv"):
        return _from_file(node, given, problems)
    if isinstance(given, Mapping):
        return _from_mapping(node, problems)
    if isinstance(given, str):
        return _from_word(node, given, known, problems)
    if isinstance(given, tuple):
        return _from_codes(node, known, problems)
    if given is not Broken.VALUE:
        problems.append(node.mark.problem(f"nations must be {_FORMS}, not {describe(node)}"))
    return None, None


def read_groups(
    node: Node | None, nations: evidence.Nations | None, problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """Return the scenario's own groups, all of whose members are among its nations."""
    if node is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for slug, child in (fields.mapping(node, None, problems, "groups") or {}).items():
        another = "choose another name for the group"
        if slug in vocabulary.groups():
            message = f"{slug!r} is already the name of a group"
            problems.append(child.place.problem(message, another))
        elif slug == FOCUS:
            message = f"{FOCUS!r} stands for the focus of the scenario"
            problems.append(child.place.problem(message, another))
        elif not SLUG.fullmatch(slug):
            message = f"{cited(slug)} cannot name a group"
            problems.append(child.place.problem(message, SLUG_FORM))
        codes = _codes(child, nations or evidence.load().nations, problems)
        if codes and SLUG.fullmatch(slug):
            found[slug] = codes
    return found


def codes(
    node: Node,
    known: evidence.Nations,
    own: Mapping[str, tuple[str, ...]],
    problems: list[Problem],
) -> tuple[str, ...] | None:
    """Return the ISO3 codes that a group's slug, a code or a list of codes stands for.

    Parameters
    ----------
    node : Node
    known : Nations
        Nations that may be named, and their groups.
    own : mapping of str to tuple of str
        The scenario's own groups.
    problems : list of Problem
        Whatever is wrong is added here; then None is returned.
    """
    given, before = node.value, len(problems)
    if isinstance(given, str):
        members = {**{slug: _members(slug, known) for slug in known.groups}, **own}
        if given in members:
            return members[given]
        listed = _listed(node, given, known)
        if listed is None:
            hint = vocabulary.place_hint(given, known, members)
            problems.append(
                node.mark.problem(f"{cited(given)} is neither a group nor a nation", hint)
            )
            return None
        node = listed
    elif not isinstance(given, tuple | Broken):
        message = f"nations are a group's slug or a list of ISO3 codes, not {describe(node)}"
        problems.append(node.mark.problem(message))
        return None
    found = _codes(node, known, problems)
    return found if len(problems) == before else None


def _members(slug: str, nations: evidence.Nations) -> tuple[str, ...]:
    inside = nations.groups[slug]
    return tuple(code for code, member in zip(nations.iso3, inside, strict=True) if member)


def _from_word(
    node: Node, word: str, known: evidence.Nations, problems: list[Problem]
) -> tuple[Choice, evidence.Nations | None]:
    if word in known.groups:
        return word, known.select(_members(word, known))
    listed = _listed(node, word, known)
    if listed is not None:
        return _from_codes(listed, known, problems)
    hint = vocabulary.place_hint(word, known, known.groups)
    problems.append(node.mark.problem(f"{cited(word)} is neither a group nor a nation", hint))
    return None, None


def _listed(node: Node, word: str, known: evidence.Nations) -> Node | None:
    """Return a code, or codes apart by commas, as the list that they stand for."""
    parts = [part.strip() for part in word.split(",")]
    if len(parts) == 1 and word not in known.iso3:
        return None
    return Node(tuple(Node(part, node.mark) for part in parts), node.mark, node.key)


def _from_codes(
    node: Node, known: evidence.Nations, problems: list[Problem]
) -> tuple[Choice, evidence.Nations | None]:
    codes = _codes(node, known, problems)
    return codes, known.select(codes) if codes else None


def _codes(node: Node, known: evidence.Nations, problems: list[Problem]) -> tuple[str, ...] | None:
    items = fields.items(node, problems, "a list of nations")
    if items is None:
        return None
    if not items:
        problems.append(node.place.problem("the list of nations is empty", "name at least one"))
    codes = []
    for item in items:
        code = fields.text(item, problems, "a nation")
        if code in known.iso3:
            codes.append(code)
        elif code is not None:
            problems.append(item.mark.problem(*_unknown(code, known, problems)))
    return tuple(sorted(set(codes)))


def _unknown(code: str, known: evidence.Nations, problems: list[Problem]) -> tuple[str, str | None]:
    few = len(problems) < walk.HINTED
    hint = vocabulary.place_hint(code, known) if few else None
    return f"the nation {cited(code)} is not in the table", hint


def _from_file(
    node: Node, given: str, problems: list[Problem]
) -> tuple[Choice, evidence.Nations | None]:
    beside = Path(node.mark.file) if node.mark.file and places.is_file(node.mark.file) else None
    file = (beside.parent if beside else Path.cwd()) / given
    if beside and not places.allowed(file, beside):
        hint = "a table lies in the file's own folder, in ./scenarios or among the shipped"
        problems.append(node.mark.problem(f"{cited(given)} is outside the scenario folders", hint))
        return None, None
    if not places.is_file(file):
        hint = "a path counts from the folder of the file that names it, or the current one"
        message = f"there is no table {cited(places.shown(file))}"
        problems.append(node.mark.problem(message, hint))
        return None, None
    try:
        nations = evidence.user_nations(places.shown(file))
        text = file.read_text(encoding="utf-8-sig")
    except InputError as error:
        problems += error.problems
        return None, None
    return NationTable(name=file.name, csv=text), nations


def _from_mapping(node: Node, problems: list[Problem]) -> tuple[Choice, evidence.Nations | None]:
    entries = fields.mapping(node, ("name", "csv"), problems, "nations") or {}
    fields.required(entries, ("name", "csv"), node.place, problems, "a table needs name and csv")
    name, text = (
        fields.text(entries[key], problems, key) if key in entries else None
        for key in ("name", "csv")
    )
    if name is None or text is None:
        return None, None
    chosen = NationTable(name=name, csv=text)
    try:
        return chosen, _from_text(chosen)
    except InputError as error:
        problems += error.problems
        return None, None


def _from_text(chosen: NationTable) -> evidence.Nations:
    # The evidence room reads files, and a resolved scenario refers to none: it gets one here.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nations.csv"
        file.write_text(chosen.csv, encoding="utf-8", newline="")
        try:
            return evidence.user_nations(file)
        except InputError as error:
            raise InputError(
                [dataclasses.replace(problem, file=chosen.name) for problem in error.problems]
            ) from error
