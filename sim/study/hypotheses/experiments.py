"""Run claims: their arms under every setting of the switch, the statistic, and the verdict."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim.analysis.paired import (
    draw_means,
    interval,
    log_odds,
)
from sim.arrays import Floats, Ints
from sim.ensemble.arms import Arms, run_arms
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.runner import require_known
from sim.errors import InputError, Problem
from sim.metrics.registry import parts
from sim.scenario import Scenario
from sim.scenario.paths import Override
from sim.study import finished
from sim.study.compare.choice import years_in_force
from sim.study.compare.details import COST
from sim.study.hypotheses import standards, verdicts
from sim.study.hypotheses.claims import Claim, Measure, Term
from sim.study.hypotheses.laid import Experiment, experiment_of, laid_out, names
from sim.study.manifest import manifest
from sim.study.progress import Progress, counted
from sim.study.saved import Saved
from sim.study.staging import require_writable

SHARE, ODDS = "share", "log-odds"

ODDS_A_SHARE = 4.0
"""Log-odds that a share of one half gains a unit of share, the least that any share gains."""


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


VERDICTS, MEASURES = "verdicts.csv", "measures.csv"


@dataclass(frozen=True, eq=False, repr=False)
class Findings(Saved):
    """What several experiments found, as a result that is kept.

    Parameters
    ----------
    manifest : mapping
    verdicts : DataFrame
        id, study, claim, verdict, words, judgement, conditional, runs.
    measures : DataFrame
        Columns of `Finding.table`, and the id of the claim.
    each : tuple of Finding
        The findings themselves.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "hypotheses"
    held: ClassVar[Mapping[str, str]] = {VERDICTS: "verdicts", MEASURES: "measures"}
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {VERDICTS: ("judgement",)}
    always: ClassVar[frozenset[str]] = frozenset(held)

    verdicts: pd.DataFrame
    measures: pd.DataFrame
    each: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        """Go through the findings in the order of the claims."""
        return iter(self.each)

    def __len__(self) -> int:
        """Count the claims."""
        return len(self.verdicts)

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Findings:
        tables = cls._read_held(folder, manifest)
        measures = tables["measures"]
        found = []
        for asked in manifest["asked"]["claims"].values():
            claim = Claim.model_validate(asked["claim"])
            mine = measures[measures["id"] == claim.number].drop(columns="id")
            found.append(_finding(asked, claim, mine.reset_index(drop=True)))
        return cls(manifest, **tables, each=tuple(found))


def examine(
    study: str | Path,
    *,
    runs: int | None = None,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
    overrides: Sequence[Override] = (),
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
    overrides : sequence of str or (path, value), optional
        Changes that all arms share, such as ``("responses", ["china_cuts_prices"])``.

    Raises
    ------
    InputError
        If the study holds no hypothesis, or one that is wrong, or there are fewer than two draws.
    """
    if out is not None:
        require_writable(Path(out))
    return found_of(laid_out(study, runs, overrides), seed=seed, workers=workers, out=out)


def found_of(
    experiment: Experiment, *, seed: int, workers: int = 1, out: str | Path | None = None
) -> Finding:
    """Run an experiment and return what was found; arguments as in :func:`examine`."""
    claim, count = experiment.claim, experiment.runs
    place = None if out is None else Path(out) / "compare"
    rows: list[dict[str, Any]] = []
    if claim.cascade is not None:
        rows = [_cascade(claim, name, values, count, seed) for name, values in claim.switch.items()]
    for setting, arms in experiment.arms.items():
        done = run_arms(
            arms, runs=count, seed=seed, outcomes=outcomes(claim), place=place, workers=workers
        )
        paid = {name: _yearly(done, name, arms[name]) for name in _payers(claim)}
        rows += [row for m in claim.measures for row in _measured(m, done, setting, paid)]
    return _finding(experiment.asked, claim, pd.DataFrame(rows))


def _finding(asked: Mapping[str, Any], claim: Claim, table: pd.DataFrame) -> Finding:
    """Return the finding that a table of measures says."""
    by_setting = {setting: _says(table, setting) for setting in claim.switch}
    verdict = verdicts.of_settings(by_setting)
    return Finding(claim, table, by_setting, verdict, int(asked["runs"]))


def examine_all(
    wanted: Iterable[str | Path] | None = None,
    *,
    runs: int | None = None,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
    overrides: Sequence[Override] = (),
    progress: Progress | None = None,
) -> Findings:
    """Run several claims and keep what was found.

    Parameters
    ----------
    wanted : iterable of str or Path, optional
        Studies with a hypothesis; all by default.
    runs, seed, workers, overrides
        As in :func:`examine`.
    out : str or Path, optional
        Folder that stands for ``results/``: findings go to ``OUT/hypotheses/<hash12>``, finished
        arms to ``OUT/compare/arms``. Without it nothing is written.
    progress : callable, optional

    Raises
    ------
    InputError
        If a study holds no hypothesis, or one that is wrong.
    StoreError
        If the folder cannot be used.
    """
    require_known("kernel", workers)
    chosen = [str(name) for name in (names() if wanted is None else wanted)]
    laid = [laid_out(name, runs, overrides) for name in chosen]
    return finished.kept_or_made(
        Findings, facts_of(laid, runs, seed), out,
        lambda: find_all(
            laid, runs=runs, seed=seed, workers=workers, out=out, progress=progress
        ),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Findings:
    """Test claims again, from the manifest of findings; only finished arms are written."""
    asked = known["asked"]
    laid = [experiment_of(one) for one in asked["claims"].values()]
    return find_all(laid, runs=asked["runs"], seed=asked["seed"], workers=workers, out=out)


def facts_of(
    laid: Sequence[Experiment],
    runs: int | None,
    seed: int,
    workers: int = 1,
    seconds: float = 0.0,
) -> dict[str, Any]:
    """Return the manifest of findings; arguments as in :func:`examine_all` and `manifest`."""
    asked = {"claims": {one.claim.name: one.asked for one in laid}, "runs": runs, "seed": seed}
    documents = [document for one in laid for document in one.documents]
    return manifest("hypotheses", asked, documents, workers=workers, seconds=seconds)


def find_all(
    laid: Sequence[Experiment],
    *,
    runs: int | None,
    seed: int,
    workers: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Run experiments; arguments as in :func:`examine_all`, only finished arms are written."""
    began = time.perf_counter()
    found = [found_of(one, seed=seed, workers=workers, out=out) for one in counted(laid, progress)]
    facts = facts_of(laid, runs, seed, workers, time.perf_counter() - began)
    measures = pd.concat(
        [one.table.assign(id=one.claim.number) for one in found], ignore_index=True
    )
    return Findings(facts, _verdict_table(found), measures, tuple(found))


def _verdict_table(found: Sequence[Finding]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "id": one.claim.number, "study": one.claim.name, "claim": one.claim.text,
                "verdict": one.verdict, "words": one.words, "judgement": one.claim.judgement,
                "conditional": one.claim.conditional, "runs": one.runs,
            }
            for one in found
        ]
    )  # fmt: skip


def outcomes(claim: Claim) -> Outcomes:
    """Return what a claim measures of every arm."""
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
    if not {term.metric for term in measure.terms} <= parts():
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
