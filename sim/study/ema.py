"""The model as the EMA workbench drives it: named inputs in, named outcomes out.

The workbench (https://emaworkbench.readthedocs.io) samples uncertainties and levers, runs
experiments in processes, searches for robust policies and finds scenarios. Here a path of the
scenario is an input and a metric an outcome.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.ensemble.arms import run_arms
from sim.ensemble.outcomes import Outcomes, kept
from sim.errors import InputError, Problem, StoreError
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations, code_of
from sim.scenario.distribution import Normal, Triangular, Uniform
from sim.scenario.resolve import resolve
from sim.study.sweeps.factors import Factor, Law, parse_option

NAME = "open_model_sim"


@dataclass(frozen=True)
class Experiment:
    """What the workbench calls: one scenario, run with the values of one experiment.

    Parameters
    ----------
    scenario : Scenario
        What no input changes; its runs and seed are those of every experiment.
    metrics : tuple of str
    group : str
    month : str, optional
        The last one that a metric is reported for without it.
    """

    scenario: Scenario
    metrics: tuple[str, ...]
    group: str
    month: str | None = None

    def __call__(self, **values: object) -> dict[str, float]:
        """Return the mean of each metric over runs, by its name.

        Parameters
        ----------
        **values
            By path of the scenario.
        """
        chosen = resolve(self.scenario, overrides=list(values.items()))
        months = "end" if self.month is None else (self.month,)
        done = run_arms(
            {NAME: chosen}, runs=chosen.ensemble.runs, seed=chosen.ensemble.seed, place=None,
            outcomes=Outcomes(self.metrics, (self.group,), months),
        )  # fmt: skip
        held = dict(zip(done.rows["metric"], done.kept[NAME].T, strict=True))
        return {metric: float(held[metric].mean()) for metric in self.metrics}


def ema_model(
    scenario: Scenario | str | Path | dict[str, Any],
    uncertainties: Sequence[str | Factor] = (),
    levers: Sequence[str | Factor] = (),
    outcomes: Sequence[str] = ("share.bloc_us", "share.bloc_cn"),
    *,
    group: str = "world",
    month: str | None = None,
    runs: int = 20,
    seed: int | None = None,
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    overrides: Sequence[str | tuple[str, Any]] = (),
) -> Any:  # noqa: ANN401 - ema_workbench is no package of ours
    """Return the model for the EMA workbench.

    Every experiment has the same seed, so that experiments have common random numbers.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
        What no input changes.
    uncertainties, levers : sequence of str
        Inputs as ``PATH=SPEC``: two or more listed levels are categories, ``uniform(a,b)``,
        ``triangular(a,m,b)`` and ``normal(m,sd,low,high)`` are real numbers. The name of an input
        is its path with underscores in place of dots.
    outcomes : sequence of str
        Metrics, means over runs; their names have underscores in place of dots.
    group : str
        A group or nation, by slug, code or name; metrics of the world alone are of the world.
    month : str, optional
        ``YYYY-MM``; the last one that a metric is reported for by default.
    runs : int
        Replicates of every experiment.
    seed, until, nations, focus, overrides
        As `sim.run` takes them.

    Returns
    -------
    ema_workbench.Model
        An ordinary one, for `ema_workbench.perform_experiments` and everything else there.

    Raises
    ------
    InputError
        If the scenario, a path, a level or an outcome is wrong, or nothing varies.
    StoreError
        If the workbench is not installed.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of ways to run that are not installed
            import ema_workbench as workbench
    except ImportError as error:
        raise StoreError(
            "the EMA workbench is not installed: pip install 'ema-workbench>=3,<4'"
        ) from error

    varied = [_factors(uncertainties), _factors(levers)]
    paths = [factor.path for part in varied for factor in part]
    if len(set(paths)) < len(paths) or not paths:
        message = "nothing varies" if not paths else "a path stands twice"
        raise InputError(Problem(message, path="uncertainties", hint="name each path once"))
    base = resolve(
        scenario, runs=runs, seed=seed, until=until, nations=nations, focus=focus,
        overrides=overrides,
    )  # fmt: skip
    metrics, place = tuple(outcomes), code_of(group)
    # Wrong outcomes are refused here and not at the first experiment.
    kept(compiled(base), Outcomes(metrics, (place,), "end" if month is None else (month,)))
    made = workbench.Model(NAME, function=Experiment(base, metrics, place, month))
    made.uncertainties, made.levers = ([_input(workbench, f) for f in part] for part in varied)
    made.outcomes = [
        workbench.ScalarOutcome(_name(metric), variable_name=metric) for metric in metrics
    ]
    return made


def _factors(given: Sequence[str | Factor]) -> list[Factor]:
    return [one if isinstance(one, Factor) else parse_option(one) for one in given]


def _name(path: str) -> str:
    """Return a path or metric as an identifier, which names of the workbench have to be."""
    return path.replace(".", "_")


def _input(workbench: Any, factor: Factor) -> Any:  # noqa: ANN401
    """Return a factor as a parameter of the workbench."""
    path = factor.path
    if factor.values is not None:
        if len(factor.values) < 2:
            raise InputError(Problem("one level does not vary", path=path, hint="name two or more"))
        return workbench.CategoricalParameter(_name(path), factor.values, variable_name=path)
    assert factor.law is not None  # noqa: S101 - one of the two is given
    if isinstance(factor.law, Uniform):
        return workbench.RealParameter(
            _name(path), factor.law.low, factor.law.high, variable_name=path
        )
    return workbench.RealParameter.from_dist(_name(path), _frozen(factor.law), variable_name=path)


def _frozen(law: Law) -> Any:  # noqa: ANN401 - scipy ships no types
    """Return a distribution of a scenario as one of scipy."""
    from scipy import stats

    span = law.high - law.low
    if isinstance(law, Triangular):
        return stats.triang((law.mode - law.low) / span, law.low, span)
    assert isinstance(law, Normal)  # noqa: S101 - the only one left
    ends = ((end - law.mean) / law.sd for end in (law.low, law.high))
    return stats.truncnorm(*ends, law.mean, law.sd)
