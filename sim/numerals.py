"""Numbers as tables, files and options write them.

Python also takes ``6_000_000`` and digits of other scripts; in a table these are slips of the hand.
"""

from __future__ import annotations


def number(text: str) -> float:
    """Return the number that a text says.

    Parameters
    ----------
    text : str
        In ASCII, without underscores: ``12``, ``0.5``, ``-1e-3``; ``inf`` and ``nan`` too.

    Raises
    ------
    ValueError
        If it says none.
    """
    if not text.isascii() or "_" in text:
        raise ValueError(f"could not read {text!r} as a number")
    return float(text)


def whole(text: str) -> int:
    """Return the whole number that a text says, as `number` does."""
    if not text.isascii() or "_" in text:
        raise ValueError(f"could not read {text!r} as a whole number")
    return int(text)


def counted(count: int, noun: str) -> str:
    """Return so many of something: ``1 run``, ``1,200 runs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
