"""What the groups of a result are called: a run of some nations has no world in it.

Files name the group of all nations of a run ``world``, whatever they are. Readers are told which
nations those are: by name where it is one or a group, by number where they are several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.ensemble.record import Tables
from sim.evidence import Nations
from sim.report import style, tables
from sim.scenario.changes import named

WHOLE = "world"
LISTED = 12
"""Nations that are listed by name at most."""

_WITH_ARTICLE = ("United ", "Netherlands", "Philippines")


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of the groups and nations of one result.

    Parameters
    ----------
    called : mapping of str to str
        ISO3 to name.
    part : str
        Name of all the nations of the run, such as ``Brazil`` or ``7 nations``; empty where they
        are the whole world.
    where : str
        The same after its preposition, such as ``in these 7 nations``.
    listed : str
        The nations by name, where they are several and not too many to list.
    """

    called: Mapping[str, str]
    part: str = ""
    where: str = ""
    listed: str = ""

    def name(self, group: str) -> str:
        """Return the plain name of a group or a nation."""
        if group == WHOLE and self.part:
            return self.part
        return self.called.get(group) or style.group_name(group)

    def in_words(self, group: str) -> str:
        """Return a group or a nation after its preposition."""
        if group == WHOLE and self.part:
            return self.where
        if group in self.called:
            return _within(self.called[group])
        return style.in_words(group)

    def titled(self, title: str) -> str:
        """Return a title that says which nations were run, where that is not the world."""
        return f"{title}, {self.part} alone" if self.part else title

    @property
    def note(self) -> str:
        """A sentence on who is in the run; empty where it is the world."""
        if not self.part:
            return ""
        listed = f" ({self.listed})" if self.listed else ""
        return (
            f"This run holds {self.part}{listed} alone: no other nation is in any group, curve or "
            "table."
        )


def known_names() -> Nations:
    """Return the nations of the evidence."""
    from sim import evidence

    return evidence.load().nations


def naming(result: Tables, shown: tables.Curves, names: Nations | None = None) -> Naming:
    """Return what the groups of a result are called.

    Parameters
    ----------
    result : Result
        Whose scenario says which nations it is about.
    shown : Curves
        Its curves, which hold every nation of the run.
    names : Nations, optional
        Names of nations; those of the evidence by default.
    """
    return of_nations(result.scenario.nations, shown.nations, names)


def of_document(document: Mapping[str, Any]) -> Naming:
    """Return what the groups of runs of a scenario are called, from its document in a manifest."""
    from sim.scenario import load
    from sim.scenario.nations import table

    if document["nations"] in (None, WHOLE):
        return of_nations(None, ())
    scenario = load(document)
    return of_nations(scenario.nations, table(scenario).iso3)


def of_nations(chosen: object, run: Sequence[str], names: Nations | None = None) -> Naming:
    """Return what the groups of runs are called.

    Parameters
    ----------
    chosen : str, tuple of str, NationTable or None
        The nations as a scenario names them.
    run : sequence of str
        ISO3 codes of all of them.
    names : Nations, optional
        Names of nations; those of the evidence by default.
    """
    known = known_names() if names is None else names
    called = dict(zip(known.iso3, known.name, strict=True))
    if chosen in (None, WHOLE) or set(known.iso3) <= set(run):
        return Naming(called)
    if len(run) == 1:
        name = called.get(run[0], run[0])
        return Naming(called, name, _within(name))
    if isinstance(chosen, str):
        return Naming(called, style.group_name(chosen), style.in_words(chosen))
    listed = ", ".join(sorted(called.get(code, code) for code in run))
    few = len(run) <= LISTED
    count = f"{len(run)} nations"
    return Naming(called, count, f"in these {count}", listed if few else "")


def _within(name: str) -> str:
    return f"in the {name}" if name.startswith(_WITH_ARTICLE) else f"in {name}"


def distinct(shown: tables.Curves, groups: Sequence[str]) -> list[str]:
    """Return groups without those whose curves an earlier one has already.

    In a run of some nations two groups may hold the same ones: Brazil alone is all there is of
    its region, of the Global South and of the run.
    """
    found: list[str] = []
    for group in groups:
        own = shown.values[:, shown.groups.index(group)]
        if not any(
            np.array_equal(own, shown.values[:, shown.groups.index(other)]) for other in found
        ):
            found.append(group)
    return found


def code_of(word: str, held: Iterable[str]) -> str:
    """Return which of some groups and nations a word means: by slug, code, name or title.

    A word that means none is returned as it is, for the caller to refuse.
    """
    own = tuple(held)
    if word in own:
        return word
    titles = {style.group_name(slug).casefold(): slug for slug in own}
    return titles.get(word.casefold(), named(word))
