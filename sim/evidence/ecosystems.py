"""The seven model ecosystems: who they are, in the order that every array uses."""

from __future__ import annotations

from dataclasses import dataclass

from sim.evidence.axes import BLOCS, ECOSYSTEMS, NESTS, WAYS
from sim.evidence.tables import read as read_table


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
    """

    id: str
    title: str
    bloc: str
    nest: str
    alignment: float
    open: bool

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways by which it can be had: all three where weights are open, else the maker's."""
        return WAYS if self.open else WAYS[:1]


def read() -> tuple[Ecosystem, ...]:
    """Return the ecosystems in the order of ``ECOSYSTEMS``.

    Raises
    ------
    InputError
        If the table is damaged or does not hold each ecosystem once.
    """
    columns = ("ecosystem", "title", "bloc", "nest", "alignment", "source", "status")
    rows = read_table("ecosystems.csv", columns)
    known = {}
    for row in rows:
        name = row.choice("ecosystem", ECOSYSTEMS)
        nest = row.choice("nest", NESTS)
        known[name] = Ecosystem(
            id=name,
            title=row.text("title"),
            bloc=row.choice("bloc", BLOCS),
            nest=nest,
            alignment=row.number("alignment", -1.0, 1.0),
            open=nest == "open",
        )
    return tuple(known[name] for name in ECOSYSTEMS)
