"""A run beside its reference: what its policies change, from the same random draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.ensemble.record import Effect
from sim.study import kept
from sim.study.effect import METRIC, of_results, world_of

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.study.result import Result

REFERENCE = "baseline"


def reference_of(scenario: Scenario) -> Scenario | None:
    """Return the reference as a scenario's runs are to be paired with it.

    Months, nations, facts and ensemble are the scenario's; policies and parameters are those of the
    reference. None where the scenario is the reference itself.
    """
    from sim.scenario import load

    ours = scenario.document()
    reference = load({**load(REFERENCE).document(), **world_of(scenario)})
    words = ("name", "title", "description", "topic", "groups")
    same = {key: value for key, value in reference.document().items() if key not in words}
    return None if all(ours[key] == value for key, value in same.items()) else reference


def against(
    result: Result,
    reference: Scenario,
    out: Path,
    made: dict[Scenario, Result],
    **how: Any,  # noqa: ANN401 - as in `run`
) -> tuple[Effect, str | None]:
    """Return what a result changes against the reference, and what was wrong with a kept one.

    The reference is read from its folder where it is there and sound, and run beside otherwise,
    without being written.

    Parameters
    ----------
    result : Result
        A run of the scenario.
    reference : Scenario
        From `reference_of`.
    out : Path
        Folder that stands for ``results/``.
    made : dict of Scenario to Result
        References that were run beside others before; a new one is added.
    **how
        Engine, workers and progress, as `sim.study.run.run` takes them.
    """
    from sim.study.run import run

    known = kept.Kept()
    if reference not in made:
        known = kept.find(reference, out)
        made[reference] = run(reference, **how) if known.result is None else known.result
    beside = made[reference]
    return over(result, beside), known.wrong


def over(result: Result, reference: Result) -> Effect:
    """Return what a result changes against its reference, both of them runs."""
    return of_results(result, reference, METRIC, _group(result))


def _group(result: Result) -> str:
    """Return the Global South where it is not all there is, else the whole run."""
    from sim.report.figures import usual
    from sim.report.tables import curves

    return usual(curves(result))[-1]
