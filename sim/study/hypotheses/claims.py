"""A claim as data: arms, what is measured on them, what is expected, and the switch that frees it.

Every measure is a linear contrast of outcomes over arms, so that it has a value in each replicate
and an interval like any other effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError, Problem, cited, nearest
from sim.study.sweeps.placed import problem

EXPECTATIONS = ("positive", "negative", "not negative", "none")

KEYS = ("id", "claim", "arms", "metric", "group", "month", "measures", "switch", "judgement",
        "conditional", "cascade", "runs", "smallest")  # fmt: skip
_MEASURE = ("name", "terms", "metric", "group", "month", "expect", "smallest", "scale")
_TERM = ("arm", "times", "metric", "group", "month", "per_million")
SCALES = ("both", "share", "log-odds")

SMALLEST = 0.005
"""Smallest effect of interest of a share where a study reasons no other: half a point."""


@dataclass(frozen=True)
class Term:
    """One outcome of a contrast, times a number.

    Parameters
    ----------
    arm, metric, group, month : str
    times : float
    per_million : str
        Arm by whose own yearly public cost, in USD million, the outcome is divided; empty for none.
    """

    arm: str
    times: float
    metric: str
    group: str
    month: str
    per_million: str = ""


@dataclass(frozen=True)
class Measure:
    """One contrast with what the claim expects of it.

    Parameters
    ----------
    name : str
    terms : tuple of Term
    expect : {"positive", "negative", "not negative", "none"}
    smallest : float
        Smallest effect of interest: of shares in fractions, else in the unit of the contrast; of a
        measure on log-odds alone, in log-odds.
    scale : {"both", "share", "log-odds"}
    """

    name: str
    terms: tuple[Term, ...]
    expect: str
    smallest: float
    scale: str = "both"


@dataclass(frozen=True)
class Cascade:
    """A claim about nations that join a standard, outside the monthly world.

    Parameters
    ----------
    pair : tuple of str
        Nations that agree first.
    coverage : float
        Part of the world's developers that counts as the rest.
    months : int
        Time that they have.
    smallest : float
        Smallest change of the chance, a fraction, that is of interest.
    """

    pair: tuple[str, ...]
    coverage: float
    months: int
    smallest: float


@dataclass(frozen=True)
class Claim:
    """A claim.

    Parameters
    ----------
    name, number, text : str
        Name of the file; ``H1`` to ``H21``; the claim in a sentence.
    arms : mapping of str to mapping
        Scenario fragments by name, each on the study's scenario.
    measures : tuple of Measure
    switch : mapping of str to mapping
        Settings under which all arms are run: values by path.
    judgement : str
        Which figures rest on judgement.
    conditional : bool
        Whether the verdict holds for the judged sizes of levers alone.
    cascade : Cascade, optional
    """

    name: str
    number: str
    text: str
    arms: Mapping[str, Mapping[str, Any]]
    measures: tuple[Measure, ...]
    switch: Mapping[str, Mapping[str, Any]]
    judgement: str
    conditional: bool = False
    cascade: Cascade | None = None


def of_plain(given: Mapping[str, Any]) -> Claim:
    """Return a claim from plain data, as ``dataclasses.asdict`` and a manifest have it."""
    cascade = given["cascade"]
    return Claim(
        **{
            **given,
            "measures": tuple(
                Measure(**{**one, "terms": tuple(Term(**term) for term in one["terms"])})
                for one in given["measures"]
            ),
            "cascade": None
            if cascade is None
            else Cascade(**{**cascade, "pair": tuple(cascade["pair"])}),
        }
    )


def read(name: str, given: Mapping[str, Any]) -> Claim:
    """Return a claim from the mapping of its file.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    try:
        return _read(name, given)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = f"{error!s} is missing" if isinstance(error, KeyError) else str(error)
        message = f"the hypothesis cannot be read: {reason}"
        raise InputError(Problem(message, name, path="hypothesis")) from error


def _read(name: str, given: Mapping[str, Any]) -> Claim:
    """Return a claim; what is not of the kind that is expected may raise anything."""
    problems: list[Problem] = []
    _known(given, KEYS, name, problems)
    problems += (
        problem(given, key, name, f"the hypothesis has no {key}")
        for key in ("id", "claim", "switch", "judgement")
        if not given.get(key)
    )
    arms = given.get("arms") or {}
    cascade = given.get("cascade")
    for key, parts in (("arms", arms), ("switch", given.get("switch") or {})):
        for part, inside in parts.items():
            if not isinstance(inside, Mapping):
                message = f"{cited(part)} must be a mapping: of {key} each holds what it changes"
                problems.append(problem(parts, part, name, message, path=key))
    if not arms and not cascade:
        problems.append(problem(given, "arms", name, "a hypothesis compares arms"))
    usual: dict[str, Any] = {key: str(given.get(key, "")) for key in ("metric", "group", "month")}
    usual["claim"] = given
    measures = [
        _measure(entry, usual, arms, name, problems) for entry in given.get("measures") or ()
    ]
    if not measures and not cascade:
        problems.append(problem(given, "measures", name, "a hypothesis measures something"))
    if len(given.get("switch") or {}) < 2:
        hint = "two settings at least: the claim counts as forced unless both ways were run"
        problems.append(problem(given, "switch", name, "the switch is not run both ways", hint))
    joins = _cascade(cascade, given, name, problems) if cascade else None
    if problems:
        raise InputError(problems)
    return Claim(
        name, str(given["id"]), str(given["claim"]), arms,
        tuple(m for m in measures if m is not None), given["switch"],
        " ".join(str(given["judgement"]).split()), bool(given.get("conditional")), joins,
    )  # fmt: skip


def _cascade(
    cascade: Mapping[str, Any], given: Mapping[str, Any], name: str, problems: list[Problem]
) -> Cascade:
    return Cascade(
        tuple(cascade["pair"]), float(cascade["coverage"]), int(cascade["months"]),
        _smallest(given, name, problems),
    )  # fmt: skip


def _smallest(given: Mapping[str, Any], where: str, problems: list[Problem]) -> float:
    """Return a declared smallest effect of interest."""
    value = given.get("smallest")
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        hint = f"smallest: {SMALLEST} is half a percentage point of a share"
        message = f"{given.get('name', 'the claim')!r} declares no smallest effect of interest"
        if value is not None:
            message = f"{value!r} is no smallest effect of interest: it is a number above zero"
        problems.append(problem(given, "smallest", where, message, hint))
        return SMALLEST
    return float(value)


def _known(
    given: Mapping[str, Any], keys: Sequence[str], where: str, problems: list[Problem]
) -> None:
    for key in given:
        if key not in keys:
            hint = nearest(key, keys) or f"one of {', '.join(keys)}"
            problems.append(
                problem(given, key, where, f"unknown key {key!r}", hint, path="hypothesis")
            )


def _measure(
    given: Any,  # noqa: ANN401 - plain data of a file
    usual: Mapping[str, Any],
    arms: Mapping[str, Any],
    where: str,
    problems: list[Problem],
) -> Measure | None:
    if not isinstance(given, Mapping) or "name" not in given or "terms" not in given:
        problems.append(
            problem(given, "name", where, "a measure has a name and terms", path="measures")
        )
        return None
    _known(given, _MEASURE, where, problems)
    expect, scale = given.get("expect", "positive"), given.get("scale", "both")
    if expect not in EXPECTATIONS:
        hint = f"one of {', '.join(EXPECTATIONS)}"
        problems.append(problem(given, "expect", where, f"{expect!r} cannot be expected", hint))
    if scale not in SCALES:
        hint = f"one of {', '.join(SCALES)}"
        problems.append(problem(given, "scale", where, f"there is no scale {scale!r}", hint))
    mine = {key: str(given.get(key, usual[key])) for key in ("metric", "group", "month")}
    entries = given["terms"]
    if isinstance(entries, Mapping):
        entries = [{"arm": arm, "times": times} for arm, times in entries.items()]
    terms = []
    for entry in entries:
        _known(entry, _TERM, where, problems)
        if entry.get("arm") not in arms:
            arm = entry.get("arm")
            message, close = f"no arm is called {arm!r}", nearest(str(arm), arms)
            # A mapping of terms has the arm as its key, a list of terms as a value.
            holder, key = (
                (entry, "arm") if isinstance(given["terms"], list) else (given["terms"], arm)
            )
            problems.append(problem(holder, key, where, message, close, path="terms"))
            continue
        full = {key: str(entry.get(key, mine[key])) for key in mine}
        payer = str(entry.get("per_million", ""))
        if payer and payer not in arms:
            message = f"the cost of {payer!r} is asked for, which is no arm"
            close = nearest(payer, arms)
            problems.append(problem(entry, "per_million", where, message, close))
        terms.append(
            Term(entry["arm"], float(entry.get("times", 1.0)), full["metric"], full["group"],
                 full["month"], payer)
        )  # fmt: skip
    # A measure that declares none has that of the whole claim.
    whole = "smallest" not in given and "smallest" in usual["claim"]
    least = _smallest(usual["claim"] if whole else given, where, problems)
    return Measure(str(given["name"]), tuple(terms), str(expect), least, str(scale))
