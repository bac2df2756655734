"""Calibrate: move an ensemble from the priors towards the observations, step by step, and keep it.

Every finished step is written down, so that a calibration that was stopped goes on from there; the
same plan gives the same numbers whether it was stopped or not.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim import months as calendar
from sim.analysis import smoother
from sim.calibration import members, tastes
from sim.calibration.members import Unknowns
from sim.calibration.series import Floats
from sim.calibration.targets import (
    LAST_FITTED,
    LAST_OBSERVED,
    Target,
    covariance,
    targets,
    values,
)
from sim.ensemble.store import Store
from sim.errors import InputError, Problem, cited
from sim.evidence.tables import data_hash
from sim.study import saved
from sim.study.manifest import manifest
from sim.study.saved import Saved, Writer, csv_of
from sim.study.sweeps.study import digest
from sim.version import MODEL

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers

Progress = Callable[[int, int], None]
"""Called with steps done and steps in all."""

FOLDER = "calibration"
MEMBERS = "members.npz"
_ARRAYS = ("prior", "posterior", "prior_shown", "shown")
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

    @property
    def aims(self) -> list[Target]:
        """Figures that it aims at."""
        return targets(calendar.parse(self.until), self.nations, origin=self.origin)

    @property
    def hash(self) -> str:
        """Name of what comes out: plan, model and tables of the evidence, observations included."""
        return digest([dataclasses.asdict(self), MODEL, data_hash()])

    @property
    def months(self) -> int:
        """Months from 2023-01 to the last one that is known."""
        return calendar.parse(self.until) - calendar.FIRST + 1


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(Saved):
    """A finished calibration.

    Parameters
    ----------
    manifest : mapping
    plan : Plan
    unknown : Unknowns
    aims : list of Target
    prior, posterior : ndarray, shape (unknowns, members)
        Standard scores.
    prior_shown, shown : ndarray, shape (targets, members)
        What members show at the targets, log-odds.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "calibration"

    plan: Plan
    unknown: Unknowns
    aims: list[Target]
    prior: Floats
    posterior: Floats
    prior_shown: Floats
    shown: Floats

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of all calibrations."""
        return (FOLDER,)

    def summaries(self) -> dict[str, pd.DataFrame]:
        """Return the tables of `sim.calibration.identify`, by name."""
        from sim.calibration import identify

        return identify.tables(self)

    def _tables(self) -> dict[str, Writer]:
        def members_of(path: Path) -> None:
            path.write_bytes(_arrays(**{name: getattr(self, name) for name in _ARRAYS}))

        def posterior(path: Path) -> None:
            path.write_text(csv_text(*draws(self)), encoding="utf-8")

        made = {f"{name}.csv": csv_of(table) for name, table in self.summaries().items()}
        return made | {"posterior.csv": posterior, MEMBERS: members_of}

    def _figures(self) -> dict[str, bytes]:
        import sim.report.calibration as drawing
        from sim.calibration import identify
        from sim.report import svg

        drawn = drawing.parameters(identify.parameters(self))
        return {"parameters.svg": svg(drawn).encode()}

    def _page(self, drawn: Mapping[str, bytes]) -> str:
        import sim.report.calibration as drawing

        return drawing.calibration_page(self, drawn)

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003
        return frozenset(
            {"parameters.csv", "correlations.csv", "targets.csv", "posterior.csv", MEMBERS}
        )

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Calibration:
        asked = dict(manifest["asked"]["plan"])
        nations = asked["nations"]
        plan = Plan(
            **asked
            | {
                "nations": None if nations is None else tuple(nations),
                "overrides": tuple((path, value) for path, value in asked["overrides"]),
            }
        )
        aims = plan.aims
        unknown = members.unknowns(compiled(plan))
        with np.load(folder / MEMBERS, allow_pickle=False) as held:
            arrays = [held[name] for name in _ARRAYS]
        return cls(manifest, plan, unknown, aims, *arrays)


def calibrate(
    plan: Plan | None = None,
    *,
    out: str | Path | None = None,
    aims: Sequence[Target] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate the baseline to what was observed.

    Parameters
    ----------
    plan : Plan, optional
    out : str or Path, optional
        Folder that stands for ``results/``: the calibration goes to ``OUT/calibration/<hash12>``,
        finished steps to ``OUT/calibration/shards``. Without it nothing is written.
    aims : sequence of Target, optional
        Other figures than the observed ones, for tests of recovery; then nothing is read from or
        written to a folder.
    progress : callable, optional

    Raises
    ------
    InputError
        If the plan cannot work.
    StoreError
        If the folder cannot be used.
    """
    plan = Plan() if plan is None else plan
    _require_sound(plan)
    began = time.perf_counter()
    keeps = out is not None and aims is None
    if keeps:
        saved.require_writable(Path(str(out)))
    steps = Store(Path(str(out)) / FOLDER, ".npz") if keeps else None
    aims = plan.aims if aims is None else list(aims)
    run = _Runs(plan, aims, steps, progress)
    fit = _parameters(run)
    scores, shown = _tastes(run, fit)
    facts = manifest(
        "calibration", {"plan": dataclasses.asdict(plan)}, [scenario_of(plan).document()],
        seconds=time.perf_counter() - began, facts=data_hash(),
    )  # fmt: skip
    found = Calibration(facts, plan, run.unknown, aims, fit.prior, scores, fit.prior_shown, shown)
    return found.saved(out) if keeps else found


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
                self._steps.put(key, _arrays(shown=seen))
        if self._progress:
            self._progress(self._done, self.count)
        return seen


@dataclass(frozen=True, eq=False)
class _Fit:
    """Parameters fitted with the tastes of nations among the errors."""

    prior: Floats
    prior_shown: Floats
    scores: Floats


def _parameters(run: _Runs) -> _Fit:
    """Move the parameters step by step, all tastes at zero."""
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
    return _Fit(prior, first, scores)


def _tastes(run: _Runs, fit: _Fit) -> tuple[Floats, Floats]:
    """Return the scores with each nation's tastes as its figures tell them, and what they show."""
    unknown, aims, scores = run.unknown, run.aims, fit.scores
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


def _require_sound(plan: Plan) -> None:
    if plan.members < FEWEST:
        raise InputError(
            Problem(
                f"{plan.members} members are too few to tell the unknowns apart",
                path="members",
                hint=f"take {FEWEST} or more",
            )
        )
    limits = {"members": MOST_MEMBERS, "steps": MOST_STEPS, "repeats": MOST_STEPS}
    for name, most in limits.items():
        if not 1 <= getattr(plan, name) <= most:
            message = f"{name} {cited(getattr(plan, name))} is outside 1 to {most}"
            raise InputError(Problem(message, path=name))
    if not 0 <= plan.seed <= MOST_SEED:
        message = f"seed {cited(plan.seed)} is outside 0 to {MOST_SEED}"
        raise InputError(Problem(message, path="seed"))
    try:
        last = calendar.parse(plan.until)
    except ValueError as error:
        raise InputError(Problem(str(error), path="until", hint="write YYYY-MM")) from error
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


def _arrays(**arrays: Floats) -> bytes:
    """Return arrays as the content of a file."""
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **arrays)
    return sink.getvalue()


def draws(done: Calibration, count: int | None = None) -> tuple[tuple[str, ...], Floats]:
    """Return names and values of the posterior's draws, shape (draws, names).

    Members are exchangeable: the first ``count`` are a fair sample.
    """
    values_ = done.unknown.values(done.posterior)[:, :count].T
    return done.unknown.names, values_


def csv_text(names: Sequence[str], rows: Floats) -> str:
    """Return a table of draws with five significant digits."""
    lines = [",".join(names)]
    # Months are whole numbers of five digits.
    lines += [",".join(f"{value:.5g}" for value in row) for row in rows.tolist()]
    return "\n".join(lines) + "\n"
