"""Run claims: their arms under every setting of the switch, the statistic, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.study.compare.arms import Arms, run_arms
from sim.study.compare.choice import years_in_force
from sim.study.compare.details import COST
from sim.study.compare.paired import (
    Floats,
    Ints,
    draw_means,
    interval,
    is_part,
    log_odds,
    require_two,
)
from sim.study.hypotheses import claims, standards, verdicts
from sim.study.hypotheses.claims import Claim, Measure, Term
from sim.study.sweeps import study_file
from sim.study.sweeps.study import Outcomes

if TYPE_CHECKING:
    from sim.scenario import Scenario

RUNS = 200
SHARE, ODDS = "share", "log-odds"

ODDS_A_SHARE = 4.0
"""Log-odds that a share of one half gains a unit of share, the least that any share gains."""

Progress = Callable[[int, int], None]
"""Called with claims done and all."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What an experiment found.

    Parameters
    ----------
    claim : Claim
    table : DataFrame
        setting, measure, scale, effect, low, high, smallest, worlds and draws (parts of the worlds
        and of the posterior draws in which the contrast has the sign of the effect; one of exactly
        zero has it only where the effect is zero), expected, says.
    by_setting : mapping of str to str
        Verdict under each setting of the switch.
    verdict : str
    runs : int
    """

    claim: Claim
    table: pd.DataFrame
    by_setting: Mapping[str, str]
    verdict: str
    runs: int

    @property
    def words(self) -> str:
        """The verdict with what frees it, or what it is conditional on."""
        text = self.verdict
        if self.verdict == verdicts.FORCED:
            text += f" ({', '.join(f'{name}: {word}' for name, word in self.by_setting.items())})"
        elif self.claim.conditional:
            text += ", for the judged sizes of levers"
        return text


def names() -> list[str]:
    """Return the studies that hold a hypothesis, in the order of their numbers."""
    found = []
    for name, file in study_file.names().items():
        study = study_file.load_study(file) if name.startswith("h") else None
        if study is not None and study.claim is not None:
            found.append((int(str(study.claim["id"])[1:]), name))
    return [name for _, name in sorted(found)]


def examine(
    study: str | Path,
    *,
    runs: int | None = None,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
) -> Finding:
    """Run one claim and return what was found.

    Parameters
    ----------
    study : str or Path
        A study with a hypothesis.
    runs : int, optional
        Replicates of every arm.
    seed, workers : int
    out : str or Path, optional
        Folder that stands for ``results/``; finished arms are kept in ``OUT/compare``.

    Raises
    ------
    InputError
        If the study holds no hypothesis, or one that is wrong, or there are fewer than two draws.
    """
    wanted = study_file.load_study(study)
    if wanted.claim is None:
        raise InputError(
            Problem(
                f"{wanted.name} holds no hypothesis",
                path="hypothesis",
                hint=nearest(str(study), names()) or "sim hypotheses runs all that there are",
            )
        )
    claim = claims.read(wanted.name, wanted.claim)
    count = next(n for n in (runs, wanted.runs, RUNS) if n is not None)
    require_two(count)
    place = None if out is None else Path(out) / "compare"
    rows: list[dict[str, Any]] = []
    for setting, values in claim.switch.items():
        if claim.cascade is not None:
            rows.append(_cascade(claim, setting, values, count, seed))
            continue
        arms = {
            name: _arm(wanted.scenario, name, fragment, values, wanted.overrides)
            for name, fragment in claim.arms.items()
        }
        done = run_arms(
            arms, runs=count, seed=seed, outcomes=_outcomes(claim), place=place, workers=workers
        )
        paid = {name: _yearly(done, name, arms[name]) for name in _payers(claim)}
        rows += [row for m in claim.measures for row in _measured(m, done, setting, paid)]
    table = pd.DataFrame(rows)
    by_setting = {setting: _says(table, setting) for setting in claim.switch}
    return Finding(claim, table, by_setting, verdicts.of_settings(by_setting), count)


def examine_all(
    wanted: Iterable[str] | None = None,
    *,
    progress: Progress | None = None,
    **options: Any,  # noqa: ANN401
) -> list[Finding]:
    """Run several claims, all by default; options as in :func:`examine`."""
    chosen = list(wanted) if wanted is not None else names()
    found = []
    for place, name in enumerate(chosen):
        found.append(examine(name, **options))
        if progress:
            progress(place + 1, len(chosen))
    return found


def _arm(
    base: Scenario,
    name: str,
    fragment: Mapping[str, Any],
    values: Mapping[str, Any],
    overrides: Sequence[Any],
) -> Scenario:
    """Return an arm: the study's scenario with a fragment, under one setting of the switch."""
    from sim.scenario import load

    document = {"extends": base.name, "title": name, **fragment}
    changes = list(overrides)
    for path, value in values.items():
        lever = str(path).removeprefix("levers.").partition(".")[0]
        pulled = {str(entry["id"]) for entry in fragment.get("levers", ())}
        if str(path).startswith("levers.") and lever not in pulled:
            continue  # a setting of a lever concerns the arms that pull it
        changes.append((str(path), value))
    return load(document, changes)


def _outcomes(claim: Claim) -> Outcomes:
    terms = [term for measure in claim.measures for term in measure.terms]
    paid = COST[:1] if _payers(claim) else ()
    return Outcomes(
        tuple(dict.fromkeys((*(term.metric for term in terms), *paid))),
        tuple(dict.fromkeys(term.group for term in terms)),
        tuple(dict.fromkeys(term.month for term in terms)),
    )


def _payers(claim: Claim) -> list[str]:
    """Return the arms whose cost divides an outcome."""
    terms = [term for measure in claim.measures for term in measure.terms]
    return list(dict.fromkeys(term.per_million for term in terms if term.per_million))


def _yearly(done: Arms, name: str, arm: Scenario) -> float:
    """Return what the levers of an arm cost in a year in force, USD million, mean over replicates.

    Raises
    ------
    InputError
        If they cost nothing.
    """
    years = years_in_force(arm, {entry.id for entry in arm.levers})
    cost = float(done.of(name, *COST).mean()) / years if years else 0.0
    if not cost > 0.0:
        message = f"the arm {name!r} costs nothing, so that no effect can be divided by its cost"
        raise InputError(Problem(message, path="per_million"))
    return cost


def _measured(
    measure: Measure, done: Arms, setting: str, paid: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return the contrast on each scale that its outcomes have."""
    scales = [SHARE, ODDS] if measure.scale == "both" else [measure.scale]
    if not all(is_part(term.metric) for term in measure.terms):
        scales = [SHARE]
    return [
        {"setting": setting, "measure": measure.name, "scale": scale}
        | _judged(
            _contrast(measure.terms, done, scale, paid), done.draws, measure.expect,
            # A change of a share is at least so many log-odds, wherever the share stands.
            measure.smallest * (ODDS_A_SHARE if scale == ODDS and len(scales) > 1 else 1.0),
        )
        for scale in scales
    ]  # fmt: skip


def _judged(values: Floats, draws: Ints | None, expect: str, smallest: float) -> dict[str, Any]:
    """Return a contrast over worlds and what it says."""
    mean, low, high = (float(value) for value in interval(values, draws))
    by_draw = draw_means(values, draws)
    return {
        "effect": mean, "low": low, "high": high, "smallest": smallest,
        "worlds": float((np.sign(values) == np.sign(mean)).mean()),
        "draws": float((np.sign(by_draw) == np.sign(mean)).mean()), "expected": expect,
        "says": verdicts.of_contrast(expect, low, high, by_draw, smallest),
    }  # fmt: skip


def _contrast(terms: Sequence[Term], done: Arms, scale: str, paid: Mapping[str, float]) -> Floats:
    """Return the contrast in each replicate, (runs,).

    On the scale of log-odds, ecosystems of one arm, group, month and factor are a sum first: the
    log-odds are those of their share together.
    """
    if scale == SHARE:
        return np.asarray(sum(_times(term, paid) * _value(term, done) for term in terms))
    together: dict[tuple[str, float, str, str], Floats] = {}
    for term in terms:
        key = (term.arm, _times(term, paid), term.group, term.month)
        together[key] = together.get(key, 0.0) + _value(term, done)
    return np.asarray(sum(key[1] * log_odds(value) for key, value in together.items()))


def _times(term: Term, paid: Mapping[str, float]) -> float:
    """Return the factor of a term, divided by the cost of the arm that it names."""
    return term.times / paid[term.per_million] if term.per_million else term.times


def _value(term: Term, done: Arms) -> Floats:
    return done.of(term.arm, term.metric, term.group, term.month)


def _cascade(
    claim: Claim, setting: str, values: Mapping[str, Any], runs: int, seed: int
) -> dict[str, Any]:
    """Return by how much the pair raises the chance that the rest joins."""
    about = claim.cascade
    assert about is not None  # noqa: S101 - told by the caller
    theta = float(values["theta"])
    reached = [
        (standards.coverage(theta, pair, about.months, runs, seed)[-1] >= about.coverage)
        for pair in (about.pair, ())
    ]
    gained = reached[0].astype(float) - reached[1].astype(float)
    name = "chance that the rest joins, with the pair less without"
    return {"setting": setting, "measure": name, "scale": SHARE} | _judged(
        gained, None, "positive", about.smallest
    )


def _says(table: pd.DataFrame, setting: str) -> str:
    """Return the verdict under one setting: both scales of all measures."""
    mine = table[table["setting"] == setting]
    words = [
        verdicts.of_scales(dict(zip(part["scale"], part["says"], strict=True)))
        for _, part in mine.groupby("measure", sort=False)
    ]
    return verdicts.together(words)
