"""The survey of developers of 2025: how many named which class, and how sure its shares are.

Respondents named the models that they had worked with in the past year. The shares themselves are
observations (`sim.evidence.observations`); here are the counts behind them and what follows from
the counts for the error of a share.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem
from sim.evidence.observations import read_observations
from sim.evidence.tables import STATUSES, Row, read

Array = NDArray[np.float64]

CLASSES = ("cn_all", "us_closed", "us_open_all", "eu")
"""Classes of models that the survey tells apart, by their codes in the observations."""

BRANDS = (
    "deepseek", "qwen", "openai", "claude", "gemini", "grok", "perplexity", "llama", "phi",
)  # fmt: skip
"""Brands that were asked for; Mistral alone is the class ``eu``."""

KINDS = ("world", "segment", "nation")
EVERYBODY = "all"
"""Name of the segment that leaves nobody out."""

EQUAL_SPLIT = "so2025full_equal_split_share"
"""Series of the shares when each respondent is split equally over the brands named."""

WITHIN = 0.14
"""Standard deviation, between users of several classes, of the part that one class has of a
respondent (judgement: a class that is named beside others has a half, a third or a quarter)."""

OF_BINOMIAL = 0.4
"""Part of the binomial variance that stands for that of an equal split where no count is given."""

UNCOUNTED = 100
"""Respondents that are taken where no count is given (judgement)."""


@dataclass(frozen=True, slots=True)
class SurveyCount:
    """Respondents of one place or segment.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    place : str
        ISO3, or ``WLD``.
    segment : str
        ``EVERYBODY``, or a segment of the respondents of the world.
    named : int
        Respondents who named at least one model: the base of every share.
    used, only : mapping of str to int
        By class: respondents who named a model of it; who named no model of another class.
    brands : mapping of str to int
        By brand: respondents who named a model of it.
    asked_again, kept : mapping of str to int
        By class: users who named a model for next year; those of them who named one of the class.
    source, status, note : str
        Ids of sources, how well known, what limits the row.
    """

    kind: str
    place: str
    segment: str
    named: int
    used: Mapping[str, int]
    only: Mapping[str, int]
    brands: Mapping[str, int]
    asked_again: Mapping[str, int]
    kept: Mapping[str, int]
    source: str
    status: str
    note: str


COLUMNS = (
    "kind", "place", "segment", "n_named",
    *(f"{what}_{code}" for what in ("used", "only", "kept", "users_in_want") for code in CLASSES),
    *(f"used_{brand}" for brand in BRANDS),
    "source", "status", "note",
)  # fmt: skip


@functools.cache
def read_survey() -> tuple[SurveyCount, ...]:
    """Return the counts of the survey, in the order of the table.

    Raises
    ------
    InputError
        If a count is no whole number or larger than the one that it is part of, or if a segment of
        a place stands twice.
    """
    found: dict[tuple[str, str], SurveyCount] = {}
    for row in read("survey_counts.csv", COLUMNS):
        key = row.text("place"), row.text("segment")
        if key in found:
            raise InputError(row.problem(f"{' '.join(key)} stands twice; keep one row", "segment"))
        found[key] = _counts(row)
    return tuple(found.values())


def _counts(row: Row) -> SurveyCount:
    """Return the counts of one row."""
    named = _count(row, "n_named", 10**9)
    used = {code: _count(row, f"used_{code}", named) for code in CLASSES}
    asked = {code: _count(row, f"users_in_want_{code}", used[code]) for code in CLASSES}
    return SurveyCount(
        row.choice("kind", KINDS), row.text("place"), row.text("segment"), named,
        MappingProxyType(used),
        _by(CLASSES, {code: _count(row, f"only_{code}", used[code]) for code in CLASSES}),
        _by(BRANDS, {brand: _count(row, f"used_{brand}", named) for brand in BRANDS}),
        MappingProxyType(asked),
        _by(CLASSES, {code: _count(row, f"kept_{code}", asked[code]) for code in CLASSES}),
        row.text("source"), row.choice("status", STATUSES), row["note"],
    )  # fmt: skip


def _by(names: Iterable[str], counts: Mapping[str, int]) -> Mapping[str, int]:
    """Return counts in the order of their names, not to be written to."""
    return MappingProxyType({name: counts[name] for name in names})


def _count(row: Row, column: str, high: int) -> int:
    """Return a whole number of respondents, at most ``high``."""
    value = row.number(column, 0.0, high)
    if value != int(value):
        raise InputError(row.problem(f"{row[column]!r} is no whole number", column))
    return int(value)


def split_variance(equal: float, used: float, only: float, n: int) -> float:
    """Return the sampling variance of an equal split.

    Each respondent gives a class nothing, a part or all. With ``m`` the mean part of those who
    named the class beside others, ``m = (equal - only) / (used - only)``, and ``WITHIN`` the
    standard deviation of their parts, the variance of one respondent is
    ``only + (used - only) (m^2 + WITHIN^2) - equal^2``: 0.35 to 0.42 of the binomial one at the
    figures of the survey. Where nobody named the class beside others, ``m`` is not defined, and
    ``OF_BINOMIAL`` of the binomial variance stands for it.

    Parameters
    ----------
    equal, used, only : float
        Fractions of the respondents: the share in the equal split; who named a model of the class;
        who named no other.
    n : int
        Respondents.

    Returns
    -------
    float
        On the scale of fractions, squared.
    """
    if used == only:
        return OF_BINOMIAL * equal * (1.0 - equal) / n
    part = (equal - only) / (used - only)
    return (only + (used - only) * (part**2 + WITHIN**2) - equal**2) / n


def sampled(share: Array, place: str, *, of_binomial: float = OF_BINOMIAL) -> Array:
    """Return the standard deviation that sampling gives to shares of a place, in log-odds.

    ``of_binomial`` of the binomial variance, with the respondents of the place, or `UNCOUNTED`
    where none are counted.

    Parameters
    ----------
    share : ndarray
        Fractions; held half a respondent away from 0 and from 1.
    place : str
        ISO3.
    of_binomial : float
        That of equal splits by default; 1 for those who answered yes.
    """
    n = respondents().get(place, UNCOUNTED)
    held = np.clip(share, 0.5 / n, 1.0 - 0.5 / n)
    return np.asarray(np.sqrt(of_binomial / (n * held * (1.0 - held))))


def respondents() -> Mapping[str, int]:
    """Return how many of each place named a model, where they are counted."""
    return {place: row.named for place, row in counted().items()}


def counted() -> Mapping[str, SurveyCount]:
    """Return the counts of all respondents of each place, where they are counted."""
    return {row.place: row for row in read_survey() if row.segment == EVERYBODY}


def split_error(place: str, code: str) -> float:
    """Return the standard deviation that sampling gives to an equal split, in log-odds.

    The share is held half a respondent away from 0 and from 1, where log-odds have no end.

    Parameters
    ----------
    place : str
        ISO3, or ``WLD``.
    code : str
        One of ``CLASSES``.

    Raises
    ------
    InputError
        If the survey has no equal split of the place and class.
    """
    shares = {
        (row.place, row.ecosystem): row.value / 100.0
        for row in read_observations()
        if row.series == EQUAL_SPLIT
    }
    if (place, code) not in shares:
        hint = f"places {', '.join(sorted({of for of, _ in shares}))}; classes {', '.join(CLASSES)}"
        message = f"the survey of developers has no equal split of {code!r} in {place!r}"
        raise InputError(Problem(message, hint=hint))
    answers = counted().get(place)
    n = UNCOUNTED if answers is None else answers.named
    share = min(max(shares[place, code], 0.5 / n), 1.0 - 0.5 / n)
    if answers is None:
        variance = OF_BINOMIAL * share * (1.0 - share) / n
    else:
        variance = split_variance(share, answers.used[code] / n, answers.only[code] / n, n)
    return math.sqrt(variance) / (share * (1.0 - share))
