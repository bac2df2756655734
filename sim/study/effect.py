"""What one run changes against another, run by run: the same random draws, other policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.worlds import over_worlds
from sim.ensemble.columns import read_numbers, read_words
from sim.ensemble.record import Effect
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from sim.study.result import Result

Floats = NDArray[np.float64]

METRIC, GROUP = "share.bloc_us", "global_south"


def effect(
    policy: Result,
    reference: Result,
    metric: str = METRIC,
    group: str = GROUP,
    month: str | None = None,
) -> Effect:
    """Return what a result changes against another.

    Parameters
    ----------
    policy, reference : Result
        Runs with the same seed, number of runs, months, nations and kind of parameters, so that
        run r of both is one world under two policies.
    metric, group : str
        As in ``outcomes``.
    month : str, optional
        ``YYYY-MM``; the last one that the metric is reported for by default.

    Raises
    ------
    InputError
        If the two cannot be paired, or one of them lacks the outcome.
    """
    require_paired(policy, reference)
    (mine, when), (its, _) = (_values(each, metric, group, month) for each in (policy, reference))
    (low, middle, high), same = (each.tolist() for each in over_worlds(mine - its))
    return Effect(
        policy.scenario.name, reference.scenario.name, metric, group, when,
        low, middle, high, same, len(mine),
    )  # fmt: skip


def require_paired(policy: Result, reference: Result) -> None:
    """Refuse two results whose runs are not the same worlds.

    Raises
    ------
    InputError
        Naming what differs.
    """
    one, other = policy.scenario, reference.scenario
    differs = [
        word
        for word, a, b in (
            ("runs", one.ensemble.runs, other.ensemble.runs),
            ("seed", one.ensemble.seed, other.ensemble.seed),
            ("kind of parameters", one.ensemble.parameters, other.ensemble.parameters),
            ("future", one.ensemble.future, other.ensemble.future),
            ("months", one.period, other.period),
            ("nations", one.nations, other.nations),
        )
        if a != b
    ]
    if differs:
        raise InputError(
            Problem(
                f"{one.name} and {other.name} differ in {', '.join(differs)}, so that their runs "
                "cannot be paired",
                hint="run both with the same --runs, --seed, --until and --nations",
            )
        )


def _values(result: Result, metric: str, group: str, month: str | None) -> tuple[Floats, str]:
    """Return an outcome in each run, by run, and its month."""
    table = result.tables["outcomes"]
    rows = np.ones(table.num_rows, dtype=np.bool_)
    for column, word in (("metric", metric), ("group", group)):
        rows &= _is(table, column, word)
        if not rows.any():
            raise InputError(Problem(f"{metric} is not measured of {group}", path="group"))
    codes, words = read_words(table, "month")
    if month is not None:
        rows &= _is(table, "month", month)
    else:
        reported = [words[code] for code in np.unique(codes[rows]) if code >= 0]
        if reported:
            rows &= codes == words.index(max(reported))
    if not rows.any():
        raise InputError(Problem(f"{metric} of {group} is not reported for {month}", path="month"))
    places = np.flatnonzero(rows)
    order = np.argsort(read_numbers(table, "run")[places], kind="stable")
    when = codes[places[0]]
    return read_numbers(table, "value")[places[order]], words[when] if when >= 0 else ""


def _is(table: Any, column: str, word: str) -> NDArray[np.bool_]:  # noqa: ANN401 - Arrow is untyped
    codes, words = read_words(table, column)
    if word not in words:
        hint = nearest(word, words) or f"it holds {', '.join(words[:8])} …"
        raise InputError(Problem(f"the result holds no {column} {word!r}", path=column, hint=hint))
    found: NDArray[np.bool_] = codes == words.index(word)
    return found
