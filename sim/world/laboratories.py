"""How far a nation's own models trail: fixed in a replicate, drawn at the start."""

from __future__ import annotations

import numpy as np

from sim.scenario.drivers import NATION_FAMILIES, Drivers, Floats
from sim.world import streams
from sim.world.parameters import Parameters
from sim.world.rows import P
from sim.world.streams import Keys


def lag(drivers: Drivers, parameters: Parameters, run: Keys) -> Floats:
    """Return by how much nations' own models trail the best open weights before levers, months.

    ``sovereign_lag + known_i + talent_lag size_i + lab_spread z_i`` between the bounds of the
    driver ``own_lag``: what is known of the nation's laboratories, or by how many e-folds its
    developers are fewer than where some are known. ``z_i`` is a standard normal draw of the nation,
    zero where ``noise`` is off: readings of one nation's best model differ by as much.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    parameters : Parameters
        Lanes of the block.
    run : ndarray of uint64, shape (L,)
        Keys of the replicates.

    Returns
    -------
    ndarray, shape (I, L)
    """
    f, p = drivers.facts, parameters.scalar
    drawn = streams.normal_table(run, tuple(f"laboratory/{nation}" for nation in drivers.nations))
    spread = float(parameters.switches.noise) * p[P.lab_spread] * drawn
    late = p[P.sovereign_lag] + p[P.talent_lag] * f.lab_size[:, None] + spread
    family = NATION_FAMILIES.index("own_lag")
    bounds = f.nation_low[family], f.nation_high[family]
    return np.ascontiguousarray(np.clip(late + f.lab_lag[:, None], *bounds))
