"""The model ecosystems: who they are and what part they play, in the order that every array uses.

An ecosystem is a row of ``ecosystems.csv``. Whatever one of them alone does in the model is a
column there, so that no code names an ecosystem to find it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import InputError, Problem
from sim.evidence.axes import BLOCS, ECOSYSTEMS, NESTS, WAYS
from sim.evidence.tables import read as read_table

TABLE = "ecosystems.csv"

OF_ONE = ("incumbent", "china_start")
"""Parts that one ecosystem plays."""

ROLES = (*OF_ONE, "listed")
"""Columns that say what part an ecosystem plays, 1 or 0."""


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One ecosystem.

    Parameters
    ----------
    id, title : str
        Name in data and code, name for readers.
    bloc, nest : str
        One of ``BLOCS``, one of ``NESTS``.
    alignment : float
        ``b_k``: +1 with the United States, -1 with China, dimensionless.
    open : bool
        Whether its weights can be had.
    incumbent : bool
        Whether developers of all nations but China begin with it, and its pull is felt.
    china_start : bool
        Whether China's developers begin with it.
    listed : bool
        Whether its makers are the providers that list the nations they serve.
    """

    id: str
    title: str
    bloc: str
    nest: str
    alignment: float
    open: bool
    incumbent: bool
    china_start: bool
    listed: bool

    @property
    def sovereign(self) -> bool:
        """Whether it stands for what each nation makes itself."""
        return self.bloc == "sovereign"

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways by which it can be had: all three where weights are open, else the maker's."""
        return WAYS if self.open else WAYS[:1]


def read() -> tuple[Ecosystem, ...]:
    """Return the ecosystems in the order of ``ECOSYSTEMS``.

    Raises
    ------
    InputError
        If the table is damaged, does not hold each ecosystem once, or gives a part that is for one
        to none or to several.
    """
    columns = ("ecosystem", "title", "bloc", "nest", "alignment", *ROLES, "source", "status")
    known: dict[str, Ecosystem] = {}
    for row in read_table(TABLE, columns):
        name = row.choice("ecosystem", ECOSYSTEMS)
        if name in known:
            raise InputError(row.problem(f"the ecosystem {name!r} stands twice", "ecosystem"))
        nest = row.choice("nest", NESTS)
        known[name] = Ecosystem(
            id=name,
            title=row.text("title"),
            bloc=row.choice("bloc", BLOCS),
            nest=nest,
            alignment=row.number("alignment", -1.0, 1.0),
            open=nest == "open",
            **{role: row.flag(role) for role in ROLES},
        )
    for role in OF_ONE:
        one_with(role, tuple(known.values()))
    return tuple(known.values())


def one_with(role: str, ecosystems: Sequence[Ecosystem]) -> int:
    """Return the position of the one ecosystem that plays a part of `OF_ONE`.

    Raises
    ------
    InputError
        If none does, or several do.
    """
    places = [place for place, one in enumerate(ecosystems) if getattr(one, role)]
    if len(places) != 1:
        named = ", ".join(ecosystems[place].id for place in places) or "no ecosystem"
        hint = f"write 1 in the column {role!r} of one row, 0 in all others"
        raise InputError(Problem(f"{named} has the part {role!r}", TABLE, hint=hint))
    return places[0]
