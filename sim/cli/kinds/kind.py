"""What a kind of thing is: a table of rows, and how one of them is shown in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.cli.output import Table
from sim.evidence import load

Fields = dict[str, Any]
Names = Mapping[str, tuple[str, ...]]
"""Every name of a kind with its aliases."""


@dataclass(frozen=True)
class Row:
    """One thing that can be looked up.

    Parameters
    ----------
    name : str
        What it is called in files and commands.
    title : str
        What it is, in words.
    fields : mapping
        What a list shows of it beside name, title, kind and tags; plain data.
    tags : tuple of str
        Words that put it together with others: actor, drivers, ecosystems, groups and the like.
    aliases : tuple of str
        Other names by which it is shown; several rows may share one.
    words : str
        More text that a search looks through.
    """

    name: str
    title: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    words: str = ""

    @property
    def texts(self) -> tuple[str, str, str]:
        """What a search looks through: name and title, tags, everything else in words."""
        said = [value for value in self.fields.values() if isinstance(value, str)]
        rest = " ".join((*said, *self.aliases, self.words))
        return f"{self.name} {self.title}", " ".join(self.tags), rest


def _unfolded(rows: list[Row]) -> list[Row]:
    return rows


@dataclass(frozen=True)
class Kind:
    """A kind of thing: its rows, and what is shown of one.

    Parameters
    ----------
    name, singular : str
        ``levers``, ``lever``.
    title : str
        What they are, in words.
    columns : tuple of str
        What one line of text shows; JSON holds everything.
    rows : callable
        Returns every row.
    show : callable, optional
        From a name to everything that is known of it; without one, what the row holds.
    more : callable, optional
        From a row to what is known of it beside title and fields, in place of its tags.
    fold : callable, optional
        From the rows that a search found to those that a list shows; without one, the same.
    names : callable, optional
        Returns every name, where that is quicker than the rows and none has an alias.
    focused : bool
        Whether one may be shown under overrides, such as a focus, which ``show`` then takes too.
    """

    name: str
    singular: str
    title: str
    columns: tuple[str, ...]
    rows: Callable[[], list[Row]]
    show: Callable[..., Fields] | None = None
    more: Callable[[Row], Fields] | None = None
    fold: Callable[[list[Row]], list[Row]] = _unfolded
    names: Callable[[], Iterable[str]] | None = None
    focused: bool = False

    def named(self) -> Names:
        """Return every name with its aliases."""
        if self.names is not None:
            return dict.fromkeys(self.names(), ())
        return {row.name: row.aliases for row in self.fold(self.rows())}

    def listed(self, row: Row) -> Fields:
        """Return what a list holds of a row."""
        head = {"name": row.name, "title": row.title, "kind": self.singular}
        return head | dict(row.fields) | {"tags": list(row.tags)}

    def full(self, name: str, overrides: Sequence[object] = ()) -> Fields:
        """Return everything that is known of one of its names."""
        head = {"name": name, "kind": self.singular}
        if self.show is not None:
            return head | (self.show(name, overrides) if self.focused else self.show(name))
        row = next(row for row in self.fold(self.rows()) if row.name == name)
        if self.more is None:
            return head | self.listed(row)
        return head | {"title": row.title} | dict(row.fields) | self.more(row)


def several(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell apart by semicolons."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def cited(cells: Iterable[str]) -> Table:
    """Return the works behind the ids of some source cells, each once; judgement is none."""
    known = load().sources
    ids = dict.fromkeys(name for cell in cells for name in several(cell) if name in known)
    return Table(
        [
            {
                "source": name,
                "date": known[name].date,
                "title": known[name].title,
                "publisher": known[name].publisher,
                "url": known[name].url,
            }
            for name in ids
        ],
        ("source", "date", "title"),
    )
