"""What can go wrong, as types a caller can tell apart.

::

    SimError
    ├── InputError (also ValueError)   something the user wrote is wrong; carries every problem
    ├── RunError                       a replicate failed; carries its number
    └── StoreError (also OSError)      a file or folder could not be read or written
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import takewhile

CITED = 80
"""Characters of what somebody gave that a message repeats."""

LONGEST_PATH, LONGEST_MESSAGE, LONGEST_HINT = 200, 600, 2000
"""Characters after which a key path, a message and a hint are cut; a hint may list all names."""


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

    def __post_init__(self) -> None:
        longest = {"path": LONGEST_PATH, "message": LONGEST_MESSAGE, "hint": LONGEST_HINT}
        for name, most in longest.items():
            text = getattr(self, name)
            if text is not None and len(text) > most:
                object.__setattr__(self, name, f"{text[:most]}...")

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        head = f"{place}: " if place else ""
        middle = f"{self.path}: " if self.path else ""
        tail = f" ({self.hint})" if self.hint else ""
        return on_one_line(f"{head}{middle}{self.message}{tail}")  # a key may hold a line feed

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


def reason(error: OSError) -> str:
    """Return why the system refused something, without its number and the path."""
    return error.strerror or str(error)


class DamagedResult(UserWarning):
    """A result is there and cannot be believed, so that it is made again."""


class FormerName(UserWarning):
    """Somebody used a name that has changed; it goes on to work."""


MOST_NAMED = 3
"""Names that a hint offers at most."""


def alike(word: str, known: Iterable[str]) -> list[str]:
    """Return the names that a word may stand for, the likeliest first: a few, never itself.

    Names that hold the word, or all its parts, come before names that are spelled like it. A name
    is spelled like a word if few letters must be changed: none in a word of two letters, one in
    three to five, two in six to nine, three in longer ones; of two alike, the one that begins like
    it comes first. Small and capital letters are one.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        Every valid name.
    """
    names = [name for name in dict.fromkeys(known) if name != word]
    # What is longer than the longest name by more than the slips allowed stands for none.
    if len(word) > max(map(len, names), default=0) + _bound(word):
        return []
    folded = word.casefold()
    bound = _bound(folded)
    edits = {name: _edits(folded, name.casefold(), bound) for name in names}
    close = [name for name in names if edits[name] <= bound]
    holding = [name for name in names if _holds(name.casefold(), folded)]
    both = [name for name in holding if name in close]
    if not holding or both:

        def likeness(name: str) -> tuple[int, int]:
            pairs = zip(folded, name.casefold(), strict=False)
            return edits[name], -sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

        return sorted(both or close, key=likeness)[:1]
    return sorted(holding, key=lambda name: (folded not in _parts(name.casefold()), len(name)))[
        :MOST_NAMED
    ]


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, marks that turn the direction of writing, and halves
of characters."""


def printable(text: str) -> str:
    """Return a text that cannot command a terminal: control characters stand as escapes.

    Parameters
    ----------
    text : str
        Any text, such as the name of somebody's file.
    """
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def on_one_line(text: str) -> str:
    """Return a text that is printable, and whose line feeds stand as escapes too."""
    return printable(text).replace("\n", "\\n")


def is_printable(text: str) -> bool:
    """Return whether a text holds nothing that :func:`printable` would change."""
    return _UNPRINTABLE.search(text) is None


def cited(value: object) -> str:
    """Return a value as a message quotes it: what is longer than a line is cut.

    Parameters
    ----------
    value : object
        Text or number that somebody gave.
    """
    if isinstance(value, int) and abs(value) >= 10**CITED:
        return f"a number of more than {CITED} digits"
    shown = cut(str(value))
    return repr(shown) if isinstance(value, str) else shown


def cut(text: str) -> str:
    """Return a text of at most `CITED` characters, or its beginning."""
    return text if len(text) <= CITED else f"{text[:CITED]}..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean ...`` for the names that a word may stand for, or None.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        Every valid name.
    """
    names = [repr(name) for name in alike(word, known)]
    if not names:
        return None
    *others, last = names
    return f"did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def _bound(word: str) -> int:
    """Return how many letters of a word may be wrong."""
    return sum(len(word) >= length for length in (3, 6, 10))


def _parts(name: str) -> set[str]:
    return {part for part in re.split(r"[\W_]+", name) if part}


def _holds(name: str, word: str) -> bool:
    """Return whether a name holds a word of three letters or more, or all the parts of one."""
    parts = _parts(word)
    return len(word) >= 3 and (word in name or (len(parts) > 1 and parts <= _parts(name)))


def _edits(one: str, other: str, bound: int) -> int:
    """Return how many letters must be put in, left out, changed or swapped with the next one.

    The distance of Damerau (1964), *Commun. ACM* 7(3), in which no letter is touched twice; any
    number above ``bound`` stands for all above it.
    """
    if abs(len(one) - len(other)) > bound:
        return bound + 1
    before, last = list[int](), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, its in enumerate(other, 1):
            least = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and its == one[i - 2]:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        if min(row) > bound:
            return bound + 1
        before, last = last, row
    return last[-1]
