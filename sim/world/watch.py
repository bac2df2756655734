"""What the triggers of a scenario look at: metrics, of groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.errors import InputError, Problem
from sim.metrics import registry
from sim.metrics.metric import Metric
from sim.scenario.drivers import Drivers
from sim.world.groups import Groups


@dataclass(frozen=True, eq=False)
class Watch:
    """What the triggers of a scenario look at.

    Parameters
    ----------
    drivers : Drivers
    metrics : tuple of Metric
        Of each trigger.
    members : Groups
        Every group that a trigger reads, once.
    """

    drivers: Drivers
    metrics: tuple[Metric, ...]
    members: Groups

    @classmethod
    def of(cls, drivers: Drivers) -> Watch:
        """Return what the triggers of some drivers look at.

        Raises
        ------
        InputError
            If one reads a metric that these runs do not have.
        """
        known = registry.every(drivers.ecosystems) if drivers.triggers else ()
        by_name = {metric.name: metric for metric in known}
        metrics = []
        for trigger in drivers.triggers:
            if trigger.metric not in by_name:
                raise InputError(Problem(f"no metric is called {trigger.metric!r}", path="when"))
            metrics.append(by_name[trigger.metric])
        slugs = tuple(dict.fromkeys(trigger.group for trigger in drivers.triggers))
        masks = [drivers.members(slug) for slug in slugs]
        none = np.zeros((0, len(drivers.nations)), np.bool_)
        return cls(drivers, tuple(metrics), Groups(slugs, np.stack(masks) if masks else none))
