"""Fit: move an ensemble from the priors towards the observations, step by step.

Every finished step is written down where there is a store, so that a fit that was stopped goes on
from there; the same plan gives the same numbers whether it was stopped or not.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months as calendar
from sim.analysis import smoother
from sim.arrays import Floats
from sim.calibration import members, tastes
from sim.calibration.members import Unknowns
from sim.calibration.targets import (
    LAST_FITTED,
    LAST_OBSERVED,
    Target,
    covariance,
    targets,
    values,
)
from sim.ensemble.store import Store, digest
from sim.errors import InputError, Problem, cited
from sim.evidence.tables import data_hash
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers

Progress = Callable[[int, int], None]
"""Called with steps done and steps in all."""

MOST_MEMBERS, MOST_STEPS = 100_000, 100
MOST_SEED = 10**15
"""Each step has a seed of its own, a thousand times this one and its number."""

FEWEST = 120
"""Members below which the ensemble cannot tell its unknowns apart."""

FREE = 40
"""Members that must be left beyond the parameters: sensitivities are a regression on them, and one
on as many parameters as members explains everything."""


@dataclass(frozen=True)
class Plan:
    """What makes a calibration: the same plan gives the same draws.

    Parameters
    ----------
    members : int
        Worlds in the ensemble.
    steps : int
        Steps in which parameters are moved.
    repeats : int
        Worlds a member whose views are averaged in every step.
    seed : int
    until : str
        Last month whose observations are known, ``YYYY-MM``.
    nations : tuple of str, optional
        Nations whose developers are known; all in the evidence by default.
    overrides : tuple of (str, value)
        Values of the scenario in place of baseline's, such as a switch.
    origin : bool
        Whether figures that were published after ``until`` are unknown, as to a forecast made then.
    """

    members: int = 1000
    steps: int = 8
    repeats: int = 2
    seed: int = 1
    until: str = "2026-06"
    nations: tuple[str, ...] | None = None
    overrides: tuple[tuple[str, Any], ...] = ()
    origin: bool = False

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Plan:
        """Return the plan that a manifest keeps as plain data."""
        nations = plain["nations"]
        changed = {
            "nations": None if nations is None else tuple(nations),
            "overrides": tuple((path, value) for path, value in plain["overrides"]),
        }
        return cls(**{**plain, **changed})

    @property
    def aims(self) -> list[Target]:
        """Figures that it aims at."""
        return targets(calendar.parse(self.until), self.nations, origin=self.origin)

    @property
    def hash(self) -> str:
        """Name of what comes out: plan, model and tables of the evidence, observations included."""
        return digest([dataclasses.asdict(self), MODEL, data_hash()])


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """What a fit moved, and what it shows.

    Parameters
    ----------
    plan : Plan
    unknown : Unknowns
    aims : list of Target
    prior, posterior : ndarray, shape (unknowns, members)
        Standard scores.
    prior_shown, shown : ndarray, shape (targets, members)
        What members show at the targets, log-odds.
    """

    plan: Plan
    unknown: Unknowns
    aims: list[Target]
    prior: Floats
    posterior: Floats
    prior_shown: Floats
    shown: Floats


def fit(
    plan: Plan, aims: list[Target], steps: Store | None = None, progress: Progress | None = None
) -> Fit:
    """Move the members of a plan towards figures.

    Parameters
    ----------
    plan : Plan
        Found sound by :func:`require_sound`.
    aims : list of Target
    steps : Store, optional
        Where finished steps are looked for and kept.
    progress : callable, optional
    """
    run = _Runs(plan, aims, steps, progress)
    prior, prior_shown, fitted = _parameters(run)
    scores, shown = _tastes(run, fitted)
    return Fit(plan, run.unknown, aims, prior, scores, prior_shown, shown)


REFINEMENTS = 2
"""Steps in which the tastes of nations settle, given the parameters."""


class _Runs:
    """The runs of a calibration's members, each kept where the calibration has a folder.

    Parameters
    ----------
    plan : Plan
    aims : list of Target
    steps : Store, optional
    progress : callable, optional
    """

    def __init__(
        self, plan: Plan, aims: list[Target], steps: Store | None, progress: Progress | None
    ) -> None:
        self.plan, self.aims = plan, aims
        self.drivers = compiled(plan)
        self.unknown = members.unknowns(self.drivers)
        self._steps, self._progress, self._done = steps, progress, 0

    @property
    def count(self) -> int:
        """Runs in all: two of the prior, every step, and those that tell the tastes."""
        return 2 + self.plan.steps + 2 + REFINEMENTS

    def shown(self, scores: Floats) -> Floats:
        """Return what members with these scores show at the targets, log-odds."""
        number, self._done = self._done, self._done + 1
        # By what was run and not by its place alone: where the errors of a series have changed in
        # the code, members have moved elsewhere.
        moved = hashlib.sha256(np.ascontiguousarray(scores).tobytes()).hexdigest()[:16]
        key = f"{self.plan.hash[:24]}.{moved}.{number}"
        done = {} if self._steps is None else self._steps.find([key])[0]
        if key in done:
            with np.load(done[key], allow_pickle=False) as held:
                seen: Floats = held["shown"]
        else:
            noise = self.plan.seed * 1000 + number
            seen = members.shown(
                self.drivers, self.unknown, scores, self.aims, noise, self.plan.repeats
            )
            if self._steps is not None:
                self._steps.put(key, as_file(shown=seen))
        if self._progress:
            self._progress(self._done, self.count)
        return seen


def _parameters(run: _Runs) -> tuple[Floats, Floats, Floats]:
    """Move the parameters step by step, with the tastes of nations among the errors.

    Returns
    -------
    prior, prior_shown, scores : ndarray
        The first two as in `Fit`; scores are those of the prior with the parameters moved.
    """
    plan, unknown, aims = run.plan, run.unknown, run.aims
    may_move = unknown.may_move(aims)
    _require_free(plan, len(unknown.held))
    observed, errors = values(aims), covariance(aims)
    prior = unknown.centred(
        np.random.default_rng([plan.seed, 0]).standard_normal((len(unknown.names), plan.members))
    )
    count = len(unknown.held)
    flat, first = run.shown(unknown.without_tastes(prior)), run.shown(prior)
    errors = errors + tastes.spread(unknown, aims, flat, first)
    wanted = smoother.perturbed(
        observed, errors, plan.members, np.random.default_rng([plan.seed, 1])
    )

    def show(held: Floats) -> Floats:
        whole = prior.copy()
        whole[:count] = held
        return run.shown(unknown.without_tastes(whole))

    scores = prior.copy()
    scores[:count] = smoother.fitted(
        prior[:count], flat, show, wanted, errors, may_move, plan.steps
    )
    return prior, first, scores


def _tastes(run: _Runs, scores: Floats) -> tuple[Floats, Floats]:
    """Return the scores with each nation's tastes as its figures tell them, and what they show."""
    unknown, aims = run.unknown, run.aims
    flat, drawn = run.shown(unknown.without_tastes(scores)), run.shown(scores)
    rng = np.random.default_rng([run.plan.seed, 2])
    errors = np.diag([aim.error**2 for aim in aims])
    noise = errors + tastes.spread(unknown, aims, flat, drawn)
    wanted = tastes.perturbed(aims, scores.shape[1], rng) - tastes.site(aims, flat, noise, rng)
    now, shown = scores, drawn
    for _ in range(REFINEMENTS):
        after = tastes.moved(unknown, aims, scores, now, drawn - flat, shown, wanted)
        now = unknown.centred(after)
        shown = run.shown(now)
    return now, shown


def compiled(plan: Plan, until: str | None = None) -> Drivers:
    """Return the drivers of a plan's scenario, without draws of another calibration.

    Parameters
    ----------
    plan : Plan
    until : str, optional
        Last month; that of the plan by default.
    """
    from sim.scenario import compile as of

    return of(scenario_of(plan, until))


def scenario_of(plan: Plan, until: str | None = None) -> Scenario:
    """Return the scenario of a plan; arguments as in :func:`compiled`."""
    from sim.scenario import load

    changes: list[tuple[str, Any]] = [
        ("period.end", plan.until if until is None else until),
        ("ensemble.parameters", "drawn"),
        *plan.overrides,
    ]
    return load("baseline", changes)


def require_sound(plan: Plan) -> None:
    """Refuse a plan that cannot work.

    Raises
    ------
    InputError
        Naming what is wrong.
    """
    if plan.members < FEWEST:
        raise InputError(
            Problem(
                f"{plan.members} members are too few to tell the unknowns apart",
                path="members",
                hint=f"take {FEWEST} or more, and {FREE} beyond the parameters that are drawn",
            )
        )
    limits = {
        "members": (1, MOST_MEMBERS),
        "steps": (1, MOST_STEPS),
        "repeats": (1, MOST_STEPS),
        "seed": (0, MOST_SEED),
    }
    for name, (low, high) in limits.items():
        if not low <= getattr(plan, name) <= high:
            message = f"{name} {cited(getattr(plan, name))} is outside {low} to {high}"
            raise InputError(Problem(message, path=name))
    try:
        last = calendar.parse(plan.until)
    except ValueError as error:
        raise InputError(Problem(str(error), path="until")) from error
    first = calendar.parse("2024-12")
    most = LAST_OBSERVED if plan.origin else LAST_FITTED
    if not first <= last <= most:
        raise InputError(
            Problem(
                f"{plan.until} is no month to calibrate to: observations begin to tell in 2024-12, "
                f"and a fit aims at none after {calendar.text(most)}",
                path="until",
            )
        )


def _require_free(plan: Plan, drawn: int) -> None:
    """Refuse an ensemble that its parameters explain whole.

    Raises
    ------
    InputError
        If fewer than `FREE` members are left beyond them.
    """
    if plan.members < drawn + FREE:
        raise InputError(
            Problem(
                f"{plan.members} members are too few: {drawn} parameters are drawn",
                path="members",
                hint=f"take {drawn + FREE} or more",
            )
        )


def as_file(**arrays: Floats) -> bytes:
    """Return arrays as the content of a file."""
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **arrays)
    return sink.getvalue()


def draws(done: Fit, count: int | None = None) -> tuple[tuple[str, ...], Floats]:
    """Return names and values of the posterior's draws, shape (draws, names).

    Members are exchangeable: the first ``count`` are a fair sample.
    """
    values_ = done.unknown.values(done.posterior)[:, :count].T
    return done.unknown.names, values_
