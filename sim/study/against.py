"""A run beside its reference: what its policies change, from the same random draws."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.ensemble.runner import require_known
from sim.errors import DamagedResult
from sim.scenario import Scenario, load
from sim.study import kept
from sim.study.effect import METRIC, of_results, world_of
from sim.study.result import Result
from sim.study.saved import plain_scenario
from sim.study.staging import point_latest, require_writable

if TYPE_CHECKING:
    import pyarrow as pa

REFERENCE = "baseline"


def run_beside(
    scenario: Scenario,
    out: Path,
    made: dict[Scenario, Result] | None,
    *,
    full: bool,
    **how: Any,  # noqa: ANN401 - as in `run`
) -> Result:
    """Run a scenario, or read the result that is there and sound, beside its reference.

    Parameters
    ----------
    scenario : Scenario
    out : Path
        Folder that stands for ``results/``; the result is written there.
    made : dict of Scenario to Result, optional
        As in `against`; without it the result is not compared with its reference.
    full : bool
        Keep everything: every month, and the runs of single nations.
    **how
        Engine, workers and progress, as `sim.study.run.run` takes them.
    """
    from sim.study.run import run

    require_writable(out)
    require_known(how["engine"], how["workers"])
    known = kept.find(scenario, out, full=full)
    found = known.result
    _warn_damaged(known.wrong)
    result = known.completed(run(scenario, full=full, **how)) if found is None else found
    asked = made is not None and result.against is None
    reference = reference_of(scenario) if asked else None
    if made is not None and reference is not None:
        result, wrong = against(result, reference, out, made, **how)
        _warn_damaged(wrong)
    if found is None or reference is not None:
        return result.saved(out)
    point_latest(found.place(out))
    return result


def _warn_damaged(wrong: str | None) -> None:
    """Warn that a result that was there is not used."""
    if wrong is not None:
        warnings.warn(f"{wrong}; it is run again", DamagedResult, stacklevel=3)


def reference_of(scenario: Scenario) -> Scenario | None:
    """Return the reference as a scenario's runs are to be paired with it.

    Months, nations, facts and ensemble are the scenario's; policies and parameters are those of the
    reference. None where the scenario is the reference itself.
    """
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
) -> tuple[Result, str | None]:
    """Return a result laid over the reference, and what was wrong with a kept reference.

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
    return over(result, made[reference], reference.document()), known.wrong


def again(known: Mapping[str, Any], _: str | Path | None, workers: int) -> Result:
    """Run a scenario again from a manifest, beside its reference where it was compared with one."""
    from sim.study.run import run_resolved

    more = known["repeat"]
    made = run_resolved(
        load(plain_scenario(known["asked"]["scenario"])), workers=workers, full=more["full"]
    )
    if more["against"] is None:
        return made
    reference = run_resolved(load(plain_scenario(more["against"])), workers=workers)
    return over(made, reference, more["against"])


def over(result: Result, reference: Result, document: Mapping[str, Any]) -> Result:
    """Return a result with what it changes against its reference, and with the curves of that.

    Parameters
    ----------
    result, reference : Result
        Both of them runs.
    document : mapping
        The scenario of the reference as plain data.
    """
    from sim.report.figures import usual
    from sim.report.tables import curves

    # The Global South where it is not all there is, else the whole run.
    group = usual(curves(result))[-1]
    effect = of_results(result, reference, METRIC, group)
    return result.beside(effect, document, _medians(reference))


def _medians(reference: Result) -> pa.Table:
    """Return the medians of groups of nations at quarter ends and in the last month."""
    import numpy as np
    import pyarrow as pa

    from sim import months
    from sim.ensemble.thinned import DECIMALS
    from sim.report.tables import curves

    shown = curves(reference)
    last = shown.months[-1]
    at = [n for n, month in enumerate(shown.months) if month % 3 == 2 or month == last]
    keys = [
        (group, ecosystem, months.text(shown.months[n]))
        for group in shown.unions
        for ecosystem in shown.ecosystems
        for n in at
    ]
    values = np.concatenate([shown.of(group)[:, at].ravel() for group in shown.unions])
    words = zip(("group", "ecosystem", "month"), zip(*keys, strict=True), strict=True)
    return pa.table({**dict(words), "p50": np.round(values, DECIMALS)})
