"""How often the 95 % interval of a small paired study holds the effect of many runs.

``python -m benchmarks.coverage`` repeats 400 studies with seeds of their own; ``make validate``
keeps the result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.study.compare.arms import run_arms
from sim.study.compare.paired import interval
from sim.study.ensemble import resolve
from sim.study.sweeps.study import Outcomes

STUDIES, RUNS = 400, 48
POLICY, UNTIL = "rand_package", "2029-12"


def studies(count: int = STUDIES, runs: int = RUNS) -> NDArray[np.bool_]:
    """Return for each study whether its interval holds the mean effect over all studies.

    Each study has a seed of its own, so that studies are independent; the effect is that on the US
    bloc's share of the world in the last month.
    """
    kept = Outcomes(("share.bloc_us",), ("world",), "end")
    arms = {name: resolve(name, until=UNTIL) for name in (POLICY, "baseline")}
    found = []
    for seed in range(count):
        done = run_arms(arms, runs=runs, seed=1000 + seed, outcomes=kept, place=None, workers=2)
        found.append(done.kept[POLICY][:, 0] - done.kept["baseline"][:, 0])
    truth = float(np.concatenate(found).mean())
    bounds = [interval(difference) for difference in found]
    return np.array([low <= truth <= high for _, low, high in bounds])


if __name__ == "__main__":
    held = studies()
    print(f"{100 * held.mean():.1f} % of {held.size} intervals hold the effect")
