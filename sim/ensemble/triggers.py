"""What levers that wait for a sign have done: metrics of the scenarios that have such levers."""

from __future__ import annotations

from collections.abc import Iterable

from sim.metrics.metric import Metric
from sim.metrics.shipped import TRIGGER, of_trigger
from sim.scenario import levers


def metrics(ids: Iterable[str]) -> tuple[Metric, ...]:
    """Return the metrics of some levers that wait for a sign.

    A lever of a scenario's own goes by its id.
    """
    known = levers.read()
    return tuple(
        metric
        for name in ids
        for metric in of_trigger(name, known[name].title if name in known else name)
    )


def named(names: Iterable[str]) -> tuple[Metric, ...]:
    """Return those metrics of levers that wait for a sign which some names mean.

    A scenario in which nothing of the lever waits has them too: it is never pulled there.
    """
    parts = (name.split(".") for name in names)
    ids = {part[1] for part in parts if len(part) == 3 and part[0] == TRIGGER}
    return metrics(sorted(ids))
