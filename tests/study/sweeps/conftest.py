"""A small study: four nations, so that a replicate costs half a millisecond."""

from __future__ import annotations

import pytest

from sim.ensemble.outcomes import Outcomes
from sim.study.sweeps.study import of_options

SMALL = {
    "extends": "rand_package",
    "name": "small",
    "nations": ["BRA", "CHN", "KEN", "USA"],
    "period": {"start": "2023-01", "end": "2028-12"},
}
VARY = ("parameters.network=0.2:1.6:5", "levers.us_permissive_licence_incentive.strength=0,0.5,1")
KEPT = Outcomes(metrics=("share.cn_open", "share.bloc_us", "influence.us"), months="yearly")


@pytest.fixture(scope="session")
def small():
    return of_options(SMALL, VARY, runs=30, seed=7, outcomes=KEPT)
