"""Values that tests share: made-up worlds and what a simulation of them would give.

Each new feature joins here, so that the other rooms' tests meet it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import months as calendar
from sim.metrics.utility import PARTS

if TYPE_CHECKING:
    from validation.fuzz.kinds import Kind

Floats = NDArray[np.float64]

ECOSYSTEMS = (
    "us_closed",
    "cn_closed",
    "us_open_restricted",
    "us_permissive",
    "cn_open",
    "eu_open",
    "sovereign",
)
BLOCS = np.array([0, 1, 0, 0, 1, 2, 3])
"""Bloc of each ecosystem: us, cn, eu, sovereign."""


@dataclass(frozen=True)
class FakeFacts:
    """What the study room reads of the facts of a compiled scenario."""

    months: NDArray[np.int64]
    bloc: NDArray[np.int64]
    ai_users: Floats
    routed: Floats


@dataclass(frozen=True)
class FakeDrivers:
    """What the study room reads of a compiled scenario."""

    facts: FakeFacts
    nations: tuple[str, ...]
    ecosystems: tuple[str, ...]
    groups: dict[str, NDArray[np.bool_]]
    regions: tuple[str, ...] = ("europe", "oceania")
    first: int = 0


@dataclass(frozen=True)
class FakeTrajectory:
    """What the study room reads of ``sim.world.Trajectory``; the replicate axis is last."""

    share: Floats
    met: NDArray[np.float32]
    developers: Floats
    stance: NDArray[np.int8]
    compute: Floats
    capability: Floats
    lacking: Floats
    load: Floats
    training: Floats
    serving: Floats
    extra_lag: Floats
    cost: Floats
    visits: Floats
    routed: Floats
    utility: Floats
    began: NDArray[np.int64]
    waiting: tuple[str, ...] = ()

    def begun(self, _):
        """Return that no lever waits for a sign."""
        return {}


NATIONS = ("BLR", "BRA", "CHN", "CUB", "DEU", "RUS", "USA", "ZAF")


def mutated(kind: Kind) -> st.SearchStrategy[Mapping[str, bytes]]:
    """Return inputs of a reader that the fuzzer knows: sound ones, changed in a few places.

    Every reader of what a stranger wrote is among `validation.fuzz.kinds`.
    """
    sound = st.sampled_from(kind.seeds)
    return st.builds(kind.change, st.randoms(use_true_random=False), sound, sound)


def fake_drivers(nations: int = 4, months: int = 36) -> FakeDrivers:
    """Return drivers of a small world: real codes first, then AAA, AAB, ..."""
    made = (f"A{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(nations))
    names = (*NATIONS, *made)[:nations]
    rank = np.arange(nations)
    return FakeDrivers(
        facts=FakeFacts(
            calendar.FIRST + np.arange(months), BLOCS, np.full(nations, 0.2), np.ones(nations)
        ),
        nations=names,
        ecosystems=ECOSYSTEMS,
        groups={
            "world": rank >= 0,
            "global_south": rank % 2 == 0,
            "global_south_with_china": rank % 3 != 1,
            "world_without_china": np.array([name != "CHN" for name in names]),
            "europe": rank % 4 == 1,
            "oceania": rank < 0,
            "oecd": rank % 4 == 1,
        },
    )


def fake_trajectory(
    drivers: FakeDrivers, seed: int, replicates: NDArray[np.int64], explained: Sequence[int] = ()
) -> FakeTrajectory:
    """Return shares that move at random about a trend and developers that rise.

    Each replicate has a generator of its own, as in the real world, so that the numbers do not
    depend on how replicates are put into blocks.
    """
    parts = [_one(drivers, np.random.default_rng([seed, int(r)]), explained) for r in replicates]
    return FakeTrajectory(
        **{name: np.stack([p[name] for p in parts], axis=-1) for name in parts[0]},
        began=np.zeros((0, len(replicates)), np.int64),
    )


def half(
    drivers: FakeDrivers, seed: int, replicates: NDArray[np.int64]
) -> defaultdict[str, Floats]:
    """Return one half for every parameter of every replicate, in the place of real draws."""
    return defaultdict(lambda: np.full(len(replicates), 0.5))


def in_turn(drawn: Mapping[str, Floats]) -> NDArray[np.int64]:
    """Return one of the three futures for every replicate, in the place of real draws."""
    return np.arange(drawn["learning"].size, dtype=np.int64) % 3


def _one(
    drivers: FakeDrivers, rng: np.random.Generator, explained: Sequence[int]
) -> dict[str, NDArray[np.generic]]:
    months, nations, kinds = (
        len(drivers.facts.months),
        len(drivers.nations),
        len(drivers.ecosystems),
    )
    share = rng.dirichlet(np.full(kinds, 4.0), size=(months, nations))
    size = np.exp(rng.normal(10, 2, nations))
    seen = max(0, min(months, calendar.parse("2025-12") - int(drivers.facts.months[0]) + 1))
    return {
        "share": share,
        "developers": np.linspace(0.0, 1.0, months)[:, None] * size,
        "stance": rng.integers(0, 4, (months, nations)).astype(np.int8),
        "compute": rng.gamma(2.0, 1e5, (months, 3, 2)),
        "capability": 120 + rng.random((months, kinds)).cumsum(axis=0),
        "lacking": rng.random((months, nations)),
        "load": 2.0 * rng.random(months),
        "training": rng.gamma(2.0, 1e5, months),
        "serving": rng.gamma(2.0, 1e5, months),
        "extra_lag": rng.normal(0.0, 2.0, months),
        "cost": rng.random(months) * 10,
        "visits": rng.dirichlet(np.full(kinds, 2.0), size=(seen, nations)),
        "routed": rng.gamma(2.0, 1e5, (months, kinds)),
        "met": rng.dirichlet(np.full(kinds, 2.0), size=(months, nations)).astype(np.float32),
        "utility": rng.normal(size=(len(explained), nations, len(PARTS), kinds)),
    }
