"""What can go wrong, as types a caller can tell apart.

::

    SimError
    ├── InputError (also ValueError)   something the user wrote is wrong; carries every problem
    ├── RunError                       a replicate failed; carries its number
    └── StoreError (also OSError)      a file or folder could not be read or written
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and what would be right.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    file : str, optional
        File as the user named it.
    line, column : int, optional
        Place in the file, counted from 1.
    path : str, optional
        Key path inside the document, such as ``levers[0].strength``.
    hint : str, optional
        What would be right.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        head = f"{place}: " if place else ""
        middle = f"{self.path}: " if self.path else ""
        tail = f" ({self.hint})" if self.hint else ""
        return f"{head}{middle}{self.message}{tail}"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fields as a plain mapping, for JSON."""
        return asdict(self)


class SimError(Exception):
    """Any error that this package raises on purpose."""


class InputError(SimError, ValueError):
    """What the user gave is wrong.

    Parameters
    ----------
    problems : Problem or iterable of Problem
        Everything found, in the order of the input; never empty.
    """

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RunError(SimError):
    """A replicate could not be computed.

    Parameters
    ----------
    message : str
        What happened.
    replicate : int, optional
        Number of the replicate.
    """

    def __init__(self, message: str, replicate: int | None = None) -> None:
        self.replicate = replicate
        super().__init__(message if replicate is None else f"replicate {replicate}: {message}")


class StoreError(SimError, OSError):
    """A result could not be read or written."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean ...`` for the closest known name, or None.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        Every valid name.
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else None
