"""What there is: rows for ``sim list``, and one thing in full for ``sim show``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli import search
from sim.cli.kinds import KINDS, Fields, Kind
from sim.errors import InputError, Problem, cited, nearest
from sim.evidence.parameters import current

if TYPE_CHECKING:
    from sim.scenario.paths import Override

OVERVIEW: tuple[str, ...] = ("name", "count", "title")
"""What one line of the list of kinds shows."""


def kind_of(name: str) -> Kind:
    """Return a kind by its name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in KINDS:
        hint = nearest(name, KINDS) or f"one of {', '.join(KINDS)}"
        raise InputError(Problem(f"nothing of the kind {name!r} can be listed", hint=hint))
    return KINDS[name]


def rows(kind: str, words: list[str]) -> list[Fields]:
    """Return what there is of one kind, as far as every word occurs in it.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    words : list of str
        What to look for; see `sim.cli.search.found`.

    Raises
    ------
    InputError
        If the kind is unknown.
    """
    asked = kind_of(kind)
    return [asked.listed(row) for row in asked.fold(search.found(asked.rows(), words))]


def overview() -> list[Fields]:
    """Return one row for each kind, with how many there are."""
    return [
        {"name": kind.name, "title": kind.title, "kind": "kind", "count": len(kind.named())}
        for kind in KINDS.values()
    ]


def missing(kind: str, words: list[str]) -> str:
    """Return a sentence that says that nothing of a kind has the words, and what to try."""
    return search.missing(kind_of(kind), words)


def find(name: str, overrides: Sequence[Override] = ()) -> Fields:
    """Return everything that is known of a name, with its ``kind``.

    Parameters
    ----------
    name : str
        A name or alias of any kind; small and capital letters are one where no name is exactly
        that. With a kind before it, as in ``drivers.lag``, only that kind is looked through. The
        path of a file means the scenario or the study in it.
    overrides : sequence of str or (str, value), optional
        Over what a scenario or a study says; nothing else takes any.

    Returns
    -------
    dict
        What is known. Where other kinds have the name too, ``also`` says how to ask for these.

    Raises
    ------
    InputError
        If nothing has the name, the file is wrong, or there are overrides and what has the name
        takes none.
    """
    from sim.scenario.places import is_path
    from sim.study.sweeps.study_file import is_study

    if is_path(name):
        return KINDS["studies" if is_study(Path(name)) else "scenarios"].full(name, overrides)
    head, _, rest = name.partition(".")
    within = [KINDS[head]] if head in KINDS and rest else list(KINDS.values())
    asked = rest if head in KINDS and rest else name
    known = {kind.name: kind.named() for kind in within}
    matches = list(_matches(asked, known, exactly=True))
    if not matches and "parameters" in known:
        asked = current(asked)
    matches = matches or list(_matches(asked, known, exactly=False))
    if not matches:
        raise InputError(Problem(f"nothing is named {cited(name)}", hint=_hint(asked, known)))
    (kind, names), *others = matches
    if overrides and not kind.focused:
        message = f"{cited(asked)} is a {kind.singular}, and only a scenario or a study has a focus"
        raise InputError(Problem(message, "--focus", hint="leave it out"))
    if len(names) == 1:
        shown = kind.full(names[0], overrides)
    else:
        shown = {"name": asked, "kind": kind.singular, "rows": [kind.full(one) for one in names]}
    also = [f"{other.name}.{ones[0]}" for other, ones in others]
    return shown | ({"also": also} if also else {})


def _matches(
    asked: str, known: Mapping[str, Mapping[str, tuple[str, ...]]], *, exactly: bool
) -> Iterator[tuple[Kind, list[str]]]:
    """Yield each kind that has the name, with the names of the rows that it stands for."""

    def same(one: str) -> bool:
        return one == asked if exactly else one.casefold() == asked.casefold()

    for kind, names in known.items():
        if any(same(name) for name in names):
            yield KINDS[kind], [next(name for name in names if same(name))]
            continue
        several = [name for name, aliases in names.items() if any(map(same, aliases))]
        if several:
            yield KINDS[kind], several


def _hint(asked: str, known: Mapping[str, Mapping[str, Iterable[str]]]) -> str:
    names = [name for ones in known.values() for name in ones]
    aliases = [alias for ones in known.values() for more in ones.values() for alias in more]
    return nearest(asked, names) or nearest(asked, aliases) or "sim list shows what there is"
