"""From what a caller says to the scenario that is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.scenario.changes import Nations, changes
from sim.scenario.document import Scenario
from sim.scenario.loading import load
from sim.scenario.paths import Override


def resolve(
    scenario: Scenario | str | Path | Mapping[str, Any],
    *,
    runs: int | None = None,
    seed: int | None = None,
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    overrides: Sequence[Override] = (),
) -> Scenario:
    """Return a scenario as it will be run, with what a caller says in place of what it says.

    Parameters
    ----------
    nations, focus : optional
        As `sim.scenario.changes.changes` takes them.
    overrides : sequence of str or (str, value)
        ``PATH=VALUE``, or the two apart, applied before the other arguments.

    Raises
    ------
    InputError
        If the scenario or one of the values is wrong.
    """
    own = {"ensemble.runs": runs, "ensemble.seed": seed}
    given = changes(overrides, until, nations, focus)
    given += [(path, value) for path, value in own.items() if value is not None]
    if isinstance(scenario, Scenario) and not given:
        return scenario
    return load(scenario, given)
