"""How often the 95 % interval of a small paired study holds the effect of many runs.

``python -m benchmarks.coverage`` repeats 400 studies of 192 runs with seeds of their own, about ten
minutes; ``make validate`` keeps the result. Effects are skewed (3 for the RAND package): a few
worlds that lock in answer much more than the others, so that intervals of fewer runs hold a little
less often than they say: of 48 runs 92 %.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.study.compare.arms import run_arms
from sim.study.compare.paired import bootstrap, interval, log_odds
from sim.study.ensemble import resolve
from sim.study.sweeps.study import Outcomes

STUDIES, RUNS = 400, 192
POLICY, UNTIL = "rand_package", "2029-12"
PLACE = Path(__file__).parent / "results" / "coverage.json"

Flags = NDArray[np.bool_]


def studies(count: int = STUDIES, runs: int = RUNS) -> Mapping[str, Flags]:
    """Return for each study whether its intervals hold the mean effect over all studies.

    Each study has a seed of its own, so that studies are independent; the effect is that on the US
    bloc's share of the world in the last month.

    Returns
    -------
    mapping of str to ndarray of bool, shape (studies,)
        ``t``, ``bootstrap`` and ``t on log-odds``.
    """
    kept = Outcomes(("share.bloc_us",), ("world",), "end")
    arms = {name: resolve(name, until=UNTIL) for name in (POLICY, "baseline")}
    shares, odds = [], []
    for seed in range(count):
        done = run_arms(arms, runs=runs, seed=1000 + seed, outcomes=kept, place=None, workers=2)
        policy, reference = done.kept[POLICY][:, 0], done.kept["baseline"][:, 0]
        shares.append(policy - reference)
        odds.append(log_odds(policy) - log_odds(reference))
    return {
        "t": _held(shares, [interval(one)[1:] for one in shares]),
        "bootstrap": _held(
            shares, [bootstrap(one[:, None], seed) for seed, one in enumerate(shares)]
        ),
        "t on log-odds": _held(odds, [interval(one)[1:] for one in odds]),
    }


def _held(
    effects: list[NDArray[np.float64]], bounds: list[tuple[NDArray[np.float64], ...]]
) -> Flags:
    truth = float(np.concatenate(effects).mean())
    return np.array(
        [float(np.squeeze(low)) <= truth <= float(np.squeeze(high)) for low, high in bounds]
    )


def run() -> dict[str, float]:
    """Run all studies, keep how often intervals held, and return it."""
    found = {name: float(held.mean()) for name, held in studies().items()}
    about = {"studies": STUDIES, "runs": RUNS, "policy": POLICY, **found}
    PLACE.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    for name, part in run().items():
        print(f"{name}: {100 * part:.1f} %")
