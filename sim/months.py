"""Months as whole numbers, so that time is arithmetic and never a string comparison."""

from __future__ import annotations

import re

CALENDAR = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def parse(text: str) -> int:
    """Return the number of a month written ``YYYY-MM``.

    Parameters
    ----------
    text : str
        Such as ``"2026-04"``.

    Returns
    -------
    int
        Months since year 0: ``12 * year + month - 1``.

    Raises
    ------
    ValueError
        If the text is not a month.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a month; write YYYY-MM, such as 2026-04")
    return 12 * int(match[1]) + int(match[2]) - 1


def text(month: int) -> str:
    """Return a month number as ``YYYY-MM``."""
    year, rest = divmod(int(month), 12)
    return f"{year:04d}-{rest + 1:02d}"


def in_words(month: int) -> str:
    """Return a month number as ``April 2026``."""
    return f"{CALENDAR[month % 12]} {month // 12}"


def of_date(date: str) -> int:
    """Return the first month in which an event of a day counts.

    An event on or before the 15th counts from its own month, a later one from the next; a date
    without a day counts from its own month.

    Parameters
    ----------
    date : str
        ``YYYY-MM`` or ``YYYY-MM-DD``.
    """
    month = parse(date[:7])
    return month + 1 if len(date) > 7 and int(date[8:10]) > 15 else month


FIRST = parse("2023-01")
"""The month in which every world starts: its states are known there."""
