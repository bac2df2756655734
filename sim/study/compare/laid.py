"""Months, nations and groups of the compared scenarios, laid over a reference that has others.

A reference answers for its policies; who is simulated, how long, and which groups are shown is what
the question says. Runs can be paired only where these are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from sim.errors import InputError, Problem
from sim.scenario import Scenario


def laid_over(
    scenarios: Sequence[Scenario], reference: Scenario
) -> tuple[list[Scenario], Scenario, tuple[str, ...]]:
    """Return scenarios and reference with the same groups, and the reference in their world.

    Parameters
    ----------
    scenarios : sequence of Scenario
    reference : Scenario

    Returns
    -------
    scenarios : list of Scenario
        Each with the groups of all.
    reference : Scenario
        With those groups, and the months and nations of the scenarios where they agree on them.
    said : tuple of str
        A sentence on what was laid over the reference, ids between backticks; none where nothing
        was.

    Raises
    ------
    InputError
        If two of them mean different nations by one group.
    """
    changed: dict[str, Any] = {}
    words = []
    for field, word in (("period", "months"), ("nations", "nations")):
        theirs = [getattr(one, field) for one in scenarios]
        if all(value == theirs[0] for value in theirs) and theirs[0] != getattr(reference, field):
            changed[field] = theirs[0]
            words.append(word)
    # Groups of the reference may hold nations that are not in the run once others are laid over it.
    every = _groups(scenarios if "nations" in changed else [*scenarios, reference])
    if set(every) - set(reference.groups):
        words.append("groups")
    said: tuple[str, ...] = ()
    if words:
        *before, last = words
        listed = f"{', '.join(before)} and {last}" if before else last
        names = " and ".join(dict.fromkeys(f"`{one.name}`" for one in scenarios))
        said = (
            f"`{reference.name}` is run with the {listed} of {names}, so that runs can be paired.",
        )
    groups = {"groups": MappingProxyType(dict(sorted(every.items())))}
    return (
        [one.model_copy(update=groups) for one in scenarios],
        reference.model_copy(update=groups | changed),
        said,
    )


def _groups(scenarios: Sequence[Scenario]) -> dict[str, tuple[str, ...]]:
    """Return the groups of all scenarios together."""
    found: dict[str, tuple[str, ...]] = {}
    for one in scenarios:
        for slug, members in one.groups.items():
            if found.setdefault(slug, members) != members:
                raise InputError(
                    Problem(
                        f"the group {slug} holds other nations in {one.name} than elsewhere",
                        path="groups",
                        hint="give one of the two another name",
                    )
                )
    return found
