"""A month of a block as metrics read it: at its end, for triggers, or when all is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sim.metrics.metric import Month
from sim.scenario.drivers import Drivers, Floats
from sim.world import answers
from sim.world.block import Record
from sim.world.groups import Groups
from sim.world.happened import Trajectory
from sim.world.views import a_year


def month(
    t: int,
    drivers: Drivers,
    members: Groups,
    done: Record | Trajectory,
    drawn: Callable[[], Mapping[str, Floats]],
    pay: Callable[[], Floats],
    pulled: Callable[[], Mapping[str, Floats]],
) -> Month:
    """Return a month as metrics read it.

    Parameters
    ----------
    t : int
        Position of the month, from 2023-01 on.
    drivers : Drivers
    members : Groups
        Groups that are measured.
    done : Record or Trajectory
        What has happened until then, at least.
    drawn : callable
        Gives the parameters that are one number a replicate, by name.
    pay, pulled : callable
        As in :class:`sim.metrics.metric.Month`.
    """

    def year() -> Floats:
        known = drawn()
        of_nations = answers.of_nations(
            a_year(done.met, np.array([t]))[0], drivers.ecosystems, known["breadth"],
            known["breadth_shape"],
        )  # fmt: skip
        return members.shares(of_nations, done.developers[t])[0]

    return Month(
        int(drivers.facts.months[t]),
        members.slugs,
        drivers.ecosystems,
        drivers.facts.bloc,
        done.capability[t],
        done.compute[t].sum(axis=0),
        done.training[t],
        done.serving[t],
        done.extra_lag[t],
        done.load[t],
        done.routed[t],
        use=lambda: members.shares(done.share[t], done.developers[t]),
        behind=lambda: members.mean(done.lacking[t], done.developers[t]),
        year=year,
        draw=drawn,
        pay=pay,
        pulled=pulled,
    )
